"""Faults planted in copies of the shipped playbook, and which tool finds which."""

from __future__ import annotations

from pathlib import Path

import pytest

from dealflow import parse_playbook
from dealflow.analysis import prove
from tests._faults import FAULTS, HEAD, Found, find, row, text
from tests._planted import UNSEEN, Fault

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def table() -> list[str]:
    """The rows of the page's table."""
    return [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]


def test_enough_faults_are_planted() -> None:
    """There are over thirty, each told once and with an id of its own, and each is in the table."""
    assert len(FAULTS) > 30
    assert (
        len({fault.id for fault in FAULTS}) == len({fault.what for fault in FAULTS}) == len(FAULTS)
    )
    assert table()[:2] == HEAD
    assert [line.split(" | ")[0].strip("| ") for line in table()[2:]] == [f.what for f in FAULTS]


def test_every_fault_is_found_by_some_tool() -> None:
    """No row of the table is empty."""
    for line in table()[2:]:
        assert any(cell.strip() for cell in line.strip("|").split("|")[1:]), line


def test_a_fault_changes_the_file() -> None:
    """Each fault can be planted in the file as it is today."""
    for fault in [*FAULTS, *UNSEEN]:
        assert fault.plant(text()) != text(), fault.id


@pytest.mark.parametrize("id", ["shortcut_past_roles", "budget_checked_once"])
def test_some_faults_are_refuted(id: str) -> None:
    """The walk-away policy of a faulty playbook is refuted, by a deal that is a test."""
    (fault,) = [fault for fault in FAULTS if fault.id == id]
    found = prove(parse_playbook(fault.plant(text()))).theorems
    (policy,) = [theorem for theorem in found if theorem.id == "walk_away"]
    assert policy.counterexample is not None
    assert "def test_" in policy.counterexample.test


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_the_table_is_what_the_tools_say(fault: Fault) -> None:
    """Lint, proof, diff and the shipped playbook's own tests find what the page says."""
    assert row(fault) in table()


@pytest.mark.slow
@pytest.mark.parametrize("fault", UNSEEN, ids=lambda fault: fault.id)
def test_what_no_tool_sees(fault: Fault) -> None:
    """What the page says that nothing finds is found by nothing."""
    assert find(fault) == Found((), (), (), tests=False)
