"""Lint of moves and the walk-away policy by their looks: what is not checked, or once only."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator

from dealflow.analysis.lint.facts import needed_facts
from dealflow.analysis.lint.findings import LintFinding, found
from dealflow.analysis.lint.oracle import TRUE, Oracle, silent
from dealflow.analysis.solver import Goal
from dealflow.message import message
from dealflow.playbook import FULFILLED, Places, Playbook, WalkAway

__all__ = ["lint_moves", "lint_order", "move_place"]


def lint_moves(playbook: Playbook) -> Iterator[LintFinding]:
    """Moves that nothing checks, and ways past the walk-away guards."""
    for plans in playbook.plans.values():
        for plan in plans:
            if not plan.needed and not plan.needs_walk_away:
                move = plan.move
                said = message(
                    "the move {move} to {to} looks at no guard: any deal may make it",
                    move=move.id,
                    to=move.to,
                )
                yield found("D103", move_place(playbook, move.id), said)
    policy = playbook.walk_away
    if policy is not None:
        yield from _guards(playbook, policy)
        yield from _detours(playbook, policy)


def move_place(playbook: Playbook, move: str) -> str:
    """Where a move stands; moves that no file spells out stand at their step."""
    source = next(each.source for each in playbook.moves if each.id == move)
    usual = [f"leave_{step.id}" for step in playbook.steps]
    spelt_out = [each.id for each in playbook.moves] != usual
    return f"moves.{move}" if spelt_out else f"steps.{source}"


def _guards(playbook: Playbook, policy: WalkAway) -> Iterator[LintFinding]:
    for id in policy.guards:
        guard = playbook.guard[id]
        if not guard.standing:
            said = message(
                "a walk-away guard that is checked once, on leaving {step}: who takes"
                " something back later is not noticed",
                step=policy.start,
            )
            yield found("D401", f"guards.{id}.standing", said)
        if guard.waivable:
            said = message("a walk-away guard that may be set aside: a named person can bypass it")
            yield found("D402", f"guards.{id}.waivable", said)


def _detours(playbook: Playbook, policy: WalkAway) -> Iterator[LintFinding]:
    """Moves with which a deal gets past the step on leaving which the guards are checked."""
    order = {step.id: i for i, step in enumerate(playbook.steps)} | {FULFILLED: len(playbook.steps)}
    # steps that a deal can get to without leaving the one at which the guards are checked
    reached = {playbook.steps[0].id} - {policy.start}
    for step in playbook.steps:  # moves lead to later steps only, so one round is enough
        for move in playbook.moves:
            if move.source != step.id or step.id not in reached or move.to == policy.start:
                continue
            reached.add(move.to)
            if order[step.id] < order[policy.start] < order[move.to]:
                said = message(
                    "it leads from {step} past {start}, on leaving which the walk-away"
                    " guards are checked",
                    step=step.id,
                    start=policy.start,
                )
                yield found("D403", f"moves.{move.id}.to", said)


def lint_order(oracle: Oracle, places: Places) -> Iterator[LintFinding]:
    """Questions asked only after the guard that needs the answer.

    A question belongs to the step whose heading stands above it in the file; where none does, it
    belongs to all. It comes too late when a guard is needed on leaving an earlier step, and no deal
    can pass it without an answer to one that comes late.
    """
    book = oracle.playbook
    headings = [places.find(("steps", i)) or (0, 0) for i in range(len(book.steps))]
    asked: dict[str, int] = {}
    for fact in book.facts:
        spots = [places.find(("facts", fact.id, "ask", i)) for i in range(len(fact.ask))]
        asked[fact.id] = min((bisect(headings, spot) - 1 for spot in spots if spot), default=-1)
    told = set()
    for guard, step in _first_needed(book).items():
        condition = book.guard_condition[guard]
        late = [fact for fact in needed_facts(condition) if asked[fact.id] > step]
        goals = [Goal(condition, TRUE), *silent(condition, late)]
        what = message("whether it can pass on answers that were asked for by then")
        if not late or not oracle.ask(f"guards.{guard}.when", what, goals).impossible:
            continue
        for fact in late:
            if fact.id not in told:
                told.add(fact.id)
                said = message(
                    "it is asked at {late}, but guard {guard} needs the answer on leaving {step}",
                    late=book.steps[asked[fact.id]].id,
                    guard=guard,
                    step=book.steps[step].id,
                )
                yield found("D305", f"facts.{fact.id}.ask", said)


def _first_needed(playbook: Playbook) -> dict[str, int]:
    """From the guards that a move needs to the position of the first step whose leaving does."""
    first: dict[str, int] = {}
    for i, step in enumerate(playbook.steps):
        for plan in playbook.plans[step.id]:
            walk_away = plan.walk_away if plan.needs_walk_away else ()
            for guard in (*plan.needed, *walk_away):
                first.setdefault(guard, i)
    return first
