"""Tests of the family of errors."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dealflow import (
    CurrencyMismatch,
    DealBusy,
    DealflowError,
    EvidenceError,
    InputError,
    MoveNotAllowed,
    PlaybookError,
    Problem,
    Refused,
    TamperedTrail,
    TrailError,
    UnknownFormat,
    exceptions,
)

FINDINGS = (
    SimpleNamespace(guard="timely", truth=SimpleNamespace(value="unknown")),
    SimpleNamespace(guard="budget_approved", truth=SimpleNamespace(value="false")),
)
ASSESSMENT = SimpleNamespace(
    step="buying_roles", verdict=SimpleNamespace(value="ask"), blocking=FINDINGS
)


def refused() -> Refused:
    """A refusal with stand-ins for what it is about."""
    return Refused(cast("Any", ASSESSMENT), cast("Any", SimpleNamespace(seq=7)))


EVERY: list[DealflowError] = [
    CurrencyMismatch("1 EUR", "2 USD"),
    DealBusy("D-1"),
    EvidenceError("no such fact"),
    InputError([Problem("row 2", "no amount")], "deals.csv"),
    MoveNotAllowed("no such move", step="negotiation", allowed=["sign"]),
    PlaybookError([Problem("steps", "none"), Problem("", "no guards")], "book.toml"),
    refused(),
    TamperedTrail(3, "wrong hash"),
    TrailError("no trail"),
    UnknownFormat("format 9"),
]
every = pytest.mark.parametrize("error", [pytest.param(e, id=type(e).__name__) for e in EVERY])


@every
def test_family(error: DealflowError) -> None:
    """Every error is of the family, and of a kind that the standard library knows."""
    assert isinstance(error, DealflowError)
    assert isinstance(error, ValueError | RuntimeError | PermissionError)


@every
@pytest.mark.parametrize(
    "remake",
    [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_errors_travel(error: DealflowError, remake: Any) -> None:
    """Errors cross processes with their message and their data."""
    again = remake(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("error", "likeness"),
    [
        (PlaybookError, ValueError),
        (InputError, ValueError),
        (EvidenceError, ValueError),
        (CurrencyMismatch, EvidenceError),
        (MoveNotAllowed, RuntimeError),
        (DealBusy, RuntimeError),
        (Refused, PermissionError),
        (TrailError, ValueError),
        (TamperedTrail, TrailError),
        (UnknownFormat, TrailError),
    ],
)
def test_each_resembles_another(error: type[DealflowError], likeness: type[Exception]) -> None:
    """Code that catches the stdlib error, or the wider one, catches the narrower one."""
    assert issubclass(error, likeness)


def test_all_names_are_tried() -> None:
    """Every public error is among those that these tests make."""
    public = [getattr(exceptions, name) for name in exceptions.__all__]
    errors = {each for each in public if isinstance(each, type) and issubclass(each, Exception)}
    assert errors | {Refused} == {type(error) for error in EVERY} | {DealflowError}


@pytest.mark.parametrize(
    ("problem", "text"),
    [(Problem("row 2", "no amount"), "row 2: no amount"), (Problem("", "no rows"), "no rows")],
    ids=["placed", "unplaced"],
)
def test_problem_names_its_place(problem: Problem, text: str) -> None:
    """A problem reads as its place and its message."""
    assert str(problem) == text


def test_every_problem_is_told_at_once() -> None:
    """An error of many problems has a line for each, with the source before it."""
    problems = [Problem("steps", "none"), Problem("", "no guards")]
    error = PlaybookError(problems, "book.toml")
    assert str(error) == "book.toml: steps: none\nbook.toml: no guards"
    assert error.problems == tuple(problems)
    assert error.source == "book.toml"


def test_one_problem_may_be_a_text() -> None:
    """A lone text is a problem without a place, of no particular source."""
    error = InputError("nothing in it")
    assert error.problems == (Problem("", "nothing in it"),)
    assert (str(error), error.source) == ("nothing in it", "")


def test_currency_mismatch_names_both() -> None:
    """The two amounts are on the error and in its message."""
    error = CurrencyMismatch("1 EUR", "2 USD")
    assert (error.one, error.other) == ("1 EUR", "2 USD")
    assert str(error) == (
        "1 EUR and 2 USD cannot be compared: convert the amount, and keep the original words in"
        " the quote"
    )


def test_move_not_allowed_names_the_moves_there_are() -> None:
    """The step and its moves are on the error; it may have none."""
    error = MoveNotAllowed("no such move", step="negotiation", allowed=["sign"])
    assert (str(error), error.step, error.allowed) == ("no such move", "negotiation", ("sign",))
    assert MoveNotAllowed("closed", step="fulfilment").allowed == ()


def test_refused_carries_what_blocks() -> None:
    """A refusal has the assessment, the entry and the findings in the way, named in its text."""
    error = refused()
    assert error.assessment is cast("Any", ASSESSMENT)
    assert cast("Any", error.entry) == SimpleNamespace(seq=7)
    assert error.findings is cast("Any", FINDINGS)
    assert str(error) == (
        "buying_roles cannot be left (ask): timely is unknown, budget_approved is false"
    )


def test_tampered_trail_names_the_entry() -> None:
    """The first bad entry is on the error and in its text."""
    error = TamperedTrail(3, "wrong hash")
    assert (error.seq, error.problem, str(error)) == (3, "wrong hash", "entry 3: wrong hash")


@pytest.mark.parametrize(
    "look",
    [
        lambda error: error.assessment,
        lambda error: error.entry,
        lambda error: error.findings,
        lambda error: error.args,
        str,
    ],
    ids=["assessment", "entry", "findings", "args", "str"],
)
def test_a_look_at_a_refusal_is_told(look: Any) -> None:
    """Everybody who asked for it is called at each look, and copies of the error tell nobody."""
    error, looks = refused(), list[str]()
    error.on_look(partial(looks.append, "one"))
    error.on_look(partial(looks.append, "other"))
    assert repr(error).startswith("Refused(")
    assert looks == []
    look(error)
    assert looks == ["one", "other"]
    again = copy.copy(error)
    looks.clear()
    look(again)
    assert looks == []


def test_the_text_of_a_refusal_may_be_added_to() -> None:
    """As with every error, ``args`` can be set; the text follows."""
    error = refused()
    error.args = (f"D-1: {error}",)
    assert str(error).startswith("D-1: buying_roles cannot be left")
    assert error.args == (str(error),)
