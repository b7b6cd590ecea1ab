"""What is called impossible, no deal does: the solver against deals that are played.

Random playbooks with conditions of every form are played by the verbs of deals, guided by the
conditions and without the solver. Whatever truth a deal shows, the solver may not call impossible;
and what it calls possible, a deal shows that is brought into its scene.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

import pytest

from dealflow import Deal, Playbook, Refused, Trail, Truth, parse_playbook
from dealflow.analysis import Goal, lint, prove
from tests.analysis.solver._sound_cases import CASES
from tests.analysis.solver._sound_judge import ask, judged, misplayed, watched
from tests.analysis.solver._sound_playbooks import AIM, ALL, made, written
from tests.analysis.solver._sound_words import Declared

TRUE = Truth.TRUE

KEPT = (3, 5, 7, 12, 22, 36, 39, 43)
"""Seeds that showed faults of each kind once: they are looked at thoroughly."""


# --- what deals show


@pytest.mark.parametrize("name", CASES)
def test_named_forms(name: str) -> None:
    """What a deal made by hand shows is possible: one condition at a time, and all together."""
    case = CASES[name]
    playbook = case.playbook()
    shown = case.shown(playbook)
    wanted = dict(zip(playbook.guard_condition, case.truths.values(), strict=True))
    assert {guard: shown[guard] for guard in wanted} == wanted
    goals = [Goal(playbook.guard_condition[guard], {truth}) for guard, truth in wanted.items()]
    for some in ([goal] for goal in goals):
        _found(playbook, some)
    _found(playbook, goals)


def _found(playbook: Playbook, goals: Sequence[Goal]) -> None:
    answer = ask(playbook, goals)
    assert not answer.impossible, [str(goal.condition) for goal in goals]
    assert answer.possible, "not decided"
    assert not misplayed(playbook, goals, answer)


def _nothing_denied(seeds: Sequence[int], *, tries: int, together: bool = False) -> None:
    tally = judged(seeds, tries=tries, together=together)
    assert not tally.denied, f"\n{tally.told()}"
    # "not decided" is never wrong, and to say so always would prove nothing
    assert tally.undecided <= tally.asked // 20, f"{tally.undecided} of {tally.asked}"


@pytest.mark.parametrize("seed", KEPT)
def test_seeds_that_failed(seed: int) -> None:
    """What was wrong once stays right."""
    _nothing_denied([seed], tries=8)


@pytest.mark.parametrize("part", range(10))
def test_no_deal_does_what_is_called_impossible(part: int) -> None:
    """Two hundred conditions: each truth that a deal shows is possible, or not decided."""
    _nothing_denied(range(1000 + 20 * part, 1020 + 20 * part), tries=1, together=True)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(40))
def test_no_deal_of_many_does_what_is_called_impossible(part: int) -> None:
    """Five hundred conditions of twenty thousand, played for longer."""
    _nothing_denied(range(10_000 + 50 * part, 10_000 + 50 * (part + 1)), tries=6)


# --- what is shown of scenes


@pytest.mark.parametrize("part", range(4))
def test_every_witness_is_performed(part: int) -> None:
    """What is called possible, alone or in twos, a deal shows that the verbs bring there."""
    wrong = []
    for seed in range(2000 + 4 * part, 2000 + 4 * (part + 1)):
        one, rng = made(seed, 5), Random(seed)
        conditions = [one.playbook.guard_condition[guard] for guard in one.guards]
        for when in conditions:
            for truth in Truth:
                goals = [Goal(when, {truth})]
                other = rng.choice(conditions)
                if other is not when and rng.random() < 0.5:
                    goals.append(Goal(other, {rng.choice(tuple(Truth))}))
                answer = ask(one.playbook, goals)
                if missed := misplayed(one.playbook, goals, answer):
                    wrong.append(f"seed {seed}: {missed}")
    assert not wrong, "\n".join(wrong)


# --- what the tools say to people


@pytest.mark.parametrize("seed", range(3000, 3006))
def test_no_deal_does_what_lint_calls_impossible(seed: int) -> None:
    """No step where a deal gets is unreachable, no guard it passes never passes, and so on."""
    one, played = watched(seed, 8, 4)
    said = {(finding.code, finding.place) for finding in lint(one.playbook)}
    for (guard, truth), seen in played.truths.items():
        if guard not in one.guards:
            continue
        if truth is TRUE and _passes(one.playbook, seen.trail, seen.at, f"only_{guard}"):
            assert ("D101", f"steps.only_{guard}") not in said, one.guards[guard]
            assert ("D102", f"steps.{AIM}") not in said
        if truth is TRUE:
            assert ("D202", f"guards.{guard}.when") not in said, one.guards[guard]
        else:
            assert ("D201", f"guards.{guard}.when") not in said, one.guards[guard]


def _passes(playbook: Playbook, trail: Trail, at: datetime, to: str) -> bool:
    deal = Deal.replay(playbook, trail)
    try:
        deal.advance(by="rep", at=at, to=to)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("seed", range(3100, 3106))
def test_no_deal_breaks_what_is_proved(seed: int) -> None:
    """Where a deal got in although a condition was not true, that is not proved impossible."""
    one, played = watched(seed, 8, 5)
    book = one.playbook
    claims = []
    for (guard, truth), seen in played.truths.items():
        if truth is not TRUE or guard not in one.guards:
            continue
        if not _passes(book, seen.trail, seen.at, f"only_{guard}"):
            continue
        claims += [
            f'never "only_{guard}" unless {when}'
            for other, when in one.guards.items()
            if seen.truths[other] is not TRUE
        ]
    assert claims
    proof = prove(book, Random(seed).sample(claims, min(6, len(claims))))
    assert not [each.id for each in proof.theorems if each.proved and each.id != "walk_away"]


@pytest.mark.parametrize("name", ["some of five items", "seven heard", "one person in two roles"])
def test_what_is_said_of_named_forms(name: str) -> None:
    """A guard that a deal passes never is said to hold every deal up, nor a claim to be proved."""
    case = CASES[name]
    (when,) = case.truths
    facts = (*case.facts, Declared("our.spare", "yes_no"))
    text = written(facts, ("payer", "coach", "user"), {"g0": when})
    playbook = parse_playbook(text)
    deal = case.deal(playbook)
    deal.advance(by="rep", at=deal.trail[-1].at, to=ALL)
    said = {finding.code for finding in lint(playbook)}
    assert said.isdisjoint({"D101", "D102", "D202", "D203"})
    (claim,) = prove(playbook, [f'never "{ALL}" unless our.spare']).theorems
    assert not claim.proved
