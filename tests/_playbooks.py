"""Playbooks for the tests: small ones, as records and as data, and strategies of arbitrary ones."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from functools import cache
from keyword import iskeyword
from string import ascii_lowercase, digits
from typing import Any

import pytest
from attrs import evolve
from hypothesis import strategies as st

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
    load_playbook,
)

Data = dict[str, Any]


def text(words: str) -> Text:
    """A text in both languages."""
    return Text(words, f"{words}（中）")


def fact(name: str = "need.real", type_: ValueType = ValueType.YES_NO, **rest: Any) -> Fact:
    """A fact that is titled by its name."""
    return Fact(name, text(name), type_, **rest)


def guard(name: str, when: str = "need.real", **rest: Any) -> Guard:
    """A guard that is titled by its name."""
    return Guard(name, text(name), when, text(f"not {name}"), **rest)


def step(name: str, *guards: str, **rest: Any) -> Step:
    """A step that is titled by its name, and the guards on leaving it."""
    return Step(name, text(name), text(f"reach {name}"), guards, **rest)


def playbook(*steps: Step, **rest: Any) -> Playbook:
    """A playbook of these steps, or of ``talk`` and ``sell``."""
    steps = steps or (step("talk", "real"), step("sell"))
    used = [name for each in steps for name in each.leave_when]
    used += [name for move in rest.get("moves", ()) for name in move.when]
    parts: dict[str, Any] = {
        "id": "small",
        "version": "1.0.0",
        "title": text("Small"),
        "steps": steps,
        "facts": [fact()],
        "guards": [guard(name) for name in dict.fromkeys(used)],
    }
    return Playbook(**(parts | rest))


@cache
def full() -> Playbook:
    """A playbook with something of everything a playbook can have."""
    choices = {"yes": text("yes"), "no": text("no")}
    gaps = {"money": text("money"), "people": text("people")}
    question = Question("need.real", text("Is it real?"), ("buyer", "us"))
    return playbook(
        step("talk", "real", expected_stay=timedelta(days=14)),
        step("meet"),
        step("ask", "answered"),
        step("deliver"),
        roles=[Role("buyer", text("Buyer"), text("pays"), "need.real"), Role("coach", text("C"))],
        facts=[
            fact(
                good_for=timedelta(days=90),
                sources=Sources(2, ("buyer",), first_hand=True, documents=True),
                ask=(question, Question("need.again", text("Again?"))),
            ),
            fact("person.win", ValueType.TEXT, of="contact", sources=Sources(roles=("self",))),
            fact("close.answer", ValueType.CHOICE, choices=choices, final_word=("buyer",)),
            fact("gap.where", ValueType.CHOICE, choices=gaps),
            fact("gap.reason", ValueType.TEXT),
            fact("call.made"),
        ],
        guards=[
            guard("real"),
            guard("answered", 'close.answer == "yes"', waivable=True),
            guard("extra", "known(need.real)", standing=False),
            guard("worst", "every(any_role, known(person.win))"),
            guard("least", "heard(2)"),
        ],
        moves=[
            Move("to_meet", "talk", "meet"),
            Move("to_ask", "meet", "ask"),
            Move("short_cut", "talk", "ask", ("extra",)),
            Move("to_deliver", "ask", "deliver"),
            Move("done", "deliver", "fulfilled"),
        ],
        walk_away=WalkAway(("worst", "least"), "ask", 2, "talk", ("real",)),
        red_flags=[RedFlag("nobody", "count(buyer) == 0", text("Nobody buys."))],
        trial_close=TrialClose(
            *("ask", "close.answer", ("yes",), ("no",), "gap.where", {"money": "talk"}),
            reason="gap.reason",
            quoted=("yes",),
        ),
        papers=[
            Paper("terms", text("Terms"), "need.real", "ask", (text("Price"), text("Dates"))),
            Paper("quote", text("Quote")),
        ],
        coaching=Coaching(
            *("need.again", "need.real", (Question("who", text("Who?")),)),
            walk_away=text("{name}, {account}"),
            called="call.made",
        ),
    )


def full_data() -> Data:
    """The data of :func:`full`, to be changed at will."""
    return copied(full().to_data())


def seven_step() -> Data:
    """The data of the shipped playbook, to be changed at will."""
    return copied(load_playbook("seven_step").to_data())


def copied(data: object) -> Data:
    """A deep copy with lists for tuples."""
    return json.loads(json.dumps(data))  # type: ignore[no-any-return]


def changed(data: Data, path: str, value: object) -> Data:
    """A copy of the data with the value at a path such as ``steps/0/title/en`` set."""
    result = copy.deepcopy(data)
    *way, last = path.split("/")
    here: Any = result
    for key in way:
        here = here[int(key) if isinstance(here, list) else key]
    here[int(last) if isinstance(here, list) else last] = value
    return result


def problems(build: Any, *args: Any, **rest: Any) -> dict[str, str]:
    """What the PlaybookError of a call says, by place; several at one place are joined."""
    with pytest.raises(PlaybookError) as caught:
        build(*args, **rest)
    found: dict[str, str] = {}
    for problem in caught.value.problems:
        before = f"{found[problem.place]}; " if problem.place in found else ""
        found[problem.place] = before + problem.message
    return found


words = (
    st.tuples(st.sampled_from(ascii_lowercase), st.text(f"{ascii_lowercase}{digits}_", max_size=8))
    .map("".join)
    .filter(lambda word: word not in ("us", "any_role", "self") and not iskeyword(word))
)
phrases = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    min_size=1,
    max_size=12,
).filter(lambda words: bool(words.strip()))
any_texts = st.builds(Text, phrases, phrases)
durations = st.none() | st.integers(1, 10**6).map(lambda s: timedelta(seconds=s))


@st.composite
def small_playbooks(draw: st.DrawFn) -> Playbook:
    """Arbitrary playbooks that hold together."""
    # a few texts, used again and again: to draw one for each place took most of the time
    texts = st.sampled_from(draw(st.lists(any_texts, min_size=1, max_size=4)))
    roles = draw(st.lists(words, max_size=3, unique=True))
    facts = [
        Fact(
            f"f{i}.x",
            draw(texts),
            draw(st.sampled_from([ValueType.YES_NO, ValueType.TEXT, ValueType.CHOICE])),
            good_for=draw(durations),
            sources=draw(
                st.builds(Sources, st.integers(1, 20), st.just(tuple(roles)), st.booleans())
            ),
            ask=(Question(f"f{i}", draw(texts), tuple(roles)),),
        )
        for i in range(draw(st.integers(1, 3)))
    ]
    facts = [
        Fact(
            f.id,
            f.title,
            f.type,
            "deal",
            f.good_for,
            {"a": f.title, "b": f.title},
            f.sources,
            f.ask,
        )
        if f.type is ValueType.CHOICE
        else f
        for f in facts
    ]
    guards = [
        Guard(
            f"g{i}",
            draw(texts),
            f"known({draw(st.sampled_from(facts)).id})",
            draw(texts),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for i in range(draw(st.integers(0, 5)))
    ]
    names = [g.id for g in guards]
    apart = draw(st.sets(st.sampled_from(names), max_size=2)) if names else set[str]()
    usable = [name for name in names if name not in apart]
    some = st.lists(st.sampled_from(usable), unique=True, max_size=3) if usable else st.just([])
    steps = [
        Step(f"s{i}", draw(texts), draw(texts), tuple(draw(some)), draw(durations))
        for i in range(draw(st.integers(1, 5)))
    ]
    order = [*(each.id for each in steps), "fulfilled"]
    ways = {(i, i + 1) for i in range(len(steps))}
    for i in range(len(steps)):
        ways |= {(i, draw(st.integers(i + 1, len(steps))))}
    moves = [Move(f"m{i}_{j}", order[i], order[j], tuple(draw(some))) for i, j in sorted(ways)]
    policy = None
    if apart:
        policy = WalkAway(
            tuple(sorted(apart)),
            draw(st.sampled_from(order[:-1])),
            draw(st.sampled_from(["any", "all", len(apart)])),
        )
        numbers = range(policy.fewest(len(apart)), len(apart) + 1)
        policy = evolve(policy, go_on_when=draw(st.sampled_from(["all", *numbers])))
    return Playbook(
        draw(words),
        "1",
        draw(texts),
        steps,
        facts,
        guards,
        [Role(role, draw(texts)) for role in roles],
        draw(st.just(()) | st.just(tuple(moves))),
        policy,
        [RedFlag(f"r{i}", f"missing({f.id})", draw(texts)) for i, f in enumerate(facts)],
    )


FORK = """\
format = 1
id = "fork"
version = "1"
title = { en = "Fork", zh = "岔路" }
[facts."need.real"]
title = { en = "the need is real", zh = "需求属实" }
type = "yes_no"
ask = [{ id = "need.real", en = "Is it real?", zh = "属实吗？" }]
[facts."pilot.wanted"]
title = { en = "they want a pilot first", zh = "客户希望先试用" }
type = "yes_no"
ask = [{ id = "pilot.wanted", en = "Do you want a pilot?", zh = "要先试用吗？" }]
[facts."trust.high"]
title = { en = "they buy without a pilot", zh = "客户不试用就买" }
type = "yes_no"
ask = [{ id = "trust.high", en = "Would you buy at once?", zh = "会直接买吗？" }]
[guards.real]
title = { en = "Real need", zh = "需求真实" }
when = "need.real"
refused = { en = "Nothing to sell.", zh = "没有可卖的。" }
[guards.pilot]
title = { en = "Pilot wanted", zh = "希望试用" }
when = "pilot.wanted"
refused = { en = "Nobody wants a pilot.", zh = "没有人要试用。" }
[guards.trust]
title = { en = "No pilot needed", zh = "无需试用" }
when = "trust.high"
refused = { en = "They want to see it first.", zh = "客户想先看看。" }
[guards.passed]
title = { en = "Pilot passed", zh = "试用通过" }
when = "known(pilot.wanted)"
refused = { en = "It has not passed.", zh = "还没有通过。" }
[[steps]]
id = "talk"
title = { en = "Talk", zh = "交谈" }
goal = { en = "Talk.", zh = "交谈。" }
leave_when = ["real"]
[[steps]]
id = "pilot"
title = { en = "Pilot", zh = "试用" }
goal = { en = "Try it.", zh = "试用。" }
leave_when = ["passed"]
[[steps]]
id = "report"
title = { en = "Report", zh = "报告" }
goal = { en = "Report.", zh = "报告。" }
[[steps]]
id = "contract"
title = { en = "Contract", zh = "合同" }
goal = { en = "Sign.", zh = "签字。" }
[[moves]]
id = "to_pilot"
from = "talk"
to = "pilot"
when = ["pilot"]
[[moves]]
id = "straight"
from = "talk"
to = "contract"
when = ["trust"]
[[moves]]
id = "plain"
from = "talk"
to = "report"
[[moves]]
id = "piloted"
from = "pilot"
to = "report"
[[moves]]
id = "reported"
from = "report"
to = "contract"
[[moves]]
id = "signed"
from = "contract"
to = "fulfilled"
"""
"""A playbook with three ways out of its first step: with a guard, with another, and with none."""
