"""Records of judgements: each has to be one that some evidence on record could have given.

Whether the evidence was judged rightly is not asked here; that is for an audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, get_args

from dealflow.conditions import GapReason
from dealflow.evidence import LackReason
from dealflow.exceptions import Problems
from dealflow.message import listed, message
from dealflow.playbook import Plan, weigh
from dealflow.state.deal_state import DealState
from dealflow.trail import events
from dealflow.values import Truth, Verdict

__all__ = ["doubtful", "judged", "recorded"]

_Judged: TypeAlias = events.Moved | events.Refused | events.WalkedAway

_TRUE = Truth.TRUE.value
_REASONS = frozenset(get_args(GapReason))
_OF_FACTS = frozenset((*get_args(LackReason), "not_named"))


def judged(
    p: Problems, state: DealState, at: datetime | None, plan: Plan, event: _Judged
) -> Verdict:
    """Note what is wrong with the judgement of a move, and weigh what its guards gave."""
    guards = event.guards
    expected = plan.needs
    if guards.keys() != expected.keys():
        wrong = sorted(guards.keys() ^ expected.keys())
        told = message("the move does not hang on {wrong}, or lacks it", wrong=listed(wrong))
        p.note("guards", told, "inconsistent", guards=wrong)
    for guard, record in guards.items():
        if record.needed is not expected.get(guard, record.needed):
            told = message("{guard} is said to be not needed", guard=guard)
            if record.needed:
                told = message("{guard} is said to be needed", guard=guard)
            p.note("guards", told, "inconsistent", guard=guard)
        recorded(p, state, at, guard, record)
    verdict = weigh(state.playbook.walk_away, plan, doubtful(guards))[0]
    if event.verdict != verdict.value:
        told = message(
            "the guards give the verdict {verdict}, not {given}",
            verdict=verdict.value,
            given=event.verdict,
        )
        p.note("verdict", told, "inconsistent")
    return verdict


def doubtful(guards: events.Guards) -> Mapping[str, Truth]:
    """The guards that are neither known good nor set aside."""
    return {
        guard: Truth(record.truth)
        for guard, record in guards.items()
        if record.truth != _TRUE and record.waived is None
    }


def recorded(
    p: Problems, state: DealState, at: datetime | None, guard: str, record: events.GuardRecord
) -> None:
    """Note what is wrong with the record of one guard."""
    stand = state.evidence.stand
    for numbers in (record.yes, record.no):
        if numbers and not stand(numbers):
            told = message(
                "{guard} rests on {numbers}, which are not statements that stand, each once",
                guard=guard,
                numbers=numbers,
            )
            p.note("guards", told, "unknown_statement", guard=guard, statements=numbers)
    waiver = None if at is None or guard not in state.waivers else state.waiver(guard, at)
    if record.waived != (waiver and waiver.entry):
        told = message(
            "{guard} is said to be set aside by entry {waived}", guard=guard, waived=record.waived
        )
        p.note("guards", told, "inconsistent", guard=guard)
    for gap in record.missing:
        reason, _, rest = gap.partition(":")
        fact, _, about = rest.partition(":")
        if (
            reason not in _REASONS
            or (reason in _OF_FACTS and fact not in state.playbook.fact)
            or (reason in _OF_FACTS and about and about not in state.contacts)
            or record.truth == _TRUE
        ):
            p.note(
                "guards",
                message("{guard} cannot miss {gap!r}", guard=guard, gap=gap),
                "inconsistent",
                guard=guard,
            )
