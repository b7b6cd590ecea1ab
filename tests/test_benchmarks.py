"""The benchmarks measure what they say, whatever becomes of the shipped playbook."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

from dealflow import Verdict, load_playbook

if TYPE_CHECKING:
    import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"


def test_the_measured_deal_is_ready_to_move() -> None:
    """What is timed is a move of the size that is named, not a refusal."""
    made = runpy.run_path(str(FOLDER / "deals.py"))
    deal, at = made["ready_deal"](load_playbook("seven_step"))
    assert deal.verdict(at=at) is Verdict.READY
    assert (len(deal.contacts), len(deal.statements)) == (6, 42)
    assert "six contacts, forty-two statements, ready to leave step 3" in made["__doc__"]


def test_the_guards_whose_ways_are_counted_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small questions put to the solver are questions about the shipped playbook."""
    monkeypatch.syspath_prepend(FOLDER)
    slices = runpy.run_path(str(FOLDER / "rules.py"))["SLICES"]
    assert {guard for guards in slices for guard in guards} <= {*load_playbook("seven_step").guard}
