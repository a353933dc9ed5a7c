"""Do thousands of simulated experiments hold what the methods promise: few false alarms, true intervals, less variance?"""

import numpy as np
import pytest

from uems.experiments.statistics.cuped import adjust
from uems.experiments.statistics.difference import Contrast, contrast, welch
from uems.experiments.statistics.estimates import Estimate, estimate
from uems.experiments.statistics.group_sequential import at_look, boundaries
from uems.experiments.statistics.moments import Moments, from_rows, from_sums
from uems.experiments.statistics.sequential import always_valid
from uems.experiments.statistics.strata import post_stratify

DAYS, A_DAY = 30, 100


def estimated(moments: Moments) -> Estimate:
    found = estimate(moments)
    assert isinstance(found, Estimate)
    return found


def apart(control: Estimate, treatment: Estimate, scale: str = "absolute") -> Contrast:
    found = contrast(control, treatment, "relative" if scale == "relative" else "absolute")
    assert isinstance(found, Contrast)
    return found


def test_a_thousand_experiments_without_effect_looked_at_for_thirty_days() -> None:
    luck = np.random.default_rng(2026)
    shape = (1_000, DAYS, A_DAY)
    # Skewed amounts, most of them nothing: what shops have.
    arms = [np.where(luck.random(shape) < 0.3, luck.gamma(2, 20, shape), 0.0) for _ in range(2)]
    sums = [np.cumsum(arm.sum(axis=2), axis=1) for arm in arms]
    squares = [np.cumsum((arm**2).sum(axis=2), axis=1) for arm in arms]
    looks = boundaries([day / DAYS for day in range(1, DAYS + 1)])
    alarms = {"always_valid": 0, "planned": 0, "once_a_day": 0}
    for world in range(1_000):
        rung = dict.fromkeys(alarms, False)
        for day in range(DAYS):
            people = (day + 1) * A_DAY
            control, treatment = (estimated(from_sums(people, [sums[arm][world, day]], [[squares[arm][world, day]]])) for arm in range(2))
            found = apart(control, treatment)
            rung["always_valid"] |= always_valid(apart(control, treatment, "relative")).significant
            rung["planned"] |= at_look(found, looks[day]).significant
            rung["once_a_day"] |= welch(found).significant
        for method, rang in rung.items():
            alarms[method] += rang
    assert alarms["always_valid"] <= 50
    assert alarms["planned"] <= 50 + 3 * np.sqrt(1_000 * 0.05 * 0.95)
    # The same data with the usual test looked at every day show why the others are needed.
    assert alarms["once_a_day"] > 150


@pytest.mark.parametrize("scale", ["absolute", "relative"])
def test_intervals_cover_the_true_effect(scale: str) -> None:
    luck = np.random.default_rng(7)
    covered = 0
    for _ in range(2_000):
        control = estimated(from_rows(luck.gamma(2, 10, 900)))
        treatment = estimated(from_rows(luck.gamma(2, 11, 700)))
        found = welch(apart(control, treatment, scale))
        covered += found.low <= (2.0 if scale == "absolute" else 0.1) <= found.high
    assert covered / 2_000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_cuped_keeps_the_share_of_variance_that_theory_says_and_the_effect(rho: float) -> None:
    luck = np.random.default_rng(8)
    plain, adjusted, kept = [], [], []
    for _ in range(1_500):
        before = luck.normal(5, 1, (2, 400))
        after = rho * (before - 5) + np.sqrt(1 - rho**2) * luck.normal(0, 1, (2, 400)) + np.asarray([[10.0], [10.3]])
        arms = {name: from_rows(np.stack([after[n], before[n]], axis=1)) for n, name in enumerate("ab")}
        found = adjust(arms)
        a, b = found.arms["a"], found.arms["b"]
        assert isinstance(a, Estimate)
        assert isinstance(b, Estimate)
        plain.append(arms["b"].means[0] - arms["a"].means[0])
        adjusted.append(b.value - a.value)
        kept.append(found.kept)
    assert np.mean(kept) == pytest.approx(1 - rho**2, abs=0.02)
    assert np.var(adjusted) / np.var(plain) == pytest.approx(1 - rho**2, abs=0.06)
    assert np.mean(adjusted) == pytest.approx(0.3, abs=0.01)


def test_a_covariate_that_says_nothing_changes_nothing() -> None:
    luck = np.random.default_rng(9)
    rows = np.stack([luck.normal(size=50), np.full(50, 4.0)], axis=1)
    arms = {"a": from_rows(rows), "b": from_rows(rows + np.asarray([1.0, 0.0]))}
    found = adjust(arms)
    assert found.kept == 1
    plain, same = estimated(from_rows(rows[:, 0])), found.arms["a"]
    assert isinstance(same, Estimate)
    assert (same.value, same.variance) == pytest.approx((plain.value, plain.variance))
    assert adjust({}).kept == 1


def test_post_stratification_mends_an_unlucky_split_and_covers_the_truth() -> None:
    luck = np.random.default_rng(10)
    covered, plain, better = 0, [], []
    for _ in range(800):
        kind = luck.random(600) < 0.3
        arm = luck.random(600) < 0.5
        worth = np.where(kind, 20.0, 2.0) + luck.normal(0, 2, 600) + 0.5 * arm
        arms = {
            name: {str(value): from_rows(worth[(arm == side) & (kind == value)]) for value in (False, True)}
            for name, side in (("a", False), ("b", True))
        }
        found = post_stratify(arms)
        a, b = found.arms["a"], found.arms["b"]
        assert isinstance(a, Estimate)
        assert isinstance(b, Estimate)
        result = welch(apart(a, b))
        covered += result.low <= 0.5 <= result.high
        better.append(result.value)
        plain.append(worth[arm].mean() - worth[~arm].mean())
    assert 0.93 <= covered / 800 <= 0.97
    assert np.mean(better) == pytest.approx(0.5, abs=0.03)
    assert np.var(better) < 0.1 * np.var(plain)


def test_a_stratum_that_an_arm_lacks_is_left_out_and_counted() -> None:
    some = from_rows([1.0, 2.0, 3.0])
    found = post_stratify({"a": {"x": some, "y": some}, "b": {"x": some}})
    assert found.left_out == 3
    assert found.weights == {"x": 1.0}
