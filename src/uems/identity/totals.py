"""What has a person done in all? From the daily rollup, by the rows of the person's own nodes."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from uems.identity.model import Person, Totals
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql

ORDER_EVENT: Final = "Order Completed"
"""The name by which the Segment e-commerce specification calls a purchase."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# TRICKY: the key finds the few rows by itself; to look at its columns first and at the others after would open every part twice.
_BY_NODE: Final = Sql(
    "SELECT node_id, toInt64(sum(events)) AS n, toInt64(sumIf(events, event = {order:String})) AS orders,"
    " sumIf(revenue_minor, currency = {currency:String}) AS revenue, toUnixTimestamp64Milli(min(first_ts)) AS first,"
    " toUnixTimestamp64Milli(max(last_ts)) AS last, toUnixTimestamp64Milli(max(last_active_ts)) AS active"
    " FROM person_daily WHERE workspace_id = {workspace:UInt32} AND person_id IN {stored:Array(UInt64)}"
    " AND node_id IN {nodes:Array(UInt64)} GROUP BY node_id SETTINGS optimize_move_to_prewhere = 0"
)


def totals_of(house: House, scope: Scope, people: Collection[Person]) -> dict[int, Totals]:
    """person → what the rows of all their nodes come to; revenue in the workspace's currency.

    last_seen: of the events that were not sent with ``context.active = false``, unless there are none.
    """
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "order": ORDER_EVENT,
        "currency": scope.currency,
        "stored": sorted({number for person in people for number in person.stored_ids}),
        "nodes": sorted({node for person in people for node in person.node_ids}),
    }
    rows = {row["node_id"]: row for row in house.warehouse.query(_BY_NODE, params).to_pylist()} if people else {}
    return {p.person_id: _total([rows[n] for n in p.node_ids if n in rows]) for p in people}


def _total(rows: Collection[Mapping[str, int]]) -> Totals:
    last = max((row["active"] for row in rows), default=0) or max((row["last"] for row in rows), default=0)
    return Totals(
        events=sum(row["n"] for row in rows),
        orders=sum(row["orders"] for row in rows),
        revenue_minor=sum(row["revenue"] for row in rows),
        first_seen=_at(min(row["first"] for row in rows)) if rows else None,
        last_seen=_at(last) if rows else None,
    )


def _at(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
