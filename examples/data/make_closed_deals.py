"""Makes closed_deals.csv: 400 deals that nobody ever sold, of which it is known what decided them.

    python make_closed_deals.py > closed_deals.csv
    python make_closed_deals.py --seed 2 --deals 1000

README.md says what the columns mean, and what is true of them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from itertools import count
from random import Random
from typing import TextIO

SEED = 1
DEALS = 400

# The truth: so many of 100 more are lost. Nothing else moves a deal, however it may look.
START = 5
NEW_CUSTOMER = 30
BUDGET_NO = 30  # not approved, or approved and too small for the price
BUDGET_NOT_KNOWN = 10
PROBLEM_NO = 25  # they can live with it, or nothing serious follows
TIMING_NO = 8  # it may slip, or is more than a year away

OWNERS = ("Ana Brandt", "Jonas Weil", "Mira Koslow", "Peter Lindqvist", "Tess Okoro")
SOURCES = ("Referral", "Trade fair", "Website", "Cold call")
PRICES = {"Small": (8, 30), "Medium": (20, 90), "Large": (60, 240)}  # in thousands
DECISION_MAKERS = ("Managing director", "Finance director", "Operations director", "Owner")
ADVISORS = ("IT manager", "Quality manager", "Process engineer", "Outside consultant")
PAINS = ("Late deliveries", "Scrap and rework", "Overtime", "Audit findings")
COMPETITORS = {"None known": 40, "Ordinova": 25, "Taktara": 20, "Own spreadsheets": 15}

FIRST = (
    "Alder Birch Brook Cedar Cliff Dale Eagle Falcon Fern Ford Grove Harbour Hazel Heron Hill"
    " Juniper Lark Linden Maple Marsh Meadow Mill Oak Otter Pine Ridge River Rowan Stone Willow"
)
SECOND = (
    "Bakeries Castings Ceramics Dairies Fittings Foods Furniture Glass Joinery Labels Packaging"
    " Paper Plastics Printing Pumps Steel Textiles Timber Tools Valves"
)
REGULARS = 90
"""So many existing customers there are, each with several deals."""


class Draw:
    """Draws from Random.random alone: only its numbers are the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def of_hundred(self, chance: int) -> bool:
        """Whether something happens that happens in so many of 100 cases."""
        return self.random() * 100 < chance

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def one_of(self, options: Sequence[str]) -> str:
        """Each as likely as the others."""
        return options[int(self.random() * len(options))]

    def share(self, weights: Mapping[str, int]) -> str:
        """Each as likely as its weight says."""
        return self.one_of([option for option, weight in weights.items() for _ in range(weight)])

    def known(self, chance: int, options: Sequence[str]) -> str:
        """One of the options; in the other cases nobody knows, and the cell stays empty."""
        return self.one_of(options) if self.of_hundred(chance) else ""


def make_deals(seed: int = SEED, deals: int = DEALS) -> list[dict[str, str]]:
    """The rows of the file, in the order in which the deals were opened."""
    draw = Draw(seed)
    accounts = _Accounts(draw)
    rows = sorted((_deal(draw, accounts) for _ in range(deals)), key=lambda row: row["opened"])
    for number, row in enumerate(rows, 1001):
        row["deal"] = f"D-{number}"
    return rows


def _deal(draw: Draw, accounts: _Accounts) -> dict[str, str]:
    new = draw.of_hundred(50)
    segment = draw.share({"Small": 35, "Medium": 40, "Large": 25})
    opened = _workday(date(2023, 1, 9) + timedelta(draw.between(0, 700)))
    reviewed = _workday(opened + timedelta(draw.between(14, 70)))
    closed = _workday(reviewed + timedelta(draw.between(20, 150)))
    price = _price(draw, PRICES[segment])
    row = {
        "deal": "",
        "account": next(accounts.new) if new else draw.one_of(accounts.regular),
        "customer": "New" if new else "Existing",
        "segment": segment,
        "owner": draw.one_of(OWNERS),
        "source": draw.one_of(SOURCES),
        "opened": opened.isoformat(),
        "reviewed": reviewed.isoformat(),
        "closed": closed.isoformat(),
        "amount": f"{price} EUR",
        # The confounder: at customers of old we know who decides. By itself that moves no deal.
        "decision_maker": draw.known(30 if new else 95, DECISION_MAKERS),
        "technical_advisor": draw.known(60, ADVISORS),
        "pain": draw.known(75, PAINS),
        "competitor": draw.share(COMPETITORS),
    }
    risk = START + NEW_CUSTOMER * new
    risk += _budget(draw, row, price) + _problem(draw, row) + _timing(draw, row, reviewed)
    lost = draw.of_hundred(risk)
    # The leak: filled in on the form with which a deal is closed, to tell why it ended so.
    said = {"Unclear": 70, "Clear": 15, "": 15} if lost else {"Unclear": 8, "Clear": 80, "": 12}
    row["decision_process"] = draw.share(said)
    row["outcome"] = "Lost" if lost else "Won"
    return row


def _budget(draw: Draw, row: dict[str, str], price: int) -> int:
    state = draw.share({"enough": 50, "too small": 8, "Not approved": 22, "": 20})
    approved = state in ("enough", "too small")
    row["budget"] = "Approved" if approved else state
    of_price = draw.between(100, 125) if state == "enough" else draw.between(60, 95)
    # in whole thousands: rounded up when it is enough, and down when it is not, so that it stays so
    thousands = (price * of_price // 100 + 999 * (state == "enough")) // 1000
    row["budget_amount"] = f"{thousands * 1000} EUR" if approved else ""
    if state == "":
        return BUDGET_NOT_KNOWN
    return 0 if state == "enough" else BUDGET_NO


def _problem(draw: Draw, row: dict[str, str]) -> int:
    row["problem"], row["consequence"] = draw.share(
        {
            "Severe, Serious": 55,
            "Severe, Minor": 12,
            "Can live with it, Minor": 13,
            "Severe, ": 12,
            ", Serious": 8,
        }
    ).split(", ")
    return PROBLEM_NO if row["consequence"] == "Minor" else 0


def _timing(draw: Draw, row: dict[str, str], reviewed: date) -> int:
    state = draw.share(
        {"in time": 50, "may slip": 15, "far away": 10, "no date": 15, "not asked": 10}
    )
    row["timing"] = {"may slip": "May slip", "not asked": ""}.get(state, "Firm")
    days = draw.between(400, 700) if state == "far away" else draw.between(60, 330)
    dated = state not in ("no date", "not asked")
    row["go_live"] = (reviewed + timedelta(days)).isoformat() if dated else ""
    return TIMING_NO if state in ("may slip", "far away") else 0


class _Accounts:
    """Invented names: those of existing customers come again, those of new ones do not."""

    def __init__(self, draw: Draw) -> None:
        names = [f"{first} {second}" for first in FIRST.split() for second in SECOND.split()]
        names.sort(key=lambda _: draw.random())
        self.regular = names[:REGULARS]
        self.new = _without_end(names[REGULARS:])


def _without_end(names: Sequence[str]) -> Iterator[str]:
    yield from names
    for again in count(2):
        yield from (f"{name} {again}" for name in names)


def _price(draw: Draw, thousands: tuple[int, int]) -> int:
    """Most of the prices are in the lower half."""
    low, high = thousands
    return 500 * round(2 * (low + (high - low) * draw.random() ** 2))


def _workday(day: date) -> date:
    return day + timedelta(max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def write(rows: Sequence[Mapping[str, str]], file: TextIO) -> None:
    """The rows as CSV."""
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def main() -> None:
    """Print the file."""
    parser = argparse.ArgumentParser(description="Print closed deals as CSV.")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--deals", type=int, default=DEALS)
    asked = parser.parse_args()
    if asked.deals < 1:
        parser.error("--deals must be 1 or more")
    text = StringIO(newline="")
    write(make_deals(asked.seed, asked.deals), text)
    sys.stdout.buffer.write(text.getvalue().encode())  # the same line ends on every system


if __name__ == "__main__":
    main()
