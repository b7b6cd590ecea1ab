"""The form of entries: for each kind of event what it must be in itself, whichever deal it is in.

Verbs and readers of trails use the same checks. They take whatever a caller may give: a value of a
wrong type is a problem like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from dealflow.exceptions import EvidenceError, Problems
from dealflow.trail import events
from dealflow.values import LARGEST, Alternative, Money, ValueType, check_id, check_text, from_json

__all__ = ["by_problems", "form_problems"]


class _Problems(Problems):
    """What was found so far, and what is looked for again and again."""

    __slots__ = ()

    def text(self, place: str, value: object, what: str) -> None:
        """A text that is safe to keep and to print."""
        try:
            check_text(value, what)
        except EvidenceError as error:
            self.note(place, str(error), "invalid_text")

    def words(self, place: str, value: object, what: str) -> None:
        """A text that says something."""
        # Nearly all are like this, and many are looked at.
        if isinstance(value, str) and value.isalnum() and len(value) < _SHORT:
            return
        self.text(place, value, what)
        if isinstance(value, str) and not value.strip():
            self.note(place, f"{what} is empty", "invalid_text")

    def id(self, value: object, what: str) -> None:
        try:
            check_id(value, what)
        except EvidenceError as error:
            self.note("id", str(error), "invalid_id")

    def one_of(self, place: str, value: object, words: tuple[object, ...], what: str) -> None:
        # What equals a word need not be one: an Enum may be a str.
        if value not in words or value.__class__ not in _OF_WORDS:
            given = ", ".join(map(str, words))
            self.note(place, f"{what} {value!r} is not one of {given}", "invalid_word")

    def once(self, place: str, names: Sequence[object], what: str) -> None:
        # Not by a set: what a caller gives need not have a hash.
        if len(names) > 1 and any(name in names[:i] for i, name in enumerate(names)):
            self.note(place, f"a {what} is given twice", "given_twice")

    def names(self, place: str, names: tuple[object, ...], what: str) -> None:
        self.once(place, names, what)
        for name in names:
            self.words(place, name, f"the {what}")

    def not_ahead(self, place: str, value: datetime, at: datetime | None) -> None:
        # Later than its own entry, a statement would be live for longer than it is good.
        if at is not None and value > at:
            message = f"{place} {value.isoformat()} lies after the time of recording"
            self.note(place, message, "lies_ahead", at=at)

    def amount(self, amount: object, place: str = "amount") -> Money | None:
        """What is worth something, if it is."""
        if not isinstance(amount, Money):
            self.note(place, f"the amount {amount!r} is not Money", "invalid_amount")
            return None
        if amount.amount < 0:
            self.note(place, f"the amount {amount} is below nothing", "invalid_amount")
        return amount

    def day(self, place: str, value: object) -> None:
        try:
            from_json(ValueType.DATE, value)
        except ValueError as error:
            self.note(place, f"{place}: {error}", "invalid_value")


_SHORT: Final = 100
"""Any text may be as long as this."""

_OF_WORDS: Final = (str, type(None))
_Check: TypeAlias = Callable[[_Problems, datetime | None, object, Any], None]


def form_problems(at: datetime | None, by: object, event: events.Event) -> Problems:
    """Everything that is wrong with an entry in itself.

    Args:
        at: when it is recorded; ``None`` when that is unusable, and not held against anything else.
        by: who records it.
        event: what happened.
    """
    found = _Problems()
    found.words("by", by, "by")
    _CHECKS[event.__class__](found, at, by, event)
    return found


def by_problems(by: object) -> Problems:
    """What is wrong with the one who records an entry."""
    found = _Problems()
    found.words("by", by, "by")
    return found


def _opened(p: _Problems, at: datetime | None, by: object, event: events.Opened) -> None:
    p.id(event.deal, "the deal's id")
    p.words("account", event.account, "the account")
    p.text("title", event.title, "the title")
    if event.amount is not None:
        p.amount(event.amount)
    _card(p, by, event.card)


_SOURCES: Final = (None, *get_args(LeadSource))
_MOST_LINES: Final = 200
"""As many as a list in a condition may have."""


def _card(p: _Problems, by: object, card: Card) -> None:
    # Who acts is looked at as such.
    if card.owner != by:
        p.words("owner", card.owner, "the owner")
    p.one_of("source", card.source, _SOURCES, "the source")
    for place, value, what in (
        ("source_name", card.source_name, "the source's name"),
        ("market", card.market, "the market"),
    ):
        # It may be left out, but a text that is there says something.
        if value != "":
            p.words(place, value, what)
    if card.source_name and card.source is None:
        message = f"a source is named, {card.source_name!r}, but not of which kind it is"
        p.note("source_name", message, "inconsistent")
    _lines(p, card.lines)
    if card.expected_close is not None:
        p.day("expected_close", card.expected_close)


def _lines(p: _Problems, lines: object) -> None:
    if not isinstance(lines, tuple):
        p.note("lines", f"the lines are not a list of lines: {lines!r}", "invalid_value")
        return
    if len(lines) > _MOST_LINES:
        p.note("lines", f"{len(lines)} lines: at most {_MOST_LINES}", "invalid_value")
        return
    products, amounts = [], []
    for i, line in enumerate(lines):
        if not isinstance(line, Line):
            p.note(f"lines[{i}]", f"{line!r} is not a Line", "invalid_value")
            continue
        p.words(f"lines[{i}].product", line.product, "the product")
        amount = p.amount(line.amount, f"lines[{i}].amount")
        products.append(line.product)
        amounts += [] if amount is None else [amount]
    p.once("lines", products, "product")
    # Money beyond what it can be could not be compared with anything.
    if exact_sum(amounts) > LARGEST:
        p.note("lines", "the lines come to more than 10^15", "invalid_amount")


def _card_changed(p: _Problems, at: datetime | None, by: object, event: events.CardChanged) -> None:
    _card(p, by, event.card)
    p.text("reason", event.reason, "the reason")


def _account_corrected(
    p: _Problems, at: datetime | None, by: object, event: events.AccountCorrected
) -> None:
    p.words("account", event.account, "the account")
    _reason(p, at, by, event)


def _title_corrected(
    p: _Problems, at: datetime | None, by: object, event: events.TitleCorrected
) -> None:
    p.text("title", event.title, "the title")
    _reason(p, at, by, event)


_KINDS_OF_CONTACTS: Final = get_args(ContactKind)
_INFLUENCES: Final = (None, *get_args(Influence))
_RESPONSE_MODES: Final = (None, *get_args(ResponseMode))
_LEVELS: Final = (None, *get_args(Level))
_KINDS_OF_INTERACTIONS: Final = get_args(InteractionKind)
_SIDES: Final = get_args(Side)


def _contact(
    p: _Problems,
    at: datetime | None,
    by: object,
    event: events.ContactAdded | events.ContactChanged,
) -> None:
    contact = event.contact
    p.id(contact.id, "the contact's id")
    p.words("name", contact.name, "the name")
    p.text("title", contact.title, "the title")
    p.one_of("kind", contact.kind, _KINDS_OF_CONTACTS, "the kind")
    p.names("roles", contact.roles, "role")
    p.one_of("influence", contact.influence, _INFLUENCES, "the influence")
    p.one_of("response_mode", contact.response_mode, _RESPONSE_MODES, "the response mode")
    rating = contact.rating
    if rating is not None and (rating.__class__ is not int or not -5 <= rating <= 5):
        message = f"the rating {rating!r} is not a whole number from -5 to 5"
        p.note("rating", message, "invalid_number")
    p.text("department", contact.department, "the department")
    p.one_of("level", contact.level, _LEVELS, "the level")
    if contact.left is not None and contact.left.__class__ is not date:
        p.note("left", f"left is not a day: {contact.left!r}", "invalid_value")


def _merged(p: _Problems, at: datetime | None, by: object, event: events.ContactsMerged) -> None:
    _reason(p, at, by, event)
    if event.contact == event.into:
        message = f"{event.contact!r} is one person with himself already"
        p.note("into", message, "inconsistent")


def _confirmed(p: _Problems, at: datetime | None, by: object, event: events.Confirmed) -> None:
    p.names("facts", event.facts, "fact")
    if not event.facts:
        p.note("facts", "nothing is named that was confirmed", "invalid_value")
    if event.quote:
        p.text("quote", event.quote, "the quote")
    p.not_ahead("said_at", event.said_at, at)


def _amount_changed(
    p: _Problems, at: datetime | None, by: object, event: events.AmountChanged
) -> None:
    p.amount(event.amount)
    _reason(p, at, by, event)


def _met(p: _Problems, at: datetime | None, by: object, event: events.Met) -> None:
    met = event.interaction
    p.one_of("kind", met.kind, _KINDS_OF_INTERACTIONS, "the kind of interaction")
    p.id(met.id, "the interaction's id")
    p.text("channel", met.channel, "the channel")
    p.names("participants", met.participants, "participant")
    if not met.participants:
        message = "an interaction needs at least one participant"
        p.note("participants", message, "invalid_value")
    p.one_of("spoke", met.spoke, _SIDES, "the side that spoke")
    p.not_ahead("held_at", met.held_at, at)


def _said(p: _Problems, at: datetime | None, by: object, event: Said) -> None:
    kind, via, first_hand = event.source_kind, event.via, event.first_hand
    p.words("source", event.source, "the source")
    if event.quote:
        p.text("quote", event.quote, "the quote")
    for place, whom in (("via", via), ("about", event.about)):
        if whom is not None:
            p.text(place, whom, place)
    p.not_ahead("said_at", event.said_at, at)
    if first_hand is not True and first_hand is not False:
        p.note("first_hand", f"first_hand is not true or false: {first_hand!r}", "invalid_value")
    if via is not None or first_hand is not True:
        if kind != "contact":
            message = f"only a contact's words can be told on, and this is by a {kind}"
            p.note("via", message, "told_on")
        elif via is not None and via == event.source:
            message = "nobody tells on his own words: via is the source itself"
            p.note("via", message, "told_on")
        if via is not None and first_hand is True:
            message = "words that were told on are not first-hand: leave out first_hand, or via"
            p.note("first_hand", message, "told_on")
    if kind == "observation" and event.source != by:
        message = f"an observation is made by who records it, and not by {event.source!r}"
        p.note("source", message, "inconsistent")


def _reason(p: _Problems, at: datetime | None, by: object, event: Any) -> None:
    p.words("reason", event.reason, "the reason")


def _waived(p: _Problems, at: datetime | None, by: object, event: events.Waived) -> None:
    p.words("authority", event.authority, "the authority")
    _reason(p, at, by, event)
    # The name is all that we know of the authority, but an entry by the very person would show that
    # nobody else was asked.
    if event.authority == by:
        message = "nobody waives for himself: the authority must be somebody else"
        p.note("authority", message, "own_waiver")
    if event.until is not None and at is not None and event.until <= at:
        p.note("until", f"until {event.until.isoformat()} is over already", "invalid_instant")


def _nothing(p: _Problems, at: datetime | None, by: object, event: object) -> None:
    """All that it says is weighed in the deal."""


def _stepped_back(p: _Problems, at: datetime | None, by: object, event: events.SteppedBack) -> None:
    # After a rejection the reason is the customer's answer, which is an entry of its own.
    if event.cause == "rep":
        _reason(p, at, by, event)
    elif event.reason:
        p.note("reason", "a rejection has no other reason", "inconsistent")


_ALTERNATIVES: Final = get_args(Alternative)


def _lost(p: _Problems, at: datetime | None, by: object, event: events.Lost) -> None:
    _reason(p, at, by, event)
    p.one_of("to", event.to, _ALTERNATIVES, "the winning alternative")
    p.text("rival", event.rival, "the rival")
    if event.rival and event.to != "rival":
        message = f"a rival is named, but the deal was lost to {event.to}"
        p.note("rival", message, "inconsistent")


def _time_corrected(
    p: _Problems, at: datetime | None, by: object, event: events.TimeCorrected
) -> None:
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
