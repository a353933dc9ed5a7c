"""Are the statistics those of the books, and of plain computations by hand?"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uems.journeys.bottleneck import statistics as own

counts = st.integers(0, 400)


def array(*values: int) -> own.Counts:
    return np.array(values, np.int64)


@given(n1=st.integers(1, 400), n0=st.integers(1, 400), a=st.floats(0, 1), b=st.floats(0, 1))
def test_z_is_the_root_of_chi_square_without_correction(n1: int, n0: int, a: float, b: float) -> None:
    x1, x0 = round(a * n1), round(b * n0)
    [z] = own.z_of(array(x1), array(n1), array(x0), array(n0))
    if 0 < x1 + x0 < n1 + n0:
        found = stats.chi2_contingency([[x1, n1 - x1], [x0, n0 - x0]], correction=False)
        assert z * z == pytest.approx(found.statistic, abs=1e-9)
        assert own.two_sided(z) == pytest.approx(found.pvalue, abs=1e-9)
    else:
        assert z == 0


def test_newcombes_intervals_are_those_of_his_table() -> None:
    # Newcombe 1998, table II, method 10: (56/70, 48/80) and (9/10, 3/10).
    assert list(own.difference_interval(56, 70, 48, 80)) == pytest.approx([0.0524, 0.3339], abs=5e-5)
    assert list(own.difference_interval(9, 10, 3, 10)) == pytest.approx([0.1705, 0.8090], abs=5e-5)


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_are_those_of_the_definition(p: list[float]) -> None:
    found = own.benjamini_hochberg(np.array(p))
    wanted = stats.false_discovery_control(p, method="bh")
    assert found == pytest.approx(wanted)


@given(days=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=12))
def test_the_change_point_is_the_best_of_all_splits(days: list[tuple[int, float]]) -> None:
    n = array(*(size for size, _ in days))
    x = array(*(round(size * share) for size, share in days))

    def likelihood(low: int, high: int) -> float:
        yes, size = int(x[low:high].sum()), int(n[low:high].sum())
        return sum(k * math.log(k / size) for k in (yes, size - yes) if k)

    splits = [k for k in range(1, len(days)) if n[:k].sum() and n[k:].sum()]
    found = own.change_point(x, n)
    if not splits:
        assert found is None
        return
    fits = {k: likelihood(0, k) + likelihood(k, len(days)) for k in splits}
    assert found is not None
    assert fits[found.place] == pytest.approx(max(fits.values()))
    assert found.earliest <= found.place <= found.latest
    near = [k for k, fit in fits.items() if 2 * (max(fits.values()) - fit) < own._CHI_95 - 1e-9]
    assert found.earliest <= min(near)
    assert found.latest >= max(near)


@given(strata=st.lists(st.tuples(counts, st.floats(0, 1), counts, st.floats(0, 1)), min_size=1, max_size=6))
def test_the_parts_of_a_difference_add_up_to_it(strata: list[tuple[int, float, int, float]]) -> None:
    n1, n0 = array(*(s[0] for s in strata)), array(*(s[2] for s in strata))
    x1, x0 = array(*(round(s[0] * s[1]) for s in strata)), array(*(round(s[2] * s[3]) for s in strata))
    found = own.parts(x1, n1, x0, n0, 10)
    whole = x1.sum() / max(n1.sum(), 1) - x0.sum() / max(n0.sum(), 1)
    assert found.rate + found.mix == pytest.approx(whole, abs=1e-12)


def test_simpsons_paradox_is_told() -> None:
    # Bickel, Hammel and O'Connell's pattern: in each department women do better, in all together worse.
    found = own.parts(array(80, 60), array(90, 300), array(330, 10), array(400, 80), 10)
    assert found.reversed
    assert found.rate > 0 > found.rate + found.mix
    assert not own.parts(array(40, 60), array(90, 300), array(330, 20), array(400, 80), 10).reversed


def test_changes_are_compared_with_changes() -> None:
    assert own.z_of_changes((50, 100, 80, 100), (80, 100, 80, 100)) == pytest.approx(-0.3 / math.sqrt(0.0025 + 3 * 0.0016))
    assert own.z_of_changes((5, 10, 0, 0), (80, 100, 80, 100)) == 0


@given(st.tuples(st.integers(0, 12), st.integers(1, 12), st.integers(0, 12), st.integers(1, 12)))
def test_fishers_test_counts_every_table_with_the_same_margins(cells: tuple[int, int, int, int]) -> None:
    n1, n0 = cells[1], cells[3]
    x1, x0 = min(cells[0], n1), min(cells[2], n0)
    yes = x1 + x0
    chances = {k: math.comb(n1, k) * math.comb(n0, yes - k) for k in range(max(0, yes - n0), min(n1, yes) + 1)}
    low = sum(chance for k, chance in chances.items() if k <= x1)
    high = sum(chance for k, chance in chances.items() if k >= x1)
    assert own.fisher(x1, n1, x0, n0) == pytest.approx(min(1, 2 * min(low, high) / math.comb(n1 + n0, yes)))


def test_small_counts_are_judged_exactly_and_large_ones_by_the_normal_curve() -> None:
    counts = np.array([[40, 45_000], [60, 50_000], [950, 46_000], [1_000, 50_000]])
    exact, normal = own.p_values(*counts)
    assert exact == pytest.approx(own.fisher(40, 60, 950, 1_000))
    assert exact > 100 * own.two_sided(own.z_of(*counts))[0]
    assert normal == own.two_sided(own.z_of(*counts))[1]
