"""How sure is a quantile of an arm? The distance of two order statistics around it says so, and SQL finds them in the pass that sums.

The rank of a quantile varies as a binomial count; the values at the ranks n·q ± z·sqrt(n·q·(1 - q)) are its interval, free of any
assumption about the distribution (Wilcox; in experiments Deng, Knoblich and Lu, KDD 2018, section 4). Its width over 2z is the error.
"""

import math
from typing import Final

from uems.experiments.statistics.distributions import normal_quantile
from uems.experiments.statistics.estimates import Estimate, NoAnswer

LEVEL: Final = 0.95
AT_LEAST: Final = 100
"""People of an arm below whom the ranks around a quantile say too little."""


def reach_around(share: float) -> float:
    """How far the interval of a quantile reaches to either side, as a share of the ordered values, times the root of the count."""
    return normal_quantile((1 + LEVEL) / 2) * math.sqrt(share * (1 - share))


def shares_around(count: int, share: float) -> tuple[float, float, float]:
    """(lower, share, upper): at which shares of the ordered values SQL should read, for an arm of ``count`` people."""
    reach = reach_around(share) / math.sqrt(max(count, 1))
    return max(0.0, share - reach), share, min(1.0, share + reach)


def quantile_estimate(count: int, low: float, value: float, high: float) -> Estimate | NoAnswer:
    """low, value, high: what stands at ``shares_around(count, share)``."""
    if not count:
        return NoAnswer(reason="nobody")
    if count < AT_LEAST:
        return NoAnswer(reason="too_few")
    error = (high - low) / (2 * normal_quantile((1 + LEVEL) / 2))
    return Estimate(count=count, value=value, variance=error**2 * count)
