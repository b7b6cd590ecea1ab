"""Every guard gives its own reason when it refuses, and no other guard's."""

from __future__ import annotations

import pytest

from dealflow import Playbook

# A word that only the guard's own reason can have.
SPEAKS_OF = {
    "first_talk": "talked with us",
    "presenting_problem": "in the customer's own words",
    "next_talk_dated": "the next one",
    "offer_helps": "what we offer",
    "ready_to_solve": "not decided to solve",
    "worth_it": "return is worth",
    "pain_asked": "the pain",
    "consequence_asked": "cost nobody has named",
    "benefit_asked": "which number it moves",
    "budget_asked": "about money",
    "time_frame_asked": "a project from an idea",
    "decision_process_asked": "whom to meet next",
    "economic_buyer_named": "say yes when all others say no",
    "technical_advisor_named": "rule us out without",
    "real_coach": "wants us to win",
    "several_people_heard": "One person's view",
    "everyone_understood": "own problem, need and stake",
    "severe_problem": "grave problem",
    "budget_approved": "approved budget",
    "timely": "reasonable time",
    "clear_decision_process": "not clear how they decide",
    "alternatives_known": "doing nothing; unnamed",
    "criteria_ranked": "what counts most for them",
    "proof_passed": "their marks and their judges",
    "recommendation_known": "a recommendation that we do not know",
    "no_technical_no": "an open no",
    "gap_known": "A no without a reason",
    "trial_close_answered": "a no into a yes",
    "answer_is_the_buyers": "anybody but the economic buyer's",
    "two_voices": "no proof",
    "nobody_against": "consent counts",
    "serving_decided": "decide to serve",
    "first_time_frame": "a first date",
    "main_terms_agreed": "main term",
    "governing_law_agreed": "agreed law",
    "no_open_point": "open point at signature",
    "legal_clauses_settled": "a lawyer has raised",
    "contract_signed": "before the signature",
    "installed": "stand and run",
    "terms_performed": "promise in the contract",
    "customer_satisfied": "not satisfied",
}


def test_every_guard_has_a_reason(playbook: Playbook) -> None:
    """No guard refuses without a reason that is known here."""
    assert SPEAKS_OF.keys() == playbook.guard.keys()


@pytest.mark.parametrize("guard", SPEAKS_OF)
def test_the_reason_is_the_guards_own(playbook: Playbook, guard: str) -> None:
    """What a guard says when it refuses is about what it looks at."""
    assert SPEAKS_OF[guard] in playbook.guard[guard].refused.en
