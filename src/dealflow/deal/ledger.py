"""The one door through which a deal changes: its state, its trail, and nothing in between."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, wraps
from threading import get_ident
from typing import Any, Final, NamedTuple, Self, TypeVar, cast

from dealflow.assessment import Judgement, Look, Refused
from dealflow.conditions import Outcome
from dealflow.deal.intake import Notes
from dealflow.evidence import Card, Contact, Interaction, Statement
from dealflow.exceptions import (
    DealBusy,
    EvidenceError,
    MoveNotAllowed,
    Problem,
    TrailError,
    raise_for,
)
from dealflow.message import message
from dealflow.playbook import Playbook, load_playbook, shipped_playbooks
from dealflow.state import DealState, Snapshot, Waiver, apply, fold
from dealflow.trail import Entry, Trail, dumps, events, link, loads
from dealflow.values import Money

__all__ = ["Clock", "Foreseen", "Ledger", "in_turn"]

Clock = Callable[[], datetime]
"""Tells the time, as an aware datetime."""

LEEWAY: Final = timedelta(minutes=5)
"""By how much clocks may differ: so far ahead of a deal's clock, and so far behind its last entry,
an instant is taken."""

_HOLDER: Final = "holder"

_OF_MOVES: Final = frozenset({"no_such_move", "deal_closed", "deal_open", "nothing_new"})

_Verb = TypeVar("_Verb", bound=Callable[..., Any])


def in_turn(verb: _Verb) -> _Verb:
    """Let a verb of a deal run by itself, whole or not at all.

    A second thread gets :class:`~dealflow.DealBusy`. Of a verb that fails nothing is left; of one
    that is refused the refusal.
    """

    @wraps(verb)
    def run(self: Any, /, *args: Any, **rest: Any) -> Any:
        me = get_ident()
        try:
            # Taken in one step, and by a thread whose last turn was cut short once more.
            if self._turn.setdefault(_HOLDER, me) != me:
                raise DealBusy(self._kept.id)
            trail = self._trail
            try:
                return verb(self, *args, **rest)
            except Refused:
                raise
            # KeyboardInterrupt included: a state that has gone on without its trail would put the
            # next entry on ground that nobody can replay.
            except BaseException:
                self._torn = self._torn or self._trail is not trail
                self._trail = trail
                raise
        finally:
            # Without a call, in which somebody could interrupt.
            if _HOLDER in self._turn and self._turn[_HOLDER] == me:
                self._turn = {}

    return cast("_Verb", run)


class Foreseen(NamedTuple):
    """A judgement, kept for the move that is tried after a look.

    Attributes:
        trail: the trail of the deal that was judged.
        to: the step that was asked for.
        since: when it was judged.
        until: the last instant at which it stands; ``None`` when time alone changes nothing.
        judgement: what it was.
        records: what it puts on record.
    """

    trail: Trail
    to: str | None
    since: datetime
    until: datetime | None
    judgement: Judgement
    records: events.Guards


class Ledger:
    """A deal's state beside the trail whose fold it is."""

    __slots__ = ("_clock", "_foreseen", "_kept", "_torn", "_trail", "_turn", "_written")

    def __init__(self, state: DealState, trail: Trail, clock: Clock | None = None) -> None:
        self._kept = state
        self._trail = trail
        self._clock = clock
        self._turn: dict[str, int] = {}
        self._written: dict[str, tuple[Outcome, tuple[bool, int | None], events.GuardRecord]] = {}
        self._foreseen: Foreseen | None = None
        self._torn = False

    @property
    def _state(self) -> DealState:
        # What a verb has left half done is made anew, when the next one asks; so that nothing can
        # go wrong while the verb itself is on its way out.
        if not self._torn:
            return self._kept
        made = _state_of(self.playbook, self._trail)
        # Whoever only looks, perhaps while another thread is at a verb, leaves the deal alone.
        if self._turn.get(_HOLDER) == get_ident():
            self._kept = made
            self._torn = False
        return made

    @property
    def playbook(self) -> Playbook:
        """The rules under which the deal is."""
        return self._kept.playbook

    @property
    def id(self) -> str:
        """The deal's id."""
        return self._state.id

    @property
    def account(self) -> str:
        """The customer."""
        return self._state.account

    @property
    def title(self) -> str:
        """What the deal is about."""
        return self._state.title

    @property
    def amount(self) -> Money | None:
        """The price, when there is one."""
        return self._state.amount

    @property
    def card(self) -> Card:
        """Our own record of the deal: who owns it, where it came from, what it is to bring."""
        return self._state.card

    @property
    def step(self) -> str:
        """The id of the present step; for a closed deal, of the last one."""
        return self._state.step

    @property
    def outcome(self) -> str | None:
        """``fulfilled``, ``walked_away``, ``lost``, or ``None`` while the deal is open."""
        return self._state.outcome

    @property
    def contacts(self) -> Mapping[str, Contact]:
        """The contacts by id."""
        return dict(self._state.contacts)

    @property
    def merged(self) -> Mapping[str, str]:
        """By the id of a contact who was found to be one person with another, that other's id."""
        return dict(self._state.people.merged)

    @property
    def interactions(self) -> Mapping[str, Interaction]:
        """The calls, meetings, mails and visits by id."""
        return dict(self._state.interactions)

    @property
    def waivers(self) -> Mapping[str, Waiver]:
        """The latest waiver of each waived guard; some may be over."""
        return dict(self._state.waivers)

    @property
    def since(self) -> datetime:
        """When the present step was entered, in UTC."""
        return self._state.since or self._trail[0].at

    @property
    def statements(self) -> Mapping[int, Statement]:
        """The statements by the sequence number of their entry; withdrawn ones included."""
        return self._state.evidence.statements

    @property
    def confirmations(self) -> Mapping[int, tuple[Statement, ...]]:
        """What was confirmed in one go, by the sequence number of the entry; withdrawn included."""
        return self._state.evidence.confirmed

    @property
    def standing(self) -> Iterator[Statement]:
        """Every statement that nobody has withdrawn, also of confirmations, as recorded."""
        return self._state.evidence.standing

    def made_by(self, number: int) -> tuple[Statement, ...]:
        """The statements that an entry made: one, of a confirmation several, of others none."""
        return self._state.evidence.made_by(number)

    @property
    def withdrawn(self) -> Mapping[int, str]:
        """The reasons of the withdrawals by statement, or confirmation."""
        return self._state.evidence.withdrawn

    @property
    def version(self) -> int:
        """The sequence number of the last entry."""
        return len(self._trail)

    @property
    def trail(self) -> Trail:
        """Every entry so far; it does not change when the deal goes on."""
        return self._trail

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return self.playbook == other.playbook and self._trail == other._trail

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

    def __repr__(self) -> str:
        where = self.outcome or self.step
        kind = type(self).__name__
        return f"<{kind} {self.id} ({self.account}): {where}, version {self.version}>"

    def __copy__(self) -> Self:
        # A state is changed in place: shared, what happens to one deal would happen to the other.
        trail = self._trail
        return type(self)(_state_of(self.playbook, trail), trail, self._clock)

    def __deepcopy__(self, memo: object) -> Self:
        return copy.copy(self)

    def __reduce__(self) -> tuple[object, ...]:
        # The trail is checked again on the way in, and much shorter as text; a shipped playbook is
        # there too. The clock stays here.
        book = self.playbook
        shipped = book.id in shipped_playbooks() and load_playbook(book.id) == book
        return (_load, (type(self), book.id if shipped else book, dumps(self._trail)))

    def _looking_back(self, at: datetime) -> Look:
        """Give the deal as it is now to whoever asks later; as long as it is unchanged, itself."""
        playbook, trail = self.playbook, self._trail

        @cache
        def as_it_was() -> Snapshot:
            return Snapshot(_state_of(playbook, trail), at)

        def look(what: Callable[[Snapshot], Any]) -> Any:
            me, free = get_ident(), not self._turn
            try:
                if self._turn.setdefault(_HOLDER, me) == me and self._trail is trail:
                    return what(Snapshot(self._state, at))
            finally:
                if free and _HOLDER in self._turn and self._turn[_HOLDER] == me:
                    self._turn = {}
            return what(as_it_was())

        return look

    def _begin(self, at: datetime, *, corrects: bool = False) -> Notes:
        """Take the time at which a verb acts; the deal's clock, if it has one, is asked."""
        notes = Notes(at)
        if self._clock is not None and notes.at is not None:
            now, last = self._clock(), self._state.timeline.last
            if notes.at > now + LEEWAY:
                told = message(
                    "at {at} is ahead of the clock, {now}",
                    at=notes.at.isoformat(),
                    now=now.isoformat(),
                )
                notes.problems.note("at", told, "ahead_of_clock", at=notes.at, now=now)
            elif not corrects and notes.at < last <= notes.at + LEEWAY:
                notes.at = last
        return notes

    def _foreseen_at(self, at: datetime, to: str | None) -> Foreseen | None:
        """What an earlier look foresaw of the move, if the same would be judged now."""
        kept = self._foreseen
        if (
            kept is not None
            and kept.trail is self._trail
            and kept.to == to
            and kept.since <= at
            and (kept.until is None or at <= kept.until)
        ):
            return kept
        return None

    def _record(self, by: str, notes: Notes, event: events.Event) -> Entry:
        """Put an event on record, when nothing keeps it from being the next one."""
        self._raise_for(notes.settle(self._state, by, event))
        return self._commit(by, notes.when(), event)

    def _raise_for(self, problems: Sequence[Problem]) -> None:
        """Raise what was found: that the deal has no such move, or everything that is wrong."""
        if problems and all(problem.code in _OF_MOVES for problem in problems):
            raise self._no_move(problems[0])
        raise_for(problems)

    def _no_move(
        self, problem: Problem, others: Sequence[Problem] = ()
    ) -> MoveNotAllowed | EvidenceError:
        """The error that there is no such move, or of everything that is wrong beside."""
        if others:
            return EvidenceError([*others, problem])
        plans = self.playbook.plans[self.step] if self.outcome is None else ()
        allowed = tuple(plan.move.to for plan in plans)
        return MoveNotAllowed(problem.message, step=self.step, allowed=allowed, code=problem.code)

    def _commit(self, by: str, at: datetime, event: events.Event) -> Entry:
        trail = self._trail
        try:
            # First what can fail without a trace: a value that cannot be written down exactly never
            # gets as far as the state.
            entry = link(trail.head, len(trail) + 1, at, by, event)
        except TrailError as error:
            raise EvidenceError(
                message("this cannot be put on record: {error}", error=error)
            ) from None
        state = self._state
        self._torn = True
        apply(state, entry.seq, at, by, event)
        self._trail = trail.extended([entry])
        self._torn = False
        return entry


def _state_of(playbook: Playbook, trail: Trail) -> DealState:
    return fold(playbook, trail) if len(trail) else DealState(playbook)


def _load(kind: type[Ledger], book: Playbook | str, text: str) -> Ledger:
    playbook = load_playbook(book) if isinstance(book, str) else book
    trail = loads(text)
    return kind(_state_of(playbook, trail), trail)
