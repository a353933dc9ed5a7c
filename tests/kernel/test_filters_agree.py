"""Do SQL and Python give the same answer as the rules, for any filter over any record, on the real engine?"""

import json
from datetime import UTC, datetime
from itertools import count

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.depth import worlds
from tests.support.filter_oracle import Oracle, Row
from tests.support.filter_worlds import COLUMNS, ZONES, filters, rows
from uems.kernel.filters import At, Field, Fields, Node, Params, Record, dump, json_column, json_text, matcher, parse, to_sql
from uems.kernel.schema import Column, Migration, TableDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql, join
from uems.kernel.warehouse import Warehouse

FIELDS = {
    name: Field(sql=Sql(name), type=type_, nullable=name in ("revenue_minor", "score"))  # type: ignore[arg-type]  # from the table above
    for name, type_ in COLUMNS.items()
}
_batches = count()


TABLE = TableDef(
    name="filtered",
    columns=(
        Column(name="batch", type="UInt32"),
        Column(name="row", type="UInt32"),
        Column(name="event", type="LowCardinality(String)"),
        Column(name="utm_source", type="String"),
        Column(name="revenue_minor", type="Nullable(Int64)"),
        Column(name="score", type="Nullable(Float64)"),
        Column(name="person_id", type="UInt64"),
        Column(name="ts", type="DateTime64(3, 'UTC')"),
        Column(name="day", type="Date"),
        Column(name="active", type="Bool"),
        Column(name="properties", type="JSON(max_dynamic_paths=8)"),  # few, so that most are read from where the rare ones go
        Column(name="traits_json", type="JSON(max_dynamic_paths=256)"),
        Column(name="trait_names", type="Array(String)"),
        Column(name="trait_texts", type="Array(String)"),
    ),
    order_by="batch, row",
)


@pytest.fixture
def filtered(any_warehouse: Warehouse, engine_settings: Settings) -> Warehouse:
    migrate(any_warehouse, engine_settings, (Migration(number=1, room="test", name="filtered", steps=(TABLE,)),))
    return any_warehouse


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


@settings(max_examples=worlds(10), deadline=None, suppress_health_check=list(HealthCheck))
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
    filtered: Warehouse, found: list[Row], written: list[dict[str, object]], zone: str, now: datetime
) -> None:
    batch, at = next(_batches), At(now=now, zone=zone)
    _store(filtered, batch, found)
    nodes = [parse(filter_) for filter_ in written]
    assert [parse(json.loads(json.dumps(dump(node)))) for node in nodes] == nodes
    records = [_record(row) for row in found]
    oracle = Oracle(now=now, zone=zone, types=COLUMNS)
    fields = Fields(columns=FIELDS, properties=json_column(Sql("properties")), traits=json_column(Sql("traits_json")))
    texts = Fields(columns=FIELDS, properties=json_column(Sql("properties")), traits=json_text(_trait_text))
    by_column, by_text = (_in_sql(filtered, batch, nodes, kind, at) for kind in (fields, texts))
    for filter_, node, one, two in zip(written, nodes, by_column, by_text, strict=True):
        match = matcher(node, fields, at)
        for row, record, sql, sql_text in zip(found, records, one, two, strict=True):
            expected = oracle.holds(filter_, row)
            assert (expected, match(record), sql, sql_text) == (expected, expected, expected, expected), f"{filter_} on {row}"
