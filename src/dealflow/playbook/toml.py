"""Reads TOML files that people write: bounded in size and depth, one clear error each time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from dealflow.exceptions import InputError, PlaybookError, Problem
from dealflow.message import message
from dealflow.message import trouble as said_of

if TYPE_CHECKING:
    from dealflow.playbook.toml_places import Path as Place
    from dealflow.playbook.toml_places import Places

__all__ = ["decode_toml", "locate", "located", "parse_toml", "path_of", "read_bytes"]

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
            # One byte more than may be: decode_toml sees by it that there is more, and a device
            # that never ends is not read to its end.
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the path
        told = message("cannot be read: {problem}", problem=said_of(trouble))
        raise error(told, str(path)) from None


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
        raise error(message("is larger than {size} KiB", size=LARGEST // 1024), name)
    try:
        # editors on Windows put a byte order mark in front
        return data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as trouble:
        raise error(
            [Problem(message("byte {byte}", byte=trouble.start), message("is not UTF-8"))], name
        ) from None


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
        raise error(message("is not usable TOML: a key has more than 32 parts"), name)
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as trouble:
        raise error([_misspelt(str(trouble), text)], name) from None
    except RecursionError:
        raise error(message("is not usable TOML: nested too deeply"), name) from None
    except (ArithmeticError, ValueError):
        raise error(message("is not usable TOML: a number is out of range"), name) from None


def _misspelt(said: str, text: str) -> Problem:
    """What tomllib says, with the place at its end taken out of the words."""
    what, _, where = said.partition(" (at ")
    if found := _AT.match(where):
        return Problem("", message("is not TOML: {what}", what=what), int(found[1]), int(found[2]))
    lines = text.replace("\r\n", "\n").split("\n")  # at the end of the document
    return Problem("", message("is not TOML: {what}", what=what), len(lines), len(lines[-1]) + 1)


_NUMBERS: Final = re.compile(r"(.*), line (\d+)(?:, column (\d+))?", re.DOTALL)
_LONGEST: Final = 1000
"""No place that we write ourselves is longer; what files call their keys may be."""


def located(problems: Iterable[Problem], text: str, data: Mapping[str, Any]) -> tuple[Problem, ...]:
    """The problems of a file, each with its line and column where they can be told.

    Args:
        problems: their places are names, such as ``guards.timely.when, line 1, column 5``.
        text: the text of the file.
        data: what tomllib read from it.
    """
    found = tuple(problems)
    if not found:
        return ()
    from dealflow.playbook.toml_places import Places  # for files with problems alone

    places = Places(text)
    return tuple(locate(problem, places, data) for problem in found)


def locate(problem: Problem, places: Places, data: Mapping[str, Any]) -> Problem:
    """A problem with its line and column, where they can be told."""
    if len(problem.place) > _LONGEST:
        return problem
    numbers = _NUMBERS.fullmatch(problem.place)
    path, whole = path_of(numbers[1] if numbers else problem.place, data)
    found = places.find(path)
    if found is None:
        return problem
    if numbers is None:
        return evolve(problem, line=found[0], column=found[1])
    if numbers[3]:  # a place inside the value
        inside = places.inside(path, int(numbers[2]), int(numbers[3])) if whole else None
        if inside is None:
            return evolve(problem, line=found[0], column=found[1])
        found = inside
    return evolve(problem, place=numbers[1], line=found[0], column=found[1])


def path_of(place: str, data: Mapping[str, Any]) -> tuple[Place, bool]:
    """The path to what a problem calls its place.

    Args:
        place: names joined with dots, which they may have themselves. What is in a list is named by
            its ``id`` or by its index in brackets; ``questions.ID`` is a question of any fact.
        data: what tomllib read from the file.

    Returns:
        The path as far as there is something, and whether that is all of it.
    """
    head, _, question = place.partition(".")
    if head == "questions" and question and data.keys().isdisjoint((head, place)):
        return _question(question, data)
    path: list[str | int] = []
    node: Any = data
    rest = place
    while rest:
        step = _step(node, rest)
        if step is None:
            return tuple(path), False
        name, key = step
        path.append(key)
        node = node[key]
        rest = rest[len(name) :].removeprefix(".")
    return tuple(path), True


def _question(id: str, data: Mapping[str, Any]) -> tuple[Place, bool]:
    """Where the last question of an id stands: where there are two, that is the one too many."""
    path: Place = ()
    for fact, table in data["facts"].items():
        for i, question in enumerate(table.get("ask", ())):
            if question["id"] == id:
                path = ("facts", fact, "ask", i)
    return path, bool(path)


def _step(node: Any, rest: str) -> tuple[str, str | int] | None:
    """The longest name with which the rest begins, and the key of what it names."""
    # A name may have dots in it ("budget.approved"), so the longest that there is must be the one.
    ends = [len(rest), *(found.start() for found in re.finditer(r"[.\[]", rest))]
    begun = [rest[:end] for end in sorted(ends, reverse=True)]
    if isinstance(node, Mapping):
        return next(((name, name) for name in begun if name in node), None)
    if not isinstance(node, list):
        return None
    # By id where there is one: it stays the same when something is put in before.
    items: dict[str, int] = {f"[{i}]": i for i in range(len(node))}
    for i, item in enumerate(node):
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            items[item["id"]] = i
    return next(((name, items[name]) for name in begun if name in items), None)
