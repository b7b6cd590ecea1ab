"""What lint finds, for people, for programs and for a build's log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import evolve

from dealflow.analysis.lint import Level, LintFinding, lint_text
from dealflow.cli.input import bad, printable
from dealflow.cli.output import Page
from dealflow.exceptions import PlaybookError
from dealflow.playbook import read_playbook
from dealflow.typing import JSON, Language
from dealflow.wording import Words

__all__ = ["fails", "github_lines", "lint_data", "lint_file", "put_findings"]

_STYLE: Final[Mapping[Level, str]] = {"error": "bad", "warning": "unknown", "info": "quiet"}
_COMMAND: Final[Mapping[Level, str]] = {"error": "error", "warning": "warning", "info": "notice"}
_COUNTED: Final[Mapping[Level, str]] = {
    "error": "errors",
    "warning": "warnings",
    "info": "undecided",
}


def lint_file(source: str, limit: int | None) -> tuple[LintFinding, ...]:
    """The findings of a playbook: a shipped one by its id, or a file.

    Args:
        source: the id or the path.
        limit: how many steps to take for each question.

    Raises:
        BadInput: it cannot be read, or is no TOML.
    """
    try:
        data = read_playbook(source)
        return lint_text(data) if limit is None else lint_text(data, limit=limit)
    except PlaybookError as error:
        bad(source, error)


def fails(findings: Iterable[LintFinding], *, strict: bool) -> bool:
    """Whether there is an error, or with ``strict`` a warning."""
    levels = {finding.level for finding in findings}
    return "error" in levels or (strict and "warning" in levels)


def lint_data(source: str, findings: Iterable[LintFinding]) -> dict[str, JSON]:
    """The findings as JSON, see docs, "Lint"."""
    found = list(findings)
    times = Counter(finding.level for finding in found)
    counts: dict[str, JSON] = {word: times[level] for level, word in _COUNTED.items()}
    return {"file": source, **counts, "findings": [_finding(finding) for finding in found]}


def _finding(finding: LintFinding) -> JSON:
    return {
        "code": finding.code,
        "slug": finding.slug,
        "level": finding.level,
        "place": finding.place,
        "message": finding.message,
        "witness": finding.witness or None,
        "line": finding.line,
        "column": finding.column,
    }


def put_findings(
    page: Page, language: Language, source: str, findings: Iterable[LintFinding]
) -> None:
    """One line for each finding, and the deal that shows it where there is one."""
    words = Words(language)
    times: Counter[Level] = Counter()
    for finding in findings:
        times[finding.level] += 1
        page.raw(printable(_line(words, source, finding)))
        for i, line in enumerate(words.in_words(finding.witness).splitlines()):
            sign = "·" if i else words.gettext("for instance:")
            page.put((printable(line), "quiet"), indent=4, sign=sign)
    if not times:
        told = words.gettext("{file}: nothing to find fault with").format(file=printable(source))
        page.put(told, sign=("✓", "good"))
        return
    levels: list[Level] = [level for level in _STYLE if times[level]]
    parts = [_counted(words, times[level], level) for level in levels]
    worst = levels[0]
    page.put(words.listed(parts), sign=("✗" if worst == "error" else "?", _STYLE[worst]))


def _line(words: Words, source: str, finding: LintFinding) -> str:
    said = words.in_words(finding.message)
    told = words.pair(finding.place, said) if finding.place else said
    # Where it stands is written as compilers do, in any language.
    return evolve(finding, place="", message=told).in_(source)


def _counted(words: Words, number: int, level: Level) -> str:
    text = {
        "error": words.ngettext("{n} error", "{n} errors", number),
        "warning": words.ngettext("{n} warning", "{n} warnings", number),
        "info": words.gettext("{n} not decided"),
    }[level]
    return text.format(n=number)


def github_lines(source: str, findings: Iterable[LintFinding]) -> Iterator[str]:
    """The findings as commands of a GitHub workflow, which shows them beside the lines."""
    for finding in findings:
        properties = {
            "file": printable(source),
            "line": finding.line,
            "col": finding.column,
            "title": f"{finding.code} {finding.slug}",
        }
        given = (f"{k}={_property(str(v))}" for k, v in properties.items() if v is not None)
        said = f"{finding.place}: {finding.message}" if finding.place else finding.message
        witness = ["for instance:", *finding.witness.splitlines()] if finding.witness else []
        # A line of the log that begins with two colons is a command. So what comes out of a file is
        # made printable here, and line ends are escaped below.
        message = "\n".join(printable(line) for line in (said, *witness))
        yield f"::{_COMMAND[finding.level]} {','.join(given)}::{_data(message)}"


def _data(text: str) -> str:
    # The percent sign first, or it would escape the escapes.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
