"""What is the value of a series in each bucket and group? One statement a series, or the daily tables where they can answer.

Every total is asked of the engine like any other value, because people, averages and quantiles cannot be added up.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from uems.journeys.reports import _bits
from uems.journeys.reports._ask import MS, Ask, People, Query, group_code, group_place, groups, numbers
from uems.journeys.reports._buckets import bucket_of, buckets, last_day_of, place_sql
from uems.journeys.reports._hours import hour_sql, hours
from uems.journeys.reports._sets import people_by_bucket, people_of_days
from uems.journeys.reports._spec import Breakdown, Group, Step
from uems.kernel.edge import Key
from uems.kernel.sql import Sql, join

Measure: TypeAlias = Literal[
    "events", "people", "per_person", "revenue", "sum", "average", "minimum", "maximum", "median", "p90", "p95", "p99"
]
SUMS: Final = {"events", "people", "revenue", "sum"}
"""0 of nothing; the others are null."""

TrendUnit: TypeAlias = Literal["hour", "day", "week", "month"]
_OF_PROPERTY: Final = {"sum", "average", "minimum", "maximum", "median", "p90", "p95", "p99"}

AGGREGATES: Final[dict[Measure, Sql]] = {
    "events": Sql("toInt64(count())"),
    "people": Sql("toInt64(uniqExact(person))"),
    "per_person": Sql("count() / uniqExact(person)"),
    "revenue": Sql("sum(amount)"),
    # The order in which doubles are added is not fixed; rounding takes away what it leaves behind.
    "sum": Sql("round(sumKahan(amount), 6)"),
    "average": Sql("round(sumKahan(amount) / count(amount), 9)"),
    "minimum": Sql("min(amount)"),
    "maximum": Sql("max(amount)"),
    "median": Sql("quantileExactInclusive(0.5)(amount)"),
    "p90": Sql("quantileExactInclusive(0.9)(amount)"),
    "p95": Sql("quantileExactInclusive(0.95)(amount)"),
    "p99": Sql("quantileExactInclusive(0.99)(amount)"),
}


class Series(Step):
    """A kind of event and what to measure of it."""

    measure: Measure = Field("events", description="What to measure; sum and all after it need a property.")
    property: Key | None = Field(None, description="The property to measure; values that are no numbers do not count.")

    @model_validator(mode="after")
    def _property(self) -> "Series":
        if (self.property is not None) != (self.measure in _OF_PROPERTY):
            raise ValueError(f"measure {self.measure} " + ("needs a property" if self.property is None else "takes no property"))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart. values: one a bucket. seen: whether any event is behind it."""

    group: Group | None
    values: list[float | None]
    total: float | None
    seen: bool = True


Lines: TypeAlias = list[Line]


def lines_of(asked: Ask, series: Series, unit: TrendUnit, breakdown: Breakdown | None, words: list[str]) -> Lines:
    """The lines of a series: everything first, then each group. words: the values with a group of their own."""
    plain = series.filter is None and asked.spec.filter is None and breakdown is None and unit != "hour"
    if plain and series.measure == "people":
        assert unit != "hour"
        sets = people_by_bucket(asked, series, asked.first, asked.last, unit)
        total = _bits.count(np.bitwise_or.reduce(sets, axis=0))
        return [Line(group=None, values=_bits.counts(sets).tolist(), total=total)]
    if plain and series.measure in ("events", "revenue") and not asked.spec.of_some:
        return [_from_daily(asked, series, unit)]
    return _from_events(asked, series, unit, breakdown, words)


def _keys(asked: Ask, unit: TrendUnit) -> list[int]:
    """The buckets as the engine names them: hours by their first instant, others by their place."""
    if unit == "hour":
        return hours(asked.period, asked.scope.zone)
    return list(range(len(buckets(asked.first, asked.last, unit))))


def _key_sql(asked: Ask, unit: TrendUnit) -> Sql:
    if unit == "hour":
        return Sql(f"toInt64({hour_sql(MS, asked.period, asked.scope.zone)})")
    return Sql(f"toInt64({place_sql(bucket_of(asked.first, unit), unit)})")


def _from_daily(asked: Ask, series: Series, unit: TrendUnit) -> Line:
    query = asked.query()
    value = Sql("toInt64(sum(events))")
    where = query.step_sql(series)
    if series.measure == "revenue":
        value = Sql("sum(revenue_minor)")
        where = Sql(f"{where} AND currency = {query.bind(asked.scope.currency, 'String')}")
    days = Sql(f"day BETWEEN {query.bind(asked.first, 'Date')} AND {query.bind(asked.last, 'Date')}")
    mine = Sql(f"workspace_id = {asked.scope.workspace_id} AND {days} AND {where}")
    found = query.run(Sql(f"SELECT {_key_sql(asked, unit)} AS key, {value} AS value FROM event_daily WHERE {mine} GROUP BY key"))
    by_key = dict(zip(found.column("key").to_pylist(), found.column("value").to_pylist(), strict=True))
    values = [by_key.get(key, 0) for key in _keys(asked, unit)]
    return Line(group=None, values=values, total=sum(values))


def _from_events(asked: Ask, series: Series, unit: TrendUnit, breakdown: Breakdown | None, words: list[str]) -> Lines:
    query = asked.query()
    columns = {"key": _key_sql(asked, unit), "code": group_code(query, breakdown, words), **_amount(query, series)}
    rows = query.events_sql(columns, query.step_sql(series))
    value = AGGREGATES[series.measure]
    sets = Sql("(key), ()") if breakdown is None else Sql("(key, code), (code), (key), ()")
    code = Sql("0") if breakdown is None else Sql("code")
    over = Sql("1") if breakdown is None else Sql("grouping(code)")
    picked = Sql(f"key AS at, toUInt8({code}) AS part, grouping(key) AS all_keys, toUInt8({over}) AS all_parts, {value} AS value")
    found = query.run(Sql(f"SELECT {picked} FROM {rows} GROUP BY GROUPING SETS ({sets})"))
    cells: dict[tuple[int | None, int | None], Any] = {}
    for row in found.to_pylist():
        place = None if row["all_parts"] else int(row["part"])
        cells[None if row["all_keys"] else int(row["at"]), place] = row["value"]
    kinds: list[tuple[int | None, Group | None]] = [(None, None)]
    if breakdown is not None:
        kinds += list(enumerate(groups(breakdown, words)))
    empty = 0 if series.measure in SUMS else None
    return [
        Line(
            group=group,
            values=[_number(cells.get((key, place)), empty) for key in _keys(asked, unit)],
            total=_number(cells.get((None, place)), empty),
            seen=(None, place) in cells,
        )
        for place, group in kinds
    ]


def _number(value: Any, empty: float | None) -> float | None:
    """NaN is what the engine makes of a quantile or a quotient of nothing."""
    if value is None or value != value:
        return empty
    return int(value) if isinstance(value, int) else float(value)


def _amount(query: Query, series: Series) -> dict[str, Sql]:
    if series.measure == "revenue":
        return {"amount": query.revenue_sql()}
    return {} if series.property is None else {"amount": query.number_sql(series.property)}


def people_of_line(
    asked: Ask,
    series: Series,
    unit: TrendUnit,
    breakdown: Breakdown | None,
    words: list[str],
    place: int | None,
    group: Group | None,
) -> People:
    """Everybody with an event of ``series`` in the bucket and the group; None is all of them."""
    code = group_place(breakdown, words, group)
    if series.filter is None and asked.spec.filter is None and code is None and unit != "hour":
        first, last = asked.first, asked.last
        if place is not None:
            bucket = buckets(first, last, unit)[place]
            first, last = max(bucket, first), min(last_day_of(bucket, unit), last)
        return _bits.members(people_of_days(asked, series, first, last))
    query = asked.query()
    rows = query.events_sql({"key": _key_sql(asked, unit), "code": group_code(query, breakdown, words)}, query.step_sql(series))
    parts = [Sql("1")]
    if place is not None:
        parts.append(Sql(f"key = {query.bind(_keys(asked, unit)[place], 'Int64')}"))
    if code is not None:
        parts.append(Sql(f"code = {query.bind(code, 'UInt8')}"))
    found = query.run(Sql(f"SELECT DISTINCT person FROM {rows} WHERE {join(Sql(' AND '), parts)}"))
    return np.sort(numbers(found, "person", np.uint64))
