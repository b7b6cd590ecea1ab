"""Scenes: everything that guards can see of a deal at one instant, and how to bring a deal there.

At any instant anything may have been said, contradicted, withdrawn or gone out of date. So a scene
is free of history: it lists the people, the statements that stand, and what is on the deal itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from attrs import evolve, frozen

from dealflow.analysis.solver.own import fields_of
from dealflow.deal import Deal
from dealflow.evidence import (
    US,
    Card,
    ContactKind,
    Fact,
    Influence,
    Level,
    ResponseMode,
    SourceKind,
    Statement,
)
from dealflow.playbook import Playbook
from dealflow.values import Money, Value, ValueType

__all__ = [
    "START",
    "Hearing",
    "Person",
    "Saying",
    "Scene",
    "Talks",
    "heard_in",
    "opened",
    "perform",
    "scene_of",
]

# fixed, so that the same question has the same answer on every day; only conditions that name days
# of the calendar and count from today could tell, and then the search says so
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""The instant at which scenes are looked at."""


@frozen
class Person:
    """A contact of a scene.

    Attributes:
        id: unique in the scene; named after the role.
        roles: the roles held.
        kind: a person, a committee or a third party.
        influence: the degree of influence.
        response_mode: how the contact responds to a proposal for change.
        rating: how the contact stands to us.
        department: where in the customer's house.
        level: at which level there.
    """

    id: str
    roles: tuple[str, ...] = ()
    kind: ContactKind = "person"
    influence: Influence | None = None
    response_mode: ResponseMode | None = None
    rating: int | None = None
    department: str = ""
    level: Level | None = None

    @property
    def name(self) -> str:
        """A name to write on the card."""
        return self.id.replace("_", " ").capitalize()


@frozen
class Saying:
    """A statement of a scene.

    Attributes:
        fact: the id of the fact.
        value: what it says the fact is.
        source_kind: a contact, a document or our rep's observation.
        source: the contact or the document; ``us`` for our own observation.
        about: the contact it is about, for facts of contacts.
        age: how long ago it was said.
        first_hand: heard from the source himself.
        via: the contact who told it on, where it is known who did.
    """

    fact: str
    value: Value
    source_kind: SourceKind
    source: str
    about: str | None = None
    age: timedelta = timedelta(0)
    first_hand: bool = True
    via: str | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """The fact, and the contact it is about."""
        return self.fact, self.about


@frozen
class Hearing:
    """Somebody who would have to be heard first-hand, whatever he says.

    Attributes:
        contact: the id of the contact.
    """

    contact: str


@frozen
class Talks:
    """Talks that would have to take place.

    Attributes:
        number: how many more.
    """

    number: int


@frozen
class Scene:
    """A deal at one instant.

    Attributes:
        people: the contacts.
        sayings: the statements that stand.
        amount: the price, when there is one.
        talks: the number of two-way talks.
        account: the customer.
        waived: the guards that somebody with authority has set aside.
        heard: contacts who are heard first-hand, whatever they say.
        card: our own record of the deal; ``None`` is whatever it has. Without an owner the deal
            belongs to whoever has it.
    """

    people: tuple[Person, ...] = ()
    sayings: tuple[Saying, ...] = ()
    amount: Money | None = None
    talks: int = 0
    account: str = "Northwind"
    waived: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    card: Card | None = None

    @property
    def size(self) -> int:
        """How much has to be put on record to get there."""
        ours = (self.amount is not None) + (self.card is not None)
        return len(self.people) + len(self.sayings) + len(self.waived) + self.talks + ours

    @property
    def currency(self) -> str | None:
        """The currency of its money, if there is any."""
        lines = self.card.lines if self.card else ()
        said = (saying.value for saying in self.sayings)
        amounts: list[object] = [self.amount, *said, *(line.amount for line in lines)]
        return next((each.currency for each in amounts if isinstance(each, Money)), None)


def opened(playbook: Playbook, scene: Scene, *, by: str, at: datetime, id: str = "D-1") -> Deal:
    """Open a deal with the account, the price and the card of a scene."""
    return Deal.open(
        playbook,
        id=id,
        account=scene.account,
        by=by,
        at=at,
        amount=scene.amount,
        **fields_of(scene.card),
    )


def perform(deal: Deal, scene: Scene, *, by: str, at: datetime) -> None:
    """Bring a deal into a scene by its verbs, with as few entries as it takes.

    People of the deal who are not in the scene lose their roles; statements that do not belong are
    withdrawn. Talks that took place and prices that were named cannot be taken back.

    Raises:
        EvidenceError: something of the scene cannot be recorded.
    """
    # people come first: who speaks, is spoken of or talks with us has to be on the map by then
    _people(deal, scene, by, at)
    if scene.amount is not None and scene.amount != deal.amount:
        deal.change_amount(scene.amount, by=by, at=at, reason="The offer was drawn up")
    _card(deal, scene, by, at)
    # talks are only ever added. Where a scene has fewer than the deal had, it is missed, and
    # whoever needs it has to look at the deal that comes out
    while sum(talk.spoke == "both" for talk in deal.interactions.values()) < scene.talks:
        deal.meet("call", participants=[next(iter(deal.contacts))], by=by, at=at)
    _statements(deal, scene, by, at)
    # that somebody is heard shows in statements alone, so who has nothing to say that matters says
    # something else
    for id in scene.heard:
        if id not in heard_in(deal):
            say(deal, _small_talk(deal, scene, id), by=by, at=at)
    for guard in scene.waived:
        if guard not in deal.waivers:
            deal.waive(guard, authority="the head of sales", by=by, at=at, reason="Agreed")


def _statements(deal: Deal, scene: Scene, by: str, at: datetime) -> None:
    # words that others of their source overtook are withdrawn, too: when the last one goes, the one
    # before would stand again
    wanted = list(scene.sayings)
    # what somebody confirmed in one go is taken back as a whole, and said anew where it belongs
    for number in set(deal.confirmations) - set(deal.withdrawn):
        deal.withdraw(number, by=by, at=at, reason="No longer so")
    for statement in list(deal.statements.values()):
        if statement.id not in deal.withdrawn and not _kept(deal, statement, wanted, at):
            deal.withdraw(statement.id, by=by, at=at, reason="No longer so")
    for saying in wanted:
        say(deal, saying, by=by, at=at)


def _people(deal: Deal, scene: Scene, by: str, at: datetime) -> None:
    known = deal.contacts
    for person in scene.people:
        fields = {
            "kind": person.kind,
            "roles": person.roles,
            "influence": person.influence,
            "response_mode": person.response_mode,
            "rating": person.rating,
            "department": person.department,
            "level": person.level,
        }
        contact = known.get(person.id)
        if contact is None:
            deal.add_contact(person.id, name=person.name, by=by, at=at, **fields)  # type: ignore[arg-type]
        elif any(getattr(contact, name) != value for name, value in fields.items()):
            deal.change_contact(person.id, by=by, at=at, **fields)
    # nobody can be taken off the map; without a role he counts for no guard, and ``perform``
    # withdraws what he said
    staying = {person.id for person in scene.people}
    for id, contact in known.items():
        if id not in staying and contact.roles:
            deal.change_contact(id, by=by, at=at, roles=())


def _card(deal: Deal, scene: Scene, by: str, at: datetime) -> None:
    if scene.card is not None:
        card = evolve(scene.card, owner=scene.card.owner or deal.card.owner)
        if card != deal.card:
            deal.change_card(by=by, at=at, **fields_of(card))


def _kept(deal: Deal, statement: Statement, wanted: list[Saying], at: datetime) -> bool:
    """Whether a statement on record is one of those wanted, which it then serves."""
    good_for = deal.playbook.fact[statement.fact].good_for
    for saying in wanted:
        # an age of 0 only means that the word is fresh, so last week's serves as well and spares an
        # entry; a word that is old on purpose needs that very age
        fresh = good_for is None or statement.said_at + good_for >= at
        same_age = fresh if not saying.age else statement.said_at == at - saying.age
        if same_age and _as_saying(deal, statement, saying.age) == saying:
            wanted.remove(saying)
            return True
    return False


def _as_saying(deal: Deal, statement: Statement, age: timedelta) -> Saying:
    # two of us who saw something are two sources; who opened the deal stands for whoever leads it
    leads = statement.source_kind == "observation" and statement.source == deal.trail[0].by
    return Saying(
        statement.fact,
        statement.value,
        statement.source_kind,
        US if leads else statement.source,
        statement.about,
        age,
        statement.first_hand,
        statement.via,
    )


def say(deal: Deal, saying: Saying, *, by: str, at: datetime) -> None:
    """Put one statement on record."""
    said_at, close = at - saying.age, deal.playbook.trial_close
    quoted = close is not None and close.needs_quote(saying.fact, saying.value)
    quote = {"quote": "In their own words"} if quoted else {}
    if saying.source_kind == "contact":
        deal.hear(
            saying.source,
            saying.fact,
            saying.value,
            by=by,
            at=at,
            said_at=said_at,
            about=saying.about,
            first_hand=saying.first_hand,
            via=saying.via,
            **quote,
        )
    elif saying.source_kind == "document":
        deal.read(
            saying.source,
            saying.fact,
            saying.value,
            by=by,
            at=at,
            said_at=said_at,
            about=saying.about,
            **quote,
        )
    else:
        details = {"said_at": said_at, "about": saying.about, **quote}
        who = by if saying.source == US else saying.source
        deal.observe(saying.fact, saying.value, by=who, at=at, **details)


def heard_in(deal: Deal) -> frozenset[str]:
    """The contacts of whom a first-hand statement stands."""
    return frozenset(s.source for s in deal.standing if s.source_kind == "contact" and s.first_hand)


def _small_talk(deal: Deal, scene: Scene, id: str) -> Saying:
    """Something that a contact can say without a bearing on any guard, as far as there is such."""
    spoken = {saying.fact for saying in scene.sayings}
    book = deal.playbook
    warnings = (book.condition(f"red_flags.{flag.id}") for flag in book.red_flags)
    warned = {fact.id for condition in warnings for fact in condition.facts}

    def bearing(fact: Fact) -> tuple[bool, bool, int, bool]:
        readers = len(book.readers(fact.id))
        return fact.id in spoken, fact.type in _NEED_MORE, readers, fact.id in warned

    fact = min(book.facts, key=bearing)
    about = id if fact.of == "contact" else None
    # out of date on arrival, where the fact allows that: he is heard, and nothing is established
    age = timedelta(0) if fact.good_for is None else fact.good_for + timedelta(seconds=1)
    value = next(iter(fact.choices), None) or _PLAIN.get(fact.type, id)
    return Saying(fact.id, value, "contact", id, about, age)


_NEED_MORE = (ValueType.MONEY, ValueType.PERSON)
_PLAIN: Mapping[ValueType, Value] = {
    ValueType.YES_NO: True,
    ValueType.NUMBER: Decimal(1),
    ValueType.MONEY: Money(1, "EUR"),
    ValueType.DATE: START.date(),
    ValueType.DURATION: timedelta(days=1),
    ValueType.TEXT: "We talked",
    ValueType.LIST: ("We talked",),
}


def scene_of(deal: Deal, at: datetime, *, observers: bool = False) -> Scene:
    """What a deal is now, as a scene; statements that others of their source overtook are out.

    Args:
        deal: the deal.
        at: the instant.
        observers: whether who opened the deal goes by name, too, when he saw something.
    """
    latest: dict[tuple[object, ...], Statement] = {}
    for statement in deal.standing:
        source = (statement.fact, statement.about, statement.source_kind, statement.source)
        before = latest.get(source)
        if before is None or before.said_at <= statement.said_at:
            latest[source] = statement
    people = (
        Person(
            *(c.id, c.roles, c.kind, c.influence, c.response_mode, c.rating, c.department, c.level)
        )
        for c in deal.contacts.values()
    )
    sayings = [_as_saying(deal, s, at - s.said_at) for s in latest.values()]
    if observers:
        both = zip(sayings, latest.values(), strict=True)
        sayings = [evolve(saying, source=statement.source) for saying, statement in both]
    talks = sum(talk.spoke == "both" for talk in deal.interactions.values())
    return Scene(tuple(people), tuple(sayings), deal.amount, talks, deal.account, card=deal.card)
