"""Playbooks with one fault each, what tells them from the original, and missing tests.

:func:`mutants` makes them, :func:`judge_equivalence` tells whether any deal shows one, and
:func:`suggest` writes the test that is missing.
"""

from __future__ import annotations

from dealflow.analysis.mutants.judge import Equivalence, judge_equivalence
from dealflow.analysis.mutants.making import mutants
from dealflow.analysis.mutants.mutant import Mutant
from dealflow.analysis.mutants.suggest import suggest, suggestions

__all__ = ["Equivalence", "Mutant", "judge_equivalence", "mutants", "suggest", "suggestions"]
