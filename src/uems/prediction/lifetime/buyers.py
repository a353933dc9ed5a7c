"""Who has bought until a day, how often, when and for how much? What all models of value start from, and what came of it later.

What would wreck an estimate is set right here and said: a purchase beyond all measure is counted at a limit, refunds lower what a
person brings and never make it negative, and purchases of one period are one.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.prediction.metrics import Floats, Labels

Contract: TypeAlias = Literal["none", "renewals"]
CAP_SIGMAS: Final = 6.0
"""A mean purchase so many robust standard deviations of the logarithm above the usual one is counted at that limit."""
_LEAST_SIGMA: Final = 0.25
_PRIOR_ORDERS: Final = 1.0
"""The share of refunds of everybody counts as much as so many usual purchases of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked. margin: the share of revenue that stays. discount: a year, 0.1 for 10%. horizon: days ahead. period: days whose
    purchases count as one. contract: whether people renew, and then every ``period`` days. seed: of every draw."""

    margin: float
    discount: float
    horizon: int
    period: int
    contract: Contract
    seed: int = 20_260_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyers:
    """Everybody who had bought before a day; arrays of shape (n,). Times in periods since the first purchase, money in minor units.

    people: sorted. first: the day of the first purchase, days since 1970. x: periods with purchases after the first one. last, age: when
    the last of them was, and now. gross, refunds: sums so far. matrix: shape (n, features), more that is known; (n, 0) for nothing.
    later: what they brought in the days after, refunds taken off; nan where that is not known.
    """

    people: npt.NDArray[np.uint64]
    first: Floats
    x: Floats
    last: Floats
    age: Floats
    gross: Floats
    refunds: Floats
    later: Floats
    matrix: Floats

    @property
    def count(self) -> Floats:
        """Periods with purchases, the first included."""
        found: Floats = self.x + 1
        return found

    def __len__(self) -> int:
        return len(self.people)

    def part(self, rows: "npt.NDArray[np.int64] | Labels") -> "Buyers":
        return replace(self, **{name: getattr(self, name)[rows] for name in _ARRAYS})

    def save(self, path: Path) -> None:
        """Keep them; whole, or not at all."""
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, **{name: getattr(self, name) for name in _ARRAYS})
        part.replace(path)

    @staticmethod
    def load(path: Path) -> "Buyers":
        with np.load(path, allow_pickle=False) as archive:
            held: dict[str, Any] = dict(archive)
        return Buyers(**held)


_ARRAYS: Final = ("people", "first", "x", "last", "age", "gross", "refunds", "later", "matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """mean: what a period with purchases brought, counted at ``limit`` at most. net: the share that refunds leave, 0 to 1.

    capped: whose purchases are above the limit. refunded: whose refunds reach what they bought for.
    """

    mean: Floats
    net: Floats
    limit: float
    capped: Labels
    refunded: Labels


def spending(buyers: Buyers, like: "Spending | None" = None) -> Spending:
    """What a purchase of each is worth. like: take the limit from there."""
    mean = buyers.gross / buyers.count
    limit = like.limit if like is not None else _limit(mean)
    usual = float(np.median(mean)) if len(mean) else 0.0
    share = float(buyers.refunds.sum() / max(1.0, buyers.gross.sum()))
    prior = _PRIOR_ORDERS * usual
    lost = (buyers.refunds + min(share, 1.0) * prior) / np.maximum(buyers.gross + prior, 1.0)
    return Spending(
        mean=np.minimum(mean, limit),
        net=np.clip(1 - lost, 0.0, 1.0),
        limit=limit,
        capped=mean > limit,
        refunded=(buyers.refunds > 0) & (buyers.refunds >= buyers.gross),
    )


def _limit(mean: Floats) -> float:
    known = np.log(mean[mean > 0])
    if not len(known):
        return 1.0
    middle = float(np.median(known))
    sigma = max(_LEAST_SIGMA, 1.4826 * float(np.median(np.abs(known - middle))))
    return float(np.exp(min(middle + CAP_SIGMAS * sigma, 600.0)))
