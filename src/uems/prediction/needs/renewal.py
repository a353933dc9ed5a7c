"""When will each person buy of each kind again? A renewal model: the time between two purchases, pooled over people and kinds.

A pair is a person and a kind of thing. Its scale is the mean of the logarithms of its gaps, drawn to what its kind and its person make
likely, the more so the fewer gaps there are (variance components). What is left, a gap by its scale, is spread alike in all pairs that
are known as well, so one Kaplan-Meier curve for each holds for all of them; gaps that are not over count as censored. How long somebody
has waited already is taken into account exactly: the curve is cut off there. After a larger purchase than usual the scale is longer by a
power that is estimated; where more than a year is known, the month of the kind is taken out and put in again.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from uems.prediction.metrics import Floats, Ints

BINS: Final = (0, 1, 2, 4, 7, 12)
"""Pairs with at least so many other gaps have a curve of their own."""
QUANTILES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_POINTS: Final = 400
_LEAST: Final = 40
_SEASON_DAYS: Final = 400
_SEASON_PRIOR: Final = 20.0
_LONGEST: Final = 0.999
_GRID: Final[Floats] = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """One row a pair and day, sorted by pair, then day. pair: from 0 on, without holes. person, kind: of each pair, shape (pairs,).

    day: since 1970. quantity: above 0.
    """

    pair: Ints
    day: Ints
    quantity: Floats
    person: Ints
    kind: Ints

    def before(self, day: int) -> "Purchases":
        """What was known when ``day`` began; pairs that were not there yet stay, without rows."""
        rows = self.day < day
        return Purchases(pair=self.pair[rows], day=self.day[rows], quantity=self.quantity[rows], person=self.person, kind=self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How gaps by their scale are spread: log ratios, rising, and the share of gaps that are over by then, below 1 if some never are."""

    at: Floats
    over: Floats

    def share(self, log_ratio: Floats) -> Floats:
        found: Floats = np.interp(log_ratio, self.at, self.over, left=0.0)
        return found

    def inverse(self, share: Floats) -> Floats:
        """The log ratio by which ``share`` are over; inf where so many never are."""
        found: Floats = np.where(share <= self.over[-1], np.interp(share, self.over, self.at), np.inf)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What was learned. scale: log of the usual gap of each pair after its last purchase, nan without any. gaps: how many are known.

    last: day of the last purchase. curves: by bin of ``gaps``. elasticity: how the gap grows with the quantity.
    """

    scale: Floats
    gaps: Ints
    last: Ints
    curves: tuple[Curve, ...]
    elasticity: float

    def chance_by(self, now: int, day: Floats, rows: Ints) -> Floats:
        """How likely the pairs of ``rows`` buy by ``day`` (that day included), nothing having been bought until ``now`` began."""
        waited = self._log(now - 1, rows)
        by = self._log(day, rows)
        found = np.empty(len(rows))
        for n, mine in self._by_bin(rows):
            gone, over = self.curves[n].share(waited[mine]), self.curves[n].share(by[mine])
            found[mine] = (over - gone) / np.maximum(1 - gone, 1e-12)
        result: Floats = np.clip(found, 0.0, 1.0)
        return result

    def day_at(self, now: int, share: float, rows: Ints) -> Floats:
        """The day by which ``share`` of such pairs have bought, from ``now`` on; inf where so many never do."""
        waited = self._log(now - 1, rows)
        found = np.empty(len(rows))
        for n, mine in self._by_bin(rows):
            gone = self.curves[n].share(waited[mine])
            found[mine] = self.curves[n].inverse(1 - (1 - share) * (1 - gone))
        days: Floats = np.maximum(now, np.ceil(self.last[rows] + np.exp(np.minimum(found + self.scale[rows], 15.0)) - 1e-9))
        return np.where(np.isfinite(found), days, np.inf)

    def _log(self, day: "Floats | int", rows: Ints) -> Floats:
        since = np.maximum(np.asarray(day, np.float64) - self.last[rows], 0.0)
        with np.errstate(divide="ignore"):
            found: Floats = np.log(since) - self.scale[rows]
        return found

    def _by_bin(self, rows: Ints) -> "list[tuple[int, npt.NDArray[np.bool_]]]":
        place = _bin_of(self.gaps[rows])
        return [(n, place == n) for n in range(len(self.curves)) if (place == n).any()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of some pairs: by what was learned, put right by how it did on an earlier window.

    right: shape (101,), what chances of 0, 0.01 ... 1 really were there; a straight line changes nothing.
    """

    renewal: Renewal
    rows: Ints
    right: Floats = field(default_factory=lambda: _GRID.copy())

    def chance_by(self, now: int, day: Floats) -> Floats:
        """How likely each buys by ``day``, nothing having been bought until ``now`` began."""
        found: Floats = np.interp(self.renewal.chance_by(now, day, self.rows), _GRID, self.right)
        return found

    def day_at(self, now: int, share: float) -> Floats:
        """The day by which each has bought with chance ``share``; inf where so many never do."""
        return self.renewal.day_at(now, float(np.interp(share, self.right, _GRID)), self.rows)


def put_right(places: Floats) -> Floats:
    """What chances really were, by where dates lay in what was said of them on an earlier window; made a little smoother."""
    if len(places) < _LEAST * 5:
        return _GRID.copy()
    found: Floats = np.searchsorted(np.sort(places), _GRID, side="right") / len(places)
    found[0], found[-1] = 0.0, 1.0
    return np.maximum.accumulate(0.98 * found + 0.02 * _GRID)


def learn(seen: Purchases, now: int) -> Renewal:
    """Learn from all purchases before ``now`` (a day since 1970). Pairs without a purchase have a scale of nan."""
    pairs = len(seen.person)
    inside = seen.pair[1:] == seen.pair[:-1]
    pair, gap = seen.pair[1:][inside], np.log(np.diff(seen.day)[inside].astype(np.float64))
    relative, last_relative = _relative(seen, pairs)
    elasticity = _slope(relative[:-1][inside], gap, pair, pairs)
    gap = gap - elasticity * relative[:-1][inside]
    season = _season(seen.day[:-1][inside], seen.kind[pair], gap, int(seen.kind.max()) + 1 if pairs else 1, now)
    gap = gap - season[seen.kind[pair], _month(seen.day[:-1][inside])]
    count, total = np.bincount(pair, minlength=pairs), np.bincount(pair, gap, pairs).astype(np.float64)
    prior, weight = _prior(seen, gap, pair, count, total)
    scale = (total + weight * prior) / (count + weight)
    # Each gap by a scale that has not seen it, or it would look likelier than it was.
    others = (total[pair] - gap + weight * prior[pair]) / (count[pair] - 1 + weight)
    last = np.full(pairs, -1)
    last[seen.pair] = seen.day
    there = last >= 0
    waiting = np.flatnonzero(there & (now - last > 1))
    adjusted = scale + elasticity * last_relative + np.where(there, season[seen.kind, _month(np.maximum(last, 0))], 0.0)
    open_gap = np.log(np.maximum(now - 1 - last[waiting], 1).astype(np.float64)) - adjusted[waiting]
    ratios = np.concatenate([gap - others, open_gap])
    ended = np.arange(len(ratios)) < len(gap)
    known = _bin_of(np.concatenate([count[pair] - 1, count[waiting]]))
    return Renewal(
        scale=np.where(there, adjusted, np.nan),
        gaps=count,
        last=last,
        curves=_curves(ratios, ended, known),
        elasticity=elasticity,
    )


def _relative(seen: Purchases, pairs: int) -> tuple[Floats, Floats]:
    """(log of each quantity by the usual one of the pair, that of the last purchase of each pair)."""
    logs = np.log(np.maximum(seen.quantity, 1e-9))
    count = np.maximum(np.bincount(seen.pair, minlength=pairs), 1)
    usual = np.bincount(seen.pair, logs, pairs) / count
    found: Floats = np.clip(logs - usual[seen.pair], -2.0, 2.0)
    last = np.zeros(pairs)
    last[seen.pair] = found
    return found, last


def _slope(x: Floats, y: Floats, pair: Ints, pairs: int) -> float:
    """How y grows with x within pairs, from 0 to 1: buying twice as much lasts at most twice as long."""
    count = np.maximum(np.bincount(pair, minlength=pairs), 1)
    dx, dy = (one - (np.bincount(pair, one, pairs) / count)[pair] for one in (x, y))
    whole = float(dx @ dx)
    return float(np.clip(dx @ dy / whole, 0.0, 1.0)) if whole > 1e-9 else 0.0


def _month(day: Ints) -> Ints:
    """0 to 11."""
    found: Ints = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return found


def _season(day: Ints, kind: Ints, gap: Floats, kinds: int, now: int) -> Floats:
    """How much longer, in logarithms, gaps of a kind are that begin in a month, shape (kinds, 12). Nothing before every month was seen
    with most of its gaps over: a year and a month."""
    found = np.zeros((kinds, 12))
    if not len(gap) or now - int(day.min()) < _SEASON_DAYS:
        return found
    place = kind * 12 + _month(day)
    middle = np.bincount(kind, gap, kinds) / np.maximum(np.bincount(kind, minlength=kinds), 1)
    sums, counts = np.bincount(place, gap - middle[kind], kinds * 12), np.bincount(place, minlength=kinds * 12)
    return (sums / (counts + _SEASON_PRIOR)).reshape(kinds, 12)


def _prior(seen: Purchases, gap: Floats, pair: Ints, count: Ints, total: Floats) -> tuple[Floats, float]:
    """(the log gap to expect of each pair by its kind and its person, how many gaps that counts as)."""
    if not len(gap):
        return np.full(len(count), np.log(30.0)), 1.0
    middle = float(gap.mean())
    kind = _effect(seen.kind[pair], gap - middle, int(seen.kind.max()) + 1)
    person = _effect(seen.person[pair], gap - middle - kind[seen.kind[pair]], int(seen.person.max()) + 1)
    prior = middle + kind[seen.kind] + person[seen.person]
    residual = gap - prior[pair]
    sums = np.bincount(pair, residual, len(count))
    often = count > 1
    inside = float((residual**2).sum() - (sums[often] ** 2 / count[often]).sum() - (sums[count == 1] ** 2).sum())
    freedom = float((count[often] - 1).sum())
    within = inside / freedom if freedom > 0 else float(residual.var())
    between = max(float((sums[often] ** 2 / count[often] ** 2 - within / count[often]).mean()) if often.any() else 0.0, within / 50)
    return prior, max(within / between, 0.05)


def _effect(group: Ints, value: Floats, size: int) -> Floats:
    """The mean of each group, drawn to 0 as if it had three more values there."""
    found: Floats = np.bincount(group, value, size) / (np.bincount(group, minlength=size) + 3.0)
    return found


def _bin_of(gaps: Ints) -> Ints:
    found: Ints = np.searchsorted(np.array(BINS), gaps, side="right") - 1
    return found


def _curves(ratios: Floats, ended: "npt.NDArray[np.bool_]", known: Ints) -> tuple[Curve, ...]:
    whole = kaplan_meier_curve(ratios, ended)
    found = []
    for n in range(len(BINS)):
        mine = known == n
        found.append(kaplan_meier_curve(ratios[mine], ended[mine]) if int((ended & mine).sum()) >= _LEAST else whole)
    return tuple(found)


def kaplan_meier_curve(values: Floats, ended: "npt.NDArray[np.bool_]") -> Curve:
    """The share that is over by each value, from values of which some are only known not to be over yet; at most 400 points."""
    if not ended.any():
        return Curve(at=np.array([-1.0, 1.0]), over=np.array([0.0, 0.5]))
    order = np.lexsort((~ended, values))
    sorted_values, over = values[order], ended[order]
    left = len(order) - np.arange(len(order))
    still = np.exp(np.cumsum(np.where(over, np.log1p(-1.0 / np.maximum(left, 1.0 + 1e-9)), 0.0)))
    at, share = sorted_values[over], 1 - still[over]
    picked = np.unique(np.linspace(0, len(at) - 1, _POINTS).astype(np.int64))
    return Curve(at=np.concatenate([[at[0] - 0.5], at[picked]]), over=np.concatenate([[0.0], np.minimum(share[picked], _LONGEST)]))
