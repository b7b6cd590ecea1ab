"""A deal: the fold of its trail, and the verbs that change it, all through one door."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from dealflow.assessment import (
    Assessment,
    Farewell,
    Finding,
    Judgement,
    Refused,
    Verdict,
    assess,
    farewell,
    find_gap,
    judge_step,
)
from dealflow.conditions import Gap
from dealflow.deal import intake
from dealflow.deal.observers import observed, put_in_place, tell_opened
from dealflow.deal.recorder import Recorder
from dealflow.exceptions import MoveNotAllowed, TrailError
from dealflow.playbook import FULFILLED, LOST, WALKED_AWAY, Playbook, TrialClose, machine
from dealflow.state import DealState, Snapshot, fold
from dealflow.trail import Entry, Trail, events
from dealflow.values import Money

__all__ = ["Deal"]


class Deal(Recorder):
    """One deal under one playbook.

    Every change is an entry of the trail; the deal is what its entries say. Verbs take ``by``, who
    of us acts, and ``at``, a timezone-aware datetime not earlier than the last entry. They return
    the entry they made, and are atomic: an error leaves the deal and its trail as they were. Only
    :class:`~dealflow.Refused` leaves one entry more: the refusal.

    Every verb raises EvidenceError, with every problem at once, when an argument is unusable.
    """

    __slots__ = ()

    @classmethod
    def open(
        cls,
        playbook: Playbook,
        *,
        id: str,
        account: str,
        by: str,
        at: datetime,
        amount: Money | None = None,
        title: str = "",
    ) -> Deal:
        """Open a deal at the playbook's first step."""
        playbook = put_in_place(playbook)
        deal = cls(DealState(playbook), Trail())
        with deal._begin(by, at) as checks:
            event = intake.opened(playbook, id, account, title, amount)
        deal._commit(by, checks.at, event)
        return tell_opened(deal, id=id, account=account, by=by, at=at, amount=amount, title=title)

    @classmethod
    def replay(cls, playbook: Playbook, trail: Trail) -> Deal:
        """Fold a trail into the deal that made it.

        Hashes are for :func:`~dealflow.loads` and :meth:`~dealflow.Trail.verify`; here
        it is checked whether each entry could follow from those before it.

        Raises:
            TrailError: the trail is empty, was made under other rules, or does not make sense.
        """
        playbook = put_in_place(playbook, trail)
        if not len(trail) or not isinstance(trail[0].event, events.Opened):
            raise TrailError("a trail starts with the entry that opened the deal")
        opened = trail[0].event
        # Under other rules the same entries may mean something else, even where every name is
        # known: a fact may go out of date sooner, a guard may have another condition.
        if opened.fingerprint != playbook.fingerprint:
            raise TrailError(
                f"the trail was made under {opened.playbook} {opened.playbook_version}"
                f" ({opened.fingerprint[:12]}), and this is {playbook.id} {playbook.version}"
                f" ({playbook.fingerprint[:12]})"
            )
        return cls(fold(playbook, trail), trail)

    @observed
    def assess(self, *, at: datetime, to: str | None = None) -> Assessment:
        """What is known, what is missing and what to ask next; changes nothing.

        Args:
            at: the instant, not earlier than the last entry.
            to: the step to judge the move to; without it, the first that is ready, or the first.

        Raises:
            MoveNotAllowed: no forward move leads there.
        """
        snapshot = Snapshot(self._state, self._instant(at))
        return assess(snapshot, self._judge(snapshot, to))

    def farewell(self, *, at: datetime) -> Farewell:
        """The facts of the polite message with which we walk away (METHOD, section 3)."""
        snapshot = Snapshot(self._state, self._instant(at))
        return farewell(snapshot, self._judge(snapshot, None))

    # moves

    @observed
    def advance(self, *, by: str, at: datetime, to: str | None = None) -> Entry:
        """Move forward, when every guard lets the deal pass.

        Args:
            by: who of us moves it.
            at: when.
            to: where to, when the step has several ways forward; without it, the first that is
                ready, or else the first.

        Raises:
            Refused: guards stand in the way; the refusal is in the trail.
            MoveNotAllowed: the deal is closed, or the step has no such way.
        """
        at = self._begin(by, at).settle()
        self._open_deal("advance")
        snapshot = Snapshot(self._state, at)
        judgement = self._judge(snapshot, to)
        move = judgement.plan.move
        ready = judgement.verdict is Verdict.READY
        # The verdict is there already. The machine is asked all the same, and has the last word:
        # whatever is recorded as a move is one that it made.
        passage = machine.fire(self.playbook, move.source, move.id, lambda: ready)
        attempt = (move.id, move.source, move.to, judgement.verdict.value)
        records = _records(judgement.findings)
        if passage.passed:
            return self._commit(by, at, events.Moved(*attempt, records))
        # Before the refusal is on record, so that it says how the deal stood when the move was
        # tried.
        assessment = assess(snapshot, judgement)
        raise Refused(assessment, self._commit(by, at, events.Refused(*attempt, records)))

    @observed
    def fulfil(self, *, by: str, at: datetime) -> Entry:
        """Close the deal as fulfilled; raises as :meth:`advance` does."""
        return self.advance(by=by, at=at, to=FULFILLED)

    @observed
    def answer_trial_close(
        self, answer: str, *, source: str, by: str, at: datetime, **details: Any
    ) -> Entry:
        """Record the customer's answer to the trial close and move as it says.

        Args:
            answer: one of the playbook's answers; ``accepted``, ``needs_time``,
                ``wants_proposal`` or ``rejected`` in ``seven_step``. A rejection goes back to the
                earliest step whose guards no longer hold, and records which.
            source: the contact who answers.
            by: who of us asked.
            at: when it is put on record.
            details: as for :meth:`hear`.

        Raises:
            Refused: the answer goes forward, but guards stand in the way. The answer stays on
                record, so that :meth:`advance` can be tried later.
            MoveNotAllowed: the deal is closed or not at the trial close.
        """
        at = self._begin(by, at).settle()
        self._open_deal("answer_trial_close")
        close = self.playbook.trial_close
        if close is None or self.step != close.step:
            raise self._no_move(f"{self.step} is not the trial close")
        # Answer and move are two entries that must come together or not at all. The state before is
        # not copied: it can be folded again, and that is paid for only when something goes wrong.
        state, trail = self._state, self._trail
        try:
            self._say("contact", source, close.fact, answer, by, at, details)
            if answer in close.forward:
                return self.advance(by=by, at=at)
            return self._reject(by, at, close)
        except Refused:
            raise
        except BaseException:
            if self._trail is not trail:
                self._state, self._trail = fold(state.playbook, trail), trail
            raise

    def _reject(self, by: str, at: datetime, close: TrialClose) -> Entry:
        snapshot = Snapshot(self._state, at)
        to, failed = find_gap(snapshot, close)
        machine.fire(self.playbook, self.step, machine.back_to(to))
        return self._commit(
            by,
            at,
            events.SteppedBack(
                self.step, to, "the trial close was rejected", "rejected", _records(failed)
            ),
        )

    @observed
    def step_back(self, to: str, *, by: str, at: datetime, reason: str) -> Entry:
        """Go back to an earlier step.

        Raises:
            MoveNotAllowed: the deal is closed, or ``to`` is not an earlier step.
        """
        with self._begin(by, at) as checks:
            checks.text(reason, "the reason", empty=False)
        self._open_deal("step_back")
        self._fire(machine.back_to(to), f"{to!r} is not a step before {self.step}")
        back = events.SteppedBack(self.step, to, reason, "rep", {})
        return self._commit(by, checks.at, back)

    @observed
    def walk_away(self, *, by: str, at: datetime, reason: str) -> Entry:
        """End the deal from our side, at any open step; raises MoveNotAllowed on a closed one."""
        with self._begin(by, at) as checks:
            checks.text(reason, "the reason", empty=False)
        self._open_deal("walk_away")
        judgement = self._judge(Snapshot(self._state, checks.at), None)
        self._fire(machine.WALK_AWAY, "")
        records = _records(judgement.findings)
        left = events.WalkedAway(self.step, reason, judgement.verdict.value, records)
        return self._commit(by, checks.at, left)

    @observed
    def lose(
        self,
        *,
        by: str,
        at: datetime,
        reason: str,
        to: Literal["rival", "in_house", "nothing"],
        rival: str = "",
    ) -> Entry:
        """Record that the customer decided against us, why, and which alternative won.

        Raises:
            MoveNotAllowed: the deal is closed.
        """
        with self._begin(by, at) as checks:
            checks.text(reason, "the reason", empty=False)
            checks.one_of(to, ("rival", "in_house", "nothing"), "the winning alternative")
            checks.text(rival, "the rival")
            if rival and to != "rival":
                checks.note(f"a rival is named, but the deal was lost to {to}")
        self._open_deal("lose")
        self._fire(machine.LOSE, "")
        return self._commit(by, checks.at, events.Lost(self.step, reason, to, rival))

    @observed
    def reopen(self, *, by: str, at: datetime, reason: str) -> Entry:
        """Take up a walked-away or lost deal at its last step, on evidence newer than its end.

        Raises:
            MoveNotAllowed: the deal is open or fulfilled, or nothing new was recorded since.
        """
        with self._begin(by, at) as checks:
            checks.text(reason, "the reason", empty=False)
        outcome = self.outcome
        if outcome not in (WALKED_AWAY, LOST):
            raise self._no_move(f"a deal that is {outcome or 'open'} cannot be reopened")
        # The entry that ends a deal is of a kind with the outcome's name. There may be several: a
        # deal can end, be taken up and end again.
        ended = max(e.seq for e in self._trail if e.kind == outcome)
        since = (events.Said, events.Withdrawn)
        if not any(isinstance(entry.event, since) for entry in self._trail[ended:]):
            raise self._no_move("nothing new is on record since the deal ended: record it first")
        self._fire(machine.reopen_at(self.step), "")
        return self._commit(by, checks.at, events.Reopened(self.step, outcome, reason))

    @observed
    def waive(
        self,
        guard: str,
        *,
        authority: str,
        by: str,
        at: datetime,
        reason: str,
        until: datetime | None = None,
    ) -> Entry:
        """Set a guard aside on a named person's authority, where the playbook allows it."""
        with self._begin(by, at) as checks:
            event = intake.waived(self._state, checks.at, by, guard, authority, reason, until)
        return self._commit(by, checks.at, event)

    def _judge(self, snapshot: Snapshot, to: str | None) -> Judgement:
        try:
            return judge_step(snapshot, to)
        except LookupError:
            raise self._no_move(f"no move leads from {self.step} to {to!r}") from None

    def _open_deal(self, verb: str) -> None:
        if self.outcome is not None:
            raise self._no_move(f"the deal is {self.outcome}: {verb} is for open deals")

    def _no_move(self, message: str) -> MoveNotAllowed:
        # The machine would take a closed deal up at any step, since it does not know where the deal
        # ended.
        here = machine.reopen_at(self.step)
        elsewhere = {machine.reopen_at(step.id) for step in self.playbook.steps} - {here}
        allowed = machine.triggers(self.playbook, self.outcome or self.step)
        allowed = tuple(trigger for trigger in allowed if trigger not in elsewhere)
        return MoveNotAllowed(message, step=self.step, allowed=allowed)

    def _fire(self, trigger: str, message: str) -> None:
        # transitions would raise an error of its own, which says nothing of what is allowed.
        if trigger not in machine.triggers(self.playbook, self.outcome or self.step):
            raise self._no_move(message)
        machine.fire(self.playbook, self.outcome or self.step, trigger)


def _records(findings: Iterable[Finding]) -> dict[str, events.GuardRecord]:
    return {
        finding.guard: events.GuardRecord(
            finding.outcome.truth.value,
            finding.needed,
            finding.outcome.yes,
            finding.outcome.no,
            tuple(map(_gap_code, finding.outcome.gaps)) if finding.outcome.gaps else (),
            finding.waived,
        )
        for finding in findings
    }


def _gap_code(gap: Gap) -> str:
    return ":".join(part for part in (gap.reason, gap.subject, gap.about) if part)
