"""The values that are written out in conditions: numbers, texts, lists, dates, money, durations."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import timedelta

from dealflow._conditions_source import Source, Wrong
from dealflow.conditions import Constant
from dealflow.values import Value, ValueType, from_json

__all__ = ["arguments", "duration", "literal"]

_HOURS: Mapping[str, int] = {"days": 24, "weeks": 168, "hours": 1}
_CENTURY = 24 * 36_525


def literal(node: ast.expr, source: Source) -> tuple[Constant, ValueType]:
    """Read a value and tell its type."""
    match node:
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
                raise Wrong(node, "a list holds quoted texts only")
            return _constant(node, ValueType.LIST, texts)
        case ast.Call(func=ast.Name(id=("date" | "money") as name)):
            (argument,) = arguments(node, 1, source)
            raw = argument.value if isinstance(argument, ast.Constant) else None
            return _constant(node, ValueType(name), raw)
        case ast.Call(func=ast.Name(id=unit)) if unit in _HOURS:
            return Constant(duration(node)), ValueType.DURATION
        case _:
            raise Wrong(node, f"{source.shown(node)} is no value")


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
                "a duration is days(n), weeks(n) or hours(n), above nothing, under a century",
            )


def arguments(node: ast.Call, number: int, source: Source) -> list[ast.expr]:
    """The arguments of a call, which must be so many and have no names."""
    if node.keywords or len(node.args) != number:
        name = source.shown(node.func)
        raise Wrong(node, f"{name} takes {number} argument{'s' * (number > 1)}")
    return node.args


def _constant(node: ast.expr, type_: ValueType, raw: object) -> tuple[Constant, ValueType]:
    try:
        value: Value = from_json(type_, raw)
    except ValueError as error:
        raise Wrong(node, str(error)) from None
    return Constant(value), type_
