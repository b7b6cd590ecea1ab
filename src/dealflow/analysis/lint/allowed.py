"""What comments in a playbook file allow, and why: ``# lint: allow D304 REASON``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from dealflow.evidence import Text
from dealflow.playbook import Places
from dealflow.record import Record

__all__ = ["ageless_reasons", "allowances"]

_ALLOW: Final = re.compile(r"#\s*lint:\s*allow\s+((?:D\d{3}[\s,]*)+)(.*)")
_CODE: Final = re.compile(r"D\d{3}")
_AGELESS: Final = "D308"
_CHINESE: Final = re.compile("[一-鿿]")


@frozen(repr=False)
class Allowance(Record):
    """A comment that allows something.

    Attributes:
        line: the line that it is about, from 1; 0 for the whole file.
        codes: the codes that it allows there.
        reason: why, in the author's words; empty when they say nothing.
    """

    line: int
    codes: frozenset[str]
    reason: str


def allowances(text: str, places: Places) -> Iterator[Allowance]:
    """What the comments of a file allow, in their order.

    Args:
        text: the text of the file.
        places: the places in it.
    """
    lines = text.split("\n")
    spots = [spot for path in places.paths if (spot := places.find(path)) is not None]
    first = min(spots)[0] if spots else 0
    for (line, column), comment in places.comments:
        if says := _ALLOW.match(comment):
            alone = not lines[line - 1][: column - 1].strip()
            # a comment by itself is about what comes next, one behind a key about that line
            meant = 0 if line < first else _below(lines, line) if alone else line
            yield Allowance(meant, frozenset(_CODE.findall(says[1])), says[2].strip(": \t\r"))


def _below(lines: Sequence[str], line: int) -> int:
    """The next line with something on it but a comment."""
    told = (n for n in range(line, len(lines)) if lines[n].split("#")[0].strip())
    return next(told, line - 1) + 1


def ageless_reasons(text: str) -> Mapping[str, Text]:
    """By the id of a fact that cannot age, why its author says so.

    Two comments may say it in two languages; one in which there is Chinese is in Chinese.

    Args:
        text: the text of a playbook file that tomllib reads.
    """
    places = Places(text)
    said: dict[int, Text] = {}
    for allowance in allowances(text, places):
        if _AGELESS in allowance.codes and (reason := allowance.reason):
            told = said.get(allowance.line, Text())
            chinese = _CHINESE.search(reason) is not None
            said[allowance.line] = evolve(told, **{"zh" if chinese else "en": reason})
    reasons: dict[str, Text] = {}
    for path in places.paths:
        match path:
            case ("facts", str(fact)):
                spot = places.find(path)
                why = said.get(spot[0] if spot else 0) or said.get(0)
                if why is not None:
                    reasons[fact] = why
            case _:
                pass
    return reasons
