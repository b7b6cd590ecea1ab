"""Tests of lists in sentences, told in both languages."""

from __future__ import annotations

import pytest

from dealflow import Truth
from dealflow.analysis import phrases
from dealflow.wording import Words

ZH = Words("zh")


@pytest.mark.parametrize(
    ("phrase", "english", "chinese"),
    [
        (phrases.listed, "a, b, c", "a、b、c"),
        (phrases.clauses, "a; b; c", "a；b；c"),
        (phrases.either, "a or b or c", "a或b或c"),
        (phrases.both, "a and b and c", "a和b和c"),
        (phrases.lines, "a\nb\nc", "a\nb\nc"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_lists(phrase: object, english: str, chinese: str) -> None:
    """Of three, one and no items."""
    assert callable(phrase)
    told = phrase(iter("abc"))
    assert (told, ZH.in_words(told)) == (english, chinese)
    assert (phrase(["a"]), phrase([])) == ("a", "")


def test_what_is_in_a_list_is_told_as_well() -> None:
    """Sentences inside of it are in the same language."""
    told = phrases.both([phrases.truth_told(truth) for truth in Truth])
    assert set(told.split(" and ")) == {truth.value for truth in Truth}
    assert "说法矛盾" in ZH.in_words(told)
