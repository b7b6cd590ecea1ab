"""A deal that remembers what it worked out must say the same as one that starts from its trail."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dealflow import (
    Deal,
    EvidenceError,
    Fact,
    Money,
    MoveNotAllowed,
    Playbook,
    Refused,
    ValueType,
    Verdict,
    dumps,
    loads,
)
from dealflow.evidence import Side
from dealflow.playbook import OUTCOMES
from tests.deals import (
    BY,
    CONTACTS,
    DAY,
    MOVES,
    STEPS,
    deal_at,
    make_ready,
    now,
    ready_at,
    say,
    seven_step,
    small_deal,
)

TICK = timedelta(microseconds=1)
PEOPLE = st.sampled_from(sorted(CONTACTS))
ROLES = st.lists(st.sampled_from([role.id for role in seven_step().roles]), unique=True, max_size=3)
JUMPS = st.sampled_from([timedelta(0), TICK, DAY, 20 * DAY, 45 * DAY, 90 * DAY, 90 * DAY + TICK])


def facts_that_matter(book: Playbook) -> list[Fact]:
    """The facts that a guard, a red flag or a paper reads, and the trial close's."""
    places = [f"guards.{g.id}" for g in book.guards] + [f"red_flags.{f.id}" for f in book.red_flags]
    places += [f"papers.{p.id}" for p in book.papers if p.when]
    read = {fact.id: fact for place in places for fact in book.condition(place).facts}
    return sorted({**read, "gap.step": book.fact["gap.step"]}.values(), key=lambda fact: fact.id)


def values(fact: Fact, today: date) -> st.SearchStrategy[object]:
    """Few values, so that people often agree, and often do not."""
    some: dict[ValueType, st.SearchStrategy[object]] = {
        ValueType.YES_NO: st.booleans(),
        ValueType.TEXT: st.sampled_from(["one thing", "another"]),
        ValueType.NUMBER: st.integers(0, 2),
        ValueType.MONEY: st.sampled_from(["40000 EUR", "60000 EUR"]),
        ValueType.DATE: st.sampled_from([-1, 0, 30, 400]).map(lambda n: today + n * DAY),
        ValueType.LIST: st.sampled_from([[], ["do_nothing"], ["Hauler"]]),
        ValueType.PERSON: PEOPLE,
    }
    return some[fact.type] if fact.type in some else st.sampled_from(sorted(fact.choices))


class Twins(RuleBasedStateMachine):
    """Whatever happens to a deal, it says what a deal made anew from its trail says."""

    book = seven_step()
    facts = facts_that_matter(seven_step())

    def __init__(self) -> None:
        super().__init__()
        self.deal = deal_at("first_contact")
        self.passed = timedelta(0)

    @initialize(step=st.sampled_from(STEPS), ready=st.booleans())
    def begin(self, step: str, ready: bool) -> None:
        """Start anywhere."""
        self.deal = deal_at(step)
        if ready:
            make_ready(self.deal)

    def now(self) -> datetime:
        """The time of the next entry."""
        at, self.passed = now(self.deal) + self.passed, timedelta(0)
        return at

    @rule(data=st.data(), who=PEOPLE, told=st.booleans(), ago=JUMPS)
    def speak(self, data: st.DataObject, who: str, told: bool, ago: timedelta) -> None:
        """Somebody says something, now or some time ago, himself or through a colleague."""
        fact = data.draw(st.sampled_from(self.facts))
        at = self.now()
        value = data.draw(values(fact, at.date()))
        via = data.draw(PEOPLE.filter(lambda other: other != who)) if told else None
        about = data.draw(PEOPLE) if fact.of == "contact" else None
        said_at = max(at - ago, self.deal.trail[0].at)
        self.deal.hear(
            who, fact.id, value, by=BY, at=at, quote="So", said_at=said_at, via=via, about=about
        )

    @rule(data=st.data(), document=st.booleans())
    def write(self, data: st.DataObject, document: bool) -> None:
        """Something is read, or seen by our own rep."""
        fact = data.draw(st.sampled_from([fact for fact in self.facts if fact.of == "deal"]))
        at = self.now()
        value = data.draw(values(fact, at.date()))
        if document:
            self.deal.read("A.pdf", fact.id, value, by=BY, at=at, quote="So")
        else:
            self.deal.observe(fact.id, value, by=BY, at=at, quote="So")

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """A statement is withdrawn."""
        made = self.deal.statements.keys() | self.deal.confirmations.keys()
        standing = sorted(made - self.deal.withdrawn.keys())
        if standing:
            seq = data.draw(st.sampled_from(standing))
            self.deal.withdraw(seq, by=BY, at=self.now(), reason="Misheard")

    @rule(
        who=PEOPLE,
        roles=ROLES,
        influence=st.sampled_from([None, "high", "low"]),
        mode=st.sampled_from([None, "growth", "even_keel"]),
        rating=st.sampled_from([None, -1, 1]),
        kind=st.sampled_from(["person", "committee"]),
    )
    def change_role(
        self,
        who: str,
        roles: list[str],
        influence: str | None,
        mode: str | None,
        rating: int | None,
        kind: str,
    ) -> None:
        """A contact gets other roles, and another standing to us."""
        fields: dict[str, Any] = {"influence": influence, "response_mode": mode}
        fields |= {"rating": rating, "kind": kind}
        card = self.deal.contacts[who]
        same = evolve(card, roles=tuple(roles), **fields) == card
        with pytest.raises(EvidenceError, match="already") if same else nullcontext():
            self.deal.change_contact(who, roles=roles, **fields, by=BY, at=self.now())

    @rule(who=PEOPLE, days=st.none() | st.integers(-1, 60))
    def leave(self, who: str, days: int | None) -> None:
        """It becomes known that somebody leaves, has left, or stays after all."""
        at = self.now()
        day = None if days is None else at.date() + days * DAY
        same = self.deal.contacts[who].left == day
        with pytest.raises(EvidenceError, match="already") if same else nullcontext():
            self.deal.change_contact(who, left=day, by=BY, at=at)

    @rule(who=PEOPLE, into=PEOPLE)
    def merge(self, who: str, into: str) -> None:
        """Two records are found to be of one person, or not to be after all."""
        at, merged = self.now(), self.deal.merged
        if who in merged:
            self.deal.undo_merge(who, by=BY, at=at, reason="x")
        elif into not in merged and into != who:
            self.deal.merge_contacts(who, into=into, by=BY, at=at, reason="x")

    @rule(data=st.data(), who=PEOPLE)
    def confirm(self, data: st.DataObject, who: str) -> None:
        """Somebody stands by things that he said."""
        at = self.now()
        said = (one for one in self.deal.statements.values() if one.id not in self.deal.withdrawn)
        own = {one.fact for one in said if one.source == who and one.about in (None, who)}
        own = {
            fact
            for fact in own
            if self.deal._state.evidence.own_words(who, fact, self.about(fact, who))
        }
        if own:
            some = st.lists(st.sampled_from(sorted(own)), min_size=1, max_size=4, unique=True)
            self.deal.confirm(who, data.draw(some), by=BY, at=at)

    def about(self, fact: str, who: str) -> str | None:
        """Of whom somebody speaks in a fact without naming anybody."""
        return who if self.book.fact[fact].of == "contact" else None

    @rule(who=PEOPLE, spoke=st.sampled_from(["us", "them", "both"]))
    def meet(self, who: str, spoke: Side) -> None:
        """We meet somebody."""
        self.deal.meet("call", participants=[who], spoke=spoke, by=BY, at=self.now())

    @rule(amount=st.sampled_from(["30000", "50000", "70000"]))
    def change_price(self, amount: str) -> None:
        """The price changes."""
        price = Money(amount, "EUR")
        same = price == self.deal.amount
        with pytest.raises(EvidenceError, match="already") if same else nullcontext():
            self.deal.change_amount(price, by=BY, at=self.now(), reason="x")

    @rule(passed=JUMPS)
    def wait(self, passed: timedelta) -> None:
        """Time passes."""
        self.passed = passed

    @rule(ahead=JUMPS)
    def look_ahead(self, ahead: timedelta) -> None:
        """Somebody wants to know how it will look some time later."""
        self.same(now(self.deal) + ahead)

    @rule(guard=st.sampled_from([g.id for g in seven_step().guards if g.waivable]), lasts=JUMPS)
    def waive(self, guard: str, lasts: timedelta) -> None:
        """A guard is set aside for some time."""
        at = self.now()
        self.deal.waive(guard, authority="Max", by=BY, at=at, reason="x", until=at + lasts + TICK)

    @rule(
        move=st.sampled_from(
            [
                *("advance", "accepted", "rejected", "rejected", "return", "return"),
                *("step_back", "walk_away", "lose", "reopen"),
            ]
        ),
        step=st.sampled_from(STEPS),
        gap=st.none() | st.sampled_from(sorted(seven_step().fact["gap.step"].choices)),
    )
    def move(self, move: str, step: str, gap: str | None) -> None:
        """The deal moves, if it may."""
        deal, at = self.deal, self.now()
        version, codes = deal.version, list[str]()
        try:
            if move == "advance":
                deal.advance(by=BY, at=at)
            elif move in ("accepted", "rejected"):
                gap = gap if move == "rejected" else None
                quote: dict[str, Any] = {"quote": "As I said", "gap": gap}
                deal.answer_trial_close(move, source="ruth", by=BY, at=at, **quote)
            elif move == "return":
                deal.return_to_gap(by=BY, at=at)
            elif move == "step_back":
                deal.step_back(step, by=BY, at=at, reason="x")
            elif move == "walk_away":
                deal.walk_away(by=BY, at=at, reason="x")
            elif move == "lose":
                deal.lose(by=BY, at=at, reason="x", to="nothing")
            else:
                deal.reopen(by=BY, at=at, reason="x")
        except Refused as refused:
            self.refused(refused, at)
        except (MoveNotAllowed, EvidenceError) as error:
            codes.append(error.code)
            assert deal.version == version
        else:
            assert deal.version > version
        assert set(codes) <= {
            "no_such_move",
            "deal_closed",
            "deal_open",
            "nothing_new",
            "gap_unknown",
        }

    def refused(self, refused: Refused, at: datetime) -> None:
        """A refusal is on record, and tells what the deal says by itself."""
        assert refused.findings
        assert refused.entry is self.deal.trail[-1]
        assert refused.assessment == self.deal.assess(at=at)

    def same(self, at: datetime) -> None:
        """Compare the two deals at one instant."""
        again = Deal.replay(self.book, self.deal.trail)
        assert self.deal.assess(at=at) == again.assess(at=at)
        assert self.deal.farewell(at=at) == again.farewell(at=at)

    @invariant()
    def twins_agree(self) -> None:
        """The deal and the one made anew from its trail are alike now."""
        self.same(now(self.deal) + self.passed)

    @invariant()
    def the_trail_is_whole(self) -> None:
        """Every version has its entry."""
        assert self.deal.version == len(self.deal.trail)
        assert self.deal.trail[-1].hash == self.deal.trail.head
        assert self.deal.outcome in (None, *OUTCOMES)
        assert self.deal.step in STEPS

    def teardown(self) -> None:
        """In the end the text of the trail gives an equal deal, byte for byte."""
        text = dumps(self.deal.trail)
        again = Deal.replay(self.book, loads(text, self.deal.trail.head))
        assert again == self.deal
        assert dumps(again.trail) == text
        self.deal.trail.verify()


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=25)


# what the remembered outcomes hang on


def test_what_is_remembered_ages() -> None:
    """An answer stays good for exactly as long as its fact says, however often we look."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    last = now(deal, days=10)
    for at, verdict in (
        (now(deal), Verdict.READY),
        (last, Verdict.READY),
        (last + TICK, Verdict.ASK),
        (last, Verdict.READY),
        (now(deal), Verdict.READY),
        (last + 100 * DAY, Verdict.ASK),
        (last, Verdict.READY),
    ):
        assert deal.assess(at=at).verdict is verdict, at


def test_the_first_answer_to_age_counts() -> None:
    """With two answers the older one goes out of date first, and the other decides alone."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    say(deal, "bob", "be.good", False, at=now(deal, days=4))
    assert deal.assess(at=now(deal)).verdict is Verdict.RECONCILE
    assert deal.assess(at=now(deal, days=6)).verdict is Verdict.RECONCILE
    assert deal.assess(at=now(deal, days=7)).verdict is Verdict.WORK
    assert deal.assess(at=now(deal, days=11)).verdict is Verdict.ASK


DAYS = """
[guards.soon]
title = { en = "Soon", zh = "快" }
when = "within(has.day, days(5))"
refused = { en = "Too late.", zh = "太晚。" }
"""


def test_days_pass() -> None:
    """A day far ahead is too far, then near enough, then over, by the calendar in UTC."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["soon"]\n', 1) + DAYS
    deal = small_deal(more)
    say(deal, "ann", "be.good", True)
    say(deal, "ann", "has.day", "2026-03-10")
    midnight = now(deal).replace(hour=0)
    for days, verdict in (
        (2, Verdict.WORK),
        (3, Verdict.READY),
        (8, Verdict.READY),
        (9, Verdict.ASK),
    ):
        begins = midnight + days * DAY
        for at in (max(begins, now(deal)), begins + DAY - TICK):
            assert deal.assess(at=at, to="left").verdict is verdict, at


HEARD = """
[guards.heard]
title = { en = "Heard", zh = "听" }
when = '''heard(2) and every(any_role, contact.heard) and \
  deal.talks >= 2 and deal.account == "Northwind"'''
refused = { en = "Not heard.", zh = "没听到。" }
[guards.liked]
title = { en = "Liked", zh = "喜欢" }
when = '''some(any_role, contact.rating > 0 and \
  contact.influence == "high" and contact.kind == "person")'''
refused = { en = "Not liked.", zh = "不喜欢。" }
[guards.priced]
title = { en = "Priced", zh = "有价" }
when = 'deal.amount <= money("10 EUR")'
refused = { en = "Not priced.", zh = "没价。" }
""".replace("\\\n", "")


def test_what_is_no_statement_is_noticed_at_once() -> None:
    """Meetings, prices, roles and who was heard bear on guards that read them, without delay."""
    guards = '"heard", "liked", "priced"'
    more = MOVES.replace('to = "left"\n', f'to = "left"\nwhen = [{guards}]\n', 1) + HEARD
    deal = small_deal(more)
    say(deal, "ann", "be.good", True)

    def truths() -> dict[str, str]:
        findings = deal.assess(at=now(deal), to="left").findings
        assert deal.assess(at=now(deal)) == Deal.replay(deal.playbook, deal.trail).assess(
            at=now(deal)
        )
        return {f.guard: f.truth.value for f in findings if f.guard != "good"}

    assert truths() == {"heard": "false", "liked": "unknown", "priced": "unknown"}
    heard = say(deal, "bob", "has.words", "Hello")
    assert truths()["heard"] == "false"
    talks: list[tuple[Side, str]] = [
        ("both", "false"),
        ("us", "false"),
        ("them", "false"),
        ("both", "true"),
        ("us", "true"),
    ]
    for spoke, truth in talks:
        deal.meet("call", participants=["bob"], spoke=spoke, by=BY, at=now(deal))
        assert truths()["heard"] == truth
    deal.withdraw(heard, by=BY, at=now(deal), reason="It was Ann")
    assert truths()["heard"] == "false"
    deal.change_contact("bob", roles=[], by=BY, at=now(deal))
    assert truths()["heard"] == "unknown"
    deal.change_contact("ann", rating=1, influence="high", by=BY, at=now(deal))
    assert truths()["liked"] == "true"
    deal.change_contact("ann", kind="committee", by=BY, at=now(deal))
    assert truths()["liked"] == "false"
    deal.change_amount(Money("11", "EUR"), by=BY, at=now(deal), reason="x")
    assert truths()["priced"] == "false"
    deal.change_amount(Money("10", "EUR"), by=BY, at=now(deal), reason="x")
    assert truths()["priced"] == "true"


def test_a_role_makes_a_word_count() -> None:
    """Who speaks with authority is decided by the roles held now, not at the time of speaking."""
    deal = ready_at("buying_roles")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    deal.change_contact("ruth", roles=["user"], by=BY, at=now(deal))
    assert deal.assess(at=now(deal)).verdict is not Verdict.READY
    deal.change_contact("ruth", roles=["economic_buyer"], by=BY, at=now(deal))
    assert deal.assess(at=now(deal)).verdict is Verdict.READY


@pytest.mark.parametrize("times", [1, 3])
def test_looking_changes_nothing(times: int) -> None:
    """Assessments may be asked for as often as one likes, in any order of time."""
    deal = ready_at("buying_roles")
    text = dumps(deal.trail)
    first = deal.assess(at=now(deal))
    for _ in range(times):
        deal.assess(at=now(deal, days=500))
        deal.farewell(at=now(deal, days=30))
        assert deal.assess(at=now(deal)) == first
    assert dumps(deal.trail) == text
