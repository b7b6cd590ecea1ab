"""The goals of a search, and which of them have nothing to do with one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, evolve

from dealflow.analysis.solver import Goal
from dealflow.analysis.solver.cast import Cast
from dealflow.conditions import AttributeRef, Condition, Heard, Node, OverFact, OverRole, Voices
from dealflow.evidence import ANY_ROLE
from dealflow.values import ValueType
from tests.analysis.solver.search.forest import Input, groups

__all__ = ["Part", "apart", "counts_voices", "reads"]


def reads(goal: Goal) -> Iterator[Input]:
    """The attributes and facts that a goal's condition reads."""
    for node in goal.condition.walk():
        if isinstance(node, AttributeRef):
            yield ("attribute", node.name)
    yield from (("fact", fact.id) for fact in goal.condition.facts)


@define
class Part:
    """Goals that read nothing that other goals read.

    Attributes:
        goals: the goals.
        roles: the roles on which it depends who is there; ``None`` is everybody.
        key: equal for goals that come to the same.
    """

    goals: list[Goal]
    roles: frozenset[str] | None
    key: tuple[object, ...]

    @classmethod
    def of(cls, goals: list[Goal]) -> Part:
        """Note on whom the goals depend."""
        nodes = [node for goal in goals for node in goal.condition.walk()]
        roles: set[str] = set()
        for node in nodes:
            if isinstance(node, OverRole):
                roles.add(node.role)
            for fact in node.reads:
                roles.update(fact.sources.roles)
        # where anybody may count, leaving somebody out would change the answer
        everybody = ANY_ROLE in roles or any(map(_counts_people, nodes))
        key = tuple((goal.condition.sense, goal.allowed) for goal in goals)
        return cls(goals, None if everybody else frozenset(roles), key)

    def people(self, cast: Cast) -> Cast:
        """Those of a cast who matter, and those without a role, who speak where anybody may."""
        roles = self.roles
        if roles is None:
            return cast
        # the fewer people are in the key of what is kept, the more often it is found again. The
        # first of the cast stays, as he is who speaks where it does not matter who does
        people = tuple(
            person
            for number, person in enumerate(cast.people)
            if not number or not person.roles or not roles.isdisjoint(person.roles)
        )
        return cast if len(people) == len(cast.people) else evolve(cast, people=people)


def counts_voices(condition: Condition) -> bool:
    """Whether it matters to a condition how many people stand behind facts."""
    return any(isinstance(node, Voices) for node in condition.walk())


def _counts_people(node: Node) -> bool:
    match node:
        case Heard() | Voices() | AttributeRef(name="deal.talks" | "contact.heard"):
            return True
        case OverFact(fact=fact):
            return fact.type is ValueType.PERSON
        case _:
            return False


def apart(goals: Iterable[Goal]) -> list[Part]:
    """The goals in groups that read nothing in common."""
    return [Part.of(part) for part in groups(goals, reads)]
