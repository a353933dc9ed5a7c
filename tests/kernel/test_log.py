"""Is everything that the event log acknowledged there, in order, once, whatever happens to process, disk and database?"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support import log_child
from tests.support.disks import Disk
from tests.support.postgres import running_postgres
from uems.kernel._log_sqlite import SqliteLog
from uems.kernel.errors import UemsError
from uems.kernel.log import MAX_RECORD_BYTES, Backlog, Log, Record, open_log
from uems.kernel.settings import Settings
from uems.kernel.store import Store, open_store

ROOT = Path(__file__).resolve().parents[2]


def everything(log: Log, partition: int, max_bytes: int = 200_000) -> list[Record]:
    found: list[Record] = []
    while more := log.read(partition, found[-1].offset if found else 0, max_bytes):
        found += more
    return found


def refusal(action: Callable[[], object]) -> UemsError:
    with pytest.raises(UemsError) as caught:
        action()
    return caught.value


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited 30 seconds in vain"
        time.sleep(0.01)


# What it keeps


def test_offsets_count_up_from_one_in_each_partition(log: Log) -> None:
    done = [log.append(n % 2, f"{n}".encode(), n) for n in range(10)]
    assert [f.result() for f in done] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    for partition in (0, 1):
        assert [(r.partition, r.offset, r.body, r.events) for r in everything(log, partition)] == [
            (partition, i + 1, f"{2 * i + partition}".encode(), 2 * i + partition) for i in range(5)
        ]
    assert log.head(0) == 5
    assert log.head(7) == 0


def test_a_record_comes_back_as_it_was(store: Store, settings: Settings, now: datetime) -> None:
    log = open_log(settings, store, clock=lambda: now)
    bodies = [b"", b"\x00\xff", os.urandom(100_000), os.urandom(3_000_000)]
    for body in bodies:
        log.append(1023, body, 2).result()
    found = everything(log, 1023)
    assert [r.body for r in found] == bodies
    assert {r.appended_at for r in found} == {now}
    log.close()


def test_read_stops_at_the_bytes_asked_for_but_gives_at_least_one_record(log: Log) -> None:
    for future in [log.append(0, b"x" * 1000, 1) for _ in range(10)]:
        future.result()
    assert [r.offset for r in log.read(0, 0, 3500)] == [1, 2, 3]
    assert [r.offset for r in log.read(0, 3, 3000)] == [4, 5, 6]
    assert [r.offset for r in log.read(0, 6, 1)] == [7]
    assert log.read(0, 10, 1) == []
    assert log.read(5, 0, 1) == []


def test_it_goes_on_where_it_was_after_it_is_opened_again(store: Store, settings: Settings) -> None:
    for number in range(3):
        log = open_log(settings, store)
        assert log.append(0, b"x", 1).result() == number + 1
        log.trim(0, number + 1).result()
        log.close()


def test_closing_commits_what_waits_and_refuses_more(log: Log) -> None:
    done = [log.append(0, b"x", 1) for _ in range(500)]
    log.close()
    assert [f.result(0) for f in done] == list(range(1, 501))
    assert refusal(lambda: log.append(0, b"x", 1)).code == "log_closed"
    assert refusal(lambda: log.trim(0, 1)).code == "log_closed"


def test_many_threads_append_at_once_and_each_gets_its_own_offset(log: Log) -> None:
    def run(thread: int) -> list[tuple[int, bytes]]:
        bodies = [f"{thread}/{n}".encode() for n in range(200)]
        return [(log.append(0, body, 1).result(), body) for body in bodies[:5]] + [
            (f.result(), body) for f, body in [(log.append(0, body, 1), body) for body in bodies[5:]]
        ]

    with ThreadPoolExecutor(6) as pool:
        given = sorted(pair for pairs in pool.map(run, range(6)) for pair in pairs)
    assert given == [(r.offset, r.body) for r in everything(log, 0)]
    assert [offset for offset, _ in given] == list(range(1, 1201))


def test_an_event_loop_is_woken_once_a_commit_and_not_once_an_append(log: Log) -> None:
    async def run() -> tuple[list[int], int]:
        loop = asyncio.get_running_loop()
        woken = 0
        wake = loop.call_soon_threadsafe

        def counted(*args: object, **kwargs: object) -> asyncio.Handle:
            nonlocal woken
            woken += 1
            return wake(*args, **kwargs)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign]
        return await asyncio.gather(*[log.append_async(0, b"x", 1) for _ in range(1000)]), woken

    offsets, woken = asyncio.run(run())
    assert offsets == list(range(1, 1001))
    assert woken <= 10


def test_a_caller_that_gave_up_disturbs_nobody(log: Log) -> None:
    async def run() -> int:
        given_up = log.append_async(0, b"given up", 1)
        given_up.cancel()
        return await log.append_async(0, b"kept", 1)

    assert asyncio.run(run()) == 2
    log.append(0, b"x", 1).cancel()
    assert log.append(0, b"y", 1).result() == 4
    assert [r.body for r in everything(log, 0)] == [b"given up", b"kept", b"x", b"y"]


# Waiting


def test_wait_returns_when_there_is_something_and_gives_up_in_time(log: Log) -> None:
    assert not log.wait(0, 0, 0.05)
    log.append(0, b"x", 1).result()
    assert log.wait(0, 0, 60)
    assert not log.wait(0, 1, 0.05)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait, 0, 1, 60)
        log.append(0, b"x", 1).result()
        assert waiting.result(30)


def test_wait_hears_of_records_of_another_process(store: Store, settings: Settings) -> None:
    mine, theirs = open_log(settings, store), open_log(settings, store)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(mine.wait, 0, 0, 60)
        theirs.append(0, b"x", 1).result()
        assert waiting.result(30)
    mine.close()
    theirs.close()


def test_closing_wakes_those_who_wait(log: Log) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait, 0, 0, 600)
        log.close()
        assert waiting.result(30) is False


# Trimming and limits


def test_trim_forgets_what_is_done_and_keeps_counting(store: Store, settings: Settings, now: datetime) -> None:
    times = iter(now + timedelta(seconds=n) for n in range(1000))
    log = open_log(settings, store, clock=lambda: next(times))
    for _ in range(3):
        log.append(0, b"x" * 10, 2).result()
    log.append(1, b"x" * 10, 2).result()
    assert log.backlog() == Backlog(bytes=40, records=4, events=8, oldest=now)
    log.trim(0, 2).result()
    assert log.backlog() == Backlog(bytes=20, records=2, events=4, oldest=now + timedelta(seconds=2))
    assert [r.offset for r in everything(log, 0)] == [3]
    log.trim(0, 2).result()
    log.trim(0, 1).result()
    log.trim(0, 3).result()
    log.trim(1, 1).result()
    assert log.backlog() == Backlog(bytes=0, records=0, events=0, oldest=None)
    assert log.append(0, b"x", 1).result() == 4
    log.close()


def test_a_long_trim_goes_in_steps_between_appends(log: Log) -> None:
    for future in [log.append(0, b"x" * 100, 1) for _ in range(3000)]:
        future.result()
    trimmed = log.trim(0, 2990)
    assert log.append(0, b"x", 1).result() == 3001
    trimmed.result(60)
    assert [r.offset for r in everything(log, 0)] == list(range(2991, 3002))


def test_the_file_grows_with_the_backlog_and_not_with_what_went_through(sqlite_store: Store, settings: Settings) -> None:
    log = open_log(settings, sqlite_store)
    body = b"x" * 200_000
    for _ in range(20):
        for future in [log.append(0, body, 1) for _ in range(50)]:
            last = future.result()
        log.trim(0, last).result()
    log.close()
    assert (settings.home / "log.db").stat().st_size < 60_000_000  # 200 MB went through, at most 10 MB at once


def test_an_idle_log_gives_space_back_to_the_file_system(sqlite_store: Store, settings: Settings) -> None:
    log = open_log(settings, sqlite_store)
    for future in [log.append(0, b"x" * 4_000_000, 1) for _ in range(50)]:
        last = future.result()
    log.trim(0, last).result()
    path = settings.home / "log.db"

    def small() -> bool:
        log.append(0, b"", 0).result()
        return path.stat().st_size < 100_000_000

    until(small)
    log.close()


def limited(store: Store, settings: Settings, max_bytes: int) -> Log:
    return open_log(settings.model_copy(update={"log_max_bytes": max_bytes}), store)


def test_a_full_log_says_when_to_come_back_and_takes_more_after_a_trim(store: Store, settings: Settings) -> None:
    log = limited(store, settings, 1_000_000)
    for _ in range(10):
        log.append(0, b"x" * 100_000, 1).result()
    full = refusal(lambda: log.append(0, b"x", 1))
    assert (full.code, full.status) == ("log_full", 429)
    seconds = full.details["retry_after_seconds"]
    assert isinstance(seconds, int)
    assert 1 <= seconds <= 60
    log.trim(0, 1).result()
    assert log.append(0, b"x" * 100_000, 1).result() == 11
    assert log.backlog().records == 10
    log.close()


def test_appends_that_still_wait_count_as_well(store: Store, settings: Settings) -> None:
    log = limited(store, settings, 1_000_000)
    taken: list[Future[int]] = []

    def append_without_waiting() -> None:
        taken.extend(log.append(0, b"x" * 100_000, 1) for _ in range(100))

    assert refusal(append_without_waiting).code == "log_full"
    assert [future.result() for future in taken] == list(range(1, 11))
    log.close()


def test_room_made_by_another_process_is_noticed(postgres_store: Store, settings: Settings) -> None:
    mine, theirs = limited(postgres_store, settings, 1_000_000), limited(postgres_store, settings, 1_000_000)
    mine.append(0, b"x" * 1_000_000, 1).result()
    assert refusal(lambda: mine.append(0, b"x", 1)).code == "log_full"
    theirs.trim(0, 1).result()

    def room() -> bool:
        try:
            return mine.append(0, b"x", 1).result() == 2
        except UemsError:
            return False

    until(room)
    mine.close()
    theirs.close()


def test_a_record_that_could_never_fit_is_refused_for_good(store: Store, settings: Settings) -> None:
    log = limited(store, settings, 1_000_000)
    assert refusal(lambda: log.append(0, b"x" * 1_000_001, 1)).code == "record_too_large"
    log.close()
    log = open_log(settings, store)
    assert refusal(lambda: log.append(0, bytes(MAX_RECORD_BYTES + 1), 1)).status == 413
    log.close()


# Failures


def test_a_disk_that_runs_low_stops_appends_before_it_is_full(small_disk: Disk) -> None:
    log = Log(SqliteLog(small_disk.path / "log.db"), max_bytes=10**9, flush_seconds=0.01, reserve_bytes=8_000_000)
    accepted = []

    def append_for_long() -> None:
        for _ in range(1000):
            accepted.append(log.append(0, b"x" * 20_000, 1).result())
            time.sleep(0.002)  # free space is looked at five times a second

    full = refusal(append_for_long)
    assert full.code == "log_full"
    assert "disk left" in full.message
    assert [r.offset for r in everything(log, 0)] == accepted
    log.close()


def test_a_full_disk_fails_the_appends_and_the_log_recovers(small_disk: Disk) -> None:
    log = Log(SqliteLog(small_disk.path / "log.db"), max_bytes=10**9, flush_seconds=0.01, reserve_bytes=0)
    assert log.append(0, b"first", 1).result() == 1
    filler = small_disk.fill(leave_bytes=300_000)
    failed = [refusal(lambda: log.append(0, os.urandom(400_000), 1).result()) for _ in range(3)]
    assert {(f.code, f.status) for f in failed} <= {("store_full", 503), ("log_full", 429)}
    assert "store_full" in {f.code for f in failed}
    filler.unlink()
    until(lambda: _accepts(log, b"last"))
    assert [r.body for r in everything(log, 0)] == [b"first", b"last"]
    log.close()


def _accepts(log: Log, body: bytes) -> bool:
    try:
        log.append(0, body, 1).result()
    except UemsError:
        return False
    return True


def test_a_file_held_by_somebody_else_fails_the_appends_and_the_log_recovers(sqlite_store: Store, settings: Settings) -> None:
    log = open_log(settings, sqlite_store)
    log.append(0, b"first", 1).result()
    os.rename(settings.home / "log.db", settings.home / "away.db")  # noqa: PTH104
    (settings.home / "log.db").mkdir()
    log._engine.recover()
    assert refusal(lambda: log.append(0, b"lost", 1).result()).code == "store_unavailable"
    (settings.home / "log.db").rmdir()
    os.rename(settings.home / "away.db", settings.home / "log.db")  # noqa: PTH104
    assert log.append(0, b"last", 1).result() == 2
    log.close()


def test_postgresql_that_crashes_loses_nothing_acknowledged_and_the_log_recovers(settings: Settings) -> None:
    with running_postgres(fast=False) as server:
        store = open_store(settings.model_copy(update={"store_url": server.url()}))
        store.migrate()
        log = open_log(settings, store)
        acknowledged: dict[int, bytes] = {}
        failures: Counter[str] = Counter()
        stop = threading.Event()

        def run(thread: int) -> None:
            number = 0
            while not stop.is_set():
                body = f"{thread}/{number}".encode()
                number += 1
                try:
                    acknowledged[log.append(0, body, 1).result()] = body
                except UemsError as error:
                    failures[error.code] += 1
                    time.sleep(0.01)

        with ThreadPoolExecutor(4) as pool:
            running = [pool.submit(run, n) for n in range(4)]
            until(lambda: len(acknowledged) > 100)
            server.stop(signal.SIGQUIT)
            until(lambda: failures["store_down"] > 0)
            before = len(acknowledged)
            server.start()
            until(lambda: len(acknowledged) > before + 100)
            stop.set()
            for future in running:
                future.result()
        assert set(failures) == {"store_down"}
        found = everything(log, 0)
        assert [r.offset for r in found] == list(range(1, len(found) + 1))
        assert {r.offset: r.body for r in found}.items() >= acknowledged.items()
        log.close()
        store.close()


def test_a_reader_never_passes_over_a_record_that_is_committed_later(postgres_store: Store, settings: Settings) -> None:
    other_store = open_store(settings.model_copy(update={"store_url": postgres_store.engine.url.render_as_string(hide_password=False)}))
    quick = settings.model_copy(update={"log_flush_milliseconds": 1})
    logs = [open_log(quick, postgres_store), open_log(quick, other_store)]
    writers = [threading.Thread(target=lambda log=log: [log.append(0, b"x" * 500, 1).result() for _ in range(150)]) for log in logs * 2]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while len(seen) < 600:
        if logs[0].wait(0, seen[-1] if seen else 0, 30):
            seen += [r.offset for r in logs[0].read(0, seen[-1] if seen else 0, 10_000)]
    for writer in writers:
        writer.join()
    assert seen == list(range(1, 601))
    for log in logs:
        log.close()
    other_store.close()


def test_an_append_waits_for_an_open_one_in_its_partition_only(postgres_store: Store, settings: Settings) -> None:
    log = open_log(settings, postgres_store)
    log.append(0, b"x", 1).result()
    log.append(1, b"x", 1).result()
    with postgres_store.engine.begin() as other:
        other.execute(text("UPDATE log_partitions SET head = head + 1 WHERE partition = 0"))
        assert log.append(1, b"y", 1).result(30) == 2
        blocked: Future[int] = log.append(0, b"y", 1)
        time.sleep(0.1)
        assert not blocked.done()
    assert blocked.result(30) == 3
    log.close()


# Killed


class Victim:
    """The process of ``log_child`` and what it said."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.support.log_child"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ})

    def round(self, settings: Settings, after_lines: int, after_seconds: float) -> list[str]:
        """Let it append, kill it that long after that many acknowledgements, and give all that it got out."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(settings.model_dump_json().encode() + b"\n")
        self.process.stdin.flush()
        lines: list[str] = []
        child = 0
        killer: threading.Timer | None = None
        for raw in self.process.stdout:
            line = raw.decode().strip()
            if line == "gone":
                break
            if line.startswith("child "):
                child = int(line.split()[1])
            else:
                lines.append(line)
            if len(lines) >= after_lines and killer is None:
                killer = threading.Timer(after_seconds, os.kill, (child, signal.SIGKILL))
                killer.start()
        return lines

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def victim() -> Iterator[Victim]:
    victim = Victim()
    yield victim
    victim.close()


def check_after_kill(log: Log, acknowledged: dict[int, dict[int, str]]) -> None:
    for partition in range(3):
        found = everything(log, partition, 4_000_000)
        offsets = [r.offset for r in found]
        assert offsets == list(range(offsets[0] if offsets else 1, log.head(partition) + 1))
        payloads = [r.body.rstrip().decode() for r in found]
        assert len(set(payloads)) == len(payloads)
        stored = dict(zip(offsets, payloads, strict=True))
        said = acknowledged[partition]
        if partition == log_child.TRIMMED:
            said = {offset: payload for offset, payload in said.items() if offset > max(said) - 20}
        else:
            assert offsets[:1] == [1]
        assert stored.items() >= said.items()


@pytest.mark.parametrize(("database", "rounds"), [("sqlite_store", 40), ("postgres_store", 15)])
def test_killed_at_any_moment_everything_acknowledged_is_there_once(
    victim: Victim, settings: Settings, request: pytest.FixtureRequest, database: str, rounds: int
) -> None:
    store: Store = request.getfixturevalue(database)
    url = "sqlite:" if store.dialect == "sqlite" else store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    theirs = settings.model_copy(update={"store_url": url, "home": settings.home.resolve()})
    moments = random.Random(7)
    acknowledged: dict[int, dict[int, str]] = {partition: {} for partition in range(3)}
    for _ in range(rounds):
        for line in victim.round(theirs, moments.randint(1, 60), moments.uniform(0, 0.02)):
            partition, offset, payload = line.split()
            assert int(offset) not in acknowledged[int(partition)]
            acknowledged[int(partition)][int(offset)] = payload
    log = open_log(settings, store)
    assert sum(map(len, acknowledged.values())) > rounds
    check_after_kill(log, acknowledged)
    log.close()
