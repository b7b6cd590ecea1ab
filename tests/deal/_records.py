"""The rules for records of judgements, written by hand from the method (sections 1 and 3).

Whether the evidence was judged rightly is not asked here: a record must be one that some evidence
could have given, of the guards that there are, and name only what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from unicodedata import normalize

from dealflow import Playbook
from tests.deal._entries import Body, NotWritten

_USUAL = {"needed": True, "yes": [], "no": [], "missing": [], "waived": None}
"""What a guard's record leaves out."""
_LACKS = (
    *("never_asked", "stale", "second_source", "role", "first_hand", "final_word"),
    *("since_rejection", "not_named"),
)
_MISSES = (*_LACKS, "nobody_in_role", "too_few_heard", "too_few_voices", "not_set", "passed")
_SAID = ("said", "confirmed")
"""The kinds of entries that make statements."""


def _must(holds: object, message: str) -> None:
    if not holds:
        raise NotWritten(message)


def _withdrawn(entries: Iterable[Body]) -> set[int]:
    return {entry["data"]["statement"] for entry in entries if entry["kind"] == "withdrawn"}


class _Claim(NamedTuple):
    """A statement, as far as it bears on what a source said last of a fact."""

    said_at: datetime
    seq: int
    source: tuple[str, str]
    value: Any
    first_hand: bool
    interaction: str | None


def _people(entries: Iterable[Body]) -> dict[str, str]:
    """By the id of a contact who was found to be another, that other's."""
    goes_by: dict[str, str] = {}
    for entry in entries:
        if entry["kind"] == "contacts_merged":
            goes_by[entry["data"]["contact"]] = entry["data"]["into"]
        elif entry["kind"] == "merge_undone":
            del goes_by[entry["data"]["contact"]]
    return goes_by


def _who(goes_by: Mapping[str, str], contact: str) -> str:
    while contact in goes_by:
        contact = goes_by[contact]
    return contact


class _Clock:
    """When things were said, as the times of entries were corrected.

    With the time of an entry moves what was said at that time, or what would be said after it; and
    with the time of a meeting what was said at its time.

    Attributes:
        said: when each statement was said, by its number.
    """

    def __init__(self, entries: Iterable[Body]) -> None:
        self.said: dict[int, datetime] = {}
        self._recorded: dict[int, datetime] = {}
        self._held: dict[str, tuple[int, datetime]] = {}
        self._met: dict[int, str | None] = {}
        for entry in entries:
            self._add(entry["seq"], entry)

    def _add(self, seq: int, entry: Body) -> None:
        data = entry["data"]
        self._recorded[seq] = datetime.fromisoformat(entry["at"])
        if entry["kind"] in _SAID:
            self.said[seq] = datetime.fromisoformat(data["said_at"])
            self._met[seq] = data.get("interaction")
        elif entry["kind"] == "met":
            card = data["interaction"]
            self._held[card["id"]] = (seq, datetime.fromisoformat(card["held_at"]))
        elif entry["kind"] == "time_corrected":
            shift = datetime.fromisoformat(data["true_at"]) - self._recorded[data["entry"]]
            self._correct(range(data["entry"], data["last"] + 1), shift)

    def _correct(self, entries: range, shift: timedelta) -> None:
        def off(number: int, when: datetime) -> bool:
            recorded = self._recorded[number]
            return number in entries and (when == recorded or when > recorded + shift)

        moved = {id: when for id, (number, when) in self._held.items() if off(number, when)}
        for id, when in moved.items():
            self._held[id] = (self._held[id][0], when + shift)
        for number, when in self.said.items():
            if off(number, when) or moved.get(self._met[number] or "") == when:
                self.said[number] = when + shift
        for number in entries:
            self._recorded[number] += shift


def _claims(entries: Sequence[Body], fact: str) -> list[_Claim]:
    """What was said of a fact of the deal and not taken back, in the order said."""
    gone, goes_by, times = _withdrawn(entries), _people(entries), _Clock(entries).said
    found = []
    for i, entry in enumerate(entries):
        data, seq = entry["data"], entry["seq"]
        if seq in gone:
            continue
        if entry["kind"] == "said" and data["fact"] == fact:
            kind, source, value = data["source_kind"], data["source"], data["value"]
            first_hand = data.get("first_hand", True)
        elif entry["kind"] == "confirmed" and fact in data["facts"]:
            kind, source, first_hand = "contact", data["contact"], True
            value = _own_words(entries[:i], fact, source)
        else:
            continue
        if kind == "contact":
            source = _who(goes_by, source)
        elif kind == "document":
            source = " ".join(normalize("NFKC", source).casefold().split())
        key = (kind, source)
        found.append(_Claim(times[seq], seq, key, value, first_hand, data.get("interaction")))
    return sorted(found, key=lambda claim: (claim.said_at, claim.seq))


def _own_words(entries: Sequence[Body], fact: str, contact: str) -> Any:
    """What a contact had said last first-hand when these were all entries."""
    key = ("contact", _who(_people(entries), contact))
    own = [c.value for c in _claims(entries, fact) if c.source == key and c.first_hand]
    return own[-1]


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
        self.statements = {entry["seq"] for entry in before if entry["kind"] in _SAID} - _withdrawn(
            before
        )
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
        failed = {step for step, guards in asked.items() if guards & self.guards.keys()}
        named = self._gaps_named()
        _must(named or close.gap_fact is None, "nobody has said where the gap is")
        to, gaps = self.data.get("to_step"), [s.id for s in book.steps if s.id in failed | named]
        _must(to == (gaps or [earlier[-1].id])[0], f"the earliest gap is not at {to!r}")

    def _gaps_named(self) -> set[str]:
        """The steps at which somebody sees the gap, as he said last with the rejection or since."""
        book, close, number = self.book, self.book.trial_close, self.data.get("answer")
        assert close is not None
        _must(type(number) is int and number in self.statements, f"{number!r} answers nothing")
        if close.gap_fact is None:
            return set()
        fact = book.fact[close.gap_fact]
        assert not fact.final_word
        answer = next(entry for entry in self.before if entry["seq"] == number)["data"]
        rejected_at = _Clock(self.before).said[int(str(number))]
        latest: dict[object, _Claim] = {}
        for claim in _claims(self.before, fact.id):
            same_talk = claim.interaction and claim.interaction == answer.get("interaction")
            if claim.said_at >= rejected_at or same_talk:
                latest[claim.source] = claim
        at = datetime.fromisoformat(self.body["at"])
        good = [
            claim.value
            for claim in latest.values()
            if fact.good_for is None or claim.said_at + fact.good_for >= at
        ]
        return {close.gaps[value] for value in good if value in close.gaps}
