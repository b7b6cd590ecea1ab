"""What a mutant is: a playbook with one fault in it, put there on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from attrs import evolve, field, frozen

from dealflow.analysis.mutants.conditions import plain
from dealflow.playbook import Playbook

__all__ = ["Draft", "Mutant"]


@frozen
class Draft:
    """A fault before it has its number.

    Attributes:
        part: the part of the playbook that is changed, as in ``guards.budget_approved``.
        operator: the kind of fault.
        place: the place that is changed, as in the problems of a playbook.
        description: what is wrong now, one sentence.
        before: the condition or rule as it was.
        after: the condition or rule as it is now.
        guards: the ids of the guards it touches.
        changes: the fields of the playbook that are others now.
    """

    part: str
    operator: str
    place: str
    description: str
    before: str
    after: str
    guards: tuple[str, ...]
    changes: Mapping[str, Any]


@frozen
class Mutant:
    """A playbook with one fault in it.

    Attributes:
        id: stable and readable, as in ``guards.budget_approved:ge_to_gt:1``.
        operator: the kind of fault, as in ``ge_to_gt``.
        place: where it is, as in the problems of a playbook: ``guards.budget_approved.when``.
        description: what is wrong now, one sentence.
        before: the condition or rule as it was.
        after: the condition or rule as it is now.
        guards: the ids of the guards whose outcome or standing it touches.
        original: the playbook without the fault.
    """

    id: str
    operator: str
    place: str
    description: str
    before: str
    after: str
    guards: tuple[str, ...]
    original: Playbook = field(repr=False)
    _changes: Mapping[str, Any] = field(repr=False, eq=False)
    _built: WeakValueDictionary[str, Playbook] = field(
        init=False, repr=False, eq=False, factory=WeakValueDictionary[str, Playbook]
    )

    @property
    def playbook(self) -> Playbook:
        """The playbook with the fault; built when asked for, and kept while somebody uses it."""
        # kept weakly: building one takes milliseconds, but keeping hundreds takes much memory
        built = self._built.get(self.id)
        if built is None:
            built = self._built[self.id] = evolve(self.original, **self._changes)
        return built

    @property
    def simpler(self) -> bool:
        """Whether the rules take fewer words with the fault than without it."""
        return _size(self.playbook) < _size(self.original)


def _size(book: Playbook) -> int:
    """How many keys and words rules take, whatever brackets their author likes to write."""
    size = _words(book.to_data()) - sum(_words(guard.when) for guard in book.guards)
    return size + sum(_words(str(plain(found))) for found in book.guard_condition.values())


def _words(data: object) -> int:
    if isinstance(data, Mapping):
        return sum(1 + _words(value) for value in data.values())
    if isinstance(data, list | tuple):
        return sum(map(_words, data))
    return len(str(data).split())
