"""Playbooks with one fault each, what tells them from the original, and missing tests.

:func:`mutants` makes them, :func:`judge_equivalence` tells whether any deal shows one, and
:func:`suggest` writes the test that is missing, :func:`missing` all of them.
"""

from __future__ import annotations

from dealflow.analysis.mutants.judge import Equivalence, judge_equivalence
from dealflow.analysis.mutants.making import mutants
from dealflow.analysis.mutants.missing import as_file, missing, ranked, suggestions
from dealflow.analysis.mutants.mutant import Mutant
from dealflow.analysis.mutants.suggest import suggest

__all__ = [
    "Equivalence",
    "Mutant",
    "as_file",
    "judge_equivalence",
    "missing",
    "mutants",
    "ranked",
    "suggest",
    "suggestions",
]
