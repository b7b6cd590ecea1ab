"""The text of a condition: its bounds, Python's own parser, and where in the text something is."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple, Self

from dealflow.conditions.terms import Constant
from dealflow.exceptions import PlaybookError, Problem
from dealflow.message import message
from dealflow.values import FORBIDDEN, Value, ValueType, from_json

__all__ = ["Source", "Wrong", "arguments", "duration", "literal"]

# Conditions come out of files: without bounds, one of them could take Python's parser beyond its
# depth, or an evaluation beyond anybody's patience.
_LONGEST = 2_000
_MOST_NODES = 200
_DEEPEST = 20

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_MARKS = re.compile(
    r"""
    \#[^\n]*                                                 # a comment
    | (?P<long>"{3}|'{3}) (?: [^\\] | \\. )*? (?P=long)      # a text that may go over lines
    | (?P<short>["'])     (?: [^\\\n] | \\. )*? (?P=short)   # a text
    | (?P<mark> [()\[\]{}"'] )                               # a bracket, or a text without an end
    """,
    re.VERBOSE | re.DOTALL,
)
# Python counts the lines of the text as it is given it, which is one more.
_DETECTED = re.compile(r" \(detected at line \d+\)$")
# What hangs on a node and isn't counted as one.
_SMALL = (ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)


class Wrong(Exception):
    """A part of a condition that is not allowed; it never leaves the parser.

    Attributes:
        node: the part.
        message: what is wrong with it.
    """

    def __init__(self, node: ast.expr, message: str) -> None:
        self.node = node
        self.message = message


# Playbooks that differ in little are built by the hundred, where rules are looked at like code.
@lru_cache(maxsize=4096)
def _taken_apart(text: str) -> tuple[str, ast.expr]:
    if odd := FORBIDDEN.search(text):
        raise _problem(
            _position(text, odd.start()), message("the control character {odd!a}", odd=odd[0])
        )
    if unmatched := _unmatched(text):
        position, told = unmatched
        raise _problem(
            _position(text, position), message("not a condition: {problem}", problem=told)
        )
    # In parentheses a condition may go over lines; without the newline, a comment at its end would
    # take the closing one with it.
    wrapped = f"({text}\n)"
    tree = _tree(wrapped, text)
    if problems := list(_too_much(tree)):
        raise PlaybookError(problems)
    return wrapped, tree


class Source(NamedTuple):
    """A condition's text and its syntax tree.

    Attributes:
        wrapped: the text as Python's parser was given it, in parentheses so that a condition may
            go over several lines.
        tree: the syntax tree, small enough to walk.
    """

    wrapped: str
    tree: ast.expr

    @classmethod
    def read(cls, text: object) -> Self:
        """Take a text apart.

        Raises:
            PlaybookError: it is no text, too long, too large or too deep, or no expression.
        """
        if not isinstance(text, str) or not text.strip():
            raise _problem("", message("a condition must be a text that is not empty"))
        if len(text) > _LONGEST:
            raise _problem("", message("longer than {most} characters", most=_LONGEST))
        return cls(*_taken_apart(text))

    def place(self, node: ast.expr) -> str:
        """Where a part begins: line and column in the text, both from 1, columns in characters."""
        # ast counts columns in bytes of UTF-8, and people in characters.
        line = self.wrapped.split("\n")[node.lineno - 1]
        return _place(node.lineno, len(line.encode()[: node.col_offset].decode()) + 1)

    def text(self, node: ast.expr) -> str:
        """A part as it is written."""
        return ast.get_source_segment(self.wrapped, node) or ""

    def shown(self, node: ast.expr) -> str:
        """A part as it is quoted in a message: on one line, shortened."""
        text = " ".join(self.text(node).split())
        return repr(text if len(text) <= 60 else text[:57] + "...")


def _problem(place: str, message: str) -> PlaybookError:
    return PlaybookError([Problem(place, message)])


def _place(line: int, column: int) -> str:
    # the opening parenthesis shifts the first line by one
    return message("line {line}, column {column}", line=line, column=max(column - (line == 1), 1))


def _position(text: str, index: int) -> str:
    line, before = text.count("\n", 0, index) + 1, text.rfind("\n", 0, index)
    return message("line {line}, column {column}", line=line, column=index - before)


def _unmatched(text: str) -> tuple[int, str] | None:
    """The first bracket that has no match: ``a) or (b`` would get out of our parentheses."""
    opened: list[tuple[int, str]] = []
    for found in _MARKS.finditer(text):
        mark = found["mark"]
        if mark in _CLOSING:
            opened.append((found.start(), mark))
        elif mark in ('"', "'"):
            return None  # Python's parser will say so
        elif mark and not (opened and _CLOSING[opened.pop()[1]] == mark):
            return found.start(), message("{mark!r} closes nothing", mark=mark)
    if opened:
        position, mark = opened[-1]
        return position, message("{mark!r} is never closed", mark=mark)
    return None


def _tree(wrapped: str, text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of odd code; our own checks refuse it
            return ast.parse(wrapped, mode="eval").body
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        if line > text.count("\n") + 1:
            place, why = _position(text, len(text.rstrip())), message("it ends too early")
            told = message("not a condition: {problem}", problem=why)
        else:
            place, said = _place(line, column), _DETECTED.sub("", error.msg)
            told = message("not a condition: {error}", error=said)
        raise _problem(place, told) from None
    except (RecursionError, MemoryError):
        raise _problem("", message("nested too deeply")) from None


def _too_much(tree: ast.expr) -> Iterator[Problem]:
    nodes, depth = 0, 0
    level: list[ast.AST] = [tree]
    # Level by level and not by recursion, as the depth is what is in question.
    while level:
        nodes += len(level)
        depth += 1
        level = [c for n in level for c in ast.iter_child_nodes(n) if not isinstance(c, _SMALL)]
    if nodes > _MOST_NODES:
        yield Problem("", message("larger than {most} nodes", most=_MOST_NODES))
    if depth > _DEEPEST:
        yield Problem("", message("nested deeper than {most}", most=_DEEPEST))


_HOURS: Mapping[str, int] = {"days": 24, "weeks": 168, "hours": 1}
_CENTURY = 24 * 36_525


def literal(node: ast.expr, source: Source) -> tuple[Constant, ValueType]:
    """Read a value and tell its type."""
    match node:
        # Before the ints: True is one.
        case ast.Constant(value=bool(answer)):
            return Constant(answer), ValueType.YES_NO
        case ast.Constant(value=int(number)):
            return _constant(node, ValueType.NUMBER, number)
        case ast.Constant(value=float()):
            # as written: a float would lose what is beyond its 15 digits
            return _constant(node, ValueType.NUMBER, source.text(node))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as operand):
            constant, type_ = literal(operand, source)
            return _constant(node, type_, f"-{constant}")
        case ast.Constant(value=str(text)):
            return _constant(node, ValueType.TEXT, text)
        case ast.List(elts=items) if items:
            texts = [item.value for item in items if isinstance(item, ast.Constant)]
            if len(texts) != len(items):
                raise Wrong(node, message("a list holds quoted texts only"))
            return _constant(node, ValueType.LIST, texts)
        case ast.Call(func=ast.Name(id=("date" | "money") as name)):
            (argument,) = arguments(node, 1, source)
            raw = argument.value if isinstance(argument, ast.Constant) else None
            return _constant(node, ValueType(name), raw)
        case ast.Call(func=ast.Name(id=unit)) if unit in _HOURS:
            return Constant(duration(node)), ValueType.DURATION
        case _:
            raise Wrong(node, message("{text} is no value", text=source.shown(node)))


def duration(node: ast.expr) -> timedelta:
    """Read ``days(n)``, ``weeks(n)`` or ``hours(n)``."""
    match node:
        case ast.Call(
            func=ast.Name(id=unit), args=[ast.Constant(value=int(number))], keywords=[]
        ) if unit in _HOURS and number is not True and 0 < number * _HOURS[unit] <= _CENTURY:
            return timedelta(hours=number * _HOURS[unit])
        case _:
            raise Wrong(
                node,
                message(
                    "a duration is days(n), weeks(n) or hours(n), above nothing, under a century"
                ),
            )


def arguments(node: ast.Call, number: int, source: Source) -> list[ast.expr]:
    """The arguments of a call, which must be so many and have no names."""
    if node.keywords or len(node.args) != number:
        name = source.shown(node.func)
        if number > 1:
            raise Wrong(node, message("{name} takes {number} arguments", name=name, number=number))
        raise Wrong(node, message("{name} takes 1 argument", name=name))
    return node.args


def _constant(node: ast.expr, type_: ValueType, raw: object) -> tuple[Constant, ValueType]:
    try:
        value: Value = from_json(type_, raw)
    except ValueError as error:
        raise Wrong(node, str(error)) from None
    return Constant(value), type_
