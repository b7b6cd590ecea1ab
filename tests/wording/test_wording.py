"""Wording: findings, questions, entries and values as sentences in both languages."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs import evolve
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import dealflow
from dealflow import (
    Ask,
    Card,
    Coaching,
    Contact,
    Deal,
    Entry,
    EvidenceError,
    Farewell,
    Finding,
    Interaction,
    Language,
    Line,
    Money,
    MoveNotAllowed,
    PlaybookError,
    Problem,
    Question,
    RaisedFlag,
    Refused,
    Sources,
    Statement,
    Text,
    Truth,
    ValueType,
    Verdict,
    dump_playbook,
    parse_playbook,
)
from dealflow.conditions import Gap, Outcome
from dealflow.evidence import InteractionKind, Lack, Side
from dealflow.message import message as sentence
from dealflow.state import Waiver
from dealflow.trail import events
from dealflow.values import from_json
from dealflow.wording import Wording, Words
from dealflow.wording import entries as _wording_entries
from tests._playbooks import fact, full, guard, playbook, step
from tests.deals import BY, START, new_deal, now, seven_step, small

LOCALE = Path(dealflow.__file__).parent / "wording" / "locale"
PO = LOCALE / "zh_CN" / "LC_MESSAGES" / "dealflow.po"
DAY = datetime(2026, 5, 3, 9, tzinfo=UTC)
RUTH = Contact("ruth", "Ruth Okafor", "CFO", roles=("economic_buyer",))
JONAS = Contact("jonas", "Jonas Berg", roles=("coach", "user"))
MIA = Contact("mia", "Mia Lind", "Assistant")
PEOPLE = {contact.id: contact for contact in (RUTH, JONAS, MIA)}


def said(id: int, value: Any = True, fact: str = "budget.approved", **rest: Any) -> Statement:
    """A statement of Ruth's."""
    fields: dict[str, Any] = {"source_kind": "contact", "source": "ruth", "about": None}
    fields |= {"said_at": DAY, "recorded_at": DAY, "by": BY}
    return Statement(id=id, fact=fact, value=value, **(fields | rest))


QUOTE = "Signed off\nin March"
STATEMENTS = {
    1: said(1, quote=QUOTE),
    2: said(2, False, source="jonas"),
    3: said(3, source="jonas", via="mia", first_hand=False, quote="Fine"),
    4: said(4, source="jonas", first_hand=False),
    5: said(5, source_kind="document", source="Memo 12", quote="Approved."),
    6: said(6, source_kind="observation", source="lena"),
    7: said(7, "Rings at night", "person.problem", about="jonas", source="jonas"),
    8: said(8, "Rings at night", "person.problem", about="jonas"),
}
WAIVED = {"proof_passed": Waiver("proof_passed", "Ana Ruiz", "Known product", entry=9)}


def wording(language: Language = "en", **rest: Any) -> Wording:
    """The words of the shipped playbook."""
    fields: dict[str, Any] = {"people": PEOPLE, "statements": STATEMENTS, "waivers": WAIVED}
    return Wording(seven_step(), language, **(fields | rest))


EN, ZH = wording("en"), wording("zh")


def found(guard: str, truth: Truth, waived: int | None = None, **outcome: Any) -> Finding:
    """The finding of a guard."""
    return Finding(guard, Outcome(truth, **outcome), waived=waived)


# the catalogue


KEYWORDS = {**DEFAULT_KEYWORDS, "message": None, "joined": None}
"""The functions whose first argument is in the catalogue; the Makefile names the same."""


def catalogue() -> Catalog:
    """The Chinese messages as they are written."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def test_the_compiled_messages_are_those_that_are_written() -> None:
    """The .mo file is what the .po file compiles to."""
    made = BytesIO()
    write_mo(made, catalogue())
    assert PO.with_suffix(".mo").read_bytes() == made.getvalue()


@pytest.mark.slow
def test_every_message_of_the_sources_is_in_the_catalogue_and_no_other() -> None:
    """The .po file holds exactly the messages that the sources use."""
    found = extract_from_dir(
        Path(dealflow.__file__).parent,
        method_map=[("cli/**.py", "tools.help_texts:collected"), ("**.py", "python")],
        keywords=KEYWORDS,
    )
    assert {message for _, _, message, *_ in found} == {
        tuple(texts(m.id)) if isinstance(m.id, list | tuple) else m.id for m in catalogue() if m.id
    }


def texts(message: object) -> list[str]:
    """A message's text, or those of its numbers."""
    return list(message) if isinstance(message, tuple | list) else [str(message)]


def test_every_message_is_translated_for_good() -> None:
    """No message is empty, fuzzy or left in English."""
    for message in catalogue():
        if message.id:
            translations = texts(message.string)
            assert not message.fuzzy
            assert all(re.search("[一-鿿]|^“?\\{", text) for text in translations), message.id


def places(text: str) -> set[tuple[str, str | None]]:
    """The names of the places in a message, each with how it is shown (``!r``)."""
    parts = string.Formatter().parse(text)
    return {(name, conversion) for _, name, _, conversion in parts if name is not None}


def test_the_places_of_every_message_agree() -> None:
    """A translation fills in the same things as the message; a plural may have one more."""
    for message in catalogue():
        ids = texts(message.id)
        for text in texts(message.string):
            assert {frozenset(places(id)) for id in ids} == {frozenset(places(text))}, message.id


def test_chinese_is_punctuated_as_chinese_is() -> None:
    """No half-width stop stands behind Chinese, and no blank behind a full-width one."""
    for message in catalogue():
        for text in texts(message.string) if message.id else ():
            assert not re.search("[一-鿿][,;:?!](?!=)|[，。：；、（）“”] ", text), text


# values


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (True, "yes", "是"),
        (False, "no", "否"),
        (Decimal("12500.5"), "12,500.5", "12,500.5"),
        (Money("48000", "EUR"), "EUR 48,000", "48,000欧元"),
        (Money("48000.5", "CNY"), "CNY 48,000.50", "48,000.50元"),
        (Money("0.125", "SEK"), "SEK 0.125", "0.125 SEK"),
        (date(2026, 3, 2), "2 Mar 2026", "2026年3月2日"),
        (timedelta(days=90), "90 days", "90天"),
        (timedelta(days=1, hours=2, minutes=1), "1 day, 2 hours and 1 minute", "1天2小时1分钟"),
        (timedelta(seconds=1), "1 second", "1秒"),
        (timedelta(0), "0 seconds", "0秒"),
        ((), "none", "无"),
        (("do_nothing", "in_house", "Acme"), "doing nothing, doing it themselves, Acme",
         "什么都不做、自己做、Acme"),
        ("two\nlines", "two lines", "two lines"),
    ],
    ids=str,
)  # fmt: skip
def test_values_are_written_as_readers_of_the_language_expect(value: Any, en: str, zh: str) -> None:
    """Money, dates, durations, lists and answers have a form in each language."""
    assert (EN.plain(value), ZH.plain(value)) == (en, zh)


def test_choices_and_people_have_their_names() -> None:
    """A choice is its title, a person the name; what is unknown stands for itself."""
    assert EN.value("close.outcome", "accepted") == "accepted"
    assert ZH.value("close.outcome", "accepted") == "接受"
    assert EN.value("close.outcome", "else") == "else"
    assert EN.value("role.economic", "ruth") == "Ruth Okafor"
    assert EN.value("role.economic", "nobody") == "nobody"
    assert EN.value("budget.amount", Money("1", "EUR")) == "EUR 1"


def test_instants_are_in_utc_and_midnight_is_the_day_alone() -> None:
    """An instant of another zone is written in UTC."""
    local = datetime.fromisoformat("2026-03-02T10:30:00+01:00")
    assert Words("en").instant(local) == "2 Mar 2026, 09:30 UTC"
    assert Words("zh").instant(local) == "2026年3月2日 09:30 UTC"
    assert Words("en").instant(datetime(2026, 3, 2, tzinfo=UTC)) == "2 Mar 2026"
    assert (Words("en").day(local), Words("zh").day(local)) == ("2 Mar", "3月2日")


@pytest.mark.parametrize(
    ("duration", "en", "zh"),
    [
        (timedelta(hours=3), "less than a day", "不到一天"),
        (timedelta(days=1, hours=3), "1 day", "1天"),
        (timedelta(days=43), "43 days", "43天"),
    ],
    ids=str,
)
def test_long_times_are_a_number_of_days(duration: timedelta, en: str, zh: str) -> None:
    """Hours beyond the last whole day do not count."""
    assert (EN.days(duration), ZH.days(duration)) == (en, zh)


def test_grammar_helps_to_join_what_belongs_together() -> None:
    """Lists, brackets, pairs and sentences follow the language."""
    items = ["a", "b", "c"]
    assert (EN.all_of(items), ZH.all_of(items)) == ("a, b and c", "a、b和c")
    assert (EN.one_of(items), ZH.one_of(items)) == ("a, b or c", "a、b或c")
    assert (EN.listed(items), ZH.listed(items)) == ("a, b, c", "a、b、c")
    assert (EN.semicolons(items), ZH.semicolons(items)) == ("a; b; c", "a；b；c")
    assert EN.one_of(["a"]) == "a"
    assert (EN.bracketed("a", "b"), ZH.bracketed("a", "b")) == ("a (b)", "a（b）")
    assert EN.bracketed("a", "") == "a"
    assert EN.bracketed("a (b)", "c (d)") == "a (b) (c (d))"
    assert ZH.bracketed("王建国（总经理）", "由陈静转述") == "王建国（总经理，由陈静转述）"
    assert ZH.bracketed("“好”", "预算（已批）：是") == "“好”——预算（已批）：是"
    assert ZH.bracketed("“好”", "预算(已批)") == "“好”——预算(已批)"
    assert (EN.quoted("a “b”"), ZH.quoted("说“行”就行")) == ("“a “b””", "“说‘行’就行”")
    assert (EN.pair("a", "b"), ZH.pair("a", "b")) == ("a: b", "a：b")
    assert EN.sentences(["a", "is it so?", "“Yes.”"]) == "A. Is it so? “Yes.”"
    assert ZH.sentences(["甲", "乙。"]) == "甲。乙。"
    assert (EN.spaced(["A.", "B."]), ZH.spaced(["甲。", "乙。"])) == ("A. B.", "甲。乙。")
    assert EN.small("CFO of it all") == "CFO of it all"
    assert ZH.small("最终决策者（EB）") == "最终决策者"
    assert ZH.small("内部支持者（B2B）") == "内部支持者（B2B）"
    assert ZH.small("CFO") == "CFO"


# names


def test_titles_come_from_the_playbook() -> None:
    """Guards, facts, roles, steps and papers have the playbook's titles."""
    assert EN.guard("budget_approved") == "Budget approved"
    assert (EN.role("self"), ZH.role("self")) == ("person in question", "本人")
    assert ZH.fact("budget.amount") == "预算金额"
    assert EN.role("any_role") == "a buying role"
    assert (EN.step("qualification"), EN.step("fulfilled")) == ("Qualification", "fulfilled")
    assert (EN.outcome(None), ZH.outcome("lost")) == ("open", "已丢单")
    assert EN.outcome("walked_away") == "walked away"
    assert EN.paper("quote") == "Quote"
    assert EN.roles(["economic_buyer", "sponsor"]) == "the economic buyer or the sponsor"
    assert ZH.roles(["economic_buyer", "sponsor"]) == "最终决策者或内部支持者"


def test_people_have_cards_and_parts() -> None:
    """A contact is a name with a job title or with buying roles; an unknown id stays an id."""
    assert (EN.card("ruth"), EN.player("ruth")) == (
        "Ruth Okafor (CFO)",
        "Ruth Okafor (economic buyer)",
    )
    assert (ZH.card("ruth"), ZH.player("jonas")) == (
        "Ruth Okafor（CFO）",
        "Jonas Berg（内线、使用者）",
    )
    assert (EN.card("x"), EN.player("x"), EN.person("x")) == ("x", "x", "x")


def test_a_contact_is_told_with_all_that_the_map_says() -> None:
    """Kind, roles, influence, mode and rating are told."""
    board = Contact("b", "Board", kind="committee", influence="low", response_mode="growth")
    firm = Contact("f", "Audit Ltd", "auditors", "third_party", ("coach",), "medium", rating=-2)
    assert EN.contact(board) == "Board: committee, low influence, wants growth"
    assert EN.contact(firm) == (
        "Audit Ltd (auditors): coach, third party, medium influence, rating of us -2"
    )
    assert EN.contact(Contact("x", "Nobody")) == "Nobody"
    assert ZH.contact(board) == "Board：委员会、影响力低、希望增长"


@pytest.mark.parametrize("truth", Truth)
def test_every_truth_has_a_word(truth: Truth) -> None:
    """Each truth is named in both languages."""
    assert EN.truth(truth) != ZH.truth(truth)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_name_and_an_advice(verdict: Verdict) -> None:
    """Each verdict is named, explained and told to whoever was refused."""
    assert EN.verdict(verdict)
    assert EN.advice(verdict).endswith(".")
    assert EN.first(verdict).startswith("Refused")
    assert ZH.advice(verdict).endswith("。")


# statements


@pytest.mark.parametrize(
    ("id", "en", "zh"),
    [
        (
            1,
            "Ruth Okafor (CFO), 3 May 2026: “Signed off in March” (the budget is approved: yes)",
            "Ruth Okafor（CFO），2026年5月3日：“Signed off in March”（预算已获批准：是）",
        ),
        (
            2,
            "Jonas Berg, 3 May 2026: the budget is approved: no",
            "Jonas Berg，2026年5月3日：预算已获批准：否",
        ),
        (
            3,
            "Jonas Berg (as Mia Lind tells it), 3 May 2026: “Fine” (the budget is approved: yes)",
            "Jonas Berg（由Mia Lind转述），2026年5月3日：“Fine”（预算已获批准：是）",
        ),
        (
            4,
            "Jonas Berg (at second hand), 3 May 2026: the budget is approved: yes",
            "Jonas Berg（转述），2026年5月3日：预算已获批准：是",
        ),
        (
            5,
            "document “Memo 12”, 3 May 2026: “Approved.” (the budget is approved: yes)",
            "文件“Memo 12”，2026年5月3日：“Approved.”（预算已获批准：是）",
        ),
        (
            6,
            "our own observation (lena), 3 May 2026: the budget is approved: yes",
            "我方观察（lena），2026年5月3日：预算已获批准：是",
        ),
        (
            7,
            "Jonas Berg, 3 May 2026: this person's own problem: Rings at night",
            "Jonas Berg，2026年5月3日：此人自己的问题：Rings at night",
        ),
        (
            8,
            "Ruth Okafor (CFO), 3 May 2026: this person's own problem (Jonas Berg): Rings at night",
            "Ruth Okafor（CFO），2026年5月3日：此人自己的问题（Jonas Berg）：Rings at night",
        ),
    ],
)
def test_a_statement_says_who_when_in_which_words_and_what(id: int, en: str, zh: str) -> None:
    """Sources of every kind are told with their words and what they establish."""
    assert (EN.statement(id), ZH.statement(id)) == (en, zh)


def test_a_statement_can_be_told_without_what_it_says() -> None:
    """Where the fact is named already, who, when and the words are enough."""
    assert EN.statement(1, claim=False) == "Ruth Okafor (CFO), 3 May 2026: “Signed off in March”"
    assert EN.statement(2, claim=False) == "Jonas Berg, 3 May 2026"
    assert EN.source(STATEMENTS[1], card=False) == "Ruth Okafor"


def test_what_was_said_in_one_breath_is_told_in_one() -> None:
    """Several facts in the same words are one line of evidence."""
    statements = STATEMENTS | {9: said(9, Money("9", "EUR"), "budget.amount", quote=QUOTE)}
    assert wording(statements=statements).told([1, 9, 2]) == [
        (
            "Ruth Okafor (CFO), 3 May 2026: “Signed off in March” (the budget is approved: yes; the"
            " amount of the budget: EUR 9)"
        ),
        "Jonas Berg, 3 May 2026: the budget is approved: no",
    ]


# findings


def test_a_contradiction_is_told_with_both_sides() -> None:
    """Who says yes and who says no stand side by side."""
    finding = found("budget_approved", Truth.CONFLICTED, yes=(1,), no=(2,))
    assert EN.finding(finding) == (
        "Budget approved: people contradict each other. For: Ruth Okafor (CFO), 3 May 2026:"
        " “Signed off in March” (the budget is approved: yes). Against: Jonas Berg, 3 May 2026:"
        " the budget is approved: no."
    )
    assert ZH.finding(finding) == (
        "预算已批准：各人说法矛盾。支持：Ruth Okafor（CFO），2026年5月3日：“Signed off in March”"
        "（预算已获批准：是）。反对：Jonas Berg，2026年5月3日：预算已获批准：否。"
    )


@pytest.mark.parametrize(
    ("finding", "en", "zh"),
    [
        (found("timely", Truth.TRUE), "known good", "已确认"),
        (found("timely", Truth.FALSE), "not so", "不成立"),
        (found("timely", Truth.UNKNOWN), "not known yet", "尚不清楚"),
        (
            found("timely", Truth.UNKNOWN, gaps=(Gap("stale", "timeline.date"),)),
            "no longer known",
            "已过期，需重新确认",
        ),
        (
            found("timely", Truth.CONFLICTED, yes=(5,), no=(2,)),
            "the answers contradict each other",
            "各项回答互相矛盾",
        ),
        (
            found("proof_passed", Truth.UNKNOWN, waived=9),
            "set aside by Ana Ruiz",
            "由Ana Ruiz特批放行",
        ),
        (
            found("no_technical_no", Truth.FALSE, waived=3),
            "set aside by a named person",
            "由指定人员特批放行",
        ),
    ],
    ids=lambda value: None,
)
def test_how_a_guard_stands(finding: Finding, en: str, zh: str) -> None:
    """Each way in which a guard can stand has its words."""
    assert (EN.standing(finding), ZH.standing(finding)) == (en, zh)


def lack(reason: Any, fact: str = "budget.approved", **rest: Any) -> Gap:
    """A gap in what is known of a fact."""
    return Gap(reason, fact, lack=Lack(reason, **rest))


@pytest.mark.parametrize(
    ("gap", "en", "zh"),
    [
        (Gap("never_asked", "budget.amount"), "the amount of the budget: never asked",
         "预算金额：从未问过"),
        (Gap("never_asked", "person.win", "ruth"),
         "what this person wins (Ruth Okafor): never asked",
         "此人个人的收获（Ruth Okafor）：从未问过"),
        (lack("stale", since=DAY),
         ("the budget is approved: the last answer went out of date on 3 May 2026"
          " (good for 90 days)"),
         "预算已获批准：上次的回答已于2026年5月3日过期（有效期90天）"),
        (Gap("stale", "budget.approved"), "the budget is approved: the last answer is out of date",
         "预算已获批准：上次的回答已过期"),
        (lack("second_source", have=1, need=2),
         "the budget is approved: needs another source (1 of 2)",
         "预算已获批准：还需要其他来源（现有1个，需要2个）"),
        (lack("second_source", have=1, need=3),
         "the budget is approved: needs other sources (1 of 3)",
         "预算已获批准：还需要其他来源（现有1个，需要3个）"),
        (Gap("second_source", "budget.approved"), "the budget is approved: needs another source",
         "预算已获批准：还需要一个来源"),
        (lack("role"),
         ("the budget is approved: needs to be heard first-hand from the economic buyer or the"
         " sponsor, or seen in writing"),
         "预算已获批准：需要听最终决策者或内部支持者亲口说，或看到书面文件"),
        (lack("first_hand", "role.technical_absent"),
         ("there is no technical advisor: needs to be heard first-hand from the economic buyer, the"
         " sponsor or the coach"),
         "没有技术把关者：需要听最终决策者、内部支持者或内线亲口说"),
        (Gap("nobody_in_role", "coach"), "nobody is known as coach", "还不知道谁是内线"),
        (Gap("nobody_in_role", "any_role"), "nobody is known in any buying role",
         "还不知道任何采购角色是谁"),
        (Gap("too_few_heard", "", have=0, need=1), "nobody has been heard first-hand",
         "还没有人亲口对我们说过"),
        (Gap("too_few_heard", "", have=1, need=2), "only 1 of 2 people heard first-hand",
         "亲口说过的只有1人，需要2人"),
        (Gap("too_few_voices", "", have=1, need=2), "only 1 of 2 people stand behind it",
         "需要2个人证实，目前只有1个"),
        (Gap("final_word", "close.outcome", None, Lack("final_word", roles=("economic_buyer",))),
         "the answer to the trial close: needs to be heard first-hand from the economic buyer",
         "客户对建议的答复：需要听最终决策者亲口说"),
        (Gap("since_rejection", "budget.approved"),
         "the budget is approved: not said again since the rejection",
         "预算已获批准：被拒绝之后尚未重新确认"),
        (Gap("passed", "next_step.agreed"),
         "the day agreed for the next talk: the day named is over",
         "约定的下次沟通日期：约定的日期已过"),
        (Gap("not_named", "competition.options"),
         "the alternatives they weigh: nobody has named “doing nothing”",
         "客户考虑的其他选择：还没有人提到“什么都不做”"),
        (Gap("not_named", "criteria.ranked"),
         "the decision criteria in their order: nobody has named “?”",
         "按先后排列的决策标准：还没有人提到“?”"),
        (Gap("not_set", "deal.amount"), "the price not noted", "未记录报价"),
        (Gap("not_set", "contact.influence", "ruth"), "Ruth Okafor: influence not noted",
         "Ruth Okafor：未记录影响力"),
        (Gap("not_set", "contact.kind"), "contact.kind not noted", "未记录contact.kind"),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_what_is_missing_is_told(gap: Gap, en: str, zh: str) -> None:
    """Every reason for which something is not known has its words."""
    assert (EN.gap(gap), ZH.gap(gap)) == (en, zh)


@pytest.mark.parametrize(
    ("sources", "en"),
    [
        (Sources(roles=("buyer",)), "needs the word of the buyer"),
        (Sources(roles=("buyer",), documents=True),
         "needs the word of the buyer, or something in writing"),
        (Sources(first_hand=True), "needs to be heard first-hand from the person concerned"),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_who_must_say_it_follows_the_rule_of_the_fact(sources: Sources, en: str) -> None:
    """Roles, first-hand and documents each change what is asked for."""
    roles = [dealflow.Role("buyer", Text("Buyer", "买主"))] if sources.roles else []
    book = playbook(facts=[fact(sources=sources)], roles=roles)
    assert Wording(book).lack("need.real", Lack("role", roles=sources.roles)) == en


def test_equal_lacks_share_a_line() -> None:
    """What several facts lack alike is told once, for each person apart."""
    gaps = [
        Gap("never_asked", "budget.approved"),
        Gap("never_asked", "budget.amount"),
        Gap("never_asked", "person.win", "ruth"),
        Gap("nobody_in_role", "coach"),
        lack("stale", "timeline.date", since=DAY),
    ]
    assert EN.gap_lines(gaps, brief=True) == [
        "never asked: the budget is approved; the amount of the budget",
        "never asked (Ruth Okafor): what this person wins",
        "nobody is known as coach",
        "out of date since 3 May 2026: the day by which it must work",
    ]


# questions, warnings, farewell


def ask(reason: str = "never_asked", **rest: Any) -> Ask:
    """A question about the budget."""
    question = seven_step().question["budget.approved"]
    fields: dict[str, Any] = {"guards": ("budget_approved",), "fact": "budget.approved"}
    return Ask(question, reason, **(fields | rest))


@pytest.mark.parametrize(
    ("asked", "en", "zh"),
    [
        (ask(of=("ruth",)), "ask Ruth Okafor (economic buyer)", "请问Ruth Okafor（最终决策者）"),
        (ask(of=("ruth", "jonas", "mia", "x")),
         "ask Ruth Okafor (economic buyer), Jonas Berg (coach, user) or Mia Lind",
         "请问Ruth Okafor（最终决策者）、Jonas Berg（内线、使用者）或Mia Lind"),
        (ask("conflicted", of=("ruth", "mia")),
         "ask Ruth Okafor (economic buyer) and Mia Lind, best together",
         "请问Ruth Okafor（最终决策者）和Mia Lind，最好当面一起核对"),
        (ask("conflicted", of=("mia",)), "ask Mia Lind", "请问Mia Lind"),
        (ask(roles=("us",)), "decide among ourselves", "我方内部决定"),
        (ask(roles=("coach", "user")), "find the coach or the user first",
         "先找到内线或使用者"),
        (ask(), "ask anybody at the customer", "请问客户方任何人"),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_of_whom_to_ask(asked: Ask, en: str, zh: str) -> None:
    """People to ask, people to bring together, roles to find, or ourselves."""
    assert (EN.whom(asked), ZH.whom(asked)) == (en, zh)


@pytest.mark.parametrize(
    "reason",
    [
        "never_asked",
        "stale",
        "second_source",
        "role",
        "first_hand",
        "final_word",
        "since_rejection",
        "too_few_voices",
        "too_few_heard",
        "nobody_in_role",
        "part_unknown",
        "passed",
        "not_named",
        "not_set",
        "conflicted",
        "refuted",
        "red_flag",
    ],
)
def test_why_to_ask(reason: str) -> None:
    """Every reason is told, in words of its own."""
    assert EN.why(ask(reason)) != ZH.why(ask(reason))
    assert "_" not in EN.why(ask(reason))


def test_why_to_ask_names_the_person_it_is_about() -> None:
    """Unless it is the one who is asked."""
    assert EN.why(ask(about="mia", of=("ruth",))) == "about Mia Lind: never asked"
    assert EN.why(ask(about="ruth", of=("ruth",))) == "never asked"


def test_a_question_is_a_paragraph_with_whom_why_and_what_for() -> None:
    """The whole of an ask in sentences."""
    assert EN.ask(ask(of=("ruth",), decides=("budget_approved",))) == (
        "Ask Ruth Okafor (economic buyer): “Is the money for this approved today, by whom, and may"
        " we see it in writing?” Why: never asked. May decide by itself: Budget approved."
    )
    assert ZH.ask(ask(of=("ruth",))) == (
        "请问Ruth Okafor（最终决策者）：“这笔预算现在批下来了吗？是谁批的？能看一下书面批复吗？”"
        "原因：从未问过。有助于判定：预算已批准。"
    )


def test_red_flags_are_told_with_those_they_are_about() -> None:
    """A flag is the playbook's sentence; how long a step is overdue is a number of days."""
    nobody = EN.red_flag(RaisedFlag("no_sponsor"))
    assert nobody.startswith("Nobody at the customer clears")
    assert nobody.endswith("may stop the deal.")
    assert EN.red_flag(RaisedFlag("new_in_job", ("ruth",))).endswith("may change. (Ruth Okafor)")
    overdue = RaisedFlag("overdue", overdue=timedelta(days=12, hours=3))
    assert EN.red_flag(overdue) == "This step has lasted 12 days longer than expected."
    assert ZH.red_flag(overdue) == "本步停留时间比预计多了12天。"


def test_the_farewell_is_the_playbooks_message_with_the_names_in_it() -> None:
    """Names are put in once, whatever they look like."""
    message = EN.farewell(Farewell(("ruth",), "{account}", "Northwind", ()))
    assert message.startswith("Hello {account}, thank you")
    assert "at Northwind." in message
    assert ZH.farewell(Farewell((), None, "北风", ())).startswith("先生/女士，您好！")
    assert Wording(playbook()).farewell(Farewell((), None, "Northwind", ())) == ""


def test_a_chinese_farewell_greets_as_people_do() -> None:
    """By surname and office in Chinese; otherwise, and in English, by the name."""
    people = {"wang": Contact("wang", "王建国", "总经理"), "ruth": RUTH}
    book = dealflow.load_playbook("seven_step")
    zh, en = Wording(book, "zh", people=people), Wording(book, people=people)
    assert zh.farewell(Farewell(("wang",), "王建国", "北风", ())).startswith("王总，您好！")
    assert zh.farewell(Farewell(("ruth",), "Ruth Okafor", "北风", ())).startswith("Ruth Okafor，")
    assert zh.farewell(Farewell(("li",), "李娜", "北风", ())).startswith("李娜，您好！")
    assert en.farewell(Farewell(("wang",), "王建国", "北风", ())).startswith("Hello 王建国,")


def test_the_policy_is_told_with_its_numbers() -> None:
    """One refuted condition, or more, and how many must be known good."""
    policy = seven_step().walk_away
    assert policy is not None
    assert EN.policy(policy).startswith("From here on: walk away as soon as 1 of these is not so")
    two = dealflow.WalkAway(policy.guards, policy.start, 2, go_on_when=3)
    assert "as soon as 2 of these are not so; going on needs 3 of 4" in EN.policy(two)
    assert "继续推进需要4项中至少3项" in ZH.policy(two)


# what happened


GUARDS = {
    "budget_approved": events.GuardRecord("conflicted", True, (1,), (2,), (), None),
    "timely": events.GuardRecord("unknown", True, (), (), (), None),
    "offer_helps": events.GuardRecord("false", True, (), (), (), None),
    "severe_problem": events.GuardRecord("false", False, (), (), (), None),
    "proof_passed": events.GuardRecord("false", True, (), (), (), 9),
    "pain_asked": events.GuardRecord("true", True, (1,), (), (), None),
    "gone": events.GuardRecord("false", True, (), (), (), None),
}


SOMEDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNDER = ("p", "1", "f", "s")
CARD = Card(
    "max",
    "referral",
    "Mona\nWeiss",
    "ports",
    (Line("Gates", Money("4000", "EUR")), Line("Doors", Money("5.5", "EUR"))),
    date(2026, 9, 30),
)


def met(kind: InteractionKind, channel: str, *people: str, spoke: Side = "both") -> events.Met:
    """A talk."""
    return events.Met(Interaction("i", kind, people, DAY, channel, spoke))


@pytest.mark.parametrize(
    ("event", "en", "zh"),
    [
        (events.Opened("D-1", "Northwind", "Racks", Money("48000", "EUR"), *UNDER, Card(BY)),
         "D-1 (Racks) opened with Northwind at EUR 48,000.",
         "新建商机：Northwind，D-1（Racks），金额48,000欧元。"),
        (events.Opened("D-1", "Northwind", "", None, *UNDER, Card(BY)),
         "D-1 opened with Northwind.", "新建商机：Northwind，D-1。"),
        (events.Opened("D-1", "Northwind", "", None, *UNDER, Card("max")),
         "D-1 opened with Northwind (owner: max).", "新建商机：Northwind，D-1（负责人：max）。"),
        (events.CardChanged(CARD, "he is moving\non"),
         ("Deal card changed (owner: max; source: referral (Mona Weiss); market: ports; products:"
          " Gates (EUR 4,000), Doors (EUR 5.50); expected close: 30 Sep 2026): he is moving\non."),
         ("商机档案变更（负责人：max；来源：转介绍，Mona Weiss；市场：ports；产品："
          "Gates 4,000欧元、Doors 5.50欧元；预计成交：2026年9月30日）：he is moving\non。")),
        (events.CardChanged(Card("max", "marketing")),
         "Deal card changed (owner: max; source: marketing).",
         "商机档案变更（负责人：max；来源：市场活动）。"),
        (events.CardChanged(Card("max", "forecast", "Q3")),
         "Deal card changed (owner: max; source: forecast (Q3)).",
         "商机档案变更（负责人：max；来源：销售预测，Q3）。"),
        (events.AccountCorrected("Northwind Ltd", "the full name"),
         "Customer corrected to Northwind Ltd: the full name.",
         "客户名称更正为Northwind Ltd：the full name。"),
        (events.TitleCorrected("Racks", "not shelves"),
         "Title corrected to Racks: not shelves.", "标题更正为Racks：not shelves。"),
        (events.TitleCorrected("", "too early"),
         "Title taken away: too early.", "标题已删除：too early。"),
        (events.ContactAdded(RUTH), "New on the map: Ruth Okafor (CFO): economic buyer.",
         "新增联系人：Ruth Okafor（CFO）：最终决策者。"),
        (events.ContactChanged(RUTH), "Map changed: Ruth Okafor (CFO): economic buyer.",
         "联系人变更：Ruth Okafor（CFO）：最终决策者。"),
        (events.ContactChanged(evolve(RUTH, department="Finance", level="executive",
                                      left=date(2026, 4, 1))),
         ("Map changed: Ruth Okafor (CFO): economic buyer, Finance, executive, leaves on"
          " 1 Apr 2026."),
         "联系人变更：Ruth Okafor（CFO）：最终决策者、Finance、高层、2026年4月1日离开。"),
        (events.ContactsMerged("mia", "ruth", "one card was old"),
         "Mia Lind and Ruth Okafor are one person: one card was old.",
         "Mia Lind和Ruth Okafor是同一个人：one card was old。"),
        (events.MergeUndone("mia", "two desks"),
         "Mia Lind is a person by himself after all: two desks.",
         "Mia Lind其实是另一个人：two desks。"),
        (events.Confirmed("ruth", ("budget.approved", "budget.amount"), SOMEDAY, "All of it."),
         ("Ruth Okafor (CFO): “All of it.” (still so: the budget is approved; the amount of the"
          " budget)."),
         "Ruth Okafor（CFO）：“All of it.”（仍然如此：预算已获批准；预算金额）。"),
        (events.Confirmed("ruth", ("budget.approved",), SOMEDAY),
         "Ruth Okafor (CFO): still so: the budget is approved.",
         "Ruth Okafor（CFO）：仍然如此：预算已获批准。"),
        (events.AmountChanged(Money("50000", "EUR"), "two bays more"),
         "The price is now EUR 50,000: two bays more.", "报价改为50,000欧元：two bays more。"),
        (met("call", "phone", "ruth", "mia"),
         "Call with Ruth Okafor and Mia Lind (phone).", "与Ruth Okafor和Mia Lind通话（phone）。"),
        (met("call", "", "mia", spoke="us"),
         "Call to Mia Lind (no answer).", "致电Mia Lind（无回应）。"),
        (met("call", "call", "mia", spoke="them"),
         "Call from Mia Lind (we did not speak).", "Mia Lind来电（我方未回应）。"),
        (met("mail", "mail", "mia"),
         "Mails with Mia Lind.", "与Mia Lind邮件往来。"),
        (met("mail", "mail", "mia", spoke="us"),
         "Mail to Mia Lind (no answer).", "发邮件给Mia Lind（无回应）。"),
        (met("mail", "post", "mia", spoke="them"),
         "Mail from Mia Lind (post, we did not speak).", "Mia Lind来信（post、我方未回应）。"),
        (met("visit", "Halden", "mia", spoke="us"),
         "Visit to Mia Lind (Halden, no answer).", "拜访Mia Lind（Halden、无回应）。"),
        (met("meeting", "", "mia", spoke="them"),
         "Meeting with Mia Lind (we did not speak).", "与Mia Lind会面（我方未回应）。"),
        (events.TimeCorrected(4, 4, DAY, "clock a year ahead"),
         "Time of entry 4 corrected to 3 May 2026, 09:00 UTC: clock a year ahead.",
         "第4条记录的时间更正为2026年5月3日 09:00 UTC：clock a year ahead。"),
        (events.TimeCorrected(4, 9, DAY, "clock a year ahead"),
         "Times of entries 4 to 9 corrected, from 3 May 2026, 09:00 UTC on: clock a year ahead.",
         "第4至9条记录的时间已更正，改自2026年5月3日 09:00 UTC起：clock a year ahead。"),
        (events.Said("budget.amount", "60000 EUR", "contact", "ruth", DAY, "Sixty"),
         "Ruth Okafor (CFO): “Sixty” (the amount of the budget: EUR 60,000).",
         "Ruth Okafor（CFO）：“Sixty”（预算金额：60,000欧元）。"),
        (events.Said("budget.amount", "60000 EUR", "document", "Memo", DAY),
         "Document “Memo”: the amount of the budget: EUR 60,000.",
         "文件“Memo”：预算金额：60,000欧元。"),
        (events.Withdrawn(7, "misheard"), "Statement 7 taken back: misheard.",
         "第7条陈述已撤回：misheard。"),
        (events.Waived("proof_passed", "Ana Ruiz", "known product", None),
         "Ana Ruiz sets “Proof passed” aside: known product.",
         "Ana Ruiz特批放行“验证已通过”：known product。"),
        (events.Waived("proof_passed", "Ana Ruiz", "known product", DAY),
         "Ana Ruiz sets “Proof passed” aside until 3 May 2026: known product.",
         "Ana Ruiz特批放行“验证已通过”至2026年5月3日：known product。"),
        (events.Moved("m", "qualification", "buying_roles", "ready", {}),
         "Moved on from Qualification to Buying roles.",
         "从“确定客户、预算和购买时间”进入“采购角色”。"),
        (events.Moved("m", "buying_roles", "guided_competition", "ready", GUARDS),
         ("Moved on from Buying roles to Guided competition. Passed over: Budget approved, Wanted"
          " within a reasonable time, Our offer can help."),
         ("从“采购角色”进入“方案引导与竞争对比”。未成立但不影响推进：预算已批准、购买时间合理、"
          "我们的方案能解决问题。")),
        (events.Moved("m", "fulfilment", "fulfilled", "ready", {}), "The deal is fulfilled.",
         "商机已履约完成。"),
        (events.Refused("m", "buying_roles", "guided_competition", "reconcile", GUARDS),
         ("Not allowed to leave Buying roles yet. Contradictory: Budget approved. Not so: Our offer"
         " can help. Not known: Wanted within a reasonable time."),
         ("暂不能离开“采购角色”。说法矛盾：预算已批准。不成立：我们的方案能解决问题。尚不清楚："
         "购买时间合理。")),
        (events.Refused("m", "first_contact", "qualification", "walk_away", GUARDS),
         ("Not allowed to leave First contact yet. Contradictory: Budget approved. Not so: Our"
          " offer can help, Severe problem. Not known: Wanted within a reasonable time."),
         ("暂不能离开“初次接触”。说法矛盾：预算已批准。不成立：我们的方案能解决问题、问题严重。"
          "尚不清楚：购买时间合理。")),
        (events.SteppedBack("trial_close", "buying_roles", "no", "rejected", {}),
         "The customer said no. Back from Trial close to Buying roles.",
         "客户拒绝。从“试探成交”退回“采购角色”。"),
        (events.SteppedBack("trial_close", "buying_roles", "new board", "rep", {}),
         "Back from Trial close to Buying roles: new board.",
         "从“试探成交”退回“采购角色”：new board。"),
        (events.WalkedAway("buying_roles", "no money", "walk_away", GUARDS),
         "We walked away at Buying roles: no money. Not so: Our offer can help, Severe problem.",
         "我方在“采购角色”主动放弃：no money。不成立：我们的方案能解决问题、问题严重。"),
        (events.WalkedAway("buying_roles", "no time", "ask", {}),
         "We left at Buying roles by our own choice: no time.",
         "我方在“采购角色”自行决定退出：no time。"),
        (events.Lost("trial_close", "price", "rival", "Acme"),
         "Lost at Trial close to a rival (Acme): price.",
         "在“试探成交”丢单，客户选择竞争对手（Acme）：price。"),
        (events.Lost("trial_close", "price", "nothing", ""),
         "Lost at Trial close to doing nothing: price.",
         "在“试探成交”丢单，客户选择什么都不做：price。"),
        (events.Reopened("buying_roles", "lost", "they called"),
         "Taken up again at Buying roles (lost before): they called.",
         "在“采购角色”重新启动（此前已丢单）：they called。"),
    ],
    ids=lambda value: value.KIND if hasattr(value, "KIND") else None,
)  # fmt: skip
def test_every_event_is_told(event: events.Event, en: str, zh: str) -> None:
    """Each kind of entry is a sentence or two in both languages."""
    told = [w.entry(Entry(1, DAY, BY, event.KIND, event, "", "")) for w in (EN, ZH)]
    assert told == [en, zh]


def test_there_is_a_sentence_for_every_kind_of_event() -> None:
    """No event is left without words."""
    tellers = _wording_entries._TELLERS
    assert set(tellers) == set(get_args(events.Event))


def test_a_refusal_is_told_with_everything_in_the_way() -> None:
    """A refused move names its step and each finding."""
    deal = new_deal()
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=now(deal))
    lines = Wording.of(deal).error(caught.value).splitlines()
    assert lines[0] == "First contact cannot be left."
    assert "Presenting problem on record: not known yet. Never asked: the presenting problem." in (
        lines
    )
    assert Wording.of(deal, "zh").error(caught.value).startswith("暂不能离开“初次接触”。")


def test_other_errors_are_told_as_far_as_they_can_be() -> None:
    """A move that is not allowed names its step; somebody else's words are told as they are."""
    error = MoveNotAllowed("no", step="qualification")
    assert EN.error(error) == "This move is not possible at Qualification."
    assert ZH.error(MoveNotAllowed("no", step="x")) == "在“x”不能这样做。"
    assert ZH.error(EvidenceError("no such fact")) == "no such fact"


def test_a_move_that_is_not_allowed_is_told_with_its_reason() -> None:
    """Behind the step stands why."""
    deal = new_deal()
    with pytest.raises(MoveNotAllowed) as caught:
        deal.advance(to="negotiation", by=BY, at=now(deal))
    assert EN.error(caught.value) == (
        "This move is not possible at First contact."
        " No move leads from first_contact to 'negotiation'."
    )
    assert ZH.error(caught.value) == (
        "在“初次接触”不能这样做。从first_contact没有通向'negotiation'的推进。"
    )


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (sentence("line {line}, column {column}", line=1, column=5), "第1行第5列：不是UTF-8"),
        (
            sentence("row {row}, column {column}", row=12, column="Budget"),
            "第12行“Budget”列：不是UTF-8",
        ),
        ("guards.timely.when", "guards.timely.when：不是UTF-8"),
        ("", "不是UTF-8"),
    ],
)
def test_places_are_told_in_the_language(place: str, told: str) -> None:
    """Lines, rows and columns have their words, names of keys stay."""
    problem = Problem(place, sentence("is not UTF-8"))
    assert Words("zh").in_words(str(problem)) == told
    assert Words("zh").in_words(problem.in_("a.toml")) == f"a.toml：{told}"


def test_rules_built_in_python_are_told_with_their_name() -> None:
    """Where there is no file, the playbook is named, in the language."""
    with pytest.raises(PlaybookError) as caught:
        playbook(step("talk", "rael"), facts=[fact()], guards=[guard("real", "known(need.real)")])
    assert ZH.error(caught.value).startswith(
        "销售打法small：steps.talk.leave_when：没有条件'rael'（是否指'real'？）"
    )


@pytest.mark.parametrize(
    ("type_", "raw", "told"),
    [
        (ValueType.DATE, "2026-02-30", "这个月没有这一天"),
        (ValueType.DATE, "2026-13-01", "月份必须在1到12之间"),
        (ValueType.DATE, "soon", "'soon'不是日期，应写成2026-05-01"),
        (ValueType.LIST, 7, "7不是文本列表"),
    ],
)
def test_what_a_value_is_not_is_told(type_: ValueType, raw: object, told: str) -> None:
    """Also where it is Python that does not know such a day."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are looked at
        from_json(type_, raw)
    assert Words("zh").in_words(str(caught.value)) == told


def test_every_problem_of_a_file_is_told() -> None:
    """Each problem of a playbook stands in a line, with its place in the file."""
    rules = dump_playbook(small()).replace('when = "', 'when = "known( or ')
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(rules, "ours.toml")
    told = ZH.error(caught.value).splitlines()
    assert [line.partition("：")[2] for line in told] == [
        "guards.good.when：不是判定式：'('没有闭合",
        "guards.rich.when：不是判定式：'('没有闭合",
    ]
    assert all(line.startswith("ours.toml:") for line in told)


def test_words_are_about_the_deal_as_it_is() -> None:
    """People, statements and waivers come from the deal."""
    deal: Deal = new_deal()
    deal.add_contact("ruth", name="Ruth", by=BY, at=START)
    entry = deal.hear("ruth", "budget.approved", True, by=BY, at=START)
    w = Wording.of(deal)
    assert w.statement(entry.seq) == "Ruth, 2 Mar 2026: the budget is approved: yes"


def test_any_playbook_has_words() -> None:
    """Nothing is wired to the shipped playbook."""
    w = Wording(full(), "zh")
    assert w.text(Text("a\n b", "甲\n 乙")) == "甲 乙"
    assert w.guard("real") == "real（中）"
    book = playbook(
        step("talk", "real"),
        facts=[fact(type_=ValueType.CHOICE, choices={"a": Text("A", "甲")})],
        guards=[guard("real", "known(need.real)")],
        coaching=Coaching(walk_away=Text("Bye {name}", "再见{name}")),
    )
    assert Wording(book, "zh").value("need.real", "a") == "甲"
    assert Question("q", Text("a", "甲")).of == ()
