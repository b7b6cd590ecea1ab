"""Step 1, first contact: a friendly and fruitful talk (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Deal, Verdict
from dealflow.testing import (
    Clock,
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)
from tests.seven_step.people import REP, DealAt, appears, in_days, now, says

PROBLEM = "a cold room failed at night and nobody noticed"


def calls(deal: Deal, who: str) -> None:
    """We speak with somebody on the telephone."""
    deal.meet("call", participants=[who], by=REP, at=now(deal))


def test_a_talk_with_a_problem_and_a_day_is_a_first_contact(deal: Deal) -> None:
    """One talk in which Mina says what is wrong and when we speak next is all that it takes."""
    appears(deal, "mina")
    calls(deal, "mina")
    says(deal, "mina", need__presenting=PROBLEM, next_step__agreed=in_days(7))
    assert_moves(deal, "qualification")


def test_a_new_deal_starts_with_two_questions(deal: Deal) -> None:
    """Of a customer whom nobody has spoken with we want to know the problem and the next day."""
    assert_refused(deal, because={"first_talk", "presenting_problem", "next_talk_dated"})
    assert_asks(deal, "need.presenting", "next_step.agreed")


def test_a_mail_is_no_talk(deal: Deal) -> None:
    """A mail that was sent and read is no talk, whatever Mina writes back on the problem."""
    appears(deal, "mina")
    deal.meet("mail", participants=["mina"], spoke="us", by=REP, at=now(deal))
    says(deal, "mina", need__presenting=PROBLEM, next_step__agreed=in_days(7))
    assert_refused(deal, because="first_talk")


def test_a_talk_of_which_we_only_heard_is_no_talk(deal: Deal) -> None:
    """A talk counts when we have heard somebody in person, and not when words were passed on."""
    appears(deal, "mina")
    calls(deal, "mina")
    says(deal, "mina", told_on=True, need__presenting=PROBLEM, next_step__agreed=in_days(7))
    assert_refused(deal, because="first_talk")
    says(deal, "mina", need__presenting=PROBLEM)
    assert_moves(deal, "qualification")


def test_without_a_problem_there_is_nothing_to_qualify(deal_at: DealAt) -> None:
    """A pleasant talk without a problem in the customer's own words leads nowhere."""
    deal = deal_at("first_contact", ready=True, need__presenting=None)
    assert_refused(deal, because="presenting_problem")
    assert_asks(deal, "need.presenting")


def test_two_views_of_the_problem_are_welcome(deal_at: DealAt) -> None:
    """People who describe the problem differently do not contradict each other."""
    deal = deal_at("first_contact", ready=True, need__presenting="milk is lost at night")
    says(deal, "tom", need__presenting="we pay fines")
    assert_moves(deal, "qualification")


def test_a_talk_needs_a_next_one(deal_at: DealAt) -> None:
    """A talk that ends without a day for the next one seldom has a next one."""
    deal = deal_at("first_contact", ready=True, next_step__agreed=None)
    assert_refused(deal, because="next_talk_dated")
    assert_asks(deal, "next_step.agreed")


@pytest.mark.parametrize("days", [0, 7, 90])
def test_the_next_talk_is_within_ninety_days(deal_at: DealAt, days: int) -> None:
    """Today, next week or in ninety days: that is a day to plan for."""
    deal = deal_at("first_contact", ready=True, next_step__agreed=in_days(days))
    assert_moves(deal, "qualification")


@pytest.mark.parametrize("days", [91, 365])
def test_some_day_is_no_day(deal_at: DealAt, days: int) -> None:
    """Who puts us off for more than ninety days has not agreed on a next talk."""
    deal = deal_at("first_contact", ready=True, next_step__agreed=in_days(days))
    assert_refused(deal, because="next_talk_dated")


def test_a_day_that_has_gone_by_is_no_day(deal_at: DealAt, clock: Clock) -> None:
    """When the agreed day has passed without a talk, a new one is needed."""
    deal = deal_at("first_contact", ready=True, next_step__agreed=in_days(7))
    assert_moves(deal, "qualification", at=clock.wait(days=7))
    late = deal_at("first_contact", ready=True, next_step__agreed=in_days(7))
    assert_refused(late, because="next_talk_dated", at=clock.wait(days=1))


def test_people_who_name_different_days_are_asked_again(deal_at: DealAt) -> None:
    """Next week, says Mina; next year, says Tom: then there is no day yet."""
    deal = deal_at("first_contact", ready=True, next_step__agreed=None)
    says(deal, "mina", next_step__agreed=in_days(7))
    says(deal, "tom", next_step__agreed=in_days(365))
    assert_conflict(deal, "next_talk_dated", between={"mina", "tom"})
    refused = assert_refused(deal, because="next_talk_dated")
    assert refused.assessment.verdict is Verdict.RECONCILE
    assert_asks(deal, "recheck.conflict")


def test_a_talk_once_held_stays_held(deal_at: DealAt, clock: Clock) -> None:
    """Later steps have days of their own, and do not look at the first talk's any more."""
    deal = deal_at("qualification", ready=True, next_step__agreed=in_days(7))
    assert_moves(deal, "buying_roles", at=clock.wait(days=8))


def test_an_offer_that_cannot_help_ends_the_first_talk(deal_at: DealAt) -> None:
    """When they tell us at once that we cannot help, we thank them and walk away."""
    deal = deal_at("first_contact", ready=True, offer__helps=False)
    assert_walks_away(deal, because="offer_helps")
    assert_refused(deal, because="offer_helps")
