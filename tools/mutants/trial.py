"""One mutant: tests are run until one fails."""

import json
import os
import resource
import signal
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from types import FrameType

import pytest

from .record import unit

MEMORY = 6 << 30
"""The bytes a process may use: what grows without end is to fail before the machine does."""


def by_unit(items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Tests by what is run as a whole."""
    found: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        found[unit(item)].append(item)
    return found


class Trial:
    """Runs tests in this process, the leader of its group, and writes down how that ended."""

    def __init__(self, out: Path, seconds: Mapping[str, float], *, stop: bool = True) -> None:
        self.out = out
        self.seconds = seconds
        self.stop = stop
        self.test = ""
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed, be it in its setup."""
        if report.failed:
            self.failed.append(report.nodeid)

    def run(self, session: pytest.Session, items: Sequence[pytest.Item]) -> None:
        """Run tests one after the other, each within a time, until one fails."""
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        session.config.pluginmanager.register(self)
        signal.signal(signal.SIGPROF, self.too_long)
        signal.signal(signal.SIGALRM, self.too_long)
        for item, following in zip_longest(items, items[1:]):
            self.test = item.nodeid
            usual = self.seconds[unit(item)]
            signal.setitimer(signal.ITIMER_PROF, 5 + 4 * usual)
            signal.setitimer(signal.ITIMER_REAL, 60 + 20 * usual)  # where it only waits
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.stop and (self.failed or session.shouldfail):
                return self.tell("killed")
        self.test = ""
        return self.tell("survived")

    def too_long(self, _number: int, _frame: FrameType | None) -> None:
        """Give up: the test does not end."""
        self.tell("timeout")
        os.killpg(0, signal.SIGKILL)

    def tell(self, status: str) -> None:
        """Write the outcome to where the judge looks."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        told = {"status": status, "test": self.test, "failed": self.failed}
        self.out.write_text(json.dumps(told), encoding="utf-8")


class Anew:
    """Judges one mutant in a new process, which imports it."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests that a file lists."""
        listed = json.loads(Path(os.environ["MUTANTS_ANEW"]).read_text(encoding="utf-8"))
        items = by_unit(session.items)
        chosen = [item for name in listed["units"] for item in items.get(name, ())]
        Trial(Path(listed["out"]), listed["seconds"]).run(session, chosen)
        os._exit(0)
