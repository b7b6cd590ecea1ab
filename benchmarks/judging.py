"""Looking at a deal that nobody changes: a whole assessment, a part of it, a verdict alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from operator import attrgetter
from typing import Any

import attrs
from deals import ready_deal
from table import Line
from timing import Prepare, hot_and_cold

from dealflow import Assessment, Deal, Playbook

# Fields may be made when they are read, and may then be properties.
_FIELDS = {field.name for field in attrs.fields(Assessment)} | {"questions", "red_flags"}
_PUBLIC = sorted(name for name in _FIELDS if not name.startswith("_"))
_everything = attrgetter(*_PUBLIC)


def assess(playbook: Playbook) -> Iterator[Line]:
    """One unchanged deal, looked at again and again, each time a second later."""
    deal, first = ready_deal(playbook)
    deal.assess(at=first)

    def whole(at: datetime) -> object:
        return _everything(deal.assess(at=at))

    def part(at: datetime) -> object:
        return deal.assess(at=at).verdict

    candidates = {"whole": _later(whole, first), "part": _later(part, first)}
    has_verdict = hasattr(Deal, "verdict")
    if has_verdict:
        # By name, as there may be none.
        verdict: Callable[..., Any] = getattr(deal, "verdict")  # noqa: B009
        candidates["verdict"] = _later(lambda at: verdict(at=at), first)
    for how, taken in hot_and_cold(candidates):
        against, every = "assess, every field read", taken["whole"]
        yield Line(how, "assess, only its verdict read", taken["part"], against, every)
        if has_verdict:
            yield Line(how, "verdict", taken["verdict"], against, every, 0.1)


def _later(action: Callable[[datetime], object], first: datetime) -> Prepare:
    seconds = count(1)

    def prepare() -> Callable[[], object]:
        at = first + timedelta(seconds=next(seconds))
        return lambda: action(at)

    return prepare
