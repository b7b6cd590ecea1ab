"""Step 7, fulfilment: install, perform, satisfy (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

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
    deal = deal_at("fulfilment")
    assert_refused(deal, because={*DELIVERED})
    assert_asks(deal, *DELIVERED.values())


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


def test_a_date_that_is_past_needs_a_report(deal_at: DealAt) -> None:
    """The day must lie ahead until somebody who must know reports on the installation."""
    deal = deal_at("fulfilment", ready=True, timeline__date=in_days(-1), delivery__installed=None)
    assert_refused(deal, because={"installed", "timely"})
    believes(deal, delivery__installed=True)
    says(deal, "coach", delivery__installed=False)
    assert_refused(deal, because={"installed", "timely"})
    takes_back(deal, REP)
    says(deal, "user", delivery__installed=False)
    assert_refused(deal, because="installed")
    says(deal, "coach", delivery__installed=True)
    says(deal, "user", delivery__installed=True)
    assert_moves(deal, "fulfilled")


def test_a_wish_can_be_taken_back_while_we_install(deal_at: DealAt) -> None:
    """A customer who no longer wants it ends the deal, even when it stands and runs."""
    deal = deal_at("fulfilment", ready=True, timeline__wanted=False)
    assert_walks_away(deal, because="timely")
    assert_refused(deal, because="timely")


def test_old_answers_are_confirmed_before_the_end(deal_at: DealAt, clock: Clock) -> None:
    """Whoever installs for more than ninety days asks the four conditions once more."""
    deal = deal_at("fulfilment", ready=True)
    old = {"severe_problem", "budget_approved", "timely", "clear_decision_process"}
    later = {*old, "budget_asked", "time_frame_asked"}
    assert_refused(deal, because=later, at=clock.wait(days=91))
    for fact in ("problem.severe", "consequence.serious", "budget.approved", "timeline.wanted"):
        says(deal, BUYER, {fact: True})
    says(deal, BUYER, budget__amount="48000 EUR", decision__clear=True)
    assert_moves(deal, "fulfilled")
