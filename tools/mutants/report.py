"""What was found: figures by room, what survived, and what a change of the tests lost."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

STATUSES = ("killed", "timeout", "broken", "survived", "uncovered")
NOTICED = ("killed", "timeout", "broken")

Row = dict[str, Any]


def read(path: Path) -> dict[str, Row]:
    """Results by key."""
    if not path.exists():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["key"]: row for row in rows}


def room(module: str) -> str:
    """The first folder, or the module, below the package."""
    return module.split(".")[1] if "." in module else module


def report(rows: Iterable[Row], survivors: Path) -> None:
    """Print the figures by room, and write what survived to a file."""
    ordered = sorted(rows, key=lambda row: (row["module"], row["function"], row["key"]))
    by_room: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for row in ordered:
        by_room[room(row["module"])][row["status"]] += 1
        total[row["status"]] += 1
    print("| room | mutants |", " | ".join(STATUSES), "|")
    print("|---" * (2 + len(STATUSES)) + "|")
    for name, count in [*sorted(by_room.items()), ("all", total)]:
        print(f"| {name} | {count.total()} |", " | ".join(str(count[s]) for s in STATUSES), "|")
    print(f"{sum(row['seconds'] for row in ordered):.0f} seconds of processor time")
    left = [row for row in ordered if row["status"] not in NOTICED]
    with survivors.open("w", encoding="utf-8") as out:
        for row in left:
            out.write(f"{row['key']} {row['status']} {row['module']}: {row['function']}\n")
            out.write(f"{row['diff']}\n\n")
    print(f"{len(left)} that no test noticed: {survivors}")
    if unsure := sum(row["left"] > 0 for row in left):
        print(f"{unsure} of them have tests left that could notice; go on to run them")


def compare(before: Path, after: Path) -> int:
    """Tell which mutants were noticed before and are not any more, and return how many."""
    old, new = read(before), read(after)
    both = old.keys() & new.keys()
    lost = [
        key
        for key in sorted(both)
        if old[key]["status"] in NOTICED and new[key]["status"] not in NOTICED
    ]
    for key in lost:
        was, now = old[key], new[key]
        print(f"{key} {now['status']} {now['module']}: {now['function']}")
        print(f"before {was['module']}, noticed by {was['test']}\n{now['diff']}\n")
    gone, come = len(old) - len(both), len(new) - len(both)
    print(f"{len(both)} mutants in both, {gone} only before, {come} only after")
    print(f"{len(lost)} noticed before and not after")
    return len(lost)
