"""Playbooks tested like code: deals built for a test, assertions that explain, and watching.

Nothing here needs pytest. With pytest come fixtures, scenario files and more, see docs, "Testing a
playbook".
"""

from __future__ import annotations

from dealflow.testing.assertions import (
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
)
from dealflow.testing.bench import Bench, Clock, LiveTrail
from dealflow.testing.deals import deal_at
from dealflow.testing.watch import Refusal, Watch, watching

__all__ = [
    "Bench",
    "Clock",
    "LiveTrail",
    "Refusal",
    "Watch",
    "assert_asks",
    "assert_conflict",
    "assert_moves",
    "assert_refused",
    "assert_walks_away",
    "deal_at",
    "watching",
]
