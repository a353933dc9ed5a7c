"""How long did it take? Medians, quantiles and histograms of durations; pure functions over milliseconds."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
BINS: Final = (
    0, 1, 5, 10, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR,
    _DAY, 2 * _DAY, 3 * _DAY, 5 * _DAY, 7 * _DAY, 14 * _DAY, 21 * _DAY, 30 * _DAY, 60 * _DAY, 90 * _DAY, 180 * _DAY, 366 * _DAY,
)  # fmt: skip
"""Lower edges, in seconds, of bins in which seconds and months can both be seen; an edge belongs to the bin that it opens."""


def bin_of(ms: npt.NDArray[np.int64], bins: Sequence[float]) -> npt.NDArray[np.int64]:
    """The place of each duration among the bins; the last has no end."""
    return np.searchsorted(np.array(bins) * 1000, ms, "right") - 1


def spread(ms: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Average, median and quantiles in seconds (linear between neighbours); null of nothing."""
    if not len(ms):
        return dict.fromkeys(("average_seconds", "median_seconds", "p25_seconds", "p75_seconds", "p90_seconds"))
    p25, median, p75, p90 = (float(value) / 1000 for value in np.percentile(ms, [25, 50, 75, 90]))
    found = {"average_seconds": float(ms.mean()) / 1000, "median_seconds": median}
    return {**found, "p25_seconds": p25, "p75_seconds": p75, "p90_seconds": p90}
