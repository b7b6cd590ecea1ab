"""Timing: candidates take turns, so that a slow moment of the machine meets all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from gc import disable, enable
from statistics import median
from time import perf_counter_ns

Timed = Callable[[], int]


def in_turns(candidates: Mapping[str, Timed], rounds: int) -> dict[str, float]:
    """The median of each candidate in microseconds; each call returns its own nanoseconds."""
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


def loop(number: int, action: Callable[[], object]) -> Timed:
    """Nanoseconds for one of a number of calls; for what is too quick to time alone."""

    def timed() -> int:
        start = perf_counter_ns()
        for _ in range(number):
            action()
        return (perf_counter_ns() - start) // number

    return timed


def once(prepare: Callable[[], Callable[[], object]]) -> Timed:
    """Nanoseconds for one call of what a preparation returns; the preparation isn't counted."""

    def timed() -> int:
        action = prepare()
        start = perf_counter_ns()
        action()
        return perf_counter_ns() - start

    return timed
