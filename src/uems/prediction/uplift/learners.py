"""What does the action change of each person? T- and X-learner on gradient-boosted trees, cross-fitted, so that nobody is told from
their own outcome.

Both are of Kuenzel, Sekhon, Bickel and Yu, "Metalearners for estimating heterogeneous treatment effects using machine learning", PNAS 116,
2019. T: the difference of a model of the treated and one of the others. X: each side's outcome less what the other side's model expects of
it is learned, and both are mixed by the chance to be treated. The better one comes nearer to the doubly robust pseudo-outcome (Kennedy,
"Towards optimal doubly robust estimation of heterogeneous causal effects", 2023), which is also what scores are calibrated on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from uems.prediction.metrics import Floats, Labels
from uems.prediction.uplift.curves import Lot

LearnerKey: TypeAlias = Literal["t", "x"]
LEARNERS: Final[tuple[LearnerKey, ...]] = get_args(LearnerKey)
FOLDS: Final = 5
Tell: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What four models learned from one part of the people: the outcome of the others and of the treated, and the change as seen from
    either side. share: of those treated among them."""

    others: Any
    treated: Any
    change_of_others: Any
    change_of_treated: Any
    share: float
    binary: bool

    def outcomes(self, matrix: Floats) -> tuple[Floats, Floats]:
        """(what is expected of each left alone, and treated)."""
        return _expected(self.others, matrix, self.binary), _expected(self.treated, matrix, self.binary)

    def say(self, learner: LearnerKey, matrix: Floats) -> Floats:
        """The change of each, shape (n,), in units of the outcome."""
        if learner == "t":
            without, with_ = self.outcomes(matrix)
            return with_ - without
        found: Floats = self.share * self.change_of_others.predict(matrix) + (1 - self.share) * self.change_of_treated.predict(matrix)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One score a person and learner, none of them from their own outcome; pseudo: the doubly robust pseudo-outcome. Shape (n,)."""

    parts: Sequence[Sides]
    scores: dict[LearnerKey, Floats]
    pseudo: Floats

    def risk(self, learner: LearnerKey) -> float:
        """Mean squared distance of the scores from the pseudo-outcome; the smaller, the better, but never near 0."""
        return float(np.mean((self.pseudo - self.scores[learner]) ** 2))

    @property
    def better(self) -> LearnerKey:
        return min(LEARNERS, key=self.risk)

    def say(self, learner: LearnerKey, matrix: Floats) -> Floats:
        """The change of people who were not learned from: the mean over the parts. Shape (n,)."""
        found: Floats = np.mean([one.say(learner, matrix) for one in self.parts], axis=0)
        return found


def fit(matrix: Floats, lot: Lot, *, seed: int, tell: Tell = lambda done: None) -> Fitted:
    """Learn from all people but a fifth, score that fifth, five times. matrix: shape (n, features), nan where nothing is known.

    Each fifth holds as many treated, and as many with the outcome, as the others do.
    """
    fold = _folds(lot, seed)
    scores: dict[LearnerKey, Floats] = {key: np.zeros(len(lot)) for key in LEARNERS}
    without, with_ = np.zeros(len(lot)), np.zeros(len(lot))
    parts = []
    for n in range(FOLDS):
        tell(n / FOLDS)
        mine = fold == n
        part = _learn(matrix[~mine], lot.part(~mine), seed + n)
        for key in LEARNERS:
            scores[key][mine] = part.say(key, matrix[mine])
        without[mine], with_[mine] = part.outcomes(matrix[mine])
        parts.append(part)
    e = lot.share
    pseudo = with_ - without + np.where(lot.treated, (lot.y - with_) / e, -(lot.y - without) / (1 - e))
    return Fitted(parts=tuple(parts), scores=scores, pseudo=pseudo)


def _folds(lot: Lot, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """By lot within each side, those with the outcome and those without told apart."""
    mixed = np.random.default_rng([seed, 3]).permutation(len(lot))
    order = mixed[np.lexsort((lot.y[mixed] > 0, lot.treated[mixed]))]
    fold = np.empty(len(lot), np.int64)
    fold[order] = np.arange(len(lot)) % FOLDS
    return fold


def _learn(matrix: Floats, lot: Lot, seed: int) -> Sides:
    binary = lot.binary
    t = lot.treated
    others, treated = _outcome(matrix[~t], lot.y[~t], binary, seed), _outcome(matrix[t], lot.y[t], binary, seed)
    left = _expected(treated, matrix[~t], binary) - lot.y[~t]
    got = lot.y[t] - _expected(others, matrix[t], binary)
    return Sides(
        others=others,
        treated=treated,
        change_of_others=_regressor(matrix[~t], left, seed),
        change_of_treated=_regressor(matrix[t], got, seed),
        share=float(np.mean(lot.share)),
        binary=binary,
    )


def _how(people: int, seed: int) -> dict[str, Any]:
    # An effect is small beside the outcome: few, flat trees on large leaves, or the noise is learned.
    leaf = max(20, people // 60)
    return {"max_iter": 60, "learning_rate": 0.06, "max_leaf_nodes": 6, "min_samples_leaf": leaf, "l2_regularization": 5.0,
            "max_bins": 64, "random_state": seed}  # fmt: skip


def _outcome(matrix: Floats, y: Floats, binary: bool, seed: int) -> Any:
    if not binary:
        return _regressor(matrix, y, seed)
    if y.min() == y.max():
        return float(y[0])
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(**_how(len(y), seed)).fit(matrix, y > 0)


def _regressor(matrix: Floats, y: Floats, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(**_how(len(y), seed)).fit(matrix, y)


def _expected(model: Any, matrix: Floats, binary: bool) -> Floats:
    if isinstance(model, float):
        return np.full(len(matrix), model)
    found: Floats = model.predict_proba(matrix)[:, 1] if binary else model.predict(matrix)
    return found


def useful(matrix: Floats) -> Labels:
    """Which columns tell anybody from anybody. Shape (features,)."""
    known = ~np.isnan(matrix)
    filled = np.where(known, matrix, 0.0)
    low = np.where(known, filled, np.inf).min(axis=0)
    high = np.where(known, filled, -np.inf).max(axis=0)
    found: Labels = known.any(axis=0) & ((low < high) | ~known.all(axis=0))
    return found
