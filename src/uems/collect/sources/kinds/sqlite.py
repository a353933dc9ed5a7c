"""How is a SQLite file read? Opened read-only, in the one folder that the operator allows, with nothing permitted but SELECT."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from uems.collect.files.model import JSON_TEXT
from uems.collect.sources.model import CursorType, CursorValue, Reading, SourceRows, What, failed
from uems.kernel.errors import UemsError, invalid
from uems.kernel.settings import Settings

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_SECONDS = 3600.0
_encoder = msgspec.json.Encoder(enc_hook=str)


class SqliteConfig(BaseModel):
    """A file under the folder that UEMS_SQLITE_SOURCES_FOLDER names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(min_length=1, max_length=500, description="Relative to the folder.")


class _Sqlite:
    key = "sqlite"
    label_zh = "SQLite 文件"
    label_en = "SQLite file"
    Config = SqliteConfig
    sample = SqliteConfig(path="shop.db")

    @contextmanager
    def open(self, config: BaseModel, settings: Settings) -> Iterator["_Connection"]:
        assert isinstance(config, SqliteConfig)
        path = _path(config.path, settings)
        try:
            conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10, check_same_thread=False)
        except sqlite3.Error as error:
            raise failed(f"{config.path} cannot be opened: {error}.", unreachable=True) from error
        try:
            conn.text_factory = lambda data: data.decode("utf-8", "replace")
            conn.execute("PRAGMA query_only = 1")
            conn.execute("BEGIN")
            end = time.monotonic() + _SECONDS
            conn.set_progress_handler(lambda: time.monotonic() > end, 100_000)
            conn.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
            yield _Connection(conn)
        except sqlite3.Error as error:
            raise failed(f"{config.path} refused the query: {error}.") from error
        finally:
            conn.close()


def _path(name: str, settings: Settings) -> Path:
    if settings.sqlite_sources_folder is None:
        message = "SQLite files may not be read here. Have the operator set UEMS_SQLITE_SOURCES_FOLDER to the folder they are in."
        raise UemsError("source_not_allowed", message, status=422)
    folder = settings.sqlite_sources_folder.resolve()
    path = (folder / name).resolve()  # links are followed first, and judged by where they lead
    if not path.is_relative_to(folder) or not path.is_file():
        raise failed(f"There is no file {name!r} in the folder of SQLite sources.", unreachable=True)
    return path


class _Connection:
    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def _from(self, what: What) -> str:
        if what.table:
            return ".".join(_quoted(part) for part in what.table.split(".", 1))
        assert what.query is not None
        return f"({what.query.strip().rstrip(';')}\n)"

    def look(self, what: What, rows: int) -> pa.Table:
        cursor = self._conn.execute(f"SELECT * FROM {self._from(what)} LIMIT ?", [rows])
        columns = [entry[0] for entry in cursor.description]
        return _table(columns, cursor.fetchall())

    def _columns(self, reading: Reading) -> list[str]:
        found = [entry[0] for entry in self._conn.execute(f"SELECT * FROM {self._from(reading)} LIMIT 0").description]
        for name in (reading.cursor, *reading.key):
            if name not in found:
                raise invalid("column", name, f"must be one of {', '.join(found[:50])}.")
        return found

    def describe(self, reading: Reading) -> tuple[list[str], CursorType]:
        columns = self._columns(reading)
        name = _quoted(reading.cursor)
        row = self._conn.execute(f"SELECT max({name}) FROM {self._from(reading)}").fetchone()
        kind: CursorType = "integer" if isinstance(row[0], int) else "other"
        if isinstance(row[0], bytes):
            raise invalid("cursor", reading.cursor, "holds bytes; choose a column of numbers or text.")
        if reading.overlap and row[0] is not None and kind == "other":
            raise invalid("overlap", reading.overlap, "needs a cursor column of integers in a SQLite file.")
        return columns, kind

    def has_null_cursor(self, reading: Reading) -> bool:
        query = f"SELECT EXISTS (SELECT 1 FROM {self._from(reading)} WHERE {_quoted(reading.cursor)} IS NULL)"
        return bool(self._conn.execute(query).fetchone()[0])

    def rows(self, reading: Reading, since: CursorValue | None, chunk_rows: int) -> Iterator[SourceRows]:
        columns, _ = self.describe(reading)
        name = _quoted(reading.cursor)
        low = None if since is None else _low(since, reading.overlap)
        condition = f"{name} IS NOT NULL" if low is None else f"{name} >= ?"
        query = f"SELECT * FROM {self._from(reading)} WHERE {condition} ORDER BY {name}"
        cursor = self._conn.execute(query, [] if low is None else [low])
        at = columns.index(reading.cursor)
        while rows := cursor.fetchmany(chunk_rows):
            values = [row[at] for row in rows]
            places = np.array([value if type(value) is int else 0 for value in values], np.int64)
            yield SourceRows(
                table=_table(columns, rows),
                texts=[f"{type(value).__name__}:{value!r}" for value in values],
                places=places,
                last=CursorValue(type=type(values[-1]).__name__, value=str(values[-1])),
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _low(since: CursorValue, overlap: int) -> int | float | str:
    if since.type == "int":
        return int(since.value) - overlap
    return float(since.value) if since.type == "float" else since.value


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pa.Table:
    fields, arrays = [], []
    for name, values in zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True):
        kinds = {type(value) for value in values} - {type(None)}
        if len(kinds) <= 1 and kinds <= {int, float, str, bytes}:
            fields.append(pa.field(name, (array := pa.array(values)).type))
        else:  # SQLite lets a column hold what it likes
            array = pa.array([None if value is None else _encoder.encode(value).decode() for value in values], pa.string())
            fields.append(pa.field(name, pa.string(), metadata=JSON_TEXT))
        arrays.append(array)
    return pa.table(arrays, schema=pa.schema(fields))


ITEM = _Sqlite()
