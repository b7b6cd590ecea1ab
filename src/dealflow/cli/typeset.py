"""Breaks lines by their width on a terminal, Chinese and English alike.

Chinese has no spaces to break at: a line may end behind any character, but must not begin with a
closing mark nor end with an opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["cell_len", "fold", "padded", "picture"]

# rich breaks lines at spaces, of which a Chinese paragraph has none: it would be one word, cut
# wherever the line is full, before a full stop just as well. So lines are broken here.
_OPENING = "“‘（《「【(["
_CLOSING = "，。！？、；：”’）》」】…,.!?;:)]%"
# Radicals and punctuation, kana and Chinese characters, compatibility forms, full-width signs: what
# may stand at the end of a line. How wide a character is, cell_len says.
_WIDE = "\u2e80-\u303f\u3041-\u9fff\uf900-\ufaff\uff01-\uff60"
# an atom is kept together: opening marks, a wide character or a word, closing marks, dot or arrow
_ATOM = re.compile(
    rf"\s+|[{re.escape(_OPENING)}]*(?:(?=[{_WIDE}])[^{re.escape(_CLOSING)}]|[^\s{_WIDE}]+)?"
    rf"[{re.escape(_CLOSING)}]*(?: [·→])?"
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
    # The first line begins left of the others: what it has more is room that is not used yet.
    used, space = -more, 0
    for start, atom in _atoms(text, width):
        size = cell_len(atom)
        if atom.isspace():
            space += size
            continue
        # Spaces count only once something comes behind them: at the end of a line they take no
        # room.
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
        # A hash or an address may be wider than the page: it is cut, or it would run out of it.
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


_CELL = 12.2
"""The width of a cell in rich's pictures."""

_SPACE = "&#160;"
_RUN = re.compile(
    r'x="([0-9.]+)"( y="[^"]*") textLength="[^"]*"([^>]*)>'
    rf"((?:{_SPACE})*)([^<]*?)(?:{_SPACE})*</text>"
)

# As rich's own, but for the fonts: nothing is fetched from anywhere to look at it.
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: "Fira Code", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(console: Console, title: str) -> str:
    """What a recording console has printed, as SVG; the same page gives the same picture."""
    svg = console.export_svg(title=title, code_format=_SVG, unique_id="dealflow")
    return _RUN.sub(_measured, svg)


def _measured(match: re.Match[str]) -> str:
    """The text with the length that it has in cells: rich counts its characters."""
    x, y, rest, indent, text = match.groups()
    # A text is stretched to its length, spaces like anything else. In Chinese that is much, so that
    # lines would begin in different places: what is before a line moves it instead.
    start = float(x) + len(indent) // len(_SPACE) * _CELL
    length = cell_len(unescape(text)) * _CELL
    return f'x="{start:g}"{y} textLength="{length:g}"{rest}>{text}</text>'
