"""Reads TOML files that people write: bounded in size and depth, one clear error each time."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from dealflow.exceptions import InputError, PlaybookError, Problem

__all__ = ["LARGEST", "decode_toml", "parse_toml", "read_bytes"]

LARGEST = 1024 * 1024
"""The most bytes that a file may have."""

# tomllib needs time and memory by the square of a key's length
_LONG_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""", re.ASCII
)
_AT = re.compile(r"line (\d+), column (\d+)")


def read_bytes(path: Path, error: type[InputError] | type[PlaybookError]) -> bytes:
    """The bytes of a file, one more than :data:`LARGEST` at the most.

    Raises:
        error: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the path
        message = getattr(trouble, "strerror", None) or str(trouble)
        raise error([Problem("", f"cannot be read: {message}")], str(path)) from None


def decode_toml(data: bytes | str, name: str, error: type[InputError] | type[PlaybookError]) -> str:
    """The text of a TOML file.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: what to call the file in errors.
        error: the class of the errors.

    Raises:
        error: too large, or not UTF-8.
    """
    if len(data) > LARGEST:
        raise error(f"is larger than {LARGEST // 1024} KiB", name)
    try:
        # editors on Windows put a byte order mark in front
        return data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as trouble:
        raise error([Problem(f"byte {trouble.start}", "is not UTF-8")], name) from None


def parse_toml(
    data: bytes | str, name: str, error: type[InputError] | type[PlaybookError]
) -> dict[str, Any]:
    """The tables of a TOML text; numbers with a point are exact decimals.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: what to call the file in errors.
        error: the class of the errors.

    Raises:
        error: too large, not UTF-8, not TOML, or nested or written beyond what can be read.
    """
    text = decode_toml(data, name, error)
    if _LONG_KEY.search(text):
        raise error("is not usable TOML: a key has more than 32 parts", name)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as trouble:
        raise error([_misspelt(str(trouble), text)], name) from None
    except RecursionError:
        raise error("is not usable TOML: nested too deeply", name) from None
    except (ArithmeticError, ValueError):
        raise error("is not usable TOML: a number is out of range", name) from None


def _misspelt(message: str, text: str) -> Problem:
    """What tomllib says, with the place at its end taken out of the words."""
    what, _, where = message.partition(" (at ")
    if found := _AT.match(where):
        return Problem("", f"is not TOML: {what}", int(found[1]), int(found[2]))
    lines = text.replace("\r\n", "\n").split("\n")  # at the end of the document
    return Problem("", f"is not TOML: {what}", len(lines), len(lines[-1]) + 1)
