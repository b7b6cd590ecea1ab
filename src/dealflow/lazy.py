"""Names that a room offers and imports only when they are asked for (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

__all__ = ["lazily"]


def lazily(door: str, **modules: str) -> Callable[[str], object]:
    """The ``__getattr__`` of a door, for names that hardly anybody needs.

    The door names them once more in imports under ``TYPE_CHECKING``, where type checkers and the
    checks of layers see them.

    Args:
        door: the ``__name__`` of the room.
        modules: from each name to the module that has it.
    """

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        found: object = getattr(import_module(modules[name]), name)
        setattr(sys.modules[door], name, found)  # from now on it is found without us
        return found

    return get
