"""Do bandits share people out by the chance to be best, and learn whom which arm suits?"""

import numpy as np
import pytest

from uems.experiments.statistics.bandits import thompson_of_means, thompson_of_rates
from uems.experiments.statistics.contextual import fresh, learnt, ranked
from uems.experiments.statistics.estimates import Estimate


def test_the_chance_to_be_best_is_that_of_drawing() -> None:
    arms = {"a": (100, 10), "b": (120, 17), "c": (30, 2)}
    luck = np.random.default_rng(1)
    draws = np.stack([luck.beta(1 + won, 1 + people - won, 400_000) for people, won in arms.values()])
    share = np.bincount(draws.argmax(axis=0)) / 400_000
    found = thompson_of_rates(arms, floor=0.0)
    assert [one.best for one in found.values()] == pytest.approx(share.tolist(), abs=0.004)
    assert sum(one.weight for one in found.values()) == pytest.approx(1)


def test_means_likewise() -> None:
    arms = {"a": Estimate(count=50, value=10, variance=90), "b": Estimate(count=80, value=11, variance=60)}
    luck = np.random.default_rng(2)
    better = (luck.normal(11, arms["b"].error, 400_000) > luck.normal(10, arms["a"].error, 400_000)).mean()
    assert thompson_of_means(arms)["b"].best == pytest.approx(float(better), abs=0.004)


def test_an_arm_nobody_knows_is_tried_and_no_arm_is_starved() -> None:
    unknown = {"a": Estimate(count=50, value=10, variance=90), "b": Estimate(count=1, value=99, variance=0)}
    assert [one.weight for one in thompson_of_means(unknown).values()] == pytest.approx([0.5, 0.5])
    clear = thompson_of_rates({"a": (10_000, 5_000), "b": (10_000, 100)})
    assert clear["b"].weight == pytest.approx(0.05)
    with pytest.raises(ValueError, match="rewards"):
        thompson_of_rates({"a": (5, 6)})
    with pytest.raises(ValueError, match="floor"):
        thompson_of_rates({"a": (5, 1), "b": (5, 1)}, floor=0.6)


def test_thompson_loses_less_than_an_even_split() -> None:
    luck, rates = np.random.default_rng(3), {"a": 0.10, "b": 0.16}
    counts = dict.fromkeys(rates, (0, 0))
    for _ in range(40):
        weights = [one.weight for one in thompson_of_rates(counts).values()]
        for arm, people in zip(rates, luck.multinomial(100, weights), strict=True):
            seen, won = counts[arm]
            counts[arm] = (seen + int(people), won + int(luck.binomial(people, rates[arm])))
    assert counts["b"][0] > 0.75 * 4_000


def test_linucb_is_the_ridge_regression_of_the_paper() -> None:
    luck = np.random.default_rng(4)
    contexts, rewards = luck.normal(size=(30, 3)), luck.normal(size=30)
    arms = fresh(["a", "b"], 3)
    for x, reward in zip(contexts, rewards, strict=True):
        arms = learnt(arms, "a", x.tolist(), float(reward))
    x = [0.3, -1.0, 2.0]
    precision = np.eye(3) + contexts.T @ contexts
    theta = np.linalg.inv(precision) @ contexts.T @ rewards
    found = {one.arm: one for one in ranked(arms, x, 1.5)}
    assert found["a"].expected == pytest.approx(float(theta @ x))
    assert found["a"].bonus == pytest.approx(1.5 * float(np.sqrt(np.asarray(x) @ np.linalg.inv(precision) @ x)))
    assert found["b"].expected == 0
    assert found["b"].bonus == pytest.approx(1.5 * float(np.linalg.norm(x)))


def test_linucb_learns_whom_which_arm_suits() -> None:
    luck, arms = np.random.default_rng(5), fresh(["young", "old"], 2)
    right = 0
    for step in range(1_500):
        is_old = bool(luck.random() < 0.5)
        context = [1.0, float(is_old)]
        taken = ranked(arms, context)[0].arm
        arms = learnt(arms, taken, context, float(luck.random() < (0.4 if (taken == "old") == is_old else 0.1)))
        right += step >= 1_000 and (taken == "old") == is_old
    assert right > 0.9 * 500
