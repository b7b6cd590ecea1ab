"""Which mutants are meant by a place: a part of the playbook, of its file, or of a mutant's id."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from dealflow.analysis.mutants import Mutant, mutants
from dealflow.exceptions import InputError
from dealflow.message import joined, listed, message
from dealflow.playbook import Playbook

__all__ = ["at_place", "check_place"]


def at_place(playbook: Playbook, place: str | None) -> tuple[Mutant, ...]:
    """The mutants at a place.

    Args:
        playbook: the playbook.
        place: successive parts of a mutant's id or of where it is, such as
            ``guards.budget_approved``, ``facts.budget``, ``budget_approved:ge_to_gt`` or
            ``good_for_dropped``; all of them, when left out.
    """
    every = mutants(playbook)
    if place is None:
        return every
    wanted = _parts(place)
    return tuple(m for m in every if any(wanted in _runs(name) for name in (m.id, m.place)))


_Parts = tuple[str, ...]


def _parts(name: str) -> _Parts:
    return tuple(re.split("[.:]", name))


def _runs(name: str) -> Iterator[_Parts]:
    """Each run of successive parts of a name, without those that are nothing but a number."""
    parts = _parts(name)
    for start in range(len(parts)):
        for end in range(start + 1, len(parts) + 1):
            if not parts[start].isdecimal():
                yield parts[start:end]


def check_place(playbook: Playbook, place: str) -> None:
    """Refuse a place at which there is no mutant.

    Raises:
        InputError: with the places that may have been meant.
    """
    if at_place(playbook, place):
        return
    every = mutants(playbook)
    names = (name for mutant in every for name in (mutant.place, mutant.id))
    known = dict.fromkeys(begin for name in names for begin in _beginnings(name))
    heads = [name for name in known if name.isidentifier()]
    hint = message("there are: {known}", known=listed(heads))
    if near := get_close_matches(place, known, n=5):
        hint = message("did you mean {names}?", names=joined("{first} or {rest}", near))
    raise InputError(message("no mutant is at {place!r}; {hint}", place=place, hint=hint))


def _beginnings(name: str) -> Iterator[str]:
    """The name itself, and what comes before each of its signs."""
    yield from (name[: sign.start()] for sign in re.finditer("[.:]", name))
    yield name
