"""``and``, ``or``, ``not`` and quantifiers, and the outcome of a whole condition.

A condition is a tree of frozen nodes, so it can be inspected, changed and printed as data;
``str(condition)`` gives its text back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar, Literal

from attrs import frozen

from dealflow.conditions.base import Condition, Gap, Look, Node, OverRole, World
from dealflow.conditions.terms import Constant
from dealflow.record import Record
from dealflow.values import Money, Truth, and_bits, not_bits, or_bits

__all__ = ["And", "Not", "Or", "Outcome", "Quantified", "amounts", "judge", "witnesses"]


@frozen(repr=False, slots=False)
class Outcome(Record):
    """The result of evaluating a guard's condition.

    Attributes:
        truth: TRUE or FALSE only when it does not hang on a contradiction: where Belnap's tables
            make UNKNOWN-or-CONFLICTED true, and UNKNOWN-and-CONFLICTED false, it is CONFLICTED.
        yes: the ids of the statements that speak for the condition.
        no: the ids of those that speak against it.
        gaps: what is missing; empty when the truth is TRUE.
        until: the instant after which it may be another, when nothing is said meanwhile.
    """

    truth: Truth
    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    gaps: tuple[Gap, ...] = ()
    until: datetime | None = None


def judge(condition: Condition, world: World) -> Outcome:
    """Evaluate a condition with its evidence."""
    look = Look(world)
    bits = condition.evaluate(look)
    if world.until is not None:
        look.stands(world.until)
    # By Belnap's tables UNKNOWN or CONFLICTED is TRUE: one part is not told false, the other is
    # told true. That is right about what was told, and wrong as a reason to go on, since nobody
    # knows the one and people disagree on the other. Hence a second look, in which contradictions
    # answer nothing: what is TRUE or FALSE there too stands firm, and anything else hangs on the
    # contradiction and is called by its name.
    if look.conflicted and bits in (1, 2):
        firm = condition.evaluate(Look(world, firm=True))
        bits = bits if firm == bits else 3
    # A condition that holds misses nothing, whatever was not found on the way.
    gaps = tuple(look.gaps) if bits != 1 and look.gaps else ()
    return Outcome(
        Truth.from_bits(bits), _each_once(look.yes), _each_once(look.no), gaps, look.until
    )


def _each_once(statements: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(statements)) if len(statements) > 1 else tuple(statements)


@frozen(slots=False, repr=False)
class Not(Condition):
    """The opposite."""

    precedence: ClassVar[int] = 3
    part: Condition

    @property
    def children(self) -> tuple[Node, ...]:
        """The one part."""
        return (self.part,)

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        # What speaks for the part speaks against the whole, and findings sort the evidence by the
        # whole.
        look.positive = not look.positive
        bits = self.part.evaluate(look)
        look.positive = not look.positive
        return not_bits(bits)

    def __str__(self) -> str:
        return f"not {_inside(self.part, self.precedence)}"


@frozen(slots=False, repr=False)
class _Junction(Condition):
    """Parts put together by one of Belnap's tables; all are evaluated, whatever the others say."""

    word: ClassVar[str]
    join: ClassVar[staticmethod[[int, int], int]]
    neutral: ClassVar[int]
    decisive: ClassVar[int]
    parts: tuple[Condition, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts."""
        return self.parts

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        before = len(look.gaps)
        bits, join = self.neutral, self.join
        for part in self.parts:
            bits = join(bits, part.evaluate(look))
        return look.decided(bits, self.decisive, before)

    def __str__(self) -> str:
        return f" {self.word} ".join(_inside(part, self.precedence + 1) for part in self.parts)


class And(_Junction):
    """``and``: Belnap's conjunction."""

    precedence: ClassVar[int] = 2
    word: ClassVar[str] = "and"
    join: ClassVar[staticmethod[[int, int], int]] = staticmethod(and_bits)
    # told true and not told false: what `and` with anything leaves as it is
    neutral: ClassVar[int] = 1
    decisive: ClassVar[int] = 2


class Or(_Junction):
    """``or``: Belnap's disjunction."""

    precedence: ClassVar[int] = 1
    word: ClassVar[str] = "or"
    join: ClassVar[staticmethod[[int, int], int]] = staticmethod(or_bits)
    # the same for `or`: told false only
    neutral: ClassVar[int] = 2
    decisive: ClassVar[int] = 1


def _inside(part: Node, precedence: int) -> str:
    return f"({part})" if part.precedence < precedence else str(part)


@frozen(slots=False, repr=False)
class Quantified(OverRole, Condition):
    """``every`` or ``some`` contact in a role; nobody in it is UNKNOWN."""

    quantifier: Literal["every", "some"]
    part: Condition

    @property
    def children(self) -> tuple[Node, ...]:
        """The one part."""
        return (self.part,)

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        holders = look.world.holders(self.role)
        # In logic, everything is true of everybody in an empty role. Here it means that we have not
        # met them yet, which is a gap.
        if not holders:
            look.gaps[Gap("nobody_in_role", self.role)] = None
            return 0
        every = self.quantifier == "every"
        before = len(look.gaps)
        bits = 1 if every else 2
        # The parser lets no quantifier into another one; trees that are made in Python may have
        # them.
        outer = look.contact
        for contact in holders:
            look.contact = contact
            taken = self.part.evaluate(look)
            bits = and_bits(bits, taken) if every else or_bits(bits, taken)
        look.contact = outer
        return look.decided(bits, 2 if every else 1, before)

    def __str__(self) -> str:
        return f"{self.quantifier}({self.role}, {self.part})"


def amounts(conditions: Iterable[Condition]) -> Iterator[Money]:
    """The amounts of money written in conditions."""
    for condition in conditions:
        for node in condition.walk():
            if isinstance(node, Constant) and isinstance(node.value, Money):
                yield node.value


def witnesses(condition: Condition, world: World) -> tuple[str, ...]:
    """The contacts for whom a ``some(role, ...)`` condition is TRUE or CONFLICTED."""
    if not isinstance(condition, Quantified) or condition.quantifier != "some":
        return ()
    holders = world.holders(condition.role)
    # Told true by somebody is enough for a warning to name the contact.
    return tuple(c.id for c in holders if condition.part.evaluate(Look(world, contact=c)) & 1)
