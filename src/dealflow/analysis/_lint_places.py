"""Where in a condition's text one of its parts stands."""

from __future__ import annotations

import ast

from dealflow._conditions_source import Source
from dealflow.conditions import Node

__all__ = ["part_place"]


def part_place(place: str, text: str, part: Node) -> str:
    """The place of a part of a condition, with its line and column in the text.

    Args:
        place: of the condition, as in ``guards.timely.when``.
        text: the condition as written.
        part: the part, which prints as the text that makes it.
    """
    source = Source.read(text)
    wanted = ast.unparse(ast.parse(str(part), mode="eval"))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.expr) and ast.unparse(node) == wanted:
            return f"{place}, {source.place(node)}"
    return place
