"""Attempts and assessments that are judged again, under their own playbook and under others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from dealflow import Card, Deal, Line, Money, Playbook, Refused, Truth
from dealflow.analysis import Observation, observations
from dealflow.analysis.history import Walks, judge_again, judge_all, world_of
from dealflow.scripts import load_script, play, shipped_scripts
from tests.deal._closing import at_close, closing, reject
from tests.deals import (
    BY,
    DAY,
    MOVES,
    START,
    deal_at,
    leave,
    make_ready,
    now,
    say,
    seven_step,
    small,
    small_deal,
)


def other(more: str = MOVES, **changes: Any) -> Playbook:
    """The small playbook with other tables, each an update of the old one, or the whole of it."""
    data: dict[str, Any] = dict(small(more).to_data())
    for table, change in changes.items():
        data[table] = data[table] | change if isinstance(change, dict) else change
    return Playbook.from_data(data)


def without(table: str, name: str) -> Playbook:
    """The small playbook without one thing that nothing else of it needs."""
    data: dict[str, Any] = dict(small().to_data())
    data[table] = {key: value for key, value in data[table].items() if key != name}
    return Playbook.from_data(data)


def looked_at(deal: Deal, at: datetime | None = None, to: str | None = None) -> Observation:
    """What an assessment of a deal is as an observation."""
    return Observation(deal.playbook, tuple(deal.trail), at or now(deal), to, "assessed")


def played(script: str) -> list[Observation]:
    """The attempts of a demo script."""
    deal = play(load_script(script)).deal
    return list(observations(deal.playbook, deal.trail))


@pytest.mark.parametrize("script", shipped_scripts())
def test_attempts_of_a_trail_are_judged_as_they_were(script: str) -> None:
    """Under its own playbook every recorded attempt gets the verdict and truths on record."""
    deal = play(load_script(script)).deal
    found = list(observations(deal.playbook, deal.trail))
    recorded = [entry for entry in deal.trail if entry.kind in ("moved", "refused")]
    assert len(found) == len(recorded) > 0
    for one, entry in zip(found, recorded, strict=True):
        event: Any = entry.event
        assert one.kind == {"moved": "passed", "refused": "refused"}[entry.kind]
        assert one.entries == deal.trail[: entry.seq - 1]
        judgement = judge_again(deal.playbook, one)
        assert judgement is not None
        assert judgement.verdict.value == event.verdict
        assert judgement.plan.move.id == event.move
        truths = {guard: record.truth for guard, record in event.guards.items()}
        assert {f.guard: f.truth.value for f in judgement.findings} == truths


def test_all_at_once_is_the_same_as_one_by_one() -> None:
    """Judging many observations together gives what each gives alone, in the order given."""
    found = [one for script in shipped_scripts() for one in played(script)]
    found = [*found[::-1], *found[::2]]
    book = seven_step(guards={"several_people_heard": _heard(3)})
    for playbook in (seven_step(), book):
        assert judge_all(playbook, found) == tuple(judge_again(playbook, one) for one in found)


def _heard(number: int) -> Mapping[str, Any]:
    guard = seven_step().to_data()["guards"]["several_people_heard"]  # type: ignore[index]
    return guard | {"when": f"heard({number})"}  # type: ignore[no-any-return]


def test_each_trail_is_folded_once() -> None:
    """However often a deal was looked at, its trail is walked once, and equal looks share one."""
    deal = small_deal()
    first = looked_at(deal)
    say(deal, "ann", "be.good", True)
    last = looked_at(deal)
    walks = Walks.of([last, first, last, looked_at(deal, at=START + DAY)])
    states = set()
    stops = []
    for indexes, snapshot in walks.snapshots(deal.playbook):
        states.add(id(snapshot.state))
        stops.append((indexes, snapshot.at))
    assert stops == [((1,), START), ((0, 2), START), ((3,), START + DAY)]
    assert len(states) == 1
    truths = [j.findings[0].truth for j in judge_all(deal.playbook, walks) if j is not None]
    assert truths == [Truth.TRUE, Truth.UNKNOWN, Truth.TRUE, Truth.TRUE]


def test_branches_of_a_deal_stay_apart() -> None:
    """Two deals with the same beginning are told apart from where they differ."""
    deal = small_deal()
    twin = Deal.replay(deal.playbook, deal.trail)
    say(deal, "ann", "be.good", True)
    say(twin, "ann", "be.good", False)
    found = [looked_at(twin), looked_at(deal)]
    truths = [j.findings[0].truth for j in judge_all(deal.playbook, found) if j is not None]
    assert truths == [Truth.FALSE, Truth.TRUE]


def test_nothing_to_judge() -> None:
    """No observations give no judgements, and a trail without entries has no step to leave."""
    assert judge_all(small(), []) == ()
    nothing = Observation(small(), (), START, None, "assessed")
    assert judge_all(small(), [nothing]) == (judge_again(small(), nothing),) == (None,)


def test_a_step_or_move_that_is_not_there() -> None:
    """Where the playbook has no such step or move, there is no judgement."""
    deal = small_deal()
    assert judge_again(deal.playbook, looked_at(deal, to="right")) is not None
    assert judge_again(deal.playbook, looked_at(deal, to="last")) is None
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=now(deal), to="left")
    assert judge_again(deal.playbook, looked_at(deal)) is not None
    data: dict[str, Any] = dict(small().to_data())
    data["steps"] = [step for step in data["steps"] if step["id"] != "left"]
    data["moves"] = [m for m in data["moves"] if "left" not in (m["from"], m["to"])]
    shorter = Playbook.from_data(data)
    assert judge_again(shorter, looked_at(deal)) is None


def test_unknown_facts_are_left_out() -> None:
    """What is said of a fact that the playbook doesn't declare was never said, nor withdrawn."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    number = say(deal, "bob", "has.words", "Yes")
    deal.withdraw(number, by=BY, at=now(deal), reason="a slip")
    taken = deal.withdraw(3 + 1, by=BY, at=now(deal), reason="another")
    world = world_of(without("facts", "has.words"), deal.trail, now(deal))
    statements = world.state.evidence.statements
    assert {one.fact for one in statements.values()} == {"be.good"}
    assert set(world.state.evidence.withdrawn) == {4}
    assert taken.kind == "withdrawn"


@pytest.mark.parametrize(
    ("fact", "change", "value", "stays"),
    [
        ("has.words", {"type": "number"}, "Yes", False),
        ("has.words", {"type": "list"}, "Yes", False),
        ("has.items", {"type": "text"}, ["one"], False),
        ("has.items", {"type": "choice", "choices": {"a": {"en": "a", "zh": "a"}}}, ["a"], False),
        ("has.words", {"type": "person"}, "ann", True),
        ("has.words", {"type": "person"}, "zoe", False),
        ("has.choice", {"choices": {"yes": {"en": "y", "zh": "y"}}}, "yes", True),
        ("has.choice", {"choices": {"yes": {"en": "y", "zh": "y"}}}, "no", False),
        ("has.words", {"of": "contact"}, "Yes", False),
        ("has.money", {"good_for": "P1D"}, "5 EUR", True),
    ],
)
def test_values_that_the_playbook_would_not_take(
    fact: str, change: dict[str, Any], value: object, stays: bool
) -> None:
    """A statement stays when the other declaration of its fact allows it, and else is left out."""
    deal = small_deal()
    say(deal, "ann", fact, value)
    facts: Any = small().to_data()["facts"]
    changed = {key: v for key, v in facts[fact].items() if key != "choices"} | change
    if changed["type"] == "choice":
        changed.setdefault("choices", facts[fact].get("choices"))
    world = world_of(other(facts={fact: changed}), deal.trail, now(deal))
    assert bool(world.state.evidence.statements) is stays


def test_money_in_another_currency_is_left_out() -> None:
    """A price or an amount that is not in the playbook's money was never named."""
    deal = small_deal(amount=Money("9", "USD"))
    say(deal, "ann", "has.money", "5 USD")
    deal.change_amount(Money("7", "USD"), by=BY, at=now(deal), reason="less")
    rich = {"rich": small().to_data()["guards"]["rich"] | {"when": 'has.money > money("1 EUR")'}}  # type: ignore[index]
    for playbook, amount, said in ((small(), Money("7", "USD"), 1), (other(guards=rich), None, 0)):
        state = world_of(playbook, deal.trail, now(deal)).state
        assert state.amount == amount
        assert len(state.evidence.statements) == said


def test_lines_in_another_currency_are_left_out() -> None:
    """A card keeps its owner, and its lines only where they are in the playbook's money."""
    rich = {"rich": small().to_data()["guards"]["rich"] | {"when": 'has.money > money("1 EUR")'}}  # type: ignore[index]
    dollars, euros = (Line("Gates", Money("5", currency)) for currency in ("USD", "EUR"))
    deal = small_deal(amount=Money("9", "USD"), lines=[dollars])
    deal.change_card(owner="max", by=BY, at=now(deal))
    for playbook, lines in ((small(), (dollars,)), (other(guards=rich), ())):
        for size, owner in ((1, BY), (4, "max")):
            state = world_of(playbook, deal.trail[:size], now(deal)).state
            assert state.card == Card(owner, lines=lines)
            assert (state.amount is None) is not bool(lines)
    ours = small_deal(lines=[euros], owner="max")
    assert world_of(other(guards=rich), ours.trail, now(ours)).state.card == ours.card


def test_a_way_back_to_a_step_that_is_not_there() -> None:
    """What has to be shown again is so from a step on; where there is no such step, nothing is."""
    deal = at_close(closing())
    reject(deal, gap="plan")
    ours, others = (
        world_of(playbook, deal.trail, now(deal)).state for playbook in (closing(), small())
    )
    assert [setback.step for setback in ours.setbacks] == ["show"]
    assert others.setbacks == []


def test_unknown_roles_are_dropped() -> None:
    """A contact keeps the roles that the playbook has, on coming in and on changing."""
    deal = small_deal()
    deal.change_contact("ann", roles=["buyer", "helper"], by=BY, at=now(deal))
    state = world_of(without("roles", "helper"), deal.trail, now(deal)).state
    assert state.contacts["ann"].roles == ("buyer",)
    assert state.contacts["bob"].roles == ()


@pytest.mark.parametrize(("waivable", "waived"), [(True, True), (False, False)])
def test_waivers_that_the_playbook_has_no_room_for(waivable: bool, waived: bool) -> None:
    """A waiver stays where the playbook lets somebody waive the guard."""
    deal = small_deal()
    deal.waive("good", authority="Lee", by=BY, at=now(deal), reason="trust me")
    guards: Any = small().to_data()["guards"]
    book = other(guards={"good": guards["good"] | {"waivable": waivable}})
    assert bool(world_of(book, deal.trail, now(deal)).state.waivers) is waived


def test_a_waiver_of_a_guard_that_is_gone() -> None:
    """A waiver of a guard that the playbook doesn't have is left out."""
    deal = small_deal()
    deal.waive("good", authority="Lee", by=BY, at=now(deal), reason="trust me")
    data: dict[str, Any] = dict(small().to_data())
    data["guards"] = {"rich": data["guards"]["rich"]}
    del data["steps"][0]["leave_when"]
    world = world_of(Playbook.from_data(data), deal.trail, now(deal))
    assert world.state.waivers == {}


def test_another_playbook_decides_otherwise() -> None:
    """An attempt that passed is judged by what the other playbook asks for."""
    deal = small_deal()
    say(deal, "ann", "be.good", True)
    deal.advance(by=BY, at=now(deal), to="left")
    (passed,) = observations(deal.playbook, deal.trail)
    guards: Any = small().to_data()["guards"]
    negated = other(guards={"good": guards["good"] | {"when": "not be.good"}})
    before, after = judge_again(small(), passed), judge_again(negated, passed)
    assert before is not None
    assert after is not None
    assert [f.guard for f in before.blocking] == []
    assert [f.guard for f in after.blocking] == ["good"]


@given(st.data())
def test_looks_at_any_time_of_any_prefix(data: st.DataObject) -> None:
    """Judging together, in any order and at any time, is judging each alone."""
    deal = deal_at("buying_roles")
    make_ready(deal)
    trail = tuple(deal.trail)
    drawn = data.draw(
        st.lists(
            st.tuples(st.integers(1, len(trail)), st.integers(0, 400), st.booleans()), max_size=6
        )
    )
    found = [
        Observation(
            deal.playbook,
            trail[:size],
            trail[size - 1].at + days * DAY,
            "guided_competition" if to else None,
            "assessed",
        )
        for size, days, to in drawn
    ]
    alone = tuple(judge_again(deal.playbook, one) for one in found)
    assert judge_all(deal.playbook, found) == alone
    assert judge_all(deal.playbook, Walks.of(found)) == alone


def test_refusals_are_observed() -> None:
    """A refused attempt is an observation, too, and what is said later is not in it."""
    deal = deal_at("qualification")
    with pytest.raises(Refused):
        leave(deal)
    make_ready(deal)
    leave(deal)
    kinds = [one.kind for one in observations(deal.playbook, deal.trail)]
    assert kinds == ["passed", "refused", "passed"]
    judged = judge_all(deal.playbook, observations(deal.playbook, deal.trail))
    assert [bool(one.blocking) for one in judged if one is not None] == [False, True, False]


def test_an_observation_is_a_record() -> None:
    """Observations with the same content are the same."""
    deal = small_deal()
    assert looked_at(deal) == looked_at(deal) != evolve(looked_at(deal), to="left")
