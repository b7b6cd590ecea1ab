"""Scripts for a solver of formulas: SMT-LIB text, put together without what is known already.

Terms are texts, as in ``(and a b)``; whole numbers whose value is known are ints. A part that is
used in several places gets a name, so that a script grows with what it says and not with how often.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from attrs import define, field

__all__ = [
    "FALSE",
    "TRUE",
    "Bit",
    "Number",
    "Script",
    "TooLong",
    "and_",
    "at_most",
    "eq",
    "implies",
    "ite",
    "less",
    "not_",
    "or_",
    "same_bits",
    "text",
    "total",
]

Bit: TypeAlias = str
"""A term that is true or false."""

Number: TypeAlias = int | str
"""A whole number, or a term that is one."""

TRUE: Final[Bit] = "true"
FALSE: Final[Bit] = "false"


def and_(*parts: Bit) -> Bit:
    """All of some bits."""
    return _joined("and", parts, TRUE, FALSE)


def or_(*parts: Bit) -> Bit:
    """Any of some bits."""
    return _joined("or", parts, FALSE, TRUE)


def _joined(word: str, parts: Iterable[Bit], neutral: Bit, decisive: Bit) -> Bit:
    left = dict.fromkeys(part for part in parts if part != neutral)
    if decisive in left or any(not_(part) in left for part in left):
        return decisive
    return f"({word} {' '.join(left)})" if len(left) > 1 else next(iter(left), neutral)


def not_(part: Bit) -> Bit:
    """The opposite."""
    if part in (TRUE, FALSE):
        return FALSE if part == TRUE else TRUE
    return part[5:-1] if part.startswith("(not ") else f"(not {part})"


def implies(one: Bit, other: Bit) -> Bit:
    """The one only with the other."""
    return or_(not_(one), other)


def same_bits(one: Bit, other: Bit) -> Bit:
    """Whether two bits are the same."""
    for bit, rest in ((one, other), (other, one)):
        if bit in (TRUE, FALSE):
            return rest if bit == TRUE else not_(rest)
    return TRUE if one == other else f"(= {one} {other})"


def eq(one: Number, other: Number) -> Bit:
    """Whether two numbers are the same."""
    if one == other:
        return TRUE
    if isinstance(one, int) and isinstance(other, int):
        return FALSE
    return f"(= {text(one)} {text(other)})"


def less(one: Number, other: Number) -> Bit:
    """Whether a number is below another."""
    if isinstance(one, int) and isinstance(other, int):
        return TRUE if one < other else FALSE
    return FALSE if one == other else f"(< {text(one)} {text(other)})"


def at_most(one: Number, other: Number) -> Bit:
    """Whether a number is not above another."""
    return not_(less(other, one))


def ite(condition: Bit, one: Number, other: Number) -> Number:
    """The one number if a bit is true, else the other."""
    if condition in (TRUE, FALSE):
        return one if condition == TRUE else other
    return one if one == other else f"(ite {condition} {text(one)} {text(other)})"


def total(parts: Iterable[Number], times: int = 1) -> Number:
    """The sum of some numbers, and so many times that."""
    known, terms = 0, []
    for part in parts:
        if isinstance(part, int):
            known += part
        else:
            terms.append(part)
    if not terms:
        return known * times
    sum_ = terms[0] if len(terms) == 1 and not known else f"(+ {known} {' '.join(terms)})"
    return sum_ if times == 1 else f"(* {times} {sum_})"


def text(number: Number) -> str:
    """A number as a term."""
    return number if isinstance(number, str) else str(number) if number >= 0 else f"(- {-number})"


class TooLong(Exception):
    """A script would be longer than it may be."""


@define
class Script:
    """Declarations, definitions and demands, in their order.

    Attributes:
        longest: how many signs it may have.
        length: how many it has.
        lines: the text.
        bits: the names of the bits that may be chosen.
        numbers: the names of the numbers that may be chosen.
    """

    longest: int = 10**9
    length: int = 0
    lines: list[str] = field(factory=list)
    bits: list[Bit] = field(factory=list)
    numbers: list[str] = field(factory=list)
    _named: dict[str, str] = field(factory=dict)

    def _write(self, line: str) -> None:
        self.length += len(line)
        if self.length > self.longest:
            raise TooLong
        self.lines.append(line)

    def bit(self) -> Bit:
        """A bit that may be true or false."""
        name = f"b{len(self.bits)}"
        self.bits.append(name)
        self._write(f"(declare-const {name} Bool)")
        return name

    def number(self, least: Number | None = None, most: Number | None = None) -> str:
        """A whole number, between two others."""
        name = f"n{len(self.numbers)}"
        self.numbers.append(name)
        self._write(f"(declare-const {name} Int)")
        if least is not None:
            self.demand(at_most(least, name))
        if most is not None:
            self.demand(at_most(name, most))
        return name

    def number_of(self, term: Number) -> Number:
        """A number that is what a term comes to."""
        if isinstance(term, int) or not term.startswith("("):
            return term
        name = self.number()
        self.demand(eq(name, term))
        return name

    def members(self) -> str:
        """Which numbers are in a set: the name of a function from each to a bit."""
        name = f"m{len(self.lines)}"
        self._write(f"(declare-fun {name} (Int) Bool)")
        return name

    def named(self, term: Bit) -> Bit:
        """A bit under a name, as it may be used in many places."""
        if len(term) < 12:
            return term
        name = self._named.get(term)
        if name is None:
            name = self._named[term] = f"d{len(self._named)}"
            self._write(f"(define-fun {name} () Bool {term})")
        return name

    def demand(self, bit: Bit) -> None:
        """What has to be so."""
        if bit != TRUE:
            self._write(f"(assert {bit})")

    def bit_of(self, bit: Bit) -> Bit:
        """A bit that is what a term comes to, and can be asked for."""
        if bit in (TRUE, FALSE):
            return bit
        name = f"w{len(self.lines)}"
        self._write(f"(declare-const {name} Bool)")
        self.demand(same_bits(name, bit))
        return name

    @property
    def text(self) -> str:
        """The whole script."""
        return "\n".join(self.lines)
