"""Plays a deal script through the engine, and keeps what each line did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from dealflow.assessment import Assessment, Finding, Refused
from dealflow.deal import Deal
from dealflow.evidence import Statement
from dealflow.exceptions import DealflowError, InputError, Problem
from dealflow.message import joined, message
from dealflow.playbook import Playbook
from dealflow.scripts.acting import act
from dealflow.scripts.data import Line, Script
from dealflow.trail import Entry
from dealflow.values import Truth

__all__ = ["Change", "Conflict", "Failure", "Run", "Turn", "play"]


@frozen
class Change:
    """A guard that gives another outcome than before.

    Attributes:
        guard: the guard's id.
        before: its finding before.
        after: its finding after.
    """

    guard: str
    before: Finding
    after: Finding


@frozen
class Conflict:
    """People who contradict each other on what a guard decides.

    Attributes:
        guard: the guard's id.
        yes: the statements that speak for it, on the disputed points only.
        no: the statements that speak against it.
    """

    guard: str
    yes: tuple[Statement, ...]
    no: tuple[Statement, ...]

    @property
    def between(self) -> tuple[str, ...]:
        """Who made the statements, in the order of the trail."""
        said = sorted((*self.yes, *self.no), key=lambda statement: statement.id)
        return tuple(dict.fromkeys(statement.source for statement in said))


@frozen
class Failure:
    """An expectation of a script that was not met.

    Attributes:
        line: the line that has it.
        what: what was looked at.
        expected: what should have been found; for ``refused``, the guards, sorted, with spaces
            between them; empty when the move should have passed.
        found: what was found, in the same form.
    """

    line: Line
    what: Literal["step", "outcome", "verdict", "refused"]
    expected: str
    found: str

    @property
    def message(self) -> str:
        """What is wrong, without the place."""
        values = {
            "expected": self.expected or message("nothing"),
            "found": self.found or message("nothing"),
        }
        return {
            "step": message("step: expected {expected}, found {found}", **values),
            "outcome": message("outcome: expected {expected}, found {found}", **values),
            "verdict": message("verdict: expected {expected}, found {found}", **values),
            "refused": message("refused: expected {expected}, found {found}", **values),
        }[self.what]

    def __str__(self) -> str:
        return joined("{first}: {rest}", (self.line.place, self.message))


@frozen
class Turn:
    """One line as it was played.

    Attributes:
        line: the line.
        entries: the entries that it put into the trail, a refusal included.
        before: where the deal stood just before, at the line's time.
        after: where it stands now, with what to ask next in ``after.questions``.
        refused: the refusal, when the line's move was refused.
        lapsed: the guards that changed since the line above, by the time that went by.
        changes: the guards that changed by this line; new ones of a later step are not among them.
        conflicts: the guards on which people contradict each other from now on.
        outcome: the deal's outcome now, ``None`` while it is open.
        failures: the expectations of the line that are not met.
    """

    line: Line
    entries: tuple[Entry, ...]
    before: Assessment
    after: Assessment
    refused: Refused | None
    lapsed: tuple[Change, ...]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    outcome: str | None
    failures: tuple[Failure, ...]


@frozen
class Run:
    """A script that was played.

    Attributes:
        script: the script.
        deal: the deal as it is after the last line.
        opening: the entries that opened the deal and put its first people into it.
        turns: one for each line.
    """

    script: Script
    deal: Deal
    opening: tuple[Entry, ...]
    turns: tuple[Turn, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every expectation that was not met."""
        return tuple(failure for turn in self.turns for failure in turn.failures)


def play(script: Script, playbook: Playbook | None = None) -> Run:
    """Play a script, line by line, into a deal of its own.

    A move that is refused is part of the play. What a line expects and does not find is collected
    in :attr:`Run.failures`.

    Args:
        script: the script.
        playbook: other rules than those that the script names.

    Raises:
        InputError: a line cannot be played: the deal has no such move, or what the line says
            cannot be recorded. It names the line, and the expectations not met before it, for
            they often are the cause.
    """
    place = "deal"
    turns: list[Turn] = []
    try:
        deal = _open(script, playbook or script.playbook)
        opening = tuple(deal.trail)
        last = deal.assess(at=script.opening.at)
        for line in script.lines:
            place = line.place
            turns.append(_turn(deal, line, last))
            last = turns[-1].after
    except DealflowError as error:
        missed = [failure for turn in turns for failure in turn.failures]
        problems = [Problem(failure.line.place, failure.message) for failure in missed]
        raise InputError([*problems, Problem(place, str(error))], script.name) from error
    return Run(script, deal, opening, tuple(turns))


def _open(script: Script, playbook: Playbook) -> Deal:
    start = script.opening
    deal = Deal.open(
        playbook,
        id=start.id,
        account=start.account,
        by=start.by,
        at=start.at,
        amount=start.amount,
        title=start.title,
        owner=start.owner,
        source=start.source,
        source_name=start.source_name,
        market=start.market,
        lines=start.lines,
        expected_close=start.expected_close,
    )
    for person in script.people:
        deal.add_contact(person.id, by=start.by, at=start.at, **person.fields)
    return deal


def _turn(deal: Deal, line: Line, last: Assessment) -> Turn:
    # Twice, before and after: so it can be told what time has done since the line above, and what
    # the line itself did.
    before = last if line.at == last.at else deal.assess(at=line.at)
    version = deal.version
    refused = None
    try:
        act(deal, line)
    except Refused as refusal:
        refused = refusal
    after = deal.assess(at=line.at)
    return Turn(
        line,
        tuple(deal.trail[version:]),
        before,
        after,
        refused,
        tuple(_changes(last, before)),
        tuple(_changes(before, after)),
        tuple(_conflicts(deal, last, after)),
        deal.outcome,
        tuple(_failures(deal, line, after, refused)),
    )


def _changes(before: Assessment, after: Assessment) -> Iterator[Change]:
    earlier = {finding.guard: finding for finding in before.findings}
    for finding in after.findings:
        was = earlier.get(finding.guard)
        # Guards that come with a later step have no before. A waiver changes whether a guard holds,
        # and not its truth.
        if was and (was.truth, was.holds) != (finding.truth, finding.holds):
            yield Change(finding.guard, was, finding)


def _conflicts(deal: Deal, before: Assessment, after: Assessment) -> Iterator[Conflict]:
    known = {f.guard for f in before.findings if f.truth is Truth.CONFLICTED}
    for finding in after.findings:
        if finding.truth is Truth.CONFLICTED and finding.guard not in known:
            yes, no = (
                [made for number in numbers for made in deal.made_by(number)]
                for numbers in (finding.yes, finding.no)
            )
            # A guard that reads several facts has statements on both sides even where only one fact
            # is disputed. Whoever speaks of the others is no party to the quarrel.
            disputed = {(s.fact, s.about) for s in yes} & {(s.fact, s.about) for s in no}
            yield Conflict(
                finding.guard,
                tuple(s for s in yes if (s.fact, s.about) in disputed),
                tuple(s for s in no if (s.fact, s.about) in disputed),
            )


def _failures(
    deal: Deal, line: Line, after: Assessment, refused: Refused | None
) -> Iterator[Failure]:
    expect = line.expect
    if expect is None:
        return
    guards = {finding.guard for finding in refused.findings} if refused else set[str]()
    # A line that expects anything and names no refusal expects that there is none.
    if guards != (expect.refused or set()):
        wanted = " ".join(sorted(expect.refused or ()))
        yield Failure(line, "refused", wanted, " ".join(sorted(guards)))
    if expect.step not in (None, deal.step):
        yield Failure(line, "step", str(expect.step), deal.step)
    outcome = deal.outcome or "open"
    if expect.outcome not in (None, outcome):
        yield Failure(line, "outcome", str(expect.outcome), outcome)
    if expect.verdict is not None and expect.verdict is not after.verdict:
        yield Failure(line, "verdict", expect.verdict.value, after.verdict.value)
