"""The parts of a playbook: roles, guards, red flags, steps, moves, policies, invariants.

All are frozen records; but for invariants, they mirror the playbook file, and
:class:`~dealflow.Playbook` checks that they fit together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from dealflow.conditions import Condition
from dealflow.evidence import Question, Text
from dealflow.record import Record

__all__ = [
    "Coaching",
    "Guard",
    "Invariant",
    "Move",
    "Paper",
    "RedFlag",
    "Role",
    "Step",
    "TrialClose",
    "WalkAway",
]


def _read_only(mapping: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(mapping))


@frozen(repr=False)
class Role(Record):
    """A buying role, which belongs to one deal and not to a job title (METHOD, section 2).

    Attributes:
        id: e.g. ``economic_buyer``.
        title: its name.
        about: what it means, one sentence.
        ask: the id of the question that finds out who holds it.
    """

    id: str
    title: Text
    about: Text | None = None
    ask: str | None = None


@frozen(repr=False)
class Guard(Record):
    """A named condition that must be TRUE before a deal goes on.

    Attributes:
        id: e.g. ``budget_approved``.
        title: its name.
        when: the condition's text.
        refused: why the deal may not go on without it, one sentence.
        standing: checked again on every later forward move, and not only on leaving its step.
        waivable: whether a named person with authority may set it aside.
    """

    id: str
    title: Text
    when: str
    refused: Text
    standing: bool = True
    waivable: bool = False


@frozen(repr=False)
class RedFlag(Record):
    """A warning that blocks nothing; raised while its condition is TRUE or CONFLICTED.

    Attributes:
        id: e.g. ``no_sponsor``.
        when: the condition's text.
        says: the warning.
        ask: the id of the question with which to look into it.
    """

    id: str
    when: str
    says: Text
    ask: str | None = None


@frozen(repr=False)
class Step(Record):
    """One step of the sale: a state of the deal.

    Attributes:
        id: e.g. ``qualification``.
        title: its name.
        goal: what is to be reached in it.
        leave_when: the ids of the guards checked when the deal leaves it forward.
        expected_stay: how long a deal usually stays; longer is a red flag.
    """

    id: str
    title: Text
    goal: Text
    leave_when: tuple[str, ...] = ()
    expected_stay: timedelta | None = None


@frozen(repr=False)
class Move(Record):
    """A way forward from a step to another, or to the outcome ``fulfilled``.

    Attributes:
        id: the trigger's name.
        source: the step left (``from`` in files).
        to: the step entered, or ``fulfilled``.
        when: the ids of guards of this move only.
    """

    id: str
    source: str
    to: str
    when: tuple[str, ...] = ()


@frozen(repr=False)
class WalkAway(Record):
    """The walk-away policy (METHOD, section 3).

    Attributes:
        guards: the ids of the walk-away guards.
        start: the step whose leaving they guard, and every later one (``from`` in files).
        when_refuted: the number k of refuted guards at which the deal must be walked away from:
            ``any`` is 1, ``all`` is every one, or a number.
        watch_from: the step from which on a refuted guard already counts; ``start`` by default.
        at_once: ids of guards of which a single clear no means walking away at any step, whatever k
            is.
        go_on_when: the number m of guards that must be known good to go on: ``all`` is every one,
            or a number, at least n-k+1 of n guards.
    """

    guards: tuple[str, ...]
    start: str
    when_refuted: Literal["any", "all"] | int = "any"
    watch_from: str | None = None
    at_once: tuple[str, ...] = ()
    go_on_when: Literal["all"] | int = "all"

    def threshold(self, guards: int) -> int:
        """k: of so many guards looked at, this many refuted ones call for walking away."""
        if self.when_refuted == "any":
            return 1
        # Later steps may look at fewer (not all need be standing): a k above their number would
        # never be reached.
        return guards if self.when_refuted == "all" else min(self.when_refuted, guards)

    def enough(self, guards: int) -> int:
        """m: of so many guards looked at, this many must be known good to go on."""
        return (
            guards
            if self.go_on_when == "all"
            else max(min(self.go_on_when, guards), self.fewest(guards))
        )

    def fewest(self, guards: int) -> int:
        """n-k+1: with fewer of so many guards known good, the deal may have to be left."""
        # With so many known good, only k-1 are left that could be refuted: walking away is out of
        # reach. One fewer, and the deal could go on although it may have to be left.
        return guards - self.threshold(guards) + 1


@frozen(repr=False)
class TrialClose(Record):
    """How a trial close is answered (METHOD, section 1, step 5).

    Attributes:
        step: the step in which it is put.
        fact: the ``choice`` fact that holds the answer.
        forward: the answers with which the deal goes on.
        back: the answers with which it goes back to where the gap is.
        gap_fact: the ``choice`` fact in which the customer says where the gap is.
        gaps: from the choices of that fact to the step to go back to.
        reason: the ``text`` fact in which the customer says why it was rejected.
        quoted: the answers that need the customer's words: interest is a quote, and no tick.
    """

    step: str
    fact: str
    forward: tuple[str, ...]
    back: tuple[str, ...]
    gap_fact: str | None = None
    gaps: Mapping[str, str] = field(factory=dict, converter=_read_only)
    reason: str | None = None
    quoted: tuple[str, ...] = ()

    def needs_quote(self, fact: str, value: object) -> bool:
        """Whether an answer has to come with the customer's words."""
        return fact == self.fact and value in self.quoted


@frozen(repr=False)
class Paper(Record):
    """A kind of paper to put in front of the customer (METHOD, section 1, step 6).

    Attributes:
        id: e.g. ``proposal``.
        title: its name.
        when: the condition on which it is the right one; none for the least committal.
        start: the step from which on it may be put (``from`` in files); any, by default.
        contains: what has to stand in it.
    """

    id: str
    title: Text
    when: str | None = None
    start: str | None = None
    contains: tuple[Text, ...] = ()


@frozen(repr=False)
class Coaching(Record):
    """What a coach says whatever the fact is.

    Attributes:
        conflicted: the id of the question for people who contradict each other.
        stale: the id of the question for answers that are out of date.
        probes: the questions to ask of every answer (METHOD, section 4).
        walk_away: the polite message, with the places ``{name}`` and ``{account}``.
        called: the ``yes_no`` fact that the call was made in which it is said.
        part: the id of the question for people whose part in the decision is not known.
        more: the id of the question that leads to more people.
        overdue: the id of the question for a step that lasts longer than expected.
    """

    conflicted: str | None = None
    stale: str | None = None
    probes: tuple[Question, ...] = ()
    walk_away: Text | None = None
    called: str | None = None
    part: str | None = None
    more: str | None = None
    overdue: str | None = None

    @property
    def asked(self) -> dict[str, str]:
        """The ids of its questions by name, of those that it has."""
        names = ("conflicted", "stale", "part", "more", "overdue")
        return {name: id for name in names if (id := getattr(self, name)) is not None}


@frozen(repr=False)
class Invariant(Record):
    """What the author claims of a playbook: no deal gets into a step without a condition.

    A claim about the rules and no rule: deals are not held to it. What the rules let pass is
    proved or refuted by analysis.

    Attributes:
        text: as written, e.g. ``never "negotiation" unless covered(economic_buyer)``.
        step: the step, or ``fulfilled``, that no forward move leads a deal into ...
        condition: ... unless this is TRUE at that moment.
    """

    text: str
    step: str
    condition: Condition
