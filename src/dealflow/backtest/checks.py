"""Whether a mapping holds together, and fits its playbook: every problem, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from typing import Any

from attrs import evolve

from dealflow.backtest.deal import BY, MOST_TALKS, NOBODY, contact, opened, said
from dealflow.backtest.mapping import Cell, ColumnMapping, Link
from dealflow.evidence import Fact
from dealflow.exceptions import EvidenceError, InputError, Problem
from dealflow.message import joined, listed, message
from dealflow.playbook import Playbook
from dealflow.state import DealState, apply
from dealflow.values import Money, Value, ValueType, utc

__all__ = ["check_instant", "checked", "under"]

_EARLY = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any instant at which an answer may be judged."""
_OLDEST = message("the time of the oldest answer")


def check(mapping: ColumnMapping) -> Iterator[Problem]:
    """Everything in a mapping that does not hold together, or does not fit its playbook."""
    if mapping.step not in mapping.playbook.step:
        known = listed(mapping.playbook.step)
        yield Problem(
            "step",
            message(
                "{step!r} is no step of the playbook; there are: {known}",
                step=mapping.step,
                known=known,
            ),
        )
    yield from _check_file(mapping)
    yield from _check_outcome(mapping)
    # A deal that never was: everything in the mapping is said in it once, by the checks that verbs
    # have.
    state = DealState(mapping.playbook)
    yield from _check_deal(state, mapping)
    yield from _check_contacts(state, mapping)
    yield from _check_links(state, mapping)


def _check_file(mapping: ColumnMapping) -> Iterator[Problem]:
    file = mapping.file
    if len(file.delimiter) != 1 or file.delimiter in '\r\n" ' or not file.delimiter.isascii():
        yield Problem(
            "file.delimiter",
            message("{delimiter!r} is not one character such as ';'", delimiter=file.delimiter),
        )
    try:
        TextIOWrapper(BytesIO(), encoding=file.encoding)
    except (LookupError, ValueError):
        yield Problem("file.encoding", message("{encoding!r} is not known", encoding=file.encoding))
    for place, column in mapping.places():
        if not column:
            yield Problem(place, message("the column has no name"))
        # what a deal came to cannot also be what was known before its end
        if column == mapping.outcome.column and place != "outcome.column":
            yield Problem(
                place, message("{column!r} is the outcome, and no evidence", column=column)
            )


def _check_outcome(mapping: ColumnMapping) -> Iterator[Problem]:
    outcome = mapping.outcome
    for name in ("won", "lost"):
        if not getattr(outcome, name):
            yield Problem(f"outcome.{name}", message("needs at least one value"))
    everything = [*outcome.won, *outcome.lost, *outcome.ignore]
    for value in _twice(everything):
        yield Problem("outcome", message("{value!r} is there twice", value=value))


def _twice(items: list[Any]) -> list[Any]:
    seen: dict[Any, int] = {}
    for item in items:
        seen[item] = seen.get(item, 0) + 1
    return [item for item, times in seen.items() if times > 1]


def _check_deal(state: DealState, mapping: ColumnMapping) -> Iterator[Problem]:
    deal = mapping.deal
    amount = deal.amount if isinstance(deal.amount, Money) else None
    account = deal.account if isinstance(deal.account, str) else NOBODY
    currency = amount.currency if amount is not None else deal.currency
    if deal.currency not in (None, currency):
        yield Problem(
            "deal.currency",
            message(
                "{currency} is not the amount's {other}",
                currency=deal.currency,
                other=currency,
            ),
        )
    try:
        # With an amount of nothing the deal has the currency, and links in another one are found
        # out.
        scratch = None if currency is None else amount or Money(0, currency)
        first = opened(state, _EARLY, account, scratch)
    except EvidenceError as error:
        yield Problem("deal", str(error))
        first = opened(state, _EARLY, NOBODY, None)
    apply(state, 1, _EARLY, BY, first)
    if not isinstance(deal.talks, Cell | None) and not 0 <= deal.talks <= MOST_TALKS:
        yield Problem(
            "deal.talks",
            message("{talks} is not from 0 to {most}", talks=deal.talks, most=MOST_TALKS),
        )
    elif deal.talks and not mapping.contacts:
        yield Problem("deal.talks", message("nobody to talk with: there are no contacts"))


def _check_contacts(state: DealState, mapping: ColumnMapping) -> Iterator[Problem]:
    for i, person in enumerate(mapping.contacts):
        place = f"contacts[{i}]"
        # Roles that are given by a column are those of nobody yet.
        if person.roles_from is not None:
            for cell, roles in person.roles_from.values.items():
                try:
                    contact(state, _EARLY, person.id, person.name, roles)
                except EvidenceError as error:
                    told = [p.message for p in error.problems if p.place == "roles"]
                    if told:
                        told_all = joined("{first}; {rest}", told)
                        yield Problem(f"{place}.roles_from.values.{cell}", told_all)
        try:
            added = contact(state, _EARLY, person.id, person.name, person.roles)
            apply(state, i + 2, _EARLY, BY, added)
        except EvidenceError as error:
            yield Problem(place, str(error))


def _check_links(state: DealState, mapping: ColumnMapping) -> Iterator[Problem]:
    speakers: dict[tuple[str, str | None, tuple[str, str]], int] = {}
    for i, link in enumerate(mapping.links):
        place = f"links[{i}]"
        yield from _check_shape(place, link)
        for cell in _twice([*link.values, *link.nobody_knows, *link.says_nothing]):
            yield Problem(place, message("{cell!r} is there twice", cell=cell))
        speaker = (link.fact, link.about or link.contact, link.source)
        if (before := speakers.setdefault(speaker, i)) != i:
            # the later answer of a source replaces its earlier one, and silently so
            yield Problem(
                place,
                message(
                    "links[{before}] lets the same source speak of {fact}",
                    before=before,
                    fact=link.fact,
                ),
            )
        yield from _check_answers(state, mapping, place, link)


def _check_shape(place: str, link: Link) -> Iterator[Problem]:
    sources = (link.contact is not None, link.document is not None, link.observation)
    if sum(sources) != 1:
        yield Problem(
            place, message("needs exactly one of contact, document and observation = true")
        )
    if not link.first_hand and link.contact is None:
        yield Problem(f"{place}.first_hand", message("only a contact's words can be told on"))
    if link.cell == bool(link.values):
        yield Problem(place, message("needs either values or cell = true"))


def _check_answers(
    state: DealState, mapping: ColumnMapping, place: str, link: Link
) -> Iterator[Problem]:
    fact = mapping.playbook.fact.get(link.fact)
    if fact is None:
        yield Problem(f"{place}.fact", message("the playbook has no fact {fact!r}", fact=link.fact))
        return
    if link.cell and fact.type in (ValueType.YES_NO, ValueType.LIST):
        yield Problem(
            f"{place}.cell", message("a cell is no {type}: name its values", type=fact.type.value)
        )
        return
    at = mapping.at if isinstance(mapping.at, datetime) else datetime(2100, 1, 1, tzinfo=UTC)
    examples = {f".values.{cell}": raw for cell, raw in link.values.items()}
    if link.cell:
        examples = {"": _example(state, fact)}
    for where, raw in examples.items():
        try:
            said(state, at, link, raw, mapping.age)
        except EvidenceError as error:
            yield Problem(f"{place}{where}", str(error))


def _example(state: DealState, fact: Fact) -> Value:
    """Some value of a fact that is taken from cells, to see whether it could be said at all."""
    if fact.type is ValueType.PERSON:
        return next(iter(state.contacts), NOBODY)
    if fact.type is ValueType.CHOICE:
        return next(iter(fact.choices))
    if fact.type is ValueType.MONEY:
        return Money(0, state.currency or "EUR")
    return _EXAMPLES.get(fact.type, NOBODY)


_EXAMPLES: Mapping[ValueType, Value] = {
    ValueType.NUMBER: Decimal(0),
    ValueType.DATE: date(2000, 1, 1),
    ValueType.DURATION: timedelta(0),
}


def checked(mapping: ColumnMapping, source: str = "") -> ColumnMapping:
    """The mapping, when it fits its playbook.

    Raises:
        InputError: every problem, each with its place.
    """
    if problems := list(check(mapping)):
        raise InputError(problems, source)
    return mapping


def under(mapping: ColumnMapping, playbook: Playbook) -> ColumnMapping:
    """The mapping under another playbook, say a later version; raises as :func:`checked` does."""
    if mapping.playbook == playbook:
        return mapping
    return checked(evolve(mapping, playbook=playbook))


def oldest(mapping: ColumnMapping) -> timedelta:
    """The age of the oldest answer that a link gives."""
    return max(
        (mapping.age if k.age is None else k.age for k in mapping.links), default=mapping.age
    )


def check_instant(at: datetime, mapping: ColumnMapping) -> datetime:
    """The instant in UTC; raises EvidenceError when it, or an answer, is out of range."""
    at = utc(at, "at")
    utc(at - oldest(mapping), _OLDEST)
    return at
