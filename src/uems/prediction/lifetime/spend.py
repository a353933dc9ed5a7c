"""How much does somebody spend at each purchase? Gamma-Gamma: few purchases say little, and are drawn to what everybody spends.

A purchase of a person is gamma(p, v_i); the v_i of people are gamma(q, v). Source: Fader & Hardie 2013, "The gamma-gamma model of
monetary value". It holds that what somebody spends does not depend on how often they buy; ``dependence`` measures whether that is so.
"""

from typing import Final

import numpy as np
from scipy.special import digamma, gammaln

from uems.kernel.errors import UemsError
from uems.prediction.lifetime.fitting import Fitted, maximise
from uems.prediction.metrics import Floats

NAMES: Final = ("p", "q", "v")
_LEAST_Q: Final = 1.05
"""At q = 1 and below nobody could say what a new buyer spends: the mean is infinite."""


def fit(count: Floats, mean: Floats) -> Fitted:
    """The likeliest parameters for people with ``count`` purchases of ``mean`` value each, both above 0, shape (n,).

    Raises ``not_fitted`` (409), so too when everybody spends the same.
    """
    seen = (count > 0) & (mean > 0) & np.isfinite(mean)
    count, mean = count[seen], mean[seen]
    if len(count) < 3 or float(np.std(mean)) <= 1e-9 * float(np.mean(mean)):
        raise UemsError(
            "not_fitted",
            f"{len(count):,} people with purchases above 0 do not tell how spending differs; it takes 3 who spend unlike.",
            status=409,
        )
    # In units of the usual purchase, so that the search starts near the end in any currency.
    unit = float(np.median(mean))
    found = maximise(NAMES, lambda values: likelihood(values, count, mean / unit), [(2.0, 3.0, 2.0), (6.0, 4.0, 0.5)], float(len(count)))
    scale = np.array([1.0, 1.0, unit])
    return Fitted(
        names=NAMES,
        values=found.values * scale,
        covariance=found.covariance * np.outer(scale, scale),
        # A density is per unit of money.
        log_likelihood=found.log_likelihood - len(count) * float(np.log(unit)),
        people=found.people,
    )


def likelihood(values: Floats, count: Floats, mean: Floats) -> tuple[float, Floats]:
    """(log-likelihood of the mean values given the counts, gradient by p, q, v)."""
    p, q, v = values
    px = p * count
    total = v + count * mean
    value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v) + (px - 1) * np.log(mean) + px * np.log(count)
    value = value - (px + q) * np.log(total)
    both = digamma(px + q)
    by_p = count * (both - digamma(px) + np.log(mean) + np.log(count) - np.log(total))
    by_q = both - digamma(q) + np.log(v) - np.log(total)
    by_v = q / v - (px + q) / total
    return float(value.sum()), np.array([by_p.sum(), by_q.sum(), by_v.sum()])


def expected_spend(values: Floats, count: Floats, mean: Floats) -> Floats:
    """What one more purchase is worth, shape (n,); a count of 0 gives that of everybody."""
    p, q, v = values
    found: Floats = p * (v + count * mean) / np.maximum(p * count + q - 1, _LEAST_Q - 1)
    return found


def draw_totals(values: Floats, count: Floats, purchases: Floats, rng: np.random.Generator) -> Floats:
    """What ``purchases`` (shape (n, times)) of people who bought ``count`` times bring, in units of ``v + count * mean`` of the person."""
    p, q, _ = values
    rate = rng.gamma((q + p * count)[:, None], size=purchases.shape)
    found: Floats = rng.gamma(np.maximum(p * purchases, 1e-12)) * (purchases > 0) / rate
    return found


def dependence(count: Floats, mean: Floats) -> float:
    """How the value of a purchase goes with how often somebody buys: the correlation of their logarithms, -1 to 1; nan if unknown."""
    seen = (count > 0) & (mean > 0)
    if seen.sum() < 3:
        return float("nan")
    a, b = np.log(count[seen]), np.log(mean[seen])
    if a.std() < 1e-12 or b.std() < 1e-12:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
