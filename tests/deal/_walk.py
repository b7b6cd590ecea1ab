"""Judges the moves on a trail anew, from its text alone: an oracle for what a deal may do.

It shares no code with the library. What the guards ask is written out here by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, TypeAlias

from tests.deal._walk_record import ANSWER, BOOK, STEPS, Claims, Record, Rejection

FORWARD = ("accepted", "needs_time", "wants_proposal")

# --- truths: the set of answers that somebody gave

Truth: TypeAlias = frozenset[bool]
YES: Truth = frozenset({True})
NO: Truth = frozenset({False})
OPEN: Truth = frozenset()
TORN: Truth = frozenset({True, False})
NAMES: Mapping[Truth, str] = {YES: "true", NO: "false", OPEN: "unknown", TORN: "conflicted"}


def _truth(told_true: bool, told_false: bool) -> Truth:
    return frozenset(chain([True] * told_true, [False] * told_false))


def all_of(*parts: Truth) -> Truth:
    """Told true when every part is, told false when one is."""
    return _truth(all(True in part for part in parts), any(False in part for part in parts))


def one_of(*parts: Truth) -> Truth:
    """Told true when one part is, told false when every one is."""
    return _truth(any(True in part for part in parts), all(False in part for part in parts))


def negated(part: Truth) -> Truth:
    """Told true when the part was told false, and the other way round."""
    return _truth(False in part, True in part)


# --- what the guards ask


class Look:
    """The atoms of conditions, at an instant; contradictions may be left out."""

    def __init__(
        self, record: Record, at: datetime, after: Sequence[Rejection] = (), *, calm: bool = False
    ) -> None:
        self.record, self.at, self.after, self.calm = record, at, after, calm

    def of(self, fact: str) -> Claims:
        """What stands of a fact."""
        return self.record.claims(fact, self.at, self.after)

    def that(self, fact: str, test: Callable[[Any], bool | None]) -> Truth:
        """The answers that a fact's claims give to a question."""
        claims = self.of(fact)
        answers = {test(said.value) for said in claims.live} if claims.established else set()
        truth = frozenset(each for each in answers if each is not None)
        return OPEN if self.calm and truth == TORN else truth

    def yes(self, fact: str) -> Truth:
        """The answers to a yes-or-no question."""
        return self.that(fact, bool)

    def known(self, fact: str) -> Truth:
        """True, or open."""
        return YES if self.of(fact).established else OPEN

    def missing(self, fact: str) -> Truth:
        """True, or false."""
        return NO if self.of(fact).established else YES

    def soon(self, fact: str) -> Truth:
        """Whether a day lies in the year ahead; one that is over gives no answer."""

        def within(day: str) -> bool | None:
            ahead = date.fromisoformat(day) - self.at.date()
            return None if ahead < timedelta() else ahead <= timedelta(days=365)

        return self.that(fact, within)

    def covers(self, fact: str) -> Truth:
        """Whether an amount covers the price."""
        return self.that(fact, lambda money: Decimal(money.split()[0]) >= self.record.amount)

    def final(self, fact: str) -> Truth:
        """True, or open."""
        claims = self.of(fact)
        return YES if claims.final and claims.established else OPEN


FOUR = ("severe_problem", "budget_approved", "timely", "clear_decision_process")
GUARDS: Mapping[str, Callable[[Look], Truth]] = {
    "offer_helps": lambda look: look.yes("offer.helps"),
    "severe_problem": lambda look: all_of(
        look.yes("problem.severe"), look.yes("consequence.serious")
    ),
    "budget_approved": lambda look: all_of(
        look.yes("budget.approved"), look.covers("budget.amount")
    ),
    "timely": lambda look: all_of(
        look.yes("timeline.wanted"),
        one_of(
            look.soon("timeline.date"),
            negated(look.missing("delivery.installed")),
            negated(look.missing("delivery.performed")),
        ),
    ),
    "clear_decision_process": lambda look: all_of(
        look.yes("decision.clear"), look.known("decision.steps")
    ),
    "trial_close_answered": lambda look: look.that(ANSWER, lambda answer: answer in FORWARD),
    "answer_is_the_buyers": lambda look: look.final(ANSWER),
}
"""The conditions of the playbook file, by hand."""


def _step_of(guard: str) -> int:
    """The number of the step on leaving which a guard is needed, and ever after."""
    if guard in FOUR:
        return STEPS.index(BOOK["walk_away"]["from"])
    (step,) = [n for n, step in enumerate(BOOK["steps"]) if guard in step["leave_when"]]
    return step


NEEDED_FROM = {guard: _step_of(guard) for guard in GUARDS}
LOOKED_AT_FROM = {
    **NEEDED_FROM,
    **dict.fromkeys(FOUR, STEPS.index(BOOK["walk_away"]["watch_from"])),
    **dict.fromkeys(BOOK["walk_away"]["at_once"], 0),
}


def _judge(guard: str, record: Record, at: datetime, after: Sequence[Rejection] = ()) -> Truth:
    """A guard's truth; one that hangs on a contradiction is one."""
    truth = GUARDS[guard](Look(record, at, after))
    if len(truth) == 1 and GUARDS[guard](Look(record, at, after, calm=True)) != truth:
        return TORN
    return truth


class Oracle:
    """Reads a trail and says where it is wrong.

    Attributes:
        problems: what is wrong, in words.
        seen: how often it met with what, from an entry on.
    """

    def __init__(
        self,
        text: str,
        *,
        when_refuted: object = "any",
        go_on_when: object = "all",
        seen_from: int = 1,
    ) -> None:
        numbers: dict[Any, int] = {"any": 1, "all": len(FOUR)} | {n: n for n in range(1, 5)}
        self._away, self._enough = numbers[when_refuted], numbers[go_on_when]
        self._record = Record()
        self.problems: list[str] = []
        self.seen: Counter[str] = Counter()
        for line in text.splitlines()[1:]:
            entry = json.loads(line)["entry"]
            if entry["seq"] == seen_from:
                self.seen.clear()
            kind, data = entry["kind"], entry["data"]
            self.seen[kind] += 1
            if kind in ("moved", "refused", "walked_away"):
                found = self._check(kind, data, datetime.fromisoformat(entry["at"]))
            elif kind == "stepped_back" and data.get("cause") == "rejected":
                found = self._check_rejection(data["answer"], datetime.fromisoformat(entry["at"]))
            else:
                found = iter(())
            self.problems += [f"entry {entry['seq']}, {kind}: {problem}" for problem in found]
            self._record.take(entry)

    def _check(self, kind: str, data: Mapping[str, Any], at: datetime) -> Iterator[str]:
        step, recorded = STEPS.index(data["from_step"]), data["guards"]
        truths = {
            guard: self._truth(guard, at)
            for guard, first in LOOKED_AT_FROM.items()
            if first <= step
        }
        for guard, truth in truths.items():
            there = recorded.get(guard, {}).get("truth", "absent")
            if there != NAMES[truth]:
                yield f"{guard} is {NAMES[truth]}, on record {there}"
            self.seen[NAMES[truth]] += 1
        refuted = sum(truths.get(guard) == NO for guard in FOUR)
        leave = refuted >= self._away or truths["offer_helps"] == NO
        if leave != (data["verdict"] == "walk_away"):
            helps = NAMES[truths["offer_helps"]]
            yield f"{refuted} refuted and offer_helps {helps}, but the verdict {data['verdict']}"
        self.seen[f"{kind} when to leave"] += leave
        if kind == "moved":
            yield from self._check_move(step, truths, at)

    def _check_move(self, step: int, truths: Mapping[str, Truth], at: datetime) -> Iterator[str]:
        # Nothing of this looks at what is recorded: this is what a deal may not get past.
        refuted = [guard for guard in FOUR if truths.get(guard) == NO]
        if len(refuted) >= self._away:
            yield f"bypass of {refuted}"
        if truths["offer_helps"] == NO:
            yield "bypass of offer_helps"
        if step >= NEEDED_FROM[FOUR[0]]:
            good = sum(truths[guard] == YES for guard in FOUR)
            if good < self._enough:
                yield f"bypass: {good} of the four hold"
            self.seen["moved past step 3"] += 1
            self.seen["moved with less than all"] += good < len(FOUR)
        for guard in truths.keys() - FOUR:
            if step < NEEDED_FROM[guard] or truths[guard] == YES:
                continue
            waivable = BOOK["guards"][guard].get("waivable", False)
            if not (waivable and self._record.waived(guard, at)):
                yield f"bypass of {guard}"
            self.seen["moved on a waiver"] += 1

    def _check_rejection(self, answer: int, at: datetime) -> Iterator[str]:
        claims = self._record.claims(ANSWER, at)
        if answer not in {said.seq for said in claims.live if said.value not in FORWARD}:
            yield f"{answer} is no rejection that counts"
        self.seen["rejected"] += 1

    def _truth(self, guard: str, at: datetime) -> Truth:
        record = self._record
        truth = _judge(guard, record, at)
        if guard == "trial_close_answered":
            self._count_voices(at)
        back = [no for no in record.rejections if no.answer.seq not in record.withdrawn]
        after = [no for no in back if no.to <= NEEDED_FROM[guard]]
        if truth == YES and after and _judge(guard, record, at, after) != YES:
            self.seen["not said since"] += 1
            return OPEN
        return truth

    def _count_voices(self, at: datetime) -> None:
        claims, everybody = self._record.claims(ANSWER, at), self._record.said.get(ANSWER, ())
        self.seen["final word"] += claims.final and claims.established
        self.seen["final word gone"] += claims.final and not claims.established
        spoke, answers = {said.source for said in claims.live}, {said.value for said in claims.live}
        others = [said for said in everybody if said.source not in spoke]
        self.seen["dissent"] += claims.final and any(said.value not in answers for said in others)
