"""Moves: the engine by itself, a realistic deal that moves on, and the price of a longer trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import cycle
from statistics import median
from time import process_time_ns

import peers
from deals import BY, START, ready_deal
from table import Line
from timing import CALLS, Prepare, hot_and_cold, ready

import dealflow
from dealflow import Deal, Playbook, Trail
from dealflow.playbook.machine import fire
from dealflow.trail import START as GENESIS
from dealflow.trail import chain
from dealflow.trail.events import GuardRecord, Moved


def engine(playbook: Playbook) -> Iterator[Line]:
    """One guarded fire put on record, against a stock fire, unaudited and with a record by hand."""
    move = playbook.moves[0]
    record: list[str | None] = []
    seq, head = 0, GENESIS

    def audited() -> None:
        record.append(fire(playbook, move.source, move.id, lambda: True))

    def chained() -> None:
        nonlocal seq, head
        to = fire(playbook, move.source, move.id, lambda: True) or move.source
        guards = {"guard": GuardRecord("true", True, (7,), (), (), None)}
        seq += 1
        head = chain(head, seq, START, BY, Moved(move.id, move.source, to, "ready", guards)).hash

    candidates = {
        "audited": ready(audited),
        "stock": ready(peers.stock_fire()),
        "chained": ready(chained),
        "by hand": ready(peers.recorded_stock_fire(START, BY)),
    }
    for how, taken in hot_and_cold(candidates):
        limit = 0.5 if how == "hot" else None
        stock = "transitions, stock, one guard, unaudited"
        yield Line(how, "guarded fire, on record", taken["audited"], stock, taken["stock"], limit)
        by_hand = "  and JSON and SHA-256 by hand"
        mine = "  and its entry, checked, hashed, chained"
        yield Line(how, mine, taken["chained"], by_hand, taken["by hand"])


def advance(playbook: Playbook) -> Iterator[Line]:
    """Realistic deals, each moving from step 3 to 4 once, against as many bare machines."""
    machines = cycle([peers.bare_statemachine_fire() for _ in range(CALLS)])
    candidates: dict[str, Prepare] = {
        "assessed": _moving(playbook, seen=True),
        "replayed": _moving(playbook, seen=False),
        "bare": lambda: next(machines),
    }
    for how, taken in hot_and_cold(candidates):
        bare = "python-statemachine, bare fire"
        limit = 0.7 if how == "hot" else None
        for name, what in (
            ("assessed", "advance, deal assessed before"),
            ("replayed", "advance, first look after a replay"),
        ):
            yield Line(how, what, taken[name], bare, taken["bare"], limit)


def _moving(playbook: Playbook, *, seen: bool) -> Prepare:
    """Moves of deals that differ; a deal that has moved is never used again."""
    made = [ready_deal(playbook, number) for number in range(CALLS)]
    trails = cycle([(dealflow.dumps(deal.trail), at) for deal, at in made])

    def prepare() -> Callable[[], object]:
        text, at = next(trails)
        deal = Deal.replay(playbook, dealflow.loads(text))
        if seen:
            deal.assess(at=at)
        return lambda: deal.advance(by=BY, at=at)

    return prepare


SIZES = (10, 100, 1_000, 10_000)


def growth(playbook: Playbook) -> Iterator[str]:
    """The price of hear and advance, and the bytes of a deal, as the trail grows."""
    trails = {number: _long_trail(playbook, number) for number in SIZES}
    hears: dict[int, list[int]] = {number: [] for number in SIZES}
    advances: dict[int, list[int]] = {number: [] for number in SIZES}
    for _ in range(10):
        for number, trail in trails.items():
            # Anew each time, so that a deal stays about as long as its row says.
            deal = Deal.replay(playbook, Trail(trail))
            at = deal.trail[-1].at + timedelta(seconds=1)
            for price in range(CALLS):
                taken = _hear_advance_and_back(deal, f"{61_000 + price} EUR", at)
                hears[number].append(taken[0])
                advances[number].append(taken[1])
    first = tuple(median(times[SIZES[0]]) for times in (hears, advances))
    for number, trail in trails.items():
        hear, advanced = median(hears[number]), median(advances[number])
        size = len(dealflow.dumps(trail).encode())
        yield (
            f"hot   {number:>6,} statements more"
            f"   hear {hear / 1000:7.1f} us, ratio to the first {hear / first[0]:.2f}"
            f"   advance {advanced / 1000:7.1f} us, ratio {advanced / first[1]:.2f}"
            f"   {size:>9,} B a deal, {size / len(trail):4.0f} an entry"
        )


def _long_trail(playbook: Playbook, number: int) -> Trail:
    deal, at = ready_deal(playbook)
    people = list(deal.contacts)
    for i in range(number):
        deal.hear(people[i % 6], "need.trigger", f"Reason {i}", by=BY, at=at)
    return deal.trail


def _hear_advance_and_back(deal: Deal, price: str, at: datetime) -> tuple[int, int]:
    start = process_time_ns()
    deal.hear("ruth", "budget.amount", price, by=BY, at=at)
    heard = process_time_ns()
    deal.advance(by=BY, at=at)
    advanced = process_time_ns()
    deal.step_back("buying_roles", by=BY, at=at, reason="again")
    return heard - start, advanced - heard
