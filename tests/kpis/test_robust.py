"""Is the usual told from the unusual, with a season, a trend, and outliers in the past?"""

import random
from statistics import median

from uems.kpis.alerts.judging import anomaly
from uems.kpis.alerts.model import Rule
from uems.kpis.robust import usual

WEEKDAYS = [100, 110, 105, 95, 120, 200, 190]
ANOMALY = Rule(kind="anomaly")


def season(days: int, *, growth: float = 0.0, noise: float = 0.0, seed: int = 1) -> list[float | None]:
    luck = random.Random(seed)
    return [WEEKDAYS[day % 7] * (1 + growth * day) + luck.gauss(0, noise) for day in range(days)]


def test_a_weekly_season_is_expected() -> None:
    for day in range(56, 63):
        found = usual(season(63)[:day][-56:], "day", counts=False)
        assert found is not None
        assert abs(found.expected - WEEKDAYS[day % 7]) < 1e-9


def test_a_saturday_is_no_anomaly_and_a_quiet_one_is() -> None:
    history = season(61, noise=3)
    assert 61 % 7 == 5
    assert not anomaly(ANOMALY, "day", [*history, 203.0], counts=True).fired
    quiet = anomaly(ANOMALY, "day", [*history, 110.0], counts=True)
    assert quiet.fired
    assert quiet.low is not None
    assert 110 < quiet.low < 200
    assert not anomaly(Rule(kind="anomaly", direction="up"), "day", [*history, 110.0], counts=True).fired


def test_outliers_of_the_past_do_not_hide_a_new_one() -> None:
    history = season(61, noise=3)
    history[20] = history[41] = 2_000.0
    assert anomaly(ANOMALY, "day", [*history, 110.0], counts=True).fired
    assert not anomaly(ANOMALY, "day", [*history, 203.0], counts=True).fired


def test_noise_alone_raises_hardly_any_alarm() -> None:
    fired = 0
    for seed in range(300):
        values = season(57, noise=10, seed=seed)
        fired += anomaly(ANOMALY, "day", values, counts=True).fired
    assert fired <= 6


def test_steady_growth_is_no_anomaly() -> None:
    values = season(70, growth=0.01, noise=3)
    assert not any(anomaly(ANOMALY, "day", values[day - 56 : day + 1], counts=True).fired for day in range(56, 70))


def test_too_little_history_and_constant_values() -> None:
    assert anomaly(ANOMALY, "day", [*season(20), 1.0], counts=True).note == "too_little_history"
    assert anomaly(ANOMALY, "week", [5.0] * 5 + [500.0], counts=True).note == "too_little_history"
    flat = [0.5] * 30
    assert not anomaly(ANOMALY, "day", [*flat, 0.5], counts=False).fired
    assert anomaly(ANOMALY, "day", [*flat, 0.6], counts=False).fired
    assert usual([None] * 40, "day", counts=True) is None


def test_weeks_have_no_season() -> None:
    found = usual([10.0, 12.0, 11.0, 90.0, 10.0, 11.0, 12.0], "week", counts=False)
    assert found is not None
    assert found.expected == median([10.0, 12.0, 11.0, 90.0, 10.0, 11.0, 12.0])
