"""Who entered each step, and who of them went on? Everybody once in each of two periods, by the first time that they entered in it.

Whoever enters is counted under what holds for that first event, however they try again: slices do not choose by what came of it. Who
entered so late that the window has not passed yet is not counted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from uems.journeys.bottleneck.model import Units
from uems.journeys.map.model import Touchpoint
from uems.journeys.reports._arrays import Counts, firsts
from uems.journeys.reports._ask import Ask, Query, group_code
from uems.journeys.reports._hours import milliseconds
from uems.journeys.reports._likely import tallied
from uems.journeys.reports._map_sql import any_touch_sql, steps_of, touched_sql
from uems.journeys.reports._people_axes import PeopleAxis
from uems.journeys.reports._spec import EventBreakdown
from uems.journeys.reports._stories import Column, Stories, each_part
from uems.kernel.clock import start_of_day
from uems.kernel.sql import Sql

T = TypeVar("T")
Daily = npt.NDArray[np.int64]
"""Shape (values and all others, days, 2): who entered on each day (everybody once a day), and who of them went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventAxis:
    """A column or property of the first event. guessed: the words may not be the most frequent ones, so they are counted."""

    by: EventBreakdown
    words: Sequence[str]
    guessed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is looked at. steps: (bits of the touchpoints at which it is entered, of those to which it leads). before, now: periods
    that follow one another; ``now`` is that of the question."""

    points: Sequence[Touchpoint]
    steps: Sequence[tuple[int, int]]
    window_seconds: int
    before: Ask
    now: Ask
    axes: Sequence[EventAxis | PeopleAxis]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """One step of some people. person: of each unit. daily: everybody's, then those of each axis."""

    units: Units
    person: npt.NDArray[np.uint64]
    daily: Sequence[Daily]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Some people. steps: each of the steps. tallies: of each guessed axis, by its place, how many events at any touchpoint in the two
    periods have each of its words; last, all others."""

    steps: Sequence[Passages]
    tallies: Mapping[int, Counts]


def each_passage(ways: Ways, work: Callable[[Walked], T]) -> list[T]:
    """What ``work`` makes of every part of the people."""
    start, end = ways.before.period.start, ways.now.period.end

    def wanted(query: Query) -> tuple[Mapping[str, Column], Sql]:
        columns = {"mask": Column(sql=touched_sql(query, ways.points), bits=len(ways.points))}
        for n, axis in enumerate(ways.axes):
            if isinstance(axis, EventAxis):
                code = group_code(query, axis.by, list(axis.words))
                columns[f"axis_{n}"] = Column(sql=code, bits=len(axis.words).bit_length())
        columns["minor"] = Column(sql=query.revenue_sql(), bits=64)
        touched = any_touch_sql(query, ways.points)
        return columns, Sql(f"({touched} OR (event != '' AND {query.revenue_sql()} != 0))")

    read = steps_of(ways.points)
    until = end + timedelta(seconds=ways.window_seconds)
    return each_part(
        ways.now, wanted, read, start, until, lambda told: work(Walked(steps=_passages(told, ways), tallies=_tallies(told, ways, end)))
    )


def _tallies(told: Stories, ways: Ways, end: datetime) -> dict[int, Counts]:
    guessed = {n: axis for n, axis in enumerate(ways.axes) if isinstance(axis, EventAxis) and axis.guessed}
    if not guessed:
        return {}
    # What only brought in money is at no touchpoint.
    chosen = (told.columns["mask"] != 0) & (told.at < milliseconds(end))
    return {n: tallied(told.columns[f"axis_{n}"], chosen, axis.words) for n, axis in guessed.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Events in order. moment: a number that is in order over all of them, in which nobody is within a window of anybody else; one
    row beyond belongs to nobody. earned: the revenue before each row, and of all. inside: whether an entry there counts."""

    rows: Stories
    moment: npt.NDArray[np.int64]
    earned: npt.NDArray[np.int64]
    inside: npt.NDArray[np.bool_]
    days: npt.NDArray[np.int64]


def _passages(told: Stories, ways: Ways) -> list[Passages]:
    days = _day_starts(ways)
    window = ways.window_seconds * 1000
    # The last instant of an entry whose window has passed by now.
    latest = milliseconds(ways.now.now) - window
    inside = (told.at >= days[0]) & (told.at < milliseconds(ways.now.period.end)) & (told.at <= latest)
    earned = np.append(0, np.cumsum(told.columns["minor"].astype(np.int64)))
    frame = _Told(rows=told, moment=_moments(told, window), earned=earned, inside=inside, days=days)
    return [_step(frame, ways, bits, to) for bits, to in ways.steps]


def _moments(told: Stories, window: int) -> npt.NDArray[np.int64]:
    if not len(told):
        return np.zeros(1, np.int64)
    first = int(told.at.min())
    span = int(told.at.max()) - first + window + 2
    places = np.cumsum(np.append(False, told.person[1:] != told.person[:-1]))
    return np.append(places * span + (told.at - first), (int(places[-1]) + 2) * span)


def _day_starts(ways: Ways) -> npt.NDArray[np.int64]:
    first, count = ways.before.first, (ways.now.last - ways.before.first).days + 1
    zone = ways.now.scope.zone
    return np.array([milliseconds(start_of_day(first + timedelta(days=n), zone)) for n in range(count)], np.int64)


def _step(told: _Told, ways: Ways, bits: int, to: int) -> Passages:
    mask, window = told.rows.columns["mask"], ways.window_seconds * 1000
    rows = np.flatnonzero(told.inside & ((mask & mask.dtype.type(bits)) != 0))
    there = (mask & mask.dtype.type(to)) != 0
    # So many of them came up to each row, so that is the place of the next one.
    after = np.append(np.flatnonzero(there), len(mask))[np.cumsum(there)[rows]]
    onward = told.moment[after] - told.moment[rows] <= window
    at, person = told.rows.at[rows], told.rows.person[rows].astype(np.int64)
    day = np.searchsorted(told.days, at, "right") - 1
    now = at >= milliseconds(ways.now.period.start)
    once = firsts(person * 2 + now) if len(rows) else rows
    daily = firsts(person * len(told.days) + day) if len(rows) else rows
    units = Units(
        now=now[once],
        onward=onward[once],
        minor=_earned(told, rows[once], after[once], onward[once], window),
        codes=_codes(told.rows, ways, rows[once], now[once]),
    )
    codes = _codes(told.rows, ways, rows[daily], now[daily])
    counts = _daily(codes, day[daily], onward[daily], len(told.days), ways)
    return Passages(units=units, person=told.rows.person[rows[once]], daily=counts)


def _earned(
    told: _Told, rows: npt.NDArray[np.int64], after: npt.NDArray[np.int64], onward: npt.NDArray[np.bool_], window: int
) -> npt.NDArray[np.int64]:
    """Revenue from the event ``after`` to the end of the window of ``rows``, of those that went on."""
    found = np.zeros(len(rows), np.int64)
    end = np.searchsorted(told.moment[:-1], told.moment[rows[onward]] + window, "right")
    found[onward] = told.earned[end] - told.earned[after[onward]]
    return found


def _codes(told: Stories, ways: Ways, rows: npt.NDArray[np.int64], now: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    found = np.zeros((len(ways.axes), len(rows)), np.uint8)
    for n, axis in enumerate(ways.axes):
        found[n] = told.columns[f"axis_{n}"][rows] if isinstance(axis, EventAxis) else axis.codes(told.person[rows], now)
    return found


_ALL: Final = 1


def _daily(codes: npt.NDArray[np.uint8], day: npt.NDArray[np.int64], onward: npt.NDArray[np.bool_], days: int, ways: Ways) -> list[Daily]:
    def counted(code: npt.NDArray[Any], size: int) -> Daily:
        keys = (code.astype(np.int64) * days + day) * 2 + onward
        counts = np.bincount(keys, minlength=size * days * 2).reshape(size, days, 2)
        counts[:, :, 0] += counts[:, :, 1]
        return counts

    return [counted(np.zeros(len(day), np.uint8), _ALL), *(counted(codes[n], len(axis.words) + 1) for n, axis in enumerate(ways.axes))]


def together(parts: Sequence[Walked]) -> tuple[list[Passages], dict[int, Counts]]:
    """The steps of all people, without who they are (every person is in one part); and the tallies."""
    found = []
    for step in zip(*(part.steps for part in parts), strict=True):
        units = Units(
            now=np.concatenate([one.units.now for one in step]),
            onward=np.concatenate([one.units.onward for one in step]),
            minor=np.concatenate([one.units.minor for one in step]),
            codes=np.concatenate([one.units.codes for one in step], axis=1),
        )
        daily = [np.sum(same, axis=0) for same in zip(*(one.daily for one in step), strict=True)]
        found.append(Passages(units=units, person=np.zeros(0, np.uint64), daily=daily))
    return found, {n: np.sum([part.tallies[n] for part in parts], axis=0) for n in parts[0].tallies}
