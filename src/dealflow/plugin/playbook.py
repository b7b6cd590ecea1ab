"""The playbook under test, as the ini key names it; all that can be wrong with that."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType

import pytest

from dealflow.exceptions import PlaybookError
from dealflow.playbook import Playbook, load_playbook
from dealflow.values import as_line

__all__ = ["MISSING", "playbook_of"]

KEY = "dealflow_playbook"
MISSING = f"""\
no playbook is under test: set {KEY} in pytest's configuration, for example
    [tool.pytest]
    {KEY} = "rules/our.toml"
It is a shipped playbook's id, a path from the configuration file's folder, or module:OBJECT."""


def playbook_of(config: pytest.Config) -> Playbook | None:
    """The playbook that the ini key names; ``None`` when it is not set.

    Raises:
        pytest.UsageError: there is none, with every problem and its place.
    """
    name = str(config.getini(KEY)).strip()
    if not name:
        return None
    where = f"{_where(config)}: {KEY} = {name!r}"
    if not name.endswith(".toml") and ":" in name:
        return _imported(name, where, _folder(config))
    path = name.endswith(".toml") or "/" in name
    try:
        return load_playbook(_folder(config) / name if path else name)
    except PlaybookError as error:
        told = (f"{where}: {problem.in_(error.source)}" for problem in error.problems)
        raise pytest.UsageError("\n".join(map(as_line, told))) from None


def _folder(config: pytest.Config) -> Path:
    return config.rootpath if config.inipath is None else config.inipath.parent


def _where(config: pytest.Config) -> str:
    return "pytest's command line" if config.inipath is None else str(config.inipath)


def _imported(name: str, where: str, folder: Path) -> Playbook:
    module, _, attribute = name.partition(":")
    try:
        with _on_path(folder):
            found: object = import_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the user's code
        told = "".join(_own_traceback(error))
        raise pytest.UsageError(f"{where}: importing {module!r} failed\n{told}") from None
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise pytest.UsageError(f"{where}: {module!r} has no {attribute!r}")
        found = getattr(found, part)
    if not isinstance(found, Playbook):
        kind = type(found).__name__
        raise pytest.UsageError(f"{where}: {attribute!r} is no Playbook, it is of type {kind}")
    return found


@contextmanager
def _on_path(folder: Path) -> Generator[None]:
    """Modules beside the configuration file can be imported, as pytest's own paths are."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _own_traceback(error: BaseException) -> Iterator[str]:
    """The traceback from the user's first line on; nothing of how we got there."""
    entry = error.__traceback__
    while entry is not None and _is_ours(entry):
        entry = entry.tb_next
    yield from traceback.format_exception(type(error), error, entry)


def _is_ours(entry: TracebackType) -> bool:
    name = entry.tb_frame.f_code.co_filename
    return name == __file__ or "importlib" in name
