"""Lint of conditions by their looks: unused, with the reason of another, settled beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Final

from dealflow.analysis.lint.findings import LintFinding, found, part_place
from dealflow.conditions import (
    ATTRIBUTES,
    OPERATORS,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Count,
    FactRef,
    Operator,
    Size,
    Term,
)
from dealflow.message import Message, message
from dealflow.playbook import Playbook
from dealflow.values import ValueType

__all__ = ["lint_guards"]


def lint_guards(playbook: Playbook) -> Iterator[LintFinding]:
    """What can be said of conditions without asking what deals there may be."""
    yield from _unused(playbook)
    yield from _shared(playbook)
    for place, text, condition in _texts(playbook):
        for node in condition.walk():
            if isinstance(node, Compare):
                yield from _settled(place, text, node)


def _texts(playbook: Playbook) -> Iterator[tuple[str, str, Condition]]:
    """Every condition with its place and its text."""
    for guard in playbook.guards:
        place = f"guards.{guard.id}"
        yield f"{place}.when", guard.when, playbook.condition(place)
    for flag in playbook.red_flags:
        place = f"red_flags.{flag.id}"
        yield f"{place}.when", flag.when, playbook.condition(place)
    for paper in playbook.papers:
        if paper.when is not None:
            place = f"papers.{paper.id}"
            yield f"{place}.when", paper.when, playbook.condition(place)


def _unused(playbook: Playbook) -> Iterator[LintFinding]:
    looked_at = {guard for step in playbook.steps for guard in step.leave_when}
    looked_at |= {guard for move in playbook.moves for guard in move.when}
    if playbook.walk_away is not None:
        looked_at |= {*playbook.walk_away.guards, *playbook.walk_away.at_once}
    for guard in playbook.guards:
        if guard.id not in looked_at:
            said = message("no step, move or policy looks at it")
            yield found("D205", f"guards.{guard.id}", said)


def _shared(playbook: Playbook) -> Iterator[LintFinding]:
    """The second of two guards that say or ask the same."""
    reasons: dict[str, str] = {}
    conditions: dict[Condition, str] = {}
    for guard in playbook.guards:
        place = f"guards.{guard.id}"
        for language, words in (("en", guard.refused.en), ("zh", guard.refused.zh)):
            if not words:  # in a language that the playbook is not in
                continue
            other = reasons.setdefault(f"{language}:{' '.join(words.split())}", guard.id)
            if other != guard.id:
                said = message(
                    "guard {guard} gives the same reason: who is refused cannot tell which",
                    guard=other,
                )
                yield found("D206", f"{place}.refused.{language}", said)
                break
        other = conditions.setdefault(playbook.guard_condition[guard.id], guard.id)
        if other != guard.id:
            said = message(
                "guard {guard} has the same condition: one of them is enough", guard=other
            )
            yield found("D208", f"{place}.when", said)


_Range = tuple[Any, Any]
_COUNTED: Final[_Range] = (Decimal(0), None)
_ATTRIBUTES: Final[dict[str, _Range]] = {
    "deal.talks": _COUNTED,
    "contact.rating": (Decimal(-5), Decimal(5)),
}
_TYPES: Final[dict[ValueType, _Range]] = {
    ValueType.DURATION: (timedelta(0), timedelta(days=36_525)),
    ValueType.DATE: (date(1900, 1, 1), date(2200, 12, 31)),
}


def _settled(place: str, text: str, node: Compare) -> Iterator[LintFinding]:
    """Comparisons of a chain that come out alike whatever is known."""
    for left, operator, right in zip(node.terms, node.operators, node.terms[1:], strict=False):
        answers = _answers(left, operator, right)
        if len(answers) == 1:
            compared, why = f"{left} {operator} {right}", _why(left, right)
            if True in answers:
                said = message("{compared} is always so: {why}", compared=compared, why=why)
            else:
                said = message("{compared} is never so: {why}", compared=compared, why=why)
            yield found("D207", part_place(place, text, node), said)


def _answers(left: Term, operator: Operator, right: Term) -> set[bool]:
    compare = OPERATORS[operator]
    match left, right:
        case Constant(value=one), Constant(value=other):
            return {compare(one, other)}
        case FactRef(fact=fact), Constant(value=tuple() as items) if fact.choices:
            return {compare(choice, items) for choice in fact.choices}
        case Constant(value=value), term:
            return {compare(value, other) for other in _samples(term, value)}
        case term, Constant(value=value):
            return {compare(other, value) for other in _samples(term, value)}
        case _:
            return set()


def _samples(term: Term, value: Any) -> list[Any]:
    """What a term may be, as far as a comparison with a value can tell; nothing if anything."""
    limits = _limits(term)
    if limits is None:
        return []
    low, high = limits
    if isinstance(value, Decimal):
        # counts are whole, so what matters are the whole numbers next to the constant
        down, up = value.to_integral_value(ROUND_FLOOR), value.to_integral_value(ROUND_CEILING)
        around = [down - 1, down, up, up + 1]
    else:
        around = [value - timedelta(days=1), value, value + timedelta(days=1)]
    inside = [v for v in around if v >= low and (high is None or v <= high)]
    return [low, *inside, *([] if high is None else [high])]


def _limits(term: Term) -> _Range | None:
    match term:
        case Count() | Size():
            return _COUNTED
        case AttributeRef(name=name):
            return _ATTRIBUTES.get(name, _TYPES.get(ATTRIBUTES[name][0]))
        case FactRef(fact=fact):
            return _TYPES.get(fact.type)
        case _:
            return None


def _why(left: Term, right: Term) -> Message:
    term = right if isinstance(left, Constant) else left
    limits = _limits(term)
    if isinstance(term, Constant) or limits is None:
        return message("what is known plays no part")
    low, high = (limit if limit is None or isinstance(limit, Decimal) else None for limit in limits)
    if low is None:
        return message("{term} is never beyond that", term=str(term))
    if high is None:
        return message("{term} is {low} or more", term=str(term), low=low)
    return message("{term} is from {low} to {high}", term=str(term), low=low, high=high)
