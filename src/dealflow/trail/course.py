"""What can happen to the terms of a deal: how it is opened, its price, and what is set aside."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from dealflow.record import Record
from dealflow.values import Money

__all__ = ["AmountChanged", "Opened", "TimeCorrected", "Waived"]


@frozen(repr=False)
class Opened(Record):
    """The deal was opened; the first entry of every trail, and of no other place.

    Attributes:
        deal: the deal's id.
        account: the customer.
        title: what the deal is about.
        amount: the price, when there is one already.
        playbook: the id of the playbook that the deal follows.
        playbook_version: its version.
        fingerprint: its fingerprint.
        step: the step at which the deal starts.
    """

    KIND: ClassVar[str] = "opened"
    deal: str
    account: str
    title: str
    amount: Money | None
    playbook: str
    playbook_version: str
    fingerprint: str
    step: str


@frozen(repr=False)
class AmountChanged(Record):
    """The price changed.

    Attributes:
        amount: the new price.
        reason: why.
    """

    KIND: ClassVar[str] = "amount_changed"
    amount: Money
    reason: str


@frozen(repr=False)
class Waived(Record):
    """A named person with authority set a guard aside.

    Attributes:
        guard: the guard's id.
        authority: the name of the person.
        reason: why.
        until: the instant at which the waiver ends; ``None`` is never.
    """

    KIND: ClassVar[str] = "waived"
    guard: str
    authority: str
    reason: str
    until: datetime | None = None


@frozen(repr=False)
class TimeCorrected(Record):
    """A clock was wrong: some entries were recorded at another time than they say.

    What the entries say stays as it is. The deal takes the times as corrected, and with them every
    time that was taken from one of them.

    Attributes:
        entry: the first entry whose time was wrong.
        last: the last one.
        true_at: when the first one was recorded in truth; the others are shifted by as much.
        reason: why.
    """

    KIND: ClassVar[str] = "time_corrected"
    entry: int
    last: int
    true_at: datetime
    reason: str
