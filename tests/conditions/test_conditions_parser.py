"""Tests of reading conditions from text."""

from __future__ import annotations

import ast
import random
import re
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dealflow import Money, PlaybookError, Problem, ValueType
from dealflow.conditions import (
    ATTRIBUTES,
    And,
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Count,
    Covered,
    Disputed,
    Dissent,
    FactRef,
    Final,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Not,
    Or,
    Plays,
    Quantified,
    Size,
    Vocabulary,
    Voices,
    Within,
    parse,
)
from dealflow.values import LARGEST, Value, to_decimal
from tests.builders import FACTS, FINAL, VOCABULARY, condition, conditions

SAFE = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\"'\\")
TEXTS = st.text(SAFE, min_size=1, max_size=8).filter(str.strip)
NUMBERS = st.decimals(-LARGEST, LARGEST, places=9).map(to_decimal) | st.integers(-5, 5).map(Decimal)
ANY_CONSTANT: Mapping[ValueType, st.SearchStrategy[Value]] = MappingProxyType(
    {
        ValueType.YES_NO: st.booleans(),
        ValueType.NUMBER: NUMBERS,
        ValueType.MONEY: st.builds(Money, NUMBERS, st.sampled_from(["EUR", "CNY"])),
        ValueType.DATE: st.dates(date(1900, 1, 1), date(2200, 12, 31)),
        ValueType.DURATION: st.integers(1, 876_600).map(lambda n: timedelta(hours=n)),
        ValueType.TEXT: TEXTS,
    }
)

YES = Holds(FACTS["budget.approved"])
URGENT = Holds(FACTS["need.urgent"])
SCORE = FactRef(FACTS["talk.score"])
AMOUNT = FactRef(FACTS["budget.amount"])
HEARD = Compare((AttributeRef("contact.heard"), Constant(True)), ("==",))
SIZE = Size(FACTS["rivals.names"])
WORDS = FactRef(FACTS["note.words"])


def problems(text: object) -> list[tuple[str, str]]:
    """The places and messages of what is wrong with a text."""
    with pytest.raises(PlaybookError) as caught:
        parse(text, VOCABULARY)
    return [(problem.place, problem.message) for problem in caught.value.problems]


# --- what there is


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("budget.approved", YES),
        ("  budget.approved  # so they say", YES),
        ("((budget.approved))", YES),
        ("budget . approved", YES),
        ("not budget.approved", Not(YES)),
        ("not not budget.approved", Not(Not(YES))),
        ("budget.approved and need.urgent", And((YES, URGENT))),
        ("budget.approved or need.urgent", Or((YES, URGENT))),
        ("budget.approved or need.urgent and budget.approved", Or((YES, And((URGENT, YES))))),
        ("(budget.approved or need.urgent) and budget.approved", And((Or((YES, URGENT)), YES))),
        ("budget.approved and (need.urgent and budget.approved)", And((YES, URGENT, YES))),
        ("(budget.approved or need.urgent) or budget.approved", Or((YES, URGENT, YES))),
        ("not budget.approved and need.urgent", And((Not(YES), URGENT))),
        ("not (budget.approved and need.urgent)", Not(And((YES, URGENT)))),
        ("budget.approved == True", Compare((FactRef(YES.fact), Constant(True)), ("==",))),
        ("talk.score == 5", Compare((SCORE, Constant(Decimal(5))), ("==",))),
        ("talk.score != -5", Compare((SCORE, Constant(Decimal(-5))), ("!=",))),
        ("talk.score < 0.1", Compare((SCORE, Constant(Decimal("0.1"))), ("<",))),
        ("talk.score <= 1e3", Compare((SCORE, Constant(Decimal(1000))), ("<=",))),
        ("talk.score > -0.0", Compare((SCORE, Constant(Decimal(0))), (">",))),
        ("talk.score >= 0x1F", Compare((SCORE, Constant(Decimal(31))), (">=",))),
        ("talk.score == 1_000.5", Compare((SCORE, Constant(Decimal("1000.5"))), ("==",))),
        (
            "talk.score == 999999999999999.123456789",
            Compare((SCORE, Constant(Decimal("999999999999999.123456789"))), ("==",)),
        ),
        (
            "1 <= talk.score < deal.talks",
            Compare((Constant(Decimal(1)), SCORE, AttributeRef("deal.talks")), ("<=", "<")),
        ),
        ("not talk.score == 5", Not(Compare((SCORE, Constant(Decimal(5))), ("==",)))),
        (
            'budget.amount >= money("10000.00 EUR")',
            Compare((AMOUNT, Constant(Money(Decimal(10000), "EUR"))), (">=",)),
        ),
        ("budget.amount >= deal.amount", Compare((AMOUNT, AttributeRef("deal.amount")), (">=",))),
        (
            'time.start == date("2026-01-31")',
            Compare((FactRef(FACTS["time.start"]), Constant(date(2026, 1, 31))), ("==",)),
        ),
        (
            "time.needed < weeks(2)",
            Compare((FactRef(FACTS["time.needed"]), Constant(timedelta(14))), ("<",)),
        ),
        (
            "time.needed < days(1)",
            Compare((FactRef(FACTS["time.needed"]), Constant(timedelta(1))), ("<",)),
        ),
        (
            "time.needed < hours(876600)",
            Compare((FactRef(FACTS["time.needed"]), Constant(timedelta(36_525))), ("<",)),
        ),
        ('note.words == "a" "b"', Compare((WORDS, Constant("ab")), ("==",))),
        (r"note.words == 'a\'\"\n'", Compare((WORDS, Constant("a'\"\n")), ("==",))),
        ("note.words == '''a)\n(b'''", Compare((WORDS, Constant("a)\n(b")), ("==",))),
        ('note.words == "(" # )', Compare((WORDS, Constant("(")), ("==",))),
        ('note.words == r"\\("', Compare((WORDS, Constant("\\(")), ("==",))),
        (
            'close.answer != "later"',
            Compare((FactRef(FACTS["close.answer"]), Constant("later")), ("!=",)),
        ),
        (
            "'later' == close.answer",
            Compare((Constant("later"), FactRef(FACTS["close.answer"])), ("==",)),
        ),
        (
            'close.answer == "yes" == close.answer',
            Compare(
                (
                    FactRef(FACTS["close.answer"]),
                    Constant("yes"),
                    FactRef(FACTS["close.answer"]),
                ),
                ("==", "=="),
            ),
        ),
        (
            'close.answer in ["yes", "later"]',
            Compare((FactRef(FACTS["close.answer"]), Constant(("yes", "later"))), ("in",)),
        ),
        (
            'note.words not in ["anything"]',
            Compare((WORDS, Constant(("anything",))), ("not in",)),
        ),
        (
            '"do nothing" in rivals.names',
            Compare((Constant("do nothing"), FactRef(FACTS["rivals.names"])), ("in",)),
        ),
        (
            "close.answer in rivals.names",
            Compare((FactRef(FACTS["close.answer"]), FactRef(FACTS["rivals.names"])), ("in",)),
        ),
        (
            "note.words == roles.decider",
            Compare((WORDS, FactRef(FACTS["roles.decider"])), ("==",)),
        ),
        ("known(talk.score)", Known(FACTS["talk.score"])),
        ("missing(talk.score)", Missing(FACTS["talk.score"])),
        ("disputed(talk.score)", Disputed(FACTS["talk.score"])),
        ("final(price.fair)", Final(FINAL["price.fair"])),
        ("not dissent(price.marks)", Not(Dissent(FINAL["price.marks"]))),
        ("some(buyer, final(person.ready))",
         Quantified("buyer", "some", Final(FINAL["person.ready"]))),
        ("voices(budget.approved) >= 2", Voices((YES.fact,), ">=", 2)),
        ("voices(budget.approved, need.urgent) < 100", Voices((YES.fact, URGENT.fact), "<", 100)),
        ("not voices(talk.score) == 1", Not(Voices((SCORE.fact,), "==", 1))),
        ("every(coach, voices(person.content) > 1)",
         Quantified("coach", "every", Voices((FACTS["person.content"],), ">", 1))),
        ("covered(buyer)", Covered("buyer")),
        ("covered(any_role)", Covered("any_role")),
        ("count(coach) == 0", Compare((Count("coach"), Constant(Decimal(0))), ("==",))),
        ("size(rivals.names) > 1", Compare((SIZE, Constant(Decimal(1))), (">",))),
        ("heard(1)", Heard(1)),
        ("heard(100)", Heard(100)),
        ('named(rivals.names, "do nothing")', Named(FACTS["rivals.names"], "do nothing")),
        ("plays(roles.decider, buyer)", Plays(FACTS["roles.decider"], "buyer")),
        ("within(time.start, days(180))", Within(FactRef(FACTS["time.start"]), timedelta(180))),
        (
            'within(date("2026-01-31"), hours(3))',
            Within(Constant(date(2026, 1, 31)), timedelta(hours=3)),
        ),
        (
            "every(buyer, person.content)",
            Quantified("buyer", "every", Holds(FACTS["person.content"])),
        ),
        (
            "some(any_role, contact.heard)",
            Quantified("any_role", "some", HEARD),
        ),
        (
            'some(coach, contact.influence == "high" and budget.approved)',
            Quantified(
                "coach",
                "some",
                And((Compare((AttributeRef("contact.influence"), Constant("high")), ("==",)), YES)),
            ),
        ),
        (
            "every(coach, within(person.since, days(1)))",
            Quantified("coach", "every", Within(FactRef(FACTS["person.since"]), timedelta(1))),
        ),
    ],
)  # fmt: skip
def test_texts_are_read(text: str, expected: Condition) -> None:
    """Every form of the language is read as the tree that it means, and that tree is printed."""
    assert condition(text) == expected
    assert condition(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "budget.approved and\nneed.urgent",
        "\n\n  budget.approved\n  and need.urgent\n",
        "budget.approved # the money\nand need.urgent # the time",
        "budget.approved \\\n and need.urgent",
        "budget.approved and (\nneed.urgent)",
        "\tbudget.approved and need.urgent",
    ],
    ids=repr,
)
def test_a_condition_may_go_over_lines(text: str) -> None:
    """Lines, comments and indentation mean nothing."""
    assert condition(text) == And((YES, URGENT))


@given(conditions(ANY_CONSTANT, people=True))
def test_conditions_are_read_as_they_are_printed(tree: Condition) -> None:
    """What is printed is read as the same tree, and printed again alike."""
    text = str(tree)
    try:
        read = condition(text)
    except PlaybookError as error:
        assume(not re.match("longer than|larger than|nested deeper", error.problems[0].message))
        raise
    assert read == tree
    assert hash(read) == hash(tree)
    assert str(read) == text


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_can_be_compared(name: str) -> None:
    """Each attribute may be compared with itself, inside a quantifier if it is of a contact."""
    if ATTRIBUTES[name][0] is ValueType.LIST:
        text = f'"x" in {name}'
        assert condition(text) == Compare((Constant("x"), AttributeRef(name)), ("in",))
        return
    same = Compare((AttributeRef(name), AttributeRef(name)), ("==",))
    text = f"{name} == {name}"
    if name.startswith("deal."):
        assert condition(text) == same
    else:
        assert condition(f"some(buyer, {text})") == Quantified("buyer", "some", same)


def test_vocabulary_decides_what_there_is() -> None:
    """Only the declared facts and roles are names."""
    nothing = Vocabulary({}, ())
    assert str(parse("covered(any_role)", nothing)) == "covered(any_role)"
    for text in ("budget.approved", "covered(buyer)"):
        with pytest.raises(PlaybookError):
            parse(text, nothing)


def test_odd_code_does_not_warn(recwarn: pytest.WarningsRecorder) -> None:
    """Python's own warnings about the text stay with the parser."""
    assert problems('"a" is "b"')
    assert problems(r'note.words == "\d" if 1else 2')
    assert not recwarn.list


# --- what there is not

TALK_SCORE = (
    "talk.score is of type number, so not a condition by itself: compare it, or write"
    " known(talk.score)"
)
PERSON_CONTENT = "person.content is a fact of each contact: use it in every(...) or some(...)"
VOICES = "voices(...) is compared by one of >= > == <= < with a whole number from 1 to 100"
OPEN = (
    "open is no function here; there are: known, missing, disputed, final, dissent, voices,"
    " covered, named, heard, plays, within, every, some"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1", "'1' is no condition"),
        ("True", "'True' is no condition"),
        ('"abc"', "'\"abc\"' is no condition"),
        ("-budget.approved", "'-budget.approved' is no condition"),
        ("()", "'()' is no condition"),
        ("budget.approved if need.urgent else need.urgent", "is no condition"),
        ("lambda: budget.approved", "'lambda: budget.approved' is no condition"),
        ("(x := budget.approved)", "'x := budget.approved' is no condition"),
        ('f"{budget.approved}"', "is no condition"),
        ("[budget.approved for x in y]", "is no condition"),
        ("budget.approved for x in y", "is no condition"),
        ("{budget.approved}", "'{budget.approved}' is no condition"),
        ("budget.approved,", "is no condition"),
        ("await budget.approved", "is no condition"),
        ("yield", "'yield' is no condition"),
        ("budget['approved']", "is no condition"),
        ("talk.score + 1 > 0", "'talk.score + 1' is no value"),
        ("talk.score > +1", "'+1' is no value"),
        ("talk.score > -True", "'-True' is no"),
        ("talk.score > ~1", "'~1' is no value"),
        ("talk.score > 1j", "'1j' is no value"),
        ("note.words == b'a'", "is no value"),
        ("note.words == f'a'", "is no value"),
        ("note.words == None", "'None' is no value"),
        ("note.words == ...", "'...' is no value"),
        ("note.words in []", "'[]' is no value"),
        ("note.words in ('a', 'b')", "is no value"),
        ("note.words in {'a'}", "is no value"),
        ("note.words == -'a'", "\"-'a'\" is no value"),
        ("talk.score > len(rivals.names)", "'len(rivals.names)' is no value"),
        ("(budget.approved and need.urgent) == True", "is no value"),
        ("budget.approved.really", "'budget.approved.really' is no name"),
        ("().budget", "'().budget' is no name"),
        ("budget", "'budget' is not declared as a fact"),
        ("budget.aproved", "'budget.aproved' is not declared as a fact"),
        ("known(1)", "'1' is no name"),
        ("known(*talk.score)", "'*talk.score' is no name"),
        ("known(deal.amount)", "deal.amount is an attribute and no fact: compare it with a value"),
        ("known(deal.sorce)", "there is no deal.sorce; there are: deal.amount, deal.account, "),
        ("talk.score", TALK_SCORE),
        ("deal.amount", "deal.amount is of type money: compare it"),
        ("some(buyer, contact.rating)", "contact.rating is of type number: compare it"),
        ("budget.approved is need.urgent",
         "only == != < <= > >= in, not in: 'is' compares nothing here"),
        ("budget.approved is not need.urgent", "'is' compares nothing here"),
        ("talk.score == budget.amount", "number cannot be compared with money"),
        ("budget.amount > 0", "money cannot be compared with number"),
        ("note.words == 5", "text cannot be compared with number"),
        ("5 == note.words", "number cannot be compared with text"),
        ("talk.score < 5 < budget.amount", "number cannot be compared with money"),
        ("budget.approved < need.urgent", "values of type yes_no have no order: use == or !="),
        ("note.words >= 'a'", "values of type text have no order: use == or !="),
        ("close.answer < 'yes'", "values of type choice have no order: use == or !="),
        ("rivals.names == ['a']", 'a list cannot be compared: write "item" in it, or size(it)'),
        ("note.words == rivals.names", "a list cannot be compared"),
        ("rivals.names == note.words", "a list cannot be compared"),
        ("close.answer == 'no'", '"no" is none of the choices: yes, later'),
        ("'no' != close.answer", '"no" is none of the choices: yes, later'),
        ("some(buyer, contact.kind == 'robot')",
         '"robot" is none of the choices: person, committee, third_party'),
        ("close.answer in ['yes', 'no', 'nay']", "no, nay: none of the choices yes, later"),
        ("note.words in 'abc'", "the right of 'in' must be a list"),
        ("note.words in note.words", "the right of 'in' must be a list"),
        ("talk.score in rivals.names", "only texts can be in a list, not a value of type number"),
        ("rivals.names in rivals.names", "only texts can be in a list, not a value of type list"),
        ("'a' in ['a']", "both sides are constant"),
        ("note.words in ['a', note.words]", "a list holds quoted texts only"),
        ("note.words in ['a', 1]", "the text is not a text: 1"),
        ("note.words in ['a', '']", "an empty text says nothing"),
        ("note.words in rivals.names == budget.approved", "a list cannot be compared"),
        ("note.words == note.words in rivals.names", "'in' cannot be part of a chain"),
        ("note.words not in rivals.names not in rivals.names", "only texts can be in a list"),
        ("note.words == ''", "an empty text says nothing"),
        (r"note.words == '\0'", r"the text has the control character '\x00' at 0"),
        (r"note.words == '\ud800'", r"the text has the control character '\ud800' at 0"),
        ("talk.score == 1e999", "1e+999 is out of range: at most 10^15, at most nine decimals"),
        ("talk.score == -1e999", "1e+999 is out of range"),
        ("talk.score == 1000000000000001", "1000000000000001 is out of range"),
        ("talk.score == 0.0000000001", "1e-10 is out of range"),
        ("talk.score == nan", "'nan' is not declared as a fact"),
        ("talk.score == float('nan')", "is no value"),
        ("time.start == date('2026-02-30')", "day is out of range for month"),
        ("time.start == date(2026)", "2026 is not a date such as 2026-05-01"),
        ("time.start == date(2026, 1, 31)", "'date' takes 1 argument"),
        ("time.start == date(day='2026-01-31')", "'date' takes 1 argument"),
        ("time.start == date(time.start)", "None is not a date such as 2026-05-01"),
        ("budget.amount == money('5')", "'5' is not an amount such as '48000 EUR'"),
        ("budget.amount == money()", "'money' takes 1 argument"),
        ("time.needed == days(0)", "a duration is days(n), weeks(n) or hours(n), above nothing"),
        ("time.needed == days(True)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == days(1.5)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == days(-1)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == days(n=1)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == days(1, n=1)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == days(1, 2)", "a duration is days(n), weeks(n) or hours(n)"),
        ("time.needed == hours(876601)", "under a century"),
        ("time.needed == days(36526)", "under a century"),
        ("time.needed == weeks(5218)", "under a century"),
        ("time.needed == months(1)", "'months(1)' is no value"),
        ("within(time.start, 5)", "a duration is days(n), weeks(n) or hours(n)"),
        ("within(time.start, years(1))", "a duration is days(n), weeks(n) or hours(n)"),
        ("within(talk.score, days(5))", "'talk.score' is of type number, not a date"),
        ("within(time.start)", "'within' takes 2 arguments"),
        ("open('x')", OPEN),
        ("count(buyer)", "count is no function here"),
        ("known(talk.score)()", "'known(talk.score)' is no function here"),
        ("budget.approved()", "'budget.approved' is no function here"),
        ("known()", "'known' takes 1 argument"),
        ("known(talk.score, talk.score)", "'known' takes 1 argument"),
        ("known(fact=talk.score)", "'known' takes 1 argument"),
        ("known(talk.score, **x)", "'known' takes 1 argument"),
        ("covered(boss)", "'boss' is no role; there are: buyer, coach, any_role"),
        ("covered('buyer')", "\"'buyer'\" is no name"),
        ("count(boss) == 1", "'boss' is no role"),
        ("count() == 1", "'count' takes 1 argument"),
        ("size() == 1", "'size' takes 1 argument"),
        ("size(note.words) == 1", "note.words is of type text, not a list"),
        ("heard(0)", "heard(n) takes a whole number from 1 to 100"),
        ("heard(101)", "heard(n) takes a whole number from 1 to 100"),
        ("heard(True)", "heard(n) takes a whole number from 1 to 100"),
        ("heard(1.0)", "heard(n) takes a whole number from 1 to 100"),
        ("heard(-1)", "heard(n) takes a whole number from 1 to 100"),
        ("heard()", "'heard' takes 1 argument"),
        ("final(budget.approved)",
         "nobody has the final word on budget.approved: it names no final_word"),
        ("dissent(budget.approved)", "nobody has the final word on budget.approved"),
        ("final()", "'final' takes 1 argument"),
        ("final(no.fact)", "'no.fact' is not declared as a fact"),
        ("dissent(person.ready)", "person.ready is a fact of each contact"),
        ("voices(budget.approved)", "compare the number of voices: voices(...) >= 2"),
        ("voices() >= 2", "voices(...) takes the facts behind which people stand"),
        ("voices(fact=talk.score) >= 2", "voices(...) takes the facts behind which people"),
        ("voices(person.content) >= 2", "person.content is a fact of each contact"),
        ("voices(no.fact) >= 2", "'no.fact' is not declared as a fact"),
        *((f"voices(talk.score) {compared}", VOICES)
          for compared in ("!= 2", "in [2]", ">= 0", ">= 101", ">= True", ">= 1.5", ">= '2'",
                           ">= -1", ">= talk.score", "> 1 > 2", "is 1")),
        ("2 <= voices(talk.score)", "'voices(talk.score)' is no value"),
        ("named(note.words, 'a')", "note.words is of type text, not a list"),
        ("named(rivals.names, 5)", 'named(list_fact, "item") takes a quoted text'),
        ("named(rivals.names, note.words)", "'note.words' is no value"),
        ("named(rivals.names, '')", "an empty text says nothing"),
        ("named(rivals.names)", "'named' takes 2 arguments"),
        ("plays(note.words, buyer)", "note.words is of type text, not a person"),
        ("plays(roles.decider, boss)", "'boss' is no role"),
        ("plays(roles.decider)", "'plays' takes 2 arguments"),
        ("every(boss, budget.approved)", "'boss' is no role"),
        ("every(buyer)", "'every' takes 2 arguments"),
        ("every(buyer, some(coach, budget.approved))", "every and some cannot be nested"),
        ("some(buyer, not every(coach, budget.approved))", "every and some cannot be nested"),
        ("person.content", PERSON_CONTENT),
        ("known(person.content)", "person.content is a fact of each contact"),
        ("contact.heard", "contact.heard belongs to a contact: use it in every(...) or some(...)"),
        ("contact.rating > 1", "contact.rating belongs to a contact"),
        ("some(buyer, person.content) and person.content", "person.content is a fact of each"),
        ("some(boss, person.content) or some(buyer, x.y)", "'boss' is no role"),
        ("covered(" + "x" * 61 + ")", "'" + "x" * 57 + "...' is no role"),
        ("covered(" + "x" * 60 + ")", "'" + "x" * 60 + "' is no role"),
        ("not\n not\n 1", "'1' is no condition"),
        ("note.words == -\n  'a'", "\"- 'a'\" is no value"),
    ],
)  # fmt: skip
def test_what_there_is_not(text: str, message: str) -> None:
    """Everything else is refused, with what is wrong."""
    said = problems(text)[0][1]
    assert said.startswith(message) or said.endswith(message)


@pytest.mark.parametrize("text", [None, 5, b"budget.approved", "", " ", "\n\t"], ids=repr)
def test_a_condition_is_a_text(text: object) -> None:
    """What is no text, or empty, is no condition."""
    assert problems(text) == [("", "a condition must be a text that is not empty")]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x.y", "line 1, column 1", "'x.y' is not declared as a fact"),
        ("budget.approved and x.y", "line 1, column 21", "'x.y' is not declared as a fact"),
        ("budget.approved and\nx.y", "line 2, column 1", "'x.y' is not declared as a fact"),
        ("\n\n  budget.approved and\n   x.y\n", "line 4, column 4", "'x.y' is not declared"),
        ("note.words == '中文' and x.y", "line 1, column 24", "'x.y' is not declared as a fact"),
        ("budget.approved and\n note.words == '中文' or x.y", "line 2, column 24", "'x.y' is not"),
        ("note.words == '''\n中文''' and x.y", "line 2, column 11", "'x.y' is not declared"),
        ("\tx.y", "line 1, column 2", "'x.y' is not declared as a fact"),
        ("((x.y))", "line 1, column 3", "'x.y' is not declared as a fact"),
        ("not (known(x.y))", "line 1, column 12", "'x.y' is not declared as a fact"),
        ("talk.score > 1 and talk.score < 'a'", "line 1, column 33", "number cannot be compared"),
        ("close.answer in ['yes',\n 'no']", "line 1, column 17", "no: none of the choices"),
        ("'no' == close.answer", "line 1, column 9", '"no" is none of the choices'),
        ("1 < 2 < 'a'", "line 1, column 9", "number cannot be compared with text"),
        ("budget.approved and open(\n'x')", "line 1, column 21", "open is no function here"),
        ("budget.approved and\nheard(\n 0)", "line 3, column 2", "heard(n) takes a whole number"),
        ("need.urgent and\n final(talk.score)", "line 2, column 8", "nobody has the final word"),
        ("need.urgent and voices(talk.score) > 0", "line 1, column 17", "voices(...) is compared"),
        ("plays(roles.decider, boss)", "line 1, column 22", "'boss' is no role"),
        ("named(rivals.names,\n 5)", "line 2, column 2", "named(list_fact,"),
        ("within(talk.score, days(1))", "line 1, column 8", "'talk.score' is of type number"),
        ("within(time.start, days(0))", "line 1, column 20", "a duration is days(n)"),
        ("every(buyer, every(coach, x.y))", "line 1, column 14", "every and some cannot be nested"),
        ("a.b,", "line 1, column 1", "is no condition"),
        ("budget.approved and", "line 1, column 20", "not a condition: it ends too early"),
        ("budget.approved and  \n\n", "line 1, column 20", "not a condition: it ends too early"),
        ("budget.approved\n  and not", "line 2, column 10", "not a condition: it ends too early"),
        ("budget.approved need.urgent", "line 1, column ", "not a condition: invalid syntax"),
        ("budget.approved and\n need.urgent ! 5", "line 2, column 14", "not a condition: invalid"),
        ("'中文' == $", "line 1, column 9", "not a condition: invalid syntax"),
        ("note.words ==\n '中文' == $", "line 2, column 10", "not a condition: invalid syntax"),
        ("note.words == 'a", "line 1, column 15", "not a condition: unterminated string literal"),
        ("note.words == '(a", "line 1, column 15", "not a condition: unterminated string literal"),
        ("note.words ==\n 'a\n'", "line 2, column 2", "not a condition: unterminated string"),
        ("budget.approved) or (need.urgent", "line 1, column 16", "not a condition: ')' closes"),
        ("budget.approved)", "line 1, column 16", "not a condition: ')' closes nothing"),
        ("budget.approved and\n\n )", "line 3, column 2", "not a condition: ')' closes nothing"),
        ("known(talk.score]", "line 1, column 17", "not a condition: ']' closes nothing"),
        ("]", "line 1, column 1", "not a condition: ']' closes nothing"),
        ("}", "line 1, column 1", "not a condition: '}' closes nothing"),
        ("(budget.approved", "line 1, column 1", "not a condition: '(' is never closed"),
        ("need.urgent and\n (budget.approved", "line 2, column 2", "'(' is never closed"),
        ("([{budget.approved", "line 1, column 3", "not a condition: '{' is never closed"),
        ("budget.approved\x00", "line 1, column 16", r"the control character '\x00'"),
        ("budget.approved and\n \ud800", "line 2, column 2", r"the control character '\ud800'"),
        ("budget.approved\r and x.y", "line 1, column 16", r"the control character '\r'"),
        ("budget.approved\x0c", "line 1, column 16", r"the control character '\x0c'"),
        ("\ufeffbudget.approved", "line 1, column 1", "not a condition: invalid non-printable"),
    ],
    ids=ascii,
)  # fmt: skip
def test_places(text: str, place: str, message: str) -> None:
    """Every problem has the line and the column, counted in characters, at which it begins."""
    ((found, said),) = problems(text)
    assert found.startswith(place)
    assert (found == place) is (place[-1] != " ")
    assert message in said


def test_messages_do_not_count_the_lines_that_we_add() -> None:
    """Python's own message about a text without end names no line: the place does."""
    assert problems("note.words == '''a") == [
        ("line 1, column 15", "not a condition: unterminated triple-quoted string literal")
    ]


def test_every_problem_is_told_at_once() -> None:
    """All parts of a condition are looked at, in the order of the text."""
    assert problems("x.y and (talk.score or not a.b)\nor some(buyer, c.d and e.f)") == [
        ("line 1, column 1", "'x.y' is not declared as a fact"),
        ("line 1, column 10", TALK_SCORE),
        ("line 1, column 28", "'a.b' is not declared as a fact"),
        ("line 2, column 16", "'c.d' is not declared as a fact"),
        ("line 2, column 24", "'e.f' is not declared as a fact"),
    ]


# --- bounds


def chain(number: int) -> str:
    """A condition of so many parts; its tree has two nodes for each, and one."""
    return " or ".join(["need.urgent"] * number)


def test_the_longest_condition() -> None:
    """Two thousand characters are the most."""
    assert condition("budget.approved".ljust(2000)) == YES
    assert problems("budget.approved".ljust(2001)) == [("", "longer than 2000 characters")]


def test_the_largest_condition() -> None:
    """Two hundred nodes are the most."""
    assert condition(f"not ({chain(99)})") == Not(Or((URGENT,) * 99))
    assert problems(chain(100)) == [("", "larger than 200 nodes")]


def test_the_deepest_condition() -> None:
    """Twenty levels are the most."""
    assert str(condition("not " * 18 + "budget.approved")) == "not " * 18 + "budget.approved"
    assert problems("not " * 19 + "budget.approved") == [("", "nested deeper than 20")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 500 + "budget.approved" + ")" * 500, id="parentheses"),
        pytest.param("not " * 490 + "budget.approved", id="nots"),
        pytest.param("-" * 1990 + "1", id="minuses"),
        pytest.param("~" * 1990 + "1", id="tildes"),
        pytest.param("lambda:" * 280 + "1", id="lambdas"),
        pytest.param("lambda x=" * 150 + "1" + ":1" * 150, id="defaults of lambdas"),
        pytest.param("a" + ".b" * 900, id="attributes"),
        pytest.param("a" + "[0]" * 600, id="subscripts"),
        pytest.param("a" + "()" * 900, id="calls"),
        pytest.param("f(x=" * 190 + "1" + ")" * 190 + "+1", id="named arguments"),
        pytest.param("f(*" * 190 + "1" + ")" * 190, id="star arguments"),
        pytest.param("-[1 for x in " * 99 + "[]" + "]" * 99, id="comprehensions"),
        pytest.param("{**" * 190 + "1" + "}" * 190, id="dictionaries"),
        pytest.param("1 if 1 else " * 150 + "1", id="ifs"),
        pytest.param("1 <" * 600 + "1", id="comparisons"),
        pytest.param("1+" * 900 + "1", id="sums"),
        pytest.param("2**" * 600 + "2", id="powers"),
        pytest.param("talk.score == " + "9" * 1900, id="digits"),
        pytest.param("talk.score == 0x" + "f" * 1900, id="hexadecimal digits"),
        pytest.param("talk.score == " + str(10**1900), id="10 to the power 1900"),
        pytest.param("x" * 1900, id="a long name"),
        pytest.param("'" * 1999, id="quotes"),
        pytest.param("'" + "\\" * 1999, id="backslashes"),
        pytest.param('"\\' * 999, id="quoted backslashes"),
        pytest.param("x" * 3000, id="3000 characters"),
        pytest.param(str(10**4000) + "0" * 1000, id="10 to the power 5000"),
        pytest.param("f'{f\"{1}\"}'", id="nested f-strings"),
        pytest.param("f'''{'''\n'''}'''", id="f-string over lines"),
        pytest.param("f'''{\"\"\"\n\"\"\"}''' + 1", id="newline in an f-string"),
        pytest.param("x:=1", id="walrus"),
        pytest.param("budget.approved\\", id="backslash before our own line end is nothing else") ,
        pytest.param("名.字", id="names in other scripts"),
        pytest.param("#", id="nothing but a comment"),
        pytest.param("\\", id="nothing but a backslash"),
        pytest.param("import os", id="import"),
        pytest.param("__import__('os').system('true')", id="attack by import"),
        pytest.param("().__class__.__bases__[0].__subclasses__()", id="attack by classes"),
        pytest.param("budget.approved; need.urgent", id="statements"),
        pytest.param("budget.approved = True", id="assignment"),
    ],
)  # fmt: skip
def test_attacks(text: str) -> None:
    """Whatever is tried is a condition or a PlaybookError, even deep in the stack of calls."""
    found: list[Problem] = []

    def deep(frames: int) -> None:
        if frames:
            deep(frames - 1)
            return
        try:
            parse(text, VOCABULARY)
        except PlaybookError as error:
            found.extend(error.problems)

    deep(0)
    deep(sys.getrecursionlimit() - len_of_stack() - 150)
    assert all(problem.message for problem in found)


def len_of_stack() -> int:
    """How many calls are under way."""
    frame, number = sys._getframe(), 0
    while frame.f_back is not None:
        frame, number = frame.f_back, number + 1
    return number


@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_the_parser_gives_up(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """When Python's own parser has no room left, the condition is nested too deeply."""

    def give_up(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ast, "parse", give_up)
    unheard_of = f"budget.approved  # {error.__name__}"  # what was read before is remembered
    assert problems(unheard_of) == [("", "nested too deeply")]


# --- arbitrary text

NAMES = r"""
budget.approved need.urgent talk.score budget.amount note.words rivals.names person.content
contact.rating deal.amount buyer any_role and or not in is if else lambda for await yield True False
None 0 -1 1.5 1e999 0x1f 10_0 1j ( ) [ ] { } , . : := = == != < <= > >= + - * ** / // % @ & | ^ ~ !
$ ? ; \ ` # ' " ''' f" r' b' ... known( covered( every( some( heard( date( money( days( size( count(
named( plays( within(
"""
ODD = ["中", "é", "\x00", "\ud800", "\ufeff", "\u2028", "\x0c", "\r", "\x85", "\xa0", '"""']
FRAGMENTS = st.sampled_from([*NAMES.split(), *ODD])
ANYTHING = st.one_of(
    st.text(max_size=40),
    st.lists(FRAGMENTS, max_size=12).map(" ".join),
    st.lists(FRAGMENTS, max_size=12).map("".join),
    st.lists(FRAGMENTS | st.just("\n"), max_size=12).map("".join),
)


def check_places(text: str, found: tuple[Problem, ...]) -> None:
    """There is a problem, and every place is in the text, or just after a line of it."""
    assert found
    lines = text.split("\n")
    for problem in found:
        if problem.place:
            match = re.fullmatch(r"line (\d+), column (\d+)", problem.place)
            assert match is not None
            line, column = int(match[1]), int(match[2])
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1


@given(ANYTHING)
def test_anything_is_a_condition_or_a_playbook_error(text: str) -> None:
    """Only PlaybookErrors come out, with places in the text; conditions are printed as read."""
    try:
        read = condition(text)
    except PlaybookError as error:
        check_places(text, error.problems)
        return
    assert condition(str(read)) == read


@given(conditions(ANY_CONSTANT), st.randoms(use_true_random=False), ANYTHING)
def test_damaged_conditions(tree: Condition, chance: random.Random, what: str) -> None:
    """A condition into which something is put anywhere is a condition or a PlaybookError."""
    text = str(tree)
    start, end = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
    damaged = text[:start] + what + text[chance.choice((start, start, end)) :]
    try:
        read = condition(damaged)
    except PlaybookError as error:
        check_places(damaged, error.problems)
        return
    assert str(condition(str(read))) == str(read)
