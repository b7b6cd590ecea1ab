"""Which questions a coach can come to ask: those that an open or a refuted guard leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dealflow.conditions import Condition, Covered, Disputed, Missing, Node, Quantified
from dealflow.facts import Fact
from dealflow.playbook import Playbook
from dealflow.truth import Truth

__all__ = ["askable"]


def askable(playbook: Playbook, truths: Mapping[str, Collection[Truth]]) -> frozenset[str]:
    """The ids of the questions that can come up in an assessment.

    What only red flags, papers or the trial close read is never asked for by itself.

    Args:
        playbook: the playbook.
        truths: the truths that each guard that is looked at can have.
    """
    found: set[str] = set()
    for guard, can_be in truths.items():
        if set(can_be) != {Truth.TRUE}:
            found.update(_for_guard(playbook, playbook.guard_condition[guard], can_be))
    return frozenset(found)


def _for_guard(
    playbook: Playbook, condition: Condition, can_be: Collection[Truth]
) -> Iterator[str]:
    coaching = playbook.coaching
    if coaching.conflicted is not None and Truth.CONFLICTED in can_be:
        yield coaching.conflicted
    if Truth.FALSE in can_be:  # those who said no are asked once more, by the fact's first question
        for fact in _read(condition, (Missing,)):
            yield from (question.id for question in fact.ask[:1])
    for fact in _read(condition, (Missing, Disputed)):
        yield from (question.id for question in fact.ask)
        if fact.good_for is not None and coaching.stale is not None:
            yield coaching.stale
    for node in condition.walk():
        if isinstance(node, Covered | Quantified) and node.role in playbook.role:
            question_id = playbook.role[node.role].ask
            if question_id is not None:
                yield question_id


def _read(node: Node, but: tuple[type[Node], ...]) -> Iterator[Fact]:
    """The facts that some node reads which is none of these."""
    for each in node.walk():
        fact = getattr(each, "fact", None)
        if isinstance(fact, Fact) and not isinstance(each, but):
            yield fact
