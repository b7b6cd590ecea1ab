"""Tests of facts, questions and the rules of who may establish them."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from dealflow import Fact, Question, Sources, Text, ValueType
from dealflow.evidence import ANY_ROLE, US

TITLE = Text(en="the budget is approved", zh="预算已批准")


def test_text_in_each_language() -> None:
    """A text is given in the language asked for."""
    assert TITLE.in_("en") == "the budget is approved"
    assert TITLE.in_("zh") == "预算已批准"


def test_reserved_words() -> None:
    """The words of playbooks for any role and for our own side are what files say."""
    assert (ANY_ROLE, US) == ("any_role", "us")


@pytest.mark.parametrize(
    ("sources", "anybody"),
    [
        (Sources(), True),
        (Sources(at_least=0), True),
        (Sources(at_least=2), False),
        (Sources(roles=("coach",)), False),
        (Sources(first_hand=True), False),
        (Sources(documents=True), True),
    ],
    ids=str,
)
def test_who_may_establish_a_fact(sources: Sources, anybody: bool) -> None:
    """One claim of anybody is enough unless a number, a role or first-hand is asked for."""
    assert sources.anybody is anybody


def test_fact_is_known_once_by_anybody_unless_told_otherwise() -> None:
    """A fact is one of the deal, good for ever, established by anybody, with no question."""
    fact = Fact("budget.approved", TITLE, ValueType.YES_NO)
    assert (fact.of, fact.good_for, fact.sources, fact.ask) == ("deal", None, Sources(), ())
    assert dict(fact.choices) == {}


def test_question_is_for_anybody_unless_told_otherwise() -> None:
    """A question without roles may be put to anybody."""
    assert Question("budget.status", TITLE).of == ()


def test_choices_cannot_be_changed() -> None:
    """A fact has its own choices, in the order given, which nobody can change."""
    choices = {"b": TITLE, "a": TITLE}
    fact = Fact("close.outcome", TITLE, ValueType.CHOICE, choices=choices)
    choices["c"] = TITLE
    assert list(fact.choices) == ["b", "a"]
    with pytest.raises(TypeError):
        cast("dict[str, Text]", fact.choices)["c"] = TITLE


def test_equal_facts_hash_alike() -> None:
    """Facts are equal when all they say is equal; equal ones are one key."""
    one = Fact("a.b", TITLE, ValueType.CHOICE, choices={"x": TITLE})
    same = Fact("a.b", TITLE, ValueType.CHOICE, choices={"x": TITLE})
    other = Fact("a.b", TITLE, ValueType.CHOICE, good_for=timedelta(1), choices={"x": TITLE})
    assert {one: 1}[same] == 1
    assert one != other
    assert len({one, same, other}) == 2
    assert hash(one) != hash(Fact("c.d", TITLE, ValueType.CHOICE))
