"""The JSON form of frozen classes: exact types, sorted keys, and nothing that is as usual.

A form reads data, as any file is read here, and writes text. What is written into one entry after
the other is kept as text; no encoder goes through it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from json.encoder import encode_basestring
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from attrs import fields

from dealflow.evidence import FACT_VALUE
from dealflow.exceptions import TrailError
from dealflow.forms import TEXTS, Kind, Leaf, Style, exactly, shown, told, words
from dealflow.message import joined, listed, message
from dealflow.values import Money, ValueType, format_instant, from_json, parse_instant

__all__ = ["LARGEST_INT", "Form", "Words", "from_instant", "odd", "quoted"]

LARGEST_INT: Final = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""

_Build: TypeAlias = Callable[[Any], Any]
_Write: TypeAlias = Callable[[Any], str]

_YEARS = range(1970, 2201)
_TWO = tuple(f"{number:02}" for number in range(60))
# Forged terminal output begins with these.
_ODD_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_ODD_ESCAPE = re.compile(r'\\[^"nt]')

quoted: Final[Callable[[str], str]] = encode_basestring
"""A text in JSON, with no more escapes than it needs."""


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


def from_instant(value: Any) -> str:
    """Write an instant in its one textual form.

    Raises:
        ValueError: no datetime, not in UTC, or not of the years 1970 to 2200.
    """
    if not isinstance(value, datetime) or value.tzinfo is not UTC or value.year not in _YEARS:
        raise ValueError(
            message("{value} is not an instant in UTC, years 1970 to 2200", value=shown(value))
        )
    if value.microsecond:
        return format_instant(value)
    # The same text, in a third of the time.
    return (
        f"{value.year}-{_TWO[value.month]}-{_TWO[value.day]}"
        f"T{_TWO[value.hour]}:{_TWO[value.minute]}:{_TWO[value.second]}Z"
    )


# A class is compared, not looked up with isinstance: True is an int, an Enum may be a str.


def _text(value: Any) -> str:
    if value.__class__ is str:
        return quoted(value)
    raise ValueError(message("{value} is not a text", value=shown(value)))


def _yes_no(value: object) -> str:
    if value is True:
        return "true"
    if value is False:
        return "false"
    raise ValueError(message("{value} is not true or false", value=shown(value)))


def _integer(value: Any) -> str:
    if value.__class__ is int and -LARGEST_INT <= value <= LARGEST_INT:
        return str(value)
    raise ValueError(message("{value} is not an integer below 2^53", value=shown(value)))


def _instant(value: object) -> str:
    return f'"{from_instant(value)}"'


def _date(value: object) -> str:
    # A datetime is a date, too, and so may be what others derive.
    if value.__class__ is date:
        return f'"{from_json(ValueType.DATE, value)}"'
    raise ValueError(message("{value} is not a date", value=shown(value)))


def _money(value: object) -> str:
    if value.__class__ is Money:
        return f'"{value}"'
    raise ValueError(message("{value} is not an amount of money", value=shown(value)))


def _fact_value(value: Any) -> str:
    if value.__class__ is str:
        return quoted(value)
    if value is True or value is False:
        return _yes_no(value)
    if value.__class__ is list:
        return f"[{','.join(map(_text, value))}]"
    raise ValueError(
        message("{value} is not true, false, a text or a list of texts", value=shown(value))
    )


_PLAIN: Final[Mapping[Any, tuple[_Build | None, _Write]]] = {
    str: (None, _text),
    bool: (None, _yes_no),
    int: (None, _integer),
    datetime: (datetime.fromisoformat, _instant),
    date: (date.fromisoformat, _date),
    Money: (Money.parse, _money),
}
"""How values without parts are built, of what need not be right (``None`` is as they are), and
written."""


def _one_of(words: tuple[str, ...]) -> _Write:
    texts = {word: quoted(word) for word in words}

    def write(value: Any) -> str:
        if value.__class__ is str and value in texts:
            return texts[value]
        raise ValueError(
            message("{value} is not one of {given}", value=shown(value), given=listed(words))
        )

    return write


def _optional(inner: _Write) -> _Write:
    return lambda value: "null" if value is None else inner(value)


def _tuple(inner: _Write) -> _Write:
    def write(value: Any) -> str:
        if value.__class__ is tuple:
            return f"[{','.join(map(inner, value))}]"
        raise ValueError(message("{value} is not a tuple", value=shown(value)))

    return write


def _table(inner: _Write) -> _Write:
    def write(value: Any) -> str:
        if value.__class__ is not dict:
            raise ValueError(message("{value} is not an object", value=shown(value)))
        keys = sorted(map(_key, value))
        return f"{{{','.join([f'{quoted(key)}:{inner(value[key])}' for key in keys])}}}"

    return write


def _writer(type_: Any) -> _Write:
    """How values of a type are written."""
    if type_ in _PLAIN:
        return _PLAIN[type_][1]
    origin, arguments = get_origin(type_), get_args(type_)
    if origin is Literal:
        return _one_of(arguments)
    if origin is Annotated:
        mark = arguments[1]
        return _fact_value if mark is FACT_VALUE else _one_of(mark.words)
    if arguments[1:] == (NoneType,):
        return _optional(_writer(arguments[0]))
    if origin is tuple:
        return _tuple(_writer(arguments[0]))
    if origin is Mapping:
        return _table(Form(arguments[1]).write)
    return Form(type_).write


def _builder(type_: Any) -> _Build | None:
    """How values of a type are built, as in :data:`_PLAIN`."""
    if type_ in _PLAIN:
        return _PLAIN[type_][0]
    origin, arguments = get_origin(type_), get_args(type_)
    if arguments[1:] == (NoneType,):
        inner = _builder(arguments[0])
        return inner and (lambda value: None if value is None else inner(value))
    if origin is tuple:
        each = _builder(arguments[0])
        return (lambda value: tuple(map(each, _to_tuple(value)))) if each else _to_tuple
    if origin is Mapping:
        build = Form(arguments[1]).build
        return lambda value: {key: build(each) for key, each in value.items()}
    return Form(type_).build if origin is None else None


def _to_tuple(value: Any) -> tuple[Any, ...]:
    if value.__class__ is list:
        return tuple(value)
    raise ValueError(message("{value} is not a list", value=shown(value)))


def _to_date(text: Any) -> Any:
    # There are no dates in JSON, so that what is one already is none.
    if text.__class__ is str:
        return from_json(ValueType.DATE, text)
    raise ValueError(message("{value} is not a date such as '2026-05-01'", value=shown(text)))


def _to_money(text: Any) -> Money:
    money = Money.parse(text)
    if str(money) != text:
        raise ValueError(
            message(
                "{text} is not the one form of its amount, '{money}'", text=shown(text), money=money
            )
        )
    return money


def _key(key: Any, _: object = None) -> str:
    # Keys are sorted by code point, which is RFC 8785's order for ASCII only.
    if key.__class__ is str and key.isascii():
        return str(key)
    raise ValueError(message("{key} is not a key in ASCII", key=shown(key)))


def _as_is(write: _Write) -> Leaf:
    """A value that is in data what it is in Python."""

    def read(value: Any, _: object = None) -> Any:
        write(value)
        return value

    return Leaf(read, write)


_KIND: Final = Kind(
    Style(Leaf(_key, _key), message("an object"), canonical=True),
    {
        str: exactly(str, message("a text"), TEXTS),
        bool: exactly(bool, message("true or false")),
        int: _as_is(_integer),
        datetime: Leaf(lambda text, _=None: parse_instant(text), _instant),
        date: Leaf(lambda text, _=None: _to_date(text), _date),
        Money: Leaf(lambda text, _=None: _to_money(text), _money),
        Annotated[Any, FACT_VALUE]: _as_is(_fact_value),
    },
)


class Form:
    """The form of one frozen class. A field with its default is left out.

    Attributes:
        type: the class.
    """

    __slots__ = ("_builds", "_plan", "_remembers", "type")

    def __init__(self, type_: Any) -> None:
        hints = get_type_hints(type_, include_extras=True)
        ours = sorted((f for f in fields(type_) if f.init), key=lambda field: field.name)
        self.type = type_
        self._plan: list[tuple[str, str, _Write, object]] = [
            (f'"{field.name}":', field.name, _writer(hints[field.name]), _usual(field))
            for field in ours
        ]
        builds = {field.name: _builder(hints[field.name]) for field in ours}
        self._builds = {name: build for name, build in builds.items() if build is not None}
        self._remembers = len(ours) < len(fields(type_))

    def read(self, data: Any, place: str) -> tuple[Any, str]:
        """Make an instance of JSON data, and its text.

        Raises:
            TrailError: with every problem, each with its place.
        """
        # What comes of it is not believed before it has been written, which is strict.
        try:
            made = self.build(data)
            return made, self.write(made)
        except (ValueError, TypeError, AttributeError) as error:
            why = self.faults(data, place) or _at(error, place)
        raise TrailError(why)

    def faults(self, data: Any, place: str) -> str:
        """Everything in JSON data that is not in its one form, each with its place."""
        shape = _KIND.shape(self.type)
        try:
            shape.read(data)
        except (ValueError, KeyError) as error:
            problems = told(shape, data, error, place, reading=True)
            return joined("{first}; {rest}", (_at(each.message, each.place) for each in problems))
        return ""

    def build(self, data: Any) -> Any:
        """Make an instance of JSON data that may be anything; raises what comes of that."""
        given = {**data}
        for key, build in self._builds.items():
            if key in given:
                given[key] = build(given[key])
        return self.type(**given)

    def write(self, value: Any) -> str:
        """The canonical JSON of an instance of exactly this class.

        Raises:
            ValueError: it is no such instance, or a value is of a wrong type, the first found;
                :meth:`problems` finds them all.
        """
        if value.__class__ is not self.type:
            raise ValueError(
                message("{value} is no {type}", value=shown(value), type=self.type.__name__)
            )
        # What is taken into one entry after the other is written once.
        if self._remembers and value.written:
            return str(value.written[0])
        parts = []
        for key, name, write, usual in self._plan:
            each = getattr(value, name)
            # By the class, too: 1 is equal to True.
            if each is not usual and (each != usual or each.__class__ is not usual.__class__):
                parts.append(key + write(each))
        text = f"{{{','.join(parts)}}}"
        if self._remembers:
            value.written.append(text)
        return text

    def problems(self, value: Any, place: str) -> Iterator[str]:
        """Everything that keeps an instance from being written, each with its place."""
        for _, name, write, _ in self._plan:
            try:
                write(getattr(value, name))
            except ValueError as error:
                yield _at(error, f"{place}.{name}")


def _at(problem: object, place: str) -> str:
    return message("{problem} @ {place}", problem=problem, place=place)


def _usual(field: Any) -> object:
    """The default of a field; nothing that is equal to any value, if it has none."""
    default: Any = field.default
    make = getattr(default, "factory", None)
    return make() if make else default
