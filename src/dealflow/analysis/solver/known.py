"""What may be known of a fact: a reading that may be any that statements can make.

A fact under one declaration needs no statements one by one. Documents are any number of sources
without names, so a fact can be established with any values as soon as there is somebody whose word
counts; and it can be left unknown always.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from attrs import field, frozen

from dealflow.analysis.solver.people import Contacts, Somebody
from dealflow.analysis.solver.script import (
    FALSE,
    TRUE,
    Bit,
    Number,
    and_,
    at_most,
    eq,
    implies,
    ite,
    not_,
    or_,
    same_bits,
    total,
)
from dealflow.analysis.solver.values import Possible, Symbol, same
from dealflow.evidence import Fact
from dealflow.values import ValueType

__all__ = ["Known", "any_of", "value_of"]


@frozen(eq=False)
class Known:
    """What is known of a fact, as far as conditions see it.

    Attributes:
        so: whether it is established.
        values: those that are claimed; none where it is not established.
        disputed: whether live claims differ, established or not.
        final: whether it is known by the word of those who have the final one.
        dissent: whether others speak against that.
        tellers: for each contact in order, whether it stands behind it.
    """

    so: Bit
    values: tuple[Possible, ...] = ()
    disputed: Bit = FALSE
    final: Bit = FALSE
    dissent: Bit = FALSE
    tellers: tuple[Bit, ...] = field(default=())


def value_of(
    fact: Fact, about: Somebody | None, at_once: int, contacts: Contacts, *, voiced: bool
) -> Known:
    """What may be known of a fact under one declaration.

    Args:
        fact: the fact.
        about: the contact whom it is about.
        at_once: how many different values are claimed of it at most.
        contacts: everybody.
        voiced: whether it matters who stands behind it.
    """
    script = contacts.script
    so = script.bit()
    values = _values(fact, so, at_once, contacts)
    tellers = tuple(script.bit() if voiced else FALSE for _ in contacts.everybody)
    for who, tells in zip(contacts.everybody, tellers, strict=True):
        script.demand(implies(tells, and_(so, who.there)))
    final, dissent = FALSE, FALSE
    if fact.final_word:
        final, dissent = script.bit(), script.bit()
        _final(fact, final, values, tellers, contacts, voiced=voiced)
        script.demand(implies(final, so))
        script.demand(implies(dissent, and_(final, _another(fact, values))))
    somebody = _establishes(fact, about, tellers, contacts, voiced=voiced)
    script.demand(implies(and_(so, not_(final)), somebody))
    disputed = different(values)
    if may_differ_unknown(fact):
        # those whose word does not count may contradict each other
        disputed = or_(disputed, and_(not_(so), script.bit()))
    return Known(so, values, script.bit_of(disputed), final, dissent, tellers)


def _values(fact: Fact, so: Bit, at_once: int, contacts: Contacts) -> tuple[Possible, ...]:
    script, coder = contacts.script, contacts.coder
    known: list[Symbol] = []
    if fact.type is ValueType.YES_NO:
        known = [1, 0]
    elif fact.type is ValueType.CHOICE and len(fact.choices) <= max(at_once, 2):
        known = [coder.code(choice) for choice in fact.choices]
    if known:
        bits = [script.bit() for _ in known]
        script.demand(same_bits(so, or_(*bits)))
        return tuple(map(Possible, bits, known))
    return tuple(Possible(so, any_of(fact, so, contacts)) for _ in range(at_once))


def any_of(fact: Fact, so: Bit, contacts: Contacts) -> Symbol:
    """Any value that a fact may have, where it has one."""
    script = contacts.script
    if fact.type is ValueType.PERSON:
        person = script.number()
        there = (and_(who.there, eq(person, who.id)) for who in contacts.everybody)
        script.demand(implies(so, or_(*there)))
        return person
    return contacts.coder.any_value(script, fact.type, tuple(fact.choices))


def different(values: Iterable[Possible]) -> Bit:
    """Whether two of some values differ."""
    return or_(
        *(
            and_(one.so, other.so, not_(same(one.value, other.value)))
            for one, other in combinations(values, 2)
        )
    )


def may_differ_unknown(fact: Fact) -> bool:
    """Whether there can be live claims that differ, while the fact is not established."""
    rule = fact.sources
    if fact.type is ValueType.CHOICE and len(fact.choices) < 2:
        return False
    # two claims of two sources do not count only for want of a role, of ears or of a third source
    return bool(rule.roles) or rule.first_hand or rule.at_least > 2


def _another(fact: Fact, values: tuple[Possible, ...]) -> Bit:
    """Whether there is a value that is none of these."""
    if fact.type in (ValueType.YES_NO, ValueType.CHOICE):
        distinct = _distinct(values)
        domain = 2 if fact.type is ValueType.YES_NO else len(fact.choices)
        return at_most(distinct, domain - 1)
    return TRUE


def _distinct(values: tuple[Possible, ...]) -> Number:
    """How many different values there are."""
    found: list[Number] = []
    for number, each in enumerate(values):
        new = (not_(and_(before.so, same(each.value, before.value))) for before in values[:number])
        found.append(ite(and_(each.so, *new), 1, 0))
    return total(found)


def _final(
    fact: Fact,
    final: Bit,
    values: tuple[Possible, ...],
    tellers: tuple[Bit, ...],
    contacts: Contacts,
    *,
    voiced: bool,
) -> None:
    """Those who have the final word say one value each, and in person."""
    script = contacts.script
    speaking = []
    for who, tells in zip(contacts.everybody, tellers, strict=True):
        may = and_(contacts.plays(who, fact.final_word), contacts.heard(who))
        speaking.append(script.named(and_(may, tells) if voiced else may))
        if voiced:
            script.demand(implies(and_(final, tells), may))
    number = contacts.count(speaking)
    needed = _distinct(values) if values else 1
    script.demand(implies(final, and_(at_most(1, number), at_most(needed, number))))


def _establishes(
    fact: Fact,
    about: Somebody | None,
    tellers: tuple[Bit, ...],
    contacts: Contacts,
    *,
    voiced: bool,
) -> Bit:
    """Whether there is somebody whose word counts, while nobody has had the final one."""
    rule = fact.sources
    if not rule.roles or rule.documents:
        return TRUE
    ways = []
    for who, tells in zip(contacts.everybody, tellers, strict=True):
        may = contacts.plays(who, rule.roles, about)
        if rule.first_hand:
            final = contacts.plays(who, fact.final_word)
            may = and_(may, contacts.heard(who), not_(final), tells if voiced else TRUE)
        ways.append(may)
    return contacts.script.named(or_(*ways))
