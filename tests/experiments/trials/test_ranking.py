"""Do ranks, draws and metrics without a formula say what scipy and plain Python say of the same people?"""

import numpy as np
import pytest
from scipy import stats

from tests.experiments.trials.test_results import ARMS, crowd, shown
from tests.experiments.trials.world import BEGIN, END, entered, exposed, metric, spec, started, truth
from tests.journeys.reports.world import Town, town
from uems.experiments.statistics.bootstrap import capped_mean, drawn_estimate, top_share
from uems.experiments.statistics.estimates import Estimate
from uems.experiments.trials import parts
from uems.experiments.trials.definitions import get_trial, save_trial
from uems.experiments.trials.ranking import ranks
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.kernel.errors import UemsError

__all__ = ["town"]
VIEWS = metric("views", "mean", {"event": {"event": "A"}}, "primary")
MOST = metric("most", "top_share", {"event": {"event": "A"}, "share": 0.25})
REST = metric("rest", "trimmed", {"event": {"event": "A"}, "share": 0.25})


def a_quarter(rows: list[float]) -> tuple[float, float]:
    """(share of the whole of the quarter with the most, mean of the others), by sorting; a quarter is a whole number of people."""
    ordered = sorted(rows)
    cut = len(ordered) * 3 // 4
    return sum(ordered[cut:]) / sum(ordered), sum(ordered[:cut]) / cut


@pytest.mark.parametrize("at_once", [parts.PEOPLE_AT_ONCE, 40])
def test_ranks_are_those_of_scipy_and_metrics_without_a_formula_those_of_sorting(
    town: Town, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PEOPLE_AT_ONCE", at_once)
    world = town.world()
    world.send(crowd(1, people=160, lift=0.6))
    trial = started(world, "test", spec(metrics=[VIEWS, MOST, REST, metric("buys", "ratio", {"numerator": {}, "denominator": {}})]))
    people, _, _ = exposed(world, "test", ARMS, BEGIN, END)
    rows = {arm: [row[0] for row in found] for arm, found in truth(people, "views", END, 0).items()}
    told = ranks(town.house, world.scope, trial, "views", END)
    [one] = told.arms
    oracle = stats.mannwhitneyu(rows["new"], rows["control"], use_continuity=False, method="asymptotic")
    assert one.ranked is not None
    assert one.drawn is not None
    assert one.ranked.p_value == pytest.approx(float(oracle.pvalue))
    assert one.ranked.superiority == pytest.approx(float(oracle.statistic) / 80**2)
    assert one.drawn.value == pytest.approx(np.mean(rows["new"]) - np.mean(rows["control"]))
    assert one.drawn.low < one.drawn.value < one.drawn.high
    assert told.top is not None
    assert not told.heavy
    found = {each.metric.key: each for each in shown(world, "test").metrics}
    for key, wanted in (("most", 0), ("rest", 1)):
        assert [arm.value for arm in found[key].arms] == pytest.approx([a_quarter(rows[arm])[wanted] for arm in ARMS])
        assert found[key].compared[0].relative is not None
    with pytest.raises(UemsError, match="can be ranked"):
        ranks(town.house, world.scope, trial, "buys", END)


def test_people_who_came_under_other_weights_are_not_ranked_together(town: Town) -> None:
    world = town.world()
    world.send(crowd(2))
    trial = started(world, "test", spec(metrics=[VIEWS]))
    arms = [{"key": "control", "name": "As it was", "weight": 20}, {"key": "new", "name": "New", "weight": 80}]
    changed = TrialSpec.model_validate(trial.spec.model_dump() | {"arms": arms})
    save_trial(town.house.store, entered(world, BEGIN.replace(day=BEGIN.day + 2)), "test", TrialDraft(name="test", spec=changed))
    later = get_trial(town.house.store, world.scope, "test")
    assert [one.reason for one in ranks(town.house, world.scope, later, "views", END).arms] == ["weights_changed"]


@pytest.mark.parametrize("statistic", [capped_mean(0.05), top_share(0.1)])
def test_intervals_by_drawing_cover_what_is_true(statistic: object) -> None:
    luck = np.random.default_rng(5)
    assert callable(statistic)
    everybody = np.sort(np.where(luck.random(400_000) < 0.4, np.round(luck.lognormal(2, 1, 400_000)), 0.0))
    value, often = np.unique(everybody, return_counts=True)
    true = float(statistic(value, often[None, :].astype(np.float64))[0])
    covered = 0
    for world in range(300):
        values, counts = np.unique(luck.choice(everybody, 1_500), return_counts=True)
        one = drawn_estimate(dict(zip(values.tolist(), counts.tolist(), strict=True)), statistic, replicates=200, seed=world)
        assert isinstance(one, Estimate)
        covered += abs(one.value - true) < 1.96 * one.error
    assert 0.91 <= covered / 300 <= 0.98
