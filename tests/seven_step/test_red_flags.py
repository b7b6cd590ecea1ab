"""Red flags: what to look out for, which never blocks a deal (docs/method.md, section 2)."""

from __future__ import annotations

import pytest

from dealflow import Deal, Verdict
from tests.seven_step.people import (
    CLAUSES,
    REP,
    TERMS,
    DealAt,
    appears,
    in_days,
    joins,
    now,
    says,
    takes_back,
    takes_on,
    writes,
)

BUYER = "economic_buyer"


def flags(deal: Deal) -> dict[str, tuple[str, ...]]:
    """The red flags that are up, with the people whom they are about; the deal may go on."""
    assessment = deal.assess(at=now(deal))
    assert assessment.verdict is Verdict.READY
    return {flag.flag: flag.contacts for flag in assessment.red_flags}


@pytest.mark.parametrize(
    ("flag", "fact", "value"),
    [
        ("not_confirmed", "restated.confirmed", False),
        ("requirements_written_by_supplier", "competition.influence", True),
        ("proof_not_agreed", "proof.agreed", False),
        ("fit_in_doubt", "close.fit", False),
        ("time_without_day", "close.outcome", "needs_time"),
        ("something_changed", "recheck.changed", True),
        ("reorganisation", "org.change", True),
        ("other_signer", "doc.signer", "coach"),
        ("start_without_owner", "contract.signed", True),
        ("obstacle_not_cleared", "sponsor.cleared", False),
        ("role_map_differs", "role.user", "coach"),
        ("role_map_differs", "role.sponsor", "coach"),
        ("role_map_differs", "role.coach", BUYER),
        ("role_map_differs", "role.technical", "coach"),
    ],
)
def test_some_answers_are_warnings(deal_at: DealAt, flag: str, fact: str, value: object) -> None:
    """What a customer answers may block nothing and still tell us where to look."""
    deal = deal_at("trial_close", ready=True)
    assert flag not in flags(deal)
    says(deal, BUYER, {fact: value})
    assert flag in flags(deal)


def test_a_date_or_an_owner_lowers_the_flag(deal_at: DealAt) -> None:
    """Who needs time until a day and for a reason, and who owns things, worries us less."""
    deal = deal_at("trial_close", ready=True)
    says(deal, BUYER, close__outcome="needs_time", contract__signed=True)
    worries = {"criteria_without_owner", "time_without_day", "start_without_owner"}
    assert worries <= {*flags(deal)}
    says(deal, BUYER, criteria__owners="all hers", close__maybe=in_days(9), start__owner="coach")
    assert worries & {*flags(deal)} == {"time_without_day"}
    says(deal, BUYER, close__learn="what the bank says")
    assert not worries & {*flags(deal)}
    takes_back(deal, BUYER, "close.maybe")
    assert worries & {*flags(deal)} == {"time_without_day"}


def test_the_map_of_the_roles_has_holes(deal_at: DealAt) -> None:
    """Nobody who clears the road, and nobody who will use it: find them."""
    deal = deal_at("buying_roles", ready=True)
    assert {"no_sponsor", "no_user"} <= {*flags(deal)}
    joins(deal, "paul", "sponsor", "user")
    assert not {"no_sponsor", "no_user"} & {*flags(deal)}


def test_who_sells_to_one_person_is_warned(deal_at: DealAt) -> None:
    """One person in every role we know of: there is a company around that person."""
    deal = deal_at("qualification", ready=True)
    takes_on(deal, "somebody", "coach")
    assert "one_person_only" in flags(deal)
    joins(deal, "paul", "sponsor")
    assert "one_person_only" not in flags(deal)


def test_people_we_never_heard_or_hardly_know(deal_at: DealAt) -> None:
    """Somebody in a role of whom we only know the name is pointed out, by that name."""
    deal = deal_at("qualification", ready=True)
    takes_on(deal, "somebody", "coach")
    appears(deal, "ines", "user")
    appears(deal, "board", "sponsor", kind="committee")
    assert flags(deal)["person_not_heard"] == ("ines", "board")
    assert flags(deal)["person_little_known"] == ("somebody", "ines")


def test_people_who_may_stand_in_the_way(deal_at: DealAt) -> None:
    """New in the job, against us with a voice that counts, or without a wish to change."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "paul", "sponsor")
    says(deal, "paul", person__new_in_job=True, person__agrees=False)
    assert flags(deal)["new_in_job"] == ("paul",)
    assert not {"powerful_opponent", "no_wish_to_change"} & {*flags(deal)}
    deal.change_contact("paul", influence="high", response_mode="even_keel", by=REP, at=now(deal))
    assert flags(deal)["powerful_opponent"] == ("paul",)
    assert flags(deal)["no_wish_to_change"] == ("paul",)
    says(deal, "paul", person__agrees=True)
    assert "powerful_opponent" not in flags(deal)
    deal.change_contact("paul", rating=-2, by=REP, at=now(deal))
    assert flags(deal)["powerful_opponent"] == ("paul",)


def test_who_counts_is_asked_for_consent(deal_at: DealAt) -> None:
    """Whoever has high influence is asked in person, or by a coach, whether to go ahead."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "paul", "sponsor")
    assert "influential_not_asked" not in flags(deal)
    deal.change_contact("paul", influence="high", by=REP, at=now(deal))
    assert flags(deal)["influential_not_asked"] == ("paul",)
    says(deal, BUYER, person__agrees=True, about="paul")
    assert flags(deal)["influential_not_asked"] == ("paul",)
    says(deal, "coach", person__agrees=True, about="paul")
    assert "influential_not_asked" not in flags(deal)


def test_a_house_has_more_than_staff(deal_at: DealAt) -> None:
    """When everybody we know is staff, we have not met those who manage; of levels we may know."""
    deal = deal_at("buying_roles", ready=True)
    deal.change_contact(BUYER, level="staff", department="Cold chain", by=REP, at=now(deal))
    assert "only_staff" not in flags(deal)
    deal.change_contact("coach", level="staff", by=REP, at=now(deal))
    assert "only_staff" in flags(deal)
    deal.change_contact(BUYER, level="manager", by=REP, at=now(deal))
    assert "only_staff" not in flags(deal)


def test_how_far_we_are_from_the_signature(deal_at: DealAt) -> None:
    """Two people or more between everybody we have heard and the signature is a long way."""
    deal = deal_at("qualification", ready=True)
    says(deal, "coach", decision__relation=2)
    assert "far_from_signature" in flags(deal)
    appears(deal, "nora", BUYER)
    assert "far_from_signature" in flags(deal)
    says(deal, "nora", decision__relation=1)
    assert "far_from_signature" not in flags(deal)
    says(deal, "nora", decision__relation=3)
    assert "far_from_signature" in flags(deal)
    takes_back(deal, "nora", "decision.relation")
    says(deal, "nora", need__presenting="milk is lost at night")
    assert "far_from_signature" not in flags(deal)


def test_all_from_one_mouth(deal_at: DealAt) -> None:
    """When one person alone stands behind problem, money, date and process, we ask another."""
    deal = deal_at("guided_competition", ready=True)
    assert "one_voice" in flags(deal)
    says(deal, "coach", decision__clear=True)
    assert "one_voice" not in flags(deal)


@pytest.mark.parametrize(
    "fact", ["problem.severe", "budget.approved", "timeline.wanted", "decision.clear"]
)
def test_one_mouth_may_have_more_to_say(deal_at: DealAt, fact: str) -> None:
    """As long as one of the four is open, it is too early to mind that one person has told us."""
    deal = deal_at("qualification", ready=True)
    takes_on(deal, "somebody", "coach", "sponsor")
    says(deal, "somebody", problem__severe=True, budget__approved=True)
    says(deal, "somebody", timeline__wanted=True, decision__clear=True)
    assert "one_voice" in flags(deal)
    takes_back(deal, "somebody", fact)
    assert "one_voice" not in flags(deal)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("consequence.serious", True),
        ("budget.amount", "48000 EUR"),
        ("timeline.date", in_days(9)),
        ("decision.steps", "she signs"),
    ],
)
def test_a_second_mouth_may_tell_a_part(deal_at: DealAt, fact: str, value: object) -> None:
    """Whatever of it somebody else tells us as well, it is one person's story no more."""
    deal = deal_at("guided_competition", ready=True)
    assert "one_voice" in flags(deal)
    says(deal, "coach", {fact: value})
    assert "one_voice" not in flags(deal)


def test_who_must_not_compare_against_us(deal_at: DealAt) -> None:
    """A technical advisor who recommends a rival, as far as he or the buyer tells us."""
    deal = deal_at("guided_competition", ready=True)
    joins(deal, "karl", "technical_advisor")
    assert "rival_recommended" not in flags(deal)
    says(deal, BUYER, technical__recommends="rival", about="karl")
    assert flags(deal)["rival_recommended"] == ("karl",)


def test_who_speaks_against_the_buyer_is_pointed_out(deal_at: DealAt) -> None:
    """A colleague or a letter that has another answer than the economic buyer's changes nothing."""
    deal = deal_at("trial_close", ready=True)
    says(deal, "sponsor", close__outcome="accepted")
    assert "buyer_contradicted" not in flags(deal)
    says(deal, "sponsor", close__outcome="rejected")
    assert "buyer_contradicted" in flags(deal)
    takes_back(deal, "sponsor", "close.outcome")
    writes(deal, close__outcome="rejected")
    assert "buyer_contradicted" in flags(deal)


@pytest.mark.parametrize("clause", CLAUSES)
def test_lawyers_come_after_the_main_terms(deal_at: DealAt, clause: str) -> None:
    """A clause is talked about while no main term is: that is the wrong way round."""
    deal = deal_at("trial_close", ready=True)
    assert "lawyers_too_early" not in flags(deal)
    says(deal, BUYER, {clause: True})
    assert "lawyers_too_early" in flags(deal)
    says(deal, BUYER, dict.fromkeys(TERMS, True))
    assert "lawyers_too_early" not in flags(deal)


@pytest.mark.parametrize("term", TERMS)
def test_lawyers_come_after_each_main_term(deal_at: DealAt, term: str) -> None:
    """One main term that is not agreed is enough to keep the lawyers waiting."""
    deal = deal_at("trial_close", ready=True)
    says(deal, BUYER, {"clause.ip": True, **dict.fromkeys(TERMS, True)})
    takes_back(deal, BUYER, term)
    assert "lawyers_too_early" in flags(deal)


def test_people_who_disagree_are_pointed_out_early(deal_at: DealAt) -> None:
    """Two rankings block nothing, and still somebody will be disappointed."""
    deal = deal_at("guided_competition", ready=True, criteria__ranked=["price", "service"])
    assert "people_disagree" not in flags(deal)
    says(deal, "user", criteria__ranked=["service", "price"])
    assert "people_disagree" in flags(deal)


def test_a_technical_advisor_after_all(deal_at: DealAt) -> None:
    """There is none, they said, and now there is one: somebody does not know the house."""
    deal = deal_at("buying_roles", ready=True, role__technical_absent=None)
    says(deal, BUYER, role__technical_absent=True)
    assert "technical_advisor_after_all" not in flags(deal)
    takes_on(deal, "coach", "coach", "technical_advisor")
    assert "technical_advisor_after_all" in flags(deal)
