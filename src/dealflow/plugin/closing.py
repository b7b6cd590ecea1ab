"""What happens once every test has run: coverage is reported, and mutants are tried."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from dealflow.analysis.coverage import Coverage, as_json, html, measure, mermaid, shortfalls, term
from dealflow.analysis.mutants import Mutant, judge_equivalence, suggestions
from dealflow.playbook import Playbook
from dealflow.plugin.session import Run
from dealflow.plugin.sightings import Result, Sight, at_place

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


_MOST_NEAR = 3


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
    results = list(tried(run, session))
    yield from _told(results, perf_counter() - start)
    if run.options.suggest is not None:
        yield _suggested(run.options.suggest, run, results)
    run.failing |= any(result.fate == "survived" for result in results)


def tried(run: Run, session: pytest.Session) -> Iterator[Result]:
    """Every mutant, and what became of it."""
    book = run.under_test
    # of tests that see a mutant alike, the quickest is run first
    quick_first = sorted(run.observations, key=lambda test: run.durations[test])
    seen = {test: run.observations[test] for test in quick_first}
    sight = Sight(book, seen, run.verbs)
    items = {item.nodeid: item for item in session.items}
    blind = _blind(run, items)
    for mutant in at_place(book, run.options.place):
        asked: set[str] = set()
        secret = sight.in_secret(mutant.playbook)
        # judging once more tells in milliseconds which tests a mutant can show in, so only those
        # are run, the likeliest first; and one that fails settles it. Those that ask otherwise, of
        # which nothing was seen, come last
        for test in chain(secret, sight.differ(mutant), sight.sent_back(), blind):
            if test not in asked and _fails(items[test], run, mutant.playbook):
                yield Result(mutant, "killed", test)
                break
            asked.add(test)
        else:
            yield _left(mutant, sight.near(mutant.guards))


def _blind(run: Run, items: Mapping[str, pytest.Item]) -> tuple[str, ...]:
    """The tests that are given the playbook, or a deal, and had none judged: they ask otherwise."""
    return tuple(
        test
        for test, observations in run.observations.items()
        if not observations and "playbook" in getattr(items[test], "fixturenames", ())
    )


def _fails(item: pytest.Item, run: Run, mutant: Playbook) -> bool:
    """Run one test again with a mutant; whether it fails in any way.

    It is set up anew, from its session's fixtures on.
    """
    # no next item: then pytest tears everything down, and the fixture of the whole session gives
    # the mutant when it is asked again
    with run.mutated(mutant), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _left(mutant: Mutant, near: tuple[str, ...]) -> Result:
    """What became of a mutant that no test killed."""
    # the solver is asked about survivors only: killed ones have shown that they differ
    difference = judge_equivalence(mutant.original, mutant)
    if difference.outcome == "different":
        return Result(mutant, "survived", near=near, difference=difference)
    if difference.outcome == "equivalent":
        return Result(mutant, "redundant", near=near)
    return Result(mutant, "not decided", near=near)


def _suggested(path: Path, run: Run, results: Sequence[Result]) -> str:
    """Write the missing test for each survivor."""
    found = [(each.mutant, each.difference) for each in results if each.difference is not None]
    if not found:
        return "No test is missing, so none was suggested."
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(suggestions(run.under_test, found), encoding="utf-8")
    except OSError as error:
        raise pytest.UsageError(f"--dealflow-suggest: {error}") from None
    return f"{len(found)} missing tests written to {path}"


def _told(results: Sequence[Result], seconds: float) -> Iterator[str]:
    fates = Counter(result.fate for result in results)
    yield (
        f"{len(results)} mutants in {seconds:.1f} s: {fates['killed']} killed,"
        f" {fates['survived']} survived, {fates['redundant']} that no deal can tell from the"
        f" playbook, {fates['not decided']} not decided"
    )
    heads = {
        "survived": "Survived: no test notices",
        "redundant": "Redundant: no deal can tell whether this is so, so the rule could be simpler",
        "not decided": "Not decided within the bound: no test notices",
    }
    for fate, head in heads.items():
        for result in results:
            if result.fate == fate:
                mutant = result.mutant
                yield f"{head}: {mutant.description}"
                yield f"  {mutant.place} [{mutant.id}]"
                yield f"    as it is:         {mutant.before}"
                yield f"    as it was tried:  {mutant.after}"
                if fate != "redundant":
                    near = ", ".join(result.near[:_MOST_NEAR]) or "none"
                    yield f"    tests that look at it: {near}"
