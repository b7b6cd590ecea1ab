"""Mapping files: TOML, read strictly, with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from operator import eq
from pathlib import Path
from typing import Any

from cattrs import Converter, transform_error
from cattrs.gen import make_dict_structure_fn

from dealflow.backtest.mapping import (
    Cell,
    ColumnMapping,
    DealSource,
    FileShape,
    Link,
    OutcomeColumn,
    Person,
    RolesFrom,
    Strength,
)
from dealflow.evidence import Text
from dealflow.exceptions import InputError, PlaybookError, Problem
from dealflow.playbook import Playbook, load_playbook, parse_toml, read_bytes
from dealflow.values import Money, check_text, parse_duration, utc

__all__ = ["read_mapping"]

_FORMAT = 1


def _exactly(type_: type) -> Any:
    def hook(value: Any, _: Any) -> Any:
        if type(value) is not type_:
            raise ValueError(f"{value!r} is not of type {_SPOKEN[type_]}")
        return check_text(value) if type_ is str else value

    return hook


_SPOKEN = {str: "text", bool: "true or false", int: "whole number"}
_STRENGTHS = ("direct", "partial", "weak")


def _strength(value: Any, _: Any) -> Any:
    if value not in _STRENGTHS:
        raise ValueError(f"{value!r} is not one of {', '.join(_STRENGTHS)}")
    return value


def _texts(value: Any, _: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(type(item) is str for item in value):
        raise ValueError(f"{value!r} is not a list of texts")
    return tuple(value)


def _values(value: Any, _: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a table from cells to values")
    return value


def _roles(value: Any, _: Any) -> Any:
    return {cell: _texts(roles, None) for cell, roles in _values(value, None).items()}


def _cell_or(plain: Any) -> Any:
    def hook(value: Any, _: Any) -> Any:
        # A table names a column, anything else is the value for every deal.
        return _CONVERTER.structure(value, Cell) if isinstance(value, dict) else plain(value, _)

    return hook


def _money(value: Any, _: Any) -> Money:
    return Money.parse(value)


def _converter() -> Converter:
    made = Converter(detailed_validation=True)
    for type_ in (str, bool, int):
        made.register_structure_hook(type_, _exactly(type_))
    made.register_structure_hook(timedelta, lambda value, _: parse_duration(value))
    for union, hook in (
        (str | Cell | None, _cell_or(_exactly(str))),
        (Money | Cell | None, _cell_or(_money)),
        (int | Cell | None, _cell_or(_exactly(int))),
        (datetime | Cell, _cell_or(lambda value, _: utc(value, "at"))),
        (Strength, _strength),
        (tuple[str, ...], _texts),
        (Mapping[str, Any], _values),
        (Mapping[str, tuple[str, ...]], _roles),
    ):
        made.register_structure_hook_func(partial(eq, union), hook)
    # inner records first: the functions made for the outer ones call theirs
    for record in (Text, Cell, FileShape, OutcomeColumn, DealSource, RolesFrom, Person, Link):
        reader = make_dict_structure_fn(record, made, _cattrs_forbid_extra_keys=True)
        made.register_structure_hook(record, _needs_table(reader))
    return made


def _needs_table(reader: Any) -> Any:
    def hook(value: Any, type_: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is not a table")
        return reader(value, type_)

    return hook


_CONVERTER = _converter()
_KEYS: Mapping[str, Any] = {
    "step": str,
    "at": datetime | Cell,
    "file": FileShape,
    "outcome": OutcomeColumn,
    "links": Link,
    "contacts": Person,
    "deal": DealSource,
    "age": timedelta,
    "adjust_for": str,
}
_REQUIRED = ("format", "playbook", "step", "at", "file", "outcome", "links")
_LISTS = ("links", "contacts")


def read_mapping(path: str | Path) -> ColumnMapping:
    """Read a mapping file as far as its form goes; that it fits the playbook is checked elsewhere.

    Raises:
        InputError: the file cannot be read, or is no mapping; with every problem and its place.
    """
    path = Path(path)
    tables = _tables(path)
    problems = [Problem(key, "is missing") for key in _REQUIRED if key not in tables]
    made: dict[str, Any] = {}
    for key, raw in tables.items():
        if key == "playbook":
            made[key] = _playbook(problems, path, raw)
        elif key in _LISTS:
            made[key] = _list(problems, key, raw)
        elif key in _KEYS:
            made[key] = _one(problems, key, raw, _KEYS[key])
        elif key != "format":
            problems.append(Problem(key, "is no key of a mapping"))
    if problems:
        raise InputError(problems, str(path))
    return ColumnMapping(**made)


def _tables(path: Path) -> dict[str, Any]:
    tables = parse_toml(read_bytes(path, InputError), str(path), InputError)
    if (found := tables.get("format", _FORMAT)) != _FORMAT or type(found) is not int:
        problem = Problem("format", f"{found!r} is not known; this version reads {_FORMAT}")
        raise InputError([problem], str(path))
    return tables


def _playbook(problems: list[Problem], path: Path, raw: Any) -> Playbook | None:
    """A shipped playbook by its id, or one that lies beside the mapping."""
    if not isinstance(raw, str):
        problems.append(Problem("playbook", f"{raw!r} is not of type text"))
        return None
    shipped = "/" not in raw and not raw.endswith(".toml")
    try:
        return load_playbook(raw if shipped else path.parent / raw)
    except PlaybookError as error:
        problems += [
            Problem(_join("playbook", p.place), p.message, p.line, p.column) for p in error.problems
        ]
        return None


def _join(place: str, rest: str) -> str:
    return f"{place}, {rest}" if rest else place


def _list(problems: list[Problem], key: str, raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        problems.append(Problem(key, "is not a list of tables"))
        return ()
    return tuple(_one(problems, f"{key}[{i}]", item, _KEYS[key]) for i, item in enumerate(raw))


def _one(problems: list[Problem], place: str, raw: Any, type_: Any) -> Any:
    try:
        return _CONVERTER.structure(raw, type_)
    except Exception as error:  # noqa: BLE001 - cattrs raises groups of anything
        for line in transform_error(error, path="", format_exception=_speak):
            message, _, inside = line.rpartition(" @ ")
            problems.append(Problem(f"{place}{inside}", message))
        return None


def _speak(error: BaseException, _: type | None) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
