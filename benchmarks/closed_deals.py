"""The backtest's deals, as many as wanted, and the same rules as a hand-written loop."""

from __future__ import annotations

import csv
import runpy
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import evolve

from dealflow.backtest import ColumnMapping, DealSource, backtest, load_mapping, read_deals

DATA = Path(__file__).parent.parent / "examples" / "data"


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
        "mapping": full,
        "without prices and days": evolve(full, at=day, deal=DealSource(), links=links),
    }


def by_hand(path: Path) -> Counter[tuple[str, str]]:
    """The walk-away policy of seven_step, written out for this one file."""
    counts: Counter[tuple[str, str]] = Counter()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            refuted = (
                row["budget"] == "Not approved"
                or _too_small(row["budget_amount"], row["amount"])
                or row["problem"] == "Can live with it"
                or row["consequence"] == "Minor"
                or row["timing"] == "May slip"
                or _far_away(row["go_live"], row["reviewed"])
            )
            counts["walk_away" if refuted else "ask", row["outcome"].lower()] += 1
    return counts


def _too_small(budget: str, price: str) -> bool:
    return bool(budget) and _euro(budget) < _euro(price)


def _euro(cell: str) -> int:
    return int(cell.removesuffix(" EUR"))


def _far_away(wanted: str, today: str) -> bool:
    return bool(wanted) and date.fromisoformat(wanted) > date.fromisoformat(today) + timedelta(365)


def whole(mapping: ColumnMapping, path: Path) -> object:
    """The whole report: read, judged, counted, with intervals."""
    return backtest(mapping.playbook, mapping, read_deals(path, mapping))
