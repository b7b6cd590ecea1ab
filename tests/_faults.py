"""Which tool finds which planted fault: ``python -m tests._faults`` prints the docs' table."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from importlib import resources
from pathlib import Path

from attrs import frozen

from dealflow import Playbook, PlaybookError, parse_playbook
from dealflow.analysis import diff, lint_text, prove
from tests._planted import FAULTS, Fault

__all__ = ["FAULTS", "HEAD", "Found", "find", "row", "suite_fails", "text"]

ROOT = Path(__file__).parents[1]
HEAD = ["| planted fault | lint | prove | diff | tests |", "|---|---|---|---|---|"]
"""The first lines of the docs' table."""


@cache
def text() -> str:
    """The file of the shipped playbook."""
    file = resources.files("dealflow.playbook") / "shipped" / "seven_step.toml"
    return file.read_text(encoding="utf-8")


@cache
def original() -> Playbook:
    """The shipped playbook."""
    return parse_playbook(text())


@cache
def known() -> set[tuple[str, str]]:
    """The findings of the shipped playbook itself."""
    return {(finding.code, finding.place) for finding in lint_text(text())}


@frozen
class Found:
    """What the tools say of a faulty playbook.

    Attributes:
        lint: the codes of findings that the shipped playbook has not.
        prove: the ids of the theorems that are not proved any more.
        diff: what becomes of moves, without those that stay the same.
        tests: whether the shipped playbook's tests notice.
    """

    lint: tuple[str, ...]
    prove: tuple[str, ...]
    diff: tuple[str, ...]
    tests: bool


def find(fault: Fault) -> Found:
    """Look for a fault with every tool."""
    faulty = fault.plant(text())
    codes = {f.code for f in lint_text(faulty) if (f.code, f.place) not in known()}
    try:
        book = parse_playbook(faulty)
    except PlaybookError:
        return Found(tuple(sorted(codes)), (), (), tests=True)
    theorems = prove(book).theorems
    unproved = tuple("policy" if t.id == "walk_away" else "claim" for t in theorems if not t.proved)
    effects = {move.effect for move in diff(original(), book).moves} - {"same"}
    return Found(
        tuple(sorted(codes)),
        tuple(dict.fromkeys(unproved)),
        tuple(sorted(effects)),
        tests=suite_fails(faulty),
    )


def suite_fails(faulty: str) -> bool:
    """Whether some test of the shipped playbook fails on a faulty one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "faulty.toml")
        path.write_text(faulty, encoding="utf-8")
        arguments = ["-q", "-x", "-p", "no:cacheprovider", "-o", f"dealflow_playbook={path}"]
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments, "tests/seven_step"],
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stdout + ran.stderr)
    return ran.returncode == 1


def row(fault: Fault) -> str:
    """What the tools say of a fault, as a row of the docs' table."""
    found = find(fault)
    cells = [fault.what, *(", ".join(codes) for codes in (found.lint, found.prove, found.diff))]
    told = " | ".join([*cells, "fail" if found.tests else ""])
    return f"| {told} |".replace("|  |", "| |").replace("|  |", "| |")


if __name__ == "__main__":
    for line in HEAD:
        sys.stdout.write(line + "\n")
    for fault in FAULTS:
        sys.stdout.write(row(fault) + "\n")
