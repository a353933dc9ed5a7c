"""Does the store keep what it was given, in one transaction, on both databases, and say clearly when it cannot?"""

import json
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, MetaData, String, Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.support.disks import Disk
from tests.support.postgres import PostgresServer, running_postgres
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.store import (
    BigId,
    Json,
    Store,
    UtcDateTime,
    allocate,
    from_microseconds,
    insert_many,
    lock,
    open_store,
    sequences,
    to_microseconds,
    upsert_many,
)

own = MetaData()
things = Table(
    "things",
    own,
    Column("id", BigId, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("at", UtcDateTime),
    Column("extra", Json),
    Column("raw", LargeBinary),
    Column("share", Float),
    Column("open", Boolean),
    Column("state", String, nullable=False, default="new"),
)
pairs = Table(
    "pairs", own, Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True), Column("x", Integer), Column("y", Integer)
)

shared_store = hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _tables(request: pytest.FixtureRequest) -> None:
    if "store" in request.fixturenames:
        own.create_all(request.getfixturevalue("store").engine)


def names(store: Store) -> list[str]:
    with store.read() as conn:
        return list(conn.execute(select(things.c.name).order_by(things.c.id)).scalars())


def test_a_write_block_that_ends_is_kept_and_one_that_raises_is_undone(store: Store) -> None:
    with store.write() as conn:
        conn.execute(insert(things).values(name="kept"))

    def change_then_fail() -> None:
        with store.write() as conn:
            conn.execute(insert(things).values(name="undone"))
            raise KeyError("stop")

    with pytest.raises(KeyError):
        change_then_fail()
    assert names(store) == ["kept"]


def test_a_read_block_sees_one_snapshot(store: Store) -> None:
    with store.read() as reader:
        assert reader.execute(select(things.c.name)).all() == []
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_add, store, "later").result()
        assert reader.execute(select(things.c.name)).all() == []
    assert names(store) == ["later"]


def _add(store: Store, name: str) -> None:
    with store.write() as conn:
        conn.execute(insert(things).values(name=name))


def test_a_read_block_cannot_write_and_a_later_write_block_can(store: Store) -> None:
    def write_while_reading() -> None:
        with store.read() as conn:
            conn.execute(insert(things).values(name="no"))

    with pytest.raises(UemsError) as caught:
        write_while_reading()
    assert caught.value.code == "read_only"
    _add(store, "yes")
    assert names(store) == ["yes"]


def test_a_write_block_inside_another_is_refused_and_does_not_hang(store: Store) -> None:
    with store.write(), pytest.raises(UemsError) as caught, store.write():
        pass
    assert caught.value.code == "nested_write"
    _add(store, "after")
    assert names(store) == ["after"]


def test_blocks_that_read_and_then_write_do_not_lose_updates(store: Store) -> None:
    with store.write() as conn:
        conn.execute(insert(pairs).values(a=1, b=1, x=0))

    def add_one(_: int) -> None:
        with store.write() as conn:
            lock(conn, "pairs")
            x = conn.execute(select(pairs.c.x)).scalar_one()
            conn.execute(update(pairs).values(x=x + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(80)))
    with store.read() as conn:
        assert conn.execute(select(pairs.c.x)).scalar_one() == 80


def test_allocated_blocks_are_dense_and_never_overlap(store: Store) -> None:
    def take(count: int) -> range:
        with store.write() as conn:
            first = allocate(conn, "person", count)
        return range(first, first + count)

    with ThreadPoolExecutor(8) as pool:
        blocks = list(pool.map(take, [1, 2, 3, 4, 5] * 12))
    assert sorted(n for block in blocks for n in block) == list(range(1, 181))


def test_numbers_of_an_undone_transaction_are_given_out_again(store: Store) -> None:
    def allocate_and_fail() -> None:
        with store.write() as conn:
            assert allocate(conn, "person", 10) == 1
            raise KeyError("stop")

    with pytest.raises(KeyError):
        allocate_and_fail()
    with store.write() as conn:
        assert allocate(conn, "person") == 1
        assert allocate(conn, "other") == 1
        with pytest.raises(UemsError, match="at least 1"):
            allocate(conn, "person", 0)


@shared_store
@given(at=st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.timezones()))  # noqa: DTZ001
def test_a_time_comes_back_in_utc_to_the_microsecond(at: datetime) -> None:
    back = from_microseconds(to_microseconds(at))
    assert back == at.astimezone(UTC)
    assert back.tzinfo is UTC


def test_values_come_back_as_they_were(store: Store, now: datetime) -> None:
    extra = {"名": ["一", 1.5, None, True], "lone": "\ud800", "nul": "\x00", "big": 2**70}
    with store.write() as conn:
        conn.execute(insert(things).values(name="a", at=now, extra=extra, raw=b"\x00\xff", share=0.1, open=True))
        insert_many(conn, things, [{"name": "b", "at": now, "extra": extra, "raw": b"\x00\xff", "share": 0.1, "open": True}])
    with store.read() as conn:
        rows = conn.execute(select(things).order_by(things.c.id)).all()
    for row in rows:
        assert row[2:] == (now, extra, b"\x00\xff", 0.1, True, "new")
    assert [row.id for row in rows] == [1, 2]


def test_none_in_a_json_column_is_null(store: Store) -> None:
    _add(store, "a")
    with store.read() as conn:
        assert conn.execute(select(things.c.name).where(things.c.extra.is_(None))).scalars().all() == ["a"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes"])
def test_what_json_cannot_hold_is_refused(store: Store, value: object) -> None:
    with store.write() as conn, pytest.raises(UemsError) as caught:
        insert_many(conn, things, [{"name": "a", "extra": {"v": value}}])
    assert caught.value.code == "invalid"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(UemsError, match="time zone"):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("bad", [{"name": "\ud800"}, {"name": "n", "id": 2**63}])
def test_a_value_that_no_column_can_hold_is_refused_as_invalid(store: Store, bad: dict[str, Any]) -> None:
    with pytest.raises(UemsError) as caught, store.write() as conn:
        conn.execute(insert(things).values(**bad))
    assert caught.value.code == "invalid"
    assert caught.value.status == 422


def test_a_duplicate_key_stays_an_integrity_error_for_the_room_to_explain(store: Store) -> None:
    _add(store, "a")
    with pytest.raises(IntegrityError):
        _add(store, "a")
    with pytest.raises(IntegrityError), store.write() as conn:
        insert_many(conn, things, [{"name": "b"}, {"name": "a"}])
    assert names(store) == ["a"]


def test_rows_in_bulk_need_the_same_known_columns(store: Store) -> None:
    with store.write() as conn:
        insert_many(conn, things, [])
        upsert_many(conn, things, [], ["name"])
        with pytest.raises(UemsError, match="has no column 'nam'"):
            insert_many(conn, things, [{"nam": "a"}])
        with pytest.raises(UemsError, match="lacks 'at'"):
            insert_many(conn, things, [{"name": "a", "at": None}, {"name": "b"}])


keys = st.integers(0, 3)
upserts = st.lists(st.tuples(keys, keys, st.none() | st.integers(-5, 5), st.integers(-5, 5)), max_size=12)


@shared_store
@given(before=upserts, rows=upserts, updates=st.sampled_from([None, (), ("x",), ("x", "y")]))
def test_an_upsert_does_what_one_row_after_the_other_would(
    store: Store,
    before: list[tuple[int, int, int | None, int]],
    rows: list[tuple[int, int, int | None, int]],
    updates: tuple[str, ...] | None,
) -> None:
    oracle: dict[tuple[int, int], dict[str, object]] = {}
    for part, columns in ((before, None), (rows, updates)):
        for a, b, x, y in part:
            row: dict[str, object] = {"x": x, "y": y}
            if (a, b) not in oracle:
                oracle[a, b] = row
            else:
                oracle[a, b].update({k: v for k, v in row.items() if columns is None or k in columns})
    with store.write() as conn:
        conn.execute(delete(pairs))
        upsert_many(conn, pairs, [{"a": a, "b": b, "x": x, "y": y} for a, b, x, y in before], ["a", "b"])
        upsert_many(conn, pairs, [{"a": a, "b": b, "x": x, "y": y} for a, b, x, y in rows], ["a", "b"], updates)
        found = {(r.a, r.b): {"x": r.x, "y": r.y} for r in conn.execute(select(pairs))}
    assert found == oracle


def test_more_rows_than_one_statement_takes(store: Store) -> None:
    with store.write() as conn:
        insert_many(conn, pairs, [{"a": n, "b": -n} for n in range(25_001)])
        assert conn.execute(text("SELECT count(*), sum(a), sum(b) FROM pairs")).one() == (25_001, 312_512_500, -312_512_500)


def test_every_sqlite_connection_is_durable_and_checks_foreign_keys(sqlite_store: Store) -> None:
    with sqlite_store.read() as one, sqlite_store.read() as two:
        for conn in (one, two):
            found = [conn.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")]
            assert found == ["wal", 2, 1]


def test_a_second_process_waits_for_its_turn_to_write(sqlite_store: Store, settings: Settings) -> None:
    other = open_store(settings)
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with other.write() as conn:
            allocate(conn, "n")
            inside.set()
            go_on.wait(20)

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(hold)
        inside.wait(20)
        second = pool.submit(_allocate, sqlite_store)
        assert not second.done()
        go_on.set()
        held.result(20)
        assert second.result(20) == 2
    other.close()


def _allocate(store: Store) -> int:
    with store.write() as conn:
        return allocate(conn, "n")


def _code(action: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(UemsError) as caught:
        action()
    return caught.value.code, caught.value.status


def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(small_disk: Disk) -> None:
    store = open_store(Settings(home=small_disk.path / "home"))
    own.create_all(store.engine)
    _add(store, "first")
    filler = small_disk.fill(leave_bytes=100_000)

    def add_much() -> None:
        with store.write() as conn:
            insert_many(conn, things, [{"name": f"{n}", "raw": b"x" * 10_000} for n in range(50)])

    assert _code(add_much) == ("store_full", 503)
    assert names(store) == ["first"]
    filler.unlink()
    add_much()
    assert len(names(store)) == 51
    store.close()


def test_a_read_only_file_system_is_said(small_disk: Disk) -> None:
    home = small_disk.path / "home"
    store = open_store(Settings(home=home))
    own.create_all(store.engine)
    store.close()
    small_disk.make_read_only()
    assert _code(lambda: _add(store, "a")) == ("store_unavailable", 503)
    assert _code(lambda: open_store(Settings(home=home / "new"))) == ("store_unavailable", 503)
    small_disk.make_writable()
    _add(store, "a")
    assert names(store) == ["a"]
    store.close()


def test_a_home_that_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert _code(lambda: open_store(Settings(home=tmp_path / "file" / "home"))) == ("store_unavailable", 503)


def test_a_file_that_is_no_database_is_said(settings: Settings) -> None:
    settings.home.mkdir()
    (settings.home / "store.db").write_bytes(b"not a database" * 500)
    store = open_store(settings)
    assert _code(store.migrate) == ("store_damaged", 503)
    store.close()


def test_an_error_of_the_caller_stays_what_it_is(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), store.write():
        (tmp_path / "missing").read_bytes()


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    store = open_store(Settings(home=tmp_path / "new"))
    store.migrate()
    with store.read():
        files = list((tmp_path / "new").iterdir())
        assert len(files) == 3
        assert {stat.filemode(f.stat().st_mode) for f in files} == {"-rw-------"}
    store.close()


def test_the_file_can_be_named(tmp_path: Path) -> None:
    store = open_store(Settings(home=tmp_path / "home", store_url=f"sqlite:///{tmp_path}/elsewhere/state.db"))
    store.migrate()
    store.close()
    assert sqlite3.connect(tmp_path / "elsewhere" / "state.db").execute("SELECT count(*) FROM sequences").fetchone() == (0,)


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


def test_postgresql_that_is_gone_is_said_and_found_again(own_server: PostgresServer) -> None:
    store = open_store(Settings(store_url=own_server.url()))
    store.migrate()
    assert _allocate(store) == 1
    own_server.stop()
    assert _code(lambda: _allocate(store)) == ("store_down", 503)
    own_server.start()
    assert _allocate(store) == 2
    store.close()


def test_postgresql_that_dies_inside_a_transaction_undoes_it(own_server: PostgresServer) -> None:
    store = open_store(Settings(store_url=own_server.create_database("dies")))
    store.migrate()

    def die_half_way() -> None:
        with store.write() as conn:
            allocate(conn, "n")
            own_server.stop()
            allocate(conn, "n")

    assert _code(die_half_way) == ("store_down", 503)
    own_server.start()
    with store.read() as conn:
        assert conn.execute(select(sequences)).all() == []
    store.close()


def test_a_wrong_password_or_database_is_said_without_the_password(own_server: PostgresServer) -> None:
    url = own_server.url("nowhere").replace("postgres@", "postgres:s3cret@")
    with pytest.raises(UemsError) as caught:
        _allocate(open_store(Settings(store_url=url)))
    assert caught.value.code == "store_down"
    assert "s3cret" not in json.dumps(caught.value.as_json())
