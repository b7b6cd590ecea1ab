"""Deal scripts: a deal told line by line in a file, read strictly and played through the engine.

A script is a screenplay for sales people, and a test of a playbook: every line may say what is
expected after it. See docs, "The deal script", for the format.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Final

from dealflow.exceptions import InputError, PlaybookError, Problem
from dealflow.message import listed, message
from dealflow.playbook import (
    Playbook,
    decode_toml,
    load_playbook,
    located,
    parse_toml,
    read_bytes,
    shipped_playbooks,
)
from dealflow.scripts.data import Introduce, Script
from dealflow.scripts.form import FILE
from dealflow.scripts.lines import Scope, introduced, lines
from dealflow.scripts.translation import read_texts, translated
from dealflow.typing import Language

__all__ = ["load_script", "parse_script", "shipped_scripts"]

_ENDING: Final = ".deal.toml"
_DEMO: Final = resources.files("dealflow.scripts") / "demo"


def shipped_scripts() -> tuple[str, ...]:
    """The ids of the demo scripts that come with dealflow."""
    files = _DEMO.iterdir()
    return tuple(sorted(f.name.removesuffix(_ENDING) for f in files if f.name.endswith(_ENDING)))


def load_script(source: str | Path, language: Language | None = None) -> Script:
    """Load a demo script by its id, or a script file by its path.

    A text without a slash and without the ending ``.toml`` is an id. A playbook that the file
    names by a path is looked for from the file's own folder.

    Args:
        source: the id or the path.
        language: what the customer and we say is told in it, where a file beside the script has
            its texts (``deal.zh.toml`` beside ``deal.deal.toml``); else as the script has it.

    Raises:
        InputError: there is none, it cannot be read, or it does not hold together; with every
            problem and its place.
    """
    if isinstance(source, str) and "/" not in source and not source.endswith(".toml"):
        if source not in shipped_scripts():
            known = listed(shipped_scripts())
            raise InputError(
                message(
                    "there is no demo script {source!r}; there are: {known}",
                    source=source,
                    known=known,
                )
            )
        beside = _DEMO / f"{source}.{language}.toml"
        told = (beside.name, beside.read_bytes()) if language and beside.is_file() else None
        return _parsed((_DEMO / f"{source}{_ENDING}").read_bytes(), source, None, told)
    path = Path(source)
    data = read_bytes(path, InputError)
    other = path.with_name(
        f"{path.name.removesuffix('.toml').removesuffix('.deal')}.{language}.toml"
    )
    there = language is not None and other != path and other.is_file()
    return _parsed(
        data, str(path), path.parent, (str(other), read_bytes(other, InputError)) if there else None
    )


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
    return _parsed(data, name, base, None)


_Told = tuple[str, bytes]
"""The name and the bytes of a file with the texts of a script in another language."""


def _parsed(data: bytes | str, name: str, base: Path | None, told: _Told | None) -> Script:
    text = decode_toml(data, name, InputError)
    tables = parse_toml(text, name, InputError)
    if told is not None:
        tables = translated(tables, read_texts(told[1], told[0], tables))
    try:
        return _script(tables, text, name, base)
    except InputError as error:
        raise InputError(located(error.problems, text, tables), name) from None


def _script(data: dict[str, Any], text: str, name: str, base: Path | None) -> Script:
    if other := FILE.other_version(data):
        raise InputError([other])
    problems: list[Problem] = []
    file = FILE.read(data, problems)
    scope = Scope(_playbook(problems, data.get("playbook"), base), problems=problems)
    people: tuple[Introduce, ...] = ()
    if file is not None:
        scope.by, scope.last = file.deal.by, file.deal.at
        people = tuple(introduced(scope, card, f"contacts.{card.id}") for card in file.contacts)
    elif isinstance(cast := data.get("contacts"), dict):
        scope.people |= cast.keys()  # even if a card is wrong: lines are not to blame for it
    # By their headings: tomllib does not say where a table stands, and problems of lines are told
    # with it.
    rows = [n for n, row in enumerate(text.split("\n"), 1) if row.split("#")[0].strip() == _HEADER]
    told = lines(scope, data["lines"], rows, problems) if "lines" in data else ()
    if problems or file is None or scope.book is None:
        raise InputError(problems)
    return Script(name, scope.book, file.title, file.story, file.deal, people, told)


_HEADER = "[[lines]]"


def _playbook(problems: list[Problem], name: object, base: Path | None) -> Playbook | None:
    if not isinstance(name, str):
        return None
    shipped = shipped_playbooks()
    if name not in shipped and (base is None or not name.endswith(".toml")):
        known = listed(shipped)
        problems.append(
            Problem(
                "playbook",
                message("no shipped playbook {name!r}; there are: {known}", name=name, known=known),
            )
        )
        return None
    try:
        return load_playbook(name if base is None or name in shipped else base / name)
    except PlaybookError as error:
        problems += [Problem("playbook", problem.in_(error.source)) for problem in error.problems]
        return None
