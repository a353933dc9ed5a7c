"""How does one process keep the log? A table in an SQLite file of its own, so that appends never wait for the store.

Deleted records leave free pages, which the next records fill: the file stays at the size of the largest backlog. When the
log is idle, free pages beyond ``_SPARE_BYTES`` are given back to the file system in short steps (incremental vacuum).
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from uems.kernel._log_types import TRIM_BYTES, Backlog, Committed, Pending, Record
from uems.kernel._store_errors import private_file, translated
from uems.kernel._store_types import from_microseconds, to_microseconds

# A record's row id is its partition and offset in one integer: one b-tree, no second index, appends at the end.
_SHIFT = 48
_PAGE = 16_384
_SPARE_BYTES = 64_000_000
_VACUUM_PAGES = 512
_CHECKPOINT_BYTES = 16_000_000
_WAL_BYTES = 256_000_000

# TRICKY: the body is the last column; SQLite walks through all bytes of a row to reach what stands behind a long value.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS partitions (
  partition INTEGER PRIMARY KEY, head INTEGER NOT NULL, bytes INTEGER NOT NULL, records INTEGER NOT NULL, events INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS records (
  id INTEGER PRIMARY KEY, events INTEGER NOT NULL, appended_at INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
"""
_GROW = """
INSERT INTO partitions (partition, head, bytes, records, events) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (partition) DO UPDATE SET
  head = head + excluded.head, bytes = bytes + excluded.bytes, records = records + excluded.records, events = events + excluded.events
RETURNING head
"""
_SHRINK = "UPDATE partitions SET bytes = bytes - ?, records = records - ?, events = events - ? WHERE partition = ?"
_OLDEST = """
SELECT min((SELECT appended_at FROM records WHERE id > partition << 48 AND id < (partition + 1) << 48 ORDER BY id LIMIT 1))
FROM partitions WHERE records > 0
"""


class SqliteLog:
    """The log in one file."""

    poll_seconds = 0.05  # the process that takes in events appends; a look costs one primary key

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where = f"The event log ({path})"
        self._lock = threading.Lock()
        self._readers: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None
        self._closed = False
        self._unmoved = 0  # about how many bytes the write-ahead file has that the main file lacks
        private_file(path, self._where)
        with translated(self._where):
            self._writer = self._open_writer()

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, timeout=10, check_same_thread=False)

    def _open_writer(self) -> sqlite3.Connection:
        conn = self._open()
        try:
            # Page size and vacuum mode take effect only before the first table is made.
            conn.execute(f"PRAGMA page_size={_PAGE}")
            conn.execute("PRAGMA auto_vacuum=INCREMENTAL")
            conn.execute("PRAGMA journal_mode=WAL")
            conn.execute("PRAGMA synchronous=FULL")
            conn.execute("PRAGMA secure_delete=OFF")
            conn.execute("PRAGMA wal_autocheckpoint=0")  # ``tidy`` does it, after the waiting have their answer
            conn.execute("PRAGMA cache_size=-16000")
            conn.executescript(_SCHEMA)
        except BaseException:
            conn.close()
            raise
        return conn

    def commit(self, group: Sequence[Pending], trims: Mapping[int, int], most_trimmed: int, now: datetime) -> Committed:
        with translated(self._where):
            conn = self._writer
            if conn is None:
                conn = self._writer = self._open_writer()
            conn.execute("BEGIN IMMEDIATE")
            try:
                done = Committed()
                self._append(conn, group, now, done)
                for partition, through in trims.items():
                    self._trim(conn, partition, through, most_trimmed, done)
                (held,) = conn.execute("SELECT coalesce(sum(bytes), 0) FROM partitions").fetchone()
                done.held = int(held)
                conn.execute("COMMIT")
                self._unmoved += sum(len(item.body) for item in group) + 4 * _PAGE * (1 + len(done.heads) + len(trims))
            except BaseException:
                # A full disk may have rolled back already.
                with suppress(sqlite3.Error):
                    conn.execute("ROLLBACK")
                raise
        return done

    def _append(self, conn: sqlite3.Connection, group: Sequence[Pending], now: datetime, done: Committed) -> None:
        totals: dict[int, list[int]] = {}
        for item in group:
            total = totals.setdefault(item.partition, [0, 0, 0])
            total[0] += len(item.body)
            total[1] += 1
            total[2] += item.events
        following: dict[int, int] = {}
        for partition, (size, count, events) in totals.items():
            (head,) = conn.execute(_GROW, (partition, count, size, count, events)).fetchone()
            done.heads[partition] = int(head)
            following[partition] = int(head) - count + 1
        at = to_microseconds(now)
        rows = []
        for item in group:
            offset = following[item.partition]
            following[item.partition] = offset + 1
            done.offsets.append(offset)
            rows.append((item.partition << _SHIFT | offset, item.events, at, len(item.body), item.body))
        conn.executemany("INSERT INTO records (id, events, appended_at, bytes, body) VALUES (?, ?, ?, ?, ?)", rows)

    def _trim(self, conn: sqlite3.Connection, partition: int, through: int, most: int, done: Committed) -> None:
        first, last = partition << _SHIFT, partition << _SHIFT | through
        size = count = events = 0
        end = last
        for id_, record_events, record_bytes in conn.execute(
            "SELECT id, events, bytes FROM records WHERE id > ? AND id <= ? ORDER BY id", (first, last)
        ):
            if count and (count >= most or size + record_bytes > TRIM_BYTES):
                end = id_ - 1
                break
            size += record_bytes
            count += 1
            events += record_events
        if count:
            conn.execute("DELETE FROM records WHERE id > ? AND id <= ?", (first, end))
            conn.execute(_SHRINK, (size, count, events, partition))
        done.trimmed[partition] = end - first
        done.trimmed_bytes += size

    def tidy(self, *, idle: bool) -> bool:
        conn = self._writer
        if conn is None:
            return False
        with translated(self._where):
            if self._unmoved >= _CHECKPOINT_BYTES:
                self._checkpoint(conn)
            return idle and self._shrink(conn)

    def _checkpoint(self, conn: sqlite3.Connection) -> None:
        """Move the write-ahead file into the main one, so that the next commit starts it again from its beginning."""
        _, frames, _ = conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if frames * _PAGE > _WAL_BYTES:
            # Readers at every wrong moment have kept it growing: now wait for them.
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._unmoved = 0

    def _shrink(self, conn: sqlite3.Connection) -> bool:
        (free,) = conn.execute("PRAGMA freelist_count").fetchone()
        spare = _SPARE_BYTES // _PAGE
        if free <= spare:
            return False
        # TRICKY: the pragma frees one page a step and gives no rows; execute() takes one step only, executescript() all of them.
        conn.executescript(f"PRAGMA incremental_vacuum({min(_VACUUM_PAGES, free - spare)})")
        self._unmoved += _VACUUM_PAGES * _PAGE
        if free - spare > _VACUUM_PAGES:
            return True
        self._checkpoint(conn)  # only now does the file itself get shorter
        return False

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with translated(self._where):
            with self._lock:
                conn = self._readers.pop() if self._readers else None
            if conn is None:
                conn = self._open()
            try:
                yield conn
            except BaseException:
                conn.close()
                raise
            with self._lock:
                if not self._closed:
                    self._readers.append(conn)
                    return
            conn.close()

    def read(self, partition: int, after: int, max_bytes: int) -> list[Record]:
        first, last = partition << _SHIFT | after, (partition + 1) << _SHIFT
        records: list[Record] = []
        size = 0
        with self._reader() as conn:
            cursor = conn.execute("SELECT id, events, appended_at, body FROM records WHERE id > ? AND id < ? ORDER BY id", (first, last))
            for id_, events, at, body in cursor:
                size += len(body)
                if records and size > max_bytes:
                    break
                offset = id_ - (partition << _SHIFT)
                records.append(Record(partition=partition, offset=offset, body=body, events=events, appended_at=from_microseconds(at)))
            cursor.close()  # an open cursor holds its snapshot and keeps the write-ahead file growing
        return records

    def head(self, partition: int) -> int:
        with self._reader() as conn:
            row = conn.execute("SELECT head FROM partitions WHERE partition = ?", (partition,)).fetchone()
        return int(row[0]) if row else 0

    def held(self) -> int:
        with self._reader() as conn:
            return int(conn.execute("SELECT coalesce(sum(bytes), 0) FROM partitions").fetchone()[0])

    def backlog(self) -> Backlog:
        with self._reader() as conn:
            conn.execute("BEGIN")
            totals = "SELECT coalesce(sum(bytes), 0), coalesce(sum(records), 0), coalesce(sum(events), 0) FROM partitions"
            size, records, events = conn.execute(totals).fetchone()
            (oldest,) = conn.execute(_OLDEST).fetchone()
            conn.execute("COMMIT")
        return Backlog(bytes=size, records=records, events=events, oldest=None if oldest is None else from_microseconds(oldest))

    def free_bytes(self) -> int | None:
        try:
            found = os.statvfs(self._path.parent)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize

    def recover(self) -> None:
        if self._writer is not None:
            with suppress(sqlite3.Error):
                self._writer.close()
            self._writer = None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            readers, self._readers = self._readers, []
        for conn in readers:
            conn.close()
        self.recover()
