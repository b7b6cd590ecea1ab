"""What holds of a playbook for every deal, or a deal that shows that it does not.

Others call :func:`prove`, or :func:`theorems` for one property at a time.
"""

from __future__ import annotations

from dealflow.analysis.proof.theorems import Proof, Theorem, faults, prove, theorems

__all__ = ["Proof", "Theorem", "faults", "prove", "theorems"]
