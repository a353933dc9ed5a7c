"""How does the embedded engine run? ClickHouse inside this process, one folder, a bounded pool of connections."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from uems.kernel.binds import bind
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql, ident
from uems.kernel.warehouse import Limits, default_limits

_POOL_SIZE: Final = 8
_CONFIG: Final = "<clickhouse><merge_tree><fsync_after_insert>1</fsync_after_insert><fsync_part_directory>1</fsync_part_directory></merge_tree></clickhouse>\n"
_INSERT: Final = (
    "deduplicate_blocks_in_dependent_materialized_views=1, max_partitions_per_insert_block=0, type_json_skip_duplicated_paths=1, "
    # TRICKY: by default the engine turns text that looks like a date into a date, and [true, 1] into [1, 1]; filters rely on JSON as sent.
    "input_format_try_infer_dates=0, input_format_try_infer_datetimes=0, input_format_json_read_bools_as_numbers=0"
)


class ChdbWarehouse:
    """The embedded engine over one folder."""

    engine: Literal["chdb"] = "chdb"

    def __init__(self, folder: Path, limits: Limits) -> None:
        import chdb

        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "engine.xml"
        config.write_text(_CONFIG)
        self._connect = chdb._chdb.connect
        self._address = f"{folder / 'data'}?config-file={config}"
        self._limits = limits
        self._free: list[Any] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_POOL_SIZE)
        self._anchor = self._connect(self._address)
        self._closed = False

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with self._slots:
            if self._closed:
                raise UemsError("warehouse_down", "The warehouse is closed; the server is stopping.", status=503)
            with self._lock:
                connection = self._free.pop() if self._free else None
            if connection is None:
                connection = self._connect(self._address)
            try:
                yield connection
            except BaseException:
                # TRICKY: after an error the bytes of the failed result are put before those of the next one.
                connection.close()
                raise
            with self._lock:
                self._free.append(connection)

    def query(
        self, sql: Sql, params: Mapping[str, Param] | None = None, *, limits: Limits | None = None, query_id: str | None = None
    ) -> pa.Table:
        bound = bind(sql, params or {})
        use = limits or self._limits
        before = (
            f"SET max_execution_time={use.seconds or 0}, max_memory_usage={use.memory_bytes or 0}, "
            f"max_result_rows={use.rows or 0}, result_overflow_mode='throw', log_comment='{_plain(query_id or '')}', "
            + (f"max_threads={use.threads}; " if use.threads else "max_threads=DEFAULT; ")
        )
        with self._connection() as connection, _errors():
            body = connection.query(before + sql, "ArrowStream", params=bound).bytes()
        with pa.ipc.open_stream(body) as reader:
            return reader.read_all()

    def execute(self, sql: Sql, params: Mapping[str, Param] | None = None, *, settings: Mapping[str, int | str] | None = None) -> None:
        bound = bind(sql, params or {})
        chosen = {"max_execution_time": 0, "max_memory_usage": 0, "max_result_rows": 0, **(settings or {})}
        before = "SET " + ", ".join(f"{ident(k)}={_plain_value(v)}" for k, v in chosen.items()) + "; "
        with self._connection() as connection, _errors():
            connection.query(before + sql, "TabSeparated", params=bound)

    def insert(self, table: str, data: pa.Table, *, token: str) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, data.schema) as writer:
            writer.write_table(data.combine_chunks())
        columns = ", ".join(f"`{name}`" for name in data.column_names)
        head = f"INSERT INTO {ident(table)} ({columns}) SETTINGS {_INSERT}, insert_deduplication_token='{_plain(token)}'"
        with self._connection() as connection, _errors():
            stream = connection.send_insert(head, "ArrowStream")
            connection.insert_append(stream, sink.getvalue().to_pybytes())
            connection.insert_done(stream)

    def cancel(self, query_id: str) -> None:
        self.execute(Sql(f"KILL QUERY WHERE Settings['log_comment'] = '{_plain(query_id)}' ASYNC"))

    def members(self) -> "tuple[ChdbWarehouse]":
        return (self,)

    def ping(self) -> None:
        self.query(Sql("SELECT 1"))

    def close(self) -> None:
        self._closed = True
        with self._lock:
            for connection in self._free:
                connection.close()
            self._free.clear()
        self._anchor.close()


def _plain(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:/-]{0,200}", text):
        raise UemsError("invalid", f"{text[:80]!r} cannot be an id or token; use letters, digits and _ . : / -", status=422)
    return text


def _plain_value(value: int | str) -> str:
    return str(value) if isinstance(value, int) else f"'{_plain(value)}'"


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise UemsError("warehouse_failed", str(error)[:2000], status=500) from error


def open_chdb(settings: Settings) -> ChdbWarehouse:
    return ChdbWarehouse(settings.home.absolute() / "warehouse", default_limits(settings))
