"""An audit judges trails again: it finds what no verb would have judged so, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from random import Random
from typing import Any

import pytest

from dealflow import Deal, Refused, Trail, TrailError, loads
from dealflow.analysis import Audit, Discrepancy, audit
from dealflow.deal import Observer, observing
from dealflow.playbook import Playbook
from dealflow.scripts import load_script, play, shipped_scripts
from dealflow.state import Snapshot
from tests._work import work
from tests.analysis._forged import BOOKS, FORGERIES, judged, tally
from tests.analysis._forger import Bodies, forgeries, record
from tests.deal._entries import Body, bodies_of, chained
from tests.deal._specimens import specimens
from tests.deals import BY, leave, new_deal, now, ready_at, say, seven_step


def audited(deal: Deal, forge: Callable[[Bodies], object] = lambda bodies: None) -> Audit:
    """The audit of a deal's trail in which something was forged."""
    bodies = bodies_of(deal)
    forge(bodies)
    return audit(loads(chained(bodies)), deal.playbook)


def last(bodies: Bodies, kind: str) -> Body:
    """The last entry of a kind."""
    return [body for body in bodies if body["kind"] == kind][-1]


def let_by(body: Body) -> None:
    """Make a refusal a move whose guards are said to hold."""
    guards = body["data"]["guards"]
    for guard, each in guards.items():
        guards[guard] = record(each, truth="true", missing=[], no=[])
    body["kind"], body["data"]["verdict"] = "moved", "ready"


def refused(deal: Deal) -> Deal:
    """The deal, after a move that was refused."""
    with pytest.raises(Refused):
        deal.advance(by=BY, at=now(deal))
    return deal


def told(found: Audit) -> list[tuple[Any, ...]]:
    """The discrepancies, without their findings."""
    return [(d.entry, d.kind, d.guard, d.what, d.recorded, d.judged) for d in found.discrepancies]


# --- honest trails


@pytest.mark.parametrize("id", shipped_scripts())
def test_trails_of_the_demo(id: str) -> None:
    """Of each deal of the demo every judgement is right, and all of them were judged."""
    deal = play(load_script(id)).deal
    found = audit(deal.trail, deal.playbook)
    judged = [
        entry.seq
        for entry in deal.trail
        if entry.kind in ("moved", "refused", "walked_away")
        or (entry.kind == "stepped_back" and getattr(entry.event, "cause", "") == "rejected")
    ]
    assert found == Audit(deal.version, tuple(judged), ())
    assert found.clean
    assert found.wrong == ()


@pytest.mark.parametrize("name", specimens())
def test_trails_with_every_kind_of_entry(name: str) -> None:
    """Trails in which there are entries of every kind and form are honest."""
    deal = specimens()[name]
    assert audit(deal.trail, deal.playbook).clean


def test_what_comes_later_changes_nothing() -> None:
    """A judgement is right by what was known at its time, whatever was corrected or said since."""
    deal = ready_at("qualification")
    heard = next(n for n, said in deal.statements.items() if said.fact == "need.ready")
    leave(deal)
    at = now(deal, days=1)
    deal.withdraw(heard, by=BY, at=at, reason="a mistake")
    say(deal, "ruth", "need.ready", False)
    deal.change_contact("tom", roles=[], by=BY, at=at)
    deal.correct_time(1, deal.trail[0].at - timedelta(days=400), by=BY, at=at, reason="a clock")
    found = audit(deal.trail, deal.playbook)
    assert found.judged
    assert found.clean


# --- forged ones


def test_skipped_guards() -> None:
    """A refusal that was made a move is found, with each guard that was made to hold."""
    deal = refused(new_deal())
    judged_so = bodies_of(deal)[-1]["data"]["guards"]
    found = audited(deal, lambda bodies: let_by(bodies[-1]))
    assert told(found)[0] == (2, "moved", None, "verdict", "ready", "ask")
    truths = {d.guard: (d.recorded, d.judged) for d in found.discrepancies if d.what == "truth"}
    assert truths == {
        guard: ("true", each["truth"])
        for guard, each in judged_so.items()
        if each["truth"] != "true"
    }
    assert {d.what for d in found.discrepancies} == {"verdict", "truth", "missing"}
    assert found.wrong == found.judged == (2,)
    assert all(d.finding is not None or d.guard is None for d in found.discrepancies)


def test_a_move_that_was_refused_on_paper() -> None:
    """That a move was refused although it could pass is found, too."""
    deal = ready_at("first_contact")
    leave(deal)

    def forge(bodies: Bodies) -> None:
        guards = bodies[-1]["data"]["guards"]
        guards["presenting_problem"] = record(guards["presenting_problem"], truth="unknown")
        bodies[-1]["kind"], bodies[-1]["data"]["verdict"] = "refused", "ask"

    assert told(audited(deal, forge)) == [
        (deal.version, "refused", None, "verdict", "ask", "ready"),
        (deal.version, "refused", "presenting_problem", "truth", "unknown", "true"),
    ]


def test_statements_needs_and_gaps() -> None:
    """Statements that speak for a guard, or against it, are compared exactly."""
    deal = ready_at("first_contact")
    leave(deal)
    number = deal.version

    def forge(bodies: Bodies) -> None:
        guards = bodies[-1]["data"]["guards"]
        yes = guards["presenting_problem"]["yes"]
        guards["presenting_problem"] = record(guards["presenting_problem"], yes=[], no=yes)

    (for_, against) = told(audited(deal, forge))
    assert for_[:4] == (number, "moved", "presenting_problem", "yes")
    assert against[:4] == (number, "moved", "presenting_problem", "no")
    assert (for_[4], for_[5]) == (against[5], against[4])
    assert for_[4] == ()


def test_a_walking_away() -> None:
    """Whether a condition called for leaving is judged again."""
    deal = ready_at("buying_roles")
    say(deal, "ruth", "budget.approved", False)
    deal.walk_away(by=BY, at=now(deal), reason="no budget")

    def forge(bodies: Bodies) -> None:
        guards = bodies[-1]["data"]["guards"]
        guards["budget_approved"] = record(guards["budget_approved"], truth="true", missing=[])
        bodies[-1]["data"]["verdict"] = "ready"

    assert audited(deal).clean
    assert told(audited(deal, forge)) == [
        (deal.version, "walked_away", None, "verdict", "ready", "walk_away"),
        (deal.version, "walked_away", "budget_approved", "truth", "true", "false"),
    ]


def rejected() -> Deal:
    """A deal that went back from the trial close, as a guard of an earlier step failed since."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "need.ready", False)
    deal.answer_trial_close("rejected", source="ruth", gap="people", by=BY, at=now(deal))
    return deal


def test_a_way_back() -> None:
    """The guards that failed when the trial close was rejected, and the step they lead to."""
    deal = rejected()
    data = bodies_of(deal)[-1]["data"]
    assert (data["to_step"], data["guards"].keys()) == ("qualification", {"ready_to_solve"})
    assert audited(deal).clean

    def kept_silent(bodies: Bodies) -> None:
        data = bodies[-1]["data"]
        del data["guards"]
        data["to_step"] = "buying_roles"

    assert told(audited(deal, kept_silent)) == [
        (deal.version, "stepped_back", None, "to_step", "buying_roles", "qualification"),
        (deal.version, "stepped_back", "ready_to_solve", "guard", None, "false"),
    ]

    def invented(bodies: Bodies) -> None:
        bodies[-1]["data"]["guards"]["offer_helps"] = {"truth": "unknown"}

    (one,) = audited(deal, invented).discrepancies
    assert one == Discrepancy(
        deal.version, "stepped_back", "offer_helps", "guard", "unknown", None, None
    )


def test_our_own_way_back_holds_no_judgement() -> None:
    """What a rep decides, or the customer, is not judged."""
    deal = ready_at("qualification")
    deal.step_back("first_contact", by=BY, at=now(deal), reason="not sure")
    deal.lose(by=BY, at=now(deal), reason="too dear", to="nothing")
    assert audit(deal.trail, deal.playbook).judged == (
        *(entry.seq for entry in deal.trail if entry.kind == "moved"),
    )


# --- what cannot be judged


def test_a_trail_without_sense() -> None:
    """A trail that is empty, of other rules or senseless is refused, as replay refuses it."""
    deal = refused(new_deal())
    with pytest.raises(TrailError, match="a trail starts with") as none:
        audit(Trail(), deal.playbook)
    assert none.value.code == "invalid_trail"
    other = seven_step(version="2.0.0")
    with pytest.raises(TrailError, match="the deal was opened under") as rules:
        audit(deal.trail, other)
    assert rules.value.problems[0].code == "other_playbook"

    def forge(bodies: Bodies) -> None:
        bodies[-1]["data"]["guards"] = {}

    with pytest.raises(TrailError, match="entry 2 does not follow") as sense:
        audited(deal, forge)
    assert (sense.value.code, sense.value.seq) == ("does_not_follow", 2)


def test_rules_that_are_put_in_place() -> None:
    """Where other rules stand in for a deal's, its trail is judged by those, as replay does."""
    mutant = seven_step(version="2.0.0")

    class Swaps(Observer):
        def playbook_for(self, playbook: Playbook, trail: Trail | None) -> Playbook:
            return mutant

    with observing(Swaps()):
        deal = refused(new_deal())
        assert audit(deal.trail, seven_step()).clean
    with pytest.raises(TrailError):
        audit(deal.trail, seven_step())


def test_work_grows_with_the_trail() -> None:
    """A trail of twice the length takes about twice the work: it is folded once."""

    def tried(times: int) -> Deal:
        deal = new_deal()
        deal.add_contact("ruth", name="Ruth", by=BY, at=now(deal))
        for number in range(times):
            say(deal, "ruth", "need.presenting", f"Reason {number}")
            refused(deal)
        return deal

    short, long = tried(30), tried(60)
    less, more = (work(audit, deal.trail, deal.playbook) for deal in (short, long))
    assert more < 2.2 * less


# --- 10,000 forged trails


@pytest.mark.parametrize("kind", FORGERIES)
def test_forgeries(kind: str) -> None:
    """Of each kind there is a forgery, and the audit says of it what the verbs say."""
    for seed in range(60):
        random = Random(seed)
        deal = specimens()[random.choice(["long", "short", "ended"])]
        for _, forged in forgeries(random, deal.playbook, bodies_of(deal), {kind: FORGERIES[kind]}):
            _, wrong = judged(deal.playbook, forged)
            assert not wrong, wrong[0]
            return
    pytest.fail("no trail lends itself to it")


@pytest.mark.parametrize("name", BOOKS)
def test_forged_trails(name: str) -> None:
    """An audit is silent of just those trails that the verbs write when they are told to."""
    found = tally(name, 12)
    assert not found.wrong, found.wrong[0]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
@pytest.mark.parametrize("name", BOOKS)
def test_10000_forged_trails(name: str, part: int) -> None:
    """The same of many more."""
    found = tally(name, 170, 1000 * (part + 1))
    assert not found.wrong, found.wrong[0]
    assert min(found.found[by] for by in ("replay", "audit", "beyond")) > 20


# --- the comparison can fail: the same trails, with the audit broken

_audit = import_module("dealflow.analysis.audit")


FAULTS: Mapping[str, tuple[str, Any]] = {
    "guards are not compared": ("_OF_GUARDS", ()),
    "statements are not compared": ("_OF_GUARDS", ("truth", "needed", "missing", "waived")),
    "gaps are not compared": ("_OF_GUARDS", ("truth", "needed", "yes", "no", "waived")),
    "entries are not compared": ("_OF_ENTRIES", ()),
    "judged later": ("Snapshot", lambda state, at: Snapshot(state, at + timedelta(days=200))),
    "refusals are not judged": (
        "_holds_a_judgement",
        lambda event: type(event).__name__ in ("Moved", "WalkedAway"),
    ),
    "moves are not judged": (
        "_holds_a_judgement",
        lambda event: type(event).__name__ in ("Refused", "WalkedAway"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_notices_a_broken_audit(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that leaves something out, or looks at another time, does not pass."""
    monkeypatch.setattr(_audit, *FAULTS[fault])
    for seed in range(40):
        if tally("waivable", 1, seed).wrong:
            return
    pytest.fail("nobody has noticed anything")
