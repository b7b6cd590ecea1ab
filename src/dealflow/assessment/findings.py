"""Findings and verdicts: every guard that matters to a move, evaluated; none short-circuited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from attrs import evolve, frozen

from dealflow.conditions import Gap, Outcome
from dealflow.playbook import Plan, TrialClose, weigh
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.values import Truth, Verdict

__all__ = [
    "Finding",
    "Judgement",
    "find_gap",
    "judge_guards",
    "judge_move",
    "judge_step",
    "stands_until",
    "weigh_step",
]


@frozen(slots=False, repr=False)  # quicker to make, and every assessment makes many
class Finding(Record):
    """The outcome of one guard at one time.

    Attributes:
        guard: the guard's id.
        outcome: what its condition gave.
        walk_away: whether it is a walk-away guard, or one that is watched as they are.
        needed: whether the move needs it; a walk-away guard before its step only warns.
        blocks: whether it stands in the way of the move now.
        waived: the id of the waiver's entry, when a named person has set it aside.
    """

    guard: str
    outcome: Outcome
    walk_away: bool = False
    needed: bool = True
    blocks: bool = False
    waived: int | None = None

    @property
    def truth(self) -> Truth:
        """What is known of its condition."""
        return self.outcome.truth

    @property
    def yes(self) -> tuple[int, ...]:
        """The ids of the statements that speak for it."""
        return self.outcome.yes

    @property
    def no(self) -> tuple[int, ...]:
        """The ids of the statements that speak against it."""
        return self.outcome.no

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing."""
        return self.outcome.gaps

    @property
    def holds(self) -> bool:
        """Known good, or set aside by somebody with the authority."""
        return self.outcome.truth is Truth.TRUE or self.waived is not None

    @property
    def refuted(self) -> bool:
        """Known bad, and not set aside."""
        return self.outcome.truth is Truth.FALSE and self.waived is None


@frozen(repr=False)
class Judgement(Record):
    """The findings of one forward move, and the verdict on it.

    Attributes:
        plan: the move, and the guards that matter to it.
        verdict: what to do.
        findings: one for each guard, in playbook order; walk-away guards last.
    """

    plan: Plan
    verdict: Verdict
    findings: tuple[Finding, ...]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stand in the way, walk-away guards first."""
        blocking = [finding for finding in self.findings if finding.blocks]
        return tuple(sorted(blocking, key=lambda finding: not finding.walk_away))


def judge_guards(
    snapshot: Snapshot, guards: Iterable[str], *, walk_away: bool, needed: bool
) -> list[Finding]:
    """Evaluate guards, each by itself; one blocks when it is needed and does not hold."""
    # Hardly any guard is ever waived: the dict is looked at before a call is made.
    outcome_of, waivers = snapshot.state.guard_outcome, snapshot.state.waivers
    findings = []
    for guard in guards:
        outcome = outcome_of(guard, snapshot)
        waiver = snapshot.waiver(guard) if guard in waivers else None
        waived = None if waiver is None else waiver.entry
        blocks = needed and waived is None and outcome.truth is not Truth.TRUE
        findings.append(Finding(guard, outcome, walk_away, needed, blocks, waived))
    return findings


def judge_move(snapshot: Snapshot, plan: Plan) -> Judgement:
    """Evaluate every guard that matters to a move, and weigh what they give."""
    findings = judge_guards(snapshot, plan.needed, walk_away=False, needed=True)
    findings += judge_guards(snapshot, plan.walk_away, walk_away=True, needed=plan.needs_walk_away)
    findings += judge_guards(snapshot, plan.watched, walk_away=True, needed=False)
    doubtful = {f.guard: f.outcome.truth for f in findings if not f.holds}
    if not doubtful:
        return Judgement(plan, Verdict.READY, tuple(findings))
    verdict, in_the_way = weigh(snapshot.playbook.walk_away, plan, doubtful)
    for i, f in enumerate(findings):
        # The others are in nobody's way, as long as enough of them are known good.
        if f.walk_away and f.blocks is not (f.guard in in_the_way):
            findings[i] = evolve(f, blocks=not f.blocks)
    return Judgement(plan, verdict, tuple(findings))


def judge_step(snapshot: Snapshot, to: str | None = None) -> Judgement:
    """Judge the move to ``to``; without it, the first that is ready, or else the first.

    Raises:
        LookupError: no move leads there.
    """
    judgements = (judge_move(snapshot, plan) for plan in _plans(snapshot, to))
    first = next(judgements)
    if first.verdict is Verdict.READY:
        return first
    return next((one for one in judgements if one.verdict is Verdict.READY), first)


def stands_until(snapshot: Snapshot, to: str | None = None) -> datetime | None:
    """The last instant at which :func:`judge_step` gives the same though nothing is said."""
    guards = {guard for plan in _plans(snapshot, to) for guard in plan.needs}
    return min(_lasts(snapshot, guards), default=None)


def _lasts(snapshot: Snapshot, guards: Iterable[str]) -> Iterator[datetime]:
    """The last instants at which the outcomes of guards, and their waivers, stand."""
    for guard in guards:
        if (until := snapshot.state.guard_outcome(guard, snapshot).until) is not None:
            yield until
        waiver = snapshot.waiver(guard)
        if waiver is not None and waiver.until is not None:
            yield waiver.until


def weigh_step(snapshot: Snapshot, to: str | None = None) -> Verdict:
    """The verdict that :func:`judge_step` gives, without its findings."""
    verdicts = (_weigh_move(snapshot, plan) for plan in _plans(snapshot, to))
    first = next(verdicts)
    return Verdict.READY if Verdict.READY in verdicts else first


def _weigh_move(snapshot: Snapshot, plan: Plan) -> Verdict:
    outcome_of, waivers = snapshot.state.guard_outcome, snapshot.state.waivers
    doubtful = {}
    for guard in plan.needs:
        truth = outcome_of(guard, snapshot).truth
        if truth is not Truth.TRUE and not (guard in waivers and snapshot.waiver(guard)):
            doubtful[guard] = truth
    return weigh(snapshot.playbook.walk_away, plan, doubtful)[0]


def _plans(snapshot: Snapshot, to: str | None) -> tuple[Plan, ...]:
    plans = snapshot.playbook.plans[snapshot.state.step]
    chosen = tuple(plan for plan in plans if to is None or plan.move.to == to)
    if not chosen:
        raise LookupError(to)
    return chosen


def find_gap(
    snapshot: Snapshot, close: TrialClose, named: Collection[str]
) -> tuple[str, tuple[Finding, ...]]:
    """Where a rejected trial close goes back to (METHOD, section 1, step 5).

    Args:
        snapshot: the deal.
        close: how the trial close is answered.
        named: the steps at which somebody sees the gap. People who name different ones send the
            deal back to the earliest, since going too far back costs a few questions and not going
            far enough costs the deal.

    Returns:
        The earliest step before the trial close whose guards no longer hold, or that the customer
        names as the gap; when there is neither, the step just before. And the findings of the
        guards of those steps that do not hold, since the customer's no has a cause. Only steps
        that lie on every way to the trial close count, for the deal has passed no others for sure.
    """
    book = snapshot.playbook
    failed = {
        step: tuple(
            finding
            for finding in judge_guards(snapshot, guards, walk_away=False, needed=True)
            if not finding.holds
        )
        for step, guards in book.standing_before(close.step).items()
    }
    gaps = [step.id for step in book.steps if failed.get(step.id) or step.id in named]
    everything = tuple(f for findings in failed.values() for f in findings)
    return (gaps[0] if gaps else list(failed)[-1]), everything
