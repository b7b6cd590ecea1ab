"""Watches deals while a test runs: what was judged, what passed, and which refusals went unseen.

While at least one watch is on, some verbs of ``Deal`` are wrapped.
What is stored meanwhile is little: the trail, the instant and the target. Everything else is worked
out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from attrs import define, field, frozen

from dealflow.analysis import Observation
from dealflow.assessment import Assessment, Refused
from dealflow.deal import Deal
from dealflow.exceptions import MoveNotAllowed
from dealflow.playbook import Playbook
from dealflow.trail import Entry, Opened, SteppedBack, Trail
from dealflow.values import utc

__all__ = ["Refusal", "Watch", "looked_at", "put_in_place", "swapping", "unwatched", "watching"]

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


class _Noticing(Refused):
    """A refusal that notices when somebody looks at it.

    It goes by the name of its parent: who reads a traceback need not know that it was watched.
    """

    def __init__(self, deal: Deal, refused: Refused) -> None:
        self.refusal = Refusal(deal, deal.trail, refused.assessment, refused.entry)
        # the same error once more: only its own class can notice that it is looked at
        super().__init__(refused.assessment, refused.entry)
        self.refusal.seen = False  # making it read its own findings

    def __getattribute__(self, name: str) -> Any:
        if name in _LOOKS:
            super().__getattribute__("refusal").seen = True
        return super().__getattribute__(name)

    def __str__(self) -> str:
        self.refusal.seen = True
        return super().__str__()

    def __reduce__(self) -> tuple[object, ...]:
        return (Refused, (self.assessment, self.entry))


_LOOKS: Final = frozenset({"findings", "assessment", "entry", "args"})
# so that ``Refused`` stands in every traceback and ``pytest.raises`` shows nothing strange
for _name in ("__name__", "__qualname__", "__module__"):
    setattr(_Noticing, _name, getattr(Refused, _name))


@frozen
class _Note:
    """What is stored of one observation."""

    playbook: Playbook
    trail: Trail
    at: datetime
    to: str | None
    kind: _Kind


@define(eq=False)
class Watch:
    """What :func:`watching` has noted.

    Attributes:
        swap: by the fingerprint of a playbook, the one under which deals are opened instead.
        refusals: the refused moves, in the order in which they were tried.
        verbs: which of ``waive`` and ``answer_trial_close`` were tried; and ``gap``, when an answer
            led back to where the gap is.
    """

    swap: Mapping[str, Playbook] = MappingProxyType({})
    refusals: list[Refusal] = field(factory=list[Refusal])
    verbs: set[str] = field(factory=set[str])
    _notes: list[_Note] = field(factory=list)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Every assessment, pass and refusal, in order."""
        return tuple(
            Observation(note.playbook, tuple(note.trail), note.at, note.to, note.kind)
            for note in self._notes
        )

    @property
    def unseen(self) -> tuple[Refusal, ...]:
        """The refusals that nobody looked at."""
        return tuple(refusal for refusal in self.refusals if not refusal.seen)

    def note(self, deal: Deal, trail: Trail, at: datetime, to: str | None, kind: _Kind) -> None:
        """Note that a deal was judged when it had this trail."""
        self._notes.append(_Note(deal.playbook, trail, at, to, kind))


# the verbs are wrapped on the class, since tests make deals in ways of their own and not only by
# fixtures. That is done while somebody watches and undone after: a program that only has this
# package installed runs the plain methods
_watches: list[Watch] = []
_paused: list[bool] = []


@contextmanager
def watching(swap: Mapping[str, Playbook] = MappingProxyType({})) -> Generator[Watch]:
    """Note what happens to every deal, for the time of a ``with`` block.

    A refusal counts as seen once somebody reads its ``findings``, ``assessment``, ``entry`` or
    text, or one of the assertions of this package looks at its deal. Watches may be nested, and
    each notes everything.

    Args:
        swap: by the fingerprint of a playbook, the one under which deals are opened in its stead.
    """
    watch = Watch(swap)
    _watches.append(watch)
    if len(_watches) == 1:
        _wrap()
    try:
        yield watch
    finally:
        _watches.remove(watch)
        if not _watches:
            _unwrap()


@contextmanager
def unwatched(*, swapped: bool = True) -> Generator[None]:
    """For the time of a ``with`` block nothing is noted.

    Args:
        swapped: whether playbooks that stand in for others do so all the same.
    """
    _paused.append(swapped)
    try:
        yield
    finally:
        _paused.pop()


def put_in_place(playbook: Playbook) -> Playbook:
    """The playbook that stands in for another now; itself, when none does."""
    # the innermost watch wins: a run of pytest inside of another has its own playbook
    for watch in reversed(_watches if all(_paused) else ()):
        if watch.swap and (other := watch.swap.get(playbook.fingerprint)) is not None:
            return other
    return playbook


def swapping() -> bool:
    """Whether some playbook stands in for another now, so that nobody reads what fails."""
    return any(watch.swap for watch in _watches)


def looked_at(deal: Deal) -> None:
    """Count the refusals of a deal as seen."""
    for watch in _watches:
        for refusal in watch.refusals:
            if refusal.deal is deal:
                refusal.seen = True


def _on() -> list[Watch]:
    return [] if _paused else _watches


def _opening(original: Any) -> object:
    @wraps(original.__func__)
    def open(cls: type[Deal], /, playbook: Playbook, **rest: Any) -> Deal:
        opened: Deal = original.__get__(None, cls)(put_in_place(playbook), **rest)
        return opened

    return classmethod(open)


def _replaying(original: Any) -> object:
    @wraps(original.__func__)
    def replay(cls: type[Deal], /, playbook: Playbook, trail: Trail) -> Deal:
        other = put_in_place(playbook)
        first = trail[0].event if len(trail) else None
        # a trail of the mutant is replayed under the mutant; one that was recorded under the
        # original, such as a file's, stays under what it names
        ours = isinstance(first, Opened) and first.fingerprint == other.fingerprint
        replayed: Deal = original.__get__(None, cls)(other if ours else playbook, trail)
        return replayed

    return classmethod(replay)


def _assessing(original: Callable[..., Assessment]) -> object:
    @wraps(original)
    def assess(self: Deal, *, at: datetime, to: str | None = None) -> Assessment:
        assessment = original(self, at=at, to=to)
        for watch in _on():
            watch.note(self, self.trail, assessment.at, to, "assessed")
        return assessment

    return assess


def _advancing(original: Callable[..., Entry]) -> object:
    @wraps(original)
    def advance(self: Deal, *, by: str, at: datetime, to: str | None = None) -> Entry:
        # before the move: it is what the attempt was judged on, and a refused one leaves an entry
        trail = self.trail
        try:
            entry = original(self, by=by, at=at, to=to)
        except Refused as refused:
            # one that notices already comes from a wrapper inside of this one
            if not (watches := _on()) or isinstance(refused, _Noticing):
                raise
            noticing = _Noticing(self, refused)
            for watch in watches:
                watch.note(self, trail, utc(at), to, "refused")
                watch.refusals.append(noticing.refusal)
            raise noticing.with_traceback(refused.__traceback__) from None
        except MoveNotAllowed:
            if self.outcome is None:  # there is no such move, which under other rules there may be
                for watch in _on():
                    watch.note(self, trail, utc(at), to, "assessed")
            raise
        for watch in _on():
            watch.note(self, trail, utc(at), to, "passed")
        return entry

    return advance


# neither a waiver nor an answer to the trial close shows when moves are judged once more, so it is
# noted who tried them
def _telling(original: Callable[..., Entry]) -> object:
    @wraps(original)
    def verb(self: Deal, *args: Any, **rest: Any) -> Entry:
        for watch in _on():
            watch.verbs.add(original.__name__)
        entry = original(self, *args, **rest)
        if isinstance(entry.event, SteppedBack):
            for watch in _on():
                watch.verbs.add("gap")
        return entry

    return verb


_WRAPPERS: Final[Mapping[str, Callable[[Any], object]]] = MappingProxyType(
    {
        "open": _opening,
        "replay": _replaying,
        "assess": _assessing,
        "advance": _advancing,
        "waive": _telling,
        "answer_trial_close": _telling,
    }
)
_wrapped: dict[str, tuple[object, object]] = {}


def _wrap() -> None:
    for name, wrapper in _WRAPPERS.items():
        if name not in _wrapped:
            original = vars(Deal)[name]
            _wrapped[name] = (original, wrapper(original))
            setattr(Deal, name, _wrapped[name][1])


def _unwrap() -> None:
    for name, (original, ours) in list(_wrapped.items()):
        # Somebody may have put a wrapper of his own around ours, for longer than we last. Then
        # both stay; ours has nobody to tell until the next watch.
        if vars(Deal)[name] is ours:
            setattr(Deal, name, original)
            del _wrapped[name]
