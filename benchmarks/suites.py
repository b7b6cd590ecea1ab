"""Test suites of playbooks: what mutants cost, and coverage."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from dealflow import dump_playbook, load_playbook
from dealflow.analysis.mutants import mutants

HERE = Path(__file__).parent.parent
SUITE = HERE / "tests" / "seven_step"


def mutation() -> Iterator[str]:
    """Mutants a second in one process, against a new pytest for each, that stops as soon.

    CPU time, and of everything: the tests without a mutant, and the start of pytest.
    """
    book = load_playbook("seven_step")
    made = mutants(book)
    inside = _pytest("--dealflow-mutate") / len(made)
    yield f"new   one process for {len(made)} mutants: {inside * 1000:7.0f} ms a mutant"
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.toml"
        for mutant in made[:: len(made) // 5]:
            path.write_text(dump_playbook(mutant.playbook), encoding="utf-8")
            taken.append(_pytest("-x", "-o", f"dealflow_playbook={path}", may_fail=True))
    anew = median(taken)
    yield (
        f"new   a pytest -x for each, of {len(taken)}:   {anew * 1000:7.0f} ms a mutant,"
        f" {anew / inside:.0f} times as long"
    )


def overhead() -> Iterator[str]:
    """What coverage adds to a test run, the watching of deals being in both; CPU time."""
    taken: dict[str, list[float]] = {"plain": [], "with coverage": []}
    for _ in range(3):
        for name, options in (("plain", []), ("with coverage", ["--dealflow-cov"])):
            taken[name].append(_pytest(*options))
    plain, with_coverage = (median(times) for times in taken.values())
    ratio = with_coverage / plain
    yield f"new   {plain:.2f} s, with coverage {with_coverage:.2f} s: ratio {ratio:.2f}"


def _pytest(*options: str, may_fail: bool = False) -> float:
    """The seconds of CPU time that a new pytest takes for the tests of the shipped playbook."""
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-m", "pytest", "-q", "--noconftest", str(SUITE)]
        before = getrusage(RUSAGE_CHILDREN)
        ran = subprocess.run(
            [*command, f"--basetemp={empty}", *options],
            check=False,
            cwd=HERE,
            capture_output=True,
            text=True,
        )
        after = getrusage(RUSAGE_CHILDREN)
    # 1 is a test that failed: a mutant that was noticed.
    if ran.returncode not in ((0, 1) if may_fail else (0,)):
        raise SystemExit(ran.stdout + ran.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
