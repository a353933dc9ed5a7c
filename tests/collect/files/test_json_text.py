"""Is the JSON of whole columns the JSON that a plain encoder would write, value by value?"""

import json
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.collect.files.json_text import json_objects, json_values

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE_TEXT = st.none() | TEXT
INTEGERS = st.none() | st.integers(-(2**63), 2**63 - 1)
FLOATS = st.none() | st.floats()


def read(array: pa.Array) -> list[object]:
    return [None if text is None else json.loads(text) for text in json_values(array).to_pylist()]


@settings(max_examples=200, deadline=None)
@given(st.lists(MAYBE_TEXT, max_size=20), st.integers(0, 5))
def test_any_text_comes_back_as_it_was_from_any_slice(values: list[str | None], start: int) -> None:
    assert read(pa.array(values, pa.string()).slice(start)) == values[start:]
    assert read(pa.chunked_array([values[:3], values[3:]], pa.string())) == values
    if values:
        assert read(pa.array(values, pa.string()).dictionary_encode()) == values


@settings(max_examples=200, deadline=None)
@given(st.lists(FLOATS, max_size=20))
def test_floats_come_back_exactly_as_floats_and_never_as_integers(values: list[float | None]) -> None:
    wanted = [value if value is not None and math.isfinite(value) else None for value in values]
    texts = json_values(pa.array(values, pa.float64())).to_pylist()
    found = [None if text is None else json.loads(text) for text in texts]
    assert found == wanted
    assert all(isinstance(value, float) for value in found if value is not None)


@settings(max_examples=100, deadline=None)
@given(st.lists(INTEGERS, max_size=20), st.lists(st.none() | st.booleans(), max_size=20))
def test_integers_and_booleans_come_back(integers: list[int | None], booleans: list[bool | None]) -> None:
    assert read(pa.array(integers, pa.int64())) == integers
    assert read(pa.array(booleans, pa.bool_())) == booleans


NESTED = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {"a": MAYBE_TEXT, "b": st.none() | st.lists(st.none() | st.fixed_dictionaries({"x": INTEGERS, "y": MAYBE_TEXT}), max_size=3)}
    ),
    max_size=8,
)
NESTED_TYPE = pa.struct([("a", pa.string()), ("b", pa.list_(pa.struct([("x", pa.int64()), ("y", pa.string())])))])


def without_nulls(value: object) -> object:
    """A key whose value is null is left out of an object; a null in a list stays."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(NESTED, st.integers(0, 3))
def test_objects_and_lists_inside_each_other_come_back_from_any_slice(values: list[object], start: int) -> None:
    assert read(pa.array(values, NESTED_TYPE).slice(start)) == [without_nulls(value) for value in values[start:]]


def test_lists_of_every_kind_come_back() -> None:
    values = [[1, 2], None, [], [3, None]]
    for kind in (pa.list_(pa.int64()), pa.large_list(pa.int64())):
        assert read(pa.array(values, kind)) == values
    assert read(pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int64(), 2))) == [[1, 2], None, [3, 4]]
    assert read(pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64()))) == [{"k": 1}, None, {}]


def test_times_decimals_and_bytes_have_one_plain_form() -> None:
    moment = datetime(2024, 3, 1, 8, 30, 15, 250_000)  # noqa: DTZ001
    assert read(pa.array([moment], pa.timestamp("ms"))) == ["2024-03-01T08:30:15.250"]
    assert read(pa.array([moment.replace(tzinfo=UTC)], pa.timestamp("ms", "Asia/Shanghai"))) == ["2024-03-01T08:30:15.250Z"]
    assert read(pa.array([date(2024, 3, 1)])) == ["2024-03-01"]
    assert json_values(pa.array([Decimal("12.50")])).to_pylist() == ["12.50"]
    assert read(pa.array([b"\x00\xff"])) == ["AP8="]
    assert read(pa.array([timedelta(seconds=2)], pa.duration("ms"))) == [2000]
    assert read(pa.nulls(2)) == [None, None]


@pytest.mark.parametrize("names", [["a", "b", "c"], ['quo"te', "线", "c"]])
def test_an_absent_value_leaves_its_key_out(names: list[str]) -> None:
    columns = [[None, None, "1"], ['"x"', None, None], [None, None, "true"]]
    fields = [(name, pa.array(column, pa.string())) for name, column in zip(names, columns, strict=True)]
    found = [json.loads(text) for text in json_objects(fields, 3).to_pylist()]
    assert found == [{names[1]: "x"}, {}, {names[0]: 1, names[2]: True}]
    assert json_objects([], 2).to_pylist() == ["{}", "{}"]
