"""Scripts and trails on the standard input, and red flags in a play."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dealflow
from dealflow import dumps, load_playbook
from dealflow.analysis import deal_at
from dealflow.cli import input as inputs
from tests._runner import Result, invoked

DEMO = Path(dealflow.__file__).parent / "scripts" / "demo"
SCRIPT = (DEMO / "02_walked_away.deal.toml").read_bytes()
TRAIL = dumps(deal_at(load_playbook("seven_step"), "buying_roles").trail).encode()


def printed(*arguments: str, given: bytes, code: int = 0) -> Result:
    """What a command prints of its standard input."""
    result = invoked(*arguments, given=given)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("command", ["coach", "show"])
def test_a_script_or_a_trail(command: str, tmp_path: Path) -> None:
    """What it is is seen by what it begins with; what is printed is that of the file."""
    for name, data in (("deal.toml", SCRIPT), ("deal.trail", TRAIL)):
        path = tmp_path / name
        path.write_bytes(data)
        for form in ((), ("--json",)):
            assert (
                printed(command, "-", *form, given=data).stdout
                == invoked(command, path, *form).stdout
            )


def test_a_trail_may_have_empty_lines_before_it_and_a_script_a_comment() -> None:
    """White space says nothing about what comes."""
    assert "line 1" in printed("coach", "-", given=b" \n" + TRAIL, code=2).stderr
    assert "宏泰精密" in printed("coach", "-", given=b"# ours\n" + SCRIPT).stdout


def test_run_plays_a_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its playbook's path is looked for from where we are."""
    told = printed("run", "-", "--brief", given=SCRIPT).stdout
    assert told == invoked("run", "02_walked_away", "--brief").stdout
    monkeypatch.chdir(tmp_path)
    shipped = Path(dealflow.__file__).parent / "playbook" / "shipped" / "seven_step.toml"
    Path("ours.toml").write_bytes(shipped.read_bytes())
    ours = SCRIPT.replace(b'playbook = "seven_step"', b'playbook = "ours.toml"')
    assert printed("run", "-", "--brief", given=ours).stdout == told


@pytest.mark.parametrize(
    ("command", "given", "complaint"),
    [
        ("coach", b"{x\n", "<stdin>: line 1: "),
        ("show", b'x = "', "<stdin>:1:"),
        ("run", b"", "<stdin>: format: is missing"),
        ("run", TRAIL, "<stdin>: is a deal's trail, and no script: "),
        ("run", b"\xff", "<stdin>"),
    ],
    ids=str,
)
def test_complaints_name_it(command: str, given: bytes, complaint: str) -> None:
    """By the name that programs have for it, in place of a file's."""
    assert printed(command, "-", given=given, code=2).stderr.startswith(complaint)


def test_a_trail_is_not_played(tmp_path: Path) -> None:
    """It is said that it is one; a file of another kind is complained about as what it is not."""
    trail, other = tmp_path / "deal.jsonl", tmp_path / "other"
    trail.write_bytes(TRAIL)
    other.write_bytes(b"x = [")
    told = printed("run", str(trail), given=b"", code=2).stderr
    assert told == f"{trail}: is a deal's trail, and no script: 'dealflow show' shows the deal\n"
    assert printed("run", str(other), given=b"", code=2).stderr.startswith(f"{other}:1:")
    assert "cannot be read" in printed("run", f"{other}.no", given=b"", code=2).stderr
    assert "null" in printed("run", "a/\0", given=b"", code=2).stderr


@pytest.mark.parametrize("command", ["run", "coach", "show"])
def test_a_name_that_is_neither_a_file_nor_a_demo(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demos are named; a file of one's own goes before the demo of its name."""
    monkeypatch.chdir(tmp_path)
    told = printed(command, "01_won", given=b"", code=2).stderr
    assert told == (
        "01_won: there is no demo script '01_won'; there are:"
        " 01_fulfilled, 02_walked_away, 03_comeback\n"
    )
    Path("01_fulfilled").write_bytes(b"x = [")
    assert printed(command, "01_fulfilled", given=b"", code=2).stderr.startswith("01_fulfilled:")


def test_a_trail_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest file is the largest input, too."""
    monkeypatch.setattr(inputs, "_LARGEST_TRAIL", 100)
    complaint = printed("coach", "-", given=TRAIL, code=2).stderr
    assert complaint == "<stdin>: is larger than 256 MiB\n"


def test_a_play_shows_red_flags_when_they_go_up() -> None:
    """Each once, below the line that raised it; briefly told, they are left out."""
    full = invoked("run", "01_fulfilled").stdout
    flags = [line.strip() for line in full.splitlines() if "⚑" in line]
    assert "⚑ The contract is signed, but nobody at the customer owns the start." in flags
    assert len(flags) == len(set(flags))
    assert "⚑" not in invoked("run", "01_fulfilled", "--brief").stdout
    up = json.loads(invoked("coach", "01_fulfilled", "--at", "2026-03-10", "--json").stdout)
    assert up["assessment"]["red_flags"]


def test_flags_that_are_up_before_the_first_line_are_no_news(tmp_path: Path) -> None:
    """Nothing that a line said has raised them."""
    path = tmp_path / "quiet.deal.toml"
    path.write_bytes(SCRIPT)
    lines = invoked("run", path).stdout.splitlines()
    first = next(n for n, line in enumerate(lines) if "⚑" in line)
    assert any("“" in line for line in lines[2:first])
