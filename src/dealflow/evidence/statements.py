"""The records of who said what: contacts, interactions, statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, get_args

from attrs import field, fields, frozen

from dealflow.record import Record
from dealflow.values import Value

__all__ = [
    "FACT_VALUE",
    "Contact",
    "ContactKind",
    "Influence",
    "Interaction",
    "InteractionKind",
    "Level",
    "ResponseMode",
    "Said",
    "Side",
    "SourceKind",
    "Statement",
    "next_id",
]


ContactKind: TypeAlias = Literal["person", "committee", "third_party"]


Influence: TypeAlias = Literal["high", "medium", "low"]


InteractionKind: TypeAlias = Literal["call", "meeting", "mail", "visit"]


Level: TypeAlias = Literal["executive", "manager", "staff"]


ResponseMode: TypeAlias = Literal["growth", "trouble", "even_keel", "overconfident"]


FACT_VALUE: Final = "fact value"
"""Marks, in ``Annotated``, a field that takes true, false, a text or a list of texts."""


Side: TypeAlias = Literal["us", "them", "both"]


SourceKind: TypeAlias = Literal["contact", "document", "observation"]


@frozen(repr=False)
class Contact(Record):
    """Somebody at the customer, or a third party with a part in the deal (METHOD, section 2).

    Attributes:
        id: unique in the deal.
        name: as written on a card.
        title: the job title, which is not a role.
        kind: a person, a committee or a third party.
        roles: the ids of the buying roles held in this deal.
        influence: the degree of influence on the decision.
        response_mode: how the contact responds to a proposal for change.
        rating: how the contact stands to us, -5 (against) to 5 (for).
        department: where in the customer's house.
        level: at which level there.
        left: the day on which the contact leaves, or changes jobs: from then on without a role.
    """

    id: str
    name: str
    title: str = ""
    kind: ContactKind = "person"
    roles: tuple[str, ...] = ()
    influence: Influence | None = None
    response_mode: ResponseMode | None = None
    rating: int | None = None
    department: str = ""
    level: Level | None = None
    left: date | None = None


@frozen(repr=False)
class Interaction(Record):
    """A call, meeting, mail or visit in which statements are made.

    Attributes:
        id: unique in the deal.
        kind: of which kind it was.
        participants: the ids of the contacts who took part.
        held_at: when, in UTC.
        channel: by which means, e.g. a telephone number or a room.
        spoke: which side spoke: an unanswered mail of ours is ``us``, a customer's own ``them``.
    """

    id: str
    kind: InteractionKind
    participants: tuple[str, ...]
    held_at: datetime
    channel: str = ""
    spoke: Side = "both"


def next_id(known: Collection[str], kind: object) -> str:
    """The id of the next interaction, where it is given none, as in ``call-3``."""
    # What is no kind is a problem of its own. The caller may have used such an id himself.
    name = kind if kind in get_args(InteractionKind) else "talk"
    number = len(known) + 1
    while f"{name}-{number}" in known:
        number += 1
    return f"{name}-{number}"


@frozen(repr=False, slots=False)
class Said(Record):
    """A statement was made: somebody said, wrote or saw something.

    Attributes:
        fact: the id of the fact it is about.
        value: true or false, a text, or a list of texts; see ``values.textual``.
        source_kind: a contact, a document or our rep's own observation.
        source: the id of the contact, the name of the document, or our rep.
        said_at: when it was said, in UTC.
        quote: the words.
        about: the contact it is about, for facts of contacts.
        first_hand: heard from the source himself, and not told on by somebody else.
        via: who told it on.
        interaction: the interaction in which it was made.
    """

    KIND: ClassVar[str] = "said"
    fact: str
    value: Annotated[Any, FACT_VALUE]
    source_kind: SourceKind
    source: str
    said_at: datetime
    quote: str = ""
    about: str | None = None
    first_hand: bool = True
    via: str | None = None
    interaction: str | None = None

    @property
    def teller(self) -> str | None:
        """The contact from whom we have it: who said it to us, or told it on; else nobody."""
        if self.source_kind != "contact":
            return None
        # Of somebody's words that we only have from others, it need not be known from whom.
        return self.via or (self.source if self.first_hand else None)


@frozen(repr=False, eq=False, slots=False)
class Statement(Said):
    """What was said, on record in a deal.

    Attributes:
        id: the sequence number of its entry in the trail.
        value: what it says the fact is.
        recorded_at: when it was put on record, in UTC.
        by: who of us put it on record.
    """

    # Each by itself: said of the class, older attrs would take it for what is inherited as well.
    id: int = field(kw_only=True)
    value: Value = field(kw_only=True)
    recorded_at: datetime = field(kw_only=True)
    by: str = field(kw_only=True)

    @classmethod
    def of(cls, said: Said, *, id: int, value: Value, recorded_at: datetime, by: str) -> Statement:
        """The statement that an entry makes."""
        return cls(*_SHARED(said), id=id, value=value, recorded_at=recorded_at, by=by)

    # Two of the same words are two. By the event's comparison they would be one, whatever their
    # ids, their values and their times.
    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return object.__hash__(self)


_SHARED = attrgetter(*(each.name for each in fields(Said) if each.name != "value"))
