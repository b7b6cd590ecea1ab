"""Which values may be compared with which, and how."""

from __future__ import annotations

import ast
from typing import TypeAlias, cast

from dealflow.conditions.base import Term
from dealflow.conditions.chains import Operator
from dealflow.conditions.source import Wrong
from dealflow.conditions.terms import Constant
from dealflow.message import listed, message
from dealflow.values import ValueType

__all__ = ["Typed", "check_types"]

Typed: TypeAlias = tuple[Term, ValueType, tuple[str, ...]]
"""A term, the type of its value, and the choices that it is one of."""

_ORDERED = (ValueType.NUMBER, ValueType.MONEY, ValueType.DATE, ValueType.DURATION)
_TEXTUAL = (ValueType.TEXT, ValueType.CHOICE, ValueType.PERSON)


def check_types(node: ast.expr, op: Operator, left: Typed, right: Typed) -> None:
    """Refuse a comparison that nobody can have in mind.

    Raises:
        Wrong: of other types, without an order, or with a choice that there is not.
    """
    (_, a, choices), (term, b, other_choices) = left, right
    if op in ("in", "not in"):
        _check_in(node, left, right)
        return
    if ValueType.LIST in (a, b):
        raise Wrong(node, message('a list cannot be compared: write "item" in it, or size(it)'))
    if a is not b and not (a in _TEXTUAL and b in _TEXTUAL):
        raise Wrong(node, message("{a} cannot be compared with {b}", a=a.value, b=b.value))
    if op not in ("==", "!=") and a not in _ORDERED:
        raise Wrong(
            node, message("values of type {type} have no order: use == or !=", type=a.value)
        )
    # A misspelt choice equals nothing: the guard would be false for ever, and look like a customer
    # who says no.
    for known, constant in ((choices, term), (other_choices, left[0])):
        if known and isinstance(constant, Constant) and constant.value not in known:
            raise Wrong(
                node,
                message(
                    "{constant} is none of the choices: {known}",
                    constant=constant,
                    known=listed(known),
                ),
            )


def _check_in(node: ast.expr, left: Typed, right: Typed) -> None:
    (item, a, choices), (container, b, _) = left, right
    if b is not ValueType.LIST:
        raise Wrong(node, message("the right of 'in' must be a list"))
    if a not in _TEXTUAL:
        raise Wrong(
            node, message("only texts can be in a list, not a value of type {type}", type=a.value)
        )
    if isinstance(container, Constant):
        values = cast("tuple[str, ...]", container.value)
        odd = [value for value in values if choices and value not in choices]
        if odd:
            raise Wrong(
                node,
                message(
                    "{odd}: none of the choices {choices}", odd=listed(odd), choices=listed(choices)
                ),
            )
        if isinstance(item, Constant):
            raise Wrong(node, message("both sides are constant"))
