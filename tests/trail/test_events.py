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

from dealflow import Card, Contact, Interaction, Line, Money, TrailError
from dealflow.trail import GuardRecord, encode, events
from dealflow.trail.body import SCHEMA, canonical, read_body
from dealflow.trail.events import KINDS, Event, faults
from dealflow.trail.events import decode as read
from tests import _trails as make

CARD = Card(
    "max",
    "referral",
    "Mona Weiss",
    "logistics",
    (Line("Racks", Money("40000", "EUR")), Line("Service", Money("8000.5", "EUR"))),
    date(2026, 9, 30),
)
ONE_OF_EACH: dict[str, Event] = {
    event.KIND: event
    for event in (
        make.OPENED,
        make.ADDED,
        events.ContactChanged(Contact("ruth", "Ruth", "CFO", response_mode="growth")),
        events.ContactsMerged("r.okafor", "ruth", "one card in two spellings"),
        events.MergeUndone("r.okafor", "her sister"),
        events.AmountChanged(Money("50000", "EUR"), "a smaller pilot"),
        events.Met(Interaction("i1", "call", ("ruth",), make.NOON, "+49 30 1234", "us")),
        make.SAID,
        events.Confirmed("ruth", ("budget.approved", "need.real"), make.NOON, "Still so", "i1"),
        events.Withdrawn(3, "she took it back"),
        events.Waived("timely", "Mona Weiss", "strategic account", None),
        make.MOVED,
        events.Refused("qualify", "first", "qualification", "ask", {"timely": make.GUARD}),
        events.SteppedBack("trial_close", "qualification", "gap", "rejected", {}),
        events.WalkedAway("qualification", "no budget", "walk_away", {}),
        events.Lost("negotiation", "price", "rival", "Acme"),
        events.Reopened("qualification", "lost", "the rival failed"),
        events.TimeCorrected(2, 4, make.NOON, "the clock was an hour ahead"),
        events.CardChanged(CARD, "a new region"),
        events.AccountCorrected("Northwind Ltd", "the full name"),
        events.TitleCorrected("Racks", "not shelves"),
    )
}
RECORDS: dict[str, type[attrs.AttrsInstance]] = {
    "contact": Contact,
    "interaction": Interaction,
    "card": Card,
}
FIELDS = [
    *((kind, field.name) for kind in KINDS for field in attrs.fields(KINDS[kind])),
    *(
        (kind, f"{outer}.{field.name}")
        for kind, outer in (
            ("contact_added", "contact"),
            ("contact_changed", "contact"),
            ("met", "interaction"),
            ("opened", "card"),
            ("card_changed", "card"),
        )
        for field in attrs.fields(RECORDS[outer])
    ),
]


def decode(kind: str, data: object) -> Event:
    """The event that data are read as, when they are in the one form in which it is written."""
    event, text = read(kind, data)
    if json.loads(text) != data:
        raise TrailError(faults(kind, data))
    return event


def data_of(kind: str) -> dict[str, Any]:
    """The JSON data of one event of a kind."""
    return encode(ONE_OF_EACH[kind])


def put(data: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """The data with another value at a path, as in ``contact.rating``."""
    first, _, rest = path.partition(".")
    return {**data, first: put(data[first], rest, value) if rest else value}


def drop(data: dict[str, Any], path: str) -> dict[str, Any]:
    """The data without what is at a path, if that is there."""
    first, _, rest = path.partition(".")
    if rest:
        return {**data, first: drop(data[first], rest)}
    return {key: value for key, value in data.items() if key != first}


def declared(kind: str, path: str) -> attrs.Attribute[Any]:
    """The field at a path of an event."""
    outer, _, inner = path.rpartition(".")
    return attrs.fields_dict(RECORDS[outer] if outer else KINDS[kind])[inner]


def usual_of(kind: str, path: str) -> Any:
    """What is usual at a path of an event, in JSON; ``NOTHING`` where nothing is."""
    default: Any = declared(kind, path).default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return default.factory()
    return list(default) if isinstance(default, tuple) else default


def test_kinds_name_their_classes() -> None:
    """Every class of event is found under its own kind, and there are eighteen."""
    assert {kind: type_.KIND for kind, type_ in KINDS.items()} == {kind: kind for kind in KINDS}
    assert list(KINDS) == list(ONE_OF_EACH)
    assert len(KINDS) == 21


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
    again = decode(event.KIND, data)
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
    data = put(data_of(kind), name, value)
    try:
        event = decode(kind, data)
    except TrailError as error:
        problem = str(error)
    else:
        assert json.dumps(encode(event), sort_keys=True) == json.dumps(data, sort_keys=True)
        return
    outer, _, inner = f"{kind}.{name}".rpartition(".")
    if problem.startswith(f"{inner} has its usual value "):
        # Nothing else that is equal to what is usual is taken for it.
        assert json.dumps(value) == json.dumps(usual_of(kind, name))
        assert problem.endswith(f", which is left out @ {outer}")
    else:
        assert f"{kind}.{name}" in problem


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
        ("contact_added", "contact.rating", True),
        ("contact_added", "contact.rating", 1.0),
        ("contact_added", "contact.rating", 2**53),
        ("contact_added", "contact.rating", -(2**53)),
        ("contact_added", "contact.kind", "robot"),
        ("contact_added", "contact.influence", "High"),
        ("contact_added", "contact.influence", ["high"]),
        ("contact_added", "contact.roles", "coach"),
        ("contact_added", "contact.roles", {"coach": 1}),
        ("contact_added", "contact.roles", ["coach", 1]),
        ("contact_added", "contact.department", 5),
        ("contact_added", "contact.level", "boss"),
        ("contact_added", "contact.left", "2026-3-2"),
        ("contact_added", "contact.left", "20260302"),
        ("contact_added", "contact.left", "2026-W10-1"),
        ("contact_added", "contact.left", "2026-02-30"),
        ("contact_added", "contact.left", "2026-03-02T00:00:00Z"),
        ("contact_added", "contact.left", 20260302),
        ("contact_added", "contact", None),
        ("contact_added", "contact", ["ruth", "Ruth"]),
        ("met", "interaction", "i1"),
        ("met", "interaction.spoke", "nobody"),
        ("met", "interaction.spoke", True),
        ("met", "interaction.spoke", None),
        ("met", "interaction.held_at", "2026-03-02 12:00:00Z"),
        ("met", "interaction.held_at", "2026-03-02T12:00:00+00:00"),
        ("met", "interaction.held_at", "2026-03-02T12:00:00"),
        ("met", "interaction.held_at", "2026-03-02T12:00Z"),
        ("met", "interaction.held_at", "20260302T120000Z"),
        ("met", "interaction.held_at", "2026-W10-1T12:00:00Z"),
        ("met", "interaction.held_at", "2026-03-02T24:00:00Z"),
        ("met", "interaction.held_at", "2026-02-30T12:00:00Z"),
        ("met", "interaction.held_at", "2026-03-02T12:00:00.5Z"),
        ("met", "interaction.held_at", "2026-03-02T12:00:00.000000Z"),
        ("met", "interaction.held_at", "1969-12-31T12:00:00Z"),
        ("met", "interaction.held_at", "2201-01-01T00:00:00Z"),
        ("met", "interaction.held_at", "２０２６-03-02T12:00:00Z"),
        ("met", "interaction.held_at", 1772452800),
        ("said", "value", 5),
        ("said", "value", None),
        ("said", "value", {"amount": 5}),
        ("said", "value", ["a", True]),
        ("said", "about", 5),
        ("said", "source_kind", "rumour"),
        ("contacts_merged", "into", None),
        ("merge_undone", "contact", ["ruth"]),
        ("confirmed", "facts", "need.real"),
        ("confirmed", "facts", [True]),
        ("confirmed", "said_at", "2026-03-02"),
        ("confirmed", "interaction", 1),
        ("withdrawn", "statement", "3"),
        ("withdrawn", "statement", True),
        ("moved", "verdict", "READY"),
        ("moved", "guards", []),
        ("moved", "guards", {"timely": True}),
        ("moved", "guards", {"及时": {}}),
        ("stepped_back", "cause", "bored"),
        ("stepped_back", "answer", "7"),
        ("stepped_back", "answer", True),
        ("lost", "to", "fate"),
        ("reopened", "from_outcome", "won"),
        ("time_corrected", "entry", "2"),
        ("time_corrected", "last", True),
        ("time_corrected", "true_at", "2026-03-02"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_decode_refuses(kind: str, name: str, value: object) -> None:
    """A value of a wrong type, or in another spelling, is refused and its field named."""
    with pytest.raises(TrailError, match=rf"{kind}\.{name}"):
        decode(kind, put(data_of(kind), name, value))


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_decode_misses_no_key(kind: str, name: str) -> None:
    """Every key without a usual value is required, also where it may be null."""
    data, field = drop(data_of(kind), name), declared(kind, name)
    if field.default is attrs.NOTHING:
        with pytest.raises(TrailError, match=f"is missing @ {kind}.{name}$"):
            decode(kind, data)
        return
    event: Any = decode(kind, data)
    for part in name.split("."):
        event = getattr(event, part)
    usual = {} if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]
    assert event == usual
    assert encode(decode(kind, data)) == data


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
    assert sorted(re.findall(r" @ (\S+?)(?:; |$)", str(caught.value))) == [
        "moved.from_step",
        "moved.guards['a'].needed",
        "moved.guards['a'].yes[0]",
        "moved.guards['b']",
        "moved.mood",
        "moved.move",
        "moved.verdict",
    ]


def test_days_on_the_wire() -> None:
    """A day is written as one, is read beside what is wrong, and is no instant."""
    leaving = attrs.evolve(make.RUTH, left=date(2026, 3, 6))
    data: Any = encode(events.ContactAdded(leaving))
    assert data["contact"]["left"] == "2026-03-06"
    assert decode("contact_added", data) == events.ContactAdded(leaving)
    with pytest.raises(TrailError) as caught:
        decode("contact_added", put(data, "contact.level", "boss"))
    assert "left" not in str(caught.value)
    assert "contact_added.contact.level" in str(caught.value)
    with pytest.raises(ValueError, match=r"12:00:00\+00:00 is not a date"):
        encode(events.ContactAdded(attrs.evolve(make.RUTH, left=make.NOON)))


def test_decode_shows_little_of_a_huge_value() -> None:
    """A message does not repeat what may be a hostile megabyte."""
    with pytest.raises(TrailError) as caught:
        decode("withdrawn", {"statement": "9" * 1_000_000, "reason": ""})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [1, 1.0], ids=repr)
def test_what_equals_the_usual_value_is_not_it(value: Any) -> None:
    """A number that equals the usual yes is of a wrong type, and nothing else is said of it."""
    with pytest.raises(TrailError, match=rf"^{value} is not true or false @ said\.first_hand$"):
        decode("said", {**data_of("said"), "first_hand": value})


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
    refused_as_another_form("moved", data, name, "moved.guards['timely']")


USUAL: list[tuple[str, str, Any]] = [
    (kind, name, value)
    for kind, name in FIELDS
    if (value := usual_of(kind, name)) is not attrs.NOTHING
]


@pytest.mark.parametrize(("kind", "name", "value"), USUAL)
def test_events_leave_out_what_is_usual(kind: str, name: str, value: Any) -> None:
    """An event has one form: a field with its usual value is left out, and not written out."""
    written_out = put(data_of(kind), name, value)
    event, text = read(kind, written_out)
    usual = drop(written_out, name)
    assert json.loads(text) == encode(event) == usual
    outer, _, inner = f"{kind}.{name}".rpartition(".")
    refused_as_another_form(kind, put(usual, name, value), inner, outer)


def refused_as_another_form(kind: str, data: dict[str, Any], name: str, place: str) -> None:
    """The data cannot be read as the body of an entry, though its hash may be right."""
    told = rf"^{name} has its usual value .*, which is left out @ {re.escape(place)}$"
    with pytest.raises(TrailError, match=told):
        decode(kind, data)
    body = {"at": "2026-03-02T12:00:00Z", "by": "lena", "data": data, "kind": kind, "seq": 2}
    with pytest.raises(TrailError, match=told):
        read_body(canonical(body), SCHEMA)


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
    with pytest.raises(TrailError, match=r"no key here.* @ moved\.guards\['timely'\]\.mood$"):
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
        ("opened", "card", make.RUTH),
        ("card_changed", "card.source", "chance"),
        ("card_changed", "card.lines", [Line("Racks", Money(1, "EUR"))]),
        ("card_changed", "card.lines", (("Racks", Money(1, "EUR")),)),
        ("card_changed", "card.expected_close", "2026-09-30"),
        ("card_changed", "card.expected_close", make.NOON),
        ("card_changed", "card.expected_close", date(1899, 12, 31)),
        ("contact_added", "contact.rating", True),
        ("contact_added", "contact.rating", 2**53),
        ("contact_added", "contact.roles", ["coach"]),
        ("contact_added", "contact.roles", ("coach", None)),
        ("contact_added", "contact.influence", "enormous"),
        ("contact_added", "contact", {"id": "ruth", "name": "Ruth"}),
        ("met", "interaction", make.RUTH),
        ("met", "interaction.spoke", True),
        ("met", "interaction.held_at", datetime(2026, 3, 2)),  # noqa: DTZ001
        ("met", "interaction.held_at", datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))),
        ("met", "interaction.held_at", datetime(1969, 3, 2, tzinfo=UTC)),
        ("met", "interaction.held_at", datetime(2201, 1, 1, tzinfo=UTC)),
        ("met", "interaction.held_at", date(2026, 3, 2)),
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
    event = changed(ONE_OF_EACH[kind], name, value)
    with pytest.raises(TrailError, match=rf"@ {kind}\.{name.partition('.')[0]}$"):
        encode(event)


def changed(record: Any, path: str, value: object) -> Any:
    """The record with another value at a path."""
    first, _, rest = path.partition(".")
    inner = changed(getattr(record, first), rest, value) if rest else value
    return attrs.evolve(record, **{first: inner})


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
    guard: Any = make.GUARD
    for record in (opened, guard):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            record.mood = "good"


def test_guard_record_is_plain_data() -> None:
    """Guards' records compare by what they say."""
    assert GuardRecord("true", False, (), (), (), 3) == GuardRecord("true", False, (), (), (), 3)
