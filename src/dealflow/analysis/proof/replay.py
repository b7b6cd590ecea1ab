"""Counterexamples: a deal brought by its verbs, on the full playbook, to where a property fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from attrs import define, evolve, field, frozen

from dealflow.analysis.as_code import verbs, written
from dealflow.analysis.history import world_of
from dealflow.analysis.phrases import both, truth_told
from dealflow.analysis.proof.ways import Routes
from dealflow.analysis.solver import Answer, Goal, Scene, deal_at, perform, scene_of
from dealflow.conditions import judge
from dealflow.deal import Deal
from dealflow.exceptions import DealflowError
from dealflow.message import message
from dealflow.playbook import FULFILLED, Invariant, Plan, Playbook, WalkAway
from dealflow.state import Snapshot
from dealflow.trail import Trail
from dealflow.values import Truth

__all__ = ["Claim", "Counterexample", "Fault", "Stage", "fault_of_invariant", "fault_of_policy"]

_BY = "rep"

Fault: TypeAlias = Callable[[Snapshot], str]
"""What is wrong with a deal that goes on now, in words; empty when nothing is."""


def fault_of_invariant(invariant: Invariant) -> Fault:
    """The condition is not TRUE."""

    def fault(snapshot: Snapshot) -> str:
        truth = judge(invariant.condition, snapshot).truth
        return "" if truth is Truth.TRUE else _is(str(invariant.condition), truth)

    return fault


def fault_of_policy(policy: WalkAway) -> Fault:
    """Too few of all walk-away guards are TRUE, or one is FALSE that must not be."""

    def fault(snapshot: Snapshot) -> str:
        truths = {
            guard: judge(snapshot.playbook.guard_condition[guard], snapshot).truth
            for guard in dict.fromkeys([*policy.guards, *policy.at_once])
            # what somebody with authority set aside is no breach: the playbook's author allowed it
            if snapshot.waiver(guard) is None
        }
        doubtful = [g for g in policy.guards if truths.get(g, Truth.TRUE) is not Truth.TRUE]
        if len(policy.guards) - len(doubtful) >= policy.enough(len(policy.guards)):
            doubtful = []
        refuted = [g for g in policy.at_once if truths.get(g) is Truth.FALSE]
        wrong = dict.fromkeys([*doubtful, *refuted])
        return both(_is(guard, truths[guard]) for guard in wrong)

    return fault


def _is(what: str, truth: Truth) -> str:
    return message("{what} is {truth}", what=what, truth=truth_told(truth))


@frozen
class Counterexample:
    """A deal that gets in although it should not.

    Attributes:
        step: where it was.
        move: the move that it made.
        to: the step or outcome that it got into.
        because: what was wrong at that moment.
        scene: what was so at that moment.
        changes: how many entries it takes from the cheapest deal at the step.
        trail: the trail of the deal, the move included.
        test: a pytest function that shows it.
    """

    step: str
    move: str
    to: str
    because: str
    scene: Scene
    changes: int
    trail: Trail = field(repr=False)
    test: str = field(repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """How long the way is: the number of moves, and of entries before the last one."""
        return sum(entry.kind == "moved" for entry in self.trail), self.changes


@frozen
class Claim:
    """What a deal would have to do to refute a property.

    Attributes:
        name: what to call the test that shows it.
        plan: the move to make.
        goals: what the guards and the property have to come to then.
        answer: that there is such a scene, from nothing.
        kept: guards that must not be set aside.
        fault: tells what is wrong then.
    """

    name: str
    plan: Plan
    goals: tuple[Goal, ...]
    answer: Answer
    kept: Collection[str]
    fault: Fault


@frozen
class _Start:
    """The cheapest deal at a step, to go on from.

    Attributes:
        step: the step.
        version: the number of its entries.
        trail: its trail.
    """

    step: str
    version: int
    trail: Trail


@define
class Stage:
    """Where counterexamples are played.

    Attributes:
        playbook: the rules.
        routes: its routes, which also ask the solver.
    """

    playbook: Playbook
    routes: Routes
    _starts: dict[str, _Start] = field(factory=dict)

    def replay(self, claim: Claim) -> Counterexample | None:
        """Bring a deal to a step and into a scene, and let it make a move.

        Returns:
            ``None`` when no deal could be brought there, it is refused, or does nothing wrong.
        """
        try:
            deal = self._deal_at(claim.plan.move.source)
        except DealflowError:
            return None
        for scene in self._scenes(claim, deal):
            found = self._play(claim, scene)
            if found is not None:
                return found
        return None

    def _deal_at(self, step: str) -> Deal:
        return Deal.replay(self.playbook, self._start(step).trail)

    def _start(self, step: str) -> _Start:
        # kept as a trail, of which every attempt gets a deal of its own, for attempts leave their
        # entries
        if step not in self._starts:
            deal = deal_at(self.playbook, step)
            self._starts[step] = _Start(step, deal.version, deal.trail)
        return self._starts[step]

    def _scenes(self, claim: Claim, deal: Deal) -> Iterator[Scene]:
        """First what is nearest to the deal as it is: that makes the shortest test."""
        now = scene_of(deal, deal.trail[-1].at)
        near = self.routes.solve(claim.goals, given=now).scene
        if near is not None:
            yield near
        # near a deal its people stay, which may be too many; so the scene that was found from
        # nothing is tried, too
        if claim.answer.scene is not None:
            yield claim.answer.scene

    def _play(self, claim: Claim, scene: Scene) -> Counterexample | None:
        move = claim.plan.move
        deal = self._deal_at(move.source)
        at, before = deal.trail[-1].at, deal.version
        try:
            perform(deal, scene, by=_BY, at=at)
            scene = self._set_aside(deal, claim.plan, claim.kept, scene)
            # judged before the move, as it is about the moment of the move; and by the code that
            # judges deals, so that no error of the solver can refute a property
            wrong = claim.fault(world_of(self.playbook, deal.trail, at))
            deal.advance(by=_BY, at=at, to=move.to)
        except DealflowError:
            return None
        if not wrong:
            return None
        where = "outcome" if move.to == FULFILLED else "step"
        first = self._start(move.source)
        # the test begins with the deal at the step, which ``deal_at`` builds anew, so only what
        # came after that is written out
        test = written(
            claim.name,
            first.step,
            [*verbs(deal, deal.trail[first.version :]), f'assert deal.{where} == "{move.to}"'],
            f"A deal gets into {move.to} although {wrong}.",
        )
        changes = deal.version - before
        return Counterexample(
            move.source, move.id, move.to, wrong, scene, changes, deal.trail, test
        )

    def _set_aside(self, deal: Deal, plan: Plan, kept: Collection[str], scene: Scene) -> Scene:
        """Have those guards set aside that stand in the way, where the playbook allows it."""
        at = deal.trail[-1].at
        # as few waivers as it takes: what is not in the way is left alone
        aside = [
            finding.guard
            for finding in deal.assess(at=at, to=plan.move.to).blocking
            if self.playbook.guard[finding.guard].waivable and finding.guard not in kept
        ]
        scene = evolve(scene, waived=tuple(dict.fromkeys([*scene.waived, *aside])))
        perform(deal, scene, by=_BY, at=at)
        return scene
