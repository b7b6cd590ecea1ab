"""Recorded deals, decided by other rules: which attempts would have ended differently, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from dealflow.analysis.history import judge_all, observations
from dealflow.assessment import Judgement, Verdict
from dealflow.events import Opened
from dealflow.playbook import Playbook
from dealflow.trail import Trail

__all__ = ["Changed", "decided_differently"]


@frozen
class Changed:
    """A recorded attempt that another playbook decides differently.

    Attributes:
        deal: the deal's id.
        entry: the sequence number of the attempt's entry.
        at: when it was tried.
        source: the step that the deal was in.
        to: where it was to go.
        before: the verdict under the old playbook; ``None`` where it has no such move.
        after: the verdict under the new one; ``None`` where it has no such move.
        guards: the guards that stand in the way under one and not under the other, sorted.
    """

    deal: str
    entry: int
    at: datetime
    source: str
    to: str
    before: Verdict | None
    after: Verdict | None
    guards: tuple[str, ...]


def decided_differently(
    old: Playbook, new: Playbook, trails: Iterable[Trail]
) -> tuple[tuple[Changed, ...], int]:
    """Judge every attempt of recorded trails under both playbooks.

    Only whether a move passes counts as a decision: two refusals for different reasons are alike.

    Returns:
        The attempts that are decided differently, in the order of the trails, and how many
        attempts there were.
    """
    known = [(_deal_of(trail), seen) for trail in trails for seen in observations(old, trail)]
    attempts = [seen for _, seen in known]
    changed = []
    for (deal, attempt), before, after in zip(
        known, judge_all(old, attempts), judge_all(new, attempts), strict=True
    ):
        judged = before or after
        if judged is None or _passes(before) is _passes(after):
            continue
        changed.append(
            Changed(
                deal,
                len(attempt.entries) + 1,
                attempt.at,
                judged.plan.move.source,
                judged.plan.move.to,
                before.verdict if before else None,
                after.verdict if after else None,
                tuple(sorted(_blocking(before) ^ _blocking(after))),
            )
        )
    return tuple(changed), len(known)


def _deal_of(trail: Trail) -> str:
    """The id of the deal that a trail is of; none for an empty trail."""
    opened = trail[0].event if len(trail) else None
    return opened.deal if isinstance(opened, Opened) else ""


def _passes(judgement: Judgement | None) -> bool:
    return judgement is not None and judgement.verdict is Verdict.READY


def _blocking(judgement: Judgement | None) -> set[str]:
    return {finding.guard for finding in judgement.blocking} if judgement else set()
