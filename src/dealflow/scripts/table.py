"""The tables of a deal script's file, and the readers of single values."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from attrs import define, field

from dealflow.evidence import Text
from dealflow.exceptions import Problem
from dealflow.playbook import Playbook
from dealflow.values import ValueType, check_text, from_json, utc

__all__ = [
    "REQUIRED",
    "Read",
    "Scope",
    "Table",
    "each",
    "instant",
    "printable",
    "text",
    "word",
    "words",
    "yes_no",
]

REQUIRED: Final = object()
"""In place of a default: the key may not be left out."""

Read: TypeAlias = Callable[[Any], Any]
"""Makes a value of what stands in the file; raises ValueError when it is unsuitable."""

_LONGEST_MESSAGE = 400
_PLAIN_KEY = re.compile(r"[\w.\-]{1,100}")


def printable(key: str) -> str:
    """A key as it may be printed: what a file calls its keys is not to be trusted."""
    return key if _PLAIN_KEY.fullmatch(key) else reprlib.repr(key)


class Table:
    """One table of the file: hands out its keys, notes what is wrong, and what is left over."""

    def __init__(self, problems: list[Problem], place: str, raw: Any, row: int | None = None):
        self.problems = problems
        self.place = place
        self.row = row
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self.asked: dict[str, None] = {}
        self.sound = True
        if not isinstance(raw, Mapping):
            self.note("", "is not a table")
            self.sound = False

    def note(self, key: str, message: str) -> None:
        """Note a problem with a key, or with the table itself; one that is none has only that."""
        # What is no table has no keys, and that they are missing would be said of each.
        if not self.sound:
            return
        place = ".".join(part for part in (self.place, key) if part)
        if len(message) > _LONGEST_MESSAGE:
            message = message[:_LONGEST_MESSAGE] + "..."
        where = f"{place}, line {self.row}" if self.row else place
        self.problems.append(Problem(where, message))

    def take(self, key: str, read: Read, default: object = REQUIRED) -> Any:
        """The value of a key as ``read`` makes it; ``None`` where a problem was noted."""
        # Asked for, even where nothing is there: close() knows by it which keys there could have
        # been.
        self.asked[key] = None
        if key not in self.raw:
            if default is REQUIRED:
                self.note(key, "is missing")
                return None
            return default
        try:
            return read(self.raw[key])
        # Reading goes on with None: all that is wrong with a file is told at once.
        except ValueError as error:
            self.note(key, str(error))
            return None

    def table(self, key: str) -> Table | None:
        """The table under a key, if there is one."""
        self.asked[key] = None
        return self.under(key) if key in self.raw else None

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Every key with the table under it."""
        return ((key, self.under(key)) for key in self.raw)

    def under(self, key: str) -> Table:
        """The table under a key that is there."""
        self.asked[key] = None
        place = ".".join(part for part in (self.place, printable(key)) if part)
        return Table(self.problems, place, self.raw[key], self.row)

    def close(self) -> None:
        """Note the keys that nobody asked for."""
        for key in self.raw:
            if key not in self.asked:
                self.note(printable(key), f"is no key here; there are: {', '.join(self.asked)}")


@define
class Scope:
    """What is known up to a line, so that names can be checked.

    Attributes:
        book: the playbook; ``None`` when it could not be loaded.
        by: who acts where a line names nobody.
        last: the time of the line before.
        people: the ids of the contacts known so far.
        interactions: the ids of the interactions so far.
    """

    book: Playbook | None
    by: str = ""
    last: datetime | None = None
    people: set[str] = field(factory=set)
    interactions: set[str] = field(factory=set)

    def person(self, raw: Any) -> str:
        """A contact known by now."""
        if text(raw) not in self.people:
            raise ValueError(f"nobody is called {reprlib.repr(raw)} by now")
        return str(raw)

    def interaction(self, raw: Any) -> str:
        """An interaction that has taken place."""
        if text(raw) not in self.interactions:
            raise ValueError(f"there was no interaction {reprlib.repr(raw)} before")
        return str(raw)

    def one_of(self, what: str, ids: Callable[[Playbook], Any]) -> Read:
        """A reader of ids that the playbook must know; of any text while there is no playbook."""

        def read(raw: Any) -> str:
            name = text(raw)
            if self.book is not None and name not in (known := ids(self.book)):
                raise ValueError(
                    f"the playbook has no {what} {reprlib.repr(name)}"
                    + (f"; there are: {', '.join(known)}" if len(known) <= 12 else "")
                )
            return name

        return read


# values


def text(raw: Any) -> str:
    """Words, safe to print."""
    if not check_text(raw).strip():
        raise ValueError("is empty")
    return str(raw)


def word(*words: str) -> Read:
    """One of some words."""

    def read(raw: Any) -> str:
        if raw not in words:
            raise ValueError(f"{reprlib.repr(raw)} is not one of {', '.join(words)}")
        return str(raw)

    return read


def each(read: Read) -> Read:
    """A list, each item of which is read alike."""

    def read_all(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise ValueError(f"{reprlib.repr(raw)} is not a list")
        return tuple(read(item) for item in raw)

    return read_all


def yes_no(raw: Any) -> bool:
    """True or false."""
    return bool(from_json(ValueType.YES_NO, raw))


def instant(raw: Any) -> datetime:
    """A time with its offset from UTC."""
    utc(raw)
    as_written: datetime = raw  # the offset is for the reader; the deal keeps UTC
    return as_written


def words(table: Table, key: str, *, required: bool = True) -> Text | None:
    """A text in both languages."""
    inner = table.table(key)
    if inner is None:
        if required:
            table.note(key, "is missing")
        return None
    made = Text(inner.take("en", text), inner.take("zh", text))
    inner.close()
    return made
