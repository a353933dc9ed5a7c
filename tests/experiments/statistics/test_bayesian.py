"""Is the posterior what the definition of it says, integrated by brute force?"""

import math

import numpy as np
import pytest

from uems.experiments.statistics.bayesian import Prior, posterior
from uems.experiments.statistics.difference import Contrast


def seen(value: float, error: float) -> Contrast:
    return Contrast(scale="relative", value=value, error=error, degrees=100, count=102)


@pytest.mark.parametrize(("value", "error"), [(0.05, 0.04), (-0.2, 0.1), (0.0, 0.5), (1.5, 0.3)])
@pytest.mark.parametrize("prior", [Prior(), Prior(mean=0.1, deviation=0.05)])
def test_it_is_the_prior_times_the_likelihood(value: float, error: float, prior: Prior) -> None:
    effects = np.linspace(-6, 6, 1_200_001)
    weights = np.exp(-(((effects - prior.mean) / prior.deviation) ** 2) / 2 - ((value - effects) / error) ** 2 / 2)
    weights /= weights.sum()
    found = posterior(seen(value, error), prior)
    assert found.value == pytest.approx(float(weights @ effects), abs=1e-6)
    assert found.better == pytest.approx(float(weights[effects > 0].sum()), abs=1e-4)
    below = np.cumsum(weights)
    assert found.low == pytest.approx(float(effects[np.searchsorted(below, 0.025)]), abs=1e-4)
    assert found.high == pytest.approx(float(effects[np.searchsorted(below, 0.975)]), abs=1e-4)
    assert found.loss_if_chosen == pytest.approx(float(weights @ np.maximum(0, -effects)), abs=1e-6)
    assert found.loss_if_left == pytest.approx(float(weights @ np.maximum(0, effects)), abs=1e-6)
    assert found.prior == prior


def test_a_flat_prior_leaves_the_data_as_they_are() -> None:
    found = posterior(seen(0.04, 0.02), Prior(deviation=math.inf))
    assert (found.value, found.high) == pytest.approx((0.04, 0.04 + 1.959964 * 0.02))
    assert found.better == pytest.approx(0.97725, abs=1e-5)
