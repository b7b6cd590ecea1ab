"""Tests of the values of facts and of their one textual form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dealflow import EvidenceError, Money, ValueType
from dealflow.values import (
    FORBIDDEN,
    LARGEST,
    Value,
    check_id,
    check_text,
    format_duration,
    format_instant,
    from_json,
    parse_duration,
    parse_instant,
    to_decimal,
    to_json,
    utc,
)

CENTURY = timedelta(days=36_525)
SAFE = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")
texts = st.text(SAFE, min_size=1, max_size=30).filter(str.strip)
numbers = (st.decimals(-LARGEST, LARGEST, places=9) | st.integers(-(10**15), 10**15)).map(
    to_decimal
)
durations = st.timedeltas(timedelta(0), CENTURY).map(lambda d: timedelta(d.days, d.seconds))
offsets = st.timedeltas(timedelta(hours=-23), timedelta(hours=23))
values: dict[ValueType, st.SearchStrategy[Value]] = {
    ValueType.YES_NO: st.booleans(),
    ValueType.NUMBER: numbers,
    ValueType.MONEY: st.builds(Money, numbers, st.sampled_from(["EUR", "CNY"])),
    ValueType.DATE: st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    ValueType.DURATION: durations,
    ValueType.TEXT: texts,
    ValueType.CHOICE: texts,
    ValueType.PERSON: texts,
    ValueType.LIST: st.lists(texts, max_size=5).map(tuple),
}
any_value = st.one_of([st.tuples(st.just(type_), value) for type_, value in values.items()])

CONTROLS = [*map(chr, [*range(9), *range(11, 32), *range(127, 160)]), "\ud800", "\udfff"]


class Day(date):
    """A date of somebody's own, as those of test clocks are."""


class Span(timedelta):
    """A duration of somebody's own."""


class Nowhere(tzinfo):
    """A timezone that knows no offset."""

    def utcoffset(self, _: datetime | None) -> None:
        """Not known."""

    dst = utcoffset

    def tzname(self, _: datetime | None) -> None:
        """Not known."""


def test_there_is_a_form_for_every_type() -> None:
    """The types are those of the file format, and the tests below make values of each."""
    assert set(values) == set(ValueType)
    assert {type_.value for type_ in ValueType} == {
        "yes_no", "number", "money", "date", "duration", "text", "choice", "list", "person",
    }  # fmt: skip


@given(any_value)
def test_values_round_trip(typed: tuple[ValueType, Value]) -> None:
    """Every value of every type comes back from its text, through JSON, as what it was."""
    type_, value = typed
    written = json.loads(json.dumps(to_json(value)))
    read = from_json(type_, written)
    assert (read, type(read)) == (value, type(value))
    assert to_json(read) == written


@given(any_value)
def test_values_are_taken_as_they_are(typed: tuple[ValueType, Value]) -> None:
    """A value in its Python form is that value."""
    type_, value = typed
    assert from_json(type_, value) == value


@pytest.mark.parametrize(
    ("type_", "raw", "written"),
    [
        (ValueType.YES_NO, True, True),
        (ValueType.YES_NO, False, False),
        (ValueType.NUMBER, 12, "12"),
        (ValueType.NUMBER, 12.50, "12.5"),
        (ValueType.NUMBER, "1e3", "1000"),
        (ValueType.MONEY, "60000.00 EUR", "60000 EUR"),
        (ValueType.DATE, "2026-05-01", "2026-05-01"),
        (ValueType.DATE, date(1900, 1, 1), "1900-01-01"),
        (ValueType.DATE, "2200-12-31", "2200-12-31"),
        (ValueType.DATE, Day(2026, 5, 1), "2026-05-01"),
        (ValueType.DURATION, "P2W", "P14D"),
        (ValueType.DURATION, timedelta(hours=36), "P1DT12H"),
        (ValueType.DURATION, timedelta(0), "P0D"),
        (ValueType.DURATION, CENTURY, "P36525D"),
        (ValueType.DURATION, Span(days=1), "P1D"),
        (ValueType.TEXT, " as\tit\nis ", " as\tit\nis "),
        (ValueType.CHOICE, "later", "later"),
        (ValueType.PERSON, "ruth", "ruth"),
        (ValueType.LIST, [], []),
        (ValueType.LIST, ("a", "b", "a"), ["a", "b", "a"]),
    ],
    ids=repr,
)
def test_the_one_form_of_a_value(type_: ValueType, raw: object, written: object) -> None:
    """Whatever way a value is given, it has one form."""
    assert to_json(from_json(type_, raw)) == written


@pytest.mark.parametrize(
    ("type_", "raw", "message"),
    [
        (ValueType.YES_NO, 1, "1 is not true or false"),
        (ValueType.YES_NO, "yes", "'yes' is not true or false"),
        (ValueType.YES_NO, None, "None is not true or false"),
        (ValueType.NUMBER, "many", "'many' is not a number"),
        (ValueType.NUMBER, True, "True is not a number"),
        (ValueType.MONEY, "60000", "'60000' is not an amount such as '48000 EUR'"),
        (ValueType.MONEY, 60000, "60000 is not an amount such as '48000 EUR'"),
        (ValueType.DATE, "1 May", "'1 May' is not a date such as 2026-05-01"),
        (ValueType.DATE, "20260501", "'20260501' is not a date such as 2026-05-01"),
        (ValueType.DATE, "2026-W18-5", "'2026-W18-5' is not a date such as 2026-05-01"),
        (ValueType.DATE, "2026-05-01\n", r"'2026-05-01\\n' is not a date such as 2026-05-01"),
        (ValueType.DATE, "2026-02-30", "day is out of range for month"),
        (ValueType.DATE, "２０２６-05-01", "2026-05-01|isoformat"),
        (ValueType.DATE, "1899-12-31", "1899-12-31 is not between the years 1900 and 2200"),
        (ValueType.DATE, date(2201, 1, 1), "2201-01-01 is not between the years 1900 and 2200"),
        (ValueType.DATE, datetime(2026, 5, 1, tzinfo=UTC), "is not a date such as 2026-05-01"),
        (ValueType.DATE, 20260501, "20260501 is not a date such as 2026-05-01"),
        (ValueType.DURATION, "90 days", "'90 days' is not a duration such as 'P90D'"),
        (ValueType.DURATION, 90, "90 is not a duration such as 'P90D', 'P2W' or 'PT24H'"),
        (ValueType.DURATION, timedelta(seconds=-1), "is not in whole seconds from nothing to"),
        (ValueType.DURATION, timedelta(microseconds=1), "is not in whole seconds from nothing"),
        (ValueType.DURATION, CENTURY + timedelta(seconds=1), "from nothing to a century"),
        (ValueType.TEXT, "", "an empty text says nothing"),
        (ValueType.TEXT, " \n\t", "an empty text says nothing"),
        (ValueType.TEXT, 5, "the text is not a text: 5"),
        (ValueType.CHOICE, "", "an empty text says nothing"),
        (ValueType.PERSON, None, "the text is not a text: None"),
        (ValueType.LIST, "abc", "'abc' is not a list of texts"),
        (ValueType.LIST, {"a"}, "{'a'} is not a list of texts"),
        (ValueType.LIST, ["a", ""], "an empty text says nothing"),
        (ValueType.LIST, ["a", 1], "the text is not a text: 1"),
        (ValueType.LIST, ["a"] * 201, "a list of 201 is longer than 200"),
    ],
)
def test_bad_values_are_refused(type_: ValueType, raw: object, message: str) -> None:
    """What is not of a type is refused with a ValueError that says why."""
    with pytest.raises(ValueError, match=message):
        from_json(type_, raw)


def test_a_list_may_have_two_hundred_items() -> None:
    """The longest list still has a value."""
    assert len(str(to_json(from_json(ValueType.LIST, ["a"] * 200)))) == 1000


@pytest.mark.parametrize("type_", ValueType)
@given(raw=st.none() | st.text() | st.integers() | st.floats() | st.lists(st.text() | st.none()))
def test_any_raw_value_is_read_or_refused(type_: ValueType, raw: object) -> None:
    """Reading takes a value whose form is stable, or raises ValueError and nothing else."""
    try:
        value = from_json(type_, raw)
    except ValueError:
        return
    assert from_json(type_, to_json(value)) == value


# --- texts and ids


def test_control_characters_are_refused() -> None:
    """Characters that forge terminals or break UTF-8 are refused, with their place."""
    for character in CONTROLS:
        with pytest.raises(EvidenceError) as caught:
            check_text(f"abc{character}")
        assert str(caught.value) == f"the text has the control character {character!a} at 3"
        assert FORBIDDEN.search(character)


@given(st.text(SAFE))
def test_other_characters_are_kept(text: str) -> None:
    """Every other text is given back as it is."""
    assert check_text(text) is text


def test_text_is_bounded() -> None:
    """Ten thousand characters are the most."""
    assert len(check_text("x" * 10_000)) == 10_000
    with pytest.raises(EvidenceError, match=r"^the text is longer than 10000 characters$"):
        check_text("x" * 10_001)


@pytest.mark.parametrize("raw", [5, None, b"abc", ["abc"]], ids=repr)
def test_what_is_no_text(raw: object) -> None:
    """Only a text is one; the message says what it should have been."""
    with pytest.raises(EvidenceError) as caught:
        check_text(raw, "the quote")
    assert str(caught.value) == f"the quote is not a text: {raw!r}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 10_001, "the quote is longer than 10000 characters"),
        ("\x1b[2J", r"the quote has the control character '\x1b' at 0"),
    ],
    ids=["long", "escape"],
)
def test_bad_texts_are_named(text: str, message: str) -> None:
    """The message says which text is bad."""
    with pytest.raises(EvidenceError) as caught:
        check_text(text, "the quote")
    assert str(caught.value) == message


@pytest.mark.parametrize("id_", ["a", "D-1042", "ruth.okafor", "a_b", "7", "李雷", "x" * 100])
def test_ids(id_: str) -> None:
    """Letters, digits and a few marks make an id, up to a hundred of them."""
    assert check_id(id_) == id_


@pytest.mark.parametrize(
    "raw",
    ["", "_a", "-a", ".a", "a b", "a/b", "a\n", "a\x00", "x" * 101, "é" * 101, "\ud800", 5, None],
    ids=ascii,
)
def test_what_is_no_id(raw: object) -> None:
    """Anything else is no id; the message says of what."""
    with pytest.raises(EvidenceError) as caught:
        check_id(raw, "the deal's id")
    assert str(caught.value) == (
        f"the deal's id {raw!r} is no id: letters, digits, '_', '-', '.', at most 100, a letter or"
        " digit first"
    )


def test_an_id_is_called_so() -> None:
    """Without a name for it, it is the id."""
    with pytest.raises(EvidenceError, match=r"^the id '' is no id"):
        check_id("")


# --- instants


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 12, 30)),  # noqa: DTZ001 - made aware below
    offsets.map(timezone),
)
def test_instants_are_normalised(naive: datetime, zone: timezone) -> None:
    """An instant of any timezone is the same instant in UTC, and comes back from its text."""
    instant = naive.replace(tzinfo=zone)
    normal = utc(instant)
    assert normal == instant
    assert normal.tzinfo is UTC
    assert parse_instant(format_instant(normal)) == normal


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00Z"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00Z"),
        (datetime(2200, 12, 31, 23, 59, 59, 999999, UTC), "2200-12-31T23:59:59.999999Z"),
        (datetime(2026, 3, 2, 9, 0, 0, 5, UTC), "2026-03-02T09:00:00.000005Z"),
    ],
)
def test_the_form_of_an_instant(instant: datetime, text: str) -> None:
    """Instants have one form, in UTC, with microseconds if there are any."""
    assert format_instant(instant) == text
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (datetime(2026, 3, 2), "the time 2026-03-02T00:00:00 has no timezone"),  # noqa: DTZ001
        (datetime(2026, 3, 2, tzinfo=Nowhere()), "the time 2026-03-02T00:00:00 has no timezone"),
        (date(2026, 3, 2), "the time is not a datetime: datetime.date(2026, 3, 2)"),
        ("2026-03-02T09:00:00Z", "the time is not a datetime: '2026-03-02T09:00:00Z'"),
        (None, "the time is not a datetime: None"),
        (
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
            "the time 9999-12-31T23:59:59.999999-01:00 is out of range",
        ),
        (
            datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
            "the time 0001-01-01T00:00:00+01:00 is out of range",
        ),
        (
            datetime.max.replace(tzinfo=UTC),
            "the time 9999-12-31T23:59:59.999999+00:00 is not between 1970 and 2200",
        ),
        (
            datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
            "the time 1969-12-31T23:59:59+00:00 is not between 1970 and 2200",
        ),
        (
            datetime(2200, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1))),
            "the time 2200-12-31T23:00:00-01:00 is not between 1970 and 2200",
        ),
    ],
)
def test_bad_instants_are_refused(raw: object, message: str) -> None:
    """Naive and absurd times, and what is no time, are refused."""
    with pytest.raises(EvidenceError) as caught:
        utc(raw)
    assert str(caught.value) == message


def test_bad_instants_are_named() -> None:
    """The message says which time is bad."""
    with pytest.raises(EvidenceError, match=r"^the day of the call is not a datetime: 5$"):
        utc(5, "the day of the call")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:00:00",
        "2026-03-02T09:00:00+00:00",
        "2026-03-02T10:00:00+01:00",
        "2026-03-02 09:00:00Z",
        "2026-03-02T09:00Z",
        "2026-03-02T09:00:00z",
        "2026-03-02T09:00:00.5Z",
        "2026-03-02T09:00:00.000000Z",
        "20260302T090000Z",
        "2026-W10-1T09:00:00Z",
        "2026-03-02T09:00:00Z ",
        "2026-03-02",
        "2026-02-30T09:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "now",
        "",
    ],
)
def test_other_forms_of_instants_are_refused(text: str) -> None:
    """Only the form that is written is read."""
    with pytest.raises(ValueError, match=r"is not|[iI]nvalid|no timezone|out of range"):
        parse_instant(text)


def test_the_refusal_shows_the_form() -> None:
    """The message shows the form that is read."""
    with pytest.raises(ValueError, match=r"^'20260302T090000Z' is not an instant such as '2026-"):
        parse_instant("20260302T090000Z")


@given(st.text(max_size=30) | st.datetimes().map(str))
def test_any_text_is_an_instant_or_refused(text: str) -> None:
    """Texts are instants in their one form, or ValueErrors; nothing else comes out."""
    try:
        instant = parse_instant(text)
    except ValueError:
        return
    assert format_instant(instant) == text


# --- durations


@given(durations)
def test_durations_round_trip(duration: timedelta) -> None:
    """Every duration is read back from its text."""
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P90D", timedelta(days=90)),
        ("P2W", timedelta(weeks=2)),
        ("PT24H", timedelta(days=1)),
        ("P1W2DT3H4M5S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("PT90M", timedelta(minutes=90)),
        ("PT45S", timedelta(seconds=45)),
        ("P0D", timedelta(0)),
        ("P36525D", CENTURY),
        ("PT876600H", CENTURY),
        ("PT99999999S", timedelta(seconds=99_999_999)),
    ],
)
def test_durations_are_read(text: str, duration: timedelta) -> None:
    """Weeks, days, hours, minutes and seconds make a duration."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "P0D"),
        (timedelta(days=90), "P90D"),
        (timedelta(hours=25), "P1DT1H"),
        (timedelta(minutes=61), "PT1H1M"),
        (timedelta(seconds=61), "PT1M1S"),
        (timedelta(days=1, seconds=1), "P1DT1S"),
        (timedelta(hours=23, minutes=59, seconds=59), "PT23H59M59S"),
    ],
)
def test_durations_are_written_shortly(duration: timedelta, text: str) -> None:
    """Parts of nothing are left out."""
    assert format_duration(duration) == text


@pytest.mark.parametrize(
    "raw",
    [
        "", "P", "PT", "P1DT", "P1M", "P1Y", "P1Y2M", "1D", "P-1D", "-P1D", "P1.5D", "PT1H1H", "PD",
        "PT1D", "P1H", "P1D2W", "p1d", "P1D ", " P1D", "P1D\n", "P９D", "P1000000D", "P10000W", 90,
        None, timedelta(1), time(1),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_duration(raw: object) -> None:
    """Months and years have no fixed length; other forms are refused, too."""
    with pytest.raises(ValueError, match=r"is not a duration such as 'P90D', 'P2W' or 'PT24H'"):
        parse_duration(raw)


@pytest.mark.parametrize("text", ["P36526D", "P36525DT1S", "P5218W", "PT999999H"])
def test_a_century_is_the_longest_duration(text: str) -> None:
    """More than a century is refused."""
    with pytest.raises(ValueError, match=rf"^'{text}' is longer than a century$"):
        parse_duration(text)


@given(st.text(max_size=12) | st.from_regex(r"P([0-9]{1,9}[YMWD]){0,3}(T([0-9]{1,9}[HMS]){0,3})?"))
@example("PT99999999S")
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    """Texts are durations up to a century, or ValueErrors; nothing else comes out."""
    try:
        duration = parse_duration(text)
    except ValueError:
        return
    assert timedelta(0) <= duration <= CENTURY
