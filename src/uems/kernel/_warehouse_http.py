"""How are ClickHouse servers asked? Over HTTP with clickhouse-connect, several hosts with failover.

Every host answers for all data (a single server, or Distributed tables over a cluster), so a call goes to the host that
answered last and moves on when that one is gone. A call is repeated elsewhere only where a second run changes nothing.
"""

import logging
import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote_plus

import pyarrow as pa

from uems.kernel._clickhouse import (
    CHANGE_SETTINGS,
    COLUMN_TYPES,
    INSERT_SETTINGS,
    UNREACHABLE,
    EngineSettings,
    column_types,
    failure,
    plain,
    read_settings,
)
from uems.kernel._clickhouse_hosts import RETRY_HOST_SECONDS, Address, Host, parse_url
from uems.kernel._native import to_native
from uems.kernel.binds import bind, inline
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql, ident
from uems.kernel.waiting import asked_as
from uems.kernel.warehouse import Limits, default_limits

T = TypeVar("T")

_REPLICA_AWAY: Final = UNREACHABLE | {159}
_ADDRESS_BYTES: Final = 4096


class _Text:
    """A parameter that is encoded already: clickhouse-connect sends ``str()`` of an object that it does not know."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


class HttpWarehouse:
    """One server or a cluster, asked over HTTP."""

    engine: Literal["clickhouse"] = "clickhouse"

    def __init__(self, address: Address, limits: Limits, *, cluster: bool, per_host: bool) -> None:
        self._address = address
        self._limits = limits
        self._cluster = cluster
        self._per_host = per_host
        self._hosts = [Host(name, port, address) for name, port in address.hosts]
        self._types: dict[str, dict[str, str]] = {}
        self._background_until: dict[str, float] = {}
        self._deliver_at: dict[str, float] = {}
        self._closed = False
        self._running: set[str] = set()
        self._members: tuple[HttpWarehouse, ...] = ()

    def query(
        self, sql: Sql, params: Mapping[str, Param] | None = None, *, limits: Limits | None = None, query_id: str | None = None
    ) -> pa.Table:
        settings = read_settings(limits or self._limits)
        with asked_as(query_id) as named:
            chosen = plain(named, "query id") if named else f"uems:{uuid.uuid4().hex}"
            self._running.add(chosen)
            try:
                return self._read(sql, params, {**settings, "query_id": chosen})
            finally:
                self._running.discard(chosen)

    def _read(self, sql: Sql, params: Mapping[str, Param] | None, settings: EngineSettings) -> pa.Table:
        text, bound = _bound(sql, params)
        body = self._call(lambda c: c.raw_query(text, bound, settings=settings, fmt="ArrowStream"), repeatable=True)
        if not body:
            raise UemsError("warehouse_failed", "The statement gave no result; use execute for what changes something.", status=500)
        with pa.ipc.open_stream(body) as reader:
            return reader.read_all()

    def execute(self, sql: Sql, params: Mapping[str, Param] | None = None, *, settings: Mapping[str, int | str] | None = None) -> None:
        text, bound = _bound(sql, params)
        chosen = {**CHANGE_SETTINGS, **(settings or {})}
        self._call(lambda c: c.raw_query(text, bound, settings=chosen), repeatable=False)
        self._types.clear()

    def insert(self, table: str, data: pa.Table, *, token: str) -> None:
        if not data.num_rows:
            return
        if not self._column_types(table).keys() >= set(data.column_names):
            # Another process may have added the column since.
            self._types.pop(table)
        block = to_native(data, self._column_types(table)).body
        settings = {**INSERT_SETTINGS, "insert_deduplication_token": plain(token, "token")}
        if time.monotonic() >= self._background_until.get(table, 0.0):
            try:
                self._insert(table, data.column_names, block, settings)
                self._deliver(table)
                return
            except UemsError as error:
                self._types.pop(table, None)
                if not self._cluster or error.details.get("engine_code") not in _REPLICA_AWAY:
                    raise
                self._background_until[table] = time.monotonic() + RETRY_HOST_SECONDS
                self._deliver_at[table] = 0.0
        # A replica behind the server is away. The server keeps what that one missed on its disk and delivers it later, under
        # the same token, so that what did arrive is not counted twice.
        self._insert(table, data.column_names, block, {**settings, "distributed_foreground_insert": 0})
        self._deliver(table)

    def _deliver(self, table: str) -> None:
        """Have the servers send what they kept for others; asked until none has anything left, and once after each start."""
        if not self._cluster or time.monotonic() < self._deliver_at.setdefault(table, 0.0):
            return
        self._deliver_at[table] = math.inf
        started = time.monotonic()
        flush = Sql(f"SYSTEM FLUSH DISTRIBUTED {ident(table)}")
        for member in self._each():
            try:
                member.execute(flush)
            except UemsError as error:
                if error.code == "warehouse_down":
                    # A replica that hangs makes this slow too; then it is asked more rarely.
                    took = time.monotonic() - started
                    self._deliver_at[table] = time.monotonic() + max(RETRY_HOST_SECONDS, 4 * took)

    def _insert(self, table: str, columns: Sequence[str], block: bytes, settings: EngineSettings) -> None:
        names = [str(ident(name)) for name in columns]
        self._call(
            lambda c: c.raw_insert(ident(table), names, block, settings=settings, fmt="Native"),
            repeatable=True,
            elsewhere=False,
            inserting=True,
        )

    def _column_types(self, table: str) -> dict[str, str]:
        if table not in self._types:
            rows = self._read(COLUMN_TYPES, {"table": table}, CHANGE_SETTINGS).to_pylist()
            self._types[table] = column_types(table, rows)
        return self._types[table]

    def _call(self, action: Callable[[Any], T], *, repeatable: bool, elsewhere: bool = True, inserting: bool = False) -> T:
        """Run ``action`` on the first host that answers.

        repeatable: a second run changes nothing, so a host that fell silent in the middle is no reason to give up.
        elsewhere: try the next host too when one says that it cannot reach another.
        """
        from clickhouse_connect.driver.exceptions import ClickHouseError

        if self._closed:
            raise UemsError("warehouse_down", "The warehouse is closed; the server is stopping.", status=503)
        last: UemsError | None = None
        for host in sorted(self._hosts, key=lambda h: h.resting):
            try:
                client = host.client()
            except ClickHouseError as error:
                if (found := _said(error)) is not None and found.details["engine_code"] not in UNREACHABLE:
                    raise found from None
                host.failed()
                continue
            try:
                result = action(client)
            except ClickHouseError as error:
                last = _said(error, inserting=inserting)
                if last is None:
                    host.failed()
                    if not repeatable and not _never_sent(error):
                        text = f"The connection to {host} broke during a change, which may or may not have happened. Check, then repeat."
                        raise UemsError("warehouse_down", text, status=503) from None
                elif not (repeatable and elsewhere and last.details["engine_code"] in UNREACHABLE):
                    raise last from None
            else:
                self._prefer(host)
                return result
        if last is not None:
            raise last
        names = ", ".join(str(host) for host in self._hosts)
        raise UemsError(
            "warehouse_down", f"No ClickHouse server answers at {names}. Check UEMS_WAREHOUSE_URL and that they run.", status=503
        )

    def _prefer(self, host: Host) -> None:
        if self._hosts[0] is not host:
            self._hosts = [host, *(h for h in self._hosts if h is not host)]

    def cancel(self, query_id: str) -> None:
        kill = Sql("KILL QUERY WHERE query_id = {query_id:String} ASYNC")
        text, bound = _bound(kill, {"query_id": plain(query_id, "query id")})
        for member in self._each():
            try:
                member._call(lambda c: c.raw_query(text, bound), repeatable=True)
            except UemsError as error:
                # A host that is away runs nothing.
                if error.code != "warehouse_down":
                    raise

    def members(self) -> "tuple[HttpWarehouse, ...]":
        return self._each() if self._per_host else (self,)

    def _each(self) -> "tuple[HttpWarehouse, ...]":
        if not self._members:
            hosts = self._address.hosts
            self._members = tuple(
                HttpWarehouse(replace(self._address, hosts=(h,)), self._limits, cluster=False, per_host=False) for h in hosts
            )
        return self._members

    def ping(self) -> None:
        self.query(Sql("SELECT 1"), limits=Limits(seconds=10))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for query_id in list(self._running):
            with suppress(UemsError):
                self.cancel(query_id)
        for host in self._hosts:
            host.close()
        for member in self._members:
            member.close()

    def __str__(self) -> str:
        return ", ".join(f"{name}:{port}" for name, port in self._address.hosts)


def _bound(sql: Sql, params: Mapping[str, Param] | None) -> tuple[Sql, dict[str, _Text]]:
    """The statement and its parameters. Short ones travel in the address.

    TRICKY: servers refuse a parameter over 128 KB and take 100 ms for each 100 KB of form data, so long ones become
    literals in the text, by an encoder of their own that is tested like the other one.
    """
    text, texts = bind(sql, params or {})
    short: dict[str, _Text] = {}
    room = _ADDRESS_BYTES
    for name, value in sorted(texts.items(), key=lambda item: len(item[1])):
        room -= len(quote_plus(value))
        if room >= 0:
            short[name] = _Text(value)
    long = {name: value for name, value in texts.items() if name not in short}
    return (inline(text, long) if long else text), short


def _said(error: Exception, *, inserting: bool = False) -> UemsError | None:
    """What a server said went wrong; None when the transport failed and no server said anything."""
    code = getattr(error, "code", None)
    if code is None:
        return None
    text = str(error).partition(" (for url ")[0]
    start = text.find("Code: ")
    return failure(text[start:] if start >= 0 else f"Code: {code}. {text}", inserting=inserting)


def _never_sent(error: BaseException | None) -> bool:
    """Whether the connection was not even opened, so that a change cannot have happened."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    while error is not None:
        if isinstance(error, NewConnectionError | ConnectTimeoutError) or isinstance(getattr(error, "reason", None), NewConnectionError):
            return True
        error = error.__cause__ or error.__context__
    return False


def open_http(settings: Settings) -> HttpWarehouse:
    # What it warns of leaves here as an error.
    logging.getLogger("clickhouse_connect").setLevel(logging.ERROR)
    cluster = bool(settings.warehouse_cluster)
    per_host = cluster and not settings.warehouse_on_cluster
    return HttpWarehouse(parse_url(settings.warehouse_url), default_limits(settings), cluster=cluster, per_host=per_host)
