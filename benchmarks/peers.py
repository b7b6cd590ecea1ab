"""The peers that dealflow is measured against, each doing the smallest thing of its kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from eventsourcing.application import Application, project_aggregate
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
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


_dump = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def recorded_stock_fire(at: datetime, by: str) -> Callable[[], object]:
    """The same fire, and by hand a line of JSON about it, in a chain of hashes."""
    fire = stock_fire()
    seq, head = 0, "0" * 64
    guards = {"guard": {"truth": "true", "yes": [7]}}
    data = {"move": "go", "from": "here", "to": "there", "verdict": "ready", "guards": guards}

    def record() -> None:
        nonlocal seq, head
        fire()
        seq += 1
        body = _dump({"at": at.isoformat(), "by": by, "data": data, "kind": "moved", "seq": seq})
        head = sha256((head + body).encode()).hexdigest()

    return record


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
        self.said: list[tuple[str, ...]] = []

    @event("Said")
    def hear(self, who: str, fact: str, value: str, quote: str, by: str) -> None:
        self.said.append((who, fact, value, quote, by))


_MAPPER = Application().mapper


def stored_events(account: str, said: Iterable[tuple[str, ...]]) -> list[StoredEvent]:
    """The events of an ``eventsourcing`` aggregate in JSON: its creation, and what was said."""
    deal = _Deal(account)
    for words in said:
        deal.hear(*words)
    return _stored(deal)


def _stored(deal: _Deal) -> list[StoredEvent]:
    return [_MAPPER.to_stored_event(each) for each in deal.collect_events()]


def rehydrated(events: Sequence[StoredEvent]) -> _Deal:
    """The aggregate again from its events in JSON, which are at hand: no store is asked."""
    deal: _Deal = project_aggregate(None, map(_MAPPER.to_domain_event, events))
    return deal


def one_event_more(events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Rehydrate an aggregate, trigger one event on it, and write that as JSON."""
    deal = rehydrated(events)
    deal.hear("ruth", "decision.clear", "true", "Yes", "lena")
    return _stored(deal)
