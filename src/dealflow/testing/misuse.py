"""Checks ids that a test writes down, so that a misspelt one is not taken for a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Set
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar

from dealflow.exceptions import DealflowError, InputError, Problem
from dealflow.playbook import FULFILLED, Playbook

__all__ = ["briefly", "check_ids"]


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
    rules = f"the playbook {playbook.id}"
    problems: list[Problem] = []
    for what, where, given, known in (
        ("step", rules, steps, [*playbook.step, FULFILLED]),
        ("guard", rules, guards, playbook.guard),
        ("question", rules, questions, playbook.question),
        ("fact", rules, facts, playbook.fact),
        ("contact", "the deal", *people),
    ):
        for id in sorted(set(given).difference(known)):
            near = get_close_matches(id, known, n=1)
            there = ", ".join(sorted(known) if isinstance(known, Set) else known) or "none"
            hint = f" (did you mean {near[0]!r}?)" if near else f"; there are: {there}"
            problems.append(Problem("", f"{where} has no {what} {id!r}{hint}"))
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
