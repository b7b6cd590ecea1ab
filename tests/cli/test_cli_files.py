"""Files that commands write: links, permissions, and others who write at the same time."""

from __future__ import annotations

import errno
import io
import os
import sys
import threading
from pathlib import Path

import pytest

from dealflow import dump_playbook, load_playbook, mermaid
from dealflow.cli import files, main
from dealflow.cli.files import write_new
from dealflow.cli.input import BadInput
from tests._runner import invoked
from tests.cli._hostile import script

TAKEN = "there is such a file already; --force replaces it"


def complaint(path: Path, *, force: bool = False) -> str:
    """What is wrong with writing there, without the path; nothing is left behind."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(BadInput) as caught:
        write_new(str(path), "new", force=force)
    assert sorted(path.parent.iterdir()) == before
    (problem,) = caught.value.problems
    name, _, told = problem.partition(": ")
    assert name == str(path)
    return told


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    """The file behind two links is replaced, in its own folder."""
    folder = tmp_path / "real"
    folder.mkdir()
    file = folder / "t.jsonl"
    file.write_text("old", encoding="utf-8")
    (tmp_path / "one").symlink_to("real/t.jsonl")
    link = tmp_path / "two"
    link.symlink_to("one")
    assert complaint(link) == TAKEN
    write_new(str(link), "new\n", force=True)
    assert link.is_symlink()
    assert link.readlink() == Path("one")
    assert not file.is_symlink()
    assert file.read_bytes() == b"new\n"
    assert list(folder.iterdir()) == [file]


@pytest.mark.parametrize("force", [False, True])
def test_links_that_lead_to_no_file(tmp_path: Path, force: bool) -> None:
    """Nowhere, to a folder, and in a circle: each is told, and nothing is written."""
    for name, leads in (("a", "gone"), ("b", "."), ("c", "d"), ("d", "c")):
        (tmp_path / name).symlink_to(leads)
    assert complaint(tmp_path / "a", force=force) == "is a link to gone, which is not there"
    assert complaint(tmp_path / "b", force=force) == "is not a file"
    assert complaint(tmp_path / "c", force=force) == os.strerror(errno.ELOOP)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_are_kept(tmp_path: Path, mode: int) -> None:
    """A file that only its owner may read does not become everybody's."""
    file = tmp_path / "t.jsonl"
    file.write_text("old", encoding="utf-8")
    file.chmod(mode)
    write_new(str(file), "new", force=True)
    assert file.stat().st_mode & 0o777 == mode
    assert file.read_text(encoding="utf-8") == "new"


def test_a_name_that_cannot_be_one(tmp_path: Path) -> None:
    """It is told like everything else."""
    with pytest.raises(BadInput, match="null"):
        write_new("a\0b", "new", force=True)


def no_links(*_: object) -> None:
    """A disk that has no links."""
    raise OSError(errno.EPERM, "no links here")


@pytest.fixture(params=["links", "no links"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both kinds of disks."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_links)


@pytest.mark.usefixtures("disk")
def test_who_comes_second_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else writes the file after we looked, and before we are done: theirs stays."""
    file = tmp_path / "t.jsonl"
    write = files._write

    def slowly(*arguments: object) -> None:
        file.write_text("theirs", encoding="utf-8")
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "_write", slowly)
    with pytest.raises(BadInput, match="there is such a file already"):
        write_new(str(file), "ours", force=False)
    assert file.read_text(encoding="utf-8") == "theirs"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.usefixtures("disk")
def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    """All others are told so, and the file is whole."""
    file = tmp_path / "t.jsonl"
    told: list[str] = []
    start = threading.Barrier(8)

    def writes(text: str) -> None:
        start.wait()
        try:
            write_new(str(file), text, force=False)
        except BadInput:
            told.append(text)

    texts = [str(number) * 20_000 for number in range(8)]
    writers = [threading.Thread(target=writes, args=[text]) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [file.read_text(encoding="utf-8")] == [text for text in texts if text not in told]
    assert list(tmp_path.iterdir()) == [file]


def refuse(*_: object) -> None:
    """A rename that fails."""
    raise OSError(errno.EIO, "no more")


@pytest.mark.parametrize("force", [False, True])
def test_a_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    """Neither half a file nor an empty one."""
    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(Path, "replace", refuse)
    assert complaint(tmp_path / "t.jsonl", force=force) == "no more"


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written so far is taken away."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_new(str(tmp_path / "t.jsonl"), "new", force=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_new_has_the_usual_permissions(tmp_path: Path) -> None:
    """As any file that the user makes."""
    write_new(str(tmp_path / "ours"), "new", force=False)
    (tmp_path / "theirs").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


class Output(io.TextIOWrapper):
    """A standard output of some encoding, which may claim to be a terminal."""

    def __init__(self, encoding: str, *, terminal: bool) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding, newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        """Whether it claims that."""
        return self.terminal


@pytest.mark.parametrize(
    ("encoding", "terminal", "written"),
    [
        ("ascii", False, "utf-8"),
        ("cp1252", False, "utf-8"),
        ("gbk", False, "utf-8"),
        ("utf-8", False, "utf-8"),
        ("ascii", True, "utf-8"),
        ("gb18030", True, "gb18030"),
    ],
)
def test_a_diagram_is_whole_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str, terminal: bool, written: str
) -> None:
    """Programs read UTF-8; only a terminal that has all its characters gets its own encoding."""
    output = Output(encoding, terminal=terminal)
    monkeypatch.setattr(sys, "stdout", output)
    assert main(["playbook", "diagram", "seven_step", "--lang", "zh"]) == 0
    output.flush()
    drawn = output.bytes.getvalue().decode(written)
    assert drawn == mermaid(load_playbook("seven_step"), "zh")


def test_a_diagram_goes_where_there_are_no_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a text in memory, for one."""
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    assert main(["playbook", "diagram", "seven_step"]) == 0
    assert output.getvalue().startswith("stateDiagram-v2\n")


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("read", ["deal.toml", "rules.toml"])
def test_what_is_read_is_not_written_over(tmp_path: Path, read: str, *, linked: bool) -> None:
    """Whatever name leads there, and with --force; any other file is."""
    (tmp_path / "deal.toml").write_text(script("02_walked_away", ""), encoding="utf-8")
    (tmp_path / "rules.toml").write_text(dump_playbook(load_playbook("seven_step")), "utf-8")
    before = (tmp_path / read).read_bytes()
    target = tmp_path / ("link" if linked else read)
    if linked:
        target.symlink_to(tmp_path / read)
    arguments = ["run", tmp_path / "deal.toml", "--playbook", tmp_path / "rules.toml", "--force"]
    result = invoked(*arguments, "--trail", target)
    assert result.exit_code == 2
    assert result.stderr == f"{target}: is read from, so it is not written over\n"
    assert (tmp_path / read).read_bytes() == before
    assert invoked(*arguments, "--trail", tmp_path / "other").exit_code == 0
    assert invoked(*arguments, "--trail", tmp_path / "other").exit_code == 0
    assert "null" in invoked(*arguments, "--trail", "\0").stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_the_paper_to_sign_is_whole_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """As the diagram is."""
    output = Output(encoding, terminal=False)
    monkeypatch.setattr(sys, "stdout", output)
    assert main(["playbook", "show", "seven_step", "--for-signature"]) == 0
    output.flush()
    assert "七步销售法" in output.bytes.getvalue().decode("utf-8")
