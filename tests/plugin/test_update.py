"""Expectations written into deal scripts, and every other byte left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dealflow
from dealflow import InputError, Verdict
from dealflow.plugin.update import Layout, expectations, updated, write
from dealflow.scripts import Script, parse_script, play, shipped_scripts

HEAD = """\
format = 1
playbook = "seven_step"
title = { en = "T", zh = "题" }
story = { en = "S", zh = "事" }
[deal]
id = "D-1"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
[contacts.tom]
name = "Tom"
roles = ["economic_buyer"]
[contacts.ines]
name = "Ines"
roles = ["sponsor"]
"""
AT = "at = 2026-03-02T09:00:00Z"
TALK = """meet = { kind = "call", with = ["tom"] }"""
SAID = """\
who = "tom"
says = \"\"\"
Papers are missing.
[[lines]]
# no comment\"\"\"
facts = { "need.presenting" = "papers", "next_step.agreed" = 2026-03-09 }"""
NO = """\
who = "tom"
says = 'No # money = [here]'
[lines.facts]
budget.approved = false"""
YES = """\
who = "ines"
says = "Yes"
[ lines . 'facts' ]
"budget.approved" = true"""
LISTED = """\
meet = { kind = "visit", with = [
  "tom",  # [one]
  "ines",
] }"""
GO = """move = "advance" """
LEFT = """move = "walk_away"
reason = "No money" """
BACK = """move = "step_back"
to = "first_contact"
reason = "Again" """


def script(*lines: str) -> str:
    """A script of these lines."""
    return HEAD + "".join(f"[[lines]]\n{AT}\n{line}\n" for line in lines)


def after(text: str | bytes, base: Path | None = None) -> bytes:
    """The script with everything that can be expected put in."""
    data = text.encode() if isinstance(text, str) else text
    return updated(data, expectations(play(parse_script(data, base=base))))


def added(before: str, now: bytes) -> list[str]:
    """The rows that were put in; the others are as before."""
    old, new = before.split("\n"), now.decode().split("\n")
    rows = []
    for row in new:
        if old and row == old[0]:
            old.pop(0)
        else:
            rows.append(row)
    assert not old
    return rows


def test_what_is_expected() -> None:
    """A refused move expects its guards, one that passes its step or outcome; the rest nothing."""
    text = script(GO, TALK, SAID, GO, BACK, LEFT)
    assert added(text, after(text)) == [
        'expect.refused = ["first_talk", "presenting_problem", "next_talk_dated"]',
        'expect.step = "qualification"',
        'expect.step = "first_contact"',
        'expect.outcome = "walked_away"',
    ]


def test_turns_are_expected() -> None:
    """Whatever turns the verdict to walking away or to a contradiction is a turn of the story."""
    text = script(TALK, SAID, GO, NO, YES, NO)
    assert added(text, after(text)) == [
        'expect.step = "qualification"',
        'expect.verdict = "walk_away"',
    ]
    conflict = SAID.replace("need.presenting", "offer.helps").replace('"papers"', "true")
    other = conflict.replace("tom", "ines").replace("true", "false")
    text = script(TALK, SAID, GO, conflict, other)
    assert added(text, after(text))[1:] == ['expect.verdict = "reconcile"']


def test_an_answer_is_a_move() -> None:
    """What a line with an answer to the trial close leads to is expected of it."""
    text = _without_expectations("01_fulfilled")
    assert len(added(text, after(text))) > 10
    assert 'expect.step = "negotiation"' in added(text, after(text))


def test_what_is_put_in_is_met() -> None:
    """A script that was updated passes, has nothing more to expect, and stays as it is."""
    for name in shipped_scripts():
        now = after(_without_expectations(name))
        run = play(parse_script(now))
        assert run.failures == ()
        assert not expectations(run)
        assert updated(now, expectations(run)) == now


def test_existing_expectations_stay() -> None:
    """A line that expects something is left alone, even when it expects what is not so."""
    text = script(GO + '\nexpect.step = "qualification"', TALK + '\nexpect.verdict = "ready"')
    assert after(text) == text.encode()
    assert len(play(parse_script(text)).failures) == 3


def test_a_row_goes_behind_the_last_key() -> None:
    """A new row stands behind the line's own keys, as they are indented, before what follows."""
    text = script(GO) + "\n# 2. The next chapter\n\n[[lines]]\n" + f"\t{AT}\n\t{GO}\n\n# The end\n"
    rows = after(text).decode().split("\n")
    assert rows[rows.index("# 2. The next chapter") - 2].startswith("expect.refused")
    assert rows[rows.index("# The end") - 2].startswith("\texpect.refused")


def test_a_row_goes_before_further_tables() -> None:
    """A line's own keys end where its first table of its own begins."""
    comment = '[lines.comment]\nen = "E"\nzh = "中"'
    text = script(f"{GO}\n\n{comment}", TALK)
    rows = after(text).decode().split("\n")
    assert rows[rows.index("[lines.comment]") - 2].startswith("expect.refused")


def test_the_end_of_a_file() -> None:
    """A file without a last newline gets none, and its line ends are used."""
    text = script(GO).rstrip("\n ")
    assert after(text).startswith(text.encode() + b"\nexpect.refused = ")
    assert not after(text).endswith(b"\n")
    windows = text.replace("\n", "\r\n")
    assert after(windows).startswith(windows.encode() + b"\r\nexpect.refused = ")


def test_lines_in_brackets_cannot_be_updated() -> None:
    """Where lines are an array of inline tables there is no row to put anything into."""
    line = "{ at = 2026-03-02T09:00:00Z, move = 'advance' }"
    text = f"lines = [{line}, {line}]\n{HEAD}"
    with pytest.raises(InputError, match=r"lines\[1\]: is not written as a \[\[lines\]\] table"):
        after(text)
    assert Layout(text).row_of(0) == 1


def test_where_keys_stand() -> None:
    """The row of a key is its own, or that of the table that holds it or would hold it."""
    text = script(f"{GO}\nexpect.step = 'x'", f"{GO}\nexpect = {{ step = 'x' }}", GO)
    layout = Layout("\ufeff" + text)
    rows = [layout.row_of(number, "expect", "step") for number in range(3)]
    assert [layout.rows[(row or 0) - 1] for row in rows] == [
        "expect.step = 'x'",
        "expect = { step = 'x' }",
        "[[lines]]",
    ]
    assert layout.row_of(7) is None
    assert layout.end_of(7) is None


LINES = st.lists(
    st.sampled_from([TALK, SAID, NO, YES, LISTED, GO, GO + '\nexpect.step = "trial_close"']),
    min_size=1,
    max_size=6,
)
BETWEEN = st.sampled_from(["", "\n", "# [[lines]]\n", "\t\n  # x = 1\n\n", "#\n#\n"])


@given(
    lines=LINES,
    between=st.lists(BETWEEN, min_size=7, max_size=7),
    header=st.sampled_from(["[[lines]]", "[[ lines ]] # one", '[["lines"]]', "  [[lines]]"]),
    indent=st.sampled_from(["", "  ", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    ended=st.booleans(),
)
def test_every_other_byte_stays(
    lines: list[str],
    between: list[str],
    header: str,
    indent: str,
    newline: str,
    mark: str,
    ended: bool,
) -> None:
    """Without the rows put in, the bytes are the old ones; put in again, nothing is added."""
    text = HEAD
    for line, filler in zip(lines, between, strict=False):
        text += f"{filler}{header}\n{indent}{AT}\n{indent}{line}\n"
    text = (mark + text + between[-1]).replace("\n", newline)
    text = text if ended else text.rstrip("\r\n\t ")
    expected = expectations(play(parse_script(text.encode())))
    now = after(text.encode())
    assert _same_but_for_expectations(parse_script(now), parse_script(text.encode()))
    assert after(now) == now
    gone = now.decode()
    for number in sorted(expected, reverse=True):
        key = expected[number][0]
        row = Layout(gone).row_of(number, "expect", key) or 0
        kept = gone.split("\n")
        if row == len(kept) and len(kept) > 1:
            kept[row - 2] = kept[row - 2].removesuffix("\r")
        del kept[row - 1]
        gone = "\n".join(kept)
    assert gone.encode() == text.encode()


def _same_but_for_expectations(one: Script, other: Script) -> bool:
    pairs = zip(one.lines, other.lines, strict=True)
    return all((a.at, a.action, a.comment) == (b.at, b.action, b.comment) for a, b in pairs)


def _without_expectations(name: str) -> str:
    path = Path(dealflow.__file__).parent / "scripts" / "demo" / f"{name}.deal.toml"
    rows = path.read_text(encoding="utf-8").split("\n")
    return "\n".join(row for row in rows if not row.startswith("expect"))


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """A file gets its new content and keeps its mode; a link stays a link to it."""
    path, link = tmp_path / "a.deal.toml", tmp_path / "b.deal.toml"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path)
    write(link, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [path, link]


def test_a_file_that_cannot_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When something goes wrong, the old content is there, and nothing besides."""
    path = tmp_path / "a.deal.toml"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError):
        write(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_only_turns_are_told() -> None:
    """A verdict that does not turn to walking away or to a contradiction is not expected."""
    run = play(parse_script(script(TALK, SAID)))
    assert run.turns[-1].after.verdict is Verdict.READY
    assert not expectations(run)
