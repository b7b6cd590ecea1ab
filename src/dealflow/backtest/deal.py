"""One closed deal as the mapping tells it: through the same checks, events and guards as live ones.

Only the trail is left out: a test shows that a deal led through the verbs is judged alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from attrs import frozen

from dealflow.assessment import Judgement, judge_step
from dealflow.backtest.mapping import ColumnMapping, Link, Silence
from dealflow.deal import intake
from dealflow.evidence import Card
from dealflow.exceptions import DealflowError, InputError, Problem
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.state import DealState, Snapshot, apply
from dealflow.trail import events
from dealflow.values import Money, Value

__all__ = [
    "BY",
    "MOST_TALKS",
    "NOBODY",
    "ClosedDeal",
    "JudgingKey",
    "blank",
    "build",
    "contact",
    "judge",
    "opened",
    "said",
]

BY = "backtest"
"""Who of us is said to act, in a deal that was read from a file."""

NOBODY = "not named"
"""The customer, where the mapping names none."""

MOST_TALKS = 1000

JudgingKey: TypeAlias = tuple[Any, ...]


@frozen
class ClosedDeal:
    """A row of the file, as the mapping reads it.

    Attributes:
        row: its number in the file; the header is row 1.
        id: the deal's id.
        won: whether it was won; ``None`` for a row to be left out.
        at: the instant at which it is judged.
        account: the customer.
        amount: the price.
        talks: the number of talks in which both sides spoke.
        roles: for each contact of the mapping, the roles held.
        said: for each link of the mapping, the value stated, or why none is.
        columns: the names of the file's columns.
        cells: all the cells, as they are in the file.
    """

    row: int
    id: str
    won: bool | None
    at: datetime
    account: str
    amount: Money | None
    talks: int
    roles: tuple[tuple[str, ...], ...]
    said: tuple[Value | Silence, ...]
    columns: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    @property
    def key(self) -> JudgingKey:
        """Everything that the judgement hangs on: deals with equal keys are judged alike."""
        return (self.at, self.account, self.amount, self.talks, self.roles, self.said)


def said(state: DealState, at: datetime, link: Link, value: object, age: timedelta) -> events.Said:
    """The statement that a link makes; raises EvidenceError as a deal's verbs do."""
    kind, source = link.source
    details: dict[str, Any] = {"said_at": at - (age if link.age is None else link.age)}
    # Only of a contact's words is there a question whether they were told on.
    if kind == "contact":
        details["first_hand"] = link.first_hand
    notes = intake.Notes(at)
    who = BY if kind == "observation" else source
    made = intake.said(state, notes, kind, who, link.fact, value, about=link.about, **details)
    return notes.checked(state, BY, made)


def build(playbook: Playbook, mapping: ColumnMapping, deal: ClosedDeal) -> Snapshot:
    """The deal at the step and the instant at which it is judged.

    Raises:
        EvidenceError: something in it cannot be recorded.
    """
    state = DealState(playbook)
    for seq, event in enumerate(_events(state, mapping, deal), 1):
        apply(state, seq, deal.at, BY, event)
    # Straight there, past guards that nobody judged: where a deal stood is what the data says, and
    # not how it came there.
    if mapping.step != state.step:
        state.enter(mapping.step, 0, deal.at)
    return Snapshot(state, deal.at)


def blank(mapping: ColumnMapping) -> ClosedDeal:
    """A deal of which nothing is known but what the mapping says of every deal."""
    deal = mapping.deal
    return ClosedDeal(
        row=0,
        id="",
        won=None,
        # Any instant will do, as long as every answer's time lies in range.
        at=mapping.at if isinstance(mapping.at, datetime) else datetime(2100, 1, 1, tzinfo=UTC),
        account=deal.account if isinstance(deal.account, str) else NOBODY,
        amount=deal.amount if isinstance(deal.amount, Money) else None,
        talks=deal.talks if isinstance(deal.talks, int) else 0,
        roles=tuple(person.roles for person in mapping.contacts),
        said=(Silence.NOBODY_KNOWS,) * len(mapping.links),
    )


def _events(state: DealState, mapping: ColumnMapping, deal: ClosedDeal) -> Iterator[events.Event]:
    """The events of the deal; each is made when those before it have been applied."""
    yield opened(state, deal.at, deal.account, deal.amount)
    for person, roles in zip(mapping.contacts, deal.roles, strict=True):
        yield contact(state, deal.at, person.id, person.name, roles)
    people = [person.id for person in mapping.contacts]
    for _ in range(deal.talks):
        notes = intake.Notes(deal.at)
        met = intake.interaction(state, notes, "call", participants=people)
        yield notes.checked(state, BY, events.Met(met))
    for link, value in zip(mapping.links, deal.said, strict=True):
        if not isinstance(value, Silence):
            yield said(state, deal.at, link, value, mapping.age)


def opened(state: DealState, at: datetime, account: str, amount: Money | None) -> events.Opened:
    """The opening of a deal; raises EvidenceError as a deal's verbs do."""
    book = state.playbook
    rules = (book.id, book.version, book.fingerprint, book.steps[0].id)
    event = events.Opened(BY, account, "", amount, *rules, Card(BY))
    return intake.Notes(at).checked(state, BY, event)


def contact(
    state: DealState, at: datetime, id: str, name: str, roles: tuple[str, ...]
) -> events.ContactAdded:
    """A person of the mapping, on the map; raises EvidenceError as a deal's verbs do."""
    notes = intake.Notes(at)
    card = intake.contact(notes, id, {"name": name, "roles": roles})
    return notes.checked(state, BY, events.ContactAdded(card))


def judge(playbook: Playbook, mapping: ColumnMapping, deal: ClosedDeal) -> Judgement:
    """Every finding and the verdict at the step; raises InputError naming the row."""
    try:
        return judge_step(build(playbook, mapping, deal))
    except DealflowError as error:
        raise InputError([Problem(message("row {row}", row=deal.row), str(error))]) from None
