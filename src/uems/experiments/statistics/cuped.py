"""What is left of the noise when it is known how people were before? CUPED: the metric less what the time before explains.

Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data", WSDM 2013.
One coefficient for all arms, so that the effect stays unbiased; a ratio is adjusted along its linearisation. The variance that is left
is 1 - rho² of what it was, rho being the correlation with the covariate; it never grows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from uems.experiments.statistics.estimates import WIDTH, Estimate, NoAnswer, Shape, estimate, gradient, value_of, variance_along
from uems.experiments.statistics.moments import Floats, Moments, union


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """arms: each arm's estimate after adjustment. coefficient: theta. kept: the share of the variance that is left, 1 for no gain."""

    arms: Mapping[str, Estimate | NoAnswer]
    coefficient: float
    kept: float


def adjust(arms: Mapping[str, Moments], shape: Shape = "mean") -> Adjusted:
    """Columns: those of the metric, then as many of the same metric before the first exposure.

    A covariate that is the same for everybody, or has nothing to divide by, adjusts nothing and says so by ``kept`` = 1.
    """
    plain = {name: estimate(moments, shape) for name, moments in arms.items()}
    present = [moments for moments in arms.values() if moments.count > 1]
    together = union(present) if present else None
    slopes = None if together is None else _slopes(together, shape)
    if together is None or slopes is None:
        return Adjusted(arms=plain, coefficient=0.0, kept=1.0)
    metric, covariate = slopes
    matrix = np.asarray(together.covariances)
    of_covariate, of_metric = float(covariate @ matrix @ covariate), float(metric @ matrix @ metric)
    if of_covariate <= 0:
        return Adjusted(arms=plain, coefficient=0.0, kept=1.0)
    theta = float(metric @ matrix @ covariate) / of_covariate
    centre = value_of(together.means[WIDTH[shape] :], shape)
    adjusted = {name: _one(arms[name], found, shape, theta, centre) for name, found in plain.items()}
    return Adjusted(arms=adjusted, coefficient=theta, kept=1 - theta**2 * of_covariate / of_metric if of_metric > 0 else 1.0)


def _one(moments: Moments, found: Estimate | NoAnswer, shape: Shape, theta: float, centre: float) -> Estimate | NoAnswer:
    slopes = None if isinstance(found, NoAnswer) else _slopes(moments, shape)
    if isinstance(found, NoAnswer):
        return found
    if slopes is None:
        return NoAnswer(reason="zero_denominator")
    away = value_of(moments.means[WIDTH[shape] :], shape) - centre
    return Estimate(count=found.count, value=found.value - theta * away, variance=variance_along(moments, slopes[0] - theta * slopes[1]))


def _slopes(moments: Moments, shape: Shape) -> tuple[Floats, Floats] | None:
    """The gradients of metric and covariate over all columns."""
    width = WIDTH[shape]
    metric, covariate = gradient(moments.means[:width]), gradient(moments.means[width : 2 * width])
    if metric is None or covariate is None:
        return None
    nothing = np.zeros(width)
    return np.concatenate([metric, nothing]), np.concatenate([nothing, covariate])
