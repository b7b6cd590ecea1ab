"""Proof: what a playbook's author claims of it holds for every deal, or a deal that shows it not.

For each property, every move that it speaks of is asked one question: is there a scene in which the
move passes and the property fails? At any instant the world is free, so one scene per move is
enough (see docs, "Proof"). "No" is final. A "yes" is believed only when a deal has been brought
there by its verbs, on the full playbook; what cannot be settled is not decided, and never proved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import Literal, TypeAlias

from attrs import define, frozen

from dealflow.analysis.phrases import clauses, listed
from dealflow.analysis.proof.properties import (
    Breach,
    Question,
    TooMany,
    ask,
    breaches_of_policy,
    comes_after,
    inputs,
)
from dealflow.analysis.proof.replay import (
    Claim,
    Counterexample,
    Fault,
    Stage,
    fault_of_invariant,
    fault_of_policy,
)
from dealflow.analysis.proof.ways import Routes
from dealflow.analysis.solver import LIMIT, Goal
from dealflow.conditions import Condition
from dealflow.exceptions import PlaybookError, Problem
from dealflow.message import message
from dealflow.playbook import Invariant, Plan, Playbook, WalkAway, parse_invariant
from dealflow.state import Snapshot

__all__ = ["Counterexample", "Proof", "Theorem", "faults", "prove", "theorems"]

Verdict: TypeAlias = Literal["proved", "refuted", "not decided"]
_MOST_QUESTIONS = 1_000
"""So many questions are asked about one move; policies of very many guards would take more."""
_ENOUGH = 20
"""So many are asked when a counterexample is found already, as another may be shorter."""


@frozen
class Theorem:
    """A property of a playbook, and whether it holds.

    Attributes:
        id: ``walk_away`` for the policy, or the invariant's text.
        claim: what is claimed, one sentence.
        verdict: whether it is proved, refuted by a deal, or neither.
        counterexample: the deal that refutes it.
        reason: why it is not decided.
        moves: how many moves it speaks of.
        steps: how many steps it took.
        facts: the facts that were read (the cone of influence).
    """

    id: str
    claim: str
    verdict: Verdict
    counterexample: Counterexample | None = None
    reason: str = ""
    moves: int = 0
    steps: int = 0
    facts: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether it holds for every deal."""
        return self.verdict == "proved"


@frozen
class Proof:
    """What was found about each property of a playbook.

    Attributes:
        playbook: the rules.
        theorems: one for each property.
    """

    playbook: Playbook
    theorems: tuple[Theorem, ...]

    @property
    def proved(self) -> bool:
        """Whether every property holds."""
        return all(theorem.proved for theorem in self.theorems)


def prove(playbook: Playbook, invariants: Iterable[str] = (), *, limit: int = LIMIT) -> Proof:
    """Prove or refute the walk-away policy, the playbook's invariants, and more of them.

    Args:
        playbook: the rules.
        invariants: further claims, as in a playbook file.
        limit: how many steps to take for each question.

    Raises:
        PlaybookError: an invariant cannot be read; every problem with its line and column.
    """
    return Proof(playbook, tuple(theorems(playbook, invariants, limit=limit)))


def theorems(
    playbook: Playbook, invariants: Iterable[str] = (), *, limit: int = LIMIT
) -> Iterator[Theorem]:
    """What :func:`prove` finds, one property after the other.

    Raises:
        PlaybookError: an invariant cannot be read; before any theorem is given.
    """
    # all texts are read before the first theorem, so that a misspelt one is told at once and not
    # after minutes
    claims = dict(playbook.invariant)
    problems: list[Problem] = []
    for text in invariants:
        try:
            claims[text] = parse_invariant(text, playbook)
        except PlaybookError as error:
            problems += [
                Problem(message("{text!r}, {place}", text=text, place=p.place), p.message)
                for p in error.problems
            ]
    if problems:
        raise PlaybookError(problems)
    return _theorems(playbook, claims.values(), limit)


def faults(world: Snapshot, to: str) -> tuple[str, ...]:
    """What is wrong with a deal that goes on now: how it breaks the policy or an invariant.

    Args:
        world: the deal at the instant of the move, before it is made.
        to: the step or outcome that it gets into.
    """
    playbook = world.playbook
    policy = playbook.walk_away
    found = [
        fault_of_invariant(claim)(world)
        for claim in playbook.invariant.values()
        if claim.step == to
    ]
    if policy is not None and comes_after(playbook, to, policy.start):
        found.append(fault_of_policy(policy)(world))
    return tuple(fault for fault in found if fault)


def _theorems(playbook: Playbook, claims: Iterable[Invariant], limit: int) -> Iterator[Theorem]:
    routes = Routes(playbook, limit)
    prover = _Prover(playbook, routes, Stage(playbook, routes))
    # properties speak of moves, as only a move changes where a deal is. What becomes of facts while
    # it stays somewhere cannot be forbidden: the next move has to notice
    policy = playbook.walk_away
    if policy is not None:
        plans = [p for p in prover.routes.plans if comes_after(playbook, p.move.to, policy.start)]
        yield prover.theorem(_Property.of_policy(playbook, policy, plans))
    for claim in claims:
        plans = [p for p in prover.routes.plans if p.move.to == claim.step]
        yield prover.theorem(_Property.of_invariant(claim, plans))


@frozen
class _Property:
    """Something that must be so whenever one of some moves is made."""

    id: str
    claim: str
    name: str
    conditions: tuple[Condition, ...]
    plans: tuple[Plan, ...]
    breaches: Callable[[Plan], Iterable[Breach]]
    fault: Fault

    @classmethod
    def of_policy(cls, playbook: Playbook, policy: WalkAway, plans: Iterable[Plan]) -> _Property:
        guards = len(policy.guards)
        claim = message(
            "no deal gets past {step} unless {enough} of {n} walk-away guards are true",
            step=policy.start,
            enough=policy.enough(guards),
            n=guards,
        )
        if policy.at_once:
            none = listed(policy.at_once)
            claim = message(
                "{claim}, and none of these is false: {guards}", claim=claim, guards=none
            )
        return cls(
            "walk_away",
            claim,
            f"past_{policy.start}_against_the_walk_away_policy",
            tuple(playbook.guard_condition[g] for g in (*policy.guards, *policy.at_once)),
            tuple(plans),
            lambda plan: breaches_of_policy(policy, plan),
            fault_of_policy(policy),
        )

    @classmethod
    def of_invariant(cls, invariant: Invariant, plans: Iterable[Plan]) -> _Property:
        text = invariant.text
        breaches = (Breach({}, invariant.condition),)
        return cls(
            text,
            text,
            text,
            (invariant.condition,),
            tuple(plans),
            lambda _: breaches,
            fault_of_invariant(invariant),
        )


@define
class _Prover:
    playbook: Playbook
    routes: Routes
    stage: Stage

    def theorem(self, property: _Property) -> Theorem:
        """Put the question to every move, those soonest reached first."""
        before = self.routes.steps
        facts = {fact.id for condition in property.conditions for fact in condition.facts}
        reasons: list[str] = []
        found: list[Counterexample] = []
        # moves come in the order in which they are reached, so one that is reached later has no
        # shorter counterexample
        for _, plans in groupby(property.plans, lambda p: self.routes.distance[p.move.source]):
            for plan in plans:
                for answer in self._answers(property, plan, facts):
                    if isinstance(answer, Counterexample):
                        found.append(answer)
                    else:
                        reasons.append(answer)
            if found:
                break
        # one deal refutes, whatever else was left open; only when nothing was is it proved
        verdict: Verdict = "refuted" if found else "not decided" if reasons else "proved"
        return Theorem(
            property.id,
            property.claim,
            verdict,
            min(found, key=lambda each: each.size, default=None),
            "" if found else clauses(dict.fromkeys(reasons)),
            len(property.plans),
            self.routes.steps - before,
            tuple(fact.id for fact in self.playbook.facts if fact.id in facts),
        )

    def _answers(
        self, property: _Property, plan: Plan, facts: set[str]
    ) -> Iterator[Counterexample | str]:
        """What refutes a property at a move, and what could not be settled."""
        found = False
        try:
            # when there are too many questions, those not asked might have found a deal: without a
            # counterexample that is not decided
            for asked, (breach, question) in enumerate(self._questions(property, plan)):
                if asked >= (_ENOUGH if found else _MOST_QUESTIONS):
                    if not found:
                        raise TooMany
                    return
                outcome = self._settle(property, question, breach.guards, facts)
                if outcome is not None:
                    yield outcome
                    found = found or isinstance(outcome, Counterexample)
        except TooMany:
            yield message("{move} has too many ways to pass", move=plan.move.id)

    def _questions(self, property: _Property, plan: Plan) -> Iterator[tuple[Breach, Question]]:
        for breach in property.breaches(plan):
            for question in ask(self.playbook, plan, breach):
                yield breach, question

    def _settle(
        self, property: _Property, question: Question, kept: Collection[str], facts: set[str]
    ) -> Counterexample | str | None:
        """Whether a property can fail in one way at a move; ``None`` when it cannot."""
        move = question.plan.move
        goals: tuple[Goal, ...] = ()
        answer = None
        for cone in question.cones():
            read = frozenset[str]().union(*(inputs(goal.condition) for goal in cone))
            # what is so of every deal at the step is no demand, but keeps the solver from scenes to
            # which no deal can come back
            goals = (*cone, *self.routes.lasting(move.source, read))
            answer = self.routes.solve(goals)
            facts |= {fact.id for goal in goals for fact in goal.condition.facts}
            # this no is final, for cones only grow: further guards let no more deals pass
            if answer.impossible:
                return None
            if not answer.possible:
                return self.routes.reason(move.id)
        # where no deal ever is, none does wrong. When that is not decided, only a deal that gets
        # there can tell
        if answer is None or self.routes.reached(move.source) is False:
            return None
        if not answer.today:
            return message("{move} may let a deal through, but on other days only", move=move.id)
        claim = Claim(property.name, question.plan, goals, answer, kept, property.fault)
        # a yes of the solver is about one instant, and some things cannot be undone: it takes a
        # deal that was there to refute, and without one nothing is decided
        return self.stage.replay(claim) or message(
            "{move} seems to let a deal through, but none could be brought there", move=move.id
        )
