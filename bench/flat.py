"""What would a good engineer write without this house? One flat table of events, and the same questions as plain ClickHouse SQL.

The table is ordered by (day, event, person) and names people by text; columns are typed as well as they can be. Each question is
the best we know to write over it, and answers what can be compared with the report, so no less; reports answer more.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa

from bench.shop import STEPS, ZONE
from uems.kernel.house import House
from uems.kernel.sql import Param, Sql
from uems.kernel.warehouse import Limits

LIMITS: Final = Limits(seconds=1_800, memory_bytes=16_000_000_000)
"""Far more than a report of the house may use."""
DIMENSIONS: Final = (
    *("device", "os", "browser", "channel", "country", "locale", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    "library",
)
PROPERTIES: Final = ("category", "variant", "band")
_WEEK_MS: Final = 7 * 86_400_000

_LOW: Final = "LowCardinality(String)"
_TABLE: Final = Sql(
    "CREATE TABLE flat (day Date, event LowCardinality(String), person String, ts DateTime64(3, 'UTC') CODEC(T64, LZ4),"
    " type LowCardinality(String), url String, path String, referrer String,"
    f" {', '.join(f'{name} {_LOW}' for name in DIMENSIONS)}, revenue_minor Nullable(Int64), currency {_LOW}, properties JSON)"
    " ENGINE = MergeTree ORDER BY (day, event, person) PARTITION BY toYYYYMM(day)"
)
_FILL: Final = Sql(
    f"INSERT INTO flat SELECT day, event, user_id, ts, type, url, path, referrer, {', '.join(DIMENSIONS)}, revenue_minor, currency,"
    " properties FROM events WHERE toYYYYMM(ts) = {month:UInt32}"
)


def fill(house: House) -> None:
    """Copy all events."""
    house.warehouse.execute(_TABLE)
    months = house.warehouse.query(Sql("SELECT DISTINCT toYYYYMM(ts) AS month FROM events ORDER BY month"), limits=LIMITS)
    blocks: Mapping[str, int | str] = {"min_insert_block_size_rows": 2_000_000, "min_insert_block_size_bytes": 0}

    def copy(month: int) -> None:
        house.warehouse.execute(_FILL, {"month": month}, settings=blocks)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(copy, months.column("month").to_pylist()))


def ask(house: House, sql: str, **values: Param) -> pa.Table:
    return house.warehouse.query(Sql(sql), values, limits=LIMITS)


_DAYS: Final = "day BETWEEN {first:Date} AND {last:Date}"
_MS: Final = "toUnixTimestamp64Milli(ts)"


def actives(house: House, first: date, last: date) -> Any:
    """day → people."""
    found = ask(house, f"SELECT day, uniqExact(person) AS n FROM flat WHERE {_DAYS} GROUP BY day ORDER BY day", first=first, last=last)
    return found.column("n").to_pylist()


def retention(house: House, first: date, last: date) -> Any:
    """(cohort, offset) → people: weeks, cohorts by the first week ever."""
    found = ask(
        house,
        "SELECT cohort, intDiv(week - cohort, 7) AS offset, count() AS n FROM ("
        "SELECT person, arrayJoin(weeks) AS week, arrayMin(weeks) AS cohort FROM ("
        "SELECT person, groupUniqArray(toMonday(day)) AS weeks FROM flat GROUP BY person))"
        " WHERE cohort BETWEEN {first:Date} AND {last:Date} GROUP BY cohort, offset",
        first=first,
        last=last,
    )
    return {(row["cohort"].isoformat(), row["offset"]): row["n"] for row in found.to_pylist() if row["offset"] <= 12}


def lifecycle(house: House, first: date, last: date, unit: str) -> Any:
    """bucket → (new, returning, resurrecting, dormant)."""
    bucket, days = ("day", 1) if unit == "day" else ("toMonday(day)", 7)
    found = ask(
        house,
        f"SELECT toDate(place) AS bucket, countIf(state = 1) AS new, countIf(state = 2) AS returning, countIf(state = 3) AS resurrecting,"
        " countIf(state = 4) AS dormant FROM (SELECT arrayJoin(arrayConcat("
        "arrayMap((b, n) -> (b, multiIf(n = 1, 1, all[n - 1] = b - {days:UInt8}, 2, 3)), all, arrayEnumerate(all)),"
        "arrayFilter(one -> NOT has(all, one.1), arrayMap(b -> (b + {days:UInt8}, 4), all)))) AS one, one.1 AS place, one.2 AS state FROM ("
        f"SELECT arraySort(groupUniqArray(toUInt16({bucket}))) AS all FROM flat WHERE day <= {{last:Date}} GROUP BY person))"
        " WHERE place BETWEEN toUInt16({first:Date}) AND toUInt16({last:Date}) GROUP BY place ORDER BY place",
        first=first,
        last=last,
        days=days,
    )
    return [[row[name] for name in ("new", "returning", "resurrecting", "dormant")] for row in found.to_pylist()]


def stickiness(house: House, first: date, last: date) -> Any:
    """Days → people with exactly so many."""
    inner = f"SELECT uniqExact(day) AS days FROM flat WHERE {_DAYS} GROUP BY person"
    found = ask(house, f"SELECT days, count() AS n FROM ({inner}) GROUP BY days ORDER BY days", first=first, last=last)
    return {row["days"]: row["n"] for row in found.to_pylist()}


def funnel(house: House, steps: Sequence[str], first: date, last: date, group: str = "''") -> Any:
    """group → people who got so far at least, step by step. A group is a column that never differs for one person."""
    conditions = ", ".join(f"event = {step!r}" for step in steps)
    found = ask(
        house,
        f"SELECT g, {', '.join(f'countIf(level >= {n + 1}) AS s{n}' for n in range(len(steps)))} FROM ("
        f"SELECT any({group}) AS g, windowFunnel({_WEEK_MS})(toUInt64({_MS}), {conditions}) AS level FROM flat"
        f" WHERE {_DAYS} AND event IN {{steps:Array(String)}} GROUP BY person) GROUP BY g",
        first=first,
        last=last,
        steps=list(steps),
    )
    return {row["g"]: [row[f"s{n}"] for n in range(len(steps))] for row in found.to_pylist()}


def paths(house: House, first: date, last: date) -> Any:
    """(level, from, to) → (paths, people, median seconds): the first five names of each visit, runs of one name once."""
    found = ask(
        house,
        "SELECT level, a, b, count() AS paths, uniqExact(person) AS people, quantileExactInclusive(0.5)(took) / 1000 AS median FROM ("
        "SELECT person, arrayMap(n -> (n - 1, names[n], names[n + 1], times[n + 1] - times[n]), range(1, length(names))) AS links,"
        " arrayJoin(links) AS link,"
        " link.1 AS level, link.2 AS a, link.3 AS b, link.4 AS took FROM ("
        "SELECT person, arraySlice(arrayFilter((x, n) -> n = 1 OR visit[n - 1].2 != x.2, visit, arrayEnumerate(visit)), 1, 5) AS kept,"
        " kept.1 AS times, kept.2 AS names FROM ("
        "SELECT person, arrayJoin(arraySplit((x, n) -> n > 1 AND x.1 - all[n - 1].1 >= 1800000, all, arrayEnumerate(all))) AS visit FROM ("
        f"SELECT person, arraySort(groupArray(({_MS}, event))) AS all FROM flat WHERE {_DAYS} GROUP BY person))))"
        " GROUP BY level, a, b",
        first=first,
        last=last,
    )
    return {(row["level"], row["a"], row["b"]): (row["paths"], row["people"], row["median"]) for row in found.to_pylist()}


_BY_TIME: Final = "OVER (PARTITION BY person ORDER BY ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
_VISITS: Final = (
    f"SELECT *, sum(ms - before >= 1800000) {_BY_TIME} AS visit FROM (SELECT *, lagInFrame(ms, 1, toInt64(0)) {_BY_TIME} AS before FROM ("
    # Two days more in front, for a visit over midnight belongs to the day of its start.
    f"SELECT person, path, referrer, utm_source, type, revenue_minor, {_MS} AS ms FROM flat"
    " WHERE day BETWEEN {first:Date} - 2 AND {last:Date}))"
)


def sessions(house: House, first: date, last: date) -> Any:
    """(totals, by day, top entry pages, exit pages, sources)."""
    whole = (
        "SELECT person, min(ms) AS start, max(ms) AS stop, countIf(type = 'page') AS pages, count() = 1 AND pages = 1 AS bounce,"
        " argMinIf(path, ms, path != '') AS entry, argMaxIf(path, ms, path != '') AS exit,"
        " argMinIf(utm_source, ms, utm_source != '') AS utm, argMinIf(referrer, ms, path != '') AS ref,"
        " sum(ifNull(revenue_minor, 0)) AS revenue"
        f" FROM ({_VISITS}) GROUP BY person, visit HAVING toDate(fromUnixTimestamp64Milli(start), '{ZONE}') >= {{first:Date}}"
    )
    picked = "count() AS sessions, countIf(bounce) AS bounces, sum(revenue) AS revenue"
    day = f"toDate(fromUnixTimestamp64Milli(start), '{ZONE}')"
    found = ask(
        house,
        f"SELECT day, entry, exit, source, {picked}, uniqExact(person) AS people, avg(stop - start) / 1000 AS average,"
        " quantileExactInclusive(0.5)(stop - start) / 1000 AS median, avg(pages) AS average_pages,"
        " grouping(day) + 2 * grouping(entry) + 4 * grouping(exit) + 8 * grouping(source) AS kind"
        f" FROM (SELECT *, {day} AS day, if(utm != '', toString(utm), domainWithoutWWW(ref)) AS source FROM ({whole}))"
        " GROUP BY GROUPING SETS ((), (day), (entry), (exit), (source))",
        first=first,
        last=last,
    ).to_pylist()
    kinds = {15: "total", 14: "day", 13: "entry", 11: "exit", 7: "source"}
    told: dict[str, list[Any]] = {name: [] for name in kinds.values()}
    for row in found:
        told[kinds[row["kind"]]].append(row)
    return told


_VALUES: Final = [*DIMENSIONS, *(f"ifNull(properties.{name}.:String, '')" for name in PROPERTIES)]
_NAMES: Final = (*DIMENSIONS, *PROPERTIES)
_COLUMNS: Final = [f"d{n}" for n in range(len(_NAMES))]
# Everybody once a period, by their first entry in it, with what holds then; and the first event of the next step after it.
_PASSAGES: Final = (
    f"SELECT later, {', '.join(_COLUMNS)}, count() AS entered, countIf(on) AS onward,"
    f" [{', '.join(f'grouping({one})' for one in _COLUMNS)}] AS kinds FROM ("
    f"SELECT later, {', '.join(f'dims.{n + 1} AS d{n}' for n in range(len(_NAMES)))}, b.ms - a.at BETWEEN 1 AND {_WEEK_MS} AS on FROM ("
    f"SELECT person, day >= {{first:Date}} AS later, min({_MS}) AS at, argMin(({', '.join(_VALUES)}), ts) AS dims"
    " FROM flat WHERE day BETWEEN {before:Date} AND {last:Date} AND event = {start:String}"
    " AND ts <= {now:DateTime64(3, 'UTC')} - toIntervalDay(7) GROUP BY person, later) AS a"
    f" ASOF LEFT JOIN (SELECT person, {_MS} AS ms FROM flat WHERE day BETWEEN {{before:Date}} AND {{last:Date}} + 8"
    " AND event = {end:String}) AS b ON a.person = b.person AND b.ms > a.at)"
    f" GROUP BY GROUPING SETS ((later), {', '.join(f'(later, {one})' for one in _COLUMNS)})"
)


def passages(house: House, first: date, last: date, before: date, now: datetime) -> Any:
    """(step, dimension, value, in the later period) → (entered, went on)."""
    told: dict[tuple[int, str, str, bool], tuple[int, int]] = {}
    for step, (start, end) in enumerate(pairwise(STEPS), 1):
        found = ask(house, _PASSAGES, first=first, last=last, before=before, now=now, start=start, end=end)
        for row in found.to_pylist():
            place = row["kinds"].index(0) if 0 in row["kinds"] else None
            name, value = ("", "") if place is None else (_NAMES[place], row[f"d{place}"])
            told[step, name, value, bool(row["later"])] = (row["entered"], row["onward"])
    return told
