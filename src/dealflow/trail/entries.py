"""The trail: everything that happened to a deal, in order, each entry chained to the one before.

An entry's hash covers its own bytes and the hash before it: whatever is changed, dropped, swapped
or put in between breaks the chain there. Only a cut tail leaves a whole chain; it shows when the
last hash (the *head*) is known from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from operator import eq
from typing import Final, final, overload

from attrs import field, frozen

from dealflow.exceptions import TamperedTrail, TrailError
from dealflow.message import joined, message
from dealflow.record import Record
from dealflow.trail.body import SCHEMA, Schema, digest, read_body, write_body
from dealflow.trail.checks import form_problems
from dealflow.trail.events import Event
from dealflow.trail.timeline import Timeline

__all__ = [
    "MOST_ENTRIES",
    "START",
    "WRONG_HASH",
    "Entry",
    "Trail",
    "chain",
    "checked",
    "link",
    "misplaced",
]

START: Final = "0" * 64
"""The hash before the first entry, and the head of an empty trail."""

MOST_ENTRIES: Final = 100_000
"""The most entries that a trail may have."""

WRONG_HASH: Final = message("the hash does not fit: this entry was changed, or the one before it")


@frozen(repr=False, slots=False)
class Entry(Record):
    """One line of the trail.

    Attributes:
        seq: its number, 1 for the first.
        at: when it was recorded, in UTC.
        by: who of us recorded it.
        kind: the kind of its event.
        event: what happened.
        hash: the SHA-256 of the hash before it and its body.
        body: the canonical JSON that was hashed.
        sound: whether its form has been checked, as it is of those that are read or chained.
    """

    seq: int
    at: datetime
    by: str
    kind: str
    event: Event
    hash: str
    body: str = field(repr=False)
    # Not to be given: whoever changes a copy of an entry gets one that nobody has checked.
    sound: bool = field(default=False, init=False, eq=False, repr=False)


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
    entry = link(prev_hash, seq, at, by, event)
    if problems := form_problems(at, by, event):
        told = (problem.message for problem in problems)
        raise TrailError(joined("{first}; {rest}", told), problems=problems)
    return entry


def link(prev_hash: str, seq: int, at: datetime, by: str, event: Event) -> Entry:
    """Make the entry as :func:`chain` does, of an event whose form has been checked."""
    body = write_body(seq, at, by, event)
    return checked(Entry(seq, at, by, event.KIND, event, digest(prev_hash, body), body))


def checked(entry: Entry) -> Entry:
    """The entry, marked as one whose form has been checked."""
    object.__setattr__(entry, "sound", True)
    return entry


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
                raise TrailError(
                    message("entry {seq} cannot follow entry {last}", seq=entry.seq, last=seq - 1)
                )
        if size + len(new) > MOST_ENTRIES:
            raise TrailError(message("a trail has at most {most} entries", most=MOST_ENTRIES))
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

        Not checked is what needs the playbook: whether the entries make sense one after the other
        (:meth:`Deal.replay <dealflow.Deal.replay>`), and whether moves were judged rightly
        (:func:`dealflow.analysis.audit`).

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
        timeline = Timeline()
        for seq, entry in enumerate(self, 1):
            # First the chain, then what the entry says: an Entry can be put together by hand, and
            # its hash says nothing of fields that its body does not bear out. Its place comes last.
            problem = (
                _broken(prev, seq, entry) or _misread(entry, schema) or misplaced(timeline, entry)
            )
            if problem:
                raise TamperedTrail(seq, problem)
            timeline.add(entry.at, entry.event)
            prev = entry.hash
        if head is not None:
            self.expect_head(head)

    def expect_head(self, head: str) -> None:
        """Compare the hash of the last entry with the one known from elsewhere.

        Raises:
            TamperedTrail: they differ.
        """
        if self.head == head:
            return
        if head == START or any(entry.hash == head for entry in self):
            raise TamperedTrail(
                self._size,
                message(
                    "the trail has grown since: it goes on behind {head}, up to {last}",
                    head=head,
                    last=self.head,
                ),
                "trail_has_grown",
            )
        raise TamperedTrail(
            self._size + 1,
            message(
                "the tail is cut or other: the trail ends with {last}, not with {head}",
                last=self.head,
                head=head,
            ),
            "cut_trail",
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


def misplaced(timeline: Timeline, entry: Entry) -> str | None:
    """What is wrong with the place of an entry behind those of a timeline, if anything."""
    seq = len(timeline) + 1
    if entry.seq != seq:
        return message("it has the number {seq}", seq=entry.seq)
    problems = timeline.problems(entry.at, entry.event)
    return problems[0].message if problems else None


def _broken(prev: str, seq: int, entry: Entry) -> str | None:
    # Otherwise entries that were swapped would only be said to have a wrong hash.
    if entry.seq != seq:
        return message("it has the number {seq}", seq=entry.seq)
    try:
        if digest(prev, entry.body) == entry.hash:
            return None
    except UnicodeEncodeError:
        return message("a text has a lone surrogate, which UTF-8 cannot hold")
    return WRONG_HASH


def _misread(entry: Entry, schema: Schema) -> str | None:
    if entry.kind != entry.event.KIND:
        return message("its kind is {kind}, not {given}", kind=entry.event.KIND, given=entry.kind)
    try:
        if read_body(entry.body, schema) == (entry.seq, entry.at, entry.by, entry.event):
            return None
    except TrailError as error:
        return message("the body cannot be read: {error}", error=error)
    return message("the body says something else than the entry")
