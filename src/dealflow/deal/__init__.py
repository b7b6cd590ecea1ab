"""The aggregate: its verbs, and the one door through which it changes."""

from __future__ import annotations

from dealflow.deal.deal import Deal
from dealflow.state import fold

__all__ = ["Deal", "fold"]
