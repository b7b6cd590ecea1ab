"""What an entry must be in itself: no verb records anything else, and no reader takes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from dealflow import Deal, EvidenceError, Line, Money, TrailError, dumps, loads
from dealflow.exceptions import ErrorCode
from dealflow.trail import by_problems, events, form_problems
from dealflow.trail.body import canonical, digest
from dealflow.trail.checks import _CHECKS
from tests.deals import BY, DAY, MOVES, START, left_alone, now, say, small, small_deal

LATER = START + DAY
FORKED = """
[trial_close]
step = "left"
fact = "has.choice"
forward = ["yes"]
back = ["no"]
"""


def at_one() -> Deal:
    """A deal at its first step; the statement in entry 5 is the last one."""
    deal = small_deal(MOVES + FORKED)
    deal.meet("call", participants=["ann"], id="known", by=BY, at=START)
    say(deal, "ann", "be.good", True)
    return deal


def at_left() -> Deal:
    """A deal one step further."""
    deal = at_one()
    deal.advance(by=BY, at=START, to="left")
    return deal


def merged() -> Deal:
    """A deal in which ann goes by bob."""
    deal = at_one()
    deal.merge_contacts("ann", into="bob", by=BY, at=START, reason="x")
    return deal


def lost() -> Deal:
    """A deal that was lost, and of which there is news."""
    deal = at_one()
    deal.lose(by=BY, at=START, reason="x", to="nothing")
    say(deal, "ann", "be.rich", True)
    return deal


class Kind(NamedTuple):
    """How an entry of one kind comes about."""

    deal: Callable[[], Deal]
    verb: str
    given: dict[str, Any]


STATED = {"fact": "be.rich", "value": True}
KINDS: dict[str, Kind] = {
    "contact_added": Kind(at_one, "add_contact", {"id": "eve", "name": "Eve", "roles": ["buyer"]}),
    "contact_changed": Kind(at_one, "change_contact", {"id": "ann", "title": "CFO"}),
    "contacts_merged": Kind(
        at_one, "merge_contacts", {"contact": "ann", "into": "bob", "reason": "x"}
    ),
    "merge_undone": Kind(merged, "undo_merge", {"contact": "ann", "reason": "x"}),
    "amount_changed": Kind(at_one, "change_amount", {"amount": Money("5", "EUR"), "reason": "x"}),
    "met": Kind(at_one, "meet", {"kind": "call", "participants": ["ann"], "id": "m"}),
    "said": Kind(at_one, "hear", STATED | {"contact": "ann"}),
    "said by a document": Kind(at_one, "read", STATED | {"document": "A.pdf"}),
    "said by ourselves": Kind(at_one, "observe", STATED),
    "confirmed": Kind(at_one, "confirm", {"contact": "ann", "facts": ["be.good"]}),
    "withdrawn": Kind(at_one, "withdraw", {"statement": 5, "reason": "x"}),
    "waived": Kind(at_one, "waive", {"guard": "good", "authority": "Max", "reason": "x"}),
    "moved": Kind(at_one, "advance", {"to": "left"}),
    "stepped_back": Kind(at_left, "step_back", {"to": "one", "reason": "x"}),
    "rejected": Kind(at_left, "answer_trial_close", {"answer": "no", "source": "ann"}),
    "walked_away": Kind(at_one, "walk_away", {"reason": "x"}),
    "lost": Kind(at_one, "lose", {"reason": "x", "to": "rival"}),
    "reopened": Kind(lost, "reopen", {"reason": "x"}),
    "time_corrected": Kind(at_one, "correct_time", {"entry": 5, "true_at": LATER, "reason": "x"}),
    "card_changed": Kind(at_one, "change_card", {"owner": "max", "reason": "x"}),
    "account_corrected": Kind(at_one, "correct_account", {"account": "N Ltd", "reason": "x"}),
    "title_corrected": Kind(at_one, "correct_title", {"title": "Racks", "reason": "x"}),
}
OPENED = Kind(at_one, "open", {"id": "D-1", "account": "Northwind", "amount": Money("1", "EUR")})


class Bad(NamedTuple):
    """A bad form: an argument of the verb, and the same in the entry's data."""

    kind: str
    code: ErrorCode
    given: dict[str, Any] | None
    """``None``: the verb has no such argument."""
    data: dict[str, Any] | None
    """By path; ``None``: in JSON there is no such thing."""
    strict: bool = False
    """Whether its JSON is refused for its type already."""


NEXT_YEAR = START + 365 * DAY
AHEAD = "2027-03-02T09:00:00Z"
LONG = "x" * 10_001


def reasons(kind: str) -> list[Bad]:
    """A reason is a text that says something."""
    return [
        Bad(kind, "invalid_text", {"reason": " \n"}, {"reason": " \n"}),
        Bad(kind, "invalid_text", {"reason": LONG}, {"reason": LONG}),
        Bad(kind, "invalid_text", {"reason": None}, {"reason": None}, strict=True),
    ]


def contacts(kind: str) -> list[Bad]:
    """A contact's card, whether it is new or changed."""

    def bad(code: ErrorCode, name: str, value: object, *, strict: bool = False) -> Bad:
        return Bad(kind, code, {name: value}, {f"contact.{name}": value}, strict)

    new = [
        bad("invalid_id", "id", "no id"),
        bad("invalid_id", "id", ""),
        bad("invalid_id", "id", 5, strict=True),
    ]
    return [
        *(new if kind == "contact_added" else []),
        bad("invalid_text", "name", ""),
        bad("invalid_text", "name", LONG),
        bad("invalid_text", "name", None, strict=True),
        bad("invalid_text", "title", LONG),
        bad("invalid_text", "title", "a\x1b[2J", strict=True),
        bad("invalid_word", "kind", "robot", strict=True),
        bad("given_twice", "roles", ["buyer", "helper", "buyer"]),
        bad("invalid_word", "influence", "High", strict=True),
        bad("invalid_word", "response_mode", "asleep", strict=True),
        bad("invalid_number", "rating", 6),
        bad("invalid_number", "rating", -6),
        bad("invalid_number", "rating", True, strict=True),
        bad("invalid_text", "department", LONG),
        bad("invalid_text", "department", None, strict=True),
        bad("invalid_word", "level", "boss", strict=True),
        Bad(kind, "invalid_value", {"left": START}, {"contact.left": "2026-03-02T09:00:00Z"}, True),
        bad("invalid_value", "left", "2026-3-2", strict=True),
        Bad(kind, "several", {"roles": [" "]}, {"contact.roles": [" "]}),
    ]


def statements(kind: str, source: str) -> list[Bad]:
    """What every statement must be, whoever makes it."""
    return [
        Bad(kind, "invalid_text", {"quote": LONG}, {"quote": LONG}),
        Bad(kind, "invalid_text", {"quote": 5}, {"quote": 5}, strict=True),
        Bad(kind, "lies_ahead", {"said_at": NEXT_YEAR}, {"said_at": AHEAD}),
        *([Bad(kind, "invalid_text", {source: " "}, {"source": " "})] if source else []),
    ]


def line(product: str, amount: str = "1 EUR") -> dict[str, Any]:
    """A line of a card, in JSON."""
    return {"amount": amount, "product": product}


def card(code: ErrorCode, data: dict[str, Any], *, strict: bool = False) -> Bad:
    """A bad card, for the verb with its lines as lines."""
    given = dict(data)
    if isinstance(data.get("lines"), list):
        given["lines"] = [
            Line(each["product"], Money.parse(each["amount"])) if len(each) > 1 else each
            for each in data["lines"]
        ]
    return Bad("card_changed", code, given, {f"card.{name}": v for name, v in data.items()}, strict)


TOLD = {"about": "bob", "fact": "own.mood", "value": "x"}
BAD: list[Bad] = [
    *contacts("contact_added"),
    *contacts("contact_changed"),
    Bad("amount_changed", "invalid_amount", {"amount": 5}, {"amount": 5}, strict=True),
    Bad("amount_changed", "invalid_amount", {"amount": None}, {"amount": None}, strict=True),
    Bad("amount_changed", "invalid_amount", {"amount": Money("-1", "EUR")}, {"amount": "-1 EUR"}),
    *reasons("amount_changed"),
    Bad("met", "invalid_word", {"kind": "lunch"}, {"interaction.kind": "lunch"}, strict=True),
    Bad("met", "invalid_id", {"id": "a b"}, {"interaction.id": "a b"}),
    Bad("met", "invalid_text", {"channel": LONG}, {"interaction.channel": LONG}),
    Bad("met", "invalid_text", {"channel": None}, {"interaction.channel": None}, strict=True),
    Bad(
        "met",
        "given_twice",
        {"participants": ["ann", "bob", "ann"]},
        {"interaction.participants": ["ann", "bob", "ann"]},
    ),
    Bad("met", "invalid_value", {"participants": []}, {"interaction.participants": []}),
    Bad("met", "several", {"participants": [" "]}, {"interaction.participants": [" "]}),
    Bad("met", "invalid_word", {"spoke": "all"}, {"interaction.spoke": "all"}, strict=True),
    Bad("met", "lies_ahead", {"held_at": NEXT_YEAR}, {"interaction.held_at": AHEAD}),
    *statements("said", ""),
    *statements("said by a document", "document"),
    *statements("said by ourselves", ""),
    Bad("said", "several", {"contact": " "}, {"source": " "}),
    Bad("said", "told_on", {"via": "ann"}, {"via": "ann", "first_hand": False}),
    Bad("said", "told_on", {"via": "bob", "first_hand": True}, {"via": "bob"}),
    Bad("said", "invalid_value", {"first_hand": 1}, {"first_hand": 1}, strict=True),
    Bad("said", "several", {"via": LONG}, {"via": LONG, "first_hand": False}),
    Bad("said", "several", TOLD | {"about": LONG}, TOLD | {"about": LONG}),
    Bad("said by a document", "told_on", None, {"first_hand": False}),
    Bad("said by a document", "told_on", None, {"via": "ann", "first_hand": False}),
    Bad("said by ourselves", "told_on", None, {"first_hand": False}),
    Bad("said by ourselves", "inconsistent", None, {"source": "eve"}),
    *reasons("contacts_merged"),
    *reasons("merge_undone"),
    Bad("contacts_merged", "inconsistent", {"into": "ann"}, {"into": "ann"}),
    Bad("confirmed", "invalid_value", {"facts": []}, {"facts": []}),
    Bad("confirmed", "several", {"facts": 5}, {"facts": 5}, strict=True),
    Bad("confirmed", "several", {"facts": [" "]}, {"facts": [" "]}),
    Bad("confirmed", "given_twice", {"facts": ["be.good"] * 2}, {"facts": ["be.good"] * 2}),
    Bad("confirmed", "invalid_text", {"quote": LONG}, {"quote": LONG}),
    Bad("confirmed", "invalid_text", {"quote": 5}, {"quote": 5}, strict=True),
    Bad("confirmed", "lies_ahead", {"said_at": NEXT_YEAR}, {"said_at": AHEAD}),
    *reasons("withdrawn"),
    *reasons("waived"),
    Bad("waived", "invalid_text", {"authority": ""}, {"authority": ""}),
    Bad("waived", "invalid_text", {"authority": None}, {"authority": None}, strict=True),
    Bad("waived", "own_waiver", {"authority": BY}, {"authority": BY}),
    Bad("waived", "invalid_instant", {"until": START}, {"until": "2026-03-02T09:00:00Z"}),
    Bad("waived", "invalid_instant", {"until": 5}, {"until": 5}, strict=True),
    *reasons("stepped_back"),
    Bad("rejected", "inconsistent", None, {"reason": "They said no"}),
    *reasons("walked_away"),
    *reasons("lost"),
    Bad("lost", "invalid_word", {"to": "fate"}, {"to": "fate"}, strict=True),
    Bad("lost", "invalid_text", {"rival": LONG}, {"rival": LONG}),
    Bad(
        "lost",
        "inconsistent",
        {"to": "nothing", "rival": "Hauler"},
        {"to": "nothing", "rival": "Hauler"},
    ),
    *reasons("reopened"),
    *reasons("time_corrected"),
    card("invalid_text", {"owner": " "}),
    card("invalid_text", {"owner": 5}, strict=True),
    card("invalid_word", {"source": "chance"}, strict=True),
    card("inconsistent", {"source_name": "Mona Weiss"}),
    card("invalid_text", {"source": "referral", "source_name": " "}),
    card("invalid_text", {"market": LONG}),
    card("invalid_text", {"market": None}, strict=True),
    card("invalid_text", {"lines": [line("")]}),
    card("invalid_text", {"lines": [line(LONG)]}),
    card("invalid_amount", {"lines": [line("owed", "-1 EUR")]}),
    card("invalid_amount", {"lines": [line("huge", f"{10**15} EUR"), line("y")]}),
    card("given_twice", {"lines": [line("x"), line("y"), line("x", "2 EUR")]}),
    card("invalid_value", {"lines": [line(str(n)) for n in range(201)]}),
    card("invalid_value", {"lines": "x"}, strict=True),
    card("invalid_value", {"lines": [{"product": "x"}]}, strict=True),
    card("invalid_value", {"expected_close": "20260930"}, strict=True),
    card("invalid_value", {"expected_close": "1899-12-31"}, strict=True),
    card("invalid_value", {"expected_close": 5}, strict=True),
    Bad("card_changed", "invalid_text", {"reason": LONG}, {"reason": LONG}),
    Bad("card_changed", "invalid_text", {"reason": None}, {"reason": None}, strict=True),
    *reasons("account_corrected"),
    Bad("account_corrected", "invalid_text", {"account": " "}, {"account": " "}),
    Bad("account_corrected", "invalid_text", {"account": LONG}, {"account": LONG}),
    *reasons("title_corrected"),
    Bad("title_corrected", "invalid_text", {"title": LONG}, {"title": LONG}),
    # Its entry would then be ahead of the correction, too.
    Bad("time_corrected", "several", {"true_at": NEXT_YEAR}, None),
    Bad("time_corrected", "lies_ahead", None, {"true_at": AHEAD}),
    *(
        Bad(kind, "invalid_text", {"by": "\t"}, {"by": "\t"})
        for kind in KINDS
        if kind not in ("rejected", "said by ourselves")
    ),
    Bad("said by ourselves", "several", {"by": "\t"}, {"by": "\t", "source": "\t"}),
    Bad("walked_away", "invalid_text", {"by": LONG}, {"by": LONG}),
    Bad("walked_away", "invalid_text", {"by": None}, {"by": None}, strict=True),
]
every = pytest.mark.parametrize(
    "bad", BAD, ids=lambda b: f"{b.kind}-{ascii(b.given or b.data)[:50]}"
)


def put(data: dict[str, Any], path: str, value: object) -> None:
    """Put a value in its place of some JSON data."""
    *outer, last = path.split(".")
    for name in outer:
        data = data[name]
    data[last] = value


def do(kind: Kind, deal: Deal, changes: dict[str, Any]) -> Any:
    """Record an entry of a kind."""
    at = LATER if kind.verb == "correct_time" else now(deal)
    return getattr(deal, kind.verb)(**{"by": BY, "at": at} | kind.given | changes)


@pytest.mark.parametrize("name", KINDS)
def test_good_forms(name: str) -> None:
    """What the table of bad forms starts from is good, and is read again as it is."""
    kind = KINDS[name]
    deal = kind.deal()
    entry = do(kind, deal, {})
    assert entry is deal.trail[-1]
    assert form_problems(entry.at, entry.by, entry.event) == []
    assert loads(dumps(deal.trail)) == deal.trail


@every
def test_verbs_record_no_bad_form(bad: Bad) -> None:
    """A verb refuses a bad form by its code, and leaves the deal alone."""
    if bad.given is None:
        return
    kind = KINDS[bad.kind]
    deal = kind.deal()
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        do(kind, deal, bad.given)
    assert caught.value.code == bad.code
    if bad.code != "several":
        assert len(caught.value.problems) == 1


def forged(kind: Kind, changes: dict[str, Any]) -> str:
    """The text of a trail whose last entry has other data, and a hash that fits."""
    deal = kind.deal()
    do(kind, deal, {})
    body = json.loads(deal.trail[-1].body)
    for path, value in changes.items():
        put(body if path == "by" else body["data"], path, value)
    before = dumps(deal.trail).splitlines(keepends=True)[:-1]
    written = canonical(body)
    hash_ = digest(deal.trail[-2].hash, written)
    return "".join(before) + f'{{"entry":{written},"hash":"{hash_}"}}\n'


@every
def test_no_bad_form_is_read(bad: Bad) -> None:
    """A bad form in a trail whose hashes fit is refused by loads, and by its code."""
    if bad.data is None:
        return
    text = forged(KINDS[bad.kind], bad.data)
    with pytest.raises(TrailError, match=rf"^line {text.count(chr(10))}: ") as caught:
        loads(text)
    assert (caught.value.code, caught.value.seq) == ("invalid_trail", text.count("\n") - 1)
    codes = [problem.code for problem in caught.value.problems]
    if bad.strict:
        assert codes == []
    elif bad.code == "several":
        # Whether somebody is known is not asked of an entry in itself.
        assert set(codes) == {"invalid_text"}
    else:
        assert codes == [bad.code]


@pytest.mark.parametrize(
    ("given", "data", "code"),
    [
        ({"id": "no id"}, {"deal": "no id"}, "invalid_id"),
        ({"id": None}, {"deal": None}, "invalid_id"),
        ({"account": " "}, {"account": " "}, "invalid_text"),
        ({"title": LONG}, {"title": LONG}, "invalid_text"),
        ({"amount": 5}, {"amount": 5}, "invalid_amount"),
        ({"amount": Money("-1", "EUR")}, {"amount": "-1 EUR"}, "invalid_amount"),
        ({"by": " "}, {"by": " "}, "invalid_text"),
        ({"owner": " "}, {"card.owner": " "}, "invalid_text"),
        ({"source_name": "x"}, {"card.source_name": "x"}, "inconsistent"),
    ],
    ids=str,
)
def test_openings(given: dict[str, Any], data: dict[str, Any], code: str) -> None:
    """What cannot be opened can neither be read."""
    arguments: dict[str, Any] = {"by": BY, "at": START} | OPENED.given
    deal = Deal.open(small(), **arguments)
    with pytest.raises(EvidenceError) as refused:
        Deal.open(small(), **arguments | given)
    assert refused.value.code == code
    body = json.loads(deal.trail[0].body)
    for path, value in data.items():
        put(body if path == "by" else body["data"], path, value)
    written = canonical(body)
    line = f'{{"entry":{written},"hash":"{digest("0" * 64, written)}"}}\n'
    with pytest.raises(TrailError, match="line 2: ") as caught:
        loads(dumps(deal.trail).splitlines(keepends=True)[0] + line)
    codes = [problem.code for problem in caught.value.problems]
    assert codes in ([code], []), codes
    assert bool(codes) is isinstance(next(iter(data.values())), str)


def test_every_kind_is_checked() -> None:
    """There is a check for every kind of event, and no other."""
    assert set(_CHECKS) == set(events.KINDS.values())


def test_without_a_time_nothing_lies_ahead() -> None:
    """What is held against an unusable time is not held against anything else."""
    for event in (
        events.TimeCorrected(1, 1, NEXT_YEAR, "x"),
        events.Waived("good", "Max", "x", START - DAY),
    ):
        assert form_problems(None, BY, event) == []


def test_who_records() -> None:
    """Who records is looked at by himself, too."""
    assert by_problems(BY) == []
    assert [(p.place, p.code) for p in by_problems(" ")] == [("by", "invalid_text")]
