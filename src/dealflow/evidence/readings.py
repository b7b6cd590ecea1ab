"""What is known of a fact by the statements that were made of it.

A fact is only ever known through statements. Its *live claims* are, for each source, the latest
statement that is neither withdrawn nor older than the fact's ``good_for``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Set
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from attrs import frozen

from dealflow.evidence.facts import SELF, Fact
from dealflow.evidence.statements import Statement
from dealflow.record import Record
from dealflow.values import Value, ValueType

__all__ = [
    "UNASKED",
    "Lack",
    "LackReason",
    "People",
    "Reader",
    "Reading",
    "has_final_word",
    "read_claims",
]


LackReason: TypeAlias = Literal[
    "never_asked", "stale", "second_source", "role", "first_hand", "final_word", "since_rejection"
]


@frozen(repr=False, slots=False)
class Lack(Record):
    """Why a fact is not established.

    Attributes:
        reason: ``never_asked``, ``stale`` (every answer is out of date), ``second_source`` (too few
            sources), ``role`` (nobody in a required role said it), ``first_hand`` (a required
            role's words were only told on), ``final_word`` (a former holder had the final word, and
            no present one has spoken) or ``since_rejection`` (nobody said it since the customer
            rejected what rested on it).
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
        until: the last instant at which that is so when nothing is said meanwhile.
        live: the statements that are the live claims.
        final: whether they are the word of those who have the final one.
        dissent: the ids of what others say against that.
    """

    values: tuple[tuple[Value, tuple[int, ...]], ...] = ()
    lacks: tuple[Lack, ...] = ()
    until: datetime | None = None
    live: tuple[Statement, ...] = ()
    final: bool = False
    dissent: tuple[int, ...] = ()


class People(Protocol):
    """Who the contacts are at one instant, and in which roles they speak."""

    @property
    def until(self) -> datetime | None:
        """The last instant at which that is so when nothing is put on record meanwhile."""
        ...

    def roles_of(self, contact: str, /) -> Set[str]:
        """The roles that a contact holds."""
        ...

    def ever(self, contact: str, /) -> Set[str]:
        """The roles that a contact holds or has ever held."""
        ...

    def same(self, contact: str, /) -> str:
        """The id by which a contact goes who was found to be one person with another."""
        ...


class Reader(Protocol):
    """From a fact, and a contact for facts of contacts, to what is known of it."""

    def __call__(self, fact: Fact, about: str | None, /) -> Reading:
        """What is known of the fact."""
        ...


UNASKED = Reading(lacks=(Lack("never_asked"),))
"""What is known of a fact of which nobody has said anything."""


def read_claims(
    fact: Fact, said: Collection[list[Statement]], people: People, at: datetime
) -> Reading:
    """What is known of a fact at an instant by what each source has said of it, in order."""
    if not said:
        return UNASKED
    if fact.final_word and (spoken := _own_words(fact, said, people.ever)):
        return _final(fact, said, spoken, people, at)
    # Only the latest words of each source, even where they are out of date: what the source said
    # before is older still, and may be what it has changed its mind about.
    latest = [statements[-1] for statements in said]
    until = people.until
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
        aged = min(s.said_at for s in live) + good_for
        until = aged if until is None else min(aged, until)
        latest = live
    # Most facts have one source: nothing to sort, nothing to group.
    if len(latest) == 1:
        (one,) = latest
        lacks = () if rule.anybody else tuple(_lacks(fact, latest, people))
        return Reading(((_meant(fact, one, people), (one.id,)),), lacks, until, (one,))
    latest.sort(key=_by_id)
    lacks = () if rule.anybody else tuple(_lacks(fact, latest, people))
    return Reading(_values(fact, latest, people), lacks, until, tuple(latest))


def has_final_word(fact: Fact, said: Iterable[list[Statement]], people: People) -> bool:
    """Whether somebody who holds or held a role with the final word has spoken in person."""
    return bool(fact.final_word and _own_words(fact, said, people.ever))


def _by_id(statement: Statement) -> int:
    return statement.id


def _values(
    fact: Fact, live: Iterable[Statement], people: People
) -> tuple[tuple[Value, tuple[int, ...]], ...]:
    # by_source is in the order in which the sources first spoke; evidence is named in the order of
    # the trail. Equal values share an entry: people who agree are no contradiction.
    groups: dict[Value, tuple[int, ...]] = {}
    for statement in live:
        value = _meant(fact, statement, people)
        groups[value] = (*groups.get(value, ()), statement.id)
    return tuple(groups.items())


def _meant(fact: Fact, statement: Statement, people: People) -> Value:
    value = statement.value
    return people.same(str(value)) if fact.type is ValueType.PERSON else value


def _own_words(
    fact: Fact, said: Iterable[list[Statement]], ever: Callable[[str], Set[str]]
) -> list[Statement]:
    """The latest first-hand words of each who holds or held a role with the final word."""
    # What others tell of them later, or what they said through others, takes nothing back.
    spoken = []
    for statements in said:
        first = statements[0]
        if first.source_kind == "contact" and not ever(first.source).isdisjoint(fact.final_word):
            spoken += [s for s in reversed(statements) if s.first_hand][:1]
    return spoken


def _final(
    fact: Fact,
    said: Iterable[list[Statement]],
    spoken: list[Statement],
    people: People,
    at: datetime,
) -> Reading:
    """What is known of a fact of which somebody with the final word has spoken."""
    good_for = fact.good_for

    def live(statements: Iterable[Statement]) -> list[Statement]:
        fresh = (s for s in statements if good_for is None or s.said_at + good_for >= at)
        return sorted(fresh, key=_by_id)

    present = [s for s in spoken if not people.roles_of(s.source).isdisjoint(fact.final_word)]
    counted = live(present)
    others = live(s for statements in said if (s := statements[-1]) not in present)
    ends = [s.said_at + good_for for s in (*counted, *others)] if good_for else []
    until = min((end for end in (*ends, people.until) if end is not None), default=None)
    if counted:
        values = _values(fact, counted, people)
        said_so = {value for value, _ in values}
        dissent = tuple(s.id for s in others if _meant(fact, s, people) not in said_so)
        return Reading(values, (), until, tuple(counted), final=True, dissent=dissent)
    # Nobody else's word takes the place of one that has gone stale, or left with its speaker.
    if present and good_for is not None:
        since = max(s.said_at for s in present) + good_for
        return Reading(lacks=(Lack("stale", roles=fact.final_word, since=since),), until=until)
    return Reading(lacks=(Lack("final_word", roles=fact.final_word),), until=until)


def _lacks(fact: Fact, live: list[Statement], people: People) -> Iterator[Lack]:
    rule = fact.sources
    if len(live) < rule.at_least:
        yield Lack("second_source", have=len(live), need=rule.at_least, roles=rule.roles)
    entitled = [s for s in live if _entitled(s, fact, people)]
    if not entitled:
        yield Lack("role", roles=rule.roles)
    # It has to be those whose word counts who were heard: that somebody else spoke to us in person
    # makes their words no firmer. A document is never told on, so it needs no case of its own.
    elif rule.first_hand and not any(s.first_hand for s in entitled):
        yield Lack("first_hand", roles=rule.roles)


def _entitled(statement: Statement, fact: Fact, people: People) -> bool:
    rule = fact.sources
    if not rule.roles:
        return True
    if statement.source_kind == "contact":
        # The roles held now, whenever it was said: who turns out to be the economic buyer has been
        # so all along. That is why a change of roles has to forget every reading.
        if not people.roles_of(statement.source).isdisjoint(rule.roles):
            return True
        about = statement.about
        return (
            SELF in rule.roles
            and about is not None
            and people.same(statement.source) == people.same(about)
        )
    return rule.documents and statement.source_kind == "document"
