"""When the entries of a trail were recorded in truth: their own times, and corrections of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import final

from dealflow.exceptions import EvidenceError, Problems
from dealflow.message import message
from dealflow.trail import events
from dealflow.values import utc

__all__ = ["Timeline"]

_EARLIEST = datetime.min.replace(tzinfo=UTC)


@final
class Timeline:
    """The instants of a trail's entries, as corrected so far."""

    __slots__ = ("_instants",)

    def __init__(self) -> None:
        self._instants: list[datetime] = []

    def __getitem__(self, seq: int) -> datetime:
        return self._instants[seq - 1]

    def __len__(self) -> int:
        return len(self._instants)

    @property
    def last(self) -> datetime:
        """The instant which the next entry must not precede."""
        return self._instants[-1] if self._instants else _EARLIEST

    def problems(self, at: datetime | None, event: events.Event) -> Problems:
        """What is wrong with the place of the next entry: before the opening, or in time."""
        found = Problems()
        last = self.last
        if isinstance(event, events.Opened) is not (not self._instants):
            told = message("the deal is opened again")
            if not len(self):
                told = message("the first entry is not 'opened'")
            found.note("", told, "out_of_order")
            return found
        if isinstance(event, events.TimeCorrected):
            self._wrong(found, event)
            if found:
                return found
            last = self.shifted(event)[-1]
        self.early(found, at, last)
        return found

    def early(self, p: Problems, at: datetime | None, last: datetime | None = None) -> None:
        """Note an instant that is before the last entry."""
        last = last or self.last
        if at is not None and at < last:
            told = message(
                "at {at} is before the last entry, {last}", at=at.isoformat(), last=last.isoformat()
            )
            p.note("at", told, "before_last_entry", at=at, last=last)

    def add(self, at: datetime, event: events.Event) -> None:
        """Take the next entry."""
        if isinstance(event, events.TimeCorrected):
            self._instants = self.shifted(event)
        self._instants.append(at)

    def shift(self, event: events.TimeCorrected) -> timedelta:
        """By how much a correction moves its entries."""
        return event.true_at - self[event.entry]

    def shifted(self, event: events.TimeCorrected) -> list[datetime]:
        """The instants of the entries so far, after a correction."""
        by, instants = self.shift(event), self._instants
        first, end = event.entry - 1, event.last
        return [*instants[:first], *(one + by for one in instants[first:end]), *instants[end:]]

    def _wrong(self, p: Problems, event: events.TimeCorrected) -> None:
        """Note what keeps a correction from being one; it must not change the entries' order."""
        size = len(self)
        for place, seq in (("entry", event.entry), ("last", event.last)):
            if seq.__class__ is not int or not 1 <= seq <= size:
                p.note(
                    place, message("there is no entry {seq!r}", seq=seq), "unknown_entry", entry=seq
                )
        if p:
            return
        by, end = self.shift(event), self[event.last]
        if event.last < event.entry:
            p.note(
                "last",
                message("last {last} is before entry {entry}", last=event.last, entry=event.entry),
                "inconsistent",
            )
        if not by:
            p.note(
                "true_at",
                message("entry {entry} has this time already", entry=event.entry),
                "unchanged",
            )
        try:
            utc(end + by)
        except (EvidenceError, OverflowError):
            told = message("entry {last} would lie outside the years 1970 to 2200", last=event.last)
            p.note("true_at", told, "invalid_instant")
            return
        if event.entry > 1 and event.true_at < (before := self[event.entry - 1]):
            told = message(
                "true_at is before entry {entry}, {before}",
                entry=event.entry - 1,
                before=before.isoformat(),
            )
            p.note("true_at", told, "inconsistent", limit=before)
        if event.last < size and end + by > (after := self[event.last + 1]):
            told = message(
                "entry {last} would come after the next one, {after}",
                last=event.last,
                after=after.isoformat(),
            )
            p.note("true_at", told, "inconsistent", limit=after)
