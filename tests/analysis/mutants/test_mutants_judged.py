"""Mutants judged: by what a deal tells them from the original, or that none does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from dealflow import Finding, Move, Playbook, Role, Sources, Truth, Verdict, WalkAway
from dealflow.analysis import Mutant, Unreachable, deal_at, judge_equivalence, mutants
from dealflow.analysis.history import world_of
from dealflow.analysis.mutants import Equivalence, missing, suggestions
from dealflow.analysis.mutants import judge as _mutant_judge
from dealflow.analysis.solver import RANKS, START, Both, candidates, differ, perform
from dealflow.assessment import Judgement, judge_move
from dealflow.conditions import Outcome
from tests._mini import REDUNDANT, TOLD_APART, check, judged, mini, mutants_of, run_missing
from tests._playbooks import fact, guard, playbook, step, text


@pytest.mark.parametrize("id", mutants_of())
def test_mutants_are_told_apart_unless_they_are_redundant(id: str) -> None:
    """Some deal tells each mutant from the original, but for those that mean the same.

    It is real: the two judge the move differently, in a deal that truly got there, as it is said.
    """
    found, mutant = judged(id), mutants_of()[id]
    assert found.outcome == ("equivalent" if id in REDUNDANT else "different")
    assert (found.by is None) == (id in REDUNDANT)
    if found.by in ("readiness", "reasons", "verdict", "truth"):
        assert found.step is not None
        assert found.scene is not None
        deal = deal_at(mini(), found.step)
        perform(deal, found.scene, by="rep", at=START)
        one, other = (_judgement(book, deal.trail, found) for book in (mini(), mutant.playbook))
        assert differ(one, other) == found.by


def _judgement(book: Playbook, entries: Any, found: Equivalence) -> Judgement:
    (plan,) = (p for p in book.plans[found.step or ""] if p.move.to == found.to)
    return judge_move(world_of(book, entries, START), plan)


@pytest.mark.parametrize(
    ("id", "by", "step", "to"),
    [
        ("guards.money_there:ge_to_gt:1", "readiness", "talk", "show"),
        ("guards.need_known:checked_once:1", "readiness", "show", "close"),
        ("guards.soon:walk_away_once:1", "readiness", "close", "order"),
        ("guards.need_known:reason_swapped:1", "reasons", "talk", "show"),
        ("walk_away:at_once_dropped:1", "verdict", "talk", "show"),
        ("walk_away:threshold_raised:1", "readiness", "talk", "show"),
        ("steps.show:step_skipped:1", "move", "talk", "show"),
        ("steps.close:steps_swapped:1", "move", "show", "close"),
        ("guards.signed:made_waivable:1", "waiver", "order", "fulfilled"),
        ("trial_close:answer_moved:1", "answer", "close", None),
        ("facts.money.amount:sources_lowered:1", "readiness", "talk", "show"),
        ("facts.money.there:good_for_dropped:1", "readiness", "talk", "show"),
    ],
)
def test_by_what_they_are_told_apart(id: str, by: str, step: str, to: str | None) -> None:
    """The plainest difference at the first step that has it."""
    found = judged(id)
    assert (found.by, found.step, found.to) == (by, step, to)


def test_not_decided() -> None:
    """Where the bound is reached, nothing is claimed."""
    found = judge_equivalence(mini(), mutants_of()["guards.soon:constant_moved:1"], limit=1)
    assert found == Equivalence("not decided")


def one_of(book: Playbook, id: str) -> Mutant:
    """A mutant by its id."""
    return next(mutant for mutant in mutants(book) if mutant.id == id)


def test_guards_that_nobody_looks_at() -> None:
    """What is changed where no move looks makes no difference."""
    book = playbook(guards=[guard("real"), guard("idle")])
    for operator in ("guard_removed", "clause_negated", "made_waivable"):
        found = judge_equivalence(book, one_of(book, f"guards.idle:{operator}:1"))
        assert found == Equivalence("equivalent")


def test_guards_that_always_pass() -> None:
    """A guard that cannot fail can be removed, waived and checked once."""
    always = guard("always", "missing(need.real) or not missing(need.real)")
    book = playbook(step("talk", "always"), step("sell"), guards=[always])
    for operator in ("guard_removed", "checked_once", "made_waivable"):
        found = judge_equivalence(book, one_of(book, f"guards.always:{operator}:1"))
        assert found == Equivalence("equivalent")


def test_steps_that_no_deal_reaches() -> None:
    """What is changed behind a guard that never passes makes no difference."""
    never = guard("never", "missing(need.real) and not missing(need.real)")
    book = playbook(
        step("talk", "never"),
        step("sell", "real"),
        guards=[never, guard("real")],
    )
    found = judge_equivalence(book, one_of(book, "guards.real:clause_negated:1"))
    assert found == Equivalence("equivalent")
    found = judge_equivalence(book, one_of(book, "steps.sell:step_skipped:1"))
    assert found == Equivalence("equivalent")
    found = judge_equivalence(book, one_of(book, "steps.talk:steps_swapped:1"))
    assert (found.outcome, found.by, found.step, found.scene) == ("different", "move", "talk", None)


def test_moves_that_no_deal_makes() -> None:
    """A way that nobody can go may as well not be there."""
    book = playbook(
        step("one"),
        step("two"),
        guards=[guard("never", "missing(need.real) and not missing(need.real)")],
        moves=[
            Move("on", "one", "two"),
            Move("past", "one", "fulfilled", ("never",)),
            Move("done", "two", "fulfilled"),
        ],
    )
    found = judge_equivalence(book, one_of(book, "moves.past:move_removed:1"))
    assert found == Equivalence("equivalent")


def test_a_difference_that_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the deal that was found does not show a difference after all, nothing is claimed."""
    monkeypatch.setattr(_mutant_judge, "differ", lambda *_: None)
    found = judge_equivalence(mini(), mutants_of()["guards.soon:constant_moved:1"])
    assert found == Equivalence("not decided")


def test_steps_of_which_it_is_not_known_whether_a_deal_reaches_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then it is not decided either whether a deal there tells a mutant from the original."""
    book = playbook(guards=[guard("real"), guard("idle")])

    def lost(*_: object, **__: object) -> None:
        raise Unreachable("too far", "sell", decided=False)

    _mutant_judge._at.cache_clear()
    monkeypatch.setattr(_mutant_judge, "deal_at", lost)
    found = judge_equivalence(book, one_of(book, "guards.idle:guard_removed:1"))
    assert found == Equivalence("not decided")


def test_guards_that_cannot_all_pass_while_one_fails() -> None:
    """Where something else always stands in the way, too, the reasons tell a mutant apart."""
    book = playbook(
        step("talk", "one", "other"),
        step("sell"),
        facts=[fact("be.a"), fact("be.b")],
        guards=[guard("one", "be.a"), guard("other", "be.a and be.b")],
    )
    found = judge_equivalence(book, one_of(book, "guards.one:guard_removed:1"))
    assert (found.by, found.guard) == ("reasons", "one")


def test_guards_that_ask_for_the_same() -> None:
    """Guards that only fail together are told apart by the reasons, also where both are skipped."""
    book = playbook(
        step("talk"),
        step("check", "one", "other"),
        step("sell"),
        guards=[guard("one"), guard("other")],
    )
    one, other = (
        Both((book, skipped), (book.plans["sell"][0], skipped.plans["sell"][0]))
        for skipped in (
            one_of(book, "steps.check:step_skipped:1").playbook,
            one_of(book, "guards.one:checked_once:1").playbook,
        )
    )
    for both in (one, other):
        alone = [c for c in candidates(both) if not c.others and RANKS[c.rank] == "reasons"]
        assert {c.guard for c in alone} == both.moved().keys()
    for id in ("guards.one:checked_once:1", "guards.other:guard_removed:1"):
        assert judge_equivalence(book, one_of(book, id)).by == "reasons"


def test_policies_that_count_many_guards() -> None:
    """Where there are too many combinations to try them all, no difference is not claimed."""
    ids = [f"g{n}" for n in range(7)]
    always = [guard(id, "missing(need.real) or not missing(need.real)") for id in ids]
    policy = WalkAway(tuple(ids), "talk", 3)
    book = playbook(step("talk"), step("sell"), guards=always, walk_away=policy)
    found = judge_equivalence(book, one_of(book, "walk_away:threshold_raised:1"))
    assert found == Equivalence("not decided")
    few = playbook(
        step("talk"),
        step("sell"),
        guards=always[:3],
        walk_away=WalkAway(("g0", "g1", "g2"), "talk", 2),
    )
    found = judge_equivalence(few, one_of(few, "walk_away:threshold_raised:1"))
    assert found == Equivalence("equivalent")


def test_two_walk_away_guards_together() -> None:
    """With a higher threshold, one guard matters where another one has failed."""
    guards = [guard(f"g{n}", f"be.{word}") for n, word in enumerate("abc")]
    book = playbook(
        step("talk"),
        step("sell"),
        facts=[fact(f"be.{word}") for word in "abc"],
        guards=guards,
        walk_away=WalkAway(("g0", "g1", "g2"), "talk", 2),
    )
    for id in (
        "guards.g0:clause_negated:1",
        "guards.g0:unknown_as_yes:1",
        "guards.g1:guard_removed:1",
        "guards.g1:walk_away_once:1",
        "guards.g2:made_waivable:1",
        "walk_away:threshold_lowered:1",
        "walk_away:threshold_raised:1",
        "walk_away:policy_dropped:1",
    ):
        assert judge_equivalence(book, one_of(book, id)).outcome == "different"


def test_shortcuts_that_a_deal_would_not_take_by_itself() -> None:
    """Where several ways lead on, it is shown that there is none straight to the target."""
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
    found = judge_equivalence(book, one_of(book, "steps.three:step_skipped:1"))
    assert (found.by, found.step, found.to, found.scene) == ("move", "one", "four", None)
    found = judge_equivalence(book, one_of(book, "steps.four:step_skipped:1"))
    assert (found.by, found.step, found.to) == ("move", "three", "four")
    assert found.scene is not None
    found = judge_equivalence(book, one_of(book, "moves.b:move_removed:1"))
    assert (found.by, found.step, found.to) == ("move", "one", "three")


def finding(truth: Truth, **rest: Any) -> Finding:
    """What is known of the guard ``real``."""
    return Finding("real", Outcome(truth), **rest)


def test_how_judgements_differ() -> None:
    """Readiness before reasons, reasons before the verdict, the verdict before what is known."""
    plan = playbook().plans["talk"][0]
    ready = Judgement(plan, Verdict.READY, (finding(Truth.TRUE),))
    ask = Judgement(plan, Verdict.ASK, (finding(Truth.UNKNOWN, blocks=True),))
    passing = Judgement(plan, Verdict.ASK, (finding(Truth.UNKNOWN),))
    work = evolve(ask, verdict=Verdict.WORK)
    refuted = evolve(ask, findings=(finding(Truth.FALSE, blocks=True),))
    others = [ready, passing, work, refuted, ask]
    assert [differ(ask, other) for other in others] == [
        "readiness",
        "reasons",
        "verdict",
        "truth",
        None,
    ]


def test_the_same_playbook_has_no_candidates() -> None:
    """Where nothing differs, there is nothing to ask."""
    book = mini()
    for plans in book.plans.values():
        for plan in plans:
            assert list(candidates(Both((book, book), (plan, plan)))) == []


# --- the tests that are missing -------------------------------------------------------------------


@pytest.mark.parametrize("id", TOLD_APART)
def test_missing_tests_tell_mutants_apart(id: str) -> None:
    """Each holds for the original, and fails under its mutant."""
    check(mini(), mutants_of()[id], judged(id))


def test_a_file_of_missing_tests() -> None:
    """All together are one file that formatters leave alone and in which nothing is unused."""
    book = mini()
    code = suggestions(book, [(mutants_of()[id], judged(id)) for id in TOLD_APART])
    run_missing(code, book)
    assert code == suggestions(book, [(mutants_of()[id], judged(id)) for id in TOLD_APART])
    ruff = Path(sys.executable).with_name("ruff")
    options = ["--isolated", "--line-length=100", "-"]
    for command in (["format", "--diff"], ["check", "--select=E,F,W,D2,D3,D4,C901,SIM,PLW"]):
        done = subprocess.run(
            [ruff, *command, *options], input=code, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_name_of_a_fault_is_that_of_the_test() -> None:
    """Names of tests are those of the mutants; of several mutants with one test, of the first."""
    found = [(mutants_of()[id], judged(id)) for id in TOLD_APART]
    tests = missing(mini(), found)
    noticed = [mutant.id for test in tests for mutant in test.mutants]
    assert sorted(noticed) == sorted(TOLD_APART)
    code = suggestions(mini(), found)
    assert code.count("\ndef test_") == len(tests)
    for test in tests:
        name = re.sub(r"\W+", "_", test.mutants[0].id)
        assert f"def test_{name}(deal_at):" in code
        assert all(mutant.description in flat(test.text) for mutant in test.mutants)
    assert "def test_facts_money_there_good_for_dropped_1(deal_at):" in code


def flat(code: str) -> str:
    """The comments of some code in one line."""
    lines = (line.strip() for line in code.splitlines())
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))


@pytest.mark.parametrize("at_least", [2, 3])
def test_a_difference_on_the_way_is_shown_there(at_least: int) -> None:
    """A test that begins behind it would be given another deal, with which nothing is wrong."""
    names = ("first", "second", "third", "apart", "aside")
    book = playbook(
        step("one", "first", "second"),
        step("two", "third"),
        step("three"),
        roles=[Role("a", text("A")), Role("b", text("B"))],
        facts=[fact("be.so", sources=Sources(at_least, ("a", "b"), first_hand=False))],
        guards=[guard(name, "known(be.so)", standing=name == "second") for name in names],
        walk_away=WalkAway(("apart", "aside"), start="one"),
    )
    steps = {}
    for mutant in mutants(book):
        if mutant.place.startswith("facts.be.so"):
            found = judge_equivalence(book, mutant)
            check(book, mutant, found)
            steps[mutant.operator, mutant.id[-1]] = found.step
    assert steps["role_dropped", "1"] == "one"


def test_a_difference_that_takes_fewer_people_than_there_are() -> None:
    """Where people of the deal are in the way, they are let go."""
    book = playbook(
        step("one", "two_buyers"),
        step("two", "one_buyer"),
        roles=[Role("buyer", text("Buyer"))],
        facts=[fact("be.so")],
        guards=[
            guard("two_buyers", "count(buyer) >= 2", standing=False),
            guard("one_buyer", "count(buyer) == 1 and be.so"),
        ],
    )
    for mutant in mutants(book):
        if "one_buyer" in mutant.guards:
            found = judge_equivalence(book, mutant)
            if found.outcome == "different":
                check(book, mutant, found)
    told = judge_equivalence(book, next(m for m in mutants(book) if "guards.one_buyer" in m.id))
    assert told.outcome == "different"
