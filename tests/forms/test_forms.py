"""The strict reader: what every kind of file is held to, tried on classes of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from attrs import evolve, field, frozen, validators
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Money
from dealflow.exceptions import Problem
from dealflow.forms import (
    NEEDED,
    PLAIN,
    TEXT,
    As,
    Filled,
    Form,
    Id,
    Kind,
    Leaf,
    Style,
    exactly,
    shown,
)


class Colour(Enum):
    """A closed word."""

    RED = "red"
    BLUE = "blue"


@frozen
class Words:
    """A record that stands among the keys of another."""

    en: str
    zh: str


@frozen
class Size:
    """A record with a key that may be left out, and one that is called otherwise."""

    low: int
    high: int = 10
    unit: str = "m"


@frozen
class Part:
    """A record that has an id."""

    id: Id
    text: Words
    sizes: tuple[Size, ...] = ()


@frozen
class Thing:
    """A record with something of everything."""

    name: Filled
    ok: bool
    colour: Colour
    kind: Literal["large", "small"]
    parts: tuple[Part, ...]
    lasts: timedelta | None = None
    price: Money | Size | None = None
    table: Mapping[str, Size] = field(factory=dict)
    tags: tuple[str, ...] = ()
    steps: tuple[Size, ...] = ()
    anything: Any = None


HOW = {
    Size: As(names={"unit": "in"}),
    Part: As(inline="text"),
    Thing: As(by_id=("parts",), most={"parts": 3, "steps": 2}),
}
FILES = Kind(Style(TEXT, most=4), PLAIN, HOW)
FORM = Form(FILES, Thing, version=3)
JSON = Kind(
    Style(
        exactly(str, "a key"),
        "an object",
        canonical=True,
    ),
    PLAIN,
    HOW,
)
LEAN = Form(JSON, Thing)

THING = Thing(
    name="n",
    ok=True,
    colour=Colour.RED,
    kind="large",
    parts=(Part("p", Words("a", "b"), (Size(1), Size(2, 3, "cm"))), Part("q", Words("c", "d"))),
    lasts=timedelta(days=1),
    price=Size(1),
    table={"t": Size(5)},
    tags=("x",),
    steps=(Size(7),),
)
DATA: dict[str, Any] = {
    "format": 3,
    "name": "n",
    "ok": True,
    "colour": "red",
    "kind": "large",
    "parts": {
        "p": {"en": "a", "zh": "b", "sizes": [{"low": 1}, {"low": 2, "high": 3, "in": "cm"}]},
        "q": {"en": "c", "zh": "d"},
    },
    "lasts": "P1D",
    "price": {"low": 1},
    "table": {"t": {"low": 5}},
    "tags": ["x"],
    "steps": [{"low": 7}],
}


def problems(data: object, form: Form[Any] = FORM, place: str = "") -> dict[str, str]:
    """What is said of data, by place; nothing is made of them then."""
    found: list[Problem] = []
    made = form.read(data, found, place)
    assert (made is None) is bool(found)
    assert len({problem.place for problem in found}) == len(found)
    return {problem.place: problem.message for problem in found}


def misfits(**changes: Any) -> dict[str, str]:
    """What is said of a thing built in Python, by place; it is not written either."""
    thing = evolve(THING, **changes)
    with pytest.raises(ValueError, match=r"is no|items|seconds"):
        FORM.write(thing)
    return {problem.place: problem.message for problem in FORM.misfits(thing)}


def test_both_ways() -> None:
    """A record becomes tables, lists and plain values, and these become the record."""
    assert FORM.write(THING) == DATA
    assert FORM.read(DATA, []) == THING
    assert FORM.misfits(THING) == []


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
ids = st.from_regex(r"[a-z]{1,5}", fullmatch=True)
sizes = st.builds(Size, st.integers(), st.integers(), texts)
amounts = st.builds(Money, st.integers(-1000, 1000), st.just("EUR"))
things = st.builds(
    Thing,
    texts.filter(str.strip),
    st.booleans(),
    st.sampled_from(Colour),
    st.sampled_from(["large", "small"]),
    st.lists(
        st.builds(
            Part, ids, st.builds(Words, texts, texts), st.lists(sizes, max_size=2).map(tuple)
        ),
        max_size=3,
        unique_by=lambda part: part.id,
    ).map(tuple),
    st.none() | st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    st.none() | amounts | sizes,
    st.dictionaries(texts, sizes, max_size=3),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(sizes, max_size=2).map(tuple),
    st.none() | st.integers(),
)


@given(things, st.sampled_from([FORM, LEAN]))
def test_what_is_written_is_read_back(thing: Thing, form: Form[Thing]) -> None:
    """Whatever can be written is read back, in both styles."""
    assert form.misfits(thing) == []
    assert form.read(form.write(thing), []) == thing


@pytest.mark.parametrize("value", [5, 1.5, True, None, [], {}], ids=repr)
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("name", "name"),
        ("parts/p/en", "parts.p.en"),
        ("parts/p/sizes/1/in", "parts.p.sizes[1].in"),
        ("tags/0", "tags[0]"),
        ("table/t/in", "table.t.in"),
    ],
)
def test_text_wanted(path: str, place: str, value: object) -> None:
    """A text is a text, and nothing is turned into one."""
    assert problems(changed(path, value)) == {place: f"{shown(value)} is not a text"}


def changed(path: str, value: object) -> Any:
    """The data with another value at a path such as ``tags/0``."""
    return _changed(DATA, path.split("/"), value)


def _changed(data: Any, path: list[str], value: object) -> Any:
    if not path:
        return value
    if isinstance(data, list):
        i = int(path[0])
        return [*data[:i], _changed(data[i], path[1:], value), *data[i + 1 :]]
    return {**data, path[0]: _changed(data.get(path[0], {}), path[1:], value)}


@pytest.mark.parametrize("value", ["no", "true", 1, 0, None, "", []], ids=repr)
def test_yes_or_no_wanted(value: object) -> None:
    """A word or a number is neither true nor false."""
    assert problems(changed("ok", value)) == {"ok": f"{shown(value)} is not true or false"}


@pytest.mark.parametrize("value", ["2", 2.0, Decimal("2.0"), True, None], ids=repr)
def test_whole_number_wanted(value: object) -> None:
    """Only a whole number is one."""
    assert problems(changed("steps/0/low", value)) == {
        "steps[0].low": f"{shown(value)} is not a whole number"
    }


@pytest.mark.parametrize("value", ["Red", "", 1, True, [], {}, Colour.RED], ids=repr)
def test_closed_words(value: object) -> None:
    """A word is one of those there are, spelt as they are, and all of these are told."""
    assert problems(changed("colour", value)) == {
        "colour": f"{shown(value)} is not one of red, blue"
    }
    assert problems(changed("kind", value)) == {
        "kind": f"{shown(value)} is not one of large, small"
    }


@pytest.mark.parametrize("value", [90, "90", "P1M", "", "P", "-P1D", True, []], ids=repr)
def test_duration_wanted(value: object) -> None:
    """A duration is in weeks, days, hours, minutes and seconds."""
    message = f"{value!r} is not a duration such as 'P90D', 'P2W' or 'PT24H'"
    assert problems(changed("lasts", value)) == {"lasts": message}


def test_texts_with_something_in_them() -> None:
    """A text may have to have something in it, and an id the form of one."""
    assert problems(changed("name", " \n")) == {"name": "is empty"}
    assert problems(changed("parts/!", DATA["parts"]["q"]))["parts.!.id"].startswith(
        "the id '!' is no id"
    )


def test_control_characters() -> None:
    """Texts have no control characters, and keys are printed without theirs."""
    message = "the text has the control character '\\x07' at 1"
    assert problems(changed("tags/0", "好\x07")) == {"tags[0]": message}
    assert problems(changed("table/a\x07", {"low": 1})) == {"table.'a\\x07'": message}


@pytest.mark.parametrize("value", ["yes", 1, [], True], ids=repr)
@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("table", "table"),
        ("table/t", "table.t"),
        ("parts", "parts"),
        ("parts/p", "parts.p"),
        ("steps/0", "steps[0]"),
    ],
)
def test_table_wanted(path: str, place: str, value: object) -> None:
    """Where a table stands, nothing else does."""
    assert problems(changed(path, value)) == {place: f"{shown(value)} is not a table"}
    assert problems(value) == {"": f"{shown(value)} is not a table"}


@pytest.mark.parametrize("value", ["", "abc", {}, {"a": 1}, 1, None], ids=repr)
def test_list_wanted(value: object) -> None:
    """A list is neither a table nor a text, however empty."""
    assert problems(changed("tags", value)) == {"tags": f"{shown(value)} is not a list of texts"}
    assert problems(changed("steps", value)) == {"steps": f"{shown(value)} is not a list of tables"}


def test_sizes() -> None:
    """A list or table has so many items at most, and some have a bound of their own."""
    size = {"low": 1}
    assert problems(changed("tags", ["x"] * 5)) == {"tags": "5 items: at most 4"}
    assert problems(changed("table", {f"{i}": size for i in range(5)})) == {
        "table": "5 items: at most 4"
    }
    assert problems(changed("steps", [size] * 3)) == {"steps": "3 items: at most 2"}
    words = DATA["parts"]["q"]
    assert problems(changed("parts", {f"p{i}": words for i in range(4)})) == {
        "parts": "4 items: at most 3"
    }
    most = changed("parts", {f"p{i}": words for i in range(3)})
    assert not problems({**most, "tags": ["x"] * 4, "steps": [size] * 2})


def test_ids_are_keys() -> None:
    """Where the key of a table is the id, there is no other."""
    assert problems(changed("parts/p/id", "p")) == {
        "parts.p.id": "the key of the table is the id already"
    }


def test_keys_are_texts() -> None:
    """Keys that are no texts, which only Python can give, are refused."""
    data: dict[Any, Any] = {
        **DATA,
        5: 5,
        "table": {6: {"low": 1}},
        "parts": {7: DATA["parts"]["q"]},
    }
    found = problems(data)
    assert found.pop("5").startswith("is no key here; there are: name, ok, ")
    message = "is not a text"
    assert found == {"table.6": f"6 {message}", "parts.7.id": f"7 {message}"}


def test_a_table_or_a_value() -> None:
    """Where a table stands it is read as a record, and anything else as the plain value."""
    made = FORM.read(changed("price", "5 EUR"), [])
    assert made == evolve(THING, price=Money(5, "EUR"))
    assert made is not None
    assert FORM.write(made)["price"] == "5 EUR"
    assert problems(changed("price", {"low": "x"})) == {"price.low": "'x' is not a whole number"}
    assert problems(changed("price", 5)) == {"price": "5 is not an amount such as '48000 EUR'"}


def test_unknown_keys() -> None:
    """A key that nothing reads is told with the one that was meant, or with those there are."""
    assert problems({**DATA, "nmae": 1, "parts": {}}) == {
        "nmae": "is no key here (did you mean 'name'?)"
    }
    assert problems(changed("steps/0/unit", "m")) == {
        "steps[0].unit": "is no key here; there are: low, high, in"
    }
    # the keys of what is inline stand in its place, and its name is none of them
    assert problems(changed("parts/q/text", {"en": "a", "zh": "b"})) == {
        "parts.q.text": "is no key here; there are: id, en, zh, sizes"
    }


def test_only_so_many_suggestions() -> None:
    """Hostile keys get no suggestions without end, and are not repeated at length."""
    found = problems({**DATA, **{f"nam{i}": 1 for i in range(60)}})
    assert sum("did you mean" in message for message in found.values()) == 50
    ((place, message),) = problems({**DATA, "name" * 99: 1}).items()
    assert len(place) < 100
    assert "did you mean" not in message


def test_missing_keys() -> None:
    """What cannot be left out is missed, in records within records, too."""
    places = ("format", "name", "ok", "colour", "kind", "parts")
    assert problems({}) == dict.fromkeys(places, "is missing")
    unversioned = {key: value for key, value in DATA.items() if key != "format"}
    assert problems(unversioned) == {"format": "is missing"}
    found = problems({**DATA, "parts": {"p": {}}, "steps": [{"in": "m"}]})
    assert found == dict.fromkeys(("parts.p.en", "parts.p.zh", "steps[0].low"), "is missing")


def test_nothing_stands_for_what_may_be_nothing() -> None:
    """Null says the same as a key that is left out."""
    assert FORM.read({**DATA, "lasts": None, "price": None}, []) == evolve(
        THING, lasts=None, price=None
    )


def test_everything_at_once() -> None:
    """All that is wrong is told, in the order of the file; what is missing, and unknown, behind."""
    data = {**DATA, "ok": "no", "tags": [1, "x", None], "parts": {"p": {"zh": 1, "de": 2}}}
    del data["name"]
    assert list(problems(data | {"surprise": 1})) == [
        *("ok", "parts.p.zh", "parts.p.en", "parts.p.de", "tags[0]", "tags[2]"),
        *("name", "surprise"),
    ]


@pytest.mark.parametrize("value", [2, True, "3", 3.0, None])
def test_other_versions(value: object) -> None:
    """Of data of another version of the format, nothing else is said."""
    message = f"{shown(value)} is not known; this version reads 3"
    assert problems({"format": value, "nonsense": 1}) == {"format": message}
    assert FORM.other_version({"format": value}) == Problem("format", message)
    assert FORM.other_version({"format": 3}) is FORM.other_version({}) is None
    assert FORM.other_version([]) is LEAN.other_version({"format": value}) is None


def test_where_data_stand() -> None:
    """Data may be part of others, and every place begins with theirs."""
    form = Form(FILES, Size)
    assert problems({"low": "x"}, form, "sizes[3]") == {"sizes[3].low": "'x' is not a whole number"}
    assert problems(5, form, "sizes[3]") == {"sizes[3]": "5 is not a table"}


def test_messages_stay_short() -> None:
    """However long a wrong value is, the message is not."""
    values: list[Any] = ["x" * 9999, ["x" * 99] * 99, Decimal("1" * 999), 1 << 99_999]
    values.append({str(i): [[[[[i]]]]] for i in range(99)})
    for value in values:
        (message,) = problems(changed("ok", value)).values()
        assert len(message) < 250
    (message,) = problems(changed("parts/" + "!" * 9999, DATA["parts"]["q"])).values()
    assert len(message) == 403


def test_values_are_shown_as_in_files() -> None:
    """A message has true and dates as files do."""
    assert [shown(value) for value in (True, date(2026, 1, 2), Decimal("1.50"), "x", 1)] == [
        *("true", "2026-01-02", "1.50", "'x'", "1")
    ]


# what is built in Python


def test_python_is_held_to_the_same() -> None:
    """Values of a wrong type are told at the places of a file, in the words of Python."""
    wrong: Any = "P1D"
    parts = (Part("p", Words("a", wrong), (Size(wrong),)), evolve(THING.parts[1], text=wrong))
    assert misfits(parts=parts, colour=wrong, lasts=wrong, kind=wrong, tags=wrong) == {
        "parts.p.sizes[0].low": "'P1D' is not a whole number",
        "parts.q": "'P1D' is no Words",
        "colour": "'P1D' is no Colour",
        "lasts": "'P1D' is no timedelta",
        "kind": "'P1D' is not one of large, small",
        "tags": "'P1D' is not a list of texts",
    }
    assert misfits(parts=(5, *THING.parts), steps=[Size(1)] * 3, price=5) == {
        "parts[0]": "5 is no Part",
        "steps": "3 items: at most 2",
        "price": "5 is no Money",
    }


def test_durations_that_no_text_says() -> None:
    """What would get lost on writing is not written."""
    for value in (timedelta(microseconds=1), timedelta(days=-1), timedelta(days=40_000)):
        assert list(misfits(lasts=value)) == ["lasts"]


def test_classes_that_are_derived() -> None:
    """A record of a derived class is written as one of its own class, where that may be."""

    @frozen
    class Wide(Size):
        pass

    thing = evolve(THING, price=Wide(1))
    assert FORM.write(thing) == DATA
    assert [(p.place, p.message) for p in LEAN.misfits(thing)] == [
        ("price", "Wide(low=1, high=10, unit='m') is no Size")
    ]


# one form only


def test_one_form_only() -> None:
    """In a canonical style what is usual is left out, and a tuple is no list."""
    data = LEAN.write(THING)
    assert problems({**data, "tags": []}, LEAN) == {
        "": "tags has its usual value [], which is left out"
    }
    assert problems({**data, "price": {"low": 1, "high": 10}}, LEAN) == {
        "price": "high has its usual value 10, which is left out"
    }
    assert problems({**data, "tags": ("x",)}, LEAN) == {"tags": "('x',) is not a list of texts"}
    assert problems({**data, "nmae": 1}, LEAN) == {"nmae": "is no key here (did you mean 'name'?)"}
    assert problems({**data, "table": {"a b": 5, 5: {"low": 1}}}, LEAN) == {
        "table['a b']": "5 is not an object",
        "table[5]": "5 is not a key",
    }


# choices


@frozen
class Move:
    """A move; which other keys it has depends on its word."""

    verb: str
    to: str | None = None
    why: str = ""


@frozen
class Say:
    """Somebody says something."""

    who: str
    words: str


@frozen
class Answer:
    """An answer, by somebody as well."""

    answer: str
    who: str


@frozen
class Line:
    """One of these, at some time."""

    at: int
    what: Move | Say | Answer


def line_form() -> Form[Line]:
    """Lines of which the keys say what they are."""
    moves = {
        "go": FILES.record(Move, As(fixed={"why": ""}, names={"verb": "move"})),
        "stop": FILES.record(
            Move,
            As(fixed={"to": None}, names={"verb": "move"}, usual={"why": NEEDED}),
        ),
        "wait": FILES.record(
            Move, As(fixed={"to": None}, names={"verb": "move"}, usual={"why": "tired"})
        ),
    }
    what = FILES.choice(
        {
            "move": FILES.choice(moves, "move"),
            "who": FILES.record(Say),
            "answer": FILES.record(Answer),
        }
    )
    return Form(FILES, FILES.record(Line, As(inline="what", types={"what": what})))


LINE = line_form()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ({"move": "go"}, Move("go")),
        ({"move": "go", "to": "x"}, Move("go", "x")),
        ({"move": "stop", "why": "x"}, Move("stop", None, "x")),
        ({"move": "wait"}, Move("wait", None, "tired")),
        ({"who": "ann", "words": "x"}, Say("ann", "x")),
        ({"who": "ann", "answer": "x"}, Answer("x", "ann")),
    ],
)
def test_choices(data: dict[str, Any], what: object) -> None:
    """A key that only one record has, or a word, says which one it is."""
    assert LINE.read({"at": 1, **data}, []) == Line(1, what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        ({}, "", "has none of move, who, answer: it needs one"),
        ({"words": "x"}, "", "has none of move, who, answer: it needs one"),
        ({"who": "a", "words": "b", "move": "go"}, "", "has move and who: only one of them can be"),
        ({"move": "fly", "to": 1}, "move", "'fly' is not one of go, stop, wait"),
        ({"move": "go", "why": "x"}, "why", "is no key here; there are: at, move, to"),
        ({"move": "stop"}, "why", "is missing"),
        ({"answer": "x"}, "who", "is missing"),
        ({"answer": "x", "who": 1}, "who", "1 is not a text"),
        ({"answer": "x", "who": "a", "at": "x"}, "at", "'x' is not a whole number"),
    ],
)
def test_wrong_choices(data: dict[str, Any], place: str, message: str) -> None:
    """What cannot be told apart is said once; what can is read as strictly as all else."""
    assert problems({"at": 1, **data}, LINE) == {place: message}


def test_choices_alone() -> None:
    """A choice may be all there is, and is only read."""
    moves = FILES.choice({"go": FILES.record(Move), "stop": FILES.record(Move)}, "verb")
    form: Form[Move] = Form(FILES, moves)
    assert form.read({"verb": "stop"}, []) == Move("stop")
    assert problems({}, form) == {"verb": "is missing"}
    assert problems(5, form) == {"": "5 is not a table"}
    with pytest.raises(TypeError, match="a choice is only read"):
        form.write(Move("go"))


# kinds

DIGIT = Leaf(
    lambda value, _=None: ("zero", "one").index(value), lambda value: ("zero", "one")[value]
)


@frozen
class Marked:
    """A class that says itself how a field is read."""

    number: Annotated[int, DIGIT]


@frozen
class Span:
    """Two numbers."""

    start: int
    end: int = 0


@frozen
class Even:
    """A class with a check of its own."""

    number: int = field(validator=validators.in_([2, 4]))


def test_keys_that_are_made_of_others() -> None:
    """A record may stand in data in a shape that has little to do with its fields."""
    how = As(
        keys=("span",),
        fold=lambda data: dict(zip(("start", "end"), data["span"], strict=False)),
        spread=lambda data: {"span": [*data.values()]},
        places={"start": ".span[0]", "end": ".span[1]"},
    )
    form: Form[Span] = Form(FILES, FILES.record(Span, how))
    assert form.read({"span": [1, 2]}, []) == Span(1, 2)
    assert form.write(Span(1, 2)) == {"span": [1, 2]}
    assert problems({"span": [1, "x"]}, form) == {"span[1]": "'x' is not a whole number"}
    assert problems({"span": []}, form) == {"span[0]": "is missing"}


def test_classes_that_refuse_their_own_fields() -> None:
    """What only the class itself finds wrong is told as well, without a place inside."""
    assert "must be in [2, 4]" in problems({"number": 3}, Form(FILES, Even), "even")["even"]


def test_marks() -> None:
    """A leaf in the annotation of a field says how that field is read."""
    assert FILES.shape(Annotated[int, DIGIT]) is DIGIT
    assert Form(FILES, Marked).read({"number": "one"}, []) == Marked(1)
    assert Form(FILES, Marked).write(Marked(1)) == {"number": "one"}


@pytest.mark.parametrize("type_", [object, int | str, set[int], Annotated[int, "x"]], ids=str)
def test_types_that_nothing_is_said_of(type_: Any) -> None:
    """A type of which nobody says how it is read is an error of whoever asks."""
    with pytest.raises(TypeError, match="nothing says"):
        FILES.shape(type_)


def test_a_wrong_key_in_place_of_a_needed_one_with_a_default_is_found() -> None:
    """As many keys as there must be are not the right ones, where the class could do without."""

    @frozen
    class Both:
        one: str = ""
        other: str = ""

    form: Form[Both] = Form(FILES, FILES.record(Both, As(usual={"one": NEEDED, "other": NEEDED})))
    problems: list[Problem] = []
    assert form.read({"one": "a", "othre": "b"}, problems) is None
    assert sorted(problem.place for problem in problems) == ["other", "othre"]
