"""How should the next people be shared out, if more of them should get what works? Thompson sampling.

Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence of two samples", Biometrika 25, 1933:
every arm gets the share of people that is the chance that it is the best. Yes-or-no rewards: Beta(1, 1) before, integrated exactly.
Amounts: the means are normal around those seen (Russo et al., "A Tutorial on Thompson Sampling", 2018), integrated the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from uems.experiments.statistics.estimates import Estimate
from uems.experiments.statistics.moments import Floats

_POINTS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """best: the chance that the arm is the best. weight: the share of people it should get, not below the floor."""

    best: float
    weight: float


def thompson_of_rates(arms: Mapping[str, tuple[float, float]], floor: float = 0.05) -> dict[str, Share]:
    """arms: arm → (people, of them with the reward); as many as their weights are worth, where they are weighted.

    floor: the least share of each arm, so that it can still be learnt about.
    """
    from scipy.special import betainc, betaincinv

    for name, (people, reached) in arms.items():
        if not 0 <= reached <= people:
            raise ValueError(f"arm {name} has {reached} rewards among {people} people; must be from 0 to the number of people")
    shapes = [(1 + reached, 1 + people - reached) for people, reached in arms.values()]
    points, weights = _quadrature()
    chances = _best(lambda at: betaincinv(*shapes[at], points), lambda at, x: betainc(*shapes[at], x), len(shapes), weights)
    return _shared(list(arms), chances, floor)


def thompson_of_means(arms: Mapping[str, Estimate], floor: float = 0.05) -> dict[str, Share]:
    """arms: arm → its mean. An arm of whom no variance is known (fewer than two people) is as likely the best as any other."""
    from scipy.special import ndtr, ndtri

    points, weights = _quadrature()
    known = {name: one for name, one in arms.items() if one.count > 1 and one.variance > 0}
    if len(known) < len(arms):
        return _shared(list(arms), [1 / len(arms)] * len(arms), floor)
    normals = [(one.value, one.error) for one in known.values()]
    far = ndtri(points)
    chances = _best(
        lambda at: normals[at][0] + normals[at][1] * far, lambda at, x: ndtr((x - normals[at][0]) / normals[at][1]), len(normals), weights
    )
    return _shared(list(arms), chances, floor)


def _shared(names: list[str], chances: list[float], floor: float) -> dict[str, Share]:
    if not 0 <= floor * len(names) <= 1:
        raise ValueError(f"floor is {floor} for {len(names)} arms; must be from 0 to {1 / len(names):.3f}")
    rest = 1 - floor * len(names)
    return {name: Share(best=chance, weight=floor + rest * chance) for name, chance in zip(names, chances, strict=True)}


def _best(drawn: Callable[[int], Floats], below: Callable[[int, Floats], Floats], arms: int, weights: Floats) -> list[float]:
    """The integral of each arm's density times the distribution functions of all others, by Gauss and Legendre over its quantiles."""
    found = []
    for at in range(arms):
        values = drawn(at)
        under = np.ones_like(values)
        for other in range(arms):
            if other != at:
                under = under * below(other, values)
        found.append(float(weights @ under))
    whole = sum(found)
    return [one / whole for one in found]


@lru_cache(maxsize=1)
def _quadrature() -> tuple[Floats, Floats]:
    """Points of (0, 1) and their weights."""
    points, weights = np.polynomial.legendre.leggauss(_POINTS)
    return (points + 1) / 2, weights / 2
