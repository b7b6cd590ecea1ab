"""Where in a TOML text things stand: keys, tables, items, and the characters of values."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path as File
from typing import Any

import pytest
import tomlkit
from hypothesis import example, given
from hypothesis import strategies as st

from dealflow import InputError, PlaybookError, Problem, parse_playbook
from dealflow.playbook import Places, located, parse_toml
from dealflow.playbook.toml import path_of
from dealflow.playbook.toml_places import Path, characters
from tests.playbook.test_playbooks import SMALL

ROOT = File(__file__).parents[2]
FILES = sorted(p for top in ("src", "examples") for p in (ROOT / top).rglob("*.toml"))


def everything(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path in the data with what is there."""
    items = data.items() if isinstance(data, Mapping) else enumerate(data)
    for key, value in items:
        yield (*path, key), value
        if isinstance(value, Mapping | list):
            yield from everything(value, (*path, key))


@lru_cache(maxsize=1)
def lines_of(text: str) -> list[str]:
    """The lines of a text."""
    return text.replace("\r\n", "\n").split("\n")


def rest_of_line(text: str, place: tuple[int, int]) -> str:
    """What stands in a line from a column on."""
    line, column = place
    return lines_of(text)[line - 1][column - 1 :]


def check(text: str) -> None:
    """Every path of tomllib's data has a place, and its key stands there; nothing else has one."""
    data = tomllib.loads(text)
    places = Places(text)
    assert set(places.paths) == {path for path, _ in everything(data)}
    for path, value in everything(data):
        place = places.find(path)
        assert place is not None
        here = rest_of_line(text, place)
        name = path[-1]
        if isinstance(name, str) and not here.startswith(name):
            quoted = here[: here.index(here[0], 1) + 1]
            while True:  # up to the quote that ends the name
                try:
                    assert tomllib.loads(f"{quoted} = 1") == {name: 1}
                    break
                except tomllib.TOMLDecodeError:
                    quoted = here[: here.index(here[0], len(quoted)) + 1]
        if isinstance(value, str):
            check_inside(text, places, path, value)
        else:
            assert places.inside(path, 1, 1) is None


def check_inside(text: str, places: Places, path: Path, value: str) -> None:
    """Characters of every line of a value are found where they stand, one behind the other."""
    before = (0, 0)
    for number, line in enumerate(value.split("\n"), 1):
        for column in range(1, len(line) + 1, max(1, len(line) // 5)):
            place = places.inside(path, number, column)
            assert place is not None
            assert place > before
            before = place
            here = rest_of_line(text, place)
            assert here.startswith((line[column - 1], "\\"))
    after = places.inside(path, value.count("\n") + 1, 10_000)
    assert after is not None
    assert after > before
    assert rest_of_line(text, after)[0] in "\"'"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_shipped_files(file: File) -> None:
    """Everything in every file of ours has its place."""
    check(file.read_text(encoding="utf-8"))


HAND_MADE = """\
# a comment with [brackets] and "quotes
a = 1 # one
  b.c . "d e" = 1979-05-27 07:32:00
b.f = 'x'
"quoted \\u00e9 \\"q\\"" = "\\tx\\u4e2d\\n\\U0001F600\\\\y"
'lit\\eral' = '\\n no escape'
中 = 3
long = \"\"\"
first
  second \\
     and on \\

     still
three"" "" four\"\"\"\"
lit = '''
x''
'y''''
[table] # x
key = [ 1, [ "a", 'b' ], # a comment ] here
  { p.q = "r", s = [] }, {},
]
[ deep . er . "st" ]
x = true
[deep]
y = false
[[list]]
n = 1
[[list]]
n = 2
[list.sub]
m = ""
[[list.inner]]
k = \"\"\"\"\"\"
[[list.inner]]
k = ''''''
[list.inner.more]
z = 0x1f
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_hand_made(ends: str) -> None:
    """Every form that TOML has is gone through; places are those of the file."""
    text = HAND_MADE.replace("中 = 3", '"中" = 3').replace("\n", ends)
    check(text)
    places = Places(text)
    assert places.find(("a",)) == (2, 1)
    assert places.find(("b", "c", "d e")) == (3, 9)
    assert places.find(("deep",)) == (24, 2)
    assert places.find(("list",)) == (26, 3)
    assert places.find(("list", 1)) == (28, 3)
    assert places.find(("list", 1, "inner", 0, "k")) == (33, 1)
    assert places.find(("table", "key", 1, 1)) == (19, 19)
    assert places.inside(("long",), 2, 3) == (10, 3)
    assert places.inside(("long",), 2, 10) == (11, 6)
    assert places.find(("nothing",)) is None


names = st.text(string.ascii_letters + string.digits + "_- .\"'\\中é\t\n", max_size=4)
scalars = (
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.text(string.printable.replace("\r", "").replace("\x0b", "") + "中é😀", max_size=12)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names, inner, max_size=3)
        | st.lists(st.dictionaries(names, inner, max_size=3), min_size=1, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(names, values, max_size=5))
@example({"a": [{"": {"'": "\\"}}, {}]})
def test_written_by_tomlkit(data: dict[str, Any]) -> None:
    """Whatever document a writer makes, everything in it has its place."""
    text = tomlkit.dumps(data)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # the writer slips at some odd keys
        return
    check(text)


keys = st.sampled_from(["a", "b-1", '"q.q"', "'l'", '"\\u0041"', "7"])
dotted = st.lists(keys, min_size=1, max_size=3).map(" . ".join)
pieces = st.sampled_from(
    ["x", "é", "中", " ", "\n", "'", "\\\\", '\\"', "\\n", "\\\n \n ", "\\u4e2d"]
)
literal_pieces = st.sampled_from(["x", "é", " ", "\\", '"', "#", "]"])
texts = (
    st.lists(pieces.filter(lambda piece: "\n" not in piece)).map(lambda ps: f'"{"".join(ps)}"')
    | st.tuples(
        st.sampled_from(["", "\n"]), st.lists(pieces), st.sampled_from(["", '"', '""'])
    ).map(lambda parts: f'"""{parts[0]}{"".join(parts[1])}{parts[2]}"""')
    | st.lists(literal_pieces).map(lambda ps: f"'{''.join(ps)}'")
    | st.lists(literal_pieces | st.just("\n")).map(lambda ps: f"'''{''.join(ps)}'''")
)
written = st.recursive(
    texts | st.sampled_from(["1", "-1.5e3", "true", "1979-05-27 07:32:00", "07:32:00"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda vs: "[\n" + " , # ]\n".join(vs) + "]")
        | st.tuples(keys, inner).map(lambda pair: f"{{ {pair[0]}={pair[1]} }}")
    ),
    max_leaves=4,
)
statements = (
    st.tuples(dotted, written).map(lambda pair: f"{pair[0]} = {pair[1]} # said")
    | dotted.map(lambda key: f"[ {key} ]")
    | dotted.map(lambda key: f"  [[{key}]] # x")
    | st.just("# [no]")
)


@given(st.lists(statements, max_size=8), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_written_by_hand(lines: list[str], end: str) -> None:
    """Whatever statements follow each other, if tomllib reads them, everything has its place."""
    kept: list[str] = []
    for line in lines:
        try:
            tomllib.loads(end.join([*kept, line]))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(line)
    check(end.join(kept))


@given(texts)
def test_characters_are_the_value(text: str) -> None:
    """The characters of a quoted text, put together, are what tomllib makes of it."""
    found = "".join(character for _, character in characters(text, 0))
    assert found == tomllib.loads(f"x = {text}")["x"]


def test_what_is_no_toml() -> None:
    """A text that tomllib would not read is a ValueError, and no endless search."""
    with pytest.raises(ValueError, match="no TOML at 0"):
        Places("=")
    with pytest.raises(ValueError, match="no quoted text at 0"):
        list(characters("x", 0))


# --- problems -------------------------------------------------------------------------------------

NAMED = """\
[facts."budget.approved"]
good_for = "P1D"
ask = [{ id = "q", of = [] }, { id = "q.r", of = [] }]
[facts."other.fact"]
ask = [{ id = "q.r", of = [] }]
[guards.timely]
when = \"\"\"\\
  a and \\
  b\"\"\"
[[steps]]
id = "talk"
leave_when = ["x"]
[[steps]]
id = ["no id"]
[coaching]
probes = [{ id = "who" }]
"""


@pytest.mark.parametrize(
    ("place", "path", "whole"),
    [
        ("", (), True),
        ("facts.budget.approved.good_for", ("facts", "budget.approved", "good_for"), True),
        ("facts.budget.approved.ask.q.of", ("facts", "budget.approved", "ask", 0, "of"), True),
        ("facts.budget.approved.ask.q.r.of", ("facts", "budget.approved", "ask", 1, "of"), True),
        ("facts.budget.approved.ask[1].id", ("facts", "budget.approved", "ask", 1, "id"), True),
        ("facts.budget.approved.type", ("facts", "budget.approved"), False),
        ("facts.budget.approved.good_for.x", ("facts", "budget.approved", "good_for"), False),
        ("steps.talk.leave_when", ("steps", 0, "leave_when"), True),
        ("steps[1].goal", ("steps", 1), False),
        ("steps[2]", ("steps",), False),
        ("coaching.probes.who", ("coaching", "probes", 0), True),
        ("questions.q.r", ("facts", "other.fact", "ask", 0), True),
        ("questions.none", (), False),
        ("questions", (), False),
        ("moves.leave_talk.to", (), False),
    ],
)
def test_path_of_a_place(place: str, path: Path, whole: bool) -> None:
    """Names with dots, ids of items, indexes and questions are found, as far as there are any."""
    assert path_of(place, tomllib.loads(NAMED)) == (path, whole)


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("guards.timely.when", "7:1: guards.timely.when: bad"),
        ("guards.timely.when, line 1, column 7", "9:3: guards.timely.when: bad"),
        ("guards.timely.when, line 1, column 99", "9:4: guards.timely.when: bad"),
        ("guards.timely.what, line 1, column 9", "6:9: guards.timely.what, line 1, column 9: bad"),
        ("steps.talk.leave_when, line 77", "12:1: steps.talk.leave_when: bad"),
        ("steps, line 1, column 1", "10:3: steps, line 1, column 1: bad"),
        ("nowhere, line 1, column 1", "nowhere, line 1, column 1: bad"),
        ("", "bad"),
        ("steps." * 400, "steps." * 400 + ": bad"),
    ],
)
def test_located(place: str, shown: str) -> None:
    """A problem gets the line and column of what it is about, or of the nearest thing around it."""
    (found,) = located([Problem(place, "bad")], NAMED, tomllib.loads(NAMED))
    assert str(found) == shown


def test_nothing_to_locate() -> None:
    """Without problems the text is not even looked at."""
    assert located([], "=", {}) == ()


def test_problems_of_a_file() -> None:
    """Each problem of a playbook file begins with its name, line and column."""
    text = SMALL.replace('when = "need.real"', "when = '''\nneed.real and\n need.rael'''")
    text = text.replace('leave_when = ["real"]', 'leave_when = ["rael"]')
    with pytest.raises(PlaybookError) as caught:
        parse_playbook(text, "ours.toml")
    lines = text.split("\n")
    row = next(i for i, line in enumerate(lines, 1) if "need.rael" in line)
    leave = next(i for i, line in enumerate(lines, 1) if "leave_when" in line)
    first, second = str(caught.value).split("\n")
    assert first == f"ours.toml:{row}:2: guards.real.when: 'need.rael' is not declared as a fact"
    assert second.startswith(f"ours.toml:{leave}:1: steps.talk.leave_when: there is no guard")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a = 1\nb = \n", "x:2:5: is not TOML: Invalid value"),
        ("a = 1\r\nb = [1,\r\n", "x:3:1: is not TOML: Invalid value"),
        ('a = """\n\n  b', "x:3:4: is not TOML: Unterminated string"),
    ],
)
def test_syntax_errors(text: str, shown: str) -> None:
    """What tomllib complains about has its line and column, also at the end of the file."""
    with pytest.raises(InputError) as caught:
        parse_toml(text, "x", InputError)
    assert str(caught.value) == shown
