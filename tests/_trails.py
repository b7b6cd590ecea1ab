"""Events and trails for the tests: fixed ones, and hypothesis strategies of arbitrary ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from dealflow import Money, Trail
from dealflow.trail import chain
from dealflow.trail import events as ev

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPENED = ev.Opened(
    "D-1042", "Northwind", "", Money("48000", "EUR"), "seven_step", "1.0.0", "ab" * 32, "first"
)
ADDED = ev.ContactAdded(
    "ruth", "Ruth Okafor", "CFO", "person", ("economic_buyer",), "high", None, -3
)
SAID = ev.Said(
    "budget.approved", None, True, "contact", "ruth", NOON, "三月签字了", True, None, "i1"
)
GUARD = ev.GuardRecord("unknown", True, (3, 4), (), ("never_asked:budget.amount",), None)
MOVED = ev.Moved("qualify", "first", "qualification", "ready", {"timely": GUARD})


def build(happened: Iterable[ev.Event], *, at: datetime = NOON, by: str = "lena") -> Trail:
    """Chain events into a trail, one minute apart."""
    trail = Trail()
    for seq, event in enumerate(happened, 1):
        when = at + timedelta(minutes=seq)
        trail = trail.extended([chain(trail.head, seq, when, by, event)])
    return trail


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
_contact: Sequence[Any] = (
    texts,
    texts,
    texts,
    st.sampled_from(["person", "committee", "third_party"]),
    tuples,
    st.sampled_from([None, "high", "medium", "low"]),
    st.sampled_from([None, "growth", "trouble", "even_keel", "overconfident"]),
    st.none() | st.integers(-5, 5),
)
opened = st.builds(ev.Opened, texts, texts, texts, st.none() | amounts, texts, texts, texts, texts)
others: st.SearchStrategy[ev.Event] = st.one_of(
    st.builds(ev.ContactAdded, *_contact),
    st.builds(ev.ContactChanged, *_contact),
    st.builds(ev.AmountChanged, amounts, texts),
    st.builds(
        ev.Met,
        texts,
        st.sampled_from(["call", "meeting", "mail", "visit"]),
        texts,
        tuples,
        instants,
        st.booleans(),
    ),
    st.builds(
        ev.Said,
        texts,
        optional_texts,
        st.booleans() | texts | lists,
        st.sampled_from(["contact", "document", "observation"]),
        texts,
        instants,
        texts,
        st.booleans(),
        optional_texts,
        optional_texts,
    ),
    st.builds(ev.Withdrawn, integers, texts),
    st.builds(ev.Waived, texts, texts, texts, st.none() | instants),
    st.builds(ev.Moved, texts, texts, texts, verdicts, guards),
    st.builds(ev.Refused, texts, texts, texts, verdicts, guards),
    st.builds(ev.SteppedBack, texts, texts, texts, st.sampled_from(["rep", "rejected"]), guards),
    st.builds(ev.WalkedAway, texts, texts, verdicts, guards),
    st.builds(ev.Lost, texts, texts, st.sampled_from(["rival", "in_house", "nothing"]), texts),
    st.builds(ev.Reopened, texts, st.sampled_from(["fulfilled", "walked_away", "lost"]), texts),
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
