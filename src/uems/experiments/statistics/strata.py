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
    """arms: arm → stratum → moments of the first column."""
    return weigh({arm: {name: estimate(moments) for name, moments in strata.items()} for arm, strata in arms.items()})


def weigh(arms: Mapping[str, Mapping[str, Estimate | NoAnswer]]) -> Stratified:
    """The same from estimates in each stratum, which may be adjusted already.

    A stratum with fewer than two people in any arm says nothing of the difference and is left out, counted.
    """
    known: dict[str, dict[str, Estimate]] = {
        arm: {name: one for name, one in strata.items() if isinstance(one, Estimate)} for arm, strata in arms.items()
    }
    names = sorted({name for strata in known.values() for name in strata})
    sizes = {name: sum(strata[name].count for strata in known.values() if name in strata) for name in names}
    used = [name for name in names if all(name in strata for strata in known.values())]
    whole = sum(sizes[name] for name in used)
    weights = {name: sizes[name] / whole for name in used}
    found: dict[str, Estimate | NoAnswer] = {}
    for arm, strata in known.items():
        if not used:
            found[arm] = NoAnswer(reason="nobody", arm=arm)
            continue
        count = sum(strata[name].count for name in used)
        value = sum(weights[name] * strata[name].value for name in used)
        squared_error = sum(weights[name] ** 2 * strata[name].variance / strata[name].count for name in used)
        found[arm] = Estimate(count=count, value=value, variance=squared_error * count)
    return Stratified(arms=found, weights=weights, left_out=sum(sizes.values()) - whole)
