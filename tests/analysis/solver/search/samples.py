"""The values that the search tries, beside those that the solver likes best."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from attrs import define, evolve

from dealflow.analysis.solver import Samples
from dealflow.values import Money, Value, ValueType

__all__ = ["Tried"]

_TYPES: tuple[tuple[type, ValueType], ...] = (
    (bool, ValueType.YES_NO),
    (Money, ValueType.MONEY),
    (timedelta, ValueType.DURATION),
    (date, ValueType.DATE),
    (Decimal, ValueType.NUMBER),
    (str, ValueType.TEXT),
)


@define
class Tried(Samples):
    """The values to try for what some conditions read, one deal beside which is given or not."""

    def beside(self, values: Iterable[Value]) -> Tried:
        """The same, with what a deal has already: what is compared with it may have to equal it."""
        constants = {type_: set(known) for type_, known in self.constants.items()}
        items = set(self.items)
        for value in values:
            if isinstance(value, tuple):
                items.update(value if self.members else ())
                continue
            of_type = next(type_ for kind, type_ in _TYPES if isinstance(value, kind))
            if of_type in self.related:
                constants.setdefault(of_type, set()).add(value)
        return evolve(self, constants=constants, items=items)

    def talks(self) -> tuple[Value, ...]:
        """The numbers of talks to try: all up to the largest constant, and one above it."""
        known = self.constants.get(ValueType.NUMBER, ())
        points = [int(value) for value in known if isinstance(value, Decimal)]
        return tuple(Decimal(n) for n in range(max(0, *points, 0) + 2))
