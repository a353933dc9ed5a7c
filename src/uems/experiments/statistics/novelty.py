"""Does the effect wear off? What people did soon after they first saw it, against what the same people did later.

Within each person the late days less the early ones; then the two arms are compared by Welch's test. Everybody is their own control,
and whoever came late to the experiment distorts nothing, since only people who have had all the days are counted (Sadeghi, Gupta,
Gramatovici, Lu, Ai and Zhang, "Novelty and Primacy: A Long-Term Estimator for Online Experiments", Technometrics 64, 2022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from uems.experiments.statistics.difference import ALPHA, Conclusion, contrast, welch
from uems.experiments.statistics.estimates import Estimate, NoAnswer, variance_along
from uems.experiments.statistics.moments import Moments
from uems.experiments.statistics.strata import weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """early, late: the effect a day in the first and in the second part. change: late less early.

    verdict: fades (it was a novelty), grows (people learn), turns (from good to bad or back), steady (no change can be shown).
    """

    early: Conclusion
    late: Conclusion
    change: Conclusion
    verdict: Literal["fades", "grows", "turns", "steady"]


def novelty(control: Mapping[str, Moments], treatment: Mapping[str, Moments], alpha: float = ALPHA) -> Novelty | NoAnswer:
    """Of each stratum, of which there may be one. Columns: what a person did a day in the early days, and a day in the late ones."""
    found = []
    for weights in ([1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]):
        first, second = _sides([{name: _weighted(one, weights) for name, one in side.items()} for side in (control, treatment)])
        if isinstance(first, NoAnswer):
            return first
        if isinstance(second, NoAnswer):
            return second
        apart = contrast(first, second)
        if isinstance(apart, NoAnswer):
            return apart
        found.append(welch(apart, alpha))
    early, late, change = found
    if not change.significant:
        return Novelty(early=early, late=late, change=change, verdict="steady")
    if early.value * late.value < 0 and early.significant and late.significant:
        return Novelty(early=early, late=late, change=change, verdict="turns")
    return Novelty(early=early, late=late, change=change, verdict="fades" if abs(late.value) < abs(early.value) else "grows")


def _sides(sides: Sequence[Mapping[str, Estimate | NoAnswer]]) -> Sequence[Estimate | NoAnswer]:
    if all(len(one) == 1 for one in sides) and len({name for one in sides for name in one}) == 1:
        return [next(iter(one.values())) for one in sides]
    return list(weigh({str(place): one for place, one in enumerate(sides)}).arms.values())


def _weighted(moments: Moments, weights: list[float]) -> Estimate | NoAnswer:
    if moments.count < 2:
        return NoAnswer(reason="too_few" if moments.count else "nobody")
    along = np.asarray(weights)
    return Estimate(count=moments.count, value=float(along @ np.asarray(moments.means)), variance=variance_along(moments, along))
