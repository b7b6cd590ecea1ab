"""``coach`` where a step has several ways forward: each is judged, and one may be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dealflow import Deal, Verdict, dumps, parse_playbook
from tests._playbooks import FORK
from tests._runner import Result, invoked

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW: dict[str, Any] = {"by": "lena", "at": AT}
TWO = FORK.replace('[[moves]]\nid = "plain"\nfrom = "talk"\nto = "report"\n', "")
Coach = Callable[..., Result]


@pytest.fixture
def coach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coach:
    """Runs ``coach`` on a deal of which some facts are known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")

    def run(*options: str, book: str = TWO, code: int = 0, **said: bool) -> Result:
        Path("fork.toml").write_text(book, encoding="utf-8")
        Path("deal.jsonl").write_text(dumps(deal_of(book, **said).trail), encoding="utf-8")
        result = invoked("coach", "deal.jsonl", "--playbook", "fork.toml", *options)
        assert result.exit_code == code, result.output
        return result

    return run


def deal_of(book: str, **said: bool) -> Deal:
    """A deal at the first step; facts are named with an underline for the dot."""
    deal = Deal.open(parse_playbook(book), id="D-1", account="Northwind", **NOW)
    deal.add_contact("tom", name="Tom", **NOW)
    for name, value in said.items():
        deal.hear("tom", name.replace("_", ".", 1), value, **NOW)
    return deal


def between(text: str, start: str, end: str) -> str:
    """A part of a page."""
    return text[text.index(start) : text.index(end)]


def test_each_way_has_its_own_verdict_and_what_is_in_its_way(coach: Coach) -> None:
    """None is ready: the first way is what the rest of the sheet is about."""
    out = coach("--lang", "en", need_real=True, trust_high=False).stdout
    assert between(out, "Ways on", "\nVerdict") == (
        "Ways on\n"
        "→ Pilot: Ask\n"
        "  ? Pilot wanted: not known yet\n"
        "    · never asked: they want a pilot first\n"
        "→ Contract: Work on it\n"
        "  ✗ No pilot needed: not so\n"
        "None is ready. What follows is about the way to “Pilot”: it comes first.\n"
    )
    assert "\nVerdict: Ask\n" in out
    assert deal_of(TWO, need_real=True, trust_high=False).assess(at=AT).to == "pilot"


def test_the_only_way_that_is_ready_is_the_one_to_go(coach: Coach) -> None:
    """It need not be the first; the sheet says so, and is about it, and so does the deal."""
    out = coach("--lang", "en", need_real=True, trust_high=True).stdout
    assert "One is ready. Unless another is named, the deal goes to “Contract”." in out
    assert "\nVerdict: Ready\n" in out
    deal = deal_of(TWO, need_real=True, trust_high=True)
    deal.advance(**NOW)
    assert deal.step == "contract"


def test_of_several_that_are_ready_the_first_is_gone(coach: Coach) -> None:
    """The order is the playbook's, and one may be named."""
    known = {"need_real": True, "pilot_wanted": True, "trust_high": True}
    out = coach("--lang", "en", **known).stdout
    assert "2 are ready. Unless one is named, the deal goes to “Pilot”: it comes first." in out
    assert "有2条路径已就绪。如果没有指定，商机将进入排在最前的“试用”。" in (
        coach("--lang", "zh", **known).stdout
    )
    deal = deal_of(TWO, **known)
    deal.advance(**NOW)
    assert deal.step == "pilot"
    other = deal_of(TWO, **known)
    other.advance(to="contract", **NOW)
    assert other.step == "contract"


def test_one_way_may_be_looked_at(coach: Coach) -> None:
    """The sheet is about it alone, and so is the exit code."""
    known = {"need_real": True, "trust_high": True}
    out = coach("--lang", "en", "--to", "pilot", "--exit-code", code=1, **known).stdout
    assert "Only the way to “Pilot” is looked at; there are 2." in out
    assert "Ways on" not in out
    assert "\nVerdict: Ask\n" in out
    coach("--to", "contract", "--exit-code", **known)


def test_a_step_to_which_no_way_leads_is_wrong_usage(coach: Coach) -> None:
    """The complaint lists those to which there is one."""
    error = coach("--to", "fulfilled", code=2).stderr
    assert "no way leads from talk to 'fulfilled'; there are: pilot, contract" in error


def test_a_single_way_needs_no_choice(coach: Coach) -> None:
    """Where there is one way the sheet says nothing of ways; that way may be named."""
    start, end = TWO.index('[[moves]]\nid = "straight"'), TWO.index('[[moves]]\nid = "piloted"')
    single = TWO[:start] + TWO[end:]
    plain = coach("--lang", "en", book=single, need_real=True)
    assert "Ways" not in plain.stdout
    assert "way to" not in plain.stdout
    assert coach("--lang", "en", "--to", "pilot", book=single, need_real=True).stdout == (
        plain.stdout
    )


def test_the_ways_are_in_the_json(coach: Coach) -> None:
    """Each with its verdict and what is in its way, and which one the assessment is about."""
    data = json.loads(coach("--json", need_real=True, trust_high=True).stdout)
    assert data["ways"] == [
        {
            "move": "to_pilot",
            "to": "pilot",
            "verdict": Verdict.ASK.value,
            "in_the_way": ["pilot"],
            "judged": False,
        },
        {
            "move": "straight",
            "to": "contract",
            "verdict": Verdict.READY.value,
            "in_the_way": [],
            "judged": True,
        },
    ]
    assert data["assessment"]["to"] == "contract"
    one = json.loads(coach("--json", "--to", "pilot").stdout)["ways"]
    assert [(way["to"], way["judged"]) for way in one] == [("pilot", True)]
