"""How does nothing get lost between the answer to a client and the warehouse? A durable log of micro-batches.

``append`` returns a future that is done when the record is on disk; one thread writes all waiting appends in one
transaction (group commit). Consumers ``read`` after the offset they have finished, ``wait`` for more, and ``trim`` what is
done for good. A record is never lost once acknowledged, and never seen before a record with a smaller offset.

When a commit fails, every append in it fails, and may be sent again: if the connection broke during the commit, the record
may be there already, so consumers recognise repeated messages.
"""

import asyncio
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from functools import partial

from uems.kernel._log_types import Backlog, Committed, Engine, Pending, Record
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.store import Store

__all__ = ["MAX_RECORD_BYTES", "Backlog", "Log", "Record", "open_log"]

_said = logging.getLogger(__name__)

MAX_RECORD_BYTES = 64_000_000
"""Largest body of one record."""

_GROUP_BYTES = 32_000_000  # a transaction takes no more, so that the last of a long queue does not wait for one huge write
_WAITING_BYTES = 512_000_000  # memory for appends whose commit is under way or due
_RESERVE_BYTES = 512_000_000  # disk space left for the store and the warehouse, which have to take up what the log holds
_TRIM_RECORDS = 256
_DISK_SECONDS = _LOOK_SECONDS = 0.2
_RETRY_SECONDS = (1, 60)
_QUIET_SECONDS = 2.0


class Log:
    """An open log. Every method may be called from any thread."""

    def __init__(
        self,
        engine: Engine,
        *,
        max_bytes: int,
        flush_seconds: float,
        clock: Callable[[], datetime] = utc_now,
        reserve_bytes: int = _RESERVE_BYTES,
    ) -> None:
        self._engine = engine
        self._max_bytes = max_bytes
        self._flush_seconds = flush_seconds
        self._clock = clock
        self._reserve = reserve_bytes
        self._wake = threading.Condition()  # guards what follows; the writer sleeps on it
        self._queue: list[Pending] = []
        self._queue_bytes = 0
        self._writing_bytes = 0
        self._held = engine.held()
        self._trims: dict[int, int] = {}
        self._trim_waiters: list[tuple[int, int, Future[None]]] = []
        self._closing = False
        self._ask_held = False
        self._asked_held = 0.0
        self._disk_checked = 0.0
        self._disk_free: int | None = None
        self._drain = _Drain()
        self._news = threading.Condition()  # guards the heads; readers sleep on it
        self._heads: dict[int, int] = {}
        self._came: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name="uems-log-writer", daemon=True)
        self._thread.start()

    def append(self, partition: int, body: bytes, events: int) -> Future[int]:
        """Add one record; the future gives its offset once it is durable, or raises the UemsError (503) that stopped it.

        Raises ``log_full`` (429, details.retry_after_seconds) at once when there is no room.
        """
        waiter: Future[int] = Future()
        self._enqueue(Pending(partition, body, events, waiter))
        return waiter

    def append_async(self, partition: int, body: bytes, events: int) -> "asyncio.Future[int]":
        """As ``append``, for the running event loop, which is woken once a commit and not once an append."""
        waiter: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._enqueue(Pending(partition, body, events, waiter))
        return waiter

    def read(self, partition: int, after: int, max_bytes: int) -> list[Record]:
        """The records behind offset ``after``, in order, up to ``max_bytes`` of bodies but at least one. Empty at the end."""
        return self._engine.read(partition, after, max_bytes)

    def wait(self, partition: int, after: int, timeout_seconds: float) -> bool:
        """Sleep until there is a record behind ``after``; False when the time is over or the log closes first."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            with self._news:
                left = deadline - time.monotonic()
                if self._heads.get(partition, 0) <= after and left > 0 and not self._closing:
                    self._news.wait(min(left, self._poll_seconds(partition)))
                if self._heads.get(partition, 0) > after:
                    return True
                if self._closing:
                    return False
            head = self._engine.head(partition)
            with self._news:
                if head > self._heads.get(partition, 0):
                    self._heads[partition], self._came[partition] = head, time.monotonic()
            if head > after:
                return True
            if left <= 0:
                return False

    def _poll_seconds(self, partition: int) -> float:
        """Seconds between looks at what other processes append: three times as many when nothing has come for a while."""
        since = time.monotonic() - self._came.get(partition, 0.0)
        return self._engine.poll_seconds * (1 if since < _QUIET_SECONDS else 3)

    def head(self, partition: int) -> int:
        """The newest offset; 0 before the first append."""
        return self._engine.head(partition)

    def trim(self, partition: int, through: int) -> Future[None]:
        """Forget the records up to and including ``through``; never needed again. The future is done when they are deleted.

        The writer thread deletes in small steps between appends. Repeat the call after a restart: it is not remembered.
        """
        waiter: Future[None] = Future()
        with self._wake:
            if self._closing:
                raise _closed()
            self._trims[partition] = max(through, self._trims.get(partition, 0))
            self._trim_waiters.append((partition, through, waiter))
            self._wake.notify()
        return waiter

    def backlog(self) -> Backlog:
        """How much is waiting to be consumed and trimmed."""
        return self._engine.backlog()

    def close(self) -> None:
        """Commit what waits, then stop. Appends from now on raise ``log_closed`` (503)."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        with self._news:
            self._news.notify_all()
        self._thread.join()
        self._engine.close()

    def _enqueue(self, item: Pending) -> None:
        size = len(item.body)
        most = min(MAX_RECORD_BYTES, self._max_bytes)
        if size > most:
            raise UemsError("record_too_large", f"A log record of {size} bytes; at most {most}. Send smaller batches.", status=413)
        with self._wake:
            if self._closing:
                raise _closed()
            self._check_room(size)
            self._queue.append(item)
            self._queue_bytes += size
            if len(self._queue) == 1 or self._queue_bytes >= _GROUP_BYTES:
                self._wake.notify()

    def _check_room(self, size: int) -> None:
        waiting = self._queue_bytes + self._writing_bytes + size
        if self._held + waiting > self._max_bytes:
            self._look_again()
            raise self._full(f"holds {self._held} unread bytes of at most {self._max_bytes} (UEMS_LOG_MAX_BYTES)", size)
        if waiting > _WAITING_BYTES:
            raise self._full(f"has {waiting} bytes on their way to a slow disk", size)
        at = time.monotonic()
        if at - self._disk_checked > _DISK_SECONDS:
            self._disk_checked = at
            self._disk_free = self._engine.free_bytes()
        if self._disk_free is not None and self._disk_free - waiting < self._reserve:
            raise self._full(f"has {self._disk_free} bytes of disk left and keeps {self._reserve} for the store and the warehouse", size)

    def _look_again(self) -> None:
        # In PostgreSQL another process may have trimmed; without appends of our own we would never hear of it.
        if time.monotonic() - self._asked_held > _LOOK_SECONDS:
            self._asked_held = time.monotonic()
            self._ask_held = True
            self._wake.notify()

    def _full(self, why: str, size: int) -> UemsError:
        seconds = self._drain.seconds_for(max(size, self._held // 100))
        return UemsError(
            "log_full",
            f"The event log {why}. Send again in {seconds} seconds; nothing was taken. If it stays so, look at the pipeline's health.",
            status=429,
            details={"retry_after_seconds": seconds},
        )

    def _run(self) -> None:
        started = 0.0
        tidy = False
        while True:
            with self._wake:
                if not (self._queue or self._trims or self._closing or self._ask_held or tidy):
                    self._wake.wait()
                # Those who come within the flush time of the last commit go together; after a pause one goes at once.
                due = started + self._flush_seconds
                while not self._closing and self._queue and self._queue_bytes < _GROUP_BYTES and (left := due - time.monotonic()) > 0:
                    self._wake.wait(left)
                group, trims = self._take(), dict(self._trims)
                if self._closing and not group:
                    break
            if group or trims:
                started = time.monotonic()
                self._round(group, trims)
                tidy = tidy or bool(trims)
            else:
                self._refresh_held()
                tidy = self._tidy(idle=True)
        for _, _, waiter in self._trim_waiters:
            waiter.cancel()

    def _take(self) -> list[Pending]:
        if self._queue_bytes <= _GROUP_BYTES:
            group, self._queue = self._queue, []
        else:
            size = cut = 0
            while cut < len(self._queue) and (cut == 0 or size + len(self._queue[cut].body) <= _GROUP_BYTES):
                size += len(self._queue[cut].body)
                cut += 1
            group, self._queue = self._queue[:cut], self._queue[cut:]
        self._writing_bytes = sum(len(item.body) for item in group)
        self._queue_bytes -= self._writing_bytes
        return group

    def _round(self, group: list[Pending], trims: dict[int, int]) -> None:
        try:
            done = self._engine.commit(group, trims, max(_TRIM_RECORDS, 4 * len(group)), self._clock())
        except Exception as error:
            self._failed(group, error)
            return
        with self._wake:
            self._held = done.held
            self._writing_bytes = 0
            self._drain.note(done.trimmed_bytes)
            for partition, through in done.trimmed.items():
                if self._trims.get(partition, 0) <= through:
                    self._trims.pop(partition, None)
        _settle(group, done.offsets, None)
        self._settle_trims(done)
        with self._news:
            self._heads.update(done.heads)
            self._news.notify_all()
        self._tidy(idle=False)

    def _refresh_held(self) -> None:
        if self._ask_held:
            self._ask_held = False
            with suppress(UemsError):
                held = self._engine.held()
                with self._wake:
                    self._held = held

    def _tidy(self, *, idle: bool) -> bool:
        try:
            return self._engine.tidy(idle=idle)
        except Exception as error:
            # Everybody has an answer already, and if the disk is in trouble, the next commit will say so to somebody.
            _said.warning("The event log could not be tidied: %s", error)
            return False

    def _settle_trims(self, done: Committed) -> None:
        with self._wake:
            ready = [w for p, through, w in self._trim_waiters if done.trimmed.get(p, -1) >= through]
            self._trim_waiters = [t for t in self._trim_waiters if done.trimmed.get(t[0], -1) < t[1]]
        for waiter in ready:
            if waiter.set_running_or_notify_cancel():
                waiter.set_result(None)

    def _failed(self, group: list[Pending], error: Exception) -> None:
        self._engine.recover()
        with self._wake:
            self._writing_bytes = 0
            waiters, self._trim_waiters = self._trim_waiters, []
            self._trims.clear()  # the consumer trims again after its next batch
        failure = (
            error if isinstance(error, UemsError) else UemsError("log_failed", f"The event log failed: {error}. Send again.", status=503)
        )
        failure.__cause__ = error if failure is not error else error.__cause__
        _settle(group, [], failure)
        for _, _, waiter in waiters:
            if waiter.set_running_or_notify_cancel():
                waiter.set_exception(failure)


class _Drain:
    """How fast does the log get emptier? A decaying average of trimmed bytes a second."""

    def __init__(self) -> None:
        self._rate = 0.0
        self._at = time.monotonic()
        self._bytes = 0

    def note(self, trimmed: int) -> None:
        self._bytes += trimmed
        passed = time.monotonic() - self._at
        if passed >= 1:
            self._rate = 0.5 * self._rate + 0.5 * self._bytes / passed
            self._at, self._bytes = time.monotonic(), 0

    def seconds_for(self, size: int) -> int:
        least, most = _RETRY_SECONDS
        return min(most, max(least, math.ceil(size / self._rate))) if self._rate > 0 else 5


def _settle(group: list[Pending], offsets: list[int], failure: Exception | None) -> None:
    """Tell everyone who waits: threads one by one, an event loop with one call for all its futures."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[int], int]]] = {}
    for index, item in enumerate(group):
        offset = 0 if failure is not None else offsets[index]
        waiter = item.waiter
        if isinstance(waiter, asyncio.Future):
            loops.setdefault(waiter.get_loop(), []).append((waiter, offset))
        elif waiter.set_running_or_notify_cancel():
            if failure is None:
                waiter.set_result(offset)
            else:
                waiter.set_exception(failure)
    for loop, waiters in loops.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(partial(_settle_on_loop, waiters, failure))


def _settle_on_loop(waiters: "list[tuple[asyncio.Future[int], int]]", failure: Exception | None) -> None:
    for waiter, offset in waiters:
        if waiter.done():
            continue
        if failure is None:
            waiter.set_result(offset)
        else:
            waiter.set_exception(failure)


def _closed() -> UemsError:
    return UemsError("log_closed", "The server is stopping. Send again to the next one.", status=503)


def open_log(settings: Settings, store: Store, *, clock: Callable[[], datetime] = utc_now) -> Log:
    """The log beside the store: a file under the home folder, or tables in PostgreSQL (``store.migrate()`` first)."""
    from uems.kernel._log_postgres import PostgresLog
    from uems.kernel._log_sqlite import SqliteLog

    engine: Engine = SqliteLog(settings.home / "log.db") if store.dialect == "sqlite" else PostgresLog(store)
    return Log(engine, max_bytes=settings.log_max_bytes, flush_seconds=settings.log_flush_milliseconds / 1000, clock=clock)
