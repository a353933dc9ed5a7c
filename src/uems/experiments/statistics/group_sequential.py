"""How much of the error may each planned look spend? Boundaries for a fixed number of looks, by O'Brien and Fleming's spending.

Lan and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983; the chance to cross a boundary for the first
time by the recursion of Armitage, McPherson and Rowe (Journal of the Royal Statistical Society A 132, 1969): the density of the score
after each look, on those paths that have not stopped, is carried to the next by a normal step. Repeated intervals: Jennison and
Turnbull, Journal of the Royal Statistical Society B 51, 1989.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from uems.experiments.statistics.difference import ALPHA, Conclusion, Contrast
from uems.experiments.statistics.distributions import normal_below, normal_quantile
from uems.experiments.statistics.moments import Floats

FARTHEST: Final = 8.0
"""Beyond this z the normal distribution has less than 1e-15 on either side."""
_POINTS: Final = 200
_SETTLED: Final = 60


def spent(information: float, alpha: float = ALPHA) -> float:
    """How much of a two-sided alpha is spent when this share of the planned information is there: alpha / 2 on either side."""
    if information <= 0:
        return 0.0
    return 4 * normal_below(-normal_quantile(1 - alpha / 4) / math.sqrt(min(information, 1.0)))


def boundaries(information: Sequence[float], alpha: float = ALPHA) -> tuple[float, ...]:
    """The z that each look must pass. information: the share of what is planned at each look, rising; what is above 1 counts as 1."""
    shares = tuple(round(min(share, 1.0), 6) for share in information)
    if any(later <= earlier for earlier, later in zip((0.0, *shares), shares, strict=False)):
        raise ValueError(f"information at the looks is {list(information)}; must rise from above 0, with one look at or beyond 1")
    return _boundaries(shares, alpha)


@lru_cache(maxsize=256)
def _boundaries(shares: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    found: list[float] = []
    before = 0.0
    grid: Floats = np.zeros(1)
    density: Floats = np.ones(1)
    past = 0.0
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    for share in shares:
        step = math.sqrt(share - past)
        wanted = (spent(share, alpha) - before) / 2
        z = _crossing(grid, density, step, math.sqrt(share), wanted)
        found.append(z)
        reach = z * math.sqrt(share)
        fresh = points * reach
        kernel = np.exp(-(((fresh[:, None] - grid[None, :]) / step) ** 2) / 2) / (step * math.sqrt(2 * math.pi))
        density = (kernel @ density) * weights * reach
        grid, past, before = fresh, share, spent(share, alpha)
    return tuple(found)


def _crossing(grid: Floats, density: Floats, step: float, scale: float, wanted: float) -> float:
    """The z above which ``wanted`` of the paths lie at this look; scores are z times the root of the information."""
    from scipy.special import ndtr

    low, high = 0.0, FARTHEST
    for _ in range(_SETTLED):
        z = (low + high) / 2
        above = float(ndtr(-(z * scale - grid) / step) @ density)
        low, high = (z, high) if above > wanted else (low, z)
    return (low + high) / 2


def at_look(found: Contrast, boundary: float, alpha: float = ALPHA) -> Conclusion:
    """The repeated interval of a look: the estimate with the boundary of that look instead of the usual 1.96.

    The p-value is that of one look alone, made as large as the boundary asks: it is below alpha exactly where the boundary is passed.
    """
    reach = boundary * found.error
    z = abs(found.value) / found.error
    p_value = min(1.0, 2 * normal_below(-z * normal_quantile(1 - alpha / 2) / boundary))
    return Conclusion(value=found.value, low=found.value - reach, high=found.value + reach, p_value=p_value, alpha=alpha)
