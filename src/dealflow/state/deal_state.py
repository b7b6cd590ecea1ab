"""What a deal is: the fold of its trail's events, indexed for the questions that guards ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from attrs import define, evolve, field, frozen

from dealflow.conditions import Condition, Gap, Outcome, judge
from dealflow.evidence import Card, Contact, Evidence, Interaction, Lack, Reader, Statement
from dealflow.playbook import Playbook, machine
from dealflow.state.contact_map import ContactMap
from dealflow.trail import Timeline, events
from dealflow.values import Money, Truth, Value

__all__ = ["DealState", "Setback", "Snapshot", "Waiver"]

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


@frozen(repr=False)
class Setback:
    """The customer rejected what we proposed, and the deal went back to the gap.

    Attributes:
        answer: the number of the statement by which it was rejected.
        step: the step to which the deal went back.
    """

    answer: int
    step: str


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
        reopened: the sequence number of the entry by which it was last reopened, if it was.
        people: the map of its contacts.
        interactions: by id.
        recorded: by the id of an interaction, the sequence number of its entry.
        evidence: the statements.
        waivers: by guard; the latest of each.
        setbacks: the rejections after which it went back.
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
    reopened: int = 0
    people: ContactMap = field(factory=ContactMap)
    interactions: dict[str, Interaction] = field(factory=dict)
    recorded: dict[str, int] = field(factory=dict)
    evidence: Evidence = field(factory=Evidence)
    waivers: dict[str, Waiver] = field(factory=dict)
    setbacks: list[Setback] = field(factory=list)
    talks: int = 0
    currency: str | None = None
    news: bool = False
    timeline: Timeline = field(factory=Timeline)
    _outcomes: dict[str, tuple[datetime, Outcome]] = field(factory=dict)

    @property
    def step(self) -> str:
        """The present step; for a closed deal, the last one."""
        return machine.where(self.place)[0]

    @property
    def contacts(self) -> dict[str, Contact]:
        """The records of the contacts by id."""
        return self.people.contacts

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
        condition = self.playbook.guard_condition[guard]
        outcome = judge(condition, snapshot)
        if self.setbacks and outcome.truth is Truth.TRUE:
            outcome = self._shown_again(guard, condition, snapshot, outcome)
        self._outcomes[guard] = (snapshot.at, outcome)
        return outcome

    def _shown_again(
        self, guard: str, condition: Condition, snapshot: Snapshot, outcome: Outcome
    ) -> Outcome:
        """What a guard that holds comes to when what rests on it was rejected (METHOD, 1.5).

        From the gap on, it has to be shown by what was said since the rejection as well.
        """
        book, evidence = self.playbook, self.evidence
        asked = book.last_asked(guard)
        rejections = [
            said
            for setback in self.setbacks
            if setback.answer not in evidence.withdrawn and asked >= book.index(setback.step)
            for said in evidence.made_by(setback.answer)
            if book.trial_close is not None and said.fact == book.trial_close.fact
        ]
        if not rejections:
            return outcome
        since = judge(condition, snapshot.since(rejections))
        until = min((u for u in (outcome.until, since.until) if u is not None), default=None)
        if since.truth is Truth.TRUE:
            return evolve(outcome, until=until)
        lack = Lack("since_rejection")
        again = tuple(Gap(lack.reason, fact.id, None, lack) for fact in condition.facts)
        gaps = tuple(evolve(gap, lack=gap.lack or lack) for gap in since.gaps) or again
        return Outcome(Truth.UNKNOWN, outcome.yes, outcome.no, gaps, until)

    def supposing(self, statement: Statement) -> DealState:
        """The same deal, had one statement more been made; to look at, and not to go on with."""
        evidence, outcomes = self.evidence.with_(statement), dict(self._outcomes)
        other = evolve(self, evidence=evidence, outcomes=outcomes)
        other.forget(statement.fact)
        return other

    def under(self, playbook: Playbook, guards: Collection[str]) -> DealState:
        """The same deal under rules that differ in some guards; to look at, and not to go on with.

        Args:
            playbook: the other rules; whatever is on record may be on record under them, too.
            guards: the ids of all guards that may come to another outcome by themselves.
        """
        kept = {guard: each for guard, each in self._outcomes.items() if guard not in guards}
        return evolve(self, playbook=playbook, outcomes=kept)

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
        if self.people.put(contact):
            self.evidence.roles_changed()
        self.forget()

    def identify(self) -> None:
        """Sort what was said anew, when other records are taken for those of one person."""
        self.evidence.identify(self.people.same)
        self.forget()

    def enter(self, place: str, seq: int, at: datetime) -> None:
        """Go to a place of the machine."""
        if self.outcome is not None:
            self.reopened = seq
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


class Snapshot:
    """A deal at one instant: the world in which conditions are evaluated.

    Attributes:
        state: the deal.
        at: the instant, in UTC.
        people: who the contacts are then.
        read: from a fact, and a contact for facts of contacts, to what is known of it.
        heard: the ids of the contacts heard first-hand.
    """

    __slots__ = ("at", "heard", "people", "read", "state")

    def __init__(self, state: DealState, at: datetime) -> None:
        self.state = state
        self.at = at
        self.people = state.people.at(at)
        self.read: Reader = state.evidence.reader(self.people, at)
        self.heard: Collection[str] = self.people.staying(state.evidence.heard)

    def since(self, rejections: Collection[Statement]) -> Snapshot:
        """The same deal, by what was said since some rejections alone; the map stays."""

        def newer(statement: Statement) -> bool:
            return all(_is_newer(statement, rejection) for rejection in rejections)

        world = Snapshot(self.state, self.at)
        world.read = self.state.evidence.newer_reader(self.people, self.at, newer)
        world.heard = self.people.staying(self.state.evidence.heard_in(newer))
        return world

    @property
    def playbook(self) -> Playbook:
        """The deal's playbook."""
        return self.state.playbook

    @property
    def until(self) -> datetime | None:
        """The last instant at which the people are these when nothing is put on record."""
        return self.people.until

    @property
    def everybody(self) -> Collection[str]:
        """The ids of the people who have not left, each once, in the order added."""
        same = self.people.same
        return self.people.staying(id for id in self.state.contacts if same(id) == id)

    def holders(self, role: str) -> Collection[Contact]:
        """The contacts who hold a role, or any role for ``any_role``."""
        return self.people.holders(role)

    def voice(self, contact: str) -> str | None:
        """Who speaks by the id of a contact; nobody when that contact has left."""
        return self.people.voice(contact)

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
        # Numbers are decimals in conditions; true and false are no numbers there. An empty text is
        # one that nobody has filled in.
        if value.__class__ is int:
            return Decimal(value)
        return None if value == "" else value

    def waiver(self, guard: str) -> Waiver | None:
        """The waiver of a guard that is in force."""
        return self.state.waiver(guard, self.at)


def _is_newer(statement: Statement, rejection: Statement) -> bool:
    """Whether something was said later than a rejection, or beside it in the same interaction."""
    # What one entry confirms is several statements, of which the rejection is one.
    if (statement.id, statement.fact) == (rejection.id, rejection.fact):
        return False
    beside = statement.interaction is not None and statement.interaction == rejection.interaction
    return beside or statement.said_at > rejection.said_at
