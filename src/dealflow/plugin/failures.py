"""What makes a test fail: an assertion, a refusal that nobody looked at, or an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

import pytest
from _pytest.outcomes import Failed
from attrs import frozen

from dealflow.assessment import Refused
from dealflow.values import as_line

__all__ = ["Failure", "Kind", "ScriptFailed", "UnseenRefusal", "first_failure"]

Kind: TypeAlias = Literal["assertion", "refusal", "error"]
_KINDS: Final[Sequence[Kind]] = ("assertion", "refusal", "error")
"""The most telling first."""


class UnseenRefusal(Failed):
    """A test left a refused move without a look."""

    __module__ = "builtins"  # pytest names its own failures so shortly, too


class ScriptFailed(Exception):
    """A script that did not go as it says; the text tells everything.

    Attributes:
        kind: whether something is not as a line expects, a move was refused of which no line says
            anything, or it could not be played.
    """

    def __init__(self, told: str, kind: Kind) -> None:
        super().__init__(told)
        self.kind: Kind = kind


@frozen
class Failure:
    """Why a test failed.

    Attributes:
        kind: what it was.
        told: the first line of it.
    """

    kind: Kind
    told: str

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """The failure that an exception is."""
        line, *_ = [*str(error).strip().splitlines(), ""]
        name = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
        return cls(_kind(error), as_line(f"{name}{line}".removesuffix(": ")))


def _kind(error: BaseException) -> Kind:
    match error:
        case ScriptFailed():
            return error.kind
        case UnseenRefusal() | Refused():
            return "refusal"
        case AssertionError() | Failed():
            return "assertion"
        case BaseExceptionGroup():
            return min(map(_kind, error.exceptions), key=_KINDS.index)
        case _:
            return "error"


def first_failure(
    reports: Sequence[pytest.TestReport], errors: Sequence[BaseException | None]
) -> Failure | None:
    """Why a test failed that was set up, called and torn down; ``None`` when it did not.

    Args:
        reports: a report of each phase.
        errors: what each phase raised.
    """
    for report, error in zip(reports, errors, strict=True):
        if report.failed:
            # a test that was expected to fail and did not raises nothing
            return Failure("assertion", "it passed") if error is None else Failure.of(error)
    return None
