"""Do the learners find who changes, does the line put them right, and is nobody called harmed who is not?"""

from typing import Any

import numpy as np
import pytest
from sklift.metrics import qini_auc_score

from uems.prediction.uplift.curves import Lot, judge
from uems.prediction.uplift.learners import LEARNERS, fit, useful
from uems.prediction.uplift.policy import harm_below, line, policy, tenths

pytestmark = pytest.mark.filterwarnings("ignore:Function stable_cumsum:FutureWarning")  # of scikit-uplift itself
Floats = np.ndarray[Any, np.dtype[np.float64]]


def world(n: int, seed: int) -> tuple[Floats, Lot, Floats]:
    """(features, lot, true change): a third is won by the action, a fifth is put off by it."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, 6))
    matrix[rng.random((n, 6)) < 0.05] = np.nan
    first, second = np.nan_to_num(matrix[:, 0]), np.nan_to_num(matrix[:, 1])
    change = np.where(first > 0.4, 0.2, 0.0) - np.where(second > 0.8, 0.15, 0.0)
    t = rng.random(n) < 0.6
    y = rng.random(n) < 0.25 + change * t
    return matrix, Lot(y=y.astype(np.float64), treated=t, share=np.full(n, 0.6)), change


def test_both_learners_find_the_effect_that_was_drawn() -> None:
    rng = np.random.default_rng(1)
    x, t = rng.random(10_000), rng.random(10_000) < 0.5
    y = (rng.random(10_000) < 0.1 + 0.2 * x * t).astype(np.float64)
    lot = Lot(y=y, treated=t, share=np.full(10_000, 0.5))
    found = fit(x[:, None], lot, seed=1)
    for key in LEARNERS:
        judged = judge(lot, found.scores[key], seed=1, replicates=100)
        assert judged.sure
        assert judged.qini is not None
        assert judged.qini.value == pytest.approx(qini_auc_score(y.astype(int), found.scores[key], t.astype(int)), rel=1e-9)
        assert np.corrcoef(found.say(key, x[:, None]), 0.2 * x)[0, 1] > 0.85
    drawn = line(found.scores[found.better], found.pseudo)
    said = drawn.change(found.say(found.better, np.array([[0.25], [0.75]])))
    assert said == pytest.approx([0.05, 0.15], abs=0.04)


def test_nobody_is_scored_by_their_own_outcome() -> None:
    """Where nothing is to be found, scores of one's own outcome would find it all the same."""
    rng = np.random.default_rng(2)
    n = 3_000
    lot = Lot(y=(rng.random(n) < 0.2).astype(np.float64), treated=rng.random(n) < 0.5, share=np.full(n, 0.5))
    found = fit(rng.normal(size=(n, 8)), lot, seed=2)
    for key in LEARNERS:
        assert not judge(lot, found.scores[key], seed=2, replicates=100).sure


def test_the_policy_treats_who_is_won_and_leaves_the_harmed_in_peace() -> None:
    matrix, lot, _ = world(12_000, 4)
    found = fit(matrix, lot, seed=4)
    drawn = line(found.scores[found.better], found.pseudo)
    others, _, change = world(8_000, 5)
    value, cost = np.full(8_000, 1_000.0), 40.0
    harm = harm_below(tenths(lot, found.scores[found.better], found.pseudo))
    made = policy(drawn, found.say(found.better, others), value, cost, harm)
    truth = change * value - cost
    assert truth[made.treat].sum() >= 0.9 * np.maximum(truth, 0).sum()
    assert made.harmed.sum() > 300
    assert change[made.harmed].mean() < -0.08
    assert (change[made.treat] < 0).mean() < 0.02
    total = drawn.total(found.say(found.better, others)[made.treat], value[made.treat])
    assert total.low <= (change * value)[made.treat].sum() <= total.high


def test_the_line_and_its_band_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(6)
    score = rng.normal(size=500)
    pseudo = 0.3 + 0.5 * score + rng.normal(size=500) * (1 + np.abs(score))
    found = line(score, pseudo)
    design = np.column_stack([np.ones(500), score - score.mean()])
    beta, *_ = np.linalg.lstsq(design, pseudo, rcond=None)
    bread = np.linalg.inv(design.T @ design)
    rest = pseudo - design @ beta
    cov = bread @ (design.T * rest**2) @ design @ bread
    assert [found.level, found.slope] == pytest.approx(beta)
    assert found.cov == pytest.approx(cov)
    low, high = found.band(np.array([score.mean()]))
    assert float(high[0] - low[0]) == pytest.approx(2 * 2.4477 * np.sqrt(cov[0, 0]), rel=1e-4)


def test_no_effect_harms_nobody() -> None:
    """The band holds for everybody at once: in 60 worlds without any effect a few at most say that anybody is harmed."""
    said = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        score, pseudo = rng.normal(size=1_000), rng.normal(size=1_000)
        said += bool((line(score, pseudo).band(score)[1] < 0).any())
    assert said <= 6


def test_tenths_are_counted_by_hand_and_useless_columns_are_known() -> None:
    y = np.array([1.0, 0.0] * 20)
    lot = Lot(y=y, treated=np.arange(40) % 4 < 2, share=np.full(40, 0.5))
    found = tenths(lot, -np.arange(40.0), y)
    assert [one.people for one in found] == [4] * 10
    assert found[0].treated == 0.5
    assert found[0].control == 0.5
    assert found[0].change.value == 0.5
    matrix = np.array([[1.0, np.nan, 2.0], [1.0, np.nan, 3.0], [1.0, np.nan, np.nan]])
    assert useful(matrix).tolist() == [False, False, True]
