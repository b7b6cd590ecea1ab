"""Values to say, near those that a playbook names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from dealflow import Fact, Money, Playbook, ValueType
from dealflow.conditions import Constant, Named
from dealflow.values import Value
from tests.analysis.solver._sound_deals import BY, Stage

__all__ = ["Hints", "Tools"]

_DAYS: Final = (date(1900, 1, 1).toordinal(), date(2200, 12, 31).toordinal())
_STEPS: Final = (Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.000000001"), Decimal(1000))


class Hints:
    """The values that a playbook names, by type, with some beside them."""

    def __init__(self, playbook: Playbook, rng: Random) -> None:
        self.rng = rng
        self.known: dict[ValueType, list[Value]] = {type_: [] for type_ in ValueType}
        texts: set[str] = {"Northwind", BY, "other", "k1", "k3"}
        for when in playbook.guard_condition.values():
            for node in when.walk():
                if isinstance(node, Constant):
                    self._note(node.value, texts)
                elif isinstance(node, Named):
                    texts.add(node.item)
        for fact in playbook.facts:
            texts.update(fact.choices)
        self.texts = sorted(texts)
        self.days = [day for day in self.known[ValueType.DATE] if isinstance(day, date)]

    def _note(self, value: Value, texts: set[str]) -> None:
        match value:
            case bool():
                pass
            case Decimal():
                self.known[ValueType.NUMBER].append(value)
            case Money():
                self.known[ValueType.MONEY].append(value)
            case date():
                self.known[ValueType.DATE].append(value)
            case timedelta():
                self.known[ValueType.DURATION].append(value)
            case str():
                texts.add(value)
            case _:
                texts.update(value)

    def value(self, type_: ValueType, choices: Sequence[str] = ()) -> Value:
        """Some value of a type, at one of those named or beside it."""
        rng = self.rng
        if choices:
            return rng.choice(tuple(choices))
        match type_:
            case ValueType.YES_NO:
                return rng.random() < 0.5
            case ValueType.LIST:
                return tuple(rng.sample(self.texts, rng.randint(0, min(4, len(self.texts)))))
            case ValueType.TEXT | ValueType.CHOICE | ValueType.PERSON:
                return rng.choice(self.texts)
            case _:
                known = self.known[type_]
                base = rng.choice(known) if known and rng.random() < 0.8 else _FIRST[type_]
                near: Value = self.beside(base, rng.choice((-1, 0, 0, 1)))
                return near

    def beside(self, value: Any, way: int) -> Any:
        """The value next to one, or a bit away from it; itself where there is none."""
        step = self.rng.choice(_STEPS)
        match value:
            case Decimal():
                return _within_range(value + way * step)
            case Money():
                return Money(_within_range(value.amount + way * step), value.currency)
            case date():
                days = {Decimal(1000): 40}.get(step, 1)
                moved = value.toordinal() + way * days
                return date.fromordinal(moved) if _DAYS[0] <= moved <= _DAYS[1] else value
            case timedelta():
                seconds = self.rng.choice((1, 60, 3600, 86_400))
                return max(timedelta(0), value + way * timedelta(seconds=seconds))
            case _:
                return value


_FIRST: Final[dict[ValueType, Value]] = {
    ValueType.NUMBER: Decimal(2),
    ValueType.MONEY: Money(1000, "EUR"),
    ValueType.DATE: date(2026, 1, 7),
    ValueType.DURATION: timedelta(days=1),
}


def _within_range(number: Decimal) -> Decimal:
    return number if abs(number) <= 10**15 else Decimal(1)


class Tools:
    """A deal, and values to say in it.

    Attributes:
        stage: the deal.
        hints: the values.
        spare: a fact to speak of when it does not matter of what.
    """

    def __init__(self, stage: Stage, hints: Hints, spare: Fact) -> None:
        self.stage, self.hints, self.spare, self.rng = stage, hints, spare, stage.rng

    def some(self, fact: Fact, *, but: Iterable[Value] = ()) -> Value:
        """A value that a fact may have, none of some others where there is one."""
        avoided = list(but)
        value: Value = False
        for _ in range(4):
            if fact.type is ValueType.PERSON:
                people = list(self.stage.people)
                # a text that names somebody is a contact's id, so people with such ids are found
                value = self.rng.choice(people) if people else self.stage.add()
            else:
                value = self.hints.value(fact.type, tuple(fact.choices))
            if value not in avoided:
                break
            if fact.type is ValueType.PERSON:
                return self.stage.somebody(but=[str(each) for each in avoided])
        return value

    def several(self, fact: Fact, number: int) -> list[Value]:
        """So many values at the most, each once."""
        values: list[Value] = []
        for _ in range(number):
            value = self.some(fact, but=values)
            values += [] if value in values else [value]
        return values
