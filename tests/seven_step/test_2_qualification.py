"""Step 2, qualification: customer, budget and time of purchase (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Money, Verdict
from dealflow.testing import (
    Clock,
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)
from tests.seven_step.people import REP, DealAt, assert_grows_old, in_days, now, says

QUESTIONS = {
    "offer_helps": "offer.helps",
    "ready_to_solve": "need.ready",
    "worth_it": "value.worth_it",
    "pain_asked": "pain.problem",
    "consequence_asked": "pain.consequence",
    "benefit_asked": "value.measure",
    "budget_asked": "budget.status",
    "time_frame_asked": "timeline.date",
    "decision_process_asked": "decision.steps",
}


def test_nine_answers_qualify_a_customer(deal_at: DealAt) -> None:
    """When all nine questions are answered, we go and meet everybody who has a part in it."""
    assert_moves(deal_at("qualification", ready=True), "buying_roles")


def test_a_customer_who_was_not_asked_is_not_qualified(deal_at: DealAt) -> None:
    """After a first talk all nine questions are open, and we are told to ask them."""
    deal = deal_at("qualification")
    assert_refused(deal, because={*QUESTIONS})
    assert_asks(deal, *QUESTIONS.values(), "budget.approved", "timeline.wanted")


@pytest.mark.parametrize(("guard", "fact"), QUESTIONS.items())
def test_each_question_must_be_asked(deal_at: DealAt, guard: str, fact: str) -> None:
    """One question that nobody has answered is enough to stay."""
    deal = deal_at("qualification", {fact: None}, ready=True)
    assert_refused(deal, because=guard)
    assert_asks(deal, fact)


def test_no_money_yet_is_an_answer(deal_at: DealAt) -> None:
    """The question about the budget is asked and answered when they say that there is none yet."""
    assert_moves(deal_at("qualification", ready=True, budget__status="none yet"), "buying_roles")


def test_who_confirms_the_approval_need_not_tell_the_whole_story(deal_at: DealAt) -> None:
    """That the budget is approved answers the question about the budget, too."""
    deal = deal_at("qualification", ready=True, budget__status=None)
    says(deal, "economic_buyer", budget__approved=True)
    assert_moves(deal, "buying_roles")


def test_who_confirms_the_time_frame_need_not_name_the_day_again(deal_at: DealAt) -> None:
    """That they stand by the time frame answers the question about the time, too."""
    deal = deal_at("qualification", ready=True, timeline__date=None)
    says(deal, "economic_buyer", timeline__wanted=True)
    assert_moves(deal, "buying_roles")


@pytest.mark.parametrize(
    ("guard", "fact"),
    [("budget_asked", "budget.status"), ("time_frame_asked", "timeline.date")],
)
def test_money_and_date_are_asked_again_after_ninety_days(
    deal_at: DealAt, clock: Clock, guard: str, fact: str
) -> None:
    """What we heard of the budget and the date is good for ninety days, and then we ask again."""
    deal = deal_at("qualification", ready=True)
    assert_grows_old(deal, clock, fact, after=90, because={guard})


def test_an_offer_that_cannot_help_ends_it(deal_at: DealAt) -> None:
    """If what we sell cannot help, the sale has no meaning: one clear no, and we walk away."""
    deal = deal_at("qualification", ready=True, offer__helps=False)
    assert_walks_away(deal, because="offer_helps")
    assert_refused(deal, because="offer_helps")


@pytest.mark.parametrize(
    ("guard", "fact"), [("ready_to_solve", "need.ready"), ("worth_it", "value.worth_it")]
)
def test_who_is_not_ready_or_finds_it_too_dear_holds_us_up(
    deal_at: DealAt, guard: str, fact: str
) -> None:
    """Not ready yet, or not worth it: there is work to do before we go on, and no goodbye."""
    deal = deal_at("qualification", {fact: False}, ready=True)
    refused = assert_refused(deal, because=guard)
    assert refused.assessment.verdict is Verdict.WORK
    says(deal, "sponsor", {fact: True})
    assert_conflict(deal, guard)
    assert_refused(deal, because=guard)


def test_two_minds_about_our_offer_are_brought_together(deal_at: DealAt) -> None:
    """When one says that we can help and another that we cannot, we ask both and do not choose."""
    deal = deal_at("qualification", ready=True)
    says(deal, "user", offer__helps=False)
    assert_conflict(deal, "offer_helps", between={"somebody", "user"})
    refused = assert_refused(deal, because="offer_helps")
    assert refused.assessment.verdict is Verdict.RECONCILE


@pytest.mark.parametrize(
    ("guard", "fact", "value"),
    [
        ("severe_problem", "problem.severe", False),
        ("severe_problem", "consequence.serious", False),
        ("budget_approved", "budget.approved", False),
        ("timely", "timeline.wanted", False),
        ("timely", "timeline.date", in_days(366)),
        ("clear_decision_process", "decision.clear", False),
    ],
)
def test_a_clear_no_counts_already(deal_at: DealAt, guard: str, fact: str, value: object) -> None:
    """A clear no to one of the four conditions means walking away, as early as this."""
    deal = deal_at("qualification", {fact: value}, ready=True)
    assert_walks_away(deal, because=guard)
    assert_refused(deal, because=guard)


def test_a_budget_below_the_price_counts_already(deal_at: DealAt) -> None:
    """Money that does not cover the price is a clear no, too."""
    deal = deal_at("qualification", ready=True)
    deal.change_amount(Money(48000, "EUR"), by=REP, at=now(deal), reason="first estimate")
    says(deal, "economic_buyer", budget__amount="40000 EUR")
    assert_walks_away(deal, because="budget_approved")
    assert_refused(deal, because="budget_approved")


def test_not_knowing_yet_does_not_hold_us_up(deal_at: DealAt) -> None:
    """An open question about the four conditions blocks nothing before step 3 is left."""
    deal = deal_at("qualification", ready=True)
    open_now = {finding.guard for finding in deal.assess(at=now(deal)).findings if finding.gaps}
    assert open_now == {"severe_problem", "budget_approved", "timely", "clear_decision_process"}
    assert_moves(deal, "buying_roles")
