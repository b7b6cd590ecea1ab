"""Deals that a test is given, and those that it is given under a mutant."""

from __future__ import annotations

from typing import Any

import pytest

from dealflow import Playbook, parse_playbook
from dealflow.testing import deal_at
from dealflow.testing import deals as _deals
from dealflow.testing.deals import build
from tests.deals import MOVES, SMALL, START, small


def test_a_given_deal_is_the_known_one() -> None:
    """Under a mutant a test is given the deal that it knows, where that gets there, too."""
    book = small()
    looser = small(MOVES.replace('when = ["rich"]', ""))
    known = deal_at(book, "right", at=START)
    deal = build(looser, "right", {}, like=book, at=START)
    assert deal.playbook is looser
    assert [entry.event for entry in deal.trail[1:]] == [entry.event for entry in known.trail[1:]]
    deal.trail.verify()
    tighter = build(book, "right", {"has.number": 3}, like=looser, at=START)
    assert {said.fact for said in tighter.statements.values()} == {
        "be.good",
        "be.rich",
        "has.number",
    }


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
