"""How a deal moves: forward past its guards, back to the gap, and out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dealflow import Deal, EvidenceError, Money, MoveNotAllowed, Refused, Verdict
from dealflow.trail import GuardRecord
from dealflow.trail import events as ev
from tests.deals import (
    BY,
    CONTACTS,
    DAY,
    MOVES,
    SAYS,
    START,
    STEPS,
    deal_at,
    leave,
    left_alone,
    make_ready,
    new_deal,
    now,
    ready_at,
    say,
    seven_step,
    small_deal,
)

LATER = START + 2 * DAY


def refusal(deal: Deal, to: str | None = None) -> Refused:
    """Advance, and be refused: the attempt alone is one entry more."""
    version, step = deal.version, deal.step
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=now(deal), to=to)
    assert (deal.version, deal.step) == (version + 1, step)
    assert caught.value.entry is deal.trail[-1]
    assert deal.trail[-1].kind == "refused"
    return caught.value


def blocking(error: Refused) -> list[str]:
    """The ids of the guards that stand in the way."""
    return [finding.guard for finding in error.findings]


# the whole way


def test_seven_steps_to_fulfilment() -> None:
    """A deal of which everything is known goes through all seven steps, and is fulfilled."""
    deal = deal_at("first_contact")
    for step, following in zip(STEPS, [*STEPS[1:], "fulfilled"], strict=True):
        assert (deal.step, deal.outcome) == (step, None)
        make_ready(deal)
        leave(deal)
        assert following in (deal.step, deal.outcome)
        event = deal.trail[-1].event
        assert isinstance(event, ev.Moved)
        assert (event.move, event.from_step, event.verdict) == (f"leave_{step}", step, "ready")
        assert {record.truth for record in event.guards.values()} <= {"true", "unknown"}
        assert event.to_step == following
        if deal.outcome is None:
            assert deal.since == deal.trail[-1].at
    assert Deal.replay(seven_step(), deal.trail) == deal
    deal.trail.verify()


def test_nothing_is_known_at_first() -> None:
    """A refusal lists every guard of the step, with what is missing, and asks."""
    deal = new_deal()
    error = refusal(deal)
    assert blocking(error) == ["first_talk", "presenting_problem", "next_talk_dated"]
    assert error.assessment == deal.assess(at=now(deal))
    assert error.assessment.verdict is Verdict.ASK
    assert str(error) == (
        "first_contact cannot be left (ask): first_talk is false,"
        " presenting_problem is unknown, next_talk_dated is unknown"
    )
    asked = ("never_asked:need.presenting",)
    assert error.entry.event == ev.Refused(
        "leave_first_contact",
        "first_contact",
        "qualification",
        "ask",
        {
            "first_talk": GuardRecord("false", True, (), (), (), None),
            "presenting_problem": GuardRecord("unknown", True, (), (), asked, None),
            "next_talk_dated": GuardRecord(
                "unknown", True, (), (), ("never_asked:next_step.agreed",), None
            ),
            "offer_helps": GuardRecord(
                "unknown", False, (), (), ("never_asked:offer.helps",), None
            ),
        },
    )


def test_a_mail_is_no_talk() -> None:
    """A first contact must be two-way, and with somebody whose words we have."""
    deal = deal_at("first_contact")
    for who, fact, value in (
        ("tom", "need.presenting", "No papers"),
        ("tom", "next_step.agreed", "2026-03-20"),
    ):
        say(deal, who, fact, value)
    deal.meet("mail", participants=["tom"], spoke="us", by=BY, at=now(deal))
    assert blocking(refusal(deal)) == ["first_talk"]
    deal.meet("call", participants=["tom"], by=BY, at=now(deal))
    assert deal.advance(by=BY, at=now(deal)).kind == "moved"


@pytest.mark.parametrize("step", STEPS)
def test_every_statement_is_needed(step: str) -> None:
    """Whatever one person says for a step, taking it back stops the deal or is said twice."""
    ready = ready_at(step)
    spared = {
        "budget.status",  # the approval was asked for as well
        "timeline.date",  # not before step 3, or from the first report of the installation on
        "person.win",
    }
    for seq, statement in ready.statements.items():
        if ready.trail[seq - 1].at < ready.since or statement.fact in spared:
            continue
        deal = Deal.replay(seven_step(), ready.trail)
        deal.withdraw(seq, by=BY, at=now(deal), reason="Misheard")
        if step == "trial_close":
            say(deal, "ruth", "close.outcome", "accepted")
        assert refusal(deal).findings, statement.fact


# walk-away guards


@pytest.mark.parametrize("step", STEPS[3:])
def test_walk_away_guards_stand_for_ever(step: str) -> None:
    """A budget that is taken back stops the deal at every later step, however far it is."""
    deal = ready_at(step)
    if step == "trial_close":
        say(deal, "ruth", "close.outcome", "accepted")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    no = say(deal, "ruth", "budget.approved", False, quote="Frozen on Monday")
    error = refusal(deal)
    assert error.assessment.verdict is Verdict.WALK_AWAY
    assert blocking(error) == ["budget_approved"]
    (finding,) = error.findings
    assert (finding.walk_away, finding.refuted, finding.no) == (True, True, (no,))
    record = error.entry.event
    assert isinstance(record, ev.Refused)
    assert record.guards["budget_approved"].truth == "false"
    say(deal, "ruth", "budget.approved", True, quote="Released again")
    if step == "trial_close":
        say(deal, "ruth", "close.outcome", "accepted")
    leave(deal)
    assert deal.trail[-1].kind == "moved"


def test_a_deal_grows_stale() -> None:
    """What was true a hundred days ago must be asked again, whatever step the deal is in."""
    deal = ready_at("negotiation")
    later = now(deal, days=100)
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=later)
    assert caught.value.assessment.verdict is Verdict.ASK
    reasons = {gap.reason for finding in caught.value.findings for gap in finding.gaps}
    assert reasons == {"stale", "passed", "too_few_voices"}
    assert set(blocking(caught.value)) > {"severe_problem", "budget_approved", "timely"}


def test_the_price_is_part_of_the_budget() -> None:
    """A price above the budget refutes it, and a lower one makes it whole again."""
    deal = ready_at("negotiation")
    deal.change_amount(Money("70000", "EUR"), by=BY, at=now(deal), reason="More sites")
    assert refusal(deal).assessment.verdict is Verdict.WALK_AWAY
    deal.change_amount(Money("60000", "EUR"), by=BY, at=now(deal), reason="Fewer again")
    assert deal.advance(by=BY, at=now(deal)).kind == "moved"


def test_watched_from_step_two() -> None:
    """In step 2 a clear no already counts, while not knowing yet does not block."""
    deal = ready_at("qualification")
    assessment = deal.assess(at=now(deal))
    assert assessment.verdict is Verdict.READY
    watched = [f for f in assessment.findings if f.walk_away]
    assert [f.guard for f in watched] == list(seven_step().walk_away.guards)  # type: ignore[union-attr]
    assert not any(f.needed or f.blocks for f in watched)
    say(deal, "ruth", "budget.approved", False)
    error = refusal(deal)
    assert error.assessment.verdict is Verdict.WALK_AWAY
    assert blocking(error) == ["budget_approved"]


def test_not_watched_in_step_one() -> None:
    """In step 1 nobody asks for a budget; only whether our offer can help counts already."""
    deal = ready_at("first_contact")
    say(deal, "ruth", "budget.approved", False)
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    assert [f.guard for f in deal.assess(at=now(deal)).findings if f.walk_away] == ["offer_helps"]


def test_nothing_refuted_is_not_everything_refuted() -> None:
    """Where no walk-away condition is looked at yet, not even "all" of them are refuted."""
    deal = new_deal(seven_step(walk_away={"when_refuted": "all"}))
    assert deal.assess(at=now(deal)).verdict is Verdict.ASK


def test_hearsay_does_not_end_a_deal() -> None:
    """A no that was only told on makes us ask, and a contradiction makes us reconcile."""
    deal = ready_at("buying_roles")
    (approved,) = [s.id for s in deal.statements.values() if s.fact == "budget.approved"]
    deal.withdraw(approved, by=BY, at=now(deal), reason="Misheard")
    say(deal, "ruth", "budget.approved", False, via="tom")
    assert refusal(deal).assessment.verdict is Verdict.ASK
    say(deal, "paul", "budget.approved", True)
    error = refusal(deal)
    assert error.assessment.verdict is Verdict.RECONCILE
    assert blocking(error) == ["budget_approved"]
    say(deal, "ruth", "budget.approved", False)
    say(deal, "paul", "budget.approved", False)
    assert refusal(deal).assessment.verdict is Verdict.WALK_AWAY


NOES = {
    "severe_problem": ("problem.severe", False),
    "budget_approved": ("budget.approved", False),
    "timely": ("timeline.wanted", False),
    "clear_decision_process": ("decision.clear", False),
}
THRESHOLDS = {"any": ("any", 1), "one": (1, 1), "two": (2, 2), "three": (3, 3), "all": ("all", 4)}


@pytest.mark.parametrize(("policy", "k"), THRESHOLDS.values(), ids=THRESHOLDS.keys())
def test_thresholds(policy: str | int, k: int) -> None:
    """At k clear noes the deal must be left; below, it goes on as long as 4-k+1 hold."""
    book = seven_step(walk_away={"when_refuted": policy, "go_on_when": 4 - k + 1})
    deal = ready_at("buying_roles", book)
    for refuted in range(5):
        verdict = deal.assess(at=now(deal)).verdict
        assert verdict is (Verdict.WALK_AWAY if refuted >= k else Verdict.READY), refuted
        if refuted < k:
            copy = Deal.replay(book, deal.trail)
            assert copy.advance(by=BY, at=now(copy)).kind == "moved"
        else:
            assert len(blocking(refusal(deal))) == refuted
        if refuted < 4:
            fact, value = list(NOES.values())[refuted]
            say(deal, "ruth", fact, value)


@pytest.mark.parametrize(("policy", "k"), THRESHOLDS.values(), ids=THRESHOLDS.keys())
def test_unknown_conditions_block(policy: str | int, k: int) -> None:
    """Where going on needs 4-k+1 of the four known good, the others need not be known."""
    book = seven_step(walk_away={"when_refuted": policy, "go_on_when": 4 - k + 1})
    deal = ready_at("buying_roles", book)
    for unknown, (fact, _) in enumerate(NOES.values(), 1):
        (seq,) = [s.id for s in deal.statements.values() if s.fact == fact]
        deal.withdraw(seq, by=BY, at=now(deal), reason="Misheard")
        assessment = deal.assess(at=now(deal))
        if unknown < k:
            assert assessment.verdict is Verdict.READY
        else:
            assert assessment.verdict is Verdict.ASK
            assert len(assessment.blocking) == unknown


def test_each_unmet_one_blocks() -> None:
    """By the source's two sentences each unmet condition blocks, and all unmet mean leaving."""
    deal = ready_at("buying_roles", seven_step(walk_away={"when_refuted": "all"}))
    for refuted, (fact, value) in enumerate(NOES.values(), 1):
        say(deal, "ruth", fact, value)
        error = refusal(deal)
        assert error.assessment.verdict is (Verdict.WORK if refuted < 4 else Verdict.WALK_AWAY)
        assert len(blocking(error)) == refuted


def test_at_once() -> None:
    """Where our offer cannot help there is no sale, whatever the threshold says."""
    book = seven_step(walk_away={"when_refuted": "all"})
    for step in STEPS:
        deal = ready_at(step, book)
        say(deal, "ines", "offer.helps", False)
        error = refusal(deal)
        assert error.assessment.verdict is Verdict.WALK_AWAY
        assert "offer_helps" in blocking(error)


def test_no_policy() -> None:
    """A playbook without walk-away conditions never says to walk away."""
    deal = small_deal()
    say(deal, "ann", "be.good", False)
    assert refusal(deal).assessment.verdict is Verdict.WORK
    deal.walk_away(by=BY, at=now(deal), reason="Enough")
    assert deal.outcome == "walked_away"


# branches


def test_the_first_ready_way_is_taken() -> None:
    """Without a target the first way that is ready is taken; with one, only that."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    assert deal.assess(at=LATER).to == "left"
    assert deal.assess(at=LATER, to="right").verdict is Verdict.ASK
    assert blocking(refusal(deal, to="right")) == ["rich"]
    say(deal, "ann", "be.rich", True)
    assert deal.advance(by=BY, at=LATER, to="right").kind == "moved"
    assert deal.step == "right"
    assert isinstance(deal.trail[-1].event, ev.Moved)
    assert deal.trail[-1].event.move == "go_right"


def test_a_later_way_that_is_ready_goes_before() -> None:
    """A way that is not ready does not stop the deal from taking another."""
    more = MOVES.replace('to = "left"\n', 'to = "left"\nwhen = ["rich"]\n', 1).replace(
        'to = "right"\nwhen = ["rich"]', 'to = "right"'
    )
    deal = small_deal(more)
    say(deal, "ann", "be.good", True)
    assert deal.assess(at=LATER).to == "right"
    deal.advance(by=BY, at=LATER)
    assert deal.step == "right"


def test_when_no_way_is_ready_the_first_is_judged() -> None:
    """The refusal is about the first way, as nobody said which."""
    deal = small_deal()
    error = refusal(deal)
    assert (error.assessment.move, error.assessment.to) == ("go_left", "left")


def test_there_is_no_such_way() -> None:
    """A target to which no move leads is not a refusal but a mistake."""
    deal = small_deal()
    for target in ("last", "one", "nowhere", "walked_away", 5):
        with left_alone(deal), pytest.raises(MoveNotAllowed) as caught:
            deal.advance(by=BY, at=LATER, to=target)  # type: ignore[arg-type]
        assert caught.value.step == "one"
        assert caught.value.allowed == ("left", "right")
        assert caught.value.code == "no_such_move"
        assert str(caught.value) == f"no move leads from one to {target!r}"
        with pytest.raises(MoveNotAllowed):
            deal.assess(at=LATER, to=target)  # type: ignore[arg-type]
    with left_alone(deal), pytest.raises(MoveNotAllowed):
        deal.fulfil(by=BY, at=LATER)


def test_a_guard_that_is_not_standing_is_left_behind() -> None:
    """It counts on leaving its step, and never again."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=now(deal))
    assert blocking(refusal(deal)) == ["rich"]
    say(deal, "ann", "be.rich", True)
    deal.advance(by=BY, at=now(deal))
    say(deal, "ann", "be.rich", False)
    assert [f.guard for f in deal.assess(at=now(deal)).findings] == ["good"]
    say(deal, "ann", "be.good", False)
    assert blocking(refusal(deal)) == ["good"]
    say(deal, "ann", "be.good", True)
    deal.fulfil(by=BY, at=now(deal))
    assert deal.outcome == "fulfilled"


# the trial close


@pytest.mark.parametrize("answer", ["accepted", "needs_time", "wants_proposal"])
def test_trial_close_goes_on(answer: str) -> None:
    """Yes, and interest that needs time or a paper, are recorded and take the deal on."""
    deal = ready_at("trial_close")
    entry = deal.answer_trial_close(
        answer, source="ruth", by=BY, at=now(deal, hours=1), quote="Well"
    )
    assert deal.step == "negotiation"
    assert entry is deal.trail[-1]
    statement = deal.statements[entry.seq - 1]
    assert (statement.fact, statement.value, statement.source, statement.quote) == (
        "close.outcome",
        answer,
        "ruth",
        "Well",
    )


def rejected(deal: Deal, gap: str | None = None) -> ev.SteppedBack:
    """Reject the trial close, and give what that came to."""
    version = deal.version
    entry = deal.answer_trial_close(
        "rejected", source="ruth", gap=gap, by=BY, at=now(deal, hours=1), quote="No"
    )
    assert (deal.version, entry) == (version + (3 if gap else 2), deal.trail[-1])
    assert isinstance(entry.event, ev.SteppedBack)
    assert (entry.event.from_step, entry.event.cause) == ("trial_close", "rejected")
    assert entry.event.answer == version + 1
    assert not entry.event.reason
    assert entry.event.to_step == deal.step
    assert deal.since == entry.at
    return entry.event


def test_rejected_for_no_reason_that_we_know() -> None:
    """While nobody has said where the gap is the deal stays, and goes back once somebody has."""
    deal = ready_at("trial_close")
    entry = deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal), quote="No")
    assert (entry, entry.kind, deal.step) == (deal.trail[-1], "said", "trial_close")
    with left_alone(deal), pytest.raises(EvidenceError, match="where the gap is") as caught:
        deal.return_to_gap(by=BY, at=now(deal))
    assert (caught.value.code, caught.value.data) == ("gap_unknown", {"fact": "gap.step"})
    say(deal, "tom", "gap.step", "people")
    back = deal.return_to_gap(by="max", at=now(deal, days=1))
    assert back.event == ev.SteppedBack(
        "trial_close", "buying_roles", "", "rejected", {}, entry.seq
    )
    assert (deal.step, deal.since) == ("buying_roles", back.at)
    assert Deal.replay(deal.playbook, deal.trail) == deal


def test_what_was_named_before_is_no_gap_of_this_rejection() -> None:
    """Where the gap is has to be said with the rejection, or after it."""
    deal = ready_at("trial_close")
    say(deal, "ruth", "gap.step", "money")
    at = now(deal, hours=1)
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=at)
    assert deal.step == "trial_close"
    say(deal, "ruth", "gap.step", "people", said_at=at)
    deal.return_to_gap(by=BY, at=at)
    assert deal.step == "buying_roles"


def test_the_gap_may_be_named_in_the_same_talk() -> None:
    """What was said in the talk of the rejection counts, whatever was said first in it."""
    deal = ready_at("trial_close")
    deal.meet("call", participants=["ruth", "tom"], id="end", by=BY, at=now(deal, hours=1))
    at = now(deal)
    early = at - timedelta(minutes=20)
    say(deal, "tom", "gap.step", "people", said_at=early, interaction="end")
    deal.answer_trial_close("rejected", source="ruth", interaction="end", by=BY, at=at)
    assert deal.step == "buying_roles"


def test_who_names_another_gap_later_has_changed_his_mind() -> None:
    """Of each source only what it said last of the gap counts, and nothing taken back."""
    deal = ready_at("trial_close")
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal))
    say(deal, "ruth", "gap.step", "money")
    say(deal, "ruth", "gap.step", "people")
    wrong = say(deal, "tom", "gap.step", "date")
    deal.withdraw(wrong, by=BY, at=now(deal), reason="Misheard")
    deal.return_to_gap(by=BY, at=now(deal))
    assert deal.step == "buying_roles"


def test_rejected_long_after_the_first_talks() -> None:
    """A next talk that lies behind us is no gap: its guard was for leaving its step only."""
    deal = ready_at("trial_close")
    at = START + timedelta(days=40)  # the next talk of the first step was on the 18th
    deal.answer_trial_close("rejected", source="ruth", gap="people", by=BY, at=at)
    assert deal.step == "buying_roles"


@pytest.mark.parametrize(
    ("named", "step"),
    [
        ("problem", "qualification"),
        ("money", "qualification"),
        ("date", "qualification"),
        ("people", "buying_roles"),
    ],
)
def test_rejected_with_the_gap_named(named: str, step: str) -> None:
    """The customer says what we got wrong, and that is where the deal starts again."""
    deal = ready_at("trial_close")
    assert rejected(deal, named).to_step == step
    gap = deal.statements[deal.version - 1]
    assert (gap.fact, gap.value, gap.source, gap.quote) == ("gap.step", named, "ruth", "")


def test_rejected_with_gaps_that_we_see() -> None:
    """The earliest step whose guards do not hold any more is the gap, and all are on record."""
    deal = ready_at("trial_close")
    no = say(deal, "ruth", "timeline.wanted", False)
    doubt = say(deal, "tom", "offer.helps", False)
    event = rejected(deal, "people")
    assert event.to_step == "qualification"
    assert {guard: record.truth for guard, record in event.guards.items()} == {
        "offer_helps": "conflicted",
        "timely": "false",
    }
    assert event.guards["timely"].no == (no,)
    assert doubt in event.guards["offer_helps"].no
    assert all(record.needed for record in event.guards.values())


def test_rejected_because_of_the_people() -> None:
    """A coach who turned against us is a gap of step 3, beside its walk-away conditions."""
    deal = ready_at("trial_close")
    say(deal, "tom", "coach.wants_our_win", False)
    event = rejected(deal, "people")
    assert event.to_step == "buying_roles"
    assert list(event.guards) == ["real_coach"]


def test_people_disagree_on_the_gap() -> None:
    """When several gaps are named the earliest counts."""
    deal = ready_at("trial_close")
    say(deal, "tom", "gap.step", "money", at=now(deal, hours=1))
    assert rejected(deal, "people").to_step == "buying_roles"  # what Tom said was before
    deal = ready_at("trial_close")
    deal.answer_trial_close("rejected", source="ruth", by=BY, at=now(deal))
    say(deal, "tom", "gap.step", "people")
    say(deal, "ruth", "gap.step", "money")
    deal.return_to_gap(by=BY, at=now(deal))
    assert deal.step == "qualification"


def test_a_waived_guard_is_no_gap() -> None:
    """What somebody took upon himself does not send the deal back."""
    deal = ready_at("trial_close")
    say(deal, "mara", "technical.no", True)
    deal.waive("no_technical_no", authority="Max", by=BY, at=now(deal), reason="Accepted risk")
    assert dict(rejected(deal, "people").guards) == {}


def test_a_rejection_stays_until_the_mind_changes() -> None:
    """Back at the trial close the old no still stands, until the same person says otherwise."""
    deal = ready_at("trial_close")
    rejected(deal, "people")
    at = now(deal, hours=1)
    for who, fact, value in (fact for step in STEPS[1:4] for fact in SAYS[step]):
        say(deal, who, fact, value, at=at)
    say(deal, "ruth", "coach.trusted_by_buyers", True, about="tom", at=at)
    for step in ("guided_competition", "trial_close"):
        deal.advance(by=BY, at=at)
        assert deal.step == step
    make_ready(deal)
    again = ["gap_known", "trial_close_answered", "answer_is_the_buyers"]
    assert blocking(refusal(deal)) == again
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="nothing that was rejected leads"):
        deal.return_to_gap(by=BY, at=now(deal))
    deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))
    assert deal.step == "negotiation"


def test_a_refused_answer_stays() -> None:
    """A yes that our side is not ready for is on record, and takes the deal on later."""
    deal = deal_at("trial_close")
    with pytest.raises(Refused) as caught:
        deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))
    assert blocking(caught.value) == ["serving_decided", "first_time_frame"]
    assert [entry.kind for entry in deal.trail[-2:]] == ["said", "refused"]
    assert deal.step == "trial_close"
    make_ready(deal)
    deal.advance(by=BY, at=now(deal))
    assert deal.step == "negotiation"


def test_an_answer_of_the_wrong_person_is_not_enough() -> None:
    """The user's yes is not the buyer's."""
    deal = ready_at("trial_close")
    with pytest.raises(Refused) as caught:
        deal.answer_trial_close("accepted", source="ines", by=BY, at=now(deal))
    answered, final = caught.value.findings
    assert [gap.reason for gap in answered.gaps] == ["role"]
    assert final.guard == "answer_is_the_buyers"


ANSWERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no answer": ("maybe", {}, "close.outcome 'maybe' is not one of accepted"),
    "stranger": ("accepted", {"source": "eve"}, "the source 'eve' is not a contact"),
    "stranger's no": ("rejected", {"source": "eve"}, "the source 'eve' is not a contact"),
    "no detail": ("rejected", {"mood": "bad"}, "a statement by a contact has no mood"),
    "future": ("rejected", {"said_at": START + 99 * DAY}, "lies after the time of recording"),
}


@pytest.mark.parametrize(("answer", "details", "problem"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers_that_are_none(answer: str, details: dict[str, Any], problem: str) -> None:
    """What is no answer leaves nothing behind."""
    deal = ready_at("trial_close")
    with left_alone(deal), pytest.raises(EvidenceError, match=problem):
        deal.answer_trial_close(answer, **{"source": "ruth"} | details, by=BY, at=now(deal))


def test_no_trial_close_here() -> None:
    """The trial close is answered where it is put, and in playbooks that have one."""
    deal = deal_at("guided_competition")
    with left_alone(deal), pytest.raises(MoveNotAllowed) as caught:
        deal.answer_trial_close("accepted", source="ruth", by=BY, at=now(deal))
    assert str(caught.value) == "guided_competition is not the trial close"
    assert caught.value.step == "guided_competition"
    other = small_deal()
    with left_alone(other), pytest.raises(MoveNotAllowed, match="one is not the trial close"):
        other.answer_trial_close("accepted", source="ann", by=BY, at=LATER)


FORKED = """
[trial_close]
step = "last"
fact = "has.choice"
forward = ["yes"]
back = ["no"]
"""


def test_rejected_on_one_branch() -> None:
    """A step of a branch that the deal may not have passed is no gap."""
    deal = small_deal(MOVES + FORKED)
    say(deal, "ann", "be.good", True)
    say(deal, "ann", "be.rich", True)
    deal.advance(by=BY, at=now(deal), to="right")
    deal.advance(by=BY, at=now(deal))
    deal.answer_trial_close("no", source="ann", by=BY, at=now(deal))
    assert deal.step == "one"
    assert isinstance(deal.trail[-1].event, ev.SteppedBack)
    assert dict(deal.trail[-1].event.guards) == {}


def test_a_gap_may_be_named_on_any_branch() -> None:
    """Where the customer says that a branch was wrong, the deal goes back to it."""
    more = MOVES + FORKED + 'gap = { fact = "has.choice", no = "right" }\n'
    deal = small_deal(more)
    say(deal, "ann", "be.good", True)
    say(deal, "ann", "be.rich", True)
    deal.advance(by=BY, at=now(deal), to="right")
    deal.advance(by=BY, at=now(deal))
    say(deal, "bob", "has.choice", "yes")  # no gap, and where the deal may go back to
    deal.answer_trial_close("no", source="ann", by=BY, at=now(deal))
    assert deal.step == "right"
    assert Deal.replay(deal.playbook, deal.trail) == deal


# back, out and back in


def test_step_back() -> None:
    """A rep may go back to any earlier step, with a reason, and comes forward again by itself."""
    deal = deal_at("guided_competition")
    entry = deal.step_back("qualification", by=BY, at=now(deal, days=1), reason="New owner")
    assert entry.event == ev.SteppedBack(
        "guided_competition", "qualification", "New owner", "rep", {}
    )
    assert (deal.step, deal.since) == ("qualification", entry.at)
    deal.advance(by=BY, at=now(deal))
    assert deal.step == "buying_roles"


@pytest.mark.parametrize("to", ["buying_roles", "negotiation", "nowhere", "walked_away", "", 7])
def test_step_back_where_one_cannot(to: Any) -> None:
    """Only earlier steps lie behind."""
    deal = deal_at("buying_roles")
    with left_alone(deal), pytest.raises(MoveNotAllowed) as caught:
        deal.step_back(to, by=BY, at=now(deal), reason="x")
    assert str(caught.value) == f"{to!r} is not a step before buying_roles"
    assert caught.value.allowed == ("guided_competition",)
    assert (caught.value.step, caught.value.code) == ("buying_roles", "no_such_move")


@pytest.mark.parametrize("step", STEPS)
def test_walk_away(step: str) -> None:
    """We may end a deal at any open step; the reason and the judgement go on record."""
    deal = deal_at(step)
    verdict = deal.assess(at=now(deal)).verdict
    findings = deal.assess(at=now(deal)).findings
    entry = deal.walk_away(by=BY, at=now(deal), reason="No need")
    assert isinstance(entry.event, ev.WalkedAway)
    assert (entry.event.from_step, entry.event.reason) == (step, "No need")
    assert entry.event.verdict == verdict.value
    assert list(entry.event.guards) == [finding.guard for finding in findings]
    assert (deal.step, deal.outcome) == (step, "walked_away")


@pytest.mark.parametrize(
    ("to", "rival"), [("rival", "Hauler Systems"), ("rival", ""), ("in_house", ""), ("nothing", "")]
)
def test_lose(to: Any, rival: str) -> None:
    """A deal is lost to somebody, to themselves, or to nothing, and the trail says why."""
    deal = deal_at("trial_close")
    entry = deal.lose(by=BY, at=now(deal), reason="Price", to=to, rival=rival)
    assert entry.event == ev.Lost("trial_close", "Price", to, rival)
    assert (deal.step, deal.outcome) == ("trial_close", "lost")


def finished(outcome: str) -> Deal:
    """A deal that has ended."""
    if outcome == "fulfilled":
        deal = ready_at("fulfilment")
        deal.fulfil(by=BY, at=now(deal))
    else:
        deal = deal_at("qualification")
        if outcome == "lost":
            deal.lose(by=BY, at=now(deal), reason="x", to="nothing")
        else:
            deal.walk_away(by=BY, at=now(deal), reason="x")
    assert deal.outcome == outcome
    return deal


OUTCOMES = pytest.mark.parametrize("outcome", ["fulfilled", "walked_away", "lost"])


@OUTCOMES
def test_a_closed_deal_does_not_move(outcome: str) -> None:
    """Every move is for open deals, and none leads forward from a closed one."""
    deal = finished(outcome)
    at = now(deal)
    moves: dict[str, Callable[[], object]] = {
        "advance": lambda: deal.advance(by=BY, at=at),
        "answer_trial_close": lambda: deal.answer_trial_close(
            "accepted", source="ruth", by=BY, at=at
        ),
        "step_back": lambda: deal.step_back("first_contact", by=BY, at=at, reason="x"),
        "walk_away": lambda: deal.walk_away(by=BY, at=at, reason="x"),
        "lose": lambda: deal.lose(by=BY, at=at, reason="x", to="nothing"),
    }
    for move in moves.values():
        with left_alone(deal), pytest.raises(MoveNotAllowed) as caught:
            move()
        assert str(caught.value) == f"the deal is {outcome}: it has to be open for this"
        assert (caught.value.step, caught.value.allowed) == (deal.step, ())
        assert caught.value.code == "deal_closed"


@OUTCOMES
def test_a_closed_deal_still_listens(outcome: str) -> None:
    """What is said after the end is recorded, and can be judged."""
    deal = finished(outcome)
    say(deal, "ruth", "recheck.changed", True)
    deal.meet("call", participants=["ruth"], by=BY, at=now(deal))
    deal.change_contact("ruth", title="CEO", by=BY, at=now(deal))
    assert deal.outcome == outcome
    assert deal.assess(at=now(deal)).step == deal.step


@pytest.mark.parametrize("outcome", ["walked_away", "lost"])
@pytest.mark.parametrize("news", ["statement", "withdrawal"])
def test_reopen(outcome: str, news: str) -> None:
    """New evidence brings an ended deal back to where it ended; without, it stays ended."""
    deal = finished(outcome)
    with left_alone(deal), pytest.raises(MoveNotAllowed) as caught:
        deal.reopen(by=BY, at=now(deal), reason="They called")
    problem = "nothing new is on record since the deal ended: record it first"
    assert str(caught.value) == problem
    assert caught.value.code == "nothing_new"
    deal.meet("call", participants=["ruth"], by=BY, at=now(deal))
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="nothing new is on record"):
        deal.reopen(by=BY, at=now(deal), reason="They called")
    if news == "statement":
        say(deal, "ruth", "budget.approved", True)
    else:
        deal.withdraw(min(deal.statements), by=BY, at=now(deal), reason="Misheard")
    entry = deal.reopen(by=BY, at=now(deal, days=3), reason="They called")
    assert entry.event == ev.Reopened("qualification", outcome, "They called")
    assert (deal.step, deal.outcome, deal.since) == ("qualification", None, entry.at)
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="that is open cannot be") as caught:
        deal.reopen(by=BY, at=now(deal), reason="Again")
    assert caught.value.code == "deal_open"


def test_reopened_twice() -> None:
    """Each end needs news of its own."""
    deal = finished("lost")
    say(deal, "ruth", "need.ready", True)
    deal.reopen(by=BY, at=now(deal), reason="They called")
    deal.lose(by=BY, at=now(deal), reason="x", to="in_house")
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="nothing new is on record"):
        deal.reopen(by=BY, at=now(deal), reason="They called")
    say(deal, "ruth", "need.ready", True)
    deal.reopen(by=BY, at=now(deal), reason="They called")
    assert deal.outcome is None


def test_fulfilled_is_for_good() -> None:
    """A fulfilled deal is not reopened: what comes next is another deal."""
    deal = finished("fulfilled")
    say(deal, "ruth", "delivery.satisfied", False)
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="fulfilled cannot be") as caught:
        deal.reopen(by=BY, at=now(deal), reason="x")
    assert caught.value.code == "deal_closed"


# waivers


def test_waive() -> None:
    """A named person sets a guard aside until an instant; then it blocks again."""
    deal = deal_at("guided_competition")
    until = now(deal, days=2)
    entry = deal.waive(
        "proof_passed", authority="Max", by=BY, at=now(deal), reason="Reference", until=until
    )
    assert entry.event == ev.Waived("proof_passed", "Max", "Reference", until)
    waiver = deal.waivers["proof_passed"]
    assert (waiver.guard, waiver.authority) == ("proof_passed", "Max")
    assert (waiver.reason, waiver.until) == ("Reference", until)
    assert waiver.entry == entry.seq

    def blocked(at: Any) -> bool:
        return "proof_passed" in [f.guard for f in deal.assess(at=at).blocking]

    assert not blocked(now(deal))
    assert not blocked(until)
    assert blocked(until + timedelta(microseconds=1))
    record = refusal(deal).entry.event
    assert isinstance(record, ev.Refused)
    assert record.guards["proof_passed"].waived == entry.seq
    assert record.guards["proof_passed"].truth == "unknown"


def test_waived_moves() -> None:
    """With the one open guard waived, the deal moves, and the waiver is in the entry."""
    deal = small_deal()
    deal.waive("good", authority="Max", by=BY, at=now(deal), reason="x")
    entry = deal.advance(by=BY, at=now(deal, days=900))
    assert isinstance(entry.event, ev.Moved)
    assert entry.event.guards["good"].waived == entry.seq - 1


def test_the_latest_waiver_counts() -> None:
    """A later waiver takes the place of an earlier one, even when it ends sooner."""
    deal = small_deal()
    deal.waive("good", authority="Max", by=BY, at=START, reason="x")
    deal.waive("good", authority="Eva", by=BY, at=START, reason="x", until=START + DAY)
    assert deal.assess(at=START).verdict is Verdict.READY
    assert deal.assess(at=LATER).verdict is Verdict.ASK


def test_walk_away_guards_are_not_waived() -> None:
    """None of the four conditions can be set aside by anybody."""
    deal = deal_at("buying_roles")
    for guard in NOES:
        with left_alone(deal), pytest.raises(EvidenceError, match="let anybody waive"):
            deal.waive(guard, authority="Max", by=BY, at=now(deal), reason="x")


def test_waivable_walk_away_guards() -> None:
    """Where the playbook lets one be waived, it counts neither as refuted nor as missing."""
    data: dict[str, Any] = dict(seven_step().to_data())
    guards = dict(data["guards"])
    guards["timely"] = dict(guards["timely"]) | {"waivable": True}
    book = seven_step(guards=guards)
    deal = ready_at("buying_roles", book)
    say(deal, "ruth", "timeline.wanted", False)
    assert deal.assess(at=now(deal)).verdict is Verdict.WALK_AWAY
    deal.waive("timely", authority="Max", by=BY, at=now(deal), reason="Strategic account")
    assert deal.assess(at=now(deal)).verdict is Verdict.READY
    assert list(CONTACTS) == list(deal.contacts)
