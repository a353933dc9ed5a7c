"""Is an insert that a kill cut off taken again, also where the engine believes that it has it already?"""

import shutil
from pathlib import Path

import pytest

from tests.kernel.test_warehouse_kill import TABLES, check, facts
from uems.kernel._engine_repair import forget_what_never_came
from uems.kernel.schema import migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse, open_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(home=tmp_path)
    warehouse = open_warehouse(found)
    migrate(warehouse, found, [TABLES])
    for batch in range(2):
        warehouse.insert("facts", facts(batch), token=f"facts:{batch}")
    warehouse.close()
    return found


def folder_of(warehouse: Warehouse, table: str) -> Path:
    query = Sql("SELECT data_paths[1] AS path FROM system.tables WHERE database = currentDatabase() AND name = {name:String}")
    return Path(warehouse.query(query, {"name": table}).column("path")[0].as_py())


def again(settings: Settings) -> None:
    warehouse = open_warehouse(settings)
    try:
        for batch in range(2):
            warehouse.insert("facts", facts(batch), token=f"facts:{batch}")
        check(warehouse, 2)
    finally:
        warehouse.close()


@pytest.mark.parametrize("table", ["facts", "person_daily", "day_sums"])
def test_a_part_that_is_in_the_log_and_nowhere_else_comes_with_the_next_insert(settings: Settings, table: str) -> None:
    warehouse = open_warehouse(settings)
    folder = folder_of(warehouse, table)
    warehouse.close()
    # The newest part, as if the process had been killed between the line in the log and the part.
    shutil.rmtree(max((part for part in folder.glob("*_*_*_*") if part.is_dir()), key=lambda part: int(part.name.split("_")[1])))
    again(settings)


def test_what_was_merged_is_there(settings: Settings) -> None:
    warehouse = open_warehouse(settings)
    for table in ("facts", "person_daily", "day_bitmaps", "day_sums"):
        warehouse.execute(Sql(f"OPTIMIZE TABLE {table} FINAL"))
        for part in folder_of(warehouse, table).glob("*_0"):
            assert part.is_dir()
    warehouse.close()
    assert forget_what_never_came(settings.home / "warehouse" / "data") == 0
    again(settings)


def test_a_line_that_was_cut_off_is_not_taken_for_one(settings: Settings) -> None:
    data = settings.home / "warehouse" / "data"
    logs = [file for file in data.glob("store/*/*/deduplication_logs/*.txt") if file.stat().st_size]
    before = logs[0].read_text()
    logs[0].write_text(before + "1\t202")
    assert forget_what_never_came(data) == 1
    assert logs[0].read_text() == before
    again(settings)
