"""Tests of our own record of a deal: how it is set, changed, put right and refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import pytest
from attrs import asdict, evolve
from hypothesis import given

from dealflow import (
    Card,
    CurrencyMismatch,
    Deal,
    EvidenceError,
    Line,
    Money,
    TrailError,
    dumps,
    loads,
)
from dealflow.trail import events as ev
from tests import _trails as make
from tests.deals import BY, DAY, MOVES, START, left_alone, new_deal, now, say, small, small_deal

LATER = START + DAY
GATES = Line("Gates", Money("40000", "EUR"))
DOORS = Line("Doors", Money("8000", "EUR"))
CLOSE = date(2026, 9, 30)
FULL: dict[str, Any] = {
    "owner": "max",
    "source": "referral",
    "source_name": "Mona Weiss",
    "market": "ports",
    "lines": (GATES, DOORS),
    "expected_close": CLOSE,
}


def test_a_deal_belongs_to_whoever_opens_it() -> None:
    """Without an owner it is the one who opens the deal, and nothing else is on the card."""
    assert new_deal().card == Card(BY)


def test_open_with_a_card() -> None:
    """What is given on opening is on the card, and on record."""
    deal = new_deal(**FULL)
    assert deal.card == Card(**FULL)
    event = deal.trail[0].event
    assert isinstance(event, ev.Opened)
    assert event.card == deal.card


def test_lines_and_dates_in_other_forms() -> None:
    """Lines come in any iterable, and a day may be given as its text."""
    deal = new_deal(lines=iter([GATES]), expected_close="2026-09-30")
    assert (deal.card.lines, deal.card.expected_close) == ((GATES,), CLOSE)


def test_change_the_card() -> None:
    """What is named changes and the rest stays; the entry has the whole card, and a reason."""
    deal = new_deal(**FULL)
    handed = deal.change_card(owner="eve", by=BY, at=LATER, reason="Max left")
    assert handed.event == ev.CardChanged(Card(**FULL | {"owner": "eve"}), "Max left")
    emptied = deal.change_card(
        source=None, source_name="", market="", lines=[], expected_close=None, by="eve", at=LATER
    )
    assert emptied.event == ev.CardChanged(Card("eve"))
    assert deal.card == Card("eve")
    owners = [e.event.card.owner for e in deal.trail if isinstance(e.event, ev.CardChanged)]
    assert owners == ["eve", "eve"]


def test_the_same_card_again() -> None:
    """A change that changes nothing is refused."""
    deal = new_deal(**FULL)
    for same in ({}, {"owner": "max"}, {"lines": [GATES, DOORS], "expected_close": "2026-09-30"}):
        with left_alone(deal), pytest.raises(EvidenceError) as caught:
            deal.change_card(by=BY, at=LATER, **same)
        assert caught.value.code == "unchanged"


@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        ({"mood": "good"}, "mood", "unknown_field"),
        ({"owner": " "}, "owner", "invalid_text"),
        ({"owner": None}, "owner", "invalid_text"),
        ({"source": "chance"}, "source", "invalid_word"),
        ({"source": "referral", "source_name": "\t"}, "source_name", "invalid_text"),
        ({"source_name": "Mona Weiss"}, "source_name", "inconsistent"),
        ({"market": "\x00"}, "market", "invalid_text"),
        ({"market": 5}, "market", "invalid_text"),
        ({"lines": "Gates"}, "lines", "invalid_value"),
        ({"lines": 5}, "lines", "invalid_value"),
        ({"lines": [("Gates", Money(1, "EUR"))]}, "lines[0]", "invalid_value"),
        ({"lines": [evolve(DOORS, product="")]}, "lines[0].product", "invalid_text"),
        ({"lines": [GATES, Line("Doors", cast("Any", 5))]}, "lines[1].amount", "invalid_amount"),
        ({"lines": [Line("owed", Money(-1, "EUR"))]}, "lines[0].amount", "invalid_amount"),
        ({"lines": [Line("huge", Money(10**15, "EUR")), GATES]}, "lines", "invalid_amount"),
        ({"lines": [DOORS, evolve(GATES, product="Doors")]}, "lines", "given_twice"),
        ({"lines": [Line(str(n), DOORS.amount) for n in range(201)]}, "lines", "invalid_value"),
        ({"expected_close": "30.9.2026"}, "expected_close", "invalid_value"),
        ({"expected_close": START}, "expected_close", "invalid_value"),
        ({"expected_close": date(1899, 12, 31)}, "expected_close", "invalid_value"),
        ({"reason": 5}, "reason", "invalid_text"),
    ],
    ids=lambda value: ascii(value)[:45] if isinstance(value, dict) else "",
)
def test_what_no_card_can_be(given: dict[str, Any], place: str, code: str) -> None:
    """Whatever is wrong is refused with its place and its code, on changing and on opening."""
    deal = new_deal()
    told = {"market": "rail"} | given
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        deal.change_card(by=BY, at=LATER, **told)
    assert [(p.place, p.code) for p in caught.value.problems] == [(place, code)]
    if not given.keys() & {"mood", "reason"} and given != {"owner": None}:
        with pytest.raises(EvidenceError) as caught:
            new_deal(**told)
        assert [(p.place, p.code) for p in caught.value.problems] == [(place, code)]


def test_everything_at_once() -> None:
    """All problems come in one error; an owner who is also the one who acts is told once."""
    deal = new_deal()
    wrong = Line("", Money(-1, "USD"))
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        deal.change_card(
            owner="",
            source_name=" ",
            lines=[wrong],
            expected_close=5,
            mood=1,
            by="",
            at=START - DAY,
        )
    assert {(p.place, p.code) for p in caught.value.problems} == {
        ("mood", "unknown_field"),
        ("at", "before_last_entry"),
        ("by", "invalid_text"),
        ("source_name", "invalid_text"),
        ("source_name", "inconsistent"),
        ("lines[0].product", "invalid_text"),
        ("lines[0].amount", "invalid_amount"),
        ("lines[0].amount", "wrong_currency"),
        ("expected_close", "invalid_value"),
    }


def test_lines_settle_the_currency() -> None:
    """Without a price the lines say in which currency the deal's money is, while they stand."""
    deal = small_deal(lines=[GATES])
    for act in (
        lambda: say(deal, "ann", "has.money", "7 USD"),
        lambda: deal.change_amount(Money("7", "USD"), by=BY, at=now(deal), reason="x"),
    ):
        with left_alone(deal), pytest.raises(CurrencyMismatch) as caught:
            act()
        assert "the deal's EUR" in caught.value.other
    deal.change_card(lines=[Line("Gates", Money(7, "USD"))], by=BY, at=LATER)
    said = say(deal, "ann", "has.money", "7 USD")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        deal.change_card(lines=[GATES], by=BY, at=LATER)
    deal.change_card(lines=[], by=BY, at=LATER)
    deal.withdraw(said, by=BY, at=LATER, reason="Misheard")
    deal.change_card(lines=[GATES], by=BY, at=LATER)
    deal.change_amount(Money("7", "EUR"), by=BY, at=LATER, reason="Euros, after all")


def test_lines_keep_the_currency_that_they_settle() -> None:
    """When the one amount that was said is taken back, the lines still say what the money is in."""
    deal = small_deal()
    said = say(deal, "ann", "has.money", "7 EUR")
    deal.change_card(lines=[GATES], by=BY, at=LATER)
    deal.withdraw(said, by=BY, at=LATER, reason="Misheard")
    with left_alone(deal), pytest.raises(CurrencyMismatch):
        deal.change_amount(Money("7", "USD"), by=BY, at=LATER, reason="x")


def test_lines_in_two_currencies() -> None:
    """Where nothing else has settled the currency, the first line does, for the others."""
    mixed = [GATES, Line("Doors", Money("8000", "USD"))]
    with pytest.raises(CurrencyMismatch, match="8000 USD and the lines before, in EUR"):
        small_deal(lines=mixed)
    with pytest.raises(CurrencyMismatch, match="8000 USD and the deal's EUR"):
        small_deal(lines=mixed, amount=Money(1, "EUR"))


def test_lines_in_the_playbooks_currency() -> None:
    """Where the playbook's conditions name amounts, lines have to be in their currency."""
    dear = small().to_data()
    guards: Any = dear["guards"]
    guards["rich"]["when"] = 'has.money > money("1 USD")'
    book = type(small()).from_data(dear)
    with pytest.raises(CurrencyMismatch, match="40000 EUR and the playbook's USD"):
        new_deal(book, amount=None, lines=[GATES])


def test_the_account_is_put_right() -> None:
    """The customer's name changes, for a reason that is on record."""
    deal = new_deal()
    entry = deal.correct_account("Northwind Ltd", by=BY, at=LATER, reason="The full name")
    assert entry.event == ev.AccountCorrected("Northwind Ltd", "The full name")
    assert deal.account == "Northwind Ltd"


def test_the_title_is_put_right() -> None:
    """What the deal is about may be said otherwise, and may be taken away."""
    deal = new_deal()
    entry = deal.correct_title("Racks", by=BY, at=LATER, reason="Not shelves")
    assert entry.event == ev.TitleCorrected("Racks", "Not shelves")
    assert deal.title == "Racks"
    deal.correct_title("", by=BY, at=LATER, reason="Too early to say")
    assert not deal.title


@pytest.mark.parametrize(
    ("verb", "given", "code"),
    [
        ("correct_account", {"account": "Northwind"}, "unchanged"),
        ("correct_account", {"account": " "}, "invalid_text"),
        ("correct_account", {"account": 5}, "invalid_text"),
        ("correct_account", {"account": "N", "reason": ""}, "invalid_text"),
        ("correct_title", {"title": ""}, "unchanged"),
        ("correct_title", {"title": "a\x00"}, "invalid_text"),
        ("correct_title", {"title": "N", "reason": " "}, "invalid_text"),
    ],
)
def test_corrections_that_correct_nothing(verb: str, given: dict[str, Any], code: str) -> None:
    """What is so already, says nothing or has no reason is refused."""
    deal = new_deal()
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        getattr(deal, verb)(**{"by": BY, "at": LATER, "reason": "x"} | given)
    assert caught.value.code == code


def test_conditions_see_the_card() -> None:
    """Every field is an attribute; what is empty is not set, but for the list of products."""
    deal = new_deal(**FULL)
    snapshot = deal._look(LATER)
    seen = {name: snapshot.attribute(f"deal.{name}", None) for name in FULL if name != "lines"}
    assert seen == {name: value for name, value in FULL.items() if name != "lines"}
    assert snapshot.attribute("deal.products", None) == ("Gates", "Doors")
    assert snapshot.attribute("deal.lines_total", None) == Money("48000", "EUR")
    bare = new_deal()._look(LATER)
    names = ("source", "source_name", "market", "expected_close", "lines_total")
    assert [bare.attribute(f"deal.{name}", None) for name in names] == [None] * 5
    assert bare.attribute("deal.owner", None) == BY
    assert bare.attribute("deal.products", None) == ()


OURS = (
    MOVES.replace('when = ["rich"]', 'when = ["ours"]')
    + """
[guards.ours]
title = { en = "Ours", zh = "我们的" }
when = 'deal.market == "rail" and deal.account != "Northwind"'
refused = { en = "Not ours.", zh = "不是。" }
"""
)


def test_what_changes_is_seen_at_once() -> None:
    """A guard that was judged before is judged anew when our own record changes."""

    def ours() -> str:
        findings = deal.assess(to="right", at=now(deal)).findings
        return next(f.truth.value for f in findings if f.guard == "ours")

    deal = small_deal(OURS)
    assert ours() == "false"
    deal.correct_account("Southwind", by=BY, at=LATER, reason="x")
    assert ours() == "unknown"
    deal.change_card(market="rail", by=BY, at=LATER)
    assert ours() == "true"


@given(make.cards(), make.cards())
def test_replay_gives_the_same_card(one: Card, two: Card) -> None:
    """Whatever is on a card is written, read and replayed as it was, or refused altogether."""
    deal = small_deal()
    for card in (one, two):
        before = dumps(deal.trail)
        try:
            deal.change_card(by=BY, at=LATER, **asdict(card, recurse=False))
        except EvidenceError:
            assert dumps(deal.trail) == before
            assert card == deal.card or len({ln.amount.currency for ln in card.lines}) > 1
        else:
            assert deal.card == card
    again = Deal.replay(deal.playbook, loads(dumps(deal.trail)))
    assert (again, again.card) == (deal, deal.card)


def test_an_unchanged_card_does_not_follow() -> None:
    """A trail in which a card changes to itself was not written by a verb."""
    deal = small_deal()
    changed = ev.CardChanged(Card(BY))
    trail = deal.trail.extended(
        [make.forge(deal.trail.head, len(deal.trail) + 1, LATER, BY, changed)]
    )
    with pytest.raises(TrailError, match="the card is like this already") as caught:
        Deal.replay(deal.playbook, trail)
    assert [problem.code for problem in caught.value.problems] == ["unchanged"]


def test_a_day_that_is_no_plain_date_is_made_one() -> None:
    """A class derived from date is kept as the date that it is."""

    class Day(date):
        pass

    deal = new_deal(expected_close=Day(2026, 9, 30))
    assert type(deal.card.expected_close) is date
    assert not isinstance(deal.card.expected_close, datetime)
