"""What if by chance one arm got more of a kind of people? Post-stratification weighs every kind as it is in the whole experiment.

Miratrix, Sekhon and Yu, "Adjusting treatment effect estimates by post-stratification in randomized experiments", Journal of the Royal
Statistical Society B 75, 2013; in online experiments Deng et al., WSDM 2013. Strata must be known before the first exposure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uems.experiments.statistics.estimates import Estimate, NoAnswer, estimate
from uems.experiments.statistics.moments import Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratified:
    """arms: the weighted means. weights: stratum → its share of all people that were used. left_out: people of strata that an arm lacks."""

    arms: Mapping[str, Estimate | NoAnswer]
    weights: Mapping[str, float]
    left_out: int


def post_stratify(arms: Mapping[str, Mapping[str, Moments]]) -> Stratified:
    """arms: arm → stratum → moments of the first column.

    A stratum with fewer than two people in any arm says nothing of the difference and is left out, counted.
    """
    names = sorted({stratum for strata in arms.values() for stratum in strata})
    sizes = {name: sum(strata[name].count for strata in arms.values() if name in strata) for name in names}
    used = [name for name in names if all(name in strata and strata[name].count > 1 for strata in arms.values())]
    whole = sum(sizes[name] for name in used)
    weights = {name: sizes[name] / whole for name in used}
    found: dict[str, Estimate | NoAnswer] = {}
    for arm, strata in arms.items():
        parts = [(weights[name], estimate(strata[name])) for name in used]
        known = [(weight, part) for weight, part in parts if isinstance(part, Estimate)]
        count = sum(part.count for _, part in known)
        if not known:
            found[arm] = NoAnswer(reason="nobody", arm=arm)
            continue
        value = sum(weight * part.value for weight, part in known)
        error = sum(weight**2 * part.variance / part.count for weight, part in known)
        found[arm] = Estimate(count=count, value=value, variance=error * count)
    return Stratified(arms=found, weights=weights, left_out=sum(sizes.values()) - whole)
