"""Mapping files: TOML, read strictly, with every problem at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from attrs import evolve

from dealflow.backtest.mapping import ColumnMapping
from dealflow.evidence import Text
from dealflow.exceptions import InputError, PlaybookError, Problem
from dealflow.forms import NEEDED, PLAIN, TEXT, As, Form, Kind, Style, leaf
from dealflow.message import message
from dealflow.playbook import Playbook, load_playbook, parse_toml, read_bytes
from dealflow.typing import LANGUAGES
from dealflow.values import utc

__all__ = ["read_mapping"]

_FORM: Final = Form(
    Kind(
        Style(TEXT),
        # The playbook is its name at first; it is loaded when the rest has been read.
        {**PLAIN, datetime: leaf(lambda value: utc(value, "at"), datetime), Playbook: TEXT},
        {Text: As(usual=dict.fromkeys(LANGUAGES, NEEDED))},
    ),
    ColumnMapping,
    version=1,
)


def read_mapping(path: str | Path) -> ColumnMapping:
    """Read a mapping file as far as its form goes; that it fits the playbook is checked elsewhere.

    Raises:
        InputError: the file cannot be read, or is no mapping; with every problem and its place.
    """
    path = Path(path)
    tables = parse_toml(read_bytes(path, InputError), str(path), InputError)
    if other := _FORM.other_version(tables):
        raise InputError([other], str(path))
    problems: list[Problem] = []
    mapping = _FORM.read(tables, problems)
    playbook = _playbook(problems, path, tables.get("playbook"))
    if mapping is None or playbook is None:
        raise InputError(problems, str(path))
    return evolve(mapping, playbook=playbook)


def _playbook(problems: list[Problem], path: Path, name: object) -> Playbook | None:
    """A shipped playbook by its id, or one that lies beside the mapping."""
    if not isinstance(name, str):
        return None
    shipped = "/" not in name and not name.endswith(".toml")
    try:
        return load_playbook(name if shipped else path.parent / name)
    except PlaybookError as error:
        problems += [
            Problem(_join("playbook", p.place), p.message, p.line, p.column) for p in error.problems
        ]
        return None


def _join(place: str, rest: str) -> str:
    return message("{place}, {inside}", place=place, inside=rest) if rest else place
