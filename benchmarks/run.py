"""Compares dealflow with named peers and a hand-written floor, in one run, and prints ratios."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter_ns

sys.path.insert(0, str(Path(__file__).parent))

import peers
import rules
from attrs import frozen
from closed_deals import by_hand, many_deals, mappings, whole
from deals import BY, START, ready_deal
from timing import in_turns, loop, once

import dealflow
from dealflow import Deal, Playbook, load_playbook
from dealflow.playbook.machine import Passage, fire
from dealflow.trail import START as GENESIS
from dealflow.trail import chain
from dealflow.trail.events import GuardRecord, Moved


@frozen
class Line:
    """One line of the table: what was measured, against what, and the ratio to stay under."""

    what: str
    ours: float
    against: str
    theirs: float
    limit: float | None

    def __str__(self) -> str:
        ratio = self.ours / self.theirs
        met = "" if self.limit is None else f"  <= {self.limit:g}: {_met(ratio <= self.limit)}"
        left = f"{self.what:<52} {self.ours:>10.1f} us"
        return f"{left}   {self.against:<44} {self.theirs:>8.1f} us   ratio {ratio:6.2f}{met}"


def _met(met: bool) -> str:
    return "met" if met else "MISSED"


def engine(playbook: Playbook) -> Iterator[Line]:
    """One guarded fire put on record, against an unaudited stock fire."""
    move = playbook.moves[0]
    record: list[Passage] = []

    def audited() -> None:
        record.append(fire(playbook, move.source, move.id, lambda: True))

    def chained() -> None:
        to = fire(playbook, move.source, move.id, lambda: True).to
        guards = {"guard": GuardRecord("true", True, (7,), (), (), None)}
        chain(GENESIS, 1, START, BY, Moved(move.id, move.source, to, "ready", guards))

    taken = in_turns(
        {
            "audited": loop(200, audited),
            "chained": loop(200, chained),
            "stock": loop(200, peers.stock_fire()),
        },
        rounds=150,
    )
    stock = "stock transitions, one guard, unaudited"
    yield Line("guarded fire, on record", taken["audited"], stock, taken["stock"], 0.5)
    yield Line("  and its entry, hashed and chained", taken["chained"], stock, taken["stock"], None)


def advance(playbook: Playbook) -> Iterator[Line]:
    """A realistic deal moving from step 3 to 4, against one bare fire."""
    deal, at = ready_deal(playbook)
    text = dealflow.dumps(deal.trail)

    def replayed() -> Deal:
        return Deal.replay(playbook, dealflow.loads(text))

    def live() -> Deal:
        again = replayed()
        again.assess(at=at)
        return again

    def moved(make: Callable[[], Deal]) -> Callable[[], Callable[[], object]]:
        def prepare() -> Callable[[], object]:
            again = make()
            return lambda: again.advance(by=BY, at=at)

        return prepare

    taken = in_turns(
        {
            "live": once(moved(live)),
            "replayed": once(moved(replayed)),
            "bare": loop(20, peers.bare_statemachine_fire()),
        },
        rounds=400,
    )
    bare = "bare python-statemachine fire"
    yield Line("advance, deal on screen (assessed before)", taken["live"], bare, taken["bare"], 1)
    yield Line("advance, first look after a replay", taken["replayed"], bare, taken["bare"], 1)


def replay(playbook: Playbook) -> Iterator[Line]:
    """Twenty entries from their text, chain verified, against an aggregate of twenty events."""
    deal, _ = ready_deal(playbook)
    header, *lines = dealflow.dumps(deal.trail).splitlines(keepends=True)
    text = "".join([header, *lines[:20]])
    taken = in_turns(
        {
            "ours": loop(20, lambda: Deal.replay(playbook, dealflow.loads(text))),
            "loads": loop(20, lambda: dealflow.loads(text)),
            "theirs": loop(20, peers.rehydrated_aggregate(20)),
        },
        rounds=100,
    )
    peer = "eventsourcing, aggregate of 20 events"
    ours = taken["ours"]
    yield Line("replay of 20 entries from text, verified", ours, peer, taken["theirs"], 0.5)
    yield Line("  of which decoding and verifying", taken["loads"], peer, taken["theirs"], None)


def growth(playbook: Playbook) -> Iterator[str]:
    """The cost of hear and advance, and the bytes of a deal, from 10 to 10,000 statements."""
    for number in (10, 100, 1_000, 10_000):
        deal, at = ready_deal(playbook)
        people = list(deal.contacts)
        for i in range(number):
            deal.hear(people[i % 6], "need.trigger", f"Reason {i}", by=BY, at=at)

        def hear(deal: Deal = deal) -> int:
            later = deal.trail[-1].at + timedelta(seconds=1)
            start = perf_counter_ns()
            deal.hear("ruth", "budget.amount", "61000 EUR", by=BY, at=later)
            return perf_counter_ns() - start

        def advance_and_back(deal: Deal = deal) -> int:
            later = deal.trail[-1].at + timedelta(seconds=1)
            start = perf_counter_ns()
            deal.advance(by=BY, at=later)
            taken = perf_counter_ns() - start
            deal.step_back("buying_roles", by=BY, at=later, reason="again")
            return taken

        size, statements = len(dealflow.dumps(deal.trail).encode()), len(deal.statements)
        entries = len(deal.trail)
        taken = in_turns({"hear": hear, "advance": advance_and_back}, rounds=200)
        yield (
            f"  {statements:>6} statements   hear {taken['hear']:7.1f} us"
            f"   advance {taken['advance']:7.1f} us"
            f"   {size:>9,} bytes a deal, {size / entries:4.0f} an entry"
        )


def closed_deals() -> Iterator[str]:
    """The backtest, in deals a second, against a loop written for one file and one playbook."""
    deals = 2000
    path = many_deals(deals)
    taken = in_turns(
        {"by hand": loop(1, lambda: by_hand(path))}
        | {name: loop(1, partial(whole, made, path)) for name, made in mappings().items()},
        rounds=7,
    )
    for name, microseconds in taken.items():
        speed = deals / microseconds * 1e6
        ratio = taken["by hand"] / microseconds
        yield f"  {name:<24} {speed:>10,.0f} deals/s   {ratio:.3f} of the loop's speed"


def main() -> None:
    """Print the whole table."""
    playbook = load_playbook("seven_step")
    for part in (engine, advance, replay):
        for line in part(playbook):
            print(line, flush=True)
    print("cost as the trail grows:")
    for row in growth(playbook):
        print(row, flush=True)
    print("backtest:")
    for row in closed_deals():
        print(row, flush=True)
    for title, part in rules.PARTS.items():
        print(title)
        for row in part():
            print(row, flush=True)


if __name__ == "__main__":
    main()
