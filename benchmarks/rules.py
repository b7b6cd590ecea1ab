"""Playbooks looked at like code: proofs, and the solver against trying everything out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from random import Random
from statistics import median
from time import process_time
from typing import TypeVar

from timing import do_something_else

from dealflow import Fact, Guard, Playbook, Step, Text, Truth, ValueType, WalkAway, load_playbook
from dealflow.analysis.proof import prove
from dealflow.analysis.solver import START, Goal, solve
from dealflow.analysis.solver.decide import forget
from dealflow.values import and_bits, not_bits, or_bits
from tests.analysis.solver.search.casts import casts
from tests.analysis.solver.search.forest import Leaf, Pair, Tree, truth_bits
from tests.analysis.solver.search.ground import Ground
from tests.analysis.solver.search.samples import Tried
from tests.analysis.solver.search.search import forget as forget_search
from tests.analysis.solver.search.search import solve as search

SLICES = (
    ("severe_problem",),
    ("severe_problem", "clear_decision_process"),
    ("severe_problem", "clear_decision_process", "timely"),
    ("severe_problem", "clear_decision_process", "timely", "budget_approved"),
)
"""More and more walk-away guards: can the last be contradicted while the others are true?"""

MOST_STATES = 3_000_000
"""The most combinations that are tried out."""

T = TypeVar("T")


def _seconds(action: Callable[[], T]) -> tuple[T, float]:
    """What comes out, and the CPU time of one cold call, with nothing remembered."""
    forget()
    forget_search()
    do_something_else()
    start = process_time()
    result = action()
    return result, process_time() - start


def proofs() -> Iterator[str]:
    """The whole proof of the shipped playbook."""
    book = load_playbook("seven_step")
    proof, seconds = _seconds(lambda: prove(book))
    steps = sum(theorem.steps for theorem in proof.theorems)
    proved = sum(theorem.proved for theorem in proof.theorems)
    total = len(proof.theorems)
    yield f"cold  seven_step: {proved} of {total} proved, {steps:,} steps, {seconds:.2f} s"


def slices() -> Iterator[str]:
    """The same question by the solver and by the product of all facts, where both finish."""
    book = load_playbook("seven_step")
    roles = [role.id for role in book.roles]
    for guards in SLICES:
        conditions = [book.guard_condition[guard] for guard in guards]
        goals = [Goal(c, {Truth.TRUE}) for c in conditions[:-1]]
        goals.append(Goal(conditions[-1], {Truth.CONFLICTED}))
        answer, ours = _seconds(lambda goals=goals: solve(goals, roles=roles))
        (size, met), theirs = _seconds(lambda goals=goals: brute_force(goals, roles))
        facts = len({fact.id for condition in conditions for fact in condition.facts})
        if met is None:
            by_hand = f"{size:>9,} states, not tried"
        elif bool(met) is not answer.possible:
            raise SystemExit(f"{guards}: the solver and trying everything out disagree")
        else:
            by_hand = f"{size:>9,} states {theirs:>8.3f} s   ratio {ours / theirs:6.3f}"
        yield (
            f"cold  {len(guards)} guards, {facts} facts: {answer.steps:>9,} steps {ours:>7.3f} s"
            f"   every combination of one cast: {by_hand}"
        )


def guards() -> Iterator[str]:
    """Each guard of the shipped playbook and each truth, by the solver and by a search."""
    book = load_playbook("seven_step")
    roles = [role.id for role in book.roles]
    ours, theirs = [], []
    for condition in book.guard_condition.values():
        for truth in Truth:
            goals = [Goal(condition, {truth})]
            answer, seconds = _seconds(lambda goals=goals: solve(goals, roles=roles))
            ours.append(seconds)
            found, seconds = _seconds(lambda goals=goals: search(goals, roles=roles))
            theirs.append(seconds)
            if found.possible and not answer.possible:
                raise SystemExit(f"{condition}: the search finds {truth}, and the solver does not")
    for name, times in (("solver", ours), ("search of samples", theirs)):
        yield (
            f"cold  {len(times)} questions, {name:<17}: median {median(times) * 1000:6.1f} ms,"
            f" most {max(times) * 1000:8.1f} ms, together {sum(times):6.2f} s"
        )


def brute_force(goals: Sequence[Goal], roles: Sequence[str]) -> tuple[int, int | None]:
    """Try every combination of the cells of every input, in the largest cast only.

    Returns:
        The number of combinations, and of those that meet all goals; ``None`` when there are too
        many to try.
    """
    conditions = [goal.condition for goal in goals]
    cast = max(casts(conditions, roles), key=lambda cast: len(cast.people))
    ground = Ground(cast, Tried.of(conditions, START), START)
    trees = [ground.tree(condition) for condition in conditions]
    ground.settle()
    inputs = list(ground.cells)
    size = prod(len(cells) for cells in ground.cells.values())
    if size > MOST_STATES:
        return size, None
    allowed = [{truth.bits for truth in goal.allowed} for goal in goals]
    met = 0
    for cells in product(*(range(len(ground.cells[input])) for input in inputs)):
        chosen = dict(zip(inputs, cells, strict=True))
        met += all(
            truth_bits(_comes_to(tree, chosen)) in bits
            for tree, bits in zip(trees, allowed, strict=True)
        )
    return size, met


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
        theorems = proof.theorems
        verdicts = [theorem.verdict for theorem in theorems]
        yield (
            f"cold  {facts:>3} facts{' mixed' if mixed else '      '},"
            f" {len(book.guards):>2} guards, {len(theorems):>2} theorems:"
            f" {sum(theorem.steps for theorem in theorems):>10,} steps {seconds:>7.2f} s,"
            f" {verdicts.count('not decided')} not decided"
        )
