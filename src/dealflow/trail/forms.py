"""Strict JSON forms of frozen classes: exact types both ways, no coercion, every problem named.

There is one form of everything: what is usual is left out, keys are in ASCII, and a list is no
tuple.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attrs import AttrsInstance

from dealflow.exceptions import TrailError
from dealflow.forms import Kind, Leaf, Style, exactly, leaf, shown, told, words
from dealflow.typing import JSON
from dealflow.values import Money, format_instant, parse_instant

__all__ = ["FACT_VALUE", "LARGEST_INT", "Form", "Words", "from_instant", "odd", "to_instant"]

LARGEST_INT: Final = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""

_YEARS = range(1970, 2201)
_TWO = tuple(f"{number:02}" for number in range(60))
# Forged terminal output begins with these.
_ODD_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ODD_ESCAPE = re.compile(r'\\[^"nt]')


def odd(text: str) -> str | None:
    """The first thing in JSON text that no trail may have, if there is one.

    These are control characters but newline and tab, plain or escaped; surrogates; and escapes that
    canonical JSON does without.
    """
    if text.isascii():
        # Any other plain control character is no JSON, or no text of one line.
        plain = "\t" in text or "\r" in text or "\x7f" in text
    else:
        plain = not text.isprintable()
    found = _ODD_CHARACTER.search(text) if plain else None
    if not found and "\\" in text:
        found = _ODD_ESCAPE.search(text.replace("\\\\", ""))
    return found and found[0]


class Words(Leaf):
    """Marks, in ``Annotated``, a text field that takes only these; type checkers see a ``str``.

    Attributes:
        words: the texts.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        word = words(*allowed)
        super().__init__(word.read, word.write)
        self.words = allowed


to_instant = parse_instant


def from_instant(value: Any) -> str:
    """Write an instant in the form that :func:`to_instant` reads.

    Raises:
        ValueError: no datetime, not in UTC, or not of the years 1970 to 2200.
    """
    if not isinstance(value, datetime) or value.tzinfo is not UTC or value.year not in _YEARS:
        raise ValueError(f"{reprlib.repr(value)} is not an instant in UTC, years 1970 to 2200")
    if value.microsecond:
        return format_instant(value)
    # The same text, in a third of the time.
    return (
        f"{value.year}-{_TWO[value.month]}-{_TWO[value.day]}"
        f"T{_TWO[value.hour]}:{_TWO[value.minute]}:{_TWO[value.second]}Z"
    )


def _to_money(text: Any) -> Money:
    money = Money.parse(text)
    if str(money) != text:
        raise ValueError(f"{shown(text)} is not the one form of its amount, '{money}'")
    return money


# These go both ways.


def _integer(value: Any, _: object = None) -> object:
    if value.__class__ is int and -LARGEST_INT <= value <= LARGEST_INT:
        return value
    raise ValueError(f"{shown(value)} is not an integer below 2^53")


def _fact_value(value: Any, _: object = None) -> object:
    if value is True or value is False or value.__class__ is str:
        return value
    if value.__class__ is list:
        return [_TEXT.read(item) for item in value]
    raise ValueError(f"{shown(value)} is not true, false, a text or a list of texts")


def _key(key: Any, _: object = None) -> object:
    # Keys are sorted by code point, which is RFC 8785's order for ASCII only.
    if key.__class__ is str and key.isascii():
        return key
    raise ValueError(f"{shown(key)} is not a key in ASCII")


_TEXT: Final = exactly(str, "a text", "texts")

FACT_VALUE: Final = Leaf(_fact_value, _fact_value)
"""Marks, in ``Annotated``, a field that takes true, false, a text or a list of texts."""

_LEAVES: Final[Mapping[Any, Leaf]] = {
    str: _TEXT,
    bool: exactly(bool, "true or false"),
    int: Leaf(_integer, _integer),
    datetime: Leaf(lambda text, _=None: parse_instant(text), from_instant),
    Money: leaf(_to_money, Money, str),
}
_KIND: Final = Kind(
    Style(
        Leaf(_key, _key),
        "an object",
        canonical=True,
    ),
    _LEAVES,
)


class Form:
    """The strict JSON form of one frozen class whose fields are all required.

    Attributes:
        type: the class.
        name: how messages call it.
    """

    __slots__ = ("_shape", "name", "type")

    def __init__(self, type_: type[AttrsInstance], name: str) -> None:
        self.type = type_
        self.name = name
        self._shape = _KIND.record(type_)

    def read(self, data: Any) -> Any:
        """Make an instance of JSON data.

        Raises:
            TrailError: with every problem, each with its place.
        """
        try:
            return self._shape.read(data)
        except (ValueError, KeyError) as error:
            raise self._refused(data, error, reading=True) from None

    def write(self, value: Any) -> dict[str, JSON]:
        """Make JSON data, which :meth:`read` reads back, of an instance of exactly this class.

        Raises:
            TrailError: naming every field whose value has a wrong type.
        """
        try:
            data: dict[str, JSON] = self._shape.write(value)
        except ValueError as error:
            raise self._refused(value, error, reading=False) from None
        return data

    def _refused(self, value: Any, error: Exception, *, reading: bool) -> TrailError:
        problems = told(self._shape, value, error, self.name, reading=reading)
        return TrailError("; ".join(f"{each.message} @ {each.place}" for each in problems))
