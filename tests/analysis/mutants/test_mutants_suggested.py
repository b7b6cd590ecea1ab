"""Missing tests, written for mutants: how they look, and those that are hard to write.

That each one tells its mutant apart is shown where mutants are judged, which takes long.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from dealflow import (
    InputError,
    Move,
    Playbook,
    Role,
    Sources,
    TrialClose,
    ValueType,
    WalkAway,
    load_playbook,
)
from dealflow.analysis import Mutant, judge_equivalence, mutants, suggest
from dealflow.analysis.mutants import Equivalence, suggestions
from dealflow.analysis.mutants.suggest import call, docstring, imports
from dealflow.analysis.solver import Person, Saying, Scene
from dealflow.testing import deal_at
from tests._mini import check, judged, mini, mutants_of, run_missing
from tests._playbooks import fact, guard, playbook, small_playbooks, step, text

AGREED = 'authority="the head of sales", reason="Agreed"'


def suggested(id: str, *changes: tuple[str, str]) -> str:
    """The missing test of a mutant of the small playbook."""
    book, mutant = mini(*changes), mutants_of(*changes)[id]
    check(book, mutant, judged(id, *changes))
    return suggest(book, mutant, judged(id, *changes))


def one_of(book: Playbook, id: str) -> Mutant:
    """A mutant by its id."""
    return next(mutant for mutant in mutants(book) if mutant.id == id)


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_playbooks())
def test_missing_tests_of_any_playbook(book: Playbook) -> None:
    """Whatever its texts and rules, a playbook's missing tests run and tell its mutants apart."""
    for mutant in mutants(book)[::5]:
        found = judge_equivalence(book, mutant)
        if found.outcome == "different":
            check(book, mutant, found)


def test_the_look_of_a_missing_test() -> None:
    """It says what must hold and why it was missed, tells the deal in verbs, and asserts."""
    assert suggested("guards.signed:unknown_as_yes:1") == (
        "def test_guards_signed_unknown_as_yes_1(deal_at):\n"
        '    """An order is an order when it is signed."""\n'
        "    # Found by a fault that no test noticed: order.signed counts as a yes while"
        " order.signed is not\n"
        "    # known.\n"
        '    deal = deal_at("order")\n'
        '    assert_refused(deal, to="fulfilled", because={"signed"})\n'
    )


@pytest.mark.parametrize(
    ("id", "lines"),
    [
        ("guards.money_there:ge_to_gt:1", ['    assert_moves(deal, to="show")']),
        (
            "guards.need_known:reason_swapped:1",
            ['    assert_refused(deal, to="show", because={"need_known"})'],
        ),
        ("walk_away:at_once_dropped:1", ['    assert_walks_away(deal, because={"right_size"})']),
        (
            "steps.show:step_skipped:1",
            ["    assert_moves(deal)", '    assert deal.step == "show"'],
        ),
        (
            "steps.order:step_skipped:1",
            ["    assert_moves(deal)", '    assert deal.step == "order"'],
        ),
        (
            "guards.signed:made_waivable:1",
            [
                "    with pytest.raises(EvidenceError):",
                f'        deal.waive("signed", {AGREED}, **now)',
                '    assert_refused(deal, to="fulfilled", because={"signed"})',
            ],
        ),
        (
            "trial_close:answer_moved:1",
            [
                '    deal.answer_trial_close("no", source="payer", **now)',
                '    assessment = deal.assess(at=now["at"])',
                '    assert assessment.step == "show"',
            ],
        ),
        (
            "guards.liked:clause_dropped:2",
            [
                '    assessment = deal.assess(to="close", at=now["at"])',
                "    assert assessment.verdict is Verdict.WORK",
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_missing_tests_assert(id: str, lines: list[str]) -> None:
    """Each asserts the plainest thing in which the two differ."""
    assert suggested(id).splitlines()[-len(lines) :] == lines


def test_statements_are_taken_back_by_what_they_say() -> None:
    """The code names facts, and not numbers of entries, which other rules would move."""
    code = suggested("guards.need_known:checked_once:1")
    assert '        if said.fact == "need.words" and number not in deal.withdrawn:' in code


def told(scene: Scene, step: str = "show") -> str:
    """A missing test that brings a deal into a scene, whatever it then asserts."""
    mutant = mutants_of()["guards.liked:guard_removed:1"]
    to = mini().plans[step][0].move.to
    found = Equivalence("different", "readiness", step, to, scene, "liked")
    code = suggestions(mini(), [(mutant, found)])
    run_missing(code, mini())
    return code


def test_many_statements_are_taken_back_at_once() -> None:
    """Several facts are taken back in one loop."""
    code = told(Scene(people=(Person("user", ("user",)),)))
    assert code.count("for number, said in") == 1
    assert "    gone = [\n" in code
    assert '        ("need.words", None),\n' in code
    assert "        if (said.fact, said.about) in gone and number not in deal.withdrawn:\n" in code


def test_whose_statement_is_taken_back_is_said() -> None:
    """What is true of a person is taken back from that person, and not from all."""
    before = deal_at(mini(), "close")
    about = {s.about for s in before.statements.values() if s.fact == "user.likes"}
    assert about
    stay = tuple(Person(id, contact.roles) for id, contact in before.contacts.items())
    code = told(Scene(people=stay), "close")
    for id in about:
        assert f'("user.likes", "{id}"),' in code


def test_one_of_several_statements_is_taken_back() -> None:
    """Where others of the same fact stay, a statement is found by its source, too."""
    before = deal_at(mini(), "order")
    sources = {s.source for s in before.statements.values() if s.fact == "money.amount"}
    assert len(sources) == 2
    stays = min(sources)
    kind = next(s.source_kind for s in before.statements.values() if s.source == stays)
    value = next(s.value for s in before.statements.values() if s.fact == "money.amount")
    scene = Scene(sayings=(Saying("money.amount", value, kind, stays),))
    code = told(scene, "order")
    assert 'said.fact == "money.amount" and said.source == ' in code.replace("\n            ", " ")


def test_long_conditions_are_broken() -> None:
    """What has no room on a line is put on several, as formatters do."""
    long = "be." + "x" * 60
    book = playbook(
        step("talk", "real"),
        step("sell"),
        facts=[fact(long)],
        guards=[guard("real", f"known({long})")],
    )
    mutant = one_of(book, "guards.real:checked_once:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert f'        if (\n            said.fact == "{long}"\n            and number not in' in code


def test_only_what_is_known_differs() -> None:
    """Where nothing else differs, it is asserted what is known of the guard."""
    mutant = mutants_of()["guards.soon:unknown_as_yes:1"]
    scene = Scene(
        people=(Person("user", ("user",)),),
        sayings=(Saying("need.words", "Peace", "contact", "user"),),
    )
    found = Equivalence("different", "truth", "talk", "show", scene, "soon")
    code = check(mini(), mutant, found)
    assert code.endswith('    assert known["soon"] is Truth.UNKNOWN\n')
    assert '"""\'Soon enough\' is unknown."""' in code


def test_a_verdict_where_several_ways_lead_on() -> None:
    """With more than one way, walking away is asserted of the one in question."""
    book = playbook(
        step("one", "a"),
        step("two"),
        facts=[fact("be.a"), fact("be.c")],
        guards=[guard("a", "be.a"), guard("c", "be.c")],
        moves=[
            Move("onward", "one", "two"),
            Move("past", "one", "fulfilled"),
            Move("done", "two", "fulfilled"),
        ],
        walk_away=WalkAway(("c",), "one", at_once=("a",)),
    )
    mutant = one_of(book, "walk_away:at_once_dropped:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert "    assert assessment.verdict is Verdict.WALK_AWAY\n" in code


def test_ways_that_there_are_not() -> None:
    """A shortcut that a deal would not take by itself is shown not to be there."""
    book = playbook(
        step("one"),
        step("two"),
        step("three"),
        step("four"),
        moves=[
            Move("a", "one", "two"),
            Move("b", "one", "three"),
            Move("c", "two", "three"),
            Move("d", "three", "four"),
            Move("e", "four", "fulfilled"),
        ],
    )
    mutant = one_of(book, "steps.three:step_skipped:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert '        deal.advance(to="four", **now)\n' in code
    mutant = one_of(book, "moves.b:move_removed:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert code.endswith('    assert_moves(deal, to="three")\n')


def test_a_way_to_the_end() -> None:
    """A step that could be skipped just before another stands between it and the end."""
    book = playbook(step("one"), step("two"))
    mutant = one_of(book, "steps.two:step_skipped:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert code.endswith('    assert deal.step == "two"\n')
    found = Equivalence("different", "move", "two", "fulfilled", Scene())
    code = suggestions(book, [(mutant, found)])
    run_missing(code, book)
    assert code.endswith('    assert deal.outcome == "fulfilled"\n')


def test_a_first_step_that_no_deal_leaves() -> None:
    """Another first step shows even where no deal gets any further."""
    never = guard("never", "missing(need.real) and not missing(need.real)")
    book = playbook(step("talk", "never"), step("sell"), guards=[never])
    mutant = one_of(book, "steps.talk:steps_swapped:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert code.endswith('    assert_refused(deal, to="sell", because={"never"})\n')


def test_a_waiver_that_one_guard_alone_does_not_call_for() -> None:
    """Where a guard alone blocks nothing, the verdict is asserted."""
    book = playbook(
        step("talk"),
        step("sell"),
        facts=[fact("be.a"), fact("be.b")],
        guards=[guard("a", "be.a"), guard("b", "be.b")],
        walk_away=WalkAway(("a", "b"), "talk", 2, go_on_when=1),
    )
    mutant = one_of(book, "guards.a:made_waivable:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    assert code.endswith("    assert assessment.verdict is Verdict.READY\n")


@pytest.mark.parametrize(
    "roles", [("buyer",), ("buyer", "coach"), ()], ids=["buyer", "one of two", "anybody"]
)
def test_somebody_is_found_to_answer_the_trial_close(roles: tuple[str, ...]) -> None:
    """Where nobody is there to answer, somebody who may is added."""
    answers = {"yes": text("yes"), "no": text("no")}
    book = playbook(
        step("talk"),
        step("close"),
        roles=[Role("buyer", text("Buyer")), Role("coach", text("Coach"))],
        facts=[
            fact("close.answer", ValueType.CHOICE, choices=answers, sources=Sources(roles=roles))
        ],
        trial_close=TrialClose("close", "close.answer", ("yes",), ("no",)),
    )
    mutant = one_of(book, "trial_close:answer_moved:1")
    code = check(book, mutant, judge_equivalence(book, mutant))
    holds = ', roles=["buyer"]' if roles else ""
    assert f'    deal.add_contact("buyer", name="Buyer"{holds}, **now)\n' in code


@pytest.mark.parametrize("outcome", ["equivalent", "not decided"])
def test_there_is_no_test_without_a_deal(outcome: Any) -> None:
    """Where no deal is known, there is nothing to write."""
    mutant = next(iter(mutants_of().values()))
    with pytest.raises(InputError, match=f"{mutant.id}: it is {outcome}: there is no deal"):
        suggest(mini(), mutant, Equivalence(outcome))


def test_an_answer_needs_a_trial_close() -> None:
    """A difference that does not fit its mutant is refused."""
    book = playbook()
    mutant = one_of(book, "guards.real:guard_removed:1")
    with pytest.raises(InputError, match="there is no trial close"):
        suggest(book, mutant, Equivalence("different", "answer", "talk"))


def test_no_missing_tests() -> None:
    """A file without tests has nothing to import."""
    assert suggestions(mini(), []) == (
        '"""Tests of the playbook \'Mini\' that its mutants showed to be missing."""\n'
    )
    assert list(imports("")) == []


def test_docstrings_are_closed() -> None:
    """Whatever a text holds, the docstring ends where it should."""
    assert list(docstring("Short.")) == ['"""Short."""']
    assert list(docstring('Who said "no"')) == ['"""Who said "no"', '"""']
    assert list(docstring('Odd \\ """')) == ['"""Odd \\\\ \'\'\'"""']
    long = list(docstring("word " * 40))
    assert len(long) == 4
    assert all(len(line) <= 96 for line in long)


def test_long_calls_are_broken() -> None:
    """Many guards are put on lines of their own, a few on one."""
    few = [f"guard_{n}" for n in range(3)]
    assert call("f", ["deal"], "because", few) == [
        'f(deal, because={"guard_0", "guard_1", "guard_2"})'
    ]
    some = [f"guard_of_the_deal_{n}" for n in range(3)]
    assert call("assert_refused", ["deal", 'to="somewhere"'], "because", some) == [
        "assert_refused(",
        "    deal,",
        '    to="somewhere",',
        '    because={"guard_of_the_deal_0", "guard_of_the_deal_1", "guard_of_the_deal_2"},',
        ")",
    ]
    many = [f"guard_{n}" for n in range(12)]
    lines = call("assert_refused", ["deal"], "because", many)
    assert lines[2:4] == ["    because={", '        "guard_0",']
    assert lines[-2:] == ["    },", ")"]


SAMPLE = (
    "guards.budget_approved:ge_to_gt:1",
    "guards.real_coach:clause_dropped:3",
    "guards.severe_problem:walk_away_once:1",
    "facts.technical.no:first_hand_dropped:1",
    "walk_away:threshold_raised:1",
    "trial_close:answer_moved:1",
)


@cache
def shipped_mutants() -> dict[str, Mutant]:
    """The mutants of the shipped playbook by id."""
    return {mutant.id: mutant for mutant in mutants(load_playbook("seven_step"))}


@pytest.mark.parametrize("id", SAMPLE)
def test_missing_tests_of_the_shipped_playbook(id: str) -> None:
    """A sample of the seven-step sale's mutants is told apart by the tests written for them."""
    book, mutant = load_playbook("seven_step"), shipped_mutants()[id]
    check(book, mutant, judge_equivalence(book, mutant))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_all_missing_tests_of_the_shipped_playbook(part: int) -> None:
    """Every mutant of the seven-step sale is decided; what a deal can tell apart has its test."""
    book = load_playbook("seven_step")
    for mutant in mutants(book)[part::8]:
        found = judge_equivalence(book, mutant)
        assert found.outcome != "not decided", mutant.id
        if found.outcome == "different":
            check(book, mutant, found)
