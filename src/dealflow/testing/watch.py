"""Watches deals while a test runs: what was judged, what passed, and which refusals went unseen.

What is stored meanwhile is little: the trail, the instant and the target. Everything else is worked
out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, cast

from attrs import define, field, frozen

from dealflow.analysis import Observation
from dealflow.assessment import Assessment, Refused
from dealflow.deal import Act, Deal, Observer, current_observers, observing, observing_only
from dealflow.exceptions import MoveNotAllowed
from dealflow.playbook import FULFILLED, Playbook, StandIn
from dealflow.trail import Entry, Moved, SteppedBack, Trail
from dealflow.values import Verdict, utc

__all__ = ["Refusal", "Watch", "looked_at", "swapping", "unwatched", "watching"]

_Kind: TypeAlias = Literal["assessed", "passed", "refused"]


@define(eq=False)
class Refusal:
    """A move that was refused while somebody watched.

    Attributes:
        deal: the deal; it may have gone on since.
        trail: its trail up to the refused attempt, which is the last entry.
        assessment: the assessment at the time of the attempt.
        entry: the entry of the attempt.
        seen: whether anybody has looked at it since.
    """

    deal: Deal
    trail: Trail
    assessment: Assessment = field(repr=False)
    entry: Entry = field(repr=False)
    seen: bool = False

    def look(self) -> None:
        """Count it as seen."""
        self.seen = True


@frozen
class _Note:
    """What is stored of one observation: the trail, and how much of it there was before."""

    playbook: Playbook
    trail: Trail
    length: int
    at: datetime
    to: str | None
    kind: _Kind


@define(eq=False)
class _Swap(Observer):
    """Puts playbooks in place of others.

    Attributes:
        swap: by the fingerprint of a playbook, what stands in for it when deals are opened.
    """

    swap: Mapping[str, StandIn] = MappingProxyType({})

    def playbook_for(self, playbook: Playbook, trail: Trail | None) -> Playbook:
        """The playbook that stands in for another, also where one of its trails is replayed."""
        del trail
        return self.swap.get(playbook.fingerprint, playbook)


@define(eq=False)
class Watch(_Swap):
    """What :func:`watching` has noted.

    Attributes:
        swap: by the fingerprint of a playbook, what stands in for it when deals are opened.
        refusals: the refused moves, in the order in which they were tried.
        verbs: which of ``waive`` and ``answer_trial_close`` were tried; and ``gap``, when an answer
            led back to where the gap is.
    """

    refusals: list[Refusal] = field(factory=list[Refusal])
    verbs: set[str] = field(factory=set[str])
    _notes: list[_Note] = field(factory=list)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Every assessment, pass and refusal, in order."""
        return tuple(
            Observation(
                note.playbook, tuple(note.trail[: note.length]), note.at, note.to, note.kind
            )
            for note in self._notes
        )

    @property
    def unseen(self) -> tuple[Refusal, ...]:
        """The refusals that nobody looked at."""
        return tuple(refusal for refusal in self.refusals if not refusal.seen)

    def restart(self, swap: Mapping[str, StandIn]) -> None:
        """Forget everything, and watch anew."""
        self.swap, self.refusals, self.verbs, self._notes = swap, [], set(), []

    def judged(self, act: Act, assessment: Assessment) -> None:
        """Note an assessment."""
        self._note(act, len(act.before), assessment.at, "assessed")

    def weighed(self, act: Act, verdict: Verdict) -> None:
        """Note that a verdict was asked for."""
        del verdict
        self._note(act, len(act.before), utc(act.arguments["at"]), "assessed")

    def recorded(self, act: Act) -> None:
        """Note the moves that passed."""
        self._tried(act)
        for entry in act.entries:
            if isinstance(entry.event, Moved):
                self._note(act, entry.seq - 1, entry.at, "passed")
            elif isinstance(entry.event, SteppedBack) and act.verb in _TOLD_BY_NAME:
                self.verbs.add("gap")

    def refused(self, act: Act, refused: Refused) -> Callable[[], object]:
        """Note a refusal, and when somebody looks at it."""
        entry = refused.entry
        self._note(act, entry.seq - 1, entry.at, "refused")
        # every ledger that acts is a deal
        refusal = Refusal(cast("Deal", act.deal), act.after, refused.assessment, entry)
        self.refusals.append(refusal)
        return refusal.look

    def failed(self, act: Act, error: BaseException) -> None:
        """Note a move that is not there, which under other rules there may be."""
        self._tried(act)
        if act.verb in _MOVES and isinstance(error, MoveNotAllowed) and act.deal.outcome is None:
            self._note(act, len(act.before), utc(act.arguments["at"]), "assessed")

    # neither a waiver nor an answer to the trial close shows when moves are judged once more, so it
    # is noted who tried them
    def _tried(self, act: Act) -> None:
        if act.verb in _TOLD_BY_NAME:
            self.verbs.add(act.verb)

    def _note(self, act: Act, length: int, at: datetime, kind: _Kind) -> None:
        asked = cast("str | None", act.arguments.get("to"))
        to = FULFILLED if act.verb == "fulfil" else asked
        self._notes.append(_Note(act.deal.playbook, act.after, length, at, to, kind))


_MOVES = frozenset({"advance", "fulfil"})
_TOLD_BY_NAME = frozenset({"waive", "answer_trial_close", "return_to_gap"})


@contextmanager
def watching(swap: Mapping[str, StandIn] = MappingProxyType({})) -> Generator[Watch]:
    """Note what happens to every deal, for the time of a ``with`` block.

    A refusal counts as seen once somebody reads its ``findings``, ``assessment``, ``entry`` or
    text, or one of the assertions of this package looks at its deal. Watches may be nested, and
    each notes everything. A thread that is started inside the block is watched when it runs in a
    copy of the block's context: ``Thread(target=contextvars.copy_context().run, args=(work,))``.

    Args:
        swap: by the fingerprint of a playbook, what stands in for it when deals are opened.
    """
    watch = Watch(swap)
    with observing(watch):
        yield watch


@contextmanager
def unwatched(*, swapped: bool = True) -> Generator[None]:
    """For the time of a ``with`` block nothing is noted.

    Args:
        swapped: whether playbooks that stand in for others do so all the same.
    """
    kept: list[Observer] = []
    for observer in current_observers():
        if not isinstance(observer, _Swap):
            kept.append(observer)
        elif observer.swap and swapped:
            kept.append(_Swap(observer.swap))
    with observing_only(*kept):
        yield


def swapping() -> bool:
    """Whether some playbook stands in for another now, so that nobody reads what fails."""
    return any(isinstance(observer, _Swap) and observer.swap for observer in current_observers())


def looked_at(deal: Deal) -> None:
    """Count the refusals of a deal as seen."""
    for observer in current_observers():
        if isinstance(observer, Watch):
            for refusal in observer.refusals:
                if refusal.deal is deal:
                    refusal.look()
