"""Tests of what conditions come to over the live claims."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from types import MappingProxyType
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Card, CurrencyMismatch, Fact, Line, Money, Statement, Truth, ValueType
from dealflow.conditions import (
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
    Gap,
    Heard,
    Holds,
    Known,
    Missing,
    Named,
    Not,
    Or,
    Outcome,
    Plays,
    Quantified,
    Size,
    Term,
    Voices,
    Within,
    amounts,
    judge,
    witnesses,
)
from dealflow.evidence import ANY_ROLE, Lack, LeadSource
from dealflow.values import Value
from tests.builders import (
    AT,
    DAY,
    FACTS,
    FINAL,
    ROLES,
    TICK,
    World,
    condition,
    conditions,
    contact,
    fact,
    lacks,
    live,
    of_card,
    statement,
    world,
)
from tests.evidence._final import Known as FinalWord
from tests.evidence._final import final_known

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
TODAY = AT.date()
ANN, BOB, CID = contact("ann", "buyer"), contact("bob", "coach"), contact("cid")

Said = tuple[str, Value]


def eur(amount: int) -> Money:
    """So many euros."""
    return Money(Decimal(amount), "EUR")


def say(*said: Said, **fields: Any) -> World:
    """A world in which ann, bob and cid each say one thing after the other, numbered from 1."""
    sources: dict[str, int] = {}
    statements = []
    for number, (of, value) in enumerate(said, 1):
        source = ("ann", "bob", "cid")[sources.setdefault(of, 0)]
        sources[of] += 1
        statements.append(statement(number, of, value, source))
    return world(*statements, **fields)


def never(subject: str, about: str | None = None) -> Gap:
    """The gap of a fact that nobody was asked for."""
    return Gap("never_asked", subject, about, Lack("never_asked"))


def outcome(text: str, where: World) -> Outcome:
    """What a condition comes to."""
    return judge(condition(text), where)


# --- one atom


@pytest.mark.parametrize(
    ("text", "said", "truth", "yes", "no"),
    [
        ("budget.approved", [], UNKNOWN, (), ()),
        ("budget.approved", [("budget.approved", True)], TRUE, (1,), ()),
        ("budget.approved", [("budget.approved", False)], FALSE, (), (1,)),
        (
            "budget.approved",
            [("budget.approved", False), ("budget.approved", True), ("budget.approved", True)],
            CONFLICTED,
            (2, 3),
            (1,),
        ),
        ("known(talk.score)", [], UNKNOWN, (), ()),
        ("known(talk.score)", [("talk.score", Decimal(0))], TRUE, (1,), ()),
        ("known(budget.approved)", [("budget.approved", False)], TRUE, (1,), ()),
        (
            "known(talk.score)",
            [("talk.score", Decimal(1)), ("talk.score", Decimal(2))],
            TRUE,
            (1, 2),
            (),
        ),
        ("missing(talk.score)", [], TRUE, (), ()),
        ("missing(talk.score)", [("talk.score", Decimal(0))], FALSE, (), ()),
        ("disputed(talk.score)", [], FALSE, (), ()),
        ("disputed(talk.score)", [("talk.score", Decimal(1))], FALSE, (), ()),
        (
            "disputed(talk.score)",
            [("talk.score", Decimal(1)), ("talk.score", Decimal(1))],
            FALSE,
            (),
            (),
        ),
        (
            "disputed(talk.score)",
            [("talk.score", Decimal(1)), ("talk.score", Decimal(2))],
            TRUE,
            (1, 2),
            (),
        ),
        ("named(rivals.names, 'acme')", [], UNKNOWN, (), ()),
        ("named(rivals.names, 'acme')", [("rivals.names", ("bolt",))], UNKNOWN, (), ()),
        (
            "named(rivals.names, 'acme')",
            [("rivals.names", ("bolt",)), ("rivals.names", ("bolt", "acme"))],
            TRUE,
            (2,),
            (),
        ),
        ("talk.score > 5", [], UNKNOWN, (), ()),
        ("talk.score > 5", [("talk.score", Decimal(6))], TRUE, (1,), ()),
        ("talk.score > 5", [("talk.score", Decimal(5))], FALSE, (), (1,)),
        (
            "talk.score > 5",
            [("talk.score", Decimal(6)), ("talk.score", Decimal(7))],
            TRUE,
            (1, 2),
            (),
        ),
        (
            "talk.score > 5",
            [("talk.score", Decimal(6)), ("talk.score", Decimal(5))],
            CONFLICTED,
            (1,),
            (2,),
        ),
        (
            "1 < talk.score < talk.marks",
            [("talk.score", Decimal(2)), ("talk.marks", Decimal(3)), ("talk.marks", Decimal(2))],
            CONFLICTED,
            (1, 2),
            (1, 3),
        ),
        (
            "9 < talk.score < talk.marks",
            [("talk.score", Decimal(2)), ("talk.marks", Decimal(3))],
            FALSE,
            (),
            (1, 2),
        ),
        ("size(rivals.names) == 2", [], UNKNOWN, (), ()),
        ("size(rivals.names) == 2", [("rivals.names", ("a", "b"))], TRUE, (1,), ()),
        ("size(rivals.names) == 0", [("rivals.names", ())], TRUE, (1,), ()),
        ("'a' in rivals.names", [("rivals.names", ("a", "b"))], TRUE, (1,), ()),
        ("'c' in rivals.names", [("rivals.names", ("a", "b"))], FALSE, (), (1,)),
        ("'c' not in rivals.names", [("rivals.names", ("a", "b"))], TRUE, (1,), ()),
        ("close.answer in ['yes']", [("close.answer", "later")], FALSE, (), (1,)),
        ("close.answer == 'later'", [("close.answer", "later")], TRUE, (1,), ()),
        ("plays(roles.decider, buyer)", [], UNKNOWN, (), ()),
        ("plays(roles.decider, buyer)", [("roles.decider", "ann")], TRUE, (1,), ()),
        ("plays(roles.decider, buyer)", [("roles.decider", "bob")], FALSE, (), (1,)),
        ("plays(roles.decider, any_role)", [("roles.decider", "bob")], TRUE, (1,), ()),
        ("plays(roles.decider, any_role)", [("roles.decider", "cid")], FALSE, (), (1,)),
        (
            "plays(roles.decider, buyer)",
            [("roles.decider", "bob"), ("roles.decider", "ann")],
            CONFLICTED,
            (2,),
            (1,),
        ),
        ("within(time.start, days(2))", [], UNKNOWN, (), ()),
        ("within(time.start, days(2))", [("time.start", TODAY)], TRUE, (1,), ()),
        ("within(time.start, days(2))", [("time.start", TODAY + 2 * DAY)], TRUE, (1,), ()),
        ("within(time.start, days(2))", [("time.start", TODAY + 3 * DAY)], FALSE, (), (1,)),
        ("within(time.start, days(2))", [("time.start", TODAY - DAY)], UNKNOWN, (), ()),
        (
            "within(time.start, days(2))",
            [("time.start", TODAY + 3 * DAY), ("time.start", TODAY - DAY)],
            FALSE,
            (),
            (1,),
        ),
        (
            "within(time.start, days(2))",
            [("time.start", TODAY - DAY), ("time.start", TODAY + 3 * DAY)],
            FALSE,
            (),
            (2,),
        ),
        (
            "within(time.start, days(2))",
            [("time.start", TODAY + 3 * DAY), ("time.start", TODAY + DAY)],
            CONFLICTED,
            (2,),
            (1,),
        ),
        ("heard(1)", [], UNKNOWN, (), ()),
        ("heard(1)", [("note.words", "hello")], TRUE, (), ()),
        ("heard(2)", [("note.words", "hello")], UNKNOWN, (), ()),
        ("heard(2)", [("note.words", "hello"), ("note.words", "hello")], TRUE, (), ()),
        ("covered(buyer)", [], TRUE, (), ()),
        ("count(buyer) == 1", [], TRUE, (), ()),
        ("count(any_role) == 2", [], TRUE, (), ()),
        ("count(any_role) > 2", [], FALSE, (), ()),
    ],
)
def test_atoms(
    text: str, said: list[Said], truth: Truth, yes: tuple[int, ...], no: tuple[int, ...]
) -> None:
    """An atom is every answer that the live claims give it, with the statements for each."""
    found = outcome(text, say(*said, contacts=(ANN, BOB, CID)))
    assert (found.truth, found.yes, found.no) == (truth, yes, no)


@pytest.mark.parametrize(
    ("text", "said", "gaps"),
    [
        ("budget.approved", [], [never("budget.approved")]),
        ("budget.approved", [("budget.approved", False)], []),
        ("known(talk.score)", [], [never("talk.score")]),
        ("missing(talk.score) and heard(1)", [], [Gap("too_few_heard", "", have=0, need=1)]),
        ("heard(3)", [("note.words", "hello")], [Gap("too_few_heard", "", have=1, need=3)]),
        ("not disputed(talk.score) and known(talk.score)", [], [never("talk.score")]),
        ("talk.score > talk.marks", [], [never("talk.score"), never("talk.marks")]),
        ("size(rivals.names) > 1", [], [never("rivals.names")]),
        ("named(rivals.names, 'acme')", [], [never("rivals.names")]),
        (
            "named(rivals.names, 'acme')",
            [("rivals.names", ("bolt",))],
            [Gap("not_named", "rivals.names")],
        ),
        ("covered(user)", [], [Gap("nobody_in_role", "user")]),
        ("every(user, budget.approved)", [], [Gap("nobody_in_role", "user")]),
        ("some(user, budget.approved)", [], [Gap("nobody_in_role", "user")]),
        ("plays(roles.decider, buyer)", [], [never("roles.decider")]),
        ("deal.amount > money('5 EUR')", [], [Gap("not_set", "deal.amount")]),
        (
            "some(buyer, deal.amount > money('5 EUR'))",
            [],
            [Gap("not_set", "deal.amount")],
        ),
        (
            "some(buyer, contact.rating > 1)",
            [],
            [Gap("not_set", "contact.rating", "ann")],
        ),
        (
            "within(time.start, days(2))",
            [("time.start", TODAY - DAY)],
            [Gap("passed", "time.start")],
        ),
        (
            "some(buyer, within(time.start, days(2)))",
            [("time.start", TODAY - DAY)],
            [Gap("passed", "time.start")],
        ),
        (
            "within(date('2026-03-01'), days(2))",
            [],
            [Gap("passed", 'date("2026-03-01")')],
        ),
        ("every(buyer, person.content)", [], [never("person.content", "ann")]),
        ("every(buyer, budget.approved)", [], [never("budget.approved")]),
        (
            "every(any_role, person.content)",
            [],
            [never("person.content", "ann"), never("person.content", "bob")],
        ),
        (
            "need.confirmed",
            [("need.confirmed", True)],
            [
                Gap(
                    "second_source",
                    "need.confirmed",
                    None,
                    Lack("second_source", have=1, need=2),
                )
            ],
        ),
    ],
)
def test_gaps(text: str, said: list[Said], gaps: list[Gap]) -> None:
    """What a condition misses is told, with whom it is about."""
    where = say(*said, contacts=(ANN, BOB, CID))
    tree = condition(text.replace("user", "coach"))
    if "user" in text:
        where = evolve(where, contacts=(ANN, CID))
        gaps = [evolve(gap, subject="coach") for gap in gaps]
    found = judge(tree, where)
    assert list(found.gaps) == gaps
    assert found.truth is (UNKNOWN if gaps else FALSE)


def test_a_day_over_of_a_contact() -> None:
    """A day that is over is missing of the contact whose day it is."""
    where = world(statement(1, "person.since", TODAY - DAY, about="ann"), contacts=(ANN, BOB))
    assert outcome("some(buyer, within(person.since, days(2)))", where).gaps == (
        Gap("passed", "person.since", "ann"),
    )


def test_a_day_over_is_not_missing_when_another_answers() -> None:
    """Of two days named, one over and one to come, the second answers, and nothing is missing."""
    where = say(("time.start", TODAY - DAY), ("time.start", TODAY + DAY))
    found = outcome("within(time.start, days(2))", where)
    assert (found.truth, found.yes, found.gaps) == (TRUE, (2,), ())


def test_an_item_not_named_of_a_contact() -> None:
    """An item that is not in a contact's list is missing of that contact."""
    wishes = fact("person.wishes", ValueType.LIST, of="contact")
    where = world(statement(1, wishes.id, ("speed",), about="ann"), contacts=(ANN, BOB))
    assert judge(Quantified("buyer", "some", Named(wishes, "price")), where).gaps == (
        Gap("not_named", "person.wishes", "ann"),
    )


def test_stale_claims_give_no_answer() -> None:
    """An answer out of date is none, and since when is told."""
    where = world(statement(1, "need.urgent", True), at=AT + 11 * DAY)
    assert judge(Holds(FACTS["need.urgent"]), where) == Outcome(
        UNKNOWN,
        gaps=(Gap("stale", "need.urgent", None, Lack("stale", since=AT + 10 * DAY)),),
    )


@pytest.mark.parametrize(
    "text",
    [
        "need.confirmed",
        "known(need.confirmed)",
        "need.confirmed == True",
        "not need.confirmed",
    ],
)
def test_too_few_sources_give_no_answer(text: str) -> None:
    """A fact that is not established answers nothing, whatever was said."""
    assert outcome(text, say(("need.confirmed", True))).truth is UNKNOWN
    assert outcome(text, say(*[("need.confirmed", True)] * 2)).truth is not UNKNOWN


@pytest.mark.parametrize(
    ("type_", "value", "make"),
    [
        (ValueType.LIST, ("acme",), lambda of: Named(of, "acme")),
        (ValueType.PERSON, "ann", lambda of: Plays(of, "buyer")),
        (ValueType.LIST, ("acme",), lambda of: Compare((Size(of), Size(of)), ("==",))),
        (ValueType.TEXT, "acme", lambda of: Compare((FactRef(of), FactRef(of)), ("==",))),
    ],
    ids=["named", "plays", "size", "compare"],
)
def test_too_few_sources_give_no_answer_anywhere(
    type_: ValueType, value: Value, make: Callable[[Fact], Condition]
) -> None:
    """Whatever is asked of a fact, it answers only when it is established."""
    ruled = evolve(FACTS["need.confirmed"], type=type_)
    found = judge(make(ruled), say((ruled.id, value), contacts=(ANN,)))
    assert found.truth is UNKNOWN
    assert [gap.reason for gap in found.gaps] == ["second_source"]
    assert judge(make(ruled), say((ruled.id, value), (ruled.id, value), contacts=(ANN,))).truth is (
        TRUE
    )


def test_missing_and_disputed_of_what_is_not_established() -> None:
    """One source of two leaves a fact missing; sources that differ dispute it all the same."""
    confirmed = evolve(FACTS["need.confirmed"], type=ValueType.NUMBER)
    one = say((confirmed.id, Decimal(1)))
    assert judge(Missing(confirmed), one) == Outcome(TRUE)
    assert judge(Disputed(confirmed), one) == Outcome(FALSE)
    ruled = evolve(confirmed, sources=evolve(confirmed.sources, at_least=3))
    two = say((confirmed.id, Decimal(1)), (confirmed.id, Decimal(2)))
    assert judge(Missing(ruled), two) == Outcome(TRUE)
    assert judge(Disputed(ruled), two) == Outcome(TRUE, yes=(1, 2))


def test_attributes_of_the_deal() -> None:
    """Bare attributes answer without a statement."""
    where = say(("budget.amount", eur(6)), attributes={"deal.amount": eur(5)})
    assert outcome("budget.amount >= deal.amount", where) == Outcome(TRUE, yes=(1,))
    assert outcome("deal.amount > money('5 EUR')", where) == Outcome(FALSE)


def test_amounts_in_two_currencies_are_not_compared() -> None:
    """Nobody guesses at an exchange rate."""
    where = say(("budget.amount", eur(6)), attributes={"deal.amount": Money(Decimal(5), "USD")})
    with pytest.raises(CurrencyMismatch):
        outcome("budget.amount >= deal.amount", where)


def test_different_values_need_not_conflict() -> None:
    """Two budgets that both cover the price agree on that."""
    where = say(("budget.amount", eur(6)), ("budget.amount", eur(7)))
    assert outcome("budget.amount >= money('5 EUR')", where).truth is TRUE
    assert outcome("disputed(budget.amount)", where).truth is TRUE


# --- not, and, or


def test_not_turns_the_evidence() -> None:
    """What speaks against a part speaks for its opposite; what is asked twice is told once."""
    where = say(("budget.approved", True), ("budget.approved", False), ("need.urgent", True))
    assert outcome("not budget.approved", where) == Outcome(CONFLICTED, yes=(2,), no=(1,))
    assert outcome("not not budget.approved", where) == Outcome(CONFLICTED, yes=(1,), no=(2,))
    found = outcome("not need.urgent or need.urgent and need.urgent", where)
    assert (found.yes, found.no) == ((3,), (3,))
    low = say(("talk.score", Decimal(5)))
    assert outcome("not talk.score > 5", low) == Outcome(TRUE, yes=(1,))
    assert outcome("not not talk.score > 5", low) == Outcome(FALSE, no=(1,))


@pytest.mark.parametrize(
    ("text", "truth", "gaps"),
    [
        ("budget.approved and known(note.words)", FALSE, []),
        ("known(note.words) and budget.approved", FALSE, []),
        ("known(note.words) and known(talk.score)", UNKNOWN, ["note.words", "talk.score"]),
        ("known(talk.score) and known(note.words)", UNKNOWN, ["talk.score", "note.words"]),
        ("budget.approved or known(note.words)", UNKNOWN, ["note.words"]),
        ("not budget.approved or known(note.words)", TRUE, []),
        (
            "(not budget.approved or known(note.words)) and known(talk.score)",
            UNKNOWN,
            ["talk.score"],
        ),
        (
            "known(note.words) and (not budget.approved or known(note.words))",
            UNKNOWN,
            ["note.words"],
        ),
        (
            "(not budget.approved or known(note.words)) and known(note.words)",
            UNKNOWN,
            ["note.words"],
        ),
        (
            "(budget.approved and known(note.words)) or known(talk.score)",
            UNKNOWN,
            ["talk.score"],
        ),
        ("need.urgent and known(note.words)", CONFLICTED, ["note.words"]),
        ("need.urgent or known(note.words)", CONFLICTED, ["note.words"]),
        ("need.urgent and budget.approved", FALSE, []),
        ("need.urgent or not budget.approved", TRUE, []),
        ("need.urgent and not budget.approved", CONFLICTED, []),
        ("need.urgent or budget.approved", CONFLICTED, []),
        ("not (need.urgent and known(note.words))", CONFLICTED, ["note.words"]),
        ("need.urgent and budget.approved and known(note.words)", FALSE, ["note.words"]),
    ],
)
def test_only_what_matters_is_missing(text: str, truth: Truth, gaps: list[str]) -> None:
    """A part that decides makes the others' gaps idle, unless a contradiction may undo it."""
    where = say(("budget.approved", False), ("need.urgent", True), ("need.urgent", False))
    found = outcome(text, where)
    assert (found.truth, [gap.subject for gap in found.gaps]) == (truth, gaps)


def test_parts_are_all_looked_at() -> None:
    """Nothing is short-circuited: every statement is told, though the first part decides."""
    where = say(("budget.approved", False), ("need.urgent", True))
    assert outcome("budget.approved and need.urgent", where) == Outcome(
        FALSE, yes=(2,), no=(1,), until=AT + 10 * DAY
    )


# --- quantifiers


@pytest.mark.parametrize(
    ("content", "every", "some"),
    [
        ({}, UNKNOWN, UNKNOWN),
        ({"ann": [True]}, UNKNOWN, TRUE),
        ({"ann": [False]}, FALSE, UNKNOWN),
        ({"ann": [True], "bob": [True]}, TRUE, TRUE),
        ({"ann": [True], "bob": [False]}, FALSE, TRUE),
        ({"ann": [False], "bob": [False]}, FALSE, FALSE),
        ({"ann": [True, False]}, CONFLICTED, CONFLICTED),
        ({"ann": [True, False], "bob": [True]}, CONFLICTED, TRUE),
        ({"ann": [True, False], "bob": [False]}, FALSE, CONFLICTED),
        ({"cid": [False]}, UNKNOWN, UNKNOWN),
    ],
    ids=repr,
)
def test_every_and_some(content: Mapping[str, list[bool]], every: Truth, some: Truth) -> None:
    """Every is an and, some is an or, over the contacts in the role and no others."""
    claims = [(about, value) for about, values in content.items() for value in values]
    where = world(
        *(
            statement(number, "person.content", value, f"source {number}", about=about)
            for number, (about, value) in enumerate(claims)
        ),
        contacts=(ANN, BOB, CID),
    )
    assert outcome("every(any_role, person.content)", where).truth is every
    assert outcome("some(any_role, person.content)", where).truth is some


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("every(any_role, person.content) or known(note.words)", [("note.words", None)]),
        (
            "some(any_role, not person.content) and known(note.words)",
            [("note.words", None)],
        ),
        (
            "some(any_role, person.content)",
            [("person.content", "bob")],
        ),
    ],
)
def test_one_contact_may_decide(text: str, gaps: list[tuple[str, str | None]]) -> None:
    """When one contact decides, what the others have not said is not missing."""
    where = world(statement(1, "person.content", False, about="ann"), contacts=(ANN, BOB, CID))
    found = outcome(text, where)
    assert found.truth is UNKNOWN
    assert [(gap.subject, gap.about) for gap in found.gaps] == gaps


def test_the_contact_in_question_is_left_again() -> None:
    """After a quantifier, what is said is of the deal again."""
    where = world(statement(1, "person.content", True, about="ann"), contacts=(ANN,))
    tree = And((condition("every(buyer, person.content)"), Holds(FACTS["person.content"])))
    assert judge(tree, where).gaps == (never("person.content"),)


def test_quantifiers_made_by_hand_may_be_nested() -> None:
    """Within a quantifier inside another, the inner contact is meant, and after it the outer."""
    content = Holds(FACTS["person.content"])
    tree = Quantified("buyer", "every", And((Quantified("coach", "some", content), content)))
    where = world(statement(1, "person.content", True, about="bob"), contacts=(ANN, BOB))
    assert judge(tree, where).gaps == (never("person.content", "ann"),)


def test_attributes_of_contacts() -> None:
    """Each contact has attributes of its own."""
    where = world(contacts=(evolve(ANN, influence="high"), evolve(BOB, influence="low")))
    assert outcome("some(any_role, contact.influence == 'high')", where).truth is TRUE
    assert outcome("every(any_role, contact.influence == 'high')", where).truth is FALSE
    assert outcome("every(buyer, contact.influence == 'high')", where).truth is TRUE


def test_witnesses() -> None:
    """The contacts for whom a some(...) is so, even if somebody denies it."""
    where = world(
        statement(1, "person.content", True, about="ann"),
        statement(2, "person.content", True, "x", about="bob"),
        statement(3, "person.content", False, "y", about="bob"),
        statement(4, "person.content", False, about="cid"),
        contacts=(ANN, BOB, evolve(CID, roles=("buyer",)), contact("dan", "coach")),
    )
    assert witnesses(condition("some(any_role, person.content)"), where) == ("ann", "bob")
    assert witnesses(condition("some(buyer, not person.content)"), where) == ("cid",)
    assert witnesses(condition("every(any_role, person.content)"), where) == ()
    assert witnesses(condition("heard(1)"), where) == ()


# --- until when


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("budget.approved", None),
        ("need.urgent", AT + 10 * DAY),
        ("missing(need.urgent)", AT + 10 * DAY),
        ("disputed(need.urgent)", AT + 10 * DAY),
        ("need.urgent and known(talk.marks)", AT + 5 * DAY),
        ("known(talk.marks) and need.urgent", AT + 5 * DAY),
        ("budget.approved and known(note.words)", None),
        (
            "within(time.start, days(2)) and need.urgent",
            datetime(2026, 3, 2, 23, 59, 59, 999999, UTC),
        ),
    ],
)
def test_how_long_an_outcome_stands(text: str, until: datetime | None) -> None:
    """An outcome stands until the first claim it rests on ages, or the day ends that it names."""
    where = say(
        ("budget.approved", True),
        ("need.urgent", True),
        ("talk.marks", Decimal(1)),
        ("time.start", TODAY),
    )
    assert outcome(text, where).until == until


# --- trees


def test_what_a_condition_reads() -> None:
    """Facts and roles are told once each, in the order of the text."""
    tree = condition(
        "budget.approved and some(coach, within(person.since, days(1)) and person.content)"
        " or 1 < talk.score < size(rivals.names) and not budget.approved"
        " and count(buyer) > 1 and covered(coach) and heard(1) and deal.talks > 2"
    )
    assert [one.id for one in tree.facts] == [
        "budget.approved",
        "person.since",
        "person.content",
        "talk.score",
        "rivals.names",
    ]
    assert tree.roles == ("coach", "buyer")


def test_walk_goes_through_every_node() -> None:
    """A tree is walked depth first, in the order of the text."""
    tree = condition("not budget.approved and every(buyer, within(time.start, days(1)))")
    assert [type(node).__name__ for node in tree.walk()] == [
        "And", "Not", "Holds", "Quantified", "Within", "FactRef",
    ]  # fmt: skip


def test_amounts_written_out() -> None:
    """The amounts in conditions are found, wherever they stand."""
    trees = [
        condition("budget.amount > money('5 EUR') and not deal.amount == money('7 EUR')"),
        condition("talk.score > 6"),
        condition("some(buyer, money('1 EUR') < budget.amount)"),
    ]
    assert list(amounts(trees)) == [eur(5), eur(7), eur(1)]


def test_a_condition_of_no_kind_takes_no_answer() -> None:
    """The bases of nodes are there to be derived from."""
    with pytest.raises(NotImplementedError):
        judge(Condition(), world())
    with pytest.raises(NotImplementedError):
        judge(Within(Term(), DAY), world())


@pytest.mark.parametrize(
    "text",
    [
        "not budget.approved and need.urgent",
        "not (budget.approved and need.urgent)",
        "not talk.score > 5 or need.urgent",
        "need.urgent and talk.score > 5 and not not budget.approved",
        "(need.urgent or budget.approved) and need.urgent",
        "need.urgent or budget.approved and need.urgent or 1 < talk.score <= 5",
        "every(buyer, person.content or contact.rating > 0) and covered(any_role)",
    ],
)
def test_brackets_are_printed_where_needed(text: str) -> None:
    """A condition is printed with no more brackets than it needs."""
    assert str(condition(text)) == text


def test_trees_made_by_hand_are_printed_as_they_are() -> None:
    """Brackets show how a tree is made, even where the parser would make it another way."""
    a, b, c = (Holds(fact(f"fact.{name}")) for name in "abc")
    assert str(Or((Or((a, b)), c))) == "(fact.a or fact.b) or fact.c"
    assert str(And((a, And((b, c))))) == "fact.a and (fact.b and fact.c)"
    assert str(Not(Or((And((a, b)), c)))) == "not (fact.a and fact.b or fact.c)"


def test_a_chain_without_its_operators_cannot_be_printed() -> None:
    """A chain made by hand has one operator fewer than terms."""
    term = Count("buyer")
    with pytest.raises(ValueError, match="zip"):
        str(Compare((term, term, term), ("==",)))


def test_nodes_are_values() -> None:
    """Nodes are frozen, equal by what they say, and told apart by their kind."""
    yes = FACTS["budget.approved"]
    assert Holds(yes) == Holds(yes)
    assert len({Holds(yes), Holds(yes), Known(yes)}) == 2
    with pytest.raises(AttributeError):
        setattr(Holds(yes), "fact", yes)  # noqa: B010 - checkers know better


# --- against a model that tries every combination

TEXTS = ("acme", "bolt")
CONSTANTS: Mapping[ValueType, st.SearchStrategy[Value]] = MappingProxyType(
    {
        ValueType.YES_NO: st.booleans(),
        ValueType.NUMBER: st.integers(0, 3).map(Decimal),
        ValueType.MONEY: st.integers(0, 3).map(eur),
        ValueType.DATE: st.integers(-2, 6).map(lambda days: TODAY + days * DAY),
        ValueType.DURATION: st.integers(1, 4).map(timedelta),
        ValueType.TEXT: st.sampled_from(TEXTS),
    }
)
VALUES: Mapping[ValueType, st.SearchStrategy[Value]] = MappingProxyType(
    {
        **CONSTANTS,
        ValueType.CHOICE: st.sampled_from(["yes", "later"]),
        ValueType.PERSON: st.sampled_from(["ann", "bob", "cid"]),
        ValueType.LIST: st.lists(st.sampled_from(TEXTS), max_size=2).map(tuple),
    }
)
CONTACTS = st.tuples(
    *(
        st.builds(
            contact,
            st.just(name),
            st.sampled_from([*ROLES, "nobody"]),
            influence=st.none() | st.sampled_from(["high", "low"]),
            rating=st.none() | st.integers(0, 3).map(Decimal),
        )
        for name in ("ann", "bob", "cid")
    )
).map(
    lambda people: tuple(
        evolve(one, roles=()) if one.roles == ("nobody",) else one for one in people
    )
)
SOURCES = st.just((None, "")) | st.tuples(
    st.sampled_from(get_args(LeadSource)), st.just("") | VALUES[ValueType.TEXT]
)
LINES = st.lists(
    st.builds(Line, VALUES[ValueType.TEXT], VALUES[ValueType.MONEY]),
    max_size=2,
    unique_by=lambda line: line.product,
).map(tuple)
CARDS = st.builds(
    lambda owner, source, *rest: Card(owner, *source, *rest),
    VALUES[ValueType.TEXT],
    SOURCES,
    st.just("") | VALUES[ValueType.TEXT],
    LINES,
    st.none() | VALUES[ValueType.DATE],
)
ATTRIBUTE_VALUES = st.builds(
    lambda card, others: of_card(card) | others,
    CARDS,
    st.fixed_dictionaries(
        {"deal.talks": VALUES[ValueType.NUMBER], "deal.account": VALUES[ValueType.TEXT]},
        optional={"deal.amount": VALUES[ValueType.MONEY]},
    ),
)


LEAVING = st.fixed_dictionaries(
    {
        "gone": st.sampled_from([(), (), ("ann",), ("bob", "cid")]),
        "former": st.sampled_from([{}, {}, {"bob": ("buyer",)}, {"ann": ("coach",)}]),
        "until": st.none() | st.integers(0, 9).map(lambda days: AT + days * DAY),
    }
)
CLAIMS = {
    type_: st.lists(
        st.tuples(value, st.sampled_from(["ann", "bob", "cid"]), st.integers(0, 12), st.booleans()),
        max_size=3,
    )
    for type_, value in VALUES.items()
}
CONDITIONS = conditions(CONSTANTS)


PEOPLE_CONDITIONS = conditions(CONSTANTS, people=True)


@st.composite
def cases(draw: st.DrawFn, *, people: bool = False) -> tuple[Condition, World]:
    """A condition and a world in which something is said about what it reads.

    With ``people`` the condition may ask who speaks, and people have left or are soon to leave.
    """
    tree = draw(PEOPLE_CONDITIONS if people else CONDITIONS)
    said: list[Statement] = []
    for of in tree.facts:
        for about in (None,) if of.of == "deal" else ("ann", "bob"):
            for value, source, days, first_hand in draw(CLAIMS[of.type]):
                said.append(
                    statement(
                        len(said) + 1,
                        of.id,
                        value,
                        source,
                        about=about,
                        said_at=AT - days * DAY,
                        first_hand=first_hand,
                    )
                )
    fields: dict[str, Any] = draw(LEAVING) if people else {}
    fields |= {"contacts": draw(CONTACTS), "attributes": draw(ATTRIBUTE_VALUES)}
    return tree, world(*said, **fields)


OPERATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, items: item in items,
    "not in": lambda item, items: item not in items,
}


class Model:
    """Sets of answers, by trying every combination of live claims.

    Attributes:
        where: the world.
        firm: whether atoms that contradict themselves are read as having no answer.
    """

    def __init__(self, where: World, *, firm: bool) -> None:
        """A model of a world."""
        self.where = where
        self.firm = firm
        self.about: str | None = None

    def said(self, of: Fact) -> list[Statement]:
        """What was said of a fact."""
        about = self.about if of.of == "contact" else None
        every = self.where.evidence.statements.values()
        return [one for one in every if (one.fact, one.about) == (of.id, about)]

    def final(self, of: Fact) -> FinalWord | None:
        """What is known by the final word, once somebody who has or had it has spoken."""
        return final_known(of, self.said(of), self.where) if of.final_word else None

    def live(self, of: Fact) -> list[Statement]:
        """The live claims."""
        about = self.about if of.of == "contact" else None
        known = self.final(of)
        if known is not None:
            ids = [id for some in known.values.values() for id in some]
            return [one for one in self.said(of) if one.id in ids]
        return live(self.said(of), of, about, self.where.at)

    def claims(self, of: Fact) -> set[Any]:
        """The different values that are claimed."""
        return {one.value for one in self.live(of)}

    def missing(self, of: Fact) -> bool:
        """Whether a fact is not established."""
        about = self.about if of.of == "contact" else None
        known = self.final(of)
        if known is not None:
            return known.lack is not None
        roles = {one.id: self.where.roles_of(one.id) for one in self.where.contacts}
        return bool(lacks(self.said(of), of, about, roles, self.where.at))

    def voices(self, over: tuple[Fact, ...]) -> int:
        """How many people have told us what is known of some facts, themselves or of others."""
        behind = (one for of in over if not self.missing(of) for one in self.live(of))
        told = {one.via or (one.source if one.first_hand else None) for one in behind}
        return len(told - {None, *self.where.gone})

    def values(self, term: Term) -> set[Any]:
        """The values that a term takes."""
        match term:
            case Constant(value=value):
                return {value}
            case FactRef(fact=of):
                return set() if self.missing(of) else self.claims(of)
            case Size(fact=of):
                return set() if self.missing(of) else {len(items) for items in self.claims(of)}
            case Count(role=role):
                return {len(self.holders(role))}
            case AttributeRef(name=name):
                found: Any
                if name.startswith("deal."):
                    found = self.where.attributes.get(name)
                elif name == "contact.heard":
                    found = self.about in self.where.heard
                else:
                    (one,) = [one for one in self.where.contacts if one.id == self.about]
                    found = getattr(one, name.removeprefix("contact."))
                return set() if found in (None, "") else {found}
            case _:
                raise AssertionError(term)

    def holders(self, role: str) -> list[str]:
        """Who holds a role."""
        held = {one.id: self.where.roles_of(one.id) for one in self.where.contacts}
        return [id for id in held if (held[id] if role == ANY_ROLE else role in held[id])]

    def claimed(self, tree: Condition) -> set[bool]:
        """The answers that an atom over one fact takes from its claims."""
        match tree:
            case Holds(fact=of):
                return set() if self.missing(of) else self.claims(of)
            case Known(fact=of):
                return set() if self.missing(of) else {True}
            case Missing(fact=of):
                return {self.missing(of)}
            case Disputed(fact=of):
                return {len(self.claims(of)) > 1}
            case Final(fact=of):
                known = self.final(of)
                return {True} if known is not None and known.lack is None else set()
            case Dissent(fact=of):
                known = self.final(of)
                return {known is not None and bool(known.dissent)}
            case Named(fact=of, item=item):
                named = any(item in items for items in self.claims(of))
                return {True} if named and not self.missing(of) else set()
            case Plays(fact=of, role=role):
                plays = {who in self.holders(role) for who in self.claims(of)}
                return set() if self.missing(of) else plays
            case _:
                raise AssertionError(tree)

    def atom(self, tree: Condition) -> set[bool]:
        """The answers that a node without parts takes."""
        match tree:
            case Covered(role=role):
                return {True} if self.holders(role) else set()
            case Heard(number=number):
                return {True} if len(self.where.heard) >= number else set()
            case Voices(over=over, operator=name, number=number):
                have, most = self.voices(over), len(self.where.contacts) + 2
                told = OPERATIONS[name](have, number)
                more = any(OPERATIONS[name](n, number) for n in range(have + 1, have + most + 1))
                return {told} if told or not more else set()
            case Within(term=term, ahead=ahead):
                days = {day - self.where.at.date() for day in self.values(term)}
                return {day.days <= ahead.days for day in days if day.days >= 0}
            case Compare(terms=terms, operators=operators):
                return {
                    all(
                        OPERATIONS[name](values[i], values[i + 1])
                        for i, name in enumerate(operators)
                    )
                    for values in product(*map(self.values, terms))
                }
            case _:
                return self.claimed(tree)

    def answers(self, tree: Condition) -> set[bool]:
        """The answers that a tree takes."""
        match tree:
            case Not(part=part):
                return {not answer for answer in self.answers(part)}
            case And(parts=parts):
                return self.all([self.answers(part) for part in parts])
            case Or(parts=parts):
                return self.any([self.answers(part) for part in parts])
            case Quantified(role=role, quantifier=quantifier, part=part):
                each = []
                for who in self.holders(role):
                    self.about = who
                    each.append(self.answers(part))
                self.about = None
                if not each:
                    return set()
                return self.all(each) if quantifier == "every" else self.any(each)
            case _:
                answers = self.atom(tree)
                return set() if self.firm and len(answers) == 2 else answers

    @staticmethod
    def all(parts: list[set[bool]]) -> set[bool]:
        """True when all say so, false when any does."""
        true, false = all(True in part for part in parts), any(False in part for part in parts)
        return {answer for answer, told in ((True, true), (False, false)) if told}

    @staticmethod
    def any(parts: list[set[bool]]) -> set[bool]:
        """True when any says so, false when all do."""
        true, false = any(True in part for part in parts), all(False in part for part in parts)
        return {answer for answer, told in ((True, true), (False, false)) if told}


@given(cases(), st.integers(0, 30))
def test_truth_is_the_set_of_answers(case: tuple[Condition, World], days: int) -> None:
    """The truth is Belnap's over the sets of answers, firm only without the contradictions.

    Evidence is live and told once; UNKNOWN has gaps and TRUE none; not turns everything; nothing
    changes up to the instant that the outcome names, and nothing at all if it names none.
    """
    check_case(*case, days)


@given(cases(people=True), st.integers(0, 30))
def test_who_speaks_is_part_of_the_answers(case: tuple[Condition, World], days: int) -> None:
    """The same of conditions that ask for final words and voices, where people leave."""
    check_case(*case, days)


def check_case(tree: Condition, where: World, days: int) -> None:
    """Hold what a condition comes to in a world against the model."""
    found = judge(tree, where)
    answers = Model(where, firm=False).answers(tree)
    if len(answers) == 1 and Model(where, firm=True).answers(tree) != answers:
        answers = {True, False}
    assert found.truth is Truth.of(answers)

    standing = where.evidence.statements
    for ids in (found.yes, found.no):
        assert len(set(ids)) == len(ids)
        for said in map(standing.__getitem__, ids):
            model = Model(where, firm=False)
            model.about, of = said.about, {**FACTS, **FINAL}[said.fact]
            known = model.final(of)
            assert said in model.live(of) or (known is not None and said.id in known.dissent)
    assert found.gaps or found.truth is not UNKNOWN
    assert not (found.gaps and found.truth is TRUE)

    turned = judge(Not(tree), where)
    assert turned.truth is ~found.truth
    assert (turned.yes, turned.no, turned.until) == (found.no, found.yes, found.until)
    if TRUE not in (found.truth, turned.truth):
        assert turned.gaps == found.gaps

    assert where.until is None or (found.until is not None and found.until <= where.until)
    later = AT + days * DAY if found.until is None else found.until
    assert judge(tree, evolve(where, at=later)) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (Decimal("-0.000000001"), "-0.000000001"),
        (Decimal("1E+3"), "1000"),
        (eur(5), 'money("5 EUR")'),
        (date(2026, 1, 31), 'date("2026-01-31")'),
        (timedelta(hours=24), "days(1)"),
        (timedelta(hours=36), "hours(36)"),
        (timedelta(weeks=2), "days(14)"),
        ('a"b\\c\n\td', r'"a\"b\\c\n\td"'),
        (("a", "b"), '["a", "b"]'),
    ],
    ids=repr,
)
def test_constants_are_printed_as_they_are_written(value: Value, text: str) -> None:
    """A constant is printed as the text that makes it."""
    assert str(Constant(value)) == text


def test_an_outcome_names_the_tick_that_changes_it() -> None:
    """A tick after the instant named, the claim is out of date."""
    where = say(("need.urgent", True))
    found = outcome("need.urgent", where)
    assert found.until is not None
    after = outcome("need.urgent", evolve(where, at=found.until + TICK))
    assert (found.truth, after.truth) == (TRUE, UNKNOWN)


def test_facts_of_contacts_are_of_nobody_outside_a_quantifier() -> None:
    """A tree made by hand may read a fact of contacts outside of a quantifier: nothing is known."""
    of = fact("person.content", of="contact")
    assert judge(Holds(of), world(statement(1, of.id, True, about="ann"))).truth is UNKNOWN
