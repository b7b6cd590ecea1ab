"""Step 5, trial close: put it to the customer and ask (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow.testing import assert_asks, assert_conflict, assert_moves, assert_refused
from tests.seven_step.people import (
    REP,
    DealAt,
    believes,
    in_days,
    now,
    says,
    takes_back,
    whose_word_counts,
)

GOES_ON = ["accepted", "needs_time", "wants_proposal"]
BUYER = "economic_buyer"


def test_nobody_has_asked_yet(deal_at: DealAt) -> None:
    """On entering the step we ask for a decision, decide ourselves, and look for a day."""
    deal = deal_at("trial_close")
    assert_refused(deal, because={"trial_close_answered", "serving_decided", "first_time_frame"})
    assert_asks(deal, "close.outcome", "serve.decided", "serve.first_date")


@pytest.mark.parametrize("answer", GOES_ON)
def test_a_yes_or_real_interest_goes_on(deal_at: DealAt, answer: str) -> None:
    """Accepted, in need of time, or in want of a proposal: all three lead to the paper."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    assert_refused(deal, because="trial_close_answered")
    deal.answer_trial_close(answer, source=BUYER, by=REP, at=now(deal))
    assert deal.step == "negotiation"
    deal = deal_at("trial_close", ready=True, close__outcome=answer)
    assert_moves(deal, "negotiation")


def test_a_no_on_record_leads_nowhere(deal_at: DealAt) -> None:
    """Paper does not turn a no into a yes."""
    deal = deal_at("trial_close", ready=True, close__outcome="rejected")
    assert_refused(deal, because="trial_close_answered")


def test_two_answers_are_no_answer(deal_at: DealAt) -> None:
    """The buyer accepts and the sponsor rejects: they have to agree first."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    says(deal, BUYER, close__outcome="accepted")
    says(deal, "sponsor", close__outcome="rejected")
    assert_conflict(deal, "trial_close_answered", between={BUYER, "sponsor"})
    assert_refused(deal, because="trial_close_answered")


def test_who_may_answer(deal_at: DealAt) -> None:
    """Only who pays or pushes it through answers for the customer, in person or in writing."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    who = {BUYER, "sponsor"}
    assert whose_word_counts(deal, "close.outcome", "accepted") == {*who, "letter"}
    told = whose_word_counts(deal, "close.outcome", "accepted", told_on=True, among=who)
    assert told == set()


# the way back


@pytest.mark.parametrize(
    ("gap", "step"),
    [
        ("problem", "qualification"),
        ("money", "qualification"),
        ("date", "qualification"),
        ("people", "buying_roles"),
    ],
)
def test_a_rejection_goes_back_to_the_gap(deal_at: DealAt, gap: str, step: str) -> None:
    """Who says no tells us what we got wrong, and there we start again."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    says(deal, BUYER, gap__step=gap)
    deal.answer_trial_close("rejected", source=BUYER, by=REP, at=now(deal))
    assert deal.step == step
    assert deal.assess(at=now(deal)).step == step


def test_a_rejection_goes_back_to_what_does_not_hold(deal_at: DealAt) -> None:
    """When something that we concluded is not so any more, the gap is there, whatever they say."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    says(deal, BUYER, gap__step="people", budget__approved=False)
    takes_back(deal, "coach", "pain.problem")
    takes_back(deal, BUYER, "pain.problem")
    deal.answer_trial_close("rejected", source=BUYER, by=REP, at=now(deal))
    assert deal.step == "qualification"
    assert_refused(deal, because={"pain_asked", "budget_approved"})


def test_a_rejection_without_a_reason_goes_one_step_back(deal_at: DealAt) -> None:
    """When nothing is wrong and nobody names a gap, we compare once more."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    deal.answer_trial_close("rejected", source=BUYER, by=REP, at=now(deal))
    assert deal.step == "guided_competition"
    assert_moves(deal, "trial_close")
    assert_refused(deal, because="trial_close_answered")


# our own part


def test_we_decide_to_serve_them(deal_at: DealAt) -> None:
    """A promise needs somebody on our side who stands behind it."""
    deal = deal_at("trial_close", ready=True, serve__decided=None)
    assert_refused(deal, because="serving_decided")
    asked = assert_asks(deal, "serve.decided")
    assert [ask.roles for ask in asked] == [("us",)]
    believes(deal, serve__decided=False)
    assert_refused(deal, because="serving_decided")
    believes(deal, serve__decided=True)
    assert_moves(deal, "negotiation")


def test_we_are_of_one_mind(deal_at: DealAt) -> None:
    """When sales promise what the service people refuse, we have not decided."""
    deal = deal_at("trial_close", ready=True, serve__decided=None)
    believes(deal, by="rep", serve__decided=True)
    believes(deal, by="head of service", serve__decided=False)
    assert_conflict(deal, "serving_decided", between={"rep", "head of service"})
    assert_refused(deal, because="serving_decided")


def test_a_yes_without_a_day_is_a_wish(deal_at: DealAt) -> None:
    """Both sides need a first day to plan for, and whoever names it."""
    deal = deal_at("trial_close", ready=True, serve__first_date=None)
    assert_refused(deal, because="first_time_frame")
    assert_asks(deal, "serve.first_date")
    says(deal, "user", serve__first_date=in_days(60))
    assert_moves(deal, "negotiation")
