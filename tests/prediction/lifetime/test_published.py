"""Are the published figures of the CD shop's 2,357 buyers reached? Fader, Hardie & Lee's papers and notes on the same file."""

import csv
import importlib.metadata
from pathlib import Path

import numpy as np
import pytest

from uems.prediction.lifetime import contract, spend
from uems.prediction.lifetime.beta_geometric import BG_NBD, MBG_NBD
from uems.prediction.lifetime.histories import Grouped, grouped
from uems.prediction.lifetime.pareto import PARETO_NBD
from uems.prediction.metrics import Floats


def cdnow() -> tuple[Floats, Floats, Floats, Floats]:
    """(repeat purchases, week of the last, weeks known, mean value of repeat purchases), read from the package that carries the file."""
    try:
        package = importlib.metadata.distribution("Lifetimes")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package Lifetimes, which carries the data, is not installed: `make test-setup` installs it.")
    path = Path(str(package.locate_file("lifetimes/datasets/cdnow_customers_summary_with_transactions.csv")))
    with path.open() as file:
        rows = list(csv.DictReader(file))
    x, last, age, value = (np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar"))
    return x, last, age, value


@pytest.fixture(scope="module")
def shop() -> Grouped:
    x, last, age, _ = cdnow()
    return grouped(x, last, age)


def someone() -> Grouped:
    """The customer of the papers: 2 repeat purchases, the last in week 30.43, known for 38.86 weeks."""
    return grouped(np.array([2.0]), np.array([30.43]), np.array([38.86]))


def test_bg_nbd_reaches_the_published_parameters_and_forecasts(shop: Grouped) -> None:
    found = BG_NBD.fit(shop.histories)
    assert found.values == pytest.approx([0.2426, 4.4135, 0.7929, 2.4258], abs=6e-5)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.005)
    assert BG_NBD.expected(found.values, someone().histories, 39.0)[0] == pytest.approx(1.2259, abs=5e-5)
    assert BG_NBD.alive(found.values, someone().histories)[0] == pytest.approx(0.72661, abs=5e-6)
    everybody = BG_NBD.expected(found.values, shop.histories, 39.0) @ shop.histories.count
    assert everybody == pytest.approx(1653.4, abs=0.05)


def test_pareto_nbd_reaches_the_published_parameters(shop: Grouped) -> None:
    found = PARETO_NBD.fit(shop.histories)
    assert found.values == pytest.approx([0.5533, 10.578, 0.6062, 11.667], rel=1e-4)
    assert found.log_likelihood == pytest.approx(-9594.98, abs=0.01)


def test_mbg_nbd_reaches_the_published_parameters(shop: Grouped) -> None:
    assert MBG_NBD.fit(shop.histories).values == pytest.approx([0.5248, 6.183, 0.8914, 1.614], rel=1e-4)


def test_gamma_gamma_reaches_the_published_parameters() -> None:
    x, _, _, value = cdnow()
    assert spend.fit(x, value).values == pytest.approx([6.249, 3.745, 15.448], abs=1e-3)


def test_the_shifted_beta_geometric_reaches_the_published_parameters() -> None:
    """Fader & Hardie 2007: 1,000 subscribers each of two kinds over seven renewals."""
    for shares, a, b, likelihood in (
        ([1.0, 0.869, 0.743, 0.653, 0.593, 0.551, 0.517, 0.491], 0.668, 3.806, -1611.2),
        ([1.0, 0.631, 0.468, 0.382, 0.326, 0.289, 0.262, 0.241], 0.704, 1.182, -1680.3),
    ):
        here = np.round(np.array(shares) * 1000).astype(int)
        renewals = np.concatenate([np.repeat(np.arange(7.0), here[:-1] - here[1:]), np.full(here[-1], 7.0)])
        found = contract.fit(contract.contracts(renewals, np.arange(1000) < 1000 - here[-1]))
        assert found.values == pytest.approx([a, b], abs=6e-4)
        assert found.log_likelihood == pytest.approx(likelihood, abs=0.06)
