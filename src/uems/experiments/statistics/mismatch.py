"""Are there as many people in each arm as there should be? If not, nothing else can be believed, and where it comes from says why.

Sample-ratio mismatch: Pearson's chi-squared test of the counts against the weights, at 0.001 since it is looked at often (Fabijan et
al., "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019, who also look by day and by platform).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from uems.experiments.statistics.distributions import binomial_two_sided, chi_squared_above
from uems.experiments.statistics.multiple import holm

THRESHOLD: Final = 0.001
LEAST_EXPECTED: Final = 5.0
"""Where fewer people are expected in an arm, chi-squared finds far too much (Cochran, Biometrics 10, 1954); the exact test does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """counts, expected: arm → people. p_value: of counts at least as uneven under the weights. found: whether it is below the threshold."""

    counts: Mapping[str, int]
    expected: Mapping[str, float]
    p_value: float

    @property
    def found(self) -> bool:
        return self.p_value < THRESHOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One value of a dimension. adjusted_p: of this value alone, by Holm among all values. rest_p: of everybody without it.

    explains: it is uneven by itself, and the rest is as it should be.
    """

    value: str
    counts: Mapping[str, int]
    p_value: float
    adjusted_p: float
    rest_p: float
    explains: bool


def mismatch(counts: Mapping[str, int], weights: Mapping[str, float]) -> Mismatch:
    """counts: arm → people; an arm that is missing has none. weights: arm → share, positive; they need not add up to 1."""
    if not weights or min(weights.values()) <= 0:
        raise ValueError(f"weights are {dict(weights)}; each arm needs more than 0")
    strangers = sorted(set(counts) - set(weights))
    if strangers:
        raise ValueError(f"there are people in the arms {strangers}, which have no weight; count only arms that have one")
    whole, total = sum(weights.values()), sum(counts.get(arm, 0) for arm in weights)
    expected = {arm: total * weight / whole for arm, weight in weights.items()}
    if not total or len(weights) < 2:
        return Mismatch(counts={arm: counts.get(arm, 0) for arm in weights}, expected=expected, p_value=1.0)
    if min(expected.values()) < LEAST_EXPECTED:
        p_value = _exact(counts, {arm: weight / whole for arm, weight in weights.items()}, total)
    else:
        distance = sum((counts.get(arm, 0) - wanted) ** 2 / wanted for arm, wanted in expected.items())
        p_value = chi_squared_above(distance, len(weights) - 1)
    return Mismatch(counts={arm: counts.get(arm, 0) for arm in weights}, expected=expected, p_value=p_value)


def _exact(counts: Mapping[str, int], shares: Mapping[str, float], total: int) -> float:
    """By the binomial distribution of each arm: the least likely one, corrected for how many there are. Of two arms one says it all."""
    arms = list(shares)[: 1 if len(shares) == 2 else None]
    return min(1.0, min(binomial_two_sided(counts.get(arm, 0), total, shares[arm]) for arm in arms) * len(arms))


def where(slices: Mapping[str, Mapping[str, int]], weights: Mapping[str, float]) -> list[Slice]:
    """slices: value of a dimension (a day, a platform) → arm → people. The least likely value first."""
    total = {arm: sum(counts.get(arm, 0) for counts in slices.values()) for arm in weights}
    alone = [mismatch(counts, weights) for counts in slices.values()]
    adjusted = holm([one.p_value for one in alone])
    found = []
    for (value, _), one, sure in zip(slices.items(), alone, adjusted, strict=True):
        rest = mismatch({arm: total[arm] - one.counts[arm] for arm in weights}, weights)
        explains = sure < THRESHOLD and not rest.found
        found.append(Slice(value=value, counts=one.counts, p_value=one.p_value, adjusted_p=sure, rest_p=rest.p_value, explains=explains))
    return sorted(found, key=lambda one: one.p_value)
