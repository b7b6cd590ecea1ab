"""What a deal is: the fold of its trail's events, indexed for the questions that guards ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from attrs import define, field, frozen

from dealflow.conditions import Outcome, judge
from dealflow.evidence import ANY_ROLE, Card, Contact, Evidence, Interaction, Reader
from dealflow.playbook import Playbook, machine
from dealflow.trail import Timeline, events
from dealflow.values import Money, Value

__all__ = ["DealState", "Snapshot", "Waiver"]

_NOBODY: frozenset[str] = frozenset()
_OF_THE_DEAL: frozenset[str] = frozenset({"account", "amount", "talks"})
"""The attributes that are not on the card."""


@frozen(repr=False)
class Waiver(events.Waived):
    """A guard is set aside, on record in a deal.

    Attributes:
        entry: the sequence number of its entry.
    """

    entry: int = field(kw_only=True)

    def in_force(self, at: datetime) -> bool:
        """Whether it has not ended yet."""
        return self.until is None or at <= self.until


@define(eq=False, repr=False)
class DealState:
    """Everything that a deal's events say, indexed for the questions that guards ask.

    Attributes:
        playbook: the rules under which the deal is.
        id: the deal's id.
        account: the customer.
        title: what it is about.
        amount: the price, when there is one.
        card: our own record of the deal.
        place: where it stands in the playbook's machine.
        since: when the present step was entered.
        entered: the sequence number of the entry by which it was entered.
        contacts: by id.
        interactions: by id.
        recorded: by the id of an interaction, the sequence number of its entry.
        evidence: the statements.
        waivers: by guard; the latest of each.
        talks: the number of interactions with somebody named in which both sides spoke.
        currency: the currency of all the deal's money, once any is known.
        news: whether anything was said or taken back since the deal ended.
        timeline: when its entries were recorded.
    """

    playbook: Playbook
    id: str = ""
    account: str = ""
    title: str = ""
    amount: Money | None = None
    card: Card = field(factory=lambda: Card(""))
    place: str = machine.START
    since: datetime | None = None
    entered: int = 0
    contacts: dict[str, Contact] = field(factory=dict)
    interactions: dict[str, Interaction] = field(factory=dict)
    recorded: dict[str, int] = field(factory=dict)
    evidence: Evidence = field(factory=Evidence)
    waivers: dict[str, Waiver] = field(factory=dict)
    talks: int = 0
    currency: str | None = None
    news: bool = False
    timeline: Timeline = field(factory=Timeline)
    _roles: dict[str, frozenset[str]] = field(factory=dict)
    _holders: dict[str, list[Contact]] | None = None
    _outcomes: dict[str, tuple[datetime, Outcome]] = field(factory=dict)

    @property
    def step(self) -> str:
        """The present step; for a closed deal, the last one."""
        return machine.where(self.place)[0]

    @property
    def outcome(self) -> str | None:
        """``fulfilled``, ``walked_away``, ``lost``, or ``None`` while the deal is open."""
        return machine.where(self.place)[1]

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

    def forget(self, fact: str | None = None) -> None:
        """Forget the outcomes that hang on a fact, or all of them."""
        # Only statements can be told apart by their facts. People, prices and meetings may bear on
        # any guard.
        if fact is None:
            self._outcomes.clear()
        elif self._outcomes:
            for guard in self.playbook.readers(fact):
                self._outcomes.pop(guard, None)

    def put(self, contact: Contact) -> None:
        """Put a contact on the map, in the place of an earlier record of him."""
        self.contacts[contact.id] = contact
        roles = frozenset(contact.roles)
        if self._roles.get(contact.id) != roles:
            self._roles[contact.id] = roles
            self.evidence.roles_changed()
        self._holders = None
        self.forget()

    def enter(self, place: str, seq: int, at: datetime) -> None:
        """Go to a place of the machine."""
        # A closed deal keeps its last step, and the time when that was entered.
        if machine.where(place)[1] is None:
            self.since, self.entered = at, seq
        self.place, self.news = place, False

    def fire(self, trigger: str, seq: int, at: datetime) -> None:
        """Go where the machine leads by a trigger whose guards let the deal by."""
        if place := machine.fire(self.playbook, self.place, trigger, lambda: True):
            self.enter(place, seq, at)

    def waiver(self, guard: str, at: datetime) -> Waiver | None:
        """The waiver of a guard that is in force at an instant."""
        waiver = self.waivers.get(guard)
        return waiver if waiver is not None and waiver.in_force(at) else None

    def roles_of(self, contact: str) -> frozenset[str]:
        """The roles that a contact holds."""
        return self._roles.get(contact, _NOBODY)

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``, in the order added."""
        if self._holders is None:
            holders = {ANY_ROLE: [c for c in self.contacts.values() if c.roles]}
            for contact in holders[ANY_ROLE]:
                for each in contact.roles:
                    holders.setdefault(each, []).append(contact)
            # Whole or not at all: what is half done here would be taken for all there is.
            self._holders = holders
        return self._holders.get(role, ())


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
        """An attribute of the deal or of a contact, as conditions know it; ``None`` if not set."""
        whose, _, attribute = name.partition(".")
        if whose == "deal":
            state = self.state
            value = getattr(state if attribute in _OF_THE_DEAL else state.card, attribute)
        elif attribute == "heard":
            return contact is not None and contact.id in self.heard
        else:
            value = getattr(contact, attribute)
        # Numbers are decimals in conditions; true and false are no numbers there. A text with
        # nothing in it says nothing.
        return Decimal(value) if value.__class__ is int else None if value == "" else value

    def waiver(self, guard: str) -> Waiver | None:
        """The waiver of a guard that is in force."""
        return self.state.waiver(guard, self.at)
