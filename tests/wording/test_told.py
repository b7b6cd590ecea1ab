"""Conditions in plain words: every kind in both languages, and groups that nobody can mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import TypeAlias

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Language, Money, Playbook, Role, Text, ValueType, load_playbook
from dealflow.conditions import And, Condition, Holds, Not, Or, Quantified, Vocabulary, parse
from dealflow.evidence import Fact
from dealflow.playbook import shipped_playbooks
from dealflow.values import Value
from dealflow.wording import Told, Wording
from tests._playbooks import fact, guard, playbook, small_playbooks, step
from tests.builders import FACTS, FINAL, conditions

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "budget.approved": Text("the budget is approved", "预算已获批准"),
        "need.urgent": Text("it is urgent", "需求紧急"),
        "talk.score": Text("the score", "得分"),
        "budget.amount": Text("the amount of the budget", "预算金额"),
        "time.start": Text("the day of the start", "开始日期"),
        "time.needed": Text("the time it takes", "所需时间"),
        "note.words": Text("their words", "原话"),
        "close.answer": Text("the answer", "答复"),
        "rivals.names": Text("the alternatives", "其他选择"),
        "roles.decider": Text("who decides", "谁拍板"),
        "person.content": Text("this person is content", "此人满意"),
        "person.marks": Text("this person's marks", "此人的评分"),
        "price.fair": Text("the price is fair", "价格合理"),
        "price.marks": Text("the marks of the price", "价格评分"),
    }
)
CHOICES = {"yes": Text("yes, please", "好的"), "later": Text("not yet", "以后再说")}


def titled(number: int, one: Fact) -> Fact:
    """The same fact with a title in each language that is in no other."""
    title = TITLES.get(one.id, Text(f"point {number}", f"第{number}点"))
    return evolve(one, title=title, choices=CHOICES if one.choices else {})


ALL = {one.id: titled(i, one) for i, one in enumerate([*FACTS.values(), *FINAL.values()])}
ROLES = (
    Role("buyer", Text("Economic buyer", "最终决策者")),
    Role("coach", Text("Coach", "内线")),
)
BOOK = playbook(
    step("talk"), facts=[*ALL.values()], roles=ROLES, guards=[guard("real", "need.urgent")]
)
VOCABULARY = Vocabulary(ALL, [role.id for role in ROLES])


@cache
def wording(lang: Language) -> Wording:
    """The words of the playbook of these tests."""
    return Wording(BOOK, lang)


def lines(condition: Condition | str, lang: Language = "en") -> list[str]:
    """A condition in words, each line with two spaces for every step in."""
    if isinstance(condition, str):
        condition = parse(condition, VOCABULARY)
    told = wording(lang).condition(condition)
    return ["  " * depth + text for depth, text in told.lines()]


SIMPLE = [
    ("budget.approved", "the budget is approved", "预算已获批准"),
    ("not budget.approved", "it is not so that the budget is approved", "“预算已获批准”不成立"),
    ("not not budget.approved", "the budget is approved", "预算已获批准"),
    ("budget.approved == True", "the budget is approved", "预算已获批准"),
    (
        "False == budget.approved",
        "it is not so that the budget is approved",
        "“预算已获批准”不成立",
    ),
    ("budget.approved != False", "the budget is approved", "预算已获批准"),
    (
        "budget.approved == need.urgent",
        "“the budget is approved” is “it is urgent”",
        "“预算已获批准”是“需求紧急”",
    ),
    ("True == False", "“yes” is “no”", "“是”是“否”"),
    ("known(talk.score)", "we know the score", "已了解得分"),
    (
        "known(budget.approved)",
        "we know whether the budget is approved",
        "已了解“预算已获批准”是否属实",
    ),
    (
        "not known(talk.score)",
        "it is not the case that we know the score",
        "以下说法不成立：已了解得分",
    ),
    ("missing(talk.score)", "we do not know the score", "还不了解得分"),
    ("not missing(talk.score)", "we know the score", "已了解得分"),
    ("disputed(talk.score)", "answers differ on the score", "各方对得分说法不一"),
    ("not disputed(talk.score)", "answers do not differ on the score", "各方对得分没有不同说法"),
    (
        "final(price.fair)",
        "we know whether the price is fair by the final word of the economic buyer",
        "最终决策者已亲口说明“价格合理”是否属实",
    ),
    (
        "dissent(price.marks)",
        (
            "somebody contradicts the final word of the economic buyer or the coach on the marks"
            " of the price"
        ),
        "有人对价格评分的说法与最终决策者或内线的最终答复不一致",
    ),
    (
        "not dissent(price.fair)",
        ("nobody contradicts the final word of the economic buyer on whether the price is fair"),
        "没有人对“价格合理”是否属实的说法与最终决策者的最终答复不一致",
    ),
    (
        "voices(budget.approved) >= 2",
        "the number of people who stand behind “the budget is approved” is at least 2",
        "证实“预算已获批准”的人数不低于2",
    ),
    (
        'named(rivals.names, "do_nothing")',
        "“doing nothing” is named under “the alternatives”",
        "“其他选择”中已提到“什么都不做”",
    ),
    ("covered(coach)", "somebody is known as coach", "已明确谁是内线"),
    ("covered(any_role)", "somebody is known in a buying role", "已明确有人担任采购角色"),
    ("heard(1)", "at least 1 person has been heard first-hand", "已听取至少1人的意见"),
    ("heard(2)", "at least 2 people have been heard first-hand", "已听取至少2人的意见"),
    (
        "plays(roles.decider, buyer)",
        "our map has the person named under “who decides” as economic buyer",
        "“谁拍板”所指的人在角色图上是最终决策者",
    ),
    (
        "plays(roles.decider, any_role)",
        "our map has the person named under “who decides” in a buying role",
        "“谁拍板”所指的人在角色图上担任采购角色",
    ),
    (
        "within(time.start, days(90))",
        "the day of the start lies within the next 90 days",
        "开始日期在今后90天之内",
    ),
    ("talk.score < 3", "the score is less than 3", "得分低于3"),
    ("not talk.score < 3", "the score is at least 3", "得分不低于3"),
    ("talk.score <= 3", "the score is at most 3", "得分不超过3"),
    ("talk.score > 1000.5", "the score is more than 1,000.5", "得分超过1,000.5"),
    ("talk.score != 3", "the score is not 3", "得分不是3"),
    (
        "budget.amount >= deal.amount",
        "the amount of the budget is at least the price",
        "预算金额不低于报价",
    ),
    ('money("5 EUR") == deal.amount', "EUR 5 is the price", "5欧元是报价"),
    (
        'time.start < date("2026-05-01")',
        "the day of the start is before 1 May 2026",
        "开始日期早于2026年5月1日",
    ),
    (
        "time.start <= deal.expected_close",
        "the day of the start is on or before the expected close",
        "开始日期不晚于预计成交日期",
    ),
    (
        'date("2026-05-01") > time.start',
        "1 May 2026 is after the day of the start",
        "2026年5月1日晚于开始日期",
    ),
    (
        'date("2026-05-01") >= date("2026-05-02")',
        "1 May 2026 is on or after 2 May 2026",
        "2026年5月1日不早于2026年5月2日",
    ),
    ("time.needed >= weeks(2)", "the time it takes is at least 14 days", "所需时间不低于14天"),
    (
        "1 <= talk.score <= 5",
        "1 is at most the score, which is at most 5",
        "1不超过得分，后者不超过5",
    ),
    (
        "not 1 <= talk.score < 5",
        "it is not the case that 1 is at most the score, which is less than 5",
        "以下说法不成立：1不超过得分，后者低于5",
    ),
    ('close.answer == "yes"', "the answer is “yes, please”", "答复是“好的”"),
    ('"later" != close.answer', "“not yet” is not the answer", "“以后再说”不是答复"),
    (
        'close.answer in ["yes", "later"]',
        "the answer is “yes, please” or “not yet”",
        "答复是“好的”或“以后再说”",
    ),
    (
        'close.answer not in ["yes", "later"]',
        "the answer is none of “yes, please”, “not yet”",
        "答复不是“好的”、“以后再说”中的任何一项",
    ),
    ('note.words == "好"', "their words is “好”", "原话是“好”"),
    (
        "note.words in rivals.names",
        "their words stands in the list “the alternatives”",
        "原话列在“其他选择”中",
    ),
    (
        'not "椅子" in deal.products',
        "“椅子” does not stand in the list “the products”",
        "“椅子”没有列在“产品”中",
    ),
    ("count(coach) == 0", "the number of people known as coach is 0", "已知担任内线的人数是0"),
    (
        "count(any_role) >= 1",
        "the number of people known in a buying role is at least 1",
        "已知担任采购角色的人数不低于1",
    ),
    (
        "size(rivals.names) > 1",
        "the number of entries under “the alternatives” is more than 1",
        "“其他选择”的条数超过1",
    ),
    ("deal.talks >= 1", "the number of talks is at least 1", "交谈次数不低于1"),
    ('deal.source == "referral"', "where the deal came from is “referral”", "商机来源是“转介绍”"),
    (
        "every(coach, person.content)",
        "of everybody known as coach it holds that this person is content",
        "就每位内线而言，此人满意",
    ),
    (
        "some(any_role, contact.heard)",
        (
            "of at least one person in a buying role it holds that we have heard this person"
            " first-hand"
        ),
        "就至少一位担任采购角色的人而言，已听此人亲口说过",
    ),
    (
        "every(any_role, not contact.heard)",
        "of everybody in a buying role it holds that we have not heard this person first-hand",
        "就每位担任采购角色的人而言，还没有听此人亲口说过",
    ),
    (
        'some(coach, contact.influence == "high")',
        "of at least one person known as coach it holds that this person's influence is “high”",
        "就至少一位内线而言，此人的影响力是“高”",
    ),
    (
        'not some(coach, contact.kind == "person")',
        (
            "it is not the case that of at least one person known as coach it holds that"
            " the kind of this contact is “person”"
        ),
        "以下说法不成立：就至少一位内线而言，该联系人的类型是“个人”",
    ),
    (
        "need.urgent and talk.score == 1",
        "it is urgent, and the score is 1",
        "需求紧急，并且得分是1",
    ),
    (
        "need.urgent or talk.score == 1",
        "either it is urgent, or the score is 1",
        "需求紧急，或者得分是1",
    ),
]


@pytest.mark.parametrize(("text", "en", "zh"), SIMPLE, ids=[text for text, *_ in SIMPLE])
def test_what_is_simple_is_told_in_a_clause(text: str, en: str, zh: str) -> None:
    """Every kind of atom and of comparison, what is not so, and two of them in a sentence."""
    assert lines(text) == [en]
    assert lines(text, "zh") == [zh]


NESTED = [
    (
        "need.urgent and (budget.approved or not covered(coach) or heard(1)) and price.fair",
        """\
all of these hold
  it is urgent
  at least one of these holds
    the budget is approved
    it is not the case that somebody is known as coach
    at least 1 person has been heard first-hand
  the price is fair""",
        """\
以下各项全部成立
  需求紧急
  以下各项至少有一项成立
    预算已获批准
    以下说法不成立：已明确谁是内线
    已听取至少1人的意见
  价格合理""",
    ),
    (
        "not (need.urgent and price.fair) or not (need.urgent or price.fair)",
        """\
at least one of these holds
  not all of these hold
    it is urgent
    the price is fair
  none of these holds
    it is urgent
    the price is fair""",
        """\
以下各项至少有一项成立
  以下各项并非全部成立
    需求紧急
    价格合理
  以下各项都不成立
    需求紧急
    价格合理""",
    ),
    (
        "not voices(need.urgent, price.fair, price.marks) < 3",
        """\
this does not hold
  the number of people who stand behind these is less than 3
    it is urgent
    the price is fair
    the marks of the price""",
        """\
以下情况不成立
  证实以下各点的人数低于3
    需求紧急
    价格合理
    价格评分""",
    ),
    (
        "some(buyer, person.content and person.marks > 2)",
        """\
of at least one person known as economic buyer all of these hold
  this person is content
  this person's marks is more than 2""",
        """\
就至少一位最终决策者而言，以下各项全部成立
  此人满意
  此人的评分超过2""",
    ),
    (
        "every(any_role, not (person.content and contact.heard))",
        """\
of everybody in a buying role not all of these hold
  this person is content
  we have heard this person first-hand""",
        """\
就每位担任采购角色的人而言，以下各项并非全部成立
  此人满意
  已听此人亲口说过""",
    ),
    (
        "not every(coach, person.content or contact.rating < 0)",
        """\
this does not hold
  of everybody known as coach at least one of these holds
    this person is content
    this person's rating of us is less than 0""",
        """\
以下情况不成立
  就每位内线而言，以下各项至少有一项成立
    此人满意
    此人对我方的评分低于0""",
    ),
    (
        'every(coach, not (person.content or contact.level == "staff"))',
        """\
of everybody known as coach none of these holds
  this person is content
  this person's level is “staff”""",
        """\
就每位内线而言，以下各项都不成立
  此人满意
  此人的级别是“普通员工”""",
    ),
    (
        "every(coach, voices(person.content, need.urgent) == 2)",
        """\
of everybody known as coach this holds
  the number of people who stand behind these is 2
    this person is content
    it is urgent""",
        """\
就每位内线而言，以下情况成立
  证实以下各点的人数是2
    此人满意
    需求紧急""",
    ),
]


@pytest.mark.parametrize(("text", "en", "zh"), NESTED, ids=[text for text, *_ in NESTED])
def test_what_is_nested_is_told_in_lists(text: str, en: str, zh: str) -> None:
    """Each group stands under a head that says how its lines are joined."""
    assert lines(text) == en.splitlines()
    assert lines(text, "zh") == zh.splitlines()


# No letters in Chinese and no dots or underlines in what an author writes: what is found of them in
# a telling comes from an id.
CONSTANTS: Mapping[ValueType, st.SearchStrategy[Value]] = MappingProxyType(
    {
        ValueType.YES_NO: st.booleans(),
        ValueType.NUMBER: st.integers(-3, 3).map(Decimal),
        ValueType.MONEY: st.integers(0, 3).map(lambda n: Money(Decimal(n), "EUR")),
        ValueType.DATE: st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        ValueType.DURATION: st.integers(1, 50).map(lambda n: timedelta(hours=n)),
        ValueType.TEXT: st.sampled_from(["好", "一般", "do_nothing", "in_house"]),
    }
)
ID = re.compile(r"[a-z]+[._][a-z]+|any_role|do_nothing")


def told_in_full(told: Told) -> Iterator[str]:
    """Every text of a telling."""
    return (text for _, text in told.lines())


@given(conditions(CONSTANTS, people=True))
def test_any_condition_is_told_without_ids(condition: Condition) -> None:
    """Whatever is parsed has words in both languages, and in Chinese no letter is left."""
    for text in told_in_full(wording("en").condition(condition)):
        assert not ID.search(text)
    for text in told_in_full(wording("zh").condition(condition)):
        assert not re.search("[A-Za-z]", text)


def conditions_of(book: Playbook) -> Iterator[Condition]:
    """Every condition of a playbook."""
    yield from book.guard_condition.values()
    yield from (book.condition(f"red_flags.{flag.id}") for flag in book.red_flags)
    papers = (paper for paper in book.papers if paper.when is not None)
    yield from (book.condition(f"papers.{paper.id}") for paper in papers)
    yield from (claim.condition for claim in book.invariant.values())


@pytest.mark.parametrize("name", shipped_playbooks())
def test_every_condition_of_a_shipped_playbook_is_told(name: str) -> None:
    """In each language without an id, and in its own script alone."""
    book = load_playbook(name)
    for condition in conditions_of(book):
        english = [*told_in_full(Wording(book, "en").condition(condition))]
        assert not any(ID.search(text) or re.search("[一-鿿]", text) for text in english)
        for text in told_in_full(Wording(book, "zh").condition(condition)):
            # titles of roles may have the English word behind them
            assert not ID.search(text)
            assert re.search("[一-鿿]", text)


@given(small_playbooks())
def test_the_conditions_of_any_playbook_are_told(book: Playbook) -> None:
    """Titles may hold anything but are told on one line."""
    for condition in conditions_of(book):
        for lang in ("en", "zh"):
            for text in told_in_full(Wording(book, lang).condition(condition)):
                assert text.strip()
                assert "\n" not in text


# --- read again: a reader of its own must come to what the condition says

# Titles that could be taken for two clauses, or for the beginning of a sentence.
SAYINGS = (
    Text("the budget is approved", "预算已获批准"),
    Text("they said yes, and meant it", "他们同意，并且当真"),
    Text("either side may sign, or both", "甲方签，或者乙方签"),
    Text("law or order; then peace", "法律：秩序或和平"),
    Text("we know", "已了解"),
)
YES_NO = [evolve(fact(f"f{i}.x"), title=title) for i, title in enumerate(SAYINGS)]
READ = playbook(step("talk"), facts=YES_NO, guards=[guard("real", "f0.x")])
_Answers: TypeAlias = tuple[bool, ...]
_Meaning: TypeAlias = Callable[[_Answers], bool]


def booleans() -> st.SearchStrategy[Condition]:
    """Conditions of yes and no alone."""
    return st.recursive(
        st.sampled_from(YES_NO).map(Holds),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=7,
    )


def meant(condition: Condition, answers: _Answers) -> bool:
    """What a condition comes to when every answer is a plain yes or no."""
    match condition:
        case Holds(fact=one):
            return answers[YES_NO.index(one)]
        case Not(part=part):
            return not meant(part, answers)
        case And(parts=parts):
            return all(meant(part, answers) for part in parts)
        case Or(parts=parts):
            return any(meant(part, answers) for part in parts)
        case _:
            raise AssertionError(condition)


HEADS: Mapping[str, Callable[[list[bool]], bool]] = MappingProxyType(
    {
        "all of these hold": all,
        "at least one of these holds": any,
        "not all of these hold": lambda parts: not all(parts),
        "none of these holds": lambda parts: not any(parts),
        "以下各项全部成立": all,
        "以下各项至少有一项成立": any,
        "以下各项并非全部成立": lambda parts: not all(parts),
        "以下各项都不成立": lambda parts: not any(parts),
    }
)
JOINS: tuple[tuple[str, str, Callable[[list[bool]], bool]], ...] = (
    ("either ", ", or ", any),
    ("", ", and ", all),
    ("", "，或者", any),
    ("", "，并且", all),
)
NEGATIONS = (("it is not so that ", ""), ("“", "”不成立"))


def negated(part: _Meaning) -> _Meaning:
    """The opposite."""
    return lambda answers: not part(answers)


def ruled(rule: Callable[[list[bool]], bool], parts: list[_Meaning]) -> _Meaning:
    """Parts put together."""
    return lambda answers: rule([part(answers) for part in parts])


def readings(text: str) -> list[_Meaning]:
    """Every way to read one line."""
    titles = [title for saying in SAYINGS for title in (saying.en, saying.zh)]
    if text in titles:
        index = titles.index(text) // 2
        return [lambda answers: answers[index]]
    found: list[_Meaning] = []
    for before, behind in NEGATIONS:
        inner = text.removeprefix(before).removesuffix(behind)
        if text == before + inner + behind and inner in titles:
            found += map(negated, readings(inner))
    for start, join, rule in JOINS:
        for match in re.finditer(re.escape(join), text) if text.startswith(start) else ():
            sides = (text[len(start) : match.start()], text[match.end() :])
            found += [ruled(rule, [*both]) for both in product(*map(readings, sides))]
    return found


def read(told: list[tuple[int, str]]) -> _Meaning:
    """What lines with their depths say: the first one, with all that lie deeper behind it."""
    (depth, text), *rest = told
    if not rest:
        (only,) = readings(text)  # or somebody could read it in another way
        return only
    assert all(deeper > depth for deeper, _ in rest)
    starts = [i for i, (deeper, _) in enumerate(rest) if deeper == depth + 1]
    ends = [*starts[1:], len(rest)]
    parts = [read(rest[start:end]) for start, end in zip(starts, ends, strict=True)]
    return ruled(HEADS[text], parts)


@given(booleans(), st.sampled_from(["en", "zh"]))
def test_groups_are_read_as_they_are_meant(condition: Condition, lang: Language) -> None:
    """A reader who knows the heads and joins alone can read each line in one way, and rightly."""
    told = Wording(READ, lang).condition(condition)
    meaning = read(list(told.lines()))
    for answers in product([False, True], repeat=len(YES_NO)):
        assert meaning(answers) == meant(condition, answers)


def test_a_quantifier_inside_another_is_told_as_it_stands() -> None:
    """No parser gives such a tree, but one may be made in Python."""
    inner = Quantified("coach", "some", Holds(ALL["person.content"]))
    (told,) = lines(Quantified("buyer", "every", inner))
    assert told == (
        "of everybody known as economic buyer it holds that of at least one person known as coach"
        " it holds that this person is content"
    )
