"""Step 4, guided competition: compare openly, and prove it (docs/method.md, section 1)."""

from __future__ import annotations

import pytest

from dealflow import EvidenceError, Verdict
from dealflow.testing import Clock, assert_asks, assert_conflict, assert_moves, assert_refused
from tests.seven_step.people import (
    ROLES,
    DealAt,
    appears,
    assert_grows_old,
    believes,
    in_days,
    joins,
    says,
    takes_back,
    waives,
    whose_word_counts,
    writes,
)

RESTS_ON_NOBODY = {"technical_advisor_named", "recommendation_known", "no_technical_no"}


def test_what_was_compared_and_proved_is_put_to_the_customer(deal_at: DealAt) -> None:
    """Alternatives, criteria, a proof and no technical no: then we may ask for a decision."""
    assert_moves(deal_at("guided_competition", ready=True), "trial_close")


def test_the_comparison_starts_with_questions(deal_at: DealAt) -> None:
    """On entering the step nothing is compared yet, and we ask for all of it."""
    deal = deal_at("guided_competition")
    assert_refused(deal, because={"alternatives_known", "criteria_ranked", "proof_passed"})
    assert_asks(deal, "competition.options", "criteria.ranked", "proof.passed")
    assert_asks(deal, "proof.marks", "proof.judges", "proof.ends")


# alternatives and criteria


def test_doing_nothing_is_on_the_list(deal_at: DealAt) -> None:
    """A list of rivals is not complete: the one that wins most often is to do nothing."""
    deal = deal_at("guided_competition", ready=True, competition__options=["Frigolux", "in_house"])
    assert_refused(deal, because="alternatives_known")
    assert_asks(deal, "competition.options")
    says(deal, "user", competition__options=["Steiner"])
    assert_refused(deal, because="alternatives_known")
    says(deal, "user", competition__options=["do_nothing"])
    assert_moves(deal, "trial_close")


def test_an_unknown_comparison_is_lost_unseen(deal_at: DealAt) -> None:
    """When nobody tells us what we are compared with, we ask."""
    deal = deal_at("guided_competition", ready=True, competition__options=None)
    assert_refused(deal, because="alternatives_known")


def test_what_counts_most_must_be_known(deal_at: DealAt) -> None:
    """Without their criteria we argue about ours, and an empty list is no list."""
    unknown = deal_at("guided_competition", ready=True, criteria__ranked=None)
    assert_refused(unknown, because="criteria_ranked")
    empty = deal_at("guided_competition", ready=True, criteria__ranked=[])
    assert_refused(empty, because="criteria_ranked")
    one = deal_at("guided_competition", ready=True, criteria__ranked=["price"])
    assert_moves(one, "trial_close")


def test_whether_there_are_criteria_may_be_disputed(deal_at: DealAt) -> None:
    """One names two criteria, another says that there are none: they sort it out with us."""
    deal = deal_at("guided_competition", ready=True, criteria__ranked=None)
    says(deal, "economic_buyer", criteria__ranked=["price", "service"])
    says(deal, "sponsor", criteria__ranked=[])
    assert_conflict(deal, "criteria_ranked", between={"economic_buyer", "sponsor"})
    assert_refused(deal, because="criteria_ranked")


# the proof


@pytest.mark.parametrize("fact", ["proof.marks", "proof.judges", "proof.ends", "proof.passed"])
def test_a_proof_has_marks_judges_and_an_end(deal_at: DealAt, fact: str) -> None:
    """A proof without marks, without judges or without a last day proves nothing."""
    deal = deal_at("guided_competition", {fact: None}, ready=True)
    assert_refused(deal, because="proof_passed")
    assert_asks(deal, fact)


def test_a_proof_that_failed_does_not_pass(deal_at: DealAt) -> None:
    """The customer says that it did not meet the marks."""
    deal = deal_at("guided_competition", ready=True, proof__passed=False)
    assert_refused(deal, because="proof_passed")


def test_judges_who_disagree_are_brought_together(deal_at: DealAt) -> None:
    """It passed, says the buyer; it did not, says the user."""
    deal = deal_at("guided_competition", ready=True, proof__passed=None)
    says(deal, "economic_buyer", proof__passed=True)
    says(deal, "user", proof__passed=False)
    assert_conflict(deal, "proof_passed", between={"economic_buyer", "user"})
    assert_refused(deal, because="proof_passed")


def test_the_customer_says_that_it_passed(deal_at: DealAt) -> None:
    """What we think of our own demo does not count, nor what a friend or hearsay makes of it."""
    judges = {"economic_buyer", "sponsor", "technical_advisor", "user"}
    deal = deal_at("guided_competition", ready=True, proof__passed=None)
    assert whose_word_counts(deal, "proof.passed") == {*judges, "letter"}
    assert whose_word_counts(deal, "proof.passed", told_on=True, among=judges) == set()


def test_a_named_person_may_do_without_the_proof(deal_at: DealAt) -> None:
    """Somebody with authority may trust us without a proof, and is on record with it."""
    deal = deal_at("guided_competition", ready=True, proof__passed=None)
    assert_refused(deal, because="proof_passed")
    waives(deal, "proof_passed")
    assert_moves(deal, "trial_close")


def test_nothing_else_can_be_set_aside(deal_at: DealAt) -> None:
    """The proof, the buyer's own word and an open no are all that anybody may go on without."""
    deal = deal_at("guided_competition", ready=True)
    for guard in deal.playbook.guards:
        try:
            waives(deal, guard.id)
        except EvidenceError:
            assert guard.id not in deal.waivers
    open_noes = {"no_technical_no", "nobody_against"}
    assert {*deal.waivers} == {"proof_passed", "answer_is_the_buyers", *open_noes}
    assert_moves(deal, "trial_close")


# the recommendation


def test_whom_the_advisor_recommends_must_be_known(deal_at: DealAt) -> None:
    """A rival is an answer that we can work on; the advisor, the buyer or a coach tells us."""
    deal = deal_at("guided_competition", ready=True)
    joins(deal, "karl", "technical_advisor")
    takes_back(deal, "karl", "technical.recommends")
    people, fact = (*ROLES, "karl", "letter", "our rep"), "technical.recommends"
    counts = {"karl", "economic_buyer", "coach"}
    found = whose_word_counts(deal, fact, "rival", about="karl", among=people)
    assert found == {*counts, "letter"}
    told = whose_word_counts(deal, fact, "rival", about="karl", told_on=True, among=counts)
    assert told == set()
    assert_refused(deal, because="recommendation_known")
    assert_asks(deal, fact)


@pytest.mark.parametrize(
    ("fact", "guard"),
    [
        ("technical.recommends", "recommendation_known"),
        ("technical.no", "no_technical_no"),
    ],
)
def test_an_advisor_is_asked_again_after_ninety_days(
    deal_at: DealAt, clock: Clock, fact: str, guard: str
) -> None:
    """Whom an advisor recommends, and that nothing speaks against us, is good for ninety days."""
    deal = deal_at("guided_competition", ready=True, timeline__date=in_days(365))
    joins(deal, "karl", "technical_advisor")
    assert_grows_old(deal, clock, fact, after=90, because={guard})


# technical noes


def test_a_technical_advisor_is_asked_for_a_no(deal_at: DealAt) -> None:
    """Whoever compares may still say no, so we ask before we go on."""
    deal = deal_at("guided_competition", ready=True)
    appears(deal, "karl", "technical_advisor", kind="committee")
    assert_refused(deal, because={"no_technical_no", "recommendation_known"})
    assert_asks(deal, "technical.no", "technical.recommends")
    says(deal, "karl", technical__no=False, technical__recommends="none")
    assert_moves(deal, "trial_close")


def test_one_technical_no_of_several_is_enough(deal_at: DealAt) -> None:
    """A technical advisor cannot say the final yes, but any one of them can rule us out."""
    deal = deal_at("guided_competition", ready=True)
    joins(deal, "karl", "technical_advisor")
    joins(deal, "priya", "technical_advisor")
    says(deal, "priya", technical__no=True)
    refused = assert_refused(deal, because="no_technical_no")
    assert refused.assessment.verdict is Verdict.WORK
    says(deal, "priya", technical__no=False)
    assert_moves(deal, "trial_close")


def test_the_buyer_may_overrule_a_technical_no(deal_at: DealAt) -> None:
    """The one who pays may go on in spite of a technical no, by name and with a reason."""
    deal = deal_at("guided_competition", ready=True)
    says(deal, "technical_advisor", technical__no=True)
    assert_refused(deal, because="no_technical_no")
    waives(deal, "no_technical_no")
    assert_moves(deal, "trial_close")


def test_a_no_is_the_advisors_own(deal_at: DealAt) -> None:
    """Whether a technical no is open, only that advisor tells us, in person or in ink."""
    deal = deal_at("guided_competition", ready=True)
    joins(deal, "technical_advisor", "technical_advisor")
    takes_back(deal, "technical_advisor", "technical.no")
    says(deal, "sponsor", technical__no=False, about="technical_advisor")
    believes(deal, technical__no=False, about="technical_advisor")
    says(deal, "technical_advisor", technical__no=False, told_on=True)
    assert_refused(deal, because="no_technical_no")
    writes(deal, technical__no=False, about="technical_advisor")
    assert_moves(deal, "trial_close")


def test_an_advisor_and_his_letter_may_differ(deal_at: DealAt) -> None:
    """When the letter says no and its author says yes, we ask the author."""
    deal = deal_at("guided_competition", ready=True)
    joins(deal, "karl", "technical_advisor")
    writes(deal, technical__no=True, about="karl")
    assert_conflict(deal, "no_technical_no", between={"karl", "letter"})
    assert_refused(deal, because="no_technical_no")


def test_that_nobody_compares_must_still_be_so(deal_at: DealAt) -> None:
    """An absent technical advisor leaves no technical no open, while the absence is confirmed."""
    deal = deal_at("guided_competition", ready=True, role__technical_absent=None)
    assert_refused(deal, because=RESTS_ON_NOBODY)
    says(deal, "coach", role__technical_absent=True)
    says(deal, "sponsor", role__technical_absent=False)
    assert_conflict(deal, "no_technical_no", between={"coach", "sponsor"})
    assert_refused(deal, because=RESTS_ON_NOBODY)
    says(deal, "sponsor", role__technical_absent=True)
    assert_moves(deal, "trial_close")
    somebody = deal_at("guided_competition", ready=True, role__technical_absent=False)
    assert_refused(somebody, because=RESTS_ON_NOBODY)


def test_the_proof_may_lie_in_the_past(deal_at: DealAt) -> None:
    """The last day of a proof that has passed need not lie ahead."""
    assert_moves(deal_at("guided_competition", ready=True, proof__ends=in_days(-30)))
