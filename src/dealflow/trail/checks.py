"""The form of entries: for each kind of event what it must be in itself, whichever deal it is in.

Verbs and readers of trails use the same checks. They take whatever a caller may give: a value of a
wrong type is a problem like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args

from dealflow.evidence import (
    Card,
    ContactKind,
    Influence,
    InteractionKind,
    LeadSource,
    Level,
    Line,
    ResponseMode,
    Said,
    Side,
    exact_sum,
)
from dealflow.exceptions import Problems
from dealflow.message import message
from dealflow.trail import events, terms
from dealflow.trail.noted import Noted
from dealflow.values import LARGEST, Alternative

__all__ = ["by_problems", "form_problems"]


_Check: TypeAlias = Callable[[Noted, datetime | None, object, Any], None]


def form_problems(at: datetime | None, by: object, event: events.Event) -> Problems:
    """Everything that is wrong with an entry in itself.

    Args:
        at: when it is recorded; ``None`` when that is unusable, and not held against anything else.
        by: who records it.
        event: what happened.
    """
    found = Noted()
    found.words("by", by, "by")
    _CHECKS[event.__class__](found, at, by, event)
    return found


def by_problems(by: object) -> Problems:
    """What is wrong with the one who records an entry."""
    found = Noted()
    found.words("by", by, "by")
    return found


def _opened(p: Noted, at: datetime | None, by: object, event: events.Opened) -> None:
    p.id(event.deal, terms.THE_DEALS_ID)
    p.words("account", event.account, terms.THE_ACCOUNT)
    p.text("title", event.title, terms.THE_TITLE)
    if event.amount is not None:
        p.amount(event.amount)
    _card(p, by, event.card)


_SOURCES: Final = (None, *get_args(LeadSource))
_MOST_LINES: Final = 200
"""As many as a list in a condition may have."""


def _card(p: Noted, by: object, card: Card) -> None:
    # Who acts is looked at as such.
    if card.owner != by:
        p.words("owner", card.owner, terms.THE_OWNER)
    p.one_of("source", card.source, _SOURCES, terms.THE_SOURCE)
    for place, value, what in (
        ("source_name", card.source_name, terms.THE_SOURCES_NAME),
        ("market", card.market, terms.THE_MARKET),
    ):
        # It may be left out, but a text that is there says something.
        if value != "":
            p.words(place, value, what)
    if card.source_name and card.source is None:
        told = message(
            "a source is named, {source_name!r}, but not of which kind it is",
            source_name=card.source_name,
        )
        p.note("source_name", told, "inconsistent")
    _lines(p, card.lines)
    if card.expected_close is not None:
        p.day("expected_close", card.expected_close)


def _lines(p: Noted, lines: object) -> None:
    if not isinstance(lines, tuple):
        p.note(
            "lines",
            message("the lines are not a list of lines: {lines!r}", lines=lines),
            "invalid_value",
        )
        return
    if len(lines) > _MOST_LINES:
        p.note(
            "lines",
            message("{count} lines: at most {most}", count=len(lines), most=_MOST_LINES),
            "invalid_value",
        )
        return
    products, amounts = [], []
    for i, line in enumerate(lines):
        if not isinstance(line, Line):
            p.note(f"lines[{i}]", message("{line!r} is not a Line", line=line), "invalid_value")
            continue
        p.words(f"lines[{i}].product", line.product, terms.THE_PRODUCT)
        amount = p.amount(line.amount, f"lines[{i}].amount")
        products.append(line.product)
        amounts += [] if amount is None else [amount]
    p.once("lines", products, terms.PRODUCT)
    # Money beyond what it can be could not be compared with anything.
    if exact_sum(amounts) > LARGEST:
        p.note("lines", message("the lines come to more than 10^15"), "invalid_amount")


def _card_changed(p: Noted, at: datetime | None, by: object, event: events.CardChanged) -> None:
    _card(p, by, event.card)
    p.text("reason", event.reason, terms.THE_REASON)


def _account_corrected(
    p: Noted, at: datetime | None, by: object, event: events.AccountCorrected
) -> None:
    p.words("account", event.account, terms.THE_ACCOUNT)
    _reason(p, at, by, event)


def _title_corrected(
    p: Noted, at: datetime | None, by: object, event: events.TitleCorrected
) -> None:
    p.text("title", event.title, terms.THE_TITLE)
    _reason(p, at, by, event)


_KINDS_OF_CONTACTS: Final = get_args(ContactKind)
_INFLUENCES: Final = (None, *get_args(Influence))
_RESPONSE_MODES: Final = (None, *get_args(ResponseMode))
_LEVELS: Final = (None, *get_args(Level))
_KINDS_OF_INTERACTIONS: Final = get_args(InteractionKind)
_SIDES: Final = get_args(Side)


def _contact(
    p: Noted,
    at: datetime | None,
    by: object,
    event: events.ContactAdded | events.ContactChanged,
) -> None:
    contact = event.contact
    p.id(contact.id, terms.THE_CONTACTS_ID)
    p.words("name", contact.name, terms.THE_NAME)
    p.text("title", contact.title, terms.THE_TITLE)
    p.one_of("kind", contact.kind, _KINDS_OF_CONTACTS, terms.THE_KIND)
    p.names("roles", contact.roles, terms.ROLE, terms.THE_ROLE)
    p.one_of("influence", contact.influence, _INFLUENCES, terms.THE_INFLUENCE)
    p.one_of("response_mode", contact.response_mode, _RESPONSE_MODES, terms.THE_RESPONSE_MODE)
    rating = contact.rating
    if rating is not None and (rating.__class__ is not int or not -5 <= rating <= 5):
        told = message("the rating {rating!r} is not a whole number from -5 to 5", rating=rating)
        p.note("rating", told, "invalid_number")
    p.text("department", contact.department, terms.THE_DEPARTMENT)
    p.one_of("level", contact.level, _LEVELS, terms.THE_LEVEL)
    if contact.left is not None and contact.left.__class__ is not date:
        p.note("left", message("left is not a day: {left!r}", left=contact.left), "invalid_value")


def _merged(p: Noted, at: datetime | None, by: object, event: events.ContactsMerged) -> None:
    _reason(p, at, by, event)
    if event.contact == event.into:
        told = message("{contact!r} is one person with himself already", contact=event.contact)
        p.note("into", told, "inconsistent")


def _confirmed(p: Noted, at: datetime | None, by: object, event: events.Confirmed) -> None:
    p.names("facts", event.facts, terms.FACT, terms.THE_FACT)
    if not event.facts:
        p.note("facts", message("nothing is named that was confirmed"), "invalid_value")
    if event.quote:
        p.text("quote", event.quote, terms.THE_QUOTE)
    p.not_ahead("said_at", event.said_at, at)


def _amount_changed(p: Noted, at: datetime | None, by: object, event: events.AmountChanged) -> None:
    p.amount(event.amount)
    _reason(p, at, by, event)


def _met(p: Noted, at: datetime | None, by: object, event: events.Met) -> None:
    met = event.interaction
    p.one_of("kind", met.kind, _KINDS_OF_INTERACTIONS, terms.THE_KIND_OF_INTERACTION)
    p.id(met.id, terms.THE_INTERACTIONS_ID)
    p.text("channel", met.channel, terms.THE_CHANNEL)
    p.names("participants", met.participants, terms.PARTICIPANT, terms.THE_PARTICIPANT)
    if not met.participants:
        told = message("an interaction needs at least one participant")
        p.note("participants", told, "invalid_value")
    p.one_of("spoke", met.spoke, _SIDES, terms.THE_SIDE_THAT_SPOKE)
    p.not_ahead("held_at", met.held_at, at)


def _said(p: Noted, at: datetime | None, by: object, event: Said) -> None:
    kind, via, first_hand = event.source_kind, event.via, event.first_hand
    p.words("source", event.source, terms.THE_SOURCE)
    if event.quote:
        p.text("quote", event.quote, terms.THE_QUOTE)
    for place, whom in (("via", via), ("about", event.about)):
        if whom is not None:
            p.text(place, whom, place)
    p.not_ahead("said_at", event.said_at, at)
    if first_hand is not True and first_hand is not False:
        p.note(
            "first_hand",
            message("first_hand is not true or false: {first_hand!r}", first_hand=first_hand),
            "invalid_value",
        )
    if via is not None or first_hand is not True:
        if kind != "contact":
            told = message(
                "only a contact's words can be told on, and this is by a {kind}", kind=kind
            )
            p.note("via", told, "told_on")
        elif via is not None and via == event.source:
            told = message("nobody tells on his own words: via is the source itself")
            p.note("via", told, "told_on")
        if via is not None and first_hand is True:
            told = message(
                "words that were told on are not first-hand: leave out first_hand, or via"
            )
            p.note("first_hand", told, "told_on")
    if kind == "observation" and event.source != by:
        told = message(
            "an observation is made by who records it, and not by {source!r}", source=event.source
        )
        p.note("source", told, "inconsistent")


def _reason(p: Noted, at: datetime | None, by: object, event: Any) -> None:
    p.words("reason", event.reason, terms.THE_REASON)


def _waived(p: Noted, at: datetime | None, by: object, event: events.Waived) -> None:
    p.words("authority", event.authority, terms.THE_AUTHORITY)
    _reason(p, at, by, event)
    # The name is all that we know of the authority, but an entry by the very person would show that
    # nobody else was asked.
    if event.authority == by:
        told = message("nobody waives for himself: the authority must be somebody else")
        p.note("authority", told, "own_waiver")
    if event.until is not None and at is not None and event.until <= at:
        p.note(
            "until",
            message("until {until} is over already", until=event.until.isoformat()),
            "invalid_instant",
        )


def _nothing(p: Noted, at: datetime | None, by: object, event: object) -> None:
    """All that it says is weighed in the deal."""


def _stepped_back(p: Noted, at: datetime | None, by: object, event: events.SteppedBack) -> None:
    # After a rejection the reason is the customer's answer, which is an entry of its own.
    if event.cause == "rep":
        _reason(p, at, by, event)
    elif event.reason:
        p.note("reason", message("a rejection has no other reason"), "inconsistent")


_ALTERNATIVES: Final = get_args(Alternative)


def _lost(p: Noted, at: datetime | None, by: object, event: events.Lost) -> None:
    _reason(p, at, by, event)
    p.one_of("to", event.to, _ALTERNATIVES, terms.THE_WINNING_ALTERNATIVE)
    p.text("rival", event.rival, terms.THE_RIVAL)
    if event.rival and event.to != "rival":
        told = message("a rival is named, but the deal was lost to {to}", to=event.to)
        p.note("rival", told, "inconsistent")


def _time_corrected(p: Noted, at: datetime | None, by: object, event: events.TimeCorrected) -> None:
    _reason(p, at, by, event)
    p.not_ahead("true_at", event.true_at, at)


_CHECKS: Final[Mapping[type, _Check]] = MappingProxyType(
    {
        events.Opened: _opened,
        events.ContactAdded: _contact,
        events.ContactChanged: _contact,
        events.ContactsMerged: _merged,
        events.MergeUndone: _reason,
        events.AmountChanged: _amount_changed,
        events.Met: _met,
        Said: _said,
        events.Confirmed: _confirmed,
        events.Withdrawn: _reason,
        events.Waived: _waived,
        events.Moved: _nothing,
        events.Refused: _nothing,
        events.SteppedBack: _stepped_back,
        events.WalkedAway: _reason,
        events.Lost: _lost,
        events.Reopened: _reason,
        events.TimeCorrected: _time_corrected,
        events.CardChanged: _card_changed,
        events.AccountCorrected: _account_corrected,
        events.TitleCorrected: _title_corrected,
    }
)
