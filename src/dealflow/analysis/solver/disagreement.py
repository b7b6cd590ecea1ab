"""Where two playbooks may judge a move differently: for which truths of which guards.

Found by judging the move with truths made up, so that the solver is asked only about those truths
under which the two differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Literal, TypeAlias, cast

from attrs import evolve, frozen

from dealflow.analysis.solver.goals import ANSWERED, Goal
from dealflow.assessment import Judgement, Verdict, judge_move
from dealflow.conditions import Condition, Outcome
from dealflow.playbook import Plan, Playbook
from dealflow.state import Snapshot
from dealflow.values import Truth

__all__ = ["RANKS", "Both", "By", "Candidate", "blocked", "candidates", "complete", "differ"]

By: TypeAlias = Literal["move", "waiver", "answer", "readiness", "reasons", "verdict", "truth"]
RANKS: tuple[By, ...] = ("readiness", "reasons", "verdict", "truth")
"""How two judgements of a move can differ, the plainest to show first."""
# a guard that both see alike may be disputed as well where it is unknown, see ``_allowed``: that
# saves trying the two apart
_FAILING = (Truth.UNKNOWN, Truth.FALSE)
# judging a move is code, and no condition that the solver could be asked about. But it looks only
# at the truths of guards, and those can be made up: the move is judged here under each of them, and
# the solver is asked about the few under which the two playbooks differ
_PAIRS = tuple(product(Truth, Truth))
_TWO = 2
_MOST = 5
"""So many guards that a policy counts are tried in every combination."""


@frozen
class Both:
    """A move as two playbooks see it.

    Attributes:
        books: the original and the mutant.
        plans: the move in each.
    """

    books: tuple[Playbook, Playbook]
    plans: tuple[Plan, Plan]

    def conditions(self, guard: str) -> tuple[Condition, Condition]:
        """A guard's condition in each; where one does not have it, that of the other."""
        one, other = (book.guard_condition.get(guard) for book in self.books)
        return cast("Condition", one or other), cast("Condition", other or one)

    def looked_at(self, which: int) -> dict[str, None]:
        """The guards that one of the two looks at, in order."""
        plan = self.plans[which]
        return dict.fromkeys(plan.looked_at)

    @property
    def threshold(self) -> int:
        """How many walk-away guards must be refuted, in the stricter of the two."""
        ks = (
            book.walk_away.threshold(len(plan.walk_away))
            for book, plan in zip(self.books, self.plans, strict=True)
            if book.walk_away
        )
        return max(ks, default=1)

    def counted(self) -> dict[str, None]:
        """The guards that the walk-away policies count, so that one's truth bears on others."""
        found: dict[str, None] = {}
        for which, (book, plan) in enumerate(zip(self.books, self.plans, strict=True)):
            at_once = book.walk_away.at_once if book.walk_away else ()
            looked_at = self.looked_at(which)
            found |= dict.fromkeys(plan.walk_away)
            found |= {guard: None for guard in at_once if guard in looked_at}
        return found

    def moved(self) -> dict[str, None]:
        """The guards that the two look at differently, and those on which that bears."""
        one, other = (plan.needs for plan in self.plans)
        counted = self.counted()
        moved = {g: None for g in (*one, *other) if one.get(g) is not other.get(g)}
        plans, policies = self.plans, [book.walk_away for book in self.books]
        special = [(plan.walk_away, plan.needs_walk_away) for plan in plans]
        if special[0] != special[1] or policies[0] != policies[1]:
            moved |= counted
        # the policy counts: whether one more guard is looked at changes what the others amount to
        return moved if moved.keys().isdisjoint(counted) else moved | counted


@frozen
class Candidate:
    """Truths of guards under which two playbooks differ, if some deal can have them.

    Attributes:
        both: the move.
        rank: how the two differ then, as an index of ``RANKS``.
        guard: the guard that makes the difference.
        parts: what must be so, guard by guard.
        others: what should be so, too, guard by guard: everything else passes.
    """

    both: Both
    rank: int
    guard: str
    parts: tuple[tuple[Goal, ...], ...]
    others: tuple[tuple[Goal, ...], ...]

    @property
    def needed(self) -> tuple[Goal, ...]:
        """What must be so."""
        return tuple(goal for part in self.parts for goal in part)

    @property
    def everything(self) -> tuple[Goal, ...]:
        """What must be so, and what should be."""
        return (*self.needed, *(goal for part in self.others for goal in part))


_Pair: TypeAlias = "tuple[Truth, Truth]"
"""What a guard comes to in the original and in the mutant."""


def candidates(both: Both) -> Iterator[Candidate]:
    """The truths under which two playbooks judge a move differently, if there are any."""
    one, other = both.looked_at(0), both.looked_at(1)
    touched = [g for g in one if g in other and both.conditions(g)[0] != both.conditions(g)[1]]
    moved = both.moved()
    if moved:
        yield from _where_moved(both, moved)
    for guard in (*one, *other):
        if (guard in one) != (guard in other) and guard not in both.counted():
            # whatever the others come to, only one of the two is held up by this guard
            failing = ANSWERED - {Truth.TRUE}
            goals = _goals(both, guard, (failing, failing))
            yield Candidate(both, RANKS.index("reasons"), guard, (goals,), ())
    for guard in touched:
        # guards that swapped their conditions have to be looked at together, as the truths of the
        # one settle those of the other
        if len(touched) == _TWO:
            yield from _where_touched(both, (guard, *(g for g in touched if g != guard)))
        else:
            yield from _where_touched(both, (guard,))
        # whatever the others come to, what is known of this guard differs. This misses nothing: of
        # a move with the same guards, two judgements differ only where some guard's truth does
        for truth in Truth:
            goals = _goals(both, guard, ({truth}, ANSWERED - {truth}))
            yield Candidate(both, len(RANKS) - 1, guard, (goals,), ())


def complete(both: Both) -> bool:
    """Whether the candidates are all there can be: if none is possible, there is no difference."""
    moved = both.moved()
    # guards that no policy counts make their difference alone; those that are counted make it
    # together, and of more than these not every combination is tried
    return len(moved) <= _MOST or moved.keys().isdisjoint(both.counted())


def _where_moved(both: Both, guards: Mapping[str, None]) -> Iterator[Candidate]:
    most = max(both.threshold, 1)
    if not guards.keys().isdisjoint(both.counted()) and complete(both):
        most = len(guards)
    for truths in _failing(guards, most):
        by = _predicted(both, truths)
        if by is not None and truths:
            yield _candidate(both, by, next(iter(truths)), truths, guards)


def _where_touched(both: Both, guards: tuple[str, ...]) -> Iterator[Candidate]:
    """The first of the guards comes to different truths; all others that are touched, to any."""
    counted = both.counted()
    beside = (
        [g for g in counted if g not in guards] if not counted.keys().isdisjoint(guards) else []
    )
    for pairs in product(_PAIRS, repeat=len(guards)):
        touched = dict(zip(guards, pairs, strict=True))
        best = len(RANKS)
        # where the first guard is the same to both it makes no difference; the other one has its
        # turn
        if pairs[0][0] is not pairs[0][1] and _consistent(both, touched):
            # one guard's truth matters most where all but one of those that count have failed
            for failing in _failing(beside, max(both.threshold - 1, 0)):
                truths = {**touched, **failing}
                by = _predicted(both, truths)
                # that more guards fail is worth a try only where it makes a plainer difference
                if by is not None and RANKS.index(by) < best:
                    best = RANKS.index(by)
                    yield _candidate(both, by, guards[0], truths, beside)


def _consistent(both: Both, truths: Mapping[str, _Pair]) -> bool:
    """Whether no condition has to come to two truths at once: guards may have swapped theirs."""
    found: dict[Condition, Truth] = {}
    for guard, pair in truths.items():
        for condition, truth in zip(both.conditions(guard), pair, strict=True):
            if found.setdefault(condition, truth) is not truth:
                return False
    return True


def _failing(guards: Iterable[str], most: int) -> Iterator[dict[str, _Pair]]:
    """The ways for so many of some guards to fail, none first."""
    for number in range(most + 1):
        for failing in combinations(guards, number):
            for truths in product(_FAILING, repeat=number):
                yield {g: (t, t) for g, t in zip(failing, truths, strict=True)}


def _candidate(
    both: Both, by: By, guard: str, truths: Mapping[str, _Pair], beside: Iterable[str]
) -> Candidate:
    parts = [_goals(both, name, _allowed(both, name, pair)) for name, pair in truths.items()]
    passing = {g: _goals(both, g, _passing(both, g)) for g in both.looked_at(0) | both.looked_at(1)}
    # those that were counted as passing have to pass, or the count would be another
    parts += [passing[name] for name in beside if name not in truths]
    fixed = {*truths, *beside}
    others = [goals for name, goals in passing.items() if name not in fixed]
    return Candidate(both, RANKS.index(by), guard, tuple(parts), tuple(others))


def _allowed(both: Both, guard: str, pair: _Pair) -> tuple[frozenset[Truth], frozenset[Truth]]:
    """The truths meant by two; a guard that both see alike blocks alike, unknown or disputed."""
    one, other = both.conditions(guard)
    if one == other and pair[0] is Truth.UNKNOWN:
        either = frozenset({Truth.UNKNOWN, Truth.CONFLICTED})
        return either, either
    return frozenset({pair[0]}), frozenset({pair[1]})


def blocked(both: Both, guard: str) -> Candidate:
    """That a guard is in the way of a move, or would be with others."""
    ways = tuple(ANSWERED - passing for passing in _passing(both, guard))
    # made with a truth that is replaced at once: what is wanted are its other parts
    candidate = _candidate(both, "readiness", guard, {guard: (Truth.TRUE, Truth.TRUE)}, ())
    return evolve(candidate, parts=(_goals(both, guard, (ways[0], ways[1])),))


def _passing(both: Both, guard: str) -> tuple[frozenset[Truth], frozenset[Truth]]:
    """With which truths a guard is in the way of neither."""
    one, other = (
        ANSWERED - {Truth.FALSE}
        if guard in plan.walk_away and not plan.needs_walk_away
        else frozenset({Truth.TRUE})
        for plan in both.plans
    )
    return one, other


def _goals(
    both: Both, guard: str, allowed: tuple[Iterable[Truth], Iterable[Truth]]
) -> tuple[Goal, ...]:
    pairs = zip(both.conditions(guard), allowed, strict=True)
    return tuple(dict.fromkeys(Goal(condition, frozenset(truths)) for condition, truths in pairs))


def _predicted(both: Both, truths: Mapping[str, _Pair]) -> By | None:
    """How the two differ when these guards come to these truths, and all others pass."""
    judged = []
    for which, (book, plan) in enumerate(zip(both.books, both.plans, strict=True)):
        world = _MadeUp(book, {guard: pair[which] for guard, pair in truths.items()})
        # the others are TRUE and block nothing; walk-away guards stay, as their number counts
        seen = evolve(plan, needed=tuple(guard for guard in plan.needed if guard in truths))
        judged.append(judge_move(cast("Snapshot", cast("object", world)), seen))
    return differ(*judged)


class _MadeUp:
    """A deal of which only the truths of guards are known: what the judging of a move looks at."""

    def __init__(self, playbook: Playbook, truths: Mapping[str, Truth]) -> None:
        self.playbook = playbook
        self.state = self
        self.waivers: Mapping[str, object] = {}
        self._truths = truths

    def guard_outcome(self, guard: str, _: object) -> Outcome:
        """What was made up for a guard; TRUE for all others."""
        return Outcome(self._truths.get(guard, Truth.TRUE))


def differ(one: Judgement, other: Judgement) -> By | None:
    """How two judgements of a move differ, the plainest difference first."""
    if (one.verdict is Verdict.READY) != (other.verdict is Verdict.READY):
        return "readiness"
    if {f.guard for f in one.blocking} != {f.guard for f in other.blocking}:
        return "reasons"
    if one.verdict is not other.verdict:
        return "verdict"
    known = {finding.guard: finding.truth for finding in one.findings}
    if any(f.truth is not known.get(f.guard, f.truth) for f in other.findings):
        return "truth"
    return None
