"""How long the solver takes for fixed questions, each put cold: ``python benchmarks/deciding.py``.

The questions are of each guard of some playbooks, whether it can come to each truth, and of guards
of the shipped one in twos. ``data/named.toml`` has forms that are hard by themselves, and
``data/random_*.toml`` are as tests make them. Compared are two versions of the code, in one run
after the other; ``--memory`` ends a question that takes more.
"""

from __future__ import annotations

import argparse
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

from dealflow import Playbook, Truth, load_playbook
from dealflow.analysis import Goal, solve

DATA = Path(__file__).parent / "data"
PAIRS = 60
"""How many pairs of guards of the shipped playbook are asked about."""


def alone(playbook: Playbook) -> Iterator[list[Goal]]:
    """Whether each guard can come to each truth."""
    for condition in playbook.guard_condition.values():
        yield from ([Goal(condition, {truth})] for truth in Truth)


def in_twos(playbook: Playbook) -> Iterator[list[Goal]]:
    """Whether two guards can come to two truths at once: always the same pairs."""
    rng = Random(1)
    for two in rng.sample(list(combinations(playbook.guard_condition.values(), 2)), PAIRS):
        yield [Goal(condition, {rng.choice(tuple(Truth))}) for condition in two]


def timed(playbook: Playbook, goals: Sequence[Goal]) -> tuple[str, float]:
    """How a question is answered, and the CPU time in milliseconds, with nothing remembered."""
    forget()
    start = process_time()
    try:
        answer = solve(goals, roles=[role.id for role in playbook.roles])
        told = "yes" if answer.possible else "no" if answer.impossible else "not decided"
    except MemoryError:
        told = "out of memory"
    return told, (process_time() - start) * 1000


def forget() -> None:
    """Let the solver forget what it keeps from question to question, where it keeps anything."""
    try:
        from dealflow.analysis.solver.search import forget as empty
    except ImportError:
        return
    empty()


def main() -> None:
    """Ask everything, and print a line for each set of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", type=int, default=0, help="MiB; 0 is no limit")
    given = parser.parse_args()
    if given.memory:
        resource.setrlimit(resource.RLIMIT_AS, (given.memory * 2**20, given.memory * 2**20))
    shipped = load_playbook("seven_step")
    sets = {"seven_step": (shipped, alone(shipped)), "in twos": (shipped, in_twos(shipped))}
    for file in sorted(DATA.glob("*.toml")):
        playbook = load_playbook(str(file))
        sets[file.stem] = (playbook, alone(playbook))
    for name, (playbook, questions) in sets.items():
        timed(playbook, next(alone(playbook)))  # what is imported and made once is no part of it
        results = [(*timed(playbook, goals), goals) for goals in questions]
        taken = [milliseconds for _, milliseconds, _ in results]
        counts = ", ".join(
            f"{n} {told}" for told, n in sorted(Counter(r[0] for r in results).items())
        )
        told, most, slowest = max(results, key=lambda result: result[1])
        print(
            f"cold  {name:<11} {len(taken):>4} questions: median {median(taken):8.2f} ms,"
            f" sum {sum(taken) / 1000:7.2f} s, max {most:9.1f} ms ({told}); {counts}"
        )
        print(f"      slowest: {' | '.join(str(goal.condition) for goal in slowest)[:200]}")


if __name__ == "__main__":
    main()
