"""Expectations for the lines of a deal script that have none, written into its file.

They are put in by position, as rows of their own: whatever else is in the file stays as it is, byte
for byte.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from dealflow.assessment import Verdict
from dealflow.exceptions import InputError, Problem
from dealflow.scripts import Answer, Go, Run, Turn
from dealflow.testing._layout import Layout

__all__ = ["Added", "expectations", "updated", "write"]

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
    for number in sorted(added, reverse=True):
        place = layout.end_of(number)
        if place is None:
            message = "is not written as a [[lines]] table, so nothing can be put there"
            raise InputError([Problem(f"lines[{number}]", message)])
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
