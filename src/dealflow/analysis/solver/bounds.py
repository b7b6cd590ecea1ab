"""How many people and how many values are enough, read off the conditions.

A deal that meets some goals may have any number of contacts and of claims. What of them is not
needed can be left out without a goal noticing: every bit that a condition was told keeps one
witness. So many witnesses there are at most; a search up to that number that finds nothing proves
that there is nothing (see docs, "How it is decided").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import floor, log2
from typing import Final

from attrs import evolve, field, frozen

from dealflow.conditions import (
    AttributeRef,
    Compare,
    Condition,
    Count,
    Covered,
    Disputed,
    Dissent,
    FactRef,
    Heard,
    Holds,
    Named,
    Node,
    Plays,
    Quantified,
    Size,
    Voices,
    Within,
)
from dealflow.evidence import SELF, Fact
from dealflow.values import ValueType

__all__ = ["Bounds", "bounds_of"]

_ORDERS: Final = frozenset({"<", "<=", ">", ">="})
_BITS: Final = 4
"""A quantifier has four bits: told true and told false, judged plainly and firmly."""
_SMALL: Final = 2


@frozen
class Bounds:
    """How large a world is looked at.

    Attributes:
        contacts: how many contacts who differ.
        values: by the id of a fact, how many values are claimed of it at once.
        counted: whether some condition counts people, so that several may be alike.
        exact: whether nothing is missed in worlds of this size.
    """

    contacts: int
    values: Mapping[str, int] = field(hash=False)
    counted: bool
    exact: bool = True

    def small(self, roles: int) -> Bounds:
        """A world in which most of what is possible can be seen already."""
        contacts = min(self.contacts, roles + 1)
        values = {fact: min(number, _SMALL) for fact, number in self.values.items()}
        whole = contacts == self.contacts and values == self.values
        return evolve(self, contacts=contacts, values=values, exact=self.exact and whole)


@frozen
class _Place:
    """A node, and the quantifier that it is in."""

    node: Node
    inside: Quantified | None


def _places(node: Node, inside: Quantified | None = None) -> Iterator[_Place]:
    yield _Place(node, inside)
    for child in node.children:
        yield from _places(child, node if isinstance(node, Quantified) else inside)


def bounds_of(conditions: Iterable[Condition], declared: Mapping[str, Collection[Fact]]) -> Bounds:
    """How large a world some conditions can tell from all larger ones.

    Args:
        conditions: the conditions.
        declared: by the id of a fact, its declarations in them.
    """
    places = {
        (place.node.sense, place.inside is None): place
        for condition in conditions
        for place in _places(condition)
    }.values()
    nodes = [place.node for place in places]
    quantified = [node for node in nodes if isinstance(node, Quantified)]
    counted = _counted(nodes)
    people = _BITS * len(quantified) + _entitled(declared) + _types(len(counted))
    people += len({node.role for node in nodes if isinstance(node, Covered)})
    values = _values(places, declared, people)
    named = [id for id, facts in declared.items() if _first(facts).type is ValueType.PERSON]
    final = [id for id, facts in declared.items() if any(fact.final_word for fact in facts)]
    people += sum(values[id] for id in {*named, *final})
    return Bounds(people, values, bool(counted), _covered(places, declared))


def _first(facts: Collection[Fact]) -> Fact:
    return next(iter(facts))


def _covered(places: Collection[_Place], declared: Mapping[str, Collection[Fact]]) -> bool:
    """Whether the argument covers what the conditions are made of."""
    for place in places:
        node = place.node
        if place.inside is not None:
            # the people whom more values would need might be told something by values themselves
            needing = [f for f in node.reads if f.type is ValueType.PERSON or f.final_word]
            if isinstance(node, Quantified) or any(f.of == "contact" for f in needing):
                return False
            if isinstance(node, Compare) and not _by_order(node) and _of_contacts(node):
                facts = node.facts
                if any(f.type is ValueType.PERSON or f.final_word for f in facts):
                    return False
    # who held a role once, and what somebody said before, a scene does not have; where a fact is
    # declared once, it makes no difference
    return not any(
        len(facts) > 1 and any(fact.final_word for fact in facts) for facts in declared.values()
    )


def _counted(nodes: Iterable[Node]) -> set[object]:
    """What people are counted by."""
    found: set[object] = set()
    for node in nodes:
        match node:
            case Heard():
                found.add("heard")
            case Count(role=role):
                found.add(role)
            case Voices(over=over):
                found.add(tuple(fact.id for fact in over))
            case _:
                pass
    return found


def _types(counted: int) -> int:
    """How many sorts of people suffice for some sums of people to be what they are.

    A person counts in some of the sums or not, so there are so many sorts at most; and by the
    theorem of Eisenbrand and Shmonin (2006) on integer cones, few of them suffice for any sums.
    """
    if not counted:
        return 0
    every: int = 2**counted - 1
    return min(every, floor(2 * counted * log2(4 * counted)))


def _entitled(declared: Mapping[str, Collection[Fact]]) -> int:
    """How many have to be there for facts to be established."""
    rules = {
        rule
        for facts in declared.values()
        for fact in facts
        for rule in (fact.sources.roles, fact.final_word)
        if not {SELF}.issuperset(rule)
    }
    return len(rules)


def _values(
    places: Iterable[_Place], declared: Mapping[str, Collection[Fact]], people: int
) -> dict[str, int]:
    """How many values each fact needs."""
    needed = dict.fromkeys(declared, 0)
    ordered: set[str] = set()
    for place in places:
        node = place.node
        # of a fact of the deal each contact may need a value of its own to be told something by
        times = max(people, 1) if place.inside is not None and _of_contacts(node) else 1
        for fact, number in _witnesses(node):
            needed[fact.id] += number * (times if fact.of == "deal" else 1)
        if isinstance(node, Compare | Within):
            ordered.update(fact.id for fact in _ordered(node))
    for id in ordered:
        # by an order nothing is told by more than the least and the greatest value
        needed[id] += 2
    return {
        id: min(max(needed[id], 1) + len(facts) - 1, _domain(facts))
        for id, facts in declared.items()
    }


def _of_contacts(node: Node) -> bool:
    return any(
        (isinstance(each, AttributeRef) and each.name.startswith("contact."))
        or any(fact.of == "contact" for fact in each.reads)
        for each in node.walk()
    )


def _witnesses(node: Node) -> Iterator[tuple[Fact, int]]:
    """The facts of which a node is told by values, and by how many."""
    match node:
        case Holds(fact=fact) | Plays(fact=fact) | Disputed(fact=fact):
            yield fact, 2
        case Named(fact=fact) | Dissent(fact=fact):
            yield fact, 1
        case Compare(terms=terms) if not _by_order(node):
            yield from ((term.fact, 2) for term in terms if isinstance(term, FactRef | Size))
        case Within(term=FactRef(fact=fact)):
            yield fact, 1
        case _:
            pass


def _by_order(node: Compare) -> bool:
    return len(node.operators) == 1 and node.operators[0] in _ORDERS


def _ordered(node: Compare | Within) -> Iterator[Fact]:
    if isinstance(node, Within) or _by_order(node):
        yield from node.facts


def _domain(facts: Iterable[Fact]) -> int:
    """How many different values a fact can have."""
    most = 0
    for fact in facts:
        match fact.type:
            case ValueType.YES_NO:
                most = max(most, 2)
            case ValueType.CHOICE:
                most = max(most, len(fact.choices))
            case _:
                return 10**6
    return most
