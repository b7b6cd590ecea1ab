"""Expectations for the lines of a deal script that have none, written into its file.

They are put in by position, as rows of their own: whatever else is in the file stays as it is, byte
for byte.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from dealflow.assessment import Verdict
from dealflow.exceptions import InputError, Problem
from dealflow.message import message
from dealflow.playbook import Places
from dealflow.scripts import Answer, Go, Run, Turn

__all__ = ["Layout", "expectations", "updated", "write"]

Added: TypeAlias = "Mapping[int, tuple[str, str | list[str]]]"
"""By the number of a line, the key of ``expect`` and its value."""

_TURNS: Final = (Verdict.WALK_AWAY, Verdict.RECONCILE)


def expectations(run: Run) -> Added:
    """One expectation for each line that has none and after which there is something to expect.

    A move that was refused expects its guards; one that passed, the step or the outcome that it led
    to. Any other line expects the verdict when it made the verdict ``walk_away`` or ``reconcile``.
    """
    found: dict[int, tuple[str, str | list[str]]] = {}
    for turn in run.turns:
        if turn.line.expect is None and (expected := _expectation(turn)) is not None:
            found[turn.line.number] = expected
    return MappingProxyType(found)


def _expectation(turn: Turn) -> tuple[str, str | list[str]] | None:
    if turn.refused is not None:
        return "refused", [finding.guard for finding in turn.refused.findings]
    if isinstance(turn.line.action, Go | Answer):
        return ("outcome", turn.outcome) if turn.outcome else ("step", turn.after.step)
    verdict = turn.after.verdict
    if turn.outcome is None and verdict in _TURNS and verdict is not turn.before.verdict:
        return "verdict", verdict.value
    return None


def updated(data: bytes, added: Added) -> bytes:
    """The bytes of a script's file with expectations put in.

    Args:
        data: the file: a script that was played.
        added: what to put in.

    Raises:
        InputError: the lines are not written as ``[[lines]]`` tables.
    """
    text = data.decode()
    layout = Layout(text)
    rows = layout.rows
    # from the end: rows that are put in move only those behind them
    for number in sorted(added, reverse=True):
        place = layout.end_of(number)
        if place is None:
            told = message("is not written as a [[lines]] table, so nothing can be put there")
            raise InputError([Problem(f"lines[{number}]", told)])
        end, indent = place
        key, value = added[number]
        row = f"{indent}expect.{key} = {json.dumps(value)}"
        if end < len(rows):
            rows.insert(end, row + "\r" if rows[end - 1].endswith("\r") else row)
        else:  # the very end of a file without a last newline
            rows[-1] += "\r" if "\r\n" in text else ""
            rows.append(row)
    return "\n".join(rows).encode()


def write(path: Path, data: bytes) -> None:
    """Put new content into a file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    path = path.resolve()  # of a link, the file behind it is written
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
        shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


class Layout:
    """The rows of a script's file, and what stands in them.

    Args:
        text: the whole file, which is known to be sound; with or without a byte order mark.
    """

    def __init__(self, text: str) -> None:
        self.rows = text.split("\n")
        self._places = Places(text.removeprefix("\ufeff"))

    def row_of(self, number: int, *keys: str) -> int | None:
        """The row, from 1, of a key in a line of the script, or of the table that would hold it.

        Args:
            number: the line's position in ``lines``, from 0.
            keys: the way to the key, such as ``expect``, ``step``.
        """
        for length in range(len(keys), -1, -1):
            if place := self._places.find(("lines", number, *keys[:length])):
                return place[0]
        return None

    def end_of(self, number: int) -> tuple[int, str] | None:
        """Where a line's own keys end; what belongs to further headers or stands between is out.

        Returns:
            The row, from 1, in which the last of them ends, and the spaces before that key;
            ``None`` when the line is not written as a ``[[lines]]`` table.
        """
        header = self.row_of(number)
        if header is None or not self.rows[header - 1].lstrip("\ufeff \t").startswith("[["):
            return None
        row, end, indent = header, header, ""
        while row < len(self.rows):
            told = self.rows[row].strip()
            if told.startswith("["):
                break
            start = row
            # a value may go over several rows, and a bracket in one of its texts is no header
            while not _whole(self.rows[start : row + 1]):
                row += 1
            row += 1
            if told and not told.startswith("#"):
                end = row
                indent = self.rows[start][: len(self.rows[start]) - len(self.rows[start].lstrip())]
        return end, indent


def _whole(rows: list[str]) -> bool:
    """Whether these rows are whole statements, and do not break off within a value."""
    try:
        tomllib.loads("\n".join(rows).removesuffix("\r"))
    except tomllib.TOMLDecodeError:
        return False
    return True
