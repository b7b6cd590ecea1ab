"""What may be known of a fact, told by its claims one by one.

That is needed where it matters who said what: where two playbooks declare a fact in different ways,
and beside what stands already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Final

from attrs import frozen

from dealflow.analysis.solver.known import Known, any_of
from dealflow.analysis.solver.people import Contacts, Somebody
from dealflow.analysis.solver.scenes import Saying
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

__all__ = ["DOCUMENT", "OBSERVATION", "TOLD_ON", "Claim", "Claimed", "claimed"]

TOLD_ON: Final = -1
"""Told of somebody who holds no role."""
OBSERVATION: Final = -2
"""Seen by us."""
DOCUMENT: Final = -3
"""Read in a document."""
_MOST_ALIKE: Final = 20
"""So many sources a fact may ask for."""


@frozen(eq=False)
class Claim:
    """What one source says, or several who say the same.

    Attributes:
        there: whether it is said.
        number: by how many.
        value: what is said.
        age: past how many of the ages at which some declaration lets claims go out of date.
        source: the number of the contact, or one of the other sources.
        first_hand: whether the source itself was heard.
        stands: what the source said before, where that is given.
        again: whether the source says something else now.
    """

    there: Bit
    number: Number
    value: Symbol
    age: Number
    source: Number
    first_hand: Bit
    stands: Saying | None = None
    again: Bit = TRUE

    def by(self, contact: int) -> Bit:
        """Whether a contact says it."""
        return and_(self.there, eq(self.source, contact))


@frozen(eq=False)
class Claimed:
    """The claims of a fact, and what they come to.

    Attributes:
        fact: the fact.
        claims: the claims.
        ages: the ages past which claims are out of date, from the least.
        by_sense: what is known under each declaration.
    """

    fact: Fact
    claims: tuple[Claim, ...]
    ages: tuple[timedelta, ...]
    by_sense: Mapping[tuple[object, ...], Known]


def claimed(
    declared: Sequence[Fact],
    about: Somebody | None,
    at_once: int,
    contacts: Contacts,
    *,
    voiced: bool,
    standing: Collection[Saying] = (),
    stands: bool = False,
) -> Claimed:
    """The claims that there may be of a fact, under some declarations.

    Args:
        declared: its declarations.
        about: the contact whom it is about.
        at_once: how many different values each needs.
        contacts: everybody.
        voiced: whether it matters who stands behind it.
        standing: the latest that each source said.
        stands: whether nothing of that is taken back.
    """
    ages = tuple(sorted({fact.good_for for fact in declared if fact.good_for is not None}))
    # of the same class no two are needed but for what they say, and each class may have to be
    # filled up
    number = len(declared) * (at_once + 1) + len(ages) if len(declared) > 1 else at_once + 1
    before = [_standing(declared[0], said, ages, contacts, stands=stands) for said in standing]
    oldest = len(ages) if len(declared) > 1 else 0
    new = [_new(declared[0], oldest, contacts) for _ in range(number)]
    for who, somebody in enumerate(contacts.everybody):
        speaking = [ite(claim.by(who), 1, 0) for claim in (*before, *new)]
        contacts.script.demand(at_most(total(speaking), somebody.number))
    claims = (*before, *new)
    known = {
        fact.sense: _Under(fact, about, claims, ages, contacts).known(voiced=voiced)
        for fact in declared
    }
    return Claimed(declared[0], claims, ages, known)


def _new(fact: Fact, oldest: int, contacts: Contacts) -> Claim:
    script = contacts.script
    number, there = script.number(0, _MOST_ALIKE), script.bit()
    script.demand(same_bits(there, at_most(1, number)))
    source = script.number(DOCUMENT, len(contacts.everybody) - 1)
    hand = script.bit()
    age = script.number(0, oldest) if oldest else 0
    claim = Claim(there, number, any_of(fact, there, contacts), age, source, hand)
    script.demand(implies(eq(source, DOCUMENT), hand))
    script.demand(implies(eq(source, OBSERVATION), hand))
    script.demand(implies(eq(source, TOLD_ON), not_(hand)))
    for who, somebody in enumerate(contacts.everybody):
        by = claim.by(who)
        script.demand(implies(by, and_(at_most(number, 1), somebody.there)))
        script.demand(implies(and_(by, hand), contacts.heard(somebody)))
    return claim


def _standing(
    fact: Fact, said: Saying, ages: Sequence[timedelta], contacts: Contacts, *, stands: bool
) -> Claim:
    script = contacts.script
    again = script.bit()
    there = TRUE if stands else script.bit()
    ids = [each.known for each in contacts.everybody]
    special = {"document": DOCUMENT, "observation": OBSERVATION}
    source = special[said.source_kind] if said.source_kind in special else ids.index(said.source)
    past = sum(said.age > age for age in ages)
    hand = TRUE if said.first_hand else FALSE
    if source >= 0:
        hand = or_(and_(not_(again), hand), and_(again, contacts.heard(contacts.everybody[source])))
    before = contacts.coder.symbol(said.value)
    value = any_of(fact, there, contacts)
    script.demand(implies(not_(again), FALSE if before is None else same(value, before)))
    return Claim(there, ite(there, 1, 0), value, ite(again, 0, past), source, hand, said, again)


@frozen
class _Under:
    """The claims of a fact under one declaration."""

    fact: Fact
    about: Somebody | None
    claims: tuple[Claim, ...]
    ages: tuple[timedelta, ...]
    contacts: Contacts

    def known(self, *, voiced: bool) -> Known:
        script = self.contacts.script
        live = [script.named(self._live(claim)) for claim in self.claims]
        final = [
            script.named(and_(fresh, self._has_final_word(claim)))
            for claim, fresh in zip(self.claims, live, strict=True)
        ]
        spoken = script.named(or_(*map(self._has_final_word, self.claims)))
        counted = [
            script.named(or_(last, and_(fresh, not_(spoken))))
            for last, fresh in zip(final, live, strict=True)
        ]
        so = script.named(or_(*final, and_(not_(spoken), self._established(counted))))
        pairs = list(zip(self.claims, counted, strict=True))
        values = tuple(Possible(and_(so, counts), claim.value) for claim, counts in pairs)
        tellers: tuple[Bit, ...] = tuple(FALSE for _ in self.contacts.everybody)
        if voiced:
            tellers = tuple(
                script.named(
                    and_(so, or_(*(and_(c.by(who), c.first_hand, counts) for c, counts in pairs)))
                )
                for who in range(len(self.contacts.everybody))
            )
            for tells, somebody in zip(tellers, self.contacts.everybody, strict=True):
                script.demand(implies(tells, at_most(somebody.number, 1)))
        differ = or_(
            *(
                and_(counts, other_counts, not_(same(one.value, other.value)))
                for (one, counts), (other, other_counts) in combinations(pairs, 2)
            )
        )
        dissent = or_(*self._dissent(live, final))
        return Known(so, values, script.named(differ), or_(*final), dissent, tellers)

    def _live(self, claim: Claim) -> Bit:
        good_for = self.fact.good_for
        if good_for is None:
            return claim.there
        return and_(claim.there, at_most(claim.age, self.ages.index(good_for)))

    def _has_final_word(self, claim: Claim) -> Bit:
        if not self.fact.final_word:
            return FALSE
        everybody = enumerate(self.contacts.everybody)
        roles = self.fact.final_word
        speaks = or_(*(and_(claim.by(n), self.contacts.plays(who, roles)) for n, who in everybody))
        return self.contacts.script.named(and_(claim.first_hand, speaks))

    def _established(self, counted: Iterable[Bit]) -> Bit:
        rule = self.fact.sources
        pairs = list(zip(self.claims, counted, strict=True))
        number = total(ite(counts, claim.number, 0) for claim, counts in pairs)
        entitled = [
            (claim, self.contacts.script.named(and_(counts, self._entitled(claim))))
            for claim, counts in pairs
        ]
        if rule.first_hand:
            heard = or_(*(and_(counts, claim.first_hand) for claim, counts in entitled))
        else:
            heard = or_(*(counts for _, counts in entitled))
        return and_(at_most(rule.at_least, number), heard)

    def _entitled(self, claim: Claim) -> Bit:
        rule = self.fact.sources
        if not rule.roles:
            return TRUE
        by = [
            and_(claim.by(number), self.contacts.plays(who, rule.roles, self.about))
            for number, who in enumerate(self.contacts.everybody)
        ]
        return or_(*by, eq(claim.source, DOCUMENT) if rule.documents else FALSE)

    def _dissent(self, live: Sequence[Bit], final: Sequence[Bit]) -> Iterable[Bit]:
        if not self.fact.final_word:
            return
        for claim, fresh, last in zip(self.claims, live, final, strict=True):
            agrees = (
                and_(counts, same(claim.value, other.value))
                for other, counts in zip(self.claims, final, strict=True)
            )
            yield and_(or_(*final), fresh, not_(last), *(not_(each) for each in agrees))
