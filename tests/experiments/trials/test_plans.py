"""Does a plan say what the days behind us say, and does playing them again show what the methods promise?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from tests.experiments.trials.test_results import VIEWS, crowd
from tests.experiments.trials.world import END, metric, spec
from tests.journeys.reports.world import CLOCK, Town, World, town
from uems.experiments.statistics.power import Plan, people_needed, smallest_effect
from uems.experiments.trials.history import People, history_of, people_of
from uems.experiments.trials.planning import plan_trial
from uems.experiments.trials.proving import prove, simulate
from uems.journeys import api as journeys
from uems.kernel.errors import UemsError

__all__ = ["town"]
LOOKED = journeys.Step(event="A")
MIDNIGHTS = [datetime(2025, 11, day, tzinfo=CLOCK).astimezone(UTC) for day in range(1, 8)]
"""The clocks go back on the second of these six days; now is the evening of the seventh."""
SINCE, UNTIL = MIDNIGHTS[0], MIDNIGHTS[-1]


def truth(world: World) -> list[tuple[Any, list[Any], list[Any]]]:
    """(when somebody first looked in the six days, what they looked at from then on, what in two days before it)."""
    found = []
    for did in world.people().values():
        mine = [one.at for one in did if one.event == "A"]
        inside = [at for at in mine if SINCE <= at < UNTIL]
        if inside:
            first = min(inside)
            before = [at for at in mine if first - timedelta(days=2) <= at < first]
            found.append((first, [at for at in inside if at >= first], before))
    return found


def test_a_plan_is_made_of_what_people_did(town: Town) -> None:
    world = town.world()
    world.send(crowd(1, people=200))
    design = spec(metrics=[VIEWS, metric("share", "proportion", {"event": {"event": "no such event"}})], method="once", before_days=0)
    found = plan_trial(town.house, world.scope, design, LOOKED, 0.5, END)
    people = truth(world)
    counts = np.asarray([len(after) for _, after, _ in people], float)
    assert found.days == 6
    assert sum(found.arrivals) == pytest.approx(len(people) / 2, abs=3)
    assert [point.day for point in found.points] == [1, 2, 3, 4, 5, 6]
    for point in found.points:
        end = MIDNIGHTS[point.day]
        early = np.asarray([sum(at < end for at in after) for first, after, _ in people if first < end], float)
        assert point.people == round(len(early) / 2)
        if point.smallest is not None:
            plan = Plan(variance=float(early.var(ddof=1)))
            assert point.smallest == pytest.approx(smallest_effect(plan, point.people) / early.mean())
            assert point.smallest == point.smallest_without
    assert found.metrics[0].value == pytest.approx(counts.mean())
    assert (found.metrics[1].value, found.metrics[1].reason) == (0, "no_variance")
    assert found.people_needed == people_needed(Plan(variance=float(counts.var(ddof=1))), 0.05 * counts.mean())


def test_what_was_before_shortens_the_plan(town: Town) -> None:
    world = town.world()
    world.send(crowd(2, people=300))
    plans = [plan_trial(town.house, world.scope, spec(metrics=[VIEWS], before_days=n), LOOKED, 1.0, END) for n in (0, 2)]
    without, with_past = plans
    assert without.people_needed is not None
    assert with_past.people_needed is not None
    assert with_past.people_needed == pytest.approx(without.people_needed * with_past.metrics[0].kept, rel=0.01)
    last = with_past.points[-1]
    assert last.smallest is not None
    assert last.smallest_without is not None
    assert last.smallest < last.smallest_without


def test_history_is_what_people_did_day_by_day(town: Town) -> None:
    world = town.world()
    world.send(crowd(3))
    history = history_of(town.house, world.scope, spec(metrics=[VIEWS]), LOOKED, END)
    found = people_of(history, spec(metrics=[VIEWS]).primary)
    wanted = []
    for first, after, before in truth(world):
        ends = MIDNIGHTS[1:]
        totals = [sum(at < end for at in after) for end in ends]
        wanted.append((sum(end <= first for end in ends), len(before), *totals))
    mine = zip(found.entered.tolist(), found.before.tolist(), *found.totals.T.tolist(), strict=True)
    assert sorted(mine) == sorted(wanted)


def a_shop(people: int = 3_000, days: int = 20) -> People:
    """Skewed amounts; a third of the variance was there before."""
    luck = np.random.default_rng(5)
    keen = luck.gamma(1, 1, people)
    entered = luck.integers(0, days, people)
    daily = luck.poisson(keen[:, None] * 0.3, (people, days)) * luck.gamma(2, 5, (people, days))
    daily *= entered[:, None] <= np.arange(days)[None, :]
    return People(entered=entered, before=luck.poisson(keen * 4).astype(float), totals=np.cumsum(daily, axis=1))


def test_without_an_effect_only_looking_daily_at_the_usual_test_raises_alarms() -> None:
    design = spec(metrics=[VIEWS], method="sequential")
    found = simulate(a_shop(), design, 0.5, 0.0, 1, runs=1_000)
    shares = {way: float(one.mean()) for way, one in found.items()}
    assert shares["once"] == pytest.approx(0.05, abs=0.022)
    assert shares["once_daily"] > 0.15
    assert shares["planned"] <= 0.075
    assert shares["sequential"] <= 0.05


def test_an_effect_is_found_as_often_as_planned() -> None:
    shop = a_shop(people=12_000)
    last = shop.totals[:, -1]
    without = People(entered=shop.entered, before=np.zeros(len(last)), totals=shop.totals)
    effect = smallest_effect(Plan(variance=float(last.var(ddof=1))), len(last), 0.8) / last.mean()
    design = spec(metrics=[VIEWS])
    plain = simulate(without, design, 0.5, effect, 2)
    # What counts for more also varies more, which the plan cannot know: a little less than 80%.
    assert 0.7 < plain["once"].mean() < 0.84
    assert plain["sequential"].mean() < plain["planned"].mean()
    assert simulate(shop, design, 0.5, effect, 2)["once"].mean() > plain["once"].mean()


def test_a_proof_on_the_data_of_the_workspace(town: Town) -> None:
    world = town.world()
    world.send(crowd(4, people=240))
    found = prove(town.house, world.scope, spec(metrics=[VIEWS], smallest_effect=1.0), LOOKED, END)
    assert found.people == len(truth(world))
    assert found.false_alarms["once"].low <= 0.05 <= found.false_alarms["once"].high + 0.02
    assert found.power["once"].share > 0.9
    assert found == prove(town.house, world.scope, spec(metrics=[VIEWS], smallest_effect=1.0), LOOKED, END)


def test_too_little_history_is_said(town: Town) -> None:
    empty = town.world()
    with pytest.raises(UemsError) as error:
        plan_trial(town.house, empty.scope, spec(), LOOKED, 1.0, END)
    assert error.value.code == "too_little_history"
    world = town.world()
    world.send(crowd(5, people=20))
    with pytest.raises(UemsError, match="at least 100"):
        prove(town.house, world.scope, spec(metrics=[VIEWS]), LOOKED, END)
    funnel = metric("f", "funnel", {"steps": [{"event": "A"}, {"event": "B"}]}, "primary")
    with pytest.raises(UemsError, match="can be played again for"):
        prove(town.house, world.scope, spec(metrics=[funnel]), LOOKED, END)
