"""Forges trails: changes one thing in an entry's JSON, whatever it is, and makes the hashes fit.

Nothing here knows what a key means. Values are changed by their looks: a text that looks like an
instant gets other instants and other spellings, any text gets texts that are found elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any, TypeAlias

from attrs import frozen

from tests.deal._entries import Body, canonical

Path: TypeAlias = tuple[str | int, ...]
Named: TypeAlias = Iterator[tuple[str, Any]]
"""Changed values, each with what the change is called."""

_SOME = 6
"""So many values found elsewhere are tried in each place."""
# Every word of the closed lists, so that those that no specimen has are tried, too.
_WORDS = (
    "person", "committee", "third_party", "high", "medium", "low", "growth", "trouble",
    "even_keel", "overconfident", "call", "meeting", "mail", "visit", "us", "them", "both",
    "contact", "document", "observation", "rival", "in_house", "nothing", "rep", "rejected",
    "executive", "manager", "staff",
    "walk_away", "reconcile", "ask", "work", "ready", "unknown", "true", "false", "conflicted",
    "fulfilled", "walked_away", "lost", "any_role", "do_nothing",
)  # fmt: skip
_PLAIN: tuple[Any, ...] = (None, "", [], {}, False, True, 0, "person", "both", "contact")
"""What may be the default of a key; written out, it is a second text of the same entry."""


@frozen
class Change:
    """An entry's JSON with one change.

    Attributes:
        path: where, from the outside in.
        how: what was done.
        before: the JSON before.
        after: the JSON after.
        elsewhere: the entry that was dropped, repeated or moved, when that is the change.
    """

    path: Path
    how: str
    before: Body
    after: Body
    elsewhere: Body | None = None

    @property
    def place(self) -> str:
        """The path without numbers and without the names of single guards."""
        pairs = pairwise(("", *self.path))
        parts = ["*" if outer == "guards" else part for outer, part in pairs]
        return ".".join("[]" if isinstance(part, int) else str(part) for part in parts) or "entry"


class Seen:
    """What stands under which key in some trails, for others to be given it.

    Args:
        trails: the entries of each.
    """

    def __init__(self, trails: Iterable[Sequence[Body]]) -> None:
        self.by_key: dict[str, dict[str, Any]] = {}
        self.keys: dict[tuple[object, ...], dict[str, Any]] = {}
        for body in (body for trail in trails for body in trail):
            for path, value in places(body):
                key = _key(path)
                self.by_key.setdefault(key, {}).setdefault(canonical(value), value)
                if isinstance(value, dict):
                    self.keys.setdefault(_shape(body, path), {}).update(value)
        texts = ([v for v in values.values() if _is_id(v)] for values in self.by_key.values())
        self.ids: list[str] = list(dict.fromkeys(id for some in texts for id in some[:2]))

    def at(self, path: Path) -> list[Any]:
        """Values seen under a key, spread over all of them."""
        values = list(self.by_key.get(_key(path), {}).values())
        return values[:: max(1, len(values) // _SOME)]


def _shape(body: Body, path: Path) -> tuple[object, ...]:
    """Equal for objects that may have the same keys."""
    parts = ("*" if outer == "guards" else part for outer, part in pairwise(("", *path)))
    return (str(body["kind"]), *parts)


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[\w.\-]{1,40}", value) is not None


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in JSON, with what is there."""
    yield path, value
    inner: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for part, each in inner:
        yield from places(each, (*path, part))


def put(body: Any, path: Path, value: Any) -> Any:
    """JSON with another value in one place."""
    if not path:
        return value
    copy: Any = dict(body) if isinstance(body, dict) else list(body)
    copy[path[0]] = put(body[path[0]], path[1:], value)
    return copy


def changes(body: Body, seen: Seen) -> Iterator[Change]:
    """Every change of one thing in an entry."""
    # of many guards' records that look the same one is enough
    alike: set[tuple[object, ...]] = set()
    skipped: list[Path] = []
    for path, value in places(body):
        if any(path[: len(outer)] == outer for outer in skipped):
            continue
        if isinstance(value, dict) and len(path) > 2:
            texts = tuple((key, each) for key, each in value.items() if isinstance(each, str))
            looks = (path[:-1], texts, *value)
            if looks in alike:
                skipped.append(path)
                continue
            alike.add(looks)
        tried = {canonical(value)}
        for how, new in others(value, path, body, seen):
            if (text := canonical(new)) not in tried:
                tried.add(text)
                yield Change(path, how, body, put(body, path, new))


def others(value: Any, path: Path, body: Body, seen: Seen) -> Named:
    """Other values for one place in an entry."""
    match value:
        case bool():
            yield from _of_bool(value)
        case int():
            yield from _of_number(value, body)
        case str():
            yield from _of_text(value, path, body, seen)
        case list():
            yield from _of_list(value, path, seen)
        case dict():
            yield from _of_object(value, path, body, seen)
            if path in ((), ("data",)):
                return
        case _:
            pass
    for other in seen.at(path):
        yield f"value found elsewhere ({type(other).__name__})", other
    for other in (None, "", "x", 0, 1.5, False, True, [], ["x"], {}):
        if type(other) is not type(value):
            yield f"{type(other).__name__} in place of {type(value).__name__}", other


def _of_bool(value: bool) -> Named:
    yield "flipped", not value
    yield "as number", int(value)
    yield "as text", str(value).lower()


def _of_number(value: int, body: Body) -> Named:
    seq = body["seq"]
    yield from (("next number", value + 1), ("number before", value - 1), ("negative", -value))
    yield from (("nought", 0), ("99", 99), ("huge", 2**53), ("huge", 10**30), ("-6", -6), ("5", 5))
    yield from (("own number", seq), ("a later number", seq + 1))
    for number in range(1, seq, 1 + seq // (2 * _SOME)):
        yield "other entry's number", number
    yield from (("as fraction", float(value)), ("as text", str(value)))


_LONG = "x" * 10_001


def _of_text(value: str, path: Path, body: Body, seen: Seen) -> Named:
    yield from (("empty", ""), ("blank", "   "), ("blank", "\n"), ("unknown text", "nobody-else"))
    yield from (("space before", f" {value}"), ("space behind", f"{value} "))
    yield "newline inside", f"{value[: len(value) // 2]}\n{value[len(value) // 2 :]}"
    yield "newline behind", f"{value}\n"
    yield from (("control character", f"{value}\x1b[1m"), ("control character", f"{value}\x85"))
    yield from (("surrogate", f"{value}\ud800"), ("too long", _LONG), ("accented", f"{value}é"))
    yield from (("other case", value.upper()), ("other case", value.title()))
    yield from (("id with a mark", f"{value}/x"), ("id of a mark", "-"), ("too long id", "x" * 101))
    for rule, other in _SPELT:
        if rule.fullmatch(value):
            yield from other(value, body)
    # free words take any others: of those a few will do
    some = None if _is_id(value) else _SOME
    for word in islice(_WORDS, some):
        yield "other word", word
    for id in islice(seen.ids, some):
        yield "id of something else", id


def _of_instant(text: str, body: Body) -> Named:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return
    tick = timedelta(microseconds=1)
    for name, by in (("a tick", tick), ("a day", timedelta(1)), ("years", timedelta(1500))):
        yield f"{name} later", _write(instant + by)
        yield f"{name} earlier", _write(instant - by)
    yield "instant of the entry", body["at"]
    for year in ("1969", "1970", "2200", "2201", "9999", "0001"):
        yield f"year {year}", f"{year}{text[4:]}"
    yield from (("other spelling", text.replace("Z", end)) for end in ("+00:00", "", "z", ".0Z"))
    yield from (("other spelling", text.replace("T", sep)) for sep in (" ", "t"))
    yield "other spelling", text.replace("Z", ".000000Z")
    yield "other zone", instant.replace(tzinfo=UTC).isoformat().replace("+00:00", "+02:00")
    yield from (("no such instant", f"{text[:11]}24:00:00Z"), ("only a day", text[:10]))


def _write(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _of_money(text: str, _: Body) -> Named:
    number, code = text.split(" ")
    yield from (("negative", f"-{text}"), ("nothing", f"0 {code}"), ("huge", f"{'9' * 40} {code}"))
    yield "other amount", f"1{text}"
    yield from (("other currency", f"{number} CHF"), ("no currency", f"{number} QQQ"))
    yield from (("no currency", number), ("too many decimals", f"{number}.123456 {code}"))
    point = "" if "." in number else "."
    for spelt in (f"{number}{point}00", f"0{number}", f"+{number}", f"{number}e0"):
        yield "other spelling", f"{spelt} {code}"
    yield from (("other spelling", text.replace(" ", gap)) for gap in ("", "  "))
    yield from (("other spelling", text.lower()), ("other spelling", f"{code} {number}"))


def _of_decimal(text: str, _: Body) -> Named:
    yield from (("negative", f"-{text}"), ("other number", f"1{text}"), ("huge", "9" * 60))
    point = "" if "." in text else "."
    for spelt in (
        f"{text}{point}0",
        f"0{text}",
        f"+{text}",
        f"{text}e0",
        f"{text}E+2",
        "NaN",
        "-0",
    ):
        yield "other spelling", spelt


def _of_date(text: str, _: Body) -> Named:
    yield from (("other day", f"{text[:-2]}28"), ("no such day", f"{text[:5]}02-30"))
    yield from ((f"year {year}", f"{year}{text[4:]}") for year in ("1899", "1900", "2200", "2201"))
    yield from (("other spelling", text.replace("-", "")), ("other spelling", f"{text}T00:00:00Z"))
    yield from (("other spelling", text.replace("-0", "-")), ("week", "2026-W10-1"))


def _of_duration(text: str, _: Body) -> Named:
    yield from (
        ("negative", f"-{text}"),
        ("nothing", "P0D"),
        ("nothing", "PT0S"),
        ("huge", "P9999W"),
    )
    for spelt in ("P1W", "PT24H", "P1DT", "PT60M", "P1DT26H", "PT26H", "P1M", "PT0S", text.lower()):
        yield "other spelling", spelt


_SPELT: Sequence[tuple[re.Pattern[str], Callable[[str, Body], Named]]] = (
    (re.compile(r"\d{4}-\d\d-\d\dT.*Z"), _of_instant),
    (re.compile(r"-?\d+(\.\d+)? [A-Z]{3}"), _of_money),
    (re.compile(r"-?\d+(\.\d+)?"), _of_decimal),
    (re.compile(r"\d{4}-\d\d-\d\d"), _of_date),
    (re.compile(r"P[\dWDTHMS]+"), _of_duration),
)


def _of_list(value: list[Any], path: Path, seen: Seen) -> Named:
    yield "emptied", []
    for i, item in enumerate(value):
        rest = [*value[:i], *value[i + 1 :]]
        yield "item dropped", rest
        yield "item twice", [*value, item]
        yield "items moved", [*rest, item]
    items = [item for other in seen.at(path) if isinstance(other, list) for item in other]
    for item in [*items[:_SOME], *seen.ids]:
        if item not in value:
            yield "item found elsewhere", [*value, item]
    for item in ("nobody-else", "", "  ", "a\nb", -1, 0, 10**30, None, True, [], value):
        yield f"item added ({type(item).__name__})", [*value, item]
    yield "too many items", [*value, *(f"x{i}" for i in range(201))]
    if value:
        yield "item in place of the list", value[0]


def _of_object(value: dict[str, Any], path: Path, body: Body, seen: Seen) -> Named:
    known = seen.keys.get(_shape(body, path), {})
    for key, each in value.items():
        rest = {k: v for k, v in value.items() if k != key}
        yield f"without {_single(path, key)}", rest
        yield "key renamed", rest | {f"{key}_": each}
        for other in islice((k for k in known if k not in value), _SOME):
            yield "key renamed to another", rest | {other: each}
        later = ((k, v) for k, v in value.items() if k > key and type(v) is type(each))
        for other, theirs in islice(later, _SOME):
            yield "values swapped", value | {key: theirs, other: each}
    for key, each in known.items():
        if key not in value:
            yield f"with {_single(path, key)}", value | {key: each}
            for plain in _PLAIN:
                yield f"{_single(path, key)} written out", value | {key: plain}
    for key, each in (("extra", ""), ("extra", None), ("é", 1), ("format", 1), ("format", 2)):
        yield f"key {key} added", value | {key: each}
    if "kind" in value and not path:
        kinds = seen.by_key["kind"].values()
        yield from (("other kind", value | {"kind": kind}) for kind in kinds)


def _single(path: Path, key: str) -> str:
    return "a guard" if path and path[-1] == "guards" else key


# --- whole entries


def rearranged(trail: Sequence[Body]) -> Iterator[tuple[str, int, list[Body]]]:
    """Trails with one entry dropped, twice or moved: how, which place it had, and the trail.

    Only what the entries say is in question: they get the numbers of their new places. Those before
    the entry stay as they were.
    """
    for i, body in enumerate(trail):
        rest = [*trail[:i], *trail[i + 1 :]]
        found = [("entry dropped", rest), ("entry twice", [*trail[: i + 1], *trail[i:]])]
        found += [
            ("entry moved back", [*rest[: i + by], body, *rest[i + by :]])
            for by in (1, 2, 5, 12)
            if i + by < len(rest)
        ]
        found.append(("entry moved to the end", [*rest, body]))
        for how, other in found:
            yield how, i, numbered(other)


def numbered(trail: Iterable[Body]) -> list[Body]:
    """The entries with the numbers of their places."""
    return [body | {"seq": seq} for seq, body in enumerate(trail, 1)]


def form_of(body: Body) -> tuple[object, ...]:
    """Equal for entries in which much the same can be changed."""
    data = body["data"]
    words = tuple(data.get(key) for key in ("source_kind", "cause", "verdict"))
    looks = [
        (key, type(value).__name__, bool(value), _spelling(value))
        for key, value in sorted(data.items())
    ]
    return (body["kind"], words, *looks)


def _spelling(value: object) -> int:
    """Which of the forms that have other spellings a text is in; -1 for none."""
    if isinstance(value, str):
        for number, (rule, _) in enumerate(_SPELT):
            if rule.fullmatch(value):
                return number
    return -1
