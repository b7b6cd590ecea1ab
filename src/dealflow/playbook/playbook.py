"""A playbook: what must be known before a deal moves, checked when built and then frozen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import fields, frozen

from dealflow.conditions import Condition, Heard, amounts
from dealflow.evidence import Fact, Question
from dealflow.playbook.parts import (
    Guard,
    Invariant,
    Move,
    Role,
    Step,
)
from dealflow.playbook.rules import Rules
from dealflow.record import Record

if TYPE_CHECKING:
    from dealflow.playbook.checks import Compiled

__all__ = ["Plan", "Playbook"]

# What reads, checks and writes rules (parser, cattrs, hashes) is imported by the methods for it,
# when the first playbook is built: whoever imports the class has none yet.


@frozen(slots=False, repr=False)
class Plan(Record):
    """The guards that matter to one forward move.

    Attributes:
        move: the move.
        needed: the ids of the guards that block it, walk-away guards apart, in playbook order.
        walk_away: the ids of the walk-away guards that are looked at.
        needs_walk_away: whether going on needs enough of them TRUE, or they only warn.
        watched: the ids of other guards of which a single clear no means walking away.
    """

    move: Move
    needed: tuple[str, ...]
    walk_away: tuple[str, ...]
    needs_walk_away: bool
    watched: tuple[str, ...] = ()

    @cached_property
    def needs(self) -> Mapping[str, bool]:
        """By each guard that is looked at, whether the move needs it."""
        return {
            **dict.fromkeys(self.needed, True),
            **dict.fromkeys(self.walk_away, self.needs_walk_away),
            **dict.fromkeys(self.watched, False),
        }

    @cached_property
    def looked_at(self) -> tuple[str, ...]:
        """The guards that are looked at, in playbook order; walk-away guards and watched last."""
        return tuple(self.needs)


# No attrs class by itself: it has the fields of Rules, and no other is given to it.
class Playbook(Rules):
    """Rules that hold together: checked and compiled when built, and frozen.

    Its attributes are those of :class:`~dealflow.playbook.Rules`.

    Raises:
        PlaybookError: on building, with every problem and its place.
    """

    _compiled: Compiled

    def __attrs_post_init__(self) -> None:
        from dealflow.playbook.checks import compile_rules

        super().__attrs_post_init__()
        object.__setattr__(self, "_compiled", compile_rules(self.rules))

    @property
    def rules(self) -> Rules:
        """The plain record of its rules."""
        return Rules(**{each.name: getattr(self, each.name) for each in fields(Rules)})

    @classmethod
    def from_data(cls, data: object) -> Playbook:
        """Build a playbook from the data of its file (see docs, "The playbook file").

        Raises:
            PlaybookError: every key that is unknown, missing or of a wrong type, or, when there
                are none, every rule that does not hold.
        """
        from dealflow.playbook.data import structure

        return cls.of(structure(data))

    @classmethod
    def of(cls, rules: Rules) -> Playbook:
        """Build a playbook from the plain record of its rules.

        Raises:
            PlaybookError: every rule that does not hold.
        """
        return cls(**{each.name: getattr(rules, each.name) for each in fields(Rules)})

    def to_data(self) -> dict[str, object]:
        """The data of its file: what :meth:`from_data` builds the same playbook from."""
        from dealflow.playbook.data import unstructure

        return unstructure(self.rules)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical form, 64 hexadecimal digits; equal rules, equal prints.

        Invariants are left out: they are claims about the rules, and no rules.
        """
        from hashlib import sha256

        from dealflow.playbook.data import canonical

        return sha256(canonical(self.to_data())).hexdigest()

    @property
    def recorded_under(self) -> Playbook:
        """The rules under which trails with its fingerprint were recorded: these very rules."""
        return self

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
        return self._compiled.invariants

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The questions of all facts by id."""
        return MappingProxyType({q.id: q for fact in self.facts for q in fact.ask})

    @cached_property
    def currency(self) -> str | None:
        """The currency of the amounts in its conditions, which its deals have to be in."""
        return next((money.currency for money in amounts(self._compiled.conditions.values())), None)

    def condition(self, place: str) -> Condition:
        """The parsed condition at a place such as ``guards.timely`` or ``red_flags.no_sponsor``."""
        return self._compiled.conditions[place]

    @cached_property
    def guard_condition(self) -> Mapping[str, Condition]:
        """The parsed conditions of the guards by the guard's id."""
        return MappingProxyType(
            {g.id: self._compiled.conditions[f"guards.{g.id}"] for g in self.guards}
        )

    def readers(self, fact: str) -> tuple[str, ...]:
        """The guards on whose outcome a statement of a fact may bear."""
        # Any statement may make its speaker one who was heard.
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

    @cached_property
    def plans(self) -> Mapping[str, tuple[Plan, ...]]:
        """For each step, the plan of each of its forward moves, in playbook order."""
        return MappingProxyType(
            {
                step.id: tuple(self._plan(step, m) for m in self.moves if m.source == step.id)
                for step in self.steps
            }
        )

    def last_asked(self, guard: str) -> int:
        """The place among the steps of the last one that asks for a guard."""
        return self._last_asked.get(guard, -1)

    @cached_property
    def _last_asked(self) -> Mapping[str, int]:
        asked = {g: i for i, step in enumerate(self.steps) for g in step.leave_when}
        for move in self.moves:
            for guard in move.when:
                asked[guard] = max(asked.get(guard, -1), self.index(move.source))
        if policy := self.walk_away:
            asked |= dict.fromkeys(policy.guards, self.index(policy.start))
        return asked

    def standing_before(self, step: str) -> Mapping[str, tuple[str, ...]]:
        """By each step that a deal at this one has passed for sure, its standing guards."""
        before = self.passed_before(step)
        policy = self.walk_away
        found = {}
        for earlier in self.steps:
            if earlier.id in before:
                here = policy.guards if policy and policy.start == earlier.id else ()
                guards = dict.fromkeys((*earlier.leave_when, *here))
                found[earlier.id] = tuple(g for g in guards if self.guard[g].standing)
        return found

    def _plan(self, step: Step, move: Move) -> Plan:
        policy = self.walk_away
        walk_away: tuple[str, ...] = ()
        needs_walk_away = False
        # From `start` on the conditions are needed. From `watch_from` to there they are looked at
        # only: a clear no counts already, and what nobody knows yet is in nobody's way.
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
        # Two steps may ask for the same guard: it is judged once, in its first place.
        needed = dict.fromkeys([*standing, *step.leave_when, *move.when])
        # Where the offer cannot help, the sale has no meaning, from the first talk on.
        at_once = dict.fromkeys(policy.at_once if policy else ())
        watched = tuple(g for g in at_once if g not in needed and g not in walk_away)
        return Plan(move, tuple(needed), walk_away, needs_walk_away, watched)
