"""Verdicts: which one follows from which findings."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from dealflow import Deal, Playbook, Truth, Verdict, parse_playbook
from tests.deals import BY, START, new_deal, now, ready_at, say

ANSWERS = {
    Truth.TRUE: (True,),
    Truth.FALSE: (False,),
    Truth.UNKNOWN: (),
    Truth.CONFLICTED: (True, False),
}
GUARDS = ("own", "w1", "w2", "w3")


HEAD = """
format = 1
id = "table"
version = "1"
title = {{ en = "Table", zh = "表" }}
[[steps]]
id = "only"
title = {{ en = "Only", zh = "唯一" }}
goal = {{ en = "One step", zh = "一步" }}
leave_when = [{needed}]
"""
PART = """
[facts."is_it.{guard}"]
title = {{ en = "{guard}", zh = "{guard}" }}
type = "yes_no"
[guards.{guard}]
title = {{ en = "{guard}", zh = "{guard}" }}
when = "is_it.{guard}"
refused = {{ en = "{guard}", zh = "{guard}" }}
waivable = true
"""


def book(policy: str = "", needed: str = '"own"') -> Playbook:
    """One guard of the step, and three walk-away guards, each on a fact of its own."""
    parts = [PART.format(guard=guard) for guard in GUARDS]
    return parse_playbook(HEAD.format(needed=needed) + "".join(parts) + policy)


POLICY = """
[walk_away]
guards = ["w1", "w2", "w3"]
from = "only"
when_refuted = {when}
go_on_when = {go_on}
at_once = [{at_once}]
"""


def deal_with(playbook: Playbook, truths: dict[str, Truth]) -> Deal:
    """A deal whose guards have these truths."""
    deal = new_deal(playbook, amount=None)
    for id in ("ann", "bob"):
        deal.add_contact(id, name=id, by=BY, at=START)
    for guard, truth in truths.items():
        for who, answer in zip(("ann", "bob"), ANSWERS[truth], strict=False):
            say(deal, who, f"is_it.{guard}", answer)
    return deal


ORDER = {
    "all true": ((Truth.TRUE,) * 3, Verdict.READY),
    "one false": ((Truth.TRUE, Truth.TRUE, Truth.FALSE), Verdict.WORK),
    "one unknown": ((Truth.FALSE, Truth.UNKNOWN, Truth.TRUE), Verdict.ASK),
    "one conflicted": ((Truth.FALSE, Truth.UNKNOWN, Truth.CONFLICTED), Verdict.RECONCILE),
}


@pytest.mark.parametrize(("truths", "verdict"), ORDER.values(), ids=ORDER.keys())
def test_order_of_verdicts(truths: tuple[Truth, ...], verdict: Verdict) -> None:
    """What is contradictory comes before what is not known, and that before what is not so."""
    playbook = book(needed='"w1", "w2", "w3"')
    deal = deal_with(playbook, dict(zip(GUARDS[1:], truths, strict=True)))
    assessment = deal.assess(at=now(deal))
    assert assessment.verdict is verdict
    assert [f.truth for f in assessment.findings] == list(truths)
    assert [f.blocks for f in assessment.findings] == [t is not Truth.TRUE for t in truths]


def expected(truths: dict[str, Truth], k: int, m: int, at_once: tuple[str, ...]) -> Verdict:
    """The verdict by the words of the method: a slow and simple model."""
    special = [truths[guard] for guard in GUARDS[1:]]
    if any(truths[guard] is Truth.FALSE for guard in at_once):
        return Verdict.WALK_AWAY
    if special.count(Truth.FALSE) >= k:
        return Verdict.WALK_AWAY
    enough = special.count(Truth.TRUE) >= m
    blocking = {truths["own"]} | (set() if enough else set(special))
    for truth, verdict in (
        (Truth.CONFLICTED, Verdict.RECONCILE),
        (Truth.UNKNOWN, Verdict.ASK),
        (Truth.FALSE, Verdict.WORK),
    ):
        if truth in blocking:
            return verdict
    return Verdict.READY


POLICIES: dict[str, tuple[tuple[str, int], tuple[str, int], tuple[str, ...]]] = {
    "any": (('"any"', 1), ('"all"', 3), ()),
    "two": (("2", 2), ('"all"', 3), ()),
    "two, two go on": (("2", 2), ("2", 2), ()),
    "all": (('"all"', 3), ("3", 3), ()),
    "all, two go on": (('"all"', 3), ("2", 2), ()),
    "all, one at once": (('"all"', 3), ("1", 1), ("w2",)),
    "two, its own at once": (("2", 2), ("2", 2), ("own",)),
}


@pytest.mark.parametrize(("refuted", "known", "at_once"), POLICIES.values(), ids=POLICIES.keys())
def test_every_combination(
    refuted: tuple[str, int], known: tuple[str, int], at_once: tuple[str, ...]
) -> None:
    """For every truth of every guard the verdict is the one that the method gives."""
    names = ", ".join(f'"{guard}"' for guard in at_once)
    (when, k), (go_on, m) = refuted, known
    playbook = book(POLICY.format(when=when, go_on=go_on, at_once=names))
    for combination in product(Truth, repeat=4):
        truths = dict(zip(GUARDS, combination, strict=True))
        deal = deal_with(playbook, truths)
        assessment = deal.assess(at=now(deal))
        assert assessment.verdict is expected(truths, k, m, at_once), combination
        assert [f.guard for f in assessment.findings] == list(GUARDS)
        assert [f.truth for f in assessment.findings] == list(combination)
        if assessment.verdict is Verdict.READY:
            assert assessment.blocking == ()
        else:
            assert assessment.blocking
        if assessment.verdict is Verdict.WALK_AWAY:
            noes = {f.guard for f in assessment.findings if f.refuted and f.walk_away}
            assert noes <= {f.guard for f in assessment.blocking}


def test_waived_guards_count_as_good() -> None:
    """A guard that somebody set aside neither blocks nor refutes."""
    playbook = book(POLICY.format(when='"any"', go_on='"all"', at_once='"own"'))
    deal = deal_with(playbook, dict.fromkeys(GUARDS, Truth.FALSE))
    for guard in GUARDS:
        assert deal.assess(at=now(deal)).verdict is Verdict.WALK_AWAY
        deal.waive(guard, authority="Max", by=BY, at=now(deal), reason="x")
    assessment = deal.assess(at=now(deal))
    assert assessment.verdict is Verdict.READY
    assert all(f.holds and not f.refuted and not f.blocks for f in assessment.findings)
    assert [f.waived for f in assessment.findings] == [w.entry for w in deal.waivers.values()]


def test_what_blocks_most_comes_first() -> None:
    """Walk-away guards lead the list of what blocks; within, the playbook's order holds."""
    playbook = book(POLICY.format(when='"any"', go_on='"all"', at_once=""))
    deal = deal_with(playbook, {"w3": Truth.FALSE})
    assessment = deal.assess(at=now(deal))
    assert [f.guard for f in assessment.blocking] == ["w1", "w2", "w3", "own"]
    assert [f.guard for f in assessment.findings] == list(GUARDS)


def test_findings_tell_their_evidence() -> None:
    """A finding names the statements for and against it, and what is missing."""
    deal = deal_with(book(), {"own": Truth.CONFLICTED})
    (finding,) = deal.assess(at=now(deal)).findings
    assert (finding.yes, finding.no, finding.gaps) == ((4,), (5,), ())
    assert finding.truth is finding.outcome.truth is Truth.CONFLICTED
    assert not finding.holds
    assert not finding.refuted


def test_assessment_says_what_it_is_about() -> None:
    """Deal, step, time, move and since when: all there."""
    deal = ready_at("qualification")
    at = now(deal, days=1)
    assessment = deal.assess(at=at)
    assert (assessment.deal, assessment.step, assessment.at) == ("D-1", "qualification", at)
    assert (assessment.move, assessment.to) == ("leave_qualification", "buying_roles")
    assert assessment.since == deal.since
    assert at - assessment.since == timedelta(days=1)
