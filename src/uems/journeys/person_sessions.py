"""Which visits did this person pay? Their sessions, the latest first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One visit. day: of its start, in the workspace's zone. pages: page views and screens. revenue_minor: in its currency.

    bounce: one page view or screen and nothing else but reports of engagement. engaged_seconds: the sum of those. entry_path,
    exit_path: of the first and the last event that names a path; referrer: of the first of them. The utm parts: of the first
    event with any. "" for what nobody said.
    """

    started_at: datetime
    ended_at: datetime
    day: date
    events: int
    pages: int
    entry_path: str
    exit_path: str
    referrer: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    device: str
    country: str
    channel: str
    revenue_minor: int
    bounce: bool
    engaged_seconds: float


_SESSIONS: Final = Sql(
    "SELECT started_at, ended_at, day, events, pages, entry_path, exit_path, referrer, utm_source, utm_medium, utm_campaign,"
    " device, country, channel, revenue_minor, bounce,"
    " engaged_ms / 1000 AS engaged_seconds FROM sessions FINAL"
    " WHERE workspace_id = {workspace:UInt32} AND person_id = {person:UInt64} AND NOT gone"
    " AND toUnixTimestamp64Milli(started_at) < {before:Int64} ORDER BY started_at DESC LIMIT {limit:UInt32}"
)
END: Final = 2**53 - 1
"""Later than every session."""


def sessions_of(house: House, scope: Scope, person_id: int, limit: int, before: int = END) -> tuple[list[Session], int | None]:
    """At most ``limit`` sessions of the person who has this number now, the latest first; and where the next page starts, if any.

    before: start of the last session of the page before, in ms since 1970. A few seconds behind the events. Raises ``not_found``.
    """
    person = identity.person(house.store, scope, person_id)
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "person": person.person_id,
        "before": before,
        "limit": limit + 1,
    }
    rows = house.warehouse.query(_SESSIONS, params).to_pylist()
    utc = ("started_at", "ended_at")
    found = [Session(**{**row, **{name: row[name].astimezone(UTC) for name in utc}}) for row in rows[:limit]]
    return found, _ms(found[-1].started_at) if len(rows) > limit else None


def _ms(ts: datetime) -> int:
    since = ts - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
