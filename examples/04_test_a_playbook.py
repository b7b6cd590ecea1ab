"""Unit tests for a playbook of one's own: plain functions, each about one sentence of the rules.

Run them with ``pytest examples/04_test_a_playbook.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dealflow import Deal, Playbook, Truth, parse_playbook
from dealflow.testing import assert_asks, assert_moves, assert_refused, assert_walks_away

RULES = """
format = 1
id = "small"
version = "1.0.0"
title = { en = "Small sale", zh = "小额销售" }
roles.payer.title = { en = "Payer", zh = "付款人" }

[facts."money.there"]
title = { en = "the money is there", zh = "资金已到位" }
type = "yes_no"
good_for = "P30D"
sources = { roles = ["payer"], first_hand = true }
ask = [{ id = "money.there", en = "Is the money there?", zh = "资金到位了吗？", of = ["payer"] }]

[guards.money_there]
title = { en = "Money there", zh = "资金到位" }
when = "money.there"
refused = { en = "Without money there is no order.", zh = "没有资金就没有订单。" }

[[steps]]
id = "talk"
title = { en = "Talk", zh = "交谈" }
goal = { en = "Learn whether they can pay.", zh = "了解客户能否付款。" }

[walk_away]
guards = ["money_there"]
from = "talk"
"""
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(name="playbook", scope="module")
def _playbook() -> Playbook:
    return parse_playbook(RULES)


@pytest.fixture(name="deal")
def _deal(playbook: Playbook) -> Deal:
    deal = Deal.open(playbook, id="T-1", account="Test", by="us", at=NOW)
    deal.add_contact("pat", name="Pat Payer", roles=["payer"], by="us", at=NOW)
    deal.add_contact("vera", name="Vera Visitor", by="us", at=NOW)
    return deal


def money(deal: Deal, days: int = 0) -> Truth:
    """What is known of the money after some days."""
    (finding,) = deal.assess(at=NOW + timedelta(days=days)).findings
    return finding.truth


def test_every_guard_can_be_asked_for(playbook: Playbook) -> None:
    """Every fact that a guard reads has a question."""
    for condition in playbook.guard_condition.values():
        assert all(fact.ask for fact in condition.facts)


def test_only_the_payer_counts(deal: Deal) -> None:
    """A visitor's word is not enough, and neither is the payer's word told on."""
    deal.hear("vera", "money.there", True, by="us", at=NOW)
    deal.hear("pat", "money.there", True, via="vera", by="us", at=NOW)
    assert money(deal) is Truth.UNKNOWN


def test_a_yes_lasts_thirty_days(deal: Deal) -> None:
    """The payer's yes is good for 30 days, and not for 31."""
    deal.hear("pat", "money.there", True, by="us", at=NOW)
    assert (money(deal, 30), money(deal, 31)) == (Truth.TRUE, Truth.UNKNOWN)


def test_a_no_means_walking_away(deal: Deal) -> None:
    """A clear no gives the verdict, and the deal cannot be fulfilled."""
    deal.hear("pat", "money.there", False, by="us", at=NOW)
    assert_walks_away(deal, because={"money_there"})
    assert_refused(deal, because={"money_there"})


def test_silence_asks_the_payer(deal: Deal) -> None:
    """As long as nobody was asked, the payer is to be asked, and nothing is refuted."""
    (ask,) = assert_asks(deal, "money.there")
    assert ask.of == ("pat",)


def test_a_yes_fulfils_the_deal(deal: Deal) -> None:
    """With the payer's yes the way is free."""
    deal.hear("pat", "money.there", True, by="us", at=NOW)
    assert_moves(deal)
    assert deal.outcome == "fulfilled"
