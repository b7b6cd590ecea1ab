"""``dealflow playbook prove``: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dealflow import Playbook, dump_playbook, load_playbook
from tests._playbooks import playbook
from tests._runner import Result, invoked

TALKS = '"negotiation" unless deal.talks >= 2'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run ``playbook prove`` in an empty directory and expect an exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = invoked("playbook", "prove", *arguments)
        assert result.exit_code == code, result.output
        return result

    return invoke


def written(book: Playbook) -> str:
    """The name of a playbook's file."""
    Path("book.toml").write_text(dump_playbook(book), encoding="utf-8")
    return "book.toml"


def test_proved(run: Callable[..., Result]) -> None:
    """Every property has its line and what it took; the exit code is 0."""
    out = run("seven_step").stdout
    assert out.startswith("Seven-step sale  seven_step 1.0.0\n\n✓ no deal gets past buying_roles")
    assert '✓ never "guided_competition" unless heard(2)\n  proved: 1 move, 0 of ' in out
    assert "\n\n6 of 6 proved in " in out
    assert "def test" not in out


def test_refuted(run: Callable[..., Result]) -> None:
    """What is refuted comes with its reason and a test that could be saved; the exit code is 1."""
    out = run("seven_step", "--never", TALKS, code=1).stdout
    assert f"✗ never {TALKS}\n  refuted: 1 move, " in out
    assert "a deal gets from trial_close to negotiation although deal.talks >= 2 is false\n" in out
    summary, test = out.split("\n\n\n")
    assert "6 of 7 proved" in summary
    assert test.startswith("def test_never_negotiation_unless_deal_talks_2(deal_at):\n")
    compile(test, "test", "exec")


def test_not_decided(run: Callable[..., Result]) -> None:
    """What is not decided is no proof: the reason is told, and the exit code is 1."""
    out = run("seven_step", "--limit", "1", code=1).stdout
    assert "\n  not decided: " in out
    assert "takes more than 1 steps\n" in out
    assert "usage" in run("seven_step", "--limit", "0", code=2).stderr.lower()


def test_nothing_to_prove(run: Callable[..., Result]) -> None:
    """A playbook without policy and claims is told so."""
    out = run(written(playbook())).stdout
    assert "Nothing to prove" in out
    assert json.loads(run("book.toml", "--json").stdout)["theorems"] == []


def test_json(run: Callable[..., Result]) -> None:
    """One object with the theorems, what they took, and the counterexamples."""
    data: dict[str, Any] = json.loads(
        run("seven_step", "--json", "--never", f" never {TALKS}", code=1).stdout
    )
    book = load_playbook("seven_step")
    theorems = data.pop("theorems")
    assert data == {
        "playbook": "seven_step",
        "version": book.version,
        "fingerprint": book.fingerprint,
        "proved": False,
        "facts": len(book.facts),
    }
    assert [each["verdict"] for each in theorems] == ["proved"] * 6 + ["refuted"]
    assert all(each["seconds"] >= 0 and each["moves"] for each in theorems)
    assert theorems[0]["counterexample"] is None
    assert theorems[0]["id"] == "walk_away"
    found = theorems[-1]["counterexample"]
    assert (found["step"], found["move"], found["to"]) == (
        *("trial_close", "leave_trial_close"),
        "negotiation",
    )
    assert found["because"] == "deal.talks >= 2 is false"
    assert found["test"].startswith("def test_")


def test_claims_that_cannot_be_read(run: Callable[..., Result]) -> None:
    """Each problem of a claim has a line with its place; the exit code is 2."""
    result = run("seven_step", "--never", '"negotation" unless x', "--never", "y", code=2)
    first, second, third = result.stderr.splitlines()
    quoted = "--never: 'never \"negotation\" unless x', line 1, column "
    assert first == f"{quoted}8: there is no step 'negotation' (did you mean 'negotiation'?)"
    assert second == f"{quoted}27: 'x' is not declared as a fact"
    assert third.startswith("--never: 'never y', line 1, column 7: a step in quotes is missing")


def test_invariants_of_a_file_that_cannot_be_read(run: Callable[..., Result]) -> None:
    """A wrong invariant in a file is told like any other problem of it."""
    text = dump_playbook(load_playbook("seven_step"))
    Path("book.toml").write_text(text.replace("contract.signed and", "contract.singed and", 1))
    assert "'contract.singed' is not declared as a fact" in run("book.toml", code=2).stderr
