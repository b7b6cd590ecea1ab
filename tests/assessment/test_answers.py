"""The answers that are tried on a deal: values on both sides of whatever a guard compares with."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dealflow import Money, Question, Role, ValueType
from dealflow.assessment.answers import answers
from dealflow.state import Snapshot, fold
from tests._playbooks import fact, guard, playbook, step, text
from tests.deals import BY, START, new_deal, now

DAY = timedelta(days=1)
TODAY = START.date()


def tried(
    when: str, type_: ValueType, *, hear: dict[str, Any] | None = None, **rest: Any
) -> list[Any]:
    """The answers to ``it.was`` of a deal whose one guard asks for this."""
    more = [fact("so.text", ValueType.TEXT), fact("so.list", ValueType.LIST)]
    more += [fact("so.many", ValueType.NUMBER), fact("so.long", ValueType.DURATION)]
    book = playbook(
        *(step("talk", "only"), step("sell")),
        facts=[fact("it.was", type_, **rest), *more],
        guards=[guard("only", when)],
    )
    deal = new_deal(book, amount=Money("500", "EUR"))
    deal.add_contact("ann", name="Ann Ash", by=BY, at=now(deal))
    for name, value in (hear or {}).items():
        deal.hear("ann", name, value, by=BY, at=now(deal))
    snapshot = Snapshot(fold(book, deal.trail), START)
    return list(answers(snapshot, book.fact["it.was"], None))


NUMBER, MONEY, LENGTH = ValueType.NUMBER, ValueType.MONEY, ValueType.DURATION


@pytest.mark.parametrize(
    ("when", "type_", "rest", "expected"),
    [
        ("it.was", ValueType.YES_NO, {}, [True, False]),
        ("known(it.was)", ValueType.PERSON, {}, ["ann"]),
        ("known(it.was)", ValueType.TEXT, {}, ["this"]),
        (
            'it.was == "b"',
            ValueType.CHOICE,
            {"choices": {"a": text("a"), "b": text("b")}},
            ["a", "b"],
        ),
        ("it.was > 3", NUMBER, {}, [Decimal(n) for n in (2, 3, 4, 999, 1000, 1001)]),
        ("it.was < 0", NUMBER, {}, [Decimal(n) for n in (0, 1, 999, 1000, 1001)]),
        ("it.was < -2", NUMBER, {}, [Decimal(n) for n in (-3, -2, -1, 999, 1000, 1001)]),
        ("known(it.was)", MONEY, {}, [Money(str(n), "EUR") for n in (999, 1000, 1001)]),
        (
            "it.was >= deal.amount",
            MONEY,
            {},
            [Money(str(n), "EUR") for n in (499, 500, 501, 999, 1000, 1001)],
        ),
        ("it.was > days(3)", LENGTH, {}, [n * DAY for n in (2, 3, 4, 29, 30, 31)]),
        ("it.was > hours(12)", LENGTH, {}, [n * DAY / 2 for n in (1, 3, 58, 60, 62)]),
        (
            "within(it.was, days(10))",
            ValueType.DATE,
            {},
            [TODAY + n * DAY for n in (-1, 0, 1, 9, 10, 11, 29, 30, 31)],
        ),
        ('it.was == date("2026-05-01")', ValueType.DATE, {}, None),
    ],
    ids=str,
)
def test_both_sides_of_what_is_compared(
    when: str, type_: ValueType, rest: dict[str, Any], expected: list[Any] | None
) -> None:
    """And one answer more, for guards that only look whether there is one."""
    found = tried(when, type_, **rest)
    if expected is None:
        assert found[:3] == [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 2)]
    else:
        assert found == expected


def test_what_others_have_said_is_a_mark() -> None:
    """Each of several values; of a list each of its items."""
    found = tried("it.was == so.text", ValueType.TEXT, hear={"so.text": "blue"})
    assert found == ["blue", "this"]
    found = tried("it.was in so.list", ValueType.TEXT, hear={"so.list": ["red", "green"]})
    assert found == ["red", "green", "this"]
    assert tried("it.was == so.text", ValueType.TEXT) == ["this"]


def test_lists_of_every_length_that_matters() -> None:
    """None, what is looked for, and as many as are counted, one more and one less."""
    assert tried("known(it.was)", ValueType.LIST) == [(), ("item 1",)]
    assert tried('"a" in it.was', ValueType.LIST) == [(), ("a",)]
    found = tried("size(it.was) >= 2", ValueType.LIST)
    assert {len(each) for each in found} == {0, 1, 2, 3}
    found = tried("so.text in it.was", ValueType.LIST, hear={"so.text": "blue"})
    assert ("blue",) in found


def test_answers_are_in_the_currency_of_the_deal() -> None:
    """Where it has no price, in that of its rules: others could not be compared."""
    question = Question("ask", text("How much?"), ("buyer",))
    book = playbook(
        *(step("talk", "only"), step("sell")),
        roles=[Role("buyer", text("buyer"))],
        facts=[fact("it.was", MONEY, ask=(question,)), fact("so.much", MONEY)],
        guards=[guard("only", 'it.was > money("3 GBP") and it.was >= so.much')],
    )
    deal = new_deal(book, amount=None)
    deal.add_contact("ann", name="Ann Ash", roles=["buyer"], by=BY, at=now(deal))
    deal.hear("ann", "so.much", "2 GBP", by=BY, at=now(deal))
    (ask,) = deal.assess(at=now(deal)).questions
    assert (ask.id, ask.of, ask.decides) == ("ask", ("ann",), ("only",))
    snapshot = Snapshot(fold(book, deal.trail), now(deal))
    found = answers(snapshot, book.fact["it.was"], None)
    assert {each.currency for each in found if isinstance(each, Money)} == {"GBP"}
