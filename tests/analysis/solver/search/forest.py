"""The search under the solver: what a forest of and, or and not can come to, at the least cost.

An input that one leaf reads can be chosen there. One that several leaves read is tried out at the
lowest node above them all, and nowhere else: the cost grows with the inputs that are shared, not
with all of them. Every node comes to a *pair*: its four-valued answer, and its answer when
contradictions are read as no answer, which :func:`~dealflow.conditions.judge` needs (see there).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Literal, TypeAlias

from attrs import define, field

from dealflow.values import and_bits, not_bits, or_bits

__all__ = [
    "Bound",
    "Budget",
    "Forest",
    "Input",
    "Leaf",
    "Pair",
    "Tree",
    "groups",
    "pair_of",
    "truth_bits",
]

# why two answers: by Belnap's tables UNKNOWN and CONFLICTED is FALSE, although nobody said no.
# ``judge`` calls such a guard CONFLICTED. It sees that only at the root, by comparing the answer
# with the one that is left without contradictions; from the first answer of the parts alone it
# cannot be told, so every node hands up both
Pair: TypeAlias = tuple[int, int]
Input: TypeAlias = tuple[str, ...]
Way: TypeAlias = "tuple[int, Any]"
"""A cost, and the cells chosen: nested pairs of (input, number of the cell)."""
Comes: TypeAlias = "dict[Pair, Way]"
_Scope: TypeAlias = "tuple[list[Any], list[Input]]"


class Bound(Exception):
    """More states than allowed would have to be tried."""


@define
class Budget:
    """How many states may still be tried."""

    limit: int
    spent: int = 0

    def spend(self, states: int = 1) -> None:
        """Count states; raises Bound when there are too many."""
        self.spent += states
        if self.spent > self.limit:
            raise Bound


def pair_of(bits: int) -> Pair:
    """The pair of a leaf: a contradiction is no answer where only firm ones count."""
    return (bits, 0 if bits == 3 else bits)


def truth_bits(pair: Pair) -> int:
    """The bits of the outcome that ``judge`` makes of a pair."""
    bits, firm = pair
    # an answer that changes when contradictions are left out hangs on one
    return bits if bits in (0, 3) or bits == firm else 3


@define(eq=False)
class Leaf:
    """A condition that reads inputs directly.

    Attributes:
        inputs: what it reads.
        comes_to: from the numbers of their cells to its pair.
        source: what it was made of.
    """

    inputs: tuple[Input, ...]
    comes_to: Callable[[tuple[int, ...]], Pair]
    source: object = None
    known: dict[tuple[int, ...], Pair] = field(factory=dict)

    def pair(self, cells: tuple[int, ...]) -> Pair:
        """Its pair, worked out once."""
        found = self.known.get(cells)
        if found is None:
            found = self.known[cells] = self.comes_to(cells)
        return found


@define(eq=False)
class Tree:
    """``and``, ``or`` or ``not`` over leaves and trees."""

    kind: Literal["and", "or", "not"]
    parts: tuple[Tree | Leaf, ...]


_JOIN: Mapping[str, Callable[[int, int], int]] = {"and": and_bits, "or": or_bits}
# what no parts at all come to, so that joining with it changes nothing
_START: Mapping[str, Pair] = {"and": (1, 1), "or": (2, 2)}


@define(eq=False)
class Forest:
    """Trees whose roots are to come to allowed pairs, together.

    Attributes:
        roots: the trees, each with the test of what it may come to.
        cells: for each input, the costs of its cells.
        budget: how many states may be tried.
    """

    roots: Sequence[tuple[Tree | Leaf, Callable[[Pair], bool]]]
    cells: Mapping[Input, Sequence[int]]
    budget: Budget
    _times: dict[Input, int] = field(factory=dict)
    _below: dict[Tree | Leaf, dict[Input, int]] = field(factory=dict)
    _shared: dict[Tree | Leaf, tuple[Input, ...]] = field(factory=dict)
    _scopes: dict[Tree | Leaf, list[_Scope]] = field(factory=dict)
    _kept: dict[tuple[object, ...], Comes] = field(factory=dict)
    _env: dict[Input, int] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        for root, _ in self.roots:
            for input, times in self._count(root).items():
                self._times[input] = self._times.get(input, 0) + times
        for root, _ in self.roots:
            self._share(root)

    def _count(self, node: Tree | Leaf) -> dict[Input, int]:
        counts: dict[Input, int] = {}
        if isinstance(node, Leaf):
            counts = dict.fromkeys(node.inputs, 1)
        else:
            for part in node.parts:
                for input, times in self._count(part).items():
                    counts[input] = counts.get(input, 0) + times
        self._below[node] = counts
        return counts

    def _share(self, node: Tree | Leaf) -> None:
        """Note, for each node, which inputs above it decide: those read outside of it as well."""
        # an input read only below here is nobody else's business, and can be chosen here or further
        # down; one that is also read elsewhere needs the same cell there
        below = self._below[node]
        self._shared[node] = tuple(i for i, n in below.items() if n < self._times[i])
        if isinstance(node, Tree):
            for part in node.parts:
                self._share(part)

    def cheapest(self) -> Way | None:
        """The cheapest way for all roots to come to what they may; ``None``: there is none.

        Raises:
            Bound: not decided within the budget.
        """
        cost = 0
        chosen: Any = ()
        # no input is shared between groups, so the cheapest ways of each are the cheapest of all
        for group in groups(self.roots, lambda root: self._shared[root[0]]):
            way = self._together(group)
            if way is None:
                return None
            cost, chosen = cost + way[0], (chosen, way[1])
        return cost, chosen

    def _together(self, roots: Sequence[tuple[Tree | Leaf, Callable[[Pair], bool]]]) -> Way | None:
        """Try the inputs that roots share one by one; give up a branch when a root fails."""
        order = _order([self._shared[root] for root, _ in roots])
        # each root is folded as soon as the last of its shared inputs has a cell: when it cannot
        # come to what it may, nothing further down helps
        due: list[list[tuple[Tree | Leaf, Callable[[Pair], bool]]]] = [
            [] for _ in range(len(order) + 1)
        ]
        for root, allowed in roots:
            last = max((order.index(i) + 1 for i in self._shared[root]), default=0)
            due[last].append((root, allowed))
        best: list[Way | None] = [None]

        def descend(depth: int, cost: int, chosen: Any) -> None:
            self.budget.spend()
            for root, allowed in due[depth]:
                way = min(
                    (w for pair, w in self.fold(root).items() if allowed(pair)),
                    key=lambda w: w[0],
                    default=None,
                )
                if way is None:
                    return
                cost, chosen = cost + way[0], (chosen, way[1])
            # costs are never negative: from here it only gets dearer
            if best[0] is not None and cost >= best[0][0]:
                return
            if depth == len(order):
                best[0] = (cost, chosen)
                return
            input = order[depth]
            for cell, price in enumerate(self.cells[input]):
                self._env[input] = cell
                descend(depth + 1, cost + price, (chosen, (input, cell)))
            del self._env[input]

        descend(0, 0, ())
        return best[0]

    def fold(self, node: Tree | Leaf) -> Comes:
        """What a node can come to, given the inputs that are decided above it."""
        # the promise: every pair that the node can come to while the inputs decided above keep
        # their cells, each with the least cost of the inputs read only in it. Nothing outside reads
        # those, so for a given pair the cheapest way is as good as any, and the others are
        # forgotten: however many cells there are below, at most 16 pairs go up. What was decided
        # above is paid there and not counted again. The key holds all that the answer hangs on
        key = (node, *(self._env[i] for i in self._shared[node]))
        found = self._kept.get(key)
        if found is None:
            found = self._leaf(node) if isinstance(node, Leaf) else self._tree(node)
            self._kept[key] = found
        return found

    def _leaf(self, leaf: Leaf) -> Comes:
        # read here and nowhere else, so its cost is settled here; the rest was chosen above
        free = [i for i in leaf.inputs if i not in self._shared[leaf]]
        comes: Comes = {}
        for cells in product(*(range(len(self.cells[i])) for i in free)):
            self.budget.spend()
            chosen = dict(zip(free, cells, strict=True))
            pair = leaf.pair(tuple(chosen[i] if i in chosen else self._env[i] for i in leaf.inputs))
            cost = sum(self.cells[i][cell] for i, cell in chosen.items())
            if pair not in comes or cost < comes[pair][0]:
                comes[pair] = (cost, tuple(chosen.items()))
        return comes

    def _tree(self, tree: Tree) -> Comes:
        scopes = self._scopes.get(tree)
        if scopes is None:
            scopes = self._scopes[tree] = self._scopes_of(tree)
        # its part reads exactly what it reads itself, so nothing is to be tried out here
        if tree.kind == "not":
            return {
                (not_bits(b), not_bits(f)): way
                for (b, f), way in self._scoped(tree, *scopes[0]).items()
            }
        comes: Comes = {_START[tree.kind]: (0, ())}
        # parts with no own input in common do not bear on each other, so it is enough to join what
        # each can come to, instead of trying all their inputs together
        for parts, here in scopes:
            comes = _joined(_JOIN[tree.kind], comes, self._scoped(tree, parts, here))
        return comes

    def _scopes_of(self, tree: Tree) -> list[_Scope]:
        """The parts that share inputs, and those inputs that nothing outside reads as well."""
        outside = set(self._shared[tree])

        def own(part: Tree | Leaf) -> tuple[Input, ...]:
            return tuple(i for i in self._shared[part] if i not in outside)

        return [
            (parts, list(dict.fromkeys(i for part in parts for i in own(part))))
            for parts in groups(tree.parts, own)
        ]

    def _scoped(self, tree: Tree, parts: Sequence[Tree | Leaf], here: Sequence[Input]) -> Comes:
        comes: Comes = {}
        for cells in product(*(range(len(self.cells[i])) for i in here)):
            self.budget.spend()
            self._env.update(zip(here, cells, strict=True))
            price = sum(self.cells[i][c] for i, c in zip(here, cells, strict=True))
            chosen = tuple(zip(here, cells, strict=True))
            # with the cells of ``here`` fixed, the parts have nothing open in common any more
            if len(parts) == 1:
                together = self.fold(parts[0])
            else:
                together = {_START[tree.kind]: (0, ())}
                for part in parts:
                    together = _joined(_JOIN[tree.kind], together, self.fold(part))
            for pair, (cost, ways) in together.items():
                if pair not in comes or cost + price < comes[pair][0]:
                    comes[pair] = (cost + price, (chosen, ways))
        for input in here:
            del self._env[input]
        return comes


def _joined(join: Callable[[int, int], int], one: Comes, other: Comes) -> Comes:
    comes: Comes = {}
    for (b1, f1), (cost1, way1) in one.items():
        for (b2, f2), (cost2, way2) in other.items():
            pair = (join(b1, b2), join(f1, f2))
            if pair not in comes or cost1 + cost2 < comes[pair][0]:
                comes[pair] = (cost1 + cost2, (way1, way2))
    return comes


def groups(items: Iterable[Any], inputs: Callable[[Any], Iterable[Input]]) -> list[list[Any]]:
    """The items in groups that share inputs, directly or through others."""
    groups: list[tuple[set[Input], list[Any]]] = []
    for item in items:
        # an item may link groups that had nothing in common so far: they become one
        reads, members = set(inputs(item)), [item]
        apart = []
        for group in groups:
            if group[0].isdisjoint(reads):
                apart.append(group)
            else:
                reads |= group[0]
                members = [*group[1], *members]
        groups = [*apart, (reads, members)]
    return [members for _, members in groups]


def _order(shared: Sequence[Sequence[Input]]) -> list[Input]:
    """The inputs of the roots that need fewest of them first, so that roots are settled early."""
    return list(dict.fromkeys(i for inputs in sorted(shared, key=len) for i in inputs))
