"""Writes files: whole or not at all, and over another one only when told to."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from dealflow.cli._input import BadInput, bad

__all__ = ["write_new"]


def write_new(name: str, text: str, *, force: bool) -> None:
    """Write a file; nobody ever sees half of it.

    Args:
        name: its path.
        text: what to write, in UTF-8.
        force: whether to replace a file that is there.

    Raises:
        BadInput: there is a file already, or it cannot be written.
    """
    target = Path(name)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp") if target.name else None
    if beside is None or (target.exists() and not target.is_file()):
        raise BadInput([f"{name}: is not a file"])
    if target.exists() and not force:
        raise BadInput([f"{name}: there is such a file already; --force replaces it"])
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except (OSError, ValueError) as error:
        beside.unlink(missing_ok=True)
        bad(name, error)
