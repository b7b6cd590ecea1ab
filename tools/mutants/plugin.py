"""The pytest plugin of all three kinds of process: one that records, one that judges, one anew."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from .judge import Judge
from .record import Recorder
from .trial import Anew

# A failure is all we want to know, not the smallest example; and a busy machine is no failure.
settings.register_profile(
    "mutants",
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mutants")  # before conftest.py makes its own of it


def pytest_configure(config: pytest.Config) -> None:
    """Begin with what this process is for."""
    plugin: object
    if "MUTANTS_RECORD" in os.environ:
        plugin = Recorder()
    elif "MUTANTS_ANEW" in os.environ:
        plugin = Anew()
    else:
        plugin = Judge()
    config.pluginmanager.register(plugin)
