"""Deal scripts: a deal told line by line in a file, read strictly and played through the engine.

A script is a screenplay for sales people, and a test of a playbook: every line may say what is
expected after it. See docs, "The deal script", for the format.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Final

from dealflow.exceptions import InputError, PlaybookError, Problem
from dealflow.playbook import (
    Playbook,
    decode_toml,
    load_playbook,
    located,
    parse_toml,
    read_bytes,
    shipped_playbooks,
)
from dealflow.scripts.data import (
    Script,
)
from dealflow.scripts.lines import contacts, lines, opening
from dealflow.scripts.table import Scope, Table, words

__all__ = ["load_script", "parse_script", "shipped_scripts"]

FORMAT: Final = 1
"""The version of the script format that is read."""

_ENDING: Final = ".deal.toml"
_DEMO: Final = resources.files("dealflow.scripts") / "demo"


def shipped_scripts() -> tuple[str, ...]:
    """The ids of the demo scripts that come with dealflow."""
    files = _DEMO.iterdir()
    return tuple(sorted(f.name.removesuffix(_ENDING) for f in files if f.name.endswith(_ENDING)))


def load_script(source: str | Path) -> Script:
    """Load a demo script by its id, or a script file by its path.

    A text without a slash and without the ending ``.toml`` is an id. A playbook that the file
    names by a path is looked for from the file's own folder.

    Raises:
        InputError: there is none, it cannot be read, or it does not hold together; with every
            problem and its place.
    """
    if isinstance(source, str) and "/" not in source and not source.endswith(".toml"):
        if source not in shipped_scripts():
            known = ", ".join(shipped_scripts())
            raise InputError(f"there is no demo script {source!r}; there are: {known}")
        return parse_script((_DEMO / f"{source}{_ENDING}").read_bytes(), source)
    path = Path(source)
    data = read_bytes(path, InputError)
    return parse_script(data, str(path), path.parent)


def parse_script(data: bytes | str, name: str = "", base: Path | None = None) -> Script:
    """Read a script from the bytes or the text of its file.

    Args:
        data: TOML, in UTF-8; at most 1 MiB.
        name: what to call the file in errors.
        base: the folder from which a playbook's path is looked for; without it, only a shipped
            playbook can be named.

    Raises:
        InputError: no TOML, or no script; with every problem, its place and, where it can be
            told, its line and column.
    """
    text = decode_toml(data, name, InputError)
    tables = parse_toml(text, name, InputError)
    try:
        return _script(tables, text, name, base)
    except InputError as error:
        raise InputError(located(error.problems, text, tables), name) from None


def _script(data: dict[str, Any], text: str, name: str, base: Path | None) -> Script:
    problems: list[Problem] = []
    top = Table(problems, "", data)
    top.take("format", _format)
    if problems:  # of another format, other things would be right
        raise InputError(problems)
    scope = Scope(_playbook(top, base))
    title, story = words(top, "title"), words(top, "story")
    start = top.table("deal")
    if start is None:
        # An empty one, so that the keys it would need are named with the rest.
        start = Table(problems, "deal", {})
    began = opening(start)
    scope.by, scope.last = began.by, began.at
    cast = top.table("contacts")
    people = () if cast is None else contacts(cast, scope)
    # By their headings: tomllib does not say where a table stands, and problems of lines are told
    # with it.
    rows = [n for n, row in enumerate(text.split("\n"), 1) if row.split("#")[0].strip() == _HEADER]
    told = lines(problems, top.take("lines", _same, None), rows, scope)
    top.close()
    made = tuple(line for line in told if line is not None)
    if problems or scope.book is None or title is None or story is None:
        raise InputError(problems)
    return Script(name, scope.book, title, story, began, people, made)


_HEADER = "[[lines]]"


def _same(raw: Any) -> Any:
    return raw


def _format(raw: Any) -> int:
    if type(raw) is not int or raw != FORMAT:
        raise ValueError(f"is not known; this version reads {FORMAT}")
    return raw


def _playbook(top: Table, base: Path | None) -> Playbook | None:
    shipped = shipped_playbooks()

    def read(raw: Any) -> str | Path:
        if not isinstance(raw, str) or not raw.isprintable():
            raise ValueError("is neither the id of a shipped playbook nor a path")
        if raw in shipped:
            return raw
        if base is None or not raw.endswith(".toml"):
            raise ValueError(f"no shipped playbook {raw!r}; there are: {', '.join(shipped)}")
        return base / raw

    source = top.take("playbook", read)
    if source is None:
        return None
    try:
        return load_playbook(source)
    except PlaybookError as error:
        for problem in error.problems:
            top.note("playbook", problem.in_(error.source))
        return None
