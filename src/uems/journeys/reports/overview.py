"""How is the business doing at a glance? People, orders, revenue and events in all, and day by day.

data: ``people`` distinct people with an event in the period; ``new_people`` those never seen before it; ``identified`` those
with a user id; ``orders``; ``revenue_minor`` in ``currency``; ``other_revenue`` currency → minor units; ``events`` name → count
(calls without an event name stand under their type); ``event_people`` name → distinct people who did it; ``series`` one entry a day
with actives, events, orders, revenue_minor. Of a sample, all of these are those of the sample, and ``estimates`` has the sums of everybody.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from uems.identity import api as identity
from uems.journeys.registry import Answer
from uems.journeys.reports._ask import of_days
from uems.journeys.reports._sampled import of_sample
from uems.journeys.reports._some_people import Some, some_people, who_of
from uems.journeys.reports._span import Span, span_of_calls
from uems.journeys.reports._spec import MAX_DAYS, Asked, PeopleTree, SamplePercent
from uems.kernel.clock import day_of
from uems.kernel.edge import Key
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql

ORDER_EVENT = "Order Completed"
"""The name by which the Segment e-commerce specification calls a purchase."""


class Config(BaseModel):
    """Both days are included and may be left out: then the first or last day with events counts. Without either it is all there
    is, however long, but for what lies years away from all other events; else at most ``MAX_DAYS``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_day: date | None = None
    last_day: date | None = None
    last_days: int | None = Field(None, strict=True, ge=1, le=MAX_DAYS, description="So many days up to last_day, in place of first_day.")
    segment: Key | None = Field(None, description="Only people who are in this segment now; its key.")
    people: PeopleTree | None = Field(None, description="Only people for whom this condition holds now; as in segments.")
    sample_percent: SamplePercent = None

    @model_validator(mode="after")
    def _in_order(self) -> "Config":
        if self.first_day and self.last_days:
            raise ValueError("first_day and last_days exclude each other; leave one out")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}; swap them")
        if self.first_day and self.last_day and (self.last_day - self.first_day).days >= MAX_DAYS:
            raise ValueError(f"{self.first_day} to {self.last_day} are more than {MAX_DAYS} days; ask for a shorter period")
        for day in (self.first_day, self.last_day):
            if day is not None and not 1970 <= day.year <= 2149:
                raise ValueError(f"{day} is outside the years 1970 to 2149")
        return self

    @property
    def of_all_time(self) -> bool:
        return self.first_day is None and self.last_day is None and self.last_days is None

    @property
    def of_some(self) -> Asked | None:
        """Whom the question lets count; None is everybody."""
        some = Asked(segment=self.segment, people=self.people, sample_percent=self.sample_percent)
        return some if some.of_some else None


class OverviewCell(BaseModel):
    """The people of a day or of the period."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date | None = None
    event: Key | None = None
    who: Literal["active", "new", "identified"] = "active"


class Overview:
    """The first page of a workspace."""

    key = "overview"
    label_zh = "总览"
    label_en = "Overview"
    Config = Config
    sample = Config()
    Cell = OverviewCell
    sample_cell = OverviewCell(who="new")

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Every number from the daily rollups, or of some people from their events; merged people count once."""
        assert isinstance(spec, Config)
        span = span_of_calls(house, scope) if spec.of_all_time else None
        days = _days(house, scope, spec, now, span)
        asked = of_days(house, scope, spec.of_some, now, *(days or (now.date(), now.date()))) if spec.of_some else None
        if days is None:
            return Answer(first_day=spec.first_day, last_day=spec.last_day, exact=True, data=_empty(scope))
        first, last = days
        found = _everybody(house, scope, first, last) if asked is None else some_people(asked)
        data: dict[str, Any] = {
            "people": found.active,
            "new_people": found.new,
            "identified": found.identified,
            **_totals(found.rows, scope),
            "event_people": found.event_people,
            "series": _series(found.rows, found.actives, scope, first, last),
        }
        percent = spec.sample_percent
        told = span.notices if span else ()
        return Answer(
            first_day=first, last_day=last, exact=percent is None, data={**data, **of_sample(percent, data, _SUMS)}, warnings=told
        )

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> npt.NDArray[np.uint64]:
        """Who was there, new or identified."""
        assert isinstance(spec, Config)
        assert isinstance(cell, OverviewCell)
        days = _days(house, scope, spec, now, span_of_calls(house, scope) if spec.of_all_time else None)
        if days is None:
            return np.zeros(0, np.uint64)
        if cell.day is not None:
            if not days[0] <= cell.day <= days[1]:
                raise invalid("cell.day", cell.day.isoformat(), f"must be a day from {days[0]} to {days[1]}.")
            days = cell.day, cell.day
        asked = of_days(house, scope, spec.of_some or Asked(), now, *days)
        return who_of(asked, *days, cell.who, cell.event or "")


_SUMS: Final = ("people", "new_people", "identified", "orders", "revenue_minor")
_DAILY = Sql(
    "SELECT day, if(event = '', type, event) AS name, event, currency, sum(events) AS events, sum(revenue_minor) AS revenue_minor"
    " FROM event_daily WHERE workspace_id = {workspace:UInt32} AND day BETWEEN {first:Date} AND {last:Date}"
    " GROUP BY day, type, event, currency ORDER BY day, name"
)
_SPAN = Sql(
    "SELECT min(day) AS first, max(day) AS last, count() AS n FROM event_daily WHERE workspace_id = {workspace:UInt32}"
    " AND day BETWEEN {first:Date} AND {last:Date}"
)


def _everybody(house: House, scope: Scope, first: date, last: date) -> Some:
    params: Mapping[str, Param] = {"workspace": scope.workspace_id, "first": first, "last": last}
    people = identity.count_people(house, scope, first, last)
    return Some(
        rows=house.warehouse.query(_DAILY, params).to_pylist(),
        actives=identity.actives_by_day(house, scope, first, last),
        event_people=identity.people_by_event(house, scope, first, last),
        active=people.active,
        new=people.new,
        identified=people.identified,
    )


def _days(house: House, scope: Scope, spec: Config, now: datetime, span: Span | None) -> tuple[date, date] | None:
    """The days to count: those asked for, or those of all time; one open end is the outermost day with events."""
    if spec.of_all_time:
        return None if span is None else (span.first, span.last)
    if spec.last_days is not None:
        return last_days_of(spec, spec.last_days, scope, now)
    first, last = spec.first_day or date(1970, 1, 1), spec.last_day or date(2149, 6, 6)
    [row] = house.warehouse.query(_SPAN, {"workspace": scope.workspace_id, "first": first, "last": last}).to_pylist()
    if not row["n"]:
        return None
    return checked(spec, spec.first_day or row["first"], spec.last_day or row["last"])


def last_days_of(spec: Config, count: int, scope: Scope, now: datetime) -> tuple[date, date]:
    """So many days up to ``last_day``, or to today."""
    last = spec.last_day or day_of(now, scope.zone)
    return last - timedelta(days=count - 1), last


def checked(spec: Config, first: date, last: date) -> tuple[date, date]:
    """The days, if they are not too many."""
    if (last - first).days >= MAX_DAYS:
        raise invalid("first_day", first.isoformat(), f"must be at most {MAX_DAYS} days before last_day ({last}). Give both days.")
    return first, last


def _totals(rows: list[dict[str, Any]], scope: Scope) -> dict[str, Any]:
    events: dict[str, int] = {}
    other: dict[str, int] = {}
    orders = revenue = 0
    for row in rows:
        events[row["name"]] = events.get(row["name"], 0) + row["events"]
        if row["event"] == ORDER_EVENT:
            orders += row["events"]
        if row["currency"] == scope.currency:
            revenue += row["revenue_minor"]
        elif row["currency"]:
            other[row["currency"]] = other.get(row["currency"], 0) + row["revenue_minor"]
    return {
        "orders": orders,
        "revenue_minor": revenue,
        "currency": scope.currency,
        "other_revenue": other,
        "events": dict(sorted(events.items(), key=lambda item: (-item[1], item[0]))),
    }


def _series(rows: list[dict[str, Any]], actives: Mapping[date, int], scope: Scope, first: date, last: date) -> list[dict[str, Any]]:
    """One entry a day, days without events included, so that a chart shows the gaps."""
    by_day: dict[date, dict[str, Any]] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        by_day[day] = {"day": day.isoformat(), "actives": actives.get(day, 0), "events": 0, "orders": 0, "revenue_minor": 0}
    for row in rows:
        entry = by_day[row["day"]]
        entry["events"] += row["events"]
        if row["event"] == ORDER_EVENT:
            entry["orders"] += row["events"]
        if row["currency"] == scope.currency:
            entry["revenue_minor"] += row["revenue_minor"]
    return list(by_day.values())


def _empty(scope: Scope) -> dict[str, Any]:
    return {
        "people": 0,
        "new_people": 0,
        "identified": 0,
        "orders": 0,
        "revenue_minor": 0,
        "currency": scope.currency,
        "other_revenue": {},
        "events": {},
        "event_people": {},
        "series": [],
    }


ITEM = Overview()
