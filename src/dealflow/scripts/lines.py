"""Reads the parts of a deal script, strictly: every problem at once, each with its place."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args

from dealflow.assessment import Verdict
from dealflow.evidence import (
    ContactKind,
    Fact,
    Influence,
    InteractionKind,
    ResponseMode,
    SourceKind,
)
from dealflow.exceptions import Problem
from dealflow.playbook import FULFILLED, OUTCOMES, Playbook
from dealflow.scripts.data import (
    Action,
    Answer,
    Expect,
    Go,
    Introduce,
    Line,
    Meet,
    Opening,
    Reprice,
    Say,
    TakeBack,
    Verb,
    Waive,
)
from dealflow.scripts.table import (
    REQUIRED,
    Read,
    Scope,
    Table,
    each,
    instant,
    printable,
    text,
    word,
    words,
    yes_no,
)
from dealflow.values import Money, Value, ValueType, check_id, check_text, from_json

__all__ = ["contacts", "lines", "opening"]


def opening(table: Table) -> Opening:
    """The table ``deal``."""
    made = Opening(
        id=table.take("id", check_id),
        account=table.take("account", text),
        by=table.take("by", text),
        at=table.take("at", instant),
        amount=table.take("amount", Money.parse, None),
        title=table.take("title", check_text, ""),
    )
    table.close()
    return made


def contacts(table: Table, scope: Scope) -> tuple[Introduce, ...]:
    """The table ``contacts``: by id, those known from the start."""
    made = []
    for contact, card in table.tables():
        try:
            check_id(contact)
        except ValueError as error:
            card.note("", str(error))
        made.append(_card(card, scope, contact))
    return tuple(made)


def _card(table: Table, scope: Scope, contact: str) -> Introduce:
    known = contact in scope.people
    readers: dict[str, Read] = {
        "name": text,
        "title": check_text,
        "kind": word(*get_args(ContactKind)),
        "roles": each(scope.one_of("role", lambda book: book.role)),
        "influence": word(*get_args(Influence)),
        "response_mode": word(*get_args(ResponseMode)),
        "rating": _rating,
    }
    given = {
        key: table.take(key, read, REQUIRED if key == "name" and not known else None)
        for key, read in readers.items()
    }
    table.close()
    # Even if the card is wrong: lines below are not to blame for it.
    scope.people.add(contact)
    return Introduce(contact, {k: v for k, v in given.items() if k in table.raw}, known)


def lines(
    problems: list[Problem], raw: Any, rows: list[int], scope: Scope
) -> tuple[Line | None, ...]:
    """The tables ``lines``; ``None`` where one could not be read.

    Args:
        problems: where to note what is wrong.
        raw: the list of tables.
        rows: the line of the file at which each starts; of another length when not known.
        scope: what is known before the first.
    """
    if not isinstance(raw, list) or not raw:
        problems.append(Problem("lines", "is not a list of tables with at least one"))
        return ()
    # The rows were found by looking for headings. Where their number does not fit, somebody has
    # written the tables otherwise, or a heading stands inside a text: then no row is better than a
    # wrong one.
    starts = rows if len(rows) == len(raw) else [None] * len(raw)
    return tuple(
        _line(Table(problems, f"lines[{i}]", item, row), i, scope)
        for i, (item, row) in enumerate(zip(raw, starts, strict=True))
    )


def _rating(raw: Any) -> int:
    if type(raw) is not int or not -5 <= raw <= 5:
        raise ValueError(f"{reprlib.repr(raw)} is not a whole number from -5 to 5")
    return raw


def _line(table: Table, number: int, scope: Scope) -> Line | None:
    at = table.take("at", instant)
    if at is not None:
        if scope.last is not None and at < scope.last:
            table.note("at", f"{at.isoformat()} is before the line above")
        scope.last = at
    by = table.take("by", text, scope.by)
    comment = words(table, "comment", required=False)
    found = [key for key in _ACTIONS if key in table.raw]
    # An answer has a speaker as well, whose key is by itself a kind of line.
    if "answer" in found and "who" in found:
        found.remove("who")
    if len(found) != 1:
        table.note("", _not_one(found))
        return None
    action = _ACTIONS[found[0]](table, scope)
    expect = _expect(table, scope, attempt=isinstance(action, Go | Answer))
    table.close()
    return None if at is None else Line(number, at, by, action, comment, expect, table.row)


def _not_one(found: list[str]) -> str:
    if found:
        return f"has {' and '.join(found)}: a line is one thing only"
    return f"nothing happens in it: a line has one of {', '.join(_ACTIONS)}"


def _expect(table: Table, scope: Scope, *, attempt: bool) -> Expect | None:
    inner = table.table("expect")
    if inner is None:
        return None
    guards = inner.take("refused", each(scope.one_of("guard", lambda book: book.guard)), None)
    if guards == ():
        inner.note("refused", "names no guard: leave it out where the move is to pass")
    if guards and not attempt:
        inner.note("refused", "only a move or an answer can be refused")
    verdict = inner.take("verdict", word(*(verdict.value for verdict in Verdict)), None)
    made = Expect(
        step=inner.take("step", scope.one_of("step", lambda book: book.step), None),
        outcome=inner.take("outcome", word("open", *OUTCOMES), None),
        verdict=None if verdict is None else Verdict(verdict),
        refused=None if guards is None else frozenset(guards),
    )
    if not inner.raw:
        inner.note("", "expects nothing")
    inner.close()
    return made


# actions


def _meet(table: Table, scope: Scope) -> Meet:
    inner = table.under("meet")
    made = Meet(
        kind=inner.take("kind", word(*get_args(InteractionKind))),
        people=inner.take("with", each(scope.person)),
        channel=inner.take("channel", check_text, ""),
        id=inner.take("id", check_id, None),
        held_at=inner.take("held_at", instant, None),
        two_way=inner.take("two_way", yes_no, True),
    )
    # Lines below may name it by the number that the deal will give it.
    known_as = made.id or f"{made.kind}-{len(scope.interactions) + 1}"
    if known_as in scope.interactions:
        inner.note("id", f"there was an interaction {known_as!r} before")
    scope.interactions.add(known_as)
    inner.close()
    return made


def _speaks(table: Table, scope: Scope) -> Say:
    source = table.take("who", scope.person)
    return _say(table, scope, "contact", source, table.take("says", text))


def _document(table: Table, scope: Scope) -> Say:
    source = table.take("document", text)
    return _say(table, scope, "document", source, table.take("says", check_text, ""))


def _observe(table: Table, scope: Scope) -> Say:
    source = table.take("by", text, scope.by)
    return _say(table, scope, "observation", source, table.take("observe", text))


def _say(table: Table, scope: Scope, kind: SourceKind, source: str, quote: str) -> Say:
    heard = kind == "contact"
    about = table.take("about", scope.person, None)
    return Say(
        source_kind=kind,
        source=source,
        quote=quote,
        facts=_facts(table, scope, spoken=heard, about="about" in table.raw),
        asks=table.take("asks", check_text, "") if heard else "",
        about=about,
        via=table.take("via", scope.person, None) if heard else None,
        first_hand=table.take("first_hand", yes_no, None) if heard else None,
        said_at=table.take("said_at", instant, None),
        interaction=table.take("interaction", scope.interaction, None),
    )


def _facts(table: Table, scope: Scope, *, spoken: bool, about: bool) -> dict[str, Value]:
    inner = table.table("facts")
    if inner is None:
        table.note("facts", "is missing: say what the words establish")
        return {}
    made: dict[str, Value] = {}
    of = set()
    for name, raw in _flat(inner.raw):
        fact = None if scope.book is None else scope.book.fact.get(name)
        if fact is not None:
            of.add(fact.of)
            if name in made:
                inner.note(name, "is given twice")
            try:
                made[name] = _value(fact, raw, scope)
            except ValueError as error:
                inner.note(name, str(error))
        elif scope.book is not None:
            inner.note(printable(name), "the playbook has no such fact")
    if not inner.raw:
        inner.note("", "is empty: say what the words establish")
    # `about` is for facts of contacts. A line may hold facts of both sorts: then it goes with
    # those.
    if about and of == {"deal"}:
        table.note("about", "none of the facts is about a contact")
    if "contact" in of and not about and not spoken:
        table.note("about", "is missing: one of the facts is about a contact")
    return made


def _value(fact: Fact, raw: Any, scope: Scope) -> Value:
    value = from_json(fact.type, raw)
    if fact.type is ValueType.CHOICE:
        word(*fact.choices)(value)
    elif fact.type is ValueType.PERSON:
        scope.person(value)
    return value


def _flat(raw: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``facts.budget.approved = true`` is the same as ``facts."budget.approved" = true``."""
    for key, value in raw.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _contact(table: Table, scope: Scope) -> Introduce:
    inner = table.under("contact")
    return _card(inner, scope, inner.take("id", check_id))


def _amount(table: Table, _: Scope) -> Reprice:
    return Reprice(table.take("amount", Money.parse), table.take("reason", text))


def _take_back(table: Table, scope: Scope) -> TakeBack:
    inner = table.under("withdraw")
    document = inner.take("document", text, None)
    person = inner.take("who", scope.person, None)
    if ("document" in inner.raw) is ("who" in inner.raw):
        inner.note("", "has to name either who said it or the document")
    fact = inner.take("fact", scope.one_of("fact", lambda book: book.fact))
    about = inner.take("about", scope.person, None)
    inner.close()
    reason = table.take("reason", text)
    if document is not None:
        return TakeBack("document", document, fact, about, reason)
    return TakeBack("contact", person, fact, about, reason)


def _waive(table: Table, scope: Scope) -> Waive:
    return Waive(
        table.take("waive", scope.one_of("guard", lambda book: book.guard)),
        table.take("authority", text),
        table.take("reason", text),
        table.take("until", instant, None),
    )


def _go(table: Table, scope: Scope) -> Go:
    verb = table.take("move", word(*get_args(Verb)))
    if verb is None:
        table.asked |= dict.fromkeys(("to", "reason", "rival"))
        return Go("advance")  # nobody sees it: a problem was noted
    steps = scope.one_of("step", lambda book: (*book.step, FULFILLED))
    to = None
    if verb == "advance":
        to = table.take("to", steps, None)
    elif verb == "step_back":
        to = table.take("to", steps)
    elif verb == "lose":
        to = table.take("to", word("rival", "in_house", "nothing"))
    rival = table.take("rival", check_text, "") if verb == "lose" else ""
    reason = "" if verb in ("advance", "fulfil") else table.take("reason", text)
    return Go(verb, to, reason, rival)


def _answer(table: Table, scope: Scope) -> Answer:
    def answers(book: Playbook) -> tuple[str, ...]:
        close = book.trial_close
        return (*close.forward, *close.back) if close else ()

    return Answer(
        answer=table.take("answer", scope.one_of("answer to a trial close", answers)),
        source=table.take("who", scope.person),
        quote=table.take("says", check_text, ""),
        asks=table.take("asks", check_text, ""),
        via=table.take("via", scope.person, None),
        first_hand=table.take("first_hand", yes_no, None),
        said_at=table.take("said_at", instant, None),
        interaction=table.take("interaction", scope.interaction, None),
    )


_ACTIONS: Final[Mapping[str, Callable[[Table, Scope], Action]]] = {
    "meet": _meet,
    "who": _speaks,
    "document": _document,
    "observe": _observe,
    "contact": _contact,
    "amount": _amount,
    "withdraw": _take_back,
    "waive": _waive,
    "move": _go,
    "answer": _answer,
}
