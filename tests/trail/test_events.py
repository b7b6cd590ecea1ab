"""Tests of dealflow.events, and of the strict forms under it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Money, TrailError
from dealflow.trail import GuardRecord, encode, events
from dealflow.trail.events import KINDS, Event, decode
from tests import _trails as make

ONE_OF_EACH: dict[str, Event] = {
    event.kind: event
    for event in (
        make.OPENED,
        make.ADDED,
        events.ContactChanged("ruth", "Ruth", "CFO", "person", (), None, "growth", None),
        events.AmountChanged(Money("50000", "EUR"), "a smaller pilot"),
        events.Met("i1", "call", "+49 30 1234", ("ruth",), make.NOON, True),
        make.SAID,
        events.Withdrawn(3, "she took it back"),
        events.Waived("timely", "Mona Weiss", "strategic account", None),
        make.MOVED,
        events.Refused("qualify", "first", "qualification", "ask", {"timely": make.GUARD}),
        events.SteppedBack("trial_close", "qualification", "gap", "rejected", {}),
        events.WalkedAway("qualification", "no budget", "walk_away", {}),
        events.Lost("negotiation", "price", "rival", "Acme"),
        events.Reopened("qualification", "lost", "the rival failed"),
    )
}
FIELDS = [(kind, field.name) for kind in KINDS for field in attrs.fields(KINDS[kind])]


def data_of(kind: str) -> dict[str, Any]:
    """The JSON data of one event of a kind."""
    return encode(ONE_OF_EACH[kind])


def test_kinds_name_their_classes() -> None:
    """Every class of event is found under its own kind, and there are fourteen."""
    assert {kind: type_.kind for kind, type_ in KINDS.items()} == {kind: kind for kind in KINDS}
    assert list(KINDS) == list(ONE_OF_EACH)
    assert len(KINDS) == 14


def test_kinds_cannot_be_added_to() -> None:
    """The table of kinds is read-only."""
    kinds: Any = KINDS
    with pytest.raises(TypeError):
        kinds["x"] = events.Opened


def test_forms_on_the_wire() -> None:
    """Money, instants and guards take their forms of the trail."""
    assert data_of("opened")["amount"] == "48000 EUR"
    assert data_of("said")["said_at"] == "2026-03-02T12:00:00Z"
    assert data_of("moved")["guards"] == {
        "timely": {
            "truth": "unknown",
            "yes": [3, 4],
            "missing": ["never_asked:budget.amount"],
        }
    }


@given(make.events)
def test_round_trip(event: Event) -> None:
    """Whatever happened is read back as it was written, through real JSON."""
    data = json.loads(json.dumps(encode(event)))
    again = decode(event.kind, data)
    assert again == event
    assert type(again) is type(event)
    assert encode(again) == data


@given(st.sampled_from(sorted(KINDS)), make.json_values)
def test_decode_takes_nothing_but_events(kind: str, data: object) -> None:
    """Arbitrary data is refused with the library's own error."""
    with pytest.raises(TrailError, match=kind):
        decode(kind, data)


@given(st.sampled_from(FIELDS), make.json_values)
def test_decode_coerces_nothing(where: tuple[str, str], value: object) -> None:
    """What is accepted in a field is given back by encode exactly; all else names the field."""
    kind, name = where
    data = {**data_of(kind), name: value}
    event, problem = None, ""
    try:
        event = decode(kind, data)
    except TrailError as error:
        problem = str(error)
    if event is None:
        assert f"{kind}.{name}" in problem
    else:
        assert json.dumps(encode(event)) == json.dumps(data)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("opened", "deal", 5),
        ("opened", "deal", None),
        ("opened", "amount", 48000),
        ("opened", "amount", "48000"),
        ("opened", "amount", "48000.0 EUR"),
        ("opened", "amount", "4_8 EUR"),
        ("opened", "amount", "1E3 EUR"),
        ("opened", "amount", "NaN EUR"),
        ("amount_changed", "amount", None),
        ("contact_added", "rating", True),
        ("contact_added", "rating", 1.0),
        ("contact_added", "rating", 2**53),
        ("contact_added", "rating", -(2**53)),
        ("contact_added", "contact_kind", "robot"),
        ("contact_added", "influence", "High"),
        ("contact_added", "influence", ["high"]),
        ("contact_added", "roles", "coach"),
        ("contact_added", "roles", {"coach": 1}),
        ("contact_added", "roles", ["coach", 1]),
        ("met", "two_way", "no"),
        ("met", "two_way", 1),
        ("met", "two_way", None),
        ("met", "held_at", "2026-03-02 12:00:00Z"),
        ("met", "held_at", "2026-03-02T12:00:00+00:00"),
        ("met", "held_at", "2026-03-02T12:00:00"),
        ("met", "held_at", "2026-03-02T12:00Z"),
        ("met", "held_at", "20260302T120000Z"),
        ("met", "held_at", "2026-W10-1T12:00:00Z"),
        ("met", "held_at", "2026-03-02T24:00:00Z"),
        ("met", "held_at", "2026-02-30T12:00:00Z"),
        ("met", "held_at", "2026-03-02T12:00:00.5Z"),
        ("met", "held_at", "2026-03-02T12:00:00.000000Z"),
        ("met", "held_at", "1969-12-31T12:00:00Z"),
        ("met", "held_at", "2201-01-01T00:00:00Z"),
        ("met", "held_at", "２０２６-03-02T12:00:00Z"),
        ("met", "held_at", 1772452800),
        ("said", "value", 5),
        ("said", "value", None),
        ("said", "value", {"amount": 5}),
        ("said", "value", ["a", True]),
        ("said", "about", 5),
        ("said", "source_kind", "rumour"),
        ("withdrawn", "statement", "3"),
        ("withdrawn", "statement", True),
        ("moved", "verdict", "READY"),
        ("moved", "guards", []),
        ("moved", "guards", {"timely": True}),
        ("moved", "guards", {"及时": {}}),
        ("stepped_back", "cause", "bored"),
        ("lost", "to", "fate"),
        ("reopened", "from_outcome", "won"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_decode_refuses(kind: str, name: str, value: object) -> None:
    """A value of a wrong type, or in another spelling, is refused and its field named."""
    with pytest.raises(TrailError, match=rf"{kind}\.{name}"):
        decode(kind, {**data_of(kind), name: value})


@pytest.mark.parametrize("kind", KINDS)
def test_decode_misses_no_key(kind: str) -> None:
    """Every key is required, also where it may be null."""
    for field in attrs.fields(KINDS[kind]):
        data = data_of(kind)
        del data[field.name]
        with pytest.raises(TrailError, match=f"is missing @ {kind}.{field.name}"):
            decode(kind, data)


@pytest.mark.parametrize("kind", KINDS)
def test_decode_allows_no_other_key(kind: str) -> None:
    """An unknown key is refused and named, beside all the known ones and in place of one."""
    with pytest.raises(TrailError, match="mood"):
        decode(kind, {**data_of(kind), "mood": "good"})
    data = data_of(kind)
    del data[attrs.fields(KINDS[kind])[0].name]
    with pytest.raises(TrailError, match="mood"):
        decode(kind, {**data, "mood": "good"})


def test_decode_names_every_problem() -> None:
    """All problems are in one message, each with its place, those of guards included."""
    data = data_of("moved")
    del data["move"]
    data |= {"from_step": 1, "verdict": "maybe", "mood": "good"}
    data["guards"] = {"a": {**data["guards"]["timely"], "yes": ["x"], "needed": "no"}, "b": 5}
    with pytest.raises(TrailError) as caught:
        decode("moved", data)
    assert sorted(re.findall(r" @ ([^;]+)", str(caught.value))) == [
        "moved.from_step",
        "moved.guards['a'].needed",
        "moved.guards['a'].yes[0]",
        "moved.guards['b']",
        "moved.mood",
        "moved.move",
        "moved.verdict",
    ]


def test_decode_shows_little_of_a_huge_value() -> None:
    """A message does not repeat what may be a hostile megabyte."""
    with pytest.raises(TrailError) as caught:
        decode("withdrawn", {"statement": "9" * 1_000_000, "reason": ""})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("needed", True), ("yes", []), ("no", []), ("missing", []), ("waived", None)],
    ids=str,
)
def test_guard_records_leave_out_what_is_usual(name: str, value: Any) -> None:
    """A record has one form: what is usual in it is left out, and not written out."""
    record = GuardRecord("true")
    event = attrs.evolve(make.MOVED, guards={"timely": record})
    data: Any = encode(event)
    assert data["guards"] == {"timely": {"truth": "true"}}
    assert decode("moved", data) == event
    data["guards"]["timely"][name] = value
    with pytest.raises(TrailError, match=rf"{name} has its usual value .* @ moved\.guards"):
        decode("moved", data)


def test_guard_records_have_a_truth() -> None:
    """The one key that every record has is missed."""
    data = data_of("moved")
    data["guards"] = {"timely": {}}
    with pytest.raises(TrailError, match=r"missing @ moved\.guards\['timely'\]\.truth"):
        decode("moved", data)


def test_guard_records_have_no_other_key() -> None:
    """A guard's record is as strict as the event around it."""
    data = data_of("moved")
    data["guards"]["timely"]["mood"] = "good"
    with pytest.raises(TrailError, match=r"is no key here.* @ moved\.guards\['timely'\]\.mood"):
        decode("moved", data)


@pytest.mark.parametrize("kind", ["Moved", "", "won", None, 5, ["moved"]], ids=repr)
def test_decode_knows_its_kinds(kind: Any) -> None:
    """An unknown kind is refused, of whatever type it is."""
    with pytest.raises(TrailError, match="no kind of event"):
        decode(kind, {})


def test_fact_values() -> None:
    """A statement's value is a bool, a text or a list of texts."""
    values: list[Any] = [True, False, "", "60000 EUR", [], ["a", "b"]]
    for value in values:
        event = attrs.evolve(make.SAID, value=value)
        assert decode("said", encode(event)) == event


def test_microseconds_are_kept() -> None:
    """An instant between two seconds is written with six digits and read back."""
    event = attrs.evolve(make.SAID, said_at=make.NOON + timedelta(microseconds=50))
    assert encode(event)["said_at"] == "2026-03-02T12:00:00.000050Z"
    assert decode("said", encode(event)) == event


def test_instants_may_be_of_a_subclass() -> None:
    """A clock may hand out its own subclass of datetime, as clocks of tests do."""

    class Frozen(datetime):
        pass

    event = attrs.evolve(make.SAID, said_at=Frozen(2026, 3, 2, 12, tzinfo=UTC))
    assert encode(event) == data_of("said")


class Word(str, Enum):  # noqa: UP042
    """A text that is more than a text."""

    READY = "ready"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("opened", "deal", 5),
        ("opened", "amount", "48000 EUR"),
        ("contact_added", "rating", True),
        ("contact_added", "rating", 2**53),
        ("contact_added", "roles", ["coach"]),
        ("contact_added", "roles", ("coach", None)),
        ("contact_added", "influence", "enormous"),
        ("met", "two_way", 1),
        ("met", "held_at", datetime(2026, 3, 2)),  # noqa: DTZ001
        ("met", "held_at", datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))),
        ("met", "held_at", datetime(1969, 3, 2, tzinfo=UTC)),
        ("met", "held_at", datetime(2201, 1, 1, tzinfo=UTC)),
        ("met", "held_at", date(2026, 3, 2)),
        ("said", "value", ("a", "b")),
        ("said", "value", 1.5),
        ("said", "about", 5),
        ("moved", "verdict", Word.READY),
        ("moved", "guards", []),
        ("moved", "guards", {"及时": make.GUARD}),
        ("moved", "guards", {5: make.GUARD}),
        ("moved", "guards", {"timely": {}}),
        ("moved", "guards", {"timely": attrs.evolve(make.GUARD, yes=(1.5,))}),  # type: ignore[arg-type]
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_encode_refuses(kind: str, name: str, value: Any) -> None:
    """An event with a value of a wrong type is never written: it could not be read again."""
    event = attrs.evolve(ONE_OF_EACH[kind], **{name: value})
    with pytest.raises(TrailError, match=rf"@ {kind}\.{name}(\W.*)?$"):
        encode(event)


def test_encode_names_every_problem() -> None:
    """All fields of a wrong type are in one message."""
    wrong: Any = (1, "price", "fate", "")
    with pytest.raises(TrailError, match=r"@ lost\.from_step; .* @ lost\.to$"):
        encode(events.Lost(*wrong))


def test_encode_takes_nothing_but_events() -> None:
    """Neither other objects, nor guards' records, nor subclasses of events are events."""

    class Said(events.Withdrawn):
        pass

    things: list[Any] = [None, {}, make.GUARD, events.Said, Said(3, "")]
    for thing in things:
        with pytest.raises(TrailError, match="is no event"):
            encode(thing)


def test_events_are_immutable() -> None:
    """An event cannot be changed, nor be given more attributes."""
    opened: Any = make.OPENED
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        opened.deal = "D-2"
    assert not hasattr(make.OPENED, "__dict__")
    assert not hasattr(make.GUARD, "__dict__")


def test_guard_record_is_plain_data() -> None:
    """Guards' records compare by what they say."""
    assert GuardRecord("true", False, (), (), (), 3) == GuardRecord("true", False, (), (), (), 3)
