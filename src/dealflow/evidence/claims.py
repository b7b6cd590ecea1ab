"""The live claims that statements make, and what is known of a fact by them.

A fact is only ever known through statements. Its *live claims* are, for each source, the latest
statement that is neither withdrawn nor older than the fact's ``good_for``. They are indexed by fact
and kept as statements arrive; nothing is ever rescanned.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from attrs import frozen

from dealflow.evidence.facts import Fact
from dealflow.evidence.statements import SourceKind, Statement
from dealflow.record import Record
from dealflow.values import Value

__all__ = [
    "Evidence",
    "Lack",
    "LackReason",
    "Reader",
    "Reading",
]


LackReason: TypeAlias = Literal["never_asked", "stale", "second_source", "role", "first_hand"]


@frozen(repr=False, slots=False)
class Lack(Record):
    """Why a fact is not established.

    Attributes:
        reason: ``never_asked``, ``stale`` (every answer is out of date), ``second_source`` (too few
            sources), ``role`` (nobody in a required role said it) or ``first_hand`` (a required
            role's words were only told on).
        have: how many sources there are, for ``second_source``.
        need: how many there must be, for ``second_source``.
        roles: who would have to say it.
        since: the instant at which the last answer went out of date, for ``stale``.
    """

    reason: LackReason
    have: int = 0
    need: int = 1
    roles: tuple[str, ...] = ()
    since: datetime | None = None


@frozen(eq=False, repr=False, slots=False)
class Reading(Record):
    """What is known of one fact at one time.

    Attributes:
        values: each different value of the live claims, with the ids of its statements.
        lacks: why the fact is not established; empty when it is.
        until: the instant at which the first live claim goes out of date, if any does.
    """

    values: tuple[tuple[Value, tuple[int, ...]], ...] = ()
    lacks: tuple[Lack, ...] = ()
    until: datetime | None = None


RolesOf: TypeAlias = Callable[[str], Set[str]]
"""From a contact's id to the roles that the contact holds."""


class Reader(Protocol):
    """From a fact, and a contact for facts of contacts, to what is known of it."""

    def __call__(self, fact: Fact, about: str | None, /) -> Reading:
        """What is known of the fact."""
        ...


_NEVER = (Lack("never_asked"),)
_LATEST = datetime.max.replace(tzinfo=UTC)
_SourceKey: TypeAlias = tuple[SourceKind, str]


# By when it was said and not by when it was recorded: a note that comes in late must not replace
# what the same person has said since. Of one instant, what was recorded later counts as later.
def _when(statement: Statement) -> tuple[datetime, int]:
    return (statement.said_at, statement.id)


class _Claims:
    """The statements of one fact (about one contact), per source, in the order they were said."""

    __slots__ = ("by_source", "cached", "cached_as", "cached_at")

    def __init__(self) -> None:
        # By source, since a source can only take the place of its own words. Were the latest of all
        # speakers taken, the last one would overrule the others, and no contradiction could ever be
        # seen.
        self.by_source: dict[_SourceKey, list[Statement]] = {}
        self.cached: Reading | None = None
        self.cached_as: Fact | None = None
        self.cached_at = _LATEST

    def add(self, statement: Statement) -> None:
        key = (statement.source_kind, statement.source)
        said = self.by_source.get(key)
        if said is None:
            self.by_source[key] = [statement]
        else:
            insort(said, statement, key=_when)
        self.cached = None

    def remove(self, statement: Statement) -> None:
        key = (statement.source_kind, statement.source)
        self.by_source[key].remove(statement)
        if not self.by_source[key]:
            del self.by_source[key]
        self.cached = None


def _read(
    fact: Fact, said: Collection[list[Statement]], roles_of: RolesOf, at: datetime
) -> Reading:
    if not said:
        return Reading(lacks=_NEVER)
    # Only the latest words of each source, even where they are out of date: what the source said
    # before is older still, and may be what it has changed its mind about.
    latest = [statements[-1] for statements in said]
    until = None
    rule = fact.sources
    if fact.good_for is not None:
        good_for = fact.good_for
        live = [s for s in latest if s.said_at + good_for >= at]
        if not live:
            since = max(s.said_at for s in latest) + good_for
            return Reading(lacks=(Lack("stale", roles=fact.sources.roles, since=since),))
        # When the first claim goes out of date, the set of values may be another one. Until then
        # only a new statement, a withdrawal or a change of roles can make it so; each of these
        # forgets the reading.
        until = min(s.said_at for s in live) + good_for
        latest = live
    # Most facts have one source: nothing to sort, nothing to group.
    if len(latest) == 1:
        (one,) = latest
        lacks = () if rule.anybody else tuple(_lacks(fact, latest, roles_of))
        return Reading(((one.value, (one.id,)),), lacks, until)
    # by_source is in the order in which the sources first spoke; evidence is named in the order of
    # the trail. Equal values share an entry: people who agree are no contradiction.
    latest.sort(key=_by_id)
    groups: dict[Value, tuple[int, ...]] = {}
    for statement in latest:
        groups[statement.value] = (*groups.get(statement.value, ()), statement.id)
    lacks = () if rule.anybody else tuple(_lacks(fact, latest, roles_of))
    return Reading(tuple(groups.items()), lacks, until)


def _by_id(statement: Statement) -> int:
    return statement.id


def _lacks(fact: Fact, live: list[Statement], roles_of: RolesOf) -> Iterator[Lack]:
    rule = fact.sources
    if len(live) < rule.at_least:
        yield Lack("second_source", have=len(live), need=rule.at_least, roles=rule.roles)
    entitled = [s for s in live if _entitled(s, fact, roles_of)]
    if not entitled:
        yield Lack("role", roles=rule.roles)
    # It has to be those whose word counts who were heard: that somebody else spoke to us in person
    # makes their words no firmer. A document is never told on, so it needs no case of its own.
    elif rule.first_hand and not any(s.first_hand for s in entitled):
        yield Lack("first_hand", roles=rule.roles)


def _entitled(statement: Statement, fact: Fact, roles_of: RolesOf) -> bool:
    rule = fact.sources
    if not rule.roles:
        return True
    if statement.source_kind == "contact":
        # The roles held now, whenever it was said: who turns out to be the economic buyer has been
        # so all along. That is why a change of roles has to forget every reading.
        return not roles_of(statement.source).isdisjoint(rule.roles)
    return rule.documents and statement.source_kind == "document"


class Evidence:
    """Every statement of one deal, indexed by fact and contact.

    Attributes:
        statements: by id, withdrawn ones included.
        withdrawn: the ids of the withdrawn ones, each with the reason.
    """

    __slots__ = ("_claims", "_heard", "_standing", "_statements", "_withdrawn")

    def __init__(self) -> None:
        self._statements: dict[int, Statement] = {}
        self._withdrawn: dict[int, str] = {}
        self._standing: set[int] = set()
        self._claims: dict[tuple[str, str | None], _Claims] = {}
        # Counted and not only collected: when one of two statements is withdrawn, its speaker was
        # heard all the same.
        self._heard: dict[str, int] = {}

    @property
    def statements(self) -> Mapping[int, Statement]:
        """Every statement by id, in the order recorded; withdrawn ones included."""
        return MappingProxyType(self._statements)

    @property
    def withdrawn(self) -> Mapping[int, str]:
        """The reason of every withdrawal, by the statement's id."""
        return MappingProxyType(self._withdrawn)

    def stand(self, numbers: tuple[int, ...]) -> bool:
        """Whether these are statements that nobody has withdrawn, each named once."""
        return self._standing.issuperset(numbers) and (
            len(numbers) < 2 or len(set(numbers)) == len(numbers)
        )

    @property
    def heard(self) -> Collection[str]:
        """The contacts of whom at least one first-hand statement stands."""
        return self._heard.keys()

    def add(self, statement: Statement) -> None:
        """Take a statement on record; its id must be new."""
        self._statements[statement.id] = statement
        self._standing.add(statement.id)
        key = (statement.fact, statement.about)
        claims = self._claims.get(key)
        if claims is None:
            claims = self._claims[key] = _Claims()
        claims.add(statement)
        if statement.source_kind == "contact" and statement.first_hand:
            self._heard[statement.source] = self._heard.get(statement.source, 0) + 1

    def withdraw(self, number: int, reason: str) -> None:
        """Take a statement back; an earlier one of the same source comes to life again."""
        statement = self._statements[number]
        self._withdrawn[number] = reason
        self._standing.discard(number)
        self._claims[statement.fact, statement.about].remove(statement)
        if statement.source_kind == "contact" and statement.first_hand:
            self._heard[statement.source] -= 1
            if not self._heard[statement.source]:
                del self._heard[statement.source]

    def retime(self, statement: Statement) -> None:
        """Take a statement in the place of the one with its id, which differs in its times."""
        before = self._statements[statement.id]
        self._statements[statement.id] = statement
        if statement.id not in self._withdrawn:
            claims = self._claims[statement.fact, statement.about]
            said = claims.by_source[statement.source_kind, statement.source]
            said.remove(before)
            insort(said, statement, key=_when)
            claims.cached = None

    def roles_changed(self) -> None:
        """Forget what was derived from who holds which role."""
        for claims in self._claims.values():
            claims.cached = None

    def reader(self, roles_of: RolesOf, at: datetime) -> Reader:
        """A function that tells what is known of a fact (about a contact) at an instant."""
        claims_of = self._claims.get

        def read(fact: Fact, about: str | None) -> Reading:
            claims = claims_of((fact.id, about))
            if claims is None:
                return _UNASKED
            reading = claims.cached
            if (
                reading is None
                or claims.cached_as is not fact  # another playbook declares it in its own way
                # Whoever looks at an earlier instant may find claims live that are stale in the
                # cached reading.
                or at < claims.cached_at
                or (reading.until is not None and at > reading.until)
            ):
                reading = claims.cached = _read(fact, claims.by_source.values(), roles_of, at)
                claims.cached_at = at
                claims.cached_as = fact
            return reading

        return read

    def read(self, fact: Fact, about: str | None, roles_of: RolesOf, at: datetime) -> Reading:
        """What is known of a fact (about a contact) at an instant."""
        return self.reader(roles_of, at)(fact, about)


_UNASKED = Reading(lacks=_NEVER)
