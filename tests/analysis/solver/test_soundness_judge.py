"""The judge of the solver is judged: its playbooks have every form, and it finds rare faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

import pytest
from attrs import fields

from dealflow import Playbook, PlaybookError, Truth, ValueType
from dealflow.analysis import Goal
from dealflow.analysis.solver import Answer
from dealflow.conditions import (
    ATTRIBUTES,
    OPERATORS,
    And,
    Compare,
    Condition,
    Heard,
    Named,
    Node,
    Plays,
    Term,
    Vocabulary,
    parse,
)
from dealflow.evidence import Fact, Sources
from dealflow.playbook import Guard, WalkAway
from tests.analysis.solver._sound_cases import CASES
from tests.analysis.solver._sound_conditions import FORMS
from tests.analysis.solver._sound_judge import judged
from tests.analysis.solver._sound_playbooks import Made, made

UNKNOWN, TRUE, FALSE, CONFLICTED = Truth


# --- the generator


@pytest.fixture(scope="module")
def many() -> list[Made]:
    """Some playbooks."""
    return [made(seed) for seed in range(60)]


def _nodes(many: list[Made]) -> list[Node]:
    conditions = (when for one in many for when in one.playbook.guard_condition.values())
    return [node for when in conditions for node in when.walk()]


def _kinds(base: type[Node]) -> set[type[Node]]:
    """The classes of nodes that are no base of others, as the parser makes them."""
    below = base.__subclasses__()
    found = set[type[Node]]().union(*map(_kinds, below)) if below else {base}
    return {kind for kind in found if kind.__module__.startswith("dealflow.conditions.")}


def test_every_function_of_the_parser_is_written() -> None:
    """A function that conditions get is one that random conditions have."""
    with pytest.raises(PlaybookError) as caught:
        parse("no_such(function)", Vocabulary({}, ()))
    told = caught.value.problems[0].message
    functions = {name.strip() for name in told.partition("there are: ")[2].split(",")}
    assert functions
    assert functions <= FORMS.keys()


def test_every_node_attribute_and_operator_is_reached(many: list[Made]) -> None:
    """Whatever a condition can be made of is there, deals' and contacts' alike."""
    nodes = _nodes(many)
    assert _kinds(Condition) | _kinds(Term) == {type(node) for node in nodes}
    assert set(ATTRIBUTES) == {str(node) for node in nodes if str(node) in ATTRIBUTES}
    compared = [node for node in nodes if isinstance(node, Compare)]
    assert set(OPERATORS) == {name for node in compared for name in node.operators}
    assert {2, 3, 4} <= {len(node.terms) for node in compared}


def test_every_declaration_is_reached(many: list[Made]) -> None:
    """Facts of every type, of deals and of contacts, and every key that bears on what is known."""
    facts = [fact for one in many for fact in one.playbook.facts]
    assert {(fact.type, fact.of) for fact in facts} == {
        (type_, of) for type_ in ValueType for of in ("deal", "contact")
    }
    _each_otherwise(facts, Fact, but={"id", "title", "ask"})
    _each_otherwise([fact.sources for fact in facts], Sources)
    _each_otherwise(
        [guard for one in many for guard in one.playbook.guards],
        Guard,
        but={"id", "title", "refused"},
    )
    policies = [one.playbook.walk_away for one in many if one.playbook.walk_away is not None]
    _each_otherwise(policies, WalkAway, but={"start"})


def _each_otherwise(found: Sequence[object], kind: type, but: Collection[str] = ()) -> None:
    """Every field of a record has several values among some."""
    for each in fields(kind):
        if each.name not in but:
            assert len({repr(getattr(one, each.name)) for one in found}) > 1, each.name


def test_types_of_one_kind_meet(many: list[Made]) -> None:
    """Texts, choices and people are compared with one another, and looked for in lists."""
    met = {
        frozenset(fact.type.value for fact in node.facts)
        for node in _nodes(many)
        if isinstance(node, Compare) and len(node.facts) > 1
    }
    for pair in (("text", "choice"), ("text", "person"), ("choice", "person"), ("person", "list")):
        assert frozenset(pair) in met


def test_a_seed_makes_the_same_playbook() -> None:
    """What failed once can be made again."""
    assert made(7).text == made(7).text != made(8).text


# --- the judge, on deciders that are wrong in one point each


def _parts(goals: Sequence[Goal]) -> list[Condition]:
    """What has to be TRUE, all of it."""
    sure = [goal.condition for goal in goals if TRUE in goal.allowed]
    return [part for when in sure for part in (when.parts if isinstance(when, And) else (when,))]


def _crowd_heard(goals: Sequence[Goal]) -> bool:
    return any(isinstance(part, Heard) and part.number > 6 for part in _parts(goals))


def _in_two_roles(goals: Sequence[Goal]) -> bool:
    named = [(part.fact, part.role) for part in _parts(goals) if isinstance(part, Plays)]
    return any(one[0] is two[0] and one[1] != two[1] for one in named for two in named)


def _people_in_lists(goals: Sequence[Goal]) -> bool:
    return any(
        isinstance(part, Compare)
        and part.operators == ("in",)
        and {fact.type for fact in part.facts} == {ValueType.PERSON, ValueType.LIST}
        for part in _parts(goals)
    )


def _many_counted(goals: Sequence[Goal]) -> bool:
    parts = [str(part) for part in _parts(goals)]
    counted = [part.split()[-1] for part in parts if re.match(r"count\(\w+\) == our", part)]
    many = [part.split()[0] for part in parts if re.match(r"our\.num\d (== |>=? )[3-9]$", part)]
    return not set(counted).isdisjoint(many)


def _many_lists(goals: Sequence[Goal]) -> bool:
    parts = _parts(goals)
    small = [part for part in parts if str(part).startswith("size(") and str(part)[-1] == "1"]
    return bool(small) and sum(isinstance(part, Named) for part in parts) > 2


def _three_values(goals: Sequence[Goal]) -> bool:
    return any(
        isinstance(goal.condition, Compare)
        and CONFLICTED in goal.allowed
        and set(goal.condition.operators) == {"<"}
        and len(goal.condition.terms) > 2
        and len({str(term) for term in goal.condition.terms}) == 1
        for goal in goals
    )


@pytest.mark.parametrize(
    "wrong",
    [_crowd_heard, _in_two_roles, _people_in_lists, _many_counted, _many_lists, _three_values],
)
def test_wrong_deciders_are_found_out(wrong: Callable[[Sequence[Goal]], bool]) -> None:
    """A decider that only denies one rare form is caught at it, and shown that form."""

    def how(playbook: Playbook, goals: Sequence[Goal]) -> Answer:
        return Answer(possible=not wrong(goals))

    denied = next(
        (found for seed in range(500, 560) if (found := judged([seed], tries=3, how=how).denied)),
        None,
    )
    assert denied
    assert all(wrong(each.goals) for _, each in denied)


# --- deals made by hand


@pytest.mark.parametrize("name", CASES)
def test_deals_made_by_hand_show_what_they_are_to_show(name: str) -> None:
    """Each form that is known to be possible is so in a deal."""
    case = CASES[name]
    playbook = case.playbook()
    shown = case.shown(playbook)
    assert [shown[guard] for guard in playbook.guard_condition] == list(case.truths.values())
