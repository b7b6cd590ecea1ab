"""Conditions beside themselves with one input under another name, and the two deals they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final, Literal, cast

from attrs import evolve, fields

from dealflow.analysis.solver import ALWAYS_SET, OF_CARD, Goal, Scene, rules, with_values
from dealflow.conditions import (
    ATTRIBUTES,
    And,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Disputed,
    FactRef,
    Missing,
    Node,
    Not,
    OverFact,
    Quantified,
)
from dealflow.evidence import Fact, Text
from dealflow.values import Truth, ValueType

__all__ = ["MARK", "NO_TITLE", "apart", "other_role", "renamed", "replaced", "without"]

# no id of a playbook has such a sign, so the other name is never taken
MARK: Final = "'"
"""Behind the id of the input in the other deal."""

NO_TITLE: Final = Text("", "")
"""The title of facts that nobody is shown."""

_FALSE: Final = frozenset({Truth.FALSE})


def renamed(condition: Condition, kind: str, id: str) -> tuple[Condition, tuple[Goal, ...]]:
    """The condition with one input under another name, and what holds for the other input."""
    if kind == "fact":
        return replaced(condition, lambda node: _other_fact(node, id)), ()
    # an attribute has no name to change, so a fact stands for it in the twin. A fact can be more
    # than an attribute: missing, disputed, below zero. What an attribute cannot be is forbidden to
    # it
    type_, choices = ATTRIBUTES[id]
    titles = dict.fromkeys(choices, NO_TITLE)
    of: Literal["deal", "contact"] = "deal" if id.startswith("deal.") else "contact"
    fact = Fact(id + MARK, NO_TITLE, type_, of=of, choices=titles)
    twin = replaced(condition, lambda node: _as_fact(node, id, fact))
    if of == "deal":
        alike = (Goal(*rule) for rule in _like_an_attribute(id, fact))
        # what hangs together on a card does so in the other deal, too
        whole = (replaced(rule, lambda n: _as_fact(n, id, fact)) for rule in rules([condition]))
        return twin, (*alike, *map(Goal, whole))
    one_value: Condition = Not(Disputed(fact))
    if id == "contact.kind":  # it is always set; the others need not be
        one_value = And((Not(Missing(fact)), one_value))
    everybody = [n for n in condition.walk() if isinstance(n, Quantified)]
    # where nobody holds the role ``every`` is UNKNOWN, and that is fine here
    nobody_or_all = frozenset({Truth.TRUE, Truth.UNKNOWN})
    known = (Goal(Quantified(n.role, "every", one_value), nobody_or_all) for n in everybody)
    return twin, tuple(known)


def _like_an_attribute(name: str, fact: Fact) -> Iterator[tuple[Condition, frozenset[Truth]]]:
    yield Disputed(fact), _FALSE
    if name in ALWAYS_SET:
        yield Missing(fact), _FALSE
    if fact.type is ValueType.NUMBER:
        yield Compare((FactRef(fact), Constant(Decimal(0))), (">=",)), frozenset({Truth.TRUE})


def apart(scene: Scene, kind: str, id: str) -> tuple[Scene, Scene]:
    """The two deals that one scene is about."""
    other = id + MARK
    first = without(scene, other)
    named = [saying for saying in scene.sayings if saying.fact == other]
    if kind == "fact":
        renamed = tuple(evolve(saying, fact=id) for saying in named)
        rest = without(first, id)
        return first, evolve(rest, sayings=(*rest.sayings, *renamed))
    attribute = id.partition(".")[2]
    if id.startswith("deal."):
        value: Any = named[0].value if named else None
        if attribute in OF_CARD:
            card = with_values(scene.card, {attribute: value}, scene.currency or "EUR")
            return first, evolve(first, card=card)
        changes: dict[str, Any] = {attribute: int(value) if attribute == "talks" else value}
        return first, evolve(first, **changes)
    said: dict[str | None, Any] = {saying.about: saying.value for saying in named}
    people = []
    for person in scene.people:
        value = said.get(person.id, person.kind if attribute == "kind" else None)
        changes = {attribute: int(value) if isinstance(value, Decimal) else value}
        people.append(evolve(person, **changes))
    return first, evolve(first, people=tuple(people))


def without(scene: Scene, fact: str) -> Scene:
    """The scene in which nothing is said of a fact."""
    return evolve(scene, sayings=tuple(s for s in scene.sayings if s.fact != fact))


def replaced(condition: Condition, swap: Callable[[Node], Node | None]) -> Condition:
    """The condition with some of its nodes replaced, those nearest to the top first."""
    return cast("Condition", _replaced(condition, swap))


def _replaced(node: Any, swap: Callable[[Node], Node | None]) -> Node:
    # from the top down: what was replaced is not looked into once more
    other = swap(node)
    if other is not None:
        return other
    changes: dict[str, object] = {}
    for each in fields(type(node)):
        value = getattr(node, each.name)
        if isinstance(value, Node):
            changes[each.name] = _replaced(value, swap)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[each.name] = tuple(_replaced(part, swap) for part in value)
    changed: Node = evolve(node, **changes) if changes else node
    return changed


def _other_fact(node: Node, id: str) -> Node | None:
    if isinstance(node, OverFact) and node.fact.id == id:
        return evolve(node, fact=evolve(node.fact, id=id + MARK))
    return None


def other_role(node: Any, id: str) -> Node | None:
    """A node that reads a role, with the role under its other name; ``None`` for other nodes."""
    if getattr(node, "role", None) != id:
        return None
    changes: dict[str, object] = {"role": id + MARK}
    if isinstance(node, Quantified):
        # inside, the same role may be asked for again
        changes["part"] = replaced(node.part, lambda each: other_role(each, id))
    changed: Node = evolve(node, **changes)
    return changed


def _as_fact(node: Node, name: str, fact: Fact) -> Node | None:
    return FactRef(fact) if isinstance(node, AttributeRef) and node.name == name else None
