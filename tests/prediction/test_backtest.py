"""Does training find what is there, say how likely it is, and admit when there is nothing?"""

import numpy as np
import pytest

from tests.prediction.arrays import FEATURES, chances, matrix_of, rows_of, snapshots
from uems.kernel.errors import UemsError
from uems.prediction.backtest import LEAST, Result, Snapshot, by_person, over_time
from uems.prediction.learning import Rows, learn, platt, rates_for, thinned
from uems.prediction.metrics import auc
from uems.prediction.portable import hash_of, to_bytes


@pytest.fixture(scope="module")
def known() -> Result:
    return over_time(FEATURES, snapshots(1, 1500, 5)[0], 1)


def test_the_model_ranks_nearly_as_well_as_who_knows_the_true_chances(known: Result) -> None:
    taken, truth = snapshots(1, 1500, 5)
    oracle = auc(np.concatenate([one.labels for one in taken[2:]]), np.concatenate(truth[2:]), np.repeat(np.arange(3), 1500))
    assert oracle - 0.03 < known.backtest["auc"]["value"] <= known.backtest["auc"]["high"]
    assert known.backtest["auc"]["low"] < oracle
    assert known.backtest["beats_rule"]
    assert known.backtest["auc_gain"]["low"] > 0.05


def test_probabilities_are_right_within_the_error_of_the_sample(known: Result) -> None:
    for group in known.backtest["calibration"]:
        error = np.sqrt(group["predicted"] * (1 - group["predicted"]) / group["people"])
        assert abs(group["predicted"] - group["observed"]) < 3.5 * error + 0.02, group
    brier = known.backtest["brier"]
    assert brier["model"] < brier["rule"] <= brier["nothing"] * 1.01


def test_probabilities_of_the_final_model_are_near_the_true_ones(known: Result) -> None:
    matrix = matrix_of(77, 3000)
    said, true = known.predictor.probability(matrix), chances(matrix)
    assert abs(said.mean() - true.mean()) < 0.03
    assert np.abs(said - true).mean() < 0.08


def test_the_reasons_that_matter_come_first(known: Result) -> None:
    order = [one["feature"] for one in known.backtest["importance"]]
    assert order[-1] == "noise"
    assert sum(one["share"] for one in known.backtest["importance"]) == pytest.approx(1.0)


def test_every_fold_is_told_with_its_numbers(known: Result) -> None:
    assert [fold["name"] for fold in known.backtest["folds"]] == ["2026-03-01", "2026-04-01", "2026-05-01"]
    assert all(fold["auc"] > fold["rule_auc"] for fold in known.backtest["folds"])


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_where_nothing_is_to_be_known_no_model_beats_the_rule(seed: int) -> None:
    result = over_time(FEATURES, snapshots(seed, 600, 4, null=True)[0], 1)
    assert not result.backtest["beats_rule"]
    assert abs(result.backtest["auc"]["value"] - 0.5) < 0.06
    # And it does not pretend: everybody is as likely as everybody is.
    said = result.predictor.probability(matrix_of(9, 500))
    assert said.mean() == pytest.approx(0.3, abs=0.05)


def test_the_same_snapshots_give_the_same_model_and_backtest() -> None:
    first, second = (over_time(FEATURES, snapshots(5, 400, 3)[0], 1) for _ in range(2))
    assert hash_of(to_bytes(first.predictor)) == hash_of(to_bytes(second.predictor))
    assert first.backtest == second.backtest
    assert first.baseline == second.baseline


def test_a_held_out_cut_does_not_reach_the_model_that_is_judged_on_it() -> None:
    taken, _ = snapshots(6, 400, 3)
    newest = taken[-1]
    turned = Snapshot(name=newest.name, people=newest.people, matrix=newest.matrix, labels=~newest.labels, rule=newest.rule)
    one, other = over_time(FEATURES, taken, 1), over_time(FEATURES, [*taken[:-1], turned], 1)
    assert one.backtest["auc"]["value"] == pytest.approx(1 - other.backtest["auc"]["value"])


def test_too_few_cuts_and_too_few_outcomes_are_refused_in_numbers() -> None:
    taken, _ = snapshots(7, 300, 3)
    with pytest.raises(UemsError, match="at least 3 are needed") as caught:
        over_time(FEATURES, taken[:2], 1)
    assert caught.value.details == {"windows": 2, "needed": 3}
    rare = [Snapshot(name=s.name, people=s.people, matrix=s.matrix, labels=np.arange(300) < 5, rule=s.rule) for s in taken]
    with pytest.raises(UemsError, match=f"at least {LEAST} people with the outcome in training; there are 5 of 300") as caught:
        over_time(FEATURES, rare, 1)
    assert caught.value.code == "not_enough_outcomes"
    everybody = [Snapshot(name=s.name, people=s.people, matrix=s.matrix, labels=np.arange(300) > 5, rule=s.rule) for s in taken]
    with pytest.raises(UemsError, match="without the outcome"):
        over_time(FEATURES, everybody, 1)


def test_a_rule_of_yes_and_no_is_judged_like_any_other() -> None:
    taken, _ = snapshots(8, 500, 3)
    by_rule = [Snapshot(name=s.name, people=s.people, matrix=s.matrix, labels=s.labels, rule=(s.rule > 20).astype(float)) for s in taken]
    backtest = over_time(FEATURES, by_rule, 1).backtest
    assert 0.5 < backtest["rule_auc"]["value"] < backtest["auc"]["value"]


def test_leaving_out_frequent_rows_does_not_bend_the_probabilities() -> None:
    train, later = rows_of(20, 6000, base=-3.0), rows_of(21, 3000, base=-3.0)
    rates = rates_for(train, most=1500)
    assert rates[1] == 1.0
    assert rates[0] < 0.3
    some = thinned(train, rates, 1)
    assert some.positives == train.positives
    assert len(some) < 1700
    fresh = matrix_of(22, 4000)
    # Through the whole way: few rows train, all of the later ones calibrate.
    said = learn(FEATURES, some, later, 1).chosen.probability(fresh)
    assert said.mean() == pytest.approx(chances(fresh, -3.0).mean(), abs=0.02)


def test_a_curve_through_margins_that_are_right_already_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    margin = rng.normal(0, 2, 20_000)
    curve = platt(margin, rng.random(20_000) < 1 / (1 + np.exp(-margin)))
    assert curve.places == pytest.approx([1.0, 0.0], abs=0.06)


def test_margins_that_separate_everything_give_a_finite_curve() -> None:
    margin = np.linspace(-1, 1, 100)
    said = platt(margin, margin > 0).probability(margin)
    assert np.isfinite(said).all()
    assert said[0] < 0.05 < 0.95 < said[-1]


def test_a_seed_is_found_again_among_everybody() -> None:
    taken, _ = snapshots(9, 2500, 1)
    result = by_person(FEATURES, taken[0], 1)
    told = result.backtest
    assert told["kind"] == "person"
    assert len(told["folds"]) == 5
    assert told["rows"] == 2500
    lifts = [step["lift"] for step in told["expansion"]]
    assert lifts[0] > 1.8
    assert told["expansion"][-1]["found"] > 0.7
    # Taking more people finds more of the held-out seed, and is right less often.
    assert [step["found"] for step in told["expansion"]] == sorted(step["found"] for step in told["expansion"])
    assert told["expansion"][0]["alike"] > told["expansion"][-1]["alike"]


def test_what_a_stretched_seed_would_find_is_what_it_finds() -> None:
    """Half of those who are alike are marked; the model is to find the others, about as surely as the held-out seed says."""
    matrix = matrix_of(30, 4000)
    alike = np.random.default_rng(30).random(4000) < chances(matrix, -1.5)
    marked = alike & (np.random.default_rng(31).random(4000) < 0.5)
    people = np.arange(1, 4001, dtype=np.uint64)
    taken = Snapshot(name="2026-01-01", people=people, matrix=matrix, labels=marked, rule=np.nan_to_num(matrix[:, 0]))
    result = by_person(FEATURES, taken, 1)
    step = next(step for step in result.backtest["expansion"] if step["percent"] == 10)
    said = result.predictor.probability(matrix)
    others = ~marked
    threshold = np.sort(said[others])[::-1][step["people"] - 1]
    hidden = alike & others
    assert (said[hidden] >= threshold).mean() == pytest.approx(step["found"], abs=0.12)


def test_rows_count_their_positives() -> None:
    assert Rows(matrix=np.zeros((3, 1)), labels=np.array([True, False, True])).positives == 2
