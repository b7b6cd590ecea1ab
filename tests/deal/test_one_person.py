"""Two records of one person, and people who leave, in deals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Assessment, Deal, EvidenceError
from dealflow.trail import events as ev
from tests.deal._closing import HOUR, SAYS, at_close, opened, reject, say, say_all, truths
from tests.deals import BY, DAY, START, left_alone, now

PEOPLE = ("ann", "bob", "cid", "dan")
NEXT = {"by": BY, "reason": "One card in two spellings"}


def merge(deal: Deal, contact: str, into: str) -> Any:
    """Take two records for those of one person."""
    return deal.merge_contacts(contact, into=into, at=now(deal), **NEXT)


# --- one person


def test_merged() -> None:
    """The person goes by the second id, holds the roles of both, and is one voice."""
    deal = opened()
    say_all(deal)
    assert truths(deal)["real"] == "true"
    entry = merge(deal, "ann", "cid")
    assert entry.event == ev.ContactsMerged("ann", "cid", "One card in two spellings")
    assert dict(deal.merged) == {"ann": "cid"}
    assert list(deal.contacts) == [*PEOPLE]
    deal.advance(by=BY, at=now(deal))  # the buyer's role has gone with the person
    assert set(truths(deal).values()) == {"true"}
    entry = deal.undo_merge("ann", by=BY, at=now(deal), reason="Her sister")
    assert entry.event == ev.MergeUndone("ann", "Her sister")
    assert dict(deal.merged) == {}
    merge(deal, "bob", "ann")
    assert {guard for guard, truth in truths(deal).items() if truth != "true"} == {
        *("two", "voiced", "heard")
    }
    assert Deal.replay(deal.playbook, deal.trail) == deal


@pytest.mark.parametrize(
    ("contact", "into", "code", "place"),
    [
        ("ann", "ann", "inconsistent", "into"),
        ("eve", "ann", "unknown_contact", "contact"),
        ("ann", "eve", "unknown_contact", "into"),
        ("cid", "ann", "unchanged", "contact"),
        ("ann", "cid", "unchanged", "into"),
    ],
)
def test_what_cannot_be_merged(contact: str, into: str, code: str, place: str) -> None:
    """Two contacts that there are, of whom neither goes by another one already."""
    deal = opened()
    merge(deal, "cid", "dan")
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        merge(deal, contact, into)
    assert (caught.value.code, caught.value.problems[0].place) == (code, place)
    if code == "unchanged":
        assert caught.value.data == {"contact": "cid", "into": "dan"}


@pytest.mark.parametrize("contact", ["ann", "dan", "eve"])
def test_what_was_not_merged(contact: str) -> None:
    """Only who goes by another id is taken for himself again."""
    deal = opened()
    merge(deal, "cid", "dan")
    with left_alone(deal), pytest.raises(EvidenceError, match="goes by no other") as caught:
        deal.undo_merge(contact, by=BY, at=now(deal), reason="x")
    assert (caught.value.code, caught.value.data) == ("inconsistent", {"contact": contact})


def test_merged_into_one_who_goes_on() -> None:
    """Whoever was merged before goes where the other goes."""
    deal = opened()
    for one, into in (("cid", "dan"), ("dan", "bob"), ("bob", "ann")):
        merge(deal, one, into)
    say(deal, "cid", "need.real", True)
    assert set(deal.farewell(at=now(deal)).contacts) == {"ann"}
    deal.undo_merge("dan", by=BY, at=now(deal), reason="x")
    assert set(deal.farewell(at=now(deal)).contacts) == {"ann", "dan"}


def test_who_took_part() -> None:
    """Who took part under one id may be told to have spoken under the other, and nobody else."""
    deal = opened()
    deal.meet("call", participants=["ann"], id="c", by=BY, at=now(deal))
    with left_alone(deal), pytest.raises(EvidenceError, match="cid took no part in c"):
        say(deal, "cid", "need.real", True, interaction="c")
    merge(deal, "ann", "cid")
    say(deal, "cid", "need.real", True, interaction="c")
    merge(deal, "cid", "dan")
    for who in ("ann", "cid", "dan"):
        say(deal, who, "need.real", True, interaction="c")
    with left_alone(deal), pytest.raises(EvidenceError, match="bob took no part in c"):
        say(deal, "bob", "need.real", True, interaction="c")
    assert Deal.replay(deal.playbook, deal.trail) == deal


def test_the_final_word_under_either_id() -> None:
    """The buyer's other record is the buyer: against that yes another's no moves nothing."""
    deal = at_close()
    say(deal, "cid", "close.answer", "later")
    reject(deal, "bob", gap="plan")
    assert deal.step == "show"
    deal = at_close()
    merge(deal, "cid", "ann")
    say(deal, "cid", "close.answer", "later")
    reject(deal, "bob", gap="plan")
    assert deal.step == "close"


def alike(assessment: Assessment, *, counted: bool = True) -> list[object]:
    """What an assessment says, but for the ids of statements; and how many, where it counts."""
    findings = [
        (f.guard, f.truth, f.needed, f.blocks, f.gaps, f.outcome.until) for f in assessment.findings
    ]
    numbers = [(len(f.yes), len(f.no)) for f in assessment.findings if counted]
    flags = [(flag.flag, flag.contacts) for flag in assessment.red_flags]
    return [
        findings,
        numbers,
        assessment.questions,
        flags,
        assessment.paper,
        assessment.valid_until,
    ]


WORDS = st.sampled_from([*((fact, value) for _, fact, value in SAYS), ("plan.backed", False)])
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), WORDS, st.booleans(), st.integers(0, 30)), max_size=6
)


def tell(deal: Deal, said: list[Any], at: datetime) -> None:
    """Put statements on record; some are old news."""
    for who, (fact, value), first_hand, days in said:
        details = {"first_hand": first_hand, "said_at": max(START, at - days * DAY)}
        deal.hear(who, fact, value, by=BY, at=at, **details)


def test_a_day_may_be_written() -> None:
    """The day on which somebody leaves is a date, or the text of one; nothing else is."""
    deal = opened()
    deal.change_contact("ann", left="2026-03-10", by=BY, at=now(deal))
    assert deal.contacts["ann"].left == date(2026, 3, 10)
    for left in ("10 March", 5):
        with left_alone(deal), pytest.raises(EvidenceError, match="left is not a day"):
            deal.change_contact("ann", left=left, by=BY, at=now(deal))


@given(
    before=STATEMENTS,
    between=STATEMENTS,
    after=STATEMENTS,
    pairs=st.lists(st.permutations(PEOPLE), min_size=1, max_size=2),
    days=st.integers(0, 70),
)
def test_merged_and_parted_is_never_merged(
    before: list[Any], between: list[Any], after: list[Any], pairs: list[list[str]], days: int
) -> None:
    """A deal in which a merge was undone says what one says in which there was none."""
    deal, never = opened(), opened()
    at = START + 40 * DAY
    for told in (deal, never):
        tell(told, before, at)
    merged = []
    for one, into, *_ in pairs:
        if not {one, into} & deal.merged.keys():
            merge(deal, one, into)
            merged.append(one)
    for told in (deal, never):
        tell(told, between, at + DAY)
    # in the order of the merges, and not the other way round
    for one in merged:
        deal.undo_merge(one, by=BY, at=now(deal), reason="x")
    for told in (deal, never):
        tell(told, after, at + 2 * DAY)
    then = at + (2 + days) * DAY
    assert alike(deal.assess(at=then)) == alike(never.assess(at=then))
    assert deal.farewell(at=then) == never.farewell(at=then)
    assert deal.contacts == never.contacts
    assert Deal.replay(deal.playbook, deal.trail).assess(at=then) == deal.assess(at=then)


# --- who leaves

DAY_OF = (START + 10 * DAY).date()
LEAVES = datetime.combine(DAY_OF, datetime.min.time(), UTC)


def leave(deal: Deal, who: str) -> None:
    """Let it be known that somebody leaves on a day."""
    deal.change_contact(who, left=DAY_OF, by=BY, at=now(deal))


def test_from_the_day_on_without_a_role() -> None:
    """Up to the day everything is as ever; on it the buyer is gone, and with him the final word."""
    deal = opened()
    say_all(deal)
    deal.advance(by=BY, at=now(deal))
    leave(deal, "ann")
    before = LEAVES - timedelta(microseconds=1)
    assert deal.assess(at=now(deal)).valid_until == LEAVES
    assert {f.truth.value for f in deal.assess(at=before).findings} == {"true"}
    found = {f.guard: f for f in deal.assess(at=LEAVES).findings}
    assert {guard for guard, f in found.items() if f.truth.value != "true"} == {
        *("mapped", "backed", "voiced", "heard", "wins"),
    }
    (gap,) = found["backed"].gaps
    assert (gap.reason, gap.lack and gap.lack.roles) == ("final_word", ("buyer",))
    assert [(a.reason, a.of, a.roles) for a in deal.assess(at=LEAVES).questions] == [
        ("final_word", (), ("buyer",))
    ]
    assert deal.farewell(at=before).contacts == PEOPLE
    assert deal.farewell(at=LEAVES).contacts == ("bob", "cid", "dan")
    assert deal.farewell(at=before).contacts == PEOPLE  # an earlier instant is asked again
    deal.change_contact("cid", roles=["buyer"], by=BY, at=LEAVES)
    assert deal.assess(at=LEAVES).questions[0].of == ("cid",)


@given(
    before=STATEMENTS,
    after=STATEMENTS,
    who=st.sampled_from(["ann", "bob"]),
    hours=st.integers(-200, 900),
)
def test_who_has_left_is_one_whose_roles_are_taken_away(
    before: list[Any], after: list[Any], who: str, hours: int
) -> None:
    """A deal with the day on record is, at any time, one in which roles change on that day.

    But for who speaks without a role: the voice and the first-hand words of one who left are gone.
    """
    deal, other = opened(), opened()
    for told in (deal, other):
        tell(told, before, START + 5 * DAY)
    leave(deal, who)
    other.change_contact(who, title="x", by=BY, at=now(other))
    at = LEAVES + hours * HOUR
    if at >= LEAVES:
        deal.change_contact("dan", title="x", by=BY, at=LEAVES)
        other.change_contact(who, roles=[], by=BY, at=LEAVES)
        for told in (deal, other):
            tell(told, after, LEAVES)
    at = max(at, now(deal))
    personal = {"voiced", "heard"}
    found, expected = (
        [(f.guard, f.truth, f.gaps, f.yes, f.no) for f in each.assess(at=at, to="show").findings]
        for each in (deal, other)
    )
    assert [f for f in found if f[0] not in personal] == [
        f for f in expected if f[0] not in personal
    ]
    if at < LEAVES:
        assert found == expected
    valid = deal.assess(at=at).valid_until
    assert valid is not None or at >= LEAVES
    assert valid is None or at >= LEAVES or valid <= LEAVES


def test_who_has_left_is_not_asked() -> None:
    """Nobody who has left is asked to say it again, or to settle a contradiction."""
    deal = opened()
    say_all(deal)
    deal.advance(by=BY, at=now(deal))
    say(deal, "ann", "plan.backed", False)
    asked = [a.of for a in deal.assess(at=now(deal)).questions if a.reason == "refuted"]
    assert asked == [("ann",)]
    merge(deal, "ann", "cid")
    asked = [a.of for a in deal.assess(at=now(deal)).questions if a.reason == "refuted"]
    assert asked == [("cid",)]


def test_the_card_of_one_who_leaves() -> None:
    """Department, level and the day are on the card, and stay when something else is changed."""
    deal = opened()
    place: dict[str, Any] = {"department": "Yard", "level": "manager", "left": DAY_OF}
    entry = deal.add_contact("eve", name="Eve", **place, by=BY, at=now(deal))
    assert isinstance(entry.event, ev.ContactAdded)
    deal.change_contact("eve", title="Boss", by=BY, at=now(deal))
    eve = deal.contacts["eve"]
    assert (eve.department, eve.level, eve.left) == ("Yard", "manager", DAY_OF)
    assert eve.title == "Boss"
    deal.change_contact("eve", left=None, department="", by=BY, at=now(deal))
    assert (deal.contacts["eve"].left, deal.contacts["eve"].department) == (None, "")
    assert Deal.replay(deal.playbook, deal.trail) == deal
