"""Who says what: the plainest statements that make of a fact what is to be known of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final, TypeAlias

from attrs import frozen

from dealflow.analysis.phrases import LETTER
from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.scenes import Saying
from dealflow.evidence import US, Fact, SourceKind
from dealflow.values import Value

__all__ = ["Wanted", "sayings", "spare_needed", "spare_to_quote"]

_FRESH: Final = timedelta(0)
_Voice: TypeAlias = tuple[SourceKind, str, bool, str | None]
"""Who speaks: the kind of source, the source, first-hand or told on, and by whom."""


@frozen
class Wanted:
    """What is to be known of a fact.

    Attributes:
        values: what is claimed; none where it is not to be known.
        final: whether that is the word of those who have the final one.
        other: what those say who speak against that, or whose word does not count.
        tellers: the contacts who stand behind it, where that matters.
    """

    values: tuple[Value, ...]
    final: bool = False
    other: tuple[Value, ...] = ()
    tellers: tuple[str, ...] | None = None


def sayings(fact: Fact, about: str | None, wanted: Wanted, cast: Cast) -> Iterator[Saying]:
    """The statements by which a fact is known as it is wanted."""

    def said(voice: _Voice, value: Value) -> Saying:
        kind, source, first_hand, via = voice
        return Saying(fact.id, value, kind, source, about, _FRESH, first_hand, via)

    voices = iter(_without_weight(fact, about, cast))
    if not wanted.values:
        yield from (said(voice, value) for voice, value in zip(voices, wanted.other, strict=False))
        return
    if wanted.final:
        holders = _final_speakers(fact, cast, wanted.tellers)
        values = wanted.values
        for number, holder in enumerate(holders):
            if number < len(values) or wanted.tellers is not None:
                value = values[min(number, len(values) - 1)]
                yield said(("contact", holder, True, None), value)
        yield from (said(_paper(n), value) for n, value in enumerate(wanted.other, 1))
        return
    first, *others = wanted.values
    if wanted.tellers is not None:
        yield from (said(voice, first) for voice in _standing_behind(fact, about, wanted, cast))
        yield from (said(_paper(n), value) for n, value in enumerate(others, 30))
        return
    way = _way(fact, about, cast)
    yield from (said(voice, first) for voice in way)
    used = {voice[:2] for voice in way}
    free = (voice for voice in _others(fact, about, cast) if voice[:2] not in used)
    yield from (said(voice, value) for voice, value in zip(free, others, strict=False))


def _in_person(contact: str) -> _Voice:
    return ("contact", contact, True, None)


def _told_on(contact: str) -> _Voice:
    return ("contact", contact, False, None)


def _paper(number: int) -> _Voice:
    return ("document", f"paper {number}", True, None)


def _way(fact: Fact, about: str | None, cast: Cast) -> tuple[_Voice, ...]:
    """Who has to speak for a fact to be established, while nobody has the final word."""
    rule = fact.sources
    others = list(_others(fact, about, cast))
    entitled = others
    if rule.roles:
        entitled = list(_entitled(fact, about, cast))
    if not entitled:
        return ()
    first = entitled[0]
    rest = [voice for voice in others if voice[1] != first[1]]
    return (first, *rest[: rule.at_least - 1])


def _entitled(fact: Fact, about: str | None, cast: Cast) -> Iterator[_Voice]:
    rule = fact.sources
    may = [id for id in cast.speakers(rule.roles, about) if not _has_final_word(fact, id, cast)]
    yield from map(_in_person, _by_preference(may, about))
    if rule.documents:
        yield ("document", LETTER, True, None)
    # who must not be heard can still be quoted by others, where hearsay is enough
    if not rule.first_hand:
        everybody = [p.id for p in cast.people if cast.plays(p.id, rule.roles, about)]
        yield from map(_told_on, everybody)


def _others(fact: Fact, about: str | None, cast: Cast) -> Iterator[_Voice]:
    """Everybody who can say something, the likeliest first; papers never run out."""
    may = [id for id in cast.speakers() if not _has_final_word(fact, id, cast)]
    yield from map(_in_person, _by_preference(may, about))
    yield ("observation", US, True, None)
    yield from (_paper(number) for number in range(1, 100))


def _by_preference(ids: Iterable[str], about: str | None) -> list[str]:
    # on himself everybody speaks first: that needs nobody else
    return sorted(ids, key=lambda who: who != about)


def _has_final_word(fact: Fact, contact: str, cast: Cast) -> bool:
    return not cast.roles_of(contact).isdisjoint(fact.final_word)


def _final_speakers(fact: Fact, cast: Cast, tellers: Collection[str] | None) -> Sequence[str]:
    return [id for id in cast.speakers(fact.final_word) if tellers is None or id in tellers]


def _standing_behind(fact: Fact, about: str | None, wanted: Wanted, cast: Cast) -> Iterator[_Voice]:
    """Just some contacts, and as many papers as it takes."""
    rule, tellers = fact.sources, wanted.tellers or ()
    quoted = iter([person.id for person in cast.people if person.id not in tellers])
    voices: list[_Voice] = []
    for id in tellers:
        if _speaks_himself(fact, id, cast):
            voices.append(("contact", id, True, None))
        else:
            # not heard himself, he tells what somebody else said
            voices.append(("contact", next(quoted), False, id))
    counts = not rule.roles or any(cast.plays(v[1], rule.roles, about) for v in voices)
    if not counts:
        voices += list(_unheard(fact, about, cast))[:1]
    papers = (_paper(number) for number in range(1, 30))
    yield from voices
    yield from (paper for paper, _ in zip(papers, range(rule.at_least - len(voices)), strict=False))


def _speaks_himself(fact: Fact, id: str, cast: Cast) -> bool:
    return cast.may_speak(id) and not _has_final_word(fact, id, cast)


def _unheard(fact: Fact, about: str | None, cast: Cast) -> Iterator[_Voice]:
    """Whose word counts without anybody standing behind it."""
    rule = fact.sources
    if rule.documents:
        yield ("document", LETTER, True, None)
    for person in cast.people:
        if cast.plays(person.id, rule.roles, about):
            yield ("contact", person.id, False, None)


def _without_weight(fact: Fact, about: str | None, cast: Cast) -> Iterator[_Voice]:
    """Those whose word establishes nothing."""
    rule = fact.sources
    spare = [p.id for p in cast.people if not p.roles and p.id != about]
    told = [_told_on(id) for id in spare]
    if rule.roles:
        yield ("observation", US, True, None)
        yield from told
    elif rule.first_hand:
        yield from told
    else:
        yield from (_paper(1), _paper(2))


def spare_to_quote(fact: Fact, wanted: Wanted, cast: Cast) -> int:
    """How many people without a role it takes whom others quote that are not heard themselves."""
    tellers = wanted.tellers or ()
    quoting = sum(not _speaks_himself(fact, id, cast) for id in tellers)
    return max(quoting - sum(person.id not in tellers for person in cast.people), 0)


def spare_needed(fact: Fact) -> int:
    """How many people without a role it takes to contradict each other without weight."""
    if fact.sources.roles:
        return 1
    return 2 if fact.sources.first_hand else 0
