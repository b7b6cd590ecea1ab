"""Deals that are shown, one form at a time: each is performed by the verbs and judged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from dealflow import (
    Card,
    Deal,
    Fact,
    Line,
    Money,
    Playbook,
    PlaybookError,
    Role,
    Sources,
    Truth,
    ValueType,
)
from dealflow.analysis import Goal, nearest, solve
from dealflow.analysis.solver import START, Person, Samples, Scene, perform
from dealflow.analysis.solver.bounds import bounds_of
from dealflow.analysis.solver.cast import Cast
from dealflow.analysis.solver.own import OnlyWith
from dealflow.analysis.solver.question import Question, declared_in
from dealflow.analysis.solver.scenes import opened
from dealflow.analysis.solver.script import Script
from dealflow.analysis.solver.speakers import Wanted, sayings
from dealflow.analysis.solver.witness import plainest
from dealflow.conditions import (
    AttributeRef,
    Compare,
    Condition,
    Constant,
    Disputed,
    FactRef,
    Term,
    judge,
)
from dealflow.state import Snapshot, fold
from tests._playbooks import fact, guard, playbook, step, text

ROLES = ("buyer", "helper")


def asked(when: str, *facts: Fact) -> Playbook:
    """A playbook of one guard."""
    return playbook(
        step("talk", "asked"),
        facts=facts,
        guards=[guard("asked", when)],
        roles=[Role(id, text(id)) for id in ROLES],
    )


def shown(book: Playbook, truth: Truth = Truth.TRUE) -> Scene:
    """The scene in which the guard comes to a truth, performed and judged."""
    condition = book.guard_condition["asked"]
    scene = solve([Goal(condition, {truth})], roles=ROLES).scene
    assert scene is not None
    deal = opened(book, scene, by="rep", at=START)
    perform(deal, scene, by="rep", at=START)
    assert judge(condition, Snapshot(fold(book, deal.trail), START)).truth is truth
    return scene


def one(type_: ValueType, id: str = "x.f", **rest: Any) -> Fact:
    """A fact of a type; a choice has three."""
    choices = {name: text(name) for name in "abc"} if type_ is ValueType.CHOICE else {}
    return fact(id, type_, choices=choices, **rest)


RULES = [Sources(roles=("buyer",)), Sources(first_hand=True), Sources(at_least=3)]


@pytest.mark.parametrize("rule", RULES, ids=["a role", "first hand", "three"])
@pytest.mark.parametrize("type_", ValueType)
def test_those_whose_word_does_not_count_differ(type_: ValueType, rule: Sources) -> None:
    """What is not established may be disputed all the same, whatever is said."""
    book = asked("disputed(x.f) and missing(x.f)", one(type_, sources=rule))
    assert len({str(said.value) for said in shown(book).sayings}) == 2


@pytest.mark.parametrize("type_", ValueType)
def test_others_speak_against_a_final_word(type_: ValueType) -> None:
    """Whoever has not the final word may say anything else."""
    book = asked("dissent(x.f)", one(type_, final_word=("buyer",)))
    assert len({str(said.value) for said in shown(book).sayings}) == 2


@pytest.mark.parametrize("when", ["final(x.f)", "final(x.f) and not dissent(x.f)"])
def test_a_final_word_by_one_of_several(when: str) -> None:
    """Others who hold the role need not speak."""
    book = asked(f"{when} and count(buyer) == 3", one(ValueType.YES_NO, final_word=("buyer",)))
    scene = shown(book)
    assert len(scene.people) == 3
    assert len(scene.sayings) == 1


def test_texts_that_are_all_different() -> None:
    """There are as many different words as it takes, also more than are liked."""
    facts = [one(ValueType.TEXT, f"x.t{n}") for n in range(6)]
    pairs = [f"x.t{a} != x.t{b}" for b in range(6) for a in range(b)]
    scene = shown(asked(" and ".join(pairs), *facts))
    assert len({said.value for said in scene.sayings}) == 6


def test_a_text_may_be_the_name_by_which_somebody_goes() -> None:
    """Persons are told by their ids, and a text may be one."""
    facts = [one(ValueType.PERSON, "x.who"), one(ValueType.TEXT, "x.words")]
    scene = shown(asked("x.who == x.words and plays(x.who, buyer)", *facts))
    assert {said.value for said in scene.sayings} == {scene.people[0].id}
    others = [one(ValueType.PERSON, "y.who"), one(ValueType.TEXT, "y.words")]
    when = "x.who == x.words and y.who == y.words and x.words != y.words"
    scene = shown(asked(when, *facts, *others))
    assert {said.value for said in scene.sayings} == {person.id for person in scene.people}


def test_nobody_goes_by_a_name_that_is_ruled_out() -> None:
    """Who is called like the role reads well, and only where that may be."""
    facts = [one(ValueType.PERSON, "x.who"), one(ValueType.TEXT, "x.words")]
    when = 'x.who == x.words and x.words != "buyer" and plays(x.who, buyer)'
    assert shown(asked(when, *facts)).people[0].id != "buyer"


@pytest.mark.parametrize("size", [1, 2, 5])
def test_what_fills_a_list_is_nothing_that_is_looked_for(size: int) -> None:
    """A list has as many items as it takes, and none that is asked about."""
    facts = [one(ValueType.LIST, "x.l"), *(one(ValueType.TEXT, f"x.t{n}") for n in range(5))]
    pairs = [f"x.t{a} != x.t{b}" for b in range(5) for a in range(b)]
    lacks = [f"x.t{n} not in x.l" for n in range(4)]
    when = " and ".join([*pairs, *lacks, "x.t4 in x.l", f"size(x.l) == {size}"])
    scene = shown(asked(when, *facts))
    (listed,) = (said.value for said in scene.sayings if said.fact == "x.l")
    assert isinstance(listed, tuple)
    assert len(set(listed)) == size


def ordered(items: int, size: int) -> Playbook:
    """Whether lists may differ that have some items in them and no more than so many."""
    inside = [f'"i{n}" in x.l' for n in range(items)]
    when = " and ".join([*inside, f"size(x.l) <= {size}", "disputed(x.l)"])
    return asked(when, one(ValueType.LIST, "x.l", final_word=("buyer",)))


@pytest.mark.parametrize(("items", "size"), [(0, 1), (1, 2), (2, 2), (3, 3)])
def test_lists_that_differ_in_their_order(items: int, size: int) -> None:
    """Holders of a final word may say the same in another order, and contradict each other."""
    shown(ordered(items, size))


def test_lists_that_differ_in_what_nobody_looks_for() -> None:
    """Where they have one item each, these are two that are looked for by nobody."""
    listed = one(ValueType.LIST, "x.l", final_word=("buyer",))
    scene = shown(asked("size(x.l) == 1 and disputed(x.l)", listed))
    assert len({said.value for said in scene.sayings}) == 2


def test_a_list_of_one_has_one_order() -> None:
    """With one item in it, and no other, there is one list."""
    condition = ordered(1, 1).guard_condition["asked"]
    assert solve([Goal(condition, {Truth.TRUE})], roles=ROLES).impossible


@pytest.mark.parametrize("type_", [ValueType.TEXT, ValueType.LIST])
def test_what_no_value_may_be_is_none(type_: ValueType) -> None:
    """An empty text is no value, so nothing is equal to it, and it is in no list."""
    fact, empty = FactRef(one(type_)), Constant("")
    listed = type_ is ValueType.LIST
    condition = Compare((empty, fact), ("in" if listed else "==",))
    assert solve([Goal(condition, {Truth.TRUE})], roles=ROLES).impossible
    assert solve([Goal(condition, {Truth.FALSE})], roles=ROLES).possible


@pytest.mark.parametrize("document", [True, False])
def test_whom_a_fact_is_about_by_a_document(document: bool) -> None:
    """Somebody's word that nobody stands behind counts, if it is a paper or was told on."""
    rule = Sources(roles=("buyer",), documents=document, first_hand=False)
    book = asked("known(x.f) and voices(x.f) < 1", one(ValueType.YES_NO, sources=rule))
    shown(book)


def test_nobody_is_made_up_to_speak() -> None:
    """Where nobody has a word that counts, nothing is said."""
    rule = one(ValueType.YES_NO, sources=Sources(roles=("buyer",)))
    stranger = Cast((Person("ann"), Person("ben", ("helper",))))
    assert list(sayings(rule, None, Wanted((True,)), stranger)) == []


def test_it_is_told_of_the_one_whose_word_counts() -> None:
    """Where those who stand behind it have no such word, one who has it is told on."""
    rule = one(ValueType.YES_NO, sources=Sources(roles=("buyer",), first_hand=False))
    cast = Cast((Person("ann", ("helper",)), Person("ben", ("buyer",))))
    said = list(sayings(rule, None, Wanted((True,), tellers=("ann",)), cast))
    assert [(one.source, one.first_hand) for one in said] == [("ann", True), ("ben", False)]


def test_claims_of_one_choice_cannot_differ() -> None:
    """Where there is one thing to say, nobody contradicts it."""
    single = fact("x.f", ValueType.CHOICE, choices={"a": text("a")}, sources=Sources(at_least=3))
    assert solve([Goal(Disputed(single), {Truth.TRUE})], roles=ROLES).impossible


class Other(Condition):
    """A condition that nobody knows."""

    def __str__(self) -> str:
        return "other"


class OtherTerm(Term):
    """A term that nobody knows."""

    def __str__(self) -> str:
        return "other"


@pytest.mark.parametrize("node", [Other(), Compare((OtherTerm(), Constant(True)), ("==",))])
def test_a_form_that_is_not_known_is_no_answer(node: Condition) -> None:
    """What is added to the language has to be added here, or it is an error at once."""
    with pytest.raises(TypeError):
        solve([Goal(node, {Truth.TRUE})], roles=ROLES)


def test_a_number_that_is_one_already() -> None:
    """No new number is declared for what is a number or a name."""
    script = Script(10**6)
    assert script.number_of(3) == 3
    name = script.number()
    assert script.number_of(name) == name
    assert script.numbers == [name]


def test_only_with_says_what_it_reads() -> None:
    """What holds of every deal reads like a condition."""
    one, other = AttributeRef("deal.source_name"), AttributeRef("deal.source")
    rule = OnlyWith(one, other)
    assert rule.children == (one, other)
    assert str(rule) == "deal.source_name only with deal.source"


@pytest.mark.parametrize(
    ("card", "truth"),
    [
        (Card("rep"), Truth.TRUE),
        (Card("rep", source="referral"), Truth.TRUE),
        (Card("rep", source="referral", source_name="Ann"), Truth.TRUE),
    ],
)
def test_every_card_has_one_only_with_the_other(card: Card, truth: Truth) -> None:
    """No verb makes a card of which the rule does not hold."""
    deal = opened(asked("known(x.f)", one(ValueType.TEXT)), Scene(card=card), by="rep", at=START)
    rule = OnlyWith(AttributeRef("deal.source_name"), AttributeRef("deal.source"))
    assert judge(rule, Snapshot(fold(deal.playbook, deal.trail), START)).truth is truth


@pytest.mark.parametrize("items", [2, 5])
def test_lists_to_try(items: int) -> None:
    """Of few items every selection is tried; of many each one alone, none and all."""
    listed = FactRef(one(ValueType.LIST, "x.l"))
    looked_for = [Compare((Constant(f"i{n}"), listed), ("in",)) for n in range(items)]
    tried = {frozenset(each) for each in Samples.of(looked_for, START).lists()}
    names = [f"i{n}" for n in range(items)]
    assert {frozenset(), *(frozenset([name]) for name in names), frozenset(names)} <= tried


def test_a_deal_that_takes_too_long_is_not_shown() -> None:
    """A limit that suffices for the answer may not do for the plainest deal."""
    book = asked("known(x.f) and count(buyer) == 3", one(ValueType.TEXT))
    condition = book.guard_condition["asked"]
    size = bounds_of([condition], declared_in([condition]))

    def question() -> Question:
        ways = [[Goal(condition, {Truth.TRUE})]]
        return Question.of(ways, ROLES, size, "EUR", START.toordinal())

    assert plainest(question(), START, 1) is None
    assert plainest(question(), START, 10**7) is not None


TEXTS = ["x.t0", "x.t1", "x.t2", "x.t3", "x.t4"]
WORDS = [*TEXTS, "x.who", "x.c", '"buyer"', '"in their own words 2"']
LISTS = ["x.l", "x.m"]


@st.composite
def _of_texts(draw: st.DrawFn) -> str:
    """Many texts held against each other, and against what is in lists."""
    kinds = st.sampled_from(["{a} != {b}"] * 3 + ["{a} == {b}", "{a} in {l}", "{a} not in {l}"])
    atoms = []
    for _ in range(draw(st.integers(1, 14))):
        a, b = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=2, unique=True))
        atoms.append(draw(kinds).format(a=a, b=b, l=draw(st.sampled_from(LISTS))))
    sizes = st.sampled_from(["known(x.l)", "size(x.l) == 2", "size(x.m) >= 4", "disputed(x.m)"])
    return " and ".join([*atoms, *draw(st.lists(sizes, max_size=2))])


@given(_of_texts(), st.sampled_from([Truth.TRUE, Truth.CONFLICTED]))
def test_texts_and_lists_are_shown_as_they_were_found(when: str, truth: Truth) -> None:
    """Whatever stands for any text is like no other, and nobody looks for what fills a list."""
    texts = [one(ValueType.TEXT, name) for name in TEXTS]
    who, choice = one(ValueType.PERSON, "x.who"), one(ValueType.CHOICE, "x.c")
    lists = [one(ValueType.LIST, name, final_word=("buyer",)) for name in LISTS]
    try:
        book = asked(when, *texts, who, choice, *lists)
    except PlaybookError:
        reject()
    condition = book.guard_condition["asked"]
    if solve([Goal(condition, {truth})], roles=ROLES).possible:
        shown(book, truth)


PEOPLE = [
    *("heard(1)", "heard(2)", "voices(x.a) >= 1", "voices(x.a, x.b) == 2", "x.a", "x.b"),
    *("count(buyer) == 1", "count(helper) >= 2", "covered(buyer)", "missing(x.a)"),
    *("some(buyer, p.y)", "every(any_role, p.y)", "final(x.b)", "dissent(x.b)"),
    *("some(helper, contact.heard == True)", "disputed(x.b)"),
]


@st.composite
def _of_people(draw: st.DrawFn) -> tuple[str, Sources, Sources]:
    """Who was heard, who stands behind what, and how many there are."""
    atoms = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5, unique=True))
    turned = [f"not {atom}" if draw(st.booleans()) else atom for atom in atoms]
    roles = st.sampled_from([(), ("buyer",), ("helper",), ("buyer", "helper")])
    rules = st.builds(Sources, st.integers(1, 3), roles, st.booleans(), st.booleans())
    return " and ".join(turned), draw(rules), draw(rules)


@given(_of_people(), st.sampled_from(["buyer", None]), st.sampled_from([*Truth]))
def test_people_are_shown_as_they_were_found(
    asking: tuple[str, Sources, Sources], final: str | None, truth: Truth
) -> None:
    """Whoever stands behind something without being heard has somebody to quote, and so on."""
    when, one_rule, other_rule = asking
    words = (final,) if final else ()
    facts = [fact("x.a", sources=one_rule), fact("x.b", sources=other_rule, final_word=words)]
    talk = fact("small.talk", ValueType.TEXT, good_for=timedelta(days=1))
    try:
        book = asked(when, *facts, fact("p.y", of="contact"), talk)
    except PlaybookError:
        reject()
    condition = book.guard_condition["asked"]
    if solve([Goal(condition, {truth})], roles=ROLES).possible:
        shown(book, truth)


@pytest.mark.parametrize(
    ("sold", "wanted"),
    [((), {"Gates"}), (("Doors",), {"Gates"}), (("Gates", "Doors"), {"Gates", "Doors"})],
)
def test_products_are_added_only_where_one_is_missing(
    sold: tuple[str, ...], wanted: set[str]
) -> None:
    """What is on the card stays as it is where it will do."""
    facts = [one(ValueType.TEXT)]
    book = asked('"Gates" in deal.products and known(x.f)', *facts)
    lines = [Line(name, Money("5", "EUR")) for name in sold]
    deal = Deal.open(book, id="D-1", account="A", by="rep", at=START, lines=lines)
    cards = [change for change in nearest(deal, at=START) or () if isinstance(change, Card)]
    products = {line.product for card in cards or [deal.card] for line in card.lines}
    assert products >= wanted - set(sold)
    assert bool(cards) is ("Gates" not in sold)
