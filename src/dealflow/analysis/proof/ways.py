"""Which steps a deal can get into, how soon, and what cannot be undone on the way there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from attrs import define, field

from dealflow.analysis.proof.properties import NOT_TRUE, inputs, ways
from dealflow.analysis.solver import EXTRA, Answer, Goal, Inquiry, Scene, Undecided, reached
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
        limit: how many steps to take for each question.
    """

    playbook: Playbook
    limit: int
    # by move, as many properties ask about the same ones
    _passing: dict[str, bool | None] = field(factory=dict)
    _why: Undecided = "form"
    _lasting: dict[Condition, set[str]] = field(factory=dict)

    @cached_property
    def _inquiry(self) -> Inquiry:
        return Inquiry(tuple(self.playbook.role), self.limit)

    @property
    def steps(self) -> int:
        """How many steps were taken so far."""
        return self._inquiry.steps

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
        conditions = self.playbook.guard_condition
        answer = self.solve_any(
            [Goal(conditions[guard], truths) for guard, truths in way.items()]
            for way in ways(self.playbook, plan)
        )
        return answer.possible if answer.decided else None

    def reached(self, step: str) -> bool | None:
        """Whether some deal can get into a step; ``None`` when that is not decided."""
        return self._reached[step]

    @cached_property
    def _reached(self) -> Mapping[str, bool | None]:
        return reached(self.playbook, self.can_pass)

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
        if condition not in self._lasting:
            self._lasting[condition] = self._where_it_lasts(condition)
        return step in self._lasting[condition]

    def _where_it_lasts(self, condition: Condition) -> set[str]:
        """The steps at which something is so of every deal."""
        # by induction along every way into a step: it was so before, or the move cannot pass
        # without it. Of a deal that was just opened nothing need be so
        lasts = {step.id for step in self.playbook.steps[1:]}
        while broken := {s for s in lasts if not self._gets_in_with(s, condition, lasts)}:
            lasts -= broken
        return lasts

    def _gets_in_with(self, step: str, condition: Condition, lasts: Collection[str]) -> bool:
        into = [plan for plan in self.plans if plan.move.to == step]
        if not all(later in lasts for later in self.playbook.after(step)):
            return False
        return all(plan.move.source in lasts or not self._without(plan, condition) for plan in into)

    def _without(self, plan: Plan, condition: Condition) -> bool:
        """Whether a move may pass without a condition."""
        read = inputs(condition)
        conditions = self.playbook.guard_condition
        without = Goal(condition, NOT_TRUE)
        demands = (
            [Goal(conditions[guard], truths) for guard, truths in way.items()]
            for way in ways(self.playbook, plan)
        )
        # guards that read nothing of it cannot ask for it
        near = (
            [*(goal for goal in way if not read.isdisjoint(inputs(goal.condition))), without]
            for way in demands
        )
        # not decided counts as yes: what is taken for lasting has to be so for sure
        return not self.solve_any(near).impossible

    def solve(self, goals: Iterable[Goal], given: Scene | None = None) -> Answer:
        """Ask the solver, and count what it took."""
        return self.solve_any([goals], given)

    def solve_any(self, found: Iterable[Iterable[Goal]], given: Scene | None = None) -> Answer:
        """Ask the solver for one of several ways, and count what it took."""
        answer = self._inquiry.ask(found, given)
        if answer.undecided is not None:
            self._why = answer.undecided
        return answer

    def reason(self, move: str) -> str:
        """Why the last question that was not decided was not, of a move."""
        match self._why:
            case "solver":
                return message("{move} takes a search: install {extra}", move=move, extra=EXTRA)
            case "steps":
                return message("{move} takes more than {n} steps", move=move, n=self.limit)
            case _:
                return message("nothing proves how far to look for {move}", move=move)
