"""Deals to which anything may happen, at random; an oracle judges every move of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from dealflow import Deal, DealflowError, Money, Playbook, Trail, dumps
from tests.deal._walk import FORWARD, Oracle
from tests.deal._walk_record import BOOK, STEPS
from tests.deals import BY, CONTACTS, DAY, SAYS, ready_at, seven_step

ANSWERS = tuple(BOOK["facts"]["close.outcome"]["choices"])
GAPS = tuple(BOOK["facts"]["gap.step"]["choices"])
WAIVABLE = [guard for guard, rules in BOOK["guards"].items() if rules.get("waivable")]
ROLES = tuple(BOOK["roles"])
# What the oracle's guards read, as a customer says it who wants to buy, and otherwise.
CORE: Mapping[str, tuple[object, ...]] = {
    "offer.helps": (True, False),
    "problem.severe": (True, False),
    "consequence.serious": (True, False),
    "budget.approved": (True, False),
    "budget.amount": ("60000 EUR", "30000 EUR", "48000 EUR"),
    "timeline.wanted": (True, False),
    "timeline.date": (150 * DAY, 3 * DAY, 365 * DAY, 366 * DAY, 700 * DAY),
    "decision.clear": (True, False),
    "decision.steps": ("IT checks, Ruth signs", "Nobody knows"),
    "close.outcome": ("accepted", "rejected", "needs_time", "wants_proposal"),
    "delivery.installed": (True, False),
    "delivery.performed": (True, False),
}
OTHER = [(fact, value) for said in SAYS.values() for _, fact, value in said if fact not in CORE]
POLICIES: Mapping[str, Mapping[str, object]] = {
    "any-all": {"when_refuted": "any", "go_on_when": "all"},
    "all-all": {"when_refuted": "all", "go_on_when": "all"},
    "2-3": {"when_refuted": 2, "go_on_when": 3},
    "all-1": {"when_refuted": "all", "go_on_when": 1},
    "3-2": {"when_refuted": 3, "go_on_when": 2},
}
GOES_BY = (
    *(timedelta(minutes=minutes) for minutes in (0, 0, 0, 1, 60, 60, 600, 900)),
    *(timedelta(days=days) for days in (1, 1, 2, 5, 12, 30, 90)),
)
AGO = (*GOES_BY, 89 * DAY, 91 * DAY)
OF_A_DEAL = 120


@cache
def _book(policy: str) -> Playbook:
    return seven_step(walk_away=dict(POLICIES[policy]))


@cache
def _starts(policy: str) -> Mapping[str, Trail]:
    """Of every step, the trail of a deal that may leave it."""
    return {step: ready_at(step, _book(policy)).trail for step in STEPS}


class Walk:
    """A deal that anything may happen to."""

    def __init__(self, random: Random, policy: str, called: Counter[str]) -> None:
        self.random, self.called = random, called
        trail = _starts(policy)[random.choice([*STEPS, *["trial_close"] * 3])]
        self.deal = Deal.replay(_book(policy), Trail(trail))
        self.at = trail[-1].at

    def call(self, verb: str, *args: Any, **details: Any) -> None:
        """Call a verb; that it is not allowed just now is an answer, too."""
        self.called["calls"] += 1
        try:
            getattr(self.deal, verb)(*args, **details, by=BY, at=self.at)
        except DealflowError:
            self.called["not allowed"] += 1

    def step(self) -> None:
        """Let something happen, and perhaps some time go by."""
        self.waits()
        happenings = CLOSED if self.deal.outcome is not None else HAPPENS
        (happens,) = self.random.choices(list(happenings), list(happenings.values()))
        happens(self)

    def waits(self) -> None:
        """Perhaps time goes by."""
        if self.chance(0.5):
            self.at += self.random.choice(GOES_BY)

    # choices

    def chance(self, of: float) -> bool:
        """Whether something happens that happens so often."""
        return self.random.random() < of

    def contact(self) -> str:
        """One of those on the map."""
        return self.random.choice(list(self.deal.contacts))

    def number(self) -> int:
        """The number of something said, of the latest rather than of others; or of any entry."""
        back = int(self.random.expovariate(1 / 10))
        said = [number for number in self.deal.statements if number not in self.deal.withdrawn]
        if self.chance(0.8) and said:
            return said[-1 - back % len(said)]
        return max(1, self.deal.version - back)

    def value(self, fact: str, good: float) -> object:
        """A value for one of the core facts, one that lets the deal go on so often."""
        values = CORE[fact]
        value = values[0] if self.chance(good) else self.random.choice(values)
        return self.at.date() + value if isinstance(value, timedelta) else value

    def when(self) -> dict[str, Any]:
        """Now, some time ago, or in one of the last meetings."""
        if self.chance(0.25) and len(self.deal.interactions) > 1:
            return {"interaction": list(self.deal.interactions)[-1]}
        if self.chance(0.2):
            return {"said_at": self.at - self.random.choice(AGO)}
        return {}

    # happenings

    def hears(self) -> None:
        """Somebody says something that the oracle's guards read, himself or through another."""
        fact = self.random.choice(list(CORE))
        who = self.random.choice(["ruth", "ruth", "ruth", "paul", self.contact(), self.contact()])
        how: dict[str, Any] = {"quote": "In these words"}
        if self.chance(0.15):
            how |= {"via": self.contact()} if self.chance(0.7) else {"first_hand": False}
        self.call("hear", who, fact, self.value(fact, 0.7), **how, **self.when())

    def hears_other(self) -> None:
        """Somebody says something else."""
        fact, value = self.random.choice(OTHER)
        self.call("hear", self.contact(), fact, value, **self.when())

    def reads(self) -> None:
        """A document says something."""
        fact = self.random.choice(["problem.severe", "budget.approved", "budget.amount"])
        document = self.random.choice(["Plan.pdf", "plan.PDF"])
        details = {"quote": "In writing"} | self.when()
        self.call("read", document, fact, self.value(fact, 0.6), **details)

    def sees(self) -> None:
        """We see something ourselves."""
        fact = self.random.choice(list(CORE))
        details = {"quote": "I saw it"} | self.when()
        self.call("observe", fact, self.value(fact, 0.6), **details)

    def withdraws(self) -> None:
        """Something is taken back."""
        self.call("withdraw", self.number(), reason="a mistake")

    def confirms(self) -> None:
        """Somebody stands by a few things said before."""
        facts = self.random.sample(list(CORE), self.random.randint(1, 3))
        self.call("confirm", self.random.choice(["ruth", self.contact()]), facts, **self.when())

    def stands_by_all(self) -> None:
        """The economic buyer stands by all that was said for it."""
        facts = {said.fact for said in self.deal.statements.values() if said.source == "ruth"}
        asked = sorted(facts & CORE.keys())
        self.call("confirm", "ruth", asked, **self.when())

    def changes(self) -> None:
        """Somebody gets other roles, leaves, or has not left."""
        change: dict[str, Any] = {"roles": self.random.sample(ROLES, self.random.randint(0, 2))}
        if self.chance(0.4):
            days = self.random.choice([-3, 0, 1, 5])
            change = {"left": None if self.chance(0.3) else self.at.date() + days * DAY}
        self.call("change_contact", self.contact(), **change)

    def adds(self) -> None:
        """Somebody new appears."""
        if len(self.deal.contacts) < 9:
            id = f"new_{self.deal.version}"
            roles = self.random.sample(ROLES, self.random.randint(0, 1))
            self.call("add_contact", id, name="Somebody", roles=roles)

    def merges(self) -> None:
        """Two turn out to be one."""
        self.call("merge_contacts", self.contact(), into=self.contact(), reason="one person")

    def parts(self) -> None:
        """Two who were one turn out to be two."""
        merged = list(self.deal.merged)
        self.call("undo_merge", self.random.choice([*merged, "ruth"]), reason="two after all")

    def reprices(self) -> None:
        """The price changes."""
        amount = self.random.choice(["48000", "48000", "30000", "60000", "60001"])
        self.call("change_amount", Money(amount, "EUR"), reason="other scope")

    def meets(self) -> None:
        """There is a meeting."""
        id = f"meeting-{self.deal.version}"
        others = self.random.sample(sorted(self.deal.contacts.keys() - {"ruth"}), 3)
        self.call("meet", "meeting", participants=["ruth", *others], id=id)

    def waives(self, *guards: str) -> None:
        """A guard is set aside, some of which must not be, for good or for some time."""
        guard = self.random.choice(guards or (*WAIVABLE, "trial_close_answered", "timely"))
        until = None if self.chance(0.3) else self.at + self.random.choice(GOES_BY)
        self.call("waive", guard, authority="max", reason="he knows", until=until)

    def does_without(self) -> None:
        """Somebody goes on without the economic buyer's word, on another's."""
        if self.deal.step == "trial_close":
            self.waives("answer_is_the_buyers")
            self.waits()
            self.call("answer_trial_close", "accepted", source="paul", quote="Yes")

    def advances(self) -> None:
        """We try to go on."""
        self.call("advance")

    def answers(self) -> None:
        """The trial close is answered."""
        if self.deal.step != "trial_close" and self.chance(0.9):
            return
        answer = self.random.choice([*ANSWERS, "rejected", "rejected"])
        how: dict[str, Any] = self.when()
        if answer in FORWARD or self.chance(0.5):
            how |= {"quote": "In these words"}
        if self.chance(0.6 if answer not in FORWARD else 0.05):
            how |= {"gap": self.random.choice(GAPS), "reason": "Too early"}
        who = self.random.choice(["ruth", "ruth", "paul", self.contact()])
        self.call("answer_trial_close", answer, source=who, **how)

    def returns(self) -> None:
        """Somebody says where the gap is, and we go back there."""
        if self.deal.step != "trial_close" and self.chance(0.9):
            return
        self.call("hear", self.contact(), "gap.step", self.random.choice(GAPS))
        self.call("return_to_gap")

    def steps_back(self) -> None:
        """We go back of our own."""
        self.call("step_back", self.random.choice(STEPS), reason="not sure")

    def leaves(self) -> None:
        """We walk away, or they choose another."""
        if self.chance(0.7):
            self.call("walk_away", reason="no sense")
        else:
            self.call("lose", reason="too dear", to="nothing")

    def reopens(self) -> None:
        """We take it up again."""
        self.call("reopen", reason="new people")

    def asks_again(self) -> None:
        """We mend the map, ask all that was asked so far once more, and try to go on."""
        for id in list(self.deal.merged):
            if self.chance(0.5):
                self.call("undo_merge", id, reason="two after all")
        for id, card in list(self.deal.contacts.items()):
            roles = CONTACTS[id]["roles"] if id in CONTACTS else []
            if set(card.roles) != set(roles) or card.left is not None:
                self.call("change_contact", id, roles=roles, left=None)
        for step in STEPS[: STEPS.index(self.deal.step) + 1]:
            for who, fact, value in SAYS[step]:
                self.asks(who, fact, value)
        self.asks_others()
        self.call("hear", "ruth", "coach.trusted_by_buyers", True, about="tom")
        self.call("observe", "serve.decided", True)
        if self.deal.step == "trial_close":
            who = self.random.choice(["ruth", "ruth", "paul"])
            self.call("hear", who, "close.outcome", "accepted", quote="Yes")
        self.call("advance")

    def asks_others(self) -> None:
        """We ask those who said otherwise, too."""
        said = self.deal.statements.values()
        last = {(each.fact, each.source_kind, each.source): str(each.value) for each in said}
        for (fact, kind, source), value in last.items():
            if fact not in CORE or value == str(CORE[fact][0]) or self.chance(0.1):
                continue
            who = () if kind == "observation" else (source,)
            verb = {"contact": "hear", "document": "read", "observation": "observe"}[kind]
            self.call(verb, *who, fact, self.value(fact, 1), quote="As I said")

    def asks(self, who: str, fact: str, value: object) -> None:
        """We ask one thing once more."""
        if fact in CORE:
            value = self.value(fact, 0.98)
        elif BOOK["facts"][fact]["type"] == "date":
            value = self.at.date() + 30 * DAY
        self.call("hear", who, fact, value, quote="As I said")


HAPPENS: Mapping[Callable[[Walk], None], float] = {
    Walk.hears: 30,
    Walk.hears_other: 6,
    Walk.reads: 7,
    Walk.sees: 3,
    Walk.withdraws: 6,
    Walk.confirms: 5,
    Walk.stands_by_all: 4,
    Walk.changes: 4,
    Walk.adds: 1,
    Walk.merges: 3,
    Walk.parts: 1.5,
    Walk.reprices: 2,
    Walk.meets: 4,
    Walk.waives: 3,
    Walk.does_without: 6,
    Walk.advances: 12,
    Walk.answers: 14,
    Walk.returns: 5,
    Walk.steps_back: 0.5,
    Walk.leaves: 1,
    Walk.asks_again: 1.5,
}
CLOSED: Mapping[Callable[[Walk], None], float] = {
    Walk.hears: 9,
    Walk.withdraws: 1,
    Walk.reopens: 6,
    Walk.advances: 1,
    Walk.answers: 1,
}


def walk(policy: str, seed: int, calls: int) -> tuple[list[str], Counter[str]]:
    """Let deals walk until one goes wrong; gives what is wrong, and how often what was met with."""
    random, seen, problems = Random(f"{policy} {seed}"), Counter[str](), list[str]()
    while seen["calls"] < calls and not problems:
        walked = Walk(random, policy, seen)
        start, end = len(walked.deal.trail), seen["calls"] + OF_A_DEAL
        while seen["calls"] < end and walked.deal.outcome != "fulfilled":
            walked.step()
        text = dumps(walked.deal.trail)
        oracle = Oracle(text, **POLICIES[policy], seen_from=start + 1)
        problems += oracle.problems
        seen += oracle.seen
    return problems, seen
