"""A small playbook for what happens around a trial close, and deals under it."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from attrs import evolve

from dealflow import (
    Coaching,
    Deal,
    Guard,
    Paper,
    Playbook,
    Question,
    RedFlag,
    Role,
    Sources,
    TrialClose,
    ValueType,
    WalkAway,
)
from tests._playbooks import fact, guard, playbook, step, text
from tests.deals import BY, DAY, START, now

HOUR = timedelta(hours=1)
GUARDS = {
    "real": "need.real",
    "mapped": "covered(buyer)",
    "known": "known(need.words)",
    "backed": "plan.backed",
    "voiced": "voices(need.real, plan.backed) >= 2",
    "heard": "heard(2)",
    "wins": "some(any_role, known(person.win))",
    "quiet": "not dissent(plan.backed)",
    "two": "need.two",
    "answered": 'close.answer in ["yes", "later"]',
    "final": "final(close.answer)",
    "severe": "need.severe",
    "signed": "need.signed",
}
_ASKED = {
    "talk": ("real", "mapped", "known"),
    "show": ("backed", "voiced", "heard", "wins", "quiet", "two"),
    "close": ("answered", "final"),
    "sign": ("signed",),
}


@cache
def closing(*, gap: bool = True, from_start: bool = False) -> Playbook:
    """Four steps, of which the third is a trial close.

    Args:
        gap: whether the customer is asked where the gap is.
        from_start: whether the walk-away guard is asked for from the first step on.
    """
    choices = {id: text(id) for id in ("yes", "later", "no")}
    gaps = {id: text(id) for id in ("need", "plan", "weather")}
    close = TrialClose("close", "close.answer", ("yes", "later"), ("no",), quoted=("yes",))
    if gap:
        places = {"need": "talk", "plan": "show"}
        close = evolve(close, gap_fact="gap.where", gaps=places, reason="gap.why")
    return playbook(
        *(step(id, *guards) for id, guards in _ASKED.items()),
        roles=[Role(id, text(id)) for id in ("buyer", "coach")],
        facts=[
            fact("need.real", good_for=30 * DAY),
            fact("need.words", ValueType.TEXT),
            fact("need.two", sources=Sources(2)),
            fact("need.severe"),
            fact("need.signed"),
            fact(
                *("plan.backed",),
                good_for=60 * DAY,
                final_word=("buyer",),
                ask=(Question("backed", text("Do you back it?")),),
            ),
            fact("person.win", ValueType.TEXT, of="contact", sources=Sources(roles=("self",))),
            fact("close.answer", ValueType.CHOICE, choices=choices, final_word=("buyer",)),
            fact("gap.where", ValueType.CHOICE, choices=gaps),
            fact("gap.why", ValueType.TEXT),
            fact("call.made"),
        ],
        guards=[*(guard(id, when) for id, when in GUARDS.items()), _waivable()],
        walk_away=WalkAway(("severe",), "talk" if from_start else "show"),
        trial_close=close,
        red_flags=[RedFlag("against", "dissent(plan.backed)", text("They disagree."))],
        papers=[
            Paper("offer", text("Offer"), "final(plan.backed)", "show", (text("Price"),)),
            Paper("terms", text("Terms"), start="close"),
        ],
        coaching=Coaching(walk_away=text("{name}, {account}"), called="call.made"),
    )


def _waivable() -> Guard:
    return guard("spare", "need.signed", waivable=True)


SAYS: tuple[tuple[str, str, Any], ...] = (
    ("ann", "need.real", True),
    ("ann", "need.words", "Nine gates"),
    ("ann", "plan.backed", True),
    ("ann", "need.two", True),
    ("ann", "need.severe", True),
    ("ann", "person.win", "Time"),
    ("bob", "need.real", True),
    ("bob", "need.two", True),
)
"""All that it takes to get to the trial close."""


def opened(book: Playbook | None = None) -> Deal:
    """A deal with the buyer ann, the coach bob, and cid and dan, who hold no role."""
    deal = Deal.open(book or closing(), id="D-1", account="Northwind", by=BY, at=START)
    for id, roles in {"ann": ["buyer"], "bob": ["coach"], "cid": [], "dan": []}.items():
        deal.add_contact(id, name=id.title(), roles=roles, by=BY, at=START)
    return deal


def say(deal: Deal, who: str, fact: str, value: object, **details: Any) -> int:
    """Let somebody say something an hour after the last entry; gives the statement's number."""
    at = details.pop("at", None) or now(deal) + HOUR
    return deal.hear(who, fact, value, by=BY, at=at, **details).seq


def say_all(deal: Deal, **details: Any) -> None:
    """Let everything be said that leads to the trial close."""
    for who, what, value in SAYS:
        say(deal, who, what, value, **details)


def at_close(book: Playbook | None = None) -> Deal:
    """A deal at the trial close."""
    deal = opened(book)
    say_all(deal)
    for _ in range(2):
        deal.advance(by=BY, at=now(deal))
    assert deal.step == "close"
    return deal


def reject(deal: Deal, who: str = "ann", **details: Any) -> Any:
    """Let somebody reject the trial close an hour after the last entry."""
    given: dict[str, Any] = {"by": BY, "at": now(deal) + HOUR} | details
    return deal.answer_trial_close("no", source=who, **given)


def truths(deal: Deal, **after: float) -> dict[str, str]:
    """The guards of the next move, and what each comes to."""
    found = deal.assess(at=now(deal, **after)).findings
    return {finding.guard: finding.truth.value for finding in found}
