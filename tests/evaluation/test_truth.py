"""Where the truth is known: does the return of an action lie in its interval as often as stated, and how far off is last touch?"""

import numpy as np
import pytest

from tests.evaluation.test_judging import a_world
from uems.evaluation.crediting import credited

PEOPLE, LIFT, COST, MARGIN = 300, 120.0, 9_000, 0.5


@pytest.mark.parametrize("lift", [LIFT, 0.0])
def test_the_return_lies_in_its_interval_as_often_as_stated_and_last_touch_is_told_beside_it(lift: float) -> None:
    covered, over, errors = 0, 0, []
    for seed in range(300):
        worth = a_world(PEOPLE, lift, seed, cost_minor=COST)
        true_gain = lift * worth.treated
        assert worth.roi is not None
        true_roi = (MARGIN * true_gain - worth.cost_minor) / worth.cost_minor
        covered += worth.roi.low <= true_roi <= worth.roi.high
        revenue = worth.effect("revenue")
        assert revenue is not None
        assert revenue.treated is not None
        # By last touch all that those reached bought within the days belongs to the action.
        last = round(revenue.treated * worth.treated)
        line = credited(worth, {"last": last})
        over += line.disagreement == "over"
        assert line.incremental_minor is not None
        errors.append((last - true_gain, line.incremental_minor.value - true_gain))
    # 285 of 300 are expected; 273 is three standard deviations less.
    assert covered >= 273
    assert over == 300
    by_touch, by_lot = (np.abs(np.array(errors)[:, n]).mean() for n in (0, 1))
    # Everybody spends about 2,000 anyway; the lot is off by what chance leaves.
    assert by_touch > 0.9 * 2_000 * PEOPLE / 2
    assert by_lot < by_touch / 10
