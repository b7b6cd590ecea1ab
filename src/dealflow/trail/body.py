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
from dealflow.message import joined, message
from dealflow.record import Record
from dealflow.trail.checks import form_problems
from dealflow.trail.events import Event, decode, faults, write
from dealflow.trail.forms import LARGEST_INT, from_instant, odd, quoted
from dealflow.values import parse_instant

__all__ = ["LONGEST_BODY", "SCHEMA", "Schema", "digest", "read_body", "write_body"]

FORMAT: Final = 1
"""The format in which entries are written. Bodies of later formats have a key ``format``."""

LONGEST_BODY: Final = 8_000_000
"""The most characters that an entry's body may have."""

_decoder = json.JSONDecoder()

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
        raise TrailError(message("a text has a lone surrogate, which UTF-8 cannot hold")) from None
    except RecursionError:
        raise TrailError(message("the data is nested too deeply, or in itself")) from None
    return text


def _check(obj: object) -> None:
    if obj is None or isinstance(obj, bool | str):
        return
    if isinstance(obj, int):
        if not -LARGEST_INT <= obj <= LARGEST_INT:
            raise TrailError(message("an integer is not below 2^53"))
    elif isinstance(obj, list | tuple):
        for item in obj:
            _check(item)
    elif isinstance(obj, dict):
        for key, value in obj.items():
            # Python sorts by code point, RFC 8785 by UTF-16: the same for ASCII only.
            if not isinstance(key, str) or not key.isascii():
                raise TrailError(message("{key} is not a key in ASCII", key=reprlib.repr(key)))
            _check(value)
    else:
        raise TrailError(message("{obj} has no place in canonical JSON", obj=reprlib.repr(obj)))


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
    # First, as it refuses what is no event and has no kind.
    data = write(event)
    return _framed(seq, at, by, event.KIND, data)


def _framed(seq: int, at: datetime, by: str, kind: str, data: str) -> str:
    try:
        instant = from_instant(at)
    except ValueError as error:
        raise TrailError(message("{problem} @ {place}", problem=error, place="at")) from None
    if seq.__class__ is not int or not 0 < seq <= LARGEST_INT:
        raise TrailError(message("{seq} is not a sequence number @ seq", seq=reprlib.repr(seq)))
    if by.__class__ is not str or not by:
        raise TrailError(message("{by} is nobody's id @ by", by=reprlib.repr(by)))
    # The outermost keys stand in their sorted order here.
    body = f'{{"at":"{instant}","by":{quoted(by)},"data":{data},"kind":"{kind}","seq":{seq}}}'
    if bad := odd(body):
        raise TrailError(message("{bad!a} has no place in a trail", bad=bad))
    if len(body) > LONGEST_BODY:
        raise TrailError(
            message(
                "the entry has {count} characters, over {most}",
                count=len(body),
                most=LONGEST_BODY,
            )
        )
    return body


def read_body(
    body: str, schema: Schema, newest: int | None = None
) -> tuple[int, datetime, str, Event]:
    """Read the body of an entry: strictly, and only in the form in which it is written.

    Args:
        body: the text that was hashed.
        schema: the formats that can be read.
        newest: the newest format that the trail's header announces; by default the schema's.

    Returns:
        The number, the instant, who recorded it, and the event.

    Raises:
        TrailError: naming everything that is wrong with it.
        UnknownFormat: it is of a format newer than the schema's.
    """
    try:
        parsed, _ = _decoder.raw_decode(body)
    except RecursionError:
        raise TrailError(message("the data is nested too deeply")) from None
    except ValueError as error:
        raise TrailError(message("this is no JSON: {error}", error=error)) from None
    seq, at, by, event, text = schema.read(parsed, newest)
    # Written anew and compared, it cannot be in another form, lack anything, hold anything more, or
    # say anything twice. What an older format said is not written any more: there the form of JSON
    # has to do.
    again = _framed(seq, at, by, event.KIND, text)
    if again != body and (
        schema.format == parsed.get("format", 1) == FORMAT or canonical(parsed) != body
    ):
        why = faults(event.KIND, parsed["data"]) if schema.format == FORMAT else ""
        raise TrailError(why or message("this is not the one form in which the entry is written"))
    if problems := form_problems(at, by, event):
        told = (problem.message for problem in problems)
        raise TrailError(joined("{first}; {rest}", told), problems=problems)
    return seq, at, by, event


Upcaster: TypeAlias = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""From an event's data in one format to its kind and data in the next format."""


@frozen(repr=False)
class Schema(Record):
    """The formats of bodies that can be read.

    A body without a key ``format`` is of format 1. One of an older format than the newest is
    brought up, format by format, before its event is read; its own bytes and hash stay.

    Attributes:
        format: the newest format.
        upcasters: by format and kind, for the kinds that the next format writes differently.
    """

    format: int = FORMAT
    upcasters: Mapping[tuple[int, str], Upcaster] = MappingProxyType({})

    def read(self, body: Any, newest: int | None = None) -> tuple[int, datetime, str, Event, str]:
        """Read a parsed body.

        Args:
            body: the JSON data.
            newest: the newest format that it may be of; by default the schema's.

        Returns:
            The number, the instant, who recorded it, the event, and the event's text.

        Raises:
            TrailError: naming what is wrong with it.
            UnknownFormat: it is of a newer format.
        """
        try:
            seq, by, kind, data = body["seq"], body["by"], body["kind"], body["data"]
            at = parse_instant(body["at"])
        except (KeyError, TypeError):
            raise TrailError(_NO_BODY) from None
        except ValueError as error:
            raise TrailError(message("{problem} @ {place}", problem=error, place="at")) from None
        format_ = 1
        if len(body) > _KEYS:
            format_ = body.get("format")
            # A body of format 1 with the key would be a second text of the same entry.
            if len(body) > _KEYS + 1 or format_.__class__ is not int or format_ < 2:
                raise TrailError(_NO_BODY)
        if format_ > self.format:
            raise UnknownFormat(
                message(
                    "of format {format}; the newest known is {newest}",
                    format=format_,
                    newest=self.format,
                )
            )
        # Then it is no newer version that wrote it: this is damage.
        if newest is not None and format_ > newest:
            raise TrailError(
                message(
                    "an entry of format {format} under a header of {newest}",
                    format=format_,
                    newest=newest,
                )
            )
        if format_ != self.format:
            kind, data = self._bring_up(format_, kind, data)
        return seq, at, by, *decode(kind, data)

    def _bring_up(self, format_: int, kind: str, data: Any) -> tuple[str, Any]:
        try:
            # Format by format, so that each new one needs the step from its predecessor only.
            for old in range(format_, self.format):
                if upcaster := self.upcasters.get((old, kind)):
                    kind, data = upcaster(data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise TrailError(
                message(
                    "{kind} of format {format} cannot be brought up: {error!r}",
                    kind=kind,
                    format=format_,
                    error=error,
                )
            ) from None
        return kind, data


_KEYS: Final = 5
_NO_BODY: Final = message(
    "the body is not an object with the keys at, by, data, kind and seq, and a format from 2 on"
)

SCHEMA: Final = Schema()
"""The formats that this version of dealflow reads."""
