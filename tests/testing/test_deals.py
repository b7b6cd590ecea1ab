"""Deals that a test is given, and those that it is given under a mutant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve

from dealflow import Deal, Playbook, parse_playbook
from dealflow.testing import deal_at
from dealflow.testing import deals as _deals
from dealflow.testing.deals import build
from dealflow.trail import Moved
from tests.deals import MOVES, SMALL, START, small


def test_a_given_deal_is_the_known_one() -> None:
    """Under a mutant a test is given the deal that it knows, where that gets there, too."""
    book = small()
    looser = small(MOVES.replace('when = ["rich"]', ""))
    known = deal_at(book, "right", at=START)
    deal = build(looser, "right", {}, like=book, at=START)
    assert deal.playbook is looser
    assert _told(deal) == _told(known)
    # its moves say what they were judged on, and under these rules that is less
    assert [sorted(guards) for guards in _judged(known)] == [["good", "rich"]]
    assert [sorted(guards) for guards in _judged(deal)] == [["good"]]
    deal.trail.verify()
    tighter = build(book, "right", {"has.number": 3}, like=looser, at=START)
    assert {said.fact for said in tighter.statements.values()} == {
        "be.good",
        "be.rich",
        "has.number",
    }


def _told(deal: Deal) -> list[object]:
    """All that a deal's entries say, but for its rules and the guards of its moves."""
    events = [entry.event for entry in deal.trail[1:]]
    return [evolve(e, guards={}) if isinstance(e, Moved) else e for e in events]


def _judged(deal: Deal) -> list[Mapping[str, object]]:
    """The guards of each move."""
    return [entry.event.guards for entry in deal.trail if isinstance(entry.event, Moved)]


def test_not_every_known_deal_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where many were asked for, all are forgotten and found once more."""
    monkeypatch.setattr(_deals, "_MOST_KNOWN", 1)
    monkeypatch.setattr(_deals, "_trails", {})
    looser = small(MOVES.replace('when = ["rich"]', ""))
    versions = [
        build(looser, step, {}, like=small(), at=START).version
        for step in ("right", "left", "right")
    ]
    assert versions[0] == versions[2]


def test_a_deal_that_cannot_be_known_is_another_one() -> None:
    """Where the known deal could not even be recorded under the mutant, another one is found."""
    data: dict[str, Any] = dict(small().to_data())
    facts = {id: fact for id, fact in data["facts"].items() if id != "has.words"}
    other = Playbook.from_data(data | {"facts": facts})
    like = parse_playbook(_with_words())
    deal = build(other, "left", {}, like=like, at=START)
    assert {said.fact for said in deal.statements.values()} == {"be.good"}


def _with_words() -> str:
    return SMALL.replace('when = "be.good"', 'when = "be.good and known(has.words)"') + MOVES
