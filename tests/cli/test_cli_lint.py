"""The command ``dealflow playbook lint``: what it prints in each form, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests._lint import BOSS, CLEAN, EXTRA, MONEY, ONE_OF_ALL, POLICY, SIGNED, end, planted
from tests._runner import Result, invoked


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def lint(text: str | bytes, *options: str, code: int = 0, name: str = "ours.toml") -> Result:
    """What the command says of a file, which has to end with a code."""
    Path(name).write_bytes(text.encode() if isinstance(text, str) else text)
    result = invoked("playbook", "lint", name, *options)
    assert result.exit_code == code, result.output
    return result


def line_of(text: str, part: str) -> int:
    """The line in which something stands."""
    return next(i for i, line in enumerate(text.split("\n"), 1) if part in line)


ONCE = planted((MONEY, MONEY + "\nstanding = false"))
WAIVED = planted((MONEY, MONEY + "\nwaivable = true"))


def test_clean(place: Path) -> None:
    """A file without findings is said to be so."""
    assert lint(CLEAN, "--strict").stdout == "✓ ours.toml: nothing to find fault with\n"
    assert lint(CLEAN, "--format", "github").stdout == ""


def test_errors(place: Path) -> None:
    """An error is one line with its place, and the exit code is 1."""
    line = line_of(ONCE, "[guards.money_there]") + 3
    first, last = lint(ONCE, code=1).stdout.splitlines()
    assert first.startswith(f"ours.toml:{line}:1: D401 guards.money_there.standing: ")
    assert last == "✗ 1 error"


def test_warnings_only_count_when_strict(place: Path) -> None:
    """A warning alone is clean, but not for the strict."""
    plain = lint(WAIVED).stdout
    assert plain.splitlines()[-1] == "? 1 warning"
    assert lint(WAIVED, "--strict", code=1).stdout == plain


def test_errors_and_warnings_are_counted(place: Path) -> None:
    """The last line counts by level, the worst first."""
    text = planted((MONEY, MONEY + "\nstanding = false\nwaivable = true"), BOSS, end(EXTRA))
    assert lint(text, code=1).stdout.splitlines()[-1] == "✗ 1 error, 3 warnings"


def test_witness(place: Path) -> None:
    """A deal that shows a finding stands below it, indented."""
    out = lint(planted((POLICY, POLICY + ONE_OF_ALL))).stdout.splitlines()
    assert "D404 walk_away.go_on_when: " in out[0]
    assert out[1].startswith("    for instance: ")
    assert all(line.startswith("    · ") for line in out[2:-1])
    assert out[-1] == "? 1 warning"


def test_not_decided_is_no_finding(place: Path) -> None:
    """What the bound leaves open is listed and fails nobody."""
    out = lint(CLEAN, "--limit", "1", "--strict").stdout.splitlines()
    assert all(": D901 " in line for line in out[:-1])
    assert out[-1] == f"? {len(out) - 1} not decided"


def test_json(place: Path) -> None:
    """One object with the counts and every finding, in a shape that stays."""
    text = planted((MONEY, MONEY + "\nstanding = false"), (POLICY, POLICY + ONE_OF_ALL))
    out = lint(text, "--format", "json", code=1).stdout
    assert lint(text, "--json", code=1).stdout == out
    data: dict[str, Any] = json.loads(out)
    assert list(data) == ["file", "errors", "warnings", "undecided", "findings"]
    assert (data["file"], data["errors"], data["warnings"], data["undecided"]) == (
        *("ours.toml", 1, 1, 0),
    )
    once, tolerated = data["findings"]
    assert once == {
        "code": "D401",
        "slug": "checked-once",
        "level": "error",
        "place": "guards.money_there.standing",
        "message": once["message"],
        "witness": None,
        "line": once["line"],
        "column": 1,
    }
    assert text.split("\n")[once["line"] - 1] == "standing = false"
    assert once["message"].startswith("a walk-away guard that is checked once")
    assert "money.there = False" in tolerated["witness"]
    assert json.loads(lint(CLEAN, "--json").stdout)["findings"] == []


def test_github(place: Path) -> None:
    """Commands of a workflow, with what would end a part of them escaped."""
    name = "a,b:c%.toml"
    text = planted((POLICY, POLICY + ONE_OF_ALL))
    (line,) = lint(text, "--format", "github", name=name).stdout.splitlines()
    row = line_of(text, "go_on_when")
    head, _, message = line.partition(" ")
    assert head == "::warning"
    where, _, message = message.partition("::")
    assert where == f"file=a%2Cb%3Ac%25.toml,line={row},col=1,title=D404 refusal-tolerated"
    assert message.startswith("walk_away.go_on_when: a deal may leave meet with ")
    assert "%0Afor instance:%0A" in message


def test_github_levels(place: Path) -> None:
    """Errors are errors, and what is not decided is a notice."""
    (error,) = lint(ONCE, "--format", "github", code=1).stdout.splitlines()
    assert error.startswith("::error file=ours.toml,line=")
    notices = lint(CLEAN, "--format", "github", "--limit", "1").stdout.splitlines()
    assert all(line.startswith("::notice file=ours.toml,line=") for line in notices)


def test_no_playbook_yet(place: Path) -> None:
    """A file that does not hold together has findings, too; what has no line has none."""
    text = planted((SIGNED, 'when = "order.sined"\n')).replace('version = "1.0.0"\n', "")
    out = lint(text, code=1).stdout.splitlines()
    assert out == ["ours.toml: D001 version: is missing", "✗ 1 error"]
    out = lint(text, "--format", "github", code=1).stdout.splitlines()
    assert out == ["::error file=ours.toml,title=D001 does-not-build::version: is missing"]
    text = planted((SIGNED, 'when = "order.sined"\n'))
    first = lint(text, code=1).stdout.splitlines()[0]
    assert first.startswith(
        f"ours.toml:{line_of(text, 'order.sined')}:9: D001 guards.signed.when: "
    )
    lone = lint("a = 1", code=1).stdout.splitlines()
    assert any(line.startswith("ours.toml:1:1: D001 a: is no key here; ") for line in lone)
    assert lone[-1] == "✗ 8 errors"


def test_nothing_a_terminal_would_obey(place: Path) -> None:
    """Keys of a file are printed, but not obeyed."""
    for form in ("text", "github"):
        out = lint(CLEAN + '["\\u001b[2J"]\nx = 1\n', "--format", form, code=1).stdout
        assert "\x1b" not in out
        assert "\\x1b[2J" in out


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = ", "ours.toml:1:5: is not TOML: Invalid value"),
        (b"\xff", "ours.toml: byte 0: is not UTF-8"),
        ("#" * 1024 * 1025, "ours.toml: is larger than 1024 KiB"),
    ],
    ids=["no TOML", "no text", "too large"],
)
def test_what_cannot_be_linted(place: Path, text: str | bytes, complaint: str) -> None:
    """What is no TOML at all is a wrong input: one line on the standard error, and exit code 2."""
    result = lint(text, code=2)
    assert result.stdout == ""
    assert result.stderr == f"{complaint}\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nothing.toml",), "nothing.toml: cannot be read: No such file or directory"),
        (("nothing",), "nothing: no shipped playbook 'nothing'; there are: "),
        (("x", "--format", "xml"), "'xml' is not one of"),
        (("x", "--limit", "0"), "0 is not in the range"),
        ((), "Missing argument 'ID|FILE'"),
    ],
    ids=str,
)
def test_wrong_usage(place: Path, arguments: tuple[str, ...], complaint: str) -> None:
    """A wrong name or option is a wrong usage."""
    result = invoked("playbook", "lint", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.slow
def test_a_shipped_playbook(place: Path) -> None:
    """The shipped playbooks are linted by their ids."""
    result = invoked("playbook", "lint", "seven_step", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["file"] == "seven_step"
    assert json.loads(result.stdout)["errors"] == 0
