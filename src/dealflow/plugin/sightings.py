"""Which tests see a mutant, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from difflib import get_close_matches
from operator import itemgetter
from typing import Final, Literal, TypeAlias

from attrs import frozen

from dealflow.analysis import Observation
from dealflow.analysis.history import Walks, judge_all
from dealflow.analysis.mutants import Equivalence, Mutant, mutants
from dealflow.assessment import Judgement
from dealflow.exceptions import InputError
from dealflow.message import joined, listed, message
from dealflow.playbook import Playbook
from dealflow.values import Truth

__all__ = ["Result", "Sight", "at_place", "check_place"]

_FAR: Final = 1000
"""The distance from a guard that was not looked at."""

Fate: TypeAlias = Literal["killed", "survived", "redundant", "not decided"]


@frozen
class Result:
    """What became of a mutant.

    Attributes:
        mutant: the mutant.
        fate: ``killed`` by a test; ``survived``, and a deal could have told it from the original;
            ``redundant``, as no deal can; or ``not decided``.
        test: the id of the test that killed it.
        near: the ids of the tests that look at the guards it touches.
        difference: how a deal tells it from the original, for one that survived.
    """

    mutant: Mutant
    fate: Fate
    test: str | None = None
    near: tuple[str, ...] = ()
    difference: Equivalence | None = None


def at_place(playbook: Playbook, place: str | None) -> tuple[Mutant, ...]:
    """The mutants at a place, such as ``guards.budget_approved`` or ``facts.budget``, or of an id.

    Args:
        playbook: the playbook.
        place: where they are, or the first parts of that; all of them, when left out.
    """
    every = mutants(playbook)
    if place is None:
        return every
    return tuple(m for m in every if m.id == place or f"{m.place}.".startswith(f"{place}."))


def check_place(playbook: Playbook, place: str) -> None:
    """Refuse a place at which there is no mutant.

    Raises:
        InputError: with the places that may have been meant.
    """
    if at_place(playbook, place):
        return
    every = mutants(playbook)
    parts = [m.place.split(".") for m in every]
    known = dict.fromkeys(".".join(part[: i + 1]) for part in parts for i in range(len(part)))
    near = get_close_matches(place, [*known, *(mutant.id for mutant in every)], n=5)
    heads = dict.fromkeys(part[0] for part in parts)
    hint = message("there are: {known}", known=listed(heads))
    if near:
        hint = message("did you mean {names}?", names=joined("{first} or {rest}", near))
    raise InputError(message("no mutant is at {place!r}; {hint}", place=place, hint=hint))


@frozen
class _Seen:
    """What one test saw, and how it is judged without a fault.

    Attributes:
        test: the id of the test.
        walks: its observations.
        before: how each is judged.
        distances: how far it is from each guard that matters to one of them: 0 where a guard stood
            in the way alone, 1 where the deal could pass, else the number of guards in the way.
        open: the guards that were not known good in one of them.
    """

    test: str
    walks: Walks
    before: tuple[Judgement | None, ...]
    distances: Mapping[str, int]
    open: Set[str]

    @classmethod
    def of(cls, playbook: Playbook, test: str, observations: Iterable[Observation]) -> _Seen:
        walks = Walks.of(observations)
        before = judge_all(playbook, walks)
        distances: dict[str, int] = {}
        open: set[str] = set()
        for judgement in filter(None, before):
            blocking = judgement.blocking
            open |= {f.guard for f in judgement.findings if f.truth is not Truth.TRUE}
            for finding in judgement.findings:
                far = 0 if blocking == (finding,) else max(1, len(blocking))
                distances[finding.guard] = min(far, distances.get(finding.guard, far))
        return cls(test, walks, before, distances, open)

    def difference(self, mutant: Playbook) -> int | None:
        """How plainly a mutant shows in it, 0 most; ``None`` when it does not."""
        after = judge_all(mutant, self.walks)
        ranks = map(_difference, self.before, after)
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
    """

    def __init__(
        self,
        playbook: Playbook,
        observations: Mapping[str, Iterable[Observation]],
        verbs: Mapping[str, Set[str]],
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

    def differ(self, mutant: Mutant) -> Iterator[str]:
        """The tests that saw something that is judged differently now, each once.

        They are looked for only as long as somebody asks for more. First come those that tried a
        move, as they know nearly every mutant; among them those in which a guard that it touches
        stood in the way alone, and those in which the mutant shows most plainly.
        """
        playbook, guards = mutant.playbook, mutant.guards
        found: dict[str, None] = {}
        for part in self._parts:
            later: list[tuple[int, str]] = []
            for seen in sorted(part, key=lambda seen: seen.distance(guards)):
                rank = None if seen.test in found else seen.difference(playbook)
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
        return tuple(test for test, verbs in self._verbs.items() if wanted & verbs)


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
