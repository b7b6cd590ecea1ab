"""Tests of the four truth values."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import and_, or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Truth

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
ALL = tuple(Truth)

# The tables as Belnap prints them; columns as rows: None, F, T, Both.
ORDER = (UNKNOWN, FALSE, TRUE, CONFLICTED)
AND = (
    (UNKNOWN, FALSE, UNKNOWN, FALSE),
    (FALSE, FALSE, FALSE, FALSE),
    (UNKNOWN, FALSE, TRUE, CONFLICTED),
    (FALSE, FALSE, CONFLICTED, CONFLICTED),
)
OR = (
    (UNKNOWN, UNKNOWN, TRUE, TRUE),
    (UNKNOWN, FALSE, TRUE, CONFLICTED),
    (TRUE, TRUE, TRUE, TRUE),
    (TRUE, CONFLICTED, TRUE, CONFLICTED),
)

truths = st.sampled_from(ALL)
pairs = pytest.mark.parametrize(
    ("a", "b"), [pytest.param(a, b, id=f"{a.value}-{b.value}") for a, b in product(ALL, ALL)]
)
each = pytest.mark.parametrize("a", [pytest.param(a, id=a.value) for a in ALL])


def answers(truth: Truth) -> frozenset[bool]:
    """The answers that somebody has given: the model that the tables are held against."""
    return {
        UNKNOWN: frozenset[bool](),
        TRUE: frozenset({True}),
        FALSE: frozenset({False}),
        CONFLICTED: frozenset({True, False}),
    }[truth]


def told(true: bool, false: bool) -> Truth:
    """The truth of which one is told that it is true, that it is false, both or neither."""
    return Truth.of([True] * true + [False] * false)


@pytest.mark.parametrize("value", ["unknown", "true", "false", "conflicted"])
def test_values_are_the_words_of_the_trail(value: str) -> None:
    """The trail's words make the truths."""
    assert Truth(value).value == value


@pairs
def test_tables(a: Truth, b: Truth) -> None:
    """Belnap's tables are kept, entry by entry."""
    row, column = ORDER.index(a), ORDER.index(b)
    assert (a & b, a | b) == (AND[row][column], OR[row][column])


@pairs
def test_tables_follow_from_sets_of_answers(a: Truth, b: Truth) -> None:
    """And is told true by both and false by either; or the other way round."""
    in_a, in_b = answers(a), answers(b)
    assert a & b is told(True in in_a and True in in_b, False in in_a or False in in_b)
    assert a | b is told(True in in_a or True in in_b, False in in_a and False in in_b)


@pairs
def test_combinations_of_answers(a: Truth, b: Truth) -> None:
    """Where both have answers, so does every combination of them, and no other."""
    if UNKNOWN not in (a, b):
        both = list(product(answers(a), answers(b)))
        assert a & b is Truth.of(x and y for x, y in both)
        assert a | b is Truth.of(x or y for x, y in both)


@each
def test_not_turns_every_answer(a: Truth) -> None:
    """Not turns every answer, so it leaves what is unknown and what is conflicted."""
    assert answers(~a) == {not answer for answer in answers(a)}
    assert ~~a is a


@pairs
def test_de_morgan(a: Truth, b: Truth) -> None:
    """De Morgan's laws hold."""
    assert ~(a & b) is ~a | ~b
    assert ~(a | b) is ~a & ~b


@pairs
def test_lattice(a: Truth, b: Truth) -> None:
    """And and or are commutative and absorb each other."""
    assert a & b is b & a
    assert a | b is b | a
    assert a & (a | b) is a
    assert a | (a & b) is a


@given(st.lists(truths, min_size=1))
def test_order_does_not_matter(parts: list[Truth]) -> None:
    """Many parts may be combined from either end."""
    assert reduce(and_, parts) is reduce(and_, reversed(parts))
    assert reduce(or_, parts) is reduce(or_, reversed(parts))


@given(truths, truths, truths, truths)
def test_more_answers_never_take_one_back(a: Truth, b: Truth, c: Truth, d: Truth) -> None:
    """The operations are monotonic in what is told."""
    if answers(a) <= answers(c) and answers(b) <= answers(d):
        assert answers(a & b) <= answers(c & d)
        assert answers(a | b) <= answers(c | d)
        assert answers(~a) <= answers(~c)


@given(st.lists(st.booleans()))
def test_truth_of_answers(given_: list[bool]) -> None:
    """The truth is the set of the answers: how often each is given does not matter."""
    assert answers(Truth.of(given_)) == set(given_)


@each
def test_bits(a: Truth) -> None:
    """The bits say told true (1) and told false (2), and give the value back."""
    assert a.bits == (True in answers(a)) + 2 * (False in answers(a))
    assert Truth.from_bits(a.bits) is a
