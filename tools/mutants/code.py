"""A mutant in a process that has imported the original: functions are given other code."""

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

Row = dict[str, Any]
Key = tuple[str, str, int]
Functions = Mapping[Key, Sequence[FunctionType]]


def functions(source: Path) -> Functions:
    """Every function that was made of code below a folder, by where its code stands."""
    gc.unfreeze()  # else those that the tests' own settings have frozen are not listed
    found: dict[Key, list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(f"{source}/"):
            found[_key(one.__code__)].append(one)
    return found


def replace(row: Row, path: Path, found: Functions) -> bool:
    """Give the functions that a mutant changes their new code, if that can be done."""
    try:
        new = _code(compile(row["text"], str(path), "exec"), row)
    except SyntaxError:
        return False
    old = _code(compile(path.read_text(encoding="utf-8"), str(path), "exec"), row)
    if old is None or new is None or not found.get(_key(old)):
        return False
    pairs = list(_pairs(old, new))
    if any(before.co_freevars != after.co_freevars for before, after in pairs):
        return False
    for before, after in pairs:
        for function in found.get(_key(before), ()):
            function.__code__ = after
    return True


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _code(code: CodeType, row: Row) -> CodeType | None:
    """The code of a function or method; of several of that name, the one at its line."""
    outer = _inner(code)
    named = [
        one
        for one in (*outer, *(two for one in outer for two in _inner(one)))
        if one.co_qualname == row["function"] and abs(one.co_firstlineno - row["starts"]) <= 1
    ]
    return named[0] if named else None


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Code and its new version, and so for the functions within, where they are the same."""
    yield old, new
    olds, news = _inner(old), _inner(new)
    if [one.co_name for one in olds] == [one.co_name for one in news]:
        for one, other in zip(olds, news, strict=True):
            yield from _pairs(one, other)


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]
