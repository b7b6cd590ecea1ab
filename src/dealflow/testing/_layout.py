"""Where the lines of a deal script stand in its file, so that text can be put there by position."""

from __future__ import annotations

import tomllib

from dealflow._toml_places import Places

__all__ = ["Layout"]


class Layout:
    """The rows of a script's file, and what stands in them.

    Args:
        text: the whole file, which is known to be sound; with or without a byte order mark.
    """

    def __init__(self, text: str) -> None:
        self.rows = text.split("\n")
        self._places = Places(text.removeprefix("\ufeff"))

    def row_of(self, number: int, *keys: str) -> int | None:
        """The row, from 1, of a key in a line of the script, or of the table that would hold it.

        Args:
            number: the line's position in ``lines``, from 0.
            keys: the way to the key, such as ``expect``, ``step``.
        """
        for length in range(len(keys), -1, -1):
            if place := self._places.find(("lines", number, *keys[:length])):
                return place[0]
        return None

    def end_of(self, number: int) -> tuple[int, str] | None:
        """Where a line's own keys end; what belongs to further headers or stands between is out.

        Returns:
            The row, from 1, in which the last of them ends, and the spaces before that key;
            ``None`` when the line is not written as a ``[[lines]]`` table.
        """
        header = self.row_of(number)
        if header is None or not self.rows[header - 1].lstrip("\ufeff \t").startswith("[["):
            return None
        row, end, indent = header, header, ""
        while row < len(self.rows):
            told = self.rows[row].strip()
            if told.startswith("["):
                break
            start = row
            while not _whole(self.rows[start : row + 1]):
                row += 1
            row += 1
            if told and not told.startswith("#"):
                end = row
                indent = self.rows[start][: len(self.rows[start]) - len(self.rows[start].lstrip())]
        return end, indent


def _whole(rows: list[str]) -> bool:
    """Whether these rows are whole statements, and do not break off within a value."""
    try:
        tomllib.loads("\n".join(rows).removesuffix("\r"))
    except tomllib.TOMLDecodeError:
        return False
    return True
