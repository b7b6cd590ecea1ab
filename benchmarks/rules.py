"""Playbooks looked at like code: proofs against trying everything, mutants, coverage's price."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from dealflow import Fact, Guard, Playbook, Step, Text, Truth, ValueType, WalkAway, load_playbook
from dealflow.analysis.proof import prove
from dealflow.analysis.solver import START, Goal, Samples, solve
from dealflow.analysis.solver.casts import casts
from dealflow.analysis.solver.forest import Leaf, Pair, Tree, truth_bits
from dealflow.analysis.solver.ground import Ground
from dealflow.analysis.solver.search import forget
from dealflow.values import and_bits, not_bits, or_bits

HERE = Path(__file__).parent.parent
SUITE = HERE / "tests" / "seven_step"
SLICES = (
    ("severe_problem",),
    ("severe_problem", "clear_decision_process"),
    ("severe_problem", "clear_decision_process", "timely"),
    ("severe_problem", "clear_decision_process", "timely", "budget_approved"),
)
"""More and more walk-away guards: can the last be contradicted while the others are true?"""


def _seconds(action: object) -> tuple[object, float]:
    forget()
    start = perf_counter()
    result = action()  # type: ignore[operator]
    return result, perf_counter() - start


def proofs() -> Iterator[str]:
    """The whole proof of the shipped playbook."""
    book = load_playbook("seven_step")
    proof, seconds = _seconds(lambda: prove(book))
    states = sum(theorem.states for theorem in proof.theorems)  # type: ignore[attr-defined]
    proved = sum(theorem.proved for theorem in proof.theorems)  # type: ignore[attr-defined]
    total = len(proof.theorems)  # type: ignore[attr-defined]
    yield f"  seven_step: {proved} of {total} proved, {states:,} states, {seconds:.2f} s"


def slices() -> Iterator[str]:
    """The same question by the solver and by the product of all facts, where both finish."""
    book = load_playbook("seven_step")
    roles = [role.id for role in book.roles]
    for guards in SLICES:
        conditions = [book.guard_condition[guard] for guard in guards]
        goals = [Goal(c, {Truth.TRUE}) for c in conditions[:-1]]
        goals.append(Goal(conditions[-1], {Truth.CONFLICTED}))
        answer, ours = _seconds(lambda goals=goals: solve(goals, roles=roles))
        states, size, theirs = brute_force(goals, roles)
        facts = len({fact.id for condition in conditions for fact in condition.facts})
        by_hand = (
            f"{states:>9,} states {theirs:>8.3f} s" if theirs else f"{size:>9,} states, not tried"
        )
        yield (
            f"  {len(guards)} guards, {facts} facts: {answer.states:>6,} states {ours:>7.3f} s"  # type: ignore[attr-defined]
            f"   every combination of one cast: {by_hand}"
        )


def brute_force(goals: Sequence[Goal], roles: Sequence[str]) -> tuple[int, int, float]:
    """Try every combination of the cells of every input, in the largest cast only."""
    conditions = [goal.condition for goal in goals]
    cast = max(casts(conditions, roles), key=lambda cast: len(cast.people))
    ground = Ground(cast, Samples.of(conditions, START), START)
    trees = [ground.tree(condition) for condition in conditions]
    ground.settle()
    inputs = list(ground.cells)
    size = prod(len(cells) for cells in ground.cells.values())
    if size > 3_000_000:
        return 0, size, 0.0
    start = perf_counter()
    allowed = [{truth.bits for truth in goal.allowed} for goal in goals]
    met = 0
    for cells in product(*(range(len(ground.cells[input])) for input in inputs)):
        chosen = dict(zip(inputs, cells, strict=True))
        met += all(
            truth_bits(_comes_to(tree, chosen)) in bits
            for tree, bits in zip(trees, allowed, strict=True)
        )
    return size, size, perf_counter() - start


def _comes_to(node: Tree | Leaf, chosen: dict[tuple[str, ...], int]) -> Pair:
    if isinstance(node, Leaf):
        return node.pair(tuple(chosen[input] for input in node.inputs))
    pairs = [_comes_to(part, chosen) for part in node.parts]
    if node.kind == "not":
        return not_bits(pairs[0][0]), not_bits(pairs[0][1])
    join = and_bits if node.kind == "and" else or_bits
    b, f = pairs[0]
    for other_b, other_f in pairs[1:]:
        b, f = join(b, other_b), join(f, other_f)
    return b, f


def playbook_of(facts: int, *, mixed: bool) -> Playbook:
    """A playbook with so many facts: a guard for each three of them, five guards a step.

    A guard reads facts that stand beside each other or, mixed, any three of all.
    """
    chance = Random(facts)
    threes = [
        chance.sample(range(facts), 3) if mixed else [n, (n + 1) % facts, (n + 2) % facts]
        for n in range(0, facts, 3)
    ]
    words = Text("some words", "一些话")
    declared = [Fact(f"f{n}.holds", words, ValueType.YES_NO) for n in range(facts)]
    conditions = [f"f{a}.holds and (f{b}.holds or not f{c}.holds)" for a, b, c in threes]
    guards = [
        Guard(f"g{n}", words, text, Text(f"not {n}", f"不{n}")) for n, text in enumerate(conditions)
    ]
    walk_away, others = guards[:4], guards[4:]
    steps = [
        Step(f"s{n}", words, words, tuple(guard.id for guard in others[n * 5 : n * 5 + 5]))
        for n in range(max(2, len(others) // 5 + 1))
    ]
    policy = WalkAway(tuple(guard.id for guard in walk_away), "s0")
    claims = tuple(
        f'never "{step.id}" unless f{n * 15 % facts}.holds or known(f{(n * 15 + 1) % facts}.holds)'
        for n, step in enumerate(steps)
        if n
    )
    return Playbook(
        "made_up", "1", words, steps, declared, guards, (), (), policy, invariants=claims
    )


def curve() -> Iterator[str]:
    """Proofs over playbooks that grow."""
    for facts, mixed in product((10, 20, 50, 100, 200), (False, True)):
        book = playbook_of(facts, mixed=mixed)
        proof, seconds = _seconds(lambda book=book: prove(book))
        theorems = proof.theorems  # type: ignore[attr-defined]
        verdicts = [theorem.verdict for theorem in theorems]
        yield (
            f"  {facts:>3} facts{' mixed' if mixed else '      '}, {len(book.guards):>2} guards,"
            f" {len(theorems):>2} theorems:"
            f" {sum(theorem.states for theorem in theorems):>8,} states {seconds:>7.2f} s,"
            f" {verdicts.count('not decided')} not decided"
        )


def mutants() -> Iterator[str]:
    """Mutants a second in one process, against a new pytest for each."""
    found = re.search(r"(\d+) mutants in ([\d.]+) s", _pytest("--dealflow-mutate")[0])
    number, seconds = (int(found[1]), float(found[2])) if found else (0, 1.0)
    _, alone = _pytest("-x")
    yield f"  in process: {number} mutants in {seconds:.1f} s, {number / seconds:.1f} a second"
    yield f"  pytest anew for each: {alone:.2f} s a mutant, {1 / alone:.2f} a second"
    yield f"  ratio {number / seconds * alone:.1f}"


def overhead() -> Iterator[str]:
    """What watching and coverage add to a test run; medians of five runs each."""
    taken: dict[str, list[float]] = {"plain": [], "with coverage": []}
    for _ in range(5):
        for name, options in (("plain", []), ("with coverage", ["--dealflow-cov"])):
            taken[name].append(_pytest(*options)[1])
    plain, with_coverage = (median(times) for times in taken.values())
    ratio = with_coverage / plain
    yield f"  {plain:.2f} s, with coverage {with_coverage:.2f} s: ratio {ratio:.2f}"


def _pytest(*options: str) -> tuple[str, float]:
    with tempfile.TemporaryDirectory() as empty:
        command = [sys.executable, "-m", "pytest", "-q", "--noconftest", str(SUITE)]
        start = perf_counter()
        ran = subprocess.run(
            [*command, f"--basetemp={empty}", *options],
            check=False,
            cwd=HERE,
            capture_output=True,
            text=True,
        )
        seconds = perf_counter() - start
    if ran.returncode:
        raise SystemExit(ran.stdout + ran.stderr)
    return ran.stdout, seconds


PARTS = {
    "proof of the shipped playbook:": proofs,
    "one question, by the solver and by trying everything out:": slices,
    "proofs of playbooks that grow:": curve,
    "mutants of the shipped playbook:": mutants,
    "coverage's overhead on its suite:": overhead,
}
