"""What the entries of a deal add up to: for each kind of event what it needs and what it changes.

:func:`fold` makes a :class:`DealState` of a trail; a :class:`Snapshot` is that at one instant, the
world in which conditions are judged. Whoever applies events without a trail (backtests, and looks
at a trail under other rules) has a state of its own, never that of a deal.
"""

from __future__ import annotations

from dealflow.state.course import opened_under
from dealflow.state.deal_state import DealState, Snapshot, Waiver
from dealflow.state.fold import apply, check, fold, sense_problems
from dealflow.state.moves import closed, place_after
from dealflow.state.rule import known

__all__ = [
    "DealState",
    "Snapshot",
    "Waiver",
    "apply",
    "check",
    "closed",
    "fold",
    "known",
    "opened_under",
    "place_after",
    "sense_problems",
]
