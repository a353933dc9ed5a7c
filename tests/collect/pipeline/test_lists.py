"""Does the warehouse hold every list that can be sent, and come back with what was in it?"""

import json
from itertools import count
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from uems.collect.pipeline.lists import holdable
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse

_leaves = st.sampled_from([None, None, 1, 2.5, "x", True, {"b": 1}, {"b": [None, [1]]}])
_values = st.recursive(_leaves, lambda inner: st.lists(inner, max_size=3), max_leaves=8)


def _texts(*documents: object) -> list[str]:
    given = pa.chunked_array([pa.array([json.dumps(one) for one in documents], pa.string())])
    found: list[str] = holdable(given).to_pylist()
    return found


def test_every_list_is_taken(warehouse: Warehouse) -> None:
    warehouse.execute(Sql("CREATE TABLE held (n UInt64, properties JSON(max_dynamic_types=8)) ENGINE = MergeTree ORDER BY n"))

    serial = count()

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.lists(st.lists(_values, max_size=3), min_size=20, max_size=20))
    def taken(lists: list[Any]) -> None:
        texts = _texts(*({"a": value} for value in lists))
        table = pa.table({"n": pa.array(range(len(texts)), pa.uint64()), "properties": pa.array(texts, pa.string())})
        warehouse.insert("held", table, token=f"held:{next(serial)}")

    taken()


def test_only_a_null_among_lists_is_changed() -> None:
    kept = [
        {"a": [1, None]},
        {"a": [{"b": 1}, None]},
        {"a": [["x"], None, 3]},
        {"a": None},
        {"a": "[[null"},
        {"a": [None]},
        {"a": [[None], [1]]},
    ]
    assert [json.loads(text) for text in _texts(*kept)] == kept
    changed = [{"a": [[1], None]}, {"a": [[[1]], [None]]}, {"a": {"b": [{"c": [None, []]}]}}]
    assert [json.loads(text) for text in _texts(*changed)] == [{"a": [[1], []]}, {"a": [[[1]], [[]]]}, {"a": {"b": [{"c": [[], []]}]}}]


def test_other_texts_are_not_even_read_and_of_equal_names_the_first_wins() -> None:
    given = pa.chunked_array([pa.array(['{"n": 1.50}', '{"a": [null, [1]], "a": 2, "n": 12345678901234567890123}'], pa.string())])
    assert holdable(given).to_pylist() == ['{"n": 1.50}', '{"n":12345678901234567890123,"a":[[],[1]]}']


def test_what_no_number_can_hold_stays_as_it_was_sent() -> None:
    sent = ['{"a":[[1],null],"n":' + "9" * 5000 + "}", '{"a":[[1],null],"n":1e400}']
    assert holdable(pa.chunked_array([pa.array(sent, pa.string())])).to_pylist() == sent
