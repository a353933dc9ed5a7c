"""How do several processes share one log? Two tables in the PostgreSQL of the store.

An append first takes the row of its partition in ``log_partitions`` and holds its lock until the commit. So offsets have no
gaps and become visible in their order: who reads up to offset 7 will never see a 6 appear later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, PrimaryKeyConstraint, Table, text

from uems.kernel._log_types import TRIM_BYTES, Backlog, Committed, Pending, Record
from uems.kernel._store_types import UtcDateTime, from_microseconds, to_microseconds
from uems.kernel.store import Store, metadata

log_partitions = Table(
    "log_partitions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("head", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    info={"only": "postgresql"},
)

log_records = Table(
    "log_records",
    metadata,
    Column("partition", Integer, nullable=False),
    Column("log_offset", BigInteger, nullable=False),
    Column("events", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("appended_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("partition", "log_offset"),
    info={"only": "postgresql"},
)

# Locks are taken in the order of the partitions, so that two processes cannot wait for each other.
_GROW = """
INSERT INTO log_partitions AS p (partition, head, bytes, records, events)
SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS t (partition) ORDER BY partition
ON CONFLICT (partition) DO UPDATE SET
  head = p.head + excluded.head, bytes = p.bytes + excluded.bytes,
  records = p.records + excluded.records, events = p.events + excluded.events
RETURNING partition, head
"""
_COPY = "COPY log_records (partition, log_offset, events, bytes, appended_at, body) FROM STDIN (FORMAT BINARY)"
# At least one record, then as many as stay under both limits.
_TRIM = """
WITH doomed AS (
  SELECT log_offset FROM (
    SELECT log_offset, sum(bytes) OVER (ORDER BY log_offset) - bytes AS before FROM (
      SELECT log_offset, bytes FROM log_records WHERE partition = %(partition)s AND log_offset <= %(through)s
      ORDER BY log_offset LIMIT %(most)s
    ) first
  ) sized WHERE before < %(most_bytes)s
), gone AS (
  DELETE FROM log_records WHERE partition = %(partition)s AND log_offset <= (SELECT max(log_offset) FROM doomed)
  RETURNING log_offset, bytes, events
)
SELECT max(log_offset), coalesce(sum(bytes), 0)::bigint, count(*), coalesce(sum(events), 0)::bigint FROM gone
"""
_SHRINK = "UPDATE log_partitions SET bytes = bytes - %s, records = records - %s, events = events - %s WHERE partition = %s"
_READ = text("""
SELECT log_offset, events, appended_at, body FROM (
  SELECT *, sum(bytes) OVER (ORDER BY log_offset) - bytes AS before FROM (
    SELECT * FROM log_records WHERE partition = :partition AND log_offset > :after ORDER BY log_offset LIMIT 2000
  ) following
) sized WHERE before = 0 OR before + bytes <= :max_bytes ORDER BY log_offset
""")
_BACKLOG = text("""
SELECT coalesce(sum(bytes), 0)::bigint, coalesce(sum(records), 0)::bigint, coalesce(sum(events), 0)::bigint,
  min((SELECT appended_at FROM log_records r WHERE r.partition = p.partition ORDER BY log_offset LIMIT 1)) FROM log_partitions p
""")


class PostgresLog:
    """The log in the tables of the store."""

    poll_seconds = 0.05  # another process may append; a look costs one primary key

    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, group: Sequence[Pending], trims: Mapping[int, int], most_trimmed: int, now: datetime) -> Committed:
        done = Committed()
        with self._store.write() as conn:
            driver: Any = conn.connection.driver_connection
            with driver.cursor() as cursor:
                self._append(cursor, group, sorted({item.partition for item in group} | set(trims)), now, done)
                for partition in sorted(trims):
                    self._trim(cursor, partition, trims[partition], most_trimmed, done)
                done.held = _held(conn)
        return done

    def _append(self, cursor: Any, group: Sequence[Pending], partitions: list[int], now: datetime, done: Committed) -> None:
        totals = {partition: [0, 0, 0] for partition in partitions}
        for item in group:
            total = totals[item.partition]
            total[0] += len(item.body)
            total[1] += 1
            total[2] += item.events
        sizes, counts, events = ([totals[p][i] for p in partitions] for i in range(3))
        cursor.execute(_GROW, (partitions, counts, sizes, counts, events))
        following: dict[int, int] = {}
        for partition, head in cursor.fetchall():
            done.heads[partition] = head
            following[partition] = head - totals[partition][1] + 1
        if not group:
            return
        at = to_microseconds(now)
        with cursor.copy(_COPY) as copy:
            copy.set_types(["int4", "int8", "int4", "int4", "int8", "bytea"])
            for item in group:
                offset = following[item.partition]
                following[item.partition] = offset + 1
                done.offsets.append(offset)
                copy.write_row((item.partition, offset, item.events, len(item.body), at, item.body))

    def _trim(self, cursor: Any, partition: int, through: int, most: int, done: Committed) -> None:
        cursor.execute(_TRIM, {"partition": partition, "through": through, "most": most, "most_bytes": TRIM_BYTES})
        last, size, count, events = cursor.fetchone()
        if count:
            cursor.execute(_SHRINK, (size, count, events, partition))
        done.trimmed[partition] = through if count < most and size < TRIM_BYTES else last
        done.trimmed_bytes += size

    def tidy(self, *, idle: bool) -> bool:
        return False  # autovacuum tidies up

    def read(self, partition: int, after: int, max_bytes: int) -> list[Record]:
        with self._store.read() as conn:
            rows = conn.execute(_READ, {"partition": partition, "after": after, "max_bytes": max_bytes}).all()
        return [Record(partition=partition, offset=r[0], events=r[1], appended_at=from_microseconds(r[2]), body=r[3]) for r in rows]

    def head(self, partition: int) -> int:
        with self._store.read() as conn:
            found = conn.execute(text("SELECT head FROM log_partitions WHERE partition = :p"), {"p": partition}).scalar_one_or_none()
        return int(found or 0)

    def held(self) -> int:
        with self._store.read() as conn:
            return _held(conn)

    def backlog(self) -> Backlog:
        with self._store.read() as conn:
            size, records, events, oldest = conn.execute(_BACKLOG).one()
        return Backlog(bytes=size, records=records, events=events, oldest=None if oldest is None else from_microseconds(oldest))

    def free_bytes(self) -> int | None:
        return None

    def recover(self) -> None:
        """The pool drops broken connections itself."""

    def close(self) -> None:
        """The store belongs to whoever opened it."""


def _held(conn: Connection) -> int:
    return int(conn.execute(text("SELECT coalesce(sum(bytes), 0)::bigint FROM log_partitions")).scalar_one())
