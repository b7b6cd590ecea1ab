"""Observers: who is told of what happens to deals, when, and in which context."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, suppress
from threading import Thread
from typing import Any

import pytest
from attrs import define, field

from dealflow import (
    Assessment,
    Deal,
    DealflowError,
    Money,
    MoveNotAllowed,
    Playbook,
    Refused,
    Trail,
)
from dealflow.deal import (
    Act,
    Observer,
    current_observers,
    observing,
    observing_only,
    put_in_place,
)
from dealflow.deal import deal as deal_module
from dealflow.deal import ledger as ledger_module
from dealflow.trail import link
from tests.deals import BY, START, deal_at, new_deal, now, picture, ready_at, small, small_deal

pytestmark = pytest.mark.usefixtures("unwatched")


@define(eq=False)
class Notes(Observer):
    """Notes everything that it is told, and what the deal looked like then."""

    told: list[tuple[Any, ...]] = field(factory=list)
    acts: list[Act] = field(factory=list)

    def note(self, what: str, act: Act, *more: Any) -> None:
        """Note one thing."""
        act.deal.trail.verify()
        assert act.after == Trail(act.deal.trail[: len(act.after)])
        self.acts.append(act)
        self.told.append((what, act.verb, *more))

    def judged(self, act: Act, assessment: Assessment) -> None:
        """Note the verdict."""
        self.note("judged", act, assessment.verdict.value)

    def recorded(self, act: Act) -> None:
        """Note the kinds of the entries."""
        self.note("recorded", act, *(entry.kind for entry in act.entries))

    def refused(self, act: Act, refused: Refused) -> None:
        """Note which error it was."""
        self.note("refused", act, refused.entry.seq)

    def failed(self, act: Act, error: BaseException) -> None:
        """Note which error it was."""
        self.note("failed", act, type(error))


class Raising(Observer):
    """Raises whatever it is told."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def judged(self, act: Act, assessment: Assessment) -> None:
        """Raise."""
        raise self.error

    def recorded(self, act: Act) -> None:
        """Raise."""
        raise self.error

    def failed(self, act: Act, error: BaseException) -> None:
        """Raise."""
        raise self.error


def add(deal: Deal, id: str = "eve") -> object:
    """Add a contact."""
    return deal.add_contact(id, name=id.title(), by=BY, at=now(deal))


def move(deal: Deal) -> object:
    """Try to go on."""
    return deal.advance(by=BY, at=now(deal))


def accept(deal: Deal) -> object:
    """Accept at the trial close."""
    return deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))


# what is told

VERBS: dict[str, tuple[Callable[[Deal], object], str]] = {
    "add_contact": (add, "contact_added"),
    "change_contact": (
        lambda d: d.change_contact("tom", rating=1, by=BY, at=now(d)),
        "contact_changed",
    ),
    "merge_contacts": (
        lambda d: d.merge_contacts("tom", into="ines", by=BY, at=now(d), reason="x"),
        "contacts_merged",
    ),
    "confirm": (lambda d: d.confirm("ruth", ["budget.approved"], by=BY, at=now(d)), "confirmed"),
    "change_amount": (
        lambda d: d.change_amount(Money("1", "EUR"), by=BY, at=now(d), reason="x"),
        "amount_changed",
    ),
    "change_card": (lambda d: d.change_card(owner="max", by=BY, at=now(d)), "card_changed"),
    "correct_account": (
        lambda d: d.correct_account("Northwind Ltd", by=BY, at=now(d), reason="x"),
        "account_corrected",
    ),
    "correct_title": (
        lambda d: d.correct_title("Racks", by=BY, at=now(d), reason="x"),
        "title_corrected",
    ),
    "meet": (lambda d: d.meet("call", participants=["tom"], by=BY, at=now(d)), "met"),
    "hear": (lambda d: d.hear("ruth", "need.ready", True, by=BY, at=now(d)), "said"),
    "read": (lambda d: d.read("A.pdf", "need.ready", True, by=BY, at=now(d)), "said"),
    "observe": (lambda d: d.observe("need.ready", True, by=BY, at=now(d)), "said"),
    "withdraw": (
        lambda d: d.withdraw(max(d.statements), by=BY, at=now(d), reason="x"),
        "withdrawn",
    ),
    "waive": (
        lambda d: d.waive("proof_passed", authority="Max", by=BY, at=now(d), reason="x"),
        "waived",
    ),
    "step_back": (
        lambda d: d.step_back("qualification", by=BY, at=now(d), reason="x"),
        "stepped_back",
    ),
    "walk_away": (lambda d: d.walk_away(by=BY, at=now(d), reason="x"), "walked_away"),
    "lose": (lambda d: d.lose(by=BY, at=now(d), reason="x", to="nothing"), "lost"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_is_told(verb: str) -> None:
    """An observer is told of the entry that a verb made, with the verb and the deal."""
    deal, notes = ready_at("guided_competition"), Notes()
    before = deal.trail
    act, kind = VERBS[verb]
    with observing(notes):
        entry = act(deal)
    assert notes.told == [("recorded", verb, kind)]
    (told,) = notes.acts
    assert told.deal is deal
    assert told.entries == (entry,)
    assert (told.before, told.after) == (before, deal.trail)
    assert told.arguments["by"] == BY


def test_moves_are_told() -> None:
    """A move, a fulfilment and a deal that is taken up again are told by the verb called."""
    deal, notes = ready_at("negotiation"), Notes()
    with observing(notes):
        move(deal)
        for who, fact in [
            ("ines", "delivery.installed"),
            ("ruth", "delivery.performed"),
            ("ruth", "delivery.satisfied"),
        ]:
            deal.hear(who, fact, True, by=BY, at=now(deal))
        deal.walk_away(by=BY, at=now(deal), reason="x")
        add(deal)
        deal.hear("ruth", "need.ready", True, by=BY, at=now(deal))
        deal.reopen(by=BY, at=now(deal), reason="x")
        deal.fulfil(by=BY, at=now(deal))
    told = [one for one in notes.told if one[1] not in ("hear", "add_contact", "walk_away")]
    assert told == [
        ("recorded", "advance", "moved"),
        ("recorded", "reopen", "reopened"),
        ("recorded", "fulfil", "moved"),
    ]
    assert deal.outcome == "fulfilled"


def test_no_verb_is_forgotten() -> None:
    """Every public method that gives an entry, an assessment or a verdict is one that is told."""
    tested = {*VERBS, "advance", "fulfil", "reopen", "answer_trial_close", "assess", "verdict"}
    tested |= {"correct_time", "undo_merge", "return_to_gap"}
    verbs = {
        name
        for name, method in inspect.getmembers(Deal, inspect.isfunction)
        if method.__annotations__.get("return") in ("Entry", "Assessment", "Verdict")
        and name[0] != "_"
    }
    assert verbs == tested


def test_an_opened_deal_is_told() -> None:
    """Opening a deal is the first entry; replaying it makes none."""
    notes = Notes()
    with observing(notes):
        deal = new_deal()
        Deal.replay(deal.playbook, deal.trail)
    assert notes.told == [("recorded", "open", "opened")]
    assert notes.acts[0].arguments["account"] == "Northwind"
    assert notes.acts[0].before == Trail()


def test_an_assessment_is_told() -> None:
    """Nothing is recorded by it, and the target that was asked for is among the arguments."""
    deal, notes = small_deal(), Notes()
    with observing(notes):
        deal.assess(at=START, to="left")
        deal.farewell(at=START)
    assert notes.told == [("judged", "assess", "ask")]
    assert notes.acts[0].arguments == {"at": START, "to": "left"}


def test_a_refusal_is_told() -> None:
    """It is recorded, and then refused."""
    deal, notes = small_deal(), Notes()
    with observing(notes), pytest.raises(Refused):
        move(deal)
    assert notes.told == [("recorded", "advance", "refused"), ("refused", "advance", deal.version)]


def test_a_failure_is_told() -> None:
    """A verb that raised, whatever it was, has failed; a deal that cannot be opened is none."""
    deal, notes = small_deal(), Notes()
    with observing(notes):
        with pytest.raises(DealflowError):
            add(deal, "ann")
        with pytest.raises(MoveNotAllowed):
            deal.assess(at=START, to="nowhere")
        with pytest.raises(DealflowError):
            new_deal(id="")
    assert [one[:2] for one in notes.told] == [("failed", "add_contact"), ("failed", "assess")]


def test_an_answer_is_told_at_once() -> None:
    """The answer and its move are told together, as one act; and so is a rejection."""
    notes = Notes()
    answers: list[tuple[str, dict[str, Any], list[str]]] = [
        ("accepted", {}, ["said", "moved"]),
        ("rejected", {}, ["said"]),
        ("rejected", {"gap": "money"}, ["said", "said", "stepped_back"]),
    ]
    for answer, details, kinds in answers:
        deal = ready_at("trial_close")
        with observing(notes):
            deal.answer_trial_close(answer, source="ruth", **details, by=BY, at=now(deal))
        assert notes.told.pop() == ("recorded", "answer_trial_close", *kinds)
    assert notes.told == []
    deal = ready_at("trial_close")
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal))
    deal.hear("ruth", "gap.step", "money", by=BY, at=now(deal))
    deal.merge_contacts("tom", into="ines", by=BY, at=now(deal), reason="x")
    with observing(notes):
        deal.undo_merge("tom", by=BY, at=now(deal), reason="x")
        deal.return_to_gap(by=BY, at=now(deal))
    assert notes.told == [
        ("recorded", "undo_merge", "merge_undone"),
        ("recorded", "return_to_gap", "stepped_back"),
    ]
    notes.told.clear()
    deal = deal_at("trial_close")
    with observing(notes), pytest.raises(Refused):
        accept(deal)
    assert notes.told == [
        ("recorded", "answer_trial_close", "said", "refused"),
        ("refused", "answer_trial_close", deal.version),
    ]


@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyboardInterrupt])
def test_what_is_rolled_back_is_not_told(
    fault: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer whose move breaks is taken back, and nobody hears of the answer."""
    deal, notes = ready_at("trial_close"), Notes()
    before = picture(deal)
    calls = iter([link])

    def once(*args: Any) -> Any:
        for first in calls:
            return first(*args)
        raise fault

    with observing(notes):
        with monkeypatch.context() as patch:
            patch.setattr(ledger_module, "link", once)
            with pytest.raises(fault):
                accept(deal)
        assert notes.told == [("failed", "answer_trial_close", fault)]
        assert notes.acts[0].entries == ()
        assert picture(deal) == before
        accept(deal)
    assert ("recorded", "answer_trial_close", "said", "moved") in notes.told


def test_an_interrupt_after_the_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb that does not come to its end is taken back whole, and told as one that failed."""
    deal, notes = small_deal(), Notes()
    commit = Deal._commit

    def interrupted(self: Deal, *args: Any) -> Any:
        commit(self, *args)
        raise KeyboardInterrupt

    monkeypatch.setattr(Deal, "_commit", interrupted)
    before = deal.trail
    with observing(notes), pytest.raises(KeyboardInterrupt):
        add(deal)
    assert deal.trail is before
    assert notes.told == [("failed", "add_contact", KeyboardInterrupt)]


def test_a_verb_within_a_verb_on_another_deal() -> None:
    """Only what a verb does to its own deal is part of it."""
    deal, other, notes = small_deal(), small_deal(), Notes()

    def participants() -> Generator[str]:
        add(other)
        yield "ann"

    with observing(notes):
        deal.meet("call", participants=participants(), by=BY, at=START)
    assert [act.deal is deal for act in notes.acts] == [False, True]


# observers that do something


def test_the_base_class_does_nothing() -> None:
    """It can be told everything, and puts nothing in place."""
    deal, twin = small_deal(), small_deal()
    with observing(Observer()):
        assert Deal.replay(small(), deal.trail) == deal
        for one in (deal, twin):
            with suppress(Refused, DealflowError):
                one.assess(at=START)
                add(one, "ann")
            with pytest.raises(Refused, match="good"):
                move(one)
    assert deal == twin


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()], ids=repr)
def test_an_observer_that_raises(error: BaseException) -> None:
    """Its error goes to the caller, the deal keeps the entry, and the others are told as well."""
    deal, first, last = small_deal(), Notes(), Notes()
    with observing(first), observing(Raising(error)), observing(last):
        with pytest.raises(type(error)):
            add(deal)
        with pytest.raises(type(error)):
            deal.assess(at=START)
        with pytest.raises(type(error)) as failing:
            add(deal)
        with pytest.raises(type(error)) as refusing:
            move(deal)
    assert first.told == last.told
    assert [one[0] for one in first.told] == ["recorded", "judged", "failed", "recorded", "refused"]
    assert isinstance(refusing.value.__context__, Refused)
    assert isinstance(failing.value.__context__, DealflowError | Refused)
    assert deal.trail[-1].kind == "refused"
    deal.trail.verify()
    assert picture(Deal.replay(deal.playbook, deal.trail)) == picture(deal)


def test_an_observer_that_acts_is_told_of_it() -> None:
    """By then the first verb is over, so that what an observer does is an act of its own."""

    class Greeter(Observer):
        def recorded(self, act: Act) -> None:
            if act.verb == "open" and isinstance(act.deal, Deal):
                add(act.deal)

    notes = Notes()
    with observing(Greeter()), observing(notes):
        deal = new_deal(small())
    assert [act.verb for act in notes.acts] == ["add_contact", "open"]
    assert [entry.kind for entry in deal.trail] == ["opened", "contact_added"]


class Swapping(Observer):
    """Puts one playbook in place of every other; on replay only if told to."""

    def __init__(self, other: Playbook) -> None:
        self.other = other
        self.asked: list[int | None] = []

    def playbook_for(self, playbook: Playbook, trail: Trail | None) -> Playbook:
        """The other one, for a deal that is opened."""
        self.asked.append(None if trail is None else len(trail))
        return self.other if trail is None else playbook


def test_a_playbook_is_put_in_place() -> None:
    """The observer that was bound last has the first say, and those before it fill the gaps."""
    one, other = small(), small("")
    outer, inner = Swapping(other), Swapping(one)
    with observing(outer), observing(Observer()):
        deal = new_deal(one)
        assert deal.playbook is other
        with observing(inner):
            assert put_in_place(other) is one
            assert put_in_place(one) is other
        assert Deal.replay(other, deal.trail).playbook is other
    assert outer.asked == [None, None, 1]
    assert put_in_place(one) is one


def test_looks_of_observers_do_not_count() -> None:
    """What an observer gives back is called when somebody looks, after everybody was told."""
    looks: list[str] = []

    class Looking(Observer):
        def __init__(self, name: str) -> None:
            self.name = name

        def refused(self, act: Act, refused: Refused) -> Callable[[], object]:
            assert refused.findings
            assert "good" in str(refused)
            return lambda: looks.append(self.name)

    deal = small_deal()
    with observing(Looking("outer")), observing(Notes()), observing(Looking("inner")):
        with pytest.raises(Refused) as caught:
            move(deal)
        assert looks == []
    assert caught.value.entry is deal.trail[-1]
    assert looks == ["outer", "inner"]


# where and how long


def test_observers_nest() -> None:
    """Each is told of what happens in its block; leaving one leaves the others."""
    deal, outer, inner = small_deal(), Notes(), Notes()
    assert current_observers() == ()
    with observing(outer):
        with observing(inner):
            assert current_observers() == (outer, inner)
            add(deal, "eve")
        with suppress(ZeroDivisionError), observing(inner):
            raise ZeroDivisionError
        add(deal, "kim")
    add(deal, "lee")
    assert [len(notes.told) for notes in (outer, inner)] == [2, 1]
    assert current_observers() == ()


def test_one_observer_twice() -> None:
    """It is told twice, and once when the inner block is left."""
    deal, notes, other = small_deal(), Notes(), Notes()
    with observing(notes):
        with observing(other), observing(notes):
            add(deal, "eve")
        add(deal, "kim")
        assert current_observers() == (notes,)
    assert [len(one.told) for one in (notes, other)] == [3, 1]


def test_blocks_are_left_in_any_order() -> None:
    """Each block takes its own observer away, even when it is left before one inside of it."""
    first, second = Notes(), Notes()
    stacks = ExitStack(), ExitStack()
    stacks[0].enter_context(observing(first))
    stacks[1].enter_context(observing(second))
    stacks[0].close()
    assert current_observers() == (second,)
    stacks[1].close()
    assert current_observers() == ()


def test_a_block_is_left_in_another_context() -> None:
    """A generator that is entered in one context and closed in another is no error."""
    notes = Notes()

    def fixture() -> Generator[None]:
        with observing(notes):
            yield

    with observing(Observer()):
        before = current_observers()
        with closing(fixture()) as running:
            contextvars.copy_context().run(next, running)
        assert current_observers() == before


def test_only_some_observe() -> None:
    """For the time of a block others can be bound instead of all."""
    outer, inner = Notes(), Notes()
    with observing(outer):
        with observing_only(inner):
            new_deal()
        with observing_only():
            new_deal()
        assert current_observers() == (outer,)
    assert [len(notes.told) for notes in (outer, inner)] == [0, 1]


def test_a_thread_has_a_context_of_its_own() -> None:
    """It is observed when it runs in a copy of the block's context, and not else."""
    deal, notes = small_deal(), Notes()
    with observing(notes):
        context = contextvars.copy_context()
        for thread in (
            Thread(target=add, args=(deal, "eve")),
            Thread(target=context.run, args=(add, deal, "kim")),
        ):
            thread.start()
            thread.join()
    assert [act.arguments["name"] for act in notes.acts] == ["Kim"]


def test_tasks_have_contexts_of_their_own() -> None:
    """Each task is told by its own observers and by those that were bound where it started."""
    outer = Notes()
    notes = {name: Notes() for name in ("eve", "kim")}

    async def work(deal: Deal, name: str) -> None:
        with observing(notes[name]):
            await asyncio.sleep(0)
            add(deal, name)
            await asyncio.sleep(0)

    async def main() -> None:
        deal = small_deal()
        with observing(outer):
            late = asyncio.create_task(work(deal, "eve"))
            await asyncio.gather(late, work(deal, "kim"))

    asyncio.run(main())
    told = {
        name: [act.arguments["name"] for act in one.acts]
        for name, one in {**notes, "outer": outer}.items()
    }
    assert told == {"eve": ["Eve"], "kim": ["Kim"], "outer": ["Eve", "Kim"]}


def test_unobserved_deals_call_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody observes, nothing is collected and nobody is told."""
    from dealflow.deal import observers

    for name in ("_tell", "_tell_each", "_tell_one", "Act"):
        monkeypatch.delattr(observers, name)
    deal = new_deal(small())
    add(deal)
    deal.assess(at=START)
    with pytest.raises(Refused):
        move(deal)
    with pytest.raises(DealflowError):
        add(deal)
    assert deal.version == 3


def test_the_seam_leaves_verbs_as_they_are() -> None:
    """A verb keeps its name, docstring and parameters."""
    assert Deal.advance.__name__ == "advance"
    assert (Deal.advance.__doc__ or "").startswith("Move forward")
    assert list(inspect.signature(Deal.advance).parameters) == ["self", "by", "at", "to"]
    assert Deal.advance.__module__ == deal_module.__name__
