"""The records of who said what: contacts, interactions, statements."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from attrs import frozen

from dealflow.values import Value

__all__ = [
    "Contact",
    "ContactKind",
    "Influence",
    "Interaction",
    "InteractionKind",
    "ResponseMode",
    "SourceKind",
    "Statement",
]


ContactKind: TypeAlias = Literal["person", "committee", "third_party"]


Influence: TypeAlias = Literal["high", "medium", "low"]


InteractionKind: TypeAlias = Literal["call", "meeting", "mail", "visit"]


ResponseMode: TypeAlias = Literal["growth", "trouble", "even_keel", "overconfident"]


SourceKind: TypeAlias = Literal["contact", "document", "observation"]


@frozen
class Contact:
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
    """

    id: str
    name: str
    title: str = ""
    kind: ContactKind = "person"
    roles: tuple[str, ...] = ()
    influence: Influence | None = None
    response_mode: ResponseMode | None = None
    rating: int | None = None


@frozen
class Interaction:
    """A call, meeting, mail or visit in which statements are made.

    Attributes:
        id: unique in the deal.
        kind: of which kind it was.
        channel: by which means, e.g. a telephone number or a room.
        participants: the ids of the contacts who took part.
        held_at: when, in UTC.
        two_way: whether both sides spoke; an unanswered mail is not.
    """

    id: str
    kind: InteractionKind
    channel: str
    participants: tuple[str, ...]
    held_at: datetime
    two_way: bool


@frozen(eq=False)
class Statement:
    """Something that somebody said, wrote or that our rep saw.

    Attributes:
        id: the sequence number of its entry in the trail.
        fact: the id of the fact it is about.
        about: the contact it is about, for facts of contacts.
        value: what it says the fact is.
        source_kind: a contact, a document or our rep's own observation.
        source: the id of the contact, the name of the document, or our rep.
        said_at: when it was said, in UTC.
        recorded_at: when it was put on record, in UTC.
        by: who of us put it on record.
        quote: the words.
        first_hand: heard from the source himself, and not told on by somebody else.
        via: who told it on.
        interaction: the interaction in which it was made.
    """

    id: int
    fact: str
    about: str | None
    value: Value
    source_kind: SourceKind
    source: str
    said_at: datetime
    recorded_at: datetime
    by: str
    quote: str = ""
    first_hand: bool = True
    via: str | None = None
    interaction: str | None = None
