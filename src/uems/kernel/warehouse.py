"""Where do events and everything derived from them live, and how is it asked? One interface, two engines.

``chdb`` runs ClickHouse in this process over one folder; ``clickhouse`` speaks HTTP to servers. Settings choose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import pyarrow as pa

from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql

Engine: TypeAlias = Literal["chdb", "clickhouse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query may use; ``None`` is no limit.

    seconds: run time. memory_bytes: most memory at once. threads: ``None`` lets the engine choose. rows: most rows in the result.
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    threads: int | None = None
    rows: int | None = None


class Warehouse(Protocol):
    """Every method may be called from any thread; calls from several threads run side by side."""

    @property
    def engine(self) -> Engine: ...

    def query(
        self, sql: Sql, params: Mapping[str, Param] | None = None, *, limits: Limits | None = None, query_id: str | None = None
    ) -> pa.Table:
        """Run one SELECT and give its rows; ``limits`` defaults to those of the settings.

        Raises ``warehouse_timeout``, ``warehouse_memory``, ``warehouse_rows``, ``warehouse_cancelled``, ``warehouse_busy``,
        ``warehouse_down`` and, for anything else that the engine says, ``warehouse_failed``.
        """
        ...

    def execute(self, sql: Sql, params: Mapping[str, Param] | None = None, *, settings: Mapping[str, int | str] | None = None) -> None:
        """Run one statement that changes something (DDL, INSERT SELECT, a mutation), once and without the read limits."""
        ...

    def insert(self, table: str, data: pa.Table, *, token: str) -> None:
        """Store all rows or raise; durable on return. A second call with the same ``token`` and rows changes nothing,
        in the table or in any view fed by it. Columns are matched by name; JSON columns take text.

        Raises ``warehouse_rejected_rows`` for data that the table cannot hold, else as ``query``.
        """
        ...

    def cancel(self, query_id: str) -> None:
        """Stop the query that was started with this id, if it still runs."""
        ...

    def members(self) -> "Sequence[Warehouse]":
        """Every server that keeps tables of its own, so that DDL has to run on each; alone or with ON CLUSTER: just this."""
        ...

    def ping(self) -> None:
        """Raise ``warehouse_down`` unless the engine answers."""
        ...

    def close(self) -> None:
        """Let go of everything; running queries are stopped. Calling it twice is fine."""
        ...


def open_warehouse(settings: Settings) -> Warehouse:
    """The warehouse that the settings name. Raises ``warehouse_locked`` when another process owns the folder."""
    if settings.warehouse_url.startswith("chdb:"):
        from uems.kernel._warehouse_chdb import open_chdb

        return open_chdb(settings)
    from uems.kernel._warehouse_http import open_http

    return open_http(settings)


def default_limits(settings: Settings) -> Limits:
    """The limits of a query that brings none of its own."""
    return Limits(
        seconds=settings.warehouse_max_seconds,
        memory_bytes=settings.warehouse_max_memory_bytes,
        threads=settings.warehouse_threads or None,
    )
