"""Entries as JSON, and the text of a trail whose hashes fit whatever the entries say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, TypeAlias

from dealflow import Deal

Body: TypeAlias = dict[str, Any]
"""The JSON of an entry: at, by, data, kind and seq."""


class NotWritten(Exception):
    """No verb writes an entry at its place; says why."""


def canonical(value: object) -> str:
    """Compact JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(bodies: Iterable[Body]) -> str:
    """The text of a trail whose every hash fits, whatever its entries say."""
    lines, last = ['{"dealflow.trail":{"format":1}}'], "0" * 64
    for body in bodies:
        text = canonical(body)
        # What UTF-8 cannot hold has no hash; such a line must be refused for its text already.
        last = sha256((last + text).encode(errors="surrogatepass")).hexdigest()
        lines.append(f'{{"entry":{text},"hash":"{last}"}}')
    return "\n".join([*lines, ""])


def bodies_of(deal: Deal) -> list[Body]:
    """The JSON of every entry of a deal."""
    return [json.loads(entry.body) for entry in deal.trail]
