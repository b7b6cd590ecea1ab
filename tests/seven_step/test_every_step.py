"""What was concluded stays proven at every later step (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Playbook, Verdict
from dealflow.testing import assert_moves, assert_refused, assert_walks_away
from tests.seven_step.people import DealAt, falls_silent, now, says

# What the customer takes back in the last step, and what stands in the way then.
TAKEN_BACK = {
    "need.presenting": {"presenting_problem"},
    "offer.helps": {"offer_helps"},
    "pain.problem": {"pain_asked"},
    "pain.consequence": {"consequence_asked"},
    "value.measure": {"benefit_asked"},
    "budget.approved": {"budget_asked", "budget_approved"},
    "timeline.wanted": {"time_frame_asked", "timely"},
    "decision.steps": {"decision_process_asked", "clear_decision_process"},
    "role.economic": {"economic_buyer_named"},
    "role.technical_absent": {"technical_advisor_named", "no_technical_no"},
    "coach.trusts_us": {"real_coach"},
    "person.need": {"everyone_understood"},
    "problem.severe": {"severe_problem"},
    "decision.clear": {"clear_decision_process"},
    "competition.options": {"alternatives_known"},
    "criteria.ranked": {"criteria_ranked"},
    "proof.passed": {"proof_passed"},
    "close.outcome": {"trial_close_answered"},
    "serve.decided": {"serving_decided"},
    "serve.first_date": {"first_time_frame"},
    "terms.price": {"main_terms_agreed"},
    "law.agreed": {"governing_law_agreed"},
    "terms.open": {"no_open_point"},
    "contract.signed": {"contract_signed"},
}


@pytest.mark.parametrize(("fact", "guards"), TAKEN_BACK.items(), ids=[*TAKEN_BACK])
def test_what_is_not_so_any_more_stops_the_deal(
    deal_at: DealAt, fact: str, guards: set[str]
) -> None:
    """Whatever let the deal pass an earlier step must still be so in the last one."""
    deal = deal_at("fulfilment", {fact: None}, ready=True)
    assert_refused(deal, because=guards)


def test_one_voice_is_too_few_at_the_end_as_well(deal_at: DealAt) -> None:
    """When the coach falls silent, we hear one person only, as we must at no step."""
    deal = deal_at("fulfilment", ready=True)
    falls_silent(deal, "coach")
    assert_refused(deal, because="several_people_heard")


def test_a_late_technical_no_is_a_no(deal_at: DealAt) -> None:
    """An advisor who finds something while we install is answered before we are done."""
    deal = deal_at("fulfilment", ready=True)
    says(deal, "technical_advisor", technical__no=True)
    assert_refused(deal, because="no_technical_no")


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


def test_before_we_qualify_nothing_ends_a_deal(deal_at: DealAt) -> None:
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
