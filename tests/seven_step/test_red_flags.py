"""Red flags: what to look out for, which never blocks a deal (docs/method.md, section 2)."""

from __future__ import annotations

import pytest

from dealflow import Deal, Verdict
from tests.seven_step.people import REP, DealAt, appears, in_days, joins, now, says, takes_on

BUYER = "economic_buyer"


def flags(deal: Deal) -> dict[str, tuple[str, ...]]:
    """The red flags that are up, with the people whom they are about; the deal may go on."""
    assessment = deal.assess(at=now(deal))
    assert assessment.verdict is Verdict.READY
    return {flag.flag: flag.contacts for flag in assessment.red_flags}


@pytest.mark.parametrize(
    ("flag", "fact", "value"),
    [
        ("not_ready", "need.ready", False),
        ("return_in_doubt", "value.worth_it", False),
        ("not_confirmed", "restated.confirmed", False),
        ("requirements_written_by_supplier", "competition.influence", True),
        ("proof_not_agreed", "proof.agreed", False),
        ("fit_in_doubt", "close.fit", False),
        ("time_without_day", "close.outcome", "needs_time"),
        ("something_changed", "recheck.changed", True),
        ("reorganisation", "org.change", True),
        ("other_signer", "doc.signer", "coach"),
        ("start_without_owner", "contract.signed", True),
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
    """Who needs time and names a day, and who owns criteria and the start, worries us less."""
    deal = deal_at("trial_close", ready=True)
    says(deal, BUYER, close__outcome="needs_time", contract__signed=True)
    worries = {"criteria_without_owner", "time_without_day", "start_without_owner"}
    assert worries <= {*flags(deal)}
    says(deal, BUYER, criteria__owners="all hers", close__maybe=in_days(9), start__owner="coach")
    assert not worries & {*flags(deal)}


def test_the_map_of_the_roles_has_holes(deal_at: DealAt) -> None:
    """Nobody who clears the road, and nobody who will use it: find them."""
    deal = deal_at("buying_roles", ready=True)
    assert {"no_sponsor", "no_user"} <= {*flags(deal)}
    joins(deal, "paul", "sponsor", "user")
    assert not {"no_sponsor", "no_user"} & {*flags(deal)}


def test_who_sells_to_one_person_is_warned(deal_at: DealAt) -> None:
    """One person in every role we know of: there is a company around that person."""
    deal = deal_at("qualification", ready=True)
    assert "one_person_only" in flags(deal)
    joins(deal, "paul", "sponsor")
    assert "one_person_only" not in flags(deal)


def test_people_we_never_heard_or_hardly_know(deal_at: DealAt) -> None:
    """Somebody in a role of whom we only know the name is pointed out, by that name."""
    deal = deal_at("qualification", ready=True)
    appears(deal, "ines", "user")
    appears(deal, "board", "sponsor", kind="committee")
    assert flags(deal)["person_not_heard"] == ("ines", "board")
    assert flags(deal)["person_little_known"] == ("coach", "ines")


def test_people_who_may_stand_in_the_way(deal_at: DealAt) -> None:
    """New in the job, against us with a voice that counts, or without a wish to change."""
    deal = deal_at("buying_roles", ready=True)
    joins(deal, "paul", "sponsor")
    says(deal, "paul", person__new_in_job=True, person__stance="opposes")
    assert flags(deal)["new_in_job"] == ("paul",)
    assert not {"powerful_opponent", "no_wish_to_change"} & {*flags(deal)}
    deal.change_contact("paul", influence="high", response_mode="even_keel", by=REP, at=now(deal))
    assert flags(deal)["powerful_opponent"] == ("paul",)
    assert flags(deal)["no_wish_to_change"] == ("paul",)
    says(deal, "paul", person__stance="supports")
    assert "powerful_opponent" not in flags(deal)
    deal.change_contact("paul", rating=-2, by=REP, at=now(deal))
    assert flags(deal)["powerful_opponent"] == ("paul",)


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
