"""Which steps a deal can get into, how soon, and what cannot be undone on the way there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from attrs import define, field

from dealflow.analysis.proof.properties import NOT_TRUE, inputs, ways
from dealflow.analysis.solver import Answer, Goal, Scene, solve
from dealflow.conditions import AttributeRef, Compare, Condition, Constant
from dealflow.message import message
from dealflow.playbook import Plan, Playbook

__all__ = ["Routes"]

# how a price is asked for: an attribute compared with itself is TRUE when it is set, and UNKNOWN
# when it is not
_AMOUNT = AttributeRef("deal.amount")
_TALKS = AttributeRef("deal.talks")


@define(slots=False)
class Routes:
    """The steps of a playbook by the moves that some deal can pass.

    Attributes:
        playbook: the rules.
        limit: how many states to try for each question.
        states: how many were tried so far.
    """

    playbook: Playbook
    limit: int
    states: int = 0
    # by move, as many properties ask about the same ones
    _passing: dict[str, bool | None] = field(factory=dict)
    _too_long: bool = False
    _lasting: dict[tuple[str, Condition], bool] = field(factory=dict)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """The plans of all moves, those soonest reached from the first step first."""
        plans = [plan for plans in self.playbook.plans.values() for plan in plans]
        return tuple(sorted(plans, key=lambda plan: self.distance[plan.move.source]))

    @cached_property
    def distance(self) -> Mapping[str, int]:
        """For each step, how many moves it takes at least to get there."""
        found = {self.playbook.steps[0].id: 0}
        for step in self.playbook.steps:  # moves lead to later steps only
            for plan in self.playbook.plans[step.id]:
                ways_there = (found.get(plan.move.to), found[step.id] + 1)
                found[plan.move.to] = min(n for n in ways_there if n is not None)
        return found

    def can_pass(self, plan: Plan) -> bool | None:
        """Whether some deal can pass a move; ``None`` when that is not decided."""
        if plan.move.id not in self._passing:
            self._passing[plan.move.id] = self._passes(plan)
        return self._passing[plan.move.id]

    def _passes(self, plan: Plan) -> bool | None:
        decided = True
        for way in ways(self.playbook, plan):
            answer = self.solve(
                Goal(self.playbook.guard_condition[guard], truths) for guard, truths in way.items()
            )
            if answer.scene is not None:
                return True
            decided = decided and answer.decided
        return False if decided else None

    def reached(self, step: str) -> bool | None:
        """Whether some deal can get into a step; ``None`` when that is not decided."""
        if self.distance[step] == 0:
            return True
        # one move that surely passes is enough; a no needs all of them
        found: bool | None = False
        for plan in (plan for plan in self.plans if plan.move.to == step):
            before = self.reached(plan.move.source)
            passes = self.can_pass(plan) if before is not False else False
            if before and passes:
                return True
            if before is None or passes is None:
                found = None
        return found

    def lasting(self, step: str, read: Iterable[str]) -> Iterator[Goal]:
        """What is so of every deal at a step, as it was so before and cannot be undone.

        A price that was named stays named, and a talk that took place took place.

        Args:
            step: the step.
            read: the inputs that matter.
        """
        names = set(read)
        for condition in self._irreversible:
            if not names.isdisjoint(inputs(condition)) and self._lasts(step, condition):
                yield Goal(condition)

    @cached_property
    def _irreversible(self) -> tuple[Condition, ...]:
        numbers = {
            int(term.value) + more
            for condition in self.playbook.guard_condition.values()
            for node in condition.walk()
            if isinstance(node, Compare) and _TALKS in node.terms
            for term in node.terms
            if isinstance(term, Constant) and isinstance(term.value, Decimal)
            # ``>= n`` and ``> n`` cut between n-1 and n, and between n and n+1
            for more in (0, 1)
        }
        return (
            Compare((_AMOUNT, _AMOUNT), ("==",)),
            *(Compare((_TALKS, Constant(Decimal(n))), (">=",)) for n in sorted(numbers) if n > 0),
        )

    def _lasts(self, step: str, condition: Condition) -> bool:
        key = (step, condition)
        if key not in self._lasting:
            # by induction along the moves forward: it was so before the move, or the move cannot
            # pass without it. The first step has no move into it, and of a deal that was just
            # opened nothing need be so
            into = [plan for plan in self.plans if plan.move.to == step]
            self._lasting[key] = bool(into) and all(
                self._lasts(plan.move.source, condition) or not self._without(plan, condition)
                for plan in into
            )
        return self._lasting[key]

    def _without(self, plan: Plan, condition: Condition) -> bool:
        """Whether a move may pass without a condition."""
        read = inputs(condition)
        conditions = self.playbook.guard_condition
        for way in ways(self.playbook, plan):
            demands = (Goal(conditions[guard], truths) for guard, truths in way.items())
            # guards that read nothing of it cannot ask for it
            near = [goal for goal in demands if not read.isdisjoint(inputs(goal.condition))]
            answer = self.solve([*near, Goal(condition, NOT_TRUE)])
            # not decided counts as yes: what is taken for lasting has to be so for sure
            if answer.scene is not None or not answer.decided:
                return True
        return False

    def solve(self, goals: Iterable[Goal], given: Scene | None = None) -> Answer:
        """Ask the solver, and count what it tried."""
        roles = [role.id for role in self.playbook.roles]
        answer = solve(goals, roles=roles, limit=self.limit, given=given)
        self.states += answer.states
        if not answer.decided or answer.states > self.limit:
            self._too_long = answer.states > self.limit
        return answer

    def reason(self, move: str) -> str:
        """Why the last question that was not decided was not, of a move."""
        # the solver says only that it is not decided; the two reasons are told apart by what it
        # tried
        if self._too_long:
            return message("{move} takes more than {n} states", move=move, n=self.limit)
        return message("{move} may hang on the day, or on more people than were tried", move=move)
