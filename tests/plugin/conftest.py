"""Projects with a small playbook under test, in runs of pytest of their own."""

from __future__ import annotations

import pytest

import _dealflow_pytest
from tests.plugin._projects import RULES

IDLE = (
    *("debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging", "pastebin"),
    *("setuponly", "setupplan", "stepwise", "threadexception", "unittest", "unraisableexception"),
)


@pytest.fixture(name="lean")
def _lean(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Load our plugin, few of pytest's own and no other: that would take longer than these tests.

    Set after ``pytester``, which forgets options that were set before it.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "_dealflow_pytest")
    # it is imported already, of which pytest warns before 9.2 unless there is nothing to rewrite
    monkeypatch.setattr(_dealflow_pytest, "__doc__", "PYTEST_DONT_REWRITE")
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in IDLE))


@pytest.fixture(name="project")
def _project(pytester: pytest.Pytester, lean: None) -> pytest.Pytester:
    """A project with a small playbook under test."""
    pytester.makefile(".toml", rules=RULES)
    pytester.makeini("[pytest]\ndealflow_playbook = rules.toml\n")
    return pytester
