"""100,000 verbs at random: no deal gets past a guard, and every guard gives what it must."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any, NamedTuple

import pytest
from attrs import evolve

from dealflow import Deal, Refused, Truth, WalkAway, dumps
from dealflow.conditions import Look, judge
from dealflow.evidence import Sources
from dealflow.playbook import weigh
from tests.deal._walk import Oracle
from tests.deal._walker import POLICIES, walk
from tests.deals import BY, SAYS, leave, make_ready, now, ready_at, say

SEEDS = range(2, 6)
CALLS = 5_000  # of each of the 20 walks
SHORT = 240
# The least that each of the walks meets with.
LEAST: Mapping[str, int] = {
    "moved": 30,
    "moved past step 3": 20,
    "refused when to leave": 1,
    "false": 40,
    "conflicted": 25,
    "final word": 30,
    "final word gone": 25,
    "dissent": 40,
    "rejected": 4,
    "not said since": 5,
    "confirmed": 50,
    "withdrawn": 100,
    "contacts_merged": 25,
    "waived": 30,
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_no_walk_gets_past_a_guard(policy: str, seed: int) -> None:
    """Whatever happens to a deal, its guards give what the oracle says, and hold what they must."""
    problems, seen = walk(policy, seed, CALLS)
    assert not problems, problems[:10]
    assert seen["calls"] >= CALLS
    assert seen["not allowed"] * 4 < seen["calls"]
    short = {what: seen[what] for what, least in LEAST.items() if seen[what] < least}
    assert not short, f"the walk hardly meets with {short}"
    going_on = POLICIES[policy]["go_on_when"]
    assert bool(seen["moved with less than all"]) is (going_on != "all")


# --- rejections that walks seldom meet with


def _wrong(deal: Deal) -> Sequence[str]:
    """What the oracle says when the deal is not let by."""
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal))
    return Oracle(dumps(deal.trail)).problems


def test_a_final_word_from_before_a_rejection_leaves_no_room_for_others() -> None:
    """What the economic buyer said before a rejection nobody else can say anew."""
    deal = ready_at("trial_close")
    before = now(deal)
    deal.answer_trial_close("rejected", source="paul", gap="people", by=BY, at=now(deal, hours=1))
    later = now(deal, hours=1)
    for who, fact, value in SAYS["qualification"]:
        say(deal, who, fact, value, at=later)
    while deal.step != "trial_close":
        make_ready(deal)
        leave(deal)
    say(deal, "ruth", "close.outcome", "accepted", said_at=before)
    say(deal, "paul", "close.outcome", "accepted")
    assert not _wrong(deal)


def test_what_is_confirmed_beside_a_rejection_counts_as_said_since() -> None:
    """Answers that are confirmed together with a rejection, in one meeting, are said since."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "close.outcome", "rejected")
    at = now(deal, hours=1)
    deal.meet("call", participants=["ruth"], id="call-2", by=BY, at=at)
    say(deal, "ruth", "gap.step", "people", interaction="call-2")
    facts = ["close.outcome", "budget.approved", "budget.amount"]
    deal.confirm("ruth", facts, interaction="call-2", by=BY, at=at)
    deal.return_to_gap(by=BY, at=at)
    assert not _wrong(deal)


# --- the oracle can fail: the same walks, with a rule of the library broken

READ = ("dealflow.evidence.claims.read_claims",)
read_claims = resolve_name(READ[0])
ContactMap, Present = map(
    resolve_name, ["dealflow.state.contact_map.ContactMap", "dealflow.state.contact_map.Present"]
)


def _read(**changed: Any) -> Any:
    """Read claims by a fact that is declared in another way."""
    return lambda fact, *others: read_claims(evolve(fact, **changed), *others)


def _told_on(fact: Any, *others: Any) -> Any:
    return read_claims(evolve(fact, sources=evolve(fact.sources, first_hand=False)), *others)


def _outvoted(fact: Any, said: Any, *others: Any) -> Any:
    latest = sorted((each[-1] for each in said), key=lambda each: (each.said_at, each.id))
    return read_claims(fact, [[each] for each in latest[-1:]], *others)


def _first_look(condition: Any, world: Any) -> Any:
    truth = Truth.from_bits(condition.evaluate(Look(world)))
    outcome = judge(condition, world)
    return evolve(outcome, truth=truth, gaps=() if truth is Truth.TRUE else outcome.gaps)


def _not_at_once(policy: Any, *others: Any) -> Any:
    return weigh(evolve(policy, at_once=()), *others)


class Fault(NamedTuple):
    """A rule of the library, broken.

    Attributes:
        says: what the oracle says of it.
        by: what takes the place of the rule.
        places: where the rule stands.
        policy: of the walk.
        seed: from which on a walk soon meets with it.
    """

    says: str
    by: Any
    places: Sequence[str]
    policy: str = "any-all"
    seed: int = 3


enough, threshold, put = WalkAway.enough, WalkAway.threshold, ContactMap.put
TRUE, TORN = "is unknown, on record true", "on record conflicted"
FAULTS: Mapping[str, Fault] = {
    "one fewer is enough": Fault(
        "bypass: 3 of the four hold",
        lambda policy, guards: enough(policy, guards) - 1,
        ["dealflow.WalkAway.enough"],
        seed=18,
    ),
    "one more has to be refuted": Fault(
        "2 refuted and offer_helps true, but the verdict",
        lambda policy, guards: threshold(policy, guards) + 1,
        ["dealflow.WalkAway.threshold"],
        "2-3",
        seed=25,
    ),
    "an offer that cannot help is no reason to leave": Fault(
        "offer_helps false, but the verdict",
        _not_at_once,
        ["dealflow.assessment.findings.weigh", "dealflow.state.records.weigh"],
        seed=12,
    ),
    "nobody has the final word": Fault(
        "answer_is_the_buyers is true, on record unknown",
        lambda *_: [],
        ["dealflow.evidence.readings._own_words"],
    ),
    "a final word passes on": Fault(
        "trial_close_answered is unknown, on record",
        Present.roles_of,
        ["dealflow.state.contact_map.Present.ever"],
        seed=13,
    ),
    "answers never age": Fault(TRUE, _read(good_for=None), READ),
    "what was told on counts": Fault(TRUE, _told_on, READ, seed=33),
    "anybody counts": Fault(TRUE, _read(sources=Sources()), READ),
    "the last word wins": Fault("is conflicted, on record", _outvoted, READ),
    "who has left keeps the role": Fault(
        TRUE,
        lambda people, contact: put(people, evolve(contact, left=None)),
        ["dealflow.state.contact_map.ContactMap.put"],
    ),
    "two records are two voices": Fault(
        TORN, lambda *_: None, ["dealflow.evidence.Evidence.identify"]
    ),
    "two spellings are two documents": Fault(
        TORN, lambda name: name, ["dealflow.evidence.claims._title"], seed=13
    ),
    "what was taken back stands": Fault(
        "on record", lambda *_: None, ["dealflow.evidence.claims._Claims.remove"], seed=32
    ),
    "a rejection is forgotten": Fault(
        TRUE, lambda *given: given[-1], ["dealflow.state.DealState._shown_again"], seed=7
    ),
    "contradictions are reasons": Fault(
        "is conflicted, on record false", _first_look, ["dealflow.state.deal_state.judge"]
    ),
    "waivers never end": Fault(
        "bypass of answer_is_the_buyers",
        lambda *_: True,
        ["dealflow.state.Waiver.in_force"],
        seed=14,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_oracle_notices_a_broken_rule(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk with which nothing is wrong goes wrong as soon as a rule of the library is broken."""
    broken = FAULTS[fault]
    for seed in range(broken.seed, broken.seed + 50):
        problems, _ = walk(broken.policy, seed, SHORT)
        assert not problems
        with monkeypatch.context() as patch:
            for place in broken.places:
                patch.setattr(place, broken.by)
            problems, _ = walk(broken.policy, seed, SHORT)
        if any(broken.says in problem for problem in problems):
            return
    pytest.fail("the oracle has noticed nothing")
