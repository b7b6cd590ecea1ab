"""Our own record of a deal as conditions see it: attributes that hang together, on one card.

Each attribute is tried by itself, as if it were free. What no card can be is ruled out by rules,
and what no condition reads is filled in with whatever makes a card of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import asdict, evolve, frozen

from dealflow.conditions import AttributeRef, Condition, Look, Node, Term
from dealflow.evidence import Card, Line
from dealflow.message import message
from dealflow.values import Money

__all__ = [
    "ALWAYS_SET",
    "OF_CARD",
    "OWNER",
    "OnlyWith",
    "fields_of",
    "rules",
    "told",
    "with_values",
]

OWNER: Final = "rep"
"""Who owns a deal, where no condition asks for anybody else."""

OF_CARD: Final = (
    "owner",
    "source",
    "source_name",
    "market",
    "expected_close",
    "products",
    "lines_total",
)
"""The attributes of the deal that are on its card."""

ALWAYS_SET: Final = frozenset({"deal.account", "deal.talks", "deal.owner", "deal.products"})
"""The attributes of the deal that every deal has; the others may be missing."""

_OF_LINES: Final = frozenset({"products", "lines_total"})
_TEXTS: Final = frozenset({"source_name", "market"})
_PRODUCT: Final = "Our offer"


@frozen(slots=False, repr=False)
class OnlyWith(Condition):
    """That one attribute of a card is not set without another: TRUE or FALSE.

    Attributes:
        one: the attribute.
        other: without which there is none of it.
    """

    one: Term
    other: Term

    @property
    def children(self) -> tuple[Node, ...]:
        """The attributes."""
        return (self.one, self.other)

    def evaluate(self, look: Look) -> int:
        """The answers taken, as the bits of :class:`~dealflow.Truth`."""
        return 1 if _filled(self.other, look) or not _filled(self.one, look) else 2

    def __str__(self) -> str:
        return f"{self.one} only with {self.other}"


def _filled(term: Term, look: Look) -> bool:
    # An empty list is a value, and no product.
    return any(value != () for value, _ in term.alternatives(look))


_HANG_TOGETHER: Final = (
    ("deal.source_name", "deal.source"),
    ("deal.products", "deal.lines_total"),
    ("deal.lines_total", "deal.products"),
)


def rules(conditions: Iterable[Condition]) -> Iterator[Condition]:
    """What has to be so of the attributes that some conditions read, for there to be a card."""
    read = {
        node.name
        for condition in conditions
        for node in condition.walk()
        if isinstance(node, AttributeRef)
    }
    for one, other in _HANG_TOGETHER:
        if one in read and other in read:
            yield OnlyWith(AttributeRef(one), AttributeRef(other))


def with_values(card: Card | None, wanted: Mapping[str, Any], currency: str) -> Card | None:
    """A card whose attributes have some values, and which is otherwise as it was.

    Args:
        card: the card before; ``None`` where none was looked at. Whoever has the deal owns it then.
        wanted: by attribute, the value; ``None`` is not set.
        currency: of amounts that nobody reads.
    """
    if not wanted:
        return card
    before = card or Card("")
    fields: dict[str, Any] = {name: v for name, v in wanted.items() if name not in _OF_LINES}
    for name in fields.keys() & _TEXTS:
        fields[name] = fields[name] or ""
    if any(wanted[name] != getattr(before, name) for name in wanted.keys() & _OF_LINES):
        fields["lines"] = tuple(_lines(before, wanted, currency))
    after = evolve(before, **fields)
    if after.source_name and after.source is None:
        # One of the two is what nobody reads.
        mend: Any = {"source_name": ""} if "source" in wanted else {"source": "referral"}
        after = evolve(after, **mend)
    return after


def _lines(card: Card, wanted: Mapping[str, Any], currency: str) -> Iterator[Line]:
    products = wanted.get("products", card.products)
    total = wanted.get("lines_total", card.lines_total)
    if not wanted.get("products", True) or ("lines_total" in wanted and total is None):
        return
    # Of a line nothing is seen but its product, and what it adds to the sum.
    amount = Money(0, currency) if total is None else total
    for product in dict.fromkeys(products or (_PRODUCT,)):
        yield Line(product, amount)
        amount = Money(0, amount.currency)


def fields_of(card: Card | None) -> dict[str, Any]:
    """The arguments with which a deal is opened to have a card; none where there is no card."""
    return asdict(card, recurse=False) | {"owner": card.owner or None} if card else {}


def told(card: Card | None) -> Iterator[str]:
    """What is on a card, in words."""
    if card is None:
        return
    if card.owner:
        yield message("{person} owns the deal", person=card.owner)
    if card.source is not None:
        source: str = {
            "marketing": message("marketing"),
            "referral": message("referral"),
            "forecast": message("forecast"),
        }[card.source]
        if card.source_name:
            source = message("{text} ({note})", text=source, note=card.source_name)
        yield message("the source is {source}", source=source)
    if card.market:
        yield message("the market is {market}", market=card.market)
    for line in card.lines:
        told = {"product": line.product, "amount": line.amount}
        yield message("the line {product} is {amount}", **told)
    if card.expected_close is not None:
        day = card.expected_close.isoformat()
        yield message("the expected close is {day}", day=day)
