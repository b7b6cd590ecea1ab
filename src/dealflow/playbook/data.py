"""Playbooks as data: the tables of a playbook file to records and back, strictly.

Nothing is coerced: a word is not a number, 1 is not true, an unknown key is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from operator import eq
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_origin

from attrs import fields
from cattrs import BaseValidationError, ClassValidationError, Converter, IterableValidationError
from cattrs.cols import homogenous_tuple_structure_factory, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from dealflow.evidence import Fact, Question, Sources, Text
from dealflow.exceptions import PlaybookError, Problem
from dealflow.playbook.fields import LEAVES, LIMITS, LISTS, PLACES, RENAMED, TABLES, shown, sized
from dealflow.playbook.parts import (
    Coaching,
    Guard,
    Move,
    Paper,
    RedFlag,
    Role,
    Step,
    TrialClose,
    WalkAway,
)
from dealflow.playbook.rules import Rules
from dealflow.values import format_duration

__all__ = ["canonical", "structure", "unstructure"]

FORMAT = 1
"""The version of the playbook format that is read and written."""

_T = TypeVar("_T")
_Hook = Callable[[Any, Any], Any]
_Fold = Callable[[Mapping[str, Any]], dict[str, Any]]

_KEYS: Mapping[type, Sequence[str]] = {
    Question: ("id", "en", "zh", "of"),
    TrialClose: ("step", "fact", "forward", "back", "gap"),
}
"""The keys in files of the records that look different there, see `_FOLDED`."""
# inner records first: the functions made for the outer ones call theirs
_RECORDS: tuple[type[Any], ...] = (
    *(Text, Sources, Question, Fact, Role, Guard, RedFlag, Step, Move),
    *(WalkAway, TrialClose, Paper, Coaching),
)


class _Unknown(ValueError):
    """A key that nothing reads."""

    def __init__(self, key: object, keys: Sequence[str]) -> None:
        self.key = key
        super().__init__(f"is no key here; there are: {', '.join(keys)}")


def _checked(made: _Hook, kind: tuple[type[Any], ...], spoken: str) -> _Hook:
    def hook(value: Any, type_: Any) -> Any:
        sized(value, kind, spoken)
        return made(value, type_)

    return hook


def _is_tuple(type_: Any) -> bool:
    return get_origin(type_) is tuple


def _is_mapping(type_: Any) -> bool:
    return get_origin(type_) is Mapping


def _tuple_hook(type_: Any, converter: Converter) -> Callable[..., Any]:
    made = homogenous_tuple_structure_factory(type_, converter)
    texts = get_args(type_)[0] is str
    return _checked(made, (list, tuple), "a list of texts" if texts else "a list of tables")


def _mapping_hook(type_: Any, converter: Converter) -> Callable[..., Any]:
    return _checked(mapping_structure_factory(type_, converter), (Mapping,), "a table")


@cache
def _converter() -> Converter:  # made when first used: it takes longer than the whole module
    made = Converter(detailed_validation=True)
    for leaf, read in LEAVES.items():
        if isinstance(leaf, type):
            made.register_structure_hook(leaf, partial(_leaf, read))
        else:
            made.register_structure_hook_func(partial(eq, leaf), partial(_leaf, read))
    made.register_unstructure_hook(timedelta, format_duration)
    # Texts can be gone through and counted like lists; so what is no list is refused before cattrs
    # sees it.
    made.register_structure_hook_factory(_is_tuple, _tuple_hook)
    made.register_structure_hook_factory(_is_mapping, _mapping_hook)
    for record in _RECORDS:
        renamed = RENAMED.get(record, {})
        names: dict[str, Any] = {k: override(rename=v) for k, v in renamed.items()}
        reader = make_dict_structure_fn(record, made, **names)
        writer = make_dict_unstructure_fn(record, made, _cattrs_omit_if_default=True, **names)
        keys = _KEYS.get(record) or [renamed.get(a.name, a.name) for a in fields(record)]
        fold, spread = _FOLDED.get(record, (_same, _same))
        made.register_structure_hook(record, _reads(record, reader, fold, keys))
        made.register_unstructure_hook(record, _writes(writer, spread))
    return made


def _leaf(read: Callable[[Any], Any], value: Any, _: Any) -> Any:
    return read(value)


def _same(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data)


def _reads(record: type, reader: _Hook, fold: _Fold, keys: Sequence[str]) -> _Hook:
    def hook(raw: Any, _: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise ValueError(f"{shown(raw)} is not a table")
        # Unknown keys are found here and not by cattrs, which knows the record's fields only: files
        # have other names for some, see _FOLDED.
        wrong: list[Exception] = [_Unknown(key, keys) for key in raw if key not in keys]
        made = None
        try:
            made = reader(fold({key: raw[key] for key in raw if key in keys}), record)
        except ClassValidationError as error:
            wrong.extend(error.exceptions)
        if wrong:
            # pyright looks at the constructor of exception groups, not at that of cattrs
            raise ClassValidationError("", wrong, record)  # pyright: ignore[reportCallIssue]
        return made

    return hook


def _writes(writer: Callable[[Any], dict[str, Any]], spread: _Fold) -> Callable[[Any], Any]:
    return lambda item: spread(writer(item))


def _fold_question(raw: Mapping[str, Any]) -> dict[str, Any]:
    """``{id, en, zh, of}`` in files is ``{id, text, of}`` in the record."""
    return {**raw, "text": {key: raw[key] for key in ("en", "zh") if key in raw}}


def _spread_question(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": data["id"], **data["text"], **({"of": data["of"]} if "of" in data else {})}


def _fold_gap(raw: Mapping[str, Any]) -> dict[str, Any]:
    """``gap = {fact, choice = step ...}`` in files is ``gap_fact`` and ``gaps`` in the record."""
    rest = dict(raw)
    if "gap" in rest:
        gaps = rest.pop("gap")
        if isinstance(gaps, Mapping):
            gaps = dict(gaps)
            rest["gap_fact"] = gaps.pop("fact", None)
        rest["gaps"] = gaps
    return rest


def _spread_gap(data: Mapping[str, Any]) -> dict[str, Any]:
    gap = {"fact": data.get("gap_fact"), **data.get("gaps", {})}
    gap = {key: value for key, value in gap.items() if value is not None}
    rest = {key: value for key, value in data.items() if key not in ("gap_fact", "gaps")}
    return rest | ({"gap": gap} if gap else {})


_FOLDED: Mapping[type, tuple[_Fold, _Fold]] = {
    Question: (_fold_question, _spread_question),
    TrialClose: (_fold_gap, _spread_gap),
}
_PARTS: Mapping[str, type] = MappingProxyType(
    {"roles": Role, "facts": Fact, "guards": Guard, "red_flags": RedFlag}
    | {"steps": Step, "moves": Move, "papers": Paper}
)
"""The class of each part that a table or a list of the file holds."""
_SINGLE: Mapping[str, Any] = MappingProxyType(
    {"id": str, "version": str, "title": Text}
    | {"invariants": tuple[str, ...]}
    | {"walk_away": WalkAway, "trial_close": TrialClose, "coaching": Coaching}
)
_REQUIRED = ("format", "id", "version", "title", "steps", "facts", "guards")


def structure(data: object) -> Rules:
    """The plain record of a playbook from the data of its file.

    Raises:
        PlaybookError: every key that is unknown, missing or of a wrong type, with its place.
    """
    if not isinstance(data, Mapping):
        raise PlaybookError([Problem("", "a playbook is a table")])
    # First and alone: in another format, all the rest may be right.
    given = data.get("format", FORMAT)
    if type(given) is not int or given != FORMAT:
        message = f"{shown(given)} is not known; this version reads {FORMAT}"
        raise PlaybookError([Problem("format", message)])
    problems = [Problem(key, "is missing") for key in _REQUIRED if key not in data]
    arguments: dict[str, Any] = {}
    for key, raw in data.items():
        if key in TABLES:
            arguments[key] = _table(problems, key, raw, _PARTS[key])
        elif key in LISTS:
            arguments[key] = _list(problems, key, raw, _PARTS[key])
        elif key in _SINGLE:
            arguments[key] = _one(problems, key, raw, _SINGLE[key])
        elif key != "format":
            problems.append(Problem(str(key), "is no key of a playbook"))
    if problems:
        raise PlaybookError(problems)
    return Rules(**arguments)


def _table(problems: list[Problem], key: str, raw: Any, type_: type[_T]) -> list[_T | None]:
    if not isinstance(raw, Mapping):
        problems.append(Problem(key, f"{shown(raw)} is not a table"))
        return []
    if _too_many(problems, key, len(raw)):
        return []
    made = []
    for name, item in raw.items():
        place = f"{key}.{name}"
        # Otherwise the id inside would win over the key, and places in messages would lead nowhere.
        if isinstance(item, Mapping) and "id" in item:
            problems.append(Problem(f"{place}.id", "the key of the table is the id already"))
            continue
        with_id = {"id": name, **item} if isinstance(item, Mapping) else item
        made.append(_one(problems, place, with_id, type_))
    return made


def _list(problems: list[Problem], key: str, raw: Any, type_: type[_T]) -> list[_T | None]:
    if not isinstance(raw, list | tuple):
        problems.append(Problem(key, f"{shown(raw)} is not a list of tables"))
        return []
    if _too_many(problems, key, len(raw)):
        return []
    return [_one(problems, f"{key}[{i}]", item, type_) for i, item in enumerate(raw)]


def _too_many(problems: list[Problem], key: str, size: int) -> bool:
    if size > LIMITS[key]:
        problems.append(Problem(key, f"{size} of them: at most {LIMITS[key]}"))
        return True
    return False


def _one(problems: list[Problem], place: str, raw: Any, type_: type[_T]) -> _T | None:
    try:
        return _converter().structure(raw, type_)
    except (BaseValidationError, ValueError) as error:
        problems.extend(_explained(error, place))
        return None


def _explained(error: Exception, place: str) -> Iterator[Problem]:
    """The problems in an error of cattrs, each with its place in the file."""
    match error:
        case ClassValidationError():
            noted, plain = error.group_exceptions()
            renamed = RENAMED.get(error.cl, {})
            for inner, note in noted:
                usual = f".{renamed.get(note.name, note.name)}"
                yield from _explained(inner, place + PLACES.get((error.cl, note.name), usual))
            for inner in plain:
                yield from _explained(inner, place)
        case IterableValidationError():
            for inner, at in error.group_exceptions()[0]:
                item = f"[{at.index}]" if isinstance(at.index, int) else f".{at.index}"
                yield from _explained(inner, place + item)
        case KeyError():
            yield Problem(place, "is missing")
        case _Unknown():
            yield Problem(f"{place}.{error.key}", str(error))
        case _:
            yield Problem(place, str(error))


def unstructure(rules: Rules) -> dict[str, Any]:
    """The data of a playbook's file, defaults left out."""
    data: dict[str, Any] = {"format": FORMAT}
    for key in ("id", "version", "title"):
        data[key] = _converter().unstructure(getattr(rules, key))
    if rules.invariants:
        data["invariants"] = list(rules.invariants)
    for key in ("walk_away", "trial_close"):
        if getattr(rules, key) is not None:
            data[key] = _converter().unstructure(getattr(rules, key))
    if coaching := _converter().unstructure(rules.coaching):
        data["coaching"] = coaching
    for key in _PARTS:
        items = [_converter().unstructure(part) for part in getattr(rules, key)]
        if items or key in _REQUIRED:
            data[key] = {item.pop("id"): item for item in items} if key in TABLES else items
    return data


def canonical(data: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a playbook's rules: sorted keys, no spaces, UTF-8.

    Steps, moves and the order of facts and guards matter, so the tables go in as lists of pairs.
    Invariants stay out: they are claims about the rules, which decide over no deal, and one more
    of them must not lock out the trails that were recorded without it.
    """
    rules = {k: v for k, v in data.items() if k != "invariants"}
    ordered = {k: list(v.items()) if k in TABLES else v for k, v in rules.items()}
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
