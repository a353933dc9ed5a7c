"""How far are two arms apart, and could that be chance? Welch's t-test and the z-test, absolute and relative to the control.

Two steps: ``contrast`` gives the difference and its standard error; a method (here, or in sequential.py, group_sequential.py and
bayesian.py) draws a conclusion from it. Sources: Welch, "The generalization of Student's problem when several different population
variances are involved", Biometrika 34, 1947; the relative change by the delta method as in Deng, Knoblich and Lu, KDD 2018.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal

from uems.experiments.statistics.distributions import student_below, student_quantile
from uems.experiments.statistics.estimates import Estimate, NoAnswer

Scale = Literal["absolute", "relative"]
ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """value: treatment - control, or treatment / control - 1. error: its standard error. degrees: of freedom, Welch and Satterthwaite.

    count: people of both arms.
    """

    scale: Scale
    value: float
    error: float
    degrees: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """An effect with its interval of 1 - alpha, and the p-value by the same method."""

    value: float
    low: float
    high: float
    p_value: float
    alpha: float

    @property
    def significant(self) -> bool:
        """Whether no effect at all is ruled out; the same as an interval without 0."""
        return self.low > 0 or self.high < 0


def contrast(control: Estimate, treatment: Estimate, scale: Scale = "absolute") -> Contrast | NoAnswer:
    """The difference of two independent arms. A constant metric has no answer, and neither has a change relative to 0."""
    of_control, of_treatment = control.variance / control.count, treatment.variance / treatment.count
    spread = of_control + of_treatment
    if spread <= 0:
        return NoAnswer(reason="no_variance")
    degrees = spread**2 / (of_control**2 / (control.count - 1) + of_treatment**2 / (treatment.count - 1))
    count = control.count + treatment.count
    if scale == "absolute":
        return Contrast(scale=scale, value=treatment.value - control.value, error=math.sqrt(spread), degrees=degrees, count=count)
    if control.value == 0:
        return NoAnswer(reason="zero_control")
    ratio = treatment.value / control.value
    error = math.sqrt(of_treatment + ratio**2 * of_control) / abs(control.value)
    return Contrast(scale=scale, value=ratio - 1, error=error, degrees=degrees, count=count)


def welch(found: Contrast, alpha: float = ALPHA) -> Conclusion:
    """Student's distribution with the degrees of freedom of two unequal variances. To be looked at once, at the end."""
    return _concluded(found, alpha, found.degrees)


def z_test(found: Contrast, alpha: float = ALPHA) -> Conclusion:
    """The normal distribution: for large arms, and for known variances. To be looked at once, at the end."""
    return _concluded(found, alpha, math.inf)


def _concluded(found: Contrast, alpha: float, degrees: float) -> Conclusion:
    reach = student_quantile(1 - alpha / 2, degrees) * found.error
    p_value = 2 * student_below(-abs(found.value) / found.error, degrees)
    return Conclusion(value=found.value, low=found.value - reach, high=found.value + reach, p_value=p_value, alpha=alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """treatment / control with its interval; more apt than a symmetrical one where the control is small or noisy."""

    value: float
    low: float
    high: float


def ratio_on_log_scale(control: Estimate, treatment: Estimate, alpha: float = ALPHA) -> Ratio | NoAnswer:
    """The ratio of two positive means with the interval of its logarithm, by Welch's degrees of freedom of the relative variances."""
    if control.value <= 0 or treatment.value <= 0:
        return NoAnswer(reason="zero_control")
    of_control = control.variance / control.count / control.value**2
    of_treatment = treatment.variance / treatment.count / treatment.value**2
    spread = of_control + of_treatment
    if spread <= 0:
        return NoAnswer(reason="no_variance")
    degrees = spread**2 / (of_control**2 / (control.count - 1) + of_treatment**2 / (treatment.count - 1))
    reach = math.exp(student_quantile(1 - alpha / 2, degrees) * math.sqrt(spread))
    ratio = treatment.value / control.value
    return Ratio(value=ratio, low=ratio / reach, high=ratio * reach)
