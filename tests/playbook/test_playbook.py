"""Playbooks: what is checked when one is built, what is frozen then, and what each move needs."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given

from dealflow import (
    Coaching,
    Fact,
    Guard,
    Move,
    Paper,
    Playbook,
    PlaybookError,
    Question,
    RedFlag,
    Role,
    Sources,
    Step,
    Text,
    TrialClose,
    ValueType,
    WalkAway,
    dump_playbook,
    load_playbook,
    parse_playbook,
)
from dealflow.playbook import FULFILLED
from dealflow.playbook.data import canonical
from tests._playbooks import (
    Data,
    fact,
    full,
    full_data,
    guard,
    playbook,
    problems,
    seven_step,
    small_playbooks,
    step,
    text,
)

TEXTS = fact("need.text", ValueType.TEXT)
CHOICE = fact("close.answer", ValueType.CHOICE, choices={"yes": text("yes"), "no": text("no")})


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ({"roles": [Role("buyer", text("B")), Role("buyer", text("B"))]}, "roles.buyer"),
        ({"facts": [fact(), fact()]}, "facts.need.real"),
        ({"guards": [guard("real"), guard("real", "known(need.real)")]}, "guards.real"),
        ({"red_flags": [RedFlag("f", "need.real", text("F"))] * 2}, "red_flags.f"),
        ({"papers": [Paper("p", text("P"), "need.real"), Paper("p", text("P"))]}, "papers.p"),
        (
            {"coaching": Coaching(probes=(Question("who", text("W")),) * 2)},
            "coaching.probes.who",
        ),
        (
            {
                "facts": [
                    fact(ask=(Question("q", text("Q")),)),
                    fact("a.b", ask=(Question("q", text("Q")),)),
                ]
            },
            "questions.q",
        ),
    ],
    ids=["role", "fact", "guard", "flag", "paper", "probe", "question"],
)
def test_id_given_twice(rest: dict[str, Any], place: str) -> None:
    """Two parts of one kind cannot have the same id."""
    assert problems(playbook, **rest) == {place: "2 have this id: ids are unique"}


def test_step_and_move_given_twice() -> None:
    """Two steps or two moves with the same id are told apart from the trouble they make."""
    found = problems(playbook, step("talk"), step("talk"))
    assert found["steps.talk"].startswith("2 have this id: ids are unique")
    moves = [Move("go", "talk", "sell"), Move("go", "sell", "fulfilled")]
    assert problems(playbook, moves=moves) == {"moves.go": "2 have this id: ids are unique"}


@pytest.mark.parametrize("name", ["", "Talk", "1talk", "talk-big", "talk big", "toll\n", "a" * 65])
def test_no_id(name: str) -> None:
    """An id is of small letters, digits and underscores, a letter first, and at most 64 long."""
    message = f"{name!r} is no id here: a small letter, then small letters, digits, _"
    assert problems(playbook, roles=[Role(name, text("R"))])[f"roles.{name}"] == message
    assert problems(playbook, red_flags=[RedFlag(name, "need.real", text("F"))]) == {
        f"red_flags.{name}": message
    }
    assert problems(playbook, papers=[Paper(name, text("P"))]) == {f"papers.{name}": message}
    named = Guard(name, text("G"), "need.real", text("no"))
    assert problems(playbook, guards=[guard("real"), named]) == {f"guards.{name}": message}
    assert problems(playbook, step(name), step("sell"))[f"steps.{name}"] == message
    assert problems(playbook, id=name)["id"].startswith(f"{name!r} is no id")
    assert problems(
        playbook, moves=[Move(name + "-", "talk", "sell"), Move("done", "sell", "fulfilled")]
    ) == {f"moves.{name}-": message.replace(repr(name), repr(name + "-"))}
    choices = {"yes": text("yes"), name: text("other")}
    assert problems(playbook, facts=[fact(), fact("a.b", ValueType.CHOICE, choices=choices)]) == {
        f"facts.a.b.choices.{name}": message
    }


@pytest.mark.parametrize("name", ["real", "need.real.x", "Need.real", "need.", ".real", "need.1"])
def test_no_fact_id(name: str) -> None:
    """A fact is named by two words with a dot."""
    assert problems(playbook, facts=[fact(), fact(name)]) == {
        f"facts.{name}": f"{name!r} is no id here: two words with a dot"
    }


def test_question_ids_may_have_dots() -> None:
    """The id of a question may be that of its fact, and is checked as well."""
    good = fact(ask=(Question("need.real.again", text("Q")),))
    assert playbook(facts=[good]).question["need.real.again"].text == text("Q")
    bad = fact(ask=(Question("Need", text("Q")),))
    assert problems(playbook, facts=[bad]) == {
        "questions.Need": "'Need' is no id here: a small letter, then small letters, digits, _;"
        " and dots"
    }
    probe = Coaching(probes=(Question("W", text("W")),))
    assert problems(playbook, coaching=probe) == {
        "coaching.probes.W": "'W' is no id here: a small letter, then small letters, digits, _;"
        " and dots"
    }


@pytest.mark.parametrize("version", ["", "1 0", "-1", "v" * 65, "1.0\n"])
def test_no_version(version: str) -> None:
    """A version is a short word such as 1.0.0."""
    assert problems(playbook, version=version) == {
        "version": f"{version!r} is no version such as '1.0.0'"
    }
    assert playbook(version="2026.11-rc.1+b").version == "2026.11-rc.1+b"


@pytest.mark.parametrize("outcome", ["fulfilled", "walked_away", "lost"])
def test_step_named_as_an_outcome(outcome: str) -> None:
    """A step cannot have the name of an outcome."""
    found = problems(playbook, step(outcome), step("sell"))
    assert found[f"steps.{outcome}"].startswith("a step cannot have the name of an outcome")


@pytest.mark.parametrize("move", ["walk_away", "lose"])
def test_move_named_as_a_way_out(move: str) -> None:
    """A move cannot be triggered by the words that end a deal."""
    moves = [Move(move, "talk", "sell"), Move("done", "sell", "fulfilled")]
    assert problems(playbook, moves=moves) == {
        f"moves.{move}": "every step has this way out already"
    }


@pytest.mark.parametrize("role", ["any_role", "us", "lambda", "class"])
def test_role_named_as_a_word_of_conditions(role: str) -> None:
    """A role cannot have a name that conditions or questions read otherwise."""
    assert problems(playbook, roles=[Role(role, text("R"))]) == {
        f"roles.{role}": "this word has a meaning of its own"
    }


@pytest.mark.parametrize("name", ["deal.x", "contact.x", "is.x", "x.not", "return.rate", "x.from"])
def test_fact_that_no_condition_could_name(name: str) -> None:
    """A fact cannot have a name that no condition could read."""
    assert problems(playbook, facts=[fact(), fact(name)]) == {
        f"facts.{name}": "one of its words has a meaning of its own"
    }


def test_words_that_only_look_reserved() -> None:
    """Words are reserved only where they would be read otherwise."""
    names = ["person.contact", "need.deal", "source.known"]
    book = playbook(
        facts=[fact(), *(fact(name) for name in names)],
        guards=[guard("real"), *(guard(f"g{i}", n) for i, n in enumerate(names))],
    )
    assert [str(book.guard_condition[f"g{i}"]) for i in range(3)] == names


# --- names of other parts -------------------------------------------------------------------------


def test_unknown_guard_with_suggestion() -> None:
    """A misspelt guard is named with its place and the nearest guard."""
    assert problems(playbook, step("talk", "rael"), guards=[guard("real")]) == {
        "steps.talk.leave_when": "there is no guard 'rael' (did you mean 'real'?)"
    }


def test_unknown_guard_without_suggestion() -> None:
    """Nothing is suggested when no guard is near."""
    assert problems(playbook, step("talk", "rhubarb"), guards=[guard("real")]) == {
        "steps.talk.leave_when": "there is no guard 'rhubarb'"
    }


def test_guard_named_twice() -> None:
    """A guard is named once per step."""
    assert problems(playbook, step("talk", "real", "real")) == {
        "steps.talk.leave_when": "guard 'real' is given twice"
    }


def test_unknown_names_in_moves() -> None:
    """The steps and guards of a move exist; only fulfilled is a further target."""
    moves = [
        Move("go", "tlak", "sel", ("rael",)),
        Move("away", "talk", "walked_away"),
        Move("lose_it", "sell", "lost"),
    ]
    assert problems(playbook, guards=[guard("real")], moves=moves) == {
        "moves.go.from": "there is no step 'tlak' (did you mean 'talk'?)",
        "moves.go.to": "there is no step 'sel' (did you mean 'sell'?)",
        "moves.go.when": "there is no guard 'rael' (did you mean 'real'?)",
        "moves.away.to": "there is no step 'walked_away'",
        "moves.lose_it.to": "there is no step 'lost'",
    }


def test_unknown_roles_and_questions() -> None:
    """The roles and questions that facts, roles and coaching name exist."""
    sources = Sources(roles=("byer",))
    facts = [fact(sources=sources, ask=(Question("q", text("Q"), ("coahc", "us")),))]
    roles = [Role("buyer", text("B"), ask="p"), Role("coach", text("C"))]
    coaching = Coaching("qq", "r")
    assert problems(playbook, facts=facts, roles=roles, coaching=coaching) == {
        "facts.need.real.sources.roles": "there is no role 'byer' (did you mean 'buyer'?)",
        "facts.need.real.ask.q.of": "there is no role 'coahc' (did you mean 'coach'?)",
        "roles.buyer.ask": "there is no question 'p'",
        "coaching.conflicted": "there is no question 'qq' (did you mean 'q'?)",
        "coaching.stale": "there is no question 'r'",
    }


def test_many_unknown_names_take_no_time() -> None:
    """Beyond fifty problems the nearest names are no longer looked for."""
    names = [f"guard_{i}x" for i in range(200)]
    guards = [guard(f"guard_{i}") for i in range(500)]
    found = problems(playbook, step("talk", *names), guards=guards)
    message = found["steps.talk.leave_when"]
    assert message.count("there is no guard") == 200
    assert message.count("did you mean") == 50
    assert message.endswith("; there is no guard 'guard_199x'")


# --- texts ----------------------------------------------------------------------------------------

EMPTY = Text(" \n", "好")
NO_CHINESE = Text("fine", "")


def test_every_text_says_something() -> None:
    """An empty text is found wherever it stands, in either language."""
    with pytest.raises(PlaybookError) as caught:
        playbook(
            Step("talk", EMPTY, NO_CHINESE),
            title=EMPTY,
            roles=[Role("buyer", EMPTY, NO_CHINESE)],
            facts=[
                Fact(
                    "a.b",
                    EMPTY,
                    ValueType.CHOICE,
                    choices={"yes": NO_CHINESE},
                    ask=(Question("q", EMPTY),),
                )
            ],
            guards=[Guard("g", EMPTY, "known(a.b)", NO_CHINESE)],
            red_flags=[RedFlag("f", "missing(a.b)", EMPTY)],
            papers=[Paper("p", EMPTY)],
            coaching=Coaching(probes=(Question("who", EMPTY),), walk_away=NO_CHINESE),
        )
    assert {problem.message for problem in caught.value.problems} == {"an empty text"}
    assert {problem.place for problem in caught.value.problems} == {
        "title.en",
        "roles.buyer.title.en",
        "roles.buyer.about.zh",
        "facts.a.b.title.en",
        "facts.a.b.choices.yes.zh",
        "facts.a.b.ask.q.en",
        "guards.g.title.en",
        "guards.g.refused.zh",
        "red_flags.f.says.en",
        "steps.talk.title.en",
        "steps.talk.goal.zh",
        "papers.p.title.en",
        "coaching.probes.who.en",
        "coaching.walk_away.zh",
    }


def test_role_without_a_meaning() -> None:
    """What a role does not have is not missed."""
    found = problems(playbook, roles=[Role("buyer", EMPTY)])
    assert found == {"roles.buyer.title.en": "an empty text"}


def test_control_characters_are_refused() -> None:
    """A playbook built in Python holds no text that a file could not hold."""
    assert problems(playbook, title=Text("a\x1b[2J", "好\ud800")) == {
        "title.en": "the text has the control character '\\x1b' at 1",
        "title.zh": "the text has the control character '\\ud800' at 1",
    }


def test_types_are_held_in_python_too() -> None:
    """A playbook built in Python is held to the types of a file."""
    wrong: Any = "no"
    number: Any = 2
    found = problems(
        playbook,
        guards=[guard("real", waivable=wrong)],
        title=wrong,
        roles=[Role("buyer", text("B"), ask=number)],
        walk_away=WalkAway(("real",), "talk", wrong),
        facts=[fact(good_for=wrong)],
    )
    assert found == {
        "title": "'no' is no Text",
        "guards.real.waivable": "'no' is not true or false",
        "roles.buyer.ask": "2 is not a text",
        "walk_away.when_refuted": "'no' is not 'any', 'all' or a whole number",
        "facts.need.real.good_for": "'no' is no timedelta",
    }


@pytest.mark.parametrize(
    "message", ["{name} of {account}", "plain", "{{not a place}}"], ids=["places", "none", "braces"]
)
def test_walk_away_message(message: str) -> None:
    """The message of walking away may name the person and the account."""
    assert playbook(coaching=Coaching(walk_away=Text(message, "好"))).coaching.walk_away


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("Dear {nmae}", "{nmae} is no place: there are {name} and {account}"),
        ("Dear {}", "{} is no place: there are {name} and {account}"),
        ("Dear {0}", "{0} is no place: there are {name} and {account}"),
        (
            "{name.__class__} ",
            "{name.__class__} is no place: there are {name} and {account}",
        ),
        ("{account:>999999999}", "{account} stands alone: nothing after the name"),
        ("{name!r}", "{name} stands alone: nothing after the name"),
        ("Dear {name", "not a message with places: expected '}' before end of string"),
        ("50 }", "not a message with places: Single '}' encountered in format string"),
    ],
    ids=["misspelt", "empty", "number", "attribute", "format", "conversion", "open", "closed"],
)
def test_walk_away_message_with_wrong_places(message: str, problem: str) -> None:
    """Any other place, format or stray brace in that message is refused."""
    coaching = Coaching(walk_away=Text("fine", message))
    assert problems(playbook, coaching=coaching) == {"coaching.walk_away.zh": problem}


# --- facts ----------------------------------------------------------------------------------------


def test_choices_belong_to_choices() -> None:
    """A choice has choices and nothing else has."""
    facts = [
        fact(choices={"yes": text("yes")}),
        fact("a.b", ValueType.CHOICE),
    ]
    message = "a choice, and only a choice, has choices"
    assert problems(playbook, facts=facts) == {
        "facts.need.real.choices": message,
        "facts.a.b.choices": message,
    }


def test_durations() -> None:
    """Durations are above nothing."""
    duration = timedelta(0)
    found = problems(
        playbook, step("talk", expected_stay=duration), facts=[fact(good_for=duration)]
    )
    message = "has to be above nothing"
    assert found == {"facts.need.real.good_for": message, "steps.talk.expected_stay": message}


@pytest.mark.parametrize(
    "duration", [timedelta(days=1, microseconds=1), -timedelta(days=2), timedelta(days=40_000)]
)
def test_durations_that_cannot_be_written(duration: timedelta) -> None:
    """A duration that no file could hold is refused with the types."""
    found = problems(
        playbook, step("talk", expected_stay=duration), facts=[fact(good_for=duration)]
    )
    message = f"{duration!r} is not in whole seconds from nothing to a century"
    assert found == {"facts.need.real.good_for": message, "steps[0].expected_stay": message}


@pytest.mark.parametrize("number", [0, -1, 21])
def test_number_of_sources(number: int) -> None:
    """A fact needs one to twenty sources."""
    found = problems(playbook, facts=[fact(sources=Sources(number))])
    assert found == {"facts.need.real.sources.at_least": "not between 1 and 20"}
    for good in (1, 20):
        assert playbook(facts=[fact(sources=Sources(good))]).facts[0].sources.at_least == good


def test_documents_need_roles() -> None:
    """Documents count instead of somebody in a role, so there must be one."""
    found = problems(playbook, facts=[fact(sources=Sources(documents=True))])
    assert found == {"facts.need.real.sources.documents": "without roles any source counts already"}


# --- conditions -----------------------------------------------------------------------------------


def test_problems_of_conditions_have_their_place() -> None:
    """What is wrong in a condition is told with the line and column in its text."""
    found = problems(
        playbook,
        facts=[fact(), TEXTS],
        guards=[guard("real", "need.real and\n  need.text == 5 or\nneed.wish")],
        red_flags=[RedFlag("f", "covered(buyer)", text("F"))],
        papers=[Paper("p", text("P"), "need.real is need.text"), Paper("q", text("Q"))],
    )
    assert found == {
        "guards.real.when, line 2, column 16": "text cannot be compared with number",
        "guards.real.when, line 3, column 1": "'need.wish' is not declared as a fact",
        "red_flags.f.when, line 1, column 9": "'buyer' is no role; there are: any_role",
        "papers.p.when, line 1, column 1": "only == != < <= > >= in, not in: 'is' compares nothing"
        " here",
    }


def test_empty_condition() -> None:
    """An empty condition is no condition, not even on a paper."""
    message = "a condition must be a text that is not empty"
    papers = [Paper("p", text("P"), ""), Paper("q", text("Q"), "need.real")]
    assert problems(playbook, guards=[guard("real", " ")], papers=papers) == {
        "guards.real.when": message,
        "papers.p.when": message,
    }


def test_conditions_are_parsed_once_and_kept() -> None:
    """The parsed conditions are found by their place."""
    book = full()
    assert str(book.condition("guards.answered")) == 'close.answer == "yes"'
    assert str(book.condition("red_flags.nobody")) == "count(buyer) == 0"
    assert str(book.condition("papers.terms")) == "need.real"
    assert book.guard_condition["answered"] is book.condition("guards.answered")
    assert list(book.guard_condition) == ["real", "answered", "extra", "worst", "least"]


def test_one_currency() -> None:
    """All amounts in the conditions of a playbook are in one currency."""
    money = fact("budget.amount", ValueType.MONEY)
    guards = [
        guard("real", 'budget.amount >= money("1 EUR")'),
        guard("less", 'budget.amount < money("9 EUR") or budget.amount > money("9 USD")'),
    ]
    assert playbook(facts=[money], guards=guards[:1]).currency == "EUR"
    assert playbook().currency is None
    assert problems(playbook, facts=[money], guards=guards) == {
        "conditions": "amounts in EUR and USD: a deal's money is in one currency"
    }


def test_readers() -> None:
    """A statement of a fact bears on the guards that read it, or that ask whom we heard."""
    book = playbook(
        facts=[fact(), TEXTS],
        guards=[
            guard("real", "need.real or known(need.text)"),
            guard("text", "known(need.text)"),
            guard("heard", "heard(2)"),
            guard("each", "every(any_role, contact.heard)"),
            guard("role", "covered(any_role)"),
        ],
    )
    assert book.readers("need.real") == ("real", "heard", "each")
    assert book.readers("need.text") == ("real", "text", "heard", "each")
    assert book.readers("need.other") == ("heard", "each")


# --- steps and moves ------------------------------------------------------------------------------


def test_no_steps() -> None:
    """A playbook needs a step."""
    assert problems(Playbook, "small", "1", text("S"), [], [], []) == {
        "steps": "a playbook needs at least one step"
    }


def test_unreachable_step() -> None:
    """A step that no moves lead to from the first one is found."""
    steps = [step("talk"), step("side"), step("sell")]
    moves = [
        Move("go", "talk", "sell"),
        Move("aside", "side", "sell"),
        Move("done", "sell", "fulfilled"),
    ]
    assert problems(playbook, *steps, moves=moves) == {
        "steps.side": "unreachable: no moves lead here from the first step"
    }


def test_step_without_a_way_out() -> None:
    """A step from which no moves lead to fulfilled is found."""
    moves = [Move("done", "talk", "fulfilled"), Move("trap", "talk", "sell")]
    assert problems(playbook, moves=moves) == {
        "steps.sell": "no way out: no moves lead from here to fulfilled"
    }


def test_two_moves_between_the_same_steps() -> None:
    """There is one move from a step to another."""
    moves = [
        Move("go", "talk", "sell"),
        Move("run", "talk", "sell"),
        Move("done", "sell", "fulfilled"),
    ]
    message = "a second way from talk to sell"
    assert problems(playbook, moves=moves) == {"moves.go": message, "moves.run": message}


@pytest.mark.parametrize("to", ["talk", "sell"])
def test_moves_lead_to_later_steps(to: str) -> None:
    """No move leads to its own or an earlier step: going back is not a move."""
    moves = [Move("go", "talk", "sell"), Move("back", "sell", to), Move("out", "sell", "fulfilled")]
    assert problems(playbook, moves=moves) == {
        "moves.back.to": f"{to} does not come after sell: going back is no move"
    }


def test_steps_without_moves_make_a_chain() -> None:
    """Without moves each step leads to the next and the last to fulfilled."""
    book = playbook(step("talk"), step("meet"), step("sell"))
    chain = (
        Move("leave_talk", "talk", "meet"),
        Move("leave_meet", "meet", "sell"),
        Move("leave_sell", "sell", "fulfilled"),
    )
    assert book.moves == chain
    assert book == playbook(step("talk"), step("meet"), step("sell"), moves=chain)


def test_single_step() -> None:
    """A playbook of one step leads to fulfilled, whatever the length of its name."""
    name = "a" * 64
    book = playbook(step(name, "real"))
    (plan,) = book.plans[name]
    assert plan.move == Move(f"leave_{name}", name, FULFILLED)
    assert plan.needed == ("real",)


# --- walk-away policy -----------------------------------------------------------------------------


def walking(policy: WalkAway, **rest: Any) -> Playbook:
    """A playbook of three steps with a walk-away policy over guards a, b, c and d."""
    guards = [guard("real"), *(guard(name) for name in "abcd")]
    steps = rest.pop("steps", (step("talk", "real"), step("meet"), step("sell")))
    return playbook(*steps, guards=guards, walk_away=policy, **rest)


def test_walk_away_names() -> None:
    """The guards and steps of the policy exist and are named once."""
    policy = WalkAway(("a", "aa", "a"), "met", watch_from="tlak", at_once=("x", "b", "b"))
    assert problems(walking, policy) == {
        "walk_away.guards": "guard 'a' is given twice; there is no guard 'aa' (did you mean 'a'?)",
        "walk_away.at_once": "there is no guard 'x'; guard 'b' is given twice",
        "walk_away.from": "there is no step 'met' (did you mean 'meet'?)",
        "walk_away.watch_from": "there is no step 'tlak' (did you mean 'talk'?)",
    }


def test_walk_away_from_an_unknown_step_only() -> None:
    """An unknown step is told once, whether guards are watched before it or not."""
    message = "there is no step 'met' (did you mean 'meet'?)"
    assert problems(walking, WalkAway(("a",), "met")) == {"walk_away.from": message}
    found = problems(walking, WalkAway(("a",), "met", watch_from="talk"))
    assert found == {"walk_away.from": message}


def test_walk_away_is_watched_before_it_is_needed() -> None:
    """Watching begins at the step of the policy or before it."""
    found = problems(walking, WalkAway(("a",), "meet", watch_from="sell"))
    assert found == {"walk_away.watch_from": "sell does not come before meet"}
    assert walking(WalkAway(("a",), "meet", watch_from="meet")).walk_away


def test_walk_away_without_guards() -> None:
    """A policy without guards says nothing."""
    assert problems(walking, WalkAway((), "meet", 3)) == {
        "walk_away.guards": "a walk-away policy needs at least one guard"
    }


@pytest.mark.parametrize("number", [0, -1, 3])
def test_walk_away_number(number: int) -> None:
    """The number of refuted guards lies between one and all of them."""
    assert problems(walking, WalkAway(("a", "b"), "meet", number)) == {
        "walk_away.when_refuted": "not 'any', 'all' or a number from 1 to 2"
    }
    for good in (1, 2):
        assert walking(WalkAway(("a", "b"), "meet", good)).walk_away


def test_walk_away_guards_stand_apart() -> None:
    """A guard that the policy decides over is not demanded by a step or a move as well."""
    found = problems(
        walking,
        WalkAway(("a", "b"), "meet"),
        steps=[step("talk", "a"), step("meet")],
        moves=[Move("go", "talk", "meet", ("b",)), Move("done", "meet", "fulfilled")],
    )
    assert found == {
        "steps.talk.leave_when": "'a' is a walk-away guard: the policy says when",
        "moves.go.when": "'b' is a walk-away guard: the policy says when",
    }


def test_at_once_guards_are_looked_at() -> None:
    """A guard that ends the deal at once is looked at on every move, whatever else does."""
    moves = [
        Move("one", "talk", "meet", ("b",)),
        Move("two", "meet", "sell"),
        Move("three", "sell", "fulfilled"),
    ]
    assert walking(WalkAway(("a",), "meet", at_once=("a", "b", "real")), moves=moves).moves
    watching = walking(WalkAway(("a",), "meet", at_once=("c", "d")), moves=moves)
    assert watching.plans["talk"][0].watched == ("c", "d")
    assert watching.plans["sell"][0].needs == {"real": True, "a": True, "c": False, "d": False}


@pytest.mark.parametrize(
    ("when_refuted", "threshold", "fewest"), [("any", 1, 4), ("all", 4, 1), (2, 2, 3), (4, 4, 1)]
)
def test_threshold(when_refuted: Any, threshold: int, fewest: int) -> None:
    """METHOD 3: k refuted of n mean walking away; n-k+1 at least must be known good to go on."""
    policy = WalkAway(("a", "b", "c", "d"), "meet", when_refuted)
    assert policy.threshold(4) == threshold
    assert policy.fewest(4) == fewest
    assert policy.enough(4) == 4
    for m in range(fewest, 5):
        assert evolve(policy, go_on_when=m).enough(4) == m


def test_threshold_of_fewer_guards() -> None:
    """Where fewer guards are looked at, the number is bounded by them."""
    policy = WalkAway(("a", "b", "c"), "meet", 2)
    assert [policy.threshold(n) for n in (1, 2, 3)] == [1, 2, 2]
    assert [policy.fewest(n) for n in (1, 2, 3)] == [1, 1, 2]
    assert [policy.enough(n) for n in (1, 2, 3)] == [1, 2, 3]
    lax = evolve(policy, go_on_when=2)
    assert [lax.enough(n) for n in (1, 2, 3)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("when_refuted", "go_on_when", "wanted"),
    [
        ("any", 3, "'all'"),
        (2, 2, "'all' or 3 to 4"),
        (2, 5, "'all' or 3 to 4"),
        ("all", 0, "'all' or 1 to 4"),
    ],
)
def test_too_few_to_go_on(when_refuted: Any, go_on_when: int, wanted: str) -> None:
    """With so few known good, the deal could go on although it may have to be left."""
    policy = WalkAway(("a", "b", "c", "d"), "meet", when_refuted, go_on_when=go_on_when)
    assert problems(walking, policy) == {
        "walk_away.go_on_when": f"not {wanted}, as when_refuted goes"
    }


# --- trial close ----------------------------------------------------------------------------------


def closing(close: TrialClose, **rest: Any) -> Playbook:
    """A playbook of three steps with a trial close."""
    gap = fact("gap.where", ValueType.CHOICE, choices={"money": text("m"), "fact": text("f")})
    each = fact("each.answer", ValueType.CHOICE, of="contact", choices={"yes": text("y")})
    steps = rest.pop("steps", (step("talk"), step("ask"), step("sell")))
    return playbook(*steps, facts=[fact(), CHOICE, gap, each], trial_close=close, **rest)


def test_trial_close_names() -> None:
    """The step, the fact and the answers of a trial close exist."""
    close = TrialClose("aks", "close.answer", ("yes", "yse"), ("no",))
    assert problems(closing, close) == {
        "trial_close.step": "there is no step 'aks' (did you mean 'ask'?)",
        "trial_close.fact": "there is no choice 'yse' (did you mean 'yes'?)",
    }
    assert problems(closing, TrialClose("ask", "close.answr", ("yes",), ())) == {
        "trial_close.fact": "there is no fact 'close.answr' (did you mean 'close.answer'?)"
    }


def test_trial_close_decides_over_every_answer() -> None:
    """Every answer leads forward or back, and none leads both ways."""
    assert problems(closing, TrialClose("ask", "close.answer", ("yes",), ())) == {
        "trial_close": "neither forward nor back: no"
    }
    assert problems(closing, TrialClose("ask", "close.answer", (), ())) == {
        "trial_close": "neither forward nor back: yes, no"
    }
    assert problems(closing, TrialClose("ask", "close.answer", ("yes", "no"), ("no",))) == {
        "trial_close.fact": "choice 'no' is given twice"
    }


@pytest.mark.parametrize("name", ["need.real", "each.answer"])
def test_trial_close_takes_a_choice_of_the_deal(name: str) -> None:
    """The answer is one of a choice, and one for the whole deal."""
    assert problems(closing, TrialClose("ask", name, ("yes",), ())) == {
        "trial_close.fact": f"{name} is not a choice of the deal"
    }


def test_trial_close_needs_a_step_before_it() -> None:
    """A rejected trial close goes back, so it isn't put in the first step."""
    assert problems(closing, TrialClose("talk", "close.answer", ("yes",), ("no",))) == {
        "trial_close.step": "a trial close needs a step before it to go back to"
    }


def test_gaps() -> None:
    """Each gap is a choice of its fact and leads to a step before the trial close."""
    close = TrialClose("ask", "close.answer", ("yes",), ("no",), "gap.where", {"money": "talk"})
    assert closing(close).trial_close == close
    for target in ("ask", "sell", "nowhere"):
        assert problems(closing, evolve(close, gaps={"money": target})) == {
            "trial_close.gap.money": f"{target!r} is not a step before the trial close"
        }
    assert problems(closing, evolve(close, gaps={"mony": "talk"})) == {
        "trial_close.gap": "there is no choice 'mony' (did you mean 'money'?)"
    }
    assert problems(closing, evolve(close, gap_fact="need.real")) == {
        "trial_close.gap": "need.real is not a choice of the deal"
    }
    assert problems(closing, evolve(close, gap_fact=None)) == {"trial_close.gap.fact": "is missing"}
    assert closing(evolve(close, gap_fact=None, gaps={})).trial_close


def test_gap_named_fact() -> None:
    """A choice with the name of the key that names the fact could not be written down."""
    gaps = {"fact": "talk"}
    close = TrialClose("ask", "close.answer", ("yes",), ("no",), "gap.where", gaps)
    assert problems(closing, close) == {
        "trial_close.gap.fact": "a choice cannot have this name here"
    }


def test_answers_that_need_a_quote() -> None:
    """Only an answer of the trial close may need a quote, and only its own fact's."""
    close = TrialClose("ask", "close.answer", ("yes",), ("no",), quoted=("yes",))
    assert closing(close).trial_close == close
    assert close.needs_quote("close.answer", "yes")
    assert not close.needs_quote("close.answer", "no")
    assert not close.needs_quote("gap.where", "yes")
    assert problems(closing, evolve(close, quoted=("yse",))) == {
        "trial_close.quoted": "there is no choice 'yse' (did you mean 'yes'?)"
    }
    unknown = TrialClose("ask", "close.answr", ("yes",), ("no",), quoted=("yes",))
    assert "trial_close.fact" in problems(closing, unknown)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("why.not", "there is no fact 'why.not'"),
        ("need.real", "need.real is not a text of the deal"),
        ("each.answer", "each.answer is not a text of the deal"),
        ("person.win", "person.win is not a text of the deal"),
    ],
)
def test_the_reason_of_a_rejection_is_a_text(name: str, problem: str) -> None:
    """Why it was rejected is told in the customer's words, once for the deal."""
    data = full_data()
    data["facts"]["each.answer"] = {"title": {"en": "e", "zh": "e"}, "type": "date"}
    data["trial_close"]["reason"] = name
    assert problems(Playbook.from_data, data) == {"trial_close.reason": problem}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("call.maid", "there is no fact 'call.maid' (did you mean 'call.made'?)"),
        ("gap.reason", "gap.reason is not a yes_no of the deal"),
    ],
)
def test_that_the_farewell_call_was_made_is_a_yes(name: str, problem: str) -> None:
    """Whether the call was made is a fact of the deal, yes or no."""
    data = full_data()
    data["coaching"]["called"] = name
    assert problems(Playbook.from_data, data) == {"coaching.called": problem}


def test_a_paper_starts_at_a_step() -> None:
    """The step from which on a paper may be put exists, and what stands in it says something."""
    papers = [Paper("a", text("A"), "need.real", "sell"), Paper("b", text("B"), start="sel")]
    assert problems(playbook, papers=papers) == {
        "papers.b.from": "there is no step 'sel' (did you mean 'sell'?)"
    }
    empty = Paper("a", text("A"), contains=(text("Price"), Text("", "空")))
    assert list(problems(playbook, papers=[empty])) == ["papers.a.contains.en"]


# --- the final word -------------------------------------------------------------------------------

ROLES = [Role("buyer", text("Buyer")), Role("coach", text("Coach"))]


def ruled(**rest: Any) -> Playbook:
    """A playbook of one fact that no guard reads, with two roles."""
    return playbook(step("talk"), step("sell"), roles=ROLES, facts=[fact(**rest)])


def test_final_word() -> None:
    """Roles that exist have the final word, and nothing they say lacks anything else."""
    sources = Sources(roles=("buyer",))
    assert ruled(final_word=("buyer", "coach")).facts[0].final_word == ("buyer", "coach")
    assert ruled(final_word=("buyer",), sources=sources).facts[0].sources == sources
    place = "facts.need.real.final_word"
    assert problems(ruled, final_word=("buyr",)) == {
        place: "there is no role 'buyr' (did you mean 'buyer'?)"
    }
    assert place in problems(ruled, final_word=("self",))
    assert problems(ruled, final_word=("buyer", "buyer")) == {place: "role 'buyer' is given twice"}
    assert problems(ruled, final_word=("buyer",), sources=Sources(at_least=2)) == {
        place: "a word that needs a second source is not final"
    }
    assert problems(ruled, final_word=("buyer", "coach"), sources=sources) == {
        place: "not among those whose word counts: coach"
    }


def test_only_a_contact_speaks_for_himself() -> None:
    """``self`` is a source of facts of contacts, and no role that a playbook may name."""
    sources = Sources(roles=("self", "buyer"))
    assert ruled(of="contact", sources=sources).facts[0].sources == sources
    assert problems(ruled, sources=sources) == {
        "facts.need.real.sources.roles": "only a contact can speak for himself"
    }
    assert problems(playbook, roles=[Role("self", text("Self"))]) == {
        "roles.self": "this word has a meaning of its own"
    }


# --- who asks for a guard last --------------------------------------------------------------------


def test_last_asked() -> None:
    """A guard is last asked for at its step, at the move's source, or where walking away starts."""
    book = full()
    places = {guard: book.last_asked(guard) for guard in book.guard}
    assert places == {"real": 0, "answered": 2, "extra": 0, "worst": 2, "least": 2}
    assert book.last_asked("nobody") == -1
    twice = playbook(
        *(step("talk", "real"), step("ask", "late"), step("sell", "real")),
        moves=[
            *(Move("a", "talk", "ask", ("late",)), Move("b", "talk", "sell", ("other",))),
            *(Move("c", "ask", "sell", ("other",)), Move("d", "sell", "fulfilled")),
        ],
    )
    found = {guard: twice.last_asked(guard) for guard in twice.guard}
    assert found == {"real": 2, "late": 1, "other": 1}


def test_only_the_last_paper_goes_without_a_condition() -> None:
    """Papers after one without a condition would never be chosen."""
    papers = [Paper("a", text("A")), Paper("b", text("B"), "need.real"), Paper("c", text("C"))]
    assert problems(playbook, papers=papers) == {
        "papers.a": "only the last paper may go without a condition"
    }
    assert list(problems(playbook, papers=[papers[1], papers[0], papers[2]])) == ["papers.a"]


# --- all at once, frozen, equal -------------------------------------------------------------------


def test_all_problems_at_once() -> None:
    """One error lists every problem with its place, and names the playbook."""
    with pytest.raises(PlaybookError) as caught:
        playbook(
            step("talk", "rael"),
            version="?",
            facts=[fact("need")],
            guards=[guard("real", "need.rael")],
            coaching=Coaching("q"),
        )
    assert [problem.place for problem in caught.value.problems] == [
        "version",
        "facts.need",
        "guards.real.when, line 1, column 1",
        "steps.talk.leave_when",
        "coaching.conflicted",
    ]
    assert str(caught.value).startswith("playbook small: version: '?' is no version")
    assert isinstance(caught.value, ValueError)


def test_frozen() -> None:
    """Neither a playbook nor its parts can be changed."""
    book = full()
    assert book.walk_away
    assert book.trial_close
    parts = [
        (book, "version"),
        (book.steps[0], "id"),
        (book.moves[0], "to"),
        (book.guards[0], "standing"),
        (book.facts[0], "type"),
        (book.facts[0].sources, "at_least"),
        (book.facts[0].ask[0], "of"),
        (book.roles[0], "id"),
        (book.red_flags[0], "when"),
        (book.papers[0], "when"),
        (book.walk_away, "start"),
        (book.trial_close, "step"),
        (book.coaching, "stale"),
        (book.title, "en"),
        (book.plans["talk"][0], "needed"),
    ]
    for part, name in parts:
        with pytest.raises(FrozenInstanceError):
            setattr(part, name, None)


def test_mappings_are_read_only() -> None:
    """The mappings of a playbook and its parts cannot be changed, not even through the caller's."""
    gaps = {"money": "talk"}
    close = TrialClose("ask", "close.answer", ("yes",), ("no",), "gap.where", gaps)
    book = closing(close)
    gaps["money"] = "sell"
    assert close.gaps == {"money": "talk"}
    mappings: list[Any] = [
        *(book.fact, book.guard, book.step, book.role, book.question),
        *(book.guard_condition, book.plans, close.gaps, CHOICE.choices),
    ]
    for mapping in mappings:
        with pytest.raises(TypeError):
            mapping["x"] = 1


def test_lists_become_tuples() -> None:
    """The caller's lists cannot change a playbook."""
    steps = [step("talk", "real")]
    book = Playbook("small", "1", text("S"), steps, [fact()], [guard("real")])
    steps.clear()
    assert book.steps == (step("talk", "real"),)


def test_lookups() -> None:
    """The parts of a playbook are found by id, the steps by position as well."""
    book = full()
    names = ["need.real", "person.win", "close.answer", "gap.where", "gap.reason", "call.made"]
    assert list(book.fact) == names
    assert book.fact["close.answer"] is book.facts[2]
    assert list(book.guard) == ["real", "answered", "extra", "worst", "least"]
    assert book.guard["extra"] is book.guards[2]
    assert book.step["ask"] is book.steps[2]
    assert book.role["coach"] is book.roles[1]
    assert list(book.question) == ["need.real", "need.again"]
    assert [book.index(each.id) for each in book.steps] == [0, 1, 2, 3]


def test_equal_by_rules() -> None:
    """Playbooks with the same rules are equal and hash alike; nothing else is equal to one."""
    assert full() == full()
    assert hash(full()) == hash(full())
    assert full() != playbook()
    assert hash(full()) != hash(playbook())
    assert full() != full().fingerprint
    assert len(full().fingerprint) == 64


def test_order_matters_where_it_is_read() -> None:
    """Facts, guards and steps are told in their order, so another order is another playbook."""
    facts = [fact(), TEXTS]
    assert playbook(facts=facts) != playbook(facts=facts[::-1])
    choice = evolve(CHOICE, choices=dict(reversed(list(CHOICE.choices.items()))))
    assert playbook(facts=[fact(), CHOICE]) == playbook(facts=[fact(), choice])


def test_defaults_make_no_difference() -> None:
    """A rule that is spelt out as its default is the same rule."""
    spelt = playbook(
        step("talk", "real", expected_stay=None),
        facts=[fact(of="deal", sources=Sources(1, (), first_hand=False), ask=())],
        guards=[guard("real", standing=True, waivable=False)],
        moves=[Move("leave_talk", "talk", "fulfilled", ())],
        coaching=Coaching(None, None, (), None),
    )
    assert spelt == playbook(step("talk", "real"))


def leaves(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every table or list in the data with each key of it whose value is neither."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        if isinstance(value, dict | list):
            yield from leaves(value)
        else:
            yield data, key


def other(value: object) -> object:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case "any":
            return "all"
        case str() if value.startswith("P") and value.endswith("D") and value[1:-1].isdigit():
            return f"P{int(value[1:-1]) + 1}D"
        case _:
            return f"{value}x"


def variants(data: Any) -> Iterator[Any]:
    """The data with one leaf after the other changed, and as they were at last."""
    for table, key in list(leaves(data)):
        kept = table[key]
        table[key] = other(kept)
        yield data
        table[key] = kept


def test_every_rule_is_in_the_fingerprint() -> None:
    """Whatever single thing is changed in a playbook, it is another one or none at all."""
    prints = [full().fingerprint]
    refused = 0
    for data in variants(full_data()):
        try:
            prints.append(Playbook.from_data(data).fingerprint)
        except PlaybookError:
            refused += 1
    assert len(set(prints)) == len(prints)
    assert len(prints) > refused > 0


def parts(data: Data) -> Iterator[Data]:
    """The rules in pieces: a thousand changes of the whole take a thousand times the whole."""
    for key, value in data.items():
        if isinstance(value, dict) and key not in ("title", "coaching"):
            yield from ({key: {name: item}} for name, item in value.items())
        elif key != "invariants":
            yield {key: value}


def test_every_rule_of_seven_step_is_in_its_fingerprint() -> None:
    """No change of a text, flag, number or name in seven_step leaves its canonical form alone."""
    seen = 0
    for part in parts(seven_step()):
        forms = [canonical(part), *map(canonical, variants(part))]
        assert len(set(forms)) == len(forms)
        seen += len(forms)
    assert seen > 1000


def test_fingerprint_of_a_small_playbook_is_fixed() -> None:
    """Trails name the fingerprint of their playbook, so its form never changes."""
    fixed = "7640f7acab51dc3629d58e2475284af930808e12fb7a6b01c544a318b87b9259"
    assert full().fingerprint == fixed


def test_fingerprint_without_what_came_later_is_fixed() -> None:
    """What a playbook may have since does not change the form of one that has none of it."""
    data = full_data()
    for id in ("gap.reason", "call.made"):
        del data["facts"][id]
    del data["facts"]["person.win"]["sources"]
    del data["facts"]["close.answer"]["final_word"]
    del data["trial_close"]["reason"], data["trial_close"]["quoted"]
    del data["papers"][0]["from"], data["papers"][0]["contains"]
    del data["coaching"]["called"]
    fixed = "1371deb9e609fd6c1d9b18ee2897a12b955874b3fce3916c1e7d0c67a2dce365"
    assert Playbook.from_data(data).fingerprint == fixed


# --- invariants -----------------------------------------------------------------------------------


def claimed(*invariants: str, **rest: Any) -> Playbook:
    """A playbook of the steps ``talk`` and ``sell`` whose author claims something."""
    return playbook(**({"facts": [fact(), TEXTS]} | rest), invariants=invariants)


def test_invariants_are_parsed() -> None:
    """An invariant is read into the step and the condition that it speaks of."""
    spaced = ' never  "sell"\n unless\tneed.real or\n known(need.text)'
    book = claimed(spaced, "never 'fulfilled' unless need.real")
    assert book.invariants == tuple(book.invariant)
    first, second = book.invariant.values()
    assert (first.text, first.step, str(first.condition)) == (
        *(spaced, "sell"),
        "need.real or known(need.text)",
    )
    assert (second.step, str(second.condition)) == ("fulfilled", "need.real")


@pytest.mark.parametrize(
    ("invariant", "column", "missing"),
    [
        ("", 1, "'never'"),
        ('nevermore "sell" unless need.real', 1, "'never'"),
        ("never sell unless need.real", 7, "a step in quotes"),
        ("never \"sell' unless need.real", 7, "a step in quotes"),
        ('never "sell" when need.real', 14, "'unless'"),
        ('never "sell" unless  ', 22, "a condition"),
        ('never "sell" unless', 20, "a condition"),
    ],
)
def test_no_invariant(invariant: str, column: int, missing: str) -> None:
    """What has not the shape of an invariant is told with the column from which on it has not."""
    assert problems(claimed, 'never "sell" unless need.real', invariant) == {
        f"invariants[1], line 1, column {column}": f"{missing} is missing here:"
        ' an invariant is: never "step" unless condition'
    }


def test_names_in_invariants() -> None:
    """Unknown names are told with their place in the invariant, all at once."""
    assert problems(
        claimed,
        'never "sel" unless need.rael',
        'never "lost" unless\n  need.text',
        'never "talk" unless need.real',
        'never "sell" unless need.real and (',
    ) == {
        "invariants[0], line 1, column 8": "there is no step 'sel' (did you mean 'sell'?)",
        "invariants[0], line 1, column 20": "'need.rael' is not declared as a fact",
        "invariants[1], line 1, column 8": "there is no step 'lost'",
        "invariants[1], line 2, column 3": "need.text is of type text, so not a condition by"
        " itself: compare it, or write known(need.text)",
        "invariants[2], line 1, column 8": "a deal starts in 'talk': no move leads there",
        "invariants[3], line 1, column 35": "not a condition: '(' is never closed",
    }


def test_invariants_without_steps() -> None:
    """A playbook that has no steps and yet a claim is told both."""
    found = problems(Playbook, "x", "1", text("X"), [], [], [], invariants=['never "a" unless 1'])
    assert found == {
        "steps": "a playbook needs at least one step",
        "invariants[0], line 1, column 8": "there is no step 'a'",
        "invariants[0], line 1, column 18": "'1' is no condition",
    }


def test_invariants_are_given_once() -> None:
    """The same claim twice is a slip."""
    claim = 'never "sell" unless need.real'
    assert problems(claimed, claim, claim) == {"invariants[0]": "it is given 2 times"}


def test_money_of_invariants() -> None:
    """Claims speak of the money that the rules speak of, and put no deal into a currency."""
    in_eur, in_usd = (
        f'never "sell" unless deal.amount < money("{money}")' for money in ("5 EUR", "9 USD")
    )
    assert claimed(in_eur).currency is None
    assert problems(claimed, in_eur, in_usd) == {
        "invariants[1]": "9 USD is not in EUR, as the rest is"
    }
    rule = guard("real", 'deal.amount > money("1 USD")')
    assert problems(claimed, in_eur, in_usd, guards=[rule]) == {
        "invariants[0]": "5 EUR is not in USD, as the rest is"
    }


def test_invariants_are_no_rules() -> None:
    """A claim more or less changes neither fingerprint nor equality, and is kept by every copy."""
    book = claimed('never "sell" unless need.real')
    plain = claimed()
    assert book.fingerprint == plain.fingerprint
    assert (book, hash(book)) == (plain, hash(plain))
    assert "invariants" not in plain.to_data()
    copies = [
        Playbook.from_data(book.to_data()),
        pickle.loads(pickle.dumps(book)),
        copy.deepcopy(book),
        parse_playbook(dump_playbook(book)),
        evolve(book),
    ]
    assert [each.invariant for each in copies] == [book.invariant] * len(copies)


# --- plans ----------------------------------------------------------------------------------------


def needs(book: Playbook) -> dict[str, tuple[str, ...]]:
    """The guards that each move needs."""
    return {plan.move.id: plan.needed for plans in book.plans.values() for plan in plans}


def test_standing_guards_are_needed_ever_after() -> None:
    """A standing guard is needed on leaving its step and every later one, a one-off guard once."""
    book = playbook(
        step("talk", "once", "real"),
        step("meet", "more"),
        step("sell", "real", "last"),
        guards=[guard("once", standing=False), guard("real"), guard("more"), guard("last")],
    )
    assert needs(book) == {
        "leave_talk": ("once", "real"),
        "leave_meet": ("real", "more"),
        "leave_sell": ("real", "more", "last"),
    }


def test_guards_of_a_move_are_needed_by_it_only() -> None:
    """A move may need guards of its own, which no later move asks for again."""
    moves = [
        Move("slow", "talk", "meet"),
        Move("fast", "talk", "sell", ("extra",)),
        Move("on", "meet", "sell"),
        Move("done", "sell", "fulfilled"),
    ]
    steps = (step("talk", "real"), step("meet"), step("sell"))
    book = playbook(*steps, moves=moves)
    assert needs(book) == {
        "slow": ("real",),
        "fast": ("real", "extra"),
        "on": ("real",),
        "done": ("real",),
    }
    assert [plan.move.id for plan in book.plans["talk"]] == ["slow", "fast"]


def test_guards_beside_the_way_are_not_needed() -> None:
    """A guard of a step that not every deal passes is not demanded after it."""
    moves = [
        Move("left", "start", "a"),
        Move("right", "start", "b"),
        Move("a_on", "a", "join"),
        Move("b_on", "b", "c"),
        Move("b_out", "b", "fulfilled"),
        Move("c_on", "c", "join"),
        Move("done", "join", "fulfilled"),
    ]
    steps = [step(name, f"of_{name}") for name in ("start", "a", "b", "c", "join")]
    book = playbook(*steps, moves=moves)
    assert needs(book) == {
        "left": ("of_start",),
        "right": ("of_start",),
        "a_on": ("of_start", "of_a"),
        "b_on": ("of_start", "of_b"),
        "b_out": ("of_start", "of_b"),
        "c_on": ("of_start", "of_b", "of_c"),
        "done": ("of_start", "of_join"),
    }


def test_walk_away_guards_in_plans() -> None:
    """Walk-away guards warn from where they are watched, and are needed from their step on."""
    book = walking(
        WalkAway(("a", "b"), "meet", watch_from="talk"),
        steps=[step("talk"), step("meet"), step("sell")],
    )
    assert {step: plans[0].walk_away for step, plans in book.plans.items()} == {
        "talk": ("a", "b"),
        "meet": ("a", "b"),
        "sell": ("a", "b"),
    }
    assert [plans[0].needs_walk_away for plans in book.plans.values()] == [False, True, True]
    assert set(needs(book).values()) == {()}


def test_walk_away_guards_before_they_are_watched() -> None:
    """Without a step to watch from, walk-away guards are looked at from their step on."""
    book = walking(WalkAway(("a",), "meet"))
    plans = [plans[0] for plans in book.plans.values()]
    assert [plan.walk_away for plan in plans] == [(), ("a",), ("a",)]
    assert [plan.needs_walk_away for plan in plans] == [False, True, True]


def test_walk_away_guards_that_do_not_stand() -> None:
    """After the policy's step only standing guards are looked at, and perhaps none is left."""
    guards = [guard("a", standing=False), guard("b")]
    steps = (step("talk"), step("meet"), step("sell"))
    book = playbook(*steps, guards=guards, walk_away=WalkAway(("a", "b"), "talk"))
    plans = [plans[0] for plans in book.plans.values()]
    assert [plan.walk_away for plan in plans] == [("a", "b"), ("b",), ("b",)]
    assert all(plan.needs_walk_away for plan in plans)
    book = playbook(*steps, guards=guards, walk_away=WalkAway(("a",), "talk"))
    plans = [plans[0] for plans in book.plans.values()]
    assert [plan.walk_away for plan in plans] == [("a",), (), ()]
    assert [plan.needs_walk_away for plan in plans] == [True, False, False]


def test_walk_away_beside_the_way() -> None:
    """Steps that do not come after the policy's step do not look at its guards."""
    moves = [
        Move("left", "start", "a"),
        Move("right", "start", "b"),
        Move("a_on", "a", "join"),
        Move("b_on", "b", "join"),
        Move("done", "join", "fulfilled"),
    ]
    steps = [step(name) for name in ("start", "a", "b", "join")]
    book = walking(WalkAway(("a",), "a"), steps=steps, moves=moves)
    looked_at = {name: plans[0].walk_away for name, plans in book.plans.items()}
    assert looked_at == {"start": (), "a": ("a",), "b": (), "join": ("a",)}


def test_reachable() -> None:
    """What moves lead to from a step is found, the step itself included."""
    book = full()
    assert book.reachable("ask") == {"ask", "deliver", "fulfilled"}
    assert book.reachable("fulfilled") == {"fulfilled"}
    assert book.reachable("talk") == {"talk", "meet", "ask", "deliver", "fulfilled"}


def test_largest_playbook_is_planned_in_time() -> None:
    """A hundred steps with five hundred moves are checked and planned without a wait."""
    names = [f"s{i}" for i in range(100)]
    ways = [(i, j) for i in range(100) for j in range(i + 1, min(i + 6, 101))]
    order = [*names, "fulfilled"]
    moves = [Move(f"m{i}_{j}", order[i], order[j]) for i, j in ways]
    book = playbook(*(step(name, "real") for name in names), moves=moves[:500])
    assert len(book.plans) == 100


@given(small_playbooks())
def test_needed_guards_are_those_of_every_route(book: Playbook) -> None:
    """A move needs just the standing guards of the steps on every route, and those of its own."""
    routes: dict[str, list[frozenset[str]]] = {book.steps[0].id: [frozenset()]}
    for here in book.steps:
        for move in book.moves:
            if move.source == here.id:
                passed = [way | {here.id} for way in routes[here.id]]
                routes.setdefault(move.to, []).extend(passed)
    for here in book.steps:
        always = frozenset.intersection(*routes[here.id])
        standing = {
            name
            for before in book.steps
            if before.id in always
            for name in before.leave_when
            if book.guard[name].standing
        }
        for plan in book.plans[here.id]:
            assert set(plan.needed) == standing | {*here.leave_when, *plan.move.when}


@pytest.mark.parametrize(
    "again", [lambda book: pickle.loads(pickle.dumps(book)), copy.copy, copy.deepcopy]
)
def test_copies_are_equal(again: Callable[[Playbook], Playbook]) -> None:
    """A playbook can be pickled and copied, for workers and caches."""
    book = load_playbook("seven_step")
    assert again(book) == book
