"""Are the tests and effect sizes those of the textbooks, and of a brute-force count of tables?"""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from uems.segments.understanding import statistics as s


def ints(*values: int) -> s.Counts:
    return np.array(values, np.int64)


def floats(*values: float) -> s.Floats:
    return np.array(values, np.float64)


def fisher_by_counting(a: int, a_size: int, b: int, b_size: int) -> float:
    """Every table with these margins, in exact fractions."""
    yes, total = a + b, a_size + b_size
    of = {
        cell: Fraction(math.comb(a_size, cell) * math.comb(b_size, yes - cell), math.comb(total, yes))
        for cell in range(max(0, yes - b_size), min(yes, a_size) + 1)
    }
    return float(sum(p for p in of.values() if p <= of[a]))


def test_fisher_s_own_tea_tasting() -> None:
    # Fisher, The Design of Experiments, 1935: three of four cups right; two-sided 34/70.
    assert s.fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_fisher_is_the_sum_over_all_tables(a_size: int, b_size: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, a_size)), data.draw(st.integers(0, b_size))
    assert s.fisher_exact(a, a_size, b, b_size) == pytest.approx(fisher_by_counting(a, a_size, b, b_size), rel=1e-9)


def test_fisher_of_few_among_a_million_is_quick_and_right() -> None:
    assert s.fisher_exact(4, 200_000, 0, 800_000) == pytest.approx(0.2**4, rel=1e-3)


def test_the_z_test_of_a_textbook() -> None:
    # Agresti, Categorical Data Analysis, table 2.1: aspirin and heart attacks, 189 of 11,034 against 104 of 11,037, z = 5.00.
    p = s.two_proportions(ints(189), ints(11_034), ints(104), ints(11_037))
    assert p[0] == pytest.approx(math.erfc(5.0014 / math.sqrt(2)), rel=1e-2)
    odds = s.log_odds(ints(189), ints(11_034), ints(104), ints(11_037))
    assert math.exp(odds[0]) == pytest.approx(1.83, abs=0.01)


def test_a_share_that_nobody_or_everybody_has_is_no_difference() -> None:
    assert s.two_proportions(ints(0, 9), ints(9, 9), ints(0, 9), ints(9, 9)).tolist() == [1.0, 1.0]


def test_which_test_is_chosen_by_the_smallest_expected_count() -> None:
    # 10 of 200 in halves: 5 expected on each side. 9: 4.5.
    assert s.needs_fisher(ints(8, 8), ints(100, 100), ints(2, 1), ints(100, 100)).tolist() == [False, True]


def test_cohen_s_h_is_that_of_his_table() -> None:
    # Cohen 1988, table 6.2.2: phi of .50 is 1.571, of .25 is 1.047; of .05 is .451.
    assert s.cohens_h(floats(0.5, 0.25), floats(0.25, 0.05)) == pytest.approx([0.524, 0.596], abs=1e-3)


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1),
    st.lists(st.integers(-50, 50), min_size=2, max_size=30).filter(lambda v: len(set(v)) > 1),
)
def test_welch_is_that_of_another_library(a: list[int], b: list[int]) -> None:
    found = s.welch(
        floats(float(np.mean(a))),
        floats(float(np.var(a, ddof=1))),
        ints(len(a)),
        floats(float(np.mean(b))),
        floats(float(np.var(b, ddof=1))),
        ints(len(b)),
    )
    assert found[0] == pytest.approx(stats.ttest_ind(a, b, equal_var=False).pvalue, rel=1e-9)


def test_means_of_numbers_that_do_not_vary() -> None:
    found = s.standardised_difference(floats(1, 1, 3), floats(0, 0, 1), floats(1, 2, 1), floats(0, 0, 3))
    assert found.tolist() == [0.0, -math.inf, 2 / math.sqrt(2)]
    p = s.welch(floats(1, 1), floats(0, 0), ints(5, 5), floats(1, 2), floats(0, 0), ints(5, 5))
    assert p.tolist() == [1.0, 0.0]
    assert math.isnan(s.welch(floats(1), floats(0), ints(1), floats(1), floats(0), ints(5))[0])


def test_the_example_of_benjamini_and_hochberg() -> None:
    # Their section 3.1: fifteen p-values, of which the four smallest are significant at 0.05.
    p = floats(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000)
    assert (s.benjamini_hochberg(p) <= 0.05).tolist() == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_correction_follows_its_definition(values: list[float]) -> None:
    p = np.array(values)
    found = s.benjamini_hochberg(p)
    for n, one in enumerate(p):
        # The smallest rate at which the step-up procedure takes it in.
        rates = [v * len(p) / (p <= v).sum() for v in p if v >= one]
        assert found[n] == pytest.approx(min(1.0, *rates) if len(rates) > 1 else min(1.0, rates[0]))
