"""How often will somebody buy who may leave after any purchase? BG/NBD and MBG/NBD.

While here, people buy at a rate of their own (gamma: r, alpha); after each purchase they leave with a chance of their own (beta:
a, b). In the modified model they may also leave after the very first purchase. Sources: Fader, Hardie & Lee 2005, "Counting your
customers the easy way"; Batislam, Denizel & Filiztekin 2007. Times are in the unit of the histories.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaincinv, digamma, expit, gammaln, hyp2f1

from uems.prediction.lifetime.fitting import Fitted, maximise
from uems.prediction.lifetime.histories import Histories, distinct
from uems.prediction.metrics import Floats

NAMES: Final = ("r", "alpha", "a", "b")
_POINTS: Final = (np.arange(64) + 0.5) / 64
_NEAR_ONE: Final = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaGeometric:
    """modified: people may leave after the first purchase already."""

    modified: bool

    @property
    def key(self) -> str:
        return "mbg_nbd" if self.modified else "bg_nbd"

    def fit(self, seen: Histories) -> Fitted:
        """The likeliest parameters. Raises ``not_fitted`` (409)."""
        scale = max(float(np.average(seen.age, weights=seen.count)), 1e-9)
        rate = float(np.average(seen.x, weights=seen.count)) / scale
        starts = [(0.5, 0.5 / max(rate, 1e-3 / scale), 1.0, 2.0), (0.25, 0.1 * scale, 0.5, 1.5), (1.0, scale, 0.2, 2.0)]
        return maximise(NAMES, lambda values: self.likelihood(values, seen), starts, seen.people)

    def likelihood(self, values: Floats, seen: Histories) -> tuple[float, Floats]:
        """(log-likelihood, gradient by r, alpha, a, b)."""
        r, alpha, a, b = values
        x, place = np.unique(seen.x, return_inverse=True)
        # Of a person who may leave after the first purchase, one more chance to leave was not taken.
        stays = x + 1 if self.modified else x
        gone = b + x if self.modified else b + np.maximum(x, 1) - 1
        by_x = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(b) + gammaln(b + stays) - gammaln(a + b + stays)
        whole, until_last = np.log(alpha + seen.age), np.log(alpha + seen.last)
        power = r + seen.x
        odds = np.log(a) - np.log(gone)[place] + power * (whole - until_last)
        if not self.modified:
            odds = np.where(seen.x > 0, odds, -np.inf)
        value = by_x[place] - power * whole + np.logaddexp(0.0, odds)
        # The chance of having left since the last purchase, given all that was seen.
        left = expit(odds)
        by_r = (digamma(r + x) - digamma(r) + np.log(alpha))[place] - whole + left * (whole - until_last)
        by_alpha = r / alpha - power / (alpha + seen.age) + left * power * (1 / (alpha + seen.age) - 1 / (alpha + seen.last))
        both = digamma(a + b) - digamma(a + b + stays)
        by_a = both[place] + left / a
        by_b = (both - digamma(b) + digamma(b + stays))[place] - left / gone[place]
        weights = seen.count
        gradient = np.array([weights @ by_r, weights @ by_alpha, weights @ by_a, weights @ by_b])
        return float(weights @ value), gradient

    def alive(self, values: Floats, seen: Histories) -> Floats:
        """The chance that they have not left, shape (n,)."""
        r, alpha, a, b = values
        gone = b + seen.x if self.modified else b + np.maximum(seen.x, 1) - 1
        odds = np.log(a / gone) + (r + seen.x) * np.log((alpha + seen.age) / (alpha + seen.last))
        found: Floats = expit(-odds)
        return found if self.modified else np.where(seen.x > 0, found, 1.0)

    def expected(self, values: Floats, seen: Histories, ahead: float) -> Floats:
        """Purchases to expect within ``ahead`` from now, shape (n,), the chance of having left included."""
        return self.expected_alive(values, seen, ahead) * self.alive(values, seen)

    def expected_alive(self, values: Floats, seen: Histories, ahead: float) -> Floats:
        """Purchases to expect of those who have not left: that depends on x and age alone, and is worked out once for each pair."""
        r, alpha, a, b = values
        first, place, _ = distinct([seen.x, seen.age])
        x, age = seen.x[first], seen.age[first]
        stays = b + x + 1 if self.modified else b + x
        # The formula is 0 / 0 at a = 1, where it is as smooth as anywhere.
        a = a if abs(a - 1) > _NEAR_ONE else 1 + _NEAR_ONE
        # Euler's transformation keeps the series small for people with many purchases.
        series = hyp2f1(r + x, a - 1, a + stays - 1, -ahead / (alpha + age))
        found = (a + stays - 1) / (a - 1) * (1 - series)
        most = (r + x) / (alpha + age) * ahead
        wrong = ~np.isfinite(found) | (found < 0) | (found > most * (1 + 1e-6)) | (x > 1e4)
        if wrong.any():
            found[wrong] = _by_quantiles(r + x[wrong], alpha + age[wrong], a, stays[wrong], ahead)
        expected: Floats = found[place]
        return expected

    def draw(self, values: Floats, x: Floats, age: Floats, ahead: float, times: int, rng: np.random.Generator) -> Floats:
        """Purchases within ``ahead`` of people who have not left, drawn ``times`` over: shape (n, times)."""
        r, alpha, a, b = values
        rate = rng.gamma((r + x)[:, None], size=(len(x), times)) / (alpha + age)[:, None]
        stays = b + x + 1 if self.modified else b + x
        leave = np.maximum(rng.beta(a, np.broadcast_to(stays[:, None], rate.shape)), 1e-12)
        # Whoever buys may leave at once: no more purchases than until the one after which they leave.
        found: Floats = np.minimum(rng.poisson(np.minimum(rate * ahead, 1e9)), rng.geometric(leave)).astype(np.float64)
        return found

    def expected_new(self, values: Floats, ahead: float) -> float:
        """Purchases after the first, of a new buyer, within ``ahead`` of it."""
        nobody = Histories(x=np.zeros(1), last=np.zeros(1), age=np.zeros(1), count=np.ones(1))
        return float(self.expected(values, nobody, ahead)[0])


def _by_quantiles(power: Floats, scale: Floats, a: float, stays: Floats, ahead: float) -> Floats:
    """The same by the mean over 64 equally likely chances of leaving; for numbers that the series cannot bear."""
    chance = np.maximum(betaincinv(a, stays[:, None], _POINTS[None, :]), 1e-15)
    still = np.exp(-power[:, None] * np.log1p(chance * ahead / scale[:, None]))
    found: Floats = ((1 - still) / chance).mean(axis=1)
    return found


BG_NBD: Final = BetaGeometric(modified=False)
MBG_NBD: Final = BetaGeometric(modified=True)
