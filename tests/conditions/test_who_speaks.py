"""Conditions that ask who speaks: final words, dissent, and how many people stand behind facts."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow import Statement, Truth
from dealflow.conditions import Gap, Outcome, judge
from dealflow.evidence import Lack
from tests.builders import AT, DAY, TICK, World, condition, contact, statement, world

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth
ANN, BOB, CID = contact("ann", "buyer"), contact("bob", "coach"), contact("cid")


def judged(text: str, *said: Statement, **where: Any) -> Outcome:
    """What a condition comes to."""
    return judge(condition(text), world(*said, **{"contacts": (ANN, BOB, CID)} | where))


# --- final and dissent


def test_known_by_the_final_word() -> None:
    """A fact is known finally by the words of those who have the final one."""
    bob, ann = (statement(i, "price.fair", i == 2, w) for i, w in enumerate(("bob", "ann"), 1))
    asked = Gap("never_asked", "price.fair", None, Lack("never_asked"))
    assert judged("final(price.fair)") == Outcome(UNKNOWN, gaps=(asked,))
    lack = Lack("final_word", roles=("buyer",))
    missing = Gap("final_word", "price.fair", None, lack)
    assert judged("final(price.fair)", bob) == Outcome(
        UNKNOWN, gaps=(missing,), until=AT + 10 * DAY
    )
    assert judged("known(price.fair)", bob).truth is TRUE
    found = judged("final(price.fair)", bob, ann)
    assert (found.truth, found.yes, found.no, found.gaps) == (TRUE, (2,), (), ())
    assert judged("not final(price.fair)", ann).no == (2,)
    stale = judged("final(price.fair)", ann, at=AT + 10 * DAY + TICK)
    assert [gap.reason for gap in stale.gaps] == ["stale"]


def test_final_about_somebody() -> None:
    """Inside a quantifier the fact is the contact's, and so is what is missing."""
    found = judged(
        "some(buyer, final(person.ready))", statement(1, "person.ready", True, "bob", about="ann")
    )
    assert [(gap.reason, gap.subject, gap.about) for gap in found.gaps] == [
        ("final_word", "person.ready", "ann")
    ]


def test_a_final_word_may_contradict_another() -> None:
    """Two who have the final word leave it known, and what they say in conflict."""
    said = [statement(1, "price.fair", True, "ann"), statement(2, "price.fair", False, "bob")]
    two = (ANN, contact("bob", "buyer"))
    assert judged("final(price.fair)", *said, contacts=two).yes == (1, 2)
    assert judged("price.fair", *said, contacts=two).truth is CONFLICTED


def test_dissent() -> None:
    """Others who speak against the final word are dissent, and nobody else is."""
    ann, bob = statement(1, "price.fair", True, "ann"), statement(2, "price.fair", False, "bob")
    cid = statement(3, "price.fair", True, "cid")
    for said in ((), (bob,), (bob, cid), (ann,), (ann, cid)):
        found = judged("dissent(price.fair)", *said)
        assert (found.truth, found.yes, found.no, found.gaps) == (FALSE, (), (), ())
    found = judged("dissent(price.fair)", ann, bob, cid)
    assert (found.truth, found.yes) == (TRUE, (2,))
    assert judged("not dissent(price.fair)", ann, bob).no == (2,)
    assert judged("price.fair", ann, bob).truth is TRUE


# --- voices


def voices(*said: Statement, text: str = "voices(budget.approved) >= 2", **where: Any) -> Outcome:
    """What a number of voices comes to."""
    return judged(text, *said, **where)


def by(source: str, number: int = 1, **rest: Any) -> Statement:
    """Somebody approves."""
    return statement(number, rest.pop("fact", "budget.approved"), True, source, **rest)


def short(have: int, need: int) -> Outcome:
    """There are too few voices."""
    return Outcome(UNKNOWN, gaps=(Gap("too_few_voices", "", have=have, need=need),))


def test_people_are_counted_once() -> None:
    """Whoever says something of any of the facts is one voice, however often he speaks."""
    assert voices() == short(0, 2)
    assert voices(by("ann")) == short(1, 2)
    assert voices(by("ann"), by("bob", 2)) == Outcome(TRUE, yes=(1, 2))
    text = "voices(budget.approved, note.words) >= 2"
    note = statement(2, "note.words", "Yes", "ann")
    assert voices(by("ann"), note, text=text) == short(1, 2)
    other = statement(3, "note.words", "No", "bob")
    assert voices(by("ann"), note, other, text=text) == Outcome(TRUE, yes=(1, 2, 3))


def test_a_voice_is_a_contacts() -> None:
    """Papers and what we saw are none; who tells something on is one, and not whom he quotes."""
    paper, seen = by("A.pdf", 2, source_kind="document"), by("rep", 3, source_kind="observation")
    assert voices(by("ann"), paper, seen) == short(1, 2)
    told = by("cid", 2, first_hand=False, via="ann")
    assert voices(by("ann"), told) == short(1, 2)
    assert voices(by("ann"), by("cid", 2, first_hand=False, via="bob")).truth is TRUE
    assert voices(by("ann"), by("cid", 2, first_hand=False)) == short(1, 2)


def test_a_voice_says_something_that_is_known() -> None:
    """Behind a fact that is not established, or is stale, stands nobody."""
    text = "voices(need.confirmed) >= 1"
    one = by("ann", fact="need.confirmed")
    assert voices(one, text=text) == short(0, 1)
    assert voices(one, by("bob", 2, fact="need.confirmed"), text=text).yes == (1, 2)
    urgent = by("ann", fact="need.urgent")
    found = voices(urgent, text="voices(need.urgent) >= 1")
    assert (found.truth, found.until) == (TRUE, AT + 10 * DAY)
    assert voices(urgent, text="voices(need.urgent) >= 1", at=AT + 11 * DAY) == short(0, 1)


def test_dissent_is_no_voice() -> None:
    """Behind a final word stand those who have it."""
    said = [statement(1, "price.fair", True, "ann"), statement(2, "price.fair", True, "bob")]
    assert voices(*said, text="voices(price.fair) >= 2").truth is UNKNOWN
    assert voices(said[1], text="voices(price.fair) >= 1").yes == (2,)


def test_who_has_left_is_no_voice() -> None:
    """A voice goes with the person, and is one with that of the other record."""
    assert voices(by("ann"), by("bob", 2), gone=("bob",)) == short(1, 2)
    assert voices(by("ann"), by("cid", 2), alike={"cid": "ann"}) == short(1, 2)
    until = AT + 3 * DAY
    assert voices(by("ann"), by("bob", 2), until=until).until == until


@pytest.mark.parametrize(
    ("compared", "expected"),
    [
        (">= 1", [UNKNOWN, TRUE, TRUE, TRUE]),
        (">= 2", [UNKNOWN, UNKNOWN, TRUE, TRUE]),
        ("> 1", [UNKNOWN, UNKNOWN, TRUE, TRUE]),
        ("> 2", [UNKNOWN, UNKNOWN, UNKNOWN, TRUE]),
        ("== 2", [UNKNOWN, UNKNOWN, TRUE, FALSE]),
        ("<= 1", [TRUE, TRUE, FALSE, FALSE]),
        ("< 1", [TRUE, FALSE, FALSE, FALSE]),
    ],
)
def test_numbers_of_voices(compared: str, expected: list[Truth]) -> None:
    """It is unknown where more voices would do, and false only where none could."""
    everybody = [by(who, number) for number, who in enumerate(("ann", "bob", "cid"), 1)]
    for number, truth in enumerate(expected):
        found = voices(*everybody[:number], text=f"voices(budget.approved) {compared}")
        assert found.truth is truth
        told = tuple(one.id for one in everybody[:number])
        assert (found.yes, found.no) == {TRUE: (told, ()), FALSE: ((), told), UNKNOWN: ((), ())}[
            truth
        ]
    few = voices(text=f"voices(budget.approved) {compared}")
    if few.truth is UNKNOWN:
        first = next(n for n, truth in enumerate(expected) if truth is TRUE)
        assert few.gaps == (Gap("too_few_voices", "", have=0, need=first),)


def test_voices_of_a_contact() -> None:
    """Inside a quantifier the voices are behind what is said of each contact."""
    said = [
        statement(i, "person.content", True, w, about=a)
        for i, (w, a) in enumerate([("ann", "ann"), ("bob", "ann"), ("cid", "bob")], 1)
    ]
    where = World(contacts=(ANN, BOB, CID))
    for one in said:
        where.evidence.add(one)
    assert judge(condition("some(buyer, voices(person.content) >= 2)"), where).yes == (1, 2)
    assert judge(condition("some(coach, voices(person.content) >= 2)"), where).truth is UNKNOWN


def test_what_voices_read() -> None:
    """Each of the facts is read, in the order of the text."""
    tree = condition("voices(need.urgent, budget.approved) >= 2 and final(price.fair)")
    assert [fact.id for fact in tree.facts] == ["need.urgent", "budget.approved", "price.fair"]
