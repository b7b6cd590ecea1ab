"""Lint of the order of a file: questions that stand below the step whose guards need them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator

from dealflow._toml_places import Places
from dealflow.analysis._lint_base import LintFinding, found
from dealflow.analysis._lint_facts import needed_facts
from dealflow.analysis._lint_oracle import TRUE, Oracle, silent
from dealflow.analysis.solver import Goal
from dealflow.playbook import Playbook

__all__ = ["lint_order"]


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
        what = "whether it can pass on answers that were asked for by then"
        if not late or not oracle.ask(f"guards.{guard}.when", what, goals).impossible:
            continue
        for fact in late:
            if fact.id not in told:
                told.add(fact.id)
                message = (
                    f"it is asked at {book.steps[asked[fact.id]].id}, but guard {guard} needs the"
                    f" answer on leaving {book.steps[step].id}"
                )
                yield found("D305", f"facts.{fact.id}.ask", message)


def _first_needed(playbook: Playbook) -> dict[str, int]:
    """From the guards that a move needs to the position of the first step whose leaving does."""
    first: dict[str, int] = {}
    for i, step in enumerate(playbook.steps):
        for plan in playbook.plans[step.id]:
            walk_away = plan.walk_away if plan.needs_walk_away else ()
            for guard in (*plan.needed, *walk_away):
                first.setdefault(guard, i)
    return first
