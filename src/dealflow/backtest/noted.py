"""What is wrong with the rows of a CSV file, as far as it is worth being told."""

from __future__ import annotations

from dealflow.exceptions import Problem
from dealflow.message import message

__all__ = ["Noted", "Unreadable", "in_cell", "show"]

MOST_PROBLEMS = 50
"""So many problems of a file are listed; the others are only counted."""


class Noted:
    """A bounded list of problems; what is wrong in the same way comes once."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Problem] = []
        self._seen: set[tuple[str, str]] = set()

    def note(self, place: str, message: str, again: tuple[str, str] | None = None) -> None:
        """Note a problem.

        Args:
            place: where.
            message: what is wrong there.
            again: by what it is the same problem in another row.
        """
        if again is not None:
            if again in self._seen:
                return
            if len(self._seen) < MOST_PROBLEMS:
                self._seen.add(again)
        self.count += 1
        if len(self._first) < MOST_PROBLEMS:
            self._first.append(Problem(place, message))

    def listed(self) -> list[Problem]:
        """The first of them, and how many more there are."""
        more = self.count - len(self._first)
        return [
            *self._first,
            *([Problem("", message("and {more} more problems", more=more))] if more else []),
        ]


class Unreadable(Exception):
    """A cell cannot be read: the column and why."""

    def __init__(self, column: str, message: str, again: str | None = None) -> None:
        super().__init__(message)
        self.column = column
        self.again = again


def in_cell(row: int, column: str) -> str:
    """The place of a cell."""
    return message("row {row}, column {column}", row=row, column=column)


def show(cell: str) -> str:
    """A cell as it is quoted, shortened."""
    return repr(cell if len(cell) <= 60 else f"{cell[:60]}...")
