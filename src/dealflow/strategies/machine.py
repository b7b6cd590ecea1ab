"""A state machine that plays a deal at random, led by its playbook, and looks for what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dealflow.analysis.history import world_of
from dealflow.analysis.proof import faults
from dealflow.analysis.solver import START, perform
from dealflow.assessment import Refused
from dealflow.deal import Deal
from dealflow.exceptions import MoveNotAllowed
from dealflow.playbook import LOST, WALKED_AWAY, Playbook
from dealflow.strategies.of_deals import (
    BY,
    change_card,
    contradict,
    reached,
    ready_scene,
    say,
    standing,
    start,
    take_back,
)
from dealflow.values import Alternative

__all__ = ["DealMachine", "deal_machine"]


# most moves of a deal that is played at random are refused. So what matters is done just before:
# all that the move needs, or one thing that should stop it
_FIRST = ("nothing", "prepare", "contradict", "withdraw", "wait")
_WINNERS: tuple[Alternative, ...] = get_args(Alternative)


def _open(machine: DealMachine) -> bool:
    return machine.deal.outcome is None


def _said(machine: DealMachine) -> bool:
    return bool(standing(machine.deal))


def _own_words(deal: Deal) -> dict[str, set[str]]:
    """By contact, the facts of which something stands that he said first-hand, of himself."""
    found: dict[str, set[str]] = {}
    for said in deal.standing:
        if said.source_kind == "contact" and said.first_hand and said.about in (None, said.source):
            found.setdefault(said.source, set()).add(said.fact)
    return found


def _waivable(machine: DealMachine) -> bool:
    return any(guard.waivable for guard in machine.playbook.guards)


class DealMachine(RuleBasedStateMachine):
    """Plays one deal: people talk, contradict and take back, time passes, moves are tried.

    Make one with :func:`deal_machine`. After every step the trail has to be sound and to give the
    same deal again; on every move forward the walk-away policy and the playbook's invariants have
    to hold.

    Attributes:
        playbook: the rules.
        deal: the deal that is played.
        now: the time in the game.
    """

    playbook: ClassVar[Playbook]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.deal: Deal = start(self.playbook, self.playbook.steps[0].id)

    @initialize(data=st.data())
    def get_somewhere(self, data: st.DataObject) -> None:
        """Start at any step that deals get to."""
        self.deal = start(self.playbook, data.draw(st.sampled_from(reached(self.playbook))))
        self.now = self.deal.trail[-1].at

    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        """Somebody says something."""
        say(data.draw, self.deal, self.now)

    @precondition(_open)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Somebody says something that matters to the next move."""
        blocking = self.deal.assess(at=self.now).blocking
        conditions = (self.playbook.guard_condition[finding.guard] for finding in blocking)
        facts = [fact.id for condition in conditions for fact in condition.facts]
        say(data.draw, self.deal, self.now, facts)

    @precondition(_said)
    @rule(data=st.data())
    def contradict(self, data: st.DataObject) -> None:
        """Somebody says otherwise."""
        contradict(data.draw, self.deal, self.now)

    @precondition(_said)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Somebody takes something back."""
        take_back(data.draw, self.deal, self.now)

    @precondition(lambda machine: any(_own_words(machine.deal)))
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Somebody stands by some of what he said himself."""
        who, facts = data.draw(st.sampled_from(sorted(_own_words(self.deal).items())))
        some = data.draw(st.lists(st.sampled_from(sorted(facts)), min_size=1, unique=True))
        self.deal.confirm(who, some, by=BY, at=self.now)

    @precondition(lambda machine: bool(machine.deal.contacts))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Somebody leaves, today or soon; or comes back."""
        who = data.draw(st.sampled_from(sorted(self.deal.contacts)))
        days = data.draw(st.none() | st.integers(0, 60))
        left = None if days is None else (self.now + timedelta(days=days)).date()
        if self.deal.contacts[who].left != left:
            self.deal.change_contact(who, left=left, by=BY, at=self.now)

    @precondition(lambda machine: len(machine.deal.contacts) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        """Two records are found to be of one person; or are not, after all."""
        merged = self.deal.merged
        apart = sorted(self.deal.contacts.keys() - merged.keys())
        if merged and (len(apart) < 2 or data.draw(st.booleans())):
            who = data.draw(st.sampled_from(sorted(merged)))
            self.deal.undo_merge(who, by=BY, at=self.now, reason="They are two")
        else:
            who, into = data.draw(st.permutations(apart))[:2]
            self.deal.merge_contacts(who, into=into, by=BY, at=self.now, reason="One person")

    @rule(days=st.integers(1, 200))
    def wait(self, days: int) -> None:
        """Time passes, and answers go out of date; not so much that the calendar ends."""
        self.now += timedelta(days=days)

    @precondition(_waivable)
    @rule(data=st.data(), days=st.none() | st.integers(1, 60))
    def waive(self, data: st.DataObject, days: int | None) -> None:
        """Somebody with authority sets a guard aside, for a while or for good."""
        waivable = [guard.id for guard in self.playbook.guards if guard.waivable]
        guard = data.draw(st.sampled_from(waivable))
        until = None if days is None else self.now + timedelta(days=days)
        self.deal.waive(
            guard, authority="the boss", by=BY, at=self.now, reason="Agreed", until=until
        )

    @rule(data=st.data())
    def change_card(self, data: st.DataObject) -> None:
        """Our own record changes: the deal is handed over, or is to bring something else."""
        change_card(data.draw, self.deal, self.now)

    @precondition(_open)
    @rule()
    def prepare(self) -> None:
        """Everything is said that the next move needs, and nothing else."""
        scene = ready_scene(self.playbook, self.deal.step)
        if scene is not None:
            perform(self.deal, scene, by=BY, at=self.now)

    @precondition(_open)
    @rule(data=st.data(), first=st.sampled_from(_FIRST))
    def advance(self, data: st.DataObject, first: str) -> None:
        """Something changes, and a move forward is tried at once.

        When it passes, the policy and the invariants must hold.
        """
        if first == "prepare":
            self.prepare()
        elif first == "contradict":
            contradict(data.draw, self.deal, self.now)
        elif first == "withdraw":
            take_back(data.draw, self.deal, self.now)
        elif first == "wait":
            self.now += timedelta(days=data.draw(st.integers(1, 200)))
        targets = [plan.move.to for plan in self.playbook.plans[self.deal.step]]
        to = data.draw(st.sampled_from(targets))
        # taken before the move: after it the deal has left the step, and the claims are about the
        # moment of leaving
        world = world_of(self.playbook, self.deal.trail, self.now)
        try:
            self.deal.advance(by=BY, at=self.now, to=to)
        except Refused:
            return
        if wrong := faults(world, to):
            raise AssertionError(f"the deal got into {to} although {' and '.join(wrong)}")

    @precondition(lambda machine: _open(machine) and machine.playbook.index(machine.deal.step) > 0)
    @rule(data=st.data())
    def step_back(self, data: st.DataObject) -> None:
        """Go back to an earlier step."""
        earlier = [step.id for step in self.playbook.steps]
        earlier = earlier[: self.playbook.index(self.deal.step)]
        to = data.draw(st.sampled_from(earlier))
        self.deal.step_back(to, by=BY, at=self.now, reason="Something is missing")

    @precondition(_open)
    @rule(to=st.none() | st.sampled_from(_WINNERS))
    def close(self, to: Alternative | None) -> None:
        """The deal ends: we walk away, or the customer decides against us."""
        if to is None:
            self.deal.walk_away(by=BY, at=self.now, reason="It makes no sense")
        else:
            self.deal.lose(by=BY, at=self.now, reason="They said so", to=to)

    @precondition(lambda machine: machine.deal.outcome in (WALKED_AWAY, LOST))
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        """Somebody says something, and the deal is taken up again."""
        say(data.draw, self.deal, self.now)
        try:
            self.deal.reopen(by=BY, at=self.now, reason="There is news")
        except MoveNotAllowed:
            return  # nobody could say anything that would be news

    @invariant()
    def trail_is_sound(self) -> None:
        """Every hash fits, and the entries give the same deal again."""
        trail = self.deal.trail
        trail.verify()
        # replay checks each entry once more, so what the verbs let pass and the checks do not shows
        # here
        again = Deal.replay(self.playbook, trail)
        if (again.step, again.outcome, again) != (self.deal.step, self.deal.outcome, self.deal):
            raise AssertionError(f"replayed, {self.deal!r} is {again!r}")


def deal_machine(playbook: Playbook) -> type[DealMachine]:
    """The machine that plays deals of a playbook; its ``TestCase`` is what test runners collect."""
    return type("DealMachine", (DealMachine,), {"playbook": playbook})
