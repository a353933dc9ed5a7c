"""Which events lie behind a number of a period? One by one, the latest first, with the person who did each.

The rollup of days says on which days there are any, so that a page reads the events of those days only.
"""

from datetime import UTC, date
from typing import Final

from uems.identity import api as identity
from uems.kernel.clock import Period
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.profiles.model import Happening

Place = tuple[date, int, int, int, int]
"""Day, milliseconds, log partition, offset and index of an event: its place in the list."""
_LATEST: Final[Place] = (date(2149, 6, 6), 2**53, 2**31, 2**53, 2**31)

_WANTED: Final = Sql(
    f"({{event:String}} = '' OR {identity.EVENT_NAME} = {{event:String}}) AND ({{currency:String}} = '' OR currency = {{currency:String}})"
)
_DAYS: Final = Sql(
    "SELECT day, toInt64(sum(events)) AS n FROM event_daily WHERE workspace_id = {workspace:UInt32}"
    f" AND day BETWEEN {{first:Date}} AND {{last:Date}} AND {_WANTED} GROUP BY day ORDER BY day DESC"
)
_PLACE: Final = Sql("(day, toUnixTimestamp64Milli(ts), log_partition, log_offset, log_index)")
_ROWS: Final = Sql(
    "SELECT message_id, person_id, node_id, day, ts, toUnixTimestamp64Milli(ts) AS ms, type, event, revenue_minor, currency, path,"
    " log_partition, log_offset, log_index FROM events WHERE workspace_id = {workspace:UInt32} AND day BETWEEN {first:Date} AND {last:Date}"
    # The same days once more, as the table's partitions know them.
    f" AND ts >= {{start:DateTime64(3, 'UTC')}} AND ts < {{end:DateTime64(3, 'UTC')}} AND {_WANTED}"
    f" AND {_PLACE} < ({{day:Date}}, {{ms:Int64}}, {{partition:UInt32}}, {{offset:UInt64}}, {{index:UInt32}})"
    " ORDER BY day DESC, ms DESC, log_partition DESC, log_offset DESC, log_index DESC LIMIT {limit:UInt32}"
)


def list_events(
    house: House,
    scope: Scope,
    first: date,
    last: date,
    *,
    event: str = "",
    revenue: bool = False,
    before: Place | None = None,
    limit: int,
) -> tuple[list[Happening], Place | None]:
    """At most ``limit`` events of the days ``first`` to ``last``, the latest first; and where the next page starts, None on the last.

    event: only this one, by the name under which reports count it. revenue: only those that the revenue is made of.
    """
    place = before or _LATEST
    wanted: dict[str, Param] = {"workspace": scope.workspace_id, "event": event, "currency": scope.currency if revenue else ""}
    days = _days(house, {**wanted, "first": first, "last": min(last, place[0])}, place[0], limit + 1)
    if days is None:
        return [], None
    period = Period.of_days(*days, scope.zone)
    params: dict[str, Param] = {**wanted, "first": days[0], "last": days[1], "start": period.start, "end": period.end, "limit": limit + 1}
    params |= dict(zip(("day", "ms", "partition", "offset", "index"), place, strict=True))
    rows = house.warehouse.query(_ROWS, params).to_pylist()
    people = identity.people_of(house.store, scope, {row["node_id"] for row in rows[:limit]})
    items = [
        Happening(
            event_id=f"{row['log_partition']}-{row['log_offset']}-{row['log_index']}",
            message_id=row["message_id"],
            person_id=people[row["node_id"]].person_id if row["node_id"] in people else row["person_id"],
            ts=row["ts"].astimezone(UTC),
            type=row["type"],
            event=row["event"],
            revenue_minor=row["revenue_minor"],
            currency=row["currency"],
            path=row["path"],
        )
        for row in rows[:limit]
    ]
    if len(rows) <= limit:
        return items, None
    end = rows[limit - 1]
    return items, (end["day"], end["ms"], end["log_partition"], end["log_offset"], end["log_index"])


def _days(house: House, params: dict[str, Param], started: date, enough: int) -> tuple[date, date] | None:
    """The fewest days, from the latest on, that hold ``enough`` events; of ``started`` nobody knows how much is left."""
    rows = house.warehouse.query(_DAYS, params).to_pylist()
    held = 0
    for row in rows:
        if row["day"] != started:
            held += row["n"]
        if held >= enough:
            break
    else:
        return (rows[-1]["day"], rows[0]["day"]) if rows else None
    return row["day"], rows[0]["day"]
