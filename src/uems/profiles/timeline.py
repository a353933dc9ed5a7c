"""What did this person do, and when? Their events, the latest first, under whichever id they came."""

from datetime import UTC
from typing import Final

from uems.identity.api import Person
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.profiles.model import TimelineItem
from uems.profiles.traits import END, MINE, Place, keys_of, place_of

_WANTED: Final = Sql("({event:String} = '' OR positionCaseInsensitiveUTF8(if(event = '', type, event), {event:String}) > 0)")
# TRICKY: the key finds the few rows by itself; to look at its columns first and at the others after would open every part twice.
_EVENTS: Final = Sql(
    "SELECT message_id, ts, type, event, revenue_minor, currency, toJSONString(properties) AS properties, url, log_offset, log_index"
    f" FROM events WHERE {MINE} AND {_WANTED}"
    " AND (toUnixTimestamp64Milli(ts), log_offset, log_index) < ({ts:Int64}, {offset:UInt64}, {index:UInt32})"
    " ORDER BY ts DESC, log_offset DESC, log_index DESC LIMIT {limit:UInt32} SETTINGS optimize_move_to_prewhere = 0"
)


def timeline(
    house: House, scope: Scope, person: Person, *, event: str = "", before: Place = END, limit: int
) -> tuple[list[TimelineItem], Place | None]:
    """At most ``limit`` events, the latest first; and where the next page starts, None on the last.

    event: only events whose name (of a call without one: its type) contains this text, without case.
    """
    params: dict[str, Param] = {**keys_of(scope, [person]), "event": event, "limit": limit + 1}
    params.update(ts=before[0], offset=before[1], index=before[2])
    rows = house.warehouse.query(_EVENTS, params).to_pylist()
    items = [TimelineItem(**{**row, "ts": row["ts"].astimezone(UTC)}) for row in rows[:limit]]
    return items, place_of(rows[limit - 1]) if len(rows) > limit else None
