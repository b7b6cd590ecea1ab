"""Who has the final word on a fact, and what others say against it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Fact, Sources, ValueType
from dealflow.evidence import Lack, Reading
from tests.builders import AT, DAY, TICK, World, contact, evidence, fact, statement
from tests.evidence._final import final_known

YES = fact("budget.approved", final_word=("buyer",), good_for=10 * DAY)
ANN, BOB, CID = contact("ann", "buyer"), contact("bob", "coach"), contact("cid")


def read(*said: dict[str, Any], of: Fact = YES, **where: Any) -> Reading:
    """What is known of a fact, of which these statements were made, numbered from 1."""
    made = [
        statement(
            number, of.id, one.get("value", True), **{k: v for k, v in one.items() if k != "value"}
        )
        for number, one in enumerate(said, 1)
    ]
    world = World(evidence(*made), **{"contacts": (ANN, BOB, CID)} | where)
    return world.evidence.read(of, None, world, world.at)


def bob(value: bool, **rest: Any) -> dict[str, Any]:
    """Bob, the coach, says yes or no."""
    return {"source": "bob", "value": value, **rest}


def ann(value: bool, **rest: Any) -> dict[str, Any]:
    """Ann, the buyer, says yes or no."""
    return {"source": "ann", "value": value, **rest}


def test_before_the_final_word_everybody_counts() -> None:
    """While nobody who has the final word has spoken himself, the fact is like any other."""
    reading = read(bob(True), ann(False, first_hand=False))
    assert reading.values == ((True, (1,)), (False, (2,)))
    assert (reading.final, reading.dissent, reading.lacks) == (False, (), ())
    assert [one.id for one in reading.live] == [1, 2]


def test_the_final_word_counts_alone() -> None:
    """Once the holder has spoken, others are dissent, unless they say the same."""
    reading = read(
        bob(False), ann(True), {"source": "cid"}, {"source_kind": "document", "value": False}
    )
    assert reading.values == ((True, (2,)),)
    assert (reading.final, reading.dissent, reading.lacks) == (True, (1, 4), ())
    assert [one.id for one in reading.live] == [2]


def test_two_holders_may_contradict_each_other() -> None:
    """Of several holders each counts, and what either says is no dissent."""
    two = (ANN, contact("bob", "buyer"), CID)
    reading = read(bob(False), ann(True), {"source": "cid", "value": False}, contacts=two)
    assert reading.values == ((False, (1,)), (True, (2,)))
    assert reading.dissent == ()


def test_hearsay_takes_nothing_back() -> None:
    """What is told later in the holder's name is dissent, and the holder's own word stays."""
    reading = read(ann(True), ann(False, said_at=AT + DAY, first_hand=False, via="bob"))
    assert (reading.values, reading.dissent) == (((True, (1,)),), (2,))
    same = read(ann(True), ann(True, said_at=AT + DAY, first_hand=False, via="bob"))
    assert (same.values, same.dissent) == (((True, (1,)),), ())


def test_the_holder_may_change_his_mind() -> None:
    """Of the holder's own words the latest counts."""
    reading = read(ann(True), ann(False, said_at=AT + DAY))
    assert (reading.values, reading.dissent) == (((False, (2,)),), ())


def test_a_stale_final_word_is_not_replaced() -> None:
    """When the holder's word is out of date nobody else's stands in for it."""
    old, new = ann(True), bob(True, said_at=AT + 9 * DAY)
    end = AT + 10 * DAY
    last = read(old, new, at=end)
    assert (last.values, last.until) == (((True, (1,)),), end)
    reading = read(old, new, at=end + TICK)
    assert reading.values == reading.live == ()
    assert reading.lacks == (Lack("stale", roles=("buyer",), since=end),)
    assert (reading.final, reading.dissent, reading.until) == (False, (), AT + 19 * DAY)


def test_a_former_holder_has_spoken() -> None:
    """Who had the final word keeps others from counting, and does not count himself any more."""
    without = (contact("ann"), BOB, CID)
    reading = read(bob(True), ann(True), contacts=without, former={"ann": ("buyer",)})
    assert reading.values == ()
    assert reading.lacks == (Lack("final_word", roles=("buyer",)),)
    after = read(
        bob(False),
        ann(False),
        {"source": "cid"},
        contacts=(contact("ann"), BOB, contact("cid", "buyer")),
        former={"ann": ("buyer",)},
    )
    assert (after.values, after.dissent) == (((True, (3,)),), (1, 2))


def test_a_present_holder_who_is_quoted_only() -> None:
    """Where the former holder spoke and the present one is quoted, the final word is missing."""
    people = (contact("ann"), BOB, contact("cid", "buyer"))
    told = {"source": "cid", "first_hand": False, "via": "bob"}
    reading = read(ann(True), told, contacts=people, former={"ann": ("buyer",)})
    assert reading.lacks == (Lack("final_word", roles=("buyer",)),)


def test_who_never_held_the_role_changes_nothing() -> None:
    """Another former role, or the same words on paper, are no final word."""
    reading = read(
        bob(True),
        {"source": "ann", "source_kind": "document", "value": False},
        former={"bob": ("user",)},
    )
    assert not reading.final
    assert len(reading.values) == 2


def test_one_person_with_two_cards() -> None:
    """Whose other card has the role speaks the final word under either id."""
    people = (contact("ann"), BOB, contact("a.b", "buyer"))
    world = World(
        evidence(statement(1, YES.id, True, "ann"), statement(2, YES.id, False, "bob")),
        people,
        alike={"ann": "a.b"},
    )
    world.evidence.identify(world.alike)
    reading = world.evidence.read(YES, None, world, AT)
    assert (reading.values, reading.final, reading.dissent) == (((True, (1,)),), True, (2,))


def test_a_persons_name_is_the_person() -> None:
    """Two ids of one person are one value, for and against the final word."""
    who = fact("roles.decider", ValueType.PERSON, final_word=("buyer",))
    said = [("ann", "cid"), ("bob", "c.d"), ("cid", "bob")]
    found = evidence(*(statement(i, who.id, value, by) for i, (by, value) in enumerate(said, 1)))
    world = World(found, (ANN, BOB, CID, contact("c.d")), alike={"c.d": "cid"})
    found.identify(world.alike)
    reading = found.read(who, None, world, AT)
    assert (reading.values, reading.dissent) == ((("cid", (1,)),), (3,))


@pytest.mark.parametrize(("days", "until"), [(4, AT + 4 * DAY), (20, AT + 10 * DAY)])
def test_until_somebody_leaves(days: int, until: Any) -> None:
    """What the final word says stands no longer than the people are who they are."""
    assert read(ann(True), until=AT + days * DAY).until == until


# --- against a model that is written from the rules alone

RULED = st.builds(
    lambda final, good_for, sources: fact(
        "need.size", ValueType.NUMBER, final_word=final, good_for=good_for, sources=sources
    ),
    st.sampled_from([("buyer",), ("coach",), ("buyer", "coach")]),
    st.none() | st.integers(1, 6).map(lambda days: days * DAY),
    st.sampled_from([Sources(), Sources(roles=("buyer", "coach"), first_hand=True)]),
)
NAMES = ("ann", "bob", "cid", "dan")
SAID = st.fixed_dictionaries(
    {
        "value": st.integers(0, 2),
        "source_kind": st.sampled_from(
            ["contact", "contact", "contact", "document", "observation"]
        ),
        "source": st.sampled_from(NAMES),
        "said_at": st.integers(-9, 0).map(lambda days: AT + days * DAY),
        "first_hand": st.booleans(),
    }
)
ROLES = st.lists(st.sampled_from(["buyer", "coach"]), max_size=2, unique=True).map(tuple)
WORLDS = st.fixed_dictionaries(
    {
        "contacts": st.tuples(
            *(st.builds(lambda who, held: contact(who, *held), st.just(id), ROLES) for id in NAMES)
        ),
        "former": st.dictionaries(st.sampled_from(NAMES), ROLES, max_size=2),
        "alike": st.sampled_from(
            [{}, {}, {"ann": "bob"}, {"ann": "bob", "cid": "bob"}, {"dan": "cid"}]
        ),
        "gone": st.sampled_from([(), (), ("bob",), ("cid",)]),
        "until": st.none() | st.integers(0, 8).map(lambda days: AT + days * DAY),
    }
)


@given(RULED, st.lists(SAID, max_size=8), WORLDS, st.lists(st.integers(1, 8), max_size=2))
def test_final_words_are_what_the_rules_say(
    rule: Fact, said: list[dict[str, Any]], where: dict[str, Any], withdrawn: list[int]
) -> None:
    """Whatever was said by whom, readings are as the rules of the final word have it."""
    made = [statement(number, rule.id, **one) for number, one in enumerate(said, 1)]
    world = World(evidence(*made), **where)
    world.evidence.identify(world.alike)
    standing = [one for one in made if one.id not in withdrawn]
    for number in {*withdrawn} & {one.id for one in made}:
        world.evidence.withdraw(number, "x")
    expected = final_known(rule, standing, world)
    reading = world.evidence.read(rule, None, world, AT)
    if expected is None:
        assert not reading.final
        assert not reading.dissent
        assert "final_word" not in [lack.reason for lack in reading.lacks]
        return
    assert {value: list(ids) for value, ids in reading.values} == expected.values
    assert list(reading.dissent) == expected.dissent
    assert (reading.final, reading.until) == (bool(expected.values), expected.until)
    assert [one.id for one in reading.live] == sorted(
        i for v in expected.values.values() for i in v
    )
    lacks = [] if expected.lack is None else [(expected.lack, rule.final_word, expected.since)]
    assert [(lack.reason, lack.roles, lack.since) for lack in reading.lacks] == lacks
