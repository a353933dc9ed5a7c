"""What did people do before and after an instant of their own? Sums over sorted arrays: no person is looked at alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uems.evaluation.model import Arms

Ints = npt.NDArray[np.int64]
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Happenings:
    """Things that people did. at_ms: milliseconds since 1970. amount: of money, in minor units; 1 where there is none. Shape (n,)."""

    person: npt.NDArray[np.uint64]
    at_ms: Ints
    amount: Ints


class Watched:
    """What the people of ``arms`` did, found by person and time."""

    def __init__(self, arms: Arms, happened: Happenings) -> None:
        place = np.searchsorted(arms.person, happened.person).clip(max=max(0, len(arms.person) - 1))
        mine = arms.person[place] == happened.person if len(arms.person) else np.zeros(len(happened.person), np.bool_)
        place, at, amount = place[mine], happened.at_ms[mine], happened.amount[mine]
        order = np.lexsort((at, place))
        self._since = arms.since_ms
        self._base = int(at.min()) if len(at) else 0
        self._width = (int(at.max()) - self._base + 1) if len(at) else 1
        # The person's place and the time in one number, so that both ends of a window are one search in one array.
        self._keys = place[order] * self._width + (at[order] - self._base)
        self._amounts = amount[order]
        self._sums = np.concatenate([[0], np.cumsum(amount[order])])
        self._start = np.arange(len(arms.person), dtype=np.int64) * self._width

    def count(self, from_ms: int, to_ms: int) -> Ints:
        """How often each did it in [from_ms, to_ms) from their instant on. Shape (people,)."""
        low, high = self._ends(from_ms, to_ms)
        return (high - low).astype(np.int64)

    def amount(self, from_ms: int, to_ms: int) -> Ints:
        """The sum of the amounts in the same window. Shape (people,)."""
        low, high = self._ends(from_ms, to_ms)
        found: Ints = self._sums[high] - self._sums[low]
        return found

    def last(self, from_ms: int, to_ms: int) -> tuple[npt.NDArray[np.bool_], Ints]:
        """(who did it at all in the same window, the amount of their last time; 0 of the others). Shape (people,) each."""
        low, high = self._ends(from_ms, to_ms)
        did = high > low
        amounts: Ints = np.zeros(len(did), np.int64)
        amounts[did] = self._amounts[high[did] - 1]
        return did, amounts

    def _ends(self, from_ms: int, to_ms: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        return self._at(from_ms), self._at(to_ms)

    def _at(self, offset: int) -> npt.NDArray[np.intp]:
        wanted: Ints = self._start + (self._since + offset - self._base).clip(0, self._width)
        return np.searchsorted(self._keys, wanted)
