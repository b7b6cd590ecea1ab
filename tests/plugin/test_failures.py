"""What makes a test fail."""

from __future__ import annotations

import pytest

from dealflow import Refused
from dealflow.plugin.failures import Failure, Kind, ScriptFailed, UnseenRefusal, first_failure
from tests.deals import BY, START, small_deal


def refused() -> Refused:
    """The error of a move that was refused."""
    deal = small_deal()
    with pytest.raises(Refused) as caught:
        deal.advance(by=BY, at=START)
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (AssertionError("x\ny"), "assertion", "AssertionError: x"),
        (AssertionError(), "assertion", "AssertionError"),
        (pytest.fail.Exception("did not raise"), "assertion", "did not raise"),
        (UnseenRefusal("a move was refused"), "refusal", "a move was refused"),
        (ScriptFailed("x", "refusal"), "refusal", "ScriptFailed: x"),
        (ValueError("x\u202e"), "error", "ValueError: x\\u202e"),
        (ExceptionGroup("x", [ValueError(), AssertionError()]), "assertion", "ExceptionGroup: x"),
        (ExceptionGroup("x", [ValueError(), KeyError()]), "error", "ExceptionGroup: x"),
    ],
    ids=["said", "bare", "pytest", "unseen", "script", "hidden", "mixed", "errors"],
)
def test_kinds_of_failures(error: Exception, kind: Kind, says: str) -> None:
    """An assertion, a refusal that nobody looked at, or an error; and its first line."""
    failure = Failure.of(error)
    assert failure.kind == kind
    assert failure.told.startswith(says)


def test_a_refusal_that_was_raised_is_one_that_nobody_looked_at() -> None:
    """Nobody caught it."""
    assert Failure.of(refused()).kind == "refusal"


def test_the_first_phase_that_failed_counts() -> None:
    """What breaks a test comes before what then goes wrong in tearing it down."""

    def report(outcome: str) -> pytest.TestReport:
        return pytest.TestReport("x", ("x", 1, "x"), {}, outcome, None, "call")  # type: ignore[arg-type]

    passed, failed = report("passed"), report("failed")
    errors = [None, AssertionError("a"), ValueError("b")]
    assert first_failure([passed] * 3, errors) is None
    assert first_failure([passed, failed, failed], errors) == Failure.of(AssertionError("a"))
    assert first_failure([failed], [None]) == Failure("assertion", "it passed")
