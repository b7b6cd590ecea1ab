"""Tests of changes of a deal's card written out as code: it is run, and does the same again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import asdict
from hypothesis import given

from dealflow import Card, Deal, Line, Money, Trail
from dealflow.analysis.as_code import literal, verbs, written
from dealflow.trail import events
from tests import _trails as make
from tests.deals import BY, DAY, START, now, small, small_deal


def again(deal: Deal, size: int) -> Deal:
    """The deal as it was at a size, and then what code says that was written of the rest."""
    made = Deal.replay(deal.playbook, Trail(deal.trail[:size]))
    code = "\n".join(verbs(deal, deal.trail[size:]))
    known: dict[str, Any] = {"deal": made, "now": {"by": BY, "at": START}}
    exec(code, known | {"Line": Line, "Money": Money})
    return made


def test_what_changes_of_a_card_is_written() -> None:
    """Only what changes is named, and imports stand before the test."""
    deal = small_deal(source="referral")
    lines = (Line("Gates", Money("5", "EUR")), Line("Doors", Money("7.5", "EUR")))
    deal.change_card(owner="max", market='a "rail"', by=BY, at=START)
    deal.change_card(lines=lines, expected_close=date(2026, 9, 30), by=BY, at=START)
    deal.change_card(lines=(), source=None, expected_close=None, by=BY, at=START)
    code = list(verbs(deal, deal.trail[3:]))
    assert code == [
        'deal.change_card(owner="max", market="a \\"rail\\"", **now)',
        "deal.change_card(",
        '    lines=[Line("Gates", Money("5", "EUR")), Line("Doors", Money("7.5", "EUR"))],',
        '    expected_close="2026-09-30",',
        "    **now,",
        ")",
        "deal.change_card(source=None, lines=[], expected_close=None, **now)",
    ]
    assert again(deal, 3) == deal
    test = written("a card", "one", code)
    assert test.startswith("from dealflow import Line, Money\n\n\ndef test_a_card(deal_at):\n")


def test_how_it_was_said_is_written() -> None:
    """Whose words it is, that we have it from somebody else, in which words, and when."""
    deal = small_deal()
    told: dict[str, Any] = {"first_hand": False, "quote": "I'd say so", "said_at": START - DAY}
    deal.hear("ann", "be.good", True, by=BY, at=START, **told)
    code = list(verbs(deal, deal.trail[3:]))
    assert {"first_hand=False", 'quote="I\'d say so"'} <= {
        part.strip(" ,") for line in code for part in line.split(", ")
    }
    made = Deal.replay(deal.playbook, Trail(deal.trail[:3]))
    known = {"deal": made, "now": {"by": BY, "at": START}, "timedelta": timedelta}
    exec("\n".join(code), known)
    assert made == deal


def test_who_of_us_saw_it_is_written() -> None:
    """Two of us are two sources, and the code says so; the rep is the one who does the rest."""
    deal = small_deal()
    for who in (BY, "us 2"):
        deal.observe("be.good", True, by=who, at=START)
    code = list(verbs(deal, deal.trail[3:]))
    assert code == [
        'deal.observe("be.good", True, **now)',
        'deal.observe("be.good", True, by="us 2", at=now["at"])',
    ]
    assert again(deal, 3) == deal


def test_imports_are_of_what_is_used() -> None:
    """Each name is imported where it is used, and from its own place."""
    spans = written("x", "one", ['deal.hear("a", "b.c", said_at=now["at"] - timedelta(days=1))'])
    assert spans.startswith("from datetime import timedelta\n\n\n")
    assert written("x", "one", []).startswith("def test_x")
    both = written("x", "one", ['Money("5", "EUR")', "timedelta(days=1)"])
    assert both.startswith("from datetime import timedelta\nfrom dealflow import Money\n\n\n")


@given(make.cards(), make.cards())
def test_any_card_is_written(one: Card, two: Card) -> None:
    """What is written of a change makes the same card."""
    deal = small_deal()
    for card in (one, two):
        if len({line.amount.currency for line in card.lines}) < 2 and card != deal.card:
            deal.change_card(by=BY, at=START, **asdict(card, recurse=False))
    made = again(deal, 3)
    assert made.card == deal.card
    assert made.trail.head == deal.trail.head


def test_other_entries_are_no_scenes() -> None:
    """What no scene is made by is not written."""
    deal = Deal.open(small(), id="D-1", account="N", by=BY, at=START)
    deal.correct_account("M", by=BY, at=now(deal), reason="x")
    with pytest.raises(TypeError, match="account_corrected puts nobody into a scene"):
        list(verbs(deal, deal.trail[1:]))
    assert isinstance(deal.trail[1].event, events.AccountCorrected)


def test_code_hides_nothing() -> None:
    """What cannot be seen in a text is escaped, and the code means the same."""
    text = "a\u202eb\x7f\u2028\U000e0041\n预算"
    code = literal(text)
    assert code.isprintable()
    assert "预算" in code
    assert eval(code) == text
    lines = written("x", "talk", [], f"says {text}").splitlines()
    assert all(line.isprintable() for line in lines)
    compile("\n".join(lines), "x", "exec")
