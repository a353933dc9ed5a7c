"""Does an alert know the yearly season: no alarm on the second peak, one on a real drop, and no more false alarms than without?"""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest

from uems.kpis.alerts.judging import anomaly
from uems.kpis.alerts.model import Judged, Rule
from uems.kpis.model import Unit
from uems.kpis.robust import HISTORY
from uems.kpis.yearly import AHEAD, BACK, SHIFT, ratios

ANOMALY = Rule(kind="anomaly")
BEGAN = date(2024, 1, 1)
WEEKDAYS = [100, 110, 105, 95, 120, 200, 190]
DECEMBER = (date(2025, 11, 25), date(2026, 1, 15))


def world(seed: int, season: Callable[[date], float], noise: float = 5, growth: float = 0.0) -> list[float]:
    """Two years and two months of days with a week, a season, growth and noise."""
    luck = random.Random(seed)
    days = [BEGAN + timedelta(days=n) for n in range(800)]
    return [season(day) * ((1 + growth) ** n * WEEKDAYS[day.weekday()] + luck.gauss(0, noise)) for n, day in enumerate(days)]


def peak(day: date) -> float:
    """Twice as much from the first to the 24th of December; in the second year a tenth more than that."""
    return (2.0 if day.year == 2024 else 2.2) if day.month == 12 and day.day <= 24 else 1.0


def no_season(day: date) -> float:
    return 1.0


def judged(
    values: Sequence[float], at: int, value: float | None = None, *, yearly: bool = True, counts: bool = False, unit: Unit = "day"
) -> Judged:
    same = at - BACK[unit]
    before = values[max(0, same - HISTORY[unit] - SHIFT[unit]) : same + AHEAD[unit] + 1] if yearly else ()
    found = [*values[max(0, at - HISTORY[unit]) : at], values[at] if value is None else value]
    return anomaly(ANOMALY, unit, found, counts=counts, before=before)


def places(first: date, last: date) -> range:
    return range((first - BEGAN).days, (last - BEGAN).days + 1)


def test_the_second_peak_raises_no_alarm_which_it_would_without_the_year_before() -> None:
    told, plain = [], []
    for seed in range(8):
        values = world(seed, peak)
        told += [(seed, BEGAN + timedelta(days=at)) for at in places(*DECEMBER) if judged(values, at).fired]
        plain += [at for at in places(*DECEMBER) if judged(values, at, yearly=False).fired]
    assert len(plain) >= 8 * 10  # the beginning and the end of every peak
    assert len(told) <= 8, told  # of 416 days


def test_a_real_drop_is_told_within_the_second_peak() -> None:
    within, misses = 0, []
    for seed in range(8):
        values = world(seed, peak)
        for at in places(date(2025, 12, 12), date(2025, 12, 20)):
            within += 1
            found = judged(values, at, values[at] * 0.45)
            if not found.fired:
                misses.append((seed, BEGAN + timedelta(days=at)))
    assert len(misses) <= within * 0.1, misses


def test_a_peak_that_does_not_come_is_told() -> None:
    for seed in range(4):
        values = world(seed, lambda day: peak(day) if day.year == 2024 else 1.0)
        at = places(date(2025, 12, 3), date(2025, 12, 3))[0]
        found = judged(values, at)
        assert (found.fired, found.yearly, judged(values, at, yearly=False).fired) == (True, True, False)
        assert found.expected == pytest.approx(2 * WEEKDAYS[2], rel=0.15)


def test_where_there_is_no_season_no_more_false_alarms_are_raised_than_by_weekday_and_level() -> None:
    days, with_year, without, seasons = 0, 0, 0, 0
    for seed in range(12):
        values = world(seed, no_season, noise=10, growth=0.0005)
        for at in range(500, 790, 8):
            days += 1
            found = judged(values, at, counts=True)
            with_year += found.fired
            seasons += found.yearly
            without += judged(values, at, yearly=False, counts=True).fired
    assert with_year <= without
    assert with_year <= 0.02 * days
    assert seasons <= 0.01 * days


def test_less_than_a_year_says_nothing_of_the_season() -> None:
    values = world(1, no_season)
    assert ratios(values[:60], "day", counts=False) != []
    assert ratios([0.0] * 50 + values[:20], "day", counts=False) == []
    assert ratios([None] * 70, "day", counts=False) == []
    assert ratios([], "month", counts=True) == []
    assert ratios([5.0] * 40, "day", counts=True) == [1.0] * 8


@pytest.mark.parametrize("unit", ["week", "month"])
def test_weeks_and_months_know_it_too(unit: Unit) -> None:
    year = BACK[unit]
    high = {47, 48, 49, 50} if unit == "week" else {11}
    luck = random.Random(3)
    values = [(300 if n % year in high else 100) * luck.gauss(1, 0.02) for n in range(4 * year)]
    at = 3 * year + min(high) + (1 if unit == "week" else 0)
    assert not judged(values, at, unit=unit).fired
    assert judged(values, at, yearly=False, unit=unit).fired
    assert judged(values, at, 100.0, unit=unit).fired
