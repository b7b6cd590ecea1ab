"""Whatever fails inside a verb, the deal is as it was, and goes on working."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from types import CodeType, FrameType
from typing import Any

import pytest
from attrs import define

from dealflow import Deal, Entry, Money, Refused, Trail, dumps
from dealflow.deal import deal as deal_module
from dealflow.deal import ledger as _ledger
from dealflow.deal import observers as _observers
from dealflow.playbook import machine as _machine
from dealflow.trail import link
from tests.deals import (
    BY,
    DAY,
    START,
    deal_at,
    left_alone,
    meet_everybody,
    new_deal,
    now,
    picture,
    ready_at,
    say,
    seven_step,
)

Verb = Callable[[Deal], object]


class BrokenError(Exception):
    """A fault that nobody expects."""


FAULTS = [BrokenError, KeyboardInterrupt, MemoryError]


def waived(deal: Deal) -> object:
    """Waive a guard."""
    return deal.waive("proof_passed", authority="Max", by=BY, at=now(deal), reason="x")


def add_eve(deal: Deal) -> object:
    """Add a contact."""
    return deal.add_contact("eve", name="Eve", roles=["user"], by=BY, at=now(deal))


def price(deal: Deal) -> object:
    """Change the price."""
    return deal.change_amount(Money("1", "EUR"), by=BY, at=now(deal), reason="x")


def rejected_late(deal: Deal) -> object:
    """Reject the trial close when guards fail again, as nothing is fresh any more."""
    at = now(deal) + 1000 * DAY
    return deal.answer_trial_close("rejected", source="ruth", gap="people", by=BY, at=at)


VERBS: dict[str, Verb] = {
    "add_contact": add_eve,
    "change_contact": lambda d: d.change_contact("tom", roles=["user"], by=BY, at=now(d)),
    "change_amount": price,
    "change_card": lambda d: d.change_card(owner="max", market="rail", by=BY, at=now(d)),
    "correct_account": lambda d: d.correct_account("N", by=BY, at=now(d), reason="x"),
    "correct_title": lambda d: d.correct_title("T", by=BY, at=now(d), reason="x"),
    "meet": lambda d: d.meet("call", participants=["tom"], by=BY, at=now(d)),
    "hear": lambda d: say(d, "ruth", "budget.amount", "1 EUR"),
    "read": lambda d: d.read("A.pdf", "budget.amount", "1 EUR", by=BY, at=now(d)),
    "observe": lambda d: d.observe("offer.helps", False, by=BY, at=now(d)),
    "confirm": lambda d: d.confirm("ruth", ["budget.approved"], by=BY, at=now(d)),
    "merge_contacts": lambda d: d.merge_contacts("tom", into="ines", by=BY, at=now(d), reason="x"),
    "withdraw": lambda d: d.withdraw(max(d.statements), by=BY, at=now(d), reason="x"),
    "waive": waived,
    "advance": lambda d: d.advance(by=BY, at=now(d)),
    "step_back": lambda d: d.step_back("qualification", by=BY, at=now(d), reason="x"),
    "walk_away": lambda d: d.walk_away(by=BY, at=now(d), reason="x"),
    "lose": lambda d: d.lose(by=BY, at=now(d), reason="x", to="nothing"),
    "accept": lambda d: d.answer_trial_close("accepted", source="ruth", by=BY, at=now(d)),
    "reject": lambda d: d.answer_trial_close(
        "rejected", source="ruth", gap="people", by=BY, at=now(d)
    ),
}
verbs = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS.keys())


def raising(fault: type[BaseException]) -> Callable[..., Any]:
    """A function that fails whatever it is given."""

    def fail(*_args: object, **_kwargs: object) -> Any:
        raise fault("broken")

    return fail


def after(function: Callable[..., Any], fault: type[BaseException]) -> Callable[..., Any]:
    """The function, which does its work and then fails."""

    def work_and_fail(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        raise fault("broken")

    return work_and_fail


SEAMS: dict[str, tuple[Any, str]] = {
    "chain": (_ledger, "link"),
    "apply": (_ledger, "apply"),
    "extended": (Trail, "extended"),
}


def broken_once(function: Callable[..., Any], fault: type[BaseException]) -> Callable[..., Any]:
    """The function, which fails after its work when it is first called, and never again."""
    calls = iter([True])

    def once(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if next(calls, False):
            raise fault("broken")
        return result

    return once


@verbs
@pytest.mark.parametrize(("place", "name"), SEAMS.values(), ids=SEAMS.keys())
def test_faults_on_the_way(
    place: Any, name: str, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault at any seam, even after its work is done, leaves the deal and its bytes alone."""
    deal = ready_at("trial_close")
    with left_alone(deal):
        for fault in FAULTS:
            with monkeypatch.context() as patch:
                patch.setattr(place, name, broken_once(getattr(place, name), fault))
                with pytest.raises(fault, match="broken"):
                    verb(deal)
    works_again(deal, verb)


def works_again(deal: Deal, verb: Verb) -> None:
    """The verb that failed works now, and the trail is whole."""
    version = deal.version
    try:
        verb(deal)
    except Refused:
        assert verb is VERBS["advance"]
    assert deal.version > version
    deal.trail.verify()
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)


OURS = re.compile(r"/dealflow/(?!exceptions|testing|deal/observers)|attrs generated .*dealflow")
OUTSIDE = re.compile(r"/dealflow/(exceptions|testing|deal/observers)")


RETURNS = frozenset({"return", "c_return"})
HEARD: dict[int, tuple[bool, bool, bool, CodeType]] = {}


def heard(code: CodeType) -> tuple[bool, bool, bool, CodeType]:
    """Whether something raised when it is called, or returns, is noticed; and whether it looks on.

    By the id, as code takes long to compare; it is kept, so that its id is not given away.
    """
    ours = bool(OURS.search(code.co_filename)) and code.co_name != "<genexpr>"
    unheard = code.co_name in ("_commit", "_record", "run") or code.co_filename.endswith(
        ("deal/deal.py", "deal/recorder.py")
    )
    # what is raised in a generator that is thrown away goes nowhere
    ends = ours and not unheard and not code.co_flags & inspect.CO_GENERATOR
    HEARD[id(code)] = ours, ends, bool(OUTSIDE.search(code.co_filename)), code
    return HEARD[id(code)]


# by the id here, too
ENDS = {id(Refused.__init__.__code__), id(_observers._tell.__code__)}


@define
class Saboteur:
    """Raises a fault at the n-th thing that happens in dealflow: a call, or a return from one.

    What happens in a verb itself after the entry is on record is left out: there the deal has
    changed already, and nobody could take that back. So are the refusal that is raised then and
    those who are told of it, and the end of a generator, for Python swallows what is raised in one
    that is thrown away.
    """

    at: int
    fault: type[BaseException] = BrokenError
    seen: int = 0
    over: bool = False

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        """Count what happens, and raise the fault when its turn comes."""
        code, caller = frame.f_code, frame.f_back
        self.over = self.over or id(code) in ENDS
        if self.over:
            return
        if not (HEARD.get(id(code)) or heard(code))[event in RETURNS] or caller is None:
            return
        if not (HEARD.get(id(caller.f_code)) or heard(caller.f_code))[2]:
            self.seen += 1
            if self.seen == self.at:
                raise self.fault("broken")

    def watch(self, verb: Verb, deal: Deal) -> None:
        """Let a verb run under sabotage."""
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            verb(deal)
        finally:
            sys.setprofile(before)


def points(verb: Verb, start: Deal) -> list[int]:
    """Some sixty points of a verb's course at which it can be broken, the last ones among them."""
    counter = Saboteur(0)
    for watch in (verb, partial(counter.watch, verb)):
        # twice, as what is remembered from the first time happens only once
        with suppress(Refused):
            watch(Deal.replay(start.playbook, start.trail))
    return sorted({*range(1, counter.seen, counter.seen // 40 + 1), *range(1, counter.seen)[-20:]})


@verbs
def test_faults_anywhere(verb: Verb) -> None:
    """Wherever in its course a verb is broken, the deal and its bytes are as they were."""
    start = ready_at("trial_close")
    before = picture(start)
    for number in points(verb, start):
        deal = Deal.replay(start.playbook, start.trail)
        saboteur = Saboteur(number, FAULTS[number % len(FAULTS)])
        with pytest.raises(saboteur.fault, match="broken"):
            saboteur.watch(verb, deal)
        assert picture(deal) == before, number
        if number % 7 == 0:
            works_again(deal, verb)


MOVING: dict[str, tuple[Any, str, Verb]] = {
    "machine": (_machine, "fire", VERBS["accept"]),
    "machine, forward": (_machine, "fire", VERBS["advance"]),
    "machine, back": (_machine, "fire", VERBS["step_back"]),
    "machine, rejected": (_machine, "fire", VERBS["reject"]),
    "machine, out": (_machine, "fire", VERBS["walk_away"]),
    "assessment of a refusal": (deal_module, "assess", VERBS["advance"]),
    "judgement": (deal_module, "judge_step", VERBS["accept"]),
    "judgement, out": (deal_module, "judge_step", VERBS["walk_away"]),
    "gap": (deal_module, "way_back", VERBS["reject"]),
    "records": (deal_module, "record", rejected_late),
    "event": (deal_module, "record", VERBS["accept"]),
    "refusal": (deal_module, "record", VERBS["advance"]),
}


@pytest.mark.parametrize(("place", "name", "verb"), MOVING.values(), ids=MOVING.keys())
def test_faults_while_moving(
    place: Any, name: str, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault between an answer and its move takes the answer back with it."""
    start = ready_at("trial_close")
    before = picture(start)
    for fault in FAULTS:
        for broken in (raising(fault), after(getattr(place, name), fault)):
            # An assessment makes the records of all guards: this deal has had none.
            deal = Deal.replay(start.playbook, start.trail)
            with monkeypatch.context() as patch:
                patch.setattr(place, name, broken)
                with pytest.raises(fault, match="broken"):
                    verb(deal)
            assert picture(deal) == before
            deal.trail.verify()
            works_again(deal, verb)


@pytest.mark.parametrize(
    ("verb", "number"),
    [("accept", 1), ("accept", 2), ("reject", 1), ("reject", 2), ("reject", 3)],
)
def test_faults_at_each_entry_of_an_answer(
    verb: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer makes all its entries or none."""
    deal = ready_at("trial_close")
    calls: list[None] = []

    def counted(*args: Any) -> Entry:
        calls.append(None)
        if len(calls) == number:
            raise BrokenError("broken")
        return link(*args)

    with left_alone(deal), monkeypatch.context() as patch:
        patch.setattr(_ledger, "link", counted)
        with pytest.raises(BrokenError):
            VERBS[verb](deal)
        assert len(calls) == number
    works_again(deal, VERBS[verb])


@pytest.mark.parametrize("seam", SEAMS)
@pytest.mark.parametrize("verb", ["return_to_gap", "undo_merge"])
def test_faults_on_the_way_back(verb: str, seam: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault on the way back to the gap, or while a merge is undone, leaves the deal alone."""
    deal = ready_at("trial_close")
    deal.merge_contacts("tom", into="ines", by=BY, at=now(deal), reason="x")
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal))
    say(deal, "ruth", "gap.step", "people")
    given = {"contact": "tom", "reason": "x"} if verb == "undo_merge" else {}
    place, name = SEAMS[seam]

    def act(deal: Deal) -> object:
        return getattr(deal, verb)(**given, by=BY, at=now(deal))

    with left_alone(deal), monkeypatch.context() as patch:
        patch.setattr(place, name, broken_once(getattr(place, name), BrokenError))
        with pytest.raises(BrokenError):
            act(deal)
    works_again(deal, act)


def test_a_failed_refusal_leaves_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either the refusal is on record and raised, or neither."""
    deal = deal_at("negotiation")
    with left_alone(deal):
        monkeypatch.setattr(deal_module, "assess", raising(BrokenError))
        with pytest.raises(BrokenError):
            deal.advance(by=BY, at=now(deal))
        monkeypatch.undo()
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal))


@pytest.mark.parametrize(("place", "name"), SEAMS.values(), ids=SEAMS.keys())
def test_faults_while_opening(place: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deal that could not be opened does not exist, and the next one can."""
    with monkeypatch.context() as patch:
        patch.setattr(place, name, broken_once(getattr(place, name), BrokenError))
        with pytest.raises(BrokenError):
            new_deal()
    assert new_deal().version == 1


def test_entries_that_were_never_made_are_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a fault the next entry takes the number and the place of the one that failed."""
    deal, twin = (new_deal() for _ in range(2))
    meet_everybody(deal)
    meet_everybody(twin)
    with monkeypatch.context() as patch:
        patch.setattr(Trail, "extended", broken_once(Trail.extended, BrokenError))
        with pytest.raises(BrokenError):
            say(deal, "ruth", "need.ready", False)
    say(deal, "ruth", "need.ready", True)
    say(twin, "ruth", "need.ready", True)
    assert deal == twin
    assert dumps(deal.trail) == dumps(twin.trail)


def histories() -> Iterator[Deal]:
    """Deals of the same beginning."""
    beginning = deal_at("qualification")
    while True:
        yield Deal.replay(seven_step(), beginning.trail)


def test_deals_of_one_beginning_do_not_meet() -> None:
    """Deals replayed from one trail go their own ways, though they share its entries."""
    one, two = (next(deals) for deals in [histories()] * 2)
    say(one, "ruth", "need.ready", True)
    say(two, "ruth", "need.ready", False)
    assert one != two
    assert one.trail[:-1] == two.trail[:-1]
    for deal in (one, two):
        deal.trail.verify()
    assert [d.statements[d.version].value for d in (one, two)] == [True, False]
    assert one.trail[0].at == START
