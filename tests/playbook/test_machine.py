"""The machine under a deal does what a stock ``transitions`` machine does, and holds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st
from transitions import Machine, MachineError

from dealflow import PlaybookError
from dealflow.playbook import machine as _machine
from dealflow.playbook.machine import (
    LOSE,
    OPEN,
    REOPEN,
    WALK_AWAY,
    back_to,
    ended,
    fire,
    machine_of,
    triggers,
    where,
)
from dealflow.playbook.machine import START as NOWHERE
from dealflow.values import OUTCOMES
from tests.deals import MOVES, STEPS, deal_at, leave, make_ready, seven_step, small

BOOKS = {"seven_step": seven_step(), "small": small()}
STOCK = {id: _machine.build(book, Machine) for id, book in BOOKS.items()}
books = pytest.mark.parametrize("id", BOOKS)


@define
class Cursor:
    """What triggers are fired on: something that has a state, and is no model of the machine."""

    state: str


def outcome(machine: Any, cursor: Cursor, trigger: str, permit: bool | None) -> object:
    """What firing comes to: the result, or the class and text of the error."""
    arguments = [] if permit is None else [lambda: permit]
    try:
        return machine.events[trigger].trigger(cursor, *arguments)
    except (MachineError, KeyError, TypeError) as error:
        return type(error), str(error)


@books
@given(data=st.data())
def test_like_the_stock_machine(id: str, data: st.DataObject) -> None:
    """On any walk both machines go the same way, refuse alike, and fail alike."""
    ours, stock = machine_of(BOOKS[id]), STOCK[id]
    assert list(ours.events) == list(stock.events)
    state = data.draw(st.sampled_from(list(stock.states)))
    one, other = Cursor(state), Cursor(state)
    walk = st.tuples(st.sampled_from([*stock.events, "nonsense"]), st.booleans())
    for trigger, permit in data.draw(st.lists(walk, max_size=12)):
        possible = data.draw(st.sampled_from([None, *stock.get_triggers(one.state)]))
        name = possible or trigger
        forward = any(move.id == name for move in BOOKS[id].moves)
        given_permit = permit if forward else None
        assert outcome(ours, one, name, given_permit) == outcome(stock, other, name, given_permit)
        assert one.state == other.state
        assert one.state in stock.states


@books
def test_the_same_triggers(id: str) -> None:
    """Every state has the triggers that it has in the stock machine, and no others."""
    for state in STOCK[id].states:
        assert list(triggers(BOOKS[id], state)) == STOCK[id].get_triggers(state)


@books
def test_no_way_around_the_guards(id: str) -> None:
    """There are no automatic triggers to a state, and nothing leads forward but the moves."""
    machine = machine_of(BOOKS[id])
    assert not [name for name in machine.events if name.startswith("to_")]
    moves = {move.id for move in BOOKS[id].moves}
    steps = [step.id for step in BOOKS[id].steps]
    for name, event in machine.events.items():
        for state, ways in event.transitions.items():
            for way in ways:
                assert bool(way.conditions) is (name in moves)
                if state in steps and way.dest in steps and name not in moves:
                    assert steps.index(way.dest) < steps.index(state)


@books
def test_no_misspelt_states(id: str) -> None:
    """Every transition starts and ends in a declared state, and no step is called like another."""
    machine = machine_of(BOOKS[id])
    steps = [step.id for step in BOOKS[id].steps]
    closed = [f"{outcome}@{step}" for outcome in OUTCOMES for step in steps]
    assert list(machine.states) == ["@", *steps, *closed]
    for event in machine.events.values():
        for state, ways in event.transitions.items():
            assert {state, *(way.dest for way in ways)} <= machine.states.keys()


def test_misspelt_states_do_not_get_in() -> None:
    """A playbook that names a step which is not there is no playbook, so it has no machine."""
    with pytest.raises(PlaybookError, match="there is no step 'lift'"):
        small(MOVES.replace('to = "left"', 'to = "lift"'))


@pytest.mark.parametrize("name", ["open", "walk_away", "lose", "reopen", "back_to:one"])
def test_moves_do_not_take_the_name_of_a_way_out(name: str) -> None:
    """A move named like a way out would pass where its guards do not."""
    with pytest.raises(PlaybookError, match="move"):
        small(MOVES.replace('id = "go_left"', f'id = "{name}"'))


def test_one_machine_for_all() -> None:
    """All deals of one playbook share a machine, which holds none of them."""
    machine = machine_of(seven_step())
    deal = deal_at("qualification")
    make_ready(deal)
    leave(deal)
    assert machine_of(deal.playbook) is machine
    assert machine.models == []
    assert machine_of(small()) is not machine
    assert machine.initial == "@"


def test_every_transition() -> None:
    """The whole machine of a small playbook: in, forward by moves, back, out and in again."""
    machine = _machine.build(small())
    found = {
        name: {state: [way.dest for way in ways] for state, ways in event.transitions.items()}
        for name, event in machine.events.items()
    }
    later, steps = ["left", "right", "last"], ["one", "left", "right", "last"]
    assert found == {
        "open": {"@": ["one"]},
        "go_left": {"one": ["left"]},
        "go_right": {"one": ["right"]},
        "from_left": {"left": ["last"]},
        "from_right": {"right": ["last"]},
        "finish": {"last": ["fulfilled@last"]},
        "back_to:one": {state: ["one"] for state in later},
        "back_to:left": {state: ["left"] for state in later[1:]},
        "back_to:right": {"last": ["right"]},
        "reopen": {
            f"{outcome}@{step}": [step] for step in steps for outcome in ("walked_away", "lost")
        },
        "walk_away": {step: [f"walked_away@{step}"] for step in steps},
        "lose": {step: [f"lost@{step}"] for step in steps},
    }
    closed = [f"{way}@{step}" for way in ("fulfilled", "walked_away", "lost") for step in steps]
    assert list(machine.states) == ["@", *steps, *closed]
    assert (machine.initial, machine.models, machine.auto_transitions) == ("@", [], False)
    assert machine.events["go_left"].trigger(Cursor("one"), lambda: False) is False
    assert machine.events["go_left"].trigger(Cursor("one"), lambda: True) is True


def test_fire() -> None:
    """Firing tells to which place a trigger led, or that its guards do not let the deal by."""
    book = small()
    assert fire(book, NOWHERE, OPEN) == "one"
    assert fire(book, "one", "go_left", lambda: True) == "left"
    assert fire(book, "one", "go_left", lambda: False) is None
    assert fire(book, "last", "finish", lambda: True) == "fulfilled@last"
    assert fire(book, "last", back_to("one")) == "one"
    assert fire(book, "lost@left", REOPEN) == "left"
    assert fire(book, "walked_away@last", REOPEN) == "last"
    assert fire(book, "one", LOSE) == ended("lost", "one") == "lost@one"
    assert fire(book, "one", WALK_AWAY) == ended("walked_away", "one") == "walked_away@one"


def test_only_moves_ask_for_a_permit() -> None:
    """Nobody is asked whether a deal may go back, out or in, and every move asks just once."""
    asked: list[None] = []

    def permit() -> bool:
        asked.append(None)
        return False

    book = small()
    for place, trigger in (("last", back_to("one")), ("one", LOSE), ("lost@one", REOPEN)):
        assert fire(book, place, trigger, permit) is not None
    assert not asked
    assert fire(book, "one", "go_left", permit) is None
    assert len(asked) == 1


@books
def test_where(id: str) -> None:
    """Every place but the one before the opening is a step, open or ended in one way."""
    steps = [step.id for step in BOOKS[id].steps]
    assert where(NOWHERE) == ("", None)
    for step in steps:
        assert where(step) == (step, None)
        for outcome in OUTCOMES:
            assert where(ended(outcome, step)) == (step, outcome)


@pytest.mark.parametrize(
    ("state", "trigger"),
    [
        ("left", "go_left"),
        ("one", "open"),
        ("@", "go_left"),
        ("@", "lose"),
        ("@", "reopen"),
        ("one", "back_to:left"),
        ("one", "back_to:one"),
        ("one", "reopen"),
        ("fulfilled@last", "reopen"),
        ("fulfilled@last", "lose"),
        ("lost@one", "walk_away"),
        ("lost@last", "back_to:one"),
        ("nowhere", "lose"),
        ("lost@nowhere", "reopen"),
    ],
)
def test_no_such_trigger_here(state: str, trigger: str) -> None:
    """A trigger that a place does not have is an error, never a silent no."""
    with pytest.raises(LookupError, match=f"{trigger} from state {state}"):
        fire(small(), state, trigger, lambda: True)


@pytest.mark.parametrize("trigger", ["nonsense", "go_up", "back_to:nowhere", "to_last"])
def test_no_such_trigger_anywhere(trigger: str) -> None:
    """A trigger that no place has is the same error."""
    with pytest.raises(LookupError, match=trigger):
        fire(small(), "one", trigger, lambda: True)


def test_the_last_step_cannot_be_gone_back_to() -> None:
    """There is no later step from which one could."""
    assert back_to(STEPS[-1]) not in machine_of(seven_step()).events
    assert triggers(seven_step(), "fulfilled@fulfilment") == ()
    assert triggers(seven_step(), "fulfilled") == ()
