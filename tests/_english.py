"""Finds English that was left in what should be Chinese.

What is no sentence of ours stays English in any language: quotes, ids, options, code, conditions,
formats, numbers with their currency. It is taken away, and of what is left two words of English
beside each other are prose. Single words are ids, names of keys and of types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["chinese", "english", "english_on_page"]

_QUOTED = re.compile(
    r"""
    (?<![A-Za-z0-9_])'[^'\n]*'(?![A-Za-z0-9_])    # an apostrophe inside a word opens nothing
    | "[^"\n]*" | “[^”]*” | `[^`]*`
    """,
    re.VERBOSE,
)
_WORD = r"(?<![A-Za-z0-9_.\-=/])[A-Za-z]+(?:['’][a-z]+)?(?![A-Za-z0-9_(=/\[]|\.\w)"
_PROSE = re.compile(rf"{_WORD}(?:[ ,;:]+{_WORD})+")
_CHINESE = re.compile("[一-鿿]")
# What a page shows of rules and commands without quotes.
_CODE = [
    # conditions and invariants
    re.compile(r"\bnever(?= unless\b)| unless .*"),
    re.compile(r"\b(some|every|count|known|missing|disputed|covered|heard|named)\(.*"),
    re.compile(r"\b(and|or) not\b"),
    re.compile(r"\b[\w.]+ (==|!=|<=|>=|<|>|=|in|and|or) .*"),
    # options, paths, ids with a dot or an underscore, hashes
    re.compile(r"(?<!\w)--?[a-z][\w-]*"),
    re.compile(r"\S*[/\\]\S*"),
    re.compile(r"\b\w+([._]\w+)+\b"),
    # the name of a file format, and the four truth values as a table's head
    re.compile(r"JSON Lines|\bT F U C\b"),
]


def chinese(text: str) -> bool:
    """Whether there is Chinese in a text."""
    return _CHINESE.search(text) is not None


def english(text: str) -> list[str]:
    """English in a text: words that follow upon each other, outside of quotes and of code."""
    return _PROSE.findall(_QUOTED.sub("“”", text))


def english_on_page(text: str, known: Iterable[str] = ()) -> Iterator[str]:
    """The runs of English words in what was printed, line by line.

    Args:
        text: what was printed.
        known: names of the test's own that are English by nature, such as those of commands.
    """
    words = sorted(known, key=len, reverse=True)
    code = False
    for line in text.splitlines():
        # A test to paste is Python, from its first line to the end of its indented body.
        code = line.startswith(("from ", "def ")) or (code and line.startswith((" ", ")")))
        if code:
            continue
        left = _QUOTED.sub("“”", line)
        for kind in _CODE:
            left = kind.sub(" · ", left)
        for word in words:
            left = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " · ", left)
        yield from english(left)
