"""Does the warehouse keep its promises on every engine: exact inserts, limits, cancel, errors in words, Arrow results?"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from uems.kernel.errors import UemsError
from uems.kernel.schema import Column, Migration, TableDef, ViewDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits, Warehouse

SLOW = Sql("SELECT count() AS n FROM system.numbers WHERE sipHash64(number) = 0")

TABLES = Migration(
    number=1,
    room="tests",
    name="tables",
    steps=(
        TableDef(
            name="visits",
            columns=(
                Column(name="person_id", type="UInt64"),
                Column(name="day", type="Date"),
                Column(name="event", type="LowCardinality(String)"),
                Column(name="amount", type="Nullable(Int64)"),
                Column(name="properties", type="JSON"),
            ),
            order_by="person_id, day",
            partition_by="toYYYYMM(day)",
            shard_by="person_id",
        ),
        TableDef(
            name="daily",
            columns=(
                Column(name="day", type="Date"),
                Column(name="visits", type="SimpleAggregateFunction(sum, UInt64)"),
                Column(name="people", type="AggregateFunction(groupBitmap, UInt64)"),
            ),
            engine="AggregatingMergeTree",
            order_by="day",
        ),
        ViewDef(
            name="daily_view",
            to="daily",
            source="visits",
            select=Sql("SELECT day, toUInt64(count()) AS visits, groupBitmapState(person_id) AS people FROM visits GROUP BY day"),
        ),
    ),
)


def visits(*people: int, day: date = date(2026, 3, 1), properties: str = "{}") -> pa.Table:
    count = len(people)
    return pa.table(
        {
            "person_id": pa.array(people, pa.uint64()),
            "day": pa.array([day] * count, pa.date32()),
            "event": pa.array(["seen"] * count).dictionary_encode(),
            "amount": pa.array([None if p % 2 else p for p in people], pa.int64()),
            "properties": pa.array([properties] * count),
        }
    )


def totals(warehouse: Warehouse) -> tuple[int, int, int]:
    """Rows, rows counted by the view, and people in its bitmaps."""
    [base] = warehouse.query(Sql("SELECT count() AS n FROM visits")).to_pylist()
    [view] = warehouse.query(Sql("SELECT sum(visits) AS n, groupBitmapMerge(people) AS p FROM daily")).to_pylist()
    return base["n"], view["n"], view["p"]


@pytest.fixture
def ready(any_warehouse: Warehouse, engine_settings: Settings) -> Warehouse:
    migrate(any_warehouse, engine_settings, [TABLES])
    return any_warehouse


def test_rows_come_back_as_arrow_with_their_types(any_warehouse: Warehouse) -> None:
    found = any_warehouse.query(
        Sql(
            "SELECT toUInt64(18446744073709551615) AS a, 'é\\0' AS b, toDateTime64('2026-03-01 00:00:00.123', 3, 'UTC') AS c, "
            "toDate('2026-03-01') AS d, [1, 2]::Array(UInt32) AS e, NULL::Nullable(Int64) AS f, 1.5 AS g, toDecimal64('1.23', 2) AS h"
        )
    )
    assert found.to_pylist() == [
        {
            "a": 2**64 - 1,
            "b": "é\0",
            "c": datetime(2026, 3, 1, 0, 0, 0, 123000, tzinfo=UTC),
            "d": date(2026, 3, 1),
            "e": [1, 2],
            "f": None,
            "g": 1.5,
            "h": Decimal("1.23"),
        }
    ]


def test_an_empty_result_keeps_its_columns(any_warehouse: Warehouse) -> None:
    found = any_warehouse.query(Sql("SELECT 1 AS a, 'x' AS b WHERE 0"))
    assert (found.num_rows, found.column_names) == (0, ["a", "b"])


def test_a_failed_query_leaves_nothing_behind_in_the_next(any_warehouse: Warehouse) -> None:
    for _ in range(3):
        with pytest.raises(UemsError):
            any_warehouse.query(Sql("SELECT throwIf(number = 70000) AS broken FROM numbers(100000)"))
        assert any_warehouse.query(Sql("SELECT 5 AS five")).to_pylist() == [{"five": 5}]


def test_a_repeated_token_counts_once_in_the_table_and_in_its_views(ready: Warehouse) -> None:
    for token in ("batch:1", "batch:1", "batch:2", "batch:1", "batch:2"):
        ready.insert("visits", visits(1, 2, 3), token=token)
    assert totals(ready) == (6, 6, 3)


def test_a_batch_over_many_months_counts_once(ready: Warehouse) -> None:
    months = [visits(*range(10), day=date(2014 + m // 12, m % 12 + 1, 1)) for m in range(144)]
    for _ in range(2):
        ready.insert("visits", pa.concat_tables(months, promote_options="default").unify_dictionaries(), token="wide")
    assert totals(ready) == (1440, 1440, 10)


def test_an_insert_of_nothing_changes_nothing(ready: Warehouse) -> None:
    ready.insert("visits", visits(), token="none")
    assert totals(ready) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"properties": pa.array(['{"a": 1'])}, "not JSON"),
        ({"properties": pa.array(["[1]"])}, "not an object"),
        ({"properties": pa.array([b'{"a": "\xff"}'])}, "not UTF-8"),
        ({"properties": pa.array([None], pa.string())}, "null JSON"),
        ({"person_id": pa.array([None], pa.uint64())}, "null number"),
        ({"person_id": pa.array([-1], pa.int64())}, "negative number"),
        ({"person_id": pa.array(["x"])}, "text for a number"),
        ({"day": pa.array([date(1969, 1, 1)])}, "day before 1970"),
        ({"day": pa.array([date(9999, 1, 1)])}, "day after 2149"),
        ({"amount": pa.array([2**63], pa.uint64())}, "too large"),
        ({"nonsense": pa.array([1])}, "unknown column"),
        ({"event": pa.array([{"a": 1}])}, "a struct"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_that_do_not_fit_are_refused_in_words_and_nothing_is_stored(ready: Warehouse, change: dict[str, pa.Array], why: str) -> None:
    row = visits(1)
    for name, column in change.items():
        row = row.drop_columns([name] if name in row.column_names else []).append_column(name, column)
    with pytest.raises(UemsError) as caught:
        ready.insert("visits", row, token="bad")
    assert caught.value.code == "warehouse_rejected_rows", why
    assert totals(ready) == (0, 0, 0)
    ready.insert("visits", visits(1), token="bad")
    assert totals(ready) == (1, 1, 1)


def test_one_bad_row_refuses_the_whole_block(ready: Warehouse) -> None:
    rows = pa.concat_tables([visits(1), visits(2, properties="{"), visits(3)]).unify_dictionaries()
    with pytest.raises(UemsError) as caught:
        ready.insert("visits", rows, token="mixed")
    assert caught.value.code == "warehouse_rejected_rows"
    assert totals(ready) == (0, 0, 0)


def test_an_insert_into_a_table_that_does_not_exist_says_so(any_warehouse: Warehouse) -> None:
    with pytest.raises(UemsError, match="no table nowhere"):
        any_warehouse.insert("nowhere", visits(1), token="x")


def test_values_are_bound_in_changes_too(ready: Warehouse) -> None:
    ready.insert("visits", visits(1, 2, 3), token="a")
    ready.execute(
        Sql("INSERT INTO visits (person_id, day, event) SELECT person_id + {plus:UInt64}, day, {event:String} FROM visits"),
        {"plus": 10, "event": "it's \\ me"},
    )
    found = ready.query(Sql("SELECT person_id FROM visits WHERE event = {event:String} ORDER BY 1"), {"event": "it's \\ me"})
    assert found.column(0).to_pylist() == [11, 12, 13]


@pytest.mark.parametrize(
    ("sql", "limits", "code"),
    [
        (SLOW, Limits(seconds=0.3), "warehouse_timeout"),
        ("SELECT groupArray(number) AS n FROM numbers(100000000)", Limits(memory_bytes=20_000_000), "warehouse_memory"),
        ("SELECT number FROM numbers(1000)", Limits(rows=999), "warehouse_rows"),
        ("SELECT repeat('x', 1000) AS x FROM numbers(100000)", Limits(memory_bytes=50_000_000), "warehouse_memory"),
        ("SELECT nonsense", None, "warehouse_failed"),
    ],
)
def test_a_query_beyond_its_limits_is_stopped_with_advice(any_warehouse: Warehouse, sql: str, limits: Limits | None, code: str) -> None:
    with pytest.raises(UemsError) as caught:
        any_warehouse.query(Sql(sql), limits=limits)
    assert caught.value.code == code
    assert caught.value.status == (500 if code == "warehouse_failed" else 422)
    assert any_warehouse.query(Sql("SELECT count() AS n FROM numbers(2000)")).to_pylist() == [{"n": 2000}]


def test_limits_come_from_the_settings_and_each_query_may_bring_its_own(any_warehouse: Warehouse, engine_settings: Settings) -> None:
    sql = Sql("SELECT getSetting('max_execution_time') AS s, getSetting('max_memory_usage') AS m, getSetting('max_result_rows') AS r")
    standard = {"s": engine_settings.warehouse_max_seconds, "m": engine_settings.warehouse_max_memory_bytes, "r": 0}
    assert any_warehouse.query(sql).to_pylist() == [standard]
    assert any_warehouse.query(sql, limits=Limits(seconds=1.5, rows=7)).to_pylist() == [{"s": 1.5, "m": 0, "r": 7}]
    assert any_warehouse.query(sql).to_pylist() == [standard]
    threads = Sql("SELECT toString(getSetting('max_threads')) AS t")
    automatic = any_warehouse.query(threads).to_pylist()
    assert any_warehouse.query(threads, limits=Limits(threads=1)).to_pylist() == [{"t": "1"}]
    assert any_warehouse.query(threads).to_pylist() == automatic


def test_a_change_is_not_cut_by_the_limits_of_reads(any_warehouse: Warehouse) -> None:
    any_warehouse.execute(Sql("CREATE TABLE wide (s Float64, m UInt64) ENGINE = MergeTree ORDER BY m"))
    any_warehouse.execute(Sql("INSERT INTO wide SELECT getSetting('max_execution_time'), getSetting('max_memory_usage')"))
    assert any_warehouse.query(Sql("SELECT * FROM wide")).to_pylist() == [{"s": 0.0, "m": 0}]


def test_a_running_query_is_cancelled_from_another_thread(any_warehouse: Warehouse) -> None:
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(any_warehouse.query, SLOW, query_id="report:1")
        other = pool.submit(any_warehouse.query, Sql("SELECT sum(sleepEachRow(0.1)) AS n FROM numbers(20)"), query_id="report:2")
        while not running.done():
            time.sleep(0.1)
            any_warehouse.cancel("report:1")
        with pytest.raises(UemsError) as caught:
            running.result()
        assert caught.value.code == "warehouse_cancelled"
        assert other.result().num_rows == 1


def test_cancelling_what_does_not_run_is_no_error(any_warehouse: Warehouse) -> None:
    any_warehouse.cancel("nothing")


@pytest.mark.parametrize("text", ["", "a b", "x'; DROP TABLE t", "é", "x" * 201])
def test_an_id_that_could_not_stand_in_a_query_is_refused(any_warehouse: Warehouse, text: str) -> None:
    with pytest.raises(UemsError):
        any_warehouse.cancel(text)
    with pytest.raises(UemsError):
        any_warehouse.query(Sql("SELECT 1"), query_id=text or " ")


def test_many_threads_ask_and_write_at_once_and_nobody_gets_the_answer_of_another(ready: Warehouse) -> None:
    def work(worker: int) -> None:
        for round_ in range(6):
            mine = worker * 100 + round_
            ready.insert("visits", visits(mine), token=f"w:{worker}:{round_}")
            found = ready.query(
                Sql("SELECT {mine:UInt64} AS mine, count() AS n FROM visits WHERE person_id = {mine:UInt64}"), {"mine": mine}
            )
            assert found.to_pylist() == [{"mine": mine, "n": 1}]
            with pytest.raises(UemsError):
                ready.query(Sql("SELECT throwIf(1) AS broken"))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    assert totals(ready) == (72, 72, 72)


def test_a_closed_warehouse_says_so(any_warehouse: Warehouse) -> None:
    any_warehouse.ping()
    any_warehouse.close()
    any_warehouse.close()
    for action in (
        any_warehouse.ping,
        lambda: any_warehouse.insert("visits", visits(1), token="x"),
        lambda: any_warehouse.execute(Sql("SELECT 1")),
    ):
        with pytest.raises(UemsError) as caught:
            action()
        assert caught.value.code == "warehouse_down"


def test_closing_stops_what_still_runs(any_warehouse: Warehouse) -> None:
    errors: list[UemsError] = []

    def run() -> None:
        try:
            any_warehouse.query(SLOW, limits=Limits(seconds=8))
        except UemsError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.5)
    any_warehouse.close()
    thread.join()
    assert len(errors) == 1
