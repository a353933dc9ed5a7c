"""What do people bring of whom much is known? Two stages of gradient boosting: whether they buy at all, and how much if they do.

It learns from one past window and knows no formula of buying, so it takes a window as long as the horizon it foretells; what lies beyond
is told by the shape of a model that has one.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from uems.prediction.lifetime.buyers import Buyers, spending
from uems.prediction.lifetime.forecast import LIMITS
from uems.prediction.lifetime.histories import Rows
from uems.prediction.metrics import Floats

KEY: Final = "boosting"
LEAST: Final = 200
"""Buyers to learn from, of whom a tenth bought again and a tenth did not."""
_MOST: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """Trees of both stages and of the limits. kept: which features they see. ceiling: nobody is said to bring more, in minor units.

    smear: what the means are stretched by, so that they sum up to the total that was seen.
    """

    buys: Any
    how_much: Any
    limits: tuple[Any, Any]
    kept: Rows
    ceiling: float
    smear: float

    def say(self, buyers: Buyers) -> tuple[Floats, Floats, Floats]:
        """(mean, low, high) of each over the window that it learned."""
        matrix = matrix_of(buyers)[:, self.kept]
        chance: Floats = self.buys.predict_proba(matrix)[:, 1]
        mean = np.clip(chance * np.expm1(self.how_much.predict(matrix)) * self.smear, 0.0, self.ceiling)
        low, high = (np.clip(np.expm1(one.predict(matrix)), 0.0, self.ceiling) for one in self.limits)
        return mean, np.minimum(low, high), np.maximum(low, high)


def matrix_of(buyers: Buyers) -> Floats:
    """Shape (n, 8 + features): the history of each, and whatever else is known."""
    paid = spending(buyers)
    columns = [
        buyers.x, buyers.last, buyers.age, buyers.age - buyers.last, np.log1p(paid.mean), np.log1p(buyers.gross), paid.net,
        buyers.x / np.maximum(buyers.age, 1.0),
    ]  # fmt: skip
    found: Floats = np.column_stack([*columns, buyers.matrix])
    return found


def learn(buyers: Buyers, seed: int) -> Boosted | None:
    """Learn from people whose ``later`` is known; None when there are too few of either kind."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    seen = buyers.part(np.isfinite(buyers.later))
    if len(seen) > _MOST:
        seen = seen.part(np.sort(np.random.default_rng([seed, 9]).permutation(len(seen))[:_MOST]))
    again = seen.later > 0
    if len(seen) < LEAST or min(int(again.sum()), int((~again).sum())) < LEAST // 10:
        return None
    matrix, limit = matrix_of(seen), float(np.quantile(seen.later, 0.999)) * 2
    # What is not known of anybody who bought again tells the second stage nothing.
    kept = np.flatnonzero(np.isfinite(matrix[again]).any(axis=0))
    matrix = matrix[:, kept]
    money = np.minimum(np.maximum(seen.later, 0.0), limit)
    how = {"max_iter": 120, "learning_rate": 0.06, "max_leaf_nodes": 15, "min_samples_leaf": 20, "random_state": seed}
    buys = HistGradientBoostingClassifier(**how).fit(matrix, again)
    how_much = HistGradientBoostingRegressor(**how).fit(matrix[again], np.log1p(money[again]))
    limits = tuple(HistGradientBoostingRegressor(loss="quantile", quantile=level, **how).fit(matrix, np.log1p(money)) for level in LIMITS)
    # The mean of a logarithm is not the logarithm of the mean: what the model says is stretched to the total that was seen.
    said = buys.predict_proba(matrix)[:, 1] * np.expm1(how_much.predict(matrix))
    smear = float(money.sum() / max(float(said.sum()), 1e-9))
    return Boosted(buys=buys, how_much=how_much, limits=(limits[0], limits[1]), kept=kept, ceiling=limit, smear=smear)
