"""What can happen to the terms of a deal and to our record of it: opened, priced, put right."""

# Annotations are evaluated here, not postponed: cattrs generates its functions from them.
from datetime import datetime
from typing import ClassVar

from attrs import frozen

from dealflow.evidence import Card
from dealflow.record import Record
from dealflow.values import Money

__all__ = [
    "AccountCorrected",
    "AmountChanged",
    "CardChanged",
    "Opened",
    "TimeCorrected",
    "TitleCorrected",
    "Waived",
]


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
        card: our own record of the deal.
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
    card: Card


@frozen(repr=False)
class CardChanged(Record):
    """Our own record of the deal changed; handing the deal to another rep is such a change.

    Attributes:
        card: the whole record, which replaces the former one.
        reason: why, where there is anything to say.
    """

    KIND: ClassVar[str] = "card_changed"
    card: Card
    reason: str = ""


@frozen(repr=False)
class AccountCorrected(Record):
    """The customer was written down wrongly, or goes by another name now.

    Attributes:
        account: the right name.
        reason: why.
    """

    KIND: ClassVar[str] = "account_corrected"
    account: str
    reason: str


@frozen(repr=False)
class TitleCorrected(Record):
    """What the deal is about was put wrongly.

    Attributes:
        title: the right title.
        reason: why.
    """

    KIND: ClassVar[str] = "title_corrected"
    title: str
    reason: str


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
