"""Which missing tests come first, and which faults make rules simpler."""

from __future__ import annotations

from functools import cache

import pytest
from attrs import evolve

from dealflow import Playbook, parse_playbook
from dealflow.analysis import mutants
from dealflow.analysis.mutants import (
    Equivalence,
    Mutant,
    as_file,
    judge_equivalence,
    missing,
    ranked,
)
from dealflow.analysis.mutants.conditions import plain
from tests._mini import mini, mutants_of, run_missing
from tests.deals import seven_step

HEAD = """
format = 1
id = "many"
version = "1"
title = "Many guards"
languages = ["en"]
roles.payer.title = "Payer"
walk_away = { guards = ["g7", "g8"], from = "end" }
"""
FACT = """
[facts."be.n{n}"]
title = "number {n}"
type = "yes_no"
ask = [{{ id = "be.n{n}", en = "Number {n}?" }}]
[guards.g{n}]
title = "Guard {n}"
when = "be.n{n}"
refused = "Not {n}."
"""
STEPS = """
[[steps]]
id = "begin"
title = "Begin"
goal = "Begin."
leave_when = [{first}]
[[steps]]
id = "end"
title = "End"
goal = "End."
"""


@cache
def many(number: int) -> Playbook:
    """A playbook with so many guards, two of which are for walking away."""
    parts = [FACT.format(n=n) for n in range(number)]
    first = ", ".join(f'"g{n}"' for n in range(number) if n not in (7, 8))
    return parse_playbook(HEAD + "".join(parts) + STEPS.format(first=first))


@cache
def survivors(number: int) -> tuple[tuple[Mutant, Equivalence], ...]:
    """Some mutants of each guard, and how a deal tells each from the original."""
    book, kinds = many(number), ("unknown_as_yes", "guard_removed", "made_waivable")
    every = [mutant for mutant in mutants(book) if mutant.operator in kinds]
    return tuple((mutant, judge_equivalence(book, mutant)) for mutant in every)


def test_walking_away_comes_first_and_then_each_guard_once() -> None:
    """Ten tests are of the walk-away guards and then of as many others, not all of one."""
    book = many(14)
    tests = missing(book, survivors(14), most=10)
    assert len(tests) == 10
    guards = [test.mutants[0].guards[0] for test in tests]
    walking = [guard for guard in guards if guard in ("g7", "g8")]
    assert guards[: len(walking)] == walking
    assert set(walking) == {"g7", "g8"}
    assert walking[:2] == ["g7", "g8"]
    others = guards[len(walking) :]
    assert others == [f"g{n}" for n in range(len(others))]
    code = as_file(book, tests)
    assert code.count("\ndef test_") == 10
    run_missing(code, book)


def test_one_test_for_faults_that_it_notices_alike() -> None:
    """What would be the same test is written once, and names each of the faults."""
    book = many(14)
    every = missing(book, survivors(14))
    noticed = [mutant.id for test in every for mutant in test.mutants]
    assert sorted(noticed) == sorted(mutant.id for mutant, _ in survivors(14))
    assert len({test.text.split("\n", 1)[1] for test in every}) == len(every) < len(noticed)
    # a test that is written anyway is told of each fault, however many are written
    few = missing(book, survivors(14), most=10)
    assert [test.text for test in few] == [test.text for test in every[:10]]


def test_the_plainest_of_a_guard_comes_first() -> None:
    """A deal that moves or not says more than what is known of a guard."""
    ids = ["guards.need_known:checked_once:1", "guards.signed:unknown_as_yes:1"]
    found = [(mutants_of()[id], id) for id in ids]
    same = [(evolve(mutant, guards=("signed",)), id) for mutant, id in found]
    assert [id for _, id in ranked(same)] == ids
    assert [id for _, id in ranked(same, lambda name: -ids.index(name))] == ids[::-1]


def test_what_touches_no_guard_comes_last() -> None:
    """Its place is behind those that touch one."""
    mutant = mutants_of()["guards.signed:unknown_as_yes:1"]
    found = [(evolve(mutant, guards=()), "none"), (mutant, "one")]
    assert [each for _, each in ranked(found)] == ["one", "none"]


@pytest.mark.parametrize("book", [mini(), seven_step()], ids=["mini", "seven_step"])
def test_what_is_simpler_is_shorter(book: Playbook) -> None:
    """Nothing is called simpler that takes as many words, or that is only put in another way."""
    kinds: dict[bool, set[str]] = {True: set(), False: set()}
    every = mutants(book)
    for mutant in every[:: 1 + len(every) // 60]:
        kinds[mutant.simpler].add(mutant.operator)
        if mutant.place.endswith(".when") and mutant.operator != "reason_swapped":
            shorter = len(mutant.after.split()) < len(mutant.before.split())
            assert mutant.simpler is shorter, mutant.id
    assert "guard_removed" in kinds[True]
    swaps = {"constant_moved", "made_waivable", "reason_swapped", "unknown_as_yes"}
    assert swaps.isdisjoint(kinds[True])
    assert not kinds[False].isdisjoint(swaps)


def test_brackets_make_nothing_simpler() -> None:
    """A rule that repeats itself is not made simpler by a fault beside that."""
    text = HEAD.replace('"g7", "g8"', '"g0"') + FACT.format(n=0) + FACT.format(n=1)
    long = text.replace('when = "be.n1"', 'when = "be.n1 and (be.n0 or be.n0)"')
    book = parse_playbook(long + STEPS.format(first='"g1"'))
    assert str(plain(book.guard_condition["g1"])) == "be.n1 and be.n0"
    found = {m.operator: m.simpler for m in mutants(book) if m.place == "guards.g1.when"}
    assert found["and_to_or"] is False
    assert found["clause_dropped"] is True
