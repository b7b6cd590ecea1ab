"""Money: a decimal amount in one currency, never converted and never a float."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import field, frozen

from dealflow.exceptions import CurrencyMismatch, EvidenceError
from dealflow.message import message
from dealflow.record import Record

__all__ = ["LARGEST", "Money", "to_decimal"]

# Without bounds a file of one line could hold 1E+999999999, which takes a gigabyte to write out.
LARGEST = Decimal(10) ** 15
_MOST_DECIMALS = 9
_CODE = re.compile(r"[A-Z]{3}")
_TEXT = re.compile(r"(\S+) ([A-Z]{3})")


def to_decimal(value: object) -> Decimal:
    """Make an exact, bounded decimal of an int, Decimal, finite float or numeral.

    Returns:
        The value without trailing zeros, so that equal numbers have one form.

    Raises:
        EvidenceError: not a number, not finite, above 10^15, or with more than nine decimals.
    """
    # True is an int to Python, and would be an amount of 1.
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise EvidenceError(message("{value!r} is not a number", value=value), "invalid_number")
    try:
        # repr gives a float's shortest form: 0.1 stays 0.1
        number = Decimal(float.__repr__(value) if isinstance(value, float) else value)
    except InvalidOperation:
        raise EvidenceError(
            message("{value!r} is not a number", value=value), "invalid_number"
        ) from None
    if not number.is_finite():
        raise EvidenceError(
            message("{value!r} is not a finite number", value=value), "invalid_number"
        )
    # Nothing here may round: arithmetic would do so to the precision that the caller has set.
    exponent = number.as_tuple().exponent
    if number.copy_abs() > LARGEST or not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        raise EvidenceError(
            message(
                "{number} is out of range: at most 10^15, at most nine decimals",
                number=f"{number:.20g}",
            ),
            "invalid_number",
        )
    whole = int(number)
    return Decimal(whole) if number == whole else Decimal(f"{number:f}".rstrip("0"))


def _currency(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise EvidenceError(
            message("{value!r} is not a currency code such as EUR", value=value), "invalid_amount"
        )


# attrs could make an order as well, but by amount and currency as a pair, and so would rank dollars
# among euros.
@frozen(order=False, repr=False)
class Money(Record):
    """An amount of money.

    Attributes:
        amount: the decimal amount; at most 10^15 and nine decimals.
        currency: the ISO 4217 code, three capital letters.

    Amounts in different currencies are unequal; asking which is more raises
    :class:`~dealflow.CurrencyMismatch`.
    """

    amount: Decimal = field(converter=to_decimal)
    currency: str = field(validator=_currency)

    @classmethod
    def parse(cls, text: object) -> Money:
        """Read ``"48000 EUR"``; raises EvidenceError for anything else."""
        match = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise EvidenceError(
                message("{text!r} is not an amount such as '48000 EUR'", text=text),
                "invalid_amount",
            )
        return cls(match[1], match[2])

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(str(self), str(other))
        return other.amount

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
