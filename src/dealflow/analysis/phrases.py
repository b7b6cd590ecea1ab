"""Lists as sentences have them, put together so that they can be told in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Final, TypeAlias

from dealflow.evidence import ContactKind
from dealflow.message import Message, message
from dealflow.values import Truth

__all__ = [
    "LETTER",
    "both",
    "clauses",
    "either",
    "in_word",
    "kind_told",
    "lines",
    "listed",
    "source_told",
    "truth_told",
]

LETTER: Final = "their letter"
"""What a document is called of which nothing is known but what it says."""

_Joined: TypeAlias = Callable[[str, str], str]


def listed(items: Iterable[str]) -> str:
    """``a, b, c``; empty of nothing."""
    return _chained(items, lambda a, b: message("{first}, {last}", first=a, last=b))


def clauses(items: Iterable[str]) -> str:
    """``a; b; c``; empty of nothing."""
    return _chained(items, lambda a, b: message("{first}; {last}", first=a, last=b))


def either(items: Iterable[str]) -> str:
    """``a or b or c``; empty of nothing."""
    return _chained(items, lambda a, b: message("{first} or {last}", first=a, last=b))


def both(items: Iterable[str]) -> str:
    """``a and b and c``; empty of nothing."""
    return _chained(items, lambda a, b: message("{first} and {last}", first=a, last=b))


def lines(items: Iterable[str]) -> Message:
    """One item below the other."""
    named = {f"line_{number}": item for number, item in enumerate(items)}
    # Of places alone: no language has other words for that, and no catalogue has it.
    template = "\n".join(f"{{{name}}}" for name in named)
    return message(template, **named)


def truth_told(truth: Truth) -> Message:
    """The name of a truth, which other languages have words for."""
    return {
        Truth.TRUE: message("true"),
        Truth.FALSE: message("false"),
        Truth.UNKNOWN: message("unknown"),
        Truth.CONFLICTED: message("conflicted"),
    }[truth]


def in_word(trait: str) -> Message:
    """The degree of influence or the response mode of a person: its id, and a word for it."""
    return {
        "high": message("high"),
        "medium": message("medium"),
        "low": message("low"),
        "growth": message("growth"),
        "trouble": message("trouble"),
        "even_keel": message("even_keel"),
        "overconfident": message("overconfident"),
    }[trait]


def kind_told(kind: ContactKind) -> list[str]:
    """What a contact is who is no person; nothing of a person."""
    told: dict[ContactKind, list[str]] = {
        "person": [],
        "committee": [message("a committee")],
        "third_party": [message("a third party")],
    }
    return told[kind]


def source_told(source: str) -> str:
    """Who or what said something, by id or name."""
    return message("their letter") if source == LETTER else source


def _chained(items: Iterable[str], joined: _Joined) -> str:
    found = list(items)
    return reduce(joined, found) if found else ""
