"""Where in a TOML text its keys, tables and items stand, and where in it a value's characters do.

tomllib says what a file holds and not where. This scanner only has to be right on text that tomllib
has accepted, so it checks nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, TypeAlias

__all__ = ["Path", "Places"]

Path: TypeAlias = tuple[str | int, ...]
"""The keys from the top of a file down; items of arrays, tables too, by their index from 0."""

# Possessive throughout (*+, ++): what a pattern has taken it does not give back, so that no text,
# however it is made, has it try one split after the other.
_BLANK: Final = re.compile(r"[ \t]*+")
_FILLS: Final = frozenset(" \t\n#")
_FILLER: Final = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_COMMENT: Final = re.compile(r"#[^\n]*")
_BARE: Final = re.compile(r"[\w-]++")
_SCALAR: Final = re.compile(r"[^,\]}#\n]*+")
_PLAIN_ITEM: Final = re.compile(r"[^\s,\[\]{}\"'#][^,\[\]{}\"'#\n]*+,[ \t\n]*+")
# up to two quotes may stand before the three that end a text of several lines
_STRING: Final = re.compile(
    r"""
    "{3} (?: [^"\\]++ | \\. | "{1,2}+(?!") )*+ "{3,5}
    | '{3} (?: [^']++ | '{1,2}+(?!') )*+ '{3,5}
    | " (?: [^"\\\n]++ | \\. )*+ "
    | ' [^'\n]*+ '
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"""
    \\ (?:
    (?P<dropped> [ \t]*+ \n [ \t\n]*+ )
    | u (?P<four> .{4} )
    | U (?P<eight> .{8} )
    | (?P<letter> . )
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_LETTERS: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


class Places:
    """The places in a text, each a line and a column from 1, columns in characters.

    Args:
        text: a TOML text that tomllib reads.
    """

    def __init__(self, text: str) -> None:
        # as tomllib does: lines and columns stay what they are
        self._text = text.replace("\r\n", "\n")
        scanner = _Scanner(self._text)
        scanner.file()
        self._keys = scanner.keys
        self._values = scanner.values
        self._comments = scanner.comments
        self._lines = [0, *(found.end() for found in re.finditer("\n", self._text))]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every path that has a place."""
        return tuple(self._keys)

    @property
    def comments(self) -> tuple[tuple[tuple[int, int], str], ...]:
        """Every comment with its place, from the ``#`` to the end of the line."""
        return tuple(
            (self._place(offset), found[0])
            for offset in self._comments
            if (found := _COMMENT.match(self._text, offset))
        )

    def find(self, path: Path) -> tuple[int, int] | None:
        """Where a key, a table or an item stands.

        A table has the place of its last name where it is opened, an item of an array of tables
        that of its own heading.
        """
        offset = self._keys.get(path)
        return None if offset is None else self._place(offset)

    def inside(self, path: Path, line: int, column: int) -> tuple[int, int] | None:
        """Where a character of a text stands.

        Args:
            path: where the text is.
            line: the character's line in the value, from 1.
            column: its column in that line; behind the last, the end of the text is meant.

        Returns:
            ``None`` where there is no text.
        """
        start = self._values.get(path)
        if start is None:
            return None
        here = (1, 1)
        found = list(characters(self._text, start))
        for offset, character in found:
            if here >= (line, column):
                return self._place(offset)
            here = (here[0] + 1, 1) if character == "\n" else (here[0], here[1] + 1)
        return self._place(found[-1][0])

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def characters(text: str, start: int) -> Iterator[tuple[int, str]]:
    """The characters of a quoted text with their offsets; at last an empty one for its end."""
    found = _STRING.match(text, start)
    if found is None:
        raise ValueError(f"no quoted text at {start}")
    quote = text[start]
    width = 3 if found[0].startswith(quote * 3) else 1
    at, end = start + width, found.end() - width
    # TOML leaves out a newline right behind the three quotes.
    if width == 3 and text[at] == "\n":
        at += 1
    while at < end:
        escape = _ESCAPE.match(text, at) if quote == '"' else None
        if escape is None:
            yield at, text[at]
            at += 1
            continue
        if code := escape["four"] or escape["eight"]:
            yield at, chr(int(code, 16))
        elif letter := escape["letter"]:
            yield at, _LETTERS.get(letter, letter)
        at = escape.end()
    yield end, ""


class _Scanner:
    """Goes through a text once and notes offsets.

    Attributes:
        keys: where each path's key, heading or item begins.
        values: where each path's quoted text begins.
        comments: where each comment begins.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[Path, int] = {}
        self.values: dict[Path, int] = {}
        self.comments: list[int] = []
        # The index of the last item of each array of tables: [steps.x] behind [[steps]] belongs to
        # it.
        self.last_item: dict[Path, int] = {}

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"no TOML at {self.at}")
        self.at = found.end()

    def filler(self) -> None:
        """Skip what says nothing, over lines."""
        begins = self.at
        if self.text[begins : begins + 1] not in _FILLS:
            return
        self.skip(_FILLER)
        filler = self.text[begins : self.at]
        if "#" in filler:
            self.comments += [begins + found.start() for found in _COMMENT.finditer(filler)]

    def next_is(self, what: str) -> bool:
        """Whether something stands here; if so, it is behind us then."""
        if self.text.startswith(what, self.at):
            self.at += len(what)
            return True
        return False

    def file(self) -> None:
        table: Path = ()
        self.filler()
        while self.at < len(self.text):
            if self.next_is("[["):
                table = self.heading(item=True)
            elif self.next_is("["):
                table = self.heading(item=False)
            else:
                self.pair(table)
            self.filler()

    def heading(self, *, item: bool) -> Path:
        *way, (name, offset) = self.key()
        path: Path = ()
        for part, begins in way:
            path = (*path, part)
            self.keys.setdefault(path, begins)
            if path in self.last_item:
                path = (*path, self.last_item[path])
        path = (*path, name)
        if item:
            self.keys.setdefault(path, offset)
            index = self.last_item[path] = self.last_item.get(path, -1) + 1
            path = (*path, index)
        self.keys[path] = offset  # where it is opened itself, and not only something inside it
        self.at = self.text.index("]]" if item else "]", self.at) + 1 + item
        return path

    def key(self) -> list[tuple[str, int]]:
        """The names of a dotted key with their offsets."""
        names = []
        while True:
            self.skip(_BLANK)
            begins = self.at
            if self.text[begins] in "\"'":
                self.skip(_STRING)
                name = "".join(character for _, character in characters(self.text, begins))
            else:
                self.skip(_BARE)
                name = self.text[begins : self.at]
            names.append((name, begins))
            self.skip(_BLANK)
            if not self.next_is("."):
                return names

    def pair(self, table: Path) -> None:
        for name, begins in self.key():
            table = (*table, name)
            self.keys.setdefault(table, begins)
        self.next_is("=")
        self.value(table)

    def value(self, path: Path) -> None:
        self.filler()
        if self.text[self.at] in "\"'":
            self.values[path] = self.at
            self.skip(_STRING)
        elif self.next_is("["):
            self.items(path)
        elif self.next_is("{"):
            self.filler()
            while not self.next_is("}"):
                self.pair(path)
                self.filler()
                self.next_is(",")
                self.filler()
        else:
            self.skip(_SCALAR)

    def items(self, path: Path) -> None:
        index = 0
        self.filler()
        while True:
            while found := _PLAIN_ITEM.match(self.text, self.at):  # long lists are of these
                self.keys[*path, index] = self.at
                self.at = found.end()
                index += 1
            if self.next_is("]"):
                return
            item = (*path, index)
            self.keys[item] = self.at
            self.value(item)
            index += 1
            self.filler()
            self.next_is(",")
            self.filler()
