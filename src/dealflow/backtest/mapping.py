"""Mappings of backtests: what a column's values say about a deal, and how well.

Each link leads from a column to a fact: a value is what somebody
said, or it means that nobody knows, which makes no statement at all and is never a "no".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from dealflow.evidence import SourceKind, Text
from dealflow.playbook import Playbook
from dealflow.values import Money, Value, from_json

__all__ = [
    "Cell",
    "ColumnMapping",
    "DealSource",
    "FileShape",
    "Link",
    "OutcomeColumn",
    "Person",
    "RolesFrom",
    "Silence",
    "Strength",
]

Strength: TypeAlias = Literal["direct", "partial", "weak"]
"""How well a column speaks for a fact."""


class Silence(Enum):
    """Why a cell makes no statement. Neither is a "no"."""

    NOBODY_KNOWS = "nobody_knows"
    SAYS_NOTHING = "says_nothing"


@frozen
class Cell:
    """Taken from a column, row by row.

    Attributes:
        column: its name.
    """

    column: str


@frozen
class FileShape:
    """How the CSV file is written.

    Attributes:
        id: the column with the deal's id.
        delimiter: the character between two cells.
        encoding: of the text.
    """

    id: str
    delimiter: str = ","
    encoding: str = "utf-8-sig"


@frozen
class OutcomeColumn:
    """How a deal ended.

    Attributes:
        column: its name.
        won: the values of won deals.
        lost: the values of lost deals.
        ignore: the values of rows to leave out, such as open deals.
    """

    column: str
    won: tuple[str, ...]
    lost: tuple[str, ...]
    ignore: tuple[str, ...] = ()


@frozen
class DealSource:
    """The bare facts of every deal.

    Attributes:
        account: the customer.
        amount: the price.
        currency: the currency of amounts that are written without one.
        talks: the number of talks in which both sides spoke.
    """

    account: str | Cell | None = None
    amount: Money | Cell | None = None
    currency: str | None = None
    talks: int | Cell | None = None


@frozen
class RolesFrom:
    """The buying roles that a column's values give to a contact.

    Attributes:
        column: its name.
        strength: how well the column says it.
        note: why, one sentence.
        values: from the value to the ids of the roles; an empty list gives none.
    """

    column: str
    strength: Strength
    note: Text
    values: Mapping[str, tuple[str, ...]]


@frozen
class Person:
    """A contact whom every deal has.

    Attributes:
        id: as for :meth:`Deal.add_contact <dealflow.Deal.add_contact>`.
        name: the name.
        roles: the roles held in every deal.
        roles_from: the column that gives more.
    """

    id: str
    name: str
    roles: tuple[str, ...] = ()
    roles_from: RolesFrom | None = None


@frozen
class Link:
    """From a column to a fact.

    Attributes:
        column: the column's name.
        fact: the id of the fact.
        strength: how well the column speaks for the fact.
        note: why, one sentence.
        values: from the cell to the value stated.
        nobody_knows: the cells that mean that nobody knows.
        says_nothing: the cells that mean something, but nothing about this fact.
        cell: the cell itself is the value, in the fact's textual form.
        contact: the contact who is taken to have said it.
        document: or the document that is taken to say it.
        observation: or that our own rep is taken to have seen it.
        first_hand: whether the contact is taken to have said it to us.
        about: the contact it is about, for facts of contacts.
        age: how old the answer is when the deal is judged; ``None`` is the mapping's age.
    """

    column: str
    fact: str
    strength: Strength
    note: Text
    values: Mapping[str, Any] = field(factory=dict)
    nobody_knows: tuple[str, ...] = ()
    says_nothing: tuple[str, ...] = ()
    cell: bool = False
    contact: str | None = None
    document: str | None = None
    observation: bool = False
    first_hand: bool = True
    about: str | None = None
    age: timedelta | None = None

    @property
    def source(self) -> tuple[SourceKind, str]:
        """The kind of source and its name."""
        if self.contact is not None:
            return ("contact", self.contact)
        return ("document", self.document) if self.document is not None else ("observation", "us")


@frozen(slots=False)
class ColumnMapping:
    """How to read closed deals from a CSV file, and where to judge them.

    Attributes:
        playbook: the playbook under which they are judged.
        step: the step at which they are judged.
        at: the instant at which they are judged.
        file: how the file is written.
        outcome: how a deal ended.
        links: from columns to facts.
        contacts: the contacts whom every deal has.
        deal: the bare facts of every deal.
        age: how old answers are then.
        adjust_for: the column that rules are adjusted for; without it, the one of those that
            aren't mapped that goes most strongly with winning and losing.
    """

    playbook: Playbook
    step: str
    at: datetime | Cell
    file: FileShape
    outcome: OutcomeColumn
    links: tuple[Link, ...]
    contacts: tuple[Person, ...] = ()
    deal: DealSource = DealSource()
    age: timedelta = timedelta(0)
    adjust_for: str | None = None

    @cached_property
    def answers(self) -> tuple[Mapping[str, Value | Silence], ...]:
        """For each link, what each cell states, or why it states nothing."""
        made: list[Mapping[str, Value | Silence]] = []
        for link in self.links:
            known: dict[str, Value | Silence] = {
                **dict.fromkeys(link.nobody_knows, Silence.NOBODY_KNOWS),
                **dict.fromkeys(link.says_nothing, Silence.SAYS_NOTHING),
            }
            type_ = self.playbook.fact[link.fact].type
            for cell, raw in link.values.items():
                known[cell] = from_json(type_, raw)
            made.append(known)
        return tuple(made)

    @cached_property
    def roles(self) -> tuple[Mapping[str, tuple[str, ...]] | None, ...]:
        """For each contact, the roles that each cell gives; ``None`` when no column gives any."""
        return tuple(_roles_by_cell(person) for person in self.contacts)

    @property
    def columns(self) -> dict[str, str]:
        """The columns that are read, each with the place in the mapping that names it first."""
        found: dict[str, str] = {}
        for place, column in self.places():
            found.setdefault(column, place)
        return found

    @property
    def evidence(self) -> frozenset[str]:
        """The columns that make evidence."""
        return frozenset(
            c for place, c in self.places() if place.endswith(".column") and "[" in place
        )

    def places(self) -> Iterator[tuple[str, str]]:
        """Every place in the mapping that names a column, and the column."""
        yield "file.id", self.file.id
        yield "outcome.column", self.outcome.column
        for place, value in (
            ("at", self.at),
            ("deal.account", self.deal.account),
            ("deal.amount", self.deal.amount),
            ("deal.talks", self.deal.talks),
        ):
            if isinstance(value, Cell):
                yield place, value.column
        for i, person in enumerate(self.contacts):
            if person.roles_from is not None:
                yield f"contacts[{i}].roles_from.column", person.roles_from.column
        for i, link in enumerate(self.links):
            yield f"links[{i}].column", link.column
        if self.adjust_for is not None:
            yield "adjust_for", self.adjust_for


def _roles_by_cell(person: Person) -> Mapping[str, tuple[str, ...]] | None:
    source = person.roles_from
    if source is None:
        return None
    return {
        cell: tuple(dict.fromkeys((*person.roles, *roles))) for cell, roles in source.values.items()
    }
