"""Looking at deals that nobody changes: assessments, verdicts, and trails judged again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count, pairwise, product
from operator import attrgetter
from typing import Any

import attrs
from deals import ready_deal
from table import Line
from timing import Prepare, hot, hot_and_cold, in_turns, ready

from dealflow import Assessment, Deal, Fact, Guard, Playbook, Step, Text, ValueType
from dealflow.analysis import audit, deal_at
from dealflow.analysis.solver import START
from dealflow.assessment import open_questions
from dealflow.conditions import Condition, judge
from dealflow.scripts import load_script, play
from dealflow.state import DealState, Snapshot, fold

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


FACTS = (4, 8, 12, 48)
"""So many days follow each other; of each speak so many sources."""
SOURCES = 3
MOST_COMBINATIONS = 10_000
"""So many are gone through one by one."""


def chains() -> Iterator[Line]:
    """Whether days follow each other, of each of which several people say another.

    The floor keeps, of each day, which ones some combination gets to: that is the least that has to
    be done, without a word on who said what. Beside it, every combination is gone through.
    """
    for facts in FACTS:
        book, state = _days_told(facts)
        condition = book.guard_condition["follow"]
        days = [[START.date() + timedelta(n + k) for k in range(SOURCES)] for n in range(facts)]
        candidates = {
            "ours": ready(partial(_judged, condition, state)),
            "floor": ready(partial(_reached, days)),
        }
        combinations = SOURCES**facts
        if combinations <= MOST_COMBINATIONS:
            candidates["every"] = ready(partial(_gone_through, days))
        taken = in_turns({name: hot(each, 5) for name, each in candidates.items()}, rounds=20)
        what = f"{facts} days, {SOURCES} sources each, judged"
        yield Line("hot", what, taken["ours"], "their order alone, by hand", taken["floor"])
        if "every" in taken:
            every = f"{combinations:,} combinations, by hand"
            yield Line("hot", what, taken["ours"], every, taken["every"])


def _days_told(facts: int) -> tuple[Playbook, DealState]:
    names = [f"day.d{n}" for n in range(facts)]
    when = " < ".join(names)
    book = Playbook(
        "days",
        "1",
        _text("Days"),
        steps=(Step("talk", _text("Talk"), _text("Done"), leave_when=("follow",)),),
        facts=tuple(Fact(name, _text(name), ValueType.DATE) for name in names),
        guards=(Guard("follow", _text("They follow"), when, _text("They don't")),),
    )
    deal = Deal.open(book, id="D-1", account="Northwind", by="rep", at=START)
    for n, name in enumerate(names):
        for k in range(SOURCES):
            day = START.date() + timedelta(n + k)
            deal.read(f"letter {k}", name, day, by="rep", at=START)
    return book, fold(book, deal.trail)


def _judged(condition: Condition, state: DealState) -> object:
    return judge(condition, Snapshot(state, START))


def _text(words: str) -> Text:
    return Text(words, words)


def _reached(days: list[list[date]]) -> bool:
    """Whether some combination has each day before the next."""
    reached = days[0]
    for later in days[1:]:
        reached = [day for day in later if any(before < day for before in reached)]
    return bool(reached)


def _gone_through(days: list[list[date]]) -> set[bool]:
    """Whether the days follow each other, for every combination."""
    return {all(a < b for a, b in pairwise(each)) for each in product(*days)}


def _later(action: Callable[[datetime], object], first: datetime) -> Prepare:
    seconds = count(1)

    def prepare() -> Callable[[], object]:
        at = first + timedelta(seconds=next(seconds))
        return lambda: action(at)

    return prepare
