"""A deal: the verbs that change it, the one door through which they do, and who is told of it.

Others take :class:`Deal`. A change of any kind goes through ``Ledger._commit``, whole or not at
all. Backtests have no trail: they take :mod:`dealflow.deal.intake` to check their rows.
"""

from __future__ import annotations

from dealflow.deal.deal import Deal
from dealflow.deal.observers import (
    Act,
    Observer,
    current_observers,
    observing,
    observing_only,
    put_in_place,
)

__all__ = [
    "Act",
    "Deal",
    "Observer",
    "current_observers",
    "observing",
    "observing_only",
    "put_in_place",
]
