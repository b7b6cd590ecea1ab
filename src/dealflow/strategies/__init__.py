"""Hypothesis strategies: statements, deals that truly got somewhere, and a machine that plays them.

Needs hypothesis: ``pip install "dealflow[test]"``.
"""

from __future__ import annotations

from dealflow.strategies.machine import DealMachine, deal_machine
from dealflow.strategies.of_deals import deals
from dealflow.strategies.of_statements import statements

__all__ = ["DealMachine", "deal_machine", "deals", "statements"]
