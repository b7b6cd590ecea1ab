"""The one strict reader: how data of frozen classes are read and written, for each kind of file.

A :class:`Kind` says what is special about a kind of file, a :class:`Form` reads and writes a class
in it. Reading is quick as long as nothing is wrong; then everything wrong is told, with its place.
"""

from __future__ import annotations

from dealflow.forms.form import Form, Kind, told
from dealflow.forms.leaves import (
    FILLED,
    PLAIN,
    TEXT,
    TEXTS,
    Filled,
    Id,
    Leaf,
    Shape,
    Style,
    exactly,
    leaf,
    member,
    printable,
    shown,
    words,
)
from dealflow.forms.shapes import NEEDED, As, Choice, Either, Record

__all__ = [
    "FILLED",
    "NEEDED",
    "PLAIN",
    "TEXT",
    "TEXTS",
    "As",
    "Choice",
    "Either",
    "Filled",
    "Form",
    "Id",
    "Kind",
    "Leaf",
    "Record",
    "Shape",
    "Style",
    "exactly",
    "leaf",
    "member",
    "printable",
    "shown",
    "told",
    "words",
]
