"""How many people and days does it take to see an effect of this size? Power, the smallest effect that is seen, and duration.

Normal approximation of the two-sample test (Cohen, "Statistical Power Analysis for the Behavioral Sciences", second edition 1988,
chapter 2), two-sided, with the other side's tail counted. Variance reduction enters as ``kept``, the share of the variance that is left
(1 - rho² for CUPED): people needed shrink by exactly that share. The always-valid method needs more, which is counted in by its width.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from uems.experiments.statistics.difference import ALPHA
from uems.experiments.statistics.distributions import normal_below, normal_quantile
from uems.experiments.statistics.sequential import TUNED_FOR, half_width

POWER: Final = 0.8
FARTHEST_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the test is to be. variance: of one person's metric. kept: the share of it left after reduction. shares: control, treatment.

    method: once (t-test at the end) or sequential (always valid). comparisons: with how many treatments alpha is shared (Bonferroni).
    """

    variance: float
    kept: float = 1.0
    shares: tuple[float, float] = (0.5, 0.5)
    alpha: float = ALPHA
    method: Literal["once", "sequential"] = "once"
    tuned_for: int = TUNED_FOR
    comparisons: int = 1


def standard_error(plan: Plan, people: float) -> float:
    """Of the difference, when so many people are in the whole experiment."""
    return math.sqrt(plan.variance * plan.kept * (1 / (plan.shares[0] * people) + 1 / (plan.shares[1] * people)))


def power(plan: Plan, effect: float, people: float) -> float:
    """The chance that an absolute effect of this size is found when so many people have been seen."""
    error = standard_error(plan, people)
    if error == 0:
        return 1.0 if effect else 0.0
    reach = _reach(plan, people, error)
    return normal_below((abs(effect) - reach) / error) + normal_below((-abs(effect) - reach) / error)


def smallest_effect(plan: Plan, people: float, wanted: float = POWER) -> float:
    """The absolute effect that is found with the power ``wanted`` (the minimum detectable effect)."""
    error = standard_error(plan, people)
    if error == 0:
        return 0.0
    low, high = 0.0, _reach(plan, people, error) + 10 * error
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if power(plan, middle, people) < wanted else (low, middle)
    return high


def people_needed(plan: Plan, effect: float, wanted: float = POWER) -> int:
    """How many people the whole experiment needs to find an absolute effect of this size; not 0."""
    if effect == 0:
        raise ValueError("effect is 0; nothing can find it, give the smallest effect that matters")
    low, high = 1.0, 4.0
    while power(plan, effect, high) < wanted and high < 1e15:
        low, high = high, high * 2
    while high - low > 0.5:
        middle = (low + high) / 2
        low, high = (middle, high) if power(plan, effect, middle) < wanted else (low, middle)
    return math.ceil(high)


def days_needed(arrivals: Sequence[int], people: int) -> int | None:
    """The days until so many different people have come. arrivals: people that come for the first time on each day of a past period.

    Beyond the period the mean of its last seven days goes on; None where that takes more than a year, or nobody comes.
    """
    seen = 0
    for day, fresh in enumerate(arrivals, start=1):
        seen += fresh
        if seen >= people:
            return day
    last = arrivals[-7:]
    rate = sum(last) / len(last) if last else 0.0
    if rate <= 0:
        return None
    days = len(arrivals) + math.ceil((people - seen) / rate)
    return days if days <= FARTHEST_DAYS else None


def _reach(plan: Plan, people: float, error: float) -> float:
    """How far from 0 the estimate must be."""
    alpha = plan.alpha / plan.comparisons
    if plan.method == "sequential":
        return half_width(error, max(1, round(people)), alpha, plan.tuned_for)
    return normal_quantile(1 - alpha / 2) * error
