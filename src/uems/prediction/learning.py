"""How is a model made out of snapshots of the past? Two candidates, calibrated on a later time than they were trained on.

This is the only place that loads the learning library, and it is called in a process of its own (see ``workshop``): the server
neither starts slower nor grows for it. One thread and fixed seeds: the same snapshots give the same model.

Candidates: a logistic model over standardised features, and gradient-boosted trees (Friedman 2001, histogram variant). The one
with the smaller log-loss on the calibration period is taken. The calibration is Platt's curve, or isotonic where both outcomes
are known of at least a thousand rows (Niculescu-Mizil & Caruana 2005). Rare outcomes are kept whole; of the others so many rows are
drawn that training stays quick, and the odds are put right by the share that was drawn, so that probabilities stay true.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.prediction.metrics import Floats, Labels, log_loss
from uems.prediction.portable import Calibration, Forest, Linear, Predictor

MAX_ROWS: Final = 200_000
_ISOTONIC_ROWS: Final = 1_000
_SPREAD: Final = 20.0
"""Features whose largest value is so many times their mean are taken as logarithms by the logistic model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Snapshots of people. matrix: shape (n, features), nan for missing."""

    matrix: Floats
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def positives(self) -> int:
        return int(self.labels.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """chosen: the better candidate. losses: algorithm → log-loss on the calibration rows."""

    chosen: Predictor
    losses: dict[str, float]


def learn(features: tuple[str, ...], train: Rows, later: Rows, seed: int) -> Learned:
    """Train on ``train``; choose, stop and calibrate on ``later``. Both have rows with the outcome and without it."""
    rates = rates_for(train)
    sample = thinned(train, rates, seed)
    # What was left out of one class has made the other look more frequent by so much.
    shift = math.log(rates[0] / rates[1])
    candidates: dict[str, Predictor] = {}
    for name, body in (("logistic", _linear(sample, shift, seed)), ("boosting", _forest(sample, thinned(later, rates, seed), shift, seed))):
        curve = _calibration(body.margin(later.matrix), later.labels)
        candidates[name] = Predictor(features=features, body=body, calibration=curve)
    losses = {name: log_loss(later.labels, one.probability(later.matrix)) for name, one in candidates.items()}
    return Learned(chosen=candidates[min(losses, key=losses.__getitem__)], losses=losses)


def rates_for(rows: Rows, most: int = MAX_ROWS) -> tuple[float, float]:
    """(share of the rows without the outcome, share of those with it) to train on, so that about ``most`` are left: the rarer stay."""
    negatives, positives = len(rows) - rows.positives, rows.positives
    if len(rows) <= most:
        return 1.0, 1.0
    room = max(most // 2, most - min(negatives, positives))
    return min(1.0, room / negatives), min(1.0, room / positives)


def thinned(rows: Rows, rates: tuple[float, float], seed: int) -> Rows:
    """A random part of the rows of either class."""
    if rates == (1.0, 1.0):
        return rows
    kept = np.random.default_rng([seed, 1]).random(len(rows)) < np.where(rows.labels, rates[1], rates[0])
    return Rows(matrix=rows.matrix[kept], labels=rows.labels[kept])


def _linear(rows: Rows, shift: float, seed: int) -> Linear:
    from sklearn.linear_model import LogisticRegression

    matrix = rows.matrix
    known = ~np.isnan(matrix)
    count = np.maximum(known.sum(axis=0), 1)
    lowest = np.where(known.any(axis=0), np.min(np.where(known, matrix, np.inf), axis=0), 0.0)
    highest = np.where(known.any(axis=0), np.max(np.where(known, matrix, -np.inf), axis=0), 0.0)
    mean = np.where(known, matrix, 0.0).sum(axis=0) / count
    logged = (lowest >= 0) & (highest > _SPREAD * np.maximum(mean, 0.05)) | (highest > 100) & (lowest >= 0)
    # Whoever never did it did it longest ago, and least.
    fill = highest
    filled = np.where(known, matrix, fill)
    scaled = np.where(logged, np.log1p(np.maximum(filled, 0.0)), filled)
    average, spread = scaled.mean(axis=0), scaled.std(axis=0)
    unit = Linear(
        logged=logged, fill=fill, mean=average, scale=np.where(spread > 1e-9, spread, 1.0), weights=np.zeros(matrix.shape[1]), base=0.0
    )
    model: Any = LogisticRegression(C=0.1, max_iter=500, random_state=seed)
    model.fit(unit.standard(matrix), rows.labels)
    return Linear(
        logged=logged, fill=fill, mean=unit.mean, scale=unit.scale, weights=model.coef_[0].copy(), base=float(model.intercept_[0]) + shift
    )


def _forest(rows: Rows, later: Rows, shift: float, seed: int) -> Forest:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model: Any = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=200,
        max_leaf_nodes=12,
        max_depth=4,  # so that the Shapley table of a leaf stays small
        min_samples_leaf=max(20, min(200, len(rows) // 200)),
        l2_regularization=1.0,
        max_features=0.5,
        early_stopping=True,
        n_iter_no_change=15,
        random_state=seed,
    )
    model.fit(rows.matrix, rows.labels, X_val=later.matrix, y_val=later.labels)
    forest = _forest_of(model)
    some = rows.matrix[:1000]
    if not np.allclose(forest.margin(some), model.decision_function(some), atol=1e-6):
        raise RuntimeError("The trees of the learning library are not read as it means them; its version may be too new.")
    return replace(forest, base=forest.base + shift)


def _forest_of(model: Any) -> Forest:
    """The trees as plain arrays. TRICKY: the library has no public way to them; ``_forest`` checks that they mean the same."""
    parts, roots, total = [], [], 0
    for [tree] in model._predictors:
        roots.append(total)
        parts.append((tree.nodes, total))
        total += len(tree.nodes)
    names = ("feature", "threshold", "left", "right", "missing", "value", "cover")
    columns: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in names}
    for nodes, start in parts:
        leaf = nodes["is_leaf"].astype(np.bool_)
        here = np.arange(len(nodes)) + start
        columns["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        columns["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        columns["left"].append(np.where(leaf, here, nodes["left"].astype(np.int64) + start))
        columns["right"].append(np.where(leaf, here, nodes["right"].astype(np.int64) + start))
        columns["missing"].append(nodes["missing_go_to_left"].astype(np.bool_))
        columns["value"].append(np.where(leaf, nodes["value"], 0.0))
        columns["cover"].append(nodes["count"].astype(np.float64))
    joined = {name: np.concatenate(values) if values else np.zeros(0) for name, values in columns.items()}
    depth = max((int(nodes["depth"].max()) for nodes, _ in parts), default=0)
    return Forest(
        roots=np.array(roots, np.int32),
        feature=joined["feature"].astype(np.int32),
        threshold=joined["threshold"].astype(np.float64),
        left=joined["left"].astype(np.int32),
        right=joined["right"].astype(np.int32),
        missing_left=joined["missing"].astype(np.bool_),
        value=joined["value"].astype(np.float64),
        cover=joined["cover"].astype(np.float64),
        base=float(np.ravel(model._baseline_prediction)[0]),
        depth=depth,
    )


def _calibration(margin: Floats, labels: Labels) -> Calibration:
    if min(labels.sum(), (~labels).sum()) >= _ISOTONIC_ROWS:
        from sklearn.isotonic import IsotonicRegression

        # Nobody is sure: an end of the curve is never nearer to 0 or 1 than one row could tell.
        edge = 1 / (len(labels) + 2)
        model: Any = IsotonicRegression(y_min=edge, y_max=1 - edge, out_of_bounds="clip").fit(margin, labels.astype(np.float64))
        return Calibration(kind="isotonic", places=model.X_thresholds_.copy(), heights=model.y_thresholds_.copy())
    return platt(margin, labels)


def platt(margin: Floats, labels: Labels) -> Calibration:
    """Platt's curve (1999), with his targets a little inside 0 and 1, by Newton's method."""
    positive, negative = float(labels.sum()), float((~labels).sum())
    target = np.where(labels, (positive + 1) / (positive + 2), 1 / (negative + 2))
    centre, spread = float(margin.mean()), float(margin.std()) or 1.0
    x = (margin - centre) / spread
    rate = float(target.mean())
    at = np.array([1.0, np.log(rate / (1 - rate))])
    design = np.column_stack([x, np.ones(len(x))])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ at, -35, 35)))
        # A touch of ridge on the slope keeps a margin that separates everything finite.
        slope = design.T @ (p - target) + np.array([1e-3 * at[0], 0.0])
        curve = (design * (p * (1 - p))[:, None]).T @ design + np.diag([1e-3, 1e-9])
        step = np.linalg.solve(curve, slope)
        at = at - np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    a = at[0] / spread
    return Calibration(kind="sigmoid", places=np.array([a, at[1] - a * centre]), heights=np.zeros(0))
