"""Plays as many random playbooks as one likes, and lists what the solver wrongly calls impossible.

``PYTHONPATH=tools:. python -m soundness --conditions 100000``. The tests do the same with fewer; a
seed that is listed here is one for ``KEPT`` of ``tests/analysis/solver/test_soundness.py``.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from time import process_time
from typing import NamedTuple

from dealflow import Truth
from dealflow.analysis import Goal
from tests.analysis.solver._sound_judge import Denied, ask, questions, smallest, watched

GUARDS = 10
"""Conditions of one playbook."""


class Found(NamedTuple):
    """What came of one playbook.

    Attributes:
        seed: from which it was made.
        counts: of truths seen, of questions, and of how they were answered.
        denied: the smallest conditions that a deal shows and that are called impossible.
        slowest: the seconds of the slowest question, and the question.
    """

    seed: int
    counts: Counter[str]
    denied: tuple[str, ...]
    slowest: tuple[float, str]


def look(seed: int, tries: int, memory: int, unseen: bool) -> Found:
    """Play one playbook, and ask."""
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory * 2**20, memory * 2**20))
    start = process_time()
    one, played = watched(seed, tries, GUARDS)
    watched.cache_clear()
    counts, denied, slowest = Counter[str](), list[str](), (0.0, "")
    counts["conditions"], counts["looks"] = len(one.guards), played.looks
    counts["milliseconds of play"] = round((process_time() - start) * 1000)
    conditions = one.playbook.guard_condition
    for seen, guards in questions(one, played):
        goals = tuple(Goal(conditions[each], {seen.truths[each]}) for each in guards)
        start = process_time()
        outcome = asked(one.playbook, goals)
        taken = process_time() - start
        counts[f"shown, {outcome}"] += 1
        counts["milliseconds of answers"] += round(taken * 1000)
        what = str(Denied(seen, goals))
        slowest = max(slowest, (taken, what))
        if outcome == "no":
            denied.append(str(smallest(one.playbook, Denied(seen, goals))))
    if unseen:
        for guard in one.guards:
            for truth in Truth:
                if (guard, truth) not in played.truths:
                    outcome = asked(one.playbook, [Goal(conditions[guard], {truth})])
                    counts[f"not shown, {outcome}"] += 1
    return Found(seed, counts, tuple(denied), slowest)


def asked(playbook: object, goals: Sequence[Goal]) -> str:
    """How a question is answered."""
    try:
        answer = ask(playbook, goals)  # type: ignore[arg-type]
    except MemoryError:
        return "out of memory"
    return "yes" if answer.possible else "no" if answer.impossible else "not decided"


def kind(denied: str) -> str:
    """The form of a denial: without the names of what it reads."""
    told = re.sub(r"\b(payer|coach|user)\b", "role", denied)
    told = re.sub(r"\b(our|own)\.([a-z]+)\d", r"\1.\2", told)
    told = re.sub(r'"[^"]*"', '"..."', told)
    return re.sub(r"(?<![\w.])-?\d+(?:\.\d+)?", "n", told)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="soundness", description=__doc__)
    parser.add_argument("--conditions", type=int, default=1000, help="how many to look at")
    parser.add_argument("--seed", type=int, default=100_000, help="the first seed")
    parser.add_argument("--tries", type=int, default=6, help="how hard to play, for each guard")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    parser.add_argument("--memory", type=int, default=0, help="MiB for a process; 0 is no limit")
    parser.add_argument("--unseen", action="store_true", help="ask of what no deal showed as well")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.conditions // GUARDS)
    rest = (given.tries, given.memory, given.unseen)
    total, kinds, slowest = Counter[str](), dict[str, list[tuple[int, str]]](), (0.0, "")
    for found in found_in(seeds, rest, given.jobs):
        total += found.counts
        slowest = max(slowest, found.slowest)
        for each in found.denied:
            kinds.setdefault(kind(each), []).append((found.seed, each))
            # a long run may be ended before its end
            print(f"seed {found.seed}: {each}", flush=True)
    for name, number in sorted(total.items()):
        print(f"{number:>9,} {name}")
    print(f"slowest: {slowest[0]:.2f} s, {slowest[1]}")
    for name, cases in sorted(kinds.items(), key=lambda item: -len(item[1])):
        seed, shortest = min(cases, key=lambda case: len(case[1]))
        print(f"{len(cases):>6} x {name}\n         seed {seed}: {shortest}")
    return min(len(kinds), 1)


def found_in(seeds: Sequence[int], rest: tuple[int, int, bool], jobs: int) -> Iterator[Found]:
    """What came of each seed, in order."""
    # a process that has run out of memory is not to be trusted for long
    pool = ProcessPoolExecutor(jobs, max_tasks_per_child=50)
    try:
        waiting = [pool.submit(look, seed, *rest) for seed in seeds]
        for future in waiting:
            yield future.result()
    except KeyboardInterrupt:
        # what was found until then is worth being told
        return
    finally:
        pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    sys.exit(main())
