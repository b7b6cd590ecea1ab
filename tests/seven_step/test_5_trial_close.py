"""Step 5, trial close: put it to the customer and ask (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import Deal, EvidenceError, Truth, Verdict
from dealflow.testing import Clock, assert_asks, assert_conflict, assert_moves, assert_refused
from tests.seven_step.people import (
    REP,
    DealAt,
    all_confirm,
    believes,
    in_days,
    is_really,
    joins,
    leaves,
    now,
    says,
    takes_back,
    takes_on,
    waives,
    whose_word_counts,
    writes,
)

GOES_ON = ["accepted", "needs_time", "wants_proposal"]
BUYER = "economic_buyer"
ANSWER = {"trial_close_answered", "answer_is_the_buyers"}
FOUR_CONDITIONS = [
    *("problem.severe", "consequence.serious", "budget.approved", "budget.amount"),
    *("timeline.wanted", "timeline.date", "decision.clear", "decision.steps"),
]
FAR_OFF = {"timeline__date": in_days(200), "serve__first_date": in_days(200)}
NOTHING_DELIVERED = {"delivery.installed": None, "timeline.date": in_days(200)}


def tells_it_all(deal: Deal) -> dict[str, object]:
    """The buyer alone tells us of problem, money, date and process; gives what she says of each."""
    values = {said.fact: said.value for said in deal.statements.values()}
    for other in {*deal.contacts} - {BUYER}:
        takes_back(deal, other, *FOUR_CONDITIONS)
    told: dict[str, object] = {fact: values[fact] for fact in FOUR_CONDITIONS}
    says(deal, BUYER, told)
    return told


def test_nobody_has_asked_yet(deal_at: DealAt) -> None:
    """On entering the step we ask for a decision, decide ourselves, and look for a day."""
    deal = deal_at("trial_close")
    assert_refused(deal, because={*ANSWER, "two_voices", "serving_decided", "first_time_frame"})
    assert_asks(deal, "close.outcome", "decision.clear", "serve.decided", "serve.first_date")


# the answer


@pytest.mark.parametrize("answer", GOES_ON)
def test_a_yes_or_real_interest_goes_on(deal_at: DealAt, answer: str) -> None:
    """Accepted, in need of time, or in want of a proposal: all three lead to the paper."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    assert_refused(deal, because=ANSWER)
    deal.answer_trial_close(answer, source=BUYER, by=REP, at=now(deal), quote="We shall see.")
    assert deal.step == "negotiation"
    deal = deal_at("trial_close", ready=True, close__outcome=answer)
    assert_moves(deal, "negotiation")


@pytest.mark.parametrize("interest", ["needs_time", "wants_proposal"])
def test_interest_is_a_quote_and_no_tick(deal_at: DealAt, interest: str) -> None:
    """A yes or a no is a word; what is called interest counts in the customer's own words only."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    for answer in ("accepted", "rejected"):
        deal.hear(BUYER, "close.outcome", answer, by=REP, at=now(deal))
    with pytest.raises(EvidenceError) as heard:
        deal.hear(BUYER, "close.outcome", interest, by=REP, at=now(deal))
    with pytest.raises(EvidenceError) as answered:
        deal.answer_trial_close(interest, source=BUYER, by=REP, at=now(deal))
    for error in (heard.value, answered.value):
        assert [problem.code for problem in error.problems] == ["quote_missing"]


def test_a_no_on_record_leads_nowhere(deal_at: DealAt) -> None:
    """Paper does not turn a no into a yes, and a no without a reason teaches nothing."""
    deal = deal_at("trial_close", ready=True, close__outcome="rejected")
    assert_refused(deal, because={"trial_close_answered", "gap_known"})
    assert_asks(deal, "gap.step", "gap.reason")
    says(deal, BUYER, gap__step="money")
    assert_refused(deal, because={"trial_close_answered", "gap_known"})
    says(deal, BUYER, gap__reason="too dear")
    assert_refused(deal, because="trial_close_answered")
    takes_back(deal, BUYER, "gap.step")
    assert_refused(deal, because={"trial_close_answered", "gap_known"})


@pytest.mark.parametrize("fact", ["gap.step", "gap.reason"])
def test_the_reason_of_a_new_no_is_not_that_of_an_old_one(
    deal_at: DealAt, clock: Clock, fact: str
) -> None:
    """Why they said no is good for ninety days; who says no after that is asked why once more."""
    deal = deal_at("trial_close", ready=True, close__outcome="rejected", **FAR_OFF)
    says(deal, BUYER, gap__step="money", gap__reason="too dear")
    for days, because in (90, {"trial_close_answered"}), (1, {"trial_close_answered", "gap_known"}):
        all_confirm(deal, clock.wait(days=days), fact)
        assert_refused(deal, because=because)


# whose answer it is


def test_the_economic_buyer_has_the_last_word(deal_at: DealAt) -> None:
    """Whatever anybody else says, thinks, feels or does: the answer is the economic buyer's."""
    deal = deal_at("trial_close", ready=True, close__outcome="accepted")
    says(deal, "sponsor", close__outcome="rejected")
    writes(deal, close__outcome="rejected")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    says(deal, BUYER, close__outcome="rejected")
    for other in ("sponsor", "coach"):
        says(deal, other, close__outcome="accepted")
    refused = assert_refused(deal, because={"trial_close_answered", "gap_known"})
    assert refused.assessment.verdict is Verdict.ASK


def test_who_may_answer(deal_at: DealAt) -> None:
    """The economic buyer does, in person; by waiver a sponsor's or a letter's answer will do."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    assert whose_word_counts(deal, "close.outcome", "accepted") == {BUYER}
    waives(deal, "answer_is_the_buyers")
    counts = {BUYER, "sponsor"}
    assert whose_word_counts(deal, "close.outcome", "accepted") == {*counts, "letter"}
    told = whose_word_counts(deal, "close.outcome", "accepted", told_on=True, among=counts)
    assert told == set()


def test_two_answers_are_no_answer(deal_at: DealAt) -> None:
    """While the buyer was not heard, a sponsor and a letter that differ have to agree first."""
    deal = deal_at("trial_close", ready=True, close__outcome=None)
    says(deal, "sponsor", close__outcome="accepted")
    assert_refused(deal, because="answer_is_the_buyers")
    writes(deal, close__outcome="rejected")
    assert_conflict(deal, "trial_close_answered", between={"letter", "sponsor"})
    assert_refused(deal, because={"trial_close_answered", "answer_is_the_buyers", "gap_known"})


def test_an_old_answer_is_nobody_elses(deal_at: DealAt, clock: Clock) -> None:
    """When the buyer's yes is out of date, a sponsor's fresh one does not take its place."""
    deal = deal_at("trial_close", ready=True, **FAR_OFF)
    all_confirm(deal, clock.wait(days=91), "close.outcome")
    says(deal, "sponsor", close__outcome="accepted")
    waives(deal, "answer_is_the_buyers")
    assert_refused(deal, because="trial_close_answered")
    assert [ask.of for ask in assert_asks(deal, "close.outcome")] == [(BUYER,)]


def test_a_new_buyer_answers_anew(deal_at: DealAt) -> None:
    """The word of the economic buyer before counts no more, and nobody else's in its place."""
    deal = deal_at("trial_close", ready=True)
    takes_on(deal, BUYER, "sponsor")
    takes_back(deal, BUYER, "role.economic")
    joins(deal, "nora", BUYER)
    says(deal, "coach", role__economic="nora", close__outcome="accepted")
    assert_refused(deal, because=ANSWER)
    says(deal, "nora", close__outcome="accepted")
    assert_moves(deal, "negotiation")


# more than one voice, and nobody against it


@pytest.mark.parametrize("fact", FOUR_CONDITIONS)
def test_one_voice_is_no_proof(deal_at: DealAt, fact: str) -> None:
    """Somebody else speaks with us on problem, money, date or process; a letter is nobody."""
    deal = deal_at("trial_close", ready=True, timeline__date=in_days(200))
    values = tells_it_all(deal)
    writes(deal, {fact: values[fact]})
    believes(deal, {fact: values[fact]})
    says(deal, "sponsor", {fact: values[fact]}, told_on=True)
    refused = assert_refused(deal, because="two_voices")
    assert refused.assessment.verdict is Verdict.ASK
    assert [ask.of for ask in assert_asks(deal, "problem.severe")] == [("sponsor",)]
    says(deal, "sponsor", {fact: values[fact]})
    assert_moves(deal, "negotiation")


def test_anybody_may_be_another_voice(deal_at: DealAt) -> None:
    """Where all with a role have spoken or left, whoever else is on the map is asked."""
    deal = deal_at("trial_close", ready=True, timeline__date=in_days(200))
    told = tells_it_all(deal)
    for role in ("sponsor", "coach", "user", "technical_advisor"):
        if role in deal.contacts:
            deal.change_contact(role, roles=[], by=REP, at=now(deal))
    asked = [a for a in deal.assess(at=now(deal)).questions if a.reason == "too_few_voices"]
    others = set(deal.contacts) - {BUYER}
    assert [set(ask.of) for ask in asked] == [others]
    who = min(others)
    says(deal, who, {"decision.steps": told["decision.steps"]})
    assert "two_voices" not in {f.guard for f in deal.assess(at=now(deal)).findings if f.blocks}


def test_a_voice_is_somebodys_who_is_still_there(deal_at: DealAt) -> None:
    """A second voice is none when its owner has left, or turns out to be the buyer herself."""
    deal = deal_at("trial_close", ready=True, timeline__date=in_days(200))
    told = tells_it_all(deal)
    says(deal, "ines", decision__steps=told["decision.steps"])
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    leaves(deal, "ines", in_days(0))
    assert_refused(deal, because="two_voices")
    deal.change_contact("ines", left=None, by=REP, at=now(deal))
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    is_really(deal, "ines", BUYER)
    assert_refused(deal, because="two_voices")


def test_an_open_no_is_answered_first(deal_at: DealAt) -> None:
    """Whose consent counts and who says no undoes it later; who was never asked does not."""
    deal = deal_at("trial_close", ready=True)
    joins(deal, "ines", "user")
    says(deal, "ines", person__agrees=False)
    refused = assert_refused(deal, because="nobody_against")
    assert refused.assessment.verdict is Verdict.WORK
    says(deal, "coach", person__agrees=True, about="ines")
    assert_conflict(deal, "nobody_against", between={"ines", "coach"})
    assert_refused(deal, because="nobody_against")
    says(deal, "ines", person__agrees=True)
    assert_moves(deal, "negotiation")


def test_a_no_is_ones_own_or_known_to_a_coach(deal_at: DealAt) -> None:
    """What a colleague, a letter or we make of somebody's consent holds nothing up."""
    deal = deal_at("trial_close", ready=True)
    joins(deal, "ines", "user")
    says(deal, BUYER, person__agrees=False, about="ines")
    says(deal, "ines", person__agrees=False, told_on=True)
    writes(deal, person__agrees=False, about="ines")
    believes(deal, person__agrees=False, about="ines")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    says(deal, "coach", person__agrees=False, about="ines")
    assert_refused(deal, because="nobody_against")


def test_somebody_with_authority_may_pass_over_a_no(deal_at: DealAt) -> None:
    """Who goes on against a colleague's no is on record with it, by name."""
    deal = deal_at("trial_close", ready=True)
    joins(deal, "ines", "user")
    says(deal, "ines", person__agrees=False)
    assert_refused(deal, because="nobody_against")
    waives(deal, "nobody_against")
    assert_moves(deal, "negotiation")


def test_nobodys_consent_is_no_consent(deal_at: DealAt) -> None:
    """As long as nobody is known to play a part, nobody can have agreed either."""
    deal = deal_at("trial_close", ready=True)
    for who in deal.contacts:
        takes_on(deal, who)
    (consent,) = (f for f in deal.assess(at=now(deal)).findings if f.guard == "nobody_against")
    assert consent.truth is Truth.UNKNOWN


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


@pytest.mark.parametrize("days", [0, 60, 365])
def test_a_yes_without_a_day_is_a_wish(deal_at: DealAt, days: int) -> None:
    """Both sides need a first day within a year to plan for, and whoever names it."""
    deal = deal_at("trial_close", NOTHING_DELIVERED, ready=True, serve__first_date=None)
    assert_refused(deal, because="first_time_frame")
    assert_asks(deal, "serve.first_date")
    says(deal, "user", serve__first_date=in_days(days))
    assert_moves(deal, "negotiation")


def test_a_day_in_the_far_future_is_no_day(deal_at: DealAt) -> None:
    """A start in more than a year is a wish as well; a day that has gone by is named anew."""
    far = deal_at("trial_close", NOTHING_DELIVERED, ready=True, serve__first_date=in_days(366))
    refused = assert_refused(far, because="first_time_frame")
    assert refused.assessment.verdict is Verdict.WORK
    past = deal_at("trial_close", NOTHING_DELIVERED, ready=True, serve__first_date=in_days(-1))
    refused = assert_refused(past, because="first_time_frame")
    assert refused.assessment.verdict is Verdict.ASK


def test_a_word_on_delivery_replaces_no_first_day(deal_at: DealAt) -> None:
    """That something is installed already does not say when we start."""
    deal = deal_at("trial_close", ready=True, serve__first_date=None)
    says(deal, "user", delivery__installed=True)
    assert_refused(deal, because="first_time_frame")
    says(deal, "user", serve__first_date=in_days(-1))
    assert_moves(deal, "negotiation")


def test_people_who_name_different_first_days_are_asked_again(deal_at: DealAt) -> None:
    """Next month, says the buyer; in two years, says the user: there is no day yet."""
    deal = deal_at("trial_close", NOTHING_DELIVERED, ready=True, serve__first_date=None)
    says(deal, BUYER, serve__first_date=in_days(30))
    says(deal, "user", serve__first_date=in_days(730))
    assert_conflict(deal, "first_time_frame", between={BUYER, "user"})
    assert_refused(deal, because="first_time_frame")
