"""Routes: how deals get to a step, what lets a move pass, and the least that would.

As scenes are free of history, a deal gets to a step when every move of some way there has a scene
in which it passes. Only what was put on record for good carries over: prices, talks and waivers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import TypeAlias

from attrs import evolve, frozen

from dealflow.analysis.solver.decide import LIMIT, solve, solve_any
from dealflow.analysis.solver.goals import ANSWERED, Goal
from dealflow.analysis.solver.run import EXTRA, installed
from dealflow.analysis.solver.scenes import (
    START,
    Hearing,
    Person,
    Saying,
    Scene,
    Talks,
    heard_in,
    scene_of,
)
from dealflow.assessment import Verdict, judge_step
from dealflow.deal import Deal
from dealflow.evidence import Card
from dealflow.exceptions import DealflowError
from dealflow.message import message
from dealflow.playbook import FULFILLED, Plan, Playbook
from dealflow.state import Snapshot, fold
from dealflow.values import Money, Truth

__all__ = [
    "Change",
    "Leg",
    "Unreachable",
    "nearest",
    "passing",
    "reached",
    "route",
    "scene_to_pass",
    "stuck",
]

Change: TypeAlias = Person | Money | Card | Talks | Hearing | Saying
"""What would have to be otherwise: a contact, the price, our own record of the deal, talks, a
hearing or a statement."""

_NOT_TRUE = ANSWERED - {Truth.TRUE}
_NOT_FALSE = ANSWERED - {Truth.FALSE}
# with this many ways to a step the rest is not looked at, and a no is not sure
_MOST_WAYS = 64


class Unreachable(DealflowError, LookupError):
    """No deal gets to a step, or none was found within the bound.

    Attributes:
        step: the step.
        decided: whether it is sure that none does.
    """

    def __init__(self, message: str, step: str, *, decided: bool = True) -> None:
        self.step = step
        self.decided = decided
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_unreachable, (str(self), self.step, self.decided))


def _unreachable(message: str, step: str, decided: bool) -> Unreachable:
    return Unreachable(message, step, decided=decided)


@frozen
class Passing:
    """One way for a move to pass.

    Attributes:
        goals: what the conditions of its guards have to come to.
        waived: the guards that have to be waived.
    """

    goals: tuple[Goal, ...]
    waived: tuple[str, ...] = ()


def passing(
    playbook: Playbook, plan: Plan, *, waive: bool = False, aside: Collection[str] = ()
) -> Iterator[Passing]:
    """The ways for a move to pass: what its guards have to come to, all of one way together.

    Args:
        playbook: the playbook.
        plan: the move.
        waive: with all guards waived that may be; else without waivers.
        aside: guards that are waived all the same.
    """
    waived = tuple(
        guard
        for guard in plan.looked_at
        if guard in aside or (waive and playbook.guard[guard].waivable)
    )
    needed = [_goal(playbook, guard) for guard in plan.needed if guard not in waived]
    for chosen in _enough(playbook, plan, waived):
        yield Passing((*needed, *chosen, *_at_once(playbook, waived)), waived)


def _goal(playbook: Playbook, guard: str, allowed: Iterable[Truth] = (Truth.TRUE,)) -> Goal:
    return Goal(playbook.guard_condition[guard], frozenset(allowed))


def _enough(playbook: Playbook, plan: Plan, waived: tuple[str, ...]) -> Iterator[tuple[Goal, ...]]:
    """The ways to have enough walk-away guards TRUE, all of them first, and too few FALSE."""
    # the smallest sets that suffice cover all larger ones; all guards together come first, as one
    # scene then serves several moves, and it reads best
    policy = playbook.walk_away
    guards = [guard for guard in plan.walk_away if guard not in waived]
    if policy is None or not plan.walk_away:
        yield ()
        return
    number = len(plan.walk_away)
    good = policy.enough(number) if plan.needs_walk_away else policy.fewest(number)
    fewest = max(good - (number - len(guards)), 0)
    wanted = {Truth.TRUE} if plan.needs_walk_away else _NOT_FALSE
    if fewest < len(guards):
        yield tuple(_goal(playbook, guard, wanted) for guard in guards)
    for some in combinations(guards, fewest):
        yield tuple(_goal(playbook, g, wanted if g in some else ANSWERED) for g in guards)


def _at_once(playbook: Playbook, waived: tuple[str, ...]) -> Iterator[Goal]:
    """A guard of which a single clear no means walking away may not be FALSE."""
    policy = playbook.walk_away
    for guard in policy.at_once if policy else ():
        if guard not in waived:
            yield _goal(playbook, guard, _NOT_FALSE)


def stuck(playbook: Playbook, plan: Plan) -> Iterator[tuple[Goal, ...]]:
    """The ways for a move not to pass, without waivers; each one is enough."""
    for guard in plan.needed:
        yield (_goal(playbook, guard, _NOT_TRUE),)
    policy = playbook.walk_away
    for guard in policy.at_once if policy else ():
        yield (_goal(playbook, guard, {Truth.FALSE}),)
    if policy is None or not plan.walk_away:
        return
    k = policy.threshold(len(plan.walk_away))
    if plan.needs_walk_away:
        short = len(plan.walk_away) - policy.enough(len(plan.walk_away)) + 1
        # the smallest sets again: with more guards in doubt one of these sets is in doubt, too
        for guards in combinations(plan.walk_away, short):
            yield tuple(_goal(playbook, guard, _NOT_TRUE) for guard in guards)
    else:
        for guards in combinations(plan.walk_away, k):
            yield tuple(_goal(playbook, guard, {Truth.FALSE}) for guard in guards)


def reached(playbook: Playbook, passes: Callable[[Plan], bool | None]) -> Mapping[str, bool | None]:
    """For each step and for ``fulfilled``, whether deals get there; ``None`` is not decided.

    Args:
        playbook: the playbook.
        passes: whether deals can pass a move.
    """
    places = [*playbook.step, FULFILLED]
    found: dict[str, bool | None] = dict.fromkeys(places, False)
    found[places[0]] = True
    # one way that is sure is enough, so those that are not come last
    for sure in (True, None):
        waiting = [place for place in places if found[place] is not False]
        while waiting:
            here = waiting.pop()
            plans = playbook.plans.get(here, ())
            there = [p.move.to for p in plans if passes(p) or (not sure and passes(p) is None)]
            # and from everywhere a deal can be sent back
            there += playbook.before(here) if here != FULFILLED else ()
            new = [place for place in there if found[place] is False]
            found |= dict.fromkeys(new, sure)
            waiting += new
    return found


@frozen
class Leg:
    """One move of a way to a step, and a scene in which it passes."""

    plan: Plan
    scene: Scene


# hints, fixtures and mutants ask for the same few steps again and again
@lru_cache(maxsize=4096)
def route(playbook: Playbook, step: str, at: datetime = START) -> tuple[Leg, ...]:
    """The shortest way from the first step to a step or to ``fulfilled``.

    One scene serves all of its moves where there is such a scene; else each move has its own.

    Args:
        playbook: the playbook.
        step: the id of a step, or ``fulfilled``.
        at: the instant at which everything is said.

    Raises:
        Unreachable: there is none, or none was found within the bound.
    """
    ways = _ways_to(playbook, step)
    if not ways:
        raise Unreachable(message("no moves lead to {step}", step=step), step)
    sure = len(ways) < _MOST_WAYS
    for plans in ways:
        legs, decided = _legs(playbook, plans, at)
        if legs is not None:
            return legs
        sure = sure and decided
    raise Unreachable(_not_reached(step, sure=sure), step, decided=sure)


def _not_reached(step: str, *, sure: bool) -> str:
    if not installed():
        text = {"step": step, "extra": EXTRA}
        return message("to find a way to {step} takes a search: install {extra}", **text)
    if sure:
        return message("no deal gets to {step}: on every way some move cannot pass", step=step)
    return message("no deal was found that gets to {step}, and there may be one", step=step)


def _ways_to(playbook: Playbook, step: str) -> list[tuple[Plan, ...]]:
    """Ways through the steps, the shortest first."""
    found: list[tuple[Plan, ...]] = []
    waiting: deque[tuple[str, tuple[Plan, ...]]] = deque([(playbook.steps[0].id, ())])
    while waiting and len(found) < _MOST_WAYS:
        here, plans = waiting.popleft()
        if here == step:
            found.append(plans)
            continue
        for plan in playbook.plans.get(here, ()):
            target = plan.move.to
            if target == step or (target != FULFILLED and step in playbook.reachable(target)):
                waiting.append((target, (*plans, plan)))
    return found


def _legs(
    playbook: Playbook, plans: tuple[Plan, ...], at: datetime
) -> tuple[tuple[Leg, ...] | None, bool]:
    """A scene for every move of a way, or none; and whether it is sure that there is none."""
    roles = [role.id for role in playbook.roles]
    first = [next(passing(playbook, plan)).goals for plan in plans]
    # one scene for the whole way makes the fewest entries. Where there is none nothing is lost: a
    # deal may change between two moves, so each gets its own
    together = solve([goal for goals in first for goal in goals], roles=roles, at=at)
    if (scene := together.scene) is not None:
        return tuple(Leg(plan, scene) for plan in plans), True
    legs = []
    for plan in plans:
        scene, decided = scene_to_pass(playbook, plan, at)
        if scene is None:
            return None, decided
        legs.append(Leg(plan, scene))
    return tuple(legs), True


def scene_to_pass(playbook: Playbook, plan: Plan, at: datetime) -> tuple[Scene | None, bool]:
    """A scene in which a move passes; with all waivers, where none passes without.

    Returns:
        The scene, and whether it is sure that there is none.
    """
    roles = [role.id for role in playbook.roles]
    plain = solve_any((way.goals for way in passing(playbook, plan)), roles=roles, at=at)
    if plain.scene is not None:
        return plain.scene, True
    waived = next(passing(playbook, plan, waive=True)).waived
    # with all waivers that are allowed, the most deals pass: who does not pass then never does
    ways = (way.goals for way in passing(playbook, plan, waive=True))
    answer = solve_any(ways, roles=roles, at=at) if waived else plain
    if answer.scene is None:
        return None, answer.impossible and plain.impossible
    return evolve(answer.scene, waived=waived), True


def nearest(
    deal: Deal, *, at: datetime, to: str | None = None, limit: int = LIMIT
) -> tuple[Change, ...] | None:
    """The smallest change with which a deal's next move would pass.

    Args:
        deal: the deal.
        at: the instant.
        to: the target of the move; the first of the step, if left out.
        limit: how many steps to take.

    Returns:
        The people who would have to be found, the price to be named, the card as it would have to
        be, talks to be held, people to be heard, and what would have to be said beside what stands;
        empty when the move passes as
        it is (without ``to``, when any move of the step does), ``None`` when no change would do,
        or none was found within the limit.
    """
    book = deal.playbook
    if deal.outcome is not None:
        return None
    # which move it is, whether it passes and which waivers are in force is asked where the verbs
    # ask it. The deal itself is left alone: somebody may be watching what is asked of it
    try:
        judged = judge_step(Snapshot(fold(book, deal.trail), at), to)
    except LookupError:
        return None
    if judged.verdict is Verdict.READY:
        return ()
    aside = {finding.guard for finding in judged.findings if finding.waived is not None}
    roles = [role.id for role in book.roles]
    # whoever of us is proposed saw nothing so far
    now = scene_of(deal, at, observers=True)
    now = evolve(now, heard=tuple(sorted(heard_in(deal))))
    found: list[tuple[Change, ...]] = []
    for way in passing(book, judged.plan, aside=aside):
        answer = solve(way.goals, roles=roles, at=at, given=now, limit=limit, stands=True)
        if answer.scene is not None:
            found.append(tuple(_changes(now, answer.scene)))
        limit -= answer.steps
        if limit <= 0:
            break
    return min(found, key=len, default=None)


def _changes(now: Scene, then: Scene) -> Iterator[Change]:
    # in the order in which somebody would go about it
    yield from (person for person in then.people if person not in now.people)
    if then.amount is not None and then.amount != now.amount:
        yield then.amount
    if then.card is not None and then.card != now.card:
        yield then.card
    if then.talks > now.talks:
        yield Talks(then.talks - now.talks)
    said = [saying for saying in then.sayings if saying not in now.sayings]
    speaking = {s.source for s in said if s.source_kind == "contact" and s.first_hand}
    heard = speaking.union(now.heard)
    yield from (Hearing(contact) for contact in then.heard if contact not in heard)
    yield from said
