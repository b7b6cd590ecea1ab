"""Deals from their text: replayed, replayed and moved on, and as bytes."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import cycle, islice
from math import inf
from typing import TypeVar

import peers
from deals import BY, ready_deal
from eventsourcing.persistence import StoredEvent
from table import Line
from timing import CALLS, Prepare, hot_and_cold

import dealflow
from dealflow import Deal, Entry, Playbook

T = TypeVar("T")


def load(playbook: Playbook) -> Iterator[Line]:
    """A deal from its text, and its first move; an aggregate from JSON, and one event more."""
    made = [ready_deal(playbook, number) for number in range(CALLS)]
    events = len(made[0][0].trail)

    def load_and_advance(text_at: tuple[str, datetime]) -> Entry:
        text, at = text_at
        return Deal.replay(playbook, dealflow.loads(text)).advance(by=BY, at=at)

    candidates = {
        "ours": _each(load_and_advance, [(dealflow.dumps(deal.trail), at) for deal, at in made]),
        "theirs": _each(peers.one_event_more, [_as_events(deal, events) for deal, _ in made]),
    }
    for how, taken in hot_and_cold(candidates):
        what = f"{events} entries from text, first advance"
        peer = f"eventsourcing, {events} events, one more"
        yield Line(how, what, taken["ours"], peer, taken["theirs"], 0.7)


def replay(playbook: Playbook) -> Iterator[Line]:
    """Twenty entries from their text, chain verified, against twenty events from JSON."""
    deals = [ready_deal(playbook, number)[0] for number in range(CALLS)]
    # A header, and a line for each entry.
    lines = [dealflow.dumps(deal.trail).splitlines(keepends=True)[:21] for deal in deals]
    texts = ["".join(each) for each in lines]
    candidates = {
        "ours": _each(lambda text: Deal.replay(playbook, dealflow.loads(text)), texts),
        "loads": _each(dealflow.loads, texts),
        "theirs": _each(peers.rehydrated, [_as_events(deal, 20) for deal in deals]),
    }
    for how, taken in hot_and_cold(candidates):
        peer, theirs = "eventsourcing, 20 events rehydrated", taken["theirs"]
        yield Line(how, "20 entries from text, replayed", taken["ours"], peer, theirs, 0.6)
        yield Line(how, "  of which decoding and verifying", taken["loads"], peer, theirs)


def pickled(playbook: Playbook) -> Iterator[Line]:
    """What a deal of a shipped playbook weighs in a pickle, against its trail as text."""
    deal, at = ready_deal(playbook)
    replayed = Deal.replay(playbook, dealflow.loads(dealflow.dumps(deal.trail)))
    deal.assess(at=at)
    opened = Deal.open(playbook, id="D-1", account="Northwind", by=BY, at=at)
    for state, each in (("just opened", opened), ("replayed", replayed), ("assessed", deal)):
        text = len(dealflow.dumps(each.trail).encode())
        what = f"pickled deal, entries: {each.version}, {state}"
        yield Line("size", what, _pickled_size(each), "its trail as text", text, 3, "B")


def _pickled_size(deal: Deal) -> float:
    try:
        return len(pickle.dumps(deal))
    except TypeError:  # something in it cannot be pickled at all
        return inf


def _as_events(deal: Deal, number: int) -> list[StoredEvent]:
    said = [
        (said.source, said.fact, str(said.value), said.quote, said.by)
        for said in deal.statements.values()
    ]
    return peers.stored_events(deal.account, islice(cycle(said), number - 1))


def _each(action: Callable[[T], object], arguments: Iterable[T]) -> Prepare:
    """A call with each argument in turn: they differ, so that nothing can be handed out again."""
    turns = cycle(arguments)
    return lambda: partial(action, next(turns))
