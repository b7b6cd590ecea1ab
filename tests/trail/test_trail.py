"""Tests of dealflow.trail, and of the bodies of its entries."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from threading import Barrier, Thread
from typing import Any

import attrs
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Contact, DealflowError, Entry, TamperedTrail, Trail, TrailError
from dealflow.trail import START, chain, events, link
from dealflow.trail import body as _body
from dealflow.trail import entries as trail
from dealflow.trail.body import LONGEST_BODY, Schema, canonical
from tests import _trails as make

keys = st.text(st.characters(max_codepoint=127), max_size=5)
plain_json: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | make.integers
    | st.text(st.characters(blacklist_categories=["Cs"]), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(plain_json)
def test_canonical_is_rfc_8785(obj: Any) -> None:
    """Without floats, and with keys in ASCII, the bytes are those of RFC 8785."""
    assert canonical(obj).encode() == rfc8785.dumps(obj)


@given(make.json_values)
def test_canonical_is_exact_or_refuses(obj: Any) -> None:
    """Arbitrary data is written so that it is read back the same, or refused."""
    try:
        text = canonical(obj)
    except TrailError:
        return
    assert json.loads(text) == obj
    assert text.encode() == rfc8785.dumps(obj)


def test_canonical_form() -> None:
    """Sorted keys, no spaces, texts as they are, only the shortest escapes."""
    obj = {"b": [1, None, True], "a": '预算\n"\\\x01\u2028\x7f/', "": (-(2**53) + 1,)}
    assert canonical(obj) == (
        '{"":[-9007199254740991],"a":"预算\\n\\"\\\\\\u0001\u2028\x7f/","b":[1,null,true]}'
    )


def test_canonical_takes_enums_of_ints() -> None:
    """Subclasses of the plain types are written as these."""

    class Number(IntEnum):
        ONE = 1

    assert canonical([Number.ONE]) == "[1]"


def looped() -> list[object]:
    """A list in itself."""
    loop: list[object] = []
    loop.append(loop)
    return loop


def deep() -> list[object]:
    """A list in a list, a hundred thousand times."""
    inside: list[object] = []
    for _ in range(100_000):
        inside = [inside]
    return inside


@pytest.mark.parametrize(
    ("obj", "problem"),
    [
        (1.0, "1.0 has no place"),
        (float("nan"), "nan has no place"),
        ([{"a": float("inf")}], "inf has no place"),
        (2**53, "not below 2"),
        (-(2**53), "not below 2"),
        (b"x", "has no place"),
        ({1, 2}, "has no place"),
        ({1: "a"}, "1 is not a key in ASCII"),
        ({None: "a"}, "None is not a key in ASCII"),
        ({"é": "a"}, "'é' is not a key in ASCII"),
        ("\ud800", "lone surrogate"),
        (["\udfff"], "lone surrogate"),
        (looped(), "nested too deeply"),
        (deep(), "nested too deeply"),
    ],
    ids=range(14),
)
def test_canonical_refuses(obj: object, problem: str) -> None:
    """What has no one form, or none that every reader keeps, is refused."""
    with pytest.raises(TrailError, match=problem):
        canonical(obj)


def test_chain_writes_the_documented_bytes() -> None:
    """The body and the hash are what the format says, to the byte: they are stored for years."""
    entry = chain(START, 1, make.NOON, "lena", make.OPENED)
    assert entry.body == (
        '{"at":"2026-03-02T12:00:00Z","by":"lena","data":{"account":"Northwind",'
        '"amount":"48000 EUR","card":{"owner":"lena"},"deal":"D-1042",'
        f'"fingerprint":"{"ab" * 32}","playbook":"seven_step","playbook_version":"1.0.0",'
        '"step":"first","title":""},"kind":"opened","seq":1}'
    )
    assert entry.hash == hashlib.sha256((START + entry.body).encode()).hexdigest()
    assert entry.hash == "1d718dd6ed8d0bed44e2ac2eea5ca6ab33fab35ccd06e0efa6b475c3cd227468"
    assert (entry.seq, entry.at, entry.by) == (1, make.NOON, "lena")
    assert (entry.kind, entry.event) == ("opened", make.OPENED)


@given(make.events, st.integers(1, 2**53 - 1), make.instants)
def test_bodies_are_canonical(event: events.Event, seq: int, at: datetime) -> None:
    """A body is the canonical form of what it says."""
    entry = link(START, seq, at, "李", event)
    assert canonical(json.loads(entry.body)) == entry.body


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"seq": 0}, "0 is not a sequence number @ seq"),
        ({"seq": 2**53}, "is not a sequence number @ seq"),
        ({"seq": True}, "True is not a sequence number @ seq"),
        ({"seq": "1"}, "'1' is not a sequence number @ seq"),
        ({"at": make.NOON.replace(tzinfo=None)}, "not an instant in UTC.* @ at"),
        ({"at": "2026-03-02T12:00:00Z"}, "not an instant in UTC.* @ at"),
        ({"by": ""}, "'' is nobody's id @ by"),
        ({"by": None}, "None is nobody's id @ by"),
        ({"by": "\ud800"}, "has no place"),
        ({"by": "a\x1b[2J"}, "has no place"),
        ({"by": "a\x7f"}, "has no place"),
        ({"by": "李\x9b"}, "has no place"),
        ({"event": None}, "no event"),
        ({"event": events.Withdrawn(3, "\r")}, "has no place"),
        ({"event": events.Withdrawn(3, "x" * LONGEST_BODY)}, "characters, over"),
    ],
    ids=range(15),
)
def test_chain_refuses(changes: dict[str, Any], problem: str) -> None:
    """What could not be read back is never made an entry."""
    arguments: dict[str, Any] = {
        "seq": 1,
        "at": make.NOON,
        "by": "lena",
        "event": make.OPENED,
    } | changes
    with pytest.raises(TrailError, match=problem):
        chain(START, **arguments)


def test_only_what_was_checked_is_sound() -> None:
    """An entry that is chained is marked as checked; changed or put together by hand, it is not."""
    entry = make.small()[1]
    assert entry.sound
    assert not attrs.evolve(entry, event=events.ContactAdded(Contact("", ""))).sound
    by_hand = attrs.astuple(entry, recurse=False)[:-1]
    assert not Entry(*by_hand).sound
    assert Entry(*by_hand) == entry


def test_chain_checks_the_form() -> None:
    """What no deal could take, whatever it is, is never made an entry; every problem is told."""
    event = events.ContactAdded(Contact("ruth", " ", rating=9))
    with pytest.raises(TrailError, match="the name is empty; the rating 9 is not") as caught:
        chain(START, 2, make.NOON, "lena", event)
    assert [problem.place for problem in caught.value.problems] == ["name", "rating"]


def test_text_may_look_like_an_escape() -> None:
    """Backslashes in a text are texts, whatever letter comes next."""
    event = events.Withdrawn(3, "C:\\users\\" + '"u0001\\\\')
    assert json.loads(chain(START, 2, make.NOON, "lena", event).body)["data"]["reason"] == (
        event.reason
    )


def test_entries_are_immutable_and_short_in_print() -> None:
    """An entry cannot be changed, and its repr leaves the body out."""
    entry: Any = make.small()[0]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        entry.seq = 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        entry.mood = "good"
    assert entry.body not in repr(entry)


def test_trail_is_a_sequence() -> None:
    """A trail has a length, an order, places from either end, and slices that are tuples."""
    four = make.small()
    first, second, third, fourth = four
    assert len(four) == 4
    assert [entry.seq for entry in four] == [1, 2, 3, 4]
    assert (four[0], four[-1]) == (first, fourth)
    assert four[1:3] == (second, third)
    assert four[::-2] == (fourth, second)
    assert list(reversed(four)) == [fourth, third, second, first]
    assert third in four
    assert four.index(second) == 1
    for place in (4, -5):
        with pytest.raises(IndexError):
            four[place]


def test_head() -> None:
    """The head is the last hash, and sixty-four zeros before there is one."""
    four = make.small()
    assert four.head == four[3].hash
    assert Trail().head == START == "0" * 64
    assert not Trail()


def test_trails_compare_by_content() -> None:
    """Equal entries make equal trails, with equal hashes; nothing else equals a trail."""
    one, same = make.small(), make.small()
    assert one == same
    assert hash(one) == hash(same)
    assert one == one.extended([])
    assert one != Trail(one[:3])
    assert Trail(one[:3]) == Trail(same[:3])
    assert one != make.build([make.OPENED, make.ADDED, make.SAID, make.SAID])
    assert one != Trail([attrs.evolve(one[0], by="eve"), *one[1:]])
    assert one != list(one)


def test_repr_is_short() -> None:
    """A trail in print tells its length and the beginning of its head."""
    four = make.small()
    assert repr(four) == f"<Trail of 4 entries, head {four.head[:12]}>"


def test_snapshots_never_change() -> None:
    """A trail stays as it is when the deal goes on, even while somebody goes through it."""
    two = make.build([make.OPENED, make.ADDED])
    before = tuple(two)
    going = iter(two)
    next(going)
    three = two.extended([chain(two.head, 3, make.NOON, "lena", make.SAID)])
    four = three.extended([chain(three.head, 4, make.NOON, "lena", make.MOVED)])
    assert [entry.seq for entry in going] == [2]
    assert (tuple(two), two.head, len(two)) == (before, before[1].hash, 2)
    assert [len(three), len(four)] == [3, 4]
    assert four[:3] == tuple(three)
    assert four._shelf is two._shelf


def test_branches_do_not_meet() -> None:
    """Two ways to go on from one snapshot leave two trails, and the snapshot alone."""
    one = make.build([make.OPENED])
    this = one.extended([chain(one.head, 2, make.NOON, "lena", make.ADDED)])
    other = one.extended([chain(one.head, 2, make.NOON, "mona", make.SAID)])
    further = this.extended([chain(this.head, 3, make.NOON, "lena", make.SAID)])
    assert [entry.by for entry in this] == ["lena", "lena"]
    assert [entry.by for entry in other] == ["lena", "mona"]
    assert further[:2] == tuple(this)
    assert len(one) == 1
    assert other._shelf is not one._shelf


def test_branches_do_not_meet_when_taken_at_once() -> None:
    """Somebody who goes on in the very moment of our looking does not get into our trail."""
    one = make.build([make.OPENED])
    ours = chain(one.head, 2, make.NOON, "lena", make.ADDED)
    theirs = chain(one.head, 2, make.NOON, "mona", make.SAID)

    class Shelf(list[Entry]):
        def extend(self, new: Iterable[Entry]) -> None:
            super().append(theirs)
            super().extend(new)

    one._shelf = Shelf(one)
    longer = one.extended([ours])
    assert longer[1] is ours
    assert longer._shelf is not one._shelf
    assert len(one) == 1


def test_threads_may_share_a_snapshot() -> None:
    """Going on from one snapshot in many threads gives each its own trail."""
    one = make.build([make.OPENED])
    start = Barrier(8)
    made: dict[str, Trail] = {}

    def go_on(by: str) -> None:
        start.wait()
        mine = one
        for seq in range(2, 30):
            mine = mine.extended([chain(mine.head, seq, make.NOON, by, make.SAID)])
        made[by] = mine

    threads = [Thread(target=go_on, args=(f"rep{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    for by, mine in made.items():
        assert {entry.by for entry in mine[1:]} == {by}
        assert [entry.seq for entry in mine] == list(range(1, 30))


def test_extended_keeps_the_numbers_going() -> None:
    """An entry that does not come next is refused, and nothing is changed."""
    two = make.build([make.OPENED, make.ADDED])
    third = chain(two.head, 3, make.NOON, "lena", make.SAID)
    fourth = chain(third.hash, 4, make.NOON, "lena", make.SAID)
    for entries in ([fourth], [third, third], [two[0]]):
        with pytest.raises(TrailError, match="cannot follow"):
            two.extended(entries)
    assert len(two._shelf) == 2
    assert len(two.extended(iter([third, fourth]))) == 4


def test_extended_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trail does not grow beyond what can be read again."""
    monkeypatch.setattr(trail, "MOST_ENTRIES", 4)
    four = make.small()
    with pytest.raises(TrailError, match="at most 4 entries"):
        four.extended([chain(four.head, 5, make.NOON, "lena", make.SAID)])


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies_are_equal_and_alone(copied: Any) -> None:
    """A copy, pickled ones included, holds this trail's entries and none that came later."""
    two = make.build([make.OPENED, make.ADDED])
    two.extended([chain(two.head, 3, make.NOON, "lena", make.SAID)])
    again = copied(two)
    assert again == two
    assert len(again._shelf) == 2
    again.verify(two.head)


@given(make.trails)
def test_verify_passes_what_was_chained(whole: Trail) -> None:
    """A trail that was made entry by entry is sound, with and without its head."""
    whole.verify()
    whole.verify(whole.head)


def test_verify_passes_nothing_at_all() -> None:
    """An empty trail is sound, and its head is known."""
    Trail().verify(START)


def rehashed(entries: Iterable[Entry]) -> Trail:
    """The entries with numbers and bodies as they stand, and hashes that fit."""
    prev, made = START, []
    for entry in entries:
        prev = _body.digest(prev, entry.body)
        made.append(attrs.evolve(entry, hash=prev))
    return Trail(made)


def bad(place: int, **changes: Any) -> Trail:
    """The small trail with one entry changed."""
    entries = list(make.small())
    entries[place] = attrs.evolve(entries[place], **changes)
    return Trail(entries)


FOUR = make.small()


@pytest.mark.parametrize(
    ("broken", "seq", "problem"),
    [
        (Trail(FOUR[1:]), 1, "it has the number 2"),
        (Trail([*FOUR[:2], FOUR[3]]), 3, "it has the number 4"),
        (Trail([FOUR[0], FOUR[2], FOUR[1], FOUR[3]]), 2, "it has the number 3"),
        (Trail([*FOUR[:2], *FOUR[1:]]), 3, "it has the number 2"),
        (bad(1, seq=9), 2, "it has the number 9"),
        (bad(1, hash="f" * 64), 2, "the hash does not fit"),
        (bad(1, hash=FOUR[1].hash.upper()), 2, "the hash does not fit"),
        (bad(1, body=FOUR[1].body.replace("Ruth", "Rosa")), 2, "the hash does not fit"),
        (bad(1, body="\ud800"), 2, "lone surrogate"),
        (bad(2, by="eve"), 3, "says something else"),
        (bad(2, by=""), 3, "says something else"),
        (bad(2, at=make.NOON), 3, "says something else"),
        (bad(2, at=make.NOON.replace(tzinfo=None)), 3, "says something else"),
        (bad(2, event=attrs.evolve(make.SAID, value=False)), 3, "says something else"),
        (bad(2, event=attrs.evolve(make.SAID, value=5)), 3, "says something else"),
        (bad(2, event=make.ADDED), 3, "its kind is contact_added, not said"),
        (bad(2, kind="met"), 3, "its kind is said, not met"),
        (rehashed(bad(2, body="{")), 3, "cannot be read"),
        (rehashed(bad(2, body="[" * 100_000)), 3, "cannot be read"),
        (rehashed(bad(2, body="[]")), 3, "not an object with the keys"),
        (rehashed(bad(2, body='{"kind":1.5}')), 3, "not an object with the keys"),
        (
            rehashed(bad(2, body=FOUR[2].body.replace('"value":true', '"value":1.5'))),
            3,
            "1.5 is not true, false, a text or a list of texts",
        ),
        (rehashed(bad(2, body=FOUR[2].body.replace('":', '": '))), 3, "not the one form"),
        (rehashed(bad(2, body=FOUR[2].body[:-1] + ',"seq":3}')), 3, "not the one form"),
        (rehashed(bad(2, body=FOUR[2].body.replace("02T12:00", "02T12:04"))), 3, "lies after"),
        (rehashed(bad(2, body=FOUR[2].body.replace("2T12:03", "9T12:03"))), 3, "something else"),
        (rehashed(bad(2, body=FOUR[1].body)), 3, "something else"),
        (
            rehashed(bad(2, body=FOUR[2].body.replace(',"kind"', ',"format":2,"kind"'))),
            3,
            "format 2",
        ),
        (make.build([make.ADDED]), 1, "the first entry is not 'opened'"),
        (make.build([make.OPENED, make.SAID, make.OPENED]), 3, "opened again"),
    ],
    ids=range(30),
)
def test_verify_names_the_first_bad_entry(broken: Trail, seq: int, problem: str) -> None:
    """Whatever is wrong is found where it is, and said."""
    with pytest.raises(TamperedTrail, match=problem) as caught:
        broken.verify()
    assert caught.value.seq == seq
    assert problem in caught.value.problem
    assert isinstance(caught.value, DealflowError | ValueError)


def test_verify_lets_no_time_run_backwards() -> None:
    """An entry may be of the same instant as the one before it, but not of an earlier one."""
    first = chain(START, 1, make.NOON, "lena", make.OPENED)
    same = chain(first.hash, 2, make.NOON, "lena", make.ADDED)
    Trail([first, same]).verify()
    earlier = chain(first.hash, 2, make.NOON - timedelta(microseconds=1), "lena", make.ADDED)
    with pytest.raises(TamperedTrail, match=r"entry 2: at .* is before the last entry"):
        Trail([first, earlier]).verify()


def test_a_cut_tail_shows_by_the_head_only() -> None:
    """A trail without its last entries is whole in itself, but ends with another head."""
    for length in range(4):
        cut = Trail(FOUR[:length])
        cut.verify()
        with pytest.raises(TamperedTrail, match="the tail is cut or other") as caught:
            cut.verify(FOUR.head)
        assert caught.value.seq == length + 1


@pytest.mark.parametrize("length", range(4))
def test_a_trail_that_has_grown_shows_by_the_head(length: int) -> None:
    """A head that the trail has passed is told from one that it never had."""
    head = Trail(FOUR[:length]).head
    with pytest.raises(
        TamperedTrail, match=f"the trail has grown since: .* {head}, up to"
    ) as grown:
        FOUR.verify(head)
    assert (grown.value.seq, grown.value.code) == (4, "trail_has_grown")
    with pytest.raises(TamperedTrail) as cut:
        FOUR.verify("f" * 64)
    assert (cut.value.seq, cut.value.code) == (5, "cut_trail")


def test_an_other_tail_shows_by_the_head() -> None:
    """A tail that somebody wrote anew is whole in itself, but ends with another head."""
    three = Trail(FOUR[:3])
    other = three.extended([chain(three.head, 4, FOUR[3].at, "eve", make.MOVED)])
    other.verify()
    with pytest.raises(TamperedTrail, match="cut or other"):
        other.verify(FOUR.head)


@given(st.data())
def test_no_entry_can_be_changed(data: st.DataObject) -> None:
    """Any attribute of any entry replaced by that of another trail's entry is detected."""
    whole = data.draw(make.trails)
    other = data.draw(make.trails)
    entries = list(whole)
    place = data.draw(st.integers(0, len(entries) - 1))
    source = data.draw(st.sampled_from(list(other)))
    name = data.draw(st.sampled_from([field.name for field in attrs.fields(Entry) if field.init]))
    entries[place] = attrs.evolve(entries[place], **{name: getattr(source, name)})
    changed = Trail(entries)
    if changed == whole:
        changed.verify(whole.head)
    else:
        with pytest.raises(TamperedTrail):
            changed.verify(whole.head)


def test_verify_reads_older_formats() -> None:
    """An entry of an older format is sound when it says, brought up, what the entry says."""
    old = make.small()
    renamed = events.ContactAdded(attrs.evolve(make.RUTH, title="Chief of finance"))

    def to_2(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "contact_added", {"contact": data["contact"] | {"title": renamed.contact.title}}

    newer = Schema(2, {(1, "contact_added"): to_2})
    brought_up = Trail([old[0], attrs.evolve(old[1], event=renamed), *old[2:]])
    brought_up.verify(old.head, schema=newer)
    with pytest.raises(TamperedTrail, match="entry 2: the body says something else"):
        brought_up.verify()


def test_schema_brings_up_step_by_step() -> None:
    """A body goes through the upcasters of every format between its own and the newest."""

    def to_2(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "taken_back", data

    def to_3(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "withdrawn", {"statement": int(data["no"]), "reason": data["reason"]}

    schema = Schema(4, {(1, "undone"): to_2, (2, "taken_back"): to_3})
    body = {
        "at": "2026-03-02T12:00:00Z",
        "by": "lena",
        "data": {"no": "3", "reason": "a slip"},
        "kind": "undone",
        "seq": 7,
    }
    text = '{"reason":"a slip","statement":3}'
    expected = (7, make.NOON, "lena", events.Withdrawn(3, "a slip"), text)
    assert schema.read(body) == expected
    assert schema.read(body | {"kind": "taken_back", "format": 2}) == expected
    current = {"statement": 3, "reason": "a slip"}
    for format_ in (3, 4):
        newest = body | {"kind": "withdrawn", "data": current, "format": format_}
        assert schema.read(newest) == expected


@pytest.mark.parametrize("format_", [0, 1, -2, True, "2", None, 2.0], ids=repr)
def test_schema_knows_what_a_format_is(format_: Any) -> None:
    """The key ``format`` holds an integer from 2 on; format 1 does without it."""
    body = json.loads(FOUR[0].body) | {"format": format_}
    with pytest.raises(TrailError, match="kind and seq, and a format from 2 on"):
        Schema(3).read(body)


@pytest.mark.parametrize("data", [{}, {"no": "x"}, {"no": None}, [], None, 5, "no"], ids=repr)
def test_schema_survives_its_upcasters(data: Any) -> None:
    """An upcaster that fails on damaged data gives the library's own error."""
    schema = Schema(
        2, {(1, "withdrawn"): lambda data: ("withdrawn", {"statement": int(data["no"])})}
    )
    body = json.loads(FOUR[0].body) | {"kind": "withdrawn", "data": data}
    with pytest.raises(TrailError, match="withdrawn of format 1 cannot be brought up"):
        schema.read(body)


def test_schema_survives_a_kind_that_is_no_text() -> None:
    """A damaged kind is refused before any upcaster is asked."""
    body = json.loads(FOUR[0].body) | {"kind": ["opened"]}
    with pytest.raises(TrailError):
        Schema(2).read(body)
