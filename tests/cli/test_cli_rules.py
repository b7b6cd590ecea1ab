"""Tests of the commands that compare and test playbooks."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from dealflow import Deal, dumps, load_playbook, parse_playbook
from dealflow.analysis import deal_at, diff
from dealflow.analysis.solver import START
from dealflow.cli.diff import put_difference
from dealflow.cli.output import Page
from tests._runner import Result, invoked
from tests.deals import MOVES, SMALL

BOOK = load_playbook("seven_step")
SHIPPED = Path(__file__).parents[2] / "src" / "dealflow" / "playbook" / "shipped"
TEXT = (SHIPPED / "seven_step.toml").read_text(encoding="utf-8")


def run(*arguments: str | Path) -> Result:
    """What a command prints, and how it ends."""
    return invoked(*arguments)


def data_of(result: Result) -> Any:
    """The JSON that a command printed."""
    return json.loads(result.stdout)


@pytest.fixture
def tighter(tmp_path: Path) -> Path:
    """The shipped playbook, with a budget that must be more than the price."""
    path = tmp_path / "tighter.toml"
    changed = TEXT.replace("budget.amount >= deal.amount", "budget.amount > deal.amount")
    path.write_text(changed, encoding="utf-8")
    return path


def test_the_same_playbook() -> None:
    """Nothing is said to differ, and nothing fails."""
    result = run("playbook", "diff", "seven_step", "seven_step", "--fail-on", "looser")
    assert result.exit_code == 0
    assert "The two playbooks say the same." in result.stdout
    assert "it decides every deal as before" in result.stdout


def test_a_tighter_playbook(tighter: Path) -> None:
    """Moves and a deal that shows the change are printed; failing is asked for by direction."""
    result = run("playbook", "diff", "seven_step", tighter)
    assert result.exit_code == 0
    assert "tighter, it stops deals that passed before" in result.stdout
    assert "budget.amount is EUR 48,000, says economic_buyer" in result.stdout
    assert "as above" in result.stdout
    assert "a deal that passed and is now stopped by budget_approved" in result.stdout
    back = run("playbook", "diff", tighter, "seven_step")
    assert "a deal that now passes and was stopped by budget_approved" in back.stdout
    assert run("playbook", "diff", "seven_step", tighter, "--fail-on", "looser").exit_code == 0
    assert run("playbook", "diff", "seven_step", tighter, "--fail-on", "tighter").exit_code == 1
    assert run("playbook", "diff", tighter, "seven_step", "--fail-on", "looser").exit_code == 1


def test_the_difference_as_data(tighter: Path) -> None:
    """--json gives everything that is printed, and the witnesses whole."""
    found = data_of(run("playbook", "diff", "seven_step", tighter, "--json"))
    assert found["old"] == {"playbook": "seven_step", "version": "1.0.0"}
    assert found["parts"] == ["invariants", "guards.budget_approved.when"]
    (move,) = [m for m in found["moves"] if m["from"] == "buying_roles"]
    assert (move["effect"], move["looser"], move["undecided"]) == ("tighter", None, False)
    witness = move["tighter"]
    assert witness["blocking"] == ["budget_approved"]
    assert witness["amount"] == "48000 EUR"
    assert {"fact", "about", "value", "source", "said_at", "first_hand"} == set(
        witness["statements"][0]
    )
    assert "economic_buyer" in witness["people"]


def test_recorded_deals_in_a_folder(tighter: Path, tmp_path: Path) -> None:
    """Attempts of recorded trails that would have ended otherwise are listed with their reason."""
    folder = tmp_path / "trails"
    folder.mkdir()
    folder.joinpath("one.trail").write_text(dumps(deal_at(BOOK, "guided_competition").trail))
    result = run("playbook", "diff", "seven_step", tighter, "--trails", folder)
    assert "Of 3 recorded attempts, 2 would be decided differently." in result.stdout
    assert "ready, now walk_away (budget_approved)" in result.stdout
    found = data_of(
        run("playbook", "diff", "seven_step", tighter, "--trails", folder / "one.trail", "--json")
    )
    assert found["attempts"] == 3
    first, second = found["decided_differently"]
    assert (first["deal"], second["deal"]) == ("D-1", "D-1")
    assert second.keys() == {"deal", "entry", "at", "from", "to", "before", "after", "guards"}
    ended = {name: second[name] for name in ("before", "after", "guards")}
    assert ended == {"before": "ready", "after": "walk_away", "guards": ["budget_approved"]}


def test_recorded_attempts_at_moves_that_are_gone(tmp_path: Path) -> None:
    """Where the new playbook has no such move, that is said in place of a verdict."""
    skip = '[[moves]]\nid = "skip"\nfrom = "one"\nto = "last"\n'
    old, new, trail = (tmp_path / name for name in ("old.toml", "new.toml", "deal.trail"))
    old.write_text(SMALL + MOVES + skip)
    new.write_text(SMALL + MOVES)
    deal = Deal.open(parse_playbook(SMALL + MOVES + skip), id="D-7", account="A", by="r", at=START)
    deal.observe("be.good", True, by="r", at=START)
    deal.advance(to="last", by="r", at=START)
    trail.write_text(dumps(deal.trail))
    result = run("playbook", "diff", old, new, "--trails", trail)
    assert "one → last: removed, it is gone" in result.stdout
    assert "the other playbook has no such move" in result.stdout
    assert "one → last: ready, now no such move" in result.stdout
    assert run("playbook", "diff", new, old, "--fail-on", "looser").exit_code == 1


@pytest.mark.parametrize(
    ("now", "line"),
    [
        ('good_for = "P9D"', "be.rich is yes, says our rep, 9 days ago"),
        ("sources = { first_hand = true }", "be.rich is yes, says somebody, told on"),
        ('sources = { roles = ["buyer"] }', "be.rich is yes, says our rep"),
        ("sources = { at_least = 2 }", "be.rich is yes, says our rep"),
    ],
)
def test_how_a_witness_knows(tmp_path: Path, now: str, line: str) -> None:
    """Old answers, hearsay and our own eyes are told as what they are."""
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    rule = 'title = { en = "they are rich", zh = "富" }\ntype = "yes_no"\n'
    old.write_text(SMALL + MOVES)
    new.write_text((SMALL + MOVES).replace(rule, rule + now + "\n"))
    result = run("playbook", "diff", old, new)
    assert line in result.stdout


def test_who_is_there(tmp_path: Path) -> None:
    """Where roles make the difference, it is told who holds them, and what nobody said."""
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(SMALL + MOVES)
    rule = 'when = "be.good"'
    new.write_text((SMALL + MOVES).replace(rule, 'when = "covered(helper) and be.rich"'))
    result = run("playbook", "diff", old, new)
    assert "helper: nobody" in result.stdout
    assert "be.rich: nobody said anything" in result.stdout


def test_what_was_not_decided(tighter: Path) -> None:
    """Above the limit nothing is claimed, and a check of looseness fails."""
    result = run("playbook", "diff", "seven_step", tighter, "--limit", "1", "--fail-on", "looser")
    assert result.exit_code == 1
    assert "was not decided within the limit" in result.stdout


def test_bad_input_of_diff(tighter: Path, tmp_path: Path) -> None:
    """Playbooks and trails that cannot be used are named, with exit code 2."""
    assert run("playbook", "diff", "seven_step", "no_such").exit_code == 2
    bad = tmp_path / "bad.trail"
    bad.write_text("no trail")
    result = run("playbook", "diff", "seven_step", tighter, "--trails", bad)
    assert (result.exit_code, str(bad) in result.stderr) == (2, True)
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("playbook", "diff", "seven_step", tighter, "--trails", empty)
    assert (result.exit_code, "no files in this folder" in result.stderr) == (2, True)


SCRIPT = """
format = 1
playbook = "seven_step"
title.en = "A mail"
title.zh = "一封邮件"
story.en = "Nobody answers."
story.zh = "没有人回复。"
[deal]
id = "D-1"
account = "Northwind"
by = "lena"
at = 2026-03-02T09:00:00Z
[[lines]]
at = 2026-03-02T10:00:00Z
move = "advance"
expect.refused = [%s]
"""
ALL_THREE = '"first_talk", "presenting_problem", "next_talk_dated"'


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder with two deal scripts, of which one expects too little."""
    folder = tmp_path / "deals" / "deeper"
    folder.mkdir(parents=True)
    folder.joinpath("good.deal.toml").write_text(SCRIPT % ALL_THREE)
    folder.joinpath("bad.deal.toml").write_text(SCRIPT % '"first_talk"')
    return tmp_path / "deals"


def test_scripts_as_tests(scripts: Path) -> None:
    """Each script is listed as met or not, with what it expected, and one that is not fails."""
    result = run("playbook", "test", "seven_step", scripts)
    assert result.exit_code == 1
    assert "1 of 2 as expected" in result.stdout
    assert "refused: expected first_talk, found" in result.stdout
    good = scripts / "deeper" / "good.deal.toml"
    assert run("playbook", "test", "seven_step", good).exit_code == 0


def test_a_refusal_that_the_script_does_not_expect(tmp_path: Path) -> None:
    """A line that does not speak of its refusal fails, as it does under pytest."""
    path = tmp_path / "silent.deal.toml"
    path.write_text(SCRIPT.replace("expect.refused = [%s]", ""))
    result = run("playbook", "test", "seven_step", path)
    assert result.exit_code == 1
    assert "refused by first_talk, presenting_problem, next_talk_dated" in result.stdout


def test_coverage_of_scripts(scripts: Path) -> None:
    """--cov shows what the scripts cover, and a requirement that is not met fails."""
    good = scripts / "deeper" / "good.deal.toml"
    result = run("playbook", "test", "seven_step", good, "--cov")
    assert result.exit_code == 0
    assert "refusals" in result.stdout
    result = run("playbook", "test", "seven_step", good, "--cov-fail-under", "refusals:100")
    assert result.exit_code == 1
    assert "refusals: 1 of 7" in result.stdout
    result = run("playbook", "test", "seven_step", good, "--cov-fail-under", "refusals:10")
    assert result.exit_code == 0


def test_scripts_as_data(scripts: Path) -> None:
    """--json gives the failures of each script, the coverage, and what falls short."""
    found = data_of(
        run("playbook", "test", "seven_step", scripts, "--cov-fail-under", "steps:100", "--json")
    )
    assert [bool(each["failures"]) for each in found["scripts"]] == [True, False]
    assert found["coverage"]
    assert found["short"] == ["steps: 1 of 7 (14.2 %), and 100 % are required"]
    good = scripts / "deeper" / "good.deal.toml"
    assert data_of(run("playbook", "test", "seven_step", good, "--json"))["coverage"] is None


def test_bad_input_of_tests(scripts: Path, tmp_path: Path) -> None:
    """Requirements, folders and scripts that cannot be used are named, with exit code 2."""
    result = run("playbook", "test", "seven_step", scripts, "--cov-fail-under", "gards:100")
    assert (result.exit_code, "gards" in result.stderr) == (2, True)
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("playbook", "test", "seven_step", empty)
    assert (result.exit_code, "no *.deal.toml" in result.stderr) == (2, True)
    impossible = tmp_path / "impossible.deal.toml"
    told = SCRIPT.replace('"advance"', '"fulfil"').replace("expect.refused = [%s]", "")
    impossible.write_text(told)
    result = run("playbook", "test", "seven_step", impossible)
    assert (result.exit_code, "impossible.deal.toml" in result.stderr) == (2, True)


def test_more_than_was_found() -> None:
    """Where one direction is shown and the other was given up, both are said."""
    found = diff(BOOK, BOOK)
    move = evolve(found.moves[0], effect="tighter", undecided=True)
    file = StringIO()
    put_difference(Page(file), "en", evolve(found, moves=(move,)))
    assert "there may be more: the search was given up" in file.getvalue()


def test_a_guard_on_the_card(tmp_path: Path) -> None:
    """A deal that shows a change in a guard on our own record is told with that record."""
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(SMALL + MOVES, encoding="utf-8")
    guard = """when = 'deal.owner != "rep"'"""
    new.write_text(SMALL.replace('when = "be.rich"', guard) + MOVES, encoding="utf-8")
    result = run("playbook", "diff", new, old)
    assert "rep owns the deal" in result.stdout
    found = data_of(run("playbook", "diff", new, old, "--json"))
    (move,) = [move for move in found["moves"] if move["to"] == "right"]
    owners = {way: move[way]["card"]["owner"] for way in ("tighter", "looser")}
    assert owners["tighter"] != "rep" == owners["looser"]
