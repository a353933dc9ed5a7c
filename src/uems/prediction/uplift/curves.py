"""How well does a score tell who changes because of us? Qini and uplift curves of a randomised action, their areas, and intervals.

The convention is that of scikit-uplift 0.5 (``qini_auc_score``, ``uplift_auc_score``): people stand by score, the highest first, ties at
once; Qini (Radcliffe 2007) is y_t - y_c * n_t / n_c over those so far, the uplift curve (y_t / n_t - y_c / n_c) * n. A coefficient is the
area over the straight line, divided by that of the perfect order, with negative effects allowed. Intervals are percentiles of a Poisson
bootstrap over people (Chamandy et al. 2012). Where the share of those treated was not the same for all, each counts by the inverse of
their own chance; with one share for all, that changes no coefficient.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.prediction.metrics import Floats, Interval, Labels

REPLICATES: Final = 300
POINTS: Final = 41
_Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What came of a randomised action. y: the outcome, 0 or 1, or an amount. share: each one's chance to be treated. Shape (n,)."""

    y: Floats
    treated: Labels
    share: Floats

    def __len__(self) -> int:
        return len(self.y)

    @property
    def binary(self) -> bool:
        return bool(((self.y == 0) | (self.y == 1)).all())

    def part(self, rows: Labels | _Places) -> "Lot":
        return Lot(y=self.y[rows], treated=self.treated[rows], share=self.share[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """share: of people, the highest score first. gain: the outcome that treating them adds, a head of everybody; low, high: its 95%
    interval. line: the same for as many people picked at random. Shape (POINTS,)."""

    share: Floats
    gain: Floats
    low: Floats
    high: Floats
    line: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How well the order tells. area: between Qini curve and line, a head, in units of the outcome. qini, auuc: coefficients of
    scikit-uplift; None where no perfect order is defined, as of amounts. sure: the interval of the area lies above 0."""

    area: Interval
    qini: Interval | None
    auuc: Interval | None
    curve: Curve

    @property
    def sure(self) -> bool:
        return self.area.low > 0


class _Order:
    """People by one score. ``ends``: the place of the last one of each run of equal scores."""

    def __init__(self, lot: Lot, score: Floats) -> None:
        order = np.argsort(-score, kind="stable")
        sorted_score = score[order]
        self.order = order
        self.ends = np.flatnonzero(np.append(np.diff(sorted_score) != 0, True))
        treated = lot.treated[order]
        self._t = np.where(treated, 1 / lot.share[order], 0.0)
        self._c = np.where(treated, 0.0, 1 / (1 - lot.share[order]))
        self._y = lot.y[order]

    def sums(self, times: Floats | None) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """(people, treated, control, outcome of the treated, of the control) up to each end, nought in front. times: how often each
        counts, in the order of the people as they came."""
        much = np.ones(len(self.order)) if times is None else times[self.order]
        t, c = self._t * much, self._c * much
        found = [np.append(0.0, np.cumsum(one)[self.ends]) for one in (much, t, c, t * self._y, c * self._y)]
        return found[0], found[1], found[2], found[3], found[4]

    def qini(self, times: Floats | None = None) -> tuple[Floats, Floats]:
        """(people, additional outcome among the treated), both up to each end."""
        n, t, c, y_t, y_c = self.sums(times)
        return n, y_t - y_c * np.divide(t, c, out=np.zeros_like(t), where=c > 0)

    def uplift(self, times: Floats | None = None) -> tuple[Floats, Floats]:
        """(people, additional outcome if all of them were treated), both up to each end."""
        n, t, c, y_t, y_c = self.sums(times)
        first = np.divide(y_t, t, out=np.zeros_like(t), where=t > 0)
        return n, (first - np.divide(y_c, c, out=np.zeros_like(t), where=c > 0)) * n


def _over_line(x: Floats, y: Floats) -> float:
    return float(np.trapezoid(y, x) - x[-1] * y[-1] / 2)


class Ranking:
    """A score on a lot, with the orders that its coefficients need; each is sorted once, for all replicates."""

    def __init__(self, lot: Lot, score: Floats) -> None:
        self._lot, self._mine = lot, _Order(lot, score)
        self._best: tuple[_Order, _Order] | None = None
        if lot.binary:
            y, t = lot.y, lot.treated.astype(np.float64)
            # As scikit-uplift has it: the perfect order of the uplift curve breaks its ties by whichever group is the larger.
            ties = y if ((y == 1) & ~lot.treated).sum() > ((y == 0) & lot.treated).sum() else t
            self._best = _Order(lot, y * t - y * (1 - t)), _Order(lot, 2.0 * (y == t) + ties)

    def area(self, times: Floats | None = None) -> float:
        """Between the Qini curve and the straight line, a head and treated head."""
        n, y = self._mine.qini(times)
        whole = self._mine.sums(times)[1][-1]
        return _over_line(n, y) / (n[-1] * whole) if whole > 0 else 0.0

    def qini(self, times: Floats | None = None) -> float:
        """``qini_auc_score(negative_effect=True)``; nan where the perfect order is no better than the line."""
        assert self._best is not None
        return _ratio(_over_line(*self._mine.qini(times)), _over_line(*self._best[0].qini(times)))

    def auuc(self, times: Floats | None = None) -> float:
        """``uplift_auc_score``; nan as for ``qini``."""
        assert self._best is not None
        return _ratio(_over_line(*self._mine.uplift(times)), _over_line(*self._best[1].uplift(times)))

    def gains(self, shares: Floats, times: Floats | None = None) -> Floats:
        """The additional outcome, a head of everybody, when these shares of people are treated, the highest score first."""
        n, y = self._mine.qini(times)
        whole = self._mine.sums(times)[1][-1]
        found: Floats = np.interp(shares, n / n[-1], y / max(whole, 1e-12))
        return found


def _ratio(actual: float, perfect: float) -> float:
    return actual / perfect if perfect > 0 else float("nan")


def judge(lot: Lot, score: Floats, *, seed: int, replicates: int = REPLICATES) -> Judged:
    """The curve and the coefficients with their 95% intervals. The score must not know the outcome of the person that it is of."""
    ranking, rng = Ranking(lot, score), np.random.default_rng([seed, 17])
    shares = np.linspace(0.0, 1.0, POINTS)
    names = ["area", "qini", "auuc"] if lot.binary else ["area"]
    drawn: dict[str, list[float]] = {name: [] for name in names}
    gains = np.zeros((replicates, POINTS))
    for n in range(replicates):
        times = rng.poisson(1.0, len(lot)).astype(np.float64)
        for name in names:
            drawn[name].append(getattr(ranking, name)(times))
        gains[n] = ranking.gains(shares, times)
    found = {name: one for name in names if (one := _interval(getattr(ranking, name)(), drawn[name])) is not None}
    gain = ranking.gains(shares)
    low, high = np.quantile(gains, [0.025, 0.975], axis=0)
    curve = Curve(share=shares, gain=gain, low=low, high=high, line=shares * gain[-1])
    return Judged(area=found["area"], qini=found.get("qini"), auuc=found.get("auuc"), curve=curve)


def _interval(value: float, drawn: list[float]) -> Interval | None:
    """None where the perfect order is no better than chance, so that nothing can be measured by it."""
    known = [one for one in drawn if np.isfinite(one)]
    if not np.isfinite(value) or not known:
        return None
    low, high = np.quantile(np.array(known), [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))
