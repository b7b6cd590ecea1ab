"""Strategies: what they draw is what a deal takes, and what a playbook lets happen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.stateful import run_state_machine_as_test

from dealflow import (
    Deal,
    InputError,
    Money,
    Playbook,
    Trail,
    Truth,
    ValueType,
    WalkAway,
    load_playbook,
)
from dealflow.analysis.solver import START
from dealflow.strategies import deal_machine, deals, statements
from dealflow.strategies.of_deals import change_card
from dealflow.trail import Moved, Said
from tests._playbooks import fact, full, guard, playbook, step, text
from tests.deals import small_deal

T = TypeVar("T")
BOOK = load_playbook("seven_step")
TYPED = playbook(
    facts=[
        fact(),
        fact("v.number", ValueType.NUMBER),
        fact("v.money", ValueType.MONEY),
        fact("v.day", ValueType.DATE),
        fact("v.span", ValueType.DURATION),
        fact("v.text", ValueType.TEXT),
        fact("v.list", ValueType.LIST),
        fact("v.who", ValueType.PERSON),
        fact("v.choice", ValueType.CHOICE, choices={"x": text("x"), "y": text("y")}),
        fact("p.win", of="contact"),
    ],
    guards=[guard("real", 'v.money >= money("5000 USD") and v.number < 7 and v.span > days(3)')],
)


def found(
    strategy: st.SearchStrategy[T], wanted: Callable[[T], bool] = lambda _: True, tries: int = 500
) -> T:
    """An example, not the smallest one."""
    phases = settings(phases=[Phase.generate], max_examples=tries, database=None, deadline=None)
    return find(strategy, wanted, settings=phases)


def opened(book: Playbook) -> Deal:
    """A new deal with two people."""
    deal = Deal.open(book, id="D", account="N", by="rep", at=START)
    for id in PEOPLE:
        deal.add_contact(id, name=id, by="rep", at=START)
    return deal


def small(**rest: Any) -> Playbook:
    """A playbook of three steps with a walk-away guard, sound unless it is changed."""
    parts: dict[str, Any] = {
        "facts": [fact(), fact("money.there", good_for=timedelta(days=30))],
        "guards": [guard("real"), guard("money", "money.there"), guard("boss", waivable=True)],
        "walk_away": WalkAway(("money",), "b"),
        "invariants": ['never "b" unless need.real'],
    }
    return playbook(step("a", "real"), step("b", "boss"), step("c"), **(parts | rest))


# --- statements -----------------------------------------------------------------------------------


PEOPLE = ("ann", "bob")


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (BOOK, statements(BOOK, people=PEOPLE)),
        (TYPED, statements(TYPED, people=PEOPLE)),
        (full(), statements(full(), people=PEOPLE)),
    ],
    ids=["seven_step", "typed", "with quotes"],
)
@given(data=st.data())
def test_a_deal_takes_every_statement(
    book: Playbook, said: st.SearchStrategy[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever is drawn can be put on record as it is."""
    drawn = data.draw(said)
    entry = opened(book).hear("ann", by="rep", at=START, **drawn)
    assert isinstance(entry.event, Said)
    assert entry.event.fact == drawn["fact"]


@given(statements(BOOK, "budget.amount"))
def test_statements_of_one_fact(said: dict[str, Any]) -> None:
    """Statements can be of one fact only; money is in the currency of the conditions."""
    assert said["fact"] == "budget.amount"
    assert isinstance(said["value"], Money)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v.number", Decimal(7)),
        ("v.money", Money("5000", "USD")),
        ("v.span", timedelta(days=3)),
        ("v.choice", "y"),
        ("v.day", date(2026, 2, 4)),
    ],
)
def test_thresholds_are_tried(name: str, value: object) -> None:
    """The values at which conditions change are among the first that are drawn."""
    said = found(statements(TYPED, name), lambda said: said["value"] == value)
    assert said["fact"] == name


def test_people_are_named_where_there_are_any() -> None:
    """Facts that name a person need people to name."""
    with pytest.raises(NoSuchExample):
        found(statements(TYPED), lambda said: said["fact"] == "v.who", tries=100)
    assert found(statements(TYPED, "v.who", people=["ann"]))["value"] == "ann"
    with pytest.raises(InputError, match="people: there is nobody whom the facts could name"):
        statements(TYPED, "v.who")


def test_statements_of_unknown_facts() -> None:
    """A fact that the playbook has not is told at once."""
    with pytest.raises(InputError, match=r"fact: the playbook has no fact 'need\.rael'"):
        statements(TYPED, "need.rael")


# --- deals ----------------------------------------------------------------------------------------


@given(st.deferred(lambda: deals(BOOK)))
def test_deals_are_sound(deal: Deal) -> None:
    """Every deal has a sound trail that gives it again."""
    deal.trail.verify()
    assert Deal.replay(BOOK, deal.trail) == deal


@given(st.deferred(lambda: deals(BOOK, at="negotiation")))
def test_deals_at_a_step(deal: Deal) -> None:
    """Deals got to their step by moves that passed."""
    assert deal.step == "negotiation"
    moved = [entry.event for entry in deal.trail if isinstance(entry.event, Moved)]
    assert moved[-1].to_step == "negotiation"
    assert len(moved) == 5


def test_everything_happens_to_deals() -> None:
    """Deals contradict themselves, lose statements, are handed over, and age."""
    late = found(deals(BOOK), lambda deal: deal.trail[-1].at > START + timedelta(days=20))
    assert late.trail[0].at == START
    assert found(deals(BOOK), lambda deal: bool(deal.withdrawn)).withdrawn
    assert found(deals(BOOK), lambda deal: deal.card.owner != "rep").trail[-1].at >= START

    def told_apart(deal: Deal) -> bool:
        findings = deal.assess(at=deal.trail[-1].at).findings
        return any(finding.truth is Truth.CONFLICTED for finding in findings)

    assert told_apart(found(deals(small()), told_apart))


def test_a_card_that_is_drawn_as_it_was_is_no_change() -> None:
    """Where the card drawn is the one that the deal has, there is nothing to put on record."""
    deal = small_deal()

    def drawn(_: object) -> Any:
        return deal.card

    change_card(drawn, deal, START)
    assert deal.version == 3


@cache
def blocked_by(name: str) -> st.SearchStrategy[Deal]:
    """Deals that a guard blocks; to make the strategy is more work than to draw from it."""
    return deals(BOOK, blocked_by=name)


@pytest.mark.parametrize(
    "name", ["presenting_problem", "budget_approved", "everyone_understood", "contract_signed"]
)
@settings(max_examples=20)
@given(data=st.data())
def test_deals_that_a_guard_blocks(name: str, data: st.DataObject) -> None:
    """Every deal drawn is one whose next move the guard blocks."""
    deal = data.draw(blocked_by(name))
    assert name in [each.guard for each in deal.assess(at=deal.trail[-1].at).blocking]


def test_blocked_in_each_truth() -> None:
    """A guard blocks in every way in which it can, alone and with others."""
    strategy = deals(BOOK, at="buying_roles", blocked_by="budget_approved")

    def blocking(deal: Deal) -> dict[str, Truth]:
        findings = deal.assess(at=deal.trail[-1].at).blocking
        return {finding.guard: finding.truth for finding in findings}

    def blocked(truth: Truth) -> Deal:
        return found(strategy, lambda deal: blocking(deal)["budget_approved"] is truth)

    for truth in (Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED):
        assert blocking(blocked(truth))
    assert len(blocking(found(strategy, lambda deal: len(blocking(deal)) == 1))) == 1
    assert len(blocking(found(strategy, lambda deal: len(blocking(deal)) > 1))) > 1


TWO_OF_THREE = playbook(
    *(step("a"), step("b")),
    facts=[fact(f"f.{name}") for name in ("x", "y", "z")],
    guards=[guard(name, f"f.{name}") for name in ("x", "y", "z")],
    walk_away=WalkAway(("x", "y", "z"), "a", 2, go_on_when=2),
)


@settings(max_examples=20)
@given(st.deferred(lambda: deals(TWO_OF_THREE, blocked_by="y")))
def test_blocked_by_one_of_several_walk_away_guards(deal: Deal) -> None:
    """Where several walk-away guards have to fail together, they do."""
    assert "y" in [each.guard for each in deal.assess(at=deal.trail[-1].at).blocking]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"at": "nowhere"}, "at: the playbook has no step 'nowhere'"),
        ({"blocked_by": "nobody"}, "blocked_by: the playbook has no guard 'nobody'"),
        ({"at": "c", "blocked_by": "real"}, "blocked_by: real blocks no deal at c"),
        ({"blocked_by": "unused"}, "blocked_by: unused blocks no deal"),
    ],
)
def test_deals_that_there_are_not(arguments: dict[str, str], message: str) -> None:
    """What no deal can be is told when the strategy is made, and not when it is drawn from."""
    guards = [guard("real", standing=False), guard("boss"), guard("unused")]
    with pytest.raises(InputError) as caught:
        deals(small(guards=guards, walk_away=None, invariants=()), **arguments)
    assert str(caught.value) == message


def test_steps_that_no_deal_gets_to() -> None:
    """Deals are only where deals can be."""
    never = guard("real", "need.real and missing(need.real)")
    book = playbook(step("a", "real"), step("b"), guards=[never])
    with pytest.raises(InputError, match="at: no deal gets to b"):
        deals(book, at="b")
    assert found(deals(book)).step == "a"
    assert found(deals(book, blocked_by="real")).step == "a"
    machine = deal_machine(book)()
    before = machine.deal.version
    machine.prepare()
    assert machine.deal.version == before


def test_deals_without_people() -> None:
    """Where nobody is on the map, and all facts are about people, nobody can say anything."""
    book = playbook(step("a"), facts=[fact("p.win", of="contact")], guards=[])
    assert found(deals(book)).version == 1
    for _ in range(3):
        run_state_machine_as_test(deal_machine(book), settings=short(5))


# --- machines -------------------------------------------------------------------------------------


def short(examples: int, steps: int = 25) -> settings:
    """So many games of so many rounds."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("book", [BOOK, small()], ids=["seven_step", "small"])
def test_sound_playbooks_survive(book: Playbook) -> None:
    """No game breaks a trail, the policy or an invariant of a sound playbook."""
    run_state_machine_as_test(deal_machine(book), settings=short(8))


def test_a_deal_without_news_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say anything new, a deal that has ended is not taken up again."""
    machine = deal_machine(BOOK)()
    machine.close(None)
    monkeypatch.setattr("dealflow.strategies.machine.say", lambda *_: None)
    machine.reopen(data=SimpleNamespace(draw=None))
    assert machine.deal.outcome == "walked_away"


def drawing(*values: object) -> Any:
    """Data from which these values are drawn, one after another."""
    drawn = iter(values)
    return SimpleNamespace(draw=lambda _: next(drawn))


FIRST = {"nothing": [], "contradict": ["said"], "withdraw": ["withdrawn"], "wait": []}


@pytest.mark.parametrize("first", FIRST)
@given(data=st.data())
def test_one_thing_happens_before_a_move(first: str, data: st.DataObject) -> None:
    """Before a try somebody contradicts or takes back, time passes, or nothing is done."""
    machine = deal_machine(BOOK)()
    machine.prepare()
    before, then = machine.deal.version, machine.now
    machine.advance(data=data, first=first)
    happened = [entry.event.KIND for entry in machine.deal.trail[before:]]
    assert happened[:-1] == FIRST[first]
    assert happened[-1] in ("moved", "refused")
    assert (machine.now > then) is (first == "wait")


def test_records_become_one_person_and_two_again() -> None:
    """Where all records are of one person, the next thing is that they are not, after all."""
    machine = deal_machine(BOOK)()
    for id in ("ann", "bob"):
        machine.deal.add_contact(id, name=id, by="rep", at=machine.now)
    machine.merge(data=drawing(["ann", "bob"]))
    assert machine.deal.merged == {"ann": "bob"}
    machine.merge(data=drawing("ann"))
    assert not machine.deal.merged


def test_time_may_pass_before_a_move() -> None:
    """A move is tried some days later, when answers may have gone out of date."""
    machine = deal_machine(BOOK)()
    before = machine.now
    machine.advance(data=drawing(40, "qualification"), first="wait")
    assert machine.now == before + timedelta(days=40)
    assert machine.deal.trail[-1].at == machine.now


def test_a_move_may_be_made_ready() -> None:
    """Before a move everything is said that it needs, so that it passes."""
    machine = deal_machine(BOOK)()
    machine.advance(data=drawing("qualification"), first="prepare")
    assert machine.deal.step == "qualification"


def test_who_is_there_stays_there() -> None:
    """Who has not left does not come back, and who left on a day does not leave on it again."""
    machine = deal_machine(BOOK)()
    machine.deal.add_contact("ann", name="Ann", by="rep", at=machine.now)
    for days, entries in ((None, 0), (3, 1), (3, 0), (None, 1)):
        before = machine.deal.version
        machine.leave(data=drawing("ann", days))
        assert machine.deal.version - before == entries


@pytest.mark.slow
def test_a_walk_away_guard_that_is_checked_once_is_found() -> None:
    """A game is found in which a deal goes on although the policy no longer holds."""
    guards = [guard("real"), guard("money", "money.there", standing=False), guard("boss")]
    with pytest.raises(AssertionError, match="the deal got into fulfilled although money is"):
        run_state_machine_as_test(deal_machine(small(guards=guards)), settings=short(1500))


def test_an_invariant_that_does_not_hold_is_found() -> None:
    """A game is found in which a deal breaks what the author claims."""
    book = small(invariants=['never "b" unless not need.real'])
    with pytest.raises(AssertionError, match=r"the deal got into b although not need\.real"):
        run_state_machine_as_test(deal_machine(book), settings=short(1500))


def test_a_broken_replay_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trail that does not give its deal again ends the game."""

    def other(playbook: Playbook, trail: Trail) -> Deal:
        return Deal.open(playbook, id=f"D-{next(numbers)}", account="N", by="rep", at=START)

    numbers = count()
    monkeypatch.setattr(Deal, "replay", other)
    with pytest.raises(AssertionError, match="replayed, <Deal"):
        run_state_machine_as_test(deal_machine(small()), settings=short(2))
