"""One deal is for one thread at a time: a second one is turned away, and nothing is lost."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread
from typing import Any

import pytest

from dealflow import (
    Deal,
    DealBusy,
    DealflowError,
    EvidenceError,
    MoveNotAllowed,
    Refused,
    Trail,
    Verdict,
)
from dealflow.deal import deal as _deal
from dealflow.deal import ledger as _ledger
from dealflow.deal.intake import Notes
from dealflow.state import DealState
from tests.deals import (
    BY,
    deal_at,
    leave,
    left_alone,
    now,
    picture,
    ready_at,
    say,
    seven_step,
    small_deal,
)

SECONDS = 20  # for a test that hangs; nothing here waits for time to pass


@contextmanager
def blocked(
    patch: pytest.MonkeyPatch, place: Any, name: str, verb: Callable[[], object]
) -> Generator[list[Exception]]:
    """While the block runs, another thread stands still inside a verb, at the end of a function.

    Gives the errors of that thread, which has gone on and is done when the block is left.
    """
    original = getattr(place, name)
    inside, go_on = Event(), Event()
    errors: list[Exception] = []

    def standing_still(*args: Any, **rest: Any) -> Any:
        result = original(*args, **rest)
        if not inside.is_set():
            inside.set()
            assert go_on.wait(SECONDS)
        return result

    def run() -> None:
        try:
            verb()
        except (DealflowError, AssertionError) as error:
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    with patch.context() as patched:
        patched.setattr(place, name, standing_still)
        thread.start()
        try:
            assert inside.wait(SECONDS)
            yield errors
        finally:
            go_on.set()
            thread.join(SECONDS)
    assert not thread.is_alive()


VERBS: dict[str, Callable[[Deal], object]] = {
    "add_contact": lambda d: d.add_contact("eve", name="Eve", by=BY, at=now(d)),
    "change_contact": lambda d: d.change_contact("ann", title="CFO", by=BY, at=now(d)),
    "change_amount": lambda d: d.change_amount(d.amount, by=BY, at=now(d), reason="x"),  # type: ignore[arg-type]
    "change_card": lambda d: d.change_card(owner="max", by=BY, at=now(d)),
    "correct_account": lambda d: d.correct_account("N", by=BY, at=now(d), reason="x"),
    "correct_title": lambda d: d.correct_title("T", by=BY, at=now(d), reason="x"),
    "meet": lambda d: d.meet("call", participants=["ann"], by=BY, at=now(d)),
    "hear": lambda d: say(d, "ann", "be.rich", True),
    "read": lambda d: d.read("A.pdf", "be.rich", True, by=BY, at=now(d)),
    "observe": lambda d: d.observe("be.rich", True, by=BY, at=now(d)),
    "merge_contacts": lambda d: d.merge_contacts("ann", into="bob", by=BY, at=now(d), reason="x"),
    "undo_merge": lambda d: d.undo_merge("ann", by=BY, at=now(d), reason="x"),
    "confirm": lambda d: d.confirm("ann", ["be.good"], by=BY, at=now(d)),
    "return_to_gap": lambda d: d.return_to_gap(by=BY, at=now(d)),
    "withdraw": lambda d: d.withdraw(4, by=BY, at=now(d), reason="x"),
    "correct_time": lambda d: d.correct_time(4, now(d), by=BY, at=now(d), reason="x"),
    "assess": lambda d: d.assess(at=now(d)),
    "verdict": lambda d: d.verdict(at=now(d)),
    "farewell": lambda d: d.farewell(at=now(d)),
    "advance": lambda d: d.advance(by=BY, at=now(d)),
    "fulfil": lambda d: d.fulfil(by=BY, at=now(d)),
    "answer_trial_close": lambda d: d.answer_trial_close("yes", source="ann", by=BY, at=now(d)),
    "step_back": lambda d: d.step_back("one", by=BY, at=now(d), reason="x"),
    "walk_away": lambda d: d.walk_away(by=BY, at=now(d), reason="x"),
    "lose": lambda d: d.lose(by=BY, at=now(d), reason="x", to="nothing"),
    "reopen": lambda d: d.reopen(by=BY, at=now(d), reason="x"),
    "waive": lambda d: d.waive("good", authority="Max", by=BY, at=now(d), reason="x"),
}
# Before anything is changed, with the state gone on and the trail not, and with both gone on.
SEAMS: dict[str, tuple[Any, str]] = {
    "chain": (_ledger, "link"),
    "apply": (_ledger, "apply"),
    "extended": (Trail, "extended"),
}
seams = pytest.mark.parametrize(("place", "name"), SEAMS.values(), ids=SEAMS)


def test_every_verb_takes_its_turn() -> None:
    """No public method of a deal is left out here but the ways in, and a look at what was said."""
    public = {name for name in dir(Deal) if not name.startswith("_")}
    verbs = {name for name in public if callable(getattr(Deal, name))}
    assert verbs - {"open", "replay", "made_by"} == set(VERBS)


@seams
def test_two_at_once(place: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the second thread wants is refused, and the first thread's entry is kept."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    before = deal.trail
    with blocked(monkeypatch, place, name, lambda: say(deal, "bob", "be.good", True)) as errors:
        for verb in VERBS.values():
            with pytest.raises(DealBusy) as caught:
                verb(deal)
            assert (caught.value.deal, caught.value.code) == ("D-1", "deal_busy")
            assert "the deal D-1 is in use by another thread" in str(caught.value)
        assert deal.trail == before
    assert errors == []
    assert deal.version == len(before) + 1
    assert [s.source for s in deal.statements.values()] == ["ann", "bob"]
    with left_alone(deal):
        deal.assess(at=now(deal))
    VERBS["hear"](deal)
    VERBS["advance"](deal)
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)


@seams
def test_looking_on(place: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To read what a deal is, while another thread is at it, breaks nothing there."""
    deal = small_deal()
    with blocked(monkeypatch, place, name, lambda: say(deal, "ann", "be.good", True)) as errors:
        looked = (deal.step, deal.outcome, deal.id, deal.version, len(deal.statements), repr(deal))
        copies = [copy.copy(deal), copy.deepcopy(deal), pickle.loads(pickle.dumps(deal))]
    assert errors == []
    assert looked == ("one", None, "D-1", 3, 0, "<Deal D-1 (Northwind): one, version 3>")
    assert list(deal.statements) == [4]
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)
    for copied in copies:
        assert copied.trail == Trail(deal.trail[:3])
        say(copied, "bob", "be.good", True)
    assert list(deal.statements) == [4]
    say(deal, "bob", "be.good", False)
    assert deal.version == 5


def test_while_a_verb_is_judging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that only looks keeps others away, too, and they keep it away."""
    deal = ready_at("buying_roles")
    looks: list[Any] = []
    (plan,) = deal.playbook.plans[deal.step]

    def look() -> Any:
        # At a move that nobody has looked at yet, which has to be judged.
        return deal.assess(at=now(deal), to=plan.move.to)

    seam = (monkeypatch, _deal, "judge_step", lambda: looks.append(look()))
    with left_alone(deal):
        with blocked(*seam) as errors:
            for verb in (leave, lambda d: d.verdict(at=now(d)), lambda d: say(d, "tom", "x", 1)):
                with pytest.raises(DealBusy):
                    verb(deal)
        assert errors == []
        assert looks == [look()]


def test_between_an_answer_and_its_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets in between the two entries of an answer to the trial close."""
    deal = ready_at("trial_close")
    version = deal.version
    seam = (monkeypatch, _deal, "way_back", lambda: reject(deal))
    with blocked(*seam) as errors, pytest.raises(DealBusy):
        say(deal, "ruth", "need.ready", True)
    assert errors == []
    assert [entry.kind for entry in deal.trail[version:]] == ["said", "said", "stepped_back"]
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)


def reject(deal: Deal) -> object:
    """Reject the trial close."""
    return deal.answer_trial_close("rejected", source="ruth", gap="money", by=BY, at=now(deal))


@pytest.mark.parametrize(
    ("verb", "error"),
    [
        (lambda d: say(d, "eve", "be.good", True), EvidenceError),
        (lambda d: d.fulfil(by=BY, at=now(d)), MoveNotAllowed),
        (lambda d: d.advance(by=BY, at=now(d)), Refused),
    ],
    ids=["evidence", "move", "refusal"],
)
def test_a_turn_ends_with_an_error(
    verb: Callable[[Deal], object], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verb that fails in one thread gives the deal free for every other."""
    deal = small_deal()
    seam = (monkeypatch, Notes, "__init__", lambda: verb(deal))
    with blocked(*seam) as errors, pytest.raises(DealBusy):
        say(deal, "ann", "be.good", True)
    assert len(errors) == 1
    assert isinstance(errors[0], error)
    say(deal, "ann", "be.good", True)
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)


def test_a_busy_error_ends_nobody_elses_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turned away once, a thread is turned away again while the first one is at it."""
    deal = small_deal()
    with blocked(monkeypatch, _ledger, "apply", lambda: say(deal, "ann", "be.good", True)):
        for _ in range(3):
            with pytest.raises(DealBusy):
                deal.verdict(at=now(deal))
    deal.verdict(at=now(deal))


def test_in_turn_is_fine() -> None:
    """Threads that take turns make the same deal as one thread alone."""
    deal, alone = small_deal(), small_deal()
    for number, who in enumerate(["ann", "bob"] * 10):
        thread = Thread(target=say, args=(deal, who, "has.number", str(number)))
        thread.start()
        thread.join(SECONDS)
        say(alone, who, "has.number", str(number))
    assert deal == alone
    assert picture(deal) == picture(alone)


def test_a_verb_within_a_verb_is_of_the_same_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread does not lock itself out, whatever it calls from inside a verb."""
    deal = small_deal()
    seen: list[Verdict | None] = []

    def clock() -> datetime:
        if not seen:
            seen.append(None)
            seen.append(deal.verdict(at=now(deal)))
        return now(deal)

    monkeypatch.setattr(deal, "_clock", clock)
    say(deal, "ann", "be.good", True)
    assert deal.version == 4
    assert seen == [None, Verdict.ASK]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda deal: pickle.loads(pickle.dumps(deal))],
    ids=["copy", "deepcopy", "pickle"],
)
@pytest.mark.parametrize("step", ["first_contact", "trial_close", "fulfilment"])
def test_copies_go_their_own_way(copied: Callable[[Deal], Deal], step: str) -> None:
    """A copy looks like the deal, and what happens to either does not happen to the other."""
    deal = ready_at(step)
    deal.waive("proof_passed", authority="Max", by=BY, at=now(deal), reason="x")
    before = picture(deal)
    again = copied(deal)
    assert type(again) is Deal
    assert (again, picture(again)) == (deal, before)
    assert again._state is not deal._state
    say(again, "ruth", "need.trigger", "A lost order")
    again.add_contact("eve", name="Eve", roles=["user"], by=BY, at=now(again))
    again.meet("call", participants=["eve"], by=BY, at=now(again))
    again.waive("no_technical_no", authority="Max", by=BY, at=now(again), reason="x")
    again.lose(by=BY, at=now(again), reason="x", to="nothing")
    assert picture(deal) == before
    after = picture(again)
    say(deal, "tom", "need.trigger", "The auditor")
    leave(deal)
    assert picture(again) == after
    assert picture(Deal.replay(seven_step(), deal.trail)) == picture(deal)
    assert picture(Deal.replay(seven_step(), again.trail)) == after


def test_a_copy_of_a_deal_in_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a deal that has not been opened yet can be copied: it is as empty."""
    made: list[Deal] = []
    begin = Deal._begin

    def copying(self: Deal, *args: Any, **rest: Any) -> Any:
        if not len(self.trail):
            made.extend((copy.copy(self), pickle.loads(pickle.dumps(self))))
        return begin(self, *args, **rest)

    monkeypatch.setattr(Deal, "_begin", copying)
    deal_at("first_contact", seven_step())
    assert [(each.version, each.id, type(each._state)) for each in made] == [(0, "", DealState)] * 2
