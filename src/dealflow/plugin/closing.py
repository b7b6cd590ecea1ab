"""What happens once every test has run: coverage is reported, and mutants are tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest

from dealflow.analysis.coverage import Coverage, as_json, html, measure, mermaid, shortfalls, term
from dealflow.plugin.mutate import mutate
from dealflow.plugin.session import Run

__all__ = ["close"]


def close(run: Run, session: pytest.Session) -> None:
    """Do what the options ask for, with all that the tests have shown."""
    config: Any = session.config  # in a worker of pytest-xdist it has more attributes
    if run.options.covers and hasattr(config, "workerinput"):
        config.workeroutput["dealflow"] = covered(run).to_json()
        return
    if run.options.covers:
        run.notes += report(run)
    if run.options.mutate:
        run.notes += mutate(run, session)
    if run.failing:
        session.testsfailed += 1


def _json(coverage: Coverage) -> str:
    return json.dumps(as_json(coverage), indent=2, ensure_ascii=False) + "\n"


_WRITERS: Final[Mapping[str, Callable[[Coverage], str]]] = MappingProxyType(
    {"json": _json, "html": html, "mermaid": mermaid}
)


def covered(run: Run) -> Coverage:
    """What this process covers of the playbook under test."""
    return measure(run.under_test, run.observed())


def report(run: Run) -> Iterator[str]:
    """Write the reports, and compare with what is required; gives lines to print.

    Raises:
        pytest.UsageError: a file cannot be written.
    """
    book = run.under_test
    coverage = covered(run).merge(*(Coverage.from_json(data, book) for data in run.others))
    for wanted in run.options.reports:
        if wanted.path is None:
            yield from term(coverage).splitlines()
        else:
            yield _written(wanted.kind, wanted.path, coverage)
    for shortfall in shortfalls(coverage, run.options.at_least):
        run.failing = True
        yield f"FAILED: coverage of {shortfall}"


def _written(kind: str, path: Path, coverage: Coverage) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_WRITERS[kind](coverage), encoding="utf-8")
    except OSError as error:
        raise pytest.UsageError(f"--dealflow-cov-report: {error}") from None
    return f"{kind} report of the playbook's coverage: {path}"
