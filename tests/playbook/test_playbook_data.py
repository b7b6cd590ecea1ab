"""Playbooks as data: nothing is coerced, and every problem has its place in the file."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from dealflow import (
    Coaching,
    Playbook,
    PlaybookError,
    Problem,
    Sources,
    Text,
    TrialClose,
    ValueType,
    WalkAway,
)
from tests._playbooks import changed, copied, fact, full, full_data, playbook, problems, step, text


def build(path: str, value: object) -> dict[str, str]:
    """What is said of the data of a full playbook with one value changed."""
    return problems(Playbook.from_data, changed(full_data(), path, value))


def test_form() -> None:
    """The data of a playbook are the tables of its file, defaults left out."""
    assert full_data() == {
        "format": 1,
        "id": "small",
        "version": "1.0.0",
        "title": {"en": "Small", "zh": "Small（中）"},
        "walk_away": {
            "guards": ["worst", "least"],
            "from": "ask",
            "when_refuted": 2,
            "watch_from": "talk",
            "at_once": ["real"],
        },
        "trial_close": {
            "step": "ask",
            "fact": "close.answer",
            "forward": ["yes"],
            "back": ["no"],
            "gap": {"fact": "gap.where", "money": "talk"},
            "reason": "gap.reason",
            "quoted": ["yes"],
        },
        "coaching": {
            "conflicted": "need.again",
            "stale": "need.real",
            "probes": [{"id": "who", "en": "Who?", "zh": "Who?（中）"}],
            "walk_away": {"en": "{name}, {account}", "zh": "{name}, {account}（中）"},
            "called": "call.made",
        },
        "roles": {
            "buyer": {
                "title": {"en": "Buyer", "zh": "Buyer（中）"},
                "about": {"en": "pays", "zh": "pays（中）"},
                "ask": "need.real",
            },
            "coach": {"title": {"en": "C", "zh": "C（中）"}},
        },
        "facts": {
            "need.real": {
                "title": {"en": "need.real", "zh": "need.real（中）"},
                "type": "yes_no",
                "good_for": "P90D",
                "sources": {
                    "at_least": 2,
                    "roles": ["buyer"],
                    "first_hand": True,
                    "documents": True,
                },
                "ask": [
                    {
                        "id": "need.real",
                        "en": "Is it real?",
                        "zh": "Is it real?（中）",
                        "of": ["buyer", "us"],
                    },
                    {"id": "need.again", "en": "Again?", "zh": "Again?（中）"},
                ],
            },
            "person.win": {
                "title": {"en": "person.win", "zh": "person.win（中）"},
                "type": "text",
                "of": "contact",
                "sources": {"roles": ["self"]},
            },
            "close.answer": {
                "title": {"en": "close.answer", "zh": "close.answer（中）"},
                "type": "choice",
                "choices": {
                    "yes": {"en": "yes", "zh": "yes（中）"},
                    "no": {"en": "no", "zh": "no（中）"},
                },
                "final_word": ["buyer"],
            },
            "gap.where": {
                "title": {"en": "gap.where", "zh": "gap.where（中）"},
                "type": "choice",
                "choices": {
                    "money": {"en": "money", "zh": "money（中）"},
                    "people": {"en": "people", "zh": "people（中）"},
                },
            },
            "gap.reason": {
                "title": {"en": "gap.reason", "zh": "gap.reason（中）"},
                "type": "text",
            },
            "call.made": {
                "title": {"en": "call.made", "zh": "call.made（中）"},
                "type": "yes_no",
            },
        },
        "guards": {
            "real": _guard("real", "need.real"),
            "answered": _guard("answered", 'close.answer == "yes"') | {"waivable": True},
            "extra": _guard("extra", "known(need.real)") | {"standing": False},
            "worst": _guard("worst", "every(any_role, known(person.win))"),
            "least": _guard("least", "heard(2)"),
        },
        "red_flags": {
            "nobody": {
                "when": "count(buyer) == 0",
                "says": {"en": "Nobody buys.", "zh": "Nobody buys.（中）"},
            }
        },
        "steps": [
            _step("talk") | {"leave_when": ["real"], "expected_stay": "P14D"},
            _step("meet"),
            _step("ask") | {"leave_when": ["answered"]},
            _step("deliver"),
        ],
        "moves": [
            {"id": "to_meet", "from": "talk", "to": "meet"},
            {"id": "to_ask", "from": "meet", "to": "ask"},
            {"id": "short_cut", "from": "talk", "to": "ask", "when": ["extra"]},
            {"id": "to_deliver", "from": "ask", "to": "deliver"},
            {"id": "done", "from": "deliver", "to": "fulfilled"},
        ],
        "papers": [
            {
                "id": "terms",
                "title": {"en": "Terms", "zh": "Terms（中）"},
                "when": "need.real",
                "from": "ask",
                "contains": [
                    {"en": "Price", "zh": "Price（中）"},
                    {"en": "Dates", "zh": "Dates（中）"},
                ],
            },
            {"id": "quote", "title": {"en": "Quote", "zh": "Quote（中）"}},
        ],
    }


def _guard(name: str, when: str) -> dict[str, Any]:
    refused = {"en": f"not {name}", "zh": f"not {name}（中）"}
    return {"title": {"en": name, "zh": f"{name}（中）"}, "when": when, "refused": refused}


def _step(name: str) -> dict[str, Any]:
    goal = {"en": f"reach {name}", "zh": f"reach {name}（中）"}
    return {"id": name, "title": {"en": name, "zh": f"{name}（中）"}, "goal": goal}


def test_read_back() -> None:
    """A playbook built from its own data is the same, part for part."""
    back = Playbook.from_data(full().to_data())
    assert back == full()
    assert back.facts == full().facts
    assert back.trial_close == full().trial_close
    assert back.coaching == full().coaching
    assert back.to_data() == full().to_data()


def test_smallest_form() -> None:
    """What a playbook does not have is left out of its data; facts and guards are always there."""
    book = Playbook("small", "1", text("S"), [step("talk")], [], [])
    assert list(book.to_data()) == [
        *("format", "id", "version", "title"),
        *("facts", "guards", "steps", "moves"),
    ]
    assert Playbook.from_data(book.to_data()) == book


def test_defaults_may_be_spelt_out() -> None:
    """A key that says what would hold without it makes no difference."""
    plain = full_data()
    del plain["walk_away"]["when_refuted"]
    spelt = changed(plain, "walk_away/when_refuted", "any")
    spelt["facts"]["need.real"]["of"] = "deal"
    spelt["facts"]["gap.where"]["sources"] = {"at_least": 1, "roles": [], "first_hand": False}
    spelt["facts"]["gap.where"]["final_word"] = []
    spelt["papers"][1]["contains"] = []
    spelt["guards"]["real"] |= {"standing": True, "waivable": False}
    spelt["steps"][1]["leave_when"] = []
    assert Playbook.from_data(spelt) == Playbook.from_data(plain)
    assert Playbook.from_data(spelt).to_data() == Playbook.from_data(plain).to_data()


def test_trial_close_without_gaps() -> None:
    """A trial close without gaps has no table of them, and an empty table says the same."""
    data = full_data()
    del data["trial_close"]["gap"]
    book = Playbook.from_data(data)
    close = TrialClose("ask", "close.answer", ("yes",), ("no",))
    assert book.trial_close == evolve(close, reason="gap.reason", quoted=("yes",))
    assert book.to_data()["trial_close"] == data["trial_close"]
    assert Playbook.from_data(changed(data, "trial_close/gap", {})) == book
    assert build("trial_close/gap", "x") == {"trial_close.gap": "'x' is not a table"}
    only = Playbook.from_data(changed(data, "trial_close/gap", {"fact": "gap.where"}))
    assert only.trial_close
    assert only.trial_close.gap_fact == "gap.where"
    assert copied(only.to_data())["trial_close"]["gap"] == {"fact": "gap.where"}


def test_missing_keys_of_the_playbook() -> None:
    """The keys that every playbook has are missed all at once."""
    names = ("format", "id", "version", "title", "steps", "facts", "guards")
    assert problems(Playbook.from_data, {}) == dict.fromkeys(names, "is missing")


@pytest.mark.parametrize("value", [2, 0, True, "1", 1.0, Decimal(1), None, [1]])
def test_other_format(value: object) -> None:
    """A playbook of another format is not looked at further."""
    found = problems(Playbook.from_data, {"format": value, "nonsense": 1})
    assert list(found) == ["format"]
    assert found["format"].endswith(" is not known; this version reads 1")


KEYS = (
    "id, version, title, steps, facts, guards, roles, moves, walk_away, red_flags, trial_close,"
    " papers, coaching, invariants, languages"
)


def test_unknown_key_of_the_playbook() -> None:
    """A key that no playbook has is found, and the one that was meant is told."""
    data = full_data() | {"warnings": {}, "red_flag": {}}
    assert problems(Playbook.from_data, data) == {
        "warnings": f"is no key here; there are: {KEYS}",
        "red_flag": "is no key here (did you mean 'red_flags'?)",
    }


@pytest.mark.parametrize(
    ("place", "path", "keys"),
    [
        ("title", "title", "en, zh"),
        ("roles.buyer", "roles/buyer", "id, title, about, ask"),
        (
            "facts.need.real",
            "facts/need.real",
            "id, title, type, of, good_for, choices, sources, ask, final_word",
        ),
        (
            "facts.need.real.sources",
            "facts/need.real/sources",
            "at_least, roles, first_hand, documents",
        ),
        ("facts.need.real.ask[1]", "facts/need.real/ask/1", "id, en, zh, of"),
        ("facts.gap.where.choices.money", "facts/gap.where/choices/money", "en, zh"),
        ("guards.real", "guards/real", "id, title, when, refused, standing, waivable"),
        ("red_flags.nobody", "red_flags/nobody", "id, when, says, ask"),
        ("steps[2]", "steps/2", "id, title, goal, leave_when, expected_stay"),
        ("moves[0]", "moves/0", "id, from, to, when"),
        ("walk_away", "walk_away", "guards, from, when_refuted, watch_from, at_once, go_on_when"),
        ("trial_close", "trial_close", "step, fact, forward, back, gap, reason, quoted"),
        ("papers[1]", "papers/1", "id, title, when, from, contains"),
        ("papers[0].contains[1]", "papers/0/contains/1", "en, zh"),
        (
            "coaching",
            "coaching",
            "conflicted, stale, probes, walk_away, called, part, more, overdue",
        ),
        ("coaching.probes[0]", "coaching/probes/0", "id, en, zh, of"),
        ("coaching.walk_away", "coaching/walk_away", "en, zh"),
    ],
    ids=lambda value: value if "/" not in value and " " not in value else "",
)
def test_unknown_key(place: str, path: str, keys: str) -> None:
    """A key that nothing reads is found at every level, and the keys there are are told."""
    assert build(f"{path}/colour", "red") == {
        f"{place}.colour": f"is no key here; there are: {keys}"
    }


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("moves/0/source", "moves[0].source"),
        ("walk_away/start", "walk_away.start"),
        ("trial_close/gap_fact", "trial_close.gap_fact"),
        ("trial_close/gaps", "trial_close.gaps"),
        ("papers/0/start", "papers[0].start"),
        ("facts/need.real/ask/0/text", "facts.need.real.ask[0].text"),
    ],
)
def test_names_of_records_are_no_keys(path: str, place: str) -> None:
    """The names that the records use in Python are no keys of the file."""
    found = build(path, {"en": "x", "zh": "x"})
    assert list(found) == [place]
    assert found[place].startswith("is no key here")


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("title", ["title.en", "title.zh"]),
        ("roles/coach", ["roles.coach.title"]),
        ("facts/person.win", ["facts.person.win.title", "facts.person.win.type"]),
        (
            "facts/need.real/ask/0",
            ["facts.need.real.ask[0].id", "facts.need.real.ask[0].en", "facts.need.real.ask[0].zh"],
        ),
        (
            "facts/gap.where/choices/money",
            ["facts.gap.where.choices.money.en", "facts.gap.where.choices.money.zh"],
        ),
        ("guards/real", ["guards.real.title", "guards.real.when", "guards.real.refused"]),
        ("red_flags/nobody", ["red_flags.nobody.when", "red_flags.nobody.says"]),
        ("steps/1", ["steps[1].id", "steps[1].title", "steps[1].goal"]),
        ("moves/1", ["moves[1].id", "moves[1].from", "moves[1].to"]),
        ("walk_away", ["walk_away.guards", "walk_away.from"]),
        (
            "trial_close",
            ["trial_close.step", "trial_close.fact", "trial_close.forward", "trial_close.back"],
        ),
        ("papers/0", ["papers[0].id", "papers[0].title"]),
        (
            "coaching/probes/0",
            ["coaching.probes[0].id", "coaching.probes[0].en", "coaching.probes[0].zh"],
        ),
    ],
)
def test_missing_keys(path: str, places: list[str]) -> None:
    """Every key that must be there is missed at its place."""
    found = build(path, {})
    assert set(found) == set(places)
    assert set(found.values()) == {"is missing"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [("some", "'some'"), (True, "true"), (1.0, "1.0"), ([], "[]"), (None, "None"), ("1", "'1'")],
)
def test_when_refuted_wanted(value: object, shown: str) -> None:
    """The policy is any, all or a whole number."""
    assert build("walk_away/when_refuted", value) == {
        "walk_away.when_refuted": f"{shown} is not 'any', 'all' or a whole number"
    }


@pytest.mark.parametrize("value", ["Deal", "", True, [], {}], ids=repr)
def test_owner_wanted(value: object) -> None:
    """A fact is of the deal or of each contact."""
    shown = "true" if value is True else repr(value)
    assert build("facts/need.real/of", value) == {
        "facts.need.real.of": f"{shown} is not one of deal, contact"
    }


@pytest.mark.parametrize("value", ["bool", "YES_NO", "", 1, []], ids=repr)
def test_type_wanted(value: object) -> None:
    """A fact is of one of the types there are."""
    assert build("facts/need.real/type", value) == {
        "facts.need.real.type": f"{value!r} is not one of yes_no, number, money, date,"
        " duration, text, choice, list, person"
    }


def test_durations_have_one_form() -> None:
    """Equal durations are the same rule, however they are written."""
    data = changed(full_data(), "steps/0/expected_stay", "P2W")
    assert Playbook.from_data(data) == full()
    assert Playbook.from_data(data).steps[0].expected_stay == timedelta(days=14)


def test_everything_wrong_at_once() -> None:
    """All that is wrong in a file is told in one error, in the order of the file."""
    data = full_data()
    data["title"] = {"en": 1, "de": "Klein"}
    data["facts"]["need.real"]["sources"] = {"at_least": "1", "first_hand": "no", "who": 1}
    data["steps"][0]["leave_when"] = "real"
    data["steps"][1] = []
    data["moves"][0] = {"id": 1}
    data["surprise"] = 1
    with pytest.raises(PlaybookError) as caught:
        Playbook.from_data(data)
    assert caught.value.problems == (
        Problem("title.en", "1 is not a text"),
        Problem("title.zh", "is missing"),
        Problem("title.de", "is no key here; there are: en, zh"),
        Problem("facts.need.real.sources.at_least", "'1' is not a whole number"),
        Problem("facts.need.real.sources.first_hand", "'no' is not true or false"),
        Problem(
            "facts.need.real.sources.who",
            "is no key here; there are: at_least, roles, first_hand, documents",
        ),
        Problem("steps[0].leave_when", "'real' is not a list of texts"),
        Problem("steps[1]", "[] is not a table"),
        Problem("moves[0].id", "1 is not a text"),
        Problem("moves[0].from", "is missing"),
        Problem("moves[0].to", "is missing"),
        Problem("surprise", f"is no key here; there are: {KEYS}"),
    )


@pytest.mark.parametrize(
    ("key", "most"),
    [("roles", 50), ("facts", 1000), ("guards", 500), ("red_flags", 500)],
)
def test_too_many_tables(key: str, most: int) -> None:
    """There are bounds to the number of parts, far above what a sale needs."""
    items: dict[str, Any] = {f"x{i}": {} for i in range(most + 1)}
    assert build(key, items) == {key: f"{most + 1} items: at most {most}"}
    items.popitem()
    assert key not in build(key, items)


@pytest.mark.parametrize(("key", "most"), [("steps", 100), ("moves", 500), ("papers", 50)])
def test_too_many_items(key: str, most: int) -> None:
    """There are bounds to the number of steps, moves and papers."""
    assert build(key, [{}] * (most + 1)) == {key: f"{most + 1} items: at most {most}"}
    assert key not in build(key, [{}] * most)


def test_invariants_are_texts() -> None:
    """Invariants are a list of texts, in their order, and nothing else."""
    claims = ['never "meet" unless need.real', 'never "ask" unless covered(buyer)']
    data = full_data() | {"invariants": claims}
    assert Playbook.from_data(data).to_data()["invariants"] == claims
    assert list(Playbook.from_data(data).to_data())[:5] == [
        *("format", "id", "version", "title", "invariants")
    ]
    for value, place, message in [
        ("never", "invariants", "'never' is not a list of texts"),
        ([*claims, 5], "invariants[2]", "5 is not a text"),
        (["x"] * 201, "invariants", "201 items: at most 200"),
    ]:
        assert problems(Playbook.from_data, data | {"invariants": value}) == {place: message}


def test_nothing_stands_for_what_may_be_left_out() -> None:
    """Data from elsewhere may say null where a file leaves a key out."""
    data = full_data()
    for path, key in [
        (data["roles"]["buyer"], "about"),
        (data["facts"]["need.real"], "good_for"),
        (data["steps"][0], "expected_stay"),
        (data["walk_away"], "watch_from"),
        (data["coaching"], "stale"),
    ]:
        path[key] = None
    book = Playbook.from_data(data)
    assert book.roles[0].about is None
    assert book.steps[0].expected_stay is None
    assert "stale" not in copied(book.to_data())["coaching"]


def test_python_is_held_to_the_same() -> None:
    """What is built in Python is checked like a file, at the places of a file."""
    wrong: Any = "one"
    assert problems(
        playbook,
        step("talk", wrong, expected_stay=wrong),
        facts=[fact(sources=Sources(wrong), of=wrong)],
        walk_away=WalkAway(("talk",), wrong, wrong),
        coaching=Coaching(walk_away=wrong),
        title=Text("a", wrong),
    ) == {
        "steps[0].expected_stay": "'one' is no timedelta",
        "facts.need.real.sources.at_least": "'one' is not a whole number",
        "facts.need.real.of": "'one' is not one of deal, contact",
        "walk_away.when_refuted": "'one' is not 'any', 'all' or a whole number",
        "coaching.walk_away": "'one' is no Text",
    }


def test_python_says_it_in_python() -> None:
    """What files say in a text is a value of its own type in Python, and not that text."""
    duration: Any = "P14D"
    type_: Any = "money"
    assert problems(
        playbook, step("talk", expected_stay=duration), facts=[fact(), fact("a.b", type_)]
    ) == {
        "steps[0].expected_stay": "'P14D' is no timedelta",
        "facts.a.b.type": "'money' is no ValueType",
    }


def test_python_is_held_to_sizes_and_shapes() -> None:
    """Parts that are too many, lists that are none, and parts that are none are told at once."""
    texts: Any = "real"
    number: Any = 5
    many = {f"c{i}": text("c") for i in range(201)}
    steps = [step(f"s{i}") for i in range(101)]
    assert problems(
        playbook,
        steps=steps,
        walk_away=WalkAway(texts, "s1"),
        facts=[fact(), fact("a.b", ValueType.CHOICE, choices=many), number],
    ) == {
        "steps": "101 items: at most 100",
        "walk_away.guards": "'real' is not a list of texts",
        "facts.a.b.choices": "201 items: at most 200",
        "facts[2]": "5 is no Fact",
    }
