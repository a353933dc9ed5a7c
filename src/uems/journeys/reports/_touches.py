"""Who touches what, how do they go on, and where do their visits end? Pure functions over events in order; nothing reads here.

A **touch** is an event within the period that belongs to a touchpoint. A **visit** is a stretch of activity without a pause of 30
minutes. A touch that is a view (of a page or screen) lasts until the next view of the visit, any other until the next deed; reports
of engagement are no deeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._arrays import firsts
from uems.journeys.reports._stories import Stories

ACTIVITY: Final = 1
VIEW: Final = 2
REPORT: Final = 4
"""Bits of the column ``kind``."""
Rows = npt.NDArray[np.int64]
"""Rows, by their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """When touches count, in milliseconds [start, end); how long going on counts; how long a pause ends a visit."""

    start: int
    end: int
    window_ms: int
    pause_ms: int


class Touches:
    """The events of some people, with what follows from their order worked out once. Columns: ``mask``, and for visits ``kind`` and
    ``engaged`` (milliseconds reported)."""

    def __init__(self, told: Stories, frame: Frame) -> None:
        self.person: Final = told.person
        self.at: Final = told.at
        self._mask: Final = told.columns["mask"]
        self._columns: Final = told.columns
        self._frame: Final = frame
        self._inside: Final = (told.at >= frame.start) & (told.at < frame.end)

    def rows(self, bits: int) -> Rows:
        """The touches of any of these touchpoints."""
        return np.flatnonzero(self._inside & self._is(bits))

    def onward(self, bits: int, to: int) -> tuple[Rows, Rows]:
        """(touch, the first event of ``to`` after it within the window), one pair a person who goes on: by their first touch that does."""
        hits = np.flatnonzero(self._is(to))
        rows = self.rows(bits)
        place = np.searchsorted(hits, rows, "right")
        found = place < len(hits)
        rows, after = rows[found], hits[place[found]]
        goes = (self.person[after] == self.person[rows]) & (self.at[after] - self.at[rows] <= self._frame.window_ms)
        rows, after = rows[goes], after[goes]
        keep = firsts(self.person[rows]) if len(rows) else rows
        return rows[keep], after[keep]

    def visits(self, bits: int) -> Rows:
        """One touch of each visit that has one."""
        deeds = self._deeds_of(bits)
        return self._deeds[deeds[firsts(self._visit[deeds])]] if len(deeds) else deeds

    def ended(self, bits: int) -> Rows:
        """The touches that were the last deed of their visit."""
        deeds = self._deeds_of(bits)
        return self._deeds[deeds[self._is_last[deeds]]]

    def dwell(self, bits: int) -> tuple[Rows, Rows]:
        """(touch, milliseconds) of those whose length is known: the engaged time reported, else the time to their end, if the visit
        went on until then."""
        deeds = self._deeds_of(bits)
        ends = self._end[deeds]
        known = ends < len(self._deeds)
        until = np.where(known, np.append(self._deeds, 0)[ends], self._visit_end[self._visit[deeds]])
        engaged = self._engaged_before[until] - self._engaged_before[self._deeds[deeds]]
        passed = np.where(known, np.append(self.at, 0)[until] - self.at[self._deeds[deeds]], 0)
        keep = known | (engaged > 0)
        return self._deeds[deeds[keep]], np.where(engaged > 0, engaged, passed)[keep]

    def _is(self, bits: int) -> npt.NDArray[np.bool_]:
        return np.asarray((self._mask & self._mask.dtype.type(bits)) != 0)

    def _deeds_of(self, bits: int) -> Rows:
        """Places among the deeds."""
        touched = self._inside[self._deeds] & ((self._mask[self._deeds] & self._mask.dtype.type(bits)) != 0)
        return np.flatnonzero(touched)

    @cached_property
    def _active(self) -> Rows:
        return np.flatnonzero((self._columns["kind"] & ACTIVITY) != 0)

    @cached_property
    def _visit_of_active(self) -> Rows:
        rows = self._active
        opens = np.zeros(len(rows), np.int64)
        person, at = self.person[rows], self.at[rows]
        opens[1:] = (person[1:] != person[:-1]) | (at[1:] - at[:-1] >= self._frame.pause_ms)
        return np.cumsum(opens)

    @cached_property
    def _visit_end(self) -> Rows:
        """For each visit the row after its last, so that what was reported in it lies before."""
        rows, visit = self._active, self._visit_of_active
        last = np.zeros(int(visit[-1]) + 1 if len(visit) else 0, np.int64)
        last[visit] = rows  # of several values for one place the last one stays
        return last + 1

    @cached_property
    def _is_deed(self) -> npt.NDArray[np.bool_]:
        return np.asarray((self._columns["kind"][self._active] & REPORT) == 0)

    @cached_property
    def _deeds(self) -> Rows:
        return self._active[self._is_deed]

    @cached_property
    def _visit(self) -> Rows:
        return self._visit_of_active[self._is_deed]

    @cached_property
    def _is_last(self) -> npt.NDArray[np.bool_]:
        visit = self._visit
        return np.append(visit[1:] != visit[:-1], True)[: len(visit)]

    @cached_property
    def _end(self) -> Rows:
        """For each deed the place of the one at which it ends; the number of deeds where the visit does not go on so far."""
        visit, size = self._visit, len(self._visit)
        places = np.arange(size)
        view = (self._columns["kind"][self._deeds] & VIEW) != 0
        views = np.append(np.flatnonzero(view), size)
        end = np.where(view, views[np.searchsorted(views, places, "right").clip(max=len(views) - 1)], places + 1)
        same = np.append(visit, -1)[end.clip(max=size)] == visit
        return np.where(same, end, size)

    @cached_property
    def _engaged_before(self) -> Rows:
        """The sum of what was reported before each row, and one beyond; only by activity."""
        told = np.where((self._columns["kind"] & ACTIVITY) != 0, self._columns["engaged"], 0).astype(np.int64)
        return np.append(0, np.cumsum(told))


def bits_of(places: Sequence[int]) -> int:
    """The mask of some touchpoints."""
    return sum(1 << place for place in places)


def people_of(touches: Touches, rows: Rows) -> npt.NDArray[Any]:
    """The different people of some rows, which are in order."""
    return touches.person[rows[firsts(touches.person[rows])]] if len(rows) else touches.person[:0]
