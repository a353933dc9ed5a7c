"""Do definitions become the right tables on every engine, exactly once, and what happens when a step or a server fails?"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from tests.kernel.test_warehouse import TABLES, totals, visits
from tests.support.clickhouse import Servers, start_servers
from uems.kernel.errors import UemsError
from uems.kernel.schema import AlterDef, Column, Layout, Migration, Step, TableDef, ViewDef, change_rows, migrate, render
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse, open_warehouse

EVENTS = TableDef(
    name="events",
    columns=(Column(name="id", type="UInt64", codec="Delta, ZSTD"), Column(name="n", type="UInt8", default="7")),
    engine="ReplacingMergeTree(n)",
    order_by="id",
    partition_by="id % 10",
    shard_by="id",
    ttl="toDate('2030-01-01') + INTERVAL n DAY",
    indexes=("by_n n TYPE minmax GRANULARITY 1",),
    dedup_window=55,
    settings={"index_granularity": 1024},
)
TAIL = (
    " PARTITION BY id % 10 ORDER BY (id) TTL toDate('2030-01-01') + INTERVAL n DAY"
    " SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, "
)
COLUMNS = "(id UInt64 CODEC(Delta, ZSTD), n UInt8 DEFAULT 7, INDEX by_n n TYPE minmax GRANULARITY 1)"
LATER = Migration(
    number=7, room="tests", name="more", steps=(AlterDef(table="visits", change=Sql("ADD COLUMN IF NOT EXISTS more String DEFAULT 'x'")),)
)


def test_one_server_gets_one_table() -> None:
    assert render(EVENTS, Layout()) == (
        f"CREATE TABLE IF NOT EXISTS events {COLUMNS} ENGINE = ReplacingMergeTree(n){TAIL}"
        "non_replicated_deduplication_window = 55, index_granularity = 1024",
    )


def test_a_cluster_gets_a_local_table_and_one_over_all() -> None:
    local, all_ = render(EVENTS, Layout(cluster="c"))
    assert local.startswith(f"CREATE TABLE IF NOT EXISTS events_local {COLUMNS} ENGINE = ReplacingMergeTree(n) PARTITION")
    assert all_ == (
        "CREATE TABLE IF NOT EXISTS events AS events_local ENGINE = Distributed(c, currentDatabase(), events_local, id) "
        "SETTINGS fsync_after_insert = 1, fsync_directories = 1"
    )


def test_replicas_and_on_cluster_come_from_the_settings() -> None:
    local, all_ = render(EVENTS, Layout(cluster="c", on_cluster=True, replicated=True))
    assert local == (
        f"CREATE TABLE IF NOT EXISTS events_local ON CLUSTER c {COLUMNS} "
        f"ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{{shard}}/{{database}}/events_local', '{{replica}}', n){TAIL}"
        "replicated_deduplication_window = 55, replicated_deduplication_window_seconds = 604800, index_granularity = 1024"
    )
    assert all_.startswith("CREATE TABLE IF NOT EXISTS events ON CLUSTER c AS events_local ")
    plain = render(replace(EVENTS, engine="MergeTree"), Layout(replicated=True))[0]
    assert "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/events', '{replica}') " in plain


def test_without_a_shard_expression_equal_keys_meet() -> None:
    assert "cityHash64(a, b))" in render(replace(EVENTS, order_by="a, b", shard_by=""), Layout(cluster="c"))[1]


def test_views_and_changes_name_the_local_tables_of_a_cluster() -> None:
    view = ViewDef(name="v", to="daily", source="events", select=Sql("SELECT id, count() AS n FROM events GROUP BY id"))
    assert render(view, Layout()) == (
        "CREATE MATERIALIZED VIEW IF NOT EXISTS v TO daily AS SELECT id, count() AS n FROM events GROUP BY id",
    )
    assert render(view, Layout(cluster="c")) == (
        "CREATE MATERIALIZED VIEW IF NOT EXISTS v TO daily_local AS SELECT id, count() AS n FROM events_local GROUP BY id",
    )
    change = AlterDef(table="events", change=Sql("ADD COLUMN IF NOT EXISTS x UInt8"))
    assert render(change, Layout()) == ("ALTER TABLE events ADD COLUMN IF NOT EXISTS x UInt8",)
    assert [s.split(" ADD")[0] for s in render(change, Layout(cluster="c", on_cluster=True))] == [
        "ALTER TABLE events_local ON CLUSTER c",
        "ALTER TABLE events ON CLUSTER c",
    ]
    assert len(render(replace(change, distributed=False), Layout(cluster="c"))) == 1


@pytest.mark.parametrize("select", ["SELECT 1", "SELECT id FROM events JOIN (SELECT 1 FROM events) USING id", "SELECT id FROM events_old"])
def test_a_view_must_name_its_source_once(select: str) -> None:
    with pytest.raises(UemsError) as caught:
        render(ViewDef(name="v", to="t", source="events", select=Sql(select)), Layout())
    assert caught.value.code == "bad_migration"


def test_migrations_are_applied_once_and_in_order(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    assert migrate(any_warehouse, engine_settings, [LATER, TABLES]) == [TABLES, LATER]
    assert migrate(any_warehouse, engine_settings, [TABLES, LATER]) == []
    third = Migration(number=9, room="tests", name="third", steps=(EVENTS,))
    assert migrate(any_warehouse, engine_settings, [third, TABLES, LATER]) == [third]
    any_warehouse.insert("visits", visits(1).append_column("more", pa.array(["y"])), token="t")
    any_warehouse.insert("events", pa.table({"id": pa.array([5], pa.uint64())}), token="t")
    assert any_warehouse.query(Sql("SELECT more FROM visits")).to_pylist() == [{"more": "y"}]
    assert any_warehouse.query(Sql("SELECT id, n FROM events FINAL")).to_pylist() == [{"id": 5, "n": 7}]
    rows = any_warehouse.query(Sql("SELECT number, room, name FROM schema_migrations FINAL ORDER BY number")).to_pylist()
    assert [(row["number"], row["room"], row["name"]) for row in rows] == [
        (1, "tests", "tables"),
        (7, "tests", "more"),
        (9, "tests", "third"),
    ]


def test_a_migration_cut_short_is_finished_at_the_next_start(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    broken = replace(TABLES, steps=(*TABLES.steps[:2], Sql("SELECT throwIf(1)"), *TABLES.steps[2:]))
    with pytest.raises(UemsError):
        migrate(any_warehouse, engine_settings, [broken])
    assert migrate(any_warehouse, engine_settings, [TABLES]) == [TABLES]
    any_warehouse.insert("visits", visits(1, 2), token="a")
    assert totals(any_warehouse) == (2, 2, 2)


def test_tables_of_a_later_version_are_refused(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    migrate(any_warehouse, engine_settings, [TABLES, LATER])
    with pytest.raises(UemsError, match="migration 7") as caught:
        migrate(any_warehouse, engine_settings, [TABLES])
    assert caught.value.code == "warehouse_newer"


def test_numbers_are_never_given_twice(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    with pytest.raises(UemsError, match="number 1"):
        migrate(any_warehouse, engine_settings, [TABLES, replace(LATER, number=1)])
    migrate(any_warehouse, engine_settings, [TABLES])
    with pytest.raises(UemsError, match="Never renumber"):
        migrate(any_warehouse, engine_settings, [replace(LATER, number=1)])


def test_rows_are_changed_wherever_they_are(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    migrate(any_warehouse, engine_settings, [TABLES])
    any_warehouse.insert("visits", visits(*range(20)), token="a")
    change_rows(any_warehouse, engine_settings, "visits", Sql("DELETE WHERE person_id IN {ids:Array(UInt64)}"), {"ids": [1, 2, 3, 4]})
    for _ in range(4):
        found = any_warehouse.query(Sql("SELECT person_id FROM visits ORDER BY person_id"))
        assert found.column(0).to_pylist() == [0, *range(5, 20)]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One shard of two replicas, of which one goes away."""
    servers = start_servers(tmp_path_factory.mktemp("pair"), shards=1, replicas=2)
    yield servers
    servers.stop()


@pytest.mark.cluster
def test_a_cluster_starts_without_a_server_only_while_nothing_is_pending(servers: Servers, tmp_path: Path) -> None:
    settings = servers.settings(tmp_path, "away")
    warehouse = open_warehouse(settings)
    assert migrate(warehouse, settings, [TABLES]) == [TABLES]
    servers.nodes[1].kill()
    assert migrate(warehouse, settings, [TABLES]) == []
    with pytest.raises(UemsError, match=servers.nodes[1].host) as caught:
        migrate(warehouse, settings, [TABLES, LATER])
    assert caught.value.code == "warehouse_down"
    servers.nodes[1].start()
    servers.nodes[1].wait()
    assert migrate(warehouse, settings, [TABLES, LATER]) == [LATER]
    warehouse.close()


@pytest.mark.cluster
def test_a_new_server_catches_up_by_itself(servers: Servers, tmp_path: Path) -> None:
    settings = servers.settings(tmp_path, "fresh")
    warehouse = open_warehouse(settings)
    migrate(warehouse, settings, [TABLES])
    servers.nodes[1].ask("DROP DATABASE fresh SYNC")
    warehouse.close()
    warehouse = open_warehouse(settings)
    assert migrate(warehouse, settings, [TABLES]) == [TABLES]
    warehouse.insert("visits", visits(1), token="a")
    assert [n.ask("SELECT count() FROM fresh.visits_local") for n in servers.nodes] == ["1", "1"]
    warehouse.close()


def test_every_step_of_a_migration_can_be_repeated(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    steps: list[Step] = [*TABLES.steps, *LATER.steps]
    layout = Layout.of(engine_settings)
    for member in any_warehouse.members():
        for _ in range(2):
            for step in steps:
                for statement in render(step, layout):
                    member.execute(statement)
