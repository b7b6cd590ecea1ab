"""Events and trails for the tests: fixed ones, and hypothesis strategies of arbitrary ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from dealflow import Card, Contact, Entry, Interaction, Line, Money, Trail
from dealflow.evidence import LeadSource, SourceKind
from dealflow.trail import chain, link
from dealflow.trail import events as ev

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPENED = ev.Opened(
    "D-1042",
    "Northwind",
    "",
    Money("48000", "EUR"),
    "seven_step",
    "1.0.0",
    "ab" * 32,
    "first",
    Card("lena"),
)
RUTH = Contact("ruth", "Ruth Okafor", "CFO", "person", ("economic_buyer",), "high", None, -3)
ADDED = ev.ContactAdded(RUTH)
SAID = ev.Said("budget.approved", True, "contact", "ruth", NOON, "三月签字了", interaction="i1")
GUARD = ev.GuardRecord("unknown", True, (3, 4), (), ("never_asked:budget.amount",), None)
MOVED = ev.Moved("qualify", "first", "qualification", "ready", {"timely": GUARD})


def build(happened: Iterable[ev.Event], *, at: datetime = NOON, by: str = "lena") -> Trail:
    """Chain events into a trail, one minute apart."""
    trail = Trail()
    for seq, event in enumerate(happened, 1):
        when = at + timedelta(minutes=seq)
        trail = trail.extended([chain(trail.head, seq, when, by, event)])
    return trail


def forge(prev_hash: str, seq: int, at: datetime, by: str, event: ev.Event) -> Entry:
    """An entry whose hash is right, of an event whose form nobody has checked."""
    made = link(prev_hash, seq, at, by, event)
    return Entry(seq, at, by, made.kind, event, made.hash, made.body)


def small() -> Trail:
    """A trail of four entries."""
    return build([OPENED, ADDED, SAID, MOVED])


# What check_text() lets into a deal.
texts = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], whitelist_characters="\n\t"), max_size=12
)
optional_texts = st.none() | texts
lists = st.lists(texts, max_size=3)
tuples = lists.map(tuple)
instants = st.timedeltas(timedelta(0), timedelta(days=84_000)).map(
    lambda passed: datetime(1970, 1, 1, tzinfo=UTC) + passed
)
amounts = st.builds(
    Money,
    st.decimals(-(10**15), 10**15, places=2) | st.integers(0, 10**15).map(Decimal),
    st.sampled_from(["EUR", "CNY", "USD"]),
)
integers = st.integers(-(2**53) + 1, 2**53 - 1)
numbers = st.lists(integers, max_size=3).map(tuple)
verdicts = st.sampled_from(["walk_away", "reconcile", "ask", "work", "ready"])
records = st.builds(
    ev.GuardRecord,
    st.sampled_from(["unknown", "true", "false", "conflicted"]),
    st.booleans(),
    numbers,
    numbers,
    tuples,
    st.none() | integers,
)
guards = st.dictionaries(
    st.text(st.characters(max_codepoint=126, min_codepoint=32)), records, max_size=2
)
ids = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,6}", fullmatch=True)
words = texts.filter(str.strip)
contacts = st.builds(
    Contact,
    ids,
    words,
    texts,
    st.sampled_from(["person", "committee", "third_party"]),
    st.lists(words, max_size=3, unique=True).map(tuple),
    st.sampled_from([None, "high", "medium", "low"]),
    st.sampled_from([None, "growth", "trouble", "even_keel", "overconfident"]),
    st.none() | st.integers(-5, 5),
    texts,
    st.sampled_from([None, "executive", "manager", "staff"]),
    st.none() | st.dates(date(1900, 1, 1), date(2200, 12, 31)),
)
prices = amounts.map(lambda money: Money(abs(money.amount), money.currency))
ahead = st.timedeltas(timedelta(days=1), timedelta(days=20_000)).map(lambda more: NOON + more)
past = st.timedeltas(timedelta(0), timedelta(days=20_000)).map(lambda passed: NOON - passed)
products = st.lists(words, max_size=3, unique=True)
dates = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """A card of sound form; its lines are not weighed against any deal."""
    source = draw(st.none() | st.sampled_from(get_args(LeadSource)))
    return Card(
        draw(words),
        source,
        draw(st.just("") | words) if source else "",
        draw(st.just("") | words),
        tuple(Line(product, draw(small_prices)) for product in draw(products)),
        draw(st.none() | dates),
    )


small_prices = st.builds(Money, st.decimals(0, 10**12, places=2), st.sampled_from(["EUR", "CNY"]))
opened = st.builds(
    ev.Opened, ids, words, texts, st.none() | prices, texts, texts, texts, texts, cards()
)


def _said(kind: SourceKind, source: str, told: bool, **rest: Any) -> ev.Said:
    """A statement of sound form: only a contact's words are told on."""
    if told and kind == "contact":
        rest |= {"via": f"{source} again", "first_hand": False}
    return ev.Said(source_kind=kind, source=source, **rest)


others: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(ev.ContactAdded, contacts),
    st.builds(ev.ContactChanged, contacts),
    st.builds(ev.AmountChanged, prices, words),
    st.builds(
        ev.Met,
        st.builds(
            Interaction,
            ids,
            st.sampled_from(["call", "meeting", "mail", "visit"]),
            st.lists(words, min_size=1, max_size=3, unique=True).map(tuple),
            past,
            texts,
            st.sampled_from(["us", "them", "both"]),
        ),
    ),
    st.builds(
        _said,
        st.sampled_from(["contact", "document"]),
        words,
        st.booleans(),
        fact=texts,
        about=optional_texts,
        value=st.booleans() | texts | lists,
        said_at=past,
        quote=texts,
        interaction=optional_texts,
    ),
    st.builds(
        ev.Confirmed,
        texts,
        st.lists(words, min_size=1, max_size=3, unique=True).map(tuple),
        past,
        texts,
        optional_texts,
    ),
    st.tuples(words, words, words)
    .filter(lambda w: w[0] != w[1])
    .map(lambda w: ev.ContactsMerged(*w)),
    st.builds(ev.MergeUndone, texts, words),
    st.builds(ev.Withdrawn, integers, words),
    st.builds(
        ev.Waived, texts, words.filter(lambda name: name != "lena"), words, st.none() | ahead
    ),
    st.builds(ev.Moved, texts, texts, texts, verdicts, guards),
    st.builds(ev.Refused, texts, texts, texts, verdicts, guards),
    st.builds(ev.SteppedBack, texts, texts, words, st.just("rep"), guards),
    st.builds(ev.SteppedBack, texts, texts, st.just(""), st.just("rejected"), guards, integers),
    st.builds(ev.WalkedAway, texts, words, verdicts, guards),
    st.builds(ev.Lost, texts, words, st.just("rival"), texts),
    st.builds(ev.Lost, texts, words, st.sampled_from(["in_house", "nothing"])),
    st.builds(ev.CardChanged, cards(), texts),
    st.builds(ev.AccountCorrected, words, words),
    st.builds(ev.TitleCorrected, texts, words),
    st.builds(ev.Reopened, texts, st.sampled_from(["fulfilled", "walked_away", "lost"]), words),
)
events: st.SearchStrategy[ev.Event] = opened | others
trails = st.builds(lambda first, rest: build([first, *rest]), opened, st.lists(others, max_size=5))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | integers | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
