"""What is said of an input can be told in another language: nothing is said by a plain literal."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import dealflow

SOURCES = Path(dealflow.__file__).parent

SAID: Mapping[str, int] = {
    "Amiss": 0,
    "BadInput": 0,
    "BadParameter": 0,
    "EvidenceError": 0,
    "InputError": 0,
    "MoveNotAllowed": 0,
    "PlaybookError": 0,
    "Problem": 1,
    "TamperedTrail": 1,
    "TrailError": 0,
    "UnknownFormat": 0,
    "Unreachable": 0,
    "Unreadable": 1,
    "UsageError": 0,
    "ValueError": 0,
    "Wrong": 1,
    "_no_move": 0,
    "_of": 1,
    "_problem": 1,
    "note": 1,
}
"""By what makes an error or a problem: at which place it takes what is wrong."""

MERE: Mapping[str, tuple[str, str]] = {
    "backtest/stats.py": ("ValueError", "mistakes of callers, in a pure function of numbers"),
    "cli/run.py": ("note", "notes there are what a coach puts in the margin of a play"),
    "plugin/closing.py": ("UsageError", "pytest speaks English"),
    "plugin/options.py": ("UsageError", "pytest speaks English"),
    "plugin/playbook.py": ("UsageError", "pytest speaks English"),
    "plugin/session.py": ("UsageError", "pytest speaks English"),
    "playbook/toml_places.py": ("ValueError", "it is caught there, whatever it says"),
}
"""What may be called with a plain literal in a module, and why."""


def literals(source: str) -> Iterator[tuple[int, str]]:
    """What is said by a plain literal or an f-string: the line, and what says it."""
    for scope in ast.walk(ast.parse(source)):
        if isinstance(scope, ast.FunctionDef):
            yield from _in_function(scope)


def _in_function(scope: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        for target, value in _assigned(node):
            given.setdefault(target, []).append(value)
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in SAID:
            for said in node.args[SAID[name] : SAID[name] + 1]:
                for part in _parts(said):
                    values = given.get(part.id, []) if isinstance(part, ast.Name) else [part]
                    if any(_plain(each) for value in values for each in _parts(value)):
                        yield node.lineno, name


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=True):
                    yield _name(name), value
            else:
                yield _name(target), node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield _name(node.target), node.value


def _name(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may give, or hold: the ways of a choice, the items of a list."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            yield from (*_parts(one), *_parts(other))
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _parts(part)
        case ast.BinOp(left=one, right=other):
            yield from (*_parts(one), *_parts(other))
        case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part) | ast.Starred(value=part):
            yield from _parts(part)
        case _:
            yield node


def _plain(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        # ", ".join(...) of messages is no message.
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format")
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""
    return constant or isinstance(node, ast.JoinedStr)


@pytest.mark.parametrize(
    "source",
    [
        'p.note("at", "is wrong")',
        'p.note("at", f"{what} is wrong")',
        'raise EvidenceError("is wrong" if odd else message("is odd"))',
        'told = f"{what} is wrong"\n    yield Problem("at", told)',
        'told = "; ".join(parts)\n    raise TrailError(told)',
        'told = message("is wrong")\n    told += ": very wrong"\n    p.note("", told)',
        'raise BadInput([f"{name}: is no file"])',
        'told, data = "is wrong", {}\n    raise InputError([Problem("", told)])',
    ],
)
def test_a_literal_is_found(source: str) -> None:
    """Whichever way a plain text gets into an error, it is noticed."""
    assert list(literals(f"def f():\n    {source}"))


@pytest.mark.parametrize(
    "source",
    [
        'p.note("at", message("is wrong"), "invalid")',
        'told = message("{what} is wrong", what=what)\n    yield Problem("at", told)',
        'raise EvidenceError(problems, "invalid_text")',
        'told = ""\n    p.note("", told)',
    ],
)
def test_a_message_is_none(source: str) -> None:
    """What is said by a message is in order, and so is a text that comes from elsewhere."""
    assert not list(literals(f"def f():\n    {source}"))


def modules() -> list[str]:
    """The modules of dealflow, by their paths in it."""
    return sorted(str(path.relative_to(SOURCES)) for path in SOURCES.rglob("*.py"))


@pytest.mark.parametrize("module", modules())
def test_everything_that_is_wrong_is_said_by_a_message(module: str) -> None:
    """No error and no problem of a module has a plain literal where a message belongs."""
    found = list(literals((SOURCES / module).read_text(encoding="utf-8")))
    mere, _ = MERE.get(module, ("", ""))
    assert not [(line, name) for line, name in found if name != mere]


@pytest.mark.parametrize("module", MERE)
def test_every_exception_is_needed(module: str) -> None:
    """The modules in which something may be said by a literal say something so."""
    found = {name for _, name in literals((SOURCES / module).read_text(encoding="utf-8"))}
    assert found == {MERE[module][0]}
