"""Which attempt of each person gets furthest, where steps come in order and everybody counts once? As ``attempts`` and ``best`` say.

Most events of a funnel are of its first step, and each begins an attempt. But all attempts between two events of the second step
meet in the later one, and those of them that are within its window are neighbours. So one looks at events of the second step, which
are few, each with a **range** of entries, and from step to step at fewer of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._arrays import firsts

Rows = npt.NDArray[np.int64]
_ROOM = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Furthest:
    """One attempt a person, the earliest of those that got furthest. entry: its first row. after_ms: for each step the time since
    then, -1 where it was not reached; shape (people, steps)."""

    entry: Rows
    reached: Rows
    after_ms: npt.NDArray[np.int64]


def furthest(
    person: npt.NDArray[np.uint64], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], end: int, bits: Sequence[int], window_ms: int
) -> Furthest | None:
    """Attempts that begin before ``end``. Rows are in order of person and time. bits: of each step. None: the numbers have no room."""
    entry = _rows(mask, bits[0])
    if len(entry) and int(at.max()) >= end:
        entry = entry[at[entry] < end]
    if not len(entry):
        return Furthest(entry=entry, reached=entry, after_ms=np.zeros((0, len(bits)), np.int64))
    first_ms = int(at.min())
    span = int(at.max()) - first_ms + window_ms + 1
    low = int(person[0])
    if (int(person[-1]) - low + 1) * span >= _ROOM:
        return None

    def moment(rows: Rows) -> Rows:
        """A number that is in order over all rows, in which nobody is within a window of anybody else."""
        return np.asarray((person[rows] - np.uint64(low)).astype(np.int64) * span + (at[rows] - first_ms), np.int64)

    moments = moment(entry)
    owner = person[entry]
    opens = firsts(owner)
    people = owner[opens]
    chosen, reached = entry[opens], np.ones(len(opens), np.int64)
    after = np.full((len(opens), len(bits)), -1, np.int64, order="F")
    after[:, 0] = 0
    # A range is [lo, hi) of the entries; there: the rows of its steps after the first.
    there: list[Rows] = []
    lo, hi = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for number, bit in enumerate(bits[1:], 1):
        hits = _rows(mask, bit)
        if number == 1:
            row, hi = hits, np.searchsorted(entry, hits, "left")
            lo = np.append(0, hi[:-1])[: len(hi)]
        else:
            place = np.searchsorted(hits, there[-1], "right")
            found = place < len(hits)
            lo, hi, there = lo[found], hi[found], [one[found] for one in there]
            row = hits[place[found]]
        # Most ranges begin within the window already; only for the others one has to look where it begins.
        begins = moment(row) - window_ms
        late = np.flatnonzero((lo < hi) & (moments[np.minimum(lo, len(entry) - 1)] < begins))
        lo[late] = np.searchsorted(moments, begins[late], "left")
        keep = lo < hi
        lo, hi, there = lo[keep], hi[keep], [*(one[keep] for one in there), row[keep]]
        if not len(lo):
            break
        earliest = firsts(owner[lo])
        whom = np.searchsorted(people, owner[lo[earliest]])
        start = entry[lo[earliest]]
        chosen[whom], reached[whom] = start, number + 1
        for step, rows in enumerate(there, 1):
            after[whom, step] = at[rows[earliest]] - at[start]
    return Furthest(entry=chosen, reached=reached, after_ms=after)


def _rows(mask: npt.NDArray[Any], bit: int) -> Rows:
    return np.flatnonzero((mask & mask.dtype.type(1 << bit)) != 0)
