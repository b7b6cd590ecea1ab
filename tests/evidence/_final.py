"""What is known of a fact with a final word, written by hand from the rules for it.

Once a holder of such a role, or one who held it, has spoken first-hand, only first-hand words of
present holders count: of each the latest, while it is good. Everybody else's live claims of another
value are dissent. Records of one person are one person, and a paper is known by its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from unicodedata import normalize

from attrs import frozen

from dealflow import Fact, Statement
from dealflow.values import Value
from tests.builders import World

Source = tuple[str, str]


@frozen
class Known:
    """What is known.

    Attributes:
        values: each value with the statements that say so.
        lack: the reason why nothing is; ``None`` where something is.
        since: the end of the last word, where all are stale.
        dissent: the statements that speak against it.
        until: the last instant until which all that stays so.
    """

    values: dict[Value, list[int]]
    lack: str | None
    since: datetime | None
    dissent: list[int]
    until: datetime | None


def source_of(one: Statement, where: World) -> Source:
    """Who or what speaks."""
    if one.source_kind == "contact":
        return "contact", where.alike.get(one.source, one.source)
    if one.source_kind == "document":
        return "document", " ".join(normalize("NFKC", one.source).casefold().split())
    return one.source_kind, one.source


def _later(one: Statement, other: Statement) -> bool:
    return (one.said_at, one.id) > (other.said_at, other.id)


def by_source(statements: Iterable[Statement], where: World) -> dict[Source, list[Statement]]:
    """The statements of each source, the latest first."""
    found: dict[Source, list[Statement]] = {}
    for one in statements:
        mine = found.setdefault(source_of(one, where), [])
        place = next((i for i, other in enumerate(mine) if _later(one, other)), len(mine))
        mine.insert(place, one)
    return found


def final_known(fact: Fact, statements: Iterable[Statement], where: World) -> Known | None:
    """What is known by the final word; ``None`` while nobody who has or had it has spoken."""
    sources = by_source(statements, where)
    spoken = {}
    for (kind, who), words in sources.items():
        own = [one for one in words if one.first_hand]
        if kind == "contact" and own and where.ever(who) & set(fact.final_word):
            spoken[kind, who] = own[0]
    if not spoken:
        return None
    present = {
        key: one for key, one in spoken.items() if where.roles_of(key[1]) & set(fact.final_word)
    }

    def good(one: Statement) -> bool:
        return fact.good_for is None or where.at <= one.said_at + fact.good_for

    counted = sorted((one for one in present.values() if good(one)), key=lambda one: one.id)
    others = [
        words[0]
        for key, words in sources.items()
        if good(words[0]) and (key not in present or words[0].id != present[key].id)
    ]
    ends = (
        []
        if fact.good_for is None
        else [one.said_at + fact.good_for for one in (*counted, *others)]
    )
    ends += [] if where.until is None else [where.until]
    until = min(ends) if ends else None
    if counted:
        values: dict[Value, list[int]] = {}
        for one in counted:
            values.setdefault(one.value, []).append(one.id)
        dissent = sorted(one.id for one in others if one.value not in values)
        return Known(values, None, None, dissent, until)
    if present:
        assert fact.good_for is not None
        since = max(one.said_at for one in present.values()) + fact.good_for
        return Known({}, "stale", since, [], until)
    return Known({}, "final_word", None, [], until)
