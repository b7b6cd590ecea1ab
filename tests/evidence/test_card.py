"""Tests of the card of a deal by itself."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given

from dealflow import Card, Line, Money
from dealflow.evidence import exact_sum
from tests import _trails as make


def test_what_follows_from_the_lines() -> None:
    """The products stand in the order of the lines, and the sum is in their currency."""
    card = Card("lena", lines=(Line("Gates", Money(5, "CNY")), Line("Doors", Money("0.5", "CNY"))))
    assert card.products == ("Gates", "Doors")
    assert card.lines_total == Money("5.5", "CNY")


def test_a_card_needs_no_more_than_an_owner() -> None:
    """Without lines there are no products, and there is nothing to sum up."""
    card = Card("lena")
    assert (card.source, card.source_name, card.market) == (None, "", "")
    assert (card.products, card.lines_total, card.expected_close) == ((), None, None)


def test_sums_are_exact() -> None:
    """No digit gets lost, whatever precision the caller works with."""
    with localcontext() as context:
        context.prec = 3
        amounts = [Money("999999999999999", "EUR"), Money("0.000000001", "EUR")]
        assert exact_sum(amounts) == Decimal("999999999999999.000000001")
        lines = tuple(Line(str(n), amount) for n, amount in enumerate(amounts))
        assert str(Card("lena", lines=lines).lines_total) == "999999999999999.000000001 EUR"


def test_a_card_cannot_be_changed() -> None:
    """Cards and lines are frozen, and equal by what they say."""
    assert len({Card("lena"), Card("lena"), Card("max")}) == 2
    for thing in (Card("lena"), Line("Gates", Money(1, "EUR"))):
        with pytest.raises(AttributeError):
            setattr(thing, "owner", "max")  # noqa: B010 - checkers know better


@given(make.cards())
def test_sums_by_other_means(card: Card) -> None:
    """The sum of the lines is that of their amounts in cents."""
    cents = [int(line.amount.amount * 100) for line in card.lines]
    total = card.lines_total
    assert sum(cents) == (0 if total is None else int(total.amount * 100))
