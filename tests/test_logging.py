"""Logging: what happens to a deal, as events of structlog."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from threading import Barrier, Lock, Thread
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from dealflow import Deal, EvidenceError, Refused
from dealflow.logging import logged
from tests.deals import BY, START, deal_at, new_deal, now, ready_at


def test_every_entry_of_the_block_is_logged() -> None:
    """Entries from before the block are not."""
    deal = new_deal()
    with capture_logs() as logs, logged(deal, request="42") as log:
        deal.add_contact("tom", name="Tom", by=BY, at=START)
        deal.hear("tom", "need.presenting", "Late", by=BY, at=START, quote="Always late")
        log.info("note")
    assert [entry["event"] for entry in logs] == ["deal.contact_added", "deal.said", "note"]
    assert logs[1] == {
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


def test_entries_are_logged_when_their_verb_is_over() -> None:
    """And not at the end of the block; both entries of an answer at once, each with its step."""
    deal = ready_at("trial_close")
    with capture_logs() as logs, logged(deal) as log:
        deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))
        log.info("note")
        deal.add_contact("eve", name="Eve", by=BY, at=now(deal))
    assert [(entry["event"], entry.get("step")) for entry in logs] == [
        ("deal.said", "trial_close"),
        ("deal.moved", "negotiation"),
        ("note", None),
        ("deal.contact_added", "negotiation"),
    ]


def test_a_refused_answer_is_logged() -> None:
    """The answer stays on record, and neither entry leaves the step."""
    deal = deal_at("trial_close")
    with capture_logs() as logs, logged(deal):
        with pytest.raises(Refused):
            deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))
        deal.answer_trial_close("rejected", source="ruth", gap="money", by=BY, at=now(deal))
    assert [(entry["kind"], entry["step"], entry.get("to")) for entry in logs] == [
        ("said", "trial_close", None),
        ("refused", "trial_close", "negotiation"),
        ("said", "trial_close", None),
        ("said", "trial_close", None),
        ("stepped_back", deal.step, deal.step),
    ]


def test_what_is_rolled_back_is_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer whose move broke never happened; that it broke is logged."""
    deal = ready_at("trial_close")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    def work() -> None:
        with logged(deal):
            deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))

    monkeypatch.setattr("dealflow.deal.deal.judge_step", broken)
    with capture_logs() as logs, pytest.raises(ZeroDivisionError):
        work()
    assert [(entry["event"], entry["error"]) for entry in logs] == [
        ("deal.failed", "ZeroDivisionError")
    ]


def test_another_deal_is_not_logged() -> None:
    """A block is for one deal, even where another has the same id."""
    deal, twin = new_deal(), new_deal()
    with capture_logs() as logs, logged(deal):
        twin.add_contact("tom", name="Tom", by=BY, at=START)
    assert logs == []


def add(deal: Deal, id: str) -> None:
    """Add a contact."""
    deal.add_contact(id, name=id.title(), by=BY, at=START)


def who_made(deal: Deal) -> dict[int, str]:
    """By the number of an entry, whose contact it added."""
    events: dict[int, Any] = {entry.seq: entry.event for entry in deal.trail[1:]}
    return {seq: event.contact.id[:3] for seq, event in events.items()}


def test_the_innermost_block_tells() -> None:
    """Of several blocks for one deal the innermost, with its context; after it the one around."""
    deal, other = new_deal(), new_deal(id="D-2")
    with capture_logs() as logs, logged(deal, request="1"):
        add(deal, "ann")
        with logged(deal, request="2"), logged(other, request="3"):
            add(deal, "bob")
            add(other, "bob")
        add(deal, "cid")
    assert [(entry["deal"], entry["seq"], entry["request"]) for entry in logs] == [
        ("D-1", 2, "1"),
        ("D-1", 3, "2"),
        ("D-2", 2, "3"),
        ("D-1", 4, "1"),
    ]


def test_an_error_is_told_by_the_first_block_that_it_leaves() -> None:
    """And by no other of that deal; one that is raised on the way out is another error."""
    deal, other = new_deal(), new_deal(id="D-2")

    def work() -> None:
        with logged(deal, block=1), logged(deal, block=2):
            try:
                with logged(deal, block=3), logged(other, block=4), logged(deal, block=5):
                    raise ZeroDivisionError
            except ZeroDivisionError as error:
                raise ValueError from error

    with capture_logs() as logs, pytest.raises(ValueError, match=r"^$"):
        work()
    assert [(entry["block"], entry["error"]) for entry in logs] == [
        (5, "ZeroDivisionError"),
        (4, "ZeroDivisionError"),
        (2, "ValueError"),
    ]


def test_tasks_tell_what_they_did() -> None:
    """Two tasks on one deal, each with a block of its own: every entry once, by who made it."""

    async def work(deal: Deal, id: str) -> None:
        with logged(deal, task=id):
            for number in range(3):
                add(deal, f"{id}{number}")
                await asyncio.sleep(0)

    async def bare(deal: Deal) -> None:
        add(deal, "cid")

    async def main(deal: Deal) -> None:
        with logged(deal, task="main"):
            await asyncio.gather(work(deal, "ann"), work(deal, "bob"), bare(deal))

    deal = new_deal()
    with capture_logs() as logs:
        asyncio.run(main(deal))
    made = who_made(deal)
    assert [entry["seq"] for entry in logs] == sorted(made) == list(range(2, 9))
    assert {entry["seq"]: entry["task"] for entry in logs} == {
        seq: "main" if who == "cid" else who for seq, who in made.items()
    }


def test_threads_tell_what_they_did() -> None:
    """Two threads that take turns on one deal: every entry once, by the thread that made it."""
    deal, turn = new_deal(), Barrier(2)
    lock = Lock()

    def work(id: str) -> None:
        with logged(deal, thread=id):
            for number in range(5):
                turn.wait()
                with lock:
                    add(deal, f"{id}{number}")

    with capture_logs() as logs:
        threads = [Thread(target=work, args=(id,)) for id in ("ann", "bob")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    made = who_made(deal)
    assert {entry["seq"]: entry["thread"] for entry in logs} == made
    assert len(logs) == len(made) == 10


def test_a_thread_takes_the_context_along() -> None:
    """What a thread does is told by the block around it when it has a copy of its context."""
    deal = new_deal()

    async def main() -> None:
        with logged(deal):
            await asyncio.to_thread(add, deal, "ann")
            await asyncio.get_running_loop().run_in_executor(None, add, deal, "bob")

    with capture_logs() as logs:
        asyncio.run(main())
    assert [entry["seq"] for entry in logs] == [2]


def test_errors_of_a_group_of_tasks() -> None:
    """A group is a failure of its own, unless everything in it was told already."""
    deal = new_deal()

    async def fail() -> None:
        with logged(deal):
            raise ZeroDivisionError

    async def refuse() -> None:
        deal.advance(by=BY, at=START)

    async def stumble() -> None:
        raise ValueError

    async def main(*works: Callable[[], Coroutine[None, None, None]]) -> None:
        with logged(deal):
            async with asyncio.TaskGroup() as group:
                for work in works:
                    group.create_task(work())

    found: list[list[str]] = []
    for works in ((fail, refuse), (fail, stumble)):
        with capture_logs() as logs, pytest.raises(ExceptionGroup):
            asyncio.run(main(*works))
        found.append([entry.get("error", entry["event"]) for entry in logs])
    assert found == [
        ["ZeroDivisionError", "deal.refused"],
        ["ZeroDivisionError", "ExceptionGroup"],
    ]


def test_a_log_that_raises() -> None:
    """Its error goes to the caller, and the entry stays on record."""
    deal = new_deal()
    logger = structlog.get_logger()

    class Broken:
        def bind(self, **_: object) -> Broken:
            return self

        def info(self, *_: object, **__: object) -> None:
            raise OSError

        def error(self, event: str, **fields: object) -> None:
            logger.error(event, **fields)

    with capture_logs() as logs, pytest.raises(OSError, match=r"^$"), logged(deal, Broken()):
        add(deal, "ann")
    assert deal.version == 2
    assert [entry["event"] for entry in logs] == ["deal.failed"]


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
