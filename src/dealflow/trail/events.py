"""What can happen to a deal: one frozen class per kind, and the strict JSON form of each."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
import reprlib
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, get_args

from attrs import frozen

from dealflow.evidence import ContactKind, Influence, InteractionKind, ResponseMode, SourceKind
from dealflow.exceptions import TrailError
from dealflow.trail.forms import FACT_VALUE, Form, Words
from dealflow.typing import JSON
from dealflow.values import Money

__all__ = [
    "KINDS",
    "AmountChanged",
    "ContactAdded",
    "ContactChanged",
    "Event",
    "GuardRecord",
    "Lost",
    "Met",
    "Moved",
    "Opened",
    "Refused",
    "Reopened",
    "Said",
    "SteppedBack",
    "Waived",
    "WalkedAway",
    "Withdrawn",
    "decode",
    "encode",
]

VerdictWord: TypeAlias = Annotated[str, Words(("walk_away", "reconcile", "ask", "work", "ready"))]
TruthWord: TypeAlias = Annotated[str, Words(("unknown", "true", "false", "conflicted"))]
OutcomeWord: TypeAlias = Annotated[str, Words(("fulfilled", "walked_away", "lost"))]


@frozen
class GuardRecord:
    """What a guard gave when a move was judged.

    Attributes:
        truth: ``unknown``, ``true``, ``false`` or ``conflicted``.
        needed: whether the move needed it.
        yes: the statements (sequence numbers) that spoke for it.
        no: the statements that spoke against it.
        missing: what was missing, e.g. ``never_asked:budget.amount``.
        waived: the sequence number of the waiver that set it aside.

    In JSON a field with its default is left out: most guards hold, and trails stay short.
    """

    truth: TruthWord
    needed: bool = True
    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    waived: int | None = None


Guards: TypeAlias = Mapping[str, GuardRecord]


@frozen
class Opened:
    """The deal was opened; the first entry of every trail, and of no other place.

    Attributes:
        deal: the deal's id.
        account: the customer.
        title: what the deal is about.
        amount: the price, when there is one already.
        playbook: the id of the playbook that the deal follows.
        playbook_version: its version.
        fingerprint: its fingerprint.
        step: the step at which the deal starts.
    """

    kind: ClassVar[str] = "opened"
    deal: str
    account: str
    title: str
    amount: Money | None
    playbook: str
    playbook_version: str
    fingerprint: str
    step: str


@frozen
class _ContactRecord:
    """A contact's whole record (METHOD, section 2).

    Attributes:
        contact: the contact's id.
        name: as written on a card.
        title: the job title.
        contact_kind: a person, a committee or a third party.
        roles: the ids of the buying roles held in this deal.
        influence: the degree of influence on the decision.
        response_mode: how the contact responds to a proposal for change.
        rating: how the contact stands to us, -5 to 5.
    """

    contact: str
    name: str
    title: str
    contact_kind: ContactKind
    roles: tuple[str, ...]
    influence: Influence | None
    response_mode: ResponseMode | None
    rating: int | None


@frozen
class ContactAdded(_ContactRecord):
    """A contact came into the deal."""

    kind: ClassVar[str] = "contact_added"


@frozen
class ContactChanged(_ContactRecord):
    """A contact changed; the record replaces the former one."""

    kind: ClassVar[str] = "contact_changed"


@frozen
class AmountChanged:
    """The price changed.

    Attributes:
        amount: the new price.
        reason: why.
    """

    kind: ClassVar[str] = "amount_changed"
    amount: Money
    reason: str


@frozen
class Met:
    """We met, called or wrote to people of the customer's.

    Attributes:
        interaction: its id.
        interaction_kind: a call, meeting, mail or visit.
        channel: by which means, e.g. a telephone number or a room.
        participants: the ids of the contacts who took part.
        held_at: when.
        two_way: whether both sides spoke; an unanswered mail is not.
    """

    kind: ClassVar[str] = "met"
    interaction: str
    interaction_kind: InteractionKind
    channel: str
    participants: tuple[str, ...]
    held_at: datetime
    two_way: bool


@frozen
class Said:
    """A statement was made: somebody said, wrote or saw something.

    Attributes:
        fact: the fact it is about.
        about: the contact it is about, for facts of contacts.
        value: true or false, a text, or a list of texts; see ``values.textual``.
        source_kind: a contact, a document or our rep's own observation.
        source: the contact's id, the document's name, or our rep.
        said_at: when it was said.
        quote: the words.
        first_hand: heard from the source himself, and not told on.
        via: who told it on.
        interaction: the interaction in which it was made.
    """

    kind: ClassVar[str] = "said"
    fact: str
    about: str | None
    value: Annotated[JSON, FACT_VALUE]
    source_kind: SourceKind
    source: str
    said_at: datetime
    quote: str
    first_hand: bool
    via: str | None
    interaction: str | None


@frozen
class Withdrawn:
    """A statement was taken back.

    Attributes:
        statement: the sequence number of its entry.
        reason: why.
    """

    kind: ClassVar[str] = "withdrawn"
    statement: int
    reason: str


@frozen
class Waived:
    """A named person with authority set a guard aside.

    Attributes:
        guard: the guard's id.
        authority: the name of the person.
        reason: why.
        until: the instant at which the waiver ends; ``None`` is never.
    """

    kind: ClassVar[str] = "waived"
    guard: str
    authority: str
    reason: str
    until: datetime | None


@frozen
class _Attempt:
    """A forward move was tried.

    Attributes:
        move: the id of the move.
        from_step: the step to leave.
        to_step: the step to enter, or ``fulfilled``.
        verdict: the verdict of the assessment.
        guards: every guard that was judged.
    """

    move: str
    from_step: str
    to_step: str
    verdict: VerdictWord
    guards: Guards


@frozen
class Moved(_Attempt):
    """The deal moved forward."""

    kind: ClassVar[str] = "moved"


@frozen
class Refused(_Attempt):
    """A move was tried and did not pass; the deal is where it was."""

    kind: ClassVar[str] = "refused"


@frozen
class SteppedBack:
    """The deal went back to an earlier step.

    Attributes:
        from_step: the step left.
        to_step: the step gone back to.
        reason: why.
        cause: the rep's own choice, or a rejected trial close (METHOD, section 1, step 5).
        guards: the guards that failed, after a rejection.
    """

    kind: ClassVar[str] = "stepped_back"
    from_step: str
    to_step: str
    reason: str
    cause: Literal["rep", "rejected"]
    guards: Guards


@frozen
class WalkedAway:
    """We ended the deal (METHOD, section 3).

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        verdict: the verdict of the assessment.
        guards: every guard that was judged.
    """

    kind: ClassVar[str] = "walked_away"
    from_step: str
    reason: str
    verdict: VerdictWord
    guards: Guards


@frozen
class Lost:
    """The customer ended the deal.

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        to: the winning alternative: a rival, the customer's own people, or doing nothing.
        rival: the rival's name, when known; else empty.
    """

    kind: ClassVar[str] = "lost"
    from_step: str
    reason: str
    to: Literal["rival", "in_house", "nothing"]
    rival: str


@frozen
class Reopened:
    """An ended deal was taken up again.

    Attributes:
        to_step: the step at which it goes on.
        from_outcome: how it had ended.
        reason: why.
    """

    kind: ClassVar[str] = "reopened"
    to_step: str
    from_outcome: OutcomeWord
    reason: str


Event: TypeAlias = (
    Opened
    | ContactAdded
    | ContactChanged
    | AmountChanged
    | Met
    | Said
    | Withdrawn
    | Waived
    | Moved
    | Refused
    | SteppedBack
    | WalkedAway
    | Lost
    | Reopened
)
"""Any event."""

KINDS: Final[Mapping[str, type[Event]]] = MappingProxyType({e.kind: e for e in get_args(Event)})
"""The class of every kind of event, by the kind's name in the trail."""


class _Forms(dict[object, Form]):
    """By kind and by class, made when first asked for: all at once would slow down the import."""

    def __missing__(self, key: object) -> Form:
        for kind, type_ in KINDS.items():
            if key in {kind, type_}:
                return self.setdefault(key, Form(type_, kind))
        raise KeyError(key)


_FORMS: Final = _Forms()


def encode(event: Event) -> dict[str, JSON]:
    """Take an event apart into JSON data, one key per field.

    Raises:
        TrailError: no event, or fields hold values of wrong types; it names every such field.
    """
    try:
        form = _FORMS[event.__class__]
    except KeyError:
        raise TrailError(f"{reprlib.repr(event)} is no event") from None
    return form.write(event)


def decode(kind: str, data: object) -> Event:
    """Read an event of one of the :data:`KINDS` from JSON data, as :func:`encode` gives it.

    Nothing is coerced: an int is no text, and ``"no"`` is not ``True``.

    Raises:
        TrailError: naming every unknown or missing key, and every value of a wrong type.
    """
    try:
        form = _FORMS[kind]
    except (KeyError, TypeError):
        raise TrailError(f"{reprlib.repr(kind)} is no kind of event") from None
    event: Event = form.read(data)
    return event
