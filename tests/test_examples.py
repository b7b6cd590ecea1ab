"""The programs in examples/ run and show what they promise."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests._nested import pytest_in

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(name="printed")
def _printed(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> str:
    runpy.run_path(str(EXAMPLES / request.param), run_name="__main__")
    return capsys.readouterr().out


@pytest.mark.parametrize("printed", ["01_first_deal.py"], indirect=True)
def test_first_deal(printed: str) -> None:
    """The mail is refused as a first contact, the call passes, and the trail comes back whole."""
    assert "first_contact: ask\n  - first_talk is false\n" in printed
    assert "  4 02 Mar lena: refused\n" in printed
    assert "  8 03 Mar lena: moved\n" in printed
    assert printed.endswith("the same deal: True\n")


@pytest.mark.parametrize("printed", ["02_embed_in_crm.py"], indirect=True)
def test_embed_in_crm(printed: str) -> None:
    """Drags are refused with reasons, then pass; the slower of two reps is told so."""
    assert "no such way: no move leads from first_contact" in printed
    assert "presenting_problem is unknown" in printed
    assert "  ask: In a sentence or two, what is not working today?\n" in printed
    assert "\nmoved to qualification\nsomebody was faster" in printed
    assert printed.endswith("version 8, stage qualification\n")


@pytest.mark.parametrize("printed", ["03_coach_a_rep.py"], indirect=True)
def test_coach_a_rep(printed: str) -> None:
    """Each deal has its verdict, its refusals and its first question."""
    rows = [line.split() for line in printed.splitlines() if line.startswith("D-")]
    assert [(row[0], row[3], row[5].rstrip(",")) for row in rows] == [
        ("D-1", "ask", "0x"),
        ("D-2", "ask", "2x"),
        ("D-3", "ask", "1x"),
        ("D-4", "walk_away", "1x"),
    ]
    assert "  2 x Pain asked and answered\n" in printed
    assert printed.endswith("  What would change your mind?\n")


def test_test_a_playbook(pytester: pytest.Pytester) -> None:
    """The example's own tests pass."""
    done = pytest_in(EXAMPLES, pytester, "04_test_a_playbook.py")
    assert done.ret == 0
    done.assert_outcomes(passed=6)


def test_readme_lists_every_example() -> None:
    """examples/README.md names every program, and no other."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    programs = sorted(path.name for path in EXAMPLES.glob("*.py"))
    assert sorted(set(re.findall(r"\d\d_\w+\.py", text))) == programs
