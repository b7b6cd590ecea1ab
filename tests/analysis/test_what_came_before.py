"""What a deal went through bears on what is so of it: nothing is proved that forgets that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dealflow import Deal, Playbook, parse_playbook
from dealflow.analysis import diff, lint, prove

NOW: dict[str, Any] = {"by": "rep", "at": datetime(2026, 1, 5, 9, tzinfo=UTC)}

BRANCHED = """
format = 1
id = "branched"
version = "1"
title = "Branched"
languages = ["en"]
invariants = ['never "done" unless {claim}']
roles.payer = {{ title = "payer" }}
facts."our.yes" = {{ title = "yes", type = "yes_no" }}
guards.into = {{ title = "into", when = "{into}", refused = "no" }}
guards.straight = {{ title = "straight", when = "our.yes", refused = "no" }}
steps = [
  {{ id = "talk", title = "talk", goal = "talk" }},
  {{ id = "pilot", title = "pilot", goal = "pilot" }},
  {{ id = "contract", title = "contract", goal = "contract" }},
  {{ id = "done", title = "done", goal = "done" }},
]
moves = [
  {{ id = "try_it", from = "talk", to = "pilot", when = ["into"] }},
  {{ id = "straight_on", from = "talk", to = "contract", when = ["straight"] }},
  {{ id = "tried", from = "pilot", to = "done", when = ["straight"] }},
  {{ id = "sign", from = "contract", to = "fulfilled" }},
  {{ id = "end", from = "done", to = "fulfilled" }},
]
"""


def _back_to_where_it_never_was(playbook: Playbook) -> Deal:
    """A deal that goes round a step, back into it, and on."""
    deal = Deal.open(playbook, id="D-1", account="Northwind", **NOW)
    deal.read("a letter", "our.yes", True, **NOW)
    deal.advance(to="contract", **NOW)
    deal.step_back("pilot", reason="They want to try it", **NOW)
    deal.advance(to="done", **NOW)
    return deal


@pytest.mark.parametrize(
    ("into", "claim"),
    [
        ("deal.talks >= 1", "deal.talks >= 1"),
        ("our.yes and not our.yes", "covered(payer)"),
    ],
)
def test_no_guard_stands_on_the_way_back(into: str, claim: str) -> None:
    """Of a step that a deal can go back to, nothing is so for sure that is asked on the way in."""
    playbook = parse_playbook(BRANCHED.format(into=into, claim=claim))
    assert _back_to_where_it_never_was(playbook).step == "done"
    (theorem,) = prove(playbook).theorems
    assert not theorem.proved


def test_a_step_that_deals_go_back_to_is_not_called_unreachable() -> None:
    """Where a deal gets only by going back, a deal gets all the same."""
    never = BRANCHED.format(into="our.yes and not our.yes", claim="our.yes")
    playbook = parse_playbook(never)
    assert _back_to_where_it_never_was(playbook).step == "done"
    assert not [
        each for each in lint(playbook) if (each.code, each.place) == ("D101", "steps.done")
    ]


SIGNED = """
format = 1
id = "signed"
version = "1"
title = "Signed"
languages = ["en"]
roles.payer = {{ title = "payer" }}
facts."our.yes" = {{ title = "yes", type = "yes_no"{more} }}
guards.signed = {{ title = "signed", when = "known(our.yes)", refused = "no" }}
steps = [{{ id = "talk", title = "talk", goal = "talk", leave_when = ["signed"] }}]
"""


def test_who_once_had_the_final_word_tells_declarations_apart() -> None:
    """A fact with a final word is not the same as one without, and the difference is found."""
    old = parse_playbook(SIGNED.format(more=""))
    new = parse_playbook(SIGNED.format(more=', final_word = ["payer"]'))
    outcomes = []
    for playbook in (old, new):
        deal = Deal.open(playbook, id="D-1", account="Northwind", **NOW)
        deal.add_contact("k1", name="k1", roles=["payer"], **NOW)
        deal.hear("k1", "our.yes", True, **NOW)
        deal.change_contact("k1", roles=[], **NOW)
        outcomes.append(deal.verdict(at=NOW["at"]).value)
    assert outcomes == ["ready", "ask"]
    (move,) = diff(old, new).moves
    assert move.effect != "same"
