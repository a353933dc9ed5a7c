"""Are two arms compared as the textbooks do, and is it said where they cannot be?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uems.experiments.statistics.difference import Contrast, Ratio, contrast, ratio_on_log_scale, welch, z_test
from uems.experiments.statistics.estimates import Estimate, NoAnswer, estimate
from uems.experiments.statistics.moments import Moments, columns, from_rows, from_sums, union

amounts = st.lists(st.floats(0, 1000, allow_subnormal=False).map(lambda x: round(x, 3)), min_size=3, max_size=40)


def mean_of(rows: list[float]) -> Estimate:
    found = estimate(from_rows(rows))
    assert isinstance(found, Estimate)
    return found


def test_the_published_example_of_a_relative_effect() -> None:
    control = estimate(from_sums(3407, [1396.87], [[52377.9767]]))
    treatment = estimate(from_sums(3461, [2422.7], [[134698.29]]))
    assert isinstance(control, Estimate)
    assert isinstance(treatment, Estimate)
    apart = contrast(control, treatment, "relative")
    assert isinstance(apart, Contrast)
    found = welch(apart)
    assert found.value == pytest.approx(0.70732, abs=5e-6)
    assert (found.low, found.high) == pytest.approx((-0.03526, 1.44989), abs=5e-6)
    assert found.p_value == pytest.approx(0.06191, abs=5e-6)
    assert not found.significant


@given(amounts, amounts)
def test_it_agrees_with_the_welch_test_of_scipy(first: list[float], second: list[float]) -> None:
    apart = contrast(mean_of(first), mean_of(second))
    if max(np.ptp(first), np.ptp(second)) < 0.01:
        return
    assert isinstance(apart, Contrast)
    oracle = stats.ttest_ind(second, first, equal_var=False)
    found = welch(apart)
    assert found.p_value == pytest.approx(float(oracle.pvalue), rel=1e-6, abs=1e-12)
    low, high = oracle.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((float(low), float(high)), rel=1e-6, abs=1e-6)


def test_the_z_test_takes_the_normal_distribution() -> None:
    found = z_test(Contrast(scale="absolute", value=1.959964, error=1.0, degrees=3, count=10))
    assert found.p_value == pytest.approx(0.05, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0, 3.919928), abs=1e-6)


def test_a_ratio_varies_by_both_of_its_parts() -> None:
    luck = np.random.default_rng(5)
    visits = luck.poisson(4, (4000, 300)).astype(float) + 1
    orders = luck.binomial(visits.astype(int), 0.2).astype(float)
    ratios = orders.sum(axis=1) / visits.sum(axis=1)
    found = estimate(from_rows(np.stack([orders[0], visits[0]], axis=1)), "ratio")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(ratios[0])
    # The deviation of 4,000 experiments is the error that one of them claims, but for the luck of that one.
    errors = [estimate(from_rows(np.stack([o, v], axis=1)), "ratio") for o, v in zip(orders[:200], visits[:200], strict=True)]
    claimed = np.mean([one.error for one in errors if isinstance(one, Estimate)])
    assert claimed == pytest.approx(float(ratios.std()), rel=0.05)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), min_size=4, max_size=30), st.integers(1, 3))
def test_parts_together_are_the_whole(rows: list[tuple[int, int]], cut: int) -> None:
    whole, parts = from_rows(rows), union([from_rows(rows[:cut]), from_rows(rows[cut:])])
    assert parts.count == whole.count
    assert parts.means == pytest.approx(whole.means)
    assert np.allclose(parts.covariances, whole.covariances, atol=1e-9)
    assert np.allclose(whole.covariances, np.cov(np.asarray(rows, float).T), atol=1e-9)


def test_columns_are_taken_in_order() -> None:
    rows = np.asarray([[1.0, 5.0, 2.0], [2.0, 3.0, 9.0], [4.0, 4.0, 4.0]])
    assert columns(from_rows(rows), [2, 0]) == from_rows(rows[:, [2, 0]])


def test_an_arm_with_nobody_or_one_person_has_no_value() -> None:
    nobody = Moments(count=0, means=(0.0,), covariances=((0.0,),))
    assert from_sums(0, [0.0], [[0.0]]) == nobody
    assert estimate(nobody) == NoAnswer(reason="nobody")
    assert estimate(from_rows([3.0])) == NoAnswer(reason="too_few")


def test_a_metric_without_variance_has_no_test() -> None:
    assert contrast(mean_of([2.0, 2.0]), mean_of([2.0, 2.0, 2.0])) == NoAnswer(reason="no_variance")
    # A tenth cannot be written in binary, so that sums of squares leave a rest.
    same = mean_of([0.1] * 1001)
    assert same.variance == 0
    assert contrast(same, same) == NoAnswer(reason="no_variance")


def test_nothing_is_relative_to_nothing() -> None:
    assert contrast(mean_of([0.0, 0.0]), mean_of([1.0, 2.0]), "relative") == NoAnswer(reason="zero_control")
    assert estimate(from_rows([[0.0, 0.0], [0.0, 0.0]]), "ratio") == NoAnswer(reason="zero_denominator")


def test_the_log_scale_never_falls_below_nothing() -> None:
    few, many = mean_of([0.0, 0.0, 9.0, 1.0]), mean_of([5.0, 9.0, 1.0, 0.0])
    found = ratio_on_log_scale(few, many)
    assert isinstance(found, Ratio)
    assert 0 < found.low < found.value < found.high
    assert math.sqrt(found.low * found.high) == pytest.approx(found.value)
    assert ratio_on_log_scale(mean_of([0.0, 0.0]), many) == NoAnswer(reason="zero_control")
