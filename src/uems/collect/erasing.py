"""What does this room forget of a person? Their events, what was added up from them, and letters that name their ids.

Sums without people (``event_daily``) get what went as negative rows: exact while others write, and once, by the token of the insert.
Receipts stay for as long as a repeated message must be known again, without the person.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa

from uems.kernel.erasure import RoomEraser, Subject, WarehouseBits, WarehouseRows, params_of
from uems.kernel.house import House
from uems.kernel.schema import change_rows
from uems.kernel.sql import Param, Sql

_MINE: Final = Sql("workspace_id = {workspace:UInt32} AND person_id IN {stored:Array(UInt64)} AND node_id IN {numbers:Array(UInt64)}")
_KEYS: Final = Sql("day, type, event, currency")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _take_from_sums(house: House, subject: Subject, now: datetime) -> bool:
    """Subtract the person's events from the daily sums, once; sums of which nothing is left go."""
    query = Sql(
        f"SELECT {_KEYS}, toInt64(sum(events)) AS events, toInt64(sum(revenue_minor)) AS revenue_minor FROM person_daily"
        f" WHERE {_MINE} GROUP BY {_KEYS} ORDER BY {_KEYS}"
    )
    rows = house.warehouse.query(query, params_of(subject, query))
    size = rows.num_rows
    if not size:
        return True
    # TRICKY: the sums are unsigned and wrap around, so that adding 2^64 - n takes n away.
    less = (-rows.column("events").to_numpy()).astype(np.int64).view(np.uint64)
    table = pa.table(
        {
            "workspace_id": pa.array([subject.scope.workspace_id] * size, pa.uint32()),
            "day": rows.column("day"),
            "type": rows.column("type").cast(pa.string()),
            "event": rows.column("event").cast(pa.string()),
            "currency": rows.column("currency").cast(pa.string()),
            "events": pa.array(less),
            "revenue_minor": pa.array(-rows.column("revenue_minor").to_numpy(), pa.int64()),
            "received_at": pa.array([_EPOCH] * size, pa.timestamp("ms", "UTC")),
        }
    )
    # The same numbers are erased once: whoever does it again after a kill brings the same token, and adds nothing.
    token = f"erased:{subject.scope.workspace_id}:{subject.numbers[0]}:{len(subject.numbers)}"
    house.warehouse.insert("event_daily", table, token=token)
    _drop_empty_sums(house, subject)
    return True


def _drop_empty_sums(house: House, subject: Subject) -> None:
    """Days and events that only this person had. What others add meanwhile came in later, and stays."""
    empty = Sql(
        f"SELECT {_KEYS}, max(received_at) AS until FROM event_daily WHERE workspace_id = {{workspace:UInt32}}"
        f" AND ({_KEYS}) GLOBAL IN (SELECT {_KEYS} FROM person_daily WHERE {_MINE}) GROUP BY {_KEYS} HAVING sum(events) = 0"
    )
    for row in house.warehouse.query(empty, params_of(subject, empty)).to_pylist():
        params: dict[str, Param] = {"workspace": subject.scope.workspace_id, **row}
        one = Sql(
            "DELETE WHERE workspace_id = {workspace:UInt32} AND day = {day:Date} AND type = {type:String} AND event = {event:String}"
            " AND currency = {currency:String} AND received_at <= {until:DateTime64(3, 'UTC')}"
        )
        change_rows(house.warehouse, house.settings, "event_daily", one, params)


def _drop_letters(house: House, subject: Subject, now: datetime) -> bool:
    """Dead letters that name an id of the person, whatever became of them."""
    places = _letters(house, subject)
    for start in range(0, len(places), 1_000):
        part = places[start : start + 1_000]
        where = Sql(
            "DELETE WHERE workspace_id = {workspace:UInt32}"
            " AND has(arrayZip({parts:Array(UInt32)}, {offsets:Array(UInt64)}, {indexes:Array(UInt32)}),"
            " (log_partition, log_offset, log_index))"
        )
        params: dict[str, Param] = {
            "workspace": subject.scope.workspace_id,
            "parts": [one[0] for one in part],
            "offsets": [one[1] for one in part],
            "indexes": [one[2] for one in part],
        }
        change_rows(house.warehouse, house.settings, "dead_letters", where, params)
    return True


def _letters(house: House, subject: Subject) -> list[tuple[int, int, int]]:
    values = sorted({value for _, value in subject.ids})
    if not values:
        return []
    query = Sql(
        "SELECT log_partition, log_offset, log_index, raw FROM dead_letters WHERE workspace_id = {workspace:UInt32}"
        " AND multiSearchAnyCaseInsensitiveUTF8(raw, {values:Array(String)})"
    )
    found: set[tuple[int, int, int]] = set()
    for start in range(0, len(values), 200):
        part = values[start : start + 200]
        wanted = {value.casefold() for value in part}
        # An id as JSON writes it, too: with escapes for what is not ASCII.
        needles = sorted({*part, *(json.dumps(value)[1:-1] for value in part)})
        for row in house.warehouse.query(query, {"workspace": subject.scope.workspace_id, "values": needles}).to_pylist():
            if _names(row["raw"], wanted):
                found.add((row["log_partition"], row["log_offset"], row["log_index"]))
    return sorted(found)


def _names(raw: str, wanted: set[str]) -> bool:
    """Whether a text of the letter is one of the ids; of a letter that is no JSON, whether it holds one."""
    try:
        said = json.loads(raw)
    except ValueError:
        return any(value in raw.casefold() for value in wanted)
    return any(text.strip().casefold() in wanted for text in _texts(said))


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for value in said.values():
            yield from _texts(value)
    elif isinstance(said, list):
        for value in said:
            yield from _texts(value)
    elif isinstance(said, str | int) and not isinstance(said, bool):
        yield str(said)


def _count(house: House, subject: Subject) -> dict[str, int]:
    return {"letters": len(_letters(house, subject))}


ERASER: Final = RoomEraser(
    key="collect",
    counts=_count,
    steps=(_drop_letters, _take_from_sums),
    warehouse=(
        WarehouseRows(table="events", what="events", columns=("node_id",)),
        WarehouseRows(table="person_daily", columns=("node_id",), handed_out=False),
        WarehouseRows(table="event_receipts", columns=("person_id",), instead=Sql("person_id = 0")),
    ),
    bits=(WarehouseBits(table="person_day_bitmaps"),),
    more={
        "events.user_id": "deleted",
        "events.anonymous_id": "deleted",
        "dead_letters.raw": "deleted",
    },
)
