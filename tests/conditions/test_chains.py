"""Tests of chains whose facts have several sources, against going through every combination."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import product
from types import MappingProxyType
from typing import Any

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Fact, Money, Sources, Statement, Truth, ValueType
from dealflow.conditions import (
    And,
    AttributeRef,
    Compare,
    Constant,
    FactRef,
    Holds,
    Not,
    Operator,
    Or,
    Size,
    Term,
    judge,
)
from dealflow.values import Value
from tests._work import work
from tests.builders import AT, World, fact, statement

TEXTS = ("acme", "bolt", "corp")
VALUES: Mapping[ValueType, st.SearchStrategy[Value]] = MappingProxyType(
    {
        ValueType.NUMBER: st.integers(0, 3).map(Decimal),
        ValueType.MONEY: st.integers(0, 3).map(lambda amount: Money(Decimal(amount), "EUR")),
        ValueType.DATE: st.integers(0, 3).map(lambda days: AT.date() + timedelta(days)),
        ValueType.DURATION: st.integers(1, 4).map(timedelta),
        ValueType.TEXT: st.sampled_from(TEXTS),
        ValueType.LIST: st.lists(st.sampled_from(TEXTS), max_size=2, unique=True).map(tuple),
    }
)
BY_HAND: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: not b < a,
        ">": lambda a, b: b < a,
        ">=": lambda a, b: not a < b,
        "in": lambda a, b: any(a == item for item in b),
        "not in": lambda a, b: all(a != item for item in b),
    }
)
EQUAL: tuple[Operator, ...] = ("==", "!=")
ORDER: tuple[Operator, ...] = (*EQUAL, "<", "<=", ">", ">=")
AMONG: tuple[Operator, ...] = ("in", "not in")
TALKS = AttributeRef("deal.talks")


@frozen
class Case:
    """A chain, and what was said.

    Attributes:
        chain: the chain.
        entries: by number, the statements that an entry makes: several where it confirms.
        talks: the number of talks, where it is known.
    """

    chain: Compare
    entries: tuple[tuple[Statement, ...], ...]
    talks: Decimal | None

    @property
    def world(self) -> World:
        """The deal."""
        where = World(attributes={} if self.talks is None else {"deal.talks": self.talks})
        for made in self.entries:
            if len(made) == 1:
                where.evidence.add(made[0])
            else:
                where.evidence.confirm(made[0].id, made)
        return where

    def claims(self, of: Fact) -> list[tuple[Value, list[int]]]:
        """Each value that stands, as it first came up, with the numbers of its entries."""
        said = [one for made in self.entries for one in made if one.fact == of.id]
        last = {one.source: one for one in said}
        standing = [one for one in said if last[one.source] is one]
        if len(standing) < of.sources.at_least:
            return []
        values: list[Value] = []
        for one in standing:
            values += [one.value] if one.value not in values else []
        return [(each, [one.id for one in standing if one.value == each]) for each in values]

    def alternatives(self, term: Term) -> list[tuple[Value, list[int]]]:
        """What a term may be."""
        match term:
            case FactRef(fact=of):
                return self.claims(of)
            case Size(fact=of):
                # Lists of one length stay apart: they are different answers.
                return [(Decimal(len(items)), ids) for items, ids in self.claims(of)]  # type: ignore[arg-type]
            case Constant(value=value):
                return [(value, [])]
            case _:
                return [] if self.talks is None else [(self.talks, [])]

    def expected(self) -> dict[bool, list[int]]:
        """The statements behind each answer, in the order in which combinations meet them."""
        found: dict[bool, dict[int, None]] = {}
        for combination in product(*map(self.alternatives, self.chain.terms)):
            values = [value for value, _ in combination]
            links = zip(self.chain.operators, values, values[1:], strict=False)
            answer = all(BY_HAND[name](a, b) for name, a, b in links)
            met = (id for _, ids in combination for id in ids)
            found.setdefault(answer, {}).update(dict.fromkeys(met))
        return {answer: [*ids] for answer, ids in found.items()}


def facts_of(type: ValueType) -> tuple[Fact, ...]:
    """Four facts of a type; of the last, one source says too little."""
    known = [fact(f"{type.value}.{n}", type) for n in range(3)]
    return (*known, fact(f"{type.value}.two", type, sources=Sources(at_least=2)))


def terms_of(type: ValueType) -> st.SearchStrategy[Term]:
    """Terms with values of a type: mostly facts, which may come up again and again."""
    kinds: list[st.SearchStrategy[Term]] = [st.sampled_from(facts_of(type)).map(FactRef)] * 3
    kinds.append(VALUES[type].map(Constant))
    if type is ValueType.NUMBER:
        kinds += [st.just(TALKS), st.sampled_from(facts_of(ValueType.LIST)).map(Size)]
    return st.one_of(kinds)


@st.composite
def chains(draw: st.DrawFn) -> Compare:
    """A chain over up to six terms, or whether something is in a list."""
    type_ = draw(st.sampled_from([*VALUES]))
    if type_ is ValueType.LIST:
        terms = [draw(terms_of(ValueType.TEXT)), draw(terms_of(ValueType.LIST))]
    else:
        terms = draw(st.lists(terms_of(type_), min_size=2, max_size=6))
    names = {ValueType.LIST: AMONG, ValueType.TEXT: EQUAL}.get(type_, ORDER)
    links = st.lists(st.sampled_from(names), min_size=len(terms) - 1, max_size=len(terms) - 1)
    return Compare(tuple(terms), tuple(draw(links)))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A chain, and what up to four sources say of its facts, some of them several in one go."""
    chain = draw(chains())
    entries: list[tuple[Statement, ...]] = []
    for _ in range(draw(st.integers(0, 3 * len(chain.facts)))):
        source = draw(st.sampled_from(["ann", "bob", "cid", "dan"]))
        some = st.lists(st.sampled_from(chain.facts), min_size=1, max_size=2, unique=True)
        number = len(entries) + 1
        made = (statement(number, of.id, draw(VALUES[of.type]), source) for of in draw(some))
        entries.append(tuple(made))
    return Case(chain, tuple(entries), draw(st.none() | st.integers(0, 3).map(Decimal)))


@given(cases())
def test_a_chain_comes_to_what_every_combination_comes_to(case: Case) -> None:
    """The truth, the statements behind a yes and a no, and their order, which trails keep."""
    expected = case.expected()
    found = judge(case.chain, case.world)
    assert found.truth is Truth.of(expected)
    assert list(found.yes) == expected.get(True, [])
    assert list(found.no) == expected.get(False, [])
    turned = judge(Not(case.chain), case.world)
    assert (turned.truth, turned.yes, turned.no) == (~found.truth, found.no, found.yes)


@given(cases(), cases())
def test_beside_a_chain_another_one_is_told_of_after_it(one: Case, other: Case) -> None:
    """What two chains rest on is noted one after the other, each statement once."""
    moved = [
        tuple(evolve(said, id=said.id + len(one.entries)) for said in made)
        for made in other.entries
    ]
    both = Case(one.chain, (*one.entries, *moved), one.talks)
    first, second = both.expected(), evolve(both, chain=other.chain).expected()
    found = judge(And((one.chain, other.chain)), both.world)
    for answer, ids in ((True, found.yes), (False, found.no)):
        wanted = dict.fromkeys([*first.get(answer, []), *second.get(answer, [])])
        assert list(ids) == [*wanted]


def said_by(sources: int, facts: int, step: int = 1) -> Case:
    """A chain ``f0 < f1 < ...``, and of each fact what so many sources say, ever more."""
    known = [fact(f"f.{n}", ValueType.NUMBER) for n in range(facts)]
    entries = [
        (statement(n * sources + k + 1, of.id, Decimal(n * step + k), f"s{k}"),)
        for n, of in enumerate(known)
        for k in range(sources)
    ]
    below: Operator = "<"
    return Case(Compare(tuple(map(FactRef, known)), (below,) * (facts - 1)), tuple(entries), None)


@pytest.mark.parametrize(
    ("step", "truth", "yes", "no"),
    [
        (3, Truth.TRUE, range(1, 37), ()),
        (-3, Truth.FALSE, (), range(1, 37)),
        (1, Truth.CONFLICTED, range(1, 37), range(1, 37)),
    ],
)
def test_a_long_chain_of_many_sources(step: int, truth: Truth, yes: range, no: range) -> None:
    """Twelve facts with three sources each have 531,441 combinations, and one answer."""
    case = said_by(3, 12, step)
    found = judge(case.chain, case.world)
    assert (found.truth, set(found.yes), set(found.no)) == (truth, set(yes), set(no))


@pytest.mark.parametrize("apart", [1, -1, 0], ids=["true", "false", "conflicted"])
def test_the_work_grows_with_the_length_of_a_chain(apart: int) -> None:
    """Four times as many facts take four times the work; sources, as each is held against each."""

    def judging(sources: int, facts: int) -> int:
        case = said_by(sources, facts, apart * sources or 1)
        return work(judge, case.chain, case.world)

    short = judging(3, 12)
    assert short < 8_000
    assert judging(3, 48) < 4.5 * short
    assert judging(12, 12) < 16 * short


def test_a_chain_of_any_length_is_judged() -> None:
    """Nothing goes deeper with each term: a chain made by hand may have thousands."""
    case = said_by(2, 3_000, 2)
    assert judge(case.chain, case.world).truth is Truth.TRUE


def test_a_chain_misses_what_any_of_its_facts_misses() -> None:
    """Where one fact is not known no combination is made, and each such fact is a gap."""
    case = said_by(3, 4)
    entries = tuple(made for made in case.entries if made[0].fact in ("f.0", "f.2"))
    found = judge(case.chain, evolve(case, entries=entries).world)
    assert (found.truth, found.yes, found.no) == (Truth.UNKNOWN, (), ())
    assert [gap.subject for gap in found.gaps] == ["f.1", "f.3"]


def test_a_chain_that_contradicts_itself_decides_nothing() -> None:
    """What is unknown or disputed is not called true, though by Belnap's table it would be."""
    case = said_by(3, 3)
    asked = Holds(fact("need.urgent"))
    assert judge(Or((asked, case.chain)), case.world).truth is Truth.CONFLICTED


def test_a_fact_that_comes_up_twice_may_stand_for_two_sources() -> None:
    """Each mention stands for every source: one source's word may be held against another's."""
    score = fact("talk.score", ValueType.NUMBER)
    said = [(statement(n, score.id, Decimal(n), who),) for n, who in ((1, "ann"), (2, "bob"))]
    case = Case(Compare((FactRef(score), FactRef(score)), ("==",)), tuple(said), None)
    found = judge(case.chain, case.world)
    assert (found.truth, found.yes, found.no) == (Truth.CONFLICTED, (1, 2), (1, 2))
