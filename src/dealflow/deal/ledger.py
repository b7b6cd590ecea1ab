"""The one door through which a deal changes: its state, its trail, and nothing in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dealflow.deal.intake import Checks
from dealflow.evidence import Contact, Interaction, Statement
from dealflow.exceptions import EvidenceError, TrailError
from dealflow.playbook import Playbook
from dealflow.state import DealState, Waiver, fold
from dealflow.trail import Entry, Trail, chain, events
from dealflow.values import Money, utc

__all__ = ["Ledger"]


class Ledger:
    """A deal's state beside the trail whose fold it is."""

    __slots__ = ("_state", "_trail")

    def __init__(self, state: DealState, trail: Trail) -> None:
        self._state = state
        self._trail = trail

    @property
    def playbook(self) -> Playbook:
        """The rules under which the deal is."""
        return self._state.playbook

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
    def withdrawn(self) -> Mapping[int, str]:
        """The reasons of the withdrawals by statement."""
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

    def _begin(self, by: str, at: datetime) -> Checks:
        """Check what every verb takes; the verb adds what it finds, and raises it all at once."""
        checks = Checks()
        checks.text(by, "by", empty=False)
        try:
            checks.at = self._instant(at)
        except EvidenceError as error:
            checks.errors.append(error)
        return checks

    def _instant(self, at: datetime) -> datetime:
        at = utc(at, "at")
        if len(self._trail) and at < self._trail[-1].at:
            last = self._trail[-1]
            raise EvidenceError(
                f"at {at.isoformat()} is before the last entry, {last.at.isoformat()}"
            )
        return at

    def _commit(self, by: str, at: datetime, event: events.Event) -> Entry:
        trail = self._trail
        try:
            # First what can fail without a trace: a value that cannot be written down exactly never
            # gets as far as the state.
            entry = chain(trail.head, len(trail) + 1, at, by, event)
        except TrailError as error:
            raise EvidenceError(f"this cannot be put on record: {error}") from None
        try:
            self._state.apply(entry.seq, at, by, event)
            self._trail = trail.extended([entry])
        # KeyboardInterrupt included: a state that has gone on without its trail would put the next
        # entry on ground that nobody can replay.
        except BaseException:
            self._trail = trail
            self._state = fold(self.playbook, trail) if len(trail) else DealState(self.playbook)
            raise
        return entry
