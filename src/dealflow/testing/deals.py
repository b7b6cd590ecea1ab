"""Deals built for a test, as far on their way as it needs them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from dealflow.analysis import observations
from dealflow.analysis.history import judge_all
from dealflow.analysis.solver import START
from dealflow.analysis.solver import deal_at as cheapest
from dealflow.assessment import Verdict
from dealflow.deal import Deal, put_in_place
from dealflow.exceptions import InputError, Problem
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.testing.misuse import briefly, check_ids
from dealflow.testing.watch import unwatched
from dealflow.trail import Trail
from dealflow.values import Money

__all__ = ["build", "deal_at", "merged", "priced"]


@briefly
def deal_at(
    playbook: Playbook,
    step: str,
    said: Mapping[str, object] = MappingProxyType({}),
    /,
    *,
    ready: bool = False,
    amount: Money | str | None = None,
    id: str = "D-1",
    by: str = "rep",
    at: datetime = START,
    **facts: object,
) -> Deal:
    """The cheapest deal that truly got to a step, through every guard on its way.

    It is a given and not what the test looks at: on its way there, nothing is noted by
    :func:`watching`. Whatever nobody asked for, who said what and at which price, is the cheapest
    that there is, and may be something else in another version.

    Args:
        playbook: the rules.
        step: where the deal is, or ``fulfilled``.
        said: what is said then, by fact, each by somebody whose word counts; ``None`` takes back
            what was said.
        ready: whether everything else is said that the step's first move needs: a deal that would
            pass, but for ``said``.
        amount: the price then, as money or as text such as ``5000 EUR``; without it, whatever the
            guards on the way need.
        id: the deal's id.
        by: who of us leads it.
        at: when.
        facts: more of ``said``, with ``__`` for the dot: ``budget__approved=True``.

    Raises:
        InputError: the playbook has no such step or fact, a fact is given twice, or the amount is
            no money.
        EvidenceError: a value is not of its fact's type.
        Unreachable: no deal gets there.
    """
    told = merged(said, facts)
    check_ids(playbook, steps=(step,), facts=told)
    return build(
        put_in_place(playbook),
        step,
        told,
        ready=ready,
        amount=priced(amount),
        id=id,
        by=by,
        at=at,
    )


def build(
    playbook: Playbook,
    step: str,
    told: Mapping[str, object],
    *,
    at: datetime,
    ready: bool = False,
    amount: Money | None = None,
    id: str = "D-1",
    by: str = "rep",
) -> Deal:
    """A deal at a step; under rules that stand in for others, by choice the one under those.

    A test should be given the deal that it knows, if that deal gets there under the new rules, too.
    That is also much quicker than to look for one.

    Args:
        playbook: the rules.
        step: where the deal is.
        told: what is said then, by fact.
        at: when.
        ready: whether everything else is said that the step's first move needs.
        amount: the price then.
        id: the deal's id.
        by: who of us leads it.
    """
    how: dict[str, Any] = {
        "facts": told,
        "ready": ready,
        "amount": amount,
        "id": id,
        "by": by,
        "at": at,
    }
    known = playbook.recorded_under
    if known is not playbook:
        # under the original rules, although a mutant stands in for them: it is the deal that the
        # test knows
        with unwatched(swapped=False):
            deal = _under(playbook, _known(known, step, how))
        if deal is not None:
            return deal
    with unwatched():
        return cheapest(playbook, step, **how)


_MOST_KNOWN: Final = 2000
_trails: dict[tuple[object, ...], Trail] = {}


def _known(playbook: Playbook, step: str, how: Mapping[str, Any]) -> Trail:
    """The trail of the deal that a test knows; kept, for under mutants it is asked for often."""
    key = (playbook.fingerprint, step, repr(how))
    if key not in _trails:
        if len(_trails) >= _MOST_KNOWN:
            _trails.clear()
        _trails[key] = cheapest(playbook, step, **how).trail
    return _trails[key]


def _under(playbook: Playbook, trail: Trail) -> Deal | None:
    """The same deal under rules that stand in for its own; ``None`` where it gets not so far."""
    moves = list(observations(playbook, trail))
    # each move of the way has to pass under the new rules, too, or the deal never gets there
    for judgement in judge_all(playbook, moves):
        if judgement is None or judgement.verdict is not Verdict.READY:
            return None
    return Deal.replay(playbook, trail)


def merged(said: Mapping[str, object], named: Mapping[str, object]) -> dict[str, object]:
    """Facts by id, from a mapping and from keywords with ``__`` for the dot.

    Raises:
        InputError: a fact is given twice.
    """
    dotted = {name.replace("__", ".", 1): value for name, value in named.items()}
    if twice := sorted(said.keys() & dotted.keys()):
        raise InputError(
            [Problem("", message("the fact {fact} is given twice", fact=fact)) for fact in twice]
        )
    return {**said, **dotted}


def priced(amount: Money | str | None) -> Money | None:
    """An amount as money.

    Raises:
        InputError: it is none.
    """
    if amount is None or isinstance(amount, Money):
        return amount
    try:
        return Money.parse(amount)
    except ValueError as error:
        raise InputError([Problem("amount", str(error))]) from None
