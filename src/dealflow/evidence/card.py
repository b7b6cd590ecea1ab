"""The card of a deal: what we keep of it ourselves. No customer has claimed any of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal
from functools import reduce
from typing import Literal, TypeAlias

from attrs import frozen

from dealflow.record import Record
from dealflow.values import Money

__all__ = ["Card", "LeadSource", "Line", "exact_sum"]

LeadSource: TypeAlias = Literal["marketing", "referral", "forecast"]
"""Where a deal came from."""

# Wide enough for the sum of as many amounts as a card may have lines.
_EXACT = Context(prec=40)


def exact_sum(amounts: Iterable[Money]) -> Decimal:
    """What amounts of one currency come to, whatever precision the caller has set."""
    return reduce(_EXACT.add, (amount.amount for amount in amounts), Decimal(0))


@frozen(repr=False)
class Line(Record):
    """A product that the deal is about.

    Attributes:
        product: what it is called; a card has each product once.
        amount: what is expected for it.
    """

    product: str
    amount: Money


@frozen(repr=False)
class Card(Record):
    """Our own record of a deal.

    Attributes:
        owner: the rep who owns the deal.
        source: where it came from: an activity of marketing's, a referral or a forecast.
        source_name: which activity, who referred, or which forecast.
        market: the market or segment.
        lines: the products with their amounts, all in the deal's currency.
        expected_close: the day on which we expect the deal to close.
    """

    owner: str
    source: LeadSource | None = None
    source_name: str = ""
    market: str = ""
    lines: tuple[Line, ...] = ()
    expected_close: date | None = None

    @property
    def products(self) -> tuple[str, ...]:
        """The products of the lines."""
        return tuple(line.product for line in self.lines)

    @property
    def lines_total(self) -> Money | None:
        """The sum of the lines' amounts; ``None`` when there are no lines."""
        if not self.lines:
            return None
        amounts = [line.amount for line in self.lines]
        return Money(exact_sum(amounts), amounts[0].currency)
