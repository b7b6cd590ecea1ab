"""Mutants on trial: each is tried on the tests that it can show in, until one of them fails.

A failure under a fault is the fault's doing only where the test passes without one. So whoever is
to judge mutants is run again before, with rules in place that stand in for the original and have no
fault; and once more afterwards, as a test that broke off may have left something behind. Whatever
else makes it fail, it fails then, too, and is no judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import pytest

from dealflow.analysis import Observation
from dealflow.analysis.mutants import Mutant, judge_equivalence
from dealflow.playbook import StandIn
from dealflow.plugin.results import Result
from dealflow.plugin.session import Run, Seen
from dealflow.plugin.sightings import Sight

__all__ = ["Trial"]


class Trial:
    """The trial of mutants by the tests of a run.

    Attributes:
        unfit: by the id of each test that can judge no mutant, how it fails without one.
    """

    def __init__(self, run: Run, items: Iterable[pytest.Item]) -> None:
        self.unfit: dict[str, str] = {}
        self._run = run
        self._items = {item.nodeid: item for item in items}
        self._blind = tuple(self._without_a_look())
        looked = [test for test, seen in run.seen.items() if seen.observations or seen.verbs]
        self._sight = self._look(self._unchanged((*looked, *self._blind)))

    def results(self, mutants: Sequence[Mutant]) -> list[Result]:
        """What became of each mutant, in their order."""
        killed: dict[str, Result | None] = {}
        left = mutants
        while left:
            tried = {mutant.id: self._killed(mutant) for mutant in left}
            killed |= tried
            # a test that fails without a fault by now may have failed for the same reason before
            self._unchanged(one.test for one in tried.values() if one is not None)
            left = [m for m in left if (one := killed[m.id]) is not None and one.test in self.unfit]
        return [killed[mutant.id] or self._left(mutant) for mutant in mutants]

    def _without_a_look(self) -> Iterator[str]:
        """The tests that are given the playbook, or a deal, and had none judged: they ask else."""
        for test, seen in self._run.seen.items():
            given = getattr(self._items[test], "fixturenames", ())
            if not seen.observations and "playbook" in given:
                yield test

    def _unchanged(self, tests: Iterable[str]) -> dict[str, Seen]:
        """Run tests again without a fault; gives what those saw that passed."""
        book = self._run.under_test
        without = StandIn.in_place_of(book, book)
        found: dict[str, Seen] = {}
        for test in dict.fromkeys(tests):
            seen, failure = self._run.again(self._items[test], without)
            if failure is None:
                found[test] = seen
            else:
                self.unfit[test] = failure.told
        return found

    def _look(self, seen: dict[str, Seen]) -> Sight:
        """What tests saw, of tests that see a mutant alike the quickest first."""
        quick_first = sorted(seen, key=lambda test: seen[test].seconds)
        reached: dict[str, list[Observation]] = {}
        older: dict[str, list[Observation]] = {}
        for test in quick_first:
            for one in seen[test].observations:
                # a deal that was opened before the test began has the rules of that time
                late = isinstance(one.playbook, StandIn) or one.playbook != self._run.original
                (reached if late else older).setdefault(test, []).append(one)
        verbs = {test: seen[test].verbs for test in quick_first}
        return Sight(self._run.under_test, reached, verbs, older)

    def _killed(self, mutant: Mutant) -> Result | None:
        """Try a mutant on the tests that may notice it, until one does."""
        sight, rules = self._sight, mutant.playbook
        stand_in = StandIn.in_place_of(self._run.under_test, rules)
        # judging once more tells in less than a millisecond which tests a mutant can show in, so
        # only those are run, the likeliest first; and one that fails settles it. Those that ask
        # otherwise, of which nothing was seen, come last
        tests = chain(sight.in_secret(rules), sight.differ(mutant), sight.sent_back(), self._blind)
        asked = set(self.unfit)
        for test in tests:
            if test not in asked:
                asked.add(test)
                _, failure = self._run.again(self._items[test], stand_in)
                if failure is not None:
                    return Result(mutant, "killed", test, failure.kind)
        return None

    def _left(self, mutant: Mutant) -> Result:
        """What became of a mutant that no test killed."""
        # the solver is asked about survivors only: killed ones have shown that they differ
        difference = judge_equivalence(mutant.original, mutant)
        near = self._fit(self._sight.near(mutant.guards))
        if difference.outcome == "not decided":
            return Result(mutant, "not decided", near=near)
        if difference.outcome == "equivalent":
            return Result(mutant, "redundant", near=near)
        if older := self._fit(self._sight.older(mutant)):
            return Result(mutant, "older", near=older, difference=difference)
        return Result(mutant, "survived", near=near, difference=difference)

    def _fit(self, tests: Iterable[str]) -> tuple[str, ...]:
        return tuple(test for test in tests if test not in self.unfit)
