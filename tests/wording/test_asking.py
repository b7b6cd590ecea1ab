"""How to ask: the same question in the words of its moment."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow import Deal, Verdict
from dealflow.assessment import Ask
from dealflow.wording import Wording
from tests.deals import BY, DAY, deal_at, now, ready_at, say

MONEY = "Is the money for this approved today, by whom, and may we see it in writing?"
FROM_OTHERS = "We have heard of this from others, and would like to hear it from you."


def asked(deal: Deal, question: str, **after: float) -> Ask:
    """The one question of this id."""
    (found,) = [a for a in deal.assess(at=now(deal, **after)).questions if a.id == question]
    return found


def words(deal: Deal, question: str, language: str = "en", **after: float) -> str:
    """In which words to ask it."""
    wording = Wording.of(deal, "zh" if language == "zh" else "en")
    return wording.question(asked(deal, question, **after))


def test_for_the_first_time() -> None:
    """Nobody has said anything of it: as it stands in the playbook."""
    assert words(deal_at("buying_roles"), "budget.approved") == MONEY


def test_what_only_others_have_said() -> None:
    """Who said so is not told: it may have been said in confidence, and would lead the answer."""
    deal = deal_at("buying_roles")
    say(deal, "tom", "budget.approved", True, quote="It is in the plan")
    assert words(deal, "budget.approved") == f"{FROM_OTHERS} {MONEY}"
    assert words(deal, "budget.approved", "zh").startswith(
        "这件事我们听别人提过，还想听您亲口说说。这"
    )


def test_what_is_out_of_date_is_asked_of_those_who_said_it() -> None:
    """Whoever said it is reminded of the words; a man who was never met does not still stand by."""
    deal = ready_at("buying_roles")
    late: dict[str, Any] = {"days": 91}
    assert asked(deal, "budget.approved", **late).of[0] == "ruth"
    day = Wording.of(deal).date(
        deal.statements[asked(deal, "budget.approved", **late).follows[0]].said_at
    )
    assert words(deal, "budget.approved", **late) == (
        f"On {day} you said ‘As I said’ (the budget is approved: yes). Is that still so?"
    )
    deal.change_contact("ruth", left=now(deal, days=90).date(), by=BY, at=now(deal))
    assert asked(deal, "budget.approved", **late).of[0] == "paul"
    assert words(deal, "budget.approved", **late) == f"{FROM_OTHERS} {MONEY}"


def test_without_words_what_was_noted_is_told() -> None:
    """A statement without a quote is told by what it says."""
    deal = deal_at("buying_roles")
    say(deal, "ruth", "budget.approved", True)
    found = words(deal, "budget.approved", days=91)
    assert "you told us (the budget is approved: yes). Is that still so?" in found


def test_a_day_that_is_over_is_asked_for_anew() -> None:
    """Of the one who named it."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "timeline.date", (now(deal) + 10 * DAY).date().isoformat(), quote="By then")
    found = words(deal, "timeline.date", days=20)
    assert found.startswith("On ")
    assert ". That day is over. By what date must it work" in found


def test_those_who_contradict_each_other_are_told_what_it_is_about() -> None:
    """But not who said what."""
    deal = ready_at("buying_roles")
    say(deal, "paul", "budget.approved", False, quote="Not by me")
    found = words(deal, "recheck.conflict")
    assert found == (
        "It is about this: the budget is approved, the amount of the budget. A colleague of yours"
        " sees this point differently; how do you see it?"
    )


@pytest.mark.parametrize(
    ("fact", "value", "reason"),
    [
        ("budget.approved", False, "the answer was no"),
        ("budget.amount", "5 EUR", "the answer stands in the way"),
    ],
)
def test_a_no_is_said_of_yes_and_no_alone(fact: str, value: object, reason: str) -> None:
    """An amount that is too small is no "no"."""
    deal = deal_at("buying_roles")
    for each, answer in {
        "budget.approved": True,
        "budget.amount": "60000 EUR",
        fact: value,
    }.items():
        say(deal, "ruth", each, answer, quote="So it is")
    found = asked(deal, fact)
    assert found.reason == "refuted"
    assert Wording.of(deal).why(found) == reason
    assert Wording.of(deal).question(found).endswith("Is that still so?")


def test_a_yes_that_refutes_is_no_no() -> None:
    """Where the guard wants a no, it is the yes that stands in the way."""
    deal = deal_at("guided_competition")
    say(deal, "mara", "technical.no", True, about="mara", quote="I would rule you out")
    assert Wording.of(deal).why(asked(deal, "technical.no")) == "the answer stands in the way"


def test_what_we_have_to_put_on_record_ourselves() -> None:
    """No customer is asked for our own price."""
    deal = deal_at("buying_roles")
    trial = Deal.open(deal.playbook, id="D", account="A", by=BY, at=now(deal))
    found = [a for a in trial.assess(at=now(trial)).ahead if a.question is None]
    assert found == []
    ask = Ask(None, "not_set", ("budget_approved",), roles=("us",), attribute="deal.amount")
    for language, told in (
        ("en", ["Put on record: the price.", "our own record", "not on record"]),
        ("zh", ["请记录：报价。", "我们自己记录", "尚未记录"]),
    ):
        wording = Wording.of(deal, "zh" if language == "zh" else "en")
        assert [wording.question(ask), wording.whom(ask), wording.why(ask)] == told
    person = Ask(None, "not_set", (), about="tom", roles=("us",), attribute="contact.influence")
    assert Wording.of(deal).question(person) == "Put on record: influence (Tom Baker)."


def test_what_an_answer_could_lead_to() -> None:
    """Decide by itself or help, end the deal or clear the way."""
    wording = Wording.of(deal_at("buying_roles"))
    ask = asked(deal_at("buying_roles"), "problem.severe")
    assert wording.bearing(ask) == "may decide by itself: Severe problem; could end the deal"
    nothing = Ask(ask.question, "red_flag", ())
    assert wording.bearing(nothing) == ""
    ready = Ask(ask.question, "stale", ("timely",), leads_to=(Verdict.READY,))
    assert wording.bearing(ready) == (
        "helps to decide: Wanted within a reasonable time; could clear the way"
    )


def test_a_ready_deal_is_told_where_to_go() -> None:
    """And that not everything is good where the policy is content with less."""
    wording = Wording.of(deal_at("buying_roles"))
    assert wording.go_on("qualification", enough=False) == (
        "Everything that is needed is known and good: go on to Qualification."
    )
    assert wording.go_on("fulfilled", enough=True) == (
        "Enough is known and good: close the deal as fulfilled."
    )


def test_a_quote_of_several_lines_is_one() -> None:
    """What was typed in over several lines does not break a question."""
    deal = deal_at("buying_roles")
    say(deal, "ruth", "budget.approved", True, quote="Yes,\n  in March")
    assert "‘Yes, in March’" in words(deal, "budget.approved", days=91)
