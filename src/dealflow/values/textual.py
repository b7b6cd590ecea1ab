"""The types of values that facts take, and their one textual form in files and in the trail.

| type | Python | form in TOML and JSON |
|---|---|---|
| ``yes_no`` | ``bool`` | ``true``, ``false`` |
| ``number`` | ``Decimal`` | ``"12.5"`` (TOML: also ``12.5``) |
| ``money`` | :class:`~dealflow.Money` | ``"60000 EUR"`` |
| ``date`` | ``datetime.date`` | ``"2026-05-01"`` (TOML: also a local date) |
| ``duration`` | ``timedelta`` | ``"P90D"``, ``"PT24H"``, ``"P2W"``: no months, no years |
| ``text``, ``choice``, ``person`` | ``str`` | text |
| ``list`` | ``tuple[str, ...]`` | list of texts |
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from dealflow.exceptions import EvidenceError
from dealflow.message import message, trouble
from dealflow.typing import JSON
from dealflow.values.money import Money, to_decimal

__all__ = [
    "FORBIDDEN",
    "Value",
    "ValueType",
    "check_id",
    "check_text",
    "format_duration",
    "format_instant",
    "from_json",
    "parse_duration",
    "parse_instant",
    "to_json",
    "utc",
]

Value: TypeAlias = bool | Decimal | Money | date | timedelta | str | tuple[str, ...]

_LONGEST_TEXT = 10_000
_LONGEST_LIST = 200
# Narrower than datetime's own range, so that an instant plus a duration is always one.
_YEARS_OF_INSTANTS = range(1970, 2201)
_INSTANT = re.compile(
    r"(?:19[7-9]\d|2[01]\d\d|2200)-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d"
    r"(?:\.(?!000000)\d{6})?Z",
    re.ASCII,
)
_YEARS_OF_DATES = range(1900, 2201)
_LONGEST_DURATION = timedelta(days=36_525)
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Matches what no text may have, as it forges terminals or breaks UTF-8: control characters but tab
and newline, and surrogates."""
_ID = re.compile(r"[^\W_][\w.\-]{0,99}")
# So many digits at most: an int of any length takes long to read, and timedelta overflows. Behind a
# T there must be a number, or P1DT would be a second spelling of P1D.
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.ASCII,
)

_THE_TEXT: Final = message("the text")
_THE_ID: Final = message("the id")
_THE_TIME: Final = message("the time")


class ValueType(Enum):
    """The type of a fact's value; see the table at the head of this module."""

    YES_NO = "yes_no"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DURATION = "duration"
    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    PERSON = "person"


def check_text(value: object, what: str = _THE_TEXT) -> str:
    """Give the text back when it is safe to keep and to print.

    Raises:
        EvidenceError: no text, over 10,000 characters, or control characters other than
            newline and tab in it.
    """
    # Nearly every text is like this, and many are looked at.
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT and value.isprintable():
        return value
    if not isinstance(value, str):
        raise EvidenceError(
            message("{what} is not a text: {value!r}", what=what, value=value), "invalid_text"
        )
    if len(value) > _LONGEST_TEXT:
        raise EvidenceError(
            message(
                "{what} is longer than {most} characters",
                what=what,
                most=_LONGEST_TEXT,
            ),
            "invalid_text",
        )
    if bad := FORBIDDEN.search(value):
        raise EvidenceError(
            message(
                "{what} has the control character {bad!a} at {index}",
                what=what,
                bad=bad[0],
                index=bad.start(),
            ),
            "invalid_text",
        )
    return value


def check_id(value: object, what: str = _THE_ID) -> str:
    """Give the id back: letters, digits, ``_``, ``-``, ``.``, at most 100; else EvidenceError."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise EvidenceError(
            message(
                "{what} {value!r} is no id: letters, digits, '_', '-', '.', at most 100,"
                " a letter or digit first",
                what=what,
                value=value,
            ),
            "invalid_id",
        )
    return value


def utc(instant: object, what: str = _THE_TIME) -> datetime:
    """Normalise an instant to UTC.

    Raises:
        EvidenceError: no datetime, a naive one, or one outside the years 1970 to 2200.
    """
    if not isinstance(instant, datetime):
        raise EvidenceError(
            message("{what} is not a datetime: {instant!r}", what=what, instant=instant),
            "invalid_instant",
        )
    # Only this very object: another class's UTC is made into it, so that every instant that is kept
    # has one form.
    if instant.tzinfo is UTC:
        normal = instant
    elif instant.utcoffset() is None:
        raise EvidenceError(
            message("{what} {instant} has no timezone", what=what, instant=instant.isoformat()),
            "invalid_instant",
        )
    else:
        try:
            normal = instant.astimezone(UTC)
        except OverflowError:
            raise EvidenceError(
                message("{what} {instant} is out of range", what=what, instant=instant.isoformat()),
                "invalid_instant",
            ) from None
    if normal.year not in _YEARS_OF_INSTANTS:
        raise EvidenceError(
            message(
                "{what} {instant} is not between 1970 and 2200",
                what=what,
                instant=instant.isoformat(),
            ),
            "invalid_instant",
        )
    return normal


def format_instant(instant: datetime) -> str:
    """``2026-03-02T09:00:00Z``: the form in the trail. The instant is in UTC."""
    # The last six characters are +00:00, in UTC always.
    return instant.isoformat()[:-6] + "Z"


def parse_instant(text: object) -> datetime:
    """Read the one form of :func:`format_instant`, years 1970 to 2200.

    Raises:
        ValueError: anything else, other ISO 8601 spellings of an instant included.
    """
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(trouble(error)) from None
    raise ValueError(
        message("{text} is not an instant such as '2026-03-02T09:00:00Z'", text=reprlib.repr(text))
    )


def parse_duration(text: object) -> timedelta:
    """Read ``P90D``, ``P2W``, ``PT24H``.

    Raises:
        ValueError: any other form (months and years have no fixed length), or over a century.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    parts = {k: int(v) for k, v in match.groupdict().items() if v} if match else {}
    if not parts:
        raise ValueError(
            message("{text!r} is not a duration such as 'P90D', 'P2W' or 'PT24H'", text=text)
        )
    duration = timedelta(**parts)
    if duration > _LONGEST_DURATION:
        raise ValueError(message("{text!r} is longer than a century", text=text))
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest form in days, hours, minutes and seconds: ``P90D``, ``PT24H`` is ``P1D``."""
    days, rest = duration.days, duration.seconds
    parts = ((rest // 3600, "H"), (rest // 60 % 60, "M"), (rest % 60, "S"))
    time = "".join(f"{number}{unit}" for number, unit in parts if number)
    day = f"{days}D" if days or not time else ""
    return f"P{day}" + (f"T{time}" if time else "")


def _yes_no(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(message("{raw!r} is not true or false", raw=raw))
    return raw


def _money(raw: object) -> Money:
    return raw if isinstance(raw, Money) else Money.parse(raw)


def _date(raw: object) -> date:
    if isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
        try:
            raw = date.fromisoformat(raw)
        except ValueError as error:
            raise ValueError(trouble(error)) from None
    # A datetime is a date to Python; its hours would get lost without a word.
    if not isinstance(raw, date) or isinstance(raw, datetime):
        raise ValueError(message("{raw!r} is not a date such as 2026-05-01", raw=raw))
    if raw.year not in _YEARS_OF_DATES:
        raise ValueError(
            message("{raw} is not between the years 1900 and 2200", raw=raw.isoformat())
        )
    return date(raw.year, raw.month, raw.day)  # others derive classes from date


def _duration(raw: object) -> timedelta:
    if not isinstance(raw, timedelta):
        return parse_duration(raw)
    if raw < timedelta(0) or raw > _LONGEST_DURATION or raw.microseconds:
        raise ValueError(
            message("{raw!r} is not in whole seconds from nothing to a century", raw=raw)
        )
    return timedelta(raw.days, raw.seconds)


def _text(raw: object) -> str:
    if not check_text(raw).strip():
        raise ValueError(message("an empty text says nothing"))
    return str(raw)


def _list(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list | tuple):
        raise ValueError(message("{raw!r} is not a list of texts", raw=raw))
    if len(raw) > _LONGEST_LIST:
        raise ValueError(
            message(
                "a list of {count} is longer than {most}",
                count=len(raw),
                most=_LONGEST_LIST,
            )
        )
    return tuple(_text(item) for item in raw)


_READERS: Mapping[ValueType, Callable[[object], Value]] = MappingProxyType(
    {
        ValueType.YES_NO: _yes_no,
        ValueType.NUMBER: to_decimal,
        ValueType.MONEY: _money,
        ValueType.DATE: _date,
        ValueType.DURATION: _duration,
        ValueType.TEXT: _text,
        ValueType.CHOICE: _text,
        ValueType.PERSON: _text,
        ValueType.LIST: _list,
    }
)


def from_json(type_: ValueType, raw: object) -> Value:
    """Make a value of a type from its Python or its textual form.

    Raises:
        ValueError: the raw value is not of the type (EvidenceError for bad characters in texts).
    """
    return _READERS[type_](raw)


# By the exact class, as from_json makes no other: by isinstance a bool would do for a number, and a
# datetime for a date.
_WRITERS: Mapping[type, Callable[[Any], JSON]] = MappingProxyType(
    {
        bool: lambda value: value,
        str: lambda value: value,
        tuple: list,
        Decimal: lambda value: f"{value:f}",
        date: date.isoformat,
        timedelta: format_duration,
        Money: str,
    }
)


def to_json(value: Value) -> JSON:
    """The textual form of a value, which :func:`from_json` reads back."""
    return _WRITERS[type(value)](value)
