"""The deal that is measured: six contacts, forty-two statements, ready to leave step 3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dealflow import Deal, Money, Playbook

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY = "lena"

CONTACTS = {
    "ruth": ("Ruth Okafor", "CFO", ["economic_buyer"]),
    "paul": ("Paul Lindqvist", "Managing director", ["sponsor"]),
    "mara": ("Mara Petrov", "Head of IT", ["technical_advisor"]),
    "tom": ("Tom Baker", "Controller", ["coach"]),
    "ines": ("Ines Duarte", "Dispatch lead", ["user"]),
    "karl": ("Karl Weiss", "Warehouse lead", ["user"]),
}

FIRST = [
    ("tom", "need.presenting", "Deliveries leave without papers"),
    ("tom", "next_step.agreed", "2026-03-20"),
]
QUALIFICATION = [
    ("tom", "offer.helps", True),
    ("ines", "pain.problem", "Two days a week go into retyping"),
    ("ines", "pain.consequence", "We lose the Rotterdam contract"),
    ("ruth", "value.measure", "Late deliveries, from 9 to 2 percent"),
    ("ruth", "budget.status", "Set aside in the March plan"),
    ("ruth", "budget.approved", True),
    ("ruth", "budget.amount", "60000 EUR"),
    ("ruth", "timeline.date", "2026-09-01"),
    ("ruth", "timeline.wanted", True),
    ("ruth", "decision.steps", "IT checks, I sign"),
    ("ruth", "need.ready", True),
    ("ruth", "value.worth_it", True),
]
BUYING_ROLES = [
    ("ruth", "decision.clear", True),
    ("ruth", "problem.severe", True),
    ("ruth", "consequence.serious", True),
    ("tom", "role.economic", "ruth"),
    ("tom", "coach.trusts_us", True),
    ("ruth", "coach.trusted_by_buyers", True),
    ("tom", "coach.wants_our_win", True),
    ("tom", "budget.approved", True),
    ("paul", "problem.severe", True),
]


def ready_deal(playbook: Playbook, number: int = 1) -> tuple[Deal, datetime]:
    """A deal that may leave buying_roles, other words for each number, and when it may."""
    at, quote = START, f"As I said to you {number:02}"
    deal = Deal.open(
        playbook,
        id=f"D-{number}",
        account=f"Northwind {number}",
        by=BY,
        at=at,
        amount=Money("48000", "EUR"),
    )
    for id, (name, title, roles) in CONTACTS.items():
        deal.add_contact(id, name=name, title=title, roles=roles, by=BY, at=at, influence="medium")
    deal.meet("call", participants=["tom"], id="call-1", by=BY, at=at)
    for who, fact, value in FIRST:
        deal.hear(who, fact, value, by=BY, at=at, quote=quote, interaction="call-1")
    deal.advance(by=BY, at=at + timedelta(hours=1))
    at = START + timedelta(days=2)
    for who, fact, value in QUALIFICATION:
        deal.hear(who, fact, value, by=BY, at=at, quote=quote)
    deal.advance(by=BY, at=at)
    for who, fact, value in BUYING_ROLES:
        about = "tom" if fact == "coach.trusted_by_buyers" else None
        deal.hear(who, fact, value, by=BY, at=at, quote=quote, about=about)
    for id in CONTACTS:
        deal.hear(id, "person.problem", "Too much by hand", by=BY, at=at, quote="By hand")
        deal.hear(id, "person.need", "One system", by=BY, at=at, quote="One")
        deal.hear(id, "person.win", "Home by five", by=BY, at=at, quote="By five")
    deal.hear("mara", "technical.no", False, by=BY, at=at, quote="Nothing against it")
    return deal, at
