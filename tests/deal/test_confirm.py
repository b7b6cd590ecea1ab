"""Somebody stands by all that he said: one entry, which is as if he had said each thing anew."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Deal, EvidenceError, Money, MoveNotAllowed
from dealflow.trail import events as ev
from tests.deal._closing import HOUR, SAYS, closing, opened, say, say_all, truths
from tests.deal.test_one_person import PEOPLE, STATEMENTS, alike, merge, tell
from tests.deals import BY, DAY, START, left_alone, now, small_deal


def test_confirmed() -> None:
    """One entry, of its number, says each fact anew as it was said last first-hand."""
    deal = opened()
    say(deal, "ann", "need.words", "Eight gates", quote="Eight")
    say(deal, "ann", "need.words", "Nine gates", quote="Nine")
    say(deal, "ann", "need.words", "Ten gates", via="bob")
    say(deal, "ann", "person.win", "Time")
    say(deal, "bob", "person.win", "Money", about="ann")
    at = now(deal) + DAY
    deal.meet("call", participants=["ann"], id="c", by=BY, at=at)
    facts = ["person.win", "need.words"]
    entry = deal.confirm("ann", facts, quote="Still so", interaction="c", by="max", at=at + HOUR)
    assert entry.event == ev.Confirmed("ann", tuple(facts), at, "Still so", "c")
    made = deal.confirmations[entry.seq]
    assert [(one.id, one.fact, one.value, one.about) for one in made] == [
        (entry.seq, "person.win", "Time", "ann"),
        (entry.seq, "need.words", "Nine gates", None),
    ]
    assert {(one.source, one.quote, one.interaction, one.said_at) for one in made} == {
        ("ann", "Still so", "c", at)
    }
    assert {(one.recorded_at, one.by, one.first_hand) for one in made} == {(at + HOUR, "max", True)}
    assert entry.seq not in deal.statements
    assert Deal.replay(deal.playbook, deal.trail) == deal


def test_what_has_grown_old_is_fresh_again() -> None:
    """A confirmation brings back what is out of date, and nothing that was not named."""
    deal = opened()
    say_all(deal)
    later = now(deal) + 31 * DAY
    stale = {f.guard: f.truth.value for f in deal.assess(at=later).findings}
    assert (stale["real"], stale["known"]) == ("unknown", "true")
    number = deal.confirm("bob", "need.real", by=BY, at=later).seq
    assert truths(deal)["real"] == "true"
    deal.withdraw(number, by=BY, at=later, reason="Misheard")
    assert truths(deal)["real"] == "unknown"
    with left_alone(deal), pytest.raises(EvidenceError, match="is withdrawn already"):
        deal.withdraw(number, by=BY, at=later, reason="Misheard")
    assert dict(deal.withdrawn) == {number: "Misheard"}


def test_who_confirms_may_do_so_again() -> None:
    """A confirmation is a word like any other, to be confirmed, replaced and taken back."""
    deal = opened()
    say(deal, "ann", "need.words", "Nine gates")
    first = deal.confirm("ann", ["need.words"], by=BY, at=now(deal) + HOUR).seq
    second = deal.confirm("ann", ["need.words"], by=BY, at=now(deal) + HOUR).seq
    deal.withdraw(first, by=BY, at=now(deal), reason="x")
    assert deal.confirmations[second][0].value == "Nine gates"
    deal.withdraw(4 + 2, by=BY, at=now(deal), reason="x")
    assert deal.assess(at=now(deal)).findings[2].yes == (second,)


PROBLEMS: dict[str, tuple[dict[str, Any], str, str, dict[str, Any]]] = {
    "never said": (
        {"facts": ["need.two"]},
        *("never_said", "facts", {"fact": "need.two", "contact": "ann"}),
    ),
    "told on only": (
        {"contact": "cid", "facts": ["need.real"]},
        *("never_said", "facts", {"fact": "need.real", "contact": "cid"}),
    ),
    "said of somebody else": (
        {"contact": "bob", "facts": ["person.win"]},
        *("never_said", "facts", {"fact": "person.win", "contact": "bob"}),
    ),
    "taken back": (
        {"facts": ["need.severe"]},
        *("never_said", "facts", {"fact": "need.severe", "contact": "ann"}),
    ),
    "no fact": ({"facts": ["no.fact"]}, "unknown_fact", "facts", {"fact": "no.fact"}),
    "stranger": ({"contact": "eve"}, "unknown_contact", "contact", {"contact": "eve"}),
    "no interaction": (
        {"interaction": "x"},
        *("unknown_interaction", "interaction", {"interaction": "x"}),
    ),
    "took no part": (
        {"interaction": "c"},
        *("took_no_part", "interaction", {"contact": "ann", "interaction": "c"}),
    ),
    "said later": (
        {"said_at": START},
        *("inconsistent", "said_at", {"fact": "need.real", "contact": "ann"}),
    ),
    "nothing": ({"facts": []}, "invalid_value", "facts", {}),
    "no time": ({"said_at": "noon"}, "invalid_instant", "said_at", {}),
}


@pytest.mark.parametrize(("given", "code", "place", "data"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_cannot_be_confirmed(
    given: dict[str, Any], code: Any, place: str, data: dict[str, Any]
) -> None:
    """Only what somebody said himself before, of himself, and what still stands."""
    deal = opened()
    say(deal, "ann", "need.real", True)
    say(deal, "cid", "need.real", True, via="bob")
    say(deal, "bob", "person.win", "Time", about="ann")
    gone = say(deal, "ann", "need.severe", True)
    deal.withdraw(gone, by=BY, at=now(deal), reason="x")
    deal.meet("call", participants=["bob"], id="c", by=BY, at=now(deal))
    called: dict[str, Any] = {"contact": "ann", "facts": ["need.real"]} | given
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        deal.confirm(**called, by=BY, at=now(deal))
    assert (caught.value.code, caught.value.problems[0].place) == (code, place)
    assert dict(caught.value.data) == data


def test_money_that_is_confirmed() -> None:
    """An amount said again keeps the deal's currency, and gives it free when it is taken back."""
    deal = small_deal()
    said = deal.hear("ann", "has.money", "5 EUR", by=BY, at=START).seq
    again = deal.confirm("ann", ["has.money"], by=BY, at=START + HOUR).seq
    deal.withdraw(said, by=BY, at=now(deal), reason="x")
    with left_alone(deal), pytest.raises(EvidenceError, match="USD"):
        deal.change_amount(Money("5", "USD"), by=BY, at=now(deal), reason="x")
    deal.withdraw(again, by=BY, at=now(deal), reason="x")
    deal.change_amount(Money("5", "USD"), by=BY, at=now(deal), reason="x")


def test_times_that_are_corrected() -> None:
    """A confirmation that a wrong clock recorded is put right with its entry, whole."""
    deal = opened()
    say_all(deal)
    wrong = deal.confirm("ann", ["need.real", "need.words"], by=BY, at=now(deal) + 90 * DAY).seq
    at = now(deal) - 80 * DAY
    deal.correct_time(wrong, at, by=BY, at=at, reason="A wrong clock")
    made = deal.confirmations[wrong]
    assert {(one.said_at, one.recorded_at) for one in made} == {(at, at)}
    again = Deal.replay(deal.playbook, deal.trail)
    assert [(one.said_at, one.fact) for one in again.confirmations[wrong]] == [
        (one.said_at, one.fact) for one in made
    ]
    assert again.assess(at=at) == deal.assess(at=at)


@given(
    before=STATEMENTS,
    after=STATEMENTS,
    who=st.sampled_from(PEOPLE),
    facts=st.lists(st.sampled_from(sorted({f for _, f, _ in SAYS})), unique=True, min_size=1),
    days=st.integers(0, 70),
    merged=st.booleans(),
    taken_back=st.booleans(),
)
def test_confirming_is_hearing_each_again(
    before: list[Any],
    after: list[Any],
    who: str,
    facts: list[str],
    days: int,
    merged: bool,
    taken_back: bool,
) -> None:
    """What is confirmed in one go is what it would be, were each fact heard by itself."""
    deal, other = opened(), opened()
    at = START + 40 * DAY
    for told in (deal, other):
        tell(told, before, at)
        if merged:
            merge(told, "cid", "bob")
    same = {"cid": "bob"} if merged else {}
    person = same.get(who, who)
    own: dict[str, Any] = {}
    for one in sorted(other.statements.values(), key=lambda one: (one.said_at, one.id)):
        about = None if one.about is None else same.get(one.about, one.about)
        if (
            one.first_hand
            and same.get(one.source, one.source) == person
            and (about in (None, person))
        ):
            own[one.fact] = one.value
    facts = [fact for fact in facts if fact in own]
    if facts:
        entry = deal.confirm(who, facts, said_at=at, quote="So it is", by=BY, at=at + DAY)
        numbers = [
            other.hear(who, f, own[f], said_at=at, quote="So it is", by=BY, at=at + DAY).seq
            for f in facts
        ]
        if taken_back:
            deal.withdraw(entry.seq, by=BY, at=at + DAY, reason="x")
            for number in numbers:
                other.withdraw(number, by=BY, at=at + DAY, reason="x")
    for told in (deal, other):
        tell(told, after, at + 2 * DAY)
    then = at + (2 + days) * DAY
    # One entry of two facts is named once by each guard.
    found, expected = (alike(told.assess(at=then), counted=not facts) for told in (deal, other))
    assert found == expected
    assert deal.farewell(at=then) == other.farewell(at=then)
    assert Deal.replay(deal.playbook, deal.trail).assess(at=then) == deal.assess(at=then)


# --- the farewell call


def test_that_we_called_is_no_news() -> None:
    """That the polite call was made is on record, and nothing with which a deal comes back."""
    deal = opened()
    assert not deal.farewell(at=now(deal)).called
    deal.walk_away(by=BY, at=now(deal), reason="x")
    number = deal.observe("call.made", True, by=BY, at=now(deal) + HOUR).seq
    farewell = deal.farewell(at=now(deal))
    assert farewell.called
    say_called = deal.hear("ann", "call.made", True, by=BY, at=now(deal) + HOUR).seq
    deal.confirm("ann", ["call.made"], by=BY, at=now(deal) + HOUR)
    deal.withdraw(say_called, by=BY, at=now(deal), reason="x")
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="nothing new is on record"):
        deal.reopen(by=BY, at=now(deal), reason="x")
    deal.withdraw(number, by=BY, at=now(deal), reason="x")
    deal.withdraw(deal.version - 2, by=BY, at=now(deal), reason="x")
    assert not deal.farewell(at=now(deal)).called
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="nothing new is on record"):
        deal.reopen(by=BY, at=now(deal), reason="x")


def test_each_parting_has_its_own_call() -> None:
    """Who was called before the deal was taken up again is called once more when it ends again."""
    deal = opened()
    deal.observe("call.made", True, by=BY, at=now(deal))
    assert deal.farewell(at=now(deal)).called
    deal.walk_away(by=BY, at=now(deal), reason="x")
    assert deal.farewell(at=now(deal)).called
    say(deal, "ann", "need.real", True)
    deal.reopen(by=BY, at=now(deal), reason="x")
    assert not deal.farewell(at=now(deal)).called
    deal.walk_away(by=BY, at=now(deal), reason="x")
    assert not deal.farewell(at=now(deal)).called
    deal.observe("call.made", True, by=BY, at=now(deal) + HOUR)
    assert deal.farewell(at=now(deal)).called
    again = Deal.replay(deal.playbook, deal.trail)
    assert again.farewell(at=now(deal)) == deal.farewell(at=now(deal))


@pytest.mark.parametrize("news", ["said", "confirmed", "both", "withdrawn"])
def test_anything_else_is_news(news: str) -> None:
    """Whatever else is said, said again or taken back lets a deal be reopened."""
    deal = opened()
    number = say(deal, "ann", "need.real", True)
    say(deal, "ann", "call.made", False)
    assert not deal.farewell(at=now(deal)).called
    deal.lose(by=BY, at=now(deal), reason="x", to="nothing")
    at = now(deal) + HOUR
    if news == "said":
        say(deal, "bob", "need.real", True)
    elif news == "withdrawn":
        deal.withdraw(number, by=BY, at=at, reason="x")
    else:
        facts = ["need.real"] if news == "confirmed" else ["call.made", "need.real"]
        deal.confirm("ann", facts, by=BY, at=at)
    deal.reopen(by=BY, at=now(deal), reason="x")
    assert deal.outcome is None


def test_why_we_left() -> None:
    """We walk away because a condition is refuted, or by our own choice."""
    for refuted, cause in ((True, "refuted"), (False, "choice")):
        deal = opened(closing(from_start=True))
        say(deal, "ann", "need.severe", not refuted)
        entry = deal.walk_away(by=BY, at=now(deal), reason="x")
        assert isinstance(entry.event, ev.WalkedAway)
        assert entry.event.cause == cause
