"""How does the embedded engine run? ClickHouse inside this process, one folder, a bounded pool of connections.

Measured on chdb-core 26.9: a connection may move between threads as long as one uses it at a time; queries on different
connections run side by side and release the GIL; opening one takes half a millisecond once the engine runs.
"""

import os
import resource
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from uems.kernel import _engine_folder
from uems.kernel._clickhouse import (
    CHANGE_SETTINGS,
    COLUMN_TYPES,
    INSERT_SETTINGS,
    SESSION_SETTINGS,
    EngineSettings,
    column_types,
    failure,
    plain,
    read_settings,
)
from uems.kernel._native import to_native
from uems.kernel.binds import bind
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql, ident, join
from uems.kernel.waiting import asked_as
from uems.kernel.warehouse import Limits, default_limits

_READERS: Final = 8
"""Most queries at once; more wait. Writes and cancels have connections of their own and never wait for reads."""
_CLOSE_SECONDS: Final = 10.0


class _Connection:
    """One connection and the settings that it was last given, so that they are sent only when they change."""

    __slots__ = ("raw", "settings")

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.settings = ""

    def use(self, settings: EngineSettings) -> None:
        # max_threads has no value that stands for "the engine chooses", so it is put back first.
        text = "SET max_threads=DEFAULT; SET " + ", ".join(f"{ident(key)}={_value(value)}" for key, value in settings.items())
        if text != self.settings:
            self.raw.query(text, "TabSeparated", params={})
            self.settings = text


class ChdbWarehouse:
    """The embedded engine over ``folder``. One process at a time owns it."""

    engine: Literal["chdb"] = "chdb"

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = _engine_folder.claim(folder)
        try:
            self._open, self._anchor = _engine_folder.start(self._folder, SESSION_SETTINGS)
        except BaseException:
            self._folder.release()
            raise
        _raise_file_limit()
        self._limits = limits
        self._lock = threading.Lock()
        self._free: list[_Connection] = []
        self._slots = threading.BoundedSemaphore(_READERS)
        self._busy = 0
        self._idle = threading.Condition(self._lock)
        self._closed = False
        self._running: dict[str, bool] = {}
        self._types: dict[str, dict[str, str]] = {}

    @contextmanager
    def _connection(self, *, inserting: bool = False) -> Iterator[_Connection]:
        """A connection for one call; what goes wrong on it leaves as ``UemsError``."""
        connection = self._take()
        sound = False
        try:
            yield connection
            sound = True
        except RuntimeError as error:
            raise failure(str(error), inserting=inserting) from None
        except UnicodeDecodeError:
            # The binding cannot pass on a message that quotes bytes which are no text.
            raise failure("Code: 117. Text that is not UTF-8.", inserting=inserting) from None
        finally:
            self._give_back(connection, sound=sound)

    def _take(self) -> _Connection:
        with self._lock:
            if self._closed:
                raise UemsError("warehouse_down", "The warehouse is closed; the server is stopping.", status=503)
            if self._free:
                self._busy += 1
                return self._free.pop()
            try:
                connection = _Connection(self._open())
            except RuntimeError as error:
                raise failure(str(error)) from None
            self._busy += 1
            return connection

    def _give_back(self, connection: _Connection, *, sound: bool) -> None:
        with self._lock:
            # TRICKY: after an error the bytes of the failed result come out before those of the next one. Such a connection
            # is never used again.
            keep = sound and not self._closed
            if keep:
                self._free.append(connection)
        if not keep:
            connection.raw.close()
        with self._lock:
            self._busy -= 1
            self._idle.notify_all()

    def query(
        self, sql: Sql, params: Mapping[str, Param] | None = None, *, limits: Limits | None = None, query_id: str | None = None
    ) -> pa.Table:
        text, bound = bind(sql, params or {})
        chosen = limits or self._limits
        with asked_as(query_id) as named, self._slot(chosen, named):
            # The engine gives ids of its own; a leading comment is how cancel finds the query.
            return self._read(f"{_mark(named)} {text}" if named else text, bound, chosen)

    def _read(self, text: str, bound: Mapping[str, str], limits: Limits) -> pa.Table:
        with self._connection() as connection:
            connection.use(read_settings(limits))
            body = connection.raw.query(text, "ArrowStream", params=bound).bytes()
        if not body:
            raise UemsError("warehouse_failed", "The statement gave no result; use execute for what changes something.", status=500)
        with pa.ipc.open_stream(body) as reader:
            return reader.read_all()

    @contextmanager
    def _slot(self, limits: Limits, query_id: str | None) -> Iterator[None]:
        """A turn among the readers, unless ``cancel`` comes first."""
        if query_id:
            with self._lock:
                if query_id in self._running:
                    raise UemsError("invalid", f"A query with id {query_id} is running already; give every query its own id.", status=409)
                self._running[query_id] = False
        try:
            if not self._slots.acquire(timeout=limits.seconds or 600.0):
                text = f"{_READERS} other queries are running. Try again in a moment."
                raise UemsError("warehouse_busy", text, status=503)
            try:
                if query_id and self._running[query_id]:
                    raise failure("Code: 394")
                yield
            finally:
                self._slots.release()
        finally:
            if query_id:
                with self._lock:
                    del self._running[query_id]

    def execute(self, sql: Sql, params: Mapping[str, Param] | None = None, *, settings: Mapping[str, int | str] | None = None) -> None:
        text, bound = bind(sql, params or {})
        with self._connection() as connection:
            connection.use({**CHANGE_SETTINGS, **(settings or {})})
            connection.raw.query(text, "TabSeparated", params=bound)
        self._types.clear()

    def insert(self, table: str, data: pa.Table, *, token: str) -> None:
        if not data.num_rows:
            return
        block = to_native(data, self._column_types(table))
        columns = join(Sql(", "), [ident(name) for name in data.column_names])
        once = _value(plain(token, "token"))
        # TRICKY: send_insert answers "done" although the engine could not write (seen with too many open files); a query that
        # reads the block from a file does raise. The file is in memory and lives as long as the call.
        with _file_of(block.body) as path, self._connection(inserting=True) as connection:
            connection.use(INSERT_SETTINGS)
            source = Sql(f"SELECT {columns} FROM file({_value(path)}, 'Native', {_value(block.structure)})")
            statement = Sql(f"INSERT INTO {ident(table)} ({columns}) SETTINGS insert_deduplication_token={once} {source}")
            connection.raw.query(statement, "TabSeparated", params={})

    def _column_types(self, table: str) -> dict[str, str]:
        if table not in self._types:
            rows = self._read(COLUMN_TYPES, {"table": table}, Limits()).to_pylist()
            self._types[table] = column_types(table, rows)
        return self._types[table]

    def cancel(self, query_id: str) -> None:
        with self._lock:
            if query_id in self._running:
                self._running[query_id] = True
        with self._connection() as connection:
            kill = f"KILL QUERY WHERE startsWith(query, '{_mark(query_id)}') ASYNC"
            connection.raw.query(kill, "TabSeparated", params={})

    def members(self) -> "tuple[ChdbWarehouse]":
        return (self,)

    def ping(self) -> None:
        self.query(Sql("SELECT 1"), limits=Limits(seconds=10))

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        # Closing a connection under a running query would pull the engine from under it.
        self._anchor.query("KILL QUERY WHERE query_id != queryID() ASYNC", "TabSeparated", params={})
        with self._lock:
            self._idle.wait_for(lambda: not self._busy, timeout=_CLOSE_SECONDS)
            for connection in self._free:
                connection.raw.close()
            self._free.clear()
        self._anchor.close()
        self._folder.release()


@contextmanager
def _file_of(body: bytes) -> Iterator[str]:
    """The path of a file in memory that holds ``body``."""
    descriptor = os.memfd_create("block", os.MFD_CLOEXEC)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(body)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _raise_file_limit() -> None:
    """A part with many JSON paths has a file for each; the usual soft limit of 1024 is far too low for a database."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 1_048_576
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _mark(query_id: str) -> str:
    return f"/* uems:{plain(query_id, 'query id')} */"


def _value(value: float | str) -> Sql:
    return Sql("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" if isinstance(value, str) else str(value))


def open_chdb(settings: Settings) -> ChdbWarehouse:
    return ChdbWarehouse(settings.home.absolute() / "warehouse", default_limits(settings))
