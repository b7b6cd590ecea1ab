"""Checks ids that a test writes down, so that a misspelt one is not taken for a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Set
from difflib import get_close_matches
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from dealflow.exceptions import DealflowError, InputError, Problem
from dealflow.message import listed, message
from dealflow.playbook import FULFILLED, Playbook

__all__ = ["KINDS", "briefly", "check_ids"]

KINDS: Final = {
    str(each): each
    for each in (
        message("contact"),
        message("fact"),
        message("guard"),
        message("question"),
        message("step"),
    )
}
"""What messages call the things that have ids."""


def check_ids(
    playbook: Playbook,
    *,
    steps: Iterable[str] = (),
    guards: Iterable[str] = (),
    questions: Iterable[str] = (),
    facts: Iterable[str] = (),
    people: tuple[Iterable[str], Collection[str]] = ((), ()),
) -> None:
    """Refuse ids that the playbook or the deal does not have, all at once.

    Args:
        playbook: the playbook.
        steps: ids of steps, or ``fulfilled``.
        guards: ids of guards.
        questions: ids of questions.
        facts: ids of facts.
        people: ids of contacts, and those that the deal knows.

    Raises:
        InputError: with every id that is unknown, and the one that may have been meant.
    """
    rules = message("the playbook {playbook}", playbook=playbook.id)
    # a test may name a guard that is gone under a mutant: that is no slip of its author
    every_guard = {**playbook.guard, **playbook.recorded_under.guard}
    problems: list[Problem] = []
    for what, where, given, known in (
        ("step", rules, steps, [*playbook.step, FULFILLED]),
        ("guard", rules, guards, every_guard),
        ("question", rules, questions, playbook.question),
        ("fact", rules, facts, playbook.fact),
        ("contact", message("the deal"), *people),
    ):
        for id in sorted(set(given).difference(known)):
            near = get_close_matches(id, known, n=1)
            there = listed(sorted(known) if isinstance(known, Set) else known) or message("none")
            hint = message("; there are: {known}", known=there)
            if near:
                hint = message(" (did you mean {name!r}?)", name=near[0])
            problems.append(
                Problem(
                    "",
                    message(
                        "{where} has no {what} {id!r}{hint}",
                        where=where,
                        what=KINDS[what],
                        id=id,
                        hint=hint,
                    ),
                )
            )
    if problems:
        raise InputError(problems)


_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def briefly(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Let an error of dealflow's, such as a misspelt id, begin in the line of the caller."""

    @wraps(function)
    def brief(*args: _Given.args, **rest: _Given.kwargs) -> _Result:
        __tracebackhide__ = True
        try:
            return function(*args, **rest)
        except DealflowError as error:
            raise error.with_traceback(None) from None

    return brief
