"""What is a customer worth so far? Revenue of everybody who came in the same day, week or month, added up over the time since.

The cohort of a person is that of their first ``acquired`` event ever. Revenue is what ``paying`` events brought from the first day of
the cohort on, in minor units of the workspace's currency, refunds (negative revenue) taken off. Column n is the n-th day, week or
month after that of the cohort, and 0 the same one.

data: ``currency``; ``columns`` how many; ``lines`` one a group (null: everybody) with ``size``, ``cohorts`` and ``curve``. A cohort has
its first day, its ``size`` and ``cells``, one a column: ``revenue_minor`` of that column, ``cumulative_minor`` up to it,
``per_person_minor`` (that by size: LTV to date), ``paying`` people who paid anything up to it, ``complete``, whether the column has
passed; null where it has not begun. The curve takes complete cells only: ``size``, ``cumulative_minor``, ``per_person_minor``. A group
is the value of the first ``acquired`` event. Cell: ``cohort``, ``column`` (left out: the whole cohort), ``outcome`` "paying" up to the
column, or "not_paying"; without a ``cohort`` a point of the curve: the same of every cohort for which that column has passed; with
neither everybody of any cohort.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports import _bits
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, group_place, groups, no_answer, numbers, top_values
from uems.journeys.reports._buckets import Unit, bucket_of, buckets, following, is_over, last_day_of, place_sql
from uems.journeys.reports._retained import Cohorts, starts_by_group
from uems.journeys.reports._spec import ANY, Asked, Breakdown, Cell, Step
from uems.kernel.clock import Period, day_of, start_of_day
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

MAX_COHORTS: Final = 400


class Config(Asked):
    """Cohorts are those of the period; revenue counts up to now."""

    acquired: Step = Field(ANY, description="The event with which somebody becomes a customer or user.")
    paying: Step = Field(ANY, description="The events whose revenue counts.")
    unit: Unit = "month"
    offsets: int = Field(12, strict=True, ge=0, le=400)
    breakdown: Breakdown | None = None


class CohortRevenueCell(Cell):
    """The people of a cohort, those who paid, or those who did not."""

    cohort: date | None = Field(None, description="Left out: every cohort for which the column has passed, as in the curve.")
    column: int | None = Field(None, strict=True, ge=0, description="Left out: the whole cohort.")
    outcome: Literal["paying", "not_paying"] = "paying"

    @model_validator(mode="after")
    def _in_time(self) -> "CohortRevenueCell":
        if self.outcome == "not_paying" and self.column is None:
            raise ValueError("outcome not_paying needs a column, up to which people paid nothing")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """sizes: shape (groups, cohorts). revenue, paying: (groups, cohorts, columns), not added up. members, group, first_paid: a person
    of any cohort, their cohort, their group, and the column in which they first paid, or the number of columns."""

    sizes: npt.NDArray[np.int64]
    revenue: npt.NDArray[np.int64]
    paying: npt.NDArray[np.int64]
    members: People
    cohort: npt.NDArray[np.int64]
    group: npt.NDArray[np.int64]
    first_paid: npt.NDArray[np.int64]


class CohortRevenue:
    """Lifetime value to date, by cohort."""

    key = "cohort_revenue"
    label_zh = "同期群收入"
    label_en = "Cohort revenue"
    Config = Config
    sample = Config(unit="month", last_days=365)
    Cell = CohortRevenueCell
    sample_cell = CohortRevenueCell(cohort=date(2026, 1, 1), column=0)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Revenue of every cohort, column by column."""
        assert isinstance(spec, Config)
        steps = [spec.acquired, spec.paying]
        asked = ask(house, scope, spec, now)
        kept: dict[str, Any] = {"currency": scope.currency, "unit": spec.unit, "columns": spec.offsets + 1}
        if asked is None:
            return no_answer(house, scope, spec, {**kept, "lines": []}, steps)
        words = top_values(asked, spec.breakdown, [spec.acquired])
        return answer(asked, {**kept, "lines": _lines(asked, spec, words, _found(asked, spec, words))}, steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Who of a cohort paid up to a column, or did not."""
        assert isinstance(spec, Config)
        assert isinstance(cell, CohortRevenueCell)
        if cell.column is not None and cell.column > spec.offsets:
            raise invalid("cell.column", cell.column, f"must be 0 to {spec.offsets}.")
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        cohorts = _cohorts(asked, spec)
        if cell.cohort is not None and cell.cohort not in cohorts:
            raise invalid("cell.cohort", cell.cohort.isoformat(), "must be a cohort of the answer.")
        words = top_values(asked, spec.breakdown, [spec.acquired])
        place = group_place(spec.breakdown, words, cell.group)
        found = _found(asked, spec, words)
        chosen = np.isin(found.cohort, _wanted(asked, spec, cell, cohorts))
        if place is not None:
            chosen &= found.group == place
        if cell.column is not None:
            chosen &= (found.first_paid <= cell.column) == (cell.outcome == "paying")
        return np.sort(found.members[chosen])


def _cohorts(asked: Ask, spec: Config) -> list[date]:
    found = buckets(asked.first, asked.last, spec.unit)
    if len(found) > MAX_COHORTS:
        raise invalid("unit", spec.unit, f"makes {len(found)} cohorts; at most {MAX_COHORTS}. Use a longer unit or a shorter period.")
    return found


def _wanted(asked: Ask, spec: Config, cell: CohortRevenueCell, cohorts: list[date]) -> list[int]:
    """The places of the cohorts whose people a cell opens."""
    if cell.cohort is not None:
        return [cohorts.index(cell.cohort)]
    if cell.column is None:
        return list(range(len(cohorts)))
    ends = [following(cohort, spec.unit, cell.column) for cohort in cohorts]
    return [n for n, bucket in enumerate(ends) if is_over(bucket, spec.unit, asked.scope.zone, asked.now)]


def _found(asked: Ask, spec: Config, words: Sequence[str]) -> Found:
    cohorts = _cohorts(asked, spec)
    what = Cohorts(
        start=spec.acquired,
        back=spec.paying,
        unit=spec.unit,
        mode="on",
        first_time=True,
        columns=[(n, n) for n in range(spec.offsets + 1)],
        minimum=1,
        breakdown=spec.breakdown,
        words=words,
    )
    starts = starts_by_group(asked, what)
    owner = np.full(starts[0].shape[1] * 64, -1)
    part = np.zeros(len(owner), np.int64)
    for group, sets in enumerate(starts):
        for place, one in enumerate(sets):
            people = _bits.members(one).astype(np.int64)
            owner[people], part[people] = place, group
    person, bucket, money, paid = _revenue(asked, spec, cohorts)
    known = person < len(owner)
    person, bucket, money, paid = person[known], bucket[known], money[known], paid[known]
    column = bucket - owner[person]
    mine = (owner[person] >= 0) & (column >= 0) & (column <= spec.offsets)
    person, column, money, paid = person[mine], column[mine], money[mine], paid[mine]
    shape = (len(starts), len(cohorts), spec.offsets + 1)
    revenue = np.zeros(shape, np.int64)
    np.add.at(revenue, (part[person], owner[person], column), money)
    first_paid = np.full(len(owner), spec.offsets + 1)
    np.minimum.at(first_paid, person[paid], column[paid])
    members = np.flatnonzero(owner >= 0)
    paying = np.zeros((*shape[:2], spec.offsets + 2), np.int64)
    np.add.at(paying, (part[members], owner[members], first_paid[members]), 1)
    return Found(
        sizes=np.array([_bits.counts(sets) for sets in starts]),
        revenue=revenue,
        paying=paying[:, :, :-1],
        members=members.astype(np.uint64),
        cohort=owner[members],
        group=part[members],
        first_paid=first_paid[members],
    )


def _revenue(asked: Ask, spec: Config, cohorts: Sequence[date]) -> tuple[npt.NDArray[Any], ...]:
    """(person, bucket counted from the first cohort, minor units, whether anything was paid) of everybody with revenue, up to today."""
    last = last_day_of(following(cohorts[-1], spec.unit, spec.offsets), spec.unit)
    last = max(min(last, day_of(asked.now, asked.scope.zone)), asked.last)
    period = Period.of_days(cohorts[0], last, asked.scope.zone)
    query = asked.query()
    place = place_sql(bucket_of(cohorts[0], spec.unit), spec.unit)
    where = Sql(f"{query.step_sql(spec.paying)} AND revenue_minor != 0 AND currency = {query.bind(asked.scope.currency, 'String')}")
    rows = query.events_sql({"place": place, "amount": query.revenue_sql()}, where, period.start, period.end)
    found = query.run(Sql(f"SELECT person, place, sum(amount) AS money, max(amount) > 0 AS paid FROM {rows} GROUP BY person, place"))
    columns = (numbers(found, "person", np.int64), numbers(found, "place", np.int64), numbers(found, "money", np.int64))
    return (*columns, numbers(found, "paid", np.bool_))


def _lines(asked: Ask, spec: Config, words: Sequence[str], found: Found) -> list[dict[str, Any]]:
    kinds: list[tuple[Any, ...]] = [(None, found.sizes.sum(axis=0), found.revenue.sum(axis=0), found.paying.sum(axis=0))]
    if spec.breakdown is not None:
        named = groups(spec.breakdown, list(words))
        kinds += [(group, found.sizes[n], found.revenue[n], found.paying[n]) for n, group in enumerate(named) if group]
    cohorts = _cohorts(asked, spec)
    return [
        _line(asked, spec, cohorts, group, sizes, revenue.cumsum(axis=1), revenue, paying.cumsum(axis=1))
        for group, sizes, revenue, paying in kinds
        if group is None or not group.other or sizes.any()
    ]


def _line(
    asked: Ask, spec: Config, cohorts: Sequence[date], group: Any, sizes: Any, cumulative: Any, revenue: Any, paying: Any
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    sums = [[0, 0] for _ in range(spec.offsets + 1)]
    for n, cohort in enumerate(cohorts):
        cells: list[dict[str, Any] | None] = []
        for column in range(spec.offsets + 1):
            bucket = following(cohort, spec.unit, column)
            if start_of_day(bucket, asked.scope.zone) > asked.now:
                cells.append(None)
                continue
            over = is_over(bucket, spec.unit, asked.scope.zone, asked.now)
            cells.append(
                {
                    "revenue_minor": int(revenue[n, column]),
                    "cumulative_minor": int(cumulative[n, column]),
                    "per_person_minor": int(cumulative[n, column]) / int(sizes[n]) if sizes[n] else None,
                    "paying": int(paying[n, column]),
                    "complete": over,
                }
            )
            if over:
                sums[column][0] += int(sizes[n])
                sums[column][1] += int(cumulative[n, column])
        rows.append({"cohort": cohort.isoformat(), "size": int(sizes[n]), "cells": cells})
    curve = [{"size": size, "cumulative_minor": money, "per_person_minor": money / size if size else None} for size, money in sums]
    shown = None if group is None else group.model_dump()
    return {"group": shown, "size": int(sizes.sum()), "cohorts": rows, "curve": curve}


ITEM = CohortRevenue()
