"""Do ranks, draws and quantiles agree with scipy and with what repeated experiments show?"""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uems.experiments.statistics.bootstrap import Resampled, bootstrap, median, quantile, trimmed_mean
from uems.experiments.statistics.estimates import Estimate, NoAnswer
from uems.experiments.statistics.quantiles import quantile_estimate, shares_around
from uems.experiments.statistics.ranks import Ranked, mann_whitney

small = st.lists(st.integers(0, 6).map(float), min_size=2, max_size=25)


@given(small, small)
def test_the_rank_test_agrees_with_scipy_ties_and_all(first: list[float], second: list[float]) -> None:
    found = mann_whitney(Counter(first), Counter(second))
    if len({*first, *second}) == 1:
        assert found == NoAnswer(reason="no_variance")
        return
    assert isinstance(found, Ranked)
    oracle = stats.mannwhitneyu(second, first, method="asymptotic", use_continuity=False)
    assert found.u == pytest.approx(float(oracle.statistic))
    assert found.p_value == pytest.approx(float(oracle.pvalue), abs=1e-9)
    pairs = [(1.0 if b > a else 0.5 if a == b else 0.0) for a in first for b in second]
    assert found.superiority == pytest.approx(float(np.mean(pairs)))


def test_the_interval_of_superiority_holds_the_truth() -> None:
    luck = np.random.default_rng(3)
    truth, covered = float(stats.norm.cdf(0.3 / np.sqrt(2))), 0
    for _ in range(400):
        found = mann_whitney(Counter(luck.normal(0, 1, 150).tolist()), Counter(luck.normal(0.3, 1, 150).tolist()))
        assert isinstance(found, Ranked)
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.98


def test_nobody_to_rank() -> None:
    assert mann_whitney({}, {1.0: 3}) == NoAnswer(reason="nobody", arm="control")
    assert mann_whitney({1.0: 3}, {2.0: 1}) == NoAnswer(reason="too_few", arm="treatment")


def test_draws_of_counts_are_draws_of_people() -> None:
    luck = np.random.default_rng(1)
    first, second = luck.exponential(10, 300).round(), luck.exponential(13, 300).round()
    ours = bootstrap(Counter(first.tolist()), Counter(second.tolist()), trimmed_mean(0.1), replicates=4000)
    assert isinstance(ours, Resampled)
    assert ours.value == pytest.approx(float(stats.trim_mean(second, 0.1) - stats.trim_mean(first, 0.1)))

    def difference(a: np.ndarray, b: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.asarray(stats.trim_mean(b, 0.1, axis=axis) - stats.trim_mean(a, 0.1, axis=axis))

    theirs = stats.bootstrap((first, second), difference, n_resamples=4000, method="percentile", rng=2).confidence_interval
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(float(theirs.low), abs=0.06 * width)
    assert ours.high == pytest.approx(float(theirs.high), abs=0.06 * width)


def test_the_same_seed_gives_the_same_answer_and_no_effect_is_found_in_no_effect() -> None:
    luck = np.random.default_rng(8)
    false = 0
    for _ in range(200):
        one, two = (Counter(luck.poisson(3, 200).astype(float).tolist()) for _ in range(2))
        found = bootstrap(one, two, trimmed_mean(0.05), replicates=400)
        assert isinstance(found, Resampled)
        false += found.p_value < 0.05
    assert found == bootstrap(one, two, trimmed_mean(0.05), replicates=400)
    assert false <= 20


def test_medians_and_quantiles_of_counted_values() -> None:
    values, often = np.asarray([1.0, 2.0, 9.0]), np.asarray([[2.0, 2.0, 0.0], [0.0, 1.0, 5.0], [1.0, 1.0, 1.0]])
    assert median(values, often).tolist() == [1.0, 9.0, 2.0]
    assert quantile(0.9)(values, often).tolist() == [2.0, 9.0, 9.0]
    assert bootstrap({}, {1.0: 2}, median) == NoAnswer(reason="nobody", arm="control")
    assert bootstrap({1.0: 2}, {1.0: 2}, median) == NoAnswer(reason="no_variance")


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_error_of_a_quantile_is_how_much_it_moves(share: float) -> None:
    luck = np.random.default_rng(4)
    n = 2_000
    worlds = luck.lognormal(0, 1, (1_000, n))
    found = []
    for world in worlds:
        low, value, high = np.quantile(world, shares_around(n, share))
        one = quantile_estimate(n, float(low), float(value), float(high))
        assert isinstance(one, Estimate)
        found.append(one)
    truth = float(stats.lognorm.ppf(share, 1))
    covered = np.mean([abs(one.value - truth) < 1.96 * one.error for one in found])
    assert 0.93 <= covered <= 0.97
    assert np.mean([one.error for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.08)


def test_quantiles_of_few_people_are_not_told() -> None:
    assert quantile_estimate(0, 0, 0, 0) == NoAnswer(reason="nobody")
    assert quantile_estimate(99, 1, 2, 3) == NoAnswer(reason="too_few")
