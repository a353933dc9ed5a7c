"""Whom does it pay to treat, and who is harmed by it? A line puts the scores right, its band says how sure that is, and sums follow.

The line is the best linear predictor of the change by its score (Chernozhukov, Demirer, Duflo and Fernandez-Val, "Generic machine learning
inference on heterogeneous treatment effects", 2018), with a covariance that holds for unequal variances (White 1980). Whoever is said to
be harmed lies below 0 with the whole band of Working and Hotelling (1929), which holds for all people at once at 95%, and in one of the
last tenths, of which each lies below 0 by itself: the line alone would draw those into harm of whom nothing is changed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from uems.prediction.metrics import Floats, Interval, Labels
from uems.prediction.uplift.curves import Lot

_SIGMA: Final = 1.959964
_BAND: Final = 2.447747
"""The square root of the 95% point of chi-square with two degrees of freedom."""
TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """change = level + slope * (score - middle). cov: of (level, slope), shape (2, 2). least, most: scores that it was drawn from."""

    level: float
    slope: float
    middle: float
    cov: Floats
    least: float
    most: float

    def _x(self, score: Floats) -> Floats:
        found: Floats = np.clip(score, self.least, self.most) - self.middle
        return found

    def change(self, score: Floats) -> Floats:
        """What the action changes of people with these scores; beyond those seen, what it changes at the last one. Shape (n,)."""
        found: Floats = self.level + self.slope * self._x(score)
        return found

    def band(self, score: Floats) -> tuple[Floats, Floats]:
        """(low, high) of the change; for all scores at once at 95%."""
        x, found = self._x(score), self.change(score)
        error = np.sqrt(np.maximum(self.cov[0, 0] + 2 * x * self.cov[0, 1] + x * x * self.cov[1, 1], 0.0))
        return found - _BAND * error, found + _BAND * error

    def total(self, score: Floats, value: Floats) -> Interval:
        """What the changes of these people come to together, each worth ``value``, with its 95% interval."""
        weights = np.array([float(value.sum()), float((value * self._x(score)).sum())])
        whole = float(weights @ np.array([self.level, self.slope]))
        error = _SIGMA * float(np.sqrt(max(weights @ self.cov @ weights, 0.0)))
        return Interval(value=whole, low=whole - error, high=whole + error)


def line(score: Floats, pseudo: Floats) -> Line:
    """The line through the pseudo-outcomes of those who were not learned from. Shape (n,) each; where all score alike it is level."""
    middle = float(score.mean())
    x = score - middle
    spread = float((x * x).sum())
    level = float(pseudo.mean())
    slope = float((x * pseudo).sum()) / spread if spread > 0 else 0.0
    rest = pseudo - level - slope * x
    cov = np.zeros((2, 2))
    cov[0, 0] = float((rest**2).mean()) / len(x)
    if spread > 0:
        cov[1, 1] = float((rest**2 * x * x).sum()) / spread**2
        cov[0, 1] = cov[1, 0] = float((rest**2 * x).sum()) / (spread * len(x))
    return Line(level=level, slope=slope, middle=middle, cov=cov, least=float(score.min()), most=float(score.max()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """A tenth of people by score, the highest first. best: the highest score in it. treated, control: mean outcome of either side;
    change: what the action changed of them, with its 95% interval."""

    best: float
    people: int
    treated: float | None
    control: float | None
    change: Interval


def tenths(lot: Lot, score: Floats, pseudo: Floats) -> list[Tenth]:
    """What the action really did in each tenth."""
    found = []
    for rows in np.array_split(np.argsort(-score, kind="stable"), TENTHS):
        part, mine = lot.part(rows), pseudo[rows]
        error = _SIGMA * float(mine.std(ddof=1)) / float(np.sqrt(len(rows)))
        mean = float(mine.mean())
        change = Interval(value=mean, low=mean - error, high=mean + error)
        best = float(score[rows].max())
        found.append(Tenth(best=best, people=len(rows), treated=_mean(part, True), control=_mean(part, False), change=change))
    return found


def _mean(lot: Lot, treated: bool) -> float | None:
    mine = lot.treated == treated
    weight = 1 / np.where(treated, lot.share, 1 - lot.share)[mine]
    return float((lot.y[mine] * weight).sum() / weight.sum()) if mine.any() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """For each person: change with its band, whether treating pays, and whether it harms for certain. Shape (n,)."""

    change: Floats
    low: Floats
    high: Floats
    treat: Labels
    harmed: Labels


def harm_below(groups: list[Tenth]) -> float:
    """The score up to which each tenth, from the last one on, was harmed by itself; -inf where the last one was not."""
    limit = -np.inf
    for one in reversed(groups):
        if one.change.high >= 0:
            break
        limit = one.best
    return float(limit)


def policy(found: Line, score: Floats, value: Floats, cost: float, harm: float) -> Policy:
    """Treat where change times value exceeds cost; nobody who is harmed. value, cost: in minor units. harm: as ``harm_below`` says."""
    change, (low, high) = found.change(score), found.band(score)
    harmed = (high < 0) & (score <= harm)
    return Policy(change=change, low=low, high=high, treat=(change * value > cost) & ~harmed, harmed=harmed)
