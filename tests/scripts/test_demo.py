"""The shipped deal scripts: each plays as it says, and each leaves a sound trail."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest

from dealflow import Deal, Verdict, dumps, load_playbook, loads
from dealflow.scripts import Answer, Go, Run, Say, load_script, play, shipped_scripts
from dealflow.trail import Confirmed, SteppedBack

DEMOS = ("01_fulfilled", "02_walked_away", "03_comeback")


@cache
def run_of(demo: str) -> Run:
    """A demo, played once for all tests."""
    return play(load_script(demo))


def refusals(run: Run) -> list[set[str]]:
    """The blocking guards of every refusal."""
    return [{f.guard for f in t.refused.findings} for t in run.turns if t.refused is not None]


def test_three_are_shipped() -> None:
    """There are three demo scripts, in the order in which they are to be read."""
    assert shipped_scripts() == DEMOS


@pytest.mark.parametrize("demo", DEMOS)
def test_every_expectation_is_met(demo: str) -> None:
    """Every line that says what is expected after it finds just that."""
    assert run_of(demo).failures == ()


@pytest.mark.parametrize("demo", DEMOS)
def test_every_move_says_what_it_expects(demo: str) -> None:
    """No move and no answer of a demo goes unchecked."""
    moves = [line for line in run_of(demo).script.lines if isinstance(line.action, Go | Answer)]

    assert moves
    assert all(line.expect is not None for line in moves)


@pytest.mark.parametrize(
    ("demo", "outcome"),
    [
        ("01_fulfilled", "fulfilled"),
        ("02_walked_away", "walked_away"),
        ("03_comeback", "fulfilled"),
    ],
)
def test_outcome(demo: str, outcome: str) -> None:
    """Every demo ends as its title promises."""
    run = run_of(demo)

    assert run.deal.outcome == outcome
    assert run.turns[-1].outcome == outcome


@pytest.mark.parametrize("demo", DEMOS)
def test_trail_survives(demo: str) -> None:
    """The trail of a demo is sound, and its text gives the same trail and the same deal again."""
    deal = run_of(demo).deal
    text = dumps(deal.trail)
    trail = loads(text, head=deal.trail.head)

    deal.trail.verify()
    assert trail == deal.trail
    assert dumps(trail) == text
    assert Deal.replay(load_playbook("seven_step"), trail) == deal


@pytest.mark.parametrize("demo", DEMOS)
def test_trail_is_told_completely(demo: str) -> None:
    """The opening and the turns together hold every entry of the trail, in order."""
    run = run_of(demo)
    told = [*run.opening, *(entry for turn in run.turns for entry in turn.entries)]

    assert told == list(run.deal.trail)


@pytest.mark.parametrize("demo", DEMOS)
def test_playing_twice_gives_the_same_bytes(demo: str) -> None:
    """A script leaves nothing to chance and to the clock."""
    assert dumps(play(load_script(demo)).deal.trail) == dumps(run_of(demo).deal.trail)


@pytest.mark.parametrize("demo", DEMOS)
def test_readable_in_length_and_language(demo: str) -> None:
    """A demo has 25 to 75 lines in 2026 and at least eight notes, each in both languages."""
    script = run_of(demo).script
    notes = [line.comment for line in script.lines if line.comment is not None]

    assert 25 <= len(script.lines) <= 75
    assert {line.at.year for line in script.lines} == {2026}
    assert len(notes) >= 8
    assert all(note.en.isascii() or "“" in note.en for note in notes)
    assert all(any("一" <= letter <= "鿿" for letter in note.zh) for note in notes)


def test_fulfilled_is_stopped_and_goes_on() -> None:
    """In the first demo seven moves are refused, and the last of all passes."""
    run = run_of("01_fulfilled")

    assert len(refusals(run)) == 7
    assert run.turns[-1].refused is None


def test_answers_go_stale() -> None:
    """The approval of the budget goes out of date, stops a move, and is asked for again."""
    run = run_of("01_fulfilled")
    lapsed = [c for turn in run.turns for c in turn.lapsed if c.guard == "budget_approved"]
    again = [
        turn
        for turn in run.turns
        if isinstance(turn.line.action, Say) and "budget.approved" in turn.line.action.facts
    ]

    assert [gap.reason for gap in lapsed[0].after.gaps].count("stale") == 2
    assert any({"budget_approved", "budget_asked"} <= guards for guards in refusals(run))
    assert again[-1].line.at - again[0].line.at > timedelta(days=90)


def test_after_a_no_everything_is_said_again() -> None:
    """The deal goes back to the gap; what was said before counts once its speaker confirms it."""
    run = run_of("03_comeback")
    events = [entry.event for entry in run.deal.trail]
    (back,) = [event for event in events if isinstance(event, SteppedBack)]
    since = {
        gap.reason
        for turn in run.turns
        if turn.refused
        for f in turn.refused.findings
        for gap in f.gaps
    }

    assert (back.cause, back.to_step) == ("rejected", "buying_roles")
    assert "since_rejection" in since
    assert sum(isinstance(event, Confirmed) for event in events) >= 6


def test_walked_away_in_step_three() -> None:
    """Hearsay approves nothing; the one who pays says no; the deal ends in step 3, politely."""
    run = run_of("02_walked_away")
    (hearsay,) = [t for t in run.turns if getattr(t.line.action, "via", None) == "chen"]
    (no,) = [t for t in run.turns if t.before.verdict is Verdict.ASK is not t.after.verdict][-1:]
    budget = {f.guard: f for f in hearsay.after.findings}["budget_approved"]

    assert "first_hand" in {gap.reason for gap in budget.gaps}
    assert no.after.verdict is Verdict.WALK_AWAY
    assert [c.guard for c in no.changes] == ["budget_approved"]
    assert run.deal.step == "buying_roles"
    assert run.deal.farewell(at=run.deal.trail[-1].at).guards == ("budget_approved",)


def test_comeback_reconciles() -> None:
    """Two people contradict each other on the budget, and one takes it back."""
    run = run_of("03_comeback")
    conflicts = [c for turn in run.turns for c in turn.conflicts]

    assert [(c.guard, c.between) for c in conflicts] == [
        ("budget_approved", ("simon", "helen")),
        ("legal_clauses_settled", ("martin", "Contract, final draft")),
    ]
    assert [s.fact for s in (*conflicts[0].yes, *conflicts[0].no)] == ["budget.approved"] * 2


def test_comeback_goes_back_to_the_gap() -> None:
    """The rejected trial close goes back to the people, and the trail names the failed guards."""
    run = run_of("03_comeback")
    (back,) = [entry.event for entry in run.deal.trail if isinstance(entry.event, SteppedBack)]

    assert (back.to_step, back.cause) == ("buying_roles", "rejected")
    assert {guard: record.truth for guard, record in back.guards.items()} == {
        "everyone_understood": "unknown",
        "no_technical_no": "false",
    }


def test_chinese_customer_speaks_chinese() -> None:
    """What the Chinese customer says stands in the trail in Chinese, whoever reads it."""
    said = [
        line.action
        for line in run_of("02_walked_away").script.lines
        if isinstance(line.action, Say)
    ]

    assert said
    assert all(any("一" <= letter <= "鿿" for letter in action.quote) for action in said)
