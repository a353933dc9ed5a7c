"""Does a stored model say what the trained one said, and are its reasons the Shapley values by their definition?"""

import math
from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np
import pytest

from tests.prediction.arrays import FEATURES, rows_of
from uems.kernel.errors import UemsError
from uems.prediction.learning import learn
from uems.prediction.metrics import Floats
from uems.prediction.portable import Calibration, Forest, Predictor, from_bytes, hash_of, to_bytes


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    found = learn(FEATURES, rows_of(1, 1500), rows_of(2, 1500), 1).chosen
    assert found.algorithm == "boosting"
    return found


def shapley(value: Callable[[frozenset[int]], float], size: int) -> list[float]:
    """By the definition: over all orders in which features become known."""
    found = []
    for one in range(size):
        total = 0.0
        others = [n for n in range(size) if n != one]
        for count in range(size):
            for known in combinations(others, count):
                weight = math.factorial(count) * math.factorial(size - count - 1) / math.factorial(size)
                total += weight * (value(frozenset(known) | {one}) - value(frozenset(known)))
        found.append(total)
    return found


def expectation(forest: Forest, row: Floats, known: frozenset[int]) -> float:
    """What the trees say when only some features are known; at the others both ways are taken, as often as the training rows did."""

    def walk(node: int) -> float:
        left, right = int(forest.left[node]), int(forest.right[node])
        if left == node:
            return float(forest.value[node])
        feature = int(forest.feature[node])
        if feature in known:
            value = row[feature]
            goes_left = bool(forest.missing_left[node]) if math.isnan(value) else value <= forest.threshold[node]
            return walk(left if goes_left else right)
        return float(forest.cover[left] * walk(left) + forest.cover[right] * walk(right)) / float(forest.cover[node])

    return forest.base + sum(walk(int(root)) for root in forest.roots)


def test_reasons_of_trees_are_shapley_values(predictor: Predictor) -> None:
    forest = predictor.body
    assert isinstance(forest, Forest)
    rows = rows_of(3, 6).matrix
    rows[1, 1] = rows[2, 0] = np.nan
    found = predictor.contributions(rows)
    for n, row in enumerate(rows):
        assert found[n] == pytest.approx(shapley(partial(expectation, forest, row), len(FEATURES)), abs=1e-9)


def test_reasons_and_what_is_expected_of_anybody_add_up_to_the_score(predictor: Predictor) -> None:
    rows = rows_of(4, 500).matrix
    assert predictor.contributions(rows).sum(axis=1) + predictor.expected() == pytest.approx(predictor.margin(rows), abs=1e-9)


def test_a_stored_model_says_the_same(predictor: Predictor) -> None:
    content = to_bytes(predictor)
    again = from_bytes(content, hash_of(content))
    rows = rows_of(5, 300).matrix
    assert np.array_equal(again.probability(rows), predictor.probability(rows))
    assert (again.features, again.algorithm) == (predictor.features, "boosting")
    assert to_bytes(again) == content


def test_a_file_that_was_changed_is_refused(predictor: Predictor) -> None:
    content = to_bytes(predictor)
    with pytest.raises(UemsError, match="hash") as caught:
        from_bytes(content[:-1] + b"x", hash_of(content))
    assert caught.value.code == "model_damaged"


def test_of_nobody_nothing_is_said(predictor: Predictor) -> None:
    nobody = np.zeros((0, len(FEATURES)))
    assert predictor.probability(nobody).shape == (0,)
    assert predictor.contributions(nobody).shape == (0, len(FEATURES))


def test_a_curve_of_steps_is_followed_between_its_places() -> None:
    curve = Calibration(kind="isotonic", places=np.array([0.0, 1.0]), heights=np.array([0.2, 0.4]))
    assert curve.probability(np.array([-5.0, 0.5, 9.0])) == pytest.approx([0.2, 0.3, 0.4])
