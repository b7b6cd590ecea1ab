"""Playbooks on paper: the list, and one with its steps, guards and questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from dealflow.cli.output import Page, Piece
from dealflow.cli.sections import put_language
from dealflow.cli.sheet import sheet_of
from dealflow.cli.sheet_lines import Kind, Line
from dealflow.evidence import Text
from dealflow.playbook import Playbook
from dealflow.typing import Language
from dealflow.wording import Wording, Words

__all__ = ["put_list", "put_playbook"]

_NONE: Final[Mapping[str, Text]] = MappingProxyType({})
_APART: Final = ("head", "part", "way")
"""What has an empty line before it."""

_LOOKS: Final[Mapping[Kind, tuple[Piece, str]]] = {
    "head": ("", "head"),
    "part": ("", "head"),
    "way": (("→", "quiet"), "head"),
    "text": ("", ""),
    "quiet": ("", "quiet"),
    "alarm": ("", "bad"),
    "on": (("→", "quiet"), ""),
    "rule": (("▸", "good"), ""),
    "point": ("·", ""),
    "code": ("", "quiet"),
    "ask": (("?", "unknown"), ""),
    "flag": (("⚑", "unknown"), ""),
}
"""The sign before a line, and its style."""


def put_list(page: Page, books: Iterable[Playbook], lang: Language) -> None:
    """A table of playbooks."""
    words = Words(lang)
    head = [
        words.gettext("Playbook"),
        words.gettext("Title"),
        words.gettext("Version"),
        words.gettext("Steps"),
        words.gettext("Guards"),
        words.gettext("Questions"),
    ]
    rows: list[list[Piece]] = [
        [
            (book.id, "head"),
            book.title.in_(lang),
            book.version,
            str(len(book.steps)),
            str(len(book.guards)),
            str(len(book.question)),
        ]
        for book in books
    ]
    page.grid(head, rows, right=(3, 4, 5))


def put_playbook(page: Page, w: Wording, reasons: Mapping[str, Text] = _NONE) -> None:
    """A playbook with all that it asks for.

    Args:
        page: where to print.
        w: its words.
        reasons: by the ids of facts that cannot age, why not.
    """
    sheet = sheet_of(w, reasons)
    page.put((sheet.title, "head"), (f"  {sheet.name}", "quiet"))
    put_language(page, w)
    page.put((w.pair(sheet.fingerprint_of, sheet.fingerprint), "quiet"))
    page.put((sheet.covers, "quiet"))
    for section in sheet.sections:
        page.blank()
        page.rule(section.title)
        for number, line in enumerate(section.lines):
            _put(page, w, line, 0, first=not number)


def _put(page: Page, w: Wording, line: Line, depth: int, *, first: bool = False) -> None:
    if line.kind in _APART and not first:
        page.blank()
    sign, style = _LOOKS[line.kind]
    told = w.bracketed(line.text, line.note)
    # A bracket that ends the text may go on with the note.
    own = len(line.text) - (not told.startswith(line.text))
    page.put((told[:own], style), (told[own:], "quiet"), indent=2 * depth, sign=sign)
    for below in line.under:
        _put(page, w, below, depth + 1)
