"""What every kind of event has in a deal: a check of its sense, and an effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from dealflow.exceptions import Problems
from dealflow.message import message
from dealflow.state.deal_state import DealState

__all__ = ["Rule", "known", "strangers"]

T = TypeVar("T")


class Rule(NamedTuple):
    """What one kind of event must be in a deal, and what it makes of it.

    Attributes:
        sense: notes everything that is wrong with the event in the deal, at an instant and by
            somebody. Of values of wrong types it says nothing: that is a problem of their form.
        effect: changes the deal, by an event that makes sense there.
    """

    sense: Callable[[Problems, DealState, datetime | None, object, Any], None]
    effect: Callable[[DealState, int, datetime, str, Any], None]


def known(among: Mapping[str, T], id: object) -> T | None:
    """Look an id up that may be anything, even something without a hash."""
    return among.get(id) if isinstance(id, str) else None


def strangers(p: Problems, state: DealState, place: str, ids: Iterable[object], what: str) -> None:
    """Note the ids that are no contacts of the deal."""
    for id in ids:
        if isinstance(id, str) and id not in state.contacts:
            told = message("{what} {id!r} is not a contact of the deal", what=what, id=id)
            p.note(place, told, "unknown_contact", contact=id)
