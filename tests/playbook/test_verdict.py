"""The one rule of verdicts, against an oracle that tries every way in which things may turn out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Truth, Verdict, WalkAway
from dealflow.playbook import Plan, weigh
from tests.deals import (
    CONTACTS,
    MOVES,
    STEPS,
    deal_at,
    make_ready,
    now,
    say,
    seven_step,
    small,
)

MOVE = small(MOVES).moves[0]
DOUBTS = (Truth.UNKNOWN, Truth.FALSE, Truth.CONFLICTED)
# The most pressing first, as METHOD, section 3, has it.
PRESSING = ((Truth.CONFLICTED, "reconcile"), (Truth.UNKNOWN, "ask"), (Truth.FALSE, "work"))


def refuted_enough(policy: WalkAway, whole: tuple[str, ...], noes: set[str]) -> bool:
    """Whether so many clear noes mean walking away, by the words of the policy."""
    against, when = len(noes & set(whole)), policy.when_refuted
    every = 0 < against == len(whole)
    if when == "any":
        enough = against > 0
    elif when == "all":
        enough = every
    else:
        # Where fewer are looked at than the policy counts, every one will do.
        enough = every or against >= when
    return enough or not noes.isdisjoint(policy.at_once)


def expected(
    policy: WalkAway | None, plan: Plan, doubtful: Mapping[str, Truth]
) -> tuple[str, set[str]]:
    """The verdict by the words of the policy."""
    noes = {guard for guard, truth in doubtful.items() if truth is Truth.FALSE}
    watched = [guard for guard in plan.walk_away if guard in doubtful]
    if policy is not None and refuted_enough(policy, plan.walk_away, noes):
        # All of them stand in the way where too few are left to go on, else only the refuted.
        short = plan.needs_walk_away and not goes_on(policy, plan, watched)
        others = {g for g in plan.watched if g in noes and g in policy.at_once}
        return "walk_away", {g for g in watched if short or g in noes} | others
    in_the_way: set[str] = set()
    if policy is not None and plan.needs_walk_away and not goes_on(policy, plan, watched):
        in_the_way = set(watched)
    counted = {doubtful[g] for g in doubtful if g in plan.needed or g in in_the_way}
    for truth, verdict in PRESSING:
        if truth in counted:
            return verdict, in_the_way
    return "ready", in_the_way


def goes_on(policy: WalkAway, plan: Plan, doubted: list[str]) -> bool:
    """Whether enough are known good: as many as the policy asks for, where so many are looked at.

    And so many that the deal would not be left, were every doubted walk-away guard refuted.
    """
    only, good = evolve(policy, at_once=()), len(plan.walk_away) - len(doubted)
    if refuted_enough(only, plan.walk_away, set(doubted)):
        return False
    return not doubted if policy.go_on_when == "all" else good >= policy.go_on_when or not doubted


def plans(needed: tuple[str, ...], whole: tuple[str, ...]) -> Iterator[Plan]:
    """Plans by these guards: with the walk-away guards needed, and only watched."""
    for needs in (True, False):
        yield Plan(MOVE, needed, whole, needs)
        yield Plan(MOVE, (), whole, needs, needed)


def policies(whole: tuple[str, ...], others: tuple[str, ...]) -> Iterator[WalkAway]:
    """Every policy over these guards."""
    ks: list[Any] = ["any", "all", *range(1, len(whole) + 2)]
    for when, at_once in product(ks, ((), others[:1], whole[:1])):
        policy = WalkAway(whole, "one", when, at_once=at_once)
        ms: list[Any] = ["all", *range(policy.fewest(len(whole)), len(whole) + 1)]
        yield from (evolve(policy, go_on_when=m) for m in ms)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4])
def test_every_case(size: int) -> None:
    """With up to four walk-away guards and one that is needed, in every truth, by every policy."""
    whole, needed = tuple("abcd"[:size]), ("n",)
    seen = set()
    for plan in plans(needed, whole):
        for policy in [None, *policies(whole, needed)]:
            for truths in product((None, *DOUBTS), repeat=size + 1):
                pairs = zip((*needed, *whole), truths, strict=True)
                doubtful = {guard: truth for guard, truth in pairs if truth is not None}
                verdict, in_the_way = weigh(policy, plan, doubtful)
                case = (plan.needs_walk_away, policy, doubtful)
                assert (verdict.value, set(in_the_way)) == expected(policy, plan, doubtful), case
                seen.add(verdict)
    assert seen == set(Verdict)


@given(st.data())
def test_the_order_of_verdicts(data: st.DataObject) -> None:
    """To learn that one more guard is good never makes a verdict more pressing."""
    whole, needed = ("a", "b", "c"), ("m", "n")
    policy = data.draw(st.sampled_from([None, *policies(whole, needed)]))
    plan = data.draw(st.sampled_from(list(plans(needed, whole))))
    truths = st.dictionaries(st.sampled_from([*whole, *needed]), st.sampled_from(DOUBTS))
    doubtful = data.draw(truths)
    order = list(Verdict)
    before = order.index(weigh(policy, plan, doubtful)[0])
    for guard in doubtful:
        rest = {g: t for g, t in doubtful.items() if g != guard}
        assert order.index(weigh(policy, plan, rest)[0]) >= before


def test_nothing_in_doubt() -> None:
    """Where all is known good or set aside, the move is ready, whatever the policy."""
    for policy in [None, *policies((), ("n",))]:
        assert weigh(policy, Plan(MOVE, ("n",), (), True), {}) == (Verdict.READY, frozenset())


FACTS = [
    fact.id for fact in seven_step().facts if fact.type.value == "yes_no" and fact.of == "deal"
]


@given(data=st.data())
def test_a_verdict_is_that_of_the_assessment(data: st.DataObject) -> None:
    """The quick look says what the long one says, now and later, of every way forward."""
    deal = deal_at(data.draw(st.sampled_from(STEPS)))
    if data.draw(st.booleans()):
        make_ready(deal)
    who, fact = st.sampled_from(sorted(CONTACTS)), st.sampled_from(FACTS)
    for speaker, subject, value in data.draw(
        st.lists(st.tuples(who, fact, st.booleans()), max_size=4)
    ):
        say(deal, speaker, subject, value)
    at = now(deal, days=data.draw(st.sampled_from([0, 30, 91])))
    version = deal.version
    ways: list[Any] = [None, *(plan.move.to for plan in deal.playbook.plans[deal.step])]
    for to in ways:
        assert deal.verdict(at=at, to=to) is deal.assess(at=at, to=to).verdict
    assert deal.version == version
