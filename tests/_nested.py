"""Runs pytest inside a test, in the same process: what it would load and read is there already."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings


def pytest_in(folder: Path, pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in a folder; the project's settings for properties stay as they were."""
    settings.register_profile("before", settings.default)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)
    finally:
        settings.load_profile("before")
