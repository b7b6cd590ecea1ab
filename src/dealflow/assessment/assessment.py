"""Where a deal stands: findings and a verdict, and all that follows when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from attrs import fields, frozen

from dealflow.assessment.coaching import RaisedFlag, paper, red_flags
from dealflow.assessment.findings import Finding, Judgement, judge_move, stands_until
from dealflow.assessment.questions import Ask
from dealflow.assessment.ranking import questions
from dealflow.conditions import judge
from dealflow.exceptions import DealflowError
from dealflow.message import listed, message
from dealflow.state import Snapshot
from dealflow.trail import Entry
from dealflow.values import Verdict

__all__ = ["Assessment", "Look", "Refused", "assess"]

T = TypeVar("T")

Look: TypeAlias = Callable[[Callable[[Snapshot], Any]], Any]
"""Gives a function the deal as it stood at the instant of an assessment, and its result back."""

_TICK = timedelta(microseconds=1)


# slots=False, as cached_property keeps what it made in __dict__.
@frozen(slots=False, eq=False, repr=False)
class Assessment:
    """Where a deal stands at one instant, and what to do next.

    What is not there at once is worked out when it is read, of the deal as it stood then, also when
    the deal has gone on since.

    Attributes:
        deal: the deal's id.
        step: the step that it is in.
        at: the instant, in UTC.
        move: the id of the forward move that was judged.
        to: where that move leads.
        verdict: what to do.
        findings: every guard that matters to the move.
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
    since: datetime
    _judgement: Judgement
    _look: Look

    @cached_property
    def questions(self) -> tuple[Ask, ...]:
        """What to ask for the move, best first: what can change the verdict most.

        Of a deal that has ended: what it would take to come back.
        """
        return self._later(lambda then: tuple(questions(then, self._judgement)))

    @cached_property
    def ahead(self) -> tuple[Ask, ...]:
        """For a deal that is ready: what else to ask for the way out of the step ahead."""
        if self.verdict is not Verdict.READY:
            return ()
        asked = {(ask.id, ask.about) for ask in self.questions}
        found = self._later(lambda then: tuple(_ahead(then, self.to)))
        return tuple(ask for ask in found if (ask.id, ask.about) not in asked)

    @cached_property
    def red_flags(self) -> tuple[RaisedFlag, ...]:
        """What to look out for."""
        return self._later(lambda then: tuple(red_flags(then)))

    @cached_property
    def paper(self) -> str | None:
        """The id of the kind of paper that fits the commitment won so far."""
        return self._later(paper)

    @cached_property
    def valid_until(self) -> datetime | None:
        """The first instant at which it may be another one though nothing is said; else ``None``.

        By how long the deal is overdue is left aside, for that grows all the time.
        """
        ends = self._later(lambda then: list(_ends(then)))
        return min(ends, default=None)

    def _later(self, what: Callable[[Snapshot], T]) -> T:
        found: T = self._look(what)
        return found

    def _shown(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in _SHOWN)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Assessment):
            return NotImplemented
        return self._shown() == other._shown()

    def __hash__(self) -> int:
        return hash((self.deal, self.at, self.move))

    def __repr__(self) -> str:
        shown = [f"{name}={getattr(self, name)!r}" for name in _SHOWN]
        return f"Assessment({', '.join(shown)})"

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, ({name: getattr(self, name) for name in _SHOWN},))


_SHOWN = (
    *(field.name for field in fields(Assessment) if not field.name.startswith("_")),
    *("questions", "ahead", "red_flags", "paper", "valid_until"),
)


def _again(shown: dict[str, Any]) -> Assessment:
    again = Assessment.__new__(Assessment)
    again.__dict__.update(shown)
    return again


def assess(snapshot: Snapshot, judgement: Judgement, look: Look | None = None) -> Assessment:
    """Make the assessment of a judged move.

    Args:
        snapshot: the deal.
        judgement: the judgement of the move.
        look: gives the deal as it is now, later; by default the snapshot, as it is then.
    """
    state, move = snapshot.state, judgement.plan.move
    return Assessment(
        state.id,
        state.step,
        snapshot.at,
        move.id,
        move.to,
        judgement.verdict,
        judgement.findings,
        judgement.blocking,
        state.since or snapshot.at,
        judgement,
        look or (lambda what: what(snapshot)),
    )


def _ahead(then: Snapshot, step: str) -> Iterator[Ask]:
    # Of several ways on from there the first: which of them it will be, nobody knows yet.
    for plan in then.playbook.plans.get(step, ())[:1]:
        yield from questions(then, judge_move(then, plan))


def _ends(then: Snapshot) -> Iterator[datetime]:
    """The first instants at which something may be otherwise though nothing is said."""
    book, state = then.playbook, then.state
    places = [f"red_flags.{flag.id}" for flag in book.red_flags]
    places += [f"papers.{kind.id}" for kind in book.papers if kind.when is not None]
    # Of every way forward: another may become ready.
    last = [stands_until(then), *(judge(book.condition(place), then).until for place in places)]
    expected = book.step[state.step].expected_stay
    if expected is not None and state.since is not None and state.outcome is None:
        last.append(state.since + expected)
    yield from (each + _TICK for each in last if each is not None and each >= then.at)


class Refused(DealflowError, PermissionError):
    """A move was tried and its guards did not let it pass. The refusal is in the trail.

    Reading any of the attributes, ``args`` or the text is a look at it: see :meth:`on_look`.
    """

    code = "refused"

    def __init__(self, assessment: Assessment, entry: Entry) -> None:
        self._assessment = assessment
        self._entry = entry
        self._on_look: tuple[Callable[[], object], ...] = ()
        reasons = (
            message("{guard} is {truth}", guard=each.guard, truth=each.truth.value)
            for each in assessment.blocking
        )
        super().__init__(
            message(
                "{step} cannot be left ({verdict}): {reasons}",
                step=assessment.step,
                verdict=assessment.verdict.value,
                reasons=listed(reasons),
            )
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
