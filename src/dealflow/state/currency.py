"""Amounts in another currency than the deal's money, and whose currency that is."""

from __future__ import annotations

from collections.abc import Callable

from dealflow.exceptions import CurrencyMismatch, Problems
from dealflow.message import message
from dealflow.values import Money

__all__ = [
    "of_the_deal",
    "of_the_lines_before",
    "of_the_playbook",
    "of_what_was_said",
    "wrong_currency",
]


def wrong_currency(
    p: Problems,
    place: str,
    amount: object,
    currency: str | None,
    whose: Callable[[str], str],
    fact: str = "",
) -> None:
    """Note an amount in another currency than the deal's money.

    Amounts in two currencies have no order: every later assessment would fail, far from the cause.

    Args:
        p: where to note it.
        place: where the amount stands.
        amount: the amount, if it is one.
        currency: that of the deal's money, if there is one already.
        whose: tells whose currency that is.
        fact: the fact of which the amount is the value, if it is.
    """
    if isinstance(amount, Money) and currency not in (None, amount.currency):
        one, other = f"{fact} {amount}" if fact else str(amount), whose(str(currency))
        p.note(place, str(CurrencyMismatch(one, other)), "wrong_currency", one=one, other=other)


def of_the_deal(currency: str) -> str:
    """The currency of the price."""
    return message("the deal's {currency}", currency=currency)


def of_the_playbook(currency: str) -> str:
    """The currency of the amounts in conditions."""
    return message("the playbook's {currency}", currency=currency)


def of_the_lines_before(currency: str) -> str:
    """The currency of the first line that has an amount."""
    return message("the lines before, in {currency}", currency=currency)


def of_what_was_said(currency: str) -> str:
    """The currency of the first amount that somebody named."""
    return message("what was said, in {currency}", currency=currency)
