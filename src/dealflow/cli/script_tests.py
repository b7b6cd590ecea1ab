"""Deal scripts played as tests of a playbook, and what they cover of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from dealflow.analysis import Observation
from dealflow.analysis.coverage import Coverage, as_json, measure, requirements, shortfalls, term
from dealflow.analysis.phrases import listed
from dealflow.cli.input import BadInput, bad, open_script
from dealflow.cli.output import Page
from dealflow.exceptions import InputError
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.scripts import Line, Run, play
from dealflow.testing import watching
from dealflow.typing import Language
from dealflow.wording import Words

__all__ = ["play_all", "put_tests", "tests_data"]

_ENDING = ".deal.toml"


@frozen
class Tests:
    """Scripts that were played.

    Attributes:
        failures: for each script, what it expects and did not find.
        coverage: what they cover, when that is asked for.
        short: what is covered less than required, in words.
    """

    failures: dict[str, tuple[str, ...]]
    coverage: Coverage | None
    short: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether some expectation or requirement was not met."""
        return any(self.failures.values()) or bool(self.short)


def play_all(playbook: Playbook, sources: Iterable[str], cov: bool, under: str | None) -> Tests:
    """Play scripts by a playbook, whatever version of it they name.

    Raises:
        BadInput: a script cannot be read or played, or the requirements cannot be read.
    """
    try:
        required = requirements(under) if under is not None else {}
    except InputError as error:
        bad("--cov-fail-under", error)
    paths = [path for source in sources for path in _files(source)]
    failures: dict[str, tuple[str, ...]] = {}
    seen: list[Observation] = []
    for path in dict.fromkeys(paths):
        script = open_script(path)
        with watching() as watch:
            try:
                run = play(script, playbook)
            except InputError as error:
                bad(path, error)
        failures[path] = tuple(_missed(run))
        seen += watch.observations
    coverage = measure(playbook, seen) if cov or required else None
    short = shortfalls(coverage, required) if coverage else ()
    return Tests(failures, coverage, tuple(each.told for each in short))


def _missed(run: Run) -> Iterator[str]:
    """What a script expects and did not find, and the refusals of which it does not speak."""
    for turn in run.turns:
        for failure in turn.failures:
            yield _at(turn.line, failure.message)
        # A play shows refusals, and needs no expectation for it. In a test, one that nobody expects
        # is a failure.
        if turn.refused is not None and turn.line.expect is None:
            guards = listed(finding.guard for finding in turn.refused.findings)
            told = message("refused by {guards}, and the line does not expect that", guards=guards)
            yield _at(turn.line, told)


def _at(line: Line, problem: str) -> str:
    number = f"lines[{line.number}]"
    place = message("{place}, line {row}", place=number, row=line.row) if line.row else number
    return message("{place}: {problem}", place=place, problem=problem)


def _files(source: str) -> Iterator[str]:
    if not Path(source).is_dir():
        yield source
        return
    found = sorted(map(str, Path(source).rglob(f"*{_ENDING}")))
    if not found:
        raise BadInput(
            [message("{name}: no *{ending} in this folder", name=source, ending=_ENDING)]
        )
    yield from found


def put_tests(page: Page, language: Language, found: Tests) -> None:
    """Each script with what it did not find, and what all of them cover."""
    words = Words(language)
    for name, failures in found.failures.items():
        sign = ("✗", "bad") if failures else ("✓", "good")
        page.put(name, sign=sign)
        for failure in failures:
            page.put(words.in_words(failure), indent=4)
    failed = sum(bool(failures) for failures in found.failures.values())
    told = words.gettext("{fine} of {n} as expected")
    page.put(told.format(fine=len(found.failures) - failed, n=len(found.failures)))
    if found.coverage is not None:
        page.blank()
        page.raw(term(found.coverage, language, words.in_words))
    for short in found.short:
        page.put(words.in_words(short), sign=("✗", "bad"))


def tests_data(found: Tests) -> dict[str, object]:
    """What ``--json`` prints."""
    return {
        "scripts": [
            {"file": name, "failures": list(failures)} for name, failures in found.failures.items()
        ],
        "coverage": None if found.coverage is None else as_json(found.coverage),
        "short": list(found.short),
    }
