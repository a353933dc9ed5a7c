"""Who comes back? Of everybody who started in a day, week or month: how many returned after so much time; as a triangle and a curve.

``cohort`` "first_time": the day, week or month of the first start ever; "recurring": every one in which somebody started.
``basis`` "calendar": offset n is the n-th day, week or month after that of the start, and 0 the same one, before or after the start;
"rolling": the n-th stretch of 24 hours (7 × 24, 30 × 24) after the first start in the cohort, and the start itself is no return.
``mode`` "on": came back in exactly that offset; "on_or_after": in it or any later one up to now; "bracket": in any of the offsets of
each of ``brackets``.

data: ``columns`` the first and last offset of each; ``lines`` one a group (null: everybody) with ``size``, ``cohorts``, ``curve``. A
cohort has its first day, its ``size`` and ``cells``, one a column: ``count``, ``share`` and ``complete``, whether that time has
passed for all of them; null where it has not begun. The curve takes complete cells only: ``count`` of ``size``, and ``share``. A group
is the value of the first start in the cohort. Cell: ``cohort`` its first day, ``column`` (left out: the whole cohort), ``outcome``;
without a ``cohort`` a point of the curve: whoever came back of any cohort that the curve takes at that column, each person once;
with neither everybody of any cohort.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, Field, model_validator

from uems.journeys.registry import Answer
from uems.journeys.reports._ask import NOBODY, Ask, People, answer, ask, group_place, groups, no_answer, top_values
from uems.journeys.reports._buckets import Unit, buckets, following, last_day_of
from uems.journeys.reports._retained import UNIT_MS, Cohorts, Found, Mode, Wanted, by_calendar, by_clock, days_of_cohort
from uems.journeys.reports._spec import ANY, Asked, Breakdown, Cell, Step
from uems.kernel.clock import start_of_day
from uems.kernel.errors import invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope

MAX_COHORTS: Final = 400
MAX_OFFSET: Final = 400


class Config(Asked):
    """Cohorts are those of the period; returns count up to now."""

    start: Step = Field(ANY, description="What makes somebody part of a cohort.")
    returning: Step = Field(ANY, description="What counts as coming back.")
    unit: Unit = "week"
    basis: Literal["calendar", "rolling"] = "calendar"
    cohort: Literal["first_time", "recurring"] = "first_time"
    mode: Mode = "on"
    offsets: int = Field(12, strict=True, ge=1, le=MAX_OFFSET, description="The largest offset, for the modes on and on_or_after.")
    brackets: list[tuple[int, int]] = Field([], max_length=50, description="First and last offset of each column, for mode bracket.")
    minimum: int = Field(1, strict=True, ge=1, le=1000, description="So many returning events make a return; for mode on.")
    breakdown: Breakdown | None = None

    @model_validator(mode="after")
    def _fitting(self) -> "Config":
        if (self.mode == "bracket") != bool(self.brackets):
            raise ValueError("mode bracket needs brackets such as [[0, 0], [1, 3], [4, 7]]; the other modes take none")
        for first, last in self.brackets:
            if not 0 <= first <= last <= MAX_OFFSET:
                raise ValueError(f"the bracket {first} to {last} is not in order between 0 and {MAX_OFFSET}")
        if self.minimum > 1 and self.mode != "on":
            raise ValueError(f"minimum {self.minimum} needs mode on")
        return self


class RetentionCell(Cell):
    """The people of one cell of the triangle."""

    cohort: date | None = Field(None, description="Left out: every cohort for which the time of the column is over, as in the curve.")
    column: int | None = Field(None, strict=True, ge=0, description="Left out: the whole cohort.")
    outcome: Literal["retained", "lost"] = "retained"

    @model_validator(mode="after")
    def _in_time(self) -> "RetentionCell":
        if self.outcome == "lost" and self.column is None:
            raise ValueError("outcome lost needs a column, by the end of which people did not come back")
        return self


class Retention:
    """Cohorts and their return."""

    key = "retention"
    label_zh = "留存"
    label_en = "Retention"
    Config = Config
    sample = Config(unit="week", last_days=84)
    Cell = RetentionCell
    sample_cell = RetentionCell(cohort=date(2026, 1, 5), column=1)

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """The triangle and the curve of everybody and of each group."""
        assert isinstance(spec, Config)
        steps = [spec.start, spec.returning]
        asked = ask(house, scope, spec, now)
        kept = {"unit": spec.unit, "basis": spec.basis, "mode": spec.mode, "columns": [list(column) for column in _columns(spec)]}
        if asked is None:
            return no_answer(house, scope, spec, {**kept, "lines": []}, steps)
        what = _what(asked, spec)
        return answer(asked, {**kept, "lines": _lines(asked, spec, what, _found(asked, spec, what, None))}, steps)

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Those of a cohort who came back, or who did not."""
        assert isinstance(spec, Config)
        assert isinstance(cell, RetentionCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        what = _what(asked, spec)
        cohorts = _cohorts(asked, spec)
        if cell.cohort is not None and cell.cohort not in cohorts:
            raise invalid("cell.cohort", cell.cohort.isoformat(), "must be a cohort of the answer.")
        if cell.column is not None and cell.column >= len(what.columns):
            raise invalid("cell.column", cell.column, f"must be below {len(what.columns)}.")
        place = group_place(spec.breakdown, list(what.words), cell.group)
        wanted = Wanted(cohorts=_wanted(asked, spec, cell, cohorts), column=cell.column, lost=cell.outcome == "lost", group=place)
        return np.sort(_found(asked, spec, what, wanted).people)


def _columns(spec: Config) -> list[tuple[int, int]]:
    return spec.brackets or [(offset, offset) for offset in range(spec.offsets + 1)]


def _cohorts(asked: Ask, spec: Config) -> list[date]:
    found = buckets(asked.first, asked.last, spec.unit)
    if len(found) > MAX_COHORTS:
        raise invalid("unit", spec.unit, f"makes {len(found)} cohorts; at most {MAX_COHORTS}. Use a longer unit or a shorter period.")
    return found


def _wanted(asked: Ask, spec: Config, cell: RetentionCell, cohorts: list[date]) -> list[int]:
    """The places of the cohorts whose people a cell opens."""
    if cell.cohort is not None:
        return [cohorts.index(cell.cohort)]
    if cell.column is None:
        return list(range(len(cohorts)))
    column = _columns(spec)[cell.column]
    return [n for n, cohort in enumerate(cohorts) if _time(asked, spec, cohort, column) == "over"]


def _what(asked: Ask, spec: Config) -> Cohorts:
    _cohorts(asked, spec)
    return Cohorts(
        start=spec.start,
        back=spec.returning,
        unit=spec.unit,
        mode=spec.mode,
        first_time=spec.cohort == "first_time",
        columns=_columns(spec),
        minimum=spec.minimum,
        breakdown=spec.breakdown,
        words=top_values(asked, spec.breakdown, [spec.start]),
    )


def _found(asked: Ask, spec: Config, what: Cohorts, wanted: Wanted | None) -> Found:
    return by_calendar(asked, what, wanted) if spec.basis == "calendar" else by_clock(asked, what, wanted)


def _lines(asked: Ask, spec: Config, what: Cohorts, found: Found) -> list[dict[str, Any]]:
    kinds: list[tuple[Any, Any, Any]] = [(None, found.sizes.sum(axis=0), found.retained.sum(axis=0))]
    if spec.breakdown is not None:
        named = groups(spec.breakdown, list(what.words))
        kinds += [(group, found.sizes[n], found.retained[n]) for n, group in enumerate(named) if group]
    times = [[_time(asked, spec, cohort, column) for column in what.columns] for cohort in _cohorts(asked, spec)]
    return [
        {
            "group": None if group is None else group.model_dump(),
            "size": int(sizes.sum()),
            "cohorts": [
                {
                    "cohort": cohort.isoformat(),
                    "size": int(sizes[n]),
                    "cells": [_cell(int(sizes[n]), int(count), time) for count, time in zip(retained[n], times[n], strict=True)],
                }
                for n, cohort in enumerate(_cohorts(asked, spec))
            ],
            "curve": [
                _mean([(int(sizes[n]), int(retained[n, c])) for n in range(len(sizes)) if times[n][c] == "over"])
                for c in range(len(what.columns))
            ],
        }
        for group, sizes, retained in kinds
        if group is None or not group.other or sizes.any()
    ]


def _time(asked: Ask, spec: Config, cohort: date, column: tuple[int, int]) -> Literal["ahead", "running", "over"]:
    """Whether the time of a column has passed for a whole cohort."""
    zone = asked.scope.zone
    first, last = column
    if spec.basis == "calendar":
        begins = start_of_day(following(cohort, spec.unit, first), zone)
        ends = start_of_day(last_day_of(following(cohort, spec.unit, last), spec.unit) + timedelta(days=1), zone)
    else:
        started, finished = days_of_cohort(cohort, asked, spec.unit)
        stretch = timedelta(milliseconds=UNIT_MS[spec.unit])
        begins = start_of_day(started, zone) + stretch * first
        ends = start_of_day(finished + timedelta(days=1), zone) + stretch * (last + 1)
    return "ahead" if begins > asked.now else "over" if ends <= asked.now else "running"


def _cell(size: int, count: int, time: str) -> dict[str, Any] | None:
    if time == "ahead":
        return None
    return {"count": count, "share": count / size if size else None, "complete": time == "over"}


def _mean(pairs: list[tuple[int, int]]) -> dict[str, Any]:
    """All complete cells of a column together; each person of each cohort weighs the same."""
    size, count = sum(size for size, _ in pairs), sum(count for _, count in pairs)
    return {"size": size, "count": count, "share": count / size if size else None}


ITEM = Retention()
