"""A deal: the fold of its trail, and the verbs that change it, all through one door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from dealflow.assessment import (
    Assessment,
    Farewell,
    Finding,
    Judgement,
    Refused,
    assess,
    attempted,
    farewell,
    judge_step,
    record,
    stands_until,
    walked_away,
    way_back,
    weigh_step,
)
from dealflow.deal import intake
from dealflow.deal.intake import Notes
from dealflow.deal.ledger import Clock, Foreseen, in_turn
from dealflow.deal.observers import observed, put_in_place, tell_opened
from dealflow.deal.recorder import Recorder
from dealflow.evidence import LeadSource, Line
from dealflow.exceptions import EvidenceError, MoveNotAllowed, Problem, raise_for
from dealflow.message import message
from dealflow.playbook import Playbook
from dealflow.state import (
    DealState,
    Snapshot,
    closed,
    fold,
    why_no_way_back,
)
from dealflow.trail import Entry, Trail, by_problems, events
from dealflow.values import FULFILLED, Alternative, Money, Verdict

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
        owner: str | None = None,
        source: LeadSource | None = None,
        source_name: str = "",
        market: str = "",
        lines: Iterable[Line] = (),
        expected_close: date | None = None,
        clock: Clock | None = None,
    ) -> Deal:
        """Open a deal at the playbook's first step.

        Args:
            playbook: the rules under which it is.
            id: the deal's id.
            account: the customer.
            by: who of us opens it.
            at: when.
            amount: the price, when there is one already.
            title: what the deal is about.
            owner: the rep who owns the deal; else whoever opens it.
            source: where it came from: ``marketing``, ``referral`` or ``forecast``.
            source_name: which activity, who referred, or which forecast.
            market: the market or segment.
            lines: the products with their amounts.
            expected_close: the day on which we expect the deal to close.
            clock: tells the time. With one, instants more than five minutes ahead of it are
                refused, and one up to five minutes before the last entry is taken as that entry's.
        """
        playbook = put_in_place(playbook)
        deal = cls(DealState(playbook), Trail(), clock)
        book = (playbook.id, playbook.version, playbook.fingerprint, playbook.steps[0].id)
        fields: dict[str, Any] = {"source": source, "source_name": source_name, "market": market}
        fields |= {"lines": lines, "expected_close": expected_close}
        card = intake.card({"owner": by if owner is None else owner, **fields})
        opened = events.Opened(id, account, title, amount, *book, card)
        deal._record(by, deal._begin(at), opened)
        told = {"id": id, "account": account, "by": by, "at": at, "amount": amount, "title": title}
        return tell_opened(deal, **told, owner=owner, **fields)

    @classmethod
    def replay(cls, playbook: Playbook, trail: Trail, *, clock: Clock | None = None) -> Deal:
        """Fold a trail into the deal that made it.

        Hashes are for :func:`~dealflow.loads` and :meth:`~dealflow.Trail.verify`; here each entry
        has to be one that a verb could have made after those before it. Whether moves were
        judged rightly, :func:`dealflow.analysis.audit` asks.

        Args:
            playbook: the rules under which it was made.
            trail: the trail.
            clock: as for :meth:`open`.

        Raises:
            TrailError: the trail is empty, was made under other rules, or does not make sense.
        """
        return cls(fold(put_in_place(playbook, trail), trail), trail, clock)

    @observed
    @in_turn
    def assess(self, *, at: datetime, to: str | None = None) -> Assessment:
        """What is known, what is missing and what to ask next; changes nothing.

        Args:
            at: the instant, not earlier than the last entry.
            to: the step to judge the move to; without it, the first that is ready, or the first.

        Raises:
            MoveNotAllowed: no forward move leads there.
        """
        snapshot = self._look(at)
        foreseen = self._foresee(snapshot, to)
        return assess(snapshot, foreseen.judgement, self._looking_back(snapshot.at))

    @observed
    @in_turn
    def verdict(self, *, at: datetime, to: str | None = None) -> Verdict:
        """The verdict of :meth:`assess`, for much less."""
        snapshot = self._look(at)
        if foreseen := self._foreseen_at(snapshot.at, to):
            return foreseen.judgement.verdict
        try:
            return weigh_step(snapshot, to)
        except LookupError:
            raise self._no_way(to) from None

    @in_turn
    def farewell(self, *, at: datetime) -> Farewell:
        """The facts of the polite message with which we walk away (METHOD, section 3)."""
        snapshot = self._look(at)
        return farewell(snapshot, self._judge(snapshot, None))

    # moves

    @observed
    @in_turn
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
        return self._advance(by, self._begin(at), to)

    def _advance(self, by: str, notes: Notes, to: str | None) -> Entry:
        snapshot = Snapshot(self._state, notes.when(by))
        if foreseen := self._foreseen_at(snapshot.at, to):
            judgement, records = foreseen.judgement, foreseen.records
        else:
            judgement = self._judge(snapshot, to, [*notes.problems, *by_problems(by)])
            records = self._records(judgement.findings)
        event = attempted(judgement, records)
        if isinstance(event, events.Moved):
            return self._record(by, notes, event)
        # Before the refusal is on record, so that it says how the deal stood when the move was
        # tried.
        assessment = assess(snapshot, judgement, self._looking_back(snapshot.at))
        raise Refused(assessment, self._record(by, notes, event))

    @observed
    @in_turn
    def fulfil(self, *, by: str, at: datetime) -> Entry:
        """Close the deal as fulfilled; raises as :meth:`advance` does."""
        return self._advance(by, self._begin(at), FULFILLED)

    @observed
    @in_turn
    def answer_trial_close(
        self,
        answer: str,
        *,
        source: str,
        by: str,
        at: datetime,
        gap: str | None = None,
        reason: str = "",
        **details: Any,
    ) -> Entry:
        """Record the customer's answer to the trial close and move as it says.

        A rejection goes back to where the gap is, or to an earlier step whose guards no longer
        hold. From there on the guards need what is said after it. While nobody has said where the
        gap is the deal stays where it is: ask, and then :meth:`return_to_gap`. Against the yes of
        somebody with the final word, another's rejection is dissent and moves nothing.

        Args:
            answer: one of the playbook's answers; ``accepted``, ``needs_time``,
                ``wants_proposal`` or ``rejected`` in ``seven_step``.
            source: the contact who answers.
            by: who of us asked.
            at: when it is put on record.
            gap: of a rejection, where the customer sees the gap: a choice of the playbook's fact.
            reason: of a rejection, why, in the customer's words.
            details: as for :meth:`hear`.

        Raises:
            Refused: the answer goes forward, but guards stand in the way. The answer stays on
                record, so that :meth:`advance` can be tried later.
            MoveNotAllowed: the deal is closed or not at the trial close.
        """
        notes = self._begin(at)
        others = [*notes.problems, *by_problems(by)]
        if self.outcome is not None:
            raise self._no_move(closed(self.outcome), others)
        close = self.playbook.trial_close
        if close is None or self.step != close.step:
            told = message("{step} is not the trial close", step=self.step)
            raise self._no_move(Problem("", told, code="no_such_move"), others)
        # Answer and move are entries that come together or not at all.
        entry = self._say("contact", source, close.fact, answer, by, at, details)
        why = {**details, "quote": ""}
        for place, fact, said in (("reason", close.reason, reason), ("gap", close.gap_fact, gap)):
            if said and (fact is None or answer in close.forward):
                told = (
                    message("only a rejection has a {place}", place=place)
                    if fact
                    else message("no fact holds a {place}", place=place)
                )
                raise EvidenceError([Problem(place, told, code="inconsistent")])
            if said and fact is not None:
                entry = self._say("contact", source, fact, said, by, at, why)
        if answer in close.forward:
            return self._advance(by, notes, None)
        return self._go_back(by, notes) or entry

    def _go_back(self, by: str, notes: Notes) -> Entry | None:
        """Go back to the gap of the latest rejection, when it is known where that is."""
        back = way_back(Snapshot(self._state, notes.when(by)), self._records)
        return None if back is None else self._record(by, notes, back)

    @observed
    @in_turn
    def return_to_gap(self, *, by: str, at: datetime) -> Entry:
        """Go back to where the gap is that a rejection showed, once somebody has said where.

        Raises:
            MoveNotAllowed: the deal is closed, not at the trial close, or nothing was rejected.
            EvidenceError: nobody has said where the gap is.
        """
        notes = self._begin(at)
        others = [*notes.problems, *by_problems(by)]
        if problem := why_no_way_back(self._state, notes.at):
            raise self._no_move(problem, others)
        entry, close = self._go_back(by, notes), self.playbook.trial_close
        if entry is None:
            told = message("nobody has said where the gap is")
            data = {"fact": close and close.gap_fact}
            raise EvidenceError([*others, Problem("", told, code="gap_unknown", data=data)])
        return entry

    @observed
    @in_turn
    def step_back(self, to: str, *, by: str, at: datetime, reason: str) -> Entry:
        """Go back to an earlier step.

        Raises:
            MoveNotAllowed: the deal is closed, or ``to`` is not an earlier step.
        """
        return self._record(by, self._begin(at), events.SteppedBack(self.step, to, reason))

    @observed
    @in_turn
    def walk_away(self, *, by: str, at: datetime, reason: str) -> Entry:
        """End the deal from our side, at any open step; raises MoveNotAllowed on a closed one."""
        notes = self._begin(at)
        left = events.WalkedAway(self.step, reason, Verdict.READY.value, {})
        if notes.at is not None and self.outcome is None:
            judgement = self._judge(Snapshot(self._state, notes.at), None)
            left = walked_away(judgement, self._records(judgement.findings), reason)
        return self._record(by, notes, left)

    @observed
    @in_turn
    def lose(
        self,
        *,
        by: str,
        at: datetime,
        reason: str,
        to: Alternative,
        rival: str = "",
    ) -> Entry:
        """Record that the customer decided against us, why, and which alternative won.

        Raises:
            MoveNotAllowed: the deal is closed.
        """
        return self._record(by, self._begin(at), events.Lost(self.step, reason, to, rival))

    @observed
    @in_turn
    def reopen(self, *, by: str, at: datetime, reason: str) -> Entry:
        """Take up a walked-away or lost deal at its last step, on evidence newer than its end.

        Raises:
            MoveNotAllowed: the deal is open or fulfilled, or nothing new was recorded since.
        """
        # An open deal has no outcome to tell: what is recorded then is refused whatever it says.
        again = events.Reopened(self.step, self.outcome or "", reason)
        return self._record(by, self._begin(at), again)

    def _look(self, at: datetime) -> Snapshot:
        """The deal at an instant from its last entry on."""
        notes = self._begin(at)
        self._state.timeline.early(notes.problems, notes.at)
        raise_for(notes.problems)
        return Snapshot(self._state, notes.when())

    def _judge(
        self, snapshot: Snapshot, to: str | None, others: Sequence[Problem] = ()
    ) -> Judgement:
        try:
            return judge_step(snapshot, to)
        except LookupError:
            raise self._no_way(to, others) from None

    def _foresee(self, snapshot: Snapshot, to: str | None) -> Foreseen:
        # Moves are tried after a look: what they put on record is judged, made and written here.
        if kept := self._foreseen_at(snapshot.at, to):
            return kept
        judgement = self._judge(snapshot, to)
        until, records = stands_until(snapshot, to), self._records(judgement.findings)
        self._foreseen = Foreseen(self._trail, to, snapshot.at, until, judgement, records)
        return self._foreseen

    def _no_way(self, to: object, others: Sequence[Problem] = ()) -> MoveNotAllowed | EvidenceError:
        if self.outcome is not None:
            return self._no_move(closed(self.outcome), others)
        told = message("no move leads from {step} to {to!r}", step=self.step, to=to)
        return self._no_move(Problem("to", told, code="no_such_move"), others)

    def _records(self, findings: Iterable[Finding]) -> dict[str, events.GuardRecord]:
        """What findings gave, as it goes on record; made and written once for each outcome."""
        kept, records = self._written, {}
        for finding in findings:
            guard, outcome, waived = finding.guard, finding.outcome, finding.waived
            before = kept.get(guard)
            if before is None or before[0] is not outcome or before[1] != (finding.needed, waived):
                made = record(finding)
                events.write_record(made)
                before = kept[guard] = (outcome, (finding.needed, waived), made)
            records[guard] = before[2]
        return records
