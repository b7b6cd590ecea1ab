"""Finds English sentences in what should be Chinese.

What is no sentence of ours stays English in any language: quotes, ids, options, code, conditions,
formats, numbers with their currency. It is taken away, and of what is left two words of English
beside each other are prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["english_in"]

_NO_PROSE = [
    # what somebody or something said, and what is quoted as it stands
    re.compile(r"“[^”]*”"),
    re.compile(r'"[^"]*"'),
    re.compile(r"'[^']*'"),
    re.compile(r"`[^`]*`"),
    # conditions and invariants
    re.compile(r"\bnever(?= unless\b)| unless .*"),
    re.compile(r"\b(some|every|count|known|missing|disputed|covered|heard|named)\(.*"),
    re.compile(r"\b(and|or) not\b"),
    re.compile(r"\b[\w.]+ (==|!=|<=|>=|<|>|=|in|and|or) .*"),
    # options, paths, ids with a dot or an underscore, hashes
    re.compile(r"(?<!\w)--?[a-z][\w-]*"),
    re.compile(r"\S*[/\\]\S*"),
    re.compile(r"\b\w+([._]\w+)+\b"),
    # the name of a file format
    re.compile(r"\bJSON Lines\b"),
]
_PROSE = re.compile(r"\b[A-Za-z][a-z']+(?:[ ,:;]+[a-z][a-z']*)+\b")


def english_in(text: str, known: Iterable[str] = ()) -> Iterator[str]:
    """The runs of English words in a text, line by line.

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
        left = line
        for kind in _NO_PROSE:
            left = kind.sub(" · ", left)
        for word in words:
            left = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " · ", left)
        yield from (found[0] for found in _PROSE.finditer(left))
