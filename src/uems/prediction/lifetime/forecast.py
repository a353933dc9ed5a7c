"""What will each of them bring within a horizon, and between which limits? A model of purchases joined with one of spending.

The middle is exact: expected purchases, discounted, times the expected value of one. The limits come from draws: for each different
(purchases, age) the purchases ahead and what they bring are drawn for people who are still here, in units of the person's own spending,
and the chance of having left is mixed in exactly.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from uems.prediction.lifetime import spend
from uems.prediction.lifetime.beta_geometric import BG_NBD, MBG_NBD
from uems.prediction.lifetime.buyers import Buyers, Spending, Terms, spending
from uems.prediction.lifetime.fitting import Fitted
from uems.prediction.lifetime.histories import Grouped, Histories, Rows, distinct, grouped
from uems.prediction.lifetime.pareto import PARETO_NBD
from uems.prediction.metrics import Floats

LIMITS: Final = (0.1, 0.9)
"""80% of people lie between them, if the model is right."""
_DRAWS: Final = 400
_PAIRS: Final = 4_000
_MOST_ROWS: Final = 60_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)
YEAR: Final = 365.25


class PurchaseModel(Protocol):
    """How often people buy, and whether they are still here."""

    @property
    def key(self) -> str: ...
    def fit(self, seen: Histories) -> Fitted: ...
    def alive(self, values: Floats, seen: Histories) -> Floats: ...
    def expected_alive(self, values: Floats, seen: Histories, ahead: float) -> Floats: ...
    def draw(self, values: Floats, x: Floats, age: Floats, ahead: float, times: int, rng: np.random.Generator) -> Floats: ...


PURCHASE_MODELS: Final[tuple[PurchaseModel, ...]] = (BG_NBD, MBG_NBD, PARETO_NBD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What each of n people will bring, shape (n,), in minor units: the mean, the limits of 80%, the variance. alive: the chance that
    they are still customers; purchases: to expect; both nan for a model that does not say. error: relative standard error of the total
    that comes from not knowing the parameters exactly."""

    mean: Floats
    low: Floats
    high: Floats
    variance: Floats
    alive: Floats
    purchases: Floats
    spend: Floats
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A model of purchases and one of spending with their parameters. seen: the spending that the limit was taken from."""

    model: PurchaseModel
    purchases: Fitted
    spends: Fitted
    seen: Spending

    @property
    def key(self) -> str:
        return self.model.key

    def forecast(self, buyers: Buyers, days: int, terms: Terms) -> Forecast:
        """The next ``days`` of each, discounted, and of it the margin."""
        people = grouped(buyers.x, buyers.last, buyers.age)
        paid = spending(buyers, self.seen)
        scale = self._scale(buyers, paid)
        ahead = days / terms.period
        rate = np.log1p(terms.discount) * terms.period / YEAR
        values, spends = self.purchases.values, self.spends.values
        alive = self.model.alive(values, people.histories)[people.row_of]
        plain = self.model.expected_alive(values, people.histories, ahead)[people.row_of]
        worth = discounted(self.model, values, people.histories, ahead, rate)[people.row_of]
        one = spend.expected_spend(spends, buyers.count, paid.mean)
        drawn = self._drawn(people, buyers, ahead, terms.seed)
        # Draws are not discounted purchase by purchase: all of them by what the mean loses.
        kept = terms.margin * paid.net * worth / np.maximum(plain, 1e-12)
        low, high = (drawn.quantile(alive, limit) * scale * kept for limit in LIMITS)
        first, second = (moment * alive * (scale * kept) ** power for moment, power in ((drawn.mean, 1), (drawn.square, 2)))
        mean = alive * worth * one * terms.margin * paid.net
        return Forecast(
            mean=mean,
            low=low,
            high=high,
            variance=np.maximum(second - first**2, 0.0),
            alive=alive,
            purchases=alive * plain,
            spend=one * paid.net,
            error=self._error(people, buyers, paid, ahead, terms),
        )

    def _scale(self, buyers: Buyers, paid: Spending) -> Floats:
        found: Floats = self.spends.values[2] + buyers.count * paid.mean
        return found

    def _drawn(self, people: Grouped, buyers: Buyers, ahead: float, seed: int) -> "_Drawn":
        rng = np.random.default_rng([seed, 5])
        seen = people.histories
        first, place, _ = distinct([seen.x, seen.age])
        x, age = seen.x[first], seen.age[first]
        totals = np.empty((len(first), _DRAWS), np.float32)
        for start in range(0, len(first), _PAIRS):
            rows = slice(start, start + _PAIRS)
            bought = self.model.draw(self.purchases.values, x[rows], age[rows], ahead, _DRAWS, rng)
            totals[rows] = spend.draw_totals(self.spends.values, x[rows] + 1, bought, rng)
        totals.sort(axis=1)
        wide = totals.astype(np.float64)
        return _Drawn(totals=totals, row_of=place[people.row_of], means=wide.mean(axis=1), squares=(wide**2).mean(axis=1))

    def _error(self, people: Grouped, buyers: Buyers, paid: Spending, ahead: float, terms: Terms) -> float:
        """By the delta method: how the total moves with each parameter, and how surely each is known."""
        count = buyers.count

        def total(values: Floats, spends: Floats) -> float:
            one = spend.expected_spend(spends, count, paid.mean) * paid.net
            by_row = np.bincount(people.row_of, one, len(people.histories.x))
            said = self.model.expected_alive(values, people.histories, ahead) * self.model.alive(values, people.histories)
            return float(said @ by_row)

        values, spends = self.purchases.values, self.spends.values
        whole = total(values, spends)
        if whole <= 0:
            return 0.0
        found = 0.0
        for fitted, part in ((self.purchases, 0), (self.spends, 1)):
            slope = np.zeros(len(fitted.values))
            for n, value in enumerate(fitted.values):
                step = np.zeros(len(fitted.values))
                step[n] = 1e-3 * value
                pair = [(values + s * step, spends) if part == 0 else (values, spends + s * step) for s in (1.0, -1.0)]
                slope[n] = (total(*pair[0]) - total(*pair[1])) / (2 * step[n])
            variance = float(slope @ fitted.covariance @ slope)
            found += variance if np.isfinite(variance) and variance > 0 else 0.0
        return min(1.0, float(np.sqrt(found)) / whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Totals of people who are still here, sorted in each row, and which row is whose."""

    totals: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    row_of: Rows
    means: Floats
    squares: Floats

    @property
    def mean(self) -> Floats:
        found: Floats = self.means[self.row_of]
        return found

    @property
    def square(self) -> Floats:
        found: Floats = self.squares[self.row_of]
        return found

    def quantile(self, alive: Floats, level: float) -> Floats:
        """Of everybody, those who have left bringing nothing."""
        inside = (level - (1 - alive)) / np.maximum(alive, 1e-12)
        place = np.clip((inside * self.totals.shape[1]).astype(np.int64), 0, self.totals.shape[1] - 1)
        found: Floats = np.where(inside > 0, self.totals[self.row_of, place], 0.0)
        return found


def discounted(model: PurchaseModel, values: Floats, seen: Histories, ahead: float, rate: float) -> Floats:
    """Expected purchases of those who are here, each worth e^(-rate t): by parts, over five moments of the horizon."""
    whole = model.expected_alive(values, seen, ahead)
    if rate <= 0:
        return whole
    found: Floats = np.exp(-rate * ahead) * whole
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        moment = (node + 1) / 2 * ahead
        found = found + rate * weight / 2 * ahead * np.exp(-rate * moment) * model.expected_alive(values, seen, moment)
    return found


def learn(model: PurchaseModel, buyers: Buyers, seed: int) -> Learned:
    """Fit both models. Of more than 60,000 different histories a stable random part. Raises ``not_fitted`` (409)."""
    paid = spending(buyers)
    histories = grouped(buyers.x, buyers.last, buyers.age).histories
    if len(histories.x) > _MOST_ROWS:
        chosen = np.random.default_rng([seed, 3]).permutation(len(buyers))[: _MOST_ROWS * 2]
        histories = grouped(buyers.x[chosen], buyers.last[chosen], buyers.age[chosen]).histories
    return Learned(model=model, purchases=model.fit(histories), spends=spend.fit(buyers.count, paid.mean), seen=paid)
