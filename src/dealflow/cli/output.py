"""The page that commands write on: plain lines, few colours, and symbols that the terminal knows.

Every line is broken and indented here, so that it comes out the same on paper, in a pipe and on a
narrow terminal.
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

from dealflow.cli.typeset import cell_len, fold, padded, picture
from dealflow.values import Truth

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
        # A tab would be as wide as the terminal likes, which no line could be measured for. Signs
        # that the encoding lacks (a Windows console, LANG=C) have others that look alike.
        self._table: dict[int, str] = {ord("\t"): " "} | {
            ord(sign): other
            for sign, other in _FALLBACK.items()
            if not _encodable(sign, self._encoding)
        }

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

    def put(
        self, *pieces: Piece, indent: int = 0, sign: Piece = "", hang: int | None = None
    ) -> None:
        """A paragraph.

        Args:
            pieces: what it says.
            indent: how far from the left.
            sign: what stands before it; lines below the first begin behind it.
            hang: how far lines below the first begin behind the indent, if not behind the sign.
        """
        text = Text()
        _add(text, sign)
        if sign:
            text.append(" ")
        behind = cell_len(text.plain) if hang is None else hang
        for piece in pieces:
            _add(text, piece)
        margin = indent
        room = max(self.width - indent - behind, _NARROWEST)
        first = behind if hang is None else 0
        for paragraph in text.split("\n", allow_blank=True):
            offsets = fold(paragraph.plain, room, first)
            for line in paragraph.divide(offsets):
                line.rstrip()
                self._line(Text.assemble(" " * margin, line))
                margin, first = indent + behind, 0

    def _line(self, line: Text) -> None:
        line.rstrip()
        plain = line.plain.translate(self._table)
        # of the same length, so that the styles stay in their places
        line.plain = plain.encode(self._encoding, "replace").decode(self._encoding)
        # The line is broken already: rich must not do it once more.
        self._console.print(line, soft_wrap=True)

    def raw(self, text: str) -> None:
        """A text as it is, for other programs to read."""
        for line in text.splitlines():
            self._line(Text(line))

    def rule(self, title: str = "", style: str = "head") -> None:
        """A line across, with a title in it."""
        text = Text()
        text.append("── ", "quiet")
        if title:
            offsets = fold(title, self.width - 8)
            title = title[: offsets[0]].rstrip() + "…" if offsets else title
            text.append(title, style)
            text.append(" ")
        text.append("─" * (self.width - cell_len(text.plain)), "quiet")
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
        body = [list(row) for row in rows]
        cells = [[_plain(cell) for cell in row] for row in body]
        flush = set(right)
        widths = [max(map(cell_len, column)) for column in zip(head, *cells, strict=True)]
        # Figures are not broken, so the first column gives way; when it has too little left, there
        # is no table.
        rest = sum(widths[1:]) + 2 * (len(widths) - 1)
        first = min(widths[0], self.width - indent - rest)
        if first < min(widths[0], _NARROWEST):
            self._stacked(head, body, indent)
            return
        widths[0] = first
        self._row([(title, "quiet") for title in head], widths, flush, indent)
        for row in body:
            self._row(row, widths, flush, indent)

    def _row(
        self, row: Sequence[Piece], widths: Sequence[int], flush: set[int], indent: int
    ) -> None:
        first = Text()
        _add(first, row[0])
        lines = list(first.divide(fold(first.plain, widths[0])))
        for number, line in enumerate(lines):
            line.rstrip()
            text = Text(" " * indent)
            text.append_text(line)
            text.append(" " * (widths[0] - cell_len(line.plain)))
            for column, cell in enumerate(row[1:] if number == 0 else (), 1):
                text.append("  ")
                style = cell[1] if isinstance(cell, tuple) else ""
                text.append(padded(_plain(cell), widths[column], right=column in flush), style)
            self._line(text)

    def _stacked(self, head: Sequence[str], rows: Iterable[Sequence[Piece]], indent: int) -> None:
        for row in rows:
            self.put(row[0], indent=indent)
            for title, cell in zip(head[1:], row[1:], strict=True):
                if _plain(cell):
                    self.put((f"{title} ", "quiet"), cell, indent=indent + 2)

    def svg(self, title: str) -> str:
        """Everything as a picture."""
        return picture(self._console, title)


def _encodable(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _add(text: Text, piece: Piece) -> None:
    if isinstance(piece, tuple):
        text.append(*piece)
    else:
        text.append(piece)


def _plain(piece: Piece) -> str:
    return piece[0] if isinstance(piece, tuple) else piece
