"""Hypothesis strategies: statements, deals that truly got somewhere, and a machine that plays them.

Needs hypothesis: ``pip install "dealflow[test]"``.
"""

from __future__ import annotations

from dealflow.strategies._deals import deals
from dealflow.strategies._machine import DealMachine, deal_machine
from dealflow.strategies._statements import statements

__all__ = ["DealMachine", "deal_machine", "deals", "statements"]
