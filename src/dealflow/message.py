"""Sentences that remember how they were made, so that they can be told in another language.

The core speaks English and knows no catalogue. What it says of an input is a string like any other,
but one that keeps its template and what was put into it: ``wording`` looks the template up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

__all__ = ["Message", "joined", "listed", "message", "shortened", "trouble"]

Lookup: TypeAlias = Callable[[str], str]
"""From a template to that of another language, with the same names in it."""


class Message(str):
    """A sentence in English, with its template.

    Attributes:
        template: what stands in the catalogue, with names in braces.
        values: what was put into it, by name; some may be messages themselves.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def in_words(self, lookup: Lookup) -> str:
        """The sentence in other words.

        Args:
            lookup: from a template to that of another language, with the same names in it.
        """
        if not self.values:
            return lookup(self.template)
        told = {name: _told(value, lookup) for name, value in self.values.items()}
        return lookup(self.template).format(**told)

    def __str__(self) -> str:
        # Not a copy without the template: str(error) is the message that the error was given.
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.template, dict(self.values)))


def message(template: str, /, **values: object) -> Message:
    """A sentence of a template; the catalogue is collected from the calls of this function.

    Args:
        template: a literal, with names in braces as :meth:`str.format` has them; without values it
            is the sentence as it stands.
        values: what to put in their places. Errors are put in as their own words; of anything that
            may change, or that other processes may not have, only the words are kept.
    """
    if values:
        wanted = {name: conversion for _, name, _, conversion in Formatter().parse(template)}
        values = {name: _kept(value, wanted.get(name)) for name, value in values.items()}
    return _again(template, values)


class _Shown(str):
    """How something shows itself, in place of the thing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str.__str__(self)


_PLAIN: Final = (str, int, bool)
"""Classes whose values never change and are the same anywhere; what derives from them may not."""


def _kept(value: object, conversion: str | None) -> object:
    if isinstance(value, Message) or value.__class__ in _PLAIN:
        return value
    return _Shown(repr(value)) if conversion else str(value)


_M = TypeVar("_M", bound=Message)


def _filled(kind: type[_M], told: str, template: str, values: Mapping[str, object]) -> _M:
    made = kind(told)
    made.template, made.values = template, MappingProxyType(dict(values))
    return made


def _again(template: str, values: Mapping[str, object]) -> Message:
    return _filled(Message, template.format(**values) if values else template, template, values)


def _told(part: object, lookup: Lookup) -> object:
    return part.in_words(lookup) if isinstance(part, Message) else part


class _Joined(Message):
    """Parts that are joined two by two, from the last."""

    __slots__ = ("parts",)

    parts: tuple[str, ...]

    def in_words(self, lookup: Lookup) -> str:
        return _chain(lookup(self.template), [str(_told(part, lookup)) for part in self.parts])

    def __reduce__(self) -> tuple[object, ...]:
        return (joined, (self.template, self.parts))


def joined(template: str, parts: Iterable[object]) -> str:
    """Parts as one sentence; the catalogue is collected from the calls of this function, too.

    Args:
        template: how two of them are joined, with the names ``first`` and ``rest``:
            ``{first}; {rest}``.
        parts: the parts; messages among them are told in the other language, too.
    """
    told = tuple(str(part) for part in parts)
    if len(told) < 2:
        return told[0] if told else ""
    made = _filled(_Joined, _chain(template, told), template, {})
    made.parts = told
    return made


def listed(parts: Iterable[object]) -> str:
    """``a, b, c``."""
    return joined("{first}, {rest}", parts)


def _chain(template: str, parts: list[str] | tuple[str, ...]) -> str:
    *first, told = parts
    for part in reversed(first):
        told = template.format(first=part, rest=told)
    return told


class _Shortened(Message):
    """A message that is cut off where it gets too long, in any language."""

    __slots__ = ("most", "whole")

    most: int
    whole: str

    def in_words(self, lookup: Lookup) -> str:
        return _cut(str(_told(self.whole, lookup)), self.most)

    def __reduce__(self) -> tuple[object, ...]:
        return (shortened, (self.whole, self.most))


def shortened(text: str, most: int) -> str:
    """The text, cut off behind so many characters.

    Args:
        text: a message, or any text.
        most: so many characters are left.
    """
    if len(text) <= most:
        return text
    made = _filled(_Shortened, _cut(text, most), "", {})
    made.most, made.whole = most, text
    return made


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


_TROUBLES: Final = {
    str(each): each
    for each in (
        message("Bad file descriptor"),
        message("File exists"),
        message("File name too long"),
        message("Input/output error"),
        message("Is a directory"),
        message("No space left on device"),
        message("No such file or directory"),
        message("Not a directory"),
        message("Permission denied"),
        message("Read-only file system"),
        message("Too many levels of symbolic links"),
        message("day is out of range for month"),
        message("embedded null byte"),
        message("month must be in 1..12"),
    )
}


def trouble(error: Exception) -> str:
    """What Python or the system says of a day or a file; what is usual is in the catalogue."""
    said = getattr(error, "strerror", None) or str(error)
    return _TROUBLES.get(said, said)
