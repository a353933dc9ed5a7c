"""When the process is killed in the middle of an insert, does the same batch under the same token make every number exact?"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from uems.kernel.schema import Column, Migration, TableDef, ViewDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse, open_warehouse

ROUNDS = 12
ROWS = 1500
DAYS = 120

TABLES = Migration(
    number=1,
    room="tests",
    name="facts",
    steps=(
        TableDef(
            name="facts",
            columns=(
                Column(name="person_id", type="UInt64"),
                Column(name="ts", type="DateTime64(3, 'UTC')"),
                Column(name="batch", type="UInt32"),
                Column(name="amount", type="Int64"),
                Column(name="properties", type="JSON"),
            ),
            order_by="person_id, ts",
            partition_by="toYYYYMM(ts)",
        ),
        TableDef(
            name="person_daily",
            columns=(
                Column(name="person_id", type="UInt64"),
                Column(name="day", type="Date"),
                Column(name="events", type="SimpleAggregateFunction(sum, UInt64)"),
                Column(name="first_ts", type="SimpleAggregateFunction(min, DateTime64(3, 'UTC'))"),
                Column(name="amounts", type="AggregateFunction(avg, Int64)"),
            ),
            engine="AggregatingMergeTree",
            order_by="person_id, day",
            partition_by="toYYYYMM(day)",
        ),
        TableDef(
            name="day_bitmaps",
            columns=(Column(name="day", type="Date"), Column(name="people", type="AggregateFunction(groupBitmap, UInt64)")),
            engine="AggregatingMergeTree",
            order_by="day",
        ),
        TableDef(
            name="day_sums",
            columns=(Column(name="day", type="Date"), Column(name="events", type="UInt64"), Column(name="amount", type="Int64")),
            engine="SummingMergeTree",
            order_by="day",
        ),
        ViewDef(
            name="person_daily_view",
            to="person_daily",
            source="facts",
            select=Sql(
                "SELECT person_id, toDate(ts) AS day, toUInt64(count()) AS events, min(ts) AS first_ts, avgState(amount) AS amounts "
                "FROM facts GROUP BY person_id, day"
            ),
        ),
        ViewDef(
            name="day_bitmaps_view",
            to="day_bitmaps",
            source="facts",
            select=Sql("SELECT toDate(ts) AS day, groupBitmapState(person_id) AS people FROM facts GROUP BY day"),
        ),
        ViewDef(
            name="day_sums_view",
            to="day_sums",
            source="facts",
            select=Sql("SELECT toDate(ts) AS day, toUInt64(count()) AS events, sum(amount) AS amount FROM facts GROUP BY day"),
        ),
    ),
)


def facts(batch: int) -> pa.Table:
    """The rows of a batch: the same on every call, over four months, so that one insert makes several parts."""
    numbers = range(ROWS)
    start = 1_772_000_000_000 + batch
    return pa.table(
        {
            "person_id": pa.array([(n * 7 + batch) % 900 for n in numbers], pa.uint64()),
            "ts": pa.array([start + n % DAYS * 86_400_000 + n for n in numbers], pa.timestamp("ms", "UTC")),
            "batch": pa.array([batch] * ROWS, pa.uint32()),
            "amount": pa.array([n % 11 - 5 for n in numbers], pa.int64()),
            "properties": pa.array([f'{{"n": {n}, "plan": "p{n % 5}", "k{n % 50}": [1, "x"], "plan": 0}}' for n in numbers]),
        }
    )


def folders(home: str) -> int:
    """How many part folders there are, finished or being written."""
    return sum(1 for _ in Path(home).glob("warehouse/data/store/*/*/*"))


def kill_at(home: str, target: int) -> None:
    """A moment in the work of the engine and not on the clock, so that it is the same on a slow machine."""
    while folders(home) < target:
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def insert_until_killed(home: str, first: int, parts: int) -> None:
    """The child: batches one after the other, saying which is done, until ``parts`` new folders have appeared."""
    warehouse = open_warehouse(Settings(home=Path(home)))
    threading.Thread(target=kill_at, args=(home, folders(home) + parts), daemon=True).start()
    for batch in range(first, first + 1000):
        warehouse.insert("facts", facts(batch), token=f"facts:{batch}")
        os.write(1, f"{batch}\n".encode())


def check(warehouse: Warehouse, batches: int) -> None:
    expected = batches * ROWS

    def number(sql: str) -> int:
        return int(warehouse.query(Sql(sql)).column(0)[0].as_py())

    assert number("SELECT count() FROM facts") == expected
    assert number("SELECT uniqExact(batch) FROM facts") == batches
    assert number("SELECT count(DISTINCT (batch, properties.n.:Int64)) FROM facts") == expected
    assert number("SELECT sum(events) FROM person_daily") == expected
    assert number("SELECT sum(events) FROM day_sums") == expected
    assert number("SELECT sum(amount) FROM day_sums") == number("SELECT sum(amount) FROM facts")
    bitmaps = number("SELECT sum(n) FROM (SELECT groupBitmapMerge(people) AS n FROM day_bitmaps GROUP BY day)")
    assert bitmaps == number("SELECT uniqExact(person_id, toDate(ts)) FROM facts")
    averages = "SELECT round(sum(a), 6) FROM (SELECT avg{} AS a FROM {} GROUP BY person_id, {})"
    assert number(averages.format("Merge(amounts)", "person_daily", "day")) == number(averages.format("(amount)", "facts", "toDate(ts)"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_batch_repeated_after_a_kill_counts_once_in_the_table_and_in_every_view(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    warehouse = open_warehouse(settings)
    migrate(warehouse, settings, [TABLES])
    warehouse.close()
    done = 0
    cut = 0
    for round_ in range(ROUNDS):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.kernel.test_warehouse_kill", str(tmp_path), str(done), str(1 + round_)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        output, _ = child.communicate()
        assert child.returncode == -signal.SIGKILL
        acknowledged = [int(line) for line in output.split()]
        assert acknowledged == list(range(done, done + len(acknowledged)))
        done += len(acknowledged)
        warehouse = open_warehouse(settings)
        try:
            stored = int(warehouse.query(Sql("SELECT count() FROM facts")).column(0)[0].as_py())
            cut += stored % ROWS != 0
            # The batch that was on its way is sent again, as the pipeline does; so is one that was acknowledged.
            for batch in (done, max(0, done - 1)):
                warehouse.insert("facts", facts(batch), token=f"facts:{batch}")
            done += 1
            check(warehouse, done)
        finally:
            warehouse.close()  # an open one would be in the way of every test after this
    assert cut > 0, "no kill came between the parts of one batch, so nothing was proved"


if __name__ == "__main__":
    insert_until_killed(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
