"""The example of a team's own playbook: its tests, what is claimed of it, and its walk-through."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dealflow import load_playbook
from dealflow.analysis import lint, prove
from tests._nested import pytest_in
from tests._sybil_console import ENVIRONMENT, ROOT, _commands

TEAM = ROOT / "examples" / "team"
ALL = ["steps", "moves", "refusals", "guards", "reasons", "questions", "mcdc"]


def run(command: str, folder: Path, status: int = 0) -> tuple[str, int]:
    """What a command of the shell prints, and how it ends; `$?` is the status given."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", f"(exit {status}); {command}"],
        cwd=folder,
        env={**os.environ, **ENVIRONMENT, "PATH": path, "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines()), done.returncode


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    copy = tmp_path / "team"
    shutil.copytree(TEAM, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def blocks() -> Iterator[str]:
    """The console blocks of the walk-through."""
    text = (TEAM / "README.md").read_text(encoding="utf-8")
    yield from re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def play(block: str, folder: Path) -> None:
    """Run the commands of a block, and compare what they print."""
    status = 0
    for command, expected in _commands(block):
        printed, status = run(command, folder, status)
        same = doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS)
        assert same or (not expected and not status), f"$ {command}\n{printed}"


@pytest.mark.slow
def test_it_passes_from_the_root_and_covers_everything(pytester: pytest.Pytester) -> None:
    """From the repository's root its tests pass, with everything in the playbook covered."""
    under = ",".join(f"{kind}:100" for kind in ALL)
    done = pytest_in(ROOT, pytester, "examples/team", f"--dealflow-cov-fail-under={under}")
    assert done.ret == 0
    assert done.parseoutcomes().keys() == {"passed"}


@pytest.mark.slow
def test_it_passes_from_its_own_folder(folder: Path) -> None:
    """In a folder elsewhere its tests pass without a word of configuration from this project."""
    printed, status = run("pytest -q -k ovens", folder)
    assert status == 0, printed
    assert re.search(r"^\d+ passed, \d+ deselected in ", printed, flags=re.MULTILINE)


def test_it_is_no_part_of_our_own_tests(pytestconfig: pytest.Config) -> None:
    """The project's own suite does not collect the example."""
    assert not any("examples" in path for path in pytestconfig.getini("testpaths"))


def test_it_is_linted_and_proved() -> None:
    """Nothing is to be found fault with, and what its authors claim holds in every deal."""
    playbook = load_playbook(TEAM / "playbook.toml")
    text = (TEAM / "playbook.toml").read_text(encoding="utf-8")
    assert lint(playbook, text) == ()
    assert prove(playbook).proved
    assert len(playbook.invariants) == 4


@pytest.mark.slow
def test_the_walk_through_prints_what_it_shows(folder: Path) -> None:
    """The commands that look at rules and deals print what the walk-through shows."""
    shown = [block for block in blocks() if "$ pytest" not in block and "missing" not in block]
    assert len(shown) == 5
    for block in shown:
        play(block, folder)


@pytest.mark.slow
def test_the_whole_walk_through(folder: Path) -> None:
    """From the first test to the last mutant, the walk-through prints what it shows."""
    for block in blocks():
        play(block, folder)


def test_the_walk_through_shows_the_scenario_as_it_is() -> None:
    """The lines of a deal that the walk-through shows are those of the file."""
    text = (TEAM / "README.md").read_text(encoding="utf-8")
    scenario = (TEAM / "tests" / "04_twelve_per_cent.deal.toml").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```toml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert shown in scenario
