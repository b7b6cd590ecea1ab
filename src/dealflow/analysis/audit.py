"""Trails judged again: whether each judgement on record is what the evidence before it gave.

The third level of trust in a trail. That its hashes fit, ``Trail.verify`` says; that each entry is
one that a verb could have written after those before it, ``Deal.replay``. Both take what a move
says of its guards as it stands, and only here are the guards asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from dealflow.assessment import (
    Finding,
    attempted,
    judge_step,
    records,
    walked_away,
    way_back,
)
from dealflow.deal import put_in_place
from dealflow.playbook import Playbook
from dealflow.state import DealState, Snapshot, follow
from dealflow.trail import Entry, Trail, events

__all__ = ["Audit", "Discrepancy", "audit"]

What: TypeAlias = Literal[
    "verdict", "to_step", "guard", "truth", "needed", "yes", "no", "missing", "waived"
]
_Value: TypeAlias = str | bool | int | tuple[int, ...] | tuple[str, ...] | None
_Records: TypeAlias = Callable[[Iterable[Finding]], events.Guards]

_OF_ENTRIES: Final[tuple[What, ...]] = ("verdict", "to_step")
_OF_GUARDS: Final[tuple[What, ...]] = ("truth", "needed", "yes", "no", "missing", "waived")


@frozen
class Discrepancy:
    """Something that an entry says of a judgement, and that the evidence before it does not give.

    Attributes:
        entry: the number of the entry.
        kind: its kind: ``moved``, ``refused``, ``walked_away`` or ``stepped_back``.
        guard: the guard of which it says so; ``None`` for what it says of the judgement as a whole.
        what: the field of the entry or of the guard's record that differs, such as ``verdict``,
            ``truth``, or ``yes`` and ``no`` for the statements; ``guard`` when one of the two
            judgements has nothing of the guard at all.
        recorded: what is on record; for ``guard`` the truth, or ``None`` when there is nothing.
        judged: what the evidence gave.
        finding: how the guard stood on the evidence; ``None`` where the judgement had none of it.
    """

    entry: int
    kind: str
    guard: str | None
    what: What
    recorded: _Value
    judged: _Value
    finding: Finding | None = field(default=None, repr=False)


@frozen
class Audit:
    """What came of judging a trail again.

    Attributes:
        entries: how many entries the trail has.
        judged: the numbers of those that hold a judgement; each was judged again.
        discrepancies: every difference, in the order of the entries.
    """

    entries: int
    judged: tuple[int, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def clean(self) -> bool:
        """Whether every judgement on record is what the evidence gave."""
        return not self.discrepancies

    @property
    def wrong(self) -> tuple[int, ...]:
        """The numbers of the entries whose judgement is another on the evidence."""
        return tuple(dict.fromkeys(each.entry for each in self.discrepancies))


def audit(trail: Trail, playbook: Playbook) -> Audit:
    """Judge every move, refusal, rejection and walking away on record again.

    Each is judged as the verb did that made it: by the same functions, on the entries before it, at
    its own time. What was said, corrected or found out later changes nothing. Entries that hold no
    judgement (what was said, a loss, our own way back) have nothing to be judged; whether somebody
    really said what is on record, nobody can find out here.

    Hashes are for :func:`~dealflow.loads` and :meth:`~dealflow.Trail.verify`.

    Args:
        trail: the trail.
        playbook: the rules under which it was made.

    Raises:
        TrailError: as of :meth:`Deal.replay <dealflow.Deal.replay>`: the trail is empty, was made
            under other rules, or has an entry that no verb could have written there. What comes of
            a trail that makes no sense cannot be judged.
    """
    state = DealState(put_in_place(playbook, trail))
    judged, found = list[int](), list[Discrepancy]()
    for entry in follow(state, trail):
        if _holds_a_judgement(entry.event):
            judged.append(entry.seq)
            found += _compared(entry, Snapshot(state, entry.at))
    return Audit(len(trail), tuple(judged), tuple(found))


def _attempted(snapshot: Snapshot, event: events.Moved, keep: _Records) -> events.Event:
    # Whoever names no step gets the same move as he who names that to which it leads.
    judgement = judge_step(snapshot, event.to_step)
    return attempted(judgement, keep(judgement.findings))


def _walked_away(snapshot: Snapshot, event: events.WalkedAway, keep: _Records) -> events.Event:
    judgement = judge_step(snapshot)
    return walked_away(judgement, keep(judgement.findings), event.reason)


def _rejected(
    snapshot: Snapshot, event: events.SteppedBack, keep: _Records
) -> events.SteppedBack | None:
    del event
    return way_back(snapshot, keep)


_MAKERS: Final[Mapping[type, Callable[[Snapshot, Any, _Records], events.Event | None]]] = (
    MappingProxyType(
        {
            events.Moved: _attempted,
            events.Refused: _attempted,
            events.WalkedAway: _walked_away,
            events.SteppedBack: _rejected,
        }
    )
)
"""By the kind of event, what its verb puts on record of a deal."""


def _holds_a_judgement(event: events.Event) -> bool:
    own_choice = isinstance(event, events.SteppedBack) and event.cause == "rep"
    return event.__class__ in _MAKERS and not own_choice


def _compared(entry: Entry, snapshot: Snapshot) -> Iterator[Discrepancy]:
    """Hold an entry against what its verb would have put on record."""
    findings: dict[str, Finding] = {}

    def keep(found: Iterable[Finding]) -> events.Guards:
        findings.update({finding.guard: finding for finding in found})
        return records(findings.values())

    event: Any = entry.event
    again: Any = _MAKERS[event.__class__](snapshot, event, keep)
    if again == event:
        return
    for what in _OF_ENTRIES:
        recorded, judged = getattr(event, what, None), getattr(again, what, None)
        if recorded != judged:
            yield Discrepancy(entry.seq, entry.kind, None, what, recorded, judged)
    # In the order of the playbook, which the record has not; then what is on record alone.
    for guard in dict.fromkeys((*findings, *sorted(event.guards))):
        pair = event.guards.get(guard), again.guards.get(guard)
        for what, recorded, judged in _guard_compared(*pair):
            finding = findings.get(guard)
            yield Discrepancy(entry.seq, entry.kind, guard, what, recorded, judged, finding)


def _guard_compared(
    recorded: events.GuardRecord | None, judged: events.GuardRecord | None
) -> Iterator[tuple[What, _Value, _Value]]:
    if recorded is None or judged is None:
        yield "guard", getattr(recorded, "truth", None), getattr(judged, "truth", None)
        return
    for what in _OF_GUARDS:
        pair = getattr(recorded, what), getattr(judged, what)
        if pair[0] != pair[1]:
            yield what, *pair
