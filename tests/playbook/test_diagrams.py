"""Diagrams of playbooks: their structure, their words, and texts that Mermaid could misread."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given

from dealflow import Language, Move, Playbook, Text, WalkAway, load_playbook, mermaid
from dealflow.values import visible
from tests._playbooks import full, guard, phrases, playbook, small_playbooks, step, text

# What Mermaid's grammar for state diagrams takes, and nothing more than is used.
WORDS = r"(?:[A-Za-z0-9 ,.()/-]|[^\x00-\x7f]|#\d+;)+"
LINE = re.compile(
    rf'stateDiagram-v2|    (?:state "{WORDS}" as \w+'
    rf"|(?:\[\*\]|\w+) --> (?:\[\*\]|\w+)(?:: {WORDS}(?:<br/>{WORDS})*)?"
    rf"|note right of \w+: {WORDS})"
)
KEYWORDS = {"state", "note", "end", "direction", "as", "default", "class", "style", "click"}


def nodes(diagram: str) -> dict[str, str]:
    """The title of each node, after a check of the whole text against the grammar."""
    assert diagram.endswith("\n")
    lines = diagram.splitlines()
    assert lines[0] == "stateDiagram-v2"
    for line in lines:
        assert LINE.fullmatch(line), line
    named = dict(re.findall(r'state "(.*)" as (\w+)', diagram))
    found = {name: title for title, name in named.items()}
    assert not KEYWORDS.intersection(found)
    for source, target in arrows(diagram):
        assert {source, target} <= {*found, "[*]"}
    return found


def arrows(diagram: str) -> dict[tuple[str, str], list[str]]:
    """The lines of the label of each arrow."""
    found = re.findall(r"^    (\S+) --> (\S+?)(?:: (.*))?$", diagram, re.MULTILINE)
    labels = {(a, b): [read(part) for part in c.split("<br/>")] if c else [] for a, b, c in found}
    assert len(labels) == len(found)
    return labels


def read(label: str) -> str:
    """A label as Mermaid shows it."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))


def test_small_diagram() -> None:
    """A diagram has the steps in order, the moves with their guards, and the ways out and back."""
    assert mermaid(playbook()) == (
        "stateDiagram-v2\n"
        '    state "1 · talk" as step_talk\n'
        '    state "2 · sell" as step_sell\n'
        '    state "fulfilled" as fulfilled\n'
        '    state "walked away" as walked_away\n'
        '    state "lost" as lost\n'
        '    state "any open step" as any_step\n'
        "    [*] --> step_talk\n"
        "    step_talk --> step_sell: • real\n"
        "    step_sell --> fulfilled\n"
        "    fulfilled --> [*]\n"
        "    any_step --> walked_away: we walk away\n"
        "    any_step --> lost: they decide against us\n"
        "    walked_away --> any_step: new evidence\n"
        "    lost --> any_step: new evidence\n"
    )


def test_small_diagram_in_chinese() -> None:
    """The same diagram in Chinese has the same arrows and no English words of ours."""
    assert mermaid(playbook(), "zh") == (
        "stateDiagram-v2\n"
        '    state "1 · talk（中）" as step_talk\n'
        '    state "2 · sell（中）" as step_sell\n'
        '    state "已履约" as fulfilled\n'
        '    state "已主动放弃" as walked_away\n'
        '    state "已丢单" as lost\n'
        '    state "任一进行中的步骤" as any_step\n'
        "    [*] --> step_talk\n"
        "    step_talk --> step_sell: • real（中）\n"
        "    step_sell --> fulfilled\n"
        "    fulfilled --> [*]\n"
        "    any_step --> walked_away: 我方放弃\n"
        "    any_step --> lost: 客户另作决定\n"
        "    walked_away --> any_step: 有新证据\n"
        "    lost --> any_step: 有新证据\n"
    )


def test_branches_and_policies() -> None:
    """Every move is drawn, with the guards of its step, its own, and those of the policy."""
    diagram = mermaid(full())
    nodes(diagram)
    assert arrows(diagram) == {
        ("[*]", "step_talk"): [],
        ("step_talk", "step_meet"): ["• real"],
        ("step_meet", "step_ask"): [],
        ("step_talk", "step_ask"): ["• real", "• extra"],
        ("step_ask", "step_deliver"): [
            "• answered",
            "from here on, all 2 of these to go on, walking away at 2 refuted:",
            "• worst",
            "• least",
        ],
        ("step_deliver", "fulfilled"): [],
        ("fulfilled", "[*]"): [],
        ("any_step", "walked_away"): ["we walk away"],
        ("any_step", "lost"): ["they decide against us"],
        ("walked_away", "any_step"): ["new evidence"],
        ("lost", "any_step"): ["new evidence"],
    }
    note = "    note right of step_ask: Rejected#58; back to the earliest gap in what came before"
    assert note in diagram.splitlines()


@pytest.mark.parametrize(
    ("when_refuted", "go_on_when", "english", "chinese"),
    [
        (
            *("any", "all"),
            "from here on, all 3 of these to go on, walking away at 1 refuted:",
            "此后须以下 3 项全部成立才能推进，有 1 项被否定即放弃：",
        ),
        (
            *(2, 2),
            "from here on, at least 2 of these 3 to go on, walking away at 2 refuted:",
            "此后须以下 3 项中至少 2 项成立才能推进，有 2 项被否定即放弃：",
        ),
        (
            *("all", 1),
            "from here on, at least 1 of these 3 to go on, walking away at 3 refuted:",
            "此后须以下 3 项中至少 1 项成立才能推进，有 3 项被否定即放弃：",
        ),
        (
            *("all", 3),
            "from here on, all 3 of these to go on, walking away at 3 refuted:",
            "此后须以下 3 项全部成立才能推进，有 3 项被否定即放弃：",
        ),
    ],
)
def test_walk_away_policy(when_refuted: Any, go_on_when: Any, english: str, chinese: str) -> None:
    """METHOD 3: the diagram says how many of the walk-away conditions must hold from where on."""
    guards = [guard(name) for name in "abc"]
    policy = WalkAway(("a", "b", "c"), "talk", when_refuted, go_on_when=go_on_when)
    book = playbook(step("talk"), step("sell"), guards=guards, walk_away=policy)
    leaving = ("step_talk", "step_sell")
    assert arrows(mermaid(book))[leaving] == [english, "• a", "• b", "• c"]
    assert arrows(mermaid(book, "zh"))[leaving][0] == chinese
    assert arrows(mermaid(book))["step_sell", "fulfilled"] == []


def test_guard_of_step_and_move_is_told_once() -> None:
    """A guard that both the step and the move name is one line of the label."""
    moves = [Move("go", "talk", "fulfilled", ("real",))]
    book = playbook(step("talk", "real"), moves=moves)
    assert arrows(mermaid(book))["step_talk", "fulfilled"] == ["• real"]


@pytest.mark.parametrize("name", ["end", "state", "note", "open", "any_step", "direction", "as"])
def test_steps_named_by_words_of_mermaid(name: str) -> None:
    """A step may have a name that means something to Mermaid."""
    book = Playbook("small", "1", text("S"), [step(name)], [], [])
    assert read(nodes(mermaid(book))[f"step_{name}"]) == f"1 · {name}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_seven_step(language: Language) -> None:
    """The shipped playbook is drawn in both languages with all its steps and guards."""
    book = load_playbook("seven_step")
    diagram = mermaid(book, language)
    titles = {read(title) for title in nodes(diagram).values()}
    for number, each in enumerate(book.steps, 1):
        assert f"{number} · {each.title.in_(language)}" in titles
    labels = [line for label in arrows(diagram).values() for line in label]
    for each_guard in book.guards:
        assert labels.count(f"• {each_guard.title.in_(language)}") == 1
    assert all(len(line) < 200 for label in arrows(diagram).values() for line in label)


SIGNS = "".join(map(chr, range(33, 127)))


@given(phrases)
@example('say "no"; then: go # <b>on</b> --> %% {x} [y] `z` *a* _b_ \\ | & ~\n\tend note')
@example("line\none")
@example("#35; &amp; #quot;")
@example("::: --> [*]")
@example(SIGNS)
@example("\u2028\u3000 x\u2029")
def test_any_text(words: str) -> None:
    """Whatever signs a title has, the diagram keeps its form and shows the title."""
    steps = [evolve(step("talk", "real"), title=Text(words, "好"))]
    book = playbook(*steps, guards=[evolve(guard("real"), title=Text(words, "好"))])
    diagram = mermaid(book)
    shown = visible(" ".join(words.split()))
    assert read(nodes(diagram)["step_talk"]) == f"1 · {shown}".rstrip()
    assert arrows(diagram)["step_talk", "fulfilled"] == [f"• {shown}"]


@given(small_playbooks())
def test_any_playbook(book: Playbook) -> None:
    """Whatever playbook holds together can be drawn, with an arrow for every move."""
    for language in ("en", "zh"):
        diagram = mermaid(book, language)
        assert len(nodes(diagram)) == len(book.steps) + 4
        assert len(arrows(diagram)) == len(book.moves) + 6
