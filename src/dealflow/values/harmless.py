"""Text of others on a line of ours: it cannot break it, rewrite it or pass for one.

Names, quotes and files come from strangers, and what is printed is believed: by who reads it, by
the terminal, and by a build that takes lines of its log for commands. Whatever prints for people
sends through here what it did not write itself.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["ORDER", "RULE", "SIGNS", "as_line", "opening", "visible"]

SIGNS: Final = "✓✗≠?→←·⚑▸"
"""What our own lines begin with, each followed by a space."""

RULE: Final = "──"
"""What a line across begins with."""

# Whatever ends a line somewhere: in a terminal, in a build's log, or for str.splitlines().
_ENDS: Final = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_BREAK: Final = re.compile(rf"[^\S{_ENDS}]*[{_ENDS}][\s{_ENDS}]*|\t")
# Invisible, though Python calls them printable: fillers, and marks that join nothing. Variation
# selectors stay out: they are in half of all emoji.
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
# Unassigned for good, or set aside for what is not seen.
_NEVER: Final = re.compile(
    "[\u2065\ufdd0-\ufdef\ufff0-\ufff8\U000e0000-\U000e0fff]"
    + "".join(f"|[{chr(end)}{chr(end + 1)}]" for end in range(0xFFFE, 0x110000, 0x10000))
)
_SUSPECT: Final = re.compile(rf"[{_BLANK}]|[^\S ]|[^\s\w!-~]")
# "##[error]" and "##vso[...]" are commands of a build wherever in a line they stand.
ORDER: Final = re.compile(r"##(?=\w*\[)")
_JOINERS: Final = "\u200c\u200d"


def visible(text: str) -> str:
    r"""A text on one line, with nothing in it that is obeyed or not seen.

    The end of a line is a space. Controls, marks that turn the direction of writing, and what has
    no width are written out, as in ``\u202e``; but joiners stay inside words and emoji, which need
    them.
    """
    # Nearly every text is like this.
    if text.isascii() and text.isprintable() and "##" not in text:
        return str(text)
    plain = _BREAK.sub(" ", text)
    return ORDER.sub(r"#\\x23", _SUSPECT.sub(_written_out, plain))


def _written_out(match: re.Match[str]) -> str:
    sign = match[0]
    if not _hidden(sign) or (sign in _JOINERS and _joins(match)):
        return sign
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _hidden(sign: str) -> bool:
    # Not whatever Python does not call printable: spaces of some other width (in French figures,
    # between Chinese characters) stay, and so do characters that are newer than this Python, as in
    # some Chinese names.
    kind = unicodedata.category(sign)
    if kind == "Cn":
        return bool(_NEVER.match(sign))
    return kind in _HIDDEN or sign in _BLANK


def _joins(match: re.Match[str]) -> bool:
    """Whether something that may need a joiner stands on either side of it."""
    start, end = match.span()
    before, after = match.string[max(start - 1, 0) : start], match.string[end : end + 1]
    return all(side and side.isprintable() and not side.isascii() for side in (before, after))


def opening(text: str, signs: str = SIGNS, rule: str = RULE) -> int | None:
    """Where a text begins like a line of ours, or like a command to a build; else ``None``.

    Args:
        text: the text; spaces before do not count.
        signs: what our lines begin with here, where the output has other signs than usual.
        rule: what a line across begins with here.
    """
    found = re.match(rf"\s*(?=::|{re.escape(rule)}|[{re.escape(signs)}](?:\s|$))", text)
    return None if found is None else found.end()


def as_line(text: str) -> str:
    """A whole line of others: as :func:`visible`, and a backslash before what only ours begin with.

    Spaces that it begins with are kept.
    """
    plain = visible(text)
    place = opening(plain)
    return plain if place is None else f"{plain[:place]}\\{plain[place:]}"
