"""The page of the command line: lines, tables, symbols and pictures."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow.cli.output import PLAIN_WIDTH, Page, Piece
from dealflow.cli.typeset import cell_len, fold, padded


class Terminal(io.StringIO):
    """A file that claims to be a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Claim it."""
        return True


def lines(text: str, width: int, more: int = 0) -> list[str]:
    """The lines into which a text is broken."""
    places = [0, *fold(text, width, more), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


def written(page_to: io.StringIO) -> list[str]:
    """The lines that were written."""
    return page_to.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("one two three", 8, ["one two ", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("预算已获批准，问题严重。", 12, ["预算已获批", "准，问题严", "重。"]),
        ("他说（预算）", 6, ["他说", "（预", "算）"]),
        ("Ruth说：“好”", 8, ["Ruth说：", "“好”"]),
        ("a · b", 4, ["a · ", "b"]),
        ("字", 1, ["字"]),
    ],
    ids=str,
)
def test_lines_break_where_a_reader_expects(text: str, width: int, expected: list[str]) -> None:
    """Words stay whole, Chinese breaks anywhere but before closing and after opening marks."""
    assert lines(text, width) == expected


def test_the_first_line_may_be_longer() -> None:
    """Lines below the first begin further to the right."""
    assert lines("aa bb cc dd ee", 5, 3) == ["aa bb cc ", "dd ee"]


@given(st.text("ab “”（）。，预算 ·", max_size=60), st.integers(2, 30))
def test_every_line_fits_and_nothing_is_lost(text: str, width: int) -> None:
    """Whatever the text, its lines are no wider than asked, but for spaces at the end."""
    made = lines(text, width)
    assert "".join(made) == text
    assert all(cell_len(line.rstrip()) <= width for line in made[1:])
    assert cell_len(made[0].strip()) <= width


def test_padding_counts_cells() -> None:
    """A wide character takes two."""
    assert padded("预算", 6) + "|" == "预算  |"
    assert padded("预算", 6, right=True) == "  预算"


def test_a_page_off_the_terminal_is_plain_and_of_one_width() -> None:
    """No colours, no trailing spaces, lines of 100 cells."""
    file = io.StringIO()
    page = Page(file)
    page.put(("word " * 60, "good"), indent=2, sign=("✓", "good"))
    page.rule("Title")
    page.rule()
    page.blank()
    assert not page.terminal
    out = written(file)
    assert out[0].startswith("  ✓ word word")
    assert out[1].startswith("    word")
    assert all(len(line) <= PLAIN_WIDTH and line == line.rstrip() for line in out)
    assert out[-3] == "── Title " + "─" * (PLAIN_WIDTH - 9)
    assert out[-2:] == ["── " + "─" * (PLAIN_WIDTH - 3), ""]
    assert "\x1b" not in file.getvalue()


def test_a_page_on_a_terminal_has_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """And NO_COLOR takes them away."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLORTERM", raising=False)
    coloured, plain = Terminal(), Terminal()
    Page(coloured, 80).put(("good", "good"))
    monkeypatch.setenv("NO_COLOR", "1")
    page = Page(plain, 80)
    page.put(("good", "good"))
    assert page.terminal
    assert coloured.getvalue() == "\x1b[32mgood\x1b[0m\n"
    assert plain.getvalue() == "good\n"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("ascii", '+ ! "yes" - ca? ??'), ("gbk", "+ ≠ “yes” · ca? 预算"), ("utf-8", None)],
)
def test_what_an_encoding_cannot_say_is_said_otherwise(encoding: str, expected: str | None) -> None:
    """Symbols have a stand-in; anything else becomes a question mark, and nothing breaks."""
    text = "≠ “yes” · ca\xf1 预算"
    file = io.TextIOWrapper(io.BytesIO(), encoding, newline="\n")
    Page(file).put(text, sign="✓")
    file.seek(0)
    assert file.read() == f"{f'✓ {text}' if expected is None else expected}\n"


def test_text_stays_on_its_line() -> None:
    """What is printed has no lines of its own: a newline in it is a space, and so is a tab."""
    file = io.StringIO()
    Page(file).put("one\n\ntwo\tthree\u2028four", sign="·")
    assert written(file) == ["· one two three four"]


FORGED = ["✓ all is well", "::error::x", "── Step 7", "? ask", "⚑ flag"]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("before", [0, 37, 38, 39, 40, 41, 80])
def test_no_text_passes_for_a_line_of_ours(forged: str, before: int) -> None:
    """Neither at its beginning nor where a line happens to be broken, whatever the words before."""
    for filler in ("x" * before, "预" * (before // 2), "ab " * (before // 3)):
        file = io.StringIO()
        page = Page(file, 40)
        page.put(filler, " " if filler else "", forged)
        page.put(filler, forged)
        page.grid(["", ""], [[f"{filler} {forged}", "1"], [f"{filler}{forged}", "2"]])
        page.grid(["", ""], [[f"{filler} {forged}", "1" * 30]])
        page.raw(f"a\n  {forged}\n{filler}")
        out = written(file)
        assert not [line for line in out if line.lstrip().startswith(forged[:2].strip())]
        assert all(cell_len(line) <= 41 for line in out[:-1])


def test_a_blank_sign_is_none() -> None:
    """In the margin of a play nothing need stand; then the text begins the line."""
    file = io.StringIO()
    Page(file).put("✓ so", sign="     ")
    assert written(file) == ["      \\✓ so"]


def test_signs_of_an_encoding_are_not_forged_either() -> None:
    """Where ``+`` stands for the check mark, text must not begin with a plus sign."""
    file = io.TextIOWrapper(io.BytesIO(), "ascii", newline="\n")
    page = Page(file)
    page.put("+ so")
    page.put("预 so")
    page.put("-- Step")
    page.put("+1 so")
    file.seek(0)
    assert file.read() == "\\+ so\n\\? so\n\\-- Step\n+1 so\n"


def test_long_titles_of_rules_are_cut() -> None:
    """A rule is one line."""
    file = io.StringIO()
    Page(file, 40).rule("word " * 20)
    (line,) = written(file)
    assert line.startswith("── word word")
    assert "…" in line
    assert len(line) <= 40


def test_text_for_programs_is_left_alone() -> None:
    """Raw lines are not broken."""
    file = io.StringIO()
    Page(file, 40).raw("x" * 90 + "\n  y\n")
    assert written(file) == ["x" * 90, "  y"]


ROWS: list[list[Piece]] = [
    ["a rather long name of a rule", "12", ("50%", "good")],
    ["short", "3", ""],
]


def test_a_table_breaks_its_first_column_when_room_is_short() -> None:
    """Figures stay whole and flush."""
    wide, narrow = io.StringIO(), io.StringIO()
    Page(wide).grid(["Rule", "stopped", "lost"], ROWS, right=(1, 2))
    Page(narrow, 42).grid(["Rule", "stopped", "lost"], ROWS, right=(1, 2), indent=2)
    assert written(wide) == [
        "Rule                          stopped  lost",
        "a rather long name of a rule       12   50%",
        "short                               3",
    ]
    assert written(narrow) == [
        "  Rule                       stopped  lost",
        "  a rather long name of a         12   50%",
        "  rule",
        "  short                            3",
    ]


def test_a_table_without_room_becomes_a_list() -> None:
    """Each row is a block; empty cells are left out."""
    file = io.StringIO()
    row = [["a rather long name", "1" * 12, "2" * 12], ["b", "1", ""]]
    Page(file, 40).grid(["Rule", "stopped", "lost"], row)
    assert written(file) == [
        "a rather long name",
        "  stopped 111111111111",
        "  lost 222222222222",
        "b",
        "  stopped 1",
    ]


def test_a_picture_is_svg_that_fetches_nothing() -> None:
    """Well-formed, the same every time, and with wide characters two cells wide."""

    def picture() -> str:
        page = Page(record=True)
        page.put(("预算", "good"), " & <b>")
        return page.svg("title")

    svg = picture()
    assert svg == picture()
    ET.fromstring(svg)
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert 'textLength="48.8"' in svg
    assert "预算" in svg


def test_lines_of_a_picture_begin_below_each_other() -> None:
    """However a line is stretched, its text begins where its indent ends."""
    page = Page(record=True, width=40)
    page.put("预算" * 22, indent=9, sign="1.")
    page.put(("b", "quiet"), ("  ", "good"), "c", indent=12)
    svg = page.svg("")
    runs = re.findall(r'<text[^>]* x="([0-9.]+)"[^>]* textLength="([0-9.]+)"[^>]*>([^<]+)<', svg)
    placed = {text: (float(x), float(length)) for x, length, text in runs if text.strip()}
    starts = {text: round(x / 12.2, 6) for text, (x, _) in placed.items()}
    assert {x for text, x in starts.items() if text.startswith("1.")} == {9}
    assert {x for text, x in starts.items() if text.startswith("预")} == {12}
    assert (starts["b"], starts["c"]) == (12, 15)
    assert placed["b"][1] == placed["c"][1] == pytest.approx(12.2)
    assert not any(text.startswith("&#160;") or text.endswith("&#160;") for text in placed)


def test_a_reader_who_leaves_is_noticed() -> None:
    """A broken pipe is left to the one who started the command."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        Page(Gone()).put("hello")
