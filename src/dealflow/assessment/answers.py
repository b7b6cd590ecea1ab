"""What somebody may answer: for each fact the few values that could make a difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from dealflow.conditions import Compare, Condition, Look, Named, Node, Size, Term, Within
from dealflow.evidence import Fact
from dealflow.state import Snapshot
from dealflow.values import Money, Value, ValueType

__all__ = ["answers"]

_MOST = 24
_DAY = timedelta(days=1)


def answers(snapshot: Snapshot, fact: Fact, about: str | None) -> tuple[Value, ...]:
    """Answers of each kind: yes and no, every choice, and values on both sides of each mark.

    A mark is whatever a guard compares the fact with: a number in the rules, the price, what others
    have said of another fact. Where nothing is compared, one answer is as good as another.

    Args:
        snapshot: the deal, in which the other sides of comparisons have their values.
        fact: the fact that is asked for.
        about: the contact whom it is about.
    """
    match fact.type:
        case ValueType.YES_NO:
            return (True, False)
        case ValueType.CHOICE:
            return tuple(fact.choices)
        case ValueType.PERSON:
            return tuple(snapshot.everybody)
        case _:
            return tuple(dict.fromkeys(_values_of(snapshot, fact, about)))[:_MOST]


def _values_of(snapshot: Snapshot, fact: Fact, about: str | None) -> Iterator[Value]:
    nodes = list(_nodes(snapshot, fact))
    marks = list(_marks(snapshot, fact, about, nodes))
    if fact.type is ValueType.LIST:
        yield from _lists(nodes, marks)
    else:
        for mark in (*marks, _anything(snapshot, fact)):
            yield from _around(mark)


def _nodes(snapshot: Snapshot, fact: Fact) -> Iterator[Node]:
    """The parts of guards that read a fact."""
    book = snapshot.playbook
    for guard in sorted(book.readers(fact.id)):
        condition: Condition | None = book.guard_condition.get(guard)
        for node in () if condition is None else condition.walk():
            if fact in node.facts:
                yield node


def _marks(
    snapshot: Snapshot, fact: Fact, about: str | None, nodes: Iterable[Node]
) -> Iterator[Value]:
    contact = snapshot.state.contacts.get(about) if about is not None else None
    for node in nodes:
        if isinstance(node, Within):
            today = snapshot.at.date()
            yield from (today, today + node.ahead)
        elif isinstance(node, Compare):
            for term in node.terms:
                yield from _others(term, Look(snapshot, contact), fact)


def _others(term: Term, look: Look, fact: Fact) -> Iterator[Value]:
    """What the other side of a comparison comes to."""
    for value, _ in () if fact in term.facts else term.alternatives(look):
        if isinstance(value, tuple) and fact.type is not ValueType.LIST:
            yield from value
        else:
            yield value


def _around(mark: Value) -> Iterator[Value]:
    match mark:
        case Money():
            yield from (Money(amount, mark.currency) for amount in _near(mark.amount))
        case Decimal():
            yield from _near(mark)
        case timedelta():
            yield from (each for each in (mark - _DAY, mark, mark + _DAY) if each >= timedelta(0))
        case date():
            yield from (mark - _DAY, mark, mark + _DAY)
        case _:
            yield mark


def _near(number: Decimal) -> Iterator[Decimal]:
    yield from (each for each in (number - 1, number, number + 1) if each >= 0 or number < 0)


def _anything(snapshot: Snapshot, fact: Fact) -> Value:
    """Some value of a fact's type."""
    match fact.type:
        case ValueType.MONEY:
            return Money("1000", snapshot.state.currency or "EUR")
        case ValueType.NUMBER:
            return Decimal(1000)
        case ValueType.DATE:
            return snapshot.at.date() + 30 * _DAY
        case ValueType.DURATION:
            return 30 * _DAY
        case _:
            return "this"


def _lists(nodes: Iterable[Node], marks: Iterable[Value]) -> Iterator[Value]:
    """Lists: none, one with all that is looked for in it, and of each length that is compared."""
    nodes = list(nodes)
    named = dict.fromkeys(node.item for node in nodes if isinstance(node, Named))
    items = [*named, *(mark for mark in marks if isinstance(mark, str))]
    lengths = {1, len(items)}
    if any(isinstance(node, Size) for node in nodes):
        numbers = (int(mark) for mark in marks if isinstance(mark, Decimal))
        lengths |= {n + d for n in numbers for d in (-1, 0, 1) if 0 <= n + d <= _MOST}
    yield ()
    for length in sorted(lengths):
        more = [f"item {n}" for n in range(1, length + 1)]
        yield tuple([*items, *more][:length])
