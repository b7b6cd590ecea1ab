"""Tests of the detector of English in what should be Chinese."""

from __future__ import annotations

import pytest

from tests._english import english_on_page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("没有商机 gets here", ["gets here"]),
        ("Nothing to prove", ["Nothing to prove"]),
        ("用法：dealflow coach [选项]\n\n  Say where a deal stands.", ["Say where a deal stands"]),
        ("错误：'x' is not one of 'a', 'b'.", ["is not one of"]),
        ("  · economic_buyer holds no role", ["holds no role"]),
        ("需要它, and nobody asks", ["and nobody asks"]),
    ],
    ids=str,
)  # fmt: skip
def test_english_that_was_planted_is_found(text: str, found: list[str]) -> None:
    """Two words of prose beside each other are enough."""
    known = ["dealflow coach"]
    assert [run.strip(", ") for run in english_on_page(text, known)] == found


@pytest.mark.parametrize(
    "text",
    [
        "“Can it be done?”",
        "运行`dealflow demo`",
        'never "fulfilled" unless order.signed and known(need.words)',
        "去掉need.people > 2 and order.signed之后",
        "  --lang [en|zh]  输出的语言",
        "价格为48000 EUR",
        "（JSON Lines格式）",
        "from dealflow import Money\n\n\ndef test_it(deal_at):\n    deal = deal_at\n)\n",
        "./some folder/ours.toml:1:1: D401 guards.money_there.standing：只检查一次",
    ],
    ids=str,
)
def test_what_stays_as_it_is_is_no_english(text: str) -> None:
    """Quotes, code, conditions, ids, options and formats are not translated."""
    assert list(english_on_page(text)) == []


def test_code_ends_where_its_indentation_does() -> None:
    """What comes below a test that is printed is looked at again."""
    text = "def test_it(deal_at):\n    deal.hear it\nOne more thing"
    assert list(english_on_page(text)) == ["One more thing"]
