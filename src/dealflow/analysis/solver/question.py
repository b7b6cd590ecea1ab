"""A question as a script: which deals there may be, and what of them is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Final, cast

from attrs import define, field, frozen

from dealflow.analysis.solver.bounds import Bounds
from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.claims import Claimed, claimed
from dealflow.analysis.solver.goals import Goal
from dealflow.analysis.solver.kept import Kept, kept
from dealflow.analysis.solver.known import Known, value_of
from dealflow.analysis.solver.own import ALWAYS_SET, OnlyWith, rules
from dealflow.analysis.solver.people import Contacts, Somebody
from dealflow.analysis.solver.scenes import Saying, Scene
from dealflow.analysis.solver.script import TRUE, Bit, Number, Script, and_, at_most, or_, total
from dealflow.analysis.solver.truths import Truths
from dealflow.analysis.solver.values import Coder, Possible, same
from dealflow.conditions import (
    ATTRIBUTES,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Disputed,
    Dissent,
    Node,
    Size,
    Voices,
    Within,
    amounts,
)
from dealflow.evidence import ANY_ROLE, SELF, Card, Fact
from dealflow.values import Value, ValueType

__all__ = ["Given", "Question", "currencies_of", "declared_in", "hangs_on_today", "held"]

_DAYS: Final = (date(1970, 1, 2).toordinal(), date(2200, 12, 31).toordinal())


def declared_in(conditions: Iterable[Condition]) -> Mapping[str, tuple[Fact, ...]]:
    """By the id of each fact that conditions read, its declarations that make a difference."""
    found: dict[str, dict[object, Fact]] = {}
    for condition in conditions:
        for fact in condition.facts:
            found.setdefault(fact.id, {}).setdefault(fact.sense, fact)
    return {id: tuple(facts.values()) for id, facts in found.items()}


@frozen
class Given:
    """A deal from which the next one is sought.

    Attributes:
        scene: the deal.
        stands: whether nothing of what was said is taken back.
        at: the instant.
    """

    scene: Scene
    stands: bool
    at: datetime

    def was(self, name: str, who: Somebody | None) -> Value | None:
        """An attribute as it is there; ``None`` where it is not set."""
        whose, _, attribute = name.partition(".")
        if whose == "deal":
            scene = self.scene
            of_scene = attribute in ("amount", "talks", "account")
            card = scene.card or Card("")
            value = getattr(scene if of_scene else card, attribute)
        else:
            known = None if who is None else who.known
            value = next(getattr(p, attribute) for p in self.scene.people if p.id == known)
        if value.__class__ is int:
            return Decimal(value)
        return None if value == "" else cast("Value", value)

    def sayings(self, fact: str, about: Somebody | None) -> tuple[Saying, ...]:
        """What was said of a fact."""
        if about is not None and about.known is None:
            return ()
        key = (fact, None if about is None else about.known)
        return tuple(saying for saying in self.scene.sayings if saying.key == key)


@define
class Question:
    """What is asked, in worlds of some size.

    Attributes:
        conditions: what is asked about.
        bounds: the size of the worlds.
        contacts: everybody who may be there.
        day: the day; a number that may be any, where it is left open.
        declared: by the id of a fact, its declarations.
        given: what there is already.
        facts: what may be known of each fact that was met, by its id and the contact.
        attributes: what may be on the deal, as far as it was met.
        voiced: the facts behind which people are counted.
        ways: of each way, whether its goals are met; those wanted most come first.
        inside: by a list and an item, whether it is in there.
    """

    conditions: Sequence[Condition]
    bounds: Bounds
    contacts: Contacts
    day: Number
    declared: Mapping[str, tuple[Fact, ...]]
    given: Given | None = None
    facts: dict[tuple[str, Somebody | None], Claimed | Kept | Known] = field(factory=dict)
    attributes: dict[str, Possible] = field(factory=dict)
    voiced: frozenset[str] = frozenset()
    inside: dict[tuple[str, Number], Bit] = field(factory=dict)
    ways: list[Bit] = field(factory=list)

    @classmethod
    def of(
        cls,
        ways: Sequence[Sequence[Goal]],
        roles: Sequence[str],
        bounds: Bounds,
        currency: str,
        today: Number | None,
        given: Given | None = None,
        longest: int = 10**9,
    ) -> Question:
        """Put some goals into a script.

        Args:
            ways: the goals; those of one way have to be met together.
            roles: those that people may hold besides those that the goals name.
            bounds: how large the worlds are.
            currency: of amounts.
            today: the day; ``None`` is any.
            given: what there is already.
            longest: how many signs the script may have.

        Raises:
            TooLong: it would have more.
        """
        conditions = list(dict.fromkeys(goal.condition for way in ways for goal in way))
        kept = tuple(rules(conditions))
        conditions += kept
        nodes = [node for condition in conditions for node in condition.walk()]
        script = Script(longest)
        coder = Coder(currency, sizes=any(map(_of_sizes, nodes)))
        _note_texts(coder, nodes)
        contacts = Contacts(script, coder)
        there = given.scene.people if given else ()
        every = held(nodes, roles, [role for person in there for role in person.roles])
        for person in there:
            somebody = contacts.given(person.id, person.roles, every)
            if given and given.stands and person.id in given.scene.heard:
                somebody.heard = TRUE
        contacts.add(bounds.contacts, every, counted=bounds.counted, named=_named(nodes))
        day: Number = script.number(*_DAYS) if today is None else today
        voiced = frozenset(
            fact.id for node in nodes if isinstance(node, Voices) for fact in node.over
        )
        declared = declared_in(conditions)
        question = cls(conditions, bounds, contacts, day, declared, given, voiced=voiced)
        truths = Truths(contacts, question)
        for rule in kept:
            script.demand(truths.bits(rule).yes)
        for way in ways:
            bits = (truths.bits(goal.condition).may_be(goal.allowed) for goal in way)
            question.ways.append(script.named(and_(*bits)))
        script.demand(or_(*question.ways))
        coder.finish(script)
        return question

    @property
    def script(self) -> Script:
        """The script."""
        return self.contacts.script

    @property
    def today(self) -> Number:
        """The day."""
        return self.day

    def known(self, fact: Fact, about: Somebody | None) -> Known:
        """What may be known of a fact."""
        key = (fact.id, about)
        found = self.facts.get(key)
        declared = self.declared[fact.id]
        alike = [f for f in declared if (f.type, f.of) == (declared[0].type, declared[0].of)]
        if fact not in alike and all(fact.sense != each.sense for each in alike):
            return Known("false")  # said of something else by this name
        if found is None:
            at_once, voiced = self.bounds.values[fact.id], fact.id in self.voiced
            standing = self.given.sayings(fact.id, about) if self.given else ()
            stands = self.given is not None and self.given.stands
            if len(alike) > 1 or (standing and stands):
                found = claimed(
                    *(alike, about, at_once, self.contacts),
                    voiced=voiced,
                    standing=standing,
                    stands=stands,
                )
            else:
                found = value_of(fact, about, at_once, self.contacts, voiced=voiced)
                if standing and self.given is not None:
                    cast_ = Cast(self.given.scene.people)
                    found = kept(fact, standing, found, self.contacts, cast_, self.given.at)
            self.facts[key] = found
        if isinstance(found, Kept):
            return found.known
        if isinstance(found, Claimed):
            return found.by_sense[fact.sense]
        return found

    def of_the_deal(self, name: str) -> Possible:
        """What an attribute of the deal may be."""
        found = self.attributes.get(name)
        if found is None:
            found = self.attributes[name] = self._of_the_deal(name)
        return found

    def _of_the_deal(self, name: str) -> Possible:
        script, coder = self.contacts.script, self.contacts.coder
        type_, choices = ATTRIBUTES[name]
        so: Bit = TRUE if name in ALWAYS_SET else script.bit()
        if name == "deal.talks":
            talks = script.number(self.given.scene.talks if self.given else 0)
            return Possible(so, script.number_of(total([talks], coder.unit(type_))))
        value = coder.any_value(script, type_, choices)
        if self.given is not None and name == "deal.account":
            script.demand(same(value, coder.code(self.given.scene.account)))
        if name == "deal.amount" and self.given is not None and self.given.scene.amount is not None:
            script.demand(so)
        if type_ is ValueType.MONEY:
            script.demand(at_most(0, cast("Number", value)))
        return Possible(so, value)


def held(nodes: Sequence[Node], roles: Iterable[str], given: Iterable[str] = ()) -> tuple[str, ...]:
    """The roles that make a difference, and those that count as any: one, and the ones given."""
    named: dict[str, None] = {}
    anybody = False
    for node in nodes:
        role = getattr(node, "role", None)
        if isinstance(role, str):
            named[role] = None
        for fact in node.reads:
            named |= dict.fromkeys((*fact.sources.roles, *fact.final_word))
    anybody = named.pop(ANY_ROLE, anybody) is None
    named.pop(SELF, None)
    if not anybody:
        return (*named,)
    other = (role for role in roles if role not in named)
    return (*dict.fromkeys((*named, *islice(other, 1), *given)),)


def _note_texts(coder: Coder, nodes: Iterable[Node]) -> None:
    # what no value may be is forbidden to a value when it is declared; by then all texts are known
    for node in nodes:
        if isinstance(node, Constant):
            coder.symbol(node.value)
        for fact in node.reads:
            for choice in fact.choices:
                coder.code(choice)
        if isinstance(node, AttributeRef):
            for choice in ATTRIBUTES[node.name][1]:
                coder.code(choice)


def _of_sizes(node: Node) -> bool:
    """Whether lists of the same items have to be told apart, or their sizes."""
    if isinstance(node, Disputed | Dissent):
        return node.fact.type is ValueType.LIST
    # of those who have the final word each says one list
    final = any(fact.type is ValueType.LIST and fact.final_word for fact in node.reads)
    return final or isinstance(node, Size | OnlyWith)


def _named(nodes: Iterable[Node]) -> bool:
    """Whether it matters by which ids contacts go."""
    return any(
        fact.type is ValueType.PERSON
        for node in nodes
        if isinstance(node, Compare)
        for fact in node.facts
    )


def hangs_on_today(conditions: Iterable[Condition]) -> bool:
    """Whether days are compared both with today and with days of the calendar."""
    nodes = [node for condition in conditions for node in condition.walk()]
    fixed = any(isinstance(node, Constant) and isinstance(node.value, date) for node in nodes)
    return fixed and any(isinstance(node, Within) for node in nodes)


def currencies_of(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """The currencies of the amounts that are written in conditions."""
    return tuple(dict.fromkeys(amount.currency for amount in amounts(conditions)))
