"""How far does each attempt at a funnel get? Pure functions over people's events in order; nothing here reads the warehouse.

Every event of the first step is an **attempt**. From there the attempt goes on at the earliest event of the next step that comes
later, and so on, as long as the window lasts. That is the furthest it can get, since an earlier event never leaves less time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An event that ends an attempt between two steps. bit: of the mask; after, before: steps by their place from 0."""

    bit: int
    after: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an attempt has to do. blocks: steps by their bits; those of one block come in any order, the blocks in theirs."""

    blocks: Sequence[Sequence[int]]
    window_ms: int
    exclusions: Sequence[Exclusion] = ()
    strict: bool = False

    @property
    def steps(self) -> int:
        return sum(len(block) for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """entry: the row at which each starts. reached: how many steps it did. place: the row of each step that it did, in time; after
    that the number of rows; shape (attempts, steps). ended: the row at which it was over, or the number of rows: by time alone."""

    entry: Places
    reached: npt.NDArray[np.int64]
    place: Places
    ended: Places


def attempts(segment: npt.NDArray[Any], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], starts: Flags, plan: Plan) -> Attempts:
    """Every attempt that begins at a row of ``starts``. Rows are in order, those of one ``segment`` (a person) side by side."""
    size = len(mask)
    first = np.bitwise_or.reduce([np.uint32(1 << bit) for bit in plan.blocks[0]])
    entry = np.flatnonzero(starts & ((mask & first) != 0))
    walk = _strict if plan.strict else _loose
    place = walk(entry, segment, at, mask, plan)
    late = np.append(at, 0)[place] - at[entry][:, None] > plan.window_ms
    place[late] = size
    ended = np.full(len(entry), size)
    if plan.exclusions:
        _exclude(entry, place, ended, segment, at, mask, plan)
    reached = (place < size).sum(axis=1)
    if plan.strict and len(entry):
        ended = place[np.arange(len(entry)), reached - 1]
    complete = reached == plan.steps
    ended = np.where(complete, place[:, -1] if len(entry) else ended, ended)
    return Attempts(entry=entry, reached=reached, place=place, ended=ended)


def _strict(entry: Places, segment: npt.NDArray[Any], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], plan: Plan) -> Places:
    """Step k is the k-th row from the entry, or the attempt is over. Rows that stop it stand between, with a mask of 0."""
    size = len(mask)
    place = np.full((len(entry), plan.steps), size)
    going = np.ones(len(entry), np.bool_)
    for number, (bit,) in enumerate(plan.blocks):
        row = entry + number
        there = np.minimum(row, size - 1)
        going &= (row < size) & (segment[there] == segment[entry]) & ((mask[there] & np.uint32(1 << bit)) != 0)
        place[going, number] = row[going]
    return place


def _loose(entry: Places, segment: npt.NDArray[Any], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], plan: Plan) -> Places:
    """The earliest row for each step after the block before is done; within a block by time."""
    size = len(mask)
    ends = np.append(segment, -1)
    times = np.append(at, 0)
    place = np.full((len(entry), plan.steps), size)
    base, column = entry, 0
    for block in plan.blocks:
        found = np.full((len(entry), len(block)), size)
        for number, bit in enumerate(block):
            row = _next(mask, bit)[base]
            good = (ends[row] == segment[entry]) & (times[row] - at[entry] <= plan.window_ms)
            found[good, number] = row[good]
        found.sort(axis=1)
        place[:, column : column + len(block)] = found
        column += len(block)
        # A block that is not done leads nowhere: the row after the last has no next.
        base = np.minimum(found[:, -1] + 1, size)
    return place


def _next(mask: npt.NDArray[Any], bit: int) -> Places:
    """For each row, and one beyond, the first row from there on that has the bit; the number of rows where there is none."""
    size = len(mask)
    rows = np.full(size + 1, size)
    hits = np.flatnonzero((mask & np.uint32(1 << bit)) != 0)
    rows[hits] = hits
    return np.minimum.accumulate(rows[::-1])[::-1]


def _exclude(
    entry: Places, place: Places, ended: Places, segment: npt.NDArray[Any], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], plan: Plan
) -> None:
    """End attempts at the first excluded event strictly between two of their steps; ``place`` and ``ended`` are changed."""
    size = len(mask)
    ends = np.append(segment, -1)
    times = np.append(at, 0)
    for one in plan.exclusions:
        since = place[:, one.after]
        row = _next(mask, one.bit)[np.minimum(since + 1, size)]
        hit = (since < size) & (ends[row] == segment[entry]) & (row < place[:, one.before])
        hit &= times[row] - at[entry] <= plan.window_ms
        after = np.arange(plan.steps) > one.after
        place[hit[:, None] & after & (place > row[:, None])] = size
        ended[hit] = np.minimum(ended[hit], row[hit])


def best(found: Attempts, person: npt.NDArray[Any], order: npt.NDArray[Any]) -> Places:
    """For each person the attempt that got furthest, of several such the earliest.

    person, order: one value a row; order: the place of the row among all, each once.
    """
    entry = found.entry
    if not len(entry):
        return entry
    owner = person[entry]
    firsts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    size = len(person)
    score = found.reached * (size + 1) + (size - order[entry])
    most = np.repeat(np.maximum.reduceat(score, firsts), np.diff(np.append(firsts, len(entry))))
    return np.flatnonzero(score == most)


def one_after_another(found: Attempts, segment: npt.NDArray[Any], at: npt.NDArray[np.int64], plan: Plan) -> Places:
    """Attempts that do not overlap: the first of each segment, then the first that begins after it was over, and so on.

    One is over with its last step, with an excluded event, in strict order with the first other event, else with its window.
    """
    entry = found.entry
    if not len(entry):
        return entry
    size = len(segment)
    after_row = np.searchsorted(entry, found.ended, "right")
    span = int(at.max() - at.min()) + plan.window_ms + 2
    moment = segment[entry] * span + (at[entry] - at.min())
    after_time = np.searchsorted(moment, moment + plan.window_ms, "right")
    following = np.append(np.where(found.ended < size, after_row, after_time), len(entry))
    owner = np.append(segment[entry], -1)
    current = np.flatnonzero(np.append(True, owner[1:-1] != owner[:-2]))
    chosen = []
    while len(current):
        chosen.append(current)
        further = following[current]
        current = further[owner[further] == owner[current]]
    return np.sort(np.concatenate(chosen))
