"""What there is to cover of a playbook, and which of it no deal can ever reach.

A cell that is proved to be out of reach leaves the count. Where the proof was not found within the
solver's bound the cell stays in, and is marked as not decided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from attrs import evolve, frozen

from dealflow.analysis.coverage.alone import Shown, alone, nothing
from dealflow.analysis.coverage.clauses import Clauses
from dealflow.analysis.solver import ANSWERED, Goal, Scene, passing, reached, solve_any, stuck
from dealflow.conditions import (
    Condition,
    Covered,
    Disputed,
    Dissent,
    Heard,
    Missing,
    Quantified,
)
from dealflow.evidence import Fact
from dealflow.playbook import Plan, Playbook
from dealflow.values import Truth

__all__ = ["KINDS", "Cell", "Kind", "Reach", "cells_of", "clauses_of", "plans_of"]

Kind: TypeAlias = Literal["steps", "moves", "refusals", "guards", "reasons", "questions", "mcdc"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""The kinds of cells, in the order of reports."""

_NOT_TRUE: Final = ANSWERED - {Truth.TRUE}
_FALSE: Final = frozenset({Truth.FALSE})


@frozen
class Cell:
    """One thing to cover.

    Attributes:
        kind: which kind of thing.
        id: the step, move, guard or question.
        of: for ``guards`` the truth, for ``mcdc`` the input; else empty.
    """

    kind: Kind
    id: str
    of: str = ""


@frozen
class Reach:
    """Whether deals can reach a cell.

    Attributes:
        possible: whether it stays in the count.
        decided: whether that is sure; when not, it is possible as far as is known.
    """

    possible: bool = True
    decided: bool = True
    _shown: Shown = nothing

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """A deal that reaches it, where the solver gives one.

        For ``mcdc`` the one in which the guard is true, and the one in which it isn't.
        """
        return self._shown()


# said only when it is proved: what is taken for out of reach leaves the count, and nobody misses it
# any more
_OUT_OF_REACH: Final = Reach(possible=False)


@lru_cache(maxsize=4096)
def clauses_of(playbook: Playbook, guard: str) -> Clauses:
    """A guard's condition, taken apart."""
    return Clauses(playbook.guard_condition[guard])


# the solver is asked some hundred questions for one playbook, and reports ask for the cells many
# times over
@lru_cache(maxsize=64)
def cells_of(playbook: Playbook) -> Mapping[Cell, Reach]:
    """Every cell of a playbook, in the order of reports, and whether deals can reach it."""
    return MappingProxyType(dict(_cells(playbook)))


def plans_of(playbook: Playbook) -> tuple[Plan, ...]:
    """The moves that deals can try: those of the steps that they can get to."""
    cells = cells_of(playbook)
    steps = [step.id for step in playbook.steps if cells[Cell("steps", step.id)].possible]
    return tuple(plan for step in steps for plan in playbook.plans[step])


def _cells(playbook: Playbook) -> Iterator[tuple[Cell, Reach]]:
    steps, moves = _ways(playbook)
    for step in playbook.step:
        yield Cell("steps", step), steps[step]
    for move in playbook.moves:
        yield Cell("moves", move.id), moves[move.id]
    plans = {plan.move.id: plan for plans in playbook.plans.values() for plan in plans}
    for move in playbook.moves:
        stuck_ways = stuck(playbook, plans[move.id])
        yield Cell("refusals", move.id), _reach(playbook, steps[move.source], stuck_ways)
    yield from _guards(playbook, steps)


def _ways(playbook: Playbook) -> tuple[Mapping[str, Reach], Mapping[str, Reach]]:
    """Which steps deals can get to, and which moves can pass."""
    plans = [plan for plans in playbook.plans.values() for plan in plans]
    passes = {plan.move.id: _passes(playbook, plan) for plan in plans}
    there = reached(playbook, lambda plan: _sure(passes[plan.move.id]))
    steps = {step: Reach(so is not False, so is not None) for step, so in there.items()}
    moves = {p.move.id: _beyond(steps[p.move.source], passes[p.move.id]) for p in plans}
    for plan in reversed(plans):
        # a deal that makes the move shows how to get there
        there_by = (moves[plan.move.id], steps[plan.move.to])
        steps[plan.move.to] = max(there_by, key=_likelihood)
    return steps, moves


def _sure(reach: Reach) -> bool | None:
    return None if not reach.decided else reach.possible


def _passes(playbook: Playbook, plan: Plan) -> Reach:
    ways = (w.goals for waive in (False, True) for w in passing(playbook, plan, waive=waive))
    return _reach(playbook, Reach(), ways)


def _beyond(here: Reach, reach: Reach) -> Reach:
    return _from(here, reach) if here.possible else _OUT_OF_REACH


def _likelihood(reach: Reach) -> int:
    """How much is known in favour: possible, not decided, impossible."""
    return 2 if reach.possible and reach.decided else int(reach.possible)


def _guards(playbook: Playbook, steps: Mapping[str, Reach]) -> Iterator[tuple[Cell, Reach]]:
    # a guard is looked at on moves only, so it is as reachable as the best of their steps
    where: dict[str, Reach] = dict.fromkeys(playbook.guard, _OUT_OF_REACH)
    for plan in (plan for plans in playbook.plans.values() for plan in plans):
        for guard in plan.looked_at:
            where[guard] = max(where[guard], steps[plan.move.source], key=_likelihood)
    truths: dict[str, set[Truth]] = {guard: set() for guard in playbook.guard}
    for guard in playbook.guard:
        for truth in Truth:
            reach = _reach(playbook, where[guard], [(_goal(playbook, guard, {truth}),)])
            # not decided is possible here as well: a question is left out only where it surely
            # never comes up
            if reach.possible:
                truths[guard].add(truth)
            yield Cell("guards", guard, truth.value), reach
    for guard in playbook.guard:
        yield Cell("reasons", guard), _reason(playbook, steps, guard)
    can_be_asked = askable(playbook, truths)
    for question in playbook.question:
        # asking is code and not a condition, so this errs on the side of what can be asked
        yield Cell("questions", question), Reach(possible=question in can_be_asked)
    for guard in playbook.guard:
        for name in clauses_of(playbook, guard).inputs:
            here = where[guard]
            reach = Reach(*alone(playbook, guard, name)) if here.possible else _OUT_OF_REACH
            yield Cell("mcdc", guard, name), _from(here, reach)


def _reach(playbook: Playbook, here: Reach, ways: Iterable[tuple[Goal, ...]]) -> Reach:
    """Whether a deal can be so in a step which may itself be out of reach."""
    if not here.possible:
        return _OUT_OF_REACH
    answer = solve_any(ways, roles=playbook.role)

    def shown() -> tuple[Scene, ...]:
        return () if answer.scene is None else (answer.scene,)

    return _from(here, Reach(not answer.impossible, answer.decided, shown))


def _from(here: Reach, reach: Reach) -> Reach:
    # what is impossible at a step stays so, whether or not the step is reached; a yes needs both
    return evolve(reach, decided=reach.decided and (here.decided or not reach.possible))


def _goal(playbook: Playbook, guard: str, allowed: Iterable[Truth]) -> Goal:
    return Goal(playbook.guard_condition[guard], frozenset(allowed))


def _reason(playbook: Playbook, steps: Mapping[str, Reach], guard: str) -> Reach:
    found = _OUT_OF_REACH
    plans = [plan for plans in playbook.plans.values() for plan in plans]
    # first the moves that need it, for a move that it only warns at takes more
    for plan in sorted(plans, key=lambda p: guard not in p.needed and not p.needs_walk_away):
        ways = _reasons(playbook, plan, guard)
        found = max(found, _reach(playbook, steps[plan.move.source], ways), key=_likelihood)
        if found.possible and found.decided:
            break
    return found


def _reasons(playbook: Playbook, plan: Plan, guard: str) -> Iterator[tuple[Goal, ...]]:
    """The ways in which a guard stands in the way of a move."""
    if guard in plan.needed:
        yield (_goal(playbook, guard, _NOT_TRUE),)
    elif guard in plan.watched:
        yield (_goal(playbook, guard, _FALSE),)
    policy = playbook.walk_away
    if policy is None or guard not in plan.walk_away:
        return
    others = [other for other in plan.walk_away if other != guard]
    # as many as make the deal one to walk away from; or, once needed, too few that are known good
    number = len(plan.walk_away)
    truths = _NOT_TRUE if plan.needs_walk_away else _FALSE
    spared = policy.enough(number) if plan.needs_walk_away else policy.fewest(number)
    for beside in combinations(others, number - spared):
        yield tuple(_goal(playbook, each, truths) for each in (guard, *beside))
    for each in policy.at_once:
        yield _goal(playbook, guard, _FALSE), _goal(playbook, each, _FALSE)


def askable(playbook: Playbook, truths: Mapping[str, Collection[Truth]]) -> frozenset[str]:
    """The ids of the questions that can come up in an assessment.

    What only red flags, papers or the trial close read is never asked for by itself.

    Args:
        playbook: the playbook.
        truths: the truths that each guard that is looked at can have.
    """
    found: set[str] = set()
    for guard, can_be in truths.items():
        if set(can_be) != {Truth.TRUE}:
            found.update(_for_guard(playbook, playbook.guard_condition[guard], can_be))
    return frozenset(found)


def _for_guard(
    playbook: Playbook, condition: Condition, can_be: Collection[Truth]
) -> Iterator[str]:
    coaching = playbook.coaching
    if coaching.conflicted is not None and Truth.CONFLICTED in can_be:
        yield coaching.conflicted
    if Truth.FALSE in can_be:  # those who said no are asked once more, by the fact's first question
        yield from (question.id for fact in condition.wanted for question in fact.ask[:1])
    nodes = [n for n in condition.walk() if not isinstance(n, Missing | Disputed | Dissent)]
    roles = [n.role for n in nodes if isinstance(n, Covered | Quantified)]
    for fact in dict.fromkeys(fact for node in nodes for fact in node.reads):
        yield from (question.id for question in fact.ask)
        if fact.good_for is not None and coaching.stale is not None:
            yield coaching.stale
        # Where nobody is known whose word counts, whoever is known is asked for the way there.
        roles += _looked_for(fact)
        if fact.ask and fact.sources.roles and coaching.part is not None:
            yield coaching.part
    known = (playbook.role[role].ask for role in roles if role in playbook.role)
    yield from (question for question in known if question is not None)
    if coaching.more is not None and any(isinstance(n, Heard) for n in condition.walk()):
        yield coaching.more


def _looked_for(fact: Fact) -> Iterator[str]:
    """The roles that are looked for first where nobody is known who may answer."""
    required = fact.sources.roles
    for question in fact.ask:
        suitable = [role for role in question.of if role in required]
        yield from suitable[:1]
    if fact.ask:
        yield from (*required[:1], *fact.final_word[:1])
