"""What to ask next, and of whom: derived from the findings that do not hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from attrs import evolve, frozen

from dealflow.assessment.findings import Finding
from dealflow.conditions import Gap, Voices
from dealflow.evidence import SELF, US, Fact, Question
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.values import Truth

__all__ = ["Ask", "questions"]


@frozen(repr=False)
class Ask(Record):
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


def questions(snapshot: Snapshot, findings: Iterable[Finding]) -> list[Ask]:
    """What to ask for the guards that do not hold, in the order of what it would decide."""
    close = snapshot.playbook.trial_close
    why = () if close is None else (close.gap_fact, close.reason)
    asks: dict[tuple[str, str | None, str], Ask] = {}
    rank: dict[tuple[str, str | None, str], tuple[int, int]] = {}
    for finding in findings:
        if finding.holds:
            continue
        found = list(_asks(snapshot, finding))
        for ask in found:
            # What several guards lack is asked once. Only the question for people who contradict
            # each other is put anew for each guard: it has the same words, but is about other
            # answers.
            key = (ask.question.id, ask.about, "" if ask.reason != "conflicted" else finding.guard)
            blocking, weight = rank.get(key, (0, 0))
            # What a rejection is about before all else, as it says what else to ask; walk-away
            # conditions before other guards in the way, and both before those that only warn; then
            # by how many guards the answer bears on, one that it would decide counting as three.
            urgent = 3 if ask.fact in why else 2 if finding.walk_away else 1
            press = urgent if finding.blocks else 0
            rank[key] = (max(blocking, press), weight + 1 + (2 if ask.decides else 0))
            before = asks.get(key)
            asks[key] = ask if before is None else _merged(before, ask)
    # sorted() is stable: what ranks alike stays in the order of the playbook.
    order = sorted(asks, key=lambda key: tuple(-part for part in rank[key]))
    return [asks[key] for key in order]


def _merged(one: Ask, other: Ask) -> Ask:
    # Whose answer decides a guard is asked, before who could only say the same once more.
    first, second = (other, one) if other.decides and not one.decides else (one, other)
    whom = first if first.of or first.roles else second
    return Ask(
        one.question,
        first.reason,
        tuple(dict.fromkeys((*one.guards, *other.guards))),
        one.fact or other.fact,
        one.about,
        whom.of,
        whom.roles,
        one.decides or other.decides,
    )


def _asks(snapshot: Snapshot, finding: Finding) -> Iterator[Ask]:
    book, guard = snapshot.playbook, finding.guard
    if finding.truth is Truth.CONFLICTED and book.coaching.conflicted:
        question = book.question[book.coaching.conflicted]
        people = _sources(snapshot, (*finding.yes, *finding.no))
        yield Ask(question, "conflicted", (guard,), None, None, people, (), True)
    if finding.truth is Truth.FALSE:
        yield from _asks_again(snapshot, finding)
    # One fact may lack several things (another source, and a first-hand one): whoever settles the
    # fact settles them all.
    subjects = {(gap.subject, gap.about) for gap in finding.gaps}
    for gap in finding.gaps:
        asks = (
            _asks_for_voices(snapshot, guard)
            if gap.reason == "too_few_voices"
            else _asks_for_gap(snapshot, gap)
        )
        for ask in asks:
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
    evidence = snapshot.state.evidence
    read = {fact.id for fact in snapshot.playbook.guard_condition[finding.guard].facts}
    against: dict[tuple[str, str | None], list[int]] = {}
    for id in finding.no:
        for said in evidence.made_by(id):
            if said.fact in read:
                about = said.about and snapshot.people.same(said.about)
                against.setdefault((said.fact, about), []).append(id)
    for (fact, about), noes in against.items():
        # The best question only: the answer is known, and it is to be heard whether it still is a
        # no.
        for question in snapshot.playbook.fact[fact].ask[:1]:
            people: tuple[str, ...] = _sources(snapshot, noes)
            roles: tuple[str, ...] = ()
            if not people:
                people, roles = _whom_about(snapshot, question, question.of, about)
            yield Ask(question, "refuted", (finding.guard,), fact, about, people, roles)


def _asks_for_gap(snapshot: Snapshot, gap: Gap) -> Iterator[Ask]:
    book = snapshot.playbook
    fact = book.fact.get(gap.subject)
    if fact is not None:
        spoken = _spoken(snapshot, fact, gap)
        rejected_by = _who_rejected(snapshot, fact)
        for question in fact.ask:
            wanted = _wanted(fact, question, gap)
            people, roles = _whom_about(snapshot, question, wanted, gap.about, spoken)
            people = tuple(sorted(people, key=lambda who: who not in rejected_by))
            yield Ask(question, gap.reason, (), fact.id, gap.about, people, roles)
    elif gap.reason == "nobody_in_role" and gap.subject in book.role:
        asked_by = book.role[gap.subject].ask
        if asked_by is not None:
            question = book.question[asked_by]
            people, roles = _whom(snapshot, question.of)
            fact = next(fact for fact in book.facts if question in fact.ask)
            yield Ask(question, gap.reason, (), fact.id, None, people, roles)


def _who_rejected(snapshot: Snapshot, fact: Fact) -> Collection[str]:
    """Who knows best why the trial close was rejected and where the gap is: those who did."""
    close = snapshot.playbook.trial_close
    if close is None or fact.id not in (close.gap_fact, close.reason):
        return ()
    answers = snapshot.read(snapshot.playbook.fact[close.fact], None).values
    return _sources(snapshot, (id for answer, ids in answers if answer in close.back for id in ids))


def _asks_for_voices(snapshot: Snapshot, guard: str) -> Iterator[Ask]:
    """Ask somebody else for one of the facts behind which too few people stand."""
    nodes = snapshot.playbook.guard_condition[guard].walk()
    for node in (node for node in nodes if isinstance(node, Voices)):
        readings = [snapshot.read(fact, None) for fact in node.over]
        spoken = {s.teller for reading in readings for s in reading.live if s.teller is not None}
        asks = [
            Ask(question, "too_few_voices", (guard,), fact.id, None, *whom)
            for fact in node.over
            for question in fact.ask[:1]
            for whom in [_whom(snapshot, fact.sources.roles or question.of, None, spoken)]
        ]
        # A question that somebody on the map can answer goes before one for which to find somebody.
        for ask in sorted(asks, key=lambda ask: not ask.of)[:1]:
            anybody = () if ask.of else _whom(snapshot, (), None, spoken)[0]
            yield evolve(ask, of=anybody, roles=()) if anybody else ask


def _wanted(fact: Fact, question: Question, gap: Gap) -> tuple[str, ...]:
    """Whose answer counts: the required roles when others have spoken already."""
    # Others have answered already; asking them once more would change nothing.
    if gap.reason in ("role", "first_hand"):
        return fact.sources.roles
    # Once somebody with the final word has spoken, nobody else's words take their place.
    if fact.final_word and gap.lack is not None and gap.lack.roles == fact.final_word:
        return fact.final_word
    required = fact.sources.roles
    suitable = tuple(role for role in question.of if not required or role in required)
    return suitable or required or question.of


def _spoken(snapshot: Snapshot, fact: Fact, gap: Gap) -> tuple[str, ...]:
    """Who has answered already, where a further source is missing."""
    if gap.reason != "second_source":
        return ()
    reading = snapshot.read(fact, gap.about)
    return _sources(snapshot, (id for _, ids in reading.values for id in ids))


def _whom_about(
    snapshot: Snapshot,
    question: Question,
    roles: tuple[str, ...],
    about: str | None,
    spoken: Iterable[str] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A question about a person is put to that person, unless it is meant for certain roles."""
    # A question with roles of its own is about the person and not for him, as in: does he trust us?
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
    # In the order of the roles, which is from the most suitable downwards.
    holders = [id for role in roles for id in _holders(snapshot, role, himself)]
    suitable = dict.fromkeys(holders if roles else snapshot.everybody)
    people = tuple(id for id in suitable if id not in leave_out)
    if himself in people:
        return (himself,), ()
    return people, () if people else roles


def _holders(snapshot: Snapshot, role: str, himself: str | None) -> Iterable[str]:
    if role == SELF:
        return snapshot.people.staying([himself] if himself else ())
    return (contact.id for contact in snapshot.holders(role))


def _sources(snapshot: Snapshot, statements: Iterable[int]) -> tuple[str, ...]:
    """The people who made some statements, without those who have left."""
    said = (made for id in statements for made in snapshot.state.evidence.made_by(id))
    who = (snapshot.people.voice(s.source) for s in said if s.source_kind == "contact")
    return tuple(dict.fromkeys(id for id in who if id is not None))
