"""Moves: forward along the playbook, back, out and in again; all of them made by its machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from dealflow.evidence import Statement
from dealflow.exceptions import Problem, Problems
from dealflow.message import message
from dealflow.playbook import machine
from dealflow.state.deal_state import DealState, Setback, Snapshot
from dealflow.state.records import doubtful, judged, recorded
from dealflow.state.rule import Rule
from dealflow.trail import events
from dealflow.values import FULFILLED, LOST, WALKED_AWAY, Verdict

__all__ = ["RULES", "closed", "gaps_named", "place_after", "rejections", "why_no_way_back"]

_Attempt: TypeAlias = events.Moved | events.Refused

_TRIGGERS: Final[Mapping[type, Callable[[Any], str]]] = MappingProxyType(
    {
        events.Moved: lambda event: event.move,
        events.Refused: lambda event: event.move,
        events.SteppedBack: lambda event: machine.back_to(event.to_step),
        events.WalkedAway: lambda event: machine.WALK_AWAY,
        events.Lost: lambda event: machine.LOSE,
        events.Reopened: lambda event: machine.REOPEN,
    }
)


def place_after(event: Any) -> str | None:
    """The place of the machine to which an event says that it leads; ``None`` for no move."""
    match event:
        case events.Moved(to_step=to) if to == FULFILLED:
            return machine.ended(FULFILLED, event.from_step)
        case events.Moved() | events.SteppedBack() | events.Reopened():
            return str(event.to_step)
        case events.WalkedAway():
            return machine.ended(WALKED_AWAY, event.from_step)
        case events.Lost():
            return machine.ended(LOST, event.from_step)
        case _:
            return None


def _go(state: DealState, seq: int, at: datetime, by: str, event: events.Event) -> None:
    state.fire(_TRIGGERS[event.__class__](event), seq, at)


def _stay(state: DealState, seq: int, at: datetime, by: str, event: events.Refused) -> None:
    """A refused attempt changes nothing."""


_OUTCOMES: Final = {
    str(each): each
    for each in (
        message("fulfilled"),
        message("lost"),
        message("open"),
        message("walked_away"),
    )
}


def closed(outcome: str) -> Problem:
    """What keeps a deal that has ended from every move but the way in again."""
    told = message("the deal is {outcome}: it has to be open for this", outcome=_OUTCOMES[outcome])
    return Problem("", told, code="deal_closed", data={"outcome": outcome})


def _tried(p: Problems, state: DealState, event: Any) -> bool:
    """Whether the deal is open, and where it is said to be."""
    if state.outcome is not None:
        p.append(closed(state.outcome))
    elif event.from_step != state.step:
        told = message(
            "the deal is at {step}, not at {from_step!r}",
            step=state.step,
            from_step=event.from_step,
        )
        p.note("from_step", told, "inconsistent")
    else:
        return True
    return False


def _attempted(
    p: Problems, state: DealState, at: datetime | None, by: object, event: _Attempt
) -> None:
    """It passed if, and only if, the machine lets it by on what its guards are said to give."""
    if not _tried(p, state, event):
        return
    plans = state.playbook.plans[state.step]
    wanted = (event.move, event.to_step)
    plan = next((plan for plan in plans if (plan.move.id, plan.move.to) == wanted), None)
    if plan is None:
        # Source and target alone would not do: a step that is passed over is one whose guards
        # nobody has judged.
        told = message(
            "{step} has no move {move!r} to {to_step!r}",
            step=state.step,
            move=event.move,
            to_step=event.to_step,
        )
        p.note("move", told, "no_such_move")
        return
    verdict = judged(p, state, at, plan, event)
    to = machine.fire(state.playbook, state.place, event.move, lambda: verdict is Verdict.READY)
    if (to is not None) is not isinstance(event, events.Moved):
        told = (
            message("the machine lets it by, and it {kind}", kind=event.KIND)
            if to
            else message("the machine does not let it by, and it {kind}", kind=event.KIND)
        )
        p.note("", told, "inconsistent")


def _walked_away(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.WalkedAway
) -> None:
    if not _tried(p, state, event):
        return
    # It does not say which move was judged: the first that is ready, or else the first of all.
    plans = state.playbook.plans[state.step]
    found = []
    for plan in plans if event.verdict == Verdict.READY.value else plans[:1]:
        found.append(here := Problems())
        judged(here, state, at, plan, event)
    if all(found):
        p += found[0]


def _lost(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Lost
) -> None:
    _tried(p, state, event)


def _stepped_back(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.SteppedBack
) -> None:
    if not _tried(p, state, event):
        return
    try:
        machine.fire(state.playbook, state.place, machine.back_to(event.to_step))
    except LookupError:
        told = message(
            "{to_step!r} is not a step before {step}", to_step=event.to_step, step=state.step
        )
        p.note("to", told, "no_such_move")
        return
    if event.cause == "rejected":
        _rejected(p, state, at, by, event)
    elif event.guards or event.answer is not None:
        p.note("guards", message("no guard is judged on the rep's own way back"), "inconsistent")


def _rejected(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.SteppedBack
) -> None:
    """Whether a rejected trial close leads where the gap is said to be (METHOD, section 1.5)."""
    book = state.playbook
    close = book.trial_close
    if close is None or state.step != close.step:
        p.note("", message("{step} is not the trial close", step=state.step), "no_such_move")
        return
    # The latest one leads back, as it does when the customer answers.
    rejection = next(reversed(rejections(state, at)), None)
    if rejection is None or rejection.id != event.answer:
        told = message(
            "entry {answer} is not the latest rejection of the trial close that stands",
            answer=event.answer,
        )
        p.note("answer", told, "inconsistent")
        return
    standing = book.standing_before(close.step)
    open_ = doubtful(event.guards)
    for guard, record in event.guards.items():
        if (
            guard not in open_
            or not record.needed
            or not any(guard in g for g in standing.values())
        ):
            told = message(
                "{guard} does not fail at a step before {step}", guard=guard, step=close.step
            )
            p.note("guards", told, "inconsistent", guard=guard)
        recorded(p, state, at, guard, record)
    named = gaps_named(state, rejection, at)
    if close.gap_fact is not None and not named:
        p.note("", message("nobody has said where the gap is"), "gap_unknown", fact=close.gap_fact)
        return
    # To the earliest step of which a guard fails, or which the customer named, or else just before.
    failed = [step for step, guards in standing.items() if not open_.keys().isdisjoint(guards)]
    gaps = [step.id for step in book.steps if step.id in failed or step.id in named]
    if event.to_step != (gaps or list(standing)[-1:])[0]:
        p.note("to", message("the gap is not at {to_step}", to_step=event.to_step), "inconsistent")


def rejections(state: DealState, at: datetime | None) -> Sequence[Statement]:
    """The rejections of the trial close that stand and have not led back yet, in their order.

    Against the yes of somebody with the final word, what others say is dissent.
    """
    close = state.playbook.trial_close
    if close is None:
        return ()
    fact = state.playbook.fact[close.fact]
    reading = Snapshot(state, at or state.timeline.last).read(fact, None)
    back = {setback.answer for setback in state.setbacks}
    return [
        said for said in reading.live if said.value not in close.forward and said.id not in back
    ]


def why_no_way_back(state: DealState, at: datetime | None) -> Problem | None:
    """Why no rejection leads back from where the deal is; ``None`` where one may."""
    if state.outcome is not None:
        return closed(state.outcome)
    close = state.playbook.trial_close
    told = message("nothing that was rejected leads back from {step}", step=state.step)
    if close is not None and state.step == close.step:
        if rejections(state, at):
            return None
        fact = state.playbook.fact[close.fact]
        if Snapshot(state, at or state.timeline.last).read(fact, None).dissent:
            told = message("{problem}: who has the final word did not reject it", problem=told)
    return Problem("", told, code="no_such_move")


def gaps_named(state: DealState, rejection: Statement, at: datetime | None) -> Collection[str]:
    """The steps at which somebody sees the gap, as last said with a rejection or after it."""
    close = state.playbook.trial_close
    if close is None or close.gap_fact is None:
        return ()

    def meant(said: Statement) -> bool:
        beside = said.interaction is not None and said.interaction == rejection.interaction
        return beside or said.said_at >= rejection.said_at

    at = at or state.timeline.last
    read = state.evidence.newer_reader(state.people.at(at), at, meant)
    values = read(state.playbook.fact[close.gap_fact], None).values
    return {close.gaps[str(value)] for value, _ in values if value in close.gaps}


def _go_back(state: DealState, seq: int, at: datetime, by: str, event: events.SteppedBack) -> None:
    _go(state, seq, at, by, event)
    if event.answer is not None:
        state.setbacks.append(Setback(event.answer, event.to_step))
        state.forget()


def _reopened(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.Reopened
) -> None:
    try:
        place = machine.fire(state.playbook, state.place, machine.REOPEN)
    except LookupError:
        told = message(
            "a deal that is {outcome} cannot be reopened",
            outcome=_OUTCOMES[state.outcome or "open"],
        )
        p.note("", told, "deal_closed" if state.outcome else "deal_open")
        return
    # Reopened elsewhere, it would have moved without a move.
    if (event.to_step, event.from_outcome) != (place, state.outcome):
        told = message(
            "the deal was {outcome} at {step}",
            outcome=_OUTCOMES[state.outcome or "open"],
            step=state.step,
        )
        p.note("to_step", told, "inconsistent")
    if not state.news:
        told = message("nothing new is on record since the deal ended: record it first")
        p.note("", told, "nothing_new")


RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {
        events.Moved: Rule(_attempted, _go),
        events.Refused: Rule(_attempted, _stay),
        events.SteppedBack: Rule(_stepped_back, _go_back),
        events.WalkedAway: Rule(_walked_away, _go),
        events.Lost: Rule(_lost, _go),
        events.Reopened: Rule(_reopened, _go),
    }
)
