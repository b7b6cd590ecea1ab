"""What judgements put on record: a move or a refusal, a walking away, the way back to a gap.

Verbs record what is made here. An audit makes it once more and holds it against the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from dealflow.assessment.findings import Finding, Judgement, find_gap
from dealflow.conditions import Gap
from dealflow.state import Snapshot, gaps_named, rejections
from dealflow.trail import GuardRecord, events
from dealflow.values import Verdict

__all__ = ["attempted", "record", "records", "walked_away", "way_back"]

_Records: TypeAlias = Callable[[Iterable[Finding]], events.Guards]


def attempted(judgement: Judgement, guards: events.Guards) -> events.Moved | events.Refused:
    """What an attempt at a move comes to: it passes, or is refused.

    Args:
        judgement: how the move was judged.
        guards: what is kept of its findings.
    """
    move, verdict = judgement.plan.move, judgement.verdict
    # Which of the two it is was judged; whether it may be recorded as such, the machine says.
    kind = events.Moved if verdict is Verdict.READY else events.Refused
    return kind(move.id, move.source, move.to, verdict.value, guards)


def walked_away(judgement: Judgement, guards: events.Guards, reason: str) -> events.WalkedAway:
    """The end of a deal from our side, with how it stood then.

    Args:
        judgement: how the move forward was judged.
        guards: what is kept of its findings.
        reason: why we leave.
    """
    step, verdict = judgement.plan.move.source, judgement.verdict
    return events.WalkedAway(step, reason, verdict.value, guards)


def way_back(snapshot: Snapshot, keep: _Records) -> events.SteppedBack | None:
    """The way back to the gap of the latest rejection (METHOD, section 1, step 5).

    Args:
        snapshot: the deal.
        keep: what is kept of findings.

    Returns:
        ``None`` when nothing is rejected, or nobody has said yet where the gap is.
    """
    state, close = snapshot.state, snapshot.playbook.trial_close
    rejected = rejections(state, snapshot.at)
    if close is None or not rejected:
        return None
    named = gaps_named(state, rejected[-1], snapshot.at)
    if close.gap_fact is not None and not named:
        return None
    to, failed = find_gap(snapshot, close, named)
    return events.SteppedBack(state.step, to, "", "rejected", keep(failed), rejected[-1].id)


def records(findings: Iterable[Finding]) -> dict[str, GuardRecord]:
    """What a trail keeps of findings, by guard."""
    return {finding.guard: record(finding) for finding in findings}


def record(finding: Finding) -> GuardRecord:
    """What a trail keeps of one finding."""
    outcome = finding.outcome
    missing = tuple(map(_gap_code, outcome.gaps)) if outcome.gaps else ()
    return GuardRecord(
        outcome.truth.value, finding.needed, outcome.yes, outcome.no, missing, finding.waived
    )


def _gap_code(gap: Gap) -> str:
    return ":".join(part for part in (gap.reason, gap.subject, gap.about) if part)
