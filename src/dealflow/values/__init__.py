"""The values that facts take: one textual form for each type, money, and four truth values.

Others take :class:`Money`, :class:`Truth` and its bits, :class:`ValueType`, and the readers and
writers of each type's text. What is ordered, compared or bounded about a value is decided here, and
how the text of others is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dealflow.lazy import lazily
from dealflow.values.money import LARGEST, Money, to_decimal
from dealflow.values.textual import (
    FORBIDDEN,
    Value,
    ValueType,
    check_id,
    check_text,
    format_duration,
    format_instant,
    from_json,
    parse_duration,
    parse_instant,
    to_json,
    utc,
)
from dealflow.values.truth import Truth, and_bits, not_bits, or_bits
from dealflow.values.verdict import FULFILLED, LOST, OUTCOMES, WALKED_AWAY, Alternative, Verdict

if TYPE_CHECKING:
    from dealflow.values.harmless import ORDER, RULE, SIGNS, as_line, opening, visible
else:
    __getattr__ = lazily(
        __name__, harmless=("ORDER", "RULE", "SIGNS", "as_line", "opening", "visible")
    )

__all__ = [
    "FORBIDDEN",
    "FULFILLED",
    "LARGEST",
    "LOST",
    "ORDER",
    "OUTCOMES",
    "RULE",
    "SIGNS",
    "WALKED_AWAY",
    "Alternative",
    "Money",
    "Truth",
    "Value",
    "ValueType",
    "Verdict",
    "and_bits",
    "as_line",
    "check_id",
    "check_text",
    "format_duration",
    "format_instant",
    "from_json",
    "not_bits",
    "opening",
    "or_bits",
    "parse_duration",
    "parse_instant",
    "to_decimal",
    "to_json",
    "utc",
    "visible",
]
