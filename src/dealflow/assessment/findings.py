"""Findings and verdicts: every guard that matters to a move, evaluated; none short-circuited."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import evolve, frozen

from dealflow.conditions import Gap, Outcome
from dealflow.playbook import Plan, TrialClose, WalkAway
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.values import Truth

__all__ = [
    "Finding",
    "Judgement",
    "Verdict",
    "find_gap",
    "judge_guards",
    "judge_move",
    "judge_step",
]


class Verdict(Enum):
    """What to do with a deal now, the most pressing first."""

    WALK_AWAY = "walk_away"
    RECONCILE = "reconcile"
    ASK = "ask"
    WORK = "work"
    READY = "ready"


@frozen(slots=False, repr=False)  # quicker to make, and every assessment makes many
class Finding(Record):
    """The outcome of one guard at one time.

    Attributes:
        guard: the guard's id.
        outcome: what its condition gave.
        walk_away: whether it is a walk-away guard.
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
    """Evaluate every guard that matters to a move, and give the verdict.

    The order of verdicts is WALK_AWAY, RECONCILE, ASK, WORK, READY. Of n walk-away guards with
    threshold k, at least n-k+1 must be TRUE to go on; k refuted ones mean walking away.
    """
    needed = plan.needs_walk_away
    findings = judge_guards(snapshot, plan.needed, walk_away=False, needed=True)
    findings += judge_guards(snapshot, plan.walk_away, walk_away=True, needed=needed)
    doubtful = [f for f in findings if f.outcome.truth is not Truth.TRUE and f.waived is None]
    if not doubtful:
        return Judgement(plan, Verdict.READY, tuple(findings))
    policy = snapshot.playbook.walk_away
    leave = policy is not None and _must_leave(policy, plan, doubtful)
    if policy is not None:
        # Of n conditions, n-k+1 have to be known good. While enough are, the others are in nobody's
        # way, whether they are unknown or in dispute; the refuted ones stand out when they are the
        # reason to leave.
        short = sum(f.walk_away for f in doubtful) > len(plan.walk_away) - policy.enough(
            len(plan.walk_away)
        )
        for i, f in enumerate(findings):
            if f.walk_away:
                blocks = (f.blocks and short) or (leave and f.refuted)
                findings[i] = evolve(f, blocks=blocks)
    verdict = Verdict.WALK_AWAY if leave else _verdict(f for f in findings if f.blocks)
    return Judgement(plan, verdict, tuple(findings))


def _must_leave(policy: WalkAway, plan: Plan, doubtful: list[Finding]) -> bool:
    refuted = [f for f in doubtful if f.outcome.truth is Truth.FALSE]
    if any(f.guard in policy.at_once for f in refuted):
        return True
    special = sum(f.walk_away for f in refuted)
    # Of no guards at all, `all` is 0: nothing refuted must not mean walking away.
    return special > 0 and special >= policy.threshold(len(plan.walk_away))


# In the order in which they are looked for: a contradiction comes before what nobody knows, since
# one more answer would only be one more voice in it.
_BY_TRUTH = {
    Truth.CONFLICTED: Verdict.RECONCILE,
    Truth.UNKNOWN: Verdict.ASK,
    Truth.FALSE: Verdict.WORK,
}


def _verdict(blocking: Iterable[Finding]) -> Verdict:
    truths = {finding.truth for finding in blocking}
    for truth, verdict in _BY_TRUTH.items():
        if truth in truths:
            return verdict
    return Verdict.READY


def judge_step(snapshot: Snapshot, to: str | None = None) -> Judgement:
    """Judge the move to ``to``; without it, the first that is ready, or else the first."""
    plans = snapshot.playbook.plans[snapshot.state.step]
    first = None
    for plan in plans:
        if to is None or plan.move.to == to:
            judgement = judge_move(snapshot, plan)
            if to is not None or judgement.verdict is Verdict.READY:
                return judgement
            first = first or judgement
    if first is None:
        raise LookupError(to)
    return first


def find_gap(snapshot: Snapshot, close: TrialClose) -> tuple[str, tuple[Finding, ...]]:
    """Where a rejected trial close goes back to (METHOD, section 1, step 5).

    Returns:
        The earliest step before the trial close whose guards no longer hold, or that the customer
        names as the gap; when there is neither, the step just before. And the findings of the
        guards of those steps that do not hold, since the customer's no has a cause. Only steps
        that lie on every way to the trial close count, for the deal has passed no others for sure.
    """
    book = snapshot.playbook
    earlier = [step for step in book.steps if step.id in book.passed_before(close.step)]
    failed: dict[str, tuple[Finding, ...]] = {}
    # Guards that are not standing mattered only on leaving their step.
    standing = {guard.id for guard in book.guards if guard.standing}
    for step in earlier:
        guards = [guard for guard in step.leave_when if guard in standing]
        findings = judge_guards(snapshot, guards, walk_away=False, needed=True)
        if book.walk_away and step.id == book.walk_away.start:
            guards = [guard for guard in book.walk_away.guards if guard in standing]
            findings += judge_guards(snapshot, guards, walk_away=True, needed=True)
        failed[step.id] = tuple(f for f in findings if not f.holds)
    # By a live claim, whoever made it: people who name different gaps send the deal back to the
    # earliest, since going too far back costs a few questions and not going far enough costs the
    # deal.
    named = set()
    if close.gap_fact is not None:
        reading = snapshot.read(book.fact[close.gap_fact], None)
        named = {close.gaps[str(value)] for value, _ in reading.values if value in close.gaps}
    gaps = [step.id for step in book.steps if failed.get(step.id) or step.id in named]
    everything = tuple(f for findings in failed.values() for f in findings)
    return (gaps[0] if gaps else earlier[-1].id), everything
