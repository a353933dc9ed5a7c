"""What do tests of learning learn from? People whose chance of the outcome is known, because it was drawn from it."""

import numpy as np

from uems.prediction.backtest import Snapshot
from uems.prediction.learning import Rows
from uems.prediction.metrics import Floats

FEATURES = ("recency", "one", "two", "three", "noise")


def matrix_of(seed: int, size: int) -> Floats:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(size, len(FEATURES)))
    matrix[:, 0] = rng.exponential(20, size)
    matrix[rng.random(matrix.shape) < 0.05] = np.nan
    return matrix


def chances(matrix: Floats, base: float = -0.5) -> Floats:
    """The true chance of the outcome; ``one`` matters only where ``two`` is above 0, which no straight line knows."""
    known = np.nan_to_num(matrix)
    return 1 / (1 + np.exp(-(base - 0.04 * known[:, 0] + 1.5 * known[:, 1] * (known[:, 2] > 0) + 0.6 * known[:, 3])))


def rows_of(seed: int, size: int, base: float = -0.5) -> Rows:
    matrix = matrix_of(seed, size)
    return Rows(matrix=matrix, labels=np.random.default_rng([seed, 1]).random(size) < chances(matrix, base))


def snapshots(seed: int, size: int, cuts: int, *, null: bool = False) -> tuple[list[Snapshot], list[Floats]]:
    """Cuts of a world, and the true chances at each. null: nothing that is known has to do with the outcome."""
    found, truth = [], []
    for cut in range(cuts):
        matrix = matrix_of(seed * 100 + cut, size)
        true = np.full(size, 0.3) if null else chances(matrix)
        labels = np.random.default_rng([seed, cut, 1]).random(size) < true
        people = np.arange(1, size + 1, dtype=np.uint64)
        rule = np.nan_to_num(matrix[:, 0])
        found.append(Snapshot(name=f"2026-0{cut + 1}-01", people=people, matrix=matrix, labels=labels, rule=rule))
        truth.append(true)
    return found, truth
