"""Counting judged deals, row by row and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import define, field, frozen

from dealflow.assessment import Judgement, Verdict
from dealflow.backtest.deal import ClosedDeal
from dealflow.backtest.mapping import ColumnMapping
from dealflow.backtest.stats import Tally
from dealflow.values import Truth

__all__ = ["OTHERS", "Counts", "Group", "Stops"]

MOST_VALUES = 40
"""A column with more different values is not counted by value."""

OTHERS = object()
"""Stands for the values beyond those that are counted one by one."""

Profile: TypeAlias = tuple[Verdict, tuple[tuple[str, Truth], ...]]
_Tallies: TypeAlias = dict[Any, list[int]]


@frozen
class Group:
    """All the deals whose findings and verdict are the same.

    Attributes:
        verdict: the verdict.
        truths: the truth of each guard.
        ended: how many were lost, and won.
        cells: for each column, how many were lost, and won, by value.
    """

    verdict: Verdict
    truths: Mapping[str, Truth]
    ended: list[int]
    cells: Mapping[int, _Tallies]

    @property
    def tally(self) -> Tally:
        """How many were lost, and won."""
        return Tally(*self.ended)


Stops: TypeAlias = Callable[[Group], bool]


def _count(tallies: _Tallies, value: Any, won: bool) -> None:
    ended = tallies.get(value)
    if ended is None:
        ended = tallies[value] = [0, 0]
    ended[won] += 1


@define
class Counts:
    """Deals counted by everything that the report shows; one row at a time, in bounded memory."""

    mapping: ColumnMapping
    ignored: int = 0
    done: int = 0
    columns: tuple[str, ...] = ()
    # By findings and verdict: there are few of these, however many rows there are. And a rule is a
    # question to a group, so that every rule can be counted when the rows have long gone by.
    groups: dict[Profile, Group] = field(factory=dict)
    stated: list[_Tallies] = field(factory=list)
    # The columns that are still counted by value, each with the values seen.
    _values: dict[int, set[str]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        subjects = len(self.mapping.links) + len(self.mapping.contacts)
        self.stated = [{} for _ in range(subjects)]

    def add(self, deal: ClosedDeal, judgement: Judgement) -> None:
        """Count a deal that was won (``True``) or lost."""
        won = bool(deal.won)
        if not self.done:
            self.columns = deal.columns
            apart = (self.mapping.file.id, self.mapping.outcome.column)
            self._values = {i: set() for i, name in enumerate(deal.columns) if name not in apart}
        self.done += 1
        truths = tuple([(finding.guard, finding.truth) for finding in judgement.findings])
        group = self.groups.get((judgement.verdict, truths))
        if group is None:
            cells: dict[int, _Tallies] = {i: {} for i in self._values}
            group = Group(judgement.verdict, dict(truths), [0, 0], cells)
            self.groups[judgement.verdict, truths] = group
        group.ended[won] += 1
        self._count_cells(group, deal.cells, won)
        for tallies, value in zip(self.stated, (*deal.said, *deal.roles), strict=True):
            # What a cell states may be an amount or a day, another one in each row.
            if value in tallies or len(tallies) <= MOST_VALUES:
                _count(tallies, value, won)
            else:
                _count(tallies, OTHERS, won)

    def _count_cells(self, group: Group, cells: tuple[str, ...], won: bool) -> None:
        full = []
        for i, seen in self._values.items():
            cell = cells[i]
            if cell not in seen:
                seen.add(cell)
                if len(seen) > MOST_VALUES:
                    full.append(i)
            _count(group.cells[i], cell, won)
        # Counted in part, it would be a picture of the first rows only; so it goes, for all groups.
        for i in full:
            del self._values[i]
            for each in self.groups.values():
                each.cells[i].clear()

    def by_value(self, column: int, stops: Stops | None = None) -> dict[str, Tally]:
        """The deals (that a rule stops) by the values of a column, most frequent first."""
        found: dict[str, Tally] = {}
        for group in self.groups.values():
            if stops is None or stops(group):
                for value, ended in group.cells.get(column, {}).items():
                    found[value] = found.get(value, Tally()) + Tally(*ended)
        order = sorted(found, key=lambda value: (-found[value].total, value))
        return {value: found[value] for value in order}
