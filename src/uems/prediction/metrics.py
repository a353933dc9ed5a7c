"""How good is a prediction? Measures of ranking and of probabilities, with intervals; plain arrays in, plain numbers out.

Sources: area under the ROC curve as the Mann-Whitney statistic (Hanley & McNeil 1982); average precision as in scikit-learn;
Brier 1950; intervals by a Poisson bootstrap over people (Chamandy et al. 2012), so that several rows of one person count as one
draw; the population stability index of credit scoring (Siddiqi 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]

PERCENTS: Final = (1, 2, 5, 10, 20, 30, 50)
REPLICATES: Final = 300
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with the 95% interval around it."""

    value: float
    low: float
    high: float


def auc(labels: Labels, scores: Floats, strata: Ints | None = None) -> float:
    """The chance that somebody with the outcome stands above somebody without it, ties counting half; nan with one class only.

    strata: pairs are taken within a stratum only, such as one period.
    """
    pairs = _Pairs(labels, scores, np.zeros(len(labels), np.int64) if strata is None else strata)
    return pairs.auc(np.ones(len(labels)))


class _Pairs:
    """Ranks within strata, made once for many weights."""

    def __init__(self, labels: Labels, scores: Floats, strata: Ints) -> None:
        order = np.lexsort((scores, strata))
        sorted_strata, sorted_scores = strata[order], scores[order]
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = (sorted_strata[1:] != sorted_strata[:-1]) | (sorted_scores[1:] != sorted_scores[:-1])
        self._order = order
        self._group = np.cumsum(fresh) - 1
        self._labels = labels[order]
        first = np.flatnonzero(fresh)
        # For each group of equal scores, the first group of its stratum.
        starts = np.ones(len(first), np.bool_)
        starts[1:] = sorted_strata[first[1:]] != sorted_strata[first[:-1]]
        self._start = np.maximum.accumulate(np.where(starts, np.arange(len(first)), 0)) if len(first) else first
        self._ends = np.append(np.flatnonzero(starts)[1:] - 1, len(first) - 1) if len(first) else first
        self._starts = np.flatnonzero(starts)

    def auc(self, weights: Floats) -> float:
        if not len(self._group):
            return float("nan")
        weights = weights[self._order]
        size = int(self._group[-1]) + 1
        positive = np.bincount(self._group, weights * self._labels, size)
        negative = np.bincount(self._group, weights * ~self._labels, size)
        below = np.concatenate([[0.0], np.cumsum(negative)])
        won = positive * (below[:-1] - below[self._start] + negative / 2)
        ends = self._ends + 1
        totals = np.concatenate([[0.0], np.cumsum(positive)])
        pairs = (totals[ends] - totals[self._starts]) * (below[ends] - below[self._starts])
        return float(won.sum() / pairs.sum()) if pairs.sum() > 0 else float("nan")


def average_precision(labels: Labels, scores: Floats) -> float:
    """Precision averaged over the ranks at which people with the outcome are found; ties are taken together."""
    order = np.argsort(-scores, kind="stable")
    ranked, found = scores[order], np.cumsum(labels[order])
    last = np.append(ranked[1:] != ranked[:-1], True)
    if not len(found) or not found[-1]:
        return float("nan")
    hits, seen = found[last], np.flatnonzero(last) + 1
    return float(np.sum(np.diff(np.concatenate([[0], hits])) * hits / seen) / found[-1])


def brier(labels: Labels, probabilities: Floats) -> float:
    """Mean squared distance of the probability from what happened."""
    return float(np.mean((probabilities - labels) ** 2))


def log_loss(labels: Labels, probabilities: Floats) -> float:
    """Mean negative log-likelihood of what happened."""
    safe = np.clip(probabilities, _TINY, 1 - _TINY)
    return float(-np.mean(np.where(labels, np.log(safe), np.log(1 - safe))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of like scores: how likely they were said to be, and how many it was true of."""

    people: int
    predicted: float
    observed: float


def calibration(labels: Labels, probabilities: Floats, groups: int = 10) -> list[Group]:
    """The rows in ``groups`` of equal size, from the least to the most likely."""
    order = np.argsort(probabilities, kind="stable")
    return [
        Group(people=len(part), predicted=float(probabilities[part].mean()), observed=float(labels[part].mean()))
        for part in np.array_split(order, groups)
        if len(part)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What choosing the ``percent`` of the highest scores finds. found: share of all with the outcome; lift: precision against chance."""

    percent: float
    people: int
    found: float
    precision: float
    lift: float


def reach(labels: Labels, scores: Floats, percents: Sequence[float] = PERCENTS) -> list[Reach]:
    """By how many are chosen. Of people with equal scores a part is chosen by lot: their expected share counts."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.zeros(0, np.int64)
    sizes = np.concatenate([[0.0], last + 1.0])
    hits = np.concatenate([[0.0], np.cumsum(labels[order])[last]]) if len(ranked) else np.zeros(1)
    total, rate = float(labels.sum()), float(labels.mean()) if len(labels) else 0.0
    found = []
    for percent in percents:
        size = max(1, round(len(labels) * percent / 100))
        hit = float(np.interp(size, sizes, hits))
        share = hit / total if total else 0.0
        lift = hit / size / rate if rate else 0.0
        found.append(Reach(percent=percent, people=size, found=share, precision=hit / size, lift=lift))
    return found


def person_weights(people: npt.NDArray[np.uint64], seed: int, replicates: int = REPLICATES) -> list[Floats]:
    """Weights of rows for each replicate: every person is drawn a Poisson(1) number of times, with all rows of theirs."""
    _, inverse = np.unique(people, return_inverse=True)
    size = int(inverse.max()) + 1 if len(inverse) else 0
    rng = np.random.default_rng([seed, 77])
    return [rng.poisson(1.0, size).astype(np.float64)[inverse] for _ in range(replicates)]


def auc_against(
    labels: Labels, scores: Floats, others: Floats, strata: Ints, people: npt.NDArray[np.uint64], seed: int
) -> tuple[Interval, Interval, Interval]:
    """(AUC of ``scores``, AUC of ``others``, the first minus the second), each with its interval, by the same draws of people."""
    mine, theirs = _Pairs(labels, scores, strata), _Pairs(labels, others, strata)
    one = np.ones(len(labels))
    a, b = mine.auc(one), theirs.auc(one)
    drawn = np.array([(mine.auc(w), theirs.auc(w)) for w in person_weights(people, seed)]).reshape(-1, 2)
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    return _interval(a, drawn[:, 0]), _interval(b, drawn[:, 1]), _interval(a - b, drawn[:, 0] - drawn[:, 1])


def _interval(value: float, drawn: Floats) -> Interval:
    if not len(drawn):
        return Interval(value=value, low=float("nan"), high=float("nan"))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))


def bins_of(values: Floats, most: int = 10) -> Floats:
    """Inner edges of at most ``most`` bins that hold about as many values each."""
    known = values[~np.isnan(values)]
    return np.unique(np.quantile(known, np.linspace(0, 1, most + 1)[1:-1])) if len(known) else np.zeros(0)


def shares(values: Floats, edges: Floats) -> Floats:
    """Shape (len(edges) + 2,): the share of values in each bin, the missing ones last."""
    missing = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(counts, missing.sum()) / max(1, len(values))


def stability(before: Floats, now: Floats) -> float:
    """The population stability index of two sets of shares: under 0.1 nothing moved, over 0.25 much did."""
    a, b = np.maximum(before, 1e-4), np.maximum(now, 1e-4)
    return float(np.sum((b - a) * np.log(b / a)))
