"""Are curves, tests and effects those of the books, and does the moment to act follow from them?"""

import csv
import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from uems.kernel.errors import UemsError
from uems.prediction.survival.acting import moment, returning
from uems.prediction.survival.cox import concordance, cox
from uems.prediction.survival.curves import kaplan_meier, log_rank

# Freireich et al. 1963, weeks of remission of 21 pairs; "+" is not over. The data of many books.
DRUG = "6 6 6 7 10 13 16 22 23 6+ 9+ 10+ 11+ 17+ 19+ 20+ 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(told: str) -> tuple["np.ndarray[tuple[int], np.dtype[np.float64]]", "np.ndarray[tuple[int], np.dtype[np.bool_]]"]:
    return np.array([float(one.rstrip("+")) for one in told.split()]), np.array([not one.endswith("+") for one in told.split()])


def test_the_curve_of_the_leukaemia_study_is_that_of_the_books() -> None:
    found = kaplan_meier(*read(DRUG))
    assert found.at.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.share == pytest.approx([0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5)
    assert found.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.median() == 23
    assert kaplan_meier(*read(PLACEBO)).median() == 8
    # Greenwood by hand at 6 weeks: sqrt(3 / (21 * 18)); the limits on the scale of log(-log).
    wide = np.sqrt(3 / (21 * 18)) / abs(np.log(18 / 21)) * 1.959964
    assert found.low[0] == pytest.approx((18 / 21) ** np.exp(wide))
    assert found.high[0] == pytest.approx((18 / 21) ** np.exp(-wide))


def test_the_log_rank_test_of_the_leukaemia_study_is_that_of_the_books() -> None:
    """Chi-squared 16.79 with one degree."""
    from scipy.stats import chi2

    assert chi2.isf(log_rank([read(DRUG), read(PLACEBO)]), 1) == pytest.approx(16.79, abs=0.01)
    assert log_rank([read(DRUG), read(DRUG)]) == pytest.approx(1.0)


def test_the_effect_of_the_drug_is_that_of_the_books() -> None:
    """Efron's ties: 1.572 with a standard error of 0.412."""
    (a, a_ended), (b, b_ended) = read(DRUG), read(PLACEBO)
    placebo = np.repeat([0.0, 1.0], 21)[:, None]
    found = cox(placebo, np.concatenate([a, b]), np.concatenate([a_ended, b_ended]))
    assert found.effects[0] == pytest.approx(1.572, abs=1e-3)
    assert found.errors[0] == pytest.approx(0.412, abs=1e-3)


def test_the_effects_of_the_recidivism_study_are_those_of_the_books() -> None:
    """Allison 1995, Rossi et al. 1980: 432 released prisoners over a year, seven traits."""
    try:
        package = importlib.metadata.distribution("lifelines")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package lifelines, which carries the data, is not installed: `make test-setup` installs it.")
    with Path(str(package.locate_file("lifelines/datasets/rossi.csv"))).open() as file:
        rows = list(csv.DictReader(file))
    names = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
    matrix = np.array([[float(row[name]) for name in names] for row in rows])
    found = cox(matrix, np.array([float(row["week"]) for row in rows]), np.array([row["arrest"] == "1" for row in rows]))
    assert found.effects == pytest.approx([-0.379, -0.057, 0.314, -0.150, -0.434, -0.085, 0.091], abs=6e-4)
    assert found.errors == pytest.approx([0.191, 0.022, 0.308, 0.212, 0.382, 0.196, 0.029], abs=6e-4)
    assert found.concordance == pytest.approx(0.64, abs=0.01)


def test_drawn_lives_give_their_effects_back() -> None:
    rng = np.random.default_rng(1)
    matrix = np.column_stack([rng.normal(0, 1, 4000), rng.integers(0, 2, 4000), rng.normal(50, 9, 4000)])
    life = rng.exponential(1 / (0.02 * np.exp(matrix @ [0.5, -0.8, 0.0])))
    seen = np.minimum(np.ceil(life), 60)
    found = cox(matrix, seen, life <= 60)
    assert np.abs((found.effects - [0.5, -0.8, 0.0]) / found.errors).max() < 3
    assert (found.p_values < 0.001).tolist() == [True, True, False]


def test_concordance_counts_pairs_whose_order_is_known() -> None:
    time, ended = np.array([1.0, 2, 3, 4]), np.array([True, False, True, True])
    assert concordance(np.array([4.0, 3, 2, 1]), time, ended) == 1
    assert concordance(np.array([1.0, 2, 3, 4]), time, ended) == 0
    assert concordance(np.zeros(4), time, ended) == 0.5


def test_nobody_left_or_a_trait_that_tells_without_fail_is_said() -> None:
    with pytest.raises(UemsError, match="nobody left"):
        cox(np.ones((5, 1)), np.arange(1.0, 6), np.zeros(5, np.bool_))
    time = np.arange(1.0, 41)
    with pytest.raises(UemsError, match="without fail"):
        cox((time <= 20).astype(float)[:, None], time, time <= 20)


def test_acting_pays_from_the_day_on_which_enough_are_gone_for_good() -> None:
    """Nine of ten gaps last 10 days, one lasts for ever. After 10 days whoever is silent is gone; before, one of ten is."""
    gaps = kaplan_meier(np.array([10.0] * 90 + [400.0] * 10), np.array([True] * 90 + [False] * 10))
    assert returning(gaps, np.array([0.0, 9, 10, 200]), 30.0) == pytest.approx([0.9, 0.9, 0.0, 0.0])
    dear = moment(gaps, value=10_000, cost=500, saved=0.1, ahead=30)
    assert dear.day == 10  # 0.1 * 0.1 * 10,000 = 100 before, 0.1 * 10,000 = 1,000 after
    assert moment(gaps, value=10_000, cost=50, saved=0.1, ahead=30).day == 0
    assert moment(gaps, value=10_000, cost=2_000, saved=0.1, ahead=30).day is None
