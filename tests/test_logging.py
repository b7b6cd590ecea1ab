"""Logging: what happens to a deal, as events of structlog."""

from __future__ import annotations

import subprocess
import sys

import pytest
import structlog
from structlog.testing import capture_logs

from dealflow import EvidenceError, Refused
from dealflow.logging import logged
from tests.deals import BY, START, new_deal


def test_every_entry_of_the_block_is_logged() -> None:
    """Entries from before the block are not."""
    deal = new_deal()
    with capture_logs() as logs, logged(deal, request="42") as log:
        deal.add_contact("tom", name="Tom", by=BY, at=START)
        deal.hear("tom", "need.presenting", "Late", by=BY, at=START, quote="Always late")
        log.info("note")
    assert [entry["event"] for entry in logs] == ["note", "deal.contact_added", "deal.said"]
    assert logs[-1] == {
        "event": "deal.said",
        "log_level": "info",
        "deal": "D-1",
        "request": "42",
        "seq": 3,
        "kind": "said",
        "by": "lena",
        "at": "2026-03-02T09:00:00+00:00",
        "step": "first_contact",
    }


def test_a_refusal_is_a_warning_and_goes_on_its_way() -> None:
    """It names the verdict and the guards in the way, and is told once."""
    deal = new_deal()
    with capture_logs() as logs, pytest.raises(Refused), logged(deal):
        deal.advance(by=BY, at=START)
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("deal.refused", "warning")
    assert (entry["verdict"], entry["step"], entry["to"]) == (
        "ask",
        "first_contact",
        "qualification",
    )
    assert entry["blocking"] == ["first_talk", "presenting_problem", "next_talk_dated"]


def test_a_refusal_that_the_block_takes_is_logged_as_well() -> None:
    """Whoever handles it need not log it."""
    deal = new_deal()
    with capture_logs() as logs, logged(deal):
        with pytest.raises(Refused):
            deal.advance(by=BY, at=START)
        deal.walk_away(by=BY, at=START, reason="no time")
    assert [entry["event"] for entry in logs] == ["deal.refused", "deal.walked_away"]
    assert logs[1]["verdict"] == "ask"


def test_an_error_is_logged_and_raised_again() -> None:
    """With what had happened before it."""
    deal = new_deal()

    def work() -> None:
        with logged(deal):
            deal.add_contact("tom", name="Tom", by=BY, at=START)
            deal.hear("nobody", "need.presenting", "Late", by=BY, at=START)

    with capture_logs() as logs, pytest.raises(EvidenceError):
        work()
    assert [entry["event"] for entry in logs] == ["deal.contact_added", "deal.failed"]
    assert logs[1]["error"] == "EvidenceError"
    assert logs[1]["log_level"] == "error"
    assert logs[1]["version"] == 2


def test_moves_say_where_to() -> None:
    """The step is the one after the entry."""
    deal = new_deal()
    deal.add_contact("tom", name="Tom", by=BY, at=START)
    deal.meet("call", participants=["tom"], by=BY, at=START)
    deal.hear("tom", "need.presenting", "Late", by=BY, at=START)
    deal.hear("tom", "next_step.agreed", "2026-03-09", by=BY, at=START)
    with capture_logs() as logs, logged(deal):
        deal.advance(by=BY, at=START)
        deal.step_back("first_contact", by=BY, at=START, reason="too early")
        deal.lose(by=BY, at=START, reason="gone", to="nothing")
        deal.hear("tom", "need.presenting", "Later", by=BY, at=START)
        deal.reopen(by=BY, at=START, reason="back")
    assert [(entry["kind"], entry["step"], entry.get("to")) for entry in logs] == [
        ("moved", "qualification", "qualification"),
        ("stepped_back", "first_contact", "first_contact"),
        ("lost", "first_contact", None),
        ("said", "first_contact", None),
        ("reopened", "first_contact", "first_contact"),
    ]


def test_a_logger_of_ones_own_is_used() -> None:
    """And its context stays bound."""
    deal = new_deal()
    with capture_logs() as logs, logged(deal, structlog.get_logger(app="crm")):
        deal.add_contact("tom", name="Tom", by=BY, at=START)
    assert logs[0]["app"] == "crm"


def test_without_structlog_the_import_says_what_to_install() -> None:
    """One clear ImportError."""
    code = "import sys; sys.modules['structlog'] = None; import dealflow.logging"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert 'dealflow.logging needs structlog: pip install "dealflow[log]"' in done.stderr
