"""Guesses values with which comparisons come out as wanted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dealflow import Money, Truth, ValueType
from dealflow.conditions import (
    ATTRIBUTES,
    OPERATORS,
    AttributeRef,
    Compare,
    Constant,
    Count,
    FactRef,
    Operator,
    Size,
    Term,
)
from tests.analysis.solver._sound_hints import Tools

__all__ = ["compare"]

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
_OTHER_WAY: dict[Operator, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def compare(tools: Tools, node: Compare, truth: Truth, whom: str | None) -> None:
    """Try to bring a comparison to a truth."""
    rng = tools.rng
    if truth is UNKNOWN:
        _unset(tools, rng.choice(node.terms), whom)
        return
    if node.operators[0] in ("in", "not in"):
        _membership(tools, node, truth, whom)
        return
    if truth is not FALSE:
        _order(tools, node, whom)
    if truth is not TRUE:
        _upset(tools, node, whom, beside=truth is CONFLICTED)


def _order(tools: Tools, node: Compare, whom: str | None) -> None:
    """Go along the chain from a term that stands, and let each next one fit."""
    terms, operators = list(node.terms), list(node.operators)
    # a constant cannot give way, so it goes first
    ends = isinstance(terms[0], Constant), isinstance(terms[-1], Constant)
    if ends == (False, True) or (ends[0] == ends[1] and tools.rng.random() < 0.5):
        terms.reverse()
        operators = [_OTHER_WAY.get(name, name) for name in reversed(operators)]
    value = _now(tools, terms[0], whom)
    if value is None or tools.rng.random() < 0.25:
        value = _some(tools, terms[0])
        _set(tools, terms[0], [value], whom)
        value = _now(tools, terms[0], whom)
    for name, term in zip(operators, terms[1:], strict=True):
        if value is None:
            return
        present = _now(tools, term, whom)
        if present is not None and _fits(name, value, present):
            value = present
            continue
        if isinstance(term, Constant):
            value = term.value
            continue
        _set(tools, term, [_next(tools, name, value, term)], whom)
        value = _now(tools, term, whom)


def _next(tools: Tools, name: Operator, value: Any, term: Term) -> Any:
    """A value on the other side of an operator, near."""
    way = {"<": 1, "<=": tools.rng.choice((0, 1)), ">": -1, ">=": tools.rng.choice((0, -1))}
    if name in way:
        return tools.hints.beside(value, way[name])
    if name == "==":
        return value
    return next((v for v in (_some(tools, term) for _ in range(4)) if v != value), value)


def _fits(name: Operator, left: Any, right: Any) -> bool:
    return type(left) is type(right) and OPERATORS[name](left, right)


def _upset(tools: Tools, node: Compare, whom: str | None, *, beside: bool) -> None:
    """Let one term be otherwise, or be two things."""
    chosen = [term for term in node.terms if isinstance(term, FactRef | Size)]
    open_terms = [term for term in node.terms if not isinstance(term, Constant)]
    if not open_terms:
        return
    term = tools.rng.choice(chosen or open_terms)
    before = _values(tools, term, whom)
    repeated = sum(str(each) == str(term) for each in node.terms) > 1
    other = _some(tools, term)
    if before and tools.rng.random() < 0.6:
        other = tools.hints.beside(before[0], tools.rng.choice((-1, 1)))
    values = [*before, other] if beside else [other]
    if repeated and beside:
        values += [tools.hints.beside(other, 1), tools.hints.beside(other, -1)]
    _set(tools, term, list(dict.fromkeys(values)), whom)


def _membership(tools: Tools, node: Compare, truth: Truth, whom: str | None) -> None:
    item, container = node.terms
    there = (node.operators[0] == "in") is (truth is not FALSE)
    if isinstance(container, Constant):
        listed = list(container.value) if isinstance(container.value, tuple) else []
        outside = next((v for v in (_some(tools, item) for _ in range(6)) if v not in listed), "zz")
        values = [tools.rng.choice(listed) if there else outside]
        if truth is CONFLICTED:
            values.append(outside if there else tools.rng.choice(listed))
        _set(tools, item, values, whom)
        return
    text = _now(tools, item, whom)
    if text is None:
        text = _some(tools, item)
        _set(tools, item, [text], whom)
    now = _now(tools, container, whom) or ()
    if not isinstance(item, Constant) and there and now and tools.rng.random() < 0.4:
        _set(tools, item, [tools.rng.choice(now)], whom)
        text = _now(tools, item, whom)
    without = tuple(each for each in now if each != text)
    extended = now if text in now else (*now, text)
    lists: list[Any] = [extended if there else without]
    if truth is CONFLICTED:
        lists.append(without if there else extended)
    _set(tools, container, lists, whom)


def _values(tools: Tools, term: Term, whom: str | None) -> list[Any]:
    match term:
        case Constant():
            return [term.value]
        case FactRef():
            about = whom if term.fact.of == "contact" else None
            return list(tools.stage.values(term.fact, about))
        case Size():
            about = whom if term.fact.of == "contact" else None
            lists = tools.stage.values(term.fact, about)
            return [Decimal(len(each)) for each in lists if isinstance(each, tuple)]
        case Count():
            return [Decimal(len(tools.stage.holders(term.role)))]
        case AttributeRef():
            value = _attribute(tools, term.name, whom)
            return [] if value is None else [value]
        case _:
            return []


def _now(tools: Tools, term: Term, whom: str | None) -> Any:
    found = _values(tools, term, whom)
    return tools.rng.choice(found) if found else None


def _attribute(tools: Tools, name: str, whom: str | None) -> Any:
    own = name.partition(".")[2]
    deal = tools.stage.deal
    if name == "contact.heard":
        return whom in tools.stage.heard()
    if name == "deal.talks":
        return Decimal(sum(talk.spoke == "both" for talk in deal.interactions.values()))
    if name in ("deal.amount", "deal.account"):
        value = getattr(deal, own)
    elif whom is not None and name.startswith("contact."):
        value = getattr(tools.stage.people[whom], own)
    else:
        value = getattr(deal.card, own)
    if value == "":
        return None
    return Decimal(value) if type(value) is int else value


def _some(tools: Tools, term: Term) -> Any:
    match term:
        case FactRef():
            return tools.some(term.fact)
        case Count() | Size():
            return Decimal(tools.rng.randint(0, 6))
        case AttributeRef(name=name):
            type_, choices = ATTRIBUTES[name]
            if name == "contact.rating":
                return Decimal(tools.rng.randint(-5, 5))
            return tools.hints.value(type_, choices)
        case Constant():
            return term.value
        case _:
            return None


def _unset(tools: Tools, term: Term, whom: str | None) -> None:
    match term:
        case FactRef() | Size():
            about = whom if term.fact.of == "contact" else None
            tools.stage.lack(term.fact, tools.stage.values(term.fact, about)[:2], about)
        case AttributeRef(name=name) if name.startswith("deal."):
            if name not in ("deal.owner", "deal.account", "deal.talks", "deal.products"):
                tools.stage.ours(name.removeprefix("deal."), None)
        case AttributeRef(name=name) if whom is not None and name in _UNSET:
            tools.stage.change(whom, **{name.removeprefix("contact."): _UNSET[name]})
        case _:
            pass


_UNSET: dict[str, Any] = {
    "contact.influence": None,
    "contact.response_mode": None,
    "contact.rating": None,
    "contact.department": "",
    "contact.level": None,
}


def _set(tools: Tools, term: Term, values: list[Any], whom: str | None) -> None:
    """Let a term be some values; where it can be one only, the last."""
    match term:
        case FactRef():
            about = whom if term.fact.of == "contact" else None
            allowed = [v for v in values if _may_be(tools, term, v)]
            if allowed:
                tools.stage.establish(term.fact, allowed, about)
        case Size():
            about = whom if term.fact.of == "contact" else None
            lists = _of_sizes(tools, term, values, about)
            if lists:
                tools.stage.establish(term.fact, list(dict.fromkeys(lists)), about)
        case Count() if isinstance(values[-1], Decimal):
            tools.stage.count(term.role, int(min(max(values[-1], Decimal(0)), Decimal(12))))
        case AttributeRef(name=name) if name.startswith("deal."):
            _set_ours(tools, name.removeprefix("deal."), values[-1])
        case AttributeRef(name=name) if whom is not None:
            _set_theirs(tools, name.removeprefix("contact."), values[-1], whom)
        case _:
            pass


def _may_be(tools: Tools, term: FactRef, value: Any) -> bool:
    fact, stage = term.fact, tools.stage
    if fact.type is ValueType.CHOICE:
        return value in fact.choices
    if fact.type is ValueType.PERSON:
        # contacts are called k1, k2 and so on: whoever is named next may have to be found first
        while value not in stage.people and value in ("k1", "k2", "k3") and len(stage.people) < 3:
            stage.add()
        return value in stage.people
    if fact.type is ValueType.LIST:
        return len(value) <= 12
    return not isinstance(value, timedelta) or timedelta(0) <= value <= timedelta(days=36_525)


def _of_sizes(
    tools: Tools, term: Size, values: list[Any], about: str | None
) -> list[tuple[str, ...]]:
    """Lists of these sizes, made of those that there are."""
    present = [v for v in tools.stage.values(term.fact, about) if isinstance(v, tuple)] or [()]
    sizes = [int(min(max(v, Decimal(0)), Decimal(12))) for v in values if isinstance(v, Decimal)]
    if len(sizes) == 1 and tools.rng.random() < 0.7:
        return [_cut(listed, sizes[0]) for listed in present]
    return [_cut(tools.rng.choice(present), size) for size in sizes]


def _cut(listed: tuple[str, ...], size: int) -> tuple[str, ...]:
    fillers = tuple(f"f{number}" for number in range(size) if f"f{number}" not in listed)
    return (*listed, *fillers)[:size]


def _set_ours(tools: Tools, name: str, value: Any) -> None:
    if name == "talks":
        value = min(max(value, Decimal(0)), Decimal(12))
    elif name in ("source", "owner", "source_name", "market", "account"):
        choices = ATTRIBUTES[f"deal.{name}"][1]
        if not isinstance(value, str) or (choices and value not in choices):
            return
    elif isinstance(value, Money) and value.amount < 0:
        value = Money(0, value.currency)
    elif name == "expected_close" and not isinstance(value, date):
        return
    tools.stage.ours(name, value)


def _set_theirs(tools: Tools, name: str, value: Any, whom: str) -> None:
    stage = tools.stage
    if name == "heard":
        if value and whom not in stage.heard():
            stage.listen(whom, tools.spare, tools.some(tools.spare))
        elif not value:
            stage.hush(whom)
        return
    choices = ATTRIBUTES[f"contact.{name}"][1]
    if name == "rating":
        if isinstance(value, Decimal) and value == int(value) and -5 <= value <= 5:
            stage.change(whom, rating=int(value))
    elif not choices or value in choices:
        stage.change(whom, **{name: value})
