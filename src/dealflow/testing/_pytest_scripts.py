"""Deal scripts as test items: each ``*.deal.toml`` file is one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dealflow.exceptions import InputError
from dealflow.scripts import Script, parse_script, play
from dealflow.testing._layout import Layout
from dealflow.testing._pytest_session import run_of
from dealflow.testing._retold import unmet
from dealflow.testing._update import expectations, updated, write

__all__ = ["ENDING", "ScriptFile", "ScriptItem"]

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
            raise self.CollectError(str(error)) from None
        name = self.path.name.removesuffix(ENDING)
        yield ScriptItem.from_parent(self, name=name, script=script, data=data)


class ScriptFailed(Exception):
    """A script that did not go as it says; the text tells everything."""


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
        same = run.original is not None and run.original.id == self.script.playbook.id
        try:
            played = play(self.script, run.playbook if same else None)
            added = expectations(played) if run.options.update else {}
            if added:
                write(self.path, updated(self.data, added))
                shown = _shown(self.config, self.path)
                run.notes.append(f"{shown}: {len(added)} expectations written")
        except (InputError, OSError) as error:
            raise ScriptFailed(str(error)) from None
        missed = unmet(played, Layout(self.data.decode()), _shown(self.config, self.path), added)
        if missed:
            raise ScriptFailed("\n".join(missed))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any, **more: Any
    ) -> Any:
        """Tell what was expected and found, and nothing of the code that noticed."""
        if isinstance(excinfo.value, ScriptFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest, **more)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is, and how to call it."""
        return self.path, None, self.script.title.en


def _shown(config: pytest.Config, path: Path) -> str:
    """A path as short as pytest shows it."""
    try:
        return str(path.relative_to(config.invocation_params.dir))
    except ValueError:
        return str(path)
