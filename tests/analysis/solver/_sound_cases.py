"""Forms that were once called impossible, and others near them: each with a deal that is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from attrs import frozen

from dealflow import Deal, Line, Money, Playbook, Truth, parse_playbook
from tests.analysis.solver._sound_playbooks import ALL, written
from tests.analysis.solver._sound_words import Declared

__all__ = ["AT", "CASES", "Case"]

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
AT: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
_NOW: Final[dict[str, Any]] = {"by": "rep", "at": AT}
_ROLES: Final = ("payer", "coach", "user")
_OLD: Final = timedelta(days=90)

Deed: TypeAlias = Callable[[Deal], object]


def _several(*deeds: Deed) -> Deed:
    def do(deal: Deal) -> None:
        for deed in deeds:
            deed(deal)

    return do


def _people(**roles: str) -> Deed:
    """Put people on the map, each with some roles."""
    return _several(*(_one(id, held.split()) for id, held in roles.items()))


def _one(id: str, roles: list[str], **fields: Any) -> Deed:
    return lambda deal: deal.add_contact(id, name=id, roles=roles, **fields, **_NOW)


def _says(who: str, fact: str, value: object, **details: Any) -> Deed:
    return lambda deal: deal.hear(who, fact, value, **details, **_NOW)


def _papers(fact: str, *values: object) -> Deed:
    """Let one paper after the other say something."""
    return _several(
        *(_paper(f"paper {number}", fact, value) for number, value in enumerate(values))
    )


def _paper(name: str, fact: str, value: object) -> Deed:
    return lambda deal: deal.read(name, fact, value, **_NOW)


def _talks(number: int) -> Deed:
    def do(deal: Deal) -> None:
        for _ in range(number):
            deal.meet("call", participants=["k1"], **_NOW)

    return do


def _card(**fields: Any) -> Deed:
    return lambda deal: deal.change_card(**fields, **_NOW)


def _lines(**amounts: str) -> Deed:
    lines = [Line(product, Money(amount, "EUR")) for product, amount in amounts.items()]
    return _card(lines=tuple(lines))


def _crowd(number: int, roles: str = "") -> Deed:
    return _people(**{f"k{n}": roles for n in range(1, number + 1)})


@frozen
class Case:
    """What a deal shows.

    Attributes:
        facts: the declarations.
        truths: for each condition, what it comes to.
        deed: what is done to a deal that was just opened.
        account: the customer.
    """

    facts: tuple[Declared, ...]
    truths: Mapping[str, Truth]
    deed: Deed
    account: str = "Northwind"

    def playbook(self) -> Playbook:
        """The playbook with a guard for each condition."""
        guards = {f"g{number}": when for number, when in enumerate(self.truths)}
        return parse_playbook(written(self.facts, _ROLES, guards))

    def deal(self, playbook: Playbook) -> Deal:
        """The deal that is so."""
        deal = Deal.open(playbook, id="D-1", account=self.account, **_NOW)
        self.deed(deal)
        return deal

    def shown(self, playbook: Playbook) -> dict[str, Truth]:
        """What the deal comes to, by the guard."""
        findings = self.deal(playbook).assess(at=AT, to=ALL).findings
        return {each.guard: each.truth for each in findings}


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
        _papers("our.list", ["a", "b"]),
    ),
    "some of five products": Case(
        (_YES,),
        {
            '"a" in deal.products and "b" in deal.products and "c" not in deal.products'
            ' and "d" not in deal.products and "e" not in deal.products': TRUE
        },
        _lines(a="1", b="2"),
    ),
    "a choice that is a text": Case(
        (_PICK, _TEXT),
        {"our.pick == our.text": TRUE},
        _several(_papers("our.pick", "a"), _papers("our.text", "a")),
    ),
    "a person in a list": Case(
        (_WHO, _LIST),
        {"our.who in our.list": TRUE},
        _several(_people(k1=""), _papers("our.who", "k1"), _papers("our.list", ["k1"])),
    ),
    "a person who is a text": Case(
        (_WHO, _TEXT, _PICK),
        {"our.who == our.text == our.pick": TRUE},
        _several(
            _people(k1=""),
            _papers("our.who", "k1"),
            _papers("our.text", "k1"),
            _papers("our.pick", "k1"),
        ),
    ),
    "a person who is the account and the owner": Case(
        (_WHO,),
        {"deal.account == our.who": TRUE, "deal.owner == our.who": TRUE},
        _several(_people(k1=""), _papers("our.who", "k1"), _card(owner="k1")),
        account="k1",
    ),
    "a choice that is the account": Case(
        (_PICK,), {"deal.account == our.pick": TRUE}, _papers("our.pick", "a"), account="a"
    ),
    "a choice among our products": Case(
        (_PICK,),
        {"our.pick in deal.products": TRUE},
        _several(_papers("our.pick", "a"), _lines(a="1")),
    ),
    "where the deal came from, in their words": Case(
        (_TEXT,),
        {"deal.source == our.text": TRUE},
        _several(_papers("our.text", "referral"), _card(source="referral")),
    ),
    "a department in their words": Case(
        (_TEXT,),
        {"some(payer, contact.department == our.text)": TRUE},
        _several(_one("k1", ["payer"], department="IT"), _papers("our.text", "IT")),
    ),
    "people counted by a fact": Case(
        (_NUM,),
        {"count(payer) == our.num and our.num >= 4": TRUE},
        _several(_crowd(4, "payer"), _papers("our.num", 4)),
    ),
    "items counted by a fact": Case(
        (_NUM, _LIST),
        {"size(our.list) == our.num and our.num > 5": TRUE},
        _several(_papers("our.list", list("abcdef")), _papers("our.num", 6)),
    ),
    "talks counted by a fact": Case(
        (_NUM,),
        {"deal.talks == our.num and our.num >= 5": TRUE},
        _several(_people(k1=""), _talks(5), _papers("our.num", 5)),
    ),
    "a rating that a fact names": Case(
        (_NUM,),
        {"some(payer, contact.rating == our.num) and our.num < -3": TRUE},
        _several(_one("k1", ["payer"], rating=-4), _papers("our.num", -4)),
    ),
    "seven heard": Case(
        (_YES,),
        {"heard(7)": TRUE},
        _several(_crowd(7), *(_says(f"k{n}", "our.yes", True) for n in range(1, 8))),
    ),
    "eight voices": Case(
        (_YES, _NUM),
        {"voices(our.yes) > 7": TRUE, "voices(our.yes, our.num) <= 6": FALSE},
        _several(_crowd(8), *(_says(f"k{n}", "our.yes", True) for n in range(1, 9))),
    ),
    "a voice too many": Case(
        (_THRICE,),
        {"voices(our.thrice) == 2": FALSE},
        _several(_crowd(3), *(_says(f"k{n}", "our.thrice", "a") for n in range(1, 4))),
    ),
    "one person in two roles": Case(
        (_WHO,),
        {"plays(our.who, payer) and plays(our.who, coach)": TRUE},
        _several(_people(k1="payer coach"), _papers("our.who", "k1")),
    ),
    "three people in two roles each": Case(
        (_YES,),
        {
            "count(payer) == 2 and count(coach) == 2 and count(user) == 2"
            " and count(any_role) == 3": TRUE
        },
        _people(k1="payer coach", k2="coach user", k3="user payer"),
    ),
    "two people in three roles": Case(
        (_YES,),
        {
            "covered(payer) and covered(coach) and covered(user) and count(any_role) == 2"
            " and count(payer) == 1": TRUE
        },
        _people(k1="payer coach", k2="user"),
    ),
    "five people who differ": Case(
        (_OWN,),
        {" and ".join(f"some(payer, own.num == {n})" for n in range(1, 6)): TRUE},
        _several(_crowd(5, "payer"), *(_says(f"k{n}", "own.num", n) for n in range(1, 6))),
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
        _several(*(_one(each, ["payer"], influence=each) for each in ("high", "medium", "low"))),
    ),
    "four lists of one item": Case(
        (_LIST,),
        {
            " and ".join(f'named(our.list, "{item}")' for item in "abcd")
            + " and size(our.list) == 1": TRUE
        },
        _papers("our.list", ["a"], ["b"], ["c"], ["d"]),
    ),
    "one list in two orders": Case(
        (_LIST,),
        {
            'disputed(our.list) and size(our.list) == 2 and "a" in our.list'
            ' and "b" in our.list': TRUE
        },
        _papers("our.list", ["a", "b"], ["b", "a"]),
    ),
    "one item twice": Case(
        (_LIST,),
        {'size(our.list) == 2 and "a" in our.list': TRUE},
        _papers("our.list", ["a", "a"]),
    ),
    "three values": Case(
        (_NUM, _DAY, _SPAN, _SUM),
        {
            "our.num < our.num < our.num": CONFLICTED,
            "our.day < our.day < our.day": CONFLICTED,
            "our.span < our.span < our.span": CONFLICTED,
            "our.sum < our.sum < our.sum": CONFLICTED,
        },
        _several(
            _papers("our.num", 1, 2, 3),
            _papers("our.day", "2026-01-01", "2026-01-02", "2026-01-03"),
            _papers("our.span", "P1D", "P2D", "P3D"),
            _papers("our.sum", "1 EUR", "2 EUR", "3 EUR"),
        ),
    ),
    "four values in one order": Case(
        (_NUM,),
        {"1 <= our.num < our.num < our.num < our.num <= 4": CONFLICTED},
        _papers("our.num", 1, 2, 3, 4),
    ),
    "six facts between two numbers": Case(
        _MARKS,
        {f"1 < {' < '.join(fact.id for fact in _MARKS)} < 2": TRUE},
        _several(*(_papers(f"our.m{n}", f"1.{n + 1}") for n in range(6))),
    ),
    "three days that touch": Case(
        _DAYS,
        {'date("2026-01-05") <= our.d0 < our.d1 < our.d2 <= date("2026-01-07")': TRUE},
        _several(*(_papers(f"our.d{n}", f"2026-01-0{n + 5}") for n in range(3))),
    ),
    "two who have the final word": Case(
        (_FINAL,),
        {"our.last > 5": CONFLICTED, "final(our.last)": TRUE, "dissent(our.last)": FALSE},
        _several(
            _people(k1="payer", k2="payer"),
            _says("k1", "our.last", 1),
            _says("k2", "our.last", 9),
        ),
    ),
    "against two who have the final word": Case(
        (_FINAL,),
        {"disputed(our.last) and dissent(our.last)": TRUE, "voices(our.last) == 2": TRUE},
        _several(
            _people(k1="payer", k2="payer", k3=""),
            _says("k1", "our.last", 1),
            _says("k2", "our.last", 9),
            _says("k3", "our.last", 5),
        ),
    ),
    "a final word that is out of date": Case(
        (_AGING,),
        {"missing(our.aging)": TRUE, "heard(2)": TRUE},
        _several(
            _people(k1="payer", k2=""),
            _says("k1", "our.aging", 1, said_at=AT - _OLD),
            _says("k2", "our.aging", 2),
        ),
    ),
    "differing and not established": Case(
        (_TWICE,),
        {"our.twice == our.twice and disputed(our.twice)": UNKNOWN},
        _papers("our.twice", 1, 2),
    ),
    "of himself and of another": Case(
        (_OWN_SELF,),
        {
            "some(payer, own.self)": TRUE,
            "every(payer, known(own.self))": UNKNOWN,
            "every(payer, disputed(own.self))": FALSE,
        },
        _several(
            _people(k1="payer", k2="payer"),
            _says("k1", "own.self", True),
            _says("k1", "own.self", True, about="k2"),
        ),
    ),
    "amounts that hang together": Case(
        (_SUM,),
        {
            "deal.amount < deal.lines_total": TRUE,
            "deal.lines_total == our.sum": TRUE,
            'our.sum < money("0.02 EUR")': TRUE,
        },
        _several(
            _lines(a="0.01"),
            _papers("our.sum", "0.01 EUR"),
            lambda deal: deal.change_amount(Money(0, "EUR"), reason="new", **_NOW),
        ),
    ),
}
"""Each a form by name."""
