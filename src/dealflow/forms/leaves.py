"""What all shapes of data have in common, and single values.

Nothing is coerced: a word is not a number, 1 is not true. So types are compared and not looked up
with isinstance: True is an int, and an Enum may be a str.
"""

from __future__ import annotations

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias

from attrs import frozen

from dealflow.message import listed, message
from dealflow.values import (
    Money,
    ValueType,
    check_id,
    check_text,
    format_duration,
    from_json,
    parse_duration,
)

__all__ = [
    "ANY",
    "FILLED",
    "PLAIN",
    "TEXT",
    "TEXTS",
    "Amiss",
    "Child",
    "Filled",
    "Id",
    "Leaf",
    "Shape",
    "Style",
    "check",
    "exactly",
    "leaf",
    "member",
    "printable",
    "shown",
    "words",
]

Child: TypeAlias = tuple[str, "Shape", Any]
"""A place inside what is looked at, such as ``.roles``, the shape that is wanted there, and what
there is."""

VALUES: Final = message("values")
TEXTS: Final = message("texts")


def shown(value: object) -> str:
    """A value as it stands in the data, cut to what a message can bear."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time | Decimal):
        return reprlib.repr(str(value))[1:-1]
    try:
        return reprlib.repr(value)
    except ValueError:  # Python writes no int of more than 4300 digits
        return message("a number of very many digits")


class Shape(ABC):
    """How data of some shape become a value, and a value such data.

    Both ways are quick, and stop at the first fault; :meth:`faults` names all of them.

    Attributes:
        read: makes the value of data; raises ValueError or KeyError.
        write: makes data of a value, which ``read`` reads back; raises ValueError.
        many: what several of them are called.
        plain: a class of which anything will do, as it stands.
    """

    # Made for each shape, and called as cattrs calls its hooks: read(data, type).
    read: Callable[..., Any]
    write: Callable[..., Any]
    many: str = VALUES
    plain: type | None = None

    @abstractmethod
    def children(self, value: Any, reading: bool, /) -> Iterable[Child]:
        """The parts of data, or of what is to be written; raises ValueError for what has none."""

    def faults(self, value: Any, *, reading: bool) -> Iterator[tuple[str, str]]:
        """Everything wrong with data, or with what is to be written: the place, and what it is."""
        try:
            children = list(self.children(value, reading))
        except ValueError as error:
            yield "", str(error)
        else:
            for place, shape, each in children:
                for at, why in shape.faults(each, reading=reading):
                    yield place + at, why


class Leaf(Shape):
    """A value without parts; as metadata of ``Annotated`` it says how that type is read."""

    def __init__(
        self,
        read: Callable[..., Any],
        write: Callable[..., Any],
        many: str = VALUES,
        plain: type | None = None,
    ) -> None:
        self.read = read
        self.write = write
        self.many = many
        self.plain = plain

    def children(self, value: Any, reading: bool, /) -> Iterable[Child]:
        """None."""
        (self.read if reading else self.write)(value)
        return ()


class Amiss(Shape):
    """What cannot be right whatever it is."""

    def __init__(self, why: str) -> None:
        self._why = why

    def children(self, _: Any, __: bool, /) -> Iterable[Child]:
        """None; raises ValueError."""
        raise ValueError(self._why)


_LONGEST_KEY = 100


def printable(key: object) -> str:
    """A key as it may be printed: what a file calls its keys is not to be trusted."""
    text = str(key)
    return text if text.isprintable() and len(text) <= _LONGEST_KEY else shown(text)


@frozen(eq=False, repr=False)
class Style:
    """What differs between kinds of file.

    Attributes:
        key: how keys are read that are no names of fields.
        table: how messages call a table.
        most: so many items a list or table may have; ``None`` is any number.
        canonical: whether there is one form only: what is usual has to be left out (otherwise it
            may), no tuple is a list, and no class does for another that it is derived from.
    """

    key: Shape
    table: str = message("a table")
    most: int | None = None
    canonical: bool = False

    @property
    def mapping(self) -> Any:
        """The class that is a table in data, or a mapping in Python."""
        return dict if self.canonical else Mapping

    def at(self, key: object) -> str:
        """The place of what has such a key."""
        return f"[{key!r}]" if self.canonical else f".{printable(key)}"


def check(value: Any, kind: Any, spoken: str, most: int | None = None) -> None:
    """Raise ValueError for what is of another class, or too large."""
    if not isinstance(value, kind):
        raise ValueError(message("{value} is not {spoken}", value=shown(value), spoken=spoken))
    if most is not None and len(value) > most:
        raise ValueError(message("{count} items: at most {most}", count=len(value), most=most))


def exactly(type_: type, spoken: str, many: str = VALUES) -> Leaf:
    """What is in data as it is in Python, of exactly this class."""

    def same(value: Any, _: object = None) -> Any:
        if value.__class__ is type_:
            return value
        raise ValueError(message("{value} is not {spoken}", value=shown(value), spoken=spoken))

    return Leaf(same, same, many, type_)


def leaf(
    read: Callable[[Any], Any], type_: type, write: Callable[[Any], Any] = lambda v: v
) -> Leaf:
    """What a function reads from data; it raises ValueError when they are unsuitable.

    Args:
        read: the function.
        type_: the class of what it makes.
        write: the other way round; raises ValueError for what would not be read.
    """

    def written(value: Any) -> Any:
        if isinstance(value, type_):
            return write(value)
        raise ValueError(message("{value} is no {type}", value=shown(value), type=type_.__name__))

    return Leaf(lambda value, _=None: read(value), written)


def words(*allowed: str) -> Leaf:
    """One of some words."""

    def word(value: Any, _: object = None) -> Any:
        if value.__class__ is str and value in allowed:
            return value
        raise ValueError(
            message("{value} is not one of {given}", value=shown(value), given=listed(allowed))
        )

    return Leaf(word, word, TEXTS)


def member(enum: type[Enum]) -> Leaf:
    """A member of an enumeration, by its value, which is a word."""
    members = {str(each.value): each for each in enum}
    word = words(*members)

    def write(value: Any) -> Any:
        if value.__class__ is enum:
            return value.value
        raise ValueError(message("{value} is no {type}", value=shown(value), type=enum.__name__))

    return Leaf(lambda value, _=None: members[word.read(value)], write)


def _text(value: Any, _: object = None) -> str:
    if value.__class__ is str:
        return check_text(value)
    raise ValueError(message("{value} is not a text", value=shown(value)))


def _filled(value: Any, _: object = None) -> str:
    if not _text(value).strip():
        raise ValueError(message("is empty"))
    return str(value)


def _id(value: Any, _: object = None) -> str:
    return check_id(_text(value))


def _duration(value: timedelta) -> str:
    from_json(ValueType.DURATION, value)  # negative ones have no text, and microseconds get lost
    return format_duration(value)


ANY: Final = Leaf(lambda value, _=None: value, lambda value: value)
"""Whatever it is: somebody else looks at it."""

TEXT: Final = Leaf(_text, _text, TEXTS)
"""A text that is safe to keep and to print."""

FILLED: Final = Leaf(_filled, _filled, TEXTS)
"""A text with something in it."""

Filled: TypeAlias = Annotated[str, FILLED]
"""The type of such a text."""

Id: TypeAlias = Annotated[str, Leaf(_id, _id, TEXTS)]
"""What names a deal, a contact, an interaction."""

PLAIN: Final[Mapping[Any, Leaf]] = MappingProxyType(
    {
        Any: ANY,
        str: TEXT,
        bool: exactly(bool, message("true or false")),
        int: exactly(int, message("a whole number")),
        timedelta: leaf(parse_duration, timedelta, _duration),
        Money: leaf(Money.parse, Money, str),
    }
)
"""The single values of files that people write."""
