"""What reports of tests say, where strangers have typed a part of it."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import evolve

from dealflow import Deal, Refused, Text, load_playbook
from dealflow.analysis.coverage import measure, term
from dealflow.exceptions import InputError, Problem
from dealflow.plugin.scripts import _told
from dealflow.plugin.session import told
from dealflow.testing import assert_moves, watching
from tests.deals import START, small

NAME = "Northwind\n::error::x\n✓ \u202eall is well"


def forged(text: str) -> list[str]:
    """The lines that look like ours, or hide something."""
    signs = ("::", "✓")
    return [x for x in text.split("\n") if x.lstrip().startswith(signs) or not x.isprintable()]


def test_a_refusal_in_a_deal_of_a_stranger() -> None:
    """The name of the account is told on its line, by an assertion and at the end of a test."""
    deal = Deal.open(load_playbook("seven_step"), id="D-1", account=NAME, by="lena", at=START)
    with watching() as watch:
        with suppress(Refused):
            deal.advance(by="lena", at=START)
        refusals = watch.unseen
    text = told(refusals)
    assert "D-1 (Northwind ::error::x ✓ \\u202eall is well)" in text
    assert not forged(text)
    with pytest.raises(AssertionError, match="Northwind ::error::x") as caught:
        assert_moves(deal)
    assert not forged(str(caught.value))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            InputError([Problem("a\n::b", "is\nwrong"), Problem("", "::c")], source="f.toml"),
            "f.toml: a ::b: is wrong\nf.toml: ::c",
        ),
        (InputError([Problem("", "::c")]), "\\::c"),
        (OSError(errno.ENOENT, "gone", str(Path("a\u202eb"))), "[Errno 2] gone: 'a\\u202eb'"),
    ],
    ids=["file", "bare", "disk"],
)
def test_what_is_wrong_with_a_script(error: InputError | OSError, expected: str) -> None:
    """A line for each problem, and no more."""
    assert _told(error) == expected


def test_a_table_of_coverage_stays_one() -> None:
    """Whatever the playbook calls its guards."""
    plain = small()
    guards = [evolve(guard, title=Text(NAME, "好")) for guard in plain.guards]
    book = evolve(plain, guards=tuple(guards))
    lines, expected = (term(measure(each, [])).splitlines() for each in (book, plain))
    assert len(lines) == len(expected)
    assert not forged("\n".join(lines))
