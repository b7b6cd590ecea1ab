"""dealflow's options on pytest's command line, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import field, frozen

from dealflow.analysis.coverage import Kind, requirements
from dealflow.exceptions import InputError

__all__ = ["Options", "Suggest"]

ALL: Final = "all"
"""What names the mutants of every place."""
_MOST_SUGGESTED: Final = 10
_TO_FILES: Final = ("json", "html", "mermaid")


@frozen
class Report:
    """A report of coverage that is wanted.

    Attributes:
        kind: ``term``, ``json``, ``html`` or ``mermaid``.
        path: the file to write, for all but ``term``.
    """

    kind: str
    path: Path | None = None


@frozen
class Suggest:
    """The missing tests that are wanted.

    Attributes:
        path: the file to write.
        most: how many tests to write at most; ``None`` for all.
    """

    path: Path
    most: int | None


@frozen
class Options:
    """What was asked for.

    Attributes:
        update: whether to write expectations into scripts.
        reports: the reports of coverage; none when it is not measured.
        at_least: by kind of what is covered, the share in percent that is enough.
        mutate: whether to look whether the tests notice mutants.
        place: the place of the mutants to try; ``None`` for all.
        suggest: the tests that are missing, where they are wanted.
    """

    update: bool = False
    reports: tuple[Report, ...] = ()
    at_least: Mapping[Kind, Decimal] = field(factory=dict[Kind, Decimal])
    mutate: bool = False
    place: str | None = None
    suggest: Suggest | None = None

    @property
    def observes(self) -> bool:
        """Whether what tests do has to be kept."""
        return self.covers or self.mutate

    @property
    def covers(self) -> bool:
        """Whether coverage is measured."""
        return bool(self.reports or self.at_least)

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """Read them.

        Raises:
            pytest.UsageError: with everything that is wrong with them.
        """
        problems: list[str] = []
        option: Callable[..., Any] = config.getoption
        reports = tuple(
            report
            for text in option("dealflow_cov_report")
            if (report := _report(text, config, problems)) is not None
        )
        if option("dealflow_cov") and not reports:
            reports = (Report("term"),)
        at_least = _at_least(option("dealflow_cov_fail_under"), problems)
        suggest, place = option("dealflow_suggest"), option("dealflow_mutate")
        made = cls(
            update=option("dealflow_update"),
            reports=reports,
            at_least=at_least,
            mutate=place is not None,
            place=None if place == ALL else place,
            suggest=None if suggest is None else _suggest(suggest, config, problems),
        )
        if suggest is not None and not made.mutate:
            problems.append("--dealflow-suggest needs --dealflow-mutate")
        # scripts would be written, and mutants tried, by several processes at once
        if option("numprocesses", None) or option("dist", "no") != "no":
            problems += [
                f"{name} works in one process only: leave out -n"
                for name, wanted in (
                    ("--dealflow-update", made.update),
                    ("--dealflow-mutate", made.mutate),
                )
                if wanted
            ]
        if made.mutate and option("usepdb", False):
            problems.append("--dealflow-mutate lets tests fail on purpose: leave out --pdb")
        if problems:
            raise pytest.UsageError("\n".join(problems))
        return made


def _report(text: str, config: pytest.Config, problems: list[str]) -> Report | None:
    kind, _, name = text.partition(":")
    if text == "term":
        return Report("term")
    if kind in _TO_FILES and name:
        return Report(kind, _path(name, config))
    hint = "needs a file" if kind in _TO_FILES and not name else "is not known"
    known = ", ".join(["term", *(f"{kind}:FILE" for kind in _TO_FILES)])
    problems.append(f"--dealflow-cov-report: {text!r} {hint}; there are: {known}")
    return None


def _suggest(text: str, config: pytest.Config, problems: list[str]) -> Suggest:
    number, colon, name = text.partition(":")
    every = bool(colon) and number == ALL
    path = _path(name if every else text, config)
    if not name and every:
        problems.append(f"--dealflow-suggest: {text!r} needs a file: all:FILE")
    elif path.exists():
        problems.append(f"--dealflow-suggest: {path.name} is there already: name a new file")
    return Suggest(path, None if every else _MOST_SUGGESTED)


def _path(name: str, config: pytest.Config) -> Path:
    return config.invocation_params.dir / name


def _at_least(text: str | None, problems: list[str]) -> Mapping[Kind, Decimal]:
    if text is None:
        return {}
    try:
        return requirements(text)
    except InputError as error:
        problems += [f"--dealflow-cov-fail-under: {problem}" for problem in error.problems]
        return {}
