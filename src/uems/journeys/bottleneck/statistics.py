"""Did a share change by more than chance, by how much, and since when? Pure functions over counts; arrays have one place a test."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Z95: Final = 1.959963984540054
SMALL: Final = 5.0
"""Below this expected count the normal approximation is not to be trusted (Cochran, Biometrics 10, 1954): such a pair is not tested."""
PLENTY: Final = 200.0
"""From this expected count on the normal approximation serves also far out."""
ASKED_EXACTLY: Final = 0.5
"""The largest false discovery rate that can be asked for: above this nothing is reported, so nothing is asked exactly."""
_CHI_95: Final = 3.841458820694124
"""The 95 % point of chi-square with one degree of freedom."""


def shares(x: Counts, n: Counts) -> Floats:
    """x / n; 0 of nobody."""
    return np.asarray(x / np.maximum(n, 1), np.float64)


def testable(x1: Counts, n1: Counts, x0: Counts, n0: Counts, least: int) -> Flags:
    """Where both sides have at least ``least`` units, and every cell is expected to hold at least ``SMALL``."""
    total, yes = (n1 + n0).astype(np.float64), (x1 + x0).astype(np.float64)
    expected = np.minimum(n1, n0) * np.minimum(yes, total - yes) / np.maximum(total, 1)
    return np.asarray((n1 >= least) & (n0 >= least) & (expected >= SMALL), np.bool_)


def z_of(x1: Counts, n1: Counts, x0: Counts, n0: Counts) -> Floats:
    """z of the difference x1/n1 - x0/n0 of two independent shares, with the pooled variance; 0 where it has none.

    Source: Agresti, Categorical Data Analysis, 3rd ed. 2013, section 3.1.
    """
    pooled = shares(x1 + x0, n1 + n0)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / np.maximum(n1, 1) + 1 / np.maximum(n0, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where((spread > 0) & (n1 > 0) & (n0 > 0), (shares(x1, n1) - shares(x0, n0)) / spread, 0.0)
    return np.asarray(z, np.float64)


def z_of_changes(mine: tuple[int, int, int, int], rest: tuple[int, int, int, int]) -> float:
    """z of the difference between two changes; each is (x1, n1, x0, n0). 0 where a side has nobody.

    The Wald test of an interaction on the scale of shares: variances of four independent shares add up (Agresti 2013, section 3.1).
    """
    if min(mine[1], mine[3], rest[1], rest[3]) == 0:
        return 0.0
    p = [(mine[0] / mine[1], mine[1]), (mine[2] / mine[3], mine[3]), (rest[0] / rest[1], rest[1]), (rest[2] / rest[3], rest[3])]
    spread = sum(share * (1 - share) / size for share, size in p)
    return float(((p[0][0] - p[1][0]) - (p[2][0] - p[3][0])) / np.sqrt(spread)) if spread > 0 else 0.0


def two_sided(z: Floats | float) -> Any:
    """The probability of a z at least as far from 0, if there is no difference."""
    from scipy.special import ndtr  # a tenth of a second at the start of every command, for what few ask

    return 2 * ndtr(-np.abs(z))


def p_values(x1: Counts, n1: Counts, x0: Counts, n0: Counts) -> Floats:
    """The probability of a difference at least as large if there is none; exact where the normal approximation could say too little.

    Far out, where many tests at once are decided, the normal curve is too thin for small counts: with five expected losses it calls
    one in five hundred one in ten thousand. There it is Fisher's exact test, twice its smaller tail (Agresti 2013, section 3.5).
    """
    p = np.asarray(two_sided(z_of(x1, n1, x0, n0)), np.float64)
    total, yes = (n1 + n0).astype(np.float64), (x1 + x0).astype(np.float64)
    expected = np.minimum(n1, n0) * np.minimum(yes, total - yes) / np.maximum(total, 1)
    for n in np.flatnonzero((p < ASKED_EXACTLY) & (expected < PLENTY)):
        p[n] = fisher(int(x1[n]), int(n1[n]), int(x0[n]), int(n0[n]))
    return p


def fisher(x1: int, n1: int, x0: int, n0: int) -> float:
    """Twice the smaller tail of the hypergeometric distribution of x1, given all margins; at most 1."""
    from scipy.special import gammaln

    yes, total = x1 + x0, n1 + n0
    k = np.arange(max(0, yes - n0), min(yes, n1) + 1, dtype=np.float64)
    chances = -gammaln(k + 1) - gammaln(n1 - k + 1) - gammaln(yes - k + 1) - gammaln(n0 - yes + k + 1)
    chances = np.exp(chances - chances.max())
    place = x1 - int(k[0])
    tail = min(chances[: place + 1].sum(), chances[place:].sum()) / chances.sum()
    return min(1.0, 2 * float(tail)) if total else 1.0


def benjamini_hochberg(p: Floats) -> Floats:
    """The q-value of each test: the smallest false discovery rate at which it would be reported.

    Source: Benjamini and Hochberg, Journal of the Royal Statistical Society B 57, 1995. It holds also where tests depend on one
    another positively, as slices that overlap do (Benjamini and Yekutieli, Annals of Statistics 29, 2001).
    """
    size = len(p)
    order = np.argsort(p, kind="stable")
    ranked = p[order] * size / np.arange(1, size + 1)
    found = np.empty(size, np.float64)
    found[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return found


def wilson(x: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share. Source: Wilson, Journal of the American Statistical Association 22, 1927."""
    if n == 0:
        return 0.0, 1.0
    share, square = x / n, Z95 * Z95
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 * np.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def difference_interval(x1: int, n1: int, x0: int, n0: int) -> tuple[float, float]:
    """The 95 % interval of x1/n1 - x0/n0. Source: Newcombe, Statistics in Medicine 17, 1998, method 10."""
    (low1, high1), (low0, high0) = wilson(x1, n1), wilson(x0, n0)
    a, b = x1 / max(n1, 1), x0 / max(n0, 1)
    low = a - b - np.sqrt((a - low1) ** 2 + (high0 - b) ** 2)
    high = a - b + np.sqrt((high1 - a) ** 2 + (b - low0) ** 2)
    return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """place: of the first bucket after the change. earliest, latest: the places that the data do not rule out (95 %)."""

    place: int
    earliest: int
    latest: int


def change_point(x: Counts, n: Counts) -> ChangePoint | None:
    """Where one share before and another from there on fit best: the split of greatest likelihood; None without two filled sides.

    Source: Hinkley and Hinkley, "Inference about the change-point in a sequence of binomial variables", Biometrika 57, 1970; the
    range by the drop of the profile likelihood, which is approximate for a place. It tells since when, not whether.
    """
    before_x, before_n = np.cumsum(x)[:-1], np.cumsum(n)[:-1]
    after_x, after_n = x.sum() - before_x, n.sum() - before_n
    possible = (before_n > 0) & (after_n > 0)
    if not possible.any():
        return None
    fit = np.where(possible, _fit(before_x, before_n) + _fit(after_x, after_n), -np.inf)
    # Of equal fits, which days without anybody give, the last: that is the first day on which the new share was seen.
    best = len(fit) - 1 - int(np.argmax(fit[::-1]))
    near = np.flatnonzero(2 * (fit[best] - fit) <= _CHI_95)
    return ChangePoint(place=best + 1, earliest=int(near[0]) + 1, latest=int(near[-1]) + 1)


def _fit(x: Counts, n: Counts) -> Floats:
    """The logarithm of the greatest likelihood of x of n, without what depends on neither."""
    from scipy.special import xlogy

    return np.asarray(xlogy(x, shares(x, n)) + xlogy(n - x, 1 - shares(x, n)), np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A difference of two shares in parts that add up to it. rate: because the strata differ in their shares; mix: because the two
    sides are made of other strata. reversed: every stratum with people enough differs the other way than the whole. shared: which share
    of either side, at least, is in strata that both have; with little in common neither part means much."""

    rate: float
    mix: float
    reversed: bool
    shared: float


def parts(x1: Counts, n1: Counts, x0: Counts, n0: Counts, least: int) -> Parts:
    """Kitagawa's decomposition of x1/n1 - x0/n0 over strata (one place each); a stratum that one side lacks counts as mix.

    Source: Kitagawa, "Components of a difference between two rates", JASA 50, 1955. ``reversed`` is Simpson's paradox (Simpson,
    JRSS B 13, 1951): at least two strata with ``least`` units on each side, all of which point against the whole.
    """
    w1, w0 = n1 / max(n1.sum(), 1), n0 / max(n0.sum(), 1)
    r1, r0 = shares(x1, n1), shares(x0, n0)
    both = (n1 > 0) & (n0 > 0)
    rate = float((((w1 + w0) / 2) * (r1 - r0))[both].sum())
    whole = float((w1 * r1).sum() - (w0 * r0).sum())
    large = (n1 >= least) & (n0 >= least)
    against = (r1 - r0) * np.sign(whole) < 0
    reversed_ = bool(large.sum() >= 2 and against[large].all() and large[both].all())
    shared = float(min(w1[both].sum(), w0[both].sum()))
    return Parts(rate=rate, mix=whole - rate, reversed=reversed_, shared=shared)
