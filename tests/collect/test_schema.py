"""Do the tables of events stay as few parts as the engine can make of them?"""

import time

from uems.kernel.schema import Layout
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse

_PARTS = Sql("SELECT table, toInt64(count()) AS n FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table")


def test_months_to_which_nothing_comes_are_made_one_part_each(full_warehouse: Warehouse) -> None:
    """With seconds in place of the hour; nothing else is changed."""
    tables = ("events", "person_daily", "person_day_bitmaps", "event_daily")
    for table in tables:
        kept = full_warehouse.query(Sql(f"SHOW CREATE TABLE {Layout().local(table)}")).to_pylist()[0]["statement"]
        assert "min_age_to_force_merge_seconds = 3600, min_age_to_force_merge_on_partition_only = 1" in kept
        full_warehouse.execute(Sql(f"ALTER TABLE {Layout().local(table)} MODIFY SETTING min_age_to_force_merge_seconds = 1"))
    for number, month in enumerate(("01", "02") * 3):
        statement = (
            f"INSERT INTO events (workspace_id, person_id, ts, day) VALUES (1, {number}, '2026-{Sql(month)}-15', '2026-{Sql(month)}-15')"
        )
        full_warehouse.execute(Sql(statement))
    deadline = time.monotonic() + 60
    while (found := {row["table"]: row["n"] for row in full_warehouse.query(_PARTS).to_pylist()}) and found["events"] != 2:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    assert full_warehouse.query(Sql("SELECT count() AS n FROM events")).to_pylist() == [{"n": 6}]
