"""The backtest's rows, many times over, and the same rules as a hand-written loop."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from pathlib import Path

from dealflow.backtest import ColumnMapping, backtest, read_deals

DATA = Path(__file__).parent.parent / "examples" / "data" / "salvirt"


def many_deals(times: int) -> Path:
    """The recorded deals so many times over, each row with an id of its own."""
    header, *rows = (DATA / "deals.csv").read_text().splitlines()
    number = 0
    lines = [header]
    for _ in range(times):
        for row in rows:
            number += 1
            lines.append(f"{number};{row.partition(';')[2]}")
    path = Path(tempfile.mkdtemp()) / "deals.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def by_hand(path: Path) -> Counter[tuple[str, str]]:
    """The walk-away policy of the data's own playbook, written out for this one file."""
    counts: Counter[tuple[str, str]] = Counter()
    with path.open(newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            refuted = (
                row["Needs_def"] in ("Poor", "No")
                or row["Budgt_alloc"] == "No"
                or row["RFP"] == "No"
            )
            unknown = (
                row["Needs_def"] == "Info gathering"
                or row["Budgt_alloc"] == "Unknown"
                or row["Purch_dept"] == "Unknown"
            )
            verdict = "walk_away" if refuted else "ask" if unknown else "ready"
            counts[verdict, row["Status"].lower()] += 1
    return counts


def whole(mapping: ColumnMapping, path: Path) -> object:
    """The whole report: read, judged, counted, with intervals."""
    return backtest(mapping.playbook, mapping, read_deals(path, mapping))
