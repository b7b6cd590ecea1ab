"""The map of a deal's contacts: who holds which role, who left, and who is one with whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Contact
from dealflow.evidence import ANY_ROLE
from dealflow.state.contact_map import ContactMap
from tests.builders import TICK, contact

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
MIDNIGHT = datetime(2026, 3, 6, tzinfo=UTC)


def mapped(*contacts: Contact) -> ContactMap:
    """A map of some contacts."""
    made = ContactMap()
    for each in contacts:
        made.put(each)
    return made


def test_who_holds_a_role() -> None:
    """Holders come in the order added, and who holds no role is no holder of any."""
    made = mapped(contact("ann", "buyer"), contact("cid"), contact("bob", "coach", "buyer"))
    there = made.at(NOON)
    assert [one.id for one in there.holders("buyer")] == ["ann", "bob"]
    assert [one.id for one in there.holders(ANY_ROLE)] == ["ann", "bob"]
    assert there.holders("user") == ()
    assert there.roles_of("bob") == {"coach", "buyer"}
    assert there.roles_of("cid") == there.roles_of("nobody") == there.ever("nobody") == set()
    assert (there.until, there.same("ann"), there.voice("ann")) == (None, "ann", "ann")
    assert there.staying(["cid", "ann"]) == ["cid", "ann"]


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"title": "CFO", "rating": 3}, False),
        ({"roles": ("buyer", "coach")}, True),
        ({"left": FRIDAY}, True),
    ],
    ids=str,
)
def test_what_changes_who_speaks(fields: dict[str, Any], changed: bool) -> None:
    """Roles, and when somebody leaves, bear on what words count for; all else does not."""
    made = ContactMap()
    ann = contact("ann", "buyer")
    assert made.put(ann)
    assert made.put(evolve(ann, **fields)) is changed
    assert not made.put(evolve(ann, **fields))
    assert not made.put(contact("cid"))
    assert made.put(contact("dan", left=FRIDAY))


def test_roles_once_held() -> None:
    """Every role that a card ever had was held by whoever it is of."""
    ann = contact("ann", "buyer")
    made = mapped(ann, evolve(ann, roles=("coach",)), evolve(ann, roles=()), contact("a.b", "user"))
    assert made.at(NOON).roles_of("ann") == set()
    assert made.at(NOON).ever("ann") == {"buyer", "coach"}
    made.merge("ann", "a.b")
    assert made.at(NOON).ever("ann") == made.at(NOON).ever("a.b") == {"buyer", "coach", "user"}
    assert made.at(NOON).roles_of("ann") == {"user"}
    made.part("ann")
    assert made.at(NOON).ever("ann") == {"buyer", "coach"}


def test_who_leaves() -> None:
    """From the beginning of the day on, by UTC, who leaves has no role and no voice."""
    made = mapped(contact("ann", "buyer", left=FRIDAY), contact("bob", "buyer"))
    before, after = made.at(MIDNIGHT - TICK), made.at(MIDNIGHT)
    assert before.until == MIDNIGHT - TICK
    assert [one.id for one in before.holders("buyer")] == ["ann", "bob"]
    assert before.voice("ann") == "ann"
    assert after.until is None
    assert [one.id for one in after.holders("buyer")] == ["bob"]
    assert after.roles_of("ann") == set()
    assert after.ever("ann") == {"buyer"}
    assert (after.voice("ann"), after.voice("bob")) == (None, "bob")
    assert after.staying(["ann", "bob"]) == ["bob"]
    assert made.leaving == {"ann": MIDNIGHT}


def test_who_stays_after_all() -> None:
    """A card without the day is of somebody who is there."""
    made = mapped(contact("ann", "buyer", left=FRIDAY), contact("ann", "buyer"))
    assert made.at(MIDNIGHT).roles_of("ann") == {"buyer"}
    assert made.leaving == {}


def test_several_leave() -> None:
    """The people are the same from one leaving to the next."""
    made = mapped(
        contact("ann", "buyer", left=FRIDAY),
        contact("bob", "buyer", left=FRIDAY + timedelta(days=3)),
        contact("cid", "buyer"),
    )
    monday = MIDNIGHT + timedelta(days=3)
    for at, there, until in (
        (NOON, 3, MIDNIGHT - TICK),
        (MIDNIGHT, 2, monday - TICK),
        (monday - TICK, 2, monday - TICK),
        (monday, 1, None),
        (NOON, 3, MIDNIGHT - TICK),
    ):
        found = made.at(at)
        assert (len(found.holders("buyer")), found.until) == (there, until)
        assert found.serves(at)


def test_one_person() -> None:
    """Two records are one person, with the roles of both, under the second id."""
    made = mapped(contact("ann", "buyer"), contact("bob"), contact("a.b", "coach", title="CFO"))
    made.merge("a.b", "ann")
    there = made.at(NOON)
    assert (there.same("a.b"), there.voice("a.b")) == ("ann", "ann")
    assert there.roles_of("a.b") == there.roles_of("ann") == {"buyer", "coach"}
    (one,) = there.holders("coach")
    assert one == contact("ann", "buyer", "coach")
    assert [each.id for each in there.holders(ANY_ROLE)] == ["ann"]
    assert (made.merged, dict(made.same)) == ({"a.b": "ann"}, {"a.b": "ann"})
    made.part("a.b")
    assert made.at(NOON).holders("coach")[0].title == "CFO"  # type: ignore[index]


def test_a_long_chain() -> None:
    """However often a person is merged, the last id is the one that he goes by."""
    made = mapped(*(contact(f"c{n}", "buyer") for n in range(2000)))
    for n in range(1999):
        made.merged[f"c{n}"] = f"c{n + 1}"
    del made.merged["c1998"]
    made.merge("c1998", "c1999")
    assert made.at(NOON).same("c0") == "c1999"
    assert [one.id for one in made.at(NOON).holders("buyer")] == ["c1999"]
    made.part("c1000")
    assert (made.at(NOON).same("c0"), made.at(NOON).same("c1001")) == ("c1000", "c1999")


def test_one_person_leaves_once() -> None:
    """Whoever left by one of his records has left."""
    made = mapped(contact("ann", "buyer"), contact("a.b", "coach", left=FRIDAY))
    made.merge("a.b", "ann")
    assert made.at(MIDNIGHT - TICK).roles_of("ann") == {"buyer", "coach"}
    assert made.at(MIDNIGHT).roles_of("ann") == set()
    assert made.at(MIDNIGHT).voice("a.b") is None
    made.part("a.b")
    assert made.at(MIDNIGHT).roles_of("ann") == {"buyer"}


IDS = ("ann", "bob", "cid", "dan")
CARDS = st.builds(
    lambda who, roles, days: contact(
        who, *roles, left=None if days is None else FRIDAY + timedelta(days=days)
    ),
    st.sampled_from(IDS),
    st.lists(st.sampled_from(["buyer", "coach"]), unique=True, max_size=2),
    st.none() | st.integers(-3, 3),
)
ALIKE = st.sampled_from([{}, {"bob": "ann"}, {"bob": "ann", "ann": "cid"}, {"dan": "bob"}])
TIMES = st.integers(-100, 200).map(lambda hours: MIDNIGHT + timedelta(hours=hours))


@given(st.lists(CARDS, max_size=8), ALIKE, st.lists(TIMES, min_size=1, max_size=6))
def test_people_are_who_their_records_say(
    cards: list[Contact], alike: dict[str, str], times: list[datetime]
) -> None:
    """Whatever the order of looking, people are what their cards add up to at each instant."""
    made = mapped(*cards)
    alike = {id: to for id, to in alike.items() if {id, to} <= made.contacts.keys()}
    for id, to in alike.items():
        made.merge(id, to)
    groups: dict[str, list[str]] = {}
    for id in made.contacts:
        who = id
        while who in alike:
            who = alike[who]
        groups.setdefault(who, []).append(id)
    latest = {card.id: card for card in cards}
    for at in times:
        there = made.at(at)
        for who, ids in groups.items():
            days = [latest[id].left for id in ids]
            gone = any(day and datetime.combine(day, time(), UTC) <= at for day in days)
            held = () if gone else [role for id in ids for role in latest[id].roles]
            roles, ever = (
                frozenset(held),
                frozenset(role for card in cards if card.id in ids for role in card.roles),
            )
            for id in ids:
                assert (there.same(id), there.voice(id)) == (who, None if gone else who)
                assert (there.roles_of(id), there.ever(id)) == (roles, ever)
            for role in ("buyer", "coach"):
                assert (who in [one.id for one in there.holders(role)]) is (role in roles)
        if there.until is not None:
            assert at <= there.until
            later = ContactMap()
            later.contacts, later.leaving, later.same = made.contacts, made.leaving, made.same
            later._ever = made._ever
            left = {id for id in groups if there.voice(id) is None}
            for then, same in ((there.until, True), (there.until + TICK, False)):
                by_then = {id for id in groups if later.at(then).voice(id) is None}
                assert (by_then == left) is same
