"""The lower bounds of what dealflow needs are those that the tests are run on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, of which 9 and 9.0.0 have the same."""
    numbers = [int(part) for part in version.split(".")]
    while numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def test_the_lowest_versions_are_locked() -> None:
    """For every library that pyproject.toml names, ``make lowest`` has just its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    named = {line for lines in (project["dependencies"], *extras) for line in lines}
    named = {line for line in named if not line.startswith("dealflow[")}
    bounds = dict(re.findall(r"^([a-z0-9-]+)[>=]=([0-9.]+)", "\n".join(named), re.MULTILINE))
    assert len(bounds) == len(named)
    lock = (ROOT / "requirements" / "lowest.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", lock, re.MULTILINE))
    assert {name: release(locked[name]) for name in bounds} == {
        name: release(version) for name, version in bounds.items()
    }
