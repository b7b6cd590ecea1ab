"""For a cell of a coverage the line of a test that covers it, where one plain line does.

Each line runs as it stands in a test with dealflow's fixtures: the deal that it builds was built,
and judged, before the line is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import frozen

from dealflow import coaching
from dealflow.analysis._coverage_cells import Cell, plans_of
from dealflow.analysis.history import world_of
from dealflow.analysis.routes import START, Unreachable, deal_at
from dealflow.assessment import Judgement, Verdict, judge_move
from dealflow.playbook import Plan, Playbook
from dealflow.state import Snapshot

__all__ = ["code"]


@frozen
class _Given:
    """The cheapest deal at a step.

    Attributes:
        step: the step.
        gone: the facts of which nothing is said.
        ready: whether everything else is said that the step's first move needs.
    """

    step: str
    gone: tuple[str, ...] = ()
    ready: bool = False

    def __str__(self) -> str:
        gone = ", ".join(f'"{fact}": None' for fact in self.gone)
        parts = [f'"{self.step}"', *([f"{{{gone}}}"] if gone else [])]
        return f"deal_at({', '.join([*parts, *(['ready=True'] if self.ready else [])])})"


def code(playbook: Playbook, cell: Cell) -> str | None:
    """The line that covers a cell; ``None`` where it takes more than one."""
    match cell.kind:
        case "steps":
            given = _Given(cell.id)
            return f"{given}.assess(at=clock.now)" if _known(playbook, given) else None
        case "moves":
            return next(_passing(playbook, cell.id), None)
        case "refusals":
            return next(_refusal(playbook, cell.id), None)
        case "reasons":
            return min(_reason(playbook, cell.id), key=_guards, default=None)
        case "questions":
            return next(_asked(playbook, cell.id), None)
        case _:
            return None


def _passing(playbook: Playbook, move: str) -> Iterator[str]:
    for plan in plans_of(playbook):
        for given in (_Given(plan.move.source), _Given(plan.move.source, ready=True)):
            judgement = _judged(playbook, plan, given) if plan.move.id == move else None
            if judgement is not None and judgement.verdict is Verdict.READY:
                yield f'assert_moves({given}, to="{plan.move.to}")'


def _refusal(playbook: Playbook, move: str) -> Iterator[str]:
    """The refusal of a deal that just got to the step."""
    for plan in plans_of(playbook):
        if plan.move.id == move:
            yield from _refused(playbook, plan, _Given(plan.move.source))


def _reason(playbook: Playbook, guard: str) -> Iterator[str]:
    """Refusals by a guard: of what it reads nothing was said, or nothing was said at all."""
    facts = playbook.guard_condition[guard].facts
    gone = tuple(dict.fromkeys(fact.id for fact in facts))
    for plan in plans_of(playbook):
        step = plan.move.source
        for given in (_Given(step, gone, ready=True), _Given(step)):
            if gone or not given.ready:
                yield from _refused(playbook, plan, given, guard)


def _refused(playbook: Playbook, plan: Plan, given: _Given, by: str | None = None) -> Iterator[str]:
    judgement = _judged(playbook, plan, given)
    blocking = [finding.guard for finding in judgement.blocking] if judgement else []
    if blocking and (by is None or by in blocking):
        because = ", ".join(f'"{guard}"' for guard in blocking)
        yield f'assert_refused({given}, to="{plan.move.to}", because={{{because}}})'


def _asked(playbook: Playbook, question: str) -> Iterator[str]:
    for step in dict.fromkeys(plan.move.source for plan in plans_of(playbook)):
        snapshot = _known(playbook, _Given(step))
        if snapshot is not None:
            assessment = coaching.assess(snapshot, coaching.judge_step(snapshot))
            if any(ask.question.id == question for ask in assessment.questions):
                yield f'assert_asks(deal_at("{step}"), "{question}")'


def _judged(playbook: Playbook, plan: Plan, given: _Given) -> Judgement | None:
    snapshot = _known(playbook, given)
    return None if snapshot is None else judge_move(snapshot, plan)


@lru_cache(maxsize=1024)
def _known(playbook: Playbook, given: _Given) -> Snapshot | None:
    """What is known of a deal; ``None`` when none was found."""
    try:
        facts = dict.fromkeys(given.gone)
        deal = deal_at(playbook, given.step, facts=facts, ready=given.ready)
    except Unreachable:
        return None
    return world_of(playbook, deal.trail, START)


def _guards(line: str) -> int:
    """How many guards a line names: the fewer, the plainer."""
    return line.partition("because=")[2].count(",")
