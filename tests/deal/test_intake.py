"""How problems with arguments are collected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dealflow import CurrencyMismatch, EvidenceError, Money
from dealflow.deal.intake import Checks, amount_changed, known, met
from dealflow.state import DealState
from tests.deals import START, small, small_deal


def test_nothing_collected() -> None:
    """Without problems the block passes, and gives the time of recording."""
    with Checks() as checks:
        checks.at = START
        checks.text("words", "the words", empty=False)
        checks.id("a.b-c", "the id")
        checks.one_of(None, (None, "x"), "the word")
        checks.yes_no(False, "it")
    assert checks.errors == []
    assert checks.settle() == START


def collect(*problems: str, then: BaseException | None = None) -> None:
    """Note some problems, and raise something in the end."""
    with Checks() as checks:
        for problem in problems:
            checks.note(problem)
        if then is not None:
            raise then


def test_everything_at_once() -> None:
    """All problems come in one error, in the order found."""
    with pytest.raises(EvidenceError) as caught:
        collect("one", "two", "three")
    assert str(caught.value) == "one; two; three"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_the_block_raises_comes_along() -> None:
    """An error about evidence joins those collected before it; alone it stays what it is."""
    with pytest.raises(EvidenceError, match=r"^one; two; three$"):
        collect("one", then=EvidenceError("two; three"))
    mismatch = CurrencyMismatch("1 EUR", "1 USD")
    with pytest.raises(CurrencyMismatch) as caught:
        collect(then=mismatch)
    assert caught.value is mismatch


def test_other_errors_go_before() -> None:
    """A fault of another kind is never hidden behind problems with arguments."""
    with pytest.raises(ZeroDivisionError):
        collect("one", then=ZeroDivisionError())


def test_a_single_mismatch_keeps_its_type() -> None:
    """Callers can catch two currencies by type; among other problems it is one of them."""
    state = DealState(small(), currency="EUR")
    with pytest.raises(CurrencyMismatch):
        amount_changed(state, Money("1", "USD"), "x")
    with pytest.raises(EvidenceError) as caught:
        amount_changed(state, Money("-1", "USD"), "x")
    assert type(caught.value) is EvidenceError


def test_instants() -> None:
    """An instant is normalised; without a limit it may lie ahead."""
    checks = Checks()
    ahead = START + timedelta(days=1)
    assert checks.instant(ahead, "it") == ahead
    assert checks.instant(START, "it", START) == START
    assert checks.errors == []
    checks.instant(ahead, "it", START)
    checks.instant(None, "that", START)
    assert [str(error)[:7] for error in checks.errors] == ["it 2026", "that is"]


def test_several() -> None:
    """Ids come as one text, a list or any iterable, each only once."""
    checks = Checks()
    assert checks.several("ann", "role") == ("ann",)
    assert checks.several((id for id in ["ann", "bob"]), "role") == ("ann", "bob")
    assert checks.several([], "role") == ()
    assert checks.errors == []
    assert checks.several(["ann", "ann", ["x"]], "role") == ("ann", "ann", ["x"])
    assert checks.several(7, "role") == ()
    assert [str(error) for error in checks.errors] == [
        "a role is given twice",
        "roles are not a list of ids: 7",
    ]


def test_known() -> None:
    """Whatever is looked up, even without a hash, is there or is not."""
    assert known({"ann": 1}, "ann") == 1
    assert known({"ann": 1}, "eve") is None
    assert known({"ann": 1}, ["ann"]) is None


def test_meetings_are_numbered_by_kind() -> None:
    """The id of a meeting says what it was."""
    deal = small_deal()
    state = DealState(deal.playbook)
    state.contacts.update(deal.contacts)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert met(state, at, "visit", ["ann"], None, "", None, True).interaction == "visit-1"
