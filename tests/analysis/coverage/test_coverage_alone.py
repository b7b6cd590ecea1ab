"""What is proved to be out of reach is never seen: conditions and deals of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dealflow import EvidenceError, Playbook, PlaybookError, Role
from dealflow.analysis import Goal, solve
from dealflow.analysis.coverage.alone import alone
from dealflow.analysis.coverage.clauses import VOICES, Clauses, Row, inputs_of
from dealflow.conditions import Condition, Constant, judge
from tests._playbooks import guard, playbook, step, text
from tests.builders import FACTS, ROLES, World, condition, contact, evidence
from tests.conditions.test_conditions import cases

Case = tuple[Condition, World]


def book_of(condition: Condition) -> Playbook:
    """A playbook with a condition as its one guard."""
    try:
        return playbook(
            step("talk", "only"),
            facts=FACTS.values(),
            roles=[Role(role, text(role)) for role in ROLES],
            guards=[guard("only", str(condition))],
        )
    except PlaybookError:  # e.g. money in two currencies
        return assume(False)


def shown(where: World) -> Any:
    """A world as a deal shows itself."""
    return SimpleNamespace(
        at=where.at,
        heard=where.heard,
        read=where.read,
        holders=where.holders,
        attribute=where.attribute,
        until=where.until,
        voice=where.voice,
        state=SimpleNamespace(contacts={one.id: one for one in where.contacts}),
    )


def neighbours(where: World) -> Iterator[World]:
    """The same deal with one thing less, or one person more."""
    said = list(where.evidence.statements.values())
    for one in said:
        yield evolve(where, evidence=evidence(*(other for other in said if other is not one)))
    for who in where.contacts:
        for less in (evolve(who, roles=()), evolve(who, rating=None)):
            people = tuple(less if other is who else other for other in where.contacts)
            yield evolve(where, contacts=people)
    for role in ROLES:
        yield evolve(where, contacts=(*where.contacts, contact("new", role)))
    # the others are always set, and there are products with their sum or without any of both
    alone = {"deal.amount", "deal.source_name", "deal.market", "deal.expected_close"}
    alone |= set() if "deal.source_name" in where.attributes else {"deal.source"}
    for name in alone & where.attributes.keys():
        rest = {key: value for key, value in where.attributes.items() if key != name}
        yield evolve(where, attributes=rest)
    if "deal.lines_total" in where.attributes:
        more: Any = ("new", *cast("tuple[str, ...]", where.attributes["deal.products"]))
        yield evolve(where, attributes=where.attributes | {"deal.products": more})


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(cases())
def test_what_was_seen_to_decide_alone_can(case: Case) -> None:
    """No input that alone decided a guard in some two deals is proved never to do so."""
    condition, where = case
    dated = [n for n in condition.walk() if isinstance(n, Constant) and isinstance(n.value, date)]
    assume(not dated)  # which the solver looks at from another day
    clauses = Clauses(condition)
    first = clauses.row(shown(where))
    seen = {
        name
        for other in neighbours(where)
        for name in clauses.decided_alone([first, clauses.row(shown(other))])
    }
    assume(seen)
    book = book_of(condition)
    for name in seen:
        possible, _, made = alone(book, "only", name)
        scenes = made()
        assert possible, (str(condition), name)
        assert len(scenes) in (0, 2)


@given(cases())
def test_rows_say_whether_the_guard_passes(case: Case) -> None:
    """Equal rows are equal outcomes, and a guard's outcome follows from its clauses' answers."""
    condition, where = case
    clauses = Clauses(condition)
    answers: dict[tuple[int, ...], bool] = {}
    for other in (where, *neighbours(where)):
        found = clauses.row(shown(other))
        assert found.passes is (judge(condition, other).truth.value == "true")
        assert answers.setdefault(found.answers, found.passes) is found.passes


ROWS = st.lists(
    st.builds(
        Row,
        st.booleans(),
        st.tuples(*[st.sampled_from([0, 5])] * 3),
        st.tuples(*[st.sampled_from("ab")] * 3),
    ),
    max_size=8,
)


@given(ROWS)
def test_alone_is_what_the_definition_says(rows: list[Row]) -> None:
    """Looked up in groups, the same pairs are found as by comparing every two observations."""
    book = book_of_text("budget.approved and talk.score > talk.marks and need.urgent")
    clauses = Clauses(book.guard_condition["only"])
    beside = {0: (), 1: (2,), 2: (1,), 3: ()}
    rows = [evolve(row, readings=(*row.readings, row.readings[0])) for row in rows]
    expected = set()
    for place, name in enumerate(clauses.inputs):
        others = [i for i, clause in enumerate(clauses.clauses) if name not in clause.inputs]
        for one in rows:
            for two in rows:
                if (
                    one.passes
                    and not two.passes
                    and one.readings[place] != two.readings[place]
                    and all(one.answers[i] == two.answers[i] for i in others)
                    and all(one.readings[i] == two.readings[i] for i in beside[place])
                ):
                    expected.add(name)
    assert clauses.decided_alone(rows) == expected


def book_of_text(when: str) -> Playbook:
    """A playbook with one guard."""
    return playbook(step("talk", "only"), facts=FACTS.values(), guards=[guard("only", when)])


@pytest.mark.parametrize(
    "when",
    [
        "budget.approved",
        "every(buyer, person.content)",
        "deal.source == 'referral' and deal.source_name == 'a fair'",
        "'gates' in deal.products and deal.lines_total > money('5 EUR')",
        "deal.owner != 'max' and deal.market == 'rail'",
        "'gates' in deal.products and within(deal.expected_close, days(9))",
        "deal.lines_total > money('5 USD')",
    ],
)
def test_the_truth_of_real_pairs(when: str) -> None:
    """The two deals that are given for an input differ in the guard's truth."""
    book = playbook(
        step("talk", "only"),
        facts=FACTS.values(),
        roles=[Role("buyer", text("Buyer"))],
        guards=[guard("only", when)],
    )
    condition = book.guard_condition["only"]
    for name in Clauses(condition).inputs:
        possible, sure, made = alone(book, "only", name)
        scenes = made()
        assert (possible, sure, len(scenes)) == (True, True, 2)
        sizes = [scene.size for scene in scenes]
        assert all(abs(a - b) <= 1 for a, b in pairwise(sizes))
        assert solve([Goal(condition)], roles=["buyer"]).possible


@pytest.mark.parametrize(
    "when",
    [
        "voices(budget.approved) >= 1 or known(budget.approved)",
        "voices(budget.approved) >= 2 and need.urgent",
    ],
)
def test_voices_that_show_nothing(when: str) -> None:
    """Where no deal that was tried shows that voices decide alone, that is not decided."""
    book = book_of_text(when)
    (name,) = [each for each in Clauses(book.guard_condition["only"]).inputs if each == VOICES]
    possible, sure, made = alone(book, "only", name)
    assert (possible, sure, made()) == (True, False, ())


def test_a_scene_that_is_no_deal_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a scene cannot be recorded as a deal, it is no proof that an input decides alone."""

    def impossible(*_: object) -> None:
        raise EvidenceError("no such deal")

    monkeypatch.setattr("dealflow.analysis.coverage.alone.world_in", impossible)
    book = book_of(condition("deal.talks >= 3"))
    (name,) = inputs_of(condition("deal.talks >= 3"))
    possible, sure, _ = alone(book, "only", name)
    assert possible
    assert not sure
