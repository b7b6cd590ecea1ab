"""The rules of a sale as a plain record: nothing is checked, parsed or derived but their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from attrs import field, frozen

from dealflow.evidence import Fact, Text
from dealflow.playbook.parts import (
    Coaching,
    Guard,
    Move,
    Paper,
    RedFlag,
    Role,
    Step,
    TrialClose,
    WalkAway,
)
from dealflow.record import Record
from dealflow.typing import LANGUAGES, Language
from dealflow.values import FULFILLED

__all__ = ["Rules"]


# slots=False, as cached_property keeps what it made in __dict__. eq=False: playbooks are compared
# by their fingerprints, a mere record by identity.
@frozen(slots=False, eq=False, repr=False)
class Rules(Record):
    """The rules of a sale, as data.

    Attributes:
        id: e.g. ``seven_step``.
        version: the author's version, e.g. ``1.0.0``.
        title: its name.
        roles: the buying roles.
        facts: what can be known.
        guards: the named conditions.
        steps: in order; a deal starts in the first.
        moves: the ways forward; when there are none, each step leads to the next and the last to
            ``fulfilled``.
        walk_away: the walk-away policy.
        red_flags: warnings that block nothing.
        trial_close: how a trial close is answered.
        papers: kinds of paper, the most committal first.
        coaching: what a coach says whatever the fact is.
        invariants: what its author claims of these rules, as texts; parsed by the playbook. They
            are no rules, so playbooks that differ in nothing else are equal.
        languages: the languages that every one of its texts is in.
    """

    id: str
    version: str
    title: Text
    steps: tuple[Step, ...] = field(converter=tuple[Step, ...])
    facts: tuple[Fact, ...] = field(converter=tuple[Fact, ...])
    guards: tuple[Guard, ...] = field(converter=tuple[Guard, ...])
    roles: tuple[Role, ...] = field(default=(), converter=tuple[Role, ...])
    moves: tuple[Move, ...] = field(default=(), converter=tuple[Move, ...])
    walk_away: WalkAway | None = None
    red_flags: tuple[RedFlag, ...] = field(default=(), converter=tuple[RedFlag, ...])
    trial_close: TrialClose | None = None
    papers: tuple[Paper, ...] = field(default=(), converter=tuple[Paper, ...])
    coaching: Coaching = field(factory=Coaching)
    invariants: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    languages: tuple[Language, ...] = field(default=LANGUAGES, converter=tuple[Language, ...])

    def __attrs_post_init__(self) -> None:
        # The default is written out: whoever looks for the ways of a sale finds them in `moves`.
        if not self.moves:
            chain = pairwise([*(step.id for step in self.steps), FULFILLED])
            moves = tuple(Move(f"leave_{source}", source, to) for source, to in chain)
            object.__setattr__(self, "moves", moves)

    def index(self, step: str) -> int:
        """The position of a step in the playbook, from 0."""
        return self._index[step]

    def before(self, step: str) -> tuple[str, ...]:
        """The steps before a step: to each of them a deal can go back from there."""
        return tuple(each.id for each in self.steps[: self.index(step)])

    def after(self, step: str) -> tuple[str, ...]:
        """The steps after a step: from each of them a deal can go back there."""
        return tuple(each.id for each in self.steps[self.index(step) + 1 :])

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {step.id: i for i, step in enumerate(self.steps)}

    def passed_before(self, step: str) -> frozenset[str]:
        """The steps that every deal has left forward before it enters this one."""
        return self._passed_before[step]

    @cached_property
    def _passed_before(self) -> Mapping[str, frozenset[str]]:
        passed: dict[str, frozenset[str]] = {}
        for step in self.steps:  # moves lead to later steps only, so one round is enough
            # What all ways to the step have in common: a deal may have come by any of them, and a
            # standing guard must not hang on which.
            ways = [passed[m.source] | {m.source} for m in self.moves if m.to == step.id]
            passed[step.id] = frozenset.intersection(*ways) if ways else frozenset()
        return passed

    @cached_property
    def _next(self) -> Mapping[str, Sequence[str]]:
        targets: dict[str, list[str]] = {}
        for move in self.moves:
            targets.setdefault(move.source, []).append(move.to)
        return targets

    def reachable(self, start: str) -> frozenset[str]:
        """The steps and outcomes that forward moves lead to from a step, itself included."""
        found, waiting = {start}, [start]
        while waiting:
            targets = self._next.get(waiting.pop(), ())
            waiting.extend(target for target in dict.fromkeys(targets) if target not in found)
            found.update(targets)
        return frozenset(found)
