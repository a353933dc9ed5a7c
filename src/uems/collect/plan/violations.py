"""What came in that is not as planned, how often, and since when? Read from the receipts."""

from dataclasses import dataclass
from datetime import datetime

from uems.collect.plan.reasons import PREFIX, Code, violations_of
from uems.kernel.clock import Period
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Warehouse

_MAX_REASONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationCount:
    """One kind of violation of one event. events: how many carry it; blocked: how many of those were not stored."""

    type: str
    event: str
    code: Code
    property: str
    events: int
    blocked: int
    first_at: datetime
    last_at: datetime


def count_violations(warehouse: Warehouse, scope: Scope, period: Period, *, event: str = "") -> list[ViolationCount]:
    """Every kind of violation among the events that arrived in the period, the most frequent first."""
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "start": period.start,
        "end": period.end,
        "prefix": PREFIX,
        "event": event,
        "limit": _MAX_REASONS,
    }
    sql = Sql(
        "SELECT type, event, reason, count() AS n, countIf(status = 'blocked') AS blocked, min(received_at) AS first_at,"
        " max(received_at) AS last_at FROM event_receipts WHERE workspace_id = {workspace:UInt32}"
        " AND received_at >= {start:DateTime64(3, 'UTC')} AND received_at < {end:DateTime64(3, 'UTC')}"
        " AND status IN ('warned', 'blocked') AND startsWith(reason, {prefix:String})"
        " AND ({event:String} = '' OR event = {event:String})"
        " GROUP BY type, event, reason ORDER BY n DESC, type, event, reason LIMIT {limit:UInt32}"
    )
    found: dict[tuple[str, str, Code, str], ViolationCount] = {}
    for row in warehouse.query(sql, params).to_pylist():
        for violation in violations_of(row["reason"]):
            key = (row["type"], row["event"], violation.code, violation.property)
            before = found.get(key)
            found[key] = ViolationCount(
                type=row["type"],
                event=row["event"],
                code=violation.code,
                property=violation.property,
                events=row["n"] + (before.events if before else 0),
                blocked=row["blocked"] + (before.blocked if before else 0),
                first_at=min(row["first_at"], before.first_at) if before else row["first_at"],
                last_at=max(row["last_at"], before.last_at) if before else row["last_at"],
            )
    return sorted(found.values(), key=lambda v: (-v.events, v.event, v.type, v.code, v.property))
