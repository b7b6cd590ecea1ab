"""A rejected trial close: where the deal goes back to, and what has to be shown again there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealflow import Deal, EvidenceError, MoveNotAllowed, Refused, Truth
from dealflow.conditions import Outcome, judge
from dealflow.state import Setback, Snapshot
from dealflow.trail import events as ev
from tests.deal._closing import (
    GUARDS,
    HOUR,
    SAYS,
    at_close,
    closing,
    opened,
    reject,
    say,
    say_all,
    truths,
)
from tests.deals import BY, DAY, START, left_alone, now

SEVERE = 1
"""The place of the step from which on the walk-away guard is asked for."""
AGAIN = {"backed", "voiced", "heard", "wins", "two", "severe"}
"""The guards that a gap in the plan leaves open; who holds which role need not be told again."""


# --- the answer


def test_an_answer_with_its_gap_and_reason() -> None:
    """Answer, reason and gap are statements of one source, and the way back follows on them."""
    deal = at_close()
    deal.meet("call", participants=["ann"], id="c", by=BY, at=now(deal))
    details = {"interaction": "c", "gap": "plan", "reason": "Too late"}
    entry = reject(deal, **details, quote="No, thanks", said_at=now(deal))
    assert [each.kind for each in deal.trail[-4:]] == ["said", "said", "said", "stepped_back"]
    said = [deal.statements[number] for number in range(deal.version - 3, deal.version)]
    assert [(one.fact, one.value, one.quote) for one in said] == [
        ("close.answer", "no", "No, thanks"),
        ("gap.why", "Too late", ""),
        ("gap.where", "plan", ""),
    ]
    assert {(one.source, one.interaction, one.said_at) for one in said} == {
        ("ann", "c", said[0].said_at)
    }
    assert entry.event == ev.SteppedBack("close", "show", "", "rejected", {}, said[0].id)
    assert Deal.replay(deal.playbook, deal.trail) == deal


@pytest.mark.parametrize(
    ("answer", "details", "code"),
    [
        ("yes", {"quote": "Yes", "gap": "plan"}, "inconsistent"),
        ("later", {"reason": "Why not"}, "inconsistent"),
        ("yes", {}, "quote_missing"),
        ("no", {"gap": "moon"}, "invalid_word"),
        ("no", {"gap": "plan", "reason": " "}, "invalid_value"),
    ],
)
def test_answers_that_do_not_go_together(answer: str, details: dict[str, Any], code: str) -> None:
    """Only a rejection has a gap and a reason; and where a part is wrong nothing is recorded."""
    deal = at_close()
    with left_alone(deal), pytest.raises(EvidenceError) as caught:
        deal.answer_trial_close(answer, source="ann", by=BY, at=now(deal), **details)
    assert code in [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize("place", ["gap", "reason"])
def test_no_fact_for_it(place: str) -> None:
    """Where the playbook has no fact for it, nobody can say where the gap is, or why."""
    deal = at_close(closing(gap=False))
    with left_alone(deal), pytest.raises(EvidenceError, match=f"no fact holds a {place}") as caught:
        reject(deal, **{place: "plan"})
    assert caught.value.problems[0].place == place


def test_without_a_fact_for_gaps_it_goes_back_at_once() -> None:
    """Where nobody is asked for the gap, the deal goes one step back, or where a guard fails."""
    deal = at_close(closing(gap=False))
    assert reject(deal).event.to_step == "show"
    deal = at_close(closing(gap=False))
    say(deal, "bob", "need.real", False)
    assert reject(deal).event.to_step == "talk"


def test_interest_is_a_quote() -> None:
    """An answer that needs a quote needs it however it is recorded; others do not."""
    deal = at_close()
    for verb in (
        lambda: say(deal, "ann", "close.answer", "yes"),
        lambda: deal.read("A.pdf", "close.answer", "yes", by=BY, at=now(deal)),
        lambda: deal.observe("close.answer", "yes", by=BY, at=now(deal)),
    ):
        with left_alone(deal), pytest.raises(EvidenceError, match="what did they say") as caught:
            verb()
        assert (caught.value.code, caught.value.data) == ("quote_missing", {"fact": "close.answer"})
    say(deal, "ann", "close.answer", "later")
    say(deal, "ann", "close.answer", "yes", quote="Let us start")
    with left_alone(deal), pytest.raises(EvidenceError, match="what did they say") as caught:
        deal.confirm("ann", ["close.answer"], by=BY, at=now(deal) + HOUR)
    assert caught.value.code == "quote_missing"
    deal.confirm("ann", ["close.answer"], quote="As I said", by=BY, at=now(deal) + HOUR)


def test_a_gap_that_leads_nowhere() -> None:
    """A gap for which the playbook names no step is none that is known."""
    deal = at_close()
    reject(deal, gap="weather")
    assert deal.step == "close"
    with left_alone(deal), pytest.raises(EvidenceError, match="nobody has said where the gap is"):
        deal.return_to_gap(by=BY, at=now(deal))
    say(deal, "bob", "gap.where", "plan")
    deal.return_to_gap(by=BY, at=now(deal))
    assert deal.step == "show"


# --- against the final word


def test_a_rejection_against_the_final_word() -> None:
    """Where the buyer has said yes, another's no is dissent, and moves nothing."""
    deal = at_close()
    say(deal, "bob", "need.two", False)  # so that the deal cannot go on
    with pytest.raises(Refused):
        deal.answer_trial_close("yes", source="ann", by=BY, at=now(deal), quote="Yes")
    version = deal.version
    entry = reject(deal, "bob", gap="plan")
    assert (deal.step, deal.version, entry) == ("close", version + 2, deal.trail[-1])
    with (
        left_alone(deal),
        pytest.raises(MoveNotAllowed, match="nothing that was rejected") as caught,
    ):
        deal.return_to_gap(by=BY, at=now(deal))
    assert caught.value.code == "no_such_move"
    reject(deal, "ann", gap="plan")
    assert deal.step == "show"


def test_before_the_final_word_anybody_may_reject() -> None:
    """While the buyer has not spoken, whoever says no sends the deal back."""
    deal = at_close()
    reject(deal, "cid", gap="need")
    assert deal.step == "talk"


def test_the_latest_rejection_leads_back() -> None:
    """Of several that stand, the one that was recorded last is the cause on record."""
    deal = at_close()
    reject(deal, "bob")
    answer = reject(deal, "cid").seq
    say(deal, "dan", "gap.where", "plan")
    entry = deal.return_to_gap(by=BY, at=now(deal))
    assert isinstance(entry.event, ev.SteppedBack)
    assert entry.event.answer == answer
    assert deal._state.setbacks == [Setback(answer, "show")]


@pytest.mark.parametrize("withdrawn", [True, False])
def test_no_way_back_without_a_rejection(withdrawn: bool) -> None:
    """What was taken back, or was never said, leads nowhere."""
    deal = at_close()
    if withdrawn:
        answer = reject(deal)
        deal.withdraw(answer.seq, by=BY, at=now(deal), reason="x")
    say(deal, "ann", "gap.where", "plan")
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="leads back from close"):
        deal.return_to_gap(by=BY, at=now(deal))


def test_a_way_back_only_from_the_trial_close() -> None:
    """Elsewhere, and from a closed deal, no rejection leads back."""
    deal = opened()
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="leads back from talk"):
        deal.return_to_gap(by=BY, at=now(deal))
    deal = at_close()
    reject(deal)
    deal.lose(by=BY, at=now(deal), reason="x", to="nothing")
    with left_alone(deal), pytest.raises(MoveNotAllowed, match="the deal is lost") as caught:
        deal.return_to_gap(by=BY, at=now(deal))
    assert caught.value.code == "deal_closed"


# --- what has to be shown again


def test_what_rests_on_it_has_to_be_said_anew() -> None:
    """From the gap on nothing counts that was only said before; before it everything does."""
    deal = at_close()
    reject(deal, gap="plan")
    assert {guard for guard, truth in truths(deal).items() if truth != "true"} == AGAIN
    finding = next(f for f in deal.assess(at=now(deal)).findings if f.guard == "backed")
    assert [(gap.reason, gap.subject, gap.about) for gap in finding.gaps] == [
        ("since_rejection", "plan.backed", None)
    ]
    assert finding.yes == (8,)
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=now(deal))
    event = caught.value.entry.event
    assert isinstance(event, ev.Refused)
    assert event.guards["backed"].missing == ("since_rejection:plan.backed",)
    asked = [ask for ask in caught.value.assessment.questions if ask.id == "backed"]
    assert [(ask.reason, ask.of) for ask in asked] == [
        ("since_rejection", ("ann", "bob", "cid", "dan"))
    ]
    say_all(deal)
    assert set(truths(deal).values()) == {"true"}
    deal.advance(by=BY, at=now(deal))
    assert deal.step == "close"
    assert Deal.replay(deal.playbook, deal.trail) == deal


def test_at_the_first_step_everything_is_open_again() -> None:
    """A gap in what we first asked leaves nothing standing but who is who."""
    deal = at_close()
    reject(deal, gap="need")
    found = truths(deal)
    assert {guard for guard, truth in found.items() if truth == "true"} == {"mapped"}


def test_a_walk_away_guard_is_asked_from_its_start() -> None:
    """Asked for before the gap it need not be told again; from the gap on it has to be."""
    for from_start, truth in ((True, "true"), (False, "unknown")):
        deal = at_close(closing(from_start=from_start))
        reject(deal, gap="plan")
        assert truths(deal)["severe"] == truth


def test_the_rejection_itself_is_no_news() -> None:
    """The rejection, and what was said at its instant elsewhere, show nothing again."""
    deal = at_close()
    say(deal, "ann", "plan.backed", True)
    at = now(deal)
    reject(deal, gap="plan", at=at)
    assert truths(deal)["backed"] == "unknown"
    say(deal, "ann", "plan.backed", True, at=at)
    assert truths(deal)["backed"] == "unknown"
    say(deal, "ann", "plan.backed", True, at=at + timedelta(microseconds=1))
    assert truths(deal)["backed"] == "true"


def test_what_was_said_in_the_same_talk_counts() -> None:
    """In the interaction of the rejection everything is about what was rejected."""
    deal = at_close()
    deal.meet("call", participants=["ann"], id="c", by=BY, at=now(deal) + HOUR)
    early = {"said_at": now(deal) - HOUR, "at": now(deal)}
    say(deal, "ann", "plan.backed", True, interaction="c", **early)
    reject(deal, gap="plan", interaction="c")
    assert truths(deal)["backed"] == "true"


def test_a_no_stays_a_no() -> None:
    """A guard that does not hold by all evidence is what it was, and not unknown."""
    deal = at_close()
    reject(deal, gap="plan")
    say(deal, "ann", "plan.backed", False)
    say(deal, "bob", "need.two", False)
    found = truths(deal)
    assert (found["backed"], found["two"]) == ("false", "conflicted")


def test_a_no_since_is_no_yes() -> None:
    """Where all evidence says yes, and what was said since says no, it has to be asked again."""
    deal = at_close()
    reject(deal, gap="plan")
    say(deal, "bob", "plan.backed", False)  # dissent; since the rejection the only word
    finding = next(f for f in deal.assess(at=now(deal)).findings if f.guard == "backed")
    assert finding.truth is Truth.UNKNOWN
    assert [(gap.reason, gap.subject) for gap in finding.gaps] == [
        ("since_rejection", "plan.backed")
    ]
    assert truths(deal)["quiet"] == "false"


def test_a_rejection_that_is_taken_back() -> None:
    """When the rejection is withdrawn everything counts again, and where the deal is it stays."""
    deal = at_close()
    reject(deal, gap="plan")
    assert truths(deal)["backed"] == "unknown"
    deal.withdraw(deal.version - 2, by=BY, at=now(deal), reason="It was a joke")
    assert deal.step == "show"
    assert set(truths(deal).values()) == {"true"}
    assert Deal.replay(deal.playbook, deal.trail).assess(at=now(deal)) == deal.assess(at=now(deal))


def test_two_rejections() -> None:
    """After a second rejection what was said between them counts no more, from its gap on."""
    deal = at_close()
    reject(deal, gap="need")
    say_all(deal)
    for _ in range(2):
        deal.advance(by=BY, at=now(deal))
    second = reject(deal, gap="plan").event.answer
    assert {guard for guard, truth in truths(deal).items() if truth != "true"} == AGAIN
    deal.withdraw(second, by=BY, at=now(deal), reason="x")
    assert set(truths(deal).values()) == {"true"}


def test_confirmed_after_a_rejection() -> None:
    """Whoever still stands by all he said shows it again, in one entry."""
    deal = at_close()
    reject(deal, gap="plan")
    facts = [fact for who, fact, _ in SAYS if who == "ann"]
    deal.confirm("ann", facts, by=BY, at=now(deal) + HOUR)
    assert {guard for guard, truth in truths(deal).items() if truth != "true"} == {
        *("voiced", "heard", "two")
    }
    deal.confirm("bob", ["need.real", "need.two"], by=BY, at=now(deal) + HOUR)
    assert set(truths(deal).values()) == {"true"}


def test_a_rejection_may_be_confirmed() -> None:
    """Whoever says no again, in one go with other things, sends the deal back again by that."""
    deal = at_close()
    reject(deal, gap="plan")
    say_all(deal)
    deal.advance(by=BY, at=now(deal))
    number = deal.confirm("ann", ["close.answer", "gap.where"], by=BY, at=now(deal) + HOUR).seq
    entry = deal.return_to_gap(by=BY, at=now(deal))
    assert isinstance(entry.event, ev.SteppedBack)
    assert (entry.event.answer, deal.step) == (number, "show")
    assert truths(deal)["backed"] == "unknown"
    deal.withdraw(number, by=BY, at=now(deal), reason="x")
    assert truths(deal)["backed"] == "true"


def test_a_corrected_time_moves_the_rejection() -> None:
    """When a rejection turns out to be earlier, what was said after it counts."""
    deal = at_close()
    early = now(deal)
    say(deal, "ann", "plan.backed", True, said_at=early + HOUR, at=early + 9 * HOUR)
    reject(deal, gap="plan", at=early + 10 * HOUR, said_at=early + 2 * HOUR)
    assert truths(deal)["backed"] == "unknown"
    answer = deal.trail[-3].seq
    assert deal.statements[answer].said_at == early + 2 * HOUR
    deal = at_close()
    wrong = reject(deal, gap="plan", at=early + 10 * HOUR).seq
    say(deal, "ann", "plan.backed", True, at=early + 11 * HOUR, said_at=early + 9 * HOUR)
    assert truths(deal)["backed"] == "unknown"
    details = {"last": wrong, "reason": "x", "by": BY, "at": early + 11 * HOUR}
    deal.correct_time(wrong - 2, early + 8 * HOUR, **details)
    assert truths(deal)["backed"] == "true"


# --- the same by hand: of the statements since, and of all of them

WORDS = st.sampled_from(
    [
        ("need.real", True),
        ("need.real", False),
        ("need.words", "Ten gates"),
        ("need.two", True),
        ("need.two", False),
        ("need.severe", True),
        ("plan.backed", True),
        ("plan.backed", False),
        ("person.win", "Peace"),
    ]
)
PEOPLE = ("ann", "bob", "cid", "dan")
STATEMENTS = st.tuples(
    st.just("say"),
    WORDS,
    st.sampled_from(PEOPLE),
    st.integers(0, 40),
    st.booleans(),
    st.sampled_from([None, None, "m1", "m2"]),
)
OTHERS = ("ann", "bob", "dan")
"""Those who may come by the buyer's role, and with it by the final word; cid is to say no."""
ROLES = st.tuples(
    st.just("roles"),
    st.sampled_from(OTHERS),
    st.sampled_from([(), ("buyer",), ("coach",), ("buyer", "coach")]),
)
MERGES = st.tuples(st.just("merge"), st.permutations(OTHERS).map(lambda them: tuple(them[:2])))
ACTIONS = st.lists(STATEMENTS | STATEMENTS | ROLES | MERGES, max_size=6)
Action = tuple[Any, ...]


class Told:
    """Deals to which the same is told, with or without the rejection.

    Attributes:
        deal: the deal.
        keep: which statements are told: ``None`` is all of them.
    """

    def __init__(self, since: tuple[datetime, str | None] | None) -> None:
        """A new deal.

        Args:
            since: when and in which interaction it was rejected, for what was said since alone.
        """
        self.deal = opened()
        self.since = since
        for id in ("m1", "m2"):
            at = START + timedelta(hours=id == "m2")
            self.deal.meet("call", participants=PEOPLE, id=id, by=BY, at=at)

    def hear(self, who: str, fact: str, value: object, **details: Any) -> None:
        """Tell a statement, unless it was made before."""
        newer = self.since is None or (
            details["said_at"] > self.since[0]
            or (details.get("interaction") is not None and details["interaction"] == self.since[1])
        )
        if newer:
            self.deal.hear(who, fact, value, by=BY, at=now(self.deal), **details)

    def tell(self, actions: list[Action], at: datetime) -> None:
        """Tell what happens, all at one time; things may have been said long before."""
        # the clock of every deal goes on alike, whatever is left out
        self.deal.observe("call.made", True, by=BY, at=at)
        for kind, *rest in actions:
            if kind == "say":
                (fact, value), who, hours, first_hand, met = rest
                details = {"said_at": at - hours * HOUR, "interaction": met}
                self.hear(who, fact, value, first_hand=first_hand, **details)
            elif kind == "roles":
                who, roles = rest
                if tuple(self.deal.contacts[who].roles) != roles:
                    self.deal.change_contact(who, roles=roles, by=BY, at=at)
            else:
                ((one, other),) = rest
                if not {one, other} & self.deal.merged.keys():
                    self.deal.merge_contacts(one, into=other, by=BY, at=at, reason="x")

    def judged(self, guard: str, at: datetime) -> Outcome:
        """What a guard's condition comes to, whatever was rejected."""
        condition = self.deal.playbook.guard_condition[guard]
        return judge(condition, Snapshot(self.deal._state, at))


def final_spoken(deal: Deal, at: datetime) -> bool:
    """Whether somebody who is or was the buyer has said in person that he backs the plan."""
    people = Snapshot(deal._state, at).people
    return any(
        said.fact == "plan.backed" and said.first_hand and "buyer" in people.ever(said.source)
        for said in deal.standing
    )


def keep_final_word(every: Deal, since: Deal, at: datetime) -> None:
    """A final word is said again by whom it belongs to, and by nobody else in his place."""
    if final_spoken(every, at) and not final_spoken(since, at):
        for said in since.standing:
            if said.fact == "plan.backed":
                since.withdraw(said.id, by=BY, at=at, reason="x")
                # Who said so was heard all the same, and says something that settles nothing.
                details = {"first_hand": said.first_hand, "said_at": said.said_at}
                since.hear(said.source, "call.made", True, by=BY, at=at, **details)


@settings(max_examples=settings().max_examples // 2)
@given(
    before=ACTIONS,
    after=ACTIONS,
    gap=st.sampled_from(["need", "plan"]),
    met=st.sampled_from([None, None, "m1", "m2"]),
    withdrawn=st.sampled_from([False, False, True]),
    ahead=st.integers(0, 70),
)
def test_shown_again_is_shown_by_what_was_said_since(
    before: list[Action],
    after: list[Action],
    gap: str,
    met: str | None,
    withdrawn: bool,
    ahead: int,
) -> None:
    """Of the guards from the gap on, TRUE is what all evidence and what was said since both say.

    What was said since is told to a deal that knows nothing else, and all of it to a third in which
    nothing was rejected.
    """
    start, rejected_at = START + 2 * HOUR, START + 80 * HOUR
    end = START + 110 * HOUR
    answer = 0
    deal, every, since = Told(None), Told(None), Told((rejected_at, met))
    for told in (deal, every, since):
        told.deal.observe("call.made", True, by=BY, at=start)
        for who, fact, value in SAYS:
            told.hear(who, fact, value, said_at=start)
        if told is not since:
            for _ in range(2):
                told.deal.advance(by=BY, at=start)
        told.tell(before, rejected_at)
        details: dict[str, Any] = {"interaction": met, "said_at": rejected_at}
        if told is deal:
            answer = told.deal.version + 1
            reject(told.deal, "cid", gap=gap, **details, at=rejected_at)
        else:
            if told is every:
                told.hear("cid", "close.answer", "no", **details)
            told.hear("cid", "gap.where", gap, **details)
        told.tell(after, end)
    keep_final_word(every.deal, since.deal, end)
    to = deal.deal.step
    assert to in ("talk", "show")
    if withdrawn:
        deal.deal.withdraw(answer, by=BY, at=end, reason="x")
    book, at = deal.deal.playbook, end + ahead * DAY
    state, again = deal.deal._state, Deal.replay(book, deal.deal.trail)._state
    for guard in set(GUARDS) - {"answered", "final"}:
        found = state.guard_outcome(guard, Snapshot(state, at))
        asked = next((i for i, s in enumerate(book.steps) if guard in s.leave_when), SEVERE)
        outcomes = [found, every.judged(guard, at)]
        if not withdrawn and asked >= book.index(to):
            outcomes.append(since.judged(guard, at))
        check_shown([fact.id for fact in book.guard_condition[guard].facts], *outcomes)
        last = found.until or at + 900 * DAY
        assert again.guard_outcome(guard, Snapshot(again, last)).truth is found.truth


def check_shown(
    facts: list[str], found: Outcome, whole: Outcome, part: Outcome | None = None
) -> None:
    """Hold an outcome against those of all evidence, and of a part that has to show it again."""
    if part is None or whole.truth is not Truth.TRUE or part.truth is Truth.TRUE:
        assert found.truth is whole.truth
        assert len(found.gaps) == len(whole.gaps)
        return
    assert found.truth is Truth.UNKNOWN
    missing = {(gap.reason, gap.subject) for gap in found.gaps}
    if part.gaps:
        # Who knows nothing of what was said before says that nobody was asked.
        told, asked = ({(g.subject, g.about) for g in each.gaps} for each in (found, part))
        assert told == asked
        others = {(g.reason, g.subject) for g in part.gaps if g.reason != "never_asked"}
        assert others <= missing
        assert {reason for reason, _ in missing - others} <= {"since_rejection", "never_asked"}
    else:
        assert missing == {("since_rejection", fact) for fact in facts}
