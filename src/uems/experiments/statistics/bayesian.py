"""How likely is the treatment better, and what is lost if it is not? A normal posterior under a prior that is said.

The prior is a normal distribution of the effect, on the scale of the contrast; the default, for relative effects, expects nothing and
holds 95% of all effects within ±60%. Conjugate normal updating: Gelman et al., "Bayesian Data Analysis", third edition 2013, section
2.5; expected loss as a rule to stop: Stucchio, "Bayesian A/B Testing at VWO", 2015.
"""

import math
from dataclasses import dataclass
from typing import Final

from uems.experiments.statistics.difference import ALPHA, Contrast
from uems.experiments.statistics.distributions import normal_below, normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """mean and deviation of the effect before anything was seen; a deviation of infinity is a flat prior."""

    mean: float = 0.0
    deviation: float = 0.3


PRIOR: Final = Prior()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """value, low, high: mean and central credible interval of 1 - alpha. better: the chance that the effect is above 0.

    loss_if_chosen: what is expected to be lost by taking the treatment, counting only the cases in which it is worse; loss_if_left:
    by staying with the control. On the scale of the contrast, at least 0.
    """

    value: float
    low: float
    high: float
    better: float
    loss_if_chosen: float
    loss_if_left: float
    prior: Prior


def posterior(found: Contrast, prior: Prior = PRIOR, alpha: float = ALPHA) -> Posterior:
    """What is believed of the effect after the data."""
    known = 1 / found.error**2
    believed = 0.0 if math.isinf(prior.deviation) else 1 / prior.deviation**2
    deviation = math.sqrt(1 / (known + believed))
    mean = (known * found.value + believed * prior.mean) / (known + believed)
    reach = normal_quantile(1 - alpha / 2) * deviation
    better = normal_below(mean / deviation)
    bell = math.exp(-((mean / deviation) ** 2) / 2) / math.sqrt(2 * math.pi)
    # The expectation of max(0, -effect) and of max(0, effect).
    return Posterior(
        value=mean,
        low=mean - reach,
        high=mean + reach,
        better=better,
        loss_if_chosen=max(0.0, deviation * bell - mean * (1 - better)),
        loss_if_left=max(0.0, deviation * bell + mean * better),
        prior=prior,
    )
