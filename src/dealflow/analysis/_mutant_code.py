"""Pieces of Python code, laid out as formatters lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from dealflow.analysis._as_test import literal, marks, withdrawal

__all__ = ["INDENT", "SUMMARY", "call", "comment", "docstring", "imports", "marks", "withdrawal"]

_WIDTH = 100
INDENT = "    "
SUMMARY = 90
"""So long may a docstring be to stay on one line."""
_SIGNS = {
    "import pytest": {"pytest.": "pytest"},
    "from dealflow import ": {
        "(EvidenceError)": "EvidenceError",
        " Money(": "Money",
        "(Money(": "Money",
        "(MoveNotAllowed)": "MoveNotAllowed",
        " is Truth.": "Truth",
        " is Verdict.": "Verdict",
    },
    "from dealflow.testing import ": {
        "assert_moves(": "assert_moves",
        "assert_refused(": "assert_refused",
        "assert_walks_away(": "assert_walks_away",
    },
}
"""For each import, what in the code shows that a name is used."""


def imports(code: str) -> Iterator[str]:
    """The lines that import what some code uses."""
    if "timedelta(" in code:
        yield from ("", "from datetime import timedelta")
    lines = []
    for line, signs in _SIGNS.items():
        names = dict.fromkeys(name for sign, name in signs.items() if sign in code)
        if names:
            lines.append(line + ", ".join(names) if line.endswith(" ") else line)
    if lines:
        yield from ("", *lines)


def docstring(words: str, indent: str = INDENT) -> Iterator[str]:
    """The lines of a docstring that stands so far in."""
    safe = words.replace("\\", "\\\\").replace('"""', "'''")
    if len(indent) + len(safe) + 6 <= _WIDTH and not safe.endswith('"'):
        yield f'"""{safe}"""'
    else:
        yield from wrap(f'"""{safe}', _WIDTH - len(indent), break_on_hyphens=False)
        yield '"""'


def comment(words: str) -> list[str]:
    """The lines of a comment."""
    return [f"# {line}" for line in wrap(words, _WIDTH - len(INDENT) - 2, break_on_hyphens=False)]


def call(function: str, arguments: list[str], last: str, guards: Sequence[str]) -> list[str]:
    """A call whose last argument is a set of guards, on as few lines as have room for it."""
    words = [literal(guard) for guard in guards]
    named = f"{last}={{{', '.join(words)}}}"
    line = f"{function}({', '.join([*arguments, named])})"
    if len(INDENT) + len(line) <= _WIDTH:
        return [line]
    if len(INDENT) * 2 + len(named) + 1 > _WIDTH:
        rows = [f"{last}={{", *(f"{INDENT}{word}," for word in words), "}"]
        rows[-1] += ","
    else:
        rows = [f"{named},"]
    rest = [f"{argument}," for argument in arguments]
    return [f"{function}(", *(f"{INDENT}{row}" for row in (*rest, *rows)), ")"]
