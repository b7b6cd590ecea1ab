"""What happens once every test has run: coverage is reported, and mutants are tried."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import pytest

from dealflow.analysis.coverage import Coverage, as_json, html, measure, mermaid, shortfalls, term
from dealflow.analysis.mutants import as_file, missing
from dealflow.plugin.options import Suggest
from dealflow.plugin.places import at_place
from dealflow.plugin.results import Result, told
from dealflow.plugin.session import Run
from dealflow.plugin.trying import Trial

__all__ = ["close"]


def close(run: Run, session: pytest.Session) -> None:
    """Do what the options ask for, with all that the tests have shown."""
    config: Any = session.config  # in a worker of pytest-xdist it has more attributes
    # a worker has seen some of the tests only; the controller puts all together and reports
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
    others = [Coverage.from_json(data, book) for data in run.others]
    coverage = covered(run).merge(*others, Coverage(book, lost=frozenset(run.lost)))
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


def mutate(run: Run, session: pytest.Session) -> Iterator[str]:
    """Try every mutant, after a green run; gives lines to print."""
    # with a test that fails anyway every mutant would seem to be killed
    if session.testsfailed:
        yield "Mutants were not tried: that makes sense once every test passes."
        return
    if not session.items:
        yield "Mutants were not tried: there was no test to try them on."
        return
    start = perf_counter()
    trial = Trial(run, session.items)
    results = trial.results(at_place(run.under_test, run.options.place))
    every = session.config.get_verbosity() > 0
    yield from told(results, trial.unfit, perf_counter() - start, every=every)
    if run.options.suggest is not None:
        yield _suggested(run.options.suggest, run, results)
    run.failing |= any(result.missed for result in results)


def _suggested(wanted: Suggest, run: Run, results: Sequence[Result]) -> str:
    """Write the missing tests."""
    found = [(each.mutant, each.difference) for each in results if each.difference is not None]
    if not found:
        return "No test is missing, so none was suggested."
    tests = missing(run.under_test, found, most=wanted.most)
    path = wanted.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_file(run.under_test, tests), encoding="utf-8")
    except OSError as error:
        raise pytest.UsageError(f"--dealflow-suggest: {error}") from None
    noticed = sum(len(test.mutants) for test in tests)
    line = f"{len(tests)} missing tests written to {path}"
    if noticed == len(found):
        return line
    return (
        f"{line}, for {noticed} of {len(found)} faults, those of walking away first;"
        f" --dealflow-suggest=all:FILE writes all"
    )
