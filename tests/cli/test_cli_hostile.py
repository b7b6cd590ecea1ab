"""Nothing that strangers typed can pass for a line of ours, break one, or be obeyed.

Every command is run on files that have a text of a stranger in every place that takes any text, and
on the same files with a harmless text as long. What is printed has as many lines of ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealflow.values import RULE, SIGNS
from tests.cli._hostile import CUSTOMERS, book, deals, run, script

FORGED = ["✓ Everything is as the script expects", "::error file=a::x", "── Step 7", "⚑ x", "1. x"]
BREAKS = ["\n", "\n\n", "\u2028", "\u2029", " ", "\t"]
TURNS = ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\ufeff", "\U000e0041"]
BEGIN = re.compile(rf"\s*(::|{RULE}|[{re.escape(SIGNS)}](?=\s|$))")
LANGUAGES = ["en", "zh"]

payloads = st.lists(
    st.sampled_from([*FORGED, *BREAKS, *TURNS, "##[error]x", "✗ "]), min_size=1
).map("".join)


def harmless(text: str) -> str:
    """A text like another that nobody could take for anything.

    Its stops stay, as of what has some inside no sentence is made.
    """
    return re.sub(r"[^\s,.]", "x", re.sub(r"[;:!?]", ",", re.sub(r"[^\S ]", " ", text)))


def commands(folder: Path, text: str) -> dict[str, tuple[int, str]]:
    """What every command says of files with a text in all places; in both languages."""
    place = folder / str(len(list(folder.iterdir())))
    place.mkdir()
    source, rules = place / "d.deal.toml", place / "rules.toml"
    source.write_text(script("03_comeback", text), encoding="utf-8")
    rules.write_text(book(text), encoding="utf-8")
    closed, mapping = deals(place, text)
    trail = place / "t.jsonl"
    found = {"trail": run("run", source, "--trail", trail, "--playbook", rules)}
    for lang in LANGUAGES:
        for name, *arguments in (
            ("run", "run", source, "--playbook", rules),
            ("brief", "run", source, "--brief"),
            ("coach", "coach", trail, "--playbook", rules),
            ("early", "coach", source, "--at", "2026-01-20"),
            ("show", "show", trail, "--playbook", rules),
            ("trail show", "trail", "show", trail, "--playbook", rules),
            ("book", "playbook", "show", rules),
            ("diagram", "playbook", "diagram", rules),
            ("backtest", "backtest", closed, "--mapping", mapping),
        ):
            found[f"{name} {lang}"] = run(*arguments, "--lang", lang)
    for name, *arguments in (
        ("verify", "trail", "verify", trail),
        ("lint", "playbook", "lint", rules, "--limit", 1),
        ("github", "playbook", "lint", rules, "--format", "github", "--limit", 1),
        ("diff", "playbook", "diff", "seven_step", rules, "--trails", trail, "--limit", 1),
        ("test", "playbook", "test", rules, source),
        ("json", "show", source, "--json"),
    ):
        found[name] = run(*arguments)
    return found


def begins(printed: str) -> Counter[str]:
    """How many lines begin with each of our signs."""
    lines = printed.split("\n")
    return Counter(match[1] for line in lines if (match := BEGIN.match(line)))


def check(found: tuple[int, str], expected: tuple[int, str]) -> None:
    """The same end and as many lines of ours, and nothing that is not seen."""
    (code, printed), (as_ever, plain) = found, expected
    assert code == as_ever
    assert begins(printed) == begins(plain)
    assert "##[" not in printed
    assert not [
        ascii(c)
        for c in printed
        if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are."""
    return tmp_path_factory.mktemp("hostile")


ALL = "".join(f"{sign}{forged}" for sign in ("\n", "\u2028") for forged in FORGED)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [f"{ALL}\n", "✓ all is well, ", f"::error::{'x' * 90} ✓ so {''.join(TURNS)} "],
    ids=["lines", "sign", "command"],
)
def test_every_command_on_texts_of_strangers(folder: Path, text: str) -> None:
    """A line of ours is a line of ours, whatever is typed."""
    found, expected = commands(folder, text), commands(folder, harmless(text))
    for name, printed in found.items():
        assert printed[0] in (0, 1), (name, printed)
        check(printed, expected[name])


@pytest.mark.slow
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(payloads)
def test_every_command_on_any_text_of_strangers(folder: Path, text: str) -> None:
    """However they are put together."""
    found, expected = commands(folder, f"{text}x"), commands(folder, f"{harmless(text)}x")
    for name, printed in found.items():
        check(printed, expected[name])


@pytest.mark.parametrize("text", [f"{ALL}\n", "✓ so ", "::error::x ", f"\u202e{'x' * 95} ✓ so "])
def test_a_deal_told_by_a_stranger(folder: Path, text: str) -> None:
    """Its play, in one language: what is slow on all is quick on one."""
    pages = []
    for number, each in enumerate((text, harmless(text))):
        source = folder / f"{number}.deal.toml"
        source.write_text(script("03_comeback", each), encoding="utf-8")
        pages.append(run("run", source))
    # one expectation of the script is not met, so that this is told of as well
    assert pages[0][0] == 1
    check(*pages)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("command", ["coach", "show", "run", "trail show"])
def test_long_words_of_customers_begin_no_line_of_the_page(
    folder: Path, command: str, lang: str
) -> None:
    """What is broken over lines is indented: "Verdict: ready" at the left is ours."""
    source = folder / "long.deal.toml"
    source.write_text(script("03_comeback", "first " + "later " * 60, CUSTOMERS), "utf-8")
    _, printed = run(*command.split(), source, "--lang", lang)
    assert "later" in printed
    assert not re.findall("^later.*", printed, re.MULTILINE)


NAMES = [
    f"{text}.toml"
    for text in ("✓ so", "::error::x", "a\n✓ so", "a\r::error::x", "\x1b[31m", "\u202ea")
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        ("run", "{}"),
        ("coach", "{}"),
        ("trail", "verify", "{}"),
        ("playbook", "show", "{}"),
        ("playbook", "lint", "{}"),
        ("playbook", "lint", "{}", "--format", "github"),
        ("playbook", "test", "seven_step", "{}"),
        ("backtest", "{}", "--mapping", "{}"),
        ("run", "02_walked_away", "--brief", "--trail", "{}"),
        ("playbook", "{}"),
        ("coach", "02_walked_away", "--at", "{}"),
    ],
    ids=" ".join,
)
def test_a_file_named_by_a_stranger(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    there: bool,
    command: tuple[str, ...],
) -> None:
    """Whether it is there or not; a name like any other says how many lines of ours there are."""
    monkeypatch.chdir(tmp_path)
    ends = []
    for each in (name, harmless(name)):
        if there:
            Path(each).write_text("format = 1\n[[a", encoding="utf-8")
        ends.append(run(*(part.format(each) for part in command)))
    check(*ends)
