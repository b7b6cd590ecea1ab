"""Tests of amounts of money and of exact numbers."""

from __future__ import annotations

import decimal
import operator
import pickle
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import CurrencyMismatch, EvidenceError, Money
from dealflow.values import LARGEST, to_decimal

amounts = st.decimals(-LARGEST, LARGEST, places=9) | st.integers(-(10**15), 10**15).map(Decimal)
codes = st.sampled_from(["EUR", "USD", "CNY"])
orders = pytest.mark.parametrize("order", [operator.lt, operator.le, operator.gt, operator.ge])
Order = Callable[[Any, Any], bool]


class Shouting(float):
    """A float that shows itself in a way of its own, as those of numpy do."""

    def __repr__(self) -> str:
        return f"Shouting({float(self)})"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(7, "7", id="integer"),
        pytest.param(-0.0, "0", id="negative zero as float"),
        pytest.param("-0", "0", id="negative zero"),
        pytest.param("-0.000", "0", id="negative zero with decimals"),
        pytest.param("0e999999", "0", id="zero with a large exponent"),
        pytest.param(0.1, "0.1", id="float as it is written"),
        pytest.param(1e15, "1000000000000000", id="largest as float"),
        pytest.param(Shouting(0.5), "0.5", id="class derived from float"),
        pytest.param("1e3", "1000", id="exponent"),
        pytest.param("1.500", "1.5", id="trailing zeros"),
        pytest.param("100", "100", id="zeros that count"),
        pytest.param("+12.5", "12.5", id="plus sign"),
        pytest.param("-12.5", "-12.5", id="minus sign"),
        pytest.param("0.000000001", "0.000000001", id="smallest"),
        pytest.param("-0.100", "-0.1", id="zeros at the end only"),
        pytest.param("-1000000000000000", "-1000000000000000", id="most negative"),
        pytest.param("999999999999999.999999999", "999999999999999.999999999", id="most digits"),
        pytest.param(Decimal("2.50"), "2.5", id="Decimal"),
    ],
)
def test_numbers_have_one_form(raw: object, text: str) -> None:
    """Numbers are read exactly and lose their trailing zeros."""
    assert f"{to_decimal(raw):f}" == text


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(True, id="bool"),
        pytest.param(None, id="None"),
        pytest.param([1], id="list"),
        pytest.param(1j, id="complex"),
        pytest.param("", id="nothing"),
        pytest.param("twelve", id="words"),
        pytest.param("1,5", id="comma"),
        pytest.param("0x10", id="hexadecimal"),
    ],
)
def test_what_is_no_number(raw: object) -> None:
    """What is no number, is refused with what it was."""
    with pytest.raises(ValueError, match=r"is not a number") as caught:
        to_decimal(raw)
    assert str(caught.value).startswith(repr(raw))


@pytest.mark.parametrize(
    "raw",
    [
        "NaN",
        "-nan",
        "sNaN",
        "nan123",
        "Infinity",
        "-inf",
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
    ],
    ids=ascii,
)
def test_what_is_no_finite_number(raw: object) -> None:
    """Infinities and values that are no numbers are refused."""
    with pytest.raises(ValueError, match=r"is not a finite number"):
        to_decimal(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("1000000000000000.000000001", id="just above"),
        pytest.param("-1000000000000001", id="just below"),
        pytest.param(10**15 + 1, id="integer just above"),
        pytest.param("0.0000000001", id="ten decimals"),
        pytest.param("1.0000000000", id="ten decimals, though zeros"),
        pytest.param(0.1 + 0.2, id="noise of floats"),
        pytest.param(1e300, id="huge float"),
        pytest.param("1e999", id="huge"),
        pytest.param("1e999999999999", id="beyond any arithmetic"),
        pytest.param("1e-999999999999", id="below any arithmetic"),
        pytest.param(10**5000, id="integer that cannot be printed"),
        pytest.param("9" * 5000, id="very many digits"),
    ],
)
def test_numbers_out_of_range(raw: object) -> None:
    """Numbers above 10^15 or with more than nine decimals are refused in a short message."""
    with pytest.raises(ValueError, match=r"out of range: at most 10\^15, at most nine") as caught:
        to_decimal(raw)
    assert len(str(caught.value)) < 120


@given(amounts)
def test_reading_changes_no_number(number: Decimal) -> None:
    """Reading is exact, and reading again what was read changes nothing."""
    read = to_decimal(number)
    assert read == number
    assert str(to_decimal(read)) == str(read) == str(to_decimal(f"{read:f}"))


@given(amounts)
def test_reading_leaves_precision_to_others(number: Decimal) -> None:
    """A caller who calculates in few digits reads the same numbers."""
    with decimal.localcontext(prec=3, rounding=decimal.ROUND_FLOOR) as context:
        for signal in context.traps:
            context.traps[signal] = True
        read = to_decimal(number)
    assert (str(read), read) == (str(to_decimal(number)), number)


@given(st.text(max_size=20) | st.from_regex(r"[-+]?[0-9_.]{0,9}([eE][-+]?[0-9]{0,20})?"))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    """Texts are bounded numbers, or ValueErrors; nothing else comes out."""
    try:
        number = to_decimal(text)
    except ValueError:
        return
    assert abs(number) <= LARGEST
    assert to_decimal(f"{number:f}") == number == Decimal(text)


@given(amounts, codes)
def test_money_round_trips(amount: Decimal, code: str) -> None:
    """Money is read back from its text, and equal money is written alike."""
    money = Money(amount, code)
    assert Money.parse(str(money)) == money
    assert (money.amount, money.currency) == (amount, code)
    assert pickle.loads(pickle.dumps(money)) == money


@pytest.mark.parametrize(
    ("text", "amount", "written"),
    [
        ("48000 EUR", Decimal(48000), "48000 EUR"),
        ("48000.50 EUR", Decimal("48000.5"), "48000.5 EUR"),
        ("-1 USD", Decimal(-1), "-1 USD"),
        ("1e3 CNY", Decimal(1000), "1000 CNY"),
        ("0.000000001 EUR", Decimal("0.000000001"), "0.000000001 EUR"),
    ],
)
def test_money_as_text(text: str, amount: Decimal, written: str) -> None:
    """Money is an amount, a space and a code; it is written without exponents."""
    money = Money.parse(text)
    assert money == Money(amount, text[-3:])
    assert str(money) == written


@pytest.mark.parametrize(
    "raw",
    [
        "", "48000", "EUR", "48000EUR", "48000  EUR", " 48000 EUR", "48000 EUR ", "48000 EUR\n",
        "48000 eur", "48000 EURO", "48000 EU", "48 000 EUR", "EUR 48000", "48,000 EUR", "NaN EUR",
        "1e999 EUR", "Infinity EUR", "48000 ＥＵＲ", 48000, None, ["48000 EUR"],
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_money(raw: object) -> None:
    """Anything else than an amount and a code is refused."""
    with pytest.raises(ValueError, match=r"is not|out of range"):
        Money.parse(raw)


@pytest.mark.parametrize("code", ["", "eur", "EURO", "EU", "E1R", "EUR\n", None, 5], ids=repr)
def test_what_is_no_currency(code: Any) -> None:
    """A currency is three capital letters."""
    with pytest.raises(ValueError, match=r"is not a currency code such as EUR"):
        Money("1", code)


def test_money_is_one_value() -> None:
    """Equal amounts of one currency are one key, however they were written."""
    assert {Money("1.0", "EUR"), Money(Decimal(1), "EUR")} == {Money(1, "EUR")}


def test_money_cannot_be_changed() -> None:
    """Money is frozen."""
    with pytest.raises(AttributeError):
        setattr(Money(Decimal(1), "EUR"), "amount", Decimal(2))  # noqa: B010 - checkers know better


def test_amounts_in_two_currencies_differ() -> None:
    """The same number in another currency is another amount."""
    assert Money(Decimal(1), "EUR") != Money(Decimal(1), "USD")


@orders
@given(amounts, amounts)
def test_one_currency_compares_as_its_amounts(order: Order, one: Decimal, other: Decimal) -> None:
    """Money of one currency is ordered as its amounts are."""
    assert order(Money(one, "EUR"), Money(other, "EUR")) is order(one, other)
    assert order(Money(one, "EUR"), Money(one, "EUR")) is order(one, one)


@orders
@given(amounts, amounts)
def test_two_currencies_do_not_compare(order: Order, one: Decimal, other: Decimal) -> None:
    """Which of two amounts is more cannot be told across currencies, even for equal numbers."""
    mine, theirs = Money(one, "EUR"), Money(other, "USD")
    with pytest.raises(CurrencyMismatch) as caught:
        order(mine, theirs)
    assert (caught.value.one, caught.value.other) == (str(mine), str(theirs))
    assert isinstance(caught.value, EvidenceError)
