"""Cards of deals: half of their values are those that some condition tells from others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from dealflow.evidence import Card, LeadSource, Line
from dealflow.playbook import Playbook
from dealflow.strategies.of_statements import TEXTS, samples
from dealflow.values import Money, ValueType

__all__ = ["cards"]

_SOURCES = get_args(LeadSource)
_DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
_AMOUNTS = st.decimals(0, 10**9, places=2)


def cards(playbook: Playbook, currency: str) -> st.SearchStrategy[Card]:
    """What we may keep of a deal whose money is in a currency."""
    known = samples(playbook)
    words = [str(text) for text in known.of_type(ValueType.TEXT) if str(text).strip()]
    texts = st.sampled_from(words) | TEXTS
    totals = [m.amount for m in known.of_type(ValueType.MONEY) if isinstance(m, Money)]
    amounts = (
        st.sampled_from([amount for amount in totals if amount >= 0] or [Decimal(0)]) | _AMOUNTS
    )
    lists = st.sampled_from(list(known.lists())) | st.lists(texts, max_size=3)
    days = [day for day in known.of_type(ValueType.DATE) if isinstance(day, date)]

    @st.composite
    def made(draw: st.DrawFn) -> Card:
        source = draw(st.none() | st.sampled_from(_SOURCES))
        # Each product once.
        products = dict.fromkeys(draw(lists))
        return Card(
            draw(texts),
            source,
            draw(st.just("") | texts) if source else "",
            draw(st.just("") | texts),
            tuple(Line(product, Money(draw(amounts), currency)) for product in products),
            draw(st.none() | st.sampled_from(days) | _DAYS),
        )

    return made()
