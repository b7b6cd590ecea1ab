"""What a deal script is once it is read: its opening, its people, and its lines in time order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from attrs import field, frozen

from dealflow.assessment import Verdict
from dealflow.evidence import InteractionKind, LeadSource, Side, SourceKind, Text
from dealflow.evidence import Line as ProductLine
from dealflow.forms import Filled, Id, words
from dealflow.message import message
from dealflow.playbook import OUTCOMES, Playbook
from dealflow.values import Money, Value

__all__ = [
    "Action",
    "Answer",
    "Confirm",
    "Expect",
    "Go",
    "Introduce",
    "Line",
    "Meet",
    "Opening",
    "Recard",
    "Reprice",
    "Say",
    "Script",
    "TakeBack",
    "Waive",
]

Verb: TypeAlias = Literal[
    "advance", "fulfil", "step_back", "return_to_gap", "walk_away", "lose", "reopen"
]


@frozen
class Meet:
    """We met, called or wrote.

    Attributes:
        kind: call, meeting, mail or visit.
        people: the ids of the contacts who took part (``with`` in files).
        channel: by which means.
        id: the interaction's id; ``None`` lets the deal number it.
        held_at: when, if not at the line's time.
        spoke: which side spoke: us, them or both.
    """

    kind: InteractionKind
    people: tuple[Filled, ...]
    channel: str = ""
    id: Id | None = None
    held_at: datetime | None = None
    spoke: Side = "both"


@frozen
class Say:
    """Somebody speaks, a document says something, or our rep sees something.

    Attributes:
        source_kind: ``contact``, ``document`` or ``observation``.
        source: the contact's id, the document's name, or our rep.
        quote: the words, verbatim.
        facts: what they establish, by fact: one statement each, with the same quote.
        asks: the words in which our rep had asked, for the reader only.
        about: the contact whom the facts of contacts are about; else the speaker.
        via: the contact who told it on.
        first_hand: whether it was heard from the source himself; ``None`` unless told on.
        said_at: when it was said, if not at the line's time.
        interaction: the interaction in which it was said.
    """

    source_kind: SourceKind
    source: Filled
    quote: str
    facts: Mapping[str, Value]
    asks: str = ""
    about: Filled | None = None
    via: Filled | None = None
    first_hand: bool | None = None
    said_at: datetime | None = None
    interaction: Filled | None = None


@frozen
class Confirm:
    """Somebody stands by what he said himself: still so, all of it.

    Attributes:
        source: the contact's id.
        facts: the facts (``confirms`` in files).
        quote: the words, verbatim.
        asks: the words in which our rep had asked, for the reader only.
        said_at: when it was said, if not at the line's time.
        interaction: the interaction in which it was said.
    """

    source: Filled
    facts: tuple[Filled, ...]
    quote: str = ""
    asks: str = ""
    said_at: datetime | None = None
    interaction: Filled | None = None


@frozen
class Introduce:
    """A contact comes into the deal, or changes when known already.

    Attributes:
        id: the contact's id.
        fields: the given ones of ``name``, ``title``, ``kind``, ``roles``, ``influence``,
            ``response_mode``, ``rating``, ``department``, ``level`` and ``left``.
        known: whether the contact was known before this line.
    """

    id: str
    fields: Mapping[str, Any]
    known: bool = False


@frozen
class Reprice:
    """The price changes.

    Attributes:
        amount: the new one.
        reason: why.
    """

    amount: Money
    reason: Filled


@frozen
class Recard:
    """Our own record of the deal changes.

    Attributes:
        fields: the given ones of ``owner``, ``source``, ``source_name``, ``market``, ``lines`` and
            ``expected_close``.
        reason: why.
    """

    fields: Mapping[str, Any]
    reason: str = ""


@frozen
class TakeBack:
    """A source's latest standing statement of a fact is withdrawn.

    Attributes:
        source_kind: ``contact`` or ``document``.
        source: the contact's id or the document's name.
        fact: the fact.
        about: the contact whom the statement is about.
        reason: why.
    """

    source_kind: SourceKind
    source: str
    fact: str
    about: str | None
    reason: str


@frozen
class Waive:
    """A named person sets a guard aside.

    Attributes:
        guard: the guard's id.
        authority: the person's name.
        reason: why.
        until: when the waiver ends; ``None`` is never.
    """

    guard: Filled
    authority: Filled
    reason: Filled
    until: datetime | None = None


@frozen
class Go:
    """A move is tried.

    Attributes:
        verb: which one.
        to: the step to go to; for ``lose`` the winning alternative.
        reason: why; empty for ``advance`` and ``fulfil``.
        rival: the name of the rival to whom the deal was lost.
    """

    verb: Verb
    to: Filled | None = None
    reason: str = ""
    rival: str = ""


@frozen
class Answer:
    """The customer answers the trial close.

    Attributes:
        answer: one of the playbook's answers.
        source: the contact who answers.
        quote: the words, verbatim.
        asks: the words in which our rep had asked, for the reader only.
        via: the contact who told it on.
        first_hand: as for :class:`Say`.
        said_at: when it was said, if not at the line's time.
        interaction: the interaction in which it was said.
        gap: of a rejection, where the customer sees the gap.
        reason: of a rejection, why.
    """

    answer: Filled
    source: Filled
    quote: str = ""
    asks: str = ""
    via: Filled | None = None
    first_hand: bool | None = None
    said_at: datetime | None = None
    interaction: Filled | None = None
    gap: Filled | None = None
    reason: str = ""


Action: TypeAlias = (
    Meet | Say | Confirm | Introduce | Reprice | Recard | TakeBack | Waive | Go | Answer
)
"""What happens in a line."""


def _set(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


@frozen
class Expect:
    """What must be so after a line; ``None`` is not looked at.

    Attributes:
        step: the deal's step.
        outcome: the deal's outcome, or ``open``.
        verdict: the verdict.
        refused: the guards that block the line's move, all of them; ``None``: it is not refused.
    """

    step: Filled | None = None
    outcome: Annotated[str, words("open", *OUTCOMES)] | None = None
    verdict: Verdict | None = None
    refused: frozenset[str] | None = field(default=None, converter=_set)


@frozen
class Line:
    """One line of a script.

    Attributes:
        number: its position in ``lines``, from 0.
        at: when, with the offset from UTC in which it was written.
        by: who of us acts or records.
        action: what happens.
        comment: a coach's note in the margin.
        expect: what must be so afterwards.
        row: the line of the file at which it starts, when known.
    """

    number: int
    at: datetime
    by: str
    action: Action
    comment: Text | None = None
    expect: Expect | None = None
    row: int | None = None

    @property
    def place(self) -> str:
        """Where it stands in the file, e.g. ``lines[3], line 57``."""
        place = f"lines[{self.number}]"
        return message("{place}, line {line}", place=place, line=self.row) if self.row else place


@frozen
class Opening:
    """How the deal is opened.

    Attributes:
        id: the deal's id.
        account: the customer.
        by: who of us opens it, and acts where a line names nobody.
        at: when.
        amount: the price, when there is one already.
        title: what the deal is about.
        owner: who owns it; else whoever opens it.
        source: where it came from.
        source_name: which activity, who referred, or which forecast.
        market: the market or segment.
        lines: the products with their amounts.
        expected_close: the day on which it is expected to close.
    """

    id: Id
    account: Filled
    by: Filled
    at: datetime
    amount: Money | None = None
    title: str = ""
    owner: Filled | None = None
    source: LeadSource | None = None
    source_name: str = ""
    market: str = ""
    lines: tuple[ProductLine, ...] = ()
    expected_close: date | None = None


@frozen
class Script:
    """A deal script: a deal told line by line.

    Attributes:
        name: what the file is called.
        playbook: the playbook that it names.
        title: its title.
        story: what it tells, in one to three sentences.
        opening: how the deal is opened.
        people: the contacts known from the start.
        lines: what happens, in time order.
    """

    name: str
    playbook: Playbook
    title: Text
    story: Text
    opening: Opening
    people: tuple[Introduce, ...]
    lines: tuple[Line, ...]
