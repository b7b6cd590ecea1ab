"""Playbook files: reading and writing them, and what is said of files that are none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dealflow import (
    Playbook,
    PlaybookError,
    Problem,
    Text,
    dump_playbook,
    load_playbook,
    parse_playbook,
    shipped_playbooks,
)
from tests._playbooks import Data, full, full_data, phrases, problems, seven_step, small_playbooks
from tests._work import work

SMALL = """\
format = 1
id = "small"
version = "1"
title = { en = "Small", zh = "小" }
[facts."need.real"]
title = { en = "the need is real", zh = "需求真实" }
type = "yes_no"
[guards.real]
title = { en = "Real", zh = "真实" }
when = "need.real"
refused = { en = "Not real.", zh = "不真实。" }
[[steps]]
id = "talk"
title = { en = "Talk", zh = "谈" }
goal = { en = "Find out.", zh = "弄清楚。" }
leave_when = ["real"]
"""


# --- finding files --------------------------------------------------------------------------------


def test_shipped_playbooks() -> None:
    """The playbooks that come along are found by their ids, and hold together."""
    assert shipped_playbooks() == ("seven_step",)
    for name in shipped_playbooks():
        assert load_playbook(name).id == name


def test_shipped_playbook_is_loaded_once() -> None:
    """A shipped playbook is the same object each time, as nobody can change it."""
    assert load_playbook("seven_step") is load_playbook("seven_step")


def test_no_shipped_playbook() -> None:
    """An unknown id tells which playbooks there are."""
    for name in ("eight_step", "", "seven_step.tom", "seven_step\0"):
        assert problems(load_playbook, name) == {
            "": f"no shipped playbook {name!r}; there are: seven_step"
        }


def test_playbook_file(tmp_path: Path) -> None:
    """A path is read as a file, given as a text or as a path."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_playbook(str(path)).id == "small"
    assert load_playbook(path) == parse_playbook(SMALL)
    other = tmp_path / "rules"
    other.write_text(SMALL, encoding="utf-8")
    assert load_playbook(other) == load_playbook(f"{tmp_path}/rules")


def test_playbook_file_in_the_present_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that ends in .toml is a path and not an id."""
    monkeypatch.chdir(tmp_path)
    Path("seven_step.toml").write_text(SMALL, encoding="utf-8")
    assert load_playbook("seven_step.toml").id == "small"
    Path("seven_step").write_text(SMALL, encoding="utf-8")
    assert load_playbook("./seven_step").id == "small"
    assert load_playbook(Path("seven_step")).id == "small"


def test_errors_name_the_file(tmp_path: Path) -> None:
    """Every problem of a file begins with its path."""
    path = tmp_path / "bad.toml"
    path.write_text("format = 2", encoding="utf-8")
    with pytest.raises(PlaybookError) as caught:
        load_playbook(path)
    assert caught.value.source == str(path)
    assert str(caught.value) == f"{path}:1:1: format: 2 is not known; this version reads 1"
    with pytest.raises(PlaybookError, match=r"^x:1:1: is not TOML"):
        parse_playbook("?", "x")
    with pytest.raises(PlaybookError, match=r"^1:1: is not TOML"):
        parse_playbook("?")


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.toml", "No such file or directory"), (".", "Is a directory"), ("a\0b.toml", "null")],
    ids=["missing", "directory", "nul"],
)
def test_unreadable_file(tmp_path: Path, name: str, message: str) -> None:
    """A file that cannot be read tells why."""
    with pytest.raises(PlaybookError) as caught:
        load_playbook(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path))
    assert "cannot be read: " in str(caught.value)
    assert message in str(caught.value)


def test_largest_file(tmp_path: Path) -> None:
    """A file of 1024 KiB is read, and one byte more is not."""
    path = tmp_path / "big.toml"
    padding = 1024 * 1024 - len(SMALL.encode()) - 1
    whole = SMALL.encode() + b"#" + b"x" * padding
    path.write_bytes(whole)
    assert load_playbook(path).id == "small"
    path.write_bytes(whole + b"x")
    assert problems(load_playbook, path) == {"": "is larger than 1024 KiB"}
    assert problems(parse_playbook, whole + b"x") == {"": "is larger than 1024 KiB"}
    path.write_bytes(whole * 20)
    assert problems(load_playbook, path) == {"": "is larger than 1024 KiB"}


# --- bytes and TOML -------------------------------------------------------------------------------


def test_layout_makes_no_difference() -> None:
    """Comments, spacing, line ends, a byte order mark, quotes and the order of keys: no rules."""
    expected = parse_playbook(SMALL)
    tables = SMALL.split("[facts", 1)
    other: list[bytes | str] = [
        SMALL.encode(),
        b"\xef\xbb\xbf" + SMALL.encode(),
        SMALL.replace("\n", "\r\n"),
        SMALL.replace("\n", "  # so it is\n\n"),
        SMALL.replace('"talk"', "'talk'").replace(" = ", "="),
        SMALL.replace('{ en = "Talk", zh = "谈" }', '{ zh = "\\u8c08", en = """Talk""" }'),
        "\n".join(reversed(tables[0].splitlines())) + "\n[facts" + tables[1],
        tables[0] + SMALL[SMALL.index("[guards") :] + "[facts" + tables[1].split("[guards")[0],
    ]
    for text in other:
        assert text != SMALL
        assert parse_playbook(text) == expected
        assert parse_playbook(text).fingerprint == expected.fingerprint


def test_from_python_and_from_toml() -> None:
    """The same playbook built in Python and read from a file is equal."""
    from dealflow import Fact, Guard, Step, Text, ValueType

    built = Playbook(
        id="small",
        version="1",
        title=Text("Small", "小"),
        facts=[Fact("need.real", Text("the need is real", "需求真实"), ValueType.YES_NO)],
        guards=[
            Guard("real", Text("Real", "真实"), "need.real", Text("Not real.", "不真实。")),
        ],
        steps=[Step("talk", Text("Talk", "谈"), Text("Find out.", "弄清楚。"), ("real",))],
    )
    read = parse_playbook(SMALL)
    assert built == read
    assert built.fingerprint == read.fingerprint
    assert (built.facts, built.guards, built.steps) == (read.facts, read.guards, read.steps)
    assert built.moves == read.moves


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b"\xff\xfeformat", "byte 0", "is not UTF-8"),
        ("title = 'é'".encode("latin-1"), "byte 9", "is not UTF-8"),
        (SMALL.encode("utf-16"), "byte 0", "is not UTF-8"),
        (b"format = 1\0", "", "is not TOML"),
        (b"format = 1\rid = 2", "", "is not TOML"),
        (b"format = ", "", "is not TOML"),
        (b"format = 1\nformat = 1", "", "is not TOML"),
        (b"[a]\n[a]", "", "is not TOML"),
        (b"format = 1979-02-31", "", "is not TOML"),
        (b"format = 1e99999999999999999999", "", "a number is out of range"),
        (b"format = " + b"1" * 5000, "", "a number is out of range"),
        (b"a = " + b"[" * 2000 + b"]" * 2000, "", "nested too deeply"),
        (b"a = " + b"{a = " * 2000 + b"1" + b"}" * 2000, "", "nested too deeply"),
        (b"a" + b".a" * 32 + b" = 1", "", "a key has more than 32 parts"),
        (b"[" + b"'a' . \"\"\t." * 50000 + b"a]", "", "a key has more than 32 parts"),
        (b"x = 1\n[[" + b"a-1." * 33 + b"a]]", "", "a key has more than 32 parts"),
    ],
    ids=[
        *("utf-16 mark", "latin-1", "utf-16", "nul", "cr", "no value", "key twice", "table twice"),
        *("no date", "huge number", "long number", "deep list", "deep table"),
        *("long key", "long quoted key", "long table"),
    ],
)
def test_no_toml(data: bytes, place: str, message: str) -> None:
    """What is no TOML, or TOML that only does harm, is refused in one sentence."""
    found: dict[str, str] = {}
    steps = work(lambda: found.update(problems(parse_playbook, data)))
    assert steps < 1000 + 5 * len(data)
    assert list(found) == [place]
    assert message in found[place]
    assert len(found[place]) < 120


def test_texts_may_have_dots() -> None:
    """Dots in texts and a key of a few parts are no long keys."""
    dotted = "Who. What. When. " * 10
    text = SMALL.replace("Find out.", dotted).replace('"yes_no"', '"yes_no" # ' + dotted)
    assert parse_playbook(text).steps[0].goal.en == dotted
    nested = SMALL.replace("[guards.real]\n", "[guards]\n").replace("\nwhen", "\nreal.when")
    nested = nested.replace("refused = ", "real.refused = ")
    nested = nested.replace('title = { en = "Real"', 'real.title = { en = "Real"')
    assert parse_playbook(nested) == parse_playbook(SMALL)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("nan", "NaN"),
        ("inf", "Infinity"),
        ("-inf", "-Infinity"),
        ("1e999", "1E+999"),
        ("1.0", "1.0"),
        ("true", "true"),
        ("2", "2"),
        ("-0", None),
        ("'1'", "'1'"),
        ("1979-05-27", "1979-05-27"),
        ("07:32:00", "07:32:00"),
        ("1979-05-27T07:32:00Z", "1979-05-27 07:32:00+00:00"),
        ("[1]", "[1]"),
        ("{ a = 1 }", "{'a': 1}"),
    ],
)
def test_format_is_one(value: str, shown: str | None) -> None:
    """Only the whole number 1 is the format that is read; any other says which it is."""
    text = SMALL.replace("format = 1", f"format = {value}")
    found = problems(parse_playbook, text)
    assert found == {"format": f"{shown or '0'} is not known; this version reads 1"}


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "book",
    [full(), pytest.param(load_playbook("seven_step"), marks=pytest.mark.slow)],
    ids=["full", "seven_step"],
)
def test_written_and_read_back(book: Playbook) -> None:
    """A playbook that is written as TOML is read back as an equal one, part for part."""
    back = parse_playbook(dump_playbook(book))
    assert back == book
    assert back.to_data() == book.to_data()
    for part in ("roles", "facts", "guards", "red_flags", "steps", "moves", "papers"):
        assert getattr(back, part) == getattr(book, part)
    assert back.title == book.title
    assert back.walk_away == book.walk_away
    assert back.trial_close == book.trial_close
    assert back.coaching == book.coaching
    assert dump_playbook(back) == dump_playbook(book)


@given(small_playbooks())
def test_any_playbook_written_and_read_back(book: Playbook) -> None:
    """Whatever playbook holds together can be written and read back, through TOML or as data."""
    assert Playbook.from_data(book.to_data()) == book
    back = parse_playbook(dump_playbook(book).encode())
    assert back == book
    assert back.facts == book.facts
    assert back.guards == book.guards
    assert back.steps == book.steps
    assert back.moves == book.moves
    assert back.walk_away == book.walk_away


@given(phrases)
@example('"""')
@example("'''")
@example("\\")
@example("a\n\tb\n")
def test_any_text_written_and_read_back(words: str) -> None:
    """Whatever a text holds, it comes back from TOML as it was."""
    data: Any = parse_playbook(SMALL).to_data() | {"title": {"en": words, "zh": words}}
    assert parse_playbook(dump_playbook(Playbook.from_data(data))).title == Text(words, words)


# --- anything at all ------------------------------------------------------------------------------


def takes(data: Any) -> None:
    """Read something: it is a playbook or a PlaybookError with problems."""
    book, problems = None, list[Problem]()
    try:
        book = parse_playbook(data) if isinstance(data, bytes | str) else Playbook.from_data(data)
    except PlaybookError as error:
        problems.extend(error.problems)
    assert all(problem.message for problem in problems)
    assert bool(problems) is (book is None)
    assert book is None or book.plans


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes(data: bytes | str) -> None:
    """Whatever bytes come, nothing but a PlaybookError comes out."""
    takes(data)


scalars = (
    st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.text(max_size=8)
    | st.sampled_from(["any", "yes_no", "choice", "need.real", "talk", "P90D", "", "deal"])
)
keys = st.text(max_size=5) | st.sampled_from(
    [
        *("format", "id", "version", "title", "en", "zh", "facts", "guards", "steps", "roles"),
        *("moves", "walk_away", "trial_close", "papers", "coaching", "when", "type", "ask", "of"),
    ]
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(keys, values, max_size=6))
def test_any_toml(data: dict[str, Any]) -> None:
    """Whatever tables come, nothing but a PlaybookError comes out."""
    takes({**data, "format": 1})
    try:
        text = tomlkit.dumps(data)
    except ValueError:  # some of the values have no form in TOML
        return
    takes(text)


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every table and list in the data with each of its keys."""
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data))
    here = [(data, key) for key, _ in items]
    return here + [
        place for _, value in items if isinstance(value, dict | list) for place in places(value)
    ]


def damage(choose: st.DataObject, data: Data) -> None:
    """Change the data at an arbitrary place in an arbitrary way."""
    found = places(data)
    table, key = found[choose.draw(st.integers(0, len(found) - 1))]
    match choose.draw(st.sampled_from(["delete", "replace", "move", "rename", "repeat"])):
        case "delete":
            del table[key]
        case "replace":
            table[key] = choose.draw(values)
        case "move":
            other, where = found[choose.draw(st.integers(0, len(found) - 1))]
            table[key] = copy.deepcopy(other[where])
        case "rename" if isinstance(table, dict):
            table[choose.draw(keys)] = table.pop(key)
        case _ if isinstance(table, list):
            table.append(copy.deepcopy(table[key]))
        case _:
            table[f"{key}x"] = copy.deepcopy(table[key])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(1, 3), st.booleans())
def test_any_damage(data: st.DataObject, times: int, large: bool) -> None:
    """However a playbook's data is damaged, nothing but a PlaybookError comes out."""
    damaged = seven_step() if large else full_data()
    for _ in range(times):
        damage(data, damaged)
    takes(damaged)


def test_damaged_file() -> None:
    """However a line of a file is cut or lost, nothing but a PlaybookError comes out."""
    lines = SMALL.splitlines(keepends=True)
    for i, line in enumerate(lines):
        takes("".join(lines[:i] + lines[i + 1 :]))
        takes("".join([*lines[:i], line[: len(line) // 2], *lines[i + 1 :]]))
        takes("".join([*lines[:i], line, line, *lines[i + 1 :]]))


HUGE: dict[str, tuple[Callable[[int], str], int]] = {
    "tables": (lambda n: "".join(f"[t{i}]\n" for i in range(n)), 50_000),
    "steps": (lambda n: "[[steps]]\n" * n, 50_000),
    "roles": (lambda n: "".join(f"[roles.r{i}]\n" for i in range(n)), 35_000),
    "guards": (
        lambda n: "[walk_away]\nfrom = 'talk'\nguards = [" + ",".join(["'real'"] * n) + "]",
        60_000,
    ),
    "long name": (
        lambda n: "[walk_away]\nfrom = 'talk'\nguards = ['" + "a" * n + "']",
        500_000,
    ),
    "condition": (lambda n: "[guards.b]\nwhen = '" + "not " * n + "'", 120_000),
    "list": (lambda n: "x = [" + "1," * n + "]", 200_000),
}
"""Files that are as large as one likes, and how often the largest repeat what they repeat."""


def of_size(kind: str, times: int) -> str:
    """The small playbook with a lot of something."""
    tail = HUGE[kind][0](times)
    return (
        SMALL.replace('[facts."need', tail + '\n[facts."need') if kind == "list" else SMALL + tail
    )


@pytest.mark.parametrize("kind", HUGE)
def test_large_file(kind: str) -> None:
    """A file with four times as much in it takes no more than some four times the work."""
    few = HUGE[kind][1] // 200
    one, four = (work(problems, parse_playbook, of_size(kind, few * many)) for many in (1, 4))
    assert four < 5 * one


@pytest.mark.slow
@pytest.mark.parametrize("kind", HUGE)
def test_huge_file(kind: str) -> None:
    """The largest files are refused like any other."""
    text = of_size(kind, HUGE[kind][1])
    assert len(text) < 1024 * 1024
    assert problems(parse_playbook, text)
