"""Looking at deals that nobody changes: assessments, verdicts, and trails judged again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from operator import attrgetter
from typing import Any

import attrs
from deals import ready_deal
from table import Line
from timing import Prepare, hot_and_cold, ready

from dealflow import Assessment, Deal, Playbook
from dealflow.analysis import audit, deal_at
from dealflow.assessment import open_questions
from dealflow.scripts import load_script, play
from dealflow.state import Snapshot, fold

# Fields may be made when they are read, and may then be properties.
_FIELDS = {field.name for field in attrs.fields(Assessment)} | {"ahead", "questions", "red_flags"}
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
    yield from _asking(playbook)


def _asking(playbook: Playbook) -> Iterator[Line]:
    """The questions of a deal about which most is still open: in their order, and in none."""
    deal = deal_at(playbook, "buying_roles")
    state, last = fold(playbook, deal.trail), deal.trail[-1].at
    number = len(deal.assess(at=last).questions)

    def ranked(at: datetime) -> object:
        return deal.assess(at=at).questions

    def unranked(at: datetime) -> object:
        return open_questions(Snapshot(state, at), deal.assess(at=at).findings)

    candidates = {"ranked": _later(ranked, last), "unranked": _later(unranked, last)}
    for how, taken in hot_and_cold(candidates):
        first, against = f"{number} questions, each answer tried", "the same in any order"
        yield Line(how, first, taken["ranked"], against, taken["unranked"])


def audited(playbook: Playbook) -> Iterator[Line]:
    """Every judgement on a trail made again, against the replay that takes each as it stands."""
    trail = play(load_script("03_comeback")).deal.trail
    judgements = len(audit(trail, playbook).judged)
    candidates = {
        "audited": ready(lambda: audit(trail, playbook)),
        "replayed": ready(lambda: Deal.replay(playbook, trail)),
    }
    for how, taken in hot_and_cold(candidates):
        what = f"{len(trail)} entries, {judgements} judgements audited"
        yield Line(how, what, taken["audited"], "the same, replayed", taken["replayed"])


def _later(action: Callable[[datetime], object], first: datetime) -> Prepare:
    seconds = count(1)

    def prepare() -> Callable[[], object]:
        at = first + timedelta(seconds=next(seconds))
        return lambda: action(at)

    return prepare
