"""A scene written out as a pytest function: plain verbs, one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from textwrap import wrap

from attrs import fields

from dealflow.deal import Deal
from dealflow.evidence import Card, Contact
from dealflow.trail import Entry, events
from dealflow.typing import JSON
from dealflow.values import Money, visible

__all__ = ["literal", "marks", "verbs", "withdrawal", "written"]

_BY = "rep"
_NOW = "**now"
_WIDTH = 100
_LONGEST_NAME = 70
_INDENT = "    "
_IMPORTS = {
    "from datetime import": {"timedelta(": "timedelta"},
    "from dealflow import": {"Line(": "Line", "Money(": "Money"},
}
_ON_THE_MAP = ("roles", "kind", "influence", "response_mode", "rating", "department", "level")
_PLAIN: Mapping[str, object] = {
    **dict.fromkeys(_ON_THE_MAP),
    "roles": (),
    "kind": "person",
    "department": "",
    "level": None,
}


def written(name: str, step: str, lines: Iterable[str], says: str = "") -> str:
    """Write a test that starts with the cheapest deal at a step."""
    body = [
        *_docstring(says),
        f"deal = deal_at({literal(step)})",
        f'now = {{"by": {literal(_BY)}, "at": deal.trail[-1].at}}',
        *lines,
    ]
    function = [f"def test_{_word(name)}(deal_at):", *(f"{_INDENT}{line}" for line in body)]
    # found by how a name is used, as the lines come from many places
    used = {
        line: [name for sign, name in names.items() if any(sign in each for each in body)]
        for line, names in _IMPORTS.items()
    }
    needed = [f"{line} {', '.join(names)}" for line, names in used.items() if names]
    return "\n".join([*needed, "", "", *function] if needed else function) + "\n"


def _word(name: str) -> str:
    """A name as part of a function's, cut between two words when it is long."""
    word = re.sub(r"\W+", "_", name).strip("_").lower()
    if len(word) <= _LONGEST_NAME:
        return word
    return word[: _LONGEST_NAME + 1].rpartition("_")[0] or word[:_LONGEST_NAME]


def literal(value: JSON) -> str:
    """A value in its textual form, as Python source."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    # a string of JSON is one of Python, too, and always in double quotes
    if not isinstance(value, str):
        return repr(value)
    # but what cannot be seen is escaped: code that is read has to say what it does
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _docstring(says: str) -> Iterator[str]:
    if says:
        # a quote just before the three that end it would be one of them
        words = visible(says).replace("\\", "\\\\") + (" " if says.endswith('"') else "")
        yield from wrap(f'"""{words}"""', _WIDTH - len(_INDENT), break_on_hyphens=False)


def verbs(deal: Deal, entries: Iterable[Entry]) -> Iterator[str]:
    """The lines of code that put entries on record; ``now`` is who opened it, and when it is.

    Args:
        deal: the deal whose entries they are.
        entries: moves forward, and such as ``perform`` of the solver makes.
    """
    for withdrawn, group in groupby(entries, lambda e: isinstance(e.event, events.Withdrawn)):
        if withdrawn:
            yield from _taken_back(deal, list(group))
        else:
            yield from _done(deal, group)


def _done(deal: Deal, entries: Iterable[Entry]) -> Iterator[str]:
    """One call for each entry."""
    for entry in entries:
        event = entry.event
        match event:
            case events.ContactAdded():
                who = event.contact
                traits = dict(_on_the_map(who, _PLAIN))
                yield from _call("add_contact", who.id, name=who.name, **traits)
            case events.ContactChanged():
                # a change is told by what changed, so the contact before it is looked up
                before = next(
                    earlier.event.contact
                    for earlier in reversed(deal.trail[: entry.seq - 1])
                    if isinstance(earlier.event, events.ContactAdded | events.ContactChanged)
                    and earlier.event.contact.id == event.contact.id
                )
                known = {name: getattr(before, name) for name in _ON_THE_MAP}
                changes = dict(_on_the_map(event.contact, known))
                yield from _call("change_contact", event.contact.id, **changes)
            case events.AmountChanged():
                price = _money(event.amount)
                yield from _lines("change_amount", [price, f"reason={literal(event.reason)}"])
            case events.CardChanged():
                card = next(
                    earlier.event.card
                    for earlier in reversed(deal.trail[: entry.seq - 1])
                    if isinstance(earlier.event, events.Opened | events.CardChanged)
                )
                yield from _lines("change_card", list(_changed(event.card, card)))
            case events.Met():
                people: JSON = list(event.interaction.participants)
                yield from _call("meet", event.interaction.kind, participants=people)
            case events.Said():
                yield from _said(event, entry, deal.trail[0].by)
            case events.Waived():
                yield from _call(
                    "waive", event.guard, authority=event.authority, reason=event.reason
                )
            case events.Moved():
                yield f"deal.advance(to={literal(event.to_step)}, **now)"
            case _:
                raise TypeError(f"{event.KIND} puts nobody into a scene")


def _taken_back(deal: Deal, entries: Sequence[Entry]) -> Iterator[str]:
    """Statements are found by what they say: other rules, or another version, move their numbers.

    A fact of which nothing is left is named alone, else together with who spoke.
    """
    gone = [e.event.statement for e in entries if isinstance(e.event, events.Withdrawn)]
    before = {
        entry.event.statement
        for entry in deal.trail[: entries[0].seq - 1]
        if isinstance(entry.event, events.Withdrawn)
    }
    left = {
        said.fact
        for id, said in deal.statements.items()
        if id < entries[0].seq and id not in before and id not in gone
    }
    said = [deal.statements[id] for id in gone]
    whole = list(dict.fromkeys(each.fact for each in said if each.fact not in left))
    if len(whole) > 1:
        yield from withdrawal([f"said.fact in ({', '.join(map(literal, whole))})"])
    elif whole:
        yield from withdrawal(list(marks(fact=whole[0])))
    others = dict.fromkeys((s.fact, s.source, s.about) for s in said if s.fact in left)
    for fact, source, about in others:
        yield from withdrawal(list(marks(fact=fact, source=source, about=about)))


def withdrawal(marks: list[str]) -> Iterator[str]:
    """A loop that takes back the statements with these marks."""
    yield "for number, said in deal.statements.items():"
    parts = [*marks, "number not in deal.withdrawn"]
    line = f"{_INDENT}if {' and '.join(parts)}:"
    if len(_INDENT) + len(line) <= _WIDTH:
        yield line
    else:
        rows = [parts[0], *(f"and {part}" for part in parts[1:])]
        yield f"{_INDENT}if ("
        yield from (f"{_INDENT * 2}{row}" for row in rows)
        yield f"{_INDENT}):"
    yield f'{_INDENT * 2}deal.withdraw(number, reason="No longer so", **now)'


def marks(**fields: str | None) -> Iterator[str]:
    """By what a statement is told from others."""
    for name, value in fields.items():
        if value is not None:
            yield f"said.{name} == {literal(value)}"


def _changed(card: Card, before: Card) -> Iterator[str]:
    """What differs from before on the deal's card, as arguments."""
    for name in (field.name for field in fields(Card)):
        value = getattr(card, name)
        if value == getattr(before, name):
            continue
        if name == "lines":
            lines = (f"Line({literal(line.product)}, {_money(line.amount)})" for line in card.lines)
            yield f"lines=[{', '.join(lines)}]"
        else:
            yield f"{name}={literal(value.isoformat() if isinstance(value, date) else value)}"


def _money(amount: Money) -> str:
    return f'Money("{amount.amount:f}", "{amount.currency}")'


def _on_the_map(contact: Contact, before: Mapping[str, object]) -> Iterator[tuple[str, JSON]]:
    """What differs from before in our record of a contact."""
    for name in _ON_THE_MAP:
        value = getattr(contact, name)
        if value != before[name]:
            yield name, list(value) if name == "roles" else value


def _said(event: events.Said, entry: Entry, opener: str) -> Iterator[str]:
    verb = {"contact": "hear", "document": "read", "observation": "observe"}[event.source_kind]
    who = [] if event.source_kind == "observation" else [literal(event.source)]
    rest = [*who, literal(event.fact), literal(event.value)]
    # when nobody is named, who speaks is taken to speak of himself
    if event.about is not None and event.about != event.source:
        rest.append(f"about={literal(event.about)}")
    if not event.first_hand:
        rest.append("first_hand=False")
    if event.quote:
        rest.append(f"quote={literal(event.quote)}")
    if age := entry.at - event.said_at:
        rest.append(f'said_at=now["at"] - {_span(age)}')
    # where several of us see something, each is a source of his own
    another = event.source_kind == "observation" and entry.by != opener
    now = f'by={literal(entry.by)}, at=now["at"]' if another else _NOW
    return _lines(verb, rest, now)


def _span(age: timedelta) -> str:
    parts = {"days": age.days, "seconds": age.seconds}
    return f"timedelta({', '.join(f'{name}={n}' for name, n in parts.items() if n)})"


def _call(verb: str, first: str, **rest: JSON) -> Iterator[str]:
    named = (f"{name}={literal(value)}" for name, value in rest.items())
    return _lines(verb, [literal(first), *named])


def _lines(verb: str, arguments: Sequence[str], now: str = _NOW) -> Iterator[str]:
    line = f"deal.{verb}({', '.join([*arguments, now])})"
    if len(_INDENT) + len(line) <= _WIDTH:
        yield line
        return
    yield f"deal.{verb}("
    yield from (f"{_INDENT}{argument}," for argument in [*arguments, now])
    yield ")"
