"""What frozen records have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import fields

__all__ = ["Record"]


class Record:
    """The base of attrs classes with ``repr=False``: they are shown as attrs would show them.

    attrs compiles a method for that in each class by itself, which is a quarter of what the import
    of a class takes.
    """

    __slots__ = ()
    __attrs_attrs__: ClassVar[Any]

    def __repr__(self) -> str:
        shown = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(type(self)) if f.repr]
        return f"{type(self).__qualname__}({', '.join(shown)})"
