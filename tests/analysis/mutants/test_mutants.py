"""Mutants: each has one fault, holds together as a playbook, and is told apart by what it says."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings

from dealflow import (
    Move,
    Playbook,
    PlaybookError,
    Role,
    Sources,
    ValueType,
    WalkAway,
    load_playbook,
)
from dealflow.analysis import Mutant, mutants
from dealflow.analysis.mutants.conditions import plain, rewrites
from dealflow.conditions import Condition
from tests._mini import mini, mutants_of
from tests._playbooks import fact, full, guard, playbook, small_playbooks, step, text
from tests.builders import condition, conditions
from tests.conditions.test_conditions_parser import ANY_CONSTANT

FACTS = [
    fact("be.a"),
    fact("be.b"),
    fact("be.c"),
    fact("be.n", ValueType.NUMBER),
    fact("be.m", ValueType.MONEY),
    fact("be.d", ValueType.DATE),
    fact("be.t", ValueType.DURATION),
    fact("be.l", ValueType.LIST),
    fact("own.a", of="contact"),
]


def of_guard(when: str) -> dict[str, list[str]]:
    """What becomes of a condition, by kind of fault."""
    book = _book(when)
    found: dict[str, list[str]] = {}
    for mutant in mutants(book):
        if mutant.place == "guards.real.when":
            assert mutant.before == when
            assert mutant.guards == ("real",)
            found.setdefault(mutant.operator, []).append(mutant.after)
    return found


def _book(when: str) -> Playbook:
    return playbook(facts=FACTS, guards=[guard("real", when)], roles=[Role("buyer", text("Buyer"))])


def of(book: Playbook, operator: str) -> list[Mutant]:
    """The mutants of one kind."""
    return [mutant for mutant in mutants(book) if mutant.operator == operator]


def ids(found: list[Mutant]) -> list[str]:
    """Their ids."""
    return [mutant.id for mutant in found]


@pytest.mark.parametrize(
    ("when", "faults"),
    [
        (
            "be.a and be.b and be.c",
            {
                "and_to_or": ["be.a or be.b and be.c", "be.a and be.b or be.c"],
                "clause_dropped": ["be.b and be.c", "be.a and be.c", "be.a and be.b"],
                "clause_negated": [
                    "not be.a and be.b and be.c",
                    "be.a and not be.b and be.c",
                    "be.a and be.b and not be.c",
                ],
                "unknown_as_yes": [
                    "(be.a or missing(be.a)) and be.b and be.c",
                    "be.a and (be.b or missing(be.b)) and be.c",
                    "be.a and be.b and (be.c or missing(be.c))",
                ],
                "conflict_as_yes": [
                    "(be.a or disputed(be.a)) and be.b and be.c",
                    "be.a and (be.b or disputed(be.b)) and be.c",
                    "be.a and be.b and (be.c or disputed(be.c))",
                ],
            },
        ),
        (
            "be.a or be.b or be.c",
            {
                "or_to_and": ["be.a and be.b or be.c", "be.a or be.b and be.c"],
                "clause_dropped": ["be.b or be.c", "be.a or be.c", "be.a or be.b"],
                "clause_negated": [
                    "not be.a or be.b or be.c",
                    "be.a or not be.b or be.c",
                    "be.a or be.b or not be.c",
                ],
                "unknown_as_yes": [
                    "be.a or missing(be.a) or be.b or be.c",
                    "be.a or be.b or missing(be.b) or be.c",
                    "be.a or be.b or be.c or missing(be.c)",
                ],
                "conflict_as_yes": [
                    "be.a or disputed(be.a) or be.b or be.c",
                    "be.a or be.b or disputed(be.b) or be.c",
                    "be.a or be.b or be.c or disputed(be.c)",
                ],
            },
        ),
        (
            "missing(be.a) or be.a",
            {
                "or_to_and": ["missing(be.a) and be.a"],
                "clause_dropped": ["be.a", "missing(be.a)"],
                "clause_negated": ["not missing(be.a) or be.a", "missing(be.a) or not be.a"],
                "conflict_as_yes": ["missing(be.a) or be.a or disputed(be.a)"],
            },
        ),
        (
            "not be.a",
            {
                "clause_negated": ["be.a"],
                "unknown_as_yes": ["not be.a or missing(be.a)"],
                "conflict_as_yes": ["not be.a or disputed(be.a)"],
            },
        ),
        (
            "not (be.a and be.b)",
            {
                "clause_negated": ["be.a and be.b"],
                "unknown_as_yes": [
                    "not (be.a and be.b) or missing(be.a)",
                    "not (be.a and be.b) or missing(be.b)",
                ],
                "conflict_as_yes": [
                    "not (be.a and be.b) or disputed(be.a)",
                    "not (be.a and be.b) or disputed(be.b)",
                ],
                "and_to_or": ["not (be.a or be.b)"],
                "clause_dropped": ["not be.b", "not be.a"],
            },
        ),
        (
            "known(be.a)",
            {
                "clause_negated": ["not known(be.a)"],
                "unknown_as_yes": ["known(be.a) or missing(be.a)"],
            },
        ),
        ("disputed(be.a)", {"clause_negated": ["not disputed(be.a)"]}),
        ("covered(buyer)", {"clause_negated": ["not covered(buyer)"]}),
        (
            "heard(1)",
            {"constant_moved": ["heard(2)"], "clause_negated": ["not heard(1)"]},
        ),
        (
            "0 < be.n <= 10",
            {
                "lt_to_le": ["0 <= be.n <= 10"],
                "le_to_lt": ["0 < be.n < 10"],
                "constant_moved": [
                    "-1 < be.n <= 10",
                    "1 < be.n <= 10",
                    "0 < be.n <= 9",
                    "0 < be.n <= 11",
                ],
                "clause_negated": ["not 0 < be.n <= 10"],
                "unknown_as_yes": ["0 < be.n <= 10 or missing(be.n)"],
                "conflict_as_yes": ["0 < be.n <= 10 or disputed(be.n)"],
            },
        ),
        (
            'be.m >= money("10 EUR")',
            {
                "ge_to_gt": ['be.m > money("10 EUR")'],
                "constant_moved": ['be.m >= money("9 EUR")', 'be.m >= money("11 EUR")'],
                "clause_negated": ['not be.m >= money("10 EUR")'],
                "unknown_as_yes": ['be.m >= money("10 EUR") or missing(be.m)'],
                "conflict_as_yes": ['be.m >= money("10 EUR") or disputed(be.m)'],
            },
        ),
        (
            'be.d > date("2026-01-31")',
            {
                "gt_to_ge": ['be.d >= date("2026-01-31")'],
                "constant_moved": ['be.d > date("2026-01-30")', 'be.d > date("2026-02-01")'],
                "clause_negated": ['not be.d > date("2026-01-31")'],
                "unknown_as_yes": ['be.d > date("2026-01-31") or missing(be.d)'],
                "conflict_as_yes": ['be.d > date("2026-01-31") or disputed(be.d)'],
            },
        ),
        (
            "be.t == hours(25)",
            {
                "eq_to_ne": ["be.t != hours(25)"],
                "constant_moved": ["be.t == days(1)", "be.t == hours(26)"],
                "unknown_as_yes": ["be.t == hours(25) or missing(be.t)"],
                "conflict_as_yes": ["be.t == hours(25) or disputed(be.t)"],
            },
        ),
        (
            "within(be.d, days(1))",
            {
                "constant_moved": ["within(be.d, days(2))"],
                "clause_negated": ["not within(be.d, days(1))"],
                "unknown_as_yes": ["within(be.d, days(1)) or missing(be.d)"],
                "conflict_as_yes": ["within(be.d, days(1)) or disputed(be.d)"],
            },
        ),
        (
            '"x" in be.l',
            {
                "in_to_not_in": ['"x" not in be.l'],
                "unknown_as_yes": ['"x" in be.l or missing(be.l)'],
                "conflict_as_yes": ['"x" in be.l or disputed(be.l)'],
            },
        ),
        (
            '"x" not in be.l',
            {
                "not_in_to_in": ['"x" in be.l'],
                "unknown_as_yes": ['"x" not in be.l or missing(be.l)'],
                "conflict_as_yes": ['"x" not in be.l or disputed(be.l)'],
            },
        ),
        (
            "be.n != 0.5",
            {
                "ne_to_eq": ["be.n == 0.5"],
                "constant_moved": ["be.n != -0.5", "be.n != 1.5"],
                "unknown_as_yes": ["be.n != 0.5 or missing(be.n)"],
                "conflict_as_yes": ["be.n != 0.5 or disputed(be.n)"],
            },
        ),
        (
            'be.m < money("1000000000000000 EUR")',
            {
                "lt_to_le": ['be.m <= money("1000000000000000 EUR")'],
                "constant_moved": ['be.m < money("999999999999999 EUR")'],
                "clause_negated": ['not be.m < money("1000000000000000 EUR")'],
                "unknown_as_yes": ['be.m < money("1000000000000000 EUR") or missing(be.m)'],
                "conflict_as_yes": ['be.m < money("1000000000000000 EUR") or disputed(be.m)'],
            },
        ),
        (
            "voices(be.a, be.n) >= 1",
            {
                "constant_moved": ["voices(be.a, be.n) >= 2"],
                "clause_negated": ["not voices(be.a, be.n) >= 1"],
            },
        ),
        (
            "every(buyer, own.a)",
            {
                "every_to_some": ["some(buyer, own.a)"],
                "clause_negated": ["not every(buyer, own.a)", "every(buyer, not own.a)"],
                "unknown_as_yes": ["every(buyer, own.a or missing(own.a))"],
                "conflict_as_yes": ["every(buyer, own.a or disputed(own.a))"],
            },
        ),
        (
            "not some(buyer, own.a)",
            {
                "some_to_every": ["not every(buyer, own.a)"],
                "clause_negated": ["some(buyer, own.a)"],
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faults_in_conditions(when: str, faults: dict[str, list[str]]) -> None:
    """Every part of a condition is changed in every way there is, one at a time, and no other."""
    assert of_guard(when) == faults


@given(conditions(ANY_CONSTANT))
def test_changed_conditions_are_read_as_they_are_printed(tree: Condition) -> None:
    """A change gives another condition, which is read as it is printed if it can be read."""
    for rewrite in rewrites(tree):
        after = plain(rewrite.condition)
        assert rewrite.condition != tree
        assert rewrite.words
        try:
            read = condition(str(after))
        except PlaybookError:
            continue
        assert str(read) == str(after)


@pytest.mark.parametrize(
    ("when", "moved"),
    [
        ("talk.score < 1000000000000000", "talk.score < 999999999999999"),
        ("talk.score > -1000000000000000", "talk.score > -999999999999999"),
        ("talk.score < 999999999999999.5", "talk.score < 999999999999998.5"),
        (
            'budget.amount < money("1000000000000000 EUR")',
            'budget.amount < money("999999999999999 EUR")',
        ),
        (
            'budget.amount < money("999999999999999.5 EUR")',
            'budget.amount < money("999999999999998.5 EUR")',
        ),
    ],
    ids=range(5),
)
def test_constants_are_moved_within_bounds(when: str, moved: str) -> None:
    """A constant at the edge of what can be written is moved inwards only."""
    changed = [r.condition for r in rewrites(condition(when)) if r.operator == "constant_moved"]
    assert [str(each) for each in changed] == [moved]


@given(conditions(ANY_CONSTANT))
def test_plain_conditions(tree: Condition) -> None:
    """What is plain stays so, and reads no more than it did."""
    assume(len(str(tree)) < 2_000)
    assert plain(plain(tree)) == plain(tree)
    assert set(plain(tree).facts) == set(tree.facts)


def test_every_mutant_is_another_playbook() -> None:
    """All mutants hold together, and no two of them, nor the original, say the same."""
    found = mutants_of()
    prints = {mutant.playbook.fingerprint for mutant in found.values()}
    assert len(prints) == len(found)
    assert mini().fingerprint not in prints


def test_ids_are_stable_and_readable() -> None:
    """The same playbook has the same mutants, each with an id of part, kind and number."""
    again = mutants(mini())
    assert list(again) == list(mutants_of().values())
    assert [mutant.id for mutant in again] == list(mutants_of())
    numbers = Counter[str]()
    for mutant in again:
        part, operator, number = mutant.id.split(":")
        numbers[f"{part}:{operator}"] += 1
        assert number == str(numbers[f"{part}:{operator}"])
        assert operator == mutant.operator
        assert mutant.description
        assert mutant.before != mutant.after


def test_a_mutant_tells_what_is_wrong() -> None:
    """Place, description, and the texts before and after are those of the change."""
    mutant = mutants_of()["guards.money_there:ge_to_gt:1"]
    assert mutant.place == "guards.money_there.when"
    assert mutant.description == "money.amount > deal.amount instead of >="
    assert mutant.before == "money.there and money.amount >= deal.amount"
    assert mutant.after == "money.there and money.amount > deal.amount"
    assert mutant.playbook.guard["money_there"].when == mutant.after
    assert mutant.original == mini()
    assert "playbook" not in repr(mutant)


def test_a_mutants_playbook_is_kept_while_it_is_used() -> None:
    """It is built once as long as somebody holds it."""
    mutant = mutants(mini())[0]
    book = mutant.playbook
    assert mutant.playbook is book


@settings(max_examples=20)
@given(small_playbooks())
def test_mutants_of_any_playbook(book: Playbook) -> None:
    """Every mutant of every playbook holds together and differs from all others."""
    found = mutants(book)
    prints = {mutant.playbook.fingerprint for mutant in found}
    assert len(prints) == len(found)
    assert book.fingerprint not in prints
    for mutant in found:
        assert set(mutant.guards) <= book.guard.keys()


def test_the_shipped_playbook_has_hundreds() -> None:
    """All kinds of faults are found in the seven-step sale."""
    found = Counter(mutant.operator for mutant in mutants(load_playbook("seven_step")))
    assert found.total() > 500
    assert len(found) >= 28


# rules


def test_a_guard_is_removed_wherever_it_is_looked_at() -> None:
    """Steps, moves and policies forget a guard that is removed."""
    removed = {mutant.guards[0]: mutant.playbook for mutant in of(full(), "guard_removed")}
    assert removed.keys() == full().guard.keys()
    assert removed["real"].step["talk"].leave_when == ()
    assert removed["extra"].moves[2].when == ()
    policy = removed["real"].walk_away
    assert policy is not None
    assert policy.at_once == ()
    policy = removed["worst"].walk_away
    assert policy == WalkAway(("least",), "ask", 1, "talk", ("real",))


def test_the_policy_goes_with_its_last_guard() -> None:
    """Without guards there is no walk-away policy."""
    book = playbook(
        step("talk"), step("sell"), guards=[guard("real")], walk_away=WalkAway(("real",), "talk")
    )
    (removed,) = of(book, "guard_removed")
    assert removed.playbook.walk_away is None
    assert of(book, "policy_dropped") == []


def test_guards_of_earlier_steps_are_checked_once() -> None:
    """Only where a later move looks at a guard again, its standing can be taken away."""
    assert ids(of(mini(), "checked_once")) == [
        f"guards.{guard}:checked_once:1"
        for guard in ("need_known", "right_size", "liked", "answered")
    ]
    assert ids(of(mini(), "walk_away_once")) == [
        "guards.money_there:walk_away_once:1",
        "guards.soon:walk_away_once:1",
    ]
    once = mutants_of()["guards.soon:walk_away_once:1"].playbook
    assert once.plans["order"][0].walk_away == ("money_there",)
    late = mini(('from = "show"', 'from = "order"'))
    assert of(late, "walk_away_once") == []


def test_guards_are_made_waivable() -> None:
    """Every guard that nobody may set aside is made one that somebody may."""
    found = of(mini(), "made_waivable")
    assert [mutant.guards[0] for mutant in found] == [
        guard.id for guard in mini().guards if not guard.waivable
    ]
    assert all(mutant.playbook.guard[mutant.guards[0]].waivable for mutant in found)


def test_reasons_are_swapped() -> None:
    """Guards that are looked at next to each other swap their conditions, unless they are alike."""
    pairs = [mutant.guards for mutant in of(mini(), "reason_swapped")]
    assert pairs == [
        ("need_known", "right_size"),
        ("right_size", "talked"),
        ("money_there", "soon"),
    ]
    book = playbook(step("talk", "one", "other"), guards=[guard("one"), guard("other")])
    assert of(book, "reason_swapped") == []


def test_rules_on_sources_are_made_laxer() -> None:
    """Freshness, numbers, roles, first-hand and papers: each rule of each fact that guards read."""
    rules = Sources(3, ("a", "b"), first_hand=True, documents=False)
    asked = fact("be.asked", good_for=timedelta(days=5), sources=rules)
    book = playbook(
        facts=[asked, fact("be.unread", sources=rules)],
        guards=[guard("real", "be.asked")],
        roles=[Role("a", text("A")), Role("b", text("B"))],
    )
    found = {
        mutant.id.removeprefix("facts.be.asked:"): mutant.playbook.fact["be.asked"]
        for mutant in mutants(book)
        if mutant.id.startswith("facts")
    }
    assert {id: (fact.good_for, fact.sources) for id, fact in found.items()} == {
        "good_for_dropped:1": (None, rules),
        "sources_lowered:1": (asked.good_for, Sources(2, ("a", "b"), True, False)),
        "role_dropped:1": (asked.good_for, Sources(3, ("b",), True, False)),
        "role_dropped:2": (asked.good_for, Sources(3, ("a",), True, False)),
        "first_hand_dropped:1": (asked.good_for, Sources(3, ("a", "b"), False, False)),
        "any_role:1": (asked.good_for, Sources(3, (), True, False)),
        "documents_allowed:1": (asked.good_for, Sources(3, ("a", "b"), True, True)),
    }


def test_papers_are_disallowed() -> None:
    """Where papers count, a mutant lets them count no more; who needs no role has no such rule."""
    mutant = mutants_of()["facts.money.there:documents_disallowed:1"]
    assert (mutant.before, mutant.after) == ("true", "false")
    assert mutant.guards == ("money_there",)
    assert not mutant.playbook.fact["money.there"].sources.documents
    anybody = mutants_of()["facts.money.there:any_role:1"].playbook.fact["money.there"].sources
    assert anybody == Sources(first_hand=True)


def test_neighbouring_steps_are_swapped() -> None:
    """A chain is linked anew; what would not hold together, as watching too late, is left out."""
    found = of(mini(), "steps_swapped")
    assert [[step.id for step in mutant.playbook.steps] for mutant in found] == [
        ["talk", "close", "show", "order"],
        ["talk", "show", "order", "close"],
    ]
    moves = found[0].playbook.moves
    assert [move.to for move in moves] == ["close", "show", "order", "fulfilled"]
    assert [move.id for move in moves][:2] == ["leave_talk", "leave_close"]


def test_steps_are_swapped_in_a_net_of_moves() -> None:
    """Moves lead to where the other step was."""
    net = playbook(
        step("one"),
        step("left"),
        step("right"),
        moves=[
            Move("a", "one", "left"),
            Move("b", "one", "right"),
            Move("c", "left", "right"),
            Move("d", "right", "fulfilled"),
        ],
    )
    (first, second) = of(net, "steps_swapped")
    assert [(m.source, m.to) for m in first.playbook.moves] == [
        ("left", "one"),
        ("left", "right"),
        ("one", "right"),
        ("right", "fulfilled"),
    ]
    assert second.id == "steps.left:steps_swapped:1"


def test_moves_are_removed_where_another_way_remains() -> None:
    """A move goes only if every step is still reached and left."""
    found = of(full(), "move_removed")
    assert ids(found) == ["moves.short_cut:move_removed:1"]
    assert found[0].guards == ("real", "extra", "worst", "least")
    assert of(mini(), "move_removed") == []


def test_steps_are_skipped() -> None:
    """A shortcut leads past each step but the first, before all other ways, under a free name."""
    found = of(mini(), "step_skipped")
    assert ids(found) == [f"steps.{step}:step_skipped:1" for step in ("show", "close", "order")]
    assert found[0].playbook.moves[0] == Move("shortcut_1", "talk", "close")
    again = of(found[0].playbook, "step_skipped")
    assert again[0].playbook.moves[0] == Move("shortcut_2", "talk", "order")
    assert found[2].after == "close to fulfilled"


@pytest.mark.parametrize(
    ("k", "others"),
    [("any", [2]), (1, [2]), (2, [1, 3]), ("all", [2])],
    ids=["any", "1", "2", "all"],
)
def test_thresholds_are_moved(k: Any, others: list[int]) -> None:
    """The number of clear noes that mean walking away is lowered and raised by one."""
    guards = [guard(f"g{n}") for n in range(3)]
    policy = WalkAway(tuple(g.id for g in guards), "talk", k)
    book = playbook(step("talk"), step("sell"), guards=guards, walk_away=policy)
    found = [*of(book, "threshold_lowered"), *of(book, "threshold_raised")]
    policies = [mutant.playbook.walk_away for mutant in found]
    assert [policy.when_refuted for policy in policies if policy is not None] == others


def test_a_guard_is_taken_out_of_the_policy() -> None:
    """It becomes an ordinary guard of the policy's first step, and keeps what else it had."""
    found = of(mini(), "policy_dropped")
    assert [mutant.guards for mutant in found] == [("money_there",), ("soon",)]
    book = found[0].playbook
    assert book.step["show"].leave_when == ("liked", "money_there")
    assert book.walk_away == WalkAway(("soon",), "show", "any", "talk", ("right_size",))


def test_a_guard_is_taken_out_of_those_that_call_for_walking_away_at_once() -> None:
    """A clear no to it alone means walking away no longer."""
    (mutant,) = of(mini(), "at_once_dropped")
    assert (mutant.before, mutant.after, mutant.guards) == (
        "right_size",
        "nothing",
        ("right_size",),
    )


def test_an_answer_to_the_trial_close_is_moved() -> None:
    """What leads back leads on."""
    (mutant,) = of(mini(), "answer_moved")
    close = mutant.playbook.trial_close
    assert close is not None
    assert (close.forward, close.back) == (("yes", "no"), ())
    assert mutant.guards == ("answered", "signed")
