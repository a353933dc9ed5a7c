"""What will subscribers bring? They pay every period until they stop; the shifted beta-geometric model says how often they still will.

A contract counts as ended when half a period has gone by since the payment that was due.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from uems.prediction.lifetime import contract
from uems.prediction.lifetime.buyers import Buyers, Terms, spending
from uems.prediction.lifetime.fitting import Fitted
from uems.prediction.lifetime.forecast import LIMITS, YEAR, Forecast
from uems.prediction.metrics import Floats, Labels

KEY: Final = "shifted_beta_geometric"
_GRACE: Final = 1.5
_DRAWS: Final = 400


def ended(buyers: Buyers) -> Labels:
    """Whose contract is over: nothing was paid for more than a period and a half."""
    found: Labels = buyers.age - buyers.last > _GRACE
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """The parameters of the model."""

    fitted: Fitted

    def forecast(self, buyers: Buyers, days: int, terms: Terms) -> Forecast:
        """The payments of the next ``days``, discounted, and of them the margin."""
        periods = max(1, round(days / terms.period))
        values, paid, here = self.fitted.values, spending(buyers), ~ended(buyers)
        had, place = np.unique(buyers.x, return_inverse=True)
        discount = (1 + terms.discount) ** (terms.period / YEAR) - 1
        worth = contract.expected_renewals(values, had, periods, discount)[place] * here
        plain = contract.expected_renewals(values, had, periods)[place] * here
        drawn = np.sort(contract.draw(values, had, periods, _DRAWS, np.random.default_rng([terms.seed, 6])), axis=1)
        one = paid.mean * paid.net * terms.margin
        kept = np.divide(worth, plain, out=np.ones_like(worth), where=plain > 0)
        low, high = (drawn[place, int(limit * _DRAWS)] * here * one * kept for limit in LIMITS)
        return Forecast(
            mean=worth * one,
            low=low,
            high=high,
            variance=drawn.var(axis=1)[place] * here * (one * kept) ** 2,
            alive=here.astype(np.float64),
            purchases=plain,
            spend=paid.mean * paid.net,
            error=self._error(had, np.bincount(place, one * here, len(had)).astype(np.float64), periods),
        )

    def _error(self, had: Floats, money: Floats, periods: int) -> float:
        values = self.fitted.values

        def total(at: Floats) -> float:
            return float(contract.expected_renewals(at, had, periods) @ money)

        slope = np.array([(total(values + step) - total(values - step)) / (2 * step.sum()) for step in np.diag(values * 1e-3)])
        variance, whole = float(slope @ self.fitted.covariance @ slope), total(values)
        return min(1.0, float(np.sqrt(variance)) / whole) if whole > 0 and np.isfinite(variance) and variance > 0 else 0.0


def learn(buyers: Buyers) -> Renewing:
    """From every contract so far, those that still run included. Raises ``not_fitted`` (409)."""
    return Renewing(fitted=contract.fit(contract.contracts(buyers.x, ended(buyers))))
