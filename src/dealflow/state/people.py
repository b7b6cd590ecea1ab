"""People and what is said: contacts, meetings, statements and what is taken back of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from dealflow.evidence import Card, Fact, Said, Statement
from dealflow.exceptions import Problems
from dealflow.message import listed, message
from dealflow.state.currency import of_the_deal, wrong_currency
from dealflow.state.deal_state import DealState
from dealflow.state.rule import Rule, known, strangers
from dealflow.trail import events, terms
from dealflow.values import Money, Value, ValueType, from_json, to_json

__all__ = ["RULES", "currency_with"]


def _contact_added(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.ContactAdded
) -> None:
    # The second would take over what the first has said.
    if known(state.contacts, event.contact.id):
        told = message("there is a contact {contact!r} already", contact=event.contact.id)
        data = {"contact": event.contact.id}
        p.note("id", told, "duplicate_contact", **data)
    _roles(p, state, event.contact.roles)


def _contact_changed(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.ContactChanged
) -> None:
    strangers(p, state, "id", [event.contact.id], terms.THE_CONTACT)
    _roles(p, state, event.contact.roles)
    if known(state.contacts, event.contact.id) == event.contact:
        told = message("the contact {contact!r} is like this already", contact=event.contact.id)
        p.note("", told, "unchanged", contact=event.contact.id)


def _roles(p: Problems, state: DealState, roles: tuple[object, ...]) -> None:
    # A role that there is not would be held by somebody and asked for by nobody.
    for role in roles:
        if isinstance(role, str) and role not in state.playbook.role:
            given = listed(state.playbook.role)
            told = message("the role {role!r} is not one of {given}", role=role, given=given)
            p.note("roles", told, "unknown_role", role=role)


def _put(
    state: DealState,
    seq: int,
    at: datetime,
    by: str,
    event: events.ContactAdded | events.ContactChanged,
) -> None:
    state.put(event.contact)


def _merged(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.ContactsMerged
) -> None:
    for place, id, what in (
        ("contact", event.contact, terms.CONTACT),
        ("into", event.into, terms.INTO),
    ):
        strangers(p, state, place, [id], what)
        if (into := known(state.people.merged, id)) is not None:
            told = message("{contact!r} goes by {into!r} already", contact=id, into=into)
            p.note(place, told, "unchanged", contact=id, into=into)


def _merge(state: DealState, seq: int, at: datetime, by: str, event: events.ContactsMerged) -> None:
    state.people.merge(event.contact, event.into)
    state.identify()


def _merge_undone(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.MergeUndone
) -> None:
    if known(state.people.merged, event.contact) is None:
        told = message("{contact!r} goes by no other contact", contact=event.contact)
        p.note("contact", told, "inconsistent", contact=event.contact)


def _part(state: DealState, seq: int, at: datetime, by: str, event: events.MergeUndone) -> None:
    state.people.part(event.contact)
    state.identify()


def _met(p: Problems, state: DealState, at: datetime | None, by: object, event: events.Met) -> None:
    met = event.interaction
    # Statements name the interaction in which they were made: its id means one.
    if known(state.interactions, met.id):
        told = message("there is an interaction {interaction!r} already", interaction=met.id)
        p.note("id", told, "duplicate_interaction", interaction=met.id)
    strangers(p, state, "participants", met.participants, terms.THE_PARTICIPANT)


def _meet(state: DealState, seq: int, at: datetime, by: str, event: events.Met) -> None:
    met = event.interaction
    state.interactions[met.id], state.recorded[met.id] = met, seq
    state.talks += met.spoke == "both"
    state.forget()


def _said(p: Problems, state: DealState, at: datetime | None, by: object, event: Said) -> None:
    fact = known(state.playbook.fact, event.fact)
    if event.source_kind == "contact":
        strangers(p, state, "source", (event.source,), terms.THE_SOURCE)
        if event.via is not None:
            strangers(p, state, "via", (event.via,), terms.VIA)
    if event.interaction is not None:
        _interaction(p, state, event.interaction, event.teller)
    if fact is None:
        told = message("the playbook has no fact {fact!r}", fact=event.fact)
        p.note("fact", told, "unknown_fact", fact=event.fact)
        return
    if event.about is not None or fact.of == "contact":
        _subject(p, state, fact, event.about)
    _worth(p, state, fact, event.value)
    _quoted(p, state, fact.id, event.value, event.quote)


def _quoted(p: Problems, state: DealState, fact: str, value: object, quote: str) -> None:
    close = state.playbook.trial_close
    if close is not None and close.needs_quote(fact, value) and not quote:
        told = message("{fact} {value!r} needs a quote: what did they say?", fact=fact, value=value)
        p.note("quote", told, "quote_missing", fact=fact)


def _subject(p: Problems, state: DealState, fact: Fact, about: str | None) -> None:
    # It would be filed where no condition looks: a silent loss of evidence.
    told: str = ""
    if fact.of == "deal" and about is not None:
        told = message(
            "{fact} is a fact of the deal, not of a contact: about must be left out", fact=fact.id
        )
    elif fact.of == "contact" and about is None:
        told = message("{fact} is a fact of each contact: about must name one", fact=fact.id)
    if told:
        p.note("about", told, "wrong_subject", fact=fact.id)
    else:
        strangers(p, state, "about", [about], terms.ABOUT)


def _interaction(p: Problems, state: DealState, interaction: object, by: object) -> None:
    held = known(state.interactions, interaction)
    if held is None:
        why = message("there is no interaction {interaction!r}", interaction=interaction)
        p.note("interaction", why, "unknown_interaction", interaction=interaction)
    elif (teller := known(state.contacts, by)) is not None:
        # Documents and observations are free: what we read or saw there, nobody told us.
        told: str = ""
        same = state.people.same
        if same.get(teller.id, teller.id) not in {same.get(id, id) for id in held.participants}:
            told = message(
                "{contact} took no part in {interaction}", contact=teller.id, interaction=held.id
            )
        elif held.spoke == "us":
            told = message(
                "in {interaction} only we spoke, and {contact} told us nothing",
                interaction=held.id,
                contact=teller.id,
            )
        if told:
            data = {"contact": teller.id, "interaction": held.id}
            p.note("interaction", told, "took_no_part", **data)


def _worth(p: Problems, state: DealState, fact: Fact, raw: object) -> None:
    data = {"fact": fact.id}
    try:
        value = from_json(fact.type, raw)
    except ValueError as error:  # EvidenceError is one, too
        p.note(
            "value",
            message("{fact}: {problem}", fact=fact.id, problem=error),
            "invalid_value",
            **data,
        )
        return
    if (form := to_json(value)) != raw:
        told = message(
            "{fact}: {raw!r} is not the one form of its value, {form!r}",
            fact=fact.id,
            raw=raw,
            form=form,
        )
        p.note("value", told, "invalid_value", **data)
    if isinstance(value, Money):
        wrong_currency(p, "value", value, state.currency, of_the_deal, fact.id)
    elif fact.type is ValueType.CHOICE and value not in fact.choices:
        told = message(
            "{fact} {value!r} is not one of {choices}",
            fact=fact.id,
            value=value,
            choices=listed(fact.choices),
        )
        p.note("value", told, "invalid_word", **data)
    elif fact.type is ValueType.PERSON and value not in state.contacts:
        strangers(p, state, "value", [value], message("{fact}:", fact=fact.id))


def _say(state: DealState, seq: int, at: datetime, by: str, event: Said) -> None:
    value: Value = from_json(state.playbook.fact[event.fact].type, event.value)
    if isinstance(value, Money):
        # The first amount fixes the currency, whether it is the price or something said: amounts in
        # two currencies cannot be compared, and a guard would fail on them.
        state.currency = state.currency or value.currency
    state.evidence.add(Statement.of(event, id=seq, value=value, recorded_at=at, by=by))
    _news(state, event.fact)
    state.forget(event.fact)


def _news(state: DealState, *facts: str) -> None:
    # That the farewell call was made brings nothing with which a deal could be taken up again.
    state.news = state.news or any(fact != state.playbook.coaching.called for fact in facts)


def _confirmed(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Confirmed
) -> None:
    strangers(p, state, "contact", [event.contact], terms.THE_CONTACT)
    if event.interaction is not None:
        _interaction(p, state, event.interaction, event.contact)
    for id in event.facts:
        data = {"fact": id, "contact": event.contact}
        if known(state.playbook.fact, id) is None:
            p.note(
                "facts",
                message("the playbook has no fact {fact!r}", fact=id),
                "unknown_fact",
                fact=id,
            )
        elif known(state.contacts, event.contact) is not None:
            before = _own_words(state, event, id)
            if before is None:
                told = message(
                    "{contact} has not said {fact} before, so it has to be said in full",
                    contact=event.contact,
                    fact=id,
                )
                p.note("facts", told, "never_said", **data)
            elif before.said_at > event.said_at:
                told = message(
                    "{contact} said {fact} later than that", contact=event.contact, fact=id
                )
                p.note("said_at", told, "inconsistent", **data)
            else:
                _quoted(p, state, id, before.value, event.quote)


def _own_words(state: DealState, event: events.Confirmed, fact: str) -> Statement | None:
    """What somebody last said of a fact, of himself where it is one of contacts."""
    about = event.contact if state.playbook.fact[fact].of == "contact" else None
    return state.evidence.own_words(event.contact, fact, about)


def _confirm(state: DealState, seq: int, at: datetime, by: str, event: events.Confirmed) -> None:
    before = (_own_words(state, event, fact) for fact in event.facts)
    again: dict[str, Any] = {"id": seq, "recorded_at": at, "by": by, "source": event.contact}
    again |= {"said_at": event.said_at, "quote": event.quote, "interaction": event.interaction}
    state.evidence.confirm(seq, tuple(evolve(said, **again) for said in before if said))
    _news(state, *event.facts)
    for fact in event.facts:
        state.forget(fact)


def _withdrawn(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Withdrawn
) -> None:
    number = event.statement
    data = {"statement": number}
    if number.__class__ is not int or not state.evidence.made_by(number):
        told = message("entry {entry!r} is not a statement", entry=number)
        p.note("statement", told, "unknown_statement", **data)
    # It counts no more, and cannot be taken out of the live claims twice.
    elif number in state.evidence.withdrawn:
        told = message("statement {number} is withdrawn already", number=number)
        p.note("statement", told, "already_withdrawn", **data)


def _withdraw(state: DealState, seq: int, at: datetime, by: str, event: events.Withdrawn) -> None:
    state.evidence.withdraw(event.statement, event.reason)
    for statement in state.evidence.made_by(event.statement):
        _news(state, statement.fact)
        # While there is no price, the currency hangs on what was said, and may go with it.
        if isinstance(statement.value, Money):
            state.currency = currency_with(state, state.card)
        state.forget(statement.fact)
    # What was rejected need not be shown again when the rejection is taken back.
    if any(setback.answer == event.statement for setback in state.setbacks):
        state.forget()


def currency_with(state: DealState, card: Card | None) -> str | None:
    """The currency of the deal's money with another card, or without one.

    While there is no price, it hangs on what was said and on the lines, and may go with them.
    """
    settled = state.amount.currency if state.amount else state.playbook.currency
    lines = card.lines if card else ()
    ours = lines[0].amount.currency if lines else None
    return settled or _standing_currency(state) or ours


def _standing_currency(state: DealState) -> str | None:
    values = (said.value for said in state.evidence.standing)
    return next((value.currency for value in values if isinstance(value, Money)), None)


RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {
        events.ContactAdded: Rule(_contact_added, _put),
        events.ContactChanged: Rule(_contact_changed, _put),
        events.ContactsMerged: Rule(_merged, _merge),
        events.MergeUndone: Rule(_merge_undone, _part),
        events.Met: Rule(_met, _meet),
        Said: Rule(_said, _say),
        events.Confirmed: Rule(_confirmed, _confirm),
        events.Withdrawn: Rule(_withdrawn, _withdraw),
    }
)
