"""The command line as a process: how it starts, ends, and copes with the world outside."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
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


OUTPUTS = [">&-", ">/dev/full"]
COMMANDS = [
    ("--help",),
    ("--version",),
    ("coach", "--help"),
    ("demo", "--only", "1"),
    ("run", "02_walked_away", "--trail", "t.jsonl", "--force"),
    ("coach", "02_walked_away"),
    ("show", "02_walked_away", "--json"),
    ("trail", "show", "02_walked_away"),
    ("trail", "verify", "{trail}"),
    ("playbook", "list"),
    ("playbook", "show", "seven_step"),
    ("playbook", "diagram", "seven_step"),
    ("playbook", "lint", "seven_step"),
    ("playbook", "lint", "{linted}", "--format", "github"),
    ("playbook", "prove", "seven_step"),
    ("playbook", "diff", "seven_step", "seven_step"),
    ("playbook", "test", "seven_step", "02_walked_away"),
    ("backtest", "{deals}.csv", "--mapping", "{deals}.toml"),
]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Files for commands that need one."""
    trail, linted = tmp_path / "t.jsonl", tmp_path / "linted.toml"
    assert cli.main(["run", "02_walked_away", "--json", "--trail", str(trail)]) == 0
    linted.write_text("format = 1\n", encoding="utf-8")
    deals = Path(__file__).parents[2] / "examples" / "data" / "closed_deals"
    return {"trail": str(trail), "linted": str(linted), "deals": str(deals)}


def in_shell(redirection: str, *arguments: str, **environment: str) -> tuple[int, bytes, bytes]:
    """How a command ends whose streams are redirected, and what is left of them."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirection}', "sh", *COMMAND, *arguments],
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@full
@pytest.mark.slow
@pytest.mark.parametrize("redirection", OUTPUTS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_output_that_takes_nothing(
    command: tuple[str, ...], redirection: str, places: dict[str, str], tmp_path: Path
) -> None:
    """Closed, or with a full disk behind it: one line says so, and the exit code is 2."""
    arguments = [part.format_map(places) for part in command]
    if "--trail" in arguments:
        arguments[arguments.index("--trail") + 1] = str(tmp_path / "new.jsonl")
    code, out, told = in_shell(redirection, *arguments)
    reason = "Bad file descriptor" if redirection == ">&-" else "No space left on device"
    assert told.decode() == f"dealflow: the standard output cannot be written: {reason}\n"
    assert (code, out) == (2, b"")


@full
@pytest.mark.parametrize("redirection", OUTPUTS)
def test_an_output_that_takes_nothing_is_told_of(redirection: str) -> None:
    """In the language of the locale."""
    code, _, told = in_shell(redirection, "--version", LC_ALL="zh_CN.UTF-8")
    assert code == 2
    assert told.decode().startswith("dealflow：无法写入标准输出（")


@full
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", ">/dev/full 2>/dev/full"])
@pytest.mark.parametrize("command", ["sing", "run gone.toml", "--version"])
def test_when_nobody_can_be_told(redirection: str, command: str) -> None:
    """The exit code is what it would be."""
    code, _, told = in_shell(redirection, *command.split())
    assert code == (0 if command == "--version" and ">/dev/full 2" not in redirection else 2)
    assert told == b""


@pytest.mark.parametrize("command", ["--help", "--version", "coach --help"])
def test_help_that_nobody_reads(command: str) -> None:
    """A pipe without a reader has its exit code here, too."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *command.split()],
        env=ENVIRONMENT,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_other_ends_are_left_to_whom_they_concern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An exit that is not ours (that of a shell's completion) and an error about a file."""
    ends: list[BaseException] = [SystemExit(3), OSError(5, "broken", "a file")]
    for end in ends:

        def failing(*_: object, error: BaseException = end, **__: object) -> None:
            raise error

        monkeypatch.setattr(cli.cli, "main", failing)
        with pytest.raises(type(end)) as caught:
            cli.main([])
        assert caught.value is end


@pytest.mark.parametrize("argument", ["--\n::error::x", "\x1b[31m", "\u202e"])
def test_what_was_typed_is_told_on_its_line(
    argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another program may have been given it by strangers."""
    assert cli.main(["playbook", argument]) == 2
    told = capsys.readouterr().err
    assert not [line for line in told.splitlines() if line.startswith("::")]
    assert all(line.isprintable() for line in told.splitlines())


# These tests may run in the background, where a shell has switched interrupts off.
ON = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"

# Sends an interrupt to a process of its own at every so-manieth module that it looks for.
AT_IMPORTS = f"""{ON}
import os, signal, sys
from dealflow.__main__ import main

class Interrupting:
    left = None

    def find_spec(self, *_):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGINT)
        self.left -= 1

first, step, *arguments = sys.argv[1:]
ends = []
while 0 not in ends:
    child = os.fork()
    if not child:
        Interrupting.left = int(first) + len(ends) * int(step)
        sys.meta_path.insert(0, Interrupting())
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv[1:] = arguments
        sys.exit(main())
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(*ends)
"""


@pytest.mark.parametrize(
    "step", [45, pytest.param(15, marks=pytest.mark.slow)], ids=["some", "many"]
)
@pytest.mark.parametrize("first", [0, 1])
def test_an_interrupt_at_any_import_is_quiet(first: int, step: int) -> None:
    """Whatever is being loaded: exit code 130, and no traceback."""
    command = (sys.executable, "-c", AT_IMPORTS)
    done = start(str(first), str(step), "coach", "02_walked_away", command=command)
    *ends, last = done.stdout.split()
    assert len(ends) > 4
    assert set(ends) == {b"130"}
    assert last == b"0"
    # click ends the line in which a terminal shows "^C"
    assert not done.stderr.strip()


AT_TIMES = (
    f"{ON}import sys; from dealflow.__main__ import main;"
    " print('ready', flush=True, file=sys.stderr); sys.exit(main())"
)


@pytest.mark.slow
@pytest.mark.parametrize("milliseconds", range(0, 1500, 75))
def test_an_interrupt_at_any_time_is_quiet(milliseconds: int) -> None:
    """From the moment on at which our code has been read."""
    with subprocess.Popen(
        [sys.executable, "-c", AT_TIMES, "playbook", "prove", "seven_step"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"ready\n"
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        assert not told.strip()
        assert process.returncode in ((130,) if milliseconds < 300 else (130, 0))


def test_an_interrupt_that_was_switched_off_stays_so() -> None:
    """As of a job that a shell has put in the background."""
    code = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from dealflow.__main__ import main\n"
        "code = main()\n"
        "assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN\n"
        "sys.exit(code)"
    )
    start("--version", command=(sys.executable, "-c", code))


INSIDE = f"""{ON}
import os, signal, sys, weakref
from dealflow import cli
from dealflow.__main__ import main

class Thing:
    pass

def interrupt(*_):
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass

def run():
    {{what}}
    return 0

cli.main = run
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("what", "code", "told"),
    [
        ("interrupt()", 130, ""),
        # a callback's exceptions are printed and go no further
        ("thing = Thing(); held = weakref.ref(thing, interrupt); del thing", 130, ""),
        ("try: interrupt()\n    except KeyboardInterrupt: raise RuntimeError", 130, ""),
        ("raise ValueError('ours')", 1, "ValueError: ours"),
        ("held = weakref.ref(run, print); Thing.__del__ = lambda _: 1 / 0; Thing()", 0, "by zero"),
    ],
)
def test_what_an_interrupt_turns_into_is_quiet(what: str, code: int, told: str) -> None:
    """Lost or made into another error it is an interrupt; other errors are told as ever."""
    program = INSIDE.replace("{what}", what)
    done = start(code=code, command=(sys.executable, "-c", program))
    assert told in done.stderr.decode()
    assert bool(done.stderr) == bool(told)


def test_help_loads_neither_rich_nor_the_reports() -> None:
    """What a command does not need is not loaded."""
    code = (
        "import sys, dealflow.cli as c; c.main(['--help']); "
        "print(sorted(sys.modules.keys() & {'rich', 'dealflow.backtest', 'dealflow.scripts',"
        " 'dealflow.wording', 'dealflow.cli.told'}))"
    )
    done = start(command=(sys.executable, "-c", code))
    assert done.stdout.splitlines()[-1] == b"[]"
