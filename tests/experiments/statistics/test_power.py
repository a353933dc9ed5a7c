"""Are people and days enough that experiments planned by them find what they should?"""

import numpy as np
import pytest

from uems.experiments.statistics.power import Plan, days_needed, people_needed, power, smallest_effect


def test_the_textbook_number_of_people() -> None:
    # Cohen 1988, table 2.4.1: d = 0.5, two-sided 0.05, power 0.8 → 64 a group by Student's distribution, 63 by the normal one.
    assert people_needed(Plan(variance=1.0), 0.5) in (125, 126)
    # van Belle, "Statistical Rules of Thumb", 2008, section 2.1: 16 · variance / effect² a group.
    assert people_needed(Plan(variance=4.0), 0.1) == pytest.approx(2 * 16 * 4 / 0.01, rel=0.03)


def test_people_effect_and_power_undo_one_another() -> None:
    for method in ("once", "sequential"):
        plan = Plan(variance=9.0, shares=(0.6, 0.2), kept=0.7, comparisons=2, method="once" if method == "once" else "sequential")
        people = people_needed(plan, 0.2, 0.9)
        assert power(plan, 0.2, people) == pytest.approx(0.9, abs=1e-3)
        assert smallest_effect(plan, people, 0.9) == pytest.approx(0.2, rel=1e-3)


def test_variance_that_is_explained_needs_no_people() -> None:
    whole = people_needed(Plan(variance=1.0), 0.05)
    assert people_needed(Plan(variance=1.0, kept=0.6), 0.05) == pytest.approx(0.6 * whole, abs=1)


def test_looking_every_day_costs_people() -> None:
    once, daily = (people_needed(Plan(variance=1.0, method=method), 0.1) for method in ("once", "sequential"))
    assert 1.5 < daily / once < 3


def test_simulated_experiments_are_found_as_often_as_promised() -> None:
    plan = Plan(variance=1.0, shares=(0.5, 0.5))
    people = people_needed(plan, 0.2, 0.8)
    luck, half = np.random.default_rng(6), people // 2
    apart = luck.normal(0.2, 1, (4_000, half)).mean(axis=1) - luck.normal(0, 1, (4_000, half)).mean(axis=1)
    found = np.abs(apart) > 1.96 * np.sqrt(2 / half)
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_days_until_enough_people_have_come() -> None:
    arrivals = [100, 60, 50, 40, 40, 40, 40, 40]
    assert days_needed(arrivals, 100) == 1
    assert days_needed(arrivals, 101) == 2
    assert days_needed(arrivals, 410) == 8
    # The last seven days bring 310 people, so 100 more take 2.26 days.
    assert days_needed(arrivals, 510) == 8 + 3
    assert days_needed([], 10) is None
    assert days_needed([5, 0, 0, 0, 0, 0, 0, 0], 10) is None
    assert days_needed(arrivals, 10_000_000) is None


def test_no_effect_and_no_variance() -> None:
    with pytest.raises(ValueError, match="effect is 0"):
        people_needed(Plan(variance=1.0), 0.0)
    assert smallest_effect(Plan(variance=0.0), 100) == 0
    assert power(Plan(variance=0.0), 0.1, 100) == 1
