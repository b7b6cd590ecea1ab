"""What happened, entry by entry: events and their form, the hash chain, and the text kept."""

from __future__ import annotations

from dealflow.trail.entries import START, Entry, Trail, chain
from dealflow.trail.events import GuardRecord, Moved, Opened, Said, SteppedBack, encode
from dealflow.trail.wire import dumps, loads

__all__ = [
    "START",
    "Entry",
    "GuardRecord",
    "Moved",
    "Opened",
    "Said",
    "SteppedBack",
    "Trail",
    "chain",
    "dumps",
    "encode",
    "loads",
]
