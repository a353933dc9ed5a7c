"""Are results what scipy says of the same people, and is everything that makes them untrue said?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.experiments.trials.world import BEGIN, END, entered, exposed, exposures, metric, spec, started, truth
from tests.journeys.reports.world import DAY, Act, Town, World, town
from uems.experiments.statistics.novelty import Novelty
from uems.experiments.trials import closer, definitions, parts
from uems.experiments.trials.results import Results, results_of
from uems.experiments.trials.spec import TrialDraft, TrialSpec
from uems.experiments.trials.words import say_verdict
from uems.kernel.errors import UemsError

__all__ = ["town"]
ARMS = ("control", "new")
VIEWS = metric("views", "mean", {"event": {"event": "A"}}, "primary")


def crowd(seed: int, people: int = 120, lift: float = 0.0, arms: Sequence[str] = ARMS, key: str = "test") -> list[Act]:
    """People exposed on days 3 to 6, half to each arm, who look a Poisson number of times after it, and did so before."""
    luck = np.random.default_rng(seed)
    sent: list[Act] = []
    for n in range(people):
        arm, day, keen = arms[n % len(arms)], 3 + 3 * luck.random(), luck.gamma(2, 1)
        sent += exposures([(f"u{n}", day, arm)], key)
        often = luck.poisson(keen * (1 + (lift if arm == arms[-1] else 0)))
        sent += [Act(ms=round((day + 0.01 + luck.random() * 2) * DAY), user=f"u{n}", event="A") for _ in range(often)]
        sent += [Act(ms=round((day - 0.01 - luck.random() * 2) * DAY), user=f"u{n}", event="A") for _ in range(luck.poisson(keen))]
    return sent


def shown(world: World, key: str, now: Any = END) -> Results:
    house = world.town.house
    return results_of(house, world.scope, definitions.get_trial(house.store, world.scope, key), now)


def codes(found: Results) -> list[str]:
    return [one.code for one in found.notices]


def test_the_test_is_that_of_scipy(town: Town) -> None:
    world = town.world()
    world.send(crowd(1, lift=1.0))
    started(world, "test", spec(before_days=0, metrics=[VIEWS], planned_days=6))
    people, _, _ = exposed(world, "test", ARMS, BEGIN, END)
    rows = {arm: [row[0] for row in found] for arm, found in truth(people, "views", END, 0).items()}
    found = shown(world, "test")
    [one] = found.metrics[0].compared
    oracle = stats.ttest_ind(rows["new"], rows["control"], equal_var=False)
    assert one.absolute is not None
    assert one.relative is not None
    assert one.absolute.p_value == pytest.approx(float(oracle.pvalue))
    assert one.absolute.value == pytest.approx(np.mean(rows["new"]) - np.mean(rows["control"]))
    assert one.relative.value == pytest.approx(np.mean(rows["new"]) / np.mean(rows["control"]) - 1)
    assert (found.verdict.code, found.verdict.arm) == ("better", "new")
    assert found.people == {"control": 60, "new": 60}
    assert not found.mismatch.found


def test_what_was_before_narrows_the_interval(town: Town) -> None:
    world = town.world()
    world.send(crowd(2))
    started(world, "with", spec(metrics=[VIEWS], exposure={"experiment_id": "test"}))
    started(world, "without", spec(metrics=[VIEWS], exposure={"experiment_id": "test"}, before_days=0))
    with_past, without = (shown(world, key).metrics[0] for key in ("with", "without"))
    assert without.kept == 1
    assert 0.3 < with_past.kept < 0.9
    widths = [one.compared[0].absolute for one in (with_past, without)]
    assert widths[0] is not None
    assert widths[1] is not None
    assert widths[0].high - widths[0].low < 0.97 * (widths[1].high - widths[1].low)


def test_every_method_answers_and_the_always_valid_one_is_wider(town: Town) -> None:
    world = town.world()
    world.send(crowd(3))
    found = {}
    for method in ("once", "sequential", "planned", "bayesian"):
        started(world, method, spec(metrics=[VIEWS], method=method, exposure={"experiment_id": "test"}))
        [one] = shown(world, method).metrics[0].compared
        assert one.relative is not None
        found[method] = one
        assert (one.posterior is not None) == (method == "bayesian")
    width = {name: one.relative.high - one.relative.low for name, one in found.items() if one.relative}
    assert width["sequential"] > width["once"]
    # The last planned look is hardly wider than a single test.
    assert width["once"] < width["planned"] < 1.2 * width["once"]
    assert width["bayesian"] < width["once"]


def test_a_metric_without_variance_and_an_arm_with_nobody(town: Town) -> None:
    world = town.world()
    world.send(exposures([(f"u{n}", 3.5, ARMS[n % 2]) for n in range(10)]))
    started(world, "test", spec())
    found = shown(world, "test")
    assert {one.compared[0].reason for one in found.metrics} <= {"no_variance", "zero_denominator"}
    assert (found.verdict.code, found.verdict.reason) == ("no_answer", "no_variance")
    # Nothing can be said of them, and still they are five.
    assert {each.people for one in found.metrics for each in one.arms} == {5}
    assert any(each.reason == "zero_denominator" for one in found.metrics for each in one.arms)
    three = [{"key": key, "name": key, "weight": weight} for key, weight in (("control", 50), ("new", 25), ("other", 25))]
    started(world, "three", spec(arms=three, exposure={"experiment_id": "test"}))
    lacking = shown(world, "three")
    assert [one.arm for one in lacking.notices if one.code == "empty_arm"] == ["other"]
    assert {one.reason for each in lacking.metrics for one in each.compared if one.arm == "other"} <= {"nobody", "zero_denominator"}
    assert {one.reason for one in lacking.metrics[0].arms if one.arm == "other"} == {"nobody"}


def test_amounts_beyond_all_reason_do_not_spoil_the_sums(town: Town) -> None:
    world = town.world()
    sizes = [Act(ms=4 * DAY, user=f"u{n}", event="B", properties={"size": size}) for n, size in enumerate([1, 2, 3, 1e300])]
    world.send([*exposures([(f"u{n}", 3.5, ARMS[n % 2]) for n in range(4)]), *sizes])
    started(world, "test", spec())
    size = next(one for one in shown(world, "test").metrics if one.metric.key == "size")
    assert [one.value for one in size.arms] == [2, 1]


def test_nobody_at_all_and_not_started(town: Town) -> None:
    world = town.world()
    started(world, "empty", spec())
    assert shown(world, "empty").verdict.code == "nobody"
    definitions.save_trial(town.house.store, entered(world, BEGIN), "draft", TrialDraft(name="Draft", spec=spec()))
    with pytest.raises(UemsError) as error:
        shown(world, "draft")
    assert error.value.code == "trial_not_started"


def test_two_ids_of_one_person_in_both_arms_are_left_out_and_counted(town: Town) -> None:
    world = town.world()
    rows = exposures([(f"u{n}", 3.5, ARMS[n % 2]) for n in range(8)])
    visitor = Act(
        ms=round(3.4 * DAY), anonymous="x", event="Experiment Viewed", properties={"experiment_id": "test", "variation_id": "new"}
    )
    world.send([*rows, visitor])
    started(world, "test", spec())
    assert shown(world, "test").people == {"control": 4, "new": 5}
    world.send([Act(ms=round(4 * DAY), user="u0", anonymous="x", event="")])
    found = shown(world, "test")
    assert found.people == {"control": 3, "new": 4}
    assert (found.several_arms, "several_arms" in codes(found)) == (1, True)


def test_the_other_names_of_clients_are_understood(town: Town) -> None:
    world = town.world()
    told = {"experimentId": "test", "variationId": 1}
    world.send([Act(ms=round(3.5 * DAY), user="u1", event="experiment.exposed", properties=told)])
    started(world, "test", spec())
    assert shown(world, "test").people == {"control": 0, "new": 1}


def test_arms_nobody_defined_are_counted(town: Town) -> None:
    world = town.world()
    world.send(exposures([("u1", 3.5, "control"), ("u2", 3.5, "1"), ("u3", 3.5, "third")]))
    started(world, "test", spec())
    found = shown(world, "test")
    assert (found.people, found.strange_arms) == ({"control": 1, "new": 1}, 1)
    assert "strange_arms" in codes(found)


def test_uneven_arms_stop_every_other_verdict_and_the_day_is_named(town: Town) -> None:
    world = town.world()
    even = [(f"e{n}", 3.5 + n % 3, ARMS[n % 2]) for n in range(120)]
    lost = [(f"l{n}", 6.5, "control") for n in range(60)]
    world.send(exposures([*even, *lost]))
    started(world, "test", spec())
    found = shown(world, "test")
    assert found.mismatch.found
    assert found.verdict.code == "mismatch"
    first = found.slices["day"][0]
    assert first.explains
    assert first.counts == {"control": 60, "new": 0}
    assert not any(one.explains for one in found.slices["day"][1:])


def test_changed_weights_are_judged_stretch_by_stretch(town: Town) -> None:
    world, store = town.world(), town.house.store
    # First half and half, then nine of ten into the new arm, where everybody looks more often.
    early = [(f"e{n}", 3.1 + n / 200, ARMS[n % 2]) for n in range(100)]
    late = [(f"l{n}", 5.1 + n / 200, "control" if n % 10 == 0 else "new") for n in range(100)]
    luck = np.random.default_rng(4)
    acts = exposures([*early, *late])
    for user, day, _ in [*early, *late]:
        often = luck.poisson(1 if user.startswith("e") else 6)
        acts += [Act(ms=round((day + 0.1 + 0.01 * n) * DAY), user=user, event="A") for n in range(often)]
    world.send(acts)
    trial = started(world, "test", spec(metrics=[VIEWS], before_days=0))
    arms = [{"key": "control", "name": "As it was", "weight": 10}, {"key": "new", "name": "New", "weight": 90}]
    changed = TrialSpec.model_validate(trial.spec.model_dump() | {"arms": arms})
    definitions.save_trial(store, entered(world, BEGIN + timedelta(days=2)), "test", TrialDraft(name="test", spec=changed))
    found = shown(world, "test")
    assert not found.mismatch.found
    assert "weights_changed" in codes(found)
    [one] = found.metrics[0].compared
    assert one.absolute is not None
    # The last day of the curve is the result, and days before the change have a result too.
    days = closer.daily(town.house, world.scope, definitions.get_trial(store, world.scope, "test"), "views", END)
    assert days[-1].effect is not None
    assert one.relative is not None
    assert days[-1].effect.value == pytest.approx(one.relative.value)
    assert days[0].effect is not None
    # All have the same device, so that its group is everybody.
    [arm] = closer.by_trait(town.house, world.scope, definitions.get_trial(store, world.scope, "test"), "views", "device", END)
    [group] = arm.found.groups
    assert group.group == "phone"
    assert group.contrast.value == pytest.approx(one.absolute.value)
    # Together the new arm has many more of the later, keener people; weighed by stretch nothing is left of that.
    people, _, _ = exposed(world, "test", ARMS, BEGIN, END)
    rows = {arm: [row[0] for row in each] for arm, each in truth(people, "views", END, 0).items()}
    assert np.mean(rows["new"]) - np.mean(rows["control"]) > 1.5
    assert abs(one.absolute.value) < 1.0
    assert one.absolute.low < 0 < one.absolute.high


def test_looking_early_and_stopping_early_are_said(town: Town) -> None:
    world, store = town.world(), town.house.store
    world.send(crowd(5, lift=2.0))
    started(world, "test", spec(metrics=[VIEWS], planned_days=20))
    found = shown(world, "test")
    assert (found.verdict.code, "peeking" in codes(found)) == ("early", True)
    definitions.turn_trial(store, entered(world, END), "test", "stopped")
    found = shown(world, "test")
    assert (found.verdict.code, "stopped_early" in codes(found)) == ("better", True)


def test_a_winner_that_hurts_a_guardrail_is_none(town: Town) -> None:
    world = town.world()
    world.send(crowd(6, lift=2.0))
    load = metric("load", "mean", {"event": {"event": "A"}}, "guardrail", "down")
    started(world, "test", spec(metrics=[VIEWS, load]))
    found = shown(world, "test")
    assert (found.verdict.code, found.verdict.metric) == ("guardrail", "load")
    zh, en = say_verdict(spec(metrics=[VIEWS, load]), found.verdict, 6)
    assert "护栏" in zh
    assert "Load" in en


@pytest.mark.parametrize("at_once", [parts.PEOPLE_AT_ONCE, 40])
def test_a_quantile_is_that_of_those_who_did_it(town: Town, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PEOPLE_AT_ONCE", at_once)
    world = town.world()
    luck, acts = np.random.default_rng(7), []
    sizes: dict[str, list[float]] = {arm: [] for arm in ARMS}
    for n in range(300):
        acts += exposures([(f"u{n}", 3.5, ARMS[n % 2])])
        if n % 5:
            size = float(luck.integers(1, 1000))
            sizes[ARMS[n % 2]].append(size)
            acts.append(Act(ms=4 * DAY, user=f"u{n}", event="B", properties={"size": size}))
    world.send(acts)
    config = {"event": {"event": "B"}, "of": "property", "property": "size", "share": 0.9}
    started(world, "test", spec(metrics=[VIEWS, metric("ninety", "quantile", config)]))
    one = shown(world, "test").metrics[1]
    assert [each.people for each in one.arms] == [120, 120]
    assert [each.value for each in one.arms] == pytest.approx([float(np.quantile(sizes[arm], 0.9)) for arm in ARMS])
    assert one.compared[0].absolute is not None


def test_the_last_day_is_the_result_and_groups_and_halves_add_up(town: Town) -> None:
    world, house = town.world(), town.house
    world.send(crowd(8, lift=1.0))
    trial = started(world, "test", spec(metrics=[VIEWS], method="sequential"))
    [whole] = shown(world, "test").metrics[0].compared
    days = closer.daily(house, world.scope, trial, "views", END)
    assert [one.day.day for one in days] == [2, 3, 4, 5, 6, 7]
    assert days[-1].effect == whole.relative
    assert [one.people for one in days] == sorted(one.people for one in days)
    [arm] = closer.by_trait(house, world.scope, trial, "views", "device", END)
    assert [one.group for one in arm.found.groups] == ["phone"]
    worn = closer.wear(house, world.scope, trial, "views", END)
    people, _, _ = exposed(world, "test", ARMS, BEGIN, END)
    ripe = [one for one in people if one.at + timedelta(days=4) <= END]
    means = {}
    for name, days_after in (("early", (2, 0)), ("late", (4, 2))):
        for side in ARMS:
            means[name, side] = np.mean([len(one.after(END, "A", *days_after)) / 2 for one in ripe if one.arm == side])
    found = worn.found["new"]
    assert worn.days == 2
    assert isinstance(found, Novelty)
    assert found.early.value == pytest.approx(means["early", "new"] - means["early", "control"])
    assert found.late.value == pytest.approx(means["late", "new"] - means["late", "control"], abs=1e-12)
    with pytest.raises(UemsError) as error:
        closer.by_trait(house, world.scope, trial, "views", "shoe_size", END)
    assert error.value.code == "invalid"
