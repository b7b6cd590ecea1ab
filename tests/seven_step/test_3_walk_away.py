"""The four walk-away conditions, on leaving step 3 and ever after (docs/method.md, section 3)."""

from __future__ import annotations

import pytest

from dealflow import Money, MoveNotAllowed, Verdict
from dealflow.testing import (
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)
from tests.seven_step.people import REP, DealAt, believes, in_days, now, says, whose_word_counts

SOON = in_days(200)

# The yes of each condition: the guard, the fact, what is said for it, and what is said against it.
YESES = [
    ("severe_problem", "problem.severe", True, False),
    ("severe_problem", "consequence.serious", True, False),
    ("budget_approved", "budget.approved", True, False),
    ("budget_approved", "budget.amount", "48000 EUR", "47999 EUR"),
    ("timely", "timeline.wanted", True, False),
    ("timely", "timeline.date", SOON, in_days(366)),
    ("clear_decision_process", "decision.clear", True, False),
]
each_yes = pytest.mark.parametrize(
    ("guard", "fact", "yes", "no"), YESES, ids=[fact for _, fact, *_ in YESES]
)

DOERS = {"economic_buyer", "sponsor", "technical_advisor", "user"}
PAYERS = {"economic_buyer", "sponsor"}
WHO_KNOWS = {
    "problem.severe": DOERS,
    "consequence.serious": DOERS,
    "budget.approved": PAYERS,
    "budget.amount": PAYERS,
    "timeline.wanted": {"economic_buyer", "sponsor", "user"},
    "decision.clear": {"economic_buyer", "sponsor", "technical_advisor", "coach"},
}


@each_yes
def test_an_open_question_is_asked(
    deal_at: DealAt, guard: str, fact: str, yes: object, no: object
) -> None:
    """Not known is not unmet: one condition that is open blocks and asks, and nobody leaves."""
    deal = deal_at("buying_roles", {"budget.status": "it depends", fact: None}, ready=True)
    refused = assert_refused(deal, because=guard)
    assert refused.assessment.verdict is Verdict.ASK
    assert_asks(deal, fact)


@each_yes
def test_a_clear_no_is_the_end(
    deal_at: DealAt, guard: str, fact: str, yes: object, no: object
) -> None:
    """One of the four refuted is enough to walk away."""
    deal = deal_at("buying_roles", {fact: no}, ready=True)
    assert_walks_away(deal, because=guard)
    assert_refused(deal, because=guard)


@each_yes
def test_a_contradiction_is_no_answer(
    deal_at: DealAt, guard: str, fact: str, yes: object, no: object
) -> None:
    """Yes, says the buyer; no, says the sponsor: both are asked, and we neither go on nor leave."""
    deal = deal_at("buying_roles", {fact: None}, ready=True)
    says(deal, "economic_buyer", {fact: yes})
    says(deal, "sponsor", {fact: no})
    assert_conflict(deal, guard, between={"economic_buyer", "sponsor"})
    refused = assert_refused(deal, because=guard)
    assert refused.assessment.verdict is Verdict.RECONCILE


@pytest.mark.parametrize("fact", WHO_KNOWS)
def test_whose_word_counts(deal_at: DealAt, fact: str) -> None:
    """It takes who has the problem, the money, the wish or the knowledge, in person or in ink."""
    value = "48000 EUR" if fact == "budget.amount" else True
    deal = deal_at("buying_roles", {fact: None}, ready=True)
    assert whose_word_counts(deal, fact, value) == {*WHO_KNOWS[fact], "letter"}


@pytest.mark.parametrize("fact", WHO_KNOWS)
def test_hearsay_makes_us_ask(deal_at: DealAt, fact: str) -> None:
    """What somebody is said to have said decides none of the four."""
    value = "48000 EUR" if fact == "budget.amount" else True
    deal = deal_at("buying_roles", {fact: None}, ready=True)
    people = WHO_KNOWS[fact]
    assert whose_word_counts(deal, fact, value, told_on=True, among=people) == set()


def test_the_way_they_decide_must_be_told(deal_at: DealAt) -> None:
    """That it is clear how they decide is not enough when nobody has told us how."""
    deal = deal_at("buying_roles", ready=True, decision__steps=None)
    assert_refused(deal, because={"clear_decision_process", "decision_process_asked"})
    says(deal, "coach", decision__steps="she signs, he checks")
    assert_moves(deal, "guided_competition")


def test_the_budget_must_cover_the_price(deal_at: DealAt) -> None:
    """To the last euro is fine; a price that goes up by one takes the money away."""
    deal = deal_at("buying_roles", ready=True, budget__amount="50000 EUR")
    for price, verdict in ((50000, Verdict.READY), (50001, Verdict.WALK_AWAY)):
        deal.change_amount(Money(price, "EUR"), by=REP, at=now(deal), reason="one room more")
        assert deal.assess(at=now(deal)).verdict is verdict
    assert_refused(deal, because="budget_approved")


def test_a_reasonable_time_is_a_year(deal_at: DealAt) -> None:
    """In a year is soon enough, a day later is not."""
    assert_moves(deal_at("buying_roles", ready=True, timeline__date=in_days(365)))
    late = deal_at("buying_roles", ready=True, timeline__date=in_days(366))
    assert_walks_away(late, because="timely")
    assert_refused(late, because="timely")


def test_a_date_that_has_gone_by_is_named_anew(deal_at: DealAt) -> None:
    """A date in the past is no answer and no refusal: the customer names a new one."""
    deal = deal_at("buying_roles", ready=True, timeline__date=in_days(-1))
    refused = assert_refused(deal, because="timely")
    assert refused.assessment.verdict is Verdict.ASK
    says(deal, "sponsor", timeline__date=in_days(0))
    assert_moves(deal, "guided_competition")


def test_the_farewell_is_a_call(deal_at: DealAt) -> None:
    """Who walks away calls and says so; that call is no news with which to begin again."""
    deal = deal_at("buying_roles", ready=True, problem__severe=False)
    deal.walk_away(by=REP, at=now(deal), reason="they can live with it")
    assert not deal.farewell(at=now(deal)).called
    believes(deal, farewell__called=True)
    assert deal.farewell(at=now(deal)).called
    with pytest.raises(MoveNotAllowed):
        deal.reopen(by=REP, at=now(deal), reason="we miss them")
    says(deal, "economic_buyer", problem__severe=True)
    deal.reopen(by=REP, at=now(deal), reason="they have lost a whole batch")
    assert deal.step == "buying_roles"
