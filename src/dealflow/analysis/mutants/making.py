"""Mutants of a playbook: each has one fault, put there to see whether the playbook's tests notice.

A fault that no test notices is a gap in the tests, unless no deal can tell it from the original.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from attrs import evolve

from dealflow.analysis.mutants.conditions import plain, rewrites
from dealflow.analysis.mutants.mutant import Draft, Mutant
from dealflow.analysis.mutants.rules import of_facts, of_guards, of_moves, of_policies, of_steps
from dealflow.conditions import Vocabulary, parse
from dealflow.exceptions import PlaybookError
from dealflow.playbook import Playbook

__all__ = ["mutants"]


def mutants(playbook: Playbook) -> tuple[Mutant, ...]:
    """Every mutant of a playbook, each with one fault.

    Mutants that would not hold together as playbooks are left out, and so are those that say the
    same as the original or as one before them.
    """
    drafts = chain(
        _of_conditions(playbook),
        of_guards(playbook),
        of_facts(playbook),
        of_steps(playbook),
        of_moves(playbook),
        of_policies(playbook),
    )
    numbers: Counter[tuple[str, str]] = Counter()
    made = []
    for draft in drafts:
        key = (draft.part, draft.operator)
        numbers[key] += 1
        made.append(
            Mutant(
                f"{draft.part}:{draft.operator}:{numbers[key]}",
                draft.operator,
                draft.place,
                draft.description,
                draft.before,
                draft.after,
                draft.guards,
                playbook,
                draft.changes,
            )
        )
    return tuple(made)


def _of_conditions(book: Playbook) -> Iterator[Draft]:
    vocabulary = Vocabulary(book.fact, tuple(book.role))
    for i, guard in enumerate(book.guards):
        condition = book.guard_condition[guard.id]
        before = str(plain(condition))
        seen = {before}
        part = f"guards.{guard.id}"
        for rewrite in rewrites(condition):
            after = str(plain(rewrite.condition))
            if after in seen:
                continue
            seen.add(after)
            try:
                parse(after, vocabulary)
            except PlaybookError:
                continue
            changed = evolve(guard, when=after)
            yield Draft(
                part,
                rewrite.operator,
                f"{part}.when",
                rewrite.words,
                before,
                after,
                (guard.id,),
                {"guards": (*book.guards[:i], changed, *book.guards[i + 1 :])},
            )
