"""Cells: for each input of the conditions, the few ways in which it can be known.

A fact may be established with one value or several; and it may be answered and still not count:
out of date, by too few, by the wrong people, or only told on. Each way is made of statements, and
read with the same code that reads a deal's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, combinations, product
from typing import TypeAlias

from attrs import evolve, frozen

from dealflow.analysis.phrases import LETTER
from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.scenes import Saying
from dealflow.evidence import US, Evidence, Fact, Reading, SourceKind, Statement
from dealflow.values import Value

__all__ = ["Cell", "cells_beside", "cells_of_fact", "read"]

_SECOND = timedelta(seconds=1)
_FRESH = timedelta(0)
_TELLING = 2
"""So many of the sources may differ in what they count for; the others only add to their number."""


@frozen
class Cell:
    """One way in which an input can be known.

    Attributes:
        value: for attributes, the value; ``None`` when it isn't set.
        sayings: for facts, the statements.
        cost: what it takes to get there.
    """

    value: Value | None = None
    sayings: tuple[Saying, ...] = ()
    cost: int = 0


_Voice: TypeAlias = tuple[SourceKind, str, timedelta, bool]
"""Who speaks: the kind of source, the source, how long ago, first-hand or told on."""


def read(fact: Fact, cell: Cell, cast: Cast, at: datetime) -> Reading:
    """What is known of a fact in a cell."""
    evidence = Evidence()
    about = None
    for number, saying in enumerate(cell.sayings, 1):
        about = saying.about
        evidence.add(
            Statement(
                saying.fact,
                saying.source_kind,
                saying.source,
                at - saying.age,
                about=about,
                first_hand=saying.first_hand,
                id=number,
                value=saying.value,
                recorded_at=at,
                by=US,
            )
        )
    return evidence.read(fact, about, cast, at)


def cells_of_fact(
    declared: Sequence[Fact],
    about: str | None,
    cast: Cast,
    values: Iterable[Value],
    *,
    at_most: int = 2,
    short: bool = False,
    voiced: bool = False,
) -> Iterator[Cell]:
    """The ways in which a fact can be known, the plainest first.

    Args:
        declared: its declarations; more than one when two playbooks are compared.
        about: the contact whom it is about.
        cast: the people.
        values: the values to try.
        at_most: how many of the values may be claimed at once.
        short: whether answers that do not count can be told from none at all.
        voiced: whether some condition counts the voices behind it.
    """
    # nothing said comes first and costs nothing: of cells that nobody can tell apart the first of
    # the cheapest stays
    yield Cell()
    values = tuple(values)
    if voiced and cast.voices is not None:
        yield from _voiced(declared[0], about, cast, values, at_most)
        return
    ways = list(dict.fromkeys(way for fact in declared for way in _ways(fact, about, cast)))
    # an answer that does not count reads like none, but for ``disputed``, which looks at the claims
    # themselves
    if short:
        lacking = (way for fact in declared for way in _short_of(fact, about, cast) if way)
        ways = list(dict.fromkeys([*ways, *lacking]))
    said: Iterator[tuple[Sequence[_Voice], Sequence[Value]]] = _claimed(ways, values, cast, at_most)
    # why a fact is not established no condition can see. But under two declarations one answer may
    # count for the one and not for the other, and that tells them apart
    if len(declared) > 1:
        said = chain(said, _claimed_oddly(declared, about, cast, values))
    for voices, claims in said:
        yield _cell(declared[0].id, about, voices, claims)


def _voiced(
    fact: Fact, about: str | None, cast: Cast, values: Sequence[Value], at_most: int
) -> Iterator[Cell]:
    """What all voices of the cast say, and no other contact; papers contradict them."""
    voices = cast.voices or frozenset()
    narrow = evolve(cast, heard=voices if cast.heard is None else cast.heard & voices)
    papers: list[_Voice] = [("document", f"paper {n}", _FRESH, True) for n in range(1, at_most)]
    for way in _ways(fact, about, narrow):
        speaking = {source for _, source, _, _ in way}
        rest: list[_Voice] = [("contact", id, _FRESH, True) for id in sorted(voices - speaking)]
        all_: tuple[_Voice, ...] = (*way, *(v for v in rest if cast.may_speak(v[1])))
        # who agrees besides costs nothing, or a fact behind which two stand would be dearer than
        # another one for which one is enough
        spare = sum(_COST[kind] for kind, *_ in all_[len(way) :])
        for number in range(1, at_most + 1):
            for first, *others in combinations(values, number):
                said = [first] * len(all_) + others
                cell = _cell(fact.id, about, (*all_, *papers[: number - 1]), said)
                yield evolve(cell, cost=cell.cost - spare)


def _claimed(
    ways: Sequence[tuple[_Voice, ...]], values: Sequence[Value], cast: Cast, at_most: int
) -> Iterator[tuple[Sequence[_Voice], Sequence[Value]]]:
    """One value said by all who have to say it; and several, by others as well."""
    for value in values:
        for way in ways:
            yield way, [value] * len(way)
    # conditions see the set of values and not who said which. So the first is said by as many as it
    # takes, which establishes the fact, and one voice is enough for each of the others
    for number in range(2, at_most + 1):
        for different in combinations(values, number):
            for way in ways:
                said = [different[0]] * len(way) + list(different[1:])
                yield _joined(way, cast, number - 1), said


def _claimed_oddly(
    declared: Sequence[Fact], about: str | None, cast: Cast, values: Sequence[Value]
) -> Iterator[tuple[Sequence[_Voice], Sequence[Value]]]:
    """Every value by everybody whose word the declarations do not count alike."""
    for voices, fillers in _mixed(declared, about, cast):
        for said in product(values, repeat=len(voices)):
            # whoever only adds to the number repeats somebody: another value would be one more
            # claim
            for added in dict.fromkeys(said if fillers else said[:1]):
                yield (*voices, *fillers), [*said, *(added for _ in fillers)]


# costs choose among scenes and never decide whether there is one; a contact's word is what a seller
# gets most easily, a document what takes most
_COST: dict[SourceKind, int] = {"contact": 10, "observation": 12, "document": 14}


def cells_beside(fact: Fact, standing: Sequence[Saying], cell: Cell, cast: Cast) -> Iterator[Cell]:
    """What a cell comes to beside what was said before, of which nothing is taken back.

    Args:
        fact: the fact.
        standing: the latest that each source said.
        cell: what more is said, each by another source.
        cast: the people.
    """
    values = {saying.value for saying in cell.sayings}
    dissent = [s for s in standing if _live(s, fact) and len(values) == 1 and s.value not in values]
    # of those who say otherwise nobody may have to come round, or one, or all
    for turned in dict.fromkeys([(), *((one,) for one in dissent), tuple(dissent)]):
        again = [_anew(s, next(iter(values)), cast) for s in turned]
        # where several have to speak, those who did so before count as well
        for number in range(len(cell.sayings) + 1):
            yield _beside(fact, standing, [*again, *cell.sayings[:number]])


def _live(saying: Saying, fact: Fact) -> bool:
    return fact.good_for is None or saying.age <= fact.good_for


def _anew(saying: Saying, value: Value, cast: Cast) -> Saying:
    """The same source saying otherwise."""
    first_hand = saying.source_kind != "contact" or cast.may_speak(saying.source)
    return evolve(saying, value=value, age=_FRESH, first_hand=first_hand)


def _beside(fact: Fact, standing: Sequence[Saying], said: Sequence[Saying]) -> Cell:
    """What was said before and is said now; the latest words of each source count."""
    sayings = {_source(saying): saying for saying in standing}
    cost = 0
    for saying in said:
        before = sayings.get(_source(saying))
        # who said just this before, and no worse than it takes, need not say it again
        if (
            before is None
            or not _live(before, fact)
            or before.value != saying.value
            or (fact.sources.first_hand and not before.first_hand)
        ):
            sayings[_source(saying)] = saying
            cost += _cost(saying)
    return Cell(None, tuple(sayings.values()), cost)


def _source(saying: Saying) -> tuple[SourceKind, str]:
    return saying.source_kind, saying.source


def _cell(fact: str, about: str | None, voices: Sequence[_Voice], values: Sequence[Value]) -> Cell:
    sayings = tuple(
        Saying(fact, value, kind, source, about, age, first_hand)
        for (kind, source, age, first_hand), value in zip(voices, values, strict=True)
    )
    return Cell(None, sayings, sum(map(_cost, sayings)))


def _cost(saying: Saying) -> int:
    # plain scenes read best, so words that are old or told on come only where they matter
    odd = 3 if saying.age or not saying.first_hand else 0
    return _COST[saying.source_kind] + odd


def _ways(fact: Fact, about: str | None, cast: Cast) -> Iterator[tuple[_Voice, ...]]:
    """Who has to speak for a fact to be established; none when nobody can."""
    rule = fact.sources
    speakers = cast.speakers(rule.roles, about)
    entitled: list[_Voice] = [
        ("contact", id, _FRESH, True) for id in _by_preference(speakers, about)
    ]
    if rule.roles and rule.documents:
        entitled.append(("document", LETTER, _FRESH, True))
    # whom the cast does not let be heard can still be quoted by others, where hearsay is enough
    if rule.roles and not rule.first_hand:
        silent = [p.id for p in cast.people if cast.plays(p.id, rule.roles, about)]
        told_on: list[_Voice] = [("contact", id, _FRESH, False) for id in silent]
        entitled += [voice for voice in told_on if not cast.may_speak(voice[1])]
    others = _others(cast, about)
    if not rule.roles:
        entitled = others
    # one of them stands for all: a word counts by the roles of its source, and which of the holders
    # it was no condition asks. Who is heard is settled by the cast before. Where some have the
    # final word, one of them stands for these, and one for the others
    final = [v for v in entitled if _final(v, fact, cast)]
    others_first = [v for v in entitled if v not in final]
    for first in (*final[:1], *others_first[:1]):
        rest = [voice for voice in others if voice[1] != first[1]]
        yield (first, *rest[: rule.at_least - 1])


def _others(cast: Cast, about: str | None) -> list[_Voice]:
    """Everybody who can say something, the likeliest first."""
    contacts: list[_Voice] = [
        ("contact", id, _FRESH, True) for id in _by_preference(cast.speakers(), about)
    ]
    # 20 is the most that ``at_least`` may ask for
    papers: list[_Voice] = [("document", f"paper {n}", _FRESH, True) for n in range(1, 21)]
    return [*contacts, ("observation", US, _FRESH, True), *papers]


def _by_preference(ids: Iterable[str], about: str | None) -> list[str]:
    # on himself everybody speaks first: that needs nobody else
    return sorted(ids, key=lambda who: who != about)


def _short_of(fact: Fact, about: str | None, cast: Cast) -> Iterator[tuple[_Voice, ...]]:
    """Ways to be answered that fall short by one thing each; the claims are live all the same."""
    rule = fact.sources
    for way in _ways(fact, about, cast):
        if len(way) > 1:
            yield way[:1]
        if rule.first_hand:
            yield tuple((k, source, age, k != "contact") for k, source, age, _ in way)
    if rule.roles:
        outside = [v for v in _others(cast, about) if not _entitled(v, fact, cast, about)]
        yield tuple(outside[: rule.at_least])


def _mixed(
    declared: Sequence[Fact], about: str | None, cast: Cast
) -> Iterator[tuple[tuple[_Voice, ...], tuple[_Voice, ...]]]:
    """Answers that some declarations may count and others not: by all in which they differ.

    Yields:
        One or two who speak, and others who only add to their number.
    """
    good_for = {fact.good_for for fact in declared}
    ages = [_FRESH]
    if len(good_for) > 1:
        ages += sorted(age + _SECOND for age in good_for if age is not None)
    hands = (True, False) if len({fact.sources.first_hand for fact in declared}) > 1 else (True,)
    # voices whose word the declarations count alike can stand in for each other, so two of each
    # standing are enough; with more, the combinations would explode
    by_standing: dict[tuple[bool, ...], list[_Voice]] = {}
    for voice in _others(cast, about):
        standing = tuple(
            part
            for fact in declared
            for part in (_counts(voice, fact, cast, about), _final(voice, fact, cast))
        )
        by_standing.setdefault(standing, []).append(voice)
    # those who count for nobody are best to fill up the number, as they change nothing else
    others = by_standing.get((False, False) * len(declared)) or _others(cast, about)
    voices: list[_Voice] = [
        (kind, source, age, hand)
        for same in by_standing.values()
        for kind, source, _, _ in same[:_TELLING]
        for age in ages
        for hand in (hands if kind == "contact" else (True,))
    ]
    least = {fact.sources.at_least for fact in declared}
    # one source too few, just enough, and one more, of whom one may be out of date
    for number in sorted({n for each in least for n in (each - 1, each, each + 1) if n > 0}):
        for telling in combinations(voices, min(number, _TELLING)):
            some: tuple[_Voice, ...] = telling
            sources = {voice[:2] for voice in some}
            if len(sources) == len(some):
                rest = [voice for voice in others if voice[:2] not in sources]
                yield some, tuple(rest[: number - len(some)])


def _counts(voice: _Voice, fact: Fact, cast: Cast, about: str | None) -> bool:
    return not fact.sources.roles or _entitled(voice, fact, cast, about)


def _final(voice: _Voice, fact: Fact, cast: Cast) -> bool:
    kind, source, _, first_hand = voice
    spoken = kind == "contact" and first_hand
    return spoken and not cast.roles_of(source).isdisjoint(fact.final_word)


def _entitled(voice: _Voice, fact: Fact, cast: Cast, about: str | None) -> bool:
    kind, source, _, _ = voice
    if kind == "contact":
        return cast.plays(source, fact.sources.roles, about)
    return kind == "document" and fact.sources.documents


def _joined(way: Sequence[_Voice], cast: Cast, more: int) -> tuple[_Voice, ...]:
    """The same people, and more who say otherwise; papers never run out."""
    used = {(kind, source) for kind, source, _, _ in way}
    free = [voice for voice in _others(cast, None) if voice[:2] not in used]
    age = way[0][2]
    return (*way, *((kind, source, age, hand) for kind, source, _, hand in free[:more]))
