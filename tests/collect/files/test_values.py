"""Are cells read as the numbers, amounts and truth values that people write?"""

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.collect.files.cells import Cells, as_text
from uems.collect.files.model import JSON_TEXT
from uems.collect.files.values import as_booleans, as_integers, as_minor, as_numbers, as_property
from uems.kernel.money import to_minor


def text(*values: str | None) -> Cells:
    return Cells(array=pa.array(values, pa.string()))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("12", 12.0),
        (" 12.50 ", 12.5),
        ("1,234.50", 1234.5),
        ("1,234,567", 1234567.0),
        ("¥1,234.50", 1234.5),
        ("-$5", -5.0),
        ("35元", 35.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1,5", None),
        ("12,34.5", None),
        ("five", None),
        ("nan", None),
        ("inf", None),
        ("0x10", None),
    ],
)
def test_numbers_are_read_as_people_write_them_and_never_guessed(value: str, wanted: float | None) -> None:
    numbers, bad = as_numbers(text(value, "7", None, ""))
    assert numbers.to_pylist() == [wanted, 7.0, None, None]
    assert bad.tolist() == [wanted is None, False, False, False]


def test_a_decimal_comma_is_read_where_the_user_says_so() -> None:
    numbers, bad = as_numbers(text("1.234,50", "7,5", "1 000"), decimal_comma=True)
    assert numbers.to_pylist() == [1234.5, 7.5, None]
    assert bad.tolist() == [False, False, True]


def test_whole_numbers_keep_all_their_digits() -> None:
    numbers, bad = as_integers(text("9223372036854775807", "-3"))
    assert numbers.to_pylist() == [9223372036854775807, -3]
    assert not bad.any()
    numbers, bad = as_integers(text("1,000", "2.0", "2.5", "x", None))
    assert numbers.to_pylist() == [1000, 2, None, None, None]
    assert bad.tolist() == [False, False, True, True, False]


def test_yes_and_no_in_both_languages() -> None:
    values, bad = as_booleans(text("TRUE", "no", "1", "0", "是", "否", "maybe", ""))
    assert values.to_pylist() == [True, False, True, False, True, False, None, None]
    assert bad.tolist() == [False] * 6 + [True, False]


AMOUNTS = st.decimals(-10_000_000, 10_000_000, places=3) | st.decimals(-10_000_000, 10_000_000, places=2)


@settings(max_examples=300, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=30), st.sampled_from(["USD", "JPY", "KWD"]))
def test_amounts_round_as_the_pipeline_rounds_them(amounts: list[Decimal], currency: str) -> None:
    wanted = [to_minor(f"{amount:f}", currency) for amount in amounts]
    for cells in (text(*(f"{amount:f}" for amount in amounts)), Cells(array=pa.array([float(amount) for amount in amounts]))):
        minor, bad = as_minor(cells, [currency], minor=False)
        assert minor.to_pylist() == wanted
        assert not bad.any()


def test_an_amount_that_no_shop_takes_is_no_amount() -> None:
    minor, bad = as_minor(text("1e30", "abc", None, "5"), ["USD"], minor=False)
    assert minor.to_pylist() == [None, None, None, 500]
    assert bad.tolist() == [True, True, False, False]
    assert as_minor(text("1250"), ["USD"], minor=True)[0].to_pylist() == [1250]
    assert as_minor(text("1.5", "1.5"), ["USD", "JPY"], minor=False)[0].to_pylist() == [150, 2]


def test_ids_lose_what_tools_add_to_them() -> None:
    assert as_text(Cells(array=pa.array([1.0, None, 3.0]))).to_pylist() == ["1", None, "3"]
    assert as_text(text("  a\x00b\u3000", "", None, "\ufeffx")).to_pylist() == ["ab", None, None, "x"]
    assert as_text(Cells(array=pa.array(['"a\\n"', "12", "null", None]), json=True)).to_pylist()[:2] == ["a", "12"]


def test_a_property_is_json_of_the_wanted_type() -> None:
    def made(cells: Cells, kind: str) -> list[object]:
        texts, _ = as_property(cells, kind, zone="Asia/Shanghai")  # type: ignore[arg-type]
        return [None if value is None else json.loads(value) for value in texts.to_pylist()]

    assert made(text("7", " x ", ""), "auto") == ["7", " x ", None]
    assert made(text("7", " x ", ""), "string") == ["7", "x", None]
    assert made(text("7", "7.5"), "number") == [7.0, 7.5]
    assert made(text("7"), "integer") == [7]
    assert made(text("2024-01-01"), "datetime") == ["2023-12-31T16:00:00.000Z"]
    assert made(text('{"a": [1]}', "{broken"), "json") == [{"a": [1]}, None]
    assert made(Cells(array=pa.array([7, 8])), "string") == ["7", "8"]
    field = pa.field("x", pa.string(), metadata=JSON_TEXT)
    assert field.metadata == JSON_TEXT
    assert made(Cells(array=pa.array(['"2024"', "5", "true"]), json=True), "auto") == ["2024", 5, True]
    assert made(Cells(array=pa.array(['"5"', "5"]), json=True), "number") == [5.0, 5.0]
