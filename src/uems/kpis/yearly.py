"""What did this time of the year do to the level a year ago? A pure function over the same stretch of the year before.

The rule. With a year of history a value is also held against the **same weeks of the year before**, 52 weeks (12 months) back, so that
weekdays meet. What was to be expected there by weekday and level is compared with what came in the week around the same day; the median
of the ratios is what the season did. What is to be expected now by weekday and level, times this ratio, is what is to be expected.

- A ratio whose shift is within 3.5 deviations of that stretch is noise and counts as 1. So where there is no season the limits are
  those of weekday and level alone, and the rate of false alarms is theirs.
- Seasons do not begin on the same weekday each year. The ratio is read for three days to either side (one week for weeks, none for months),
  and the limits reach from the lowest to the highest that was read: narrow before, within and after a season, wide for
  the week in which it begins or ends and for the days, a week later, in which the level of the last two weeks follows.
- Within a season weekdays may differ more than outside it: the same weekday of the year before, by itself, is a reading too.
- Within a season the noise grows with the level: the deviation counts as many times as the level is higher now than through the history.
- One year is one example. A quarter of the shift is granted on top, as is the uncertainty of two medians, pi/2 of a variance by their
  number of values each (the asymptotic variance of a median of normal values).

What lasts for less than half a week, such as one day of sales, is no season here.
"""

from collections.abc import Sequence
from math import pi
from statistics import median
from typing import Final

from uems.kpis.model import Unit
from uems.kpis.robust import AT_LEAST, HISTORY, LEVEL, course_of, usual

BACK: Final[dict[Unit, int]] = {"day": 364, "week": 52, "month": 12}
SHIFT: Final[dict[Unit, int]] = {"day": 3, "week": 1, "month": 0}
"""How far from the same day, week or month of the year before the ratio is read too."""
WINDOW: Final[dict[Unit, int]] = {"day": 7, "week": 1, "month": 1}
NOISE: Final = 3.5
GRANTED: Final = 0.25
AHEAD: Final[dict[Unit, int]] = {unit: SHIFT[unit] + WINDOW[unit] // 2 for unit in BACK}
"""How many values behind that of a year before are looked at."""


def ratios(before: Sequence[float | None], unit: Unit, *, counts: bool) -> list[float]:
    """What the season did a year before, from the earliest reading to the latest, then by the same weekday alone; empty where too little
    stands.

    before: the history of the value a year before, that value, and ``AHEAD`` values behind it; the oldest first.
    """
    values = list(before)
    while values and not values[0]:
        values = values[1:]  # before it began
    centre = len(values) - 1 - AHEAD[unit]
    half = WINDOW[unit] // 2
    found = [_ratio(values, centre + shift, half, unit, counts=counts) for shift in range(-SHIFT[unit], SHIFT[unit] + 1)]
    found += [_ratio(values, centre, 0, unit, counts=counts)] if half else []
    return [one for one in found if one is not None] if None not in found else []


def _ratio(values: Sequence[float | None], at: int, half: int, unit: Unit, *, counts: bool) -> float | None:
    past = values[max(0, at - HISTORY[unit]) : max(0, at)]
    if sum(value is not None for value in past) < AT_LEAST[unit]:
        return None
    expected = usual(past, unit, counts=counts)
    if expected is None:
        return None
    course = course_of(past, unit)
    pairs = [(values[at + n], course[n % len(course)]) for n in range(-half, half + 1)]
    near = [(value, usually) for value, usually in pairs if value is not None and usually > 0]
    if not near or abs(median(value - usually for value, usually in near)) <= NOISE * expected.deviation:
        return 1.0
    return max(0.0, median(value / usually for value, usually in near))


def widened(ratio: float, unit: Unit) -> float:
    """By what a deviation grows that is expected by this ratio: with the level, and by what was read of the year before."""
    if ratio == 1.0:
        return 1.0
    around = 1.0 if WINDOW[unit] == 1 else pi / 2 / WINDOW[unit]
    return float(max(1.0, ratio) * (1 + pi / 2 / LEVEL + around) ** 0.5)


def granted(ratio: float) -> float:
    """Which share of the level is granted because no two seasons are alike."""
    return GRANTED * abs(ratio - 1.0)
