"""The plainest deal of those that answer a question.

Found by taking one thing away after the other, in a fixed order, as long as the answer stays a yes:
people first, then what was said, then what is on cards. So every run finds the same deal, and a
deal in which nothing is there without need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from typing import TypeAlias, cast

from attrs import frozen

from dealflow.analysis.solver.claims import DOCUMENT, OBSERVATION, TOLD_ON, Claimed
from dealflow.analysis.solver.kept import Kept
from dealflow.analysis.solver.known import Known
from dealflow.analysis.solver.own import OWNER
from dealflow.analysis.solver.people import Somebody
from dealflow.analysis.solver.question import Question
from dealflow.analysis.solver.run import Model, Run
from dealflow.analysis.solver.samples import NORTHWIND, Samples
from dealflow.analysis.solver.script import (
    FALSE,
    TRUE,
    Bit,
    Number,
    and_,
    at_most,
    eq,
    implies,
    not_,
    or_,
    same_bits,
    total,
)
from dealflow.analysis.solver.values import Items, Possible, Symbol, same
from dealflow.conditions import ATTRIBUTES
from dealflow.evidence import Fact
from dealflow.values import Value, ValueType

__all__ = ["plainest"]

_Wish: TypeAlias = Sequence[Bit]
"""Bits of which the first that can be true shall be."""

_FEW: range = range(8)


def plainest(question: Question, at: datetime, limit: int) -> Model | None:
    """The numbers of the plainest deal; ``None`` where the limit was too low to find any.

    Args:
        question: what the deal answers.
        at: the instant.
        limit: how many steps may be taken.
    """
    samples = Samples.of(question.conditions, at)
    samples = samples.in_currency(question.contacts.coder.currency)
    wishes = [list(wish) for wish in _Wishes(question, samples).all()]
    script = question.script
    # texts that are liked are known by now, too
    question.contacts.forbid_ids()
    for items in question.contacts.coder.lists:
        for item in question.contacts.coder.items:
            question.inside[items.has, item] = script.bit_of(items.holds(item))
    named = [[script.bit_of(bit) for bit in wish if bit != FALSE] for wish in wishes]
    run = Run(script.text, limit)
    if not run.check():
        return None
    _grant(run, [wish for wish in named if wish])
    return run.model if run.check() else None


def _grant(run: Run, wishes: Sequence[_Wish]) -> None:
    """Keep of each wish the first bit that can be true beside what was kept before."""
    number, at_once = 0, 1
    # most can be had, and many at once. So more and more are asked for together, as long as that
    # goes well: what is kept in the end is the same as one by one, with far fewer questions
    while number < len(wishes):
        some = wishes[number : number + at_once]
        if run.check(*(wish[0] for wish in some)):
            for wish in some:
                run.keep(wish[0])
            number, at_once = number + len(some), at_once * 2
        elif at_once > 1:
            at_once = 1
        else:
            other = next((bit for bit in some[0][1:] if run.check(bit)), None)
            if other is not None:
                run.keep(other)
            number += 1


@frozen
class _Wishes:
    question: Question
    samples: Samples

    def all(self) -> Iterator[Iterable[Bit]]:
        """Everything wished for, the most wanted first."""
        everybody = self.question.contacts.everybody
        yield self.question.ways
        yield from ((_one_role(who),) for who in everybody if who.known is None)
        new = [who for who in everybody if who.known is None]
        if new:
            people = total(who.number for who in new)
            yield (at_most(people, number) for number in _FEW)
            # people who play different parts make a better story than two of a kind
            yield from ((self._one_holds(role),) for role in new[0].roles)
            yield from ((not_(who.there),) for who in reversed(new))
            # whose role the conditions name first comes first
            yield from ((_in_order(one, other),) for one, other in pairwise(new))
        for who in everybody:
            if "contact.kind" in who.attributes:
                yield (self._default("contact.kind", who.attributes["contact.kind"], who),)
        amount = self.question.attributes.get("deal.amount")
        if self.question.given is not None and amount is not None:
            # the customer is asked about all else before the price
            yield (self._default("deal.amount", amount),)
        yield from self._silence()
        yield from self._cards()
        for (id, about), found in self.question.facts.items():
            if id in self.question.voiced and isinstance(found, Known):
                yield (self._speaks_in_a_role(self.question.declared[id][0], about, found),)
        for who in reversed(new):
            yield from ((not_(held),) for held in reversed(who.roles.values()))
        for (id, _), found in self.question.facts.items():
            facts = self.question.declared[id]
            if isinstance(found, Claimed):
                yield from self._of_claims(facts[0], found)
            else:
                known = found.anew if isinstance(found, Kept) else found
                yield from self._of_values(facts[0], known)
        # of those who would do, the first are heard
        yield from ((not_(w.heard),) for w in reversed(everybody) if w.heard is not None)

    def _one_holds(self, role: str) -> Bit:
        contacts = self.question.contacts
        holding = contacts.count([contacts.holds(who, role) for who in contacts.everybody])
        return at_most(holding, 1)

    def _silence(self) -> Iterator[Iterable[Bit]]:
        """Of what takes most to establish, nobody says anything, if that will do."""
        talks = self.question.attributes.get("deal.talks")
        if talks is not None:
            unit = self.question.contacts.coder.unit(ValueType.NUMBER)
            yield (at_most(cast("Number", talks.value), number * unit) for number in _FEW)
        found = list(enumerate(self.question.facts.items()))
        found.sort(key=lambda each: (-self._cost(each[1][0][0]), -each[0]))
        for _, (_, known) in found:
            if isinstance(known, Kept):
                yield (known.stays,)
                known = known.anew  # noqa: PLW2901
            if isinstance(known, Claimed):
                said = total(claim.number for claim in known.claims)
                yield (at_most(said, number) for number in _FEW)
            else:
                yield (not_(known.so),)
                for bit in (known.disputed, known.dissent, known.final):
                    yield (not_(bit),)
        yield from self._voices()

    def _voices(self) -> Iterator[Iterable[Bit]]:
        """Few people stand behind anything, and those behind all that is known."""
        facts = self.question.facts.items()
        voiced = [known for (id, _), known in facts if id in self.question.voiced]
        told = [known for known in voiced if isinstance(known, Known)]
        for number in reversed(range(len(self.question.contacts.everybody))):
            behind = or_(*(known.tellers[number] for known in told))
            yield (not_(behind),)
            yield from ((implies(and_(known.so, behind), known.tellers[number]),) for known in told)

    def _cost(self, fact: str) -> int:
        return max(each.sources.at_least for each in self.question.declared[fact])

    def _cards(self) -> Iterator[Iterable[Bit]]:
        everybody = self.question.contacts.everybody
        of_people = [(who, name, v) for who in everybody for name, v in who.attributes.items()]
        of_the_deal = [(None, name, v) for name, v in self.question.attributes.items()]
        every = [each for each in (*of_the_deal, *of_people) if each[1] != "deal.talks"]
        for who, name, value in every:
            yield (self._default(name, value, who),)
        for _, name, value in every:
            yield from self._liked(name, value)

    def _default(self, name: str, value: Possible, who: Somebody | None = None) -> Bit:
        coder = self.question.contacts.coder
        given = self.question.given
        plain = {"deal.account": NORTHWIND, "deal.owner": OWNER, "contact.kind": "person"}
        if given is not None and (who is None or who.known is not None):
            was = given.was(name, who)
            if was is not None or name not in plain:
                return self._as_it_was(value, was)
        if name in plain:
            return eq(cast("Number", value.value), coder.code(plain[name]))
        if isinstance(value.value, Items):
            return at_most(value.value.size, 0)
        return not_(value.so)

    def _as_it_was(self, value: Possible, was: Value | None) -> Bit:
        if was is None:
            return not_(value.so)
        if isinstance(value.value, Items):
            known = cast("tuple[str, ...]", was)
            coder = self.question.contacts.coder
            codes = [coder.code(item) for item in known]
            size = eq(value.value.size, len(known)) if coder.sizes else TRUE
            inside = (
                same_bits(value.value.holds(item), or_(*(eq(item, code) for code in codes)))
                for item in coder.items
            )
            return and_(size, *inside)
        return and_(value.so, self._is(value.value, was))

    def _liked(self, name: str, value: Possible) -> Iterator[Iterable[Bit]]:
        type_, choices = ATTRIBUTES[name]
        if isinstance(value.value, Items):
            yield from self._few_items(value.value)
            return
        values: Iterable[Value] = choices or self.samples.of_type(type_)
        yield [self._is(value.value, each) for each in values]

    def _is(self, symbol: Symbol, value: Value) -> Bit:
        known = self.question.contacts.coder.symbol(value)
        return "false" if known is None else eq(cast("Number", symbol), cast("Number", known))

    def _speaks_in_a_role(self, fact: Fact, about: Somebody | None, known: Known) -> Bit:
        """One of those who stand behind a fact has a word that counts."""
        contacts = self.question.contacts
        pairs = zip(contacts.everybody, known.tellers, strict=True)
        counts = (and_(t, contacts.plays(w, fact.sources.roles, about)) for w, t in pairs)
        return or_(not_(known.so), *counts) if fact.sources.roles else TRUE

    def _of_values(self, fact: Fact, known: Known) -> Iterator[Iterable[Bit]]:
        values = known.values
        if fact.type in (ValueType.YES_NO, ValueType.CHOICE) and len({v.so for v in values}) > 1:
            yield from ((not_(each.so),) for each in reversed(values))
            return
        yield from ((self._alike(values[0].value, each.value),) for each in values[1:])
        for each in values:
            yield from self._of_value(fact, each.value)

    def _alike(self, one: Symbol, other: Symbol) -> Bit:
        if isinstance(one, Items) and isinstance(other, Items):
            items = self.question.contacts.coder.items
            inside = (same_bits(one.holds(item), other.holds(item)) for item in items)
            return and_(same(one, other), *inside)
        return same(one, other)

    def _of_claims(self, fact: Fact, found: Claimed) -> Iterator[Iterable[Bit]]:
        claims = found.claims
        yield from ((not_(claim.again),) for claim in claims if claim.stands is not None)
        new = [claim for claim in claims if claim.stands is None]
        yield from ((not_(claim.there),) for claim in reversed(new))
        for claim in new:
            yield (at_most(claim.number, number) for number in _FEW)
            yield (eq(claim.age, number) for number in range(len(found.ages) + 1))
            persons = range(len(self.question.contacts.everybody))
            sources = (*persons, OBSERVATION, DOCUMENT, TOLD_ON)
            yield (eq(claim.source, source) for source in sources)
            yield (claim.first_hand,)
        yield from ((same(a.value, b.value),) for a, b in combinations(claims, 2))
        for claim in claims:
            yield from self._of_value(fact, claim.value)

    def _of_value(self, fact: Fact, symbol: Symbol) -> Iterator[Iterable[Bit]]:
        if isinstance(symbol, Items):
            yield from self._few_items(symbol)
        elif fact.type is ValueType.PERSON:
            everybody = self.question.contacts.everybody
            yield [and_(who.there, eq(symbol, who.id)) for who in everybody]
        else:
            yield [self._is(symbol, value) for value in self.samples.of_fact(fact, ())]

    def _few_items(self, items: Items) -> Iterator[Iterable[Bit]]:
        yield from (
            (not_(items.holds(item)),) for item in reversed(self.question.contacts.coder.items)
        )
        if isinstance(items.size, str):
            yield (at_most(items.size, number) for number in _FEW)


def _in_order(one: Somebody, other: Somebody) -> Bit:
    roles = list(one.roles)
    return and_(
        *(
            not_(and_(one.roles[later], other.roles[role], other.there))
            for number, role in enumerate(roles)
            for later in roles[number + 1 :]
        )
    )


def _one_role(who: Somebody) -> Bit:
    return and_(*(not_(and_(one, other)) for one, other in combinations(who.roles.values(), 2)))
