"""Runs commands in the process of the tests, with complaints apart from what is printed."""

from __future__ import annotations

from inspect import signature
from typing import Any

from click.testing import CliRunner, Result

from dealflow.cli import cli

__all__ = ["Result", "invoked"]

# click has kept the two apart since 8.2; before, it was asked to, and mixed them otherwise
_APART: dict[str, Any] = (
    {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
)


def invoked(*arguments: object, given: bytes | None = None) -> Result:
    """What a command prints, and how it ends; ``given`` is its standard input."""
    told = [str(argument) for argument in arguments]
    return CliRunner(**_APART).invoke(cli, told, input=given)
