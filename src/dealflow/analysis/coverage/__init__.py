"""What deals have covered of a playbook, what is missing, and what no deal can reach.

:func:`measure` makes a :class:`Coverage` of what was seen; the rest are reports of it.
"""

from __future__ import annotations

from dealflow.analysis.coverage.coverage import Coverage, measure, requirements, shortfalls
from dealflow.analysis.coverage.page import html
from dealflow.analysis.coverage.report import as_json, mermaid, term
from dealflow.analysis.coverage.targets import Kind

__all__ = [
    "Coverage",
    "Kind",
    "as_json",
    "html",
    "measure",
    "mermaid",
    "requirements",
    "shortfalls",
    "term",
]
