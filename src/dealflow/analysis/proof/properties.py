"""What a proof asks of each move: can it pass while a property fails?

A move passes when each guard that it needs is TRUE or set aside, and the walk-away policy lets it.
That is written down once more here, by guard, so that a question can be put over some of the guards
only; tests compare it with the judgement of moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import TypeAlias

from attrs import frozen

from dealflow.analysis.solver import Goal
from dealflow.conditions import AttributeRef, Condition, Heard, Voices
from dealflow.playbook import FULFILLED, Plan, Playbook, WalkAway
from dealflow.values import Truth

__all__ = [
    "NOT_TRUE",
    "Breach",
    "Question",
    "TooMany",
    "ask",
    "breaches_of_policy",
    "comes_after",
    "inputs",
    "ways",
]

_TRUE = frozenset({Truth.TRUE})
NOT_TRUE = frozenset(Truth) - _TRUE
"""What a condition is when it does not let a deal pass."""
_NOT_FALSE = frozenset(Truth) - {Truth.FALSE}
_ONLY_FALSE = frozenset({Truth.FALSE})

_MOST_WAYS = 1_000
"""So many ways to pass are looked at; policies of very many guards have more."""

Demands: TypeAlias = "Mapping[str, frozenset[Truth]]"
"""For each guard, the truths that it may have."""


class TooMany(Exception):
    """There are more ways to pass than can be looked at; it never leaves the analysis."""


@frozen
class Breach:
    """One way in which a property fails.

    Attributes:
        guards: what the guards are then, none of them set aside.
        condition: what else is not TRUE then.
    """

    guards: Demands
    condition: Condition | None = None


@frozen
class Question:
    """Whether there is a scene in which a move passes and a property fails.

    Attributes:
        plan: the move, with the guards that matter to it.
        focus: what fails.
        rest: what the move asks of the guards besides.
    """

    plan: Plan
    focus: tuple[Goal, ...]
    rest: tuple[Goal, ...]

    def cones(self) -> Iterator[tuple[Goal, ...]]:
        """Growing sets of goals: what fails with the guards that share inputs with it; then all."""
        read = frozenset[str]().union(*(inputs(goal.condition) for goal in self.focus))
        # the fewer guards are asked, the more deals pass: what is impossible without the others is
        # so with them, and it is much sooner found
        near = [goal for goal in self.rest if not read.isdisjoint(inputs(goal.condition))]
        yield (*self.focus, *near)
        if len(near) < len(self.rest):
            yield (*self.focus, *self.rest)


def inputs(condition: Condition) -> frozenset[str]:
    """What a condition reads: facts, roles and attributes by name, and ``heard``."""
    read = {fact.id for fact in condition.facts} | set(condition.roles)
    for node in condition.walk():
        if isinstance(node, AttributeRef):
            read.add(node.name)
        elif isinstance(node, Heard | Voices):
            read.add("heard")
    return frozenset(read)


def breaches_of_policy(policy: WalkAway, plan: Plan) -> Iterator[Breach]:
    """How the walk-away policy can fail at a move.

    It fails when fewer than m of all its n guards are known good, which is n-m+1 that are not, or
    when one is a clear no that must not be. As m is at least n-k+1, k that are refuted are so many
    that are not known good. A move that looks at m of them or more does not pass before m hold, and
    one that looks at fewer needs all of those: so only guards that it does not look at can be bad.
    """
    short = len(policy.guards) - policy.enough(len(policy.guards)) + 1
    seen = plan.walk_away if plan.needs_walk_away else ()
    unseen = [guard for guard in policy.guards if guard not in seen]
    for some in combinations(unseen, short):
        yield Breach(dict.fromkeys(some, NOT_TRUE))
    for guard in policy.at_once:
        yield Breach({guard: _ONLY_FALSE})


def ways(playbook: Playbook, plan: Plan, kept: Demands = MappingProxyType({})) -> Iterator[Demands]:
    """The ways in which a move passes: what it asks of the guards.

    Guards that may be set aside are set aside, so that nothing is asked of them: that lets the most
    deals pass.

    Args:
        playbook: the rules.
        plan: the move.
        kept: guards that nobody has set aside, and what they are.
    """
    # a guard that the breach is about has to count as it is, so nobody has set that one aside
    aside = {g.id for g in playbook.guards if g.waivable and g.id not in kept}
    needed = {guard: _TRUE for guard in plan.needed if guard not in aside}
    policy = playbook.walk_away
    at_once = {g: _NOT_FALSE for g in (policy.at_once if policy else ()) if g not in aside}
    if policy is None or not plan.walk_away:
        yield {**at_once, **needed}
        return
    looked_at = [guard for guard in plan.walk_away if guard not in aside]
    # m are known good, or set aside; or, where they only warn, n-k+1 are no clear no
    each = _TRUE if plan.needs_walk_away else _NOT_FALSE
    # a guard that was set aside counts as good
    already = len(plan.walk_away) - len(looked_at)
    count = policy.enough if plan.needs_walk_away else policy.fewest
    good = max(count(len(plan.walk_away)) - already, 0)
    able = [guard for guard in looked_at if each & kept.get(guard, each)]
    # the smallest sets that are enough: to ask for more would only let fewer deals pass
    for some in combinations(able, good):
        yield {**at_once, **dict.fromkeys(some, each), **needed}


def ask(playbook: Playbook, plan: Plan, breach: Breach) -> Iterator[Question]:
    """Every way in which a move might pass in spite of a breach.

    Raises:
        TooMany: there are more of them than can be asked about.
    """
    conditions = playbook.guard_condition
    for number, way in enumerate(ways(playbook, plan, breach.guards)):
        if number >= _MOST_WAYS:
            raise TooMany
        both = {g: truths & way.get(g, truths) for g, truths in breach.guards.items()}
        if not all(both.values()):
            continue  # a guard would have to be known good, and not
        focus = [Goal(conditions[guard], truths) for guard, truths in both.items()]
        if breach.condition is not None:
            focus.append(Goal(breach.condition, NOT_TRUE))
        rest = (Goal(conditions[g], truths) for g, truths in way.items() if g not in both)
        yield Question(plan, tuple(focus), tuple(rest))


def comes_after(playbook: Playbook, to: str, start: str) -> bool:
    """Whether a step or outcome comes after a step, by the order of steps."""
    return to == FULFILLED or playbook.index(to) > playbook.index(start)
