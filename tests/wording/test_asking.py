"""How to ask: the same question in the words of its moment."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow import Deal, Playbook
from dealflow.assessment import Ask
from dealflow.values import Verdict
from dealflow.wording import Wording
from tests._languages import only
from tests.deals import BY, DAY, deal_at, now, ready_at, say, seven_step

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
    assert Wording.of(deal).whom(asked(deal, "budget.approved", **late)) == (
        "ask Ruth Okafor (economic buyer)"
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
        "It is about this: the budget is approved. A colleague of yours sees this point"
        " differently; how do you see it?"
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
    assert (
        Wording.of(deal).question(found).endswith("Is that still so? If it is, what has to change?")
    )


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


def test_what_a_paper_says_no_colleague_does() -> None:
    """Against a paper or our own eyes: that answers differ is told, and not whose they are."""
    deal = ready_at("buying_roles")
    deal.read("Board minutes 3", "budget.approved", False, by=BY, at=now(deal))
    assert words(deal, "recheck.conflict") == (
        "It is about this: the budget is approved. We have found different answers to that; how do"
        " you see it?"
    )


def test_what_only_a_paper_says() -> None:
    """It was read and not heard; who saw it with his own eyes has been told nothing."""
    deal = deal_at("qualification")
    day = (now(deal) + 200 * DAY).date().isoformat()
    deal.read("Project plan", "timeline.date", day, by=BY, at=now(deal))
    assert words(deal, "timeline.date", days=91).startswith("We have read of this, and would like ")


def test_what_we_saw_ourselves_is_asked_as_for_the_first_time() -> None:
    """Nobody has told it."""
    deal = deal_at("qualification")
    day = (now(deal) + 200 * DAY).date().isoformat()
    deal.observe("timeline.date", day, by=BY, at=now(deal))
    found = asked(deal, "timeline.date", days=91)
    assert found.reason == "stale"
    assert Wording.of(deal).question(found).startswith("By what date must it work")


def test_whoever_said_it_has_not_heard_it_of_others() -> None:
    """The sentence for those to whom it was told is put to them alone."""
    deal = ready_at("buying_roles")
    say(deal, "paul", "pain.problem", "Papers are late", quote="They are late")
    found = asked(deal, "pain.problem", days=181)
    everybody = (*found.of, *(who for who in deal.contacts if who not in found.of))
    said = {deal.statements[id].source for id in found.follows}
    first = next(who for who in everybody if who not in said)
    asked_of = Ask(
        found.question,
        "stale",
        found.guards,
        found.fact,
        of=(first, *said),
        follows=found.follows,
    )
    assert Wording.of(deal).question(asked_of).startswith(FROM_OTHERS)
    for who in said:
        assert deal.contacts[who].name not in Wording.of(deal).whom(asked_of)


def test_what_was_said_in_one_breath_is_asked_in_one() -> None:
    """What one person said at one time in the same words; each by itself otherwise."""
    deal = deal_at("buying_roles")
    for fact, value in (("budget.approved", True), ("timeline.wanted", True)):
        say(deal, "ruth", fact, value, quote="It is released, for July")
    say(deal, "ruth", "budget.amount", "60000 EUR", quote="Sixty")
    wording = Wording.of(deal)
    late = deal.assess(at=now(deal, days=91)).questions
    groups = wording.together(late)
    assert sorted(ask.id for group in groups for ask in group) == sorted(ask.id for ask in late)
    (both,) = [group for group in groups if "budget.approved" in [ask.id for ask in group]]
    assert {ask.id for ask in both} == {"budget.approved", "timeline.wanted"}
    told = wording.question(*both)
    assert "‘It is released, for July’" in told
    assert "the budget is approved: yes" in told
    assert "they want it done within the time frame: yes" in told
    assert told.endswith("Is all of that still so?")
    for guard in ("Budget approved", "Wanted within a reasonable time"):
        assert guard in wording.bearing(*both)


def test_the_next_trial_close_does_not_open_with_the_last_no() -> None:
    """After a rejection the trial close is put in its own words."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "close.outcome", "rejected", quote="Not like this")
    found = asked(deal, "close.outcome")
    assert found.reason == "refuted"
    assert found.question is not None
    assert Wording.of(deal).question(found) == found.question.text.en


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("others", "others have said so, but not those whose word counts"),
        ("apart", "others contradict each other, and it is not their word that counts"),
        ("paper", "it stands in a paper, but those whose word counts have not said so"),
        ("hearsay", "the last word on it came at second hand"),
    ],
)
def test_why_words_do_not_count(how: str, reason: str) -> None:
    """Of the wrong people, of people who contradict each other, or not heard from the person."""
    data: Any = seven_step().to_data()
    counts = data["facts"]["budget.approved"]["sources"] | {"documents": False}
    approved = data["facts"]["budget.approved"] | {"sources": counts}
    deal = deal_at("buying_roles", seven_step(facts={"budget.approved": approved}))
    if how == "paper":
        deal.read("Plan", "budget.approved", True, by=BY, at=now(deal))
    elif how == "hearsay":
        say(deal, "ruth", "budget.approved", False, quote="No")
        say(deal, "ruth", "budget.approved", True, via="tom")
    else:
        say(deal, "tom", "budget.approved", True)
    if how == "apart":
        say(deal, "mara", "budget.approved", False)
    found = asked(deal, "budget.approved")
    assert found.of[0] == "ruth"
    assert Wording.of(deal).why(found) == reason


def test_a_question_is_of_one_language() -> None:
    """Where the playbook asks in English alone, so does what is said before it."""
    data = only("en", seven_step().to_data()) | {"languages": ["en"]}
    deal = deal_at("buying_roles", Playbook.from_data(data))
    say(deal, "tom", "budget.approved", True)
    assert words(deal, "budget.approved", "zh") == f"{FROM_OTHERS} {MONEY}"
    assert words(deal, "budget.approved") == f"{FROM_OTHERS} {MONEY}"
