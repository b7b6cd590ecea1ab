"""Whom to ask: known people whose word counts, before somebody is looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from attrs import frozen

from dealflow.conditions import Gap
from dealflow.evidence import SELF, US, Fact, Question, Statement
from dealflow.record import Record
from dealflow.state import Snapshot

__all__ = ["Whom", "said_of", "sources", "whom", "whom_for", "without_role"]


@frozen(repr=False)
class Whom(Record):
    """Whom to ask.

    Attributes:
        of: the contacts, best first; empty when nobody on the map is suitable.
        roles: the roles to look for then.
    """

    of: tuple[str, ...]
    roles: tuple[str, ...] = ()


def whom(
    snapshot: Snapshot,
    roles: tuple[str, ...],
    himself: str | None = None,
    leave_out: Collection[str | None] = (),
    *,
    anybody: bool = False,
) -> Whom:
    """The contacts to ask.

    Args:
        snapshot: the deal.
        roles: those best asked, the most suitable first; none is everybody.
        himself: the contact whom the question is about, where it may be put to him.
        leave_out: those who have answered already.
        anybody: whether everybody's word counts, so that where nobody holds one of the roles
            whoever is known may be asked as well.
    """
    if roles == (US,):
        return Whom((), roles)
    holders = dict.fromkeys(id for role in roles for id in _holders(snapshot, role, himself))
    people = tuple(id for id in holders if id not in leave_out)
    if not people and (anybody or not roles):
        people = tuple(id for id in snapshot.everybody if id not in leave_out)
    if himself in people:
        return Whom((himself,))
    # One talks with people; a committee comes last.
    contacts = snapshot.state.contacts
    people = tuple(sorted(people, key=lambda who: contacts[who].kind == "committee"))
    return Whom(people, () if people else roles)


def whom_for(
    snapshot: Snapshot, fact: Fact, question: Question, gap: Gap, followed: Iterable[Statement]
) -> Whom:
    """Whom to ask for a fact that is not established."""
    himself, spoken = gap.about, set[str | None]()
    # A question with roles of its own is about the person and not for him, as in: does he trust us?
    if question.of and gap.about is not None:
        himself = None
        spoken.add(gap.about)
    before = sources(snapshot, followed)
    if gap.reason == "second_source":
        spoken.update(before)
    roles = _wanted(fact, question, gap)
    found = whom(snapshot, roles, himself, spoken, anybody=_anybodys(fact, gap))
    first = _who_rejected(snapshot, fact) or before
    # sorted() is stable: among those who have spoken, and the others, the best stay first.
    return Whom(tuple(sorted(found.of, key=lambda who: who not in first)), found.roles)


def _wanted(fact: Fact, question: Question, gap: Gap) -> tuple[str, ...]:
    """Whose answer counts: the required roles when others have spoken already."""
    # Others have answered already; asking them once more would change nothing.
    if gap.reason in ("role", "first_hand"):
        return fact.sources.roles
    # Once somebody with the final word has spoken, nobody else's words take their place.
    if _final(fact, gap):
        return fact.final_word
    required = fact.sources.roles
    suitable = tuple(role for role in question.of if not required or role in required)
    return suitable or required or question.of


def _anybodys(fact: Fact, gap: Gap) -> bool:
    return not fact.sources.roles and not _final(fact, gap)


def _final(fact: Fact, gap: Gap) -> bool:
    return bool(fact.final_word and gap.lack is not None and gap.lack.roles == fact.final_word)


def _who_rejected(snapshot: Snapshot, fact: Fact) -> Collection[str]:
    """Who knows best why the trial close was rejected and where the gap is: those who did."""
    close = snapshot.playbook.trial_close
    if close is None or fact.id not in (close.gap_fact, close.reason):
        return ()
    answers = snapshot.read(snapshot.playbook.fact[close.fact], None).values
    noes = (id for answer, ids in answers if answer in close.back for id in ids)
    return sources(snapshot, said_of(snapshot, noes))


def _holders(snapshot: Snapshot, role: str, himself: str | None) -> Iterable[str]:
    if role == SELF:
        return snapshot.people.staying([himself] if himself else ())
    return (contact.id for contact in snapshot.holders(role))


def without_role(snapshot: Snapshot) -> tuple[str, ...]:
    """The people whose part in the decision nobody has noted."""
    contacts, roles_of = snapshot.state.contacts, snapshot.people.roles_of
    return tuple(
        id for id in snapshot.everybody if not roles_of(id) and contacts[id].kind != "committee"
    )


def said_of(snapshot: Snapshot, numbers: Iterable[int]) -> list[Statement]:
    """The statements of some entries."""
    return [said for number in numbers for said in snapshot.state.evidence.made_by(number)]


def sources(snapshot: Snapshot, statements: Iterable[Statement]) -> tuple[str, ...]:
    """The people who made some statements, without those who have left."""
    voice = snapshot.people.voice
    who = (voice(said.source) for said in statements if said.source_kind == "contact")
    return tuple(dict.fromkeys(id for id in who if id is not None))
