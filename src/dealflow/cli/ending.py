"""How a command ends when it cannot say what it has to, or has to say what is wrong."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

import click

from dealflow.typing import Language

__all__ = ["INTERRUPTED", "check_output", "complain", "unwritable"]

# What shells say of a process that died of SIGPIPE (128 + 13) or of SIGINT (128 + 2).
_BROKEN_PIPE = 141
INTERRUPTED = 130
_UNUSABLE = 2


def check_output() -> None:
    """OSError when there is no standard output, as after ``>&-``."""
    # Before anything else: a file that is opened would get its number, and all that is printed.
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def complain(error: click.ClickException) -> int:
    """Say what is wrong with an input or with how the command was called; gives the exit code."""
    from dealflow.values import as_line

    told = io.StringIO()
    error.show(told)
    try:
        # It may quote what a script that called us was given by others.
        for line in told.getvalue().removesuffix("\n").split("\n"):
            click.echo(as_line(line), err=True)
    except OSError:
        _silence(sys.stderr)
    return error.exit_code


def unwritable(error: OSError, language: Language = "en") -> int:
    """Give up the standard output, in silence when its reader has left; gives the exit code.

    Raises:
        OSError: it is about a file, and so not about the output.
    """
    if error.filename is not None:
        raise error
    # What is still in the buffer must not raise once more.
    _silence(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return _BROKEN_PIPE
    from dealflow.message import message, trouble
    from dealflow.wording import Words

    told = message(
        "dealflow: the standard output cannot be written: {reason}", reason=trouble(error)
    )
    try:
        click.echo(Words(language).in_words(told), err=True)
    except OSError:
        _silence(sys.stderr)
    return _UNUSABLE


def _silence(stream: TextIO | None) -> None:
    """Let what is written there go nowhere, at the end of the process as well."""
    if stream is None:
        return
    with suppress(OSError, ValueError):  # it is not one of the process's own
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
