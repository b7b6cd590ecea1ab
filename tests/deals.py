"""Deals in the middle of their way, for the tests: built by statements, as a rep would."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from attrs import astuple

from dealflow import Deal, Money, Playbook, Trail, dumps, load_playbook, parse_playbook

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BY = "lena"
STEPS = (
    "first_contact",
    "qualification",
    "buying_roles",
    "guided_competition",
    "trial_close",
    "negotiation",
    "fulfilment",
)
CONTACTS: Mapping[str, Mapping[str, Any]] = {
    "tom": {"name": "Tom Baker", "title": "Controller", "roles": ["coach"]},
    "ruth": {"name": "Ruth Okafor", "title": "CFO", "roles": ["economic_buyer"]},
    "paul": {"name": "Paul Lindqvist", "title": "Managing director", "roles": ["sponsor"]},
    "mara": {"name": "Mara Petrov", "title": "Head of IT", "roles": ["technical_advisor"]},
    "ines": {"name": "Ines Duarte", "title": "Dispatch lead", "roles": ["user"]},
}
_PERSONAL = ("person.problem", "person.need", "person.win")
SAYS: Mapping[str, Sequence[tuple[str, str, object]]] = {
    "first_contact": [
        ("tom", "need.presenting", "Deliveries leave without papers"),
        ("tom", "next_step.agreed", "2026-03-20"),
    ],
    "qualification": [
        ("ines", "offer.helps", True),
        ("ruth", "need.ready", True),
        ("ruth", "value.worth_it", True),
        ("ines", "pain.problem", "Two days a week go into retyping"),
        ("ines", "pain.consequence", "We lose the Rotterdam contract"),
        ("ruth", "value.measure", "Late deliveries, from 9 to 2 percent"),
        ("ruth", "budget.status", "Set aside in the March plan"),
        ("ruth", "timeline.date", "2026-09-01"),
        ("tom", "decision.steps", "IT checks, Ruth signs"),
    ],
    "buying_roles": [
        ("ruth", "problem.severe", True),
        ("ruth", "consequence.serious", True),
        ("ruth", "budget.approved", True),
        ("ruth", "budget.amount", "60000 EUR"),
        ("ruth", "timeline.wanted", True),
        ("ruth", "decision.clear", True),
        ("tom", "role.economic", "ruth"),
        ("tom", "coach.trusts_us", True),
        ("tom", "coach.wants_our_win", True),
        *((who, fact, f"What {who} says") for who in CONTACTS for fact in _PERSONAL),
    ],
    "guided_competition": [
        ("tom", "competition.options", ["do_nothing", "Hauler Systems"]),
        ("ruth", "criteria.ranked", ["uptime", "price"]),
        ("mara", "proof.marks", "No paper missing for a week"),
        ("mara", "proof.judges", "Mara and Ines"),
        ("mara", "proof.ends", "2026-04-30"),
        ("mara", "proof.passed", True),
        ("mara", "technical.recommends", "us"),
        ("mara", "technical.no", False),
    ],
    "trial_close": [("ruth", "serve.first_date", "2026-06-01")],
    "negotiation": [
        *(
            ("ruth", f"terms.{term}", True)
            for term in (
                "price",
                "installation_date",
                "resources",
                "service_levels",
                "termination",
                "compensation",
            )
        ),
        ("ruth", "law.agreed", True),
        ("ruth", "terms.open", []),
        ("ruth", "contract.signed", True),
    ],
    "fulfilment": [
        ("ines", "delivery.installed", True),
        ("ruth", "delivery.performed", True),
        ("ruth", "delivery.satisfied", True),
    ],
}


def seven_step(**changes: Any) -> Playbook:
    """The shipped playbook; or one with other tables, each given whole or as an update of it."""
    book = load_playbook("seven_step")
    if not changes:
        return book
    data: dict[str, Any] = dict(book.to_data())
    for table, change in changes.items():
        data[table] = data[table] | change if isinstance(change, dict) else change
    return Playbook.from_data(data)


def new_deal(playbook: Playbook | None = None, **changes: Any) -> Deal:
    """A deal that was just opened."""
    fields: dict[str, Any] = {
        "id": "D-1",
        "account": "Northwind",
        "amount": Money("48000", "EUR"),
    } | changes
    return Deal.open(playbook or seven_step(), **fields, by=BY, at=START)


def now(deal: Deal, **after: float) -> datetime:
    """The time of the last entry, or so long after it."""
    return deal.trail[-1].at + timedelta(**after)


def meet_everybody(deal: Deal) -> None:
    """Put the five contacts into the deal."""
    for id, fields in CONTACTS.items():
        deal.add_contact(id, **fields, by=BY, at=now(deal))


def say(deal: Deal, who: str, fact: str, value: object, **details: Any) -> int:
    """Let a contact say something now; gives the statement's number."""
    at = details.pop("at", None) or now(deal)
    return deal.hear(who, fact, value, by=BY, at=at, **details).seq


def make_ready(deal: Deal) -> None:
    """Say everything that the deal's present step needs in order to be left."""
    if deal.step == "first_contact":
        deal.meet("call", participants=["tom"], id="call-1", by=BY, at=now(deal))
    for who, fact, value in SAYS[deal.step]:
        say(deal, who, fact, value, quote="As I said")
    if deal.step == "buying_roles":
        say(deal, "ruth", "coach.trusted_by_buyers", True, about="tom")
    if deal.step == "trial_close":
        deal.observe("serve.decided", True, by=BY, at=now(deal))


def leave(deal: Deal) -> None:
    """Leave the present step forward."""
    if deal.step == "trial_close":
        deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal, hours=1))
    else:
        deal.advance(by=BY, at=now(deal, hours=1))


def deal_at(step: str, playbook: Playbook | None = None) -> Deal:
    """A deal that has just entered a step, and has said no more than it took to get there."""
    if playbook is None:
        # a trail of its own: on a shared one another test may have put the same entry already
        return Deal.replay(seven_step(), Trail(_way_to(step)))
    deal = new_deal(playbook)
    meet_everybody(deal)
    while deal.step != step:
        make_ready(deal)
        leave(deal)
    return deal


@cache
def _way_to(step: str) -> Trail:
    """The trail of such a deal; hundreds of tests start from it, and a replay takes a tenth."""
    return deal_at(step, seven_step()).trail


def ready_at(step: str, playbook: Playbook | None = None) -> Deal:
    """A deal in a step which it may leave."""
    deal = deal_at(step, playbook)
    make_ready(deal)
    return deal


def picture(deal: Deal) -> tuple[object, ...]:
    """Everything that can be seen of a deal from outside."""
    return (
        dumps(deal.trail),
        deal.trail.head,
        deal.version,
        deal.playbook,
        deal.id,
        deal.account,
        deal.title,
        deal.amount,
        deal.card,
        deal.step,
        deal.outcome,
        deal.since,
        deal.contacts,
        deal.merged,
        deal.interactions,
        deal.waivers,
        {id: astuple(statement) for id, statement in deal.statements.items()},
        {n: [astuple(one) for one in made] for n, made in deal.confirmations.items()},
        dict(deal.withdrawn),
        deal.assess(at=deal.trail[-1].at),
    )


@contextmanager
def left_alone(deal: Deal) -> Generator[None]:
    """Whatever happens inside, the deal looks as before, and as its trail says."""
    before = picture(deal)
    yield
    assert picture(deal) == before
    deal.trail.verify()
    assert picture(Deal.replay(deal.playbook, deal.trail)) == before


SMALL = """
format = 1
id = "small"
version = "1"
title = { en = "Small", zh = "小" }

[roles.buyer]
title = { en = "Buyer", zh = "买主" }
[roles.helper]
title = { en = "Helper", zh = "帮手" }

[facts."be.good"]
title = { en = "it is good", zh = "好" }
type = "yes_no"
good_for = "P10D"
[facts."be.rich"]
title = { en = "they are rich", zh = "富" }
type = "yes_no"
[facts."has.number"]
title = { en = "the number", zh = "数" }
type = "number"
[facts."has.money"]
title = { en = "the money", zh = "钱" }
type = "money"
[facts."has.day"]
title = { en = "the day", zh = "日" }
type = "date"
[facts."has.time"]
title = { en = "the time", zh = "时间" }
type = "duration"
[facts."has.words"]
title = { en = "the words", zh = "话" }
type = "text"
[facts."has.items"]
title = { en = "the items", zh = "项" }
type = "list"
[facts."has.friend"]
title = { en = "the friend", zh = "朋友" }
type = "person"
[facts."has.choice"]
title = { en = "the choice", zh = "选择" }
type = "choice"
choices = { yes = { en = "yes", zh = "是" }, no = { en = "no", zh = "否" } }
[facts."own.mood"]
title = { en = "the mood", zh = "心情" }
type = "text"
of = "contact"

[guards.good]
title = { en = "Good", zh = "好" }
when = "be.good"
refused = { en = "Not good.", zh = "不好。" }
waivable = true
[guards.rich]
title = { en = "Rich", zh = "富" }
when = "be.rich"
refused = { en = "Not rich.", zh = "不富。" }
standing = false

[[steps]]
id = "one"
title = { en = "One", zh = "一" }
goal = { en = "The first", zh = "第一" }
leave_when = ["good"]
[[steps]]
id = "left"
title = { en = "Left", zh = "左" }
goal = { en = "One way", zh = "一条路" }
leave_when = ["rich"]
[[steps]]
id = "right"
title = { en = "Right", zh = "右" }
goal = { en = "Another way", zh = "另一条路" }
[[steps]]
id = "last"
title = { en = "Last", zh = "末" }
goal = { en = "The end", zh = "结束" }
"""
MOVES = """
[[moves]]
id = "go_left"
from = "one"
to = "left"
[[moves]]
id = "go_right"
from = "one"
to = "right"
when = ["rich"]
[[moves]]
id = "from_left"
from = "left"
to = "last"
[[moves]]
id = "from_right"
from = "right"
to = "last"
[[moves]]
id = "finish"
from = "last"
to = "fulfilled"
"""


@lru_cache(maxsize=64)
def small(more: str = MOVES) -> Playbook:
    """A playbook with two ways through it and a fact of every type, and whatever is added."""
    return parse_playbook(SMALL + more)


def small_deal(more: str = MOVES, **changes: Any) -> Deal:
    """A deal under the small playbook, with the buyer ann and the helper bob."""
    deal = new_deal(small(more), **{"amount": None} | changes)
    deal.add_contact("ann", name="Ann", roles=["buyer"], by=BY, at=START)
    deal.add_contact("bob", name="Bob", roles=["helper"], by=BY, at=START)
    return deal
