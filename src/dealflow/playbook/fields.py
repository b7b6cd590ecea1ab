"""What a field of a playbook's parts may hold: one set of checks for files and for Python alike."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from attrs import fields, has

from dealflow.evidence import Question
from dealflow.exceptions import Problem
from dealflow.playbook.parts import Move, TrialClose, WalkAway
from dealflow.playbook.rules import Rules
from dealflow.values import ValueType, check_text, format_duration, parse_duration

__all__ = ["LEAVES", "LIMITS", "LISTS", "PLACES", "RENAMED", "TABLES", "misfits", "shown", "sized"]

TABLES: Final = ("roles", "facts", "guards", "red_flags")
"""Parts that stand in the file as tables, in which the key is the id."""

LISTS: Final = ("steps", "moves", "papers")
"""Parts that stand in the file as lists."""

LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {"roles": 50, "facts": 1000, "guards": 500, "red_flags": 500}
    | {"steps": 100, "moves": 500, "papers": 50}
)
"""More than any sale needs, and few enough to be checked in a second."""

RENAMED: Final[Mapping[type, Mapping[str, str]]] = MappingProxyType(
    {Move: {"source": "from"}, WalkAway: {"start": "from"}}
)
"""Fields that have another name in files."""

PLACES: Final[Mapping[tuple[type, str], str]] = MappingProxyType(
    {
        (Question, "text"): "",
        (TrialClose, "gap_fact"): ".gap.fact",
        (TrialClose, "gaps"): ".gap",
        **{
            (part, field): f".{name}"
            for part, all_ in RENAMED.items()
            for field, name in all_.items()
        },
    }
)
"""What problems call fields that stand elsewhere in files, or under another name."""

_MOST: Final = 200
_Wrong: TypeAlias = tuple[str, str]
"""A place inside what is checked, and what is wrong there."""
_Check: TypeAlias = Callable[[Any], Sequence[_Wrong]]
_FINE: Final[Sequence[_Wrong]] = ()


def shown(value: object) -> str:
    """A value as it stands in the file, cut to what a message can bear."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time | Decimal):
        return reprlib.repr(str(value))[1:-1]
    return reprlib.repr(value)


def _exactly(type_: type, spoken: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not type_:
            raise ValueError(f"{shown(value)} is not {spoken}")
        return check_text(value) if type_ is str else value

    return read


def _owner(value: Any) -> Any:
    if value not in ("deal", "contact"):
        raise ValueError(f"{shown(value)} is not 'deal' or 'contact'")
    return value


def _when_refuted(value: Any) -> Any:
    if value in ("any", "all") or type(value) is int:
        return value
    raise ValueError(f"{shown(value)} is not 'any', 'all' or a whole number")


def _value_type(value: Any) -> ValueType:
    names = [type_.value for type_ in ValueType]
    if value not in names:
        raise ValueError(f"{shown(value)} is no type; there are: {', '.join(names)}")
    return ValueType(value)


LEAVES: Final[Mapping[object, Callable[[Any], Any]]] = MappingProxyType(
    {
        str: _exactly(str, "a text"),
        bool: _exactly(bool, "true or false"),
        int: _exactly(int, "a whole number"),
        timedelta: parse_duration,
        ValueType: _value_type,
        Literal["deal", "contact"]: _owner,
        Literal["any", "all"] | int: _when_refuted,
    }
)
"""For each type of field that has no fields of its own, how its value is read from a file.

Readers raise ValueError; nothing is coerced: a word is no number, and 1 is not true.
"""


def sized(value: Any, kind: tuple[type[Any], ...], spoken: str) -> None:
    """Check that something is of a kind, and of a size that a part may have.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, kind):
        raise ValueError(f"{shown(value)} is not {spoken}")
    if len(value) > _MOST:
        raise ValueError(f"{len(value)} items: at most {_MOST}")


# attrs checks no types. In a playbook built in Python, standing="no" would be true, and a good_for
# of 90 would fail only when something ages, in the midst of an assessment. And whatever is built
# must be possible to write down, or it has no fingerprint. So the readers of files are the judges
# here as well.
def misfits(rules: Rules) -> Iterator[Problem]:
    """What no file could say: rules built in Python are held to the same types."""
    for field in fields(Rules):
        value, type_ = getattr(rules, field.name), _hints(Rules)[field.name]
        most = LIMITS.get(field.name)
        if most is None:
            yield from (Problem(field.name + at, why) for at, why in _check_of(type_)(value))
        elif len(value) > most:
            yield Problem(field.name, f"{len(value)} of them: at most {most}")
        else:
            check = _check_of(get_args(type_)[0])
            for i, part in enumerate(value):
                for at, why in check(part):
                    known = field.name in TABLES and hasattr(part, "id")
                    name = f".{part.id}" if known else f"[{i}]"
                    yield Problem(field.name + name + at, why)


@cache
def _hints(record: Any) -> Mapping[str, Any]:
    return get_type_hints(record)


# Each check is made once: mutants and diffs build playbooks by the hundred.
@cache
def _check_of(type_: Any) -> _Check:
    """The check of a field's type; it builds no text unless something is wrong."""
    if type_ in LEAVES:
        return _leaf(type_)
    if has(type_):
        return _record(type_)
    inner = [each for each in get_args(type_) if each is not NoneType]
    if get_origin(type_) in (Union, UnionType):
        check = _check_of(inner[0])
        return lambda value: _FINE if value is None else check(value)
    if get_origin(type_) is tuple:
        return _items(inner[0])
    return _table(inner[1])


def _leaf(type_: Any) -> _Check:
    read = LEAVES[type_]
    # of these anything will do; a text may have characters in it that no file can hold
    enough = type_ if type_ in (bool, int, ValueType) else None

    def check(value: Any) -> Sequence[_Wrong]:
        if type(value) is enough:
            return _FINE
        try:
            # A reader gives back what is right as it stands. Another object means that it took the
            # word of a file, such as "P90D", and made the value of it: here the value itself is
            # wanted.
            if type(value) is timedelta is type_:
                read(format_duration(value))
            elif read(value) is not value:
                return (("", f"{shown(value)} is how files say it: here it is {type_.__name__}"),)
        except ValueError as error:
            return (("", str(error)),)
        return _FINE

    return check


def _record(type_: Any) -> _Check:
    parts = [
        (f.name, PLACES.get((type_, f.name), f".{f.name}"), _check_of(_hints(type_)[f.name]))
        for f in fields(type_)
    ]

    def check(value: Any) -> Sequence[_Wrong]:
        if not isinstance(value, type_):
            return (("", f"{shown(value)} is not a table"),)
        wrong: list[_Wrong] = []
        for name, place, one in parts:
            if found := one(getattr(value, name)):
                wrong += [(place + inside, why) for inside, why in found]
        return wrong

    return check


def _items(type_: Any) -> _Check:
    spoken = "a list of texts" if type_ is str else "a list of tables"
    one = _check_of(type_)

    def check(value: Any) -> Sequence[_Wrong]:
        if value == ():
            return _FINE
        try:
            sized(value, (list, tuple), spoken)
        except ValueError as error:
            return (("", str(error)),)
        return [(f"[{i}]{at}", why) for i, item in enumerate(value) for at, why in one(item)]

    return check


def _table(type_: Any) -> _Check:
    one = _check_of(type_)

    def check(value: Any) -> Sequence[_Wrong]:
        try:
            sized(value, (Mapping,), "a table")
        except ValueError as error:
            return (("", str(error)),)
        wrong = [(f".{key}{at}", why) for key, item in value.items() for at, why in one(item)]
        return wrong + [(f".{key}", why) for key in value for _, why in _check_of(str)(key)]

    return check
