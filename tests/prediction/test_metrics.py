"""Are the measures those of the textbooks, of scikit-learn, and of counting by hand?"""

import numpy as np
import pytest
from sklearn import metrics as sk

from uems.prediction.metrics import (
    Floats,
    auc,
    auc_against,
    average_precision,
    bins_of,
    brier,
    calibration,
    log_loss,
    reach,
    shares,
    stability,
)


def test_auc_by_hand() -> None:
    labels = np.array([True, False, True, False])
    # Of the four pairs three are in order, one is tied.
    assert auc(labels, np.array([0.9, 0.2, 0.5, 0.5])) == pytest.approx(3.5 / 4)
    assert np.isnan(auc(np.array([True, True]), np.array([0.1, 0.2])))
    assert np.isnan(auc(np.zeros(0, np.bool_), np.zeros(0)))


@pytest.mark.parametrize("seed", range(5))
def test_measures_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.random(200) < 0.3
    # Few different values, so that there are ties.
    scores: Floats = np.round(np.clip(rng.random(200) * 0.6 + labels * 0.3, 0.01, 0.99), 1 if seed % 2 else 8)
    assert auc(labels, scores) == pytest.approx(sk.roc_auc_score(labels, scores))
    assert average_precision(labels, scores) == pytest.approx(sk.average_precision_score(labels, scores))
    assert brier(labels, scores) == pytest.approx(sk.brier_score_loss(labels, scores))
    assert log_loss(labels, scores) == pytest.approx(sk.log_loss(labels, scores))


def test_auc_within_strata_counts_pairs_of_one_stratum_only() -> None:
    rng = np.random.default_rng(3)
    labels, scores, strata = rng.random(300) < 0.4, np.round(rng.random(300), 1), rng.integers(0, 4, 300)
    won = pairs = 0.0
    for i in range(300):
        for j in range(300):
            if labels[i] and not labels[j] and strata[i] == strata[j]:
                pairs += 1
                won += 1.0 if scores[i] > scores[j] else 0.5 if scores[i] == scores[j] else 0.0
    assert auc(labels, scores, strata) == pytest.approx(won / pairs)


def test_reach_by_hand() -> None:
    labels = np.array([True, True, False, False, True, False, False, False, False, False])
    scores = np.arange(10)[::-1] / 10
    tenth, fifth, half = reach(labels, scores.astype(float), (10, 20, 50))
    assert (tenth.people, tenth.precision) == (1, 1.0)
    assert tenth.found == pytest.approx(1 / 3)
    assert fifth.lift == pytest.approx(1.0 / 0.3)
    assert half.found == 1.0
    assert half.precision == pytest.approx(0.6)


def test_a_rule_that_says_the_same_of_everybody_reaches_what_chance_does() -> None:
    labels = np.random.default_rng(1).random(1000) < 0.2
    for found in reach(labels, np.ones(1000)):
        assert found.lift == pytest.approx(1.0)


def test_calibration_groups_are_of_equal_size_and_in_order() -> None:
    rng = np.random.default_rng(5)
    said = rng.random(1003)
    groups = calibration(rng.random(1003) < said, said)
    assert sum(group.people for group in groups) == 1003
    assert [group.predicted for group in groups] == sorted(group.predicted for group in groups)


def test_the_interval_of_a_real_difference_excludes_nothing_and_of_none_includes_it() -> None:
    rng = np.random.default_rng(7)
    people = np.repeat(np.arange(500, dtype=np.uint64), 2)
    labels = rng.random(1000) < 0.4
    good, bad, other = labels + rng.normal(0, 1, 1000), rng.random(1000), rng.random(1000)
    strata = np.zeros(1000, np.int64)
    assert auc_against(labels, good, bad, strata, people, 1)[2].low > 0
    gain = auc_against(labels, bad, other, strata, people, 1)[2]
    assert gain.low < 0 < gain.high
    assert auc_against(labels, good, bad, strata, people, 1) == auc_against(labels, good, bad, strata, people, 1)


def test_intervals_are_wider_when_rows_are_of_few_people() -> None:
    rng = np.random.default_rng(9)
    # Forty people with 25 equal rows each know no more than forty rows do.
    labels, scores = rng.random(40) < 0.5, rng.random(40)
    many, rows = np.repeat(labels, 25), np.repeat(scores, 25)
    strata = np.zeros(1000, np.int64)
    as_people, _, _ = auc_against(many, rows, rows, strata, np.repeat(np.arange(40, dtype=np.uint64), 25), 1)
    as_rows, _, _ = auc_against(many, rows, rows, strata, np.arange(1000, dtype=np.uint64), 1)
    assert as_people.high - as_people.low > 3 * (as_rows.high - as_rows.low)


def test_stability_by_hand() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    edges = np.array([2.0])
    before = shares(values, edges)
    assert before.tolist() == [0.4, 0.4, 0.2]
    assert stability(before, before) == 0.0
    now = shares(np.array([1.0, 1.0, 1.0, 3.0, np.nan]), edges)
    assert stability(before, now) == pytest.approx(0.2 * np.log(0.6 / 0.4) + (0.2 - 0.4) * np.log(0.2 / 0.4))


def test_bins_hold_about_as_many_values_each() -> None:
    values = np.arange(1000.0)
    assert shares(values, bins_of(values))[:-1] == pytest.approx(np.full(10, 0.1), abs=0.002)
    assert len(bins_of(np.full(10, np.nan))) == 0
    assert len(bins_of(np.ones(10))) == 1
