"""The text of others, as it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.values import SIGNS, as_line, visible

ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a \n\n  b", "a b"),
        ("a\tb", "a b"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1f\x7f", "\\x1f\\x7f"),
        ("a\u200bb", "a\\u200bb"),
        ("\U000e0041", "\\U000e0041"),
        ("\u2065\uffff", "\\u2065\\uffff"),
        ("\u3164", "\\u3164"),
        ("\udcff", "\\udcff"),
        ("caf\xe9 e\u0301", "caf\xe9 e\u0301"),
        ("预算\u3000好", "预算\u3000好"),
        ("48\u202f000", "48\u202f000"),
        ("\U00033479", "\U00033479"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("a\u200db", "a\\u200db"),
        ("\u200d", "\\u200d"),
        ("##[error]x ##vso[a]", "#\\x23[error]x #\\x23vso[a]"),
        ("## [1.0]", "## [1.0]"),
    ],
    ids=ascii,
)
def test_what_is_shown(text: str, shown: str) -> None:
    """What somebody can read stays as it is; the rest is a space, or written out."""
    assert visible(text) == shown


@pytest.mark.parametrize("sign", [*ENDS, *BIDI], ids=ascii)
def test_nothing_ends_a_line_or_turns_it(sign: str) -> None:
    """The end of a line is a space, and a mark of direction is written out."""
    expected = " " if sign in ENDS else f"\\u{ord(sign):04x}"
    assert visible(f"a{sign}b") == f"a{expected}b"


@given(st.text())
def test_any_text_is_one_line_of_what_can_be_seen(text: str) -> None:
    """And once it is, it stays so."""
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert {unicodedata.category(c) for c in shown if c not in "\u200c\u200d"}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    assert visible(shown) == shown


@pytest.mark.parametrize("begin", ["::error::x", "──x", *(f"{sign} x" for sign in SIGNS), "✓"])
@pytest.mark.parametrize("space", ["", "  ", "\u3000", "\n"], ids=ascii)
def test_a_line_of_others_does_not_begin_as_ours(begin: str, space: str) -> None:
    """A backslash stands before it; as what it is, it can still be read."""
    line = as_line(space + begin)
    assert line.lstrip() == f"\\{begin}"
    assert as_line(line) == line


@pytest.mark.parametrize("text", ["✓x", ":x", "?", "a ✓ b", "─"])
def test_other_lines_are_left_alone(text: str) -> None:
    """A sign alone makes no line of ours, but for the one at its end."""
    assert as_line(text) == ("\\?" if text == "?" else text)
