"""The rules of the oven care team, one sentence each.

The fixtures `deal`, `deal_at`, `clock` and `playbook` come with dealflow. `deal_at("offer")` is the
cheapest deal that truly got to that step: somebody said everything that the guards on the way ask
for. A test says what matters to it on top of that, and need not mention the rest.
"""

from functools import partial

import pytest

from dealflow import Deal, EvidenceError, Money
from dealflow.testing import (
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)

WALK_AWAY = {"standstill_hurts", "budget_covers", "ovens_stay"}
GAS = {"ovens.fuel": "gas", "papers.gas": True}


@pytest.fixture
def ready(deal_at):
    """Builds a deal that may leave its step, but for what a test says otherwise."""
    return partial(deal_at, ready=True)


def now(deal: Deal) -> dict:
    """Who of us acts, and when: Ana, at the time of the deal's last entry."""
    return {"by": "ana", "at": deal.trail[-1].at}


def says(deal: Deal, who: str, fact: str, value: object, *roles: str, **details: object) -> None:
    """Somebody says something to us, and is introduced first if need be."""
    if who not in deal.contacts:
        deal.add_contact(who, name=who.title(), roles=roles, **now(deal))
    deal.hear(who, fact, value, **now(deal), **details)


# 1. First visit


def test_a_new_deal_is_told_what_to_ask(deal):
    """Of a new deal nothing is known, and the two questions of the first visit are asked."""
    assert_refused(deal, "oven_check", because={"trouble_told", "enough_ovens"})
    assert_asks(deal, "trouble.words", "ovens.count")


def test_three_ovens_are_enough(ready):
    """Three ovens carry the fitter's drive."""
    assert_moves(ready("first_visit", ovens__count=3), "oven_check")


def test_two_ovens_are_too_few(ready):
    """Two ovens don't, whatever trouble there was."""
    assert_refused(ready("first_visit", ovens__count=2), because={"enough_ovens"})


def test_the_shelf_is_no_oven(ready):
    """The owner counts an oven that the head baker has long been using as a shelf."""
    deal = ready("first_visit", ovens__count=None)
    says(deal, "rosa", "ovens.count", 3, "owner")
    says(deal, "emil", "ovens.count", 2, "head_baker")
    assert_conflict(deal, "enough_ovens", between={"rosa", "emil"})


# 2. Oven check


def test_the_check_comes_before_the_numbers(deal_at):
    """At the check two things are open: the state of the ovens, and the drive."""
    deal = deal_at("oven_check")
    assert_asks(deal, "check.state", "site.drive")
    assert_refused(deal, "numbers", because={"ovens_safe", "within_reach"})


@pytest.mark.parametrize("state", ["sound", "worn"])
def test_worn_ovens_are_welcome(ready, state):
    """Old is no reason to refuse."""
    assert_moves(ready("oven_check", check__state=state), "numbers")


def test_unsafe_ovens_are_not(ready):
    """What our fitter would not light, we do not take on."""
    assert_refused(ready("oven_check", check__state="unsafe"), because={"ovens_safe"})


def test_fitters_who_disagree(ready):
    """As long as two checks say different things of an oven, we wait."""
    deal = ready("oven_check", check__state=None)
    deal.read("Our check", "check.state", "worn", **now(deal))
    deal.read("The maker's check", "check.state", "unsafe", **now(deal))
    assert_conflict(deal, "ovens_safe", between={"Our check", "The maker's check"})


def test_two_hours_are_the_limit(ready):
    """A minute more than two hours on the road is too far."""
    assert_refused(ready("oven_check", site__drive="PT2H1M"), because={"within_reach"})


def test_two_bakeries_two_distances(ready):
    """One bakery is near and one is far: somebody has to look at the map."""
    deal = ready("oven_check", site__drive=None)
    says(deal, "rosa", "site.drive", "PT40M", "owner")
    says(deal, "emil", "site.drive", "PT3H", "head_baker")
    assert_conflict(deal, "within_reach")


def test_the_drive_is_looked_up_once(ready):
    """A bakery does not move: nobody asks for the drive again."""
    assert_moves(ready("signature", site__drive=None), "fulfilled")


# 3. The numbers, and when we walk away


def test_the_numbers_are_for_the_owner(deal_at):
    """As long as we know no owner there is nobody to make an offer to, and a lot to ask."""
    deal = deal_at("numbers")
    assert_asks(deal, "role.owner", "standstill.cost", "budget.approved", "ovens.stay")
    assert_refused(deal, "offer", because={"owner_met", "two_heard"} | WALK_AWAY)


def test_a_name_on_the_door_is_no_talk(deal_at):
    """The owner is met when she has said something to us herself."""
    deal = deal_at("numbers")
    deal.add_contact("rosa", name="Rosa", roles=["owner"], **now(deal))
    assert_refused(deal, "offer", because={"owner_met", "two_heard"} | WALK_AWAY)
    says(deal, "rosa", "person.view", "welcome")
    assert_refused(deal, "offer", because={"two_heard"} | WALK_AWAY)


def test_a_new_owner(ready):
    """When the bakery is sold, we have to meet the new owner, and her money is not set aside."""
    deal = ready("signature")
    deal.change_contact("owner", roles=[], **now(deal))
    deal.add_contact("rosa", name="Rosa", roles=["owner"], **now(deal))
    assert_refused(deal, because={"owner_met", "budget_covers"})


@pytest.mark.parametrize(
    ("fact", "no", "guard"),
    [
        ("standstill.cost", "1999 EUR", "standstill_hurts"),
        ("budget.amount", "1 EUR", "budget_covers"),
        ("budget.approved", False, "budget_covers"),
        ("ovens.stay", False, "ovens_stay"),
    ],
)
@pytest.mark.parametrize("step", ["numbers", "offer", "signature"])
def test_one_clear_no_ends_it(ready, step, fact, no, guard):
    """A clear no to one of the three ends it, also when everything else was settled long ago."""
    deal = ready(step, {fact: no})
    assert_walks_away(deal, because={guard})
    assert_refused(deal, because={guard})


def test_two_thousand_hurt(ready):
    """Two thousand a day are enough to care."""
    assert_moves(ready("numbers", standstill__cost="2000 EUR"), "offer")


def test_a_no_counts_from_the_oven_check_on(ready):
    """New ovens are coming: who says so before our fitter drives out saves him the way."""
    assert_walks_away(ready("oven_check", ovens__stay=False), because={"ovens_stay"})
    assert_moves(ready("oven_check", ovens__stay=None), "numbers")


@pytest.mark.parametrize(("price", "passes"), [("4000", True), ("4001", False)])
def test_the_price_can_outgrow_the_budget(ready, price, passes):
    """The price may take all that the owner has set aside, and not a euro more."""
    deal = ready("offer", budget__amount="4000 EUR")
    deal.change_amount(Money(price, "EUR"), reason="two more ovens", **now(deal))
    if passes:
        assert_moves(deal, "signature")
    else:
        assert_walks_away(deal, because={"budget_covers"})


def test_one_guess_is_no_number(ready):
    """What a cold oven costs must be said by two."""
    deal = ready("numbers", standstill__cost=None)
    says(deal, "emil", "standstill.cost", "4000 EUR", "head_baker")
    assert_refused(deal, "offer", because={"standstill_hurts"})
    says(deal, "vera", "standstill.cost", "2500 EUR", "bookkeeper")
    assert_moves(deal, "offer")


def test_hearsay_is_no_budget(ready):
    """That the money is set aside, the owner must say, and to us."""
    deal = ready("numbers", budget__approved=None)
    says(deal, "vera", "budget.approved", True, "bookkeeper")
    says(deal, "owner", "budget.approved", True, via="vera")
    assert_asks(deal, "budget.approved")
    assert_refused(deal, "offer", because={"budget_covers"})
    says(deal, "owner", "budget.approved", True)
    assert_moves(deal, "offer")


def test_the_bookkeeper_may_name_the_amount(ready):
    """The amount is in the bookkeeper's books. What the head baker thinks of it does not count."""
    deal = ready("numbers", budget__amount=None)
    says(deal, "emil", "budget.amount", deal.amount, "head_baker")
    assert_asks(deal, "budget.amount")
    assert_refused(deal, "offer", because={"budget_covers"})
    says(deal, "vera", "budget.amount", deal.amount, "bookkeeper")
    assert_moves(deal, "offer")


@pytest.mark.parametrize("half", ["approved", "amount"])
def test_a_sheet_of_paper_is_no_budget(ready, half):
    """Neither half of the budget can be read off a sheet: the owner has to say it."""
    deal = ready("numbers", {f"budget.{half}": None})
    said = {"approved": True, "amount": deal.amount}[half]
    deal.read("Budget sheet", f"budget.{half}", said, **now(deal))
    assert_refused(deal, "offer", because={"budget_covers"})


def test_one_of_two_owners_is_enough(ready):
    """Paul is never there: Rosa has spoken with us, and that will do."""
    deal = ready("numbers")
    deal.add_contact("paul", name="Paul", roles=["owner"], **now(deal))
    assert_moves(deal, "offer")


@pytest.mark.parametrize(
    ("fact", "yes", "no", "guard"),
    [
        ("standstill.cost", "5000 EUR", "500 EUR", "standstill_hurts"),
        ("budget.approved", True, False, "budget_covers"),
        ("ovens.stay", True, False, "ovens_stay"),
    ],
)
def test_brother_and_sister(ready, fact, yes, no, guard):
    """Two owners who disagree are to be brought together; we do not decide who is right."""
    deal = ready("numbers", {fact: None})
    says(deal, "rosa", fact, yes, "owner")
    says(deal, "paul", fact, no, "owner")
    assert_conflict(deal, guard, between={"rosa", "paul"})
    assert_refused(deal, "offer", because={guard})


# 4. Offer


def test_an_offer_needs_hours_and_papers(deal_at):
    """The head baker has to let us in, and the insurance wants the gas certificate."""
    deal = deal_at("offer")
    assert_asks(deal, "hours.agreed", "ovens.fuel", "papers.gas")
    assert_refused(deal, "signature", because={"hours_agreed", "gas_papers"})


def test_no_hours_no_service(ready):
    """Nobody works on an oven full of bread."""
    assert_refused(ready("offer", hours__agreed=False), because={"hours_agreed"})


def test_the_apprentice_is_not_asked(ready):
    """Emil says no and Otto says yes: the hours are not agreed."""
    deal = ready("offer", hours__agreed=None)
    says(deal, "emil", "hours.agreed", False, "head_baker")
    says(deal, "otto", "hours.agreed", True)
    assert_conflict(deal, "hours_agreed", between={"emil", "otto"})


def test_eight_per_cent_are_ours_to_give(ready):
    """Up to eight per cent a seller may give."""
    assert_moves(ready("offer", discount__asked=8), "signature")


def test_more_is_for_the_head_of_sales(ready):
    """For one more, she has to be asked. See also the deal of the twelve per cent."""
    deal = ready("offer", discount__asked=9)
    assert_asks(deal, "discount.cleared")
    assert_refused(deal, "signature", because={"discount_cleared"})


def test_two_words_on_a_discount(ready):
    """Told yes by her and no by her deputy, we ask again."""
    deal = ready("offer", discount__asked=9)
    deal.read("Marta's mail", "discount.cleared", True, **now(deal))
    deal.read("Her deputy's mail", "discount.cleared", False, **now(deal))
    assert_refused(deal, "signature", because={"discount_cleared"})


def test_electric_ovens_need_no_gas_papers(ready):
    """Where there is no gas, nobody asks for its certificate."""
    assert_moves(ready("offer", papers__gas=None, ovens__fuel="electric"), "signature")


def test_gas_without_papers(ready):
    """Where there is gas and the certificate has run out, we wait."""
    deal = ready("offer", ovens__fuel="gas", papers__gas=False)
    assert_refused(deal, "signature", because={"gas_papers"})


def test_is_there_gas_or_not(ready):
    """All electric, says the owner. Emil points to the meter."""
    deal = ready("offer", ovens__fuel=None, papers__gas=False)
    says(deal, "owner", "ovens.fuel", "electric")
    says(deal, "emil", "ovens.fuel", "gas", "head_baker")
    assert_conflict(deal, "gas_papers", between={"owner", "emil"})


def test_is_the_certificate_valid_or_not(ready):
    """One paper for two houses: as long as we don't know which one it is for, we wait."""
    deal = ready("offer", ovens__fuel="gas", papers__gas=None)
    says(deal, "vera", "papers.gas", True, "bookkeeper")
    says(deal, "emil", "papers.gas", False, "head_baker")
    assert_refused(deal, "signature", because={"gas_papers"})


def test_the_head_of_service_may_wait_for_the_inspection(ready, clock):
    """Until the inspection is over, the gas papers may be set aside, with a name on it."""
    deal = ready("offer", ovens__fuel="gas", papers__gas=False)
    inspection = clock.now.replace(day=12)
    who = "Ines Roth, head of service"
    deal.waive("gas_papers", authority=who, reason="booked", until=inspection, **now(deal))
    assert_moves(deal, "signature")
    later = clock.wait(days=8)
    open_points = {"gas_papers", "contract_signed", "first_service_dated"}
    assert_refused(deal, because=open_points, at=later)


def test_nothing_else_may_be_set_aside(playbook, ready):
    """No other rule has an exception."""
    deal = ready("offer", ovens__fuel="gas", papers__gas=None)
    deal.waive("gas_papers", authority="Ines Roth", reason="booked", **now(deal))
    assert_moves(deal, "signature")
    for guard in {guard.id for guard in playbook.guards} - {"gas_papers"}:
        with pytest.raises(EvidenceError, match=guard):
            deal.waive(guard, authority="Ines Roth", reason="in a hurry", **now(deal))


# 5. Signature


def test_a_signature_and_a_day(deal_at):
    """At the end two things are open, and with both the deal is done."""
    deal = deal_at("signature")
    assert_asks(deal, "contract.signed", "service.first")
    assert_refused(deal, "fulfilled", because={"contract_signed", "first_service_dated"})


def test_a_no_to_the_contract(ready):
    """Who sends the contract back unsigned has not signed it."""
    assert_refused(ready("signature", contract__signed=False), because={"contract_signed"})


def test_signed_or_in_the_drawer(ready):
    """The head baker saw it signed; the owner says that it lies in the drawer."""
    deal = ready("signature", contract__signed=None)
    says(deal, "emil", "contract.signed", True, "head_baker")
    says(deal, "rosa", "contract.signed", False, "owner")
    assert_conflict(deal, "contract_signed", between={"emil", "rosa"})


def test_a_fitter_within_forty_five_days(ready):
    """On the 45th day the fitter may still come, and not on the 46th."""
    assert_moves(ready("signature", service__first="2026-02-19"), "fulfilled")
    late = ready("signature", service__first="2026-02-20")
    assert_refused(late, because={"first_service_dated"})


def test_two_first_days(ready):
    """Owner and head baker have different days in mind, one of them far too late."""
    deal = ready("signature", service__first=None)
    says(deal, "rosa", "service.first", "2026-06-01", "owner")
    says(deal, "emil", "service.first", "2026-01-20", "head_baker")
    assert_conflict(deal, "first_service_dated", between={"rosa", "emil"})


# What was right in January


@pytest.mark.parametrize(
    ("fact", "guard"),
    [
        ("trouble.words", "trouble_told"),
        ("ovens.count", "enough_ovens"),
        ("check.state", "ovens_safe"),
        ("standstill.cost", "standstill_hurts"),
        ("budget.approved", "budget_covers"),
        ("budget.amount", "budget_covers"),
        ("ovens.stay", "ovens_stay"),
        ("hours.agreed", "hours_agreed"),
        ("papers.gas", "gas_papers"),
    ],
)
def test_what_is_taken_back_stops_the_signature(ready, fact, guard):
    """Nearly every answer must stand until the end: who takes it back, takes the step back."""
    assert_refused(ready("signature", GAS | {fact: None}), because={guard})


def test_one_voice_is_not_enough_any_more(ready):
    """When everybody but the owner takes back what they said, we have heard one person only."""
    deal = ready("signature")
    for said in deal.statements.values():
        others = said.source_kind == "contact" and said.source != "owner"
        if others and said.id not in deal.withdrawn:
            deal.withdraw(said.id, reason="left the bakery", **now(deal))
    says(deal, "owner", "standstill.cost", "3000 EUR")
    deal.read("Till receipts", "standstill.cost", "3000 EUR", **now(deal))
    assert_refused(deal, because={"two_heard"})


def test_a_discount_that_comes_up_late(ready):
    """Who asks for a discount with the pen in hand gets the same answer."""
    assert_refused(ready("signature", discount__asked=20), because={"discount_cleared"})


@pytest.mark.parametrize(
    ("days", "out_of_date"),
    [
        (60, set()),
        (61, {"budget_covers"}),
        (120, {"budget_covers"}),
        (121, {"budget_covers", "ovens_stay"}),
        (180, {"budget_covers", "ovens_stay"}),
        (181, {"budget_covers", "ovens_stay", "ovens_safe", "standstill_hurts"}),
        (365, {"budget_covers", "ovens_stay", "ovens_safe", "standstill_hurts"}),
        (366, {"budget_covers", "ovens_stay", "ovens_safe", "standstill_hurts", "gas_papers"}),
    ],
)
def test_answers_age(ready, clock, days, out_of_date):
    """Money is good for two months, plans for four, a check for six, its papers for a year."""
    deal = ready("signature", GAS)
    clock.wait(days=days)
    deal.hear("owner", "service.first", clock.now.date(), by="ana", at=clock.now)
    if out_of_date:
        assert_refused(deal, because=out_of_date)
    else:
        assert_moves(deal, "fulfilled")


@pytest.mark.parametrize("half", ["approved", "amount"])
def test_both_halves_of_a_budget_age(ready, clock, half):
    """After two months, the owner has to say both again: that there is money, and how much."""
    deal = ready("offer")
    clock.wait(days=61)
    said = {"approved": True, "amount": deal.amount}[half]
    deal.hear("owner", f"budget.{half}", said, by="ana", at=clock.now)
    assert_refused(deal, "signature", because={"budget_covers"})
