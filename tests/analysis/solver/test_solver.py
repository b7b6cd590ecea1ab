"""Tests of the solver: every truth that some world shows is found, and what is found is true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Card, Contact, Fact, Sources, Text, Truth, ValueType
from dealflow.analysis import Goal, solve
from dealflow.analysis.solver import Scene
from dealflow.analysis.solver.decide import forget
from dealflow.conditions import Condition, Covered, Disputed, Holds, Known, Missing, judge
from dealflow.evidence import Evidence, SourceKind
from tests.builders import (
    AT,
    DAY,
    ROLES,
    World,
    condition,
    contact,
    fact,
    of_card,
    statement,
    world,
)
from tests.conditions.test_conditions import cases

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
DEAR = "deal.lines_total > money('1 EUR')"


def as_world(scene: Scene) -> World:
    """The world that a scene describes."""
    evidence = Evidence()
    for number, saying in enumerate(scene.sayings, 1):
        evidence.add(
            statement(
                number,
                saying.fact,
                saying.value,
                saying.source,
                about=saying.about,
                source_kind=saying.source_kind,
                said_at=AT - saying.age,
                first_hand=saying.first_hand,
            )
        )
    for number, id in enumerate(scene.heard, 1000):
        evidence.add(statement(number, "small.talk", "x", id))
    people = tuple(
        Contact(
            p.id, p.id, "", p.kind, p.roles, p.influence, p.response_mode,
            None if p.rating is None else Decimal(p.rating),  # type: ignore[arg-type]
            department=p.department or "", level=p.level,
        )
        for p in scene.people
    )  # fmt: skip
    card = scene.card or Card("")
    attributes: dict[str, Any] = {
        "deal.talks": Decimal(scene.talks),
        "deal.account": scene.account,
        **of_card(evolve(card, owner=card.owner or "rep")),
    }
    if scene.amount is not None:
        attributes["deal.amount"] = scene.amount
    return World(evidence, people, attributes)


def possible(*texts_and_truths: tuple[str, Truth]) -> bool:
    """Whether conditions can come to these truths together; checks the scene that shows it."""
    goals = [Goal(condition(text), {truth}) for text, truth in texts_and_truths]
    answer = solve(goals, roles=ROLES, at=AT)
    assert answer.decided
    if answer.scene is not None:
        for goal in goals:
            assert judge(goal.condition, as_world(answer.scene)).truth in goal.allowed
    return answer.possible


@given(cases(), cases())
def test_what_a_world_shows_is_found(
    case: tuple[Condition, World], other: tuple[Condition, World]
) -> None:
    """The truths that two conditions have in some world are possible, and the scene is such."""
    (one, where), (two, _) = case, other
    goals = [Goal(one, {judge(one, where).truth}), Goal(two, {judge(two, where).truth})]
    answer = solve(goals, roles=ROLES, at=AT)
    assert answer.possible or not answer.decided, [(str(g.condition), g.allowed) for g in goals]
    if answer.scene is not None:
        for goal in goals:
            assert judge(goal.condition, as_world(answer.scene)).truth in goal.allowed


# --- one fact, declared in two ways


@pytest.mark.parametrize(
    "when",
    [
        "count(buyer) > count(coach)",
        "count(buyer) == talk.score",
        'some(buyer, contact.department == "IT")',
    ],
)
def test_people_and_what_is_noted_of_them(when: str) -> None:
    """Numbers of people are compared with one another, and somebody may be of a department."""
    asked = condition(when)
    for truth in (Truth.TRUE, Truth.FALSE):
        answer = solve([Goal(asked, {truth})], roles=ROLES, at=AT)
        assert answer.scene is not None
        assert judge(asked, as_world(answer.scene)).truth is truth


AGES = (timedelta(0), 4 * DAY, 9 * DAY)
RULES = st.builds(
    Sources,
    at_least=st.integers(1, 2),
    roles=st.sampled_from([(), ("buyer",), ("coach",), ("buyer", "coach")]),
    first_hand=st.booleans(),
)
DECLARED = st.builds(
    lambda rules, documents, good_for: fact(
        "it.holds",
        sources=evolve(rules, documents=documents and bool(rules.roles)),
        good_for=good_for,
    ),
    RULES,
    st.booleans(),
    st.sampled_from([None, 3 * DAY, 6 * DAY]),
)
PEOPLE = (contact("ann", "buyer"), contact("bob", "coach"), contact("cid"))
CLAIMS = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["ann", "bob", "cid", "letter", "us"]),
        st.sampled_from(AGES),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda claim: claim[1],
)


@given(DECLARED, DECLARED, CLAIMS)
def test_two_declarations_of_a_fact_are_told_apart(
    one: Fact, two: Fact, claims: list[tuple[bool, str, timedelta, bool]]
) -> None:
    """What some statements make of a fact under two declarations at once is found."""
    kinds: dict[str, SourceKind] = {"letter": "document", "us": "observation"}
    statements = [
        statement(
            number,
            "it.holds",
            value,
            source,
            source_kind=kinds.get(source, "contact"),
            said_at=AT - age,
            first_hand=first_hand or source in kinds,
        )
        for number, (value, source, age, first_hand) in enumerate(claims, 1)
    ]
    where = world(*statements, contacts=PEOPLE)
    goals = [Goal(Holds(each), {judge(Holds(each), where).truth}) for each in (one, two)]
    answer = solve(goals, roles=ROLES, at=AT)
    assert answer.scene is not None
    for goal in goals:
        assert judge(goal.condition, as_world(answer.scene)).truth in goal.allowed


def test_titles_make_no_other_declaration() -> None:
    """A fact that is declared twice with other titles is one fact: not at once true and unknown."""
    one = fact("it.holds")
    two = evolve(one, title=Text("other", "别的"))
    assert solve([Goal(Holds(one), {TRUE}), Goal(Known(two), {UNKNOWN})], roles=ROLES).impossible
    assert not solve([Goal(Holds(one), {TRUE}), Goal(Known(two), {TRUE})], roles=ROLES).impossible


@pytest.mark.parametrize(
    ("goals", "expected"),
    [
        ([("heard(2)", UNKNOWN), ("covered(buyer)", TRUE), ("covered(coach)", TRUE)], True),
        ([("count(any_role) <= 1", TRUE), ("covered(buyer) and covered(coach)", TRUE)], True),
        ([("count(buyer) >= 1", TRUE), ("covered(buyer)", UNKNOWN)], False),
        ([("budget.approved", TRUE), ("budget.approved", FALSE)], False),
        ([("talk.score >= 3", TRUE), ("talk.score > 3", FALSE)], True),
        ([("talk.score >= 3", TRUE), ("talk.score > 2", FALSE)], False),
        ([("1 < talk.score < 2", TRUE)], True),
        ([("budget.amount > deal.amount", TRUE), ("deal.amount > budget.amount", TRUE)], False),
        ([("time.needed >= days(2)", FALSE), ("time.needed >= days(1)", TRUE)], True),
        (
            [("time.start >= date('2026-05-01')", FALSE), ("within(time.start, days(90))", TRUE)],
            True,
        ),
        ([("size(rivals.names) >= 3", TRUE), ("named(rivals.names, 'acme')", UNKNOWN)], True),
        ([("deal.talks >= 1", TRUE), ("heard(1)", UNKNOWN)], True),
        ([("disputed(budget.approved)", TRUE), ("missing(budget.approved)", TRUE)], False),
        ([("covered(buyer) and covered(coach) and not heard(1)", TRUE)], False),
        ([("deal.source_name == 'a fair'", TRUE), ("deal.source == 'forecast'", UNKNOWN)], False),
        ([("deal.source_name == 'a fair'", TRUE), ("deal.source == 'forecast'", FALSE)], True),
        ([("deal.source_name == 'a fair'", UNKNOWN), ("deal.source == 'referral'", TRUE)], True),
        (
            [("'gates' in deal.products", TRUE), (DEAR, UNKNOWN)],
            False,
        ),
        ([("'gates' in deal.products", TRUE), (DEAR, FALSE)], True),
        ([("'gates' in deal.products", FALSE), (DEAR, TRUE)], True),
        ([("deal.market in deal.products", TRUE), ("deal.market == 'rail'", FALSE)], True),
        ([("deal.owner in deal.products", UNKNOWN)], False),
        (
            [("deal.expected_close >= date('2027-01-01')", TRUE), (DEAR, UNKNOWN)],
            True,
        ),
    ],
)
def test_what_can_be_and_what_cannot(goals: list[tuple[str, Truth]], expected: bool) -> None:
    """Conditions that can hold together are told from those that cannot."""
    assert possible(*goals) is expected


def test_lists_with_many_items() -> None:
    """Of many items that are looked for, each is tried alone, and all together."""
    items = ["acme", "bolt", "cask", "dome", "east"]
    named = [(f"named(rivals.names, '{item}')", TRUE) for item in items]
    assert possible(*named)
    assert possible(named[0], *((text, UNKNOWN) for text, _ in named[1:]))


def test_many_roles() -> None:
    """Roles may be held in very many ways, and it is decided all the same."""
    goals = [Goal(Covered(f"role_{n}")) for n in range(13)]
    assert solve(goals).possible
    nobody = Goal(condition("heard(1)"), {UNKNOWN})
    first_hand = fact("it.holds", sources=Sources(roles=("role_0",), first_hand=True))
    assert solve([*goals, nobody, Goal(Holds(first_hand))]).impossible


def test_days_of_the_calendar_and_days_ahead() -> None:
    """What one day rules out may be so on another; no scene of today shows it then."""
    goals = [Goal(condition("within(time.start, days(9)) and time.start >= date('2027-01-01')"))]
    answer = solve(goals, at=AT)
    assert (answer.possible, answer.scene) == (True, None)
    never = Goal(condition("time.start >= date('2027-01-01')"), {FALSE})
    assert solve([*goals, never], at=AT).impossible


@pytest.mark.parametrize(
    "rule",
    [
        Sources(roles=("buyer",)),
        Sources(roles=("buyer",), first_hand=True),
        Sources(roles=("buyer",), first_hand=True, documents=True),
        Sources(at_least=3),
    ],
)
def test_people_may_differ_on_what_is_not_established(rule: Sources) -> None:
    """Claims that do not count can contradict each other all the same."""
    one = fact("it.holds", sources=rule)
    goals = [Goal(Disputed(one)), Goal(Missing(one))]
    answer = solve(goals, roles=ROLES, at=AT)
    assert answer.scene is not None
    assert all(judge(goal.condition, as_world(answer.scene)).truth is TRUE for goal in goals)


def test_a_fact_of_another_type_is_another_fact() -> None:
    """What two playbooks call by one name but mean as different things is never said at once."""
    yes_no, number = fact("it.is"), fact("it.is", ValueType.NUMBER)
    goals = [Goal(Holds(yes_no)), Goal(Known(number))]
    assert solve(goals, at=AT).impossible
    assert solve([goals[0], Goal(Known(number), {UNKNOWN})], at=AT).possible


def test_what_is_remembered_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question gives the same answer after the same steps, remembered or not."""
    goals = [Goal(condition("budget.approved and known(talk.score)"))]
    forget()
    first = solve(goals, at=AT)
    assert solve(goals, at=AT) == first
    monkeypatch.setattr("dealflow.analysis.solver.decide._MOST_KNOWN", 0)
    forget()
    assert solve(goals, at=AT) == first
