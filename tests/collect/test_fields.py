"""Can every column that filters may name be read, as the type that is said of it?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from uems.collect.fields import EVENT_COLUMNS, event_fields
from uems.collect.schema import EVENTS
from uems.kernel.filters import At, Params, parse, to_sql
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse

AT = At(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), zone="Asia/Shanghai")
TYPES = {"String": "text", "Date": "day", "Bool": "boolean", "Int64": "number", "DateTime64(3, 'UTC')": "time"}
TESTS: dict[str, Sequence[dict[str, Any]]] = {
    "text": ({"op": "equals", "value": "x"}, {"op": "contains", "value": "x"}, {"op": "regex", "value": "x"}),
    "number": ({"op": "gt", "value": 1.5}, {"op": "in", "value": [1, 2]}),
    "boolean": ({"op": "equals", "value": True},),
    "time": ({"op": "after", "value": {"ago": 1, "unit": "day"}}, {"op": "between", "value": ["2026-03-01", "2026-03-02"]}),
    "day": ({"op": "before", "value": "2026-03-01"},),
}


def test_the_columns_are_those_of_the_table_with_their_types() -> None:
    kept = {column.name: column.type.removeprefix("LowCardinality(").removeprefix("Nullable(") for column in EVENTS.columns}
    assert {c.name: TYPES[kept[c.name].removesuffix(")") if kept[c.name] not in TYPES else kept[c.name]] for c in EVENT_COLUMNS} == {
        c.name: c.type for c in EVENT_COLUMNS
    }
    assert all(c.label_zh and c.label_en for c in EVENT_COLUMNS)
    assert {c.name for c in EVENT_COLUMNS if c.nullable} == {c.name for c in EVENTS.columns if c.type.startswith("Nullable")}
    left_out = {c.name for c in EVENTS.columns} - {c.name for c in EVENT_COLUMNS}
    assert left_out == {
        "workspace_id", "person_id", "node_id", "session_hint", "properties", "context", "log_partition", "log_offset", "log_index",
    }  # fmt: skip


@pytest.mark.parametrize("alias", ["", "e"])
def test_every_column_answers_every_test_of_its_type(full_warehouse: Warehouse, settings: Settings, alias: str) -> None:
    parts: list[dict[str, Any]] = [{"property": {"name": "plan.名", "op": "equals", "value": "pro"}}]
    for column in EVENT_COLUMNS:
        parts += [{"column": {"name": column.name, **test}} for test in (*TESTS[column.type], {"op": "is_set"})]
    params = Params()
    condition = to_sql(parse({"or": parts}), event_fields(alias), params, AT)
    assert full_warehouse.query(Sql(f"SELECT count() AS n FROM events {Sql(alias)} WHERE {condition}"), params.values).num_rows == 1


def test_a_filter_on_ts_lets_the_engine_skip_other_months(full_warehouse: Warehouse, settings: Settings) -> None:
    for month in ("01", "02", "03"):
        full_warehouse.execute(Sql(f"INSERT INTO events (workspace_id, ts) VALUES (1, '2026-{Sql(month)}-15 00:00:00')"))
    params = Params()
    condition = to_sql(parse({"column": {"name": "ts", "op": "after", "value": "2026-03-01"}}), event_fields(), params, AT)
    plan = full_warehouse.query(Sql(f"EXPLAIN indexes = 1 SELECT event FROM events WHERE workspace_id = 1 AND {condition}"), params.values)
    assert any("Parts: 1/3" in line for line in plan.column(0).to_pylist()), plan.column(0).to_pylist()
