"""The goals of a question: conditions, and the truths that they may have."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from dealflow.conditions import Condition
from dealflow.values import Truth

__all__ = ["ANSWERED", "Goal", "merged"]

ANSWERED = frozenset(Truth)
"""Every truth: a goal that is met whatever its condition comes to."""

_PASSING = frozenset({Truth.TRUE})


def _truths(truths: Iterable[Truth]) -> frozenset[Truth]:
    return frozenset(truths)


@frozen
class Goal:
    """What a condition shall come to.

    Attributes:
        condition: the condition; two playbooks' conditions may be mixed, as facts carry their own
            declarations and are matched by their ids.
        allowed: the truths that it may have.
    """

    condition: Condition
    allowed: frozenset[Truth] = field(default=_PASSING, converter=_truths)


def merged(goals: Iterable[Goal]) -> list[Goal]:
    """The goals with one for each condition, of the truths that all goals of it allow."""
    found: dict[object, Goal] = {}
    for goal in goals:
        # by what it says and reads, so that a guard that two playbooks share is asked about once
        key = goal.condition.sense
        before = found.get(key, goal)
        found[key] = Goal(before.condition, before.allowed & goal.allowed)
    return list(found.values())
