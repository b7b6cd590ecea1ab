"""Breaks lines by their width on a terminal, Chinese and English alike.

Chinese has no spaces to break at: a line may end behind any character, but must not begin with a
closing mark nor end with an opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

__all__ = ["cell_len", "fold", "padded"]

_OPENING = "“‘（《「【(["
_CLOSING = "，。！？、；：”’）》」】…,.!?;:)]%"
_WIDE = "\u2e80-\u303f\u3041-\u9fff\uf900-\ufaff\uff01-\uff60"
# an atom is kept together: opening marks, a wide character or a word, closing marks, a middle dot
_ATOM = re.compile(
    rf"\s+|[{re.escape(_OPENING)}]*(?:(?=[{_WIDE}])[^{re.escape(_CLOSING)}]|[^\s{_WIDE}]+)?"
    rf"[{re.escape(_CLOSING)}]*(?: ·)?"
)


def fold(text: str, width: int, more: int = 0) -> list[int]:
    """Where to break a text without newlines so that every line fits.

    Args:
        text: the text.
        width: of a line, in cells; a wide character takes two.
        more: how much wider the first line is.

    Returns:
        The offsets at which lines but the first begin.
    """
    offsets: list[int] = []
    used, space = -more, 0
    for start, atom in _atoms(text, width):
        size = cell_len(atom)
        if atom.isspace():
            space += size
            continue
        if used > -more and used + space + size > width:
            offsets.append(start)
            used, more = size, 0
        else:
            used += space + size
        space = 0
    return offsets


def _atoms(text: str, width: int) -> Iterator[tuple[int, str]]:
    for match in _ATOM.finditer(text):
        atom, start = match[0], match.start()
        while not atom.isspace() and cell_len(atom) > width:
            end = _fitting(atom, width)
            yield start, atom[:end]
            atom, start = atom[end:], start + end
        if atom:
            yield start, atom


def _fitting(text: str, width: int) -> int:
    """How many characters of a text that is too wide fit; at least one."""
    used = cell_len(text[0])
    fitting = 1
    while fitting < len(text) and used + cell_len(text[fitting]) <= width:
        used += cell_len(text[fitting])
        fitting += 1
    return fitting


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text filled up with spaces to a width in cells."""
    space = " " * (width - cell_len(text))
    return space + text if right else text + space
