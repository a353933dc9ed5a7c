"""How long from one event to another? From each first event to the next second one of the same person.

Every event of ``end`` closes what has been open since the last event of ``end``: with ``pair`` "last" it is measured from the last
``start`` in between, with "first" from the first one. The other starts in between give no interval. An event that is both closes
first and then opens, so that intervals from an event to itself are those between neighbours. Starts lie in the period; ends may lie
after it, up to ``within_seconds`` after their start. Longer intervals do not count.

data: ``bins`` lower edges in seconds; ``lines`` one a group (null: all) with ``intervals``, ``people``, ``time`` (average, median and
quantiles in seconds) and ``histogram``. A group is the value of the start. Cell: ``bin`` of the histogram, left out: all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field

from uems.journeys.registry import Answer
from uems.journeys.reports._arrays import different
from uems.journeys.reports._ask import NOBODY, Ask, People, Query, answer, ask, group_code, group_place, groups, no_answer, top_values
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._spec import Asked, Breakdown, Cell, Group, Step
from uems.journeys.reports._stories import Column, Stories, each_part, segments
from uems.journeys.reports._times import BINS, bin_of, spread
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql


class Config(Asked):
    """Two kinds of event, which may be the same."""

    start: Step
    end: Step
    pair: Literal["last", "first"] = "last"
    within_seconds: int = Field(30 * 86_400, strict=True, ge=1, le=366 * 86_400)
    breakdown: Breakdown | None = None


class IntervalCell(Cell):
    """The people with an interval of that length."""

    bin: int | None = Field(None, strict=True, ge=0, lt=len(BINS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """One row an interval."""

    person: People
    ms: npt.NDArray[np.int64]
    group: npt.NDArray[Any]


class Interval:
    """Time between two events."""

    key = "interval"
    label_zh = "间隔"
    label_en = "Interval"
    Config = Config
    sample = Config(start=Step(event="Product Viewed"), end=Step(event="Order Completed"), last_days=30)
    Cell = IntervalCell
    sample_cell = IntervalCell()

    def run(self, house: House, scope: Scope, spec: BaseModel, now: datetime) -> Answer:
        """Length and number of all intervals."""
        assert isinstance(spec, Config)
        asked = ask(house, scope, spec, now)
        bins = [edge for edge in BINS if edge <= spec.within_seconds]
        if asked is None:
            return no_answer(house, scope, spec, {"bins": bins, "lines": []}, [spec.start, spec.end])
        words = top_values(asked, spec.breakdown, [spec.start])
        found = _intervals(asked, spec, words)
        lines = [_line(found, None, np.ones(len(found.person), np.bool_), bins)]
        for place, group in enumerate(groups(spec.breakdown, words)):
            chosen = found.group == place
            if group is not None and (not group.other or chosen.any()):
                lines.append(_line(found, group, chosen, bins))
        return answer(asked, {"bins": bins, "lines": lines}, [spec.start, spec.end])

    def people(self, house: House, scope: Scope, spec: BaseModel, cell: BaseModel, now: datetime) -> People:
        """Whose intervals a number counts."""
        assert isinstance(spec, Config)
        assert isinstance(cell, IntervalCell)
        asked = ask(house, scope, spec, now)
        if asked is None:
            return NOBODY
        words = top_values(asked, spec.breakdown, [spec.start])
        place = group_place(spec.breakdown, words, cell.group)
        found = _intervals(asked, spec, words)
        chosen = np.ones(len(found.person), np.bool_) if place is None else found.group == place
        if cell.bin is not None:
            chosen &= bin_of(found.ms, [edge for edge in BINS if edge <= spec.within_seconds]) == cell.bin
        return different(found.person[chosen])


def _intervals(asked: Ask, spec: Config, words: list[str]) -> Intervals:
    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        columns = {
            "mask": Column(sql=query.mask_sql([(spec.start, 1), (spec.end, 2)]), bits=2),
            "code": Column(sql=group_code(query, spec.breakdown, words), bits=len(words).bit_length()),
        }
        return columns, query.any_sql([spec.start, spec.end])

    period = asked.period
    end = period.end + timedelta(seconds=spec.within_seconds)
    parts = each_part(asked, wanted, [spec.start, spec.end], period.start, end, lambda told: _paired(told, spec, milliseconds(period.end)))
    return Intervals(
        person=np.concatenate([part.person for part in parts]),
        ms=np.concatenate([part.ms for part in parts]),
        group=np.concatenate([part.group for part in parts]),
    )


def _paired(told: Stories, spec: Config, end: int) -> Intervals:
    """The intervals of some people. end: of the period, in milliseconds."""
    size = len(told)
    mask, segment = told.columns["mask"], segments(told.person)
    starts = ((mask & 1) != 0) & (told.at < end)
    closes = np.flatnonzero((mask & 2) != 0)
    # From where on a start belongs to this end: the end before it, or the person's first row.
    begins = np.flatnonzero(np.append(True, segment[1:] != segment[:-1])) if size else closes
    since = begins[segment[closes]]
    since[1:] = np.maximum(since[1:], closes[:-1])
    rows = np.arange(size)
    if spec.pair == "last":
        last = np.maximum.accumulate(np.where(starts, rows, -1)) if size else rows
        opened = np.append(-1, last)[closes]  # the last start before the row
    else:
        first = np.append(np.where(starts, rows, size), size)
        opened = np.minimum.accumulate(first[::-1])[::-1][since]
    good = (opened >= since) & (opened < closes)
    opened, closes = opened[good], closes[good]
    took = told.at[closes] - told.at[opened]
    short = took <= spec.within_seconds * 1000
    return Intervals(person=told.person[closes[short]], ms=took[short], group=told.columns["code"][opened[short]])


def _line(found: Intervals, group: Group | None, chosen: npt.NDArray[np.bool_], bins: list[int]) -> dict[str, Any]:
    ms = found.ms[chosen]
    return {
        "group": None if group is None else group.model_dump(),
        "intervals": len(ms),
        "people": len(different(found.person[chosen])),
        "time": spread(ms),
        "histogram": np.bincount(bin_of(ms, bins), minlength=len(bins)).tolist(),
    }


ITEM = Interval()
