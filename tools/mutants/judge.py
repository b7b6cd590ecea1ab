"""Runs the fitting tests on each mutant.

All tests are collected once. For each mutant a child of that process is forked, in which the code
of the changed function replaces the original code. Processes that a test starts find the changed
file. The tests of files that run the changed line while they are imported are run again in a new
process, which imports the changed code.
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
from attrs import field, frozen

from .code import functions, replace
from .project import PYTEST
from .record import Recorded, file_of, unit
from .trial import Trial, by_unit

KEPT = ("key", "module", "function", "diff", "lines", "tests", "left")
TOLD = ("status", "test", "ended", "log")
NEW_PROCESS = 97
"""How a child ends that could not replace the code."""
PATIENCE = 1800
"""After so many seconds a child is ended that does not even hear its alarm clock."""

Row = dict[str, Any]


def rows(path: Path) -> Iterator[Row]:
    """What a file of JSON lines holds."""
    with contextlib.suppress(FileNotFoundError), path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@frozen
class Stage:
    """Tests to run, in a forked child or in a process that imports the changed code."""

    names: Sequence[str]
    anew: bool = field(kw_only=True)


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
        self.stages: list[Stage] = []
        self.began = 0.0
        self.pid = 0

    def begin(self, row: Row, stages: Sequence[Stage]) -> None:
        """Put a changed file where the original was."""
        self.clean()
        self.row, self.stages = row, list(stages)
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
        if not self.functions:
            raise pytest.UsageError("no function of the code was imported")
        places = [self.folder / f"slot{n}" for n in range(int(os.environ["MUTANTS_JOBS"]))]
        self.slots = [Slot(place, self.tree) for place in places]
        gc.collect()
        gc.freeze()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # children are stopped, too
        try:
            self.check()
            self.judge(sample, rest=False)
            self.judge(sample, rest=True)
        finally:
            for slot in self.slots:
                slot.stop()
                shutil.rmtree(slot.temporary)
        return True

    def judge(self, sample: Sequence[Row], *, rest: bool) -> None:
        """Run the first tests on every mutant, or the rest of them on those that survived."""
        found = {row["key"]: row for row in rows(self.results)}
        for number, row in enumerate(sample):
            known = found.get(row["key"])
            if known is None or (rest and known["status"] == "survived" and known["left"]):
                if known:
                    row |= {"tests": known["tests"], "seconds": known["seconds"]}
                self.start(row, rest=rest)
            if number % 50 == 0:
                self.control()
        while any(slot.pid for slot in self.slots):
            self.wait()

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

    def stages(self, row: Row) -> list[Stage]:
        """In which process which tests are to run."""
        recorded = self.recorded
        ran = recorded.of(row)
        covering = recorded.ordered(self.items if self.every else ran)
        importing = recorded.ordered(recorded.importing(ran))
        if row["head"]:  # a default value is made with its function
            return [Stage(recorded.ordered({*covering, *importing}), anew=True)]
        if ran == {""}:
            return [Stage(recorded.ordered(recorded.units), anew=True)]
        return [Stage(covering, anew=False), Stage(importing, anew=True)]

    def start(self, row: Row, *, rest: bool) -> None:
        """Begin with a mutant as soon as there is a place."""
        pairs = [(self.recorded.cut(stage.names), stage.anew) for stage in self.stages(row)]
        stages = [Stage(names[rest], anew=anew) for names, anew in pairs if names[rest]]
        row["tests"] = row.get("tests", 0) + sum(len(stage.names) for stage in stages)
        row["left"] = 0 if rest else sum(len(names[1]) for names, _ in pairs)
        if not stages:
            self.write(row, {"status": "uncovered", "test": ""})
            return
        slot = self.free()
        slot.begin(row, stages)
        self.run(slot)

    def run(self, slot: Slot) -> None:
        """Run the tests of the first stage that is left."""
        slot.out.unlink(missing_ok=True)
        slot.began = time.monotonic()
        stage = slot.stages[0]
        if stage.anew:
            self.anew(slot, stage.names)
        else:
            self.fork(slot, stage.names)

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
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.environ.update(slot.environment)
            row = slot.row
            if row and not replace(row, self.tree / row["path"], self.functions):
                os._exit(NEW_PROCESS)
            Trial(slot.out, seconds, stop=bool(row)).run(self.session, chosen)
        except BaseException:  # noqa: BLE001 - whatever it is, this child must not go on
            slot.log.write_text(traceback.format_exc(), encoding="utf-8")
            os._exit(1)
        os._exit(0)

    def anew(self, slot: Slot, names: Sequence[str]) -> None:
        """Run tests in a new process."""
        seconds = {name: self.recorded.units[name]["seconds"] for name in names}
        listed = slot.folder / "listed.json"
        told = {"units": names, "seconds": seconds, "out": str(slot.out)}
        listed.write_text(json.dumps(told), encoding="utf-8")
        files = sorted({file_of(name) for name in names})
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
        slot.row["seconds"] = slot.row.get("seconds", 0.0) + used.ru_utime + used.ru_stime
        outcome, ended = slot.outcome(), os.waitstatus_to_exitcode(status)
        stage = slot.stages.pop(0)
        if ended == NEW_PROCESS and not stage.anew:
            slot.stages.insert(0, Stage(stage.names, anew=True))
        if slot.stages and (ended == NEW_PROCESS or (outcome or {}).get("status") == "survived"):
            self.run(slot)
            return
        if outcome is None:  # no test came to its end: not even an import, or all of pytest fell
            log = slot.log.read_text(encoding="utf-8") if slot.log.exists() else ""
            outcome = {"status": "broken", "test": "", "ended": ended, "log": log[-2000:]}
        slot.end()
        self.write(slot.row, outcome)

    def write(self, row: Row, outcome: Row) -> None:
        """Add a result to the file; the last one of a mutant counts."""
        told = {name: row[name] for name in KEPT}
        told |= {name: outcome[name] for name in TOLD if name in outcome}
        told["seconds"] = round(row.get("seconds", 0.0), 3)
        with self.results.open("a", encoding="utf-8") as out:
            out.write(json.dumps(told) + "\n")
