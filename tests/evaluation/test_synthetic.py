"""Are the weights the best ones, is a planted change found, and is nothing found where nothing was changed?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outreach.campaigns.world import CampaignShop
from tests.support.depth import worlds
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.before_after import Change, change_of
from uems.evaluation.synthetic import Synthetic, synthetic_control, weights_of
from uems.journeys.api import Dimension
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles.api import set_role

NUMBERS = st.floats(0.1, 5, allow_nan=False)


@settings(max_examples=worlds(60), deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=4, max_size=8))
def test_no_weights_of_a_fine_grid_come_closer(rows: list[tuple[float, float, float, float]]) -> None:
    table = np.array(rows).T
    mine, others = table[0], table[1:]
    found = weights_of(mine, others)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)
    steps = [n / 25 for n in range(26)]
    grid = [(a, b, 1 - a - b) for a, b in product(steps, steps) if a + b <= 1]
    best = min(((mine - np.array(one) @ others) ** 2).sum() for one in grid)
    assert ((mine - found @ others) ** 2).sum() <= best + 1e-6


def test_a_mixture_is_taken_apart_and_what_was_added_comes_out() -> None:
    rng = np.random.default_rng(1)
    others = rng.gamma(5, 20, (6, 90)) + 200 * np.abs(np.sin(np.arange(90) / np.arange(3, 9)[:, None]))
    levels = others[:, :60].mean(axis=1)
    mine = 500 * (0.7 * others[1] / levels[1] + 0.3 * others[4] / levels[4])
    mine[60:] += 40
    found = synthetic_control(mine, others, 60)
    assert isinstance(found, Synthetic)
    assert found.weights == pytest.approx([0, 0.7, 0, 0, 0.3, 0], abs=1e-3)
    assert found.total == pytest.approx(30 * 40, rel=1e-3)
    assert found.p_value == pytest.approx(1 / 7)
    assert found.groups == 7


def test_difference_in_differences_is_the_change_of_means_against_that_of_the_others() -> None:
    mine, others = np.array([10.0, 10, 15, 15]), np.array([[2.0, 2, 3, 3], [4, 4, 4, 4]])
    found = synthetic_control(mine, others, 2)
    assert isinstance(found, Synthetic)
    # +50 % against +50 % and 0 %: a quarter of the level of 10, on two days.
    assert found.by_difference == pytest.approx(0.25 * 10 * 2)


def test_without_a_change_the_p_value_is_as_often_small_as_it_says() -> None:
    rng, small = np.random.default_rng(2), 0
    for _ in range(60):
        common = rng.normal(1, 0.1, 60)
        series = np.abs(common + rng.normal(0, 0.1, (10, 60)))
        found = synthetic_control(series[0], series[1:], 40)
        assert isinstance(found, Synthetic)
        small += found.p_value <= 0.1
    assert small <= 13  # 6 are expected; 14 or more have a chance below two in a thousand


def test_what_cannot_be_said_is_said_so() -> None:
    assert synthetic_control(np.zeros(9), np.ones((3, 9)), 5) == "nothing_before"
    assert synthetic_control(np.ones(9), np.ones((1, 9)), 5) == "too_few_groups"
    assert synthetic_control(np.ones(9), np.zeros((3, 9)), 5) == "too_few_groups"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("change")) / "home"))
    yield made
    made.close()


def test_days_and_groups_are_counted_as_plain_python_counts_them(house: House) -> None:
    now = datetime(2026, 3, 20, 15, tzinfo=UTC)
    shop = CampaignShop(house, 1, now)
    set_role(house.store, shop.access(), "purchase", events=["Order Completed"])
    rng = Random(4)
    sold = [(rng.choice("abc"), (now - timedelta(days=rng.randrange(1, 45))).replace(hour=16), rng.randrange(100, 900)) for _ in range(600)]
    calls = [
        Happened(
            user=f"u{n % 50}", ts=at, event="Order Completed", revenue_minor=amount, currency="USD", properties=f'{{"shop": "{where}"}}'
        )
        for n, (where, at, amount) in enumerate(sold)
    ]
    shop.take(calls, now)
    day = (now - timedelta(days=10)).date()
    for counted in ("revenue", "purchases", "people"):
        change = Change(dimension=Dimension(property="shop"), value="a", day=day, counted=counted, before_days=20, after_days=28)
        found = change_of(house, shop.scope, now, change)
        assert (len(found.days), found.after, found.groups, found.reason) == (30, 10, 3, None)
        for on_day, value in zip(found.days, found.actual, strict=True):
            here = [(call, amount) for (where, at, amount), call in zip(sold, calls, strict=True) if (where, at.date()) == ("a", on_day)]
            wanted = {"revenue": sum(a for _, a in here), "purchases": len(here), "people": len({call.user for call, _ in here})}
            assert value == wanted[counted]
        assert sum(found.weights.values()) == pytest.approx(1, abs=2e-3)
    # Of data that ended, the days since are not days on which nothing happened.
    change = Change(dimension=Dimension(property="shop"), value="a", day=day, counted="people", before_days=20, after_days=28)
    last = max(at for _, at, _ in sold).date()
    later = change_of(house, shop.scope, now + timedelta(days=40), change)
    assert (later.days[-1], later.after) == (last, (last - day).days + 1)
    with pytest.raises(UemsError, match="nothing is known of the days since"):
        change_of(house, shop.scope, now + timedelta(days=40), replace(change, day=last + timedelta(days=3)))
    with pytest.raises(UemsError, match="before today"):
        change_of(
            house,
            shop.scope,
            now,
            Change(dimension=Dimension(property="shop"), value="a", day=now.date(), counted="people", before_days=20, after_days=5),
        )
