"""Is an amount what the sender wrote, to the last minor unit?"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uems.kernel.errors import UemsError
from uems.kernel.money import MAX_MINOR, Money, amount_text, exponent, exponents, from_minor, to_minor

CURRENCIES = ["JPY", "USD", "CNY", "KWD", "CLF", "HRK"]


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        (4.35, "USD", 435),
        (1.005, "USD", 101),
        ("1.005", "USD", 101),
        ("1.0049", "USD", 100),
        (-1.005, "USD", -101),
        (0.1 + 0.2, "USD", 30),
        (30.299999999999997, "CNY", 3030),
        (5, "USD", 500),
        ("5", "USD", 500),
        (" 5.5 ", "USD", 550),
        (".5", "USD", 50),
        ("5.", "USD", 500),
        ("+5", "USD", 500),
        (1e3, "USD", 100_000),
        ("1e3", "USD", 100_000),
        (1500, "JPY", 1500),
        (1499.5, "JPY", 1500),
        (1.234, "KWD", 1234),
        ("1.2345", "KWD", 1235),
        (1.2345, "CLF", 12345),
        (-0.0, "USD", 0),
        (7, "HRK", 700),
        (9_999_999_999_999, "USD", 999_999_999_999_900),
        ("10000000000000", "USD", MAX_MINOR),
    ],
)
def test_an_amount_is_read_as_the_decimal_number_that_was_written(value: int | float | str, currency: str, minor: int) -> None:
    assert to_minor(value, currency) == minor


@pytest.mark.parametrize(
    "value",
    [
        "1,234.50", "$5", "", " ", "abc", "NaN", "Infinity", "1_000", "１２", "٣", "0x10", "1e999999999", "9" * 41, "--5", "5 5", ".",
        float("nan"), float("inf"), 1e300, "10000000000000.01", 10**30, True, None, [5],
    ],
)  # fmt: skip
def test_what_is_not_a_plain_amount_gives_none(value: object) -> None:
    assert to_minor(value, "USD") is None  # type: ignore[arg-type]  # whatever comes in must not raise


@pytest.mark.parametrize("currency", ["", "usd", "US", "XAU", "XXX", "ABC", "USDT", "人民币"])
def test_an_unknown_currency_is_no_money(currency: str) -> None:
    assert to_minor(5, currency) is None
    with pytest.raises(UemsError) as caught:
        exponent(currency)
    assert caught.value.code == "unknown_currency"


def test_exponents_are_those_of_iso_4217() -> None:
    assert {c: exponents()[c] for c in ("JPY", "KRW", "VND", "USD", "CNY", "EUR", "BHD", "KWD", "TND", "CLF", "UYW")} == {
        "JPY": 0, "KRW": 0, "VND": 0, "USD": 2, "CNY": 2, "EUR": 2, "BHD": 3, "KWD": 3, "TND": 3, "CLF": 4, "UYW": 4,
    }  # fmt: skip


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**10), max_value=10**10, places=6), st.sampled_from(CURRENCIES))
@example(Decimal("-0.005"), "USD")
def test_text_is_rounded_halves_away_from_zero(amount: Decimal, currency: str) -> None:
    scaled = abs(Fraction(amount)) * 10 ** exponent(currency)
    expected = int(scaled + Fraction(1, 2))  # floor of a positive number
    assert to_minor(f"{amount:f}", currency) == (expected if amount >= 0 else -expected)


@given(st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(CURRENCIES))
def test_text_and_minor_units_go_both_ways(minor: int, currency: str) -> None:
    text = amount_text(minor, currency)
    assert to_minor(text, currency) == minor
    assert Decimal(text) == from_minor(minor, currency)
    assert Money.parse(text, currency) == Money(minor=minor, currency=currency)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["JPY", "USD", "KWD"]))
def test_a_json_number_with_the_currency_s_digits_is_exact(minor: int, currency: str) -> None:
    # What a client sends: the double nearest to the decimal amount.
    assert to_minor(float(from_minor(minor, currency)), currency) == minor


@given(st.one_of(st.text(), st.floats(), st.integers(), st.text(alphabet="0123456789.eE+- ", max_size=60)))
def test_nothing_raises_or_leaves_the_range(value: int | float | str) -> None:
    minor = to_minor(value, "KWD")
    assert minor is None or abs(minor) <= MAX_MINOR


def test_money_adds_within_one_currency_only() -> None:
    assert Money(minor=435, currency="USD") + Money(minor=65, currency="USD") == Money(minor=500, currency="USD")
    assert str(Money(minor=435, currency="USD") - Money(minor=500, currency="USD")) == "-0.65 USD"
    with pytest.raises(UemsError, match="convert one first") as caught:
        Money(minor=1, currency="USD") + Money(minor=1, currency="CNY")
    assert caught.value.code == "mixed_currencies"


@pytest.mark.parametrize("value", ["1,234.50", "abc", float("nan")])
def test_a_wrong_amount_says_what_is_wanted(value: str | float) -> None:
    with pytest.raises(UemsError, match="plain decimal number"):
        Money.parse(value, "USD")
