"""How many different things were there, among any number of them, in bounded memory? Their hashes, sorted apart on disk.

Two different texts among a hundred million share a 64-bit hash with a chance of about one in 3,700; the count is then one less.
"""

import shutil
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
ROOM: Final = 2_000_000
"""Hashes that are held in memory (16 MB) before they go to disk."""
_BUCKETS: Final = 64


class Seen:
    """Which hashes came before? room: how many are remembered at most; beyond them some are new again."""

    def __init__(self, room: int = 2 * ROOM) -> None:
        self._room = room
        self._sorted: list[Hashes] = []

    def is_new(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Whether each of them was never added."""
        new = np.ones(len(hashes), np.bool_)
        for known in self._sorted:
            place = np.searchsorted(known, hashes)
            place[place == len(known)] = 0
            new &= known[place] != hashes
        return new

    def add(self, hashes: Hashes) -> None:
        """Remember hashes that are new; shape (n,), each once."""
        if not len(hashes) or sum(map(len, self._sorted)) + len(hashes) > self._room:
            return
        self._sorted.append(np.sort(hashes))
        # Those of about one size become one, so that there are few to look into.
        while len(self._sorted) > 1 and len(self._sorted[-2]) < 2 * len(self._sorted[-1]):
            last = self._sorted.pop()
            self._sorted[-1] = np.sort(np.concatenate([self._sorted[-1], last]))


class Distinct:
    """Counts different hashes. folder: made when needed, removed by ``close``. room: how many are held in memory."""

    def __init__(self, folder: Path, room: int = ROOM) -> None:
        self._folder = folder
        self._room = room
        self._parts: list[Hashes] = []
        self._held = 0
        self._spilled = False

    def add(self, hashes: Hashes) -> None:
        self._parts.append(hashes)
        self._held += len(hashes)
        if self._held > self._room:
            found = self._taken()
            # What repeats a lot, as in a file that was put together of many, shrinks here already.
            if len(found) > self._room // 2:
                self._spill(found)
            else:
                self._parts, self._held = [found], len(found)

    def count(self) -> int:
        """How many different ones there were so far."""
        found = self._taken()
        if not self._spilled:
            self._parts, self._held = [found], len(found)
            return len(found)
        self._spill(found)
        return sum(len(np.unique(np.fromfile(path, np.uint64))) for path in self._folder.iterdir())

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _taken(self) -> Hashes:
        found = np.unique(np.concatenate(self._parts)) if self._parts else np.zeros(0, np.uint64)
        self._parts, self._held = [], 0
        return found

    def _spill(self, hashes: Hashes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._spilled = True
        # Sorted, so that each bucket is one piece of them.
        ends = np.searchsorted(hashes >> np.uint64(58), np.arange(_BUCKETS), side="right")
        start = 0
        for bucket, end in enumerate(ends.tolist()):
            if end > start:
                with (self._folder / f"{bucket:02}").open("ab") as file:
                    hashes[start:end].tofile(file)
            start = end
