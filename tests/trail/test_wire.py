"""Tests of the text of a trail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dealflow import (
    DealflowError,
    TamperedTrail,
    Trail,
    TrailError,
    UnknownFormat,
    dumps,
    load_playbook,
    loads,
)
from dealflow.trail import START, chain, events, wire
from dealflow.trail import body as _body
from dealflow.trail.body import SCHEMA, Schema
from tests import _trails as make

HEADER = '{"dealflow.trail":{"format":1}}\n'
FOUR = make.small()
TEXT = dumps(FOUR)
LINES = TEXT.splitlines(keepends=True)


def text_of(*bodies: str, header: str = HEADER) -> str:
    """Bodies as they stand, in lines with hashes that fit: what a forger or a bug may write."""
    lines, prev = [header], START
    for body in bodies:
        prev = _body.digest(prev, body)
        lines.append(f'{{"entry":{body},"hash":"{prev}"}}\n')
    return "".join(lines)


def with_body(place: int, body: str) -> str:
    """The small trail's text with another body in one place, and hashes that fit."""
    bodies = [entry.body for entry in FOUR]
    bodies[place] = body
    return text_of(*bodies)


def test_text() -> None:
    """A trail is a header, one line per entry, and nothing else."""
    assert LINES[0] == HEADER
    assert LINES[1:] == [f'{{"entry":{e.body},"hash":"{e.hash}"}}\n' for e in FOUR]
    for line in LINES:
        json.loads(line)
    assert dumps(Trail()) == HEADER


@given(make.trails)
def test_round_trip(trail: Trail) -> None:
    """A trail is read back as it was, from text and from bytes, and written again the same."""
    text = dumps(trail)
    again = loads(text, trail.head)
    assert again == trail
    assert [e.body for e in again] == [e.body for e in trail]
    assert dumps(again) == text
    assert loads(text.encode()) == trail
    again.verify(trail.head)


@pytest.mark.parametrize(
    "quote",
    [
        'he said "yes": fine',
        'he said "yes" twice',
        "a\\nb \\u0007 \\",
        "line\u2028end\x0a\t",
        "全\u3000角",
    ],
    ids=range(5),
)
def test_no_text_confuses_the_reader(quote: str) -> None:
    """Quotes, colons, backslashes and line ends in a text are only text."""
    trail = make.build([make.OPENED, attrs.evolve(make.SAID, quote=quote)])
    assert loads(dumps(trail)) == trail


def test_guards_may_have_odd_names() -> None:
    """A guard's name may look like JSON."""
    moved = attrs.evolve(
        make.MOVED, guards={'a":{"b': make.GUARD, "": make.GUARD, "a\\": make.GUARD}
    )
    trail = make.build([make.OPENED, moved])
    assert loads(dumps(trail)) == trail


@given(st.text(max_size=200) | st.binary(max_size=200))
@example("")
@example(b"\xff")
@example("\ud800")
@example(HEADER + "\n")
@example(HEADER + '{"entry":,"hash":"' + START + '"}\n')
def test_noise_is_refused(noise: str | bytes) -> None:
    """Random texts and bytes give the library's own errors and no others."""
    with pytest.raises(TrailError):
        loads(noise)


@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.text(max_size=8))
def test_damaged_text_is_refused(start: int, length: int, instead: str) -> None:
    """A trail with a piece cut out and another put in is refused, or is the trail itself."""
    damaged = TEXT[:start] + instead + TEXT[start + length :]
    if damaged == TEXT:
        return
    with pytest.raises(TrailError):
        loads(damaged, FOUR.head)


@given(st.integers(0, 3), make.json_values, st.sampled_from(["at", "by", "data", "kind", "seq"]))
def test_forged_bodies_are_refused(place: int, value: object, key: str) -> None:
    """Wrong values under hashes that fit are refused with the library's own errors."""
    forged = json.loads(FOUR[place].body) | {key: value}
    with pytest.raises(TrailError):
        loads(with_body(place, json.dumps(forged)), FOUR.head)


@given(make.json_values, st.text(max_size=20))
def test_any_body_is_refused(value: object, noise: str) -> None:
    """Arbitrary JSON, and arbitrary text, in the place of a body is refused."""
    for body in (json.dumps(value), noise.encode(errors="replace").decode()):
        with pytest.raises(TrailError):
            loads(with_body(2, body))


@pytest.mark.parametrize("flip", [1, 2, 4, 8, 16, 32, 64, 128, 255])
def test_every_flipped_byte_shows(flip: int) -> None:
    """No byte of a trail can be changed unnoticed, wherever it is."""
    data = bytearray(TEXT.encode())
    for place in range(len(data)):
        data[place] ^= flip
        with pytest.raises(TrailError):
            loads(bytes(data))
        data[place] ^= flip
    assert loads(bytes(data)) == FOUR


def test_every_flipped_byte_shows_where_it_is() -> None:
    """A changed letter in an entry is laid to that entry and its line."""
    for line in range(1, 5):
        changed = LINES.copy()
        changed[line] = changed[line].replace('"by":"lena"', '"by":"lema"')
        with pytest.raises(TamperedTrail, match=f"line {line + 1}: the hash") as caught:
            loads("".join(changed))
        assert caught.value.seq == line


@pytest.mark.parametrize(
    "order",
    [
        [0, 2, 3, 4],
        [0, 1, 3, 4],
        [0, 1, 2, 4],
        [0, 2, 1, 3, 4],
        [0, 1, 2, 4, 3],
        [0, 4, 3, 2, 1],
        [0, 1, 1, 2, 3, 4],
        [0, 1, 2, 3, 4, 4],
        [0, 1, 2, 3, 4, 1, 2, 3, 4],
        [0, 0, 1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 0, 2, 3, 4],
    ],
    ids=str,
)
def test_no_line_can_be_moved(order: list[int]) -> None:
    """Entries left out before the last, swapped or repeated show."""
    with pytest.raises(TrailError):
        loads("".join(LINES[number] for number in order))


@pytest.mark.parametrize("place", range(1, 5))
def test_nothing_can_be_put_in_between(place: int) -> None:
    """An entry that is chained to the one before it breaks the one behind it."""
    before = Trail(FOUR[: place - 1])
    forged = chain(
        before.head, place, FOUR[place - 1].at, "eve", make.SAID if place > 1 else make.OPENED
    )
    line = f'{{"entry":{forged.body},"hash":"{forged.hash}"}}\n'
    with pytest.raises(TamperedTrail):
        loads("".join([*LINES[:place], line, *LINES[place:]]))
    if place < 4:
        with pytest.raises(TamperedTrail):
            loads("".join([*LINES[:place], line, *LINES[place + 1 :]]))


@pytest.mark.parametrize("place", range(1, 4))
def test_trails_cannot_be_spliced(place: int) -> None:
    """The tail of one deal does not fit on the head of another."""
    other = dumps(make.build([make.OPENED, make.ADDED, make.SAID, make.SAID], by="mona"))
    with pytest.raises(TamperedTrail, match=f"entry {place + 1}: line {place + 2}: the hash"):
        loads("".join([*LINES[: place + 1], *other.splitlines(keepends=True)[place + 1 :]]))


@pytest.mark.parametrize("length", range(4))
def test_a_cut_tail_shows_by_the_head_only(length: int) -> None:
    """Whole lines missing at the end are noticed when the head is known, and not otherwise."""
    cut = "".join(LINES[: length + 1])
    assert len(loads(cut)) == length
    with pytest.raises(TamperedTrail, match="cut or other") as caught:
        loads(cut, FOUR.head)
    assert caught.value.seq == length + 1
    assert loads(TEXT, FOUR.head) == FOUR


def test_a_cut_line_shows() -> None:
    """A text that ends within a line is refused, even when only its newline is missing."""
    for length in range(1, len(LINES[4])):
        with pytest.raises(TrailError, match="line 5: does not end with a newline"):
            loads("".join(LINES[:4]) + LINES[4][:length])
    with pytest.raises(TrailError, match="line 1: does not end"):
        loads(HEADER[:-1])


def late(body: str) -> str:
    """A body moved by ten days."""
    return body.replace("2026-03-02", "2026-03-12")


BODIES = [entry.body for entry in FOUR]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: does not|line 1: this is no trail"),
        ("\n", "line 1: this is no trail"),
        ("\ufeff" + TEXT, "line 1: this is no trail"),
        (TEXT.replace("\n", "\r\n"), "line 1: this is no trail"),
        (TEXT.replace(":1}}", ": 1}}", 1), "line 1: this is no trail"),
        (TEXT.replace(":1}}", ":0}}", 1), "line 1: this is no trail"),
        (TEXT.replace(":1}}", ":2}}", 1), "line 1: the trail is of format 2; 1 is the newest"),
        (TEXT.replace(":1}}", ":" + "9" * 5000 + "}}", 1), "line 1: this is no trail"),
        (TEXT + "\n", "line 6: not of the form"),
        (TEXT.replace("\n", "\n\n"), "line 2: not of the form"),
        (HEADER + '{"entry":{}}\n', "line 2: not of the form"),
        (HEADER + '{"entry":,"hash":"' + START + '"}\n', "line 2: not of the form"),
        (TEXT.replace('"hash"', '"HASH"', 1), "line 2: not of the form"),
        (TEXT[:200] + "\ud800" + TEXT[201:], "line 2: .*surrogates not allowed"),
        (text_of("[]"), "line 2: the body is not an object"),
        (text_of("{"), "line 2: this is no JSON: Expecting"),
        (text_of("[" * 100_000), "line 2: "),
        (text_of('{"at":NaN}'), "line 2: the body is not an object"),
        (
            text_of(BODIES[0].replace("1}", "1" * 5000 + "}")),
            "line 2: this is no JSON: Exceeds the limit",
        ),
        (text_of(BODIES[0].replace('"seq":1', '"seq":01')), "line 2: this is no JSON: Expecting"),
        (text_of(BODIES[0].replace('"seq":1', '"seq":1.0')), "line 2: 1.0 is not a sequence"),
        (text_of(BODIES[0].replace('"seq":1', '"seq":true')), "line 2: True is not a sequence"),
        (text_of(BODIES[0].replace('"by":"lena"', '"by":""')), "line 2: '' is nobody's id"),
        (text_of(BODIES[0].replace('"by":"lena"', '"by":null')), "line 2: None is nobody's id"),
        (text_of(BODIES[0].replace("12:01:00Z", "12:01Z")), "line 2: .* is not an instant .* @ at"),
        (text_of(BODIES[0].replace('"opened"', '"closed"')), "line 2: 'closed' is no kind"),
        (text_of(BODIES[0].replace('"step"', '"stage"')), r"line 2: .*opened\.step.*opened\.stage"),
        (
            text_of(BODIES[0].replace('"seq":1', '"mood":1,"seq":1')),
            "line 2: the body is not an ob",
        ),
        (
            with_body(3, BODIES[3].replace('"yes":[3', '"yes":["3"')),
            r"line 5: .* @ moved.guards\['",
        ),
        (with_body(2, BODIES[2].replace(":3}", ":4}")), "entry 3: line 4: it has the number 4"),
        (text_of(*BODIES[1:]), "entry 1: line 2: it has the number 2"),
        (text_of(BODIES[1].replace(":2}", ":1}")), "entry 1: line 2: the first entry is not"),
        (
            text_of(BODIES[0], BODIES[0].replace(":1}", ":2}")),
            "entry 2: line 3: the deal is opened",
        ),
        (text_of(late(BODIES[0]), BODIES[1]), "entry 2: line 3: at .* is before the last entry"),
    ],
    ids=range(34),
)
def test_refusals_name_the_line(text: str, problem: str) -> None:
    """Whatever is wrong with a text is said, with its line."""
    with pytest.raises(TrailError, match=problem) as caught:
        loads(text)
    assert isinstance(caught.value, DealflowError | ValueError)
    assert isinstance(caught.value, UnknownFormat) is ("line 1: t" in str(caught.value))
    assert isinstance(caught.value, TamperedTrail) is str(caught.value).startswith("entry")


def test_bytes_that_are_no_utf_8() -> None:
    """The line of the first byte that is not UTF-8 is named."""
    with pytest.raises(TrailError, match="line 3: not UTF-8"):
        loads(TEXT.encode().replace(b"Ruth", b"R\xfcth"))
    with pytest.raises(TrailError, match="line 1: not UTF-8"):
        loads(TEXT.encode("utf-16"))


@pytest.mark.parametrize(
    "body",
    [
        BODIES[2].replace('"by":', '"by":"eve","by":'),
        BODIES[2].replace('"fact":', '"fact":"x","fact":'),
        BODIES[2].replace('"fact":', '"fact" :"x","fact":'),
        BODIES[2].replace('"fact":', '"fact"\t:"x","fact":'),
        BODIES[2].replace('"fact":', '"f\\u0061ct":"x","fact":'),
        BODIES[3].replace('"truth":', '"truth":"true","truth":'),
        BODIES[3].replace('"timely":{', '"timely":{},"timely":{'),
        BODIES[3].replace('"guards":{', '"guards":{},"guards":{'),
    ],
    ids=range(8),
)
def test_no_key_comes_twice(body: str) -> None:
    """Two readers could take different values of a key that comes twice: it is refused."""
    place = 3 if "guards" in body else 2
    with pytest.raises(TrailError, match=f"line {place + 2}: this is not the one form"):
        loads(with_body(place, body))


FORBIDDEN = (
    "\\u001b[2J",
    "\x1b",
    "\x7f",
    "\\u007f",
    "\x85",
    "签\x9b",
    "\\r",
    "\r",
    "\t",
    "\\b",
    "\\f",
    "\\/",
    "\\u4e09",
    "\\ud800",
)


@pytest.mark.parametrize("key", ["quote", "by"])
def test_no_control_characters(key: str) -> None:
    """Forged terminal output and escapes that canonical JSON does without are refused."""
    for forbidden in FORBIDDEN:
        body = BODIES[2].replace(f'"{key}":"', f'"{key}":"{forbidden}').replace("三月签字了", "x")
        with pytest.raises(
            TrailError,
            match=r"line 4: (.*has no place in a trail|this is no JSON: Invalid control"
            r"|this is not the one form|a text has a lone surrogate)",
        ):
            loads(with_body(2, body))


ANOTHER_FORM = "this is not the one form in which"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (BODIES[2].replace('"by":', '"by": '), ANOTHER_FORM),
        (BODIES[2].replace('"value":true', '"value": true'), ANOTHER_FORM),
        (BODIES[2].replace('"kind":"said","seq":3', '"seq":3,"kind":"said"'), ANOTHER_FORM),
        (
            BODIES[2].replace(
                '"fact":"budget.approved","interaction":"i1"',
                '"interaction":"i1","fact":"budget.approved"',
            ),
            ANOTHER_FORM,
        ),
        (
            BODIES[2].replace('"fact":', '"about":null,"fact":'),
            "about has its usual value None, which is left out @ said",
        ),
        (
            BODIES[2].replace('"fact":', '"first_hand":true,"fact":'),
            "first_hand has its usual value true, which is left out @ said",
        ),
        (BODIES[2] + " ", ANOTHER_FORM),
    ],
    ids=range(7),
)
def test_other_forms_of_a_body_are_refused(body: str, problem: str) -> None:
    """A body of a whole chain in another form is refused, by loads and by verify alike."""
    assert body != BODIES[2]
    assert json.loads(body).items() >= {"seq": 3, "kind": "said", "by": "lena"}.items()
    with pytest.raises(TrailError, match=f"line 4: {problem}") as caught:
        loads(with_body(2, body))
    assert (caught.value.seq, caught.value.code) == (3, "invalid_trail")
    entries, prev = list(FOUR[:2]), FOUR[1].hash
    for entry in FOUR[2:]:
        text = body if entry.seq == 3 else entry.body
        prev = _body.digest(prev, text)
        entries.append(attrs.evolve(entry, body=text, hash=prev))
    with pytest.raises(TamperedTrail, match=f"entry 3: the body cannot be read: {problem}"):
        Trail(entries).verify()


def with_data(place: int, data: str) -> str:
    """The body in one place with other data, JSON or not."""
    start, end = BODIES[place].index('"data":'), BODIES[place].rindex(',"kind":')
    return BODIES[place][:start] + '"data":' + data + BODIES[place][end:]


def test_every_line_is_json_by_itself() -> None:
    """Lines that make sense only together are refused, although their hashes fit."""
    opened, added, said = (_body.canonical(json.loads(body)["data"]) for body in BODIES[:3])
    together = said.replace('"value":true', '"value":[{"a":1},{"b":2}]')
    left, right = together[: together.index(',{"b"')], together[together.index('{"b"') :]
    assert len(json.loads(f"[{opened},{added},{left},{right}]")) == 3
    for bodies in (
        [BODIES[0], with_data(1, f"{added},{left}"), with_data(2, right)],
        [BODIES[0], with_data(1, left), with_data(2, right)],
        [BODIES[0], with_data(1, f"{added},{said}")],
        [BODIES[0], BODIES[1], with_data(2, together)],
    ):
        with pytest.raises(TrailError, match=r"line [34]: "):
            loads(text_of(*bodies))


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """More entries or longer lines than a trail may have are refused before they are parsed."""
    monkeypatch.setattr(wire, "MOST_ENTRIES", 3)
    with pytest.raises(TrailError, match="line 5: a trail has at most 3 entries"):
        loads(TEXT)
    monkeypatch.setattr(wire, "MOST_ENTRIES", 4)
    assert loads(TEXT) == FOUR
    longest = max(len(body) for body in BODIES)
    monkeypatch.setattr(wire, "_LONGEST_LINE", longest + wire._FRAME)
    assert loads(TEXT) == FOUR
    monkeypatch.setattr(wire, "_LONGEST_LINE", longest - 1 + wire._FRAME)
    with pytest.raises(TrailError, match=r"line \d: longer than \d+ characters"):
        loads(TEXT)


def test_a_hostile_line_takes_no_time() -> None:
    """A long line of beginnings without an end is given up at once."""
    start = '{"entry":{"at":"x","by":"y","data":{'
    with pytest.raises(TrailError, match="line 2: not of the form"):
        loads(HEADER + start * 50_000 + "\n")


@pytest.mark.slow
def test_ten_thousand_entries() -> None:
    """A very long trail is written, read and checked."""
    happened: list[events.Event] = [make.OPENED]
    trail = make.build(happened + [make.SAID] * 9_999)
    again = loads(dumps(trail), trail.head)
    assert again == trail


def renamed(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """From a format 1 that never was: a withdrawal was called otherwise, and had no reason."""
    return "withdrawn", {"statement": data["of"], "reason": "(not recorded)"}


OLD = _body.canonical(
    {
        "at": "2026-03-02T12:05:00Z",
        "by": "lena",
        "data": {"of": 3},
        "kind": "taken_back",
        "seq": 5,
    }
)
NEW = _body.canonical(
    {
        "at": "2026-03-02T12:06:00Z",
        "by": "lena",
        "data": {"statement": 3, "reason": "again"},
        "format": 2,
        "kind": "withdrawn",
        "seq": 6,
    }
)
TWO = Schema(2, {(1, "taken_back"): renamed})
HEADER_2 = HEADER.replace("1", "2")


def test_older_formats_are_brought_up() -> None:
    """An older entry is read as the event that it would be today, and its bytes stay."""
    text = text_of(*BODIES, OLD, header=HEADER)
    trail = loads(text, schema=TWO)
    assert trail[:4] == FOUR[:]
    assert trail[4].event == events.Withdrawn(3, "(not recorded)")
    assert (trail[4].kind, trail[4].body) == ("withdrawn", OLD)
    trail.verify(trail.head, schema=TWO)
    with pytest.raises(TrailError, match="line 6: 'taken_back' is no kind"):
        loads(text)


def test_old_and_new_entries_live_in_one_trail() -> None:
    """A deal opened under one format goes on under the next, in one text with one chain."""
    text = text_of(*BODIES, OLD, NEW, header=HEADER_2)
    trail = loads(text, schema=TWO)
    assert trail[5].event == events.Withdrawn(3, "again")
    assert dumps(trail, schema=TWO) == text
    trail.verify(schema=TWO)
    with pytest.raises(UnknownFormat, match="line 1: the trail is of format 2"):
        loads(text)


def test_newer_formats_are_told_apart_from_damage() -> None:
    """An entry that is newer than we are says so, and so does one newer than its header."""
    with pytest.raises(UnknownFormat, match="line 6: of format 2; the newest known is 1"):
        loads(text_of(*BODIES, NEW))
    with pytest.raises(TrailError, match="line 7: an entry of format 2 under a header of 1") as at:
        loads(text_of(*BODIES, OLD, NEW, header=HEADER), schema=TWO)
    assert (type(at.value), at.value.code) == (TrailError, "invalid_trail")


def test_nothing_is_global() -> None:
    """Reading with another schema leaves the next reading as it was."""
    loads(text_of(*BODIES, OLD), schema=TWO)
    assert Schema(1, {}) == SCHEMA
    assert loads(TEXT) == FOUR


@pytest.mark.slow
def test_the_text_is_the_same_in_every_process() -> None:
    """Neither the order of hashes nor anything else of a process gets into text or fingerprint."""
    code = (
        "import sys; from dealflow import dumps, load_playbook, loads;"
        "print(load_playbook('seven_step').fingerprint, flush=True);"
        "sys.stdout.buffer.write(dumps(loads(sys.stdin.buffer.read())).encode())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            input=TEXT.encode(),
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert made == {f"{load_playbook('seven_step').fingerprint}\n{TEXT}".encode()}


def test_time_may_stand_still() -> None:
    """Entries of one instant are in order."""
    trail = Trail()
    happened: Iterable[events.Event] = (make.OPENED, make.ADDED, make.SAID)
    for seq, event in enumerate(happened, 1):
        trail = trail.extended([chain(trail.head, seq, make.NOON, "lena", event)])
    assert loads(dumps(trail)) == trail
    said = events.Withdrawn(3, "she took it back")
    back = chain(trail.head, 4, make.NOON - timedelta(seconds=1), "lena", said)
    with pytest.raises(TamperedTrail, match=r"entry 4: line 5: at .* is before the last entry"):
        loads(dumps(trail.extended([back])))
