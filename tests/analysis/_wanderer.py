"""Deals of any playbook to which anything may happen, at random and by the verbs alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from dealflow import Deal, DealflowError, Money, Playbook, Trail, ValueType
from dealflow.analysis import Unreachable, deal_at

BY = ("lena", "max")
_GOES_BY = (
    *(timedelta(minutes=minutes) for minutes in (0, 0, 0, 1, 60, 600)),
    *(timedelta(days=days) for days in (1, 2, 7, 30, 80, 120)),
)


@cache
def _on_the_way(playbook: Playbook, step: str, *, ready: bool) -> Deal | None:
    try:
        return deal_at(playbook, step, ready=ready)
    except Unreachable:
        return None


@cache
def _beginnings(playbook: Playbook) -> Sequence[Trail]:
    """Of every step that deals get to, the trail of one that is there."""
    deals = [_on_the_way(playbook, step.id, ready=False) for step in playbook.steps]
    return [deal.trail for deal in deals if deal is not None]


class Wanderer:
    """A deal that anything may happen to.

    Attributes:
        deal: the deal.
        at: the time in the game.
    """

    def __init__(self, random: Random, playbook: Playbook, trail: Trail | None = None) -> None:
        self.random, self.playbook = random, playbook
        trail = random.choice(_beginnings(playbook)) if trail is None else trail
        self.deal = Deal.replay(playbook, Trail(trail))
        self.at = trail[-1].at

    def go(self, calls: int) -> Deal:
        """Let so many things happen."""
        for _ in range(calls):
            self.step()
        return self.deal

    def step(self) -> None:
        """Let something happen, and perhaps some time go by."""
        if self.chance(0.5):
            self.at += self.random.choice(_GOES_BY)
        happenings = _CLOSED if self.deal.outcome is not None else _HAPPENS
        (happens,) = self.random.choices(list(happenings), list(happenings.values()))
        happens(self)

    def call(self, verb: str, *args: Any, **details: Any) -> None:
        """Call a verb; that it is not allowed just now is an answer, too."""
        by = details.pop("by", self.random.choice(BY))
        with suppress(DealflowError):
            getattr(self.deal, verb)(*args, **details, by=by, at=self.at)

    def chance(self, of: float) -> bool:
        """Whether something happens that happens so often."""
        return self.random.random() < of

    def contact(self) -> str:
        """One of those on the map."""
        return self.random.choice([*self.deal.contacts, "nobody"])

    def value(self, fact: str) -> object:
        """Some value of a fact; a good one more often than others."""
        random, declared = self.random, self.playbook.fact[fact]
        match declared.type:
            case ValueType.YES_NO:
                return self.chance(0.75)
            case ValueType.NUMBER:
                return random.choice([0, 1, 2, 3, 10, 50])
            case ValueType.MONEY:
                return self.money(random.choice([30_000, 60_000, 100_000]))
            case ValueType.DATE:
                return self.at.date() + timedelta(days=random.choice([-2, 3, 30, 200, 500]))
            case ValueType.DURATION:
                return timedelta(days=random.choice([1, 10, 100]))
            case ValueType.CHOICE:
                return random.choice(list(declared.choices))
            case ValueType.LIST:
                return random.sample(["do_nothing", "Hauler", "a", "b"], random.randint(0, 3))
            case ValueType.PERSON:
                return self.contact()
            case _:
                return random.choice(["In some words", "In others"])

    def money(self, number: int) -> str:
        """An amount in the currency of the deal."""
        amount = self.deal.amount
        return f"{number} {self.playbook.currency or (amount and amount.currency) or 'EUR'}"

    # happenings

    def says(self) -> None:
        """Somebody, a document or our rep says something."""
        fact = self.random.choice(self.playbook.facts).id
        details: dict[str, Any] = {"quote": "In these words"} if self.chance(0.5) else {}
        if self.chance(0.2):
            details |= {"said_at": self.at - self.random.choice(_GOES_BY)}
        elif self.chance(0.2) and self.deal.interactions:
            details |= {"interaction": self.random.choice(list(self.deal.interactions))}
        if self.playbook.fact[fact].of == "contact":
            details |= {"about": self.contact()}
        if self.chance(0.75):
            if self.chance(0.1):
                details |= {"via": self.contact()} if self.chance(0.5) else {"first_hand": False}
            self.call("hear", self.contact(), fact, self.value(fact), **details)
        elif self.chance(0.5):
            document = self.random.choice(["Plan.pdf", "plan.PDF"])
            self.call("read", document, fact, self.value(fact), **details)
        else:
            self.call("observe", fact, self.value(fact), **details)

    def says_again(self) -> None:
        """Somebody says once more, or otherwise, what was said before."""
        if said := list(self.deal.standing):
            last = self.random.choice(said)
            value = last.value if self.chance(0.5) else self.value(last.fact)
            self.call("hear", self.contact(), last.fact, value, about=last.about)

    def takes_back(self) -> None:
        """Something is taken back."""
        self.call("withdraw", self.random.randint(1, self.deal.version), reason="a mistake")

    def confirms(self) -> None:
        """Somebody stands by something said before."""
        said = [each for each in self.deal.standing if each.source_kind == "contact"]
        if said:
            last = self.random.choice(said)
            facts = {each.fact for each in said if each.source == last.source}
            some = self.random.sample(sorted(facts), self.random.randint(1, len(facts)))
            self.call("confirm", last.source, some)

    def adds(self) -> None:
        """Somebody new appears."""
        if len(self.deal.contacts) < 8:
            id = f"new_{self.deal.version}"
            self.call("add_contact", id, name="Somebody", roles=self.roles())

    def roles(self) -> list[str]:
        """None of the roles, one or two."""
        roles = [role.id for role in self.playbook.roles]
        return self.random.sample(roles, min(len(roles), self.random.randint(0, 2)))

    def changes(self) -> None:
        """Somebody gets other roles, leaves, or has not left."""
        change: dict[str, Any] = {"roles": self.roles()}
        if self.chance(0.4):
            left = self.at.date() + timedelta(days=self.random.choice([-3, 0, 1, 5]))
            change = {"left": None if self.chance(0.5) else left}
        self.call("change_contact", self.contact(), **change)

    def merges(self) -> None:
        """Two turn out to be one, or one to be two."""
        if self.deal.merged and self.chance(0.6):
            who = self.random.choice(list(self.deal.merged))
            self.call("undo_merge", who, reason="two after all")
        else:
            self.call("merge_contacts", self.contact(), into=self.contact(), reason="one person")

    def reprices(self) -> None:
        """The price changes."""
        amount = Money.parse(self.money(self.random.choice([20_000, 50_000, 80_000])))
        self.call("change_amount", amount, reason="other scope")

    def meets(self) -> None:
        """There is a meeting, a call, a mail or a visit."""
        kind = self.random.choice(["call", "meeting", "mail", "visit"])
        people = [self.contact() for _ in range(self.random.randint(1, 2))]
        side = self.random.choice(["both", "both", "us", "them"])
        self.call("meet", kind, participants=people, spoke=side)

    def waives(self) -> None:
        """A guard is set aside, for good or for some time."""
        guards = [guard.id for guard in self.playbook.guards if guard.waivable or self.chance(0.1)]
        if guards:
            until = None if self.chance(0.3) else self.at + self.random.choice(_GOES_BY)
            guard = self.random.choice(guards)
            self.call("waive", guard, authority="olga", reason="she knows", until=until)

    def corrects_time(self) -> None:
        """A clock was wrong."""
        entry = self.random.randint(1, self.deal.version)
        shift = self.random.choice([-1, 1]) * self.random.choice(_GOES_BY)
        last = self.random.choice([None, entry])
        when = self.deal.trail[entry - 1].at + shift
        self.call("correct_time", entry, when, last=last, reason="a wrong clock")

    def changes_card(self) -> None:
        """The deal goes to somebody else."""
        self.call("change_card", owner=self.random.choice(BY), market=self.random.choice("ab"))

    def prepares(self) -> None:
        """All is said that a deal needs to leave this step; often one thing is said otherwise."""
        ready = _on_the_way(self.playbook, self.deal.step, ready=True)
        if ready is None:
            return
        ago = self.at.date() - ready.trail[-1].at.date()
        for id, card in ready.contacts.items():
            if id not in self.deal.contacts:
                self.call("add_contact", id, name=card.name, roles=card.roles)
            elif (own := self.deal.contacts[id]).roles != card.roles or own.left is not None:
                self.call("change_contact", id, roles=card.roles, left=None)
        for met in ready.interactions.values():
            self.call("meet", met.kind, participants=met.participants)
        for said in ready.standing:
            value: object = said.value
            if isinstance(value, date) and not isinstance(value, datetime):
                value += ago
            if self.chance(0.02):
                value = self.value(said.fact)
            details: dict[str, Any] = {"quote": "As I said"}
            if said.about is not None:
                details |= {"about": said.about}
            verb = {"contact": "hear", "document": "read", "observation": "observe"}
            who = () if said.source_kind == "observation" else (said.source,)
            self.call(verb[said.source_kind], *who, said.fact, value, **details)
        self.advances()

    def advances(self) -> None:
        """We try to go on."""
        moves = [move.to for move in self.playbook.moves if move.source == self.deal.step]
        to = self.random.choice(moves) if moves and self.chance(0.5) else None
        self.call("advance", to=to)

    def answers(self) -> None:
        """The trial close is answered; of a rejection the gap is said at once, or later."""
        close = self.playbook.trial_close
        if close is None or self.deal.step != close.step:
            return
        answer = self.random.choice([*close.forward, *close.back, *close.back])
        details: dict[str, Any] = {"quote": "In these words"}
        if answer in close.back and self.chance(0.6):
            details |= {"gap": self.random.choice(list(close.gaps))} if close.gaps else {}
        self.call("answer_trial_close", answer, source=self.contact(), **details)
        if answer in close.back and close.gap_fact is not None and self.chance(0.5):
            gap = self.random.choice(list(close.gaps))
            self.call("hear", self.contact(), close.gap_fact, gap)
            self.call("return_to_gap")

    def steps_back(self) -> None:
        """We go back of our own."""
        self.call("step_back", self.random.choice(self.playbook.steps).id, reason="not sure")

    def ends(self) -> None:
        """We walk away, or they choose another."""
        if self.chance(0.7):
            self.call("walk_away", reason="no sense")
        else:
            self.call("lose", reason="too dear", to="nothing")

    def reopens(self) -> None:
        """We take it up again."""
        self.call("reopen", reason="new people")


_HAPPENS: Mapping[Callable[[Wanderer], None], float] = {
    Wanderer.says: 14,
    Wanderer.says_again: 8,
    Wanderer.takes_back: 3,
    Wanderer.confirms: 3,
    Wanderer.adds: 1.5,
    Wanderer.changes: 3,
    Wanderer.merges: 1.5,
    Wanderer.reprices: 1.5,
    Wanderer.meets: 3,
    Wanderer.waives: 3,
    Wanderer.corrects_time: 1,
    Wanderer.changes_card: 1,
    Wanderer.prepares: 4,
    Wanderer.advances: 10,
    Wanderer.answers: 12,
    Wanderer.steps_back: 0.7,
    Wanderer.ends: 1.5,
}
_CLOSED: Mapping[Callable[[Wanderer], None], float] = {
    Wanderer.says: 6,
    Wanderer.takes_back: 1,
    Wanderer.advances: 1,
    Wanderer.reopens: 5,
}
