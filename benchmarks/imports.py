"""What importing takes: dealflow's everyday names against the libraries that it stands on.

Run by itself, it prints the seconds and the ratio: ``python benchmarks/imports.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

EMPTY = "the interpreter alone"
LIBRARIES = "attrs, cattrs, transitions"
OURS = "Deal, load_playbook"
LOADED = "... and the first playbook"
STATEMENTS: Mapping[str, str] = {
    EMPTY: "pass",
    # The plain imports, as anybody writes them; and what of the standard library everybody has who
    # keeps JSON and TOML.
    LIBRARIES: "import attrs, cattrs, transitions, json, tomllib",
    OURS: "from dealflow import Deal, load_playbook",
    # What is put off at import is paid here.
    LOADED: "from dealflow import Deal, load_playbook; load_playbook('seven_step')",
}


def cpu_seconds(rounds: int = 21) -> dict[str, float]:
    """The median CPU seconds (user and system) of fresh processes, each with one of the statements.

    The processes take turns. All of them, those of the libraries too, have their bytecode in a
    cache of this run, which a first, uncounted round has filled.
    """
    taken: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for counted in range(rounds + 1):
            for name, statements in STATEMENTS.items():
                seconds = _child(statements, environment)
                if counted:
                    taken[name].append(seconds)
    return {name: median(each) for name, each in taken.items()}


def _child(statements: str, environment: Mapping[str, str]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statements], env=environment, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ratio(seconds: Mapping[str, float]) -> float:
    """How many times as long as the libraries alone our names take, whole processes compared."""
    return seconds[OURS] / seconds[LIBRARIES]


if __name__ == "__main__":
    found = cpu_seconds(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
    for name, each in found.items():
        print(f"{name:<28} {each * 1000:6.0f} ms of CPU")
    net = (found[OURS] - found[EMPTY]) / (found[LIBRARIES] - found[EMPTY])
    print(f"ours to the libraries: {ratio(found):.2f}; without the interpreter's own: {net:.2f}")
