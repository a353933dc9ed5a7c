"""Are Qini and AUUC those of scikit-uplift, and do their intervals hold what they promise?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklift.metrics import qini_auc_score, qini_curve, uplift_auc_score

from uems.prediction.uplift.curves import Lot, Ranking, judge

pytestmark = pytest.mark.filterwarnings("ignore:Function stable_cumsum:FutureWarning")  # of scikit-uplift itself


def lot_of(y: Any, treated: Any, share: float = 0.5) -> Lot:
    return Lot(y=np.asarray(y, np.float64), treated=np.asarray(treated, np.bool_), share=np.full(len(y), share))


def drawn(n: int, seed: int, effect: float = 0.2) -> tuple[np.ndarray[Any, np.dtype[np.float64]], Lot]:
    """x ~ U(0, 1), t ~ B(.5), y ~ B(.1 + effect * x * t)."""
    rng = np.random.default_rng(seed)
    x, t = rng.random(n), rng.random(n) < 0.5
    return x, lot_of(rng.random(n) < 0.1 + effect * x * t, t)


def test_coefficients_of_ten_thousand_are_those_of_scikit_uplift() -> None:
    x, lot = drawn(10_000, 1)
    y, t = lot.y.astype(int), lot.treated.astype(int)
    ranking = Ranking(lot, x)
    assert ranking.qini() == pytest.approx(qini_auc_score(y, x, t), rel=1e-9)
    assert ranking.auuc() == pytest.approx(uplift_auc_score(y, x, t), rel=1e-9)
    people, gain = qini_curve(y, x, t)
    some = np.linspace(0, len(people) - 1, 30).astype(int)
    assert ranking.gains(people[some] / len(y)) == pytest.approx(gain[some] / t.sum(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 4)), min_size=8, max_size=60))
def test_any_small_lot_with_ties_agrees(rows: list[tuple[bool, bool, int]]) -> None:
    y, t, score = (np.array(one) for one in zip(*rows, strict=True))
    if len(set(t.tolist())) < 2 or len(set(y.tolist())) < 2:
        return
    score = score.astype(float)
    ranking = Ranking(lot_of(y, t, 0.3), score)
    for mine, function in ((ranking.qini(), qini_auc_score), (ranking.auuc(), uplift_auc_score)):
        if np.isfinite(mine):
            assert mine == pytest.approx(function(y.astype(int), score, t.astype(int)), abs=1e-9)


def test_the_area_is_the_gain_of_a_policy_over_chance_by_hand() -> None:
    # Four people, one treated and one not among the two best: they differ by 1; the two others do not differ.
    lot = lot_of([1, 0, 0, 0], [True, False, True, False])
    ranking = Ranking(lot, np.array([2.0, 2.0, 1.0, 1.0]))
    # The curve goes (0, 0), (1/2, 1/2), (1, 1/2); the line ends at 1/2: the triangles are worth 1/4 * 1/2.
    assert ranking.gains(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 0.5, 0.5])
    assert ranking.area() == pytest.approx(0.125)


def test_intervals_hold_the_truth_and_no_effect_is_not_found() -> None:
    """Treating by x where the effect is e * x: the expected area is e * (integral of q - q^2/2 - q/2) = e / 12."""
    held = surely = 0
    for seed in range(40):
        x, lot = drawn(2_000, seed)
        found = judge(lot, x, seed=seed, replicates=100)
        held += found.area.low <= 0.2 / 12 <= found.area.high
        x, lot = drawn(2_000, seed + 1_000, effect=0.0)
        surely += judge(lot, x, seed=seed, replicates=100).sure
    assert held >= 34  # fewer of 40 with a chance of 1% if each holds with 93%
    assert surely <= 5


def test_where_no_order_is_better_than_chance_no_coefficient_is_told() -> None:
    """Everybody treated buys and nobody else does: whatever the order, the curve is the straight line."""
    t = np.arange(400) % 2 == 0
    found = judge(lot_of(t, t), np.random.default_rng(1).random(400), seed=1, replicates=20)
    assert found.qini is None or np.isfinite(found.qini.value)
    assert np.isfinite(found.area.value)
    level = lot_of(np.zeros(400), t)
    nothing = judge(level, np.arange(400.0), seed=1, replicates=20)
    assert (nothing.qini, nothing.auuc) == (None, None)
    assert (nothing.area.value, nothing.sure) == (0.0, False)


def test_unequal_shares_are_put_right_by_their_inverse() -> None:
    """Half of the people had a chance of 0.2 to be treated, and buy more whatever is done: without weights that looks like harm."""
    rng = np.random.default_rng(3)
    n = 60_000
    rich = rng.random(n) < 0.5
    share = np.where(rich, 0.2, 0.8)
    t = rng.random(n) < share
    y = rng.random(n) < np.where(rich, 0.5, 0.1) + 0.1 * t
    lot = Lot(y=y.astype(np.float64), treated=t, share=share)
    assert float(Ranking(lot, rng.random(n)).gains(np.array([1.0]))[0]) == pytest.approx(0.1, abs=0.015)
