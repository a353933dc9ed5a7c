"""What would have become of one group, had nothing been done to it? The others, weighed so that they look like it did before.

Abadie, Diamond and Hainmueller, "Synthetic Control Methods for Comparative Case Studies", Journal of the American Statistical Association
105, 2010: weights are not negative and add up to 1, chosen by the time before alone. The p-value is that of placebos in space: the same
is done as if each other group had been the one, and it is asked how many depart as far from their synthetic selves, measured by the root
mean squared gap after over that before. It cannot be smaller than one over the number of groups. Every series is taken as a multiple of
its own mean before, so that a large group can be made of small ones.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
NoControl: TypeAlias = Literal["nothing_before", "too_few_groups"]
MIN_DONORS: Final = 2
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Synthetic:
    """expected: what the group would have been, shape (days,). weights: of the others, shape (others,). Units are those of the series.

    total: of all days after, actual less expected. by_difference: the same by difference in differences, all others alike.
    fit: root mean squared gap before, as a share of the group's mean before. p_value: by placebos in space, among ``groups``.
    """

    expected: Floats
    weights: Floats
    total: float
    by_difference: float
    fit: float
    p_value: float
    groups: int


def synthetic_control(series: Floats, others: Floats, before: int) -> Synthetic | NoControl:
    """series: of the group, shape (days,). others: shape (others, days). before: how many of the days lie before the change."""
    level = float(series[:before].mean()) if before else 0.0
    levels = others[:, :before].mean(axis=1) if before and len(others) else np.zeros(0)
    if level <= 0:
        return "nothing_before"
    donors = np.flatnonzero(levels > 0)
    if len(donors) < MIN_DONORS:
        return "too_few_groups"
    mine, theirs = series / level, others[donors] / levels[donors, None]
    found = weights_of(mine[:before], theirs[:, :before])
    expected = found @ theirs
    ratios = [_ratio(mine - expected, before)]
    everybody = np.vstack([mine, theirs])
    for place in range(1, len(everybody)):
        rest = np.delete(everybody, [0, place], axis=0)  # the group itself was changed, so it is nobody's control
        if len(rest):
            ratios.append(_ratio(everybody[place] - weights_of(everybody[place, :before], rest[:, :before]) @ rest, before))
    weights = np.zeros(len(others))
    weights[donors] = found
    gap = mine - expected
    return Synthetic(
        expected=expected * level,
        weights=weights,
        total=float(gap[before:].sum() * level),
        by_difference=float(((mine[before:].mean() - 1) - (theirs[:, before:].mean() - 1)) * level * (len(mine) - before)),
        fit=float(np.sqrt((gap[:before] ** 2).mean())),
        p_value=sum(one >= ratios[0] for one in ratios) / len(ratios),
        groups=len(ratios),
    )


def weights_of(series: Floats, others: Floats) -> Floats:
    """The weights, none negative, 1 together, with which the others come closest to the series. Shapes (days,), (others, days)."""
    from scipy.optimize import minimize

    count = len(others)
    if count == 1:
        return np.ones(1)
    square, mixed = others @ others.T, others @ series
    scale = max(float(np.trace(square)) / count, _TINY)

    def cost(w: Floats) -> tuple[float, Floats]:
        return float(w @ square @ w - 2 * mixed @ w) / scale, 2 * (square @ w - mixed) / scale

    found = minimize(
        cost,
        np.full(count, 1 / count),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * count,
        constraints=[{"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(count)}],
        options={"maxiter": 500, "ftol": 1e-12},
    )
    weights: Floats = np.clip(np.asarray(found.x, np.float64), 0, None)
    whole: Floats = weights / weights.sum()
    return whole


def _ratio(gap: Floats, before: int) -> float:
    return float(np.sqrt((gap[before:] ** 2).mean()) / max(np.sqrt((gap[:before] ** 2).mean()), _TINY))
