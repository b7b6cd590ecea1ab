"""What the entries of a deal add up to: what must hold for each kind, and what it changes."""

from __future__ import annotations

from dealflow.state.deal_state import DealState, Snapshot, Waiver, contact_of
from dealflow.state.fold import fold

__all__ = [
    "DealState",
    "Snapshot",
    "Waiver",
    "contact_of",
    "fold",
]
