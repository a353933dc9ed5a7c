"""Do we agree to six digits with the library tea-tasting on its own example data?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tea_tasting as tt

from uems.experiments.statistics.cuped import adjust
from uems.experiments.statistics.difference import Contrast, Ratio, contrast, ratio_on_log_scale, welch
from uems.experiments.statistics.estimates import Estimate, Shape
from uems.experiments.statistics.moments import Moments, from_rows
from uems.experiments.statistics.multiple import benjamini_hochberg, holm
from uems.experiments.statistics.power import Plan, people_needed, smallest_effect

METRICS: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "orders": ("mean", ("orders",)),
    "revenue": ("mean", ("revenue",)),
    "orders a session": ("ratio", ("orders", "sessions")),
    "revenue an order": ("ratio", ("revenue", "orders")),
}


@pytest.fixture(scope="module")
def people() -> Any:
    return tt.make_users_data(rng=42, covariates=True, return_type="arrow")


def moments_of(people: Any, names: list[str]) -> dict[str, Moments]:
    table = np.stack([np.asarray(people[name], np.float64) for name in names], axis=1)
    arm = np.asarray(people["variant"])
    return {"control": from_rows(table[arm == 0]), "treatment": from_rows(table[arm == 1])}


def theirs(people: Any, shape: Shape, names: tuple[str, ...], covariate: bool) -> Mapping[str, float]:
    before = tuple(f"{name}_covariate" for name in names) if covariate else ()
    metric = tt.Mean(names[0], *before) if shape == "mean" else tt.RatioOfMeans(*names, *before)
    result: Mapping[str, float] = tt.Experiment(metric=metric).analyze(people)["metric"]._asdict()
    return result


@pytest.mark.parametrize("covariate", [False, True])
@pytest.mark.parametrize("metric", METRICS)
def test_effects_intervals_and_p_values(people: Any, metric: str, covariate: bool) -> None:
    shape, names = METRICS[metric]
    wanted = theirs(people, shape, names, covariate)
    # A column of zeros explains nothing: adjusting by it must leave everything as it is.
    before = [f"{name}_covariate" for name in names]
    arms = moments_of(people, [*names, *before])
    if not covariate:
        arms = {arm: _without_past(one, len(names)) for arm, one in arms.items()}
    adjusted = adjust(arms, shape)
    control, treatment = adjusted.arms["control"], adjusted.arms["treatment"]
    assert isinstance(control, Estimate)
    assert isinstance(treatment, Estimate)
    apart = contrast(control, treatment)
    ratio = ratio_on_log_scale(control, treatment)
    assert isinstance(apart, Contrast)
    assert isinstance(ratio, Ratio)
    found = welch(apart)
    pairs = {
        "control": control.value,
        "treatment": treatment.value,
        "effect_size": found.value,
        "effect_size_ci_lower": found.low,
        "effect_size_ci_upper": found.high,
        "pvalue": found.p_value,
        "rel_effect_size": ratio.value - 1,
        "rel_effect_size_ci_lower": ratio.low - 1,
        "rel_effect_size_ci_upper": ratio.high - 1,
    }
    for name, ours in pairs.items():
        assert ours == pytest.approx(wanted[name], rel=1e-6, abs=1e-9), name
    assert (adjusted.kept < 0.9) == covariate


def _without_past(moments: Moments, width: int) -> Moments:
    means = (*moments.means[:width], *[1.0] * width)
    rows = [[*row[:width], *[0.0] * width] for row in moments.covariances[:width]] + [[0.0] * 2 * width] * width
    return Moments(count=moments.count, means=means, covariances=tuple(tuple(row) for row in rows))


def test_power_agrees_but_for_the_few_people_of_students_distribution(people: Any) -> None:
    orders = np.asarray(people["orders"], np.float64)
    plan = Plan(variance=float(orders.var(ddof=1)))
    metric = tt.Mean("orders", alpha=0.05, power=0.8)
    result = metric.solve_power(people, "effect_size")[0]
    assert smallest_effect(plan, len(orders)) == pytest.approx(result.effect_size, rel=1e-3)
    needed = tt.Mean("orders", alpha=0.05, power=0.8, effect_size=0.05).solve_power(people, "n_obs")[0].n_obs
    assert people_needed(plan, 0.05) == pytest.approx(needed, rel=1e-3)


def test_corrections_for_many_metrics(people: Any) -> None:
    metrics = {f"m{n}": tt.Mean(name) for n, name in enumerate(("orders", "revenue", "sessions", "orders_covariate", "revenue_covariate"))}
    result = tt.Experiment(metrics).analyze(people)
    raw = [result[name]._asdict()["pvalue"] for name in metrics]
    for ours, adjusted in (
        (holm(raw), tt.adjust_fwer(result, method="bonferroni", arbitrary_dependence=True)),
        (benjamini_hochberg(raw), tt.adjust_fdr(result, arbitrary_dependence=False)),
    ):
        rows = {row["metric"]: row["pvalue_adj"] for row in adjusted.to_dicts()}
        assert ours == pytest.approx([rows[name] for name in metrics])
