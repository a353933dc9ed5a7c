"""Does every trait of an identify call become a row with exactly the JSON that was sent?"""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from uems.profiles.extract import MAX_TRAITS, trait_rows


def table(*properties: str) -> pa.Table:
    size = len(properties)
    return pa.table(
        {
            "workspace_id": pa.array([7] * size, pa.uint32()),
            "person_id": pa.array(range(size), pa.uint64()),
            "node_id": pa.array(range(100, 100 + size), pa.uint64()),
            "ts": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * size, pa.timestamp("ms", "UTC")),
            "message_id": [f"m{n}" for n in range(size)],
            "properties": list(properties),
            "log_offset": pa.array([3] * size, pa.uint64()),
            "log_index": pa.array(range(size), pa.uint32()),
        }
    )


def told(*properties: str) -> list[tuple[int, str, str]]:
    rows = trait_rows(table(*properties))
    return [] if rows is None else [(r["node_id"], r["trait"], r["value"]) for r in rows.to_pylist()]


def test_values_keep_their_json() -> None:
    assert told('{"name": "Ann", "age": 1e3, "tags": [1, {"a": null}], "vip": true, "gone": null}', "{}", '{"名":"安"}') == [
        (100, "name", '"Ann"'),
        (100, "age", "1e3"),
        (100, "tags", '[1, {"a": null}]'),
        (100, "vip", "true"),
        (100, "gone", "null"),
        (102, "名", '"安"'),
    ]


def test_no_identify_rows_and_no_traits_give_nothing() -> None:
    assert trait_rows(table()) is None
    assert trait_rows(table("{}", "{ }", "null", "")) is None


@pytest.mark.parametrize("broken", ["[1, 2, 3]", '"text"', "{broken", '{"a": }', '{"a": NaN}'])
def test_what_is_no_object_is_passed_over_without_harm_to_others(broken: str) -> None:
    assert told(broken, '{"a": 1}') == [(101, "a", "1")]


def test_half_a_surrogate_pair_becomes_a_replacement_character_and_whole_pairs_stay() -> None:
    [(_, _, value)] = told('{"a": "x\\ud83dy \\ud83d\\ude00"}')
    assert json.loads(value) == "x\ufffdy 😀"


def test_names_are_trimmed_and_cut_and_a_flood_is_bounded() -> None:
    assert told('{"  a ": 1, "   ": 2}') == [(100, "a", "1")]
    assert told(json.dumps({"x" * 300: 1}))[0][1] == "x" * 200
    assert len(told(json.dumps({f"t{n}": n for n in range(2 * MAX_TRAITS)}))) == MAX_TRAITS
