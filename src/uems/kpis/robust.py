"""What is usual, and how far from it is too far? Medians and median deviations: pure functions over a short history.

A series of days is taken apart as Hochenbaum, Vallis and Kejariwal do ("Automatic anomaly detection in the cloud via statistical
learning", 2017, S-H-ESD): a season, here one number a weekday, a level by the median, and what is left over, whose spread is
measured by the median absolute deviation (MAD) so that earlier outliers do not widen it. 1.4826 × MAD estimates the standard
deviation of a normal distribution; beyond 3.5 of it Iglewicz and Hoaglin ("How to detect and handle outliers", 1993) speak of an outlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

MAD_TO_DEVIATION: Final = 1.4826
WEEK: Final = 7
LEVEL: Final = 14
"""Days, weeks or months that say where the level is now."""
AT_LEAST: Final = {"day": 21, "week": 6, "month": 6}
HISTORY: Final = {"day": 56, "week": 26, "month": 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What was to be expected, and one deviation from it."""

    expected: float
    deviation: float


def usual(values: Sequence[float | None], unit: str, *, counts: bool) -> Usual | None:
    """What the next value would be, by those before it, the oldest first; None where there are too few.

    counts: the values are numbers of people or events, which vary by their square root at least (Poisson).
    """
    known = [value for value in values if value is not None]
    if len(known) < AT_LEAST[unit]:
        return None
    season, flat = _flat(values, unit)
    level = _level(flat)
    rest = [value - around for value, around in zip(flat, _around(flat), strict=True) if value is not None and around is not None]
    expected = level + season[len(values) % WEEK]
    deviation = MAD_TO_DEVIATION * median([abs(one - median(rest)) for one in rest])
    least = max(abs(expected), 1.0) ** 0.5 if counts else 0.01 * abs(expected)
    return Usual(expected=expected, deviation=max(deviation, least, 1e-9))


def course_of(values: Sequence[float | None], unit: str) -> list[float]:
    """What would come on each of the seven days that follow, the next one first; for weeks and months, seven times the level."""
    season, flat = _flat(values, unit)
    level = _level(flat)
    return [level + season[(len(values) + place) % WEEK] for place in range(WEEK)]


def swell_of(values: Sequence[float | None], unit: str) -> float:
    """How many times as high the level is now as through all these values; at least 1."""
    flat = _flat(values, unit)[1]
    usually = median([value for value in flat if value is not None] or [0.0])
    return max(1.0, _level(flat) / usually) if usually > 0 else 1.0


def _flat(values: Sequence[float | None], unit: str) -> tuple[list[float], list[float | None]]:
    """(the season of the week, the values without it)."""
    season = _season(values) if unit == "day" else [0.0] * WEEK
    return season, [None if value is None else value - season[place % WEEK] for place, value in enumerate(values)]


def _level(flat: Sequence[float | None]) -> float:
    return median([value for value in flat[-LEVEL:] if value is not None] or [value for value in flat if value is not None])


def spread(values: Sequence[float]) -> Usual:
    """Median and deviation of values without a season."""
    middle = median(values)
    return Usual(expected=middle, deviation=MAD_TO_DEVIATION * median([abs(value - middle) for value in values]))


def _season(values: Sequence[float | None]) -> list[float]:
    """How far each place of the week lies from the level around it, by the median of the weeks; in all 0."""
    around = _around(values)
    found = []
    for place in range(WEEK):
        pairs = zip(values[place::WEEK], around[place::WEEK], strict=True)
        mine = [value - middle for value, middle in pairs if value is not None and middle is not None]
        found.append(median(mine) if mine else 0.0)
    mean = sum(found) / WEEK
    return [one - mean for one in found]


def _around(values: Sequence[float | None]) -> list[float | None]:
    """The median of the week around each value; at the ends of the nearest whole week."""
    size = len(values)
    found: list[float | None] = []
    for place in range(size):
        start = min(max(0, place - WEEK // 2), max(0, size - WEEK))
        near = [value for value in values[start : start + WEEK] if value is not None]
        found.append(median(near) if near else None)
    return found
