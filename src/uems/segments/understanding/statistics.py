"""Is a difference between two groups more than chance, and how large is it? Pure functions over counts, means and deviations.

All take and give arrays of one length: one place a test. Nothing here knows what was counted.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SMALL: Final = 5.0
"""An expected count below this makes the z-test untrustworthy (Cochran, "Some methods for strengthening the common chi-square
tests", Biometrics 10, 1954), so Fisher's exact test takes its place."""
_SAME: Final = 1 + 1e-7


def cohens_h(a: Floats, b: Floats) -> Floats:
    """The difference of two shares on the arcsine scale: about 0.2 is small, 0.5 medium, 0.8 large.

    Source: Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed. 1988, chapter 6.
    """
    return np.asarray(2 * np.arcsin(np.sqrt(a)) - 2 * np.arcsin(np.sqrt(b)), np.float64)


def log_odds(a: Counts, a_size: Counts, b: Counts, b_size: Counts) -> Floats:
    """Natural logarithm of the odds ratio, with half a person added to each cell so that it is finite.

    Source: Haldane, "The estimation and significance of the logarithm of a ratio of frequencies", Annals of Human Genetics 20,
    1956; Anscombe, "On estimating binomial response relations", Biometrika 43, 1956.
    """
    ours, theirs = np.log((a + 0.5) / (a_size - a + 0.5)), np.log((b + 0.5) / (b_size - b + 0.5))
    return np.asarray(ours - theirs, np.float64)


def standardised_difference(a: Floats, a_variance: Floats, b: Floats, b_variance: Floats) -> Floats:
    """The difference of two means in units of the root of the mean variance; 0 where neither group varies and the means agree.

    Where neither varies and the means differ it has no bound, and is given as infinity with the sign of the difference.
    Source: Cohen 1988, chapter 2; Austin, "Balance diagnostics for comparing the distribution of baseline covariates between
    treatment groups in propensity-score matched samples", Statistics in Medicine 28, 2009.
    """
    spread = np.sqrt((a_variance + b_variance) / 2)
    difference = a - b
    with np.errstate(divide="ignore", invalid="ignore"):
        found = difference / spread
    return np.where(spread > 0, found, np.where(difference == 0, 0.0, np.copysign(np.inf, difference)))


def needs_fisher(a: Counts, a_size: Counts, b: Counts, b_size: Counts) -> Flags:
    """Where one of the four expected counts is below ``SMALL``."""
    total = (a_size + b_size).astype(np.float64)
    yes = (a + b).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.minimum(a_size, b_size) * np.minimum(yes, total - yes) / total
    return np.asarray(~(least >= SMALL), np.bool_)


def two_proportions(a: Counts, a_size: Counts, b: Counts, b_size: Counts) -> Floats:
    """Two-sided p of the z-test of two shares with the pooled variance; 1 where everybody or nobody has it.

    Source: Agresti, Categorical Data Analysis, 3rd ed. 2013, section 3.1.
    """
    from scipy.special import ndtr  # a tenth of a second at the start of every command, for what few ask

    pooled = (a + b) / (a_size + b_size)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / a_size + 1 / b_size))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (a / a_size - b / b_size) / spread, 0.0)
    return np.asarray(2 * ndtr(-np.abs(z)), np.float64)


def fisher_exact(a: int, a_size: int, b: int, b_size: int) -> float:
    """Two-sided p of Fisher's exact test: the sum over all tables with these margins that are no likelier than this one.

    Source: Fisher, Statistical Methods for Research Workers, 5th ed. 1934, section 21.02; the two-sided rule of Freeman and
    Halton, Biometrika 38, 1951. Its work grows with the smallest margin, which is why it is asked where that is small.
    """
    from scipy.special import gammaln

    yes, total = a + b, a_size + b_size
    low, high = max(0, yes - b_size), min(yes, a_size)
    cells = np.arange(low, high + 1, dtype=np.float64)

    def log_choose(n: float, k: Floats) -> Floats:
        return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), np.float64)

    logs = log_choose(a_size, cells) + log_choose(b_size, yes - cells) - log_choose(total, np.array([yes], np.float64))[0]
    likely = np.exp(logs - logs.max())
    found = likely[likely <= likely[a - low] * _SAME].sum() / likely.sum()
    return float(min(found, 1.0))


def welch(a: Floats, a_variance: Floats, a_size: Counts, b: Floats, b_variance: Floats, b_size: Counts) -> Floats:
    """Two-sided p of Welch's t-test of two means with unequal variances; NaN where a group has fewer than two values.

    Source: Welch, "The generalization of Student's problem when several different population variances are involved",
    Biometrika 34, 1947, with the degrees of freedom of Satterthwaite 1946.
    """
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        ours, theirs = a_variance / a_size, b_variance / b_size
        spread = np.sqrt(ours + theirs)
        t = (a - b) / spread
        freedom = (ours + theirs) ** 2 / (ours**2 / (a_size - 1) + theirs**2 / (b_size - 1))
        p = 2 * stdtr(freedom, -np.abs(t))
    p = np.where(spread > 0, p, np.where(a == b, 1.0, 0.0))
    return np.where((a_size >= 2) & (b_size >= 2), p, np.nan)


def benjamini_hochberg(p: Floats) -> Floats:
    """The q-value of each test: the smallest false discovery rate at which it would be called a difference.

    Source: Benjamini and Hochberg, "Controlling the false discovery rate: a practical and powerful approach to multiple
    testing", Journal of the Royal Statistical Society B 57, 1995.
    """
    size = len(p)
    order = np.argsort(p, kind="stable")
    ranked = p[order] * size / np.arange(1, size + 1)
    # From the largest down, none is above the one behind it.
    lowest = np.minimum.accumulate(ranked[::-1])[::-1]
    found = np.empty(size, np.float64)
    found[order] = np.minimum(lowest, 1.0)
    return found
