"""The trail: everything that happened to a deal, in order, each entry chained to the one before.

An entry's hash covers its own bytes and the hash before it: whatever is changed, dropped, swapped
or put in between breaks the chain there. Only a cut tail leaves a whole chain; it shows when the
last hash (the *head*) is known from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import eq
from typing import Final, final, overload

from attrs import field, frozen

from dealflow.exceptions import TamperedTrail, TrailError
from dealflow.trail.body import (
    SCHEMA,
    Schema,
    canonical,
    digest,
    write_body,
)
from dealflow.trail.events import Event, Opened

__all__ = ["MOST_ENTRIES", "START", "WRONG_HASH", "Entry", "Trail", "chain", "misplaced"]

START: Final = "0" * 64
"""The hash before the first entry, and the head of an empty trail."""

MOST_ENTRIES: Final = 100_000
"""The most entries that a trail may have."""

WRONG_HASH: Final = "the hash does not fit: this entry was changed, or the one before it"


@frozen
class Entry:
    """One line of the trail.

    Attributes:
        seq: its number, 1 for the first.
        at: when it was recorded, in UTC.
        by: who of us recorded it.
        kind: the kind of its event.
        event: what happened.
        hash: the SHA-256 of the hash before it and its body.
        body: the canonical JSON that was hashed.
    """

    seq: int
    at: datetime
    by: str
    kind: str
    event: Event
    hash: str
    body: str = field(repr=False)


def chain(prev_hash: str, seq: int, at: datetime, by: str, event: Event) -> Entry:
    """Make the entry that follows the one with the given hash.

    Args:
        prev_hash: the hash of the entry before, or :data:`START`.
        seq: its number, one more than the number before.
        at: when, in UTC.
        by: who records it.
        event: what happened.

    Raises:
        TrailError: something in it cannot be written down exactly, or is too long.
    """
    body = write_body(seq, at, by, event)
    return Entry(seq, at, by, event.kind, event, digest(prev_hash, body), body)


@final
class Trail(Sequence[Entry]):
    """An immutable sequence of entries.

    Trails of one deal share their entries: taking a longer one is quick, and the shorter ones stay
    as they are. A trail need not be sound; :meth:`verify` says whether it is.

    Args:
        entries: the entries, in order.
    """

    # Each entry makes a new trail. To copy the list each time would take time by the square of a
    # deal's length, so that the trails of a deal share one.
    __slots__ = ("_shelf", "_size")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        # The shelf only ever grows at its end, and this trail looks at its first _size places.
        self._shelf = list(entries)
        self._size = len(self._shelf)

    def extended(self, entries: Iterable[Entry]) -> Trail:
        """The longer trail with these entries behind its own; this one stays as it is.

        Raises:
            TrailError: the numbers do not go on from the last one, or there are too many entries.
        """
        new = tuple(entries)
        size = self._size
        for seq, entry in enumerate(new, size + 1):
            if entry.seq != seq:
                raise TrailError(f"entry {entry.seq} cannot follow entry {seq - 1}")
        if size + len(new) > MOST_ENTRIES:
            raise TrailError(f"a trail has at most {MOST_ENTRIES} entries")
        shelf = self._shelf
        if len(shelf) == size:
            shelf.extend(new)
        # Somebody else may have gone on from here with entries of his own, even just now from
        # another thread. Then the places are taken, and this branch gets a shelf of its own.
        if tuple(shelf[size : size + len(new)]) != new:
            return Trail((*self, *new))
        return self._view(shelf, size + len(new))

    @classmethod
    def _view(cls, shelf: list[Entry], size: int) -> Trail:
        view = cls.__new__(cls)
        view._shelf, view._size = shelf, size  # noqa: SLF001
        return view

    @property
    def head(self) -> str:
        """The hash of the last entry; :data:`START` for an empty trail."""
        return self._shelf[self._size - 1].hash if self._size else START

    def verify(self, head: str | None = None, *, schema: Schema = SCHEMA) -> None:
        """Check everything that the trail says of itself.

        Args:
            head: the hash of the last entry as known from elsewhere. Without it a cut tail cannot
                be noticed.
            schema: the formats that entries may have.

        Raises:
            TamperedTrail: the first bad entry, and what is wrong with it: its number, its hash,
                its body (not canonical, or saying something else than the entry), time running
                backwards, ``opened`` not first or not only there; or the head differs.
        """
        prev = START
        last: datetime | None = None
        for seq, entry in enumerate(self, 1):
            # First the chain, then what the entry says: an Entry can be put together by hand, and
            # its hash says nothing of fields that its body does not bear out. Its place comes last.
            problem = (
                _broken(prev, seq, entry) or _misread(entry, schema) or misplaced(seq, last, entry)
            )
            if problem:
                raise TamperedTrail(seq, problem)
            prev, last = entry.hash, entry.at
        if head is not None:
            self.expect_head(head)

    def expect_head(self, head: str) -> None:
        """Compare the hash of the last entry with the one known from elsewhere.

        Raises:
            TamperedTrail: they differ.
        """
        if self.head != head:
            raise TamperedTrail(
                self._size + 1,
                f"the tail is cut or other: the trail ends with {self.head}, not with {head}",
            )

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Entry]:
        return islice(self._shelf, self._size)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        places = range(self._size)[index]
        if isinstance(places, int):
            return self._shelf[places]
        return tuple([self._shelf[place] for place in places])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trail):
            return NotImplemented
        if self._size != other._size or self.head != other.head:
            return False
        # Equal heads would do for sound trails; a trail need not be one.
        return self._shelf is other._shelf or all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash((self._size, self.head))

    def __repr__(self) -> str:
        return f"<Trail of {self._size} entries, head {self.head[:12]}>"

    def __reduce__(self) -> tuple[object, ...]:
        # Without this a copy would take along what others put on the shelf later.
        return (Trail, (self[:],))


def misplaced(seq: int, last: datetime | None, entry: Entry) -> str | None:
    """What is wrong with an entry's place in the trail, if anything.

    Args:
        seq: its place, 1 for the first.
        last: the instant of the entry before, if there is one.
        entry: the entry.
    """
    if entry.seq != seq:
        return f"it has the number {entry.seq}"
    if isinstance(entry.event, Opened) is not (seq == 1):
        return "the first entry is not 'opened'" if seq == 1 else "the deal is opened again"
    if last is not None and entry.at < last:
        return "time runs backwards"
    return None


def _broken(prev: str, seq: int, entry: Entry) -> str | None:
    # Otherwise entries that were swapped would only be said to have a wrong hash.
    if entry.seq != seq:
        return f"it has the number {entry.seq}"
    try:
        if digest(prev, entry.body) == entry.hash:
            return None
    except UnicodeEncodeError:
        return "a text has a lone surrogate, which UTF-8 cannot hold"
    return WRONG_HASH


def _misread(entry: Entry, schema: Schema) -> str | None:
    event = entry.event
    if entry.kind != event.kind:
        return f"its kind is {event.kind}, not {entry.kind}"
    try:
        # Written anew and compared, a body cannot be in another form, lack anything, or hold
        # anything more.
        if write_body(entry.seq, entry.at, entry.by, event) == entry.body:
            return None
        # Not what would be written today. It is sound only if it is of an older format.
        parsed = json.loads(entry.body)
        if canonical(parsed) != entry.body:
            return "the body is not canonical JSON"
        if schema.read(parsed) == (entry.seq, entry.at, entry.by, event):
            return None
    except (ValueError, RecursionError) as error:
        return f"the body cannot be read: {error}"
    return "the body says something else than the entry"
