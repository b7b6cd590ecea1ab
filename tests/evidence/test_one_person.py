"""Statements of people with two records, papers with two spellings, and words said once more."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Fact, Sources, Statement, ValueType
from dealflow.evidence import SELF, Evidence, Lack, Reading
from tests.builders import AT, DAY, World, contact, evidence, fact, statement

YES = fact("budget.approved")
TWO = fact("need.confirmed", sources=Sources(at_least=2))
ANN, OTHER, BOB = contact("ann"), contact("a.b", "buyer"), contact("bob", "coach")
ALIKE = {"a.b": "ann"}


def read(found: Evidence, of: Fact, about: str | None = None, **where: Any) -> Reading:
    """What is known of a fact."""
    world = World(found, **{"contacts": (ANN, OTHER, BOB)} | where)
    return found.read(of, about, world, world.at)


# --- who speaks of himself


@pytest.mark.parametrize(
    ("said", "lacks"),
    [
        ({"source": "ann"}, ()),
        ({"source": "bob"}, (Lack("role", roles=(SELF,)),)),
        ({"source": "ann", "source_kind": "document"}, (Lack("role", roles=(SELF,)),)),
        ({"source": "a.b"}, ()),
    ],
    ids=["himself", "another", "a paper", "by another id"],
)
def test_who_speaks_for_himself(said: dict[str, Any], lacks: tuple[Lack, ...]) -> None:
    """Where only the contact himself counts, nobody else does, under whatever id he goes."""
    win = fact("person.win", of="contact", sources=Sources(roles=(SELF,)))
    found = evidence(statement(1, win.id, True, about="ann", **said))
    found.identify(ALIKE)
    assert read(found, win, "ann", alike=ALIKE).lacks == lacks


def test_himself_or_a_role() -> None:
    """Beside the contact himself a role may count; and first-hand has to be one of these."""
    win = fact("person.win", of="contact", sources=Sources(roles=(SELF, "coach"), first_hand=True))
    found = evidence(statement(1, win.id, True, "bob", about="ann"))
    assert read(found, win, "ann").lacks == ()
    told = evidence(statement(1, win.id, True, "ann", about="ann", first_hand=False))
    assert read(told, win, "ann").lacks == (Lack("first_hand", roles=(SELF, "coach")),)


def test_a_fact_of_the_deal_is_about_nobody() -> None:
    """Of the deal nobody speaks for himself."""
    ruled = evolve(YES, sources=Sources(roles=(SELF,)))
    assert read(evidence(statement(1, ruled.id, True)), ruled).lacks[0].reason == "role"


# --- papers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Offer.pdf", "offer.PDF", True),
        ("The  offer", " the offer ", True),
        ("ＯＦＦＥＲ", "offer", True),
        ("Straße", "STRASSE", True),
        ("offer 1", "offer 2", False),
        ("the offer", "theoffer", False),
    ],
)
def test_papers_by_name(one: str, other: str, same: bool) -> None:
    """A paper is one source in any spelling of its name, and its later words replace earlier."""
    found = evidence(
        statement(1, TWO.id, True, one, source_kind="document"),
        statement(2, TWO.id, False, other, source_kind="document", said_at=AT + DAY),
    )
    reading = read(found, TWO)
    assert bool(reading.lacks) is same
    assert reading.values == (((False, (2,)),) if same else ((True, (1,)), (False, (2,))))


def test_contacts_are_no_papers() -> None:
    """Ids of contacts, and our own names, are what they are to the letter."""
    found = evidence(
        statement(1, TWO.id, True, "ann"),
        statement(2, TWO.id, True, "Ann"),
        statement(3, TWO.id, True, "rep", source_kind="observation"),
        statement(4, TWO.id, True, "Rep", source_kind="observation"),
    )
    assert read(found, TWO).values == ((True, (1, 2, 3, 4)),)


# --- one person


def test_two_records_of_one_person() -> None:
    """Found to be one, two sources are one: the latest words count, and both were heard as one."""
    content = fact("person.content", of="contact")
    found = evidence(
        statement(1, TWO.id, True, "ann"),
        statement(2, TWO.id, False, "a.b", said_at=AT + DAY),
        statement(3, content.id, True, "bob", about="a.b"),
    )
    assert read(found, TWO).lacks == ()
    found.identify(ALIKE)
    assert read(found, TWO, alike=ALIKE).values == ((False, (2,)),)
    assert read(found, TWO, alike=ALIKE).lacks[0].reason == "second_source"
    for about in ("ann", "a.b"):
        assert read(found, content, about, alike=ALIKE).values == ((True, (3,)),)
    assert set(found.heard) == set(found.heard_in(lambda _: True)) == {"ann", "bob"}
    found.withdraw(2, "x")
    assert read(found, TWO, alike=ALIKE).values == ((True, (1,)),)
    assert "ann" in found.heard
    found.withdraw(1, "x")
    assert set(found.heard) == {"bob"}
    found.identify({})
    assert read(found, content, "ann").lacks == (Lack("never_asked"),)


SAID = st.lists(
    st.fixed_dictionaries(
        {
            "value": st.integers(0, 2),
            "source": st.sampled_from(["ann", "a.b", "bob"]),
            "about": st.sampled_from([None, "ann", "a.b"]),
            "said_at": st.integers(-5, 0).map(lambda days: AT + days * DAY),
            "first_hand": st.booleans(),
        }
    ),
    max_size=8,
)
MERGES = st.lists(st.sampled_from([{}, ALIKE, {"a.b": "bob"}, {"ann": "bob", "a.b": "bob"}]))
SIZE = fact("need.size", ValueType.NUMBER)


def renamed(said: Statement, alike: dict[str, str]) -> Statement:
    """The statement as it would be, had each contact one id only."""
    source, about = alike.get(said.source, said.source), said.about
    return evolve(said, source=source, about=about and alike.get(about, about))


@given(SAID, MERGES, st.lists(st.integers(1, 8), max_size=3), st.sampled_from([{}, ALIKE]))
def test_taken_for_one_they_are_one(
    said: list[dict[str, Any]],
    merges: list[dict[str, str]],
    withdrawn: list[int],
    alike: dict[str, str],
) -> None:
    """Whoever was taken for whom before, everything is as if each had had one id all along."""
    made = [statement(number, SIZE.id, **one) for number, one in enumerate(said, 1)]
    gone = {*withdrawn} & {one.id for one in made}
    found, one_by_one = Evidence(), Evidence()
    for each in made:
        found.add(each)
        one_by_one.add(renamed(each, alike))
        if merges:
            found.identify(merges.pop())
    for number in gone:
        found.withdraw(number, "x")
        one_by_one.withdraw(number, "x")
    found.identify(alike)
    for about in (None, "ann", "a.b"):
        reading = read(found, SIZE, about, alike=alike)
        plain = read(one_by_one, SIZE, about and alike.get(about, about))
        assert (reading.values, reading.lacks) == (plain.values, plain.lacks)
    assert set(found.heard) == set(one_by_one.heard)
    for who in ("ann", "a.b", "bob"):
        own = found.own_words(who, SIZE.id, None)
        same = one_by_one.own_words(alike.get(who, who), SIZE.id, None)
        assert (own and own.id) == (same and same.id)


# --- what is said in one go


def test_own_words() -> None:
    """What somebody said last himself, whatever is told of him, and while it stands."""
    found = evidence(
        statement(1, YES.id, True),
        statement(2, YES.id, False, said_at=AT + DAY),
        statement(3, YES.id, True, said_at=AT + 2 * DAY, first_hand=False),
        statement(4, YES.id, True, "ann", source_kind="document", said_at=AT + 3 * DAY),
    )

    def own(who: str = "ann", of: str = YES.id) -> int | None:
        said = found.own_words(who, of, None)
        return None if said is None else said.id

    assert (own(), own("bob"), own(of="need.urgent")) == (2, None, None)
    found.withdraw(2, "x")
    assert own() == 1
    found.withdraw(1, "x")
    assert own() is None


def test_confirmed_in_one_go() -> None:
    """One entry makes a statement of each fact, which stand and fall together."""
    found = evidence(statement(1, YES.id, True), statement(2, TWO.id, True))
    again = tuple(
        statement(3, said.fact, False, said_at=AT + DAY) for said in found.statements.values()
    )
    found.confirm(3, again)
    assert found.made_by(1) == (found.statements[1],)
    assert found.made_by(3) == found.confirmed[3] == again
    assert found.made_by(4) == ()
    assert list(found.standing) == [*found.statements.values(), *again]
    assert found.stand((1, 2, 3))
    assert not found.stand((3, 3))
    for of in (YES, TWO):
        assert read(found, of).values == ((False, (3,)),)
    found.withdraw(3, "x")
    for number, of in enumerate((YES, TWO), 1):
        assert read(found, of).values == ((True, (number,)),)
    assert dict(found.withdrawn) == {3: "x"}
    assert not found.stand((3,))
    assert found.confirmed[3] == again
    assert set(found.heard) == {"ann"}


def test_confirmed_at_another_time() -> None:
    """The times of what was confirmed can be corrected, even when it is withdrawn."""
    found = evidence(statement(1, YES.id, True))
    again = statement(2, YES.id, False, said_at=AT - DAY)
    found.confirm(2, (again,))
    assert read(found, YES).values == ((True, (1,)),)
    found.retime(2, (evolve(again, said_at=AT + DAY),))
    assert read(found, YES).values == ((False, (2,)),)
    found.withdraw(2, "x")
    found.retime(2, (again,))
    assert found.confirmed[2] == (again,)
    assert read(found, YES).values == ((True, (1,)),)


# --- what was said since


@given(SAID, st.sets(st.integers(1, 8)), st.sampled_from([{}, ALIKE]))
def test_some_statements_alone(
    said: list[dict[str, Any]], newer: set[int], alike: dict[str, str]
) -> None:
    """Of some statements alone everything is as if the others had never been made."""
    made = [statement(number, SIZE.id, **one) for number, one in enumerate(said, 1)]
    found = evidence(*made)
    found.identify(alike)
    some = evidence(*(one for one in made if one.id in newer))
    some.identify(alike)
    world = World(found, (ANN, OTHER, BOB), alike=alike)
    read_newer = found.newer_reader(world, AT, lambda one: one.id in newer)
    for about in (None, "ann", "a.b"):
        reading, plain = read_newer(SIZE, about), some.read(SIZE, about, world, AT)
        assert reading.values == plain.values
        asked = bool(found.read(SIZE, about, world, AT).values)
        missing = (Lack("since_rejection" if asked else "never_asked"),)
        assert reading.lacks == (plain.lacks and missing)
    assert set(found.heard_in(lambda one: one.id in newer)) == set(some.heard)
