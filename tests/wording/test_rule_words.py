"""What a playbook asks for, in words: of whom, how fresh, when, and which way a deal goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dealflow import Fact, Language, Move, Role, Sources, Text, ValueType, WalkAway, parse_playbook
from dealflow.wording import Wording
from tests._playbooks import FORK, fact, guard, playbook, step

BUYER = Role("buyer", Text("Economic buyer", "最终决策者"))
SPONSOR = Role("sponsor", Text("Sponsor", "内部支持者"))
BOTH = ("buyer", "sponsor")
BOOK = playbook(
    step("talk", "real", "once"),
    step("sell", "worst"),
    roles=[BUYER, SPONSOR],
    guards=[guard("real"), guard("once", standing=False), guard("worst"), guard("way")],
    walk_away=WalkAway(("way",), "sell"),
)
EN, ZH = Wording(BOOK), Wording(BOOK, "zh")


@pytest.mark.parametrize(
    ("sources", "final", "en", "zh"),
    [
        (Sources(), (), "Anybody's word counts.", "任何人说的都算数。"),
        (
            Sources(roles=BOTH),
            (),
            "It takes the word of the economic buyer or the sponsor, told on or in person.",
            "需要最终决策者或内部支持者的答复，亲口所说或他人转述均可。",
        ),
        (
            Sources(roles=("buyer",), first_hand=True),
            (),
            "It takes the economic buyer, heard first-hand.",
            "需要听最终决策者亲口说。",
        ),
        (
            Sources(roles=("self",), documents=True),
            (),
            "It takes the word of the person in question, or something in writing.",
            "需要本人的答复，或书面文件。",
        ),
        (
            Sources(2, ("buyer",), first_hand=True, documents=True),
            (),
            (
                "It takes the economic buyer, heard first-hand, or something in writing. It takes"
                " 2 different sources that say so."
            ),
            "需要听最终决策者亲口说，或看到书面文件。需要有2个不同来源。",
        ),
        (
            Sources(first_hand=True),
            ("buyer",),
            (
                "It counts once it is heard first-hand, or seen in writing. Once the economic buyer"
                " has said it in person, only that counts."
            ),
            "要听到亲口所说，或看到书面文件，才算数。最终决策者一旦亲口说了，就只以此为准。",
        ),
        (Sources(3), (), "It takes 3 different sources that say so.", "需要有3个不同来源。"),
    ],
)
def test_whose_word_counts(sources: Sources, final: tuple[str, ...], en: str, zh: str) -> None:
    """Roles, what is heard first-hand, papers, the number of sources, and the final word."""
    one = fact(sources=sources, final_word=final)
    assert EN.whose_word(one) == en
    assert ZH.whose_word(one) == zh


@pytest.mark.parametrize(
    ("age", "reason", "en", "zh"),
    [
        (timedelta(days=90), "", "An answer is good for 90 days.", "答复在90天内有效。"),
        (timedelta(days=1), "never", "An answer is good for 1 day.", "答复在1天内有效。"),
        (None, "", "An answer never goes out of date.", "答复不会过期。"),
        (
            None,
            "it  took place",
            "An answer never goes out of date: “it took place”.",
            "答复不会过期：“it took place”。",
        ),
    ],
)
def test_how_long_an_answer_is_good_for(
    age: timedelta | None, reason: str, en: str, zh: str
) -> None:
    """So long, or for ever; then the author may have said why."""
    one = fact(good_for=age)
    assert EN.good_for(one, reason) == en
    assert ZH.good_for(one, reason) == zh


@pytest.mark.parametrize(
    ("type_", "rest", "en", "zh"),
    [
        ("yes_no", {}, "yes or no", "是或否"),
        ("number", {}, "a number", "数字"),
        ("money", {}, "an amount of money", "金额"),
        ("date", {}, "a day", "日期"),
        ("duration", {}, "a length of time", "时长"),
        ("text", {}, "in words", "文字"),
        ("list", {}, "a list", "清单"),
        ("person", {}, "a person", "某个人"),
        (
            "choice",
            {"choices": {"a": Text("one", "甲"), "b": Text("other", "乙")}},
            "“one” or “other”",
            "“甲”或“乙”",
        ),
        ("text", {"of": "contact"}, "in words, for each person", "文字，每人各答"),
    ],
)
def test_what_an_answer_can_be(type_: str, rest: dict[str, Any], en: str, zh: str) -> None:
    """A word for each type, and the choices where there are some."""
    one = Fact("need.real", Text("it", "它"), ValueType(type_), **rest)
    assert EN.answers(one) == en
    assert ZH.answers(one) == zh


@pytest.mark.parametrize(
    ("name", "at", "en", "zh"),
    [
        ("real", "talk", "checked ever after", "此后每一步都再检查"),
        ("once", "talk", "checked once", "只检查一次"),
        ("worst", "sell", "checked here", "在此检查"),
    ],
)
def test_when_a_guard_is_checked(name: str, at: str, en: str, zh: str) -> None:
    """Once, at every later step, or nowhere else as its step is the last."""
    assert EN.checked(name, at) == en
    assert ZH.checked(name, at) == zh


def test_walk_away_guards_are_checked_ever_after_by_their_policy() -> None:
    """Also where the step that asks for them first can be gone round."""
    straight = Move("straight", "talk", "sign")
    book = playbook(
        *(step(name) for name in ("talk", "try", "sign", "end")),
        guards=[guard("worst")],
        moves=[
            *(Move("to_try", "talk", "try"), Move("to_sign", "try", "sign"), straight),
            *(Move("to_end", "sign", "end"), Move("done", "end", "fulfilled")),
        ],
        walk_away=WalkAway(("worst",), "try"),
    )
    assert Wording(book).checked("worst", "try") == "checked ever after"
    assert all("worst" in plan.walk_away for at in ("sign", "end") for plan in book.plans[at])


def test_what_the_sentence_of_a_policy_leaves_out() -> None:
    """From where on a clear no counts, and what ends it at once; nothing where there is nothing."""
    plain = WalkAway(("way",), "sell")
    assert [*EN.policy_details(plain)] == []
    assert [*EN.policy_details(WalkAway(("way",), "sell", watch_from="sell"))] == []
    more = WalkAway(("way",), "sell", watch_from="talk", at_once=("real", "worst"))
    assert [*EN.policy_details(more)] == [
        "A clear no to one of them counts from “talk” on, before they are needed",
        "A clear no to “real” or “worst” means walking away at once, at any step",
    ]
    assert [*ZH.policy_details(more)] == [
        "从“talk（中）”起，任何一项被明确否定就已算数，即使那时还不要求成立",
        "无论在哪一步，“real（中）”或“worst（中）”被明确否定就应立即放弃",
    ]


@pytest.mark.parametrize(
    ("ready", "lang", "told"),
    [
        (
            None,
            "en",
            "A deal goes the way that is named; when none is, the first of these that is ready.",
        ),
        ((), "en", "None is ready. What follows is about the way to “Pilot”: it comes first."),
        ((1,), "en", "One is ready. Unless another is named, the deal goes to “Contract”."),
        (
            (1, 2),
            "en",
            "2 are ready. Unless one is named, the deal goes to “Contract”: it comes first.",
        ),
        (None, "zh", "指定了路径，就走指定的路径；没有指定，就走以下第一条已就绪的路径。"),
        ((), "zh", "没有一条路径已就绪。以下针对排在最前的一条，即前往“试用”的路径。"),
        ((1,), "zh", "有一条路径已就绪。如果没有指定其他路径，商机将进入“合同”。"),
    ],
)
def test_which_way_a_deal_goes(ready: tuple[int, ...] | None, lang: Language, told: str) -> None:
    """The rule, and what it comes to when none, one or several are ready."""
    book = parse_playbook(FORK)
    ways = book.plans["talk"]
    chosen = None if ready is None else tuple(ways[i] for i in ready)
    assert Wording(book, lang).order_of_ways(ways, chosen) == told
