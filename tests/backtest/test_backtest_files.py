"""Mapping files and CSV files: every problem at once, and nothing but InputError."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import InputError, Money
from dealflow.backtest import (
    Cell,
    ColumnMapping,
    Silence,
    estimate_deals,
    load_mapping,
    parse_deals,
    read_deals,
)
from dealflow.backtest.noted import MOST_PROBLEMS
from tests._backtests import DEALS, MAPPING, PLAIN, RICH, RICH_DEALS, SMALL_PLAYBOOK, write


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ColumnMapping:
    """A mapping with one link."""
    return load_mapping(write(tmp_path_factory.mktemp("plain"), PLAIN))


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> ColumnMapping:
    """A mapping with everything that a mapping can have."""
    return load_mapping(write(tmp_path_factory.mktemp("rich"), RICH))


def problems(run: Callable[[], object]) -> dict[str, str]:
    """The problems, by place, that something fails with."""
    with pytest.raises(InputError) as caught:
        run()
    return {problem.place: problem.message for problem in caught.value.problems}


def parse(mapping: ColumnMapping, text: str) -> list[object]:
    """All the deals in a text."""
    return list(parse_deals(text.splitlines(keepends=True), mapping))


# mapping files


def test_rich_mapping(rich: ColumnMapping) -> None:
    """A mapping is read as it is written."""
    assert rich.at == Cell("at")
    assert rich.deal.amount == Cell("price")
    assert rich.deal.talks == Cell("talks")
    assert rich.answers[0] == {"?": Silence.NOBODY_KNOWS, "yes": True, "no": False}
    assert rich.answers[1]["-"] is Silence.SAYS_NOTHING
    assert rich.roles == ({"top": ("boss",), "low": ()}, None)
    assert rich.evidence == {"rank", "money", "money2", "sum", "size", "day", "glad"}
    assert rich.links[0].source == ("contact", "ann")


def test_constants(tmp_path: Path) -> None:
    """The bare facts of a deal may be the same for all."""
    text = PLAIN + '[deal]\naccount = "Acme"\namount = "48000 EUR"\ntalks = 2\n'
    text += '[[contacts]]\nid = "ann"\nname = "Ann"\n'
    mapping = load_mapping(write(tmp_path, text))
    (deal,) = parse_deals(["id,end,money\n", "1,won,yes\n"], mapping)
    assert (deal.account, deal.talks, deal.roles) == ("Acme", 2, ((),))
    assert deal.amount == Money(48000, "EUR")
    assert mapping.columns == {
        "id": "file.id",
        "end": "outcome.column",
        "money": "links[0].column",
    }


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (("format = 1", "format = 2"), "format", "not known"),
        (("format = 1", "format = true"), "format", "not known"),
        (('playbook = "small.toml"', "playbook = 3"), "playbook", "not a text"),
        (('"small.toml"', '"none.toml"'), "playbook", "cannot be read"),
        (('"small.toml"', '"no_such"'), "playbook", "no shipped playbook"),
        (('"small.toml"', '"a\\u0000.toml"'), "playbook", "null"),
        (('step = "second"', 'step = "third"'), "step", "no step"),
        (("at = 2026-05-01T00:00:00Z", "at = 2026-05-01T00:00:00"), "at", "no timezone"),
        (("at = 2026-05-01", "age = 'P9D'\nat = 1970-01-02"), "links[0].values.yes", "1969"),
        (('step = "second"', 'step = "second"\nage = 3'), "age", "not a duration"),
        (('step = "second"', 'step = "second"\ncolour = 3'), "colour", "no key"),
        (('id = "id"', 'id = ""'), "file.id", "no name"),
        (('id = "id"', 'id = "id"\nsize = 3'), "file.size", "no key here"),
        (('id = "id"', 'id = "id"\ndelimiter = ";;"'), "file.delimiter", "one character"),
        (('id = "id"', 'id = "id"\ndelimiter = "\\n"'), "file.delimiter", "one character"),
        (('id = "id"', 'id = "id"\nencoding = "klingon"'), "file.encoding", "not known"),
        (('id = "id"', 'id = "id"\nencoding = "hex"'), "file.encoding", "not known"),
        (('id = "id"', 'id = "end"'), "file.id", "the outcome"),
        (('won = ["won"]', "won = []"), "outcome.won", "at least one"),
        (('won = ["won"]', "won = [1]"), "outcome.won[0]", "not a text"),
        (('lost = ["lost"]', 'lost = ["won"]'), "outcome", "twice"),
        (('column = "money"', 'column = "end"'), "links[0].column", "no evidence"),
        (('column = "money"', "column = 1"), "links[0].column", "not a text"),
        (('column = "money"', ""), "links[0].column", "is missing"),
        (("money.there", "money.gone"), "links[0].fact", "no fact"),
        (("observation = true", ""), "links[0]", "exactly one"),
        (("observation = true", 'observation = true\ndocument = "x"'), "links[0]", "exactly one"),
        (("observation = true", "observation = 1"), "links[0].observation", "true or false"),
        (("values = {", "first_hand = false\nvalues = {"), "links[0].first_hand", "told on"),
        (("observation = true", 'contact = "eve"'), "links[0].values.yes", "not a contact"),
        (("values = {", 'about = "eve"\nvalues = {'), "links[0].values.yes", "must be left out"),
        (("no = false", 'no = "no"'), "links[0].values.no", "not true or false"),
        (('nobody_knows = ["?"]', 'nobody_knows = ["no"]'), "links[0]", "twice"),
        (("values = {", "cell = true\nvalues = {"), "links[0]", "either values or cell"),
        (("values = { yes = true, no = false }", "values = 3"), "links[0].values", "not a table"),
        (("values = { yes = true, no = false }", "cell = true"), "links[0].cell", "no yes_no"),
        (('"weak"', '"strong"'), "links[0].strength", "not one of"),
        (('zh = "说明。" }', 'zh = "\\u0007" }'), "links[0].note.zh", "control character"),
        (('note = { en = "A note.", zh = "说明。" }', "note = 3"), "links[0].note", "not a table"),
        (("[[links]]", "[links]"), "links", "not a list"),
        (("[[links]]", "[deal]\ntalks = 2\n[[links]]"), "deal.talks", "no contacts"),
        (("[[links]]", "[deal]\ntalks = -1\n[[links]]"), "deal.talks", "not from 0"),
        (("[[links]]", '[deal]\naccount = " "\n[[links]]'), "deal", "empty"),
        (("[[links]]", '[deal]\namount = "1"\n[[links]]'), "deal.amount", "not an amount"),
        (("[[links]]", '[deal]\namount = "-1 EUR"\n[[links]]'), "deal", "below nothing"),
        (("[[links]]", '[deal]\ncurrency = "euro"\n[[links]]'), "deal", "currency code"),
        (("[file]", 'deal = { amount = "1 EUR", currency = "USD" }\n[file]'), "deal.currency", ""),
    ],
)  # fmt: skip
def test_bad_mapping(tmp_path: Path, change: tuple[str, str], place: str, message: str) -> None:
    """Whatever is wrong with a mapping is told with its place."""
    assert change[0] in PLAIN
    path = write(tmp_path, PLAIN.replace(*change))
    found = problems(lambda: load_mapping(path))
    assert message in found[place]


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (('id = "bob"', 'id = "ann"'), "contacts[1]", "already"),
        (('name = "Bob"', 'name = ""'), "contacts[1]", "empty"),
        (('name = "Ann"', 'name = ""'), "contacts[0]", "empty"),
        (('top = ["boss"]', 'top = ["king"]'), "contacts[0].roles_from.values.top", "the role"),
        (('top = ["boss"]', 'top = "boss"'), "contacts[0].roles_from.values.top", "not a list"),
        (('column = "rank"', 'column = "end"'), "contacts[0].roles_from.column", "no evidence"),
        (('contact = "bob"', 'contact = "ann"'), "links[1]", "links[0] lets the same source"),
        (('contact = "ann"\ncell', 'contact = "eve"\ncell'), "links[4]", "not a contact"),
        (('document = "order"', 'document = ""'), "links[2]", "empty"),
        (('about = "bob"', 'about = "eve"'), "links[5].values.y", "not a contact"),
    ],
)
def test_bad_rich_mapping(
    tmp_path: Path, change: tuple[str, str], place: str, message: str
) -> None:
    """What does not fit the contacts is told with its place, even where a cell is the value."""
    assert change[0] in RICH
    path = write(tmp_path, RICH.replace(*change))
    assert message in problems(lambda: load_mapping(path))[place]


CELLS = """
[[links]]
column = "x"
fact = "{fact}"
observation = true
cell = true
strength = "direct"
note = {{ en = "A note.", zh = "说明。" }}
"""
FACTS = """
[facts."cell.choice"]
title = { en = "choice", zh = "选择" }
type = "choice"
choices = { a = { en = "a", zh = "甲" } }
[facts."cell.person"]
title = { en = "person", zh = "人" }
type = "person"
[facts."cell.length"]
title = { en = "length", zh = "长度" }
type = "duration"
[facts."cell.text"]
title = { en = "text", zh = "文字" }
type = "text"
"""


@pytest.mark.parametrize(
    ("fact", "good", "bad"),
    [
        ("cell.choice", "a", "b"),
        ("cell.person", "ann", "eve"),
        ("cell.length", "P2D", "2 days"),
        ("cell.text", "anything", " "),
        ("money.sum", "48000 EUR", "48000"),
        ("need.size", "12.5", "many"),
        ("need.day", "2026-05-01", "1 May"),
    ],
)
def test_cells_that_are_values(tmp_path: Path, fact: str, good: str, bad: str) -> None:
    """A cell that is itself the value is checked as a deal's verbs would check it."""
    text = PLAIN + CELLS.format(fact=fact) + '[[contacts]]\nid = "ann"\nname = "Ann"\n'
    mapping = load_mapping(write(tmp_path, text, SMALL_PLAYBOOK + FACTS))
    (deal,) = parse_deals(["id,end,money,x\n", f"1,won,yes,{good}\n"], mapping)
    assert not isinstance(deal.said[1], Silence)
    lines = "id,end,money,x\n" + "".join(f"{i},won,yes,{bad}\n" for i in range(3))
    assert list(problems(lambda: parse(mapping, lines))) == ["row 2, column x"]


def test_cells_that_name_nobody(tmp_path: Path) -> None:
    """A column of persons needs contacts in the mapping."""
    path = write(tmp_path, PLAIN + CELLS.format(fact="cell.person"), SMALL_PLAYBOOK + FACTS)
    assert "not a contact" in problems(lambda: load_mapping(path))["links[1]"]


def test_cells_of_a_known_currency(tmp_path: Path) -> None:
    """Amounts in cells are in the currency that the mapping names."""
    text = PLAIN + '[deal]\namount = "5 USD"\n' + CELLS.format(fact="money.sum")
    mapping = load_mapping(write(tmp_path, text))
    found = problems(lambda: parse(mapping, "id,end,money,x\n1,won,yes,5 EUR\n"))
    assert "cannot be compared" in found["row 2, column x"]


def test_many_problems_at_once(tmp_path: Path) -> None:
    """Problems of the form come all together, and so do those of the sense."""
    form = PLAIN.replace('id = "id"', "id = 1").replace('"weak"', '"x"').replace("step", "stop")
    found = problems(lambda: load_mapping(write(tmp_path, form)))
    assert {"file.id", "links[0].strength", "step", "stop"} <= found.keys()
    sense = (
        PLAIN.replace('id = "id"', 'id = ""')
        .replace("money.there", "x.y")
        .replace('"second"', '"x"')
    )
    assert set(problems(lambda: load_mapping(write(tmp_path, sense)))) == {
        "file.id",
        "links[0].fact",
        "step",
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "not UTF-8"),
        (b"a = ", "not TOML"),
        (b"a = " + b"[" * 20_000, "not usable TOML"),
        (b"a = 1" + b"0" * 5000, "not usable TOML"),
        (b"a = 1e99999999999999999999", "not usable TOML"),
        (b"a." * 40 + b"b = 1", "more than 32 parts"),
        (b" " * (1024 * 1024 + 1), "larger than"),
    ],
)
def test_no_mapping_at_all(tmp_path: Path, data: bytes, message: str) -> None:
    """What is no TOML is no mapping."""
    path = tmp_path / "mapping.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        load_mapping(path)


def test_mapping_that_cannot_be_read(tmp_path: Path) -> None:
    """A mapping that is not there, or whose playbook is broken, is an InputError."""
    with pytest.raises(InputError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load_mapping("a\0b")
    path = write(tmp_path, PLAIN, "format = 1")
    assert "playbook, id" in problems(lambda: load_mapping(path))


LITERALS = ["1", "-1", "true", '"x"', '""', "[1]", '["x"]', "{}", "{ column = 1 }", "1.5", "nan"]
DATES = ["2017-01-01", "2017-01-01T00:00:00Z", '{ column = "x" }', "[[1]]", "{ a = { b = 1 } }"]


@given(st.integers(0, 200), st.sampled_from([*LITERALS, *DATES]), st.booleans())
def test_any_value_anywhere(
    tmp_path_factory: pytest.TempPathFactory, number: int, literal: str, whole: bool
) -> None:
    """A wrong value anywhere in a mapping gives an InputError, or is harmless."""
    lines: list[str] = list(RICH.splitlines())
    at = [i for i, line in enumerate(lines) if " = " in line]
    i = at[number % len(at)]
    key, _, old = lines[i].partition(" = ")
    if not whole and "= " in old:  # inside an inline table
        before, _, _ = old.rpartition("= ")
        literal = f"{before}= {literal} }}"
    lines[i] = f"{key} = {literal}"
    path = write(tmp_path_factory.getbasetemp(), "\n".join(lines))
    with suppress(InputError):
        load_mapping(path)


@given(st.data())
def test_broken_mapping_files(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A mapping with anything written into it, or cut out, gives an InputError or is harmless."""
    start = data.draw(st.integers(0, len(RICH)))
    end = data.draw(st.integers(start, min(len(RICH), start + 30)))
    text = RICH[:start] + data.draw(st.text(max_size=8)) + RICH[end:]
    folder = tmp_path_factory.getbasetemp()
    path = write(folder, "")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(InputError):
        load_mapping(path)


# CSV files


def test_a_row(rich: ColumnMapping) -> None:
    """A row becomes what the mapping says."""
    first, second, third = parse_deals(RICH_DEALS.splitlines(keepends=True), rich)
    assert (first.row, first.id, first.won) == (2, "1", True)
    assert first.at == datetime(2026, 5, 1, tzinfo=UTC)
    assert second.at == datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert (first.account, first.amount, first.talks) == ("Acme", Money(100, "EUR"), 2)
    assert first.roles == (("boss",), ("boss",))
    assert first.said[:4] == (True, True, Money(100, "EUR"), Decimal(10))
    assert third.amount is None
    assert third.said[:3] == (
        Silence.NOBODY_KNOWS,
        Silence.SAYS_NOTHING,
        Silence.NOBODY_KNOWS,
    )
    assert third.columns[:2] == ("id", "end")
    assert third.cells[:2] == ("3", "lost")


def test_blank_lines_and_marks(plain: ColumnMapping, tmp_path: Path) -> None:
    """Blank lines are passed over, and a byte order mark is no part of the header."""
    path = tmp_path / "deals.csv"
    path.write_bytes('\ufeffid,end,money\r\n"1",won,yes\r\n\r\n2,lost,no\r\n'.encode())
    assert [deal.row for deal in read_deals(path, plain)] == [2, 4]
    assert estimate_deals(path) == 4


def test_cells_of_several_lines(plain: ColumnMapping) -> None:
    """A cell may have line ends and odd spaces in it, and still be one row of the sheet."""
    lines = ["id,end,money,note\n", '1,won,yes,"two\n', 'lines\u00a0"\n', "2,lost,no,\n"]
    assert [deal.row for deal in parse_deals(lines, plain)] == [2, 3]


def test_open_deals_may_be_anything(plain: ColumnMapping) -> None:
    """Of a row to leave out, only the id matters."""
    text = "id,end,money\n1,open,never seen\n2,won,yes\n"
    deals = list(parse_deals(text.splitlines(keepends=True), plain))
    assert [(deal.row, deal.won) for deal in deals] == [(2, None), (3, True)]
    found = problems(lambda: parse(plain, "id,end,money\n1,open,\n1,open,\n"))
    assert found == {"row 3, column id": "'1' is the id of row 2 already"}


def test_a_name_that_no_file_can_have(plain: ColumnMapping) -> None:
    """It is named in the error as any other."""
    with pytest.raises(InputError) as caught:
        list(read_deals("nul\0", plain))
    assert caught.value.source == "nul\0"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "row 1", "no header"),
        ("id,end\n", "row 1, column money", "links[0].column of the mapping reads it"),
        ("id,end,money,id\n", "row 1", "twice: 'id'"),
        (",".join(map(str, range(1001))), "row 1", "more than 1000"),
        ("id,end,money\n1,won\n", "row 2", "has 2 cells, and the header 3"),
        ("id,end,money\n1,won,yes,\n", "row 2", "has 4 cells"),
        ("id,end,money\n ,won,yes\n", "row 2, column id", "no id"),
        ("id,end,money\n1,won,yes\n1,won,yes\n", "row 3, column id", "the id of row 2"),
        ("id,end,money\n1,Won,yes\n", "row 2, column end", "'Won'"),
        ("id,end,money\n1,won,YES\n", "row 2, column money", "'YES'"),
        ("id,end,money\n1,won," + "x" * 100 + "\n", "row 2, column money", "x..."),
        ("id,end,money\n1,won,y\0s\n", "row 2, column money", "control character"),
        ("id,end,money\n\x1b[31m,won,yes\n", "row 2, column id", "control character"),
        ("id,end,money\n" + "x" * 200_000, "row 2", "field limit"),
        ('id,end,money\n"1"2,won,yes\n', "row 2", "not CSV"),
        ('id,end,money\n1,won,"yes\n', "row 2", "not CSV"),
        ('"id', "row 1", "not CSV"),
    ],
)
def test_bad_csv(plain: ColumnMapping, text: str, place: str, message: str) -> None:
    """Whatever is wrong with a file is told with row and column."""
    assert message in problems(lambda: parse(plain, text))[place]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("2026-05-02", "2 May"), "row 4, column at"),
        (("2026-05-02", "2026-13-02"), "row 4, column at"),
        (("2026-05-02", "1970-01-02"), "row 4, column at"),
        (("2026-05-02", "1960-01-02"), "row 4, column at"),
        (("Bolt", " "), "row 3, column who"),
        (("100 EUR", "-100 EUR"), "row 3, column price"),
        (("100 EUR", "a lot"), "row 3, column price"),
        (("100 EUR", "100 USD"), "row 3, column sum"),
        ((";0;low", ";few;low"), "row 3, column talks"),
        ((";0;low", ";1001;low"), "row 3, column talks"),
        ((";0;low", ";0;middle"), "row 3, column rank"),
        ((";-;;12", ";-;x;12"), "row 4, column sum"),
        (("2026-09-01;n", "soon;n"), "row 3, column day"),
    ],
)
def test_bad_cells(rich: ColumnMapping, change: tuple[str, str], place: str) -> None:
    """A cell that cannot be read is told with row and column."""
    assert change[0] in RICH_DEALS
    assert place in problems(lambda: parse(rich, RICH_DEALS.replace(*change)))


def test_deals_come_until_the_first_problem(plain: ColumnMapping) -> None:
    """Deals before the first problem are given, and all problems are told at the end."""
    seen: list[str] = []
    lines = ["id,end,money\n", "1,won,yes\n", "2,won,odd\n", "3,won,no\n", "4,lost\n"]
    with pytest.raises(InputError) as caught:
        seen.extend(deal.id for deal in parse_deals(lines, plain))
    assert seen == ["1"]
    assert [problem.place for problem in caught.value.problems] == ["row 3, column money", "row 5"]


def test_problems_are_bounded(plain: ColumnMapping) -> None:
    """The first fifty problems are listed and the others counted; a value counts once."""
    rows = "".join(f"{i},won,v{i}\n" for i in range(70))
    with pytest.raises(InputError) as caught:
        parse(plain, "id,end,money\n" + rows)
    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert caught.value.problems[-1].message == "and 20 more problems"
    same = "".join(f"{i},won,odd\n" for i in range(70))
    assert len(problems(lambda: parse(plain, "id,end,money\n" + same))) == 1


def test_files_that_cannot_be_read(plain: ColumnMapping, tmp_path: Path) -> None:
    """A file that is not there or not in its encoding is an InputError."""
    for path in (tmp_path / "none.csv", tmp_path, "a\0b"):
        with pytest.raises(InputError, match="cannot be read"):
            list(read_deals(path, plain))
        with pytest.raises(InputError, match="cannot be read"):
            estimate_deals(path)
    path = tmp_path / "deals.csv"
    path.write_bytes(
        b"id,end,money\n" + b"".join(b"%d,won,yes\n" % i for i in range(2000)) + b"\xff"
    )
    found = problems(lambda: list(read_deals(path, plain)))
    assert any("not in utf-8-sig: save it as UTF-8" in message for message in found.values())


def test_other_encodings(plain: ColumnMapping, tmp_path: Path) -> None:
    """A file may be in any encoding that the mapping names."""
    path = tmp_path / "deals.csv"
    path.write_text("id,end,money\n1,won,yes\n", encoding="utf-16")
    mapping = evolve(plain, file=evolve(plain.file, encoding="utf-16"))
    assert [deal.id for deal in read_deals(path, mapping)] == ["1"]


CELL = st.sampled_from(["1", "2", "won", "lost", "open", "yes", "no", "?", "", '"', "\0", "x,y"])


@given(st.lists(st.lists(CELL | st.text(max_size=5), max_size=5), max_size=6), st.booleans())
def test_any_rows(plain: ColumnMapping, rows: list[list[str]], good_header: bool) -> None:
    """Whatever the rows are, they are read or give an InputError."""
    text = "".join(",".join(row) + "\n" for row in rows)
    with suppress(InputError):
        parse(plain, ("id,end,money\n" if good_header else "") + text)


@given(st.data())
def test_broken_files(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """The example's file with bytes overwritten is read or gives an InputError."""
    mapping = load_mapping(MAPPING)
    content = bytearray(DEALS.read_bytes()[:3000])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=5))
    path = tmp_path_factory.getbasetemp() / "broken.csv"
    path.write_bytes(content)
    with suppress(InputError):
        list(read_deals(path, mapping))
