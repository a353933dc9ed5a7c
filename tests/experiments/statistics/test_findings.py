"""Are many metrics, uneven arms, groups and effects that wear off judged as the sources say?"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from uems.experiments.statistics.difference import Contrast
from uems.experiments.statistics.estimates import NoAnswer
from uems.experiments.statistics.heterogeneity import heterogeneity
from uems.experiments.statistics.mismatch import mismatch, where
from uems.experiments.statistics.moments import from_rows
from uems.experiments.statistics.multiple import benjamini_hochberg, holm
from uems.experiments.statistics.novelty import Novelty, novelty

# Benjamini and Hochberg 1995, section 4.1: fifteen endpoints; at 0.05 their procedure rejects four hypotheses, Bonferroni's three.
ENDPOINTS = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]


def test_the_example_of_benjamini_and_hochberg() -> None:
    assert sum(p <= 0.05 for p in benjamini_hochberg(ENDPOINTS)) == 4
    assert sum(p <= 0.05 for p in holm(ENDPOINTS)) == 3


@given(st.lists(st.floats(0, 1), max_size=12))
def test_corrections_follow_their_definitions(p_values: list[float]) -> None:
    m = len(p_values)
    order = sorted(range(m), key=lambda n: (p_values[n], n))
    places = {n: place for place, n in enumerate(order)}
    for n, ours in enumerate(holm(p_values)):
        wanted = max(min(1.0, p_values[order[k]] * (m - k)) for k in range(places[n] + 1))
        assert ours == pytest.approx(wanted)
    if m:
        assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values).tolist())


def test_arms_as_they_should_be_and_uneven_ones() -> None:
    # Fabijan et al. 2019, section 1: 821,588 and 815,482 people of a 50/50 split have a p-value of 1.8e-6.
    found = mismatch({"a": 821_588, "b": 815_482}, {"a": 1, "b": 1})
    assert found.found
    assert found.p_value == pytest.approx(1.8e-6, rel=0.03)
    assert not mismatch({"a": 5_000, "b": 5_060}, {"a": 0.5, "b": 0.5}).found
    assert mismatch({"a": 100, "b": 210, "c": 290}, {"a": 1, "b": 2, "c": 3}).p_value == pytest.approx(
        float(stats.chisquare([100, 210, 290], [100, 200, 300]).pvalue)
    )


def test_bad_weights_and_strange_arms_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        mismatch({"a": 1}, {"a": 1.0, "b": 0.0})
    with pytest.raises(ValueError, match="no weight"):
        mismatch({"a": 1, "x": 1}, {"a": 1.0, "b": 1.0})
    assert mismatch({}, {"a": 1, "b": 1}).p_value == 1.0
    assert mismatch({"a": 40}, {"a": 1, "b": 1}).found


@pytest.mark.parametrize("weights", [{"a": 99, "b": 1}, {"a": 90, "b": 8, "c": 2}])
@pytest.mark.parametrize("total", [4, 20, 60])
def test_small_roll_outs_raise_no_more_false_alarms_than_stated(weights: dict[str, float], total: int) -> None:
    arms, whole = list(weights), sum(weights.values())
    alarms = 0.0
    for counts in itertools.product(range(total + 1), repeat=len(arms) - 1):
        rest = total - sum(counts)
        if rest < 0:
            continue
        people = dict(zip(arms, (rest, *counts), strict=True))
        ways, chance = total, 1.0
        for arm, count in people.items():
            chance *= math.comb(ways, count) * (weights[arm] / whole) ** count
            ways -= count
        alarms += chance * mismatch(people, weights).found
    assert alarms <= 0.001


def test_few_expected_people_are_judged_exactly() -> None:
    chances = [math.comb(20, n) * 0.01**n * 0.99 ** (20 - n) for n in range(21)]
    found = mismatch({"a": 18, "b": 2}, {"a": 99, "b": 1})
    assert found.p_value == pytest.approx(sum(one for one in chances if one <= chances[2] * (1 + 1e-9)))
    assert not found.found
    assert mismatch({"a": 15, "b": 5}, {"a": 99, "b": 1}).found


def test_an_uneven_platform_is_named_and_the_rest_is_acquitted() -> None:
    slices = {"ios": {"a": 5_000, "b": 5_040}, "web": {"a": 8_010, "b": 7_990}, "android": {"a": 4_000, "b": 3_400}}
    found = where(slices, {"a": 1, "b": 1})
    assert found[0].value == "android"
    assert [one.value for one in found if one.explains] == ["android"]
    assert found[0].rest_p > 0.5


def test_where_everything_is_uneven_nothing_explains_it() -> None:
    slices = {f"d{n}": {"a": 1_200, "b": 1_000} for n in range(5)}
    assert not any(one.explains for one in where(slices, {"a": 1, "b": 1}))


def seen(value: float, error: float) -> Contrast:
    return Contrast(scale="absolute", value=value, error=error, degrees=1000, count=1002)


def test_groups_that_differ_are_found_and_named() -> None:
    found = heterogeneity({"new": seen(1.0, 0.1), "old": seen(0.1, 0.1), "other": seen(0.12, 0.1)})
    assert found.p_value < 1e-6
    by_group = {one.group: one for one in found.groups}
    assert by_group["new"].adjusted_p < 1e-6
    # Of three with equal errors, the others' mean is that of the two.
    assert by_group["new"].away == pytest.approx(1.0 - 0.11)
    assert found.common == pytest.approx(1.22 / 3)


def test_groups_that_are_alike_are_hardly_ever_told_apart() -> None:
    luck = np.random.default_rng(9)
    whole = named = 0
    for _ in range(1_000):
        errors = luck.uniform(0.5, 2, 8)
        found = heterogeneity({str(n): seen(float(luck.normal(0.3, error)), float(error)) for n, error in enumerate(errors)})
        whole += found.p_value < 0.05
        named += any(one.adjusted_p < 0.05 for one in found.groups)
    assert 0.03 <= whole / 1_000 <= 0.07
    assert named / 1_000 <= 0.065
    assert heterogeneity({"only": seen(1, 1)}).p_value == 1.0


def days(early: float, late: float, seed: int) -> np.ndarray:
    luck = np.random.default_rng(seed)
    own = luck.gamma(2, 1, 4_000)
    return np.stack([luck.normal(own + early, 1), luck.normal(own + late, 1)], axis=1)


@pytest.mark.parametrize(
    ("early", "late", "verdict"),
    [(0.5, 0.1, "fades"), (0.1, 0.5, "grows"), (0.3, 0.3, "steady"), (0.5, -0.3, "turns"), (0.0, 0.0, "steady")],
)
def test_an_effect_that_wears_off_is_told_from_one_that_stays(early: float, late: float, verdict: str) -> None:
    found = novelty({"": from_rows(days(0, 0, 1))}, {"": from_rows(days(early, late, 2))})
    assert isinstance(found, Novelty)
    assert found.verdict == verdict
    assert found.change.low < late - early < found.change.high


def test_wear_is_judged_within_each_stratum() -> None:
    # Whoever came later does more at first; nine of ten of them are in the arm, and half of the others. The arm does nothing.
    control = {"0": from_rows(days(0, 0, 1)[:2_000]), "1": from_rows(days(2, 0, 2)[:400])}
    arm = {"0": from_rows(days(0, 0, 3)[:2_000]), "1": from_rows(days(2, 0, 4)[:3_600])}
    found = novelty(control, arm)
    assert isinstance(found, Novelty)
    assert found.verdict == "steady"
    assert found.early.low < 0 < found.early.high
    mixed = [np.concatenate([days(0, 0, one)[:2_000], days(2, 0, one + 1)[:size]]) for one, size in ((1, 400), (3, 3_600))]
    pooled = novelty({"": from_rows(mixed[0])}, {"": from_rows(mixed[1])})
    assert isinstance(pooled, Novelty)
    assert pooled.verdict == "fades"


def test_no_wear_can_be_shown_without_people() -> None:
    nobody = from_rows(np.zeros((0, 2)))
    assert novelty({"": nobody}, {"": from_rows(days(0, 0, 1))}) == NoAnswer(reason="nobody")
