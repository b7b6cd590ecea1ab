"""Writes the line numbers of docs/method.md anew: where in seven_step.toml each rule stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

PAGE = Path(__file__).parent / "method.md"
RULES = PAGE.parents[1] / "src/dealflow/playbook/shipped/seven_step.toml"
PLACED = re.compile(r"`([\w.]+)` \| `seven_step\.toml:(\d+)`")
"""The name of a rule, as error messages call it, and the line beside it."""

_HEADING = re.compile(r"\[\[?([\w.\"]+)\]")
_KEY = re.compile(r'(\w+) = (?:"(\w+)")?')


def lines(toml: str) -> Mapping[str, int]:
    """The line of each table and key; a step or a paper has that of its heading."""
    found: dict[str, int] = {}
    table, heading = "", 0
    for number, line in enumerate(toml.splitlines(), 1):
        if match := _HEADING.match(line):
            table, heading = match[1].replace('"', ""), number
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            key, value = match.groups()
            if table in ("steps", "papers") and key == "id":
                table = f"{table}.{value}"
                found[table] = heading
            found[f"{table}.{key}" if table else key] = number
    return found


def numbered(page: str, toml: str) -> str:
    """The page with the lines where its rules stand now; 0 where there is no such rule."""
    at = lines(toml)
    return PLACED.sub(lambda m: f"`{m[1]}` | `seven_step.toml:{at.get(m[1], 0)}`", page)


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(numbered(text, RULES.read_text(encoding="utf-8")), encoding="utf-8")
