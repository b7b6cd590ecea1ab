"""What can happen to a deal: one frozen class per kind, and the strict JSON form of each."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
import json
import reprlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, get_args

from attrs import field, frozen

from dealflow.evidence import Contact, Interaction, Said
from dealflow.exceptions import TrailError
from dealflow.record import Record
from dealflow.trail.forms import Form, Words
from dealflow.typing import JSON
from dealflow.values import OUTCOMES, Alternative, Money, Truth, Verdict

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
    "TimeCorrected",
    "Waived",
    "WalkedAway",
    "Withdrawn",
    "decode",
    "encode",
    "faults",
    "write",
    "write_record",
]

VerdictWord: TypeAlias = Annotated[str, Words(tuple(verdict.value for verdict in Verdict))]
TruthWord: TypeAlias = Annotated[str, Words(tuple(truth.value for truth in Truth))]
OutcomeWord: TypeAlias = Annotated[str, Words(OUTCOMES)]


# slots=False: quicker to make, and every attempt makes many.
@frozen(repr=False, slots=False)
class GuardRecord(Record):
    """What a guard gave when a move was judged.

    Attributes:
        truth: ``unknown``, ``true``, ``false`` or ``conflicted``.
        needed: whether the move needed it.
        yes: the statements (sequence numbers) that spoke for it.
        no: the statements that spoke against it.
        missing: what was missing, e.g. ``never_asked:budget.amount``.
        waived: the sequence number of the waiver that set it aside.
        written: its JSON text, once it was written.

    In JSON a field with its default is left out: most guards hold, and trails stay short.
    """

    truth: TruthWord
    needed: bool = True
    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    waived: int | None = None
    written: list[str] = field(factory=list, init=False, eq=False, repr=False)


Guards: TypeAlias = Mapping[str, GuardRecord]


@frozen(repr=False)
class Opened(Record):
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

    KIND: ClassVar[str] = "opened"
    deal: str
    account: str
    title: str
    amount: Money | None
    playbook: str
    playbook_version: str
    fingerprint: str
    step: str


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
class AmountChanged(Record):
    """The price changed.

    Attributes:
        amount: the new price.
        reason: why.
    """

    KIND: ClassVar[str] = "amount_changed"
    amount: Money
    reason: str


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


@frozen(repr=False)
class Waived(Record):
    """A named person with authority set a guard aside.

    Attributes:
        guard: the guard's id.
        authority: the name of the person.
        reason: why.
        until: the instant at which the waiver ends; ``None`` is never.
    """

    KIND: ClassVar[str] = "waived"
    guard: str
    authority: str
    reason: str
    until: datetime | None = None


@frozen(repr=False)
class _Attempt(Record):
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


class Moved(_Attempt):
    """The deal moved forward."""

    __slots__ = ()
    KIND: ClassVar[str] = "moved"


class Refused(_Attempt):
    """A move was tried and did not pass; the deal is where it was."""

    __slots__ = ()
    KIND: ClassVar[str] = "refused"


@frozen(repr=False)
class SteppedBack(Record):
    """The deal went back to an earlier step.

    Attributes:
        from_step: the step left.
        to_step: the step gone back to.
        reason: why.
        cause: the rep's own choice, or a rejected trial close (METHOD, section 1, step 5).
        guards: the guards that failed, after a rejection.
    """

    KIND: ClassVar[str] = "stepped_back"
    from_step: str
    to_step: str
    reason: str
    cause: Literal["rep", "rejected"] = "rep"
    guards: Guards = field(factory=dict[str, GuardRecord])


@frozen(repr=False)
class WalkedAway(Record):
    """We ended the deal (METHOD, section 3).

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        verdict: the verdict of the assessment.
        guards: every guard that was judged.
    """

    KIND: ClassVar[str] = "walked_away"
    from_step: str
    reason: str
    verdict: VerdictWord
    guards: Guards


@frozen(repr=False)
class Lost(Record):
    """The customer ended the deal.

    Attributes:
        from_step: the step at which it ended.
        reason: why.
        to: the winning alternative: a rival, the customer's own people, or doing nothing.
        rival: the rival's name, when known; else empty.
    """

    KIND: ClassVar[str] = "lost"
    from_step: str
    reason: str
    to: Alternative
    rival: str = ""


@frozen(repr=False)
class Reopened(Record):
    """An ended deal was taken up again.

    Attributes:
        to_step: the step at which it goes on.
        from_outcome: how it had ended.
        reason: why.
    """

    KIND: ClassVar[str] = "reopened"
    to_step: str
    from_outcome: OutcomeWord
    reason: str


@frozen(repr=False)
class TimeCorrected(Record):
    """A clock was wrong: some entries were recorded at another time than they say.

    What the entries say stays as it is. The deal takes the times as corrected, and with them every
    time that was taken from one of them.

    Attributes:
        entry: the first entry whose time was wrong.
        last: the last one.
        true_at: when the first one was recorded in truth; the others are shifted by as much.
        reason: why.
    """

    KIND: ClassVar[str] = "time_corrected"
    entry: int
    last: int
    true_at: datetime
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
    | TimeCorrected
)
"""Any event."""

KINDS: Final[Mapping[str, type[Event]]] = MappingProxyType({e.KIND: e for e in get_args(Event)})
"""The class of every kind of event, by the kind's name in the trail."""


@cache
def _form(kind: str) -> Form:
    return Form(KINDS[kind])


def write(event: Event) -> str:
    """The canonical JSON text of an event.

    Raises:
        TrailError: no event, or fields hold values of wrong types; it names every such field.
    """
    kind: str = getattr(event, "KIND", "")
    if KINDS.get(kind) is not event.__class__:
        raise TrailError(f"{reprlib.repr(event)} is no event")
    form = _form(kind)
    try:
        return form.write(event)
    except ValueError:
        raise TrailError("; ".join(form.problems(event, kind))) from None


@cache
def _form_of_records() -> Form:
    return Form(GuardRecord)


def write_record(record: GuardRecord) -> None:
    """Write what a guard gave, before it is taken into any event."""
    _form_of_records().write(record)


def encode(event: Event) -> dict[str, JSON]:
    """Take an event apart into JSON data; fields with their default are left out.

    Raises:
        TrailError: as :func:`write` does.
    """
    data: dict[str, JSON] = json.loads(write(event))
    return data


def decode(kind: str, data: object) -> tuple[Event, str]:
    """Read an event of one of the :data:`KINDS` from JSON data.

    Nothing is coerced: an int is no text, and ``"no"`` is not ``True``.

    Returns:
        The event, and its canonical text, which the data may differ from in nothing but its form.

    Raises:
        TrailError: naming every unknown or missing key, and every value of a wrong type.
    """
    try:
        form = _form(kind)
    except (KeyError, TypeError):
        raise TrailError(f"{reprlib.repr(kind)} is no kind of event") from None
    return form.read(data, kind)


def faults(kind: str, data: object) -> str:
    """Everything in JSON data of a kind of event that is not in its one form, with its place."""
    return _form(kind).faults(data, kind)
