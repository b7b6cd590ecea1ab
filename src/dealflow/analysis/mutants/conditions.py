"""Faults in conditions: each way to change one thing in the tree of a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from attrs import evolve, frozen

from dealflow.conditions import (
    And,
    Compare,
    Condition,
    Constant,
    Disputed,
    Dissent,
    Heard,
    Known,
    Missing,
    Not,
    Operator,
    Or,
    Quantified,
    Term,
    Voices,
    Within,
)
from dealflow.evidence import Fact
from dealflow.values import LARGEST, Money, Value

__all__ = ["plain", "rewrites"]


@frozen
class Rewrite:
    """One change of a condition.

    Attributes:
        operator: the kind of change.
        condition: the condition after it.
        words: what the change means.
    """

    operator: str
    condition: Condition
    words: str


@frozen
class _Where:
    """Where in a condition a part stands.

    Attributes:
        positive: a yes of the part speaks for the whole: no ``not`` is around it.
        of_contact: ``every`` or ``some`` is around it, so that facts of contacts can be read.
    """

    positive: bool = True
    of_contact: bool = False


_SWAPS: Mapping[Operator, tuple[Operator, str]] = MappingProxyType(
    {
        ">=": (">", "ge_to_gt"),
        ">": (">=", "gt_to_ge"),
        "<=": ("<", "le_to_lt"),
        "<": ("<=", "lt_to_le"),
        "==": ("!=", "eq_to_ne"),
        "!=": ("==", "ne_to_eq"),
        "in": ("not in", "in_to_not_in"),
        "not in": ("in", "not_in_to_in"),
    }
)
_OPPOSITES = ("==", "!=", "in", "not in")
"""The operators whose swap is the negation already."""


def rewrites(condition: Condition) -> Iterator[Rewrite]:
    """Every condition that has one fault more than this one, in the order of its text."""
    return _rewrites(condition, _Where())


def plain(condition: Condition) -> Condition:
    """The condition without brackets and repetitions that change nothing."""
    match condition:
        case And(parts=parts):
            return _joined(And, map(plain, parts))
        case Or(parts=parts):
            return _joined(Or, map(plain, parts))
        case Not(part=part):
            inner = plain(part)
            return inner.part if isinstance(inner, Not) else Not(inner)
        case Quantified(part=part):
            return evolve(condition, part=plain(part))
        case _:
            return condition


def _joined(kind: type[And | Or], parts: Iterable[Condition]) -> Condition:
    flat = dict.fromkeys(q for p in parts for q in (p.parts if isinstance(p, kind) else (p,)))
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat))


def _rewrites(condition: Condition, where: _Where) -> Iterator[Rewrite]:
    match condition:
        case And(parts=parts):
            yield from _connectives_to_or(parts)
            yield from _without_each(And, parts, "{} is no longer asked for")
            yield from _inside_each(condition, parts, where)
        case Or(parts=parts):
            yield from _connectives_to_and(parts)
            yield from _without_each(Or, parts, "{} is no longer a way to pass")
            yield from _inside_each(condition, parts, where)
        case Not(part=part):
            yield Rewrite("clause_negated", part, f"{part} instead of {condition}")
            yield from _counted_as_yes(condition, where)
            inner = evolve(where, positive=False)
            yield from _rebuilt(_rewrites(part, inner), Not)
        case Quantified():
            yield from _quantifier(condition)
            yield from _negated(condition, where)
            inner = evolve(where, of_contact=True)
            yield from _rebuilt(
                _rewrites(condition.part, inner), lambda new: evolve(condition, part=new)
            )
        case _:
            yield from _atom(condition)
            yield from _negated(condition, where)
            yield from _counted_as_yes(condition, where)


def _rebuilt(
    inner: Iterable[Rewrite], around: Callable[[Condition], Condition]
) -> Iterator[Rewrite]:
    for rewrite in inner:
        yield evolve(rewrite, condition=around(rewrite.condition))


def _inside_each(
    condition: And | Or, parts: tuple[Condition, ...], where: _Where
) -> Iterator[Rewrite]:
    for i, part in enumerate(parts):

        def around(new: Condition, i: int = i) -> Condition:
            return evolve(condition, parts=(*parts[:i], new, *parts[i + 1 :]))

        yield from _rebuilt(_rewrites(part, where), around)


def _connectives_to_or(parts: tuple[Condition, ...]) -> Iterator[Rewrite]:
    for i in range(1, len(parts)):
        either = Or((_joined(And, parts[:i]), _joined(And, parts[i:])))
        words = f"'or' instead of 'and' between {_in(parts[i - 1])} and {_in(parts[i])}"
        yield Rewrite("and_to_or", either, words)


def _connectives_to_and(parts: tuple[Condition, ...]) -> Iterator[Rewrite]:
    for i in range(1, len(parts)):
        both = And((parts[i - 1], parts[i]))
        words = f"'and' instead of 'or' between {_in(parts[i - 1])} and {_in(parts[i])}"
        yield Rewrite("or_to_and", _joined(Or, (*parts[: i - 1], both, *parts[i + 1 :])), words)


def _in(condition: Condition) -> str:
    return f"({condition})" if isinstance(condition, And | Or) else str(condition)


def _without_each(
    kind: type[And | Or], parts: tuple[Condition, ...], words: str
) -> Iterator[Rewrite]:
    for i, part in enumerate(parts):
        rest = _joined(kind, (*parts[:i], *parts[i + 1 :]))
        yield Rewrite("clause_dropped", rest, words.format(_in(part)))


def _quantifier(condition: Quantified) -> Iterator[Rewrite]:
    if condition.quantifier == "every":
        other = evolve(condition, quantifier="some")
        yield Rewrite("every_to_some", other, f"one {condition.role} is enough, instead of every")
    else:
        other = evolve(condition, quantifier="every")
        yield Rewrite("some_to_every", other, f"every {condition.role} is needed, instead of one")


def _negated(condition: Condition, where: _Where) -> Iterator[Rewrite]:
    opposite = isinstance(condition, Compare) and condition.operators[0] in _OPPOSITES
    if where.positive and not (opposite and len(condition.children) == 2):
        yield Rewrite("clause_negated", Not(condition), f"not {condition} instead of {condition}")


def _counted_as_yes(condition: Condition, where: _Where) -> Iterator[Rewrite]:
    """The clause passes, too, while a fact that it reads is missing, or while it is disputed."""
    # how many people stand behind facts is about no single one of them
    if not where.positive or isinstance(condition, Missing | Disputed | Dissent | Voices):
        return
    for fact in condition.facts:
        if fact.of == "deal" or where.of_contact:
            yield _or_else("unknown_as_yes", condition, Missing(fact), "is not known", fact)
            if not isinstance(condition, Known):
                yield _or_else("conflict_as_yes", condition, Disputed(fact), "is disputed", fact)


def _or_else(
    operator: str, condition: Condition, way: Condition, words: str, fact: Fact
) -> Rewrite:
    whole = f"{_in(condition)} counts as a yes while {fact.id} {words}"
    return Rewrite(operator, Or((condition, way)), whole)


def _atom(condition: Condition) -> Iterator[Rewrite]:
    match condition:
        case Compare():
            yield from _comparison(condition)
        case Heard(number=number):
            for other in (number - 1, number + 1):
                yield _moved(condition, Heard(other))
        case Voices(number=number):
            for other in (number - 1, number + 1):
                if other > 0:
                    yield _moved(condition, evolve(condition, number=other))
        case Within(ahead=ahead):
            for unit in (-_unit(ahead), _unit(ahead)):
                yield _moved(condition, evolve(condition, ahead=ahead + unit))
        case _:
            pass


def _comparison(condition: Compare) -> Iterator[Rewrite]:
    for i, operator in enumerate(condition.operators):
        other, slug = _SWAPS[operator]
        operators = (*condition.operators[:i], other, *condition.operators[i + 1 :])
        new = evolve(condition, operators=operators)
        yield Rewrite(slug, new, f"{new} instead of {operator}")
    for i, term in enumerate(condition.terms):
        for moved in _neighbours(term):
            terms = (*condition.terms[:i], moved, *condition.terms[i + 1 :])
            yield _moved(condition, evolve(condition, terms=terms))


def _moved(condition: Condition, new: Condition) -> Rewrite:
    return Rewrite("constant_moved", new, f"{new} instead of {condition}")


def _neighbours(term: Term) -> Iterator[Constant]:
    """The constants one unit below and one above."""
    if isinstance(term, Constant):
        for step in (-1, 1):
            value = _next(term.value, step)
            if value is not None:
                yield Constant(value)


def _next(value: Value, step: int) -> Value | None:
    match value:
        case Decimal():
            return _within_bounds(value + step)
        case Money():
            amount = _within_bounds(value.amount + step)
            return None if amount is None else Money(amount, value.currency)
        case timedelta():
            return value + step * _unit(value)
        case date():
            return value + timedelta(step)
        case _:
            return None


def _within_bounds(number: Decimal) -> Decimal | None:
    """The number, if it can be written in a condition."""
    return number if number.copy_abs() <= LARGEST else None


def _unit(duration: timedelta) -> timedelta:
    """What the duration is counted in where it is written."""
    return timedelta(hours=1) if duration.seconds else timedelta(days=1)
