"""What a coach would say: what to ask next and of whom, what to look out for, which paper to offer.

Everything is derived from the playbook, the evidence and the findings; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from attrs import frozen

from dealflow.assessment import Finding, Judgement, Verdict, judge_guards, judge_move
from dealflow.conditions import Gap, judge, witnesses
from dealflow.facts import US, Fact, Question
from dealflow.rules import TrialClose
from dealflow.state import DealState, Snapshot
from dealflow.truth import Truth

__all__ = [
    "Ask",
    "Assessment",
    "Farewell",
    "RaisedFlag",
    "assess",
    "farewell",
    "find_gap",
    "judge_step",
    "paper",
    "questions",
    "red_flags",
]


@frozen
class Ask:
    """A question to ask next.

    Attributes:
        question: the question.
        reason: why: a reason of :class:`~dealflow.conditions.Gap`, ``conflicted`` or ``refuted``.
        guards: the blocking guards that the answer bears on.
        fact: the fact it establishes, if any.
        about: the contact whom the fact is about.
        of: the contacts to ask, best first; empty when nobody on the deal is suitable yet.
        roles: the roles to look for when ``of`` is empty.
        decides: whether the answer alone would decide one of the guards.
    """

    question: Question
    reason: str
    guards: tuple[str, ...]
    fact: str | None = None
    about: str | None = None
    of: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    decides: bool = False


@frozen
class RaisedFlag:
    """A red flag that is up (METHOD, section 2).

    Attributes:
        flag: the id of the playbook's red flag, or ``overdue``.
        contacts: whom it is about.
        overdue: by how long the step has lasted longer than expected, for ``overdue``.
    """

    flag: str
    contacts: tuple[str, ...] = ()
    overdue: timedelta | None = None


@frozen
class Assessment:
    """Where a deal stands at one instant, and what to do next.

    Attributes:
        deal: the deal's id.
        step: the step that it is in.
        at: the instant, in UTC.
        move: the id of the forward move that was judged.
        to: where that move leads.
        verdict: what to do.
        findings: every guard that matters to the move.
        blocking: those that stand in the way, walk-away guards first.
        questions: what to ask, in the order of what the answers would decide.
        red_flags: what to look out for.
        paper: the id of the kind of paper that fits the commitment won so far.
        since: when the step was entered.
    """

    deal: str
    step: str
    at: datetime
    move: str
    to: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    blocking: tuple[Finding, ...]
    questions: tuple[Ask, ...]
    red_flags: tuple[RaisedFlag, ...]
    paper: str | None
    since: datetime


def judge_step(snapshot: Snapshot, to: str | None = None) -> Judgement:
    """Judge the move to ``to``; without it, the first that is ready, or else the first."""
    plans = snapshot.playbook.plans[snapshot.state.step]
    first = None
    for plan in plans:
        if to is None or plan.move.to == to:
            judgement = judge_move(snapshot, plan)
            if to is not None or judgement.verdict is Verdict.READY:
                return judgement
            first = first or judgement
    if first is None:
        raise LookupError(to)
    return first


def find_gap(snapshot: Snapshot, close: TrialClose) -> tuple[str, tuple[Finding, ...]]:
    """Where a rejected trial close goes back to (METHOD, section 1, step 5).

    Returns:
        The earliest step before the trial close whose guards no longer hold, or that the customer
        names as the gap; when there is neither, the step just before. And the findings of the
        guards of those steps that do not hold, since the customer's no has a cause. Only steps
        that lie on every way to the trial close count, for the deal has passed no others for sure.
    """
    book = snapshot.playbook
    earlier = [step for step in book.steps if step.id in book.passed_before(close.step)]
    failed: dict[str, tuple[Finding, ...]] = {}
    # Guards that are not standing mattered only on leaving their step.
    standing = {guard.id for guard in book.guards if guard.standing}
    for step in earlier:
        guards = [guard for guard in step.leave_when if guard in standing]
        findings = judge_guards(snapshot, guards, walk_away=False, needed=True)
        if book.walk_away and step.id == book.walk_away.start:
            guards = [guard for guard in book.walk_away.guards if guard in standing]
            findings += judge_guards(snapshot, guards, walk_away=True, needed=True)
        failed[step.id] = tuple(f for f in findings if not f.holds)
    named = set()
    if close.gap_fact is not None:
        reading = snapshot.read(book.fact[close.gap_fact], None)
        named = {close.gaps[str(value)] for value, _ in reading.values if value in close.gaps}
    gaps = [step.id for step in book.steps if failed.get(step.id) or step.id in named]
    everything = tuple(f for findings in failed.values() for f in findings)
    return (gaps[0] if gaps else earlier[-1].id), everything


def assess(snapshot: Snapshot, judgement: Judgement) -> Assessment:
    """Make the whole assessment of a judged move."""
    state = snapshot.state
    return Assessment(
        deal=state.id,
        step=state.step,
        at=snapshot.at,
        move=judgement.plan.move.id,
        to=judgement.plan.move.to,
        verdict=judgement.verdict,
        findings=judgement.findings,
        blocking=judgement.blocking,
        questions=tuple(questions(snapshot, judgement.findings)),
        red_flags=tuple(red_flags(snapshot)),
        paper=paper(snapshot),
        since=state.since or snapshot.at,
    )


def questions(snapshot: Snapshot, findings: Iterable[Finding]) -> list[Ask]:
    """What to ask for the guards that do not hold, in the order of what it would decide."""
    asks: dict[tuple[str, str | None, str], Ask] = {}
    rank: dict[tuple[str, str | None, str], tuple[int, int]] = {}
    for finding in findings:
        if finding.holds:
            continue
        found = list(_asks(snapshot, finding))
        for ask in found:
            key = (ask.question.id, ask.about, "" if ask.reason != "conflicted" else finding.guard)
            blocking, weight = rank.get(key, (0, 0))
            press = (2 if finding.walk_away else 1) if finding.blocks else 0
            rank[key] = (max(blocking, press), weight + 1 + (2 if ask.decides else 0))
            before = asks.get(key)
            asks[key] = ask if before is None else _merged(before, ask)
    order = sorted(asks, key=lambda key: tuple(-part for part in rank[key]))
    return [asks[key] for key in order]


def _merged(one: Ask, other: Ask) -> Ask:
    return Ask(
        one.question,
        one.reason,
        tuple(dict.fromkeys((*one.guards, *other.guards))),
        one.fact or other.fact,
        one.about,
        one.of or other.of,
        one.roles or other.roles,
        one.decides or other.decides,
    )


def _asks(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    book, guard = snapshot.playbook, finding.guard
    if finding.truth is Truth.CONFLICTED and book.coaching.conflicted:
        question = book.question[book.coaching.conflicted]
        people = _sources(snapshot.state, (*finding.yes, *finding.no))
        yield Ask(question, "conflicted", (guard,), None, None, people, (), True)
    if finding.truth is Truth.FALSE:
        yield from _asks_again(snapshot, finding)
    subjects = {(gap.subject, gap.about) for gap in finding.gaps}
    for gap in finding.gaps:
        for ask in _asks_for_gap(snapshot, gap):
            yield Ask(
                ask.question,
                gap.reason,
                (guard,),
                ask.fact,
                ask.about,
                ask.of,
                ask.roles,
                decides=len(subjects) == 1,
            )
    if any(gap.reason == "stale" for gap in finding.gaps) and book.coaching.stale:
        question = book.question[book.coaching.stale]
        people, roles = _whom(snapshot, question.of)
        yield Ask(question, "stale", (guard,), None, None, people, roles)


def _asks_again(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    """Ask those who said no once more, each for the fact on which he did."""
    statements = snapshot.state.evidence.statements
    against: dict[tuple[str, str | None], list[int]] = {}
    for id in finding.no:
        against.setdefault((statements[id].fact, statements[id].about), []).append(id)
    for (fact, about), noes in against.items():
        for question in snapshot.playbook.fact[fact].ask[:1]:
            people: tuple[str, ...] = _sources(snapshot.state, noes)
            roles: tuple[str, ...] = ()
            if not people:
                people, roles = _whom_about(snapshot, question, question.of, about)
            yield Ask(question, "refuted", (finding.guard,), fact, about, people, roles)


def _asks_for_gap(snapshot: Snapshot, gap: Gap) -> Iterator[Ask]:
    book = snapshot.playbook
    fact = book.fact.get(gap.subject)
    if fact is not None:
        spoken = _spoken(snapshot, fact, gap)
        for question in fact.ask:
            wanted = _wanted(fact, question, gap)
            people, roles = _whom_about(snapshot, question, wanted, gap.about, spoken)
            yield Ask(question, gap.reason, (), fact.id, gap.about, people, roles)
    elif gap.reason == "nobody_in_role" and gap.subject in book.role:
        asked_by = book.role[gap.subject].ask
        if asked_by is not None:
            question = book.question[asked_by]
            people, roles = _whom(snapshot, question.of)
            fact = next(fact for fact in book.facts if question in fact.ask)
            yield Ask(question, gap.reason, (), fact.id, None, people, roles)


def _wanted(fact: Fact, question: Question, gap: Gap) -> tuple[str, ...]:
    """Whose answer counts: the required roles when others have spoken already."""
    if gap.reason in ("role", "first_hand"):
        return fact.sources.roles
    required = fact.sources.roles
    suitable = tuple(role for role in question.of if not required or role in required)
    return suitable or required or question.of


def _spoken(snapshot: Snapshot, fact: Fact, gap: Gap) -> tuple[str, ...]:
    """Who has answered already, where a further source is missing."""
    if gap.reason != "second_source":
        return ()
    reading = snapshot.read(fact, gap.about)
    return _sources(snapshot.state, (id for _, ids in reading.values for id in ids))


def _whom_about(
    snapshot: Snapshot,
    question: Question,
    roles: tuple[str, ...],
    about: str | None,
    spoken: Iterable[str] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A question about a person is put to that person, unless it is meant for certain roles."""
    himself, others_only = (None, about) if question.of else (about, None)
    return _whom(snapshot, roles, himself, {*spoken, others_only})


def _whom(
    snapshot: Snapshot,
    roles: tuple[str, ...],
    himself: str | None = None,
    leave_out: Collection[str | None] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The contacts to ask, and the roles to look for when there is none."""
    if roles == (US,):
        return (), roles
    holders = [c.id for role in roles for c in snapshot.holders(role)]
    suitable = dict.fromkeys(holders if roles else snapshot.state.contacts)
    people = tuple(id for id in suitable if id not in leave_out)
    if himself in people:
        return (himself,), ()
    return people, () if people else roles


def _sources(state: DealState, statements: Iterable[int]) -> tuple[str, ...]:
    said = (state.evidence.statements[id] for id in statements)
    return tuple(dict.fromkeys(s.source for s in said if s.source_kind == "contact"))


def red_flags(snapshot: Snapshot) -> Iterator[RaisedFlag]:
    """The red flags that are up, in playbook order; ``overdue`` last."""
    book, state = snapshot.playbook, snapshot.state
    for flag in book.red_flags:
        condition = book.condition(f"red_flags.{flag.id}")
        if judge(condition, snapshot).truth in (Truth.TRUE, Truth.CONFLICTED):
            yield RaisedFlag(flag.id, witnesses(condition, snapshot))
    expected = book.step[state.step].expected_stay
    if expected is not None and state.since is not None and state.outcome is None:
        late = snapshot.at - state.since - expected
        if late > timedelta(0):
            yield RaisedFlag("overdue", overdue=late)


def paper(snapshot: Snapshot) -> str | None:
    """The kind of paper that fits the commitment won so far; the first whose condition is TRUE."""
    for kind in snapshot.playbook.papers:
        if kind.when is None:
            return kind.id
        condition = snapshot.playbook.condition(f"papers.{kind.id}")
        if judge(condition, snapshot).truth is Truth.TRUE:
            return kind.id
    return None


@frozen
class Farewell:
    """The facts of the polite message that ends our work on a deal (METHOD, section 3).

    Attributes:
        contacts: whom to call, the economic buyer first.
        name: the name of the first of them, if there is one.
        account: the customer.
        guards: the conditions that are refuted, for our own record; the message stays polite.
    """

    contacts: tuple[str, ...]
    name: str | None
    account: str
    guards: tuple[str, ...]


def farewell(snapshot: Snapshot, judgement: Judgement) -> Farewell:
    """The facts of the walk-away message: whom to call, and which conditions failed."""
    state = snapshot.state
    order = [c.id for role in snapshot.playbook.roles for c in state.holders(role.id)]
    contacts = tuple(dict.fromkeys([*order, *state.contacts]))
    refuted = tuple(f.guard for f in judgement.findings if f.refuted)
    name = state.contacts[contacts[0]].name if contacts else None
    return Farewell(contacts, name, state.account, refuted)
