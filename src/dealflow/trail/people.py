"""What can happen with people: they come onto the map, are met, and take words back."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
from typing import ClassVar

from attrs import frozen

from dealflow.evidence import Contact, Interaction
from dealflow.record import Record

__all__ = ["ContactAdded", "ContactChanged", "Met", "Withdrawn"]


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
class Met(Record):
    """We met, called or wrote to people of the customer's.

    Attributes:
        interaction: the call, meeting, mail or visit.
    """

    KIND: ClassVar[str] = "met"
    interaction: Interaction


@frozen(repr=False)
class Withdrawn(Record):
    """A statement was taken back.

    Attributes:
        statement: the sequence number of its entry.
        reason: why.
    """

    KIND: ClassVar[str] = "withdrawn"
    statement: int
    reason: str
