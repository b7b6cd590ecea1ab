"""Values to try: for each type, one for every way in which conditions can tell values apart.

Conditions compare, and nothing else: they cannot add or multiply. So the constants that are written
in them cut the values of a type into points and the gaps between, and all values of a gap give the
same answers. Where values of facts are compared with one another, a gap needs as many values as
there are to be put in order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import Self

from attrs import define, evolve, field

from dealflow.conditions import (
    ATTRIBUTES,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Count,
    Disputed,
    Dissent,
    FactRef,
    Named,
    Node,
    Size,
    Term,
    Within,
    amounts,
)
from dealflow.evidence import Fact
from dealflow.values import Money, Value, ValueType

__all__ = ["NORTHWIND", "OTHER", "Samples"]

# any numbers would do where no condition names one; these read well in a test
_FIRST: dict[ValueType, int] = {
    ValueType.NUMBER: 10,
    ValueType.MONEY: 48_000,
    ValueType.DURATION: 30 * 24 * 3600,
}
# a bound and no argument: five values of one gap, each above the one before, are not tried
_MOST_IN_A_GAP = 4
_SMALL_NUMBERS = frozenset(Decimal(number) for number in range(4))
_FINEST = Decimal("0.000001")
OTHER = "in their own words"
NORTHWIND = "Northwind"


@define
class Samples:
    """The values to try for what some conditions read.

    Attributes:
        at: the instant, in UTC.
        currency: of amounts.
        constants: by type, the values written in the conditions.
        related: by type, what is compared with something else than a constant.
        items: by list fact, the texts that are looked for in it.
        sizes: the numbers with which sizes of lists are compared.
        least: how many values of a gap are tried at least; two where claims may differ.
        members: whether texts are looked for in lists that people name.
    """

    at: datetime
    currency: str = "EUR"
    constants: dict[ValueType, set[Value]] = field(factory=dict)
    related: dict[ValueType, set[str]] = field(factory=dict)
    items: set[str] = field(factory=set)
    sizes: set[int] = field(factory=set)
    least: int = 1
    members: bool = False

    @classmethod
    def of(cls, conditions: Collection[Condition], at: datetime) -> Self:
        """Collect what the conditions tell apart."""
        samples = cls(at)
        for condition in conditions:
            for node in condition.walk():
                samples._note(node)
        amount = next(amounts(conditions), None)
        return samples if amount is None else samples.in_currency(amount.currency)

    def in_currency(self, currency: str) -> Self:
        """The same, with amounts in a currency."""
        return evolve(self, currency=currency)

    def _note(self, node: Node) -> None:
        if isinstance(node, Named):
            self.items.add(node.item)
        elif isinstance(node, Disputed | Dissent):
            # claims may differ and give every other condition the same answers: that takes a second
            # value in each gap
            self.least = 2
        elif isinstance(node, Within):
            # ``within`` has two edges as a comparison has one: today, and the last day that counts
            today = self.at.date()
            edges = {today, today + node.ahead}
            self.constants.setdefault(ValueType.DATE, set()).update(edges)
        elif isinstance(node, Compare):
            self._compared(node.terms)

    def _compared(self, terms: Collection[Term]) -> None:
        open_terms = [term for term in terms if not isinstance(term, Constant)]
        sized = any(isinstance(term, Size) for term in terms)
        for term in terms:
            if not isinstance(term, Constant):
                continue
            if isinstance(term.value, tuple):
                self.constants.setdefault(ValueType.TEXT, set()).update(term.value)
                continue
            self.constants.setdefault(_type_of(term.value), set()).add(term.value)
            # a text may be compared with a list, as in ``"a" in rivals.names``
            if isinstance(term.value, str):
                self.items.add(term.value)
            if sized and isinstance(term.value, Decimal):
                self.sizes.add(int(term.value))
        if len(open_terms) > 1:
            lists = [t for t in open_terms if _type_of_term(t) is ValueType.LIST]
            self.members = self.members or bool(lists)
            if any(isinstance(t, Count | Size | AttributeRef) for t in open_terms):
                # what is counted comes in whole numbers, which others are compared with
                self.constants.setdefault(ValueType.NUMBER, set()).update(_SMALL_NUMBERS)
            # values are put in order within a type only, so each type counts its own terms
            for term in open_terms:
                self.related.setdefault(_type_of_term(term), set()).add(str(term))

    def of_fact(self, fact: Fact, people: Collection[str]) -> tuple[Value, ...]:
        """The values to try for a fact; ``people`` are the contacts whom it may name."""
        match fact.type:
            case ValueType.YES_NO:
                return (True, False)
            case ValueType.CHOICE:
                return tuple(fact.choices)
            case ValueType.PERSON:
                return tuple(people)
            case ValueType.LIST:
                return tuple(self.lists())
            case other:
                return self.of_type(other)

    def of_type(self, type_: ValueType) -> tuple[Value, ...]:
        """The values to try for a type that is ordered, or for a text."""
        # terms that are compared only with constants need one value in each gap; n that are
        # compared with each other need n to stand in any order, and one is to spare
        related = len(self.related.get(type_, ()))
        room = min(max(related + 1 if related else 1, self.least), _MOST_IN_A_GAP)
        if type_ is ValueType.TEXT:
            known = sorted({*map(str, self.constants.get(type_, ())), *self.items})
            others = [OTHER, *(f"{OTHER} {number}" for number in range(2, room + 1))]
            return (*(other for other in others if other not in known), *known)
        points = sorted({_as_number(v) for v in self.constants.get(type_, ())})
        numbers = _spread(points, room, self._first(type_), _STEP.get(type_, Decimal(1)))
        values = (self._value(type_, number) for number in numbers)
        # between a day and the next there is no other: what falls together is one value
        return tuple(dict.fromkeys(values))

    def _first(self, type_: ValueType) -> int:
        """Where to start when no condition names a value: one that reads well."""
        return self.at.toordinal() + 30 if type_ is ValueType.DATE else _FIRST.get(type_, 30)

    def _value(self, type_: ValueType, number: Decimal) -> Value:
        match type_:
            case ValueType.MONEY:
                return Money(number, self.currency)
            case ValueType.DATE:
                return date.fromordinal(int(number))
            case ValueType.DURATION:
                return timedelta(seconds=int(number))
            case _:
                return number

    def lists(self) -> Iterator[tuple[str, ...]]:
        """The lists to try."""
        listed = self.of_type(ValueType.TEXT) if self.members else ()
        named = [*map(str, listed), NORTHWIND] if self.members else []
        items: list[str] = sorted({*self.items, *named})
        # a list is told from others by which of the texts looked for are in it, and by its size
        sizes = {0, 1, 2, *(s for size in self.sizes for s in (size - 1, size, size + 1))}
        for some in _subsets(items):
            for size in sorted({len(some), *(size for size in sizes if size > len(some))}):
                fillers = (f"{OTHER} {number}" for number in range(1, size - len(some) + 1))
                yield (*some, *fillers)


def _subsets(items: list[str]) -> Iterator[tuple[str, ...]]:
    """Every subset of few items; of many, each one alone, none and all."""
    # the subsets double with every item. This is a bound and no argument: of five items or more, no
    # list has two and lacks another
    if len(items) > 4:
        yield ()
        yield from ((item,) for item in items)
        yield tuple(items)
        return
    for bits in range(2 ** len(items)):
        yield tuple(item for i, item in enumerate(items) if bits >> i & 1)


_STEP: dict[ValueType, Decimal] = {
    ValueType.MONEY: Decimal(1000),
    ValueType.DATE: Decimal(1),
    ValueType.DURATION: Decimal(3600),
}


def _spread(points: list[Decimal], room: int, first: int, step: Decimal) -> Iterator[Decimal]:
    """The points, and so many numbers in each gap and beyond both ends; the likeliest first.

    Below the first point comes nothing, where that is above it: amounts and times are not negative
    unless a condition says so.
    """
    if not points:
        yield from (first + i * step for i in range(room))
        return
    # the numbers above all points come first, as most guards ask for at least so much, and of two
    # cells at the same cost the first is shown
    yield from (points[-1] + i * step for i in range(1, room + 1))
    for low, high in pairwise(points):
        width = _width(high - low, room, step)
        yield from (low + i * width for i in range(1, room + 1))
    yield from points
    width = _width(points[0], room - 1, step) if points[0] > 0 else step
    yield from (points[0] - i * width for i in range(1, room + 1))


def _width(gap: Decimal, room: int, step: Decimal) -> Decimal:
    """How far apart so many numbers may lie to find room in a gap; whole, where they can be."""
    width = min(step, gap / (room + 1))
    # rounded down, or the last of them would lie beyond the gap
    return width.quantize(Decimal(1) if width >= 1 else _FINEST, ROUND_DOWN)


def _as_number(value: Value) -> Decimal:
    match value:
        case Money():
            return value.amount
        case timedelta():
            return Decimal(int(value.total_seconds()))
        case date():
            return Decimal(value.toordinal())
        case _:
            return Decimal(str(value))


def _type_of(value: Value) -> ValueType:
    match value:
        case bool():
            return ValueType.YES_NO
        case Money():
            return ValueType.MONEY
        case timedelta():
            return ValueType.DURATION
        case date():
            return ValueType.DATE
        case Decimal():
            return ValueType.NUMBER
        case _:
            return ValueType.TEXT


def _type_of_term(term: Term) -> ValueType:
    match term:
        case FactRef(fact=fact):
            return fact.type
        case Count() | Size():
            return ValueType.NUMBER
        case AttributeRef(name=name) if ATTRIBUTES[name][0] is not ValueType.CHOICE:
            return ATTRIBUTES[name][0]
        case _:
            return ValueType.TEXT
