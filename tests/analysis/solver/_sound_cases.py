"""Forms that were once called impossible, and others near them: each with a deal that is so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from dealflow import Money, Truth
from tests.analysis.solver._sound_hand import (
    AT,
    NOW,
    Case,
    card,
    crowd,
    lines,
    one,
    papers,
    people,
    says,
    several,
    talks,
)
from tests.analysis.solver._sound_words import Declared

__all__ = ["CASES"]

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
_OLD: Final = timedelta(days=90)


def _fact(name: str, type_: str, *, of: str = "deal", **rest: str) -> Declared:
    choices = ("a", "b", "k1") if type_ == "choice" else ()
    return Declared(name, type_, of, choices, rest)


_YES = _fact("our.yes", "yes_no")
_NUM = _fact("our.num", "number")
_MARKS = tuple(_fact(f"our.m{number}", "number") for number in range(6))
_DAY = _fact("our.day", "date")
_DAYS = tuple(_fact(f"our.d{number}", "date") for number in range(3))
_TEXT = _fact("our.text", "text")
_PICK = _fact("our.pick", "choice")
_LIST = _fact("our.list", "list")
_WHO = _fact("our.who", "person")
_SUM = _fact("our.sum", "money")
_SPAN = _fact("our.span", "duration")
_FINAL = _fact("our.last", "number", final_word='["payer"]')
_THRICE = _fact("our.thrice", "text", sources="{ at_least = 3 }")
_TWICE = _fact("our.twice", "number", sources="{ at_least = 3 }")
_OWN = _fact("own.num", "number", of="contact")
_OWN_SELF = _fact("own.self", "yes_no", of="contact", sources='{ roles = ["self"] }')
_AGING = _fact("our.aging", "number", good_for='"P30D"', final_word='["payer"]')
_FIVE = '"a" in our.list and "b" in our.list and "c" not in our.list'

CASES: Final[Mapping[str, Case]] = {
    "some of five items": Case(
        (_LIST,),
        {f'{_FIVE} and "d" not in our.list and "e" not in our.list': TRUE},
        papers("our.list", ["a", "b"]),
    ),
    "some of five products": Case(
        (_YES,),
        {
            '"a" in deal.products and "b" in deal.products and "c" not in deal.products'
            ' and "d" not in deal.products and "e" not in deal.products': TRUE
        },
        lines(a="1", b="2"),
    ),
    "a choice that is a text": Case(
        (_PICK, _TEXT),
        {"our.pick == our.text": TRUE},
        several(papers("our.pick", "a"), papers("our.text", "a")),
    ),
    "a person in a list": Case(
        (_WHO, _LIST),
        {"our.who in our.list": TRUE},
        several(people(k1=""), papers("our.who", "k1"), papers("our.list", ["k1"])),
    ),
    "a person who is a text": Case(
        (_WHO, _TEXT, _PICK),
        {"our.who == our.text == our.pick": TRUE},
        several(
            people(k1=""),
            papers("our.who", "k1"),
            papers("our.text", "k1"),
            papers("our.pick", "k1"),
        ),
    ),
    "a person who is the account and the owner": Case(
        (_WHO,),
        {"deal.account == our.who": TRUE, "deal.owner == our.who": TRUE},
        several(people(k1=""), papers("our.who", "k1"), card(owner="k1")),
        account="k1",
    ),
    "a choice that is the account": Case(
        (_PICK,), {"deal.account == our.pick": TRUE}, papers("our.pick", "a"), account="a"
    ),
    "a choice among our products": Case(
        (_PICK,),
        {"our.pick in deal.products": TRUE},
        several(papers("our.pick", "a"), lines(a="1")),
    ),
    "where the deal came from, in their words": Case(
        (_TEXT,),
        {"deal.source == our.text": TRUE},
        several(papers("our.text", "referral"), card(source="referral")),
    ),
    "a department in their words": Case(
        (_TEXT,),
        {"some(payer, contact.department == our.text)": TRUE},
        several(one("k1", ["payer"], department="IT"), papers("our.text", "IT")),
    ),
    "people counted by a fact": Case(
        (_NUM,),
        {"count(payer) == our.num and our.num >= 4": TRUE},
        several(crowd(4, "payer"), papers("our.num", 4)),
    ),
    "items counted by a fact": Case(
        (_NUM, _LIST),
        {"size(our.list) == our.num and our.num > 5": TRUE},
        several(papers("our.list", list("abcdef")), papers("our.num", 6)),
    ),
    "talks counted by a fact": Case(
        (_NUM,),
        {"deal.talks == our.num and our.num >= 5": TRUE},
        several(people(k1=""), talks(5), papers("our.num", 5)),
    ),
    "a rating that a fact names": Case(
        (_NUM,),
        {"some(payer, contact.rating == our.num) and our.num < -3": TRUE},
        several(one("k1", ["payer"], rating=-4), papers("our.num", -4)),
    ),
    "seven heard": Case(
        (_YES,),
        {"heard(7)": TRUE},
        several(crowd(7), *(says(f"k{n}", "our.yes", True) for n in range(1, 8))),
    ),
    "eight voices": Case(
        (_YES, _NUM),
        {"voices(our.yes) > 7": TRUE, "voices(our.yes, our.num) <= 6": FALSE},
        several(crowd(8), *(says(f"k{n}", "our.yes", True) for n in range(1, 9))),
    ),
    "a voice too many": Case(
        (_THRICE,),
        {"voices(our.thrice) == 2": FALSE},
        several(crowd(3), *(says(f"k{n}", "our.thrice", "a") for n in range(1, 4))),
    ),
    "one person in two roles": Case(
        (_WHO,),
        {"plays(our.who, payer) and plays(our.who, coach)": TRUE},
        several(people(k1="payer coach"), papers("our.who", "k1")),
    ),
    "three people in two roles each": Case(
        (_YES,),
        {
            "count(payer) == 2 and count(coach) == 2 and count(user) == 2"
            " and count(any_role) == 3": TRUE
        },
        people(k1="payer coach", k2="coach user", k3="user payer"),
    ),
    "two people in three roles": Case(
        (_YES,),
        {
            "covered(payer) and covered(coach) and covered(user) and count(any_role) == 2"
            " and count(payer) == 1": TRUE
        },
        people(k1="payer coach", k2="user"),
    ),
    "five people who differ": Case(
        (_OWN,),
        {" and ".join(f"some(payer, own.num == {n})" for n in range(1, 6)): TRUE},
        several(crowd(5, "payer"), *(says(f"k{n}", "own.num", n) for n in range(1, 6))),
    ),
    "people of three influences": Case(
        (_YES,),
        {
            " and ".join(
                f'some(payer, contact.influence == "{each}" and not contact.heard)'
                for each in ("high", "medium", "low")
            )
            + " and count(payer) == 3": TRUE
        },
        several(*(one(each, ["payer"], influence=each) for each in ("high", "medium", "low"))),
    ),
    "four lists of one item": Case(
        (_LIST,),
        {
            " and ".join(f'named(our.list, "{item}")' for item in "abcd")
            + " and size(our.list) == 1": TRUE
        },
        papers("our.list", ["a"], ["b"], ["c"], ["d"]),
    ),
    "one list in two orders": Case(
        (_LIST,),
        {
            'disputed(our.list) and size(our.list) == 2 and "a" in our.list'
            ' and "b" in our.list': TRUE
        },
        papers("our.list", ["a", "b"], ["b", "a"]),
    ),
    "one item twice": Case(
        (_LIST,),
        {'size(our.list) == 2 and "a" in our.list': TRUE},
        papers("our.list", ["a", "a"]),
    ),
    "three values": Case(
        (_NUM, _DAY, _SPAN, _SUM),
        {
            "our.num < our.num < our.num": CONFLICTED,
            "our.day < our.day < our.day": CONFLICTED,
            "our.span < our.span < our.span": CONFLICTED,
            "our.sum < our.sum < our.sum": CONFLICTED,
        },
        several(
            papers("our.num", 1, 2, 3),
            papers("our.day", "2026-01-01", "2026-01-02", "2026-01-03"),
            papers("our.span", "P1D", "P2D", "P3D"),
            papers("our.sum", "1 EUR", "2 EUR", "3 EUR"),
        ),
    ),
    "four values in one order": Case(
        (_NUM,),
        {"1 <= our.num < our.num < our.num < our.num <= 4": CONFLICTED},
        papers("our.num", 1, 2, 3, 4),
    ),
    "six facts between two numbers": Case(
        _MARKS,
        {f"1 < {' < '.join(fact.id for fact in _MARKS)} < 2": TRUE},
        several(*(papers(f"our.m{n}", f"1.{n + 1}") for n in range(6))),
    ),
    "three days that touch": Case(
        _DAYS,
        {'date("2026-01-05") <= our.d0 < our.d1 < our.d2 <= date("2026-01-07")': TRUE},
        several(*(papers(f"our.d{n}", f"2026-01-0{n + 5}") for n in range(3))),
    ),
    "two who have the final word": Case(
        (_FINAL,),
        {"our.last > 5": CONFLICTED, "final(our.last)": TRUE, "dissent(our.last)": FALSE},
        several(
            people(k1="payer", k2="payer"),
            says("k1", "our.last", 1),
            says("k2", "our.last", 9),
        ),
    ),
    "against two who have the final word": Case(
        (_FINAL,),
        {"disputed(our.last) and dissent(our.last)": TRUE, "voices(our.last) == 2": TRUE},
        several(
            people(k1="payer", k2="payer", k3=""),
            says("k1", "our.last", 1),
            says("k2", "our.last", 9),
            says("k3", "our.last", 5),
        ),
    ),
    "a final word that is out of date": Case(
        (_AGING,),
        {"missing(our.aging)": TRUE, "heard(2)": TRUE},
        several(
            people(k1="payer", k2=""),
            says("k1", "our.aging", 1, said_at=AT - _OLD),
            says("k2", "our.aging", 2),
        ),
    ),
    "differing and not established": Case(
        (_TWICE,),
        {"our.twice == our.twice and disputed(our.twice)": UNKNOWN},
        papers("our.twice", 1, 2),
    ),
    "of himself and of another": Case(
        (_OWN_SELF,),
        {
            "some(payer, own.self)": TRUE,
            "every(payer, known(own.self))": UNKNOWN,
            "every(payer, disputed(own.self))": FALSE,
        },
        several(
            people(k1="payer", k2="payer"),
            says("k1", "own.self", True),
            says("k1", "own.self", True, about="k2"),
        ),
    ),
    "a person whose name is written down": Case(
        (_WHO,),
        {'our.who == "k7"': TRUE, 'our.who in ["k7", "k8"]': TRUE},
        several(people(k7=""), papers("our.who", "k7")),
    ),
    "two people whose names are written down": Case(
        (_WHO,),
        {'our.who != "k7"': CONFLICTED},
        several(people(k7="", k8=""), papers("our.who", "k7", "k8")),
    ),
    "voices behind one fact and behind another": Case(
        (_YES, _NUM),
        {"voices(our.yes) == 3 and voices(our.yes, our.num) >= 4": TRUE},
        several(
            crowd(4),
            *(says(f"k{n}", "our.yes", True) for n in range(1, 4)),
            says("k4", "our.num", 1),
        ),
    ),
    "a holder who is not the one named": Case(
        (_WHO,),
        {"some(coach, plays(our.who, payer)) and plays(our.who, coach)": TRUE},
        several(people(k1="coach payer", k2="coach"), papers("our.who", "k1")),
    ),
    "one named who holds a role, and one who does not": Case(
        (_fact("our.said", "person", sources='{ roles = ["payer"] }'),),
        {"plays(our.said, coach) and count(coach) == 2": CONFLICTED},
        several(
            people(k1="coach", k2="coach", k3="payer"),
            says("k3", "our.said", "k1"),
            papers("our.said", "k3"),
        ),
    ),
    "a level in their words": Case(
        (_fact("own.text", "text", of="contact"),),
        {"some(coach, own.text == contact.level)": TRUE},
        several(one("k1", ["coach"], level="staff"), says("k1", "own.text", "staff")),
    ),
    "somebody not heard beside those who are": Case(
        (_FINAL,),
        {"some(coach, not contact.heard) and dissent(our.last)": TRUE},
        several(
            people(k1="payer", k2="coach"),
            says("k1", "our.last", 1),
            papers("our.last", 2),
        ),
    ),
    "seven heard and one not": Case(
        (_YES,),
        {"heard(7) and some(user, not contact.heard)": TRUE},
        several(
            crowd(7), people(k8="user"), *(says(f"k{n}", "our.yes", True) for n in range(1, 8))
        ),
    ),
    "ten people": Case((_YES,), {"count(any_role) <= 9": FALSE}, crowd(10, "user")),
    "two who have the final word on one": Case(
        (_fact("own.list", "list", of="contact", final_word='["payer"]'),),
        {'every(coach, "b" in own.list)': CONFLICTED, "some(coach, final(own.list))": TRUE},
        several(
            people(k1="payer", k2="payer", k3="coach"),
            says("k1", "own.list", ["b"], about="k3"),
            says("k2", "own.list", ["a"], about="k3"),
        ),
    ),
    "amounts that hang together": Case(
        (_SUM,),
        {
            "deal.amount < deal.lines_total": TRUE,
            "deal.lines_total == our.sum": TRUE,
            'our.sum < money("0.02 EUR")': TRUE,
        },
        several(
            lines(a="0.01"),
            papers("our.sum", "0.01 EUR"),
            lambda deal: deal.change_amount(Money(0, "EUR"), reason="new", **NOW),
        ),
    ),
}
"""Each a form by name."""
