"""Reads conditions: Python's own parser, a closed list of nodes, and a type check."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, cast, get_args

from dealflow.conditions.atoms import (
    Covered,
    Disputed,
    Dissent,
    Final,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Plays,
    Voices,
    Within,
)
from dealflow.conditions.base import Condition
from dealflow.conditions.chains import Compare, Operator
from dealflow.conditions.comparing import Typed, check_types
from dealflow.conditions.logic import And, Not, Or, Quantified
from dealflow.conditions.source import Source, Wrong, arguments, duration, literal
from dealflow.conditions.terms import AttributeRef, Constant, Count, FactRef, Size
from dealflow.evidence import (
    ANY_ROLE,
    ContactKind,
    Fact,
    Influence,
    LeadSource,
    Level,
    ResponseMode,
)
from dealflow.exceptions import PlaybookError, Problem
from dealflow.message import listed, message
from dealflow.values import ValueType

__all__ = ["ATTRIBUTES", "Vocabulary", "parse"]

ATTRIBUTES: Mapping[str, tuple[ValueType, tuple[str, ...]]] = {
    "deal.amount": (ValueType.MONEY, ()),
    "deal.account": (ValueType.TEXT, ()),
    "deal.talks": (ValueType.NUMBER, ()),
    "deal.owner": (ValueType.TEXT, ()),
    "deal.source": (ValueType.CHOICE, get_args(LeadSource)),
    "deal.source_name": (ValueType.TEXT, ()),
    "deal.market": (ValueType.TEXT, ()),
    "deal.expected_close": (ValueType.DATE, ()),
    "deal.products": (ValueType.LIST, ()),
    "deal.lines_total": (ValueType.MONEY, ()),
    "contact.influence": (ValueType.CHOICE, get_args(Influence)),
    "contact.response_mode": (ValueType.CHOICE, get_args(ResponseMode)),
    "contact.rating": (ValueType.NUMBER, ()),
    "contact.heard": (ValueType.YES_NO, ()),
    "contact.kind": (ValueType.CHOICE, get_args(ContactKind)),
    "contact.department": (ValueType.TEXT, ()),
    "contact.level": (ValueType.CHOICE, get_args(Level)),
}
"""The bare attributes that conditions read, with type and choices."""


class Vocabulary(NamedTuple):
    """The names that a condition may use.

    Attributes:
        facts: the declared facts by id.
        roles: the ids of the declared roles.
    """

    facts: Mapping[str, Fact]
    roles: Collection[str]


def parse(text: object, vocabulary: Vocabulary) -> Condition:
    """Read a condition and check its types.

    Raises:
        PlaybookError: it isn't one; each problem's place is its line and column in the text.
    """
    source = Source.read(text)
    reader = _Reader(source, vocabulary)
    condition = reader.attempt(source.tree)
    if condition is None or reader.problems:
        raise PlaybookError(reader.problems)
    return condition


_OPERATORS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_OF_VOICES: tuple[Operator, ...] = (">=", ">", "==", "<=", "<")
_A_LIST = message("a list")
_A_PERSON = message("a person")


# Python's parser gives the syntax and nothing of it is ever run. What no case below names is
# refused, a kind of node that a later Python may bring included.
class _Reader:
    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.inside_quantifier = False
        self.problems: list[Problem] = []

    def attempt(self, node: ast.expr) -> Condition | None:
        """Read a condition; note a problem and give ``None`` where it isn't one."""
        try:
            return self.condition(node)
        except Wrong as wrong:
            self.problems.append(Problem(self.source.place(wrong.node), wrong.message))
            return None

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.BoolOp(op=op, values=values):
                # Each part of an and/or is a condition by itself, so all of them are read, and the
                # author sees every problem at once. Elsewhere the parts hang on each other's types:
                # the first problem ends it.
                parts = tuple(part for value in values if (part := self.attempt(value)))
                if isinstance(op, ast.And):
                    return And(_flat(And, parts))
                return Or(_flat(Or, parts))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.condition(operand))
            case ast.Compare():
                return self.compare(node)
            case ast.Call():
                return self.call(node)
            case ast.Attribute() | ast.Name():
                return self.bare(node)
            case _:
                raise Wrong(node, message("{text} is no condition", text=self.source.shown(node)))

    def bare(self, node: ast.expr) -> Condition:
        name = self.name(node)
        if name in ATTRIBUTES:
            term, type_, _ = self.attribute(node, name)
            if type_ is ValueType.YES_NO:
                return Compare((term, Constant(True)), ("==",))
            raise Wrong(
                node, message("{name} is of type {type}: compare it", name=name, type=type_.value)
            )
        fact = self.fact(node)
        if fact.type is not ValueType.YES_NO:
            told = message(
                "{fact} is of type {type}, so not a condition by itself:"
                " compare it, or write known({fact})",
                fact=fact.id,
                type=fact.type.value,
            )
            raise Wrong(node, told)
        return Holds(fact)

    def compare(self, node: ast.Compare) -> Condition:
        match node.left:
            case ast.Call(func=ast.Name(id="voices")) as call:
                return self.voices(call, node)
            case _:
                nodes = [node.left, *node.comparators]
        typed = [self.term(n) for n in nodes]
        operators: list[Operator] = []
        for i, op in enumerate(node.ops):
            name = _OPERATORS.get(type(op))
            if name is None:
                raise Wrong(
                    node, message("only == != < <= > >= in, not in: 'is' compares nothing here")
                )
            check_types(nodes[i + 1], name, typed[i], typed[i + 1])
            operators.append(name)
        # To Python, a in b == c means a in b and b == c, which nobody has in mind.
        if len(operators) > 1 and not {"in", "not in"}.isdisjoint(operators):
            raise Wrong(node, message("'in' cannot be part of a chain"))
        return Compare(tuple(t[0] for t in typed), tuple(operators))

    def term(self, node: ast.expr) -> Typed:
        match node:
            case ast.Attribute() | ast.Name():
                name = self.name(node)
                if name in ATTRIBUTES:
                    return self.attribute(node, name)
                fact = self.fact(node)
                return FactRef(fact), fact.type, tuple(fact.choices)
            case ast.Call(func=ast.Name(id="count")):
                (role,) = self.arguments(node, 1)
                return Count(self.role(role)), ValueType.NUMBER, ()
            case ast.Call(func=ast.Name(id="size")):
                (argument,) = self.arguments(node, 1)
                return Size(self.list_fact(argument)), ValueType.NUMBER, ()
            case _:
                constant, type_ = literal(node, self.source)
                return constant, type_, ()

    def call(self, node: ast.Call) -> Condition:
        name = node.func.id if isinstance(node.func, ast.Name) else self.source.shown(node.func)
        makers: Mapping[str, Callable[[ast.Call], Condition]] = {
            "known": lambda n: Known(self.fact(*self.arguments(n, 1))),
            "missing": lambda n: Missing(self.fact(*self.arguments(n, 1))),
            "disputed": lambda n: Disputed(self.fact(*self.arguments(n, 1))),
            "final": lambda n: Final(self.final_word(n)),
            "dissent": lambda n: Dissent(self.final_word(n)),
            "voices": self.bare_voices,
            "covered": lambda n: Covered(self.role(*self.arguments(n, 1))),
            "named": self.named,
            "heard": self.heard,
            "plays": self.plays,
            "within": self.within,
            "every": self.quantified,
            "some": self.quantified,
        }
        if name not in makers:
            told = message(
                "{name} is no function here; there are: {known}",
                name=name,
                known=listed(makers),
            )
            raise Wrong(node, told)
        return makers[name](node)

    def heard(self, node: ast.Call) -> Condition:
        (argument,) = self.arguments(node, 1)
        match argument:
            # True is an int to Python.
            case ast.Constant(value=int(number)) if number is not True and 0 < number <= 100:
                return Heard(number)
            case _:
                raise Wrong(argument, message("heard(n) takes a whole number from 1 to 100"))

    def final_word(self, node: ast.Call) -> Fact:
        (argument,) = self.arguments(node, 1)
        fact = self.fact(argument)
        if not fact.final_word:
            told = message(
                "nobody has the final word on {fact}: it names no final_word", fact=fact.id
            )
            raise Wrong(argument, told)
        return fact

    def bare_voices(self, node: ast.Call) -> Condition:
        raise Wrong(node, message("compare the number of voices: voices(...) >= 2"))

    def voices(self, node: ast.Call, compared: ast.Compare) -> Condition:
        if not node.args or node.keywords:
            raise Wrong(node, message("voices(...) takes the facts behind which people stand"))
        facts = tuple(self.fact(argument) for argument in node.args)
        operator = _OPERATORS.get(type(compared.ops[0]))
        match compared.comparators:
            case [ast.Constant(value=int(number))] if number is not True and 0 < number <= 100:
                if operator in _OF_VOICES:
                    return Voices(facts, operator, number)
            case _:
                pass
        told = message(
            "voices(...) is compared by one of {operators} with a whole number from 1 to 100",
            operators=" ".join(_OF_VOICES),
        )
        raise Wrong(compared, told)

    def named(self, node: ast.Call) -> Condition:
        what, item = self.arguments(node, 2)
        fact = self.list_fact(what)
        constant, type_ = literal(item, self.source)
        if type_ is not ValueType.TEXT:
            raise Wrong(item, message('named(list_fact, "item") takes a quoted text'))
        return Named(fact, cast("str", constant.value))

    def list_fact(self, node: ast.expr) -> Fact:
        return self.fact_of(node, ValueType.LIST, _A_LIST)

    def plays(self, node: ast.Call) -> Condition:
        who, role = self.arguments(node, 2)
        return Plays(self.fact_of(who, ValueType.PERSON, _A_PERSON), self.role(role))

    def within(self, node: ast.Call) -> Condition:
        when, ahead = self.arguments(node, 2)
        term, type_, _ = self.term(when)
        if type_ is not ValueType.DATE:
            told = message(
                "{text} is of type {type}, not a date",
                text=self.source.shown(when),
                type=type_.value,
            )
            raise Wrong(when, told)
        return Within(term, duration(ahead))

    def quantified(self, node: ast.Call) -> Condition:
        quantifier = cast("ast.Name", node.func).id
        who, part = self.arguments(node, 2)
        # In an inner quantifier contact.rating could be that of either contact, and a look is at
        # one only.
        if self.inside_quantifier:
            raise Wrong(node, message("every and some cannot be nested"))
        role = self.role(who)
        self.inside_quantifier = True
        try:
            condition = self.condition(part)
        finally:
            self.inside_quantifier = False
        return Quantified(role, "every" if quantifier == "every" else "some", condition)

    def arguments(self, node: ast.Call, number: int) -> list[ast.expr]:
        return arguments(node, number, self.source)

    def name(self, node: ast.expr) -> str:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=ast.Name(id=head), attr=tail):
                return f"{head}.{tail}"
            case _:
                raise Wrong(node, message("{text} is no name", text=self.source.shown(node)))

    def role(self, node: ast.expr) -> str:
        name = self.name(node)
        if name != ANY_ROLE and name not in self.vocabulary.roles:
            known = listed([*self.vocabulary.roles, ANY_ROLE])
            told = message(
                "{text} is no role; there are: {known}",
                text=self.source.shown(node),
                known=known,
            )
            raise Wrong(node, told)
        return name

    def fact(self, node: ast.expr) -> Fact:
        name = self.name(node)
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            if name in ATTRIBUTES:
                told = message(
                    "{name} is an attribute and no fact: compare it with a value", name=name
                )
                raise Wrong(node, told)
            if name.partition(".")[0] in ("deal", "contact"):
                told = message(
                    "there is no {name}; there are: {known}",
                    name=name,
                    known=listed(ATTRIBUTES),
                )
                raise Wrong(node, told)
            raise Wrong(
                node, message("{text} is not declared as a fact", text=self.source.shown(node))
            )
        if fact.of == "contact" and not self.inside_quantifier:
            told = message(
                "{name} is a fact of each contact: use it in every(...) or some(...)", name=name
            )
            raise Wrong(node, told)
        return fact

    def fact_of(self, node: ast.expr, type_: ValueType, what: str) -> Fact:
        fact = self.fact(node)
        if fact.type is not type_:
            told = message(
                "{fact} is of type {type}, not {what}",
                fact=fact.id,
                type=fact.type.value,
                what=what,
            )
            raise Wrong(node, told)
        return fact

    def attribute(self, node: ast.expr, name: str) -> Typed:
        if name.startswith("contact.") and not self.inside_quantifier:
            told = message(
                "{name} belongs to a contact: use it in every(...) or some(...)", name=name
            )
            raise Wrong(node, told)
        type_, choices = ATTRIBUTES[name]
        return AttributeRef(name), type_, choices


def _flat(kind: type[And] | type[Or], parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """``a and (b and c)`` is ``a and b and c``: one form, so that printing and reading agree."""
    return tuple(q for p in parts for q in (p.parts if isinstance(p, kind) else (p,)))
