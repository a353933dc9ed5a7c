"""How do visits go? How many there are, how long they last, where they begin and end, and where they come from.

A session counts on the business day of its start. data: ``sessions``; ``people`` who had one; ``bounce_rate`` share of sessions with
one page view and nothing else but reports of engagement; ``seconds``, ``pages`` and ``engaged`` (seconds that the browser SDK
reported, over the ``sessions`` with any) each with ``average`` and ``median``; ``revenue_minor`` in ``currency``;
``series`` one entry a day with sessions, people, bounces, revenue_minor; ``entry_pages``, ``exit_pages`` and ``sources`` the most
frequent with their sessions, people, bounces and revenue_minor. A source is the utm source, else the host that referred, else "". Rates,
averages and medians are null without sessions. Sessions follow the events by a few seconds. Of a sample, the numbers are those
of the sample, and ``estimates`` has the sums of everybody. Cell: ``day`` (left out: the whole period),
``bounced``, ``paid`` (with revenue) and ``engaged`` (with reported seconds) true or false (left out: either), ``entry_page``,
``exit_page`` and ``source``, listed or not; what is given holds together, for one and the same session.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from uems.journeys.registry import Answer
from uems.journeys.reports import _bits, overview
from uems.journeys.reports._ask import Query, of_days
from uems.journeys.reports._sampled import of_sample
from uems.journeys.reports._sets import states
from uems.journeys.reports._span import Span, span_of_sessions
from uems.journeys.reports._spec import Asked
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql, join

TOP: Final = 20
"""How many pages and sources are listed."""
MAX_PATH: Final = 8_192
"""Characters of the path of a page in a cell."""

_SUMS: Final = ("sessions", "people", "revenue_minor")
# By the start, which the order of the table knows: on the days of the zone the same sessions. All versions of a session lie in one
# partition, so those of different ones need not be compared.
_FINAL: Final = Sql("SETTINGS do_not_merge_across_partitions_select_final = 1")
_MS: Final = Sql("toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at)")
_TOTALS: Final = Sql(
    "toInt64(count()) AS sessions, toInt64(countIf(bounce)) AS bounces,"
    " avg(ms) / 1000 AS average_seconds, quantileExactInclusive(0.5)(ms) / 1000 AS median_seconds,"
    " toInt64(countIf(engaged_ms > 0)) AS engaged, avgIf(engaged_ms, engaged_ms > 0) / 1000 AS average_engaged,"
    " quantileExactInclusiveIf(0.5)(engaged_ms, engaged_ms > 0) / 1000 AS median_engaged,"
    " avg(pages) AS average_pages, quantileExactInclusive(0.5)(pages) AS median_pages, sum(revenue_minor) AS revenue_minor"
)
_COUNTS: Final = Sql("toInt64(count()) AS sessions, toInt64(countIf(bounce)) AS bounces, sum(revenue_minor) AS revenue_minor")
# People are dense numbers, so sets of them are small, and those of all days together are their union.
_STATE: Final = Sql("toString(groupBitmapState(person_id)) AS state")
_TOPS: Final = Sql(
    "SELECT indexOf([grouping(entry_path), grouping(exit_path), grouping(source)], 0) AS place,"
    f" [entry_path, exit_path, source][place] AS name, {_COUNTS}, toInt64(groupBitmap(person_id)) AS people"
)
# A session without any page has no page to begin and end with; one without a source came by itself.
_EACH: Final = Sql(
    "GROUP BY GROUPING SETS ((entry_path), (exit_path), (source)) HAVING place = 3 OR name != ''"
    f" ORDER BY place, sessions DESC, name LIMIT {TOP} BY place {_FINAL}"
)
_SOURCE: Final = Sql("if(utm_source != '', toString(utm_source), domainWithoutWWW(referrer))")


class Config(overview.Config):
    """Both days are included and may be left out: then the first or last day with sessions counts."""


class SessionsCell(BaseModel):
    """The people who had a session."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date | None = None
    bounced: bool | None = None
    paid: bool | None = Field(None, description="With revenue, or without any.")
    engaged: bool | None = Field(None, description="With engaged seconds that the browser reported, or without.")
    entry_page: Annotated[str, Field(min_length=1, max_length=MAX_PATH)] | None = Field(None, description="Path of the first page.")
    exit_page: Annotated[str, Field(min_length=1, max_length=MAX_PATH)] | None = Field(None, description="Path of the last page.")
    source: Annotated[str, Field(max_length=MAX_PATH)] | None = Field(None, description="Where it came from; empty: directly.")


class Sessions:
    """Visits of the period."""

    key = "sessions"
    label_zh = "会话"
    label_en = "Sessions"
    Config = Config
    sample = Config()
    Cell = SessionsCell
    sample_cell = SessionsCell(bounced=True)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Every number over the sessions as they are known now; merged people count once."""
        assert isinstance(spec, Config)
        span = span_of_sessions(house, scope) if spec.of_all_time else None
        days = _days(house, scope, spec, now, span)
        if days is None:
            return Answer(first_day=spec.first_day, last_day=spec.last_day, exact=True, data=_data(scope, None, [], [], [], []))
        first, last = days
        query = of_days(house, scope, spec.of_some or Asked(), now, first, last).query()
        mine = _from(query)
        inner = Sql(f"SELECT bounce, pages, engaged_ms, revenue_minor, {_MS} AS ms {mine}")
        [totals] = query.run(Sql(f"SELECT {_TOTALS} FROM ({inner}) {_FINAL}")).to_pylist()
        found = query.run(Sql(f"SELECT day, {_COUNTS}, {_STATE} {mine} GROUP BY day {_FINAL}"))
        sets = [_bits.from_state(state) for state in states(found)]
        totals["people"] = _bits.count(np.bitwise_or.reduce(_bits.matrix(sets), axis=0)) if sets else 0
        by_day = _by_day(found, sets)
        tops: list[list[dict[str, Any]]] = [[], [], []]
        sources = Sql(f"SELECT person_id, entry_path, exit_path, {_SOURCE} AS source, bounce, revenue_minor {mine}")
        for row in query.run(Sql(f"{_TOPS} FROM ({sources}) {_EACH}")).to_pylist():
            tops[row.pop("place") - 1].append(row)
        series = [_entry(first + timedelta(days=n), by_day) for n in range((last - first).days + 1)]
        data = _data(scope, totals, series, *tops)
        percent = spec.sample_percent
        return Answer(
            first_day=first,
            last_day=last,
            exact=percent is None,
            data={**data, **of_sample(percent, data, _SUMS)},
            warnings=span.notices if span else (),
        )

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> npt.NDArray[np.uint64]:
        """Who had such a session."""
        assert isinstance(spec, Config)
        assert isinstance(cell, SessionsCell)
        days = _days(house, scope, spec, now, span_of_sessions(house, scope) if spec.of_all_time else None)
        if days is None:
            return np.zeros(0, np.uint64)
        if cell.day is not None:
            if not days[0] <= cell.day <= days[1]:
                raise invalid("cell.day", cell.day.isoformat(), f"must be a day from {days[0]} to {days[1]}.")
            days = cell.day, cell.day
        query = of_days(house, scope, spec.of_some or Asked(), now, *days).query()
        how = join(Sql(""), [Sql(f" AND {condition}") for condition in _conditions(query, cell)])
        found = query.run(Sql(f"SELECT DISTINCT person_id AS person {_from(query)}{how} {_FINAL}")).column("person")
        return np.sort(np.asarray(found.to_numpy(), np.uint64))


def _from(query: Query) -> Sql:
    """The sessions of the days asked for, of those whom the question lets count."""
    period = query.ask.period
    start, end = query.bind(period.start, "DateTime64(3, 'UTC')"), query.bind(period.end, "DateTime64(3, 'UTC')")
    mine = Sql(f"workspace_id = {query.ask.scope.workspace_id} AND NOT gone AND started_at >= {start} AND started_at < {end}")
    return Sql(f"FROM sessions FINAL WHERE {join(Sql(' AND '), [mine, *query.counts(Sql('person_id'))])}")


def _conditions(query: Query, cell: SessionsCell) -> list[Sql]:
    """What a session has to be for the cell to count it."""
    found = [] if cell.bounced is None else [Sql("bounce") if cell.bounced else Sql("NOT bounce")]
    if cell.paid is not None:
        found.append(Sql("revenue_minor != 0") if cell.paid else Sql("revenue_minor = 0"))
    if cell.engaged is not None:
        found.append(Sql("engaged_ms > 0") if cell.engaged else Sql("engaged_ms = 0"))
    if cell.entry_page is not None:
        found.append(Sql(f"entry_path = {query.bind(cell.entry_page, 'String')}"))
    if cell.exit_page is not None:
        found.append(Sql(f"exit_path = {query.bind(cell.exit_page, 'String')}"))
    if cell.source is not None:
        found.append(Sql(f"{_SOURCE} = {query.bind(cell.source, 'String')}"))
    return found


def _days(house: House, scope: Scope, spec: Config, now: datetime, span: Span | None) -> tuple[date, date] | None:
    """The days to count: those asked for, or those of all time; one open end is the outermost day with sessions."""
    if spec.of_all_time:
        return None if span is None else (span.first, span.last)
    if spec.last_days is not None:
        return overview.last_days_of(spec, spec.last_days, scope, now)
    if spec.first_day is not None and spec.last_day is not None:
        return spec.first_day, spec.last_day
    found = span_of_sessions(house, scope)
    if found is None:
        return None
    ends = (*(found.others or ()), found.first, found.last)
    first, last = spec.first_day or min(ends), spec.last_day or max(ends)
    return overview.checked(spec, first, last) if first <= last else None


def _by_day(found: pa.Table, sets: Sequence[_bits.Words]) -> dict[date, dict[str, Any]]:
    """The rows by their day, with how many people are in the set of each."""
    rows: list[dict[str, Any]] = found.drop_columns(["state"]).to_pylist()
    return {row["day"]: {**row, "people": _bits.count(one)} for row, one in zip(rows, sets, strict=True)}


def _entry(day: date, by_day: Mapping[date, Mapping[str, Any]]) -> dict[str, Any]:
    """One day of the series; a day without sessions is shown too."""
    row = by_day.get(day, {"sessions": 0, "people": 0, "bounces": 0, "revenue_minor": 0})
    return {"day": day.isoformat(), **{name: row[name] for name in ("sessions", "people", "bounces", "revenue_minor")}}


def _data(
    scope: Scope,
    totals: Mapping[str, Any] | None,
    series: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    exits: list[dict[str, Any]],
    sources: list[dict[str, Any]],
) -> dict[str, Any]:
    found = totals if totals is not None and totals["sessions"] else None
    return {
        "sessions": found["sessions"] if found else 0,
        "people": found["people"] if found else 0,
        "bounce_rate": found["bounces"] / found["sessions"] if found else None,
        "seconds": {"average": found["average_seconds"], "median": found["median_seconds"]} if found else {"average": None, "median": None},
        "pages": {"average": found["average_pages"], "median": found["median_pages"]} if found else {"average": None, "median": None},
        "engaged": _engaged(found),
        "revenue_minor": found["revenue_minor"] if found else 0,
        "currency": scope.currency,
        "series": series,
        "entry_pages": entries,
        "exit_pages": exits,
        "sources": sources,
    }


def _engaged(found: Mapping[str, Any] | None) -> dict[str, Any]:
    if found is None or not found["engaged"]:
        return {"sessions": 0, "average": None, "median": None}
    return {"sessions": found["engaged"], "average": found["average_engaged"], "median": found["median_engaged"]}


ITEM = Sessions()
