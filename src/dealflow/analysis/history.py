"""Recorded attempts and assessments, judged once more: under their own playbook or any other.

A trail says what happened, and not what it was judged to mean. Folded under another playbook, it
gives the world in which that playbook's guards can be looked at. Statements that the other playbook
could not take on record are left out, as if they had never been made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import evolve, frozen

from dealflow.analysis.solver import OWNER, Scene, opened, perform
from dealflow.assessment import Judgement, judge_step
from dealflow.playbook import Playbook
from dealflow.state import (
    DealState,
    Setback,
    Snapshot,
    apply,
    opened_under,
    place_after,
    sense_problems,
)
from dealflow.trail import START, Entry, events

__all__ = [
    "Observation",
    "Walks",
    "judge_again",
    "judge_all",
    "judge_at",
    "observations",
    "world_in",
    "world_of",
]


@frozen
class Observation:
    """One time at which a deal was judged.

    Attributes:
        playbook: the playbook under which it was judged.
        entries: the trail up to then, without the entry that the attempt itself made.
        at: the instant, in UTC.
        to: the step or outcome to which the move was judged; ``None`` for the first that is ready,
            or else the first.
        kind: whether the deal was only assessed, or a move was tried, and passed or was refused.
    """

    playbook: Playbook
    entries: tuple[Entry, ...]
    at: datetime
    to: str | None
    kind: Literal["assessed", "passed", "refused"]


_Look: TypeAlias = "tuple[datetime, str | None]"


@frozen
class _Stop:
    """A place in a trail at which it was looked at.

    Attributes:
        position: how many entries there were.
        looks: each instant and target, with the indexes of the observations that share them.
    """

    position: int
    looks: tuple[tuple[_Look, tuple[int, ...]], ...]


@frozen
class _Walk:
    entries: tuple[Entry, ...]
    stops: tuple[_Stop, ...]


@frozen
class Walks:
    """Observations in the order of their trails, so that each trail is folded once.

    Make it once where the same observations are judged under many playbooks.

    Attributes:
        observations: as they were given.
    """

    observations: tuple[Observation, ...]
    _walks: tuple[_Walk, ...]

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Walks:
        """Group observations by the trail that they have in common."""
        given = tuple(observations)
        # tests look at one deal again and again as it grows, and folding it anew each time would
        # cost the square of its length
        looks: dict[str, dict[_Look, list[int]]] = {}
        longest: dict[str, tuple[Entry, ...]] = {}
        for index, one in enumerate(given):
            # an entry's hash covers all entries before it, so equal hashes are equal trails
            head = one.entries[-1].hash if one.entries else START
            looks.setdefault(head, {}).setdefault((one.at, one.to), []).append(index)
            longest.setdefault(head, one.entries)
        walks = []
        # the longest first: trails that are its beginnings are stops on its way, and are taken out
        for _, entries in sorted(longest.items(), key=lambda item: -len(item[1])):
            stops = []
            for position, head in enumerate([START, *(entry.hash for entry in entries)]):
                if (found := looks.pop(head, None)) is not None:
                    here = tuple((look, tuple(indexes)) for look, indexes in found.items())
                    stops.append(_Stop(position, here))
            if stops:
                walks.append(_Walk(entries, tuple(stops)))
        return cls(given, tuple(walks))

    def snapshots(self, playbook: Playbook) -> Iterator[tuple[tuple[int, ...], Snapshot]]:
        """Fold each trail once, and stop wherever it was looked at.

        Yields:
            The indexes of observations with the same trail, instant and target, and the deal at
            that instant. The snapshot is to be used before the next one is asked for.
        """
        for walk in self._walks:
            fold = _Fold(playbook)
            done = 0
            for stop in walk.stops:
                fold.take(walk.entries[done : stop.position])
                done = stop.position
                for (at, _), indexes in stop.looks:
                    yield indexes, Snapshot(fold.state, at)


def world_of(playbook: Playbook, entries: Iterable[Entry], at: datetime) -> Snapshot:
    """The deal that entries make under a playbook, whichever they were recorded under.

    Left out is what the playbook could not take on record: statements of facts that it doesn't
    declare, or of values that its declaration doesn't allow, and their withdrawals; roles that it
    doesn't have; waivers of guards that it has not or doesn't let anybody waive; money that is not
    in its currency.
    """
    fold = _Fold(playbook)
    fold.take(entries)
    return Snapshot(fold.state, at)


def world_in(playbook: Playbook, scene: Scene, at: datetime) -> Snapshot:
    """The deal of a scene, made by the verbs.

    Raises:
        EvidenceError: something of the scene cannot be recorded.
    """
    deal = opened(playbook, scene, by=OWNER, at=at)
    perform(deal, scene, by=OWNER, at=at)
    return world_of(playbook, deal.trail, at)


def judge_again(playbook: Playbook, observation: Observation) -> Judgement | None:
    """Judge an observation under a playbook; ``None`` where it has no such step or move."""
    return judge_at(world_of(playbook, observation.entries, observation.at), observation.to)


def judge_all(
    playbook: Playbook, observations: Walks | Iterable[Observation]
) -> tuple[Judgement | None, ...]:
    """Judge many observations under a playbook, as :func:`judge_again` does, in one go.

    Each trail is folded once, however often it was looked at, and observations that are the same
    share one judgement.
    """
    walks = observations if isinstance(observations, Walks) else Walks.of(observations)
    found: list[Judgement | None] = [None] * len(walks.observations)
    for indexes, snapshot in walks.snapshots(playbook):
        judgement = judge_at(snapshot, walks.observations[indexes[0]].to)
        for index in indexes:
            found[index] = judgement
    return tuple(found)


def judge_at(snapshot: Snapshot, to: str | None) -> Judgement | None:
    """Judge a move from where a deal is; ``None`` where its playbook has no such step or move."""
    plans = snapshot.playbook.plans.get(snapshot.state.step, ())
    # ``judge_step`` raises where there is no such move; under another playbook that is no error
    if any(to is None or plan.move.to == to for plan in plans):
        return judge_step(snapshot, to)
    return None


def observations(playbook: Playbook, trail: Iterable[Entry]) -> Iterator[Observation]:
    """What a recorded trail shows: one observation for each attempt, passed or refused."""
    entries = tuple(trail)
    for position, entry in enumerate(entries):
        event = entry.event
        if isinstance(event, events.Moved | events.Refused):
            kind: Literal["passed", "refused"] = (
                "passed" if isinstance(event, events.Moved) else "refused"
            )
            # without the attempt's own entry: a move that passed has left the step already
            yield Observation(playbook, entries[:position], entry.at, event.to_step, kind)


class _Fold:
    """Entries taken into a deal's state, without what its playbook could not take on record."""

    __slots__ = ("state",)

    def __init__(self, playbook: Playbook) -> None:
        self.state = DealState(playbook)

    def take(self, entries: Iterable[Entry]) -> None:
        """Go on with these entries."""
        state, adapted = self.state, self._ADAPTED
        for entry in entries:
            event: events.Event = entry.event
            if (place := place_after(event)) is not None:
                # Where the deal went is what its trail says, under whichever rules it could.
                state.enter(place, entry.seq, entry.at)
                self._rejected(event)
            else:
                if (adapt := adapted.get(event.__class__)) is not None:
                    event = adapt(self, event)
                if not sense_problems(state, entry.at, entry.by, event):
                    apply(state, entry.seq, entry.at, entry.by, event)
                    continue
            state.timeline.add(entry.at, event)

    def _rejected(self, event: events.Event) -> None:
        """What is shown from a gap on, is shown by what was said since the rejection."""
        match event:
            case events.SteppedBack(answer=int(answer), to_step=to):
                if self.state.evidence.made_by(answer) and to in self.state.playbook.step:
                    self.state.setbacks.append(Setback(answer, to))
                    self.state.forget()
            case _:
                pass

    def _opened(self, event: events.Opened) -> events.Event:
        book = self.state.playbook
        # a deal has to be opened, so it is told as opened here, and only a price in another
        # currency is left out, and so are lines
        ours = opened_under(event, book)
        foreign = {p.place for p in sense_problems(self.state, None, "", ours)}
        if "amount" in foreign:
            ours = evolve(ours, amount=None)
        return ours if foreign <= {"amount"} else evolve(ours, card=evolve(ours.card, lines=()))

    def _card(self, event: events.CardChanged) -> events.Event:
        # whose deal it is counts, whatever currency the lines are in
        problems = sense_problems(self.state, None, "", event)
        foreign = any(problem.code == "wrong_currency" for problem in problems)
        return evolve(event, card=evolve(event.card, lines=())) if foreign else event

    def _contact(self, event: events.ContactAdded | events.ContactChanged) -> events.Event:
        # the person stays: others may have named him, or he may have spoken
        contact = event.contact
        roles = tuple(role for role in contact.roles if role in self.state.playbook.role)
        return (
            event if roles == contact.roles else evolve(event, contact=evolve(contact, roles=roles))
        )

    _ADAPTED: ClassVar[Mapping[type, Callable[[Any, Any], events.Event]]] = {
        events.Opened: _opened,
        events.ContactAdded: _contact,
        events.ContactChanged: _contact,
        events.CardChanged: _card,
    }
