"""From what a problem calls its place to the line and column of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from dealflow._toml_places import Path, Places
from dealflow.exceptions import Problem

__all__ = ["locate", "located", "path_of"]

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
    places = Places(text) if found else None
    return tuple(p if places is None else locate(p, places, data) for p in found)


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


def path_of(place: str, data: Mapping[str, Any]) -> tuple[Path, bool]:
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


def _question(id: str, data: Mapping[str, Any]) -> tuple[Path, bool]:
    """Where the last question of an id stands: where there are two, that is the one too many."""
    path: Path = ()
    for fact, table in data["facts"].items():
        for i, question in enumerate(table.get("ask", ())):
            if question["id"] == id:
                path = ("facts", fact, "ask", i)
    return path, bool(path)


def _step(node: Any, rest: str) -> tuple[str, str | int] | None:
    """The longest name with which the rest begins, and the key of what it names."""
    ends = [len(rest), *(found.start() for found in re.finditer(r"[.\[]", rest))]
    begun = [rest[:end] for end in sorted(ends, reverse=True)]
    if isinstance(node, Mapping):
        return next(((name, name) for name in begun if name in node), None)
    if not isinstance(node, list):
        return None
    items: dict[str, int] = {f"[{i}]": i for i in range(len(node))}
    for i, item in enumerate(node):
        if isinstance(item, Mapping) and isinstance(item.get("id"), str):
            items[item["id"]] = i
    return next(((name, items[name]) for name in begun if name in items), None)
