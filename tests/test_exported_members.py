"""``__all__`` says what a module offers, no more and no less."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from inspect import getmodule, isclass, isfunction, ismodule
from types import ModuleType

import pytest

import dealflow

RUNS = ("dealflow.__main__",)
NAMES = sorted(
    info.name
    for info in pkgutil.walk_packages(dealflow.__path__, "dealflow.")
    if info.name not in RUNS
)
PUBLIC = [name for name in NAMES if not any(part.startswith("_") for part in name.split("."))]
# Helpers that dealflow's own modules share, and nobody else should rely on.
SHARED = {
    "dealflow.trail": {"misplaced"},
    "dealflow.truth": {"and_bits", "not_bits", "or_bits"},
}


def tops(module: ModuleType) -> list[str]:
    """The public names that a module itself defines at its top, in order."""
    assert module.__file__
    with open(module.__file__, encoding="utf-8") as file:  # noqa: PTH123
        tree = ast.parse(file.read())
    names: list[str] = []
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.append(name)
            case ast.Assign(targets=targets):
                names += [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.append(name)
            case _:
                pass
    return [name for name in names if not name.startswith("_")]


@pytest.mark.parametrize("name", ["dealflow", *NAMES])
def test_all_names_are_there(name: str) -> None:
    """Every name in ``__all__`` exists, once; the list is sorted."""
    module = importlib.import_module(name)
    offered = getattr(module, "__all__", [])
    assert len(set(offered)) == len(offered)
    assert not [each for each in offered if not hasattr(module, each)]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_thing_is_offered(name: str) -> None:
    """The functions and classes without an underscore in a public module are its ``__all__``."""
    module = importlib.import_module(name)
    made = {
        each
        for each in tops(module)
        if isclass(vars(module)[each]) or isfunction(vars(module)[each])
    }
    assert made - set(module.__all__) == SHARED.get(name, set())


def test_the_package_offers_what_it_imports() -> None:
    """What can be taken from ``dealflow`` itself is in its ``__all__``, with nothing left over."""
    there = {
        name
        for name, thing in vars(dealflow).items()
        if not name.startswith("_") and not ismodule(thing)
    }
    assert there | {"__version__"} == set(dealflow.__all__)


def test_public_things_come_from_public_modules() -> None:
    """Nothing that the package offers says that it lives in a private module."""
    for name in dealflow.__all__:
        thing = getattr(dealflow, name)
        if isclass(thing) or isfunction(thing):
            home = getmodule(thing)
            assert home is not None
            assert not any(part.startswith("_") for part in home.__name__.split(".")), name
            assert thing.__doc__, name
