"""Runs the examples of the README files and of docs/ as tests."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

from tests._sybil_console import ConsoleParser, enter_workplace, leave_workplace

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), ConsoleParser(), SkipParser()],
    patterns=["README*.md", "docs/*.md"],
    setup=enter_workplace,
    teardown=leave_workplace,
).pytest()

pytest_plugins = ["pytester"]

# Thousands of tests and parsed playbooks live as long as the run does. To walk over all of them
# again and again, in search of the few cycles that tests leave, took a tenth of the time. Young
# ones are looked at while they are still in the processor's cache.
gc.set_threshold(2_000, 20, 100)

OF_A_PLAYBOOK = Path(__file__).parent / "tests" / "seven_step"


@pytest.fixture
def unwatched(request: pytest.FixtureRequest) -> None:
    """Let the plugin not watch the deals of a test that looks at what is watched."""
    from dealflow.plugin.session import run_of

    run_of(request.config).end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests leave refusals unseen, for they are of the code; those of a playbook may not."""
    for item in items:
        if OF_A_PLAYBOOK not in item.path.parents:
            item.add_marker("dealflow_unseen_refusals")


def pytest_collection_finish() -> None:
    """Keep what was collected out of every later search for cycles."""
    gc.freeze()


# Coverage and a busy machine make single examples slow, and CI must judge the same change the same
# way twice. `make slow` looks at many more examples of every property.
for name, examples in {"dealflow": 20, "thorough": 400}.items():
    settings.register_profile(
        name, deadline=None, derandomize="CI" in os.environ, max_examples=examples
    )
settings.load_profile("dealflow")
