"""Compares dealflow with named peers and a hand-written floor, like with like, in one run.

``python benchmarks/run.py NAME...`` measures some groups only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# The search that the tests hold the solver against stands with them.
sys.path.insert(0, str(Path(__file__).parent.parent))
# New processes must find bytecode, as installed ones do, and not compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import closed_deals
import judging
import loading
import moving
import rules
import suites
from table import Line
from timing import in_turns

from dealflow import load_playbook

BOOK = load_playbook("seven_step")


def imports() -> Iterator[Line]:
    """The first line of a program, against what dealflow needs, in new processes."""
    ours = "from dealflow import Deal, load_playbook"
    theirs = "import attrs, cattrs, transitions"
    taken = in_turns({each: partial(_importing, each) for each in (ours, theirs)}, rounds=15)
    yield Line("new", ours, taken[ours], theirs, taken[theirs], 1.5)


def _importing(statement: str) -> int:
    code = (
        "from time import process_time_ns\n"
        f"start = process_time_ns()\n{statement}\nprint(process_time_ns() - start)"
    )
    return int(subprocess.check_output([sys.executable, "-c", code]))


GROUPS: dict[str, Callable[[], Iterator[Line | str]]] = {
    "engine": partial(moving.engine, BOOK),
    "advance": partial(moving.advance, BOOK),
    "load": partial(loading.load, BOOK),
    "replay": partial(loading.replay, BOOK),
    "assess": partial(judging.assess, BOOK),
    "chains": judging.chains,
    "audit": partial(judging.audited, BOOK),
    "imports": imports,
    "pickle": partial(loading.pickled, BOOK),
    "growth": partial(moving.growth, BOOK),
    "backtest": closed_deals.closed_deals,
    "proof": rules.proofs,
    "solver": rules.slices,
    "guards": rules.guards,
    "made_up": rules.curve,
    "mutants": suites.mutation,
    "coverage": suites.overhead,
}


def main(names: list[str]) -> None:
    """Print the rows of the named groups, or of all."""
    if unknown := set(names) - GROUPS.keys():
        raise SystemExit(f"no group {', '.join(sorted(unknown))}: there are {', '.join(GROUPS)}")
    for name in names or GROUPS:
        print(f"{name}:", flush=True)
        for row in GROUPS[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
