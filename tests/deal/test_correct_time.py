"""Times that a wrong clock has given are put right, and with them all that was taken from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dealflow import Deal, Entry, EvidenceError, Trail, TrailError, Verdict, dumps, loads
from dealflow.exceptions import ErrorCode
from dealflow.trail import Timeline, chain
from dealflow.trail import events as ev
from tests._trails import forge
from tests.deals import (
    BY,
    DAY,
    START,
    deal_at,
    left_alone,
    new_deal,
    now,
    ready_at,
    say,
    small,
    small_deal,
)

HOUR = timedelta(hours=1)
FAR = datetime(2199, 1, 1, tzinfo=UTC)


def correct(deal: Deal, entry: int, true_at: datetime, at: datetime, **more: Any) -> Entry:
    """Put right the time of entries, by a clock that is right now."""
    return deal.correct_time(entry, true_at, by=BY, at=at, reason="Wrong clock", **more)


def times(deal: Deal) -> list[datetime]:
    """The times of a deal's entries, as corrected so far."""
    timeline = Timeline()
    for entry in deal.trail:
        timeline.add(entry.at, entry.event)
    return [timeline[seq] for seq in range(1, len(timeline) + 1)]


def same_again(deal: Deal) -> None:
    """The trail's text makes the same deal."""
    text = dumps(deal.trail)
    trail = loads(text, deal.trail.head)
    assert (trail, dumps(trail)) == (deal.trail, text)
    trail.verify(deal.trail.head)
    again = Deal.replay(deal.playbook, trail)
    at = times(deal)[-1]
    assert again.assess(at=at) == deal.assess(at=at)
    for one, other in zip(again.statements.values(), deal.statements.values(), strict=True):
        assert (one.said_at, one.recorded_at) == (other.said_at, other.recorded_at)
    assert (again.interactions, again.since) == (deal.interactions, deal.since)


def test_what_is_recorded() -> None:
    """The correction is an entry of its own; without a last one it goes up to the last of all."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, at=START + HOUR)
    say(deal, "ann", "be.rich", True, at=START + 2 * HOUR)
    entry = correct(deal, 4, START, START + 3 * HOUR)
    assert entry.event == ev.TimeCorrected(4, 5, START, "Wrong clock")
    assert (entry.at, entry.by, entry.seq) == (START + 3 * HOUR, BY, 6)
    assert times(deal)[3:] == [START, START + HOUR, START + 3 * HOUR]
    assert [e.at for e in deal.trail[3:5]] == [START + HOUR, START + 2 * HOUR]
    same_again(deal)


def test_statements_are_shifted() -> None:
    """When something was recorded moves with its entry, and so does when it was said then."""
    deal = small_deal()
    early = say(deal, "ann", "be.good", True, at=START)
    wrong = say(deal, "bob", "be.good", False, at=START + 20 * DAY)
    own = say(deal, "bob", "be.rich", True, at=START + 20 * DAY, said_at=START - DAY)
    ahead = say(deal, "ann", "be.rich", True, at=START + 20 * DAY, said_at=START + 19 * DAY)
    assert deal.verdict(at=now(deal)) is Verdict.WORK  # ann's word is stale by then
    correct(deal, wrong, START + DAY, START + 2 * DAY)
    said = {id: (s.said_at, s.recorded_at) for id, s in deal.statements.items()}
    assert said == {
        early: (START, START),
        wrong: (START + DAY, START + DAY),
        own: (START - DAY, START + DAY),
        ahead: (START, START + DAY),
    }
    assert deal.verdict(at=START + 2 * DAY) is Verdict.RECONCILE
    same_again(deal)


def test_through_an_interaction() -> None:
    """What was said in a meeting moves with the time of the meeting, however it was recorded."""
    deal = small_deal()
    deal.meet("call", participants=["ann", "bob"], id="now", by=BY, at=START + HOUR)
    deal.meet("call", participants=["ann"], id="told", held_at=START, by=BY, at=START + HOUR)
    in_it = say(deal, "ann", "be.good", True, at=START + HOUR, interaction="now")
    aside = say(deal, "ann", "be.rich", True, at=START + HOUR, interaction="told")
    late = say(deal, "bob", "be.good", True, at=START + 9 * HOUR, interaction="now")
    own = say(deal, "bob", "be.rich", True, at=START + 9 * HOUR, interaction="now", said_at=START)
    correct(deal, 4, START + HOUR / 2, START + 9 * HOUR, last=in_it)
    assert deal.interactions["now"].held_at == START + HOUR / 2
    assert deal.interactions["told"].held_at == START
    said = {id: (s.said_at, s.recorded_at) for id, s in deal.statements.items()}
    assert said == {
        in_it: (START + HOUR / 2, START + HOUR / 2),
        aside: (START, START + HOUR),
        late: (START + HOUR / 2, START + 9 * HOUR),
        own: (START, START + 9 * HOUR),
    }
    same_again(deal)


def test_a_meeting_that_would_lie_ahead() -> None:
    """A time that was given for a meeting stays, unless the meeting would then be still to come."""
    deal = small_deal()
    at = START + 9 * HOUR
    deal.meet("call", participants=["ann"], id="m", held_at=at - HOUR, by=BY, at=at)
    deal.meet("call", participants=["ann"], id="old", held_at=START, by=BY, at=at)
    seq = say(deal, "ann", "be.good", True, at=at, interaction="m")
    correct(deal, 4, START + 2 * HOUR, at)
    assert deal.interactions["m"].held_at == START + HOUR
    assert deal.interactions["old"].held_at == START
    assert deal.statements[seq].said_at == START + HOUR
    same_again(deal)


def test_the_step_was_entered_then() -> None:
    """Since when a deal is in its step moves with the entry by which it came there."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    move = deal.advance(by=BY, at=START + DAY)
    say(deal, "ann", "be.rich", True, at=START + DAY)
    assert deal.since == START + DAY
    correct(deal, move.seq + 1, START + DAY + HOUR, START + 2 * DAY)
    assert deal.since == START + DAY
    correct(deal, move.seq, START + HOUR, START + 2 * DAY, last=move.seq)
    assert deal.since == START + HOUR
    same_again(deal)


def test_withdrawn_words_are_shifted_too() -> None:
    """A statement that was taken back has its time corrected, and comes to life nowhere."""
    deal = small_deal()
    seq = say(deal, "ann", "be.good", True, at=START + DAY)
    deal.withdraw(seq, by=BY, at=START + DAY, reason="Misheard")
    correct(deal, seq, START, START + DAY)
    assert deal.statements[seq].recorded_at == START
    assert deal.assess(at=now(deal)).findings[0].gaps[0].reason == "never_asked"
    same_again(deal)


def test_the_latest_word_may_become_another() -> None:
    """Of two words of one person the later one counts, by their times as corrected."""
    deal = small_deal()
    first = say(deal, "ann", "be.good", True, at=START + HOUR)
    said = START + 2 * HOUR
    second = say(deal, "ann", "be.good", False, at=START + 5 * HOUR, said_at=said)
    third = say(deal, "ann", "be.good", True, at=START + 6 * HOUR, said_at=START)
    assert deal.assess(at=now(deal)).findings[0].no == (second,)
    correct(deal, first, START + 3 * HOUR, now(deal), last=first)
    finding = deal.assess(at=now(deal)).findings[0]
    assert (finding.yes, finding.no) == ((first,), ())
    assert deal.statements[third].said_at == START
    same_again(deal)


def test_a_remembered_outcome_is_forgotten() -> None:
    """What was worked out by the wrong time is worked out anew."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, at=START)
    say(deal, "ann", "has.words", "x", at=START + 9 * DAY)
    assert deal.verdict(at=START + 11 * DAY) is Verdict.ASK
    correct(deal, 4, START + 2 * DAY, START + 9 * DAY, last=4)
    assert deal.verdict(at=START + 11 * DAY) is Verdict.READY
    same_again(deal)


def test_a_deal_stamped_2199_is_usable_again() -> None:
    """One entry of a clock gone mad locks nobody out for good."""
    deal = ready_at("first_contact")
    last = now(deal)
    deal.observe("offer.helps", True, by=BY, at=FAR)
    for at in (last + DAY, FAR - DAY):
        with left_alone(deal), pytest.raises(EvidenceError, match="before the last entry"):
            deal.advance(by=BY, at=at)
    correct(deal, deal.version, last + HOUR, last + 2 * HOUR)
    with left_alone(deal), pytest.raises(EvidenceError, match="before the last entry"):
        deal.advance(by=BY, at=last + HOUR)
    deal.advance(by=BY, at=last + 2 * HOUR)
    assert (deal.step, deal.since) == ("qualification", last + 2 * HOUR)
    assert deal.statements[deal.version - 2].said_at == last + HOUR
    same_again(deal)


def test_a_deal_opened_in_2199() -> None:
    """Even the opening can be put right, and with it all that followed by the same clock."""
    deal = Deal.open(small(), id="D", account="N", by=BY, at=FAR)
    deal.add_contact("ann", name="Ann", roles=["buyer"], by=BY, at=FAR + HOUR)
    say(deal, "ann", "be.good", True, at=FAR + 2 * HOUR)
    correct(deal, 1, START, START + DAY)
    assert times(deal) == [START, START + HOUR, START + 2 * HOUR, START + DAY]
    assert deal.since == START
    assert deal.statements[3].said_at == START + 2 * HOUR
    deal.advance(by=BY, at=START + DAY)
    same_again(deal)


def test_later_entries_follow_the_correction() -> None:
    """The next entry may not precede the correction, but may precede what was corrected."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, at=START + 9 * DAY)
    correct(deal, 4, START + DAY, START + 2 * DAY)
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        say(deal, "ann", "be.rich", True, at=START + 2 * DAY - HOUR)
    assert caught.value.code == "before_last_entry"
    assert caught.value.data == {"at": START + 2 * DAY - HOUR, "last": START + 2 * DAY}
    say(deal, "ann", "be.rich", True, at=START + 2 * DAY)
    same_again(deal)


def test_corrections_can_be_corrected() -> None:
    """A second correction starts from the first one, and may move it as well."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, at=START + 9 * HOUR)
    correct(deal, 4, START + HOUR, START + 8 * HOUR)
    correct(deal, 4, START + 2 * HOUR, START + 8 * HOUR, last=4)
    assert times(deal)[3:] == [START + 2 * HOUR, START + 8 * HOUR, START + 8 * HOUR]
    correct(deal, 4, START + HOUR, START + 7 * HOUR)
    assert times(deal)[3:] == [START + n * HOUR for n in (1, 7, 7, 7)]
    assert deal.statements[4].said_at == START + HOUR
    same_again(deal)


def test_judgements_stay_as_they_were_made() -> None:
    """What was judged meanwhile stays on record, and the trail stays sound."""
    deal = ready_at("buying_roles")
    deal.advance(by=BY, at=now(deal, days=3))
    before = deal.trail
    correct(deal, deal.version, now(deal, days=-1), now(deal))
    assert deal.trail[: len(before)] == tuple(before)
    assert deal.step == "guided_competition"
    same_again(deal)


WRONG: dict[str, tuple[dict[str, Any], list[ErrorCode], str]] = {
    "no entry": ({"entry": 0}, ["unknown_entry"], "there is no entry 0"),
    "entry to come": (
        {"entry": 8, "last": 9},
        ["unknown_entry", "unknown_entry"],
        "there is no entry 8",
    ),
    "last to come": ({"last": 8}, ["unknown_entry"], "there is no entry 8"),
    "last before": ({"last": 2}, ["inconsistent"], "last 2 is before entry 4"),
    "same time": ({"true_at": START + HOUR}, ["unchanged"], "entry 4 has this time already"),
    "before the one ahead": (
        {"entry": 5, "true_at": START},
        ["inconsistent"],
        "true_at is before entry 4, 2026-03-02T10:00:00+00:00",
    ),
    "beyond the next": (
        {"true_at": START + 4 * HOUR, "last": 4},
        ["inconsistent"],
        "entry 4 would come after the next one, 2026-03-02T12:00:00+00:00",
    ),
    "beyond all years": (
        {"true_at": datetime(2200, 12, 31, 23, 30, tzinfo=UTC)},
        ["invalid_instant", "lies_ahead"],
        "entry 7 would lie outside the years 1970 to 2200",
    ),
    "beyond the calendar": (
        {"entry": 1, "true_at": datetime(2200, 12, 31, 23, 59, tzinfo=UTC)},
        ["invalid_instant", "lies_ahead"],
        "entry 7 would lie outside the years 1970 to 2200",
    ),
    "still to come": (
        {"true_at": START + 10 * HOUR},
        ["before_last_entry", "lies_ahead"],
        "true_at 2026-03-02T19:00:00+00:00 lies after the time of recording",
    ),
    "corrected before": (
        {"at": START + 3 * HOUR},
        ["before_last_entry"],
        "is before the last entry, 2026-03-02T14:00:00+00:00",
    ),
}


def wrong_clock() -> Deal:
    """A deal whose entries 4 to 7 lie at hours 1, 3, 5, 6."""
    deal = small_deal()
    for hours in (1, 3, 5, 6):
        say(deal, "ann", "be.good", True, at=START + hours * HOUR)
    return deal


@pytest.mark.parametrize(("changes", "codes", "message"), WRONG.values(), ids=WRONG.keys())
def test_corrections_that_are_none(
    changes: dict[str, Any], codes: list[ErrorCode], message: str
) -> None:
    """The order of entries stays, and no time gets out of bounds; in a verb and in a trail."""
    deal = wrong_clock()
    given: dict[str, Any] = {"entry": 4, "last": 7, "true_at": START, "at": START + 8 * HOUR}
    given |= changes
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        correct(deal, **given)
    assert [problem.code for problem in caught.value.problems] == codes
    assert message in str(caught.value)
    event = ev.TimeCorrected(given["entry"], given["last"], given["true_at"], "x")
    forged = deal.trail.extended([forge(deal.trail.head, 8, given["at"], BY, event)])
    with pytest.raises(TrailError, match="entry 8 does not follow") as refused:
        Deal.replay(small(), forged)
    assert [problem.code for problem in refused.value.problems] == codes
    assert refused.value.seq == 8
    with pytest.raises(TrailError):
        loads(dumps(forged))
    with pytest.raises(TrailError):
        forged.verify()


def test_up_to_both_neighbours() -> None:
    """An entry may be put at the very time of the one before it or of the one behind it."""
    for true_at in (START + HOUR, START + 5 * HOUR):
        deal = wrong_clock()
        correct(deal, 5, true_at, START + 6 * HOUR, last=5)
        assert times(deal)[4] == true_at
        same_again(deal)


def test_the_first_entry_may_go_anywhere_back() -> None:
    """Before the opening there is nothing to keep an order with."""
    deal = deal_at("first_contact")
    correct(deal, 1, datetime(1970, 1, 1, tzinfo=UTC), now(deal), last=1)
    assert times(deal)[0].year == 1970
    same_again(deal)


def test_readers_follow_the_corrected_times() -> None:
    """A trail's next entry may be earlier than one that was corrected, and needs the correction."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, at=FAR)
    correct(deal, 4, START, START + DAY)
    say(deal, "ann", "be.rich", True, at=START + DAY)
    entries = deal.trail[:]
    without = Trail(entries[:4])
    without = without.extended([chain(without.head, 5, START + DAY, BY, entries[5].event)])
    for read in (lambda: loads(dumps(without)), without.verify):
        with pytest.raises(TrailError, match=r"entry 5: .*is before the last entry"):
            read()
    with pytest.raises(TrailError, match="entry 5 does not follow"):
        Deal.replay(small(), without)
    same_again(deal)


def test_nothing_to_correct() -> None:
    """The first entry of a trail is its opening, and cannot be a correction."""
    event = ev.TimeCorrected(1, 1, START, "x")
    trail = Trail([chain("0" * 64, 1, START, BY, event)])
    with pytest.raises(TrailError, match="the first entry is not 'opened'"):
        trail.verify()
    assert len(Timeline()) == 0
    assert Timeline().last == datetime.min.replace(tzinfo=UTC)
    assert new_deal().version == 1
