"""The command line's commands: what they print, what they write and how they end."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.style import Style

from dealflow import (
    Deal,
    Finding,
    Line,
    Money,
    Playbook,
    Truth,
    __version__,
    dump_playbook,
    dumps,
    load_playbook,
    loads,
    parse_playbook,
)
from dealflow.cli import backtest as _backtest
from dealflow.cli.input import BadInput
from dealflow.cli.language import language_of
from dealflow.cli.output import Page
from dealflow.cli.sections import finding_line
from dealflow.conditions import Gap, Outcome
from dealflow.message import message
from dealflow.scripts import Run, Script, load_script, play, shipped_scripts
from dealflow.wording import Wording
from tests import deals
from tests._runner import Result, invoked

DATA = Path(__file__).parents[2] / "examples" / "data"
DEALS, MAPPING = DATA / "closed_deals.csv", DATA / "closed_deals.toml"
BACKTEST = ("backtest", str(DEALS), "--mapping", str(MAPPING))
SHORT_BACKTEST = ("backtest", "few.csv", "--mapping", str(MAPPING))
CHINESE = re.compile("[一-鿿]")
HEAD = """\
format = 1
playbook = "seven_step"
title = { en = "A short deal", zh = "一个小商机" }
story = { en = "It is short.", zh = "很短。" }
[deal]
id = "D-9"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
"""
SHORT = (
    HEAD
    + """\
[contacts.tom]
name = "Tom Baker"
[[lines]]
at = 2026-03-02T10:00:00Z
who = "tom"
says = "No. It cannot be done."
facts.offer.helps = false
[[lines]]
at = 2026-03-03T10:00:00Z
move = "lose"
to = "in_house"
reason = "they build it themselves"
expect = { outcome = "lost" }
[[lines]]
at = 2026-03-05T10:00:00Z
who = "tom"
says = "We were wrong."
facts.offer.helps = true
facts.need.presenting = "retyping"
[[lines]]
at = 2026-03-05T10:10:00Z
move = "reopen"
reason = "they called"
[[lines]]
at = 2026-03-06T10:10:00Z
meet = { kind = "call", with = ["tom"], channel = "phone" }
[[lines]]
at = 2026-03-06T10:10:00Z
waive = "proof_passed"
authority = "Ana Ruiz"
reason = "known product"
"""
)
UNMET = (
    HEAD
    + """\
[contacts.tom]
name = "Tom Baker"
[[lines]]
at = 2026-03-02T10:00:00Z
who = "tom"
says = "Papers get lost."
facts.need.presenting = "papers get lost"
expect = { step = "qualification", outcome = "lost", verdict = "ready" }
[[lines]]
at = 2026-03-02T11:00:00Z
move = "walk_away"
reason = "no time"
expect.refused = ["first_talk"]
"""
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, in an English terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@cache
def played(name: str) -> Run:
    """A shipped script as it is played under its own rules."""
    return play(load_script(name))


def play_once(script: Script, rules: Playbook | None = None) -> Run:
    """Play a script; a shipped one only when it is asked for first, as commands change nothing."""
    if rules is None and script.name in shipped_scripts():
        return played(script.name)
    return play(script, rules)


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command; every way to end but an exit code is an error, as is an unknown style."""
    get_style = Console.get_style

    def strict(console: Console, name: str | Style, **_: object) -> Style:
        return get_style(console, name)  # with no default to fall back to

    monkeypatch.setattr(Console, "get_style", strict)
    monkeypatch.setattr("dealflow.cli.input.play", play_once)

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = invoked(*arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def trail(place: Path) -> str:
    """The trail of the first deal of the demo."""
    write(place / "deal.jsonl", dumps(played("01_fulfilled").deal.trail))
    return "deal.jsonl"


@pytest.fixture
def few_deals(place: Path) -> str:
    """The first of the closed deals, for tests that do not look at what comes out."""
    return write(place / "few.csv", "".join(DEALS.read_text().splitlines(keepends=True)[:41]))


def write(path: Path, text: str) -> str:
    """Write a file; its name."""
    path.write_text(text, encoding="utf-8")
    return str(path)


def joined(result: Result) -> str:
    """What was printed, on one line."""
    return " ".join(result.stdout.split())


def parsed(result: Result) -> dict[str, Any]:
    """The one JSON object that was printed."""
    data = json.loads(result.stdout)
    assert isinstance(data, dict)
    return data


# what all commands share

EVERY = [
    ("demo", "--only", "1"),
    ("run", "02_walked_away"),
    ("run", "03_comeback"),
    ("coach", "02_walked_away", "--at", "2026-03-25"),
    ("show", "03_comeback"),
    ("playbook", "list"),
    ("playbook", "show", "seven_step"),
    ("playbook", "diagram", "seven_step"),
    ("trail", "show", "deal.jsonl"),
    ("trail", "verify", "deal.jsonl"),
    ("trail", "audit", "deal.jsonl"),
    SHORT_BACKTEST,
]


@pytest.mark.parametrize("command", EVERY, ids=lambda command: " ".join(command[:2]))
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_command_speaks_both_languages(
    run: Callable[..., Result], trail: str, few_deals: str, command: tuple[str, ...], lang: str
) -> None:
    """Chinese output is Chinese, English output plain, and no line is wider than 100 cells."""
    out = run(*command, "--lang", lang).stdout
    assert "\x1b" not in out
    if lang == "zh":
        assert CHINESE.search(out)
    elif "02" not in command[1]:
        assert not CHINESE.search(out)
    if command[1] != "diagram":
        assert all(len(line) <= 100 for line in out.splitlines())


def test_questions_beyond_the_first_three_are_counted(run: Callable[..., Result]) -> None:
    """Where a move is refused, a screenplay asks three questions and says how many it left out."""
    turns = parsed(run("run", "02_walked_away", "--json"))["turns"]
    (asked,) = (t["questions"] for t in turns if t["refused"] and t["verdict"] == "ask")
    assert f"and {len(asked) - 3} more questions" in joined(run("run", "02_walked_away"))


@pytest.mark.parametrize("command", EVERY, ids=lambda command: " ".join(command[:2]))
def test_every_command_has_json_with_the_same_ids_in_both_languages(
    run: Callable[..., Result], trail: str, few_deals: str, command: tuple[str, ...]
) -> None:
    """One object; what is not a text for readers does not depend on the language."""
    en, zh = (parsed(run(*command, "--json", "--lang", lang)) for lang in ("en", "zh"))
    assert without_texts(en) == without_texts(zh)


DEAL = {
    "deal": "id account title amount card step outcome since version head playbook",
    "deal.card": "owner source source_name market lines expected_close",
    "deal.playbook": "id version fingerprint",
}
ASK = "question reason fact about of roles attribute follows guards decides leads_to text"
ASSESSED = {
    "assessment": "at step move to verdict findings questions ahead red_flags paper",
    "assessment.findings": "guard truth walk_away needed blocks yes no missing waived text",
    "assessment.findings.missing": "reason subject about have need roles since",
    "assessment.questions": ASK,
}
FLAGS = {
    "assessment.red_flags": "red_flag contacts overdue ask text",
    "assessment.red_flags.ask": ASK,
}
TITLE = {"title": "en zh"}
BOOK = "id version fingerprint title steps guards facts questions"
CHANGE = "guard before after"
CHECKED = "file sound entries head head_compared first_bad problem not_checked"
RUN = {
    **DEAL,
    **TITLE,
    "": "script title language deal turns assessment failures",
    "turns": (
        "line row at entries step verdict refused lapsed changes conflicts questions failures"
    ),
    "turns.changes": CHANGE,
}
KEYS: dict[tuple[str, ...], dict[str, str]] = {
    ("run", "03_comeback"): {
        **RUN,
        **{key: ASSESSED[key] for key in ("assessment", "assessment.findings")},
        **FLAGS,
        "turns.lapsed": CHANGE,
        "turns.conflicts": "guard yes no between",
    },
    ("run", "unmet.deal.toml"): {
        **RUN,
        **ASSESSED,
        "turns.failures": "line row what expected found",
        "failures": "line row what expected found",
    },
    ("coach", "02_walked_away", "--at", "2026-03-25"): {
        **DEAL,
        **ASSESSED,
        **FLAGS,
        "": "deal language assessment ways thin_answers farewell",
        "ways": "move to verdict in_the_way judged",
        "thin_answers": "statement probes guards",
        "farewell": "called contacts refuted text",
    },
    ("show", "03_comeback"): {
        **DEAL,
        "": "deal at contacts interactions facts waivers",
        "contacts": (
            "id name title kind roles influence response_mode rating department level left same_as"
        ),
        "interactions": "id kind channel participants held_at spoke",
        "facts": "fact about established lacks values until statements",
        "facts.values": "value statements",
        "facts.statements": (
            "id value source_kind source said_at quote first_hand via live withdrawn"
        ),
    },
    ("playbook", "list"): {"": "playbooks", "playbooks": BOOK, "playbooks.title": "en zh"},
    ("playbook", "show", "seven_step"): {
        **TITLE,
        "": f"{BOOK} language moves plans roles conditions never_stale walk_away data",
        "moves": "id from to when",
        "conditions": "place when text",
        "conditions.text": "says parts",
        "conditions.text.parts": "says parts",
        "conditions.text.parts.parts": "says parts",
        "conditions.text.parts.parts.parts": "says parts",
        "never_stale": "fact reason",
        "never_stale.reason": "en zh",
        "walk_away": "guards from watch_from at_once when_refuted go_on_when",
        "plans": "move needed walk_away needs_walk_away watched",
        "roles": "id title",
        "roles.title": "en zh",
    },
    ("trail", "show", "deal.jsonl"): {"": "head entries", "entries": "seq at by kind data hash"},
    ("trail", "verify", "deal.jsonl"): {"": CHECKED},
    ("trail", "audit", "deal.jsonl"): {"": f"{CHECKED} judged discrepancies"},
}


@pytest.mark.parametrize("command", KEYS, ids=lambda command: " ".join(command[:2]))
def test_json_has_exactly_the_keys_that_programs_rely_on(
    run: Callable[..., Result], place: Path, trail: str, command: tuple[str, ...]
) -> None:
    """A renamed or a lost key is a change of the format."""
    write(place / "unmet.deal.toml", UNMET)
    data = parsed(run(*command, "--json", code=int("unmet" in command[1])))
    found: dict[str, set[frozenset[str]]] = {}
    for at, keys in objects(data):
        if at.partition(".")[0] != "data" and not at.startswith("entries.data"):  # not of ours
            found.setdefault(at, set()).add(keys)
    assert found == {at: {frozenset(keys.split())} for at, keys in KEYS[command].items()}


def objects(data: Any, at: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """The keys of every object, with those that lead to it."""
    if isinstance(data, list):
        for item in data:
            yield from objects(item, at)
    elif isinstance(data, dict):
        yield at, frozenset(data)
        for key, value in data.items():
            yield from objects(value, f"{at}.{key}".strip("."))


def without_texts(data: Any) -> Any:
    """The data without what a person would read."""
    if isinstance(data, dict):
        left = {k: v for k, v in data.items() if k not in ("text", "language", "mermaid")}
        return {key: without_texts(value) for key, value in left.items()}
    return [without_texts(item) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "zha_XX"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"),
    ],
    ids=str,
)
def test_the_language_comes_from_the_locale(environment: dict[str, str], language: str) -> None:
    """LC_ALL beats LC_MESSAGES beats LANG; an empty one does not count."""
    assert language_of(environment) == language


def test_the_locale_is_asked_when_no_language_is_named(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --lang a Chinese terminal gets Chinese."""
    assert "Steps" in run("playbook", "list").stdout
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "步骤" in run("playbook", "list").stdout


def test_the_version_is_told(run: Callable[..., Result]) -> None:
    """The command has the library's version."""
    assert run("--version").stdout == f"dealflow {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("run", "gone.deal.toml"), "gone.deal.toml: cannot be read: No such file or directory"),
        (("run", "gone"), "gone: there is no demo script 'gone'; there are: 01_"),
        (("run", "folder.toml"), "folder.toml: cannot be read: Is a directory"),
        (("run", "binary.toml"), "binary.toml: byte 0: is not UTF-8"),
        (("run", "format.toml"), "format.toml:1:1: format: 2 is not known; this version reads 1"),
        (("run", "01_fulfilled", "--playbook", "gone"), "gone: no shipped playbook 'gone'"),
        (("run", "01_fulfilled", "--playbook", "b.toml"), "b.toml: cannot be read: No such file"),
        (("coach", "gone.jsonl"), "gone.jsonl: No such file or directory"),
        (("coach", "nul\0"), r"nul\x00: there is no demo script"),
        (("coach", "nul.\0"), r"nul.\x00: embedded null byte"),
        (("show", "folder.toml/"), "folder.toml/: Is a directory"),
        (("coach", "binary.jsonl"), "binary.jsonl: line 1: not UTF-8"),
        (("coach", "empty.jsonl"), "empty.jsonl: line 1: this is no trail of a deal"),
        (("coach", "header.jsonl"), "header.jsonl: a trail starts with the entry that opened"),
        (("trail", "show", "gone.jsonl"), "gone.jsonl: No such file or directory"),
        (("trail", "verify", "gone.jsonl"), "gone.jsonl: No such file or directory"),
        (("trail", "verify", "binary.jsonl"), "binary.jsonl: line 1: not UTF-8"),
        (("playbook", "show", "gone.toml"), "gone.toml: cannot be read: No such file"),
        (("backtest", "gone.csv", "--mapping", "gone.toml"), "gone.toml: cannot be read: No such"),
        (("backtest", "gone.csv", "--mapping", str(MAPPING)), "gone.csv: cannot"),
        (("coach", "01_fulfilled", "--at", "noon"), "'noon' is no day (2026-05-01), no instant"),
        (
            ("coach", "01_fulfilled", "--at", "2026-03-01T12:00"),
            "no instant (2026-05-01T09:00:00Z)",
        ),
        (("coach", "01_fulfilled", "--at", "1800-01-01"), "'1800-01-01' is no day (2026-05-01)"),
        (("coach", "01_fulfilled", "--at", "2026-01-01"), "the deal was opened later, at 2026-02"),
        (("demo", "--only", "99"), f"there are {len(shipped_scripts())} deals"),
        (("demo", "--svg", "x.svg", "--json"), "--svg and --json do not go together"),
        (("demo", "--only", "none"), "'none' is not a valid integer"),
        (("coach",), "Missing argument 'FILE'"),
        (("sing",), "No such command 'sing'"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_what_cannot_be_used_is_one_line_and_exit_code_2(
    run: Callable[..., Result], place: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    """Every complaint goes to the standard error, and nothing to the output."""
    (place / "folder.toml").mkdir()
    for name in ("binary.toml", "binary.jsonl"):
        (place / name).write_bytes(b"\xff\xfe\x00")
    write(place / "format.toml", "format = 2\n")
    write(place / "empty.jsonl", "")
    write(place / "header.jsonl", '{"dealflow.trail":{"format":1}}\n')
    result = run(*arguments, code=2)
    assert result.stdout == ""
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr


def test_a_line_that_cannot_be_played_has_its_file(run: Callable[..., Result], place: Path) -> None:
    """What only shows when a script is played is said with its file and line, too."""
    text = SHORT.replace('"reopen"', '"step_back"\nto = "first_contact"')
    name = write(place / "late.deal.toml", text)
    row = text[: text.index("at = 2026-03-05T10:10")].count("\n")
    complaint = run("run", name, code=2).stderr
    assert complaint.startswith(f"{name}: lines[3], line {row}: the deal is lost")


def test_every_problem_of_a_file_has_its_line(run: Callable[..., Result], place: Path) -> None:
    """File, place and message; and nothing that a terminal would obey."""
    text = HEAD.replace("D-9", "no id").replace("Northwind", "Nor\\u001b[2Jthwind")
    name = write(place / "bad.deal.toml", text)
    lines = run("run", name, code=2).stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        [f"{name}:6:1", "deal.id"],
        [f"{name}:7:1", "deal.account"],
        [name, "lines"],
    ]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("command", [("coach", "deal.jsonl"), ("run", "a.deal.toml")], ids=str)
def test_a_file_that_must_not_be_read(
    run: Callable[..., Result],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """Missing permission is a complaint like any other."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert run(*command, code=2).stderr.endswith("Permission denied\n")


def test_a_trail_of_impossible_size_is_not_read(
    run: Callable[..., Result], trail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is bounded before anything is parsed."""
    monkeypatch.setattr("dealflow.cli.input._LARGEST_TRAIL", 100)
    assert "is larger than" in run("coach", trail, code=2).stderr


# demo and run


def test_the_demo_plays_all_the_deals(run: Callable[..., Result]) -> None:
    """Every shipped deal goes as its script expects."""
    out = run("demo").stdout
    assert out.count("Everything is as the script expects") == len(shipped_scripts())


def test_the_demo_shows_what_dealflow_is_about(run: Callable[..., Result]) -> None:
    """A contradiction, a refusal with the question to ask, and a way back."""
    out = run("demo", "--only", "3").stdout
    assert "≠ Budget approved: people contradict each other" in out
    assert "✗ Refused: reconcile first" in out
    assert "best together" in out
    assert "The customer said no. Back from Trial close to Buying roles." in out
    assert "No longer known: " in out


def test_the_demo_can_be_drawn(run: Callable[..., Result], place: Path) -> None:
    """The picture is written instead of the text, and not over another one unless forced."""
    assert run("demo", "--only", "2", "--svg", "demo.svg").stdout == ""
    drawn = (place / "demo.svg").read_text(encoding="utf-8")
    assert drawn.startswith("<svg")
    assert "there is such a file already" in run("demo", "--svg", "demo.svg", code=2).stderr
    run("demo", "--only", "2", "--svg", "demo.svg", "--force")
    assert (place / "demo.svg").read_text(encoding="utf-8") == drawn


def test_a_screenplay_tells_more_than_the_demo(run: Callable[..., Result]) -> None:
    """What our rep asked, what an answer establishes, and what is missing for each guard."""
    full = run("run", "01_fulfilled").stdout
    brief = run("run", "01_fulfilled", "--brief").stdout
    for text in (
        "lena: “In a sentence or two, what is not working today?”",
        "→ the presenting problem: a cold room failed at night and nobody noticed",
        "· never asked: the presenting problem",
        "Ask next",
        "Ready to leave First contact",
        "Time has passed:",
        "lena wants to close the deal as fulfilled.",
    ):
        assert text in full
    assert "lena: “In a sentence" not in brief
    assert len(brief) < len(full)


def test_whoever_should_walk_away_gets_the_words_to_say(run: Callable[..., Result]) -> None:
    """A refuted condition ends the questions; once the call was made it is not asked for again."""
    out = run("run", "02_walked_away").stdout
    assert "✗ Verdict: Walk away" in out
    assert "✗ Refused: walk away" in out
    assert "The farewell call was made." in out
    assert "What to say when you call" not in out
    assert "it was an honour" in out.replace("\n", " ") or "been an honour" in out


def test_names_and_titles_are_those_of_the_time(run: Callable[..., Result], place: Path) -> None:
    """Who changes jobs later is told with the title of the day."""
    out = run("demo", "--only", "3").stdout
    assert "Simon Reed (Operations manager): “Eleven clinics" in out


def test_a_short_deal_is_lost_reopened_and_still_open(
    run: Callable[..., Result], place: Path
) -> None:
    """Other endings, a statement before any talk, and what to ask at the end."""
    name = write(place / "short.deal.toml", SHORT)
    out = run("run", name).stdout
    assert "Lost at First contact to doing it themselves: they build it themselves." in out
    assert "Taken up again at First contact (lost before): they called." in out
    assert "Ana Ruiz sets “Proof passed” aside: known product." in out
    assert "Verdict: Ask" in out
    assert "Everything is as the script expects (1 line checked)" in out
    assert "Call with Tom Baker (phone)." in out
    brief = run("run", name, "--brief").stdout  # tells of a call only where it changes something
    assert ("Call with" in brief) == ("First talk held" in brief)
    assert "Call with" in run("run", "01_fulfilled").stdout
    assert run("run", "01_fulfilled", "--brief").stdout.count("Call with") == 1
    assert "set aside by Ana Ruiz" in run("show", name).stdout


def test_expectations_that_are_not_met_are_findings(
    run: Callable[..., Result], place: Path
) -> None:
    """Each is told where it stands, in either language, and the exit code is 1."""
    name = write(place / "unmet.deal.toml", UNMET)
    out = joined(run("run", name, code=1))
    assert "expects the step Qualification, but it is First contact." in out
    assert "The script expects the outcome lost, but it is open." in out
    assert "expects the verdict Ready, but it is Ask." in out
    assert "expects these in the way: First talk held; found: nothing." in out
    assert "4 expectations of the script are not met" in out
    assert "案例脚本有4项预期未满足" in run("run", name, "--lang", "zh", code=1).stdout
    failures = parsed(run("run", name, "--json", code=1))["failures"]
    assert [failure["what"] for failure in failures] == ["step", "outcome", "verdict", "refused"]


def test_the_trail_is_written_whole_and_not_over_another(
    run: Callable[..., Result], place: Path
) -> None:
    """A file that is there stays, unless forced; what is written can be replayed."""
    run("run", "01_fulfilled", "--trail", "t.jsonl")
    text = (place / "t.jsonl").read_text(encoding="utf-8")
    deal = Deal.replay(load_playbook("seven_step"), loads(text))
    assert deal.outcome == "fulfilled"
    assert (
        "--force replaces it" in run("run", "02_walked_away", "--trail", "t.jsonl", code=2).stderr
    )
    assert (place / "t.jsonl").read_text(encoding="utf-8") == text
    run("run", "02_walked_away", "--trail", "t.jsonl", "--force")
    assert (place / "t.jsonl").read_text(encoding="utf-8") != text
    assert sorted(path.name for path in place.iterdir()) == ["t.jsonl"]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("gone/t.jsonl", "gone/t.jsonl: No such file or directory"),
        (".", ".: is not a file"),
        ("..", "..: is not a file"),
        ("/dev/null", "/dev/null: is not a file"),
    ],
)
def test_where_no_file_can_be_written(
    run: Callable[..., Result], name: str, complaint: str
) -> None:
    """Folders and devices are not replaced, not even when forced."""
    result = run("run", "01_fulfilled", "--trail", name, "--force", code=2)
    assert complaint in result.stderr


def test_other_rules_give_another_play(run: Callable[..., Result], place: Path) -> None:
    """A script can be played under another playbook."""
    book = deals.seven_step(version="2.0.0", walk_away={"when_refuted": "all"})
    name = write(place / "patient.toml", dump_playbook(book))
    out = run("run", "02_walked_away", "--playbook", name, code=1).stdout
    assert "not met" in out
    run("run", "02_walked_away", "--playbook", name, "--trail", "t.jsonl", code=1)
    assert "was opened under seven_step 2.0.0" in run("coach", "t.jsonl", code=2).stderr
    assert "2.0.0" in run("coach", "t.jsonl", "--playbook", name).stdout


def test_a_trail_of_an_unknown_playbook_needs_its_file(
    run: Callable[..., Result], place: Path
) -> None:
    """The complaint says what to do."""
    data = load_playbook("seven_step").to_data() | {"id": "ours"}
    text = dump_playbook(Playbook.from_data(data))
    book = write(place / "ours.toml", text)
    write(place / "t.jsonl", dumps(deals.new_deal(parse_playbook(text)).trail))
    assert "name its file with --playbook" in run("coach", "t.jsonl", code=2).stderr
    assert "First contact" in run("coach", "t.jsonl", "--playbook", book).stdout


# coach and show


def test_a_deal_whose_times_were_corrected_is_shown_at_an_instant(
    place: Path, run: Callable[..., Result]
) -> None:
    """What a clock had put a year ahead is known from its correction on, and not only in a year."""
    deal = deals.new_deal()
    deal.add_contact("tom", name="Tom Baker", by=deals.BY, at=deals.START + 365 * deals.DAY)
    deal.correct_time(
        2,
        deals.START + deals.DAY,
        by=deals.BY,
        at=deals.START + 2 * deals.DAY,
        reason="a year ahead",
    )
    deal.add_contact("ruth", name="Ruth Okafor", by=deals.BY, at=deals.START + 3 * deals.DAY)
    name = write(place / "wrong.jsonl", dumps(deal.trail))
    seen = [
        list(parsed(run("show", name, "--at", f"2026-03-0{day}", "--json"))["contacts"])
        for day in (2, 3, 4, 5)
    ]
    assert [len(contacts) for contacts in seen] == [0, 0, 1, 2]


def test_the_coachs_sheet_has_everything_in_its_place(
    run: Callable[..., Result], trail: str
) -> None:
    """Verdict, what is in the way, questions, red flags and the kind of paper."""
    out = run("coach", trail, "--at", "2026-05-27T06:00:00Z").stdout
    order = [
        "Step 6 of 7: Negotiation and contract",
        "As of 27 May 2026; in this step since 14 Apr 2026 (42 days).",
        "Verdict: Ask",
        "In the way",
        "? Budget approved: no longer known",
        "Known good",
        "Ask, in this order",
        "May decide by itself: Contract signed",
        "Red flags",
        "This step has lasted 12 days longer than expected.",
        "Kind of paper",
        "Contract terms",
    ]
    places = [out.index(text) for text in order]
    assert places == sorted(places)
    whole = ("In the way", "Known good", "Ask, in this order", "Red flags", "Kind of paper")
    assert [line for line in out.splitlines() if line in whole] == list(whole)


def test_thin_answers_are_probed(run: Callable[..., Result], trail: str) -> None:
    """What holds, but was said by one person only or is soon out of date."""
    out = run("coach", trail, "--at", "2026-05-20").stdout
    thin = out[out.index("Thin answers") :]
    assert "When was it said? Who else confirms it?" in thin
    assert "And of every answer: What would change your mind?" in thin
    answers = parsed(run("coach", trail, "--at", "2026-05-20", "--json"))["thin_answers"]
    assert answers[0]["probes"] == ["when", "confirmed_by"]
    assert "\n  the budget is approved: yes; the amount of the budget: EUR 55,000\n" in thin
    early = parsed(run("coach", trail, "--at", "2026-04-20", "--json"))["thin_answers"]
    assert {tuple(answer["probes"]) for answer in early} == {("confirmed_by",)}


def test_thin_answers_without_words_or_told_on(run: Callable[..., Result], place: Path) -> None:
    """A statement without a quote, and one that somebody else told us."""
    deal = deals.new_deal()
    for name in ("tom", "ann"):
        deal.add_contact(name, name=name.title(), by="lena", at=deals.START)
    deal.hear("tom", "need.presenting", "Late", by="lena", at=deals.START, via="ann")
    write(place / "t.jsonl", dumps(deal.trail))
    out = run("coach", "t.jsonl").stdout
    assert "Who said it? In which words?" in out


def test_long_lists_of_thin_answers_are_cut(run: Callable[..., Result], trail: str) -> None:
    """Five at most, and how many more there are."""
    answers = parsed(run("coach", trail, "--at", "2026-05-12T12:00:00Z", "--json"))["thin_answers"]
    assert len(answers) > 6
    assert (
        "more"
        in run("coach", trail, "--at", "2026-05-12T12:00:00Z").stdout.split("Thin answers")[1]
    )


def test_a_playbook_without_probes_has_no_thin_answers(
    run: Callable[..., Result], place: Path
) -> None:
    """Only what the playbook asks of every answer is probed."""
    data = load_playbook("seven_step").to_data()
    for probes in ([], [{"id": "words", "en": "Which words?", "zh": "原话？"}]):
        coaching: Any = data["coaching"]
        book = Playbook.from_data(data | {"coaching": coaching | {"probes": probes}})
        name = write(place / "b.toml", dump_playbook(book))
        deal = deals.new_deal(book)
        deal.add_contact("tom", name="Tom", by="lena", at=deals.START)
        deal.hear("tom", "need.presenting", "Late", by="lena", at=deals.START)
        write(place / "t.jsonl", dumps(deal.trail))
        out = run("coach", "t.jsonl", "--playbook", name).stdout
        assert ("Thin answers" in out) is bool(probes)
        assert "What would change your mind?" not in out


def test_a_walk_away_condition_shows_before_it_counts(
    run: Callable[..., Result], trail: str
) -> None:
    """In step 2 an unknown walk-away condition is watched and does not block."""
    out = run("coach", trail, "--at", "2026-02-11").stdout
    assert "Not in the way yet" in out
    assert "? Severe problem: not known yet" in out


def test_the_coach_says_how_to_end_it(run: Callable[..., Result]) -> None:
    """At the verdict, and after we have walked away; a closed deal has nothing to ask."""
    at_verdict = run("coach", "02_walked_away", "--at", "2026-03-25").stdout
    closed = run("coach", "02_walked_away").stdout
    assert "Verdict: Walk away" in at_verdict
    assert "Closed; last entry on 26 Mar 2026." in closed
    assert "What to say when you call" in at_verdict
    assert "The farewell call was made." in closed


def test_a_deal_with_nobody_in_it_has_a_farewell_all_the_same(
    run: Callable[..., Result], place: Path
) -> None:
    """Without a name the message is for whoever answers; without a message there is none."""
    deal = deals.new_deal()
    deal.walk_away(by="lena", at=deals.START, reason="no time")
    write(place / "t.jsonl", dumps(deal.trail))
    assert "Hello dear customer, thank you" in run("coach", "t.jsonl").stdout


def test_the_exit_code_can_say_whether_a_deal_is_ready(
    run: Callable[..., Result], trail: str
) -> None:
    """Only when asked for; a closed deal is done."""
    run("coach", trail, "--at", "2026-02-04")
    run("coach", trail, "--at", "2026-02-04", "--exit-code", code=1)
    run("coach", trail, "--at", "2026-02-05T08:10:00Z", "--exit-code")
    run("coach", trail, "--exit-code")


@pytest.mark.parametrize("at", ["2026-03-01", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00"])
def test_a_deal_can_be_looked_at_as_it_was(run: Callable[..., Result], trail: str, at: str) -> None:
    """A day means its end; an instant without a zone is in UTC."""
    data = parsed(run("show", trail, "--at", at, "--json"))
    assert data["deal"]["step"] == "guided_competition"
    assert data["deal"]["amount"] == "48000 EUR"
    assert data["at"].startswith("2026-03-01T")


def test_a_deal_can_be_looked_at_as_of_now(run: Callable[..., Result], trail: str) -> None:
    """What was known goes out of date."""
    deal = deals.new_deal()
    write(Path("t.jsonl"), dumps(deal.trail))
    assert "As of " in run("show", "t.jsonl", "--at", "now").stdout


def test_what_is_known_is_shown_with_who_said_it_and_when(
    run: Callable[..., Result], place: Path
) -> None:
    """Established, disputed, out of date and taken back are told apart."""
    name = write(place / "show.jsonl", dumps(played("03_comeback").deal.trail))
    out = run("show", name, "--at", "2026-02-04").stdout
    assert "· Simon Reed (Operations manager): sponsor, high influence" in out
    assert "≠ The budget is approved: yes or no" in out
    assert "Nothing has been said of " in out
    later = run("show", name, "--at", "2026-08-09")
    assert "taken back: Simon took it back in front of Helen" in joined(later)
    assert "not known any more" in joined(later)
    assert "the last answer went out of date on" in joined(later)
    assert "(no longer counts)" in joined(later)


def test_a_deal_is_shown_to_the_letter(run: Callable[..., Result], place: Path) -> None:
    """People, what is known and what was set aside, each in its place."""
    out = run("show", write(place / "short.deal.toml", SHORT)).stdout
    assert out.splitlines()[3:] == [
        "── Step 1 of 7: First contact " + "─" * 70,
        "As of 6 Mar 2026.",
        "",
        "Deal card",
        "· Owner: lena",
        "",
        "People",
        "· Tom Baker",
        "",
        "What is known",
        "✓ The presenting problem: retyping",
        "  · Tom Baker, 5 Mar 2026: “We were wrong.”",
        "✓ Our offer can solve the problem: yes",
        (
            "  · Tom Baker, 2 Mar 2026: “No. It cannot be done.” "
            "(our offer can solve the problem: no) (no longer"
        ),
        "    counts)",
        "  · Tom Baker, 5 Mar 2026: “We were wrong.” (our offer can solve the problem: yes)",
        "Nothing has been said of 104 other facts.",
        "✓ Proof passed: set aside by Ana Ruiz (known product)",
    ]
    write(place / "new.jsonl", dumps(deals.new_deal().trail))
    assert "\nPeople\n· nobody yet\n" in run("show", "new.jsonl").stdout


def test_two_records_of_one_person_are_shown_as_one(
    run: Callable[..., Result], place: Path
) -> None:
    """A merged record says whose other record it is, to people and to programs."""
    deal = deals.deal_at("buying_roles", deals.seven_step())
    now = deal.trail[-1].at
    deal.add_contact("a.voss", name="A. Voss", by="rep", at=now)
    other = next(iter(deal.contacts))
    deal.merge_contacts("a.voss", into=other, by="rep", at=now, reason="her card says so")
    name = write(place / "twice.jsonl", dumps(deal.trail))
    assert f"one person with {deal.contacts[other].name}" in run("show", name).stdout
    same = {c["id"]: c["same_as"] for c in parsed(run("show", name, "--json"))["contacts"]}
    assert same == dict.fromkeys(deal.contacts) | {"a.voss": other}


def test_a_fact_about_somebody_is_shown_with_whom(run: Callable[..., Result]) -> None:
    """Its name, and who is meant."""
    lines = run("show", "02_walked_away").stdout.splitlines()
    assert "✓ This coach trusts us (刘伟): yes" in lines


def test_the_json_of_a_deal_has_every_statement(run: Callable[..., Result]) -> None:
    """Contacts, meetings, facts and statements by their ids."""
    data = parsed(run("show", "03_comeback", "--json"))
    approved = next(f for f in data["facts"] if f["fact"] == "budget.approved")
    assert approved["established"]
    assert [s["value"] for s in approved["statements"]] == [True, False, True, True, True]
    assert any(statement["withdrawn"] for statement in approved["statements"])
    assert {contact["id"] for contact in data["contacts"]} >= {"gwen", "simon", "helen"}
    assert data["interactions"]


def test_the_json_of_a_waiver_names_who_took_it_on(run: Callable[..., Result], place: Path) -> None:
    """With its end, if it has one."""
    deal = deals.new_deal()
    fields: dict[str, Any] = {"authority": "Ana", "by": "lena", "at": deals.START, "reason": "x"}
    deal.waive("proof_passed", until=deals.START + deals.DAY, **fields)
    deal.waive("no_technical_no", **fields)
    write(place / "t.jsonl", dumps(deal.trail))
    waivers = parsed(run("show", "t.jsonl", "--json"))["waivers"]
    common = {"authority": "Ana", "reason": "x"}
    assert waivers == [
        {"guard": "proof_passed", "until": "2026-03-03T09:00:00Z", "entry": 2, **common},
        {"guard": "no_technical_no", "until": None, "entry": 3, **common},
    ]


# playbooks


def test_a_playbook_is_shown_with_its_questions(run: Callable[..., Result]) -> None:
    """Steps, guards with their conditions, questions and of whom, roles and red flags."""
    out = run("playbook", "show", "seven_step").stdout
    for text in (
        "── Step 3 of 7: Buying roles",
        "Budget approved (checked ever after)\n  Without an approved budget",
        "budget.approved and budget.amount >= deal.amount",
        "(economic buyer, sponsor)",
        "(checked once)",
        "(checked ever after, may be set aside)",
        "walk away as soon as 1 of these is not so",
        "── Buying roles",
        "· User: Will work with it every day.",
        "── Red flags",
        "── Questions that no guard needs",
        "→ On to: fulfilled",
    ):
        assert text in out
    assert out.count("“Is the money for this approved today") == 1
    assert "(among ourselves)" in " ".join(out.split())


BARE = """\
format = 1
id = "bare"
version = "1"
title = { en = "Bare", zh = "简" }
[facts."need.real"]
title = { en = "it is real", zh = "是真的" }
type = "yes_no"
[facts."close.answer"]
title = { en = "the answer", zh = "答复" }
type = "choice"
choices = { yes = { en = "yes, please", zh = "好" }, no = { en = "no", zh = "不" } }
[guards.real]
title = { en = "Real", zh = "真" }
when = "need.real"
refused = { en = "Not real.", zh = "不真。" }
[[steps]]
id = "talk"
title = { en = "Talk", zh = "谈" }
goal = { en = "Talk.", zh = "谈。" }
[[steps]]
id = "close"
title = { en = "Close", zh = "收" }
goal = { en = "Close.", zh = "收。" }
leave_when = ["real"]
[trial_close]
step = "close"
fact = "close.answer"
forward = ["yes"]
back = ["no"]
"""


def test_a_bare_playbook_is_shown_as_far_as_it_goes(
    run: Callable[..., Result], place: Path
) -> None:
    """Without roles, red flags, a policy or further questions nothing is printed about them."""
    name = write(place / "bare.toml", BARE)
    rules = [line for line in run("playbook", "show", name).stdout.splitlines() if "──" in line]
    assert [line.split(" ─")[0] for line in rules] == [
        "── Step 1 of 2: Talk",
        "── Step 2 of 2: Close",
    ]


def test_a_deal_under_a_bare_playbook(run: Callable[..., Result], place: Path) -> None:
    """An answer without words, a deal that is ready, and no message for walking away."""
    book = write(place / "bare.toml", BARE)
    lines = [
        '[contacts.tom]\nname = "Tom"',
        '[[lines]]\nat = 2026-03-02T10:00:00Z\nmove = "advance"',
        '[[lines]]\nat = 2026-03-02T11:00:00Z\nwho = "tom"\nanswer = "no"',
        '[[lines]]\nat = 2026-03-02T12:00:00Z\nmove = "advance"',
        (
            '[[lines]]\nat = 2026-03-03T10:00:00Z\nwho = "tom"\nsays = "It is."\n'
            "facts.need.real = true"
        ),
        '[[lines]]\nat = 2026-03-03T11:00:00Z\nmove = "walk_away"\nreason = "no time"',
    ]
    text = HEAD.replace('"seven_step"', '"bare.toml"') + "\n".join(lines[:-1]) + "\n"
    ready = run("run", write(place / "ready.deal.toml", text)).stdout
    assert "Tom: the answer: no" in ready
    assert "The customer said no. Back from Close to Talk." in ready
    assert "Ready to leave Close" in ready
    assert "Verdict: Ready" in ready
    assert "as the script expects" not in ready
    assert "Ask next" not in ready.split("Verdict: Ready")[1]
    left = write(place / "left.deal.toml", text + lines[-1] + "\n")
    assert "What to say" not in run("run", left).stdout
    sheet = run("coach", left, "--at", "2026-03-02").stdout
    assert "Kind of paper" not in sheet
    assert "? Real: not known yet" in sheet
    assert book


def test_what_cannot_be_played_names_its_line(run: Callable[..., Result], place: Path) -> None:
    """A move that the deal does not have is a wrong input."""
    text = HEAD + '[[lines]]\nat = 2026-03-02T10:00:00Z\nmove = "reopen"\nreason = "why not"\n'
    name = write(place / "never.deal.toml", text)
    assert f"{name}: lines[0], line 10: " in run("run", name, code=2).stderr


def test_many_gaps_are_cut_in_the_margin() -> None:
    """Two lines of what is missing, and how many more there are."""
    gaps = tuple(Gap("never_asked", "person.win", name) for name in ("a", "b", "c"))
    file = io.StringIO()
    finding = Finding("everyone_understood", Outcome(Truth.UNKNOWN, gaps=gaps))
    finding_line(Page(file), Wording(load_playbook("seven_step")), finding)
    assert file.getvalue().splitlines()[1:] == [
        "  · never asked (a): what this person wins",
        "  · never asked (b): what this person wins",
        "  · 1 more",
    ]


def test_the_json_of_a_playbook_is_its_file_and_its_plans(run: Callable[..., Result]) -> None:
    """What a program needs to know of a playbook."""
    data = parsed(run("playbook", "show", "seven_step", "--json"))
    assert Playbook.from_data(data["data"]) == load_playbook("seven_step")
    assert data["plans"][2]["needs_walk_away"]
    listed = parsed(run("playbook", "list", "--json"))["playbooks"]
    assert "seven_step" in [book["id"] for book in listed]
    head, line = run("playbook", "list").stdout.splitlines()
    assert head == "Playbook    Title            Version  Steps  Guards  Questions"
    assert line == "seven_step  Seven-step sale  1.0.0        7      41        105"


def test_the_diagram_is_mermaid(run: Callable[..., Result]) -> None:
    """As the library draws it, whatever the width."""
    assert run("playbook", "diagram", "seven_step").stdout.startswith("stateDiagram-v2\n")


# trails


def test_a_trail_is_told_day_by_day(run: Callable[..., Result], trail: str) -> None:
    """Number, time, who and what; the head at the end."""
    out = run("trail", "show", trail).stdout
    assert "3 Feb 2026\n" in out
    assert re.search(r"^ +1 08:00 lena D-1042 \(Night watch", out, re.MULTILINE)
    head = loads(Path(trail).read_text(encoding="utf-8")).head
    assert f"Head: {head}" in out
    data = parsed(run("trail", "show", trail, "--json"))
    assert data["head"] == head
    assert data["entries"][0]["kind"] == "opened"


def test_a_sound_trail_is_sound(run: Callable[..., Result], trail: str) -> None:
    """With the head from elsewhere, a cut tail is ruled out, too."""
    head = loads(Path(trail).read_text(encoding="utf-8")).head
    out = run("trail", "verify", trail).stdout
    assert "every hash fits" in out
    assert "A cut tail would not show" in out
    assert "Not checked: whether each entry can follow" in out
    assert "A cut tail" not in run("trail", "verify", trail, "--head", head).stdout
    for short in ("xyz", head[:63], f"{head}0", head.upper()):
        complaint = run("trail", "verify", trail, "--head", short, code=2).stderr
        assert f"{short!r} is no hash: one has 64 signs" in complaint
    data = parsed(run("trail", "verify", trail, "--head", head, "--json"))
    assert (data["sound"], data["head"], data["head_compared"]) == (True, head, True)


def test_a_trail_without_entries_is_bad_input(run: Callable[..., Result], tmp_path: Path) -> None:
    """Nothing is said to fit where there is nothing, in any language or form; a cut tail is one."""
    path = tmp_path / "none.jsonl"
    path.write_text('{"dealflow.trail":{"format":1}}\n', "utf-8")
    result = run("trail", "verify", path, code=2)
    assert result.stderr == f"{path}: there are no entries, so this is no deal's trail\n"
    assert result.stdout == ""
    told = run("trail", "verify", path, "--lang", "zh", code=2).stderr
    assert told == f"{path}：没有任何记录，因此不是商机的记录链\n"
    assert parsed(run("trail", "verify", path, "--json", code=2)) == {
        "file": str(path),
        "sound": False,
        "entries": 0,
        "head": None,
        "head_compared": False,
        "first_bad": None,
        "problem": "there are no entries",
        "not_checked": ["sense", "judgements"],
    }
    data = parsed(run("trail", "verify", path, "--head", "a" * 64, "--json", code=1))
    assert (data["sound"], data["first_bad"]) == (False, 1)


def test_a_tampered_trail_is_a_finding(run: Callable[..., Result], trail: str) -> None:
    """The first bad entry is named; other commands do not work with such a trail."""
    path = Path(trail)
    path.write_text(path.read_text(encoding="utf-8").replace("55000 EUR", "75000 EUR"), "utf-8")
    assert "tampered with at entry " in run("trail", "verify", trail, code=1).stdout
    data = parsed(run("trail", "verify", trail, "--json", code=1))
    assert not data["sound"]
    assert data["first_bad"] > 1
    assert "does not fit" in run("coach", trail, code=2).stderr


def test_a_cut_trail_is_a_finding_when_the_head_is_known(
    run: Callable[..., Result], trail: str
) -> None:
    """Without the head it passes, and says so."""
    path = Path(trail)
    text = path.read_text(encoding="utf-8")
    path.write_text("".join(text.splitlines(keepends=True)[:-1]), "utf-8")
    run("trail", "verify", trail)
    assert "cut" in run("trail", "verify", trail, "--head", loads(text).head, code=1).stdout


# backtests


def test_a_backtest_warns_before_it_reports(run: Callable[..., Result]) -> None:
    """Hindsight first, then shares with intervals, then what the data cannot tell."""
    out = run(*BACKTEST).stdout
    order = [
        "closed deals: ",
        "Before you believe it",
        "Hindsight",
        "Verdicts",
        "What the rules would have stopped",
        "Guards that tell deals apart",
        "“No” is not “nobody knows”",
        "Columns that go with winning and losing",
        "What this data cannot tell",
        "no column speaks of: how many people were heard",
    ]
    places = [out.index(text) for text in order]
    assert places == sorted(places)
    assert re.search(r"\d+% \(\d+–\d+%\)", out)


class Terminal(io.StringIO):
    """A standard error that claims to be a terminal."""

    def isatty(self) -> bool:
        """Claim it."""
        return True


@pytest.mark.parametrize(("worth", "quiet", "shown"), [(1, False, True), (1, True, False)])
def test_a_bar_shows_how_far_a_backtest_is(
    monkeypatch: pytest.MonkeyPatch, few_deals: str, worth: int, quiet: bool, shown: bool
) -> None:
    """On a terminal's standard error, and never with JSON."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(_backtest, "_WORTH_A_BAR", worth)
    report, _ = _backtest.judge(few_deals, str(MAPPING), "en", quiet=quiet)
    assert report.deals.total == 40
    assert ("Judging deals" in terminal.getvalue()) is shown


def test_a_backtest_in_which_nothing_differs_says_so_by_silence(
    run: Callable[..., Result], place: Path
) -> None:
    """One open deal left out and one lost: no table of guards, no contrast, no lift."""
    mapping = """\
format = 1
playbook = "seven_step"
step = "qualification"
at = 2026-01-01T00:00:00Z
[file]
id = "id"
[outcome]
column = "end"
won = ["won"]
lost = ["lost"]
ignore = ["open"]
[[links]]
column = "fits"
fact = "offer.helps"
strength = "direct"
note = { en = "It says so.", zh = "直接。" }
observation = true
values = { yes = true, no = false }
nobody_knows = [""]
"""
    name = write(place / "m.toml", mapping)
    csv = write(place / "d.csv", "id,end,fits\n1,lost,yes\n2,open,\n")
    out = run("backtest", csv, "--mapping", name).stdout
    assert "1 closed deal: 0 won, 1 lost." in out
    assert "1 row left out." in out
    assert "Guards that tell" not in out
    assert "nobody knows" not in out


def test_a_share_of_no_deals_is_a_dash(run: Callable[..., Result], tmp_path: Path) -> None:
    """Where no deal was lost, no rule stopped a share of the lost ones; it is not nothing."""
    header, *rows = DEALS.read_text().splitlines()
    won = tmp_path / "won.csv"
    won.write_text("\n".join([header, *(row for row in rows if row.endswith(",Won"))]) + "\n")
    out = run("backtest", won, *BACKTEST[2:], "--lang", "en").stdout
    (row,) = (line for line in out.splitlines() if line.startswith("the verdict “walk away”"))
    assert row.split()[-9:] == ["0", "117", "0%", "0–3", "–", "47%", "41–53", "–", "–"]


def test_the_json_of_a_backtest_is_its_report(run: Callable[..., Result]) -> None:
    """As the library gives it."""
    data = parsed(run(*BACKTEST, "--json"))
    assert data["deals"]["won"] + data["deals"]["lost"] == data["deals"]["base_rate"]["of"]


def test_the_card_is_shown(run: Callable[..., Result], place: Path) -> None:
    """Our own record of a deal is on its page, in its data, and told in its trail."""
    deal = deals.new_deal(
        source="referral",
        source_name="Mona Weiss",
        market="ports",
        lines=[Line("Gates", Money("40000", "EUR"))],
        expected_close=date(2026, 9, 30),
    )
    deal.change_card(owner="max", by="lena", at=deals.START, reason="handed over")
    name = write(place / "t.jsonl", dumps(deal.trail))
    page = run("show", name).stdout
    for told in (
        "Deal card",
        "· Owner: max",
        "· Source: referral (Mona Weiss)",
        "· Market: ports",
        "· Products: Gates (EUR 40,000)",
        "· Expected close: 30 Sep 2026",
    ):
        assert told in page
    assert "· 负责人：max" in run("show", name, "--lang", "zh").stdout
    card = {
        "owner": "max",
        "source": "referral",
        "source_name": "Mona Weiss",
        "market": "ports",
        "lines": [{"product": "Gates", "amount": "40000 EUR"}],
        "expected_close": "2026-09-30",
    }
    assert parsed(run("show", name, "--json"))["deal"]["card"] == card
    assert parsed(run("coach", name, "--json"))["deal"]["card"] == card
    bare = write(place / "bare.jsonl", dumps(deals.new_deal().trail))
    assert parsed(run("show", bare, "--json"))["deal"]["card"]["expected_close"] is None
    trail = run("trail", "show", name).stdout
    told = "Deal card changed (owner: max; source: referral (Mona Weiss);"
    assert told in " ".join(trail.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("coach", "none.jsonl"), "none.jsonl：没有这个文件或文件夹"),
        (("run", "bad.deal.toml"), "bad.deal.toml:6:1：deal.id：编号'no id'不是编号"),
        (("playbook", "show", "bad.toml"), "bad.toml:2:6：不是有效的TOML：“"),
        (("show", "empty.jsonl"), "empty.jsonl：第1行：这不是商机的记录链"),
        (
            ("backtest", "bad.csv", "--mapping", str(MAPPING)),
            "bad.csv：第1行“deal”列：没有这一列（映射文件的file.id要读取它）",
        ),
        (("trail", "verify", "empty.jsonl"), "empty.jsonl：第1行：这不是商机的记录链"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, tuple) else None,
)
def test_complaints_are_told_in_the_language_of_the_command(
    run: Callable[..., Result], place: Path, arguments: tuple[str, ...], told: str
) -> None:
    """What is wrong with an input is said in Chinese where the command is asked to speak it."""
    write(place / "bad.deal.toml", HEAD.replace("D-9", "no id"))
    write(place / "bad.toml", "format = 1\nid = = 2\n")
    write(place / "empty.jsonl", "")
    write(place / "bad.csv", "a,b\n1,2\n")
    assert run(*arguments, "--lang", "zh", code=2).stderr.splitlines()[0].startswith(told)


def test_a_complaint_without_a_command_follows_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no command has said in which language to speak, the locale does."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    complaint = BadInput([message("is not UTF-8"), "somebody else's words"])
    assert complaint.problems == ["不是UTF-8", "somebody else's words"]
    monkeypatch.setenv("LC_ALL", "C")
    assert BadInput([message("is not UTF-8")]).problems == ["is not UTF-8"]
