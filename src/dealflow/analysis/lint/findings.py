"""What a lint finding is, and every code that there is."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import frozen

from dealflow.conditions import Node, Source

__all__ = ["Level", "LintFinding", "found", "part_place"]

Level: TypeAlias = Literal["error", "warning", "info"]
"""An error is a fault; a warning may be meant; an info only says what was not decided."""


@frozen
class Code:
    """A kind of finding, which keeps its number and its slug for good.

    Attributes:
        id: e.g. ``D201``.
        slug: its name, and the anchor of its explanation in ``docs/lint.md``.
        level: how bad it is.
    """

    id: str
    slug: str
    level: Level


CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {
        code.id: code
        for code in (
            Code("D001", "does-not-build", "error"),
            Code("D101", "unreachable-step", "error"),
            Code("D102", "no-exit", "error"),
            Code("D103", "unchecked-move", "warning"),
            Code("D201", "always-passes", "error"),
            Code("D202", "never-passes", "error"),
            Code("D203", "never-together", "error"),
            Code("D204", "idle-clause", "warning"),
            Code("D205", "unused-guard", "warning"),
            Code("D206", "shared-reason", "warning"),
            Code("D207", "settled-comparison", "error"),
            Code("D208", "same-condition", "warning"),
            Code("D209", "flag-never-up", "warning"),
            Code("D210", "paper-never-offered", "warning"),
            Code("D301", "unread-fact", "warning"),
            Code("D302", "unread-role", "warning"),
            Code("D303", "no-question", "error"),
            Code("D304", "needless-question", "warning"),
            Code("D305", "late-question", "warning"),
            Code("D306", "wrong-source", "error"),
            Code("D307", "role-not-asked", "warning"),
            Code("D308", "ageless-fact", "warning"),
            Code("D401", "checked-once", "error"),
            Code("D402", "waivable-walk-away", "warning"),
            Code("D403", "detour", "error"),
            Code("D404", "refusal-tolerated", "warning"),
            Code("D405", "never-stale", "warning"),
            Code("D406", "old-answer", "warning"),
            Code("D501", "missing-translation", "warning"),
            Code("D901", "not-decided", "info"),
        )
    }
)
"""Every code by its id."""


@frozen
class LintFinding:
    """Something about a playbook that its author should look at.

    Attributes:
        code: e.g. ``D201``; stable.
        slug: its name, and the anchor of its explanation in ``docs/lint.md``.
        level: ``error``, ``warning`` or ``info``.
        place: where, as in the problems of a playbook: ``guards.timely.when``.
        message: what is the matter, one sentence.
        witness: a deal that shows it, a few lines; empty where there is none.
        line: the line of the file, from 1, where the text is known.
        column: the column in that line, from 1.
    """

    code: str
    slug: str
    level: Level
    place: str
    message: str
    witness: str = ""
    line: int | None = None
    column: int | None = None

    def in_(self, source: str) -> str:
        """The finding as one line, as in ``ours.toml:12:1: D201 guards.timely.when: ...``.

        Args:
            source: what the file is called, if it has a name.
        """
        spot = [str(number) for number in (self.line, self.column) if number is not None]
        where = ":".join([source, *spot] if source else spot)
        place = f"{self.place}: " if self.place else ""
        return f"{where}{': ' if where else ''}{self.code} {place}{self.message}"

    def __str__(self) -> str:
        return self.in_("")


def found(code: str, place: str, message: str, witness: str = "") -> LintFinding:
    """A finding of a code, without its place in a file."""
    kind = CODES[code]
    return LintFinding(kind.id, kind.slug, kind.level, place, message, witness)


def part_place(place: str, text: str, part: Node) -> str:
    """The place of a part of a condition, with its line and column in the text.

    Args:
        place: of the condition, as in ``guards.timely.when``.
        text: the condition as written.
        part: the part, which prints as the text that makes it.
    """
    source = Source.read(text)
    wanted = ast.unparse(ast.parse(str(part), mode="eval"))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.expr) and ast.unparse(node) == wanted:
            return f"{place}, {source.place(node)}"
    return place
