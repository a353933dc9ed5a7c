"""Does the embedded engine own its folder, say so when it cannot, and start with a configuration of its own?"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from tests.kernel.test_warehouse import SLOW, TABLES, totals, visits
from uems.kernel._warehouse_chdb import ChdbWarehouse
from uems.kernel.errors import UemsError
from uems.kernel.schema import Column, Layout, TableDef, migrate, render
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits, Warehouse, open_warehouse

HOLD = """
import sys
from pathlib import Path
from uems.kernel.settings import Settings
from uems.kernel.warehouse import open_warehouse
warehouse = open_warehouse(Settings(home=Path(sys.argv[1])))
print("open", flush=True)
sys.stdin.read()
"""

FEW_FILES = """
import json, resource, sys
from pathlib import Path
import pyarrow as pa
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.warehouse import open_warehouse
warehouse = open_warehouse(Settings(home=Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_NOFILE, (150, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
rows = pa.table({"properties": [json.dumps({f"k{i}_{j}": j for j in range(50)}) for i in range(20)]})
try:
    warehouse.insert("wide", rows, token="a")
except UemsError as error:
    print(error.code)
else:
    print("stored")
"""


def test_a_second_process_is_told_who_owns_the_folder_and_what_to_do(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(UemsError) as caught:
            open_warehouse(Settings(home=tmp_path))
        assert (caught.value.code, caught.value.status) == ("warehouse_locked", 503)
        assert str(owner.pid) in caught.value.message
        assert "UEMS_HOME" in caught.value.message
        owner.kill()
    warehouse = open_warehouse(Settings(home=tmp_path))
    warehouse.ping()
    warehouse.close()


def test_the_same_process_may_open_its_folder_twice(tmp_path: Path) -> None:
    one, two = open_warehouse(Settings(home=tmp_path)), open_warehouse(Settings(home=tmp_path))
    one.execute(Sql("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a"))
    one.close()
    assert two.query(Sql("SELECT count() AS n FROM t")).to_pylist() == [{"n": 0}]
    two.close()


def test_one_process_has_one_folder_at_a_time(tmp_path: Path) -> None:
    one = open_warehouse(Settings(home=tmp_path / "a"))
    with pytest.raises(UemsError) as caught:
        open_warehouse(Settings(home=tmp_path / "b"))
    assert caught.value.code == "warehouse_locked"
    assert str(tmp_path / "a") in caught.value.message
    one.close()
    other = open_warehouse(Settings(home=tmp_path / "b"))
    other.ping()
    other.close()


def test_rows_are_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    for round_ in range(3):
        warehouse = open_warehouse(settings)
        migrate(warehouse, settings, [TABLES])
        assert totals(warehouse)[0] == 3 * round_
        warehouse.insert("visits", visits(1, 2, 3), token=f"r:{round_}")
        warehouse.close()


def test_a_stray_configuration_in_the_working_folder_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = tmp_path / "elsewhere"
    stray.mkdir()
    (stray / "config.xml").write_text("<clickhouse><mark_cache_size>4242</mark_cache_size></clickhouse>")
    monkeypatch.chdir(stray)
    warehouse = open_warehouse(Settings(home=tmp_path / "home"))
    [row] = warehouse.query(Sql("SELECT value FROM system.server_settings WHERE name = 'mark_cache_size'")).to_pylist()
    assert row == {"value": str(256 * 1024 * 1024)}
    assert [p.name for p in stray.iterdir()] == ["config.xml"]
    warehouse.close()


@pytest.mark.parametrize("name", ["with space", "中文", "a&b=c", "per%20cent", "ha#sh"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    warehouse = open_warehouse(Settings(home=tmp_path / name))
    warehouse.execute(Sql("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a"))
    warehouse.insert("t", pa.table({"a": pa.array([1], pa.uint8())}), token="x")
    warehouse.close()
    assert (tmp_path / name / "warehouse" / "data").is_dir()


def test_a_question_mark_in_the_home_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UemsError, match="question mark"):
        open_warehouse(Settings(home=tmp_path / "what?"))


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UemsError, match="UEMS_HOME"):
        open_warehouse(Settings(home=tmp_path / "file" / "home"))


def test_an_insert_that_the_engine_cannot_write_is_not_taken_for_a_written_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    warehouse = open_warehouse(settings)
    wide = TableDef(
        name="wide",
        columns=(Column(name="properties", type="JSON"),),
        order_by="tuple()",
        settings={"min_bytes_for_wide_part": 0, "min_rows_for_wide_part": 0},
    )
    for statement in render(wide, Layout()):
        warehouse.execute(statement)
    warehouse.close()
    # A part of a thousand JSON paths needs a thousand files; in a process that may open few the insert fails.
    child = subprocess.run([sys.executable, "-c", FEW_FILES, str(tmp_path)], capture_output=True, text=True, check=False)
    assert child.stdout == "warehouse_failed\n", child.stderr[-2000:]
    warehouse = open_warehouse(settings)
    assert warehouse.query(Sql("SELECT count() AS n FROM wide")).to_pylist() == [{"n": 0}]
    warehouse.close()


def test_more_queries_than_places_wait_their_turn_and_can_be_cancelled_meanwhile(tmp_path: Path) -> None:
    warehouse = open_warehouse(Settings(home=tmp_path))
    with ThreadPoolExecutor(12) as pool:
        running = [pool.submit(warehouse.query, SLOW, query_id=f"slow:{n}") for n in range(8)]
        while len(processes(warehouse)) < 8:
            time.sleep(0.05)
        waiting = pool.submit(warehouse.query, Sql("SELECT 1 AS one"), query_id="waiting")
        late = pool.submit(warehouse.query, Sql("SELECT 1 AS one"), limits=Limits(seconds=0.2))
        with pytest.raises(UemsError) as caught:
            late.result()
        assert caught.value.code == "warehouse_busy"
        # Writes have places of their own.
        warehouse.execute(Sql("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a"))
        warehouse.insert("t", pa.table({"a": pa.array([1], pa.uint8())}), token="x")
        warehouse.cancel("waiting")
        for n in range(8):
            warehouse.cancel(f"slow:{n}")
        for query in [*running, waiting]:
            with pytest.raises(UemsError) as caught:
                query.result()
            assert caught.value.code == "warehouse_cancelled"
    assert warehouse.query(Sql("SELECT a FROM t")).to_pylist() == [{"a": 1}]
    warehouse.close()


def processes(warehouse: Warehouse) -> list[str]:
    """The marked queries that run, asked past the places for readers."""
    assert isinstance(warehouse, ChdbWarehouse)
    sql = "SELECT query FROM system.processes WHERE startsWith(query, '/* uems:')"
    return [str(row["query"]) for row in warehouse._read(sql, {}, Limits()).to_pylist()]


def test_signals_reach_the_process_while_a_query_runs_elsewhere(tmp_path: Path) -> None:
    # The engine must not take over the handlers of the server around it.
    code = (
        "import os, signal, sys, threading, time; from pathlib import Path\n"
        "from uems.kernel.settings import Settings; from uems.kernel.sql import Sql; from uems.kernel.warehouse import open_warehouse\n"
        "got = []\n"
        "for s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, lambda number, frame: got.append(number))\n"
        "w = open_warehouse(Settings(home=Path(sys.argv[1])))\n"
        "t = threading.Thread(target=w.query, args=(Sql('SELECT sleep(2)'),)); t.start(); time.sleep(0.5)\n"
        "for s in (signal.SIGINT, signal.SIGTERM): os.kill(os.getpid(), s)\n"
        "time.sleep(0.2); print(len(got), t.is_alive()); t.join(); w.close()\n"
    )
    child = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert child.stdout == "2 True\n", child.stderr[-2000:]
