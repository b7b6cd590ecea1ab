"""Looks for English that was left in a Chinese text."""

from __future__ import annotations

import re

__all__ = ["chinese", "english"]

_QUOTED = re.compile(
    r"""
    (?<![A-Za-z0-9_])'[^'\n]*'(?![A-Za-z0-9_])    # an apostrophe inside a word opens nothing
    | "[^"\n]*" | “[^”]*” | `[^`]*`
    """,
    re.VERBOSE,
)
_WORD = r"(?<![A-Za-z0-9_.\-=/])[A-Za-z]+(?:['’][a-z]+)?(?![A-Za-z0-9_.(=/\[])"
_PROSE = re.compile(rf"{_WORD}(?:[ ,;:]+{_WORD})+")
_CHINESE = re.compile("[一-鿿]")


def english(text: str) -> list[str]:
    """English in a text: words that follow upon each other, outside of quotes and of code.

    Single words are ids, names of keys and of types; they stay in any language.
    """
    return _PROSE.findall(_QUOTED.sub("“”", text))


def chinese(text: str) -> bool:
    """Whether there is Chinese in a text."""
    return _CHINESE.search(text) is not None
