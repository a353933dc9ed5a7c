"""Do SQL and Python give the same answer as the rules, for any filter over any record, on the real engine?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.filter_oracle import Oracle, Row
from tests.support.filter_worlds import COLUMNS, ZONES, filters, rows
from uems.kernel.filters import At, Field, Fields, Node, Params, Record, dump, json_column, json_text, matcher, parse, to_sql
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql, join
from uems.kernel.warehouse import Warehouse, open_warehouse

FIELDS = {
    name: Field(sql=Sql(name), type=type_, nullable=name in ("revenue_minor", "score"))  # type: ignore[arg-type]  # from the table above
    for name, type_ in COLUMNS.items()
}
_batches = count()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    home: Path = tmp_path_factory.mktemp("filters")
    found = open_warehouse(Settings(home=home))
    found.execute(
        Sql(
            "CREATE TABLE filtered (batch UInt32, row UInt32, event LowCardinality(String), utm_source String,"
            " revenue_minor Nullable(Int64), score Nullable(Float64), person_id UInt64, ts DateTime64(3, 'UTC'), day Date, active Bool,"
            " properties JSON(max_dynamic_paths=256), traits_json JSON, trait_names Array(String), trait_texts Array(String))"
            " ENGINE = MergeTree ORDER BY (batch, row)"
        )
    )
    yield found
    found.close()


def _object(traits: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in traits.items()) + "}"


def _trait_text(name: str, params: Params) -> Sql:
    return Sql(f"trait_texts[indexOf(trait_names, {params.bind(name, 'String')})]")


def _store(warehouse: Warehouse, batch: int, found: list[Row]) -> None:
    columns = {name: [row.columns[name] for row in found] for name in COLUMNS}
    table = pa.table(
        {
            "batch": pa.array([batch] * len(found), pa.uint32()),
            "row": pa.array(range(len(found)), pa.uint32()),
            "event": pa.array(columns["event"], pa.string()),
            "utm_source": pa.array(columns["utm_source"], pa.string()),
            "revenue_minor": pa.array(columns["revenue_minor"], pa.int64()),
            "score": pa.array(columns["score"], pa.float64()),
            "person_id": pa.array(columns["person_id"], pa.uint64()),
            "ts": pa.array(columns["ts"], pa.timestamp("ms", "UTC")),
            "day": pa.array(columns["day"], pa.date32()),
            "active": pa.array(columns["active"], pa.bool_()),
            "properties": pa.array([row.properties for row in found], pa.string()),
            # The same traits in both ways in which they may be stored.
            "traits_json": pa.array([_object(row.traits) for row in found], pa.string()),
            "trait_names": pa.array([list(row.traits) for row in found], pa.list_(pa.string())),
            "trait_texts": pa.array([list(row.traits.values()) for row in found], pa.list_(pa.string())),
        }
    )
    warehouse.insert("filtered", table, token=f"batch-{batch}")


def _record(row: Row) -> Record:
    traits = {name: json.loads(text) for name, text in row.traits.items()}
    return Record(columns=row.columns, properties=json.loads(row.properties), traits=traits)


def _in_sql(warehouse: Warehouse, batch: int, nodes: list[Node], fields: Fields, at: At) -> list[list[bool]]:
    """For each filter, the answer for each row."""
    params = Params()
    parts = [Sql(f"toUInt8({to_sql(node, fields, params, at)}) AS answer_{i}") for i, node in enumerate(nodes)]
    sql = Sql(f"SELECT {join(Sql(', '), parts)} FROM filtered WHERE batch = {params.bind(batch, 'UInt32')} ORDER BY row")
    answer = warehouse.query(sql, params.values)
    assert all(column.null_count == 0 for column in answer.columns)
    return [[bool(v) for v in column.to_pylist()] for column in answer.columns]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(rows, min_size=1, max_size=25),
    st.lists(filters, min_size=1, max_size=20),
    st.sampled_from(ZONES),
    st.sampled_from(
        [
            datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            datetime(2026, 3, 8, 7, 30, 0, 1, tzinfo=UTC),  # in New York the hour that the clocks skip
            datetime(2026, 3, 31, 23, 59, tzinfo=UTC),
        ]
    ),
)
def test_sql_python_and_the_rules_agree(
    warehouse: Warehouse, found: list[Row], written: list[dict[str, object]], zone: str, now: datetime
) -> None:
    batch, at = next(_batches), At(now=now, zone=zone)
    _store(warehouse, batch, found)
    nodes = [parse(filter_) for filter_ in written]
    assert [parse(json.loads(json.dumps(dump(node)))) for node in nodes] == nodes
    records = [_record(row) for row in found]
    oracle = Oracle(now=now, zone=zone, types=COLUMNS)
    fields = Fields(columns=FIELDS, properties=json_column(Sql("properties")), traits=json_column(Sql("traits_json")))
    texts = Fields(columns=FIELDS, properties=json_column(Sql("properties")), traits=json_text(_trait_text))
    by_column, by_text = (_in_sql(warehouse, batch, nodes, kind, at) for kind in (fields, texts))
    for filter_, node, one, two in zip(written, nodes, by_column, by_text, strict=True):
        match = matcher(node, fields, at)
        for row, record, sql, sql_text in zip(found, records, one, two, strict=True):
            expected = oracle.holds(filter_, row)
            assert (expected, match(record), sql, sql_text) == (expected, expected, expected, expected), f"{filter_} on {row}"
