"""What was concluded stays proven at every later step (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Playbook, Verdict
from dealflow.testing import Clock, assert_asks, assert_moves, assert_refused, assert_walks_away
from tests.seven_step.people import (
    TERMS,
    TRAITS,
    DealAt,
    all_confirm,
    assert_grows_old,
    falls_silent,
    now,
    says,
    takes_back,
    takes_on,
)

BUYER = "economic_buyer"

# What the customer says, and the guards that rest on it in the last step.
RESTS_ON = {
    "need.presenting": {"presenting_problem"},
    "offer.helps": {"offer_helps"},
    "need.ready": {"ready_to_solve"},
    "value.worth_it": {"worth_it"},
    "pain.problem": {"pain_asked"},
    "pain.consequence": {"consequence_asked"},
    "value.measure": {"benefit_asked"},
    "budget.approved": {"budget_asked", "budget_approved"},
    "budget.amount": {"budget_approved"},
    "timeline.wanted": {"time_frame_asked", "timely"},
    "decision.steps": {"decision_process_asked", "clear_decision_process"},
    "decision.clear": {"clear_decision_process"},
    "role.economic": {"economic_buyer_named"},
    "role.technical_absent": {
        *("technical_advisor_named", "recommendation_known", "no_technical_no"),
    },
    **{trait: {"real_coach"} for trait in TRAITS},
    "person.problem": {"everyone_understood"},
    "person.need": {"everyone_understood"},
    "person.win": {"everyone_understood"},
    "problem.severe": {"severe_problem"},
    "consequence.serious": {"severe_problem"},
    "competition.options": {"alternatives_known"},
    "criteria.ranked": {"criteria_ranked"},
    "proof.passed": {"proof_passed"},
    "close.outcome": {"trial_close_answered", "answer_is_the_buyers"},
    "serve.decided": {"serving_decided"},
    **{term: {"main_terms_agreed"} for term in TERMS},
    "law.agreed": {"governing_law_agreed"},
    "terms.open": {"no_open_point"},
    "contract.signed": {"contract_signed"},
}

# After how many days it is asked again; what is not here is said once and for all.
GOOD_FOR = {
    90: (
        *("offer.helps", "need.ready", "value.worth_it", "budget.approved", "budget.amount"),
        *("timeline.wanted", "problem.severe", "consequence.serious", "decision.clear"),
        "close.outcome",
    ),
    180: (
        *("pain.problem", "pain.consequence", "value.measure", "decision.steps"),
        *("role.economic", "role.technical_absent", *TRAITS),
        *("person.problem", "person.need", "person.win", "serve.decided"),
        *("competition.options", "criteria.ranked"),
    ),
    365: (*TERMS, "law.agreed", "terms.open"),
}


@pytest.mark.parametrize(("fact", "guards"), RESTS_ON.items(), ids=[*RESTS_ON])
def test_what_is_not_so_any_more_stops_the_deal(
    deal_at: DealAt, fact: str, guards: set[str]
) -> None:
    """Whatever let the deal pass an earlier step must still be so in the last one."""
    deal = deal_at("fulfilment", {fact: None}, ready=True)
    assert_refused(deal, because=guards)


@pytest.mark.parametrize(
    ("fact", "days"), [(fact, days) for days, facts in GOOD_FOR.items() for fact in facts]
)
def test_what_was_said_long_ago_is_asked_again(
    deal_at: DealAt, clock: Clock, fact: str, days: int
) -> None:
    """A judgement that was right in March may be wrong in June: one old answer stops the deal."""
    deal = deal_at("fulfilment", ready=True)
    assert_grows_old(deal, clock, fact, after=days, because=RESTS_ON[fact])


def test_a_loss_of_long_ago_is_asked_again(deal_at: DealAt, clock: Clock) -> None:
    """What somebody has to lose is good for as long as what somebody has to win."""
    deal = deal_at("fulfilment", ready=True)
    takes_back(deal, "coach", "person.win")
    says(deal, "coach", person__loss="his quiet corner")
    assert_grows_old(deal, clock, "person.loss", after=180, because={"everyone_understood"})


@pytest.mark.parametrize("fact", ["need.presenting", "proof.passed", "contract.signed"])
def test_some_things_are_said_once_and_for_all(deal_at: DealAt, clock: Clock, fact: str) -> None:
    """What they told us first, the proof and the signature are not asked for again."""
    deal = deal_at("fulfilment", ready=True)
    all_confirm(deal, clock.wait(days=1000), fact)
    assert_moves(deal, "fulfilled")


def test_one_voice_is_too_few_at_the_end_as_well(deal_at: DealAt) -> None:
    """When all but one fall silent, we hear one person only, as we must at no step."""
    deal = deal_at("fulfilment", ready=True)
    takes_on(deal, BUYER, BUYER, "coach")
    says(deal, BUYER, dict.fromkeys(TRAITS, True))
    takes_on(deal, "coach")
    falls_silent(deal, "coach")
    assert_refused(deal, because={"several_people_heard", "two_voices"})


def test_a_late_technical_no_is_a_no(deal_at: DealAt) -> None:
    """An advisor who finds something while we install is answered before we are done."""
    deal = deal_at("fulfilment", ready=True)
    says(deal, "technical_advisor", technical__no=True)
    assert_refused(deal, because="no_technical_no")


def test_a_yes_taken_back_late_is_a_question(deal_at: DealAt) -> None:
    """A buyer who says no while we install is asked why, and where the gap is."""
    deal = deal_at("fulfilment", ready=True)
    says(deal, BUYER, close__outcome="rejected")
    assert_refused(deal, because={"trial_close_answered", "gap_known"})
    assert_asks(deal, "gap.reason", "gap.step")


def test_who_turns_against_it_late_is_heard(deal_at: DealAt, clock: Clock) -> None:
    """A no of somebody whose consent counts stops us at every step until it is taken back."""
    deal = deal_at("fulfilment", ready=True)
    says(deal, "coach", person__agrees=False)
    all_confirm(deal, clock.wait(days=1000), "person.agrees")
    assert_refused(deal, because="nobody_against")
    says(deal, "coach", person__agrees=True)
    assert_moves(deal, "fulfilled")


def test_a_late_clause_is_settled_as_well(deal_at: DealAt) -> None:
    """A lawyer may come up with a clause after the signature, and then it is settled then."""
    deal = deal_at("fulfilment", ready=True)
    says(deal, "sponsor", clause__warranty=False)
    assert_refused(deal, because="legal_clauses_settled")


def test_a_condition_refuted_later_is_the_end_as_well(deal_at: DealAt, playbook: Playbook) -> None:
    """From step 2 on, a clear no to one of the four means walking away, however far we are."""
    for step in playbook.steps[1:]:
        deal = deal_at(step.id, ready=True, problem__severe=False)
        assert_walks_away(deal, because="severe_problem")
        assert_refused(deal, because="severe_problem")


def test_before_we_qualify_none_of_the_four_ends_a_deal(deal_at: DealAt) -> None:
    """In the first talk nobody is measured by the four conditions yet."""
    deal = deal_at("first_contact", ready=True, budget__approved=False)
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    assert_moves(deal, "qualification")
    assert_walks_away(deal, because="budget_approved")


def test_the_seven_steps_come_in_their_order(deal_at: DealAt, playbook: Playbook) -> None:
    """There is one way through the seven steps, and none past any of them."""
    steps = ["first_contact", "qualification", "buying_roles", "guided_competition"]
    steps += ["trial_close", "negotiation", "fulfilment"]
    assert [step.id for step in playbook.steps] == steps
    for step, following in zip(steps, [*steps[1:], "fulfilled"], strict=True):
        deal = deal_at(step, ready=True)
        assert_moves(deal)
        assert (deal.outcome or deal.step) == following
