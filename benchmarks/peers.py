"""The peers that dealflow is measured against, each doing the smallest thing of its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from statemachine import State, StateMachine
from transitions import Machine


class _Model:
    state: str

    def guard(self) -> bool:
        return True


def stock_fire() -> Callable[[], object]:
    """A stock ``transitions`` fire with one guard, unaudited."""
    model = _Model()
    Machine(
        model,
        states=["here", "there"],
        initial="here",
        auto_transitions=False,
        transitions=[
            {"trigger": "go", "source": "here", "dest": "there", "conditions": "guard"},
            {"trigger": "go", "source": "there", "dest": "here", "conditions": "guard"},
        ],
    )
    return model.go  # type: ignore[attr-defined,no-any-return]


class _Bare(StateMachine):  # type: ignore[misc]
    here = State(initial=True)
    there = State()
    go = here.to(there) | there.to(here)


def bare_statemachine_fire() -> Callable[[], object]:
    """A bare ``python-statemachine`` fire: two states, no guard, no audit."""
    fire: Callable[[], object] = _Bare().go
    return fire


class _Deal(Aggregate):
    def __init__(self, account: str) -> None:
        self.account = account
        self.said: list[tuple[str, Any, str]] = []

    @event("Said")
    def hear(self, fact: str, value: Any, by: str) -> None:
        self.said.append((fact, value, by))


def rehydrated_aggregate(events: int) -> Callable[[], object]:
    """``eventsourcing`` rebuilding an aggregate of so many events from its in-memory store."""
    application = Application()
    deal = _Deal("Northwind")
    for number in range(events - 1):
        deal.hear("budget.approved", number % 2 == 0, "lena")
    application.save(deal)
    return lambda: application.repository.get(deal.id)
