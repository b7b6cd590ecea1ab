"""The card of a deal in words: what we keep of it ourselves, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from dealflow.evidence import Card, Line
from dealflow.wording.titles import Titles

__all__ = ["deal_card"]


def deal_card(w: Titles, card: Card) -> Iterator[str]:
    """Each field of a card that is set, as ``owner: lena``."""
    if card.owner:
        yield w.pair(w.gettext("owner"), _flat(card.owner))
    if card.source is not None:
        source = w.lead_source(card.source)
        if card.source_name:
            # Templates and no brackets of ours: a card may itself stand in brackets.
            told = w.gettext("{source} ({name})")
            source = told.format(source=source, name=_flat(card.source_name))
        yield w.pair(w.gettext("source"), source)
    if card.market:
        yield w.pair(w.gettext("market"), _flat(card.market))
    if card.lines:
        yield w.pair(w.gettext("products"), w.listed(_line(w, line) for line in card.lines))
    if card.expected_close is not None:
        yield w.pair(w.gettext("expected close"), w.date(card.expected_close))


def _line(w: Titles, line: Line) -> str:
    told = w.gettext("{product} ({amount})")
    return told.format(product=_flat(line.product), amount=w.money(line.amount))


def _flat(text: str) -> str:
    return " ".join(text.split())
