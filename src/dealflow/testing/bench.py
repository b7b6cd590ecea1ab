"""What the fixtures of one test share: a clock, the deals made, and the trail of the last."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, overload

from attrs import define

from dealflow.analysis.solver import START
from dealflow.deal import Deal, put_in_place
from dealflow.exceptions import InputError, Problem
from dealflow.message import listed, message
from dealflow.playbook import Playbook
from dealflow.testing.deals import build, merged, priced
from dealflow.testing.misuse import briefly, check_ids
from dealflow.trail import Entry, Trail
from dealflow.values import Money

__all__ = ["Bench", "Clock", "LiveTrail"]


@define
class Clock:
    """A clock that stands still until it is told to go on.

    Attributes:
        now: its time, in UTC.
    """

    now: datetime = START

    def wait(
        self, *, weeks: float = 0, days: float = 0, hours: float = 0, minutes: float = 0
    ) -> datetime:
        """Let time go by; gives the new time."""
        return self.reach(
            self.now + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
        )

    def reach(self, at: datetime) -> datetime:
        """Go on to an instant, unless it is past already; gives the new time."""
        self.now = max(self.now, at)
        return self.now


class LiveTrail(Sequence[Entry]):
    """The trail of a test's deal, as long as it is at the moment when it is looked at.

    The deal is the one that the fixture ``deal`` gave or, when called, ``deal_at``, the last of
    them.

    Attributes:
        now: the trail as it is now, which does not grow any more.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @property
    def now(self) -> Trail:
        """The trail as it is now; empty while there is no deal."""
        deal = self._bench.last
        return Trail() if deal is None else deal.trail

    def __len__(self) -> int:
        return len(self.now)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        return self.now[index]

    def __repr__(self) -> str:
        return repr(self.now)


class Bench:
    """Makes the deals of one test.

    Attributes:
        playbook: the rules.
        clock: the test's clock.
        last: the deal made last.
    """

    def __init__(self, playbook: Playbook, clock: Clock) -> None:
        self.playbook = playbook
        self.clock = clock
        self.last: Deal | None = None

    def open(self) -> Deal:
        """A deal that was just opened: nobody is known, nothing was said."""
        self.last = Deal.open(
            self.playbook, id="D-1", account="Northwind", by="rep", at=self.clock.now
        )
        return self.last

    @briefly
    def deal_at(
        self,
        step: str,
        said: Mapping[str, object] = MappingProxyType({}),
        /,
        *,
        ready: bool = False,
        amount: Money | str | None = None,
        **facts: object,
    ) -> Deal:
        """A deal at a step, as :func:`dealflow.testing.deal_at` builds it; it is the clock's now.

        Args:
            step: where the deal is.
            said: what is said then, by fact; ``None`` takes back what was said.
            ready: whether everything else is said that the step's first move needs.
            amount: the price then, as money or as text such as ``5000 EUR``.
            facts: more of it, with ``__`` for the dot: ``budget__approved=True``.
        """
        told = merged(said, facts)
        check_ids(self.playbook, steps=(step,), facts=told)
        self.last = build(
            put_in_place(self.playbook),
            step,
            told,
            ready=ready,
            amount=priced(amount),
            at=self.clock.now,
        )
        return self.last

    @briefly
    def say(
        self,
        who: str,
        fact: str,
        value: object,
        *,
        deal: Deal | None = None,
        roles: str | Collection[str] = (),
        **details: Any,
    ) -> Entry:
        """Let a contact say something to our rep, now; one that nobody knows is added first.

        Args:
            who: the contact's id.
            fact: the fact's id.
            value: what is said of it.
            deal: the deal; without it, the one made last.
            roles: the role, or roles, of a contact who is added.
            details: as for :meth:`dealflow.Deal.hear`: ``quote``, ``about``, ``said_at`` and more.

        Raises:
            InputError: there is no deal yet, it has no such fact, or the contact is there already
                and has other roles.
            EvidenceError: the value is not of the fact's type.
        """
        deal = self.last if deal is None else deal
        if deal is None:
            raise InputError(
                [Problem("", message("nobody made a deal yet: ask for `deal`, or `deal_at`"))]
            )
        check_ids(deal.playbook, facts=(fact,))
        roles = [roles] if isinstance(roles, str) else roles
        # the deal may be ahead of the clock, and no entry may be older than the last
        now: dict[str, Any] = {"by": "rep", "at": max(self.clock.now, deal.trail[-1].at)}
        if (known := deal.contacts.get(who)) is None:
            deal.add_contact(who, name=who.replace("_", " ").title(), roles=roles, **now)
        elif roles and {*roles} != {*known.roles}:
            held = listed(known.roles) or message("none")
            told = message(
                "the deal has {contact!r} already, with the roles: {held}; leave out `roles`",
                contact=who,
                held=held,
            )
            raise InputError([Problem("", told)])
        return deal.hear(who, fact, value, **{**now, **details})
