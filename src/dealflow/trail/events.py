"""What can happen to a deal: one frozen class per kind, and the strict JSON form of each."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias, get_args

from dealflow.evidence import Said
from dealflow.exceptions import TrailError
from dealflow.message import joined, message
from dealflow.trail.course import (
    AccountCorrected,
    AmountChanged,
    CardChanged,
    Opened,
    TimeCorrected,
    TitleCorrected,
    Waived,
)
from dealflow.trail.forms import Form
from dealflow.trail.moves import (
    GuardRecord,
    Guards,
    Lost,
    Moved,
    Refused,
    Reopened,
    SteppedBack,
    WalkedAway,
)
from dealflow.trail.people import (
    Confirmed,
    ContactAdded,
    ContactChanged,
    ContactsMerged,
    MergeUndone,
    Met,
    Withdrawn,
)
from dealflow.typing import JSON

__all__ = [
    "KINDS",
    "AccountCorrected",
    "AmountChanged",
    "CardChanged",
    "Confirmed",
    "ContactAdded",
    "ContactChanged",
    "ContactsMerged",
    "Event",
    "GuardRecord",
    "Guards",
    "Lost",
    "MergeUndone",
    "Met",
    "Moved",
    "Opened",
    "Refused",
    "Reopened",
    "Said",
    "SteppedBack",
    "TimeCorrected",
    "TitleCorrected",
    "Waived",
    "WalkedAway",
    "Withdrawn",
    "decode",
    "encode",
    "faults",
    "write",
    "write_record",
]

Event: TypeAlias = (
    Opened
    | ContactAdded
    | ContactChanged
    | ContactsMerged
    | MergeUndone
    | AmountChanged
    | Met
    | Said
    | Confirmed
    | Withdrawn
    | Waived
    | Moved
    | Refused
    | SteppedBack
    | WalkedAway
    | Lost
    | Reopened
    | TimeCorrected
    | CardChanged
    | AccountCorrected
    | TitleCorrected
)
"""Any event."""

KINDS: Final[Mapping[str, type[Event]]] = MappingProxyType({e.KIND: e for e in get_args(Event)})
"""The class of every kind of event, by the kind's name in the trail."""


@cache
def _form(kind: str) -> Form:
    return Form(KINDS[kind])


def write(event: Event) -> str:
    """The canonical JSON text of an event.

    Raises:
        TrailError: no event, or fields hold values of wrong types; it names every such field.
    """
    kind: str = getattr(event, "KIND", "")
    if KINDS.get(kind) is not event.__class__:
        raise TrailError(message("{event} is no event", event=reprlib.repr(event)))
    form = _form(kind)
    try:
        return form.write(event)
    except ValueError:
        raise TrailError(joined("{first}; {rest}", form.problems(event, kind))) from None


@cache
def _form_of_records() -> Form:
    return Form(GuardRecord)


def write_record(record: GuardRecord) -> None:
    """Write what a guard gave, before it is taken into any event."""
    _form_of_records().write(record)


def encode(event: Event) -> dict[str, JSON]:
    """Take an event apart into JSON data; fields with their default are left out.

    Raises:
        TrailError: as :func:`write` does.
    """
    data: dict[str, JSON] = json.loads(write(event))
    return data


def decode(kind: str, data: object) -> tuple[Event, str]:
    """Read an event of one of the :data:`KINDS` from JSON data.

    Nothing is coerced: an int is no text, and ``"no"`` is not ``True``.

    Returns:
        The event, and its canonical text, which the data may differ from in nothing but its form.

    Raises:
        TrailError: naming every unknown or missing key, and every value of a wrong type.
    """
    try:
        form = _form(kind)
    except (KeyError, TypeError):
        raise TrailError(message("{kind} is no kind of event", kind=reprlib.repr(kind))) from None
    return form.read(data, kind)


def faults(kind: str, data: object) -> str:
    """Everything in JSON data of a kind of event that is not in its one form, with its place."""
    return _form(kind).faults(data, kind)
