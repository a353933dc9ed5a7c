"""How is a PostgreSQL database read? In one read-only, repeatable-read transaction, through a server-side cursor."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from psycopg import sql
from psycopg.postgres import types
from psycopg.types.string import TextLoader
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from uems.collect.files.json_rows import canonical
from uems.collect.files.model import JSON_TEXT
from uems.collect.sources.model import CursorType, CursorValue, Reading, SourceRows, What, failed, named_once
from uems.kernel.errors import UemsError, invalid
from uems.kernel.outbound import is_allowed
from uems.kernel.settings import Settings

_INTEGERS, _FLOATS, _TIMES = {20, 21, 23}, {700, 701}, {1114, 1184, 1082}
_BOOLEAN, _NUMERIC, _JSON, _JSONB = 16, 1700, 114, 3802
_SECONDS = 10
_OPTIONS = (
    "-c default_transaction_read_only=on -c statement_timeout=3600000 -c lock_timeout=10000 -c timezone=UTC -c datestyle=ISO "
    "-c intervalstyle=iso_8601 -c bytea_output=hex -c extra_float_digits=1 -c search_path=public"
)


class PostgresConfig(BaseModel):
    """Where the database is. Use an account that may only read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._:-]+$")
    port: int = Field(5432, ge=1, le=65535)
    database: str = Field(min_length=1, max_length=63)
    user: str = Field(min_length=1, max_length=63)
    password: SecretStr = SecretStr("")
    tls: Literal["disable", "prefer", "require", "verify-full"] = "prefer"


class _Postgres:
    key = "postgresql"
    label_zh = "PostgreSQL 数据库"
    label_en = "PostgreSQL database"
    Config = PostgresConfig
    sample = PostgresConfig(host="db.example.com", database="shop", user="reader", password=SecretStr("secret"))

    @contextmanager
    def open(self, config: BaseModel, settings: Settings) -> Iterator["_Connection"]:
        assert isinstance(config, PostgresConfig)
        address = _address(config.host, config.port, private=settings.allow_private_outbound)
        try:
            conn = psycopg.connect(
                host=config.host,
                hostaddr=address,  # the judged address: a name that answers differently the second time gains nothing
                port=config.port,
                dbname=config.database,
                user=config.user,
                password=config.password.get_secret_value(),
                passfile="/dev/null/none",
                sslmode=config.tls,
                connect_timeout=_SECONDS,
                client_encoding="UTF8",
                application_name="uems",
                options=_OPTIONS,
            )
        except (psycopg.Error, UnicodeError) as error:
            raise failed(f"{config.host} did not let us in: {_said(error, config)}.", unreachable=True) from error
        try:
            for info in types:  # everything comes as text; what it means is decided here, whole columns at a time
                conn.adapters.register_loader(info.oid, TextLoader)
                if info.array_oid:
                    conn.adapters.register_loader(info.array_oid, TextLoader)
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            conn.read_only = True
            yield _Connection(conn)
        except psycopg.OperationalError as error:
            raise failed(f"The connection to {config.host} broke: {_said(error, config)}.", unreachable=True) from error
        except psycopg.Error as error:
            raise failed(f"{config.host} refused the query: {_said(error, config)}.") from error
        finally:
            conn.close()


def _said(error: Exception, config: PostgresConfig) -> str:
    text = str(error).strip().rstrip(".")
    secret = config.password.get_secret_value()
    return text.replace(secret, "(hidden)") if secret else text


def _address(host: str, port: int, *, private: bool) -> str:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise failed(f"No host {host!r}. Check the spelling.", unreachable=True) from error
    for address in found:
        if is_allowed(address, private=private):
            return address
    raise UemsError(
        "outbound_refused",
        f"{host!r} is not a public address, so it is not called. Have the operator set UEMS_ALLOW_PRIVATE_OUTBOUND=true.",
        status=422,
    )


class _Connection:
    def __init__(self, conn: "psycopg.Connection[Any]") -> None:
        self._conn = conn

    def _from(self, what: What) -> sql.Composable:
        if what.table:
            return sql.Identifier(*what.table.split(".", 1))
        assert what.query is not None
        # The line feed ends a comment on the last line. A single % would be taken for a parameter, in every query with a list of them.
        query = what.query.strip().rstrip(";").replace("%", "%%")
        return sql.SQL("({}\n) AS source").format(sql.SQL(query))  # the user's own query, on the user's own database

    def look(self, what: What, rows: int) -> pa.Table:
        cursor = self._conn.execute(sql.SQL("SELECT * FROM {} LIMIT %s").format(self._from(what)), [rows])
        columns = [(column.name, column.type_code) for column in cursor.description or ()]
        named_once([name for name, _ in columns])
        return _table(columns, cursor.fetchall())

    def _columns(self, reading: Reading) -> dict[str, int]:
        cursor = self._conn.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(self._from(reading)), [])
        named_once([column.name for column in cursor.description or ()])
        found = {column.name: column.type_code for column in cursor.description or ()}
        for name in (reading.cursor, *reading.key):
            if name not in found:
                raise invalid("column", name, f"must be one of {', '.join(list(found)[:50])}.")
        return found

    def describe(self, reading: Reading) -> tuple[list[str], CursorType]:
        columns = self._columns(reading)
        kind = _cursor_type(columns[reading.cursor])
        if reading.overlap and kind == "other":
            raise invalid("overlap", reading.overlap, "needs a cursor column that is an integer or a time.")
        return list(columns), kind

    def has_null_cursor(self, reading: Reading) -> bool:
        query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {} WHERE {} IS NULL)").format(self._from(reading), sql.Identifier(reading.cursor))
        row = self._conn.execute(query, []).fetchone()
        return row is not None and row[0] == "t"

    def rows(self, reading: Reading, since: CursorValue | None, chunk_rows: int) -> Iterator[SourceRows]:
        columns = self._columns(reading)
        self.describe(reading)
        name = sql.Identifier(reading.cursor)
        oid = columns[reading.cursor]
        found = self._conn.execute("SELECT format_type(%s, NULL)", [oid]).fetchone()
        assert found is not None
        kind = str(found[0])
        condition, values = _condition(name, kind, since, reading.overlap, _cursor_type(oid))
        query = sql.SQL("SELECT * FROM {} WHERE {} ORDER BY {}").format(self._from(reading), condition, name)
        place = list(columns).index(reading.cursor)
        with self._conn.cursor(name="uems_source") as cursor:
            cursor.execute(query, values)
            while rows := cursor.fetchmany(chunk_rows):
                table = _table(list(columns.items()), rows)
                texts = [row[place] for row in rows]
                places = _places(texts, _cursor_type(oid))
                yield SourceRows(table=table, texts=texts, places=places, last=CursorValue(type=kind, value=texts[-1]))


def _cursor_type(oid: int) -> CursorType:
    return "integer" if oid in _INTEGERS else "time" if oid in _TIMES else "other"


def _condition(
    name: sql.Identifier, kind: str, since: CursorValue | None, overlap: int, cursor_type: CursorType
) -> tuple[sql.Composable, list[object]]:
    if since is None:
        # Infinity would be the last value for ever.
        return sql.SQL("isfinite({})" if cursor_type == "time" else "{} IS NOT NULL").format(name), []
    if cursor_type == "integer":
        return sql.SQL("{} >= %s::bigint").format(name), [int(since.value) - overlap]
    low = sql.SQL("%s::{}").format(sql.SQL(kind))  # as the database itself writes the type
    if overlap:
        low = sql.SQL("{} - make_interval(secs => %s)").format(low)
    finite = sql.SQL(" AND isfinite({})").format(name) if cursor_type == "time" else sql.SQL("")
    return sql.SQL("{} >= {}{}").format(name, low, finite), [since.value, *([overlap] if overlap else [])]


def _places(texts: Sequence[str], kind: CursorType) -> NDArray[np.int64]:
    array = pa.array(texts, pa.string())
    if kind == "integer":
        return np.asarray(array.cast(pa.int64()).to_numpy(), np.int64)
    if kind == "time":
        moments = _times(array)
        if moments is not None:
            return np.asarray(moments.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(), np.int64)
    return np.zeros(len(texts), np.int64)


def _times(array: pa.Array) -> pa.Array | None:
    """Timestamps, or None when one of them is infinite or before Christ: then they stay text and are judged later."""
    zoned = pc.ends_with(array, "+00")
    plain = pc.if_else(zoned, pc.utf8_replace_slice(array, start=-3, stop=2**31 - 1, replacement=""), array)
    try:
        times = plain.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    return times.cast(pa.timestamp("us", "UTC")) if pc.any(zoned).as_py() else times


def _table(columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    fields, arrays = [], []
    for (name, oid), values in zip(columns, zip(*rows, strict=True) if rows else [()] * len(columns), strict=True):
        array, is_json = _array(oid, values)
        fields.append(pa.field(name, array.type, metadata=JSON_TEXT if is_json else None))
        arrays.append(array)
    return pa.table(arrays, schema=pa.schema(fields))


def _array(oid: int, values: Sequence[str | None]) -> tuple[pa.Array, bool]:
    """The column, and whether its values are JSON texts."""
    if oid in (_JSON, _JSONB):
        return pa.array([_json(value) for value in values], pa.string()), True
    text = pa.array(values, pa.string())
    if oid == _NUMERIC:  # exact decimals, written as JSON writes numbers
        return pc.if_else(pc.match_substring_regex(text, r"^-?\d"), text, pa.scalar(None, pa.string())), True
    if oid == _BOOLEAN:
        return pc.equal(text, "t"), False
    if oid in _INTEGERS:
        return text.cast(pa.int64()), False
    if oid in _FLOATS:
        named = pc.is_in(text, pa.array(["NaN", "Infinity", "-Infinity"]))
        return pc.if_else(named, pa.scalar(None, pa.string()), text).cast(pa.float64()), False
    times = _times(text) if oid in (1114, 1184) else None
    return (text if times is None else times), False


def _json(value: str | None) -> str | None:
    try:
        return None if value is None else canonical(value.encode()).decode()
    except (msgspec.DecodeError, msgspec.EncodeError, RecursionError):
        return None


ITEM = _Postgres()
