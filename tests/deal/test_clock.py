"""A deal with a clock of its own lets nobody run ahead of it, and forgives a slow one a little."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest

from dealflow import Deal, EvidenceError, Verdict, dumps, loads
from tests.deals import BY, DAY, START, left_alone, now, say, small

LEEWAY = timedelta(minutes=5)
TICK = timedelta(microseconds=1)


class Clock:
    """Shows what it is set to."""

    def __init__(self, shows: datetime) -> None:
        self.shows: Any = shows

    def __call__(self) -> datetime:
        """The time."""
        time: datetime = self.shows
        return time


def clocked(clock: Clock | None) -> Deal:
    """A deal that is ready to move, last told of at the start of all times here."""
    deal = Deal.open(small(), id="D", account="N", by=BY, at=START, clock=clock)
    deal.add_contact("ann", name="Ann", roles=["buyer"], by=BY, at=START)
    say(deal, "ann", "be.good", True, at=START)
    return deal


def test_up_to_five_minutes_ahead() -> None:
    """Other people's clocks may be five minutes fast, and not a tick more."""
    deal = clocked(Clock(START))
    ahead = START + LEEWAY + TICK
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.rich", True, at=ahead)
    assert caught.value.code == "ahead_of_clock"
    assert caught.value.data == {"at": ahead, "now": START}
    assert str(caught.value) == (
        "at 2026-03-02T09:05:00.000001+00:00 is ahead of the clock, 2026-03-02T09:00:00+00:00"
    )
    say(deal, "ann", "be.rich", True, at=START + LEEWAY)
    assert now(deal) == START + LEEWAY


@pytest.mark.parametrize("look", ["assess", "verdict", "farewell"])
def test_looking_ahead_of_the_clock(look: str) -> None:
    """To look at how a deal will stand is ahead of the clock, too."""
    deal = clocked(Clock(START))
    with pytest.raises(EvidenceError) as caught:
        getattr(deal, look)(at=START + DAY)
    assert caught.value.code == "ahead_of_clock"
    getattr(deal, look)(at=START + LEEWAY)


def test_no_deal_is_opened_ahead_of_its_clock() -> None:
    """The opening is the first thing that the clock is asked about."""
    with pytest.raises(EvidenceError) as caught:
        clocked(Clock(START - LEEWAY - TICK))
    assert caught.value.code == "ahead_of_clock"
    assert clocked(Clock(START - LEEWAY)).version == 3


def test_a_little_before_the_last_entry() -> None:
    """Up to five minutes before the last entry is taken as its time, all else is too early."""
    deal = clocked(Clock(START + DAY))
    for early in (LEEWAY, TICK):
        seq = say(deal, "ann", "be.rich", True, at=START - early)
        assert deal.trail[seq - 1].at == START
        assert deal.statements[seq].said_at == START
    too_early = START - LEEWAY - TICK
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.rich", True, at=too_early)
    assert caught.value.code == "before_last_entry"
    assert caught.value.data == {"at": too_early, "last": START}
    assert deal.verdict(at=START - LEEWAY) is Verdict.READY
    with pytest.raises(EvidenceError, match="before the last entry"):
        deal.verdict(at=too_early)
    assert deal.advance(by=BY, at=START - LEEWAY).at == START


def test_without_a_clock_nothing_is_forgiven() -> None:
    """A tick before the last entry is too early, and no time is too late."""
    deal = clocked(None)
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.rich", True, at=START - TICK)
    assert caught.value.code == "before_last_entry"
    say(deal, "ann", "be.rich", True, at=START + 9999 * DAY)


def test_two_problems_with_the_time() -> None:
    """Behind the last entry and ahead of the clock are told together, with all the rest."""
    deal = clocked(Clock(START))
    deal.observe("be.good", True, by=BY, at=START + LEEWAY)
    clock: Any = deal._clock
    clock.shows = START - DAY
    with pytest.raises(EvidenceError) as caught:
        deal.observe("be.good", True, by="", at=START)
    assert {problem.code for problem in caught.value.problems} == {
        "ahead_of_clock",
        "before_last_entry",
        "invalid_text",
    }


def test_a_correction_is_not_taken_for_the_last_entry() -> None:
    """Who puts the time right means the time that he gives, by whatever it differs."""
    clock = Clock(START + DAY)
    deal = clocked(clock)
    say(deal, "ann", "be.rich", True, at=START + timedelta(minutes=3))
    entry = deal.correct_time(4, START, by=BY, at=START + timedelta(minutes=1), reason="x")
    assert entry.at == START + timedelta(minutes=1)
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        deal.correct_time(4, START + TICK, by=BY, at=START + 2 * DAY, reason="x")
    assert caught.value.code == "ahead_of_clock"


def test_a_clock_gone_mad() -> None:
    """With the deal's own clock wrong, everything goes until it is right, and is put right then."""
    clock = Clock(START + 99_000 * DAY / 2)
    deal = clocked(clock)
    far = clock.shows
    seq = say(deal, "ann", "be.rich", True, at=far)
    clock.shows = START + DAY
    with pytest.raises(EvidenceError, match="before the last entry"):
        say(deal, "ann", "be.good", True, at=START + DAY)
    deal.correct_time(seq, START, by=BY, at=START + DAY, reason="Battery")
    assert deal.advance(by=BY, at=START + DAY).at == START + DAY


def test_replayed_deals_may_have_a_clock() -> None:
    """A trail is read without asking any clock, and goes on by the one that is given."""
    trail = loads(dumps(clocked(None).trail))
    clock = Clock(START - 9 * DAY)
    deal = Deal.replay(small(), trail, clock=clock)
    with pytest.raises(EvidenceError, match="ahead of the clock"):
        say(deal, "ann", "be.rich", True, at=START)
    clock.shows = START
    say(deal, "ann", "be.rich", True, at=START)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_keep_the_clock(copied: Any) -> None:
    """A copy goes by the same clock."""
    deal = copied(clocked(Clock(START)))
    with pytest.raises(EvidenceError, match="ahead of the clock"):
        say(deal, "ann", "be.rich", True, at=START + DAY)


def test_the_clock_stays_where_it_is() -> None:
    """A deal that is sent to another process has no clock there."""
    deal = pickle.loads(pickle.dumps(clocked(Clock(START))))
    say(deal, "ann", "be.rich", True, at=START + DAY)
    assert now(deal) == START + DAY


def test_an_unusable_time_is_not_asked_about() -> None:
    """What is no instant is a problem of its own, and the clock is left alone."""
    clock = Clock(START)
    deal = clocked(clock)
    clock.shows = None
    with pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.rich", True, at="noon")
    assert caught.value.code == "invalid_instant"
