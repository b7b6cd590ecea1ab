"""How long an assessment stands when nothing is said, and what it costs to look back."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Assessment, Deal, EvidenceError, MoveNotAllowed, Refused, Verdict
from dealflow.strategies import deals
from tests.deals import BY, DAY, MOVES, START, deal_at, now, ready_at, say, seven_step, small_deal

TICK = timedelta(microseconds=1)
BOOK = seven_step()


def picture(assessment: Assessment) -> list[object]:
    """What an assessment says, but for its instant and for how long the deal is overdue."""
    flags = [evolve(flag, overdue=None) for flag in assessment.red_flags]
    ends = [finding.outcome for finding in assessment.findings]
    return [
        (assessment.step, assessment.move, assessment.to, assessment.verdict, assessment.since),
        (assessment.blocking, assessment.findings, ends),
        (assessment.questions, flags, assessment.paper),
    ]


@given(deal=deals(BOOK), ahead=st.integers(0, 200), part=st.floats(0, 1))
def test_nothing_changes_before(deal: Deal, ahead: int, part: float) -> None:
    """Up to the instant told, and not a tick less, an assessment stays what it is."""
    at = now(deal, days=ahead)
    first = deal.assess(at=at)
    end = first.valid_until
    assert end is None or end > at
    last = now(deal, days=4000) if end is None else end - TICK
    for later in (at + (last - at) * part, last):
        again = Deal.replay(BOOK, deal.trail).assess(at=later)
        assert picture(again) == picture(first)
        assert again.valid_until == end


def test_something_may_change_then() -> None:
    """At the instant told an answer is out of date, a waiver over, a step overdue, a day near."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    first = deal.assess(at=now(deal))
    end = now(deal, days=10)
    assert first.valid_until == end + TICK
    assert deal.verdict(at=end) is Verdict.READY
    assert deal.verdict(at=end + TICK) is Verdict.ASK
    end = now(deal, days=3)
    deal.waive("good", authority="Max", by=BY, at=now(deal), reason="x", until=end)
    assert deal.assess(at=now(deal)).valid_until == end + TICK


def test_never() -> None:
    """A deal of which nothing is known stays as it is for ever, when no step has an end."""
    assert small_deal().assess(at=now(small_deal())).valid_until is None


def test_overdue() -> None:
    """The step's expected stay is an end, too, and then none any more."""
    deal = deal_at("first_contact")
    stay = deal.playbook.step["first_contact"].expected_stay
    assert stay is not None
    first = deal.assess(at=now(deal))
    assert first.valid_until is not None
    assert first.valid_until <= deal.since + stay + TICK
    late = deal.assess(at=deal.since + stay + TICK)
    assert [flag.flag for flag in late.red_flags][-1] == "overdue"


def test_another_way_may_become_ready() -> None:
    """Of the ways that are not judged, too, it is told when they may be ready."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["soon"]\n', 1)
    soon = """
[guards.soon]
title = { en = "Soon", zh = "快" }
when = "within(has.day, days(5))"
refused = { en = "Too late.", zh = "太晚。" }
"""
    deal = small_deal(more + soon)
    for fact, value in (("be.good", True), ("be.rich", True), ("has.day", "2026-03-10")):
        say(deal, "ann", fact, value)
    found = deal.assess(at=now(deal))
    assert found.verdict is Verdict.READY
    ways = []
    while found.to == "right":  # days are looked at anew at every midnight
        assert found.valid_until is not None
        ways.append(found.valid_until.isoformat()[:16])
        found = deal.assess(at=found.valid_until)
    assert (found.to, ways[-1]) == ("left", "2026-03-05T00:00")


def fields(assessment: Assessment) -> list[Any]:
    """Everything that is worked out when it is read."""
    return [
        assessment.questions,
        assessment.red_flags,
        assessment.paper,
        assessment.valid_until,
    ]


def test_looking_back() -> None:
    """What is read late is told of the deal as it stood then, however far it has gone."""
    deal = ready_at("buying_roles")
    early, late = (deal.assess(at=now(deal)) for _ in range(2))
    then = fields(early)
    say(deal, "ruth", "budget.approved", False)
    deal.change_contact("ruth", roles=[], by=BY, at=now(deal))
    assert fields(late) == then
    assert late == early
    assert fields(deal.assess(at=now(deal))) != then


def test_looking_back_at_a_refusal() -> None:
    """A refusal tells what was to be asked when the move was tried."""
    deal = deal_at("qualification")
    expected = deal.assess(at=now(deal)).questions
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=now(deal))
    deal.walk_away(by=BY, at=now(deal), reason="x")
    assert expected
    assert caught.value.assessment.questions == expected


@pytest.mark.parametrize(
    "remake",
    [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_assessments_travel(remake: Any) -> None:
    """A copy has all that is worked out, and needs no deal."""
    deal = deal_at("qualification")
    one = deal.assess(at=now(deal))
    again = remake(one)
    assert (again, hash(again), repr(again)) == (one, hash(one), repr(one))
    assert "questions=(Ask(" in repr(one)
    assert one != deal.assess(at=now(deal) + DAY)
    assert one != "an assessment"


@given(deal=deals(BOOK), ahead=st.integers(0, 200))
def test_verdicts_are_those_of_assessments(deal: Deal, ahead: int) -> None:
    """The verdict alone is the one that an assessment has, to any step."""
    at = now(deal, days=ahead)
    for to in (None, *(plan.move.to for plan in BOOK.plans[deal.step])):
        assert deal.verdict(at=at, to=to) is deal.assess(at=at, to=to).verdict


@given(deal=deals(BOOK), data=st.data())
def test_a_look_changes_nothing(deal: Deal, data: st.DataObject) -> None:
    """Whoever has looked at a deal before is told, and puts on record, what all others would."""
    ways = st.sampled_from([None, *(plan.move.to for plan in BOOK.plans[deal.step])])
    to, at = data.draw(ways), now(deal, days=data.draw(st.integers(0, 40)))
    end = deal.assess(at=at, to=to).valid_until
    if deal.outcome is None and data.draw(st.booleans()):
        deal.lose(by=BY, at=at, reason="x", to="nothing")
    ends = [] if end is None else [end - TICK, end]
    later = data.draw(st.sampled_from([at, now(deal), at + DAY, *ends]))
    for act in (
        lambda one: one.verdict(at=later, to=to),
        lambda one: picture(one.assess(at=later, to=to)),
        lambda one: one.advance(by=BY, at=later, to=to),
    ):
        unseen = Deal.replay(BOOK, deal.trail)
        assert told(act, deal) == told(act, unseen)
        assert deal.trail == unseen.trail


def told(act: Callable[[Deal], object], deal: Deal) -> object:
    """What comes of an act, be it an error."""
    try:
        return act(deal)
    except (Refused, MoveNotAllowed, EvidenceError) as error:
        return type(error), str(error)


def test_a_look_is_kept_no_longer_than_a_waiver() -> None:
    """A move that was foreseen on a waiver is refused when the waiver is over."""
    deal = small_deal()
    end = now(deal, days=3)
    deal.waive("good", authority="Max", by=BY, at=now(deal), reason="x", until=end)
    say(deal, "ann", "be.good", False)
    verdict = deal.assess(at=now(deal)).verdict
    assert deal.verdict(at=end) is verdict
    assert deal.verdict(at=end + TICK) is not verdict


def test_looking_back_from_within_a_verb() -> None:
    """What is read late may be read while a verb of the deal is running, and leaves it its turn.

    That is so for the deal as it is, and for a deal that has gone on since.
    """
    seen: list[Any] = []

    def clock() -> datetime:
        seen.extend(fields(one) for one in looks)
        return START

    looks: list[Assessment] = []
    deal = small_deal(clock=clock)
    expected = fields(deal.assess(at=START))
    now_and_then = [deal.assess(at=START), deal.assess(at=START)]
    looks = now_and_then[:1]
    say(deal, "ann", "be.good", True, at=START)
    looks = now_and_then[1:]
    say(deal, "ann", "be.good", False, at=START)
    assert seen == [expected, expected]
    assert deal.version == len(deal.trail)


def test_a_verdict_to_nowhere() -> None:
    """Where no move leads there is no verdict, but the ways that there are."""
    with pytest.raises(MoveNotAllowed, match="no move leads from one to 'last'") as caught:
        small_deal().verdict(at=START, to="last")
    assert caught.value.allowed == ("left", "right")


def test_a_closed_deal_has_no_way_at_all() -> None:
    """Of a closed deal it is told that it is closed, whatever was asked for."""
    deal = small_deal()
    deal.lose(by=BY, at=START, reason="x", to="nothing")
    for verb in (deal.fulfil, partial(deal.advance, to="last"), partial(deal.advance, to="left")):
        with pytest.raises(MoveNotAllowed, match="the deal is lost") as caught:
            verb(by=BY, at=START)
        assert (caught.value.code, caught.value.allowed) == ("deal_closed", ())
