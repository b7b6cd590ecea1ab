"""Lint: what a playbook's author should look at, each with a code, a place and a reason.

A playbook that is built holds together; whether its rules make sense is looked at here. Most checks
look at the rules alone, the rest at all deals that there may be. Every code is explained in the
docs, "Lint".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import evolve

from dealflow.analysis.lint.allowed import allowances
from dealflow.analysis.lint.facts import lint_facts
from dealflow.analysis.lint.findings import LintFinding, found
from dealflow.analysis.lint.guards import lint_guards
from dealflow.analysis.lint.moves import lint_moves, lint_order
from dealflow.analysis.lint.oracle import Oracle
from dealflow.analysis.lint.semantic import lint_semantics
from dealflow.analysis.solver import LIMIT
from dealflow.exceptions import PlaybookError, Problem
from dealflow.message import message
from dealflow.playbook import Places, Playbook, decode_toml, locate, parse_toml
from dealflow.typing import LANGUAGES

__all__ = ["lint", "lint_text"]


def lint(
    playbook: Playbook, text: str | None = None, *, limit: int = LIMIT
) -> tuple[LintFinding, ...]:
    """What to look at in a playbook.

    Args:
        playbook: the playbook.
        text: the text of its file. With it, findings have lines and columns and come in their
            order, and comments such as ``# lint: allow D304`` take effect: at the end of a line
            or above it for that line, before the first key for the whole file.
        limit: how many steps to take for each question; what is above is ``D901``.

    Returns:
        The findings; without a text, in the order of their codes.

    Raises:
        PlaybookError: the text is no TOML.
    """
    oracle = Oracle(playbook, limit)
    everything = [
        *lint_moves(playbook),
        *lint_guards(playbook),
        *lint_facts(playbook),
        *lint_texts(playbook),
        *lint_semantics(oracle),
    ]
    if text is None:
        # at the end, when all questions have been asked
        everything += oracle.notes
        return tuple(sorted(everything, key=lambda finding: finding.code))
    places = Places(text)
    everything += lint_order(oracle, places)
    everything += oracle.notes
    placed = _placed(everything, places, parse_toml(text, "", PlaybookError))
    allowed = _allowed(text, places)
    in_file = allowed.get(0, set())
    kept = (f for f in placed if f.code not in in_file | allowed.get(f.line or 0, set()))
    return tuple(sorted(kept, key=lambda f: (f.line or 0, f.column or 0, f.code)))


def lint_text(data: bytes | str, *, limit: int = LIMIT) -> tuple[LintFinding, ...]:
    """What to look at in a playbook file, also when it holds no playbook yet.

    Args:
        data: UTF-8 TOML, at most 1 MiB.
        limit: how many steps to take for each question.

    Raises:
        PlaybookError: it is no TOML.
    """
    text = decode_toml(data, "", PlaybookError)
    tables = parse_toml(text, "", PlaybookError)
    try:
        playbook = Playbook.from_data(tables)
    except PlaybookError as error:
        unbuilt = (found("D001", problem.place, problem.message) for problem in error.problems)
        return tuple(_placed(unbuilt, Places(text), tables))
    return lint(playbook, text, limit=limit)


def _placed(
    findings: Iterable[LintFinding], places: Places, tables: Mapping[str, Any]
) -> Iterator[LintFinding]:
    for finding in findings:
        spot = locate(Problem(finding.place, finding.message), places, tables)
        yield evolve(finding, place=spot.place, line=spot.line, column=spot.column)


def _allowed(text: str, places: Places) -> dict[int, set[str]]:
    """The codes that comments allow, by line; those for the whole file at 0."""
    allowed: dict[int, set[str]] = {}
    for allowance in allowances(text, places):
        allowed.setdefault(allowance.line, set()).update(allowance.codes)
    return allowed


_CHINESE: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENGLISH: Final = re.compile("[A-Za-z]{2}")
_PLACES: Final = re.compile(r"\{[^}]*\}")


def lint_texts(playbook: Playbook) -> Iterator[LintFinding]:
    """Texts that say in one language what they should say in the other."""
    data = playbook.to_data()
    data.pop("trial_close", None)  # it has no texts, but a gap may be called "en"
    for place, text in _texts("", data):
        en, zh = (_PLACES.sub("", text.get(language, "")) for language in LANGUAGES)
        if _CHINESE.search(en) and not _ENGLISH.search(en):
            yield found("D501", f"{place}.en", message("the English text is Chinese"))
        elif zh and _ENGLISH.search(en or zh) and not _CHINESE.search(zh):
            same = message("the Chinese text is the English one")
            other = message("the Chinese text has no Chinese in it")
            yield found("D501", f"{place}.zh", same if en == zh else other)


def _texts(place: str, data: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every table with a text in any language."""
    if isinstance(data, Mapping):
        if any(isinstance(data.get(language), str) for language in LANGUAGES):
            yield place, data
            return
        for key, value in data.items():
            yield from _texts(f"{place}.{key}" if place else key, value)
    elif isinstance(data, list | tuple):
        for i, item in enumerate(data):
            name = f".{item['id']}" if isinstance(item, Mapping) and "id" in item else f"[{i}]"
            yield from _texts(f"{place}{name}", item)
