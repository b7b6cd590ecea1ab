"""What can happen with people: they come onto the map, are met, and take words back."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from dealflow.evidence import Contact, Interaction
from dealflow.record import Record

__all__ = [
    "Confirmed",
    "ContactAdded",
    "ContactChanged",
    "ContactsMerged",
    "MergeUndone",
    "Met",
    "Withdrawn",
]


@frozen(repr=False)
class _OnTheMap(Record):
    """Somebody is on the map like this.

    Attributes:
        contact: the whole record (METHOD, section 2).
    """

    contact: Contact


class ContactAdded(_OnTheMap):
    """A contact came into the deal."""

    __slots__ = ()
    KIND: ClassVar[str] = "contact_added"


class ContactChanged(_OnTheMap):
    """A contact changed; the record replaces the former one."""

    __slots__ = ()
    KIND: ClassVar[str] = "contact_changed"


@frozen(repr=False)
class ContactsMerged(Record):
    """Two records were found to be of one person.

    The person holds the roles of both, and is one source.

    Attributes:
        contact: the id of the one.
        into: the id of the other, by which the person goes from now on.
        reason: why.
    """

    KIND: ClassVar[str] = "contacts_merged"
    contact: str
    into: str
    reason: str


@frozen(repr=False)
class MergeUndone(Record):
    """Two records are not of one person after all.

    Attributes:
        contact: the id of the one that went by another.
        reason: why.
    """

    KIND: ClassVar[str] = "merge_undone"
    contact: str
    reason: str


@frozen(repr=False)
class Confirmed(Record):
    """Somebody said once more what he had said before: still so, all of it.

    Attributes:
        contact: who.
        facts: the ids of the facts; each is said anew as he said it last first-hand.
        said_at: when, in UTC.
        quote: the words.
        interaction: the interaction in which it was said.
    """

    KIND: ClassVar[str] = "confirmed"
    contact: str
    facts: tuple[str, ...]
    said_at: datetime
    quote: str = ""
    interaction: str | None = None


@frozen(repr=False)
class Met(Record):
    """We met, called or wrote to people of the customer's.

    Attributes:
        interaction: the call, meeting, mail or visit.
    """

    KIND: ClassVar[str] = "met"
    interaction: Interaction


@frozen(repr=False)
class Withdrawn(Record):
    """A statement was taken back, or all that somebody confirmed in one go.

    Attributes:
        statement: the sequence number of its entry.
        reason: why.
    """

    KIND: ClassVar[str] = "withdrawn"
    statement: int
    reason: str
