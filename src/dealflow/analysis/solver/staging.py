"""The scene that the numbers of an answer make up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import chain, count, islice, permutations
from typing import Any, Final, cast

from attrs import define, evolve, field

from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.claims import DOCUMENT, OBSERVATION, TOLD_ON, Claim, Claimed
from dealflow.analysis.solver.kept import Kept
from dealflow.analysis.solver.known import Known
from dealflow.analysis.solver.own import OF_CARD, with_values
from dealflow.analysis.solver.people import Somebody
from dealflow.analysis.solver.question import Question
from dealflow.analysis.solver.run import Model
from dealflow.analysis.solver.samples import OTHER
from dealflow.analysis.solver.scenes import Person, Saying, Scene
from dealflow.analysis.solver.speakers import Wanted, sayings, spare_needed, spare_to_quote
from dealflow.analysis.solver.values import FINEST, Items, Possible, Symbol
from dealflow.conditions import ATTRIBUTES, AttributeRef, Heard
from dealflow.evidence import US, Fact, SourceKind
from dealflow.values import Money, Value, ValueType

__all__ = ["Stage"]

_SECOND: Final = timedelta(seconds=1)
_NO_OTHER: Final = "in other words"
"""A text that is like no other begins so, and what fills lists never does."""
_MOST_SHOWN: Final = 500
"""So many people and talks together are put on record to show something."""
_KINDS: Final[dict[int, SourceKind]] = {DOCUMENT: "document", OBSERVATION: "observation"}


@define(slots=False)
class Stage:
    """Makes a scene of numbers.

    Attributes:
        question: what was asked.
        model: the numbers.
    """

    question: Question
    model: Model
    _ids: dict[int, list[str]] = field(factory=dict)
    _texts: dict[int, str] = field(factory=dict)
    _spare: list[Person] = field(factory=list)

    @property
    def _before(self) -> Scene:
        """The scene from which it was asked."""
        return self.question.given.scene if self.question.given else Scene()

    def scene(self) -> Scene | None:
        """The scene; ``None`` where it would take too long to put everything on record."""
        if self._size() > _MOST_SHOWN:
            return None
        before = self._before
        people = tuple(self._people())
        heard = self._heard()
        everybody = Cast(people, heard)
        said = [*self._sayings(everybody)]
        read = {(fact, id) for (fact, about) in self.question.facts for id in self._abouts(about)}
        kept = [saying for saying in before.sayings if saying.key not in read]
        attribute = {
            name.partition(".")[2]: self._attribute(name, value)
            for name, value in self.question.attributes.items()
        }
        on_card: dict[str, Any] = {name: attribute[name] for name in OF_CARD if name in attribute}
        talks = int(attribute.get("talks", before.talks))
        people = (*people, *self._spare)
        if talks > before.talks and not people:
            people = (Person("somebody"),)
        currency = self.question.contacts.coder.currency
        return Scene(
            people,
            (*kept, *said),
            attribute.get("amount", before.amount),
            talks,
            attribute.get("account", before.account),
            before.waived,
            tuple(sorted(heard or ())) if self._asks_who_is_heard else (),
            with_values(before.card, on_card, currency),
        )

    def _size(self) -> int:
        """How many people and talks there are."""
        people = sum(
            self._alike(who)
            for who in self.question.contacts.everybody
            if self.model.bit(who.there)
        )
        talks = self.question.attributes.get("deal.talks")
        return people + (0 if talks is None else int(self._attribute("deal.talks", talks)))

    def _alike(self, who: Somebody) -> int:
        """For how many contacts one stands who is there."""
        return self.model.number(who.number) if self.question.bounds.counted else 1

    @cached_property
    def _asks_who_is_heard(self) -> bool:
        nodes = (node for condition in self.question.conditions for node in condition.walk())
        return any(
            isinstance(node, Heard)
            or (isinstance(node, AttributeRef) and node.name == "contact.heard")
            for node in nodes
        )

    # people

    def _people(self) -> Iterator[Person]:
        before = {person.id: person for person in self._before.people}
        texts = self.question.contacts.coder.texts
        for number, who in enumerate(self.question.contacts.everybody):
            if not self.model.bit(who.there):
                continue
            ids = self._ids[number] = []
            if who.known is not None:
                ids.append(who.known)
                yield evolve(before[who.known], **self._card(who))
                continue
            roles = tuple(role for role, held in who.roles.items() if self.model.bit(held))
            code = self.model.number(who.id)
            name = roles[0] if roles else "somebody"
            for one in range(self._alike(who)):
                id = texts[code] if code in texts and not one else self._free(name)
                ids.append(id)
                yield Person(id, roles, **self._card(who))

    def _card(self, who: Somebody) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in who.attributes.items():
            short = name.partition(".")[2]
            found[short] = self._attribute(name, value)
            if short == "department":
                found[short] = found[short] or ""
            if short == "rating" and found[short] is not None:
                found[short] = int(found[short])
        return found

    def _heard(self) -> frozenset[str] | None:
        """Who may be heard; ``None`` where that is no matter."""
        everybody = self.question.contacts.everybody
        if not self._asks_who_is_heard:
            return None
        return frozenset(
            id
            for number, ids in self._ids.items()
            if (heard := everybody[number].heard) is not None and self.model.bit(heard)
            for id in ids
        )

    def _abouts(self, about: Somebody | None) -> Sequence[str | None]:
        if about is None:
            return (None,)
        return self._ids.get(self.question.contacts.everybody.index(about), ())

    # what is said

    def _sayings(self, cast_: Cast) -> Iterator[Saying]:
        for (id, about), found in self.question.facts.items():
            fact = self.question.declared[id][0]
            for who in self._abouts(about):
                if isinstance(found, Claimed):
                    yield from self._claims(found, who)
                    continue
                if isinstance(found, Kept):
                    if self.model.bit(found.stays):
                        yield from found.sayings
                        continue
                    wanted = self._wanted(fact, found.anew)
                else:
                    wanted = self._wanted(fact, found)
                if wanted.other and not wanted.values:
                    self._need_strangers(spare_needed(fact))
                elif not wanted.final:
                    self._need_strangers(spare_to_quote(fact, wanted, cast_))
                everybody = evolve(cast_, people=(*cast_.people, *self._spare))
                yield from sayings(fact, who, wanted, everybody)

    def _need_strangers(self, number: int) -> None:
        """Have so many people who play no part."""
        while len(self._spare) < number:
            self._spare.append(Person(self._free("somebody")))

    def _free(self, name: str) -> str:
        taken = {id for ids in self._ids.values() for id in ids} | {p.id for p in self._spare}
        taken |= {person.id for person in self._before.people}
        contacts = self.question.contacts
        if any(isinstance(who.id, str) for who in contacts.everybody):
            # texts tell people apart: nobody else goes by one
            taken |= {*contacts.coder.texts.values()}
        names = (name if n == 1 else f"{name}_{n}" for n in count(1))
        return next(id for id in names if id not in taken)

    def _wanted(self, fact: Fact, known: Known) -> Wanted:
        bit = self.model.bit
        if not bit(known.so):
            if not bit(known.disputed):
                return Wanted(())
            one = self._other(fact, ())
            return Wanted((), other=(one, self._other(fact, (one,))))
        values = self._different(fact, known.values)
        final = bit(known.final)
        other = (self._other(fact, values),) if final and bit(known.dissent) else ()
        tellers = None
        if fact.id in self.question.voiced:
            tellers = tuple(
                id for n, tells in enumerate(known.tellers) if bit(tells) for id in self._ids[n]
            )
        return Wanted(values, final, other, tellers)

    def _different(self, fact: Fact, possible: Iterable[Possible]) -> tuple[Value, ...]:
        found: dict[object, Value] = {}
        for each in possible:
            if not self.model.bit(each.so):
                continue
            value = self._value(fact.type, each.value)
            if isinstance(each.value, Items) and self.question.contacts.coder.sizes:
                order = self.model.number(each.value.order)
                if order not in found:
                    found[order] = self._list(each.value, found.values())
            else:
                found.setdefault(value, value)
        return tuple(found.values())

    def _other(self, fact: Fact, values: Collection[Value]) -> Value:
        """Some value that is none of these."""
        people = [id for ids in self._ids.values() for id in ids]
        if fact.type is ValueType.PERSON:
            self._need_strangers(len(values) + 1 - len(people))
            people += [person.id for person in self._spare]
        currency = self.question.contacts.coder.currency
        every: dict[ValueType, Iterable[Value]] = {
            ValueType.YES_NO: (True, False),
            ValueType.CHOICE: tuple(fact.choices),
            ValueType.PERSON: people,
            ValueType.TEXT: _numbered(OTHER),
            ValueType.LIST: ((item,) for item in _numbered(OTHER)),
            ValueType.NUMBER: map(Decimal, count(10)),
            ValueType.MONEY: (Money(n, currency) for n in count(48_000, 1000)),
            ValueType.DATE: (date.fromordinal(n) for n in count(739_621)),
            ValueType.DURATION: (timedelta(days=n) for n in count(30)),
        }
        return next(value for value in every[fact.type] if value not in values)

    def _claims(self, found: Claimed, about: str | None) -> Iterator[Saying]:
        names = self._names({c.stands.source for c in found.claims if c.stands is not None})
        for claim in found.claims:
            if not self.model.bit(claim.there):
                continue
            if claim.stands is not None and not self.model.bit(claim.again):
                yield claim.stands
                continue
            yield from self._claim(found, claim, about, names)

    def _names(self, standing: Collection[str]) -> Mapping[int, Iterator[str]]:
        """For sources without end, the names of those who have not spoken yet."""
        us = _numbered(US)
        papers = (f"paper {n}" for n in count(1))
        return {
            OBSERVATION: (name for name in us if name not in standing),
            DOCUMENT: (name for name in papers if name not in standing),
            TOLD_ON: map(self._stranger, count()),
        }

    def _stranger(self, number: int) -> str:
        self._need_strangers(number + 1)
        return self._spare[number].id

    def _claim(
        self, found: Claimed, claim: Claim, about: str | None, names: Mapping[int, Iterator[str]]
    ) -> Iterator[Saying]:
        value = self._value(found.fact.type, claim.value)
        past = 0 if claim.stands is not None else self.model.number(claim.age)
        age = found.ages[past - 1] + _SECOND if past else timedelta(0)
        source = self.model.number(claim.source)
        hand = self.model.bit(claim.first_hand)
        if claim.stands is not None:
            kind, who = claim.stands.source_kind, claim.stands.source
            may = self._heard()
            hand = kind != "contact" or may is None or who in may
            yield Saying(found.fact.id, value, kind, who, about, age, hand)
            return
        for _ in range(self.model.number(claim.number)):
            kind = _KINDS.get(source, "contact")
            who = next(names[source]) if source in names else self._ids[source][0]
            yield Saying(found.fact.id, value, kind, who, about, age, hand)

    # values

    def _attribute(self, name: str, value: Possible, who: Somebody | None = None) -> Any:
        if not self.model.bit(value.so):
            return None
        given = self.question.given
        if isinstance(value.value, Items) and given is not None:
            was = cast("tuple[str, ...]", given.was(name, who))
            coder = self.question.contacts.coder
            looked_for = {self._text(self.model.number(item)) for item in coder.items}
            found = self._list(value.value, ())
            # what nobody looks for stays
            same_size = not coder.sizes or len(was) == len(found)
            if same_size and looked_for.intersection(was) == looked_for.intersection(found):
                return was
            return found
        type_, _ = ATTRIBUTES[name]
        return self._value(type_, value.value)

    def _value(self, type_: ValueType, symbol: Symbol) -> Value:
        if isinstance(symbol, Items):
            return self._list(symbol, ())
        number = self.model.number(symbol)
        match type_:
            case ValueType.YES_NO:
                return bool(number)
            case ValueType.NUMBER:
                return _exact(number)
            case ValueType.MONEY:
                return Money(_exact(number), self.question.contacts.coder.currency)
            case ValueType.DATE:
                return date.fromordinal(number)
            case ValueType.DURATION:
                return timedelta(seconds=number)
            case ValueType.PERSON:
                return self._person(number)
            case _:
                return self._text(number)

    def _person(self, number: int) -> str:
        everybody = self.question.contacts.everybody
        named = ((self.model.number(everybody[each].id), ids) for each, ids in self._ids.items())
        return next(ids[0] for code, ids in named if code == number)

    def _text(self, number: int) -> str:
        texts = self.question.contacts.coder.texts
        if number in texts:
            return texts[number]
        for each, ids in self._ids.items():
            id = self.question.contacts.everybody[each].id
            if isinstance(id, str) and self.model.number(id) == number:
                return ids[0]
        if number not in self._texts:
            self._texts[number] = next(self._words)
        return self._texts[number]

    @cached_property
    def _words(self) -> Iterator[str]:
        """Texts that are no other text of the deal."""
        taken = {*self.question.contacts.coder.texts.values()}
        return (words for words in _numbered(_NO_OTHER) if words not in taken)

    def _list(self, items: Items, beside: Collection[Value]) -> tuple[str, ...]:
        coder = self.question.contacts.coder
        known = dict.fromkeys(
            self._text(self.model.number(item))
            for item in coder.items
            if self.model.bit(self.question.inside[items.has, item])
        )
        size = self.model.number(items.size) if coder.sizes else len(known)
        # the same list comes out whichever fact has it, so these are never used up
        others = (f"{OTHER} {n}" for n in count(1))
        unsought = (each for each in others if each not in coder.texts.values())
        more = size - len(known)
        added = [*islice(unsought, more + len(beside))]
        lists = chain.from_iterable(
            permutations((*known, *added[first : first + more])) for first in range(len(beside) + 1)
        )
        return next((each for each in lists if each not in beside), tuple(known))


def _numbered(words: str) -> Iterator[str]:
    """The words, and with a number behind them as many more as it takes."""
    yield words
    yield from (f"{words} {number}" for number in count(2))


def _exact(number: int) -> Decimal:
    whole, rest = divmod(abs(number), FINEST)
    digits = f"{whole}.{rest:09}".rstrip("0").rstrip(".")
    return Decimal(f"-{digits}" if number < 0 else digits)
