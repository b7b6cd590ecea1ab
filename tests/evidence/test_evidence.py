"""Tests of statements and of the live claims they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from dealflow import Fact, Money, Sources, Statement, ValueType
from dealflow.evidence import Evidence, Lack, Reading
from tests.builders import AT, DAY, TICK, World, contact, evidence, fact, lacks, live, statement

YES = fact("budget.approved")
Roles = Mapping[str, Sequence[str]]


def read(
    found: Evidence, of: Fact, at: datetime = AT, about: str | None = None, **roles: Sequence[str]
) -> Reading:
    """What is known of a fact, when contacts hold these roles."""
    contacts = tuple(contact(who, *held) for who, held in roles.items())
    return found.read(of, about, World(contacts=contacts), at)


def shape(reading: Reading) -> tuple[Any, ...]:
    """A reading as a value that compares."""
    return reading.values, reading.lacks, reading.until


# --- which statements are live


def test_nobody_asked() -> None:
    """A fact of which nobody said anything has no value, and was never asked."""
    assert shape(read(Evidence(), YES)) == ((), (Lack("never_asked"),), None)


def test_one_claim() -> None:
    """One statement makes the fact known, for good when it is good for ever."""
    found = evidence(statement(4, YES.id, True))
    assert shape(read(found, YES)) == (((True, (4,)),), (), None)
    assert shape(read(found, YES, AT + 9999 * DAY)) == (((True, (4,)),), (), None)


def test_the_latest_word_of_a_source_counts() -> None:
    """A source's later statement takes the place of an earlier one, whenever it is recorded."""
    found = evidence(
        statement(1, YES.id, True, said_at=AT + DAY), statement(2, YES.id, False, said_at=AT)
    )
    assert read(found, YES).values == ((True, (1,)),)


def test_of_two_at_once_the_one_recorded_later_counts() -> None:
    """Two statements of one source at the same instant are taken in the order recorded."""
    found = evidence(statement(2, YES.id, False), statement(1, YES.id, True))
    assert read(found, YES).values == ((False, (2,)),)


def test_sources_of_the_same_name_are_told_apart() -> None:
    """A contact, a document and an observer of the same name are three sources."""
    found = evidence(
        statement(1, YES.id, True, "ann"),
        statement(2, YES.id, False, "ann", source_kind="document"),
        statement(3, YES.id, True, "ann", source_kind="observation"),
    )
    assert read(found, YES).values == ((True, (1, 3)), (False, (2,)))


def test_equal_values_are_one() -> None:
    """Claims are grouped by value, in the order in which the statements were recorded."""
    amount = fact("budget.amount", ValueType.MONEY)
    found = evidence(
        statement(5, amount.id, Money.parse("10 EUR"), "cid"),
        statement(3, amount.id, Money.parse("20 EUR"), "bob"),
        statement(4, amount.id, Money.parse("10.0 EUR"), "ann"),
    )
    assert read(found, amount).values == (
        (Money.parse("20 EUR"), (3,)),
        (Money.parse("10 EUR"), (4, 5)),
    )


def test_contacts_are_told_apart() -> None:
    """A fact of contacts has a value for each."""
    content = fact("person.content", of="contact")
    found = evidence(
        statement(1, content.id, True, about="ann"), statement(2, content.id, False, about="bob")
    )
    assert read(found, content, about="ann").values == ((True, (1,)),)
    assert read(found, content, about="bob").values == ((False, (2,)),)
    assert read(found, content, about="cid").lacks == (Lack("never_asked"),)


def test_facts_are_told_apart() -> None:
    """What is said of one fact says nothing of another."""
    found = evidence(statement(1, "need.urgent", True))
    assert read(found, YES).lacks == (Lack("never_asked"),)


# --- good_for


def test_a_claim_lives_to_the_last_instant() -> None:
    """A statement is live for just as long as the fact is good for, and stale a tick later."""
    fresh = fact("need.urgent", good_for=10 * DAY, sources=Sources(roles=("coach",)))
    found = evidence(statement(1, fresh.id, True))
    end = AT + 10 * DAY
    assert shape(read(found, fresh, end, ann=["coach"])) == (((True, (1,)),), (), end)
    stale = (Lack("stale", roles=("coach",), since=end),)
    assert shape(read(found, fresh, end + TICK, ann=["coach"])) == ((), stale, None)


def test_the_first_claim_to_age_ends_the_reading() -> None:
    """A reading stands until its oldest live claim is out of date."""
    fresh = fact("need.urgent", good_for=10 * DAY)
    found = evidence(
        statement(1, fresh.id, True, "ann", said_at=AT + 2 * DAY),
        statement(2, fresh.id, False, "bob", said_at=AT + DAY),
        statement(3, fresh.id, False, "cid", said_at=AT - 99 * DAY),
    )
    both = read(found, fresh, AT + 2 * DAY)
    assert shape(both) == (((True, (1,)), (False, (2,))), (), AT + 11 * DAY)
    one = read(found, fresh, AT + 11 * DAY + TICK)
    assert shape(one) == (((True, (1,)),), (), AT + 12 * DAY)
    none = read(found, fresh, AT + 12 * DAY + TICK)
    assert none.lacks == (Lack("stale", since=AT + 12 * DAY),)


def test_a_stale_word_does_not_bring_back_an_older_one() -> None:
    """When a source's latest word is out of date, its earlier ones are, too."""
    fresh = fact("need.urgent", good_for=10 * DAY)
    found = evidence(statement(1, fresh.id, True), statement(2, fresh.id, False, said_at=AT + DAY))
    assert read(found, fresh, AT + 12 * DAY).lacks == (Lack("stale", since=AT + 11 * DAY),)


def test_an_earlier_time_can_be_asked_again() -> None:
    """A reading at an earlier instant is of that instant, whatever was asked in between."""
    fresh = fact("need.urgent", good_for=10 * DAY)
    found = evidence(statement(1, fresh.id, True))
    assert read(found, fresh, AT + 11 * DAY).lacks
    assert read(found, fresh, AT + 5 * DAY).values == ((True, (1,)),)
    assert read(found, fresh, AT + 11 * DAY).lacks


# --- who must have said it


@pytest.mark.parametrize(
    ("sources", "said", "missing"),
    [
        pytest.param(Sources(at_least=2), [{}, {"source": "bob"}], None, id="two sources"),
        pytest.param(
            Sources(at_least=2),
            [{}],
            Lack("second_source", have=1, need=2),
            id="one source of two",
        ),
        pytest.param(
            Sources(at_least=3, roles=("coach",)),
            [{}, {"source": "bob"}],
            Lack("second_source", have=2, need=3, roles=("coach",)),
            id="two sources of three",
        ),
        pytest.param(
            Sources(at_least=2),
            [{}, {"said_at": AT + DAY}],
            Lack("second_source", have=1, need=2),
            id="the same source twice",
        ),
        pytest.param(
            Sources(at_least=2),
            [{}, {"source_kind": "document"}],
            None,
            id="a document is a source",
        ),
        pytest.param(Sources(roles=("coach", "user")), [{}], None, id="one role of two"),
        pytest.param(
            Sources(roles=("user",)), [{}], Lack("role", roles=("user",)), id="not in the role"
        ),
        pytest.param(
            Sources(roles=("coach",)),
            [{"source": "bob"}],
            Lack("role", roles=("coach",)),
            id="somebody without a role",
        ),
        pytest.param(
            Sources(roles=("coach",)),
            [{"source": "bob"}, {"first_hand": False}],
            None,
            id="told on by the role",
        ),
        pytest.param(
            Sources(roles=("coach",), first_hand=True),
            [{"first_hand": False}],
            Lack("first_hand", roles=("coach",)),
            id="told on, though first-hand is asked for",
        ),
        pytest.param(
            Sources(roles=("coach",), first_hand=True),
            [{"first_hand": False}, {"source": "bob"}],
            Lack("first_hand", roles=("coach",)),
            id="first-hand from somebody else",
        ),
        pytest.param(
            Sources(roles=("coach",), first_hand=True), [{}], None, id="first-hand by the role"
        ),
        pytest.param(Sources(first_hand=True), [{}], None, id="first-hand by anybody"),
        pytest.param(
            Sources(first_hand=True),
            [{"first_hand": False}],
            Lack("first_hand"),
            id="told on by anybody",
        ),
        pytest.param(
            Sources(first_hand=True),
            [{"source_kind": "document"}],
            None,
            id="a document, when nobody in particular is asked for",
        ),
        pytest.param(
            Sources(roles=("coach",), documents=True),
            [{"source": "plan.pdf", "source_kind": "document"}],
            None,
            id="a document instead of the role",
        ),
        pytest.param(
            Sources(roles=("coach",)),
            [{"source_kind": "document"}],
            Lack("role", roles=("coach",)),
            id="a document that does not count",
        ),
        pytest.param(
            Sources(roles=("coach",), documents=True),
            [{"source_kind": "observation"}],
            Lack("role", roles=("coach",)),
            id="an observation, even by one of that name",
        ),
        pytest.param(
            Sources(roles=("coach",), documents=True, first_hand=True),
            [{"source_kind": "document", "first_hand": False}],
            Lack("first_hand", roles=("coach",)),
            id="a document told on",
        ),
    ],
)
def test_who_must_have_said_it(
    sources: Sources, said: list[dict[str, Any]], missing: Lack | None
) -> None:
    """The rule of a fact's sources is kept; the values are there whether or not it is met."""
    ruled = fact("budget.approved", sources=sources)
    found = evidence(*(statement(i, ruled.id, True, **one) for i, one in enumerate(said)))
    reading = read(found, ruled, AT + DAY, ann=["coach"])
    assert reading.lacks == (() if missing is None else (missing,))
    assert [value for value, _ in reading.values] == [True]


def test_everything_missing_is_told_at_once() -> None:
    """Too few sources and nobody in the role are two things that are missing."""
    ruled = fact("budget.approved", sources=Sources(at_least=2, roles=("coach",)))
    assert read(evidence(statement(1, ruled.id, True)), ruled).lacks == (
        Lack("second_source", have=1, need=2, roles=("coach",)),
        Lack("role", roles=("coach",)),
    )


def test_a_role_given_later_counts() -> None:
    """When somebody gets or loses a role, readings change once that is made known."""
    ruled = fact("budget.approved", sources=Sources(roles=("coach",)))
    found = evidence(statement(1, ruled.id, True))
    assert read(found, ruled).lacks
    found.roles_changed()
    assert not read(found, ruled, ann=["coach"]).lacks
    found.roles_changed()
    assert read(found, ruled).lacks


# --- withdrawals


def test_a_withdrawal_brings_back_what_was_said_before() -> None:
    """When a statement is taken back, the same source's earlier one is live again."""
    found = evidence(statement(1, YES.id, True), statement(2, YES.id, False, said_at=AT + DAY))
    assert read(found, YES).values == ((False, (2,)),)
    found.withdraw(2, "misheard")
    assert read(found, YES).values == ((True, (1,)),)
    found.withdraw(1, "made up")
    assert read(found, YES).lacks == (Lack("never_asked"),)


def test_a_withdrawal_takes_that_statement_only() -> None:
    """The other statements of the source stay, and so do other sources."""
    found = evidence(
        statement(1, YES.id, True),
        statement(2, YES.id, False, said_at=AT + DAY),
        statement(3, YES.id, True, "bob"),
    )
    found.withdraw(1, "misheard")
    assert read(found, YES).values == ((False, (2,)), (True, (3,)))


def test_everything_said_stays_on_record() -> None:
    """Withdrawn statements stay on record, with the reason; nobody can change the record."""
    one, two = statement(1, YES.id, True), statement(2, YES.id, False, "bob")
    found = evidence(one, two)
    found.withdraw(1, "misheard")
    assert dict(found.statements) == {1: one, 2: two}
    assert dict(found.withdrawn) == {1: "misheard"}
    with pytest.raises(TypeError):
        cast("dict[int, Statement]", found.statements)[3] = one
    with pytest.raises(TypeError):
        cast("dict[int, str]", found.withdrawn)[2] = ""


def test_only_what_was_said_can_be_withdrawn() -> None:
    """A statement that there is not cannot be taken back, and nothing changes."""
    found = evidence(statement(1, YES.id, True))
    with pytest.raises(KeyError):
        found.withdraw(2, "misheard")
    assert not found.withdrawn
    assert read(found, YES).values == ((True, (1,)),)


# --- who was heard


def test_who_was_heard() -> None:
    """A contact is heard while a first-hand statement of the contact stands."""
    found = evidence(
        statement(1, YES.id, True, "ann"),
        statement(2, "need.urgent", True, "ann"),
        statement(3, YES.id, True, "bob", first_hand=False),
        statement(4, YES.id, True, "plan.pdf", source_kind="document"),
        statement(5, YES.id, True, "rep", source_kind="observation"),
    )
    assert set(found.heard) == {"ann"}
    for number in (1, 3, 4, 5):
        found.withdraw(number, "misheard")
    assert set(found.heard) == {"ann"}
    found.withdraw(2, "misheard")
    assert not set(found.heard)


def test_statements_are_told_apart() -> None:
    """Two statements of the same words are two."""
    assert statement(1, YES.id, True) != statement(1, YES.id, True)


# --- against a model that looks at every statement anew


SOURCES = st.builds(
    Sources,
    at_least=st.integers(1, 3),
    roles=st.lists(st.sampled_from(["coach", "user"]), unique=True).map(tuple),
    first_hand=st.booleans(),
    documents=st.booleans(),
)
RULED = st.builds(
    lambda of, good_for, sources: fact(
        "need.size", ValueType.NUMBER, of=of, good_for=good_for, sources=sources
    ),
    st.sampled_from(["deal", "contact"]),
    st.none() | st.integers(1, 5).map(timedelta),
    st.just(Sources()) | SOURCES,
)
TIMES = st.integers(0, 10).map(lambda days: AT + days * DAY) | st.integers(0, 10).map(
    lambda days: AT + days * DAY + TICK
)
SAID = st.fixed_dictionaries(
    {
        "about": st.sampled_from([None, "ann"]),
        "value": st.integers(0, 2),
        "source_kind": st.sampled_from(["contact", "contact", "document", "observation"]),
        "source": st.sampled_from(["ann", "bob", "cid"]),
        "said_at": TIMES,
        "first_hand": st.booleans(),
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), SAID),
        st.tuples(st.just("say"), SAID),
        st.tuples(st.just("withdraw"), st.integers(0, 20)),
        st.tuples(
            st.just("roles"),
            st.dictionaries(
                st.sampled_from(["ann", "bob"]),
                st.lists(st.sampled_from(["coach", "user"]), unique=True),
            ),
        ),
        st.tuples(st.just("read"), TIMES),
    ),
    max_size=25,
)


class Model:
    """What was said, kept as a list and looked through for every question."""

    def __init__(self) -> None:
        """Nothing was said, and nobody holds a role."""
        self.standing: list[Statement] = []
        self.roles: Roles = {}

    def read(self, of: Fact, about: str | None, at: datetime) -> tuple[Any, ...]:
        """What is known of a fact, as ``shape`` gives it."""
        claims = live(self.standing, of, about, at)
        values = dict.fromkeys(one.value for one in claims)
        grouped = tuple(
            (value, tuple(one.id for one in claims if one.value == value)) for value in values
        )
        until = None
        if claims and of.good_for is not None:
            until = min(one.said_at for one in claims) + of.good_for
        return grouped, lacks(self.standing, of, about, self.roles, at), until

    def heard(self) -> set[str]:
        """The contacts heard first-hand."""
        return {
            one.source for one in self.standing if one.source_kind == "contact" and one.first_hand
        }


@given(st.lists(RULED, min_size=1, max_size=2), STEPS)
def test_readings_are_what_a_look_at_every_statement_gives(
    rules: list[Fact], steps: list[tuple[str, Any]]
) -> None:
    """Whatever the order of statements, withdrawals and roles, readings are as if made anew."""
    facts = [evolve(rule, id=f"need.n{i}") for i, rule in enumerate(rules)]
    found, model = Evidence(), Model()
    for number, (step, what) in enumerate(steps):
        match step:
            case "say":
                said = dict(what)
                new = statement(number, facts[number % len(facts)].id, said.pop("value"), **said)
                found.add(new)
                model.standing.append(new)
            case "withdraw" if model.standing:
                gone = model.standing.pop(what % len(model.standing))
                found.withdraw(gone.id, "misheard")
            case "roles":
                model.roles = what
                found.roles_changed()
            case _:  # a reading, or a withdrawal when nothing is left
                pass
        times = [what] if step == "read" else [AT + 5 * DAY]
        for of in facts:
            for at in times:
                for about in (None, "ann"):
                    reading = read(found, of, at, about, **model.roles)
                    assert shape(reading) == model.read(of, about, at)
        assert set(found.heard) == model.heard()


@given(RULED, st.lists(SAID, min_size=1, max_size=6), TIMES, st.integers(0, 3))
@example(fact("a.b", good_for=DAY), [], AT, 0)
def test_a_reading_stands_until_it_says(
    rule: Fact, said: list[dict[str, Any]], at: datetime, wait: int
) -> None:
    """Until the instant that a reading names, and for good when it names none, nothing changes."""
    model = Model()
    model.standing = [
        statement(number, rule.id, one["value"], **{k: v for k, v in one.items() if k != "value"})
        for number, one in enumerate(said)
    ]
    values, missing, until = model.read(rule, None, at)
    found = evidence(*model.standing)
    later = at + wait * DAY if until is None else until
    assert shape(read(found, rule, at)) == (values, missing, until)
    assert shape(read(evidence(*model.standing), rule, later)) == (values, missing, until)
    if until is not None:
        assert shape(read(found, rule, until + TICK)) != (values, missing, until)
