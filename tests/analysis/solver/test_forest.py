"""Tests of the search under the solver, against trying out every combination."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.values import and_bits, not_bits, or_bits
from tests.analysis.solver.search.factoring import Common, factored
from tests.analysis.solver.search.forest import (
    Bound,
    Budget,
    Forest,
    Input,
    Leaf,
    Pair,
    Tree,
    groups,
    pair_of,
    truth_bits,
)

Node = Tree | Leaf
Roots = list[tuple[Node, Callable[[Pair], bool]]]
INPUTS: tuple[Input, ...] = (("a",), ("b",), ("c",), ("d",))


def leaf(inputs: tuple[Input, ...], table: Mapping[tuple[int, ...], int]) -> Leaf:
    """A leaf that looks its bits up."""
    return Leaf(inputs, lambda cells: pair_of(table[cells]))


@st.composite
def forests(draw: st.DrawFn) -> tuple[Roots, dict[Input, Sequence[int]]]:
    """Trees over shared leaves, with what their roots may come to, and the costs of all cells."""
    costs: dict[Input, Sequence[int]] = {
        input: draw(st.lists(st.integers(0, 9), min_size=1, max_size=3)) for input in INPUTS
    }
    made = []
    for _ in range(draw(st.integers(1, 5))):
        inputs = tuple(draw(st.lists(st.sampled_from(INPUTS), max_size=2, unique=True)))
        keys = list(product(*(range(len(costs[input])) for input in inputs)))
        bits = draw(st.lists(st.integers(0, 3), min_size=len(keys), max_size=len(keys)))
        made.append(leaf(inputs, dict(zip(keys, bits, strict=True))))
    trees = st.recursive(
        st.sampled_from(made),
        lambda inner: st.one_of(
            inner.map(lambda part: Tree("not", (part,))),
            st.builds(
                Tree,
                st.sampled_from(["and", "or"]),
                st.lists(inner, min_size=2, max_size=4).map(tuple),
            ),
        ),
        max_leaves=6,
    )
    truths = st.frozensets(st.integers(0, 3), min_size=1, max_size=3)
    roots: Roots = []
    for _ in range(draw(st.integers(1, 3))):
        roots.append((draw(trees), one_of(draw(truths))))
    return roots, costs


def one_of(truths: Collection[int]) -> Callable[[Pair], bool]:
    """Whether a pair comes to one of some truths."""
    return lambda pair: truth_bits(pair) in truths


def comes_to(node: Node, cells: Mapping[Input, int]) -> Pair:
    """What a node comes to when every input is decided."""
    if isinstance(node, Leaf):
        return node.comes_to(tuple(cells[input] for input in node.inputs))
    pairs = [comes_to(part, cells) for part in node.parts]
    if node.kind == "not":
        ((b, f),) = pairs
        return not_bits(b), not_bits(f)
    join = and_bits if node.kind == "and" else or_bits
    b, f = pairs[0]
    for other_b, other_f in pairs[1:]:
        b, f = join(b, other_b), join(f, other_f)
    return b, f


def price(cells: Mapping[Input, int], costs: Mapping[Input, Sequence[int]]) -> int:
    """What cells cost together."""
    return sum(costs[input][cell] for input, cell in cells.items())


def read_by(roots: Roots) -> list[Input]:
    """The inputs that some leaf of the roots reads."""
    found: dict[Input, None] = {}
    waiting: list[Node] = [root for root, _ in roots]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Leaf):
            found |= dict.fromkeys(node.inputs)
        else:
            waiting.extend(node.parts)
    return list(found)


def by_trying_all(roots: Roots, costs: Mapping[Input, Sequence[int]]) -> int | None:
    """The cheapest cost of all combinations that do."""
    inputs = read_by(roots)
    fitting = [
        price(dict(zip(inputs, cells, strict=True)), costs)
        for cells in product(*(range(len(costs[input])) for input in inputs))
        if all(
            allowed(comes_to(root, dict(zip(inputs, cells, strict=True))))
            for root, allowed in roots
        )
    ]
    return min(fitting, default=None)


def found_cells(way: Any) -> dict[Input, int]:
    """The cells of a way."""
    return Common([], {}).unfolded(way)


@given(forests())
def test_the_cheapest_way_is_found(case: tuple[Roots, dict[Input, Sequence[int]]]) -> None:
    """The way found costs as little as any, and does what was asked; none means there is none."""
    roots, costs = case
    way = Forest(roots, costs, Budget(10**6)).cheapest()
    expected = by_trying_all(roots, costs)
    if way is None:
        assert expected is None
        return
    cells = found_cells(way[1])
    assert way[0] == expected == price(cells, costs)
    assert all(allowed(comes_to(root, cells)) for root, allowed in roots)


@given(forests())
def test_folding_what_is_common_changes_nothing(
    case: tuple[Roots, dict[Input, Sequence[int]]],
) -> None:
    """With common parts folded into leaves of their own, the way costs the same and still does."""
    roots, costs = case
    common = factored(roots, costs, Budget(10**6))
    way = Forest(common.roots, common.prices, Budget(10**6)).cheapest()
    expected = by_trying_all(roots, costs)
    if way is None:
        assert expected is None
        return
    cells = common.unfolded(way[1])
    assert way[0] == expected == price(cells, costs)
    assert all(allowed(comes_to(root, cells)) for root, allowed in roots)


def chain(number: int, odd: int | None = None) -> Tree:
    """``and`` over so many pairs of leaves, each pair over an input of its own."""
    parts = []
    for n in range(number):
        input = (f"i{n}",)
        yes = leaf((input,), {(0,): 1, (1,): 2, (2,): 3})
        no = leaf((input,), {(0,): 2, (1,): 1, (2,): 0 if n == odd else 3})
        parts.append(Tree("or", (yes, no)))
    return Tree("and", tuple(parts))


def test_two_versions_of_a_long_condition_are_told_apart_quickly() -> None:
    """Forty clauses in common do not make forty inputs to try out in all combinations."""
    one = chain(40)
    other = Tree("and", (*one.parts[:-1], chain(40, odd=39).parts[-1]))
    costs: dict[Input, Sequence[int]] = {(f"i{n}",): (0, 1, 1) for n in range(40)}
    budget = Budget(20_000)
    roots: Roots = [
        (one, lambda pair: truth_bits(pair) == 1),
        (other, lambda pair: truth_bits(pair) != 1),
    ]
    common = factored(roots, costs, budget)
    assert Forest(common.roots, common.prices, budget).cheapest() is None
    assert budget.spent < 2_000


def test_a_search_that_is_too_long_is_given_up() -> None:
    """When more states would have to be tried than allowed, the search says so."""
    with pytest.raises(Bound):
        Forest(
            [(chain(3), lambda _: True)], {(f"i{n}",): (0, 1, 1) for n in range(3)}, Budget(3)
        ).cheapest()


def test_clauses_that_are_grouped_otherwise() -> None:
    """``and`` over four clauses, and ``or`` over two pairs of them: the pairs are folded once."""
    clauses = chain(4).parts
    one = Tree("and", clauses)
    other = Tree("or", (Tree("and", clauses[:2]), Tree("and", clauses[2:])))
    costs: dict[Input, Sequence[int]] = {(f"i{n}",): (0, 1, 1) for n in range(4)}
    roots: Roots = [
        (one, lambda pair: truth_bits(pair) != 1),
        (Tree("not", (Tree("not", (other,)),)), lambda pair: truth_bits(pair) == 1),
    ]
    common = factored(roots, costs, Budget(10**6))
    assert {input[0] for input in read_by(common.roots)} == {"common"}
    way = Forest(common.roots, common.prices, Budget(10**6)).cheapest()
    assert (way and way[0]) == by_trying_all(roots, costs)


def test_a_leaf_is_asked_once() -> None:
    """What a leaf comes to is worked out once for the same cells."""
    asked: list[tuple[int, ...]] = []

    def comes_to(cells: tuple[int, ...]) -> Pair:
        asked.append(cells)
        return (1, 1)

    one = Leaf((("a",),), comes_to)
    assert [one.pair((0,)), one.pair((1,)), one.pair((0,))] == [(1, 1)] * 3
    assert asked == [(0,), (1,)]


@pytest.mark.parametrize(
    ("bits", "pair", "outcome"),
    [(0, (0, 0), 0), (1, (1, 1), 1), (2, (2, 2), 2), (3, (3, 0), 3)],
)
def test_the_pair_of_a_leaf(bits: int, pair: Pair, outcome: int) -> None:
    """A contradiction is no answer where only firm ones count; the outcome is what it was."""
    assert pair_of(bits) == pair
    assert truth_bits(pair) == outcome


@pytest.mark.parametrize("pair", [(1, 0), (1, 2), (2, 0), (2, 1), (1, 3), (2, 3)])
def test_an_answer_that_hangs_on_a_contradiction(pair: Pair) -> None:
    """What is true or false only by a contradiction is a contradiction."""
    assert truth_bits(pair) == 3


@pytest.mark.parametrize("bits", [0, 3])
def test_no_answer_and_both_answers_stay(bits: int) -> None:
    """What is unknown or contradictory is so whatever the firm answers say."""
    assert [truth_bits((bits, firm)) for firm in range(4)] == [bits] * 4


def test_a_budget_is_spent_to_its_last_state() -> None:
    """Just as many states may be tried as the limit says, one at a time if nothing else is said."""
    budget = Budget(3)
    budget.spend(2)
    budget.spend()
    assert budget.spent == 3
    with pytest.raises(Bound):
        budget.spend()


def test_groups_grow_together() -> None:
    """What shares an input through a third one is in one group; what shares nothing is not."""
    items = ["ab", "cd", "ef", "bc", "x", "de"]
    found = groups(items, lambda item: [(letter,) for letter in item])
    assert sorted(map(sorted, found)) == [["ab", "bc", "cd", "de", "ef"], ["x"]]


def test_roots_that_need_least_come_first() -> None:
    """A root that shares few inputs is settled before the others' inputs are tried."""
    asked: list[int] = []

    def narrow(cells: tuple[int, ...]) -> Pair:
        asked.append(len(cells))
        return (2, 2)

    wide = leaf(INPUTS, dict.fromkeys(product(range(3), repeat=4), 1))
    few = Leaf(INPUTS[:1], narrow)
    roots: Roots = [(wide, one_of({1})), (wide, one_of({1})), (few, one_of({1}))]
    budget = Budget(10**6)
    costs: dict[Input, Sequence[int]] = dict.fromkeys(INPUTS, (0, 1, 1))
    assert Forest(roots, costs, budget).cheapest() is None
    assert budget.spent < 20
