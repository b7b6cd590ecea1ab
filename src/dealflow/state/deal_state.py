"""What a deal is: the fold of its trail's events. Nothing here decides; it only remembers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, field, frozen

from dealflow.conditions import Outcome, judge
from dealflow.evidence import ANY_ROLE, Contact, Evidence, Interaction, Reader, Statement
from dealflow.playbook import LOST, OUTCOMES, WALKED_AWAY, Playbook
from dealflow.trail import events
from dealflow.values import Money, Value, from_json

__all__ = ["DealState", "Snapshot", "Waiver", "contact_of"]

_NOBODY: frozenset[str] = frozenset()


@frozen
class Waiver:
    """A named person with authority has set a guard aside.

    Attributes:
        guard: the guard's id.
        authority: the name of the person.
        reason: why.
        until: the instant at which the waiver ends; ``None`` is never.
        entry: the sequence number of its entry.
    """

    guard: str
    authority: str
    reason: str
    until: datetime | None
    entry: int


def contact_of(event: events.ContactAdded | events.ContactChanged) -> Contact:
    """The contact that an event puts on the map."""
    return Contact(
        event.contact,
        event.name,
        event.title,
        event.contact_kind,
        event.roles,
        event.influence,
        event.response_mode,
        event.rating,
    )


@define(eq=False)
class DealState:
    """Everything that a deal's events say, indexed for the questions that guards ask.

    Attributes:
        playbook: the rules under which the deal is.
        id: the deal's id.
        account: the customer.
        title: what it is about.
        amount: the price, when there is one.
        step: the present step; for a closed deal, the last one.
        outcome: ``fulfilled``, ``walked_away``, ``lost``, or ``None`` while the deal is open.
        since: when the present step was entered.
        contacts: by id.
        interactions: by id.
        evidence: the statements.
        waivers: by guard; the latest of each.
        talks: the number of two-way interactions with somebody named.
        currency: the currency of all the deal's money, once any is known.
    """

    playbook: Playbook
    id: str = ""
    account: str = ""
    title: str = ""
    amount: Money | None = None
    step: str = ""
    outcome: str | None = None
    since: datetime | None = None
    contacts: dict[str, Contact] = field(factory=dict)
    interactions: dict[str, Interaction] = field(factory=dict)
    evidence: Evidence = field(factory=Evidence)
    waivers: dict[str, Waiver] = field(factory=dict)
    talks: int = 0
    currency: str | None = None
    _roles: dict[str, frozenset[str]] = field(factory=dict)
    _holders: dict[str, list[Contact]] | None = None
    _outcomes: dict[str, tuple[datetime, Outcome]] = field(factory=dict)

    def apply(self, seq: int, at: datetime, by: str, event: events.Event) -> None:
        """Take one event of the trail."""
        # Nothing is checked here: a verb's arguments have been through intake, and an entry out of
        # a trail through fold.
        self._APPLIERS[type(event)](self, seq, at, by, event)

    def guard_outcome(self, guard: str, snapshot: Snapshot) -> Outcome:
        """A guard's outcome; kept until something is said that it reads, or its evidence ages."""
        # Every assessment asks for every guard, and from one to the next few have changed. An
        # outcome is forgotten when something is said that its guard reads, and stands until its
        # evidence ages; of instants before the one it was made at it says nothing.
        kept = self._outcomes.get(guard)
        if kept is not None:
            since, outcome = kept
            at = snapshot.at
            if since <= at and (outcome.until is None or at <= outcome.until):
                return outcome
        outcome = judge(self.playbook.guard_condition[guard], snapshot)
        self._outcomes[guard] = (snapshot.at, outcome)
        return outcome

    def _forget_what_reads(self, fact: str) -> None:
        # Only statements can be told apart like this. People, prices and meetings may bear on any
        # guard, so that their appliers forget all outcomes.
        if not self._outcomes:
            return
        for guard in self.playbook.readers(fact):
            self._outcomes.pop(guard, None)

    def roles_of(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds."""
        return self._roles.get(contact, _NOBODY)

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``, in the order added."""
        if self._holders is None:
            self._holders = {ANY_ROLE: [c for c in self.contacts.values() if c.roles]}
            for contact in self._holders[ANY_ROLE]:
                for each in contact.roles:
                    self._holders.setdefault(each, []).append(contact)
        return self._holders.get(role, ())

    def _opened(self, seq: int, at: datetime, by: str, event: events.Opened) -> None:
        self.id, self.account, self.title = event.deal, event.account, event.title
        self.step, self.since = event.step, at
        self.currency = self.playbook.currency
        self._price(event.amount)

    def _price(self, amount: Money | None) -> None:
        self.amount = amount
        if amount is not None:
            self.currency = amount.currency

    def _amount_changed(self, seq: int, at: datetime, by: str, event: events.AmountChanged) -> None:
        self._price(event.amount)
        self._outcomes.clear()

    def _contact(
        self, seq: int, at: datetime, by: str, event: events.ContactAdded | events.ContactChanged
    ) -> None:
        contact = contact_of(event)
        self.contacts[contact.id] = contact
        if self._roles.get(contact.id) != frozenset(contact.roles):
            self._roles[contact.id] = frozenset(contact.roles)
            self.evidence.roles_changed()
        self._holders = None
        self._outcomes.clear()

    def _met(self, seq: int, at: datetime, by: str, event: events.Met) -> None:
        self.interactions[event.interaction] = Interaction(
            event.interaction,
            event.interaction_kind,
            event.channel,
            event.participants,
            event.held_at,
            event.two_way,
        )
        self.talks += event.two_way
        self._outcomes.clear()

    def _said(self, seq: int, at: datetime, by: str, event: events.Said) -> None:
        value = from_json(self.playbook.fact[event.fact].type, event.value)
        if isinstance(value, Money):
            # The first amount fixes the currency, whether it is the price or something said:
            # amounts in two currencies cannot be compared, and a guard would fail on them.
            self.currency = self.currency or value.currency
        self.evidence.add(
            Statement(
                seq,
                event.fact,
                event.about,
                value,
                event.source_kind,
                event.source,
                event.said_at,
                at,
                by,
                event.quote,
                event.first_hand,
                event.via,
                event.interaction,
            )
        )
        self._forget_what_reads(event.fact)

    def _withdrawn(self, seq: int, at: datetime, by: str, event: events.Withdrawn) -> None:
        self.evidence.withdraw(event.statement, event.reason)
        statement = self.evidence.statements[event.statement]
        # While there is no price, the currency hangs on what was said, and may go with it.
        if self.amount is None and isinstance(statement.value, Money):
            self.currency = self.playbook.currency or self._standing_currency()
        self._forget_what_reads(statement.fact)

    def _standing_currency(self) -> str | None:
        withdrawn = self.evidence.withdrawn
        standing = (s.value for id, s in self.evidence.statements.items() if id not in withdrawn)
        return next((value.currency for value in standing if isinstance(value, Money)), None)

    def _waived(self, seq: int, at: datetime, by: str, event: events.Waived) -> None:
        # No outcome is forgotten: a waiver changes what is made of one, and not what is known.
        waiver = Waiver(event.guard, event.authority, event.reason, event.until, seq)
        self.waivers[event.guard] = waiver

    def _enter(self, step: str, at: datetime) -> None:
        # A closed deal keeps its last step: that is where it is taken up again.
        if step in OUTCOMES:
            self.outcome = step
        else:
            self.step, self.since, self.outcome = step, at, None

    def _moved(self, seq: int, at: datetime, by: str, event: Any) -> None:
        self._enter(event.to_step, at)

    def _refused(self, seq: int, at: datetime, by: str, event: events.Refused) -> None:
        """A refused attempt changes nothing."""

    def _walked_away(self, seq: int, at: datetime, by: str, event: events.WalkedAway) -> None:
        self.outcome = WALKED_AWAY

    def _lost(self, seq: int, at: datetime, by: str, event: events.Lost) -> None:
        self.outcome = LOST

    _APPLIERS: ClassVar[Mapping[type, Callable[..., None]]] = {
        events.Opened: _opened,
        events.AmountChanged: _amount_changed,
        events.ContactAdded: _contact,
        events.ContactChanged: _contact,
        events.Met: _met,
        events.Said: _said,
        events.Withdrawn: _withdrawn,
        events.Waived: _waived,
        events.Moved: _moved,
        events.Refused: _refused,
        events.SteppedBack: _moved,
        events.WalkedAway: _walked_away,
        events.Lost: _lost,
        events.Reopened: _moved,
    }


class Snapshot:
    """A deal at one instant: the world in which conditions are evaluated.

    Attributes:
        state: the deal.
        at: the instant, in UTC.
        read: from a fact, and a contact for facts of contacts, to what is known of it.
    """

    __slots__ = ("at", "read", "state")

    def __init__(self, state: DealState, at: datetime) -> None:
        self.state = state
        self.at = at
        self.read: Reader = state.evidence.reader(state.roles_of, at)

    @property
    def playbook(self) -> Playbook:
        """The deal's playbook."""
        return self.state.playbook

    @property
    def heard(self) -> Collection[str]:
        """The ids of the contacts heard first-hand."""
        return self.state.evidence.heard

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``."""
        return self.state.holders(role)

    def attribute(self, name: str, contact: Contact | None) -> Value | None:
        """A bare attribute such as ``deal.amount`` or ``contact.rating``; ``None`` when not set."""
        return _ATTRIBUTES[name](self.state, contact)

    def waiver(self, guard: str) -> Waiver | None:
        """The waiver of a guard that is in force."""
        waiver = self.state.waivers.get(guard)
        if waiver is not None and (waiver.until is None or self.at <= waiver.until):
            return waiver
        return None


_ATTRIBUTES: Mapping[str, Callable[[DealState, Any], Value | None]] = {
    "deal.amount": lambda state, _: state.amount,
    "deal.account": lambda state, _: state.account,
    "deal.talks": lambda state, _: Decimal(state.talks),
    "contact.influence": lambda _, contact: contact.influence,
    "contact.response_mode": lambda _, contact: contact.response_mode,
    "contact.rating": lambda _, contact: (
        None if contact.rating is None else Decimal(contact.rating)
    ),
    "contact.heard": lambda state, contact: contact.id in state.evidence.heard,
    "contact.kind": lambda _, contact: contact.kind,
}
