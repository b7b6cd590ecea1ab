"""Step 7, fulfilment: install, perform, satisfy (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Verdict
from dealflow.testing import (
    Clock,
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)
from tests.seven_step.people import (
    REP,
    DealAt,
    all_confirm,
    believes,
    in_days,
    now,
    says,
    takes_back,
    whose_word_counts,
)

SOON = in_days(30)
BUYER = "economic_buyer"
DELIVERED = {
    "installed": "delivery.installed",
    "terms_performed": "delivery.performed",
    "customer_satisfied": "delivery.satisfied",
}
OPEN = dict.fromkeys(DELIVERED.values())
each_promise = pytest.mark.parametrize(("guard", "fact"), DELIVERED.items(), ids=[*DELIVERED])


def test_a_satisfied_customer_is_the_end(deal_at: DealAt) -> None:
    """Installed, performed and satisfied: the deal is fulfilled, and the celebration is short."""
    deal = deal_at("fulfilment", ready=True)
    deal.fulfil(by=REP, at=now(deal))
    assert deal.outcome == "fulfilled"
    other = deal_at("fulfilment", ready=True)
    assert_moves(other, "fulfilled")


def test_a_signature_is_not_the_end(deal_at: DealAt) -> None:
    """After the signature we still have to deliver, and ask the customer how it went."""
    deal = deal_at("fulfilment", {"timeline.date": SOON, "serve.first_date": SOON, **OPEN})
    assert_refused(deal, because={*DELIVERED})
    assert_asks(deal, *DELIVERED.values(), "delivery.nothing_to_install")


@each_promise
def test_every_promise_is_kept(deal_at: DealAt, guard: str, fact: str) -> None:
    """As long as one of the three is open or denied, we are not done."""
    deal = deal_at("fulfilment", {"timeline.date": SOON, fact: None}, ready=True)
    assert_refused(deal, because=guard)
    assert_asks(deal, fact)
    says(deal, BUYER, {fact: False})
    assert_refused(deal, because=guard)
    says(deal, BUYER, {fact: True})
    assert_moves(deal, "fulfilled")


@each_promise
def test_two_views_of_what_we_delivered(deal_at: DealAt, guard: str, fact: str) -> None:
    """The buyer is content and the user is not: we go and see both."""
    deal = deal_at("fulfilment", {"timeline.date": SOON, fact: None}, ready=True)
    says(deal, BUYER, {fact: True})
    says(deal, "user", {fact: False})
    assert_conflict(deal, guard, between={BUYER, "user"})
    assert_refused(deal, because=guard)


@each_promise
def test_the_customer_says_so(deal_at: DealAt, guard: str, fact: str) -> None:
    """That we delivered, the customer tells us or signs; we do not tell ourselves."""
    people = {BUYER, "sponsor", "technical_advisor", "user"}
    if guard == "customer_satisfied":
        people -= {"technical_advisor"}
    deal = deal_at("fulfilment", {"timeline.date": SOON, fact: None}, ready=True)
    assert whose_word_counts(deal, fact) == {*people, "letter"}
    assert whose_word_counts(deal, fact, told_on=True, among=people) == set()


def test_where_nothing_is_installed_somebody_says_so(deal_at: DealAt) -> None:
    """Not every deal has something to install; those who would use it tell us, and not we them."""
    open_ = {"timeline.date": SOON, "serve.first_date": SOON, "delivery.installed": None}
    deal = deal_at("fulfilment", open_, ready=True)
    people, fact = {BUYER, "sponsor", "technical_advisor", "user"}, "delivery.nothing_to_install"
    assert whose_word_counts(deal, fact) == {*people, "letter"}
    assert whose_word_counts(deal, fact, told_on=True, among=people) == set()
    says(deal, BUYER, {fact: False, "delivery.installed": False})
    refused = assert_refused(deal, because="installed")
    assert refused.assessment.verdict is Verdict.WORK
    says(deal, "user", {fact: True})
    assert_conflict(deal, "installed", between={BUYER, "user"})
    assert_refused(deal, because="installed")
    says(deal, BUYER, {fact: True})
    assert_moves(deal, "fulfilled")


@pytest.mark.parametrize("report", ["delivery.installed", "delivery.performed"])
def test_dates_that_are_past_need_a_report(deal_at: DealAt, report: str) -> None:
    """Both days lie ahead until somebody who must know reports on what we do, good or bad."""
    past = {"timeline.date": in_days(-1), "serve.first_date": in_days(-1)}
    deal = deal_at("fulfilment", {**past, **OPEN})
    believes(deal, {report: False})
    says(deal, "coach", {report: True})
    says(deal, "user", {report: True}, told_on=True)
    assert_refused(deal, because={*DELIVERED, "timely", "first_time_frame"})
    takes_back(deal, "coach", report)
    takes_back(deal, REP, report)
    says(deal, "user", {report: False})
    assert_refused(deal, because={*DELIVERED})


def test_a_wish_can_be_taken_back_while_we_install(deal_at: DealAt) -> None:
    """A customer who no longer wants it ends the deal, even when it stands and runs."""
    deal = deal_at("fulfilment", ready=True, timeline__wanted=False)
    assert_walks_away(deal, because="timely")
    assert_refused(deal, because="timely")


def test_old_answers_are_confirmed_before_the_end(deal_at: DealAt, clock: Clock) -> None:
    """Whoever installs for more than ninety days has the customer stand by it all once more."""
    deal = deal_at("fulfilment", ready=True)
    old = {
        *("severe_problem", "budget_approved", "timely", "clear_decision_process"),
        *("offer_helps", "ready_to_solve", "worth_it", "budget_asked", "time_frame_asked"),
        *("trial_close_answered", "answer_is_the_buyers"),
    }
    assert_refused(deal, because=old, at=clock.wait(days=91))
    all_confirm(deal, clock.now)
    assert_moves(deal, "fulfilled")
