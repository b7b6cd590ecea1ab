"""Folds a trail into the state that it makes; each entry must make sense after those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeAlias

from dealflow.evidence import Fact
from dealflow.exceptions import DealflowError, EvidenceError, TrailError
from dealflow.playbook import LOST, WALKED_AWAY, Playbook
from dealflow.state import DealState
from dealflow.trail import Trail, events
from dealflow.values import Money, ValueType

__all__ = ["fold"]


def fold(playbook: Playbook, trail: Trail) -> DealState:
    """The state that a trail makes; raises TrailError where an entry makes no sense.

    A trail whose hashes are right may still have been written by somebody else, or by hand.
    """
    # What is promised: the state is one in which every later question has an answer, as every name
    # in it is known, no amount is in another currency, and the deal has gone along moves that there
    # are. What is not: that the guards were right to let it pass. An attempt is on record with its
    # findings, and judging it once more is analysis.
    state = DealState(playbook)
    apply = state.apply
    seq = 0
    try:
        for entry in trail:
            seq, event = entry.seq, entry.event
            if problem := _CHECKS[event.__class__](state, event):
                raise EvidenceError(problem)
            # Later than its own entry, a statement would be live for longer than it is good.
            if (when := _TIMES.get(event.__class__)) and when(event) > entry.at:
                raise EvidenceError("it tells of something that is still to come")
            apply(seq, entry.at, entry.by, event)
    # Values of a wrong type come to light only when they are taken.
    except (DealflowError, LookupError, ValueError) as error:
        raise TrailError(f"entry {seq} does not follow from those before it: {error}") from error
    return state


# What each kind of event must find in the deal. The verbs check their arguments more thoroughly,
# and report every problem at once; here it is enough that nothing comes in that breaks the deal.
_Leaving: TypeAlias = (
    events.Moved | events.Refused | events.SteppedBack | events.WalkedAway | events.Lost
)


def _opened(state: DealState, event: events.Opened) -> str | None:
    first = state.playbook.steps[0].id
    # A second opening would put another deal in the place of this one.
    if state.step:
        return "the deal is open already"
    if event.step != first:
        return f"a deal starts at {first}, not at {event.step!r}"
    return _money(state.playbook.currency, event.amount)


def _money(currency: str | None, amount: Money | None) -> str | None:
    # Amounts in two currencies have no order: every later assessment would fail, far from the
    # cause.
    if amount is not None and currency not in (None, amount.currency):
        return f"{amount} is not in {currency}"
    return None


def _amount_changed(state: DealState, event: events.AmountChanged) -> str | None:
    return _money(state.currency, event.amount)


def _contact_added(state: DealState, event: events.ContactAdded) -> str | None:
    # The second would take over what the first has said.
    if event.contact in state.contacts:
        return f"there is a contact {event.contact!r} already"
    return _roles(state, event)


def _contact_changed(state: DealState, event: events.ContactChanged) -> str | None:
    return _strangers(state, [event.contact]) or _roles(state, event)


def _roles(state: DealState, event: events.ContactAdded | events.ContactChanged) -> str | None:
    # A role that there is not would be held by somebody and asked for by nobody.
    for role in event.roles:
        if role not in state.playbook.role:
            return f"the playbook has no role {role!r}"
    return None


def _met(state: DealState, event: events.Met) -> str | None:
    # Statements name the interaction in which they were made: its id means one.
    if event.interaction in state.interactions:
        return f"there is an interaction {event.interaction!r} already"
    return _strangers(state, event.participants)


def _strangers(state: DealState, people: Iterable[str | None]) -> str | None:
    for person in people:
        if person is not None and person not in state.contacts:
            return f"{person!r} is not a contact of the deal"
    return None


def _said(state: DealState, event: events.Said) -> str | None:
    fact = state.playbook.fact.get(event.fact)
    if fact is None:
        return f"the playbook has no fact {event.fact!r}"
    # It would be filed where no condition looks: a silent loss of evidence.
    if (event.about is not None) is not (fact.of == "contact"):
        return f"{event.fact} is a fact of each {fact.of}, and about is {event.about!r}"
    if event.interaction is not None and event.interaction not in state.interactions:
        return f"there is no interaction {event.interaction!r}"
    source = event.source if event.source_kind == "contact" else None
    if problem := _strangers(state, (source, event.about, event.via)):
        return problem
    # A value that is no text here is of a wrong type, which taking it brings to light.
    return _worth(state, fact, event.value) if isinstance(event.value, str) else None


def _worth(state: DealState, fact: Fact, value: str) -> str | None:
    if fact.type is ValueType.CHOICE and value not in fact.choices:
        return f"{value!r} is no choice of {fact.id}"
    if fact.type is ValueType.PERSON:
        return _strangers(state, [value])
    if fact.type is ValueType.MONEY:
        return _money(state.currency, Money.parse(value))
    return None


def _withdrawn(state: DealState, event: events.Withdrawn) -> str | None:
    if event.statement not in state.evidence.statements:
        return f"entry {event.statement} is not a statement"
    # It counts no more, and cannot be taken out of the live claims twice.
    if event.statement in state.evidence.withdrawn:
        return f"statement {event.statement} is withdrawn already"
    return None


def _waived(state: DealState, event: events.Waived) -> str | None:
    guard = state.playbook.guard.get(event.guard)
    # Otherwise anybody could write a way past a walk-away condition into a file.
    if guard is None or not guard.waivable:
        return f"the playbook has no guard {event.guard!r} that may be waived"
    return None


def _left(state: DealState, event: _Leaving) -> str | None:
    if state.outcome is not None:
        return f"the deal is {state.outcome}"
    if event.from_step != state.step:
        return f"the deal is at {state.step}, not at {event.from_step!r}"
    return None


def _tried(state: DealState, event: events.Moved | events.Refused) -> str | None:
    if problem := _left(state, event):
        return problem
    # Source and target alone would not do: a step that is passed over is one whose guards nobody
    # has judged.
    for move in state.playbook.moves:
        if (move.id, move.source, move.to) == (event.move, event.from_step, event.to_step):
            return None
    return f"there is no move {event.move!r} to {event.to_step!r}"


def _stepped_back(state: DealState, event: events.SteppedBack) -> str | None:
    if problem := _left(state, event):
        return problem
    earlier = [step.id for step in state.playbook.steps[: state.playbook.index(state.step)]]
    return None if event.to_step in earlier else f"{event.to_step!r} is not a step before"


def _reopened(state: DealState, event: events.Reopened) -> str | None:
    if state.outcome not in (WALKED_AWAY, LOST) or event.from_outcome != state.outcome:
        return f"a deal that is {state.outcome or 'open'} cannot be reopened"
    # Reopened elsewhere, it would have moved without a move.
    if event.to_step != state.step:
        return f"the deal ended at {state.step}, not at {event.to_step!r}"
    return None


_CHECKS: Mapping[type, Callable[[DealState, Any], str | None]] = MappingProxyType(
    {
        events.Opened: _opened,
        events.AmountChanged: _amount_changed,
        events.ContactAdded: _contact_added,
        events.ContactChanged: _contact_changed,
        events.Met: _met,
        events.Said: _said,
        events.Withdrawn: _withdrawn,
        events.Waived: _waived,
        events.Moved: _tried,
        events.Refused: _tried,
        events.SteppedBack: _stepped_back,
        events.WalkedAway: _left,
        events.Lost: _left,
        events.Reopened: _reopened,
    }
)


_TIMES: Mapping[type, Callable[[Any], datetime]] = MappingProxyType(
    {events.Said: attrgetter("said_at"), events.Met: attrgetter("held_at")}
)
