"""What the lines of a deal script say, checked against what is known by then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import asdict, define, evolve, field

from dealflow.evidence import Fact, next_id
from dealflow.exceptions import Problem
from dealflow.forms import printable, shown, words
from dealflow.message import listed, message
from dealflow.playbook import FULFILLED, Playbook
from dealflow.scripts.data import (
    Action,
    Answer,
    Confirm,
    Expect,
    Go,
    Introduce,
    Line,
    Meet,
    Recard,
    Say,
    TakeBack,
    Waive,
)
from dealflow.scripts.form import Came, Card, Met, Recards, TakesBack, Told, Words, line_form
from dealflow.values import Value, ValueType, from_json

__all__ = ["Scope", "introduced", "lines"]

_MOST_TOLD = 12
"""So many names can be taken in at a glance."""

_KINDS: Final = {
    str(each): each
    for each in (
        message("answer to a trial close"),
        message("fact"),
        message("gap"),
        message("guard"),
        message("role"),
        message("step"),
    )
}
"""What messages call the things that have ids."""


@define
class Scope:
    """What is known up to a line, so that names can be checked.

    Attributes:
        book: the playbook; ``None`` when it could not be loaded.
        by: who acts where a line names nobody.
        last: the time of the line before.
        people: the ids of the contacts known so far.
        interactions: the ids of the interactions so far.
        place: where we are.
        problems: what is wrong there.
    """

    book: Playbook | None
    by: str = ""
    last: datetime | None = None
    people: set[str] = field(factory=set)
    interactions: set[str] = field(factory=set)
    place: str = ""
    problems: list[Problem] = field(factory=list)

    def note(self, key: str, message: str) -> None:
        """Note a problem with a key."""
        place = f"{self.place}.{key}" if self.place else key
        self.problems.append(Problem(place, message))

    def person(self, key: str, name: str | None) -> None:
        """Somebody has to be known by now."""
        if name is not None and name not in self.people:
            self.note(key, message("nobody is called {name} by now", name=shown(name)))

    def interaction(self, key: str, id: str | None) -> None:
        """An interaction has to have taken place."""
        if id is not None and id not in self.interactions:
            self.note(key, message("there was no interaction {id} before", id=shown(id)))

    def known(
        self, key: str, what: str, id: str | None, ids: Callable[[Playbook], Collection[str]]
    ) -> None:
        """The playbook has to know an id."""
        if self.book is None or id is None or id in (known := ids(self.book)):
            return
        there = (
            message("; there are: {known}", known=listed(known)) if len(known) <= _MOST_TOLD else ""
        )
        self.note(
            key,
            message(
                "the playbook has no {what} {id}{there}",
                what=_KINDS[what],
                id=shown(id),
                there=there,
            ),
        )


def introduced(scope: Scope, card: Card, key: str) -> Introduce:
    """The contact on a card that stands under a key."""
    known = card.id in scope.people
    if card.name is None and not known:
        scope.note(f"{key}.name", message("is missing"))
    for i, role in enumerate(card.roles or ()):
        scope.known(f"{key}.roles[{i}]", "role", role, lambda book: book.role)
    scope.people.add(card.id)
    given = asdict(card, recurse=False, filter=lambda a, v: v is not None and a.name != "id")
    return Introduce(card.id, given, known)


def lines(scope: Scope, raw: Any, rows: list[int], problems: list[Problem]) -> tuple[Line, ...]:
    """The tables ``lines`` of which nothing is wrong.

    Args:
        scope: what is known before the first.
        raw: the list of tables.
        rows: the line of the file at which each starts; of another length when not known.
        problems: where to note what is wrong.
    """
    if not isinstance(raw, list) or not raw:
        problems.append(Problem("lines", message("is not a list of tables with at least one")))
        return ()
    # The rows were found by looking for headings. Where their number does not fit, somebody has
    # written the tables otherwise, or a heading stands inside a text: then no row is better than a
    # wrong one.
    starts = rows if len(rows) == len(raw) else [None] * len(raw)
    made = []
    for i, (item, row) in enumerate(zip(raw, starts, strict=True)):
        scope.place, scope.problems = f"lines[{i}]", []
        told = line_form().read(item, scope.problems, scope.place)
        if told is None:
            _learn(scope, item)
        else:
            action = _meant(scope, told)
            made.append(
                Line(i, told.at, told.by or scope.by, action, told.comment, told.expect, row)
            )
        problems += [Problem(_in_row(p.place, row), p.message) for p in scope.problems]
    return tuple(made)


def _in_row(place: str, row: int | None) -> str:
    return message("{place}, line {line}", place=place, line=row) if row else place


def _learn(scope: Scope, raw: Any) -> None:
    """Take in whom a line that cannot be read brings in: lines below are not to blame for it."""
    for key, known in (("contact", scope.people), ("meet", scope.interactions)):
        inner = raw.get(key) if isinstance(raw, Mapping) else None
        if isinstance(inner, Mapping):
            kind = inner.get("kind")
            id = inner.get("id", f"{kind if isinstance(kind, str) else ''}-{len(known) + 1}")
            known.update({id} if isinstance(id, str) else ())


def _meant(scope: Scope, told: Told) -> Action:
    if scope.last is not None and told.at < scope.last:
        scope.note("at", message("{at} is before the line above", at=told.at.isoformat()))
    scope.last = told.at
    action = _action(scope, told)
    if told.expect is not None:
        _expect(scope, told.expect, attempt=isinstance(action, Go | Answer))
    return action


def _expect(scope: Scope, expect: Expect, *, attempt: bool) -> None:
    if expect == Expect():
        scope.note("expect", message("expects nothing"))
    scope.known("expect.step", "step", expect.step, lambda book: book.step)
    if expect.refused is None:
        return
    for guard in sorted(expect.refused):
        scope.known("expect.refused", "guard", guard, lambda book: book.guard)
    if not expect.refused:
        scope.note(
            "expect.refused", message("names no guard: leave it out where the move is to pass")
        )
    elif not attempt:
        scope.note("expect.refused", message("only a move or an answer can be refused"))


def _action(scope: Scope, told: Told) -> Action:
    """What happens in a line, with what is wrong with it noted."""
    match told.action:
        case Met(meet):
            _meet(scope, meet)
            return meet
        case Came(card):
            return introduced(scope, card, "contact")
        case Recards(card, reason):
            given = asdict(card, recurse=False, filter=lambda _, value: value is not None)
            return Recard(given, reason)
        case Say() as say:
            return _say(scope, say, told.by or scope.by)
        case Confirm() as confirm:
            _confirm(scope, confirm)
        case TakesBack(said, reason):
            return _take_back(scope, said, reason)
        case Waive(guard):
            scope.known("waive", "guard", guard, lambda book: book.guard)
        case Go("advance" | "step_back", to):
            scope.known("to", "step", to, lambda book: (*book.step, FULFILLED))
        case Answer() as answer:
            _answer(scope, answer)
        case _:
            pass  # of other moves, and of prices, the form is all that can be wrong
    return told.action


def _confirm(scope: Scope, confirm: Confirm) -> None:
    scope.person("who", confirm.source)
    scope.interaction("interaction", confirm.interaction)
    for i, fact in enumerate(confirm.facts):
        scope.known(f"confirms[{i}]", "fact", fact, lambda book: book.fact)


def _answer(scope: Scope, answer: Answer) -> None:
    scope.known("answer", "answer to a trial close", answer.answer, _answers)
    scope.known("gap", "gap", answer.gap, _gaps)
    scope.person("who", answer.source)
    scope.person("via", answer.via)
    scope.interaction("interaction", answer.interaction)


def _meet(scope: Scope, meet: Meet) -> None:
    for i, name in enumerate(meet.people):
        scope.person(f"meet.with[{i}]", name)
    # Lines below may name it by the number that the deal will give it.
    known_as = meet.id or next_id(scope.interactions, meet.kind)
    if known_as in scope.interactions:
        scope.note("meet.id", message("there was an interaction {id!r} before", id=known_as))
    scope.interactions.add(known_as)


def _say(scope: Scope, say: Say, by: str) -> Say:
    heard = say.source_kind == "contact"
    if heard:
        scope.person("who", say.source)
    scope.person("about", say.about)
    scope.person("via", say.via)
    scope.interaction("interaction", say.interaction)
    facts = _facts(scope, say.facts, spoken=heard, about=say.about is not None)
    return evolve(say, facts=facts, source=by if say.source_kind == "observation" else say.source)


def _facts(scope: Scope, raw: Mapping[str, Any], *, spoken: bool, about: bool) -> dict[str, Value]:
    made: dict[str, Value] = {}
    of = set()
    for name, each in _flat(raw):
        fact = None if scope.book is None else scope.book.fact.get(name)
        place = f"facts.{printable(name)}"
        if fact is not None:
            of.add(fact.of)
            if name in made:
                scope.note(place, message("is given twice"))
            try:
                made[name] = _value(scope, place, fact, each)
            except ValueError as error:
                scope.note(place, str(error))
        elif scope.book is not None:
            scope.note(place, message("the playbook has no such fact"))
    if not raw:
        scope.note("facts", message("needs at least one: say what the words establish"))
    # `about` is for facts of contacts. A line may hold facts of both sorts: then it goes with
    # those.
    if about and of == {"deal"}:
        scope.note("about", message("none of the facts is about a contact"))
    if "contact" in of and not about and not spoken:
        scope.note("about", message("is missing: one of the facts is about a contact"))
    return made


def _value(scope: Scope, place: str, fact: Fact, raw: Any) -> Value:
    value = from_json(fact.type, raw)
    if fact.type is ValueType.CHOICE:
        words(*fact.choices).read(value)
    elif fact.type is ValueType.PERSON:
        scope.person(place, str(value))
    return value


def _flat(raw: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``facts.budget.approved = true`` is the same as ``facts."budget.approved" = true``."""
    for key, value in raw.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _take_back(scope: Scope, said: Words, reason: str) -> TakeBack:
    if (said.document is None) is (said.who is None):
        scope.note("withdraw", message("has to name either who said it or the document"))
    scope.person("withdraw.who", said.who)
    scope.person("withdraw.about", said.about)
    scope.known("withdraw.fact", "fact", said.fact, lambda book: book.fact)
    if said.document is not None:
        return TakeBack("document", said.document, said.fact, said.about, reason)
    return TakeBack("contact", said.who or "", said.fact, said.about, reason)


def _gaps(book: Playbook) -> tuple[str, ...]:
    return tuple(book.trial_close.gaps) if book.trial_close else ()


def _answers(book: Playbook) -> tuple[str, ...]:
    close = book.trial_close
    return (*close.forward, *close.back) if close else ()
