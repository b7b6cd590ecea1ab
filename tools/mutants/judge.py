"""Runs the fitting tests on each mutant.

All tests are collected once. For each mutant a child of that process is forked, in which the code
of the changed function replaces the original code. Processes that a test starts find the changed
file. Where a change is at work while modules are imported, those of the tests included, a mutant
that survived is judged again by a new process, which imports it.
"""

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from .code import functions, replace
from .project import PYTEST
from .record import IMPORT, Recorded, file_of, unit
from .trial import Trial, by_unit

KEPT = ("key", "module", "function", "diff", "lines", "imports")
NEW_PROCESS = 97
"""How a child ends that could not replace the code."""
PATIENCE = 1800
"""After so many seconds a child is ended that does not even hear its alarm clock."""

Row = dict[str, Any]


def rows(path: Path) -> Iterator[Row]:
    """What a file of JSON lines holds."""
    with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


class Slot:
    """A place to judge one mutant at a time, with sources of its own."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder, self.tree = folder, tree
        self.out = folder / "outcome.json"
        self.log = folder / "log"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tree / "src", folder)
        tools = str(Path(__file__).parents[1])
        self.temporary = Path(tempfile.mkdtemp(prefix="mutants-"))
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), tools]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DEBUG_TEMPROOT": str(self.temporary),
        }
        self.row: Row = {}
        self.names: Sequence[str] = ()
        self.began = self.used = 0.0
        self.pid = 0

    def begin(self, row: Row, names: Sequence[str]) -> None:
        """Put a changed file where the original was."""
        self.clean()
        self.row, self.names, self.began, self.used = row, names, time.monotonic(), 0.0
        self._file().write_text(row["text"], encoding="utf-8")

    def clean(self) -> None:
        """Remove what the mutant before left."""
        self.out.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        shutil.rmtree(self.temporary)
        self.temporary.mkdir()

    def end(self) -> None:
        """Put the original back, with its time, so that what was compiled of it is still good."""
        shutil.copy2(self.tree / self.row["path"], self._file())
        self.pid = 0

    def _file(self) -> Path:
        return self.folder / Path(self.row["path"]).relative_to("src")

    def outcome(self) -> Row | None:
        """What the child wrote down, if it came to that."""
        return next(rows(self.out), None)

    def stop(self) -> None:
        """End the child and all that it started."""
        if self.pid:
            os.killpg(self.pid, signal.SIGKILL)


class Judge:
    """Takes the place of running the tests once."""

    def __init__(self) -> None:
        self.folder = Path(os.environ["MUTANTS"])
        self.tree = self.folder / "tree"
        self.results = Path(os.environ["MUTANTS_RESULTS"])
        self.every = bool(os.environ["MUTANTS_EVERY"])
        self.recorded = Recorded(self.folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge every mutant that has no result yet."""
        self.session = session
        self.items = by_unit(session.items)
        sample = list(rows(self.folder / "sample.jsonl"))
        for name in {row["module"] for row in sample}:
            importlib.import_module(name)  # also what is only imported when it is needed
        self.functions = functions(self.tree / "src")
        places = [self.folder / f"slot{n}" for n in range(int(os.environ["MUTANTS_JOBS"]))]
        self.slots = [Slot(place, self.tree) for place in places]
        done = {row["key"] for row in rows(self.results)}
        left = [row for row in sample if row["key"] not in done]
        gc.collect()
        gc.freeze()
        try:
            self.check()
            for number, row in enumerate(left):
                self.start(row)
                if number % 50 == 0:
                    self.control()
            while any(slot.pid for slot in self.slots):
                self.wait()
        finally:
            for slot in self.slots:
                slot.stop()
                shutil.rmtree(slot.temporary)
        return True

    def check(self) -> None:
        """Leave out the tests that fail on the original, in the order in which they are to run."""
        unfit = self.folder / "unfit.json"
        if not unfit.exists():
            unfit.write_text(json.dumps(self.failing()), encoding="utf-8")
        for name in json.loads(unfit.read_text(encoding="utf-8")):
            del self.recorded.units[name]

    def failing(self) -> list[str]:
        """Run all tests on the original."""
        names = self.recorded.ordered(self.items)
        if missing := self.items.keys() - set(names):
            raise pytest.UsageError(f"never run: {sorted(missing)}")
        for number, slot in enumerate(self.slots):
            slot.clean()
            slot.row = {}
            self.fork(slot, names[number :: len(self.slots)])
        failed: set[str] = set()
        for slot in self.slots:
            os.waitpid(slot.pid, 0)
            slot.pid = 0
            outcome = slot.outcome()
            if outcome is None or outcome["status"] != "survived":
                raise pytest.UsageError(f"without any change: {outcome}")
            failed |= set(outcome["failed"])
        return sorted({unit(i) for i in self.session.items if i.nodeid in failed})

    def control(self) -> None:
        """See that tests still pass where nothing is changed, as they did at first."""
        slot = self.free()
        slot.clean()
        slot.row = {}
        self.fork(slot, self.recorded.ordered(self.recorded.units)[:20])
        os.waitpid(slot.pid, 0)
        slot.pid = 0
        outcome = slot.outcome()
        if outcome is None or outcome["failed"]:
            raise pytest.UsageError(f"without any change: {outcome}")

    def free(self) -> Slot:
        """Wait for a place."""
        while all(slot.pid for slot in self.slots):
            self.wait()
        return next(slot for slot in self.slots if not slot.pid)

    def start(self, row: Row) -> None:
        """Begin with a mutant as soon as there is a place."""
        ran = self.recorded.of(row)
        names = self.recorded.ordered(self.items if self.every else ran)
        row["imports"] = any(not name or name.startswith(IMPORT) for name in ran)
        if not names and not row["imports"]:
            self.write(row, {"status": "uncovered", "test": ""}, 0.0, 0)
            return
        slot = self.free()
        slot.begin(row, names)
        if row["head"]:  # a default value: made when the function is, and kept
            self.anew(slot)
        else:
            self.fork(slot, names)

    def fork(self, slot: Slot, names: Sequence[str]) -> None:
        """Run tests in a child of this process."""
        chosen = [item for name in names for item in self.items[name]]
        seconds = {name: self.recorded.units[name]["seconds"] for name in names}
        sys.stdout.flush()
        slot.pid = os.fork()
        if slot.pid:
            return
        try:
            os.setpgid(0, 0)
            os.environ.update(slot.environment)
            row = slot.row
            if row and not replace(row, self.tree / row["path"], self.functions):
                os._exit(NEW_PROCESS)
            Trial(slot.out, seconds, stop=bool(row)).run(self.session, chosen)
        except BaseException:  # noqa: BLE001 - whatever it is, this child must not go on
            slot.log.write_text(traceback.format_exc(), encoding="utf-8")
            os._exit(1)
        os._exit(0)

    def anew(self, slot: Slot) -> None:
        """Run tests in a new process."""
        slot.row["anew"] = True
        names = self.recorded.reached({*slot.names, *self.recorded.of(slot.row)})
        slot.names = names
        seconds = {name: self.recorded.units[name]["seconds"] for name in names}
        listed = slot.folder / "listed.json"
        told = {"units": names, "seconds": seconds, "out": str(slot.out)}
        listed.write_text(json.dumps(told), encoding="utf-8")
        files = sorted({file_of(name) for name in names})
        slot.out.unlink(missing_ok=True)
        slot.pid = os.fork()
        if slot.pid:
            return
        try:
            os.setpgid(0, 0)
            log = os.open(slot.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.chdir(self.tree)
            os.environ.update(slot.environment, MUTANTS_ANEW=str(listed))
            os.execv(sys.executable, [sys.executable, *PYTEST, *files])
        finally:
            os._exit(1)

    def wait(self) -> None:
        """See whether a child has ended, and take its result."""
        pid, status, used = os.wait3(os.WNOHANG)
        slot = next((slot for slot in self.slots if slot.pid == pid != 0), None)
        if slot is None:
            time.sleep(0.02)
            for one in self.slots:
                if one.pid and time.monotonic() - one.began > PATIENCE:
                    one.out.write_text('{"status": "timeout", "test": ""}', encoding="utf-8")
                    one.stop()
            return
        slot.used += used.ru_utime + used.ru_stime
        row, outcome = slot.row, slot.outcome()
        ended = os.waitstatus_to_exitcode(status)
        survived = outcome is not None and outcome["status"] == "survived"
        if not row.get("anew") and (ended == NEW_PROCESS or (survived and row["imports"])):
            self.anew(slot)
            return
        if outcome is None:  # no test came to its end: not even an import, or all of pytest fell
            log = slot.log.read_text(encoding="utf-8") if slot.log.exists() else ""
            outcome = {"status": "broken", "test": "", "ended": ended, "log": log[-2000:]}
        outcome.pop("failed", None)
        slot.end()
        self.write(row, outcome, slot.used, len(slot.names))

    def write(self, row: Row, outcome: Row, seconds: float, tests: int) -> None:
        """Add a result to the file."""
        told = {name: row[name] for name in KEPT} | outcome
        told |= {"anew": "anew" in row, "seconds": round(seconds, 3), "tests": tests}
        with self.results.open("a", encoding="utf-8") as out:
            out.write(json.dumps(told) + "\n")
