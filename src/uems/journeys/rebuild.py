"""What are the sessions of these people? Computed from their events by one statement, and written over what was known before.

A session is a run of a person's activity without a pause of 30 minutes: a pause of exactly 30 minutes or more starts a new
one. A run longer than 24 hours is cut every 24 hours after its start, so that a page left open all week is not one visit.
Activity is a track, page or screen call that does not say ``active: false`` and did not come by import, source or system.
Reports of engagement keep a session going and add up to its engaged time; whether it bounced is asked of the other events.
Order is (ts, log_partition, log_offset, log_index). Revenue counts in the workspace's currency.
"""

import logging
from collections.abc import Mapping
from typing import Final

from uems.identity import api as identity
from uems.journeys.engagement import ACTIVITY_TYPES, ENGAGED_MS, IS_ACTIVITY, IS_REPORT, PAUSE_MS
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql, ident

_logger = logging.getLogger("uems.sessions")

BEGINNING: Final = -9_000_000_000_000_000
"""Before every event, in milliseconds since 1970: the sessions of a person from the first one on."""
LONGEST_MS: Final = 24 * 3_600_000
STATEMENT_SECONDS: Final = 80
_BYTES: Final = 400_000_000

TYPES: Final = ACTIVITY_TYPES
_COLUMNS: Final = (
    "ts",
    "day",
    "type",
    "path",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "device",
    "country",
    "channel",
    "revenue_minor",
    "currency",
    "log_partition",
    "log_offset",
    "log_index",
)
_READ: Final = {**{name: ident(name) for name in _COLUMNS}, "engaged": ENGAGED_MS, "reports": IS_REPORT}
_KEPT: Final = Sql(
    "workspace_id, person_id, started_at, ended_at, run_at, day, events, pages, entry_path, exit_path, referrer,"
    " utm_source, utm_medium, utm_campaign, device, country, channel, revenue_minor, bounce, engaged_ms"
)
_SO_FAR: Final = Sql(
    "OVER (PARTITION BY person ORDER BY ms, log_partition, log_offset, log_index ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
)
# TRICKY: a bare ``gone`` would be the ``true AS gone`` of the same SELECT.
_STANDING: Final = Sql(
    "workspace_id = {workspace:UInt32} AND person_id IN {people:Array(UInt64)} AND NOT s.gone"
    " AND toUnixTimestamp64Milli(started_at) >= transform(person_id, {people:Array(UInt64)}, {since:Array(Int64)}, toInt64(0))"
)


def affected(house: House, scope: Scope, people: list[int]) -> set[int]:
    """Those of the people that a change of person ever named: the person stored with their events may not be the one now."""
    if not people or not identity.has_overrides(house.store, scope):
        return set()
    named = Sql(
        f"SELECT person FROM (SELECT arrayJoin({{people:Array(UInt64)}}) AS person) WHERE person GLOBAL IN {identity.affected_ids(scope)}"
    )
    return set(house.warehouse.query(named, {"people": people}).column("person").to_pylist())


def rebuild(house: House, scope: Scope, dirty: Mapping[int, int], version: int) -> None:
    """Write the sessions of these people anew.

    dirty: person → time (ms) before which none of their events changed; ``BEGINNING`` for all. version: higher than any before.
    A person whose events are too many for one statement keeps the sessions known before, and the log says so.
    """
    if not dirty:
        return
    try:
        _write(house, scope, dirty, version)
    except UemsError as error:
        if error.code not in ("warehouse_timeout", "warehouse_memory"):
            raise
        if len(dirty) == 1:
            _logger.error("sessions: person %d of %s was left as it was (%s)", next(iter(dirty)), scope.slug, error)
            return
        people = sorted(dirty)
        for part in (people[: len(people) // 2], people[len(people) // 2 :]):
            rebuild(house, scope, {person: dirty[person] for person in part}, version)


def _write(house: House, scope: Scope, dirty: Mapping[int, int], version: int) -> None:
    since = _since(house, scope, dirty)
    stored = _stored(house, scope, since)
    params: dict[str, Param] = {
        "workspace": scope.workspace_id,
        "currency": scope.currency,
        "version": version,
        "people": list(since),
        "since": list(since.values()),
        "stored": list(stored),
        "stored_since": list(stored.values()),
    }
    statement = Sql(
        f"INSERT INTO sessions ({_KEPT}, gone, version) SELECT {_KEPT}, gone, {{version:UInt64}} FROM ("
        f"SELECT {_KEPT}, false AS gone FROM {_computed(house, scope)}"
        # What was known of the same time and is not computed again is no more.
        f" UNION ALL SELECT {_KEPT}, true AS gone FROM sessions AS s FINAL WHERE {_STANDING}"
        ") ORDER BY person_id, started_at, gone LIMIT 1 BY person_id, started_at"
    )
    limits = {
        "max_threads": 1,
        "max_insert_threads": 1,
        "max_execution_time": STATEMENT_SECONDS,
        "max_bytes_before_external_sort": _BYTES,
        "max_bytes_before_external_group_by": _BYTES,
        "max_partitions_per_insert_block": 0,
    }
    house.warehouse.execute(statement, params, settings=limits)


def _since(house: House, scope: Scope, dirty: Mapping[int, int]) -> dict[int, int]:
    """person → the start of the run of activity that may have changed first. No event before it has changed, so it still is one."""
    since = dict.fromkeys(dirty, BEGINNING)
    later = {person: first for person, first in dirty.items() if first != BEGINNING}
    if later:
        runs = Sql(
            "SELECT person_id, toUnixTimestamp64Milli(argMax(run_at, started_at)) AS since FROM sessions FINAL"
            " WHERE workspace_id = {workspace:UInt32} AND person_id IN {people:Array(UInt64)} AND NOT gone"
            " AND toUnixTimestamp64Milli(started_at) <= transform(person_id, {people:Array(UInt64)}, {first:Array(Int64)}, toInt64(0))"
            " GROUP BY person_id"
        )
        params: dict[str, Param] = {"workspace": scope.workspace_id, "people": list(later), "first": list(later.values())}
        rows = house.warehouse.query(runs, params)
        since.update(zip(rows.column("person_id").to_pylist(), rows.column("since").to_pylist(), strict=True))
    return since


def _stored(house: House, scope: Scope, since: Mapping[int, int]) -> dict[int, int]:
    """person as stored with events → the time from which their rows are read. After merges a person's events lie under several."""
    moved = affected(house, scope, list(since))
    stored = {person: first for person, first in since.items() if person not in moved}
    for person, now in identity.people_of(house.store, scope, moved).items():
        for one in (person, *now.stored_ids):
            stored[one] = min(stored.get(one, since[person]), since[person])
    return stored


def _computed(house: House, scope: Scope) -> Sql:
    """A subquery of the sessions of ``people`` from ``since`` on, each named by the columns of the table."""
    where = Sql(
        f"person_id IN {{stored:Array(UInt64)}} AND {IS_ACTIVITY} AND toUnixTimestamp64Milli(ts)"
        " >= transform(person_id, {stored:Array(UInt64)}, {stored_since:Array(Int64)}, toInt64(0))"
    )
    rows = identity.rows_of_people(house.store, scope, Sql("events"), _READ, where)
    # Whoever is not asked for gets the latest of all times, and so no rows.
    mine = Sql(
        f"SELECT *, toUnixTimestamp64Milli(ts) AS ms FROM {rows}"
        f" WHERE ms >= transform(person, {{people:Array(UInt64)}}, {{since:Array(Int64)}}, toInt64({-BEGINNING}))"
    )
    paused = Sql(
        f"SELECT *, row_number() {_SO_FAR} AS place,"
        f" ms - lagInFrame(ms, 1, toInt64({BEGINNING})) {_SO_FAR} >= {PAUSE_MS} AS starts FROM ({mine})"
    )
    runs = Sql(f"SELECT *, max(if(starts, ms, toInt64({BEGINNING}))) {_SO_FAR} AS run_ms FROM ({paused})")
    # A number instead of the tuple that it stands for: aggregates over tuples take three times as long.
    told = Sql("(s.utm_source != '' OR s.utm_medium != '' OR s.utm_campaign != '')")
    return Sql(
        "(SELECT toUInt32({workspace:UInt32}) AS workspace_id, person AS person_id, min(s.ts) AS started_at, max(s.ts) AS ended_at,"
        " fromUnixTimestamp64Milli(run_ms, 'UTC') AS run_at, argMin(s.day, place) AS day,"
        " toUInt32(count()) AS events, toUInt32(countIf(s.type IN ('page', 'screen'))) AS pages,"
        " argMinIf(s.path, place, s.path != '') AS entry_path, argMaxIf(s.path, place, s.path != '') AS exit_path,"
        " argMinIf(s.referrer, place, s.path != '') AS referrer,"
        f" argMinIf(s.utm_source, place, {told}) AS utm_source, argMinIf(s.utm_medium, place, {told}) AS utm_medium,"
        f" argMinIf(s.utm_campaign, place, {told}) AS utm_campaign,"
        " argMinIf(s.device, place, s.device != '') AS device, argMinIf(s.country, place, s.country != '') AS country,"
        " argMinIf(s.channel, place, s.channel != '') AS channel,"
        " sumIf(ifNull(s.revenue_minor, 0), s.currency = {currency:String}) AS revenue_minor,"
        " countIf(NOT s.reports) = 1 AND pages = 1 AS bounce, sum(toUInt64(s.engaged)) AS engaged_ms"
        f" FROM ({runs}) AS s GROUP BY person, run_ms, intDiv(ms - run_ms, {LONGEST_MS}))"
    )
