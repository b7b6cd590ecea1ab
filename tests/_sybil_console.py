"""Runs the console examples of a document, each document in a workplace of its own.

What is a command of dealflow and no more runs in this process, where playbooks are read and proofs
are made already; how dealflow does as a process is the matter of tests/cli/test_cli_process.py. The
shell runs everything else.
"""

import difflib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sybil import Document, Example, Region
from sybil.parsers.myst import CodeBlockParser

from dealflow.cli import main
from tests._recorded import RECORDED, SHARED, WITHOUT

ROOT = Path(__file__).parents[1]
COPIED = ("examples", "tests/salvirt")
IS_OURS = re.compile(r"\$ (\w+=\S+ )*dealflow\b")
ENVIRONMENT = {"COLUMNS": "100", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}


class ConsoleParser(CodeBlockParser):
    """Finds the `console` blocks that begin with `$ dealflow`; others are left to the reader.

    Each `$ command` is run in turn. Lines below it are the output expected, standard error
    included, in which `...` stands for anything; `$ echo $?` shows how the command before ended.
    A command with nothing below it may print what it likes but has to succeed.
    """

    language = "console"

    def __call__(self, document: Document) -> Iterable[Region]:
        """Yield the blocks of this document that are to be run."""
        return (region for region in super().__call__(document) if IS_OURS.match(region.parsed))

    def evaluate(self, example: Example) -> str | None:
        """Return what differs from the text, or None."""
        status = 0
        for command, expected in _commands(example.parsed):
            printed, status = run(command, status)
            actual = _trimmed(printed.splitlines())
            if not expected and status:
                return f"$ {command}\nended with {status}:\n{actual}"
            if expected and not doctest.OutputChecker().check_output(
                expected, actual, doctest.ELLIPSIS
            ):
                lines = difflib.ndiff(expected.splitlines(), actual.splitlines())
                return "\n".join([f"$ {command}", *lines])
        return None


def run(command: str, status: int = 0) -> tuple[str, int]:
    """What a command prints, and how it ends; ``$?`` is the status given."""
    if (arguments := _arguments(command)) is not None:
        return _run_here(arguments)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", f"(exit {status}); {command}"],
        env={**os.environ, **ENVIRONMENT, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout, done.returncode


def _arguments(command: str) -> list[str] | None:
    """The arguments of a command of dealflow; None for one that only a shell understands."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    name, *arguments = lexer
    plain = name == "dealflow" and "$" not in command
    operators = any(set(word) <= set(lexer.punctuation_chars) for word in arguments)
    return arguments if plain and not operators else None


def _run_here(arguments: list[str]) -> tuple[str, int]:

    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with patch.dict(os.environ, ENVIRONMENT), redirect_stdout(output), redirect_stderr(output):
        status = main(arguments)
    output.flush()
    output.seek(0)
    return output.read(), status


def enter_workplace(namespace: dict[str, Any]) -> None:
    """Go to a new directory with a copy of the examples, for all blocks of one document."""
    namespace["_left"] = Path.cwd()
    namespace["_place"] = place = Path(tempfile.mkdtemp(prefix="dealflow-"))
    workplace = place / "checkout"
    workplace.mkdir()
    namespace["recorded_deals"], namespace["without"] = RECORDED.is_file(), WITHOUT
    if RECORDED.is_file():
        (place / "shared").symlink_to(SHARED, target_is_directory=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, workplace / name)
    os.chdir(workplace)


def leave_workplace(namespace: dict[str, Any]) -> None:
    """Go back and remove the directory."""
    os.chdir(namespace["_left"])
    shutil.rmtree(namespace["_place"])


def _commands(block: str) -> Iterator[tuple[str, str]]:
    """Split a block into its commands, lines ending in a backslash joined, and their outputs."""
    for part in re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.MULTILINE)[1:]:
        command, *output = part.splitlines()
        yield command, _trimmed(output)


def _trimmed(lines: Iterable[str]) -> str:
    """Join lines, without the spaces that pad a table and blank lines at the end."""
    text = "\n".join(line.rstrip() for line in lines).rstrip()
    return f"{text}\n" if text else ""
