"""What several trees have in common is folded once, and then tried as one input of a few cells.

Two versions of a guard differ in one clause. Without this, every input of the other clauses would
count as shared between the two, and be tried out in all combinations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import define, field

from tests.analysis.solver.search.forest import Budget, Forest, Input, Leaf, Pair, Tree

__all__ = ["factored"]

Root: TypeAlias = "tuple[Tree | Leaf, Callable[[Pair], bool]]"
Node: TypeAlias = "Tree | Leaf"


@define
class Common:
    """Trees in which common parts are leaves with an input of their own.

    Attributes:
        roots: the trees.
        prices: for each input, the costs of its cells.
    """

    roots: list[Root]
    prices: dict[Input, Sequence[int]]
    _ways: dict[Input, list[Any]] = field(factory=dict)

    def unfolded(self, chosen: Any) -> dict[Input, int]:
        """The cells chosen for the inputs proper."""
        cells: dict[Input, int] = {}
        waiting = [chosen]
        while waiting:
            item = waiting.pop()
            if len(item) == 2 and isinstance(item[1], int):
                input, cell = item
                if input in self._ways:
                    waiting.append(self._ways[input][cell])
                else:
                    cells[input] = cell
            else:
                waiting.extend(item)
        return cells

    def replace(self, node: Node, budget: Budget) -> Leaf:
        """A leaf for what a part can come to."""
        # by itself the part shares nothing, so its fold chooses all inputs below, and the way is
        # kept to say later how a pair came about
        forest = Forest([(node, lambda _: True)], self.prices, budget)
        comes = list(forest.fold(node).items())
        input: Input = ("common", str(len(self._ways)))
        self._ways[input] = [way for _, (_, way) in comes]
        self.prices[input] = [cost for _, (cost, _) in comes]
        return Leaf((input,), lambda cells: comes[cells[0]][0])


def factored(
    roots: Sequence[Root], prices: Mapping[Input, Sequence[int]], budget: Budget
) -> Common:
    """Fold what the roots have in common and share with nothing else."""
    trees = [tree for tree, _ in roots]
    # ``and`` and ``or`` are flat, so what two trees have in common may be some of their parts and
    # no subtree yet; it is made one first. Both are associative and commutative in Belnap's tables,
    # and regrouping changes no answer. What was grouped for one pair of trees would be hidden from
    # the next, so each tree takes over the groups of the other, too
    if len(trees) > 1:
        for i in range(len(trees)):
            for j in range(i + 1, len(trees)):
                one, other = _aligned(trees[i], trees[j])
                trees[i], trees[j] = _regrouped(one, other), _regrouped(other, one)
    common = Common([], dict(prices))
    if len(trees) == 1:
        common.roots = list(roots)
        return common
    signs = Counter(_sign(node) for tree in trees for node in _nodes(tree))
    times = Counter(input for tree in trees for input in _inputs(tree))
    made: dict[object, Leaf] = {}

    def visit(node: Node) -> Node:
        sign = _sign(node)
        if sign in made:
            return made[sign]
        # what a part comes to may be chosen by itself only if nothing else reads what it reads.
        # Then one cell for each pair it can come to says everything, however many inputs are below
        if signs[sign] > 1 and _worth(node) and _alone(node, signs[sign], times):
            made[sign] = common.replace(node, budget)
            return made[sign]
        if isinstance(node, Leaf):
            return node
        return Tree(node.kind, tuple(visit(part) for part in node.parts))

    common.roots = [(visit(tree), test) for tree, (_, test) in zip(trees, roots, strict=True)]
    return common


def _worth(node: Node) -> bool:
    # a leaf that reads one input is as cheap as it gets: its cells differ by its answers already
    return isinstance(node, Tree) or len(node.inputs) > 1


def _alone(node: Node, places: int, times: Mapping[Input, int]) -> bool:
    """Whether nothing else reads what a part reads."""
    below = Counter(_inputs(node))
    return bool(below) and all(times[input] == places * n for input, n in below.items())


def _aligned(one: Node, other: Node) -> tuple[Node, Node]:
    """The same two trees, with their common clauses in a part of their own."""
    if _sign(one) == _sign(other):
        return one, one
    if isinstance(one, Leaf) or isinstance(other, Leaf) or one.kind != other.kind:
        return one, other
    if one.kind == "not":
        a, b = _aligned(one.parts[0], other.parts[0])
        return Tree("not", (a,)), Tree("not", (b,))
    left = Counter(map(_sign, one.parts))
    both = left & Counter(map(_sign, other.parts))
    shared, rest_one = _split(one.parts, both)
    _, rest_other = _split(other.parts, both)
    # the two differ in one clause: what is inside of it may be common again
    if len(rest_one) == len(rest_other) == 1:
        a, b = _aligned(rest_one[0], rest_other[0])
        rest_one, rest_other = [a], [b]
    if len(shared) > 1:
        shared = [Tree(one.kind, tuple(shared))]
    return Tree(one.kind, (*shared, *rest_one)), Tree(other.kind, (*shared, *rest_other))


def _regrouped(one: Node, other: Node) -> Node:
    """The same tree, with clauses in a part of their own that are such a part of the other tree."""
    if isinstance(one, Leaf):
        return one
    parts = [_regrouped(part, other) for part in one.parts]
    if one.kind != "not":
        for group in _nodes(other):
            if isinstance(group, Tree) and group.kind == one.kind:
                wanted = Counter(map(_sign, group.parts))
                # a real part of them only: the whole would be a group of one
                if wanted < Counter(map(_sign, parts)):
                    _, rest = _split(parts, wanted)
                    parts = [group, *rest]
    return Tree(one.kind, tuple(parts))


def _split(parts: Sequence[Node], wanted: Mapping[object, int]) -> tuple[list[Node], list[Node]]:
    left = dict(wanted)
    taken: list[Node] = []
    rest: list[Node] = []
    for part in parts:
        sign = _sign(part)
        if left.get(sign, 0):
            left[sign] -= 1
            taken.append(part)
        else:
            rest.append(part)
    return taken, rest


def _sign(node: Node) -> object:
    """Equal for trees of the same form over the same leaves."""
    if isinstance(node, Leaf):
        return node
    return (node.kind, *(_sign(part) for part in node.parts))


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Tree):
        for part in node.parts:
            yield from _nodes(part)


def _inputs(node: Node) -> Iterator[Input]:
    for each in _nodes(node):
        if isinstance(each, Leaf):
            yield from each.inputs
