"""The errors of dealflow: one family, each also the stdlib error that it resembles.

Every error has a stable code, and carries its data on attributes: a caller never has to parse a
message. The codes are in the table of the documentation's page on errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from dealflow.message import joined, message
from dealflow.record import Record

__all__ = [
    "CurrencyMismatch",
    "DealBusy",
    "DealflowError",
    "ErrorCode",
    "EvidenceError",
    "InputError",
    "MoveNotAllowed",
    "PlaybookError",
    "Problem",
    "Problems",
    "TamperedTrail",
    "TrailError",
    "UnknownFormat",
    "raise_for",
]

ErrorCode: TypeAlias = Literal[
    # what is given is unusable by itself
    "invalid",
    "invalid_text",
    "invalid_id",
    "invalid_instant",
    "invalid_number",
    "invalid_word",
    "invalid_value",
    "invalid_amount",
    "given_twice",
    "told_on",
    "lies_ahead",
    "own_waiver",
    # it does not fit the deal
    "unknown_field",
    "unknown_fact",
    "unknown_role",
    "unknown_guard",
    "unknown_contact",
    "unknown_interaction",
    "unknown_statement",
    "unknown_entry",
    "wrong_subject",
    "wrong_currency",
    "took_no_part",
    "not_waivable",
    "inconsistent",
    "never_said",
    "quote_missing",
    # the deal stands in the way: it has gone on, or somebody else is at it
    "duplicate_contact",
    "duplicate_interaction",
    "already_withdrawn",
    "unchanged",
    "before_last_entry",
    "ahead_of_clock",
    "out_of_order",
    "no_such_move",
    "deal_closed",
    "deal_open",
    "nothing_new",
    "gap_unknown",
    "refused",
    "deal_busy",
    # several of these at once
    "several",
    # files
    "invalid_input",
    "invalid_playbook",
    "invalid_trail",
    "unknown_format",
    "tampered_trail",
    "cut_trail",
    "trail_has_grown",
    "other_playbook",
    "does_not_follow",
]
"""The codes of errors and of the problems that they list."""

_SPOT: Final = "{first}:{rest}"
_LINES: Final = "{first}\n{rest}"
"""The same in any language, and in no catalogue."""


@frozen(repr=False)
class Problem(Record):
    """One thing that is wrong with an input.

    Attributes:
        place: where, e.g. ``guards.timely.when, line 1, column 5`` or ``row 12, column Budget``.
        message: what is wrong there, one sentence.
        line: the line of the file, from 1, where it is known.
        column: the column in that line, from 1, in characters.
        code: which kind of problem it is.
        data: what it is about, by name, e.g. ``contact`` or ``last``.
    """

    place: str
    message: str
    line: int | None = None
    column: int | None = None
    code: ErrorCode = "invalid"
    data: Mapping[str, Any] = field(factory=dict[str, Any], eq=False)

    def __str__(self) -> str:
        return self.in_("")

    def in_(self, source: str) -> str:
        """The problem as one line, as in ``ours.toml:12:5: guards.timely.when: ...``.

        Args:
            source: what the input is called, if it has a name.
        """
        spot = [number for number in (self.line, self.column) if number is not None]
        where = joined(_SPOT, [source, *spot] if source else spot)
        parts = (part for part in (where, self.place, self.message) if part)
        return joined("{first}: {rest}", parts)


class Problems(list[Problem]):
    """The problems found so far."""

    __slots__ = ()

    def note(self, place: str, message: str, code: ErrorCode = "invalid", **data: Any) -> None:
        """Note a problem."""
        self.append(Problem(place, message, code=code, data=data))


class DealflowError(Exception):
    """The base of every error that dealflow raises on purpose.

    Attributes:
        code: which error it is; stable, for programs.
    """

    code: ErrorCode = "invalid"


class _WithProblems(DealflowError):
    """An error that lists every problem of an input at once."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Sequence[Problem] | str, source: str = "") -> None:
        found = (Problem("", problems),) if isinstance(problems, str) else tuple(problems)
        self.problems = found
        self.source = source
        super().__init__(joined(_LINES, (problem.in_(source) for problem in found)))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems, self.source))


class PlaybookError(_WithProblems, ValueError):
    """A playbook does not hold together; ``problems`` lists everything wrong with it."""

    code = "invalid_playbook"


class InputError(_WithProblems, ValueError):
    """A file (deal script, mapping, CSV) cannot be used; ``problems`` says why and where."""

    code = "invalid_input"


class EvidenceError(DealflowError, ValueError):
    """Something about a deal cannot be recorded: an unknown fact, a value of a wrong type.

    Attributes:
        problems: everything that is wrong, each with its code and data.
        code: the code of the problem, or ``several``.
        data: the data of the problem; nothing where there are several.
    """

    problems: tuple[Problem, ...]

    def __init__(
        self,
        problems: Iterable[Problem] | str,
        code: ErrorCode = "invalid_value",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        if isinstance(problems, str):
            problems = (Problem("", problems, code=code, data=data or {}),)
        self.problems = tuple(problems)
        single = self.problems[0] if len(self.problems) == 1 else None
        self.code = single.code if single else "several"
        self.data = single.data if single else {}
        told = (problem.message for problem in self.problems)
        super().__init__(joined("{first}; {rest}", told))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))


class CurrencyMismatch(EvidenceError):
    """Two amounts in different currencies were to be compared; dealflow never converts by guess."""

    def __init__(self, one: str, other: str) -> None:
        self.one = one
        self.other = other
        super().__init__(
            message(
                "{one} and {other} cannot be compared: convert the amount, and keep the original"
                " words in the quote",
                one=one,
                other=other,
            ),
            "wrong_currency",
            {"one": one, "other": other},
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.one, self.other))


class MoveNotAllowed(DealflowError, RuntimeError):
    """The deal's present step has no such move.

    Attributes:
        step: the step at which the deal is.
        allowed: the steps, or ``fulfilled``, to which ``advance(to=...)`` leads from there.
    """

    def __init__(
        self,
        message: str,
        *,
        step: str,
        allowed: Sequence[str] = (),
        code: ErrorCode = "no_such_move",
    ) -> None:
        self.step = step
        self.allowed = tuple(allowed)
        self.code = code
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_move_not_allowed, (str(self), self.step, self.allowed, self.code))


def _move_not_allowed(
    message: str, step: str, allowed: tuple[str, ...], code: ErrorCode
) -> MoveNotAllowed:
    return MoveNotAllowed(message, step=step, allowed=allowed, code=code)


def raise_for(problems: Sequence[Problem]) -> None:
    """Raise what was found, if anything; two currencies alone are raised as what they are.

    Raises:
        CurrencyMismatch: the only problem.
        EvidenceError: every problem.
    """
    if len(problems) == 1 and problems[0].code == "wrong_currency":
        raise CurrencyMismatch(**problems[0].data)
    if problems:
        raise EvidenceError(problems)


class DealBusy(DealflowError, RuntimeError):
    """One deal was used by two threads at once; in turn is fine. Nothing was changed."""

    code = "deal_busy"

    def __init__(self, deal: str) -> None:
        self.deal = deal
        super().__init__(
            message(
                "the deal {deal} is in use by another thread: try again when it is done", deal=deal
            )
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.deal,))


class TrailError(DealflowError, ValueError):
    """A trail cannot be read or replayed.

    Attributes:
        seq: the sequence number of the first bad entry, where one is to blame.
        problems: what is wrong with it, each with its code and data.
    """

    def __init__(
        self,
        message: str,
        code: ErrorCode = "invalid_trail",
        *,
        seq: int | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        self.code = code
        self.seq = seq
        self.problems = tuple(problems)
        super().__init__(message)

    def __reduce__(self) -> tuple[object, ...]:
        return (_trail_error, (type(self), str(self), self.code, self.seq, self.problems))


def _trail_error(
    kind: type[TrailError],
    message: str,
    code: ErrorCode,
    seq: int | None,
    problems: tuple[Problem, ...],
) -> TrailError:
    return kind(message, code, seq=seq, problems=problems)


class TamperedTrail(TrailError):
    """A trail's chain is broken, or does not end with the head that is known.

    Attributes:
        seq: the sequence number of the first bad entry (1-based; the one expected there).
        problem: what is wrong with it.
    """

    seq: int

    def __init__(self, seq: int, problem: str, code: ErrorCode = "tampered_trail") -> None:
        self.problem = problem
        told = message("entry {seq}: {problem}", seq=seq, problem=problem)
        super().__init__(told, code, seq=seq)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.seq, self.problem, self.code))


class UnknownFormat(TrailError):
    """A trail is of a format or version that this dealflow does not read."""

    def __init__(self, message: str, code: ErrorCode = "unknown_format", **rest: Any) -> None:
        super().__init__(message, code, **rest)
