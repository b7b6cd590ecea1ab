"""What a coach would say: what to ask next and of whom, what to look out for, which paper to offer.

Everything is derived from the playbook, the evidence and the findings; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from dealflow.assessment.findings import Finding, Judgement, Verdict
from dealflow.assessment.questions import Ask, questions
from dealflow.conditions import judge, witnesses
from dealflow.exceptions import DealflowError
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.trail import Entry
from dealflow.values import Truth

__all__ = ["Assessment", "Farewell", "RaisedFlag", "Refused", "assess", "farewell"]


@frozen(repr=False)
class RaisedFlag(Record):
    """A red flag that is up (METHOD, section 2).

    Attributes:
        flag: the id of the playbook's red flag, or ``overdue``.
        contacts: whom it is about.
        overdue: by how long the step has lasted longer than expected, for ``overdue``.
    """

    flag: str
    contacts: tuple[str, ...] = ()
    overdue: timedelta | None = None


@frozen(repr=False)
class Assessment(Record):
    """Where a deal stands at one instant, and what to do next.

    Attributes:
        deal: the deal's id.
        step: the step that it is in.
        at: the instant, in UTC.
        move: the id of the forward move that was judged.
        to: where that move leads.
        verdict: what to do.
        findings: every guard that matters to the move.
        blocking: those that stand in the way, walk-away guards first.
        questions: what to ask, in the order of what the answers would decide.
        red_flags: what to look out for.
        paper: the id of the kind of paper that fits the commitment won so far.
        since: when the step was entered.
    """

    deal: str
    step: str
    at: datetime
    move: str
    to: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    blocking: tuple[Finding, ...]
    questions: tuple[Ask, ...]
    red_flags: tuple[RaisedFlag, ...]
    paper: str | None
    since: datetime


def assess(snapshot: Snapshot, judgement: Judgement) -> Assessment:
    """Make the whole assessment of a judged move."""
    state = snapshot.state
    return Assessment(
        deal=state.id,
        step=state.step,
        at=snapshot.at,
        move=judgement.plan.move.id,
        to=judgement.plan.move.to,
        verdict=judgement.verdict,
        findings=judgement.findings,
        blocking=judgement.blocking,
        questions=tuple(questions(snapshot, judgement.findings)),
        red_flags=tuple(red_flags(snapshot)),
        paper=paper(snapshot),
        since=state.since or snapshot.at,
    )


def red_flags(snapshot: Snapshot) -> Iterator[RaisedFlag]:
    """The red flags that are up, in playbook order; ``overdue`` last."""
    book, state = snapshot.playbook, snapshot.state
    for flag in book.red_flags:
        condition = book.condition(f"red_flags.{flag.id}")
        # A warning blocks nothing, so that one voice is enough for it, even against others.
        if judge(condition, snapshot).truth in (Truth.TRUE, Truth.CONFLICTED):
            yield RaisedFlag(flag.id, witnesses(condition, snapshot))
    expected = book.step[state.step].expected_stay
    if expected is not None and state.since is not None and state.outcome is None:
        late = snapshot.at - state.since - expected
        if late > timedelta(0):
            yield RaisedFlag("overdue", overdue=late)


def paper(snapshot: Snapshot) -> str | None:
    """The kind of paper that fits the commitment won so far; the first whose condition is TRUE."""
    for kind in snapshot.playbook.papers:
        if kind.when is None:
            return kind.id
        condition = snapshot.playbook.condition(f"papers.{kind.id}")
        # A paper commits us: here it has to be beyond dispute.
        if judge(condition, snapshot).truth is Truth.TRUE:
            return kind.id
    return None


@frozen(repr=False)
class Farewell(Record):
    """The facts of the polite message that ends our work on a deal (METHOD, section 3).

    Attributes:
        contacts: whom to call, the economic buyer first.
        name: the name of the first of them, if there is one.
        account: the customer.
        guards: the conditions that are refuted, for our own record; the message stays polite.
    """

    contacts: tuple[str, ...]
    name: str | None
    account: str
    guards: tuple[str, ...]


def farewell(snapshot: Snapshot, judgement: Judgement) -> Farewell:
    """The facts of the walk-away message: whom to call, and which conditions failed."""
    state = snapshot.state
    # Playbooks name their roles from the one who decides downwards; whoever has none comes last.
    order = [c.id for role in snapshot.playbook.roles for c in state.holders(role.id)]
    contacts = tuple(dict.fromkeys([*order, *state.contacts]))
    refuted = tuple(f.guard for f in judgement.findings if f.refuted)
    name = state.contacts[contacts[0]].name if contacts else None
    return Farewell(contacts, name, state.account, refuted)


class Refused(DealflowError, PermissionError):
    """A move was tried and its guards did not let it pass. The refusal is in the trail.

    Reading any of the attributes, ``args`` or the text is a look at it: see :meth:`on_look`.
    """

    def __init__(self, assessment: Assessment, entry: Entry) -> None:
        self._assessment = assessment
        self._entry = entry
        self._on_look: tuple[Callable[[], object], ...] = ()
        reasons = ", ".join(f"{f.guard} is {f.truth.value}" for f in assessment.blocking)
        super().__init__(
            f"{assessment.step} cannot be left ({assessment.verdict.value}): {reasons}"
        )

    def on_look(self, callback: Callable[[], object]) -> None:
        """Have something called at each look, as a test does that wants no refusal unseen.

        What was set by others before is called as well. Copies of the error tell nobody.
        """
        self._on_look += (callback,)

    @property
    def assessment(self) -> Assessment:
        """The assessment at the time of the attempt, questions included."""
        self._look()
        return self._assessment

    @property
    def entry(self) -> Entry:
        """The trail's entry of the refused attempt."""
        self._look()
        return self._entry

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that block the move, most pressing first."""
        self._look()
        return self._assessment.blocking

    @property
    def args(self) -> tuple[Any, ...]:
        """What every error has: its text."""
        self._look()
        return super().args

    @args.setter
    def args(self, args: tuple[Any, ...]) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        BaseException.__dict__["args"].__set__(self, args)

    def __str__(self) -> str:
        self._look()
        return super().__str__()

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.assessment, self.entry))

    def _look(self) -> None:
        for callback in self._on_look:
            callback()
