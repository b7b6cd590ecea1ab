"""What a judgement may say, and how a deal may end: closed lists, each in its one place."""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

__all__ = ["FULFILLED", "LOST", "OUTCOMES", "WALKED_AWAY", "Alternative", "Verdict"]

FULFILLED = "fulfilled"
WALKED_AWAY = "walked_away"
LOST = "lost"
OUTCOMES = (FULFILLED, WALKED_AWAY, LOST)
"""The ways in which a deal ends."""

Alternative: TypeAlias = Literal["rival", "in_house", "nothing"]
"""To whom a deal is lost: a rival, the customer's own people, or nobody, as nothing is done."""


class Verdict(Enum):
    """What to do with a deal now, the most pressing first."""

    WALK_AWAY = "walk_away"
    RECONCILE = "reconcile"
    ASK = "ask"
    WORK = "work"
    READY = "ready"
