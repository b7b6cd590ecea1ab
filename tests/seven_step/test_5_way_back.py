"""Step 5, the way back: where a rejection leads, and on from there (docs/method.md, section 1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dealflow import Deal, EvidenceError, MoveNotAllowed, Verdict
from dealflow.testing import Clock, assert_asks, assert_moves, assert_refused
from dealflow.wording import Wording
from tests.seven_step.people import (
    REP,
    DealAt,
    all_confirm,
    in_days,
    joins,
    now,
    says,
    takes_back,
)

BUYER = "economic_buyer"
ABOUT_IT = {"gap.reason", "gap.step"}
ANSWER = {"trial_close_answered", "answer_is_the_buyers"}
GAPS = {
    "problem": "qualification",
    "money": "qualification",
    "date": "qualification",
    "people": "buying_roles",
}


def rejects(deal: Deal, who: str = BUYER, **why: str) -> None:
    """Somebody turns down what we propose."""
    deal.answer_trial_close("rejected", source=who, by=REP, at=now(deal), **why)


@pytest.mark.parametrize(("gap", "step"), GAPS.items())
def test_a_rejection_goes_back_to_the_gap(deal_at: DealAt, gap: str, step: str) -> None:
    """Who says no tells us what we got wrong, and there we start again."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    rejects(deal, gap=gap, reason="not like this")
    assert deal.step == step


def test_a_rejection_without_a_gap_is_a_question(deal_at: DealAt) -> None:
    """As long as nobody has told us what we got wrong, we stay and ask; then we go back there."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    rejects(deal)
    assert deal.step == "trial_close"
    assert_refused(deal, because={"trial_close_answered", "gap_known"})
    assert_asks(deal, "gap.step", "gap.reason")
    with pytest.raises(EvidenceError, match="where the gap is"):
        deal.return_to_gap(by=REP, at=now(deal))
    says(deal, "coach", gap__step="people")
    deal.return_to_gap(by=REP, at=now(deal))
    assert deal.step == "buying_roles"


def test_a_rejection_is_asked_about_before_all_else(deal_at: DealAt) -> None:
    """Why, and where the gap is: before what else the step asks, and the four conditions."""
    deal = deal_at("trial_close", close__outcome=None)
    for fact in ("problem.severe", "budget.approved"):
        for who in tuple(deal.contacts):
            takes_back(deal, who, fact)
    assert {ask.fact for ask in deal.assess(at=now(deal)).questions[:2]}.isdisjoint(ABOUT_IT)
    rejects(deal)
    assert {ask.fact for ask in deal.assess(at=now(deal)).questions[:2]} == ABOUT_IT


def test_who_said_no_is_asked_why(deal_at: DealAt) -> None:
    """Whoever said no knows best why; the economic buyer is asked for the answer that counts."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    joins(deal, "sponsor", "sponsor")
    rejects(deal, "sponsor")
    asks = {ask.fact: ask for ask in deal.assess(at=now(deal)).questions}
    assert [asks[fact].of[0] for fact in sorted(ABOUT_IT)] == ["sponsor", "sponsor"]
    answer = asks["close.outcome"]
    assert (answer.of, answer.reason) == ((BUYER,), "final_word")
    assert "answer_is_the_buyers" in answer.decides


def test_dissent_leads_nowhere(deal_at: DealAt) -> None:
    """Against the buyer's own yes a sponsor's no moves nothing, and the error says so."""
    deal = deal_at("trial_close", ready=True)
    joins(deal, "sponsor", "sponsor")
    rejects(deal, "sponsor", gap="money")
    assert deal.step == "trial_close"
    with pytest.raises(MoveNotAllowed, match="who has the final word did not reject it"):
        deal.return_to_gap(by=REP, at=now(deal))


def test_what_is_missing_is_missing_since(deal_at: DealAt) -> None:
    """That too few are heard after a rejection does not say that nobody ever was."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    rejects(deal, gap="people", reason="ask the others")
    for heard, told in (
        (
            (),
            [
                "nobody has been heard first-hand since the rejection",
                "被拒绝之后还没有听任何人亲口说过",
            ],
        ),
        (
            ("coach",),
            [
                "only 1 of 2 people heard first-hand since the rejection",
                "被拒绝之后亲口说过的只有1人，需要2人",
            ],
        ),
    ):
        later = now(deal) + timedelta(hours=1)
        for who in heard:
            deal.hear(who, "offer.helps", True, by=REP, at=later, quote="in these words")
        found = {finding.guard: finding for finding in deal.assess(at=now(deal)).findings}
        (gap,) = found["several_people_heard"].gaps
        assert [Wording.of(deal, language).lacking(gap) for language in ("en", "zh")] == told


def test_without_a_rejection_there_is_no_gap(deal_at: DealAt) -> None:
    """Who has not turned us down has not told us where the gap is, whatever he says of it."""
    deal = deal_at("trial_close", ready=True)
    says(deal, BUYER, gap__step="money")
    with pytest.raises(MoveNotAllowed, match="nothing that was rejected"):
        deal.return_to_gap(by=REP, at=now(deal))


def test_of_two_gaps_the_earlier_one_counts(deal_at: DealAt) -> None:
    """The people, says the buyer; the money, says the coach: we start with the money."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    rejects(deal)
    says(deal, BUYER, gap__step="people")
    says(deal, "coach", gap__step="money")
    deal.return_to_gap(by=REP, at=now(deal))
    assert deal.step == "qualification"


def test_a_rejection_goes_back_to_what_does_not_hold(deal_at: DealAt) -> None:
    """When something that we concluded is not so any more, the gap is there, whatever they say."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    for who in (BUYER, "coach"):
        takes_back(deal, who, "pain.problem")
    rejects(deal, gap="people")
    assert deal.step == "qualification"


def test_a_colleagues_no_does_not_undo_the_buyers_yes(deal_at: DealAt) -> None:
    """The sponsor turns down what the economic buyer has accepted: that leads nowhere."""
    deal = deal_at("trial_close", ready=True)
    joins(deal, "paul", "sponsor")
    rejects(deal, "paul", gap="money")
    assert deal.step == "trial_close"
    assert_moves(deal, "negotiation")


def test_after_a_rejection_we_start_again(deal_at: DealAt, clock: Clock) -> None:
    """From the gap on, whatever was said before the no is said or confirmed anew."""
    deal = deal_at("trial_close", ready=True, timeline__date=in_days(200))
    all_confirm(deal, clock.now)
    rejects(deal, gap="people", reason="you never met my board")
    all_confirm(deal, clock.now)
    anew = {
        *("economic_buyer_named", "technical_advisor_named", "real_coach"),
        *("several_people_heard", "everyone_understood"),
        *("severe_problem", "budget_approved", "timely", "clear_decision_process"),
    }
    refused = assert_refused(deal, because=anew)
    assert refused.assessment.verdict is Verdict.ASK
    all_confirm(deal, clock.wait(hours=1), "close.outcome")
    assert_moves(deal, "guided_competition")
    assert_moves(deal, "trial_close")
    assert_refused(deal, because={*ANSWER})
    deal.answer_trial_close("accepted", source=BUYER, by=REP, at=clock.now)
    assert deal.step == "negotiation"


def test_what_was_said_beside_the_no_counts(deal_at: DealAt) -> None:
    """Who turns us down and confirms the rest in the same talk need not be asked again."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    deal.meet("meeting", id="board", participants=[BUYER, "coach"], by=REP, at=now(deal))
    all_confirm(deal, now(deal), interaction="board")
    rejects(deal, gap="people", interaction="board")
    assert_moves(deal, "guided_competition")


def test_a_rejection_taken_back_sends_nobody_back(deal_at: DealAt) -> None:
    """When the no was not meant, what was said before it stands as it did."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    rejects(deal, gap="people")
    takes_back(deal, BUYER, "close.outcome")
    assert_moves(deal, "guided_competition")
