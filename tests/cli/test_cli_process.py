"""The command line as a process: how it starts, ends, and copes with the world outside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click
import pytest

from dealflow.cli import commands as cli

COMMAND = (sys.executable, "-m", "dealflow")
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}


def start(
    *arguments: str, code: int = 0, command: tuple[str, ...] = COMMAND, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end."""
    done = subprocess.run(
        [*command, *arguments],
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done


def test_the_module_runs() -> None:
    """``python -m dealflow`` is the command; off the terminal it has no colour, though it could."""
    done = start("demo", "--only", "3", TERM="xterm-256color", COLORTERM="truecolor")
    assert b"contradict each other" in done.stdout
    assert b"\x1b" not in done.stdout


def test_a_wrong_input_ends_with_2_and_one_line() -> None:
    """File and message, and no traceback."""
    done = start("run", "gone.deal.toml", code=2)
    assert done.stderr == b"gone.deal.toml: cannot be read: No such file or directory\n"


def test_findings_end_with_1(tmp_path: Path) -> None:
    """A tampered trail, for one."""
    name = str(tmp_path / "t.jsonl")
    assert cli.main(["run", "02_walked_away", "--trail", name]) == 0
    path = Path(name)
    path.write_bytes(path.read_bytes().replace(b"360000 CNY", b"560000 CNY"))
    assert cli.main(["trail", "verify", name]) == 1


def printed_in(encoding: str, *arguments: str) -> str:
    """What a command prints on a standard output of some encoding."""
    output = io.TextIOWrapper(io.BytesIO(), encoding)
    with redirect_stdout(output):
        assert cli.main(list(arguments)) == 0
    output.seek(0)
    return output.read()


@pytest.mark.parametrize(("encoding", "lang"), [("ascii", "zh"), ("latin-1", "en"), ("gbk", "zh")])
def test_any_encoding_will_do(encoding: str, lang: str) -> None:
    """What cannot be printed is replaced, and nothing breaks."""
    assert "7" in printed_in(encoding, "run", "02_walked_away", "--lang", lang)


def test_json_is_exact_in_any_encoding() -> None:
    """What the output could not hold is escaped."""
    printed = printed_in("ascii", "coach", "02_walked_away", "--json")
    assert json.loads(printed)["deal"]["account"] == "宏泰精密"


@pytest.mark.parametrize("command", [("demo",), ("run", "01_fulfilled", "--json")], ids=str)
def test_a_reader_who_leaves_is_no_drama(command: tuple[str, ...]) -> None:
    """``| head`` ends the command without a word, with the code of a broken pipe."""
    with subprocess.Popen(
        [*COMMAND, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        pipesize=4096,  # less than is printed, so that the command has to wait for its reader
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_without_the_extra_one_line_says_what_to_install() -> None:
    """Exit code 2, and no traceback, where either is missing."""
    code = (
        "import sys, dealflow.__main__ as m\n"
        "for name in ('rich', 'click'):\n"
        "    sys.modules[name] = None; code = m.main(); del sys.modules[name]\n"
        "    assert code == 2\n"
        "sys.exit(code)"
    )
    done = start("demo", code=2, command=(sys.executable, "-c", code))
    assert done.stdout == b""
    assert done.stderr.decode() == "".join(
        f'dealflow: the command line needs {name}: pip install "dealflow[cli]"\n'
        for name in ("rich", "click")
    )


def test_the_command_line_gives_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """As a function, too: 0, 1 or 2, and never an exception for a wrong input."""
    assert cli.main(["playbook", "list"]) == 0
    assert cli.main(["run", "gone.toml"]) == 2
    capsys.readouterr()
    assert cli.main(["sing"]) == 2
    printed = capsys.readouterr()
    assert "No such command 'sing'" in printed.err
    assert printed.out == ""


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise click.Abort

    monkeypatch.setattr(cli.cli, "main", interrupted)
    assert cli.main([]) == 130


def test_help_loads_neither_rich_nor_the_reports() -> None:
    """What a command does not need is not loaded."""
    code = (
        "import sys, dealflow.cli as c; c.main(['--help']); "
        "print(sorted(sys.modules.keys() & {'rich', 'dealflow.backtest', 'dealflow.scripts',"
        " 'dealflow.wording', 'dealflow.cli.told'}))"
    )
    done = start(command=(sys.executable, "-c", code))
    assert done.stdout.splitlines()[-1] == b"[]"
