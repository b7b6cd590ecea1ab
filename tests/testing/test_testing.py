"""Watching deals, assertions that explain, deals built for tests: all without pytest's plugin."""

from __future__ import annotations

import asyncio
import copy
import pickle
import unittest
from contextlib import suppress
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import cache, partial
from threading import Thread
from typing import Any

import pytest

from dealflow import (
    Card,
    Deal,
    DealflowError,
    EvidenceError,
    InputError,
    Line,
    Money,
    MoveNotAllowed,
    Playbook,
    Refused,
    Truth,
    dumps,
    loads,
    parse_playbook,
)
from dealflow.analysis import Unreachable, judge_again
from dealflow.analysis.solver import Change, Hearing, Person, Saying, Talks
from dealflow.deal import Act, Observer, current_observers, observing
from dealflow.playbook import StandIn
from dealflow.testing import (
    Bench,
    Clock,
    Watch,
    assert_asks,
    assert_conflict,
    assert_moves,
    assert_refused,
    assert_walks_away,
    deal_at,
    watching,
)
from dealflow.testing.explain import Story, aside
from dealflow.testing.watch import swapping, unwatched
from tests.deals import BY, MOVES, SMALL, START, new_deal, ready_at, seven_step, small, small_deal

TEAM = """
format = 1
id = "team"
version = "1"
title = { en = "Team", zh = "队" }

[roles.payer]
title = { en = "Payer", zh = "付款人" }
[roles.user]
title = { en = "User", zh = "用户" }

[facts."money.there"]
title = { en = "the money is there", zh = "钱" }
type = "yes_no"
good_for = "P30D"
sources = { at_least = 2, roles = ["payer"], first_hand = true }
ask = [{ id = "money.there", en = "Is the money there?", zh = "钱？", of = ["payer"] }]
[facts."money.amount"]
title = { en = "the amount", zh = "额" }
type = "money"
ask = [{ id = "money.amount", en = "How much?", zh = "多少？" }]
[facts."mood.good"]
title = { en = "the mood is good", zh = "心情" }
type = "yes_no"
of = "contact"
ask = [{ id = "mood.good", en = "How are you?", zh = "你好吗？" }]
[facts."sign.day"]
title = { en = "the day of signing", zh = "日" }
type = "date"
ask = [{ id = "sign.day", en = "When?", zh = "几时？", of = ["us"] }]
[facts."odd.fact"]
title = { en = "an odd fact", zh = "怪" }
type = "text"

[guards.there]
title = { en = "Money there", zh = "钱在" }
when = "money.there"
refused = { en = "No money.", zh = "没钱。" }
[guards.enough]
title = { en = "Money enough", zh = "钱够" }
when = "money.amount >= deal.amount"
refused = { en = "Too little.", zh = "太少。" }
waivable = true
[guards.moods]
title = { en = "Moods good", zh = "心情好" }
when = "every(user, mood.good and contact.rating > 0)"
refused = { en = "Bad mood.", zh = "心情不好。" }
[guards.many]
title = { en = "Many heard", zh = "多" }
when = "heard(2) and covered(payer) and some(any_role, known(mood.good))"
refused = { en = "Too few.", zh = "太少。" }

[[steps]]
id = "talk"
title = { en = "Talk", zh = "谈" }
goal = { en = "Talk.", zh = "谈。" }
leave_when = ["enough", "many"]
[[steps]]
id = "order"
title = { en = "Order", zh = "订" }
goal = { en = "Order.", zh = "订。" }
leave_when = ["moods"]

[walk_away]
guards = ["there"]
from = "order"
watch_from = "talk"
at_once = ["enough"]
"""
HEAD = "D-1 (Northwind), 2 Mar 2026"
NOT_YET = f"{HEAD}: Talk -> Order: ask first. The verdict was expected to be: walk away."
OVER = "the last answer went out of date on 1 Apr 2026 (good for 30 days)"
LATER = (
    "does not matter to the move from talk to order:"
    " it belongs to a later step, and is first looked at on leaving order"
)
POLICY = "walk away as soon as 1 of these is not so; going on needs 1 of 1 known good."
ALL_AT_ONCE = """\
the playbook small has no step 'zz'; there are: one, left, right, last, fulfilled
the playbook small has no guard 'godo' (did you mean 'good'?)
the playbook small has no guard 'qq'; there are: good, rich"""


@cache
def team() -> Playbook:
    """A playbook with a bit of everything that a failed assertion has to tell."""
    return parse_playbook(TEAM)


pytestmark = pytest.mark.usefixtures("unwatched")


def a_deal(**changes: Any) -> Deal:
    """A deal of the team with a payer and two users."""
    deal = new_deal(team(), **changes)
    deal.add_contact("pat", name="Pat Payer", title="CFO", roles=["payer"], by=BY, at=START)
    deal.add_contact("una", name="Una User", roles=["user"], rating=2, by=BY, at=START)
    deal.add_contact("umi", name="Umi User", roles=["user"], by=BY, at=START)
    return deal


def say(deal: Deal, who: str, fact: str, value: object, **details: Any) -> None:
    """Let a contact say something at the start."""
    at = details.pop("at", START)
    deal.hear(who, fact, value, by=BY, at=at, **details)


def failure(assertion: Any, *args: Any, **rest: Any) -> str:
    """What a failing assertion says."""
    with pytest.raises(AssertionError) as caught:
        assertion(*args, **rest)
    return str(caught.value)


# watching


def test_everything_is_noted() -> None:
    """Assessments, passes and refusals are noted with the trail as it was, in order."""
    deal = small_deal()
    with watching() as watch:
        deal.assess(at=START, to="left")
        with suppress(Refused):
            deal.advance(by=BY, at=START)
        say(deal, "ann", "be.good", True)
        deal.verdict(at=START, to="left")
        deal.advance(by=BY, at=START, to="left")
    seen = watch.observations
    assert [(one.kind, one.to, len(one.entries)) for one in seen] == [
        ("assessed", "left", 3),
        ("refused", None, 3),
        ("assessed", "left", 5),
        ("passed", "left", 5),
    ]
    assert {(one.at, one.playbook) for one in seen} == {(START, small())}
    verdicts = [getattr(judge_again(one.playbook, one), "verdict", None) for one in seen]
    assert [verdict.value for verdict in verdicts if verdict] == ["ask", "ask", "ready", "ready"]


def test_what_goes_through_advance_is_noted() -> None:
    """A fulfilment and an answer to the trial close are noted as the moves that they are."""
    deal = deal_at(seven_step(), "trial_close")
    buyer = next(c.id for c in deal.contacts.values() if "economic_buyer" in c.roles)
    with watching() as watch:
        with pytest.raises(Refused, match="first_time_frame"):
            deal.answer_trial_close("accepted", source=buyer, by=BY, at=START)
        deal = deal_at(seven_step(), "fulfilment")
        with pytest.raises(Refused, match="terms_performed"):
            deal.fulfil(by=BY, at=START)
    assert [(one.kind, one.to) for one in watch.observations] == [
        ("refused", None),
        ("refused", "fulfilled"),
    ]


def test_a_move_that_is_not_there_is_looked_for() -> None:
    """Who tries a move that does not exist has looked, as under other rules it may exist."""
    deal = small_deal()
    with watching() as watch, pytest.raises(MoveNotAllowed):
        deal.advance(by=BY, at=START, to="last")
    (seen,) = watch.observations
    assert (seen.kind, judge_again(small(), seen)) == ("assessed", None)


def test_nothing_is_noted_of_what_cannot_be_tried() -> None:
    """A closed deal, or a time that has passed, judges nothing."""
    deal = small_deal()
    deal.walk_away(by=BY, at=START, reason="No")
    with watching() as watch:
        with pytest.raises(MoveNotAllowed):
            deal.advance(by=BY, at=START)
        with pytest.raises(EvidenceError):
            deal.assess(at=START - timedelta(days=1))
        with pytest.raises(EvidenceError):
            deal.advance(by=BY, at=START - timedelta(days=1))
    assert watch.observations == ()


def test_other_verbs_are_noted() -> None:
    """That somebody tried to set a guard aside, or answered a trial close, is noted by name."""
    deal = small_deal()
    with watching() as watch:
        deal.waive("good", authority="Boss", by=BY, at=START, reason="A friend")
        assert watch.verbs == {"waive"}
        with pytest.raises(MoveNotAllowed):
            deal.answer_trial_close("accepted", source="ann", by=BY, at=START)
    assert watch.verbs == {"waive", "answer_trial_close"}


def test_nothing_of_a_deal_is_replaced() -> None:
    """While somebody watches, and when the block is left by an error, verbs are what they were."""
    before = dict(vars(Deal))
    during = []
    with suppress(ZeroDivisionError), watching(), watching():
        during.append(dict(vars(Deal)))
        raise ZeroDivisionError
    assert during == [before]
    assert current_observers() == ()


def test_watches_nest() -> None:
    """Each of several watches notes what happens in its time, once."""
    deal = small_deal()
    with watching() as outer:
        deal.assess(at=START)
        with watching() as inner, pytest.raises(Refused, match="good"):
            deal.advance(by=BY, at=START)
        deal.assess(at=START)
    assert [one.kind for one in outer.observations] == ["assessed", "refused", "assessed"]
    assert [one.kind for one in inner.observations] == ["refused"]
    assert len(outer.refusals) == len(inner.refusals) == 1


def test_a_watch_belongs_to_its_context() -> None:
    """A thread is watched when it runs in a copy of the context; a task of asyncio always does."""
    deal = small_deal()

    async def assess() -> None:
        deal.assess(at=START, to="right")

    async def main() -> None:
        await asyncio.create_task(assess())

    with watching() as watch:
        look = partial(deal.assess, at=START, to="left")
        for work in (look, partial(copy_context().run, look)):
            thread = Thread(target=work)
            thread.start()
            thread.join()
        asyncio.run(main())
    assert [one.to for one in watch.observations] == ["left", "right"]


def test_a_watch_starts_again() -> None:
    """It forgets everything that it noted, and takes other playbooks."""
    one, looser = small(), small(MOVES.replace('when = ["rich"]', ""))
    other, back = StandIn.in_place_of(one, looser), StandIn.in_place_of(looser, one)
    watch = Watch({one.fingerprint: other})
    with observing(watch):
        deal = small_deal()
        with suppress(Refused):
            deal.advance(by=BY, at=START)
        deal.waive("good", authority="Boss", by=BY, at=START, reason="A friend")
        watch.restart({looser.fingerprint: back})
        assert (watch.observations, watch.refusals, watch.verbs) == ((), [], set())
        assert new_deal(looser).playbook is back
    assert deal.playbook is other


def test_nothing_is_noted_where_it_is_not_wanted() -> None:
    """What happens unwatched is not noted; an observer that is no watch goes on."""

    class Log(Observer):
        def recorded(self, act: Act) -> None:
            kinds.extend(entry.kind for entry in act.entries)

    kinds: list[str] = []
    deal = small_deal()
    with watching() as watch, observing(Log()), unwatched(), pytest.raises(Refused):
        deal.advance(by=BY, at=START)
    assert watch.observations == ()
    assert watch.refusals == []
    assert kinds == ["refused"]


def test_playbooks_stay_in_place_unwatched() -> None:
    """One playbook stands in for another where nothing is noted, unless that is not wanted."""
    one, looser = small(), small(MOVES.replace('when = ["rich"]', ""))
    other = StandIn.in_place_of(one, looser)
    with watching({one.fingerprint: other}) as watch:
        assert swapping()
        with unwatched():
            assert swapping()
            deal = small_deal()
            deal.assess(at=START)
        with unwatched(swapped=False):
            assert not swapping()
            assert new_deal(one).playbook is one
    assert deal.playbook is other
    assert watch.observations == ()


def test_an_answer_is_noted_as_its_move() -> None:
    """A move that an answer makes is noted with the answer on record, and a rejection by name."""
    found: dict[str, object] = {}
    for answer in ("accepted", "rejected"):
        deal = ready_at("trial_close")
        gap = {"gap": "money"} if answer == "rejected" else {}
        before = deal.version
        with watching() as watch:
            deal.answer_trial_close(answer, source="ruth", by=BY, at=deal.trail[-1].at, **gap)
        seen = [(one.kind, one.to, len(one.entries) - before) for one in watch.observations]
        found[answer] = (seen, watch.verbs)
    assert found == {
        "accepted": ([("passed", None, 1)], {"answer_trial_close"}),
        "rejected": ([], {"answer_trial_close", "gap"}),
    }


def test_only_an_answer_leads_back_to_the_gap() -> None:
    """A step back of our own choice is none that a trial close led to."""
    deal = ready_at("trial_close")
    with watching() as watch:
        deal.step_back("qualification", by=BY, at=deal.trail[-1].at, reason="x")
    assert watch.verbs == set()


@pytest.mark.parametrize(
    "look",
    [
        lambda refused: refused.findings,
        lambda refused: refused.assessment,
        lambda refused: refused.entry,
        lambda refused: refused.args,
        str,
    ],
    ids=["findings", "assessment", "entry", "args", "str"],
)
def test_a_look_is_noticed(look: Any) -> None:
    """A refusal is unseen until somebody reads what it says."""
    deal = small_deal()
    with watching() as watch:
        with pytest.raises(Refused) as caught:
            deal.advance(by=BY, at=START)
        (unseen,) = watch.unseen
        assert (unseen.deal, unseen.trail, unseen.entry) == (deal, deal.trail, deal.trail[-1])
        assert [finding.guard for finding in unseen.assessment.blocking] == ["good"]
        look(caught.value)
    assert watch.unseen == ()
    assert len(watch.refusals) == 1


def test_catching_is_no_look() -> None:
    """Neither a bare ``raises`` nor ``suppress`` nor unittest's ``assertRaises`` is a look."""
    deal = small_deal()
    with watching() as watch:
        with pytest.raises(Refused):
            deal.advance(by=BY, at=START)
        with suppress(Refused):
            deal.advance(by=BY, at=START)
        with unittest.TestCase().assertRaises(Refused):  # noqa: PT027 - as others write it
            deal.advance(by=BY, at=START)
        assert len(watch.unseen) == 3
        with unittest.TestCase().assertRaisesRegex(Refused, "good"):  # noqa: PT027
            deal.advance(by=BY, at=START)
    assert len(watch.unseen) == 3


def test_an_assertion_is_a_look() -> None:
    """An assertion about a deal has looked at its refusals, and at no other deal's."""
    one, other = small_deal(), small_deal()
    with watching() as watch:
        for deal in (one, other):
            with suppress(Refused):
                deal.advance(by=BY, at=START)
        with observing(Observer()):
            assert_refused(one, because="good")
    (unseen,) = watch.unseen
    assert unseen.deal is other
    assert [refusal.deal is one for refusal in watch.refusals] == [True, False, True]


def test_a_watched_refusal_is_a_refusal() -> None:
    """It goes by the same name, says the same, and can be pickled and copied."""
    deal, twin = small_deal(), small_deal()
    with pytest.raises(Refused) as plain:
        twin.advance(by=BY, at=START)
    with watching(), pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=START)
    for refused in (
        caught.value,
        copy.copy(caught.value),
        pickle.loads(pickle.dumps(caught.value)),
    ):
        assert repr(refused) == repr(plain.value)
        assert type(refused).__name__ == "Refused"
        assert refused.assessment == plain.value.assessment
        assert refused.entry == plain.value.entry
        assert refused.findings == plain.value.findings
        assert refused.args == plain.value.args
    assert "advance" in [entry.name for entry in caught.traceback]


def test_a_playbook_is_swapped() -> None:
    """Deals are opened, built and replayed under the playbook that stands in for their own."""
    one, looser = small(), small(MOVES.replace('when = ["rich"]', ""))
    other = StandIn.in_place_of(one, looser)
    with watching({one.fingerprint: other}):
        deal = Deal.open(one, id="D", account="A", by=BY, at=START)
        assert deal.playbook is other
        assert Deal.replay(one, loads(dumps(deal.trail))) == deal
        assert deal_at(one, "right").playbook is other
        with watching():
            assert new_deal(one).playbook is other
        assert new_deal(team()).playbook is team()
    assert new_deal(one).playbook is one
    with watching({looser.fingerprint: StandIn.in_place_of(looser, one)}):
        said = deal_at(looser, "right").statements.values()
        assert {statement.fact for statement in said} == {"be.good", "be.rich"}
    recorded = new_deal(one).trail
    with watching({one.fingerprint: other}):
        assert Deal.replay(one, recorded).playbook is other
        with pytest.raises(ValueError, match="a trail starts"):
            Deal.replay(one, type(recorded)())


def test_a_watch_by_itself_is_empty() -> None:
    """A watch that was never on has seen nothing."""
    watch = Watch()
    assert (watch.observations, watch.unseen, watch.refusals) == ((), (), [])


# assertions that hold


def test_moves() -> None:
    """A move that passes is made, by whom and when the deal was last changed."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    entry = assert_moves(deal, to="left")
    assert (entry.by, entry.at, deal.step) == (BY, START, "left")
    say(deal, "ann", "be.rich", True)
    later = START + timedelta(days=2)
    assert assert_moves(deal, at=later).at == later
    assert deal.step == "last"


def test_refused() -> None:
    """A refusal by exactly the guards named is what was asked for, and is handed back."""
    deal = small_deal()
    refused = assert_refused(deal, "right", because=["good", "rich"])
    assert {finding.guard for finding in refused.findings} == {"good", "rich"}
    assert refused.entry is deal.trail[-1]
    assert_refused(deal, because="good", at=START + timedelta(days=1))


def test_walks_away() -> None:
    """A verdict to walk away holds with the guards refuted, at once ones included, or with any."""
    deal = a_deal()
    for who in ("pat", "una"):
        say(deal, who, "money.there", False)
    assert assert_walks_away(deal).step == "talk"
    assert_walks_away(deal, because="there")
    say(deal, "pat", "money.amount", "1 EUR")
    assert_walks_away(deal, because={"there", "enough"})


def test_asks() -> None:
    """Questions that are to be asked are handed back with whom to ask."""
    asks = assert_asks(a_deal(), "money.there", "money.amount")
    assert {(ask.id, ask.of) for ask in asks} == {
        ("money.there", ("pat",)),
        ("money.amount", ("pat", "una", "umi")),
    }


def test_conflict() -> None:
    """A contradiction is one between those who disagree, on the move to which it matters."""
    deal = small_deal()
    say(deal, "ann", "be.rich", True)
    say(deal, "bob", "be.rich", False)
    finding = assert_conflict(deal, "rich", between={"ann", "bob"})
    assert finding.truth is Truth.CONFLICTED
    assert_conflict(deal, "rich")


# assertions that fail


def test_a_refused_move_is_told() -> None:
    """It says what was tried, what stood in the way and why, whom to ask, and what would do."""
    deal = a_deal()
    say(deal, "pat", "money.amount", "40000 EUR", quote="Forty, no more")
    at = START + timedelta(days=1)
    told = failure(assert_moves, deal, at=at).splitlines()
    end = told.index("It would have passed with this:")
    assert told[:end] == [
        "D-1 (Northwind), 3 Mar 2026: Talk -> Order: walk away. It was expected to move.",
        "In the way: enough, many",
        "  Money enough (enough): not so",
        "    Too little.",
        "    condition: money.amount >= deal.amount",
        "    the amount [money.amount]: EUR 40,000",
        "      Pat Payer (CFO), 2 Mar 2026: “Forty, no more”",
        "    the price [deal.amount]: EUR 48,000",
        (
            "    ask Pat Payer (payer): “On 2 Mar 2026 you said ‘Forty, no more’"
            " (the amount: EUR 40,000). Is that still so? If it is, what has to change?”"
        ),
        "  Many heard (many): not known yet",
        "    Too few.",
        "    condition: heard(2) and covered(payer) and some(any_role, known(mood.good))",
        "    heard first-hand: Pat Payer",
        "    payer [payer]: Pat Payer",
        "    any buying role [any_role]: Pat Payer, Una User, Umi User",
        "    the mood is good [mood.good] of Pat Payer: not known: never asked",
        "    the mood is good [mood.good] of Una User: not known: never asked",
        "    the mood is good [mood.good] of Umi User: not known: never asked",
        "    ask Una User (user): “How are you?”",
        "    ask Umi User (user): “How are you?”",
        "    ask Pat Payer (payer): “How are you?”",
    ]
    assert "  Pat Payer (payer) says: the amount [money.amount]: EUR 48,000" in told[end:]


def test_a_stale_answer_is_told() -> None:
    """What has gone out of date is told with who said it, and when it did."""
    deal = a_deal()
    deal.hear("pat", "money.there", True, by=BY, at=START, quote="Yes")
    told = failure(assert_walks_away, deal, "there", at=START + timedelta(days=31)).splitlines()
    assert told == [
        NOT_YET.replace("2 Mar", "2 Apr"),
        "The walk-away guards: there",
        "  Money there (there): no longer known",
        "    No money.",
        "    condition: money.there",
        f"    the money is there [money.there]: not known: {OVER}",
        "      Pat Payer (CFO), 2 Mar 2026: “Yes”",
        (
            "    ask Pat Payer (payer): “On 2 Mar 2026 you said ‘Yes’ (the money is there: yes)."
            " Is that still so?”"
        ),
        f"From here on: {POLICY}",
    ]


def test_a_missing_source_is_told() -> None:
    """Why a word does not count is told: too few sources, the wrong role, at second hand."""
    deal = a_deal()
    say(deal, "una", "money.there", True)
    told = failure(assert_walks_away, deal)
    assert (
        "the money is there [money.there]: not known: needs another source (1 of 2);"
        " needs to be heard first-hand from the payer (said so far: yes)"
    ) in told
    assert "Una User, 2 Mar 2026" in told
    assert "The walk-away guards: enough, there" in told


def test_a_withdrawn_word_is_not_told() -> None:
    """What was taken back is not among what was said."""
    deal = a_deal()
    say(deal, "una", "money.amount", "1 EUR", quote="One")
    deal.withdraw(deal.trail[-1].seq, by=BY, at=START, reason="A mistake")
    told = failure(assert_moves, deal)
    assert "the amount [money.amount]: not known: never asked" in told
    assert "One" not in told


def test_a_contradiction_is_told() -> None:
    """Both sides are told, each with what it said."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, quote="Sure")
    say(deal, "bob", "be.good", False, quote="No way")
    told = failure(assert_moves, deal).splitlines()
    assert "    it is good [be.good]: yes or no" in told
    assert "      Ann, 2 Mar 2026: “Sure” (it is good: yes)" in told
    assert "      Bob, 2 Mar 2026: “No way” (it is good: no)" in told


def test_of_many_the_good_ones_are_told_in_a_line() -> None:
    """Where every holder of a role counts, those who are fine need no lines of their own."""
    deal = deal_at(team(), "order")
    at = deal.trail[-1].at
    for id, contact in deal.contacts.items():
        if contact.roles != ("payer",):
            deal.change_contact(id, roles=["payer"], by=BY, at=at)
    for id, mood, rating in (("una", True, 2), ("umi", False, None), ("uwe", True, -1)):
        deal.add_contact(id, name=id.title(), roles=["user"], rating=rating, by=BY, at=at)
        deal.hear(id, "mood.good", mood, by=BY, at=at)
    told = failure(assert_moves, deal).splitlines()
    start = told.index("    condition: every(user, mood.good and contact.rating > 0)")
    assert told[start + 1 : start + 9] == [
        "    user [user]: Una, Umi, Uwe",
        "    fine for Una",
        "    the mood is good [mood.good] of Umi: no",
        "      Umi, 5 Jan 2026",
        "    rating of us [contact.rating] of Umi: not noted",
        "    the mood is good [mood.good] of Uwe: yes",
        "      Uwe, 5 Jan 2026",
        "    rating of us [contact.rating] of Uwe: -1",
    ]


def test_a_long_list_of_questions_is_cut() -> None:
    """No more than four questions of one guard are told, and how many are left."""
    deal = a_deal()
    for number in range(4):
        deal.add_contact(f"u{number}", name=f"U {number}", roles=["user"], by=BY, at=START)
    assert "    and 3 more to ask" in failure(assert_moves, deal)


def test_a_waiver_is_told() -> None:
    """A guard that was set aside is told as such, with by whom and without its reason."""
    deal = a_deal(amount=None)
    deal.waive("enough", authority="Vera Boss", by=BY, at=START, reason="A friend")
    told = failure(assert_refused, deal, because={"enough", "many"}).splitlines()
    assert told[1:6] == [
        "Expected in the way, but not so: enough",
        "  Money enough (enough): set aside by Vera Boss",
        "    condition: money.amount >= deal.amount",
        "    the amount [money.amount]: not known: never asked",
        "    the price [deal.amount]: not noted",
    ]
    assert told[6:] == ["As expected, in the way: many"]


def test_other_reasons_are_told_apart() -> None:
    """Guards that were not expected, and those that did not come, are told separately."""
    deal = a_deal()
    say(deal, "una", "money.amount", "50000 EUR")
    told = failure(assert_refused, deal, because={"enough", "moods"}).splitlines()
    assert told[0].endswith("It was refused, but not by the guards expected.")
    assert "Expected in the way, but not so: enough, moods" in told
    assert f"  moods {LATER}" in told
    assert "  Money enough (enough): known good" in told
    assert "Was refused for other reasons: many" in told
    assert "It would have passed with this:" in told
    assert not [line for line in told if line.startswith("As expected")]


def test_a_move_that_passed_is_told() -> None:
    """Where a refusal was expected and the deal moved, the guards' evidence is told."""
    deal = small_deal()
    say(deal, "ann", "be.good", True, quote="Sure")
    assert failure(assert_refused, deal, because="good").splitlines() == [
        f"{HEAD}: One -> Left: ready. It moved, and was expected to be refused.",
        "Expected in the way, but not so: good",
        "  Good (good): known good",
        "    condition: be.good",
        "    it is good [be.good]: yes",
        "      Ann, 2 Mar 2026: “Sure”",
    ]


@pytest.mark.parametrize(
    ("assertion", "rest"), [(assert_moves, {}), (assert_refused, {"because": "good"})]
)
def test_a_move_that_is_not_there_is_told(assertion: Any, rest: Any) -> None:
    """A step to which no move leads from here is told with those to which moves do."""
    assert failure(assertion, small_deal(), "last", **rest) == (
        "D-1 (Northwind): no move leads from one to 'last';"
        " from one there are moves to: left, right"
    )


def test_walking_away_for_other_reasons_is_told() -> None:
    """The refuted guards have to be the ones named, all of them."""
    deal = a_deal()
    say(deal, "una", "money.amount", "1 EUR")
    told = failure(assert_walks_away, deal, because={"there"}).splitlines()
    assert told[0].endswith("walk away. That was expected, but for other reasons.")
    assert "Expected to be refuted, but not so: there" in told
    assert "Refuted, and not expected to be: enough" in told
    for who in ("pat", "una"):
        say(deal, who, "money.there", False)
    told = failure(assert_walks_away, deal, because={"there"}).splitlines()
    assert told[-1] == "Refuted, as expected: there"


def test_a_playbook_without_walking_away_is_told() -> None:
    """Without a policy there is no verdict to walk away, and no policy to tell."""
    told = failure(assert_walks_away, small_deal())
    assert told == NOT_YET.replace("Talk -> Order", "One -> Left")


def test_questions_that_are_not_asked_are_told() -> None:
    """A missing question is told with what is known of its fact, and with what to ask instead."""
    deal = a_deal()
    say(deal, "una", "money.amount", "50000 EUR")
    assert failure(assert_asks, deal, "money.amount", "mood.good", "sign.day").splitlines() == [
        f"{HEAD}: Talk -> Order: ask first. Not among the questions to ask next:",
        "  money.amount: “How much?”",
        "    the amount [money.amount]: EUR 50,000",
        "      Una User, 2 Mar 2026",
        "  sign.day: “When?”",
        "    the day of signing [sign.day]: not known: never asked",
        "To ask next:",
        "  mood.good: How are you?",
        "  money.there: Is the money there?",
    ]
    ready = deal_at(team(), "order", {"money.there": True})
    assert "not known" not in failure(assert_asks, ready, "money.there")


def test_nothing_to_ask_is_told() -> None:
    """Where nothing is to be asked, that is told; facts of contacts are not looked up."""
    deal = deal_at(team(), "fulfilled")
    assert failure(assert_asks, deal, "mood.good").splitlines()[1:] == [
        "  mood.good: “How are you?”",
        "To ask next:",
        "  nothing",
    ]


def test_no_contradiction_is_told() -> None:
    """Where people agree, the guard is told as it is."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    told = failure(assert_conflict, deal, "good").splitlines()
    assert told[0].endswith("There is no contradiction on good.")
    assert told[1] == "  Good (good): known good"


def test_a_contradiction_between_others_is_told() -> None:
    """Those who were expected and those who were not are told apart."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    deal.read("The minutes", "be.good", False, by=BY, at=START)
    assert_conflict(deal, "good", between=("ann", "The minutes"))
    told = failure(assert_conflict, deal, "good", between={"ann", "bob"}).splitlines()
    assert told[1:3] == [
        "Expected, but no part of it: bob",
        "Part of it, but not expected: The minutes",
    ]


def test_a_guard_that_does_not_matter_is_told() -> None:
    """A guard that no move from here looks at cannot be in contradiction."""
    assert failure(assert_conflict, a_deal(), "moods").splitlines() == [
        f"{HEAD}: Talk -> Order: ask first. There is no contradiction to be seen on moods.",
        f"  moods {LATER}",
        "These matter to it: enough, many, there",
    ]


ONCE = "it is checked once, on leaving one"
NOT_ANY_MORE = "it is not checked any more after leaving left"
OTHERWISE = "it belongs to another way, and is looked at on leaving left"


@pytest.mark.parametrize(
    ("moves", "step", "to", "why"),
    [
        (MOVES, "one", "left", "it belongs to the move to right"),
        (MOVES, "right", "last", ONCE),
        (MOVES, "last", "fulfilled", NOT_ANY_MORE),
        (MOVES.replace('when = ["rich"]', ""), "right", "last", OTHERWISE),
    ],
    ids=["other move", "once", "no more", "other way"],
)
def test_it_is_told_why_a_guard_does_not_matter(moves: str, step: str, to: str, why: str) -> None:
    """A guard that a move does not look at is told with the moves that do."""
    deal = deal_at(small(moves), step, be__good=None)
    told = failure(assert_refused, deal, to, because={"good", "rich"})
    assert f"  rich does not matter to the move from {step} to {to}: {why}" in told.splitlines()


def test_a_guard_that_no_move_looks_at_is_told() -> None:
    """A guard in no step, no move and no policy can stand in nobody's way."""
    idle = MOVES.replace('when = ["rich"]', "")
    rules = SMALL.replace('leave_when = ["rich"]', "") + idle
    assert aside(parse_playbook(rules), "rich", "one", None) == (
        "rich does not matter to the move from one: no move looks at it"
    )


def test_what_cannot_call_for_walking_away_is_told() -> None:
    """Guards outside the policy, and those that are not watched yet, are told as such."""
    deal = a_deal()
    told = failure(assert_walks_away, deal, because={"many", "moods"}).splitlines()
    assert told[1] == "The walk-away guards: many"
    assert told[-4:-1] == [
        "Cannot call for it here: many, moods",
        "  many is no walk-away guard",
        "  moods is no walk-away guard",
    ]
    say(deal, "una", "money.amount", "1 EUR")
    told = failure(assert_walks_away, deal, because={"enough", "many"}).splitlines()
    assert told[1:3] == ["Cannot call for it here: many", "  many is no walk-away guard"]
    later = parse_playbook(TEAM.replace('watch_from = "talk"\nat_once = ["enough"]', ""))
    told = failure(assert_walks_away, new_deal(later), because="there").splitlines()
    assert told[1:3] == [
        "Cannot call for it here: there",
        f"  there {LATER}",
    ]


def test_a_guard_that_is_only_watched_is_told() -> None:
    """A walk-away guard before its step does not stand in the way by itself."""
    told = failure(assert_refused, a_deal(), because={"enough", "many", "there"}).splitlines()
    assert "  only watched until a deal leaves order: there" in told


def test_errors_begin_in_the_line_of_the_caller() -> None:
    """What is wrong with a call is shown there, and not where it was noticed."""
    for call in (
        lambda: deal_at(small(), "lats"),
        lambda: deal_at(small(), "last", be__good=3),
        lambda: assert_moves(small_deal(), "lats"),
    ):
        with pytest.raises(DealflowError) as caught:
            call()
        assert [entry.frame.code.name for entry in caught.traceback[2:]] == ["brief"]
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda deal: assert_moves(deal, "lefd"),
            "the playbook small has no step 'lefd' (did you mean 'left'?)",
        ),
        (
            lambda deal: assert_refused(deal, "zz", because={"godo", "good", "qq"}),
            ALL_AT_ONCE,
        ),
        (lambda deal: assert_refused(deal, because=()), "because: names no guard"),
        (lambda deal: assert_walks_away(deal, because=set()), "because: names no guard"),
        (
            lambda deal: assert_walks_away(deal, because="rihc"),
            "the playbook small has no guard 'rihc' (did you mean 'rich'?)",
        ),
        (assert_asks, "questions: names no question"),
        (
            lambda deal: assert_asks(deal, "be.good"),
            "the playbook small has no question 'be.good'; there are: none",
        ),
        (
            lambda deal: assert_conflict(deal, "good", between={"anna"}),
            "the deal has no contact 'anna' (did you mean 'ann'?)",
        ),
        (lambda deal: assert_conflict(deal, "good", between=()), "between: names no contact"),
        (
            lambda deal: deal_at(deal.playbook, "last", {"be.godo": True}),
            "the playbook small has no fact 'be.godo' (did you mean 'be.good'?)",
        ),
        (
            lambda deal: deal_at(deal.playbook, "lats"),
            "the playbook small has no step 'lats' (did you mean 'last'?)",
        ),
        (
            lambda deal: deal_at(deal.playbook, "last", {"be.good": True}, be__good=True),
            "the fact be.good is given twice",
        ),
        (
            lambda deal: deal_at(deal.playbook, "last", amount="5000"),
            "amount: '5000' is not an amount such as '48000 EUR'",
        ),
    ],
    ids=[
        "step",
        "guards",
        "no reasons",
        "no refuted",
        "refuted",
        "no questions",
        "question",
        "contact",
        "no contacts",
        "fact",
        "build",
        "twice",
        "amount",
    ],
)
def test_misspelt_names(call: Any, says: str) -> None:
    """What a test misspells is an error that names what may have been meant, and no failure."""
    deal = small_deal()
    with pytest.raises(InputError) as caught:
        call(deal)
    assert str(caught.value) == says
    assert deal.trail[-1].kind == "contact_added"


def test_times_need_a_zone() -> None:
    """A time without a zone is refused as everywhere."""
    with pytest.raises(EvidenceError, match="has no timezone"):
        assert_walks_away(small_deal(), at=datetime(2026, 3, 3))  # noqa: DTZ001


def test_changes_are_told() -> None:
    """What the smallest change may consist of is told as somebody would do it."""
    deal = a_deal()
    deal.change_contact("una", response_mode="trouble", by=BY, at=START)
    deal.change_card(market="rail", by=BY, at=START)
    story = Story.of(deal, START)
    changes: dict[Change, str] = {
        Money("5", "EUR"): "the price is EUR 5",
        Card(BY, "referral", "Tom", lines=(Line("Gates", Money("5", "EUR")),)): (
            "our own record of the deal: where the deal came from referral,"
            " the name of the source Tom, the market not noted, the products Gates,"
            " the sum of the lines EUR 5"
        ),
        Talks(2): "two-way talks that take place: 2",
        Hearing("una"): "we hear Una User (user) first-hand, on anything",
        Person("pia", ("payer", "user")): "somebody new (pia) in the role: Payer, User",
        Person("una", ("user",), rating=3, influence="high"): (
            "Una User (user): influence high, response mode not noted, rating of us 3"
        ),
        Person("pia"): "somebody new (pia) on the map of the deal",
        Saying("money.there", True, "document", "paper"): (
            "a document says: the money is there [money.there]: yes"
        ),
        Saying("mood.good", False, "observation", "us", "una"): (
            "we see for ourselves, about Una User (user): the mood is good [mood.good]: no"
        ),
        Saying("mood.good", True, "contact", "pat", "una", first_hand=False): (
            "Pat Payer (payer) says, about Una User (user), at second hand:"
            " the mood is good [mood.good]: yes"
        ),
    }
    assert [story.change(change) for change in changes] == list(changes.values())


# deals built for a test


def test_a_deal_is_built_through_its_guards() -> None:
    """A deal gets to a step by moves that passed, and then its facts are said."""
    deal = deal_at(small(), "last", {"has.number": 3}, be__good=False, at=START)
    kinds = [entry.kind for entry in deal.trail]
    assert (deal.step, deal.outcome, kinds.count("moved")) == ("last", None, 2)
    said = {statement.fact: statement.value for statement in deal.statements.values()}
    assert (said["has.number"], said["be.good"]) == (3, False)
    assert {entry.at for entry in deal.trail} == {START}
    assert deal_at(small(), "fulfilled", id="D-7", by="lena").outcome == "fulfilled"


@pytest.mark.parametrize("amount", [Money(5000, "EUR"), "5000 EUR"], ids=["money", "text"])
def test_a_deal_is_built_with_a_price(amount: Money | str) -> None:
    """The price is what the test says, whatever the guards on the way asked for."""
    deal = deal_at(team(), "order", amount=amount)
    assert (deal.step, deal.amount) == ("order", Money(5000, "EUR"))


def test_a_built_deal_is_a_given() -> None:
    """How a deal was built is not noted: the test looks at what comes after."""
    with watching() as watch:
        deal = deal_at(small(), "left")
        assert_refused(deal, because={"good", "rich"}, at=deal.trail[-1].at + timedelta(days=99))
    assert [one.kind for one in watch.observations] == ["refused"]


def test_a_step_that_no_deal_reaches() -> None:
    """A step behind a guard that cannot pass is an error that says so."""
    rules = TEAM.replace('when = "money.there"', 'when = "money.there and not money.there"')
    with pytest.raises(Unreachable, match="fulfilled"):
        deal_at(parse_playbook(rules), "fulfilled")


def test_saying() -> None:
    """Somebody says something in the deal made last, or another one; who is new is added."""
    bench = Bench(team(), Clock())
    with pytest.raises(InputError, match="nobody made a deal yet: ask for `deal`, or `deal_at`"):
        bench.say("pat", "money.there", True)
    first, second = bench.open(), bench.open()
    bench.clock.wait(days=1)
    entry = bench.say("pat_payer", "money.there", True, roles=["payer"], quote="Sure")
    assert (entry.by, entry.at) == ("rep", bench.clock.now)
    (pat,) = second.contacts.values()
    assert (pat.id, pat.name, pat.roles) == ("pat_payer", "Pat Payer", ("payer",))
    (said,) = second.statements.values()
    assert (said.source, said.value, said.quote) == ("pat_payer", True, "Sure")
    bench.say("pat_payer", "money.there", False, roles="payer", said_at=first.trail[0].at)
    assert len(second.statements) == 2
    with pytest.raises(InputError, match="'pat_payer' already, with the roles: payer; leave out"):
        bench.say("pat_payer", "money.there", True, roles=["user"])
    bench.say("una", "mood.good", True, deal=first, about="una")
    with pytest.raises(InputError, match="the deal has 'una' already, with the roles: none; "):
        bench.say("una", "mood.good", True, deal=first, roles=["user"])
    with pytest.raises(InputError, match=r"no fact 'mood\.godo'"):
        bench.say("una", "mood.godo", True)
    assert (len(first.statements), len(second.statements)) == (1, 2)


def test_saying_is_never_before_what_was_said() -> None:
    """In a deal that is ahead of the clock it is said at the time of the last entry."""
    bench = Bench(small(), Clock())
    deal = new_deal(small())
    assert bench.say("ann", "be.good", True, deal=deal).at == START > bench.clock.now
    assert bench.say("ann", "be.good", True, deal=deal, at=START + timedelta(days=99)).by == "rep"


def test_a_clock() -> None:
    """A clock goes on when told to, and never back."""
    clock = Clock()
    start = clock.now
    assert clock.wait(weeks=1, days=1, hours=1, minutes=1) == clock.now
    assert clock.now - start == timedelta(days=8, hours=1, minutes=1)
    assert clock.reach(start) > start
