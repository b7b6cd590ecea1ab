"""Deals that a test is given, and those that it is given under a mutant."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow import Playbook, parse_playbook
from dealflow.playbook import StandIn
from dealflow.testing import deal_at
from dealflow.testing import deals as _deals
from dealflow.testing.deals import build
from tests.deals import MOVES, SMALL, START, small


def test_a_given_deal_is_the_known_one() -> None:
    """Under a mutant a test is given the deal that it knows, where that gets there, too."""
    book = small()
    looser = StandIn.in_place_of(book, small(MOVES.replace('when = ["rich"]', "")))
    known = deal_at(book, "right", at=START)
    deal = build(looser, "right", {}, at=START)
    assert deal.playbook is looser
    assert deal.trail == known.trail
    deal.trail.verify()
    tighter = StandIn.in_place_of(looser, book)
    other = build(tighter, "right", {"has.number": 3}, at=START)
    assert other.playbook is tighter
    assert {said.fact for said in other.statements.values()} == {"be.good", "be.rich", "has.number"}


def test_not_every_known_deal_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many were asked for, all are forgotten and found once more."""
    monkeypatch.setattr(_deals, "_MOST_KNOWN", 1)
    monkeypatch.setattr(_deals, "_trails", {})
    looser = StandIn.in_place_of(small(), small(MOVES.replace('when = ["rich"]', "")))
    versions = [build(looser, step, {}, at=START).version for step in ("right", "left", "right")]
    assert versions[0] == versions[2]


def test_a_known_deal_may_say_what_the_rules_in_its_place_do_not_know() -> None:
    """Where they have no such fact, the deal is the known one all the same, and goes on."""
    data: dict[str, Any] = dict(small().to_data())
    facts = {id: fact for id, fact in data["facts"].items() if id != "has.words"}
    like = parse_playbook(_with_words())
    other = StandIn.in_place_of(like, Playbook.from_data(data | {"facts": facts}))
    deal = build(other, "left", {}, at=START)
    assert {said.fact for said in deal.statements.values()} == {"be.good", "has.words"}
    assert deal.assess(at=START).step == "left"


def _with_words() -> str:
    return SMALL.replace('when = "be.good"', 'when = "be.good and known(has.words)"') + MOVES
