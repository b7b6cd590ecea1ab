"""A deal: the verbs that change it, and the one door through which they do.

Others take :class:`Deal`. A change of any kind goes through ``Ledger._commit``, whole or not at
all. Backtests have no trail: they take :mod:`dealflow.deal.intake` to check their rows.
"""

from __future__ import annotations

from dealflow.deal.deal import Deal

__all__ = ["Deal"]
