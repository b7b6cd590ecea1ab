"""Which test runs which lines, and how long it takes."""

import contextlib
import functools
import gc
import json
import os
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage
from coverage.numbits import numbits_to_nums

IMPORT = "import of "
FIRST = 15.0
"""How many seconds of tests are run on a mutant, by what they took when they were recorded, before
all others had their turn."""
Row = dict[str, Any]


def file_of(nodeid: str) -> str:
    """The file that a test stands in."""
    return nodeid.partition("::")[0]


def unit(item: pytest.Item) -> str:
    """What is run as a whole: a test, or all examples of a document, which build on each other."""
    if type(item).__module__.startswith("sybil"):
        return file_of(item.nodeid)
    return item.nodeid


class Recorder:
    """Notes how long each test takes, and tells coverage which test runs."""

    def __init__(self) -> None:
        self.units: dict[str, Row] = {}
        self.current: Row | None = None
        sys.addaudithook(self.heard)

    def heard(self, event: str, _: tuple[object, ...]) -> None:
        """Note that a test starts a process."""
        if event == "subprocess.Popen" and self.current is not None:
            self.current["starts"] = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run a test under its name, with nothing kept from the tests before."""
        name = unit(item)
        pytests = "pytester" in getattr(item, "fixturenames", ())
        self.current = self.units.setdefault(name, {"seconds": 0.0, "starts": pytests})
        for cached in _caches():
            cached.cache_clear()
        began = sum(os.times()[:4])
        with _under(name):
            result = yield
        self.current["seconds"] += sum(os.times()[:4]) - began
        self.current = None
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, object, object]:
        """Tell apart what runs while a file of tests is imported."""
        with _under(IMPORT + file_of(collector.nodeid) if collector.nodeid else ""):
            return (yield)

    def pytest_sessionfinish(self) -> None:
        """Write the times down."""
        if self.units:
            path = Path(os.environ["MUTANTS"], f"units-{os.getpid()}.json")
            path.write_text(json.dumps(self.units), encoding="utf-8")


@contextlib.contextmanager
def _under(name: str) -> Generator[None]:
    """Let coverage note what runs, in this process and in those it starts, under a name."""
    measured = Coverage.current()
    if measured is None:
        raise pytest.UsageError("coverage does not measure this process")
    measured.switch_context(name)
    measured.set_option("run:context", name)
    os.environ["COVERAGE_PROCESS_CONFIG"] = measured.config.serialize()
    try:
        yield
    finally:
        measured.switch_context("")


@functools.cache
def _caches() -> list[Any]:
    """Every cached function of the project: after the first call, what it runs would be missed."""
    wrapper = type(_caches)
    gc.unfreeze()  # the tests' own settings have frozen most
    found = [one for one in gc.get_objects() if isinstance(one, wrapper)]
    return [one for one in found if str(one.__module__).split(".")[0] in ("dealflow", "tests")]


class Recorded:
    """What was recorded."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.units: dict[str, Row] = {}
        for path in folder.glob("units-*.json"):
            self.units.update(json.loads(path.read_text(encoding="utf-8")))
        self.ran: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        with contextlib.closing(sqlite3.connect(folder / "coverage")) as data:
            for path, name, bits in data.execute(
                "select path, context, numbits from line_bits"
                " join file on file.id = file_id join context on context.id = context_id"
            ):
                for line in numbits_to_nums(bits):
                    self.ran[path][line].add(name)

    def of(self, row: Row) -> set[str]:
        """The tests, and imports of files of tests, that run a line; '' stands for the rest."""
        ran = self.ran[str(self.tree / row["path"])]
        first, last = row["lines"]
        return set().union(*(ran[line] for line in range(first, last + 1) if line in ran))

    def importing(self, ran: Iterable[str]) -> Iterator[str]:
        """The tests of the files whose import runs a line."""
        imported = {name.removeprefix(IMPORT) for name in ran if name.startswith(IMPORT)}
        return (name for name in self.units if file_of(name) in imported)

    def cut(self, names: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """The tests of the first round, at least one, and the rest."""
        spent = accumulate(self.units[name]["seconds"] for name in names)
        count = max(1, sum(seconds <= FIRST for seconds in spent))
        return names[:count], names[count:]

    def ordered(self, names: Iterable[str]) -> list[str]:
        """The cheap ones first, and last those that start a process or pytest."""
        units = self.units
        known = [name for name in names if name in units]
        return sorted(known, key=lambda n: (units[n]["starts"], units[n]["seconds"], n))
