"""People and what is said: contacts, meetings, statements and what is taken back of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from dealflow.evidence import Card, Fact, Said, Statement
from dealflow.exceptions import CurrencyMismatch, Problems
from dealflow.state.deal_state import DealState
from dealflow.state.rule import Rule, known, strangers
from dealflow.trail import events
from dealflow.values import Money, Value, ValueType, from_json, to_json

__all__ = ["RULES", "currency_with", "wrong_currency"]


def wrong_currency(
    p: Problems, place: str, amount: object, currency: str | None, whose: str, what: str = ""
) -> None:
    """Note an amount in another currency than the deal's money.

    Amounts in two currencies have no order: every later assessment would fail, far from the cause.
    """
    if isinstance(amount, Money) and currency not in (None, amount.currency):
        one, other = f"{what}{amount}", f"{whose} {currency}"
        p.note(place, str(CurrencyMismatch(one, other)), "wrong_currency", one=one, other=other)


def _contact_added(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.ContactAdded
) -> None:
    # The second would take over what the first has said.
    if known(state.contacts, event.contact.id):
        message = f"there is a contact {event.contact.id!r} already"
        data = {"contact": event.contact.id}
        p.note("id", message, "duplicate_contact", **data)
    _roles(p, state, event.contact.roles)


def _contact_changed(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.ContactChanged
) -> None:
    strangers(p, state, "id", [event.contact.id], "the contact")
    _roles(p, state, event.contact.roles)
    if known(state.contacts, event.contact.id) == event.contact:
        message = f"the contact {event.contact.id!r} is like this already"
        p.note("", message, "unchanged", contact=event.contact.id)


def _roles(p: Problems, state: DealState, roles: tuple[object, ...]) -> None:
    # A role that there is not would be held by somebody and asked for by nobody.
    for role in roles:
        if isinstance(role, str) and role not in state.playbook.role:
            given = ", ".join(state.playbook.role)
            message = f"the role {role!r} is not one of {given}"
            p.note("roles", message, "unknown_role", role=role)


def _put(
    state: DealState,
    seq: int,
    at: datetime,
    by: str,
    event: events.ContactAdded | events.ContactChanged,
) -> None:
    state.put(event.contact)


def _met(p: Problems, state: DealState, at: datetime | None, by: object, event: events.Met) -> None:
    met = event.interaction
    # Statements name the interaction in which they were made: its id means one.
    if known(state.interactions, met.id):
        message = f"there is an interaction {met.id!r} already"
        p.note("id", message, "duplicate_interaction", interaction=met.id)
    strangers(p, state, "participants", met.participants, "the participant")


def _meet(state: DealState, seq: int, at: datetime, by: str, event: events.Met) -> None:
    met = event.interaction
    state.interactions[met.id], state.recorded[met.id] = met, seq
    state.talks += met.spoke == "both"
    state.forget()


def _said(p: Problems, state: DealState, at: datetime | None, by: object, event: Said) -> None:
    fact = known(state.playbook.fact, event.fact)
    if event.source_kind == "contact":
        strangers(p, state, "source", (event.source,), "the source")
        if event.via is not None:
            strangers(p, state, "via", (event.via,), "via:")
    if event.interaction is not None:
        _interaction(p, state, event)
    if fact is None:
        message = f"the playbook has no fact {event.fact!r}"
        p.note("fact", message, "unknown_fact", fact=event.fact)
        return
    if event.about is not None or fact.of == "contact":
        _subject(p, state, fact, event.about)
    _worth(p, state, fact, event.value)


def _subject(p: Problems, state: DealState, fact: Fact, about: str | None) -> None:
    # It would be filed where no condition looks: a silent loss of evidence.
    message = ""
    if fact.of == "deal" and about is not None:
        message = f"{fact.id} is a fact of the deal, not of a contact: about must be left out"
    elif fact.of == "contact" and about is None:
        message = f"{fact.id} is a fact of each contact: about must name one"
    if message:
        p.note("about", message, "wrong_subject", fact=fact.id)
    else:
        strangers(p, state, "about", [about], "about:")


def _interaction(p: Problems, state: DealState, event: Said) -> None:
    held = known(state.interactions, event.interaction)
    if held is None:
        message = f"there is no interaction {event.interaction!r}"
        data = {"interaction": event.interaction}
        p.note("interaction", message, "unknown_interaction", **data)
    elif (teller := known(state.contacts, event.teller)) is not None:
        # Documents and observations are free: what we read or saw there, nobody told us.
        message = ""
        if teller.id not in held.participants:
            message = f"{teller.id} took no part in {held.id}"
        elif held.spoke == "us":
            message = f"in {held.id} only we spoke, and {teller.id} told us nothing"
        if message:
            data = {"contact": teller.id, "interaction": held.id}
            p.note("interaction", message, "took_no_part", **data)


def _worth(p: Problems, state: DealState, fact: Fact, raw: object) -> None:
    data = {"fact": fact.id}
    try:
        value = from_json(fact.type, raw)
    except ValueError as error:  # EvidenceError is one, too
        p.note("value", f"{fact.id}: {error}", "invalid_value", **data)
        return
    if (form := to_json(value)) != raw:
        message = f"{fact.id}: {raw!r} is not the one form of its value, {form!r}"
        p.note("value", message, "invalid_value", **data)
    if isinstance(value, Money):
        wrong_currency(p, "value", value, state.currency, "the deal's", f"{fact.id} ")
    elif fact.type is ValueType.CHOICE and value not in fact.choices:
        message = f"{fact.id} {value!r} is not one of {', '.join(fact.choices)}"
        p.note("value", message, "invalid_word", **data)
    elif fact.type is ValueType.PERSON:
        strangers(p, state, "value", [value], f"{fact.id}:")


def _say(state: DealState, seq: int, at: datetime, by: str, event: Said) -> None:
    value: Value = from_json(state.playbook.fact[event.fact].type, event.value)
    if isinstance(value, Money):
        # The first amount fixes the currency, whether it is the price or something said: amounts in
        # two currencies cannot be compared, and a guard would fail on them.
        state.currency = state.currency or value.currency
    state.evidence.add(Statement.of(event, id=seq, value=value, recorded_at=at, by=by))
    state.news = True
    state.forget(event.fact)


def _withdrawn(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Withdrawn
) -> None:
    number = event.statement
    data = {"statement": number}
    if number.__class__ is not int or number not in state.evidence.statements:
        message = f"entry {number!r} is not a statement"
        p.note("statement", message, "unknown_statement", **data)
    # It counts no more, and cannot be taken out of the live claims twice.
    elif number in state.evidence.withdrawn:
        message = f"statement {number} is withdrawn already"
        p.note("statement", message, "already_withdrawn", **data)


def _withdraw(state: DealState, seq: int, at: datetime, by: str, event: events.Withdrawn) -> None:
    state.evidence.withdraw(event.statement, event.reason)
    statement = state.evidence.statements[event.statement]
    if isinstance(statement.value, Money):
        state.currency = currency_with(state, state.card)
    state.news = True
    state.forget(statement.fact)


def currency_with(state: DealState, card: Card | None) -> str | None:
    """The currency of the deal's money with another card, or without one.

    While there is no price, it hangs on what was said and on the lines, and may go with them.
    """
    settled = state.amount.currency if state.amount else state.playbook.currency
    lines = card.lines if card else ()
    ours = lines[0].amount.currency if lines else None
    return settled or _standing_currency(state) or ours


def _standing_currency(state: DealState) -> str | None:
    withdrawn = state.evidence.withdrawn
    standing = (s.value for id, s in state.evidence.statements.items() if id not in withdrawn)
    return next((value.currency for value in standing if isinstance(value, Money)), None)


RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {
        events.ContactAdded: Rule(_contact_added, _put),
        events.ContactChanged: Rule(_contact_changed, _put),
        events.Met: Rule(_met, _meet),
        Said: Rule(_said, _say),
        events.Withdrawn: Rule(_withdrawn, _withdraw),
    }
)
