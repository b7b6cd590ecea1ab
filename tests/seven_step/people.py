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
from dealflow.testing import Clock, assert_asks, assert_moves, assert_refused

__all__ = [
    "CLAUSES",
    "REP",
    "ROLES",
    "TERMS",
    "TRAITS",
    "DealAt",
    "all_confirm",
    "appears",
    "assert_grows_old",
    "believes",
    "falls_silent",
    "in_days",
    "is_really",
    "joins",
    "leaves",
    "now",
    "says",
    "takes_back",
    "takes_on",
    "waives",
    "whose_word_counts",
    "writes",
]

DealAt: TypeAlias = Callable[..., Deal]
"""The fixture `deal_at`."""

REP = "rep"
ROLES = ("economic_buyer", "sponsor", "technical_advisor", "coach", "user")
TRAITS = ("coach.trusts_us", "coach.trusted_by_buyers", "coach.wants_our_win")
TERMS = (
    "terms.price",
    "terms.installation_date",
    "terms.resources",
    "terms.service_levels",
    "terms.termination",
    "terms.compensation",
)
CLAUSES = (
    "clause.liability_cap",
    "clause.indemnity",
    "clause.warranty",
    "clause.ip",
    "clause.confidentiality",
    "clause.payment",
    "clause.acceptance",
    "clause.assignment",
)
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

    A technical advisor also tells us that nothing speaks against us, and recommends us.
    """
    appears(deal, who, *roles)
    says(deal, who, person__problem="mine", person__need="less of it", person__win="a quiet night")
    if "technical_advisor" in roles:
        says(deal, who, technical__no=False, technical__recommends="us")


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
    how = {"about": about, "first_hand": not told_on, "quote": "in these words"}
    for fact, value in _merged(told, facts):
        deal.hear(who, fact, value, by=REP, at=now(deal), **how)
    return deal.trail[-1]


def all_confirm(deal: Deal, at: datetime, *but: str, interaction: str | None = None) -> None:
    """Everybody stands by all that he has said of himself and the deal, but for these facts."""
    for who in deal.contacts:
        stands = (s for id, s in deal.statements.items() if id not in deal.withdrawn)
        himself = {s.fact for s in stands if s.source == who and s.about in (None, who)}
        if himself - {*but}:
            facts = sorted(himself - {*but})
            deal.confirm(who, facts, by=REP, at=at, interaction=interaction, quote="still so")


def leaves(deal: Deal, who: str, day: date) -> None:
    """Somebody is gone from that day on."""
    deal.change_contact(who, left=day, by=REP, at=now(deal))


def is_really(deal: Deal, who: str, other: str) -> None:
    """Two of the people on our map turn out to be one, who goes by the other's name."""
    deal.merge_contacts(who, into=other, by=REP, at=now(deal), reason="one person with two cards")


def waives(deal: Deal, guard: str) -> None:
    """Somebody with authority goes on without something."""
    who = "Ruth Okafor"
    deal.waive(guard, authority=who, by=REP, at=now(deal), reason="she takes it upon herself")


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


def assert_grows_old(
    deal: Deal, clock: Clock, fact: str, *, after: int, because: Collection[str]
) -> None:
    """What was said of a fact stands for so many days, and then these guards ask for it again.

    All that was said beside it is confirmed in time, and in the end that, too.
    """
    all_confirm(deal, clock.wait(days=after), fact)
    assert deal.assess(at=clock.now).verdict is Verdict.READY
    refused = assert_refused(deal, because=because, at=clock.wait(days=1))
    assert refused.assessment.verdict is Verdict.ASK
    assert_asks(deal, fact, "recheck.changed")
    all_confirm(deal, clock.now)
    assert_moves(deal)


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
    about: str | None = None,
    told_on: bool = False,
    among: Collection[str] = (*ROLES, "letter", "our rep"),
) -> set[str]:
    """Those whose word alone is enough for a deal that lacks nothing else.

    Args:
        deal: the deal.
        fact: what it lacks.
        value: what each of them says.
        about: the person whom it is about, who may be among them.
        told_on: whether each is only quoted by somebody else.
        among: who is asked.
    """
    for role in ROLES:
        if role in among and role not in deal.contacts:
            joins(deal, role, role)
    found = set()
    for source in among:
        if source == "letter":
            entry = writes(deal, {fact: value}, about=about)
        elif source == "our rep":
            entry = believes(deal, {fact: value}, about=about)
        else:
            entry = says(deal, source, {fact: value}, about=about, told_on=told_on)
        if deal.assess(at=now(deal)).verdict is Verdict.READY:
            found.add(source)
        deal.withdraw(entry.seq, by=REP, at=now(deal), reason="the next one is asked")
    return found


def _merged(told: Mapping[str, object], named: Mapping[str, object]) -> list[tuple[str, object]]:
    return [*told.items(), *((name.replace("__", ".", 1), named[name]) for name in named)]
