"""Moves on record: replay takes none that the playbook, its machine and the evidence belie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from dealflow import Card, Deal, Money, PlaybookError, Refused, Trail, TrailError, Verdict
from dealflow.state import (
    DealState,
    apply,
    fold,
    gaps_named,
    place_after,
    rejections,
    sense_problems,
)
from dealflow.trail import GuardRecord, chain
from dealflow.trail import events as ev
from tests.deals import (
    BY,
    DAY,
    MOVES,
    START,
    deal_at,
    now,
    ready_at,
    say,
    seven_step,
    small,
    small_deal,
)

CLOSE = """
[trial_close]
step = "last"
fact = "has.choice"
forward = ["yes"]
back = ["no"]
gap = { fact = "has.choice", no = "right" }
"""


def moved() -> Deal:
    """The last entry leaves the first step of a branching playbook."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=now(deal), to="left")
    return deal


def refused() -> Deal:
    """The last entry is a refusal: nobody has asked."""
    deal = small_deal()
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal), to="right")
    return deal


def watched() -> Deal:
    """The last entry leaves the second of seven steps, where walk-away conditions only warn."""
    deal = ready_at("qualification")
    deal.advance(by=BY, at=now(deal))
    return deal


def waived() -> Deal:
    """The last entry leaves a step whose guard is set aside."""
    deal = small_deal()
    deal.waive("good", authority="Max", by=BY, at=now(deal), reason="x", until=START + DAY)
    deal.advance(by=BY, at=now(deal), to="left")
    return deal


def left_alone() -> Deal:
    """The last entry walks away from a step of which one way is ready."""
    deal = small_deal()
    say(deal, "ann", "be.rich", False)
    say(deal, "ann", "be.good", True)
    deal.walk_away(by=BY, at=now(deal), reason="x")
    return deal


def walked() -> Deal:
    """The last entry walks away from a step with two ways, of which none is ready."""
    deal = small_deal()
    deal.walk_away(by=BY, at=now(deal), reason="x")
    return deal


def back() -> Deal:
    """The last entry goes one step back."""
    deal = moved()
    deal.step_back("one", by=BY, at=now(deal), reason="x")
    return deal


def rejected() -> Deal:
    """The last entry goes back after a no, with two guards that fail."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "timeline.wanted", False)
    say(deal, "mara", "technical.no", True)
    deal.answer_trial_close("rejected", source="ruth", gap="people", by=BY, at=now(deal))
    return deal


def named() -> Deal:
    """The last entry goes back to where the customer says that the gap is."""
    deal = ready_at("trial_close")
    deal.answer_trial_close("rejected", source="ruth", gap="money", by=BY, at=now(deal))
    return deal


def rejected_twice() -> Deal:
    """The last entry goes back to a gap of which two spoke after each had said no."""
    deal = ready_at("trial_close")
    for who in ("ines", "ruth"):
        deal.answer_trial_close("rejected", source=who, by=BY, at=now(deal))
    say(deal, "tom", "gap.step", "people")
    deal.return_to_gap(by=BY, at=now(deal))
    return deal


def stayed() -> Deal:
    """The last entry goes back by the rep's own choice after a no whose cause nobody has told."""
    deal = ready_at("trial_close")
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal))
    deal.step_back("guided_competition", by=BY, at=now(deal), reason="x")
    return deal


def reopened() -> Deal:
    """The last entry takes up a lost deal."""
    deal = small_deal()
    deal.lose(by=BY, at=now(deal), reason="x", to="nothing")
    say(deal, "ann", "be.good", True)
    deal.reopen(by=BY, at=now(deal), reason="x")
    return deal


def guards(event: Any, **changes: dict[str, Any] | None) -> Any:
    """The event with other records of guards; ``None`` leaves one out."""
    records = dict(event.guards)
    for guard, fields in changes.items():
        if fields is None:
            del records[guard]
        elif guard in records:
            records[guard] = evolve(records[guard], **fields)
        else:
            records[guard] = GuardRecord(**fields)
    return evolve(event, guards=records)


Forge = Callable[[Any], ev.Event]
FORGED: dict[str, tuple[Callable[[], Deal], Forge, list[str], str]] = {
    "moved from elsewhere": (
        moved,
        lambda e: evolve(e, from_step="left"),
        ["inconsistent"],
        "the deal is at one, not at 'left'",
    ),
    "moved by another move": (
        moved,
        lambda e: evolve(e, move="go_right"),
        ["no_such_move"],
        "one has no move 'go_right' to 'left'",
    ),
    "moved past a step": (
        moved,
        lambda e: evolve(e, to_step="last"),
        ["no_such_move"],
        "one has no move 'go_left' to 'last'",
    ),
    "moved without a guard": (
        moved,
        lambda e: guards(e, good=None),
        ["inconsistent"],
        "the move does not hang on good, or lacks it",
    ),
    "moved by a guard too many": (
        moved,
        lambda e: guards(e, rich={"truth": "true"}),
        ["inconsistent"],
        "the move does not hang on rich, or lacks it",
    ),
    "needed where it is not": (
        watched,
        lambda e: guards(e, timely={"needed": True}),
        ["inconsistent"],
        "timely is said to be needed",
    ),
    "not needed where it is": (
        moved,
        lambda e: guards(e, good={"needed": False}),
        ["inconsistent"],
        "good is said to be not needed",
    ),
    "rests on no statement": (
        moved,
        lambda e: guards(e, good={"yes": (2,)}),
        ["unknown_statement"],
        "good rests on (2,), which are not statements that stand, each once",
    ),
    "rests on itself": (
        moved,
        lambda e: guards(e, good={"no": (5,)}),
        ["unknown_statement"],
        "good rests on (5,), which are not statements that stand, each once",
    ),
    "rests on one statement twice": (
        moved,
        lambda e: guards(e, good={"yes": (4, 4)}),
        ["unknown_statement"],
        "good rests on (4, 4), which are not statements that stand, each once",
    ),
    "waived by nothing": (
        moved,
        lambda e: guards(e, good={"waived": 4}),
        ["inconsistent"],
        "good is said to be set aside by entry 4",
    ),
    "waiver left out": (
        waived,
        lambda e: guards(e, good={"waived": None, "truth": "true", "missing": ()}),
        ["inconsistent"],
        "good is said to be set aside by entry None",
    ),
    "misses something where it holds": (
        moved,
        lambda e: guards(e, good={"missing": ("stale:be.good",)}),
        ["inconsistent"],
        "good cannot miss 'stale:be.good'",
    ),
    "misses for no reason": (
        refused,
        lambda e: guards(e, good={"missing": ("whim:be.good",)}),
        ["inconsistent"],
        "good cannot miss 'whim:be.good'",
    ),
    "misses no fact": (
        refused,
        lambda e: guards(e, good={"missing": ("stale:be.bad",)}),
        ["inconsistent"],
        "good cannot miss 'stale:be.bad'",
    ),
    "misses it of a stranger": (
        refused,
        lambda e: guards(e, good={"missing": ("stale:own.mood:eve",)}),
        ["inconsistent"],
        "good cannot miss 'stale:own.mood:eve'",
    ),
    "another verdict": (
        refused,
        lambda e: evolve(e, verdict="work"),
        ["inconsistent"],
        "the guards give the verdict ask, not work",
    ),
    "another truth": (
        refused,
        lambda e: guards(e, good={"truth": "false"}, rich={"truth": "false"}),
        ["inconsistent"],
        "the guards give the verdict work, not ask",
    ),
    "moved though refused": (
        refused,
        lambda e: ev.Moved(e.move, e.from_step, e.to_step, e.verdict, e.guards),
        ["inconsistent"],
        "the machine does not let it by, and it moved",
    ),
    "refused though ready": (
        moved,
        lambda e: ev.Refused(e.move, e.from_step, e.to_step, e.verdict, e.guards),
        ["inconsistent"],
        "the machine lets it by, and it refused",
    ),
    "moved without being ready": (
        moved,
        lambda e: guards(e, good={"truth": "unknown", "yes": ()}),
        ["inconsistent", "inconsistent"],
        "the guards give the verdict ask, not ready; the machine does not let it by",
    ),
    "left another step": (
        walked,
        lambda e: evolve(e, from_step="left"),
        ["inconsistent"],
        "the deal is at one, not at 'left'",
    ),
    "left with another verdict": (
        walked,
        lambda e: evolve(e, verdict="work"),
        ["inconsistent"],
        "the guards give the verdict ask, not work",
    ),
    "left as if it were ready": (
        walked,
        lambda e: evolve(e, verdict="ready"),
        ["inconsistent"],
        "the guards give the verdict ask, not ready",
    ),
    "left by the second way's guards": (
        walked,
        lambda e: guards(e, rich={"truth": "unknown"}),
        ["inconsistent"],
        "the move does not hang on rich",
    ),
    "left without guards": (
        left_alone,
        lambda e: evolve(e, guards={}),
        ["inconsistent"],
        "the move does not hang on good, or lacks it",
    ),
    "back to a step ahead": (
        back,
        lambda e: evolve(e, to_step="last"),
        ["no_such_move"],
        "'last' is not a step before left",
    ),
    "back to the same step": (
        back,
        lambda e: evolve(e, to_step="left"),
        ["no_such_move"],
        "'left' is not a step before left",
    ),
    "back from elsewhere": (
        back,
        lambda e: evolve(e, from_step="last"),
        ["inconsistent"],
        "the deal is at left, not at 'last'",
    ),
    "back with guards": (
        back,
        lambda e: evolve(e, guards={"good": GuardRecord("true")}),
        ["inconsistent"],
        "no guard is judged on the rep's own way back",
    ),
    "back with an answer": (
        back,
        lambda e: evolve(e, answer=4),
        ["inconsistent"],
        "no guard is judged on the rep's own way back",
    ),
    "rejected where there is no close": (
        back,
        lambda e: evolve(e, cause="rejected", reason=""),
        ["no_such_move"],
        "left is not the trial close",
    ),
    "rejected at another step": (
        lambda: stepped_back_at("negotiation"),
        lambda e: evolve(e, cause="rejected", reason=""),
        ["no_such_move"],
        "negotiation is not the trial close",
    ),
    "rejected by nobody": (
        lambda: stepped_back_at("trial_close"),
        lambda e: evolve(e, cause="rejected", reason=""),
        ["inconsistent"],
        "entry None is not the latest rejection of the trial close that stands",
    ),
    "rejected by another entry": (
        named,
        lambda e: evolve(e, answer=e.answer + 1),
        ["inconsistent"],
        "is not the latest rejection of the trial close that stands",
    ),
    "rejected by the first of two": (
        rejected_twice,
        lambda e: evolve(e, answer=e.answer - 1),
        ["inconsistent"],
        "is not the latest rejection of the trial close that stands",
    ),
    "rejected for nobody knows what": (
        stayed,
        lambda e: evolve(e, cause="rejected", reason="", answer=max(stayed().statements)),
        ["gap_unknown"],
        "nobody has said where the gap is",
    ),
    "rejected for a guard that holds": (
        rejected,
        lambda e: guards(e, timely={"truth": "true"}),
        ["inconsistent"],
        "timely does not fail at a step before trial_close",
    ),
    "rejected for a guard of no earlier step": (
        rejected,
        lambda e: guards(e, serving_decided={"truth": "false"}),
        ["inconsistent"],
        "serving_decided does not fail at a step before trial_close",
    ),
    "rejected for a guard that is not needed": (
        rejected,
        lambda e: guards(e, timely={"needed": False}),
        ["inconsistent"],
        "timely does not fail at a step before trial_close",
    ),
    "rejected on no statement": (
        rejected,
        lambda e: guards(e, timely={"no": (1,)}),
        ["unknown_statement"],
        "timely rests on (1,), which are not statements that stand, each once",
    ),
    "rejected, and not far enough": (
        rejected,
        lambda e: evolve(e, to_step="guided_competition"),
        ["inconsistent"],
        "the gap is not at guided_competition",
    ),
    "rejected, and too far": (
        rejected,
        lambda e: evolve(e, to_step="first_contact"),
        ["inconsistent"],
        "the gap is not at first_contact",
    ),
    "rejected, and not where one is named": (
        named,
        lambda e: evolve(e, to_step="buying_roles"),
        ["inconsistent"],
        "the gap is not at buying_roles",
    ),
    "reopened elsewhere": (
        reopened,
        lambda e: evolve(e, to_step="left"),
        ["inconsistent"],
        "the deal was lost at one",
    ),
    "reopened from another end": (
        reopened,
        lambda e: evolve(e, from_outcome="walked_away"),
        ["inconsistent"],
        "the deal was lost at one",
    ),
}


def stepped_back_at(step: str) -> Deal:
    """The last entry goes back by the rep's own choice, after somebody has said something."""
    deal = deal_at(step)
    say(deal, "ruth", "need.ready", True)
    deal.step_back("qualification", by=BY, at=now(deal), reason="x")
    return deal


def with_last(deal: Deal, event: ev.Event, *, at: Any = None, by: str = BY) -> Trail:
    """The deal's trail with something else in its last entry."""
    before = Trail(deal.trail[:-1])
    last = deal.trail[-1]
    return before.extended([chain(before.head, last.seq, at or last.at, by, event)])


@pytest.mark.parametrize(("made", "forge", "codes", "message"), FORGED.values(), ids=FORGED)
def test_inconsistent_records(
    made: Callable[[], Deal], forge: Forge, codes: list[str], message: str
) -> None:
    """A move on record must be one that the rules could have let happen just there."""
    deal = made()
    last = deal.trail[-1]
    assert Deal.replay(deal.playbook, with_last(deal, last.event)) == deal
    with pytest.raises(TrailError) as caught:
        Deal.replay(deal.playbook, with_last(deal, forge(last.event)))
    assert message in str(caught.value)
    assert [problem.code for problem in caught.value.problems] == codes
    assert (caught.value.code, caught.value.seq) == ("does_not_follow", last.seq)


def test_the_named_gap_is_one_on_record() -> None:
    """Where the gap was named, the deal goes back there, unless the words were taken back."""
    deal = named()
    event = deal.trail[-1].event
    assert isinstance(event, ev.SteppedBack)
    assert (event.to_step, dict(event.guards)) == ("qualification", {})
    other = ready_at("trial_close")
    no = other.answer_trial_close("rejected", source="ruth", by=BY, at=now(other)).seq
    seq = say(other, "ruth", "gap.step", "money")
    named_by_two = fold(other.playbook, followed_by(other, evolve(event, answer=no)))
    assert named_by_two.step == "qualification"
    other.withdraw(seq, by=BY, at=now(other), reason="x")
    with pytest.raises(TrailError, match="nobody has said where the gap is") as caught:
        fold(other.playbook, followed_by(other, evolve(event, answer=no)))
    assert [problem.code for problem in caught.value.problems] == ["gap_unknown"]
    one = small_deal(MOVES + CLOSE)
    for fact in ("be.good", "be.rich"):
        say(one, "ann", fact, True)
    one.advance(by=BY, at=now(one), to="left")
    one.advance(by=BY, at=now(one))
    one.answer_trial_close("no", source="ann", by=BY, at=now(one))
    assert one.step == "right"
    assert Deal.replay(one.playbook, one.trail) == one


def followed_by(deal: Deal, event: ev.Event) -> Trail:
    """The deal's trail with one entry more."""
    return deal.trail.extended([chain(deal.trail.head, deal.version + 1, now(deal), BY, event)])


def test_the_way_back_may_come_later() -> None:
    """Whoever of us records the way back may do so some time after the answer."""
    deal = rejected()
    last = deal.trail[-1]
    state = fold(deal.playbook, with_last(deal, last.event, at=last.at + DAY / 24, by="max"))
    assert (state.step, state.since) == ("buying_roles", last.at + DAY / 24)


def test_without_a_trial_close_nothing_is_rejected() -> None:
    """Where the playbook has no trial close there are neither rejections nor gaps."""
    deal = small_deal()
    say(deal, "ann", "has.choice", "no")
    state = fold(deal.playbook, deal.trail)
    assert not rejections(state, START)
    assert not gaps_named(state, deal.statements[deal.version], None)


def test_one_rejection_leads_back_once() -> None:
    """What has led back is no cause to go back once more, though it still stands."""
    deal = named()
    # The same entry behind a way forward that nobody has judged: only the moves are of interest.
    state = fold(deal.playbook, deal.trail)
    state.place = "trial_close"
    (problem,) = sense_problems(state, now(deal), BY, deal.trail[-1].event)
    assert "is not the latest rejection of the trial close that stands" in problem.message


@pytest.mark.parametrize("answer", ["accepted", "needs_time"])
def test_a_yes_is_no_rejection(answer: str) -> None:
    """What goes forward cannot have sent the deal back."""
    deal = deal_at("trial_close")
    seq = say(deal, "ruth", "close.outcome", answer, quote="Well")
    deal.step_back("guided_competition", by=BY, at=now(deal), reason="x")
    event = ev.SteppedBack("trial_close", "guided_competition", "", "rejected", {}, seq)
    with pytest.raises(TrailError, match="is not the latest rejection"):
        fold(deal.playbook, with_last(deal, event))


MOVING: list[ev.Event] = [
    ev.Moved("go_left", "one", "left", "ready", {"good": GuardRecord("true")}),
    ev.Refused("go_left", "one", "left", "ask", {"good": GuardRecord("unknown")}),
    ev.SteppedBack("one", "one", "x"),
    ev.WalkedAway("one", "x", "ask", {"good": GuardRecord("unknown")}),
    ev.Lost("one", "x", "nothing"),
]


@pytest.mark.parametrize("event", MOVING, ids=lambda event: event.KIND)
def test_closed_deals_do_not_move(event: ev.Event) -> None:
    """After the end nothing moves, whatever it says."""
    deal = walked()
    trail = deal.trail.extended([chain(deal.trail.head, deal.version + 1, START, BY, event)])
    with pytest.raises(TrailError, match="the deal is walked_away: it has to be open") as caught:
        fold(small(), trail)
    (problem,) = caught.value.problems
    assert (problem.code, problem.data) == ("deal_closed", {"outcome": "walked_away"})


def test_what_cannot_be_reopened() -> None:
    """Neither an open deal nor a fulfilled one can, nor one of which nothing new is known."""
    fulfilled = ready_at("fulfilment")
    fulfilled.fulfil(by=BY, at=now(fulfilled))
    for deal, outcome, code in (
        (small_deal(), "lost", "deal_open"),
        (fulfilled, "fulfilled", "deal_closed"),
        (walked(), "walked_away", "nothing_new"),
    ):
        again = ev.Reopened(deal.step, outcome, "x")
        entry = chain(deal.trail.head, deal.version + 1, now(deal), BY, again)
        with pytest.raises(TrailError) as caught:
            fold(deal.playbook, deal.trail.extended([entry]))
        assert [problem.code for problem in caught.value.problems] == [code]


def test_waivers_count_while_they_are_in_force() -> None:
    """A move may rest on a waiver up to its end, and not later."""
    deal = waived()
    event = deal.trail[-1].event
    fold(small(), with_last(deal, event, at=START + DAY))
    with pytest.raises(TrailError) as caught:
        fold(small(), with_last(deal, event, at=START + DAY + DAY / 24))
    assert "good is said to be set aside by entry 4" in str(caught.value)


def test_statements_count_while_they_stand() -> None:
    """A move cannot rest on what was taken back before."""
    deal = small_deal()
    seq = say(deal, "ann", "be.good", True)
    deal.withdraw(seq, by=BY, at=now(deal), reason="x")
    records = {"good": GuardRecord("true", yes=(seq,))}
    event = ev.Moved("go_left", "one", "left", "ready", records)
    trail = deal.trail.extended([chain(deal.trail.head, 6, START, BY, event)])
    with pytest.raises(
        TrailError, match=r"good rests on \(4,\), which are not statements that stand, each once"
    ):
        fold(small(), trail)


def test_numbers_must_go_on() -> None:
    """An entry with another number than its place is refused by replay as well."""
    trail = small_deal().trail
    odd = Trail([*trail[:2], evolve(trail[2], seq=4)])
    with pytest.raises(TrailError, match=r"entry 3 does not .*: it has the number 4") as caught:
        fold(small(), odd)
    assert [problem.code for problem in caught.value.problems] == ["out_of_order"]


def test_the_same_price_again() -> None:
    """A price that is the price already is no change, on record as in a verb."""
    deal = small_deal()
    changed = ev.AmountChanged(Money("5", "EUR"), "x")
    trail = deal.trail
    for seq in (4, 5):
        trail = trail.extended([chain(trail.head, seq, START, BY, changed)])
    with pytest.raises(TrailError, match=r"entry 5 .*the price is 5 EUR already") as caught:
        fold(small(), trail)
    assert [problem.code for problem in caught.value.problems] == ["unchanged"]


def test_values_have_one_form() -> None:
    """A value in another spelling than a verb would write does not follow."""
    deal = small_deal()
    said = ev.Said("has.number", "1.50", "contact", "ann", START)
    trail = deal.trail.extended([chain(deal.trail.head, 4, START, BY, said)])
    with pytest.raises(TrailError, match=r"'1\.50' is not the one form of its value, '1\.5'"):
        fold(small(), trail)


def test_sense_alone() -> None:
    """Without a trail an event's sense can be asked for, and form and time are left out."""
    state = DealState(small())
    book = (small().id, small().version, small().fingerprint, "one")
    opened = ev.Opened("D-1", "", "", None, *book, Card(BY))
    assert sense_problems(state, START, BY, opened) == []
    apply(state, 1, START, BY, opened)
    for at in (START - DAY, None):
        assert sense_problems(state, at, "", ev.Withdrawn(1, "")) == sense_problems(
            state, START, BY, ev.Withdrawn(1, "x")
        )
    waiver = ev.Moved("go_left", "one", "left", "ready", {"good": GuardRecord("unknown", waived=2)})
    apply(state, 2, START, BY, ev.Waived("good", "Max", "x"))
    assert sense_problems(state, START, BY, waiver) == []
    (problem,) = sense_problems(state, None, BY, waiver)
    assert problem.message == "good is said to be set aside by entry 2"


@pytest.mark.parametrize(
    ("event", "place"),
    [
        (MOVING[0], "left"),
        (ev.Moved("finish", "last", "fulfilled", "ready", {}), "fulfilled@last"),
        (MOVING[1], None),
        (MOVING[2], "one"),
        (MOVING[3], "walked_away@one"),
        (MOVING[4], "lost@one"),
        (ev.Reopened("one", "lost", "x"), "one"),
        (ev.Withdrawn(3, "x"), None),
    ],
    ids=lambda each: getattr(each, "KIND", str(each)),
)
def test_place_after(event: ev.Event, place: str | None) -> None:
    """Where an event says that it leads is where the deal stands after it."""
    assert place_after(event) == place


def test_places_after_are_the_machine_s() -> None:
    """What events say agrees with the machine on a whole way through the playbook."""
    deal = ready_at("fulfilment")
    deal.fulfil(by=BY, at=now(deal))
    state = DealState(deal.playbook)
    for entry in deal.trail:
        before = state.place
        apply(state, entry.seq, entry.at, entry.by, entry.event)
        if entry.seq > 1:
            assert state.place == (place_after(entry.event) or before)
    assert state.place == "fulfilled@fulfilment"
    assert deal.verdict(at=now(deal)) in Verdict


def test_a_trial_close_has_a_step_before_it() -> None:
    """A rejection has to lead back somewhere, so that the first step is no trial close."""
    with pytest.raises(PlaybookError):
        small(MOVES + CLOSE.replace('step = "last"', 'step = "one"'))
    assert seven_step().trial_close is not None
