"""Does every event of the log end in the tables exactly once, with its receipt?"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from tests.support.events import NOW, NOW_MS, OneWorkspace, PlainPeople, iso, track
from uems.collect.pipeline import cursor
from uems.collect.pipeline.consume import Consumer, Stages
from uems.collect.records import Entry, encode_columns, encode_entries
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import Log
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    from uems.kernel.log import open_log

    log = open_log(settings, sqlite_store)
    yield House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=log)
    log.close()


@pytest.fixture
def stages() -> Stages:
    return Stages(workspaces=OneWorkspace(), people=PlainPeople())


def send(log: Log, items: Sequence[object], received_ms: int = NOW_MS) -> None:
    body = json.dumps({"batch": list(items)}).encode()
    log.append(0, encode_entries([Entry(1, received_ms, "batch", body)]), len(items)).result()


def run(house: House, stages: Stages, now: datetime = NOW, holder: str = "one") -> Consumer:
    consumer = Consumer(house, stages, 0, holder)
    assert consumer.hold(now)
    while consumer.step(now):
        continue
    return consumer


def number(house: House, sql: str) -> int:
    return int(house.warehouse.query(Sql(sql)).column(0)[0].as_py())


def test_events_are_stored_once_with_a_receipt_each(house: House, stages: Stages) -> None:
    send(house.log, [track("u1"), track("u2", properties={"revenue": 5, "currency": "CNY"}), {"type": "track"}])
    send(house.log, [track("u1"), track("u3")])  # the first repeats a messageId
    run(house, stages)
    assert number(house, "SELECT count() FROM events") == 3
    found = house.warehouse.query(Sql("SELECT status, count() AS n FROM event_receipts GROUP BY status ORDER BY status")).to_pylist()
    assert found == [{"status": "accepted", "n": 3}, {"status": "duplicate", "n": 1}, {"status": "invalid", "n": 1}]
    assert number(house, "SELECT count() FROM dead_letters") == 1
    assert number(house, "SELECT sum(events) FROM event_daily") == 3
    assert number(house, "SELECT sum(revenue_minor) FROM person_daily") == 500
    assert number(house, "SELECT groupBitmapMerge(people) FROM person_day_bitmaps") == 3
    assert cursor.read(house.store, 0).events == 3


def test_a_repeat_is_known_after_a_restart(house: House, stages: Stages) -> None:
    send(house.log, [track("u1")])
    run(house, stages).close(NOW)
    send(house.log, [track("u1"), track("u2")])
    run(house, stages, holder="two")
    assert number(house, "SELECT count() FROM events") == 2


@pytest.mark.parametrize("broken", ["events", "event_receipts", "dead_letters"])
def test_a_batch_that_broke_off_after_any_insert_is_completed_and_not_repeated(
    house: House, stages: Stages, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    send(house.log, [track(f"u{n}", timestamp=iso(-n * 86_400)) for n in range(60)] + [{"type": "track"}])
    consumer = Consumer(house, stages, 0, "one")
    consumer.hold(NOW)
    insert = type(house.warehouse).insert

    def insert_and_fail(self: Warehouse, table: str, data: pa.Table, *, token: str) -> None:
        insert(self, table, data, token=token)
        if table == broken:
            raise UemsError("warehouse_down", "The process ended here.", status=503)

    with monkeypatch.context() as patch:
        patch.setattr(type(house.warehouse), "insert", insert_and_fail)
        with pytest.raises(UemsError, match="ended here"):
            consumer.step(NOW)
    # Another process takes over with more records waiting: it must finish the same range first.
    send(house.log, [track("late")])
    run(house, stages, now=NOW + timedelta(seconds=60), holder="two")
    assert number(house, "SELECT count() FROM events") == 61
    assert number(house, "SELECT uniqExact(message_id) FROM events") == 61
    assert number(house, "SELECT sum(events) FROM person_daily") == 61
    assert number(house, "SELECT count() FROM event_receipts") == 62
    assert number(house, "SELECT count() FROM dead_letters") == 1


def test_rows_of_a_file_take_the_same_way(house: House, stages: Stages) -> None:
    table = pa.table(
        {
            "type": ["track", "track", "identify", "track"],
            "event": ["Order Completed", "Order Completed", "", ""],
            "user_id": ["h1", "h2", "h1", "h3"],
            "anonymous_id": ["", "", "", ""],
            "message_id": ["f-0", "f-1", "f-2", "f-3"],
            "ts": pa.array([NOW_MS, NOW_MS - 1, NOW_MS, NOW_MS], pa.int64()).cast(pa.timestamp("ms", "UTC")),
            "properties": ['{"order_id":"o1"}', "", '{"age":"65+"}', "{}"],
            "revenue_minor": pa.array([1234, 55, None, None], pa.int64()),
            "currency": ["USD", "USD", "", ""],
        }
    )
    body = encode_columns(1, NOW_MS, source="import", run_id="run_1", table=table)
    house.log.append(0, body, 4).result()
    house.log.append(0, body, 4).result()
    run(house, stages)
    assert number(house, "SELECT count() FROM events WHERE channel = 'import'") == 3
    assert number(house, "SELECT sum(revenue_minor) FROM event_daily WHERE currency = 'USD'") == 1289
    assert number(house, "SELECT countIf(status = 'duplicate') FROM event_receipts") == 3
    assert number(house, "SELECT count() FROM dead_letters WHERE startsWith(reason, 'missing_event')") == 2


def test_only_the_holder_of_the_lease_consumes(house: House, stages: Stages) -> None:
    send(house.log, [track("u1")])
    one, two = Consumer(house, stages, 0, "one"), Consumer(house, stages, 0, "two")
    assert one.hold(NOW)
    assert not two.hold(NOW)
    later = NOW + timedelta(minutes=5)
    assert two.hold(later)
    assert two.step(later) == 1
    send(house.log, [track("u2")])
    with pytest.raises(UemsError, match="no longer holds"):
        one.step(NOW)
    assert number(house, "SELECT count() FROM events") == 1


def test_a_batch_that_took_longer_than_the_lease_is_closed_and_not_done_again(
    house: House, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uems.collect.pipeline.consume.SMALL_EVENTS", 0)  # what is under way is closed by the next step
    tokens = []
    insert = type(house.warehouse).insert

    def noted(self: Warehouse, table: str, data: pa.Table, *, token: str) -> None:
        tokens.append((table, token))
        insert(self, table, data, token=token)

    monkeypatch.setattr(type(house.warehouse), "insert", noted)
    send(house.log, [track("u1")])
    consumer = Consumer(house, stages, 0, "one")
    assert consumer.hold(NOW)
    assert consumer.step(NOW) == 1
    later = NOW + timedelta(minutes=5)
    assert consumer.hold(later)
    consumer.step(later)
    assert cursor.read(house.store, 0).events == 1
    assert sorted(tokens) == [("event_receipts", "event_receipts:0:1-1"), ("events", "events:0:1-1")]


def test_the_business_day_is_that_of_the_workspace(house: House, stages: Stages) -> None:
    # 16:30 UTC on 1 March is half past midnight on 2 March in Shanghai.
    send(house.log, [track("u1", timestamp="2026-03-01T16:30:00Z"), track("u2", timestamp="2026-03-01T15:30:00Z")])
    run(house, stages)
    days = house.warehouse.query(Sql("SELECT user_id, toString(day) AS day FROM events ORDER BY user_id")).to_pylist()
    assert days == [{"user_id": "u1", "day": "2026-03-02"}, {"user_id": "u2", "day": "2026-03-01"}]


def test_a_row_that_the_warehouse_cannot_hold_does_not_stop_the_others(house: House, stages: Stages) -> None:
    items = [track(f"u{n}") for n in range(9)]
    body = json.dumps({"batch": items}).replace('"userId": "u5"', '"userId": "u5", "properties": {"n": 1e400}')
    house.log.append(0, encode_entries([Entry(1, NOW_MS, "batch", body.encode())]), 9).result()
    run(house, stages)
    assert number(house, "SELECT count() FROM events") == 8
    assert number(house, "SELECT sum(events) FROM event_daily") == 8
    assert number(house, "SELECT count() FROM dead_letters WHERE startsWith(reason, 'refused_by_warehouse')") == 1
    [row] = house.warehouse.query(Sql("SELECT message_id, status FROM event_receipts WHERE status != 'accepted'")).to_pylist()
    assert row == {"message_id": "m-u5-Product Viewed", "status": "invalid"}
    send(house.log, [track("u5")])
    run(house, stages)
    assert number(house, "SELECT count() FROM events") == 9


def test_an_event_whose_only_id_is_junk_belongs_to_nobody_and_is_kept_aside(house: House, sqlite_store: Store) -> None:
    people = identity.Resolver(sqlite_store, house.warehouse)
    stages = Stages(workspaces=OneWorkspace(), people=people)
    send(house.log, [track("null"), track("[object Object]"), track("u1"), track("undefined", anonymousId="a1")])
    run(house, stages)
    assert number(house, "SELECT count() FROM events") == 2
    assert number(house, "SELECT count() FROM events WHERE person_id = 0") == 0
    assert number(house, "SELECT count() FROM dead_letters WHERE startsWith(reason, 'junk_id')") == 2
