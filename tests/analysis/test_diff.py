"""Tests of what a change to a playbook does to its moves, and to recorded deals."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from dealflow import Deal, Playbook, ValueType, Verdict, load_playbook
from dealflow.analysis import Difference, deal_at, diff
from dealflow.analysis.diff import MoveDifference
from dealflow.analysis.history import judge_at, world_of
from dealflow.analysis.solver import START
from tests._playbooks import fact, guard, playbook, small_playbooks
from tests.deals import MOVES, small

BOOK = load_playbook("seven_step")
Change = Callable[[dict[str, Any]], None]


def changed(change: Change, book: Playbook = BOOK) -> Playbook:
    """A playbook with its file's data changed."""
    data = deepcopy(dict(book.to_data()))
    change(data)
    return Playbook.from_data(data)


def when(guard: str, text: str) -> Change:
    """A change of one guard's condition."""

    def change(data: dict[str, Any]) -> None:
        data["guards"][guard]["when"] = text

    return change


def put(*path: str, value: object) -> Change:
    """A change of one value."""

    def change(data: dict[str, Any]) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


def policy(**numbers: int) -> Change:
    """A change of the policy's numbers."""

    def change(data: dict[str, Any]) -> None:
        data["walk_away"] |= numbers

    return change


def effects(found: Difference) -> dict[tuple[str, str], str]:
    """The moves that are not decided as before."""
    return {(m.source, m.to): m.effect for m in found.moves if m.effect != "same"}


def check(found: Difference) -> None:
    """Every witness passes under one playbook and is stopped by the other."""
    for move in found.moves:
        for one, other, witness in (
            (found.old, found.new, move.tighter),
            (found.new, found.old, move.looser),
        ):
            if witness is None:
                continue
            deal = witness.deal
            assert deal.playbook == one
            assert deal.step == move.source
            assert deal.assess(at=START, to=move.to).verdict is Verdict.READY
            judgement = judge_at(world_of(other, deal.trail, START), move.to)
            assert (judgement is None) is witness.missing
            if judgement is not None:
                assert judgement.verdict is not Verdict.READY
                assert witness.blocking == tuple(f.guard for f in judgement.blocking)


def test_nothing_changes_between_equals() -> None:
    """A playbook compared with itself is the same in every part and every move."""
    found = diff(BOOK, changed(lambda data: None))
    assert found.parts == ()
    assert effects(found) == {}
    assert len(found.moves) == 7
    assert not found.has("looser", "tighter")
    assert not found.undecided


@pytest.mark.parametrize(
    ("change", "parts", "effect", "moves"),
    [
        (
            when("budget_approved", "budget.approved and budget.amount > deal.amount"),
            ("guards.budget_approved.when",),
            "tighter",
            6,
        ),
        (when("budget_approved", "budget.approved"), None, "looser", 6),
        (when("contract_signed", "not contract.signed"), None, "both", 2),
        (put("guards", "severe_problem", "standing", value=False), None, "looser", 4),
        (put("walk_away", "when_refuted", value="all"), None, "looser", 1),
        (put("walk_away", "when_refuted", value=2), None, "looser", 1),
        (policy(when_refuted=2, go_on_when=3), None, "looser", 6),
        (put("facts", "contract.signed", "sources", value={"at_least": 2}), None, "both", 2),
        (put("guards", "installed", "title", value={"en": "a", "zh": "甲"}), None, "same", 0),
        (put("facts", "contract.signed", "title", value={"en": "a", "zh": "甲"}), None, "same", 0),
    ],
    ids=[
        "more than the price",
        "no price",
        "not signed",
        "checked once",
        "all",
        "two",
        "two, three go on",
        "two sources",
        "guard title",
        "fact title",
    ],
)
def test_what_a_change_does(
    change: Change, parts: tuple[str, ...] | None, effect: str, moves: int
) -> None:
    """Each move that the change bears on has its effect, shown by a deal."""
    found = diff(BOOK, changed(change))
    assert parts in (None, found.parts)
    assert found.parts
    assert list(effects(found).values()) == [effect] * moves
    assert found.has("looser") is (effect in ("looser", "both"))
    assert found.has("tighter") is (effect in ("tighter", "both"))
    check(found)


def test_new_ways_and_ways_that_are_gone() -> None:
    """A new move is a way for more deals, and one that is gone stops those that took it."""
    one = small()
    shortcut = small(MOVES + '[[moves]]\nid = "skip"\nfrom = "one"\nto = "last"\n')
    found = diff(one, shortcut)
    assert effects(found) == {("one", "last"): "added"}
    assert found.has("looser")
    check(found)
    back = diff(shortcut, one)
    assert effects(back) == {("one", "last"): "removed"}
    assert back.has("tighter")
    check(back)


def test_a_step_to_which_no_deal_gets_changes_for_nobody() -> None:
    """What is behind a move that no deal passes is not looser, however its guards change."""
    never = when("pain_asked", "known(pain.problem) and missing(pain.problem)")
    closed = changed(put("guards", "pain_asked", "standing", value=False), changed(never))
    found = diff(closed, changed(when("contract_signed", "missing(contract.signed)"), closed))
    assert effects(found) == {}


def test_what_is_above_the_bound_is_not_decided() -> None:
    """With too small a limit nothing is claimed to be the same."""
    found = diff(BOOK, changed(when("budget_approved", "budget.approved")), limit=1)
    assert found.undecided
    assert "not decided" in effects(found).values()


def test_what_cannot_be_undone_is_no_witness() -> None:
    """A scene to which no deal comes, as a talk took place on the way there, shows nothing."""
    talk = (
        '[guards.talked]\ntitle = { en = "T", zh = "谈" }\nwhen = "deal.talks >= 1"\n'
        'refused = { en = "T", zh = "谈" }\nstanding = false\n'
        '[guards.quiet]\ntitle = { en = "Q", zh = "静" }\nwhen = "deal.talks <= 0"\n'
        'refused = { en = "Q", zh = "静" }\n'
        '[guards.told]\ntitle = { en = "W", zh = "话" }\nwhen = "known(has.words)"\n'
        'refused = { en = "W", zh = "话" }\n'
    )
    moves = MOVES.replace('to = "left"', 'to = "left"\nwhen = ["talked"]').replace(
        'from = "left"\nto = "last"', 'from = "left"\nto = "last"\nwhen = ["quiet"]'
    )
    found = diff(small(talk + moves), small(talk + moves.replace('["quiet"]', '["quiet", "told"]')))
    assert effects(found) == {("left", "last"): "not decided"}


def test_a_fact_that_means_something_else_now() -> None:
    """A fact whose type is another one has to be asked anew, whatever was said of it."""
    number = changed(
        lambda data: (
            data["facts"].update({"be.rich": {"title": {"en": "r", "zh": "富"}, "type": "number"}})
            or data["guards"]["rich"].update(when="be.rich >= 3")
        ),
        small(),
    )
    found = diff(small(), number)
    assert effects(found)["left", "last"] in ("both", "tighter", "not decided")
    check(found)


def test_a_name_that_means_something_else_is_no_witness() -> None:
    """Nothing is shown by a deal in which a fact would have to be what it is not there."""

    def watch(data: dict[str, Any]) -> None:
        texts = {"title": {"en": "w", "zh": "看"}, "refused": {"en": "w", "zh": "看"}}
        data["facts"]["be.rich"]["type"] = "number"
        data["guards"]["rich"]["when"] = "be.good"
        data["guards"]["watched"] = texts | {"when": "be.rich >= 3"}
        data["walk_away"] = {"guards": ["watched"], "from": "left", "watch_from": "one"}

    found = diff(small(), changed(watch, small()))
    assert effects(found)["one", "left"] == "not decided"
    check(found)


@given(small_playbooks(), small_playbooks())
def test_what_is_called_the_same_is_the_same(one: Playbook, two: Playbook) -> None:
    """Any two playbooks: the witnesses hold, and equal ones have no effects."""
    # what some pairs ask takes the usual limit a minute to give up
    found = diff(one, two, limit=5_000)
    check(found)
    assert not effects(diff(one, one, limit=5_000))


def test_recorded_deals_are_judged_again() -> None:
    """Attempts that would have ended otherwise are named by deal, entry, verdicts and guards."""
    deal = deal_at(BOOK, "guided_competition")
    looser = changed(when("budget_approved", "budget.approved"))
    tighter = changed(when("budget_approved", "budget.amount > deal.amount"))
    assert diff(BOOK, looser, [deal.trail]).decided == ()
    found = diff(BOOK, tighter, [deal.trail])
    assert found.attempts == 3
    (last,) = [change for change in found.decided if change.source == "buying_roles"]
    assert (last.deal, last.to, last.entry) == ("D-1", "guided_competition", len(deal.trail))
    assert (last.before, last.after) == (Verdict.READY, Verdict.WALK_AWAY)
    assert last.guards == ("budget_approved",)


def test_recorded_deals_whose_move_is_gone() -> None:
    """An attempt at a move that there is no more would be decided differently, too."""
    skip = '[[moves]]\nid = "skip"\nfrom = "one"\nto = "last"\n'
    one, other = small(MOVES + skip), small()
    deal = Deal.open(one, id="D-7", account="A", by="rep", at=START)
    deal.observe("be.good", True, by="rep", at=START)
    deal.advance(to="last", by="rep", at=START)
    (found,) = diff(one, other, [deal.trail]).decided
    assert (found.deal, found.source, found.to) == ("D-7", "one", "last")
    assert (found.before, found.after, found.guards) == (Verdict.READY, None, ())


def test_moves_are_in_the_order_of_the_steps() -> None:
    """The list of moves follows the old playbook's steps, then those that only the new one has."""
    found = diff(BOOK, small())
    sources = [move.source for move in found.moves]
    assert sources == [*(s.id for s in BOOK.steps), "one", "one", "left", "right", "last"]
    assert isinstance(found.moves[0], MoveDifference)


def test_what_differs_on_other_days_is_not_the_same() -> None:
    """What only shows on days that are not looked at is not decided, and never the same."""

    def soon(when: str) -> Playbook:
        return playbook(facts=[fact("start.day", ValueType.DATE)], guards=[guard("real", when)])

    before, after = "within(start.day, days(30))", 'start.day < date("2050-01-01")'
    found = diff(soon(before), soon(f"{before} and {after}"))
    assert effects(found)["talk", "sell"] == "not decided"
