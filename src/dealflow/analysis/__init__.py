"""Playbooks looked at like code, and trails judged again. Pure functions, nothing else.

Every question comes down to one: is there a deal in which these conditions come to these truths?
:mod:`dealflow.analysis.solver` answers it exactly, up to a bound above which it says that it does
not know.
"""

from __future__ import annotations

from dealflow.analysis.audit import Audit, Discrepancy, audit
from dealflow.analysis.coverage import Coverage, measure, requirements, shortfalls
from dealflow.analysis.diff import Difference, diff
from dealflow.analysis.history import Observation, judge_again, observations
from dealflow.analysis.lint import LintFinding, lint, lint_text
from dealflow.analysis.mutants import Mutant, judge_equivalence, mutants, suggest
from dealflow.analysis.proof import Proof, Theorem, prove
from dealflow.analysis.solver import Answer, Goal, Unreachable, deal_at, nearest, solve

__all__ = [
    "Answer",
    "Audit",
    "Coverage",
    "Difference",
    "Discrepancy",
    "Goal",
    "LintFinding",
    "Mutant",
    "Observation",
    "Proof",
    "Theorem",
    "Unreachable",
    "audit",
    "deal_at",
    "diff",
    "judge_again",
    "judge_equivalence",
    "lint",
    "lint_text",
    "measure",
    "mutants",
    "nearest",
    "observations",
    "prove",
    "requirements",
    "shortfalls",
    "solve",
    "suggest",
]
