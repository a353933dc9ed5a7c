"""What is a trained model, once it is trained? A few arrays: scored, explained and stored without the library that trained it.

The file is numpy's own archive without pickled objects, and its hash is kept apart from it, so nothing in it can run. What a
feature adds to a score is its Shapley value in log-odds, before calibration:
 * of trees, exactly, where a feature that is not known goes both ways in proportion to the training rows (path-dependent
   TreeSHAP: Lundberg et al. 2020, "From local explanations to global understanding"), from a table a leaf,
 * of the logistic model, the coefficient times the distance from the mean (Strumbelj & Kononenko 2014).
"""

import hashlib
import io
import json
import math
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from uems.kernel.errors import UemsError
from uems.prediction.metrics import Floats
from uems.prediction.model import Algorithm

_FORMAT: Final = 1
_ROWS: Final = 20_000
"""Rows that are worked on at once, so that they stay near the processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees as one table of nodes; a leaf leads to itself. roots: first node of each tree; cover: training rows of a node.

    A value at or under ``threshold`` goes to ``left``, a missing one where ``missing_left`` says. value: of leaves.
    """

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: Floats
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    missing_left: npt.NDArray[np.bool_]
    value: Floats
    cover: Floats
    base: float
    depth: int

    def margin(self, matrix: Floats) -> Floats:
        found = np.full(len(matrix), self.base)
        rows = np.arange(len(matrix))
        for root in self.roots:
            at = np.full(len(matrix), root, np.int32)
            for _ in range(self.depth):
                values = matrix[rows, self.feature[at]]
                lefts = np.where(np.isnan(values), self.missing_left[at], values <= self.threshold[at])
                at = np.where(lefts, self.left[at], self.right[at])
            found += self.value[at]
        return found

    def contributions(self, matrix: Floats) -> Floats:
        found = np.zeros(matrix.shape)
        missing = np.isnan(matrix)
        for root in self.roots:
            for leaf in self._leaves(int(root)):
                if not leaf.steps:
                    continue
                pattern = np.zeros(len(matrix), np.int64)
                for n, step in enumerate(leaf.steps):
                    column = matrix[:, step.feature]
                    inside = (column > step.low) & (column <= step.high)
                    if step.missing:
                        inside |= missing[:, step.feature]
                    pattern |= inside.astype(np.int64) << n
                table = leaf.table()
                for n, step in enumerate(leaf.steps):
                    found[:, step.feature] += table[pattern, n]
        return found

    def _leaves(self, root: int) -> "list[_Leaf]":
        found: list[_Leaf] = []
        pending: list[tuple[int, dict[int, _Step]]] = [(root, {})]
        while pending:
            node, steps = pending.pop()
            if self.left[node] == node:
                found.append(_Leaf(value=float(self.value[node]), steps=tuple(steps.values())))
                continue
            feature, edge = int(self.feature[node]), float(self.threshold[node])
            old = steps.get(feature, _Step(feature=feature, low=-math.inf, high=math.inf, missing=True, share=1.0))
            for child, goes_left in ((int(self.left[node]), True), (int(self.right[node]), False)):
                step = _Step(
                    feature=feature,
                    low=old.low if goes_left else max(old.low, edge),
                    high=min(old.high, edge) if goes_left else old.high,
                    missing=old.missing and bool(self.missing_left[node]) == goes_left,
                    share=old.share * float(self.cover[child] / self.cover[node]),
                )
                pending.append((child, {**steps, feature: step}))
        return found

    def expected(self) -> float:
        """The mean margin over the training rows."""
        total = self.base
        for root in self.roots:
            for leaf in self._leaves(int(root)):
                total += leaf.value * math.prod(step.share for step in leaf.steps)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What the path to a leaf asks of one feature: to lie in (low, high], or to be missing. share: of training rows that go this way."""

    feature: int
    low: float
    high: float
    missing: bool
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    value: float
    steps: tuple[_Step, ...]

    def table(self) -> Floats:
        """Shape (2^m, m): the Shapley values of the m features of the path, by which of them (bit by bit) the row fulfils."""
        size = len(self.steps)
        share = np.array([step.share for step in self.steps])
        found = np.zeros((2**size, size))
        weight = [math.factorial(n) * math.factorial(size - n - 1) / math.factorial(size) for n in range(size)]
        kept = np.array(list(product((0.0, 1.0), repeat=size)))
        for bits in range(2**size):
            met = np.array([(bits >> n) & 1 for n in range(size)], np.float64)
            for n in range(size):
                # Every set of known features without n: known ones count as the row has them, the others by their share.
                sets = kept[kept[:, n] == 0]
                worth = np.prod(np.where(sets == 1, met, share), axis=1) / share[n]
                weights = np.array([weight[int(count)] for count in sets.sum(axis=1)])
                found[bits, n] = self.value * float(np.sum(weights * worth)) * (met[n] - share[n])
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A logistic model over standardised features. logged: log(1 + x) first; fill: what stands for a missing value."""

    logged: npt.NDArray[np.bool_]
    fill: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    base: float

    def standard(self, matrix: Floats) -> Floats:
        """Shape as ``matrix``: the features as the model weighs them. Far outliers count as five standard deviations."""
        filled = np.where(np.isnan(matrix), self.fill, matrix)
        filled = np.where(self.logged, np.log1p(np.maximum(filled, 0.0)), filled)
        return np.clip((filled - self.mean) / self.scale, -5.0, 5.0)

    def margin(self, matrix: Floats) -> Floats:
        found: Floats = self.base + self.standard(matrix) @ self.weights
        return found

    def contributions(self, matrix: Floats) -> Floats:
        return self.standard(matrix) * self.weights

    def expected(self) -> float:
        return self.base


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """From a margin to a probability: along ``heights`` between the ``places``, or a logistic curve with two numbers as ``places``."""

    kind: str
    places: Floats
    heights: Floats

    def probability(self, margin: Floats) -> Floats:
        if self.kind == "sigmoid":
            slope, offset = self.places
            return sigmoid(slope * margin + offset)
        found: Floats = np.interp(margin, self.places, self.heights)
        return found


def sigmoid(margin: Floats) -> Floats:
    """1 / (1 + exp(-margin)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -margin))


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictor:
    """A trained model. features: the keys of the columns that its methods take, in order."""

    features: tuple[str, ...]
    body: Forest | Linear
    calibration: Calibration

    @property
    def algorithm(self) -> Algorithm:
        return "boosting" if isinstance(self.body, Forest) else "logistic"

    def margin(self, matrix: Floats) -> Floats:
        """Shape (n,): log-odds before calibration."""
        return _by_part(self.body.margin, matrix) if len(matrix) else np.zeros(0)

    def probability(self, matrix: Floats) -> Floats:
        """Shape (n,): calibrated."""
        return self.calibration.probability(self.margin(matrix))

    def contributions(self, matrix: Floats) -> Floats:
        """Shape (n, features): what each adds to the margin; with ``expected`` they sum up to it."""
        return _by_part(self.body.contributions, matrix) if len(matrix) else np.zeros(matrix.shape)

    def expected(self) -> float:
        """The margin of somebody of whom nothing is known."""
        return self.body.expected()


def _by_part(work: Any, matrix: Floats) -> Floats:
    found: Floats = np.concatenate([work(matrix[start : start + _ROWS]) for start in range(0, len(matrix), _ROWS)])
    return found


def to_bytes(predictor: Predictor) -> bytes:
    """The file of a model; the same model gives the same bytes."""
    body, curve = predictor.body, predictor.calibration
    arrays: dict[str, Any] = {name: getattr(body, name) for name in body.__slots__ if name not in ("base", "depth")}
    told = {
        "format": _FORMAT,
        "algorithm": predictor.algorithm,
        "features": predictor.features,
        "base": body.base,
        "depth": body.depth if isinstance(body, Forest) else 0,
        "calibration": curve.kind,
    }
    arrays |= {"places": curve.places, "heights": curve.heights}
    arrays["told"] = np.frombuffer(json.dumps(told, sort_keys=True).encode(), np.uint8)
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def from_bytes(content: bytes, sha256: str) -> Predictor:
    """The model in ``content``; raises ``model_damaged`` (500) unless it is exactly what was stored."""
    if hash_of(content) != sha256:
        raise UemsError("model_damaged", "A stored model is not what was trained (its hash differs). Train the model again.", status=500)
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = dict(archive)
    told = json.loads(arrays.pop("told").tobytes())
    if told["format"] != _FORMAT:
        raise UemsError("model_damaged", f"A stored model is of format {told['format']}; train the model again.", status=500)
    curve = Calibration(kind=told["calibration"], places=arrays.pop("places"), heights=arrays.pop("heights"))
    body: Forest | Linear
    if told["algorithm"] == "boosting":
        body = Forest(**arrays, base=told["base"], depth=told["depth"])
    else:
        body = Linear(**arrays, base=told["base"])
    return Predictor(features=tuple(told["features"]), body=body, calibration=curve)


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
