"""Reads invariants: ``never "step" unless condition``, the claims of an author about the rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from dealflow.conditions import Condition, Vocabulary, amounts, parse
from dealflow.exceptions import PlaybookError, Problem
from dealflow.message import message
from dealflow.playbook.parts import Invariant
from dealflow.playbook.rules import Rules
from dealflow.values import FULFILLED

__all__ = ["check_invariants", "inside", "nearest", "parse_invariant"]

# Not one pattern for the whole: with three, the message can say which part is missing, and where.
_SHAPE = (
    (re.compile(r"\s*never\b"), "'never'"),
    (re.compile(r"""\s*(?P<quote>["'])(?P<step>.*?)(?P=quote)"""), message("a step in quotes")),
    (re.compile(r"\s*unless\b"), "'unless'"),
)
_FORM = message('an invariant is: never "step" unless condition')


def parse_invariant(text: str, rules: Rules) -> Invariant:
    """Read an invariant against the names of rules.

    Args:
        text: such as ``never "negotiation" unless covered(economic_buyer)``. The step is one that
            moves lead to, or ``fulfilled``; the condition is like those of guards.
        rules: whose steps, facts and roles it speaks of; they need not hold together yet.

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
        raise PlaybookError([_missing(text, position, message("a condition"))])
    problems = list(_check_step(text, step, at, rules))
    vocabulary = Vocabulary(
        {fact.id: fact for fact in rules.facts}, [role.id for role in rules.roles]
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


def _check_step(text: str, step: str, at: int, rules: Rules) -> Iterable[Problem]:
    first, *later = [each.id for each in rules.steps] or [""]
    targets = [*later, FULFILLED]
    if step == first:
        yield Problem(
            _place(text, at), message("a deal starts in {step!r}: no move leads there", step=step)
        )
    elif step not in targets:
        yield Problem(
            _place(text, at),
            message("there is no step {step!r}{near}", step=step, near=nearest(step, targets)),
        )


def nearest(name: str, among: Iterable[str]) -> str:
    """The question whether another name was meant, where one is like it; else nothing."""
    from difflib import get_close_matches  # for rules with problems alone

    close = get_close_matches(name, sorted(among), n=1)
    return message(" (did you mean {name!r}?)", name=close[0]) if close else ""


def inside(place: str, at: str) -> str:
    """A place in the text at another place, where it is known."""
    return message("{place}, {inside}", place=place, inside=at) if at else place


def _missing(text: str, position: int, what: str) -> Problem:
    rest = text[position:]
    at = position + len(rest) - len(rest.lstrip())
    return Problem(
        _place(text, at), message("{what} is missing here: {form}", what=what, form=_FORM)
    )


def _place(text: str, index: int) -> str:
    line, before = text.count("\n", 0, index) + 1, text.rfind("\n", 0, index)
    return message("line {line}, column {column}", line=line, column=index - before)


def check_invariants(
    rules: Rules, conditions: Iterable[Condition]
) -> tuple[list[Problem], Mapping[str, Invariant]]:
    """Every problem of the invariants with its place, and the parsed ones by text.

    Args:
        rules: the rules, which need not hold together yet.
        conditions: the conditions of its guards and flags, whose money they share.
    """
    problems: list[Problem] = []
    parsed: dict[str, Invariant] = {}
    currency = next((money.currency for money in amounts(conditions)), None)
    for i, text in enumerate(rules.invariants):
        place = f"invariants[{i}]"
        try:
            parsed[text] = made = parse_invariant(text, rules)
        except PlaybookError as error:
            problems += [Problem(inside(place, p.place), p.message) for p in error.problems]
            continue
        for money in amounts([made.condition]):
            currency = currency or money.currency
            if money.currency != currency:
                problems.append(
                    Problem(
                        place,
                        message(
                            "{money} is not in {currency}, as the rest is",
                            money=money,
                            currency=currency,
                        ),
                    )
                )
    for text, times in Counter(rules.invariants).items():
        if times > 1:
            place = f"invariants[{rules.invariants.index(text)}]"
            problems.append(Problem(place, message("it is given {times} times", times=times)))
    return problems, parsed
