"""What became of an event, what is arriving now, and is anything stuck? Read from the receipts, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from uems.collect.tables import pipeline_cursors as cursors
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, join
from uems.kernel.warehouse import Warehouse

STATUSES = ("accepted", "warned", "duplicate", "blocked", "invalid", "erased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a receipt stands in the order of arrival: what a cursor of the live list holds."""

    received_ms: int
    log_partition: int
    log_offset: int
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one received event. person_id 0: none was found, since the event was not accepted."""

    place: Place
    received_at: datetime
    message_id: str
    status: str
    reason: str
    type: str
    event: str
    person_id: int
    ts: datetime


_COLUMNS = Sql(
    "received_at, message_id, status, reason, type, event, person_id, ts, log_partition, log_offset, log_index,"
    " toUnixTimestamp64Milli(received_at) AS received_ms"
)
_PLACE = Sql("(received_at, log_partition, log_offset, log_index)")
_CURSOR = Sql("(fromUnixTimestamp64Milli({received_ms:Int64}, 'UTC'), {log_partition:UInt32}, {log_offset:UInt64}, {log_index:UInt32})")


def _receipt(row: Mapping[str, object]) -> Receipt:
    facts = dict(row)
    place = Place(
        received_ms=int(str(facts.pop("received_ms"))),
        log_partition=int(str(facts.pop("log_partition"))),
        log_offset=int(str(facts.pop("log_offset"))),
        log_index=int(str(facts.pop("log_index"))),
    )
    return Receipt(place=place, **facts)  # type: ignore[arg-type]  # the columns of the query above


def live(
    warehouse: Warehouse,
    scope: Scope,
    *,
    after: Place | None = None,
    before: Place | None = None,
    status: str = "",
    event: str = "",
    limit: int = 50,
) -> list[Receipt]:
    """The newest receipts first: those that came after a place (to follow along) or before it (to go back)."""
    if status and status not in STATUSES:
        raise invalid("status", status, f"must be one of: {', '.join(STATUSES)}.")
    where = [Sql("workspace_id = {workspace:UInt32}")]
    params: dict[str, Param] = {"workspace": scope.workspace_id, "limit": limit}
    place = after or before
    if place is not None:
        # The plain bound lets the engine skip what lies outside; the tuple decides exactly.
        bound = Sql("received_at >=") if after else Sql("received_at <=")
        than = Sql(">") if after else Sql("<")
        where.append(Sql(f"{bound} fromUnixTimestamp64Milli({{received_ms:Int64}}, 'UTC')"))
        where.append(Sql(f"{_PLACE} {than} {_CURSOR}"))
        params |= {
            "received_ms": place.received_ms,
            "log_partition": place.log_partition,
            "log_offset": place.log_offset,
            "log_index": place.log_index,
        }
    if status:
        where.append(Sql("status = {status:String}"))
        params["status"] = status
    if event:
        where.append(Sql("event = {event:String}"))
        params["event"] = event
    condition = join(Sql(" AND "), where)
    order = Sql("received_at DESC, log_partition DESC, log_offset DESC, log_index DESC")
    sql = Sql(f"SELECT {_COLUMNS} FROM event_receipts WHERE {condition} ORDER BY {order} LIMIT {{limit:UInt32}}")
    return [_receipt(row) for row in warehouse.query(sql, params).to_pylist()]


def of_message(warehouse: Warehouse, scope: Scope, message_id: str) -> list[Receipt]:
    """Every receipt of one messageId, oldest first: an accepted one and perhaps duplicates of it."""
    sql = Sql(
        f"SELECT {_COLUMNS} FROM event_receipts WHERE workspace_id = {{workspace:UInt32}} AND message_id = {{message:String}}"
        " ORDER BY received_at, log_offset, log_index LIMIT 100"
    )
    return [_receipt(row) for row in warehouse.query(sql, {"workspace": scope.workspace_id, "message": message_id}).to_pylist()]


def stored_event(warehouse: Warehouse, scope: Scope, receipt: Receipt) -> dict[str, object] | None:
    """The whole stored event that belongs to an accepted receipt: its columns, ``properties`` and ``context`` as JSON."""
    sql = Sql(
        "SELECT * EXCEPT (properties, workspace_id), toString(properties) AS properties FROM events"
        " WHERE workspace_id = {workspace:UInt32} AND person_id = {person:UInt64} AND ts = {ts:DateTime64(3, 'UTC')}"
        " AND log_partition = {partition:UInt32} AND log_offset = {offset:UInt64} AND log_index = {index:UInt32} LIMIT 1"
    )
    rows = warehouse.query(
        sql,
        {
            "workspace": scope.workspace_id,
            "person": receipt.person_id,
            "ts": receipt.ts,
            "partition": receipt.place.log_partition,
            "offset": receipt.place.log_offset,
            "index": receipt.place.log_index,
        },
    ).to_pylist()
    if not rows:
        return None
    row: dict[str, object] = rows[0]
    for name in ("properties", "context"):
        row[name] = msgspec.json.decode(str(row[name])) if row[name] else {}
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Is what was sent also counted?

    lag_seconds: how long the oldest unprocessed record has waited; 0 when nothing waits. watermark: everything that arrived
    up to then can be queried; None before the first event.
    """

    backlog_records: int
    backlog_events: int
    backlog_bytes: int
    lag_seconds: float
    watermark: datetime | None
    events: int
    open_dead_letters: int


def health(house: House, scope: Scope, now: datetime) -> Health:
    """The state of collection; the backlog is that of the whole installation, the dead letters those of the workspace."""
    with house.store.read() as conn:
        rows = conn.execute(select(cursors)).all()
    done = {row.log_partition: row.done_offset for row in rows}
    backlog = house.log.backlog()
    waiting = any(house.log.head(p) > done.get(p, 0) for p in range(house.settings.log_partitions))
    lag = max(timedelta(0), now - backlog.oldest).total_seconds() if waiting and backlog.oldest else 0.0
    marks = [row.watermark for row in rows if row.watermark is not None]
    return Health(
        backlog_records=backlog.records if waiting else 0,
        backlog_events=backlog.events if waiting else 0,
        backlog_bytes=backlog.bytes if waiting else 0,
        lag_seconds=lag,
        watermark=(now if not waiting else min(marks)) if marks else None,
        events=sum(row.events for row in rows),
        open_dead_letters=_open_dead_letters(house.warehouse, scope),
    )


def watermark(house: House) -> datetime | None:
    """The arrival time up to which everything of every partition is stored; None before the first event."""
    with house.store.read() as conn:
        marks = [row.watermark for row in conn.execute(select(cursors.c.watermark)) if row.watermark is not None]
    return min(marks).astimezone(UTC) if marks else None


def _open_dead_letters(warehouse: Warehouse, scope: Scope) -> int:
    sql = Sql("SELECT count() AS n FROM dead_letters FINAL WHERE workspace_id = {workspace:UInt32} AND state = 'open'")
    return int(warehouse.query(sql, {"workspace": scope.workspace_id}).column("n")[0].as_py())
