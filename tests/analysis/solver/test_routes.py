"""Tests of how deals get to a step, of what lets moves pass, and of the least that would."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    Deal,
    EvidenceError,
    Money,
    Playbook,
    Role,
    Sources,
    Text,
    Truth,
    ValueType,
    Verdict,
    load_playbook,
)
from dealflow.analysis import Goal, Unreachable, deal_at, nearest, solve
from dealflow.analysis.solver import (
    START,
    Hearing,
    Person,
    Saying,
    Scene,
    Talks,
    passing,
    perform,
    scene_of,
    solve_any,
    stuck,
)
from dealflow.analysis.solver.routes import route
from dealflow.assessment import judge_move
from dealflow.conditions import judge
from dealflow.state import Snapshot
from dealflow.trail import Moved
from tests._playbooks import fact as fact_named
from tests._playbooks import guard, playbook, small_playbooks, step, text
from tests.deals import seven_step, small

BOOK = load_playbook("seven_step")
DAY = timedelta(days=1)


def ready(deal: Deal, to: str | None = None) -> bool:
    """Whether a deal's move would pass."""
    return deal.assess(at=START, to=to).verdict is Verdict.READY


def met(goals: tuple[Goal, ...], snapshot: Snapshot) -> bool:
    """Whether a deal is as goals want it."""
    return all(judge(goal.condition, snapshot).truth in goal.allowed for goal in goals)


@given(small_playbooks(), st.data())
def test_passing_and_stuck_are_what_the_deal_does(book: Playbook, data: st.DataObject) -> None:
    """A move is READY in just the deals that some way of passing describes, else some is stuck."""
    sayings = [
        Saying(fact.id, "a" if fact.choices else value, "observation", "us")
        for fact in book.facts
        for value in [True if fact.type.value == "yes_no" else "words"]
        if data.draw(st.booleans())
    ]
    deal = Deal.open(book, id="D-1", account="A", by="rep", at=START)
    perform(deal, Scene(sayings=tuple(sayings)), by="rep", at=START)
    snapshot = Snapshot(deal._state, START)
    for plans in book.plans.values():
        for plan in plans:
            passes = judge_move(snapshot, plan).verdict is Verdict.READY
            assert passes is any(met(way.goals, snapshot) for way in passing(book, plan))
            assert passes is not any(met(goals, snapshot) for goals in stuck(book, plan))


POLICY = """
[guards.first]
title = { en = "First", zh = "一" }
when = "be.good"
refused = { en = "No.", zh = "否。" }
[guards.second]
title = { en = "Second", zh = "二" }
when = "be.rich"
refused = { en = "No!", zh = "否！" }
[guards.third]
title = { en = "Third", zh = "三" }
when = "has.number >= 3"
refused = { en = "No?", zh = "否？" }
waivable = true
[walk_away]
guards = ["first", "second", "third"]
from = "left"
watch_from = "one"
at_once = ["first"]
when_refuted = %s
"""


@pytest.mark.parametrize("threshold", ['"any"', '"all"', "2"])
@pytest.mark.parametrize("step", ["one", "left", "right", "last"])
@given(
    st.tuples(*[st.sampled_from([(), (True,), (False,), (True, False)])] * 2),
    st.sampled_from([(), (2,), (5,), (2, 5)]),
)
def test_the_policy_is_part_of_passing(
    threshold: str, step: str, yes_no: tuple[tuple[bool, ...], ...], numbers: tuple[int, ...]
) -> None:
    """Ways of passing and of being stuck follow the walk-away policy, whatever its threshold."""
    book = small(POLICY % threshold)
    said = [("be.good", v) for v in yes_no[0]] + [("be.rich", v) for v in yes_no[1]]
    deal = Deal.open(book, id="D-1", account="A", by="rep", at=START)
    for n, (fact, value) in enumerate([*said, *(("has.number", n) for n in numbers)]):
        deal.read(f"paper {n}", fact, value, by="rep", at=START)
    snapshot = Snapshot(deal._state, START)
    for plan in book.plans[step]:
        passes = judge_move(snapshot, plan).verdict is Verdict.READY
        assert passes is any(met(way.goals, snapshot) for way in passing(book, plan))
        assert passes is not any(met(goals, snapshot) for goals in stuck(book, plan))


def test_waived_guards_are_left_out_of_passing() -> None:
    """With waivers, guards that may be waived are waived, and nothing is asked of them."""
    (plan,) = BOOK.plans["guided_competition"]
    (plain,) = passing(BOOK, plan)
    (waived,) = passing(BOOK, plan, waive=True)
    assert plain.waived == ()
    assert set(waived.waived) == {"proof_passed", "no_technical_no"}
    assert len(waived.goals) == len(plain.goals) - 2


@pytest.mark.parametrize("step", [*(step.id for step in BOOK.steps), "fulfilled"])
def test_a_deal_gets_to_every_step_by_its_guards(step: str) -> None:
    """The deal has truly made every move on its way, and its trail replays."""
    deal = deal_at(BOOK, step)
    assert step in (deal.step, deal.outcome)
    assert Deal.replay(BOOK, deal.trail) == deal
    moves = [entry for entry in deal.trail if entry.kind == "moved"]
    assert len(moves) == len(route(BOOK, step))
    assert not [entry for entry in deal.trail if entry.kind == "refused"]


@pytest.mark.parametrize("step", [step.id for step in BOOK.steps])
def test_a_ready_deal_may_go_on(step: str) -> None:
    """With everything said that the step needs, its move passes; without, it does not."""
    assert ready(deal_at(BOOK, step, ready=True))
    assert not ready(deal_at(BOOK, step))


def test_facts_are_established_on_top() -> None:
    """A fact given is established by somebody whose word counts, and nothing else is said of it."""
    deal = deal_at(BOOK, "buying_roles", ready=True, facts={"budget.approved": False})
    assessment = deal.assess(at=START)
    assert assessment.verdict is Verdict.WALK_AWAY
    assert [finding.guard for finding in assessment.blocking] == ["budget_approved"]
    snapshot = Snapshot(deal._state, START)
    reading = snapshot.read(BOOK.fact["budget.approved"], None)
    assert [value for value, _ in reading.values] == [False]


def test_somebody_entitled_is_found() -> None:
    """When nobody in the deal may speak for a fact, a contact who may comes into it."""
    deal = deal_at(BOOK, "qualification", facts={"budget.approved": True})
    snapshot = Snapshot(deal._state, START)
    assert not snapshot.read(BOOK.fact["budget.approved"], None).lacks
    assert "economic_buyer" in {role for c in deal.contacts.values() for role in c.roles}


def test_a_fact_can_be_taken_back() -> None:
    """None takes back what was said of a fact; facts of contacts are said of each of them."""
    deal = deal_at(BOOK, "buying_roles", ready=True, facts={"budget.approved": None})
    assert deal.assess(at=START).verdict is Verdict.ASK
    people = deal_at(BOOK, "buying_roles", ready=True, facts={"person.need": "Peace"})
    said = [s for s in people.statements.values() if s.fact == "person.need"]
    standing = {s.about for s in said if s.id not in people.withdrawn}
    assert standing == set(people.contacts)


def test_who_said_what_is_taken_back_is_still_heard() -> None:
    """A deal that would pass but for one fact does so: nobody else is missing besides."""
    roles = [Role(id, text(id.capitalize())) for id in ("user", "buyer")]
    facts = [
        fact_named("be.a", sources=Sources(at_least=2)),
        fact_named("be.b", sources=Sources(roles=("user",))),
    ]
    guards = [guard("both", "be.a and be.b"), guard("heard", "heard(2)")]
    book = playbook(step("talk", "both", "heard"), roles=roles, facts=facts, guards=guards)
    deal = deal_at(book, "talk", ready=True, facts={"be.a": None})
    assert [f.guard for f in deal.assess(at=START).blocking] == ["both"]
    silent = deal_at(book, "talk", ready=True, facts={"be.a": None, "be.b": None})
    assert not list(silent.standing)


def test_all_facts_that_cannot_be_said_are_named() -> None:
    """Unknown facts and values of a wrong type are named together, and nothing is done."""
    with pytest.raises(EvidenceError, match=r"no fact 'no.such'; budget.approved: 3 is not true"):
        deal_at(BOOK, "buying_roles", facts={"no.such": 1, "budget.approved": 3})


def test_an_instant_of_ones_own() -> None:
    """Whatever must lie ahead lies ahead of the instant at which the deal is made."""
    late = START + 400 * DAY
    deal = deal_at(BOOK, "qualification", at=late, ready=True)
    assert deal.trail[0].at == late
    assert deal.assess(at=late).verdict is Verdict.READY


def test_a_step_to_which_no_deal_gets() -> None:
    """Where a guard on the way can never pass, the step is said to be out of reach, for sure."""
    book = seven_step(
        guards={
            "offer_helps": {
                "title": {"en": "x", "zh": "某"},
                "when": "offer.helps and not offer.helps",
                "refused": {"en": "x", "zh": "某"},
            }
        }
    )
    assert deal_at(book, "qualification").step == "qualification"
    with pytest.raises(Unreachable) as info:
        deal_at(book, "buying_roles")
    assert info.value.step == "buying_roles"
    assert info.value.decided
    assert pickle.loads(pickle.dumps(info.value)).step == "buying_roles"
    with pytest.raises(Unreachable, match="no move out of qualification"):
        deal_at(book, "qualification", ready=True)


def test_a_step_that_is_none() -> None:
    """A step that the playbook has not is out of reach."""
    with pytest.raises(Unreachable, match="no moves lead to nowhere"):
        deal_at(BOOK, "nowhere")


def test_other_ways_round() -> None:
    """When the first way cannot be gone, another is; each move has its own scene where needed."""
    blocked = small(
        """
[guards.never]
title = { en = "Never", zh = "永不" }
when = "be.good and not be.good"
refused = { en = "Never.", zh = "永不。" }
[guards.poor]
title = { en = "Poor", zh = "穷" }
when = "not be.rich"
refused = { en = "Rich.", zh = "富。" }
[[moves]]
id = "go_left"
from = "one"
to = "left"
when = ["never"]
[[moves]]
id = "go_right"
from = "one"
to = "right"
when = ["rich"]
[[moves]]
id = "from_left"
from = "left"
to = "last"
[[moves]]
id = "from_right"
from = "right"
to = "last"
when = ["poor"]
[[moves]]
id = "finish"
from = "last"
to = "fulfilled"
"""
    )
    deal = deal_at(blocked, "last")
    moved = [entry.event for entry in deal.trail]
    assert [event.to_step for event in moved if isinstance(event, Moved)] == ["right", "last"]
    with pytest.raises(Unreachable):
        route(blocked, "left")
    back = deal_at(blocked, "left")
    assert (back.step, [entry.kind for entry in back.trail][-1]) == ("left", "stepped_back")
    assert deal_at(blocked, "one", ready=True).assess(at=START, to="right").verdict is Verdict.READY


@pytest.mark.parametrize(
    "when",
    [
        "deal.talks > 999999",
        "count(any_role) > 999999",
        'within(start.day, days(30)) and start.day < date("2020-01-01")',
    ],
)
def test_a_deal_that_cannot_be_shown(when: str) -> None:
    """What takes a million entries, or another day, is possible, and not shown."""
    waiting = guard("waiting", when, standing=False)
    facts = [fact_named("need.real"), fact_named("start.day", ValueType.DATE)]
    roles = [Role("buyer", Text("Buyer", "买方"))]
    steps = (step("a", "waiting"), step("b"))
    book = playbook(*steps, facts=facts, guards=[waiting], roles=roles)
    ways = [way.goals for way in passing(book, book.plans["a"][0])]
    assert solve_any(ways, roles=book.role).possible
    with pytest.raises(Unreachable) as caught:
        deal_at(book, "b")
    assert not caught.value.decided


def test_the_smallest_change() -> None:
    """What would have let the move pass is what is missing, and nothing more."""
    deal = deal_at(BOOK, "buying_roles", ready=True, facts={"budget.approved": False})
    changes = nearest(deal, at=START)
    assert changes is not None
    (change,) = changes
    assert isinstance(change, Saying)
    assert (change.fact, change.value) == ("budget.approved", True)
    assert nearest(deal_at(BOOK, "buying_roles", ready=True), at=START) == ()


def test_the_smallest_change_may_be_a_person() -> None:
    """People who would have to be found are part of the change."""
    deal = deal_at(BOOK, "buying_roles")
    change = nearest(deal, at=START) or ()
    assert Person("economic_buyer", ("economic_buyer",)) in change


def test_a_waived_guard_needs_no_change() -> None:
    """What somebody has set aside is not asked for again."""
    deal = deal_at(BOOK, "guided_competition", ready=True, facts={"proof.passed": False})
    assert [str(s.fact) for s in nearest(deal, at=START) or () if isinstance(s, Saying)] == [
        "proof.passed"
    ]
    deal.waive("proof_passed", authority="Ann", by="rep", at=START, reason="Known")
    assert nearest(deal, at=START) == ()


def test_no_change_would_do() -> None:
    """Where nothing lets a move pass, or nothing is found within the limit, there is no change."""
    deal = deal_at(BOOK, "buying_roles")
    assert nearest(deal, at=START, limit=1) is None
    assert nearest(deal, at=START, to="trial_close") is None
    assert nearest(deal_at(BOOK, "fulfilled"), at=START, to="nowhere") is None


def test_a_limit_is_for_all_goals_together() -> None:
    """The first set of goals that can be met is; when steps run out, nothing is decided."""
    condition = BOOK.guard_condition["contract_signed"]
    impossible = (Goal(condition, {Truth.TRUE}), Goal(condition, {Truth.FALSE}))
    possible = (Goal(condition, {Truth.TRUE}),)
    assert solve_any([impossible, possible]).possible
    assert solve_any([impossible]).impossible
    assert not solve_any([possible, possible], limit=1).decided
    assert not solve_any([(Goal(condition, {Truth.CONFLICTED}),)] * 2, limit=2).decided
    assert solve(impossible).steps == 0


def test_a_scene_is_what_a_deal_is() -> None:
    """A deal read as a scene and performed in a new deal gives the same findings."""
    deal = deal_at(BOOK, "negotiation", ready=True)
    scene = scene_of(deal, START)
    other = Deal.open(BOOK, id="D-2", account="A", by="rep", at=START, amount=deal.amount)
    perform(other, scene, by="rep", at=START)
    one, two = Snapshot(deal._state, START), Snapshot(other._state, START)
    for each in BOOK.guards:
        condition = BOOK.guard_condition[each.id]
        assert judge(condition, one).truth is judge(condition, two).truth
    size = other.version
    perform(other, scene, by="rep", at=START)
    assert other.version == size


def test_guards_are_waived_where_nobody_passes_otherwise() -> None:
    """A deal gets to a step by waivers where there is no other way, and they are on record."""
    never = {"en": "x", "zh": "某"}
    book = seven_step(
        guards={
            "proof_passed": {
                "title": never,
                "when": "proof.passed and not proof.passed",
                "refused": never,
                "waivable": True,
            }
        }
    )
    deal = deal_at(book, "trial_close")
    assert "proof_passed" in deal.waivers
    assert "proof_passed" in deal_at(book, "guided_competition", ready=True).waivers
    hopeless = seven_step(
        guards={
            "alternatives_known": {
                "title": never,
                "when": "proof.passed and not proof.passed",
                "refused": never,
            }
        }
    )
    with pytest.raises(Unreachable):
        deal_at(hopeless, "trial_close")


def test_a_price_of_ones_own() -> None:
    """The deal has the price that was asked for in the end."""
    deal = deal_at(BOOK, "buying_roles", ready=True, amount=Money("90000", "EUR"))
    assert deal.amount == Money("90000", "EUR")
    assert not ready(deal)
    same = deal_at(BOOK, "buying_roles", ready=True, amount=Money("48000", "EUR"))
    assert ready(same)


def test_the_smallest_change_names_talks_prices_and_hearings() -> None:
    """What would have to happen besides statements is part of the change."""
    first = nearest(deal_at(BOOK, "first_contact"), at=START) or ()
    assert Talks(1) in first
    assert any(isinstance(change, Hearing | Saying) for change in first)
    priceless = deal_at(BOOK, "buying_roles")
    assert any(isinstance(change, Money) for change in nearest(priceless, at=START) or ())


def test_the_smallest_change_may_be_our_own_record() -> None:
    """Where a guard looks at the card, the card as it would have to be is part of the change."""
    owned = guard("owned", 'deal.owner == "max"', standing=False)
    book = playbook(step("a", "owned"), step("b"), guards=[owned])
    deal = Deal.open(book, id="D-1", account="A", by="rep", at=START)
    assert nearest(deal, at=START) == (evolve(deal.card, owner="max"),)


def test_a_person_named_is_found() -> None:
    """Somebody whom a fact names comes into the deal."""
    deal = deal_at(BOOK, "buying_roles", facts={"role.economic": "gitte"})
    assert deal.contacts["gitte"].roles == ()


def test_ready_for_a_move_that_no_way_takes() -> None:
    """A step that the shortest way does not lead through can be made ready as well."""
    assert ready(deal_at(small(), "right", ready=True))
