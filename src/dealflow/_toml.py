"""Reads TOML files that people write: bounded in size and depth, one clear error each time."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from dealflow.exceptions import InputError, PlaybookError, Problem

__all__ = ["LARGEST", "parse_toml", "read_bytes"]

LARGEST = 1024 * 1024
"""The most bytes that a file may have."""

# tomllib needs time and memory by the square of a key's length
_LONG_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""", re.ASCII
)


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
    if len(data) > LARGEST:
        raise error(f"is larger than {LARGEST // 1024} KiB", name)
    try:
        # editors on Windows put a byte order mark in front
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as trouble:
        raise error([Problem(f"byte {trouble.start}", "is not UTF-8")], name) from None
    if _LONG_KEY.search(text):
        raise error("is not usable TOML: a key has more than 32 parts", name)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as trouble:
        raise error(f"is not TOML: {trouble}", name) from None
    except RecursionError:
        raise error("is not usable TOML: nested too deeply", name) from None
    except (ArithmeticError, ValueError):
        raise error("is not usable TOML: a number is out of range", name) from None
