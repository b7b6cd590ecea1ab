"""Belnap's four truth values: the set of answers that somebody has given.

Source: N. D. Belnap, "A useful four-valued logic" (1977). The two bits of a value are *told true*
and *told false*; ``and``, ``or`` and ``not`` work on the bits, which gives Belnap's tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

__all__ = ["Truth", "and_bits", "not_bits", "or_bits"]


class Truth(Enum):
    """What is known of a condition: the set of answers it takes over the live claims."""

    UNKNOWN = "unknown"
    TRUE = "true"
    FALSE = "false"
    CONFLICTED = "conflicted"

    @property
    def bits(self) -> int:
        """Told true (1), told false (2), both (3) or neither (0)."""
        return _BITS[self]

    @classmethod
    def from_bits(cls, bits: int) -> Truth:
        """The value with these bits, 0 to 3."""
        return _VALUES[bits]

    @classmethod
    def of(cls, answers: Iterable[bool]) -> Truth:
        """The truth of a set of answers; none at all is UNKNOWN."""
        bits = 0
        for answer in answers:
            bits |= 1 if answer else 2
        return _VALUES[bits]

    def __and__(self, other: Truth) -> Truth:
        return _VALUES[and_bits(self.bits, other.bits)]

    def __or__(self, other: Truth) -> Truth:
        return _VALUES[or_bits(self.bits, other.bits)]

    def __invert__(self) -> Truth:
        return _VALUES[not_bits(self.bits)]


# Whether anybody said yes and whether anybody said no are two questions, so each bit is worked out
# for itself, and neither UNKNOWN nor CONFLICTED needs a case of its own. Conditions are evaluated
# on these ints; a Truth is made of the last one only, as making one at every node takes longer than
# the arithmetic.
def and_bits(a: int, b: int) -> int:
    """Told true by both, told false by either."""
    return (a & b & 1) | ((a | b) & 2)


def or_bits(a: int, b: int) -> int:
    """Told true by either, told false by both."""
    return ((a | b) & 1) | (a & b & 2)


def not_bits(a: int) -> int:
    """The two bits swapped."""
    return (a >> 1) | ((a & 1) << 1)


# In the order of their bits: from_bits indexes it.
_VALUES = (Truth.UNKNOWN, Truth.TRUE, Truth.FALSE, Truth.CONFLICTED)
_BITS = {value: bits for bits, value in enumerate(_VALUES)}
