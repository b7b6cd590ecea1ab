"""Takes entries into the state of a deal: each is checked, by the rule of its kind, and applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from dealflow.exceptions import Problems, TrailError
from dealflow.message import joined, message
from dealflow.playbook import Playbook
from dealflow.state import card, course, moves, people
from dealflow.state.deal_state import DealState
from dealflow.state.rule import Rule
from dealflow.trail import Entry, Trail, events, form_problems

__all__ = ["apply", "check", "fold", "follow", "sense_problems"]

_RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {**course.RULES, **card.RULES, **people.RULES, **moves.RULES}
)


def sense_problems(
    state: DealState, at: datetime | None, by: object, event: events.Event
) -> Problems:
    """Everything that keeps an event of sound form from happening to a deal.

    Args:
        state: the deal.
        at: the instant; ``None`` when that is unusable, and not held against anything else.
        by: who of us would record it.
        event: what is to happen.
    """
    found = Problems()
    _RULES[event.__class__].sense(found, state, at, by, event)
    return found


def check(
    state: DealState, at: datetime | None, by: object, event: events.Event, *, sound: bool = False
) -> Problems:
    """Everything that keeps an entry from being the next one of a deal.

    Args:
        state: the deal.
        at: when it is recorded; ``None`` when that is unusable, and not held against anything else.
        by: who records it.
        event: what happens.
        sound: whether its form has been checked already.
    """
    problems = state.timeline.problems(at, event)
    # Before the deal is opened, nothing else makes any sense.
    early = bool(problems) and problems[0].code == "out_of_order"
    if not sound:
        problems += form_problems(at, by, event)
    if not early:
        _RULES[event.__class__].sense(problems, state, at, by, event)
    return problems


def apply(state: DealState, seq: int, at: datetime, by: str, event: events.Event) -> None:
    """Take an entry that has been checked."""
    _RULES[event.__class__].effect(state, seq, at, by, event)
    state.timeline.add(at, event)


def fold(playbook: Playbook, trail: Trail) -> DealState:
    """The state that a trail makes.

    A trail whose hashes are right may still have been written by somebody else, or by hand. What is
    promised: every entry is one that a verb could have written after those before it. What is not:
    that its guards were judged rightly on the evidence; judging them once more is analysis.

    Where the playbook stands in for another, an entry may be one of either: what is on record was
    judged by the rules of its time.

    Raises:
        TrailError: the trail is empty, or the first entry that makes no sense, and why.
    """
    state = DealState(playbook)
    for _ in follow(state, trail):
        pass
    return state


def follow(state: DealState, trail: Trail) -> Iterator[Entry]:
    """Take the entries of a trail into the state of a deal that is not opened yet, one by one.

    Yields:
        Each entry that makes sense, when the state is still as it was before it.

    Raises:
        TrailError: the trail is empty, or the first entry that makes no sense, and why.
    """
    if not len(trail):
        raise TrailError(message("a trail starts with the entry that opened the deal"))
    playbook, earlier = state.playbook, state.playbook.recorded_under
    for seq, entry in enumerate(trail, 1):
        problems = check(state, entry.at, entry.by, entry.event, sound=entry.sound)
        if problems and earlier is not playbook:
            state.playbook = earlier
            problems = check(state, entry.at, entry.by, entry.event, sound=entry.sound)
        if entry.seq != seq:
            problems.note("seq", message("it has the number {seq}", seq=entry.seq), "out_of_order")
        if problems:
            told = joined("{first}; {rest}", (problem.message for problem in problems))
            raise TrailError(
                message(
                    "entry {seq} does not follow from those before it: {problem}",
                    seq=seq,
                    problem=told,
                ),
                "does_not_follow",
                seq=seq,
                problems=problems,
            )
        yield entry
        apply(state, seq, entry.at, entry.by, entry.event)
        state.playbook = playbook
