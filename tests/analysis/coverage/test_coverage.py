"""Coverage of playbooks: what is counted, what is out of reach, merging, requirements, reports."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, partial
from html.parser import HTMLParser
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    Deal,
    Guard,
    InputError,
    Money,
    Move,
    Playbook,
    RedFlag,
    Refused,
    Role,
    Sources,
    Truth,
    ValueType,
    WalkAway,
    testing,
)
from dealflow.analysis import (
    Answer,
    Coverage,
    Observation,
    measure,
    observations,
    requirements,
    shortfalls,
)
from dealflow.analysis.coverage import Kind, as_json, html, mermaid, term
from dealflow.analysis.coverage import alone as _coverage_alone
from dealflow.analysis.coverage import hints as _coverage_code
from dealflow.analysis.coverage import targets as _coverage_cells
from dealflow.analysis.coverage.clauses import Clauses, Row, inputs_of
from dealflow.analysis.coverage.coverage import Count, Shortfall
from dealflow.analysis.coverage.hints import hint, what
from dealflow.analysis.coverage.targets import KINDS, Cell, Reach, cells_of, clauses_of
from dealflow.analysis.coverage.twins import replaced
from dealflow.analysis.history import Walks, world_of
from dealflow.analysis.solver import START as SCENE_START
from dealflow.analysis.solver import Scene, perform, routes
from dealflow.assessment import judge_guards, open_questions
from dealflow.conditions import Condition, judge
from dealflow.scripts import load_script, play, shipped_scripts
from dealflow.state import Snapshot
from dealflow.testing import Clock, assert_asks, assert_moves, assert_refused, watching
from tests._playbooks import fact, full, guard, playbook, step, text
from tests.deals import BY, DAY, START, now, say, seven_step, small, small_deal


def looked_at(deal: Deal, **changes: Any) -> Observation:
    """An assessment of a deal."""
    one = Observation(deal.playbook, tuple(deal.trail), now(deal), None, "assessed")
    return evolve(one, **changes)


def seen(*deals: Deal) -> list[Observation]:
    """What the trails of deals show, and an assessment of each as it is now."""
    found = [one for deal in deals for one in observations(deal.playbook, deal.trail)]
    return [*found, *map(looked_at, deals)]


@cache
def demo() -> tuple[Observation, ...]:
    """The demo scripts' attempts, and an assessment after every line."""
    found: list[Observation] = []
    for script in shipped_scripts():
        deal = play(load_script(script)).deal
        found += observations(deal.playbook, deal.trail)
        entries = tuple(deal.trail)
        for size, entry in enumerate(entries, 1):
            found.append(Observation(deal.playbook, entries[:size], entry.at, None, "assessed"))
    return tuple(found)


@cache
def demo_coverage() -> Coverage:
    """What the demo covers."""
    return measure(seven_step(), demo())


@cache
def hints(book: Playbook) -> dict[Cell, str]:
    """For each cell of a playbook, what to do when it is missing."""
    return {cell: hint(book, cell) for cell in Coverage(book).missing}


def cells(coverage: Coverage, kind: Kind, status: str) -> set[str]:
    """The ids of a kind's cells in a status, with what they are of."""
    return {
        f"{cell.id} {cell.of}".strip()
        for cell, found in coverage.cells.items()
        if cell.kind == kind and found == status
    }


def ruled(when: str, **rest: Any) -> Playbook:
    """A playbook with one guard of a condition, over facts and roles of many kinds."""
    parts: dict[str, Any] = {
        "roles": [Role("buyer", text("Buyer")), Role("coach", text("Coach"))],
        "facts": [
            fact("be.good"),
            fact("be.rich", sources=Sources(roles=("buyer",))),
            fact("has.number", ValueType.NUMBER),
            fact("has.day", ValueType.DATE),
            fact("has.friend", ValueType.PERSON),
            fact("own.mood", of="contact"),
        ],
        "guards": [guard("only", when)],
    }
    steps = rest.pop("steps", (step("talk", "only"), step("sell")))
    return playbook(*steps, **(parts | rest))


def world(book: Playbook, scene: Scene) -> Snapshot:
    """A real deal in a scene."""
    at = SCENE_START
    deal = Deal.open(book, id="D", account=scene.account, by=BY, at=at, amount=scene.amount)
    perform(deal, scene, by=BY, at=at)
    return world_of(book, deal.trail, at)


# what is counted


def test_nothing_is_covered_by_nothing() -> None:
    """Without observations all is missing, except for what no deal can reach."""
    coverage = measure(seven_step(), [])
    assert coverage == Coverage(seven_step())
    assert {kind: str(count) for kind, count in coverage.counts.items()} == {
        "steps": "0 of 7 (0 %)",
        "moves": "0 of 7 (0 %)",
        "refusals": "0 of 7 (0 %)",
        "guards": "0 of 135 (0 %)",
        "reasons": "0 of 41 (0 %)",
        "questions": "0 of 69 (0 %)",
        "mcdc": "0 of 86 (0 %)",
    }
    assert len(coverage.missing) == 7 + 7 + 7 + 135 + 41 + 69 + 86


def test_steps_moves_refusals_and_reasons() -> None:
    """A refused attempt covers its refusal and reasons, a passed one the move and both steps."""
    deal = small_deal()
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal), to="right")
    refused = measure(deal.playbook, observations(deal.playbook, deal.trail))
    assert cells(refused, "steps", "covered") == {"one"}
    assert cells(refused, "moves", "covered") == set()
    assert cells(refused, "refusals", "covered") == {"go_right"}
    assert cells(refused, "reasons", "covered") == {"good", "rich"}
    assert cells(refused, "guards", "covered") == {"good unknown", "rich unknown"}
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=now(deal), to="left")
    both = measure(deal.playbook, observations(deal.playbook, deal.trail))
    assert cells(both, "steps", "covered") == {"one", "left"}
    assert cells(both, "moves", "covered") == {"go_left"}
    assert cells(both, "mcdc", "covered") == {"good fact:be.good"}
    assert both.counts["refusals"] == Count(1, 5)


def test_an_assessment_covers_no_move() -> None:
    """Who only looks at a deal has seen its guards and questions, and tried no move."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    coverage = measure(deal.playbook, [looked_at(deal)])
    assert cells(coverage, "guards", "covered") == {"good true"}
    assert cells(coverage, "moves", "covered") == set()
    assert cells(coverage, "refusals", "covered") == set()


def test_the_last_move_leads_to_no_step() -> None:
    """Fulfilment is an outcome: it covers its move, and is no step."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    for to in ("left", "last", "fulfilled"):
        say(deal, "ann", "be.rich", True)
        deal.advance(by=BY, at=now(deal), to=to)
    coverage = measure(deal.playbook, observations(deal.playbook, deal.trail))
    assert cells(coverage, "moves", "covered") == {"go_left", "from_left", "finish"}
    assert cells(coverage, "steps", "missing") == {"right"}


def test_an_attempt_that_would_end_otherwise_is_none() -> None:
    """Where a playbook decides otherwise than the record, neither passing nor refusal was seen."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    passed = looked_at(deal, kind="passed")
    refused = looked_at(deal, kind="refused")
    deal.withdraw(4, by=BY, at=now(deal), reason="a slip")
    coverage = measure(deal.playbook, [refused, looked_at(deal, kind="passed")])
    assert cells(coverage, "moves", "covered") == cells(coverage, "refusals", "covered") == set()
    assert cells(measure(deal.playbook, [passed]), "moves", "covered") == {"go_left"}


def test_other_playbooks_and_unknown_moves_do_not_count() -> None:
    """Observations under another playbook are no coverage of this one, nor are moves it lacks."""
    deal = small_deal()
    strange = [looked_at(deal, playbook=seven_step()), looked_at(deal, to="last")]
    assert measure(deal.playbook, strange) == Coverage(deal.playbook)
    assert measure(seven_step(), [looked_at(deal)]) == Coverage(seven_step())
    twin = Playbook.from_data(deal.playbook.to_data())
    assert measure(twin, [looked_at(deal)]).seen


def test_questions_are_covered_when_they_are_asked() -> None:
    """An assessment or a refusal asks; who passes is not told what to ask."""
    book = full()
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    one = looked_at(deal)
    asked = cells(measure(book, [one]), "questions", "covered")
    assert asked == {"need.real", "need.again"}
    assert cells(measure(book, [evolve(one, kind="passed")]), "questions", "covered") == set()
    assert cells(measure(book, [evolve(one, kind="refused")]), "questions", "covered") == asked


def test_the_demo_covers_what_it_shows() -> None:
    """The shipped demo walks all steps, and what it lacks is what nobody in it ever says."""
    coverage = demo_coverage()
    counts = {kind: (count.covered, count.feasible) for kind, count in coverage.counts.items()}
    assert counts["steps"] == counts["moves"] == counts["refusals"] == (7, 7)
    assert counts["guards"][0] > 60
    assert cells(coverage, "guards", "covered") >= {
        f"budget_approved {truth.value}" for truth in Truth
    }
    assert "budget_approved fact:budget.amount" in cells(coverage, "mcdc", "covered")
    assert "budget_approved attribute:deal.amount" in cells(coverage, "mcdc", "missing")
    assert "first_talk conflicted" in cells(coverage, "guards", "impossible")
    assert coverage == measure(seven_step(), Walks.of(demo()))


def test_every_observation_alone_makes_the_whole() -> None:
    """What is kept from one look at a deal to the next changes nothing of what is seen."""
    alone = [measure(seven_step(), [one]) for one in demo()]
    assert Coverage(seven_step()).merge(*alone) == demo_coverage()


# clauses, and what alone decided


@pytest.mark.parametrize(
    ("when", "clauses", "inputs"),
    [
        ("be.good", ["be.good"], ["fact:be.good"]),
        (
            "be.good and not (be.rich or heard(2))",
            ["be.good", "be.rich", "heard(2)"],
            ["fact:be.good", "fact:be.rich", "heard"],
        ),
        (
            "has.number >= count(buyer) or be.good",
            ["has.number >= count(buyer)", "be.good"],
            ["fact:has.number", "role:buyer", "fact:be.good"],
        ),
        (
            "plays(has.friend, coach)",
            ["plays(has.friend, coach)"],
            ["fact:has.friend", "role:coach"],
        ),
        (
            "some(coach, own.mood and (contact.rating > 0 or contact.heard))",
            None,
            ["fact:own.mood", "role:coach", "attribute:contact.rating", "heard"],
        ),
        ("be.good or be.good", ["be.good"], ["fact:be.good"]),
        ("deal.talks >= 1", ["deal.talks >= 1"], ["attribute:deal.talks"]),
    ],
)
def test_clauses_and_inputs(when: str, clauses: list[str] | None, inputs: list[str]) -> None:
    """A condition's clauses have no and, or, not outside of quantifiers; each input counts once."""
    found = clauses_of(ruled(when), "only")
    if clauses is not None:
        assert [str(clause.node) for clause in found.clauses] == clauses
    assert list(found.inputs) == inputs
    assert {name for clause in found.clauses for name in inputs_of(clause.node)} == set(inputs)


def row(passes: bool, answers: Iterable[int], *readings: str) -> Row:
    """A row with these readings."""
    return Row(passes, tuple(answers), readings)


def test_only_a_lone_difference_decides() -> None:
    """A pair counts when one input differs and the clauses that don't read it answer the same."""
    two = clauses_of(ruled("be.good and be.rich"), "only")
    both = row(True, [5, 5], "yes", "yes")
    assert two.decided_alone([both]) == set()
    assert two.decided_alone([both, row(False, [10, 5], "no", "yes")]) == {"fact:be.good"}
    assert two.decided_alone([both, row(False, [10, 10], "no", "no")]) == set()
    other_words = row(False, [10, 5], "no", "yes, too")  # another reading and the same answer
    assert two.decided_alone([both, other_words]) == {"fact:be.good"}
    other_answer = row(False, [10, 5], "yes", "no")  # of a clause that reads something else
    assert two.decided_alone([both, other_answer]) == set()


def test_beside_an_input_all_else_of_its_clause_is_the_same() -> None:
    """In a clause with two inputs, one decides alone only while the other keeps its value."""
    one = clauses_of(ruled("has.number >= count(buyer)"), "only")
    assert one.decided_alone([row(True, [5], "2", "a"), row(False, [10], "1", "b")]) == set()
    alone = [row(True, [5], "2", "a"), row(False, [10], "1", "a")]
    assert one.decided_alone(alone) == {"fact:has.number"}
    assert one.decided_alone([*alone, row(False, [10], "2", "b")]) == {
        "fact:has.number",
        "role:buyer",
    }


def test_readings_of_a_deal() -> None:
    """Readings are equal when the same is known, whoever said it, and change with what is known."""
    book = ruled("known(has.number) and within(has.day, days(9)) and not disputed(be.good)")
    clauses = clauses_of(book, "only")
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    for name in ("ann", "bob"):
        deal.add_contact(name, name=name, roles=["buyer"], by=BY, at=START)
    rows = [clauses.row(Snapshot(deal._state, START))]

    def after(who: str, about: str, value: object) -> tuple[str, ...]:
        say(deal, who, about, value)
        rows.append(clauses.row(Snapshot(deal._state, START)))
        return rows[-1].readings

    first = after("ann", "has.number", "5")
    assert first != rows[0].readings
    assert after("bob", "has.number", "5") == first
    dated = after("ann", "has.day", "2026-03-05")
    assert dated != first
    tomorrow = clauses.row(Snapshot(deal._state, START + DAY)).readings
    assert [a == b for a, b in zip(dated, tomorrow, strict=True)] == [True, False, True]
    good = after("ann", "be.good", True)
    assert after("bob", "be.good", False) != good
    assert not any("2026" in reading or "ann" in reading for reading in dated)


def test_a_disputed_fact_that_is_not_established_is_read() -> None:
    """Where a clause asks whether claims differ, claims that don't count are told apart, too."""
    book = ruled("not disputed(be.rich)")
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    for name in ("ann", "bob"):
        deal.add_contact(name, name=name, by=BY, at=START)
    clauses = clauses_of(book, "only")
    say(deal, "ann", "be.rich", True)
    before = clauses.row(Snapshot(deal._state, START))
    say(deal, "bob", "be.rich", False)
    after = clauses.row(Snapshot(deal._state, START))
    assert (before.passes, after.passes) == (True, False)
    assert clauses.decided_alone([before, after]) == {"fact:be.rich"}


def test_facts_of_contacts_are_one_input() -> None:
    """What all contacts say of themselves is one input; who holds the role is another."""
    book = ruled("every(buyer, own.mood and contact.rating >= 1)")
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    deal.add_contact("ann", name="Ann", roles=["buyer"], rating=2, by=BY, at=START)
    deal.add_contact("bob", name="Bob", rating=0, by=BY, at=START)
    found = []
    for change in (
        lambda: say(deal, "ann", "own.mood", True, about="ann"),
        lambda: say(deal, "bob", "own.mood", True, about="bob"),
        lambda: deal.change_contact("bob", roles=["buyer"], by=BY, at=START),
        lambda: deal.change_contact("bob", rating=3, by=BY, at=START),
    ):
        found.append(looked_at(deal))
        change()
    found.append(looked_at(deal))
    coverage = measure(book, found)
    assert cells(coverage, "mcdc", "covered") == {
        "only fact:own.mood",
        "only role:buyer",
        "only attribute:contact.rating",
    }


def test_contradictions_inside_a_clause_are_told_apart() -> None:
    """A quantified clause that is false only beside a contradiction is not simply false."""
    clauses = clauses_of(ruled("some(any_role, own.mood) or be.good"), "only")
    book = ruled("some(any_role, own.mood) or be.good")
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    for name in ("ann", "bob"):
        deal.add_contact(name, name=name, roles=["buyer"], by=BY, at=START)
    say(deal, "ann", "own.mood", True, about="ann")
    say(deal, "bob", "own.mood", False, about="ann")
    disputed = clauses.row(Snapshot(deal._state, START)).answers[0]
    assert divmod(disputed, 4)[0] != divmod(disputed, 4)[1]


# what deals can reach


@pytest.mark.parametrize("book", [seven_step, full, small], ids=["seven_step", "full", "small"])
def test_what_can_be_reached_is_reached_by_a_real_deal(book: Callable[[], Playbook]) -> None:
    """The scene of a truth gives it, and the two scenes of MC/DC differ in the input alone."""
    playbook = book()
    for cell, reach in cells_of(playbook).items():
        if cell.kind == "guards" and reach.scenes:
            condition = playbook.guard_condition[cell.id]
            assert judge(condition, world(playbook, reach.scenes[0])).truth.value == cell.of, cell
        if cell.kind == "mcdc" and reach.scenes:
            clauses = clauses_of(playbook, cell.id)
            rows = [clauses.row(world(playbook, scene)) for scene in reach.scenes]
            assert [one.passes for one in rows] == [True, False], cell
            assert cell.of in clauses.decided_alone(rows), cell


def test_everything_in_the_shipped_playbook_is_decided() -> None:
    """No cell of seven_step is left open, and all but truths and questions can be reached."""
    reaches = cells_of(seven_step())
    assert all(reach.decided for reach in reaches.values())
    impossible = {cell.kind for cell, reach in reaches.items() if not reach.possible}
    assert impossible == {"guards", "questions"}
    assert all(reach.scenes for cell, reach in reaches.items() if cell.kind == "mcdc")


@pytest.mark.parametrize(
    ("when", "out_of_reach"),
    [
        ("be.good", set()),
        ("known(be.good)", {"false", "conflicted"}),
        ("missing(be.good)", {"unknown", "conflicted"}),
        ("be.good and not be.good", {"true"}),
        ("known(be.good) and not known(be.good)", {"true", "conflicted"}),
    ],
)
def test_truths_out_of_reach(when: str, out_of_reach: set[str]) -> None:
    """A truth that no deal gives to a guard's condition doesn't count."""
    coverage = measure(ruled(when), [])
    assert cells(coverage, "guards", "impossible") == {f"only {truth}" for truth in out_of_reach}


def test_a_guard_that_always_passes_refuses_nothing() -> None:
    """Neither its refusal nor it as a reason counts, nor what would decide it."""
    coverage = measure(ruled("known(be.good) or missing(be.good)"), [])
    assert cells(coverage, "refusals", "impossible") == {"leave_talk", "leave_sell"}
    assert cells(coverage, "reasons", "impossible") == {"only"}
    assert coverage.counts["mcdc"] == Count(0, 0)
    assert coverage.counts["mcdc"].percent == 100


def test_what_lies_behind_a_closed_door_is_out_of_reach() -> None:
    """Steps after a guard that never passes, their moves and their guards don't count."""
    book = ruled(
        "be.good and not be.good",
        guards=[
            guard("only", "be.good and not be.good"),
            guard("later", "be.rich", standing=False),
        ],
    )
    data: dict[str, Any] = dict(book.to_data())
    data["steps"][1]["leave_when"] = ["later"]
    coverage = measure(Playbook.from_data(data), [])
    assert cells(coverage, "steps", "impossible") == {"sell"}
    assert cells(coverage, "moves", "impossible") == {"leave_talk", "leave_sell"}
    assert cells(coverage, "refusals", "missing") == {"leave_talk"}
    assert cells(coverage, "guards", "impossible") >= {f"later {t.value}" for t in Truth}
    assert cells(coverage, "reasons", "impossible") == {"later"}
    assert cells(coverage, "mcdc", "impossible") >= {"later fact:be.rich"}


@pytest.mark.parametrize(
    ("when", "feasible", "impossible"),
    [
        ("be.good or known(be.good)", {"fact:be.good"}, set()),
        ("be.good or be.good and be.rich", {"fact:be.good"}, {"fact:be.rich"}),
        ("heard(2) or be.good", {"heard", "fact:be.good"}, set()),
        ("deal.talks >= 1 and be.good", {"attribute:deal.talks", "fact:be.good"}, set()),
        ('deal.account == "N" and be.good', {"attribute:deal.account", "fact:be.good"}, set()),
        (
            'deal.amount >= money("5 EUR") and be.good',
            {"attribute:deal.amount", "fact:be.good"},
            set(),
        ),
        ("covered(buyer) and count(buyer) <= 1", {"role:buyer"}, set()),
        ("covered(buyer) or be.rich", {"role:buyer"}, {"fact:be.rich"}),  # only buyers say so
        ("covered(coach) and be.rich", {"role:coach", "fact:be.rich"}, set()),
        ("covered(buyer) and known(be.rich)", {"fact:be.rich"}, {"role:buyer"}),
        ("covered(any_role) and be.good", {"role:any_role", "fact:be.good"}, set()),
        ("count(any_role) == 0 or be.good", {"role:any_role", "fact:be.good"}, set()),
        ("plays(has.friend, coach)", {"role:coach", "fact:has.friend"}, set()),
        (
            'some(buyer, contact.kind == "committee" and contact.rating >= 1)',
            {"role:buyer", "attribute:contact.kind", "attribute:contact.rating"},
            set(),
        ),
        (
            "deal.talks > 1 and deal.talks < 2 or be.good",
            {"fact:be.good"},
            {"attribute:deal.talks"},
        ),
        ("be.good and count(coach) >= 0", {"fact:be.good"}, {"role:coach"}),
        ("be.good or some(coach, be.good)", {"fact:be.good"}, {"role:coach"}),
    ],
)
def test_what_can_decide_alone(when: str, feasible: set[str], impossible: set[str]) -> None:
    """An input counts when two deals can differ in it alone and in the guard, and else doesn't."""
    found = {cell.of: reach for cell, reach in cells_of(ruled(when)).items() if cell.kind == "mcdc"}
    assert {name for name, reach in found.items() if not reach.possible} == impossible
    assert set(found) == feasible | impossible
    for name in feasible:
        assert found[name].decided, name
        clauses = clauses_of(ruled(when), "only")
        rows = [clauses.row(world(ruled(when), scene)) for scene in found[name].scenes]
        assert [one.passes for one in rows] == [True, False], name
        assert name in clauses.decided_alone(rows), name


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ("heard(1) and heard(3)", {"heard"}),
        ("some(buyer, contact.heard)", {"heard"}),
        ("be.good and count(any_role) >= 0", {"role:any_role"}),
        ("covered(buyer) and every(any_role, be.good) and heard(1)", {"role:any_role"}),
    ],
)
def test_what_is_not_decided_stays_in_the_count(when: str, open_: set[str]) -> None:
    """Where it isn't known whether an input can decide alone, it counts, and is marked so."""
    coverage = measure(ruled(when), [])
    assert cells(coverage, "mcdc", "undecided") == {f"only {name}" for name in open_}
    assert {cell.of for cell in coverage.missing if cell.kind == "mcdc"} >= open_
    assert "not decided whether it can be" in term(coverage)
    assert "not decided whether it can be)" in html(coverage)
    assert all(
        "which differ in" in hint(ruled(when), cell)
        for cell in coverage.missing
        if cell.kind == "mcdc" and cell.of in open_
    )


def test_no_one_is_heard_too_little_where_facts_are_first_hand() -> None:
    """That nobody was heard cannot decide alone beside a fact which somebody must have said."""
    rule = Sources(roles=("buyer",), first_hand=True)
    book = ruled("heard(1) and be.good", facts=[fact("be.good", sources=rule)])
    found = {cell.of: reach for cell, reach in cells_of(book).items() if cell.kind == "mcdc"}
    assert found["heard"] == Reach(possible=False)
    assert found["fact:be.good"].possible


def test_a_bound_that_is_reached_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the solver gave up, truths, refusals and inputs are missing and not decided."""
    gave_up = Answer(possible=False, undecided="steps", steps=1)
    monkeypatch.setattr(_coverage_alone, "solve", lambda *_, **__: gave_up)
    monkeypatch.setattr(_coverage_cells, "solve_any", lambda *_, **__: gave_up)
    book = ruled("be.good and heard(1)", id="not_decided")
    coverage = measure(book, [])
    for kind in ("moves", "refusals", "guards", "reasons", "mcdc"):
        assert {s for c, s in coverage.cells.items() if c.kind == kind} == {"undecided"}, kind
    assert cells(coverage, "steps", "missing") == {"talk"}  # where all deals start
    assert cells(coverage, "steps", "undecided") == {"sell"}


ONE_GOES_ON = WalkAway(("one", "two"), "late", "all", go_on_when=1)


@pytest.mark.parametrize(
    ("policy", "when", "reasons"),
    [
        (WalkAway(("one", "two"), "sell"), "known(be.rich)", {"one", "two"}),
        (WalkAway(("one", "two"), "sell", "all"), "known(be.rich)", {"one", "two"}),
        (WalkAway(("one", "two"), "sell", "all"), "not missing(be.good)", {"one", "two"}),
        (WalkAway(("one", "two"), "late", "all", "talk"), "not missing(be.good)", {"one", "two"}),
        (WalkAway(("one", "two"), "late"), "known(be.rich) or missing(be.rich)", {"one"}),
        (WalkAway(("one", "two"), "late", "all"), "known(be.rich) or missing(be.rich)", {"one"}),
        (ONE_GOES_ON, "known(be.rich) or missing(be.rich)", set()),
        (WalkAway(("one", "two"), "late", 2, "talk", ("one",)), "be.good", {"one", "two"}),
        (WalkAway(("one", "two"), "sell", 2, "talk", ("three",)), "be.rich", {"one", "two"}),
    ],
)
def test_walk_away_guards_as_reasons(policy: WalkAway, when: str, reasons: set[str]) -> None:
    """A walk-away guard is a reason when it can stand in the way, with as many as that takes."""
    guards = [guard("one", "be.good"), guard("two", when), guard("three", "has.number > 1")]
    steps = (step("talk"), step("sell"), step("late", "three"))
    book = ruled("", steps=steps, guards=guards, walk_away=policy)
    coverage = measure(book, [])
    assert cells(coverage, "reasons", "missing") == {*reasons, "three"}
    for name in reasons:
        assert re.match("assert_refused|let a deal be refused", hint(book, Cell("reasons", name)))


@pytest.mark.parametrize(
    ("at_once", "reasons"),
    [
        (("three",), {"one", "three", "never"}),
        (("last",), {"one", "last", "three", "never"}),
        ((), {"three", "never"}),
    ],
)
def test_a_guard_that_only_warns_as_a_reason(at_once: tuple[str, ...], reasons: set[str]) -> None:
    """Before its step a refuted guard is a reason only when the deal is one to walk away from."""
    guards = [
        guard("one", "be.good"),
        guard("two", "known(be.rich)"),
        guard("three", "has.number > 1"),
        guard("never", "be.good and not be.good"),
        guard("last", "be.good"),
    ]
    policy = WalkAway(("one", "two"), "late", 2, "talk", at_once)
    steps = (step("talk", "three", "never"), step("late", "last"))
    book = ruled("", steps=steps, guards=guards, walk_away=policy)
    assert cells(measure(book, []), "reasons", "missing") == reasons


def test_questions_that_can_be_asked() -> None:
    """Facts of guards are asked for; those of red flags, and of what is only missed, are not."""
    from dealflow import Coaching, Question

    def asked(name: str, **rest: Any) -> Any:
        questions = (Question(f"{name}.1", text("?")), Question(f"{name}.2", text("?")))
        return fact(name, ask=questions, **rest)

    facts = [asked(f"be.{letter}") for letter in "abcde"] + [asked("be.f", good_for=9 * DAY)]
    book = ruled(
        "be.a and (missing(be.b) or be.b) and missing(be.c) and not disputed(be.d) and known(be.f)"
        " and some(buyer, known(be.f))",
        facts=facts,
        roles=[Role("buyer", text("B"), ask="be.c.2"), Role("coach", text("C"), ask="be.e.2")],
        red_flags=[RedFlag("flag", "be.e", text("!"))],
        coaching=Coaching("be.e.1", "be.c.1"),
    )
    asks = cells(measure(book, []), "questions", "missing")
    assert asks == {
        "be.a.1", "be.a.2",  # an answer is open, or a no
        "be.b.1", "be.b.2",
        "be.d.1",  # refuted by those who contradict each other
        "be.f.1", "be.f.2",
        "be.c.2",  # who the buyer is
        "be.e.1",  # for those who contradict each other
        "be.c.1",  # for what is out of date
    }  # fmt: skip


def test_questions_of_the_shipped_playbook_come_up() -> None:
    """Each question that counts is asked in some deal; of what went stale, the coach asks."""
    book = seven_step()
    asked = set()
    for reach in cells_of(book).values():
        for scene in reach.scenes:
            deal = world(book, scene)
            findings = judge_guards(deal, book.guard, walk_away=False, needed=True)
            found = open_questions(deal, findings)
            asked |= {ask.id for ask in found if ask.question is not None}
    assert cells(measure(book, []), "questions", "missing") == asked | {book.coaching.stale}


def test_replacing_nothing_gives_the_same() -> None:
    """Conditions are rebuilt node by node, and stay as they are where nothing is replaced."""
    for condition in seven_step().guard_condition.values():
        assert replaced(condition, lambda _: None) == condition


# merging


def test_merging_is_measuring_together() -> None:
    """Coverages of parts, merged in any order and as JSON, are the coverage of the whole."""
    book = seven_step()
    found = demo()
    parts = [measure(book, found[start::3]) for start in range(3)]
    sent = [Coverage.from_json(json.loads(json.dumps(p.to_json())), book) for p in parts]
    assert sent == parts
    whole = demo_coverage()
    assert parts[0].merge(*parts[1:]) == sent[2].merge(sent[0], sent[1]) == whole
    assert whole.merge() == whole.merge(whole) == whole
    assert whole.to_json() == parts[1].merge(parts[2], parts[0]).to_json()


def test_a_pair_can_come_from_two_processes() -> None:
    """What alone decided shows only when what two processes saw is put together."""
    deal = small_deal()
    before = measure(deal.playbook, [looked_at(deal)])
    say(deal, "ann", "be.good", True)
    after = measure(deal.playbook, [looked_at(deal)])
    assert cells(before, "mcdc", "covered") | cells(after, "mcdc", "covered") == set()
    assert cells(before.merge(after), "mcdc", "covered") == {"good fact:be.good"}


def test_merging_other_playbooks_is_refused() -> None:
    """Coverages of two playbooks are not put together."""
    with pytest.raises(InputError, match=r"coverage of seven_step 1\.0\.0 .* is no coverage of sm"):
        Coverage(small()).merge(Coverage(seven_step()))


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The data of a coverage of the small playbook with something changed."""
    deal = small_deal()
    data: dict[str, Any] = measure(deal.playbook, [looked_at(deal)]).to_json()
    change(data)
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "no coverage of format 1"),
        ({"format": 2}, "no coverage of format 1"),
        ({"format": 1}, "no coverage of small 1 as it is now"),
        (broken(lambda d: d["playbook"].update(fingerprint="x")), "small 1 as it is now"),
        (broken(lambda d: d.pop("covered")), "missing or misshapen"),
        (broken(lambda d: d.pop("rows")), "missing or misshapen"),
        (broken(lambda d: d.update(covered=[1])), "missing or misshapen"),
        (broken(lambda d: d.update(covered=[[["steps"], "one", ""]])), "missing or misshapen"),
        (broken(lambda d: d["rows"].update(nobody=[])), "missing or misshapen"),
        (broken(lambda d: d["rows"].update(good=[[True, [], []]])), "missing or misshapen"),
        (broken(lambda d: d["rows"].update(good=[[1, [5], ["a"]]])), "missing or misshapen"),
        (broken(lambda d: d.update(covered=[["steps", "two", ""]])), "the playbook has not"),
        (broken(lambda d: d.update(covered=[["mcdc", "good", "x"]])), "the playbook has not"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_coverage_is_refused(data: object, message: str) -> None:
    """Data of another shape, another format or another playbook gives one clear message."""
    with pytest.raises(InputError, match=re.escape(message)):
        Coverage.from_json(data, small())


# requirements


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("guards:100", {"guards": 100}),
        (" guards : 87.5 ,mcdc:0", {"guards": Decimal("87.5"), "mcdc": 0}),
    ],
)
def test_requirements_are_read(wanted: str, expected: dict[Kind, Decimal]) -> None:
    """Kinds and percent are read, with spaces where people put them."""
    assert requirements(wanted) == expected


def test_bad_requirements_are_all_named() -> None:
    """Every part that cannot be read has its own message."""
    with pytest.raises(InputError) as caught:
        requirements("guards,colours:1,steps:many,moves:101,moves:nan,mcdc:1,mcdc:2,")
    assert [problem.message for problem in caught.value.problems] == [
        "'guards' is not of the form guards:100",
        "'colours' is no kind; there are: steps, moves, refusals, guards, reasons, questions, mcdc",
        "steps: 'many' is no number from 0 to 100",
        "moves: '101' is no number from 0 to 100",
        "moves: 'nan' is no number from 0 to 100",
        "mcdc is required twice",
        "'' is not of the form guards:100",
    ]


def test_shortfalls() -> None:
    """A kind falls short when its exact share is below the requirement, and none of none is all."""
    deal = small_deal()
    coverage = measure(deal.playbook, [looked_at(deal)])
    assert shortfalls(coverage, requirements("questions:100,steps:25,guards:0")) == ()
    (short,) = shortfalls(coverage, requirements("steps:25.01,questions:100"))
    assert short == Shortfall("steps", Decimal("25.01"), Count(1, 4))
    assert str(short) == "steps: 1 of 4 (25 %), and 25.01 % are required"


@given(st.integers(0, 999), st.integers(1, 999))
def test_hundred_percent_is_everything(covered: int, more: int) -> None:
    """Shares are rounded down, so that 100 is never said of less than all."""
    count = Count(covered, covered + more)
    assert 0 <= count.percent < 100
    assert count.percent <= Decimal(covered * 100) / (covered + more)
    assert Count(more, more).percent == 100


# reports


def test_term() -> None:
    """The table has a line for each kind and guard, and each missing cell with its hint."""
    deal = small_deal()
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal), to="right")
    assert term(measure(deal.playbook, seen(deal))).startswith(
        f"""\
coverage of small 1 ({small().fingerprint[:12]})

kind       covered  of  percent
steps            1   4     25.0
moves            0   5      0.0
refusals         1   5     20.0
guards           2   8     25.0
reasons          2   2    100.0
questions        0   0    100.0
mcdc             0   2      0.0

guard  T F U C  reason  alone  title
good   ! ! + !  +       0/1    Good
rich   ! ! + !  +       0/1    Rich

+ seen   ! missing   ? missing, and not decided whether it can be   . cannot be

steps, missing:
  no deal was seen in "Left" (left)
      deal_at("left").assess(at=clock.now)
"""
    )


def test_every_missing_cell_has_words_and_a_hint() -> None:
    """Each missing cell is named with its id, and its hint says what to say in which step."""
    coverage = Coverage(seven_step())
    assert coverage.missing == tuple(hints(seven_step()))
    told = {cell: (what(seven_step(), cell), line) for cell, line in hints(seven_step()).items()}
    assert len(set(told.values())) == len(told)
    for cell, (words, advice) in told.items():
        assert advice
        if cell.kind not in ("moves", "refusals"):
            assert cell.id in words
    assert told[Cell("moves", "leave_negotiation")] == (
        (
            'no deal passed the move from "Negotiation and contract" (negotiation)'
            ' to "Fulfilment" (fulfilment)'
        ),
        'assert_moves(deal_at("negotiation", ready=True), to="fulfilment")',
    )
    assert told[Cell("refusals", "leave_fulfilment")] == (
        'nobody was refused the move from "Fulfilment" (fulfilment) to fulfilled',
        (
            'assert_refused(deal_at("fulfilment"), to="fulfilled",'
            ' because={"installed", "terms_performed", "customer_satisfied"})'
        ),
    )
    words, advice = told[Cell("guards", "severe_problem", "false")]
    assert words == '"Severe problem" (severe_problem) was never seen false'
    assert re.fullmatch(r'assess a deal in "qualification" when a document says \S+ = no', advice)
    _, advice = told[Cell("guards", "next_talk_dated", "false")]
    assert re.search(r"next_step\.agreed = 2026-\d\d-\d\d \(9\d days ahead\)", advice)
    words, advice = told[Cell("reasons", "severe_problem")]
    assert words == '"Severe problem" (severe_problem) never refused a move'
    assert advice == (
        'assert_refused(deal_at("buying_roles",'
        ' {"problem.severe": None, "consequence.serious": None}, ready=True),'
        ' to="guided_competition", because={"severe_problem"})'
    )
    words, advice = told[Cell("mcdc", "budget_approved", "attribute:deal.amount")]
    assert words == (
        'the price (deal.amount) alone never decided "Budget approved" (budget_approved)'
    )
    assert advice.startswith('assess two deals in "qualification", both with: a document says')
    assert advice.endswith("; one with: the price is 48000 EUR; the other without")
    words, advice = told[Cell("mcdc", "economic_buyer_named", "role:economic_buyer")]
    assert "one with: economic_buyer holds economic_buyer; the other with: " in advice


@pytest.mark.parametrize(
    "book",
    [pytest.param(seven_step(), marks=pytest.mark.slow), small(), full()],
    ids=["seven", "small", "full"],
)
def test_hints_that_are_code_run(book: Playbook) -> None:
    """A hint that shows a call runs as it stands, and covers its cell; no other shows a call."""
    names = {
        "assert_asks": assert_asks,
        "assert_moves": assert_moves,
        "assert_refused": assert_refused,
        "clock": Clock(),
        "deal_at": partial(testing.deal_at, book),
    }
    ran = set()
    for cell, line in hints(book).items():
        if "deal_at" in line:
            with watching() as watch:
                exec(line, names.copy())
            assert measure(book, watch.observations).cells[cell] == "covered", line
            ran.add(cell.kind)
        else:
            assert not re.search(r"\w\(\S", line.partition(" when ")[0]), line
            assert line.startswith(("assess ", "let a deal "))
    assert ran >= {"steps", "moves", "refusals", "reasons"}


def test_hints_without_code_say_what_to_do() -> None:
    """Where no deal is known that gets there or is refused, the hint is in words."""
    open = guard("open", "missing(be.good) or known(be.good)")
    policy = WalkAway(("good",), "sell", "all", "talk")
    steps = (step("talk", "open"), step("sell"))
    book = ruled("", steps=steps, guards=[open, guard("good", "be.good")], walk_away=policy)
    assert hint(book, Cell("refusals", "leave_talk")) == (
        'let a deal be refused from "talk" to "sell" when we saw be.good = no'
    )
    assert hint(book, Cell("moves", "leave_talk")) == 'assert_moves(deal_at("talk"), to="sell")'
    heard = ruled("heard(1)", id="heard")
    assert hint(heard, Cell("reasons", "only")) == (
        'assert_refused(deal_at("talk"), to="sell", because={"only"})'
    )
    never = ruled("be.good and not be.good", id="never")
    assert hint(never, Cell("steps", "sell")) == 'assess a deal in "sell"'
    assert hint(never, Cell("moves", "leave_talk")) == 'let a deal move from "talk" to "sell"'
    assert hint(never, Cell("moves", "leave_sell")) == 'let a deal move from "sell" to "fulfilled"'


def test_hints_need_a_deal_to_show_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no deal is found within the bound, every hint is in words."""

    def not_found(*_: object, **__: object) -> Deal:
        raise routes.Unreachable("not found", "talk", decided=False)

    monkeypatch.setattr(_coverage_code, "deal_at", not_found)
    book = seven_step(id="not_found")
    advice = [hint(book, cell) for cell in Coverage(book).missing]
    assert all(line.startswith(("assess ", "let a deal ")) for line in advice)


def test_hints_say_how_old_and_how_it_was_heard() -> None:
    """What is out of date, told on, or about somebody else is told as such; so are people."""
    rule = Sources(roles=("buyer",), first_hand=True)
    facts = [fact("be.good", good_for=9 * DAY, sources=rule), fact("own.mood", of="contact")]
    facts.append(fact("has.day", ValueType.DATE))
    book = ruled(
        "(known(be.good) or be.good) and deal.talks >= 2 and heard(2)"
        ' and some(coach, own.mood or contact.kind == "third_party" and contact.rating >= 2)'
        ' and has.day < date("2026-01-02")',
        facts=facts,
    )
    advice = " ".join(hint(book, cell) for cell in Coverage(book).missing)
    for words in (
        "2 talks",
        "is heard first-hand",
        "buyer says be.good = yes",
        "(a third party, rating 3)",
        "coach holds coach",
    ):
        assert words in advice, words


@pytest.mark.parametrize(("talks", "words"), [(1, "1 talk"), (2, "2 talks")])
def test_hints_count_talks(talks: int, words: str) -> None:
    """One talk is no talks."""
    book = ruled(f"be.good and deal.talks >= {talks}", facts=[fact("be.good")])
    advice = [hint(book, cell) for cell in Coverage(book).missing]
    assert any(re.search(rf"\b{words}\b", line) for line in advice)


def test_json() -> None:
    """The JSON report has what was seen, the counts, and what is missing with words and hint."""
    deal = small_deal()
    coverage = measure(deal.playbook, seen(deal))
    data: Any = json.loads(json.dumps(as_json(coverage)))
    assert Coverage.from_json(data, small()) == coverage
    assert data["counts"]["guards"] == {"covered": 1, "feasible": 8, "percent": "12.5"}
    assert {(m["kind"], m["id"], m["of"]) for m in data["missing"]} == {
        (cell.kind, cell.id, cell.of) for cell in coverage.missing
    }
    assert all(m["decided"] is True and m["what"] and m["hint"] for m in data["missing"])
    assert data["impossible"] == []
    whole: Any = as_json(Coverage(seven_step()))
    assert ["guards", "first_talk", "conflicted"] in whole["impossible"]


class Page(HTMLParser):
    """Collects the tags and the text of a page, and that it is closed as it was opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and that it has to be closed."""
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Only the tag opened last is closed."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_html() -> None:
    """The page is well-formed, needs nothing from elsewhere, and has headings for every cell."""
    source = html(demo_coverage())
    page = Page(source)
    tags = [tag for tag, _ in page.tags]
    assert {"script", "link", "img", "iframe"}.isdisjoint(tags)
    assert not any("src" in attrs or "href" in attrs for _, attrs in page.tags)
    assert ("html", {"lang": "en"}) in page.tags
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table") == 3
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    classes = [attrs.get("class") for tag, attrs in page.tags if tag == "td"]
    for status in ("covered", "missing", "impossible"):
        assert f"sign {status}" in classes
    assert "prefers-color-scheme: dark" in page.text
    for kind, count in demo_coverage().counts.items():
        numbers = (f"{n}</td>" for n in (count.covered, count.feasible, f"{count.percent:.1f}"))
        assert re.search(rf">{kind}<.*?>{'.*?>'.join(numbers)}", source, re.DOTALL), kind
    assert "Severe problem" in page.text


def test_html_escapes_titles() -> None:
    """Whatever a playbook's titles say, they are shown and not obeyed."""
    evil = Guard("only", text("<b>&$x</b>"), "be.good", text("no"))
    book = ruled("be.good", guards=[evil], title=text("$title <script>"))
    page = Page(html(measure(book, [])))
    assert "<b>&$x</b>" in page.text
    assert "$title <script>" in page.text
    assert "script" not in [tag for tag, _ in page.tags]


def test_html_of_a_full_coverage() -> None:
    """When nothing is missing, the page says so."""
    book = playbook(step("talk"), step("sell"), guards=[], facts=[])
    deal = Deal.open(book, id="D", account="N", by=BY, at=START)
    for _ in range(2):
        deal.advance(by=BY, at=START)
    coverage = measure(book, observations(book, deal.trail))
    assert coverage.missing == ()
    assert "<p>Nothing.</p>" in html(coverage)
    assert "missing:" not in term(coverage)


def test_mermaid() -> None:
    """The diagram colours the steps, and says of each move whether it passed and was refused."""
    deal = small_deal()
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal), to="right")
    lines = mermaid(measure(deal.playbook, seen(deal))).splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    step_one --> step_left: • Good<br/>✗ never passed, ✗ never refused" in lines
    assert "    step_one --> step_right: • Good<br/>• Rich<br/>✗ never passed, ✓ refused" in lines
    assert "    step_last --> fulfilled: ✗ never passed, ✗ never refused" in lines
    assert "    class step_one seen" in lines
    assert "    class step_left,step_right,step_last unseen" in lines
    assert sum(line.startswith("    classDef ") for line in lines) == 2
    assert " seen" not in mermaid(Coverage(small())).split("classDef")[0]
    assert "unseen" not in mermaid(demo_coverage()).split("classDef")[0]


def test_wide_titles_do_not_shift_columns() -> None:
    """All marks stand below each other, whatever language the titles are in."""
    guards = [
        guard("short", "be.good"),
        evolve(guard("long_one", "be.rich"), title=text("预算已批准")),
    ]
    book = ruled("be.good", steps=(step("talk", "short", "long_one"),), guards=guards)
    lines = term(Coverage(book)).splitlines()
    heads = [line for line in lines if line.startswith(("guard  ", "short ", "long_one "))]
    assert len(heads) == 3
    assert {re.search("T F U C|! ! ! !", line).start() for line in heads} == {10}  # type: ignore[union-attr]


def test_kinds_are_counted_in_order() -> None:
    """Coverage counts the kinds that can be demanded, in their order."""
    assert list(KINDS) == list(Coverage(small()).counts)


def test_clauses_of_any_condition() -> None:
    """Every condition of the shipped playbook can be taken apart and evaluated in an empty deal."""
    deal = Deal.open(seven_step(), id="D", account="N", by=BY, at=START, amount=Money("1", "EUR"))
    conditions: list[Condition] = list(seven_step().guard_condition.values())
    for condition in conditions:
        found = Clauses(condition).row(Snapshot(deal._state, START))
        assert found.passes is (judge(condition, Snapshot(deal._state, START)).truth is Truth.TRUE)


def test_a_move_with_its_own_guards() -> None:
    """Moves are counted each by itself where a step has several ways forward."""
    coverage = measure(full(), [])
    assert cells(coverage, "moves", "missing") == {move.id for move in full().moves}
    assert isinstance(full().moves[0], Move)
