"""The backtest's deals, as many as wanted, and the same rules as a hand-written loop."""

from __future__ import annotations

import csv
import runpy
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from attrs import evolve
from timing import hot, in_turns, ready

from dealflow.backtest import (
    ColumnMapping,
    DealSource,
    Report,
    backtest,
    load_mapping,
    read_deals,
)

DATA = Path(__file__).parent.parent / "examples" / "data"
WITH, WITHOUT = "with prices and days", "without prices and days"


def many_deals(number: int) -> Path:
    """A file with so many deals, made like those of the examples."""
    maker = runpy.run_path(str(DATA / "make_closed_deals.py"))
    path = Path(tempfile.mkdtemp()) / "deals.csv"
    with path.open("w", newline="") as file:
        maker["write"](maker["make_deals"](deals=number), file)
    return path


def mappings() -> dict[str, ColumnMapping]:
    """With prices and days, so that no two deals are alike; and without, so that many are."""
    full = load_mapping(DATA / "closed_deals.toml")
    links = tuple(k for k in full.links if k.column not in ("budget_amount", "go_live"))
    day = datetime(2025, 1, 1, tzinfo=UTC)
    return {
        WITH: full,
        WITHOUT: evolve(full, at=day, deal=DealSource(), links=links),
    }


def by_hand(path: Path, *, prices_and_days: bool) -> Counter[tuple[str, str]]:
    """The walk-away policy of seven_step, written out for this one file."""
    counts: Counter[tuple[str, str]] = Counter()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            refuted = (
                row["budget"] == "Not approved"
                or (prices_and_days and _too_small(row["budget_amount"], row["amount"]))
                or row["problem"] == "Can live with it"
                or row["consequence"] == "Minor"
                or row["timing"] == "May slip"
                or (prices_and_days and _far_away(row["go_live"], row["reviewed"]))
            )
            counts["walk_away" if refuted else "ask", row["outcome"].lower()] += 1
    return counts


def _too_small(budget: str, price: str) -> bool:
    return bool(budget) and _euro(budget) < _euro(price)


def _euro(cell: str) -> int:
    return int(cell.removesuffix(" EUR"))


def _far_away(wanted: str, today: str) -> bool:
    return bool(wanted) and date.fromisoformat(wanted) > date.fromisoformat(today) + timedelta(365)


def whole(mapping: ColumnMapping, path: Path) -> Report:
    """The whole report: read, judged, counted, with intervals."""
    return backtest(mapping.playbook, mapping, read_deals(path, mapping))


def closed_deals() -> Iterator[str]:
    """The backtest, in deals a second, against a loop written for one file and one playbook."""
    deals = 1000
    path = many_deals(deals)
    for name, mapping in mappings().items():
        ours = partial(whole, mapping, path)
        theirs = partial(by_hand, path, prices_and_days=name == WITH)
        _expect_the_same_verdicts(ours(), theirs())
        candidates = {"backtest": hot(ready(ours), 1), "loop": hot(ready(theirs), 1)}
        taken = in_turns(candidates, rounds=5)
        speed = {side: deals / microseconds * 1e6 for side, microseconds in taken.items()}
        yield (
            f"hot   {name:<24} {speed['backtest']:>8,.0f} deals/s"
            f"   the same verdicts in a loop by hand {speed['loop']:>8,.0f} deals/s"
            f"   ratio {speed['backtest'] / speed['loop']:.3f}"
        )


def _expect_the_same_verdicts(ours: Report, theirs: Counter[tuple[str, str]]) -> None:
    counts = {
        (verdict, outcome): getattr(tally, outcome)
        for verdict, tally in ours.verdicts.items()
        for outcome in ("lost", "won")
    }
    if Counter(counts) != theirs:
        raise SystemExit(f"the loop by hand judges otherwise: {theirs}, not {counts}")
