"""Replay takes what a verb could have written, and nothing else: trails are forged to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Deal
from dealflow.strategies import deals
from tests.deal._entries import Body, NotWritten, bodies_of, canonical
from tests.deal._forging import Change, Seen, changes, form_of, others, places, put, rearranged
from tests.deal._judging import Findings, compare, replayed, walk
from tests.deal._oracle import VERBS, written
from tests.deal._specimens import playbook, specimens
from tests.deals import seven_step

KINDS = sorted(kind for kind, (verb, *_) in VERBS.items() if hasattr(Deal, verb))
OWN = ("long", "short", "ended")
SHIPPED = ("02_walked_away", "03_comeback")


@cache
def seen() -> Seen:
    """What stands where in all specimens."""
    return Seen(bodies_of(deal) for deal in specimens().values())


def typical(kind: str) -> tuple[list[Body], Body]:
    """An entry of a kind in our shorter specimens, or else in the long one, that says much."""
    for names in (("ended", "short"), ("long",)):
        trails = [bodies_of(specimens()[name]) for name in names]
        found = [(t[:i], body) for t in trails for i, body in enumerate(t) if body["kind"] == kind]
        if found and "guards" in found[0][1]["data"]:
            # the record of one guard is like another's
            return min(found, key=lambda each: len(canonical(each[1])))
        if found:
            return max(found, key=lambda each: len(canonical(each[1])))
    raise LookupError(kind)


def one_of_each(body: Body) -> Iterator[Change]:
    """Of the changes in one place that are called alike only the first."""
    done = set()
    for change in changes(body, seen()):
        if (key := (change.place, change.how)) not in done:
            done.add(key)
            yield change


def agree(findings: Findings) -> None:
    """Fail with every kind of disagreement, and an example of each."""
    if findings.groups:
        pytest.fail(str(findings), pytrace=False)


def test_specimens_are_of_every_kind() -> None:
    """There is an entry of every kind that a verb makes, and a verb for every kind."""
    bodies = [body for deal in specimens().values() for body in bodies_of(deal)]
    assert sorted({body["kind"] for body in bodies}) == KINDS
    assert tuple(specimens()) == (*OWN, *SHIPPED)


@pytest.mark.parametrize("name", [*OWN, *SHIPPED])
def test_what_verbs_wrote(name: str) -> None:
    """What verbs have written is what they write again, and replay takes it."""
    deal = specimens()[name]
    trail = bodies_of(deal)
    assert replayed(deal.playbook, trail)[0] == deal
    # quicker than every entry, and of every form one
    forms = {form_of(body): i for i, body in enumerate(trail)}
    for i in forms.values():
        again = written(deal.playbook, trail[:i], trail[i])
        assert again.version == i + 1, trail[i]


Forge = Callable[[Body], object]
FORGED: dict[str, tuple[str, str, Forge]] = {
    "waived by oneself": ("waived", "authority", lambda body: body["by"]),
    "waived until before": ("waived", "until", lambda _: "2026-03-01T09:00:00Z"),
    "waived without reason": ("waived", "reason", lambda _: ""),
    "told on by the source": ("said", "via", lambda body: body["data"]["source"]),
    "negative price": ("amount_changed", "amount", lambda _: "-1 EUR"),
    "another spelling of a price": ("amount_changed", "amount", lambda _: "7.00 EUR"),
    "rating of 99": ("contact_added", "rating", lambda _: 99),
    "id with a newline": ("contact_added", "contact|id", lambda _: "ann\n"),
    "meeting with nobody": ("met", "participants", lambda _: []),
    "blank by": ("met", "by", lambda _: "  "),
    "lost without reason": ("lost", "reason", lambda _: " "),
    "moved though not ready": ("moved", "verdict", lambda _: "work"),
    "moved without guards": ("moved", "guards", lambda _: {}),
    "moved with unknown guards": (
        "moved",
        "guards",
        lambda body: {
            id: record | {"truth": "unknown"} for id, record in body["data"]["guards"].items()
        },
    ),
    "no such guard": (
        "moved",
        "guards",
        lambda body: body["data"]["guards"] | {"x": {"truth": "true"}},
    ),
    "no such statement": ("moved", "yes", lambda _: [1]),
    "waived by no waiver": ("moved", "waived", lambda _: 2),
    "rejected without an answer": (
        "stepped_back",
        "data",
        lambda body: {**body["data"], "cause": "rejected", "reason": ""},
    ),
    "closed by another": ("reopened", "from_outcome", lambda _: "fulfilled"),
}


@pytest.mark.parametrize(("kind", "key", "forge"), FORGED.values(), ids=FORGED.keys())
def test_forged(kind: str, key: str, forge: Forge) -> None:
    """Neither a verb nor replay lets in what each kind of entry must not say."""
    trail = bodies_of(specimens()["long"])
    found = [
        (i, path)
        for i, body in enumerate(trail)
        for path, _ in places(body)
        if path and body["kind"] == kind and path[-1] in key.split("|")
    ]
    forged = [(i, path, put(trail[i], path, forge(trail[i]))) for i, path in found]
    i, path, body = next(each for each in reversed(forged) if each[2] != trail[each[0]])
    with pytest.raises(NotWritten):
        written(playbook(), trail[:i], body)
    findings = Findings()
    findings.sweep(playbook(), trail[:i], [Change(path, "forged", trail[i], body)])
    agree(findings)


def test_reopened_without_news() -> None:
    """A deal is not reopened on nothing but what was known when it ended."""
    trail = bodies_of(specimens()["long"])
    end = next(i for i, body in enumerate(trail) if body["kind"] == "lost")
    again = next(body for body in trail if body["kind"] == "reopened") | {"seq": end + 2}
    with pytest.raises(NotWritten):
        written(playbook(), trail[: end + 1], again)
    assert replayed(playbook(), [*trail[: end + 1], again])[0] is None


@pytest.mark.parametrize("kind", KINDS)
def test_one_change(kind: str) -> None:
    """One change of each sort, in each place of an entry of each kind."""
    findings = Findings()
    before, body = typical(kind)
    findings.sweep(playbook(), before, one_of_each(body))
    agree(findings)


def rearrange(name: str) -> None:
    """Drop, repeat and move the entries of a specimen, and let both judge them."""
    findings = Findings()
    trail = bodies_of(specimens()[name])
    for how, start, other in rearranged(trail):
        for found in walk(playbook(), how, start, trail[start], other):
            findings.add(found)
    agree(findings)


def test_rearranged_shortly() -> None:
    """Entries that are dropped, twice or elsewhere, in a short trail."""
    rearrange("ended")


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def judge_any(data: st.DataObject, deal: Deal) -> None:
    """Change one entry of a deal in one place or several, and let both judge it."""
    trail = bodies_of(deal)
    i = data.draw(st.integers(0, len(trail) - 1), label="entry")
    body = trail[i]
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2]), label="changes")):
        path, value = data.draw(st.sampled_from(list(places(body))[1:]), label="place")
        how, new = data.draw(st.sampled_from(list(others(value, path, body, seen()))))
        new = data.draw(st.sampled_from([new, new, new]) | JSON, label=how)
        body = put(body, path, new)
        if not isinstance(body["seq"], int):
            break  # other numbers are made from it
    difference = compare(deal.playbook, trail[:i], Change((), "at random", trail[i], body))
    if difference is not None:
        pytest.fail(str(difference), pytrace=False)


@given(data=st.data())
def test_random_changes(data: st.DataObject) -> None:
    """Random deals of a small playbook, in which one entry is changed at random."""
    judge_any(data, data.draw(deals(playbook()), label="deal"))


@pytest.mark.slow
@given(data=st.data())
def test_random_changes_of_long_deals(data: st.DataObject) -> None:
    """Random deals of the shipped playbook, in which one entry is changed at random."""
    judge_any(data, data.draw(deals(seven_step()), label="deal"))


def sweep(name: str, kind: str, change: Callable[[Body], Iterator[Change]]) -> None:
    """Change an entry of every form of a kind, and let both judge it."""
    deal = specimens()[name]
    trail = bodies_of(deal)
    findings, forms = Findings(), set()
    for i, body in enumerate(trail):
        if body["kind"] == kind and (form := form_of(body)) not in forms:
            forms.add(form)
            findings.sweep(deal.playbook, trail[:i], change(body))
    agree(findings)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OWN)
def test_every_change(name: str, kind: str) -> None:
    """Every change of one thing in an entry of every form of every kind."""
    sweep(name, kind, lambda body: changes(body, seen()))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_sort_of_change(name: str, kind: str) -> None:
    """The same under the shipped playbook, with one change of each sort in each place."""
    sweep(name, kind, one_of_each)


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN)
def test_rearranged(name: str) -> None:
    """Every entry that is dropped, twice or elsewhere."""
    rearrange(name)
