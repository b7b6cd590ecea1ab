"""Contacts that may be anybody: their roles, what is on their cards, and how many are alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from attrs import define, field

from dealflow.analysis.solver.script import (
    FALSE,
    TRUE,
    Bit,
    Number,
    Script,
    and_,
    at_most,
    eq,
    implies,
    ite,
    not_,
    or_,
    same_bits,
    text,
    total,
)
from dealflow.analysis.solver.values import Coder, Possible
from dealflow.conditions import ATTRIBUTES
from dealflow.evidence import ANY_ROLE, SELF
from dealflow.values import ValueType

__all__ = ["Contacts", "Somebody"]

_ALWAYS_SET: Final = "contact.kind"
_RATINGS: Final = (-5, 5)


@define(eq=False)
class Somebody:
    """A contact who may be anybody.

    Attributes:
        there: whether there is such a contact.
        id: by which the contact goes.
        number: how many there are who are alike in everything; ``there`` is at least one.
        roles: by role, whether the contact holds it.
        known: the id of the one that it is, where that is given.
        heard: whether it was heard first-hand, where that matters.
        attributes: what is on its card, as far as that matters.
    """

    there: Bit
    id: Number
    number: Number
    roles: dict[str, Bit]
    known: str | None = None
    heard: Bit | None = None
    attributes: dict[str, Possible] = field(factory=dict)


@define
class Contacts:
    """Everybody there may be.

    Attributes:
        script: where they are declared.
        coder: the numbers that stand for values.
        everybody: the contacts.
    """

    script: Script
    coder: Coder
    everybody: list[Somebody] = field(factory=list)

    def add(self, number: int, roles: Collection[str], *, counted: bool, named: bool) -> None:
        """Contacts who may be there.

        Args:
            number: how many who differ.
            roles: the roles that they may hold.
            counted: whether there may be several who are alike.
            named: whether their ids are compared with texts.
        """
        script = self.script
        before: Bit = TRUE
        for _ in range(number):
            there = script.bit()
            # who is there is told by the first of them, as it does not matter which
            script.demand(implies(there, before))
            before = there
            many: Number = ite(there, 1, 0)
            if counted:
                many = script.number(0)
                script.demand(same_bits(there, at_most(1, many)))
            id: Number = script.number() if named else self.coder.nobody()
            held = {role: script.bit() for role in roles}
            self.everybody.append(Somebody(there, id, many, held))
        if named:
            ids = [text(each.id) for each in self.everybody]
            if len(ids) > 1:
                script.demand(f"(distinct {' '.join(ids)})")
            self.forbid_ids()

    def forbid_ids(self) -> None:
        """Let nobody go by a text that is no id."""
        for each in self.everybody:
            if isinstance(each.id, str):
                for never in self.coder.no_ids():
                    self.script.demand(not_(eq(each.id, never)))

    def given(self, id: str, roles: Iterable[str], every: Collection[str]) -> Somebody:
        """A contact who is there already."""
        held = set(roles)
        known = {role: TRUE if role in held else FALSE for role in every}
        somebody = Somebody(TRUE, self.coder.code(id), 1, known, id)
        self.everybody.append(somebody)
        return somebody

    def holds(self, who: Somebody, role: str) -> Bit:
        """Whether somebody is there and holds a role."""
        if role == ANY_ROLE:
            return and_(who.there, or_(*who.roles.values()))
        return and_(who.there, who.roles.get(role, FALSE))

    def plays(self, who: Somebody, roles: Iterable[str], about: Somebody | None = None) -> Bit:
        """Whether somebody holds one of some roles, or speaks for himself where that is one."""
        own = TRUE if SELF in roles and who is about else FALSE
        return and_(who.there, or_(own, *(who.roles.get(role, FALSE) for role in roles)))

    def heard(self, who: Somebody) -> Bit:
        """Whether somebody was heard first-hand."""
        if who.heard is None:
            who.heard = self.script.bit()
        return who.heard

    def count(self, counts: Sequence[Bit]) -> Number:
        """How many contacts there are of whom something is so; the bits are in order."""
        return total(
            ite(bit, who.number, 0) for who, bit in zip(self.everybody, counts, strict=True)
        )

    def attribute(self, who: Somebody, name: str) -> Possible:
        """What is on somebody's card."""
        found = who.attributes.get(name)
        if found is None:
            found = who.attributes[name] = self._attribute(name)
        return found

    def _attribute(self, name: str) -> Possible:
        type_, choices = ATTRIBUTES[name]
        set_ = TRUE if name == _ALWAYS_SET else self.script.bit()
        if name == "contact.rating":
            rating = self.script.number(*_RATINGS)
            unit = self.coder.unit(ValueType.NUMBER)
            return Possible(set_, self.script.number_of(total([rating], unit)))
        return Possible(set_, self.coder.any_value(self.script, type_, choices))
