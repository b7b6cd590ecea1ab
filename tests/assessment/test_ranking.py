"""Which question comes first, against answers that are really put on record.

The oracle knows verbs and assessments alone: it says each answer on a deal of its own, and looks at
what became of the verdict and of the findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, TypeAlias

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dealflow import Assessment, Deal, DealflowError, Fact, Money, ValueType, Verdict
from dealflow.assessment import Ask
from dealflow.strategies import deals
from tests.deals import BY, now, seven_step, small

BOOK = seven_step()
SMALL = small()
TICK = timedelta(microseconds=1)
LATER = timedelta(days=1)
Weight: TypeAlias = tuple[int, int, int]


def told(deal: Deal, fact: Fact) -> Iterator[Any]:
    """Answers of every kind, with no look at the rules."""
    today = now(deal).date()
    match fact.type:
        case ValueType.YES_NO:
            yield from (True, False)
        case ValueType.CHOICE:
            yield from fact.choices
        case ValueType.PERSON:
            yield from deal.contacts
        case ValueType.MONEY:
            price = deal.amount or Money("1", "EUR")
            yield from (Money("0", price.currency), price, Money("99999999", price.currency))
        case ValueType.NUMBER:
            yield from (*range(6), 99999)
        case ValueType.DATE:
            yield from (today + n * LATER for n in (-1, 1, 364, 400, 9999))
        case ValueType.DURATION:
            yield from (n * LATER for n in (0, 1, 30, 9999))
        case ValueType.LIST:
            names = ["do_nothing", "in_house", "a rival", "another", "a third"]
            yield from (names[:n] for n in range(6))
        case _:
            yield "Said for a trial"


def then(deal: Deal, who: str, fact: Fact, about: str | None, value: Any) -> Assessment | None:
    """Where the deal stands when somebody has said so; nothing where it can't be said."""
    trial = Deal.replay(deal.playbook, deal.trail)
    at = now(deal) + TICK
    about = who if fact.of == "contact" and about is None else about
    try:
        trial.hear(who, fact.id, value, by=BY, at=at, about=about, quote="Said for a trial")
    except DealflowError:
        return None
    return trial.assess(at=at)


def decided(before: Assessment, after: Assessment) -> set[str]:
    """The guards that were open and are not any more."""
    was = {finding.guard for finding in before.findings if finding.holds or finding.refuted}
    found = {finding.guard for finding in after.findings if finding.holds or finding.refuted}
    return found - was


def weight(before: Assessment, after: Assessment) -> Weight:
    """How much an answer did: to the verdict, to walk-away guards in the way, and to others."""
    changed = 0
    if after.verdict is not before.verdict:
        away = Verdict.WALK_AWAY in (after.verdict, before.verdict)
        changed = 2 if away else 1 if after.verdict is Verdict.READY else 0
    blocking = {finding.guard: finding.walk_away for finding in before.blocking}
    mine = [blocking[guard] for guard in decided(before, after) if guard in blocking]
    return changed, mine.count(True), mine.count(False)


def tried(deal: Deal, before: Assessment, ask: Ask) -> list[Assessment]:
    """What becomes of a deal by each answer of the one whom to ask."""
    fact = deal.playbook.fact[str(ask.fact)]
    found = (then(deal, ask.of[0], fact, ask.about, value) for value in told(deal, fact))
    return [after for after in found if after is not None]


def comparable(ask: Ask) -> bool:
    """Whether it asks a known person for a fact."""
    return bool(ask.of and ask.fact) and ask.reason not in ("conflicted", "part_unknown")


def check(deal: Deal) -> None:
    """Each question does what it says, and the order is that of what the answers do."""
    before = deal.assess(at=now(deal))
    close = deal.playbook.trial_close
    why = () if close is None else (close.gap_fact, close.reason)
    in_the_way = {finding.guard for finding in before.blocking}
    weights: list[tuple[bool, Weight, Weight]] = []
    for ask in before.questions:
        if not comparable(ask) or ask.fact in why:
            continue
        afters = tried(deal, before, ask)
        if not afters:
            continue
        ends = {after.verdict for after in afters} - {before.verdict}
        assert {*ask.leads_to} == ends, ask
        assert {*ask.decides} == set().union(*(decided(before, after) for after in afters)), ask
        found = [weight(before, after) for after in afters]
        weights.append((not in_the_way.isdisjoint(ask.guards), max(found), min(found)))
    assert weights == sorted(weights, reverse=True)
    best = max((most for bears, most, _ in weights if bears), default=(0, 0, 0))
    # None of the others to whom a question may be put could do more.
    for ask in before.questions:
        if not comparable(ask) or ask.fact in why or in_the_way.isdisjoint(ask.guards):
            continue
        fact = deal.playbook.fact[str(ask.fact)]
        for who, value in product(ask.of[:3], told(deal, fact)):
            after = then(deal, who, fact, ask.about, value)
            assert after is None or weight(before, after) <= best, (fact.id, who, value)


@settings(max_examples=12, deadline=None)
@given(deal=deals(BOOK))
def test_questions_do_what_they_say(deal: Deal) -> None:
    """For deals of the seven steps."""
    assume(deal.outcome is None)
    check(deal)


@settings(max_examples=50, deadline=None)
@given(deal=deals(SMALL), data=st.data())
def test_questions_of_a_small_playbook_do_what_they_say(deal: Deal, data: st.DataObject) -> None:
    """For deals of a playbook with a few rules of each kind."""
    assume(deal.outcome is None)
    check(deal)
