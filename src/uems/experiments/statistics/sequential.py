"""May the results be looked at every day? With always-valid intervals they may: they cover the truth at all times at once.

Asymptotic confidence sequences: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
confidence sequences", Annals of Statistics 52, 2024 (arXiv 2103.06476, theorem 2.2): the mean of n people, each with deviation s, lies
within s · sqrt(2 (n·rho² + 1) / (n²·rho²) · log(sqrt(n·rho² + 1) / alpha)) for all n at once with probability 1 - alpha, in the limit.
rho is chosen so that the interval is narrowest near ``tuned_for`` people (their equation for rho, appendix B.2).
"""

import math
from typing import Final

import numpy as np

from uems.experiments.statistics.difference import ALPHA, Conclusion, Contrast
from uems.experiments.statistics.moments import Floats

TUNED_FOR: Final = 5_000
"""People at which the interval is narrowest."""


def always_valid(found: Contrast, alpha: float = ALPHA, tuned_for: int = TUNED_FOR) -> Conclusion:
    """The interval that holds at every look. The p-value is 1 / e-value and never above 1: it may be compared with alpha at any time."""
    half = half_width(found.error, found.count, alpha, tuned_for)
    growth = found.count * rho_squared(alpha, tuned_for) + 1
    z = found.value / found.error
    log_evidence = (growth - 1) / growth * z**2 / 2 - math.log(growth) / 2
    p_value = math.exp(-log_evidence) if log_evidence > 0 else 1.0
    return Conclusion(value=found.value, low=found.value - half, high=found.value + half, p_value=p_value, alpha=alpha)


def half_width(error: float, count: int, alpha: float = ALPHA, tuned_for: int = TUNED_FOR) -> float:
    """Half the interval of an estimate with this standard error after ``count`` people."""
    return float(half_widths(np.asarray(error), np.asarray(float(count)), alpha, tuned_for))


def half_widths(errors: Floats, counts: Floats, alpha: float = ALPHA, tuned_for: int = TUNED_FOR) -> Floats:
    """The same of many estimates at once, all of one shape."""
    grown = counts * rho_squared(alpha, tuned_for)
    found: Floats = errors * np.sqrt(2 * (grown + 1) / grown * np.log(np.sqrt(grown + 1) / alpha))
    return found


def rho_squared(alpha: float, tuned_for: int) -> float:
    """The tuning that makes the interval narrowest at ``tuned_for`` people."""
    return (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / tuned_for
