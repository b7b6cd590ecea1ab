"""The terms of a deal: how it is opened, its price, what is set aside, and when it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from attrs import evolve

from dealflow.exceptions import Problems
from dealflow.message import message
from dealflow.playbook import Playbook, machine
from dealflow.state.card import wrong_lines
from dealflow.state.currency import of_the_deal, of_the_playbook, of_what_was_said, wrong_currency
from dealflow.state.deal_state import DealState, Waiver
from dealflow.state.people import currency_with
from dealflow.state.rule import Rule, known
from dealflow.trail import events
from dealflow.values import Money

__all__ = ["RULES", "opened_under"]


def opened_under(event: events.Opened, playbook: Playbook) -> events.Opened:
    """The same deal, opened under other rules."""
    return evolve(
        event,
        playbook=playbook.id,
        playbook_version=playbook.version,
        fingerprint=playbook.fingerprint,
        step=playbook.steps[0].id,
    )


def _opened(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Opened
) -> None:
    book = state.playbook
    # Under other rules the same entries may mean something else, even where every name is known: a
    # fact may go out of date sooner, a guard may have another condition.
    if event.fingerprint != book.fingerprint:
        told = message(
            "the deal was opened under {playbook} ({fingerprint}), and this is {book} ({print})",
            playbook=f"{event.playbook} {event.playbook_version}",
            fingerprint=event.fingerprint[:12],
            book=f"{book.id} {book.version}",
            print=book.fingerprint[:12],
        )
        p.note("playbook", told, "other_playbook")
        return
    if (event.playbook, event.playbook_version) != (book.id, book.version):
        told = message(
            "the playbook is called {book} {version}", book=book.id, version=book.version
        )
        p.note("playbook", told, "inconsistent")
    if event.step != machine.fire(book, state.place, machine.OPEN):
        told = message(
            "a deal starts at {first}, not at {step!r}", first=book.steps[0].id, step=event.step
        )
        p.note("step", told, "inconsistent")
    wrong_currency(p, "amount", event.amount, book.currency, of_the_playbook)
    currency, whose = book.currency, of_the_playbook
    if currency is None and isinstance(event.amount, Money):
        currency, whose = event.amount.currency, of_the_deal
    wrong_lines(p, event.card.lines, currency, whose)


def _open(state: DealState, seq: int, at: datetime, by: str, event: events.Opened) -> None:
    state.id, state.account, state.title = event.deal, event.account, event.title
    state.amount, state.card = event.amount, event.card
    state.currency = currency_with(state, event.card)
    state.fire(machine.OPEN, seq, at)


def _amount_changed(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.AmountChanged
) -> None:
    whose = of_the_deal if state.amount or state.card.lines else of_what_was_said
    wrong_currency(p, "amount", event.amount, state.currency, whose)
    if state.amount is not None and event.amount == state.amount:
        p.note("amount", message("the price is {amount} already", amount=event.amount), "unchanged")


def _change_amount(
    state: DealState, seq: int, at: datetime, by: str, event: events.AmountChanged
) -> None:
    state.amount, state.currency = event.amount, event.amount.currency
    state.forget()


def _waived(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Waived
) -> None:
    guard = known(state.playbook.guard, event.guard)
    data = {"guard": event.guard}
    if guard is None:
        told = message("the playbook has no guard {guard!r}", guard=event.guard)
        p.note("guard", told, "unknown_guard", **data)
    elif not guard.waivable:
        # Otherwise anybody could write a way past a walk-away condition into a file.
        told = message("the playbook does not let anybody waive {guard}", guard=event.guard)
        p.note("guard", told, "not_waivable", **data)


def _waive(state: DealState, seq: int, at: datetime, by: str, event: events.Waived) -> None:
    # No outcome is forgotten: a waiver changes what is made of one, and not what is known.
    waiver = Waiver(event.guard, event.authority, event.reason, event.until, entry=seq)
    state.waivers[event.guard] = waiver


def _time_corrected(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.TimeCorrected
) -> None:
    """Whether the entries keep their order is looked at with the time of any entry."""


def _correct_time(
    state: DealState, seq: int, at: datetime, by: str, event: events.TimeCorrected
) -> None:
    """Shift the times of entries, and with them each time that was taken from one of them."""
    timeline, shift = state.timeline, state.timeline.shift(event)
    shifted = range(event.entry, event.last + 1)
    if state.since is not None and state.entered in shifted:
        state.since += shift
    held: dict[str | None, datetime] = {}
    for met in list(state.interactions.values()):
        entry = state.recorded[met.id]
        # A time that lay ahead of its own entry now was read off the same clock.
        if entry in shifted and (
            met.held_at == timeline[entry] or met.held_at > timeline[entry] + shift
        ):
            held[met.id] = met.held_at
            state.interactions[met.id] = evolve(met, held_at=met.held_at + shift)
    for number in (*state.evidence.statements, *state.evidence.confirmed):
        statements = state.evidence.made_by(number)
        said, recorded = statements[0].said_at, statements[0].recorded_at
        own = number in shifted
        taken = (own and said == recorded) or said == held.get(statements[0].interaction)
        recorded += shift if own else timedelta(0)
        if own or taken:
            said += shift if taken or said > recorded else timedelta(0)
            state.evidence.retime(
                number,
                tuple(evolve(s, said_at=said, recorded_at=recorded) for s in statements),
            )
    state.forget()


RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {
        events.Opened: Rule(_opened, _open),
        events.AmountChanged: Rule(_amount_changed, _change_amount),
        events.Waived: Rule(_waived, _waive),
        events.TimeCorrected: Rule(_time_corrected, _correct_time),
    }
)
