"""Names that a room offers and imports only when they are asked for (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module

# As in the door of the house, which has to open quickly.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["lazily"]


def lazily(door: str, **modules: Collection[str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a door, for names that are not needed at once.

    The door names them once more in imports under ``TYPE_CHECKING``, where type checkers and the
    checks of layers see them.

    Args:
        door: the ``__name__`` of the room.
        modules: from each module or room behind the door to the names that it gives.
    """
    where = {name: f"{door}.{module}" for module, names in modules.items() for name in names}

    def get(name: str) -> object:
        # As if the door had read it: ``dealflow.exceptions`` is there after ``import dealflow``.
        if name in modules:
            return import_module(f"{door}.{name}")
        if name not in where:
            raise AttributeError(f"module {door!r} has no attribute {name!r}")
        found: object = getattr(import_module(where[name]), name)
        setattr(sys.modules[door], name, found)  # from now on it is found without us
        return found

    return get
