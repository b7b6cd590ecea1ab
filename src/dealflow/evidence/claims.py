"""The live claims that statements make, indexed by fact and kept as statements arrive.

Nothing is ever rescanned: what is known of a fact is read of its own claims alone.
"""

from __future__ import annotations

import unicodedata
from bisect import insort
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from attrs import define, evolve, field

from dealflow.evidence.facts import Fact
from dealflow.evidence.readings import (
    UNASKED,
    Lack,
    People,
    Reader,
    Reading,
    has_final_word,
    read_claims,
)
from dealflow.evidence.statements import SourceKind, Statement

__all__ = ["Evidence"]

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

    def copied(self) -> _Claims:
        """Others of the same statements."""
        other = _Claims()
        other.by_source = {key: list(said) for key, said in self.by_source.items()}
        return other

    def add(self, key: _SourceKey, statement: Statement) -> None:
        said = self.by_source.get(key)
        if said is None:
            self.by_source[key] = [statement]
        else:
            insort(said, statement, key=_when)
        self.cached = None

    def remove(self, key: _SourceKey, statement: Statement) -> None:
        self.by_source[key].remove(statement)
        if not self.by_source[key]:
            del self.by_source[key]
        self.cached = None


@define(eq=False, repr=False)
class Evidence:
    """Every statement of one deal, indexed by fact and contact.

    Attributes:
        statements: by id, withdrawn ones included.
        confirmed: by the number of its entry, what somebody confirmed in one go: statements of
            that number, one for each fact.
        withdrawn: the numbers of what was withdrawn of both, each with the reason.
    """

    # By the id of a contact who was found to be another one, the id of that one.
    _same: Mapping[str, str] = field(factory=dict)
    _statements: dict[int, Statement] = field(factory=dict)
    _confirmed: dict[int, tuple[Statement, ...]] = field(factory=dict)
    _withdrawn: dict[int, str] = field(factory=dict)
    _standing: set[int] = field(factory=set)
    _claims: dict[tuple[str, str | None], _Claims] = field(factory=dict)
    # Counted and not only collected: when one of two statements is withdrawn, its speaker was
    # heard all the same.
    _heard: dict[str, int] = field(factory=dict)

    @property
    def statements(self) -> Mapping[int, Statement]:
        """Every statement by id, in the order recorded; withdrawn ones included."""
        return MappingProxyType(self._statements)

    @property
    def confirmed(self) -> Mapping[int, tuple[Statement, ...]]:
        """What was confirmed, by the number of the entry; withdrawn ones included."""
        return MappingProxyType(self._confirmed)

    @property
    def standing(self) -> Iterator[Statement]:
        """Every statement that nobody has withdrawn, in the order recorded."""
        return (said for number in sorted(self._standing) for said in self.made_by(number))

    def made_by(self, number: int) -> tuple[Statement, ...]:
        """The statements that an entry made; none for any other number."""
        one = self._statements.get(number)
        return self._confirmed.get(number, ()) if one is None else (one,)

    def own_words(self, contact: str, fact: str, about: str | None) -> Statement | None:
        """The latest that a contact said first-hand of a fact and nobody withdrew."""
        claims = self._claims.get((fact, self._who(about)))
        said = claims.by_source.get(("contact", self._same.get(contact, contact))) if claims else ()
        return next((s for s in reversed(said or ()) if s.first_hand), None)

    def latest(self, fact: str, about: str | None) -> list[Statement]:
        """The latest that each source said of a fact and nobody withdrew, be it out of date."""
        claims = self._claims.get((fact, self._who(about)))
        return [said[-1] for said in claims.by_source.values()] if claims else []

    def with_(self, statement: Statement) -> Evidence:
        """Other evidence, in which one statement more was made; this stays as it is."""
        key = (statement.fact, self._who(statement.about))
        # What was said of other facts is shared, with what was made of it.
        claims = dict(self._claims)
        if key in claims:
            claims[key] = claims[key].copied()
        other = evolve(
            self,
            statements=dict(self._statements),
            standing=set(self._standing),
            claims=claims,
            heard=dict(self._heard),
        )
        other.add(statement)
        return other

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

    def heard_in(self, counts: Callable[[Statement], bool]) -> Collection[str]:
        """As :attr:`heard`, of some statements alone."""
        return {
            self._same.get(said.source, said.source)
            for said in self.standing
            if said.source_kind == "contact" and said.first_hand and counts(said)
        }

    def add(self, statement: Statement) -> None:
        """Take a statement on record; its id must be new."""
        self._statements[statement.id] = statement
        self._standing.add(statement.id)
        self._claim(statement)

    def confirm(self, number: int, statements: tuple[Statement, ...]) -> None:
        """Take what somebody confirmed on record; its number must be new."""
        self._confirmed[number] = statements
        self._standing.add(number)
        for statement in statements:
            self._claim(statement)

    def _claim(self, statement: Statement) -> None:
        key = (statement.fact, self._who(statement.about))
        claims = self._claims.get(key)
        if claims is None:
            claims = self._claims[key] = _Claims()
        claims.add(self._source(statement), statement)
        if statement.source_kind == "contact" and statement.first_hand:
            who = self._same.get(statement.source, statement.source)
            self._heard[who] = self._heard.get(who, 0) + 1

    def _who(self, contact: str | None) -> str | None:
        return contact if contact is None else self._same.get(contact, contact)

    def _source(self, statement: Statement) -> _SourceKey:
        kind, source = statement.source_kind, statement.source
        if kind == "contact":
            return kind, self._same.get(source, source)
        # Offer.pdf and offer.pdf are one paper, and no second source.
        return kind, _title(source) if kind == "document" else source

    def identify(self, same: Mapping[str, str]) -> None:
        """Take contacts for one: the words of each are those of the one that it is said to be."""
        self._same = dict(same)
        self._claims.clear()
        self._heard.clear()
        for statement in self.standing:
            self._claim(statement)

    def withdraw(self, number: int, reason: str) -> None:
        """Take back what an entry says; earlier words of the same source come to life again."""
        made = self.made_by(number)
        if not made:
            raise KeyError(number)
        self._withdrawn[number] = reason
        self._standing.discard(number)
        for statement in made:
            claims = self._claims[statement.fact, self._who(statement.about)]
            claims.remove(self._source(statement), statement)
            if statement.source_kind == "contact" and statement.first_hand:
                who = self._same.get(statement.source, statement.source)
                self._heard[who] -= 1
                if not self._heard[who]:
                    del self._heard[who]

    def retime(self, number: int, statements: tuple[Statement, ...]) -> None:
        """Take statements in the place of those that an entry made, which differ in their times."""
        before = self.made_by(number)
        if number in self._statements:
            (self._statements[number],) = statements
        else:
            self._confirmed[number] = statements
        if number in self._standing:
            for old, new in zip(before, statements, strict=True):
                claims = self._claims[old.fact, self._who(old.about)]
                said = claims.by_source[self._source(old)]
                said.remove(old)
                insort(said, new, key=_when)
                claims.cached = None

    def roles_changed(self) -> None:
        """Forget what was derived from who holds which role."""
        for claims in self._claims.values():
            claims.cached = None

    def reader(self, people: People, at: datetime) -> Reader:
        """A function that tells what is known of a fact (about a contact) at an instant."""
        claims_of, same = self._claims.get, self._same

        def read(fact: Fact, about: str | None) -> Reading:
            if same and about is not None:
                about = same.get(about, about)
            claims = claims_of((fact.id, about))
            if claims is None:
                return UNASKED
            reading = claims.cached
            if (
                reading is None
                or claims.cached_as is not fact  # another playbook declares it in its own way
                # Whoever looks at an earlier instant may find claims live that are stale in the
                # cached reading.
                or at < claims.cached_at
                or (reading.until is not None and at > reading.until)
            ):
                reading = claims.cached = read_claims(fact, claims.by_source.values(), people, at)
                claims.cached_at = at
                claims.cached_as = fact
            return reading

        return read

    def newer_reader(
        self, people: People, at: datetime, newer: Callable[[Statement], bool]
    ) -> Reader:
        """As :meth:`reader`, but of statements since a rejection alone."""

        def read(fact: Fact, about: str | None) -> Reading:
            claims = self._claims.get((fact.id, self._who(about)))
            if claims is None:
                return UNASKED
            all_said = claims.by_source.values()
            kept = [list(filter(newer, said)) for said in all_said]
            said = [statements for statements in kept if statements]
            # A final word from before the rejection has to come again, and from nobody else.
            final = has_final_word(fact, all_said, people)
            if not said or (final and not has_final_word(fact, said, people)):
                return _UNASKED_SINCE
            return read_claims(fact, said, people, at)

        return read

    def read(self, fact: Fact, about: str | None, people: People, at: datetime) -> Reading:
        """What is known of a fact (about a contact) at an instant."""
        return self.reader(people, at)(fact, about)


def _title(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


_UNASKED_SINCE = Reading(lacks=(Lack("since_rejection"),))
