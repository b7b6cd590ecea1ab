"""What the entries of a deal add up to: for each kind of event what it needs and what it changes.

:func:`fold` makes a :class:`DealState` of a trail; a :class:`Snapshot` is that at one instant, the
world in which conditions are judged. Whoever applies events without a trail (backtests, and looks
at a trail under other rules) has a state of its own, never that of a deal.
"""

from __future__ import annotations

from dealflow.state.course import opened_under
from dealflow.state.deal_state import DealState, Setback, Snapshot, Waiver
from dealflow.state.fold import apply, check, fold, follow, sense_problems
from dealflow.state.moves import closed, gaps_named, place_after, rejections, why_no_way_back
from dealflow.state.rule import known

__all__ = [
    "DealState",
    "Setback",
    "Snapshot",
    "Waiver",
    "apply",
    "check",
    "closed",
    "fold",
    "follow",
    "gaps_named",
    "known",
    "opened_under",
    "place_after",
    "rejections",
    "sense_problems",
    "why_no_way_back",
]
