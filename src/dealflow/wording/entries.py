"""What happened to a deal, event by event, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from dealflow.evidence import Card, Contact
from dealflow.trail import events
from dealflow.values import Verdict
from dealflow.wording.cards import deal_card
from dealflow.wording.statements import Statements

__all__ = ["contact_card", "sentence"]


def sentence(wording: Statements, event: events.Event, by: str) -> str:
    """An event in a sentence or two, which stand beside the name of who recorded it."""
    if isinstance(event, events.Opened) and event.card == Card(by):
        # That a deal belongs to whoever opens it goes without saying.
        event = evolve(event, card=Card(""))
    return _TELLERS[type(event)](wording, event)


def _opened(w: Statements, event: events.Opened) -> str:
    if event.amount is None:
        text = w.gettext("{deal} opened with {account}")
    else:
        text = w.gettext("{deal} opened with {account} at {amount}")
    amount = w.money(event.amount) if event.amount else ""
    deal = w.bracketed(event.deal, event.title)
    told = text.format(deal=deal, account=event.account, amount=amount)
    return w.sentences([w.bracketed(told, w.semicolons(deal_card(w, event.card)))])


def _card_changed(w: Statements, event: events.CardChanged) -> str:
    card = w.semicolons(deal_card(w, event.card))
    told = w.bracketed(w.gettext("Deal card changed"), card)
    return w.sentences([w.pair(told, event.reason) if event.reason else told])


def _account_corrected(w: Statements, event: events.AccountCorrected) -> str:
    text = w.gettext("Customer corrected to {account}: {reason}")
    return w.sentences([text.format(account=event.account, reason=event.reason)])


def _title_corrected(w: Statements, event: events.TitleCorrected) -> str:
    if event.title:
        text = w.gettext("Title corrected to {title}: {reason}")
    else:
        text = w.gettext("Title taken away: {reason}")
    return w.sentences([text.format(title=event.title, reason=event.reason)])


def contact_card(w: Statements, contact: Contact) -> str:
    """A contact with everything that the map says: roles, influence, mode, rating."""
    traits = [w.small(w.role(role)) for role in contact.roles]
    if contact.kind != "person":
        traits.append(w.kind(contact.kind))
    if contact.department:
        traits.append(contact.department)
    if contact.level is not None:
        traits.append(w.level(contact.level))
    if contact.influence is not None:
        traits.append(
            {
                "high": w.gettext("high influence"),
                "medium": w.gettext("medium influence"),
                "low": w.gettext("low influence"),
            }[contact.influence]
        )
    if contact.response_mode is not None:
        traits.append(w.response_mode(contact.response_mode))
    if contact.rating is not None:
        traits.append(w.gettext("rating of us {rating}").format(rating=f"{contact.rating:+d}"))
    if contact.left is not None:
        traits.append(w.gettext("leaves on {day}").format(day=w.date(contact.left)))
    who = w.bracketed(contact.name, contact.title)
    return w.pair(who, w.listed(traits)) if traits else who


def _card(w: Statements, event: events.ContactAdded | events.ContactChanged) -> str:
    return w.sentences([contact_card(w, event.contact)])


def _contact_added(w: Statements, event: events.ContactAdded) -> str:
    return w.gettext("New on the map: {card}").format(card=_card(w, event))


def _contact_changed(w: Statements, event: events.ContactChanged) -> str:
    return w.gettext("Map changed: {card}").format(card=_card(w, event))


def _merged(w: Statements, event: events.ContactsMerged) -> str:
    text = w.gettext("{one} and {other} are one person: {reason}")
    one, other = w.person(event.contact), w.person(event.into)
    return w.sentences([text.format(one=one, other=other, reason=event.reason)])


def _merge_undone(w: Statements, event: events.MergeUndone) -> str:
    text = w.gettext("{who} is a person by himself after all: {reason}")
    return w.sentences([text.format(who=w.person(event.contact), reason=event.reason)])


def _amount_changed(w: Statements, event: events.AmountChanged) -> str:
    text = w.gettext("The price is now {amount}: {reason}")
    return w.sentences([text.format(amount=w.money(event.amount), reason=event.reason)])


def _met(w: Statements, event: events.Met) -> str:
    met = event.interaction
    kinds = {
        "call": (w.gettext("Call with {people}"), w.gettext("Call to {people}")),
        "meeting": (w.gettext("Meeting with {people}"), w.gettext("Meeting with {people}")),
        "mail": (w.gettext("Mails with {people}"), w.gettext("Mail to {people}")),
        "visit": (w.gettext("Visit to {people}"), w.gettext("Visit to {people}")),
    }
    theirs = {
        "call": w.gettext("Call from {people}"),
        "mail": w.gettext("Mail from {people}"),
    }
    both, ours = kinds[met.kind]
    text = {"both": both, "us": ours, "them": theirs.get(met.kind, both)}[met.spoke]
    people = w.all_of(w.person(id) for id in met.participants)
    # A call whose channel is "call" need not say so twice.
    channel = "" if met.channel == met.kind else " ".join(met.channel.split())
    notes = [channel] if channel else []
    if met.spoke != "both":
        notes.append(w.gettext("no answer") if met.spoke == "us" else w.gettext("we did not speak"))
    return w.sentences([w.bracketed(text.format(people=people), w.listed(notes))])


def _said(w: Statements, event: events.Said) -> str:
    who, claim = w.source(event), w.claim(event)
    if not event.quote:
        return w.sentences([w.pair(who, claim)])
    return w.sentences([w.pair(who, w.bracketed(w.quoted(event.quote), claim))])


def _confirmed(w: Statements, event: events.Confirmed) -> str:
    known = [fact for fact in event.facts if fact in w.playbook.fact]
    claim = w.pair(w.gettext("still so"), w.semicolons(map(w.fact, known)))
    told = w.bracketed(w.quoted(event.quote), claim) if event.quote else claim
    return w.sentences([w.pair(w.card(event.contact), told)])


def _withdrawn(w: Statements, event: events.Withdrawn) -> str:
    text = w.gettext("Statement {number} taken back: {reason}")
    return w.sentences([text.format(number=event.statement, reason=event.reason)])


def _waived(w: Statements, event: events.Waived) -> str:
    if event.until is None:
        text = w.gettext("{authority} sets “{guard}” aside: {reason}")
    else:
        text = w.gettext("{authority} sets “{guard}” aside until {day}: {reason}")
    day = w.date(event.until) if event.until else ""
    told = text.format(
        authority=event.authority, guard=w.guard(event.guard), day=day, reason=event.reason
    )
    return w.sentences([told])


def _moved(w: Statements, event: events.Moved) -> str:
    if event.to_step in w.playbook.step:
        text = w.gettext("Moved on from {start} to {to}.")
        told = text.format(start=w.step(event.from_step), to=w.step(event.to_step))
    else:
        told = w.gettext("The deal is fulfilled.")
    passed_over = w.listed(w.guard(id) for id in event.passed_over if id in w.playbook.guard)
    over = [w.pair(w.gettext("Passed over"), passed_over)] if passed_over else []
    return w.sentences([told, *over])


def _guards(w: Statements, guards: events.Guards, truths: tuple[str, ...]) -> str:
    return w.listed(
        w.guard(id)
        for id, record in guards.items()
        # A trail may be told by another version of the playbook, which need not have all the
        # guards.
        if record.truth in truths and record.waived is None and id in w.playbook.guard
    )


def _standing_in_the_way(w: Statements, guards: events.Guards) -> list[str]:
    groups = [
        (w.gettext("Contradictory"), _guards(w, guards, ("conflicted",))),
        (w.gettext("Not so"), _guards(w, guards, ("false",))),
        (w.gettext("Not known"), _guards(w, guards, ("unknown",))),
    ]
    return [w.pair(label, names) for label, names in groups if names]


def _refused(w: Statements, event: events.Refused) -> str:
    text = w.gettext("Not allowed to leave {step} yet").format(step=w.step(event.from_step))
    # What calls for walking away stands in the way before the step in which it is needed.
    leave = event.verdict == Verdict.WALK_AWAY.value
    guards = {
        id: record
        for id, record in event.guards.items()
        if record.needed or (leave and record.truth == "false")
    }
    return w.sentences([text, *_standing_in_the_way(w, guards)])


def _stepped_back(w: Statements, event: events.SteppedBack) -> str:
    values = {"start": w.step(event.from_step), "to": w.step(event.to_step)}
    if event.cause == "rejected":
        text = w.gettext("The customer said no. Back from {start} to {to}").format(**values)
        return w.sentences([text, *_standing_in_the_way(w, event.guards)])
    text = w.gettext("Back from {start} to {to}: {reason}")
    return w.sentences([text.format(reason=event.reason, **values)])


def _walked_away(w: Statements, event: events.WalkedAway) -> str:
    if event.cause == "refuted":
        text = w.gettext("We walked away at {step}: {reason}")
    else:
        text = w.gettext("We left at {step} by our own choice: {reason}")
    told = text.format(step=w.step(event.from_step), reason=event.reason)
    refuted = _guards(w, event.guards, ("false",))
    against = [w.pair(w.gettext("Not so"), refuted)] if refuted else []
    return w.sentences([told, *against])


def _lost(w: Statements, event: events.Lost) -> str:
    winner = {
        "rival": w.gettext("a rival"),
        "in_house": w.gettext("doing it themselves"),
        "nothing": w.gettext("doing nothing"),
    }[event.to]
    text = w.gettext("Lost at {step} to {winner}: {reason}")
    winner = w.bracketed(winner, event.rival)
    told = text.format(step=w.step(event.from_step), winner=winner, reason=event.reason)
    return w.sentences([told])


def _reopened(w: Statements, event: events.Reopened) -> str:
    text = w.gettext("Taken up again at {step} ({outcome} before): {reason}")
    return w.sentences(
        [
            text.format(
                step=w.step(event.to_step),
                outcome=w.outcome(event.from_outcome),
                reason=event.reason,
            )
        ]
    )


def _time_corrected(w: Statements, event: events.TimeCorrected) -> str:
    if event.entry == event.last:
        text = w.gettext("Time of entry {entry} corrected to {when}: {reason}")
    else:
        text = w.gettext("Times of entries {entry} to {last} corrected, from {when} on: {reason}")
    when = w.instant(event.true_at)
    told = text.format(entry=event.entry, last=event.last, when=when, reason=event.reason)
    return w.sentences([told])


_TELLERS: Mapping[type, Callable[[Statements, Any], str]] = {
    events.Opened: _opened,
    events.ContactAdded: _contact_added,
    events.ContactChanged: _contact_changed,
    events.ContactsMerged: _merged,
    events.MergeUndone: _merge_undone,
    events.AmountChanged: _amount_changed,
    events.Met: _met,
    events.Said: _said,
    events.Confirmed: _confirmed,
    events.Withdrawn: _withdrawn,
    events.Waived: _waived,
    events.Moved: _moved,
    events.Refused: _refused,
    events.SteppedBack: _stepped_back,
    events.WalkedAway: _walked_away,
    events.Lost: _lost,
    events.Reopened: _reopened,
    events.TimeCorrected: _time_corrected,
    events.CardChanged: _card_changed,
    events.AccountCorrected: _account_corrected,
    events.TitleCorrected: _title_corrected,
}
