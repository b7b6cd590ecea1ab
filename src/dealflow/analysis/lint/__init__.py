"""What an author of a playbook should look at: the codes, and the rules that find them.

Others call :func:`lint` or :func:`lint_text`; each module inside holds the rules of one kind.
"""

from __future__ import annotations

from dealflow.analysis.lint.allowed import ageless_reasons
from dealflow.analysis.lint.findings import Level, LintFinding
from dealflow.analysis.lint.linter import lint, lint_text

__all__ = ["Level", "LintFinding", "ageless_reasons", "lint", "lint_text"]
