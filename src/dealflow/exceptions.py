"""The errors of dealflow: one family, each also the stdlib error that it resembles.

Every error carries its data on attributes, so that a caller never has to parse a message.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

__all__ = [
    "CurrencyMismatch",
    "DealflowError",
    "EvidenceError",
    "InputError",
    "MoveNotAllowed",
    "PlaybookError",
    "Problem",
    "TamperedTrail",
    "TrailError",
    "UnknownFormat",
]


@frozen
class Problem:
    """One thing that is wrong with an input.

    Attributes:
        place: where, e.g. ``guards.timely.when, line 1, column 5`` or ``row 12, column Budget``.
        message: what is wrong there, one sentence.
        line: the line of the file, from 1, where it is known.
        column: the column in that line, from 1, in characters.
    """

    place: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.in_("")

    def in_(self, source: str) -> str:
        """The problem as one line, as in ``ours.toml:12:5: guards.timely.when: ...``.

        Args:
            source: what the input is called, if it has a name.
        """
        spot = [str(number) for number in (self.line, self.column) if number is not None]
        where = ":".join([source, *spot] if source else spot)
        return ": ".join(part for part in (where, self.place, self.message) if part)


class DealflowError(Exception):
    """The base of every error that dealflow raises on purpose."""


class _WithProblems(DealflowError):
    """An error that lists every problem of an input at once."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Sequence[Problem] | str, source: str = "") -> None:
        found = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        self.problems = found
        self.source = source
        super().__init__("\n".join(problem.in_(source) for problem in found))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems, self.source))


class PlaybookError(_WithProblems, ValueError):
    """A playbook does not hold together; ``problems`` lists everything wrong with it."""


class InputError(_WithProblems, ValueError):
    """A file (deal script, mapping, CSV) cannot be used; ``problems`` says why and where."""


class EvidenceError(DealflowError, ValueError):
    """Something about a deal cannot be recorded: an unknown fact, a value of a wrong type."""


class CurrencyMismatch(EvidenceError):
    """Two amounts in different currencies were to be compared; dealflow never converts by guess."""

    def __init__(self, one: str, other: str) -> None:
        self.one = one
        self.other = other
        super().__init__(
            f"{one} and {other} cannot be compared: convert the amount, and keep the original"
            " words in the quote"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.one, self.other))


class MoveNotAllowed(DealflowError, RuntimeError):
    """The deal's present step has no such move; ``allowed`` names those it has."""

    def __init__(self, message: str, *, step: str, allowed: Sequence[str] = ()) -> None:
        self.step = step
        self.allowed = tuple(allowed)
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_move_not_allowed, (str(self), self.step, self.allowed))


def _move_not_allowed(message: str, step: str, allowed: tuple[str, ...]) -> MoveNotAllowed:
    return MoveNotAllowed(message, step=step, allowed=allowed)


class TrailError(DealflowError, ValueError):
    """A trail cannot be read or replayed."""


class TamperedTrail(TrailError):
    """A trail's chain is broken.

    Attributes:
        seq: the sequence number of the first bad entry (1-based; the one expected there).
        problem: what is wrong with it.
    """

    def __init__(self, seq: int, problem: str) -> None:
        self.seq = seq
        self.problem = problem
        super().__init__(f"entry {seq}: {problem}")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.seq, self.problem))


class UnknownFormat(TrailError):
    """A trail is of a format or version that this dealflow does not read."""
