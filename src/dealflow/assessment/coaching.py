"""What a coach would say besides: what to look out for, which paper to offer, how to say goodbye.

Everything is derived from the playbook, the evidence and the findings; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from dealflow.assessment.findings import Judgement
from dealflow.assessment.questions import Ask
from dealflow.assessment.whom import whom
from dealflow.conditions import judge, witnesses
from dealflow.record import Record
from dealflow.state import Snapshot
from dealflow.values import Truth

__all__ = ["Farewell", "RaisedFlag", "farewell", "paper", "red_flags"]


@frozen(repr=False)
class RaisedFlag(Record):
    """A red flag that is up (METHOD, section 2).

    Attributes:
        flag: the id of the playbook's red flag, or ``overdue``.
        contacts: whom it is about.
        overdue: by how long the step has lasted longer than expected, for ``overdue``.
        ask: the question with which to look into it, and whom to ask.
    """

    flag: str
    contacts: tuple[str, ...] = ()
    overdue: timedelta | None = None
    ask: Ask | None = None


def red_flags(snapshot: Snapshot) -> Iterator[RaisedFlag]:
    """The red flags that are up, in playbook order; ``overdue`` last."""
    book, state = snapshot.playbook, snapshot.state
    for flag in book.red_flags:
        condition = book.condition(f"red_flags.{flag.id}")
        # A warning blocks nothing, so that one voice is enough for it, even against others.
        if judge(condition, snapshot).truth in (Truth.TRUE, Truth.CONFLICTED):
            people = witnesses(condition, snapshot)
            yield RaisedFlag(flag.id, people, ask=_ask(snapshot, flag.ask, people))
    expected = book.step[state.step].expected_stay
    if expected is not None and state.since is not None and state.outcome is None:
        late = snapshot.at - state.since - expected
        if late > timedelta(0):
            yield RaisedFlag("overdue", overdue=late, ask=_ask(snapshot, book.coaching.overdue))


def _ask(snapshot: Snapshot, id: str | None, about: tuple[str, ...] = ()) -> Ask | None:
    """The question to a red flag: of those whom it is about, where it is put to people at all."""
    if id is None:
        return None
    question = snapshot.playbook.question[id]
    if about and not question.of:
        # It is about their own work and stake, which a committee has none of.
        contacts = snapshot.state.contacts
        people = tuple(who for who in about if contacts[who].kind != "committee")
        one = people[0] if len(people) == 1 else None
        return Ask(question, "red_flag", (), about=one, of=people) if people else None
    found = whom(snapshot, question.of, anybody=True)
    return Ask(question, "red_flag", (), of=found.of, roles=found.roles)


def paper(snapshot: Snapshot) -> str | None:
    """The kind of paper that fits the commitment won so far; the first whose condition is TRUE."""
    book = snapshot.playbook
    for kind in book.papers:
        if kind.start is not None and book.index(snapshot.state.step) < book.index(kind.start):
            continue
        if kind.when is None:
            return kind.id
        condition = book.condition(f"papers.{kind.id}")
        # A paper commits us: here it has to be beyond dispute.
        if judge(condition, snapshot).truth is Truth.TRUE:
            return kind.id
    return None


@frozen(repr=False)
class Farewell(Record):
    """The facts of the polite message that ends our work on a deal (METHOD, section 3).

    Attributes:
        contacts: whom to call, the economic buyer first.
        name: the name of the first of them, if there is one.
        account: the customer.
        guards: the conditions that are refuted, for our own record; the message stays polite.
        called: whether it is on record that the call was made, since the deal was last reopened.
    """

    contacts: tuple[str, ...]
    name: str | None
    account: str
    guards: tuple[str, ...]
    called: bool = False


def farewell(snapshot: Snapshot, judgement: Judgement) -> Farewell:
    """The facts of the walk-away message: whom to call, and which conditions failed."""
    state = snapshot.state
    # Playbooks name their roles from the one who decides downwards; whoever has none comes last.
    book, people = snapshot.playbook, snapshot.people
    order = [c.id for role in book.roles for c in people.holders(role.id)]
    contacts = tuple(dict.fromkeys([*order, *snapshot.everybody]))
    refuted = tuple(f.guard for f in judgement.findings if f.refuted)
    name = state.contacts[contacts[0]].name if contacts else None
    fact = book.coaching.called
    claims = snapshot.read(book.fact[fact], None).live if fact is not None else ()
    # A deal that was taken up again is parted with anew.
    called = any(said.value is True and said.id > state.reopened for said in claims)
    return Farewell(contacts, name, state.account, refuted, called)
