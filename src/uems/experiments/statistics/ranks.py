"""Does somebody of one arm tend to have more than somebody of the other? The Mann-Whitney test, for values without a sensible mean.

Mann and Whitney, Annals of Mathematical Statistics 18, 1947; the variance under no difference with its correction for ties as in
Lehmann, "Nonparametrics", 1975, section 1.4; the interval of the chance by DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988.
The sufficient statistic is how many people of each arm have each value, which SQL counts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from uems.experiments.statistics.difference import ALPHA
from uems.experiments.statistics.distributions import normal_below, normal_quantile
from uems.experiments.statistics.estimates import NoAnswer
from uems.experiments.statistics.moments import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """u: pairs in which the treatment has more, ties half. superiority: u over all pairs, 0.5 for no difference, with its interval."""

    u: float
    superiority: float
    low: float
    high: float
    p_value: float


def mann_whitney(control: Mapping[float, int], treatment: Mapping[float, int], alpha: float = ALPHA) -> Ranked | NoAnswer:
    """control, treatment: value → people who have it. Without a correction for continuity: arms are large."""
    values = np.asarray(sorted({*control, *treatment}))
    first = np.asarray([control.get(value, 0) for value in values.tolist()], np.float64)
    second = np.asarray([treatment.get(value, 0) for value in values.tolist()], np.float64)
    n, m = float(first.sum()), float(second.sum())
    if not n or not m:
        return NoAnswer(reason="nobody", arm="control" if not n else "treatment")
    if min(n, m) < 2:
        return NoAnswer(reason="too_few", arm="control" if n < 2 else "treatment")
    ties = first + second
    whole = n + m
    under_none = n * m / 12 * (whole + 1 - float(((ties**3 - ties).sum()) / (whole * (whole - 1))))
    if under_none <= 0:
        return NoAnswer(reason="no_variance")
    below = (np.cumsum(first) - first / 2) / n
    above = 1 - (np.cumsum(second) - second / 2) / m
    superiority = float(below @ second / m)
    u = superiority * n * m
    z = (u - n * m / 2) / math.sqrt(under_none)
    error = math.sqrt(_variance(below, second) / m + _variance(above, first) / n)
    reach = normal_quantile(1 - alpha / 2) * error
    low, high = max(0.0, superiority - reach), min(1.0, superiority + reach)
    return Ranked(u=u, superiority=superiority, low=low, high=high, p_value=2 * normal_below(-abs(z)))


def _variance(values: Floats, counts: Floats) -> float:
    size = float(counts.sum())
    mean = float(values @ counts) / size
    return float((values - mean) ** 2 @ counts) / (size - 1)
