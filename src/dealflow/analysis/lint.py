"""Lint: what a playbook's author should look at, each with a code, a place and a reason.

A playbook that is built holds together; whether its rules make sense is looked at here. Most checks
look at the rules alone, the rest at all deals that there may be. Every code is explained in the
docs, "Lint".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve

from dealflow._toml import decode_toml, parse_toml
from dealflow._toml_places import Places
from dealflow._toml_problems import locate
from dealflow.analysis._lint_base import CODES, Code, Level, LintFinding, found
from dealflow.analysis._lint_facts import lint_facts
from dealflow.analysis._lint_guards import lint_guards
from dealflow.analysis._lint_oracle import Oracle
from dealflow.analysis._lint_order import lint_order
from dealflow.analysis._lint_semantic import lint_semantics
from dealflow.analysis._lint_texts import lint_texts
from dealflow.analysis._lint_walk_away import lint_moves
from dealflow.analysis.solver import LIMIT
from dealflow.exceptions import PlaybookError, Problem
from dealflow.playbook import Playbook

__all__ = ["CODES", "Code", "Level", "LintFinding", "lint", "lint_text"]

_ALLOW: Final = re.compile(r"#\s*lint:\s*allow\s+((?:D\d{3}[\s,]*)+)")
_CODE: Final = re.compile(r"D\d{3}")


def lint(
    playbook: Playbook, text: str | None = None, *, limit: int = LIMIT
) -> tuple[LintFinding, ...]:
    """What to look at in a playbook.

    Args:
        playbook: the playbook.
        text: the text of its file. With it, findings have lines and columns and come in their
            order, and comments such as ``# lint: allow D304`` take effect: at the end of a line
            or above it for that line, before the first key for the whole file.
        limit: how many states to try for each question; what is above is ``D901``.

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
        everything += dict.fromkeys(oracle.undecided)
        return tuple(sorted(everything, key=lambda finding: finding.code))
    places = Places(text)
    everything += lint_order(oracle, places)
    everything += dict.fromkeys(oracle.undecided)
    placed = _placed(everything, places, parse_toml(text, "", PlaybookError))
    allowed = _allowed(text, places)
    in_file = allowed.get(0, set())
    kept = (f for f in placed if f.code not in in_file | allowed.get(f.line or 0, set()))
    return tuple(sorted(kept, key=lambda f: (f.line or 0, f.column or 0, f.code)))


def lint_text(data: bytes | str, *, limit: int = LIMIT) -> tuple[LintFinding, ...]:
    """What to look at in a playbook file, also when it holds no playbook yet.

    Args:
        data: UTF-8 TOML, at most 1 MiB.
        limit: how many states to try for each question.

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
    lines = text.split("\n")
    spots = [spot for path in places.paths if (spot := places.find(path)) is not None]
    first = min(spots)[0] if spots else 0
    allowed: dict[int, set[str]] = {}
    for (line, column), comment in places.comments:
        if says := _ALLOW.match(comment):
            alone = not lines[line - 1][: column - 1].strip()
            meant = 0 if line < first else _below(lines, line) if alone else line
            allowed.setdefault(meant, set()).update(_CODE.findall(says[1]))
    return allowed


def _below(lines: Sequence[str], line: int) -> int:
    """The next line with something on it but a comment."""
    told = (n for n in range(line, len(lines)) if lines[n].split("#")[0].strip())
    return next(told, line - 1) + 1
