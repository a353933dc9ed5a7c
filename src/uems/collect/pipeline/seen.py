"""Has this messageId come before? An exact memory of the window, small enough to keep and quick enough for every event.

Each id is kept as 128 bits (XXH3 and XXH64, which the warehouse computes too), in sorted runs that are merged like the
parts of a log-structured tree, a set a day, so that days fall out of the window whole. It is built again from the
receipts at start, so it needs no file of its own and a crash cannot make it disagree with what was stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash

Hashes: TypeAlias = npt.NDArray[np.uint64]
_SPREAD = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: neighbouring workspace numbers become unlike each other
_MASK = (1 << 64) - 1


def workspace_mask(workspace_id: int) -> int:
    """What the first half of a hash is XORed with, so that two workspaces may use the same id."""
    return (workspace_id * _SPREAD) & _MASK


@dataclass(frozen=True, slots=True)
class Keys:
    """Two halves of 64 bits for each message id, in the order of the rows."""

    high: Hashes
    low: Hashes

    def take(self, where: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Keys":
        return Keys(self.high[where], self.low[where])

    def __len__(self) -> int:
        return len(self.high)


def keys_of(workspace_id: int, message_ids: Sequence[str]) -> Keys:
    """The keys of one workspace's message ids."""
    encoded = [m.encode() for m in message_ids]
    first, second = xxhash.xxh3_64_intdigest, xxhash.xxh64_intdigest
    high = np.fromiter(map(first, encoded), np.uint64, len(encoded))
    low = np.fromiter(map(second, encoded), np.uint64, len(encoded))
    return Keys(high ^ np.uint64(workspace_mask(workspace_id)), low)


def first_in_batch(keys: Keys) -> npt.NDArray[np.bool_]:
    """True for each row that is the first with its id."""
    first = np.zeros(len(keys), np.bool_)
    _, where, inverse = np.unique(keys.high, return_index=True, return_inverse=True)
    first[where] = True
    if not np.array_equal(keys.low[where][inverse], keys.low):  # two ids share 64 bits: compare whole keys one by one
        known: set[tuple[int, int]] = set()
        for row, key in enumerate(zip(keys.high.tolist(), keys.low.tolist(), strict=True)):
            first[row] = key not in known
            known.add(key)
    return first


class _Run:
    """Keys sorted by their first half."""

    __slots__ = ("high", "low")

    def __init__(self, keys: Keys) -> None:
        order = np.argsort(keys.high, kind="stable")
        self.high = keys.high[order]
        self.low = keys.low[order]

    def holds(self, keys: Keys) -> npt.NDArray[np.bool_]:
        at = np.searchsorted(self.high, keys.high)
        inside = at < len(self.high)
        at[~inside] = 0
        alike = inside & (self.high[at] == keys.high)
        found = alike & (self.low[at] == keys.low)
        for row in np.flatnonzero(alike & ~found):  # another id with the same first half stands before ours
            start, end = at[row], np.searchsorted(self.high, keys.high[row], side="right")
            found[row] = bool(np.any(self.low[start:end] == keys.low[row]))
        return np.asarray(found, np.bool_)


class Seen:
    """The ids of the window, a list of runs a day of arrival. Used by one thread."""

    def __init__(self, window_days: int) -> None:
        self._window = timedelta(days=window_days)
        self._days: dict[date, list[_Run]] = {}

    def __len__(self) -> int:
        return sum(len(run.high) for runs in self._days.values() for run in runs)

    def add(self, keys: Keys, day: date) -> None:
        """Remember ids that arrived on ``day`` (UTC)."""
        if not len(keys):
            return
        runs = self._days.setdefault(day, [])
        runs.append(_Run(keys))
        # Each run is at least twice as long as the next: a look-up visits few runs and an id is copied seldom.
        while len(runs) > 1 and len(runs[-2].high) < 2 * len(runs[-1].high):
            last, before = runs.pop(), runs.pop()
            runs.append(_Run(Keys(np.concatenate((before.high, last.high)), np.concatenate((before.low, last.low)))))

    def forget_before(self, today: date) -> None:
        """Drop the days that lie outside the window that ends ``today``; a day is kept until all of it is outside."""
        for day in [d for d in self._days if d < today - self._window - timedelta(days=1)]:
            del self._days[day]

    def known(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """True for each id that has come before."""
        found = np.zeros(len(keys), np.bool_)
        if not len(keys):
            return found
        # Sorted look-ups walk the runs from left to right, which the processor's caches like.
        order = np.argsort(keys.high, kind="stable")
        ordered = keys.take(order)
        for runs in self._days.values():
            for run in runs:
                found[order] |= run.holds(ordered)
        return found
