"""Timing: both sides hot or both cold, in turns, so that a slow moment of the machine meets all.

It is CPU time: what other processes do in between doesn't count. The clock itself takes about a
microsecond, which is in every cold figure.
"""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping
from gc import disable, enable
from statistics import median
from time import process_time_ns

Timed = Callable[[], int]
"""Measures once, and returns the nanoseconds of one call."""

Prepare = Callable[[], Callable[[], object]]
"""Gets something ready, which is not timed, and returns the one call that is."""

CALLS = 20
"""The calls of a hot loop."""

# Not bytes(8 << 20): as nothing is written there, all its pages would be the one page of zeros.
_MEMORY = b"." * (8 << 20)
_SOURCE = inspect.getsource(inspect.getmodule(tomllib.loads))  # type: ignore[arg-type]
_TOML = "".join(f'[t{n}]\nday = 2026-03-{n:02}\nwords = ["a", "b"]\n' for n in range(1, 29))


def hot_and_cold(candidates: Mapping[str, Prepare]) -> Iterator[tuple[str, dict[str, float]]]:
    """The medians in microseconds: first with every candidate hot, then with every one cold."""
    yield "hot", in_turns({name: hot(each) for name, each in candidates.items()}, rounds=60)
    yield "cold", in_turns({name: cold(each) for name, each in candidates.items()}, rounds=200)


def in_turns(candidates: Mapping[str, Timed], rounds: int) -> dict[str, float]:
    """The median of each candidate in microseconds; the first turn of each doesn't count."""
    taken: dict[str, list[int]] = {name: [] for name in candidates}
    disable()
    try:
        for timed in candidates.values():
            timed()
        for _ in range(rounds):
            for name, timed in candidates.items():
                taken[name].append(timed())
    finally:
        enable()
    return {name: median(times) / 1000 for name, times in taken.items()}


def hot(prepare: Prepare, calls: int = CALLS) -> Timed:
    """One of many calls in a tight loop; all are prepared before the loop."""

    def timed() -> int:
        actions = [prepare() for _ in range(calls)]
        start = process_time_ns()
        for action in actions:
            action()
        return (process_time_ns() - start) // calls

    return timed


def cold(prepare: Prepare) -> Timed:
    """A single call, after the process did something else."""

    def timed() -> int:
        action = prepare()
        do_something_else()
        start = process_time_ns()
        action()
        return process_time_ns() - start

    return timed


def do_something_else() -> None:
    """Read more memory than the first two caches hold, and run code that no candidate runs."""
    ast.parse(_SOURCE)
    tomllib.loads(_TOML)
    sum(_MEMORY[::64])


def ready(action: Callable[[], object]) -> Prepare:
    """For what needs no preparation."""
    return lambda: action
