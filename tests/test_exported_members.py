"""``__all__`` says what a module offers, no more and no less; rooms only pass on."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from inspect import isclass, isfunction
from pathlib import Path

import pytest

import dealflow
from dealflow.lazy import lazily
from dealflow.trail import Entry

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
NAMES = sorted(
    info.name
    for info in pkgutil.walk_packages(dealflow.__path__, "dealflow.")
    if info.name != "dealflow.__main__"
)
# Where callers import from. CONTRIBUTING.md has the same list.
PUBLIC = (
    "dealflow",
    "dealflow.analysis",
    "dealflow.backtest",
    "dealflow.logging",
    "dealflow.scripts",
    "dealflow.strategies",
    "dealflow.testing",
    "dealflow.wording",
)


def _file(name: str) -> Path:
    plain = SOURCE.joinpath(*name.split("."))
    return plain / "__init__.py" if plain.is_dir() else plain.with_suffix(".py")


def _tree(name: str) -> ast.Module:
    return ast.parse(_file(name).read_text(encoding="utf-8"))


ROOMS = ["dealflow", *(name for name in NAMES if _file(name).name == "__init__.py")]


def _imports(tree: ast.Module) -> list[tuple[str, str]]:
    """Every name that is imported from ours, with the module that it is asked of."""
    return [
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dealflow")
        for alias in node.names
        if node.module
    ]


def _wanted() -> dict[str, set[str]]:
    """What the other modules of the house, doors included, import of each."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for user in ("_dealflow_pytest", "dealflow", "dealflow.__main__", *NAMES):
        for module, name in _imports(_tree(user)):
            wanted[module].add(name)
    return wanted


def test_all_names_are_there() -> None:
    """Every name in ``__all__`` exists, once."""
    for name in ("dealflow", *NAMES):
        module = importlib.import_module(name)
        offered = getattr(module, "__all__", [])
        assert len(set(offered)) == len(offered), name
        assert not [each for each in offered if not hasattr(module, each)], name


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_passes_on_and_does_nothing(name: str) -> None:
    """A room's ``__init__`` says what it is for and offers what it imports: no logic, no more."""
    tree = _tree(name)
    words, *body = tree.body
    assert isinstance(words, ast.Expr)
    assert isinstance(words.value, ast.Constant)
    imported = {each for _, each in _imports(tree)} - {"lazily"}
    offered = set(getattr(importlib.import_module(name), "__all__", ()))
    assert offered - {"__version__"} == imported
    assigned = [node for node in body if not isinstance(node, ast.ImportFrom | ast.If)]
    for node in assigned:
        assert isinstance(node, ast.Assign)
        assert ast.unparse(node.targets[0]) in ("TYPE_CHECKING", "__all__", "__version__")


@pytest.mark.parametrize("name", ROOMS)
def test_what_a_door_imports_lazily_is_what_checkers_see(name: str) -> None:
    """The names that are imported when asked for are those of the imports under TYPE_CHECKING."""
    for node in _tree(name).body:
        if isinstance(node, ast.If):
            assert ast.unparse(node.test) == "TYPE_CHECKING"
            assert all(isinstance(each, ast.ImportFrom) for each in node.body)
            (made,) = node.orelse
            assert isinstance(made, ast.Assign)
            assert isinstance(made.value, ast.Call)
            assert ast.unparse(made.targets[0]) == "__getattr__"
            assert ast.unparse(made.value.func) == "lazily"
            lazy = {
                each: f"{name}.{keyword.arg}"
                for keyword in made.value.keywords
                for each in ast.literal_eval(keyword.value)
            }
            seen = {each: module for module, each in _imports(ast.Module(node.body, []))}
            assert lazy == seen


def test_lazy_names() -> None:
    """A door says by its own name that it has not what it is asked for, and keeps what it has."""
    get = lazily("dealflow", trail=("Entry", "find_nothing"))
    with pytest.raises(AttributeError, match=r"module 'dealflow' has no attribute 'entry'"):
        get("entry")
    assert get("trail") is importlib.import_module("dealflow.trail")
    with pytest.raises(AttributeError, match=r"'dealflow\.trail' has no attribute 'find_nothing'"):
        get("find_nothing")
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(dealflow, "Entry")
        assert get("Entry") is Entry is vars(dealflow)["Entry"]


def test_modules_offer_what_others_use() -> None:
    """``__all__`` of a module inside a room is what the rest of the house imports from it."""
    wanted = _wanted()
    found, expected = {}, {}
    for name in NAMES:
        if name not in ROOMS and name not in PUBLIC:
            offered = getattr(importlib.import_module(name), "__all__", [])
            found[name], expected[name] = sorted(offered), sorted(wanted[name])
            taken_whole = name.rpartition(".")[2] in wanted[name.rpartition(".")[0]]
            if taken_whole:  # used as ``module.name`` somewhere
                expected[name] = sorted({*offered, *wanted[name]})
    assert found == expected


def test_contributing_lists_the_public_paths() -> None:
    """CONTRIBUTING.md names every import path that callers may rely on, and no other."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (told,) = re.findall(
        r"^Callers import from (.*?) and from nowhere else", text, re.MULTILINE | re.DOTALL
    )
    assert sorted(re.findall(r"`([\w.]+)`", told)) == sorted(PUBLIC)


DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / "examples").rglob("*.py"),
    ]
)


def test_docs_and_examples_use_public_paths() -> None:
    """What readers are shown imports from the public paths alone."""
    imports = re.compile(r"^(?:>>> |\.\.\. )?\s*(?:from|import) (dealflow[\w.]*)", re.MULTILINE)
    for page in DOCUMENTS:
        used = imports.findall((ROOT / page).read_text(encoding="utf-8"))
        assert set(used) <= set(PUBLIC), page


@pytest.mark.parametrize("path", PUBLIC)
def test_public_things_are_documented(path: str) -> None:
    """Each name of a public path has a docstring, and a place on the page of the interface."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    module = importlib.import_module(path)
    members = _documented(text, path)
    assert not sorted(set(module.__all__) - {"__version__"} - members)
    for name in module.__all__:
        thing = getattr(module, name)
        if isclass(thing) or isfunction(thing):
            assert thing.__doc__, name


def _documented(text: str, path: str) -> set[str]:
    """The names of a public path that the page lists."""
    return {
        name
        for module, rest in re.findall(
            r"^\.\. currentmodule:: ([\w.]+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL
        )
        if module == path
        for name in re.findall(
            r"^\.\. auto(?:class|function|data|exception):: (\w+)", rest, re.MULTILINE
        )
    }


TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "seven_step" not in path.parts)


def test_tests_stay_at_the_door() -> None:
    """A test reaches into a room only from that room's own folder; all else comes by its door."""
    beyond = []
    for path in TESTS:
        for module, name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            parts = module.split(".")
            above = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
            room = next(each for each in above if each in ROOMS)
            at_home = (ROOT / "tests").joinpath(*room.split(".")[1:]) in path.parents
            if module not in (room, *PUBLIC) and room != "dealflow" and not at_home:
                beyond.append(f"{path.relative_to(ROOT)}: from {module} import {name}")
    assert beyond == []
