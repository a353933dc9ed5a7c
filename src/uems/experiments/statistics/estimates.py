"""What is the value of a metric in one arm, and how far may it be off? Means, proportions and ratios, with a covariate or without.

A ratio of two sums over people (orders a visit, conversions among those who entered) varies by both; its variance is that of its
linearisation, the delta method (Deng, Knoblich and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from uems.experiments.statistics.moments import Floats, Moments

Shape = Literal["mean", "ratio"]
WIDTH: Final[dict[Shape, int]] = {"mean": 1, "ratio": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """count: people. value: the metric. variance: of the contribution of one person, so that the error is sqrt(variance / count)."""

    count: int
    value: float
    variance: float

    @property
    def error(self) -> float:
        """The standard error of the value."""
        return math.sqrt(self.variance / self.count) if self.count else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why there is no number. arm: where it is, where that can be said.

    nobody: the arm has no people. too_few: one person has no variance. no_variance: everybody has the same value, in all arms.
    zero_denominator: nobody of the arm has anything to divide by. zero_control: a change relative to nothing.
    """

    reason: Literal["nobody", "too_few", "no_variance", "zero_denominator", "zero_control"]
    arm: str = ""


def estimate(moments: Moments, shape: Shape = "mean") -> Estimate | NoAnswer:
    """A mean of the first column, or the first column over the second. A proportion is the mean of zeros and ones."""
    if not moments.count:
        return NoAnswer(reason="nobody")
    if moments.count < 2:
        return NoAnswer(reason="too_few")
    slope = gradient(moments.means[: WIDTH[shape]])
    if slope is None:
        return NoAnswer(reason="zero_denominator")
    weights = np.zeros(moments.width)
    weights[: WIDTH[shape]] = slope
    return Estimate(count=moments.count, value=value_of(moments.means, shape), variance=variance_along(moments, weights))


def value_of(means: Sequence[float], shape: Shape) -> float:
    """The metric of the means of its columns."""
    return means[0] if shape == "mean" else means[0] / means[1]


def gradient(means: Sequence[float]) -> Floats | None:
    """How the metric changes with each mean, shape as given: (1,) for a mean, (2,) for a ratio; None for a ratio to nothing."""
    if len(means) == 1:
        return np.ones(1)
    above, below = means
    return None if below == 0 else np.asarray([1 / below, -above / below**2])


def variance_along(moments: Moments, weights: Floats) -> float:
    """The variance between people of the weighted sum of their columns."""
    return max(0.0, float(weights @ np.asarray(moments.covariances) @ weights))
