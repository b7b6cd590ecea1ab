"""The lines that a sheet is made of, and the one that tells a condition."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from attrs import frozen

from dealflow.conditions import Condition
from dealflow.record import Record
from dealflow.wording import Told, Wording

__all__ = ["Kind", "Line", "condition_line"]

Kind: TypeAlias = Literal[
    "head", "part", "way", "text", "quiet", "alarm", "on", "rule", "point", "code", "ask", "flag"
]
"""What a line is: ``head`` begins a guard or a paper, ``part`` a part of a section, ``way`` one
of several ways forward; ``on`` is the only one. ``rule`` is a condition in words and ``code`` its
text. ``point``, ``ask`` and ``flag`` are items, ``alarm`` is what calls for walking away; ``quiet``
is less than ``text``."""

# What could change its meaning, or be no longer there, when lines are joined.
_MORE_LINES: Final = re.compile(r"[#\\]|\"\"\"|'''")


@frozen(repr=False)
class Line(Record):
    """A paragraph, and what belongs to it.

    Attributes:
        kind: what it is.
        text: what it says, on one line.
        note: what stands in brackets behind it.
        under: the lines below it.
    """

    kind: Kind
    text: str
    note: str = ""
    under: tuple[Line, ...] = ()


def condition_line(w: Wording, condition: Condition, text: str) -> Line:
    """A condition in words, with its text beside it."""
    told = w.condition(condition)
    head = w.capital(told.says)
    head = w.pair(head, "").rstrip() if told.parts else w.sentences([head])
    code = Line("code", _on_one_line(text, condition))
    return Line("rule", head, under=(*(_part(w, part) for part in told.parts), code))


def _part(w: Wording, told: Told) -> Line:
    text = w.pair(told.says, "").rstrip() if told.parts else told.says
    return Line("point", text, under=tuple(_part(w, part) for part in told.parts))


def _on_one_line(text: str, condition: Condition) -> str:
    """A condition's text as its author wrote it, but on one line."""
    if "\n" not in text:
        return text.strip()
    # A comment would swallow what comes after it, and a line may end within a text in quotes.
    if _MORE_LINES.search(text):
        return str(condition)
    return re.sub(r"\s*\n\s*", " ", text).strip()
