"""Which share is still there after so long? Kaplan-Meier with Greenwood's standard error, and the log-rank test between groups.

Sources: Kaplan & Meier 1958; Greenwood 1926; the limits by the logarithm of the cumulative hazard (Kalbfleisch & Prentice 1980), which
stay within 0 and 1; Mantel 1966 for the test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import chi2

from uems.prediction.metrics import Floats, Labels

_Z: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """At each time at which somebody left, rising: the share still there with its 95% limits, who was there before, how many left."""

    at: Floats
    share: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    left: Floats

    def share_at(self, time: Floats) -> Floats:
        """The share still there after each time; flat beyond the last one that is known."""
        place = np.searchsorted(self.at, time, side="right")
        found: Floats = np.concatenate([[1.0], self.share])[place]
        return found

    def median(self) -> float | None:
        """After how long half have left; None when fewer have."""
        below = np.flatnonzero(self.share <= 0.5)
        return float(self.at[below[0]]) if len(below) else None


def kaplan_meier(time: Floats, ended: Labels) -> Survival:
    """How long each was seen, shape (n,), and whether they left then. Those who leave at a time count as there until then."""
    at, place = np.unique(time, return_inverse=True)
    left: Floats = np.bincount(place, ended, len(at)).astype(np.float64)
    gone = np.bincount(place, minlength=len(at))
    at_risk = len(time) - np.concatenate([[0], np.cumsum(gone)[:-1]])
    some = left > 0
    at, left, risk = at[some], left[some], at_risk[some].astype(np.float64)
    share: Floats = np.cumprod(1 - left / risk).astype(np.float64)
    inside = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(left / (risk * (risk - left)))
        spread = np.where(inside, np.sqrt(greenwood) / np.abs(np.log(share)), 0.0)
    low = np.where(inside, share ** np.exp(_Z * spread), np.where(share > 0, share, 0.0))
    high = np.where(inside, share ** np.exp(-_Z * spread), share)
    return Survival(at=at, share=share, low=low, high=high, at_risk=risk, left=left)


def log_rank(groups: Sequence[tuple[Floats, Labels]]) -> float:
    """How likely curves so unlike come from people who leave alike: the p-value over (time, ended) of each group."""
    size = len(groups)
    time, ended = np.concatenate([one[0] for one in groups]), np.concatenate([one[1] for one in groups])
    group = np.repeat(np.arange(size), [len(one[0]) for one in groups])
    at, place = np.unique(time, return_inverse=True)
    left = np.zeros((len(at), size))
    np.add.at(left, (place, group), ended)
    gone = np.zeros((len(at), size))
    np.add.at(gone, (place, group), 1)
    risk = gone[::-1].cumsum(axis=0)[::-1]
    whole, leaving = risk.sum(axis=1), left.sum(axis=1)
    some = (leaving > 0) & (whole > 1)
    risk, left, whole, leaving = risk[some], left[some], whole[some], leaving[some]
    share = risk / whole[:, None]
    off = (left - leaving[:, None] * share).sum(axis=0)
    factor = leaving * (whole - leaving) / (whole - 1)
    covariance = -(share.T * factor) @ share
    covariance[np.diag_indices(size)] += (share * factor[:, None]).sum(axis=0)
    if size < 2 or not len(whole):
        return 1.0
    statistic = float(off[:-1] @ np.linalg.pinv(covariance[:-1, :-1]) @ off[:-1])
    return float(chi2.sf(statistic, size - 1))
