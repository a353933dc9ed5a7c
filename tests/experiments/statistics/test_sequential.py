"""Do intervals that are looked at again and again keep their promise, and do planned looks match the published boundaries?"""

import math
from itertools import pairwise

import numpy as np
import pytest

from uems.experiments.statistics.difference import Contrast
from uems.experiments.statistics.group_sequential import at_look, boundaries, spent
from uems.experiments.statistics.sequential import TUNED_FOR, always_valid, half_width, rho_squared


def seen(value: float, error: float, count: int) -> Contrast:
    return Contrast(scale="absolute", value=value, error=error, degrees=count - 2, count=count)


def test_the_width_is_that_of_the_theorem() -> None:
    # s = 2, n = 900, so an error of 2 / 30; the theorem is written with s and n.
    n, s, alpha = 900, 2.0, 0.05
    rho = math.sqrt(rho_squared(alpha, TUNED_FOR))
    wanted = s * math.sqrt(2 * (n * rho**2 + 1) / (n**2 * rho**2) * math.log(math.sqrt(n * rho**2 + 1) / alpha))
    assert half_width(s / math.sqrt(n), n) == pytest.approx(wanted)


def test_it_is_narrowest_compared_with_one_look_near_what_it_is_tuned_for() -> None:
    sizes = np.unique(np.geomspace(50, 500_000, 4000).astype(int))
    widths = [half_width(1 / math.sqrt(n), int(n), tuned_for=5_000) * math.sqrt(n) for n in sizes]
    assert 0.9 * 5_000 < sizes[int(np.argmin(widths))] < 1.1 * 5_000
    assert 1.4 < min(widths) / 1.96 < 1.6


@pytest.mark.parametrize("z", [0.0, 1.0, 2.5, 3.0, 3.3, 5.0, 40.0])
def test_p_value_and_interval_say_the_same(z: float) -> None:
    found = always_valid(seen(z, 1.0, 5_000))
    assert found.significant == (found.p_value < 0.05)
    assert 0 <= found.p_value <= 1
    assert found.low < found.value < found.high


def test_the_p_value_meets_alpha_where_the_interval_meets_0() -> None:
    half = half_width(1.0, 1234)
    assert always_valid(seen(half, 1.0, 1234)).p_value == pytest.approx(0.05)


def test_boundaries_of_o_brien_and_fleming_are_those_of_the_tables() -> None:
    # Lan-DeMets spending of O'Brien-Fleming type, two-sided 0.05: five equal looks (Reboussin, DeMets, Kim and Lan 2000, program ld98;
    # also R package ldbounds), and two and three (gsDesign, sfLDOF).
    assert boundaries([0.2, 0.4, 0.6, 0.8, 1.0]) == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)
    assert boundaries([0.5, 1.0]) == pytest.approx([2.9626, 1.9686], abs=2e-4)
    assert boundaries([1 / 3, 2 / 3, 1.0]) == pytest.approx([3.7103, 2.5114, 1.9930], abs=2e-4)


def test_one_look_is_the_usual_test_and_spending_ends_at_alpha() -> None:
    assert boundaries([1.0]) == pytest.approx([1.959964], abs=1e-5)
    assert spent(1.0) == pytest.approx(0.05)
    assert spent(7.0) == pytest.approx(0.05)
    assert spent(0.0) == 0.0


def test_paths_cross_planned_boundaries_as_often_as_alpha_says() -> None:
    looks = np.asarray([0.1, 0.35, 0.5, 0.9, 1.0])
    luck = np.random.default_rng(11)
    scores = np.cumsum(luck.standard_normal((200_000, 5)) * np.sqrt(np.diff(looks, prepend=0)), axis=1)
    crossed = (np.abs(scores / np.sqrt(looks)) > np.asarray(boundaries(looks.tolist()))).any(axis=1)
    assert crossed.mean() == pytest.approx(0.05, abs=0.002)


def test_thirty_daily_looks_have_boundaries_that_fall() -> None:
    found = boundaries([day / 30 for day in range(1, 31)])
    assert all(later <= earlier for earlier, later in pairwise(found))
    assert 2.0 < found[-1] < 2.3


def test_at_a_look_p_value_and_boundary_say_the_same() -> None:
    boundary = boundaries([0.4, 1.0])[0]
    for z in (0.0, 1.96, boundary - 1e-6, boundary + 1e-6, 6.0):
        found = at_look(seen(z, 1.0, 100), boundary)
        assert found.significant == (found.p_value < 0.05)
        assert found.high - found.value == pytest.approx(boundary)


@pytest.mark.parametrize("looks", [[0.5, 0.5], [0.6, 0.4], [0.0, 1.0], [1.0, 1.2]])
def test_looks_that_do_not_rise_are_refused(looks: list[float]) -> None:
    with pytest.raises(ValueError, match="must rise"):
        boundaries(looks)
