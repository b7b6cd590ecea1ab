"""Strict JSON forms of frozen classes: exact types both ways, no coercion, every problem named.

cattrs generates the functions. On the way in the quick ones run first; only when they fail does
a second, detailed pass find out everything that is wrong. Both passes use the same hooks, so that
they accept the same data.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from attrs import NOTHING, AttrsInstance, fields, frozen, has
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import mapping_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn
from cattrs.v import format_exception

from dealflow.exceptions import TrailError
from dealflow.typing import JSON
from dealflow.values import Money, format_instant

__all__ = ["FACT_VALUE", "LARGEST_INT", "Form", "Words", "from_instant", "odd", "to_instant"]

LARGEST_INT: Final = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""

FACT_VALUE: Final = "fact value"
"""Marks, in ``Annotated``, a field that takes true, false, a text or a list of texts."""

_Hook = Callable[..., Any]

_show = reprlib.repr
_INSTANT = re.compile(
    r"(?:19[7-9]\d|2[01]\d\d|2200)-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d"
    r"(?:\.(?!000000)\d{6})?Z",
    re.ASCII,
)
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


@frozen
class Words:
    """Marks, in ``Annotated``, a text field that takes only these; type checkers see a ``str``.

    Attributes:
        words: the texts.
    """

    words: tuple[str, ...]


def to_instant(text: Any, _: object = None) -> datetime:
    """Read the one textual form of an instant, ``2026-03-02T09:00:00Z``, years 1970 to 2200.

    Raises:
        ValueError: anything else, other ISO 8601 spellings of an instant included.
    """
    if text.__class__ is str and _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text)
    raise ValueError(f"{_show(text)} is not an instant such as '2026-03-02T09:00:00Z'")


def from_instant(value: Any) -> str:
    """Write an instant in the form that :func:`to_instant` reads.

    Raises:
        ValueError: no datetime, not in UTC, or not of the years 1970 to 2200.
    """
    if not isinstance(value, datetime) or value.tzinfo is not UTC or value.year not in _YEARS:
        raise ValueError(f"{_show(value)} is not an instant in UTC, years 1970 to 2200")
    if value.microsecond:
        return format_instant(value)
    # The same text, in a third of the time.
    return (
        f"{value.year}-{_TWO[value.month]}-{_TWO[value.day]}"
        f"T{_TWO[value.hour]}:{_TWO[value.minute]}:{_TWO[value.second]}Z"
    )


def _to_money(text: Any, _: object = None) -> Money:
    money = Money.parse(text)
    if str(money) != text:
        raise ValueError(f"{_show(text)} is not the one form of its amount, '{money}'")
    return money


def _from_money(value: Any) -> str:
    if value.__class__ is Money:
        return str(value)
    raise ValueError(f"{_show(value)} is not an amount of money")


# The hooks below go both ways: structuring calls them with (value, type), the other way with
# (value). A class is compared, not looked up with isinstance: True is an int, an Enum may be a str.


def _text(value: object, _: object = None) -> object:
    if value.__class__ is str:
        return value
    raise ValueError(f"{_show(value)} is not a text")


def _optional_text(value: object, _: object = None) -> object:
    if value is None or value.__class__ is str:
        return value
    raise ValueError(f"{_show(value)} is neither a text nor null")


def _yes_no(value: object, _: object = None) -> object:
    if value is True or value is False:
        return value
    raise ValueError(f"{_show(value)} is not true or false")


def _integer(value: Any, _: object = None) -> object:
    if value.__class__ is int and -LARGEST_INT <= value <= LARGEST_INT:
        return value
    raise ValueError(f"{_show(value)} is not an integer below 2^53")


def _fact_value(value: Any, _: object = None) -> object:
    if value is True or value is False or value.__class__ is str:
        return value
    if value.__class__ is list:
        return [_text(item) for item in value]
    raise ValueError(f"{_show(value)} is not true, false, a text or a list of texts")


def _words(type_: Any, _: Converter) -> _Hook:
    words = get_args(type_)
    allowed = frozenset(words if get_origin(type_) is Literal else words[1].words)

    def word(value: Any, _: object = None) -> object:
        if value.__class__ is str and value in allowed:
            return value
        raise ValueError(f"{_show(value)} is none of {', '.join(sorted(allowed))}")

    return word


def _optional(inner: _Hook) -> _Hook:
    if inner is _text:
        return _optional_text

    def optional(value: object, _: object = None) -> object:
        return None if value is None else inner(value)

    return optional


def _to_optional(type_: Any, converter: Converter) -> _Hook:
    inner: _Hook = converter.get_structure_hook(get_args(type_)[0])
    return _optional(inner)


def _from_optional(type_: Any, converter: Converter) -> _Hook:
    return _optional(converter.get_unstructure_hook(get_args(type_)[0]))


def _to_tuple(type_: Any, converter: Converter) -> _Hook:
    check: _Hook = converter.get_structure_hook(get_args(type_)[0])

    def read(value: Any, _: object) -> object:
        if value.__class__ is not list:
            raise ValueError(f"{_show(value)} is not a list")
        for item in value:
            check(item)
        return tuple(value)

    return read


def _from_tuple(type_: Any, converter: Converter) -> _Hook:
    check: _Hook = converter.get_unstructure_hook(get_args(type_)[0])

    def write(value: Any) -> object:
        if value.__class__ is not tuple:
            raise ValueError(f"{_show(value)} is not a tuple")
        for item in value:
            check(item)
        return list(value)

    return write


def _check_keys(value: Any) -> None:
    if value.__class__ is not dict:
        raise ValueError(f"{_show(value)} is not an object")
    # Keys are sorted by code point, which is RFC 8785's order for ASCII only.
    for key in value:
        if key.__class__ is not str or not key.isascii():
            raise ValueError(f"{_show(key)} is not a key in ASCII")


def _to_mapping(type_: Any, converter: Converter) -> _Hook:
    if converter.detailed_validation:
        entries = mapping_structure_factory(type_, converter)

        def read(value: Any, _: object) -> object:
            _check_keys(value)
            return entries(value)

    else:
        entry = converter.get_structure_hook(get_args(type_)[1])

        def read(value: Any, _: object) -> object:
            _check_keys(value)
            return {key: entry(each, None) for key, each in value.items()}

    return read


def _from_mapping(type_: Any, converter: Converter) -> _Hook:
    entry = converter.get_unstructure_hook(get_args(type_)[1])

    def write(value: Any) -> object:
        _check_keys(value)
        return {key: entry(each) for key, each in value.items()}

    return write


def _to_record(type_: Any, converter: Converter) -> _Hook:
    build = make_dict_structure_fn(type_, converter)
    # In JSON a field with its default is left out. (NOTHING equals nothing that JSON holds.)
    usual = {
        field.name: list(field.default) if isinstance(field.default, tuple) else field.default
        for field in fields(type_)
    }

    # An unknown key fails the quick pass here, and is named by the detailed one's build().
    detailed = converter.detailed_validation
    find: _Hook = (lambda key: usual.get(key, NOTHING)) if detailed else usual.__getitem__

    def read(value: Any, _: object) -> object:
        if value.__class__ is not dict:
            raise ValueError(f"{_show(value)} is not an object")
        for key, each in value.items():
            if each == find(key):
                raise ValueError(f"{key} has its usual value {_show(each)}, which is left out")
        return build(value, type_)

    return read


def _from_record(type_: Any, converter: Converter) -> _Hook:
    take_apart = make_dict_unstructure_fn(type_, converter, _cattrs_omit_if_default=True)

    def write(value: Any) -> object:
        if value.__class__ is type_:
            return take_apart(value)
        raise ValueError(f"{_show(value)} is no {type_.__name__}")

    return write


def _always(hook: _Hook) -> _Hook:
    def give(_type: object, _: Converter) -> _Hook:
        return hook

    return give


def _is_words(type_: Any) -> bool:
    origin = get_origin(type_)
    return origin is Literal or (origin is Annotated and isinstance(get_args(type_)[1], Words))


def _is_fact_value(type_: Any) -> bool:
    return get_origin(type_) is Annotated and get_args(type_)[1] is FACT_VALUE


def _is_optional(type_: Any) -> bool:
    """``X | None``, in this order."""
    return get_args(type_)[1:] == (NoneType,)


def _is_record(type_: Any) -> bool:
    return has(type_) and type_ is not Money


_PLAIN: Final[tuple[tuple[type, _Hook, _Hook], ...]] = (
    (str, _text, _text),
    (bool, _yes_no, _yes_no),
    (int, _integer, _integer),
    (datetime, to_instant, from_instant),
    (Money, _to_money, _from_money),
)
_COMPOUND: Final[tuple[tuple[Callable[[Any], bool], _Hook, _Hook], ...]] = (
    (_is_record, _to_record, _from_record),
    (_is_words, _words, _words),
    (_is_optional, _to_optional, _from_optional),
    (_is_fact_value, _always(_fact_value), _always(_fact_value)),
    (lambda type_: get_origin(type_) is tuple, _to_tuple, _from_tuple),
    (lambda type_: get_origin(type_) is Mapping, _to_mapping, _from_mapping),
)


def _converter(*, detailed: bool) -> Converter:
    made = Converter(detailed_validation=detailed, forbid_extra_keys=detailed)
    for type_, read, write in _PLAIN:
        made.register_structure_hook(type_, read)
        made.register_unstructure_hook(type_, write)
    for fits, make_read, make_write in _COMPOUND:
        made.register_structure_hook_factory(fits, make_read)
        made.register_unstructure_hook_factory(fits, make_write)
    return made


# cattrs writes the choice into the functions it makes, so that it takes two converters.
_QUICK = _converter(detailed=False)
_DETAILED = _converter(detailed=True)


def _describe(error: BaseException, type_: type | None) -> str:
    return str(error) if isinstance(error, ValueError) else format_exception(error, type_)


class Form:
    """The strict JSON form of one frozen class whose fields are all required.

    Attributes:
        type: the class.
        name: how messages call it.
    """

    __slots__ = ("_build", "_size", "_take_apart", "name", "type")

    def __init__(self, type_: type[AttrsInstance], name: str) -> None:
        self.type = type_
        self.name = name
        self._size = len(fields(type_))
        self._build = make_dict_structure_fn(type_, _QUICK)
        self._take_apart = make_dict_unstructure_fn(type_, _QUICK)

    def read(self, data: Any) -> Any:
        """Make an instance of JSON data.

        Raises:
            TrailError: with every problem, each with its place.
        """
        try:
            # Every field is required, so that keys may be counted instead of compared.
            if data.__class__ is dict and len(data) == self._size:
                return self._build(data, self.type)
        except (ValueError, KeyError):
            pass
        try:
            return _DETAILED.structure(data, self.type)
        except (ValueError, BaseValidationError) as error:
            raise TrailError("; ".join(transform_error(error, self.name, _describe))) from None

    def write(self, value: Any) -> dict[str, JSON]:
        """Make JSON data, which :meth:`read` reads back, of an instance of exactly this class.

        Raises:
            TrailError: naming every field whose value has a wrong type.
        """
        try:
            return self._take_apart(value)
        except ValueError:
            pass
        problems = []
        for field in fields(self.type):
            try:
                _QUICK.unstructure(getattr(value, field.name), field.type)
            except ValueError as error:
                problems.append(f"{error} @ {self.name}.{field.name}")
        raise TrailError("; ".join(problems))
