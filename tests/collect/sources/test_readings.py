"""Does every row of a source become one event, once, however often it is read and whatever shares a cursor value?"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.collect.imports.conftest import Shop, folder, house, shop
from uems.collect.files.mapping import SavedMapping
from uems.collect.imports import runs, saved
from uems.collect.imports.model import Run
from uems.collect.sources import due, reading
from uems.collect.sources.model import Reading, Source
from uems.collect.sources.saved import SourceBody, create, load

__all__ = ["folder", "house", "shop"]

MAPPING = {"event": {"column": "event"}, "user_id": "person", "time": {"column": "at"}, "rest": True}
Value = int | str | float | None


@dataclass(slots=True, kw_only=True)
class Database:
    """A database with a table ``happened (id, at, event, person, amount, note)``."""

    kind: str
    connection: dict[str, Any]
    execute: Callable[[str, list[Value]], None]

    def add(self, *rows: tuple[Value, Value, Value, Value]) -> None:
        mark = "%s" if self.kind == "postgresql" else "?"
        for row in rows:
            self.execute(f"INSERT INTO happened (id, at, event, person) VALUES ({mark}, {mark}, {mark}, {mark})", list(row))


@pytest.fixture
def sqlite_database(shop: Shop, tmp_path: Path) -> Iterator[Database]:
    folder = tmp_path / "sources"
    folder.mkdir()
    conn = sqlite3.connect(folder / "shop.db", isolation_level=None)
    conn.execute("CREATE TABLE happened (id INTEGER, at TEXT, event TEXT, person TEXT, amount NUMERIC, note TEXT)")
    yield Database(kind="sqlite", connection={"path": "shop.db"}, execute=lambda query, values: (conn.execute(query, values), None)[1])
    conn.close()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    parts = psycopg.conninfo.conninfo_to_dict(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as conn:
        conn.execute("CREATE TABLE happened (id bigint, at timestamptz, event text, person text, amount numeric(12,4), note jsonb)")

        def execute(query: str, values: list[Value]) -> None:
            conn.execute(sql.SQL(query), values or None)

        connection = {
            "host": parts["host"],
            "port": int(str(parts["port"])),
            "database": parts["dbname"],
            "user": parts["user"],
            "tls": "disable",
        }
        yield Database(kind="postgresql", connection=connection, execute=execute)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    found = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture
def market(shop: Shop, tmp_path: Path) -> Shop:
    """A shop that may read private addresses and the folder of SQLite files."""
    allowed = shop.house.settings.model_copy(update={"allow_private_outbound": True, "sqlite_sources_folder": tmp_path / "sources"})
    return replace(shop, house=replace(shop.house, settings=allowed))


def source(market: Shop, database: Database, mapping: dict[str, Any] | None = None, *, every: int | None = None, **what: Any) -> Source:
    chosen = SavedMapping.model_validate({"name": "happened", "mapping": mapping or MAPPING})
    kept = saved.save_mapping(market.house.store, market.access, chosen)
    body = SourceBody(
        name="Happened",
        kind=database.kind,
        connection=database.connection,
        reading=Reading(**{"table": "happened", "cursor": "id", **what}),
        mapping_id=kept.mapping_id,
        every_minutes=every,
    )
    return create(market.house.settings, market.house.store, market.access, body)


def read(market: Shop, found: Source) -> Run:
    run = due.run_now(market.house.store, market.access, found.source_id)
    assert market.runner().step()
    after = runs.get_run(market.house.store, market.access.scope, run.run_id)
    assert after.error is None
    assert after.state == "done"
    market.consume()
    return after


def events(market: Shop) -> list[tuple[str, str]]:
    return sorted((row["event"], row["user_id"]) for row in market.query("SELECT event, user_id FROM events"))


def receipts(market: Shop) -> dict[str, int]:
    return {row["status"]: row["n"] for row in market.query("SELECT status, count() AS n FROM event_receipts GROUP BY status")}


def test_only_what_is_new_is_read_the_next_time(market: Shop, database: Database) -> None:
    found = source(market, database)
    assert read(market, found).rows_read == 0
    database.add((1, "2026-01-01 10:00:00Z", "A", "p"), (2, "2026-01-02 10:00:00Z", "B", "q"))
    assert read(market, found).rows_ok == 2
    database.add((3, "2026-01-03 10:00:00Z", "C", "p"))
    again = read(market, found)
    assert (again.rows_read, again.events) == (2, 1)  # the last row is looked at again, and known
    assert events(market) == [("A", "p"), ("B", "q"), ("C", "p")]
    assert receipts(market) == {"accepted": 3}


def test_rows_that_share_the_cursor_value_are_neither_lost_nor_read_twice(
    market: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 2)
    found = source(market, database, cursor="at")
    first, second = "2026-01-01 10:00:00Z", "2026-01-02 10:00:00Z"
    # Two of them say exactly the same, and are still two.
    database.add((1, first, "A", "p"), (2, first, "B", "p"), (3, first, "C", "p"), (3, first, "C", "p"), (4, second, "D", "p"))
    read(market, found)
    database.add((5, second, "E", "p"), (4, second, "D", "p"), (6, "2026-01-03 10:00:00Z", "F", "p"))
    read(market, found)
    read(market, found)
    database.add((7, "2026-01-03 10:00:00Z", "G", "p"))
    assert read(market, found).events == 1
    assert [event for event, _ in events(market)] == ["A", "B", "C", "C", "D", "D", "E", "F", "G"]
    assert receipts(market) == {"accepted": 9}


def test_what_is_known_stays_known_long_after_message_ids_are_forgotten(market: Shop, database: Database) -> None:
    found = source(market, database)
    database.add((1, "2026-01-01 10:00:00Z", "A", "p"))
    read(market, found)
    market.clock.advance(days=60)
    assert read(market, found).events == 0
    assert len(events(market)) == 1


def test_rows_that_become_visible_late_are_found_within_the_overlap(market: Shop, database: Database) -> None:
    found = source(market, database, overlap=10)
    database.add((100, "2026-01-01 10:00:00Z", "A", "p"), (105, "2026-01-01 10:00:00Z", "B", "p"))
    read(market, found)
    database.add(
        (97, "2026-01-01 09:00:00Z", "Late", "p"), (94, "2026-01-01 09:00:00Z", "Too late", "p"), (110, "2026-01-01 11:00:00Z", "C", "p")
    )
    read(market, found)
    read(market, found)
    assert [event for event, _ in events(market)] == ["A", "B", "C", "Late"]
    assert receipts(market) == {"accepted": 4}


def test_an_overlap_of_seconds_works_on_times(market: Shop, postgres_database: Database) -> None:
    found = source(market, postgres_database, cursor="at", overlap=3600)
    postgres_database.add((1, "2026-01-01 10:00:00Z", "A", "p"), (2, "2026-01-01 12:00:00.5Z", "B", "p"))
    read(market, found)
    postgres_database.add(
        (3, "2026-01-01 11:30:00Z", "Late", "p"), (4, "2026-01-01 10:30:00Z", "Too late", "p"), (5, "infinity", "Never", "p")
    )
    assert read(market, found).events == 1
    assert read(market, found).events == 0
    assert [event for event, _ in events(market)] == ["A", "B", "Late"]


def test_a_row_with_a_key_is_the_same_row_until_its_cursor_moves(market: Shop, database: Database) -> None:
    found = source(market, database, cursor="at", key=["id"])
    database.add((1, "2026-01-01 10:00:00Z", "A", "p"))
    read(market, found)
    database.execute("UPDATE happened SET event = 'Changed without a trace'", [])
    assert read(market, found).events == 0
    database.execute("UPDATE happened SET event = 'B', at = '2026-01-01 10:00:01Z'", [])
    assert read(market, found).events == 1
    assert [event for event, _ in events(market)] == ["A", "B"]


def test_a_killed_reading_goes_on_and_nothing_comes_twice(market: Shop, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from uems.collect.imports import runner

    monkeypatch.setattr(reading, "CHUNK_ROWS", 10)
    found = source(market, database, cursor="at")
    database.add(*((n, f"2026-01-01 10:00:{n // 3:02d}Z", "E", f"p{n}") for n in range(100)))
    run = due.run_now(market.house.store, market.access, found.source_id)
    real = runner.append  # type: ignore[attr-defined]

    class Killed(BaseException):
        pass

    for calls in (4, 3, 2):
        left = calls

        def dying(*args: Any, **named: Any) -> Any:
            nonlocal left
            marks = real(*args, **named)
            left -= 1
            if not left:
                raise Killed
            return marks

        with monkeypatch.context() as patch:
            patch.setattr(runner, "append", dying)
            with pytest.raises(Killed):
                market.runner("embedded").step()
    assert market.runner("embedded").step()
    market.consume()
    assert market.run(run).state == "done"
    assert sorted(user for _, user in events(market)) == sorted(f"p{n}" for n in range(100))
    assert receipts(market)["accepted"] == 100


def test_bad_rows_are_reported_and_the_cursor_moves_on(market: Shop, database: Database) -> None:
    found = source(market, database)
    database.add((1, "2026-01-01 10:00:00Z", "A", ""), (2, None, "B", "q"), (3, "2026-01-03 10:00:00Z", "C", "r"))
    run = read(market, found)
    assert (run.rows_ok, run.rows_bad) == (1, 2)
    assert run.problems == (("at", "missing_time", 1), ("person", "missing_person", 1))
    assert read(market, found).rows_bad == 0


def test_types_of_postgresql_arrive_as_what_they_are(market: Shop, postgres_database: Database) -> None:
    query = (
        "SELECT id, at, event, person, amount, note, id % 2 = 0 AS even, at::date AS day, 0.1::float8 AS f, 'NaN'::float8 AS nan,"
        " ARRAY[1,2] AS list, '\\x00ff'::bytea AS bytes, 'a''\"b'::text AS text, 'infinity'::timestamptz AS never FROM happened"
        " WHERE event LIKE 'A%' -- all of them"
    )
    found = source(market, postgres_database, query=query, table=None, mapping={**MAPPING, "revenue": {"column": "amount"}})
    note = '{"x": {"y": [1, null, "é"]}, "n": 12345678901234567890}'
    postgres_database.execute(
        "INSERT INTO happened VALUES (%s, %s, %s, %s, %s, %s)", [2, "2026-01-01 10:00:00.123456+08", "A", "p", "12.3450", note]
    )
    run = read(market, found)
    assert (run.rows_ok, run.rows_bad) == (1, 0)
    (row,) = market.query("SELECT ts, revenue_minor, toString(properties) AS p FROM events")
    assert row["revenue_minor"] == 1235
    assert row["ts"].isoformat() == "2026-01-01T02:00:00.123000+00:00"
    properties = json.loads(row["p"])
    assert properties["note"]["x"] == {"y": [1, None, "é"]}
    assert properties["even"] is True
    assert {name: properties[name] for name in ("day", "f", "list", "text", "never")} == {
        "day": "2026-01-01",
        "f": 0.1,
        "list": "{1,2}",
        "text": "a'\"b",
        "never": "infinity",
    }
    assert "nan" not in properties


def test_a_source_on_a_schedule_is_read_when_its_time_has_come(market: Shop, database: Database) -> None:
    found = source(market, database, every=15)
    database.add((1, "2026-01-01 10:00:00Z", "A", "p"))
    assert market.runner().step()
    assert not market.runner().step()
    market.clock.advance(minutes=14)
    assert not market.runner().step()
    database.add((2, "2026-01-01 11:00:00Z", "B", "p"))
    market.clock.advance(minutes=2)
    assert market.runner().step()
    market.consume()
    assert len(events(market)) == 2
    assert load(market.house.store, market.access.scope, found.source_id)[0].next_run_at == market.clock() + timedelta(minutes=15)
