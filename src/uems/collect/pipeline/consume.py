"""How does each record take effect exactly once, whenever the process is killed?

Before anything is inserted, the range of records is written down (the intent). Inserts carry a token made of that range,
so that a second attempt after a crash changes nothing that the first one did. One closing transaction moves the cursor.

While the engine stores a large batch, the next one is decoded and judged; its intent is written down only after the
batch before it was closed, so there is never more than one range that may have been stored in part.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from uems.collect.pipeline import cursor
from uems.collect.pipeline.decode import Decoder
from uems.collect.pipeline.refused import insert_what_fits, set_aside
from uems.collect.pipeline.rows import Output, judge
from uems.collect.pipeline.seen import Keys, Seen, workspace_mask
from uems.collect.pipeline.stages import Listening, People, Plans, Traits
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import Record
from uems.kernel.loops import give_way
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits

_logger = logging.getLogger("uems.pipeline")

BATCH_BYTES = 8_000_000
BATCH_EVENTS = 100_000
SMALL_EVENTS = 4_000
"""A batch of at most so many events is closed at once: there is little to gain from doing the next one beside it."""
LEASE_SECONDS = 15.0
_REST_SECONDS = 3.0  # well below half a lease, so that it is renewed in time


class Workspaces(Protocol):
    """What the pipeline must know of a workspace."""

    def scope(self, workspace_id: int) -> Scope | None:
        """None for one that does not exist any more. Zone and currency of a scope that was given do not change again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The rooms' parts in the pipeline."""

    workspaces: Workspaces
    people: People
    traits: Traits | None = None
    plans: Plans | None = None
    listening: Listening | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flight:
    """A batch that is being stored. stored: done when every table has its rows; how many events the engine refused."""

    records: list[Record]
    outputs: list[Output]
    stored: Future[int]

    @property
    def last(self) -> int:
        return self.records[-1].offset

    @property
    def events(self) -> int:
        return sum(record.events for record in self.records)


class Consumer:
    """Consumes one partition of the log while it holds the partition's lease. One thread.

    holder: unique for the process. ``step`` does one batch; ``close`` closes what is under way and gives the lease back.
    """

    def __init__(self, house: House, stages: Stages, partition: int, holder: str) -> None:
        self._house = house
        self._stages = stages
        self._partition = partition
        self._holder = holder
        self._lease: leases.Lease | None = None
        self._seen: Seen | None = None
        self._flight: _Flight | None = None
        self._read_to = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"pipeline-{partition}-store")
        self._decoder = Decoder(self._currency_of)

    def hold(self, now: datetime) -> bool:
        """Take or keep the lease. On taking it anew, what another consumer may have changed is read again."""
        if self._lease is not None and self._lease.expires_at - now > timedelta(seconds=LEASE_SECONDS / 2):
            return True
        if self._lease is not None:
            # One that ran out is still ours while nobody took it; taken anew it would throw away the batch under way.
            self._lease = leases.renew(self._house.store, self._lease, LEASE_SECONDS, now)
        if self._lease is None:
            self._forget()
            self._lease = leases.acquire(self._house.store, f"pipeline:{self._partition}", self._holder, LEASE_SECONDS, now)
        return self._lease is not None

    def rest(self, seconds: float) -> bool:
        """Until there is something to do, for at most ``seconds``; whether there is. Only after a step that found nothing."""
        return self._house.log.wait(self._partition, self._read_to, seconds)

    def close(self, now: datetime) -> None:
        try:
            if self._lease is not None:
                self._land(now)
        finally:
            self._forget()
            self._writer.shutdown()
            if self._lease is not None:
                leases.release(self._house.store, self._lease, now)
                self._lease = None

    def step(self, now: datetime) -> int:
        """Process one batch; the number of its events, 0 when there were none. Raises what the store or warehouse raises."""
        assert self._lease is not None
        begun = time.monotonic()

        def clock() -> datetime:
            return now + timedelta(seconds=time.monotonic() - begun)

        try:
            # However long the batch takes on a busy machine: two workers that took it from each other would never end.
            with leases.keeping(self._house.store, self._lease, LEASE_SECONDS, clock):
                return self._step(now)
        except BaseException:
            # What is half done is done again from what is written down; nothing in memory counts.
            self._forget()
            raise

    def _step(self, now: datetime) -> int:
        records = self._next(now)
        outputs = self._judge(records, now) if records else []
        if self._land(now):
            # The ids of refused events count as known although they may be replayed: what was judged by that is judged anew.
            self._forget()
            return 1
        if not records:
            return 0
        self._intend(records)
        token = f"{self._partition}:{records[0].offset}-{records[-1].offset}"
        self._flight = _Flight(records=records, outputs=outputs, stored=self._writer.submit(self._write, outputs, token))
        events = self._flight.events
        if events <= SMALL_EVENTS and self._land(now):
            self._forget()
        return events

    def _next(self, now: datetime) -> list[Record]:
        """The records of the standing intent, or those behind the batch under way."""
        if self._flight is not None:
            return _bounded(self._house.log.read(self._partition, self._flight.last, BATCH_BYTES))
        at = cursor.read(self._house.store, self._partition)
        if self._seen is None:
            self._stages.people.flush(now)
            self._seen = self._remember(at, now)
        self._read_to = at.done_offset
        if at.intent_last is not None:
            return self._intended(at.done_offset, at.intent_last)
        return _bounded(self._house.log.read(self._partition, at.done_offset, BATCH_BYTES))

    def _intended(self, after: int, last: int) -> list[Record]:
        records: list[Record] = []
        while after < last:
            more = [r for r in self._house.log.read(self._partition, after, BATCH_BYTES) if r.offset <= last]
            if not more:
                break
            records.extend(more)
            after = more[-1].offset
        return records

    def _intend(self, records: list[Record]) -> None:
        assert self._lease is not None
        cursor.intend(self._house.store, self._lease, self._partition, records[0].offset, records[-1].offset)

    def _land(self, now: datetime) -> int:
        """Wait until the batch under way is stored, and close it; how many of its events the engine refused."""
        if self._flight is None:
            return 0
        refused = self._flight.stored.result()
        self._stages.people.flush(now)
        self._close_batch(self._flight, now)
        self._flight = None
        return refused

    def _forget(self) -> None:
        """Nothing under way and nothing remembered: the next step starts from the store."""
        if self._flight is not None:
            wait_for([self._flight.stored])
        self._flight = None
        self._seen = None

    def _judge(self, records: list[Record], now: datetime) -> list[Output]:
        assert self._seen is not None
        outputs = []
        for staged in self._decoder.decode(records):
            scope = self._stages.workspaces.scope(staged.workspace_id)
            if scope is None:
                _logger.warning("pipeline: %d events of a workspace that is gone were dropped", staged.table.num_rows)
                continue
            checker = self._stages.plans.checker(staged.workspace_id) if self._stages.plans else None
            output = judge(staged, scope, self._seen, checker, self._stages.people, now, self._partition)
            outputs.append(output)
            # Before they are stored: the next batch is judged meanwhile. If storing fails, all of this is forgotten.
            for keys in output.keys:
                self._seen.add(keys, records[-1].appended_at.date())
        return outputs

    def _write(self, outputs: list[Output], token: str) -> int:
        """Everything of a batch, each table once: the token stands for the range, so a repetition is ignored."""
        warehouse = self._house.warehouse
        refused: dict[int, str] = {}
        events = [t for o in outputs for t in o.events]
        if events:
            whole = pa.concat_tables(events)
            identify = whole.filter(pa.compute.equal(whole.column("type"), "identify"))
            traits = self._stages.traits.rows(identify) if self._stages.traits and identify.num_rows else None
            if traits is not None and traits.num_rows:
                warehouse.insert("traits", traits, token=f"traits:{token}")
            refused = insert_what_fits(warehouse, "events", whole, f"events:{token}")
            if refused:
                set_aside(outputs, whole.take(sorted(refused)), refused, self._partition)
        for name, tables in (
            ("dead_letters", [t for o in outputs for t in o.dead]),
            ("event_receipts", [t for o in outputs for t in o.receipts]),
        ):
            if tables:
                warehouse.insert(name, pa.concat_tables([_ordered(t) for t in tables]), token=f"{name}:{token}")
        return len(refused)

    def _close_batch(self, flight: _Flight, now: datetime) -> None:
        assert self._lease is not None
        assert self._seen is not None
        accepted = sum(n for o in flight.outputs for n in o.accepted.values())
        watermark = max(r.appended_at for r in flight.records)

        def tell(conn: Connection) -> None:
            if self._stages.listening is not None:
                self._stages.listening.take(conn, [table for output in flight.outputs for table in output.events], now)

        cursor.finish(self._house.store, self._lease, self._partition, flight.last, watermark, accepted, tell)
        self._seen.forget_before(watermark.date())
        self._house.log.trim(self._partition, flight.last)

    def _currency_of(self, workspace_id: int) -> str:
        scope = self._stages.workspaces.scope(workspace_id)
        return scope.currency if scope is not None else "USD"

    def _remember(self, at: cursor.Cursor, now: datetime) -> Seen:
        """The ids of the window from the receipts, without those of a batch that was begun and not closed: it will come again."""
        days = self._house.settings.dedupe_days
        seen = Seen(days)
        rows = self._house.warehouse.query(
            Sql(
                "SELECT toDate(received_at) AS day, workspace_id, xxh3(message_id) AS high, xxHash64(message_id) AS low FROM event_receipts"
                " WHERE received_at >= {since:DateTime64(3, 'UTC')} AND status IN ('accepted', 'warned')"
                " AND NOT (log_partition = {partition:UInt32} AND log_offset > {done:UInt64})"
            ),
            {"since": now - timedelta(days=days + 1), "partition": self._partition, "done": at.done_offset},
            limits=Limits(),
        )
        if rows.num_rows:
            day = rows.column("day").cast(pa.date32()).cast(pa.int32()).to_numpy()
            mask = np.array([workspace_mask(w) for w in range(int(np.max(rows.column("workspace_id").to_numpy())) + 1)], np.uint64)
            high = rows.column("high").to_numpy() ^ mask[rows.column("workspace_id").to_numpy()]
            keys = Keys(high, rows.column("low").to_numpy())
            for one in np.unique(day):
                seen.add(keys.take(np.flatnonzero(day == one)), (datetime(1970, 1, 1) + timedelta(days=int(one))).date())  # noqa: DTZ001
        return seen


def _bounded(records: list[Record]) -> list[Record]:
    """As many records as stay under the events of one batch, but at least one."""
    total = 0
    for position, record in enumerate(records):
        total += record.events
        if total > BATCH_EVENTS and position:
            return records[:position]
    return records


def _ordered(table: pa.Table) -> pa.Table:
    """Columns in one order, since tables of different origin are put together."""
    return table.select(sorted(table.column_names))


class Pipeline:
    """The loop that runs a process's consumers, one thread a partition that it may hold. ``start`` and ``stop`` once each.

    stages: makes a set of its own for each consumer, since the parts keep memories and are not shared between threads.
    """

    def __init__(self, house: House, stages: Callable[[], Stages], holder: str, clock: Callable[[], datetime]) -> None:
        self._house = house
        self._clock = clock
        self._stop = threading.Event()
        self._consumers = [Consumer(house, stages(), p, holder) for p in range(house.settings.log_partitions)]
        self._threads = [threading.Thread(target=self._run, args=(c, p), name=f"pipeline-{p}") for p, c in enumerate(self._consumers)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the batch under way; returns when all threads have ended."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _run(self, consumer: Consumer, partition: int) -> None:
        give_way()
        failures = 0
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                held = consumer.hold(self._clock())
                worked = consumer.step(self._clock()) if held else 0
                if held and not worked:
                    self._rest(consumer)
                failures = 0
            except Exception as error:
                failures += 1
                self._tell(error, partition, failures)
                # Nothing is lost while we wait: the log keeps what is not done, and the intent says where to go on.
                self._stop.wait(min(0.2 * 2**failures, 10.0))
                continue
            if worked:
                _logger.debug("pipeline %d: %d events in %.3f s", partition, worked, time.monotonic() - begun)
            if not held:
                self._stop.wait(0.25)  # another process has it
            elif 0 < worked <= SMALL_EVENTS:
                # Small batches make small parts: let a few requests gather, so that there are at most four inserts a second.
                self._stop.wait(max(0.02, 0.25 - (time.monotonic() - begun)))
        try:
            consumer.close(self._clock())
        except UemsError as error:
            _logger.warning("pipeline %d: the last batch was not closed (%s); it is done again at the next start", partition, error)

    def _rest(self, consumer: Consumer) -> None:
        """Until there is something to do. A step that finds nothing costs more than a look at the log: quiet servers take few."""
        until = time.monotonic() + _REST_SECONDS
        while not self._stop.is_set() and time.monotonic() < until and not consumer.rest(0.25):
            continue

    def _tell(self, error: Exception, partition: int, failures: int) -> None:
        expected = isinstance(error, UemsError)
        if failures in (1, 5) or failures % 50 == 0:
            _logger.error("pipeline %d: %s (failure %d in a row; trying again)", partition, error, failures, exc_info=not expected)
