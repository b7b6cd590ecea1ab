"""Deal scripts as test items: each ``*.deal.toml`` file is one test."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from dealflow.assessment import Refused
from dealflow.exceptions import InputError
from dealflow.plugin.failures import ScriptFailed
from dealflow.plugin.session import run_of
from dealflow.plugin.update import Layout, expectations, updated, write
from dealflow.scripts import Failure, Run, Script, Turn, parse_script, play
from dealflow.testing.explain import Story, indented, report
from dealflow.trail import Trail
from dealflow.values import visible

__all__ = ["ScriptFile"]

ENDING = ".deal.toml"


class ScriptFile(pytest.File):
    """The file of a deal script."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read the script; what is wrong with it is told without a traceback."""
        shown = _shown(self.config, self.path)
        try:
            data = self.path.read_bytes()
            script = parse_script(data, shown, self.path.parent)
        except (InputError, OSError) as error:
            raise self.CollectError(_told(error)) from None
        name = self.path.name.removesuffix(ENDING)
        yield ScriptItem.from_parent(self, name=name, script=script, data=data)


class ScriptItem(pytest.Item):
    """A deal script, which passes when everything in it is as it expects."""

    def __init__(self, *, script: Script, data: bytes, **rest: Any) -> None:
        super().__init__(**rest)
        self.script = script
        self.data = data

    def runtest(self) -> None:
        """Play the script, and compare.

        A script is played under the playbook that it names; when that has the same id as the one
        under test, under the one under test.
        """
        run = run_of(self.config)
        # so that a mutant of the playbook under test stands in for it in scripts as well
        same = run.original is not None and run.original.id == self.script.playbook.id
        try:
            played = play(self.script, run.playbook if same else None)
            added = expectations(played) if run.options.update else {}
            if added:
                write(self.path, updated(self.data, added))
                shown = _shown(self.config, self.path)
                run.notes.append(f"{shown}: {len(added)} expectations written")
        except (InputError, OSError) as error:
            raise ScriptFailed(_told(error), "error") from None
        missed = unmet(played, Layout(self.data.decode()), _shown(self.config, self.path), added)
        if missed:
            met = not any(turn.failures for turn in played.turns)
            raise ScriptFailed(report(missed), "refusal" if met else "assertion")

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any, **more: Any
    ) -> Any:
        """Tell what was expected and found, and nothing of the code that noticed."""
        if isinstance(excinfo.value, ScriptFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest, **more)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, and how to call it."""
        return self.path, None, visible(self.script.title.english)


def _told(error: InputError | OSError) -> str:
    if isinstance(error, InputError):
        return report(problem.in_(error.source) for problem in error.problems)
    return visible(str(error))


def _shown(config: pytest.Config, path: Path) -> str:
    """A path as short as pytest shows it."""
    try:
        return str(path.relative_to(config.invocation_params.dir))
    except ValueError:
        return str(path)


def unmet(run: Run, layout: Layout, name: str, expected_now: Collection[int] = ()) -> list[str]:
    """The lines of a report; none when everything went as the script says.

    Args:
        run: the script that was played.
        layout: where its lines stand in the file.
        name: what to call the file.
        expected_now: the numbers of lines for which an expectation was just written.
    """
    told: list[str] = []
    entries = len(run.opening)
    for turn in run.turns:
        entries += len(turn.entries)
        number = turn.line.number
        unseen = turn.refused if turn.line.expect is None else None
        if number in expected_now:
            unseen = None
        if not turn.failures and unseen is None:
            continue
        story = Story(run.deal.playbook, Trail(run.deal.trail[:entries]), turn.after.at)
        for failure in turn.failures:
            row = layout.row_of(number, "expect", failure.what)
            told += _failure(story, turn, failure, f"{name}:{row}")
        if unseen is not None:
            told += _unseen(story, unseen, f"{name}:{layout.row_of(number, 'move')}")
    return told


def _failure(story: Story, turn: Turn, failure: Failure, at: str) -> Iterator[str]:
    yield f"{at}: {failure.message}"
    if failure.what == "refused" and turn.refused is not None:
        assessment = turn.refused.assessment
        differ = set(failure.expected.split()) ^ set(failure.found.split())
    elif failure.what == "refused":
        assessment = turn.before
        differ = set(failure.expected.split())
    else:
        assessment = turn.after
        differ = {finding.guard for finding in assessment.blocking}
    yield f"  {story.head(assessment)}"
    yield from indented(story.guards(assessment, differ), "    ")


def _unseen(story: Story, refused: Refused, at: str) -> Iterator[str]:
    guards = [finding.guard for finding in refused.findings]
    told = ", ".join(f'"{guard}"' for guard in guards)
    yield f"{at}: this move is refused, and the line does not say that it expects that"
    yield f"  {story.head(refused.assessment)}"
    yield from indented(story.guards(refused.assessment, guards), "    ")
    yield "  If it is meant to be refused, say so in the line (pytest --dealflow-update does):"
    yield f"    expect.refused = [{told}]"
