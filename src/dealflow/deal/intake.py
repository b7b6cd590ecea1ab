"""What comes into a deal: verbs' arguments are brought into the form of events.

Nothing is judged here but whether an argument can be brought into its form at all; what an event
must be stands with the trail and with the state.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from dealflow.evidence import (
    Card,
    Contact,
    Interaction,
    InteractionKind,
    Said,
    SourceKind,
    next_id,
)
from dealflow.exceptions import EvidenceError, Problem, Problems, raise_for
from dealflow.message import message
from dealflow.state import DealState, check, known
from dealflow.trail import by_problems, events
from dealflow.values import ValueType, from_json, to_json, utc

__all__ = ["SOMEDAY", "Notes", "card", "contact", "interaction", "said", "said_when"]

_Event = TypeVar("_Event", bound=events.Event)

SOMEDAY: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for a time where a verb got none that is usable."""

_ROLES: Final = message("roles")
_PARTICIPANTS: Final = message("participants")


class Notes:
    """The problems with a verb's arguments, and the time at which it acts.

    Attributes:
        problems: the problems so far.
        at: the time of recording, in UTC; ``None`` when it is unusable.
    """

    __slots__ = ("at", "problems")

    def __init__(self, at: datetime) -> None:
        self.problems = Problems()
        self.at = self.instant("at", at)

    def instant(self, place: str, value: object) -> datetime | None:
        """Normalise an instant; note one that is none."""
        try:
            return utc(value, place)
        except EvidenceError as error:
            self.problems.note(place, str(error), error.code)
            return None

    def several(self, place: str, value: object, what: str) -> tuple[Any, ...]:
        """Make a tuple of ids; note what is none."""
        # A text can be gone through as well: "ruth" would be four people.
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, Iterable):
            told = message("{what} are not a list of ids: {value!r}", what=what, value=value)
            self.problems.note(place, told, "invalid_value")
            return ()
        return tuple(value)

    def when(self, by: object = "nobody") -> datetime:
        """The time of recording, for a verb that has to judge before it knows what to record.

        Raises:
            EvidenceError: it is unusable; with every problem so far, and those of ``by``.
        """
        if self.at is None:
            raise EvidenceError([*self.problems, *by_problems(by)])
        return self.at

    def settle(self, state: DealState, by: object, event: events.Event) -> list[Problem]:
        """Everything that keeps the event from being recorded."""
        return [*self.problems, *check(state, self.at, by, event)]

    def checked(self, state: DealState, by: str, event: _Event) -> _Event:
        """The event, when nothing keeps it from being recorded.

        Raises:
            EvidenceError: every problem.
        """
        raise_for(self.settle(state, by, event))
        return event


def card(fields: dict[str, Any]) -> Card:
    """A card, of the fields that a verb takes."""
    lines = fields["lines"]
    # A text can be gone through as well, and has no lines in it.
    if isinstance(lines, Iterable) and not isinstance(lines, str):
        lines = tuple(lines)
    return Card(**fields | {"lines": lines, "expected_close": _day(fields["expected_close"])})


def _day(value: Any) -> Any:
    """A day that may be given as text; what is none is told when the event is checked."""
    with suppress(ValueError):
        return None if value is None else from_json(ValueType.DATE, value)
    return value


def contact(notes: Notes, id: str, fields: dict[str, Any]) -> Contact:
    """A contact, of the fields that a verb takes."""
    roles = notes.several("roles", fields.get("roles", ()), _ROLES)
    return Contact(**fields | {"id": id, "roles": roles, "left": _day(fields.get("left"))})


def interaction(
    state: DealState,
    notes: Notes,
    kind: InteractionKind,
    *,
    participants: Iterable[str],
    id: str | None = None,
    channel: str = "",
    held_at: datetime | None = None,
    spoke: Any = "both",
) -> Interaction:
    """A call, meeting, mail or visit; without an id it gets one, without a time the verb's."""
    people = notes.several("participants", participants, _PARTICIPANTS)
    held = notes.at if held_at is None else notes.instant("held_at", held_at)
    return Interaction(
        next_id(state.interactions, kind) if id is None else id,
        kind,
        people,
        held or notes.at or SOMEDAY,
        channel,
        spoke,
    )


def said_when(
    state: DealState, notes: Notes, said_at: datetime | None, interaction: str | None
) -> datetime:
    """When something was said; in an interaction, by default, however late it is recorded."""
    held = known(state.interactions, interaction)
    if said_at is not None:
        when = notes.instant("said_at", said_at)
    else:
        when = held.held_at if held else notes.at
    return when or notes.at or SOMEDAY


def said(
    state: DealState,
    notes: Notes,
    source_kind: SourceKind,
    source: str,
    fact: str,
    value: object,
    *,
    said_at: datetime | None = None,
    quote: str = "",
    first_hand: bool | None = None,
    via: str | None = None,
    about: str | None = None,
    interaction: str | None = None,
) -> Said:
    """A statement by a contact, out of a document, or by our own rep."""
    declared = known(state.playbook.fact, fact)
    # Who speaks of a fact of contacts without naming anybody speaks of himself.
    if about is None and declared and declared.of == "contact" and source_kind == "contact":
        about = source
    when = said_when(state, notes, said_at, interaction)
    if declared is not None:
        # What is of another type is told with the rest, when the event is checked.
        with suppress(ValueError):
            value = to_json(from_json(declared.type, value))
    if first_hand is None:
        first_hand = via is None
    return Said(
        fact, value, source_kind, source, when, quote, about, first_hand,
        via, interaction,
    )  # fmt: skip
