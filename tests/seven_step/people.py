"""The customer's people and what they say, in the words of the tests of `seven_step`.

Facts are given as for `deal_at`: `budget__approved=True` stands for the fact `budget.approved`.
Everything happens at the time of the deal's last entry, unless a test says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from dealflow import Deal, Entry, Verdict
from dealflow.testing import Clock

__all__ = [
    "REP",
    "ROLES",
    "DealAt",
    "appears",
    "believes",
    "falls_silent",
    "in_days",
    "joins",
    "now",
    "says",
    "takes_back",
    "takes_on",
    "whose_word_counts",
    "writes",
]

DealAt: TypeAlias = Callable[..., Deal]
"""The fixture `deal_at`."""

REP = "rep"
ROLES = ("economic_buyer", "sponsor", "technical_advisor", "coach", "user")
_NOTHING: Mapping[str, object] = MappingProxyType({})


def now(deal: Deal) -> datetime:
    """The time of the deal's last entry."""
    return deal.trail[-1].at


def in_days(number: int) -> date:
    """The day that lies so many days ahead when a test begins, or behind when negative."""
    return Clock().now.date() + timedelta(days=number)


def appears(deal: Deal, who: str, *roles: str, kind: str = "person") -> None:
    """Somebody is known by name, and nothing more."""
    name = who.replace("_", " ").capitalize()
    deal.add_contact(who, name=name, kind=kind, roles=roles, by=REP, at=now(deal))


def joins(deal: Deal, who: str, *roles: str) -> None:
    """Somebody comes in who tells us of his own problem, need and win.

    A technical advisor also tells us that nothing speaks against us.
    """
    appears(deal, who, *roles)
    says(deal, who, person__problem="mine", person__need="less of it", person__win="a quiet night")
    if "technical_advisor" in roles:
        says(deal, who, technical__no=False)


def takes_on(deal: Deal, who: str, *roles: str) -> None:
    """Somebody whom we know has these roles from now on, and no others."""
    deal.change_contact(who, roles=roles, by=REP, at=now(deal))


def says(
    deal: Deal,
    who: str,
    told: Mapping[str, object] = _NOTHING,
    /,
    *,
    about: str | None = None,
    told_on: bool = False,
    **facts: object,
) -> Entry:
    """Somebody tells us something; a role stands for a person who holds it.

    Args:
        deal: the deal.
        who: the contact, who joins when nobody knows him yet.
        told: what is said, by fact.
        about: the person whom it is about, where it is not the speaker.
        told_on: whether we only have it from somebody else.
        facts: more of it, with two underscores for the dot.
    """
    if who not in deal.contacts:
        joins(deal, who, *({who} & {*ROLES}))
    for fact, value in _merged(told, facts):
        deal.hear(who, fact, value, by=REP, at=now(deal), about=about, first_hand=not told_on)
    return deal.trail[-1]


def writes(
    deal: Deal, told: Mapping[str, object] = _NOTHING, /, about: str | None = None, **facts: object
) -> Entry:
    """A letter of the customer says something."""
    for fact, value in _merged(told, facts):
        deal.read("letter", fact, value, by=REP, at=now(deal), about=about)
    return deal.trail[-1]


def believes(
    deal: Deal,
    told: Mapping[str, object] = _NOTHING,
    /,
    by: str = REP,
    about: str | None = None,
    **facts: object,
) -> Entry:
    """Somebody of us thinks so."""
    for fact, value in _merged(told, facts):
        deal.observe(fact, value, by=by, at=now(deal), about=about)
    return deal.trail[-1]


def takes_back(deal: Deal, who: str, *facts: str) -> None:
    """Whatever somebody has said of these facts does not stand any more; without facts, of all."""
    for said in list(deal.statements.values()):
        meant = said.source == who and (not facts or said.fact in facts)
        if meant and said.id not in deal.withdrawn:
            deal.withdraw(said.id, by=REP, at=now(deal), reason="taken back")


def falls_silent(deal: Deal, who: str) -> None:
    """All that somebody said, we only have from others now."""
    said_before = [
        said
        for said in deal.statements.values()
        if said.source == who and said.id not in deal.withdrawn
    ]
    takes_back(deal, who)
    for said in said_before:
        says(deal, who, {said.fact: said.value}, about=said.about, told_on=True)


def whose_word_counts(
    deal: Deal,
    fact: str,
    value: object = True,
    *,
    told_on: bool = False,
    among: Collection[str] = (*ROLES, "letter", "our rep"),
) -> set[str]:
    """Those whose word alone is enough for a deal that lacks nothing else.

    Args:
        deal: the deal.
        fact: what it lacks.
        value: what each of them says.
        told_on: whether each is only quoted by somebody else.
        among: who is asked.
    """
    for role in ROLES:
        if role in among and role not in deal.contacts:
            joins(deal, role, role)
    found = set()
    for source in among:
        if source == "letter":
            entry = writes(deal, {fact: value})
        elif source == "our rep":
            entry = believes(deal, {fact: value})
        else:
            entry = says(deal, source, {fact: value}, told_on=told_on)
        if deal.assess(at=now(deal)).verdict is Verdict.READY:
            found.add(source)
        deal.withdraw(entry.seq, by=REP, at=now(deal), reason="the next one is asked")
    return found


def _merged(told: Mapping[str, object], named: Mapping[str, object]) -> list[tuple[str, object]]:
    return [*told.items(), *((name.replace("__", ".", 1), named[name]) for name in named)]
