"""What comes into a deal, checked: verbs' arguments become events, or one error with every problem.

Pure functions of the deal's state; nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from dealflow.evidence import (
    ContactKind,
    Fact,
    Influence,
    InteractionKind,
    ResponseMode,
    SourceKind,
)
from dealflow.exceptions import CurrencyMismatch, EvidenceError
from dealflow.playbook import Playbook
from dealflow.state import DealState
from dealflow.trail import events
from dealflow.values import Money, Value, ValueType, check_id, check_text, from_json, to_json, utc

__all__ = [
    "Checks",
    "amount_changed",
    "contact_record",
    "known",
    "met",
    "opened",
    "said",
    "waived",
]


T = TypeVar("T")

_SOMEDAY = datetime.max.replace(tzinfo=UTC)
"""Stands for a time that is unusable: nothing is later, so that nothing else is blamed for it."""


class Checks:
    """Collects problems, and raises them as one EvidenceError on leaving the block.

    An EvidenceError that the block itself raises is raised together with them. A single
    CurrencyMismatch is raised as it is, so that callers may catch it by its type.

    Attributes:
        errors: the problems so far.
        at: the time of recording, in UTC.
    """

    __slots__ = ("at", "errors")

    def __init__(self) -> None:
        self.errors: list[EvidenceError] = []
        self.at = _SOMEDAY

    def __enter__(self) -> Checks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, *rest: object
    ) -> None:
        # An error of any other class is a fault of ours and not of the input: it is not hidden
        # among the problems.
        if isinstance(error, EvidenceError) and self.errors:
            self.errors.append(error)
        elif error is not None:
            return
        self.settle()

    def settle(self) -> datetime:
        """Raise what was collected, if anything; otherwise give the time of recording."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise EvidenceError("; ".join(str(error) for error in self.errors)) from None
        return self.at

    def note(self, message: str) -> None:
        """Note a problem."""
        self.errors.append(EvidenceError(message))

    def id(self, value: object, what: str) -> None:
        """Note a value that is no id."""
        try:
            check_id(value, what)
        except EvidenceError as error:
            self.errors.append(error)

    def text(self, value: object, what: str, *, empty: bool = True) -> None:
        """Note a value that is no clean text, or an empty one where there must be words."""
        try:
            words = check_text(value, what)
        except EvidenceError as error:
            self.errors.append(error)
            return
        if not empty and not words.strip():
            self.note(f"{what} is empty")

    def yes_no(self, value: object, what: str) -> None:
        """Note a value that is neither true nor false."""
        if value is not True and value is not False:
            self.note(f"{what} is not true or false: {value!r}")

    def instant(self, value: object, what: str, latest: datetime = _SOMEDAY) -> datetime:
        """Normalise an instant; note one that is none, or that lies after the latest possible."""
        try:
            instant = utc(value, what)
        except EvidenceError as error:
            self.errors.append(error)
            return _SOMEDAY
        if instant > latest:
            self.note(f"{what} {instant.isoformat()} lies after the time of recording")
        return instant

    def several(self, value: object, what: str) -> tuple[Any, ...]:
        """Make a tuple of ids; note what is none, and an id that is given twice."""
        # A text can be gone through as well: "ruth" would be four people.
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, Iterable):
            self.note(f"{what}s are not a list of ids: {value!r}")
            return ()
        ids = tuple(value)
        # Not by a set: what a caller gives need not have a hash.
        if any(id in ids[:i] for i, id in enumerate(ids)):
            self.note(f"a {what} is given twice")
        return ids

    def one_of(self, value: object, words: Iterable[Any], what: str) -> None:
        """Note a value that is none of the words."""
        words = tuple(words)
        if value not in words:
            self.note(f"{what} {value!r} is not one of {', '.join(map(str, words))}")

    def contacts(self, state: DealState, ids: Iterable[object], what: str) -> None:
        """Note ids that aren't contacts of the deal."""
        for id in ids:
            if known(state.contacts, id) is None:
                self.note(f"{what} {id!r} is not a contact of the deal")


def known(among: Mapping[str, T], id: object) -> T | None:
    """Look an id up that may be anything, even something without a hash."""
    return among.get(id) if isinstance(id, str) else None


def opened(
    playbook: Playbook, id: str, account: str, title: str, amount: Money | None
) -> events.Opened:
    """A new deal."""
    with Checks() as checks:
        checks.id(id, "the deal's id")
        checks.text(account, "the account", empty=False)
        checks.text(title, "the title")
        if amount is not None:
            _check_amount(checks, amount, playbook.currency, "the playbook's")
    return events.Opened(
        id,
        account,
        title,
        amount,
        playbook.id,
        playbook.version,
        playbook.fingerprint,
        playbook.steps[0].id,
    )


def _check_amount(checks: Checks, amount: object, currency: str | None, whose: str) -> None:
    if not isinstance(amount, Money):
        checks.note(f"the amount {amount!r} is not Money")
        return
    if amount.amount < 0:
        checks.note(f"the amount {amount} is below nothing")
    if currency not in (None, amount.currency):
        checks.errors.append(CurrencyMismatch(str(amount), f"{whose} {currency}"))


def amount_changed(state: DealState, amount: Money, reason: str) -> events.AmountChanged:
    """A new price, in the currency that the deal has already."""
    with Checks() as checks:
        _check_amount(
            checks, amount, state.currency, "the deal's" if state.amount else "what was said, in"
        )
        checks.text(reason, "the reason", empty=False)
    return events.AmountChanged(amount, reason)


def contact_record(
    state: DealState,
    *,
    id: str,
    name: str,
    title: str,
    kind: str,
    roles: Iterable[str],
    influence: str | None,
    response_mode: str | None,
    rating: int | None,
) -> dict[str, Any]:
    """The fields of a contact, checked; the arguments of ContactAdded and ContactChanged."""
    with Checks() as checks:
        roles = checks.several(roles, "role")
        checks.id(id, "the contact's id")
        checks.text(name, "the name", empty=False)
        checks.text(title, "the title")
        checks.one_of(kind, get_args(ContactKind), "the kind")
        for role in roles:
            checks.one_of(role, state.playbook.role, "the role")
        checks.one_of(influence, (None, *get_args(Influence)), "the influence")
        checks.one_of(response_mode, (None, *get_args(ResponseMode)), "the response mode")
        if rating is not None and (type(rating) is not int or not -5 <= rating <= 5):
            checks.note(f"the rating {rating!r} is not a whole number from -5 to 5")
    return {
        "contact": id,
        "name": name,
        "title": title,
        "contact_kind": kind,
        "roles": roles,
        "influence": influence,
        "response_mode": response_mode,
        "rating": rating,
    }


def met(
    state: DealState,
    at: datetime,
    kind: InteractionKind,
    participants: Iterable[str],
    id: str | None,
    channel: str,
    held_at: datetime | None,
    two_way: bool,
) -> events.Met:
    """A call, meeting, mail or visit."""
    with Checks() as checks:
        people = checks.several(participants, "participant")
        checks.one_of(kind, get_args(InteractionKind), "the kind of interaction")
        if id is None:
            id = _next_id(state, kind)
        else:
            checks.id(id, "the interaction's id")
            if known(state.interactions, id):
                checks.note(f"there is an interaction {id!r} already")
        checks.text(channel, "the channel")
        checks.contacts(state, people, "the participant")
        if not people:
            checks.note("an interaction needs at least one participant")
        checks.yes_no(two_way, "two_way")
        held = at if held_at is None else checks.instant(held_at, "held_at", at)
    return events.Met(id, kind, channel, people, held, two_way)


def _next_id(state: DealState, kind: object) -> str:
    # The caller may have used such an id of his own.
    number = len(state.interactions) + 1
    while f"{kind}-{number}" in state.interactions:
        number += 1
    return f"{kind}-{number}"


def said(
    state: DealState,
    at: datetime,
    source_kind: SourceKind,
    source: str,
    fact: str,
    value: object,
    *,
    said_at: datetime | None = None,
    quote: str = "",
    first_hand: bool | None = None,
    via: str | None = None,
    about: str | None = None,
    interaction: str | None = None,
) -> events.Said:
    """A statement by a contact, out of a document, or by our own rep."""
    with Checks() as checks:
        declared = known(state.playbook.fact, fact)
        if declared is None:
            checks.note(f"the playbook has no fact {fact!r}")
        else:
            # Who speaks of a fact of contacts without naming anybody speaks of himself.
            if about is None and declared.of == "contact" and source_kind == "contact":
                about = source
            _check_about(checks, state, declared, about)
        if source_kind == "contact":
            checks.contacts(state, [source], "the source")
        else:
            checks.text(source, "the source", empty=False)
        if first_hand is None:
            first_hand = via is None
        _check_via(checks, state, source, via, first_hand)
        checks.text(quote, "the quote")
        held = known(state.interactions, interaction)
        if interaction is not None and held is None:
            checks.note(f"there is no interaction {interaction!r}")
        if said_at is None:
            # What was said in a meeting was said then, however late it is recorded.
            said_at = held.held_at if held else at
        else:
            said_at = checks.instant(said_at, "said_at", at)
        normal = _value(checks, state, declared, value) if declared else None
    form = None if normal is None else to_json(normal)
    return events.Said(
        fact, about, form, source_kind, source, said_at, quote, first_hand, via, interaction
    )


def _check_about(checks: Checks, state: DealState, fact: Fact, about: str | None) -> None:
    if fact.of == "deal" and about is not None:
        checks.note(f"{fact.id} is a fact of the deal, not of a contact: about must be left out")
    elif fact.of == "contact" and about is None:
        checks.note(f"{fact.id} is a fact of each contact: about must name one")
    elif about is not None:
        checks.contacts(state, [about], "about:")


def _check_via(
    checks: Checks, state: DealState, source: str, via: str | None, first_hand: object
) -> None:
    checks.yes_no(first_hand, "first_hand")
    if via is None:
        return
    checks.contacts(state, [via], "via:")
    if via == source:
        checks.note("nobody tells on his own words: via is the source itself")
    if first_hand is True:
        checks.note("words that were told on are not first-hand: leave out first_hand, or via")


def _value(checks: Checks, state: DealState, fact: Fact, raw: object) -> Value | None:
    try:
        value = from_json(fact.type, raw)
    except ValueError as error:  # EvidenceError is one, too
        checks.note(f"{fact.id}: {error}")
        return None
    if isinstance(value, Money) and state.currency not in (None, value.currency):
        checks.errors.append(CurrencyMismatch(f"{fact.id} {value}", f"the deal's {state.currency}"))
    elif fact.type is ValueType.CHOICE:
        checks.one_of(value, fact.choices, fact.id)
    elif fact.type is ValueType.PERSON:
        checks.contacts(state, [str(value)], f"{fact.id}:")
    return value


def waived(
    state: DealState,
    at: datetime,
    by: str,
    guard: str,
    authority: str,
    reason: str,
    until: datetime | None,
) -> events.Waived:
    """A named person sets a guard aside, where the playbook lets it be."""
    with Checks() as checks:
        declared = known(state.playbook.guard, guard)
        if declared is None:
            checks.note(f"the playbook has no guard {guard!r}")
        elif not declared.waivable:
            checks.note(f"the playbook does not let anybody waive {guard}")
        checks.text(authority, "the authority", empty=False)
        checks.text(reason, "the reason", empty=False)
        # The name is all that we know of the authority, but an entry by the very person would show
        # that nobody else was asked.
        if authority == by:
            checks.note("nobody waives for himself: the authority must be somebody else")
        if until is not None:
            until = checks.instant(until, "until")
            if until <= at < _SOMEDAY:
                checks.note(f"until {until.isoformat()} is over already")
    return events.Waived(guard, authority, reason, until)
