"""How often will somebody buy who may leave at any moment? Pareto/NBD.

While here, people buy at a rate of their own (gamma: r, alpha) and leave at a rate of their own (gamma: s, beta). Source: Schmittlein,
Morrison & Colombo 1987, in the form of Fader & Hardie 2005. Instead of the hypergeometric function the integral behind it is taken, over
the moment at which somebody may have left: the same nodes give the likelihood and its exact gradient, and nothing overflows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import digamma, expit, gammaln

from uems.prediction.lifetime.fitting import Fitted, maximise
from uems.prediction.lifetime.histories import Histories
from uems.prediction.metrics import Floats

NAMES: Final = ("r", "alpha", "s", "beta")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_Z: Final = (_NODES + 1) / 2
_LOG_WEIGHTS: Final = np.log(_WEIGHTS / 2)
_ROWS: Final = 50_000
_LEAST_SLOPE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoNbd:
    """The model; it has no settings."""

    key: str = "pareto_nbd"

    def fit(self, seen: Histories) -> Fitted:
        """The likeliest parameters. Raises ``not_fitted`` (409)."""
        scale = max(float(np.average(seen.age, weights=seen.count)), 1e-9)
        rate = max(float(np.average(seen.x, weights=seen.count)), 1e-3) / scale
        starts = [(0.6, 0.4 / rate, 0.6, 0.5 * scale), (1.0, 1.0 / rate, 1.0, scale), (0.3, 0.2 * scale, 0.3, 0.1 * scale)]
        return maximise(NAMES, lambda values: self.likelihood(values, seen), starts, seen.people)

    def likelihood(self, values: Floats, seen: Histories) -> tuple[float, Floats]:
        """(log-likelihood, gradient by r, alpha, s, beta)."""
        value, gradient = 0.0, np.zeros(4)
        for part in _parts(seen):
            one, slope = _likelihood(values, part)
            value, gradient = value + one, gradient + slope
        return value, gradient

    def alive(self, values: Floats, seen: Histories) -> Floats:
        """The chance that they have not left, shape (n,)."""
        return np.concatenate([_alive(values, part) for part in _parts(seen)])

    def expected(self, values: Floats, seen: Histories, ahead: float) -> Floats:
        """Purchases to expect within ``ahead`` from now, shape (n,), the chance of having left included."""
        return self.expected_alive(values, seen, ahead) * self.alive(values, seen)

    def expected_alive(self, values: Floats, seen: Histories, ahead: float) -> Floats:
        """Purchases to expect of those who have not left."""
        r, alpha, s, beta = values
        rate, scale, power = (r + seen.x) / (alpha + seen.age), beta + seen.age, s - 1
        grown = np.log1p(ahead / scale)
        # The time that they are still here: scale (1 - e^(-power grown)) / power, and scale grown at s = 1.
        here = grown if abs(power) < _LEAST_SLOPE else -np.expm1(-power * grown) / power
        found: Floats = rate * scale * here
        return found

    def draw(self, values: Floats, x: Floats, age: Floats, ahead: float, times: int, rng: np.random.Generator) -> Floats:
        """Purchases within ``ahead`` of people who have not left, drawn ``times`` over: shape (n, times)."""
        r, alpha, s, beta = values
        rate = rng.gamma((r + x)[:, None], size=(len(x), times)) / (alpha + age)[:, None]
        leaving = np.maximum(rng.gamma(s, size=rate.shape) / (beta + age)[:, None], 1e-300)
        here = np.minimum(rng.exponential(size=rate.shape) / leaving, ahead)
        found: Floats = rng.poisson(np.minimum(rate * here, 1e9)).astype(np.float64)
        return found

    def expected_new(self, values: Floats, ahead: float) -> float:
        """Purchases after the first, of a new buyer, within ``ahead`` of it."""
        nobody = Histories(x=np.zeros(1), last=np.zeros(1), age=np.zeros(1), count=np.ones(1))
        return float(self.expected(values, nobody, ahead)[0])


def _parts(seen: Histories) -> Iterator[Histories]:
    for start in range(0, max(1, len(seen.x)), _ROWS):
        yield seen.part(np.arange(start, min(start + _ROWS, len(seen.x))))


@dataclass(slots=True, kw_only=True)
class _Leaving:
    """Moments at which somebody may have left since their last purchase: nodes of shape (n, 16), and how likely each is.

    log_total: log of the integral, shape (n,), -inf where no time has passed. share: sums to 1 in each row.
    """

    moment: Floats
    share: Floats
    log_total: Floats


def _leaving(values: Floats, seen: Histories) -> _Leaving:
    """The integral of s (alpha + y)^-(r + x) (beta + y)^-(s + 1) over y from the last purchase until now.

    Over w = log(c + y), stretched by a sixth of its steepness at the start: the nodes lie where the mass is, and what is left of the
    integrand falls like the fifth power of the distance from the end, which few nodes follow.
    """
    r, alpha, s, beta = values
    low = min(alpha, beta)
    power = (r + seen.x)[:, None]
    length = np.log((low + seen.age) / (low + seen.last))[:, None]
    steep = ((r + seen.x) * (low + seen.last) / (alpha + seen.last) + (s + 1) * (low + seen.last) / (beta + seen.last) - 1)[:, None]
    steep = steep / 6
    steep = np.where(np.abs(steep) < _LEAST_SLOPE, _LEAST_SLOPE, steep)
    taken = -np.expm1(-steep * length)
    w = -np.log1p(-_Z * taken) / steep
    moment = (low + seen.last)[:, None] * np.exp(w) - low
    # A row in which no time passes has a flat integrand; its total is -inf.
    width = np.where(length > 0, taken / steep, 1.0)
    density = -power * np.log(alpha + moment) - (s + 1) * np.log(beta + moment) + np.log(low + moment) + steep * w + np.log(width)
    density += _LOG_WEIGHTS
    most = density.max(axis=1, keepdims=True)
    share = np.exp(density - most)
    total = share.sum(axis=1, keepdims=True)
    log_total = np.where(length[:, 0] > 0, (np.log(s) + most + np.log(total))[:, 0], -np.inf)
    return _Leaving(moment=moment, share=share / total, log_total=log_total)


def _likelihood(values: Floats, seen: Histories) -> tuple[float, Floats]:
    r, alpha, s, beta = values
    power, found = r + seen.x, _leaving(values, seen)
    stayed = -power * np.log(alpha + seen.age) - s * np.log(beta + seen.age)
    both = np.logaddexp(stayed, found.log_total)
    value = gammaln(power) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + both
    left = np.exp(found.log_total - both)

    def mixed(at_end: Floats, on_the_way: Floats) -> Floats:
        """What is known of the end, and of each moment on the way, weighed by the chance of each."""
        result: Floats = (1 - left) * at_end + left * (found.share * on_the_way).sum(axis=1)
        return result

    by_r = digamma(power) - digamma(r) + np.log(alpha) - mixed(np.log(alpha + seen.age), np.log(alpha + found.moment))
    by_alpha = r / alpha - power * mixed(1 / (alpha + seen.age), 1 / (alpha + found.moment))
    by_s = np.log(beta) + left / s - mixed(np.log(beta + seen.age), np.log(beta + found.moment))
    by_beta = s / beta - mixed(s / (beta + seen.age), (s + 1) / (beta + found.moment))
    weights = seen.count
    return float(weights @ value), np.array([weights @ by_r, weights @ by_alpha, weights @ by_s, weights @ by_beta])


def _alive(values: Floats, seen: Histories) -> Floats:
    r, alpha, s, beta = values
    stayed = -(r + seen.x) * np.log(alpha + seen.age) - s * np.log(beta + seen.age)
    found: Floats = expit(stayed - _leaving(values, seen).log_total)
    return found


PARETO_NBD: Final = ParetoNbd()
