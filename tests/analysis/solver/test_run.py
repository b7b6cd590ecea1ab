"""Tests of what is said where the solver is not installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dealflow import load_playbook
from dealflow.analysis import Unreachable, deal_at, lint, prove
from dealflow.analysis.solver.decide import forget
from dealflow.analysis.solver.routes import route
from dealflow.analysis.solver.run import installed

BOOK = load_playbook("seven_step")
EXTRA = "install dealflow[analysis]"


@pytest.fixture(autouse=True)
def without_a_solver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No z3 is found, and nothing of what it said before is remembered."""
    monkeypatch.setattr("dealflow.analysis.solver.run.find_spec", lambda _: None)
    for kept in (installed.cache_clear, forget, route.cache_clear):
        kept()
    yield
    for kept in (installed.cache_clear, forget, route.cache_clear):
        kept()


def test_what_takes_no_search_is_proved() -> None:
    """The walk-away policy is proved all the same; of the rest it is said what it takes."""
    theorems = {theorem.id: theorem for theorem in prove(BOOK).theorems}
    assert theorems["walk_away"].proved
    undecided = [each for each in theorems.values() if not each.proved]
    assert {each.verdict for each in undecided} == {"not decided"}
    assert all(each.reason.endswith(EXTRA) for each in undecided)
    assert undecided


def test_lint_says_it_once() -> None:
    """Hundreds of questions are left open for one reason, which is said once."""
    (note,) = [finding for finding in lint(BOOK) if finding.code == "D901"]
    assert note.message.endswith(EXTRA)


def test_no_deal_is_brought_anywhere() -> None:
    """That no deal was found is no claim that there is none."""
    with pytest.raises(Unreachable, match="install dealflow") as caught:
        deal_at(BOOK, "qualification")
    assert not caught.value.decided
