"""Playbooks as data: the tables of a playbook file to records and back, strictly.

Nothing is coerced: a word is not a number, 1 is not true, an unknown key is an error.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin
from weakref import WeakValueDictionary

from attrs import fields
from cattrs import BaseValidationError, ClassValidationError, Converter, IterableValidationError
from cattrs.cols import homogenous_tuple_structure_factory, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from dealflow.exceptions import PlaybookError, Problem
from dealflow.facts import Fact, Question, Sources, Text
from dealflow.rules import Coaching, Guard, Move, Paper, RedFlag, Role, Step, TrialClose, WalkAway
from dealflow.values import ValueType, check_text, format_duration, parse_duration

if TYPE_CHECKING:
    from dealflow.playbook import Playbook

__all__ = ["FORMAT", "canonical", "misfits", "structure", "unstructure"]

FORMAT = 1
"""The version of the playbook format that is read and written."""

_T = TypeVar("_T")
_Hook = Callable[[Any, Any], Any]
_Fold = Callable[[Mapping[str, Any]], dict[str, Any]]

_RENAMED: Mapping[type, Mapping[str, str]] = {
    Move: {"source": "from"},
    WalkAway: {"start": "from"},
}
_KEYS: Mapping[type, Sequence[str]] = {
    Question: ("id", "en", "zh", "of"),
    TrialClose: ("step", "fact", "forward", "back", "gap"),
}
"""The keys in files of the records that look different there, see `_FOLDED`."""
_PLACES: Mapping[tuple[type, str], str] = {
    (Question, "text"): "",
    (TrialClose, "gap_fact"): ".gap.fact",
    (TrialClose, "gaps"): ".gap",
}
# inner records first: the functions made for the outer ones call theirs
_RECORDS: tuple[type[Any], ...] = (
    *(Text, Sources, Question, Fact, Role, Guard, RedFlag, Step, Move),
    *(WalkAway, TrialClose, Paper, Coaching),
)
_MOST = 200
"""How many items a list within a record may have."""


class _Unknown(ValueError):
    """A key that nothing reads."""

    def __init__(self, key: object, keys: Sequence[str]) -> None:
        self.key = key
        super().__init__(f"is no key here; there are: {', '.join(keys)}")


def _show(value: object) -> str:
    """A value as it stands in the file, cut to what a message can bear."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | time | Decimal):
        return reprlib.repr(str(value))[1:-1]
    return reprlib.repr(value)


def _exactly(type_: type, spoken: str) -> _Hook:
    def hook(value: Any, _: Any) -> Any:
        if type(value) is not type_:
            raise ValueError(f"{_show(value)} is not {spoken}")
        return check_text(value) if type_ is str else value

    return hook


def _owner(value: Any, _: Any) -> Any:
    if value not in ("deal", "contact"):
        raise ValueError(f"{_show(value)} is not 'deal' or 'contact'")
    return value


def _when_refuted(value: Any, _: Any) -> Any:
    if value in ("any", "all") or type(value) is int:
        return value
    raise ValueError(f"{_show(value)} is not 'any', 'all' or a whole number")


def _value_type(value: Any, _: Any) -> ValueType:
    names = [type_.value for type_ in ValueType]
    if value not in names:
        raise ValueError(f"{_show(value)} is no type; there are: {', '.join(names)}")
    return ValueType(value)


def _checked(made: _Hook, kind: tuple[type[Any], ...], spoken: str) -> _Hook:
    def hook(value: Any, type_: Any) -> Any:
        if not isinstance(value, kind):
            raise ValueError(f"{_show(value)} is not {spoken}")
        if len(value) > _MOST:
            raise ValueError(f"{len(value)} items: at most {_MOST}")
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
    for type_, spoken in ((str, "a text"), (bool, "true or false"), (int, "a whole number")):
        made.register_structure_hook(type_, _exactly(type_, spoken))
    made.register_structure_hook(timedelta, lambda value, _: parse_duration(value))
    made.register_unstructure_hook(timedelta, _duration)
    made.register_structure_hook(ValueType, _value_type)
    made.register_structure_hook_func(lambda t: t == Literal["deal", "contact"], _owner)
    made.register_structure_hook_func(lambda t: t == Literal["any", "all"] | int, _when_refuted)
    made.register_structure_hook_factory(_is_tuple, _tuple_hook)
    made.register_structure_hook_factory(_is_mapping, _mapping_hook)
    for record in _RECORDS:
        renamed = _RENAMED.get(record, {})
        names: dict[str, Any] = {k: override(rename=v) for k, v in renamed.items()}
        reader = make_dict_structure_fn(record, made, **names)
        writer = make_dict_unstructure_fn(record, made, _cattrs_omit_if_default=True, **names)
        keys = _KEYS.get(record) or [renamed.get(a.name, a.name) for a in fields(record)]
        fold, spread = _FOLDED.get(record, (_same, _same))
        made.register_structure_hook(record, _reads(record, reader, fold, keys))
        made.register_unstructure_hook(record, _writes(record, writer, spread))
    return made


def _same(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data)


def _reads(record: type, reader: _Hook, fold: _Fold, keys: Sequence[str]) -> _Hook:
    def hook(raw: Any, _: Any) -> Any:
        if not isinstance(raw, Mapping):
            raise ValueError(f"{_show(raw)} is not a table")
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


def _writes(
    record: type, writer: Callable[[Any], dict[str, Any]], spread: _Fold
) -> Callable[[Any], Any]:
    # what is of a wrong type stays as it is, for `misfits` to tell
    return lambda item: spread(writer(item)) if isinstance(item, record) else item


def _duration(value: Any) -> Any:
    return format_duration(value) if isinstance(value, timedelta) else value


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
_TABLES: Mapping[str, type] = MappingProxyType(
    {"roles": Role, "facts": Fact, "guards": Guard, "red_flags": RedFlag}
)
"""Tables of the file in which the key is the id."""
_LISTS: Mapping[str, type] = MappingProxyType({"steps": Step, "moves": Move, "papers": Paper})
_SINGLE: Mapping[str, Any] = MappingProxyType(
    {"id": str, "version": str, "title": Text}
    | {"invariants": tuple[str, ...]}
    | {"walk_away": WalkAway, "trial_close": TrialClose, "coaching": Coaching}
)
_REQUIRED = ("format", "id", "version", "title", "steps", "facts", "guards")
_LIMITS: Mapping[str, int] = MappingProxyType(
    {"roles": 50, "facts": 1000, "guards": 500, "red_flags": 500}
    | {"steps": 100, "moves": 500, "papers": 50}
)
"""More than any sale needs, and few enough to be checked in a second."""


def structure(data: object) -> dict[str, Any]:
    """The arguments of a playbook from the data of its file.

    Raises:
        PlaybookError: every key that is unknown, missing or of a wrong type, with its place.
    """
    if not isinstance(data, Mapping):
        raise PlaybookError([Problem("", "a playbook is a table")])
    given = data.get("format", FORMAT)
    if type(given) is not int or given != FORMAT:
        message = f"{_show(given)} is not known; this version reads {FORMAT}"
        raise PlaybookError([Problem("format", message)])
    problems = [Problem(key, "is missing") for key in _REQUIRED if key not in data]
    arguments: dict[str, Any] = {}
    for key, raw in data.items():
        if key in _TABLES:
            arguments[key] = _table(problems, key, raw, _TABLES[key])
        elif key in _LISTS:
            arguments[key] = _list(problems, key, raw, _LISTS[key])
        elif key in _SINGLE:
            arguments[key] = _one(problems, key, raw, _SINGLE[key])
        elif key != "format":
            problems.append(Problem(str(key), "is no key of a playbook"))
    if problems:
        raise PlaybookError(problems)
    return arguments


_SOUND: WeakValueDictionary[int, object] = WeakValueDictionary()
"""Parts that were checked once: they are frozen, and playbooks made of others share most."""


def misfits(playbook: Playbook) -> tuple[Problem, ...]:
    """What no file could say: playbooks built in Python are held to the same types."""
    too_many = any(len(getattr(playbook, key)) > most for key, most in _LIMITS.items())
    if too_many or _problems(playbook, lambda part: _SOUND.get(id(part)) is not part):
        return _problems(playbook)
    parts = (part for key in (*_TABLES, *_LISTS) for part in getattr(playbook, key))
    _SOUND.update((id(part), part) for part in parts)
    return ()


def _problems(
    playbook: Playbook, wanted: Callable[[object], bool] | None = None
) -> tuple[Problem, ...]:
    try:
        structure(unstructure(playbook, wanted))
    except PlaybookError as error:
        return error.problems
    return ()


def _table(problems: list[Problem], key: str, raw: Any, type_: type[_T]) -> list[_T | None]:
    if not isinstance(raw, Mapping):
        problems.append(Problem(key, f"{_show(raw)} is not a table"))
        return []
    if _too_many(problems, key, len(raw)):
        return []
    made = []
    for name, item in raw.items():
        place = f"{key}.{name}"
        if isinstance(item, Mapping) and "id" in item:
            problems.append(Problem(f"{place}.id", "the key of the table is the id already"))
            continue
        with_id = {"id": name, **item} if isinstance(item, Mapping) else item
        made.append(_one(problems, place, with_id, type_))
    return made


def _list(problems: list[Problem], key: str, raw: Any, type_: type[_T]) -> list[_T | None]:
    if not isinstance(raw, list | tuple):
        problems.append(Problem(key, f"{_show(raw)} is not a list of tables"))
        return []
    if _too_many(problems, key, len(raw)):
        return []
    return [_one(problems, f"{key}[{i}]", item, type_) for i, item in enumerate(raw)]


def _too_many(problems: list[Problem], key: str, size: int) -> bool:
    if size > _LIMITS[key]:
        problems.append(Problem(key, f"{size} of them: at most {_LIMITS[key]}"))
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
            renamed = _RENAMED.get(error.cl, {})
            for inner, note in noted:
                usual = f".{renamed.get(note.name, note.name)}"
                yield from _explained(inner, place + _PLACES.get((error.cl, note.name), usual))
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


def unstructure(
    playbook: Playbook, wanted: Callable[[object], bool] | None = None
) -> dict[str, Any]:
    """The data of a playbook's file, defaults left out; of its parts only those that are wanted."""
    data: dict[str, Any] = {"format": FORMAT}
    for key in ("id", "version", "title"):
        data[key] = _converter().unstructure(getattr(playbook, key))
    if playbook.invariants:
        data["invariants"] = list(playbook.invariants)
    for key in ("walk_away", "trial_close"):
        if getattr(playbook, key) is not None:
            data[key] = _converter().unstructure(getattr(playbook, key))
    if coaching := _converter().unstructure(playbook.coaching):
        data["coaching"] = coaching
    for key in _TABLES:
        parts = [part for part in getattr(playbook, key) if wanted is None or wanted(part)]
        items = [_converter().unstructure(item) for item in parts]
        if items or key in _REQUIRED:
            data[key] = {item.pop("id"): item for item in items}
    for key in _LISTS:
        parts = [part for part in getattr(playbook, key) if wanted is None or wanted(part)]
        items = [_converter().unstructure(item) for item in parts]
        if items or key in _REQUIRED:
            data[key] = items
    return data


def canonical(data: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a playbook's rules: sorted keys, no spaces, UTF-8.

    Steps, moves and the order of facts and guards matter, so the tables go in as lists of pairs.
    Invariants stay out: they are claims about the rules, which decide over no deal, and one more
    of them must not lock out the trails that were recorded without it.
    """
    rules = {k: v for k, v in data.items() if k != "invariants"}
    ordered = {k: list(v.items()) if k in _TABLES else v for k, v in rules.items()}
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
