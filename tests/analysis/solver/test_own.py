"""Tests of our own record of a deal in scenes, against real deals with all sorts of cards."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Card, Deal, Line, Money, Truth
from dealflow.analysis import Goal, deal_at, solve
from dealflow.analysis.solver import START, Scene, opened, perform, rules, scene_of, told
from dealflow.analysis.solver.own import fields_of, with_values
from dealflow.conditions import judge
from dealflow.state import Snapshot, fold
from tests._playbooks import guard, playbook, step
from tests.builders import condition
from tests.deals import small

GATES = Line("gates", Money(5, "EUR"))
DOORS = Line("doors", Money(7, "EUR"))
FULL = Card("max", "referral", "Tom", "rail", (GATES, DOORS), date(2026, 3, 2))
WHENS = (
    "deal.owner == 'max'",
    "deal.owner == deal.market",
    "deal.source == 'referral'",
    "deal.source in ['forecast', 'marketing']",
    "deal.source_name != 'a fair'",
    "deal.market == 'rail'",
    "deal.expected_close < date('2026-03-01')",
    "'gates' in deal.products",
    "deal.market not in deal.products",
    "deal.lines_total >= money('100 EUR')",
    "deal.lines_total > deal.amount",
    "deal.account == deal.source_name",
)
TEXTS = st.sampled_from(["max", "rail", "a fair", "gates", "A"])


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Cards that the conditions above tell apart in many ways."""
    source = draw(st.sampled_from([None, "referral", "forecast"]))
    products = draw(st.lists(TEXTS, max_size=2, unique=True))
    amounts = st.sampled_from([0, 50, 100]).map(lambda number: Money(number, "EUR"))
    close = st.sampled_from([None, date(2026, 2, 28), date(2026, 3, 1)])
    return Card(
        draw(TEXTS),
        source,  # type: ignore[arg-type]
        draw(st.just("") | TEXTS) if source else "",
        draw(st.just("") | TEXTS),
        tuple(Line(product, draw(amounts)) for product in products),
        draw(close),
    )


def with_card(card: Card, amount: Money | None = None) -> Deal:
    """A deal that was just opened with a card."""
    fields: Any = asdict(card, recurse=False)
    return Deal.open(small(), id="D-1", account="A", by="rep", at=START, amount=amount, **fields)


def seen(deal: Deal, whens: list[str]) -> list[Goal]:
    """What some conditions come to in a deal, as goals."""
    snapshot = Snapshot(fold(deal.playbook, deal.trail), START)
    read = [condition(text) for text in whens]
    return [Goal(each, {judge(each, snapshot).truth}) for each in read]


SOME = st.lists(st.sampled_from(WHENS), min_size=1, max_size=4, unique=True)
PRICES = st.none() | st.just(Money(60, "EUR"))


@given(cards(), PRICES, SOME)
def test_what_a_card_shows_is_found(card: Card, amount: Money | None, whens: list[str]) -> None:
    """What conditions come to with any card is possible, and the scene makes such a deal."""
    goals = seen(with_card(card, amount), whens)
    answer = solve(goals, at=START)
    assert answer.scene is not None
    made = opened(small(), answer.scene, by="rep", at=START)
    before = made.version
    perform(made, answer.scene, by="rep", at=START)
    assert made.version == before
    assert seen(made, whens) == goals


@given(cards(), cards(), SOME)
def test_a_card_can_be_made_another(one: Card, two: Card, whens: list[str]) -> None:
    """From any card any other is reached in an entry; what is so already costs nothing."""
    deal = with_card(one)
    given_scene = scene_of(deal, START)
    same = solve(seen(deal, whens), at=START, given=given_scene, stands=True)
    assert same.scene is not None
    assert same.scene.card == one
    goals = seen(with_card(two), whens)
    # The account is what it is, and is not changed to please a guard.
    answer = solve(goals, at=START, given=given_scene, stands=True)
    assert answer.scene is not None
    perform(deal, answer.scene, by="rep", at=START)
    assert deal.version <= 2
    assert seen(deal, whens) == goals


@pytest.mark.parametrize(
    ("card", "when"),
    [
        (Card("max"), "deal.account == deal.source_name"),
        (Card("max"), "deal.account == note.words"),
        (Card("max", lines=(GATES,)), "deal.market in deal.products"),
        (Card("max", lines=(GATES,)), "deal.lines_total == budget.amount"),
    ],
)
def test_what_a_deal_has_can_be_equalled(card: Card, when: str) -> None:
    """What stays as it is may be just what something else has to come to."""
    given_scene = scene_of(with_card(card), START)
    found = solve([Goal(condition(when))], at=START, given=given_scene, stands=True).scene
    assert found is not None
    assert (found.account, found.card and found.card.lines) == ("A", card.lines)


def test_what_is_not_read_stays() -> None:
    """A change of one attribute leaves the others as they were, as far as there is such a card."""
    cheap = solve(
        [Goal(condition("deal.lines_total < money('10 EUR')"))],
        at=START,
        given=scene_of(with_card(FULL), START),
        stands=True,
    )
    assert cheap.scene is not None
    assert cheap.scene.card is not None
    assert cheap.scene.card.products == FULL.products
    assert cheap.scene.card.market == FULL.market


def sold(**amounts: str) -> Card:
    """A card of nothing but lines."""
    return Card("", lines=tuple(Line(name, Money.parse(each)) for name, each in amounts.items()))


SOLD = sold(gates="5 EUR")
NINE = Money(9, "USD")


@pytest.mark.parametrize(
    ("card", "wanted", "after"),
    [
        (None, {}, None),
        (FULL, {}, FULL),
        (None, {"market": None}, Card("")),
        (FULL, {"owner": "eve", "market": None}, evolve(FULL, owner="eve", market="")),
        (None, {"source_name": "x"}, Card("", "referral", "x")),
        (Card("max", "forecast", "Q3"), {"source_name": "x"}, Card("max", "forecast", "x")),
        (Card("max", "forecast", "Q3"), {"source": None}, Card("max")),
        (None, {"products": ("a", "b")}, sold(a="0 CNY", b="0 CNY")),
        (SOLD, {"products": ("a", "gates")}, sold(a="5 EUR", gates="0 EUR")),
        (SOLD, {"products": ()}, Card("")),
        (SOLD, {"lines_total": None}, Card("")),
        (SOLD, {"lines_total": Money(5, "EUR")}, SOLD),
        (None, {"lines_total": Money(9, "USD")}, Card("", lines=(Line("Our offer", NINE),))),
        (sold(a="1 USD", b="2 USD"), {"lines_total": NINE}, sold(a="9 USD", b="0 USD")),
        (None, {"products": ("a", "a"), "lines_total": NINE}, sold(a="9 USD")),
    ],
    ids=range(15),
)
def test_cards_with_values(card: Card | None, wanted: dict[str, Any], after: Card | None) -> None:
    """Attributes come to what is wanted, and whatever nobody reads makes a card of it."""
    assert with_values(card, wanted, "CNY") == after


def test_rules() -> None:
    """Only attributes that are read together are held against each other."""
    names = ("deal.source", "deal.source_name", "deal.lines_total > money('1 EUR')")
    texts = [f"{names[0]} == 'referral'", f"{names[1]} == 'x'", names[2], "'x' in deal.products"]
    read = [condition(text) for text in texts]
    assert list(map(str, rules(read[:1]))) == []
    assert list(map(str, rules(read[:2]))) == ["deal.source_name only with deal.source"]
    assert list(map(str, rules(read[2:]))) == [
        "deal.products only with deal.lines_total",
        "deal.lines_total only with deal.products",
    ]


def test_what_a_deal_is_opened_with() -> None:
    """Without a card nothing is said of it, and without an owner it is whoever opens the deal."""
    assert fields_of(None) == {}
    assert fields_of(Card("", market="rail"))["owner"] is None
    deal = opened(small(), Scene(card=Card("", market="rail")), by="max", at=START)
    assert deal.card == Card("max", market="rail")
    perform(deal, Scene(card=Card("", market="sea")), by="eve", at=START)
    assert deal.card == Card("max", market="sea")
    perform(deal, Scene(), by="eve", at=START)
    assert deal.version == 2


def test_in_words() -> None:
    """Everything that is on a card is told, and nothing else."""
    assert list(told(None)) == list(told(Card(""))) == []
    assert list(told(FULL)) == [
        "max owns the deal",
        "the source is referral (Tom)",
        "the market is rail",
        "the line gates is 5 EUR",
        "the line doors is 7 EUR",
        "the expected close is 2026-03-02",
    ]


def test_the_currency_of_a_scene() -> None:
    """Lines say in which currency a scene's money is, where nothing else does."""
    assert Scene().currency is None
    assert Scene(card=Card("")).currency is None
    assert Scene(card=FULL).currency == "EUR"
    assert Scene(amount=Money(1, "USD"), card=FULL).currency == "USD"


def test_deals_get_through_guards_on_the_card() -> None:
    """The cheapest deal at a step has the card that the guards on its way ask for."""
    book = playbook(
        step("one", "ours", "sold"),
        step("two", "later"),
        step("three"),
        guards=[
            guard("ours", 'deal.owner == "max" and deal.source_name == "a fair"'),
            guard("sold", '"gates" in deal.products and deal.lines_total > money("5 USD")'),
            guard("later", 'deal.market in deal.products and deal.source != "marketing"'),
        ],
    )
    deal = deal_at(book, "three", by="eve")
    assert deal.step == "three"
    assert (deal.card.owner, deal.card.source_name) == ("max", "a fair")
    assert deal.card.source != "marketing"
    assert {"gates", deal.card.market} <= set(deal.card.products)
    assert deal.card.lines_total is not None
    assert deal.card.lines_total > Money(5, "USD")


@pytest.mark.parametrize("card", [None, Card("")])
def test_a_scene_of_which_no_card_is_known(card: Card | None) -> None:
    """From a scene without a card, or without an owner, what is asked for is looked for."""
    goals = [Goal(condition("deal.market == 'rail' and deal.owner != 'max'"))]
    answer = solve(goals, at=START, given=Scene(card=card), stands=True)
    assert answer.scene is not None
    assert answer.scene.card == Card("rep", market="rail")


def test_truths_that_no_card_has() -> None:
    """A condition on two attributes that hang together is decided as both together."""
    named = condition("deal.source_name == deal.source_name")
    sourced = condition("deal.source == deal.source")
    assert solve([Goal(named), Goal(sourced, {Truth.UNKNOWN})]).impossible
    assert solve([Goal(named), Goal(sourced)]).possible
    assert solve([Goal(named, {Truth.UNKNOWN}), Goal(sourced, {Truth.UNKNOWN})]).possible
