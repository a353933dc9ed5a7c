"""Which days are "all time"? All with events, unless a few lie years away from all others: those are left out, and counted.

A device whose clock is wrong, or one old row of a file, would otherwise make a chart of decades of nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

import pyarrow as pa

from uems.journeys.registry import Notice
from uems.journeys.reports._spec import MAX_DAYS
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

GAP: Final = timedelta(days=366)
"""A longer silence parts the days. A shop may well rest for a season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days of all time. left_out: how many of ``what`` lie on other days, of which others are the outermost."""

    first: date
    last: date
    what: Literal["events", "sessions"] = "events"
    left_out: int = 0
    others: tuple[date, date] | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the reader of the answer is told of days that are left out."""
        if self.others is None:
            return ()
        return (Notice(code=f"{self.what}_left_out", subject=str(self.left_out), near=tuple(day.isoformat() for day in self.others)),)


def span_of_events(house: House, scope: Scope, most: int | None = MAX_DAYS) -> Span | None:
    """All time, as named events tell; None without any. most: as ``usual_days``."""
    return _span(house, scope, "events", _EVENT_ENDS, _EVENT_DAYS, most)


def span_of_calls(house: House, scope: Scope) -> Span | None:
    """All time, as calls of any kind tell, those without a name included; however long."""
    return _span(house, scope, "events", _CALL_ENDS, _CALL_DAYS, None)


def span_of_sessions(house: House, scope: Scope) -> Span | None:
    """All time, as sessions tell; None without any."""
    return _span(house, scope, "sessions", _SESSION_ENDS, _SESSION_DAYS, None)


def _span(house: House, scope: Scope, what: Literal["events", "sessions"], ends: Sql, days: Sql, most: int | None) -> Span | None:
    params = {"workspace": scope.workspace_id}
    [row] = house.warehouse.query(ends, params).to_pylist()
    if not row["n"]:
        return None
    first, last = row["first"], row["last"]
    if (last - first).days < MAX_DAYS:
        return Span(first=first, last=last, what=what)
    found: pa.Table = house.warehouse.query(days, params)
    return usual_days(found.column("day").to_pylist(), found.column("n").to_pylist(), most, what)


def usual_days(days: Sequence[date], counts: Sequence[int], most: int | None, what: Literal["events", "sessions"] = "events") -> Span:
    """Of the stretches that ``GAP`` parts, the one with the most, and of equals the later.

    days: those with anything, in order. counts: how much is on each. most: of a longer stretch only so many days, the last ones.
    """
    edges = [0, *(place for place, (one, two) in enumerate(pairwise(days), 1) if two - one > GAP), len(days)]
    begin, end = max(pairwise(edges), key=lambda edge: (sum(counts[edge[0] : edge[1]]), edge[0]))
    last = days[end - 1]
    if most is not None:
        begin = next(place for place in range(begin, end) if (last - days[place]).days < most)
    others = [*days[:begin], *days[end:]]
    rest = sum(counts) - sum(counts[begin:end])
    return Span(first=days[begin], last=last, what=what, left_out=rest, others=(others[0], others[-1]) if others else None)


_MINE: Final = Sql("workspace_id = {workspace:UInt32}")
_EVENT_ENDS: Final = Sql(f"SELECT min(day) AS first, max(day) AS last, count() AS n FROM event_daily WHERE {_MINE} AND event != ''")
_EVENT_DAYS: Final = Sql(f"SELECT day, toInt64(sum(events)) AS n FROM event_daily WHERE {_MINE} AND event != '' GROUP BY day ORDER BY day")
_CALL_ENDS: Final = Sql(f"SELECT min(day) AS first, max(day) AS last, count() AS n FROM event_daily WHERE {_MINE}")
_CALL_DAYS: Final = Sql(f"SELECT day, toInt64(sum(events)) AS n FROM event_daily WHERE {_MINE} GROUP BY day ORDER BY day")
_SESSION_ENDS: Final = Sql(f"SELECT min(day) AS first, max(day) AS last, count() AS n FROM sessions FINAL WHERE {_MINE} AND NOT gone")
_SESSION_DAYS: Final = Sql(f"SELECT day, toInt64(count()) AS n FROM sessions FINAL WHERE {_MINE} AND NOT gone GROUP BY day ORDER BY day")
