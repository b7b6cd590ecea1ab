"""What may be asked: the questions that follow from findings that do not hold.

Which of them comes first is decided in ``ranking``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from attrs import evolve, frozen

from dealflow.assessment.findings import Finding
from dealflow.assessment.whom import (
    Whom,
    said_of,
    sources,
    whom,
    whom_for,
    without_role,
)
from dealflow.conditions import Gap, Voices
from dealflow.evidence import US, Question, Statement
from dealflow.playbook import Playbook
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.values import Truth, Verdict

__all__ = ["Ask", "open_questions"]


@frozen(repr=False)
class Ask(Record):
    """A question to ask next.

    Attributes:
        question: the question; ``None`` where we have to put something on record ourselves.
        reason: why: a reason of :class:`~dealflow.conditions.Gap`, ``conflicted``, ``refuted``,
            ``part_unknown`` (whose word counts for what is not known before) or ``red_flag``.
        guards: the guards that do not hold and that the answer bears on.
        fact: the fact it establishes, if any.
        about: the contact whom the fact is about.
        of: the contacts to ask, best first; empty when nobody on the deal is suitable yet.
        roles: the roles to look for when ``of`` is empty.
        attribute: what to put on record, such as ``deal.amount``, where there is no question.
        follows: the statements that it comes back to.
        decides: the guards that some answer of the first of them would decide by itself.
        leads_to: the verdicts that some answer of his would lead to, other than the present one.
    """

    question: Question | None
    reason: str
    guards: tuple[str, ...]
    fact: str | None = None
    about: str | None = None
    of: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    attribute: str | None = None
    follows: tuple[int, ...] = ()
    decides: tuple[str, ...] = ()
    leads_to: tuple[Verdict, ...] = ()

    @property
    def id(self) -> str:
        """The id of the question, or the attribute to put on record."""
        return self.question.id if self.question is not None else str(self.attribute)

    @property
    def reachable(self) -> bool:
        """Whether there is somebody to ask it: a person who is known, or ourselves."""
        return bool(self.of) or self.roles in ((), (US,))


def open_questions(snapshot: Snapshot, findings: Iterable[Finding]) -> list[Ask]:
    """The questions for the guards that do not hold, each once, in the order of the playbook."""
    asks: dict[tuple[str, str | None, str], Ask] = {}
    for finding in findings:
        if finding.holds:
            continue
        for ask in _asks(snapshot, finding):
            # What several guards lack is asked once. Only the question for people who contradict
            # each other is put anew for each guard: it has the same words, but is about other
            # answers.
            key = (ask.id, ask.about, "" if ask.reason != "conflicted" else finding.guard)
            asks[key] = _merged(asks[key], ask) if key in asks else ask
    for ask in list(_introductions(snapshot, asks.values())):
        key = (ask.id, ask.about, "")
        asks[key] = _merged(asks[key], ask) if key in asks else ask
    return list(asks.values())


def _merged(one: Ask, other: Ask) -> Ask:
    # Whose answer settles a fact is asked, before who could only say the same once more.
    first, second = (other, one) if other.decides and not one.decides else (one, other)
    people = first if first.of or first.roles else second
    return evolve(
        first,
        guards=tuple(dict.fromkeys((*one.guards, *other.guards))),
        fact=one.fact or other.fact,
        of=people.of,
        roles=people.roles,
        decides=tuple(dict.fromkeys((*one.decides, *other.decides))),
    )


def _asks(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    coaching, guard = snapshot.playbook.coaching, finding.guard
    if finding.truth is Truth.CONFLICTED and coaching.conflicted:
        question = snapshot.playbook.question[coaching.conflicted]
        said = _contested(snapshot, finding)
        people = sources(snapshot, said_of(snapshot, said))
        yield Ask(question, "conflicted", (guard,), of=people, follows=said, decides=(guard,))
    if finding.truth is Truth.FALSE:
        yield from _asks_again(snapshot, finding)
    # One fact may lack several things (another source, and a first-hand one): whoever settles the
    # fact settles them all.
    alone = len({(gap.subject, gap.about) for gap in finding.gaps}) == 1
    for gap in finding.gaps:
        for ask in _asks_for_gap(snapshot, gap, guard):
            yield evolve(ask, guards=(guard,), decides=(guard,) if alone else ())
    yield from _what_changed(snapshot, finding)


def _contested(snapshot: Snapshot, finding: Finding) -> tuple[int, ...]:
    """The statements that contradict each other: of one fact, or else of one condition."""
    evidence = snapshot.state.evidence
    yes, no = (
        {s.fact for id in ids for s in evidence.made_by(id)} for ids in (finding.yes, finding.no)
    )
    ids = dict.fromkeys((*finding.yes, *finding.no))
    both = (id for id in ids if any(s.fact in yes & no for s in evidence.made_by(id)))
    return tuple(both) or tuple(ids)


def _asks_again(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    """Ask those who said no once more, each for the fact on which he did."""
    book = snapshot.playbook
    read = {fact.id for fact in book.guard_condition[finding.guard].wanted}
    against: dict[tuple[str, str | None], list[Statement]] = {}
    for said in said_of(snapshot, finding.no):
        if said.fact in read:
            about = said.about and snapshot.people.same(said.about)
            against.setdefault((said.fact, about), []).append(said)
    for (fact, about), noes in against.items():
        # The best question only: the answer is known, and it is to be heard whether it still is a
        # no.
        for question in book.fact[fact].ask[:1]:
            found = Whom(sources(snapshot, noes))
            if not found.of:
                gap = Gap("never_asked", fact, about)
                found = whom_for(snapshot, book.fact[fact], question, gap, ())
            yield Ask(
                question,
                "refuted",
                (finding.guard,),
                fact,
                about,
                found.of,
                found.roles,
                follows=tuple(dict.fromkeys(said.id for said in noes)),
            )


def _asks_for_gap(snapshot: Snapshot, gap: Gap, guard: str) -> Iterator[Ask]:
    book = snapshot.playbook
    if gap.reason == "too_few_voices":
        yield from _asks_for_voices(snapshot, guard)
    elif gap.reason == "too_few_heard":
        yield from _asks_to_hear(snapshot)
    elif gap.reason == "nobody_in_role" and gap.subject in book.role:
        yield from _asks_for_role(snapshot, gap.subject)
    elif gap.reason == "not_set":
        yield Ask(None, gap.reason, (), None, gap.about, roles=(US,), attribute=gap.subject)
    elif gap.subject in book.fact:
        fact = book.fact[gap.subject]
        followed = snapshot.state.evidence.latest(fact.id, gap.about)
        ids = tuple(sorted({said.id for said in followed}))
        reason = "passed" if _is_over(snapshot, gap, followed) else gap.reason
        for question in fact.ask:
            found = whom_for(snapshot, fact, question, gap, followed)
            yield Ask(question, reason, (), fact.id, gap.about, found.of, found.roles, follows=ids)


def _is_over(snapshot: Snapshot, gap: Gap, followed: Iterable[Statement]) -> bool:
    """Whether an answer is out of date that named a day that is over: it cannot still be so."""
    today = snapshot.at.date()
    days = [said.value for said in followed if isinstance(said.value, date)]
    return gap.reason == "stale" and bool(days) and max(days) < today


def _asks_for_role(snapshot: Snapshot, role: str) -> Iterator[Ask]:
    """Ask whoever is known who holds a role that nobody is known in."""
    book = snapshot.playbook
    if (asked_by := book.role[role].ask) is not None:
        question = book.question[asked_by]
        found = whom(snapshot, question.of, anybody=True)
        fact = _fact_of(book, question)
        yield Ask(question, "nobody_in_role", (), fact, None, found.of, found.roles)


def _asks_to_hear(snapshot: Snapshot) -> Iterator[Ask]:
    """Ask for more people, and those first whom nobody has heard yet."""
    book = snapshot.playbook
    if (asked_by := book.coaching.more) is not None:
        question = book.question[asked_by]
        people = sorted(snapshot.everybody, key=lambda who: who in snapshot.heard)
        yield Ask(question, "too_few_heard", (), _fact_of(book, question), of=tuple(people))


def _asks_for_voices(snapshot: Snapshot, guard: str) -> Iterator[Ask]:
    """Ask somebody else for one of the facts behind which too few people stand."""
    nodes = snapshot.playbook.guard_condition[guard].walk()
    for node in (node for node in nodes if isinstance(node, Voices)):
        live = [said for fact in node.over for said in snapshot.read(fact, None).live]
        spoken = {said.teller for said in live if said.teller is not None}
        asks = [
            Ask(question, "too_few_voices", (guard,), fact.id, None, found.of, found.roles)
            for fact in node.over
            for question in fact.ask[:1]
            for found in [whom(snapshot, fact.sources.roles or question.of, None, spoken)]
        ]
        # A question that somebody on the map can answer goes before one for which to find somebody.
        for ask in sorted(asks, key=lambda ask: not ask.of)[:1]:
            ids = tuple(said.id for said in live if said.fact == ask.fact)
            anybody = () if ask.of else whom(snapshot, (), None, spoken).of
            yield evolve(ask, of=ask.of or anybody, roles=() if anybody else ask.roles, follows=ids)


def _what_changed(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    """Where an answer is out of date, ask what has changed: of people whom we have heard before."""
    book = snapshot.playbook
    if book.coaching.stale and any(gap.reason == "stale" for gap in finding.gaps):
        question = book.question[book.coaching.stale]
        strangers = {id for id in snapshot.state.contacts if id not in snapshot.heard}
        found = whom(snapshot, question.of, None, strangers, anybody=True)
        if found.of:
            yield Ask(question, "stale", (finding.guard,), None, None, found.of)


def _introductions(snapshot: Snapshot, asks: Collection[Ask]) -> Iterator[Ask]:
    """For questions to which nobody is known whose word counts: ask the known for the way there."""
    book = snapshot.playbook
    waiting = [ask for ask in asks if not ask.reachable]
    open_roles = [ask for ask in asks if not ask.reachable or ask.reason == "nobody_in_role"]
    guards = tuple(dict.fromkeys(guard for ask in open_roles for guard in ask.guards))
    unknown = without_role(snapshot)
    if open_roles and unknown and book.coaching.part is not None:
        question = book.question[book.coaching.part]
        about = unknown[0] if len(unknown) == 1 else None
        yield Ask(question, "part_unknown", guards, _fact_of(book, question), about, unknown)
    if snapshot.everybody:
        for role in dict.fromkeys(ask.roles[0] for ask in waiting if ask.roles[0] in book.role):
            bears_on = (g for ask in waiting if ask.roles[0] == role for g in ask.guards)
            guards = tuple(dict.fromkeys(bears_on))
            for ask in _asks_for_role(snapshot, role):
                yield evolve(ask, guards=guards)


def _fact_of(book: Playbook, question: Question) -> str:
    return next(fact.id for fact in book.facts if question in fact.ask)
