"""What is the interval of a number that has no formula? Draw the people again and again, and see how it moves.

Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7, 1979; percentile intervals. Drawing n people with
replacement from those who share few values is one multinomial draw of how often each value comes, which needs counts and no rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from uems.experiments.statistics.difference import ALPHA
from uems.experiments.statistics.estimates import Estimate, NoAnswer
from uems.experiments.statistics.moments import Floats

REPLICATES: Final = 2_000
_AT_ONCE: Final = 4_000_000
"""Numbers held at a time: 32 MB."""

Statistic = Callable[[Floats, Floats], Floats]
"""(values, shape (k,); how often each comes, shape (r, k)) → the number of each of r draws, shape (r,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """value: treatment less control as they are; low, high: the percentiles of the draws; p_value: twice the smaller side of 0."""

    control: float
    treatment: float
    value: float
    low: float
    high: float
    p_value: float


def bootstrap(
    control: Mapping[float, int],
    treatment: Mapping[float, int],
    statistic: Statistic,
    *,
    alpha: float = ALPHA,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Resampled | NoAnswer:
    """The difference of a statistic between two arms. The same counts and seed give the same answer.

    control, treatment: value → people who have it.
    """
    sides = []
    for name, counts in (("control", control), ("treatment", treatment)):
        if not sum(counts.values()):
            return NoAnswer(reason="nobody", arm=name)
        values = np.asarray(sorted(counts), np.float64)
        sides.append((values, np.asarray([counts[value] for value in values.tolist()], np.float64)))
    luck = np.random.default_rng(seed)
    drawn = [_drawn(values, often, statistic, replicates, luck) for values, often in sides]
    first, second = (float(statistic(values, often[None, :])[0]) for values, often in sides)
    moves = drawn[1] - drawn[0]
    if np.ptp(moves) == 0:
        return NoAnswer(reason="no_variance")
    low, high = (float(bound) for bound in np.quantile(moves, [alpha / 2, 1 - alpha / 2]))
    # One is added to both: no number of draws can show that something never happens (Davison and Hinkley 1997, section 4.2).
    side = min(int((moves <= 0).sum()), int((moves >= 0).sum()))
    p_value = min(1.0, 2 * (side + 1) / (replicates + 1))
    return Resampled(control=first, treatment=second, value=second - first, low=low, high=high, p_value=p_value)


def drawn_estimate(counts: Mapping[float, int], statistic: Statistic, *, replicates: int = 500, seed: int = 0) -> Estimate | NoAnswer:
    """A statistic of one arm with its error by drawing: what methods for means need to judge it. counts: value → people who have it."""
    people = sum(counts.values())
    if people < 2:
        return NoAnswer(reason="too_few" if people else "nobody")
    values = np.asarray(sorted(counts), np.float64)
    often = np.asarray([counts[value] for value in values.tolist()], np.float64)
    draws = _drawn(values, often, statistic, replicates, np.random.default_rng(seed))
    value = float(statistic(values, often[None, :])[0])
    if not np.isfinite(value) or not np.isfinite(draws).all():
        return NoAnswer(reason="zero_denominator")
    return Estimate(count=people, value=value, variance=float(draws.var(ddof=1)) * people)


def _drawn(values: Floats, often: Floats, statistic: Statistic, replicates: int, luck: np.random.Generator) -> Floats:
    size = int(often.sum())
    batch = max(1, _AT_ONCE // len(values))
    parts = []
    for start in range(0, replicates, batch):
        draws = luck.multinomial(size, often / size, min(batch, replicates - start)).astype(np.float64)
        parts.append(statistic(values, draws))
    return np.concatenate(parts)


def median(values: Floats, often: Floats) -> Floats:
    """The middle value of each draw; of an even number the lower of the two."""
    return quantile(0.5)(values, often)


def quantile(share: float) -> Statistic:
    """The smallest value that at least ``share`` of the people do not exceed."""

    def found(values: Floats, often: Floats) -> Floats:
        reached = np.cumsum(often, axis=1) >= share * often.sum(axis=1, keepdims=True) - 1e-9
        lowest: Floats = values[np.argmax(reached, axis=1)]
        return lowest

    return found


def trimmed_mean(share: float) -> Statistic:
    """The mean without the lowest and the highest ``share`` of the people; who stands on the edge counts in part."""

    def found(values: Floats, often: Floats) -> Floats:
        whole = often.sum(axis=1, keepdims=True)
        upper = np.cumsum(often, axis=1)
        inside = np.minimum(upper, (1 - share) * whole) - np.maximum(upper - often, share * whole)
        inside = np.maximum(inside, 0.0)
        trimmed: Floats = (inside @ values) / inside.sum(axis=1)
        return trimmed

    return found


def mean(values: Floats, often: Floats) -> Floats:
    """The mean of each draw."""
    found: Floats = (often @ values) / often.sum(axis=1)
    return found


def capped_mean(share: float) -> Statistic:
    """The mean of all but the highest ``share`` of the people; who stands on the edge counts in part."""

    def found(values: Floats, often: Floats) -> Floats:
        kept = (1 - share) * often.sum(axis=1, keepdims=True)
        upper = np.cumsum(often, axis=1)
        inside = np.maximum(np.minimum(upper, kept) - (upper - often), 0.0)
        lowest: Floats = (inside @ values) / kept[:, 0]
        return lowest

    return found


def top_share(share: float) -> Statistic:
    """What the highest ``share`` of the people have, of all that everybody has; not a number where nobody has anything."""

    def found(values: Floats, often: Floats) -> Floats:
        whole = often @ values
        rest = capped_mean(share)(values, often) * (1 - share) * often.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            top: Floats = np.where(whole > 0, 1 - rest / whole, np.nan)
        return top

    return found
