"""Step 3, buying roles: go wide (docs/method.md, sections 1 and 2)."""

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
    ROLES,
    TRAITS,
    DealAt,
    appears,
    falls_silent,
    in_days,
    is_really,
    joins,
    leaves,
    now,
    says,
    takes_back,
    takes_on,
    whose_word_counts,
)

BUYER = "economic_buyer"


def test_whom_we_met_and_understood_lets_us_compete(deal_at: DealAt) -> None:
    """The one who pays, a real coach, and the four conditions: then we may compare."""
    assert_moves(deal_at("buying_roles", ready=True), "guided_competition")


def test_a_qualified_customer_still_has_everything_open(deal_at: DealAt) -> None:
    """One coach and a story is not a map of the buying roles, and no condition is proved."""
    deal = deal_at("buying_roles")
    takes_on(deal, "somebody", "coach")
    assert_refused(
        deal,
        because={
            "economic_buyer_named",
            "technical_advisor_named",
            "real_coach",
            "several_people_heard",
            "everyone_understood",
            "severe_problem",
            "budget_approved",
            "timely",
            "clear_decision_process",
        },
    )
    assert_asks(deal, "role.economic", "role.technical", "role.technical_absent", *TRAITS)
    assert_asks(deal, "person.problem", "person.need", "person.win", "person.loss")
    assert_asks(deal, "problem.severe", "consequence.serious", "budget.approved", "budget.amount")
    assert_asks(deal, "timeline.wanted", "decision.clear")


# the economic buyer


def test_somebody_must_give_the_final_yes(deal_at: DealAt) -> None:
    """As long as nobody is known to release the money, we ask who it is."""
    deal = deal_at("buying_roles", ready=True, role__economic=None)
    takes_on(deal, "economic_buyer", "sponsor")
    refused = assert_refused(deal, because="economic_buyer_named")
    assert refused.assessment.verdict is Verdict.ASK
    assert_asks(deal, "role.economic")


def test_the_final_yes_is_one_persons(deal_at: DealAt) -> None:
    """Two economic buyers are none: exactly one person can say yes when all others say no."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "partner", "economic_buyer")
    assert_refused(deal, because="economic_buyer_named")
    takes_on(deal, "partner")
    assert_moves(deal, "guided_competition")


def test_our_map_alone_does_not_make_an_economic_buyer(deal_at: DealAt) -> None:
    """Somebody at the customer has to tell us who gives the final yes."""
    deal = deal_at("buying_roles", ready=True, role__economic=None)
    assert_refused(deal, because="economic_buyer_named")
    assert_asks(deal, "role.economic")


def test_who_is_named_must_be_on_our_map(deal_at: DealAt) -> None:
    """When they say that the coach signs, our map of the roles is wrong."""
    deal = deal_at("buying_roles", ready=True, role__economic="coach")
    assert_refused(deal, because="economic_buyer_named")


def test_people_who_name_different_buyers_are_brought_together(deal_at: DealAt) -> None:
    """It is her, says she; it is him, says he: that is worth a talk with both."""
    deal = deal_at("buying_roles", ready=True)
    says(deal, "sponsor", role__economic="sponsor")
    assert_conflict(deal, "economic_buyer_named", between={"economic_buyer", "sponsor"})
    assert_refused(deal, because="economic_buyer_named")


# the technical advisor


def test_the_one_who_compares_must_be_known(deal_at: DealAt) -> None:
    """Somebody may rule us out whom we never met, so we ask until we know who or that nobody."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=None)
    assert_refused(deal, because="technical_advisor_named")
    assert_asks(deal, "role.technical", "role.technical_absent")
    joins(deal, "karl", "technical_advisor")
    assert_moves(deal, "guided_competition")


def test_it_may_be_confirmed_that_nobody_compares(deal_at: DealAt) -> None:
    """A customer without a technical advisor is fine when somebody who must know says so."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=None)
    says(deal, "economic_buyer", role__technical_absent=True)
    assert_moves(deal, "guided_competition")


def test_somebody_does_compare(deal_at: DealAt) -> None:
    """When they say that somebody checks suppliers, we have to find that person."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=False)
    assert_refused(deal, because="technical_advisor_named")


def test_whether_somebody_compares_may_be_disputed(deal_at: DealAt) -> None:
    """Nobody checks, says one; somebody does, says the other: we ask both."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=None)
    says(deal, "economic_buyer", role__technical_absent=True)
    says(deal, "sponsor", role__technical_absent=False)
    assert_conflict(deal, "technical_advisor_named", between={"economic_buyer", "sponsor"})
    assert_refused(deal, because="technical_advisor_named")


def test_who_can_confirm_that_nobody_compares(deal_at: DealAt) -> None:
    """Only the buyer, the sponsor and a coach would know, and only from their own mouth."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=None)
    people = ("economic_buyer", "sponsor", "coach", "user", "letter", "our rep")
    fact = "role.technical_absent"
    counts = {"economic_buyer", "sponsor", "coach"}
    assert whose_word_counts(deal, fact, among=people) == counts
    assert whose_word_counts(deal, fact, among=people[:4], told_on=True) == set()


# the coach


def test_without_a_coach_we_ask_for_one(deal_at: DealAt) -> None:
    """Without somebody inside we only hear what we are meant to hear."""
    deal = deal_at("buying_roles", ready=True)
    takes_on(deal, "coach", "user")
    assert_refused(deal, because="real_coach")
    assert_asks(deal, "role.coach")


@pytest.mark.parametrize("trait", TRAITS)
def test_a_friend_is_no_coach(deal_at: DealAt, trait: str) -> None:
    """A real coach trusts us, is trusted by the buyers, and wants us to win: all three."""
    unknown = deal_at("buying_roles", {trait: None}, ready=True)
    assert_refused(unknown, because="real_coach")
    assert_asks(unknown, trait)
    refuted = deal_at("buying_roles", {trait: False}, ready=True)
    assert_refused(refuted, because="real_coach")
    says(refuted, "economic_buyer", {trait: True}, about="coach")
    assert_conflict(refuted, "real_coach")
    assert_refused(refuted, because="real_coach")


def test_one_real_coach_among_several_is_enough(deal_at: DealAt) -> None:
    """A second coach who does not trust us takes nothing from the first."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "tom", "coach")
    says(deal, "tom", dict.fromkeys(TRAITS, False))
    assert_moves(deal, "guided_competition")


# more than one person


def test_one_voice_is_not_the_customers(deal_at: DealAt) -> None:
    """What a second person is said to have said does not count as a second person heard."""
    deal = deal_at("buying_roles", ready=True)
    takes_on(deal, BUYER, BUYER, "coach")
    says(deal, BUYER, dict.fromkeys(TRAITS, True))
    takes_on(deal, "coach")
    falls_silent(deal, "coach")
    assert_refused(deal, because="several_people_heard")
    says(deal, "coach", need__presenting="in person at last")
    assert_moves(deal, "guided_competition")


# every person's own problem, need and stake


@pytest.mark.parametrize("fact", ["person.problem", "person.need", "person.win"])
def test_everybody_in_a_role_is_understood(deal_at: DealAt, fact: str) -> None:
    """Whoever plays a part tells us of his own problem, need and stake, or may turn against us."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "ines", "user")
    takes_back(deal, "ines", fact)
    assert_refused(deal, because="everyone_understood")
    assert_asks(deal, fact)
    says(deal, "ines", {fact: "now you know"})
    assert_moves(deal, "guided_competition")


@pytest.mark.parametrize("fact", ["person.problem", "person.need", "person.win", "person.loss"])
def test_who_knows_what_moves_a_person(deal_at: DealAt, fact: str) -> None:
    """Only that person or a coach can say, in person; a colleague, a letter and we only guess."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "ines", "user")
    takes_back(deal, "ines", "person.win" if fact == "person.loss" else fact)
    people = (*ROLES, "ines", "letter", "our rep")
    counts = {"ines", "coach"}
    assert whose_word_counts(deal, fact, "so it is", about="ines", among=people) == counts
    told = whose_word_counts(deal, fact, "so it is", about="ines", told_on=True, among=counts)
    assert told == set()
    assert_refused(deal, because="everyone_understood")


def test_a_stake_may_be_a_loss(deal_at: DealAt) -> None:
    """Who has nothing to win but something to lose has a stake as well."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "ines", "user")
    takes_back(deal, "ines", "person.win")
    says(deal, "ines", person__loss="her quiet corner")
    assert_moves(deal, "guided_competition")


def test_who_plays_no_part_need_not_be_understood(deal_at: DealAt) -> None:
    """A name without a role holds nothing up; the same name in a role does."""
    deal = deal_at("buying_roles", ready=True)
    appears(deal, "ines")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    takes_on(deal, "ines", "user")
    assert_refused(deal, because="everyone_understood")


def test_a_committee_has_no_stake_of_its_own(deal_at: DealAt) -> None:
    """A committee wins and loses nothing, its members do; a person is asked."""
    deal = deal_at("buying_roles", ready=True)
    appears(deal, "board", "sponsor", kind="committee")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    deal.change_contact("board", kind="person", by=REP, at=now(deal))
    assert_refused(deal, because="everyone_understood")


# people who are one, and people who leave


def test_two_cards_may_be_one_person(deal_at: DealAt) -> None:
    """The Ruth on the telephone is the Ms Okafor who signs: one voice, and one economic buyer."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "ruth", BUYER)
    assert_refused(deal, because="economic_buyer_named")
    is_really(deal, "ruth", BUYER)
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    is_really(deal, "coach", BUYER)
    assert_refused(deal, because="several_people_heard")
    deal.undo_merge("coach", by=REP, at=now(deal), reason="they only share an office")
    assert_moves(deal, "guided_competition")


def test_what_one_person_says_is_no_contradiction(deal_at: DealAt) -> None:
    """Two people who disagree turn out to be one who has changed her mind."""
    deal = deal_at("buying_roles", ready=True)
    says(deal, "ruth", offer__helps=False)
    assert_conflict(deal, "offer_helps")
    is_really(deal, "coach", "ruth")
    is_really(deal, BUYER, "ruth")
    assert_walks_away(deal, because="offer_helps")


def test_who_has_left_decides_nothing(deal_at: DealAt, clock: Clock) -> None:
    """From the day on which the buyer leaves, there is no buyer, and one person less is heard."""
    deal = deal_at("buying_roles", ready=True, timeline__date=in_days(200), budget__status=None)
    leaves(deal, BUYER, in_days(5))
    lost = {"economic_buyer_named", "technical_advisor_named", "several_people_heard"}
    lost |= {
        "budget_asked",
        "severe_problem",
        "budget_approved",
        "timely",
        "clear_decision_process",
    }
    assert deal.assess(at=clock.wait(days=4)).verdict is Verdict.READY
    refused = assert_refused(deal, because=lost, at=clock.wait(days=1))
    assert refused.assessment.verdict is Verdict.ASK
