"""How records are shown."""

from __future__ import annotations

from attrs import field, frozen, has

from dealflow import Money
from dealflow.record import Record


@frozen
class ByAttrs:
    """What attrs itself makes of these fields."""

    name: str
    price: Money
    _hidden: int = field(default=0, repr=False)
    _private: tuple[str, ...] = ()


@frozen(repr=False)
class InCommon(Record):
    """The same fields, shown by the common method."""

    name: str
    price: Money
    _hidden: int = field(default=0, repr=False)
    _private: tuple[str, ...] = ()


def test_shown_as_by_attrs() -> None:
    """A record is shown as attrs would show it: its name, and each field that is not hidden."""
    price = Money("60000", "EUR")
    expected = repr(ByAttrs("ruth", price)).replace("ByAttrs", "InCommon")
    assert repr(InCommon("ruth", price)) == expected
    assert "_hidden" not in expected
    assert repr(price) == "Money(amount=Decimal('60000'), currency='EUR')"


def test_no_record_has_a_method_of_its_own() -> None:
    """No record has attrs compile the method that it inherits, which is what Record is for."""
    waiting, seen = [Record], []
    while waiting:
        found = [each for each in waiting.pop().__subclasses__() if each not in seen]
        waiting += found
        seen += found
    assert len(seen) > 20
    assert not [each for each in seen if has(each) and "__repr__" in vars(each)]
