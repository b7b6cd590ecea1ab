"""Sentences that remember how they were made, so that they can be told in another language.

The core speaks English and knows no catalogue. What it says of an input is a string like any other,
but one that keeps its template and what was put into it: ``wording`` looks the template up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

__all__ = ["Message", "message"]


class Message(str):
    """A sentence in English, with its template.

    Attributes:
        template: what stands in the catalogue, with names in braces.
        values: what was put into it, by name; some may be messages themselves.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def in_words(self, lookup: Callable[[str], str]) -> str:
        """The sentence in other words.

        Args:
            lookup: from a template to that of another language, with the same names in it.
        """
        told = {
            name: value.in_words(lookup) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return lookup(self.template).format(**told)

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.template, dict(self.values)))


def message(template: str, /, **values: object) -> Message:
    """A sentence of a template; the catalogue is collected from the calls of this function.

    Args:
        template: a literal, with names in braces as :meth:`str.format` has them.
        values: what to put in their places.
    """
    return _again(template, values)


def _again(template: str, values: Mapping[str, object]) -> Message:
    made = Message(template.format(**values))
    made.template = template
    made.values = MappingProxyType(dict(values))
    return made
