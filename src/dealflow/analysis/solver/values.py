"""Values as whole numbers: the solver knows no others.

Texts, choices and the ids of contacts are numbers of one kind, as they may be compared with one
another. Numbers and money are counted in the smallest part that they may have, days and durations
in days and seconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeAlias, cast

from attrs import define, field, frozen

from dealflow.analysis.solver.script import (
    Bit,
    Number,
    Script,
    and_,
    at_most,
    eq,
    implies,
    ite,
    not_,
    or_,
    same_bits,
    text,
    total,
)
from dealflow.exceptions import EvidenceError
from dealflow.values import Money, Value, ValueType, check_id, from_json

__all__ = ["FINEST", "Coder", "Items", "Possible", "Symbol", "same"]

FINEST: Final = 10**9
_LARGEST: Final = 10**15 * FINEST
_DAYS: Final = (date(1900, 1, 1).toordinal(), date(2200, 12, 31).toordinal())
_LONGEST: Final = 36_525 * 24 * 3600
_MOST_ITEMS: Final = 200


@define(eq=False)
class Items:
    """A list of texts: which are in it, and how many there are.

    Attributes:
        has: the function that tells whether a text is in it.
        size: how many there are.
        known: the items, where they are known.
        order: tells lists of the same items apart.
    """

    size: Number
    has: str = ""
    known: tuple[int, ...] | None = None
    order: Number = 0

    def holds(self, item: Number) -> Bit:
        """Whether an item is in it."""
        if self.known is not None:
            return or_(*(eq(item, each) for each in self.known))
        return f"({self.has} {text(item)})"


Symbol: TypeAlias = "Number | Items"
"""A value that may be any."""


@frozen
class Possible:
    """A value that something may have.

    Attributes:
        so: whether it has it.
        value: the value.
    """

    so: Bit
    value: Symbol


@define
class Coder:
    """Which numbers stand for which values.

    Attributes:
        currency: of amounts.
        items: what is looked for in lists, as numbers.
        sizes: whether the sizes of lists matter.
        lists: the lists that may be any.
    """

    currency: str
    items: list[Number] = field(factory=list)
    sizes: bool = False
    lists: list[Items] = field(factory=list)
    _texts: dict[str, int] = field(factory=dict)
    _unnamed: int = 0

    def code(self, word: str) -> int:
        """The number of a text."""
        return self._texts.setdefault(word, len(self._texts))

    def nobody(self) -> int:
        """The number of a text that is like no other."""
        self._unnamed -= 1
        return self._unnamed

    @property
    def texts(self) -> dict[int, str]:
        """The texts by number."""
        return {number: word for word, number in self._texts.items()}

    def no_ids(self) -> Iterator[int]:
        """The texts by which no contact can go."""
        for word, number in self._texts.items():
            try:
                check_id(word)
            except EvidenceError:
                yield number

    def unit(self, type_: ValueType) -> int:
        """How many there are of the smallest part in one."""
        return FINEST if type_ in (ValueType.NUMBER, ValueType.MONEY) else 1

    def symbol(self, value: Value) -> Symbol | None:
        """A value that is known; ``None`` for an amount in another currency."""
        match value:
            case bool():
                return int(value)
            case Money():
                own = value.currency == self.currency
                return int(value.amount * FINEST) if own else None
            case Decimal():
                return int(value * FINEST)
            case date():
                return value.toordinal()
            case timedelta():
                return int(value.total_seconds())
            case str():
                return self.code(value)
            case _:
                items = tuple(self.code(item) for item in value)
                return Items(len(items), known=items)

    def any_value(self, script: Script, type_: ValueType, choices: Collection[str] = ()) -> Symbol:
        """A value of a type that may be any."""
        match type_:
            case ValueType.NUMBER | ValueType.MONEY:
                return script.number(-_LARGEST, _LARGEST)
            case ValueType.DATE:
                return script.number(*_DAYS)
            case ValueType.DURATION:
                return script.number(0, _LONGEST)
            case ValueType.LIST:
                return self.any_list(script)
            case ValueType.YES_NO:
                return script.number(0, 1)
            case _:
                number = script.number()
                if choices:
                    script.demand(or_(*(eq(number, self.code(choice)) for choice in choices)))
                else:
                    for never in self._never(ValueType.TEXT):
                        script.demand(not_(eq(number, never)))
                return number

    def _never(self, type_: ValueType) -> Iterator[int]:
        """The texts that are no value of a type."""
        for word, number in [*self._texts.items()]:
            try:
                from_json(type_, word if type_ is ValueType.TEXT else [word])
            except ValueError:
                yield number

    def any_list(self, script: Script) -> Items:
        """A list of any texts."""
        size = script.number(0, _MOST_ITEMS) if self.sizes else 0
        items = Items(size, script.members(), order=script.number() if self.sizes else 0)
        for never in self._never(ValueType.LIST):
            script.demand(not_(items.holds(never)))
        self.lists.append(items)
        return items

    def finish(self, script: Script) -> None:
        """Demand of all lists that as many items are in them as their sizes say."""
        if not self.sizes:
            return
        for number, items in enumerate(self.lists):
            known = self._known_items(items)
            script.demand(at_most(known, items.size))
            # of the same items, of which each is known, and not even two, there is one list only
            fixed = and_(at_most(items.size, known), at_most(items.size, 1))
            for other in self.lists[:number]:
                alike = and_(
                    eq(items.size, other.size),
                    *(same_bits(items.holds(item), other.holds(item)) for item in self.items),
                )
                ordered = eq(items.order, other.order)
                script.demand(implies(ordered, alike))
                script.demand(implies(and_(alike, fixed), ordered))

    def _known_items(self, items: Items) -> Number:
        """How many of the texts that are looked for are in a list."""
        found: list[Number] = []
        for number, item in enumerate(self.items):
            new = (not_(eq(item, before)) for before in self.items[:number])
            found.append(ite(and_(items.holds(item), *new), 1, 0))
        return total(found)


def same(one: Symbol, other: Symbol) -> Bit:
    """Whether two values of one type are the same."""
    if isinstance(one, Items) and isinstance(other, Items):
        return eq(one.order, other.order)
    return eq(cast("Number", one), cast("Number", other))
