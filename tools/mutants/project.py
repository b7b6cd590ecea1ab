"""A copy of the project, and the runs of its tests there."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from .report import read

ROOT = Path(__file__).parents[2]
JUDGED = ("src", "tests", "docs", "examples", "conftest.py", "pyproject.toml", "README*.md")
PYTEST = ("-m", "pytest", "-q", "-p", "mutants.plugin", "-p", "no:cacheprovider")
COVERAGE = """\
[run]
source_pkgs = dealflow
parallel = true
patch = subprocess
data_file = {folder}/coverage
disable_warnings = module-not-imported, no-data-collected
"""


def digest(tests: Iterable[str]) -> str:
    """What tells this state of code, tests and documents from every other."""
    hashed = hashlib.sha256(" ".join(tests).encode())
    for name in _files(*JUDGED):
        hashed.update(f"{name}\0".encode() + (ROOT / name).read_bytes())
    return hashed.hexdigest()[:12]


def copy(folder: Path) -> None:
    """Copy the project, so that nothing that is edited meanwhile matters."""
    tree = folder / "tree"
    if tree.exists():
        return
    unfinished = folder / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in _files():
        (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, unfinished / name)
    unfinished.rename(tree)


def _files(*patterns: str) -> list[str]:
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    found = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(found.split("\0")) if name and (ROOT / name).is_file())


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """How tests are run on the copy; with CI set, hypothesis tries the same examples each time."""
    path = os.pathsep.join([str(folder / "tree/src"), str(ROOT / "tools")])
    named = {f"MUTANTS_{name.upper()}": value for name, value in settings.items()}
    return {**os.environ, "CI": "true", "PYTHONPATH": path, "MUTANTS": str(folder), **named}


def record(folder: Path, jobs: int, tests: Sequence[str]) -> None:
    """Run every test once, to know how long it takes and which lines it runs."""
    if (folder / "coverage").exists():
        return
    for old in [*folder.glob("coverage.*"), *folder.glob("units-*")]:
        old.unlink()
    tree, configuration = folder / "tree", folder / "coveragerc"
    configuration.write_text(COVERAGE.format(folder=folder), encoding="utf-8")
    python = [sys.executable, "-m", "coverage"]
    given = f"--rcfile={configuration}"
    surroundings = environment(folder, record="1")
    run = [*python, "run", given, *PYTEST, "-n", str(jobs), "--dist", "loadfile", *tests]
    done = subprocess.run(run, cwd=tree, env=surroundings, check=False)
    if done.returncode not in (0, 1):  # 1: coverage may make a test too slow; the judge sees to it
        raise SystemExit("the tests could not be run")
    subprocess.run([*python, "combine", "-q", given], cwd=tree, env=surroundings, check=True)


def judge(
    folder: Path, results: Path, jobs: int, tests: Sequence[str], *, every_test: bool
) -> None:
    """Run the tests on the mutants that have no result yet."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = set(read(folder / "sample.jsonl"))
    surroundings = environment(
        folder, results=str(results), jobs=str(jobs), every="1" if every_test else ""
    )
    run = [sys.executable, *PYTEST, *tests]
    with (folder / "judge.log").open("w") as log:
        judging = subprocess.Popen(
            run, cwd=folder / "tree", env=surroundings, stdout=log, stderr=log
        )
        try:
            while judging.poll() is None:
                done = len(wanted & read(results).keys())
                print(f"{time.strftime('%H:%M')} {done} of {len(wanted)}", flush=True)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    judging.wait(60)
        finally:
            judging.terminate()
            judging.wait()
    if judging.returncode:
        raise SystemExit(f"the tests could not be run: {folder / 'judge.log'}")
