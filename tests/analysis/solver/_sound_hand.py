"""Deals made by hand, by the verbs, to show what is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from attrs import frozen

from dealflow import Deal, Line, Money, Playbook, Truth, parse_playbook
from tests.analysis.solver._sound_playbooks import ALL, written
from tests.analysis.solver._sound_words import Declared

__all__ = [
    "AT",
    "NOW",
    "Case",
    "card",
    "crowd",
    "lines",
    "one",
    "paper",
    "papers",
    "people",
    "says",
    "several",
    "talks",
]

AT: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW: Final[dict[str, Any]] = {"by": "rep", "at": AT}
ROLES: Final = ("payer", "coach", "user")

Deed: TypeAlias = Callable[[Deal], object]


def several(*deeds: Deed) -> Deed:
    """Do one thing after the other."""

    def do(deal: Deal) -> None:
        for deed in deeds:
            deed(deal)

    return do


def people(**roles: str) -> Deed:
    """Put people on the map, each with some roles."""
    return several(*(one(id, held.split()) for id, held in roles.items()))


def one(id: str, roles: list[str], **fields: Any) -> Deed:
    """Put somebody on the map."""
    return lambda deal: deal.add_contact(id, name=id, roles=roles, **fields, **NOW)


def says(who: str, fact: str, value: object, **details: Any) -> Deed:
    """Let somebody say something."""
    return lambda deal: deal.hear(who, fact, value, **details, **NOW)


def papers(fact: str, *values: object) -> Deed:
    """Let one paper after the other say something."""
    return several(*(paper(f"paper {number}", fact, value) for number, value in enumerate(values)))


def paper(name: str, fact: str, value: object) -> Deed:
    """Let a paper say something."""
    return lambda deal: deal.read(name, fact, value, **NOW)


def talks(number: int) -> Deed:
    """Talk so many times with the first contact."""

    def do(deal: Deal) -> None:
        for _ in range(number):
            deal.meet("call", participants=["k1"], **NOW)

    return do


def card(**fields: Any) -> Deed:
    """Change our own record."""
    return lambda deal: deal.change_card(**fields, **NOW)


def lines(**amounts: str) -> Deed:
    """Let there be products, each with its amount."""
    lines = [Line(product, Money(amount, "EUR")) for product, amount in amounts.items()]
    return card(lines=tuple(lines))


def crowd(number: int, roles: str = "") -> Deed:
    """Put so many people on the map, called ``k1``, ``k2`` and so on."""
    return people(**{f"k{n}": roles for n in range(1, number + 1)})


@frozen
class Case:
    """What a deal shows.

    Attributes:
        facts: the declarations.
        truths: for each condition, what it comes to.
        deed: what is done to a deal that was just opened.
        account: the customer.
    """

    facts: tuple[Declared, ...]
    truths: Mapping[str, Truth]
    deed: Deed
    account: str = "Northwind"

    def playbook(self) -> Playbook:
        """The playbook with a guard for each condition."""
        guards = {f"g{number}": when for number, when in enumerate(self.truths)}
        return parse_playbook(written(self.facts, ROLES, guards))

    def deal(self, playbook: Playbook) -> Deal:
        """The deal that is so."""
        deal = Deal.open(playbook, id="D-1", account=self.account, **NOW)
        self.deed(deal)
        return deal

    def shown(self, playbook: Playbook) -> dict[str, Truth]:
        """What the deal comes to, by the guard."""
        findings = self.deal(playbook).assess(at=AT, to=ALL).findings
        return {each.guard: each.truth for each in findings}
