"""A playbook: what must be known before a deal moves, checked when built and then frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType

from attrs import field, frozen

from dealflow import _playbook_data
from dealflow._playbook_checks import check
from dealflow.conditions import Condition, Heard, amounts
from dealflow.exceptions import PlaybookError, Problem
from dealflow.facts import Fact, Question, Text
from dealflow.rules import (
    Coaching,
    Guard,
    Invariant,
    Move,
    Paper,
    RedFlag,
    Role,
    Step,
    TrialClose,
    WalkAway,
)

__all__ = ["FULFILLED", "LOST", "OUTCOMES", "WALKED_AWAY", "Plan", "Playbook"]

FULFILLED = "fulfilled"
WALKED_AWAY = "walked_away"
LOST = "lost"
OUTCOMES = (FULFILLED, WALKED_AWAY, LOST)
"""The ways in which a deal ends."""


@frozen
class Plan:
    """The guards that matter to one forward move.

    Attributes:
        move: the move.
        needed: the ids of the guards that block it, walk-away guards apart, in playbook order.
        walk_away: the ids of the walk-away guards that are looked at.
        needs_walk_away: whether going on needs enough of them TRUE, or they only warn.
    """

    move: Move
    needed: tuple[str, ...]
    walk_away: tuple[str, ...]
    needs_walk_away: bool


@frozen(slots=False, eq=False)
class Playbook:
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
        invariants: what its author claims of these rules, as texts; see :attr:`invariant`. They
            are no rules, so playbooks that differ in nothing else are equal.

    Raises:
        PlaybookError: on building, with every problem and its place.
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
    _conditions: Mapping[str, Condition] = field(init=False, repr=False)
    _invariants: Mapping[str, Invariant] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.moves:
            chain = pairwise([*(step.id for step in self.steps), FULFILLED])
            moves = tuple(Move(f"leave_{source}", source, to) for source, to in chain)
            object.__setattr__(self, "moves", moves)
        problems: Sequence[Problem] = _playbook_data.misfits(self)
        conditions: Mapping[str, Condition] = {}
        invariants: Mapping[str, Invariant] = {}
        if not problems:
            problems, conditions, invariants = check(self)
        if problems:
            raise PlaybookError(problems, source=f"playbook {self.id}")
        object.__setattr__(self, "_conditions", MappingProxyType(conditions))
        object.__setattr__(self, "_invariants", MappingProxyType(invariants))

    @classmethod
    def from_data(cls, data: object) -> Playbook:
        """Build a playbook from the data of its file (see docs, "The playbook file").

        Raises:
            PlaybookError: every key that is unknown, missing or of a wrong type, or, when there
                are none, every rule that does not hold.
        """
        return cls(**_playbook_data.structure(data))

    def to_data(self) -> dict[str, object]:
        """The data of its file: what :meth:`from_data` builds the same playbook from."""
        return _playbook_data.unstructure(self)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical form, 64 hexadecimal digits; equal rules, equal prints.

        Invariants are left out: they are claims about the rules, and no rules.
        """
        return sha256(_playbook_data.canonical(self.to_data())).hexdigest()

    def __reduce__(self) -> tuple[object, ...]:
        # as the data of its file: the read-only mappings inside cannot be pickled or copied
        return (type(self).from_data, (self.to_data(),))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Playbook) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def fact(self) -> Mapping[str, Fact]:
        """The facts by id."""
        return MappingProxyType({fact.id: fact for fact in self.facts})

    @cached_property
    def guard(self) -> Mapping[str, Guard]:
        """The guards by id."""
        return MappingProxyType({guard.id: guard for guard in self.guards})

    @cached_property
    def step(self) -> Mapping[str, Step]:
        """The steps by id."""
        return MappingProxyType({step.id: step for step in self.steps})

    @cached_property
    def role(self) -> Mapping[str, Role]:
        """The roles by id."""
        return MappingProxyType({role.id: role for role in self.roles})

    @property
    def invariant(self) -> Mapping[str, Invariant]:
        """The invariants by text, in their order."""
        return self._invariants

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The questions of all facts by id."""
        return MappingProxyType({q.id: q for fact in self.facts for q in fact.ask})

    @cached_property
    def currency(self) -> str | None:
        """The currency of the amounts in its conditions, which its deals have to be in."""
        return next((money.currency for money in amounts(self._conditions.values())), None)

    def condition(self, place: str) -> Condition:
        """The parsed condition at a place such as ``guards.timely`` or ``red_flags.no_sponsor``."""
        return self._conditions[place]

    @cached_property
    def guard_condition(self) -> Mapping[str, Condition]:
        """The parsed conditions of the guards by the guard's id."""
        return MappingProxyType({g.id: self._conditions[f"guards.{g.id}"] for g in self.guards})

    def readers(self, fact: str) -> tuple[str, ...]:
        """The guards on whose outcome a statement of a fact may bear."""
        return self._readers.get(fact, self._hearers)

    @cached_property
    def _hearers(self) -> tuple[str, ...]:
        """The guards that ask whom we heard at all, whatever was said."""
        return tuple(
            guard
            for guard, condition in self.guard_condition.items()
            if any(
                isinstance(node, Heard) or str(node) == "contact.heard" for node in condition.walk()
            )
        )

    @cached_property
    def _readers(self) -> Mapping[str, tuple[str, ...]]:
        readers: dict[str, list[str]] = {}
        for guard, condition in self.guard_condition.items():
            for fact in condition.facts:
                readers.setdefault(fact.id, []).append(guard)
        return {fact: (*guards, *self._hearers) for fact, guards in readers.items()}

    def index(self, step: str) -> int:
        """The position of a step in the playbook, from 0."""
        return self._index[step]

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

    @cached_property
    def plans(self) -> Mapping[str, tuple[Plan, ...]]:
        """For each step, the plan of each of its forward moves, in playbook order."""
        return MappingProxyType(
            {
                step.id: tuple(self._plan(step, m) for m in self.moves if m.source == step.id)
                for step in self.steps
            }
        )

    def _plan(self, step: Step, move: Move) -> Plan:
        policy = self.walk_away
        walk_away: tuple[str, ...] = ()
        needs_walk_away = False
        if policy is not None:
            if step.id == policy.start:
                walk_away, needs_walk_away = policy.guards, True
            elif step.id in self.reachable(policy.start):
                walk_away = tuple(g for g in policy.guards if self.guard[g].standing)
                needs_walk_away = bool(walk_away)
            elif step.id in self.reachable(policy.watch_from or policy.start):
                walk_away = policy.guards
        before = self.passed_before(step.id)
        standing = [
            guard
            for earlier in self.steps
            if earlier.id in before
            for guard in earlier.leave_when
            if self.guard[guard].standing
        ]
        needed = dict.fromkeys([*standing, *step.leave_when, *move.when])
        return Plan(move, tuple(needed), walk_away, needs_walk_away)
