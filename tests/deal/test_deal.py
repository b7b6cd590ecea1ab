"""What every verb records, returns and refuses."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    Card,
    Contact,
    CurrencyMismatch,
    Deal,
    DealflowError,
    EvidenceError,
    Interaction,
    Line,
    Money,
    PlaybookError,
    Refused,
    Trail,
    TrailError,
    dumps,
    loads,
)
from dealflow.trail import START as NO_HEAD
from dealflow.trail import chain
from dealflow.trail import events as ev
from tests._trails import forge
from tests.deals import (
    BY,
    DAY,
    MOVES,
    START,
    deal_at,
    left_alone,
    make_ready,
    meet_everybody,
    new_deal,
    now,
    picture,
    ready_at,
    say,
    seven_step,
    small,
    small_deal,
)

LATER = START + DAY


# opening


def test_open() -> None:
    """A new deal stands in the first step, and its first entry says under which rules."""
    book = seven_step()
    deal = Deal.open(
        book,
        id="D-7",
        account="Northwind",
        by=BY,
        at=datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1))),
        amount=Money("48000", "EUR"),
        title="Dispatch",
    )
    (entry,) = deal.trail
    assert entry.event == ev.Opened(
        "D-7",
        "Northwind",
        "Dispatch",
        Money("48000", "EUR"),
        "seven_step",
        book.version,
        book.fingerprint,
        "first_contact",
        Card(BY),
    )
    assert (entry.seq, entry.at, entry.by, entry.kind) == (1, START, BY, "opened")
    assert entry.at.tzinfo is UTC
    assert (deal.id, deal.account, deal.title) == ("D-7", "Northwind", "Dispatch")
    assert deal.amount == Money("48000", "EUR")
    assert (deal.step, deal.outcome, deal.since) == ("first_contact", None, START)
    assert deal.version == 1
    assert deal.playbook is book
    assert not deal.contacts
    assert not deal.interactions
    assert not deal.statements
    assert not deal.withdrawn
    assert not deal.waivers


def test_open_without_an_amount() -> None:
    """The price may be left open."""
    assert new_deal(amount=None).amount is None


OPENINGS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "id": ({"id": "no id"}, ["the deal's id 'no id' is no id"]),
    "account": ({"account": " "}, ["the account is empty"]),
    "title": ({"title": "a\x1b[2Jb"}, ["the title has the control character"]),
    "amount as text": ({"amount": "48000 EUR"}, ["'48000 EUR' is not Money"]),
    "negative amount": ({"amount": Money("-1", "EUR")}, ["-1 EUR is below nothing"]),
    "nobody": ({"by": ""}, ["by is empty"]),
    "no text": ({"by": 7}, ["by is not a text: 7"]),
    "naive": ({"at": datetime(2026, 3, 2)}, ["has no timezone"]),  # noqa: DTZ001
    "a date": ({"at": date(2026, 3, 2)}, ["at is not a datetime"]),
    "absurd": ({"at": datetime.max.replace(tzinfo=UTC)}, ["is not between 1970 and 2200"]),
    "beyond": (
        {"at": datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))},
        ["is out of range"],
    ),
    "everything": (
        {"id": None, "account": "", "title": 3, "amount": 5, "by": "\x00", "at": None},
        ["id None", "account is empty", "title is not a text", "5 is not Money", "by has", "at is"],
    ),
}


@pytest.mark.parametrize(("fields", "problems"), OPENINGS.values(), ids=OPENINGS.keys())
def test_open_refuses(fields: dict[str, Any], problems: list[str]) -> None:
    """What cannot be opened is refused with every problem at once."""
    given: dict[str, Any] = {"id": "D-1", "account": "Northwind", "by": BY, "at": START}
    with pytest.raises(EvidenceError) as caught:
        Deal.open(seven_step(), **given | fields)
    assert all(problem in str(caught.value) for problem in problems)
    assert len(str(caught.value).split("; ")) == len(problems)


# people


def test_add_contact() -> None:
    """A contact comes in with everything that is known of him."""
    deal = new_deal()
    entry = deal.add_contact(
        "ruth",
        name="Ruth Okafor",
        title="CFO",
        kind="person",
        roles=["economic_buyer", "coach"],
        influence="high",
        response_mode="trouble",
        rating=-5,
        by=BY,
        at=LATER,
    )
    roles = ("economic_buyer", "coach")
    assert entry is deal.trail[-1]
    ruth = Contact("ruth", "Ruth Okafor", "CFO", "person", roles, "high", "trouble", -5)
    assert entry.event == ev.ContactAdded(ruth)
    assert deal.contacts == {"ruth": ruth}


def test_one_role_may_stand_alone() -> None:
    """A single role need not be put into a list."""
    deal = new_deal()
    deal.add_contact("ruth", name="Ruth", roles="coach", by=BY, at=START)
    assert deal.contacts["ruth"] == Contact("ruth", "Ruth", roles=("coach",))


def test_change_contact() -> None:
    """What is not mentioned stays, and the entry carries the whole new record."""
    deal = new_deal()
    meet_everybody(deal)
    entry = deal.change_contact("ruth", roles=["sponsor"], rating=5, by=BY, at=LATER)
    expected = Contact("ruth", "Ruth Okafor", "CFO", "person", ("sponsor",), None, None, 5)
    assert entry.event == ev.ContactChanged(expected)
    assert deal.contacts["ruth"] == expected
    assert list(deal.contacts) == ["tom", "ruth", "paul", "mara", "ines"]


def test_contacts_cannot_be_changed_from_outside() -> None:
    """What a deal hands out is not the deal."""
    deal = ready_at("first_contact")
    with left_alone(deal):
        for handed_out in (deal.contacts, deal.interactions, deal.waivers):
            assert isinstance(handed_out, dict)
            handed_out.clear()
    for view in (deal.statements, deal.withdrawn):
        with pytest.raises(TypeError):
            view[1] = None  # type: ignore[index]


# amounts and meetings


def test_change_amount() -> None:
    """A new price replaces the old one, and the reason is on record."""
    deal = new_deal()
    entry = deal.change_amount(Money("50000", "EUR"), by=BY, at=LATER, reason="Two more sites")
    assert entry.event == ev.AmountChanged(Money("50000", "EUR"), "Two more sites")
    assert deal.amount == Money("50000", "EUR")


def test_meet() -> None:
    """A meeting is recorded with who took part, when and by which means."""
    deal = new_deal()
    meet_everybody(deal)
    entry = deal.meet(
        "visit",
        participants=["ruth", "tom"],
        channel="Room 4",
        held_at=START - DAY,
        id="v-1",
        spoke="us",
        by=BY,
        at=START,
    )
    visit = Interaction("v-1", "visit", ("ruth", "tom"), START - DAY, "Room 4", "us")
    assert entry.event == ev.Met(visit)
    assert deal.interactions == {"v-1": visit}


def test_meetings_without_an_id_get_a_free_one() -> None:
    """The id made for a meeting is never one that another meeting has already."""
    deal = new_deal()
    meet_everybody(deal)
    for id in (None, "call-3", None, None):
        deal.meet("call", participants="tom", id=id, by=BY, at=LATER)
    assert list(deal.interactions) == ["call-1", "call-3", "call-4", "call-5"]
    assert deal.interactions["call-1"].held_at == LATER
    assert deal.interactions["call-1"].spoke == "both"
    assert not deal.interactions["call-1"].channel


# statements


def test_hear() -> None:
    """A statement carries who said it, when, in which words, and where."""
    deal = new_deal()
    meet_everybody(deal)
    deal.meet("call", participants=["ruth"], id="c", held_at=START, by=BY, at=LATER)
    entry = deal.hear(
        "ruth", "budget.amount", "60000 EUR", by=BY, at=LATER, quote="Sixty", interaction="c"
    )
    assert entry.event == ev.Said(
        "budget.amount", "60000 EUR", "contact", "ruth", START, "Sixty", None, True, None, "c"
    )
    statement = deal.statements[entry.seq]
    assert statement.value == Money("60000", "EUR")
    assert (statement.id, statement.by, statement.recorded_at) == (entry.seq, BY, LATER)
    assert (statement.said_at, statement.interaction) == (START, "c")
    assert (statement.source_kind, statement.source, statement.via) == ("contact", "ruth", None)
    assert (statement.quote, statement.first_hand, statement.about) == ("Sixty", True, None)


def test_hear_says_when() -> None:
    """The time of saying is the one given, else that of the meeting, else now."""
    deal = new_deal()
    meet_everybody(deal)
    deal.meet("call", participants=["ruth"], id="c", held_at=START, by=BY, at=LATER)
    said = [
        deal.statements[say(deal, "ruth", "need.ready", True, **details)].said_at
        for details in (
            {"said_at": START - DAY, "interaction": "c"},
            {"interaction": "c"},
            {},
        )
    ]
    assert said == [START - DAY, START, LATER]


def test_hear_through_somebody() -> None:
    """What was told on is not first-hand, and neither is what is said not to be."""
    deal = new_deal()
    meet_everybody(deal)
    told_on = deal.statements[say(deal, "ruth", "need.ready", True, via="tom")]
    assert (told_on.via, told_on.first_hand) == ("tom", False)
    known = deal.statements[say(deal, "ruth", "need.ready", True, via="tom", first_hand=False)]
    assert not known.first_hand
    unsure = deal.statements[say(deal, "ruth", "need.ready", True, first_hand=False)]
    assert (unsure.via, unsure.first_hand) == (None, False)


def test_about() -> None:
    """A fact of a contact is about the speaker, if nobody else is named."""
    deal = small_deal()
    about = [
        deal.statements[say(deal, "ann", "own.mood", "Good", **details)].about
        for details in ({}, {"about": "bob"})
    ]
    assert about == ["ann", "bob"]


def test_read_and_observe() -> None:
    """Documents and our own observations are sources of their own kind."""
    deal = small_deal()
    read = deal.read("Budget 2026.pdf", "be.rich", True, by=BY, at=LATER, quote="p. 3")
    seen = deal.observe("own.mood", "Angry", by="max", at=LATER, about="ann")
    assert isinstance(read.event, ev.Said)
    assert isinstance(seen.event, ev.Said)
    assert (read.event.source_kind, read.event.source) == ("document", "Budget 2026.pdf")
    assert (seen.event.source_kind, seen.event.source) == ("observation", "max")
    assert (read.event.about, seen.event.about) == (None, "ann")
    assert read.event.first_hand
    assert seen.event.first_hand


VALUES: dict[str, tuple[object, object]] = {
    "be.rich": (True, True),
    "has.number": ("12.50", Decimal("12.5")),
    "has.money": (Money("7", "USD"), Money("7", "USD")),
    "has.day": (date(2026, 5, 1), date(2026, 5, 1)),
    "has.time": ("P2W", timedelta(days=14)),
    "has.words": ("你好\n\tWorld", "你好\n\tWorld"),
    "has.items": (["a", "b"], ("a", "b")),
    "has.friend": ("bob", "bob"),
    "has.choice": ("yes", "yes"),
}


@pytest.mark.parametrize("fact", VALUES)
def test_values(fact: str) -> None:
    """Every type of value is kept as what it is."""
    given, kept = VALUES[fact]
    deal = small_deal()
    statement = deal.statements[say(deal, "ann", fact, given)]
    assert statement.value == kept
    assert type(statement.value) is type(kept)
    assert Deal.replay(deal.playbook, loads(dumps(deal.trail))) == deal


def test_withdraw() -> None:
    """What is taken back counts no longer, and the earlier word of the same person does again."""
    deal = small_deal()
    first = say(deal, "ann", "be.good", True)
    second = say(deal, "ann", "be.good", False)
    assert deal.assess(at=LATER).findings[0].no == (second,)
    entry = deal.withdraw(second, by=BY, at=LATER, reason="Misheard")
    assert entry.event == ev.Withdrawn(second, "Misheard")
    assert deal.withdrawn == {second: "Misheard"}
    assert second in deal.statements
    assert deal.assess(at=LATER).findings[0].yes == (first,)
    deal.withdraw(first, by=BY, at=LATER, reason="That, too")
    assert deal.assess(at=LATER).findings[0].gaps[0].reason == "never_asked"


# refusals

Call = Callable[[Deal], object]
REFUSED: dict[str, tuple[Call, list[str]]] = {
    "contact twice": (
        lambda d: d.add_contact("ann", name="", by=BY, at=LATER),
        ["there is a contact 'ann' already", "the name is empty"],
    ),
    "contact, everything": (
        lambda d: d.add_contact(
            ["x"],  # type: ignore[arg-type]
            name="\x7f",
            title=3,  # type: ignore[arg-type]
            kind="robot",
            roles=["buyer", "king", "buyer"],
            influence="huge",
            response_mode="asleep",
            rating=6,
            by=" ",
            at=START - DAY,
        ),
        [
            "by is empty",
            "is before the last entry",
            "a role is given twice",
            "the contact's id ['x'] is no id",
            "the name has the control character '\\x7f'",
            "the title is not a text: 3",
            "the kind 'robot' is not one of person, committee, third_party",
            "the role 'king' is not one of buyer, helper",
            "the influence 'huge' is not one of None, high, medium, low",
            "the response mode 'asleep'",
            "the rating 6 is not a whole number from -5 to 5",
        ],
    ),
    "rating of truth": (
        lambda d: d.change_contact("ann", rating=True, by=BY, at=LATER),
        ["the rating True"],
    ),
    "rating below": (
        lambda d: d.change_contact("ann", rating=-6, by=BY, at=LATER),
        ["the rating -6"],
    ),
    "roles of no kind": (
        lambda d: d.change_contact("ann", roles=None, by=BY, at=LATER),
        ["roles are not a list of ids: None"],
    ),
    "roles of a strange kind": (
        lambda d: d.change_contact("ann", roles=[["buyer"]], by=BY, at=LATER),
        ["the role is not a text: ['buyer']"],
    ),
    "stranger changed": (
        lambda d: d.change_contact("eve", rating=9, by="", at=LATER),
        ["by is empty", "the contact 'eve' is not a contact of the deal", "the rating 9"],
    ),
    "nothing changed": (
        lambda d: d.change_contact({}, by=BY, at=LATER),  # type: ignore[arg-type]
        ["the contact's id {} is no id"],
    ),
    "unknown fields": (
        lambda d: d.change_contact("ann", age=40, shoe=3, name="", by=BY, at=LATER),
        ["a contact has no age, shoe", "the name is empty"],
    ),
    "amount": (
        lambda d: d.change_amount(5, by=BY, at=LATER, reason="\t"),  # type: ignore[arg-type]
        ["the amount 5 is not Money", "the reason is empty"],
    ),
    "no amount": (
        lambda d: d.change_amount(None, by=BY, at=LATER, reason="x"),  # type: ignore[arg-type]
        ["the amount None is not Money"],
    ),
    "negative amount": (
        lambda d: d.change_amount(Money("-0.01", "EUR"), by=BY, at=LATER, reason="x"),
        ["the amount -0.01 EUR is below nothing"],
    ),
    "meeting, everything": (
        lambda d: d.meet(
            "lunch",  # type: ignore[arg-type]
            participants=["ann", "eve", "ann"],
            channel=None,  # type: ignore[arg-type]
            id="a b",
            held_at=LATER + DAY,
            spoke=1,  # type: ignore[arg-type]
            by=BY,
            at=LATER,
        ),
        [
            "a participant is given twice",
            "the kind of interaction 'lunch' is not one of call, meeting, mail, visit",
            "the interaction's id 'a b' is no id",
            "the channel is not a text",
            "the participant 'eve' is not a contact of the deal",
            "the side that spoke 1 is not one of us, them, both",
            "held_at 2026-03-04T09:00:00+00:00 lies after the time of recording",
        ],
    ),
    "meeting with nobody": (
        lambda d: d.meet("call", participants=(), by=BY, at=LATER),
        ["an interaction needs at least one participant"],
    ),
    "meeting with nonsense": (
        lambda d: d.meet("call", participants=5, by=BY, at=LATER),  # type: ignore[arg-type]
        ["participants are not a list of ids: 5", "needs at least one participant"],
    ),
    "meeting twice": (
        lambda d: d.meet("call", participants=["ann"], id="known", by=BY, at=LATER),
        ["there is an interaction 'known' already"],
    ),
    "meeting at no time": (
        lambda d: d.meet("call", participants=["ann"], held_at=5, by=BY, at=LATER),  # type: ignore[arg-type]
        ["held_at is not a datetime: 5"],
    ),
    "statement, everything": (
        lambda d: d.hear(
            "eve",
            "has.hope",
            None,
            by="",
            at=START - DAY,
            said_at="now",
            quote="\r",
            via="joe",
            first_hand=True,
            interaction="x",
            colour="red",
            about="joe",
        ),
        [
            "by is empty",
            "is before the last entry",
            "a statement by a contact has no colour",
            "the playbook has no fact 'has.hope'",
            "the source 'eve' is not a contact of the deal",
            "via: 'joe' is not a contact of the deal",
            "words that were told on are not first-hand",
            "the quote has the control character '\\r' at 0",
            "there is no interaction 'x'",
            "said_at is not a datetime: 'now'",
        ],
    ),
    "things without a hash": (
        lambda d: d.hear([], {}, [], by=BY, at=LATER, via={}, interaction=[]),  # type: ignore[arg-type]
        [
            "the playbook has no fact {}",
            "the source is not a text: []",
            "via is not a text: {}",
            "there is no interaction []",
        ],
    ),
    "said in the future": (
        lambda d: d.hear("ann", "be.rich", True, by=BY, at=LATER, said_at=LATER + DAY),
        ["said_at 2026-03-04T09:00:00+00:00 lies after the time of recording"],
    ),
    "first-hand of no kind": (
        lambda d: d.hear("ann", "be.rich", True, by=BY, at=LATER, first_hand=1),
        ["first_hand is not true or false: 1"],
    ),
    "told on by the speaker": (
        lambda d: d.hear("ann", "be.rich", True, by=BY, at=LATER, via="ann"),
        ["nobody tells on his own words"],
    ),
    "about a contact, of the deal": (
        lambda d: d.hear("ann", "be.rich", True, by=BY, at=LATER, about="bob"),
        ["be.rich is a fact of the deal, not of a contact: about must be left out"],
    ),
    "about nobody": (
        lambda d: d.observe("own.mood", "Good", by=BY, at=LATER),
        ["own.mood is a fact of each contact: about must name one"],
    ),
    "about a stranger": (
        lambda d: d.hear("ann", "own.mood", "Good", by=BY, at=LATER, about="eve"),
        ["about: 'eve' is not a contact of the deal"],
    ),
    "about something": (
        lambda d: d.hear("ann", "own.mood", "Good", by=BY, at=LATER, about=[1]),
        ["about is not a text: [1]"],
    ),
    "document of no name": (
        lambda d: d.read(" ", "be.rich", True, by=BY, at=LATER),
        ["the source is empty"],
    ),
    "document told on": (
        lambda d: d.read("A.pdf", "be.rich", True, by=BY, at=LATER, via="ann", first_hand=True),
        ["a statement by a document has no first_hand, via"],
    ),
    "observation told on": (
        lambda d: d.observe("be.rich", True, by=BY, at=LATER, via="ann"),
        ["a statement by a observation has no via"],
    ),
    "yes_no": (
        lambda d: d.hear("ann", "be.rich", "no", by=BY, at=LATER),
        ["be.rich: 'no' is not true or false"],
    ),
    "yes_no as number": (
        lambda d: d.hear("ann", "be.rich", 1, by=BY, at=LATER),
        ["be.rich: 1 is not true or false"],
    ),
    "number": (
        lambda d: d.hear("ann", "has.number", float("nan"), by=BY, at=LATER),
        ["has.number: nan is not a finite number"],
    ),
    "number of truth": (
        lambda d: d.hear("ann", "has.number", True, by=BY, at=LATER),
        ["has.number: True is not a number"],
    ),
    "money": (
        lambda d: d.hear("ann", "has.money", "much", by=BY, at=LATER),
        ["has.money: 'much' is not an amount"],
    ),
    "money of no currency": (
        lambda d: d.hear("ann", "has.money", 5, by=BY, at=LATER),
        ["has.money: 5 is not an amount"],
    ),
    "date": (
        lambda d: d.hear("ann", "has.day", START, by=BY, at=LATER),
        ["has.day: datetime.datetime(", "is not a date"],
    ),
    "duration": (
        lambda d: d.hear("ann", "has.time", "P1Y", by=BY, at=LATER),
        ["has.time: 'P1Y' is not a duration"],
    ),
    "empty text": (
        lambda d: d.hear("ann", "has.words", " ", by=BY, at=LATER),
        ["has.words: an empty text says nothing"],
    ),
    "control character": (
        lambda d: d.hear("ann", "has.words", "a\x9bb", by=BY, at=LATER),
        ["has.words: the text has the control character '\\x9b' at 1"],
    ),
    "surrogate": (
        lambda d: d.hear("ann", "has.words", "\ud800", by=BY, at=LATER),
        ["has.words: the text has the control character '\\ud800' at 0"],
    ),
    "list": (
        lambda d: d.hear("ann", "has.items", "a", by=BY, at=LATER),
        ["has.items: 'a' is not a list of texts"],
    ),
    "person": (
        lambda d: d.hear("ann", "has.friend", "eve", by=BY, at=LATER),
        ["has.friend: 'eve' is not a contact of the deal"],
    ),
    "choice": (
        lambda d: d.hear("ann", "has.choice", "maybe", by=BY, at=LATER),
        ["has.choice 'maybe' is not one of yes, no"],
    ),
    "choice of no kind": (
        lambda d: d.hear("ann", "has.choice", ["yes"], by=BY, at=LATER),
        ["has.choice: the text is not a text: ['yes']"],
    ),
    "withdrawal of no statement": (
        lambda d: d.withdraw(1, by="", at=LATER, reason=""),
        ["by is empty", "the reason is empty", "entry 1 is not a statement"],
    ),
    "withdrawal of a truth": (
        lambda d: d.withdraw(True, by=BY, at=LATER, reason="x"),
        ["entry True is not a statement"],
    ),
    "withdrawal of nonsense": (
        lambda d: d.withdraw([], by=BY, at=LATER, reason=None),  # type: ignore[arg-type]
        ["the reason is not a text: None", "entry [] is not a statement"],
    ),
    "advance by nobody": (
        lambda d: d.advance(by="", at=None),  # type: ignore[arg-type]
        ["by is empty", "at is not a datetime: None"],
    ),
    "fulfil by nobody": (
        lambda d: d.fulfil(by="", at=LATER),
        ["by is empty", "no move leads from one to 'fulfilled'"],
    ),
    "answer by nobody": (
        lambda d: d.answer_trial_close("yes", source="ann", by="", at=LATER),
        ["by is empty", "one is not the trial close"],
    ),
    "step back for no reason": (
        lambda d: d.step_back("one", by="", at=LATER, reason=" "),
        ["by is empty", "the reason is empty", "'one' is not a step before one"],
    ),
    "step back for none": (
        lambda d: d.step_back("one", by=BY, at=LATER, reason=None),  # type: ignore[arg-type]
        ["the reason is not a text: None", "'one' is not a step before one"],
    ),
    "walk away for no reason": (
        lambda d: d.walk_away(by="", at=START - DAY, reason=""),
        ["by is empty", "is before the last entry", "the reason is empty"],
    ),
    "lose, everything": (
        lambda d: d.lose(by="", at=LATER, reason="", to="us", rival=5),  # type: ignore[arg-type]
        [
            "by is empty",
            "the reason is empty",
            "the winning alternative 'us' is not one of rival, in_house, nothing",
            "the rival is not a text: 5",
            "a rival is named, but the deal was lost to us",
        ],
    ),
    "lose to nothing by name": (
        lambda d: d.lose(by=BY, at=LATER, reason="x", to="nothing", rival="Hauler"),
        ["a rival is named, but the deal was lost to nothing"],
    ),
    "reopen for no reason": (
        lambda d: d.reopen(by="", at=LATER, reason=""),
        ["by is empty", "the reason is empty", "a deal that is open cannot be reopened"],
    ),
    "waive, everything": (
        lambda d: d.waive("happy", authority=BY, by=BY, at=LATER, reason="", until=LATER),
        [
            "the playbook has no guard 'happy'",
            "the reason is empty",
            "; nobody waives for himself: the authority must be somebody else; ",
            "until 2026-03-03T09:00:00+00:00 is over already",
        ],
    ),
    "waive what stands": (
        lambda d: d.waive("rich", authority="Max", by=BY, at=LATER, reason="x"),
        ["the playbook does not let anybody waive rich"],
    ),
    "waive by nobody, never": (
        lambda d: d.waive(["good"], authority="", by=BY, at=None, reason="x", until=5),  # type: ignore[arg-type]
        [
            "at is not a datetime: None",
            "the playbook has no guard ['good']",
            "the authority is empty",
            "until is not a datetime: 5",
        ],
    ),
    "time of nothing": (
        lambda d: d.correct_time(9, START, by="", at=LATER, reason="", last=True),
        ["by is empty", "the reason is empty", "no entry 9", "no entry True"],
    ),
    "time that is none": (
        lambda d: d.correct_time(1, None, by="", at=None, reason=""),  # type: ignore[arg-type]
        ["at is not", "true_at is not a datetime: None", "by is empty", "the reason is empty"],
    ),
    "time corrected at no time": (
        lambda d: d.correct_time(2, START, by=BY, at=None, reason="x", last=1),  # type: ignore[arg-type]
        ["at is not a datetime", "last 1 is before entry 2", "entry 2 has this time already"],
    ),
    "waive at no time": (
        lambda d: d.waive("good", authority="Max", by="", at=None, reason="x", until=LATER),  # type: ignore[arg-type]
        ["by is empty", "at is not a datetime: None"],
    ),
}


@pytest.mark.parametrize(("call", "problems"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_arguments(call: Call, problems: list[str]) -> None:
    """Unusable arguments are refused with every problem at once, and change nothing."""
    deal = small_deal()
    deal.meet("call", participants=["ann"], id="known", by=BY, at=START)
    say(deal, "ann", "be.good", True)
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        call(deal)
    message = str(caught.value)
    assert all(problem in message for problem in problems), message
    together = len([p for p in problems if p != "is not a date"])
    assert len(message.split("; ")) == together, message


def test_withdrawn_twice() -> None:
    """A statement can be taken back only once."""
    deal = small_deal()
    seq = say(deal, "ann", "be.good", True)
    deal.withdraw(seq, by=BY, at=LATER, reason="Misheard")
    with left_alone(deal), pytest.raises(EvidenceError, match="withdrawn already"):
        deal.withdraw(seq, by=BY, at=LATER, reason="Misheard")


@pytest.mark.parametrize("number", [2.5, "high", None])
def test_assess_needs_a_time(number: object) -> None:
    """Looking at a deal takes an instant, too."""
    deal = small_deal()
    with pytest.raises(EvidenceError, match="at is not a datetime"):
        deal.assess(at=number)  # type: ignore[arg-type]
    with pytest.raises(EvidenceError, match="before the last entry"):
        deal.farewell(at=START - DAY)


class Word(StrEnum):
    """A text that is more than a text."""

    KIND = "call"
    NAME = "lena"


def test_what_cannot_be_written_is_refused() -> None:
    """What passes for a text but would not come back from the trail as it was is refused."""
    deal = small_deal()
    with left_alone(deal), pytest.raises(EvidenceError, match=r"Word\.KIND: 'call'> is not one of"):
        deal.meet(Word.KIND, participants=["ann"], by=BY, at=LATER)  # type: ignore[arg-type]
    with left_alone(deal), pytest.raises(EvidenceError, match="cannot be put on record"):
        deal.hear("ann", "be.good", True, by=Word.NAME, at=LATER)


WORKING: dict[str, dict[str, Any]] = {
    "add_contact": {"id": "eve", "name": "Eve", "title": "", "kind": "person", "rating": 1},
    "change_contact": {"id": "ann", "roles": [], "influence": "low", "response_mode": "growth"},
    "change_amount": {"amount": Money("5", "EUR"), "reason": "x"},
    "change_card": {
        "owner": "max",
        "source": "referral",
        "source_name": "x",
        "market": "",
        "lines": [Line("Racks", Money("5", "EUR"))],
        "expected_close": date(2026, 5, 1),
        "reason": "",
    },
    "correct_account": {"account": "Northwind Ltd", "reason": "x"},
    "correct_title": {"title": "Racks", "reason": "x"},
    "meet": {"kind": "call", "participants": ["ann"], "id": "m", "channel": "", "spoke": "both"},
    "hear": {"contact": "ann", "fact": "be.good", "value": True, "via": "bob", "said_at": START},
    "read": {"document": "A.pdf", "fact": "own.mood", "value": "x", "about": "ann", "quote": ""},
    "observe": {"fact": "be.good", "value": True, "interaction": "known"},
    "withdraw": {"statement": 5, "reason": "x"},
    "advance": {"to": "left"},
    "answer_trial_close": {"answer": "yes", "source": "ann"},
    "step_back": {"to": "one", "reason": "x"},
    "walk_away": {"reason": "x"},
    "lose": {"reason": "x", "to": "rival", "rival": "Hauler"},
    "reopen": {"reason": "x"},
    "waive": {"guard": "good", "authority": "Max", "reason": "x", "until": LATER},
    "correct_time": {"entry": 4, "true_at": START, "last": 5, "reason": "x"},
}
RUBBISH = st.sampled_from(
    [
        *(None, True, 0, -1, 10**20, 0.5, float("nan"), "", " ", "ann", "be.good", "own.mood"),
        *("left", "\x00", "\ud800", "a" * 20_000, b"ann", [], {}, set(), ["ann"], [[]], object()),
        *(str, START, LATER, START.replace(tzinfo=None), datetime.max.replace(tzinfo=UTC)),
        *(date.max, timedelta(-1), Money("5", "USD"), Decimal("NaN"), Decimal("1E+500")),
        *(Word.KIND, "5 EUR", "2026-05-01"),
    ]
)


@given(data=st.data())
def test_rubbish(data: st.DataObject) -> None:
    """Whatever is given for whichever argument, a verb works or says why not, and no more."""
    deal = small_deal()
    deal.meet("call", participants=["ann"], id="known", by=BY, at=START)
    say(deal, "ann", "be.good", True)
    verb = data.draw(st.sampled_from(sorted(WORKING)))
    arguments = WORKING[verb] | {"by": BY, "at": LATER}
    for name in data.draw(st.lists(st.sampled_from(sorted(arguments)), min_size=1, max_size=3)):
        arguments[name] = data.draw(RUBBISH)
    before = picture(deal)
    try:
        getattr(deal, verb)(**arguments)
    except Refused:
        assert deal.version == 6
    except DealflowError:
        assert picture(deal) == before
    assert Deal.replay(deal.playbook, loads(dumps(deal.trail))) == deal


# money


def test_one_currency() -> None:
    """A deal's money is in one currency, whoever speaks of it first."""
    deal = small_deal(amount=Money("10", "EUR"))
    with left_alone(deal), pytest.raises(CurrencyMismatch) as caught:
        say(deal, "ann", "has.money", "7 USD")
    assert (caught.value.one, caught.value.other) == ("has.money 7 USD", "the deal's EUR")
    with left_alone(deal), pytest.raises(CurrencyMismatch) as caught:
        deal.change_amount(Money("7", "USD"), by=BY, at=LATER, reason="x")
    assert (caught.value.one, caught.value.other) == ("7 USD", "the deal's EUR")
    with left_alone(deal), pytest.raises(EvidenceError, match=r"the reason is empty; .*compared"):
        deal.change_amount(Money("7", "USD"), by=BY, at=LATER, reason="")


def test_a_statement_settles_the_currency() -> None:
    """Without a price the first amount that is heard settles the currency, while it stands."""
    deal = small_deal()
    first = say(deal, "ann", "has.money", "7 USD")
    second = say(deal, "bob", "has.money", "8 USD")
    say(deal, "bob", "has.words", "Dollars, of course")
    for _ in range(2):
        with left_alone(deal), pytest.raises(CurrencyMismatch):
            deal.change_amount(Money("7", "EUR"), by=BY, at=now(deal), reason="x")
        deal.withdraw(first, by=BY, at=LATER, reason="Typed wrongly")
        first = second
    deal.change_amount(Money("7", "EUR"), by=BY, at=LATER, reason="Euros, after all")
    assert deal.amount == Money("7", "EUR")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        say(deal, "ann", "has.money", "7 USD")


def test_withdrawing_an_amount_does_not_touch_the_price() -> None:
    """The price keeps the currency when a statement is taken back."""
    deal = small_deal(amount=Money("10", "EUR"))
    deal.withdraw(say(deal, "ann", "has.money", "7 EUR"), by=BY, at=LATER, reason="Misheard")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        say(deal, "ann", "has.money", "7 USD")


PRICED = {
    "guard": MOVES.replace('when = ["rich"]', 'when = ["rich", "dear"]')
    + """
[guards.dear]
title = { en = "Dear", zh = "贵" }
when = 'has.money >= money("100 EUR")'
refused = { en = "Too cheap.", zh = "太便宜。" }
""",
    "red flag": MOVES
    + """
[red_flags.cheap]
when = 'deal.amount < money("100 EUR")'
says = { en = "Cheap.", zh = "便宜。" }
""",
    "paper": MOVES
    + """
[[papers]]
id = "thick"
title = { en = "Thick", zh = "厚" }
when = 'has.money >= money("100 EUR")'
[[papers]]
id = "thin"
title = { en = "Thin", zh = "薄" }
""",
}


@pytest.mark.parametrize("more", PRICED.values(), ids=PRICED.keys())
def test_the_playbook_settles_the_currency(more: str) -> None:
    """Where the rules name an amount, a deal in another currency could never be judged."""
    with pytest.raises(CurrencyMismatch):
        small_deal(more, amount=Money("10", "USD"))
    assert small_deal(more, amount=Money("10", "EUR")).amount == Money("10", "EUR")
    deal = small_deal(more)
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        say(deal, "ann", "has.money", "200 USD")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        deal.change_amount(Money("200", "USD"), by=BY, at=LATER, reason="x")
    deal.withdraw(say(deal, "ann", "has.money", "200 EUR"), by=BY, at=LATER, reason="Misheard")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        say(deal, "ann", "has.money", "200 USD")


def test_a_playbook_is_in_one_currency() -> None:
    """Rules that name two currencies are no rules."""
    more = PRICED["guard"] + PRICED["red flag"].removeprefix(MOVES).replace("EUR", "CNY")
    with pytest.raises(PlaybookError, match="amounts in CNY and EUR: a deal's money is in one"):
        small(more)


# replay


def test_replay_gives_the_same_deal() -> None:
    """A trail read back makes a deal that is equal, looks equal and goes on alike."""
    deal = ready_at("buying_roles")
    again = Deal.replay(seven_step(), loads(dumps(deal.trail)))
    assert again == deal
    assert not again != deal  # noqa: SIM202
    assert picture(again) == picture(deal)
    at = now(deal, days=1)
    assert again.advance(by=BY, at=at) == deal.advance(by=BY, at=at)
    assert again.trail.head == deal.trail.head


def test_deals_differ() -> None:
    """Deals are equal when rules and trails are; they are no keys."""
    deal = new_deal()
    assert deal != new_deal(id="D-2")
    assert deal != new_deal(small())
    assert deal != deal.trail
    assert deal == new_deal()
    with pytest.raises(TypeError):
        hash(deal)


def test_repr() -> None:
    """A deal shows where it stands."""
    deal = new_deal()
    assert repr(deal) == "<Deal D-1 (Northwind): first_contact, version 1>"
    deal.walk_away(by=BY, at=LATER, reason="No need")
    assert repr(deal) == "<Deal D-1 (Northwind): walked_away, version 2>"


def test_old_trails_stay() -> None:
    """A trail that was handed out does not grow with the deal."""
    deal = new_deal()
    early = deal.trail
    meet_everybody(deal)
    assert len(early) == 1
    assert early.head == deal.trail[0].hash
    assert Deal.replay(deal.playbook, early) == new_deal()


def test_replay_of_nothing() -> None:
    """An empty trail opens no deal, and neither does one that starts in the middle."""
    with pytest.raises(TrailError, match=r"^a trail starts with the entry that opened the deal$"):
        Deal.replay(seven_step(), Trail())
    said = ev.Withdrawn(1, "x")
    with pytest.raises(TrailError, match=r"entry 1 does not follow .* first entry is not 'opened'"):
        Deal.replay(seven_step(), Trail([chain(NO_HEAD, 1, START, BY, said)]))


def test_replay_under_other_rules() -> None:
    """A trail says under which rules it was made, and goes by no others."""
    deal = new_deal()
    with pytest.raises(TrailError) as caught:
        Deal.replay(small(), deal.trail)
    (problem,) = caught.value.problems
    assert problem.code == "other_playbook"
    assert problem.message == (
        f"the deal was opened under seven_step 1.0.0 ({seven_step().fingerprint[:12]}),"
        f" and this is small 1 ({small().fingerprint[:12]})"
    )
    assert str(caught.value).endswith(problem.message)
    assert (caught.value.code, caught.value.seq) == ("does_not_follow", 1)
    stricter = seven_step(version="1.0.1")
    with pytest.raises(TrailError, match=r"and this is seven_step 1\.0\.1"):
        Deal.replay(stricter, deal.trail)


def forged(*events: ev.Event) -> Trail:
    """A trail of any events after the opening, with hashes that are right."""
    trail = small_deal().trail
    for event in events:
        trail = trail.extended([forge(trail.head, len(trail) + 1, START, BY, event)])
    return trail


def said(fact: str, value: Any, **fields: Any) -> ev.Said:
    """A statement by ann."""
    kind: Literal["contact", "document"] = fields.pop("source_kind", "contact")
    source = fields.pop("source", "ann")
    return ev.Said(fact, value, kind, source, START, first_hand="via" not in fields, **fields)


EVE = Contact("eve", "Eve")
ANN = Contact("ann", "Ann", roles=("buyer",))
CALL = Interaction("m", "call", ("ann",), START)
GOOD = said("be.good", True)
LOST = ev.Lost("one", "x", "nothing", "")
LEFT = ev.WalkedAway("one", "x", "ask", {"good": ev.GuardRecord("unknown")})
WENT = ev.Moved("go_left", "one", "left", "ready", {"good": ev.GuardRecord("true")})
OPENED = ev.Opened("D-1", "N", "", None, "small", "1", small().fingerprint, "one", Card(BY))
SENSELESS: dict[str, tuple[list[ev.Event], str]] = {
    "opened again": ([OPENED], "the deal is opened again"),
    "known contact added": (
        [ev.ContactAdded(evolve(EVE, id="ann"))],
        "there is a contact 'ann' already",
    ),
    "contact of no role": (
        [ev.ContactAdded(evolve(EVE, roles=("king",)))],
        "the role 'king' is not one of buyer, helper",
    ),
    "stranger changed": (
        [ev.ContactChanged(EVE)],
        "'eve' is not a contact of the deal",
    ),
    "contact to no role": (
        [ev.ContactChanged(evolve(ANN, roles=("king",)))],
        "the role 'king' is not one of buyer, helper",
    ),
    "contact changed to the same": (
        [ev.ContactChanged(ANN)],
        "the contact 'ann' is like this already",
    ),
    "meeting twice": (
        [ev.Met(CALL)] * 2,
        "there is an interaction 'm' already",
    ),
    "meeting with strangers": (
        [ev.Met(evolve(CALL, participants=("ann", "eve")))],
        "'eve' is not a contact of the deal",
    ),
    "meeting to come": (
        [ev.Met(evolve(CALL, held_at=LATER))],
        "held_at 2026-03-03T09:00:00+00:00 lies after the time of recording",
    ),
    "words to come": (
        [evolve(said("be.good", True), said_at=LATER)],
        "said_at 2026-03-03T09:00:00+00:00 lies after the time of recording",
    ),
    "unknown fact": ([said("has.hope", True)], "the playbook has no fact 'has.hope'"),
    "wrong type": ([said("be.good", "yes")], "'yes' is not true or false"),
    "list for a choice": ([said("has.choice", ["yes"])], "is not a text"),
    "list for a person": ([said("has.friend", ["ann"])], "is not a text"),
    "no amount": ([said("has.money", "much")], "is not an amount"),
    "truth for an amount": ([said("has.money", True)], "is not an amount"),
    "control character": ([said("has.day", "2026-02-30")], "day is out of range"),
    "no choice": ([said("has.choice", "maybe")], "has.choice 'maybe' is not one of yes, no"),
    "no friend": ([said("has.friend", "eve")], "'eve' is not a contact of the deal"),
    "two currencies": (
        [said("has.money", "1 EUR"), said("has.money", "1 USD")],
        "has.money 1 USD and the deal's EUR cannot be compared",
    ),
    "other currency": (
        [said("has.money", "1 EUR"), ev.AmountChanged(Money("1", "USD"), "x")],
        "1 USD and what was said, in EUR cannot be compared",
    ),
    "unknown source": ([said("be.good", True, source="eve")], "'eve' is not a contact"),
    "unknown teller": ([said("be.good", True, via="eve")], "'eve' is not a contact"),
    "unknown subject": ([said("own.mood", "x", about="eve")], "'eve' is not a contact"),
    "needless subject": ([said("be.good", True, about="ann")], "be.good is a fact of the deal"),
    "no subject": ([said("own.mood", "x")], "is a fact of each contact"),
    "unknown meeting": ([said("be.good", True, interaction="m")], "no interaction 'm'"),
    "withdrawn nothing": ([ev.Withdrawn(2, "x")], "entry 2 is not a statement"),
    "withdrawn twice": (
        [GOOD, ev.Withdrawn(4, "x"), ev.Withdrawn(4, "x")],
        "statement 4 is withdrawn already",
    ),
    "waived nothing": ([ev.Waived("happy", "Max", "x", None)], "no guard 'happy'"),
    "waived the unwaivable": ([ev.Waived("rich", "Max", "x", None)], "let anybody waive rich"),
    "moved to nowhere": (
        [ev.Moved("go_left", "one", "nowhere", "ready", {})],
        "one has no move 'go_left' to 'nowhere'",
    ),
    "moved by no move": (
        [ev.Refused("go_up", "one", "left", "ask", {})],
        "one has no move 'go_up' to 'left'",
    ),
    "moved from elsewhere": (
        [ev.Moved("from_left", "left", "last", "ready", {})],
        "the deal is at one, not at 'left'",
    ),
    "moved after the end": ([LOST, WENT], "the deal is lost"),
    "back forward": (
        [ev.SteppedBack("one", "left", "x", "rep", {})],
        "'left' is not a step before",
    ),
    "back to nowhere": (
        [WENT, ev.SteppedBack("left", "nowhere", "x", "rep", {})],
        "'nowhere' is not a step before",
    ),
    "back from elsewhere": (
        [ev.SteppedBack("left", "one", "x", "rep", {})],
        "the deal is at one, not at 'left'",
    ),
    "lost after the end": ([LEFT, LOST], "the deal is walked_away"),
    "left from elsewhere": (
        [ev.WalkedAway("last", "x", "ask", {})],
        "the deal is at one, not at 'last'",
    ),
    "open reopened": ([ev.Reopened("one", "lost", "x")], "a deal that is open cannot"),
    "reopened from another end": (
        [LOST, GOOD, ev.Reopened("one", "walked_away", "x")],
        "the deal was lost at one",
    ),
    "reopened elsewhere": (
        [LOST, GOOD, ev.Reopened("left", "lost", "x")],
        "the deal was lost at one",
    ),
    "reopened on nothing new": (
        [GOOD, LOST, ev.Reopened("one", "lost", "x")],
        "nothing new is on record since the deal ended",
    ),
}


@pytest.mark.parametrize(("events", "problem"), SENSELESS.values(), ids=SENSELESS.keys())
def test_senseless_trails(events: list[ev.Event], problem: str) -> None:
    """Right hashes do not make a story: the entry that cannot follow is named."""
    trail = forged(*events)
    with pytest.raises(TrailError) as caught:
        Deal.replay(small(), trail)
    expected = f"entry {len(trail)} does not follow from those before it: "
    assert str(caught.value).startswith(expected)
    assert problem in str(caught.value)


def test_sensible_trails() -> None:
    """What was forged with sense is a deal like any other."""
    known = said("own.mood", "x", source_kind="document", source="A.pdf", about="bob")
    moods = [GOOD, known, said("has.friend", "bob"), said("has.choice", "yes")]
    ways: list[ev.Event] = [
        WENT,
        ev.SteppedBack("left", "one", "x", "rep", {}),
        ev.Waived("good", "Max", "x", None),
        LOST,
        ev.Withdrawn(4, "x"),
        ev.Reopened("one", "lost", "x"),
        ev.ContactAdded(EVE),
    ]
    deal = Deal.replay(small(), forged(*moods, *ways))
    with left_alone(deal):
        deal.assess(at=LATER)


WRONG_STARTS = {
    "first step": ({"step": "last"}, "a deal starts at one, not at 'last'"),
    "currency": (
        {"amount": Money("1", "USD")},
        "1 USD and the playbook's EUR cannot be compared",
    ),
    "name": ({"playbook": "big"}, "the playbook is called small 1"),
    "version": ({"playbook_version": "2"}, "the playbook is called small 1"),
}


@pytest.mark.parametrize(("fields", "problem"), WRONG_STARTS.values(), ids=WRONG_STARTS.keys())
def test_senseless_openings(fields: dict[str, Any], problem: str) -> None:
    """Even the first entry must fit the rules that it names."""
    book = small(PRICED["guard"])
    opened = evolve(OPENED, fingerprint=book.fingerprint, **fields)
    with pytest.raises(TrailError, match="entry 1 does not follow") as caught:
        Deal.replay(book, Trail([chain(NO_HEAD, 1, START, BY, opened)]))
    assert problem in str(caught.value)


# errors


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_real_refusal_travels(again: Callable[[Refused], Refused]) -> None:
    """A refusal can be sent to another process with all that it says."""
    deal = deal_at("buying_roles")
    make_ready(deal)
    say(deal, "mara", "decision.clear", False)
    say(deal, "paul", "budget.approved", False)
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=now(deal))
    travelled = again(caught.value)
    assert travelled.assessment == caught.value.assessment
    assert travelled.entry == caught.value.entry == deal.trail[-1]
    assert travelled.findings == caught.value.findings
    assert str(travelled) == str(caught.value)
    assert isinstance(travelled, PermissionError)
