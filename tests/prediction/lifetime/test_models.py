"""Are the models of buying right beyond one file? Gradients against differences, forecasts against lives drawn by their own story."""

from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta, gamma

from tests.prediction.lifetime import exact
from tests.support.depth import worlds
from uems.kernel.errors import UemsError
from uems.prediction.lifetime import contract, spend
from uems.prediction.lifetime.beta_geometric import BG_NBD, MBG_NBD, BetaGeometric
from uems.prediction.lifetime.histories import Histories, grouped
from uems.prediction.lifetime.pareto import PARETO_NBD, ParetoNbd
from uems.prediction.metrics import Floats

MODELS: Final = [BG_NBD, MBG_NBD, PARETO_NBD]
positive = st.floats(0.05, 20.0)


def history(x: float, last: float, age: float) -> Histories:
    return grouped(np.array([x]), np.array([last]), np.array([age])).histories


def lives(model: BetaGeometric | ParetoNbd, values: Floats, people: int, ahead: float, seed: int) -> exact.Lives:
    rng = np.random.default_rng(seed)
    age = np.ceil(rng.uniform(10, 60, people))
    if isinstance(model, ParetoNbd):
        return exact.pareto(values, age, ahead, rng)
    return exact.beta_geometric(values, age, ahead, rng, modified=model.modified)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
@given(
    values=st.tuples(positive, positive, positive, positive), x=st.integers(0, 200), share=st.floats(0.01, 1.0), age=st.floats(0.5, 200.0)
)
@settings(max_examples=worlds(100), deadline=None)
def test_the_gradient_is_the_slope_of_the_likelihood(
    model: BetaGeometric | ParetoNbd, values: tuple[float, ...], x: int, share: float, age: float
) -> None:
    seen, at = history(x, share * age if x else 0.0, age), np.array(values)
    _, slope = model.likelihood(at, seen)
    for n in range(4):
        step = np.zeros(4)
        step[n] = at[n] * 1e-5
        measured = (model.likelihood(at + step, seen)[0] - model.likelihood(at - step, seen)[0]) / (2 * step[n])
        assert slope[n] == pytest.approx(measured, rel=1e-4, abs=1e-5 * (1 + x) / at[n])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
@pytest.mark.parametrize(("x", "last", "age"), [(0, 0, 20), (2, 9, 30), (7, 29, 30)])
def test_likelihood_is_the_integral_over_all_kinds_of_people(model: BetaGeometric | ParetoNbd, x: int, last: float, age: float) -> None:
    values = np.array([2.0, 6.0, 2.0, 3.0])
    r, alpha, third, fourth = values
    nodes, weights = np.polynomial.legendre.leggauss(200)
    most = 1.0 if isinstance(model, BetaGeometric) else 15.0
    rate, leave = ((nodes + 1) / 2 * 8)[:, None], ((nodes + 1) / 2 * most)[None, :]
    stayed = rate**x * np.exp(-rate * age)
    if isinstance(model, BetaGeometric):
        chances = x + 1 if model.modified else x
        left = leave * (1 - leave) ** (chances - 1) * rate**x * np.exp(-rate * last) if chances else 0.0
        likely, density = (1 - leave) ** chances * stayed + left, beta.pdf(leave, third, fourth)
    else:
        left = rate**x * leave / (rate + leave) * (np.exp(-(rate + leave) * last) - np.exp(-(rate + leave) * age))
        likely, density = stayed * np.exp(-leave * age) + left, gamma.pdf(leave, third, scale=1 / fourth)
    whole = weights @ (likely * density * gamma.pdf(rate, r, scale=1 / alpha)) @ weights * 4 * most / 2
    assert model.likelihood(values, history(x, last, age))[0] == pytest.approx(np.log(whole), abs=5e-5)


@pytest.mark.parametrize(
    ("model", "values"),
    [(BG_NBD, [0.6, 5.0, 0.8, 2.5]), (MBG_NBD, [0.8, 6.0, 0.9, 2.5]), (PARETO_NBD, [0.9, 9.0, 0.7, 10.0])],
    ids=lambda one: getattr(one, "key", ""),
)
def test_drawn_lives_give_their_parameters_back_and_turn_out_as_foretold(model: BetaGeometric | ParetoNbd, values: list[float]) -> None:
    truth = np.array(values)
    seen = lives(model, truth, 40_000, 26.0, 11)
    people = grouped(seen.x, seen.last, seen.age)
    found = model.fit(people.histories)
    off = (found.values - truth) / found.errors
    assert np.abs(off).max() < 3.0, (found.values, found.errors)
    # The uncertainty is that of the data, all four together: chi-squared with 4 degrees, 99.9% below 18.5.
    assert (found.values - truth) @ np.linalg.inv(found.covariance) @ (found.values - truth) < 18.5
    said = model.expected(truth, people.histories, 26.0)[people.row_of]
    alive = model.alive(truth, people.histories)[people.row_of]
    for measured, foretold in ((seen.later, said), (seen.alive.astype(float), alive)):
        rank = np.argsort(foretold, kind="stable")
        for tenth in np.array_split(rank, 10):
            deviation = measured[tenth].std() / np.sqrt(len(tenth)) + 1e-9
            assert abs(measured[tenth].mean() - foretold[tenth].mean()) < 4 * deviation + 1e-3


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_draws_of_those_who_are_here_have_the_expected_mean(model: BetaGeometric | ParetoNbd) -> None:
    values = np.array([0.8, 6.0, 1.6, 3.5])
    x, age = np.array([0.0, 1.0, 5.0, 30.0]), np.array([10.0, 30.0, 40.0, 52.0])
    drawn = model.draw(values, x, age, 26.0, 40_000, np.random.default_rng(5))
    seen = Histories(x=x, last=np.where(x > 0, age * 0.9, 0.0), age=age, count=np.ones(4))
    said = model.expected_alive(values, seen, 26.0)
    assert np.abs(drawn.mean(axis=1) - said).max() < (4 * drawn.std(axis=1) / 200).max()


@pytest.mark.parametrize("a", [0.3, 0.9999999, 1.0, 1.00001, 4.0])
def test_expected_purchases_are_smooth_where_the_formula_divides_by_nothing(a: float) -> None:
    """E[(1 - (1 + p t / (alpha + T))^-(r + x)) / p] over the beta(a, b + x), by quadrature over u = p^a."""
    r, alpha, b, x, age, ahead = 0.7, 5.0, 2.5, 3.0, 30.0, 20.0

    def inside(u: float) -> float:
        p = max(u, 1e-300) ** (1 / a)
        return float(-np.expm1(-(r + x) * np.log1p(p * ahead / (alpha + age))) / p * (1 - p) ** (b + x - 1))

    norm = quad(lambda u: float((1 - u ** (1 / a)) ** (b + x - 1)), 0, 1)[0]
    wanted = quad(inside, 0, 1)[0] / norm
    assert BG_NBD.expected_alive(np.array([r, alpha, a, b]), history(x, 25, age), ahead)[0] == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_a_reseller_with_a_million_orders_has_a_forecast_near_their_rate(model: BetaGeometric | ParetoNbd) -> None:
    values = np.array([0.8, 6.0, 0.9, 3.5])
    seen = history(1e6, 364.9, 365.0)
    assert np.isfinite(model.likelihood(values, seen)[0])
    alive, said = model.alive(values, seen)[0], model.expected_alive(values, seen, 10.0)[0]
    assert 0 <= alive <= 1
    assert 0.9 * 1e6 * 10 / 371 < said <= 1e6 * 10 / 371 * 1.0001


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_people_who_all_bought_once_are_fitted_or_refused_in_words(model: BetaGeometric | ParetoNbd) -> None:
    seen = grouped(np.zeros(500), np.zeros(500), np.linspace(1, 50, 500)).histories
    found = model.fit(seen)
    assert model.expected(found.values, seen, 10.0) @ seen.count < 5


def test_histories_that_cannot_be_are_refused_and_like_ones_are_counted_once() -> None:
    x, last, age = np.array([1.0, 0, 1, 0]), np.array([2.5, 0, 2.5, 0]), np.array([4.0, 3, 4, 3])
    found = grouped(x, last, age)
    assert sorted(found.histories.count.tolist()) == [2.0, 2.0]
    assert (found.histories.x[found.row_of] == x).all()
    assert (found.histories.last[found.row_of] == last).all()
    for bad in ([-1.0, 0, 4], [1, 5, 4], [0, 1, 4], [1, 0, 4], [0.5, 1, 4], [float("nan"), 0, 4]):
        with pytest.raises(UemsError, match=r"must be|Merge purchases"):
            grouped(*(np.array([float(one)]) for one in bad))


def test_the_gradients_of_spending_and_of_contracts_are_slopes() -> None:
    rng = np.random.default_rng(3)
    count, mean = rng.integers(1, 40, 200).astype(float), rng.gamma(2, 20, 200)
    held = contract.contracts(rng.integers(0, 9, 300).astype(float), rng.random(300) < 0.6)
    for values in (np.array([2.0, 3.0, 40.0]), np.array([7.0, 1.2, 9.0])):
        slope = spend.likelihood(values, count, mean)[1]
        for n, step in enumerate(np.diag(values * 1e-5)):
            low, high = (spend.likelihood(values + sign * step, count, mean)[0] for sign in (-1, 1))
            assert slope[n] == pytest.approx((high - low) / (2 * step[n]), rel=1e-4, abs=1e-4)
    for values in (np.array([0.7, 3.0]), np.array([4.0, 1.2])):
        slope = contract.likelihood(values, held)[1]
        for n, step in enumerate(np.diag(values * 1e-5)):
            low, high = (contract.likelihood(values + sign * step, held)[0] for sign in (-1, 1))
            assert slope[n] == pytest.approx((high - low) / (2 * step[n]), rel=1e-4, abs=1e-4)


def test_spending_that_was_drawn_gives_its_parameters_back_in_any_currency() -> None:
    rng = np.random.default_rng(8)
    p, q, v = 4.0, 5.0, 30.0
    for unit in (1.0, 10_000.0):
        count = rng.integers(1, 12, 20_000).astype(float)
        mean = rng.gamma(p * count) / rng.gamma(q, 1 / v, len(count)) / count * unit
        found = spend.fit(count, mean)
        assert np.abs((found.values - [p, q, v * unit]) / found.errors).max() < 3.0
        assert spend.expected_spend(found.values, np.zeros(1), np.zeros(1))[0] == pytest.approx(mean.mean(), rel=0.02)
        drawn = spend.draw_totals(found.values, count[:50], np.ones((50, 20_000)), rng) * (found.values[2] + count * mean)[:50, None]
        said = spend.expected_spend(found.values, count[:50], mean[:50])
        assert np.abs(drawn.mean(axis=1) / said - 1).max() < 0.06
    # The logarithm of a mean of few is a little lower than that of many.
    assert abs(spend.dependence(count, mean)) < 0.1
    with pytest.raises(UemsError, match="spend unlike"):
        spend.fit(np.ones(50), np.full(50, 9.9))


def test_renewals_ahead_are_those_of_contracts_drawn_year_by_year() -> None:
    rng = np.random.default_rng(4)
    values, had = np.array([0.9, 3.0]), 2
    leave = rng.beta(0.9, 3.0, 400_000)
    kept = rng.random((11, 400_000)) >= leave
    here = np.cumprod(kept, axis=0)
    whole = here[had:, here[had - 1] == 1]
    said = contract.expected_renewals(values, np.array([float(had)]), 8, 0.1)[0]
    measured = (whole[:8] * 1.1 ** -np.arange(1.0, 9)[:, None]).sum(axis=0)
    assert said == pytest.approx(measured.mean(), abs=4 * measured.std() / np.sqrt(len(measured)))
    drawn = contract.draw(values, np.array([float(had)]), 8, 100_000, rng)[0]
    assert drawn.mean() == pytest.approx(whole[:8].sum(axis=0).mean(), abs=0.05)
