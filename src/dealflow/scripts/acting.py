"""Does what the lines of a deal script say, with the verbs of the deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from dealflow.deal import Deal
from dealflow.exceptions import EvidenceError
from dealflow.message import message
from dealflow.scripts.data import (
    Answer,
    Confirm,
    Go,
    Introduce,
    Line,
    Meet,
    Recard,
    Reprice,
    Say,
    TakeBack,
    Waive,
)

__all__ = ["act"]


def act(deal: Deal, line: Line) -> None:
    """Do what a line says.

    Raises:
        DealflowError: what the verb raises; the deal is as it was.
    """
    _VERBS[type(line.action)](deal, line, line.action)


def _meet(deal: Deal, line: Line, action: Meet) -> None:
    deal.meet(
        action.kind,
        participants=action.people,
        by=line.by,
        at=line.at,
        id=action.id,
        channel=action.channel,
        held_at=action.held_at,
        spoke=action.spoke,
    )


def _say(deal: Deal, line: Line, action: Say) -> None:
    shared = {"quote": action.quote, "said_at": action.said_at, "interaction": action.interaction}
    for fact, value in action.facts.items():
        declared = deal.playbook.fact.get(fact)
        # A line may hold facts of the deal beside those of a contact; about goes with the latter.
        about = action.about if declared is None or declared.of == "contact" else None
        details: dict[str, Any] = {"by": line.by, "at": line.at, "about": about, **shared}
        if action.source_kind == "contact":
            details |= {"via": action.via, "first_hand": action.first_hand}
            deal.hear(action.source, fact, value, **details)
        elif action.source_kind == "document":
            deal.read(action.source, fact, value, **details)
        else:
            deal.observe(fact, value, **details)


def _confirm(deal: Deal, line: Line, action: Confirm) -> None:
    deal.confirm(
        action.source,
        action.facts,
        by=line.by,
        at=line.at,
        said_at=action.said_at,
        quote=action.quote,
        interaction=action.interaction,
    )


def _introduce(deal: Deal, line: Line, action: Introduce) -> None:
    put = deal.change_contact if action.known else deal.add_contact
    put(action.id, by=line.by, at=line.at, **action.fields)


def _reprice(deal: Deal, line: Line, action: Reprice) -> None:
    deal.change_amount(action.amount, by=line.by, at=line.at, reason=action.reason)


def _recard(deal: Deal, line: Line, action: Recard) -> None:
    deal.change_card(by=line.by, at=line.at, reason=action.reason, **action.fields)


def _take_back(deal: Deal, line: Line, action: TakeBack) -> None:
    about = action.about
    fact = deal.playbook.fact.get(action.fact)
    if about is None and fact and fact.of == "contact" and action.source_kind == "contact":
        about = action.source
    said = [
        statement
        for statement in deal.standing
        if (statement.source_kind, statement.source) == (action.source_kind, action.source)
        and (statement.fact, statement.about) == (action.fact, about)
    ]
    if not said:
        raise EvidenceError(
            message(
                "{source} has said nothing about {fact} that stands",
                source=action.source,
                fact=action.fact,
            )
        )
    # The one that counts: taking an earlier one back would change nothing.
    latest = max(said, key=lambda statement: (statement.said_at, statement.id))
    deal.withdraw(latest.id, by=line.by, at=line.at, reason=action.reason)


def _waive(deal: Deal, line: Line, action: Waive) -> None:
    deal.waive(
        action.guard,
        authority=action.authority,
        by=line.by,
        at=line.at,
        reason=action.reason,
        until=action.until,
    )


def _go(deal: Deal, line: Line, action: Go) -> None:
    known: dict[str, Any] = {"by": line.by, "at": line.at}
    if action.verb == "advance":
        deal.advance(to=action.to, **known)
    elif action.verb == "fulfil":
        deal.fulfil(**known)
    elif action.verb == "step_back":
        deal.step_back(str(action.to), reason=action.reason, **known)
    elif action.verb == "return_to_gap":
        deal.return_to_gap(**known)
    elif action.verb == "lose":
        to: Any = action.to
        deal.lose(reason=action.reason, to=to, rival=action.rival, **known)
    elif action.verb == "walk_away":
        deal.walk_away(reason=action.reason, **known)
    else:
        deal.reopen(reason=action.reason, **known)


def _answer(deal: Deal, line: Line, action: Answer) -> None:
    deal.answer_trial_close(
        action.answer,
        source=action.source,
        by=line.by,
        at=line.at,
        quote=action.quote,
        via=action.via,
        first_hand=action.first_hand,
        said_at=action.said_at,
        interaction=action.interaction,
        gap=action.gap,
        reason=action.reason,
    )


_VERBS: Final[Mapping[type, Callable[[Deal, Line, Any], object]]] = MappingProxyType(
    {
        Meet: _meet,
        Say: _say,
        Confirm: _confirm,
        Introduce: _introduce,
        Reprice: _reprice,
        Recard: _recard,
        TakeBack: _take_back,
        Waive: _waive,
        Go: _go,
        Answer: _answer,
    }
)
