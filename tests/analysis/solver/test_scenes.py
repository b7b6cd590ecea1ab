"""Tests of bringing a deal into a scene."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from dealflow import Card, Deal, Line, Money, Truth, load_playbook
from dealflow.analysis import Goal, solve
from dealflow.analysis.solver import START, Person, Saying, Scene, perform, scene_of
from dealflow.conditions import judge
from dealflow.state import Snapshot
from tests.builders import ROLES, condition
from tests.deals import small

BOOK = load_playbook("seven_step")
DAY = timedelta(days=1)
RUTH = Person("ruth", ("economic_buyer",), influence="high", rating=3)
YES = Saying("budget.approved", True, "contact", "ruth")


def deal() -> Deal:
    """A deal that was just opened."""
    return Deal.open(BOOK, id="D-1", account="Northwind", by="rep", at=START)


def done(scene: Scene, on: Deal | None = None) -> Deal:
    """A deal brought into a scene."""
    made = on or deal()
    perform(made, scene, by="rep", at=START)
    return made


def test_everything_in_a_scene_comes_about() -> None:
    """People, the price, talks, statements of every kind and waivers are put on record."""
    scene = Scene(
        people=(RUTH,),
        sayings=(
            YES,
            Saying("budget.amount", Money("5", "EUR"), "document", "letter", age=DAY),
            Saying("timeline.wanted", True, "observation", "us"),
            Saying("person.need", "Peace", "contact", "ruth", "ruth", first_hand=False),
        ),
        amount=Money("4", "EUR"),
        talks=2,
        waived=("proof_passed",),
        card=Card("max", "referral", "Tom", lines=(Line("Racks", Money("3", "EUR")),)),
    )
    made = done(scene)
    assert scene_of(made, START) == evolve(scene, waived=())
    assert set(made.waivers) == {"proof_passed"}
    assert scene.size == 1 + 4 + 1 + 2 + 1 + 1
    size = made.version
    assert done(scene, made).version == size


def test_what_does_not_belong_goes() -> None:
    """Other statements are withdrawn, people of the deal lose their roles, others change theirs."""
    made = done(Scene((RUTH, Person("tom", ("coach",))), (YES,)))
    later = Scene((evolve(RUTH, roles=("sponsor",)),), ())
    done(later, made)
    assert list(made.withdrawn) == [s.id for s in made.statements.values()]
    assert made.contacts["tom"].roles == ()
    assert made.contacts["ruth"].roles == ("sponsor",)


def test_what_was_confirmed_in_one_go_is_said_anew_one_by_one() -> None:
    """A confirmation goes as a whole; what of it belongs to the scene is put on record alone."""
    made = done(Scene((RUTH,), (YES, evolve(YES, fact="problem.severe"))))
    made.confirm("ruth", ["budget.approved", "problem.severe"], by="rep", at=START)
    (number,) = made.confirmations
    again = done(Scene((RUTH,), (YES,)), made)
    assert number in again.withdrawn
    assert scene_of(again, START).sayings == (YES,)


def test_age_matters() -> None:
    """A statement that is out of date is made anew, and a fresh one made old again."""
    made = done(Scene((RUTH,), (evolve(YES, age=200 * DAY),)))
    done(Scene((RUTH,), (YES,)), made)
    assert [s.said_at for s in made.statements.values()] == [START - 200 * DAY, START]
    assert len(made.withdrawn) == 1
    done(Scene((RUTH,), (evolve(YES, age=300 * DAY),)), made)
    assert len(made.withdrawn) == 2


def test_a_scene_has_the_latest_of_each_source() -> None:
    """A statement that its source has replaced is no part of the scene."""
    made = done(Scene((RUTH,), (YES,)))
    made.hear("ruth", "budget.approved", False, by="rep", at=START)
    made.hear("ruth", "budget.approved", True, by="rep", at=START, said_at=START - DAY)
    assert [saying.value for saying in scene_of(made, START).sayings] == [False]


def test_who_must_be_heard_says_something_harmless() -> None:
    """Contacts who only have to be heard talk of something that no guard reads."""
    made = done(Scene((RUTH,), heard=("ruth",)))
    (said,) = made.statements.values()
    assert said.first_hand
    assert BOOK.readers(said.fact) == BOOK.readers("there.is_none")
    assert done(Scene((RUTH,), heard=("ruth",)), made).version == made.version


def test_small_talk_where_every_fact_matters() -> None:
    """Where guards read every fact, what is said is out of date, or about the speaker."""
    book = small()
    made = Deal.open(book, id="D-1", account="A", by="rep", at=START)
    facts = [Saying(fact.id, True, "observation", "us") for fact in book.facts[:1]]
    perform(made, Scene((Person("ann"),), tuple(facts), heard=("ann",)), by="rep", at=START)
    assert "ann" in {s.source for s in made.statements.values()}


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("heard(2)", Truth.TRUE),
        ("heard(2)", Truth.UNKNOWN),
        ("some(buyer, contact.heard)", Truth.FALSE),
        ("count(buyer) == 2", Truth.TRUE),
        ("every(buyer, contact.rating >= 3)", Truth.TRUE),
        ("every(any_role, contact.influence == 'high')", Truth.FALSE),
        ("deal.talks >= 2", Truth.TRUE),
        ("deal.account == 'acme'", Truth.TRUE),
        ("deal.amount > money('5 USD')", Truth.TRUE),
        ("deal.owner == 'lena'", Truth.TRUE),
        ("deal.source == 'forecast'", Truth.UNKNOWN),
        ("deal.source_name == 'a fair'", Truth.FALSE),
        ("within(deal.expected_close, days(9))", Truth.TRUE),
        ("'gates' in deal.products", Truth.FALSE),
        ("deal.lines_total < money('5 USD')", Truth.TRUE),
    ],
)
def test_what_is_not_said_by_anybody(text: str, truth: Truth) -> None:
    """Who is there, who was heard and what is on the deal itself are found as well."""
    answer = solve([Goal(condition(text), {truth})], roles=ROLES)
    assert answer.scene is not None


def test_a_search_may_end_undecided() -> None:
    """When the limit is reached, or there are too many casts, nothing is decided."""
    goal = Goal(condition("every(buyer, person.content and contact.rating >= 3)"), {Truth.TRUE})
    assert not solve([goal], limit=1).decided
    many = [f"count({role}) >= 5" for role in (*ROLES, "any_role")]
    roles = [f"role_{n}" for n in range(3)]
    goals = [Goal(condition(text), {Truth.TRUE}) for text in many]
    assert solve(goals, roles=roles).decided


def test_the_scene_holds_in_a_deal() -> None:
    """What the solver finds for a guard holds when a deal is brought there."""
    for guard in BOOK.guards:
        for truth in Truth:
            goal = Goal(BOOK.guard_condition[guard.id], {truth})
            scene = solve([goal], roles=[role.id for role in BOOK.roles]).scene
            if scene is not None:
                made = Deal.open(
                    BOOK, id="D-1", account="A", by="rep", at=START, amount=scene.amount
                )
                perform(made, scene, by="rep", at=START)
                assert judge(goal.condition, Snapshot(made._state, START)).truth is truth
