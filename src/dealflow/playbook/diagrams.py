"""Diagrams of playbooks as Mermaid text, drawn from the machine that runs the deals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dealflow.playbook import machine
from dealflow.playbook.parts import Guard, Move
from dealflow.playbook.playbook import Playbook
from dealflow.typing import Language
from dealflow.values import FULFILLED, LOST, WALKED_AWAY, visible

__all__ = ["mermaid"]

_SIGN = re.compile(r"(?![A-Za-z0-9,.()/-])[!-~]")
_WORDS = {
    "en": {
        "all": "from here on, all {total} of these to go on, walking away at {k} refuted:",
        "some": "from here on, at least {enough} of these {total} to go on,"
        " walking away at {k} refuted:",
        "rejected": "Rejected: back to the earliest gap in what came before",
        "any": "any open step",
        "walk": "we walk away",
        "lose": "they decide against us",
        "reopen": "new evidence",
        "fulfilled": "fulfilled",
        "walked_away": "walked away",
        "lost": "lost",
    },
    "zh": {
        "all": "此后须以下 {total} 项全部成立才能推进，有 {k} 项被否定即放弃：",
        "some": "此后须以下 {total} 项中至少 {enough} 项成立才能推进，有 {k} 项被否定即放弃：",
        "rejected": "被拒绝：退回此前最早的缺口",
        "any": "任一进行中的步骤",
        "walk": "我方放弃",
        "lose": "客户另作决定",
        "reopen": "有新证据",
        "fulfilled": "已履约",
        "walked_away": "已主动放弃",
        "lost": "已丢单",
    },
}


def mermaid(playbook: Playbook, language: Language = "en") -> str:
    """Draw a playbook as a Mermaid state diagram.

    Each forward move is labelled with the guards that its step adds; guards of earlier steps that
    are checked again are not repeated. The ways out and back that every step has are drawn once.
    """
    return "\n".join(_lines(playbook, language)) + "\n"


def _lines(playbook: Playbook, language: Language) -> Iterator[str]:
    words = {key: _escaped(text) for key, text in _WORDS[language].items()}
    nodes = {step.id: f"step_{step.id}" for step in playbook.steps} | {FULFILLED: FULFILLED}
    yield "stateDiagram-v2"
    for number, step in enumerate(playbook.steps, 1):
        title = _escaped(step.title.in_(language))
        yield f'    state "{number} · {title}" as {nodes[step.id]}'
    for outcome in (FULFILLED, WALKED_AWAY, LOST):
        yield f'    state "{words[outcome]}" as {outcome}'
    yield f'    state "{words["any"]}" as any_step'
    yield f"    [*] --> {nodes[playbook.steps[0].id]}"
    # Drawn from the machine and not from the rules: what is seen is what deals go along.
    events = machine.machine_of(playbook).events
    for move in playbook.moves:
        label = "<br/>".join(_guards(playbook, move, language))
        for way in events[move.id].transitions[move.source]:
            to, end = machine.where(str(way.dest))
            arrow = f"    {nodes[str(way.source)]} --> {nodes[end or to]}"
            yield f"{arrow}: {label}" if label else arrow
    yield f"    {FULFILLED} --> [*]"
    if playbook.trial_close is not None:
        yield f"    note right of {nodes[playbook.trial_close.step]}: {words['rejected']}"
    yield f"    any_step --> {WALKED_AWAY}: {words['walk']}"
    yield f"    any_step --> {LOST}: {words['lose']}"
    for outcome in (WALKED_AWAY, LOST):
        yield f"    {outcome} --> any_step: {words['reopen']}"


def _guards(playbook: Playbook, move: Move, language: Language) -> Iterator[str]:
    guards = dict.fromkeys((*playbook.step[move.source].leave_when, *move.when))
    yield from (_title(playbook.guard[guard], language) for guard in guards)
    policy = playbook.walk_away
    if policy is not None and policy.start == move.source:
        total = len(policy.guards)
        enough = policy.enough(total)
        words = _WORDS[language]["all" if enough == total else "some"]
        yield _escaped(words.format(total=total, enough=enough, k=policy.threshold(total)))
        yield from (_title(playbook.guard[guard], language) for guard in policy.guards)


def _title(guard: Guard, language: Language) -> str:
    return f"• {_escaped(guard.title.in_(language))}"


def _escaped(text: str) -> str:
    """Keep Mermaid from reading a text as its own signs, all of which are ASCII."""
    return _SIGN.sub(lambda sign: f"#{ord(sign[0])};", visible(" ".join(text.split())))
