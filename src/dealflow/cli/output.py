"""The page that commands write on: plain lines, few colours, and symbols that the terminal knows.

Every line is broken and indented here, so that it comes out the same on paper, in a pipe and on a
narrow terminal; and whatever is printed is made harmless here, as most of it was typed by others.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, TextIO

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from dealflow.cli.typeset import cell_len, fold, picture
from dealflow.values import RULE, SIGNS, Truth, as_line, opening, visible

__all__ = ["STYLE", "SYMBOL", "Page", "Piece"]

PLAIN_WIDTH = 100
"""The width of everything that is not printed on a terminal."""

_NARROWEST = 20
_THEME = Theme(
    {
        "good": "green",
        "bad": "red",
        "unknown": "yellow",
        "conflict": "magenta",
        "good.strong": "bold green",
        "bad.strong": "bold red",
        "unknown.strong": "bold yellow",
        "conflict.strong": "bold magenta",
        "head": "bold",
        "note": "italic",
        "quiet": "dim",
    },
    inherit=False,
)
STYLE: Mapping[Truth, str] = MappingProxyType(
    {
        Truth.TRUE: "good",
        Truth.FALSE: "bad",
        Truth.UNKNOWN: "unknown",
        Truth.CONFLICTED: "conflict",
    }
)
"""The style of each truth."""

SYMBOL: Mapping[Truth, str] = MappingProxyType(
    {Truth.TRUE: "✓", Truth.FALSE: "✗", Truth.UNKNOWN: "?", Truth.CONFLICTED: "≠"}
)
"""The sign of each truth."""

# Each is one cell wide or as wide as what it replaces, and one character long.
_FALLBACK = {
    "✓": "+", "✗": "x", "≠": "!", "→": ">", "←": "<", "─": "-", "·": "-", "⚑": "!", "▸": ">",
    "“": '"', "”": '"', "‘": "'", "’": "'", "…": ".", "–": "-", "×": "x", "≥": ">",
}  # fmt: skip

Piece = str | tuple[str, str]
"""A text, or a text with its style."""


# rich would end the process on a pipe that is closed: then a caller of main() gets no exit code.
class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the one who started the command, instead of exiting from here."""
        raise BrokenPipeError


class Page:
    """What a command writes on.

    Args:
        file: where to; the standard output by default.
        width: of a line, in cells; by default the terminal's, or else :data:`PLAIN_WIDTH`.
        record: keep everything, for :meth:`svg`, and print nothing.
    """

    def __init__(
        self, file: TextIO | None = None, width: int | None = None, *, record: bool = False
    ) -> None:
        stream: TextIO = io.StringIO() if record else file or sys.stdout
        # A picture is drawn as a terminal would show it, wherever it is made.
        terminal = record or stream.isatty()
        self._console = _Console(
            file=stream,
            width=width or (None if stream.isatty() else PLAIN_WIDTH),
            force_terminal=terminal,
            color_system="truecolor" if record else "auto" if terminal else None,
            theme=_THEME,
            # What people said is printed as it is: with markup, a quote such as "[bold]" would be
            # read as a style, and :ok: as a picture.
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            record=record,
        )
        self._encoding = "utf-8" if record else stream.encoding or "utf-8"
        # Signs that the encoding lacks (a Windows console, LANG=C) have others that look alike.
        self._table: dict[int, str] = {
            ord(sign): other
            for sign, other in _FALLBACK.items()
            if not _encodable(sign, self._encoding)
        }
        self._signs, self._rule = self._shown(SIGNS), self._shown(RULE)

    @property
    def terminal(self) -> bool:
        """Whether somebody is looking."""
        return self._console.is_terminal

    @property
    def width(self) -> int:
        """The width of a line, in cells."""
        # Narrower than this nothing can be read, and an indented line would have no room at all.
        return max(self._console.width, _NARROWEST * 2)

    def blank(self) -> None:
        """An empty line."""
        self._console.print()

    def _shown(self, text: str) -> str:
        """A text as this page can show it: on one line, in its encoding, and harmless."""
        plain = visible(text).translate(self._table)
        return plain.encode(self._encoding, "replace").decode(self._encoding)

    def _text(self, *pieces: Piece) -> Text:
        text = Text()
        for piece in pieces:
            words, style = piece if isinstance(piece, tuple) else (piece, "")
            text.append(self._shown(words), style)
        return text

    def put(
        self, *pieces: Piece, indent: int = 0, sign: Piece = "", hang: int | None = None
    ) -> None:
        """A paragraph; of what it says, no line begins as if it had a sign of its own.

        Args:
            pieces: what it says.
            indent: how far from the left.
            sign: what stands before it; lines below the first begin behind it.
            hang: how far lines below the first begin behind the indent, if not behind the sign.
        """
        text = self._text(sign)
        ours = bool(text.plain.strip())
        if text:
            text.append(" ")
        behind = cell_len(text.plain) if hang is None else hang
        text.append_text(self._text(*pieces))
        room = max(self.width - indent - behind, _NARROWEST)
        margin = indent
        for line in self._broken(text, room, behind if hang is None else 0, ours=ours):
            self._line(Text.assemble(" " * margin, line))
            margin = indent + behind

    def _broken(self, text: Text, room: int, more: int = 0, *, ours: bool = False) -> list[Text]:
        """The lines of a text; what makes one begin as ours do, but the first of ours, is shown."""
        # Text can be made as long as brings a sign in it to the beginning of a line.
        starts, number = [0, *fold(text.plain, room, more)], int(ours)
        while number < len(starts):
            start = starts[number]
            place = opening(text.plain[start:], self._signs, self._rule)
            if place is not None:
                text = Text.assemble(text[: start + place], "\\", text[start + place :])
                starts = [0, *fold(text.plain, room, more)]
            number += 1
        return list(text.divide(starts[1:]))

    def _line(self, line: Text) -> None:
        line.rstrip()
        # The line is broken already: rich must not do it once more.
        self._console.print(line, soft_wrap=True)

    def raw(self, text: str) -> None:
        """Lines that are not broken, as in a table or in source code."""
        for line in text.removesuffix("\n").split("\n"):
            self._line(Text(self._shown(as_line(line))))

    def rule(self, title: str = "", style: str = "head") -> None:
        """A line across, with a title in it."""
        title = self._shown(title)
        text = self._text((RULE + " ", "quiet"))
        if title:
            offsets = fold(title, self.width - 8)
            title = title[: offsets[0]].rstrip() + self._shown("…") if offsets else title
            text.append(title, style)
            text.append(" ")
        text.append(self._shown("─") * (self.width - cell_len(text.plain)), "quiet")
        self._line(text)

    def grid(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[Piece]],
        *,
        right: Iterable[int] = (),
        indent: int = 0,
    ) -> None:
        """A table; its first column is the one that is broken into lines when there is no room.

        Args:
            head: the titles of the columns.
            rows: the cells.
            right: the columns that are flush right.
            indent: how far from the left.
        """
        table = self._table_of(head, rows)
        widths, flush = _widths(table), set(right)
        widths[0] = self._first(widths, indent)
        if not widths[0]:
            self._stacked(table, indent)
            return
        for row in table:
            self._row(row, widths, flush, indent)

    def fits(
        self, head: Sequence[str], rows: Iterable[Sequence[Piece]], least: int | None = None
    ) -> bool:
        """Whether there is room for a table.

        Args:
            head: the titles of the columns.
            rows: the cells.
            least: how wide the first column has to be, unless it is narrower anyway; by default as
                :meth:`grid` has it.
        """
        return self._first(_widths(self._table_of(head, rows)), 0, least or _NARROWEST) > 0

    def _table_of(self, head: Sequence[str], rows: Iterable[Sequence[Piece]]) -> list[list[Text]]:
        table = [[self._text((title, "quiet")) for title in head]]
        for first, *cells in rows:
            # measured with what is put before it if it begins like a line of ours
            (start,) = self._broken(self._text(first), sys.maxsize)
            table.append([start, *map(self._text, cells)])
        return table

    def _first(self, widths: Sequence[int], indent: int, least: int = _NARROWEST) -> int:
        """How wide the first column may be; 0 when that is too little for a table."""
        # Figures are not broken, so the first column gives way; when it has too little left, there
        # is no table.
        rest = sum(widths[1:]) + 2 * (len(widths) - 1)
        first = min(widths[0], self.width - indent - rest)
        return 0 if first < min(widths[0], least) else first

    def _row(
        self, row: Sequence[Text], widths: Sequence[int], flush: set[int], indent: int
    ) -> None:
        for number, line in enumerate(self._broken(row[0], widths[0])):
            line.rstrip()
            text = Text.assemble(" " * indent, line, " " * (widths[0] - cell_len(line.plain)))
            for column, cell in enumerate(row[1:] if number == 0 else (), 1):
                space = " " * (widths[column] - cell_len(cell.plain))
                text.append("  ")
                text.append_text(
                    Text.assemble(space, cell) if column in flush else Text.assemble(cell, space)
                )
            self._line(text)

    def _stacked(self, table: Sequence[Sequence[Text]], indent: int) -> None:
        head, *rows = table
        for row in rows:
            for line in self._broken(row[0], self.width - indent):
                self._line(Text.assemble(" " * indent, line))
            for title, cell in zip(head[1:], row[1:], strict=True):
                if cell:
                    self.put((f"{title} ", "quiet"), cell.plain, indent=indent + 2)

    def svg(self, title: str) -> str:
        """Everything as a picture."""
        return picture(self._console, title)


def _encodable(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _widths(table: Iterable[Sequence[Text]]) -> list[int]:
    """How wide the columns of a table are."""
    return [max(cell_len(cell.plain) for cell in column) for column in zip(*table, strict=True)]
