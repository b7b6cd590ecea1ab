"""A playbook as Markdown, in both languages, for whoever answers for it to print and to sign.

Titles and questions are an author's texts and may hold anything. They are escaped, so that they
come out as they are and make no structure of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from dealflow.cli.sheet import Sheet, sheet_of
from dealflow.cli.sheet_lines import Line
from dealflow.evidence import Text
from dealflow.playbook import Playbook
from dealflow.typing import Language
from dealflow.wording import Wording, Words

__all__ = ["for_signature"]

# Those of CommonMark anywhere in a line, and those of its wide-spread extensions (tables, strikes,
# formulas): what is printed may be read by any of them.
_ANYWHERE: Final = re.compile(r"([\\`*_\[\]<>&|~$#])")
# what makes a list, a heading, a quote or an underline at the beginning of a line
_AT_FIRST: Final = re.compile(r"^(\d{1,9})?([-+=:.)])")
_HEADINGS: Final = ("head", "part", "way")
_PARAGRAPHS: Final = ("text", "quiet", "alarm")
_RULED: Final = "_" * 40


def for_signature(book: Playbook, first: Language, reasons: Mapping[str, Text]) -> str:
    """The paper: the rules in one language, then in the other, and at last the lines to sign on.

    Of a playbook in one language there are the rules in that one.

    Args:
        book: the playbook.
        first: the language that comes first.
        reasons: by the ids of facts that cannot age, why not.
    """
    second: Language = "en" if first == "zh" else "zh"
    spoken: list[Language] = [
        language for language in (first, second) if language in book.languages
    ]
    sheets = [sheet_of(Wording(book, language), reasons) for language in spoken]
    lines = [line for sheet in sheets for line in _sheet(sheet)]
    lines += _signatures(book, [Words(first), Words(second)])
    # blocks ask for an empty line on either side, whether the last one did so or not
    kept = (line for before, line in pairwise(["", *lines]) if before or line)
    return "\n".join(kept).rstrip("\n") + "\n"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from _block(f"# {_escaped(sheet.title)}")
    yield from _block(_escaped(sheet.name))
    yield from _block(f"{_escaped(sheet.fingerprint_of)} {_code(sheet.fingerprint)}")
    yield from _block(_escaped(sheet.covers))
    for section in sheet.sections:
        yield from _block(f"## {_escaped(section.title)}")
        for line in section.lines:
            yield from _line(sheet, line, 3)


def _block(text: str) -> Iterator[str]:
    yield from ("", text, "")


def _line(sheet: Sheet, line: Line, level: int) -> Iterator[str]:
    if line.kind in _HEADINGS:
        yield from _block(f"{'#' * level} {_text(sheet, line)}")
        for below in line.under:
            yield from _line(sheet, below, level + 1)
    elif line.kind in _PARAGRAPHS:
        yield from _block(_text(sheet, line))
    else:
        yield from _item(sheet, line, 0)


def _item(sheet: Sheet, line: Line, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- {_text(sheet, line)}"
    for below in line.under:
        yield from _item(sheet, below, depth + 1)


def _text(sheet: Sheet, line: Line) -> str:
    if line.kind == "code":
        return _code(line.text)
    text = Words(sheet.language).bracketed(line.text, line.note)
    return f"**{_escaped(text)}**" if line.kind in ("rule", "alarm") else _escaped(text)


def _signatures(book: Playbook, words: list[Words]) -> Iterator[str]:
    def both(texts: list[str]) -> str:
        return " / ".join(map(_escaped, texts))

    signature = [w.gettext("Signature") for w in words]
    yield from _block(f"# {both(signature)}")
    for w in words:
        yield from _block(_escaped(w.gettext("I have read these rules. Deals are judged by them.")))
    yield f"- {_escaped(f'{book.id} {book.version}')}"
    yield f"- {both([w.gettext('Fingerprint') for w in words])} {_code(book.fingerprint)}"
    for labels in (
        [w.pgettext("to sign", "Name") for w in words],
        [w.pgettext("to sign", "Role") for w in words],
        [w.pgettext("to sign", "Date") for w in words],
        signature,
    ):
        yield f"- {both(labels)} {_RULED}"


def _escaped(text: str) -> str:
    """A text on one line in Markdown that is rendered as it is."""
    return _AT_FIRST.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", " ".join(text.split())))


def _code(text: str) -> str:
    """A text as a span of code, whatever backticks are in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    # one space at each end is taken away again, so that a text may begin or end with a backtick
    padded = f" {text} " if longest or text != text.strip() else text
    return f"{fence}{padded}{fence}"
