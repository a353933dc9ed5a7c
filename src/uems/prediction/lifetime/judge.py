"""Which way of foretelling value is right here? Each learns on the past, foretells the months after it, and stands beside what came.

The measure that decides is the mean Tweedie deviance of power 1.5, for money that is mostly nothing and sometimes much: it is smallest for
whoever foretells the mean of each. The naive way says that people go on bringing what they brought a day so far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from uems.prediction.lifetime.buyers import Buyers, spending
from uems.prediction.metrics import Floats

NAIVE: Final = "pace"
TENTHS: Final = 10
_FLOOR: Final = 0.01
_POWER: Final = 1.5
BETTER: Final = 0.995
"""How much smaller than that of the naive way the deviance must be: a hair's breadth is chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """People of like forecasts: how many, what they were said to bring on average, and what they brought. In minor units."""

    people: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one way did. error: mean absolute, and by root mean square, a person. bias: how far the total was off, 0.1 for 10% too much.

    rank: Spearman's correlation. coverage: share of people between the limits that should hold 80%; None without limits.
    """

    key: str
    deviance: float
    mean_error: float
    square_error: float
    bias: float
    rank: float
    coverage: float | None
    tenths: tuple[Tenth, ...]
    parameters: Mapping[str, float]

    def told(self) -> dict[str, Any]:
        return asdict(self)


def judge(
    key: str, said: Floats, later: Floats, limits: tuple[Floats, Floats] | None = None, parameters: Mapping[str, float] | None = None
) -> Judged:
    """Forecasts of each person beside what came, shape (n,) with n of at least 1."""
    actual, total = later, float(later.sum())
    order = np.argsort(said, kind="stable")
    return Judged(
        key=key,
        deviance=deviance(said, actual),
        mean_error=float(np.abs(said - actual).mean()),
        square_error=float(np.sqrt(((said - actual) ** 2).mean())),
        bias=float(said.sum() / total - 1) if total > 0 else 0.0,
        rank=_spearman(said, actual),
        coverage=None if limits is None else float(((actual >= limits[0] - 0.5) & (actual <= limits[1] + 0.5)).mean()),
        tenths=tuple(
            Tenth(people=len(part), predicted=float(said[part].mean()), observed=float(actual[part].mean()))
            for part in np.array_split(order, TENTHS)
            if len(part)
        ),
        parameters=parameters or {},
    )


def deviance(said: Floats, later: Floats) -> float:
    """The mean Tweedie deviance of power 1.5, in units of the mean of ``later``. Forecasts count as at least 1% of that mean."""
    unit = max(float(later.mean()), 1e-9)
    mu, y = np.maximum(said / unit, _FLOOR), np.maximum(later / unit, 0.0)
    first = y ** (2 - _POWER) / ((1 - _POWER) * (2 - _POWER))
    found = 2 * (first - y * mu ** (1 - _POWER) / (1 - _POWER) + mu ** (2 - _POWER) / (2 - _POWER))
    return float(found.mean())


def pace(buyers: Buyers, days: int, period: int) -> Floats:
    """The naive way: what somebody brought a day, times the days ahead. Whoever is known for less than the horizon is not thought
    to have brought more a day than over the whole of it; purchases beyond all measure count at their limit."""
    known = np.maximum(buyers.age * period, days)
    paid = np.minimum(buyers.gross, spending(buyers).limit * buyers.count)
    found: Floats = np.maximum(paid - buyers.refunds, 0.0) / known * days
    return found


def chosen(judged: Sequence[Judged]) -> tuple[str, bool]:
    """(the key of the way to use, whether it beats the naive one). The naive way, when none does."""
    naive = next(one for one in judged if one.key == NAIVE)
    best = min(judged, key=lambda one: one.deviance)
    if best.key == NAIVE or best.deviance > naive.deviance * BETTER:
        return NAIVE, False
    return best.key, True


def _spearman(a: Floats, b: Floats) -> float:
    ranks = [np.unique(one, return_inverse=True, return_counts=True)[1:] for one in (a, b)]
    middles = [(np.cumsum(counts) - (counts - 1) / 2)[place] for place, counts in ranks]
    if len(a) < 3 or any(float(one.std()) == 0 for one in middles):
        return 0.0
    return float(np.corrcoef(middles[0], middles[1])[0, 1])
