"""Statements: values of every fact's type, many of them just at what the conditions tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from dealflow.analysis.solver import START, Samples
from dealflow.evidence import Fact
from dealflow.exceptions import InputError, Problem
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.values import Money, Value, ValueType

__all__ = ["TEXTS", "quote", "samples", "statements", "values"]

# what the trail takes as text: no surrogates and no control characters, and not only blanks
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    min_size=1,
    max_size=20,
).filter(lambda words: bool(words.strip()))
"""Texts that say something."""
_CENTURY = 36_525 * 24 * 3600


def statements(
    playbook: Playbook, fact: str | None = None, *, people: Sequence[str] = ()
) -> st.SearchStrategy[dict[str, Any]]:
    """What somebody may say: keywords for :meth:`Deal.hear <dealflow.Deal.hear>`.

    Args:
        playbook: whose facts are spoken of.
        fact: only this fact; else any of the playbook.
        people: the contacts of the deal, whom facts of type ``person`` may name. Without people
            such facts are left out.

    Returns:
        A strategy of ``{"fact": ..., "value": ..., "first_hand": ...}``, with a ``quote`` where
        the value needs one. Half of the values are those that some condition tells from others,
        such as a budget just below the threshold.

    Raises:
        InputError: the playbook has no such fact, or nobody whom it could name.
    """
    named = [known_fact(playbook, fact)] if fact is not None else playbook.facts
    usable = [each for each in named if people or each.type is not ValueType.PERSON]
    if not usable:
        raise InputError([Problem("people", message("there is nobody whom the facts could name"))])
    said = [
        st.fixed_dictionaries(
            {
                "fact": st.just(each.id),
                "value": values(playbook, each, tuple(people)),
                "first_hand": st.booleans(),
            }
        ).map(lambda said: said | quote(playbook, str(said["fact"]), said["value"]))
        for each in usable
    ]
    return st.one_of(said)


def quote(playbook: Playbook, fact: str, value: object) -> dict[str, str]:
    """The words that an answer to the trial close comes with, where it needs them."""
    close = playbook.trial_close
    needed = close is not None and close.needs_quote(fact, value)
    return {"quote": "In their own words"} if needed else {}


def known_fact(playbook: Playbook, id: str) -> Fact:
    """A fact of the playbook by its id.

    Raises:
        InputError: it has none such.
    """
    if id not in playbook.fact:
        raise InputError([Problem("fact", message("the playbook has no fact {fact!r}", fact=id))])
    return playbook.fact[id]


def values(
    playbook: Playbook, fact: Fact, people: tuple[str, ...] = ()
) -> st.SearchStrategy[Value]:
    """Values of a fact: those that conditions tell apart, and any others of its type."""
    telling = samples(playbook).of_fact(fact, people)
    if fact.type in (ValueType.YES_NO, ValueType.CHOICE, ValueType.PERSON):
        return st.sampled_from(telling)
    # half at what conditions tell apart, where faults are; half anything, as the samples could miss
    # something
    return st.sampled_from(telling) | _any_of(fact.type, playbook.currency or "EUR")


@lru_cache(maxsize=128)
def samples(playbook: Playbook) -> Samples:
    """The values that a playbook's guards tell apart."""
    return Samples.of(playbook.guard_condition.values(), START)


def _any_of(type_: ValueType, currency: str) -> st.SearchStrategy[Value]:
    match type_:
        case ValueType.NUMBER:
            return st.decimals(-(10**6), 10**6, places=2)
        case ValueType.MONEY:
            return st.decimals(0, 10**9, places=2).map(lambda number: Money(number, currency))
        case ValueType.DATE:
            return st.dates(date(1900, 1, 1), date(2200, 12, 31))
        case ValueType.DURATION:
            return st.integers(0, _CENTURY).map(lambda seconds: timedelta(seconds=seconds))
        case ValueType.LIST:
            return st.lists(TEXTS, max_size=4).map(tuple)
        case _:
            return TEXTS
