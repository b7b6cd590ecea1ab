"""Our own record of a deal: its card, and the account and title under which it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from dealflow.evidence import Line
from dealflow.exceptions import Problems
from dealflow.message import message
from dealflow.state.currency import of_the_deal, of_the_lines_before, wrong_currency
from dealflow.state.deal_state import DealState
from dealflow.state.people import currency_with
from dealflow.state.rule import Rule
from dealflow.trail import events
from dealflow.values import Money

__all__ = ["RULES", "wrong_lines"]


def wrong_lines(p: Problems, lines: Any, currency: str | None, whose: Callable[[str], str]) -> None:
    """Note the lines of a card in another currency than the deal's money, or than the first."""
    # What is no list of lines is a problem of its form.
    if not isinstance(lines, tuple):
        return
    for i, line in enumerate(lines):
        amount = line.amount if isinstance(line, Line) else None
        wrong_currency(p, f"lines[{i}].amount", amount, currency, whose)
        if currency is None and isinstance(amount, Money):
            currency, whose = amount.currency, of_the_lines_before


def _card_changed(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.CardChanged
) -> None:
    wrong_lines(p, event.card.lines, currency_with(state, None), of_the_deal)
    if event.card == state.card:
        p.note("", message("the card is like this already"), "unchanged")


def _change_card(
    state: DealState, seq: int, at: datetime, by: str, event: events.CardChanged
) -> None:
    state.card, state.currency = event.card, currency_with(state, event.card)
    state.forget()


def _account_corrected(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.AccountCorrected
) -> None:
    if event.account == state.account:
        p.note(
            "account",
            message("the account is {account!r} already", account=event.account),
            "unchanged",
        )


def _correct_account(
    state: DealState, seq: int, at: datetime, by: str, event: events.AccountCorrected
) -> None:
    state.account = event.account
    state.forget()


def _title_corrected(
    p: Problems, state: DealState, at: datetime | None, by: object, event: events.TitleCorrected
) -> None:
    if event.title == state.title:
        p.note("title", message("the title is {title!r} already", title=event.title), "unchanged")


def _correct_title(
    state: DealState, seq: int, at: datetime, by: str, event: events.TitleCorrected
) -> None:
    # No condition reads it.
    state.title = event.title


RULES: Final[Mapping[type, Rule]] = MappingProxyType(
    {
        events.CardChanged: Rule(_card_changed, _change_card),
        events.AccountCorrected: Rule(_account_corrected, _correct_account),
        events.TitleCorrected: Rule(_title_corrected, _correct_title),
    }
)
