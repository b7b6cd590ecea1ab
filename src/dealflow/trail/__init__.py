"""What happened, entry by entry: events and their form, the hash chain, and the text kept.

Everybody may read entries; :func:`chain` makes them, for deals and for tests of other rules. What
an event must be in itself is checked here, what it must be in a deal in :mod:`dealflow.state`.
"""

from __future__ import annotations

from dealflow.trail.checks import by_problems, form_problems
from dealflow.trail.entries import START, Entry, Trail, chain, link
from dealflow.trail.events import Confirmed, GuardRecord, Moved, Opened, Said, SteppedBack, encode
from dealflow.trail.timeline import Timeline
from dealflow.trail.wire import dumps, loads

__all__ = [
    "START",
    "Confirmed",
    "Entry",
    "GuardRecord",
    "Moved",
    "Opened",
    "Said",
    "SteppedBack",
    "Timeline",
    "Trail",
    "by_problems",
    "chain",
    "dumps",
    "encode",
    "form_problems",
    "link",
    "loads",
]
