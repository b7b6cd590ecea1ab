"""The body of a trail's entry: its canonical JSON, its hash, and the formats it may be in."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import frozen

from dealflow.exceptions import TrailError, UnknownFormat
from dealflow.trail.events import Event, decode, encode
from dealflow.trail.forms import LARGEST_INT, from_instant, odd, to_instant

__all__ = ["LONGEST_BODY", "SCHEMA", "Schema", "canonical", "digest", "write_body"]

FORMAT: Final = 1
"""The format in which entries are written. Bodies of later formats have a key ``format``."""

LONGEST_BODY: Final = 8_000_000
"""The most characters that an entry's body may have."""

# Quotes stay readable in the file, in Chinese too. Circles need no check of their own: _check() has
# run into them, and events have none.
_dump = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
).encode


def canonical(obj: object) -> str:
    """Write JSON data in its one canonical form: the part of RFC 8785 without floats.

    Args:
        obj: ``None``, bools, texts, integers below 2^53, and lists (or tuples) and dicts of them.

    Returns:
        Compact JSON with sorted keys.

    Raises:
        TrailError: anything else, a key outside ASCII, a lone surrogate, or nesting too deep.
    """
    try:
        _check(obj)
        text = _dump(obj)
        text.encode()
    except UnicodeEncodeError:
        raise TrailError("a text has a lone surrogate, which UTF-8 cannot hold") from None
    except RecursionError:
        raise TrailError("the data is nested too deeply, or in itself") from None
    return text


def _check(obj: object) -> None:
    if obj is None or isinstance(obj, bool | str):
        return
    if isinstance(obj, int):
        if not -LARGEST_INT <= obj <= LARGEST_INT:
            raise TrailError("an integer is not below 2^53")
    elif isinstance(obj, list | tuple):
        for item in obj:
            _check(item)
    elif isinstance(obj, dict):
        for key, value in obj.items():
            # Python sorts by code point, RFC 8785 by UTF-16: the same for ASCII only.
            if not isinstance(key, str) or not key.isascii():
                raise TrailError(f"{reprlib.repr(key)} is not a key in ASCII")
            _check(value)
    else:
        raise TrailError(f"{reprlib.repr(obj)} has no place in canonical JSON")


def digest(prev_hash: str, body: str) -> str:
    """The hash of an entry: SHA-256 of the hash before it and its body, 64 hexadecimal digits.

    Raises:
        UnicodeEncodeError: the body has a lone surrogate.
    """
    # The hash before is no part of the body: so a body is the same text wherever it stands, and can
    # be compared, and read in a newer format, without the entries before it. As a hash has 64
    # digits always, the two can be joined without a mark: no other pair gives the same characters.
    # All that an entry says is in its body, its number and its time included, so that none of it
    # can be changed, nor the entry be put elsewhere.
    return sha256((prev_hash + body).encode()).hexdigest()


def write_body(seq: int, at: datetime, by: str, event: Event) -> str:
    """Write the canonical body of an entry, in the newest format.

    Raises:
        TrailError: something cannot be written down exactly, or is too long.
    """
    data = encode(event)
    try:
        instant = from_instant(at)
    except ValueError as error:
        raise TrailError(f"{error} @ at") from None
    _check_ends(seq, by)
    # The outermost keys stand in their sorted order here, and encode() lets nothing pass that the
    # encoder would not write canonically.
    body = (
        f'{{"at":"{instant}","by":{_dump(by)},"data":{_dump(data)}'
        f',"kind":"{event.kind}","seq":{seq}}}'
    )
    if bad := odd(body):
        raise TrailError(f"{bad!a} has no place in a trail")
    if len(body) > LONGEST_BODY:
        raise TrailError(f"the entry has {len(body)} characters, over {LONGEST_BODY}")
    return body


def _check_ends(seq: Any, by: Any) -> None:
    if seq.__class__ is not int or not 0 < seq <= LARGEST_INT:
        raise TrailError(f"{reprlib.repr(seq)} is not a sequence number @ seq")
    if by.__class__ is not str or not by:
        raise TrailError(f"{reprlib.repr(by)} is nobody's id @ by")


Upcaster: TypeAlias = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""From an event's data in one format to its kind and data in the next format."""


@frozen
class Schema:
    """The formats of bodies that can be read.

    A body without a key ``format`` is of format 1. One of an older format than the newest is
    brought up, format by format, before its event is read; its own bytes and hash stay.

    Attributes:
        format: the newest format.
        upcasters: by format and kind, for the kinds that the next format writes differently.
    """

    format: int = FORMAT
    upcasters: Mapping[tuple[int, str], Upcaster] = MappingProxyType({})

    def read(self, body: object) -> tuple[int, datetime, str, Event]:
        """Read a parsed body.

        Returns:
            The number, the instant, who recorded it, and the event.

        Raises:
            TrailError: naming what is wrong with it.
            UnknownFormat: it is of a format newer than this schema's.
        """
        # The key `format` may be there or not: put into both sets, it makes no difference.
        if not isinstance(body, dict) or {"format", *body} != _KEYS:
            raise TrailError("the body is not an object with the keys at, by, data, kind and seq")
        seq, by, kind, data = body["seq"], body["by"], body["kind"], body["data"]
        try:
            at = to_instant(body["at"])
        except ValueError as error:
            raise TrailError(f"{error} @ at") from None
        _check_ends(seq, by)
        format_ = body.get("format", 1)
        # A body of format 1 with the key would be a second text of the same entry.
        if "format" in body and (format_.__class__ is not int or format_ < 2):
            raise TrailError(f"{reprlib.repr(format_)} is not a format from 2 on @ format")
        if format_ != self.format:
            kind, data = self._bring_up(format_, kind, data)
        return seq, at, by, decode(kind, data)

    def _bring_up(self, format_: int, kind: str, data: Any) -> tuple[str, Any]:
        if format_ > self.format:
            raise UnknownFormat(f"of format {format_}; the newest known is {self.format}")
        try:
            # Format by format, so that each new one needs the step from its predecessor only.
            for old in range(format_, self.format):
                if upcaster := self.upcasters.get((old, kind)):
                    kind, data = upcaster(data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise TrailError(
                f"{kind} of format {format_} cannot be brought up: {error!r}"
            ) from None
        return kind, data


_KEYS: Final = {"at", "by", "data", "format", "kind", "seq"}

SCHEMA: Final = Schema()
"""The formats that this version of dealflow reads."""
