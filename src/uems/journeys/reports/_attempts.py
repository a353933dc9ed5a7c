"""How far does each attempt at a funnel get? Pure functions over people's events in order; nothing here reads the warehouse.

Every event of the first step is an **attempt**. From there the attempt goes on at the earliest event of the next step that comes
later, and so on, as long as the window lasts. That is the furthest it can get, since an earlier event never leaves less time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[Any]
"""Rows, by their number."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Events in order, and one row beyond that belongs to nobody."""

    segment: npt.NDArray[Any]
    at: npt.NDArray[np.int64]
    mask: npt.NDArray[Any]

    @property
    def size(self) -> int:
        return len(self.mask)

    def lasts(self, entry: Places, row: Places, window_ms: int) -> Flags:
        """Whether each row is of the same segment as its entry and within its window."""
        return np.asarray((self.segment[row] == self.segment[entry]) & (self.at[row] - self.at[entry] <= window_ms))


def attempts(segment: npt.NDArray[Any], at: npt.NDArray[np.int64], mask: npt.NDArray[Any], starts: Flags, plan: Plan) -> Attempts:
    """Every attempt that begins at a row of ``starts``. Rows are in order, those of one ``segment`` (a person) side by side."""
    told = _Told(segment=np.append(segment, -1), at=np.append(at, 0), mask=mask)
    first = np.bitwise_or.reduce([1 << bit for bit in plan.blocks[0]])
    entry = np.flatnonzero(starts & ((mask & mask.dtype.type(first)) != 0)).astype(np.int32)
    # Column by column, because that is how it is filled.
    place = np.full((len(entry), plan.steps), told.size, np.int32, order="F")
    if plan.strict:
        _strict(entry, place, told, plan)
    else:
        _loose(entry, place, told, plan)
    ended = np.full(len(entry), told.size, np.int32)
    if plan.exclusions:
        _exclude(entry, place, ended, told, plan)
    reached = np.zeros(len(entry), np.int64)
    for column in place.T:
        reached += column < told.size
    if plan.strict and len(entry):
        ended = place[np.arange(len(entry)), reached - 1]
    if len(entry):
        ended = np.where(reached == plan.steps, place[:, -1], ended)
    return Attempts(entry=entry, reached=reached, place=place, ended=ended)


def _strict(entry: Places, place: Places, told: _Told, plan: Plan) -> None:
    """Step k is the k-th row from the entry, or the attempt is over. Rows that stop it stand between, with a mask of 0."""
    going = np.arange(len(entry))
    for number, (bit,) in enumerate(plan.blocks):
        row = np.minimum(entry[going] + number, told.size)
        hit = told.lasts(entry[going], row, plan.window_ms)
        hit[hit] = (told.mask[row[hit]] & told.mask.dtype.type(1 << bit)) != 0
        going = going[hit]
        place[going, number] = row[hit]


def _loose(entry: Places, place: Places, told: _Told, plan: Plan) -> None:
    """The earliest row for each step after the block before is done; within a block by time. Only who gets there is looked at."""
    going, base, column = np.arange(len(entry)), entry, 0
    for block in plan.blocks:
        if not column and len(block) == 1:
            place[:, 0] = entry
            base, column = entry + 1, 1
            continue
        starts = entry[going]
        found = np.empty((len(going), len(block)), np.int32, order="F")
        for number, bit in enumerate(block):
            row = _next(told.mask, bit)[base]
            found[:, number] = np.where(told.lasts(starts, row, plan.window_ms), row, told.size)
        if len(block) > 1:
            found.sort(axis=1)
        for number in range(len(block)):
            place[going, column + number] = found[:, number]
        column += len(block)
        done = found[:, -1] < told.size
        going, base = going[done], found[done, -1] + 1


def _next(mask: npt.NDArray[Any], bit: int) -> Places:
    """For each row, and one beyond, the first row from there on that has the bit; the number of rows where there is none."""
    hits = np.flatnonzero((mask & mask.dtype.type(1 << bit)) != 0)
    stops = np.append(hits, len(mask)).astype(np.int32)
    return np.repeat(stops, np.diff(stops, prepend=np.int32(-1)))


def _exclude(entry: Places, place: Places, ended: Places, told: _Told, plan: Plan) -> None:
    """End attempts at the first excluded event strictly between two of their steps; ``place`` and ``ended`` are changed."""
    for one in plan.exclusions:
        since = place[:, one.after]
        row = _next(told.mask, one.bit)[np.minimum(since + 1, told.size)]
        hit = (since < told.size) & (row < place[:, one.before]) & told.lasts(entry, row, plan.window_ms)
        after = np.arange(plan.steps) > one.after
        place[hit[:, None] & after & (place > row[:, None])] = told.size
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
    moment = segment[entry].astype(np.int64) * span + (at[entry] - at.min())
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
