"""Does it work better for some than for others? The effect in every group, corrected for how many were looked at.

First one question: do the groups differ at all (Cochran, "The Combination of Estimates from Different Experiments", Biometrics 10,
1954: Q, the weighted squared distances from the common effect, is chi-squared under no difference)? Then each group against all others,
by Holm's procedure; an effect in one group and none in another is no proof that they differ (Gelman and Stern, The American
Statistician 60, 2006).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from uems.experiments.statistics.difference import Contrast
from uems.experiments.statistics.distributions import chi_squared_above, normal_below
from uems.experiments.statistics.multiple import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEffect:
    """away: how far the group's effect is from that of all other groups, weighted; adjusted_p: of that distance, by Holm."""

    group: str
    contrast: Contrast
    away: float
    p_value: float
    adjusted_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """p_value: of the groups being this different by chance; 1 where there are fewer than two. common: the weighted mean effect."""

    groups: tuple[GroupEffect, ...]
    common: float
    p_value: float


def heterogeneity(effects: Mapping[str, Contrast]) -> Heterogeneity:
    """effects: group → its contrast, all on one scale. The groups share no people."""
    if len(effects) < 2:
        alone = tuple(GroupEffect(group=name, contrast=one, away=0.0, p_value=1.0, adjusted_p=1.0) for name, one in effects.items())
        return Heterogeneity(groups=alone, common=alone[0].contrast.value if alone else math.nan, p_value=1.0)
    weights = {name: 1 / one.error**2 for name, one in effects.items()}
    whole = sum(weights.values())
    common = sum(weights[name] * one.value for name, one in effects.items()) / whole
    distance = sum(weights[name] * (one.value - common) ** 2 for name, one in effects.items())
    aways, p_values = [], []
    for name, one in effects.items():
        others = whole - weights[name]
        of_others = (whole * common - weights[name] * one.value) / others
        aways.append(one.value - of_others)
        p_values.append(2 * normal_below(-abs(one.value - of_others) / math.sqrt(one.error**2 + 1 / others)))
    groups = tuple(
        GroupEffect(group=name, contrast=one, away=away, p_value=p, adjusted_p=sure)
        for (name, one), away, p, sure in zip(effects.items(), aways, p_values, holm(p_values), strict=True)
    )
    return Heterogeneity(groups=groups, common=common, p_value=chi_squared_above(distance, len(effects) - 1))
