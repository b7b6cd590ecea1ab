"""How arguments are brought into the form of events, and problems with them are collected."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve

from dealflow import Card, CurrencyMismatch, EvidenceError, Interaction, Money, Problem
from dealflow.deal import intake
from dealflow.deal.intake import SOMEDAY, Notes
from dealflow.state import DealState, apply, known
from dealflow.trail import events as ev
from tests.deals import BY, DAY, START, small, small_deal

PRICE = ev.AmountChanged(Money("1", "USD"), "x")


def state(**fields: Any) -> DealState:
    """A deal that was just opened, without a trail."""
    made = DealState(small())
    book = (small().id, small().version, small().fingerprint, "one")
    apply(made, 1, START, BY, ev.Opened("D-1", "Northwind", "", None, *book, Card(BY)))
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_nothing_collected() -> None:
    """Without problems the event passes as it is, and so does the time of recording."""
    notes = Notes(START.astimezone(timezone(timedelta(hours=8))))
    assert notes.checked(state(), BY, PRICE) is PRICE
    assert (notes.problems, notes.settle(state(), BY, PRICE)) == ([], [])
    assert notes.when() == notes.when("") == START
    assert notes.when().tzinfo is UTC


def test_everything_at_once() -> None:
    """All problems come in one error, in the order found: arguments, time, form, sense."""
    notes = Notes(START - DAY)
    notes.problems.note("x", "one", "unknown_field", fields=["x"])
    with pytest.raises(EvidenceError) as caught:
        notes.checked(state(currency="EUR"), "", evolve(PRICE, reason=" "))
    problems = caught.value.problems
    assert [problem.code for problem in problems] == [
        "unknown_field",
        "before_last_entry",
        "invalid_text",
        "invalid_text",
        "wrong_currency",
    ]
    assert [problem.place for problem in problems] == ["x", "at", "by", "reason", "amount"]
    assert str(caught.value) == "; ".join(problem.message for problem in problems)
    assert (caught.value.code, caught.value.data) == ("several", {})


def test_a_single_problem_is_the_error() -> None:
    """One problem alone gives the error its code and its data."""
    notes = Notes(START)
    notes.problems.note("x", "one", "unknown_field", fields=["x"])
    with pytest.raises(EvidenceError) as caught:
        notes.checked(state(), BY, PRICE)
    assert (str(caught.value), caught.value.code) == ("one", "unknown_field")
    assert caught.value.data == {"fields": ["x"]}
    assert caught.value.problems == (Problem("x", "one", code="unknown_field"),)


def test_a_single_mismatch_keeps_its_type() -> None:
    """Callers can catch two currencies by type; among other problems it is one of them."""
    with pytest.raises(CurrencyMismatch):
        Notes(START).checked(state(currency="EUR"), BY, PRICE)
    with pytest.raises(EvidenceError) as caught:
        Notes(START).checked(state(currency="EUR"), BY, evolve(PRICE, amount=Money("-1", "USD")))
    assert type(caught.value) is EvidenceError


def test_without_a_time_nothing_is_judged() -> None:
    """A verb that has to judge first tells at once what it has; and who records is looked at."""
    notes = Notes(None)  # type: ignore[arg-type]
    assert notes.at is None
    with pytest.raises(EvidenceError, match=r"^at is not a datetime: None$"):
        notes.when()
    with pytest.raises(EvidenceError, match=r"^at is not a datetime: None; by is empty$"):
        notes.when("")


def test_instants() -> None:
    """An instant is normalised; what is none is noted by its place."""
    notes = Notes(START)
    ahead = START + timedelta(days=1)
    assert notes.instant("it", ahead.astimezone(timezone(timedelta(hours=-5)))) == ahead
    assert notes.problems == []
    assert notes.instant("it", ahead.replace(tzinfo=None)) is None
    assert notes.instant("that", None) is None
    assert [(p.place, p.code) for p in notes.problems] == [
        ("it", "invalid_instant"),
        ("that", "invalid_instant"),
    ]


def test_several() -> None:
    """Ids come as one text, a list or any iterable, whatever they are."""
    notes = Notes(START)
    assert notes.several("roles", "ann", "roles") == ("ann",)
    assert notes.several("roles", (id for id in ["ann", "bob"]), "roles") == ("ann", "bob")
    assert notes.several("roles", [], "roles") == ()
    assert notes.several("roles", ["ann", "ann", ["x"]], "roles") == ("ann", "ann", ["x"])
    assert notes.problems == []
    assert notes.several("roles", 7, "roles") == ()
    assert [str(problem) for problem in notes.problems] == ["roles: roles are not a list of ids: 7"]


def test_known() -> None:
    """Whatever is looked up, even without a hash, is there or is not."""
    assert known({"ann": 1}, "ann") == 1
    assert known({"ann": 1}, "eve") is None
    assert known({"ann": 1}, ["ann"]) is None


def test_meetings_are_numbered_by_kind() -> None:
    """The id of a meeting says what it was; of what is no kind, that we talked."""
    made = state(people=small_deal()._state.people)
    kinds: dict[str, Any] = {"visit-1": "visit", "talk-1": "lunch", "talk-1 again": []}
    for id, kind in kinds.items():
        met = intake.interaction(made, Notes(START), kind, participants=["ann"])
        assert met.id == id.removesuffix(" again")
    for id in ("x", "call-3"):
        made.interactions[id] = Interaction(id, "call", ("ann",), START)
    assert intake.interaction(made, Notes(START), "call", participants=["ann"]).id == "call-4"


def test_times_that_are_none() -> None:
    """A time that cannot be used is noted once; that of the verb stands in for it, or some day."""
    for at, stand_in in ((START, START), (None, SOMEDAY)):
        notes = Notes(at)  # type: ignore[arg-type]
        held: Any = "noon"
        met = intake.interaction(state(), notes, "call", participants=["ann"], held_at=held)
        said = intake.said(state(), notes, "contact", "ann", "be.good", True, said_at=held)
        assert (met.held_at, said.said_at) == (stand_in, stand_in)
        places = [problem.place for problem in notes.problems if problem.place != "at"]
        assert places == ["held_at", "said_at"]


def test_what_is_said_takes_its_form() -> None:
    """Values become their JSON; what is of another type stays, and is told with the rest."""
    made = state(interactions={"m": Interaction("m", "call", ("ann",), START - DAY)})
    said = intake.said(
        made, Notes(START), "contact", "ann", "has.money", Money("7", "USD"), interaction="m"
    )
    assert said == ev.Said("has.money", "7 USD", "contact", "ann", START - DAY, interaction="m")
    assert intake.said(made, Notes(START), "contact", "ann", "has.money", 7).value == 7
    mood = intake.said(made, Notes(START), "contact", "ann", "own.mood", "x", via="bob")
    assert (mood.about, mood.first_hand) == ("ann", False)
    assert intake.said(made, Notes(START), "document", "A.pdf", "own.mood", "x").about is None
    assert intake.said(made, Notes(START), "contact", "ann", "no.fact", None).value is None


def test_contacts_take_their_form() -> None:
    """Roles become a tuple, whatever they were given as; all else stays as it is."""
    notes = Notes(START)
    fields = {"name": "Ann", "roles": ["buyer"], "rating": "high"}
    card: Any = intake.contact(notes, "ann", fields)
    assert (card.id, card.name, card.roles, card.rating) == ("ann", "Ann", ("buyer",), "high")
    assert intake.contact(notes, "ann", {"name": "Ann"}).roles == ()
