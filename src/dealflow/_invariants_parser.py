"""Reads invariants: ``never "step" unless condition``, the claims of an author about a playbook."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from dealflow._conditions_parser import Vocabulary, parse
from dealflow.conditions import Condition, amounts
from dealflow.exceptions import PlaybookError, Problem
from dealflow.rules import Invariant

if TYPE_CHECKING:
    from dealflow.playbook import Playbook

__all__ = ["check_invariants", "parse_invariant"]

_SHAPE = (
    (re.compile(r"\s*never\b"), "'never'"),
    (re.compile(r"""\s*(?P<quote>["'])(?P<step>.*?)(?P=quote)"""), "a step in quotes"),
    (re.compile(r"\s*unless\b"), "'unless'"),
)
_FORM = 'an invariant is: never "step" unless condition'


def parse_invariant(text: str, playbook: Playbook) -> Invariant:
    """Read an invariant against the names of a playbook.

    Args:
        text: such as ``never "negotiation" unless covered(economic_buyer)``. The step is one that
            moves lead to, or ``fulfilled``; the condition is like those of guards.
        playbook: whose steps, facts and roles it speaks of; it may still be under construction.

    Raises:
        PlaybookError: it isn't one; each problem's place is its line and column in the text.
    """
    position, step, at = 0, "", 0
    for pattern, what in _SHAPE:
        found = pattern.match(text, position)
        if found is None:
            raise PlaybookError([_missing(text, position, what)])
        position = found.end()
        if "step" in found.groupdict():
            step, at = found["step"], found.start("step")
    if not text[position:].strip():
        raise PlaybookError([_missing(text, position, "a condition")])
    problems = list(_check_step(text, step, at, playbook))
    vocabulary = Vocabulary(
        {fact.id: fact for fact in playbook.facts}, [role.id for role in playbook.roles]
    )
    # blanks in place of what comes before, so that columns count from the start of the text
    blanks = re.sub(r"\S", " ", text[:position])
    try:
        condition = parse(blanks + text[position:], vocabulary)
    except PlaybookError as error:
        raise PlaybookError([*problems, *error.problems]) from None
    if problems:
        raise PlaybookError(problems)
    return Invariant(text, step, condition)


def _check_step(text: str, step: str, at: int, playbook: Playbook) -> Iterable[Problem]:
    first, *later = [each.id for each in playbook.steps] or [""]
    targets = [*later, "fulfilled"]
    if step == first:
        yield Problem(_place(text, at), f"a deal starts in {step!r}: no move leads there")
    elif step not in targets:
        close = get_close_matches(step, targets, n=1)
        near = f" (did you mean {close[0]!r}?)" if close else ""
        yield Problem(_place(text, at), f"there is no step {step!r}{near}")


def _missing(text: str, position: int, what: str) -> Problem:
    rest = text[position:]
    at = position + len(rest) - len(rest.lstrip())
    return Problem(_place(text, at), f"{what} is missing here: {_FORM}")


def _place(text: str, index: int) -> str:
    line, before = text.count("\n", 0, index) + 1, text.rfind("\n", 0, index)
    return f"line {line}, column {index - before}"


def check_invariants(
    playbook: Playbook, rules: Iterable[Condition]
) -> tuple[list[Problem], Mapping[str, Invariant]]:
    """Every problem of a playbook's invariants with its place, and the parsed ones by text.

    Args:
        playbook: the playbook, which may still be under construction.
        rules: the conditions of its rules, whose money they share.
    """
    problems: list[Problem] = []
    parsed: dict[str, Invariant] = {}
    currency = next((money.currency for money in amounts(rules)), None)
    for i, text in enumerate(playbook.invariants):
        place = f"invariants[{i}]"
        try:
            parsed[text] = made = parse_invariant(text, playbook)
        except PlaybookError as error:
            for problem in error.problems:
                inside = f", {problem.place}" if problem.place else ""
                problems.append(Problem(place + inside, problem.message))
            continue
        for money in amounts([made.condition]):
            currency = currency or money.currency
            if money.currency != currency:
                problems.append(Problem(place, f"{money} is not in {currency}, as the rest is"))
    for text, times in Counter(playbook.invariants).items():
        if times > 1:
            place = f"invariants[{playbook.invariants.index(text)}]"
            problems.append(Problem(place, f"it is given {times} times"))
    return problems, parsed
