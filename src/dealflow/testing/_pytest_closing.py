"""What happens once every test has run: coverage is reported, and mutants are tried."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow.testing._pytest_cover import covered, report
from dealflow.testing._pytest_mutate import mutate
from dealflow.testing._pytest_session import Run

__all__ = ["close"]


def close(run: Run, session: pytest.Session) -> None:
    """Do what the options ask for, with all that the tests have shown."""
    config: Any = session.config  # in a worker of pytest-xdist it has more attributes
    if run.options.covers and hasattr(config, "workerinput"):
        config.workeroutput["dealflow"] = covered(run).to_json()
        return
    if run.options.covers:
        run.notes += report(run)
    if run.options.mutate:
        run.notes += mutate(run, session)
    if run.failing:
        session.testsfailed += 1
