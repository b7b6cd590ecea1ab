"""Conditions over one cast: quantifiers spelt out by contact, leaves tied to their inputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from typing import cast as typed

from attrs import define, field

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.own import OWNER
from dealflow.analysis.solver.samples import NORTHWIND
from dealflow.conditions import (
    ATTRIBUTES,
    And,
    AttributeRef,
    Condition,
    Disputed,
    Dissent,
    Known,
    Look,
    Node,
    Not,
    Or,
    Quantified,
    Voices,
)
from dealflow.evidence import ANY_ROLE, Contact, Fact, Lack, Reading
from dealflow.values import Money, Value, ValueType
from tests.analysis.solver.search.cells import Cell, cells_beside, cells_of_fact, read
from tests.analysis.solver.search.forest import Input, Leaf, Pair, Tree, pair_of
from tests.analysis.solver.search.samples import Tried

__all__ = ["Ground"]

# sets of values grow fast: of twelve values there are 220 sets of three, and each is a cell
_SEVERAL_OF = 6
"""Of so many values, up to three are claimed at once; of more, two."""


@define
class Ground:
    """Makes trees and leaves of conditions, and the cells of their inputs.

    Attributes:
        cast: the people.
        samples: the values to try.
        at: the instant.
        given: cells to try first, by input: what a deal is already.
        stands: whether nothing of what is given may be taken back.
        cells: the cells of each input that was met so far.
        voice: who speaks by the id of a contact: that contact.
        until: people stay who they are.
    """

    cast: Cast
    samples: Tried
    at: datetime
    given: Mapping[Input, Cell] = field(factory=dict)
    stands: bool = False
    cells: dict[Input, list[Cell]] = field(factory=dict)
    voice: Callable[[str], str] = field(init=False, default=str)
    until: datetime | None = field(init=False, default=None)
    _contacts: dict[str, Contact] = field(factory=dict)
    _declared: dict[Input, list[Fact]] = field(factory=dict)
    _which: dict[tuple[Input, Fact], int] = field(factory=dict)
    _leaves: dict[tuple[object, str | None], Leaf] = field(factory=dict)
    _readers: dict[Input, list[Leaf]] = field(factory=dict)
    _readings: dict[tuple[Input, int, int], Reading] = field(factory=dict)
    _env: dict[Input, int] = field(factory=dict)
    _voiced: set[Input] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self._contacts.update(
            {p.id: Contact(p.id, p.name, roles=p.roles) for p in self.cast.people}
        )

    # the world that a leaf looks at

    @property
    def heard(self) -> Collection[str]:
        """Who is heard first-hand, where conditions ask for that."""
        return self.cast.heard or frozenset()

    def holders(self, role: str) -> Collection[Contact]:
        """The holders of a role, or of any."""
        wanted = (p for p in self.cast.people if role in p.roles or (role == ANY_ROLE and p.roles))
        return [self._contacts[p.id] for p in wanted]

    def read(self, fact: Fact, about: str | None) -> Reading:
        """What is known of a fact in the cell that is being tried."""
        input = _fact_input(fact, about)
        which = self._which[input, fact]
        first = self._declared[input][0]
        if (fact.type, fact.of) != (first.type, first.of):
            return Reading(lacks=(Lack("never_asked"),))  # said of something else by this name
        key = (input, which, self._env[input])
        found = self._readings.get(key)
        if found is None:
            cell = self.cells[input][self._env[input]]
            found = self._readings[key] = read(fact, cell, self.cast, self.at)
        return found

    def attribute(self, name: str, contact: Contact | None) -> Value | None:
        """An attribute in the cell that is being tried."""
        if name == "contact.heard":
            return typed("Contact", contact).id in self.heard
        input = _attribute_input(name, contact)
        return self.cells[input][self._env[input]].value

    # conditions

    def tree(self, condition: Condition, contact: Contact | None = None) -> Tree | Leaf:
        """A condition as a tree; equal conditions give the same leaves."""
        match condition:
            case Not(part=part):
                return Tree("not", (self.tree(part, contact),))
            case And(parts=parts):
                return Tree("and", tuple(self.tree(part, contact) for part in parts))
            case Or(parts=parts):
                return Tree("or", tuple(self.tree(part, contact) for part in parts))
            # once the people are given, a quantifier is an ``and`` or ``or`` over them, and the
            # search needs to know no others
            case Quantified(role=role, quantifier=quantifier, part=part):
                holders = self.holders(role)
                if not holders:
                    # nobody in the role is unknown: ``every`` is not true of nobody
                    return Leaf((), lambda _: (0, 0))
                kind: Any = "and" if quantifier == "every" else "or"
                return Tree(kind, tuple(self.tree(part, holder) for holder in holders))
            case Voices() if self.cast.voices is not None:
                return self._voices(condition, len(self.cast.voices))
            case _:
                return self._leaf(condition, contact)

    def _voices(self, condition: Voices, behind: int) -> Tree | Leaf:
        """How many voices there are when all of the cast's stand behind each fact that is known."""
        # by itself each fact is an input that many conditions read; to try them together would take
        # the product of their cells. With the voices given, it only matters whether any is known
        some, none = (self._of_voices(condition, number) for number in (behind, 0))
        if some == none:
            return Leaf((), lambda _: some)
        parts: list[Tree | Leaf] = []
        for fact in condition.over:
            known = self._leaf(Known(fact), None)
            self._voiced.add(known.inputs[0])
            parts.append(_either(known, some, none))
        return Tree("or" if some == (1, 1) else "and", tuple(parts))

    def _of_voices(self, condition: Voices, have: int) -> Pair:
        if condition.answer(have):
            return (1, 1)
        return (0, 0) if condition.needs_more(have) is not None else (2, 2)

    def _leaf(self, condition: Condition, contact: Contact | None) -> Leaf:
        # one leaf for all conditions of the same sense: by that the common parts of two versions of
        # a guard are found
        key = (condition.sense, contact.id if contact else None)
        found = self._leaves.get(key)
        if found is None:
            inputs = tuple(dict.fromkeys(self._inputs(condition, contact)))

            def comes_to(cells: tuple[int, ...]) -> Pair:
                self._env = dict(zip(inputs, cells, strict=True))
                return pair_of(condition.evaluate(self._look(contact)))

            found = self._leaves[key] = Leaf(inputs, comes_to, condition)
            for input in inputs:
                self._readers.setdefault(input, []).append(found)
        return found

    def _look(self, contact: Contact | None) -> Any:
        return Look(self, contact)

    def _inputs(self, condition: Condition, contact: Contact | None) -> Iterable[Input]:
        for node in condition.walk():
            if isinstance(node, AttributeRef):
                # who is heard is no input: the cast says it
                if node.name != "contact.heard":
                    yield _attribute_input(node.name, contact)
            else:
                yield from self._facts(node, contact)

    def _facts(self, node: Node, contact: Contact | None) -> Iterable[Input]:
        for fact in node.reads:
            about = contact.id if contact is not None and fact.of == "contact" else None
            input = _fact_input(fact, about)
            self._declare(input, fact)
            yield input

    def _declare(self, input: Input, fact: Fact) -> None:
        """Note a declaration of a fact, unless there is one that makes no difference."""
        if (input, fact) in self._which:
            return
        declared = self._declared.setdefault(input, [])
        for which, other in enumerate(declared):
            if other.sense == fact.sense:
                self._which[input, fact] = which
                return
        self._which[input, fact] = len(declared)
        declared.append(fact)

    # cells

    def settle(self) -> None:
        """Work out the cells of all inputs; those that no condition tells apart are left out."""
        for input, readers in self._readers.items():
            tried = self.cells[input] = []
            alone = all(leaf.inputs == (input,) for leaf in readers)
            seen: dict[object, int] = {}
            for cell in self._candidates(input):
                tried.append(cell)
                number = len(tried) - 1
                sign = self._sign(input, number, readers, alone=alone)
                before = seen.get(sign)
                # cells with the same sign give the same answers everywhere, so the cheaper one can
                # stand for both. Most cells go here, and what the search costs hangs on how many
                # are left
                if before is None:
                    seen[sign] = number
                    continue
                if cell.cost < tried[before].cost:
                    tried[before] = cell
                tried.pop()
                self._forget(input, number)
            for leaf in readers:
                leaf.known.clear()
            self._readings = {k: v for k, v in self._readings.items() if k[0] != input}

    def _forget(self, input: Input, number: int) -> None:
        for leaf in self._readers[input]:
            leaf.known.pop((number,), None)
        for which in range(len(self._declared.get(input, ()))):
            self._readings.pop((input, which, number), None)

    def _sign(self, input: Input, number: int, readers: Sequence[Leaf], *, alone: bool) -> object:
        """What tells one cell from another: the answers, or where facts are compared the values."""
        answers = tuple(leaf.pair((number,)) for leaf in readers if leaf.inputs == (input,))
        # no leaf reads it beside another input, so the answers are all that can be seen of it
        if alone:
            return answers
        if input[0] == "attribute":
            return self.cells[input][number].value
        self._env = {input: number}
        about = input[2] if len(input) > 2 else None
        readings = [self.read(fact, about) for fact in self._declared[input]]
        # beside another input its value matters, as who knows what it will be compared with; in
        # which order and by whom the values were said does not
        return answers, tuple(
            (frozenset(value for value, _ in reading.values), bool(reading.lacks))
            for reading in readings
        )

    def _candidates(self, input: Input) -> Iterable[Cell]:
        # first, and at no cost: what a deal is already is kept unless it has to change
        given = self.given.get(input)
        if given is not None:
            yield given
        cells = self._attributes(input[1]) if input[0] == "attribute" else self._said(input)
        if given is None or not self.stands:
            yield from cells
        elif input[0] == "attribute":
            yield from _changed(input[1], given, cells)
        else:
            fact = self._declared[input][0]
            for cell in cells:
                yield from cells_beside(fact, given.sayings, cell, self.cast)

    def _said(self, input: Input) -> Iterable[Cell]:
        declared = self._declared[input]
        about = input[2] if len(input) > 2 else None
        people = [p.id for p in self.cast.people]
        # a declaration of another type or kind means another fact by that name: ``read`` finds
        # nothing for it
        alike = [f for f in declared if (f.type, f.of) == (declared[0].type, declared[0].of)]
        values = dict.fromkeys(v for fact in alike for v in self.samples.of_fact(fact, people))
        at_most = 3 if len(values) <= _SEVERAL_OF else 2
        disputed = any(isinstance(leaf.source, Disputed | Dissent) for leaf in self._readers[input])
        yield from cells_of_fact(
            *(alike, about, self.cast, values),
            at_most=at_most,
            short=disputed,
            voiced=input in self._voiced,
        )

    def _attributes(self, name: str) -> Iterable[Cell]:
        type_, choices = ATTRIBUTES[name]
        if name == "deal.talks":
            # without people there is nobody to talk with
            most = len(self.samples.talks()) if self.cast.people else 1
            yield from (
                Cell(v, (), 10 * int(typed("Decimal", v))) for v in self.samples.talks()[:most]
            )
        elif name == "deal.account":
            yield Cell(NORTHWIND)
            yield from (Cell(v, (), 1) for v in self.samples.of_type(type_))
        elif name == "deal.owner":
            yield Cell(OWNER)
            yield from (Cell(v, (), _CHANGE) for v in self._texts())
        elif name == "deal.products":
            yield from (Cell(v, (), _CHANGE if v else 0) for v in self.samples.lists())
        elif name == "contact.kind":
            # nobody makes a contact a committee unless a condition asks for one
            yield from (
                Cell(kind, (), 0 if kind == "person" else 50) for kind in ("person", *choices)
            )
        else:
            yield Cell()
            values: Iterable[Value] = choices or self.samples.of_type(type_)
            if type_ is ValueType.TEXT:
                values = self._texts()
            if name == "contact.rating":
                values = [v for v in values if v in _RATINGS]
            elif type_ is ValueType.MONEY:
                values = [v for v in values if isinstance(v, Money) and v.amount >= 0]
            yield from (Cell(v, (), _CHANGE) for v in values)

    def _texts(self) -> list[Value]:
        # on a card, a text without words is none
        return [v for v in self.samples.of_type(ValueType.TEXT) if str(v).strip()]


_CHANGE = 5
"""What it costs to change something on a card."""

_LAST_RESORT = 100
"""What it costs to change the price of a deal: the customer is asked about all else before."""

_RATINGS = frozenset(Decimal(n) for n in range(-5, 6))


def _changed(name: str, given: Cell, cells: Iterable[Cell]) -> Iterator[Cell]:
    """The cells of an attribute to which it can be changed; none comes without a cost."""
    for cell in cells:
        match name:
            case "deal.account":
                continue
            case "deal.amount" if cell.value is None:
                continue
            case "deal.amount":
                yield Cell(cell.value, (), _LAST_RESORT)
            case "deal.talks" if typed("Decimal", cell.value) <= typed("Decimal", given.value):
                continue
            case _:
                yield Cell(cell.value, (), max(cell.cost, _CHANGE))


def _either(known: Leaf, some: Pair, none: Pair) -> Leaf:
    """A leaf that comes to one thing when a fact is known, and to another when it is not."""
    return Leaf(known.inputs, lambda cells: some if known.pair(cells) == (1, 1) else none, known)


def _fact_input(fact: Fact, about: str | None) -> Input:
    return ("fact", fact.id) if about is None else ("fact", fact.id, about)


def _attribute_input(name: str, contact: Contact | None) -> Input:
    if contact is None or name.startswith("deal."):
        return ("attribute", name)
    return ("attribute", name, contact.id)
