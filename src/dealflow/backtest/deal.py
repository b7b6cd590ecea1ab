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
from dealflow.exceptions import DealflowError, InputError, Problem
from dealflow.playbook import Playbook
from dealflow.state import DealState, Snapshot
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
        talks: the number of two-way talks.
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
    return intake.said(
        state,
        at,
        kind,
        BY if kind == "observation" else source,
        link.fact,
        value,
        about=link.about,
        **details,
    )


def build(playbook: Playbook, mapping: ColumnMapping, deal: ClosedDeal) -> Snapshot:
    """The deal at the step and the instant at which it is judged.

    Raises:
        EvidenceError: something in it cannot be recorded.
    """
    state = DealState(playbook)
    for seq, event in enumerate(_events(state, mapping, deal), 1):
        state.apply(seq, deal.at, BY, event)
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
    first = state.playbook.steps[0].id
    yield intake.opened(state.playbook, BY, deal.account, "", deal.amount)
    for person, roles in zip(mapping.contacts, deal.roles, strict=True):
        yield events.ContactAdded(**contact(state, person.id, person.name, roles))
    people = [person.id for person in mapping.contacts]
    for _ in range(deal.talks):
        yield intake.met(state, deal.at, "call", people, None, "", None, True)
    for link, value in zip(mapping.links, deal.said, strict=True):
        if not isinstance(value, Silence):
            yield said(state, deal.at, link, value, mapping.age)
    # Straight there, past guards that nobody judged: where a deal stood is what the data says, and
    # not how it came there.
    if mapping.step != first:
        yield events.Moved(BY, first, mapping.step, "ready", {})


def contact(state: DealState, contact: str, name: str, roles: tuple[str, ...]) -> dict[str, Any]:
    """The checked record of a contact; raises EvidenceError as a deal's verbs do."""
    return intake.contact_record(
        state,
        id=contact,
        name=name,
        title="",
        kind="person",
        roles=roles,
        influence=None,
        response_mode=None,
        rating=None,
    )


def judge(playbook: Playbook, mapping: ColumnMapping, deal: ClosedDeal) -> Judgement:
    """Every finding and the verdict at the step; raises InputError naming the row."""
    try:
        return judge_step(build(playbook, mapping, deal))
    except DealflowError as error:
        raise InputError([Problem(f"row {deal.row}", str(error))]) from None
