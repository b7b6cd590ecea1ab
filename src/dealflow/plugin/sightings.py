"""Which tests see a mutant, found without running any."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from attrs import frozen

from dealflow.analysis import Observation
from dealflow.analysis.history import judge_again, judge_at, world_of
from dealflow.analysis.mutants import Mutant
from dealflow.assessment import Judgement
from dealflow.playbook import Playbook
from dealflow.state import Snapshot
from dealflow.trail import START
from dealflow.values import Truth

__all__ = ["Sight"]

_FAR: Final = 1000
"""The distance from a guard that was not looked at."""


@frozen
class _Fault:
    """A mutant, and what of a judgement it may touch.

    Attributes:
        book: the mutant as a playbook.
        guards: the guards that it touches.
        plain: whether nothing changes but what some of these guards come to: every move asks for
            the same guards, and they count as much.
        elsewhere: whether deals begin at another step, so that none of what is kept holds.
    """

    book: Playbook
    guards: tuple[str, ...]
    plain: bool
    elsewhere: bool

    @classmethod
    def of(cls, mutant: Mutant) -> _Fault:
        one, other = mutant.original, mutant.playbook
        plain = one.guard.keys() == other.guard.keys() and all(
            getattr(one, part) == getattr(other, part)
            for part in ("plans", "steps", "walk_away", "trial_close")
        )
        return cls(other, mutant.guards, plain, one.steps[0].id != other.steps[0].id)


@frozen
class _Look:
    """A deal as a test looked at it, and how it is judged without a fault.

    Attributes:
        observation: what the test saw.
        snapshot: the deal at that instant; kept, as it takes by far the longest to fold a trail.
        before: the judgement; ``None`` where there is no such move.
    """

    observation: Observation
    snapshot: Snapshot
    before: Judgement | None

    @classmethod
    def of(cls, playbook: Playbook, observation: Observation) -> _Look:
        snapshot = world_of(playbook, observation.entries, observation.at)
        return cls(observation, snapshot, judge_at(snapshot, observation.to))

    def difference(self, fault: _Fault) -> int | None:
        """How plainly a fault shows, 0 most; ``None`` when it does not."""
        if fault.elsewhere:
            return _difference(self.before, judge_again(fault.book, self.observation))
        state = self.snapshot.state
        # what a rejection asks for anew hangs on the order of steps, and on where guards are asked
        anew = state.playbook.guard if state.setbacks and not fault.plain else fault.guards
        now = Snapshot(state.under(fault.book, anew), self.snapshot.at)
        if fault.plain and not self._comes_out_differently(fault, now):
            return None
        return _difference(self.before, judge_at(now, self.observation.to))

    def _comes_out_differently(self, fault: _Fault, now: Snapshot) -> bool:
        """Whether a guard that the fault touches comes to something else; not all are looked at."""
        for guard in fault.guards:
            was = self.snapshot.state.guard_outcome(guard, self.snapshot)
            comes = now.state.guard_outcome(guard, now)
            if (was.truth, was.gaps) != (comes.truth, comes.gaps):
                return True
        return False


@frozen
class _Seen:
    """What one test saw.

    Attributes:
        test: the id of the test.
        looks: the deals that it looked at.
        distances: how far it is from each guard that matters to one of them: 0 where a guard stood
            in the way alone, 1 where the deal could pass, else the number of guards in the way.
        open: the guards that were not known good in one of them.
    """

    test: str
    looks: tuple[_Look, ...]
    distances: Mapping[str, int]
    open: Set[str]

    @classmethod
    def of(cls, playbook: Playbook, test: str, observations: Iterable[Observation]) -> _Seen:
        # an entry's hash covers all entries before it, so equal hashes are equal trails
        each = {(o.entries[-1].hash if o.entries else START, o.at, o.to): o for o in observations}
        looks = tuple(_Look.of(playbook, one) for one in each.values())
        distances: dict[str, int] = {}
        open: set[str] = set()
        for judgement in (look.before for look in looks if look.before is not None):
            blocking = judgement.blocking
            open |= {f.guard for f in judgement.findings if f.truth is not Truth.TRUE}
            for finding in judgement.findings:
                far = 0 if blocking == (finding,) else max(1, len(blocking))
                distances[finding.guard] = min(far, distances.get(finding.guard, far))
        return cls(test, looks, distances, open)

    def difference(self, fault: _Fault) -> int | None:
        """How plainly a fault shows in it, 0 most; ``None`` when it does not."""
        ranks = (look.difference(fault) for look in self.looks)
        return min((rank for rank in ranks if rank is not None), default=None)

    def distance(self, guards: Iterable[str]) -> int:
        """How far it is from the nearest of some guards."""
        return min((self.distances.get(guard, _FAR) for guard in guards), default=_FAR)


class Sight:
    """What the tests saw of deals, to be judged under one mutant after the other.

    Args:
        playbook: the playbook without a fault.
        observations: by the id of a test, what it saw; the tests best asked first.
        verbs: by the id of a test, the verbs besides moves that it tried.
        older: by the id of a test, what it saw of deals that no mutant reaches.
    """

    def __init__(
        self,
        playbook: Playbook,
        observations: Mapping[str, Iterable[Observation]],
        verbs: Mapping[str, Collection[str]],
        older: Mapping[str, Iterable[Observation]] = MappingProxyType({}),
    ) -> None:
        self._playbook = playbook
        self._verbs = verbs
        tried: list[_Seen] = []
        assessed: list[_Seen] = []
        for test, seen in observations.items():
            for part, kinds in ((tried, ("passed", "refused")), (assessed, ("assessed",))):
                if ours := [one for one in seen if one.kind in kinds]:
                    part.append(_Seen.of(playbook, test, ours))
        self._parts = (tried, assessed)
        self._older = [_Seen.of(playbook, test, seen) for test, seen in older.items()]

    def differ(self, mutant: Mutant) -> Iterator[str]:
        """The tests that saw something that is judged differently now, each once.

        They are looked for only as long as somebody asks for more. First come those that tried a
        move, as they know nearly every mutant; among them those in which a guard that it touches
        stood in the way alone, and those in which the mutant shows most plainly.
        """
        fault = _Fault.of(mutant)
        found: dict[str, None] = {}
        for part in self._parts:
            later: list[tuple[int, str]] = []
            for seen in sorted(part, key=lambda seen: seen.distance(fault.guards)):
                rank = None if seen.test in found else seen.difference(fault)
                # tests are judged as long as somebody asks for more; a plain difference is given at
                # once, as that test will hardly miss it
                if rank == 0:
                    found[seen.test] = None
                    yield seen.test
                elif rank is not None:
                    later.append((rank, seen.test))
            for _, test in sorted(later, key=itemgetter(0)):
                found[test] = None
                yield test

    def near(self, guards: Iterable[str]) -> tuple[str, ...]:
        """The tests that looked at one of these guards, those first in which it was not met."""
        wanted = frozenset(guards)
        every = [seen for part in self._parts for seen in part if seen.distance(wanted) < _FAR]
        every.sort(key=lambda seen: (wanted.isdisjoint(seen.open), seen.distance(wanted)))
        return tuple(dict.fromkeys(seen.test for seen in every))

    def older(self, mutant: Mutant) -> tuple[str, ...]:
        """The tests with a deal that no mutant reaches, and that this one would have shown in."""
        fault = _Fault.of(mutant)
        return tuple(one.test for one in self._older if one.difference(fault) is not None)

    def in_secret(self, mutant: Playbook) -> tuple[str, ...]:
        """The tests that may notice what no judgement shows: waivers, and where answers lead."""
        wanted: set[str] = set()
        if any(g.waivable and not self._playbook.guard[g.id].waivable for g in mutant.guards):
            # a waiver that the original refuses is no entry of any trail
            wanted.add("waive")
        if mutant.trial_close != self._playbook.trial_close:
            wanted.add("answer_trial_close")
        return self._who_tried(wanted)

    def sent_back(self) -> tuple[str, ...]:
        """The tests in which a no led back to the gap, which may be another one for any mutant."""
        return self._who_tried({"gap"})

    def _who_tried(self, wanted: Set[str]) -> tuple[str, ...]:
        return tuple(test for test, verbs in self._verbs.items() if not wanted.isdisjoint(verbs))


def _difference(one: Judgement | None, other: Judgement | None) -> int | None:
    """How plainly two judgements differ, 0 most; ``None`` when they are the same."""
    if one is None or other is None:
        # a move that only one of them has
        return None if one is other else 0
    for rank, look in enumerate((_readiness, _reasons, _findings)):
        if look(one) != look(other):
            return rank
    return None


def _readiness(judgement: Judgement) -> object:
    return judgement.plan.move.to, judgement.verdict


def _reasons(judgement: Judgement) -> object:
    return [finding.guard for finding in judgement.blocking]


def _findings(judgement: Judgement) -> object:
    return [
        (finding.guard, finding.truth, finding.gaps, finding.walk_away, finding.needed)
        for finding in judgement.findings
    ]
