"""The rules for records of judgements, written by hand from the method (sections 1 and 3).

Whether the evidence was judged rightly is not asked here: a record must be one that some evidence
could have given, of the guards that there are, and name only what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from dealflow import Playbook
from tests.deal._entries import Body, NotWritten

_USUAL = {"needed": True, "yes": [], "no": [], "missing": [], "waived": None}
"""What a guard's record leaves out."""
_LACKS = ("never_asked", "stale", "second_source", "role", "first_hand", "not_named")
_MISSES = (*_LACKS, "nobody_in_role", "too_few_heard", "not_set", "passed")


def _must(holds: object, message: str) -> None:
    if not holds:
        raise NotWritten(message)


class Record:
    """A record of how guards stood, held against itself and against the entries before it.

    Args:
        playbook: the rules.
        people: the ids of the contacts.
        before: the entries before it.
        body: its entry.
    """

    def __init__(
        self, playbook: Playbook, people: Collection[str], before: Sequence[Body], body: Body
    ) -> None:
        self.book, self.people, self.before, self.body = playbook, people, before, body
        self.data: Mapping[str, Any] = body["data"]
        self.guards: Mapping[str, Any] = self.data.get("guards", {})
        self.statements = {entry["seq"] for entry in before if entry["kind"] == "said"} - {
            entry["data"]["statement"] for entry in before if entry["kind"] == "withdrawn"
        }
        self.standing = {guard.id for guard in playbook.guards if guard.standing}

    def check(self) -> None:
        """Every rule; raises NotWritten for the first that is broken."""
        _must(isinstance(self.guards, dict), "the guards are no object")
        for guard, record in self.guards.items():
            _must(isinstance(record, dict), f"the record of {guard} is no object")
            self._check_form(guard, record)
            self._check_names(guard, record)
        if self.body["kind"] == "stepped_back":
            self._check_rejection()
        else:
            self._check_attempt()

    def _check_form(self, guard: str, record: Mapping[str, Any]) -> None:
        truth = record.get("truth")
        _must(truth in ("unknown", "true", "false", "conflicted"), f"{guard} is {truth!r}")
        for key, value in record.items():
            if key != "truth":
                _must(key in _USUAL, f"the record of {guard} has {key!r}")
                # json tells 1 from true and from 1.0, where Python does not
                same_type = key == "waived" or type(value) is type(_USUAL[key])
                _must(same_type and value != _USUAL[key], f"{key} of {guard} is {value!r}")

    def _check_names(self, guard: str, record: Mapping[str, Any]) -> None:
        for side in ("yes", "no"):
            named = record.get(side, [])
            for number in named:
                known = type(number) is int and number in self.statements
                _must(known, f"{side} of {guard} names {number!r}, no standing statement")
            _must(len(set(named)) == len(named), f"{side} of {guard} names one twice")
        waiver = self._waiver_in_force(guard)
        same = record.get("waived") == waiver and type(record.get("waived")) is type(waiver)
        _must(same, f"{guard} is waived by {waiver}, not by {record.get('waived')!r}")
        missing = record.get("missing", [])
        _must(not missing or record["truth"] != "true", f"{guard} holds, and misses {missing}")
        for gap in missing:
            self._check_gap(guard, gap)

    def _check_gap(self, guard: str, gap: object) -> None:
        _must(isinstance(gap, str), f"{guard} misses {gap!r}")
        reason, _, rest = str(gap).partition(":")
        _must(reason in _MISSES, f"{guard} misses {gap!r}")
        if reason in _LACKS:
            fact, colon, about = rest.partition(":")
            _must(fact in {each.id for each in self.book.facts}, f"{guard} misses {gap!r}")
            _must(about in self.people if colon else True, f"{guard} misses {gap!r}")

    def _waiver_in_force(self, guard: str) -> int | None:
        waivers = [
            entry
            for entry in self.before
            if entry["kind"] == "waived" and entry["data"]["guard"] == guard
        ]
        if not waivers:
            return None
        # the latest replaces those before it, even when it is over sooner
        until = waivers[-1]["data"].get("until")
        over = until is not None and datetime.fromisoformat(until) < datetime.fromisoformat(
            self.body["at"]
        )
        return None if over else waivers[-1]["seq"]

    def _looked_at(self, source: str, to: str) -> tuple[dict[str, bool], set[str]]:
        """From the guards that a move looks at to whether it needs them; and the walk-away ones."""
        book, policy = self.book, self.book.walk_away
        (move,) = (each for each in book.moves if (each.source, each.to) == (source, to))
        before = self._passed_before(source)
        needed = {*next(step for step in book.steps if step.id == source).leave_when, *move.when}
        for step in book.steps:
            if step.id in before:
                needed |= set(step.leave_when) & self.standing
        looked_at = dict.fromkeys(needed, True)
        special: set[str] = set()
        if policy is not None:
            after = self._after(policy.start)
            if source == policy.start:
                special = set(policy.guards)
            elif source in after:
                special = set(policy.guards) & self.standing
            elif source in self._after(policy.watch_from or policy.start):
                special = set(policy.guards)
            looked_at |= dict.fromkeys(special, source in after)
            # a single no to one of these ends the deal wherever it stands
            looked_at = dict.fromkeys(policy.at_once, False) | looked_at
        return looked_at, special

    def _after(self, step: str) -> set[str]:
        """A step and all to which moves lead from it."""
        found = {step}
        for move in sorted(self.book.moves, key=lambda each: self._order(each.source)):
            if move.source in found:
                found.add(move.to)
        return found

    def _order(self, step: str) -> int:
        return [each.id for each in self.book.steps].index(step)

    def _ways(self, to: str) -> list[list[str]]:
        """Every way from the first step, as the steps that it passes before."""
        if to == self.book.steps[0].id:
            return [[]]
        sources = [move.source for move in self.book.moves if move.to == to]
        return [[*way, source] for source in sources for way in self._ways(source)]

    def _passed_before(self, step: str) -> set[str]:
        """The steps that lie on every way to a step."""
        return set.intersection(*map(set, self._ways(step)))

    def _check_attempt(self) -> None:
        source = self.data["from_step"]
        told = self.data["verdict"]
        targets = [move.to for move in self.book.moves if move.source == source]
        if self.body["kind"] == "walked_away":
            # judged is the first move that is ready, or else the first
            targets = targets if told == "ready" else targets[:1]
        else:
            targets = [self.data["to_step"]]
            _must((told == "ready") is (self.body["kind"] == "moved"), f"the verdict is {told!r}")
        problems = []
        for to in targets:
            try:
                return self._check_move(source, to, told)
            except NotWritten as error:
                problems.append(str(error))
        raise NotWritten("; ".join(problems))

    def _check_move(self, source: str, to: str, told: object) -> None:
        looked_at, special = self._looked_at(source, to)
        found = {guard: record.get("needed", True) for guard, record in self.guards.items()}
        _must(found == looked_at, f"to {to} needs {looked_at}, not {found}")
        verdict = self._verdict(looked_at, special)
        _must(told == verdict, f"the guards say {verdict}, and not {told!r}")

    def _verdict(self, needed: Mapping[str, bool], special: set[str]) -> str:
        doubtful = {
            guard: record["truth"]
            for guard, record in self.guards.items()
            if record["truth"] != "true" and "waived" not in record
        }
        refuted = {guard for guard, truth in doubtful.items() if truth == "false"}
        policy, count = self.book.walk_away, len(special)
        blocking = {guard for guard in doubtful if needed[guard]}
        if policy is not None:
            asked = policy.when_refuted
            threshold = min(1 if asked == "any" else count if asked == "all" else asked, count)
            if refuted & set(policy.at_once) or (count and len(refuted & special) >= threshold):
                return "walk_away"
            wanted = policy.go_on_when
            fewest = count - threshold + 1
            enough = count if wanted == "all" else max(fewest, min(wanted, count))
            if count - len(special & doubtful.keys()) >= enough:
                blocking -= special
        truths = {doubtful[guard] for guard in blocking}
        words_of = {"conflicted": "reconcile", "unknown": "ask", "false": "work"}
        return next((word for truth, word in words_of.items() if truth in truths), "ready")

    def _check_rejection(self) -> None:
        book, policy, close = self.book, self.book.walk_away, self.book.trial_close
        assert close is not None
        passed = self._passed_before(close.step)
        earlier = [step for step in book.steps if step.id in passed]
        asked = {step.id: set(step.leave_when) & self.standing for step in earlier}
        if policy is not None and policy.start in asked:
            asked[policy.start] |= set(policy.guards) & self.standing
        for guard, record in self.guards.items():
            _must(any(guard in guards for guards in asked.values()), f"{guard} was not asked for")
            _must(record["truth"] != "true", f"{guard} holds")
            _must("waived" not in record, f"{guard} is waived")
            _must("needed" not in record, f"{guard} is not needed")
        failed = [step for step, guards in asked.items() if guards & self.guards.keys()]
        # Whether what the customer named still counts is a matter of evidence.
        named = {
            close.gaps[entry["data"]["value"]]
            for entry in self.before
            if entry["seq"] in self.statements
            and entry["data"]["fact"] == close.gap_fact
            and entry["data"]["value"] in close.gaps
        }
        to, steps = self.data.get("to_step"), [step.id for step in book.steps]
        if not isinstance(to, str):
            raise NotWritten(f"{to!r} is no step")
        _must(to in {*named, *(failed[:1] or [earlier[-1].id])}, f"no gap is at {to!r}")
        _must(not failed or steps.index(to) <= steps.index(failed[0]), f"{to} is not the earliest")
