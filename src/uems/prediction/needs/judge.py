"""Were the dates right? What was said when a window began, beside what was bought in it: calibration, and loss against the own mean.

Nobody waits for ever: what is not bought within the window is only known not to have come, so both the date that was said and the one
that came count as the end of the window at the most. The loss is the mean pinball loss over the nine deciles; the naive way says the
last purchase plus the person's own mean gap, for every decile.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from uems.prediction.metrics import Floats, Ints
from uems.prediction.needs.renewal import QUANTILES, Purchases, Renewal, Said

_GROUPS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsJudged:
    """pairs: judged, those with a gap of their own before the window. days: of the window. loss, naive_loss: in days. coverage: share
    within the 80% limits. came: share bought again in the window. calibration: share of pairs in each tenth of the chances, 0.1 if right.
    """

    pairs: int
    days: int
    loss: float
    naive_loss: float
    coverage: float
    came: float
    calibration: tuple[float, ...]

    def told(self) -> dict[str, Any]:
        return asdict(self)


def next_days(seen: Purchases, now: int) -> Ints:
    """The first day from ``now`` on on which each pair bought; far away for none."""
    found = np.full(len(seen.person), 10**7, np.int64)
    after = seen.day >= now
    np.minimum.at(found, seen.pair[after], seen.day[after])
    return found


def places(said: Said, came: Ints, now: int, days: int, seed: int) -> Floats:
    """Where in what was said of it each date lies, 0 to 1: even if all is right. Within a day, and beyond the window, by lot."""
    late = came >= now + days
    day = np.where(late, now + days - 1, came).astype(np.float64)
    by = said.chance_by(now, day)
    low = np.where(late, by, np.where(came > now, said.chance_by(now, day - 1), 0.0))
    high = np.where(late, 1.0, by)
    found: Floats = np.random.default_rng([seed, 4]).uniform(low, np.maximum(high, low))
    return found


def judge(said: Said, naive: Floats, came: Ints, now: int, days: int, seed: int) -> NeedsJudged:
    """naive: the day that the naive way says of each of the rows that ``said`` is about."""
    truth = np.minimum(came - now, days).astype(np.float64)
    simple = np.clip(naive - now, 0, days)
    ours = [_pinball(share, truth, np.minimum(said.day_at(now, share) - now, days)) for share in QUANTILES]
    theirs = [_pinball(share, truth, simple) for share in QUANTILES]
    at = places(said, came, now, days, seed)
    return NeedsJudged(
        pairs=len(truth),
        days=days,
        loss=float(np.mean(ours)),
        naive_loss=float(np.mean(theirs)),
        coverage=float(((at >= 0.1) & (at <= 0.9)).mean()),
        came=float((came < now + days).mean()),
        calibration=tuple((np.histogram(at, _GROUPS, (0.0, 1.0))[0] / len(at)).tolist()),
    )


def own_mean(renewal: Renewal, seen: Purchases, rows: Ints) -> Floats:
    """The last purchase plus the person's own mean gap, for pairs with a gap."""
    first = np.full(len(seen.person), -1)
    first[seen.pair[::-1]] = seen.day[::-1]
    mean = (renewal.last[rows] - first[rows]) / np.maximum(renewal.gaps[rows], 1)
    found: Floats = renewal.last[rows] + np.round(mean)
    return found


def _pinball(share: float, truth: Floats, said: Floats) -> float:
    off = truth - said
    return float(np.maximum(share * off, (share - 1) * off).mean())
