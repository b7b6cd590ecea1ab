"""Trails as text: JSON Lines, one line for each entry, strict and versioned.

The first line names the format, ``{"dealflow.trail":{"format":1}}``. Every other line is
``{"entry":BODY,"hash":"<64 hexadecimal digits>"}``, where BODY is the entry's canonical JSON as it
was hashed. The bodies are never written anew, so that a trail's text is the same for good.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any, Final

from dealflow.exceptions import TamperedTrail, TrailError, UnknownFormat
from dealflow.trail.body import LONGEST_BODY, SCHEMA, Schema, digest
from dealflow.trail.entries import MOST_ENTRIES, START, WRONG_HASH, Entry, Trail, misplaced
from dealflow.trail.events import Opened, decode
from dealflow.trail.forms import odd, to_instant

__all__ = ["dumps", "loads"]

_HEADER = re.compile(r'\{"dealflow\.trail":\{"format":([1-9][0-9]{0,5})\}\}')
_BEFORE: Final = '{"entry":'
_BETWEEN: Final = ',"hash":"'
_AFTER: Final = '"}'
# Frame and hash have a fixed width, so that a body is cut out and hashed as it stands. Parsed and
# written anew, it might fit its hash again after somebody has changed its form.
_BODY: Final = slice(len(_BEFORE), -len(_BETWEEN) - len(START) - len(_AFTER))
_FRAME: Final = len(_BEFORE) + len(_BETWEEN) + len(START) + len(_AFTER)
_LONGEST_LINE: Final = LONGEST_BODY + _FRAME

# A line of format 1 when nothing in it is out of the ordinary.
_FIRST_LINE: Final = '{"dealflow.trail":{"format":1}}\n'
# `at` and `by` have no escapes here: who is called by a name with a quotation mark is read with
# care.
_LINE = re.compile(
    r'^\{"entry":(\{"at":"([^"\\\n]+)","by":"([^"\\\x00-\x1f\x7f-\x9f]+)","data":(\{.*\})'
    r',"kind":"([a-z_]+)","seq":([1-9][0-9]*)\}),"hash":"([0-9a-f]{64})"\}\n',
    re.MULTILINE,
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def dumps(trail: Trail, *, schema: Schema = SCHEMA) -> str:
    """Write a trail as text, which :func:`loads` reads back.

    Args:
        trail: the trail; what it holds is written as it stands, sound or not.
        schema: the newest format that its entries may have.

    Returns:
        The text; it ends with a newline. Encode it as UTF-8.
    """
    lines = [f'{{"dealflow.trail":{{"format":{schema.format}}}}}']
    lines += [f"{_BEFORE}{entry.body}{_BETWEEN}{entry.hash}{_AFTER}" for entry in trail]
    lines.append("")
    return "\n".join(lines)


def loads(text: str | bytes, head: str | None = None, *, schema: Schema = SCHEMA) -> Trail:
    """Read a trail from text, and check its chain of hashes over the bytes as they stand.

    What this leaves to :meth:`Trail.verify` is whether every body is in canonical form.

    Args:
        text: the text, or its UTF-8 bytes.
        head: the hash of the last entry as known from elsewhere. Without it a cut tail cannot be
            noticed.
        schema: the formats that can be read.

    Raises:
        UnknownFormat: this is no trail, or one of a format newer than the schema's.
        TamperedTrail: the chain is broken, or the head differs.
        TrailError: the text is malformed or beyond bounds. Every message names the line.
    """
    if not isinstance(text, str):
        text = _decode(text)
    # The careful reader goes entry by entry and can say what is wrong where; for long trails that
    # is slow. The quick one checks the same for all entries at once, and knows no message: where
    # anything is unusual it gives up, and the careful one decides. So it may refuse a sound trail
    # but never accept another. Tests hold the two together: they read random trails both ways, and
    # give damaged and forged ones to this function, which no reader may accept.
    entries = _read_quickly(text) if schema.format == 1 else None
    if entries is None:
        lines = _split(text)
        announced = _format(lines.pop(0), schema)
        entries = list(_read_carefully(lines, announced, schema))
    trail = Trail(entries)
    if head is not None:
        trail.expect_head(head)
    return trail


def _decode(data: bytes) -> str:
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise TrailError(f"line {number}: not UTF-8: {error.reason}") from None


def _split(text: str) -> list[str]:
    # Not splitlines(): texts may hold other characters that it takes for line ends.
    lines = text.split("\n")
    if lines.pop():
        raise TrailError(f"line {len(lines) + 1}: does not end with a newline: the text was cut")
    if len(lines) > MOST_ENTRIES + 1:
        raise TrailError(f"line {MOST_ENTRIES + 2}: a trail has at most {MOST_ENTRIES} entries")
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_LINE:
            raise TrailError(f"line {number}: longer than {_LONGEST_LINE} characters")
    return lines or [""]


def _format(header: str, schema: Schema) -> int:
    """The newest format that the entries have, as the header says."""
    found = _HEADER.fullmatch(header)
    if not found:
        raise UnknownFormat("line 1: this is no trail of a deal")
    if (format_ := int(found[1])) > schema.format:
        raise UnknownFormat(
            f"line 1: the trail is of format {format_}; {schema.format} is the newest known"
        )
    return format_


def _read_quickly(text: str) -> list[Entry] | None:
    """Read entries of format 1 all at once, or give up when anything is out of the ordinary.

    What it accepts, :func:`_read_carefully` accepts as well, with the same result.
    """
    size = text.count("\n") - 1
    if not text.startswith(_FIRST_LINE) or not text.endswith("\n") or size > MOST_ENTRIES:
        return None
    rows = _LINE.findall(text, len(_FIRST_LINE))
    if len(rows) != size or (
        len(text) > LONGEST_BODY and any(len(row[0]) > LONGEST_BODY for row in rows)
    ):
        return None
    prev: str = START
    try:
        for row in rows:
            prev = sha256((prev + row[0]).encode()).hexdigest()
            # The careful reader will say which entry it is.
            if prev != row[6]:
                return None
        return _structure(rows)
    except (ValueError, RecursionError):
        return None


def _structure(rows: list[tuple[str, ...]]) -> list[Entry] | None:
    text = ",".join([row[3] for row in rows])
    # A key with a space behind it would be missing from the count below.
    if odd(text) or '" ' in text:
        return None
    # All data at once is quicker than one by one. Each starts an object behind a comma, which no
    # list in an event has: so each is an item of the outermost list, and valid by itself.
    items = json.loads(f"[{text}]")
    if len(items) != len(rows):
        return None
    entries: list[Entry] = []
    keys = 0
    last = _EARLIEST
    for seq, (body, when, by, _, kind, number, hash_), data in zip(
        count(1), rows, items, strict=False
    ):
        at = to_instant(when)
        event = decode(kind, data)
        # What misplaced() looks for, without a call for each entry.
        if int(number) != seq or at < last or (kind == Opened.kind) is not (seq == 1):
            return None
        entries.append(Entry(seq, at, by, kind, event, hash_, body))
        last = at
        keys += len(data)
        if "guards" in data:
            guards = data["guards"].values()
            keys += len(guards) + sum(map(len, guards))
    # Behind every key there are a quotation mark and a colon, so that a key that came twice shows:
    # the objects have one less. (Quoted words in a text may look like keys, too.)
    return entries if text.count('":') == keys else None


def _read_carefully(lines: list[str], announced: int, schema: Schema) -> Iterator[Entry]:
    """Read entry by entry, and name the first that is bad."""
    prev: str = START
    last: datetime | None = None
    for seq, line in enumerate(lines, 1):
        place = f"line {seq + 1}"
        body = line[_BODY]
        hash_ = line[-len(START) - len(_AFTER) : -len(_AFTER)]
        if line != f"{_BEFORE}{body}{_BETWEEN}{hash_}{_AFTER}" or len(line) <= _FRAME:
            raise TrailError(f'{place}: not of the form {{"entry":...,"hash":"..."}}')
        try:
            if digest(prev, body) != hash_:
                raise TamperedTrail(seq, f"{place}: {WRONG_HASH}")
            entry = _entry(body, hash_, announced, schema)
        except TamperedTrail:
            raise
        except (ValueError, RecursionError) as error:
            kind = UnknownFormat if isinstance(error, UnknownFormat) else TrailError
            raise kind(f"{place}: {error}") from None
        if problem := misplaced(seq, last, entry):
            raise TamperedTrail(seq, f"{place}: {problem}")
        yield entry
        prev, last = hash_, entry.at


def _entry(body: str, hash_: str, announced: int, schema: Schema) -> Entry:
    if bad := odd(body):
        raise TrailError(f"{bad!a} has no place in a trail")
    parsed = json.loads(body, object_pairs_hook=_unique)
    seq, at, by, event = schema.read(parsed)
    if parsed.get("format", 1) > announced:
        raise TrailError(f"an entry of format {parsed['format']} under a header of {announced}")
    return Entry(seq, at, by, event.kind, event, hash_, body)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # json takes the last of two equal keys, other readers the first: they would agree on the hash
    # and not on what was said.
    made = dict(pairs)
    if len(made) != len(pairs):
        raise TrailError("a key comes twice in one object")
    return made
