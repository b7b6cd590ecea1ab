"""Closed deals out of CSV, row by row and strictly: every problem at once, with row and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from attrs import evolve

from dealflow.backtest.checks import check_instant
from dealflow.backtest.deal import MOST_TALKS, NOBODY, ClosedDeal, blank, build, said
from dealflow.backtest.mapping import Cell, ColumnMapping, Silence
from dealflow.backtest.noted import Noted, Unreadable, in_cell, show
from dealflow.exceptions import EvidenceError, InputError
from dealflow.message import listed, message, trouble
from dealflow.values import Money, Value, ValueType, check_text, from_json, parse_instant

__all__ = ["estimate_deals", "parse_deals", "read_deals"]


_MOST_COLUMNS = 1000
_THE_CELL = message("the cell")
_AMOUNT_AND_CODE = re.compile(r"\S+ [A-Z]{3}")


def estimate_deals(path: str | Path) -> int:
    """How many rows a file has at most, for a progress bar: its line ends are counted.

    Raises:
        InputError: it cannot be read.
    """
    count = 0
    try:
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                count += block.count(b"\n")
    except (OSError, ValueError) as error:
        told = message("cannot be read: {problem}", problem=trouble(error))
        raise InputError(told, str(path)) from None
    return count


def read_deals(path: str | Path, mapping: ColumnMapping) -> Iterator[ClosedDeal]:
    """Read closed deals from a CSV file, one at a time; as :func:`parse_deals`, from a file."""
    try:
        with Path(path).open(encoding=mapping.file.encoding, newline="") as file:
            yield from parse_deals(file, mapping, str(path))
    except OSError as error:
        told = message("cannot be read: {problem}", problem=trouble(error))
        raise InputError(told, str(path)) from None
    except InputError:
        raise
    except ValueError as error:  # a path with a NUL in it
        told = message("cannot be read: {problem}", problem=trouble(error))
        raise InputError(told, str(path)) from None


def parse_deals(
    lines: Iterable[str], mapping: ColumnMapping, name: str = ""
) -> Iterator[ClosedDeal]:
    """Read closed deals from the lines of a CSV file, one at a time.

    Args:
        lines: the text, line by line, with the line ends.
        mapping: how to read them.
        name: what to call the file in errors.

    Yields:
        One deal for each row, until the first problem.

    Raises:
        InputError: when the lines are at an end and something was wrong: missing columns, ragged
            rows, values that the mapping does not know, ids that come twice, broken text. The
            first :data:`MOST_PROBLEMS` are listed, a value that comes again only once.
    """
    problems = Noted()
    number = 0
    # strict: otherwise a quotation mark too many swallows rows without a word.
    rows = csv.reader(lines, delimiter=mapping.file.delimiter, strict=True)
    try:
        header = next(rows, [])
        number = 1
        reader = _Reader(mapping, header, problems)
        if problems.count:
            raise InputError(problems.listed(), name)
        for cells in rows:
            number += 1
            deal = reader.read(number, cells) if cells else None
            # After the first problem rows are only checked: a report on a part of the deals would
            # be believed.
            if deal is not None and not problems.count:
                yield deal
    except UnicodeError:
        encoding = mapping.file.encoding
        # Text is decoded in blocks, ahead of the rows.
        problems.note(
            message("after row {row} or later", row=number),
            message(
                "is not in {encoding}: save it as UTF-8, or name its encoding under [file]"
                " in the mapping",
                encoding=encoding,
            ),
        )
    except csv.Error as error:
        problems.note(
            message("row {row}", row=number + 1), message("is not CSV: {error}", error=error)
        )
    if problems.count:
        raise InputError(problems.listed(), name)


class _Reader:
    """Reads the rows below one header."""

    def __init__(self, mapping: ColumnMapping, header: list[str], problems: Noted) -> None:
        self.mapping = mapping
        self.header = header
        self.problems = problems
        self.index = {name: i for i, name in enumerate(header)}
        self.ids: dict[str, int] = {}
        self.number = 0
        outcome = mapping.outcome
        self.outcomes: dict[str, bool | None] = {
            **dict.fromkeys(outcome.ignore),
            **dict.fromkeys(outcome.won, True),
            **dict.fromkeys(outcome.lost, False),
        }
        self.answers = [dict(known) for known in mapping.answers]
        self._check_header()
        self.nothing = blank(mapping)
        # Statements out of cells are checked against it and never put into it, so that one will do
        # for all.
        self.scratch = build(mapping.playbook, mapping, self.nothing).state
        self.columns = tuple(header)
        if not problems.count:
            self.links = [self.index[link.column] for link in mapping.links]
            self.roles = [
                self.index[person.roles_from.column] if person.roles_from is not None else -1
                for person in mapping.contacts
            ]

    def _check_header(self) -> None:
        if not self.header:
            self.problems.note(message("row {row}", row=1), message("there is no header"))
            return
        if len(self.header) > _MOST_COLUMNS:
            self.problems.note(
                message("row {row}", row=1),
                message("there are more than {most} columns", most=_MOST_COLUMNS),
            )
            return
        if len(self.index) < len(self.header):
            twice = sorted({show(name) for name in self.header if self.header.count(name) > 1})
            self.problems.note(
                message("row {row}", row=1),
                message("columns come twice: {twice}", twice=listed(twice)),
            )
        for column, place in self.mapping.columns.items():
            if column not in self.index:
                told = message(
                    "there is no such column ({place} of the mapping reads it)", place=place
                )
                self.problems.note(in_cell(1, column), told)

    def read(self, number: int, cells: list[str]) -> ClosedDeal | None:
        """The deal of a row, or none when it is broken."""
        if len(cells) != len(self.header):
            told = message(
                "has {cells} cells, and the header {header}",
                cells=len(cells),
                header=len(self.header),
            )
            self.problems.note(message("row {row}", row=number), told)
            return None
        self.number = number
        before = self.problems.count
        # One look at the whole row; which cell it is matters only when there is one.
        if not "".join(cells).isprintable():
            self._check_characters(number, cells)
            if self.problems.count > before:
                return None
        found: dict[str, Any] = {}
        self._read_parts(found, cells, _ALWAYS)
        if found.get("won", False) is None:  # the rest of an open deal may be anything
            return evolve(self.nothing, row=number, **found) if "id" in found else None
        self._read_parts(found, cells, _IF_CLOSED)
        found["roles"] = self._roles(cells)
        found["said"] = self._said(cells, found)
        if len(found) < _NUMBER_OF_PARTS or self.problems.count > before:
            return None
        return ClosedDeal(row=number, columns=self.columns, cells=tuple(cells), **found)

    def _read_parts(self, found: dict[str, Any], cells: list[str], parts: _Parts) -> None:
        for part, read in parts:
            try:
                found[part] = read(self, cells)
            except Unreadable as problem:
                self._note(problem)

    def _note(self, problem: Unreadable) -> None:
        place = in_cell(self.number, problem.column)
        again = None if problem.again is None else (problem.column, problem.again)
        self.problems.note(place, str(problem), again)

    def _check_characters(self, number: int, cells: list[str]) -> None:
        for column, cell in zip(self.header, cells, strict=True):
            try:
                check_text(cell, _THE_CELL)
            except EvidenceError as error:
                self.problems.note(in_cell(number, column), str(error))

    def id(self, cells: list[str]) -> str:
        column = self.mapping.file.id
        cell = cells[self.index[column]]
        if not cell.strip():
            raise Unreadable(column, message("there is no id"))
        # The same deal twice would count twice, and its two ends may differ.
        if (first := self.ids.setdefault(cell, self.number)) != self.number:
            raise Unreadable(
                column,
                message("{cell} is the id of row {first} already", cell=show(cell), first=first),
            )
        return cell

    def won(self, cells: list[str]) -> bool | None:
        column = self.mapping.outcome.column
        cell = cells[self.index[column]]
        if cell not in self.outcomes:
            raise _unknown(column, cell)
        return self.outcomes[cell]

    def _cell(self, value: Cell, cells: list[str]) -> str:
        return cells[self.index[value.column]]

    def at(self, cells: list[str]) -> datetime:
        at = self.mapping.at
        if not isinstance(at, Cell):
            return at
        cell = self._cell(at, cells)
        try:
            instant = _instant(cell)
            return check_instant(instant, self.mapping)
        except (ValueError, OverflowError):
            told = message(
                "{cell} is no instant such as 2026-05-01 or 2026-05-01T09:00:00Z", cell=show(cell)
            )
            raise Unreadable(at.column, told) from None

    def account(self, cells: list[str]) -> str:
        account = self.mapping.deal.account
        if not isinstance(account, Cell):
            return account or NOBODY
        if not (cell := self._cell(account, cells)).strip():
            raise Unreadable(account.column, message("there is no account"))
        return cell

    def amount(self, cells: list[str]) -> Money | None:
        amount = self.mapping.deal.amount
        if not isinstance(amount, Cell):
            return amount
        cell = self._cell(amount, cells)
        if not cell.strip():
            return None
        try:
            money = _money(cell, self.mapping.deal.currency)
            if money.amount < 0:
                raise ValueError
        except ValueError:
            told = message("{cell} is no amount such as '48000 EUR'", cell=show(cell))
            raise Unreadable(amount.column, told) from None
        return money

    def talks(self, cells: list[str]) -> int:
        talks = self.mapping.deal.talks
        if not isinstance(talks, Cell):
            return talks or 0
        cell = self._cell(talks, cells)
        if not re.fullmatch(r"\d{1,4}", cell, re.ASCII) or int(cell) > MOST_TALKS:
            raise Unreadable(
                talks.column,
                message(
                    "{cell} is no whole number from 0 to {most}",
                    cell=show(cell),
                    most=MOST_TALKS,
                ),
            )
        return int(cell)

    def _roles(self, cells: list[str]) -> tuple[tuple[str, ...], ...]:
        made = []
        for person, roles, index in zip(
            self.mapping.contacts, self.mapping.roles, self.roles, strict=True
        ):
            if roles is None:
                made.append(person.roles)
            elif cells[index] in roles:
                made.append(roles[cells[index]])
            else:
                self._note(_unknown(self.header[index], cells[index]))
        return tuple(made)

    def _said(self, cells: list[str], found: dict[str, Any]) -> tuple[Value | Silence, ...]:
        made = []
        for i, index in enumerate(self.links):
            cell = cells[index]
            known = self.answers[i]
            if cell in known:
                made.append(known[cell])
            elif not self.mapping.links[i].cell:
                self._note(_unknown(self.header[index], cell))
            else:
                made.append(self._taken(i, cell, found))
        return tuple(made)

    def _taken(self, i: int, cell: str, found: dict[str, Any]) -> Value | Silence:
        """A cell that is itself the value, checked as a deal's verbs would."""
        mapping, link = self.mapping, self.mapping.links[i]
        type_ = mapping.playbook.fact[link.fact].type
        currency = mapping.deal.currency
        amount = found.get("amount")
        try:
            raw = _money(cell, currency) if type_ is ValueType.MONEY else cell
            value = from_json(type_, raw)
            # At the scratch deal's own instant: the row's, read already, may lie before it.
            said(self.scratch, self.nothing.at, link, value, mapping.age)
            if (
                isinstance(value, Money)
                and amount is not None
                and value.currency != amount.currency
            ):
                raise ValueError(
                    message(
                        "{value} is not in the currency of the price, {amount}",
                        value=value,
                        amount=amount,
                    )
                )
        except ValueError as error:  # EvidenceError is one, too
            self._note(Unreadable(link.column, str(error), cell))
            return Silence.NOBODY_KNOWS
        return value


_Parts: TypeAlias = tuple[tuple[str, Callable[[_Reader, list[str]], object]], ...]
_ALWAYS: _Parts = (("id", _Reader.id), ("won", _Reader.won))
_IF_CLOSED: _Parts = (
    ("at", _Reader.at),
    ("account", _Reader.account),
    ("amount", _Reader.amount),
    ("talks", _Reader.talks),
)
_NUMBER_OF_PARTS = len(_ALWAYS) + len(_IF_CLOSED) + 2  # and roles, and what was said


def _unknown(column: str, cell: str) -> Unreadable:
    return Unreadable(
        column, message("the mapping does not say what {cell} means", cell=show(cell)), cell
    )


def _money(cell: str, currency: str | None) -> Money:
    if currency is None or _AMOUNT_AND_CODE.fullmatch(cell):
        return Money.parse(cell)
    return Money(cell, currency)


def _instant(cell: str) -> datetime:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
        day = date.fromisoformat(cell)
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    return parse_instant(cell)
